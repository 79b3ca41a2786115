//! Processes that may change places: instances of one definition that nothing
//! tells apart; or, where there are none, those that stand in a ring.
//!
//! Decides who they are, from the program and its first state alone. Instances
//! are told apart by what they read of their index (unless it is only an item
//! that nobody looks at), by draws of their own, by priorities, by who starts, ends or
//! joins one of them, and by expectations about one of them; then they keep their places.

use super::ring::RingSymmetry;
use crate::analysis::Monitors;
use crate::ids::ProcessId;
use crate::kernel::Machine;
use crate::program::{BoundProgram, Op, ResourceCode, Slot, ops_of, read};

/// Instances of one definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) first: usize,
    count: usize,
}

impl Group {
    pub(crate) fn members(self) -> std::ops::Range<usize> {
        self.first..self.first + self.count
    }
}

/// Which processes may change places.
#[derive(Debug)]
pub(crate) struct Symmetry {
    pub(crate) groups: Vec<Group>,
    /// By resource: the group whose indices are its items.
    pub(crate) tags: Vec<Option<Group>>,
    /// What goes round, if nobody may change places.
    pub(crate) ring_symmetry: Option<RingSymmetry>,
}

impl Symmetry {
    /// Of this scenario; `None` if everybody keeps his place. Rings are looked
    /// for if it `finds_rings`.
    pub(crate) fn new(
        program: &BoundProgram,
        monitors: Option<&Monitors>,
        finds_rings: bool,
    ) -> Option<Symmetry> {
        // A process that others start, end or wait for is known by its place.
        // Whoever chooses among items looks at them, and maybe at an index.
        if program.has_lives()
            || program.has_choices()
            || program.has_requests
            || monitors.is_some_and(|monitors| !monitors.start().is_empty())
        {
            return None;
        }
        let tags = vec![None; program.resource_count()];
        let mut symmetry = Symmetry { groups: Vec::new(), tags, ring_symmetry: None };
        let first = Machine::new(program);
        for def in program.processes.iter().filter(|def| def.count > 1) {
            let group = Group { first: def.first.index(), count: def.count as usize };
            let tagged = tagged(program, &first, group, def.index);
            if let Some(tagged) = tagged.filter(|_| are_alike(program, &first, group, def.index)) {
                symmetry.groups.push(group);
                tagged.into_iter().for_each(|resource| symmetry.tags[resource] = Some(group));
            }
        }
        if symmetry.groups.is_empty() && finds_rings {
            symmetry.ring_symmetry = RingSymmetry::new(program);
        }
        (!symmetry.groups.is_empty() || symmetry.ring_symmetry.is_some()).then_some(symmetry)
    }

    /// Says of each process with whom it shares the numbers of its states: the
    /// first of its group; others are left as they are.
    pub(crate) fn share(&self, shared: &mut [usize]) {
        let rings = self.ring_symmetry.iter().flat_map(|ring_symmetry| {
            ring_symmetry.groups.iter().map(|ring| Group { first: ring.first, count: ring_symmetry.places })
        });
        for group in self.groups.iter().copied().chain(rings) {
            shared[group.members()].fill(group.first);
        }
    }
}

/// Whether nothing tells the members apart at the start, nor what they draw.
fn are_alike(program: &BoundProgram, first: &Machine, group: Group, index: Option<Slot>) -> bool {
    let frame = |process: usize| {
        let mut words = first.words()[program.frame_of(ProcessId::from_index(process))].to_vec();
        if let Some(index) = index {
            words[index.0 as usize] = 0;
        }
        words
    };
    let range = ops_of(program, first.op(program, ProcessId::from_index(group.first)));
    let draws = program.plain[range].iter().any(|op| matches!(op, Op::Draw { .. } | Op::Call { .. }));
    let model = frame(group.first);
    !draws && group.members().all(|process| frame(process) == model)
}

/// The buffers whose items are indices of the members; `None` if an index is
/// used for anything else.
fn tagged(program: &BoundProgram, first: &Machine, group: Group, index: Option<Slot>) -> Option<Vec<usize>> {
    let Some(index) = index else { return Some(Vec::new()) };
    let mut tagged: Vec<usize> = Vec::new();
    let range = ops_of(program, first.op(program, ProcessId::from_index(group.first)));
    for op in &program.plain[range.clone()] {
        if !read(program, op).contains(&index) {
            continue;
        }
        match *op {
            Op::Put { buffer, value } if value == index.source() => {
                tagged.push(resource_of(program, buffer)?);
            }
            // Texts and marks are no part of a state.
            Op::Log { .. } | Op::Mark { .. } => {}
            _ => return None,
        }
    }
    // Nobody else puts into these buffers, and nobody looks at what is got.
    let is_tagged = |code: ResourceCode| match resource_of(program, code) {
        Some(resource) => tagged.contains(&resource),
        None => !tagged.is_empty(),
    };
    let breaks = |(at, op): (usize, &Op)| match *op {
        Op::Put { buffer, value } => is_tagged(buffer) && !(range.contains(&at) && value == index.source()),
        Op::Get { buffer, .. } => is_tagged(buffer),
        Op::PutMany { many } => is_tagged(program.many[many as usize].resource),
        Op::GetMany { many } => {
            let code = program.many[many as usize];
            is_tagged(code.resource) && code.into.is_some()
        }
        _ => false,
    };
    (!program.plain.iter().enumerate().any(breaks)).then_some(tagged)
}

/// The resource that is always meant.
fn resource_of(program: &BoundProgram, code: ResourceCode) -> Option<usize> {
    code.resolve().ok().map(|header| program.resource_of(header).index())
}

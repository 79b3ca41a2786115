//! Processes that may change places: instances of one definition that nothing
//! tells apart; or, where there are none, those that stand in a ring.
//!
//! Decides who they are, from the program and its first state alone. Instances
//! are told apart by what they read of their index (unless it is only an item
//! that nobody looks at), by draws of their own, by priorities, and by
//! expectations about one of them; then they keep their places.

use super::ring::RingSymmetry;
use crate::analysis::Monitors;
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::Machine;
use crate::program::{Image, Op, RESOURCE_WORDS, ResourceCode, Slot, ops_of, read};

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
    pub(crate) fn new(image: &Image, monitors: Option<&Monitors>, finds_rings: bool) -> Option<Symmetry> {
        if monitors.is_some_and(|monitors| !monitors.start().is_empty()) {
            return None;
        }
        let tags = vec![None; image.resource_count()];
        let mut symmetry = Symmetry { groups: Vec::new(), tags, ring_symmetry: None };
        let first = Machine::new(image);
        for def in image.processes.iter().filter(|def| def.count > 1) {
            let group = Group { first: def.first.index(), count: def.count as usize };
            let tagged = tagged(image, &first, group, def.index);
            if let Some(tagged) = tagged.filter(|_| are_alike(image, &first, group, def.index)) {
                symmetry.groups.push(group);
                tagged.into_iter().for_each(|resource| symmetry.tags[resource] = Some(group));
            }
        }
        if symmetry.groups.is_empty() && finds_rings {
            symmetry.ring_symmetry = RingSymmetry::new(image);
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
fn are_alike(image: &Image, first: &Machine, group: Group, index: Option<Slot>) -> bool {
    let frame = |process: usize| {
        let start = image.frames[process] as usize;
        let end = image.frames.get(process + 1).map_or(image.contents_base, |&next| next as usize);
        let mut words = first.words()[start..end].to_vec();
        if let Some(index) = index {
            words[index.0 as usize] = 0;
        }
        words
    };
    let range = ops_of(image, first.op(image, ProcessId::from_index(group.first)));
    let draws = image.plain[range].iter().any(|op| matches!(op, Op::Draw { .. } | Op::Call { .. }));
    let model = frame(group.first);
    !draws && group.members().all(|process| frame(process) == model)
}

/// The buffers whose items are indices of the members; `None` if an index is
/// used for anything else.
fn tagged(image: &Image, first: &Machine, group: Group, index: Option<Slot>) -> Option<Vec<usize>> {
    let Some(index) = index else { return Some(Vec::new()) };
    let mut tagged: Vec<usize> = Vec::new();
    let range = ops_of(image, first.op(image, ProcessId::from_index(group.first)));
    for op in &image.plain[range.clone()] {
        if !read(image, op).contains(&index) {
            continue;
        }
        match *op {
            Op::Put { buffer, value } if value == index.source() => {
                tagged.push(resource_of(image, buffer)?);
            }
            // Texts and marks are no part of a state.
            Op::Log { .. } | Op::Mark { .. } => {}
            _ => return None,
        }
    }
    // Nobody else puts into these buffers, and nobody looks at what is got.
    let is_tagged = |code: ResourceCode| match resource_of(image, code) {
        Some(resource) => tagged.contains(&resource),
        None => !tagged.is_empty(),
    };
    let breaks = |(at, op): (usize, &Op)| match *op {
        Op::Put { buffer, value } => is_tagged(buffer) && !(range.contains(&at) && value == index.source()),
        Op::Get { buffer, .. } => is_tagged(buffer),
        Op::PutMany { many } => is_tagged(image.many[many as usize].resource),
        Op::GetMany { many } => {
            let code = image.many[many as usize];
            is_tagged(code.resource) && code.array.is_some()
        }
        _ => false,
    };
    (!image.plain.iter().enumerate().any(breaks)).then_some(tagged)
}

/// The resource that is always meant.
fn resource_of(image: &Image, code: ResourceCode) -> Option<usize> {
    let header = code.resolve().ok()?;
    Some((header - image.resource_at(ResourceId(0))) / RESOURCE_WORDS)
}

//! Which processes need not be tried in a state, since their steps and those
//! of others come to the same in any order: stubborn sets (A. Valmari,
//! "Stubborn sets for reduced state space generation", 1990).
//!
//! A set of processes is good for a state if what others do, now and later,
//! neither changes what the next steps of its members do nor makes a member
//! able that is not, and if one of its members is able. Then it is enough to
//! let its members go first: every deadlock and every end is found, each by a
//! schedule that is equal to one without reduction up to the order of
//! independent steps. What may be missed is what only passes by: races, and
//! orders that an expectation is about. Where some go round for ever, the search
//! sees to it that nobody is put off for ever.
//!
//! What a process may ever do is read off its ops, with what is constant in
//! them (its index, parameters) worked out.

use crate::explore::state::{Codec, ProcessStatus};
use crate::explore::transition::TransitionRelation;
use crate::explore::transition_cache::{Code, TransitionCache};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::Machine;
use crate::program::{BoundProgram, Constants, Op, Use, ops_of};
use crate::value::Word;
use std::iter;

/// What a step is about: in which way, and which resource.
type Uses = Vec<(Use, u32)>;

/// What each process may do to which resource, for all states.
#[derive(Debug)]
pub(crate) struct StubbornSets {
    /// By process and op (from the first of the process): the uses of the step
    /// that begins there.
    steps: Vec<(usize, Vec<Uses>)>,
    /// By resource and use: who may ever do that.
    users: Vec<[Vec<u32>; Use::ALL.len()]>,
    /// By resource: to stand in line for it is a transition.
    in_line: Vec<bool>,
    /// By resource: it is a mutex.
    mutex: Vec<bool>,
}

impl StubbornSets {
    pub(crate) fn new(relation: &TransitionRelation<'_>) -> StubbornSets {
        let program = relation.program;
        // What code works on counts as one memory more.
        let resources = program.resource_count() + 1;
        let first = Machine::new(program);
        let mut stubborn = StubbornSets {
            steps: Vec::new(),
            users: vec![<[Vec<u32>; Use::ALL.len()]>::default(); resources],
            // A get takes another item of those that are chosen if it comes behind a put.
            in_line: (relation.lines.iter().zip(0..))
                .map(|(&line, id)| line || first.chosen_items(program.resource_at(ResourceId(id))).is_some())
                .chain([false])
                .collect(),
            mutex: (0..program.resource_count())
                .map(|id| program.resource_info(ResourceId::from_index(id)).kind.is_owned())
                .chain([false])
                .collect(),
        };
        for process in (0..program.process_count()).map(ProcessId::from_index) {
            if relation.cancellation.is_over() {
                // The search will not begin.
                break;
            }
            let range = ops_of(program, first.op(program, process));
            let constants = Constants::new(program, &first.words()[program.frame_of(process)]);
            let own: Vec<Uses> =
                range.clone().map(|op| StubbornSets::uses(program, &constants, op)).collect();
            for &(used, resource) in own.iter().flatten() {
                let users = &mut stubborn.users[resource as usize][used as usize];
                if users.last() != Some(&process.0) {
                    users.push(process.0);
                }
            }
            let steps = range.clone().map(|op| whole_step(program, &range, &own, op)).collect();
            stubborn.steps.push((range.start, steps));
        }
        stubborn
    }

    /// The uses of one op.
    fn uses(program: &BoundProgram, constants: &Constants, at: usize) -> Uses {
        if let Op::Call { .. } = program.plain[at] {
            return vec![(Use::Write, program.resource_count() as u32)];
        }
        let mut uses = Vec::new();
        for (used, code) in program.accesses(&program.plain[at]) {
            for header in constants.headers(program, at, code) {
                // Who works on a processor needs those on which it stands, too.
                let chain = program.is_processor(header).then(|| program.processor_chain_at(header));
                let outer = chain.iter().flat_map(|chain| (1..chain.len()).map(|level| chain.at(level)));
                uses.extend(
                    iter::once(header).chain(outer).map(|header| (used, program.resource_of(header).0)),
                );
            }
        }
        uses
    }

    /// The members of the smallest good set that is found in this state, or
    /// `None` if that is everybody. `able` are those who can go on, ascending.
    pub(crate) fn members<const W: usize>(
        &self,
        codec: &Codec<'_>,
        cache: &TransitionCache<W>,
        state: &[Word; W],
        able: &[u32],
        set: &mut StubbornSet,
    ) -> bool {
        let mut least = able.len();
        let mut best: Option<u32> = None;
        for &seed in able {
            let count = self.close(codec, cache, state, seed, least, set);
            if count < least {
                (least, best) = (count, Some(seed));
                if count == 1 {
                    return true;
                }
            }
        }
        match best {
            None => false,
            Some(seed) => {
                self.close(codec, cache, state, seed, usize::MAX, set);
                true
            }
        }
    }

    /// The smallest good set with `seed` in it; how many of it are able. Gives
    /// up when there are `enough`.
    fn close<const W: usize>(
        &self,
        codec: &Codec<'_>,
        cache: &TransitionCache<W>,
        state: &[Word; W],
        seed: u32,
        enough: usize,
        set: &mut StubbornSet,
    ) -> usize {
        set.clear(codec.layout.processes());
        set.add(seed);
        let mut able = 0;
        while let Some(process) = set.open.pop() {
            let number = codec.fields[process as usize].of(state);
            let (status, op) = codec.status(process as usize, number);
            if status == ProcessStatus::Done {
                continue;
            }
            let can = status == ProcessStatus::Enabled
                && !matches!(cache.of(codec, state, process as usize).code, Code::Stuck | Code::Unknown);
            if can {
                able += 1;
                if able >= enough {
                    return able;
                }
            }
            let (first, steps) = &self.steps[process as usize];
            for &(used, resource) in &steps[op as usize - first] {
                let users = &self.users[resource as usize];
                if can {
                    let others = used.depends_on(self.in_line[resource as usize]);
                    others.iter().for_each(|&other| set.add_all(&users[other as usize]));
                    continue;
                }
                if self.in_line[resource as usize] && status == ProcessStatus::Waiting {
                    [Use::Put, Use::Get, Use::Close]
                        .iter()
                        .for_each(|&other| set.add_all(&users[other as usize]));
                }
                match used {
                    Use::Take if self.mutex[resource as usize] => {
                        match codec.owner(state, self.steps.len() + resource as usize) {
                            Some(owner) => set.add(owner),
                            None => set.add_all(&users[Use::Give as usize]),
                        }
                    }
                    // Who waits to put breaks a rule by it.
                    Use::Put => {
                        [Use::Get, Use::Close].iter().for_each(|&other| set.add_all(&users[other as usize]))
                    }
                    _ => used.enabled_by().iter().for_each(|&other| set.add_all(&users[other as usize])),
                }
            }
        }
        able
    }
}

/// The uses of the step that begins at `op`: of the op, or of all that may
/// follow in the same atomic block.
fn whole_step(program: &BoundProgram, range: &std::ops::Range<usize>, own: &[Uses], op: usize) -> Uses {
    let mut uses = own[op - range.start].clone();
    if !program.region(op).is_empty() {
        return region_step(program, range, own, op);
    }
    if !program.atomic[op] && !matches!(program.plain[op], Op::Atomic { .. }) {
        return uses;
    }
    let mut seen = vec![false; range.len()];
    let mut open = vec![op];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at - range.start], true) {
            continue;
        }
        uses.extend(&own[at - range.start]);
        let next = crate::program::next_ops(program, at);
        open.extend(next.filter(|&next| program.atomic[next]));
    }
    uses.sort_unstable();
    uses.dedup();
    uses
}

/// The uses of a step that tries a region of ops: all of theirs, and that it waits for any
/// change of what they name.
fn region_step(program: &BoundProgram, range: &std::ops::Range<usize>, own: &[Uses], op: usize) -> Uses {
    let inside = program.region(op).flat_map(|at| own[at - range.start].iter().copied());
    let mut uses: Uses =
        inside.flat_map(|(used, resource)| [(used, resource), (Use::Await, resource)]).collect();
    uses.sort_unstable();
    uses.dedup();
    uses
}

/// A set of processes that grows.
#[derive(Debug, Default)]
pub(crate) struct StubbornSet {
    member: Vec<bool>,
    open: Vec<u32>,
}

impl StubbornSet {
    fn clear(&mut self, processes: usize) {
        self.member.clear();
        self.member.resize(processes, false);
        self.open.clear();
    }

    fn add(&mut self, process: u32) {
        if !std::mem::replace(&mut self.member[process as usize], true) {
            self.open.push(process);
        }
    }

    fn add_all(&mut self, processes: &[u32]) {
        processes.iter().for_each(|&process| self.add(process));
    }

    pub(crate) fn contains(&self, process: u32) -> bool {
        self.member[process as usize]
    }
}

//! What follows a few states: the work of one worker.
//!
//! Decides in which order successors come, and what is noted of a state itself.
//! What a worker cannot know it asks; see [`Question`].

use super::codec::{Access, Unknown};
use super::effects::{Code, Effects};
use super::findings::{First, Race};
use super::reduce::Set;
use super::relation::{Scratch, Stopped, Went};
use super::search::Search;
use super::store::{Reached, SHARDS, StateId, shard_of};
use crate::ids::ProcessId;
use crate::value::Word;
use std::collections::BTreeMap;
use std::ops::Range;

/// What a batch of states came to, besides new states.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// States without a successor.
    pub(super) leaves: Vec<StateId>,
    /// States from which a transition ends the run.
    pub(super) stops: Vec<(StateId, Stopped)>,
    /// Accesses that nothing orders, each with the number of states at which
    /// both are about to be made, and the first of them.
    pub(super) races: BTreeMap<Race, First>,
    /// Expectations that are broken, by their place among all, likewise.
    pub(super) broken: BTreeMap<usize, First>,
}

/// What a worker cannot find out, since something new has to be learnt.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question<const W: usize> {
    /// How this process goes on in this state.
    Step([Word; W], usize),
    /// All that follows this state.
    All([Word; W]),
    /// What this state is called among those that are the same to it.
    Rename([Word; W]),
}

/// What one worker made of a few states.
#[derive(Debug)]
pub(super) struct Work<const W: usize> {
    /// Everything that was met is known.
    pub(super) done: bool,
    pub(super) by_shard: [Vec<Reached<W>>; SHARDS],
    pub(super) transitions: u64,
    pub(super) batch: Batch,
    pub(super) questions: Vec<Question<W>>,
}

impl<const W: usize> Work<W> {
    pub(super) fn new() -> Work<W> {
        Work {
            done: false,
            by_shard: std::array::from_fn(|_| Vec::new()),
            transitions: 0,
            batch: Batch::default(),
            questions: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.done = false;
        self.by_shard.iter_mut().for_each(Vec::clear);
        self.transitions = 0;
        self.batch = Batch::default();
        self.questions.clear();
    }

    #[inline(always)]
    fn reach(&mut self, from: StateId, state: [Word; W]) {
        self.transitions += 1;
        self.by_shard[shard_of(&state) % SHARDS].push((from, state));
    }
}

/// One way in which a process goes on.
pub(super) enum Way<const W: usize> {
    /// To this state.
    To([Word; W]),
    /// To the end of the run.
    Ends(u32),
    /// The kernel has yet to be asked about this state.
    Unknown([Word; W]),
}

/// Whoever wants to know in which ways a process goes on.
pub(super) trait TakeWay<const W: usize> {
    fn take(&mut self, way: Way<W>);
}

impl<const W: usize, F: FnMut(Way<W>)> TakeWay<W> for F {
    fn take(&mut self, way: Way<W>) {
        self(way);
    }
}

/// Takes note of successors. Not a closure, which could not be made to be
/// inlined: this is what an exploration does most often.
struct Reaching<'s, 'a, const W: usize> {
    search: &'s Search<'a, W>,
    effects: &'s Effects<W>,
    id: StateId,
    process: usize,
    work: &'s mut Work<W>,
}

impl<const W: usize> TakeWay<W> for Reaching<'_, '_, W> {
    #[inline(always)]
    fn take(&mut self, way: Way<W>) {
        match way {
            Way::To(next) => self.search.reach(self.id, next, self.work),
            Way::Ends(end) => {
                self.work.transitions += 1;
                self.work.batch.stops.push((self.id, self.effects.ends[end as usize].clone()));
            }
            Way::Unknown(state) => self.work.questions.push(Question::Step(state, self.process)),
        }
    }
}

impl<const W: usize> Search<'_, W> {
    pub(super) fn expand_some(&self, states: Range<usize>, work: &mut Work<W>, scratch: &mut Scratch) {
        work.clear();
        let mut set = Set::default();
        for id in states {
            let state = &self.store.states()[id];
            if self.watches {
                self.look_at(id as StateId, state, &mut work.batch);
            }
            match &self.effects {
                Some(effects) if self.reduction.is_some() => {
                    self.expand_reduced(effects, id as StateId, state, &mut set, work);
                }
                Some(effects) => self.expand_learnt(effects, id as StateId, state, work),
                None => self.expand_directly(id as StateId, state, work, scratch),
            }
        }
        work.done = work.questions.is_empty();
    }

    /// Notes what is wrong with a state itself.
    fn look_at(&self, id: StateId, state: &[Word; W], batch: &mut Batch) {
        let codec = &self.codec;
        if let Some(&watched) = codec.fields.last().filter(|_| !codec.broken.is_empty())
            && let Some(expectation) = codec.broken[watched.of(state) as usize]
        {
            First::note(batch.broken.entry(expectation), id);
        }
        let mut seen: Vec<(ProcessId, Access)> = Vec::new();
        for process in 0..codec.parts.processes() {
            let Some(access) = codec.access(process, codec.fields[process].of(state)) else { continue };
            let process = ProcessId::from_index(process);
            for (other, earlier) in seen.iter().filter(|(_, earlier)| earlier.races_with(&access)) {
                First::note(batch.races.entry(Race::new((*other, earlier), (process, &access))), id);
            }
            seen.push((process, access));
        }
    }

    #[inline(always)]
    fn expand_learnt(&self, effects: &Effects<W>, id: StateId, state: &[Word; W], work: &mut Work<W>) {
        let before = (work.transitions, work.questions.len());
        let mut reaching = Reaching { search: self, effects, id, process: 0, work };
        for process in 0..self.relation.image.process_count() {
            reaching.process = process;
            self.ways(effects, state, process, false, &mut reaching);
        }
        if before == (work.transitions, work.questions.len()) {
            work.batch.leaves.push(id);
        }
    }

    /// As [`Self::expand_learnt`], but only those go on who must.
    fn expand_reduced(
        &self,
        effects: &Effects<W>,
        id: StateId,
        state: &[Word; W],
        set: &mut Set,
        work: &mut Work<W>,
    ) {
        let before = (work.transitions, work.questions.len());
        let mut able = Vec::new();
        for process in 0..self.relation.image.process_count() {
            match effects.of(&self.codec, state, process).code {
                Code::Unknown => work.questions.push(Question::Step(*state, process)),
                Code::Stuck => {}
                Code::Goes | Code::Enters | Code::Several | Code::List => able.push(process as u32),
            }
        }
        if before.1 < work.questions.len() {
            return;
        }
        let reduction = self.reduction.as_ref().expect("it is wanted");
        let reduced = able.len() > 1 && reduction.members(&self.codec, effects, state, &able, set);
        for &process in able.iter().filter(|&&process| !reduced || set.contains(process)) {
            self.reach_by(effects, id, state, process as usize, work);
        }
        if before == (work.transitions, work.questions.len()) {
            work.batch.leaves.push(id);
        }
    }

    /// Takes note of a successor, under the name that it has among those that
    /// are the same to it.
    #[inline(always)]
    fn reach(&self, from: StateId, state: [Word; W], work: &mut Work<W>) {
        match &self.symmetry {
            None => work.reach(from, state),
            Some(symmetry) => match symmetry.representative(&self.codec, &state) {
                Ok(state) => work.reach(from, state),
                Err(Unknown) => work.questions.push(Question::Rename(state)),
            },
        }
    }

    /// Lets `process` go on in all ways.
    #[inline(always)]
    fn reach_by(
        &self,
        effects: &Effects<W>,
        id: StateId,
        state: &[Word; W],
        process: usize,
        work: &mut Work<W>,
    ) {
        let mut reaching = Reaching { search: self, effects, id, process, work };
        self.ways(effects, state, process, false, &mut reaching);
    }

    /// Hands every way in which `process` can go on to `each`; `inside` says
    /// that it is in the middle of an `atomic` block.
    #[inline(always)]
    pub(super) fn ways(
        &self,
        effects: &Effects<W>,
        state: &[Word; W],
        process: usize,
        inside: bool,
        each: &mut impl TakeWay<W>,
    ) {
        let mut inside = inside;
        let mut state = *state;
        loop {
            let (entry, list) = effects.with_list(&self.codec, &state, process);
            match entry.code {
                Code::Enters => {
                    state = entry.apply(&state);
                    inside = true;
                    continue;
                }
                // It has to wait in the middle.
                Code::Stuck if inside => each.take(Way::To(state)),
                Code::Stuck => {}
                Code::Goes => each.take(Way::To(entry.apply(&state))),
                Code::Unknown => each.take(Way::Unknown(state)),
                Code::Several => {
                    for effect in list() {
                        each.take(Way::To(effect.apply(&state)));
                    }
                }
                Code::List => {
                    for effect in list() {
                        if let Some(end) = effect.stopped {
                            each.take(Way::Ends(end));
                        } else if effect.inside {
                            self.ways_inside(effects, &effect.apply(&state), process, each);
                        } else {
                            each.take(Way::To(effect.apply(&state)));
                        }
                    }
                }
            }
            return;
        }
    }

    /// The rest of a block, of which there are several.
    fn ways_inside(
        &self,
        effects: &Effects<W>,
        state: &[Word; W],
        process: usize,
        each: &mut impl TakeWay<W>,
    ) {
        self.ways(effects, state, process, true, each);
    }

    fn expand_directly(&self, id: StateId, state: &[Word; W], work: &mut Work<W>, scratch: &mut Scratch) {
        let before = work.transitions;
        let mut buffer = Vec::new();
        let mut known = true;
        self.successors(state, scratch, |scratch, _, went| match went {
            Went::Nowhere => {}
            Went::Stopped(stopped) => {
                work.transitions += 1;
                work.batch.stops.push((id, stopped));
            }
            Went::On => match self.codec.encode(&scratch.world, &mut buffer) {
                Ok(next) => self.reach(id, next, work),
                Err(Unknown) => known = false,
            },
        });
        if !known {
            work.questions.push(Question::All(*state));
        } else if work.transitions == before {
            work.batch.leaves.push(id);
        }
    }
}

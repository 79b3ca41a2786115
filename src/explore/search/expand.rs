//! What follows a few states: the work of one worker.
//!
//! Decides in which order successors come, and what is noted of a state itself.
//! What a worker cannot know it asks; see [`Question`].

use super::first::{First, Race};
use super::state_graph::{StateGraph, Takers, Way};
use super::store::StateId;
use super::work::{About, Batch, Question, Work, Worker};
use crate::explore::ends::Stopped;
use crate::explore::reduction::StubbornSet;
use crate::explore::state::{Access, Unknown};
use crate::explore::transition::{Scratch, Transition};
use crate::explore::transition_cache::{Code, TransitionCache, added};
use crate::ids::{OpId, ProcessId};
use crate::value::Word;
use std::ops::Range;

impl<const W: usize> StateGraph<'_, W> {
    /// Expands these states, or what of them was not known the last time.
    pub(crate) fn expand_some(&self, states: Range<usize>, work: &mut Work<W>, worker: &mut Worker<W>) {
        let first = states.start;
        work.frontier.clear();
        worker.recent.make_room(self.store.state(0), states.len());
        std::mem::swap(&mut work.frontier.recent, &mut worker.recent);
        if !work.begun {
            work.begun = true;
            work.goes_on.clear();
            work.goes_on.resize(states.len(), false);
            self.expand_all(states, work, &mut worker.scratch);
        } else {
            for question in &std::mem::take(&mut work.questions) {
                if self.expand_again(question, work, &mut worker.scratch) {
                    work.goes_on[question.id as usize - first] = true;
                }
            }
        }
        std::mem::swap(&mut work.frontier.recent, &mut worker.recent);
        work.frontier.sort(&mut worker.spare);
        work.done = work.questions.is_empty();
        if work.done {
            let leaves = work.goes_on.iter().enumerate().filter(|(_, goes_on)| !**goes_on);
            work.batch.leaves.extend(leaves.map(|(number, _)| (first + number) as StateId));
            // As if one state had come after the other.
            work.batch.stops.sort_by_key(|&(id, _)| id);
        }
    }

    fn expand_all(&self, states: Range<usize>, work: &mut Work<W>, scratch: &mut Scratch) {
        let first = states.start;
        let each = states.clone().zip(&self.store.states()[states.clone()]);
        if self.space.watches {
            each.clone().for_each(|(id, state)| self.look_at(id as StateId, state, &mut work.batch));
        }
        match &self.cache {
            Some(cache) if self.space.stubborn.is_some() => {
                let mut set = StubbornSet::default();
                for (id, state) in each {
                    let goes_on = self.expand_reduced(cache, id as StateId, state, &mut set, work);
                    work.goes_on[id - first] = goes_on;
                }
            }
            Some(cache) => self.expand_learnt(cache, states, work),
            None => {
                for (id, state) in each {
                    work.goes_on[id - first] = self.expand_directly(id as StateId, state, work, scratch);
                }
            }
        }
    }

    /// Goes on where something had to be learnt first; whether there is a way.
    fn expand_again(&self, question: &Question<W>, work: &mut Work<W>, scratch: &mut Scratch) -> bool {
        let &Question { id, ref state, about } = question;
        match (about, &self.cache) {
            (About::Step { process, steps }, Some(cache)) => {
                self.reach_by(cache, id, state, (process, steps), work)
            }
            (About::Steps, Some(cache)) => {
                self.expand_reduced(cache, id, state, &mut StubbornSet::default(), work)
            }
            (About::Name, _) => self.reach(id, *state, work),
            (About::All | About::Step { .. } | About::Steps, _) => {
                self.expand_directly(id, state, work, scratch)
            }
        }
    }

    /// Narrator what is wrong with a state itself.
    fn look_at(&self, id: StateId, state: &[Word; W], batch: &mut Batch) {
        let codec = &self.space.codec;
        if let Some(&watched) = codec.fields.last().filter(|_| !codec.broken.is_empty()) {
            for &expectation in &codec.broken[watched.of(state) as usize] {
                First::note(batch.broken.entry(expectation), id);
            }
        }
        let mut seen: Vec<(ProcessId, Access)> = Vec::new();
        for process in 0..codec.layout.processes() {
            let Some(access) = codec.access(process, codec.fields[process].of(state)) else { continue };
            let process = ProcessId::from_index(process);
            for (other, earlier) in seen.iter().filter(|(_, earlier)| earlier.races_with(&access)) {
                First::note(batch.races.entry(Race::new((*other, earlier), (process, &access))), id);
            }
            seen.push((process, access));
        }
    }

    /// One process after the other, so that what is known of its steps stays
    /// at hand from state to state. The last comes first, so that of schedules
    /// of one length the one is found in which the first went on first.
    fn expand_learnt(&self, cache: &TransitionCache<W>, states: Range<usize>, work: &mut Work<W>) {
        let first = states.start;
        let few = &self.store.states()[states];
        for process in (0..self.space.relation.program.process_count()).rev() {
            for (number, state) in few.iter().enumerate() {
                let id = (first + number) as StateId;
                if self.reach_by(cache, id, state, (process, 0), work) {
                    work.goes_on[number] = true;
                }
            }
        }
    }

    /// Lets those go on in a state who must, by what was learnt of steps: the
    /// members of a stubborn set; of a state in which nobody is to be left out, which was
    /// expanded before, those who were. Says whether somebody does, as far as is known.
    fn expand_reduced(
        &self,
        cache: &TransitionCache<W>,
        id: StateId,
        state: &[Word; W],
        set: &mut StubbornSet,
        work: &mut Work<W>,
    ) -> bool {
        let Ok(Takers { members, others }) = self.divided(id, set) else {
            work.ask(id, *state, About::Steps);
            return false;
        };
        let mut goes_on = false;
        for process in if self.in_full.contains(&id) { others } else { members } {
            goes_on |= self.reach_by(cache, id, state, (process as usize, 0), work);
        }
        goes_on
    }

    /// Takes note of a successor, under the name that it has among those that
    /// are the same to it. There is one, in any case.
    #[inline(always)]
    fn reach(&self, from: StateId, state: [Word; W], work: &mut Work<W>) -> bool {
        match &self.space.symmetry {
            None => work.frontier.note(from, state),
            Some(symmetry) => match symmetry.representative(&self.space.codec, &state) {
                Ok(state) => work.frontier.note(from, state),
                Err(Unknown) => work.ask(from, state, About::Name),
            },
        }
        true
    }

    /// Lets a process, which has made so many steps of a block, go on in all
    /// ways; whether there is one that is known. Of what an exploration does
    /// this is done most often, so what is rare is not part of it.
    #[inline(always)]
    fn reach_by(
        &self,
        cache: &TransitionCache<W>,
        id: StateId,
        state: &[Word; W],
        (process, steps): (usize, u32),
        work: &mut Work<W>,
    ) -> bool {
        let (mut state, mut steps) = (*state, steps);
        let (entry, several) = self.enter_block(cache, &mut state, process, &mut steps);
        match entry.code {
            Code::Stuck => steps > 0 && self.reach(id, state, work),
            Code::Goes => self.reach(id, entry.apply(&state), work),
            Code::Several => {
                several.all_go(entry).iter().for_each(|add| {
                    self.reach(id, added(&state, add), work);
                });
                true
            }
            Code::Unknown | Code::Enters | Code::List => {
                self.reach_rarely(cache, id, &state, (process, steps), work)
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn reach_rarely(
        &self,
        cache: &TransitionCache<W>,
        id: StateId,
        state: &[Word; W],
        (process, steps): (usize, u32),
        work: &mut Work<W>,
    ) -> bool {
        let mut goes_on = false;
        self.ways(cache, state, (process, steps), &mut |way| {
            goes_on |= match way {
                Way::To(next) => self.reach(id, next, work),
                Way::Ends(end) => {
                    work.batch.stops.push((id, cache.ends[end as usize].clone()));
                    true
                }
                Way::Endless => {
                    work.batch.stops.push((id, self.endless(id, process)));
                    true
                }
                Way::Unknown(state, steps) => {
                    work.ask(id, state, About::Step { process, steps });
                    false
                }
            }
        });
        goes_on
    }

    /// Why the run ends where the block of a process, which is in front of it in
    /// this state, has no end.
    #[cold]
    fn endless(&self, id: StateId, process: usize) -> Stopped {
        let number = self.space.codec.fields[process].of(self.store.state(id));
        let (_, op) = self.space.codec.status(process, number);
        self.space.relation.endless_block(ProcessId::from_index(process), OpId(op))
    }

    /// Asks the kernel itself; whether there is a way that is known.
    fn expand_directly(
        &self,
        id: StateId,
        state: &[Word; W],
        work: &mut Work<W>,
        scratch: &mut Scratch,
    ) -> bool {
        let mut buffer = Vec::new();
        let (mut next, mut stops, mut known) = (Vec::new(), Vec::new(), true);
        self.space.codec.decode(state, &mut scratch.world);
        let stopped = self.space.relation.successors(scratch, |scratch, _, result| {
            match result {
                Transition::Disabled => {}
                Transition::Stopped(stopped) => stops.push((id, stopped)),
                Transition::Made => match self.space.codec.encode(&scratch.world, &mut buffer) {
                    Ok(state) => next.push(state),
                    Err(Unknown) => known = false,
                },
            }
            self.space.relation.cancellation.flow()
        });
        known &= stopped.is_continue();
        if !known {
            work.ask(id, *state, About::All);
            return false;
        }
        let goes_on = !next.is_empty() || !stops.is_empty();
        work.batch.stops.append(&mut stops);
        for state in next {
            self.reach(id, state, work);
        }
        goes_on
    }
}

//! The graph of states as far as it is known: which there are, and what follows
//! each of them.

use super::store::{StateId, Store};
use crate::explore::reduction::StubbornSets;
use crate::explore::state::Codec;
use crate::explore::symmetry::Symmetry;
use crate::explore::transition::{BLOCK_STEPS, Scratch, Transition, TransitionRelation};
use crate::explore::transition_cache::{Code, Entry, Several, TransitionCache, added};
use crate::ids::ProcessId;
use crate::kernel::Machine;
use crate::value::Word;
use std::ops::ControlFlow;

/// What a search goes through, however long its states are.
#[derive(Debug)]
pub(crate) struct Space<'a> {
    pub(crate) relation: TransitionRelation<'a>,
    pub(crate) codec: Codec<'a>,
    /// What processes need not be tried, if that is wanted.
    pub(crate) stubborn: Option<StubbornSets>,
    /// Which processes may change places, if that is wanted.
    pub(crate) symmetry: Option<Symmetry>,
    /// States themselves are looked at: there are memories or monitors.
    pub(crate) watches: bool,
    pub(crate) seed: u64,
}

/// The states that were reached, and what is known of the steps between them.
#[derive(Debug)]
pub(crate) struct StateGraph<'a, const W: usize> {
    pub(crate) space: Space<'a>,
    /// What was learnt of steps; none if the kernel is asked each time.
    pub(crate) cache: Option<TransitionCache<W>>,
    pub(crate) store: Store<W>,
}

/// One way in which a process goes on.
pub(crate) enum Way<const W: usize> {
    /// To this state.
    To([Word; W]),
    /// To the end of the run.
    Ends(u32),
    /// To an end of the run, since its block has none.
    Endless,
    /// The kernel has yet to be asked about this state, in which the process has
    /// made so many steps of a block.
    Unknown([Word; W], u32),
}

impl<const W: usize> StateGraph<'_, W> {
    /// Goes through a block as far as there is one way; how the process goes
    /// on from there, which is once more into the block if that has no end.
    #[inline(always)]
    pub(crate) fn enter_block<'e>(
        &self,
        cache: &'e TransitionCache<W>,
        state: &mut [Word; W],
        process: usize,
        steps: &mut u32,
    ) -> (&'e Entry<W>, &'e Several<W>) {
        loop {
            let (entry, several) = cache.with_several(&self.space.codec, state, process);
            if entry.code != Code::Enters || *steps >= BLOCK_STEPS {
                return (entry, several);
            }
            *state = entry.apply(state);
            *steps += 1;
        }
    }

    /// Hands every way in which a process can go on to `each`; it has
    /// made so many `steps` of an `atomic` block.
    pub(crate) fn ways(
        &self,
        cache: &TransitionCache<W>,
        state: &[Word; W],
        (process, steps): (usize, u32),
        each: &mut dyn FnMut(Way<W>),
    ) {
        let (mut state, mut steps) = (*state, steps);
        let (entry, several) = self.enter_block(cache, &mut state, process, &mut steps);
        match entry.code {
            // It has to wait in the middle.
            Code::Stuck if steps > 0 => each(Way::To(state)),
            Code::Stuck => {}
            Code::Goes => each(Way::To(entry.apply(&state))),
            Code::Unknown => each(Way::Unknown(state, steps)),
            Code::Enters => each(Way::Endless),
            Code::List if steps >= BLOCK_STEPS => each(Way::Endless),
            Code::Several => {
                several.all_go(entry).iter().for_each(|add| each(Way::To(added(&state, add))));
            }
            Code::List => {
                for effect in several.mixed(entry) {
                    if let Some(end) = effect.stopped {
                        each(Way::Ends(end));
                    } else if effect.inside {
                        self.ways(cache, &effect.apply(&state), (process, steps + 1), each);
                    } else {
                        each(Way::To(effect.apply(&state)));
                    }
                }
            }
        }
    }
}

impl<const W: usize> StateGraph<'_, W> {
    /// Whether no schedule is left out.
    pub(crate) fn is_whole(&self) -> bool {
        self.space.stubborn.is_none() && self.space.symmetry.is_none()
    }

    /// Hands every way out of a state, which was expanded, to `each`; `None`
    /// stands for one that is not known.
    pub(crate) fn each_way(
        &self,
        state: &[Word; W],
        scratch: &mut Scratch,
        each: &mut impl FnMut(Option<Way<W>>),
    ) {
        if let Some(ways) = self.learnt_ways(state) {
            return ways.into_iter().for_each(|way| each(Some(way)));
        }
        let mut buffer = Vec::new();
        self.successors(state, scratch, |scratch, _, result| match result {
            Transition::Disabled => {}
            Transition::Stopped(_) => each(Some(Way::Ends(0))),
            Transition::Made => each(self.space.codec.encode(&scratch.world, &mut buffer).ok().map(Way::To)),
        });
    }

    /// Every way out of a state, if all of them were learnt and not forgotten
    /// since.
    fn learnt_ways(&self, state: &[Word; W]) -> Option<Vec<Way<W>>> {
        let cache = self.cache.as_ref()?;
        let mut ways = Vec::new();
        for process in 0..self.space.relation.program.process_count() {
            self.ways(cache, state, (process, 0), &mut |way| ways.push(way));
        }
        let known = !ways.iter().any(|way| matches!(way, Way::Unknown(..)));
        known.then_some(ways)
    }

    /// Hands every successor of a state to `each`, as the world of `scratch`,
    /// with who has made it so.
    pub(crate) fn successors(
        &self,
        state: &[Word; W],
        scratch: &mut Scratch,
        mut each: impl FnMut(&mut Scratch, ProcessId, Transition),
    ) {
        self.space.codec.decode(state, &mut scratch.world);
        let _ = self.space.relation.successors(scratch, |scratch, process, result| {
            each(scratch, process, result);
            ControlFlow::Continue(())
        });
    }
}

impl<const W: usize> StateGraph<'_, W> {
    /// The machine of a state.
    pub(crate) fn machine<'s>(&self, state: StateId, scratch: &'s mut Scratch) -> &'s Machine {
        self.space.codec.decode(self.store.state(state), &mut scratch.world);
        &scratch.world.machine
    }
}

//! The graph of states as far as it is known: which there are, and what follows
//! each of them.

use super::store::{StateId, Store};
use crate::explore::reduction::{StubbornSet, StubbornSets};
use crate::explore::state::{Codec, Unknown};
use crate::explore::symmetry::Symmetry;
use crate::explore::transition::{BLOCK_STEPS, Scratch, Transition, TransitionRelation};
use crate::explore::transition_cache::{Code, Entry, Several, TransitionCache, added};
use crate::ids::ProcessId;
use crate::kernel::Machine;
use crate::value::Word;
use std::collections::BTreeSet;
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
    /// States in which nobody is left out, whoever might be.
    pub(crate) in_full: BTreeSet<StateId>,
    /// Whether some state leads back to itself, once that was found out where
    /// orders are left out.
    pub(crate) goes_round: Option<bool>,
}

/// Who goes on in a state, by number.
#[derive(Debug)]
pub(crate) struct Takers {
    pub(crate) members: Vec<u32>,
    /// Who could go on, and is left out.
    pub(crate) others: Vec<u32>,
}

impl Takers {
    /// Whether nobody is left out.
    pub(crate) fn is_full(&self) -> bool {
        self.others.is_empty()
    }
}

/// What the kernel has yet to be cancellation.
#[derive(Debug)]
pub(crate) enum Unlearnt<const W: usize> {
    /// How a process goes on in this state.
    Step([Word; W], usize),
    /// What this state is called among those that are the same to it.
    Name([Word; W]),
}

impl<'a, const W: usize> StateGraph<'a, W> {
    /// With the first state.
    pub(crate) fn new(space: Space<'a>, cache: Option<TransitionCache<W>>, first: [Word; W]) -> Self {
        let (store, in_full) = (Store::new(first), BTreeSet::new());
        StateGraph { space, cache, store, in_full, goes_round: None }
    }

    /// With states of `V` words, more than before; see [`Store::padded`].
    pub(crate) fn padded<const V: usize>(self) -> StateGraph<'a, V> {
        let StateGraph { space, cache, store, in_full, goes_round } = self;
        let cache = cache.map(|cache| cache.repacked(&space.codec));
        StateGraph { space, cache, store: store.padded(), in_full, goes_round }
    }
}

/// Where orders are left out.
impl<const W: usize> StateGraph<'_, W> {
    /// Who goes on in a state that was expanded.
    pub(crate) fn takers(&self, id: StateId) -> Result<Takers, Unlearnt<W>> {
        let mut takers = self.divided(id, &mut StubbornSet::default())?;
        if self.in_full.contains(&id) {
            takers.members.append(&mut takers.others);
        }
        Ok(takers)
    }

    /// Who goes on in a state at first. Those who lead back to the same state
    /// always do: they change nothing for anybody, so that no set need be good for them.
    pub(crate) fn divided(&self, id: StateId, set: &mut StubbornSet) -> Result<Takers, Unlearnt<W>> {
        let (codec, state) = (&self.space.codec, self.store.state(id));
        let stubborn = self.space.stubborn.as_ref().expect("orders are left out");
        let cache = self.cache.as_ref().expect("they are left out by what was learnt");
        let (mut able, mut members) = (Vec::new(), Vec::new());
        for process in 0..self.space.relation.program.process_count() {
            let entry = cache.of(codec, state, process);
            match entry.code {
                Code::Unknown => return Err(Unlearnt::Step(*state, process)),
                Code::Stuck => {}
                Code::Goes if entry.add == [0; W] => members.push(process as u32),
                Code::Goes | Code::Enters | Code::Several | Code::List => able.push(process as u32),
            }
        }
        let reduced = able.len() > 1 && stubborn.members(codec, cache, state, &able, set);
        let (chosen, others): (Vec<u32>, Vec<u32>) =
            able.into_iter().partition(|&process| !reduced || set.contains(process));
        members.extend(chosen);
        members.sort_unstable();
        Ok(Takers { members, others })
    }

    /// What follows a state that was expanded by stubborn sets.
    pub(crate) fn reduced_followers(&self, id: StateId) -> Result<Vec<StateId>, Unlearnt<W>> {
        let cache = self.cache.as_ref().expect("they are left out by what was learnt");
        let (mut reached, mut unlearnt) = (Vec::new(), None);
        for process in self.takers(id)?.members {
            let process = process as usize;
            self.ways(cache, self.store.state(id), (process, 0), &mut |way| match way {
                Way::To(state) => reached.push(state),
                Way::Ends(_) | Way::Endless => {}
                Way::Unknown(state, _) => unlearnt = Some(Unlearnt::Step(state, process)),
            });
        }
        if let Some(unlearnt) = unlearnt {
            return Err(unlearnt);
        }
        let named = reached.into_iter().map(|state| match self.named(&state) {
            Ok(state) => Ok(self.store.find(&state).expect("it was entered")),
            Err(Unknown) => Err(Unlearnt::Name(state)),
        });
        named.collect()
    }

    /// The state that stands for this one among those that are the same to it.
    pub(crate) fn named(&self, state: &[Word; W]) -> Result<[Word; W], Unknown> {
        match &self.space.symmetry {
            None => Ok(*state),
            Some(symmetry) => symmetry.representative(&self.space.codec, state),
        }
    }
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
        self.each_way_of(state, scratch, &mut |_, way| each(way));
    }

    /// As [`Self::each_way`], with the number of the process that goes on.
    pub(crate) fn each_way_of(
        &self,
        state: &[Word; W],
        scratch: &mut Scratch,
        each: &mut impl FnMut(usize, Option<Way<W>>),
    ) {
        if let Some(ways) = self.learnt_ways(state) {
            return ways.into_iter().for_each(|(process, way)| each(process, Some(way)));
        }
        let mut buffer = Vec::new();
        self.successors(state, scratch, |scratch, process, result| match result {
            Transition::Disabled => {}
            Transition::Stopped(_) => each(process.index(), Some(Way::Ends(0))),
            Transition::Made => {
                let next = self.space.codec.encode(&scratch.world, &mut buffer);
                each(process.index(), next.ok().map(Way::To));
            }
        });
    }

    /// Every way out of a state, if all of them were learnt and not forgotten
    /// since.
    fn learnt_ways(&self, state: &[Word; W]) -> Option<Vec<(usize, Way<W>)>> {
        let cache = self.cache.as_ref()?;
        let mut ways = Vec::new();
        for process in 0..self.space.relation.program.process_count() {
            self.ways(cache, state, (process, 0), &mut |way| ways.push((process, way)));
        }
        let known = !ways.iter().any(|(_, way)| matches!(way, Way::Unknown(..)));
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

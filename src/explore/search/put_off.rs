//! What a search that leaves out orders would put off for ever.
//!
//! Where some processes go round, the steps of others may be left out in every
//! state of the round: each time they could come later. Every deadlock is found
//! all the same, but not what such a step comes to. So a search by stubborn sets is only
//! over if each way leads to a state in which everybody went on who can: once
//! all states are known, those parts of their graph that no state leaves are
//! looked at, and where such a part goes round without such a state, its first
//! one is made one (A. Valmari, "Stubborn sets for reduced state space
//! generation", 1990, section 5, on the ignoring problem). Nothing is expanded
//! more where all ways lead to an end.

use super::components::{Component, each_component};
use super::state_graph::{StateGraph, Takers, Unlearnt};
use super::store::StateId;
use crate::explore::transition::Scratch;
use crate::explore::transition_cache::Oracle;
use crate::program::may_go_round;

/// Why it was not found out.
pub(super) enum NotFound {
    /// It is to stop.
    Stopped,
    /// A value has a number that its field cannot hold, so that states must be packed anew first.
    Outgrown,
}

/// A graph of which all states are expanded, and what the kernel works on if
/// it must be asked again.
pub(super) struct Expanded<'g, 'a, const W: usize> {
    pub(super) graph: &'g mut StateGraph<'a, W>,
    pub(super) scratch: &'g mut Scratch,
}

impl<const W: usize> Expanded<'_, '_, W> {
    /// The states that must yet be expanded in full; none if that was the search.
    pub(super) fn put_off(&mut self) -> Result<Vec<StateId>, NotFound> {
        if self.graph.space.stubborn.is_none() {
            return Ok(Vec::new());
        }
        let (mut rounds, mut goes_round) = (Vec::new(), false);
        if may_go_round(self.graph.space.relation.program) {
            let mut look = |component: Component| {
                goes_round |= component.goes_round;
                if component.goes_round && !component.is_left {
                    rounds.push(component.states);
                }
            };
            let count = self.graph.store.len();
            each_component(count, &mut |state| self.followers(state), &mut look)?;
        }
        self.graph.goes_round = Some(goes_round);
        let mut put_off = Vec::new();
        for states in rounds {
            let mut is_full = false;
            for &state in &states {
                is_full |= self.takers(state)?.is_full();
            }
            if !is_full {
                put_off.extend(states.iter().min());
            }
        }
        Ok(put_off)
    }

    /// Who went on in a state.
    fn takers(&mut self, state: StateId) -> Result<Takers, NotFound> {
        loop {
            match self.graph.takers(state) {
                Ok(takers) => return Ok(takers),
                Err(unlearnt) => self.learn_again(unlearnt)?,
            }
        }
    }

    /// What follows a state.
    fn followers(&mut self, state: StateId) -> Result<Vec<StateId>, NotFound> {
        if self.graph.space.relation.cancellation.check(u64::from(state)).is_err() {
            return Err(NotFound::Stopped);
        }
        loop {
            match self.graph.reduced_followers(state) {
                Ok(followers) => return Ok(followers),
                Err(unlearnt) => self.learn_again(unlearnt)?,
            }
        }
    }

    /// Asks the kernel what was learnt and forgotten.
    fn learn_again(&mut self, unlearnt: Unlearnt<W>) -> Result<(), NotFound> {
        let space = &mut self.graph.space;
        match (unlearnt, &mut self.graph.cache, &space.symmetry) {
            (Unlearnt::Step(state, process), Some(cache), _) => {
                let (relation, codec, scratch) = (&space.relation, &mut space.codec, &mut *self.scratch);
                cache.learn(&mut Oracle { relation, codec, scratch }, &state, process);
            }
            (Unlearnt::Name(state), _, Some(symmetry)) => symmetry.learn(&mut space.codec, &state),
            (Unlearnt::Step(..) | Unlearnt::Name(_), ..) => unreachable!("it was learnt before"),
        }
        if space.codec.outgrown { Err(NotFound::Outgrown) } else { Ok(()) }
    }
}

//! Questions about the whole graph of states, once it is known: how many
//! schedules there are, what can still come of a state, and from when on a bad
//! end could not be avoided any more.

use super::expand::Way;
use super::relation::{End, Scratch};
use super::search::Search;
use super::store::StateId;
use crate::kernel::Machine;
use crate::program::may_end;
use crate::time::Time;
use crate::value::Word;
use std::collections::BTreeMap;

/// Graphs of more states than this are not asked.
pub(super) const MOST_STATES: usize = 4_000_000;

/// States that are looked at to find out from when on an end is unavoidable.
const MOST_VISITED: usize = 500_000;

/// What follows a state directly.
#[derive(Debug, Default)]
pub(super) struct Next {
    /// Successors, one for each transition; so one may be there several times.
    pub(super) states: Vec<StateId>,
    /// Transitions that end the run.
    pub(super) stops: usize,
    /// Some successor was never entered, since the search was cut.
    pub(super) unknown: bool,
}

/// The states in an order in which every one comes before its successors, and
/// in how many ways each can be reached.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) states: Vec<StateId>,
    /// By state; `None` if there are too many to count.
    pub(super) ways: Vec<Option<u128>>,
    /// States without a successor.
    pub(super) leaves: Vec<StateId>,
    /// In how many ways a run ends in the middle of a transition.
    pub(super) stopped: Option<u128>,
}

/// The least and the greatest total time that can still come of a state.
pub(super) type Range = (Time, Time);

impl<const W: usize> Search<'_, W> {
    /// What follows a state.
    pub(super) fn next(&self, state: StateId, scratch: &mut Scratch) -> Next {
        let mut next = Next::default();
        self.each_way(self.store.state(state), scratch, &mut |way| match way {
            Some(Way::Ends(_) | Way::Endless) => next.stops += 1,
            Some(Way::To(packed)) => self.note(&packed, &mut next),
            Some(Way::Unknown(..)) | None => next.unknown = true,
        });
        next
    }

    /// Enters a successor.
    pub(super) fn note(&self, packed: &[Word; W], next: &mut Next) {
        match self.store.find(packed) {
            Some(id) => next.states.push(id),
            None => next.unknown = true,
        }
    }

    /// All states, if the graph is whole, without circles, and not too large.
    pub(super) fn order(&self, scratch: &mut Scratch) -> Option<Order> {
        let count = self.store.len();
        if count > MOST_STATES || !may_end(self.space.relation.image) {
            return None;
        }
        let mut incoming = vec![0u32; count];
        let mut edges: Vec<Vec<StateId>> = Vec::with_capacity(count);
        let mut stops: Vec<u32> = Vec::with_capacity(count);
        let mut leaves = Vec::new();
        for id in 0..count {
            let next = self.next(id as StateId, scratch);
            if next.unknown || self.space.relation.asked.check(id as u64).is_err() {
                return None;
            }
            next.states.iter().for_each(|&to| incoming[to as usize] += 1);
            stops.push(next.stops as u32);
            if next.states.is_empty() && next.stops == 0 {
                leaves.push(id as StateId);
            }
            edges.push(next.states);
        }
        let mut order = Order { states: Vec::new(), ways: vec![Some(0); count], leaves, stopped: Some(0) };
        order.ways[0] = Some(1);
        let mut open: Vec<StateId> = vec![0];
        if incoming[0] > 0 {
            return None;
        }
        while let Some(id) = open.pop() {
            let own = order.ways[id as usize];
            for &to in &edges[id as usize] {
                let ways = &mut order.ways[to as usize];
                *ways = ways.zip(own).and_then(|(a, b)| a.checked_add(b));
                incoming[to as usize] -= 1;
                if incoming[to as usize] == 0 {
                    open.push(to);
                }
            }
            let stopped = own.and_then(|own| own.checked_mul(u128::from(stops[id as usize])));
            order.stopped = order.stopped.zip(stopped).and_then(|(a, b)| a.checked_add(b));
            order.states.push(id);
        }
        (order.states.len() == count).then_some(order)
    }

    /// By state, the range of total times that completed runs through it have.
    pub(super) fn ranges(&self, order: &Order, scratch: &mut Scratch) -> Vec<Option<Range>> {
        let mut ranges: Vec<Option<Range>> = vec![None; self.store.len()];
        for &id in order.states.iter().rev() {
            let next = self.next(id, scratch);
            if next.states.is_empty() && next.stops == 0 {
                let machine = self.machine(id, scratch);
                if self.space.relation.end(machine) == End::Completed {
                    ranges[id as usize] = Some((machine.now, machine.now));
                }
                continue;
            }
            let behind = next.states.iter().filter_map(|&to| ranges[to as usize]);
            ranges[id as usize] = behind.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        }
        ranges
    }

    /// The machine of a state.
    pub(super) fn machine<'s>(&self, state: StateId, scratch: &'s mut Scratch) -> &'s Machine {
        self.space.codec.decode(self.store.state(state), &mut scratch.world);
        &scratch.world.machine
    }

    /// The first state of `path` from which every run ends badly; `None` if
    /// that is not found out in good time. The last state of the path is such
    /// a state.
    pub(super) fn first_doomed(&self, path: &[StateId], scratch: &mut Scratch) -> Option<usize> {
        let mut fates = BTreeMap::new();
        let mut first = path.len() - 1;
        for (place, &state) in path.iter().enumerate().rev() {
            match self.is_doomed(state, &mut fates, scratch)? {
                true => first = place,
                false => break,
            }
        }
        Some(first)
    }

    /// Whether every run from this state ends in a deadlock or in the middle
    /// of a transition.
    fn is_doomed(
        &self,
        state: StateId,
        fates: &mut BTreeMap<StateId, Fate>,
        scratch: &mut Scratch,
    ) -> Option<bool> {
        let mut stack: Vec<(StateId, Vec<StateId>)> = Vec::new();
        if let Some(fate) = fates.get(&state) {
            return Some(*fate == Fate::Doomed);
        }
        stack.push((state, self.visit(state, fates, scratch)?));
        while let Some((id, rest)) = stack.last_mut() {
            let Some(next) = rest.pop() else {
                fates.entry(*id).and_modify(|fate| {
                    if *fate == Fate::Open {
                        *fate = Fate::Doomed;
                    }
                });
                stack.pop();
                continue;
            };
            match fates.get(&next) {
                Some(Fate::Doomed) => {}
                // A circle is a run that goes on for ever.
                Some(Fate::Open | Fate::Escapes) => {
                    stack.iter().for_each(|&(id, _)| {
                        fates.insert(id, Fate::Escapes);
                    });
                    return Some(false);
                }
                None => {
                    if fates.len() > MOST_VISITED {
                        return None;
                    }
                    let successors = self.visit(next, fates, scratch)?;
                    stack.push((next, successors));
                }
            }
            if let Some(&(top, _)) = stack.last()
                && fates.get(&top) == Some(&Fate::Escapes)
            {
                stack.iter().for_each(|&(id, _)| {
                    fates.insert(id, Fate::Escapes);
                });
                return Some(false);
            }
        }
        Some(fates.get(&state) == Some(&Fate::Doomed))
    }

    /// Enters a state as open, or as one with a good end; gives its successors.
    fn visit(
        &self,
        state: StateId,
        fates: &mut BTreeMap<StateId, Fate>,
        scratch: &mut Scratch,
    ) -> Option<Vec<StateId>> {
        let next = self.next(state, scratch);
        if next.unknown || self.space.relation.asked.check(fates.len() as u64).is_err() {
            return None;
        }
        let is_leaf = next.states.is_empty() && next.stops == 0;
        let good = is_leaf && self.space.relation.end(self.machine(state, scratch)) != End::Deadlock;
        fates.insert(state, if good { Fate::Escapes } else { Fate::Open });
        Some(next.states)
    }
}

/// What can come of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is on the path at hand.
    Open,
    /// Every run from it ends badly.
    Doomed,
    /// Some run from it does not.
    Escapes,
}

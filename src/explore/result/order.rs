//! Questions about the whole graph of states, once it is known: how many
//! schedules there are, and what can still come of a state.

use crate::explore::ends::End;
use crate::explore::search::{StateGraph, StateId, Way};
use crate::explore::transition::{Scratch, Transition};
use crate::program::may_end;
use crate::value::Word;

/// Graphs of more states than this are not asked.
pub(crate) const MOST_STATES: usize = 4_000_000;

/// What follows a state directly.
#[derive(Debug, Default)]
pub(crate) struct Next {
    /// Successors, one for each transition; so one may be there several times.
    pub(crate) states: Vec<StateId>,
    /// Transitions that end the run.
    pub(crate) stops: usize,
    /// Some successor was never entered, since the search was cut.
    pub(crate) unknown: bool,
}

/// What follows a state directly, and how many nanoseconds later.
#[derive(Debug, Default)]
pub(crate) struct TimedNext {
    /// Successors, one for each transition.
    pub(crate) states: Vec<(StateId, u64)>,
    /// See [`Next::stops`].
    pub(crate) stops: usize,
    /// See [`Next::unknown`].
    pub(crate) unknown: bool,
}

/// The states in an order in which every one comes before its successors, and
/// in how many ways each can be reached.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) states: Vec<StateId>,
    /// By state; `None` if there are too many to count.
    pub(crate) ways: Vec<Option<u128>>,
    /// States without a successor.
    pub(crate) leaves: Vec<StateId>,
    /// In how many ways a run ends in the middle of a transition.
    pub(crate) stopped: Option<u128>,
}

/// The least and the greatest time that can still pass behind a state, in nanoseconds.
pub(crate) type Range = (u64, u64);

impl<const W: usize> StateGraph<'_, W> {
    /// What follows a state.
    pub(crate) fn next(&self, state: StateId, scratch: &mut Scratch) -> Next {
        let mut next = Next::default();
        self.each_way(self.store.state(state), scratch, &mut |way| match way {
            Some(Way::Ends(_) | Way::Endless) => next.stops += 1,
            Some(Way::To(packed)) => self.note(&packed, &mut next),
            Some(Way::Unknown(..)) | None => next.unknown = true,
        });
        next
    }

    /// Enters a successor.
    pub(crate) fn note(&self, packed: &[Word; W], next: &mut Next) {
        match self.entered(packed) {
            Some(id) => next.states.push(id),
            None => next.unknown = true,
        }
    }

    /// The state that was entered for this one, if one was.
    fn entered(&self, packed: &[Word; W]) -> Option<StateId> {
        self.named(packed).ok().and_then(|state| self.store.find(&state))
    }

    /// What follows a state, and how long after it.
    pub(crate) fn timed_next(&self, state: StateId, scratch: &mut Scratch) -> TimedNext {
        let (mut next, mut buffer) = (TimedNext::default(), Vec::new());
        let before = self.machine(state, scratch).now.as_nanos();
        self.successors(self.store.state(state), scratch, |scratch, _, result| match result {
            Transition::Disabled => {}
            Transition::Stopped(_) => next.stops += 1,
            Transition::Made => {
                let packed = self.space.codec.encode(&scratch.world, &mut buffer).ok();
                let lasts = scratch.world.machine.now.as_nanos() - before;
                match packed.and_then(|packed| self.entered(&packed)) {
                    Some(id) => next.states.push((id, lasts)),
                    None => next.unknown = true,
                }
            }
        });
        next
    }

    /// All states, if the graph is whole, without circles, and not too large.
    pub(crate) fn order(&self, scratch: &mut Scratch) -> Option<Order> {
        let count = self.store.len();
        if count > MOST_STATES || !may_end(self.space.relation.program) {
            return None;
        }
        let mut incoming = vec![0u32; count];
        let mut edges: Vec<Vec<StateId>> = Vec::with_capacity(count);
        let mut stops: Vec<u32> = Vec::with_capacity(count);
        let mut leaves = Vec::new();
        for id in 0..count {
            let next = self.next(id as StateId, scratch);
            if next.unknown || self.space.relation.cancellation.check(id as u64).is_err() {
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

    /// By state, how long completed runs still take from there.
    pub(crate) fn ranges(&self, order: &Order, scratch: &mut Scratch) -> Vec<Option<Range>> {
        let mut ranges: Vec<Option<Range>> = vec![None; self.store.len()];
        for &id in order.states.iter().rev() {
            let next = self.timed_next(id, scratch);
            if next.states.is_empty() && next.stops == 0 {
                let machine = self.machine(id, scratch);
                if self.space.relation.end(machine) == End::Completed {
                    ranges[id as usize] = Some((0, 0));
                }
                continue;
            }
            let behind = next.states.iter().filter_map(|&(to, lasts)| later(ranges[to as usize], lasts));
            ranges[id as usize] = behind.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        }
        ranges
    }
}

/// A range that begins so many nanoseconds later.
pub(crate) fn later(range: Option<Range>, nanos: u64) -> Option<Range> {
    range.map(|(least, most)| (least.saturating_add(nanos), most.saturating_add(nanos)))
}

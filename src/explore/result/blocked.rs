//! Who waits for ever while others go on: a deadlock of some.
//!
//! A process is blocked for ever in a state if in none that can follow, however
//! others go on, it makes a step or is let on by somebody. Decides that on the
//! whole graph of states, by the parts of it in which each state leads to each
//! other. Where nobody goes on for ever such a wait ends in a deadlock of all,
//! or at the stop time, which is told as that. Where there is a stop time, until which
//! one may wait, only those count who wait in a circle for mutexes of each other.

use super::order::Next;
use crate::explore::search::{StateGraph, StateId, Way, each_component};
use crate::explore::transition::Scratch;
use crate::ids::ProcessId;
use crate::kernel::{State, may_free_waiters, stuck_by_owners};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// Larger graphs are not asked: it takes as long as to go through all states
/// twice.
pub(crate) const MOST_STATES: usize = 1_000_000;

/// It was not found out.
pub(crate) struct NotFound;

/// States from which some processes never go on although others do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockedSome {
    /// The first of them.
    pub(crate) state: StateId,
    /// How many there are.
    pub(crate) states: u64,
    /// Who waits for ever in the first, or where it is come back to behind it.
    pub(crate) blocked: Vec<ProcessId>,
    /// Who can go on for ever from there.
    pub(crate) others: Vec<ProcessId>,
    /// How somebody goes on for ever from there; `None` if that was not looked for.
    pub(crate) behind: Option<Behind>,
}

/// A way from a state back to one on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Behind {
    /// The states behind the first, up to one that is come back to; none if the first is.
    pub(crate) to: Vec<StateId>,
    /// The states behind that, the last of which is the same.
    pub(crate) round: Vec<StateId>,
}

/// Sets of processes, one after the other, each as bits.
struct Sets {
    words: usize,
    bits: Vec<u64>,
}

impl Sets {
    fn new(processes: usize) -> Sets {
        Sets { words: processes.div_ceil(64).max(1), bits: Vec::new() }
    }

    /// An empty one more.
    fn push(&mut self) {
        self.bits.extend(std::iter::repeat_n(0, self.words));
    }

    fn range(&self, set: usize) -> Range<usize> {
        set * self.words..(set + 1) * self.words
    }

    fn add(&mut self, set: usize, process: usize) {
        self.bits[set * self.words + process / 64] |= 1 << (process % 64);
    }

    fn add_all(&mut self, set: usize, other: usize) {
        let (into, from) = (self.range(set), self.range(other));
        for (into, from) in into.zip(from) {
            self.bits[into] |= self.bits[from];
        }
    }

    fn has(&self, set: usize, process: usize) -> bool {
        self.bits[set * self.words + process / 64] >> (process % 64) & 1 == 1
    }
}

/// The parts of a graph in which each state leads to each other, those that a part leads
/// to before it, and what is known of each.
struct Parts {
    /// Their states, part by part.
    states: Vec<StateId>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// By state: its part.
    of: Vec<u32>,
    goes_round: Vec<bool>,
    /// Who goes on from it at some time, or is done.
    lively: Sets,
    /// Who can go on from it for ever.
    tireless: Sets,
    /// From it, somebody can.
    goes_on: Vec<bool>,
}

impl<const W: usize> StateGraph<'_, W> {
    /// Those who wait in a circle, each for a mutex that the next one owns, while others may go on; where somebody
    /// may be stopped or interrupted, only at the end of a schedule.
    pub(crate) fn stuck_by_owners(&self, scratch: &mut Scratch) -> Result<Option<BlockedSome>, NotFound> {
        let (program, count) = (self.space.relation.program, self.store.len());
        // Without anything that has an owner there is nothing to look for.
        if !program.resources.iter().any(|info| info.kind.is_owned() && info.count > 0) {
            return Ok(None);
        }
        if count > MOST_STATES {
            return Err(NotFound);
        }
        let may_be_freed = may_free_waiters(program);
        let mut found: Option<BlockedSome> = None;
        for state in 0..count as StateId {
            self.space.relation.cancellation.check(u64::from(state)).map_err(|_| NotFound)?;
            let blocked = stuck_by_owners(program, self.machine(state, scratch));
            if blocked.is_empty() || may_be_freed && !self.next(state, scratch).states.is_empty() {
                continue;
            }
            let machine = self.machine(state, scratch);
            let goes_on = |process: &ProcessId| {
                matches!(machine.state(program, *process), State::Ready | State::Delayed | State::New)
                    && !self.space.relation.is_idle(machine, *process)
                    && !blocked.contains(process)
            };
            let others: Vec<ProcessId> = self.space.relation.processes().filter(goes_on).collect();
            // Where nobody else is left it is a deadlock of all.
            if others.is_empty() {
                continue;
            }
            match &mut found {
                Some(found) => found.states += 1,
                None => {
                    // Where there is a stop time, that may be the end of all that comes behind.
                    found = Some(BlockedSome { state, states: 1, blocked, others, behind: None });
                }
            }
        }
        Ok(found)
    }

    /// The states in which somebody waits for ever while others go on; `None` if there are
    /// none.
    pub(crate) fn blocked_some(&self, scratch: &mut Scratch) -> Result<Option<BlockedSome>, NotFound> {
        if self.store.len() > MOST_STATES {
            return Err(NotFound);
        }
        let mut parts = self.parts(scratch)?;
        let mut begin = 0;
        for part in 0..parts.ends.len() {
            let end = parts.ends[part];
            parts.lively.push();
            parts.tireless.push();
            parts.goes_on.push(parts.goes_round[part]);
            for place in begin..end {
                self.follow(parts.states[place], part, &mut parts, scratch)?;
            }
            begin = end;
        }
        let Some(mut found) = self.first_blocked(&parts) else { return Ok(None) };
        // If there is no time left for that, it is a finding all the same.
        found.behind = self.round_behind(found.state, &parts, scratch).ok().flatten();
        if let Some(&last) = found.behind.as_ref().and_then(|behind| behind.round.last()) {
            // On the way others may have come to wait so.
            (found.blocked, found.others) = self.blocked_in(parts.of[last as usize] as usize, &parts);
        }
        Ok(Some(found))
    }

    /// A shortest way from a state to one that can come again, and a shortest one from there back to it.
    fn round_behind(
        &self,
        from: StateId,
        parts: &Parts,
        scratch: &mut Scratch,
    ) -> Result<Option<Behind>, NotFound> {
        let part = |state: StateId| parts.of[state as usize];
        let comes_again = |state: StateId| parts.goes_round[part(state) as usize];
        let to = match comes_again(from) {
            true => Vec::new(),
            false => match self.shortest_way(from, &comes_again, &|_| true, scratch)? {
                Some(to) => to,
                None => return Ok(None),
            },
        };
        let first = to.last().copied().unwrap_or(from);
        let round =
            self.shortest_way(first, &|state| state == first, &|state| part(state) == part(first), scratch)?;
        Ok(round.map(|round| Behind { to, round }))
    }

    /// The states of a shortest way, of one transition at least, to one that is sought, by way of such as
    /// `goes` says.
    fn shortest_way(
        &self,
        from: StateId,
        is_sought: &dyn Fn(StateId) -> bool,
        goes: &dyn Fn(StateId) -> bool,
        scratch: &mut Scratch,
    ) -> Result<Option<Vec<StateId>>, NotFound> {
        // By state: the one before it.
        let mut before: BTreeMap<StateId, StateId> = BTreeMap::new();
        let mut open = VecDeque::from([from]);
        while let Some(state) = open.pop_front() {
            let next = self.next(state, scratch);
            let is_over = self.space.relation.cancellation.check(u64::from(state)).is_err();
            if next.unknown || is_over {
                return Err(NotFound);
            }
            for to in next.states.into_iter().filter(|&to| goes(to)) {
                if is_sought(to) {
                    let mut way = vec![to, state];
                    while let Some(&earlier) = way.last().and_then(|last| before.get(last)) {
                        way.push(earlier);
                    }
                    way.pop();
                    way.reverse();
                    return Ok(Some(way));
                }
                if to != from && !before.contains_key(&to) {
                    before.insert(to, state);
                    open.push_back(to);
                }
            }
        }
        Ok(None)
    }

    fn parts(&self, scratch: &mut Scratch) -> Result<Parts, NotFound> {
        let (count, processes) = (self.store.len(), self.space.codec.layout.processes());
        let mut parts = Parts {
            states: Vec::with_capacity(count),
            ends: Vec::new(),
            of: vec![0; count],
            goes_round: Vec::new(),
            lively: Sets::new(processes),
            tireless: Sets::new(processes),
            goes_on: Vec::new(),
        };
        let mut next = |state: StateId| -> Result<Vec<StateId>, NotFound> {
            let Next { states, unknown, .. } = self.next(state, scratch);
            let is_over = self.space.relation.cancellation.check(u64::from(state)).is_err();
            if unknown || is_over { Err(NotFound) } else { Ok(states) }
        };
        each_component(count, &mut next, &mut |component| {
            for &state in &component.states {
                parts.of[state as usize] = parts.ends.len() as u32;
            }
            parts.states.extend(component.states);
            parts.ends.push(parts.states.len());
            parts.goes_round.push(component.goes_round);
        })?;
        Ok(parts)
    }

    /// Takes note of what can come of a state of this part.
    fn follow(
        &self,
        id: StateId,
        part: usize,
        parts: &mut Parts,
        scratch: &mut Scratch,
    ) -> Result<(), NotFound> {
        let state = self.store.state(id);
        let (codec, mut known) = (&self.space.codec, true);
        let processes = codec.layout.processes();
        let of = |process: usize, state: &[u64; W]| codec.fields[process].of(state);
        self.each_way_of(state, scratch, &mut |process, way| {
            parts.lively.add(part, process);
            let Some(Way::To(next)) = way else {
                known &= matches!(way, Some(Way::Ends(_) | Way::Endless));
                return;
            };
            let Some(to) = self.store.find(&next) else {
                known = false;
                return;
            };
            let to = parts.of[to as usize] as usize;
            // Whoever was let on by that has moved, also if it waits again.
            let moved = (0..processes).filter(|&process| of(process, state) != of(process, &next));
            moved.for_each(|process| parts.lively.add(part, process));
            if to == part {
                parts.tireless.add(part, process);
            } else {
                parts.lively.add_all(part, to);
                parts.tireless.add_all(part, to);
                parts.goes_on[part] |= parts.goes_on[to];
            }
        });
        let machine = self.machine(id, scratch);
        for process in 0..processes {
            let state = machine.state(self.space.relation.program, ProcessId::from_index(process));
            let waits = match state {
                State::Blocked => true,
                // Without time it stands in front of what it waits for.
                State::Ready => !self.space.relation.timed,
                State::Delayed | State::New | State::Done => false,
            };
            if !waits {
                parts.lively.add(part, process);
            }
        }
        if known { Ok(()) } else { Err(NotFound) }
    }

    fn first_blocked(&self, parts: &Parts) -> Option<BlockedSome> {
        let processes = self.space.codec.layout.processes();
        let blocks = |part: usize| {
            parts.goes_on[part] && (0..processes).any(|process| self.is_stuck(part, process, parts))
        };
        let blocking: Vec<bool> = (0..parts.ends.len()).map(blocks).collect();
        let mut states = (0..self.store.len()).filter(|&state| blocking[parts.of[state] as usize]);
        let first = states.next()?;
        let (blocked, others) = self.blocked_in(parts.of[first] as usize, parts);
        let states = 1 + states.count() as u64;
        Some(BlockedSome { state: first as StateId, states, blocked, others, behind: None })
    }

    /// Who waits for ever in a part, and who can go on for ever from there.
    fn blocked_in(&self, part: usize, parts: &Parts) -> (Vec<ProcessId>, Vec<ProcessId>) {
        let all = |is_one: &dyn Fn(usize) -> bool| {
            let processes = 0..self.space.codec.layout.processes();
            processes.filter(|&process| is_one(process)).map(ProcessId::from_index).collect()
        };
        (
            all(&|process| self.is_stuck(part, process, parts)),
            all(&|process| parts.tireless.has(part, process)),
        )
    }

    /// Whether a process waits for ever in a part. What a daemon waits for need not come.
    fn is_stuck(&self, part: usize, process: usize, parts: &Parts) -> bool {
        let is_daemon = self.space.relation.program.is_daemon(ProcessId::from_index(process));
        !is_daemon && !parts.lively.has(part, process)
    }
}

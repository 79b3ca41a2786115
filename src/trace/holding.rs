//! Who holds which lock, from when to when.
//!
//! Decides which resources are locks (those that a process owns; under a read-write lock also
//! those who read), and where one holding ends and the next begins. Permits of a semaphore are
//! owned by nobody: whoever gives one back need not have taken it.

use super::event::{Event, Kind};
use super::header::Header;
use super::resource_kind::ResourceKind;
use super::sink::Trace;
use super::stand_in::StandIns;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::Time;

/// A stretch of time, longer than none, in which the same processes hold a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The mutex or read-write lock.
    pub lock: ResourceId,
    /// From when on.
    pub start: Time,
    /// Until when.
    pub end: Time,
    /// Who holds it, in the order in which they came: one process, or those who read; of very
    /// many the first [`Holding::MOST_NAMED`].
    pub holders: Vec<ProcessId>,
    /// How many hold it.
    pub count: usize,
    /// Whether they read under a read-write lock.
    pub reads: bool,
    /// The op with which the last of them came.
    pub op: OpId,
}

impl Holding {
    /// How many holders are known by name.
    pub const MOST_NAMED: usize = 8;
}

/// The holdings of all locks, in order of lock, then time.
pub fn holdings(trace: &Trace) -> Vec<Holding> {
    let mut locks = Locks::new(&trace.header);
    for event in &trace.events {
        locks.hear(&event);
    }
    locks.finish(trace.end)
}

/// What is known of the locks while a run goes on.
struct Locks {
    stand_ins: StandIns,
    /// By resource.
    states: Vec<Option<LockState>>,
    done: Vec<Holding>,
}

/// Who holds one lock now.
struct LockState {
    holders: Vec<ProcessId>,
    /// Since when it is these.
    since: Time,
    reads: bool,
    op: OpId,
}

impl LockState {
    fn free() -> LockState {
        LockState { holders: Vec::new(), since: Time::ZERO, reads: false, op: OpId(0) }
    }

    /// Ends what has been so far.
    fn end(&mut self, lock: ResourceId, now: Time) -> Option<Holding> {
        let since = std::mem::replace(&mut self.since, now);
        (since < now && !self.holders.is_empty()).then(|| Holding {
            lock,
            start: since,
            end: now,
            holders: self.holders.iter().take(Holding::MOST_NAMED).copied().collect(),
            count: self.holders.len(),
            reads: self.reads,
            op: self.op,
        })
    }
}

impl Locks {
    fn new(header: &Header) -> Locks {
        let state = |info: &super::header::ResourceInfo| {
            let is_lock = matches!(info.kind, ResourceKind::Mutex | ResourceKind::Rwlock);
            (0..info.count).map(move |_| is_lock.then(LockState::free))
        };
        Locks {
            stand_ins: StandIns::new(&header.resources),
            states: header.resources.iter().flat_map(state).collect(),
            done: Vec::new(),
        }
    }

    fn hear(&mut self, event: &Event) {
        let Some(resource) = event.resource().filter(|_| is_handed(event.kind)) else { return };
        // Those who read take a permit of what the lock is made of, and no scenario names that;
        // who only stands in the line to write does not hold the lock.
        if self.stand_ins.is_line(resource) {
            return;
        }
        let lock = self.stand_ins.named(resource);
        let Some(Some(state)) = self.states.get_mut(lock.index()) else { return };
        self.done.extend(state.end(lock, event.time));
        if event.kind == Kind::Acquire {
            state.holders.push(event.process);
            (state.reads, state.op) = (lock != resource, event.op);
        } else if let Some(place) = state.holders.iter().position(|&holder| holder == event.process) {
            state.holders.remove(place);
        }
    }

    fn finish(mut self, end: Time) -> Vec<Holding> {
        for (place, state) in self.states.iter_mut().enumerate() {
            let state = state.as_mut();
            self.done.extend(state.and_then(|state| state.end(ResourceId::from_index(place), end)));
        }
        // Those of one lock are in order of time already.
        self.done.sort_by_key(|holding| holding.lock);
        self.done
    }
}

/// Whether a lock changes hands with such an event.
fn is_handed(kind: Kind) -> bool {
    matches!(kind, Kind::Acquire | Kind::Release)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, B, MUTEX, two_stage_trace};

    /// By hand: a takes the mutex at 0 s and hands it to b at 2 s, who gives it back at 8 s.
    #[test]
    fn a_mutex_changes_hands() {
        let held = holdings(&two_stage_trace());
        let told: Vec<_> = held
            .iter()
            .map(|one| (one.lock, one.start, one.end, one.holders.as_slice(), one.count, one.reads))
            .collect();
        let at = Time::from_secs;
        assert_eq!(
            told,
            [(MUTEX, at(0), at(2), [A].as_slice(), 1, false), (MUTEX, at(2), at(8), &[B], 1, false)]
        );
    }
}

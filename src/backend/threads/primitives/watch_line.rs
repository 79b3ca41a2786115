//! The line of those who wait for what can come of several resources.
//!
//! Decides nothing but their order, which is that in which they came: whether one of them
//! can go on is found out by whoever has changed something, with what the waiting thread has
//! left here for that. Nobody else makes a step meanwhile.

use super::super::sync;
use super::fact::{Fact, Observer, Response};
use super::locked::locked;
use super::wait_queue::{Census, Requester, WaitLimit};
use crate::ids::ProcessId;
use crate::trace::WaitFor;
use crate::value::Word;

/// Threads that wait, each with what it takes to try for it what it waits for.
#[derive(Debug)]
pub struct WatchLine<W> {
    waiting: sync::Mutex<Vec<(Requester, W)>>,
    /// What those who go on have yet to take back.
    served: sync::Mutex<Vec<(ProcessId, W)>>,
}

impl<W> Default for WatchLine<W> {
    fn default() -> WatchLine<W> {
        WatchLine { waiting: sync::Mutex::new(Vec::new()), served: sync::Mutex::new(Vec::new()) }
    }
}

impl<W> WatchLine<W> {
    /// Gets into the line, if the requester has the patience.
    pub fn enter(
        &self,
        me: &Requester,
        want: W,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Response<Vec<Word>> {
        let mut waiting = locked(&self.waiting);
        observer.note(&me.begins_to_wait(WaitFor::Change));
        if me.limit == WaitLimit::AtOnce {
            return Response::RanOut;
        }
        waiting.push((me.clone(), want));
        Response::Waits { last: me.limit == WaitLimit::Never && census.leave() }
    }

    /// Takes out who stands in this place, to be tried for.
    pub fn take(&self, place: usize) -> Option<(Requester, W)> {
        let mut waiting = locked(&self.waiting);
        (place < waiting.len()).then(|| waiting.remove(place))
    }

    /// Puts back who cannot go on yet.
    pub fn put_back(&self, place: usize, waiter: (Requester, W)) {
        locked(&self.waiting).insert(place, waiter);
    }

    /// Lets a thread go on that was taken out, with this value.
    pub fn serve(&self, (waiter, want): (Requester, W), value: Word, by: &Requester, census: &Census) {
        locked(&self.served).push((waiter.process, want));
        if waiter.limit == WaitLimit::Never {
            census.join();
        }
        waiter.parker.start(vec![value], by.due);
    }

    /// What a thread has left here that goes on.
    pub fn served(&self, process: ProcessId) -> Option<W> {
        let mut served = locked(&self.served);
        let place = served.iter().position(|&(other, _)| other == process)?;
        Some(served.swap_remove(place).1)
    }

    /// Takes a thread out of the line that is not to go on, as `told` says; whether it was there.
    pub fn withdraw(&self, process: ProcessId, told: &[Fact], observer: &mut impl Observer) -> bool {
        let mut waiting = locked(&self.waiting);
        let before = waiting.len();
        waiting.retain(|(waiter, _)| waiter.process != process);
        let found = waiting.len() < before;
        if found {
            observer.note(told);
        }
        found
    }

    /// Whether a thread is in the line.
    pub fn is_awaited_by(&self, process: ProcessId) -> bool {
        locked(&self.waiting).iter().any(|(waiter, _)| waiter.process == process)
    }
}

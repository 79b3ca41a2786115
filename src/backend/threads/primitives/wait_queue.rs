//! Wait queues: parkers on which threads wait, queues in which they are served,
//! and a count of those who are awake.

use super::super::sync::{Arc, AtomicUsize, Condvar, Mutex, Ordering};
use super::fact::{Fact, Observer, Response};
use super::item::Asks;
use super::locked::locked;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::trace::{Kind, WaitFor};
use crate::value::{Item, Word};
use std::collections::VecDeque;
use std::time::Duration;

/// Blocks one thread until it is handed what it waits for.
#[derive(Debug, Default)]
pub struct Parker {
    state: Mutex<Parked>,
    bell: Condvar,
}

/// What a thread finds when it waits.
#[derive(Debug, Default)]
struct Parked {
    /// What was handed to it; it counts also if the run has ended since.
    served: VecDeque<Grant>,
    /// The run is over: whoever waits from now on is told.
    is_stopped: bool,
}

/// Why a wait is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// The requester was served.
    Served {
        /// The items, if it asked for any.
        items: Vec<Word>,
        /// See [`Requester::due`]: that of whoever served.
        due: u64,
    },
    /// The buffer was closed, with too few items.
    Ended {
        /// See [`Requester::due`]: that of whoever closed it.
        due: u64,
    },
    /// It was taken out of the line, and finds out why.
    Dismissed {
        /// See [`Requester::due`]: that of whoever did so.
        due: u64,
    },
    /// The run is over.
    Stopped,
}

impl Parker {
    /// As [`Parker::wait`], but no longer than this: `None` if that was too short.
    pub fn wait_at_most(&self, longest: Duration) -> Option<Grant> {
        let is_asleep = |parked: &mut Parked| parked.served.is_empty() && !parked.is_stopped;
        let waited = self.bell.wait_timeout_while(locked(&self.state), longest, is_asleep);
        let mut state = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        let stopped = state.is_stopped.then_some(Grant::Stopped);
        state.served.pop_front().or(stopped)
    }

    /// Waits until somebody hands something over, or stops the run.
    pub fn wait(&self) -> Grant {
        let mut state = locked(&self.state);
        loop {
            if let Some(grant) = state.served.pop_front() {
                return grant;
            }
            if state.is_stopped {
                return Grant::Stopped;
            }
            state = self.bell.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Hands over. Behind the end of the run nothing is handed over any more.
    fn hand(&self, grant: Grant) {
        let mut state = locked(&self.state);
        if !state.is_stopped && state.served.is_empty() {
            state.served.push_back(grant);
        }
        self.bell.notify_one();
    }

    /// Hands over nothing but that the wait is over, as was due at `due`.
    pub(super) fn serve(&self, due: u64) {
        self.hand(Grant::Served { items: Vec::new(), due });
    }

    /// Lets the thread begin anew that waits here for that: with the number of its
    /// arrival, if it has one. Each life counts, also one that is over before the thread has begun it.
    pub(super) fn start(&self, number: Vec<Word>, due: u64) {
        let mut state = locked(&self.state);
        if !state.is_stopped {
            state.served.push_back(Grant::Served { items: number, due });
        }
        self.bell.notify_one();
    }

    /// Says that there are too few items for ever.
    pub(super) fn end(&self, due: u64) {
        self.hand(Grant::Ended { due });
    }

    /// Ends the wait of a thread that was taken out of a line: it finds out why.
    pub fn dismiss(&self, due: u64) {
        self.hand(Grant::Dismissed { due });
    }

    /// Ends the wait because the run is over.
    pub fn stop(&self) {
        locked(&self.state).is_stopped = true;
        self.bell.notify_one();
    }
}

/// A thread at a resource: who it is, and what it wants.
#[derive(Debug, Clone)]
pub struct Requester {
    /// The process.
    pub process: ProcessId,
    /// The op on which it stands.
    pub op: OpId,
    /// The resource at which it is.
    pub resource: ResourceId,
    /// Lower goes first in a line by priority.
    pub priority: u8,
    /// When it would have made this step if it had run whenever it could; in
    /// nanoseconds. Nothing here depends on it: it is handed on with what is
    /// handed over.
    pub due: u64,
    /// How long it waits.
    pub limit: WaitLimit,
    /// If it takes a permit from one who has it by a larger number: its own.
    pub takes: Option<i16>,
    /// If others may take the permit that it asks for: the number by which it knows it.
    pub keeps: Option<u32>,
    /// What it asks of the item that it gets, if it does.
    pub asks: Option<Asks>,
    /// Where it waits.
    pub parker: Arc<Parker>,
}

/// How long a thread waits at a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitLimit {
    /// It waits until it is served.
    Never,
    /// It may give up: then it takes itself out of the line. The census counts it as awake,
    /// since it goes on in any case.
    Later,
    /// It does not wait at all.
    AtOnce,
}

impl Requester {
    /// Tells that it sees this level, and gives it.
    pub(super) fn sees(&self, level: Word, observer: &mut impl Observer) -> Word {
        observer.note(&[self.fact(Kind::Level, level)]);
        level
    }

    /// That it has to wait, and does not if it has no patience.
    pub(super) fn begins_to_wait(&self, wait_for: WaitFor) -> Vec<Fact> {
        let both = [Kind::Block, Kind::Timeout].map(|kind| self.fact(kind, wait_for as Word));
        both[..1 + usize::from(self.limit == WaitLimit::AtOnce)].to_vec()
    }

    /// Something that it does on its resource.
    pub fn fact(&self, kind: Kind, value: impl Into<Item>) -> Fact {
        let value = value.into();
        Fact { resource: self.resource, process: self.process, op: self.op, kind, value, slot: 0 }
    }
}

/// How many threads are awake: neither finished nor blocked on a resource without end.
///
/// Invariant: a thread leaves the count under the lock of the resource that it
/// waits for, after it got into the line, and is counted again by whoever
/// takes it out of the line, under the same lock. So whoever serves is awake,
/// the count never falls to 0 while anybody can still serve, and when it is 0
/// it stays 0: all that are not finished wait for each other.
#[derive(Debug)]
pub struct Census {
    awake: AtomicUsize,
}

impl Census {
    /// So many threads are awake.
    pub fn new(awake: usize) -> Census {
        Census { awake: AtomicUsize::new(awake) }
    }

    /// One less is awake. Whether nobody is.
    pub fn leave(&self) -> bool {
        self.awake.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// One more is awake, who was blocked.
    pub fn join(&self) {
        self.awake.fetch_add(1, Ordering::AcqRel);
    }
}

/// Who is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Who came first.
    Arrival,
    /// The lowest number of priority; of equal ones, who came first.
    Priority,
    /// Who came last.
    Newest,
    /// The lowest process id.
    Id,
    /// A bug on purpose, for the test of what must find it: whoever comes gets
    /// in front of the last in line.
    #[cfg(test)]
    Wrong,
}

/// A requester in a line, with what it wants.
#[derive(Debug)]
pub(super) struct Waiter<W> {
    pub(super) requester: Requester,
    pub(super) want: W,
}

/// Those who wait for one thing, in the order in which they are served.
#[derive(Debug)]
pub struct WaitQueue<W> {
    waiters: VecDeque<Waiter<W>>,
    order: Order,
}

impl<W> WaitQueue<W> {
    /// Nobody waits.
    pub fn new(order: Order) -> WaitQueue<W> {
        WaitQueue { waiters: VecDeque::new(), order }
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiters.len()
    }

    /// Lets `requester` wait for what it wants, if it has the patience, and tells that.
    pub(super) fn wait<T>(
        &mut self,
        requester: &Requester,
        want: W,
        wait_for: WaitFor,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Response<T> {
        observer.note(&requester.begins_to_wait(wait_for));
        self.enter(requester, want, census)
    }

    /// Lets `requester` wait for what it wants, if it has the patience, when that was told.
    pub(super) fn enter<T>(&mut self, requester: &Requester, want: W, census: &Census) -> Response<T> {
        self.enter_at(self.place(requester), requester, want, census)
    }

    /// The same before all others, where those are served in the order in which they come.
    pub(super) fn enter_first<T>(&mut self, requester: &Requester, want: W, census: &Census) -> Response<T> {
        let place = if self.order == Order::Arrival { 0 } else { self.place(requester) };
        self.enter_at(place, requester, want, census)
    }

    fn enter_at<T>(&mut self, place: usize, requester: &Requester, want: W, census: &Census) -> Response<T> {
        if requester.limit == WaitLimit::AtOnce {
            return Response::RanOut;
        }
        self.waiters.insert(place, Waiter { requester: requester.clone(), want });
        Response::Waits { last: requester.limit == WaitLimit::Never && census.leave() }
    }

    /// Puts one back that was the first in line: it waits on.
    pub(super) fn put_back(&mut self, waiter: Waiter<W>, census: &Census) {
        if waiter.requester.limit == WaitLimit::Never {
            // Whoever serves it is awake.
            census.leave();
        }
        self.waiters.push_front(waiter);
    }

    /// How many would stand before `requester`.
    pub(super) fn place(&self, requester: &Requester) -> usize {
        match self.order {
            Order::Arrival => self.waiters.len(),
            Order::Priority => {
                self.waiters.iter().filter(|other| other.requester.priority <= requester.priority).count()
            }
            Order::Newest => 0,
            Order::Id => {
                self.waiters.iter().filter(|other| other.requester.process < requester.process).count()
            }
            #[cfg(test)]
            Order::Wrong => self.waiters.len().saturating_sub(1),
        }
    }

    /// All who wait, in the order in which they are served.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Waiter<W>> {
        self.waiters.iter()
    }

    pub(super) fn first(&self) -> Option<&W> {
        self.waiters.front().map(|waiter| &waiter.want)
    }

    /// Who is first in the line.
    pub(super) fn first_requester(&self) -> Option<&Requester> {
        self.waiters.front().map(|waiter| &waiter.requester)
    }

    /// Whether a thread is in the line.
    pub(super) fn contains(&self, process: ProcessId) -> bool {
        self.waiters.iter().any(|waiter| waiter.requester.process == process)
    }

    /// Takes a thread out that is not to be served; whether it was there. The census
    /// counts it or not, as before.
    pub(super) fn withdraw(&mut self, process: ProcessId) -> bool {
        let before = self.waiters.len();
        self.waiters.retain(|waiter| waiter.requester.process != process);
        self.waiters.len() < before
    }

    /// Gives a thread another priority, and its place by that, if it is in the line: behind those who have the same.
    pub(super) fn change_priority(&mut self, process: ProcessId, priority: u8) -> bool {
        let Some(place) = self.waiters.iter().position(|waiter| waiter.requester.process == process) else {
            return false;
        };
        self.waiters[place].requester.priority = priority;
        if self.order == Order::Priority
            && let Some(waiter) = self.waiters.remove(place)
        {
            let place = self.place(&waiter.requester);
            self.waiters.insert(place, waiter);
        }
        true
    }

    /// Those who wait.
    pub(super) fn processes(&self) -> Vec<ProcessId> {
        self.waiters.iter().map(|waiter| waiter.requester.process).collect()
    }

    /// Takes the first out, to be served: it is awake from now on.
    pub(super) fn serve(&mut self, census: &Census) -> Option<Waiter<W>> {
        self.serve_nth(0, census)
    }

    /// The same of one before whom so many stand.
    pub(super) fn serve_nth(&mut self, place: usize, census: &Census) -> Option<Waiter<W>> {
        let waiter = self.waiters.remove(place)?;
        if waiter.requester.limit == WaitLimit::Never {
            census.join();
        }
        Some(waiter)
    }
}

impl<W> Waiter<W> {
    /// Hands over what was waited for.
    pub(super) fn hand(&self, by: &Requester, items: Vec<Word>) {
        self.requester.parker.hand(Grant::Served { items, due: by.due });
    }
}

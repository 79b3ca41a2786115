//! Semaphore and mutex.

use super::super::sync;
use super::fact::{Fact, Observer, Response};
use super::locked::locked;
use super::permit_holders::{PermitHolder, PermitHolders};
use super::wait_queue::{Census, Order, Requester, WaitQueue, Waiter};
use crate::ids::ProcessId;
use crate::trace::{Kind, WaitFor};
use crate::value::Word;

/// A counter of permits.
///
/// Invariant: nobody waits while there are permits.
#[derive(Debug)]
pub struct Semaphore {
    state: sync::Mutex<Permits>,
}

#[derive(Debug)]
struct Permits {
    free: u64,
    /// Each with how many permits it is told to have when it is given one, if it wants several at
    /// once, and how many it wants.
    line: WaitQueue<(u64, u64)>,
    /// Who has one that others may take.
    holders: PermitHolders,
}

/// The permits do not fit 63 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

impl Semaphore {
    /// A semaphore with so many free permits, whose waiters are served in this order.
    pub fn new(free: u64, order: Order) -> Semaphore {
        let (line, holders) = (WaitQueue::new(order), PermitHolders::default());
        Semaphore { state: sync::Mutex::new(Permits { free, line, holders }) }
    }

    /// Takes a permit, or gets into the line for one.
    pub fn acquire(&self, me: &Requester, census: &Census, observer: &mut impl Observer) -> Response<()> {
        let mut state = locked(&self.state);
        if state.take_free(me, observer) {
            return Response::Served(());
        }
        state.line.wait(me, (0, 0), WaitFor::Acquire, census, observer)
    }

    /// Takes a permit, or gets into the line for one, for a process whose permit was taken from it: where those in
    /// the line are served in the order in which they come, it stands before all of them.
    pub fn acquire_again(
        &self,
        me: &Requester,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Response<()> {
        let mut state = locked(&self.state);
        if state.take_free(me, observer) {
            return Response::Served(());
        }
        observer.note(&me.begins_to_wait(WaitFor::Acquire));
        state.line.enter_first(me, (0, 0), census)
    }

    /// Takes up to `wanted` permits at once, besides `had` that it has got of them, and gets into the
    /// line if they are fewer: before all who wait, where those are served in the order in which they come, until it
    /// has got `all`. How many these are, or at the end of the wait all that it has got.
    pub fn seize(
        &self,
        me: &Requester,
        (had, wanted, all): (u64, u64, u64),
        census: &Census,
        observer: &mut impl Observer,
    ) -> Response<u64> {
        let mut state = locked(&self.state);
        let taken = wanted.min(state.free);
        state.free -= taken;
        let mut facts: Vec<Fact> = (0..taken).map(|_| me.fact(Kind::Acquire, 0)).collect();
        if taken < wanted {
            facts.extend(me.begins_to_wait(WaitFor::Acquire));
        }
        observer.note(&facts);
        match taken < wanted {
            true => state.line.enter_first(me, (had + taken + 1, all), census),
            false => Response::Served(taken),
        }
    }

    /// Gives a permit to the first in line, or back.
    ///
    /// # Errors
    /// If there are too many then.
    pub fn release(
        &self,
        me: &Requester,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Result<(), TooMany> {
        let mut state = locked(&self.state);
        let Some(waiter) = state.line.serve(census) else {
            if state.free >= i64::MAX as u64 {
                return Err(TooMany);
            }
            state.free += 1;
            observer.note(&[me.fact(Kind::Release, 0)]);
            return Ok(());
        };
        let told = handed_over(me, &waiter.requester);
        state.hand(me, waiter, &told, census, observer);
        Ok(())
    }

    /// Whether nobody who waits would be served before this requester.
    pub fn would_be_first(&self, me: &Requester) -> bool {
        locked(&self.state).line.place(me) == 0
    }

    /// Who is the first in line, if it takes permits from others.
    pub fn first_that_takes(&self) -> Option<Requester> {
        let state = locked(&self.state);
        state.line.first_requester().filter(|first| first.takes.is_some()).cloned()
    }

    /// Those who have a permit that others may take, in the order in which they got it.
    pub fn holders(&self) -> Vec<PermitHolder> {
        locked(&self.state).holders.all()
    }

    /// A thread has this permit, or any if that is not said, no more, or is about to give it back itself.
    pub fn forget(&self, process: ProcessId, place: Option<u32>) {
        locked(&self.state).holders.forget(process, place);
    }

    /// Takes the permit from who has it, as `told` says: it is free. Whoever does so gives it at once to one
    /// that is first in line, or takes it.
    pub fn take_from(&self, holder: PermitHolder, told: Fact, observer: &mut impl Observer) {
        let mut state = locked(&self.state);
        state.holders.forget(holder.process, Some(holder.place));
        state.free += 1;
        observer.note(&[told]);
    }

    /// Gives a permit, which is free, to the first in line, if there is one.
    pub fn give_to_first(&self, by: &Requester, census: &Census, observer: &mut impl Observer) {
        let mut state = locked(&self.state);
        let Some(waiter) = state.line.serve(census) else { return };
        state.free -= 1;
        let told = handed_over(by, &waiter.requester);
        state.hand(by, waiter, &told[1..], census, observer);
    }

    /// Takes a thread out of the line that is not to be served, as `told` says; whether it was there.
    pub fn withdraw(&self, process: ProcessId, told: &[Fact], observer: &mut impl Observer) -> bool {
        let mut state = locked(&self.state);
        let found = state.line.withdraw(process);
        if found {
            observer.note(told);
        }
        found
    }

    /// Whether a thread is in the line.
    pub fn is_awaited_by(&self, process: ProcessId) -> bool {
        locked(&self.state).line.contains(process)
    }

    /// Gives a thread in the line another priority.
    pub fn change_priority(&self, process: ProcessId, priority: u8) {
        locked(&self.state).line.change_priority(process, priority);
    }

    /// How many permits are free.
    pub fn look(&self, me: &Requester, observer: &mut impl Observer) -> Word {
        let state = locked(&self.state);
        me.sees(state.free, observer)
    }

    /// The free permits.
    pub fn level(&self) -> u64 {
        locked(&self.state).free
    }
}

impl Permits {
    /// Takes a permit, if one is free.
    fn take_free(&mut self, me: &Requester, observer: &mut impl Observer) -> bool {
        let is_there = self.free > 0;
        if is_there {
            self.free -= 1;
            self.holders.note(me);
            observer.note(&[me.fact(Kind::Acquire, 0)]);
        }
        is_there
    }

    /// Lets a waiter go on that was taken out of the line, with a permit, as is `told`. If it wants more it stays the
    /// first in line.
    fn hand(
        &mut self,
        by: &Requester,
        waiter: Waiter<(u64, u64)>,
        told: &[Fact],
        census: &Census,
        observer: &mut impl Observer,
    ) {
        let (has, wants) = waiter.want;
        if has < wants {
            observer.note(&[told, &waiter.requester.begins_to_wait(WaitFor::Acquire)].concat());
            return self.line.put_back(Waiter { want: (has + 1, wants), ..waiter }, census);
        }
        observer.note(told);
        self.holders.note(&waiter.requester);
        waiter.hand(by, if has > 0 { vec![has] } else { Vec::new() });
    }
}

/// A lock with an owner.
///
/// Invariant: nobody waits while it has no owner.
#[derive(Debug)]
pub struct Mutex {
    state: sync::Mutex<Ownership>,
}

#[derive(Debug)]
struct Ownership {
    owner: Option<ProcessId>,
    line: WaitQueue<()>,
}

/// Who gives back does not own it, but this one, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOwner(pub Option<ProcessId>);

impl Mutex {
    /// A free mutex, whose waiters are served in this order.
    pub fn new(order: Order) -> Mutex {
        Mutex { state: sync::Mutex::new(Ownership { owner: None, line: WaitQueue::new(order) }) }
    }

    /// Takes it, or gets into the line for it. An owner who takes it again
    /// waits for itself.
    pub fn lock(&self, me: &Requester, census: &Census, observer: &mut impl Observer) -> Response<()> {
        let mut state = locked(&self.state);
        if state.owner.is_none() {
            state.owner = Some(me.process);
            observer.note(&[me.fact(Kind::Acquire, 0)]);
            return Response::Served(());
        }
        state.line.wait(me, (), WaitFor::Acquire, census, observer)
    }

    /// Makes the first in line the owner, or nobody.
    ///
    /// # Errors
    /// If `me` does not own it.
    pub fn unlock(
        &self,
        me: &Requester,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Result<(), NotOwner> {
        self.give_back(me, census, observer, &[])
    }

    /// Unlocks, and tells that together with what else takes effect with it.
    pub(super) fn give_back(
        &self,
        me: &Requester,
        census: &Census,
        observer: &mut impl Observer,
        with: &[Fact],
    ) -> Result<(), NotOwner> {
        let mut state = locked(&self.state);
        if state.owner != Some(me.process) {
            return Err(NotOwner(state.owner));
        }
        let Some(waiter) = state.line.serve(census) else {
            state.owner = None;
            let facts: Vec<Fact> =
                std::iter::once(me.fact(Kind::Release, 0)).chain(with.iter().copied()).collect();
            observer.note(&facts);
            return Ok(());
        };
        state.owner = Some(waiter.requester.process);
        let handed = handed_over(me, &waiter.requester);
        let facts: Vec<Fact> = handed.into_iter().chain(with.iter().copied()).collect();
        observer.note(&facts);
        waiter.hand(me, Vec::new());
        Ok(())
    }

    /// Takes a thread out of the line that is not to be served, as `told` says; whether it was there.
    pub fn withdraw(&self, process: ProcessId, told: &[Fact], observer: &mut impl Observer) -> bool {
        let mut state = locked(&self.state);
        let found = state.line.withdraw(process);
        if found {
            observer.note(told);
        }
        found
    }

    /// Whether a thread is in the line.
    pub fn is_awaited_by(&self, process: ProcessId) -> bool {
        locked(&self.state).line.contains(process)
    }

    /// Gives a thread in the line another priority.
    pub fn change_priority(&self, process: ProcessId, priority: u8) {
        locked(&self.state).line.change_priority(process, priority);
    }

    /// Those who wait for it.
    pub fn waiting(&self) -> Vec<ProcessId> {
        locked(&self.state).line.processes()
    }

    /// 1 if it is free, else 0.
    pub fn look(&self, me: &Requester, observer: &mut impl Observer) -> Word {
        let state = locked(&self.state);
        me.sees(Word::from(state.owner.is_none()), observer)
    }

    /// Who owns it.
    pub fn owner(&self) -> Option<ProcessId> {
        locked(&self.state).owner
    }
}

/// A permit goes from one requester to another.
fn handed_over(from: &Requester, to: &Requester) -> [Fact; 3] {
    let grant = to.fact(Kind::Grant, Word::from(from.process.0));
    [from.fact(Kind::Release, 0), grant, to.fact(Kind::Acquire, 0)]
}

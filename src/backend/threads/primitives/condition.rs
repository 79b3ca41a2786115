//! The condition: where threads wait until another one notifies them.

use super::super::sync;
use super::fact::{Fact, Observer, Response};
use super::lock::{Mutex, NotOwner};
use super::locked::locked;
use super::wait_queue::{Census, Order, Requester, WaitQueue};
use crate::ids::ProcessId;
use crate::trace::{Kind, WaitFor};
use crate::value::Word;

/// Those who wait for a notify. It remembers nothing: a notify that finds
/// nobody is lost.
#[derive(Debug)]
pub struct Condition {
    line: sync::Mutex<WaitQueue<()>>,
}

impl Condition {
    /// Nobody waits; a notify reaches waiters in this order.
    pub fn new(order: Order) -> Condition {
        Condition { line: sync::Mutex::new(WaitQueue::new(order)) }
    }

    /// Gets into the line for a notify. Gives a mutex back, if one is given
    /// with its requester, while nobody can notify: so no notify that comes after
    /// it was given back can be missed.
    ///
    /// # Errors
    /// If the requester does not own the mutex; it does not wait then.
    pub fn wait(
        &self,
        me: &Requester,
        mutex: Option<(&Mutex, &Requester)>,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Result<Response<()>, NotOwner> {
        let mut line = locked(&self.line);
        let begins = me.begins_to_wait(WaitFor::Notify);
        match mutex {
            None => observer.note(&begins),
            Some((mutex, holder)) => mutex.give_back(holder, census, observer, &begins)?,
        }
        Ok(line.enter(me, (), census))
    }

    /// Ends the wait of up to `most` threads.
    pub fn notify(&self, me: &Requester, most: usize, census: &Census, observer: &mut impl Observer) {
        wake(&mut locked(&self.line), me, most, census, observer);
    }

    /// Gets into the line, or ends the wait of all where so many `parties` are there
    /// with this one: a barrier, which begins anew then.
    pub fn arrive(
        &self,
        me: &Requester,
        parties: u64,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Response<()> {
        let mut line = locked(&self.line);
        if line.len() as u64 + 1 < parties {
            return line.wait(me, (), WaitFor::Barrier, census, observer);
        }
        wake(&mut line, me, usize::MAX, census, observer);
        Response::Served(())
    }

    /// Takes a thread out of the line that is not to be served, as `told` says; whether it was there.
    pub fn withdraw(&self, process: ProcessId, told: &[Fact], observer: &mut impl Observer) -> bool {
        let mut line = locked(&self.line);
        let found = line.withdraw(process);
        if found {
            observer.note(told);
        }
        found
    }

    /// Whether a thread is in the line.
    pub fn is_awaited_by(&self, process: ProcessId) -> bool {
        locked(&self.line).contains(process)
    }

    /// Gives a thread in the line another priority.
    pub fn change_priority(&self, process: ProcessId, priority: u8) {
        locked(&self.line).change_priority(process, priority);
    }

    /// How many wait.
    pub fn level(&self) -> Word {
        locked(&self.line).len() as Word
    }

    /// How many wait, which is told.
    pub fn look(&self, me: &Requester, observer: &mut impl Observer) -> Word {
        let line = locked(&self.line);
        me.sees(line.len() as Word, observer)
    }
}

/// Ends the wait of up to `most` threads in this line.
fn wake(
    line: &mut WaitQueue<()>,
    me: &Requester,
    most: usize,
    census: &Census,
    observer: &mut impl Observer,
) {
    let woken: Vec<_> = (0..most).map_while(|_| line.serve(census)).collect();
    let mut facts = vec![me.fact(Kind::Notify, woken.len() as Word)];
    let by = Word::from(me.process.0);
    facts.extend(woken.iter().map(|waiter| waiter.requester.fact(Kind::Grant, by)));
    observer.note(&facts);
    for waiter in woken {
        waiter.hand(me, Vec::new());
    }
}

//! The buffer: a bounded queue of items, several of which can be put or got at
//! once.

use super::super::sync;
use super::fact::{Fact, Observer, Response};
use super::item::{Asks, NativeOrder};
use super::locked::locked;
use super::wait_queue::{Census, Order, Requester, WaitQueue, Waiter};
use crate::ids::{OpId, ProcessId};
use crate::trace::{Kind, WaitFor};
use crate::value::{Item, Word};
use std::collections::VecDeque;

/// A bounded queue of items, in an order. A request for several items
/// is served all at once or waits. Who is first in line and can be served is
/// served, also who only comes; nobody is served behind a first who cannot be, but for one
/// who asks for an item that is not there.
/// In a queue for no items a put and a get meet.
///
/// Invariant: the first in either line cannot be served; nobody is in line for a closed one.
#[derive(Debug)]
pub struct Buffer {
    state: sync::Mutex<Content>,
}

#[derive(Debug)]
struct Content {
    /// In the order in which they are given.
    items: VecDeque<Item>,
    order: NativeOrder,
    capacity: u64,
    /// How many have to close it yet; `None` of one that nobody closes.
    missing: Option<u64>,
    /// Each with the number of items that it wants.
    getters: WaitQueue<Wanted>,
    /// Each with how many items it has, and which.
    putters: WaitQueue<(u64, Item)>,
}

/// What a get asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// So many items.
    pub items: u64,
    /// Whether it has something else to do where the buffer is closed.
    pub may_end: bool,
    /// What it asks of the item, if it wants one alone.
    pub asks: Option<Asks>,
}

/// Why a buffer cannot be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It is already.
    Already,
    /// This one waits for it, and has nothing else to do.
    Meanwhile {
        /// The process.
        process: ProcessId,
        /// Where it stands.
        op: OpId,
        /// What it waits for.
        wait_for: WaitFor,
    },
}

impl Buffer {
    /// An empty buffer for so many items; both lines are served in this order.
    pub fn new(capacity: u64, order: Order) -> Buffer {
        let (getters, putters) = (WaitQueue::new(order), WaitQueue::new(order));
        let (items, order) = (VecDeque::new(), NativeOrder::Fifo);
        Buffer {
            state: sync::Mutex::new(Content { items, order, capacity, missing: None, getters, putters }),
        }
    }

    /// This buffer, which gives its items in this order.
    pub fn in_order(self, order: NativeOrder) -> Buffer {
        locked(&self.state).order = order;
        self
    }

    /// This buffer, which is closed when so many have closed it.
    pub fn closed_by(self, closes: u64) -> Buffer {
        locked(&self.state).missing = Some(closes);
        self
    }

    /// Closes it, or is one of those who have to: then all who wait to get go on.
    pub fn close(&self, me: &Requester, census: &Census, observer: &mut impl Observer) -> Result<(), Closed> {
        let mut state = locked(&self.state);
        let missing = state.missing.and_then(|missing| missing.checked_sub(1)).ok_or(Closed::Already)?;
        if missing == 0 {
            state.nobody_is_surprised().inspect_err(|_| observer.refuse())?;
        }
        state.missing = Some(missing);
        let mut facts = vec![me.fact(Kind::Close, missing)];
        if missing > 0 {
            observer.note(&facts);
            return Ok(());
        }
        let (mut got, mut ended) = (Vec::new(), Vec::new());
        loop {
            let next = state.next_getter();
            let Some(waiter) = state.getters.serve_nth(next.unwrap_or(0), census) else { break };
            facts.push(waiter.requester.fact(Kind::Grant, Word::from(me.process.0)));
            if next.is_some() {
                let items = state.remove(&waiter.requester, &waiter.want, &mut facts);
                got.push((waiter, items));
            } else {
                facts.push(waiter.requester.fact(Kind::Ended, state.level()));
                ended.push(waiter);
            }
        }
        observer.note(&facts);
        got.into_iter().for_each(|(waiter, items)| waiter.hand(me, items));
        ended.into_iter().for_each(|waiter| waiter.requester.parker.end(me.due));
        Ok(())
    }

    /// Puts `count` equal items, at most as many as ever fit, or gets
    /// into the line.
    pub fn put(
        &self,
        me: &Requester,
        count: u64,
        item: Item,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Response<()> {
        let mut state = locked(&self.state);
        if state.is_closed() {
            return Response::Ended;
        }
        if state.putters.place(me) > 0 || state.room() < count {
            return state.putters.wait(me, (count, item), WaitFor::Put, census, observer);
        }
        let mut facts = Vec::new();
        state.add(me, count, item, &mut facts);
        state.serve(me, census, facts, Vec::new(), observer);
        Response::Served(())
    }

    /// Gets items, at most as many as ever fit, or gets into the line.
    pub fn get(
        &self,
        me: &Requester,
        wanted: Wanted,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Response<Vec<Word>> {
        let mut state = locked(&self.state);
        if state.is_closed() && state.first_of(&wanted).is_none() {
            let told = wanted.may_end.then(|| me.fact(Kind::Ended, state.level()));
            observer.note(told.as_slice());
            return Response::Ended;
        }
        let (mut facts, mut put) = (Vec::new(), Vec::new());
        if state.capacity == 0 && !state.putters.is_empty() {
            // It begins with who comes: a wait, which the put ends at once.
            facts.push(me.fact(Kind::Block, WaitFor::Get as Word));
            put.extend(state.admit(me, census, &mut facts));
            let by = put.iter().map(|putter| Word::from(putter.requester.process.0));
            facts.extend(by.map(|by| me.fact(Kind::Grant, by)));
        }
        let before = state.getters.place(me);
        let is_held_up = state.getters.iter().take(before).any(|other| other.want.asks.is_none());
        if is_held_up || state.first_of(&wanted).is_none() {
            return state.getters.wait(me, wanted, WaitFor::Get, census, observer);
        }
        let items = state.remove(me, &wanted, &mut facts);
        state.serve(me, census, facts, put, observer);
        Response::Served(items)
    }

    /// Takes a thread out of the lines that is not to be served, as `told` says, and serves whom it
    /// kept from that; whether it was there.
    pub fn withdraw(
        &self,
        process: ProcessId,
        by: &Requester,
        told: &[Fact],
        census: &Census,
        observer: &mut impl Observer,
    ) -> bool {
        let mut state = locked(&self.state);
        let found = state.getters.withdraw(process) || state.putters.withdraw(process);
        if found {
            state.serve(by, census, told.to_vec(), Vec::new(), observer);
        }
        found
    }

    /// Gives a thread in one of the lines another priority, and serves whom it kept from that; as this requester tells.
    pub fn change_priority(&self, me: &Requester, census: &Census, observer: &mut impl Observer) {
        let mut state = locked(&self.state);
        let Requester { process, priority, .. } = *me;
        if state.getters.change_priority(process, priority)
            || state.putters.change_priority(process, priority)
        {
            state.serve(me, census, Vec::new(), Vec::new(), observer);
        }
    }

    /// Whether a thread is in one of the lines.
    pub fn is_awaited_by(&self, process: ProcessId) -> bool {
        let state = locked(&self.state);
        state.getters.contains(process) || state.putters.contains(process)
    }

    /// How many items there are.
    pub fn look(&self, me: &Requester, observer: &mut impl Observer) -> Word {
        let state = locked(&self.state);
        me.sees(state.level(), observer)
    }

    /// How many items whoever comes could get at once: those in line come first.
    pub fn items_at_hand(&self) -> Word {
        let state = locked(&self.state);
        match state.capacity {
            // Who asks for certain items holds up nobody.
            _ if state.getters.iter().any(|waiter| waiter.want.asks.is_none()) => 0,
            0 => Word::from(!state.putters.is_empty()),
            _ => state.level(),
        }
    }

    /// Whether it is closed.
    pub fn has_been_closed(&self) -> bool {
        locked(&self.state).is_closed()
    }

    /// How many items whoever comes could put at once.
    pub fn room_at_hand(&self) -> Word {
        let state = locked(&self.state);
        if state.putters.is_empty() { state.room() } else { 0 }
    }

    /// The number of items.
    pub fn level(&self) -> u64 {
        locked(&self.state).level()
    }
}

impl Content {
    fn is_closed(&self) -> bool {
        self.missing == Some(0)
    }

    /// Whether nobody waits for whom it is a fault that the buffer is closed.
    fn nobody_is_surprised(&self) -> Result<(), Closed> {
        let surprised = |requester: &Requester, wait_for| {
            Err(Closed::Meanwhile { process: requester.process, op: requester.op, wait_for })
        };
        if let Some(putter) = self.putters.iter().next() {
            return surprised(&putter.requester, WaitFor::Put);
        }
        let mut left = self.level();
        for getter in self.getters.iter() {
            // What one asks for that waits is not there.
            if getter.want.asks.is_none() && getter.want.items <= left {
                left -= getter.want.items;
            } else if !getter.want.may_end {
                return surprised(&getter.requester, WaitFor::Get);
            }
        }
        Ok(())
    }

    fn level(&self) -> u64 {
        self.items.len() as u64
    }

    /// How many more fit; of a queue for none, whether somebody waits to get one.
    fn room(&self) -> u64 {
        match self.capacity {
            0 => u64::from(!self.getters.is_empty()),
            capacity => capacity - self.level(),
        }
    }

    fn add(&mut self, requester: &Requester, count: u64, item: Item, facts: &mut Vec<Fact>) {
        for _ in 0..count {
            self.insert(item);
            facts.push(requester.fact(Kind::Put, item));
        }
    }

    /// Puts an item where it belongs.
    fn insert(&mut self, item: Item) {
        match &self.order {
            NativeOrder::Fifo => self.items.push_back(item),
            NativeOrder::Lifo => self.items.push_front(item),
            NativeOrder::By(key) => {
                let mine = key(item);
                let before = self.items.partition_point(|&item| key(item) <= mine);
                self.items.insert(before, item);
            }
        }
    }

    /// The place of the first item of those that somebody wants, if they are there.
    fn first_of(&self, wanted: &Wanted) -> Option<usize> {
        match &wanted.asks {
            Some(asks) => self.items.iter().position(|&item| asks.accepts(item)),
            None => (self.level() >= wanted.items).then_some(0),
        }
    }

    /// Who is served next of those who wait to get: nobody behind one who does not ask for a
    /// certain item and cannot be.
    fn next_getter(&self) -> Option<usize> {
        let holds_up = |wanted: &Wanted| wanted.asks.is_none() || self.first_of(wanted).is_some();
        let (place, first) = self.getters.iter().enumerate().find(|(_, waiter)| holds_up(&waiter.want))?;
        self.first_of(&first.want).map(|_| place)
    }

    /// Takes the items out that somebody wants, which are there: their words, one behind the other.
    fn remove(&mut self, requester: &Requester, wanted: &Wanted, facts: &mut Vec<Fact>) -> Vec<Word> {
        let first = self.first_of(wanted).expect("they are there");
        let items: Vec<Item> = self.items.drain(first..first + wanted.items as usize).collect();
        facts.extend(items.iter().map(|&item| requester.fact(Kind::Get, item)));
        items.iter().flat_map(|item| item.iter().copied()).collect()
    }

    /// Takes the first who waits to put out of the line, and adds its items.
    fn admit(
        &mut self,
        by: &Requester,
        census: &Census,
        facts: &mut Vec<Fact>,
    ) -> Option<Waiter<(u64, Item)>> {
        let waiter = self.putters.serve(census)?;
        facts.push(waiter.requester.fact(Kind::Grant, Word::from(by.process.0)));
        let (count, item) = waiter.want;
        self.add(&waiter.requester, count, item, facts);
        Some(waiter)
    }

    /// Serves whoever can be served now, getters before putters, tells all
    /// that and the `facts` before it, and only then lets them go on, and those
    /// who have `put` before: their next steps come after it.
    fn serve(
        &mut self,
        by: &Requester,
        census: &Census,
        mut facts: Vec<Fact>,
        mut put: Vec<Waiter<(u64, Item)>>,
        observer: &mut impl Observer,
    ) {
        let mut got = Vec::new();
        loop {
            if let Some(place) = self.next_getter() {
                let Some(waiter) = self.getters.serve_nth(place, census) else { break };
                facts.push(waiter.requester.fact(Kind::Grant, Word::from(by.process.0)));
                let items = self.remove(&waiter.requester, &waiter.want, &mut facts);
                got.push((waiter, items));
            } else if self.putters.first().is_some_and(|&(count, _)| count <= self.room()) {
                put.extend(self.admit(by, census, &mut facts));
            } else {
                break;
            }
        }
        observer.note(&facts);
        for (waiter, items) in got {
            waiter.hand(by, items);
        }
        for waiter in put {
            waiter.hand(by, Vec::new());
        }
    }
}

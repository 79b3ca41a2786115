//! W7 by hand: a store, and who waits for room or for an item. Nobody else runs meanwhile, so there is no lock.

use std::collections::VecDeque;

use super::{Agenda, Calendar};
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::{Finished, MAKE_MEAN_S, PAIRS, STORE};

struct Plant<C> {
    agenda: Agenda<C>,
    now: f64,
    makes: Exponential,
    uses: Exponential,
    /// The times at which the items were put.
    store: VecDeque<f64>,
    for_room: VecDeque<usize>,
    for_items: VecDeque<usize>,
    to_make: [u64; PAIRS],
    to_use: [u64; PAIRS],
    spent: f64,
}

impl<C: Calendar> Plant<C> {
    #[inline(always)]
    fn make(&mut self, producer: usize) {
        if self.to_make[producer] > 0 {
            let done = self.now + self.makes.draw() * MAKE_MEAN_S;
            self.agenda.push(done, producer as u32);
        }
    }

    /// A producer has made an item.
    #[inline(always)]
    fn made(&mut self, producer: usize) {
        if self.store.len() == STORE {
            self.for_room.push_back(producer);
        } else {
            self.put(producer);
            if let Some(consumer) = self.for_items.pop_front() {
                self.get(consumer);
            }
        }
    }

    #[inline(always)]
    fn put(&mut self, producer: usize) {
        self.store.push_back(self.now);
        self.to_make[producer] -= 1;
        self.make(producer);
    }

    /// A consumer wants an item.
    #[inline(always)]
    fn want(&mut self, consumer: usize) {
        if self.to_use[consumer] == 0 {
            return;
        }
        if self.store.is_empty() {
            self.for_items.push_back(consumer);
        } else {
            self.get(consumer);
            if let Some(producer) = self.for_room.pop_front() {
                self.put(producer);
            }
        }
    }

    #[inline(always)]
    fn get(&mut self, consumer: usize) {
        let came = self.store.pop_front().expect("there is an item");
        self.spent += self.now - came;
        self.to_use[consumer] -= 1;
        let done = self.now + self.uses.draw() * MAKE_MEAN_S;
        self.agenda.push(done, (PAIRS + consumer) as u32);
    }
}

/// Runs W7 with this many items of each producer.
pub fn monitor<C: Calendar>(rounds: u64, seed: u64) -> Finished {
    let mut plant = Plant {
        agenda: Agenda::<C>::with_capacity(2 * PAIRS),
        now: 0.0,
        makes: Exponential::stream(seed, 1),
        uses: Exponential::stream(seed, 2),
        store: VecDeque::with_capacity(STORE),
        for_room: VecDeque::with_capacity(PAIRS),
        for_items: (0..PAIRS).collect(),
        to_make: [rounds; PAIRS],
        to_use: [rounds; PAIRS],
        spent: 0.0,
    };

    let start = Stopwatch::start();
    (0..PAIRS).for_each(|producer| plant.make(producer));
    let mut events = 0;
    while let Some((time, subject)) = plant.agenda.next() {
        plant.now = time;
        events += 1;
        match (subject as usize).checked_sub(PAIRS) {
            None => plant.made(subject as usize),
            Some(consumer) => plant.want(consumer),
        }
    }
    let seconds = start.seconds();

    let items = PAIRS as u64 * rounds;
    Finished { count: events, seconds, end_time_s: plant.now, figure: Some(plant.spent / items as f64) }
}

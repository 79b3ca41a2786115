//! W7 and W8 with odem-rs: a monitor, and forks.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;

use odem_rs::prelude::*;

use crate::exponential::Exponential;
use crate::hand::forks_of;
use crate::stopwatch::Stopwatch;
use crate::workload::{Finished, MAKE_MEAN_S, PAIRS, PHILOSOPHERS, SEED, STORE, THINK_MEAN_S};

/// What the producers and the consumers of W7 share: a store, and the lock that guards it.
struct Monitor {
    lock: Facility,
    level: Control<usize>,
    items: RefCell<VecDeque<f64>>,
}

impl Monitor {
    /// Puts this item when there is room.
    async fn put(&self, item: impl Fn() -> f64) {
        let mut held = self.lock.seize().await;
        while self.level.get() == STORE {
            held.release();
            until!(self.level < STORE).await;
            held = self.lock.seize().await;
        }
        self.items.borrow_mut().push_back(item());
        self.level.set(self.level.get() + 1);
        held.release();
    }

    /// Takes an item when there is one.
    async fn get(&self) -> f64 {
        let mut held = self.lock.seize().await;
        while self.level.get() == 0 {
            held.release();
            until!(self.level > 0).await;
            held = self.lock.seize().await;
        }
        let item = self.items.borrow_mut().pop_front().expect("the level says that there is one");
        self.level.set(self.level.get() - 1);
        held.release();
        item
    }
}

/// Runs W7 with this many items of each producer.
pub fn monitor(rounds: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let makes = RefCell::new(Exponential::stream(SEED, 1));
            let uses = RefCell::new(Exponential::stream(SEED, 2));
            let items = RefCell::new(VecDeque::with_capacity(STORE));
            let monitor = Monitor { lock: Facility::new(), level: Control::new(0), items };
            let (events, spent) = (Cell::new(0), Cell::new(0.0));
            let (makes, uses, monitor, events, spent) = (&makes, &uses, &monitor, &events, &spent);
            let producers = pin!(Pool::with_capacity(PAIRS).with(Job::new));
            let consumers = pin!(Pool::with_capacity(PAIRS).with(Job::new));

            let start = Stopwatch::start();
            for _ in 0..PAIRS {
                sim.activate(producers.alloc(async move {
                    for _ in 0..rounds {
                        let time = makes.borrow_mut().draw() * MAKE_MEAN_S;
                        sim.advance(time).await;
                        events.set(events.get() + 1);
                        monitor.put(|| sim.now()).await;
                    }
                }));
            }
            let mut done = Vec::with_capacity(PAIRS);
            for _ in 0..PAIRS {
                done.push(sim.activate(consumers.alloc(async move {
                    for _ in 0..rounds {
                        let came = monitor.get().await;
                        spent.set(spent.get() + (sim.now() - came));
                        let time = uses.borrow_mut().draw() * MAKE_MEAN_S;
                        sim.advance(time).await;
                        events.set(events.get() + 1);
                    }
                })));
            }
            for consumer in done {
                consumer.await;
            }
            let seconds = start.seconds();
            let figure = Some(spent.get() / (PAIRS as u64 * rounds) as f64);
            Finished { count: events.get(), seconds, end_time_s: sim.now(), figure }
        })
        .expect("nothing waits for ever")
}

/// Runs W8 with this many meals of each philosopher.
pub fn philosophers(meals: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let forks: [Facility; PHILOSOPHERS] = Default::default();
            let (events, spent) = (Cell::new(0), Cell::new(0.0));
            let (forks, events, spent) = (&forks, &events, &spent);
            let pool = pin!(Pool::with_capacity(PHILOSOPHERS).with(Job::new));

            let start = Stopwatch::start();
            let mut seats = Vec::with_capacity(PHILOSOPHERS);
            for number in 0..PHILOSOPHERS {
                let mut times = Exponential::stream(SEED, number);
                let [first, second] = forks_of(number).map(|fork| &forks[fork]);
                seats.push(sim.activate(pool.alloc(async move {
                    for _ in 0..meals {
                        sim.advance(times.draw() * THINK_MEAN_S).await;
                        let hungry = sim.now();
                        let first = first.seize().await;
                        let second = second.seize().await;
                        sim.advance(times.draw()).await;
                        second.release();
                        first.release();
                        spent.set(spent.get() + (sim.now() - hungry));
                        events.set(events.get() + 2);
                    }
                })));
            }
            for seat in seats {
                seat.await;
            }
            let seconds = start.seconds();
            let figure = Some(spent.get() / (meals * PHILOSOPHERS as u64) as f64);
            Finished { count: events.get(), seconds, end_time_s: sim.now(), figure }
        })
        .expect("nothing waits for ever")
}

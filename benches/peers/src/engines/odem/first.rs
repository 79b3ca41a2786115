//! W1 to W3 with odem-rs: a queue, many delays, and semaphores.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;

use odem_rs::prelude::*;

use super::Permits;
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::{ARRIVAL_RATE, CAPACITY, CHUNK, Finished, PERIODS_S};

/// Runs W1 with this many customers.
pub fn queue(customers: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let mut arrivals = Exponential::seeded(1);
            let mut services = Exponential::seeded(2);
            let channel = pin!(Channel::new(VecDeque::<f64>::new()));
            let (sender, receiver) = channel.split();
            let source = pin!(Job::new(async move {
                for _ in 0..customers {
                    sim.advance(arrivals.draw() / ARRIVAL_RATE).await;
                    sender.send(sim.now()).await.expect("the server is there until the end");
                }
            }));

            let start = Stopwatch::start();
            sim.activate(source);
            let (mut events, mut sojourn) = (0, 0.0);
            for _ in 0..customers {
                let arrived = receiver.recv().await.expect("every customer arrives");
                sim.advance(services.draw()).await;
                sojourn += sim.now() - arrived;
                events += 2;
            }
            let seconds = start.seconds();
            let figure = Some(sojourn / customers as f64);
            Finished { count: events, seconds, end_time_s: sim.now(), figure }
        })
        .expect("nothing waits for ever")
}

/// Runs W2 with this many processes until this many wake-ups have happened.
pub fn hold(processes: u32, wake_ups: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let delays = RefCell::new(Exponential::seeded(1));
            let count = Cell::new(0);
            let done = Control::new(false);
            let jobs = pin!(Pool::with_capacity(processes as usize).with(Job::new));
            for _ in 0..processes {
                sim.activate(jobs.alloc(async {
                    loop {
                        let delay = delays.borrow_mut().draw();
                        sim.advance(delay).await;
                        count.set(count.get() + 1);
                        if count.get() == wake_ups {
                            done.set(true);
                            sleep().await;
                        }
                    }
                }));
            }

            let start = Stopwatch::start();
            until!(done).await;
            let seconds = start.seconds();
            Finished { count: count.get(), seconds, end_time_s: sim.now(), figure: None }
        })
        .expect("nothing waits for ever")
}

/// Runs W3 with this many items.
pub fn buffer(items: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let [load_time, train_time, infer_time] = PERIODS_S.map(f64::from);
            let (mutex_1, mutex_2) = (Facility::new(), Facility::new());
            let (empty_1, empty_2) = (Permits::new(CAPACITY as u32), Permits::new(CAPACITY as u32));
            let (full_1, full_2) = (Permits::new(0), Permits::new(0));
            let memory_1: [Cell<u64>; CAPACITY] = Default::default();
            let memory_2: [Cell<u64>; CAPACITY] = Default::default();
            let (sum_1, sum_2, inferred) = (Cell::new(0), Cell::new(0), Cell::new(0));

            let loader = async {
                let mut at = 0;
                for item in 0..items {
                    sim.advance(load_time).await;
                    empty_1.acquire().await;
                    empty_2.acquire().await;
                    let held_1 = mutex_1.seize().await;
                    let held_2 = mutex_2.seize().await;
                    memory_1[at].set(item);
                    memory_2[at].set(item);
                    at = (at + 1) % CAPACITY;
                    held_1.release();
                    held_2.release();
                    full_1.release();
                    full_2.release();
                }
            };
            let trainer = async {
                let mut at = 0;
                for _ in 0..items / CHUNK {
                    sim.advance(train_time).await;
                    for _ in 0..CHUNK {
                        full_1.acquire().await;
                    }
                    let held = mutex_1.seize().await;
                    for _ in 0..CHUNK {
                        sum_1.set(sum_1.get() + memory_1[at].get());
                        at = (at + 1) % CAPACITY;
                    }
                    held.release();
                    for _ in 0..CHUNK {
                        empty_1.release();
                    }
                }
            };
            let inferer = async {
                let mut at = 0;
                for _ in 0..items {
                    sim.advance(infer_time).await;
                    full_2.acquire().await;
                    let held = mutex_2.seize().await;
                    sum_2.set(sum_2.get() + memory_2[at].get());
                    at = (at + 1) % CAPACITY;
                    inferred.set(inferred.get() + 1);
                    held.release();
                    empty_2.release();
                }
            };

            let start = Stopwatch::start();
            sim.fork(loader).and(trainer).and(inferer).await;
            let seconds = start.seconds();
            assert_eq!(sum_1.get(), sum_2.get(), "both memories carried the same items");
            Finished { count: inferred.get(), seconds, end_time_s: sim.now(), figure: None }
        })
        .expect("nothing waits for ever")
}

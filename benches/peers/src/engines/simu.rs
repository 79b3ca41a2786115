//! simu-des 0.1: a single-threaded async executor in the manner of SimPy.
//!
//! A counting semaphore is a `Container` of which one is got or put, a mutex a `Resource` of one; the queue of W1
//! is a `VecDeque` with such a container for its level, as the crate has no store. The numbers come from outside
//! the environment, whose own source is boxed. A run cannot be stopped from inside, so W2 hands out one ticket for
//! each delay: its last wake-ups run on a calendar that shrinks, which is to this engine's advantage.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use simu::{Container, Resource, SimEnv};

use super::Run;
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::{ARRIVAL_RATE, CAPACITY, CHUNK, Finished, PERIODS_S, Workload};

/// How this engine runs a workload: W1 to W3.
pub fn run(workload: Workload) -> Option<Run> {
    Some(match workload {
        Workload::Queue { customers } => Box::new(move || queue(customers)),
        Workload::Hold { processes, wake_ups } => Box::new(move || hold(processes, wake_ups)),
        Workload::Buffer { items } => Box::new(move || buffer(items)),
        _ => return None,
    })
}

/// Runs W1 with this many customers.
pub fn queue(customers: u64) -> Finished {
    let mut env = SimEnv::with_seed(1);
    let waiting = Rc::new(RefCell::new(VecDeque::new()));
    let level = Container::new(customers as f64, 0.0);
    let (events, sojourn) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0.0)));
    {
        let (env, waiting, level) = (env.handle(), Rc::clone(&waiting), level.clone());
        let mut arrivals = Exponential::seeded(1);
        env.clone().spawn(async move {
            for _ in 0..customers {
                env.timeout(arrivals.draw() / ARRIVAL_RATE).await;
                waiting.borrow_mut().push_back(env.now());
                level.put(1.0).await;
            }
        });
    }
    {
        let (env, events, sojourn) = (env.handle(), Rc::clone(&events), Rc::clone(&sojourn));
        let mut services = Exponential::seeded(2);
        env.clone().spawn(async move {
            for _ in 0..customers {
                level.get(1.0).await;
                let arrived: f64 =
                    waiting.borrow_mut().pop_front().expect("the level says that there is one");
                env.timeout(services.draw()).await;
                sojourn.set(sojourn.get() + env.now() - arrived);
                events.set(events.get() + 2);
            }
        });
    }

    let start = Stopwatch::start();
    env.run();
    let seconds = start.seconds();
    let figure = Some(sojourn.get() / customers as f64);
    Finished { count: events.get(), seconds, end_time_s: env.now(), figure }
}

/// Runs W2 with this many processes until this many wake-ups have happened.
pub fn hold(processes: u32, wake_ups: u64) -> Finished {
    let mut env = SimEnv::with_seed(1);
    let delays = Rc::new(RefCell::new(Exponential::seeded(1)));
    let tickets = Rc::new(Cell::new(wake_ups));
    let count = Rc::new(Cell::new(0));
    for _ in 0..processes {
        let (env, delays) = (env.handle(), Rc::clone(&delays));
        let (tickets, count) = (Rc::clone(&tickets), Rc::clone(&count));
        env.clone().spawn(async move {
            while tickets.get() > 0 {
                tickets.set(tickets.get() - 1);
                let delay = delays.borrow_mut().draw();
                env.timeout(delay).await;
                count.set(count.get() + 1);
            }
        });
    }

    let start = Stopwatch::start();
    env.run();
    let seconds = start.seconds();
    Finished { count: count.get(), seconds, end_time_s: env.now(), figure: None }
}

/// One memory with what guards it.
#[derive(Clone)]
struct Guarded {
    mutex: Resource,
    empty: Container,
    full: Container,
    slots: Rc<[Cell<u64>; CAPACITY]>,
    sum: Rc<Cell<u64>>,
}

impl Guarded {
    fn new() -> Self {
        Self {
            mutex: Resource::new(1),
            empty: Container::new(CAPACITY as f64, CAPACITY as f64),
            full: Container::new(CAPACITY as f64, 0.0),
            slots: Rc::default(),
            sum: Rc::default(),
        }
    }

    fn read(&self, at: usize) {
        self.sum.set(self.sum.get() + self.slots[at].get());
    }
}

/// Runs W3 with this many items.
pub fn buffer(items: u64) -> Finished {
    let [load_time, train_time, infer_time] = PERIODS_S.map(f64::from);
    let mut env = SimEnv::with_seed(1);
    let (one, two) = (Guarded::new(), Guarded::new());
    let inferred = Rc::new(Cell::new(0));
    {
        let (env, one, two) = (env.handle(), one.clone(), two.clone());
        env.clone().spawn(async move {
            let mut at = 0;
            for item in 0..items {
                env.timeout(load_time).await;
                one.empty.get(1.0).await;
                two.empty.get(1.0).await;
                let held_1 = one.mutex.request().await;
                let held_2 = two.mutex.request().await;
                one.slots[at].set(item);
                two.slots[at].set(item);
                at = (at + 1) % CAPACITY;
                drop(held_1);
                drop(held_2);
                one.full.put(1.0).await;
                two.full.put(1.0).await;
            }
        });
    }
    {
        let (env, one) = (env.handle(), one.clone());
        env.clone().spawn(async move {
            let mut at = 0;
            for _ in 0..items / CHUNK {
                env.timeout(train_time).await;
                for _ in 0..CHUNK {
                    one.full.get(1.0).await;
                }
                let held = one.mutex.request().await;
                for _ in 0..CHUNK {
                    one.read(at);
                    at = (at + 1) % CAPACITY;
                }
                drop(held);
                for _ in 0..CHUNK {
                    one.empty.put(1.0).await;
                }
            }
        });
    }
    {
        let (env, two, inferred) = (env.handle(), two.clone(), Rc::clone(&inferred));
        env.clone().spawn(async move {
            let mut at = 0;
            for _ in 0..items {
                env.timeout(infer_time).await;
                two.full.get(1.0).await;
                let held = two.mutex.request().await;
                two.read(at);
                at = (at + 1) % CAPACITY;
                inferred.set(inferred.get() + 1);
                drop(held);
                two.empty.put(1.0).await;
            }
        });
    }

    let start = Stopwatch::start();
    env.run();
    let seconds = start.seconds();
    assert_eq!(one.sum.get(), two.sum.get(), "both memories carried the same items");
    Finished { count: inferred.get(), seconds, end_time_s: env.now(), figure: None }
}

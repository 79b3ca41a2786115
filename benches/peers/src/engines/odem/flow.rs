//! W4 to W6 with odem-rs: a network of stations, several servers, and a line of stages.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;

use odem_rs::prelude::*;
use odem_rs::sync::channel::{ArrayBuf, channel};

use crate::exponential::{Exponential, Routes};
use crate::stopwatch::Stopwatch;
use crate::workload::{ARRIVAL_MEAN_S, Finished, JOBS, ROOM, SEED, SERVERS, STAGES, STATIONS, WEIGHTS};

/// Runs W4 with this many visits of each job.
pub fn network(visits: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let services: [_; STATIONS] =
                std::array::from_fn(|number| RefCell::new(Exponential::stream(SEED, number)));
            let routes = RefCell::new(Routes::stream(SEED, WEIGHTS));
            let stations: [Facility; STATIONS] = Default::default();
            let (events, spent) = (Cell::new(0), Cell::new(0.0));
            let (services, routes, stations) = (&services, &routes, &stations);
            let (events, spent) = (&events, &spent);
            let pool = pin!(Pool::with_capacity(JOBS).with(Job::new));

            let start = Stopwatch::start();
            let mut jobs = Vec::with_capacity(JOBS);
            for job in 0..JOBS {
                jobs.push(sim.activate(pool.alloc(async move {
                    let mut at = job % STATIONS;
                    for _ in 0..visits {
                        let came = sim.now();
                        let station = stations[at].seize().await;
                        let service = services[at].borrow_mut().draw();
                        sim.advance(service).await;
                        station.release();
                        spent.set(spent.get() + (sim.now() - came));
                        events.set(events.get() + 1);
                        at = routes.borrow_mut().draw();
                    }
                })));
            }
            for job in jobs {
                job.await;
            }
            let seconds = start.seconds();
            let figure = Some(spent.get() / events.get() as f64);
            Finished { count: events.get(), seconds, end_time_s: sim.now(), figure }
        })
        .expect("nothing waits for ever")
}

/// Runs W5 with this many customers. A server is a token in a channel: all who wait would look at a `Control` again
/// whenever one of them can go on.
pub fn customers(customers: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let mut arrivals = Exponential::stream(SEED, 1);
            let services = RefCell::new(Exponential::stream(SEED, 2));
            let free = pin!(Channel::new(VecDeque::<usize>::with_capacity(SERVERS)));
            let (give, take) = free.split();
            let (events, spent) = (Cell::new(0), Cell::new(0.0));
            let left = Control::new(customers);
            let (services, left, events, spent) = (&services, &left, &events, &spent);
            let pool = pin!(Pool::dynamic().with(Job::new));
            for server in 0..SERVERS {
                give.send(server).await.expect("the servers are there until the end");
            }
            let (give, take) = (&give, &take);

            let start = Stopwatch::start();
            let came = sim.arrivals(|| arrivals.draw() * ARRIVAL_MEAN_S).take(customers as usize);
            came.pooled(&pool, || async move {
                let came = sim.now();
                let server = take.recv().await.expect("the servers are there until the end");
                let service = services.borrow_mut().draw();
                sim.advance(service).await;
                give.send(server).await.expect("the servers are there until the end");
                spent.set(spent.get() + (sim.now() - came));
                events.set(events.get() + 2);
                left.set(left.get() - 1);
            })
            .await;
            until!(left == 0).await;
            let seconds = start.seconds();
            let figure = Some(spent.get() / customers as f64);
            Finished { count: events.get(), seconds, end_time_s: sim.now(), figure }
        })
        .expect("nothing waits for ever")
}

/// Runs W6 with this many items.
pub fn line(items: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let belts: Vec<_> = (0..=STAGES).map(|_| channel(ArrayBuf::<ROOM, u64>::new())).collect();
            let (events, sum) = (Cell::new(0), Cell::new(0));
            let (belts, events, sum) = (&belts, &events, &sum);
            let source = pin!(Job::new(async move {
                for item in 0..items {
                    belts[0].0.send(item).await.expect("the first stage is there until the end");
                }
            }));
            let pool = pin!(Pool::with_capacity(STAGES).with(Job::new));

            let start = Stopwatch::start();
            sim.activate(source);
            for stage in 0..STAGES {
                let mut services = Exponential::stream(SEED, stage);
                let (before, behind) = (&belts[stage].1, &belts[stage + 1].0);
                sim.activate(pool.alloc(async move {
                    for _ in 0..items {
                        let item = before.recv().await.expect("every item comes");
                        sim.advance(services.draw()).await;
                        events.set(events.get() + 1);
                        behind.send(item).await.expect("the next stage is there until the end");
                    }
                }));
            }
            for _ in 0..items {
                sum.set(sum.get() + belts[STAGES].1.recv().await.expect("every item comes"));
            }
            let seconds = start.seconds();
            assert_eq!(sum.get(), items * (items - 1) / 2, "every item came through");
            Finished { count: events.get(), seconds, end_time_s: sim.now(), figure: None }
        })
        .expect("nothing waits for ever")
}

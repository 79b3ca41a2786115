//! W9 and W10 with odem-rs: a process that calculates, and a small simulation again and again.

use odem_rs::prelude::*;

use super::Permits;
use crate::hand::Found;
use crate::stopwatch::Stopwatch;
use crate::workload::{CHUNK, Finished, SHORT_ITEMS, Settings};

/// Runs W9 up to this number.
pub fn arithmetic(numbers: u64) -> Finished {
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let mut found = Found::default();
            let start = Stopwatch::start();
            for number in 1..=numbers {
                found.look_at(number);
                sim.advance(1.0).await;
            }
            let seconds = start.seconds();
            Finished { count: found.all_steps, seconds, end_time_s: sim.now(), figure: Some(found.figure()) }
        })
        .expect("nothing waits for ever")
}

/// The room and the items of a buffer.
struct Buffer {
    room: Permits,
    level: Control<u32>,
}

impl Buffer {
    fn new(room: u32) -> Self {
        Self { room: Permits::new(room), level: Control::new(0) }
    }

    async fn put(&self) {
        self.room.acquire().await;
        self.level.set(self.level.get() + 1);
    }

    async fn get(&self, count: u32) {
        until!(self.level >= count).await;
        self.level.set_silent(self.level.get() - count);
        self.room.free.set(self.room.free.get() + count);
    }
}

/// Runs W10, this many times.
pub fn short(runs: u64) -> Finished {
    let (mut all, mut end) = (0.0, 0.0);
    let start = Stopwatch::start();
    for number in 0..runs {
        end = once(Settings::of(number));
        all += end;
    }
    let seconds = start.seconds();
    Finished { count: runs, seconds, end_time_s: end, figure: Some(all) }
}

/// Runs it once with these settings; the time at which it ends.
fn once(settings: Settings) -> f64 {
    let [load, train, infer] = settings.periods_s;
    Simulator::<()>::default()
        .run(async |sim: &Sim| {
            let to_trainer = Buffer::new(settings.capacity);
            let to_inferer = Buffer::new(settings.capacity);
            let loader = async {
                for _ in 0..SHORT_ITEMS {
                    sim.advance(load).await;
                    to_trainer.put().await;
                    to_inferer.put().await;
                }
            };
            let trainer = async {
                for _ in 0..SHORT_ITEMS / CHUNK as u32 {
                    to_trainer.get(CHUNK as u32).await;
                    sim.advance(train).await;
                }
            };
            let inferer = async {
                for _ in 0..SHORT_ITEMS {
                    to_inferer.get(1).await;
                    sim.advance(infer).await;
                }
            };
            sim.fork(loader).and(trainer).and(inferer).await;
            sim.now()
        })
        .expect("nothing waits for ever")
}

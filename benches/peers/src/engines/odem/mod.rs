//! odem-rs 0.4: compiled async Rust, the fastest engine of the comparison.
//!
//! Written as its own benchmarks and examples are: `Job`s from a `Pool` inside one agent, `f64` time, no `tracing`
//! feature. A counting semaphore is a `Control` that is awaited with `until!`, a mutex and a station are a `Facility`, a
//! queue is a `Channel`; all of them go on without an event if they need not wait.

mod first;
mod flow;
mod plain;
mod shared;

use odem_rs::prelude::*;

use super::Run;
use crate::workload::Workload;

/// How this engine runs a workload.
pub fn run(workload: Workload) -> Option<Run> {
    Some(match workload {
        Workload::Queue { customers } => Box::new(move || first::queue(customers)),
        Workload::Hold { processes, wake_ups } => Box::new(move || first::hold(processes, wake_ups)),
        Workload::Buffer { items } => Box::new(move || first::buffer(items)),
        Workload::Network { visits } => Box::new(move || flow::network(visits)),
        Workload::Customers { customers } => Box::new(move || flow::customers(customers)),
        Workload::Line { items } => Box::new(move || flow::line(items)),
        Workload::Monitor { rounds } => Box::new(move || shared::monitor(rounds)),
        Workload::Philosophers { meals } => Box::new(move || shared::philosophers(meals)),
        Workload::Arithmetic { numbers } => Box::new(move || plain::arithmetic(numbers)),
        Workload::Short { runs } => Box::new(move || plain::short(runs)),
    })
}

/// A counting semaphore in the manner of this engine.
struct Permits {
    free: Control<u32>,
}

impl Permits {
    fn new(free: u32) -> Self {
        Self { free: Control::new(free) }
    }

    async fn acquire(&self) {
        until!(self.free > 0).await;
        self.free.set_silent(self.free.get() - 1);
    }

    fn release(&self) {
        self.free.set(self.free.get() + 1);
    }
}

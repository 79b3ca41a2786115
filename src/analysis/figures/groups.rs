//! The instances of a process or resource taken together, as JSON.
//!
//! Decides the keys: each figure of a single instance that can be summed up is an
//! object of `sum`, `mean`, `min` and `max`; instants have no sum, but a `count`.

use super::object::{named, nearest};
use crate::analysis::groups::{ProcessGroup, ResourceGroup, Spread, WholeSpread};
use serde::ser::{Serialize, Serializer};

/// All groups of processes, by name.
pub struct ProcessGroups(pub Vec<ProcessGroup>);

/// All groups of resources, by name.
pub struct ResourceGroups(pub Vec<ResourceGroup>);

/// Instants, of those instances that have one.
#[derive(serde::Serialize)]
struct Instants {
    count: u64,
    mean: u64,
    min: u64,
    max: u64,
}

impl Instants {
    fn of(spread: WholeSpread) -> Instants {
        Instants { count: spread.count, mean: nearest(spread.mean()), min: spread.min, max: spread.max }
    }
}

/// Figures of all instances; the mean of times is a whole number as they are.
#[derive(serde::Serialize)]
struct Figures<T, S, M> {
    sum: S,
    mean: M,
    min: T,
    max: T,
}

fn times(spread: &WholeSpread) -> Figures<u64, u128, u64> {
    Figures { sum: spread.sum, mean: nearest(spread.mean()), min: spread.min, max: spread.max }
}

fn counts(spread: &WholeSpread) -> Figures<u64, u128, f64> {
    Figures { sum: spread.sum, mean: spread.mean(), min: spread.min, max: spread.max }
}

fn floats(spread: &Spread<f64>) -> Figures<f64, f64, f64> {
    Figures { sum: spread.sum, mean: spread.mean(), min: spread.min, max: spread.max }
}

#[derive(serde::Serialize)]
pub(super) struct Process<'a> {
    instances: u64,
    started_ns: Option<Instants>,
    finished_ns: Option<Instants>,
    new_ns: Figures<u64, u128, u64>,
    running_ns: Figures<u64, u128, u64>,
    ready_ns: Figures<u64, u128, u64>,
    delayed_ns: Figures<u64, u128, u64>,
    blocked_ns: Figures<u64, u128, u64>,
    blocked_by_ns: ByName<'a>,
}

impl Process<'_> {
    pub(super) fn of(group: &ProcessGroup) -> Process<'_> {
        Process {
            instances: group.instances,
            started_ns: group.started.map(Instants::of),
            finished_ns: group.finished.map(Instants::of),
            new_ns: times(&group.new),
            running_ns: times(&group.running),
            ready_ns: times(&group.ready),
            delayed_ns: times(&group.delayed),
            blocked_ns: times(&group.blocked),
            blocked_by_ns: ByName(&group.blocked_by),
        }
    }
}

struct ByName<'a>(&'a [(String, u128)]);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(serializer, self.0.iter().map(|(name, nanos)| (name, nanos)))
    }
}

impl Serialize for ProcessGroups {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(serializer, self.0.iter().map(|group| (&group.name, Process::of(group))))
    }
}

#[derive(serde::Serialize)]
pub(super) struct Resource {
    kind: &'static str,
    instances: u64,
    capacity: Option<u64>,
    utilization: Option<Figures<f64, f64, f64>>,
    requests: Figures<u64, u128, f64>,
    waits: Figures<u64, u128, f64>,
    timeouts: Figures<u64, u128, f64>,
    wait_total_ns: Figures<u64, u128, u64>,
    wait_longest_ns: u64,
    wait_mean_ns: u64,
    wait_mean_per_request_ns: u64,
    level_mean: Figures<f64, f64, f64>,
    level_max: u64,
    level_end: Figures<u64, u128, f64>,
}

impl Serialize for ResourceGroups {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(serializer, self.0.iter().map(|group| (&group.name, Resource::of(group))))
    }
}

impl Resource {
    pub(super) fn of(group: &ResourceGroup) -> Resource {
        Resource {
            kind: group.info.kind.name(),
            instances: group.instances,
            capacity: group.info.capacity,
            utilization: group.utilization.as_ref().map(floats),
            requests: counts(&group.requests),
            waits: counts(&group.waits),
            timeouts: counts(&group.timeouts),
            wait_total_ns: times(&group.wait_total),
            wait_longest_ns: group.wait_longest.max,
            wait_mean_ns: nearest(group.wait_mean_of_all()),
            wait_mean_per_request_ns: nearest(group.wait_per_request_of_all()),
            level_mean: floats(&group.level_mean),
            level_max: group.level_max.max,
            level_end: counts(&group.level_end),
        }
    }
}

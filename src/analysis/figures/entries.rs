//! The figures of processes, resources and marks, as JSON.
//!
//! Decides their keys, which are a contract: reports have them, and `expect`
//! names figures by them. Objects by name keep the order of the scenario.

use super::object::{named, nearest};
use crate::analysis::marks::{MarkStatistics, MarkValues};
use crate::analysis::statistics::{ProcessStatistics, ResourceStatistics};
use crate::ids::{ProcessId, ResourceId};
use crate::trace::Header;
use crate::value::Value;
use serde::ser::{Serialize, Serializer};

/// All processes, by name.
pub struct Processes<'a>(pub &'a Header, pub &'a [ProcessStatistics]);

#[derive(serde::Serialize)]
pub(super) struct Process<'a> {
    started_ns: Option<u64>,
    finished_ns: Option<u64>,
    new_ns: u64,
    running_ns: u64,
    ready_ns: u64,
    delayed_ns: u64,
    blocked_ns: Blocked<'a>,
}

impl<'a> Process<'a> {
    pub(super) fn of(header: &'a Header, process: &'a ProcessStatistics) -> Process<'a> {
        Process {
            started_ns: process.started.map(|time| time.as_nanos()),
            finished_ns: process.finished.map(|time| time.as_nanos()),
            new_ns: process.new,
            running_ns: process.running,
            ready_ns: process.ready,
            delayed_ns: process.delayed,
            blocked_ns: Blocked(header, &process.blocked),
        }
    }
}

impl Serialize for Processes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.1.iter().enumerate().map(|(index, process)| {
            (self.0.process_name(ProcessId::from_index(index)), Process::of(self.0, process))
        });
        named(serializer, entries)
    }
}

struct Blocked<'a>(&'a Header, &'a [(ResourceId, u64)]);

impl Serialize for Blocked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(serializer, self.1.iter().map(|&(resource, nanos)| (self.0.resource_name(resource), nanos)))
    }
}

/// All resources that the scenario declares, by name.
pub struct Resources<'a>(pub &'a Header, pub &'a [ResourceStatistics]);

#[derive(serde::Serialize)]
pub(super) struct Resource {
    kind: &'static str,
    capacity: Option<u64>,
    utilization: Option<f64>,
    requests: u64,
    waits: u64,
    wait_total_ns: u128,
    wait_longest_ns: u64,
    wait_mean_ns: u64,
    wait_mean_per_request_ns: u64,
    level_mean: f64,
    level_max: u64,
    level_end: u64,
}

impl Resource {
    pub(super) fn of(header: &Header, id: ResourceId, resource: &ResourceStatistics) -> Resource {
        let info = header.resource(id);
        Resource {
            kind: info.kind.name(),
            capacity: info.capacity,
            utilization: resource.utilization,
            requests: resource.requests,
            waits: resource.waits.count,
            wait_total_ns: resource.waits.total,
            wait_longest_ns: resource.waits.longest,
            wait_mean_ns: nearest(resource.waits.mean()),
            wait_mean_per_request_ns: nearest(resource.wait_per_request()),
            level_mean: resource.level_mean,
            level_max: resource.level_max,
            level_end: resource.level_end,
        }
    }
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries =
            self.1.iter().enumerate().map(|(index, resource)| (ResourceId::from_index(index), resource));
        let declared = entries.filter(|&(id, _)| self.0.resource(id).kind.is_declared());
        let entry = |(id, resource)| (self.0.resource_name(id), Resource::of(self.0, id, resource));
        named(serializer, declared.map(entry))
    }
}

/// All marks, by name.
pub struct Marks<'a>(pub &'a Header, pub &'a [MarkStatistics]);

/// Null where there is no value; durations in whole nanoseconds.
#[derive(serde::Serialize)]
pub(super) struct Mark {
    count: u64,
    mean: Option<serde_json::Value>,
    min: Option<serde_json::Value>,
    max: Option<serde_json::Value>,
}

impl Mark {
    pub(super) fn of(mark: &MarkStatistics) -> Mark {
        let json = |of: fn(MarkValues) -> Value| mark.values.map(|values| of(values).to_json());
        Mark {
            count: mark.count,
            mean: json(|values| values.mean),
            min: json(|values| values.min),
            max: json(|values| values.max),
        }
    }
}

impl Serialize for Marks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.0.marks.iter().zip(self.1).map(|(info, mark)| (&info.name, Mark::of(mark)));
        named(serializer, entries)
    }
}

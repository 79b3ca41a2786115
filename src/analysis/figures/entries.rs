//! The figures of processes, resources and marks, as JSON.
//!
//! Decides their keys, which are a contract: reports have them, and `expect`
//! names figures by them. Objects by name keep the order of the scenario.

use super::number::FigureValue;
use super::object::{named, nearest};
use crate::analysis::marks::MarkStatistics;
use crate::analysis::measures::{Histogram, MeasureStatistics};
use crate::analysis::statistics::{ProcessStatistics, ResourceStatistics};
use crate::ids::{ProcessId, ResourceId};
use crate::trace::{BLOCKED, Header, MeasureFigure, MeasureInfo, Measured, ResourceInfo};
use crate::value::Value;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// All processes, by name.
pub struct Processes<'a>(pub &'a Header, pub &'a [ProcessStatistics]);

/// One process.
pub(super) struct Process<'a>(&'a Header, &'a ProcessStatistics);

/// A figure and its key.
pub(super) type Keyed<T> = (&'static str, fn(&T) -> Option<FigureValue>);

/// The figures of a process that are numbers.
pub(super) const OF_PROCESS: [Keyed<ProcessStatistics>; 7] = [
    ("started_ns", |process| process.started.map(|time| whole(time.as_nanos()))),
    ("finished_ns", |process| process.finished.map(|time| whole(time.as_nanos()))),
    ("new_ns", |process| Some(whole(process.new))),
    ("running_ns", |process| Some(whole(process.running))),
    ("ready_ns", |process| Some(whole(process.ready))),
    ("delayed_ns", |process| Some(whole(process.delayed))),
    ("blocked_total_ns", |process| Some(whole(process.blocked.iter().map(|&(_, nanos)| nanos).sum::<u64>()))),
];

fn whole(number: impl Into<i128>) -> FigureValue {
    FigureValue::Whole(number.into())
}

impl<'a> Process<'a> {
    pub(super) fn of(header: &'a Header, process: &'a ProcessStatistics) -> Process<'a> {
        Process(header, process)
    }
}

impl Serialize for Process<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Process(header, process) = self;
        let mut map = serializer.serialize_map(None)?;
        for (key, figure) in OF_PROCESS {
            map.serialize_entry(key, &figure(process))?;
        }
        map.serialize_entry(BLOCKED, &Blocked(header, &process.blocked))?;
        map.end()
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

/// One resource.
pub(super) struct Resource<'a>(&'a ResourceInfo, &'a ResourceStatistics);

/// The figures of a resource that are numbers, and its capacity does not say.
pub(super) const OF_RESOURCE: [Keyed<ResourceStatistics>; 11] = [
    ("utilization", |resource| resource.utilization.map(FigureValue::Float)),
    ("requests", |resource| Some(whole(resource.requests))),
    ("waits", |resource| Some(whole(resource.waits.count))),
    ("timeouts", |resource| Some(whole(resource.timeouts))),
    ("wait_total_ns", |resource| Some(whole(i128::try_from(resource.waits.total).unwrap_or(i128::MAX)))),
    ("wait_longest_ns", |resource| Some(whole(resource.waits.longest))),
    ("wait_mean_ns", |resource| Some(whole(nearest(resource.waits.mean())))),
    ("wait_mean_per_request_ns", |resource| Some(whole(nearest(resource.wait_per_request())))),
    ("level_mean", |resource| Some(FigureValue::Float(resource.level_mean))),
    ("level_max", |resource| Some(whole(resource.level_max))),
    ("level_end", |resource| Some(whole(resource.level_end))),
];

impl<'a> Resource<'a> {
    pub(super) fn of(header: &'a Header, id: ResourceId, resource: &'a ResourceStatistics) -> Resource<'a> {
        Resource(header.resource(id), resource)
    }
}

impl Serialize for Resource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Resource(info, resource) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", info.kind.name())?;
        map.serialize_entry("capacity", &info.capacity)?;
        for (key, figure) in OF_RESOURCE {
            map.serialize_entry(key, &figure(resource))?;
        }
        map.end()
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

/// One mark. Null where there is no value; durations in whole nanoseconds.
pub(super) struct Mark<'a>(&'a MarkStatistics);

/// A figure of a mark and its key.
type KeyedValue = (&'static str, fn(&MarkStatistics) -> Option<Value>);

/// The figures of a mark, as values of the type that it carries.
pub(super) const OF_MARK: [KeyedValue; 4] = [
    ("count", |mark| Some(Value::Int(mark.count as i64))),
    ("mean", |mark| mark.values.map(|values| values.mean)),
    ("min", |mark| mark.values.map(|values| values.min)),
    ("max", |mark| mark.values.map(|values| values.max)),
];

impl<'a> Mark<'a> {
    pub(super) fn of(mark: &'a MarkStatistics) -> Mark<'a> {
        Mark(mark)
    }
}

impl Serialize for Mark<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(serializer, OF_MARK.iter().map(|(key, figure)| (key, figure(self.0).map(Value::to_json))))
    }
}

impl Serialize for Marks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.0.marks.iter().zip(self.1).map(|(info, mark)| (&info.name, Mark::of(mark)));
        named(serializer, entries)
    }
}

/// All measures, by name.
pub struct Measures<'a>(pub &'a Header, pub &'a [MeasureStatistics]);

impl Measures<'_> {
    /// Whether the scenario measures nothing.
    pub fn is_empty(&self) -> bool {
        self.1.is_empty()
    }
}

/// One measure. Null where the run has no such figure; durations in whole nanoseconds.
pub(super) struct Measure<'a>(&'a MeasureInfo, &'a MeasureStatistics);

impl<'a> Measure<'a> {
    pub(super) fn of(info: &'a MeasureInfo, measure: &'a MeasureStatistics) -> Measure<'a> {
        Measure(info, measure)
    }
}

/// A figure of a measure.
pub(super) fn of_measure(measure: &MeasureStatistics, figure: MeasureFigure) -> Option<FigureValue> {
    measure.figure(figure).map(FigureValue::of)
}

impl Serialize for Measure<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Measure(info, measure) = self;
        let mut map = serializer.serialize_map(None)?;
        for &figure in info.what.kind().figures() {
            map.serialize_entry(&figure.to_string(), &of_measure(measure, figure))?;
        }
        if let Some(histogram) = measure.histogram() {
            map.serialize_entry("histogram", &Bins(&histogram, &info.what))?;
        }
        map.end()
    }
}

/// The bins of a histogram, with what their weights are.
struct Bins<'a>(&'a Histogram, &'a Measured);

impl Serialize for Bins<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Bins(histogram, of) = self;
        let is_time = matches!(of, Measured::Sojourn { .. });
        let (from, width, weights) =
            if is_time { ("from_ns", "width_ns", "counts") } else { ("from", "width", "lasted_ns") };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(from, &histogram.from)?;
        map.serialize_entry(width, &histogram.width)?;
        map.serialize_entry(weights, &histogram.weights)?;
        map.end()
    }
}

impl Serialize for Measures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.0.measures.iter().zip(self.1);
        named(serializer, entries.map(|(info, measure)| (&info.name, Measure::of(info, measure))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{PROCESS_FIGURES, RESOURCE_FIGURES};

    /// What a scenario may name is what a report has.
    #[test]
    fn the_keys_are_those_that_scenarios_know() {
        assert_eq!(OF_PROCESS.map(|(key, _)| key), PROCESS_FIGURES);
        assert_eq!(OF_RESOURCE.map(|(key, _)| key), RESOURCE_FIGURES[1..]);
    }
}

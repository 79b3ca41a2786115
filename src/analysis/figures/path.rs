//! Figures of a report by the paths that they have in JSON.
//!
//! Decides what is said where a path leads nowhere: what there is instead. A path that
//! leads to what has no value, as the mean of a mark that was never passed, leads somewhere.

use super::entries::{Mark, Measure, OF_MARK, OF_PROCESS, OF_RESOURCE, Process, Resource, of_measure};
use super::groups;
use super::number::FigureValue;
use crate::analysis::collect::StatisticsSink;
use crate::analysis::groups::{process_groups, resource_groups};
use crate::analysis::marks::MarkValues;
use crate::analysis::statistics::Statistics;
use crate::ids::{ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{BLOCKED, Header, MeasureFigure, NameTable, REPORT_HEADS, instance_name};
use crate::value::{self, Type};
use serde_json::Value;

/// How many names a message lists.
const NAMED: usize = 12;

/// Where a figure is found, for all runs of a scenario that have the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In [`OF_RUN`].
    Run(usize),
    /// In [`OF_PROCESS`].
    Process(ProcessId, usize),
    /// How long a process waited for a resource.
    Blocked(ProcessId, ResourceId),
    /// In [`OF_RESOURCE`].
    Resource(ResourceId, usize),
    /// In [`OF_MARK`].
    Mark(u32, usize),
    /// Of the measure in this place.
    Measure(usize, MeasureFigure),
    /// In the report as a whole: that of a group, or none at all.
    Report,
}

/// Where a path leads.
pub(super) fn place_of(header: &Header, path: &str) -> Place {
    if let Some((place, figure)) = measured(header, path) {
        return Place::Measure(place, figure);
    }
    let mut parts = path.splitn(4, '.');
    let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
    direct(header, parts).unwrap_or(Place::Report)
}

/// `measures.response.p99.9`: the point of a quantile is none between names.
fn measured(header: &Header, path: &str) -> Option<(usize, MeasureFigure)> {
    let (name, figure) = path.strip_prefix("measures.")?.split_once('.')?;
    let place = header.measures.iter().position(|info| info.name == name)?;
    Some((place, header.measures[place].what.kind().figure(figure)?))
}

/// Whether a path leads to a length of time that is measured; `None` if to no measure.
fn is_measured_time(header: &Header, path: &str) -> Option<bool> {
    measured(header, path).map(|(place, figure)| header.measures[place].what.kind().is_time(figure))
}

fn direct(header: &Header, parts: [Option<&str>; 4]) -> Option<Place> {
    let names = || NameTable::new(header);
    Some(match parts {
        [Some(head), None, ..] => Place::Run(keyed(&OF_RUN, head)?),
        [Some("processes"), Some(name), Some(key), None] => {
            Place::Process(names().process(name).ok()?, keyed(&OF_PROCESS, key)?)
        }
        [Some("processes"), Some(name), Some(BLOCKED), Some(resource)] => {
            let names = names();
            Place::Blocked(names.process(name).ok()?, names.resource(resource).ok()?)
        }
        [Some("resources"), Some(name), Some(key), None] => {
            let declared = |id: &ResourceId| header.resource(*id).kind.is_declared();
            let id = names().resource(name).ok().filter(declared)?;
            Place::Resource(id, keyed(&OF_RESOURCE, key)?)
        }
        [Some("marks"), Some(name), Some(key), None] => {
            Place::Mark(names().mark(name).ok()?, keyed(&OF_MARK, key)?)
        }
        _ => return None,
    })
}

fn keyed<T>(figures: &[(&str, T)], key: &str) -> Option<usize> {
    figures.iter().position(|(known, _)| *known == key)
}

impl Place {
    /// That of the total time.
    pub(super) const TOTAL_TIME: Place = Place::Run(0);

    /// The number at this place; `None` if there is none, or it is looked for in the
    /// whole report only.
    pub(super) fn number(self, statistics: &Statistics) -> Option<FigureValue> {
        match self {
            Place::Run(key) => Some(FigureValue::Whole(OF_RUN[key].1(statistics).into())),
            Place::Process(id, key) => OF_PROCESS[key].1(&statistics.processes[id.index()]),
            Place::Blocked(id, resource) => {
                let blocked = &statistics.processes[id.index()].blocked;
                let found = blocked.binary_search_by_key(&resource, |&(id, _)| id);
                Some(FigureValue::Whole(found.map_or(0, |place| blocked[place].1.into())))
            }
            Place::Resource(id, key) => OF_RESOURCE[key].1(&statistics.resources[id.index()]),
            Place::Mark(mark, key) => OF_MARK[key].1(&statistics.marks[mark as usize]).map(FigureValue::of),
            Place::Measure(place, figure) => of_measure(&statistics.measures[place], figure),
            Place::Report => None,
        }
    }
}

/// Whether reports of runs with these names have a number at a path, or at least a place
/// for one.
///
/// # Errors
/// What there is instead.
pub fn check_path(header: &Header, path: &str) -> Result<(), String> {
    let mut sample = StatisticsSink::new(header).finish(Time::ZERO);
    for process in &mut sample.processes {
        (process.started, process.finished) = (Some(Time::ZERO), Some(Time::ZERO));
    }
    for resource in &mut sample.resources {
        resource.utilization = Some(0.0);
    }
    for (mark, info) in sample.marks.iter_mut().zip(&header.marks) {
        let zero = info.ty.map(|ty| value::Value::from_word(ty, 0));
        mark.values = zero.map(|zero| MarkValues { mean: zero, min: zero, max: zero });
    }
    number_at(header, &sample, path).map(drop)
}

/// Whether the number at a path is one of nanoseconds.
pub fn is_duration(header: &Header, path: &str) -> bool {
    if let Some(is_time) = is_measured_time(header, path) {
        return is_time;
    }
    let parts: Vec<&str> = path.split('.').collect();
    match parts.as_slice() {
        [.., "count"] => false,
        ["marks", mark, _] => {
            header.marks.iter().any(|info| info.name == *mark && info.ty == Some(Type::Duration))
        }
        parts => parts.iter().any(|part| part.ends_with("_ns")),
    }
}

/// The number at a path of a report; `None` if there is a place for one, but no value.
///
/// # Errors
/// What there is instead, after "but".
pub fn number_at(
    header: &Header,
    statistics: &Statistics,
    path: &str,
) -> Result<Option<FigureValue>, String> {
    let place = place_of(header, path);
    match place.number(statistics) {
        None if place == Place::Report => number_in_report(header, statistics, path),
        number => Ok(number.filter(|number| number.as_f64().is_finite())),
    }
}

/// The number at a path of the whole report.
fn number_in_report(
    header: &Header,
    statistics: &Statistics,
    path: &str,
) -> Result<Option<FigureValue>, String> {
    let mut parts = path.split('.');
    let head = parts.next().unwrap_or_default();
    let mut value = match keyed(&OF_RUN, head) {
        Some(key) => OF_RUN[key].1(statistics).into(),
        None => entry(header, statistics, head, parts.next().unwrap_or_default())?,
    };
    let mut whose = "";
    for part in parts {
        let mut entries = match value {
            Value::Object(entries) => entries,
            Value::Null => return Ok(None),
            _ => return Err(format!("'{part}' is of something that has no parts")),
        };
        value = match entries.remove(part) {
            Some(found) => found,
            // A report names only those for which a process waited.
            None if whose.starts_with("blocked") && is_resource(header, part) => 0.into(),
            None => {
                let there = only(&list(numbers_of(&entries)));
                return Err(format!("there is no '{part}' there{there}"));
            }
        };
        whose = part;
    }
    match &value {
        Value::Number(number) => {
            FigureValue::of_json(number).map(Some).ok_or_else(|| format!("it was {number}"))
        }
        Value::Null => Ok(None),
        Value::Object(entries) if entries.is_empty() => {
            Err("it would have parts, one for each name, and has none".to_owned())
        }
        Value::Object(entries) => Err(format!("it has parts: {}", list(numbers_of(entries)))),
        other => Err(format!("it was {other}")),
    }
}

/// A figure of a run and its key.
type KeyedWhole = (&'static str, fn(&Statistics) -> u64);

/// The figures of a run that are of nothing in it.
pub(super) const OF_RUN: [KeyedWhole; 3] = [
    ("total_time_ns", |statistics| statistics.total_time.as_nanos()),
    ("events", |statistics| statistics.events),
    ("log_left_out", |statistics| statistics.log_left_out),
];

/// The figures of one process, resource, group or mark; of what a report does not have,
/// what it has instead.
fn entry(header: &Header, statistics: &Statistics, head: &str, name: &str) -> Result<Value, String> {
    let names = NameTable::new(header);
    let found = match head {
        "processes" => {
            let infos = header.processes.iter().map(|info| (&*info.name, info.indexed, info.count));
            let id = names.process(name).map_err(|absent| absent + &only(&list(instances(infos))))?;
            serde_json::to_value(Process::of(header, &statistics.processes[id.index()]))
        }
        "resources" => {
            let declared = header.resources.iter().filter(|info| info.kind.is_declared());
            let infos = declared.map(|info| (&*info.name, info.indexed, info.count));
            let id = names.resource(name).ok().filter(|&id| header.resource(id).kind.is_declared());
            let absent = || format!("there is no resource '{name}'{}", only(&list(instances(infos))));
            let id = id.ok_or_else(absent)?;
            serde_json::to_value(Resource::of(header, id, &statistics.resources[id.index()]))
        }
        "marks" => {
            let marks = || list(header.marks.iter().map(|info| &info.name));
            let mark = names.mark(name).map_err(|absent| absent + &only(&marks()))?;
            serde_json::to_value(Mark::of(&statistics.marks[mark as usize]))
        }
        "measures" => {
            let place = header.measures.iter().position(|info| info.name == name);
            let place = place.ok_or_else(|| format!("there is no measure '{name}'"))?;
            serde_json::to_value(Measure::of(&header.measures[place], &statistics.measures[place]))
        }
        "process_groups" => {
            let all = process_groups(header, statistics);
            let group = all.iter().find(|group| group.name == name);
            let names = || list(all.iter().map(|group| &group.name));
            serde_json::to_value(groups::Process::of(group.ok_or_else(|| no_group(name, &names()))?))
        }
        "resource_groups" => {
            let all = resource_groups(header, statistics);
            let group = all.iter().find(|group| group.name == name);
            let names = || list(all.iter().map(|group| &group.name));
            serde_json::to_value(groups::Resource::of(group.ok_or_else(|| no_group(name, &names()))?))
        }
        _ => return Err(format!("there is no '{head}' in a report, only {}", REPORT_HEADS.join(", "))),
    };
    found.map_err(|_| "a figure beside it is too large".to_owned())
}

/// Whether there is a resource of this name, or are several: `m`, `fork[2]`, `fork[*]`.
fn is_resource(header: &Header, name: &str) -> bool {
    let all = name.strip_suffix("[*]");
    let is_all = |all: &str| header.resources.iter().any(|info| info.indexed && info.name == all);
    all.is_some_and(is_all) || NameTable::new(header).resource(name).is_ok()
}

fn no_group(name: &str, names: &str) -> String {
    format!("there is no group '{name}'{}", only(names))
}

/// What there is instead, if anything is.
fn only(names: &str) -> String {
    if names.is_empty() { String::new() } else { format!(", only {names}") }
}

/// The keys of what is a number, or has some.
fn numbers_of(entries: &serde_json::Map<String, Value>) -> impl Iterator<Item = &String> {
    entries.iter().filter(|(_, value)| !value.is_string()).map(|(key, _)| key)
}

fn list(names: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut names = names.fuse();
    let shown: Vec<_> = names.by_ref().take(NAMED).collect();
    let shown: Vec<&str> = shown.iter().map(AsRef::as_ref).collect();
    let more = names.count();
    shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
}

/// The names of all instances, each told by the name, whether that has an index, and the count.
fn instances<'n>(infos: impl Iterator<Item = (&'n str, bool, u32)>) -> impl Iterator<Item = String> {
    infos.flat_map(|(name, indexed, count)| (0..count).map(move |index| instance_name(name, indexed, index)))
}

//! Figures of a report by the paths that they have in JSON.
//!
//! Decides what is said where a path leads nowhere: what there is instead.

use super::entries::{
    BLOCKED, Mark, Measure, OF_MARK, OF_PROCESS, OF_RESOURCE, Process, Resource, of_measure,
};
use super::groups;
use super::number::FigureValue;
use crate::analysis::groups::{process_groups, resource_groups};
use crate::analysis::statistics::Statistics;
use crate::ids::{ProcessId, ResourceId};
use crate::trace::{Header, MeasureFigure, NameTable};
use serde_json::Value;
use std::fmt;

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
pub(super) fn is_measured_time(header: &Header, path: &str) -> Option<bool> {
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
            Place::Resource(names().resource(name).ok()?, keyed(&OF_RESOURCE, key)?)
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

/// Why there is no number at a path: what stands after "but".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoNumber {
    /// The path is right, and this run has no such number.
    InThisRun(String),
    /// The path leads nowhere, or to what is no number.
    AtThisPath(String),
}

impl fmt::Display for NoNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (NoNumber::InThisRun(why) | NoNumber::AtThisPath(why)) = self;
        f.write_str(why)
    }
}

/// The number at a path of a report.
///
/// # Errors
/// [`NoNumber`] if there is none.
pub(super) fn number_at(
    header: &Header,
    statistics: &Statistics,
    path: &str,
) -> Result<FigureValue, NoNumber> {
    let place = place_of(header, path);
    match place.number(statistics) {
        None if matches!(place, Place::Measure(..)) => Err(NoNumber::InThisRun("it was null".to_owned())),
        Some(FigureValue::Float(float)) if !float.is_finite() => {
            Err(NoNumber::InThisRun("it was null".to_owned()))
        }
        Some(number) => Ok(number),
        None => number_in_report(header, statistics, path),
    }
}

/// The number at a path of the whole report.
fn number_in_report(header: &Header, statistics: &Statistics, path: &str) -> Result<FigureValue, NoNumber> {
    let mut parts = path.split('.');
    let head = parts.next().unwrap_or_default();
    let mut value = match keyed(&OF_RUN, head) {
        Some(key) => OF_RUN[key].1(statistics).into(),
        None => {
            entry(header, statistics, head, parts.next().unwrap_or_default()).map_err(NoNumber::AtThisPath)?
        }
    };
    let mut whose = "";
    for part in parts {
        let Value::Object(mut entries) = value else {
            return Err(NoNumber::AtThisPath(format!("'{part}' is of something that has no parts")));
        };
        value = match entries.remove(part) {
            Some(found) => found,
            // A report names only those for which a process waited.
            None if whose.starts_with("blocked") && is_resource(header, part) => 0.into(),
            None => {
                let there = only(&list(entries.keys()));
                return Err(NoNumber::AtThisPath(format!("there is no '{part}' there{there}")));
            }
        };
        whose = part;
    }
    match &value {
        Value::Number(number) => {
            FigureValue::of_json(number).ok_or_else(|| NoNumber::InThisRun(format!("it was {number}")))
        }
        Value::Object(entries) => {
            Err(NoNumber::AtThisPath(format!("it has parts: {}", list(entries.keys()))))
        }
        Value::Null => Err(NoNumber::InThisRun("it was null".to_owned())),
        other => Err(NoNumber::AtThisPath(format!("it was {other}"))),
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

/// The figures of one process, resource, group or mark.
fn entry(header: &Header, statistics: &Statistics, head: &str, name: &str) -> Result<Value, String> {
    let names = NameTable::new(header);
    let found = match head {
        "processes" => {
            let id = names.process(name)?;
            serde_json::to_value(Process::of(header, &statistics.processes[id.index()]))
        }
        "resources" => {
            let id = names.resource(name)?;
            serde_json::to_value(Resource::of(header, id, &statistics.resources[id.index()]))
        }
        "marks" => {
            let mark = names.mark(name)?;
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
        _ => return Err(format!("there is no '{head}' in a report")),
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

fn list<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
    names[..names.len().min(NAMED)].join(", ") + &more
}

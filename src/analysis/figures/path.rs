//! Figures of a report by the paths that they have in JSON.
//!
//! Decides what is said where a path leads nowhere: what there is instead.

use super::entries::{Mark, Process, Resource};
use super::groups;
use super::number::FigureValue;
use crate::analysis::groups::{process_groups, resource_groups};
use crate::analysis::statistics::Statistics;
use crate::trace::{Header, NameTable};
use serde_json::Value;

/// How many names a message lists.
const NAMED: usize = 12;

/// The number at a path of a report.
///
/// # Errors
/// What is there instead, after "but".
pub fn number_at(header: &Header, statistics: &Statistics, path: &str) -> Result<FigureValue, String> {
    let mut parts = path.split('.');
    let head = parts.next().unwrap_or_default();
    let mut value = match whole(statistics, head) {
        Some(number) => number.into(),
        None => entry(header, statistics, head, parts.next().unwrap_or_default())?,
    };
    let mut whose = "";
    for part in parts {
        let Value::Object(mut entries) = value else {
            return Err(format!("'{part}' is of something that has no parts"));
        };
        value = match entries.remove(part) {
            Some(found) => found,
            // A report names only those for which a process waited.
            None if whose.starts_with("blocked") && is_resource(header, part) => 0.into(),
            None => return Err(format!("there is no '{part}' there{}", only(&list(entries.keys())))),
        };
        whose = part;
    }
    match &value {
        Value::Number(number) => FigureValue::of_json(number).ok_or_else(|| format!("it was {number}")),
        Value::Object(entries) => Err(format!("it has parts: {}", list(entries.keys()))),
        other => Err(format!("it was {other}")),
    }
}

/// A figure that is no part of an object.
fn whole(statistics: &Statistics, head: &str) -> Option<u64> {
    match head {
        "total_time_ns" => Some(statistics.total_time.as_nanos()),
        "events" => Some(statistics.events),
        "log_left_out" => Some(statistics.log_left_out),
        _ => None,
    }
}

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

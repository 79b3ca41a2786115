//! How many permits or cores there are from when on, where timetables and breakdowns change that.
//!
//! Decides what the processes are called that do so, by which a trace knows them: no process of
//! a scenario has a space in its name.

use super::event::Kind;
use super::header::Header;
use super::sink::Trace;
use crate::ids::ResourceId;
use crate::time::Time;
use std::collections::BTreeMap;

const AT: &str = "at ";
const TIMETABLE: &str = "timetable";
const BREAKDOWN: &str = "breakdown";

/// What the process is called that changes at a time how many permits a resource has.
pub fn hour_name(resource: &str, at: &str) -> String {
    format!("{resource} {AT}{at}")
}

/// What the process is called that changes how many cores a resource has.
pub fn timetable_name(resource: &str) -> String {
    format!("{resource} {TIMETABLE}")
}

/// What the process is called that breaks a resource.
pub fn breakdown_name(resource: &str) -> String {
    format!("{resource} {BREAKDOWN}")
}

/// By resource, how many permits or cores it has from when on, in order of time; nothing where
/// neither a timetable nor a breakdown changes that. What they have taken is not there, from
/// the event on with which they got it.
pub fn capacities(trace: &Trace) -> Vec<Vec<(Time, u64)>> {
    let header = &trace.header;
    let mut capacities = vec![Vec::new(); header.resource_count()];
    let changers = changers(header);
    if changers.iter().all(Option::is_none) {
        return capacities;
    }
    for resource in changers.iter().flatten() {
        capacities[resource.index()] = vec![(Time::ZERO, header.resource(*resource).initial)];
    }
    for event in &trace.events {
        let changed = changers.get(event.process.index()).copied().flatten();
        let Some(resource) = changed.filter(|changed| event.resource() == Some(*changed)) else { continue };
        let steps: &mut Vec<(Time, u64)> = &mut capacities[resource.index()];
        let before = steps.last().map_or(0, |step| step.1);
        let after = match event.kind {
            Kind::Acquire => before.saturating_sub(1),
            Kind::Release => before.saturating_add(1),
            _ => continue,
        };
        if steps.last().is_some_and(|step| step.0 == event.time) {
            steps.pop();
        }
        steps.push((event.time, after));
    }
    capacities
}

/// By process, the resource whose permits or cores it changes, if it is one that does so.
fn changers(header: &Header) -> Vec<Option<ResourceId>> {
    let by_name: BTreeMap<&str, ResourceId> =
        header.resources.iter().map(|info| (info.name.as_str(), info.first)).collect();
    let changes = |name: &str| {
        let (resource, does) = name.split_once(' ')?;
        let is_changer = does == TIMETABLE || does == BREAKDOWN || does.starts_with(AT);
        by_name.get(resource).copied().filter(|_| is_changer)
    };
    let of_process = |info: &super::header::ProcessInfo| {
        let first = changes(&info.name);
        (0..info.count).map(move |index| first.map(|first| ResourceId(first.0 + index)))
    };
    header.processes.iter().flat_map(of_process).collect()
}

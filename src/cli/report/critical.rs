//! What the critical path of a run was spent on, in words.

use super::finished::Finished;
use super::parts::duration;
use crate::analysis::{Charge, PathEnd};
use crate::cli::console::printable;
use crate::trace::{Activity, Header, Outcome};

/// What a process does: `delay`, `wait to get from q`.
pub fn activity(activity: Option<Activity>, header: &Header) -> String {
    let name = |resource| printable(&header.resource_name(resource));
    match activity {
        None => "between steps".to_owned(),
        Some(Activity::New) => "before its start".to_owned(),
        Some(Activity::Delayed) => "delay".to_owned(),
        Some(Activity::Running) => "work".to_owned(),
        Some(Activity::Ready { processor }) => format!("ready for {}", name(processor)),
        Some(Activity::Blocked { resource, wait_for }) => {
            format!("wait {} {}", wait_for.purpose(), name(resource))
        }
    }
}

/// What one process did, all its instances together: `work of 'p' (line 3)`.
pub fn charged(charge: &Charge, header: &Header) -> String {
    let line = charge.line.map(|line| format!(" (line {line})")).unwrap_or_default();
    let process = printable(&header.process(charge.process).name);
    let does = match charge.activity {
        Some(Activity::New) => "time before the start".to_owned(),
        does => activity(does, header),
    };
    format!("{does} of '{process}'{line}")
}

/// Following the path of a run of more events would take a time worth mentioning.
const EVENTS: u64 = 100_000;

/// What most of a run was spent on, if it came to a regular end and all of its events were
/// kept; and below it what would help, if that was tried.
pub fn critical_line(finished: &Finished) -> String {
    // What was tried needs no events that were kept.
    let helps = finished.helps.iter().map(|helps| format!("  what helps: {helps}\n"));
    let path = finished.critical.clone().unwrap_or_else(|| path_line(finished));
    path + &helps.collect::<String>()
}

/// Whether a run has a path to be told: it came to a regular end, with few events.
pub fn has_path(finished: &Finished) -> bool {
    let is_regular = matches!(finished.outcome, Outcome::Completed | Outcome::Horizon) && !finished.untimed;
    is_regular && finished.statistics.events <= EVENTS
}

/// What most of a run was spent on, of whose events all were kept; else nothing.
pub fn path_line(finished: &Finished) -> String {
    let trace = finished.trace.as_ref().filter(|_| has_path(finished));
    let trace = trace.filter(|trace| trace.events.len() as u64 == finished.statistics.events);
    let Some(path) = trace.and_then(|trace| trace.critical_path(PathEnd::TotalTime)) else {
        return String::new();
    };
    let header = &finished.header;
    let charges = path.charges_by_process(header);
    let Some(most) = charges.first() else { return String::new() };
    let whole = duration(path.end.as_nanos());
    format!("  critical path: {} of {whole} is {}\n", duration(most.nanos), charged(most, header))
}

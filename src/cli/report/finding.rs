//! What went wrong in a run: a deadlock, a fault, a limit; as sentences and as
//! an object.

use super::finished::{Finished, Waiting};
use super::parts::and_more;
use crate::cli::console::printable;
use crate::figure::{so_many, verb};
use crate::trace::{Header, NamedBlocked, NamedOutcome, Outcome, WaitFor};
use serde::Serialize;
use std::collections::BTreeSet;

/// How many blocked processes are told one by one.
const TOLD: usize = 40;

/// The `finding` object of a result.
#[derive(Debug, Serialize)]
pub struct Finding {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Everybody concerned.
    processes: Vec<String>,
    /// What they wait for.
    resources: Vec<String>,
    /// The scenario lines on which they stand.
    lines: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cycle: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocked: Vec<NamedBlocked>,
}

impl Finding {
    /// The finding in an outcome, if it is one.
    pub fn of(outcome: &Outcome, header: &Header) -> Option<Finding> {
        let plain = |message| Finding {
            kind: outcome.name(),
            message,
            hint: None,
            processes: Vec::new(),
            resources: Vec::new(),
            lines: Vec::new(),
            cycle: Vec::new(),
            blocked: Vec::new(),
        };
        match NamedOutcome::of(outcome, header) {
            NamedOutcome::Completed | NamedOutcome::Horizon => None,
            NamedOutcome::Limit { message } => Some(plain(message)),
            NamedOutcome::Fault { process, line, message, hint, .. } => Some(Finding {
                processes: vec![process],
                lines: line.into_iter().collect(),
                hint: Some(hint),
                ..plain(message)
            }),
            NamedOutcome::Deadlock { blocked, cycle } => Some(Finding {
                processes: blocked.iter().map(|one| one.process.clone()).collect(),
                resources: unique(blocked.iter().map(|one| one.resource.clone())),
                lines: unique(blocked.iter().filter_map(|one| one.line)),
                ..plain(deadlock_message(&blocked, header)).with(blocked, cycle)
            }),
        }
    }

    fn with(self, blocked: Vec<NamedBlocked>, cycle: Vec<String>) -> Finding {
        Finding { blocked, cycle, ..self }
    }
}

/// The `waiting` object of a result: those who wait for ever at the end of a run that was
/// stopped.
#[derive(Debug, Serialize)]
pub struct StillWaiting {
    /// Whether nobody else was left.
    all: bool,
    blocked: Vec<NamedBlocked>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cycle: Vec<String>,
}

impl StillWaiting {
    /// Of a run, if anybody does.
    pub fn of(finished: &Finished) -> Option<StillWaiting> {
        let Waiting { waiting, all } = finished.waiting.clone()?;
        match NamedOutcome::of(&Outcome::Deadlock(waiting), &finished.header) {
            NamedOutcome::Deadlock { blocked, cycle } => Some(StillWaiting { all, blocked, cycle }),
            _ => None,
        }
    }
}

fn unique<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}

fn deadlock_message(blocked: &[NamedBlocked], header: &Header) -> String {
    // A daemon may wait: no run is to see its end.
    let blocked = || blocked.iter().filter(|one| !one.daemon);
    let all: usize =
        header.processes.iter().filter(|info| !info.daemon).map(|info| info.count as usize).sum();
    let waiting = blocked().count();
    let starved = blocked().filter(|one| one.starved).count();
    let starved = match starved {
        0 => String::new(),
        // What is said of the only one says so.
        _ if waiting == 1 => String::new(),
        all if all == waiting => ", all of them starved".to_owned(),
        some => format!(", {some} of them starved"),
    };
    let (of, wait) = (so_many(all as u64, "process"), verb(waiting, "wait"));
    match (waiting, all) {
        (1, 1) => format!("the only process waits for what never comes{starved}"),
        _ => format!("{waiting} of {of} {wait} for what never comes{starved}"),
    }
}

/// The finding of a run in sentences, one a line; empty if there is none.
pub fn told(finished: &Finished) -> String {
    let place = |line: Option<u32>| place(finished, line);
    match NamedOutcome::of(&finished.outcome, &finished.header) {
        NamedOutcome::Completed => String::new(),
        NamedOutcome::Horizon => still_waiting(finished),
        NamedOutcome::Limit { message } => format!("  {}\n", printable(&message)) + &still_waiting(finished),
        NamedOutcome::Fault { process, line, message, hint, .. } => {
            let (message, hint) = (printable(&message), printable(&hint));
            let hint = if hint.is_empty() { hint } else { format!("  hint: {hint}\n") };
            format!("  {}\n{}{hint}", NamedOutcome::fault_told(&process, &message), place(line))
        }
        NamedOutcome::Deadlock { blocked, cycle } => {
            let title = deadlock_message(&blocked, &finished.header);
            waiting_told(finished, &title, &blocked, &cycle)
        }
    }
}

/// Those who wait for ever at the end of a run that was stopped; empty if nobody does.
fn still_waiting(finished: &Finished) -> String {
    let Some(StillWaiting { all, blocked, cycle }) = StillWaiting::of(finished) else { return String::new() };
    let title = match all {
        true => "before that nothing but waiting was left",
        false => "while others went on, these wait for what never comes",
    };
    waiting_told(finished, title, &blocked, &cycle)
}

/// Those who wait, each with what for, under a title.
fn waiting_told(finished: &Finished, title: &str, blocked: &[NamedBlocked], cycle: &[String]) -> String {
    let mut text = format!("  {title}:\n");
    for one in blocked.iter().take(TOLD) {
        text.push_str(&format!("  - {one}\n"));
        text.push_str(&place(finished, one.line));
    }
    text.push_str(&and_more("  - ", blocked.len(), TOLD));
    // That somebody waits for itself has been said.
    if let [first, _, ..] = cycle {
        text.push_str(&match notified_by_any(blocked, cycle) {
            Some(condition) => {
                format!("  those who wait for a notify of '{condition}' wait for one from each other\n")
            }
            None => format!("  cycle: {} → {first}\n", cycle.join(" → ")),
        });
    }
    text.push_str(&notify_hint(blocked));
    text
}

/// The condition at which all of a circle wait: there anybody could end the wait of any, and those of the
/// circle are no more to blame than others.
fn notified_by_any<'b>(blocked: &'b [NamedBlocked], cycle: &[String]) -> Option<&'b str> {
    let mut circle = blocked.iter().filter(|one| cycle.contains(&one.process));
    let first = circle.next().filter(|one| one.wait_for == WaitFor::Notify)?;
    circle
        .all(|one| one.wait_for == WaitFor::Notify && one.resource == first.resource)
        .then_some(&first.resource)
}

/// What is behind a wait for a notify that never comes; empty if nobody waits for one.
fn notify_hint(blocked: &[NamedBlocked]) -> String {
    let at_conditions = || blocked.iter().filter(|one| one.wait_for == WaitFor::Notify);
    // What a wait gives back, nobody holds while it lasts.
    let kept = at_conditions().find_map(|one| {
        let needs = |other: &&NamedBlocked| {
            other.wait_for == WaitFor::Acquire && other.holder.as_ref() == Some(&one.process)
        };
        blocked.iter().find(needs).map(|other| (one, other))
    });
    if let Some((NamedBlocked { process, resource, .. }, other)) = kept {
        return format!(
            "  hint: the wait does not give '{0}' back: '{process}' keeps it while it waits, and '{1}' needs it; \
             `wait: {{on: {resource}, mutex: {0}}}` gives it back meanwhile\n",
            other.resource, other.process
        );
    }
    let waits = at_conditions().next().is_some();
    if waits { LOST_NOTIFY.to_owned() } else { String::new() }
}

/// What most often is behind it.
const LOST_NOTIFY: &str = "  hint: a notify that comes before the wait is lost, and one that wakes the wrong \
                           process too: look at what you wait for before every wait (`while: …, do: [wait: …]`), \
                           and after every change notify whoever could go on (`notify_all` if in doubt)\n";

/// The scenario line that somebody stands on, with its text.
pub(super) fn place(finished: &Finished, line: Option<u32>) -> String {
    let Some(line) = line else { return String::new() };
    let text = finished.source.lines().nth(line.saturating_sub(1) as usize).unwrap_or("").trim();
    let text: String = printable(text).chars().take(120).collect();
    format!("      {}:{line}: {text}\n", printable(&finished.file))
}

//! What went wrong in a run: a deadlock, a fault, a limit; as sentences and as
//! an object.

use super::finished::{Finished, Waiting};
use super::parts::and_more;
use crate::cli::console::printable;
use crate::figure::{so_many, verb};
use crate::ids::ProcessId;
use crate::time::Time;
use crate::trace::{BlockedProcess, Deadlock, NamedBlocked, NamedOutcome, Outcome, WaitFor};
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
    blocked: Vec<Waiter>,
}

/// Somebody who waits for ever, and since when, where times mean something.
#[derive(Debug, Serialize)]
struct Waiter {
    #[serde(flatten)]
    named: NamedBlocked,
    #[serde(skip_serializing_if = "Option::is_none")]
    since_ns: Option<u64>,
}

impl Waiter {
    fn since(&self) -> Option<Time> {
        self.since_ns.and_then(Time::from_nanos)
    }
}

/// Those who wait in a deadlock of this run, and a circle of them.
fn waiters(finished: &Finished, deadlock: &Deadlock) -> (Vec<Waiter>, Vec<String>) {
    let since = |process: ProcessId| {
        let statistics = finished.statistics.processes.get(process.index())?;
        statistics.waiting_since.filter(|_| !finished.untimed)
    };
    let waiter = |blocked: &BlockedProcess| Waiter {
        named: NamedBlocked::of(blocked, &finished.header),
        since_ns: since(blocked.process).map(Time::as_nanos),
    };
    let cycle = deadlock.cycle.iter().map(|&process| finished.header.process_name(process)).collect();
    (deadlock.blocked.iter().map(waiter).collect(), cycle)
}

/// When the last of them began to wait, if that was before the end of the run: others have gone on meanwhile, as
/// daemons do.
fn since_before_the_end(finished: &Finished, blocked: &[Waiter]) -> Option<Time> {
    let since: Option<Vec<Time>> = blocked.iter().map(Waiter::since).collect();
    since?.into_iter().max().filter(|&last| last < finished.end)
}

impl Finding {
    /// What was found in a run, if something was.
    pub fn of(finished: &Finished) -> Option<Finding> {
        let (outcome, header) = (&finished.outcome, &finished.header);
        if let Outcome::Deadlock(deadlock) = outcome {
            return Some(Finding::of_deadlock(finished, deadlock));
        }
        match NamedOutcome::of(outcome, header) {
            NamedOutcome::Completed | NamedOutcome::Horizon => None,
            NamedOutcome::Limit { message } => Some(Finding::plain(outcome, message)),
            NamedOutcome::Fault { process, line, message, hint, .. } => Some(Finding {
                processes: vec![process],
                lines: line.into_iter().collect(),
                hint: Some(hint),
                ..Finding::plain(outcome, message)
            }),
            NamedOutcome::Deadlock { .. } => None,
        }
    }

    /// A finding of its kind that says nothing else than this.
    fn plain(outcome: &Outcome, message: String) -> Finding {
        Finding {
            kind: outcome.name(),
            message,
            hint: None,
            processes: Vec::new(),
            resources: Vec::new(),
            lines: Vec::new(),
            cycle: Vec::new(),
            blocked: Vec::new(),
        }
    }

    fn of_deadlock(finished: &Finished, deadlock: &Deadlock) -> Finding {
        let (blocked, cycle) = waiters(finished, deadlock);
        let named = || blocked.iter().map(|one| &one.named);
        Finding {
            processes: named().map(|one| one.process.clone()).collect(),
            resources: unique(named().map(|one| one.resource.clone())),
            lines: unique(named().filter_map(|one| one.line)),
            ..Finding::plain(&finished.outcome, deadlock_message(finished, &blocked)).with(blocked, cycle)
        }
    }

    fn with(self, blocked: Vec<Waiter>, cycle: Vec<String>) -> Finding {
        Finding { blocked, cycle, ..self }
    }
}

/// The `waiting` object of a result: those who wait for ever at the end of a run that was
/// stopped.
#[derive(Debug, Serialize)]
pub struct StillWaiting {
    /// Whether nobody else was left.
    all: bool,
    blocked: Vec<Waiter>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cycle: Vec<String>,
}

impl StillWaiting {
    /// Of a run, if anybody does.
    pub fn of(finished: &Finished) -> Option<StillWaiting> {
        let Waiting { waiting, all } = finished.waiting.as_ref()?;
        let (blocked, cycle) = waiters(finished, waiting);
        Some(StillWaiting { all: *all, blocked, cycle })
    }
}

fn unique<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}

fn deadlock_message(finished: &Finished, blocked: &[Waiter]) -> String {
    // A daemon may wait: no run is to see its end.
    let awaited = finished.header.processes.iter().filter(|info| !info.daemon);
    let all: usize = awaited.map(|info| info.count as usize).sum();
    let waits = || blocked.iter().filter(|one| !one.named.daemon);
    let waiting = waits().count();
    let starved = waits().filter(|one| one.named.starved).count();
    let starved = match starved {
        0 => String::new(),
        // What is said of the only one says so.
        _ if waiting == 1 => String::new(),
        all if all == waiting => ", all of them starved".to_owned(),
        some => format!(", {some} of them starved"),
    };
    let (of, wait) = (so_many(all as u64, "process"), verb(waiting, "wait"));
    let since = since_before_the_end(finished, blocked).filter(|_| waiting > 1);
    let since = since.map_or(String::new(), |since| format!(", the last since {since}"));
    match (waiting, all) {
        (1, 1) => format!("the only process waits for what never comes{starved}"),
        _ => format!("{waiting} of {of} {wait} for what never comes{starved}{since}"),
    }
}

/// The finding of a run in sentences, one a line; empty if there is none.
pub fn told(finished: &Finished) -> String {
    let place = |line: Option<u32>| place(finished, line);
    if let Outcome::Deadlock(deadlock) = &finished.outcome {
        let (blocked, cycle) = waiters(finished, deadlock);
        return waiting_told(finished, &deadlock_message(finished, &blocked), &blocked, &cycle);
    }
    match NamedOutcome::of(&finished.outcome, &finished.header) {
        NamedOutcome::Completed | NamedOutcome::Deadlock { .. } => String::new(),
        NamedOutcome::Horizon => still_waiting(finished),
        NamedOutcome::Limit { message } => format!("  {}\n", printable(&message)) + &still_waiting(finished),
        NamedOutcome::Fault { process, line, message, hint, .. } => {
            let (message, hint) = (printable(&message), printable(&hint));
            let hint = if hint.is_empty() { hint } else { format!("  hint: {hint}\n") };
            format!("  {}\n{}{hint}", NamedOutcome::fault_told(&process, &message), place(line))
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
fn waiting_told(finished: &Finished, title: &str, blocked: &[Waiter], cycle: &[String]) -> String {
    let mut text = format!("  {title}:\n");
    let is_old = since_before_the_end(finished, blocked).is_some();
    for one in blocked.iter().take(TOLD) {
        let since = one.since().filter(|_| is_old).map_or(String::new(), |since| format!(", since {since}"));
        text.push_str(&format!("  - {}{since}\n", one.named));
        text.push_str(&place(finished, one.named.line));
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
fn notified_by_any<'b>(blocked: &'b [Waiter], cycle: &[String]) -> Option<&'b str> {
    let mut circle = blocked.iter().map(|one| &one.named).filter(|one| cycle.contains(&one.process));
    let first = circle.next().filter(|one| one.wait_for == WaitFor::Notify)?;
    circle
        .all(|one| one.wait_for == WaitFor::Notify && one.resource == first.resource)
        .then_some(&first.resource)
}

/// What is behind a wait for a notify that never comes; empty if nobody waits for one.
fn notify_hint(blocked: &[Waiter]) -> String {
    let named = || blocked.iter().map(|one| &one.named);
    let at_conditions = || named().filter(|one| one.wait_for == WaitFor::Notify);
    // What a wait gives back, nobody holds while it lasts.
    let kept = at_conditions().find_map(|one| {
        let needs = |other: &&NamedBlocked| {
            other.wait_for == WaitFor::Acquire && other.holder.as_ref() == Some(&one.process)
        };
        named().find(needs).map(|other| (one, other))
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

//! A run as text: a headline, what went wrong, tables, the timeline.

use super::critical::critical_line;
use super::finding::told;
use super::finished::Finished;
use super::measures::measures;
use super::parts::{GREEN, PLAIN, RED, YELLOW, and_more, files, heading, section};
use super::table::{mark_table, process_table, resource_table};
use super::{races, ties};
use crate::analysis::FailedExpectation;
use crate::cli::console::printable;
use crate::figure::{noun, so_many};
use crate::ids::{ProcessId, ResourceId};
use crate::trace::{Outcome, TableInfo, Ties};
use std::fmt::Write;

/// How many mutexes of processes that are done are shown.
const ABANDONED: usize = 10;

/// How many lines of the log are shown.
const LOG_LINES: usize = 40;

/// How many characters of one of them.
const LOG_TEXT: usize = 400;

/// How many values of a memory are shown.
const MEMORY_VALUES: usize = 20;

/// How many memories are shown.
const MEMORIES: usize = 20;

/// The whole report; `timeline` is the text Gantt of the run, if there is one.
/// Tables have a row for each of several instances if `instances`.
pub fn text(finished: &Finished, timeline: Option<&str>, instances: bool) -> String {
    let statistics = &finished.statistics;
    let mut text = headline(finished) + &critical_line(finished);
    section(&mut text, "Processes", &process_table(&finished.header, statistics, instances));
    section(&mut text, "Resources", &resource_table(&finished.header, statistics, instances));
    section(&mut text, "Marks", &mark_table(finished));
    section(&mut text, "Measures", &measures(finished));
    section(&mut text, "Memories at the end", &memories(finished));
    section(&mut text, "Log", &log(finished));
    section(&mut text, "Timeline", timeline.unwrap_or(""));
    section(&mut text, "Files", &(files(&finished.written) + &notes(finished)));
    text.push('\n');
    text
}

/// How it ended, what was found, and how to see it again.
pub fn headline(finished: &Finished) -> String {
    let end = finished.end;
    let (color, how) = match &finished.outcome {
        Outcome::Completed => {
            (GREEN, format!("completed in {} of virtual time", finished.statistics.total_time))
        }
        Outcome::Horizon => (GREEN, format!("reached its horizon at {end} of virtual time")),
        Outcome::Deadlock(_) => (RED, format!("deadlock at {end} of virtual time")),
        Outcome::Fault(_) => (RED, format!("fault at {end} of virtual time")),
        Outcome::Limit { .. } => (YELLOW, format!("stopped by a limit at {end} of virtual time")),
    };
    let mut text = heading(&finished.label, color, &how) + "\n";
    text.push_str(&in_words(finished));
    if !finished.failed.is_empty() {
        let _ = writeln!(text, "  {RED}not as expected{PLAIN}:");
        text.push_str(&failures(finished));
    }
    text.push_str(&unchecked_note(&finished.unchecked));
    text.push_str(&races::told(finished));
    text.push_str(&ties::told(finished));
    if finished.is_finding() {
        text.push_str(&reproduction_line(finished));
    }
    let (events, seed, fingerprint) =
        (finished.statistics.events, finished.header.seed, &finished.fingerprint);
    let ties = match finished.header.ties {
        Ties::Fifo => String::new(),
        ties => format!(", ties {ties}"),
    };
    let noun = noun(usize::try_from(events).unwrap_or(usize::MAX), "event");
    let _ = writeln!(text, "  {events} {noun}, seed {seed}{ties}, fingerprint {fingerprint}");
    for TableInfo { file, hash } in &finished.header.tables {
        let _ = writeln!(text, "  values from {}, hash {hash}", printable(file));
    }
    text
}

/// What went wrong in sentences, a line each, such as who waits for what that whom holds; empty
/// if nothing did.
pub fn in_words(finished: &Finished) -> String {
    told(finished) + &abandoned(finished)
}

/// The mutexes that nobody can give back, since their owners are done.
fn abandoned(finished: &Finished) -> String {
    let header = &finished.header;
    let told = |&(mutex, owner): &(ResourceId, ProcessId)| {
        format!(
            "  '{}' is done and still owns '{}'\n",
            header.process_name(owner),
            header.resource_name(mutex)
        )
    };
    let text: String = finished.abandoned.iter().take(ABANDONED).map(told).collect();
    text + &and_more("  ", finished.abandoned.len(), ABANDONED)
}

/// How to see it again: the command, and the version that it holds for.
pub fn reproduction_line(finished: &Finished) -> String {
    format!("  to see it again: {} (version {})\n", finished.reproduction, finished.header.version)
}

/// That expectations were not checked, because of these parameters; empty if
/// they were.
pub fn unchecked_note(unchecked: &[String]) -> String {
    match unchecked {
        [] => String::new(),
        [name] => format!("  expect not checked: {name} was set\n"),
        [names @ .., last] => format!("  expect not checked: {} and {last} were set\n", names.join(", ")),
    }
}

/// What was not as expected, each with its timeline if there is one.
pub fn failures(finished: &Finished) -> String {
    let told = |(place, failed): (usize, &FailedExpectation)| {
        let window = finished.windows.get(place).map_or("", String::as_str);
        failure_told(&finished.file, failed.line, &failed.message, window)
    };
    finished.failed.iter().enumerate().map(told).collect()
}

/// One thing that was not as expected, with what belongs to it, such as a timeline.
pub fn failure_told(file: &str, line: u32, message: &str, detail: &str) -> String {
    let place = if line > 0 { format!("{}:{line}: ", printable(file)) } else { String::new() };
    let mut text = format!("  - {place}{}\n", printable(message));
    for line in detail.lines() {
        let _ = writeln!(text, "      {line}");
    }
    text
}

fn memories(finished: &Finished) -> String {
    let mut text = String::new();
    for (memory, values) in finished.memories.iter().take(MEMORIES) {
        let shown: Vec<String> = values.iter().take(MEMORY_VALUES).map(ToString::to_string).collect();
        // Of a large memory not all values were kept.
        let slots = finished.header.resource(*memory).capacity.unwrap_or(0) as usize;
        let more = match slots.max(values.len()).saturating_sub(MEMORY_VALUES) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let name = finished.header.resource_name(*memory);
        let _ = writeln!(text, " {name}: {}{more}", shown.join(", "));
    }
    text.push_str(&and_more(" ", finished.memories.len(), MEMORIES));
    if finished.memories_left_out > 0 {
        let values = so_many(finished.memories_left_out, "value");
        let _ = writeln!(text, " of all of them, {values} that no report keeps");
    }
    text
}

fn log(finished: &Finished) -> String {
    let lines = &finished.statistics.log;
    let shown = &lines[..lines.len().min(LOG_LINES)];
    let name = |line: &crate::analysis::LogLine| finished.header.process_name(line.process);
    let times = shown.iter().map(|line| line.time.to_string().len()).max().unwrap_or(0);
    let names = shown.iter().map(|line| name(line).chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for line in shown {
        let _ = writeln!(text, " {:>times$}  {:<names$}  {}", line.time, name(line), beginning(&line.text));
    }
    let more = lines.len() - shown.len();
    if more > 0 {
        let written = finished.written.iter().any(|path| path.ends_with("result.json"));
        let place = if written { "result.json" } else { "--format json" };
        let _ = writeln!(text, " {more} more, see {place}");
    }
    if finished.statistics.log_left_out > 0 {
        let _ = writeln!(text, " and {} that no report keeps", finished.statistics.log_left_out);
    }
    text
}

/// A log line, or as much of it as is shown.
fn beginning(line: &str) -> String {
    match line.char_indices().nth(LOG_TEXT) {
        None => printable(line),
        Some((end, _)) => {
            let more = line[end..].chars().count();
            format!("{}… ({more} {} more)", printable(&line[..end]), noun(more, "character"))
        }
    }
}

fn notes(finished: &Finished) -> String {
    finished.notes.iter().map(|note| format!(" note: {note}\n")).collect()
}

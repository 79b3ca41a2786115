//! An exploration as text: a verdict, figures, and the shortest schedules.

use super::arguments::ExploreArguments;
use super::explored::{Explored, named_lines};
use super::witness::Shown;
use crate::analysis::FailedExpectation;
use crate::cli::console::printable;
use crate::cli::execute::{reproduction_along, unchecked};
use crate::cli::report::{
    GREEN, PLAIN, RED, and_more, counted, failure_told, failures, files, heading, section, so_many, told,
    unchecked_note,
};
use crate::explore::{Cut, End, FinalMemories, TotalTimes};
use crate::figure::noun;
use crate::trace::{Header, Outcome};
use std::fmt::Write;

/// Turns of a schedule that are shown from its beginning and its end.
const TURNS: usize = 20;

/// Different results that are shown.
const RESULTS: usize = 20;

/// Decisive ties that are shown.
const TIES: usize = 10;

/// Turns that two schedules begin with alike are not shown twice, if they are more than these.
const LEAST_IN_COMMON: usize = 3;

/// Values of a memory that are shown.
const VALUES: usize = 12;

/// What is said of a number that is too large to be counted.
const TOO_MANY: &str = "more than 3.4e38";

/// The whole report.
pub fn text(explored: &Explored<'_>, arguments: &ExploreArguments) -> String {
    let mut text = headline(explored, arguments);
    let mut before: Option<&Shown> = None;
    for shown in explored.shown.iter().filter(|shown| shown.is_finding) {
        section(&mut text, &title(shown), &finding(explored, arguments, shown, before));
        before = Some(shown);
    }
    section(&mut text, "Memories at the end", &finals(explored));
    section(&mut text, "Ties that decide the total time", &ties(explored));
    section(&mut text, "Files", &files(explored.shown.iter().flat_map(|shown| &shown.written)));
    text.push('\n');
    text
}

fn headline(explored: &Explored<'_>, arguments: &ExploreArguments) -> String {
    let exploration = &explored.exploration;
    let progress = exploration.progress();
    let headed = |colour, verdict| heading(&explored.loaded.label, colour, verdict);
    let mode = explored.mode.name();
    let mut text = match explored.cut() {
        None => format!("{}, {mode}\n", headed(GREEN, "every schedule explored")),
        Some(why) => format!(
            "{}, {mode}: {why}\n  {}; what follows holds as far as it goes\n",
            headed(RED, "not explored completely"),
            left_open(progress.open, exploration.cut())
        ),
    };
    if let Some(hint) = explored.cut_hint() {
        let _ = writeln!(text, "  {hint}");
    }
    let (states, transitions, depth) = (
        so_many(progress.states, "state"),
        so_many(progress.transitions, "transition"),
        counted(progress.depth),
    );
    let _ = writeln!(text, "  {states}, {transitions}, depth {depth}");
    let deadlocks = exploration.ends(End::Deadlock);
    if deadlocks > 0 {
        let _ = writeln!(text, "  {RED}deadlocks: {}{PLAIN}", counted(deadlocks));
    } else {
        let so_far = if exploration.is_complete() { "0" } else { "none found so far" };
        let _ = writeln!(text, "  deadlocks: {so_far}");
    }
    text.push_str(&partial_deadlocks(explored, arguments));
    let ends = [("completed", End::Completed), ("reached the horizon", End::Horizon)];
    for (name, end) in ends.into_iter().filter(|&(_, end)| exploration.ends(end) > 0) {
        let _ = writeln!(text, "  end states that {}: {}", verb(name), counted(exploration.ends(end)));
    }
    if let Some(TotalTimes { least: (least, _), most }) = exploration.total_times() {
        let time = match most {
            Some((most, _)) if least == most => format!("{least} in every schedule that completes"),
            Some((most, _)) => format!("between {least} and {most}"),
            None => format!("{least} at least; a run that completes may take as long as it likes"),
        };
        let _ = writeln!(text, "  total time: {time}");
    }
    if arguments.spurious {
        text.push_str("  at each condition somebody may go on once without a notify\n");
    }
    if arguments.reduce.is_some() {
        text.push_str(
            "  reduced: not every schedule is there; races, partial deadlocks and `expect` not checked\n",
        );
    } else {
        text.push_str(&unchecked_note(&unchecked(explored.loaded)));
    }
    if !explored.timeless.is_empty() {
        let lines: Vec<String> = explored.timeless.iter().map(ToString::to_string).collect();
        let noun = noun(lines.len(), "line");
        let _ = writeln!(text, "  expected times not checked without time: {noun} {}", lines.join(", "));
    }
    text.push_str(&races_left_open(explored, arguments));
    let of_figures = explored.loaded.scenario.model.expect.lines_of_figures();
    if arguments.reduce.is_none() && unchecked(explored.loaded).is_empty() && !of_figures.is_empty() {
        let lines: Vec<String> = of_figures.iter().map(ToString::to_string).collect();
        let (noun, lines) = (noun(lines.len(), "line"), lines.join(", "));
        let _ = writeln!(text, "  expected figures not checked, `run` and `test` do: {noun} {lines}");
    }
    match explored.overview.schedules {
        Some(schedules) => {
            let _ = writeln!(text, "  schedules: {}", counted(schedules));
        }
        None if explored.overview.too_many => {
            let _ = writeln!(text, "  schedules: {TOO_MANY}");
        }
        None => {}
    }
    text.push_str(&without_end(explored));
    text
}

/// That races were looked for with time, if none was found: two accesses that only their
/// times keep apart race too.
fn races_left_open(explored: &Explored<'_>, arguments: &ExploreArguments) -> String {
    if arguments.reduce.is_some() || !explored.races_left_open || explored.races().is_some() {
        return String::new();
    }
    let expected = explored.loaded.scenario.model.expect.no_races;
    let line = expected.map_or(String::new(), |line| format!(": line {line}"));
    format!("  races: looked for among simultaneous steps only, --untimed looks for all{line}\n")
}

/// In how many states somebody waits for ever while others go on.
fn partial_deadlocks(explored: &Explored<'_>, arguments: &ExploreArguments) -> String {
    let is_asked = arguments.reduce.is_none() && explored.exploration.is_endless() == Some(true);
    match &explored.blocked {
        Ok(Some(some)) => format!("  {RED}partial deadlocks: {}{PLAIN}\n", counted(some.states)),
        Err(_) if is_asked => "  partial deadlocks: not looked for in so many states\n".to_owned(),
        Ok(None)
            if explored.exploration.waits_for_horizon() && explored.exploration.ends(End::Horizon) > 0 =>
        {
            "  partial deadlocks: none of owners of mutexes; others may wait until the horizon\n".to_owned()
        }
        Ok(None) | Err(_) => String::new(),
    }
}

/// Whether schedules never end, and what that leaves open.
fn without_end(explored: &Explored<'_>) -> String {
    let exploration = &explored.exploration;
    let endless = match exploration.is_endless() {
        Some(true) if exploration.never_ends() => "no schedule ends",
        Some(true) => "some schedules never end",
        Some(false) | None => "whether every schedule ends was not found out",
    };
    let undecided = exploration.lines_undecided();
    match (undecided.is_empty(), exploration.is_endless()) {
        (true, Some(true)) => format!("  {endless}\n"),
        (true, _) => String::new(),
        (false, _) => {
            let lines = named_lines(&undecided);
            format!("  {endless}, so {RED}not decided{PLAIN} is what is expected at the end: {lines}\n")
        }
    }
}

/// What was not tried.
fn left_open(states: u64, cut: Option<Cut<'_>>) -> String {
    match states {
        0 if cut == Some(Cut::States) => "there are more than the states below".to_owned(),
        0 if !matches!(cut, Some(Cut::Clock(_))) => "what comes behind the limit was not tried".to_owned(),
        0 => "every order was tried with a clock that shows 0s, and none with any other".to_owned(),
        1 => "1 of the states below was reached and not gone on from".to_owned(),
        _ => format!("{} of the states below were reached and not gone on from", counted(states)),
    }
}

fn verb(name: &str) -> &str {
    if name == "completed" { "are completed" } else { name }
}

fn title(shown: &Shown) -> String {
    let turns = so_many(shown.schedule.turns.len() as u64, "turn");
    let kind = match shown.kind {
        "deadlock" => "Deadlock",
        "fault" => "Fault",
        "expectation" => "Not as expected",
        "race" => "Race",
        "partial-deadlock" => "Partial deadlock",
        _ => "Limit",
    };
    let claim = match shown.kind {
        "expectation" => format!(": {}", printable(&shown.schedule.shows)),
        _ => String::new(),
    };
    format!("{kind} in {}, the first after {turns}{claim}", so_many(shown.states, "state"))
}

/// One finding; `before` is the one just shown.
fn finding(
    explored: &Explored<'_>,
    arguments: &ExploreArguments,
    shown: &Shown,
    before: Option<&Shown>,
) -> String {
    let known = before.map_or(0, |before| turns_in_common(before, shown));
    let is_same = before.is_some_and(|before| before.schedule.turns == shown.schedule.turns);
    let mut text = if is_same { "  by the same schedule\n".to_owned() } else { turns(shown, known) };
    match shown.kind {
        "limit" if !matches!(shown.finished.outcome, Outcome::Limit { .. }) => {
            // The run along the schedule goes on by other turns.
            let _ = writeln!(text, "  {}", printable(&shown.schedule.shows));
        }
        "deadlock" | "fault" | "limit" => text.push_str(&told(&shown.finished)),
        "expectation" => text.push_str(&failed(shown)),
        _ => {
            let _ = writeln!(text, "  {}", printable(&shown.schedule.shows));
        }
    }
    if arguments.reduce.is_some() && shown.kind == "deadlock" {
        text.push_str("  from which turn on nothing could avoid it is not looked for with --reduce\n");
    }
    if shown.unavoidable {
        text.push_str("  no schedule avoids it\n");
    }
    if let Some(fatal) = shown.schedule.fatal {
        let _ = writeln!(text, "  from turn {} on (marked !) nothing could avoid it", fatal + 1);
    }
    if let Some(file) = shown.written.first() {
        let again = reproduction_along(explored.loaded, file);
        let _ = writeln!(text, "  to see it again: {again}");
    }
    text
}

/// What is not as expected, and what else is not behind the schedule.
fn failed(shown: &Shown) -> String {
    let finished = &shown.finished;
    let is_own = |failed: &FailedExpectation| {
        let statement = shown.schedule.shows.strip_prefix(&format!("line {}, ", failed.line));
        statement.is_some_and(|statement| failed.message.starts_with(&format!("expected {statement}, but")))
    };
    let own = finished.failed.iter().position(is_own);
    let Some(own) = own else { return failures(finished) };
    let window = finished.windows.get(own).map_or("", String::as_str);
    let FailedExpectation { line, message, .. } = &finished.failed[own];
    let mut text = failure_told(&finished.file, *line, message, window);
    let mut others: Vec<u32> = finished.failed.iter().map(|failed| failed.line).collect();
    others.remove(own);
    others.sort_unstable();
    others.dedup();
    if !others.is_empty() {
        let lines = named_lines(&others);
        let _ = writeln!(text, "  followed to its end, the schedule does not meet {lines} either");
    }
    text
}

/// How many turns two schedules begin with alike, if that is worth saying.
fn turns_in_common(one: &Shown, other: &Shown) -> usize {
    let pairs = one.schedule.turns.iter().zip(&other.schedule.turns);
    let alike = pairs.take_while(|(one, other)| one == other).count();
    if alike > LEAST_IN_COMMON { alike } else { 0 }
}

/// The turns of a schedule, of which so many are known from the one before.
fn turns(shown: &Shown, known: usize) -> String {
    let all = &shown.schedule.turns;
    let width = all.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let digits = all.len().to_string().len();
    let mut text = String::new();
    if known > 0 {
        let _ = writeln!(text, "   {:>digits$}  {known} turns as above", "…");
    }
    for (number, ((name, _), note)) in all.iter().zip(&shown.notes).enumerate().skip(known) {
        if number == TURNS.max(known) && all.len() > number + TURNS {
            let _ = writeln!(text, "   {:>digits$}  {}", "…", more_turns(all.len() - number - TURNS));
        }
        if (TURNS.max(known)..all.len().saturating_sub(TURNS)).contains(&number) {
            continue;
        }
        let mark = if shown.schedule.fatal == Some(number) { '!' } else { ' ' };
        let _ = writeln!(text, " {mark} {:>digits$}  {name:<width$}  {}", number + 1, printable(note));
    }
    text
}

/// `1 more turn`.
fn more_turns(turns: usize) -> String {
    format!("{} more {}", counted(turns), noun(turns, "turn"))
}

fn finals(explored: &Explored<'_>) -> String {
    let finals = &explored.overview.finals;
    let mut text = String::new();
    for end in finals.iter().take(RESULTS) {
        let schedules = match end.schedules {
            Some(1) => "  in 1 schedule".to_owned(),
            Some(schedules) => format!("  in {} schedules", counted(schedules)),
            None if explored.overview.too_many => format!("  in {TOO_MANY} schedules"),
            None => format!("  in {}", so_many(end.states, "end state")),
        };
        let _ = writeln!(text, " {}{schedules}", contents(end, &explored.header));
    }
    if finals.len() > RESULTS {
        let least = if explored.exploration.results().1 { "at least " } else { "" };
        let _ = writeln!(text, " and {least}{} more", finals.len() - RESULTS);
    }
    text
}

fn contents(end: &FinalMemories, header: &Header) -> String {
    let memories = end.memories.iter().map(|(memory, values)| {
        let shown: Vec<String> = values.iter().take(VALUES).map(ToString::to_string).collect();
        let more = if values.len() > VALUES { " …" } else { "" };
        format!("{}: {}{more}", header.resource_name(*memory), shown.join(" "))
    });
    memories.collect::<Vec<_>>().join("; ")
}

fn ties(explored: &Explored<'_>) -> String {
    let ties = &explored.overview.ties;
    let mut text = String::new();
    for tie in ties.iter().take(TIES) {
        let options = tie.options.iter().map(|&(process, least, most)| {
            let name = explored.header.process_name(process);
            let range = if least == most { least.to_string() } else { format!("{least} to {most}") };
            format!("{name}: {range}")
        });
        let _ =
            writeln!(text, " at {}, who goes first: {}", tie.time, options.collect::<Vec<_>>().join("; "));
    }
    text + &and_more(" ", ties.len(), TIES)
}

//! An exploration as one JSON object. Its keys are a contract.

use super::explored::Explored;
use super::witness::Shown;
use crate::cli::report::on_one_line;
use crate::explore::{End, FinalMemories};
use crate::trace::Header;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Object<'a> {
    scenario: &'a str,
    version: &'a str,
    seed: u64,
    mode: &'static str,
    /// Whether somebody may go on without a notify.
    spurious: bool,
    complete: bool,
    /// Lines that do something else if the clock shows something else, where
    /// time does not count: then nothing is complete.
    clock_lines: Vec<u32>,
    /// Some schedule never ends; null if that was not found out.
    endless: Option<bool>,
    /// Lines of expectations that are judged at the end of a schedule, where some
    /// schedule has none.
    expect_undecided: Vec<u32>,
    states: u64,
    transitions: u64,
    /// Transitions from the first state to the last that was visited.
    depth: u64,
    /// States that were reached but not visited.
    open: u64,
    completed: u64,
    deadlocks: u64,
    horizons: u64,
    /// States in which some wait for ever while others go on; null if that was not found out.
    partial_deadlocks: Option<u64>,
    /// Pairs of lines that race; null if none was found and not all were looked for.
    races: Option<usize>,
    /// Transitions that end a run with a fault or a limit, by states.
    faults: u64,
    limits: u64,
    total_time_min_ns: Option<u64>,
    total_time_max_ns: Option<u64>,
    schedules: Option<u128>,
    results: Vec<Results>,
    /// There are more than can be told apart.
    more_results: bool,
    ties: Vec<Tie>,
    /// The first finding.
    witness: Option<Witness<'a>>,
    /// All schedules that show something, the one in `witness` first.
    shown: Vec<Witness<'a>>,
}

#[derive(Serialize)]
struct Results {
    memories: BTreeMap<String, Vec<serde_json::Value>>,
    states: u64,
    schedules: Option<u128>,
}

#[derive(Serialize)]
struct Tie {
    turn: usize,
    time_ns: u64,
    options: Vec<TieOption>,
}

#[derive(Serialize)]
struct TieOption {
    process: String,
    total_time_min_ns: u64,
    total_time_max_ns: u64,
}

#[derive(Serialize)]
struct Witness<'a> {
    kind: &'static str,
    shows: &'a str,
    /// In how many states it was found.
    found_in: u64,
    /// States along the schedule: one more than turns.
    states: usize,
    fatal_turn: Option<usize>,
    /// The turn from which on the turns come again and again.
    cycle_turn: Option<usize>,
    turns: Vec<Turn<'a>>,
    files: Vec<String>,
}

#[derive(Serialize)]
struct Turn<'a> {
    process: &'a str,
    #[serde(skip_serializing_if = "<[u32]>::is_empty")]
    choices: &'a [u32],
    does: &'a str,
}

/// The object on one line.
pub fn line(explored: &Explored<'_>) -> String {
    let Explored { exploration, header, overview, shown, .. } = explored;
    let progress = exploration.progress();
    let times = exploration.total_times();
    let of_kind = |kind: &str| shown.iter().filter(|one| one.kind == kind).map(|one| one.states).sum();
    let object = Object {
        scenario: &explored.loaded.label,
        version: &header.version,
        seed: header.seed,
        mode: explored.mode.name(),
        spurious: exploration.is_spurious(),
        complete: exploration.is_complete(),
        clock_lines: exploration.lines_by_clock().to_vec(),
        endless: exploration.is_endless(),
        expect_undecided: exploration.lines_undecided(),
        states: progress.states,
        transitions: progress.transitions,
        depth: progress.depth,
        open: progress.open,
        completed: exploration.ends(End::Completed),
        deadlocks: exploration.ends(End::Deadlock),
        partial_deadlocks: explored.blocked.as_ref().ok().and_then(|blocked| match blocked {
            None => (!exploration.waits_for_horizon()).then_some(0),
            Some(some) => Some(some.states),
        }),
        races: explored.races(),
        horizons: exploration.ends(End::Horizon),
        faults: of_kind("fault"),
        limits: of_kind("limit"),
        total_time_min_ns: times.as_ref().map(|times| times.least.0.as_nanos()),
        total_time_max_ns: times.as_ref().and_then(|times| times.most.as_ref()).map(|most| most.0.as_nanos()),
        schedules: overview.schedules,
        results: overview.finals.iter().map(|end| results(end, header)).collect(),
        more_results: exploration.results().1,
        ties: overview.ties.iter().map(|tie| Tie::of(tie, header)).collect(),
        witness: shown.iter().find(|one| one.is_finding).map(Witness::of),
        shown: shown.iter().map(Witness::of).collect(),
    };
    on_one_line(&object)
}

fn results(end: &FinalMemories, header: &Header) -> Results {
    let memories = end.memories.iter().map(|(memory, values)| {
        (header.resource_name(*memory), values.iter().map(|value| value.to_json()).collect())
    });
    Results { memories: memories.collect(), states: end.states, schedules: end.schedules }
}

impl Tie {
    fn of(tie: &crate::explore::DecisiveTie, header: &Header) -> Tie {
        let options = tie.options.iter().map(|&(process, least, most)| TieOption {
            process: header.process_name(process),
            total_time_min_ns: least.as_nanos(),
            total_time_max_ns: most.as_nanos(),
        });
        Tie { turn: tie.turn + 1, time_ns: tie.time.as_nanos(), options: options.collect() }
    }
}

impl<'a> Witness<'a> {
    fn of(shown: &'a Shown) -> Witness<'a> {
        let turns = shown.schedule.turns.iter().zip(&shown.notes).map(|((process, choices), does)| Turn {
            process,
            choices,
            does,
        });
        Witness {
            kind: shown.kind,
            shows: &shown.schedule.shows,
            found_in: shown.states,
            states: shown.schedule.turns.len() + 1,
            fatal_turn: shown.schedule.fatal.map(|turn| turn + 1),
            cycle_turn: shown.schedule.cycle.map(|turn| turn + 1),
            turns: turns.collect(),
            files: shown.written.iter().map(|path| path.display().to_string()).collect(),
        }
    }
}

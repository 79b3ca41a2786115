//! Runs one scenario and collects what can be said about it.
//!
//! Decides which sinks a run feeds: figures and fingerprint always, races if
//! processes share a memory, the events in memory if pictures are wanted, less
//! of them for the timeline in letters, the trace file as it goes.

use super::console;
use super::failure::{Exit, Failure};
use super::inputs::Loaded;
use super::interrupt;
use super::look_options::LookOptions;
use super::options::{Artifact, RunOptions};
use super::output::Folder;
use super::progress::ProgressLine;
use super::report::{Finished, Waiting};
use super::unfinished::Unfinished;
use super::view::View;
use crate::analysis::{FigureWatch, Monitors, RaceSink, Races, StatisticsSink, Watch};
use crate::backend::virtual_time::{self, RunEnd};
use crate::explore::{Cancellation, Following, Mismatch, Mode, Replayed, Schedule, replay_cancellable};
use crate::ids::ResourceId;
use crate::kernel::{Machine, find_stuck, find_waiting};
use crate::program::BoundProgram;
use crate::render::{Point, PointKind, TextStyle};
use crate::time::Time;
use crate::trace::{
    Claim, DynSink, Event, EventChunks, Expectation, Expected, Header, JsonlSink, Outcome, RecordingSink,
    Sink, Sketch, Ties, TraceHash, shell_word,
};
use crate::value::{Value, Word};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// How many events a picture is drawn from at most.
const PICTURE_EVENTS: usize = 5_000_000;

/// How much is done to look for races, in events about resources (see
/// [`RaceSink::up_to`]), unless the scenario expects that there are none: an
/// event takes two to three times what it takes for the fingerprint.
const RACE_WORK: u64 = 5_000_000;

/// How many events a trace file has at most, unless it was asked for by name.
const TRACE_EVENTS: u64 = 1_000_000;

/// And how many bytes: an event may be a log line of any length.
const TRACE_BYTES: u64 = 1 << 30;

/// How many values of memories are kept at the end, of all of them together.
const MEMORY_VALUES: usize = 1 << 20;

/// The name of the trace file.
const TRACE: &str = "trace.jsonl";

/// What is kept of the events of a run, for pictures of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Nothing,
    /// What the timeline in letters shows.
    Sketch,
    /// All of them, up to a bound.
    Events,
}

/// Runs `loaded`; its trace file, if one is wanted, is written to `folder`.
/// Of its events is kept what `keep` says.
///
/// # Errors
/// If the user stops it, or a file cannot be written.
pub fn execute(
    loaded: &Loaded,
    options: &RunOptions,
    folder: Option<&Folder>,
    keep: Keep,
) -> Result<Finished, Failure> {
    execute_by(loaded, options, folder, keep, Mode::Timed, |program, seed, sinks, control| {
        let mut simulation =
            virtual_time::Simulation::with_ties(program, seed, options.replication, options.ties);
        let end = simulation.run(sinks, control)?;
        Ok((end, simulation.machine))
    })
}

/// Runs a scenario without writing files; the events go to `extra` too.
///
/// # Errors
/// If the user stops it.
pub fn execute_into(loaded: &Loaded, extra: &mut impl Sink) -> Result<Finished, Failure> {
    let options = RunOptions {
        seed: None,
        replication: 0,
        ties: Ties::Fifo,
        output: PathBuf::new(),
        write: vec![Artifact::None],
        look: LookOptions::default(),
    };
    execute_by(loaded, &options, None, Keep::Nothing, Mode::Timed, |program, seed, sinks, control| {
        virtual_time::run(program, seed, &mut DynSink::new(&mut (sinks, extra)), control)
    })
}

/// Runs a scenario along a schedule to the end of what it shows, until `cancellation` says to stop.
///
/// # Errors
/// Also if the scenario does not allow the schedule.
pub fn execute_along(
    loaded: &Loaded,
    schedule: &Schedule,
    cancellation: Cancellation<'_>,
    options: &RunOptions,
    folder: Option<&Folder>,
    keep: Keep,
) -> Result<Finished, Failure> {
    let likely = changed_since(schedule, loaded).map_or(String::new(), |why| format!("; {why}"));
    let refused = |turn: usize, message: &str| {
        let name = schedule.turns.get(turn).map_or("", |(name, _)| name);
        Failure::usage(format!(
            "'{}' does not allow turn {} of the schedule ({}, {}): {message}{likely}",
            console::printable(&loaded.label),
            turn + 1,
            console::printable(name),
            schedule.mode.name()
        ))
    };
    let program = loaded.program()?;
    let turns = schedule.turns(&program).map_err(|turn| refused(turn, "the scenario has no such process"))?;
    let goes_on = schedule.goes_on(&program).map_err(|name| {
        let (label, name) = (console::printable(&loaded.label), console::printable(&name));
        Failure::usage(format!(
            "'{label}' has no process '{name}', which waits for ever in the schedule{likely}"
        ))
    })?;
    let following = Following::as_it_shows(schedule.seed, schedule.mode, goes_on.as_ref());
    let (mut mismatch, mut fatal, mut waiting) = (None, None, None);
    let options = RunOptions { seed: Some(schedule.seed), ..options.clone() };
    let finished = execute_by(loaded, &options, folder, keep, schedule.mode, |program, seed, sinks, _| {
        let following = Following { seed, ..following };
        let followed =
            replay_cancellable(program, None, following, cancellation, &turns, sinks, &mut |_, _| {});
        let followed = followed.unwrap_or_else(|found| {
            mismatch = Some(found);
            None
        });
        let Some(Replayed { outcome, end, machine, times, waiting: found, .. }) = followed else {
            return Err(virtual_time::Interrupted(virtual_time::RunProgress { now: Time::ZERO, steps: 0 }));
        };
        waiting = found.map(|waiting| Waiting { waiting, all: false });
        fatal = schedule.fatal.and_then(|turn| times.get(turn).map(|&time| (turn, time)));
        Ok((RunEnd { outcome, end, steps: times.len() as u64 }, machine))
    });
    if let Some(Mismatch { turn, message }) = mismatch {
        return Err(refused(turn, &message));
    }
    let mut finished = finished?;
    if goes_on.is_some() {
        finished.waiting = waiting;
        finished.goes_on = matches!(finished.outcome, Outcome::Limit { .. });
    }
    finished.fatal = fatal.map(|(turn, time)| {
        let process = turns[turn].process;
        let text = format!("turn {} of the schedule: behind it every run ends badly", turn + 1);
        Point { time, process, kind: PointKind::Fatal, text }
    });
    Ok(finished)
}

/// Why a schedule that was found for a scenario is most likely not one of it any more; `None` if it is of
/// another one, or was written by hand.
pub fn changed_since(schedule: &Schedule, loaded: &Loaded) -> Option<String> {
    if schedule.version.is_empty() || schedule.scenario != loaded.scenario.model.name {
        return None;
    }
    let (made, now) = (console::printable(&schedule.version), env!("CARGO_PKG_VERSION"));
    let program = match made == now {
        true => String::new(),
        false => format!(", or version {now} runs it otherwise than {made} did, which found the schedule"),
    };
    Some(format!(
        "most likely the scenario was changed since the schedule was found{program}: `explore` finds a new one"
    ))
}

/// The sinks of a run: figures and fingerprint, and what only some runs feed.
type Sinks<'s> = (EventChunks<(TraceHash, StatisticsSink)>, Aside<'s>);

/// Sinks that most runs do not have: a long run without any pays one look at an event for them. What they do
/// stands in one place, and not wherever the kernel makes an event.
struct Aside<'s>(Vec<DynSink<'s>>);

impl Aside<'_> {
    #[cold]
    #[inline(never)]
    fn hand_on(&mut self, event: Event, args: &[Word]) {
        self.0.iter_mut().for_each(|sink| sink.event(&event, args));
    }
}

impl Sink for Aside<'_> {
    #[inline(always)]
    fn event(&mut self, event: &Event, args: &[Word]) {
        if !self.0.is_empty() {
            // A copy: an event that nobody else looks at need not lie in memory.
            self.hand_on(*event, args);
        }
    }
}

/// Those who wait at the end of a run that did not get to its own: if all who are left do, or
/// for ever while others go on. That a daemon waits is as it should be.
fn idle(program: &BoundProgram, machine: &Machine) -> Option<Waiting> {
    let (mut waiting, all) = match find_waiting(program, machine) {
        Some(waiting) => (waiting, true),
        None => (find_stuck(program, machine)?, false),
    };
    waiting.blocked.retain(|one| !program.is_daemon(one.process));
    (!waiting.blocked.is_empty()).then_some(Waiting { waiting, all })
}

/// Runs in the way that `drive` does; whether times mean something says `mode`.
fn execute_by(
    loaded: &Loaded,
    options: &RunOptions,
    folder: Option<&Folder>,
    keep: Keep,
    mode: Mode,
    drive: impl FnOnce(
        &BoundProgram,
        u64,
        &mut Sinks<'_>,
        &mut virtual_time::Control<'_>,
    ) -> Result<(RunEnd, Machine), virtual_time::Interrupted>,
) -> Result<Finished, Failure> {
    let program = loaded.program()?;
    let seed = options.seed.unwrap_or(loaded.scenario.model.seed);
    let (ties, replication) = (options.ties, options.replication);
    let header = Header { ties, replication, ..program.header(seed) };
    let disk_full = Cell::new(false);
    let mut trace_file = match folder.filter(|_| options.writes(Artifact::Trace)) {
        Some(folder) => Some(TraceFile::begin(folder, &header, options, &disk_full)?),
        None => None,
    };
    let mut recording = (keep == Keep::Events).then(|| RecordingSink::with_cap(PICTURE_EVENTS));
    let sketch = (keep == Keep::Sketch).then(|| Sketch::new(&header, TextStyle::default().most_lanes));
    let unchecked = unchecked(loaded);
    let nothing = Expected::default();
    let expected = if unchecked.is_empty() { &loaded.scenario.model.expect } else { &nothing };
    let (monitors, statistics) = match mode {
        Mode::Timed => (Monitors::new(expected, &header), StatisticsSink::new(&header)),
        // Without time the times of a schedule are but one way to draw it.
        Mode::Untimed => (Monitors::untimed(expected, &header), StatisticsSink::untimed(&header)),
    };
    let watch = Watch::new(&monitors, &header);
    let is_watched = mode == Mode::Timed && !expected.figures.is_empty();
    let figures = is_watched.then(|| FigureWatch::new(&expected.figures, &header));
    let expects_no_races = loaded.scenario.model.expect.no_races.filter(|_| unchecked.is_empty());
    let mut races = program.shares_memory().then(|| match expects_no_races {
        Some(_) => RaceSink::new(&header),
        None => RaceSink::new(&header).up_to(RACE_WORK),
    });
    // What no event concerns is asked at the end alone.
    let (mut heard, unheard) = if watch.hears() { (Some(watch), None) } else { (None, Some(watch)) };
    let (mut heard_figures, unheard_figures) = match figures {
        Some(figures) if figures.hears() => (Some(figures), None),
        figures => (None, figures),
    };
    let mut aside: Vec<DynSink<'_>> = Vec::new();
    aside.extend(heard.as_mut().map(DynSink::new));
    aside.extend(heard_figures.as_mut().map(DynSink::new));
    aside.extend(races.as_mut().map(DynSink::new));
    aside.extend(recording.as_mut().map(DynSink::new));
    aside.extend(trace_file.as_mut().map(DynSink::new));
    let mut sinks = (EventChunks::new((TraceHash::new(), statistics.with_sketch(sketch))), Aside(aside));
    let mut progress = ProgressLine::new(&loaded.label);
    let mut control = |reached: virtual_time::RunProgress| {
        progress.tell(reached.now, reached.steps);
        if interrupt::requested() || disk_full.get() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let result = drive(&program, seed, &mut sinks, &mut control);
    drop(progress);
    let (chunks, _) = sinks;
    let (hash, statistics) = chunks.finish();
    let (run, machine) = match result {
        Ok(ended) => ended,
        Err(virtual_time::Interrupted(reached)) if !disk_full.get() => {
            return Err(interrupted(&loaded.label, reached.now));
        }
        // The trace file says what is wrong with the disk.
        Err(_) => return Err(trace_file.map_or_else(|| Failure::said(Exit::Environment), TraceFile::failure)),
    };
    let fingerprint = hash.finish(run.outcome.name(), run.end);
    let at_end = claimed(expected, &machine, &program);
    let watched = heard.or(unheard).map(|watch| watch.finish(&run.outcome, run.end, &at_end));
    let mut failed = watched.unwrap_or_default();
    let (statistics, sketched) = statistics.finish_sketched(run.end);
    let figures = heard_figures.or(unheard_figures);
    failed.extend(figures.into_iter().flat_map(|figures| figures.finish(&header, &statistics)));
    let (memories, memories_left_out) = machine.memories_up_to(&program, MEMORY_VALUES);
    let is_stopped = matches!(run.outcome, Outcome::Horizon | Outcome::Limit { .. });
    let is_surprise = is_stopped && !expected.is_outcome(run.outcome.name());
    let waiting = is_surprise.then(|| idle(&program, &machine)).flatten();
    let abandoned = machine.abandoned(&program);
    drop(machine);
    let races = races.map_or_else(Races::default, RaceSink::finish);
    failed.extend(expects_no_races.and_then(|line| races.failure(&header, line)));
    let mut finished = Finished {
        label: loaded.label.clone(),
        file: loaded.scenario.source.label.clone(),
        source: loaded.scenario.source.text.clone(),
        statistics,
        memories,
        memories_left_out,
        ties: None,
        helps: None,
        critical: None,
        races,
        failed,
        windows: Vec::new(),
        unchecked,
        trace: None,
        sketched,
        written: Vec::new(),
        notes: Vec::new(),
        settings: loaded.settings.clone(),
        untimed: mode == Mode::Untimed,
        view: View::default(),
        reproduction: reproduction(loaded, seed, options),
        along: None,
        fatal: None,
        waiting,
        goes_on: false,
        abandoned,
        outcome: run.outcome,
        end: run.end,
        fingerprint,
        header,
    };
    if mode == Mode::Untimed && !expected.figures.is_empty() {
        let note = "what is expected of figures is not checked along a schedule without time";
        finished.notes.push(note.to_owned());
    }
    if let Some(trace_file) = trace_file {
        trace_file.finish(&mut finished)?;
    }
    keep_trace(recording, &mut finished);
    Ok(finished)
}

/// What the memories hold of which something is expected at the end.
fn claimed(expected: &Expected, machine: &Machine, program: &BoundProgram) -> Vec<(ResourceId, Vec<Value>)> {
    let memory = |expectation: &Expectation| match expectation.claim {
        Claim::Memory { memory, .. } => Some((memory, machine.memory(program, memory))),
        _ => None,
    };
    expected.expectations.iter().filter_map(memory).collect()
}

/// Keeps the events that were recorded for the pictures.
fn keep_trace(recording: Option<RecordingSink>, finished: &mut Finished) {
    let Some(recording) = recording else { return };
    let is_cut = recording.left_out() > 0;
    let header = finished.header.clone();
    let trace = recording.finish(header, finished.outcome.clone(), finished.end);
    if is_cut {
        let note = format!("pictures and timeline show the first {} events only", trace.events.len());
        finished.notes.push(note);
    }
    finished.trace = Some(trace);
}

fn interrupted(label: &str, now: Time) -> Failure {
    Failure {
        exit: Exit::Interrupted,
        message: format!("'{}' was interrupted at {now} of virtual time", console::printable(label)),
    }
}

/// The command that repeats a run.
fn reproduction(loaded: &Loaded, seed: u64, options: &RunOptions) -> String {
    let ties = if options.ties.is_fifo() { String::new() } else { format!(" --ties {}", options.ties) };
    let replication = match options.replication {
        0 => String::new(),
        replication => format!(" --replication {replication}"),
    };
    format!("{} --seed {seed}{replication}{ties}", command("run", loaded))
}

/// A command about the scenario with its parameters.
pub fn command(subcommand: &str, loaded: &Loaded) -> String {
    let setting =
        |(name, value): &(String, String)| format!(" --set {}", shell_word(&format!("{name}={value}")));
    let settings: String = loaded.settings.iter().map(setting).collect();
    format!("tempolane {subcommand} {}{settings}", shell_word(&loaded.path))
}

/// The command that follows a schedule, which knows its own parameters.
pub fn reproduction_along(loaded: &Loaded, file: &Path) -> String {
    format!("tempolane run {} --schedule {}", shell_word(&loaded.path), shell_word(file))
}

/// The parameters that keep `expect` from being checked: what a file expects
/// is a claim about the scenario with the values that the file gives them.
pub fn unchecked(loaded: &Loaded) -> Vec<String> {
    if loaded.scenario.model.expect.is_empty() { Vec::new() } else { loaded.changed.clone() }
}

/// The trace file of a run while it is being written.
struct TraceFile<'a> {
    folder: &'a Folder,
    /// Gone when the run turned out too long.
    sink: Option<JsonlSink<Unfinished>>,
    /// How many more events there is room for.
    room: u64,
    /// How many bytes there is room for.
    most_bytes: u64,
    /// Set when writing failed, so that the run stops.
    disk_full: &'a Cell<bool>,
}

impl<'a> TraceFile<'a> {
    fn begin(
        folder: &'a Folder,
        header: &Header,
        options: &RunOptions,
        disk_full: &'a Cell<bool>,
    ) -> Result<TraceFile<'a>, Failure> {
        let sink = JsonlSink::new(header, folder.begin()?).map_err(|error| folder.failure(TRACE, &error))?;
        let (room, most_bytes) = match options.insists_on(Artifact::Trace) {
            true => (u64::MAX, u64::MAX),
            false => (TRACE_EVENTS, TRACE_BYTES),
        };
        Ok(TraceFile { folder, sink: Some(sink), room, most_bytes, disk_full })
    }

    fn finish(self, finished: &mut Finished) -> Result<(), Failure> {
        let Some(sink) = self.sink else {
            let note = format!(
                "no {TRACE}, since the run has more than {TRACE_EVENTS} events or the file more than 1 GiB; --write trace writes it all the same"
            );
            finished.notes.push(note);
            return Ok(());
        };
        let file = sink.finish(&finished.outcome, finished.end, &finished.fingerprint);
        let file = file.map_err(|error| self.folder.failure(TRACE, &error))?;
        finished.written.push(self.folder.finish(file, TRACE)?);
        Ok(())
    }

    /// Why writing failed.
    fn failure(self) -> Failure {
        match self.sink.and_then(JsonlSink::into_error) {
            Some(error) => self.folder.failure(TRACE, &error),
            None => Failure::said(Exit::Environment),
        }
    }
}

impl Sink for TraceFile<'_> {
    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        let Some(sink) = &mut self.sink else { return };
        if self.room == 0 || sink.bytes() > self.most_bytes {
            // What was written so far goes away with its temporary file.
            self.sink = None;
            return;
        }
        self.room -= 1;
        sink.event(event, args);
        if sink.has_failed() {
            self.disk_full.set(true);
        }
    }
}

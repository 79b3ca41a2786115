//! What a Gantt timeline is drawn from.
//!
//! Decides the form in which a run reaches the drawing, and how its parts are
//! called in a picture. Does not decide how spans and levels are derived from
//! a trace: that is the trace's own business.

use super::ink_table::Inks;
use crate::analysis::{PathStep, speed_up};
use crate::figure::format_factor;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::{Time, format_nanos, format_nanos_short};
use crate::trace::{Activity, Header, Holding, Outcome, ResourceInfo, ResourceKind, Span, WaitFor};

/// One run, ready to be drawn.
#[derive(Debug, Clone)]
pub struct GanttInput<'a> {
    /// What to call the run; usually the name of its scenario.
    pub title: String,
    /// The names that everything below refers to.
    pub header: &'a Header,
    /// What each process did, in order of process, then start.
    pub spans: &'a [Span],
    /// Where waits begin that are no part of the wait before, although that one is of the same
    /// step and ends there; in order of process, then time. See [`crate::trace::rounds`].
    pub rounds: &'a [(ProcessId, Time)],
    /// The levels of the resources that have one; may be empty.
    pub levels: &'a [LevelSeries],
    /// Who holds which lock, in order of lock, then time; may be empty.
    pub holdings: &'a [Holding],
    /// Marks and log lines, in order of time.
    pub points: &'a [Point],
    /// How many more there are than `points`, which are spread over all of them.
    pub points_left_out: u64,
    /// By [`ProcessId`]: when its last step ended, if it did.
    pub finished: &'a [Option<Time>],
    /// What was expected and did not come.
    pub broken: &'a [Broken],
    /// The critical path, if it is to be drawn.
    pub path: &'a [PathStep],
    /// How the run ended.
    pub outcome: &'a Outcome,
    /// Where the time axis ends: the clock at the end, or where the
    /// picture of a run that was `cut` ends.
    pub end: Time,
    /// The total time of the whole run, if only its beginning up to `end` is
    /// drawn; `outcome` is that of the whole run all the same.
    pub cut: Option<Time>,
    /// The parameters that were set for the run, each with its value.
    pub settings: &'a [(String, String)],
    /// Whether the run follows a schedule in which a delay may take any time.
    pub untimed: bool,
    /// Which processes are shown, in this order, each once; if empty all, in theirs.
    pub lanes: &'a [ProcessId],
    /// The looks of a picture that this one stands beside, so that equal names look equal in
    /// both; if `None` the picture gives out its own.
    pub inks: Option<&'a Inks>,
}

/// Which part of the time axis a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// Where the axis begins.
    pub from: Time,
    /// Where it ends; `None` for the end of the run.
    pub to: Option<Time>,
}

impl Window {
    /// Where the axis begins and ends for runs until `end`.
    pub(super) fn on_axis(self, end: Time) -> (Time, Time) {
        (self.from, self.to.unwrap_or(end).max(self.from))
    }

    /// Whether a moment of a run until `end` is seen.
    pub(super) fn shows(self, time: Time) -> bool {
        self.from <= time && self.to.is_none_or(|to| time <= to)
    }

    /// Whether any time between these moments is seen.
    pub(super) fn shows_some(self, start: Time, end: Time) -> bool {
        self.from < end && self.to.is_none_or(|to| start < to)
    }

    /// `5s to 20s shown`, if not everything is.
    fn note(self, end: Time) -> Option<String> {
        let (from, to) = self.on_axis(end);
        let all = from == Time::ZERO && to >= end;
        (!all).then(|| format!("{} to {} shown", length(from.as_nanos()), length(to.as_nanos())))
    }
}

/// The level of one resource as a step line: free permits, or items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelSeries {
    /// Whose level.
    pub resource: ResourceId,
    /// From each instant on, the level; in order of time. Several entries of
    /// one instant are allowed and all count for the extremes.
    pub steps: Vec<(Time, u64)>,
    /// The highest level and when it was first reached, even if it lasted no
    /// time and so is no step.
    pub peak: (Time, u64),
    /// How many permits or cores there are from when on, in order of time, where timetables or
    /// breakdowns change that; else empty.
    pub capacity: Vec<(Time, u64)>,
}

impl LevelSeries {
    /// The highest level, for however short a time.
    pub(super) fn highest(&self) -> u64 {
        self.lasting().max(self.peak.1)
    }

    /// The least and the most permits or cores that there are for some time, where that changes.
    pub(super) fn capacities(&self) -> Option<(u64, u64)> {
        let capacities = || self.capacity.iter().map(|step| step.1);
        let (least, most) = (capacities().min()?, capacities().max()?);
        (least < most).then_some((least, most))
    }

    /// The highest level that lasted.
    pub(super) fn lasting(&self) -> u64 {
        self.steps.iter().map(|step| step.1).max().unwrap_or(0)
    }
}

/// Which of these things a [`Point`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointKind {
    /// A `mark` was passed.
    Mark,
    /// A `log` line was written.
    Log,
    /// The choice behind which a bad end could not be avoided any more.
    Fatal,
    /// One of two accesses to a memory that nothing orders.
    Race,
}

impl PointKind {
    /// Whether it tells of something that went wrong, or may.
    pub(super) fn is_alarm(self) -> bool {
        matches!(self, PointKind::Fatal | PointKind::Race)
    }
}

/// Something that a process did at an instant, and that has a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// When it was.
    pub time: Time,
    /// Whose it is.
    pub process: ProcessId,
    /// What it is.
    pub kind: PointKind,
    /// The name of the mark with its value, the text of the line, the choice, or the
    /// race.
    pub text: String,
}

/// An expectation that the run did not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// When that was seen, if it is one moment.
    pub time: Option<Time>,
    /// What was expected, and what was seen instead.
    pub text: String,
}

/// Which levels a picture shows, and how many it does not.
pub(super) struct Levels<'a> {
    /// In the order of resources: those that processes waited for longest, then
    /// those that changed most.
    pub(super) shown: Vec<&'a LevelSeries>,
    /// How many more there would be.
    pub(super) left_out: usize,
    /// Those that never change, or only in passing.
    pub(super) still: Vec<Still<'a>>,
}

/// A lock that is held for some time.
pub(super) struct HeldLock<'a> {
    pub(super) lock: ResourceId,
    /// In order of time.
    pub(super) holdings: &'a [Holding],
}

/// A level of which no change lasts.
pub(super) struct Still<'a> {
    pub(super) series: &'a LevelSeries,
    /// Whether processes waited for its resource all the same.
    pub(super) is_waited_for: bool,
}

impl Still<'_> {
    /// Whether it is known to have changed.
    pub(super) fn changes(&self) -> bool {
        self.is_waited_for || self.series.highest() > self.series.lasting()
    }
}

impl GanttInput<'_> {
    /// ` · not as expected`, if it is so, behind this separator.
    pub(super) fn not_as_expected(&self, separator: &str) -> String {
        if self.broken.is_empty() { String::new() } else { format!("{separator}not as expected") }
    }

    /// The number of processes.
    pub(super) fn process_count(&self) -> usize {
        self.header.process_count()
    }

    /// The number of lanes.
    pub(super) fn lane_count(&self) -> usize {
        if self.lanes.is_empty() { self.process_count() } else { self.lanes.len() }
    }

    /// Whose lane it is.
    pub(super) fn lane(&self, lane: usize) -> ProcessId {
        self.lanes.get(lane).copied().unwrap_or_else(|| process_id(lane))
    }

    /// By process, which lane it has.
    pub(super) fn lane_numbers(&self) -> Vec<Option<usize>> {
        if self.lanes.is_empty() {
            return (0..self.process_count()).map(Some).collect();
        }
        let mut numbers = vec![None; self.process_count()];
        for (number, process) in self.lanes.iter().enumerate() {
            if let Some(slot) = numbers.get_mut(process.index()) {
                *slot = Some(number);
            }
        }
        numbers
    }

    /// When `process` finished, if it did.
    pub(super) fn finish(&self, process: ProcessId) -> Option<Time> {
        self.finished.get(process.index()).copied().flatten()
    }

    /// From the start to the last completion; to the end of the run if not
    /// every process completed.
    pub(super) fn total_time(&self) -> Time {
        if let Some(total) = self.cut {
            return total;
        }
        // Of a run that is completed, whoever has not finished need not: it is a daemon,
        // or was never started.
        let is_completed = *self.outcome == Outcome::Completed;
        let is_daemon = |process: ProcessId| self.header.process(process).daemon;
        let waited_for = (0..self.process_count()).map(process_id).filter(|&process| !is_daemon(process));
        let finishes = waited_for.map(|process| self.finish(process));
        let all: Option<Vec<Time>> = finishes.filter(|finish| !is_completed || finish.is_some()).collect();
        all.and_then(|times| times.into_iter().max()).unwrap_or(self.end)
    }

    /// The total time, if the run completed.
    pub(super) fn completed(&self) -> Option<Time> {
        (*self.outcome == Outcome::Completed).then(|| self.total_time())
    }

    /// The outcome, if the end of the run is in the picture.
    pub(super) fn shown_outcome(&self) -> Option<&Outcome> {
        self.cut.is_none().then_some(self.outcome)
    }

    /// `untimed schedule`, if it is the picture of one.
    pub(super) fn schedule_note(&self, separator: &str) -> String {
        if self.untimed { format!("untimed schedule{separator}") } else { String::new() }
    }

    /// What the pictures show where a process is in no state that has a length.
    pub(super) fn gap_name(&self) -> &'static str {
        if self.untimed { "ready: its turn is later in the schedule" } else { BETWEEN_STEPS }
    }

    /// `drawn up to 2s`, if the run went on.
    pub(super) fn drawn_up_to(&self) -> Option<String> {
        self.cut.map(|_| format!("drawn up to {}", length(self.end.as_nanos())))
    }

    /// The spans of each of the first `most` lanes, as far as the window shows them.
    pub(super) fn spans_by_lane(&self, most: usize, window: Window) -> Vec<&[Span]> {
        let of_lane = |lane: usize| {
            let process = self.lane(lane);
            let first = self.spans.partition_point(|span| span.process < process);
            let last = self.spans.partition_point(|span| span.process <= process);
            let spans = self.spans.get(first..last).unwrap_or(&[]);
            let before = spans.partition_point(|span| span.end <= window.from);
            let up_to = spans.partition_point(|span| window.to.is_none_or(|to| span.start < to));
            spans.get(before..up_to).unwrap_or(&[])
        };
        (0..self.lane_count().min(most)).map(of_lane).collect()
    }

    /// `5s to 20s shown`, behind this separator, if the window leaves something out.
    pub(super) fn window_note(&self, window: Window, separator: &str) -> String {
        window.note(self.end).map_or(String::new(), |note| format!("{separator}{note}"))
    }

    /// By resource, how long processes waited for it, in nanoseconds.
    pub(super) fn waited(&self) -> Vec<u128> {
        let mut waited = vec![0u128; self.header.resource_count()];
        for span in self.spans {
            if let Activity::Blocked { resource, .. } = span.activity
                && let Some(sum) = waited.get_mut(resource.index())
            {
                *sum += u128::from(span.end.since(span.start));
            }
        }
        waited
    }

    /// The levels that are worth showing, at most `most`.
    pub(super) fn interesting_levels(&self, most: usize) -> Levels<'_> {
        let waited = self.waited();
        // The level of a mutex says no more than the lanes do, and one that never
        // changes (permits handed straight to a waiter, a buffer nobody used) says
        // nothing at all, unless what it may be changes.
        let is_opened = |series: &LevelSeries| series.capacity.len() > 1;
        let counts = |series: &&LevelSeries| {
            self.kind(series.resource).is_some_and(ResourceKind::is_drawn) || is_opened(series)
        };
        let (mut ranked, still): (Vec<&LevelSeries>, Vec<&LevelSeries>) =
            self.levels.iter().filter(counts).partition(|series| series.steps.len() > 1 || is_opened(series));
        ranked.sort_by_key(|series| {
            let waited = waited.get(series.resource.index()).copied().unwrap_or(0);
            (std::cmp::Reverse(waited), std::cmp::Reverse(series.steps.len()), series.resource)
        });
        let is_waited_for =
            |series: &LevelSeries| waited.get(series.resource.index()).is_some_and(|&sum| sum > 0);
        let still = still.into_iter().map(|series| Still { series, is_waited_for: is_waited_for(series) });
        let still = still.collect();
        let left_out = ranked.len().saturating_sub(most);
        ranked.truncate(most);
        ranked.sort_by_key(|series| series.resource);
        Levels { shown: ranked, left_out, still }
    }

    /// The name of a process; its number if the header does not know it.
    pub(super) fn process_name(&self, process: ProcessId) -> String {
        let after = self.header.processes.partition_point(|info| info.first <= process);
        if after > 0 && process.index() < self.process_count() {
            self.header.process_name(process)
        } else {
            format!("process {process}")
        }
    }

    /// What the header says about a resource, if it knows it. A trace that
    /// somebody edited by hand may name what is not there.
    fn resource(&self, resource: ResourceId) -> Option<&ResourceInfo> {
        let after = self.header.resources.partition_point(|info| info.first <= resource);
        (after > 0 && resource.index() < self.header.resource_count()).then(|| self.header.resource(resource))
    }

    /// The name of a resource; its number if the header does not know it.
    pub(super) fn resource_name(&self, resource: ResourceId) -> String {
        match self.resource(resource) {
            Some(_) => self.header.resource_name(resource),
            None => format!("resource {resource}"),
        }
    }

    /// The name of the resource without the number of its instance.
    pub(super) fn family_name(&self, resource: ResourceId) -> String {
        self.resource(resource).map_or_else(|| self.resource_name(resource), |info| info.name.clone())
    }

    /// What a resource is, if the header knows it.
    pub(super) fn kind(&self, resource: ResourceId) -> Option<ResourceKind> {
        self.resource(resource).map(|info| info.kind)
    }

    /// The most that the level of a resource can be, if there is a bound.
    pub(super) fn bound(&self, resource: ResourceId) -> Option<u64> {
        let info = self.resource(resource)?;
        info.capacity.filter(|_| info.kind.has_capacity())
    }

    /// What waiting for a resource is called, by the step: `get queue`, `wait ready`, `mutex1`.
    pub(super) fn wait_name(&self, resource: ResourceId, wait_for: WaitFor) -> String {
        let name = self.resource_name(resource);
        match wait_for {
            WaitFor::Acquire => name,
            _ => format!("{} {name}", wait_for.step()),
        }
    }

    /// What a process did, for a tooltip: `blocked on queue (get, buffer)`.
    pub(super) fn activity_name(&self, activity: Activity) -> String {
        match activity {
            Activity::New => "new (not started)".to_owned(),
            Activity::Delayed => "delayed".to_owned(),
            Activity::Running => "running".to_owned(),
            Activity::Ready { processor } => format!("ready for {}", self.resource_name(processor)),
            Activity::Blocked { resource, wait_for } => {
                let name = self.resource_name(resource);
                let verb = wait_for.step();
                match self.kind(resource) {
                    Some(kind) => format!("blocked on {} {name} ({verb})", kind.name()),
                    None => format!("blocked on {name} ({verb})"),
                }
            }
        }
    }

    /// What the scenario calls a delay or a work, if it does.
    pub(super) fn label(&self, span: &Span) -> Option<&str> {
        let passes = matches!(span.activity, Activity::Delayed | Activity::Running);
        if passes { self.header.label(span.op) } else { None }
    }

    /// ` (line 12)`, or nothing where an op has no line.
    pub(super) fn line_note(&self, op: OpId) -> String {
        self.header.line(op).map_or(String::new(), |line| format!(" (line {line})"))
    }
}

/// The parameters that were set to the same values for all of these runs, as
/// `items=30, capacity=5`; empty if there are none.
pub(super) fn common_settings<'s>(mut runs: impl Iterator<Item = &'s [(String, String)]>) -> String {
    let mut common = runs.next().unwrap_or(&[]).to_vec();
    runs.for_each(|settings| common.retain(|setting| settings.contains(setting)));
    let told: Vec<String> = common.iter().map(|(name, value)| format!("{name}={value}")).collect();
    told.join(", ")
}

/// What is said of a process where it is in no state: an instant in virtual time,
/// but not on threads, nor before it is started again.
pub(super) const BETWEEN_STEPS: &str = "between steps";

/// The process of a lane.
pub(super) fn process_id(lane: usize) -> ProcessId {
    ProcessId(u32::try_from(lane).unwrap_or(u32::MAX))
}

/// The least space in pixels between a text and a line behind it that is not its own.
pub(super) const LEAST_GAP: f64 = 4.0;

/// A length of time for a reader, as in tables: `250us`, `1.5s`, `12min 30s`.
pub(super) fn length(nanos: u64) -> String {
    format_nanos_short(nanos, 3)
}

/// A length of time as a label that nobody can point at: exactly, or, if that
/// takes too many digits, rounded with a sign that says so.
pub(super) fn exact_or_about(nanos: u64) -> String {
    const MOST_LETTERS: usize = 9;
    let exact = format_nanos(nanos.min(i64::MAX as u64) as i64);
    let short = length(nanos);
    if exact.len() <= MOST_LETTERS || exact == short { exact } else { format!("≈{short}") }
}

/// What stands behind the total time of a run that is compared with the first,
/// given the total times of those that completed: ` · speed-up 2.33×`, if there is one.
pub(super) fn compared(first: Option<Time>, this: Option<Time>) -> String {
    speed_up(first, this).map_or(String::new(), |factor| format!(" · speed-up {}", format_factor(factor)))
}

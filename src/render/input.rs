//! What a Gantt timeline is drawn from.
//!
//! Decides the form in which a run reaches the drawing, and how its parts are
//! called in a picture. Does not decide how spans and levels are derived from
//! a trace: that is the trace's own business.

use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::{Time, format_nanos_short};
use crate::trace::{Activity, Header, Outcome, ResourceInfo, ResourceKind, Span, WaitFor};

/// One run, ready to be drawn.
#[derive(Debug, Clone)]
pub struct GanttInput<'a> {
    /// What to call the run; usually the name of its scenario.
    pub title: String,
    /// The names that everything below refers to.
    pub header: &'a Header,
    /// What each process did, in order of process, then start.
    pub spans: &'a [Span],
    /// The levels of the resources that have one; may be empty.
    pub levels: &'a [LevelSeries],
    /// Marks and log lines, in order of time.
    pub points: &'a [Point],
    /// By [`ProcessId`]: when its last step ended, if it did.
    pub finished: &'a [Option<Time>],
    /// What was expected and did not come.
    pub broken: &'a [Broken],
    /// How the run ended.
    pub outcome: &'a Outcome,
    /// The clock at the end: as far as the time axis reaches.
    pub end: Time,
}

/// The level of one resource as a step line: free permits, or items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelSeries {
    /// Whose level.
    pub resource: ResourceId,
    /// From each instant on, the level; in order of time. Several entries of
    /// one instant are allowed and all count for the extremes.
    pub steps: Vec<(Time, u64)>,
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
}

/// Something that a process did at an instant, and that has a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// When.
    pub time: Time,
    /// Who.
    pub process: ProcessId,
    /// What it is.
    pub kind: PointKind,
    /// The name of the mark with its value, the text of the line, or the choice.
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

impl GanttInput<'_> {
    /// ` · not as expected`, if it is so, behind this separator.
    pub(super) fn not_as_expected(&self, separator: &str) -> String {
        if self.broken.is_empty() { String::new() } else { format!("{separator}not as expected") }
    }

    /// The number of lanes.
    pub(super) fn process_count(&self) -> usize {
        self.header.process_count()
    }

    /// When `process` finished, if it did.
    pub(super) fn finish(&self, process: usize) -> Option<Time> {
        self.finished.get(process).copied().flatten()
    }

    /// From the start to the last completion; to the end of the run if not
    /// every process completed.
    pub(super) fn total_time(&self) -> Time {
        let all: Option<Vec<Time>> = (0..self.process_count()).map(|process| self.finish(process)).collect();
        all.and_then(|times| times.into_iter().max()).unwrap_or(self.end)
    }

    /// The spans of each of the first `most` processes.
    pub(super) fn lanes(&self, most: usize) -> Vec<&[Span]> {
        let by_process = |process: usize| {
            let first = self.spans.partition_point(|span| span.process.index() < process);
            let last = self.spans.partition_point(|span| span.process.index() <= process);
            self.spans.get(first..last).unwrap_or(&[])
        };
        (0..self.process_count().min(most)).map(by_process).collect()
    }

    /// The levels that are worth showing, at most `most`, in the order of
    /// resources: those that processes waited for longest, then those that
    /// changed most. The second value says how many were left out.
    pub(super) fn interesting_levels(&self, most: usize) -> (Vec<&LevelSeries>, usize) {
        let mut waited = vec![0u128; self.header.resource_count()];
        for span in self.spans {
            if let Activity::Blocked { resource, .. } = span.activity
                && let Some(sum) = waited.get_mut(resource.index())
            {
                *sum += u128::from(span.end.since(span.start));
            }
        }
        // The level of a mutex says no more than the lanes do, and one that never
        // changes (permits handed straight to a waiter, a buffer nobody used) says
        // nothing at all.
        let worthy = |series: &&LevelSeries| {
            matches!(self.kind(series.resource), Some(ResourceKind::Buffer | ResourceKind::Semaphore))
                && series.steps.len() > 1
        };
        let mut ranked: Vec<&LevelSeries> = self.levels.iter().filter(worthy).collect();
        ranked.sort_by_key(|series| {
            let waited = waited.get(series.resource.index()).copied().unwrap_or(0);
            (std::cmp::Reverse(waited), std::cmp::Reverse(series.steps.len()), series.resource)
        });
        let left_out = ranked.len().saturating_sub(most);
        ranked.truncate(most);
        ranked.sort_by_key(|series| series.resource);
        (ranked, left_out)
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

    /// The capacity of a buffer that has one.
    pub(super) fn buffer_capacity(&self, resource: ResourceId) -> Option<u64> {
        let info = self.resource(resource)?;
        info.capacity.filter(|_| info.kind == ResourceKind::Buffer)
    }

    /// What waiting for a resource is called: `get from queue`, `mutex1`.
    pub(super) fn wait_name(&self, resource: ResourceId, wait_for: WaitFor) -> String {
        let name = self.resource_name(resource);
        match wait_for {
            WaitFor::Acquire => name,
            WaitFor::Get => format!("get {name}"),
            WaitFor::Put => format!("put {name}"),
            WaitFor::Notify => format!("notify {name}"),
        }
    }

    /// What a process did, for a tooltip: `blocked on queue (get, buffer)`.
    pub(super) fn activity_name(&self, activity: Activity) -> String {
        match activity {
            Activity::New => "new (not started)".to_owned(),
            Activity::Delayed => "delayed".to_owned(),
            Activity::Running => "running".to_owned(),
            Activity::Blocked { resource, wait_for } => {
                let name = self.resource_name(resource);
                let verb = verb(wait_for);
                match self.kind(resource) {
                    Some(kind) => format!("blocked on {} {name} ({verb})", kind.name()),
                    None => format!("blocked on {name} ({verb})"),
                }
            }
        }
    }

    /// ` (line 12)`, or nothing where an op has no line.
    pub(super) fn line_note(&self, op: OpId) -> String {
        self.header.line(op).map_or(String::new(), |line| format!(" (line {line})"))
    }
}

/// The process of a lane.
pub(super) fn process_id(lane: usize) -> ProcessId {
    ProcessId(u32::try_from(lane).unwrap_or(u32::MAX))
}

/// What a process wants from the resource that it waits for.
pub(super) fn verb(wait_for: WaitFor) -> &'static str {
    match wait_for {
        WaitFor::Acquire => "acquire",
        WaitFor::Get => "get",
        WaitFor::Put => "put",
        WaitFor::Notify => "notify",
    }
}

/// A length of time in about three digits, for a label that has little room.
pub(super) fn rough_length(nanos: u64) -> String {
    let digits = nanos.max(1).ilog10() % 3;
    if nanos < 180_000_000_000 {
        return format_nanos_short(nanos, 2 - digits.min(2) as usize);
    }
    length(nanos)
}

/// A length of time for a reader: `250us`, `1.5s`, and from three minutes on
/// in parts, `12min 30s`, `5h 3min`.
pub(super) fn length(nanos: u64) -> String {
    const MINUTE: u64 = 60_000_000_000;
    if nanos < 3 * MINUTE {
        return format_nanos_short(nanos, 3);
    }
    let minutes = nanos / MINUTE;
    let (hours, minutes, rest) = (minutes / 60, minutes % 60, nanos % MINUTE);
    let mut parts = Vec::new();
    if hours > 0 {
        parts.push(format!("{hours}h"));
    }
    if minutes > 0 {
        parts.push(format!("{minutes}min"));
    }
    // Seconds say nothing any more beside days.
    if rest > 0 && hours < 100 {
        parts.push(format_nanos_short(rest, if hours > 0 { 0 } else { 3 }));
    }
    parts.join(" ")
}

/// How much faster (or slower) than the first run one is.
pub(super) fn speed_up(first: Time, this: Time) -> String {
    if this == Time::ZERO || first == Time::ZERO {
        return "no speed-up to speak of".to_owned();
    }
    let factor = first.as_nanos() as f64 / this.as_nanos() as f64;
    format!("speed-up {factor:.2}×")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rough_lengths_have_three_digits() {
        for (nanos, text) in
            [(591_494_000, "591ms"), (1_072_400_000, "1.07s"), (12_345, "12.3us"), (5, "5ns"), (0, "0s")]
        {
            assert_eq!(rough_length(nanos), text);
        }
    }

    #[test]
    fn lengths_for_a_reader() {
        let second = 1_000_000_000;
        for (nanos, text) in [
            (0, "0s"),
            (1_500_000, "1.5ms"),
            (170 * second, "170s"),
            (750 * second, "12min 30s"),
            (7200 * second, "2h"),
            (7261 * second, "2h 1min 1s"),
        ] {
            assert_eq!(length(nanos), text);
        }
    }
}

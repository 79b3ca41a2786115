//! A run that has ended: what every report of it is made of.

use crate::analysis::{FailedExpectation, Races, Statistics};
use crate::cli::view::View;
use crate::ids::{ProcessId, ResourceId};
use crate::render::{Broken, Point, PointKind};
use crate::time::Time;
use crate::trace::{Deadlock, Header, Outcome, Sketched, Ties, Trace};
use crate::value::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A run that has ended, with everything that can be said about it.
#[derive(Debug)]
pub struct Finished {
    /// The scenario's name in this command.
    pub label: String,
    /// The file that it came from, as diagnostics call it.
    pub file: String,
    /// The text of that file.
    pub source: String,
    /// The names.
    pub header: Header,
    /// How it ended.
    pub outcome: Outcome,
    /// Those who wait at the horizon or a limit, and will for ever, if that end was not
    /// expected.
    pub waiting: Option<Waiting>,
    /// The mutexes that those own who are done; see [`crate::kernel::Machine::abandoned`].
    pub abandoned: Vec<(ResourceId, ProcessId)>,
    /// The clock at the end.
    pub end: Time,
    /// Its figures.
    pub statistics: Statistics,
    /// Its fingerprint.
    pub fingerprint: String,
    /// The final content of every memory, as far as it was kept: the first values.
    pub memories: Vec<(ResourceId, Vec<Value>)>,
    /// How many of their values were not kept.
    pub memories_left_out: u64,
    /// What other orders of simultaneous events came to, if some were tried.
    pub ties: Option<TieSensitivity>,
    /// Which slight change of the scenario helps most, if that was tried.
    pub helps: Option<String>,
    /// What most of it was spent on, of a run whose events were not kept.
    pub critical: Option<String>,
    /// Its races.
    pub races: Races,
    /// The expectations that it did not meet.
    pub failed: Vec<FailedExpectation>,
    /// By failed expectation, the timeline around the moment at which that was
    /// seen; empty where there is none. Nothing at all if they were not drawn.
    pub windows: Vec<String>,
    /// The parameters because of which no expectation was checked; empty if all were.
    pub unchecked: Vec<String>,
    /// Its events, if pictures are to be drawn of it.
    pub trace: Option<Trace>,
    /// Less of it, if only the timeline in letters is.
    pub sketched: Option<Sketched>,
    /// The files that it left behind.
    pub written: Vec<PathBuf>,
    /// What else should be known about them.
    pub notes: Vec<String>,
    /// The parameters that were set, each with its value.
    pub settings: Vec<(String, String)>,
    /// Whether it followed a schedule in which a delay may take any time.
    pub untimed: bool,
    /// How its pictures look.
    pub view: View,
    /// The command that runs it again.
    pub reproduction: String,
    /// The file of the schedule that it followed, if it followed one.
    pub along: Option<String>,
    /// The choice that made a bad end unavoidable, if a schedule was followed
    /// in which it is known.
    pub fatal: Option<Point>,
}

/// Those who wait for ever at the end of a run that somebody else ended.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Who, and what for.
    pub waiting: Deadlock,
    /// Whether nobody else was left, so that nothing happened any more.
    pub all: bool,
}

impl Finished {
    /// A run of which nothing is known but its events, with where its scenario
    /// comes from and how to see it again.
    pub fn of_trace(trace: Trace, label: String, [file, source, reproduction]: [String; 3]) -> Finished {
        Finished {
            label,
            file,
            source,
            header: trace.header.clone(),
            outcome: trace.outcome.clone(),
            waiting: None,
            abandoned: Vec::new(),
            end: trace.end,
            statistics: trace.statistics(),
            fingerprint: trace.fingerprint(),
            memories: Vec::new(),
            memories_left_out: 0,
            ties: None,
            helps: None,
            critical: None,
            races: trace.races(),
            failed: Vec::new(),
            windows: Vec::new(),
            unchecked: Vec::new(),
            trace: Some(trace),
            sketched: None,
            written: Vec::new(),
            notes: Vec::new(),
            settings: Vec::new(),
            untimed: false,
            view: View::default(),
            reproduction,
            along: None,
            fatal: None,
        }
    }

    /// Whether something was found out that the user must know.
    pub fn is_finding(&self) -> bool {
        let bad = matches!(self.outcome, Outcome::Deadlock(_) | Outcome::Fault(_) | Outcome::Limit { .. });
        bad || !self.failed.is_empty()
    }

    /// The accesses that race, for pictures, each once.
    pub fn racing(&self) -> impl Iterator<Item = Point> + '_ {
        let mut racing: BTreeMap<(Time, ProcessId), String> = BTreeMap::new();
        for race in &self.races.list {
            for access in [race.first, race.second] {
                let text = racing.entry((access.time, access.process)).or_default();
                let gap = if text.is_empty() { "" } else { "\n" };
                *text = format!("{text}{gap}{}", race.sentence(&self.header));
            }
        }
        let point = |((time, process), text)| Point { time, process, kind: PointKind::Race, text };
        racing.into_iter().map(point)
    }

    /// The expectations that it did not meet, for pictures.
    pub fn broken(&self) -> impl Iterator<Item = Broken> + '_ {
        self.failed
            .iter()
            .map(|failed| Broken { time: failed.seen.map(|moment| moment.time), text: failed.to_string() })
    }
}

/// What a few other orders of simultaneous events came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieSensitivity {
    /// How many orders were tried, that of the run included; 1 if there was
    /// nothing to try, since no two processes were ever due at once.
    pub orders: u32,
    /// How many orders came to each outcome.
    pub outcomes: BTreeMap<&'static str, u32>,
    /// The shortest and the longest total time of those that completed, each
    /// with an order that has it.
    pub total_time: Option<[(Time, Ties); 2]>,
    /// What was not as in the run, each with the first order that differs.
    pub differences: Vec<(Difference, Ties)>,
}

/// Something that is not the same in another order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// How the run ends.
    Outcome,
    /// The total time.
    TotalTime,
    /// When instances of this process finish, whichever of them it is.
    Finished(String),
    /// What this memory holds at the end.
    Memory(ResourceId),
}

//! The races of a run, each pair of scenario lines once.

use super::clocks::Clocks;
use super::slots::Access;
use crate::analysis::monitor::{FailedExpectation, Moment};
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{Event, Header, Kind};
use std::collections::BTreeMap;

/// The races that were found in a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Races {
    /// One race for each pair of scenario lines, in the order of the run; at
    /// most [`Races::KEPT`].
    pub list: Vec<ObservedRace>,
    /// How many races there were besides, at other pairs of lines.
    pub more: u64,
    /// If the search ended before the run, since there was too much to remember
    /// or no more was asked for: when. Later races are not known.
    pub until: Option<Time>,
}

impl Races {
    /// How many pairs of lines are kept.
    pub const KEPT: usize = 100;

    /// Whether there is no race, as far as was looked.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is wrong if no races are expected, on this scenario line.
    pub fn failure(&self, header: &Header, line: u32) -> Option<FailedExpectation> {
        let (message, seen) = match (self.list.first(), self.until) {
            (Some(race), _) => {
                let moment =
                    Moment { time: race.second.time, line: header.line(race.second.op).unwrap_or(0) };
                (format!("expected no races, but {}", race.sentence(header)), Some(moment))
            }
            (None, Some(until)) => {
                let message = format!("expected no races, but after {until} there was too much to remember");
                (message, Some(Moment { time: until, line: 0 }))
            }
            (None, None) => return None,
        };
        Some(FailedExpectation { message, line, seen })
    }
}

/// Two accesses to a slot of which one is a write, without synchronisation
/// between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObservedRace {
    /// Which memory.
    pub memory: ResourceId,
    /// Which of its slots.
    pub slot: u32,
    /// The access that came first in the run.
    pub first: RacingAccess,
    /// The access that came second.
    pub second: RacingAccess,
    /// How many races at these two lines were found.
    pub times: u64,
}

impl ObservedRace {
    /// The race in words: `'a' reads slot 0 of 'd' at 1s, 'b' writes it at 2s:
    /// ordered only by their times; 3 times`.
    pub fn sentence(&self, header: &Header) -> String {
        let verb = |access: &RacingAccess| if access.is_write { "writes" } else { "reads" };
        let (first, second) = (&self.first, &self.second);
        let how = if first.time == second.time { "in either order" } else { "ordered only by their times" };
        let times = if self.times > 1 { format!("; {} times", self.times) } else { String::new() };
        format!(
            "'{}' {} slot {} of '{}' at {}, '{}' {} it at {}: {how}{times}",
            header.process_name(first.process),
            verb(first),
            self.slot,
            header.resource_name(self.memory),
            first.time,
            header.process_name(second.process),
            verb(second),
            second.time,
        )
    }
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RacingAccess {
    /// Whose.
    pub process: ProcessId,
    /// The op; the header knows its line.
    pub op: OpId,
    /// When it happened.
    pub time: Time,
    /// Whether it writes.
    pub is_write: bool,
}

/// Which races are one to the reader: the memory as written in the scenario,
/// and the two places, the smaller first.
type Key = (usize, Place, Place);

/// A line; where there is no text, an op.
type Place = (u32, u32);

/// Collects [`Races`].
#[derive(Debug)]
pub(super) struct Found {
    pub header: Header,
    places: BTreeMap<Key, usize>,
    races: Races,
}

impl Found {
    pub fn new(header: &Header) -> Found {
        Found { header: header.clone(), places: BTreeMap::new(), races: Races::default() }
    }

    /// Adds the race of `event`, an access, with an `earlier` one.
    #[cold]
    pub fn add(&mut self, clocks: &Clocks, earlier: Access, wrote: bool, event: &Event) {
        let memory = ResourceId(event.subject);
        let definition = self.header.resources.partition_point(|info| info.first <= memory);
        let (one, other) = (self.place(earlier.op), self.place(event.op));
        let key = (definition, one.min(other), one.max(other));
        if let Some(&place) = self.places.get(&key) {
            self.races.list[place].times += 1;
        } else if self.races.list.len() == Races::KEPT {
            self.races.more += 1;
        } else {
            self.places.insert(key, self.races.list.len());
            let process = clocks.owner(earlier.moment.component);
            let first = RacingAccess { process, op: earlier.op, time: earlier.time, is_write: wrote };
            let is_write = event.kind == Kind::Write;
            let second = RacingAccess { process: event.process, op: event.op, time: event.time, is_write };
            self.races.list.push(ObservedRace { memory, slot: event.extra, first, second, times: 1 });
        }
    }

    pub fn finish(self, until: Option<Time>) -> Races {
        Races { until, ..self.races }
    }

    fn place(&self, op: OpId) -> Place {
        self.header.line(op).map_or((0, op.0), |line| (line, 0))
    }
}

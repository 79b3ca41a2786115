//! How long it takes from one mark to another, and how many are on their way.
//!
//! Decides which passings belong together: of one process instance, or of one carried
//! integer, first in, first out. With an instance that ends, what it had begun is over
//! without an end.

use super::lengths::Lengths;
use super::window::Window;
use crate::ids::MarkId;
use crate::time::{NANOS_PER_SECOND, Time};
use crate::trace::{Event, Kind};
use std::collections::{BTreeMap, VecDeque};

/// How many can be on their way at a time, of one measure: more are open from the start,
/// and an end that would be theirs has no beginning.
pub(super) const MOST: u64 = 1 << 20;

/// The sojourns of a run, from the end of the warm-up on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SojournStatistics {
    pub(super) lengths: Lengths,
    /// How many began and have not ended; those of instances that are done included.
    pub open: u64,
    /// How often a sojourn was ended that had not begun.
    pub unmatched: u64,
    /// How many began.
    pub arrivals: u64,
    /// How many ended, those that began before included.
    pub departures: u64,
    /// Those on their way, times nanoseconds.
    area: u128,
    /// How much of the run this is about, in nanoseconds.
    pub window: u64,
}

impl SojournStatistics {
    fn per_window(&self, number: f64) -> Option<f64> {
        (self.window > 0).then(|| number / self.window as f64)
    }

    fn per_second(&self, count: u64) -> Option<f64> {
        Some(self.per_window(count as f64)? * NANOS_PER_SECOND as f64)
    }

    /// How many begin in a second: λ.
    pub fn arrival_rate(&self) -> Option<f64> {
        self.per_second(self.arrivals)
    }

    /// How many end in a second.
    pub fn departure_rate(&self) -> Option<f64> {
        self.per_second(self.departures)
    }

    /// How many are on their way on average over time: L.
    pub fn in_system(&self) -> Option<f64> {
        self.per_window(self.area as f64)
    }

    /// What Little's law makes of the rate of arrivals and the mean length: λ·W. It is L
    /// to the last digit where all who begin end.
    pub fn little(&self) -> Option<f64> {
        let ended = (self.lengths.count > 0).then_some(self.lengths.count)?;
        self.per_window(self.lengths.sum as f64 * (self.arrivals as f64 / ended as f64))
    }

    /// By which share of L the two differ.
    pub fn little_gap(&self) -> Option<f64> {
        let (found, little) = (self.in_system()?, self.little()?);
        (found > 0.0).then(|| (found - little).abs() / found)
    }
}

/// The beginnings of those that are on their way and belong together, in order.
type Begun = VecDeque<Time>;

/// Watches the sojourns of a run.
#[derive(Debug, Clone)]
pub(super) struct SojournTally {
    from: MarkId,
    to: MarkId,
    by_value: bool,
    window: Window,
    /// By process or value.
    begun: BTreeMap<u64, Begun>,
    /// How many those are.
    number: u64,
    /// Of those that are over without an end, how many count.
    abandoned: u64,
    statistics: SojournStatistics,
}

impl SojournTally {
    pub(super) fn new(from: MarkId, to: MarkId, by_value: bool, warm_up: Time) -> SojournTally {
        SojournTally {
            from,
            to,
            by_value,
            window: Window::from(warm_up),
            begun: BTreeMap::new(),
            number: 0,
            abandoned: 0,
            statistics: SojournStatistics::default(),
        }
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event.kind {
            Kind::Mark if event.subject == self.to.0 => {
                self.end(event);
                // One mark for both: from each passing to the next.
                if self.from == self.to {
                    self.begin(event);
                }
            }
            Kind::Mark if event.subject == self.from.0 => self.begin(event),
            Kind::Done if !self.by_value => self.abandon(event),
            _ => {}
        }
    }

    fn key(&self, event: &Event) -> u64 {
        if self.by_value { event.value } else { u64::from(event.process.0) }
    }

    fn begin(&mut self, event: &Event) {
        let counts = u64::from(self.window.has(event.time));
        self.statistics.arrivals += counts;
        if self.number == MOST {
            self.abandoned += counts;
            return;
        }
        self.pass_time(event.time);
        self.number += 1;
        self.begun.entry(self.key(event)).or_default().push_back(event.time);
    }

    fn end(&mut self, event: &Event) {
        let is_over = self.window.has(event.time);
        let key = self.key(event);
        let Some(begun) = self.begun.get_mut(&key) else {
            self.statistics.unmatched += u64::from(is_over && self.from != self.to);
            return;
        };
        let start = begun.pop_front();
        if begun.is_empty() {
            self.begun.remove(&key);
        }
        let Some(start) = start else { return };
        self.pass_time(event.time);
        self.number -= 1;
        self.statistics.departures += u64::from(is_over);
        if self.window.has(start) {
            self.statistics.lengths.add(event.time.since(start));
        }
    }

    fn abandon(&mut self, event: &Event) {
        let Some(begun) = self.begun.remove(&self.key(event)) else { return };
        self.pass_time(event.time);
        self.number -= begun.len() as u64;
        self.abandoned += self.counting(&begun);
    }

    /// How many of them count.
    fn counting(&self, begun: &Begun) -> u64 {
        begun.iter().filter(|&&start| self.window.has(start)).count() as u64
    }

    fn pass_time(&mut self, now: Time) {
        self.statistics.area += u128::from(self.number) * u128::from(self.window.pass(now));
    }

    /// The sojourns of a run that ended at `end`.
    pub(super) fn finish(mut self, end: Time) -> SojournStatistics {
        self.pass_time(end);
        let open = self.begun.values().map(|begun| self.counting(begun)).sum::<u64>();
        SojournStatistics { open: open + self.abandoned, window: self.window.length(end), ..self.statistics }
    }
}

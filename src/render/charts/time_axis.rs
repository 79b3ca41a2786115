//! The time axis of plotters, with the ticks and labels that all our pictures have.

use super::super::dense::reach;
use super::super::font;
use super::super::ticks::{Ticks, fitting};
use crate::time::Time;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// The font size of labels, in pixels.
pub(super) const LABEL: f64 = 10.5;

/// The time axis of plotters with our own ticks.
#[derive(Clone)]
pub(super) struct TimeAxis {
    /// At least 1 ns.
    end: Time,
    ticks: Ticks,
}

impl TimeAxis {
    /// An axis from 0 to `end`, so many pixels long, with about ten ticks.
    pub(super) fn new(end: Time, pixels: f64) -> TimeAxis {
        let ticks = fitting((Time::ZERO, end), pixels, 10, |label| font::width(label, LABEL) + 14.0);
        TimeAxis { end: reach(end), ticks }
    }

    /// What stands at it, with the unit, if this is what it measures.
    pub(super) fn name(&self, of: &str) -> String {
        self.ticks.unit.map_or(of.to_owned(), |unit| format!("{of} ({unit})"))
    }

    /// Which share of it lies before an instant.
    pub(super) fn share(&self, time: Time) -> f64 {
        time.min(self.end).as_nanos() as f64 / self.end.as_nanos() as f64
    }
}

impl Ranged for TimeAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = Time;

    fn map(&self, time: &Time, (from, to): (i32, i32)) -> i32 {
        from + (f64::from(to - from) * self.share(*time)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<Time> {
        self.ticks.ticks.iter().map(|(time, _)| *time).collect()
    }

    fn range(&self) -> Range<Time> {
        Time::ZERO..self.end
    }
}

impl ValueFormatter<Time> for TimeAxis {
    fn format_ext(&self, time: &Time) -> String {
        let tick = self.ticks.ticks.iter().find(|(at, _)| at == time);
        tick.map_or(String::new(), |(_, label)| label.clone())
    }
}

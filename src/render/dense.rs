//! What becomes of spans that are too narrow to be drawn one by one.
//!
//! Decides which spans of a lane stand alone and which are summed up in
//! columns, as shares of time by class. Nothing is ever dropped: in every
//! column the shares and the uncovered time sum to its length, exactly, in
//! whole nanoseconds. Does not decide colours or heights.

use super::palette::{Class, Classes};
use crate::time::Time;
use crate::trace::Span;

/// The most spans of a picture that are drawn one by one.
const MOST_SINGLE: usize = 14_000;
/// The most columns of a picture, over all lanes.
const MOST_CELLS: usize = 30_000;
/// The most columns of a picture that have a tooltip of their own.
const MOST_TOOLTIPS: usize = 8_000;

/// A time axis in whole pixels: `end` lies at `pixels`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// The length of the axis; at least 1 ns.
    pub end: Time,
    /// The length of the axis in pixels; at least 1.
    pub pixels: u32,
}

impl Scale {
    /// An axis from 0 to `end` (1 ns if that is nothing).
    pub fn new(end: Time, pixels: u32) -> Scale {
        let least = Time::from_nanos(1).unwrap_or(Time::MAX);
        Scale { end: end.max(least), pixels: pixels.max(1) }
    }

    /// How far from the left an instant lies, in pixels; clamped to the axis.
    pub fn x(self, time: Time) -> f64 {
        time.min(self.end).as_nanos() as f64 / self.end.as_nanos() as f64 * f64::from(self.pixels)
    }

    /// The column of width `pixels` in which an instant lies.
    pub fn column(self, time: Time, pixels: u32) -> u64 {
        let position = u128::from(time.as_nanos()) * u128::from(self.pixels);
        (position / (u128::from(self.end.as_nanos()) * u128::from(pixels.max(1)))) as u64
    }

    /// The first instant of a column.
    pub fn column_start(self, column: u64, pixels: u32) -> Time {
        let position = u128::from(column) * u128::from(pixels.max(1)) * u128::from(self.end.as_nanos());
        let nanos = position.div_ceil(u128::from(self.pixels));
        u64::try_from(nanos).ok().and_then(Time::from_nanos).unwrap_or(Time::MAX)
    }
}

/// From which width on a span stands alone, and how wide the columns are: a
/// matter of how much there is in the whole picture, so that its file stays at
/// a few megabytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detail {
    /// The least width in pixels of a span that stands alone.
    pub single: u32,
    /// The width of a column in pixels.
    pub column: u32,
    /// How many columns share a tooltip.
    pub tooltip: u32,
}

impl Detail {
    /// The finest detail that keeps within the limits for these lanes.
    pub fn of<'a>(scale: Scale, lanes: impl Iterator<Item = &'a [Span]>) -> Detail {
        const WIDEST: usize = 256;
        let mut by_width = [0usize; WIDEST + 1];
        let mut lane_count = 0;
        for lane in lanes {
            lane_count += 1;
            for span in lane {
                by_width[(width(scale, span) as usize).min(WIDEST)] += 1;
            }
        }
        let mut wider: usize = by_width[1..].iter().sum();
        let mut single = 1;
        while wider > MOST_SINGLE && single < WIDEST {
            wider -= by_width[single];
            single += 1;
        }
        let pixels = scale.pixels as usize * lane_count;
        let column = pixels.div_ceil(MOST_CELLS).max(1);
        let tooltip = pixels.div_ceil(column).div_ceil(MOST_TOOLTIPS).max(1);
        Detail { single: single as u32, column: column as u32, tooltip: tooltip as u32 }
    }
}

/// A column of a dense stretch: how much time each class has in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The number of the column.
    pub column: u64,
    /// The first instant; not that of the column if the stretch starts in it.
    pub start: Time,
    /// The instant after the last.
    pub end: Time,
    /// Nanoseconds by [`Class::index`]. They sum to the length of the cell,
    /// less what no span covers.
    pub shares: [u64; Class::COUNT],
    /// How many spans lie in it, at least in part.
    pub spans: u32,
}

impl Cell {
    /// The length in nanoseconds.
    pub fn length(&self) -> u64 {
        self.end.since(self.start)
    }

    /// Adds the time of a later cell of the same lane.
    pub fn absorb(&mut self, later: &Cell) {
        self.end = later.end;
        self.spans = self.spans.saturating_add(later.spans);
        for (sum, share) in self.shares.iter_mut().zip(later.shares) {
            *sum += share;
        }
    }
}

/// A lane, split into what stands alone and what does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lane {
    /// The places, among the spans of the lane, of those that stand alone.
    pub single: Vec<usize>,
    /// The columns of the dense stretches, in order of time.
    pub cells: Vec<Cell>,
}

/// Splits the spans of one lane.
pub fn split(spans: &[Span], classes: &Classes, scale: Scale, detail: Detail) -> Lane {
    let mut lane = Lane::default();
    let mut stretch: Vec<Cell> = Vec::new();
    let mut stretch_first = 0;
    for (place, span) in spans.iter().enumerate() {
        let wide = width(scale, span) >= f64::from(detail.single);
        // Not finer than the columns, so that the limit on them holds for
        // scattered spans as well.
        let gap = f64::from(detail.single.max(detail.column));
        let apart = stretch.last().is_some_and(|cell| scale.x(span.start) - scale.x(cell.end) >= gap);
        if wide || apart {
            finish(&mut lane, &mut stretch, stretch_first, place);
        }
        if wide {
            lane.single.push(place);
        } else {
            if stretch.is_empty() {
                stretch_first = place;
            }
            pour(&mut stretch, span, classes.of(span.activity), scale, detail);
        }
    }
    finish(&mut lane, &mut stretch, stretch_first, spans.len());
    lane.single.sort_unstable();
    lane
}

/// Ends a dense stretch that holds the spans from `first` up to `after`. One
/// span alone is no stretch.
fn finish(lane: &mut Lane, stretch: &mut Vec<Cell>, first: usize, after: usize) {
    if !stretch.is_empty() && after - first == 1 {
        lane.single.push(first);
        stretch.clear();
    }
    lane.cells.append(stretch);
}

/// Adds a span to a stretch, cut at the borders of the columns. Time between
/// the stretch and the span belongs to the cells, but to no class.
fn pour(stretch: &mut Vec<Cell>, span: &Span, class: Class, scale: Scale, detail: Detail) {
    let mut from = stretch.last().map_or(span.start, |cell| cell.end).min(span.start);
    // Past the axis there are no columns; and the next one always starts
    // later than `from`, so this ends.
    let end = span.end.min(scale.end);
    while from < end {
        let column = scale.column(from, detail.column);
        let to = scale.column_start(column + 1, detail.column).min(end);
        match stretch.last_mut() {
            Some(cell) if cell.column == column => cell.end = to,
            _ => stretch.push(Cell { column, start: from, end: to, shares: [0; Class::COUNT], spans: 0 }),
        }
        if to > span.start
            && let Some(cell) = stretch.last_mut()
        {
            cell.shares[class.index()] += to.since(from.max(span.start));
            cell.spans = cell.spans.saturating_add(1);
        }
        from = to;
    }
}

fn width(scale: Scale, span: &Span) -> f64 {
    scale.x(span.end) - scale.x(span.start)
}

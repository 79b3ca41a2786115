//! What becomes of spans and levels that are too narrow to be drawn one by one.
//!
//! Decides which spans of a lane stand alone and which are summed up in
//! columns, as shares of time by class. Nothing is ever dropped: in every
//! column the shares and the uncovered time sum to its length, exactly, in
//! whole nanoseconds. Of a level, every column keeps the lowest, the highest
//! and the mean. Does not decide colours or heights.

use super::inks::Classes;
use super::palette::Class;
use crate::time::Time;
use crate::trace::Span;

/// The most spans of a picture that are drawn one by one.
const MOST_SINGLE: usize = 10_000;
/// The most columns of a picture, over all lanes.
const MOST_CELLS: usize = 30_000;
/// The most columns of a picture that have a tooltip of their own.
const MOST_TOOLTIPS: usize = 5_000;

/// Up to where an axis reaches that shows a run until `end`: at least 1 ns, so
/// that it can be divided by.
#[cfg(feature = "render")]
pub fn reach(end: Time) -> Time {
    end.max(Time::from_nanos(1).unwrap_or(Time::MAX))
}

/// A time axis in whole pixels: `start` lies at 0, `end` at `pixels`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Where the axis begins.
    pub start: Time,
    /// Where it ends: at least 1 ns later.
    pub end: Time,
    /// The length of the axis in pixels; at least 1.
    pub pixels: u32,
}

impl Scale {
    /// An axis from 0 to `end` (1 ns if that is nothing).
    pub fn new(end: Time, pixels: u32) -> Scale {
        Scale::between(Time::ZERO, end, pixels)
    }

    /// An axis from `start` to `end` (1 ns if that is nothing).
    pub fn between(start: Time, end: Time, pixels: u32) -> Scale {
        let end = end.max(start.checked_add(1).unwrap_or(Time::MAX));
        Scale { start, end, pixels: pixels.max(1) }
    }

    /// How much time the axis shows, in nanoseconds.
    pub fn nanos(self) -> u64 {
        self.end.since(self.start)
    }

    /// How far from the left an instant lies, in pixels; clamped to the axis.
    pub fn x(self, time: Time) -> f64 {
        time.min(self.end).since(self.start) as f64 / self.nanos() as f64 * f64::from(self.pixels)
    }

    /// The column of width `pixels` in which an instant lies, or the first.
    pub fn column(self, time: Time, pixels: u32) -> u64 {
        let position = u128::from(time.since(self.start)) * u128::from(self.pixels);
        (position / (u128::from(self.nanos()) * u128::from(pixels.max(1)))) as u64
    }

    /// The column behind the last one in which something is that ends there; columns are a pixel
    /// wide.
    pub fn column_end(self, end: Time) -> u64 {
        let column = self.column(end.min(self.end), 1);
        column + u64::from(self.column_start(column, 1) < end.min(self.end))
    }

    /// The first instant of a column.
    pub fn column_start(self, column: u64, pixels: u32) -> Time {
        let position = u128::from(column) * u128::from(pixels.max(1)) * u128::from(self.nanos());
        let nanos = position.div_ceil(u128::from(self.pixels));
        let within = u64::try_from(nanos).ok();
        within.and_then(|nanos| self.start.checked_add(nanos)).unwrap_or(Time::MAX)
    }

    /// The part of a span that lies on the axis, if any does.
    pub fn part(self, span: &Span) -> (Time, Time) {
        (span.start.max(self.start), span.end.min(self.end))
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
        // What the narrow spans can cover at most: each a pixel more than its
        // width, and all together no more than the lanes.
        let narrow = by_width[..single].iter().enumerate().map(|(width, count)| (width + 1) * count);
        let pixels = (scale.pixels as usize * lane_count).min(narrow.sum());
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
            pour(&mut stretch, span, classes.of(span), scale, detail);
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
    // Past the axis there are no columns; and the next one always starts
    // later than `from`, so this ends.
    let (start, end) = scale.part(span);
    let mut from = stretch.last().map_or(start, |cell| cell.end).min(start);
    while from < end {
        let column = scale.column(from, detail.column);
        let to = scale.column_start(column + 1, detail.column).min(end);
        match stretch.last_mut() {
            Some(cell) if cell.column == column => cell.end = to,
            _ => stretch.push(Cell { column, start: from, end: to, shares: [0; Class::COUNT], spans: 0 }),
        }
        if to > start
            && let Some(cell) = stretch.last_mut()
        {
            cell.shares[class.index()] += to.since(from.max(start));
            cell.spans = cell.spans.saturating_add(1);
        }
        from = to;
    }
}

fn width(scale: Scale, span: &Span) -> f64 {
    scale.x(span.end) - scale.x(span.start)
}

/// The levels within one pixel column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelColumn {
    /// The lowest, if only for an instant.
    pub lowest: u64,
    /// The highest, if only for an instant.
    pub highest: u64,
    /// The mean over time.
    pub mean: f64,
}

/// The level of a step line where an axis begins, and the steps behind that; `None` if
/// there are no steps at all. At the start of a run what a level is set to is a step, too.
pub fn from_start(steps: &[(Time, u64)], scale: Scale) -> Option<(u64, &[(Time, u64)])> {
    let (_, first) = *steps.first()?;
    let is_before = |step: &(Time, u64)| step.0 <= scale.start && scale.start > Time::ZERO;
    let before = steps.partition_point(is_before);
    let level = before.checked_sub(1).map_or(first, |last| steps[last].1);
    Some((level, &steps[before..]))
}

/// The levels of a step line in every pixel column up to `end`: no peak is
/// lost, however short.
pub fn levels(steps: &[(Time, u64)], end: Time, scale: Scale) -> Vec<LevelColumn> {
    let Some((mut level, steps)) = from_start(steps, scale) else { return Vec::new() };
    let mut steps = steps.iter().take_while(|step| step.0 <= scale.end).peekable();
    let mut columns = Vec::new();
    for number in 0..u64::from(scale.pixels) {
        let (from, to) = (scale.column_start(number, 1), scale.column_start(number + 1, 1).min(scale.end));
        if from >= end {
            break;
        }
        let (mut lowest, mut highest) = (level, level);
        let (mut sum, mut since) = (0u128, from);
        // Steps at the very end belong to the last column.
        while let Some(&(time, next)) = steps.next_if(|step| step.0 < to || to >= scale.end) {
            let time = time.clamp(since, to);
            sum += u128::from(level) * u128::from(time.since(since));
            (level, since) = (next, time);
            (lowest, highest) = (lowest.min(level), highest.max(level));
        }
        sum += u128::from(level) * u128::from(to.since(since));
        let length = to.since(from);
        let mean = if length == 0 { level as f64 } else { sum as f64 / length as f64 };
        columns.push(LevelColumn { lowest, highest, mean });
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OpId, ProcessId};
    use crate::trace::Activity;

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos).unwrap()
    }

    /// Spans end to end, alternately running and delayed, of these lengths.
    fn chain(lengths: impl IntoIterator<Item = u64>) -> Vec<Span> {
        let mut end = 0;
        let mut activities = [Activity::Running, Activity::Delayed].into_iter().cycle();
        let mut span = |length: u64| {
            let start = at(end);
            end += length;
            let activity = activities.next().unwrap();
            Span {
                process: ProcessId(0),
                activity,
                start,
                end: at(end),
                op: OpId(0),
                granted_by: None,
                ran_out: false,
            }
        };
        lengths.into_iter().map(&mut span).collect()
    }

    fn classes() -> Classes {
        Classes::none()
    }

    fn detail(single: u32, column: u32) -> Detail {
        Detail { single, column, tooltip: 1 }
    }

    /// All time of the lane, by class: of single spans and of cells.
    fn sums(spans: &[Span], lane: &Lane) -> [u64; Class::COUNT] {
        let mut sums = [0; Class::COUNT];
        for &place in &lane.single {
            let span = spans[place];
            sums[classes().of(&span).index()] += span.end.since(span.start);
        }
        for cell in &lane.cells {
            for (sum, share) in sums.iter_mut().zip(cell.shares) {
                *sum += share;
            }
        }
        sums
    }

    #[test]
    fn wide_spans_stand_alone() {
        let spans = chain([10, 20, 30]);
        let lane = split(&spans, &classes(), Scale::new(at(60), 600), detail(1, 1));
        assert_eq!((lane.single, lane.cells.len()), (vec![0, 1, 2], 0));
    }

    #[test]
    fn one_narrow_span_is_no_stretch() {
        let spans = chain([500, 1, 500]);
        let lane = split(&spans, &classes(), Scale::new(at(1001), 100), detail(1, 1));
        assert_eq!((lane.single, lane.cells.len()), (vec![0, 1, 2], 0));
    }

    #[test]
    fn nothing_is_dropped_and_the_shares_of_a_cell_sum_to_its_length() {
        // Awkward lengths, so that no border falls on a span's end by chance.
        for (pixels, single, column) in [(97, 1, 1), (97, 3, 7), (900, 1, 1), (13, 2, 1), (1, 1, 1)] {
            let spans = chain((0..5000u64).map(|n| if n % 611 == 0 { 90_000 } else { n * 7919 % 97 + 1 }));
            let end = spans.last().unwrap().end;
            let scale = Scale::new(end, pixels);
            let lane = split(&spans, &classes(), scale, detail(single, column));
            let mut whole = [0; Class::COUNT];
            for span in &spans {
                whole[classes().of(span).index()] += span.end.since(span.start);
            }
            assert_eq!(sums(&spans, &lane), whole, "{pixels} {single} {column}");
            for cell in &lane.cells {
                assert_eq!(cell.shares.iter().sum::<u64>(), cell.length());
                assert_eq!(scale.column(cell.start, column), cell.column);
                assert!(cell.end <= scale.column_start(cell.column + 1, column));
            }
            assert!(lane.cells.is_sorted_by(|a, b| a.end <= b.start));
        }
    }

    #[test]
    fn time_without_a_span_belongs_to_no_class() {
        let mut spans = chain([10; 100]);
        spans.retain(|span| span.start.as_nanos() % 50 != 0);
        let lane = split(&spans, &classes(), Scale::new(at(1000), 10), detail(1, 1));
        let covered: u64 = lane.cells.iter().map(|cell| cell.shares.iter().sum::<u64>()).sum();
        let length: u64 = lane.cells.iter().map(Cell::length).sum();
        assert_eq!((covered, length), (800, 990));
    }

    #[test]
    fn spans_past_the_end_of_the_axis_are_cut_off() {
        let spans = chain([1, 1, Time::MAX.as_nanos() / 2]);
        let lane = split(&spans, &classes(), Scale::new(at(2), 1), detail(5, 1));
        assert_eq!(lane.cells.iter().map(Cell::length).sum::<u64>(), 2);
    }

    #[test]
    fn detail_keeps_within_the_limits() {
        let spans = chain(std::iter::repeat_n(10, 400));
        let lanes = || std::iter::repeat_n(spans.as_slice(), 300);
        let scale = Scale::new(at(4000), 900);
        let detail = Detail::of(scale, lanes());
        assert_eq!(detail.single, 3, "120,000 spans of 2.25 pixels are too many");
        assert!(300 * 900 / (detail.column as usize) <= MOST_CELLS + 300);
        let few = Detail::of(scale, lanes().take(3));
        assert_eq!(few, Detail { single: 1, column: 1, tooltip: 1 });
    }

    #[test]
    fn a_long_line_is_thinned_but_keeps_its_extremes() {
        let scale = Scale::new(Time::from_secs(100), 100);
        let level = |n: u64| if n == 77_777 { 500 } else { n % 7 + 1 };
        let steps: Vec<(Time, u64)> =
            (0..100_000).map(|n| (Time::from_nanos(n * 1_000_000).unwrap(), level(n))).collect();
        let columns = levels(&steps, Time::from_secs(100), scale);
        assert_eq!(columns.len(), 100);
        assert!(columns.iter().all(|column| column.lowest == 1));
        assert!(columns.iter().all(|column| (column.mean - 4.0).abs() < 0.6), "{columns:?}");
        let peaks: Vec<u64> = columns.iter().map(|column| column.highest).filter(|&high| high != 7).collect();
        assert_eq!(peaks, [500]);
    }
}

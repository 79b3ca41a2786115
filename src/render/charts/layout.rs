//! Which bars a total-time chart has, how they are parted, and where they stand.
//!
//! Decides what is folded: past 12 scenarios and past 8 processes of one the
//! rest is counted in words. Draws nothing.

use super::super::font;
use super::super::input::exact_or_about;
use super::super::palette::Class;
use super::super::shorten::{Names, Room};
use crate::figure::{so_many, verb};
use crate::time::Time;

/// One scenario of a total-time chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioBars {
    /// What to call it.
    pub name: String,
    /// From the start to the last completion, or to the end of the run.
    pub total_time: Time,
    /// Why it did not complete, in a word (`deadlock`); `None` if it did.
    pub trouble: Option<String>,
    /// The parameters that were set for it, each with its value.
    pub settings: Vec<(String, String)>,
    /// Its processes.
    pub processes: Vec<ProcessBar>,
}

/// One process of a scenario: how it spent its time, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessBar {
    /// What to call it.
    pub name: String,
    /// Up to where the bar reaches: its finish, or the end of the run.
    pub until: Time,
    /// Not started yet.
    pub new: u64,
    /// Using a processor.
    pub running: u64,
    /// At work, but served by no core.
    pub ready: u64,
    /// Letting time pass without a processor.
    pub delayed: u64,
    /// Waiting.
    pub blocked: u64,
}

/// The most scenarios in a total-time chart; it counts the further ones.
pub const MOST_SCENARIOS: usize = 12;
/// The most processes of a scenario.
const MOST_PROCESSES: usize = 8;
/// The width of the chart in pixels.
pub(super) const WIDTH: u32 = 640;
/// Space between the chart and its edge, in pixels.
pub(super) const MARGIN: f64 = 20.0;
/// The height of a row in pixels; also the unit of the vertical axis.
pub(super) const ROW: i32 = 17;
/// What a scenario has above its first bar: its name and total time.
pub(super) const HEAD: i32 = 22;
/// Space under the last bar of a scenario.
const FOOT: i32 = 12;
/// The height of a line of notes under the axis, in pixels.
pub(super) const NOTE: i32 = 15;
/// The font size of finish times, in pixels.
pub(super) const SMALL_SIZE: f64 = 10.0;
/// The font size of names, in pixels.
pub(super) const NAME_SIZE: f64 = 11.0;
/// The widest column of names, in pixels.
pub(super) const MOST_NAME_WIDTH: f64 = 120.0;

/// Which rows there are, and where; vertical places in pixels from the top of
/// the plot.
pub(super) struct Layout<'a> {
    pub(super) groups: Vec<Group<'a>>,
    pub(super) height: i32,
    /// Up to where the axis reaches.
    pub(super) end: Time,
    /// What every speed-up refers to.
    pub(super) first: Option<&'a ScenarioBars>,
    /// How the names of processes are shown.
    pub(super) shown: Names,
    /// The width of the column of names, in pixels.
    pub(super) names: u32,
    /// Space right of the plot for the finish times, in pixels.
    pub(super) right: u32,
    /// What was left out, in words.
    pub(super) notes: Vec<String>,
}

/// A scenario with the processes that are shown.
pub(super) struct Group<'a> {
    pub(super) scenario: &'a ScenarioBars,
    pub(super) shown: Vec<&'a ProcessBar>,
    /// Where it starts.
    pub(super) top: i32,
}

impl<'a> Layout<'a> {
    pub(super) fn new(scenarios: &'a [ScenarioBars]) -> Layout<'a> {
        let mut folded = Vec::new();
        let mut groups = Vec::new();
        let mut top = 0;
        for scenario in scenarios.iter().take(MOST_SCENARIOS) {
            let shown = latest(&scenario.processes);
            if shown.len() < scenario.processes.len() {
                folded.push(format!("{} ({})", scenario.name, scenario.processes.len()));
            }
            let height = HEAD + ROW * shown.len() as i32 + FOOT;
            groups.push(Group { scenario, shown, top });
            top += height;
        }
        let bars = || groups.iter().flat_map(|group| &group.shown);
        let ends = groups.iter().map(|group| group.scenario.total_time).chain(bars().map(|bar| bar.until));
        let names = bars().map(|bar| font::width(&bar.name, NAME_SIZE)).fold(50.0, f64::max);
        let labels = bars().map(|bar| font::width(&exact_or_about(bar.until.as_nanos()), SMALL_SIZE));
        let shown = bars().map(|bar| bar.name.clone());
        let mut layout = Layout {
            shown: Names::new(shown, Room::pixels(MOST_NAME_WIDTH, NAME_SIZE)),
            height: top.max(ROW),
            end: ends.max().unwrap_or(Time::ZERO),
            first: scenarios.first(),
            names: (MARGIN + names.min(MOST_NAME_WIDTH) + 8.0).ceil() as u32,
            right: (5.0 + labels.fold(20.0, f64::max) + MARGIN).ceil() as u32,
            groups,
            notes: Vec::new(),
        };
        layout.notes = notes(&folded, scenarios.len() - layout.groups.len(), layout.narrow());
        layout
    }

    /// The length of the time axis in pixels.
    pub(super) fn pixels(&self) -> f64 {
        f64::from(WIDTH) - f64::from(self.names) - f64::from(self.right)
    }

    /// How many parts of bars are too narrow to be seen.
    fn narrow(&self) -> usize {
        let parts = self.groups.iter().flat_map(|group| &group.shown).flat_map(|bar| segments(bar));
        let width = |from: Time, to: Time| to.since(from) as f64 / self.end.as_nanos() as f64 * self.pixels();
        parts.filter(|&(_, from, to)| width(from, to) < 1.0).count()
    }
}

impl Layout<'_> {
    /// The height of the notes with the space above and below them.
    pub(super) fn notes_height(&self) -> i32 {
        if self.notes.is_empty() { 0 } else { NOTE * self.notes.len() as i32 + 10 }
    }
}

/// What was folded: the scenarios that have more processes than are shown,
/// each with their number, how many scenarios are left out, and how many parts
/// of bars are too narrow.
fn notes(folded: &[String], more: usize, narrow: usize) -> Vec<String> {
    let mut text = String::new();
    if !folded.is_empty() {
        text = format!(
            "Only the {MOST_PROCESSES} processes that finish last are shown of {}.",
            folded.join(", ")
        );
    }
    if more > 0 {
        let (scenarios, are) = (so_many(more as u64, "more scenario"), verb(more, "are"));
        text.push_str(&format!(" {scenarios} {are} not shown."));
    }
    if narrow > 0 {
        let are = if narrow == 1 { "part of a bar is" } else { "parts of bars are" };
        text.push_str(&format!(" {narrow} {are} narrower than a pixel and cannot be seen."));
    }
    font::wrap(&text, 10.0, f64::from(WIDTH) - 2.0 * MARGIN)
}

/// The processes that finish last, in the order of the scenario.
fn latest(processes: &[ProcessBar]) -> Vec<&ProcessBar> {
    let mut ranked: Vec<(usize, &ProcessBar)> = processes.iter().enumerate().collect();
    ranked.sort_by_key(|(place, bar)| (std::cmp::Reverse(bar.until), *place));
    ranked.truncate(MOST_PROCESSES);
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, bar)| bar).collect()
}

/// The parts of a bar, in order: what (`None`: between its steps), from, to. Parts past
/// the end of the bar are cut off, empty ones are left out.
pub(super) fn segments(bar: &ProcessBar) -> Vec<(Option<Class>, Time, Time)> {
    let mut from = Time::ZERO;
    let mut segments = Vec::new();
    let parts = [
        (Some(Class::New), bar.new),
        (Some(Class::Running), bar.running),
        (Some(Class::Ready), bar.ready),
        (Some(Class::Delayed), bar.delayed),
        (Some(Class::Blocked(0)), bar.blocked),
        (None, u64::MAX),
    ];
    for (class, nanos) in parts {
        let to = from.checked_add(nanos).unwrap_or(Time::MAX).min(bar.until);
        if to > from {
            segments.push((class, from, to));
        }
        from = to.max(from);
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, until: u64, running: u64, delayed: u64, blocked: u64) -> ProcessBar {
        let (name, until) = (name.to_owned(), Time::from_secs(until));
        ProcessBar { name, until, new: 0, running, ready: 0, delayed, blocked }
    }

    #[test]
    fn parts_of_a_bar_fill_it_and_no_more() {
        let second = 1_000_000_000;
        let whole = segments(&bar("a", 10, 2 * second, 3 * second, second));
        let lengths: Vec<u64> = whole.iter().map(|(_, from, to)| to.since(*from) / second).collect();
        assert_eq!(lengths, [2, 3, 1, 4]);
        let cut = segments(&bar("a", 4, 2 * second, 3 * second, u64::MAX));
        assert_eq!(cut.last().map(|part| part.2), Some(Time::from_secs(4)));
        assert_eq!(segments(&bar("a", 0, 5, 5, 5)), []);
        // What was before the start comes first, and is not taken for anything else.
        let late = ProcessBar { new: 7 * second, ..bar("a", 10, 3 * second, 0, 0) };
        let parts: Vec<_> = segments(&late).into_iter().map(|(class, _, to)| (class, to)).collect();
        let (start, end) = (Time::from_secs(7), Time::from_secs(10));
        assert_eq!(parts, [(Some(Class::New), start), (Some(Class::Running), end)]);
        // Who is ready for a processor is so by its state, and not by what is left.
        let ready = ProcessBar { ready: 2 * second, ..bar("a", 4, second, 0, 0) };
        let parts: Vec<_> = segments(&ready).into_iter().map(|(class, _, _)| class).collect();
        assert_eq!(parts, [Some(Class::Running), Some(Class::Ready), None]);
    }

    #[test]
    fn folding_keeps_those_that_finish_last() {
        let bars: Vec<ProcessBar> = (0..20).map(|n| bar(&n.to_string(), n * 7 % 20, 0, 0, 0)).collect();
        let kept = latest(&bars);
        assert_eq!(kept.len(), MOST_PROCESSES);
        assert!(kept.iter().all(|bar| bar.until >= Time::from_secs(12)));
    }
}

//! Which bars a total-time chart has, how they are parted, and where they stand.
//!
//! Decides what is folded: past 12 scenarios and past 8 processes of one the
//! rest is counted in words. Draws nothing.

use super::super::font;
use super::super::palette::Class;
use super::{ProcessBar, ScenarioBars};
use crate::time::Time;

/// The most scenarios in a chart.
const MOST_SCENARIOS: usize = 12;
/// The most processes of a scenario.
const MOST_PROCESSES: usize = 8;
/// The width of the chart in pixels.
pub(super) const WIDTH: u32 = 1000;
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
/// The font size of names, in pixels.
pub(super) const NAME_SIZE: f64 = 11.0;
/// The widest column of names, in pixels.
pub(super) const MOST_NAME_WIDTH: f64 = 150.0;

/// Which rows there are, and where; vertical places in pixels from the top of
/// the plot.
pub(super) struct Layout<'a> {
    pub(super) groups: Vec<Group<'a>>,
    pub(super) height: i32,
    /// Up to where the axis reaches.
    pub(super) end: Time,
    /// What every speed-up refers to.
    pub(super) first: Option<&'a ScenarioBars>,
    /// The width of the column of names, in pixels.
    pub(super) names: u32,
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
        let more = scenarios.len() - groups.len();
        let bars = || groups.iter().flat_map(|group| &group.shown);
        let ends = groups.iter().map(|group| group.scenario.total_time).chain(bars().map(|bar| bar.until));
        let names = bars().map(|bar| font::width(&bar.name, NAME_SIZE)).fold(50.0, f64::max);
        Layout {
            height: top.max(ROW),
            end: ends.max().unwrap_or(Time::ZERO),
            first: scenarios.first(),
            names: (MARGIN + names.min(MOST_NAME_WIDTH) + 8.0).ceil() as u32,
            groups,
            notes: notes(&folded, more),
        }
    }
}

impl Layout<'_> {
    /// The height of the notes with the space above and below them.
    pub(super) fn notes_height(&self) -> i32 {
        if self.notes.is_empty() { 0 } else { NOTE * self.notes.len() as i32 + 10 }
    }
}

/// What was folded: the scenarios that have more processes than are shown,
/// each with their number, and how many scenarios are left out.
fn notes(folded: &[String], more: usize) -> Vec<String> {
    let mut text = String::new();
    if !folded.is_empty() {
        text = format!(
            "Only the {MOST_PROCESSES} processes that finish last are shown of {}.",
            folded.join(", ")
        );
    }
    if more > 0 {
        let are = if more == 1 { "scenario is" } else { "scenarios are" };
        text.push_str(&format!(" {more} more {are} not shown."));
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

/// The parts of a bar, in order: what (`None`: ready), from, to. Parts past
/// the end of the bar are cut off, empty ones are left out.
pub(super) fn segments(bar: &ProcessBar) -> Vec<(Option<Class>, Time, Time)> {
    let mut from = Time::ZERO;
    let mut segments = Vec::new();
    let parts = [
        (Some(Class::Running), bar.running),
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
        ProcessBar { name: name.to_owned(), until: Time::from_secs(until), running, delayed, blocked }
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
    }

    #[test]
    fn folding_keeps_those_that_finish_last() {
        let bars: Vec<ProcessBar> = (0..20).map(|n| bar(&n.to_string(), n * 7 % 20, 0, 0, 0)).collect();
        let kept = latest(&bars);
        assert_eq!(kept.len(), MOST_PROCESSES);
        assert!(kept.iter().all(|bar| bar.until >= Time::from_secs(12)));
    }
}

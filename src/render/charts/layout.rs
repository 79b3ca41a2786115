//! Which bars a total-time chart has, how they are parted, and where they stand.
//!
//! Decides what is folded: past 12 scenarios and past 8 processes of one the
//! rest is counted in words. Draws nothing.

use super::super::font;
use super::super::input::{compared, exact_or_about, length};
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
/// Space between the chart and its edge, in pixels.
pub(super) const MARGIN: f64 = 20.0;
/// Space right of the axis, for half of its last label, in pixels.
const RIGHT: f64 = MARGIN + 12.0;
/// The height of a row in pixels; also the unit of the vertical axis.
pub(super) const ROW: i32 = 15;
/// The height of the name of a scenario, and of each line under it.
const HEAD: i32 = 22;
pub(super) const LINE: i32 = 15;
/// Space under the last bar of a scenario.
const FOOT: i32 = 12;
/// The height of a line of notes under the axis, in pixels.
pub(super) const NOTE: i32 = 15;
/// The font size of finish times, in pixels.
pub(super) const SMALL_SIZE: f64 = 10.0;
/// The font size of names, in pixels.
pub(super) const NAME_SIZE: f64 = 11.0;
/// The font size of the name of a scenario, in pixels.
pub(super) const SCENARIO_SIZE: f64 = 13.0;
/// Space between names, finish times and what stands beside them, in pixels.
pub(super) const GAP: f64 = 8.0;
/// The widest column of names, in pixels.
const MOST_NAME_WIDTH: f64 = 120.0;

/// Which rows there are, and where; vertical places in pixels from the top of
/// the plot.
pub(super) struct Layout<'a> {
    pub(super) groups: Vec<Group<'a>>,
    pub(super) height: i32,
    /// Up to where the axis reaches.
    pub(super) end: Time,
    /// How the names of processes are shown.
    pub(super) shown: Names,
    /// How the names of scenarios are shown.
    pub(super) scenarios: Names,
    /// Whether what is said of each scenario stands beside its name, and not under it.
    pub(super) is_beside: bool,
    /// Where names end, and where the axis begins and ends, in pixels; finish times stand
    /// between names and axis.
    pub(super) names: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    /// What was left out, in words.
    pub(super) notes: Vec<String>,
}

/// A scenario with the processes that are shown.
pub(super) struct Group<'a> {
    pub(super) scenario: &'a ScenarioBars,
    pub(super) shown: Vec<&'a ProcessBar>,
    /// What is said of it, in lines.
    pub(super) lines: Vec<String>,
    /// Where it starts, where its first bar does, and where its last one ends.
    pub(super) top: i32,
    pub(super) bars: i32,
    pub(super) bottom: i32,
}

impl<'a> Layout<'a> {
    /// The rows of a chart that is so wide.
    pub(super) fn new(scenarios: &'a [ScenarioBars], width: f64) -> Layout<'a> {
        let all = &scenarios[..scenarios.len().min(MOST_SCENARIOS)];
        let shown: Vec<Vec<&ProcessBar>> = all.iter().map(|scenario| latest(&scenario.processes)).collect();
        let bars = || shown.iter().flatten();
        let widest = |widths: &mut dyn Iterator<Item = f64>, least: f64| widths.fold(least, f64::max);
        let names = widest(&mut bars().map(|bar| font::width(&bar.name, NAME_SIZE)), 40.0);
        let names = (MARGIN + names.min(MOST_NAME_WIDTH)).ceil();
        let times = widest(&mut bars().map(|bar| font::width(&finish(bar), SMALL_SIZE)), 10.0);
        let (left, right) = ((names + GAP + times + GAP).ceil(), (width - RIGHT).floor());
        let room = width - MARGIN - left;
        let said: Vec<String> = all.iter().map(|scenario| said(scenario, all.first())).collect();
        let fits = |(scenario, said): (&ScenarioBars, &String)| {
            font::width(&scenario.name, SCENARIO_SIZE) + 12.0 + font::width(said, NAME_SIZE) <= room
        };
        // Names come first: what is said beside them gives way.
        let is_beside = all.iter().zip(&said).all(fits);
        let ends = all.iter().map(|scenario| scenario.total_time).chain(bars().map(|bar| bar.until));
        let scenario_names = all.iter().map(|scenario| scenario.name.clone());
        let mut layout = Layout {
            end: ends.max().unwrap_or(Time::ZERO),
            shown: Names::new(bars().map(|bar| bar.name.clone()), Room::pixels(MOST_NAME_WIDTH, NAME_SIZE)),
            scenarios: Names::new(scenario_names, Room::pixels(room, SCENARIO_SIZE)),
            is_beside,
            names,
            left,
            right,
            groups: Vec::new(),
            height: 0,
            notes: Vec::new(),
        };
        for ((scenario, shown), said) in all.iter().zip(shown).zip(said) {
            let lines = if is_beside { vec![said] } else { font::wrap(&said, NAME_SIZE, room) };
            let top = layout.height;
            let bars = top + HEAD + if is_beside { 0 } else { LINE * lines.len() as i32 };
            let bottom = bars + ROW * shown.len() as i32;
            layout.groups.push(Group { scenario, shown, lines, top, bars, bottom });
            layout.height = bottom + FOOT;
        }
        layout.height = layout.height.max(ROW);
        let is_folded = |group: &&Group<'_>| group.shown.len() < group.scenario.processes.len();
        let folded = layout.groups.iter().filter(is_folded).map(|group| group.scenario);
        let folded: Vec<String> =
            folded.map(|scenario| format!("{} ({})", scenario.name, scenario.processes.len())).collect();
        let notes = notes(&folded, scenarios.len() - all.len(), layout.narrow());
        layout.notes = font::wrap(&notes, SMALL_SIZE, width - 2.0 * MARGIN);
        layout
    }

    /// The length of the axis in pixels.
    pub(super) fn pixels(&self) -> f64 {
        self.right - self.left
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
fn notes(folded: &[String], more: usize, narrow: usize) -> String {
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
    text
}

/// When a process finished, as it stands beside its bar.
pub(super) fn finish(bar: &ProcessBar) -> String {
    exact_or_about(bar.until.as_nanos())
}

/// What stands beside the name of a scenario, or under it.
fn said(scenario: &ScenarioBars, first: Option<&ScenarioBars>) -> String {
    let total = length(scenario.total_time.as_nanos());
    let line = match &scenario.trouble {
        Some(trouble) => format!("{trouble} at {total}"),
        None => format!("total time {total}"),
    };
    // The first has none, nor has a run that did not get there.
    let others = first.filter(|first| !std::ptr::eq(*first, scenario));
    line + &compared(others.and_then(completed), completed(scenario))
}

/// The total time of a scenario that completed.
fn completed(scenario: &ScenarioBars) -> Option<Time> {
    scenario.trouble.is_none().then_some(scenario.total_time)
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

//! The levels of a run as columns.
//!
//! Decides how much of a level is told: each of its steps, or, if there are very many, in
//! which bounds it was in each piece of the run.

use super::super::input::{LevelSeries, Levels};
use super::telling::Telling;
use serde::Serialize;

/// For so many steps of one level a page has room; of a level with more it shows in which
/// bounds it was.
const MOST_STEPS: usize = 1 << 16;
/// Then the run is cut into so many pieces.
const PIECES: u64 = 1 << 14;

#[derive(Serialize)]
pub(super) struct Level {
    resource: u64,
    kind: &'static str,
    steps: usize,
    bound: Option<u64>,
    /// How many steps the capacity has, if it changes.
    capacity: usize,
    highest: u64,
    /// Whether each step has a lowest and a highest level.
    in_bounds: bool,
}

/// From when on, the lowest and the highest level.
type Step = (u64, u64, u64);

impl Telling<'_, '_> {
    /// Columns of each: times, levels, and by how much the level was higher at most, if that
    /// is told in bounds.
    pub fn levels(&mut self) -> Vec<Level> {
        let run = self.run;
        let input = &run.timeline;
        let Levels { mut shown, still, .. } = input.interesting_levels(usize::MAX);
        // There is room for those that change only in passing, and one run of several may have
        // a level that lasts where the others have none.
        shown.extend(still.iter().filter(|still| still.changes()).map(|still| still.series));
        shown.sort_by_key(|series| series.resource);
        shown.into_iter().map(|series| self.level(series)).collect()
    }

    fn level(&mut self, series: &LevelSeries) -> Level {
        let run = self.run;
        let input = &run.timeline;
        let in_bounds = series.steps.len() > MOST_STEPS;
        let steps = series.steps.iter().map(|&(time, level)| (self.ticks.at(time), level));
        let steps: Vec<Step> = match in_bounds {
            true => bounds(steps, self.ticks.at(input.end)),
            false => steps.map(|(time, level)| (time, level, level)).collect(),
        };
        self.numbers.ascending(steps.iter().map(|step| step.0));
        self.numbers.column(steps.iter().map(|step| step.1));
        if in_bounds {
            self.numbers.column(steps.iter().map(|step| step.2 - step.1));
        }
        let kind = input.kind(series.resource).map_or("", |kind| kind.name());
        let (bound, highest) = (input.bound(series.resource), series.highest());
        let is_told = series.capacities().is_some() && series.capacity.len() <= MOST_STEPS;
        let capacity = if is_told { series.capacity.len() } else { 0 };
        let resource = u64::from(series.resource.0);
        Level { resource, kind, steps: steps.len(), bound, capacity, highest, in_bounds }
    }

    /// Columns of each of these levels whose capacity changes: times and capacities.
    pub fn capacities(&mut self, levels: &[Level]) {
        let run = self.run;
        for level in levels.iter().filter(|level| level.capacity > 0) {
            let is_it = |series: &&LevelSeries| u64::from(series.resource.0) == level.resource;
            let Some(series) = run.timeline.levels.iter().find(is_it) else { continue };
            let ticks = self.ticks;
            self.numbers.ascending(series.capacity.iter().map(|step| ticks.at(step.0)));
            self.numbers.column(series.capacity.iter().map(|step| step.1));
        }
    }
}

/// The lowest and the highest level in each piece of a run in which it changed, the level
/// that was there before included; and behind it the level that stayed.
fn bounds(steps: impl Iterator<Item = (u64, u64)>, end: u64) -> Vec<Step> {
    let piece = (end / PIECES).max(1);
    let mut bounds: Vec<Step> = Vec::new();
    let mut before = None;
    for (time, level) in steps {
        let (start, low, high) =
            (time / piece * piece, level.min(before.unwrap_or(level)), level.max(before.unwrap_or(level)));
        match bounds.last_mut() {
            Some(last) if last.0 == start => (last.1, last.2) = (last.1.min(level), last.2.max(level)),
            last => {
                let behind = last.map(|last| last.0 + piece).filter(|&behind| behind < start);
                bounds.extend(behind.zip(before).map(|(behind, level)| (behind, level, level)));
                bounds.push((start, low, high));
            }
        }
        before = Some(level);
    }
    let behind = bounds.last().map(|last| last.0 + piece).filter(|&behind| behind < end);
    bounds.extend(behind.zip(before).map(|(behind, level)| (behind, level, level)));
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In pieces of 4, by hand: up from 3 to 5; down to 2 and up to 9; there until 41; then 4.
    #[test]
    fn many_steps_become_bounds() {
        let steps = [(0, 3), (1, 5), (5, 2), (6, 9), (41, 4)];
        let expected = [(0, 3, 5), (4, 2, 9), (8, 9, 9), (40, 4, 9), (44, 4, 4)];
        assert_eq!(bounds(steps.into_iter(), 4 * PIECES), expected);
        // Pieces are never shorter than a tick.
        assert_eq!(bounds([(0, 1), (2, 2)].into_iter(), 3), [(0, 1, 1), (1, 1, 1), (2, 1, 2)]);
    }
}

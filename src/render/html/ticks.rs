//! The times of a run as multiples of one tick.
//!
//! Decides the tick: the longest of which all times are multiples, so that the numbers
//! are short. A program in a page counts exactly up to 2^53; the times of a run that is
//! longer than so many ticks are rounded, and the page says so.

use super::run::PageRun;
use crate::render::input::length;
use crate::time::Time;

/// Numbers of a page are exact up to here.
const MOST_TICKS: u64 = 1 << 53;

#[derive(Debug, Clone, Copy)]
pub(super) struct Ticks {
    /// The length of one.
    pub nanos: u64,
    pub is_rounded: bool,
}

impl Ticks {
    pub fn of(run: &PageRun<'_>) -> Ticks {
        let input = &run.timeline;
        let ends = input.spans.iter().flat_map(|span| [span.start, span.end]);
        let levels = input.levels.iter().flat_map(|series| series.steps.iter().map(|step| step.0));
        let points = input.points.iter().map(|point| point.time);
        let log = run.statistics.log.iter().map(|line| line.time);
        let finished = input.finished.iter().copied().flatten();
        let others = ends.chain(levels).chain(points).chain(log).chain(finished);
        let events = run.trace.iter().flat_map(|trace| trace.events.iter().map(|event| event.time));
        Ticks::fitting(input.end, others.chain(events))
    }

    fn fitting(end: Time, times: impl Iterator<Item = Time>) -> Ticks {
        let mut nanos = end.as_nanos();
        for time in times {
            nanos = common_divisor(nanos, time.as_nanos());
            if nanos == 1 {
                break;
            }
        }
        let (nanos, mut coarse) = (nanos.max(1), 1);
        while end.as_nanos() / nanos / coarse >= MOST_TICKS {
            coarse *= 10;
        }
        Ticks { nanos: nanos * coarse, is_rounded: coarse > 1 }
    }

    /// A time in ticks.
    pub fn at(self, time: Time) -> u64 {
        time.as_nanos() / self.nanos
    }

    pub fn note(self) -> Option<String> {
        self.is_rounded.then(|| format!("Times are rounded down to {}.", length(self.nanos)))
    }
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(end: u64, times: &[u64]) -> (u64, bool) {
        let times = times.iter().map(|&nanos| Time::from_nanos(nanos).expect("in range"));
        let ticks = Ticks::fitting(Time::from_nanos(end).expect("in range"), times);
        (ticks.nanos, ticks.is_rounded)
    }

    #[test]
    fn the_tick_is_as_long_as_it_can_be() {
        assert_eq!(ticks(30, &[0, 10, 20]), (10, false));
        assert_eq!(ticks(30, &[0, 10, 21]), (1, false));
        assert_eq!(ticks(0, &[0]), (1, false));
        assert_eq!(ticks(1 << 60, &[1 << 55]), (1 << 55, false));
        // 2^60 ns are 1.15e18, of which 128 times 9.007e15 are the most: 1000 is the next
        // power of ten.
        assert_eq!(ticks(1 << 60, &[1]), (1000, true));
    }
}

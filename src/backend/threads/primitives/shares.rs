//! Who shares a processor, and how much each has yet to attain.
//!
//! Decides when who shares ends: each attains the same share of the speed at any
//! time. Kept as the definition says: what is left of each, in whole units, which is
//! counted down whenever somebody comes or ends.

use super::processor_rules::ProcessorRules;
use crate::ids::ProcessId;
use std::collections::BTreeMap;

/// How fast a processor is that is shared.
#[derive(Clone, Copy)]
pub(super) struct Speed<'a> {
    pub(super) rules: &'a ProcessorRules,
    /// How many of its cores are taken.
    pub(super) taken: usize,
}

impl Speed<'_> {
    /// What each of `count` that share it attains in a nanosecond.
    fn rate(self, count: usize) -> u128 {
        let Speed { rules, taken } = self;
        if taken > 0 {
            return count.min(rules.cores - taken) as u128 * rules.unit / count as u128;
        }
        let together = rules.speeds.get(count - 1).or(rules.speeds.last());
        together.copied().unwrap_or(rules.unit) / count as u128
    }
}

/// Those who share a processor.
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// What each has yet to attain, in units.
    left: BTreeMap<ProcessId, u128>,
    /// Up to when that is counted, in nanoseconds.
    counted: u64,
}

impl Shares {
    pub(super) fn count(&self) -> usize {
        self.left.len()
    }

    /// Counts what was attained up to now.
    pub(super) fn count_to(&mut self, now: u64, speed: Speed<'_>) {
        let passed = now.saturating_sub(self.counted);
        self.counted = self.counted.max(now);
        if self.left.is_empty() {
            return;
        }
        let attained = speed.rate(self.count()) * u128::from(passed);
        self.left.values_mut().for_each(|left| *left = left.saturating_sub(attained));
    }

    /// Begins to share, for so many nanoseconds of work.
    pub(super) fn enter(&mut self, process: ProcessId, slice: u64, now: u64, speed: Speed<'_>) {
        self.count_to(now, speed);
        self.left.insert(process, u128::from(slice) * speed.rules.unit);
    }

    /// Shares no more.
    pub(super) fn leave(&mut self, process: ProcessId, now: u64, speed: Speed<'_>) {
        self.count_to(now, speed);
        self.left.remove(&process);
    }

    /// What `process` has yet to attain, in nanoseconds of work.
    pub(super) fn left_of(&mut self, process: ProcessId, now: u64, speed: Speed<'_>) -> u64 {
        self.count_to(now, speed);
        u64::try_from(self.left[&process].div_ceil(speed.rules.unit)).unwrap_or(u64::MAX)
    }

    /// Who ends first: of those who end together, who stands first in the scenario.
    pub(super) fn first(&self) -> Option<ProcessId> {
        self.left.iter().min_by_key(|&(process, left)| (*left, *process)).map(|(&process, _)| process)
    }

    /// When `process` ends if nobody else comes; `None` if another one ends before it, or nobody gets on.
    pub(super) fn end(&self, process: ProcessId, speed: Speed<'_>) -> Option<u64> {
        if self.first() != Some(process) {
            return None;
        }
        let (left, rate) = (self.left[&process], speed.rate(self.count()));
        if rate == 0 && left > 0 {
            return None;
        }
        let nanos = left.div_ceil(rate.max(1));
        Some(u64::try_from(nanos).map_or(u64::MAX, |nanos| self.counted.saturating_add(nanos)))
    }
}

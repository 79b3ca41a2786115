//! The sums behind the figures of one resource.

use super::statistics::ResourceStatistics;
use crate::time::Time;
use crate::trace::{Event, INTERRUPTED, Kind, Level, ResourceInfo, ResourceKind, level_after};

/// What the utilization of a resource is a share of.
#[derive(Debug, Clone, Copy)]
enum Full {
    /// So many permits at the start, of which some are taken.
    Taken(u64),
    /// Room for so many items, of which some are there.
    Held(u64),
    /// It has no bound.
    Never,
}

/// The sums behind a [`ResourceStatistics`].
#[derive(Debug, Clone)]
pub(super) struct ResourceTally {
    pub(super) statistics: ResourceStatistics,
    full: Full,
    kind: ResourceKind,
    /// Since when the level is `statistics.level_end`.
    since: Time,
    /// Level times nanoseconds, up to `since`.
    level_nanos: u128,
    /// Permits beyond those at the start times nanoseconds, up to `since`.
    beyond_nanos: u128,
}

impl ResourceTally {
    pub(super) fn new(info: &ResourceInfo) -> ResourceTally {
        let full = match info.kind.level() {
            Some(Level::Permits | Level::Cores) => Full::Taken(info.initial),
            Some(Level::Items) => info.capacity.map_or(Full::Never, Full::Held),
            Some(Level::Waiters) | None => Full::Never,
        };
        let (initial, kind) = (info.initial, info.kind);
        let statistics =
            ResourceStatistics { level_max: initial, level_end: initial, ..ResourceStatistics::default() };
        ResourceTally { statistics, full, kind, since: Time::ZERO, level_nanos: 0, beyond_nanos: 0 }
    }

    /// Takes an event about the resource; the level after it.
    #[inline(always)]
    pub(super) fn change(&mut self, event: &Event) -> u64 {
        let level = level_after(self.statistics.level_end, event);
        if level != self.statistics.level_end {
            self.pass_time(event.time);
        }
        let statistics = &mut self.statistics;
        statistics.requests += match event.kind {
            Kind::Release | Kind::Block => 0,
            // What is asked of a condition is to wait; a notify ends so many waits.
            // At a barrier one comes who need not wait.
            Kind::Notify => event.value + u64::from(self.kind == ResourceKind::Barrier),
            // A flag is put down, and a latch counted down: nobody asks for that.
            Kind::Acquire => u64::from(!matches!(self.kind, ResourceKind::Flag | ResourceKind::Latch)),
            _ => 1,
        };
        statistics.timeouts += u64::from(event.kind == Kind::Timeout && event.extra != INTERRUPTED);
        statistics.level_end = level;
        statistics.level_max = statistics.level_max.max(level);
        level
    }

    /// Lets time pass, in which the level was what it is.
    #[inline(always)]
    fn pass_time(&mut self, now: Time) {
        let (level, nanos) = (self.statistics.level_end, now.since(self.since));
        self.since = self.since.max(now);
        self.level_nanos += u128::from(level) * u128::from(nanos);
        if let Full::Taken(permits) = self.full
            && level > permits
        {
            self.beyond_nanos += u128::from(level - permits) * u128::from(nanos);
        }
    }

    pub(super) fn finish(mut self, end: Time) -> ResourceStatistics {
        self.pass_time(end);
        let nanos = u128::from(end.as_nanos());
        let used = match self.full {
            // A semaphore may be given more permits than it started with; of those none is taken.
            Full::Taken(bound) => {
                let passed = u128::from(self.since.as_nanos());
                Some((u128::from(bound) * passed + self.beyond_nanos - self.level_nanos, bound))
            }
            Full::Held(bound) => Some((self.level_nanos, bound)),
            Full::Never => None,
        };
        let is_known = |&(_, bound): &(u128, u64)| bound > 0 && nanos > 0;
        let share = |(used, bound): (u128, u64)| used as f64 / (u128::from(bound) * nanos) as f64;
        let utilization = used.filter(is_known).map(share);
        let level = self.statistics.level_end;
        let level_mean = if nanos == 0 { level as f64 } else { self.level_nanos as f64 / nanos as f64 };
        // Who waited for one of several things and got another has asked, too.
        let requests = self.statistics.requests.max(self.statistics.waits.count);
        ResourceStatistics { utilization, level_mean, requests, ..self.statistics }
    }
}

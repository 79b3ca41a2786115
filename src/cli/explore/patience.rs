//! When an exploration stops: when its time is up, or when the user says so.

use super::arguments::ExploreArguments;
use crate::backend::threads::wall;
use crate::cli::interrupt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long something may take, from when on.
pub struct TimeLimit {
    began: Instant,
    limit: Option<Duration>,
}

impl TimeLimit {
    pub fn from_now(arguments: &ExploreArguments) -> TimeLimit {
        let limit = arguments.max_time.map(Duration::from_nanos);
        TimeLimit { began: wall(), limit }
    }

    pub fn is_up(&self) -> bool {
        self.limit.is_some_and(|limit| self.began.elapsed() >= limit)
    }
}

/// How long the schedules that were found are put together for somebody who
/// has stopped the search.
const GRACE: Duration = Duration::from_secs(2);

/// When to stop: a search when its time is up or the user says so; what comes
/// behind it when the user says so, and a little later if that ended the search.
pub struct Patience {
    pub limit: TimeLimit,
    behind_search: OnceLock<TimeLimit>,
}

impl Patience {
    pub fn from_now(arguments: &ExploreArguments) -> Patience {
        Patience { limit: TimeLimit::from_now(arguments), behind_search: OnceLock::new() }
    }

    pub fn is_over(&self) -> bool {
        match self.behind_search.get() {
            None => interrupt::requested() || self.limit.is_up(),
            Some(grace) => interrupt::requested() && grace.is_up(),
        }
    }

    /// Takes note that the search is over.
    pub fn end_search(&self) {
        let grace = if interrupt::requested() { GRACE } else { Duration::ZERO };
        let began = wall();
        self.behind_search.get_or_init(|| TimeLimit { began, limit: Some(grace) });
    }
}

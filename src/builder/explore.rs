//! How every schedule of a scenario made in code is explored.
//!
//! Decides what can be said about that, and what holds if nothing is said. The
//! words are those of the options of `tempolane explore`.

use crate::explore::{Budget, Mode, Reduce};
use std::time::Duration;

/// How to explore every schedule: whether time counts, how much may be spent,
/// and what may be left out.
///
/// A [`Mode`] alone stands for the rest as [`Explore::new`] has it.
///
/// ```
/// use tempolane::builder::{Explore, Mode, Scenario};
///
/// let mut server = Scenario::new("server");
/// server.mutex("door").process("guard", |p| {
///     p.repeat_while(true, |p| {
///         p.with("door", |p| {
///             p.delay("1s");
///         });
///     });
/// });
/// let failure = server.check_every_schedule(Mode::Untimed, "").unwrap_err();
/// assert!(failure.starts_with("server: a schedule never ends (untimed)"));
/// let explore = Explore::new(Mode::Untimed).may_never_end().max_states(1_000);
/// assert!(server.check_every_schedule(explore, "").is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Explore {
    pub(super) mode: Mode,
    pub(super) max_states: u64,
    pub(super) max_memory: u64,
    pub(super) max_time: Option<Duration>,
    pub(super) reduce: Reduce,
    pub(super) may_never_end: bool,
    pub(super) spurious: bool,
}

impl Explore {
    /// Up to 5,000,000 states and 1,000 MB, however long it takes, with nothing left out, of
    /// a scenario that comes to an end in every schedule.
    pub const fn new(mode: Mode) -> Explore {
        let (max_states, max_memory) = (5_000_000, 1_000);
        Explore {
            mode,
            max_states,
            max_memory,
            max_time: None,
            reduce: Reduce::NONE,
            may_never_end: false,
            spurious: false,
        }
    }

    /// Stops after so many states, at least 1. What is not explored then is an error.
    pub const fn max_states(self, states: u64) -> Explore {
        Explore { max_states: if states == 0 { 1 } else { states }, ..self }
    }

    /// Stops when the states take so much memory, in MB (1,000,000 bytes).
    pub const fn max_memory(self, megabytes: u64) -> Explore {
        Explore { max_memory: megabytes, ..self }
    }

    /// Stops after so long by the clock on the wall. Whether a test passes depends on the machine then.
    pub const fn max_time(self, time: Duration) -> Explore {
        Explore { max_time: Some(time), ..self }
    }

    /// Leaves out schedules that differ from others only in what does not matter. Every deadlock and
    /// everything that is left at the end is found all the same; what is expected
    /// cannot be checked, so that to say it as well is an error. To leave out orders is for
    /// [`Mode::Untimed`].
    pub const fn reduce(self, reduce: Reduce) -> Explore {
        Explore { reduce, ..self }
    }

    /// Says that a schedule that never ends is no failure.
    pub const fn may_never_end(self) -> Explore {
        Explore { may_never_end: true, ..self }
    }

    /// Tries also that somebody who waits at a condition goes on without a notify, once at
    /// each condition, as threads may.
    pub const fn spurious(self) -> Explore {
        Explore { spurious: true, ..self }
    }

    pub(super) fn budget(&self) -> Budget {
        Budget { states: self.max_states, bytes: self.max_memory.saturating_mul(1_000_000), workers: 1 }
    }
}

impl From<Mode> for Explore {
    fn from(mode: Mode) -> Explore {
        Explore::new(mode)
    }
}

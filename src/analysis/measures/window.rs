//! The part of a run that a measure is about: all behind its warm-up.

use crate::time::Time;

/// A clock that stands still during the warm-up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    from: Time,
    /// Until when time has passed; never before `from`.
    until: Time,
}

impl Window {
    /// From this time on.
    pub(super) fn from(from: Time) -> Window {
        Window { from, until: from }
    }

    /// Whether what happens then counts.
    pub(super) fn has(self, time: Time) -> bool {
        time >= self.from
    }

    /// How many nanoseconds of the window have passed since it was asked last.
    #[inline]
    pub(super) fn pass(&mut self, now: Time) -> u64 {
        let nanos = now.since(self.until);
        self.until = self.until.max(now);
        nanos
    }

    /// How long it is in a run that ended then, in nanoseconds.
    pub(super) fn length(self, end: Time) -> u64 {
        end.since(self.from)
    }
}

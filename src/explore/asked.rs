//! Whether to stop, asked wherever something may take long: in the preparation,
//! in the middle of a transition, and while a schedule is put together or followed.
//!
//! Decides nothing about when to stop: whoever explores says so. What is cut
//! off by it is never told as a result.

use super::ends::Stopped;
use std::fmt;
use std::ops::ControlFlow;

/// How to find out whether to stop.
#[derive(Clone, Copy, Default)]
pub struct Cancellation<'a>(Option<&'a (dyn Fn() -> bool + Sync)>);

impl<'a> Cancellation<'a> {
    /// Never stops.
    pub const NEVER: Cancellation<'static> = Cancellation(None);

    /// Stops as soon as `is_over` says so. It is asked often, by several threads.
    pub fn by(is_over: &'a (dyn Fn() -> bool + Sync)) -> Cancellation<'a> {
        Cancellation(Some(is_over))
    }

    /// Whether to stop.
    pub fn is_over(self) -> bool {
        self.0.is_some_and(|is_over| is_over())
    }

    /// Whether to stop, in the form in which a loop is told.
    pub(crate) fn flow(self) -> ControlFlow<()> {
        if self.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Fails if it is time to stop; asked in one step of so many, since to ask
    /// may look at a clock.
    pub(crate) fn check(self, step: u64) -> Result<(), Stopped> {
        if step % 64 == 63 && self.is_over() {
            return Err(Stopped::Limit("it was stopped".to_owned()));
        }
        Ok(())
    }
}

impl fmt::Debug for Cancellation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cancellation({})", self.0.is_some())
    }
}

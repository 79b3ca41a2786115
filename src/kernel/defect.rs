//! Bugs on purpose, for the tests of what must find them.
//!
//! A test switches one on for its own thread. Outside the unit tests nothing
//! can be switched on, and the compiler removes every question whether it is.

use crate::value::Word;
#[cfg(test)]
use std::cell::Cell;

/// A bug that the kernel can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    /// A permit that is given back to a semaphore is lost.
    ForgetsPermit,
    /// Whoever came last is served first, whatever the scenario says.
    Lifo,
    /// Delays and work take 5% longer than they should.
    SlowDelays,
}

/// The order in which waiters are served, where `declared` should be.
#[inline(always)]
pub(super) fn discipline(declared: u64) -> u64 {
    if is_on(Defect::Lifo) { 2 } else { declared }
}

/// How long a delay takes that should take `nanos`.
#[inline(always)]
pub(super) fn delay(nanos: Word) -> Word {
    if is_on(Defect::SlowDelays) { nanos + nanos / 20 } else { nanos }
}

/// Whether permits that are given back are lost.
#[inline(always)]
pub(super) fn forgets_permit() -> bool {
    is_on(Defect::ForgetsPermit)
}

#[cfg(not(test))]
#[inline(always)]
const fn is_on(_: Defect) -> bool {
    false
}

#[cfg(test)]
thread_local! {
    static ON: Cell<Option<Defect>> = const { Cell::new(None) };
}

#[cfg(test)]
fn is_on(defect: Defect) -> bool {
    ON.get() == Some(defect)
}

/// Does something with a kernel that has this bug, on this thread.
#[cfg(all(test, feature = "cli"))]
pub(crate) fn with_defect<T>(defect: Defect, action: impl FnOnce() -> T) -> T {
    ON.set(Some(defect));
    let result = action();
    ON.set(None);
    result
}

//! Where a process goes on that has done what concerns nobody else, or could not.

use crate::program::Local;

/// The bit that says that nothing was done: the plain op does it.
const STUCK: usize = 1 << (usize::BITS - 1);

/// The plain op that has to do it, if nothing was done.
#[inline(always)]
pub(super) fn stuck_at(next: usize) -> Option<usize> {
    (next & STUCK != 0).then_some(next & !STUCK)
}

/// Says that the plain op has to do it.
#[cold]
pub(super) fn stuck(op: usize, local: &Local) -> usize {
    (op + usize::from(local.home)) | STUCK
}

/// Behind the op.
#[inline(always)]
pub(super) fn behind(op: usize, local: &Local) -> usize {
    op + usize::from(local.span)
}

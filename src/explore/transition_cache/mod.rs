//! What steps do, learnt from the kernel once and applied many times.

mod answers;
mod cache;
mod entry;
mod learn;

pub(crate) use cache::TransitionCache;
pub(crate) use entry::{Code, Entry, Several, added};
pub(crate) use learn::Oracle;

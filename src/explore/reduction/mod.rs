//! What a search may leave out, and still find what it looks for: orders of
//! independent steps, and states that differ only in which of several processes
//! is where.

mod representative;
mod stubborn;

pub(crate) use stubborn::{StubbornSet, StubbornSets};

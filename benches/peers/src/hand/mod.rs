//! The limit: the workloads by hand, without an engine.
//!
//! There is no process, no queue discipline and no trace here, only a calendar and handlers that the compiler
//! inlines. What an engine is slower than this is the price of its generality.

mod buffer;
mod calendar;
mod hold;
mod queue;

pub use buffer::buffer;
pub use calendar::{Calendar, Quaternary, Standard};
pub use hold::hold;
pub use queue::queue;

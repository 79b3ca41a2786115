//! The limit: the workloads by hand, without an engine.
//!
//! There is no process, no queue discipline and no trace here, only a calendar and handlers that the compiler
//! inlines. What an engine is slower than this is the price of its generality.

mod arithmetic;
mod buffer;
mod calendar;
mod customers;
mod hold;
mod line;
mod monitor;
mod network;
mod philosophers;
mod queue;
mod short;

pub use arithmetic::{Found, arithmetic};
pub use buffer::buffer;
pub use calendar::{Agenda, Calendar, Quaternary, Standard};
pub use customers::customers;
pub use hold::hold;
pub use line::line;
pub use monitor::monitor;
pub use network::network;
pub use philosophers::{forks_of, philosophers};
pub use queue::queue;
pub use short::short;

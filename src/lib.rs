//! Tempolane: a discrete-event co-simulation engine.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
pub mod arithmetic;
pub mod backend;
pub mod cli;
pub mod ids;
pub mod kernel;
pub mod program;
pub mod random;
pub mod render;
pub mod scenario;
pub mod time;
pub mod trace;
pub mod value;

//! Random numbers that depend on nothing but what they are for.
//!
//! A draw is a function of (seed, replication, process, purpose, n). The seed
//! and the replication make the key of a ChaCha8 generator, the process and
//! the purpose choose one of its 2^64 streams, and n is a position in it. So
//! changing one process leaves every other process's numbers as they were
//! (common random numbers), nothing depends on the order in which processes
//! draw, and the only state is a position: one word, kept with the rest of the
//! machine's state.
//!
//! Decides how words are made ([`Streams`], [`PythonStreams`]) and how they
//! become values ([`distributions`]). Does not decide which distribution a step
//! draws from, where a position is kept, or what a failed draw does to a run.
//!
//! All maths is `+ - * /` on 64-bit floats or goes through the `libm` crate,
//! so that every value is equal bit for bit on every platform.

mod chacha;
pub mod data;
pub mod distributions;
mod family;
mod fitting;
mod python;
mod rounding;
mod sample;
mod special;
mod streams;
mod ziggurat;

pub use data::DataDraw;
pub use family::{Bound, Family, MOST_PARAMETERS, Parameter, Takes};
pub use fitting::Fitting;
pub use fitting::Sample;
pub use python::PythonStreams;
pub use rounding::round_nanos;
pub use sample::SampleError;
#[cfg(test)]
pub use sample::Words;
#[cfg(test)]
pub use streams::StreamId;
pub use streams::{StreamWords, Streams, first_position};

#[cfg(test)]
mod tests;

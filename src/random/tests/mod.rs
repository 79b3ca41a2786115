//! What the rest of the house relies on: golden values, distributions,
//! independence of streams.
//!
//! Golden values come from an independent program in Python (ChaCha8, the
//! ziggurats and the samplers written again from the papers; XXH3 from the
//! reference library; CPython's own `random`), not from this code.

mod durations;
mod errors;
mod golden;
pub(super) mod moments;
mod python;
mod streams;

/// The samplers, by their own names.
mod samplers {
    pub use crate::random::distributions::{
        choice, erlang::*, exponential, families, lognormal::*, normal::*, triangular::*, uniform::*,
        uniform_int, weibull::*,
    };
    pub use crate::random::sample::{unit, unit_above_zero};
}

use super::{Family, SampleError, Streams, Words};

/// One stream of seed 1, with its streams and its position.
pub(super) struct Source {
    streams: Streams,
    position: u64,
}

impl Source {
    pub(super) fn new(purpose: u32) -> Source {
        let mut streams = Streams::new(1, 0);
        streams.add("golden", 0..1, purpose..purpose + 1);
        Source { streams, position: 0 }
    }

    /// A value of a family, as a process draws it.
    pub(super) fn sample(&mut self, family: &Family, arguments: &[f64]) -> Result<f64, SampleError> {
        (family.sample)(&mut self.streams.words(0, &mut self.position), arguments)
    }
}

impl Words for Source {
    fn next_word(&mut self) -> u64 {
        self.streams.next(0, &mut self.position)
    }
}

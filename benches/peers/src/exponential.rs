//! The random numbers of the peers: one exponential sampler for all of them.
//!
//! It favours the peers. They draw with rand_distr's ziggurat over xoshiro256++, 32 bytes of state and about the
//! fastest generator there is, and all processes of a model share one stream. Tempolane draws with ChaCha8, one
//! stream per process and purpose, so that a change to one process leaves the numbers of the others as they were;
//! that costs it about 4 % more per draw and the memory of a stream per process.

use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;

/// An endless sequence of exponentially distributed values with mean 1.
#[derive(Clone, Debug)]
pub struct Exponential(Xoshiro256PlusPlus);

impl Exponential {
    /// The sequence with this number; different numbers give independent sequences.
    pub fn seeded(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The next value, not negative.
    #[inline(always)]
    pub fn draw(&mut self) -> f64 {
        Exp1.sample(&mut self.0)
    }
}

//! The random numbers of the peers: one sampler for all of them.
//!
//! It favours the peers. They draw with rand_distr's ziggurat over xoshiro256++, 32 bytes of state and about the
//! fastest generator there is, and mostly all processes of a model share one stream. Tempolane draws with ChaCha8, one
//! stream per process and purpose, so that a change to one process leaves the numbers of the others as they were;
//! that costs it about 4 % more per draw and the memory of a stream per process.

use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::workload::STATIONS;

/// An endless sequence of exponentially distributed values with mean 1.
#[derive(Clone, Debug)]
pub struct Exponential(Xoshiro256PlusPlus);

impl Exponential {
    /// The sequence with this number; different numbers give independent sequences.
    pub fn seeded(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The sequence with this number among those of a run with this seed.
    pub fn stream(seed: u64, number: usize) -> Self {
        Self::seeded(seed * 1000 + number as u64)
    }

    /// The next value, not negative.
    #[inline(always)]
    pub fn draw(&mut self) -> f64 {
        Exp1.sample(&mut self.0)
    }
}

/// An endless sequence of choices among places with weights.
#[derive(Clone, Debug)]
pub struct Routes {
    numbers: Xoshiro256PlusPlus,
    /// The weights up to and with each place.
    up_to: [u32; STATIONS],
}

impl Routes {
    /// The choices that a run with this seed makes by these weights.
    pub fn stream(seed: u64, weights: [u32; STATIONS]) -> Self {
        let mut sum = 0;
        let up_to = weights.map(|weight| {
            sum += weight;
            sum
        });
        Self { numbers: Xoshiro256PlusPlus::seed_from_u64(seed * 1000 + 999), up_to }
    }

    /// The next place.
    #[inline(always)]
    pub fn draw(&mut self) -> usize {
        let number = self.numbers.random_range(0..self.up_to[STATIONS - 1]);
        self.up_to.iter().filter(|up_to| **up_to <= number).count()
    }
}

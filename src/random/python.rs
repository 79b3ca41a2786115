//! The numbers of a Python program: CPython's `random.seed(n)` for a whole
//! number n, then `random.randint(low, high)`.
//!
//! Decides how a seed becomes a generator (the Mersenne Twister of Matsumoto &
//! Nishimura 1998, keyed by the 32-bit digits of the seed's absolute value),
//! how its outputs become integers, and which outputs are kept. Does not keep
//! positions, for the reason given in [`super::Streams`].

use super::sample::SampleError;
use rand_mt::Mt;
use std::collections::BTreeMap;

/// Outputs kept of each seed from the first on (256 KB): going back to these,
/// as a forked run does, costs nothing.
const KEPT: usize = 1 << 16;

/// Later outputs kept of each seed, the last ones. Going back further starts
/// the generator over, so that memory stays bounded however much is drawn.
const WINDOW: usize = 1 << 10;

/// The 32-bit outputs of the generators of CPython's `random`, one for each seed.
///
/// Invariant: an output depends on (seed, position) alone; everything stored
/// is a cache.
#[derive(Debug, Clone, Default)]
pub struct PythonStreams {
    numbers: BTreeMap<i64, u32>,
    outputs: Vec<Outputs>,
}

impl PythonStreams {
    /// No generators yet.
    pub fn new() -> PythonStreams {
        PythonStreams::default()
    }

    /// The number of the stream of `random.seed(seed)`. Equal seeds have one
    /// stream; those who are to share one generator, as the draws of a Python
    /// program do, share their position too.
    ///
    /// # Panics
    /// At 2^32 seeds, which the limits of a scenario exclude.
    pub fn add(&mut self, seed: i64) -> u32 {
        let outputs = &mut self.outputs;
        *self.numbers.entry(seed).or_insert_with(|| {
            outputs.push(Outputs::new(seed));
            u32::try_from(outputs.len() - 1).expect("streams are bounded when a scenario is compiled")
        })
    }

    /// Output number `position` of a stream; moves the position on by one.
    ///
    /// # Panics
    /// If `stream` was not given by [`PythonStreams::add`].
    #[inline]
    pub fn next32(&mut self, stream: u32, position: &mut u64) -> u32 {
        let at = *position;
        *position = at.wrapping_add(1);
        self.outputs[stream as usize].at(at)
    }

    /// `random.randint(low, high)`: an integer from `low` to `high`, both
    /// included, each equally likely. The whole range of `i64` is allowed.
    ///
    /// Draws as CPython does since 3.2: of the width n of the range, as many random bits
    /// as n has; again as long as they make a number of n or more.
    ///
    /// # Errors
    /// [`SampleError::Bounds`] if `low` is above `high`.
    pub fn randint(
        &mut self,
        stream: u32,
        position: &mut u64,
        low: i64,
        high: i64,
    ) -> Result<i64, SampleError> {
        if low > high {
            return Err(SampleError::Bounds);
        }
        let width = (i128::from(high) - i128::from(low) + 1) as u128;
        let bits = u128::BITS - width.leading_zeros();
        loop {
            let offset = self.random_bits(stream, position, bits);
            if offset < width {
                return Ok((i128::from(low) + offset as i128) as i64);
            }
        }
    }

    /// `random.getrandbits(bits)`: whole outputs, the lowest first, of the
    /// last one its top bits.
    fn random_bits(&mut self, stream: u32, position: &mut u64, bits: u32) -> u128 {
        let mut value = 0;
        for shift in (0..bits).step_by(32) {
            let output = self.next32(stream, position) >> 32u32.saturating_sub(bits - shift);
            value |= u128::from(output) << shift;
        }
        value
    }
}

/// The outputs of one seed.
#[derive(Debug, Clone)]
struct Outputs {
    seed: i64,
    generator: Mt,
    /// How many outputs `generator` has given.
    made: u64,
    /// The first of them.
    first: Vec<u32>,
    /// The last of them, number n at n mod [`WINDOW`]; empty as long as `first` holds all.
    last: Vec<u32>,
}

impl Outputs {
    fn new(seed: i64) -> Outputs {
        Outputs { seed, generator: generator(seed), made: 0, first: Vec::new(), last: Vec::new() }
    }

    #[inline]
    fn at(&mut self, position: u64) -> u32 {
        match self.first.get(position as usize) {
            Some(&output) if position < KEPT as u64 => output,
            _ => self.make(position),
        }
    }

    #[cold]
    fn make(&mut self, position: u64) -> u32 {
        if position < self.made.saturating_sub(WINDOW as u64) {
            self.generator = generator(self.seed);
            self.made = 0;
        }
        while self.made <= position {
            let output = self.generator.next_u32();
            if self.made == self.first.len() as u64 && self.first.len() < KEPT {
                self.first.push(output);
            } else if self.made >= KEPT as u64 {
                self.last.resize(WINDOW, 0);
                self.last[self.made as usize % WINDOW] = output;
            }
            self.made += 1;
        }
        if position < KEPT as u64 {
            self.first[position as usize]
        } else {
            self.last[position as usize % WINDOW]
        }
    }
}

/// CPython's `random.seed(seed)`: `init_by_array` over the 32-bit digits of
/// the absolute value, lowest first, of which there is at least one.
fn generator(seed: i64) -> Mt {
    let magnitude = seed.unsigned_abs();
    let digits = [magnitude as u32, (magnitude >> 32) as u32];
    let used = if digits[1] == 0 { 1 } else { 2 };
    Mt::new_with_key(digits.into_iter().take(used))
}

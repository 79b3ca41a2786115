//! W9 by hand: two loops.

use crate::stopwatch::Stopwatch;
use crate::workload::Finished;

/// Runs W9 up to this number.
pub fn arithmetic(numbers: u64) -> Finished {
    let start = Stopwatch::start();
    let mut found = Found::default();
    for number in 1..=numbers {
        found.look_at(number);
    }
    let seconds = start.seconds();
    Finished { count: found.all_steps, seconds, end_time_s: numbers as f64, figure: Some(found.figure()) }
}

/// What was found so far.
#[derive(Default)]
pub struct Found {
    pub all_steps: u64,
    most: u64,
    hardest: u64,
    mean: f64,
}

impl Found {
    /// Goes from this number to 1.
    #[inline(always)]
    pub fn look_at(&mut self, number: u64) {
        let (mut n, mut steps) = (number, 0);
        while n != 1 {
            n = if n.is_multiple_of(2) { n / 2 } else { 3 * n + 1 };
            steps += 1;
            self.mean += (n as f64 - self.mean) * 0.01;
        }
        self.all_steps += steps;
        if steps > self.most {
            (self.most, self.hardest) = (steps, number);
        }
    }

    /// All of it in one figure.
    pub fn figure(&self) -> f64 {
        self.mean + (self.most + self.hardest) as f64
    }
}

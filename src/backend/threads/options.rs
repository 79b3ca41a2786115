//! How to run on threads.

use std::time::Duration;

/// How `work` passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// As a delay does.
    Sleep,
    /// By keeping a core busy until its time is over.
    Spin,
}

/// How to run on threads.
#[derive(Debug, Clone, Copy)]
pub struct ThreadOptions {
    /// The seed of all random streams.
    pub seed: u64,
    /// How many times as fast as the wall's clock the scenario's runs: a finite number above 0.
    pub speed: f64,
    /// How work passes.
    pub work: Work,
    /// How long the run may take by the wall's clock.
    pub timeout: Duration,
}

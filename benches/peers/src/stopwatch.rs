//! The processor time of this process: what a run took of the machine, whoever else wanted it meanwhile.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Runs from its start on.
pub struct Stopwatch(Timespec);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Self {
        Self(clock_gettime(ClockId::ProcessCPUTime))
    }

    /// The seconds of processor time since the start.
    pub fn seconds(&self) -> f64 {
        let now = clock_gettime(ClockId::ProcessCPUTime);
        (now.tv_sec - self.0.tv_sec) as f64 + (now.tv_nsec - self.0.tv_nsec) as f64 * 1e-9
    }
}

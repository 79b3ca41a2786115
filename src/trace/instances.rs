//! Process instances that something is said of: one, or all of a process.

use crate::ids::ProcessId;

/// Consecutive process instances: one, or all of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instances {
    /// The first.
    pub first: ProcessId,
    /// How many.
    pub count: u32,
}

impl Instances {
    /// One process.
    pub const fn one(process: ProcessId) -> Instances {
        Instances { first: process, count: 1 }
    }

    /// Whether `process` is among them.
    pub const fn contains(self, process: ProcessId) -> bool {
        process.0 >= self.first.0 && process.0 - self.first.0 < self.count
    }
}

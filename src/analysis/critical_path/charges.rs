//! What the time of a critical path was spent on.

use super::path::CriticalPath;
use crate::ids::ProcessId;
use crate::trace::{Activity, Header};
use std::collections::BTreeMap;

/// The spans of a path that one process spent in the same way on the same line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Which process.
    pub process: ProcessId,
    /// What it did; `None` between steps.
    pub activity: Option<Activity>,
    /// The line of the scenario on which it stood, if it stood on one.
    pub line: Option<u32>,
    /// How many spans these are.
    pub spans: u64,
    /// Their lengths together, in nanoseconds.
    pub nanos: u64,
}

/// What is charged: a process, what it does, and on which line.
type Account = (ProcessId, Option<Activity>, Option<u32>);

impl CriticalPath {
    /// What its time was spent on, by instance, the most first. The lengths add up to that
    /// of the path.
    pub fn charges(&self, header: &Header) -> Vec<Charge> {
        self.charged(header, |process| process)
    }

    /// What its time was spent on, with the instances of a process taken together under the first of them, the
    /// most first. The lengths add up to that of the path.
    pub fn charges_by_process(&self, header: &Header) -> Vec<Charge> {
        self.charged(header, |process| header.process(process).first)
    }

    fn charged(&self, header: &Header, account: impl Fn(ProcessId) -> ProcessId) -> Vec<Charge> {
        let mut sums: BTreeMap<Account, (u64, u64)> = BTreeMap::new();
        for span in self.spans() {
            let line = header.line(span.op).filter(|_| span.activity.is_some());
            let sum = sums.entry((account(span.process), span.activity, line)).or_default();
            *sum = (sum.0 + 1, sum.1 + span.nanos());
        }
        let charge =
            |((process, activity, line), (spans, nanos))| Charge { process, activity, line, spans, nanos };
        let mut charges: Vec<Charge> = sums.into_iter().map(charge).collect();
        charges.sort_by_key(|charge| std::cmp::Reverse(charge.nanos));
        charges
    }
}

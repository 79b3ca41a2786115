//! Whether a run came out as its scenario says it must.
//!
//! Decides what counts as met: everything exactly, to the nanosecond and the
//! bit. Knows no expressions: what is expected comes as values.

use super::Statistics;
use crate::ids::{ProcessId, ResourceId};
use crate::time::format_nanos;
use crate::trace::{Header, Outcome};
use crate::value::Value;
use std::fmt;

/// What a scenario expects of its run; every part with the scenario line on
/// which it is written (0 where there is no text).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expected {
    /// The outcome's name.
    pub outcome: Option<(String, u32)>,
    /// The total time, in nanoseconds.
    pub total_time: Option<(i64, u32)>,
    /// When processes finish.
    pub finished: Vec<ExpectedFinish>,
    /// What memories hold at the end.
    pub memories: Vec<ExpectedMemory>,
}

/// When a process is expected to finish.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedFinish {
    /// Which process.
    pub process: ProcessId,
    /// When, in nanoseconds.
    pub at: i64,
    /// On which scenario line this is written.
    pub line: u32,
}

/// What a memory is expected to hold at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedMemory {
    /// Which memory.
    pub memory: ResourceId,
    /// The values of its slots, in order.
    pub values: Vec<Value>,
    /// On which scenario line this is written.
    pub line: u32,
}

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedExpectation {
    /// A sentence: what was expected, and what was seen.
    pub message: String,
    /// The scenario line of the expectation; 0 where there is no text.
    pub line: u32,
}

impl fmt::Display for FailedExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

/// What is known about a run when it has ended.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The names.
    pub header: &'a Header,
    /// How it ended.
    pub outcome: &'a Outcome,
    /// Its figures.
    pub statistics: &'a Statistics,
    /// The final content of every memory.
    pub memories: &'a [(ResourceId, Vec<Value>)],
}

/// Every expectation that `seen` does not meet: outcome, total time, finish
/// times, memories.
pub fn failed_expectations(expected: &Expected, seen: Seen) -> Vec<FailedExpectation> {
    let mut failed = Vec::new();
    let mut fail = |line: u32, message: String| failed.push(FailedExpectation { message, line });
    if let Some((outcome, line)) = &expected.outcome
        && outcome != seen.outcome.name()
    {
        fail(*line, format!("expected the outcome {outcome}, but the run ended as {}", seen.outcome.name()));
    }
    if let Some((nanos, line)) = expected.total_time {
        let total = seen.statistics.total_time.as_nanos() as i64;
        if nanos != total {
            let (wanted, got) = (format_nanos(nanos), format_nanos(total));
            fail(line, format!("expected a total time of {wanted}, but it was {got}"));
        }
    }
    for finish in &expected.finished {
        if let Some(message) = finish.failure(seen) {
            fail(finish.line, message);
        }
    }
    for memory in &expected.memories {
        if let Some(message) = memory.failure(seen) {
            fail(memory.line, message);
        }
    }
    failed
}

impl ExpectedFinish {
    fn failure(&self, seen: Seen) -> Option<String> {
        let finished =
            seen.statistics.processes.get(self.process.index()).and_then(|process| process.finished);
        let (name, wanted) = (seen.header.process_name(self.process), format_nanos(self.at));
        match finished {
            Some(at) if at.as_nanos() as i64 == self.at => None,
            Some(at) => Some(format!("expected '{name}' to finish at {wanted}, but it finished at {at}")),
            None => Some(format!("expected '{name}' to finish at {wanted}, but it never finished")),
        }
    }
}

/// How many differing slots a message names.
const SLOTS_SHOWN: usize = 3;

impl ExpectedMemory {
    fn failure(&self, seen: Seen) -> Option<String> {
        let name = seen.header.resource_name(self.memory);
        let Some((_, values)) = seen.memories.iter().find(|(memory, _)| *memory == self.memory) else {
            return Some(format!("expected a content of memory '{name}', but the run gave none"));
        };
        if values.len() != self.values.len() {
            let (wanted, got) = (self.values.len(), values.len());
            return Some(format!("expected memory '{name}' to have {wanted} slots, but it has {got}"));
        }
        let pairs = self.values.iter().zip(values).enumerate();
        // By their bits: -0.0 is not 0.0 here.
        let different =
            pairs.filter(|(_, (wanted, got))| (wanted.ty(), wanted.to_word()) != (got.ty(), got.to_word()));
        let different: Vec<String> = different
            .map(|(slot, (wanted, got))| format!("slot {slot} to be {wanted}, but it is {got}"))
            .collect();
        if different.is_empty() {
            return None;
        }
        let shown = different[..different.len().min(SLOTS_SHOWN)].join("; ");
        let rest = match different.len().saturating_sub(SLOTS_SHOWN) {
            0 => String::new(),
            more => format!("; and {more} more slots differ"),
        };
        Some(format!("expected of memory '{name}' {shown}{rest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, B, C, MEMORY, cut_trace, two_stage_trace};

    fn check(trace: &crate::trace::Trace, expected: &Expected, memory: &[f64]) -> Vec<String> {
        let statistics = trace.statistics();
        let memories = [(MEMORY, memory.iter().copied().map(Value::Float).collect())];
        let (header, outcome) = (&trace.header, &trace.outcome);
        let seen = Seen { header, outcome, statistics: &statistics, memories: &memories };
        failed_expectations(expected, seen).iter().map(ToString::to_string).collect()
    }

    fn expected() -> Expected {
        let values = [1.0, 2.0].map(Value::Float).to_vec();
        Expected {
            outcome: Some(("completed".to_owned(), 40)),
            total_time: Some((8_000_000_000, 41)),
            finished: vec![
                ExpectedFinish { process: B, at: 8_000_000_000, line: 43 },
                ExpectedFinish { process: C, at: 5_000_000_000, line: 44 },
            ],
            memories: vec![ExpectedMemory { memory: MEMORY, values, line: 0 }],
        }
    }

    #[test]
    fn what_came_out_as_expected_is_no_finding() {
        assert!(check(&two_stage_trace(), &expected(), &[1.0, 2.0]).is_empty());
        assert!(check(&cut_trace(), &Expected::default(), &[]).is_empty());
    }

    #[test]
    fn each_failure_is_a_sentence_with_its_line() {
        assert_eq!(
            check(&cut_trace(), &expected(), &[1.0, -2.0]),
            [
                "line 40: expected the outcome completed, but the run ended as horizon",
                "line 41: expected a total time of 8s, but it was 4s",
                "line 43: expected 'b' to finish at 8s, but it never finished",
                "line 44: expected 'c[0]' to finish at 5s, but it never finished",
                "expected of memory 'd[0]' slot 1 to be 2.0, but it is -2.0",
            ]
        );
        let early = Expected {
            finished: vec![ExpectedFinish { process: A, at: 1_500_000_000, line: 7 }],
            ..Expected::default()
        };
        assert_eq!(
            check(&two_stage_trace(), &early, &[]),
            ["line 7: expected 'a' to finish at 1.5s, but it finished at 2s"]
        );
        let memories = vec![ExpectedMemory { memory: MEMORY, values: vec![Value::Float(0.0); 5], line: 9 }];
        let content = Expected { memories, ..Expected::default() };
        assert_eq!(
            check(&two_stage_trace(), &content, &[1.0; 5]),
            ["line 9: expected of memory 'd[0]' slot 0 to be 0.0, but it is 1.0; slot 1 to be 0.0, but it \
              is 1.0; slot 2 to be 0.0, but it is 1.0; and 2 more slots differ"]
        );
        assert_eq!(
            check(&two_stage_trace(), &content, &[1.0]),
            ["line 9: expected memory 'd[0]' to have 5 slots, but it has 1"]
        );
    }
}

//! What a run has done at its end, whenever: so that a change that saves time by doing less is not
//! taken for one that helps.

use super::subject::Subject;
use super::version::Version;
use crate::analysis::{Monitors, ProcessStatistics, StatisticsSink, Watch};
use crate::ids::ResourceId;
use crate::time::format_nanos;
use crate::trace::Header;
use crate::value::Value;

/// What one run has done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DoneWork {
    /// The expectations, but for those of times, that it does not meet: their lines, and what was seen.
    unmet: Vec<(u32, String)>,
    /// By memory, its name and what is left in it, but for durations.
    memories: Vec<(String, Vec<Value>)>,
    /// By mark, its name and how often it was passed.
    marks: Vec<(String, u64)>,
    /// How long all processes together worked, in nanoseconds; how long they let time pass if nobody works.
    busy: u128,
}

impl DoneWork {
    /// How a run with this work differs from one with `other`, in words that begin with a verb; `None` if it
    /// does not.
    pub(super) fn difference(&self, other: &DoneWork) -> Option<String> {
        let is_new = |&&(line, _): &&(u32, String)| !self.unmet.iter().any(|&(known, _)| known == line);
        if let Some((line, message)) = other.unmet.iter().find(is_new) {
            return Some(format!("breaks line {line}: {message}"));
        }
        let pairs = self.memories.iter().zip(&other.memories);
        if let Some(((name, before), (_, after))) = pairs.into_iter().find(|(before, after)| before != after)
        {
            return Some(match (before.as_slice(), after.as_slice()) {
                ([before], [after]) => format!("leaves {after} in '{name}' instead of {before}"),
                _ => format!("leaves other values in '{name}'"),
            });
        }
        let pairs = self.marks.iter().zip(&other.marks);
        if let Some(((name, before), (_, after))) = pairs.into_iter().find(|(before, after)| before != after)
        {
            return Some(format!("passes mark '{name}' {after} times instead of {before}"));
        }
        let told = |nanos| format_nanos(i64::try_from(nanos).unwrap_or(i64::MAX));
        (other.busy < self.busy)
            .then(|| format!("does {} of work instead of {}", told(other.busy), told(self.busy)))
    }
}

impl Subject<'_> {
    /// What the run of a version in which nothing is drawn has done; `None` if it cannot be run, or leads much
    /// further than the scenario.
    pub(super) fn done_work(&self, version: &Version<'_>) -> Option<DoneWork> {
        let (program, header) = self.bound(version)?;
        let monitors = Monitors::untimed(&version.scenario.model.expect, &header);
        let mut sink = (StatisticsSink::with_log_cap(&header, 0), Watch::new(&monitors, &header));
        let (ended, machine) = self.run_once(&program, &mut sink)?;
        let memories = machine.memories(&program);
        let unmet = sink.1.finish(&ended.outcome, ended.end, &memories);
        let statistics = sink.0.finish(ended.end);
        let sum = |time: fn(&ProcessStatistics) -> u64| {
            statistics.processes.iter().map(|process| u128::from(time(process))).sum::<u128>()
        };
        let worked = sum(|process| process.running);
        Some(DoneWork {
            unmet: unmet.into_iter().map(|failed| (failed.line, failed.message)).collect(),
            memories: memories
                .into_iter()
                .filter_map(|(id, values)| values_of(&header, id, values))
                .collect(),
            marks: header
                .marks
                .iter()
                .zip(&statistics.marks)
                .map(|(mark, passed)| (mark.name.clone(), passed.count))
                .collect(),
            busy: if worked > 0 { worked } else { sum(|process| process.delayed) },
        })
    }
}

/// A memory by its name, unless it holds durations: those are others where a run takes another time.
fn values_of(header: &Header, id: ResourceId, values: Vec<Value>) -> Option<(String, Vec<Value>)> {
    let are_durations = matches!(values.first(), Some(Value::Duration(_)));
    (!are_durations).then(|| (header.resource_name(id), values))
}

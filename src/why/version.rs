//! A scenario with things changed, and what its runs come to.

use crate::scenario::{Changed, Factor, FactorLevel, LoadedScenario, changed};
use crate::sweep::Estimate;
use crate::value::Value;
use std::borrow::Cow;

/// A scenario with things changed.
#[derive(Debug, Clone)]
pub struct Version<'s> {
    /// The text of it.
    pub scenario: Cow<'s, LoadedScenario>,
    /// The parameters with other values.
    pub set: Vec<(String, Value)>,
}

/// A line of a scenario that is another in a changed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its number, from 1.
    pub line: u32,
    /// As it is.
    pub before: String,
    /// As it becomes; more than one line where one was added.
    pub after: String,
}

/// What the runs of a version come to.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionRuns {
    /// By replication, the figure; `None` where the run has none.
    pub values: Vec<Option<f64>>,
    /// How the first of them ended that did not end as it should; else how the first ended.
    pub outcome: &'static str,
}

impl<'s> Version<'s> {
    /// The scenario as it is.
    pub fn unchanged(scenario: &'s LoadedScenario) -> Version<'s> {
        Version { scenario: Cow::Borrowed(scenario), set: Vec::new() }
    }

    /// With a factor at another level; `None` if there is no such scenario. `settings`
    /// are those with which it was loaded.
    pub fn with(
        &self,
        settings: &[(String, String)],
        factor: &Factor,
        level: FactorLevel,
    ) -> Option<Version<'s>> {
        let mut version = self.clone();
        match changed(&self.scenario, settings, factor, level)? {
            Changed::Setting(name, value) => version.set.push((name, value)),
            Changed::Text(scenario) => version.scenario = Cow::Owned(*scenario),
        }
        Some(version)
    }

    /// The lines of `before` that are others in it.
    pub fn edits(&self, before: &LoadedScenario) -> Vec<Edit> {
        if matches!(self.scenario, Cow::Borrowed(_)) {
            return Vec::new();
        }
        let (old, new): (Vec<&str>, Vec<&str>) =
            (before.source.text.lines().collect(), self.scenario.source.text.lines().collect());
        // Lines are changed one for one, or one is added.
        let added = new.len().saturating_sub(old.len());
        let mut edits = Vec::new();
        let mut shift = 0;
        for (at, line) in old.iter().enumerate() {
            let Some(other) = new.get(at + shift) else { break };
            if line == other {
                continue;
            }
            let after = if added > shift && new.get(at + shift + added) == Some(line) {
                shift += added;
                new[at..=at + shift].join("\n")
            } else {
                (*other).to_owned()
            };
            edits.push(Edit { line: at as u32 + 1, before: (*line).to_owned(), after });
        }
        edits
    }
}

impl VersionRuns {
    /// The mean of the figure.
    pub fn estimate(&self) -> Estimate {
        let mut estimate = Estimate::default();
        self.values.iter().flatten().for_each(|value| estimate.add(*value));
        estimate
    }

    /// By how much `other` is less, in pairs of replications.
    pub fn saved_by(&self, other: &VersionRuns) -> Estimate {
        let mut estimate = Estimate::default();
        for (before, after) in self.values.iter().zip(&other.values) {
            if let (Some(before), Some(after)) = (before, after) {
                estimate.add(before - after);
            }
        }
        estimate
    }

    /// Whether each run came to a regular end and has the figure.
    pub fn is_whole(&self) -> bool {
        matches!(self.outcome, "completed" | "horizon") && self.values.iter().all(Option::is_some)
    }
}

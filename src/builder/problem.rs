//! What is wrong with a scenario made in code, and where.

use super::source_map::{Place, SourceMap, shown};
use super::written::Setting;
use crate::scenario::{Diagnostic, Diagnostics};
use std::fmt;

/// Everything that is wrong with a scenario made in code; at least one thing.
#[derive(Clone)]
pub struct Problems {
    scenario: String,
    /// In the order of the scenario.
    pub items: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(super) place: Option<Place>,
    /// The step or declaration, as the language has it.
    pub(super) line: String,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    pub(super) fn of(message: String) -> Problem {
        Problem { place: None, line: String::new(), message, hint: None }
    }

    fn found(source_map: &SourceMap, settings: &[Setting], item: &Diagnostic) -> Problem {
        let message = source_map.in_code(&item.message);
        let hint = item.hint.as_ref().map(|hint| source_map.in_code(hint));
        match &item.origin {
            // It is about a value that was set, and shows it.
            Some(origin) => {
                let set = settings.iter().find(|set| origin.text == format!("{}={}", set.name, set.value));
                let place = set.map(|set| Place::in_code(format!("`set` of {}", shown(&set.name)), set.at));
                Problem { place, line: origin.text.clone(), message, hint }
            }
            None => {
                let line = source_map.source.line(item.site.line).unwrap_or_default().trim().to_owned();
                Problem { place: source_map.place_at(item.site), line, message, hint }
            }
        }
    }

    /// Where: `step 3 of process 'loader' (tests/lab.rs:12)`. A step inside
    /// another is `3.1`, one behind its `else` is `3.else.1`. In a
    /// [text](super::Scenario::from_yaml) the line and the column: `lab.yaml:12:9`.
    pub fn place(&self) -> String {
        self.place.as_ref().map_or_else(|| "the scenario".to_owned(), Place::to_string)
    }
}

impl Problems {
    pub(super) fn one(scenario: &str, problem: Problem) -> Problems {
        Problems::of(scenario, vec![problem])
    }

    pub(super) fn of(scenario: &str, items: Vec<Problem>) -> Problems {
        Problems { scenario: scenario.to_owned(), items }
    }

    pub(super) fn found(
        scenario: &str,
        source_map: &SourceMap,
        settings: &[Setting],
        diagnostics: &Diagnostics,
    ) -> Problems {
        let items = diagnostics.items.iter().map(|item| Problem::found(source_map, settings, item)).collect();
        Problems::of(scenario, items)
    }
}

/// As it is displayed, so that `unwrap` and `expect` tell all of it.
impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_expected = |item: &Problem| item.place.as_ref().is_some_and(Place::is_expectation);
        match self.items.iter().all(is_expected) {
            true => write!(f, "what is expected of '{}' is wrong:", self.scenario)?,
            false => write!(f, "the scenario '{}' cannot run:", self.scenario)?,
        }
        for problem in &self.items {
            write!(f, "\n  {}: {}", problem.place(), problem.message)?;
            if !problem.line.is_empty() {
                write!(f, "\n      {}", problem.line)?;
            }
            if let Some(hint) = &problem.hint {
                let is_in_file = problem.place.as_ref().is_some_and(|place| place.is_in_file);
                let words = if is_in_file { "" } else { ", in the words of a file" };
                write!(f, "\n      hint{words}: {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

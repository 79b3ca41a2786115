//! What is wrong with a scenario made in code, and where.

use super::source_map::{Place, SourceMap};
use crate::scenario::{Diagnostic, Diagnostics};
use std::fmt;

/// Everything that is wrong with a scenario made in code; at least one thing.
#[derive(Debug, Clone)]
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

    fn found(source_map: &SourceMap, item: &Diagnostic) -> Problem {
        let (message, hint) = (item.message.clone(), item.hint.clone());
        match &item.origin {
            // It is about a value that was set, and shows it.
            Some(origin) => Problem { place: None, line: origin.text.clone(), message, hint },
            None => {
                let line =
                    (item.site.line as usize).checked_sub(1).and_then(|at| source_map.text.lines().nth(at));
                let line = line.unwrap_or_default().trim().to_owned();
                Problem { place: source_map.place(item.site.line).cloned(), line, message, hint }
            }
        }
    }

    /// Where: `step 3 of process 'loader' (tests/lab.rs:12)`. A step inside
    /// another is `3.1`, one behind its `else` is `3.else.1`.
    pub fn place(&self) -> String {
        self.place.as_ref().map_or_else(|| "the scenario".to_owned(), Place::to_string)
    }
}

impl Problems {
    pub(super) fn one(scenario: &str, problem: Problem) -> Problems {
        Problems { scenario: scenario.to_owned(), items: vec![problem] }
    }

    pub(super) fn found(scenario: &str, source_map: &SourceMap, diagnostics: &Diagnostics) -> Problems {
        let items = diagnostics.items.iter().map(|item| Problem::found(source_map, item)).collect();
        Problems { scenario: scenario.to_owned(), items }
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
                write!(f, "\n      hint, in the words of a file: {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

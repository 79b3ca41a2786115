//! One scenario as a test.
//!
//! Decides what passes: the run meets what is expected, has no finding that is
//! not expected, and its schedule is that of the file beside it, if there is one.

use super::snapshot::{self, Snapshot};
use crate::cli::execute::execute_into;
use crate::cli::failure::Failure;
use crate::cli::failure_windows;
use crate::cli::inputs::Loaded;
use crate::cli::report::{Finished, failure_told, told};
use crate::render::StepsSink;
use crate::scenario::LoadError;
use crate::trace::Claim;
use std::path::Path;

/// A scenario that was tested.
pub struct Case<'a> {
    pub name: &'a str,
    pub path: &'a Path,
    pub verdict: CaseVerdict<'a>,
}

/// What came of it.
pub enum CaseVerdict<'a> {
    /// It could not be run.
    Invalid(&'a LoadError),
    /// It was run.
    Ran(Box<Ran>),
}

/// A test that was run.
pub struct Ran {
    pub finished: Finished,
    /// What is wrong; nothing if it passed.
    pub troubles: Vec<CaseTrouble>,
    /// Whether it expects nothing, so that only a finding can fail it.
    pub expects_nothing: bool,
    /// What became of its snapshot, in a word or two; empty if there is none.
    pub note: String,
}

/// A reason why a test failed.
pub struct CaseTrouble {
    /// One sentence.
    pub message: String,
    /// The scenario line that it is about; 0 where there is none.
    pub line: u32,
    /// More lines, such as a timeline; may be empty.
    pub detail: String,
}

impl<'a> Case<'a> {
    /// Runs a scenario, and writes its snapshot if `update`.
    ///
    /// # Errors
    /// If the user stops it, or a snapshot cannot be read or written.
    pub fn run(
        name: &'a str,
        path: &'a Path,
        attempt: &'a Result<Loaded, LoadError>,
        update: bool,
    ) -> Result<Case<'a>, Failure> {
        let verdict = match attempt {
            Ok(loaded) => CaseVerdict::Ran(Box::new(test(loaded, update)?)),
            Err(error) => CaseVerdict::Invalid(error),
        };
        Ok(Case { name, path, verdict })
    }

    /// Without what is told of each test only once, and not at the end: of many
    /// tests that would be too much.
    pub fn told(mut self) -> Case<'a> {
        if let CaseVerdict::Ran(ran) = &mut self.verdict {
            ran.finished.statistics.log = Vec::new();
            ran.finished.memories = Vec::new();
        }
        self
    }

    /// Whether it was run and did not pass.
    pub fn failed(&self) -> bool {
        matches!(&self.verdict, CaseVerdict::Ran(ran) if !ran.troubles.is_empty())
    }
}

fn test(loaded: &Loaded, update: bool) -> Result<Ran, Failure> {
    let header = loaded.program()?.header(loaded.scenario.model.seed);
    let mut steps = StepsSink::new(&header, snapshot::MOST_LINES);
    let mut finished = execute_into(loaded, &mut steps)?;
    let expected = &loaded.scenario.model.expect;
    let is_checked = !expected.is_empty() && finished.unchecked.is_empty();
    let mut troubles = findings(loaded, &finished);
    failure_windows::draw(Some(loaded), &mut finished)?;
    for (place, failed) in finished.failed.iter().enumerate() {
        let detail = finished.windows.get(place).cloned().unwrap_or_default();
        troubles.push(CaseTrouble { message: failed.message.clone(), line: failed.line, detail });
    }
    let schedule = steps.finish(&finished.outcome, finished.end, &finished.fingerprint);
    let mut note = String::new();
    if finished.unchecked.is_empty() {
        match snapshot::compare(&loaded.path, schedule.as_deref(), update && troubles.is_empty())? {
            Snapshot::None => {}
            Snapshot::Told(told) => note = told,
            Snapshot::Differs { message, detail } => troubles.push(CaseTrouble { message, line: 0, detail }),
        }
    } else {
        note = format!("expect not checked: {} set", finished.unchecked.join(", "));
    }
    Ok(Ran { finished, troubles, expects_nothing: !is_checked, note })
}

/// A deadlock, a fault or a limit that the scenario does not expect, with all
/// that is known about it.
fn findings(loaded: &Loaded, finished: &Finished) -> Vec<CaseTrouble> {
    let detail = told(finished);
    let mut claims = loaded.scenario.model.expect.expectations.iter().map(|expectation| &expectation.claim);
    let outcome = finished.outcome.name();
    if detail.is_empty() || claims.any(|claim| *claim == Claim::Outcome(outcome.to_owned())) {
        return Vec::new();
    }
    let message = format!("the run ended as {outcome} at {}, which is not expected", finished.end);
    vec![CaseTrouble { message, line: 0, detail }]
}

impl CaseTrouble {
    /// The message and what belongs to it, each line indented.
    pub fn told(&self, file: &str) -> String {
        failure_told(file, self.line, &self.message, &self.detail)
    }
}

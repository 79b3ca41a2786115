//! What the reports of searches are about, and how they call a point.

use super::arguments::SearchPlan;
use crate::cli::inputs::Loaded;
use crate::cli::sweep::{command_of_run, settings};
use crate::sweep::{Plan, Trial};
use crate::value::Value;
use serde_json::{Map, Value as Json};

/// What reports are about.
pub struct Told<'t> {
    pub loaded: &'t Loaded,
    pub plan: &'t Plan<'t>,
    pub search: &'t SearchPlan<'t>,
}

impl Told<'_> {
    /// `room=4, chunk=1`.
    pub fn settings(&self, trial: &Trial) -> String {
        settings(self.plan, &trial.point.varied, ", ")
    }

    /// The command that shows a run of a point.
    pub fn command(&self, trial: &Trial) -> String {
        command_of_run(self.loaded, self.plan, &trial.point.varied, 0)
    }

    /// The varied values of a point for programs.
    pub fn point(&self, trial: &Trial) -> Json {
        let varied = self.plan.design().names().zip(&trial.point.varied);
        let entry = |(name, value): (&str, &Value)| (name.to_owned(), value.to_json());
        Json::Object(varied.map(entry).collect::<Map<_, _>>())
    }
}

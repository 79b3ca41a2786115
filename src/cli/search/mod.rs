//! `tempolane search`: the best values of parameters, or the smallest that will do.

mod arguments;
mod best;
mod first;

pub use arguments::SearchArguments;

use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_one};
use super::interrupt;
use super::progress::ProgressLine;
use super::sweep::{processors, settings};
use crate::figure::counted;
use crate::sweep::{Execution, NoRows, Plan, Trial, Trials, optimum, threshold};
use crate::value::Value;
use arguments::Search;
use serde_json::{Map, Value as Json};
use std::cell::RefCell;

pub fn run(arguments: &SearchArguments) -> Result<Exit, Failure> {
    let loaded = load_one(&arguments.file, &arguments.settings)?;
    let search = arguments.read(&loaded)?;
    interrupt::watch();
    let progress = RefCell::new(Some(ProgressLine::new(&loaded.label)));
    let mut tell = |runs: u64| {
        if let Some(progress) = progress.borrow_mut().as_mut() {
            progress.say(|seconds| told_progress(runs, seconds));
        }
    };
    let workers = arguments.workers.unwrap_or_else(processors);
    let execution = Execution::new(&search.plan, workers);
    let mut trials = Trials::new(execution, &search.question, &interrupt::requested, &mut tell);
    if arguments.find.is_some() {
        let rules = search.rules;
        let mut judge = |place| trials.judge(place, crate::sweep::FIRST_STAGE, rules.most, rules.confidence);
        let found = threshold(search.plan.points(), &mut judge).map_err(failure)?;
        progress.take();
        return first::tell(&told(&loaded, &search), &trials, &found, arguments);
    }
    let lengths: Vec<u64> = search.plan.design().axes().map(|axis| axis.values.len() as u64).collect();
    let found = optimum(&mut trials, &lengths, arguments.max_points, search.rules).map_err(failure)?;
    progress.take();
    best::tell(&told(&loaded, &search), &trials, &found, arguments)
}

fn told_progress(runs: u64, seconds: f64) -> String {
    format!("{} runs, {:.0} a second", counted(runs), runs as f64 / seconds)
}

fn failure(why: NoRows) -> Failure {
    match why {
        NoRows::Interrupted => Failure { exit: Exit::Interrupted, message: "interrupted".to_owned() },
        NoRows::Invalid(why) => Failure::usage(format!("{why}; leave such points out with --where")),
    }
}

/// What reports are about.
struct Told<'t> {
    loaded: &'t Loaded,
    plan: &'t Plan<'t>,
    search: &'t Search<'t>,
}

fn told<'t>(loaded: &'t Loaded, search: &'t Search<'t>) -> Told<'t> {
    Told { loaded, plan: &search.plan, search }
}

impl Told<'_> {
    /// `room=4, chunk=1`.
    fn settings(&self, trial: &Trial) -> String {
        settings(self.plan, &trial.point.varied, ", ")
    }

    /// The command that shows a run of a point.
    fn command(&self, trial: &Trial) -> String {
        super::sweep::run_command(self.loaded, self.plan, &trial.point.varied, 0)
    }

    /// The varied values of a point for programs.
    fn point(&self, trial: &Trial) -> Json {
        let varied = self.plan.design().names().zip(&trial.point.varied);
        let entry = |(name, value): (&str, &Value)| (name.to_owned(), value.to_json());
        Json::Object(varied.map(entry).collect::<Map<_, _>>())
    }
}

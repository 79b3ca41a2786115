//! `tempolane search`: the best values of parameters, or the smallest that will do.

mod arguments;
mod best;
mod first;
mod told;

pub use arguments::SearchArguments;

use super::failure::{Exit, Failure};
use super::inputs::load_one;
use super::interrupt;
use super::progress::ProgressLine;
use super::sweep::processors;
use crate::figure::counted;
use crate::sweep::{Execution, NoRows, Trials, optimum, threshold};
use std::cell::RefCell;
use told::Told;

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
    let told = Told { loaded: &loaded, plan: &search.plan, search: &search };
    let mut trials = Trials::new(execution, &search.question, &interrupt::requested, &mut tell);
    if arguments.find.is_some() {
        let rules = search.rules;
        let mut judge = |place| trials.judge(place, crate::sweep::FIRST_STAGE, rules.most, rules.confidence);
        let found = threshold(search.plan.points(), &mut judge).map_err(failure)?;
        progress.take();
        return first::tell(&told, &trials, &found, arguments);
    }
    let lengths: Vec<u64> = search.plan.design().lengths().collect();
    let found = optimum(&mut trials, &lengths, arguments.max_points, search.rules).map_err(failure)?;
    progress.take();
    best::tell(&told, &trials, &found, arguments)
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

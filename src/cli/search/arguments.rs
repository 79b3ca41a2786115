//! What is searched for, as it is asked on the command line.
//!
//! Decides the options, and that all that is wrong with them is told in one go.

use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::options::{Format, parse_setting};
use crate::cli::variations::Variations;
use crate::cli::whole_number::whole;
use crate::sweep::{Axis, Design, Figures, Indifference, Plan, Question, SelectionRules, constant};
use crate::value::{Type, Value};
use clap::{ArgGroup, Args};
use std::path::PathBuf;

/// Find the values of parameters that make a figure best, or from which on a condition holds
///
/// With --minimize or --maximize, the best of all combinations of the values of --vary for which
/// every --subject-to holds. Where random numbers are drawn, points are run until the best is found
/// with the probability --confidence, unless it is within the --indifference of another one (Kim
/// and Nelson's procedure, with common random numbers); what that many replications do not tell
/// apart is said to be so, and the chosen point is run again with other random numbers.
///
/// With --find, the smallest value of one parameter for which --such-that holds, by bisection, with
/// all that was tried.
///
/// Expressions are over parameters and figures: total_time, response.p95 or p95(response),
/// resources.cpu.utilization and other paths of `run --format json`, and outcome (completed, horizon,
/// deadlock, fault or limit).
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("wanted").required(true).args(["minimize", "maximize", "find"])))]
pub struct SearchArguments {
    /// The scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set a parameter for all runs; may be repeated for other parameters
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub settings: Vec<(String, String)>,
    /// Make this as small as possible, as total_time or 'p95(latency) + workers * 2ms'
    #[arg(long, value_name = "EXPR")]
    pub minimize: Option<String>,
    /// Make this as large as possible
    #[arg(long, value_name = "EXPR")]
    pub maximize: Option<String>,
    /// Find the smallest value of this parameter, an integer or a duration
    #[arg(long, value_name = "NAME", requires = "such_that")]
    pub find: Option<String>,
    /// For which this holds, as 'outcome == completed'
    #[arg(long, value_name = "CONDITION", requires = "find")]
    pub such_that: Option<String>,
    /// The largest value, and not the smallest
    #[arg(long, requires = "find")]
    pub largest: bool,
    /// Values of a parameter, as of `sweep`: room=1..16, workers=1,2,4; may be repeated
    #[arg(long, value_name = "NAME=VALUES", required = true)]
    pub vary: Vec<String>,
    /// All parameters of --vary change together, from one point to the next
    #[arg(long, conflicts_with = "find")]
    pub zip: bool,
    /// Only points for which this holds of the parameters, as 'room >= workers'; may be repeated
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// Only points for which this holds of their runs, as 'p95(latency) <= 200ms'; may be repeated
    #[arg(long, value_name = "CONDITION", conflicts_with = "find")]
    pub subject_to: Vec<String>,
    /// Differences that do not matter: a share of the best, as 1%, or a number or time, as 10ms
    #[arg(long, value_name = "DIFFERENCE", default_value = "1%", conflicts_with = "find")]
    pub indifference: String,
    /// How sure an answer is to be where random numbers are drawn
    #[arg(long, value_name = "PERCENT", default_value = "95%", value_parser = percent)]
    pub confidence: f64,
    /// The most runs of one point where random numbers are drawn
    #[arg(long, value_name = "N", default_value = "1000", value_parser = whole::<u64>(2, 1_000_000))]
    pub replications: u64,
    /// The most points that are run; of a larger grid those that look best (1000 at most where random
    /// numbers are drawn)
    #[arg(long, value_name = "N", default_value = "100000", value_parser = whole::<u64>(1, 1_000_000))]
    pub max_points: u64,
    /// The seed of all random streams [default: the scenario's, or 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u64>(0, u64::MAX))]
    pub seed: Option<u64>,
    /// Threads [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1, 1024))]
    pub workers: Option<usize>,
    /// How many points the tables show
    #[arg(long, value_name = "N", default_value = "10", value_parser = whole::<usize>(1, 100_000))]
    pub top: usize,
    /// How to print results; JSON is one object
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// What is to be run, and what is asked of it.
pub struct SearchPlan<'s> {
    pub plan: Plan<'s>,
    pub question: Question,
    pub rules: SelectionRules,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim().parse::<f64>().ok();
    let share = number.filter(|percent| (50.0..100.0).contains(percent)).map(|percent| percent / 100.0);
    share.ok_or_else(|| "expected a percentage from 50% to below 100%, such as 95%".to_owned())
}

impl SearchArguments {
    /// Reads all of it for this scenario.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read<'s>(&self, loaded: &'s Loaded) -> Result<SearchPlan<'s>, Failure> {
        let mut problems = Vec::new();
        let design = self.design(loaded, &mut problems);
        let mut figures = Figures::new(&loaded.scenario).map_err(Failure::usage)?;
        let question = self.question(&mut figures, &mut problems);
        let ty = question.objective.as_ref().map_or(Type::Float, |objective| objective.ty());
        let indifference = indifference(&self.indifference, ty);
        problems.extend(indifference.as_ref().err().cloned());
        let (Some(design), Ok(indifference), true) = (design, indifference, problems.is_empty()) else {
            return Err(Failure::problems(problems));
        };
        let mut names = figures.names();
        if names.is_empty() {
            names.push("total_time");
        }
        let plan = Plan::new(&loaded.scenario, design, &names).map_err(Failure::usage)?;
        let seed = self.seed.unwrap_or(loaded.scenario.model.seed);
        let rules = SelectionRules { indifference, confidence: self.confidence, most: self.replications };
        Ok(SearchPlan { plan: plan.replicate(self.replications, seed), question, rules })
    }

    fn question(&self, figures: &mut Figures<'_>, problems: &mut Vec<String>) -> Question {
        let mut question =
            Question { objective: None, maximize: self.maximize.is_some(), conditions: Vec::new() };
        let wanted = [("--minimize", &self.minimize), ("--maximize", &self.maximize)];
        for (option, text) in wanted.into_iter().filter_map(|(option, text)| Some((option, text.as_ref()?))) {
            match figures.number(option, text) {
                Ok(objective) => question.objective = Some(objective),
                Err(problem) => problems.push(problem),
            }
        }
        let constraints = self.subject_to.iter().map(|text| ("--subject-to", text));
        for (option, text) in constraints.chain(self.such_that.iter().map(|text| ("--such-that", text))) {
            match figures.conditions(option, text) {
                Ok(conditions) => question.conditions.extend(conditions),
                Err(problem) => problems.push(problem),
            }
        }
        question
    }

    fn design(&self, loaded: &Loaded, problems: &mut Vec<String>) -> Option<Design> {
        let model = &loaded.scenario.model;
        let axis = |text: &String| Axis::read(model, text).and_then(|axis| self.found(axis));
        let mut variations = Variations::of(loaded);
        variations.vary(self.vary.iter().map(axis), self.zip);
        variations.only_where(&self.conditions);
        variations.design(problems)
    }

    /// The values in the order in which they are tried, if one of them is to be found.
    fn found(&self, mut axis: Axis) -> Result<Axis, String> {
        let Some(name) = &self.find else { return Ok(axis) };
        if axis.name != *name {
            return Err(format!(
                "--find {name} varies '{name}' alone; set '{}' with --set, or leave it out",
                axis.name
            ));
        }
        let whole = |value: &Value| match value {
            Value::Int(number) | Value::Duration(number) => Some(*number),
            _ => None,
        };
        if axis.values.iter().any(|value| whole(value).is_none()) {
            return Err(format!("--find {name}: '{name}' is neither an integer nor a duration"));
        }
        axis.values.sort_by_key(|value| whole(value).unwrap_or_default());
        if self.largest {
            axis.values.reverse();
        }
        Ok(axis)
    }
}

/// `1%`, or a number of the objective's type.
fn indifference(text: &str, ty: Type) -> Result<Indifference, String> {
    let wrong = |why: &str| format!("--indifference {text}: {why}");
    if let Some(percent) = text.trim().strip_suffix('%') {
        let share = percent.trim().parse::<f64>().ok().filter(|percent| (0.0..100.0).contains(percent));
        let share = share.ok_or_else(|| wrong("expected a percentage from 0% to below 100%"))?;
        return Ok(Indifference::Share(share / 100.0));
    }
    let ty = if ty == Type::Duration { ty } else { Type::Float };
    let number = match constant(text, ty).map_err(|why| wrong(&why))? {
        Value::Int(number) | Value::Duration(number) => number as f64,
        other => other.as_f64(),
    };
    if number < 0.0 { Err(wrong("it is below 0")) } else { Ok(Indifference::Absolute(number)) }
}

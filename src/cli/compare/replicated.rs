//! `tempolane compare --replications`: scenarios that draw random numbers, side by side.
//!
//! Decides that they are compared in pairs: replication r of each has the same random
//! numbers wherever processes have the same names (common random numbers). The
//! intervals of all differences together are as sure as [`LEVEL`] (Bonferroni). Where a
//! horizon cuts runs, their total times are not compared: they say when the run was
//! stopped, and not how long it takes.

use crate::analysis::FigureRequest;
use crate::cli::console::{self, printable};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::cli::options::Format;
use crate::cli::progress::ProgressLine;
use crate::cli::report::{counted, interval, on_one_line, section, so_many, table};
use crate::cli::sweep::{command_of_run, processors};
use crate::figure::counted as grouped;
use crate::sweep::{Design, Ended, Estimate, Execution, Plan};
use crate::trace::Outcome;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::ControlFlow;

/// The place of the total time among the figures.
const TOTAL_TIME: usize = 0;
/// The probability with which an interval has the true mean in it.
const LEVEL: f64 = 0.95;

/// How scenarios are replicated and told.
pub struct Replication<'a> {
    /// How often each is run.
    pub replications: u64,
    /// The seed of all, if it is not that of each scenario.
    pub seed: Option<u64>,
    /// What is compared besides the total time.
    pub figures: &'a [String],
    pub format: Format,
}

/// The runs of one scenario.
struct Replicated<'s> {
    loaded: &'s Loaded,
    plan: Plan<'s>,
    /// By replication and figure; `None` where a run has none.
    numbers: Vec<Vec<Option<f64>>>,
    outcomes: BTreeMap<&'static str, u64>,
    /// The first replication that ended in a deadlock, a fault or at a limit, and how.
    finding: Option<(u64, &'static str)>,
}

/// Runs all replications of each scenario and says which is faster, and how sure that is.
///
/// # Errors
/// If a scenario cannot be run, or the user stops it.
pub fn run(loaded: &[Loaded], how: &Replication<'_>) -> Result<Exit, Failure> {
    let runs = loaded.iter().map(|loaded| replicate(loaded, how));
    let runs: Vec<Replicated<'_>> = runs.collect::<Result<_, Failure>>()?;
    match how.format {
        Format::Json => {
            for run in &runs {
                console::print(&on_one_line(&object(run, &runs)))?;
            }
        }
        Format::Text => console::print(&text(&runs, how.replications))?,
    }
    Ok(if runs.iter().any(|run| run.finding.is_some()) { Exit::Finding } else { Exit::Fine })
}

fn replicate<'s>(loaded: &'s Loaded, how: &Replication<'_>) -> Result<Replicated<'s>, Failure> {
    let design = Design::of_loaded(&loaded.scenario, &loaded.settings);
    let others = how.figures.iter().map(|path| path.trim());
    let others = others.filter(|path| !["total_time", "total_time_ns"].contains(path));
    let figures: Vec<&str> = std::iter::once("total_time").chain(others).collect();
    let plan = Plan::new(&loaded.scenario, design, &figures)
        .map_err(|why| Failure::usage(format!("{}: {why}", printable(&loaded.label))))?;
    let seed = how.seed.unwrap_or(loaded.scenario.model.seed);
    let plan = plan.replicate(how.replications, seed);
    let mut progress = ProgressLine::new(&loaded.label);
    let (mut numbers, mut outcomes, mut finding) = (Vec::new(), BTreeMap::new(), None);
    let ended = Execution::new(&plan, processors()).run(&interrupt::requested, &mut |rows| {
        for row in rows {
            *outcomes.entry(row.outcome).or_default() += 1;
            if row.is_finding() {
                finding.get_or_insert((row.replication, row.outcome));
            }
            numbers.push(crate::sweep::numbers(&row));
        }
        let made = numbers.len();
        progress.say(|_| format!("{} of {} runs", grouped(made), grouped(how.replications)));
        ControlFlow::Continue(())
    });
    match ended.map_err(Failure::usage)? {
        Ended::Whole => Ok(Replicated { loaded, plan, numbers, outcomes, finding }),
        Ended::Stopped => Err(Failure { exit: Exit::Interrupted, message: "interrupted".to_owned() }),
    }
}

impl Replicated<'_> {
    fn estimate(&self, figure: usize) -> Estimate {
        let mut estimate = Estimate::default();
        self.numbers.iter().filter_map(|numbers| numbers[figure]).for_each(|number| estimate.add(number));
        estimate
    }

    /// Its number in a replication: the only one it has, if nothing is drawn.
    fn number(&self, replication: usize, figure: usize) -> Option<f64> {
        let at = if self.plan.is_random() { replication } else { 0 };
        self.numbers.get(at)?[figure]
    }

    /// How many runs the horizon ended.
    fn cut(&self) -> u64 {
        self.outcomes.get(Outcome::Horizon.name()).copied().unwrap_or_default()
    }

    /// By how much it is more than another one, in pairs; of no pair where it is the
    /// horizon that decides the figure.
    fn difference(&self, other: &Replicated<'_>, figure: usize) -> Estimate {
        let mut estimate = Estimate::default();
        if figure == TOTAL_TIME && self.cut() + other.cut() > 0 {
            return estimate;
        }
        for replication in 0..self.numbers.len().max(other.numbers.len()) {
            let pair = (self.number(replication, figure), other.number(replication, figure));
            if let (Some(this), Some(that)) = pair {
                estimate.add(this - that);
            }
        }
        estimate
    }

    fn shown(&self) -> String {
        printable(&self.loaded.label)
    }
}

/// The level of one interval of a difference to the first of so many scenarios.
fn level_of_differences(scenarios: usize) -> f64 {
    1.0 - (1.0 - LEVEL) / scenarios.saturating_sub(1).max(1) as f64
}

/// Half of the interval of a difference: none is needed where nothing is drawn.
fn half_width(
    difference: &Estimate,
    one: &Replicated<'_>,
    other: &Replicated<'_>,
    level: f64,
) -> Option<f64> {
    match one.plan.is_random() || other.plan.is_random() {
        true => difference.half_width(level),
        false => (difference.count() > 0).then_some(0.0),
    }
}

/// A number with half of its interval.
fn with_half(mean: f64, half: Option<f64>, request: &FigureRequest, sign: &str) -> String {
    format!("{sign}{}", interval(mean, half, request.is_time))
}

fn text(runs: &[Replicated<'_>], replications: u64) -> String {
    let Some(first) = runs.first() else { return String::new() };
    let level = level_of_differences(runs.len());
    let mut text = String::new();
    for run in &runs[1..] {
        let _ = writeln!(text, "{}", sentence(run, first, level));
    }
    for (figure, request) in first.plan.requests().iter().enumerate() {
        let title = request.name.strip_suffix("_ns").unwrap_or(&request.name).to_owned();
        section(&mut text, &title, &figure_table(runs, figure, request, level));
    }
    let seeds: Vec<u64> = runs.iter().map(|run| run.plan.seed()).collect();
    let seed = if seeds.iter().all(|seed| *seed == seeds[0]) {
        format!("seed {}", seeds[0])
    } else {
        "seeds of their own: their random numbers are not common; --seed gives them one".to_owned()
    };
    let _ = writeln!(
        text,
        " ±: half of the 95% interval of the mean; {} replications, {seed}",
        counted(replications)
    );
    if runs.len() > 1 {
        text.push_str(
            " differences are those of pairs (common random numbers); their intervals hold all together with 95%\n",
        );
    }
    text.extend(instead_of_total_time(runs));
    for run in runs.iter().filter(|run| !run.plan.is_random()) {
        let _ = writeln!(text, " nothing is drawn in {}, so that one run says all", run.shown());
    }
    section(&mut text, "Findings", &runs.iter().filter_map(finding).collect::<String>());
    text
}

/// Which of the two is faster, and how sure that is.
fn sentence(run: &Replicated<'_>, first: &Replicated<'_>, level: f64) -> String {
    let (this, that) = (run.shown(), first.shown());
    if run.cut() + first.cut() > 0 {
        return format!(
            "{this} and {that} cannot be compared by total time: a horizon ended {} and {}",
            cut_runs(run),
            cut_runs(first)
        );
    }
    let request = &first.plan.requests()[TOTAL_TIME];
    let difference = run.difference(first, TOTAL_TIME);
    let Some(half) = half_width(&difference, run, first, level) else {
        return format!("{this} and {that} cannot be compared: too few pairs of runs came to a regular end");
    };
    let mean = difference.mean();
    if mean.abs() <= half && half > 0.0 {
        let told = with_half(mean, Some(half), request, if mean < 0.0 { "" } else { "+" });
        return format!("{this} and {that} cannot be told apart: {told} (95%)");
    }
    let told = with_half(mean.abs(), Some(half), request, "");
    let sure = if half > 0.0 { " (95%)" } else { "" };
    match mean {
        mean if mean < 0.0 => format!("{this} is faster than {that} by {told}{sure}"),
        mean if mean > 0.0 => format!("{this} is slower than {that} by {told}{sure}"),
        _ => format!("{this} takes as long as {that}"),
    }
}

/// How many of its runs the horizon ended: `2 of 5 runs of fast`.
fn cut_runs(run: &Replicated<'_>) -> String {
    format!("{} of {} of {}", counted(run.cut()), so_many(run.numbers.len() as u64, "run"), run.shown())
}

/// What compares runs that are stopped before they are done, if nothing was asked for.
fn instead_of_total_time(runs: &[Replicated<'_>]) -> Option<&'static str> {
    let is_cut = runs.len() > 1 && runs.iter().any(|run| run.cut() > 0);
    let asks_nothing = runs.iter().all(|run| run.plan.requests().len() == 1);
    (is_cut && asks_nothing).then_some(
        " --of compares what was done until the horizon, such as --of marks.NAME.count: how often a mark was passed\n",
    )
}

fn figure_table(runs: &[Replicated<'_>], figure: usize, request: &FigureRequest, level: f64) -> String {
    let first = &runs[0];
    let row = |(place, run): (usize, &Replicated<'_>)| {
        let estimate = run.estimate(figure);
        let mean = match estimate.count() {
            0 => "–".to_owned(),
            _ => with_half(estimate.mean(), estimate.half_width(LEVEL), request, ""),
        };
        let difference = run.difference(first, figure);
        let told = match half_width(&difference, run, first, level) {
            _ if place == 0 => "base".to_owned(),
            Some(half) => {
                let sign = if difference.mean() < 0.0 { "" } else { "+" };
                with_half(difference.mean(), Some(half), request, sign)
            }
            None => "–".to_owned(),
        };
        vec![run.shown(), mean, told]
    };
    table(&["scenario", "mean", "against the first"], &[], runs.iter().enumerate().map(row))
}

/// What must be known of a scenario: how many runs had no regular end, and the first.
fn finding(run: &Replicated<'_>) -> Option<String> {
    let (replication, outcome) = run.finding?;
    let findings = run.outcomes.iter().filter(|(name, _)| !matches!(**name, "completed" | "horizon"));
    let count: u64 = findings.map(|(_, count)| count).sum();
    Some(format!(
        " {}: {} of {}, the first is a {outcome}: {}\n",
        run.shown(),
        counted(count),
        so_many(run.numbers.len() as u64, "run"),
        command_of_run(run.loaded, &run.plan, &[], replication)
    ))
}

fn object(run: &Replicated<'_>, runs: &[Replicated<'_>]) -> Json {
    let finite = |number: f64| number.is_finite().then_some(number);
    let level = level_of_differences(runs.len());
    let mut figures = Map::new();
    for (figure, request) in run.plan.requests().iter().enumerate() {
        let estimate = run.estimate(figure);
        let difference = run.difference(&runs[0], figure);
        figures.insert(
            request.name.clone(),
            json!({
                "mean": finite(estimate.mean()),
                "half_width": estimate.half_width(LEVEL).and_then(finite),
                "difference": {
                    "mean": finite(difference.mean()),
                    "half_width": half_width(&difference, run, &runs[0], level).and_then(finite),
                },
            }),
        );
    }
    json!({
        "scenario": run.loaded.label,
        "seed": run.plan.seed(),
        "runs": run.numbers.len(),
        "outcomes": run.outcomes,
        "figures": figures,
    })
}

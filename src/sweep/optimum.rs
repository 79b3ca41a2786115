//! The best point for which conditions hold.
//!
//! Decides how it is found: by running all points if there are few enough, else by a
//! pattern search; where runs differ, by ranking and selection among the points for
//! which the conditions hold; and that the chosen one is run anew, with random numbers
//! that had no part in the choice, so that its figure is not flattered by it.

use super::pattern::{Score, pattern_search};
use super::runner::NoRows;
use super::selection::{FIRST_STAGE, Samples, Selection, SelectionRules, select};
use super::trials::{Trial, TrialVerdict, Trials};

/// The most points among which is selected where runs differ: each is compared with each.
const MOST_SYSTEMS: u64 = 1000;

/// Replications of the chosen point that had no part in the choice, at least.
const FRESH: u64 = 30;

/// What a search came to.
#[derive(Debug, Clone)]
pub struct Optimum {
    /// The points for which the conditions hold, the best first.
    pub feasible: Vec<u64>,
    /// How many of them may be the best: those that share the best number, or that were
    /// not told apart from it.
    pub best: usize,
    /// Those for which the conditions do not hold, or a run has no number.
    pub infeasible: Vec<u64>,
    /// Those of which that cannot be told.
    pub open: Vec<u64>,
    /// Whether all points of the design were tried.
    pub is_exhaustive: bool,
    /// How it was selected, where runs differ and there are several.
    pub selection: Option<Selection>,
    /// The best again, with random numbers of its own.
    pub afresh: Option<Trial>,
}

/// Finds the best point of a design with axes of these `lengths`, with at most
/// `most_points` points tried.
///
/// # Errors
/// If the user stops it, or the scenario cannot be run at a point.
pub fn optimum(
    trials: &mut Trials<'_>,
    lengths: &[u64],
    most_points: u64,
    rules: SelectionRules,
) -> Result<Optimum, NoRows> {
    let most = if trials.is_random() { most_points.min(MOST_SYSTEMS) } else { most_points };
    let size = lengths.iter().map(|length| u128::from(*length)).product::<u128>();
    let is_exhaustive = size <= u128::from(most);
    let first = FIRST_STAGE.min(rules.most);
    let tried: Vec<u64> = if is_exhaustive {
        let all: Vec<u64> = (0..size as u64).collect();
        trials.reach(&all, first)?;
        all
    } else {
        pattern_search(lengths, most, &mut |numbers| score(trials, numbers, first))?.into_keys().collect()
    };
    let mut found = Optimum {
        feasible: Vec::new(),
        best: 0,
        infeasible: Vec::new(),
        open: Vec::new(),
        is_exhaustive,
        selection: None,
        afresh: None,
    };
    for number in tried {
        if trials.get(number).is_none() {
            continue;
        }
        match trials.judge(number, first, rules.most, rules.confidence)? {
            TrialVerdict::Holds => found.feasible.push(number),
            TrialVerdict::Fails => found.infeasible.push(number),
            TrialVerdict::Open => found.open.push(number),
        }
    }
    if trials.is_random() {
        found.select(trials, rules)?
    } else {
        found.sort(trials)
    }
    Ok(found)
}

/// How good points are, after the first replications.
fn score(trials: &mut Trials<'_>, numbers: &[u64], first: u64) -> Result<Vec<Option<Score>>, NoRows> {
    trials.reach(numbers, first)?;
    let of = |number: &u64| {
        let trial = trials.get(*number)?;
        let short = |margin: f64| if margin.is_finite() { (-margin).max(0.0) } else { 0.0 };
        let fails = trial.failures.iter().filter(|failure| failure.is_some()).count();
        let short: f64 = match trial.without {
            Some(_) => f64::MAX,
            None if fails == 0 => 0.0,
            None => trial.margins.iter().map(|margin| short(margin.mean())).sum(),
        };
        Some((short, trial.estimate().mean()))
    };
    Ok(numbers.iter().map(of).collect())
}

/// Points as systems to select among.
struct Systems<'s, 't> {
    trials: &'s mut Trials<'t>,
    numbers: &'s [u64],
}

impl Samples for Systems<'_, '_> {
    type Error = NoRows;

    fn reach(&mut self, systems: &[usize], replications: u64) -> Result<(), NoRows> {
        let points: Vec<u64> = systems.iter().map(|&system| self.numbers[system]).collect();
        self.trials.reach(&points, replications)
    }

    fn sample(&self, system: usize, replication: u64) -> f64 {
        let trial = self.trials.get(self.numbers[system]);
        let value = trial.and_then(|trial| trial.values.get(replication as usize));
        // A run without a number is worse than all others.
        value.copied().filter(|value| value.is_finite()).unwrap_or(f64::MAX)
    }
}

impl Optimum {
    /// Where each point has one number.
    fn sort(&mut self, trials: &Trials<'_>) {
        let value = |number: &u64| trials.get(*number).map_or(f64::NAN, |trial| trial.estimate().mean());
        self.feasible.sort_by(|one, other| value(one).total_cmp(&value(other)));
        let is_best = |number: &&u64| value(number).total_cmp(&value(&self.feasible[0])).is_eq();
        self.best = self.feasible.iter().take_while(is_best).count();
    }

    /// Where each run has another number.
    fn select(&mut self, trials: &mut Trials<'_>, rules: SelectionRules) -> Result<(), NoRows> {
        let numbers = self.feasible.clone();
        if numbers.is_empty() {
            return Ok(());
        }
        let mut systems = Systems { trials, numbers: &numbers };
        let selection = select(numbers.len(), rules, &mut systems)?;
        let mean = |system: &usize| selection.estimates[*system].mean();
        let mut others: Vec<usize> =
            (0..numbers.len()).filter(|system| !selection.left.contains(system)).collect();
        others.sort_by(|one, other| mean(one).total_cmp(&mean(other)));
        let order = selection.left.iter().chain(&others);
        self.feasible = order.map(|&system| numbers[system]).collect();
        self.best = selection.left.len();
        let made = trials.all().map(|trial| trial.runs).max().unwrap_or(0);
        self.afresh = trials.afresh(self.feasible[0], made, selection.replications.max(FRESH))?;
        self.selection = Some(selection);
        Ok(())
    }
}

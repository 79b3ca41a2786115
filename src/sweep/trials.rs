//! Points that are run as often as a question needs, and what they answer.
//!
//! Decides when a condition is taken to hold of a random scenario: if the interval of
//! its margin is on one side of nothing, or, for what is only true or false, if it
//! held in every run.

use super::design::DesignPoint;
use super::estimate::Estimate;
use super::execute::{Ended, Execution};
use super::objective::{Objective, RunCondition};
use super::plan::{Batch, at_once};
use super::row::RunRow;
use super::runner::{NoRows, StopCheck};
use crate::trace::Outcome;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::ControlFlow;

/// What is asked of each run.
#[derive(Debug, Clone)]
pub struct Question {
    /// A number to be made as small or as large as possible.
    pub objective: Option<Objective>,
    /// As large, and not as small.
    pub maximize: bool,
    /// What must hold.
    pub conditions: Vec<RunCondition>,
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialVerdict {
    /// It does.
    Holds,
    /// It does not.
    Fails,
    /// The runs are too few to tell.
    Open,
}

/// What the runs of one point came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Which point.
    pub point: DesignPoint,
    /// How many runs there are.
    pub runs: u64,
    /// By replication, what is to be minimised: the negative number where it is to be
    /// as large as possible. Not a number where a run has none.
    pub values: Vec<f64>,
    /// The first replication without such a number, or of which a condition has none.
    pub without: Option<u64>,
    /// By condition, by how much it held.
    pub margins: Vec<Estimate>,
    /// By condition, the first replication in which it did not hold.
    pub failures: Vec<Option<u64>>,
    /// By figure of the plan, its mean over the runs that came to a regular end.
    pub figures: Vec<Estimate>,
    /// How many runs a horizon ended.
    pub cut: u64,
    /// The first replication that ended in a deadlock, a fault or at a limit, and how.
    pub finding: Option<(u64, &'static str)>,
}

impl Trial {
    fn new(point: DesignPoint, conditions: usize, figures: usize) -> Trial {
        Trial {
            point,
            runs: 0,
            values: Vec::new(),
            without: None,
            margins: vec![Estimate::default(); conditions],
            failures: vec![None; conditions],
            figures: vec![Estimate::default(); figures],
            cut: 0,
            finding: None,
        }
    }

    fn add(&mut self, question: &Question, row: &RunRow) {
        self.runs += 1;
        self.cut += u64::from(row.outcome == Outcome::Horizon.name());
        let params = &self.point.params;
        if let Some(objective) = &question.objective {
            let number = objective.as_f64(params, row).filter(|number| number.is_finite());
            let sign = if question.maximize { -1.0 } else { 1.0 };
            self.values.push(number.map_or(f64::NAN, |number| sign * number));
            if number.is_none() {
                self.without.get_or_insert(row.replication);
            }
        }
        for (place, condition) in question.conditions.iter().enumerate() {
            let margin = condition.margin(params, row);
            if margin.is_finite() {
                self.margins[place].add(margin);
            } else {
                self.without.get_or_insert(row.replication);
            }
            if !condition.allows(margin) {
                self.failures[place].get_or_insert(row.replication);
            }
        }
        if row.is_finding() {
            self.finding.get_or_insert((row.replication, row.outcome));
            return;
        }
        for (estimate, number) in self.figures.iter_mut().zip(&row.numbers) {
            if let Some(number) = number {
                estimate.add(number.as_f64());
            }
        }
    }

    /// The mean of what is minimised, over the runs that have such a number.
    pub fn estimate(&self) -> Estimate {
        let mut estimate = Estimate::default();
        self.values.iter().filter(|value| value.is_finite()).for_each(|value| estimate.add(*value));
        estimate
    }

    /// Whether all conditions hold, with intervals of this level where runs differ.
    pub fn verdict(&self, question: &Question, level: f64, is_random: bool) -> TrialVerdict {
        if self.without.is_some() {
            return TrialVerdict::Fails;
        }
        let each = question.conditions.iter().zip(&self.margins).zip(&self.failures);
        let verdicts =
            each.map(|((condition, margin), failure)| match (condition, failure.is_some(), is_random) {
                (RunCondition::Margin { .. }, _, true) => condition.of_mean(margin, level),
                (_, true, _) => TrialVerdict::Fails,
                (_, false, _) => TrialVerdict::Holds,
            });
        verdicts.fold(TrialVerdict::Holds, |all, one| match (all, one) {
            (TrialVerdict::Fails, _) | (_, TrialVerdict::Fails) => TrialVerdict::Fails,
            (TrialVerdict::Open, _) | (_, TrialVerdict::Open) => TrialVerdict::Open,
            _ => TrialVerdict::Holds,
        })
    }
}

impl RunCondition {
    /// Whether it holds with this margin.
    fn allows(&self, margin: f64) -> bool {
        match self {
            RunCondition::Margin { or_equal: false, .. } => margin > 0.0,
            _ => margin >= 0.0,
        }
    }

    /// Whether it holds of the mean.
    fn of_mean(&self, margin: &Estimate, level: f64) -> TrialVerdict {
        let half = margin.half_width(level).unwrap_or(f64::INFINITY);
        match (self.allows(margin.mean() - half), self.allows(margin.mean() + half)) {
            (true, _) => TrialVerdict::Holds,
            (false, false) => TrialVerdict::Fails,
            (false, true) => TrialVerdict::Open,
        }
    }
}

/// These batches in smaller ones, so that all workers have some.
fn parted(batches: &[Batch]) -> Vec<Batch> {
    let at_once = at_once(batches.iter().map(|batch| batch.count).sum());
    let parts = |&Batch { point, first, count }: &Batch| {
        let starts = (0..count.div_ceil(at_once)).map(move |part| part * at_once);
        starts.map(move |start| Batch { point, first: first + start, count: at_once.min(count - start) })
    };
    batches.iter().flat_map(parts).collect()
}

/// Runs points as they are asked for, each run once.
pub struct Trials<'t> {
    execution: Execution<'t>,
    question: &'t Question,
    stop: StopCheck<'t>,
    tell: &'t mut dyn FnMut(u64),
    all: BTreeMap<u64, Option<Trial>>,
    runs: u64,
}

impl<'t> Trials<'t> {
    /// For the points of a plan that has the figures of the question. `tell` hears now
    /// and then how many runs there are.
    pub fn new(
        execution: Execution<'t>,
        question: &'t Question,
        stop: StopCheck<'t>,
        tell: &'t mut dyn FnMut(u64),
    ) -> Trials<'t> {
        Trials { execution, question, stop, tell, all: BTreeMap::new(), runs: 0 }
    }

    /// Makes at least so many replications of these points; one where nothing is drawn.
    ///
    /// # Errors
    /// If the user stops it, or the scenario cannot be run at one of them.
    pub fn reach(&mut self, points: &[u64], replications: u64) -> Result<(), NoRows> {
        let replications = if self.is_random() { replications } else { 1 };
        let mut lacking = Vec::new();
        for &point in points {
            if let Some(trial) = self.entry(point)?.as_ref().filter(|trial| trial.runs < replications) {
                lacking.push(Batch { point, first: trial.runs, count: replications - trial.runs });
            }
        }
        let jobs = parted(&lacking);
        let (question, mut all) = (self.question, std::mem::take(&mut self.all));
        let ended = self.run(&jobs, &mut |row| {
            if let Some(Some(trial)) = all.get_mut(&row.point) {
                trial.add(question, row);
            }
        });
        self.all = all;
        ended
    }

    /// Other replications of a point than those that [`Trials::reach`] made: from
    /// `first` on. `None` if a condition leaves the point out.
    ///
    /// # Errors
    /// As [`Trials::reach`].
    pub fn afresh(&mut self, number: u64, first: u64, count: u64) -> Result<Option<Trial>, NoRows> {
        let Some(known) = self.entry(number)? else { return Ok(None) };
        let mut trial = Trial::new(known.point.clone(), known.margins.len(), known.figures.len());
        let jobs = parted(&[Batch { point: number, first, count }]);
        let question = self.question;
        self.run(&jobs, &mut |row| trial.add(question, row))?;
        Ok(Some(trial))
    }

    fn entry(&mut self, number: u64) -> Result<&Option<Trial>, NoRows> {
        let (plan, question) = (self.execution.plan, self.question);
        match self.all.entry(number) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let point = plan.design().point(&plan.scenario().model, number).map_err(NoRows::Invalid)?;
                let (conditions, figures) = (question.conditions.len(), plan.requests().len());
                Ok(place.insert(point.map(|point| Trial::new(point, conditions, figures))))
            }
        }
    }

    fn run(&mut self, jobs: &[Batch], take: &mut dyn FnMut(&RunRow)) -> Result<(), NoRows> {
        let (runs, tell) = (&mut self.runs, &mut *self.tell);
        let ended = self.execution.run_these(jobs, self.stop, &mut |rows| {
            rows.iter().for_each(&mut *take);
            *runs += rows.len() as u64;
            tell(*runs);
            ControlFlow::Continue(())
        });
        match ended {
            Ok(Ended::Whole) => Ok(()),
            Ok(Ended::Stopped) => Err(NoRows::Interrupted),
            Err(why) => Err(NoRows::Invalid(why)),
        }
    }

    /// What a point came to; `None` if it was not run, or a condition leaves it out.
    pub fn get(&self, number: u64) -> Option<&Trial> {
        self.all.get(&number)?.as_ref()
    }

    /// All points that were run, in the order of the design.
    pub fn all(&self) -> impl Iterator<Item = &Trial> {
        self.all.values().flatten()
    }

    /// How many runs were made.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// What is asked.
    pub fn question(&self) -> &'t Question {
        self.question
    }

    /// Whether replications differ.
    pub fn is_random(&self) -> bool {
        self.execution.plan.is_random()
    }

    /// Runs a point until it can be told whether the conditions hold, at most so often:
    /// as often as at first, then twice as often each time. All looks together are as
    /// sure as `confidence` (Bonferroni).
    ///
    /// # Errors
    /// As [`Trials::reach`].
    pub fn judge(
        &mut self,
        number: u64,
        first: u64,
        most: u64,
        confidence: f64,
    ) -> Result<TrialVerdict, NoRows> {
        let looks = (1..=64).find(|look| first.saturating_mul(1 << (look - 1)) >= most).unwrap_or(64);
        let level = 1.0 - (1.0 - confidence) / f64::from(looks);
        let mut replications = first.min(most);
        loop {
            self.reach(&[number], replications)?;
            let is_random = self.is_random();
            let Some(trial) = self.get(number) else { return Ok(TrialVerdict::Fails) };
            let verdict = trial.verdict(self.question, level, is_random);
            if verdict != TrialVerdict::Open || replications >= most {
                return Ok(verdict);
            }
            replications = replications.saturating_mul(2).min(most);
        }
    }
}

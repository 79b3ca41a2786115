//! What the scenario makes of the settings that were measured, with other values of the
//! fitted parameters.
//!
//! Decides how far the model is from the measurements: the loss, which is the sum of the
//! squares of the deviations, each in units of how far its figure may be off. Runs are
//! those of a sweep, so that nothing depends on the number of threads, and replication r
//! has the same random numbers with all values.

use super::data::{MeasuredFigure, Measurements};
use super::parameter::FitParameter;
use crate::scenario::LoadedScenario;
use crate::sweep::axis::Axis;
use crate::sweep::design::Design;
use crate::sweep::estimate::Estimate;
use crate::sweep::execute::{Ended, Execution};
use crate::sweep::plan::Plan;
use crate::sweep::row::RunRow;
use crate::sweep::runner::{NoRows, StopCheck};
use crate::value::{Value, Word};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What a figure counts that no run has: as much as a deviation of 1,000 times its size.
const MISSING: f64 = 1e6;

/// What the model makes of the measured settings with some values of the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Modelled {
    /// The values, by fitted parameter.
    pub values: Vec<Value>,
    /// By row and figure, over replications; those that came to no regular end have none.
    pub figures: Vec<Vec<Estimate>>,
    /// The first run that ended in a deadlock, a fault or at a limit: its row,
    /// replication and outcome.
    pub finding: Option<(usize, u64, &'static str)>,
    /// The sum of squares over what is fitted.
    pub loss: f64,
}

/// What the runs of a calibration need.
#[derive(Clone, Copy)]
pub struct CalibrationRuns<'r> {
    /// The scenario, with all that is set for all runs.
    pub scenario: &'r LoadedScenario,
    /// What is set for all runs.
    pub settings: &'r [(String, String)],
    /// What was measured.
    pub measurements: &'r Measurements,
    /// What is fitted.
    pub parameters: &'r [FitParameter],
    /// How far all figures may be off, as a share of them; one standard deviation.
    pub error: Option<f64>,
    /// Runs of each setting, where random numbers are drawn.
    pub replications: u64,
    /// The seed of all runs.
    pub seed: u64,
    /// Threads.
    pub workers: usize,
    /// Asked now and then whether to stop.
    pub stop: StopCheck<'r>,
}

/// Runs the model with values of the parameters as they are asked for.
pub struct CalibrationModel<'r> {
    runs: CalibrationRuns<'r>,
    plan: Plan<'r>,
    tell: &'r mut dyn FnMut(u64),
    /// Losses by values.
    known: BTreeMap<Vec<Word>, f64>,
    made: u64,
}

impl CalibrationRuns<'_> {
    /// How far a figure may be off; all of it, where nobody knows.
    pub fn error_of(&self, measured: MeasuredFigure) -> f64 {
        let share = self.error.unwrap_or(1.0);
        measured.error.unwrap_or_else(|| share * libm::fabs(measured.value))
    }
}

impl<'r> CalibrationModel<'r> {
    /// For these runs. `tell` hears now and then how many there are.
    ///
    /// # Errors
    /// A message, if the scenario cannot be run, or a parameter is set, measured and fitted
    /// at once.
    pub fn new(
        runs: CalibrationRuns<'r>,
        tell: &'r mut dyn FnMut(u64),
    ) -> Result<CalibrationModel<'r>, String> {
        let first = runs.parameters.iter().map(|parameter| parameter.value_at(0.5)).collect();
        let names: Vec<&str> = runs.measurements.figures.iter().map(|figure| figure.name.as_str()).collect();
        let plan = Plan::new(runs.scenario, design(&runs, &[first])?, &names)?;
        let plan = plan.replicate(runs.replications, runs.seed);
        Ok(CalibrationModel { runs, plan, tell, known: BTreeMap::new(), made: 0 })
    }

    /// What is run.
    pub fn runs(&self) -> CalibrationRuns<'r> {
        self.runs
    }

    /// Whether replications differ.
    pub fn is_random(&self) -> bool {
        self.plan.is_random()
    }

    /// How many runs were made.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// The losses at these shares of the ranges.
    ///
    /// # Errors
    /// If the user stops it, or the scenario cannot be run with one of them.
    pub fn losses(&mut self, shares: &[Vec<f64>]) -> Result<Vec<f64>, NoRows> {
        let values: Vec<Vec<Value>> = shares.iter().map(|shares| self.values(shares)).collect();
        let mut new: Vec<Vec<Value>> = Vec::new();
        for values in &values {
            if !self.known.contains_key(&words(values)) && !new.contains(values) {
                new.push(values.clone());
            }
        }
        for modelled in self.run(new)? {
            self.known.insert(words(&modelled.values), modelled.loss);
        }
        Ok(values.iter().map(|values| self.known[&words(values)]).collect())
    }

    /// All that the model makes of these values.
    ///
    /// # Errors
    /// As [`CalibrationModel::losses`].
    pub fn at(&mut self, values: Vec<Value>) -> Result<Modelled, NoRows> {
        self.run(vec![values])?.pop().ok_or(NoRows::Interrupted)
    }

    /// The values at these shares of the ranges.
    pub fn values(&self, shares: &[f64]) -> Vec<Value> {
        let each = self.runs.parameters.iter().zip(shares);
        each.map(|(parameter, share)| parameter.value_at(*share)).collect()
    }

    fn run(&mut self, candidates: Vec<Vec<Value>>) -> Result<Vec<Modelled>, NoRows> {
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let runs = self.runs;
        let (rows, figures) = (runs.measurements.rows.len(), runs.measurements.figures.len());
        self.plan.set_design(design(&runs, &candidates).map_err(NoRows::Invalid)?);
        let empty = |values| Modelled {
            values,
            figures: vec![vec![Estimate::default(); figures]; rows],
            finding: None,
            loss: 0.0,
        };
        let mut all: Vec<Modelled> = candidates.into_iter().map(empty).collect();
        // Without settings all rows are of the only one.
        let settings = if runs.measurements.settings.is_empty() { 1 } else { rows };
        let (made, tell) = (&mut self.made, &mut *self.tell);
        let ended = Execution::new(&self.plan, runs.workers).run(runs.stop, &mut |job| {
            for row in &job {
                let (candidate, setting) = (row.point as usize / settings, row.point as usize % settings);
                let rows = if settings == 1 { 0..rows } else { setting..setting + 1 };
                rows.for_each(|place| all[candidate].add(place, row));
            }
            *made += job.len() as u64;
            tell(*made);
            ControlFlow::Continue(())
        });
        match ended {
            Ok(Ended::Whole) => {}
            Ok(Ended::Stopped) => return Err(NoRows::Interrupted),
            Err(why) => return Err(NoRows::Invalid(why)),
        }
        all.iter_mut().for_each(|modelled| modelled.loss = loss(&runs, modelled));
        Ok(all)
    }
}

impl Modelled {
    fn add(&mut self, place: usize, row: &RunRow) {
        if row.is_finding() {
            self.finding.get_or_insert((place, row.replication, row.outcome));
            return;
        }
        for (estimate, number) in self.figures[place].iter_mut().zip(&row.numbers) {
            if let Some(number) = number {
                estimate.add(number.as_f64());
            }
        }
    }

    /// The mean of a figure in a row; `None` if no run has it.
    pub fn mean(&self, row: usize, figure: usize) -> Option<f64> {
        let estimate = &self.figures[row][figure];
        (estimate.count() > 0).then(|| estimate.mean())
    }
}

fn loss(runs: &CalibrationRuns<'_>, modelled: &Modelled) -> f64 {
    let square = |(row, figure, measured): (usize, usize, MeasuredFigure)| match modelled.mean(row, figure) {
        Some(mean) => {
            let deviation = (mean - measured.value) / runs.error_of(measured);
            (deviation * deviation).min(MISSING)
        }
        None => MISSING,
    };
    runs.measurements.fitted().map(square).sum()
}

fn words(values: &[Value]) -> Vec<Word> {
    values.iter().map(|value| value.to_word()).collect()
}

/// Each of the candidates with each of the settings; settings change first.
fn design(runs: &CalibrationRuns<'_>, candidates: &[Vec<Value>]) -> Result<Design, String> {
    let axis = |(place, parameter): (usize, &FitParameter)| Axis {
        param: parameter.param,
        name: parameter.name.clone(),
        values: candidates.iter().map(|values| values[place]).collect(),
    };
    let fitted = runs.parameters.iter().enumerate().map(axis).collect();
    let design = Design::of_loaded(runs.scenario, runs.settings);
    design.vary(fitted)?.vary(runs.measurements.settings.clone())
}

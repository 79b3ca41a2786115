//! What the replications of each point add up to.
//!
//! Decides that only runs that came to a regular end count for figures, and that a
//! point is compared with the base in pairs: replication r of both has the same random
//! numbers.

use super::estimate::Estimate;
use super::plan::Plan;
use super::row::RunRow;
use crate::value::Value;
use std::collections::BTreeMap;

/// The figures of the base point, by replication: eight bytes each.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseNumbers {
    figures: usize,
    /// Not a number where there is none.
    numbers: Vec<f64>,
}

impl BaseNumbers {
    /// Of so many figures, and of no replication yet.
    pub fn new(figures: usize) -> BaseNumbers {
        BaseNumbers { figures, numbers: Vec::new() }
    }

    /// Takes the next replications.
    pub fn extend(&mut self, rows: &[RunRow]) {
        let numbers = rows.iter().flat_map(numbers);
        self.numbers.extend(numbers.map(|number| number.unwrap_or(f64::NAN)));
    }

    fn get(&self, replication: u64, figure: usize) -> Option<f64> {
        let place = usize::try_from(replication).ok()?.checked_mul(self.figures)?.checked_add(figure)?;
        self.numbers.get(place).copied().filter(|number| !number.is_nan())
    }
}

/// All replications of one point.
#[derive(Debug, Clone, PartialEq)]
pub struct PointSummary {
    /// Its number in the design.
    pub point: u64,
    /// The varied values.
    pub varied: Vec<Value>,
    /// How many runs there are.
    pub runs: u64,
    /// How many of them ended how.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// The first replication that ended in a deadlock, a fault or at a limit, and how.
    pub finding: Option<(u64, &'static str)>,
    /// By figure, the values of the runs that did not.
    pub estimates: Vec<Estimate>,
    /// By figure, the differences to the base in pairs; nothing for the base itself,
    /// and without a base.
    pub differences: Vec<Estimate>,
}

/// Adds rows up, point after point.
#[derive(Debug)]
pub struct Summaries<'p> {
    plan: &'p Plan<'p>,
    base: Option<(u64, BaseNumbers)>,
    open: Option<PointSummary>,
}

impl<'p> Summaries<'p> {
    /// For the rows of a plan, compared with this point if one is given.
    pub fn new(plan: &'p Plan<'p>, base: Option<(u64, BaseNumbers)>) -> Summaries<'p> {
        Summaries { plan, base, open: None }
    }

    /// Takes the rows of a job, in the order of the plan; the point before, if it is
    /// complete now.
    pub fn add(&mut self, rows: Vec<RunRow>) -> Option<PointSummary> {
        let point = rows.first()?.point;
        let before = self.open.take_if(|open| open.point != point);
        let (plan, figures) = (self.plan, self.plan.requests().len());
        let base = self.base.as_ref().filter(|(base, _)| *base != point);
        let open = self.open.get_or_insert_with(|| PointSummary {
            point,
            varied: plan.design().varied(point),
            runs: 0,
            outcomes: BTreeMap::new(),
            finding: None,
            estimates: vec![Estimate::default(); figures],
            differences: vec![Estimate::default(); if base.is_some() { figures } else { 0 }],
        });
        for row in &rows {
            open.add(row, base.map(|(_, numbers)| numbers));
        }
        before
    }

    /// The last point.
    pub fn finish(&mut self) -> Option<PointSummary> {
        self.open.take()
    }
}

impl PointSummary {
    fn add(&mut self, row: &RunRow, base: Option<&BaseNumbers>) {
        self.runs += 1;
        *self.outcomes.entry(row.outcome).or_default() += 1;
        if row.is_finding() {
            self.finding.get_or_insert((row.replication, row.outcome));
            return;
        }
        for (place, number) in row.numbers.iter().enumerate() {
            let Some(number) = number.map(|number| number.as_f64()) else { continue };
            self.estimates[place].add(number);
            if let Some(of_base) = base.and_then(|base| base.get(row.replication, place)) {
                self.differences[place].add(number - of_base);
            }
        }
    }
}

/// The figures of a row for pairs; none of a run that did not come to a regular end.
pub fn numbers(row: &RunRow) -> Vec<Option<f64>> {
    let number = |number: &Option<crate::analysis::FigureValue>| number.map(|number| number.as_f64());
    row.numbers.iter().map(|one| number(one).filter(|_| !row.is_finding())).collect()
}

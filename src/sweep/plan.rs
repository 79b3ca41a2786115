//! What is to be run: the points of a design, and how often each.
//!
//! Decides how the runs are parted into jobs, which workers take one after the other,
//! what of them is in a part of a sweep, and that a scenario in which nothing is drawn is
//! run once.

use super::columns::Columns;
use super::design::Design;
use super::shard::Shard;
use crate::analysis::{FigureCollector, FigureRequest};
use crate::backend::{Program, compile};
use crate::scenario::{LoadedScenario, suggestion};
use crate::trace::Header;
use std::collections::BTreeMap;

/// The most replications of one point that one worker makes at once.
const MOST_AT_ONCE: u64 = 64;

/// Into how many jobs a plan is parted at least, if it has as many runs: runs may be long, and
/// all workers are to have some, on large machines too.
const LEAST_JOBS: u64 = 256;

/// How sure a mean has to be before a point is run no more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// Which figure, by its place among those that are asked for.
    pub figure: usize,
    /// Half of the interval of 95% may be this share of the mean.
    pub share: f64,
}

/// Replications of one point that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Which point.
    pub point: u64,
    /// The first replication.
    pub first: u64,
    /// How many at most.
    pub count: u64,
}

/// Runs that are there already: lines of a table by what tells which run it is.
pub type KnownRuns = BTreeMap<String, String>;

/// What a sweep runs.
#[derive(Debug)]
pub struct Plan<'s> {
    scenario: &'s LoadedScenario,
    compiled: Program,
    design: Design,
    seed: u64,
    replications: u64,
    precision: Option<Precision>,
    requests: Vec<FigureRequest>,
    columns: Columns,
    shard: Shard,
}

impl<'s> Plan<'s> {
    /// Every point of the design once, with these figures.
    ///
    /// # Errors
    /// A message, if the scenario has no such figure, or if it cannot be run with the
    /// values of the base.
    pub fn new(scenario: &'s LoadedScenario, design: Design, figures: &[&str]) -> Result<Plan<'s>, String> {
        let compiled = compile(&scenario.model);
        let base = compiled.bind(&scenario.model, &scenario.params).map_err(|error| error.message)?;
        let header = base.header(scenario.model.seed);
        let requests =
            figures.iter().map(|figure| figure_request(figure, &header)).collect::<Result<Vec<_>, _>>()?;
        if let Some((at, again)) =
            requests.iter().enumerate().find(|(at, request)| requests[..*at].contains(request))
        {
            return Err(format!(
                "the figure '{}' is asked for twice",
                requests[at].name.clone().max(again.name.clone())
            ));
        }
        let (seed, columns) = (scenario.model.seed, Columns::default());
        Ok(Plan {
            scenario,
            compiled,
            design,
            seed,
            replications: 1,
            precision: None,
            requests,
            columns,
            shard: Shard::WHOLE,
        })
    }

    /// So many replications of each point, with this seed.
    #[must_use]
    pub fn replicate(mut self, replications: u64, seed: u64) -> Plan<'s> {
        (self.replications, self.seed) = (replications.max(1), seed);
        if !self.is_random() {
            self.replications = 1;
        }
        self
    }

    /// Fewer replications where the mean is sure enough before.
    #[must_use]
    pub fn until(mut self, precision: Precision) -> Plan<'s> {
        self.precision = self.is_random().then_some(precision);
        self
    }

    /// With these columns in its rows.
    #[must_use]
    pub fn with_columns(mut self, columns: Columns) -> Plan<'s> {
        self.columns = columns;
        self
    }

    /// Only one of `count` parts, from 0: of the points, or where there are fewer of
    /// them than parts, of the jobs.
    #[must_use]
    pub fn shard(mut self, place: u64, count: u64) -> Plan<'s> {
        self.shard = Shard::new(place, count);
        self
    }

    /// Whether replications differ: something is drawn, from streams that depend on
    /// them.
    pub fn is_random(&self) -> bool {
        self.compiled.is_random()
    }

    /// The scenario.
    pub fn scenario(&self) -> &'s LoadedScenario {
        self.scenario
    }

    /// The scenario, compiled.
    pub(super) fn compiled(&self) -> &Program {
        &self.compiled
    }

    /// The points.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// The seed of a replication and its number, if anything is drawn in it.
    pub fn drawn(&self, replication: u64) -> Option<(u64, u64)> {
        self.is_random().then_some((self.seed, replication))
    }

    /// The seed of all runs.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Replications of each point, at most.
    pub fn replications(&self) -> u64 {
        self.replications
    }

    /// How sure the means are to be.
    pub fn precision(&self) -> Option<Precision> {
        self.precision
    }

    /// The figures of each run.
    pub fn requests(&self) -> &[FigureRequest] {
        &self.requests
    }

    /// Other points, of the same scenario.
    pub(super) fn set_design(&mut self, design: Design) {
        self.design = design;
    }

    /// Further columns.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Whether it is only a part.
    pub fn is_shard(&self) -> bool {
        self.shard.count > 1
    }

    /// What tells the run of a line of a table with this plan's columns.
    pub fn key_of<'l>(&self, line: &'l str) -> Option<&'l str> {
        let cells = self.design.names().count() + 1;
        let end = line.match_indices(',').nth(cells - 1)?.0;
        Some(&line[..=end])
    }

    /// How many points there are, conditions not considered.
    pub fn points(&self) -> u64 {
        match self.parts_jobs(self.shard.count) {
            true => self.own_jobs_of_points().filter(|jobs| !jobs.is_empty()).count() as u64,
            false => self.shard.of_first(self.design.points()),
        }
    }

    /// How many runs there are at most.
    pub fn runs(&self) -> u128 {
        if !self.parts_jobs(self.shard.count) {
            return u128::from(self.points()) * u128::from(self.replications);
        }
        let each = self.own_jobs_of_points().map(|jobs| match jobs.end.checked_sub(1) {
            Some(last) if !jobs.is_empty() => {
                (jobs.end - jobs.start - 1) * self.at_once() + self.job(last).count
            }
            _ => 0,
        });
        each.map(u128::from).sum()
    }

    /// By point, which jobs of this part are its own.
    fn own_jobs_of_points(&self) -> impl Iterator<Item = std::ops::Range<u64>> {
        let jobs = self.jobs_of_point();
        let of_first = move |points: u64| self.shard.of_first(points * jobs);
        (0..self.design.points()).map(move |point| of_first(point)..of_first(point + 1))
    }

    /// Whether a sweep of so many parts is parted by jobs, and not by points: where
    /// parts would be empty. With a precision a point is one job.
    fn parts_jobs(&self, parts: u64) -> bool {
        parts > self.design.points() && self.precision.is_none()
    }

    /// Replications of one point that one worker makes at once.
    fn at_once(&self) -> u64 {
        match self.precision {
            Some(_) => self.replications,
            None => at_once(self.design.points().saturating_mul(self.replications)),
        }
    }

    /// Jobs of one point.
    fn jobs_of_point(&self) -> u64 {
        self.replications.div_ceil(self.at_once())
    }

    /// Jobs that are always in one part, where there are so many parts.
    fn jobs_together(&self, parts: u64) -> u64 {
        if self.parts_jobs(parts) { 1 } else { self.jobs_of_point() }
    }

    /// How many jobs there are.
    pub fn jobs(&self) -> u64 {
        let together = self.jobs_together(self.shard.count);
        let all = self.design.points() * self.jobs_of_point();
        self.shard.of_first(all / together) * together
    }

    /// The job of this number.
    pub fn job(&self, number: u64) -> Batch {
        let together = self.jobs_together(self.shard.count);
        self.batch(self.shard.unit(number / together) * together + number % together)
    }

    /// In which of so many parts of this plan the job of this number is, from 0.
    pub fn part_of(&self, number: u64, parts: u64) -> u64 {
        Shard::place_of(number / self.jobs_together(parts), parts)
    }

    /// The job of this number among those of all parts.
    fn batch(&self, number: u64) -> Batch {
        let jobs = self.jobs_of_point();
        let at_once = self.at_once();
        let (point, first) = (number / jobs, number % jobs * at_once);
        Batch { point, first, count: at_once.min(self.replications - first) }
    }

    /// The numbers of the jobs of the base point among those of all parts.
    pub fn base_jobs(&self) -> std::ops::Range<u64> {
        let (point, jobs) = (self.design.base(&self.scenario.model), self.jobs_of_point());
        point * jobs..(point + 1) * jobs
    }
}

/// How many replications of one point one worker makes at once, of so many runs in all.
pub(super) fn at_once(runs: u64) -> u64 {
    (runs / LEAST_JOBS).clamp(1, MOST_AT_ONCE)
}

/// The figure of this name, such as `total_time`, `latency.p95` of the values of a mark, or a
/// path of `run --format json`.
///
/// # Errors
/// If runs with the names of `header` have none: what there is instead.
pub fn figure_request(figure: &str, header: &Header) -> Result<FigureRequest, String> {
    let request =
        FigureRequest::read(figure, header).map_err(|why| no_figure(figure, header, why.as_deref()))?;
    let collector = FigureCollector::new(vec![request.clone()], header);
    let found = collector.check(header);
    found.map_err(|(figure, why)| no_figure(&figure, header, Some(&why)))?;
    Ok(request)
}

/// What there is instead of a figure, and why it is none where that says more.
fn no_figure(figure: &str, header: &Header, why: Option<&str>) -> String {
    let candidates = FigureRequest::candidates(header);
    let mut meant = suggestion(figure, candidates.iter().map(String::as_str));
    if meant.is_empty() {
        meant = "; a figure is total_time, one of a mark such as name.p95, or a path of \
                 `run --format json` such as resources.name.utilization"
            .to_owned();
    }
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    format!("no figure '{figure}'{why}{meant}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_str;
    use crate::sweep::Axis;

    /// Where there are fewer points than parts each batch is in one part, and the parts
    /// have as many points and runs as they say.
    #[test]
    fn few_points_are_parted_by_batches() {
        let text = "
version: 1
params: {a: 1}
processes: {p: {do: [{repeat: a, do: [{delay: {uniform: {low: 0s, high: 1s}}}]}]}}
";
        let loaded = load_str("s", text, &[]).expect("it is valid");
        for (values, replications, parts) in [("a=1", 1000, 3), ("a=1..4", 200, 5), ("a=1,2", 64, 7)] {
            let plan = || {
                let axis = Axis::read(&loaded.model, values).expect("values");
                let design = Design::new(&loaded.model, &[]).expect("one point");
                let design = design.vary(vec![axis]).expect("a design");
                Plan::new(&loaded, design, &["total_time"]).expect("a plan").replicate(replications, 1)
            };
            let whole = plan();
            let mut all = Vec::new();
            for part in 0..parts {
                let plan = plan().shard(part, parts);
                let own: Vec<Batch> = (0..plan.jobs()).map(|job| plan.job(job)).collect();
                let points: std::collections::BTreeSet<u64> = own.iter().map(|job| job.point).collect();
                assert_eq!(plan.points(), points.len() as u64);
                assert_eq!(plan.runs(), u128::from(own.iter().map(|job| job.count).sum::<u64>()));
                let of_whole = (0..whole.jobs()).filter(|job| whole.part_of(*job, parts) == part);
                assert_eq!(own, of_whole.map(|job| whole.job(job)).collect::<Vec<_>>());
                all.extend(own);
            }
            all.sort_unstable_by_key(|job| (job.point, job.first));
            assert_eq!(all, (0..whole.jobs()).map(|job| whole.job(job)).collect::<Vec<_>>());
            // Long runs are few, and all workers are to have some.
            assert!(u128::from(whole.jobs()) >= whole.runs().min(u128::from(LEAST_JOBS)));
        }
    }

    /// Each point is in one part, and each part sees all values of the last parameter.
    #[test]
    fn parts_have_every_point_once() {
        let text = "
version: 1
params: {a: 1, b: 1}
processes: {p: {do: [{repeat: a + b, do: [{delay: 1s}]}]}}
";
        let loaded = load_str("s", text, &[]).expect("it is valid");
        for (axes, parts) in [(["a=1..7", "b=1..4"], 4), (["a=1..5", "b=1..10"], 7), (["a=1,2", "b=1"], 5)] {
            let plan = |part| {
                let axes = axes.iter().map(|text| Axis::read(&loaded.model, text).expect("values"));
                let design = Design::new(&loaded.model, &[]).expect("one point");
                let design = axes.fold(design, |design, axis| design.vary(vec![axis]).expect("a design"));
                Plan::new(&loaded, design, &["total_time"]).expect("a plan").shard(part, parts)
            };
            let mut all = Vec::new();
            for part in 0..parts {
                let plan = plan(part);
                let points: Vec<u64> = (0..plan.jobs()).map(|job| plan.job(job).point).collect();
                assert!(points.is_sorted() && points.len() as u64 == plan.points());
                let last: std::collections::BTreeSet<_> =
                    points.iter().map(|&point| plan.design().varied(point)[1].to_word()).collect();
                assert!(parts > 4 || last.len() == 4, "{last:?}");
                all.extend(points);
            }
            all.sort_unstable();
            assert_eq!(all, (0..plan(0).design().points()).collect::<Vec<_>>());
        }
    }
}

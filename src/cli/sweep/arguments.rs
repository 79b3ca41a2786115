//! What a sweep is asked to do, and the plan that this makes.
//!
//! Decides the options, and that all that is wrong with them is told in one go. What is
//! asked for is kept beside the results ([`SweepRequest`]), so that shards can be merged.

use super::names::run_command;
use super::report_options::ReportOptions;
use crate::cli::columns;
use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::variations::Variations;
use crate::cli::whole_number::whole;
use crate::figure::so_many;
use crate::sweep::{Axis, Columns, Design, Plan, Precision};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Run a scenario with many values of its parameters, and say what that changes
///
/// Each combination of the values of --vary is a design point. A scenario that draws
/// random numbers is run several times at each point; replication r has the same random
/// numbers everywhere (common random numbers), so that points are compared in pairs.
/// Writes runs.csv (a row for each run), summary.csv (a row for each point) and charts to
/// DIR/<scenario name>/sweep/. The same command goes on with a sweep that was interrupted,
/// and a larger one takes the runs that are there.
#[derive(Debug, Args)]
pub struct SweepArguments {
    /// The scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set a parameter for all runs; may be repeated for other parameters
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = crate::cli::options::parse_setting)]
    pub settings: Vec<(String, String)>,
    #[command(flatten)]
    pub request: SweepRequest,
    /// Threads [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1, 1024))]
    pub workers: Option<usize>,
    /// Say how many runs there are and how long they take, and run nothing else
    #[arg(long)]
    pub dry_run: bool,
    /// Begin anew, whatever an earlier sweep has left in the folder
    #[arg(long)]
    pub fresh: bool,
    #[command(flatten)]
    pub report: ReportOptions,
}

/// What is run and collected: all that results depend on, besides the scenario.
#[derive(Debug, Clone, PartialEq, Args, Serialize, Deserialize)]
pub struct SweepRequest {
    /// Vary a parameter: values and ranges, as room=1..16, workers=1,2,4, load=0.1..0.9:0.1,
    /// wait=10ms..50ms:10ms, rate=log:1..1000 or rate=log:1..100:7; may be repeated
    #[arg(long, value_name = "NAME=VALUES")]
    pub vary: Vec<String>,
    /// All parameters of --vary change together, from one point to the next
    #[arg(long)]
    pub zip: bool,
    /// Design points from a file: a line with the names of parameters, then one line for each point
    #[arg(long, value_name = "FILE.csv")]
    pub points: Option<PathBuf>,
    /// The content of that file, by parameter.
    #[arg(skip)]
    pub columns_of_points: Vec<(String, Vec<String>)>,
    /// Only points for which this holds, as 'room >= workers'; may be repeated
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// Runs of each point, with other random numbers each [default: 10, or 1 if nothing is
    /// drawn]; with --precision, at most so many [default: 1000]
    #[arg(long, value_name = "N", value_parser = whole::<u64>(1, 1_000_000_000))]
    pub replications: Option<u64>,
    /// Run each point until half of the 95% interval of a figure is at most this share of its
    /// mean, as total_time=1%
    #[arg(long, value_name = "FIGURE=SHARE")]
    pub precision: Option<String>,
    /// The figures to collect, separated by commas: total_time, those of marks as response.p95
    /// or customer.wait.mean, and paths of `run --format json` as resources.cpu.utilization
    #[arg(long = "of", value_name = "FIGURES", value_delimiter = ',', default_value = "total_time")]
    pub figures: Vec<String>,
    /// The seed of all random streams [default: the scenario's, or 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u64>(0, u64::MAX))]
    pub seed: Option<u64>,
    /// What else is found out of each run, separated by commas: its fingerprint, ties (whether the
    /// reverse order of simultaneous events comes to the same), races (how many), or none, which takes
    /// a fraction of the time
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "fingerprint,ties,races",
        hide_possible_values = true
    )]
    pub columns: Vec<Column>,
    /// Run only part I of N, to be put together by `merge`
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<(u64, u64)>,
}

/// A column that takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub enum Column {
    /// The fingerprint of each run
    Fingerprint,
    /// Whether the reverse order of simultaneous events comes to the same
    Ties,
    /// How many races there are
    Races,
    /// Nothing
    None,
}

fn shard(text: &str) -> Result<(u64, u64), String> {
    let parts = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((part, of)) if (1..=of).contains(&part) => Ok((part, of)),
        _ => Err("expected I/N, such as 3/8 for the third of eight parts".to_owned()),
    }
}

/// How many replications there are unless told otherwise.
const REPLICATIONS: u64 = 10;
/// And at most, where a precision is asked for.
const MOST_REPLICATIONS: u64 = 1000;

impl SweepRequest {
    /// Reads the file of design points, if there is one: the lines of its points.
    ///
    /// # Errors
    /// If it cannot be read, or is no table.
    pub fn read_points(&mut self) -> Result<Vec<u64>, Failure> {
        let Some(path) = &self.points else { return Ok(Vec::new()) };
        let table = columns::read(path, "design points")?;
        let columns = table.columns.into_iter().map(|column| (column.name, column.cells));
        self.columns_of_points = columns.collect();
        Ok(table.lines)
    }

    /// The plan of this request. `lines` are those of the design points in their file, for
    /// messages.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn plan<'s>(&self, loaded: &'s Loaded, lines: &[u64]) -> Result<Plan<'s>, Failure> {
        let mut problems = Vec::new();
        let design = self.design(loaded, lines, &mut problems);
        let figures: Vec<&str> = self.figures.iter().map(String::as_str).collect();
        // Each figure on its own, so that all problems are told.
        for figure in &figures {
            let one = Design::of_loaded(&loaded.scenario, &loaded.settings);
            problems.extend(Plan::new(&loaded.scenario, one, &[figure]).err());
        }
        let design = match design {
            Some(design) if problems.is_empty() => design,
            _ => return Err(Failure::problems(problems)),
        };
        self.check_feasible(&design, loaded)?;
        let plan = Plan::new(&loaded.scenario, design, &figures).map_err(Failure::usage)?;
        let precision = self.precision(&plan)?;
        let replications = match (self.replications, precision) {
            (Some(replications), _) => replications,
            (None, Some(_)) => MOST_REPLICATIONS,
            (None, None) => REPLICATIONS,
        };
        let seed = self.seed.unwrap_or(loaded.scenario.model.seed);
        let mut plan = plan.replicate(replications, seed).with_columns(self.columns_of_runs(loaded, seed));
        if let Some(precision) = precision {
            plan = plan.until(precision);
        }
        if let Some((part, of)) = self.shard {
            plan = plan.shard(part - 1, of);
        }
        Ok(plan)
    }

    fn design(&self, loaded: &Loaded, lines: &[u64], problems: &mut Vec<String>) -> Option<Design> {
        let model = &loaded.scenario.model;
        let mut variations = Variations::of(loaded);
        if let Some(path) = &self.points {
            let shown = crate::cli::console::shown(path);
            let columns = self.columns_of_points.iter();
            let axes = columns.map(|(name, cells)| {
                let problems = |why: Vec<String>| why.iter().map(|why| format!("{shown}: {why}")).collect();
                Axis::of_cells(model, name, cells, lines).map_err(problems)
            });
            variations.together(axes);
        }
        variations.vary(self.vary.iter().map(|text| Axis::read(model, text)), self.zip);
        variations.only_where(&self.conditions);
        variations.design(problems)
    }

    /// Refuses conditions that no point fulfils.
    fn check_feasible(&self, design: &Design, loaded: &Loaded) -> Result<(), Failure> {
        // Points that cannot be looked at are told when they are run.
        let is_out = |number| matches!(design.point(&loaded.scenario.model, number), Ok(None));
        if !design.has_conditions() || !(0..design.points()).all(is_out) {
            return Ok(());
        }
        let conditions = self.conditions.iter().map(|condition| format!("`{condition}`"));
        Err(Failure::usage(format!(
            "none of the {} fulfils {}",
            so_many(design.points(), "point"),
            conditions.collect::<Vec<_>>().join(" and ")
        )))
    }

    fn precision(&self, plan: &Plan<'_>) -> Result<Option<Precision>, Failure> {
        let Some(text) = &self.precision else { return Ok(None) };
        let wrong = |why: String| Failure::usage(format!("--precision {text}: {why}"));
        let Some((figure, share)) = text.rsplit_once('=') else {
            return Err(wrong("write FIGURE=SHARE, such as total_time=1%".to_owned()));
        };
        let Some(number) = share.trim().strip_suffix('%') else {
            return Err(wrong(format!("a share has a percent sign, such as {figure}=1%")));
        };
        let percent = number.trim().parse::<f64>().ok().filter(|percent| (1e-6..100.0).contains(percent));
        let Some(percent) = percent else {
            return Err(wrong("a share is at least 0.000001% and less than 100%".to_owned()));
        };
        let Some(place) = self.figures.iter().position(|asked| asked == figure) else {
            let collected = self.figures.join(",");
            return Err(wrong(format!(
                "'{figure}' is not collected: name one of the figures of --of ({collected}), or add it there"
            )));
        };
        if !plan.is_random() {
            return Err(Failure::usage(
                "nothing is drawn in this scenario, so that one run says all: leave --precision out",
            ));
        }
        Ok(Some(Precision { figure: place, share: percent / 100.0 }))
    }

    fn columns_of_runs(&self, loaded: &Loaded, seed: u64) -> Columns {
        let has = |column| self.columns.contains(&column);
        let constant = |name: &str, value: String| (name.to_owned(), value);
        Columns {
            fingerprint: has(Column::Fingerprint),
            ties: has(Column::Ties),
            races: has(Column::Races),
            constants: vec![
                constant("seed", seed.to_string()),
                constant("version", env!("CARGO_PKG_VERSION").to_owned()),
                constant("scenario", loaded.scenario.hash()),
            ],
            command: Some(run_command(loaded)),
        }
    }
}

//! What is fitted to which measurements, as it is asked on the command line.
//!
//! Decides the options, and that all that is wrong with them and with the table is told
//! in one go.

use crate::cli::console::shown;
use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::options::ScenarioOptions;
use crate::cli::whole_number::whole;
use crate::sweep::{FitParameter, MOST_FITTED, Measurements};
use crate::table::ColumnsFile;
use clap::Args;
use std::path::PathBuf;

/// Fit parameters of a scenario to measurements of the real system
///
/// The table has a row for each setting that was measured. Its columns are parameters of the
/// scenario (what was set), figures (what was measured: total_time, response.p95, paths of `run
/// --format json`), figures with .se behind them (how far a figure may be off: one standard
/// deviation), and held_out (true for rows that are predicted, and not fitted).
///
/// Says which values fit best, how far each may be off, whether the data determine them at
/// all, and what the fitted scenario makes of the rows that were held out. Several scenarios, or
/// several values of --set, are explanations: each is fitted, and those that what was held out
/// speaks against are told. Writes fitted.yaml (the scenario with the fitted values) and charts to
/// DIR/<scenario name>/calibrate/.
#[derive(Debug, Args)]
pub struct CalibrateArguments {
    #[command(flatten)]
    pub scenarios: ScenarioOptions,
    /// The measurements: a line with names, then a line for each setting; times have units
    #[arg(long, value_name = "FILE.csv")]
    pub data: PathBuf,
    /// The parameters to fit, separated by commas, each with the range in which to look:
    /// startup=0s..2s, rate=log:1..1000 [default range: up to ten times the value of the file]
    #[arg(long, value_name = "NAMES", required = true, value_delimiter = ',')]
    pub fit: Vec<String>,
    /// Predict the rows for which this holds, and do not fit them, as 'processes == 6'; may be
    /// repeated
    #[arg(long, value_name = "CONDITION")]
    pub hold_out: Vec<String>,
    /// How far measured figures may be off where the table does not say: one standard deviation, as
    /// 3% [default: what is left of the deviations says so]
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub error: Option<f64>,
    /// Runs of each setting, where random numbers are drawn
    #[arg(long, value_name = "N", default_value = "30", value_parser = whole::<u64>(1, 1_000_000))]
    pub replications: u64,
    /// The seed of all random streams [default: the scenario's, or 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u64>(0, u64::MAX))]
    pub seed: Option<u64>,
    /// Threads [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1, 1024))]
    pub workers: Option<usize>,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Write no charts
    #[arg(long)]
    pub no_charts: bool,
}

/// One scenario with what it is fitted to.
pub struct Calibration<'l> {
    pub loaded: &'l Loaded,
    pub measurements: Measurements,
    pub parameters: Vec<FitParameter>,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let share = number.filter(|percent| (1e-6..=100.0).contains(percent)).map(|percent| percent / 100.0);
    share.ok_or_else(|| "expected a percentage above 0% and up to 100%, such as 3%".to_owned())
}

impl CalibrateArguments {
    /// Reads all of it for these scenarios.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read<'l>(
        &self,
        loaded: &'l [Loaded],
        table: &ColumnsFile,
    ) -> Result<Vec<Calibration<'l>>, Failure> {
        let mut problems = Vec::new();
        let mut all = Vec::new();
        for loaded in loaded {
            all.extend(self.read_one(loaded, table, &mut problems));
        }
        // Of several scenarios each has most problems of the others, too.
        let mut told: Vec<String> = Vec::new();
        problems.into_iter().for_each(|problem| {
            if !told.contains(&problem) {
                told.push(problem);
            }
        });
        if told.is_empty() { Ok(all) } else { Err(Failure::problems(told)) }
    }

    fn read_one<'l>(
        &self,
        loaded: &'l Loaded,
        table: &ColumnsFile,
        problems: &mut Vec<String>,
    ) -> Option<Calibration<'l>> {
        let parameters = self.parameters(loaded, problems);
        let path = shown(&self.data);
        let mut measurements = match Measurements::read(&loaded.scenario, &table.columns, &table.lines) {
            Ok(measurements) => measurements,
            Err(why) => {
                problems.extend(why.into_iter().map(|why| format!("{path}: {why}")));
                return None;
            }
        };
        for condition in &self.hold_out {
            problems.extend(measurements.hold_out(&loaded.scenario, condition).err());
        }
        for axis in &measurements.settings {
            let name = &axis.name;
            if parameters.iter().any(|parameter| parameter.param == axis.param) {
                problems.push(format!("'{name}' is fitted, and a column of {path}: one of both"));
            }
            if loaded.settings.iter().any(|(set, _)| set == name) {
                problems.push(format!("'{name}' is set, and a column of {path}: one of both"));
            }
        }
        problems.extend(self.without_error(&measurements, table).map(|why| format!("{path}, {why}")));
        Some(Calibration { loaded, measurements, parameters })
    }

    fn parameters(&self, loaded: &Loaded, problems: &mut Vec<String>) -> Vec<FitParameter> {
        let mut parameters: Vec<FitParameter> = Vec::new();
        for text in &self.fit {
            match FitParameter::read(&loaded.scenario, text) {
                Ok(parameter) if parameters.iter().any(|other| other.param == parameter.param) => {
                    problems.push(format!("'{}' is fitted twice", parameter.name));
                }
                Ok(parameter) if loaded.settings.iter().any(|(set, _)| *set == parameter.name) => {
                    problems.push(format!("'{}' is both set and fitted", parameter.name));
                }
                Ok(parameter) => parameters.push(parameter),
                Err(why) => problems.push(why),
            }
        }
        if parameters.len() > MOST_FITTED {
            problems.push(format!("at most {MOST_FITTED} parameters can be fitted at once"));
        }
        parameters
    }

    /// What is wrong with how far figures may be off: nobody knows of some, or of nothing it
    /// is no share.
    fn without_error(&self, measurements: &Measurements, table: &ColumnsFile) -> Option<String> {
        let line = |row: usize| table.lines.get(row).copied().unwrap_or_default();
        let has_error = measurements.cells().any(|(.., measured)| measured.error.is_some());
        let unknown = measurements.cells().find(|(.., measured)| {
            measured.error.is_none() && (measured.value == 0.0 || has_error && self.error.is_none())
        });
        if measurements.fitted().next().is_none() {
            return Some("there is no row with a figure that is not held out".to_owned());
        }
        let (row, figure, measured) = unknown?;
        let name = &measurements.figures[figure].name;
        let name = if name == "total_time_ns" { "total_time" } else { name };
        Some(match measured.value == 0.0 {
            true => format!(
                "line {}: '{name}' is 0, so say how far it may be off in a column '{name}.se'",
                line(row)
            ),
            false => format!(
                "line {}: nothing says how far '{name}' may be off; fill in '{name}.se', or give --error",
                line(row)
            ),
        })
    }
}

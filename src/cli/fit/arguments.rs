//! Which values are fitted by which distributions, as it is asked on the command line.
//!
//! Decides that a column has durations if its first value is one, and that all that is
//! wrong is told in one go.

use crate::analysis::{FitSample, fitted_families};
use crate::cli::columns;
use crate::cli::console::shown;
use crate::cli::failure::Failure;
use crate::cli::options::Format;
use crate::cli::whole_number::whole;
use crate::scenario::suggestion;
use crate::sweep::{cell_place, constant, number_of};
use crate::table::{ColumnsFile, DataColumn};
use crate::value::Type;
use clap::Args;
use std::path::PathBuf;

/// Fit distributions to a column of measurements
///
/// Of each distribution of the language the parameters are found that make the values most likely;
/// the distributions are ranked by Akaike's information criterion. How far the values are from each
/// is told by the distances of Kolmogorov and Smirnov and of Anderson and Darling. Their
/// probabilities are those of samples that are drawn from the fitted distribution and fitted again
/// (a parametric bootstrap), since tables do not hold for parameters that were fitted. Writes a Q-Q
/// plot of the best one to DIR/<column>/fit/.
#[derive(Debug, Args)]
pub struct FitArguments {
    /// The table: a line with names, then a line for each value; times have units
    #[arg(value_name = "FILE.csv")]
    pub file: PathBuf,
    /// The column [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub column: Option<String>,
    /// The distributions, separated by commas [default: all that are continuous]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub distribution: Vec<String>,
    /// Samples that are drawn of each distribution [default: 999, and fewer of more than 5,000 values]
    #[arg(long, value_name = "N", value_parser = whole::<u64>(19, 1_000_000))]
    pub samples: Option<u64>,
    /// The seed of all samples
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true,
        value_parser = whole::<u64>(0, u64::MAX))]
    pub seed: u64,
    /// Threads [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1, 1024))]
    pub workers: Option<usize>,
    /// How to print results; JSON is one object
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Write no chart
    #[arg(long)]
    pub no_charts: bool,
}

/// A column that is fitted.
pub struct MeasuredValues {
    /// Its name.
    pub name: String,
    /// Whether values are durations, in nanoseconds.
    pub is_time: bool,
    pub sample: FitSample,
    /// How many cells are empty.
    pub empty: usize,
}

impl FitArguments {
    /// The names of the distributions.
    ///
    /// # Errors
    /// If there is no such distribution.
    pub fn families(&self) -> Result<Vec<&'static str>, Failure> {
        let find =
            |name: &String| fitted_families().find(|family| family == name).ok_or_else(|| unknown(name));
        let found: Vec<Result<&'static str, String>> = self.distribution.iter().map(find).collect();
        let problems: Vec<String> = found.iter().filter_map(|one| one.clone().err()).collect();
        if !problems.is_empty() {
            return Err(Failure::problems(problems));
        }
        let asked: Vec<&'static str> = found.into_iter().flatten().collect();
        let is_asked = |family: &&str| asked.is_empty() || asked.contains(family);
        Ok(fitted_families().filter(is_asked).collect())
    }

    /// Reads the column.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn values(&self) -> Result<MeasuredValues, Failure> {
        let table = columns::read(&self.file, "values")?;
        let path = shown(&self.file);
        let column = self.column(&table, &path)?;
        let filled: Vec<(usize, &str)> = column
            .cells
            .iter()
            .enumerate()
            .map(|(row, cell)| (row, cell.as_str()))
            .filter(|(_, cell)| !cell.is_empty())
            .collect();
        let is_time = filled.first().is_some_and(|(_, cell)| constant(cell, Type::Duration).is_ok());
        let ty = if is_time { Type::Duration } else { Type::Float };
        let (mut values, mut problems) = (Vec::new(), Vec::new());
        for (row, cell) in &filled {
            match constant(cell, ty) {
                Ok(value) => values.push(number_of(value)),
                Err(why) => {
                    let place = cell_place(&column.name, *row, &table.lines);
                    problems.push(format!("{path}: {place}: {why}"));
                }
            }
        }
        if filled.is_empty() {
            problems.push(format!("{path}: there is no value in column '{}'", column.name));
        }
        if !problems.is_empty() {
            return Err(Failure::problems(problems));
        }
        let empty = column.cells.len() - filled.len();
        let same = format!(
            "all values of '{}' are {}: nothing varies, so that it is no distribution",
            column.name, filled[0].1
        );
        let sample = FitSample::new(values).ok_or_else(|| Failure::usage(format!("{path}: {same}")))?;
        Ok(MeasuredValues { name: column.name.clone(), is_time, sample, empty })
    }

    fn column<'t>(&self, table: &'t ColumnsFile, path: &str) -> Result<&'t DataColumn, Failure> {
        let names = || table.names();
        let listed = || names().collect::<Vec<_>>().join(", ");
        match (&self.column, table.columns.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Failure::usage(format!(
                "{path} has several columns; choose one with --column: {}",
                listed()
            ))),
            (Some(name), columns) => columns.iter().find(|column| column.name == *name).ok_or_else(|| {
                let hint = suggestion(name, names());
                Failure::usage(format!("{path} has no column '{name}'{hint}; there are {}", listed()))
            }),
        }
    }
}

fn unknown(name: &str) -> String {
    let hint = suggestion(name, fitted_families());
    let all = fitted_families().collect::<Vec<_>>().join(", ");
    format!("--distribution {name}: there is no such continuous distribution{hint}; there are {all}")
}

//! In which forms rows can be written, and which of them this program knows.

use crate::cli::failure::Failure;
use clap::ValueEnum;

/// A form of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// Comma-separated values
    Csv,
    /// An object on each line
    Jsonl,
    /// Columns, for data frames and databases
    Parquet,
}

/// Whether this program can write rows in these forms.
///
/// # Errors
/// If one of them was left out when it was built.
pub fn check(formats: &[RowFormat]) -> Result<(), Failure> {
    if cfg!(feature = "parquet") || !formats.contains(&RowFormat::Parquet) {
        return Ok(());
    }
    Err(Failure::usage(
        "this program was built without Parquet; build it with `--features parquet`, \
         or convert runs.csv with a program of your own",
    ))
}

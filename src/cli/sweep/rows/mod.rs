//! The rows of a sweep in other forms than CSV.
//!
//! Decides that the table stays the store: it grows and is taken up again, and the other
//! forms are made of it at the end, whole or not at all.

mod cells;
mod json_lines;
#[cfg(feature = "parquet")]
mod parquet;

use super::row_format::RowFormat;
use super::store::RUNS;
use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use crate::sweep::Plan;
use cells::Cells;
use std::path::{Path, PathBuf};

/// Writes the rows of a table in a form; where they are, if that is not the table itself.
///
/// # Errors
/// If the table cannot be read or the file cannot be written.
pub fn write(
    format: RowFormat,
    plan: &Plan<'_>,
    table: &Path,
    folder: &Folder,
) -> Result<Option<PathBuf>, Failure> {
    let cells = || Cells::open(plan, table).map_err(|error| folder.failure(RUNS, &error.into()));
    match format {
        RowFormat::Csv => Ok(None),
        RowFormat::Jsonl => json_lines::write(cells()?, folder).map(Some),
        #[cfg(feature = "parquet")]
        RowFormat::Parquet => parquet::write(cells()?, folder).map(Some),
        #[cfg(not(feature = "parquet"))]
        RowFormat::Parquet => super::row_format::check(&[format]).map(|()| None),
    }
}

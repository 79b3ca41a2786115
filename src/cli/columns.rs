//! Tables that users name beside their scenarios.
//!
//! Decides how a command ends that cannot read one.

use super::bounded_file;
use super::console::shown;
use super::failure::Failure;
use crate::table::{ColumnsFile, MOST_MIB, Malformed, columns};
use std::path::Path;

/// Reads a table of `what`, as design points.
///
/// # Errors
/// If it cannot be read, or is no table.
pub fn read(path: &Path, what: &str) -> Result<ColumnsFile, Failure> {
    let bytes = bounded_file::read(path, "a table", MOST_MIB)?;
    let table = columns(&bytes).map_err(|malformed| malformed_in(path, malformed))?;
    if table.lines.is_empty() {
        let shown = shown(path);
        return Err(Failure::usage(format!("{shown} has no {what}: a line of names, then one for each")));
    }
    Ok(table)
}

/// What ends a command that was to read this file.
pub fn malformed_in(file: &Path, malformed: Malformed) -> Failure {
    let Malformed { line, column, message } = malformed;
    let column = column.map_or_else(String::new, |column| format!(", column {column}"));
    Failure::usage(format!("{}: line {line}{column}: {message}", shown(file)))
}

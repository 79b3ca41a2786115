//! Tables that users write: a line with names, then rows.
//!
//! Decides that each column has a name of its own and a cell in each row, and that each
//! row knows its line. What stands in the cells is the business of those who read them.

use super::bounded_file;
use super::console::{printable, shown};
use super::csv_rows::{CsvRow, Malformed, Rows, not_by_commas};
use super::failure::Failure;
use crate::sweep::DataColumn;
use std::path::Path;

/// The most MiB of such a table.
const MOST_MIB: u64 = 64;

/// A table by columns.
pub struct ColumnsFile {
    /// Its columns, with as many cells each; at least one, with at least one cell.
    pub columns: Vec<DataColumn>,
    /// By row, its line in the file.
    pub lines: Vec<u64>,
}

/// Reads a table of `what`, as design points.
///
/// # Errors
/// If it cannot be read, or is no table.
pub fn read(path: &Path, what: &str) -> Result<ColumnsFile, Failure> {
    let bytes = bounded_file::read(path, "a table", MOST_MIB)?;
    let table = parse(&bytes).map_err(|malformed| malformed.failure(path))?;
    if table.lines.is_empty() {
        let shown = shown(path);
        return Err(Failure::usage(format!("{shown} has no {what}: a line of names, then one for each")));
    }
    Ok(table)
}

fn parse(bytes: &[u8]) -> Result<ColumnsFile, Malformed> {
    let mut rows = Rows::new(bytes)?;
    let head = rows.next().unwrap_or_else(|| Err(Malformed::new(1, "the file is empty")))?;
    let (mut columns, mut lines) = (named(&head)?, Vec::new());
    for row in rows {
        let row = row?;
        row.check_width(columns.len())?;
        lines.push(row.line as u64);
        for (column, cell) in columns.iter_mut().zip(&row.cells) {
            column.cells.push(cell.trimmed().to_owned());
        }
    }
    Ok(ColumnsFile { columns, lines })
}

/// The columns of a line of names, without cells.
fn named(head: &CsvRow) -> Result<Vec<DataColumn>, Malformed> {
    let mut columns: Vec<DataColumn> = Vec::new();
    for cell in &head.cells {
        let name = cell.trimmed();
        let wrong = |why: String| Err(Malformed::new(head.line, why));
        if name.is_empty() {
            return wrong(format!("column {} has no name", columns.len() + 1));
        }
        if let Some(hint) = not_by_commas(name) {
            return wrong(format!("the name of a column is '{}'{hint}", printable(name)));
        }
        if columns.iter().any(|column| column.name == name) {
            return wrong(format!("there are two columns '{}'", printable(name)));
        }
        columns.push(DataColumn { name: name.to_owned(), cells: Vec::new() });
    }
    Ok(columns)
}

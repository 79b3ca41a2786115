//! A line with names, then rows.
//!
//! Decides that each column has a name of its own and a cell in each row, and that each
//! row knows its line.

use super::rows::{CsvRow, Malformed, Rows, not_by_commas};
use crate::trace::printable;

/// The most MiB of a table.
pub const MOST_MIB: u64 = 64;

/// A column of a table, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataColumn {
    /// Its name.
    pub name: String,
    /// Its cells, without blanks around them.
    pub cells: Vec<String>,
}

/// A table by columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnsFile {
    /// Its columns, with as many cells each; at least one.
    pub columns: Vec<DataColumn>,
    /// By row, its line in the file.
    pub lines: Vec<u64>,
}

impl ColumnsFile {
    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.columns.iter().map(|column| column.name.as_str())
    }
}

/// The columns of a file with these bytes.
///
/// # Errors
/// If it is no table.
pub fn columns(bytes: &[u8]) -> Result<ColumnsFile, Malformed> {
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

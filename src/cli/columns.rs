//! Tables that users write: a line with names, then rows.
//!
//! Decides how they are read, and that each row knows its line.

use super::console;
use super::failure::Failure;
use crate::sweep::DataColumn;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The most bytes of such a table.
const MOST_BYTES: u64 = 64 << 20;

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
    let shown = console::shown(path);
    let cannot = |error: std::io::Error| Failure::environment(format!("cannot read '{shown}': {error}"));
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(cannot)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Failure::usage(format!("{shown} is longer than {} MiB", MOST_BYTES >> 20)));
    }
    let wrong = |error: csv::Error| Failure::usage(format!("{shown}: {error}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice());
    let column = |name: &str| DataColumn { name: name.to_owned(), cells: Vec::new() };
    let mut columns: Vec<DataColumn> = reader.headers().map_err(wrong)?.iter().map(column).collect();
    let (mut lines, mut counted) = (Vec::new(), Counted { bytes: &bytes, at: 0, line: 1 });
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        lines.push(counted.line_of(record.position().map_or(0, |position| position.byte() as usize)));
        for (column, cell) in columns.iter_mut().zip(record.iter()) {
            column.cells.push(cell.to_owned());
        }
    }
    if lines.is_empty() {
        return Err(Failure::usage(format!("{shown} has no {what}: a line of names, then one for each")));
    }
    Ok(ColumnsFile { columns, lines })
}

/// Lines that were counted up to a byte.
struct Counted<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl Counted<'_> {
    /// The line of the row that begins at a byte or behind empty lines there.
    fn line_of(&mut self, begin: usize) -> u64 {
        let is_break = |byte: &&u8| matches!(byte, b'\n' | b'\r');
        let empty = self.bytes[begin..].iter().take_while(is_break).count();
        let passed = &self.bytes[self.at..begin + empty];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = begin + empty;
        self.line
    }
}

//! Tables that users write: CSV files, read strictly.
//!
//! Decides what a table is and what is malformed. What stands in the cells is the
//! business of those who read them.

mod columns;
mod rows;

pub use columns::{ColumnsFile, DataColumn, MOST_MIB, columns};
pub use rows::{CsvCell, CsvRow, Malformed, Rows, not_by_commas};

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a file; `None` if there are more than so many MiB, so that a device or a
/// wrong file does not fill the memory.
///
/// # Errors
/// If it cannot be read.
pub fn read_bounded(path: &Path, most_mib: u64) -> io::Result<Option<Vec<u8>>> {
    let (mut bytes, most) = (Vec::new(), most_mib << 20);
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

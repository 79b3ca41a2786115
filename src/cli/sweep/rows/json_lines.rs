//! Rows as JSON lines: an object for each, with the columns of the table in their order.

use super::cells::{Cells, RowCell};
use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

const NAME: &str = "runs.jsonl";

/// Writes them; where they are.
///
/// # Errors
/// If the table cannot be read or the file cannot be written.
pub fn write(cells: Cells, folder: &Folder) -> Result<PathBuf, Failure> {
    let failure = |error: io::Error| folder.failure(NAME, &error);
    let mut file = BufWriter::new(folder.begin()?);
    write_all(cells, &mut file).map_err(failure)?;
    let file = file.into_inner().map_err(|error| failure(error.into_error()))?;
    folder.finish(file, NAME)
}

fn write_all(mut cells: Cells, file: &mut impl Write) -> io::Result<()> {
    let name = |name: &String| Ok(format!("{}:", serde_json::to_string(name)?));
    let names = cells.columns.iter().map(|column| name(&column.name)).collect::<io::Result<Vec<_>>>()?;
    while let Some(row) = cells.next()? {
        let mut before = b'{';
        for (name, cell) in names.iter().zip(&row) {
            file.write_all(&[before])?;
            file.write_all(name.as_bytes())?;
            write_cell(file, cell)?;
            before = b',';
        }
        file.write_all(b"}\n")?;
    }
    Ok(())
}

fn write_cell(file: &mut impl Write, cell: &RowCell<'_>) -> io::Result<()> {
    Ok(serde_json::to_writer(file, cell)?)
}

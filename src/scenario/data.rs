//! ColumnsFile of tables from which a distribution takes its values.
//!
//! Decides where a table is looked for (a path is relative to the scenario), of which type
//! a column is, and what a cell is worth. What is drawn from the values is decided elsewhere.

use super::names::{nearest, quoted};
use super::number::{self, Number};
use crate::table::{ColumnsFile, DataColumn, MOST_MIB, columns, read_bounded};
use crate::trace::TableInfo;
use crate::value::{Type, Word};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

/// The values of a column, in the order of the rows; at least one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DataValues {
    /// Integers, floats or durations.
    pub ty: Type,
    /// As a machine has them.
    pub words: Arc<[Word]>,
}

impl DataValues {
    /// The number of the first row, from 1, with a negative duration.
    pub fn negative(&self) -> Option<usize> {
        self.words.iter().position(|&word| (word as i64) < 0).map(|row| row + 1)
    }

    /// As floats, if they are integers.
    pub fn widened(self) -> DataValues {
        if self.ty != Type::Int {
            return self;
        }
        let words = self.words.iter().map(|&word| (word as i64 as f64).to_bits()).collect();
        DataValues { ty: Type::Float, words }
    }

    /// As floats, durations in nanoseconds, from the smallest on.
    pub fn sorted_floats(&self) -> Arc<[Word]> {
        let float = |&word: &Word| match self.ty {
            Type::Float => f64::from_bits(word),
            _ => word as i64 as f64,
        };
        let mut floats: Vec<f64> = self.words.iter().map(float).collect();
        floats.sort_by(f64::total_cmp);
        floats.into_iter().map(f64::to_bits).collect()
    }
}

/// Which column, and the unit of its numbers where those are durations.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColumnName<'n> {
    pub file: &'n str,
    /// Not needed where there is only one.
    pub column: Option<&'n str>,
    pub unit: Option<&'n str>,
}

/// What is wrong, and what to do about it.
pub(super) type DataProblem = (String, Option<String>);

/// The tables that were read for a scenario.
#[derive(Debug, Default)]
pub(super) struct DataFiles {
    folder: PathBuf,
    read: Vec<(TableInfo, ColumnsFile)>,
    /// ColumnsFile that were asked for, so that all who draw from one share it.
    known: Vec<(String, DataValues)>,
}

impl DataFiles {
    /// No file yet; paths are relative to that of the scenario.
    pub fn beside(scenario: &str) -> DataFiles {
        let folder = Path::new(scenario).parent().map(Path::to_path_buf).unwrap_or_default();
        DataFiles { folder, ..DataFiles::default() }
    }

    /// The files that were read, in the order in which they were first named.
    pub fn into_files(self) -> Vec<TableInfo> {
        self.read.into_iter().map(|(file, _)| file).collect()
    }

    /// The values of a column.
    pub fn values(&mut self, name: &ColumnName<'_>) -> Result<DataValues, DataProblem> {
        let key = format!("{name:?}");
        if let Some((_, values)) = self.known.iter().find(|(known, _)| *known == key) {
            return Ok(values.clone());
        }
        let table = self.table(name.file)?;
        let column = column(table, name)?;
        let values = values_of(column, &table.lines, name)?;
        self.known.push((key, values.clone()));
        Ok(values)
    }

    fn table(&mut self, path: &str) -> Result<&ColumnsFile, DataProblem> {
        let found = self.read.iter().position(|(file, _)| file.file == path);
        let place = match found {
            Some(place) => place,
            None => {
                let read = self.open(path)?;
                self.read.push(read);
                self.read.len() - 1
            }
        };
        Ok(&self.read[place].1)
    }

    fn open(&self, path: &str) -> Result<(TableInfo, ColumnsFile), DataProblem> {
        let whole = self.folder.join(path);
        let cannot = |error: io::Error| {
            let hint = format!(
                "a path is relative to the scenario: {} was looked for",
                quoted(&whole.to_string_lossy())
            );
            (format!("cannot read {}: {error}", quoted(path)), Some(hint))
        };
        // A pipe or a device, which a scenario from elsewhere may name, would be waited for.
        if !fs::metadata(&whole).map_err(cannot)?.is_file() {
            return Err((format!("{} is no plain file", quoted(path)), None));
        }
        let bytes = read_bounded(&whole, MOST_MIB).map_err(cannot)?;
        let Some(bytes) = bytes else {
            return Err((
                format!("{} is too large", quoted(path)),
                Some(format!("a table has at most {MOST_MIB} MiB")),
            ));
        };
        let table = columns(&bytes).map_err(|wrong| {
            let place = wrong.column.map_or_else(String::new, |column| format!(", column {column}"));
            (format!("{}: line {}{place}: {}", quoted(path), wrong.line, wrong.message), None)
        })?;
        let hash = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&bytes));
        Ok((TableInfo { file: path.to_owned(), hash }, table))
    }
}

fn column<'t>(table: &'t ColumnsFile, name: &ColumnName<'_>) -> Result<&'t DataColumn, DataProblem> {
    let listed = table.names().map(quoted).collect::<Vec<_>>().join(", ");
    let Some(wanted) = name.column else {
        return match table.columns.as_slice() {
            [only] => Ok(only),
            _ => {
                let message = format!("{} has several columns: {listed}", quoted(name.file));
                Err((message, Some("say which with `column`".to_owned())))
            }
        };
    };
    table.columns.iter().find(|column| column.name == wanted).ok_or_else(|| {
        let hint = match nearest(wanted, table.names()) {
            Some(near) => format!("did you mean {}?", quoted(near)),
            None => format!("there are {listed}"),
        };
        (format!("{} has no column {}", quoted(name.file), quoted(wanted)), Some(hint))
    })
}

fn values_of(column: &DataColumn, lines: &[u64], name: &ColumnName<'_>) -> Result<DataValues, DataProblem> {
    let mut cells = Vec::with_capacity(column.cells.len());
    for (cell, line) in column.cells.iter().zip(lines) {
        let wrong =
            |(message, hint): DataProblem| (format!("{}: line {line}: {message}", quoted(name.file)), hint);
        cells.push(cell_value(cell, name.unit).map_err(wrong)?);
    }
    if cells.is_empty() {
        return Err((format!("{} has no row below its names", quoted(name.file)), None));
    }
    let is_duration = |cell: &Cell| matches!(cell, Cell::Duration(_));
    let durations = cells.iter().filter(|cell| is_duration(cell)).count();
    if durations > 0 && durations < cells.len() {
        let other = cells.iter().position(|cell| is_duration(cell) != is_duration(&cells[0]));
        let line = other.map_or(0, |row| lines[row]);
        let message =
            format!("{}: line {line}: some cells are durations, and others numbers", quoted(name.file));
        return Err((
            message,
            Some("write a unit in each cell, or in none and say it with `unit`".to_owned()),
        ));
    }
    let is_whole = cells.iter().all(|cell| matches!(cell, Cell::Int(_)));
    let ty = match cells[0] {
        Cell::Duration(_) => Type::Duration,
        _ if is_whole => Type::Int,
        _ => Type::Float,
    };
    let word = |cell: &Cell| match *cell {
        Cell::Duration(whole) => whole as Word,
        Cell::Int(whole) if is_whole => whole as Word,
        Cell::Int(whole) => (whole as f64).to_bits(),
        Cell::Float(float) => float.to_bits(),
    };
    Ok(DataValues { ty, words: cells.iter().map(word).collect() })
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    Int(i64),
    Float(f64),
    /// Nanoseconds.
    Duration(i64),
}

/// What a cell is worth: a number or a duration, as a scenario writes them, maybe with a sign.
/// A number of a unit is rounded to whole nanoseconds, since measurements have digits beyond.
fn cell_value(cell: &str, unit: Option<&str>) -> Result<Cell, DataProblem> {
    if cell.is_empty() {
        return Err(("the cell is empty".to_owned(), None));
    }
    let (negative, digits) = match cell.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, cell.strip_prefix('+').unwrap_or(cell)),
    };
    let no_number = || (format!("{} is no number and no duration", quoted(cell)), None);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(no_number());
    }
    let sign = if negative { -1 } else { 1 };
    let read = number::read(digits, 0);
    let (number, end) = read.map_err(|error| (format!("{}: {}", quoted(cell), error.message), error.hint))?;
    if end != digits.len() {
        return Err(no_number());
    }
    let too_large = || (format!("{} does not fit 64 bits", quoted(cell)), None);
    let value = match number {
        Number::Int(whole) => {
            Cell::Int(i64::try_from(i128::from(whole) * i128::from(sign)).map_err(|_| too_large())?)
        }
        Number::Float(float) => Cell::Float(float * sign as f64),
        Number::Duration(nanos) => Cell::Duration(nanos * sign),
    };
    let Some(unit) = unit else { return Ok(value) };
    match value {
        Cell::Duration(_) => Ok(value),
        Cell::Int(_) | Cell::Float(_) => {
            let nanos = number::nanos_of(digits, unit).ok_or_else(too_large)?;
            Ok(Cell::Duration(nanos * sign))
        }
    }
}

//! The rows of a recording: whose they are, when, and what they can mean.
//!
//! Decides which columns there are and what may stand in them. What a malformed
//! file is otherwise, is decided in [`crate::table`]; what a label means, by
//! [`crate::backend::recorded`].

use crate::backend::recorded::{Recorded, RecordedLabel, RecordedLabels};
use crate::cli::bounded_file;
use crate::cli::columns::malformed_in;
use crate::cli::console::printable;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::ids::ProcessId;
use crate::scenario::{parse_duration, suggestion};
use crate::table::{CsvCell, CsvRow, Malformed, Rows, not_by_commas};
use crate::time::Time;
use crate::trace::{Header, NameTable};
use crate::value::Type;
use std::path::Path;

/// A recording has at most so many rows.
const MOST_ROWS: usize = 1_000_000;

/// And so many MiB.
const MOST_MIB: u64 = 256;

/// Rows between two questions whether the user wants to stop.
const STRETCH: usize = 1_024;

/// What a file says.
#[derive(Debug)]
pub struct RecordedRows {
    /// In their order.
    pub rows: Vec<Row>,
    /// Rows without a time, although there is a column for it.
    pub without_time: usize,
    /// Rows of a mark that carries a value, without one, although there is a column
    /// for it.
    pub without_value: usize,
}

/// A row, with all that it says.
#[derive(Debug)]
pub struct Row {
    /// Who, and what.
    pub point: Recorded,
    /// What that can be in the scenario.
    pub meanings: Vec<RecordedLabel>,
    /// Nanoseconds from the start.
    pub time: Option<u64>,
}

/// The columns, in the order in which messages name them.
const COLUMNS: [&str; 4] = ["time", "process", "event", "value"];

/// Where each of [`COLUMNS`] stands.
#[derive(Debug)]
struct Head {
    places: [Option<usize>; 4],
    /// How many there are.
    count: usize,
}

impl Head {
    fn of(cells: &[CsvCell], line: usize) -> Result<Head, Malformed> {
        let bad = |message: String| {
            let message = format!(
                "{message}; expected the columns time, process, event and value, of which process and event are needed"
            );
            Malformed::new(line, message)
        };
        let mut head = Head { places: [None; 4], count: cells.len() };
        for (place, cell) in cells.iter().enumerate() {
            let name = cell.trimmed();
            let Some(column) = COLUMNS.iter().position(|&column| column == name) else {
                let hint = not_by_commas(name).unwrap_or_default();
                return Err(bad(format!("there is no column '{}'{hint}", printable(name))));
            };
            if head.places[column].replace(place).is_some() {
                return Err(bad(format!("there are two columns '{name}'")));
            }
        }
        for (column, name) in COLUMNS.iter().enumerate() {
            if ["process", "event"].contains(name) && head.places[column].is_none() {
                return Err(bad(format!("the column '{name}' is missing")));
            }
        }
        Ok(head)
    }

    /// Whether there is this column.
    fn has(&self, column: &str) -> bool {
        COLUMNS.iter().zip(self.places).any(|(&known, place)| known == column && place.is_some())
    }

    /// The cell in a column, unless there is none or it is empty.
    fn cell<'c>(&self, cells: &'c [CsvCell], column: &str) -> Option<&'c CsvCell> {
        let number = COLUMNS.iter().position(|&known| known == column)?;
        cells.get(self.places[number]?).filter(|cell| !cell.trimmed().is_empty())
    }
}

/// What is wrong with a row, and at which byte of the text if it is one cell.
struct Wrong {
    at: Option<usize>,
    message: String,
}

impl Wrong {
    fn with(cell: &CsvCell, message: impl Into<String>) -> Wrong {
        Wrong { at: Some(cell.at), message: message.into() }
    }
}

/// Reads the recording in `file`, of a run with this `header`.
///
/// # Errors
/// If it cannot be read, is malformed, or names what is not in the scenario; or
/// the user stops it.
pub fn read(file: &Path, header: &Header, labels: &RecordedLabels<'_>) -> Result<RecordedRows, Failure> {
    let bytes = bounded_file::read(file, "a recording", MOST_MIB)?;
    let bad = |malformed: Malformed| malformed_in(file, malformed);
    let mut lines = Rows::new(&bytes).map_err(bad)?;
    let text = lines.text();
    let first = lines.next().expect("a file that is not empty has a row").map_err(bad)?;
    let head = Head::of(&first.cells, first.line).map_err(bad)?;
    let known = Known { header, names: NameTable::new(header), labels };
    let mut rows = Vec::new();
    let (mut without_time, mut without_value) = (0, 0);
    for row in lines {
        let row = row.map_err(bad)?;
        if rows.len() % STRETCH == 0 {
            interrupt::check()?;
        }
        if rows.len() == MOST_ROWS {
            return Err(bad(Malformed::new(row.line, format!("more than {MOST_ROWS} rows"))));
        }
        row.check_width(head.count).map_err(bad)?;
        let one = known.row(&head, &row).map_err(|Wrong { at, message }| match at {
            Some(at) => bad(Malformed::at(text, at, message)),
            None => bad(Malformed::new(row.line, message)),
        })?;
        without_time += usize::from(head.has("time") && one.time.is_none());
        without_value +=
            usize::from(head.has("value") && one.point.value.is_none() && known.wants_value(&one));
        rows.push(one);
    }
    if rows.is_empty() {
        return Err(bad(Malformed::new(first.line, "there are no rows")));
    }
    Ok(RecordedRows { rows, without_time, without_value })
}

/// What a row can name.
struct Known<'a> {
    header: &'a Header,
    names: NameTable,
    labels: &'a RecordedLabels<'a>,
}

impl Known<'_> {
    fn row(&self, head: &Head, CsvRow { cells, .. }: &CsvRow) -> Result<Row, Wrong> {
        let whole = |message: String| Wrong { at: None, message };
        let needed = |column: &str| {
            head.cell(cells, column).ok_or_else(|| whole(format!("there is no {column} in this row")))
        };
        let (process, event) = (self.process(needed("process")?)?, needed("event")?);
        let time = head
            .cell(cells, "time")
            .map(|cell| parse_time(cell.trimmed().trim()).map_err(|message| Wrong::with(cell, message)));
        let value = head.cell(cells, "value");
        let recorded = |label: &str| {
            let value = value.map(|cell| cell.trimmed().trim().to_owned());
            Recorded { process, label: label.to_owned(), value }
        };
        // A log text may begin or end with blanks of its own.
        for label in [event.text.as_str(), event.trimmed()] {
            let point = recorded(label);
            let meanings = self.labels.meanings(&point);
            if meanings.iter().any(|&label| self.labels.says(label, &point)) {
                return Ok(Row { point, meanings, time: time.transpose()? });
            }
        }
        Err(self.unknown(&recorded(event.trimmed()), event, value))
    }

    fn process(&self, cell: &CsvCell) -> Result<ProcessId, Wrong> {
        let name = cell.trimmed().trim();
        self.names.process(name).map_err(|message| {
            let hint = self.meant_process(name);
            Wrong::with(cell, format!("{}{hint}", printable(&message)))
        })
    }

    /// Which process was meant by a name that none has, as the end of a message.
    fn meant_process(&self, name: &str) -> String {
        let base = name.split_once('[').map_or(name, |(base, _)| base);
        let Some(info) = self.header.processes.iter().find(|info| info.name == base) else {
            return suggestion(base, self.header.processes.iter().map(|info| info.name.as_str()));
        };
        match (info.indexed, info.count) {
            (_, 0) => format!("; '{base}' has no instances"),
            (true, 1) => format!("; the only instance is '{base}[0]'"),
            (true, count) => format!("; the instances are '{base}[0]' to '{base}[{}]'", count - 1),
            (false, _) => format!("; '{base}' is but one and has no number"),
        }
    }

    /// Why no label can say a row.
    fn unknown(&self, point: &Recorded, event: &CsvCell, value: Option<&CsvCell>) -> Wrong {
        let name = self.header.process_name(point.process);
        let said = printable(&point.label);
        match (self.labels.meanings(point).first(), value) {
            (None, _) => {
                let sayings = self.labels.sayings(point.process);
                let hint = suggestion(&point.label, sayings.iter().map(String::as_str));
                Wrong::with(
                    event,
                    format!("no `mark` and no `log` of '{name}' can be '{said}'{}", printable(&hint)),
                )
            }
            (Some(RecordedLabel::Mark(_)), Some(cell)) => {
                let ty = self.labels.meanings(point).iter().find_map(|&label| self.labels.value_type(label));
                let carries = ty.map_or("no value", Type::described);
                let value = printable(cell.trimmed().trim());
                Wrong::with(
                    cell,
                    format!("'{value}' cannot be the value: mark '{said}' of '{name}' carries {carries}"),
                )
            }
            (Some(RecordedLabel::Log(_)), Some(cell)) => {
                Wrong::with(cell, "a line of a `log` step has no value; leave the cell empty")
            }
            (Some(&label), None) => {
                let saying = printable(&self.labels.saying(label));
                Wrong::with(event, format!("'{said}' cannot be a line of '{name}', which logs '{saying}'"))
            }
        }
    }

    /// Whether a row could have told a value that it does not.
    fn wants_value(&self, row: &Row) -> bool {
        row.meanings.iter().all(|&label| self.labels.value_type(label).is_some())
    }
}

/// Seconds in decimals, to the nearest nanosecond, or a duration with its unit.
fn parse_time(text: &str) -> Result<u64, String> {
    parse_duration(text).ok().or_else(|| nanos_of_seconds(text)).ok_or_else(|| {
        format!(
            "'{}' is no time: expected seconds from the start, or a duration such as 250ms",
            printable(text)
        )
    })
}

/// Reads seconds as the decimals that they are, never through a float.
fn nanos_of_seconds(text: &str) -> Option<u64> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.strip_prefix('+').unwrap_or(whole);
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = i64::from(exponent.parse::<i32>().ok()?);
    let significant = digits.trim_start_matches('0');
    // So many of the digits are whole nanoseconds; there may be zeros behind them.
    let kept = significant.len() as i64 - fraction.len() as i64 + exponent + 9;
    if significant.is_empty() || kept < 0 {
        return Some(0);
    }
    if kept > 19 {
        return None;
    }
    let kept = kept as usize;
    let zeros = kept.saturating_sub(significant.len());
    let nanos = format!("0{}{}", &significant[..kept - zeros], "0".repeat(zeros)).parse::<u64>().ok()?;
    let rounds_up = significant.as_bytes().get(kept).is_some_and(|&next| next >= b'5');
    Time::from_nanos(nanos.checked_add(u64::from(rounds_up))?).map(Time::as_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_decimals() {
        for (text, nanos) in [
            ("0", 0),
            ("1", 1_000_000_000),
            ("+1.5", 1_500_000_000),
            (".25", 250_000_000),
            ("3.", 3_000_000_000),
            // As a float times 1e9 this is 1000000114.9999999.
            ("1.000000115", 1_000_000_115),
            ("0.1234567894", 123_456_789),
            ("0.1234567895", 123_456_790),
            ("15.113819360733032", 15_113_819_361),
            ("1e-05", 10_000),
            ("4E-10", 0),
            ("5e-10", 1),
            ("1.5e3", 1_500_000_000_000),
            ("9007199.254740993", 9_007_199_254_740_993),
            ("007", 7_000_000_000),
            ("250ms", 250_000_000),
            ("9223372036.854775807", 9_223_372_036_854_775_807),
        ] {
            assert_eq!(parse_time(text), Ok(nanos), "{text}");
        }
        for text in
            ["", "-1", "soon", "1,5", "1.2.3", "e5", ".", "nan", "inf", "1e99", "9223372036.854775808", "0x1"]
        {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}

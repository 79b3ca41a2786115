//! The rows of a recording in CSV: whose they are, when, and what they can mean.
//!
//! Decides which columns there are and what may stand in them. What a malformed
//! file is otherwise, is decided in [`crate::table`]; what a label means, in `label`.

use super::label::{Recorded, RecordedLabel, RecordedLabels};
use crate::ids::ProcessId;
use crate::scenario::{parse_duration, suggestion};
use crate::table::{CsvCell, CsvRow, Malformed, Rows, not_by_commas, read_bounded};
use crate::time::Time;
use crate::trace::{Header, NameTable, printable};
use crate::value::Type;
use std::fmt;
use std::path::Path;

/// A recording has at most so many rows.
const MOST_ROWS: usize = 1_000_000;

/// And so many MiB.
const MOST_MIB: u64 = 256;

/// Rows between two questions whether to go on.
const STRETCH: usize = 1_024;

/// What a recording says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRun {
    /// In the order of the file, at least one.
    pub rows: Vec<RecordedRow>,
    /// Rows without a time, although there is a column for it.
    pub without_time: usize,
    /// Rows of a mark that carries a value, without one, although there is a column
    /// for it.
    pub without_value: usize,
}

impl RecordedRun {
    /// The points that were passed, as [`search`](super::search) takes them.
    pub fn points(&self) -> Vec<Recorded> {
        self.rows.iter().map(|row| row.point.clone()).collect()
    }
}

/// A row, with all that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRow {
    /// Who, and what.
    pub point: Recorded,
    /// What that can be in the scenario; at least one that says all of it.
    pub meanings: Vec<RecordedLabel>,
    /// Nanoseconds from the start.
    pub time: Option<u64>,
}

/// Why a recording cannot be read.
#[derive(Debug)]
pub enum RecordingError {
    /// The file cannot be read.
    Unreadable(std::io::Error),
    /// It has more than so many MiB.
    TooLarge(u64),
    /// It is no table, or names what is not in the scenario.
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1 and in characters, if it is about one cell.
        column: Option<usize>,
        /// What is wrong there.
        message: String,
    },
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordingError::Unreadable(error) => write!(f, "it cannot be read: {error}"),
            RecordingError::TooLarge(most) => write!(f, "a recording has at most {most} MiB"),
            RecordingError::Malformed { line, column: None, message } => write!(f, "line {line}: {message}"),
            RecordingError::Malformed { line, column: Some(column), message } => {
                write!(f, "line {line}, column {column}: {message}")
            }
        }
    }
}

impl std::error::Error for RecordingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RecordingError::Unreadable(error) => Some(error),
            RecordingError::TooLarge(_) | RecordingError::Malformed { .. } => None,
        }
    }
}

impl From<Malformed> for RecordingError {
    fn from(Malformed { line, column, message }: Malformed) -> RecordingError {
        RecordingError::Malformed { line, column, message }
    }
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

/// Reads a recording in CSV, of a run with the names of `header`: a line of columns, `process` and
/// `event` and maybe `time` and `value`, and a line for each point that was passed. An event is the
/// name of a mark or a line of a log; a time is in seconds, or a duration with its unit.
///
/// ```
/// use tempolane::backend::{compile, recorded::{RecordedLabels, RecordingError, Search, read_recording, search}};
/// use tempolane::scenario::load_str;
///
/// let text = "{version: 1, processes: {p: {count: 2, do: [{delay: 1s}, {mark: done}]}}}";
/// let loaded = load_str("p", text, &[])?;
/// let program = compile(&loaded.model).bind(&loaded.model, &loaded.params)?;
/// let header = program.header(0);
/// let labels = RecordedLabels::new(&program, &header);
///
/// let csv = "time,process,event\n1.02,p[1],done\n1.03,p[0],done\n";
/// let recording = read_recording(csv.as_bytes(), &header, &labels)?;
/// assert_eq!(recording.rows[0].time, Some(1_020_000_000));
/// assert_eq!(search(&program, &header, &recording.points(), 1_000), Search::Allowed);
///
/// let wrong = read_recording(b"process,event\np[0],dnoe\n", &header, &labels).unwrap_err();
/// assert!(matches!(wrong, RecordingError::Malformed { line: 2, column: Some(6), .. }));
/// assert_eq!(
///     wrong.to_string(),
///     "line 2, column 6: no `mark` and no `log` of 'p[0]' can be 'dnoe'; did you mean 'done'?"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If it is malformed, or names what is not in the scenario: the first such line.
pub fn read_recording(
    text: &[u8],
    header: &Header,
    labels: &RecordedLabels<'_>,
) -> Result<RecordedRun, RecordingError> {
    let read = read_while(text, header, labels, &|| true)?;
    Ok(read.expect("nobody stops it"))
}

/// Reads the recording in a file, as [`read_recording`].
///
/// # Errors
/// If it cannot be read, has more than 256 MiB, is malformed, or names what is not in the scenario.
pub fn read_recording_file(
    file: &Path,
    header: &Header,
    labels: &RecordedLabels<'_>,
) -> Result<RecordedRun, RecordingError> {
    read_recording(&read_bytes(file)?, header, labels)
}

/// The bytes of a recording.
pub(crate) fn read_bytes(file: &Path) -> Result<Vec<u8>, RecordingError> {
    let bytes = read_bounded(file, MOST_MIB).map_err(RecordingError::Unreadable)?;
    bytes.ok_or(RecordingError::TooLarge(MOST_MIB))
}

/// Reads a recording, and asks now and then whether to go on; `None` if not.
pub(crate) fn read_while(
    bytes: &[u8],
    header: &Header,
    labels: &RecordedLabels<'_>,
    goes_on: &dyn Fn() -> bool,
) -> Result<Option<RecordedRun>, RecordingError> {
    let mut lines = Rows::new(bytes)?;
    let text = lines.text();
    let first = lines.next().expect("a file that is not empty has a row")?;
    let head = Head::of(&first.cells, first.line)?;
    let known = Known { header, names: NameTable::new(header), labels };
    let mut rows = Vec::new();
    let (mut without_time, mut without_value) = (0, 0);
    for row in lines {
        let row = row?;
        if rows.len() % STRETCH == 0 && !goes_on() {
            return Ok(None);
        }
        if rows.len() == MOST_ROWS {
            return Err(Malformed::new(row.line, format!("more than {MOST_ROWS} rows")).into());
        }
        row.check_width(head.count)?;
        let one = known.row(&head, &row).map_err(|Wrong { at, message }| match at {
            Some(at) => Malformed::at(text, at, message),
            None => Malformed::new(row.line, message),
        })?;
        without_time += usize::from(head.has("time") && one.time.is_none());
        without_value +=
            usize::from(head.has("value") && one.point.value.is_none() && known.wants_value(&one));
        rows.push(one);
    }
    if rows.is_empty() {
        return Err(Malformed::new(first.line, "there are no rows").into());
    }
    Ok(Some(RecordedRun { rows, without_time, without_value }))
}

/// What a row can name.
struct Known<'a> {
    header: &'a Header,
    names: NameTable,
    labels: &'a RecordedLabels<'a>,
}

impl Known<'_> {
    fn row(&self, head: &Head, CsvRow { cells, .. }: &CsvRow) -> Result<RecordedRow, Wrong> {
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
                return Ok(RecordedRow { point, meanings, time: time.transpose()? });
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
    fn wants_value(&self, row: &RecordedRow) -> bool {
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

//! The rows of a recording: whose they are, when, and what they can mean.
//!
//! Decides which columns there are and what may stand in them. What a malformed
//! file is otherwise, is decided in [`super::csv`]; what a label means, by
//! [`crate::backend::recorded`].

use super::csv::{Cell, Malformed, Rows};
use crate::backend::recorded::{Label, Labels, Recorded};
use crate::cli::console::printable;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::scenario::parse_duration;
use crate::time::Time;
use crate::trace::{Header, NameTable};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A recording has at most so many rows.
const MOST_ROWS: usize = 1_000_000;

/// And so many bytes.
const MOST_BYTES: u64 = 256 << 20;

/// Rows between two questions whether the user wants to stop.
const STRETCH: usize = 1_024;

/// A row, with all that it says.
#[derive(Debug)]
pub struct Row {
    /// Who, and what.
    pub point: Recorded,
    /// What that can be in the scenario.
    pub meanings: Vec<Label>,
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
    fn of(cells: &[Cell], line: usize) -> Result<Head, Malformed> {
        let bad = |message: String| {
            let message = format!(
                "{message}; expected the columns time, process, event and value, of which process and event are needed"
            );
            Malformed { line, message }
        };
        let mut head = Head { places: [None; 4], count: cells.len() };
        for (place, cell) in cells.iter().enumerate() {
            let name = cell.trimmed();
            let Some(column) = COLUMNS.iter().position(|&column| column == name) else {
                let hint = match name {
                    name if name.contains([';', '\t', '|']) => ", and cells are separated by commas",
                    _ => "",
                };
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

    /// The cell in a column, unless there is none or it is empty.
    fn cell<'c>(&self, cells: &'c [Cell], column: &str) -> Option<&'c Cell> {
        let number = COLUMNS.iter().position(|&known| known == column)?;
        cells.get(self.places[number]?).filter(|cell| !cell.trimmed().is_empty())
    }
}

/// Reads the recording in `file`, of a run with this `header`.
///
/// # Errors
/// If it cannot be read, is malformed, or names what is not in the scenario; or
/// the user stops it.
pub fn read(file: &Path, header: &Header, labels: &Labels<'_>) -> Result<Vec<Row>, Failure> {
    let shown = printable(&file.display().to_string());
    let cannot = |error: std::io::Error| Failure::environment(format!("cannot read '{shown}': {error}"));
    let mut bytes = Vec::new();
    File::open(file).map_err(cannot)?.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        return Err(Failure::usage(format!("'{shown}': a recording has at most {most} MiB")));
    }
    let bad = |Malformed { line, message }| Failure::usage(format!("'{shown}', line {line}: {message}"));
    let mut lines = Rows::new(&bytes).map_err(bad)?;
    let first = lines.next().expect("a file that is not empty has a row").map_err(bad)?;
    let head = Head::of(&first.cells, first.line).map_err(bad)?;
    let names = NameTable::new(header);
    let mut rows = Vec::new();
    for row in lines {
        let row = row.map_err(bad)?;
        if rows.len() % STRETCH == 0 {
            interrupt::check()?;
        }
        let wrong = |message: String| bad(Malformed { line: row.line, message });
        if rows.len() == MOST_ROWS {
            return Err(wrong(format!("more than {MOST_ROWS} rows")));
        }
        rows.push(one(&head, &row.cells, header, &names, labels).map_err(wrong)?);
    }
    if rows.is_empty() {
        return Err(bad(Malformed { line: first.line, message: "there are no rows".to_owned() }));
    }
    Ok(rows)
}

fn one(
    head: &Head,
    cells: &[Cell],
    header: &Header,
    names: &NameTable,
    labels: &Labels<'_>,
) -> Result<Row, String> {
    if cells.len() != head.count {
        let plural = if cells.len() == 1 { "" } else { "s" };
        let hint = if cells.len() > head.count { "; a text with a comma needs quotes" } else { "" };
        return Err(format!("{} cell{plural}, but the head names {}{hint}", cells.len(), head.count));
    }
    let process = head.cell(cells, "process").ok_or("there is no process in this row")?;
    let event = head.cell(cells, "event").ok_or("there is no event in this row")?;
    let process = names.process(process.trimmed().trim()).map_err(|message| printable(&message))?;
    let time = head.cell(cells, "time").map(|cell| parse_time(cell.trimmed().trim())).transpose()?;
    let value = head.cell(cells, "value").map(|cell| cell.trimmed().trim().to_owned());
    // A log text may begin or end with blanks of its own.
    let spellings = [event.text.as_str(), event.trimmed()];
    for (number, label) in spellings.iter().enumerate() {
        let point = Recorded { process, label: (*label).to_owned(), value: value.clone() };
        let meanings = labels.meanings(&point);
        let is_whole = meanings.iter().any(|&label| labels.says(label, &point));
        if is_whole || number + 1 == spellings.len() && !meanings.is_empty() {
            return Ok(Row { point, meanings, time });
        }
    }
    let name = header.process_name(process);
    Err(format!("no `mark` and no `log` of '{name}' can be '{}'", printable(event.trimmed())))
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

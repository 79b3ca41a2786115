//! The recording of a real program against the model: `--recorded FILE.csv`.
//!
//! Decides what a CSV file says: which rows, whose, when. What they mean in the
//! scenario, and whether the model allows their order, is decided by
//! [`crate::backend::recorded`].

use super::Arguments;
use crate::backend::recorded::{Recorded, Search, meaning, search};
use crate::cli::console::printable;
use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::options::Format;
use crate::cli::report::{BOLD, Finished, GREEN, PLAIN, RED, duration, json_object};
use crate::ids::ProcessId;
use crate::program::Image;
use crate::scenario::parse_duration;
use crate::time::{NANOS_PER_SECOND, format_nanos_short};
use crate::trace::{Header, Kind, NameTable};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A recording has at most so many rows.
const MOST_ROWS: usize = 1_000_000;

/// The search looks at no more states than this.
const MOST_STATES: usize = 1_000_000;

/// A row, with the time that it says.
struct Row {
    point: Recorded,
    /// Nanoseconds from the start.
    time: Option<u64>,
}

/// What a recording shows.
struct Verdict {
    rows: usize,
    search: Search,
    /// The row (from 1) with the largest deviation from virtual time, and that.
    worst: Option<(usize, i64)>,
    /// That of the last row that has a time, as a share of the total time.
    total_time_error: Option<f64>,
    tolerance: u64,
    text_of_next: String,
}

impl Verdict {
    fn times_ok(&self) -> bool {
        self.worst.is_none_or(|(_, deviation)| deviation.unsigned_abs() <= self.tolerance)
    }

    fn is_ok(&self) -> bool {
        self.search == Search::Allowed && self.times_ok()
    }
}

/// Validates a recording of `loaded`; gives what to print, and whether it is fine.
///
/// # Errors
/// If the file cannot be read, or names what is not in the scenario.
pub fn validate(
    loaded: &Loaded,
    arguments: &Arguments,
    file: &Path,
    virtual_run: &Finished,
) -> Result<(String, bool), Failure> {
    let image = loaded.image()?;
    let rows = read(file, &image, &virtual_run.header)?;
    let points: Vec<Recorded> = rows.iter().map(|row| row.point.clone()).collect();
    let total = virtual_run.statistics.total_time.as_nanos();
    let search = search(&image, &virtual_run.header, &points, MOST_STATES);
    let deviations = deviations(&rows, &image, virtual_run);
    let reached = match search {
        Search::Refused { reached, .. } => reached,
        _ => 0,
    };
    let verdict = Verdict {
        rows: rows.len(),
        search,
        worst: deviations.iter().copied().max_by_key(|(_, by)| by.unsigned_abs()),
        total_time_error: deviations.last().filter(|_| total > 0).map(|&(_, by)| by as f64 / total as f64),
        tolerance: arguments.tolerance.unwrap_or(total / 50),
        text_of_next: points.get(reached).map_or_else(String::new, |point| told(point, &virtual_run.header)),
    };
    let text = match arguments.scenarios.format {
        Format::Text => text(&verdict, &loaded.label),
        Format::Json => json_line(&verdict, virtual_run),
    };
    Ok((text, verdict.is_ok()))
}

fn read(file: &Path, image: &Image, header: &Header) -> Result<Vec<Row>, Failure> {
    let shown = file.display();
    let text = std::fs::read(file)
        .map_err(|error| Failure::environment(format!("cannot read '{shown}': {error}")))?;
    let bad = |row: usize, message: String| Failure::usage(format!("'{shown}', line {row}: {message}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).flexible(true).from_reader(&*text);
    let heads = reader.headers().map_err(|error| bad(1, error.to_string()))?.clone();
    let column = |name: &str| heads.iter().position(|head| head == name);
    let (Some(process), Some(event)) = (column("process"), column("event")) else {
        return Err(bad(
            1,
            "expected the columns time, process, event and value, of which process and event are needed"
                .to_owned(),
        ));
    };
    let (time, value) = (column("time"), column("value"));
    let names = NameTable::new(header);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| Failure::usage(format!("'{shown}': {error}")))?;
        let line = record.position().map_or(0, |position| position.line() as usize);
        let cell = |column: Option<usize>| {
            column.and_then(|index| record.get(index)).filter(|cell| !cell.is_empty())
        };
        let process =
            names.process(cell(Some(process)).unwrap_or_default()).map_err(|message| bad(line, message))?;
        let label = cell(Some(event)).unwrap_or_default().to_owned();
        if meaning(image, header, process, &label).is_none() {
            let name = header.process_name(process);
            return Err(bad(
                line,
                format!("no `mark` and no `log` of '{name}' can be '{}'", printable(&label)),
            ));
        }
        let time = cell(time).map(parse_time).transpose().map_err(|message| bad(line, message))?;
        let value = cell(value).map(str::to_owned);
        rows.push(Row { point: Recorded { process, label, value }, time });
        if rows.len() > MOST_ROWS {
            return Err(bad(line, format!("more than {MOST_ROWS} rows")));
        }
    }
    if rows.is_empty() {
        return Err(bad(1, "there are no rows".to_owned()));
    }
    Ok(rows)
}

/// Seconds, or a duration with its unit.
fn parse_time(text: &str) -> Result<u64, String> {
    let text = text.trim();
    if let Ok(nanos) = parse_duration(text) {
        return Ok(nanos);
    }
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..9.2e9).contains(&seconds) => Ok((seconds * NANOS_PER_SECOND as f64) as u64),
        _ => Err(format!("'{}' is no time: expected seconds, or a duration such as 250ms", printable(text))),
    }
}

/// By how much each row that has a time is later than the same point in
/// virtual time: its process's n-th of that meaning.
fn deviations(rows: &[Row], image: &Image, virtual_run: &Finished) -> Vec<(usize, i64)> {
    let header = &virtual_run.header;
    let mut times: BTreeMap<_, std::collections::VecDeque<u64>> = BTreeMap::new();
    for event in virtual_run.trace.iter().flat_map(|trace| &trace.events) {
        if matches!(event.kind, Kind::Mark | Kind::Log) {
            let key = (event.process, event.kind == Kind::Mark, event.subject);
            times.entry(key).or_default().push_back(event.time.as_nanos());
        }
    }
    let mut found = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        use crate::backend::recorded::Label;
        let key = match meaning(image, header, row.point.process, &row.point.label) {
            Some(Label::Mark(mark)) => (row.point.process, true, mark),
            Some(Label::Log(log)) => (row.point.process, false, log),
            None => continue,
        };
        let expected = times.get_mut(&key).and_then(std::collections::VecDeque::pop_front);
        if let (Some(time), Some(expected)) = (row.time, expected) {
            found.push((number + 1, time as i64 - expected as i64));
        }
    }
    found
}

fn told(point: &Recorded, header: &Header) -> String {
    let value = point.value.as_ref().map_or_else(String::new, |value| format!(" {value}"));
    format!("'{}' \"{}\"{value}", header.process_name(ProcessId(point.process.0)), point.label)
}

fn text(verdict: &Verdict, label: &str) -> String {
    let (colour, word) = if verdict.is_ok() { (GREEN, "validated") } else { (RED, "not validated") };
    let mut text = format!("{BOLD}{}{PLAIN}: recording {colour}{word}{PLAIN}\n", printable(label));
    let rows = verdict.rows;
    text.push_str(&match &verdict.search {
        Search::Allowed => format!("  order: a schedule of the model has these {rows} rows in this order\n"),
        Search::GaveUp(states) => {
            format!("  {RED}order: not decided{PLAIN}: {states} states were looked at, and there are more\n")
        }
        Search::Refused { reached, instead } => {
            let next = printable(&verdict.text_of_next);
            let instead = match instead.as_slice() {
                [] => "no process has anything to say any more".to_owned(),
                instead => printable(&instead.join(", or ")),
            };
            format!(
                "  {RED}order: not one that the model allows{PLAIN}\n    row {} is {next}; after the rows above it the model has {instead}\n",
                reached + 1
            )
        }
    });
    text.push_str(&match verdict.worst {
        None => "  times: none were recorded\n".to_owned(),
        Some((row, by)) => {
            let sign = if by < 0 { "-" } else { "+" };
            let by = format_nanos_short(by.unsigned_abs(), 3);
            let tolerance = duration(verdict.tolerance);
            let mark = if verdict.times_ok() { String::new() } else { format!("{RED}beyond the tolerance{PLAIN}, ") };
            format!("  times: {mark}the largest deviation from virtual time is {sign}{by}, in row {row}; tolerance {tolerance}\n")
        }
    });
    text
}

fn json_line(verdict: &Verdict, virtual_run: &Finished) -> String {
    let (reached, instead) = match &verdict.search {
        Search::Refused { reached, instead } => (*reached, instead.as_slice()),
        Search::Allowed => (verdict.rows, [].as_slice()),
        Search::GaveUp(_) => (0, [].as_slice()),
    };
    let object = Object {
        run: json_object(virtual_run),
        ok: verdict.is_ok(),
        runs: 1,
        order_legal: verdict.search == Search::Allowed,
        total_time_error: verdict.total_time_error,
        recording: Details {
            rows: verdict.rows,
            rows_in_order: reached,
            decided: !matches!(verdict.search, Search::GaveUp(_)),
            instead,
            tolerance_ns: verdict.tolerance,
            worst_row: verdict.worst.map(|(row, _)| row),
            worst_deviation_ns: verdict.worst.map(|(_, by)| by),
        },
    };
    let mut line = serde_json::to_string(&object).expect("every key is a string");
    line.push('\n');
    line
}

#[derive(Serialize)]
struct Object<'a, R: Serialize> {
    #[serde(flatten)]
    run: R,
    ok: bool,
    runs: usize,
    order_legal: bool,
    total_time_error: Option<f64>,
    recording: Details<'a>,
}

#[derive(Serialize)]
struct Details<'a> {
    rows: usize,
    rows_in_order: usize,
    decided: bool,
    instead: &'a [String],
    tolerance_ns: u64,
    worst_row: Option<usize>,
    worst_deviation_ns: Option<i64>,
}

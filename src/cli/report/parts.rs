//! The parts that every report is made of, as text and as JSON.
//!
//! Decides the colours, how a report begins, how its sections, lists and counts
//! look, and how an object becomes lines. What a report says is decided by the
//! report of each command.

use crate::cli::console::{printable, shown};
pub use crate::figure::{counted, noun, so_many};
use crate::time::{format_interval, format_nanos_short, format_quantity};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

pub const BOLD: &str = "\x1b[1m";
pub const RED: &str = "\x1b[1;31m";
pub const GREEN: &str = "\x1b[1;32m";
pub const YELLOW: &str = "\x1b[1;33m";
pub const PLAIN: &str = "\x1b[0m";

/// Decimals of times in tables; JSON has them all.
pub(super) const DECIMALS: usize = 3;

/// How a report begins, without the line's end: the name of the scenario, and
/// the verdict in its colour.
pub fn heading(label: &str, colour: &str, verdict: &str) -> String {
    format!("{BOLD}{}{PLAIN}: {colour}{verdict}{PLAIN}", printable(label))
}

/// A part of a report under its title, unless there is nothing in it.
pub fn section(text: &mut String, title: &str, content: &str) {
    if !content.is_empty() {
        let _ = write!(text, "\n{BOLD}{title}{PLAIN}\n{content}");
        if !content.ends_with('\n') {
            text.push('\n');
        }
    }
}

/// The files that were written, one a line.
pub fn files<'a>(written: impl IntoIterator<Item = &'a PathBuf>) -> String {
    written.into_iter().map(|path| format!(" {}\n", shown(path))).collect()
}

/// The line behind the first `shown` of `all`, after `indent`; empty if there
/// are no more.
pub fn and_more(indent: &str, all: usize, shown: usize) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!("{indent}and {more} more\n"),
    }
}

/// A length of time, given in nanoseconds: `250us`.
pub fn duration(nanos: u64) -> String {
    format_nanos_short(nanos, DECIMALS)
}

/// A deviation in nanoseconds, always with its sign: `+250us`.
pub fn signed(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "+" };
    format!("{sign}{}", duration(nanos.unsigned_abs()))
}

/// A mean or half-width in its unit: nanoseconds if it is a time.
pub fn quantity(number: f64, is_time: bool) -> String {
    format_quantity(number, is_time, DECIMALS)
}

/// A mean in its unit, with half of its interval if there is one.
pub fn interval(mean: f64, half: Option<f64>, is_time: bool) -> String {
    format_interval(mean, half, is_time, DECIMALS)
}

/// An object on one line, with the line's end.
///
/// # Panics
/// If a key of a map in it is no string.
pub fn on_one_line(object: &impl Serialize) -> String {
    let mut line = serde_json::to_string(object).expect("every key is a string");
    line.push('\n');
    line
}

/// An object on many lines, for a file or for reading.
///
/// # Panics
/// If a key of a map in it is no string.
pub fn on_many_lines(object: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(object).expect("every key is a string");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        assert_eq!(and_more("  - ", 42, 40), "  - and 2 more\n");
        assert_eq!(and_more("  - ", 40, 40), "");
    }

    #[test]
    fn deviations_have_a_sign() {
        assert_eq!([signed(-1_500), signed(0), signed(2_000_000)], ["-1.5us", "+0s", "+2ms"]);
    }
}

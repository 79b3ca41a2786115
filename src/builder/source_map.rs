//! The source map of a scenario made in code: its text, and of every line what
//! it is and where in the Rust code it was written.
//!
//! The text is a scenario file but for steps that call code. So everything
//! that checks and runs files works for it, and a scenario without code can be
//! given to anybody.

use super::steps::Step;
use super::term::quoted;
use crate::ids::Site;
use crate::scenario::SourceFile;
use std::fmt::Write;
use std::panic::Location;

/// What stands on a line.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// `step 3 of process 'loader'`.
    pub(super) what: String,
    /// Where in the Rust code, if it is known.
    pub(super) at: Option<&'static Location<'static>>,
    /// Whether it is a place in a file.
    pub(super) is_in_file: bool,
}

/// What a line that says what is expected is called.
pub(super) const EXPECTATION: &str = "the expectation";

impl Place {
    /// Something that was written in Rust.
    pub(super) fn in_code(what: String, at: &'static Location<'static>) -> Place {
        Place { what, at: Some(at), is_in_file: false }
    }

    /// Whether it is about what is expected.
    pub(super) fn is_expectation(&self) -> bool {
        self.what == EXPECTATION
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some(at) => write!(f, "{} ({}:{})", self.what, at.file(), at.line()),
            None => f.write_str(&self.what),
        }
    }
}

/// The text and its places.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceMap {
    pub(super) source: SourceFile,
    /// So many lines at the beginning are those of a file.
    of_file: usize,
    /// By line, from the first behind those.
    places: Vec<Place>,
}

impl SourceMap {
    /// The text of a file, to which lines may be added.
    pub(super) fn of_file(source: &SourceFile) -> SourceMap {
        let mut source = source.clone();
        if !source.text.ends_with('\n') {
            source.text.push('\n');
        }
        SourceMap { of_file: source.line_count() - 1, source, places: Vec::new() }
    }

    /// Adds a line at this depth.
    pub(super) fn line(
        &mut self,
        depth: usize,
        text: &str,
        what: &str,
        at: Option<&'static Location<'static>>,
    ) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.source.text, "{}{text}", "  ".repeat(depth));
        self.places.push(Place { what: what.to_owned(), at, is_in_file: false });
    }

    /// What stands on a line, counted from 1.
    pub(super) fn place(&self, line: u32) -> Option<Place> {
        self.place_at(Site { line, column: 0 })
    }

    /// What stands at a line and column, counted from 1; of a column 0 the whole line.
    pub(super) fn place_at(&self, Site { line, column }: Site) -> Option<Place> {
        let number = (line as usize).checked_sub(1)?;
        if let Some(behind) = number.checked_sub(self.of_file).filter(|_| !self.places.is_empty()) {
            // What is left open is noticed behind the last line.
            return self.places.get(behind).or(self.places.last()).cloned();
        }
        let column = if column == 0 { String::new() } else { format!(":{column}") };
        let what = format!("{}:{line}{column}", self.source.label);
        Some(Place { what, at: None, is_in_file: true })
    }

    /// What stands on a line, in words: what is expected as it was written, all else by its place.
    pub(super) fn said(&self, line: u32) -> String {
        let text = self.source.line(line);
        match self.place(line) {
            Some(place) if place.is_expectation() => format!("`{}`", text.unwrap_or_default().trim()),
            Some(place) => place.to_string(),
            None => "the scenario".to_owned(),
        }
    }

    /// A message with places in the Rust code instead of lines of the text, which
    /// nobody sees: `on line 4` and `(line 4)` become `at tests/lab.rs:12` and
    /// `(tests/lab.rs:12)`.
    pub(super) fn in_code(&self, message: &str) -> String {
        let (mut said, mut rest) = (String::new(), message);
        while let Some(at) = rest.find("line ") {
            let (before, digits) = (&rest[..at], &rest[at + "line ".len()..]);
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            let place =
                digits[..end].parse().ok().and_then(|line| self.place(line)).and_then(|place| place.at);
            match place.filter(|_| before.ends_with(['(', ' '])) {
                Some(at) => {
                    let before = before.strip_suffix("on ").map(|before| format!("{before}at "));
                    said.push_str(
                        &before
                            .unwrap_or_else(|| rest[..rest.len() - digits.len() - "line ".len()].to_owned()),
                    );
                    said.push_str(&format!("{}:{}", at.file(), at.line()));
                }
                None => said.push_str(&rest[..at + "line ".len() + end]),
            }
            rest = &digits[end..];
        }
        said + rest
    }

    /// Adds steps behind a key. `number` is what stands before their own; `at` is where
    /// the key was written.
    pub(super) fn steps(
        &mut self,
        (depth, key): (usize, &str),
        steps: &[Step],
        (number, process): (&str, &str),
        at: &'static Location<'static>,
    ) {
        let what = match number {
            "" => format!("process {}", shown(process)),
            _ => format!("step {} of process {}", number.trim_end_matches('.'), shown(process)),
        };
        if steps.is_empty() {
            return self.line(depth, &format!("{key}: []"), &what, Some(at));
        }
        self.line(depth, &format!("{key}:"), &what, Some(at));
        for (step, place) in steps.iter().zip(1..) {
            self.step(depth + 1, step, &format!("{number}{place}"), process);
        }
    }

    fn step(&mut self, depth: usize, step: &Step, number: &str, process: &str) {
        let what = format!("step {number} of process {}", shown(process));
        let mut begins = true;
        for head in &step.heads {
            let dash = if std::mem::take(&mut begins) { "- " } else { "  " };
            self.line(depth, &format!("{dash}{head}"), &what, Some(step.at));
        }
        for (key, steps) in &step.bodies {
            let number = if *key == "else" { format!("{number}.else.") } else { format!("{number}.") };
            // A step without heads begins with the key of its steps.
            let first = if std::mem::take(&mut begins) { "- " } else { "  " };
            self.steps((depth, &format!("{first}{key}")), steps, (&number, process), step.at);
        }
    }
}

/// A name for a message.
pub(super) fn shown(name: &str) -> String {
    format!("'{}'", quoted(name).trim_matches('"'))
}

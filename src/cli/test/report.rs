//! Tests told as a test runner tells them, and as JSON.

use super::case::{Case, CaseVerdict, Ran};
use crate::cli::console::printable;
use crate::cli::inputs::problems;
use crate::cli::report::{BOLD, GREEN, PLAIN, RED, json_object, noun, on_one_line, reproduction_line};
use serde::Serialize;
use std::fmt::Write;
use std::time::Duration;

/// The first line.
pub fn heading(count: usize) -> String {
    format!("running {count} {}\n", noun(count, "scenario"))
}

/// The line of one test.
pub fn line(case: &Case<'_>) -> String {
    let (color, word) = match &case.verdict {
        CaseVerdict::Invalid(_) => (RED, "invalid"),
        CaseVerdict::Ran(ran) if !ran.troubles.is_empty() => (RED, "FAILED"),
        CaseVerdict::Ran(ran) if ran.expects_nothing => (PLAIN, "no expectations"),
        CaseVerdict::Ran(_) => (GREEN, "ok"),
    };
    let note = match &case.verdict {
        CaseVerdict::Ran(ran) if !ran.note.is_empty() => format!(" ({})", printable(&ran.note)),
        _ => String::new(),
    };
    format!("test {} ... {color}{word}{PLAIN}{note}\n", printable(case.name))
}

/// What failed and why, and the closing line.
pub fn closing(cases: &[Case<'_>], filtered_out: usize, took: Duration) -> String {
    let mut text = String::new();
    for case in cases.iter().filter(|case| case.failed()) {
        if let CaseVerdict::Ran(ran) = &case.verdict {
            let _ = write!(text, "\n{BOLD}{}{PLAIN}\n{}", printable(case.name), troubles(ran));
            text.push_str(&reproduction_line(&ran.finished));
        }
    }
    let count = |wanted: fn(&Ran) -> bool| {
        let ran = cases.iter().filter(|case| matches!(&case.verdict, CaseVerdict::Ran(ran) if wanted(ran)));
        ran.count()
    };
    let failed = count(|ran| !ran.troubles.is_empty());
    let without = count(|ran| ran.troubles.is_empty() && ran.expects_nothing);
    let passed = count(|ran| ran.troubles.is_empty() && !ran.expects_nothing);
    let invalid = cases.len() - failed - without - passed;
    let fine = failed == 0 && invalid == 0;
    let (color, word) = if fine { (GREEN, "ok") } else { (RED, "FAILED") };
    let _ = write!(text, "\ntest result: {color}{word}{PLAIN}. {passed} passed; {failed} failed; ");
    let _ = write!(text, "{without} without expectations");
    for (number, what) in [(invalid, "invalid"), (filtered_out, "filtered out")] {
        if number > 0 {
            let _ = write!(text, "; {number} {what}");
        }
    }
    let _ = writeln!(text, "; finished in {:.2}s", took.as_secs_f64());
    text
}

/// Everything that is wrong with a test.
pub fn troubles(ran: &Ran) -> String {
    ran.troubles.iter().map(|trouble| trouble.told(&ran.finished.file)).collect()
}

#[derive(Serialize)]
struct Told<'a, R: Serialize> {
    test: &'a str,
    file: String,
    result: &'static str,
    failures: Vec<Failure>,
    /// The run; nothing if there was none.
    #[serde(flatten)]
    run: Option<R>,
}

#[derive(Serialize)]
struct Failure {
    message: String,
    line: Option<u32>,
}

/// One object on one line.
pub fn json(case: &Case<'_>) -> String {
    let (result, failures, run) = match &case.verdict {
        CaseVerdict::Invalid(error) => {
            let failures = problems(error).into_iter();
            let failures = failures.map(|problem| Failure { message: problem.message, line: problem.line });
            ("invalid", failures.collect(), None)
        }
        CaseVerdict::Ran(ran) => {
            let result = match ran.troubles.is_empty() {
                false => "failed",
                true if ran.expects_nothing => "no expectations",
                true => "ok",
            };
            let failures = ran.troubles.iter().map(|trouble| Failure {
                message: trouble.message.clone(),
                line: (trouble.line > 0).then_some(trouble.line),
            });
            (result, failures.collect(), Some(json_object(&ran.finished)))
        }
    };
    let told = Told { test: case.name, file: case.path.display().to_string(), result, failures, run };
    on_one_line(&told)
}

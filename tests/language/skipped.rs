//! Steps that are never come to with the parameters as they are set: what has
//! no value there is no mistake, and what is evaluated is one.

use crate::common::{program, run_with};
use tempolane::backend::compile;
use tempolane::scenario;
use tempolane::scenario::load_str;
use tempolane::value::Value;

/// A scenario with these processes, and `n` of 2.
fn with(processes: &str) -> String {
    format!("version: 1\nparams: {{n: 2}}\nprocesses:\n  p: {{do: [{{delay: 1s}}]}}\n{processes}")
}

/// Each divides 10 s by `n`, and takes so many seconds if `n` is 2.
const GUARDED: [(&str, f64); 7] = [
    ("  q: {count: n, do: [{delay: 10s / n}]}", 5.0),
    ("  q: {count: n, vars: {x: 10s / n}, do: [{delay: x}]}", 5.0),
    ("  q: {count: n, start: 10s / n, do: [{delay: 1s}]}", 6.0),
    ("  q: {do: [{if: n > 0, do: [{delay: 10s / n}]}]}", 5.0),
    ("  q: {do: [{if: n == 0, do: [{delay: 1s}], else: [{delay: 10s / n}]}]}", 5.0),
    ("  q: {vars: {i: 0}, do: [{repeat: n, do: [{set: {i: i + 1}}, {delay: (10s / n) * i}]}]}", 15.0),
    (
        "  q: {vars: {i: 1}, do: [{if: n > 0, do: [{while: i > 0, do: [{delay: 10s / n}, {set: {i: i - 1}}]}]}]}",
        5.0,
    ),
];

#[test]
fn what_is_never_evaluated_needs_no_value() {
    for (process, seconds) in GUARDED {
        let text = with(process);
        assert_eq!(run_with(&text, &[]).end.end.as_secs_f64(), seconds, "{process}");
        let run = run_with(&text, &[("n", "0")]);
        assert_eq!((run.outcome(), run.end.end.as_secs_f64()), ("completed", 1.0), "{process}");
        // As written it is the same.
        assert_eq!(program(&text.replace("n: 2", "n: 0"), &[]).name(), "test");
    }
}

/// A program is compiled once and bound to many parameters.
#[test]
fn a_program_is_bound_to_what_it_was_not_checked_with() {
    for (process, _) in GUARDED {
        let loaded = load_str("test", &with(process), &[]).expect("valid");
        let program = compile(&loaded.model);
        assert!(program.bind(&loaded.model, &[Value::Int(0)]).is_ok(), "{process}");
    }
    let text = with("  q: {do: [{if: n >= 0, do: [{delay: 10s / n}]}]}");
    let loaded = load_str("test", &text, &[]).expect("valid");
    let error = compile(&loaded.model).bind(&loaded.model, &[Value::Int(0)]).expect_err("evaluated");
    assert_eq!((error.message.as_str(), error.site.line), ("division by zero", 5));
}

#[test]
fn what_is_evaluated_needs_one() {
    for process in [
        "  q: {do: [{delay: 10s / n}]}",
        "  q: {do: [{if: n >= 0, do: [{delay: 10s / n}]}]}",
        "  q: {do: [{if: n == 0, do: [{delay: 10s / n}]}]}",
        "  q: {do: [{if: n > 0, do: [{delay: 1s}], else: [{delay: 10s / n}]}]}",
        "  q: {do: [{if: n > 0, do: [{delay: 1s}]}, {delay: 10s / n}]}",
        "  q: {do: [{repeat: n + 1, do: [{delay: 10s / n}]}]}",
        "  q: {do: [{if: 1 / n > 0, do: [{delay: 1s}]}]}",
        // Whatever the parameters are.
        "  q: {do: [{if: n > 0, do: [{delay: 10s / 0}]}]}",
    ] {
        let given = [("n".to_owned(), "0".to_owned())];
        let error = scenario::load_str("test", &with(process), &given).expect_err(process).to_string();
        assert!(error.contains("division by zero") && error.matches("error:").count() == 1, "{error}");
    }
}

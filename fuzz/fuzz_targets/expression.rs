//! An expression: what it is before a run, over parameters, it is in a run,
//! over variables of the same values.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tempolane::scenario::load_str;
use tempolane::trace::{Event, Kind, Outcome};
use tempolane_fuzz::{bound, run};

/// The names that an expression may use, with a value of each type.
const NAMES: &str = "{a: 7, b: -2, x: 2.5, y: 0.0, t: true, f: false, d: 3s, e: 250us}";

/// The mark of a scenario, and how it ends.
fn marked(text: &str) -> Option<(Option<Event>, Outcome)> {
    let program = bound(&load_str("fuzz", text, &[]).ok()?)?;
    let (end, trace) = run(&program);
    let mark = trace.events.iter().find(|event| event.kind == Kind::Mark);
    Some((mark, end.outcome))
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let quoted = serde_json::Value::from(text).to_string();
    let over_params = format!(
        "version: 1\nparams: {NAMES}\nprocesses:\n  p: {{do: [{{mark: {{name: it, value: {quoted}}}}}]}}\n"
    );
    let over_vars = format!(
        "version: 1\nprocesses:\n  p: {{vars: {NAMES}, do: [{{mark: {{name: it, value: {quoted}}}}}]}}\n"
    );
    let (before, within) = (marked(&over_params), marked(&over_vars));
    if let Some((Some(mark), _)) = before {
        let (again, outcome) = within.expect("variables may stand wherever parameters may");
        let again = again.unwrap_or_else(|| panic!("{outcome:?} in place of {mark:?}"));
        assert_eq!((mark.ty, mark.value), (again.ty, again.value), "{text}");
    }
    // As `--set` takes it.
    let set = [("a".to_owned(), text.to_owned())];
    let _ = load_str("fuzz", &over_params, &set).map_err(|error| error.render(true));
});

//! SimPy's own examples, with the same draws: each line that SimPy printed, at the time
//! at which it was printed.
//!
//! `tests/data/simpy/record.py` ran them, unchanged but for how long, and wrote what they drew
//! (beside the scenarios) and what they printed (there).

use crate::common::{Run, label, library, run_at};
use std::fs;
use std::path::Path;
use tempolane::trace::Kind;

/// The library's scenario of this name.
fn run(name: &str, overrides: &[(&str, &str)]) -> Run {
    let path = format!("simpy/{name}.yaml");
    run_at(&label(&path), &library(&path), overrides)
}

/// What SimPy printed, in the order of time: when in seconds, and what.
fn printed(name: &str) -> Vec<(f64, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/simpy/{name}.csv"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().skip(1).map(|line| {
        let (time, line) = line.split_once(',').expect("two cells");
        (time.parse().expect("a number"), line.to_owned())
    });
    in_order(lines.collect())
}

/// Lines of one instant have no order.
fn in_order(mut lines: Vec<(f64, String)>) -> Vec<(f64, String)> {
    lines.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    lines
}

/// The marks as SimPy would print them: when, and what `line` makes of name and number.
fn marked(run: &Run, line: impl Fn(&str, u64) -> String) -> Vec<(f64, String)> {
    let marks = run.kept.events.iter().filter(|event| event.kind == Kind::Mark);
    let lines = marks.map(|event| {
        let name = &run.header.marks[event.subject as usize].name;
        (event.time.as_secs_f64(), line(name, event.value))
    });
    in_order(lines.collect())
}

/// SimPy adds up binary fractions, a run whole nanoseconds.
fn assert_same(ours: &[(f64, String)], printed: &[(f64, String)]) {
    assert_eq!(ours.len(), printed.len());
    for (ours, printed) in ours.iter().zip(printed) {
        assert!((ours.0 - printed.0).abs() < 1e-6 && printed.1.starts_with(&ours.1), "{ours:?}: {printed:?}");
    }
}

#[test]
fn bank_with_customers_who_give_up() {
    let ours = marked(&run("bank", &[]), |mark, number| {
        let did = match mark {
            "here" => "Here I am",
            "served" => "Waited",
            "finished" => "Finished",
            _ => "RENEGED after",
        };
        format!("Customer{number:02}: {did}")
    });
    let printed = printed("bank");
    assert_eq!(printed.len(), 154);
    assert_same(&ours, &printed);
    // The printed run of the documentation.
    assert_eq!(format!("{:.4}", run("bank", &[("customers", "5")]).end.end.as_secs_f64()), "43.1401");
}

#[test]
fn gas_station_with_a_truck() {
    let ours = marked(&run("gas-station", &[]), |mark, number| match mark {
        "arrived" => format!("Car {number} arrived at gas station"),
        "refuelled" => format!("Car {number} refueled with"),
        "calling" => "Calling tank truck".to_owned(),
        _ => "Tank truck arrived and refuelled station with".to_owned(),
    });
    let printed = printed("gas-station");
    assert_eq!(printed.len(), 146);
    assert_same(&ours, &printed);
}

#[test]
fn machine_shop_with_breakdowns() {
    let run = run("machine-shop", &[]);
    let marks = run.kept.events.iter().filter(|event| event.kind == Kind::Mark);
    let lines = marks.map(|event| {
        let mark = &run.header.marks[event.subject as usize].name;
        let who = run.header.process_name(event.process);
        let line = match who.strip_prefix("machine[") {
            Some(number) => format!("Machine {} {mark}", number.trim_end_matches(']')),
            None => mark.clone(),
        };
        (event.time.as_secs_f64(), line)
    });
    let (ours, printed) = (in_order(lines.collect()), printed("machine-shop"));
    assert_eq!(printed.len(), 3952);
    assert_same(&ours, &printed);
}

//! `tempolane validate` from outside.
//!
//! Real threads on a busy machine: tolerances are wide here, and nothing is
//! asserted of times but what cannot be missed.

use crate::room::{DEADLOCK, ENDLESS, FAULT, INVALID, PIPE, Room};
use serde_json::json;
use std::path::Path;

#[test]
fn one_run_is_no_runs() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    room.run("validate pipe.yaml --runs 1 --tolerance 3s --write none")
        .with_code(0)
        .says(&["order: legal in the run\n"]);
}

#[test]
fn a_scenario_is_validated_and_drawn() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let ended = room.run("validate pipe.yaml --runs 2 --tolerance 3s").with_code(0);
    ended.says(&[
        "pipe: validated",
        "order: legal in all of 2 runs",
        "7s in virtual time",
        "ties:",
        "sleep error",
        "consumer",
        "times faster than a run on threads",
    ]);
    let expected = ["threads.jsonl", "validation.json", "validation.png", "validation.svg"];
    assert_eq!(room.names("output"), expected.map(|name| format!("output/pipe/{name}")));
    let picture = std::fs::read_to_string(room.path("output/pipe/validation.svg")).expect("it is there");
    assert!(picture.contains("pipe on threads"));
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let ended = room
        .run("validate pipe.yaml --runs 1 --speed 10x --tolerance 3s --format json --write none")
        .with_code(0);
    let object = &ended.json()[0];
    for (key, value) in [
        ("scenario", json!("pipe")),
        ("outcome", json!("completed")),
        ("total_time_ns", json!(7_000_000_000u64)),
        ("memories", json!({"seen": [0, 3]})),
        ("ok", json!(true)),
        ("runs", json!(1)),
        ("order_legal", json!(true)),
    ] {
        assert_eq!(object[key], value, "{key}");
    }
    assert!(object["total_time_error"].as_f64().is_some_and(|error| (0.0..0.5).contains(&error)));
    assert_eq!(object["validation"]["speed"], json!(10.0));
    assert_eq!(object["validation"]["each"][0]["model_total_time_ns"], json!(7_000_000_000u64));
    assert!(room.names("output").is_empty());
}

#[test]
fn a_tolerance_of_nothing_is_exceeded() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let ended = room.run("validate pipe.yaml --runs 1 --speed 100x --tolerance 0s --write none").with_code(1);
    ended.says(&["pipe: not validated", "order: legal", "beyond it: the total time, by "]);
    ended.says(&["if this machine is busy: try it again", "`--tolerance`"]);
    let line = "validate pipe.yaml --runs 1 --speed 100x --tolerance 0s --work spin --write none";
    room.run(line).with_code(1).says(&["needs a core for itself", "try `--work sleep`", "`--tolerance`"]);
}

#[test]
fn findings_on_threads_are_findings() {
    let room = Room::with(&[("deadlock.yaml", DEADLOCK), ("fault.yaml", FAULT)]);
    let ended = room.run("validate deadlock.yaml --runs 1 --speed 10x --tolerance 10s").with_code(1);
    ended.says(&[
        "stuck: the threads did what the model says, but that is not fine",
        "stuck on threads: deadlock at",
        "cycle: first → second → first",
    ]);
    let ended = room.run("validate fault.yaml --runs 1 --speed 10x --tolerance 10s").with_code(1);
    ended.says(&[
        "thief: the threads did what the model says, but that is not fine",
        "thief on threads: fault at",
        "but nobody owns it",
    ]);
}

#[test]
fn a_run_that_does_not_end_is_stopped() {
    let room = Room::with(&[("endless.yaml", "version: 1\nprocesses: {p: {do: [{delay: 1h}]}}\n")]);
    let ended = room.run("validate endless.yaml --runs 1 --speed 1x --timeout 200ms").with_code(1);
    ended.says(&["endless: not validated", "the threads had not ended after 0.2 s"]);
    let room = Room::with(&[("endless.yaml", ENDLESS)]);
    let text = ENDLESS.replace("version: 1", "version: 1\nlimits: {steps: 1000}");
    std::fs::write(room.path("endless.yaml"), text).expect("it can be written");
    let ended = room.run("validate endless.yaml --runs 1").with_code(1);
    ended.says(&["not validated", "has no end that threads could reach too"]);
}

#[test]
fn wrong_usage() {
    let many = "version: 1\nprocesses: {p: {count: 10000, do: [{delay: 1s}]}}\n";
    let room = Room::with(&[("pipe.yaml", PIPE), ("many.yaml", many), ("bad.yaml", INVALID)]);
    let ended = room.run("validate pipe.yaml many.yaml").with_code(2);
    ended.complains(&["10,000 processes are more than the 4,000", "many.yaml:2:24", "runs as a thread"]);
    assert!(ended.out.is_empty() && room.names("output").is_empty(), "nothing was started");
    room.run("validate bad.yaml").with_code(2);
    for arguments in [
        "--runs 0",
        "--speed 0",
        "--speed fast",
        "--tolerance 5",
        "--timeout -1s",
        "--work hard",
        "--recorded x.csv --runs 2",
        "pipe.yaml --recorded x.csv",
    ] {
        room.run(&format!("validate pipe.yaml {arguments}")).with_code(2);
    }
    room.run("validate pipe.yaml --recorded absent.csv").with_code(3);
}

/// The console recordings of lab 5, as far as they go.
#[test]
fn the_recordings_of_lab_5_are_schedules_of_the_model() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let room = Room::with(&[]);
    for name in ["sequential", "one-memory", "two-memories", "two-memories-different-data"] {
        let scenario = root.join(format!("scenarios/lab5/{name}.yaml"));
        let recording = root.join(format!("tests/recorded/{name}.csv"));
        let line = format!("validate {} --recorded {}", scenario.display(), recording.display());
        let ended = room.run(&line).with_code(0);
        ended.says(&[&format!("{name}: recording validated"), "times: none were recorded"]);
        // With two rows exchanged that no schedule has in this order: the
        // second datapoint before the first.
        let text = std::fs::read_to_string(&recording).expect("it is there");
        let mut rows: Vec<&str> = text.lines().collect();
        let loads: Vec<usize> = (1..rows.len()).filter(|&row| rows[row].starts_with("loader,")).collect();
        rows.swap(loads[0], loads[1]);
        std::fs::write(room.path("wrong.csv"), rows.join("\n")).expect("it can be written");
        let line = format!("validate {} --recorded wrong.csv", scenario.display());
        let ended = room.run(&line).with_code(1);
        ended.says(&["not validated", "not one that the model allows", "row 1 is"]);
    }
}

#[test]
fn recorded_times_are_compared_with_virtual_time() {
    let rows = |late: &str| {
        format!(
            "time,process,event,value\n3.01,consumer,consumed,\n5.02s,consumer,consumed,\n{late},consumer,consumed,\n{late},consumer,consumed 3,\n"
        )
    };
    let room = Room::with(&[("pipe.yaml", PIPE), ("good.csv", &rows("7.05")), ("late.csv", &rows("8500ms"))]);
    let ended = room.run("validate pipe.yaml --recorded good.csv").with_code(0);
    ended.says(&["recording validated", "largest deviation from virtual time is +50ms, in row"]);
    let ended = room.run("validate pipe.yaml --recorded late.csv --format json").with_code(1);
    let object = &ended.json()[0];
    assert_eq!((&object["ok"], &object["order_legal"]), (&json!(false), &json!(true)));
    assert_eq!(object["recording"]["worst_deviation_ns"], json!(1_500_000_000));
    room.run("validate pipe.yaml --recorded late.csv --tolerance 2s").with_code(0);
}

#[test]
fn bad_recordings_are_refused_with_their_line() {
    for (text, message) in [
        ("who,what\na,b\n", "expected the columns"),
        ("process,event\n", "there are no rows"),
        ("process,event\nnobody,consumed\n", "line 2, column 1: there is no process 'nobody'"),
        (
            "process,event\nconsumer,eaten\n",
            "line 2, column 10: no `mark` and no `log` of 'consumer' can be 'eaten'",
        ),
        ("time,process,event\nsoon,consumer,consumed\n", "line 2, column 1: 'soon' is no time"),
    ] {
        let room = Room::with(&[("pipe.yaml", PIPE), ("bad.csv", text)]);
        let ended = room.run("validate pipe.yaml --recorded bad.csv").with_code(2);
        assert!(ended.err.contains(message), "{} instead of {message}", ended.err);
    }
}

/// Where no time passes there is nothing to compare but the order.
#[test]
fn a_scenario_that_takes_no_time_is_validated_by_its_order() {
    let text = "\
version: 1
resources: {m: mutex}
processes: {p: {count: 2, do: [{acquire: m}, {release: m}]}}
";
    let room = Room::with(&[("z.yaml", text)]);
    let ended = room.run("validate z.yaml --runs 2 --write none").with_code(0);
    ended.says(&["z: validated", "no time passes in the model, so only the order was compared"]);
    let ended = room.run("validate z.yaml --runs 1 --write none --format json").with_code(0);
    let object = &ended.json()[0];
    assert_eq!((&object["ok"], &object["validation"]["tolerance_ns"]), (&json!(true), &json!(null)));
}

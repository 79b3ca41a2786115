//! `check`: warnings beside errors, for people and for programs.

use super::room::{INVALID, PIPE, Room};
use serde_json::json;

const WARNED: &str = "version: 1
name: warned
params: {idle: 2}
resources: {s: {kind: semaphore, permits: 1}}
processes: {p: {do: [{acquire: s}]}}
";

#[test]
fn a_warning_is_no_error_unless_check_is_strict() {
    let room = Room::with(&[("warned.yaml", WARNED), ("pipe.yaml", PIPE)]);
    let ended = room.run("check warned.yaml pipe.yaml").with_code(0);
    ended.says(&[
        "warned.yaml: ok (warned: 1 process, 1 resource; 2 warnings)",
        "pipe.yaml: ok (pipe: 2 processes",
    ]);
    assert!(ended.err.contains("warning: the parameter 'idle' is never used"), "{}", ended.err);
    assert!(ended.err.contains("--> warned.yaml:3:10"), "{}", ended.err);
    assert!(
        ended.err.contains("--> warned.yaml:5:32") && ended.err.contains("= help: `release` it"),
        "{}",
        ended.err
    );
    assert!(!ended.err.contains("error"), "{}", ended.err);
    room.run("check --strict warned.yaml pipe.yaml").with_code(2);
    room.run("check --strict pipe.yaml").with_code(0);
    // Only `check` warns.
    assert_eq!(room.run("run warned.yaml --write none").with_code(0).err, "");
}

/// Pictures count instances, so `check` says how many there are, unless that is seen in a run only.
#[test]
fn instances_are_counted() {
    let of = |more: &str| {
        format!(
            "version: 1\nname: many\nparams: {{n: 3}}\nprocesses: {{p: {{count: n, do: []}}, q: {{do: []}}{more}}}\n"
        )
    };
    let arriving = of(", r: {arrivals: {every: 1s, up_to: 2}, do: []}");
    let room = Room::with(&[("many.yaml", &of("")), ("arriving.yaml", &arriving)]);
    room.run("check many.yaml").with_code(0).says(&["(many: 2 processes with 4 instances, 0 resources)"]);
    room.run("check many.yaml --set n=1").with_code(0).says(&["(many: 2 processes, 0 resources)"]);
    // Who arrives and what makes them arrive have rows of their own in pictures.
    room.run("check arriving.yaml").with_code(0).says(&["(many: 4 processes, 0 resources)"]);
}

#[test]
fn warnings_are_told_to_programs() {
    let room = Room::with(&[("warned.yaml", WARNED), ("invalid.yaml", INVALID)]);
    let objects = room.run("check --format json warned.yaml invalid.yaml").with_code(2).json();
    assert_eq!((&objects[0]["ok"], &objects[0]["problems"]), (&json!(true), &json!([])));
    let warnings = objects[0]["warnings"].as_array().expect("a list");
    assert_eq!(warnings.len(), 2);
    assert_eq!((&warnings[0]["line"], &warnings[0]["column"]), (&json!(3), &json!(10)));
    assert_eq!(warnings[0]["message"], json!("the parameter 'idle' is never used"));
    assert_eq!((&objects[1]["ok"], &objects[1]["warnings"]), (&json!(false), &json!([])));
}

/// The repository's own scenarios are what others learn from.
#[test]
fn the_scenarios_of_the_repository_have_no_warnings() {
    let room = Room::with(&[]);
    let scenarios = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let ended = room.run(&format!("check --strict {scenarios}"));
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[test]
fn a_run_points_to_exploring_where_locks_are_nested_in_two_orders() {
    let locks = "version: 1
name: locks
params: {n: 1}
resources: {a: mutex, b: mutex}
processes:
  p: {do: [{repeat: n, do: [{with: [a, b], do: [{delay: 1s}]}]}]}
  q: {start: 5s, do: [{with: [b, a], do: [{delay: 1s}]}]}
";
    let room = Room::with(&[("locks.yaml", locks), ("pipe.yaml", PIPE)]);
    room.run("run locks.yaml --write none --set n=2")
        .with_code(0)
        .says(&["more than one order (lines 6, 7)", "tempolane explore --untimed locks.yaml --set n=2"]);
    let ended = room.run("run pipe.yaml --write none").with_code(0);
    assert!(!ended.out.contains("order"), "{}", ended.out);
    let json = room.run("run locks.yaml --write none --format json").with_code(0);
    assert!(!json.out.contains("order (") && json.json().len() == 1, "{}", json.out);
    // What it points to finds it.
    room.run("explore --untimed locks.yaml --write none").with_code(1);
}

/// Who runs what has no end is told of it before, once; of a run with an end nothing is said.
#[test]
fn a_run_without_an_end_is_warned_of() {
    let server = "version: 1
resources: {q: {kind: buffer, capacity: 1}}
processes:
  p: {do: [{while: true, do: [{get: q}, {delay: 1s}]}]}
";
    let until = server.replace("version: 1", "version: 1\nhorizon: 5s");
    let room = Room::with(&[("server.yaml", server), ("until.yaml", &until)]);
    // It waits for what nobody puts.
    let ended = room.run("run server.yaml").with_code(1);
    assert_eq!(ended.err.matches("this loop has no end, and so 'p' has none").count(), 1, "{}", ended.err);
    ended.complains(&["server.yaml:4:13", "give the scenario a `horizon`"]);
    let ended = room.run("run until.yaml").with_code(0);
    assert_eq!(ended.err, "");
}

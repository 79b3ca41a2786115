//! Options that are given more than once, and what they are refused for.

use super::room::{DEADLOCK, PIPE, Room};
use serde_json::json;

#[test]
fn a_parameter_is_set_once() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    for command in ["run --write none", "check", "test", "explore --write none", "validate --write none"] {
        let ended = room.run(&format!("{command} pipe.yaml --set items=1 --set items=2")).with_code(2);
        assert!(
            ended.err.contains("the parameter 'items' is set twice, to 1 and to 2"),
            "{command}: {}",
            ended.err
        );
        assert_eq!(ended.out, "", "{command}");
    }
}

/// A value may be an expression over the parameters above it.
#[test]
fn what_is_set_may_use_parameters_that_come_before() {
    let text = "version: 1\nname: s\nparams: {x: 2, y: 3}\nprocesses: {p: {do: [{repeat: x * y, do: [{delay: 1s}]}]}}\n";
    let room = Room::with(&[("s.yaml", text)]);
    room.run("run s.yaml --write none --set y=x*4").with_code(0).says(&["completed in 16s"]);
    room.run("run s.yaml --write none --set x=y*4").with_code(2).complains(&[
        "the parameter 'y' is used before it is defined",
        "a parameter may use those above it in the file; move it up, or give a value",
    ]);
}

#[test]
fn other_options_are_given_once_too() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    for twice in [
        "--color never run pipe.yaml --write none --color=always",
        "run pipe.yaml --write none --seed 1 --seed 2",
        "run pipe.yaml --write none -o a -o b",
        "run pipe.yaml --write none --format text --format json",
        "run pipe.yaml --write none --ties fifo --ties reversed",
    ] {
        let ended = room.run(twice).with_code(2);
        assert!(ended.err.contains("cannot be used multiple times"), "{twice}: {}", ended.err);
    }
}

#[test]
fn standard_output_is_no_folder() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    for command in ["run pipe.yaml -o -", "compare pipe.yaml --output=-", "validate pipe.yaml -o -"] {
        let ended = room.run(command).with_code(2);
        assert!(ended.err.contains("--format json"), "{command}: {}", ended.err);
    }
    assert!(!room.path("-").exists());
}

/// The pipe takes 1 s and 2 s for each item.
#[test]
fn values_of_one_parameter_are_variants_side_by_side() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let objects = room
        .run("compare pipe.yaml --set items=1 --set items=2 --set items=5 --write svg --format json")
        .with_code(0)
        .json();
    let told: Vec<_> = objects.iter().map(|object| (&object["scenario"], &object["total_time_ns"])).collect();
    let seconds = |seconds: u64| json!(seconds * 1_000_000_000);
    assert_eq!(
        told,
        [
            (&json!("pipe items=1"), &seconds(3)),
            (&json!("pipe items=2"), &seconds(5)),
            (&json!("pipe items=5"), &seconds(11)),
        ]
    );
    let comparison = std::fs::read_to_string(room.path("output/comparison.svg")).expect("it is written");
    assert!(comparison.contains("pipe items=2"), "the picture names what differs");
    let names = room.names("output");
    assert!(names.iter().any(|name| name == "output/pipe items-5/gantt.svg"), "{names:?}");
    room.run("compare pipe.yaml --set items=1 --set items=2 --write none")
        .with_code(0)
        .says(&["pipe items=1", "pipe items=2"]);
}

/// 2 and 1+1 are one value in two spellings.
#[test]
fn a_value_in_two_spellings_is_one_variant() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let compare = "compare pipe.yaml --set items=2 --set items=1+1 --set items=3 --write none --format json";
    assert_eq!(room.run(compare).with_code(0).json().len(), 2);
}

#[test]
fn several_parameters_with_several_values_are_crossed() {
    let text = "version: 1
name: grid
params: {n: 1, t: 1s, k: 1}
processes: {p: {do: [{repeat: n * k, do: [{delay: t}]}]}}
";
    let room = Room::with(&[("grid.yaml", text)]);
    let line = "--set n=1 --set t=1s --set n=2 --set k=10 --set t=3s --write none --format json";
    let told = |ended: super::room::Ended| -> Vec<(String, u64)> {
        let objects = ended.with_code(0).json();
        let one = |object: &serde_json::Value| {
            let name = object["scenario"].as_str().unwrap_or_default().to_owned();
            (name, object["total_time_ns"].as_u64().unwrap_or_default() / 1_000_000_000)
        };
        objects.iter().map(one).collect()
    };
    let expected =
        [("grid n=1 t=1s", 10), ("grid n=1 t=3s", 30), ("grid n=2 t=1s", 20), ("grid n=2 t=3s", 60)];
    let expected: Vec<_> = expected.iter().map(|(name, time)| ((*name).to_owned(), *time)).collect();
    assert_eq!(told(room.run(&format!("compare grid.yaml {line}"))), expected);
    // Standard input is read once for all of them.
    assert_eq!(told(room.run_with(&format!("compare - {line}"), text)), expected);
    // Equal values and values without end are no comparison.
    let ended = room.run("compare grid.yaml --set n=1 --set n=1 --write none").with_code(2);
    assert!(ended.err.contains("--set n=1 is given twice"), "{}", ended.err);
    let many: String = (0..40).map(|value| format!(" --set n={value} --set k={value}")).collect();
    let ended = room.run(&format!("compare grid.yaml --write none{many}")).with_code(2);
    assert!(ended.err.contains("more than 1000 combinations"), "{}", ended.err);
    // A value that does not fit is told as always.
    let ended = room.run("compare grid.yaml --set n=1 --set n=x --write none").with_code(2);
    assert!(ended.err.contains("--set n=x:1:3"), "{}", ended.err);
}

/// That a parameter is known to one of two scenarios says nothing of the other.
#[test]
fn an_unknown_parameter_is_told_with_its_file() {
    let text = |name: &str| {
        format!(
            "version: 1\nname: {name}\nparams: {{{name}: 1}}\nprocesses: {{p: {{do: [{{delay: {name} * 1s}}]}}}}\n"
        )
    };
    let room = Room::with(&[("one.yaml", &text("n")), ("other.yaml", &text("m"))]);
    room.run("compare one.yaml other.yaml --set n=3").with_code(2).complains(&[
        "unknown parameter 'n'",
        "its parameters are `m`",
        "other.yaml",
    ]);
}

/// Neither the table nor a picture compares with the time of a run that did
/// not get to its end, whichever of the two it is.
#[test]
fn there_is_no_speed_up_without_two_runs_that_completed() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("stuck.yaml", DEADLOCK)]);
    for order in ["pipe.yaml stuck.yaml", "stuck.yaml pipe.yaml"] {
        let ended = room.run(&format!("compare {order} --write svg")).with_code(1);
        ended.says(&["–: a speed-up is told of a run that completed, where the first one completed too"]);
        for picture in ["output/comparison.svg", "output/total-time.svg"] {
            let document = std::fs::read_to_string(room.path(picture)).expect("it is written");
            assert!(!document.contains("· speed-up "), "{order}: {picture}");
        }
    }
}

/// A value that makes a problem elsewhere is named with it: where the parameter stands, where it
/// reaches by way of another one, and where it is too large for the whole scenario.
#[test]
fn a_problem_names_the_setting_that_makes_it() {
    let text = "version: 1
params: {pause: 1s, n: 2, twice: n * 2}
processes:
  p: {count: n, do: [{delay: pause}, {repeat: twice, do: [{delay: pause / n}]}]}
";
    let unknown = text.replace("delay: pause}", "delay: paus}");
    let room = Room::with(&[("p.yaml", text), ("unknown.yaml", &unknown)]);
    let refused = |line: &str| room.run(&format!("run {line}")).with_code(2).err;
    let notes = |told: &str| told.matches("  = note: not so without ").count();
    for (setting, problem) in [
        ("pause=-1s", "`delay` cannot be negative, found -1s"),
        ("n=-3", "`repeat` is at least 0, found -6"),
        ("n=20000000", "more than 10,000,000 processes"),
    ] {
        let told = refused(&format!("p.yaml --set {setting} --set twice=2*n"));
        assert!(told.contains(problem), "{told}");
        let note = format!("  = note: not so without `--set {setting}`\n");
        assert!(format!("{told}\n").contains(&note), "{told}");
        assert_eq!(notes(&told), told.matches("error: ").count(), "{told}");
    }
    // Without either of two the other one makes a problem there; and what is wrong in any case
    // comes of none.
    let told = refused("p.yaml --set n=-1 --set twice=-1");
    assert!(told.contains("not so without `--set n=-1`"), "{told}");
    assert!(told.contains("not so without `--set n=-1`, `--set twice=-1`"), "{told}");
    assert_eq!(notes(&refused("unknown.yaml --set n=3")), 0);
    let object = &room.run("check p.yaml --set pause=-1s --format json").with_code(2).json()[0];
    assert_eq!(object["problems"][0]["settings"], serde_json::json!(["pause=-1s"]));
}

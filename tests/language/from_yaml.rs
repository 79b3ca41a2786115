//! Scenarios that are read from YAML into the builder: they run and are asserted
//! like those made in code, what they expect themselves is checked, and what is
//! wrong is told with its place in the file.

use crate::common::{label, run};
use std::fs;
use tempolane::builder::{Mode, Scenario};

/// Two adders, one item each second, and what is expected of them.
const TEXT: &str = "\
version: 1
name: adders
seed: 5
params: {items: 2, pause: 1s}
resources: {total: {kind: memory, slots: 1, value: 0}, lock: mutex}
processes:
  adder:
    count: 2
    vars: {seen: 0}
    do:
      - repeat: items
        do:
          - delay: pause
          - with: lock
            do:
              - read: {from: total, at: 0, into: seen}
              - write: {to: total, at: 0, value: seen + 1}
          - mark: added
expect:
  outcome: completed
  memories: {total: [4]}
";

fn adders() -> Scenario {
    Scenario::from_yaml("adders.yaml", TEXT).expect("it is right")
}

fn message(result: Result<(), String>) -> String {
    result.expect_err("it is not so")
}

#[test]
fn it_is_the_scenario_of_the_file() {
    let mut lab = adders();
    assert_eq!(lab.name(), "adders");
    assert_eq!(lab.yaml().as_deref(), Some(TEXT));
    let run_of_it = lab.run();
    assert_eq!(run_of_it.fingerprint(), run(TEXT).fingerprint);
    run_of_it.assert_expectations().assert_total_time("2s").assert_count("adder.added", 4).assert_no_races();
    assert!(run_of_it.timeline().contains("adder"));
    let every = lab.assert_expectations_in_every_schedule(Mode::Untimed);
    assert_eq!(every.finals.len(), 1);
    lab.assert_every_schedule(Mode::Timed, "memories: {total: [4]}\ntotal_time: 2s");
    // The seed, the horizon and the warm-up are those of the text until they are changed.
    assert_eq!(run_of_it.trace.header.seed, 5);
    assert_eq!(lab.seed(7).run().trace.header.seed, 7);
    assert_eq!(lab.horizon("pause + 500ms").run().outcome(), "horizon");
    assert_eq!(lab.horizon("pause * 9").set("pause", "3s").run().total_time().to_string(), "6s");
}

#[test]
fn what_it_expects_itself_is_said_of_its_own_parameters() {
    let mut lab = adders();
    lab.set("items", "1 + 1").run().assert_expectations();
    lab.set("items", 3).run().assert_memory("total", [6]);
    let failure = message(lab.run().check_expectations());
    let expected = "the scenario 'adders' cannot run:\n  the scenario: what 'adders.yaml' expects is said of its own \
                    parameters, and these are set to others: items; ";
    assert!(failure.starts_with(expected), "{failure}");
    assert!(lab.check_expectations_in_every_schedule(Mode::Untimed).is_err());
    assert_eq!(lab.yaml(), Some(TEXT.replace("items: 2", "items: 3")));

    let (plain, _) = TEXT.split_once("expect:").expect("there is one");
    let plain = Scenario::from_yaml("plain", plain).expect("it is right");
    assert!(message(plain.run().check_expectations()).contains("'plain' has no `expect`"));
    plain.run().assert_completed().assert_memory("total", [4]);
    let mut made = Scenario::new("made");
    made.process("p", |p| {
        p.delay("1s");
    });
    assert!(message(made.run().check_expectations()).contains("made in code, and expects nothing itself"));
}

#[test]
fn what_is_not_as_it_expects_is_told_with_lines_of_the_file() {
    let (head, tail) = TEXT.split_once("          - with: lock\n            do:\n").expect("it locks");
    let racy = format!("{head}{}", tail.replace("              - ", "          - ").replace("[4]", "[5]"));
    let lab = Scenario::from_yaml("adders.yaml", &racy).expect("it is right");
    let failure = message(lab.run().check_expectations());
    assert!(failure.contains("expected memory 'total' to hold [5], but slot 0 is 4 and not 5"), "{failure}");
    assert!(failure.contains(&format!("with this file:\n{racy}")), "{failure}");
    // What a test expects takes the place of what the file does.
    lab.run().assert("memories: {total: [4]}");
    let failure = message(lab.run().check("races: none"));
    assert!(
        failure.contains("expected no races, but 'adder[0]' writes slot 0 of 'total' at 1s"),
        "{failure}"
    );
    let failure = message(lab.check_every_schedule(Mode::Untimed, "memories: {total: [4]}").map(drop));
    assert!(failure.contains("with this file:\nversion: 1\n"), "{failure}");
    assert!(failure.contains("and this schedule, which `Scenario::follow` takes as well:\n"), "{failure}");
    let (_, schedule) = failure.rsplit_once("takes as well:\n").expect("it was found");
    assert_eq!(lab.follow(schedule).expect("it is its own").trace.header.seed, 5);
}

#[test]
fn problems_have_lines_and_columns_and_nothing_is_added_in_rust() {
    let problems = Scenario::from_yaml("lab.yaml", &TEXT.replace("with: lock", "with: lok")).unwrap_err();
    let expected = "the scenario 'lab.yaml' cannot run:\n  lab.yaml:14:19: unknown resource 'lok'; did you mean 'lock'?\n      - with: lok";
    assert_eq!(problems.to_string(), expected);
    assert_eq!(format!("{problems:?}"), expected);
    for broken in ["", "[", "a: b: c", "\u{feff}version: 1", "version: 1\nprocesses: {p: {do: [{code: 0}]}}"]
    {
        let problems = Scenario::from_yaml("broken", broken).unwrap_err();
        assert!(!problems.items.is_empty(), "{broken}");
    }
    let mut lab = adders();
    let line = line!() + 1;
    lab.param("more", 1).mutex("door").process("p", |p| {
        p.delay("1s");
    });
    let problems = lab.check().unwrap_err();
    let places: Vec<String> = problems.items.iter().map(|problem| problem.place()).collect();
    let at = |what: &str| format!("{what} ({}:{line})", file!());
    assert_eq!(places, [at("parameter 'more'"), at("resource 'door'"), at("process 'p'")]);
    assert!(lab.try_run().is_err());

    let mut lab = adders();
    let line = line!() + 1;
    lab.set("itms", 3).horizon("later");
    let told = lab.check().unwrap_err().to_string();
    assert!(
        told.contains(&format!("`set` of 'itms' ({}:{line}): unknown parameter 'itms'", file!())),
        "{told}"
    );
    assert!(told.contains(&format!("the horizon ({}:{line}): unknown parameter 'later'", file!())), "{told}");
    let line = line!() + 1;
    let told = lab.seed(u64::MAX).check().unwrap_err().to_string();
    assert!(told.contains(&format!("the seed ({}:{line}): ", file!())), "{told}");

    let lab = adders();
    for wrong in ["[", "totl_time: 3s", "memories: {totl: [1]}"] {
        let told = message(lab.run().check(wrong));
        assert!(told.starts_with("what is expected of 'adders' is wrong:\n  the expectation: "), "{told}");
    }
}

/// Where somebody waits for ever, and which line of a file is not as it says.
#[test]
fn failures_name_the_file_and_the_line() {
    let text = "version: 1\nresources: {b: {kind: buffer, capacity: 1}}\nprocesses:\n  p:\n    do:\n      - get: b\nexpect:\n  total_time: 0s\n";
    let stuck = Scenario::from_yaml("stuck.yaml", text).expect("it is right");
    let failure = message(stuck.run().check_expectations());
    assert!(failure.contains("\n      at stuck.yaml:6\n"), "{failure}");
    let failure = message(stuck.check_expectations_in_every_schedule(Mode::Untimed).map(drop));
    assert!(failure.contains("stuck.yaml:8 cannot be checked without time"), "{failure}");
}

/// Whatever form a text has, what a test expects takes the place of what it expects.
#[test]
fn every_form_of_a_text_takes_expectations() {
    let flow = "{version: 1, processes: {p: {do: [{delay: 2s}]}}, expect: {total_time: 3s}}";
    let windows = "version: 1\r\nprocesses: {p: {do: [{delay: 2s}]}}\r\nexpect: {total_time: 3s}";
    let ended = "---\nversion: 1\nprocesses: {p: {do: [{delay: 2s}]}}\nexpect: {total_time: 3s}\n...\n";
    for text in [flow, windows, ended] {
        let lab = Scenario::from_yaml("form", text).expect("it is right");
        lab.run().assert_total_time("2s").assert("outcome: completed");
        let failure = message(lab.run().check_expectations());
        assert!(failure.contains("2s"), "{failure}");
        let told = message(lab.run().check("total_time: 2s\nreaches: q.m"));
        assert!(told.starts_with("what is expected of 'form' is wrong:\n  the expectation: "), "{told}");
    }
}

#[test]
fn files_are_read_with_what_stands_beside_them() {
    let mut lab = Scenario::from_file(label("lab5/two-memories.yaml")).expect("it is in the library");
    lab.run().assert_expectations().assert_completed();
    let told = lab.set("capacity", 4).run().to_string();
    assert!(told.contains("two-memories.yaml --set capacity=4 --seed "), "{told}");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("traced.yaml");
    fs::write(folder.path().join("gaps.csv"), "gap\n1\n2\n4\n").expect("it can be written");
    let text = "version: 1\nprocesses:\n  p: {do: [{repeat: 3, do: [{delay: {trace: {file: gaps.csv, column: gap, unit: s}}}]}]}\nexpect: {total_time: 7s}\n";
    fs::write(&path, text).expect("it can be written");
    let traced = Scenario::from_file(&path).expect("it is right");
    assert_eq!(traced.name(), "traced");
    traced.run().assert_expectations();

    let none = Scenario::from_file(folder.path().join("none.yaml")).unwrap_err();
    assert!(none.to_string().contains("cannot read '"), "{none}");
    let directory = Scenario::from_file(folder.path()).unwrap_err();
    assert!(directory.to_string().contains("is a directory, not a scenario file"), "{directory}");
}

//! Races on the command line: a warning with both lines, or a finding if the
//! scenario expects none.

use crate::room::Room;
use serde_json::json;

/// Two processes add to a counter without a lock.
const COUNTER: &str = "version: 1
name: counter
resources: {counter: {kind: memory, slots: 1}, m: {kind: mutex}}
processes:
  adder:
    count: 2
    vars: {x: 0}
    do:
      - read: {from: counter, at: 0, into: x}
      - delay: 1s
      - write: {to: counter, at: 0, value: x + 1}
";

#[test]
fn a_race_is_a_warning_with_both_lines() {
    let room = Room::with(&[("counter.yaml", COUNTER)]);
    let warning = "  race: 2 pairs of lines with no synchronisation between them:
  - 'adder[1]' reads slot 0 of 'counter' at 0s, 'adder[0]' writes it at 1s: ordered only by their times
      counter.yaml:9: - read: {from: counter, at: 0, into: x}
      counter.yaml:11: - write: {to: counter, at: 0, value: x + 1}
  - 'adder[0]' writes slot 0 of 'counter' at 1s, 'adder[1]' writes it at 1s: in either order
      counter.yaml:11: - write: {to: counter, at: 0, value: x + 1}
  hint: let both hold the same mutex there";
    for command in ["run", "compare"] {
        room.run(&format!("{command} counter.yaml --write none")).with_code(0).says(&[warning]);
    }
    let object = &room.run("run counter.yaml --write none --format json").with_code(0).json()[0];
    assert_eq!(
        object["races"][0],
        json!({
            "memory": "counter",
            "slot": 0,
            "first": {"process": "adder[1]", "access": "read", "line": 9, "time_ns": 0},
            "second": {"process": "adder[0]", "access": "write", "line": 11, "time_ns": 1_000_000_000},
            "times": 1,
            "message": "'adder[1]' reads slot 0 of 'counter' at 0s, 'adder[0]' writes it at 1s: ordered \
                        only by their times",
        })
    );
    assert_eq!(object["races"].as_array().map(Vec::len), Some(2));
    assert!(object.get("races_left_out").is_none() && object.get("races_until_ns").is_none());
}

#[test]
fn a_race_is_a_finding_where_none_is_expected() {
    let expecting = format!("{COUNTER}expect: {{races: none}}\n");
    let with = |steps: &str| {
        let before = expecting.find("      - read").expect("it is there");
        let after = expecting.find("expect:").expect("it is there");
        format!("{}{steps}{}", &expecting[..before], &expecting[after..])
    };
    let locked = with(
        "      - with: m
        do:
          - read: {from: counter, at: 0, into: x}
          - delay: 1s
          - write: {to: counter, at: 0, value: x + 1}
",
    );
    let room = Room::with(&[("counter.yaml", &expecting), ("locked.yaml", &locked)]);
    let ended = room.run("run counter.yaml --write none").with_code(1);
    ended.says(&[
        "not as expected",
        "counter.yaml:12: expected no races, but 'adder[1]' reads slot 0 of 'counter' at 0s, 'adder[0]' writes",
        "to see it again: tempolane run counter.yaml --seed 0",
    ]);
    let object = &room.run("run locked.yaml --write none --format json").with_code(0).json()[0];
    assert_eq!((&object["races"], &object["expect"]), (&json!([]), &json!([])));
    assert_eq!(object["memories"]["counter"], json!([2]));
}

/// Two adders, two seconds between them, so that only their times keep them apart: the write at
/// 1 s races with the read at 3 s and the write at 4 s. A search with time has one order of
/// these, so it looks for all races without.
const APART: &str = "version: 1
name: apart
resources: {counter: {kind: memory, slots: 1}}
processes:
  adder:
    count: 2
    start: index * 3s
    vars: {x: 0}
    do:
      - read: {from: counter, at: 0, into: x}
      - delay: 1s
      - write: {to: counter, at: 0, value: x + 1}
";

#[test]
fn a_search_with_time_says_which_races_it_looks_for() {
    let expecting = format!("{APART}expect: {{races: none}}\n");
    let alone = APART.replace("count: 2", "count: 1");
    let room = Room::with(&[("apart.yaml", APART), ("expecting.yaml", &expecting), ("alone.yaml", &alone)]);
    let note = "races: looked for among simultaneous steps only, --untimed looks for all";
    let explore = |line: &str| room.run(&format!("explore {line} --write none"));
    explore("apart.yaml").with_code(0).says(&[&format!("{note}\n")]);
    explore("expecting.yaml").with_code(0).says(&[&format!("{note}: line 13\n")]);
    let untimed = explore("apart.yaml --untimed").with_code(1);
    untimed.says(&["Race in "]);
    let reduced = explore("apart.yaml --reduce").out;
    for told in [untimed.out, reduced, explore("alone.yaml").out] {
        assert!(!told.contains(note), "{told}");
    }
    let races = |line: &str| explore(&format!("{line} --format json")).json()[0]["races"].clone();
    assert_eq!(races("apart.yaml"), json!(null));
    assert_eq!(races("apart.yaml --reduce"), json!(null));
    assert_eq!(races("apart.yaml --untimed"), json!(2));
    assert_eq!(races("alone.yaml"), json!(0));
}

/// In the picture of the run, at three accesses of the two pairs; and in letters.
#[test]
fn both_accesses_of_a_race_are_marked_in_the_timeline() {
    let room = Room::with(&[("apart.yaml", APART)]);
    let shown = room.run("run apart.yaml").with_code(0).out;
    let picture = String::from_utf8(room.files("output")["output/apart/gantt.svg"].clone()).expect("UTF-8");
    assert_eq!(picture.matches("class=\"race\"").count(), 3, "{picture}");
    assert!(picture.contains("race: nothing orders this access and another"), "{picture}");
    let row = |name: &str| {
        let row = shown.lines().find(|line| line.starts_with(name) && line.contains('│')).unwrap_or("");
        let cells: Vec<char> = row.split('│').nth(1).unwrap_or("").chars().collect();
        let places = (0..cells.len()).filter(|&cell| cells[cell] == '!');
        places.map(|cell| (cell * 8 + cells.len() / 2) / cells.len()).collect::<Vec<_>>()
    };
    // In half seconds.
    assert_eq!((row("adder[0]"), row("adder[1]")), (vec![2], vec![6, 8]), "{shown}");
    assert!(shown.contains("! race"), "{shown}");
}

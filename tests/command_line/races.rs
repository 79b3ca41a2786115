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

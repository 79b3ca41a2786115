//! `tempolane explore` and `run --schedule` from outside.

use crate::room::{PIPE, Room};
use serde_json::json;

const PHILOSOPHERS: &str = "\
version: 1
name: philosophers
params: {n: 3, reach: 1s}
resources: {forks: {kind: mutex, count: n}}
processes:
  philosopher:
    count: n
    do:
      - while: true
        do:
          - acquire: forks[index]
          - delay: reach
          - acquire: 'forks[(index + 1) % n]'
          - atomic: [{release: 'forks[index]'}, {release: 'forks[(index + 1) % n]'}]
";

const COUNTER: &str = "\
version: 1
name: counter
resources: {counter: {kind: memory, slots: 1}}
processes:
  adder:
    count: 2
    vars: {x: 0}
    do:
      - read: {from: counter, at: 0, into: x}
      - write: {to: counter, at: 0, value: x + 1}
expect:
  memories: {counter: [2]}
";

/// Who takes the lock first at 1 s decides: 1 + 3 + 2 + 5, or 1 + 2 + 5.
const TIE: &str = "\
version: 1
name: tie
resources: {m: {kind: mutex}}
processes:
  a: {do: [{delay: 1s}, {acquire: m}, {delay: 3s}, {release: m}, {delay: 1s}]}
  b: {do: [{delay: 1s}, {acquire: m}, {delay: 2s}, {release: m}, {delay: 5s}]}
";

#[test]
fn a_deadlock_is_shown_with_a_schedule_that_can_be_followed() {
    let room = Room::with(&[("p.yaml", PHILOSOPHERS)]);
    let ended = room.run("explore p.yaml --untimed").with_code(1);
    ended.says(&[
        "philosophers: every schedule explored, untimed",
        "14 states",
        "Deadlock in 1 state, the first after 3 turns",
        " ! 3  ",
        "from turn 3 on",
        "run p.yaml --schedule output/philosophers/deadlock.schedule",
    ]);
    let names = ["deadlock.png", "deadlock.schedule", "deadlock.svg"];
    assert_eq!(room.names("output"), names.map(|name| format!("output/philosophers/{name}")));
    let again = room.run("run p.yaml --schedule output/philosophers/deadlock.schedule --write none");
    again.with_code(1).says(&["deadlock at 1s", "3 of 3 processes wait"]);
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let room = Room::with(&[("p.yaml", PHILOSOPHERS)]);
    let ended = room.run("explore p.yaml --untimed --format json --write none --set n=4").with_code(1);
    let object = &ended.json()[0];
    for (key, value) in [
        ("scenario", json!("philosophers")),
        ("mode", json!("untimed")),
        ("complete", json!(true)),
        ("states", json!(34)),
        ("deadlocks", json!(1)),
        ("total_time_min_ns", json!(null)),
        ("total_time_max_ns", json!(null)),
    ] {
        assert_eq!(object[key], value, "{key}");
    }
    assert_eq!(object["witness"]["kind"], json!("deadlock"));
    assert_eq!(object["witness"]["turns"].as_array().map(Vec::len), Some(4));
    assert_eq!(object["witness"]["states"], json!(5));
    assert!(object["transitions"].as_u64().is_some_and(|transitions| transitions > 34));
}

#[test]
fn ties_that_decide_are_told_with_the_fastest_and_the_slowest() {
    let room = Room::with(&[("tie.yaml", TIE)]);
    let ended = room.run("explore tie.yaml --write result").with_code(0);
    ended.says(&["between 8s and 11s", "at 1s, who goes first: a: 11s; b: 8s", "schedules: 2"]);
    room.run("run tie.yaml --schedule output/tie/fastest.schedule --write none")
        .with_code(0)
        .says(&["completed in 8s"]);
    room.run("run tie.yaml --schedule output/tie/slowest.schedule --write none")
        .with_code(0)
        .says(&["completed in 11s"]);
    let json = room.run("explore tie.yaml --format json --write none").with_code(0).json();
    assert_eq!(json[0]["total_time_min_ns"], json!(8_000_000_000u64));
    assert_eq!(json[0]["total_time_max_ns"], json!(11_000_000_000u64));
}

/// Six schedules, four of which lose an update.
#[test]
fn a_lost_update_is_not_as_expected_and_a_race() {
    let room = Room::with(&[("counter.yaml", COUNTER)]);
    let ended = room.run("explore counter.yaml --write none").with_code(1);
    ended.says(&[
        "schedules: 6",
        "counter: 1  in 4 schedules",
        "counter: 2  in 2 schedules",
        "Not as expected in 1 state",
        "counter.yaml:12: ",
        "a race for counter[0]",
    ]);
    let pipe = Room::with(&[("pipe.yaml", PIPE)]);
    pipe.run("explore pipe.yaml --write none").with_code(0).says(&["deadlocks: 0", "7s in every schedule"]);
}

#[test]
fn a_budget_ends_with_what_is_known_so_far() {
    let room = Room::with(&[("p.yaml", PHILOSOPHERS)]);
    let ended = room.run("explore p.yaml --untimed --set n=10 --max-states 1000 --write none").with_code(1);
    ended.says(&["not explored completely", "--max-states", "the budget of 1,000 states is spent"]);
    let json = room
        .run("explore p.yaml --untimed --set n=10 --max-states 1000 --write none --format json")
        .with_code(1)
        .json();
    assert_eq!(json[0]["complete"], json!(false));
}

#[test]
fn reduction_and_shrinking() {
    let room = Room::with(&[("p.yaml", PHILOSOPHERS)]);
    let ended = room.run("explore p.yaml --untimed --set n=16 --reduce=order --write none").with_code(1);
    ended.says(&["482 states", "deadlocks: 1", "the first after 16 turns"]);
    room.run("explore p.yaml --reduce=order").with_code(2);
    let ended = room.run("explore p.yaml --untimed --set n=6 --shrink --write none").with_code(1);
    // A philosopher alone takes the same fork twice.
    assert!(ended.err.contains("the deadlock is there with n=1 too"), "{}", ended.err);
    ended.says(&["Deadlock in 1 state, the first after 1 turn"]);
}

#[test]
fn what_is_no_schedule_of_the_scenario_is_refused() {
    let head = "schedule: 1\nscenario: tie\nmode: timed\nseed: 0\nturns:\n";
    let (who, when) = (format!("{head}  c\n"), format!("{head}  b\n  b\n  b\n"));
    let room = Room::with(&[
        ("tie.yaml", TIE),
        ("no.schedule", "hello\n"),
        ("who.schedule", &who),
        ("when.schedule", &when),
    ]);
    for (file, part) in [
        ("no.schedule", "no.schedule:1: expected `key: value`"),
        ("who.schedule", "turn 1 of the schedule (c): the scenario has no such process"),
        ("when.schedule", "turn 2 of the schedule (b)"),
    ] {
        let ended = room.run(&format!("run tie.yaml --schedule {file} --write none")).with_code(2);
        assert!(ended.err.contains(part), "{}", ended.err);
    }
    room.run("run tie.yaml --schedule missing.schedule").with_code(3);
}

/// Two processes of 70 steps each: C(140, 70) = 9.4e40 schedules in 71 x 71 states.
#[test]
fn schedules_beyond_counting_are_said_to_be_so_many() {
    let text = "\
version: 1
name: many
resources: {d: {kind: memory, slots: 1}}
processes:
  p: {do: [{repeat: 70, do: [{write: {to: d, at: 0, value: 1}}]}]}
  q: {do: [{repeat: 70, do: [{write: {to: d, at: 0, value: 1}}]}]}
";
    let room =
        Room::with(&[("many.yaml", text), ("one.yaml", "version: 1\nprocesses: {p: {do: [{delay: 1s}]}}\n")]);
    let ended = room.run("explore many.yaml --untimed --write none").with_code(1);
    ended.says(&["5,041 states", "schedules: more than 3.4e38", "d: 1  in more than 3.4e38 schedules"]);
    let ended = room.run("explore one.yaml --write none").with_code(0);
    ended.says(&["  1 state, 0 transitions, depth 0", "schedules: 1\n"]);
    let ended = room.run("explore many.yaml --untimed --write none --max-states 1000").with_code(1);
    ended.says(&["the budget of 1,000 states is spent"]);
}

/// A picture of a run that is not as expected says so under its title, in words,
/// and at the moment.
#[test]
fn pictures_mark_the_moment_at_which_an_expectation_broke() {
    let text = "\
version: 1
name: late
resources: {door: mutex}
processes:
  worker: {count: 2, do: [{with: door, do: [{work: 2s}]}, {mark: out}]}
expect:
  before: {first: 'worker[1].out', second: 'worker[0].out'}
";
    let room = Room::with(&[("late.yaml", text)]);
    room.run("run late.yaml").with_code(1).says(&["late: total time 4s, completed, not as expected"]);
    room.run("explore late.yaml").with_code(1).says(&["expectation.svg"]);
    for picture in ["gantt.svg", "expectation.svg"] {
        let picture =
            std::fs::read_to_string(room.path(&format!("output/late/{picture}"))).expect("it is there");
        for part in ["completed · not as expected", "class=\"broken\"", "line 7: expected "] {
            assert!(picture.contains(part), "{part} in\n{picture}");
        }
    }
}

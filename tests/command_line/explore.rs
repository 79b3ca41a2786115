//! `tempolane explore` and `run --schedule` from outside.

use crate::common::CUT_SHORT;
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

/// A wrong proof otherwise: without time the branch would never be taken.
#[test]
fn what_hangs_on_the_clock_is_no_proof_and_says_which_line() {
    let text = "\
version: 1
name: untimed-now
resources: {never: {kind: semaphore, permits: 0}}
processes:
  p:
    do:
      - delay: 3s
      - if: now > 2s
        do: [{acquire: never}]
expect: {total_time: 3s}
";
    let room = Room::with(&[("p.yaml", text)]);
    let ended = room.run("explore p.yaml --untimed").with_code(1);
    ended.says(&[
        "untimed-now: not explored completely, untimed: line 8 depends on what the clock shows",
        "expected times not checked without time: line 10",
    ]);
    let json = room.run("explore p.yaml --untimed --format json").with_code(1).json();
    assert_eq!((&json[0]["complete"], &json[0]["clock_lines"]), (&json!(false), &json!([8])));
    room.run("explore p.yaml").with_code(1).says(&["every schedule explored, timed", "deadlocks: 1"]);
}

#[test]
fn commands_on_no_processes_at_all() {
    let text = "\
version: 1
name: empty
params: {n: 0}
resources: {m: mutex, d: {kind: memory, slots: 1}}
processes:
  p: {count: n, do: [{acquire: m}, {release: m}]}
  q: {count: n, vars: {x: index}, do: [{write: {to: d, at: 0, value: x}}]}
";
    let room = Room::with(&[("empty.yaml", text)]);
    for command in ["run", "check", "compare", "validate --runs 1", "test", "explore", "explore --untimed"] {
        let (verb, options) = command.split_once(' ').unwrap_or((command, ""));
        room.run(format!("{verb} empty.yaml {options}").trim_end()).with_code(0);
    }
    for reduce in ["order", "symmetry", "both"] {
        room.run(&format!("explore empty.yaml --untimed --shrink --reduce={reduce}")).with_code(0);
    }
}

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

/// The pictures, the trace and the result of the plain run stay, and every picture that shows
/// a schedule says so: that of `explore`, and those of the run that follows it.
#[test]
fn a_run_along_a_schedule_has_a_folder_of_its_own() {
    let room = Room::with(&[("p.yaml", PHILOSOPHERS)]);
    room.run("run p.yaml --set n=1 --write svg,result,trace");
    let plain = ["gantt.svg", "result.json", "trace.jsonl"].map(|name| format!("output/philosophers/{name}"));
    let before = room.files("output/philosophers");
    room.run("explore p.yaml --untimed --write svg").with_code(1);
    let along = "run p.yaml --schedule output/philosophers/deadlock.schedule";
    room.run(&format!("{along} --write svg,result,trace"))
        .with_code(1)
        .says(&["philosophers along deadlock.schedule: ", "output/philosophers/deadlock/gantt.svg"]);
    let after = room.files("output/philosophers");
    assert!(before.len() == 3 && before.iter().all(|(name, content)| after[name] == *content));
    let deadlock = "output/philosophers/deadlock";
    let names = ["/gantt.svg", "/result.json", "/trace.jsonl", ".schedule", ".svg"];
    let mut expected: Vec<String> = names.iter().map(|name| format!("{deadlock}{name}")).collect();
    expected.extend(plain);
    expected.sort();
    let mut found = room.names("output");
    found.sort();
    assert_eq!(found, expected);
    for picture in [format!("{deadlock}.svg"), format!("{deadlock}/gantt.svg")] {
        let drawn = std::fs::read_to_string(room.path(&picture)).expect("it is there");
        assert!(drawn.contains("<title>philosophers along deadlock.schedule</title>"), "{picture}");
    }
    // A title of one's own does not hide it.
    room.run(&format!("{along} --write svg --title Dinner -o titled")).with_code(1);
    let titled = std::fs::read_to_string(room.path("titled/philosophers/deadlock/gantt.svg"));
    assert!(titled.expect("it is there").contains("<title>Dinner along deadlock.schedule</title>"));
}

/// What brings them has a name of two words, and takes turns as they do.
#[test]
fn a_schedule_of_those_who_arrive_can_be_followed() {
    let text = "
version: 1
name: two-locks
resources: {a: mutex, b: mutex}
processes:
  p:
    arrivals: {every: 1s, up_to: 2, most: 2}
    do:
      - if: index == 0
        do: [{acquire: a}, {delay: 2s}, {acquire: b}]
        else: [{acquire: b}, {delay: 2s}, {acquire: a}]
";
    let room = Room::with(&[("p.yaml", text)]);
    room.run("explore p.yaml").with_code(1).says(&["Deadlock in 1 state"]);
    let again = room.run("run p.yaml --schedule output/two-locks/deadlock.schedule --write none");
    again.with_code(1).says(&["deadlock at", "2 of 3 processes wait"]);
}

/// So has a timetable's, of which a word begins with a digit.
#[test]
fn a_schedule_with_a_timetable_can_be_followed() {
    let text = "
version: 1
name: shop
params: {later: 1s}
resources: {s: {kind: semaphore, permits: {0s: 1, 2s: 0, later * 5: 1}}}
processes:
  x: {do: [{delay: 2s}, {with: s, do: [{delay: 500ms}]}]}
";
    let room = Room::with(&[("p.yaml", text)]);
    room.run("explore p.yaml").with_code(0).says(&["total time: between 2.5s and 5.5s"]);
    let slowest = std::fs::read_to_string(room.path("output/shop/slowest.schedule")).expect("it was written");
    let needless = slowest.replace("\n  x  ", "\n  x 7");
    std::fs::write(room.path("needless.schedule"), needless).expect("there is room");
    let refused = room.run("run p.yaml --schedule needless.schedule --write none").with_code(2);
    refused.complains(&["it has no choice to make by which 7 would be meant"]);
    for (file, end) in [("fastest", "2.5s"), ("slowest", "5.5s")] {
        let again = room.run(&format!("run p.yaml --schedule output/shop/{file}.schedule --write none"));
        again.with_code(0).says(&[&format!("completed in {end}")]);
    }
}

/// Nobody asks for the number of who arrives, so all rounds are alike: an arrival, and one too many.
#[test]
fn arrivals_that_nobody_counts_have_few_states() {
    let text = "
version: 1
name: clinic
horizon: 10s
resources: {s: {kind: semaphore, permits: 1}}
processes:
  c: {arrivals: {every: 1s, most: 2}, do: [{with: s, do: [{delay: 1s}]}]}
";
    let room = Room::with(&[("p.yaml", text)]);
    room.run("explore p.yaml --untimed --max-states 1000 --write none")
        .with_code(1)
        .says(&["every schedule explored", "2 of 'c' are alive, and one more arrives"]);
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
    let ended = room.run("explore tie.yaml --write schedule").with_code(0);
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
    assert!(!ended.err.contains("nothing was shrunk"), "{}", ended.err);
    ended.says(&["Deadlock in 1 state, the first after 1 turn"]);
}

/// Some who wait for ever beside one who goes on are as much a finding to be made small as others. Where there is no
/// `expect`, nothing is said of one.
#[test]
fn a_partial_deadlock_can_be_shrunk() {
    let text = format!("{PHILOSOPHERS}  t: {{do: [{{while: true, do: [{{delay: 1s}}]}}]}}\n");
    let room = Room::with(&[("p.yaml", &text)]);
    let ended = room.run("explore p.yaml --untimed --shrink --write none").with_code(1);
    ended.complains(&["the partial deadlock is there with n=1 too"]);
    ended.says(&["Partial deadlock in 1 state, the first after 1 turn"]);
    let ended = room.run("explore p.yaml --untimed --set n=1 --shrink --write none").with_code(1);
    ended.complains(&["nothing was shrunk: with every parameter smaller the partial deadlock is not there"]);
    assert!(!ended.err.contains("expected"), "{}", ended.err);
}

/// That 6 s and 7 s are right is known by hand: see [`CUT_SHORT`].
#[test]
fn what_a_cut_search_has_come_across_is_told_as_that() {
    let room = Room::with(&[("cut.yaml", CUT_SHORT)]);
    let ended = room.run("explore cut.yaml --max-states 1000 --write none").with_code(1);
    ended.says(&["not explored completely", "  total time: between 6s and 7s in the schedules so far\n"]);
    let json = room
        .run("explore cut.yaml --max-states 1000 --write none --format json")
        .with_code(1)
        .json()
        .remove(0);
    assert_eq!((&json["total_time_min_ns"], &json["complete"]), (&json!(6_000_000_000u64), &json!(false)));
    let shows: Vec<_> =
        json["shown"].as_array().expect("a list").iter().map(|one| one["shows"].clone()).collect();
    assert!(shows.contains(&json!("a total time of 7s, the greatest so far")), "{shows:?}");
}

/// A command offers no file that it does not write, and takes no option that it does not go by.
#[test]
fn files_that_a_command_does_not_write_are_refused() {
    let room = Room::with(&[("tie.yaml", TIE)]);
    for (line, why) in [
        (
            "explore tie.yaml --write svg,trace",
            "`explore` writes no trace; --write takes svg, png, pdf, tikz, html, schedule, all or none here",
        ),
        ("explore tie.yaml --ties reversed", "`explore` tries every order of ties"),
        ("explore tie.yaml --replication 1", "`explore` knows replication 0 only"),
        (
            "validate tie.yaml --write csv",
            "`validate` writes no csv; --write takes svg, png, pdf, tikz, html, trace, result, all or none here",
        ),
        ("validate tie.yaml --replication 1", "`validate` knows replication 0 only"),
        (
            "validate tie.yaml --recorded no.csv --write svg",
            "`validate --recorded` writes no svg; --write takes result, all or none here",
        ),
        ("run tie.yaml --write schedule", "`run` writes no schedule"),
        ("compare tie.yaml --write schedule", "`compare` writes no schedule"),
    ] {
        room.run(line).with_code(2).complains(&[why]);
    }
    for (line, offers, offers_not) in [
        ("explore --help", "schedule", ["perfetto", "--ties", "--replication"]),
        ("validate --help", "threads.jsonl", ["perfetto", "mermaid", "--replication"]),
    ] {
        let help = room.run(line).with_code(0).out;
        assert!(help.contains(offers), "{help}");
        offers_not.iter().for_each(|one| assert!(!help.contains(one), "{one} in {help}"));
    }
    room.run("explore tie.yaml --write schedule")
        .with_code(0)
        .says(&["tie/fastest.schedule", "tie/slowest.schedule"]);
    let written: Vec<_> = std::fs::read_dir(room.path("output/tie")).expect("it was made").collect();
    assert_eq!(written.len(), 2, "{written:?}");
}

/// A schedule that was found before the scenario was changed.
#[test]
fn a_schedule_of_a_scenario_that_was_changed_since_says_so() {
    let room = Room::with(&[("p.yaml", PHILOSOPHERS)]);
    room.run("explore p.yaml --untimed --set n=2 --write schedule").with_code(1);
    let along = "run p.yaml --schedule output/philosophers/deadlock.schedule --write none";
    let change = |from: &str, to: &str| {
        std::fs::write(room.path("p.yaml"), PHILOSOPHERS.replace(from, to)).expect("it can be written");
    };
    let likely =
        "most likely the scenario was changed since the schedule was found: `explore` finds a new one";
    // The second philosopher has nothing to wait for any more before it has left.
    change("          - acquire: forks[index]\n", "          - acquire: forks[0]\n");
    room.run(along).with_code(2).complains(&[
        "'philosophers' does not allow turn 2 of the schedule (philosopher[1], untimed)",
        likely,
    ]);
    change("philosopher:", "guest:");
    room.run(along).with_code(2).complains(&[
        "turn 1 of the schedule (philosopher[0], untimed): the scenario has no such process",
        likely,
    ]);
    change("while: true", "if: index == 0");
    room.run(along).with_code(2).complains(&["turn 2 of the schedule (philosopher[1], untimed)", likely]);
    change("{n: 3, reach: 1s}", "{reach: 1s}");
    let text = PHILOSOPHERS.replace("n: 3, ", "").replace("count: n", "count: 2").replace("% n", "% 2");
    std::fs::write(room.path("p.yaml"), text).expect("it can be written");
    room.run(along).with_code(2).complains(&[
        "unknown parameter 'n'",
        "the schedule sets parameters that it does not have so",
        likely,
    ]);
}

#[test]
fn what_is_no_schedule_of_the_scenario_is_refused() {
    let head = "schedule: 1\nscenario: tie\nmode: timed\nseed: 0\nturns:\n";
    let (who, when) = (format!("{head}  c\n"), format!("{head}  b\n  b\n  b\n"));
    // Looked up in a time that does not grow with the square of them.
    let numbers = format!("{head}  c{}\n", " 1".repeat(200_000));
    let room = Room::with(&[
        ("tie.yaml", TIE),
        ("no.schedule", "hello\n"),
        ("trace.jsonl", "{\"version\":1}\n"),
        ("who.schedule", &who),
        ("when.schedule", &when),
        ("numbers.schedule", &numbers),
    ]);
    for (file, part) in [
        (
            "no.schedule",
            "no.schedule:1: this is no schedule, which begins with `schedule: 1`: expected `key: value`",
        ),
        ("tie.yaml", "tie.yaml:1: this is a scenario, which `tempolane run` takes before --schedule"),
        ("trace.jsonl", "trace.jsonl:1: this is a trace or a result in JSON"),
        ("who.schedule", "turn 1 of the schedule (c, timed): the scenario has no such process"),
        ("when.schedule", "turn 2 of the schedule (b, timed)"),
        ("numbers.schedule", "turn 1 of the schedule (c, timed): the scenario has no such process"),
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

/// A schedule says of which scenario it is and what it shows; whoever follows it
/// with another one, or changes it, is told.
#[test]
fn a_schedule_that_is_not_what_it_says_is_told() {
    let other = PHILOSOPHERS.replace("name: philosophers", "name: others");
    let room = Room::with(&[("p.yaml", PHILOSOPHERS), ("other.yaml", &other)]);
    room.run("explore p.yaml --untimed").with_code(1);
    let file = room.path("output/philosophers/deadlock.schedule");
    let along = |scenario: &str| {
        room.run(&format!("run {scenario} --schedule output/philosophers/deadlock.schedule --write none"))
    };
    let ended = along("p.yaml").with_code(1);
    assert!(!ended.err.contains("schedule"), "{}", ended.err);
    along("other.yaml").with_code(1).complains(&["others: the schedule was made for 'philosophers'"]);
    // Also where it has no such processes.
    std::fs::write(room.path("tie.yaml"), TIE).expect("it can be written");
    along("tie.yaml")
        .with_code(2)
        .complains(&["tie: the schedule was made for 'philosophers'", "the scenario has no such process"]);
    // Also where its parameters are unknown.
    let text = std::fs::read_to_string(&file).expect("it was written");
    std::fs::write(&file, text.replace("turns:", "set: seats=2\nturns:")).expect("it can be written");
    along("other.yaml")
        .with_code(2)
        .complains(&["unknown parameter 'seats'", "others: the schedule was made for 'philosophers'"]);
    std::fs::write(&file, text).expect("it can be written");
    // Without its last turn, and with room for one who is not hungry: no deadlock.
    let text = std::fs::read_to_string(&file).expect("it was written");
    std::fs::write(&file, text.replace("set:", "# set:").replace("untimed", "timed"))
        .expect("it can be written");
    let one = PHILOSOPHERS.replace("while: true", "repeat: 1").replace("n: 3", "n: 4");
    std::fs::write(
        room.path("one.yaml"),
        one.replace("count: n\n    do", "count: n\n    start: index * 1min\n    do"),
    )
    .expect("it can be written");
    along("one.yaml")
        .with_code(2)
        .complains(&["the schedule (philosopher[1], timed): 'philosopher[1]' cannot go on"]);
    let turns = text.find("turns:").expect("it has turns") + "turns:\n".len();
    std::fs::write(&file, text[..turns].replace("untimed", "timed")).expect("it can be written");
    let ended = along("one.yaml").with_code(0);
    ended.complains(&["the schedule does not show what it says (deadlock after 3 turns): followed timed"]);
    std::fs::write(&file, "# steps of philosophers\n# version 0.1.0\n").expect("it can be written");
    along("p.yaml").with_code(2).complains(&["deadlock.schedule:1: this is a snapshot of `tempolane test`"]);
}

/// That the rest never comes is no finding beside a deadlock; what is expected
/// is named where it does not come out.
#[test]
fn findings_are_told_once_and_by_name() {
    let text = "\
version: 1
name: stuck
resources: {a: mutex, b: mutex, d: {kind: memory, slots: 1}}
processes:
  p: {do: [{acquire: a}, {acquire: b}, {release: [a, b]}, {write: {to: d, at: 0, value: 1}}]}
  q: {do: [{acquire: b}, {acquire: a}, {release: [a, b]}]}
expect:
  memories: {d: [1]}
  reaches: p.finished
";
    let room = Room::with(&[("stuck.yaml", text), ("counter.yaml", COUNTER), ("fine.yaml", TIE)]);
    let ended = room.run("explore stuck.yaml --untimed --write none").with_code(1);
    ended.says(&["Deadlock in 1 state"]);
    assert!(!ended.out.contains("Not as expected"), "{}", ended.out);
    // If a deadlock is what is expected, the rest is held to it.
    let expected = text.replace("expect:", "expect:\n  outcome: deadlock");
    std::fs::write(room.path("stuck.yaml"), expected).expect("it can be written");
    let ended = room.run("explore stuck.yaml --untimed --write none").with_code(1);
    ended.says(&["Not as expected in 1 state, the first after 2 turns: line 9, memory 'd' to hold [1]"]);
    let ended = room.run("explore counter.yaml --write none").with_code(1);
    ended.says(&["the first after 4 turns: line 12, memory 'counter' to hold [2]\n"]);
    // What cannot be made smaller is said.
    let shrunk = |file: &str| room.run(&format!("explore {file} --untimed --shrink --write none"));
    let params = text.replace("slots: 1", "slots: n").replace("name: stuck", "name: stuck\nparams: {n: 1}");
    std::fs::write(room.path("stuck.yaml"), params).expect("it can be written");
    shrunk("stuck.yaml").with_code(1).complains(&["stuck: nothing was shrunk: with every parameter smaller"]);
    shrunk("fine.yaml").with_code(0).complains(&["tie: nothing was shrunk, since nothing was found"]);
    let racy = COUNTER.replace(
        "      - read: {from: counter, at: 0, into: x}\n",
        "      - atomic: [{read: {from: counter, at: 0, into: x}}]\n",
    );
    let racy = racy.replace(
        "      - write: {to: counter, at: 0, value: x + 1}",
        "      - atomic: [{write: {to: counter, at: 0, value: x + 1}}]",
    );
    std::fs::write(room.path("counter.yaml"), racy).expect("it can be written");
    shrunk("counter.yaml")
        .with_code(1)
        .complains(&["counter: nothing was shrunk: what is expected is said of"]);
}

/// A bound of time is broken as soon as the clock has passed it, also where no
/// event ever shows that: nobody ends this wait, and the run goes on for ever.
#[test]
fn a_bound_of_time_is_broken_as_the_clock_passes_it() {
    let text = "\
version: 1
name: starve
resources: {m: mutex, d: {kind: memory, slots: 1}}
processes:
  holder: {do: [{acquire: m}, {while: true, do: [{delay: 2s}, {write: {to: d, at: 0, value: 1}}]}]}
  waiter: {start: 1s, do: [{acquire: m}, {release: m}]}
expect:
  BOUND
";
    // It waits from 1 s on; the clock stands at 2, 4 and then 6 s, which is the
    // first moment behind either bound.
    for (bound, claim) in [
        ("longest_wait: {waiter: {at_most: 4s}}", "line 9, the longest wait of 'waiter' to be at most 4s"),
        ("finished: {waiter: {at_most: 5s}}", "line 9, 'waiter' to finish"),
    ] {
        let text = text.replace("BOUND", bound).replace("name: starve", "name: starve\nhorizon: 30s");
        let room = Room::with(&[("starve.yaml", &text)]);
        let ended = room.run("explore starve.yaml --write none").with_code(1);
        ended.says(&["the first after 4 turns: ", claim]);
    }
    // Who only lets time pass rests nowhere; that is said, and not waited for.
    let idle = text.replace(", {write: {to: d, at: 0, value: 1}}", "").replace("BOUND", "outcome: completed");
    let room = Room::with(&[("idle.yaml", &idle)]);
    room.run("explore idle.yaml --write none")
        .with_code(1)
        .says(&["200,000 steps of the clock without touching a resource"]);
}

/// Asks the program to end while it does this, and gives its exit code.
#[cfg(unix)]
#[allow(clippy::disallowed_methods)] // This is about the wall clock.
fn code_when_stopped(room: &Room, line: &str, signal: &str) -> Option<i32> {
    use std::time::{Duration, Instant};
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tempolane"))
        .current_dir(room.path(""))
        .args(line.split(' '))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let began = Instant::now();
    // Until it watches for signals, one ends it as it ends any program.
    std::thread::sleep(Duration::from_secs(2));
    let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(kill.expect("kill starts").success(), "{line} ended by itself");
    let status = child.wait().expect("it ends");
    assert!(began.elapsed() < Duration::from_secs(60), "{line} took {:?}", began.elapsed());
    status.code()
}

/// In the preparation, where processes go on for long by themselves; in the
/// search; and along a schedule.
#[cfg(unix)]
#[test]
fn whatever_it_does_it_can_be_stopped() {
    let alone = "\
version: 1
name: alone
processes:
  p: {count: 1000, vars: {x: 0}, do: [{repeat: 90, do: [{repeat: 900000, do: [{set: {x: x + 1}}]}, {log: still}]}]}
";
    let schedule = "schedule: 1\nscenario: alone\nmode: untimed\nseed: 0\nshows: nothing\nturns:\n";
    let philosophers = PHILOSOPHERS.replace("n: 3", "n: 22");
    let room =
        Room::with(&[("alone.yaml", alone), ("none.schedule", schedule), ("p.yaml", philosophers.as_str())]);
    for (line, signal) in [
        ("explore alone.yaml", "-INT"),
        ("explore alone.yaml --untimed --reduce", "-TERM"),
        ("explore p.yaml --untimed --write none", "-TERM"),
        ("run alone.yaml --schedule none.schedule", "-INT"),
    ] {
        assert_eq!(code_when_stopped(&room, line, signal), Some(130), "{line}");
    }
    let ended = room.run("explore alone.yaml --untimed --max-time 1s").with_code(1);
    ended.says(&["not explored completely, untimed: the time was up"]);
}

/// Threads that the system does not make are done without. (Whoever may do
/// everything gets them all the same.)
#[cfg(target_os = "linux")]
#[test]
fn workers_that_cannot_be_made_are_done_without() {
    let room = Room::with(&[("p.yaml", PHILOSOPHERS.replace("n: 3", "n: 12").as_str())]);
    let program = env!("CARGO_BIN_EXE_tempolane");
    let told = |limit: &str, workers: u32| {
        let command =
            format!("{limit} exec {program} explore p.yaml --untimed --write none --workers {workers}");
        let ended = std::process::Command::new("bash")
            .current_dir(room.path(""))
            .args(["-c", command.as_str()])
            .output()
            .expect("it starts");
        assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stdout).expect("UTF-8")
    };
    assert_eq!(told("ulimit -u 1;", 200), told("", 1));
}

/// A turn in which nothing happens to a resource is there since something is
/// expected of what does happen.
#[test]
fn a_turn_without_a_resource_says_what_happens() {
    let text = "\
version: 1
name: marks
params: {n: 3}
processes:
  p: {do: [{mark: {name: ready, value: n}}, {mark: plain}]}
  q: {do: [{mark: set}]}
expect: {before: {first: p.plain, second: q.set}}
";
    let room = Room::with(&[("marks.yaml", text)]);
    let ended = room.run("explore marks.yaml --untimed --write svg").with_code(1);
    ended.says(&["q  mark set, done (line 6)\n"]);
    let ended = room.run("explore marks.yaml --write svg").with_code(1);
    ended.says(&["q  mark set, done (line 6)\n"]);
    let schedule = std::fs::read_to_string(room.path("output/marks/expectation.schedule"));
    assert!(schedule.expect("it is written").contains("q  # mark set, done (line 6)\n"));
}

/// The picture of a witness: that it is one without time, and what was set.
#[test]
fn the_picture_of_a_witness_says_how_it_came_about() {
    let room = Room::with(&[("philosophers.yaml", PHILOSOPHERS)]);
    room.run("explore philosophers.yaml --untimed --set n=2 --write svg").with_code(1);
    let untimed =
        std::fs::read_to_string(room.path("output/philosophers/deadlock.svg")).expect("it is drawn");
    assert!(untimed.contains("untimed schedule · deadlock at 1s · 2 processes · n=2<"), "{untimed}");
    room.run("run philosophers.yaml --set n=2 --write svg").with_code(1);
    let timed = std::fs::read_to_string(room.path("output/philosophers/gantt.svg")).expect("it is drawn");
    assert!(timed.contains(">deadlock at 1s · 2 processes · n=2<"), "{timed}");
}

/// Two who wait for each other beside one who goes on for ever: a finding, in the
/// text, in JSON and as a file that a run follows.
#[test]
fn a_partial_deadlock_is_a_finding() {
    let text = "version: 1
name: beside
resources: {x: mutex, y: mutex}
processes:
  a: {do: [{acquire: x}, {delay: 1s}, {acquire: y}]}
  b: {do: [{acquire: y}, {delay: 1s}, {acquire: x}]}
  t: {do: [{while: true, do: [{delay: 1s}]}]}
";
    let room = Room::with(&[("beside.yaml", text)]);
    room.run("explore beside.yaml --untimed --write none").with_code(1).says(&[
        "every schedule explored, untimed",
        "  deadlocks: 0\n  partial deadlocks: 3\n  no schedule ends\n",
        "Partial deadlock in 3 states, the first after 2 turns\n   1  a  acquire x (line 5)\n   2  b  acquire y (line 6)\n   …  from here on again and again:\n   3  t  ",
        "  blocked for ever: 'a' (line 5), 'b' (line 6), while 't' goes on\n  behind turn 3 all but the clock is as it was before turn 3: ",
        "  cycle: a → b → a\n",
    ]);
    room.run("explore beside.yaml --untimed --write none --format json")
        .with_code(1)
        .says(&["\"partial_deadlocks\":3", "\"kind\":\"partial-deadlock\",\"shows\":\"blocked for ever: "]);
    room.run("explore beside.yaml --untimed --write none --reduce --format json")
        .with_code(0)
        .says(&["\"partial_deadlocks\":null", "\"endless\":true"]);
    room.run("explore beside.yaml --untimed").with_code(1);
    let schedule = std::fs::read_to_string(room.path("output/beside/partial-deadlock.schedule"));
    let schedule = schedule.expect("it was written");
    assert!(schedule.contains("\nblocked: a\nblocked: b\ncycle: 3\nturns: 3\n"), "{schedule}");
    room.run("run beside.yaml --schedule output/beside/partial-deadlock.schedule --write none").with_code(1).says(&[
        "beside: partial deadlock at 1s of virtual time\n  behind turn 3 all but the clock is as it was before turn 3: that turn can \
         come again and again, for ever\n  while others went on, these wait for what never comes:\n  - 'a' waits to acquire 'y', held by 'b'\n",
        "  - 'b' waits to acquire 'x', held by 'a'\n",
    ]);
    // A turn that got lost is no other schedule.
    let lost = schedule.lines().filter(|line| !line.contains("acquire y")).collect::<Vec<_>>().join("\n");
    let room = Room::with(&[("beside.yaml", text), ("lost.schedule", &lost)]);
    let ended = room.run("run beside.yaml --schedule lost.schedule").with_code(2);
    ended.complains(&["it says that there are 3 turns in it, but there are 2"]);
}

/// One who waits for a notify that never comes again, beside two who hand items to each other: no circle, and
/// no end of the run. What the schedule says of it is looked at when it is followed, also if it is not so.
#[test]
fn a_schedule_that_shows_a_partial_deadlock_is_followed_to_where_it_does() {
    let text = "version: 1
name: lost
resources: {c: condition, full: {kind: semaphore, permits: 0}, empty: {kind: semaphore, permits: 1}}
processes:
  waiter: {do: [{wait: c}]}
  setter: {do: [{notify: c}]}
  producer: {do: [{while: true, do: [{acquire: empty}, {delay: 1s}, {release: full}]}]}
  consumer: {do: [{while: true, do: [{acquire: full}, {release: empty}]}]}
";
    for mode in ["timed", "untimed"] {
        let room = Room::with(&[("lost.yaml", text)]);
        room.run(&format!("explore lost.yaml --mode {mode}")).with_code(1).says(&["  partial deadlocks: "]);
        let run = "run lost.yaml --write none --schedule";
        let file = "output/lost/partial-deadlock.schedule";
        let told =
            "  - 'waiter' waits for a notify of 'c', starved: nobody that is left will ever end the wait";
        room.run(&format!("{run} {file}")).with_code(1).says(&["lost: partial deadlock at ", told]);
        let json = room.run(&format!("{run} {file} --format json")).with_code(1).json().remove(0);
        assert_eq!((&json["outcome"], &json["waiting"]["all"]), (&"limit".into(), &false.into()));
        assert_eq!(json["waiting"]["blocked"][0]["process"], "waiter");
        let schedule = std::fs::read_to_string(room.path(file)).expect("it was written");
        let cycle = schedule.lines().find(|line| line.starts_with("cycle: ")).expect("others go round");
        for (from, to, why) in [
            ("blocked: waiter", "blocked: producer", "'producer' "),
            (cycle, "cycle: 1", "it does not come back to where it was"),
        ] {
            let other = schedule.replace(from, to);
            let room = Room::with(&[("lost.yaml", text), ("other.schedule", &other)]);
            let ended = room.run(&format!("{run} other.schedule")).with_code(1);
            ended.complains(&["the schedule does not show what it says"]);
            ended.says(&["the schedule does not show what it says: ", why]);
        }
        let nobody = schedule.replace("blocked: waiter", "blocked: nobody");
        let room = Room::with(&[("lost.yaml", text), ("nobody.schedule", &nobody)]);
        room.run(&format!("{run} nobody.schedule")).with_code(2).complains(&["has no process 'nobody'"]);
    }
}

/// A search that was cut keeps no more states than it may, and does not call what it
/// did not find nothing.
#[test]
fn a_cut_search_keeps_what_it_may_and_proves_nothing() {
    let text = "version: 1
name: many
resources: {s: {kind: semaphore, permits: 4}}
processes: {p: {count: 4, do: [{acquire: s}, {delay: 1s}, {release: s}]}}
";
    let room = Room::with(&[("many.yaml", text)]);
    // Each of the four stands at one of three places.
    room.run("explore many.yaml --untimed --write none")
        .with_code(0)
        .says(&["  81 states, ", "  deadlocks: 0\n"]);
    for states in [1, 13, 80] {
        room.run(&format!("explore many.yaml --untimed --write none --max-states {states}"))
            .with_code(1)
            .says(&[
                &format!("\n  {states} state"),
                "  deadlocks: none found so far\n",
                "go further with --max-states",
            ]);
    }
}

/// What is expected of who is delayed is no question about the clock, and is not said to
/// be one.
#[test]
fn who_is_delayed_is_nothing_that_the_clock_shows() {
    let text = "version: 1
name: naps
processes:
  a: {do: [{delay: 1s}]}
  b: {do: [{delay: 2s}]}
expect:
  never_together: [a.delayed, b.running]
";
    let room = Room::with(&[("naps.yaml", text)]);
    let ended = room.run("explore naps.yaml --untimed --write none").with_code(1);
    ended.says(&[
        "line 7 asks for how long processes run, are delayed or blocked, which nobody knows without time",
    ]);
    assert!(!ended.out.contains("the clock shows"), "{}", ended.out);
}

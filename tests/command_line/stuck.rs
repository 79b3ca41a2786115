//! What a run says of those who wait for ever while others go on, where that
//! is all that keeps it going.

use crate::room::Room;

/// Two lock each other out at 1 s, one waits for them, and one for a permit of which nobody has any
/// to give. The ticker goes on for ever; `served` gets what it waits for from it.
const STUCK: &str = "version: 1
name: stuck
LIMIT
resources:
  a: mutex
  b: mutex
  never: {kind: semaphore, permits: 0}
  tick: {kind: semaphore, permits: 0}
processes:
  ticker: {do: [{while: true, do: [{delay: 1s}, {release: tick}]}]}
  served: {do: [{while: true, do: [{acquire: tick}]}]}
  one: {do: [{acquire: a}, {delay: 1s}, {acquire: b}, {release: [b, a]}]}
  two: {do: [{acquire: b}, {delay: 1s}, {acquire: a}, {release: [a, b]}]}
  late: {start: 2s, do: [{acquire: a}, {release: a}]}
  starved: {do: [{acquire: never}]}
";

#[test]
fn those_who_wait_for_ever_are_told_at_a_limit_and_at_the_horizon() {
    let room = Room::with(&[
        ("limit.yaml", &STUCK.replace("LIMIT", "limits: {steps: 1000}")),
        ("horizon.yaml", &STUCK.replace("LIMIT", "horizon: 100s")),
        ("expected.yaml", &(STUCK.replace("LIMIT", "horizon: 100s") + "expect: {outcome: horizon}\n")),
    ]);
    let told = [
        "  while others went on, these wait for what never comes:\n  - 'one' waits to acquire 'b', held by 'two'",
        "  - 'two' waits to acquire 'a', held by 'one'",
        "  - 'late' waits to acquire 'a', held by 'one'",
        "  - 'starved' waits to acquire 'never', starved",
        "  cycle: one → two → one\n",
    ];
    let limit = room.run("run limit.yaml --write none").with_code(1);
    let horizon = room.run("run horizon.yaml --write none").with_code(0);
    for ended in [limit, horizon] {
        ended.says(&told);
        assert!(!ended.out.contains("'served' waits"), "{}", ended.out);
    }
    let expected = room.run("run expected.yaml --write none").with_code(0).out;
    assert!(!expected.contains("never comes"), "{expected}");
}

/// The same for programs, with the lines of the scenario.
#[test]
fn those_who_wait_for_ever_are_in_the_result() {
    let room = Room::with(&[
        ("horizon.yaml", &STUCK.replace("LIMIT", "horizon: 100s")),
        ("expected.yaml", &(STUCK.replace("LIMIT", "horizon: 100s") + "expect: {outcome: horizon}\n")),
    ]);
    let run = |file: &str| room.run(&format!("run {file} --write none --format json")).with_code(0).json();
    let waiting = run("horizon.yaml").remove(0)["waiting"].take();
    assert_eq!((&waiting["all"], &waiting["cycle"]), (&false.into(), &serde_json::json!(["one", "two"])));
    let told =
        |one: &serde_json::Value| (one["process"].clone(), one["resource"].clone(), one["line"].clone());
    let blocked: Vec<_> = waiting["blocked"].as_array().expect("a list").iter().map(told).collect();
    let row = |process: &str, resource: &str, line: u32| (process.into(), resource.into(), line.into());
    let by_hand =
        [row("one", "b", 12), row("two", "a", 13), row("late", "a", 14), row("starved", "never", 15)];
    assert_eq!(blocked, by_hand);
    assert!(run("expected.yaml")[0].get("waiting").is_none());
}

/// One of each is said in the singular.
#[test]
fn one_process_waits() {
    let alone = "version: 1\nname: alone\nresources: {s: {kind: semaphore, permits: 0}}\nprocesses: {p: {do: [{acquire: s}]}}\n";
    let room = Room::with(&[("alone.yaml", alone)]);
    let ended = room.run("run alone.yaml --write none").with_code(1);
    ended.says(&["the only process waits for what never comes:", "starved: nobody that is left"]);
    for many in ["1 events", "1 processes", "1 steps"] {
        assert!(!ended.out.contains(&format!(" {many}")), "{}", ended.out);
    }
}

/// Of one among several what never comes is said once, and who waits for itself is told why.
#[test]
fn one_of_several_waits() {
    let starved = "version: 1\nresources: {s: {kind: semaphore, permits: 0}}\nprocesses:\n  p: {do: [{acquire: s}]}\n  q: {do: [{delay: 1s}]}\n";
    let twice = "version: 1\nresources: {a: mutex}\nprocesses:\n  p: {do: [{acquire: a}, {acquire: a}, {release: a}]}\n  q: {do: []}\n";
    let room = Room::with(&[("starved.yaml", starved), ("twice.yaml", twice)]);
    let ended = room.run("run starved.yaml --write none").with_code(1);
    ended.says(&["1 of 2 processes waits for what never comes:", "'p' waits to acquire 's', starved:"]);
    let ended = room.run("run twice.yaml --write none").with_code(1);
    ended.says(&["1 of 2 processes waits for what never comes:", "held by itself: a mutex is not reentrant"]);
    assert!(!ended.out.contains("cycle"), "{}", ended.out);
}

/// Whoever may still be served is not said to wait for ever: behind a branch that is never taken,
/// after a start that is far away, by somebody whom that one lets go on, or if it is stopped.
#[test]
fn who_may_still_be_served_is_not_told() {
    let ticker = "  ticker: {vars: {n: 0}, do: [{while: true, do: [{delay: 1s}, GIVES]}]}\n";
    let waiter = "  waiter: {do: [{acquire: s}]}\n";
    let head = "version: 1\nname: maybe\nlimits: {steps: 1000}\nresources: {s: {kind: semaphore, permits: 0}, t: {kind: semaphore, permits: 0}}\nprocesses:\n";
    let with = |gives: &str, more: &str| format!("{head}{}{waiter}{more}", ticker.replace("GIVES", gives));
    let none = "{set: {n: n + 1}}";
    let room = Room::with(&[
        ("branch.yaml", &with("{if: n > 5, do: [{release: s}]}", "")),
        ("start.yaml", &with(none, "  far: {start: 365d, do: [{release: s}]}\n")),
        (
            "chain.yaml",
            &with("{if: n > 5, do: [{release: t}]}", "  between: {do: [{acquire: t}, {release: s}]}\n"),
        ),
        ("stopped.yaml", &with("{if: n > 5, do: [{stop: holder}]}", "  holder: {do: [{acquire: t}]}\n")),
    ]);
    for file in ["branch", "start", "chain", "stopped"] {
        let ended = room.run(&format!("run {file}.yaml --write none")).with_code(1);
        assert!(ended.out.contains("maybe: stopped by a limit"), "{}", ended.out);
        assert!(!ended.out.contains("never comes"), "{file}: {}", ended.out);
    }
}

/// What those own who are done is told with the run, whatever its end; who gives it back before
/// is not, nor is one that was elided.
#[test]
fn mutexes_of_processes_that_are_done_are_told() {
    let room = Room::with(&[(
        "left.yaml",
        "version: 1
name: left
resources:
  m: {kind: mutex, count: 2}
  fine: mutex
processes:
  leaver: {do: [{acquire: \"m[1]\"}, {delay: 1s}, exit]}
  killed: {do: [{acquire: \"m[0]\"}, {delay: 9s}, {release: \"m[0]\"}]}
  killer: {do: [{delay: 2s}, {stop: {who: killed, held: lost}}, {with: fine, do: [{delay: 1s}]}]}
",
    )]);
    let ended = room.run("run left.yaml --write none").with_code(0);
    ended.says(&["  'killed' is done and still owns 'm[0]'\n  'leaver' is done and still owns 'm[1]'\n"]);
    let json = room.run("run left.yaml --write none --format json").with_code(0);
    let object: serde_json::Value = serde_json::from_str(&json.out).expect("an object");
    let told = serde_json::json!([
        {"mutex": "m[0]", "owner": "killed"},
        {"mutex": "m[1]", "owner": "leaver"},
    ]);
    assert_eq!(object["abandoned"], told);
}

/// What is said of those who wait in a run that ends in a deadlock.
fn deadlocked(text: &str) -> String {
    let room = Room::with(&[("stuck.yaml", text)]);
    room.run("run stuck.yaml --write none").with_code(1).out
}

#[track_caller]
fn told(out: &str, parts: &[&str]) {
    for part in parts {
        assert!(out.contains(part), "no {part:?} in\n{out}");
    }
}

/// A wait that keeps the mutex that the notifier needs is no lost notify.
#[test]
fn a_wait_that_keeps_the_mutex_is_named() {
    let of = |wait: &str, outer: &str| {
        format!(
            "version: 1
resources: {{lock: mutex, other: mutex, c: condition}}
processes:
  p: {{do: [{{with: {outer}, do: [{{wait: {wait}}}]}}]}}
  q: {{do: [{{delay: 1s}}, {{with: {outer}, do: [{{notify: c}}]}}]}}
  r: {{do: [{{with: other, do: []}}]}}
"
        )
    };
    let out = deadlocked(&of("c", "lock"));
    told(
        &out,
        &[
            "hint: the wait does not give 'lock' back: 'p' keeps it while it waits, and 'q' needs it; `wait: {on: c, mutex: lock}` gives it back",
        ],
    );
    assert!(!out.contains("is lost"), "{out}");
    let lost = deadlocked(
        &of("{on: c, mutex: lock}", "lock")
            .replace("{delay: 1s}, ", "")
            .replace("p: {do", "p: {start: 1s, do"),
    );
    told(&lost, &["hint: a notify that comes before the wait is lost"]);
}

/// How many are at a barrier, how far a latch is, and who reads what it is to write.
#[test]
fn how_it_stands_is_told() {
    let out = deadlocked(
        "version: 1
resources: {meet: {kind: barrier, parties: 4}, left: {kind: latch, from: 3}, l: rwlock, k: rwlock}
processes:
  w: {count: 3, do: [{wait: meet}]}
  c: {do: [{count_down: left}, {wait: left}]}
  r: {do: [{with: {read: l}, do: [{with: {write: l}, do: []}]}]}
  s: {do: [{with: {write: k}, do: [{with: {read: k}, do: []}]}]}
",
    );
    told(
        &out,
        &[
            "6 of 6 processes wait for what never comes",
            "'w[0]' waits for the others at 'meet' (3 of 4 are there), starved",
            "'c' waits for 'left at 0' (it stands at 2), starved",
            "'r' waits for 'l to write', which it reads itself: who reads cannot write before it stops reading",
            "'s' waits for 'k to read', held by itself: who writes cannot take a read-write lock once more",
        ],
    );
    let alone =
        "version: 1\nresources: {b: {kind: barrier, parties: 2}}\nprocesses: {p: {do: [{wait: b}]}}\n";
    told(&deadlocked(alone), &["'p' waits for the others at 'b' (1 of 2 is there)"]);
    let both = "version: 1
resources: {l: rwlock}
processes: {p: {count: 2, do: [{with: {read: l}, do: [{delay: 1s}, {with: {write: l}, do: []}]}]}}
";
    told(
        &deadlocked(both),
        &["'p[1]' waits to acquire 'turn to write l', held by 'p[0]'", "cycle: p[0] → p[1] → p[0]"],
    );
}

/// Where each could notify each, no circle is more to blame than another; a daemon may wait.
#[test]
fn those_who_wait_for_a_notify_of_any() {
    let out = deadlocked(
        "version: 1
resources: {m: mutex, c: condition, jobs: {kind: semaphore, permits: 0}}
processes:
  w: {count: 3, do: [{with: m, do: [{wait: {on: c, mutex: m}}, {notify: c}]}]}
  server: {daemon: true, do: [{while: true, do: [{acquire: jobs}]}]}
",
    );
    told(
        &out,
        &[
            "  3 of 3 processes wait for what never comes:\n",
            "  - the daemon 'server' waits to acquire 'jobs', starved",
            "  those who wait for a notify of 'c' wait for one from each other\n",
        ],
    );
    assert!(!out.contains("cycle"), "{out}");
}

/// When others are done before a fault is not what has to be mended; whether it comes is.
#[test]
fn a_run_with_a_fault_tells_ties_only_if_they_decide_on_it() {
    let of = |condition: &str| {
        format!(
            "version: 1
resources: {{m: mutex, d: {{kind: memory, slots: 1}}}}
processes:
  p:
    count: 2
    vars: {{x: 0, first: 0}}
    do:
      - with: m
        do: [{{read: {{from: d, at: 0, into: first}}}}, {{write: {{to: d, at: 0, value: 1}}}}, {{delay: 1s}}]
      - if: {condition}
        do: [{{set: {{x: 1 / x}}}}]
"
        )
    };
    let out = deadlocked(&of("first == 1"));
    told(&out, &["division by zero", "hint: `x` is 0 here; guard the division"]);
    assert!(!out.contains("ties:"), "{out}");
    told(
        &deadlocked(&of("index == 1 and first == 1")),
        &["ties: the order of simultaneous events decides how it ends"],
    );
}

//! Lives of processes on real threads: who is started, joined and done as the model says,
//! and when, worked out by hand.

use super::common::{program, run};
use super::{record, replayed};
use tempolane::backend::replay::ReplayedRun;
use tempolane::backend::threads::Recording;
use tempolane::time::Time;
use tempolane::trace::{Kind, Outcome};

/// Runs on threads at this speed, and through the model in the same order.
fn both(text: &str, speed: f64) -> (Recording, ReplayedRun) {
    let program = program(text, &[]);
    let recording = record(&program, speed);
    let model = replayed(&program, &recording);
    (recording, model)
}

fn at(millis: u64) -> Time {
    Time::from_nanos(millis * 1_000_000).expect("it is short")
}

/// The log lines of a run on threads, in the order in which they were said.
fn log(recording: &Recording) -> Vec<String> {
    let trace = &recording.trace;
    let mut args = trace.log_args.as_slice();
    let mut lines = Vec::new();
    for event in trace.events.iter().filter(|event| event.kind == Kind::Log) {
        let (own, rest) = args.split_at(event.value as usize);
        lines.push(trace.header.logs[event.subject as usize].render(own));
        args = rest;
    }
    lines
}

/// Three threads of 100, 200 and 300 ms that are started and joined: 300 ms; one after
/// the other, each joined before the next is started, 600 ms.
#[test]
fn start_and_join() {
    let worker = "  worker: {count: 3, start: manual, do: [{delay: 100ms * (index + 1)}]}\n";
    for (main, millis) in [
        ("  main: {do: [{start: worker}, {join: worker}, {log: joined}]}\n", 300),
        (
            "  main: {vars: {i: 0}, do: [{repeat: 3, do: [{start: \"worker[i]\"}, {join: \"worker[i]\"}, {set: {i: i + 1}}]}]}\n",
            600,
        ),
    ] {
        let (recording, replayed) = both(&format!("version: 1\nprocesses:\n{main}{worker}"), 1.0);
        assert_eq!(recording.trace.outcome, Outcome::Completed);
        assert_eq!(replayed.model.end, at(millis));
        assert!(recording.trace.end >= at(millis));
    }
}

/// The pauses are long enough for any machine that lets a thread run within 100 ms.
#[test]
fn the_first_death_that_nobody_has_joined() {
    let (recording, _) = both(
        "
version: 1
processes:
  main:
    vars: {i: 0}
    do:
      - repeat: 2
        do: [{join: {any: worker, into: i}}, {log: \"{i}\"}]
      - delay: 2s
      - join: \"worker[0]\"
      - join: {any: worker, into: i}
      - log: \"{i}\"
      - join: worker
  worker: {count: 4, do: [{delay: 200ms * (4 - index)}]}
",
        1.0,
    );
    assert_eq!(log(&recording), ["3", "2", "1"]);
    assert_eq!(recording.trace.outcome, Outcome::Completed);
}

/// A process that is started again has its variables anew; its random numbers go on as
/// those of virtual time do.
#[test]
fn a_second_life() {
    let text = "
version: 1
processes:
  main: {do: [{repeat: 3, do: [{start: worker}, {join: worker}]}]}
  worker:
    start: manual
    vars: {x: 0, y: 0, a: {array: 2}}
    do:
      - set: {x: x + 1}
      - set: {\"a[1]\": \"a[1] + x\"}
      - draw: {into: y, from: {uniform_int: {low: 0, high: 1000000}}}
      - log: \"{x} {a[1]}\"
      - log: \"{y}\"
";
    let (recording, _) = both(text, 100.0);
    assert_eq!(log(&recording), run(text).log());
    assert_eq!(log(&recording).iter().filter(|line| *line == "1 1").count(), 3);
}

/// A server that serves for ever: the run is over when its clients are done and it waits.
#[test]
fn a_run_does_not_wait_for_daemons() {
    let text = "
version: 1
resources: {inbox: {kind: buffer, capacity: 5, of: int}, reply: {kind: semaphore, permits: 0}}
processes:
  server: {daemon: DAEMON, do: [{while: true, do: [{get: inbox}, {work: 20ms}, {release: reply}]}]}
  client: {do: [{repeat: 3, do: [{put: inbox}, {acquire: reply}]}]}
";
    let (recording, replayed) = both(&text.replace("DAEMON", "true"), 1.0);
    assert_eq!(recording.trace.outcome, Outcome::Completed);
    assert_eq!(replayed.model.end, at(60));
    let (recording, _) = both(&text.replace("DAEMON", "false"), 1.0);
    assert_eq!(recording.trace.outcome.name(), "deadlock");
}

/// Nobody is started by nobody: such a run is over at once.
#[test]
fn a_run_of_those_who_are_never_started() {
    let text = "version: 1\nprocesses:\n  w: {start: manual, do: [{delay: 1h}]}\n  m: {count: 0, do: [{start: w}]}\n";
    assert_eq!(both(text, 1.0).0.trace.outcome, Outcome::Completed);
}

#[test]
fn rules_of_lives() {
    for (main, worker) in [
        ("{start: worker}", ""),
        ("{join: worker}", "start: manual, "),
        ("{start: \"worker[x]\"}", "count: 2, start: manual, "),
    ] {
        let text = format!(
            "version: 1\nparams: {{n: 5}}\nprocesses:\n  main: {{vars: {{x: 0}}, do: [{{set: {{x: n}}}}, {main}]}}\n  worker: {{{worker}do: [{{delay: 1h}}]}}\n"
        );
        let (recording, _) = both(&text, 1.0);
        assert_eq!(recording.trace.outcome, run(&text).end.outcome, "{main}");
        assert_eq!(recording.trace.outcome.name(), "fault", "{main}");
    }
}

/// One arrives every 100 ms and stays for 250 ms: three places serve all, where nothing
/// is later than it should be; there are five. With one place the second finds none.
#[test]
fn arrivals_use_their_places_again() {
    let text = "
version: 1
processes:
  customer:
    arrivals: {every: 100ms, up_to: 12, most: MOST}
    vars: {x: 0, a: {array: 2}}
    do:
      - set: {x: x + 1}
      - set: {\"a[0]\": \"a[0] + 1\"}
      - delay: 250ms
      - log: \"{index} {x} {a[0]}\"
";
    let (recording, replayed) = both(&text.replace("MOST", "5"), 1.0);
    let mut lines = log(&recording);
    lines.sort_by_key(|line| line.split(' ').next().and_then(|number| number.parse::<u32>().ok()));
    assert_eq!(lines, (0..12).map(|number| format!("{number} 1 1")).collect::<Vec<_>>());
    assert_eq!(replayed.model.end, at(1450));
    let crowded = text.replace("MOST", "1");
    assert_eq!(both(&crowded, 1.0).0.trace.outcome, run(&crowded).end.outcome);
}

/// Who waits for an end that never comes, on threads as in virtual time.
#[test]
fn a_deadlock_of_who_joins() {
    let text = "
version: 1
resources: {never: {kind: semaphore, permits: 0}}
processes:
  main: {do: [{join: worker}]}
  other: {vars: {i: 0}, do: [{join: {any: helper, into: i}}]}
  worker: {do: [{acquire: never}]}
  helper: {start: manual, count: 2, do: [{delay: 1s}]}
";
    let (recording, _) = both(text, 1.0);
    assert_eq!(recording.trace.outcome, run(text).end.outcome);
    assert_eq!(recording.trace.outcome.name(), "deadlock");
}

/// Many short lives at once, one behind the other, under the same names.
#[test]
fn thousands_of_lives() {
    let text = "
version: 1
resources: {d: {kind: memory, slots: 1}, m: mutex}
processes:
  main: {count: 4, vars: {i: 0}, do: [{repeat: 200, do: [{start: \"w[index]\"}, {join: \"w[index]\"}]}]}
  w: {count: 4, start: manual, vars: {x: 0}, do: [{with: m, do: [{read: {from: d, at: 0, into: x}}, {write: {to: d, at: 0, value: x + 1}}]}]}
";
    let (recording, _) = both(text, 1.0);
    assert_eq!(recording.memories[0].1[0].to_string(), "800");
}

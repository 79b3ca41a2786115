//! Lives of processes on real threads: who is started, joined and done as the model says,
//! and when, worked out by hand.

use super::cases;
use super::common::lives::{self, Held};
use super::common::{program, run};
use super::interrupts::in_blocks;
use super::quiet::side_by_side;
use super::timeouts::stays_within;
use super::{log, record, record_paused, replayed, told};
use proptest::prelude::*;
use tempolane::backend::BoundProgram;
use tempolane::backend::replay::ReplayedRun;
use tempolane::backend::threads::Recording;
use tempolane::time::Time;
use tempolane::trace::{Kind, Outcome};

/// Runs on threads at this speed, and through the model in the same order.
fn both(text: &str, speed: f64) -> (Recording, ReplayedRun) {
    both_as(text, |program| record(program, speed))
}

/// The same where the order follows from pauses of 200 ms and more.
fn both_paused(text: &str) -> (Recording, ReplayedRun) {
    both_as(text, |program| record_paused(program, 1.0))
}

fn both_as(text: &str, record: impl FnOnce(&BoundProgram) -> Recording) -> (Recording, ReplayedRun) {
    let program = program(text, &[]);
    let recording = record(&program);
    let model = replayed(&program, &recording);
    (recording, model)
}

fn at(millis: u64) -> Time {
    Time::from_nanos(millis * 1_000_000).expect("it is short")
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

#[test]
fn the_first_death_that_nobody_has_joined() {
    let (recording, _) = both_paused(
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
    vars: {x: 0, a: {array: 2}, b: {array: 2, of: 5 * index}, drawn: 0}
    do:
      - set: {x: x + 1}
      - set: {\"a[0]\": \"a[0] + 1\"}
      - draw: {into: drawn, from: {uniform_int: {low: 1, high: 1000000}}}
      - delay: 250ms
      - log: \"{index} {x} {a[0]} {b[1]} {drawn}\"
";
    let (recording, replayed) = both_paused(&text.replace("MOST", "5"));
    let mut lines = log(&recording);
    lines.sort_by_key(|line| line.split(' ').next().and_then(|number| number.parse::<u32>().ok()));
    // Each draws as in virtual time.
    assert_eq!(lines, run(&text.replace("MOST", "5")).log());
    let begins = |number: usize| lines[number].starts_with(&format!("{number} 1 1 {} ", 5 * number));
    assert!((0..12).all(begins), "{lines:?}");
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

/// Two that wait for the first end of either of them, in a scenario without resources.
#[test]
fn a_deadlock_of_those_who_join_each_other() {
    let text = "version: 1\nprocesses:\n  p: {count: 2, do: [{join: {any: p}}]}\n";
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

/// Stopped in every state: in a delay, at work on each kind of processor, waiting for each
/// kind of resource. Who comes behind it is served as if it had never come.
#[test]
fn stopped_wherever_it_stands() {
    let cases = [
        ("m: mutex", "{delay: 9h}", "{delay: 300ms}", 400),
        ("m: mutex", "{with: m, do: [{delay: 9h}]}", "{acquire: m}", 600),
        ("m: mutex", "{with: m, do: [{acquire: m}]}", "{acquire: m}", 600),
        ("s: {kind: semaphore, permits: 1}", "{with: s, do: [{delay: 9h}]}", "{acquire: s}", 600),
        ("s: {kind: semaphore, permits: 0}", "{acquire: s}", "{delay: 300ms}", 400),
        ("b: {kind: buffer, capacity: 5, of: int}", "{get: {from: b, count: 4}}", "{get: b}", 900),
        ("b: {kind: buffer, capacity: 1, of: int}", "{repeat: 3, do: [{put: b}]}", "{get: b}", 100),
        ("c: {kind: condition}", "{wait: c}", "{delay: 300ms}", 400),
        ("b: {kind: barrier, parties: 9}", "{wait: b}", "{delay: 300ms}", 400),
        ("m: mutex", "{join: late}", "{join: victim}", 600),
        (
            "cpu: {kind: processor, cores: 1}",
            "{work: {on: cpu, for: 9h}}",
            "{work: {on: cpu, for: 300ms}}",
            900,
        ),
        (
            "cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 150ms}",
            "{work: {on: cpu, for: 9h}}",
            "{work: {on: cpu, for: 600ms}}",
            900,
        ),
        (
            "cpu: {kind: processor, cores: 1, discipline: sharing}",
            "{work: {on: cpu, for: 450ms}}",
            "{work: {on: cpu, for: 900ms}}",
            1250,
        ),
    ];
    side_by_side(cases, |(resources, victim, other, end)| {
        let text = format!(
            "
version: 1
resources: {{{resources}}}
processes:
  victim: {{do: [{victim}]}}
  other: {{start: 100ms, do: [{other}]}}
  killer: {{do: [{{delay: 600ms}}, {{stop: victim}}, {{join: victim}}]}}
  late: {{start: 900ms, do: [{}]}}
",
            // Puts for those who still get, or gets what is left.
            match resources {
                buffer if buffer.contains("capacity: 5") => "{put: b}",
                buffer if buffer.contains("capacity: 1,") => "{get: b}",
                _ => "{delay: 0s}",
            }
        );
        let (recording, replayed) = both_paused(&text);
        assert_eq!(recording.trace.outcome, Outcome::Completed, "{victim}");
        let done = |number: u32| {
            let mut events = replayed.model.events.iter();
            events.find(|event| event.process.0 == number && event.kind == Kind::Done).map(|event| event.time)
        };
        let millis = |time: Option<Time>| time.map(|time| (time.as_nanos() + 500_000) / 1_000_000);
        assert_eq!((millis(done(0)), millis(done(1))), (Some(600), Some(end)), "{victim} of {resources}");
    });
}

/// What was held by a process that was stopped is lost where it says so.
#[test]
fn what_is_lost_is_lost() {
    let text = "
version: 1
resources: {m: mutex}
processes:
  victim: {do: [{with: m, do: [{delay: 9h}]}]}
  other: {start: 200ms, do: [{acquire: m}]}
  killer: {do: [{delay: 400ms}, {stop: {who: victim, held: HELD}}]}
";
    let lost = text.replace("HELD", "lost");
    assert_eq!(both_paused(&lost).0.trace.outcome, run(&lost).end.outcome);
    let (recording, replayed) = both_paused(&text.replace("HELD", "released"));
    assert_eq!((recording.trace.outcome, replayed.model.end), (Outcome::Completed, at(400)));
}

/// Two who end and start a third one over and over, in whatever it is just then: what the
/// threads do is always a schedule of the model.
#[test]
fn stopped_and_started_at_any_time() {
    for (resources, body) in [
        ("s: {kind: semaphore, permits: 1}, m: mutex", "{with: [m, s], do: [{delay: 10us}, {log: in}]}"),
        ("b: {kind: buffer, capacity: 1, of: int}", "{put: {to: b, value: 1}}, {get: b}"),
        ("b: {kind: buffer, capacity: 2, of: int}", "{put: {to: b, value: 1, count: 2}}, {get: b}, {get: b}"),
        ("c: condition, m: mutex", "{with: m, do: [{wait: {on: c, mutex: m}}]}, {notify: c}"),
        ("cpu: {kind: processor, cores: 1}", "{work: {on: cpu, for: 20us}}"),
        (
            "cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 7us}",
            "{work: {on: cpu, for: 20us}}",
        ),
        ("cpu: {kind: processor, cores: 1, discipline: sharing}", "{work: {on: cpu, for: 20us}}"),
        ("m: mutex", "{set: {t: now}}, {if: t > 1h, do: [{log: late}]}, {delay: 10us}"),
    ] {
        let text = format!(
            "
version: 1
horizon: 10s
resources: {{{resources}}}
processes:
  victim: {{count: 3, daemon: true, vars: {{t: 0s}}, do: [{{while: t < 100h, do: [{body}, {{delay: 1us}}]}}]}}
  killer:
    vars: {{i: 0, wait: 0}}
    do:
      - repeat: 40
        do:
          - draw: {{into: wait, from: {{uniform_int: {{low: 0, high: 30}}}}}}
          - delay: wait * 1us
          - stop: \"victim[i]\"
          - join: \"victim[i]\"
          - stop: \"victim[i]\"
          - start: \"victim[i]\"
          - set: {{i: (i + 1) % 3}}
      - stop: victim
"
        );
        let (recording, _) = both(&text, 1.0);
        let stops = recording.trace.events.iter().filter(|event| event.kind == Kind::Stop).count();
        assert_eq!((recording.trace.outcome.name(), stops), ("completed", 43), "{body}");
    }
}

/// In a block something is given to one that waits for it, who is stopped in the same block: it makes no step
/// any more, and what it was given goes to the next.
#[test]
fn stopped_in_the_block_in_which_it_was_served() {
    let both = "m: mutex, n: mutex";
    let cases = [
        (
            "m: mutex",
            "{acquire: m}",
            "{release: m}",
            "{with: m, do: [{log: never}]}",
            "{with: m, do: [{log: other}]}",
        ),
        (
            "s: {kind: semaphore, permits: 0}",
            "{delay: 0s}",
            "{release: s}",
            "{with: s, do: [{if: x == 0, do: [{set: {x: 1}}]}, {log: never}]}",
            "{with: s, do: [{log: other}]}",
        ),
        (
            both,
            "{acquire: m}",
            "{release: m}",
            "{acquire_all: [n, m]}, {log: never}",
            "{acquire_all: [m, n]}, {log: other}",
        ),
        (
            "b: {kind: buffer, capacity: 9, of: int}, m: mutex",
            "{delay: 0s}",
            "{put: b}",
            "{with: m, do: [{get: {from: b, into: x}}, {log: never}]}",
            "{with: m, do: [{log: other}]}",
        ),
        (
            "c: condition, m: mutex",
            "{delay: 0s}",
            "{notify: c}",
            "{with: m, do: [{delay: 10ms}, {wait: {on: c, mutex: m}}, {log: never}]}",
            "{with: m, do: [{log: other}]}",
        ),
        (
            "m: mutex",
            "{delay: 0s}",
            "{interrupt: victim}",
            "{with: m, do: [{interruptible: [{delay: 9h}], on_interrupt: [{log: never}]}]}",
            "{with: m, do: [{log: other}]}",
        ),
        (
            "cpu: {kind: processor, cores: 1}",
            "{delay: 0s}",
            "{stop: holder}",
            "{work: {on: cpu, for: 9h}}",
            "{work: {on: cpu, for: 0s}}, {log: other}",
        ),
        (
            "m: mutex",
            "{delay: 0s}",
            "{stop: holder}",
            "{with: m, do: [{join: holder}, {log: never}]}",
            "{with: m, do: [{log: other}]}",
        ),
    ];
    side_by_side(cases, |(resources, before, gives, victim, other)| {
        let holder = if resources.starts_with("cpu") { "{work: {on: cpu, for: 9h}}" } else { "{delay: 9h}" };
        let (lines, end) = told(&format!(
            "
version: 1
resources: {{{resources}}}
processes:
  holder: {{daemon: true, do: [{holder}]}}
  boss: {{do: [{before}, {{delay: 600ms}}, {{atomic: [{gives}, {{stop: victim}}]}}]}}
  victim: {{start: 200ms, vars: {{x: 0}}, do: [{victim}]}}
  other: {{start: 400ms, do: [{other}]}}
"
        ));
        assert_eq!((lines, end), (vec!["other".to_owned()], at(600)), "{victim}");
    });
}

/// Stopped and started twice in one block: the life in between makes no step. Who owns a mutex in
/// its first life gives it back.
#[test]
fn lives_within_a_block() {
    let (lines, end) = told(
        "
version: 1
resources: {m: mutex}
processes:
  boss:
    do:
      - delay: 200ms
      - atomic: [{stop: w}, {start: w}, {stop: w}, {start: w}]
      - delay: 200ms
      - atomic: [{start: v}, {stop: v}, {stop: w}]
  w: {do: [{log: begun}, {acquire: m}, {delay: 9h}]}
  v: {start: manual, do: [{log: never}]}
",
    );
    assert_eq!((lines, end), (vec!["begun".to_owned(); 2], at(400)));
}

/// Nobody stops itself, in a block neither.
#[test]
fn a_stop_of_itself_in_a_block_is_a_fault() {
    let text = "version: 1\nprocesses:\n  p: {count: 2, start: index * 1h, vars: {x: 0}, do: [{set: {x: index}}, {atomic: [{stop: \"p[x]\"}]}]}\n";
    let (recording, _) = both(text, 1.0);
    assert_eq!(recording.trace.outcome, run(text).end.outcome);
    assert_eq!(recording.trace.outcome.name(), "fault");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(100), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do that stop others inside of blocks, the model could have done it.
    #[test]
    fn stops_in_blocks_stay_within_the_model(text in in_blocks(lives::scenario(Held::Any))) {
        stays_within(&text);
    }
}

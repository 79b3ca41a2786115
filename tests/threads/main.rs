//! Real threads: what they do is a schedule of the model, and whatever
//! happens they end.
//!
//! These tests must hold on a busy machine: none asserts that something is
//! fast, only that it happens, in which order, and what comes of it. Where an
//! order follows from pauses, nothing else of this program runs meanwhile.

mod choosing;
mod closing;
#[path = "../common/mod.rs"]
mod common;
mod inheriting;
mod interrupts;
mod library;
mod lives;
mod permits;
mod preemption;
mod processors;
mod quiet;
mod records;
mod timeouts;
mod watches;

use common::generate::scenario;
use common::{cases, program, run};
use proptest::prelude::*;
use quiet::Pace;
use std::cell::Cell;
use std::fmt::Write as _;
use std::time::Duration;
use tempolane::backend::BoundProgram;
use tempolane::backend::replay::{Disagreement, ReplayedRun, replay};
use tempolane::backend::threads::{self, MOST_THREADS, Recording, ThreadOptions, Trouble, Work};
use tempolane::time::Time;
use tempolane::trace::{Kind, Outcome, Phrase, Standing, Trace};

const NEVER: &dyn Fn() -> bool = &|| false;

fn options(speed: f64) -> ThreadOptions {
    ThreadOptions { seed: 0, speed, work: Work::Sleep, timeout: Duration::from_secs(120) }
}

/// A run in which any order will do.
fn record(program: &BoundProgram, speed: f64) -> Recording {
    record_as(program, &options(speed), Pace::Fast)
}

/// A run whose order follows from pauses: they are to be of 100 ms of real time at least.
fn record_paused(program: &BoundProgram, speed: f64) -> Recording {
    record_as(program, &options(speed), Pace::Paused)
}

fn record_as(program: &BoundProgram, options: &ThreadOptions, pace: Pace) -> Recording {
    let _entered = quiet::enter(pace);
    threads::run(program, options, NEVER).unwrap_or_else(|trouble| panic!("{trouble}"))
}

/// The log of a run that completes, in the order of the model's times, and the model's end. What
/// is done follows from pauses of 100 ms and more, at half the speed of the clock; of threads
/// that say something a pause apart, a late one may say it last.
fn told(text: &str) -> (Vec<String>, Time) {
    let program = program(text, &[]);
    let recording = record_paused(&program, 0.5);
    assert_eq!(recording.trace.outcome, Outcome::Completed, "{text}");
    let model = replayed(&program, &recording).model;
    let mut lines = log_of(&model);
    lines.sort_by_key(|&(time, _)| time);
    (lines.into_iter().map(|(_, line)| line).collect(), model.end)
}

/// The log lines of a run on threads, in the order in which they were said.
fn log(recording: &Recording) -> Vec<String> {
    log_of(&recording.trace).into_iter().map(|(_, line)| line).collect()
}

/// The log lines of a trace, each with when it was said.
fn log_of(trace: &Trace) -> Vec<(Time, String)> {
    let logs = trace.iter().filter(|(event, _)| event.kind == Kind::Log);
    logs.map(|(event, args)| (event.time, trace.header.logs[event.subject as usize].render(args))).collect()
}

fn replayed(program: &BoundProgram, recording: &Recording) -> ReplayedRun {
    replay(program, recording).unwrap_or_else(|found| refuse(&found, recording, ""))
}

/// Fails with what was recorded up to there, and the scenario: a race may not come again.
fn refuse(found: &Disagreement, recording: &Recording, text: &str) -> ! {
    let Recording { trace, beside, .. } = recording;
    let mut told = String::new();
    for (number, (event, args)) in trace.iter().enumerate().skip(found.event.saturating_sub(200)).take(220) {
        for (_, process) in beside.silent.iter().filter(|(before, _)| *before == number) {
            writeln!(told, "     '{}' makes a step without event", trace.header.process_name(*process))
                .unwrap();
        }
        let sentence = Phrase::new(&trace.header, &event).with_text(args, 0).sentence();
        // Work and delays say until when they are planned.
        writeln!(told, "{number:4} {sentence} (op {}, {})", event.op.0, event.value as i64).unwrap();
    }
    panic!("{found}\n{found:?}\n{told}{:?}\n{text}", trace.outcome)
}

/// How barriers and latches stand in a deadlock is known on threads, too: two of three are there, and one
/// count is left.
#[test]
fn what_barriers_and_latches_lack_is_told() {
    let text = "version: 1
resources: {t: {kind: latch, from: 2}, r: {kind: barrier, parties: 3}}
processes:
  p: {do: [{wait: t}]}
  q: {count: 2, do: [{wait: r}]}
  z: {do: [{count_down: t}]}
";
    let program = program(text, &[]);
    let recording = record_paused(&program, 0.5);
    let Outcome::Deadlock(deadlock) = &recording.trace.outcome else {
        panic!("{:?}", recording.trace.outcome)
    };
    let standing: Vec<_> = deadlock.blocked.iter().map(|one| one.standing).collect();
    assert_eq!(standing, [Some(Standing::Left(1)), Some(Standing::Come(2, 3)), Some(Standing::Come(2, 3))]);
    replayed(&program, &recording);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(500), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do, the model could have done it, and both have
    /// the same in their memories at the end.
    #[test]
    fn random_scenarios_stay_within_the_model(text in scenario()) {
        let program = program(&text, &[]);
        let recording = record(&program, 100_000.0);
        match replay(&program, &recording) {
            Err(found) => refuse(&found, &recording, &text),
            Ok(replayed) => prop_assert_eq!(replayed.memories, recording.memories),
        }
    }
}

/// A look at the clock at the end of an atomic block, and a fault right behind it: the block has
/// ended, so the other process may be next.
#[test]
fn a_fault_behind_a_look_at_the_clock_ends_the_block() {
    let text = "
version: 1
resources: {s: {kind: semaphore, permits: 0}, b: {kind: buffer, capacity: 1}}
processes:
  p:
    start: 200ms
    vars: {x: 0, t: 0s}
    do: [{atomic: [{release: s}, {set: {t: now}}]}, {set: {x: 7 / x}}]
  q: {do: [{put: b}]}
";
    let program = program(text, &[]);
    let mut recording = record(&program, 1.0);
    assert_eq!(recording.trace.outcome.name(), "fault");
    // What the two do is about different things, so it may have been the other way round.
    let mut events: Vec<_> = recording.trace.events.iter().collect();
    events.sort_by_key(|event| event.process);
    recording.trace.events = events.into();
    replayed(&program, &recording);
}

/// Whoever breaks a rule in the middle of a block ends the run: nobody who waits at the gate makes a
/// step behind it.
#[test]
fn a_fault_inside_a_block_is_the_end() {
    let text = "
version: 1
resources: {d: {kind: memory, slots: 9}}
processes:
  breaks: {vars: {x: 0}, do: [{repeat: 20, do: [{write: {to: d, at: 0, value: 1}}]}, {atomic: [{write: {to: d, at: 0, value: 2}}, {set: {x: 1 / x}}]}]}
  others: {count: 8, vars: {i: 0}, do: [{repeat: 3000, do: [{set: {i: i + 1}}, {write: {to: d, at: index + 1, value: i}}]}]}
";
    let program = program(text, &[]);
    for _ in 0..20 {
        let recording = record(&program, 1.0);
        let Outcome::Fault(fault) = &recording.trace.outcome else { panic!("{:?}", recording.trace.outcome) };
        assert_eq!(fault.message, "division by zero");
        let last = recording.trace.events.iter().last().expect("there are some");
        assert_eq!(last.process.0, 0, "nobody writes behind the block");
        assert_eq!(replayed(&program, &recording).model.outcome, recording.trace.outcome);
    }
}

/// The scenarios of lab 5, at ten times their speed: whose turn it is follows from pauses of 100 ms.
#[test]
fn lab_5_is_legal_and_its_memories_are_right() {
    let names = ["one-memory", "two-memories", "two-memories-different-data", "sensor-processor"];
    quiet::side_by_side(names, |name| {
        let path = format!("{}/scenarios/lab5/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("it is there");
        let (program, virtual_run) = (program(&text, &[]), run(&text));
        let recording = record_paused(&program, 10.0);
        assert_eq!(recording.trace.outcome, Outcome::Completed, "{name}");
        assert_eq!(recording.memories, virtual_run.machine.memories(&virtual_run.program), "{name}");
        let replayed = replayed(&program, &recording);
        // The model's time for the order of the threads is that of virtual
        // time, to the nanosecond: no tie of these changes a time.
        assert_eq!(replayed.model.end, virtual_run.end.end, "{name}");
        assert!(recording.trace.end >= virtual_run.end.end, "{name}: real sleeps are not shorter");
    });
}

#[test]
fn threads_and_virtual_time_draw_the_same() {
    let text = "
version: 1
seed: 7
processes:
  p:
    count: 3
    vars: {x: 0, y: 0}
    do:
      - repeat: 20
        do:
          - draw: {into: x, from: {uniform_int: {low: 1, high: 1000000}}}
          - draw: {into: y, from: {cpython_randint: {seed: 0, low: 1, high: 100}}}
";
    let (program, virtual_run) = (program(text, &[]), run(text));
    let seeded = ThreadOptions { seed: 7, ..options(1000.0) };
    let recording = threads::run(&program, &seeded, NEVER).expect("it ends");
    let draws = |events: &[tempolane::trace::Event]| {
        let mut all: Vec<(u32, u64)> =
            events.iter().filter(|event| event.kind == Kind::Draw).map(|e| (e.process.0, e.value)).collect();
        all.sort_by_key(|&(process, _)| process);
        all
    };
    let recorded: Vec<_> = recording.trace.events.iter().collect();
    assert_eq!(draws(&recorded), draws(&virtual_run.kept.events));
    assert_eq!(draws(&recorded).len(), 120);
}

const TWO_LOCKS: &str = "
version: 1
resources: {a: {kind: mutex}, b: {kind: mutex}, never: {kind: semaphore, permits: 0}}
processes:
  first: {do: [{acquire: a}, {delay: 50ms}, {acquire: b}]}
  second: {do: [{acquire: b}, {delay: 50ms}, {acquire: a}]}
  third: {do: [{acquire: never}]}
  fourth: {do: [{delay: 80ms}]}
";

#[test]
fn a_deadlock_is_found_when_it_happens_and_told_as_in_virtual_time() {
    let (program, virtual_run) = (program(TWO_LOCKS, &[]), run(TWO_LOCKS));
    let recording = record(&program, 1.0);
    assert_eq!(recording.trace.outcome, virtual_run.end.outcome);
    assert_eq!(recording.trace.outcome.name(), "deadlock");
    replayed(&program, &recording);
}

#[test]
fn a_deadlock_of_one_and_of_nobody_else() {
    let program = program(
        "
version: 1
resources: {m: {kind: mutex}}
processes: {p: {do: [{acquire: m}, {acquire: m}]}}
",
        &[],
    );
    let recording = record(&program, 1.0);
    assert_eq!(recording.trace.outcome.name(), "deadlock");
    replayed(&program, &recording);
}

#[test]
fn faults_end_all_threads() {
    for step in [
        "{release: m}",
        "{put: {to: q, count: 5 + x}}",
        "{read: {from: d, at: 2 + x, into: x}}",
        "{set: {x: 1 / (x - x)}}",
        "{delay: (x - 1) * 1s}",
        "{repeat: x - 1, do: [{delay: 1s}]}",
    ] {
        let text = format!("
version: 1
resources: {{m: {{kind: mutex}}, q: {{kind: buffer, capacity: 3}}, d: {{kind: memory, slots: 2}}, never: {{kind: semaphore, permits: 0}}}}
processes:
  p: {{vars: {{x: 0}}, do: [{{delay: 10ms}}, {step}]}}
  sleeper: {{do: [{{delay: 1h}}]}}
  waiter: {{do: [{{acquire: never}}]}}
");
        let (program, virtual_run) = (program(&text, &[]), run(&text));
        let recording = record(&program, 1.0);
        assert_eq!(recording.trace.outcome, virtual_run.end.outcome, "{step}");
        assert_eq!(recording.trace.outcome.name(), "fault", "{step}");
        replayed(&program, &recording);
    }
}

#[test]
fn the_horizon_cuts_sleeps_and_waits() {
    let program = program(
        "
version: 1
horizon: 100ms
resources: {never: {kind: semaphore, permits: 0}}
processes:
  ticker: {do: [{repeat: 1000000, do: [{delay: 10ms}]}]}
  sleeper: {do: [{delay: 1h}]}
  waiter: {do: [{acquire: never}]}
",
        &[],
    );
    let recording = record(&program, 1.0);
    assert_eq!(recording.trace.outcome, Outcome::Horizon);
    assert_eq!(recording.trace.end.to_string(), "100ms");
    assert!(recording.trace.events.iter().all(|event| event.time <= recording.trace.end));
    let reached = replayed(&program, &recording).reached;
    assert!(reached <= recording.trace.end);
}

#[test]
fn threads_that_cannot_keep_up_have_not_come_far() {
    let program = program(
        "
version: 1
horizon: 10s
processes: {ticker: {do: [{repeat: 1000000000, do: [{delay: 1us}]}]}}
",
        &[],
    );
    let recording = record(&program, 100.0);
    assert_eq!(recording.trace.outcome, Outcome::Horizon);
    let reached = replayed(&program, &recording).reached;
    assert!(reached.as_secs_f64() < 8.0, "{reached}");
}

const FOREVER: &str = "
version: 1
resources: {never: {kind: semaphore, permits: 0}}
processes:
  sleeper: {do: [{delay: 1h}]}
  waiter: {do: [{acquire: never}]}
  worker: {do: [{work: 1h}]}
";

#[test]
fn a_timeout_and_an_interruption_end_all_threads() {
    let program = program(FOREVER, &[]);
    for work in [Work::Sleep, Work::Spin] {
        let short = ThreadOptions { timeout: Duration::from_millis(100), work, ..options(1.0) };
        assert!(matches!(threads::run(&program, &short, NEVER), Err(Trouble::TimedOut(_))));
    }
    // Asked every 50 ms.
    let asked = Cell::new(0);
    let soon = || asked.replace(asked.get() + 1) > 3;
    assert!(matches!(threads::run(&program, &options(1.0), &soon), Err(Trouble::Interrupted)));
}

#[test]
fn a_livelock_without_time_is_a_limit() {
    let program = program(
        "
version: 1
limits: {zero_time_steps: 10000}
processes:
  spinner: {vars: {x: 0}, do: [{while: x < 1, do: [{set: {x: 0}}]}]}
  sleeper: {do: [{delay: 1h}]}
",
        &[],
    );
    let recording = record(&program, 1.0);
    match &recording.trace.outcome {
        Outcome::Limit { message } => assert!(message.contains("'spinner' on line 5"), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_hundred_processes_run_and_end() {
    let program = program(
        "
version: 1
resources: {m: {kind: mutex}, s: {kind: semaphore, permits: 5}, d: {kind: memory, slots: 1}}
processes:
  p:
    count: 200
    vars: {x: 0}
    do:
      - repeat: 5
        do:
          - acquire: s
          - delay: 10ms
          - with: m
            do: [{read: {from: d, at: 0, into: x}}, {write: {to: d, at: 0, value: x + 1}}]
          - release: s
",
        &[],
    );
    let recording = record(&program, 100.0);
    assert_eq!(recording.trace.outcome, Outcome::Completed);
    assert_eq!(recording.memories[0].1[0].to_string(), "1000", "no update is lost under a mutex");
    replayed(&program, &recording);
}

#[test]
fn too_many_processes_are_refused_before_any_starts() {
    let program = program(
        "
version: 1
processes: {p: {count: 10000, do: [{delay: 1h}]}}
",
        &[],
    );
    match threads::run(&program, &options(1.0), NEVER) {
        Err(Trouble::TooLarge(message)) => assert!(message.contains(&MOST_THREADS.to_string()), "{message}"),
        other => panic!("{:?}", other.map(|recording| recording.trace.outcome)),
    }
}

#[test]
fn nobody_at_all_is_done_at_once() {
    let program = program(
        "
version: 1
processes: {p: {count: 0, do: [{delay: 1h}]}}
",
        &[],
    );
    assert_eq!(record(&program, 1.0).trace.outcome, Outcome::Completed);
}

#[test]
fn the_clock_is_read_and_replayed() {
    let program = program("
version: 1
processes:
  p: {start: 5ms, vars: {t: 0s}, do: [{delay: 10ms}, {set: {t: now}}, {log: \"{t}\"}, {if: t > 1h, do: [{log: late}]}]}
", &[]);
    let recording = record(&program, 1.0);
    assert_eq!(recording.readings[0].len(), 1);
    assert!(recording.readings[0][0] >= 15_000_000);
    replayed(&program, &recording);
}

/// Waiting alone reaches the horizon: on threads at once, without waiting for it.
#[test]
fn a_horizon_is_reached_by_waiting() {
    let program = program(
        "
version: 1
horizon: 1000h
resources: {never: {kind: semaphore, permits: 0}}
processes: {waiter: {do: [{delay: 1ms}, {acquire: never}]}}
",
        &[],
    );
    let recording = record(&program, 1.0);
    assert_eq!(
        (&recording.trace.outcome, recording.trace.end),
        (&Outcome::Horizon, program.horizon.expect("1000h"))
    );
    replayed(&program, &recording);
}

/// Who comes and is the first in line is served on threads too, and a put and a
/// get meet at a buffer for nothing. The pauses are long enough for any machine
/// that lets a thread run within half a second.
#[test]
fn lines_are_served_as_in_virtual_time() {
    let cases = [("priority", [1, 2, 0]), ("lifo", [1, 2, 0]), ("fifo", [0, 1, 2])];
    quiet::side_by_side(cases, |(discipline, order)| {
        let text = format!(
            "
version: 1
resources:
  b: {{kind: buffer, capacity: 2, discipline: {discipline}, of: int}}
  door: {{kind: buffer, capacity: 0, of: int}}
processes:
  full: {{do: [{{put: {{to: b, value: 9}}}}, {{delay: 3s}}, {{get: b}}, {{delay: 500ms}}, {{get: b}}, {{get: b}}, {{get: b}}, {{get: b}}]}}
  x: {{priority: 2, start: 500ms, do: [{{put: {{to: b, value: 0, count: 2}}}}]}}
  y: {{priority: 0, start: 1s, do: [{{put: {{to: b, value: 1}}}}]}}
  z: {{priority: 1, start: 1500ms, do: [{{put: {{to: b, value: 2}}}}]}}
  early: {{vars: {{x: 0}}, do: [{{get: {{from: door, into: x}}}}, {{put: {{to: door, value: x + 1}}}}]}}
  late: {{vars: {{x: 0}}, start: 1s, do: [{{put: {{to: door, value: 3}}}}, {{delay: 1s}}, {{get: {{from: door, into: x}}}}]}}
"
        );
        let (program, virtual_run) = (program(&text, &[]), run(&text));
        let recording = record_paused(&program, 1.0);
        let items = |events: &mut dyn Iterator<Item = tempolane::trace::Event>, name: &str| -> Vec<u64> {
            let buffer = virtual_run.resource(name);
            let puts = events.filter(|event| event.kind == Kind::Put && event.resource() == Some(buffer));
            puts.map(|event| event.value).collect()
        };
        for name in ["b", "door"] {
            let model = items(&mut virtual_run.kept.events.iter().copied(), name);
            assert_eq!(items(&mut recording.trace.events.iter(), name), model, "{discipline}: {name}");
        }
        let mut put = items(&mut recording.trace.events.iter(), "b");
        put.dedup();
        assert_eq!(put[1..], order, "{discipline}");
        assert_eq!(recording.trace.outcome, virtual_run.end.outcome, "{discipline}");
        replayed(&program, &recording);
    });
}

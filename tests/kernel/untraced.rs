//! A run without a trace takes ways of its own through its ops: it leaves out
//! what only events tell of, and does several ops in one. It has to end as the
//! run with a trace does, in the same state to the last word, also where a rule
//! is broken in the middle.

use crate::common::run as run_text;
use std::ops::ControlFlow;
use tempolane::backend::compile;
use tempolane::backend::virtual_time::{RunEnd, Simulation};
use tempolane::ids::ProcessId;
use tempolane::scenario::load_str;
use tempolane::trace::{Event, Header, Kind, NoTrace, RecordingSink, Sink};

/// A writer that counts into two memories, and a reader behind it. The number
/// of steps is small, the parameters say where they break a rule.
const TEXT: &str = "
version: 1
params: {count: 0, write_at: 0, read_at: 0, items: 5}
resources:
  guard: {kind: mutex}
  free: {kind: semaphore, permits: 2}
  used: {kind: semaphore, permits: 0}
  left: {kind: memory, slots: 3}
  right: {kind: memory, slots: 3}
processes:
  writer:
    vars: {item: count, at: write_at}
    do:
      - repeat: items
        do:
          - delay: 1s
          - acquire: [free, guard]
          - set: {item: item + 1}
          - write: {to: left, at: at, value: item}
          - write: {to: right, at: at, value: item}
          - set: {at: (at + 1) % 3}
          - release: [guard, used]
  reader:
    vars: {item: 0, at: read_at}
    do:
      - repeat: items
        do:
          - delay: 2s
          - acquire: [used, guard]
          - read: {from: right, at: at, into: item}
          - set: {at: (at + 1) % 3}
          - release: [guard, free]
";

/// Runs a scenario with these parameters; gives how it ended, its state in words, and the names.
fn run(text: &str, parameters: &[(&str, &str)], sink: &mut impl Sink) -> (RunEnd, Vec<u64>, Header) {
    let parameters: Vec<_> =
        parameters.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let scenario = load_str("untraced", text, &parameters).expect("the scenario is good");
    let program = compile(&scenario.model).bind(&scenario.model, &scenario.params).expect("it can be bound");
    let mut simulation = Simulation::new(&program, 0, 0);
    let end = simulation.run(sink, &mut |_| ControlFlow::Continue(())).expect("nothing interrupts it");
    simulation.machine.check(&program);
    (end, simulation.machine.words().to_vec(), program.header(0))
}

/// Runs [`TEXT`] with and without a trace; gives the outcome and the events.
fn both(parameters: &[(&str, &str)]) -> (RunEnd, Vec<Event>) {
    both_of(TEXT, parameters)
}

fn both_of(text: &str, parameters: &[(&str, &str)]) -> (RunEnd, Vec<Event>) {
    let (quiet, quiet_words, _) = run(text, parameters, &mut NoTrace);
    let mut sink = RecordingSink::new();
    let (end, words, header) = run(text, parameters, &mut sink);
    assert_eq!((end.end, end.steps), (quiet.end, quiet.steps), "{parameters:?}");
    assert_eq!(end.outcome, quiet.outcome, "{parameters:?}");
    assert_eq!(words, quiet_words, "{parameters:?}");
    let trace = sink.finish(header, end.outcome.clone(), end.end);
    (end, trace.events.iter().collect())
}

#[test]
fn what_is_done_at_once_leaves_the_events_of_each_op() {
    let (end, events) = both(&[]);
    assert_eq!(end.outcome.name(), "completed");
    assert_eq!(end.end.to_string(), "10s");
    let accesses = |kind: Kind, subject: u32| -> Vec<(u64, u32)> {
        let of = events.iter().filter(|event| event.kind == kind && event.subject == subject);
        of.map(|event| (event.value, event.extra)).collect()
    };
    let expected = [(1, 0), (2, 1), (3, 2), (4, 0), (5, 1)];
    assert_eq!(accesses(Kind::Write, 3), expected);
    assert_eq!(accesses(Kind::Write, 4), expected);
    assert_eq!(accesses(Kind::Read, 4), expected);
    // Each access is of its own op, and in a section in which the mutex is held.
    for (at, event) in events.iter().enumerate().filter(|(_, event)| event.kind == Kind::Write) {
        let (before, after) = (&events[at - 1], &events[at + 1]);
        let own = [before, event, after].map(|event| event.op.0);
        assert!(own.is_sorted_by(|a, b| a < b), "{own:?}");
        let (kind, other) = if event.subject == 3 { (Kind::Acquire, before) } else { (Kind::Release, after) };
        assert_eq!((other.kind, other.subject), (kind, 0));
    }
}

#[test]
fn a_fault_in_the_middle_leaves_the_same_state() {
    for (parameters, part) in [
        (("write_at", "3"), "left"),
        (("write_at", "-1"), "left"),
        (("read_at", "3"), "right"),
        (("count", "9223372036854775807"), "64 bits"),
        (("count", "9223372036854775804"), "64 bits"),
    ] {
        let (end, events) = both(&[parameters]);
        assert_eq!(end.outcome.name(), "fault", "{parameters:?}");
        assert!(format!("{:?}", end.outcome).contains(part), "{parameters:?}: {:?}", end.outcome);
        // Nothing is noted of what was not done.
        assert_ne!(events.last().map(|event| event.kind), Some(Kind::Release), "{parameters:?}");
    }
}

/// As the writer, with one memory, whose last slot is in front of a second one:
/// each of 5 values goes to its slot, and the index goes round; the slot behind
/// the last is not there.
#[test]
fn a_write_and_the_step_to_the_next_slot() {
    let text = "
version: 1
params: {at: 0, items: 5}
resources: {ring: {kind: memory, slots: 3}, behind: {kind: memory, slots: 1, value: 9}}
processes:
  writer:
    vars: {i: at, x: 10}
    do:
      - repeat: items
        do:
          - write: {to: ring, at: i, value: x}
          - set: {i: (i + 1) % 3}
          - set: {x: x + 1}
";
    for (at, expected) in [
        ("0", vec![(0, 10), (1, 11), (2, 12), (0, 13), (1, 14)]),
        ("2", vec![(2, 10), (0, 11), (1, 12), (2, 13), (0, 14)]),
        ("3", vec![]),
        ("4", vec![]),
        ("-1", vec![]),
    ] {
        let (end, events) = both_of(text, &[("at", at)]);
        assert_eq!(end.outcome.name(), if expected.is_empty() { "fault" } else { "completed" }, "{at}");
        let writes = events.iter().filter(|event| event.kind == Kind::Write);
        assert_eq!(writes.map(|event| (event.extra, event.value)).collect::<Vec<_>>(), expected, "{at}");
    }
}

#[test]
fn one_who_waits_in_the_middle_goes_on_in_the_same_way() {
    for items in ["1", "2", "3", "4", "17"] {
        let (end, events) = both(&[("items", items)]);
        assert_eq!(end.outcome.name(), "completed");
        let count = |kind: Kind| events.iter().filter(|event| event.kind == kind).count();
        assert_eq!(count(Kind::Acquire), count(Kind::Release));
        assert_eq!(count(Kind::Block), count(Kind::Grant));
    }
}

/// Every draw is an event in front of the delay that takes as long, whatever is
/// known of its mean: it changes, is that of several instances, of one, or is
/// that of another distribution.
#[test]
fn every_draw_is_traced_with_its_value() {
    let run = run_text(
        "
version: 1
params: {mean: 3s}
processes:
  changes: {vars: {m: 2s}, do: [{repeat: 5, do: [{delay: {exponential: {mean: m}}}, {set: {m: m + 1s}}]}]}
  several: {count: 3, do: [{repeat: 5, do: [{delay: {exponential: {mean: mean}}}]}]}
  alone: {do: [{repeat: 5, do: [{delay: {exponential: {mean: mean}}}]}]}
  uniform: {do: [{repeat: 5, do: [{delay: {uniform: {low: 1s, high: 2s}}}]}]}
  works: {do: [{repeat: 5, do: [{work: {exponential: {mean: mean}}}]}]}
  keeps: {vars: {d: 0s}, do: [{repeat: 5, do: [{draw: {into: d, from: {exponential: {mean: mean}}}}, {delay: d}]}]}
",
    );
    assert_eq!(run.outcome(), "completed");
    for process in (0..run.program.process_count()).map(ProcessId::from_index) {
        let own = run.kept.events.iter().filter(|event| event.process == process);
        let drawn: Vec<u64> =
            own.clone().filter(|event| event.kind == Kind::Draw).map(|event| event.value).collect();
        let waited = own.filter(|event| matches!(event.kind, Kind::Delay | Kind::Work));
        let waited: Vec<u64> = waited.map(|event| event.value - event.time.as_nanos()).collect();
        assert_eq!(drawn, waited, "{}", run.program.process_name(process));
        assert_eq!(drawn.len(), 5);
    }
}

/// A value of an exponential distribution is its mean times a value of mean 1, and
/// those come one after the other, whatever the means are, and whether a value is
/// drawn to wait as long or into a variable.
#[test]
fn draws_follow_one_another_whatever_their_means_are() {
    let drawn = |steps: &str| -> Vec<u64> {
        let run = run_text(&format!(
            "version: 1\nprocesses: {{p: {{vars: {{m: 1000000s, d: 0s}}, do: [{{repeat: 20, do: [{steps}]}}]}}}}\n"
        ));
        assert_eq!(run.outcome(), "completed");
        run.kept.events.iter().filter(|event| event.kind == Kind::Draw).map(|event| event.value).collect()
    };
    let kept = drawn("{draw: {into: d, from: {exponential: {mean: m}}}}, {log: '{d}'}, {delay: d}");
    assert!(kept.windows(2).all(|values| values[0] != values[1]), "{kept:?}");
    for steps in ["{delay: {exponential: {mean: m}}}", "{delay: {exponential: {mean: 1000000s}}}"] {
        assert_eq!(drawn(steps), kept, "{steps}");
    }
    // Doubling the means doubles the values: to the bit, but for rounding to nanoseconds.
    let grows = drawn("{delay: {exponential: {mean: m}}}, {set: {m: 3000000s - m}}");
    for (number, (grown, kept)) in grows.into_iter().zip(kept).enumerate() {
        let times = 1 + number as u64 % 2;
        assert!(grown.abs_diff(times * kept) <= times, "{number}: {grown} {kept}");
    }
}

/// Reading several slots is as many events, each with its slot and its value:
/// at a place and of a number that are known, or not, and into nothing.
#[test]
fn every_slot_of_a_read_is_traced_with_its_value() {
    let run = run_text(
        "
version: 1
params: {n: 3}
resources: {d: {kind: memory, slots: 6}}
processes:
  p:
    vars: {i: 0, m: n, xs: {array: 4, of: -1}}
    do:
      - repeat: 6
        do: [{write: {to: d, at: i, value: i * 10}}, {set: {i: i + 1}}]
      - set: {i: 2}
      - read: {from: d, at: i, count: 3, into: xs}
      - log: \"{xs}\"
      - read: {from: d, at: i + 1, count: m, into: xs}
      - log: \"{xs}\"
      - read: {from: d, at: 1, count: 3, into: xs}
      - log: \"{xs}\"
",
    );
    assert_eq!(run.log(), ["[20, 30, 40, -1]", "[30, 40, 50, -1]", "[10, 20, 30, -1]"]);
    let reads = run.kept.events.iter().filter(|event| event.kind == Kind::Read);
    let reads: Vec<(u32, u64)> = reads.map(|event| (event.extra, event.value)).collect();
    let expected = [2, 3, 4, 3, 4, 5, 1, 2, 3].map(|slot| (slot, u64::from(slot) * 10));
    assert_eq!(reads, expected);
}

/// What is read goes into the variable, whatever stands behind the read: the three
/// values are read one after the other, and written elsewhere.
#[test]
fn what_is_read_is_what_was_written() {
    for steps in [
        "{read: {from: d, at: i, into: x}}, {set: {i: i + 1}}",
        "{read: {from: d, at: i, into: x}}, {set: {i: (i + 1) % 3}}",
        "{read: {from: d, at: i, into: x}}, {set: {i: (i + 1) % 3}}, {release: s}",
        "{read: {from: 'e[k]', at: i, into: x}}, {set: {i: (i + 1) % 3}}",
    ] {
        let text = format!(
            "
version: 1
resources:
  d: {{kind: memory, slots: 3}}
  e: {{kind: memory, count: 2, slots: 3}}
  out: {{kind: memory, slots: 3}}
  s: {{kind: semaphore, permits: 0}}
processes:
  p:
    vars: {{i: 0, j: 0, k: 1, x: 0}}
    do:
      - repeat: 3
        do: [{{write: {{to: d, at: i, value: i * 10 + 7}}}}, {{write: {{to: 'e[k]', at: i, value: i * 10 + 7}}}}, {{set: {{i: i + 1}}}}]
      - set: {{i: 0}}
      - repeat: 3
        do: [{steps}, {{write: {{to: out, at: j, value: x}}}}, {{set: {{j: j + 1}}}}]
"
        );
        let (end, events) = both_of(&text, &[]);
        assert_eq!(end.outcome.name(), "completed", "{steps}");
        let out = events.iter().filter(|event| event.kind == Kind::Write && event.subject == 3);
        assert_eq!(out.map(|event| event.value).collect::<Vec<_>>(), [7, 17, 27], "{steps}");
    }
}

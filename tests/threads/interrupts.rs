//! Interrupts on real threads: what is ended, what is left of it and where the process goes on,
//! worked out by hand; and that nothing is lost, whatever the threads do.

use super::common::interrupts::{
    ByHand, interrupted, interrupted_at_a_condition, interrupted_with_a_limit, left_resumed_or_begun_again,
};
use super::common::limits::limited;
use super::common::lives::{self, Held};
use super::common::{cases, program};
use super::quiet::side_by_side;
use super::timeouts::stays_within;
use super::{log, record, record_paused, replayed};
use proptest::prelude::*;
use tempolane::trace::{Kind, Outcome};

/// The log of a run that completes, in the order in which it was written, with the model's
/// times to the tenth of a second: half a second is 200 ms of real time.
pub fn told(resources: &str, processes: &str) -> Vec<String> {
    let text = format!("version: 1\nresources: {{{resources}}}\nprocesses:\n{processes}");
    let program = program(&text, &[]);
    let recording = record_paused(&program, 2.5);
    assert_eq!(recording.trace.outcome, Outcome::Completed, "{text}");
    let model = replayed(&program, &recording).model;
    let logs = model.events.iter().filter(|event| event.kind == Kind::Log);
    // Those of one time stand in the order in which they were observed.
    let times = logs.map(|event| (event.time.as_nanos() + 50_000_000) / 100_000_000);
    let lines = log(&recording);
    times.zip(lines).map(|(tenths, line)| format!("{}.{} {line}", tenths / 10, tenths % 10)).collect()
}

/// Checks that a scenario comes out as it was worked out.
fn comes_out(case: &ByHand) {
    assert_eq!(
        told(case.resources, &case.processes),
        case.log(|second| format!("{second}.0")),
        "{}",
        case.processes
    );
}

/// 3 of 10 s are over, then 2 s of something else, in which an interrupt does nothing. 2 of the other 7 s
/// are over at 7 s. A work without a processor is the same.
#[test]
fn the_rest_is_done_after_an_interrupt() {
    side_by_side(["delay", "work"], |step| {
        let lines = told(
            "",
            &format!(
                "
  worker:
    do:
      - interruptible: [{{{step}: 10s}}]
        on_interrupt: [{{log: handled}}, {{delay: 2s}}]
        then: resume
      - log: done
  boss: {{do: [{{delay: 3s}}, {{interrupt: worker}}, {{delay: 1s}}, {{interrupt: worker}}, {{delay: 3s}}, {{interrupt: worker}}]}}
"
            ),
        );
        assert_eq!(lines, ["3.0 handled", "7.0 handled", "14.0 done"], "{step}");
    });
}

/// What is left is told as the clock of the threads has it: of 10 s not more than 7 after 3 s, and of a
/// wait nothing.
#[test]
fn what_is_left_is_told() {
    let text = "
version: 1
resources: {d: {kind: memory, slots: 2, value: 1h}, s: {kind: semaphore, permits: 0}}
processes:
  worker:
    vars: {rest: 1h}
    do:
      - interruptible: [{delay: 10s}]
        left: rest
      - write: {to: d, at: 0, value: rest}
      - interruptible: [{acquire: s}]
        left: rest
      - write: {to: d, at: 1, value: rest}
  boss: {do: [{delay: 3s}, {interrupt: worker}, {delay: 3s}, {interrupt: worker}]}
";
    let program = program(text, &[]);
    let recording = record_paused(&program, 2.5);
    let replayed = replayed(&program, &recording);
    assert_eq!(replayed.memories, recording.memories);
    let left: Vec<String> = recording.memories[0].1.iter().map(ToString::to_string).collect();
    assert_eq!(left, ["7s", "0s"]);
}

#[test]
fn a_block_is_left_or_begun_again() {
    side_by_side(left_resumed_or_begun_again(), |case| comes_out(&case));
}

/// In every wait; whoever stands behind in its line is served as if it had never come.
#[test]
fn interrupted_in_every_wait() {
    let cases = [
        (
            "m: mutex",
            "{acquire: m}",
            "{acquire: m}, {delay: 4s}, {release: m}",
            "{with: m, do: [{log: other}]}",
            4,
        ),
        ("m: mutex", "{with: m, do: [{delay: 9h}]}", "{delay: 0s}", "{with: m, do: [{log: other}]}", 2),
        (
            "s: {kind: semaphore, permits: 0}",
            "{acquire: s}",
            "{delay: 4s}, {release: s}",
            "{acquire: s}, {log: other}",
            4,
        ),
        (
            "s: {kind: semaphore, permits: 2}",
            "{with: [s, s], do: [{delay: 9h}]}",
            "{delay: 0s}",
            "{acquire: {s: 2}}, {log: other}",
            2,
        ),
        (
            "b: {kind: buffer, capacity: 3, of: int}",
            "{get: {from: b, count: 3}}",
            "{put: b}",
            "{get: b}, {log: other}",
            2,
        ),
        (
            "b: {kind: buffer, capacity: 3, of: int}",
            "{put: {to: b, count: 2}}",
            "{put: {to: b, count: 2}}",
            "{put: b}, {log: other}",
            2,
        ),
        ("c: condition", "{wait: c}", "{delay: 4s}, {notify: c}", "{wait: c}, {log: other}", 4),
        (
            "b: {kind: barrier, parties: 2}",
            "{wait: b}",
            "{delay: 4s}, {wait: b}",
            "{delay: 2500ms}, {wait: b}, {log: other}",
            4,
        ),
        ("m: mutex", "{join: first}", "{delay: 4s}", "{join: first}, {log: other}", 4),
        ("f: flag", "{wait: f}", "{delay: 4s}, {signal: f}", "{wait: f}, {log: other}", 4),
        (
            "d: {kind: memory, slots: 1}",
            "{until: 'slot(d, 0) > 0'}",
            "{delay: 4s}, {write: {to: d, at: 0, value: 1}}",
            "{until: 'slot(d, 0) > 0'}, {log: other}",
            4,
        ),
        (
            "l: rwlock",
            "{with: {write: l}, do: []}",
            "{with: {read: l}, do: [{delay: 4s}]}",
            "{with: {write: l}, do: [{log: other}]}",
            4,
        ),
        (
            "s: {kind: semaphore, permits: 0}",
            "{acquire: s, within: 9h, else: []}",
            "{delay: 4s}, {release: s}",
            "{acquire: s}, {log: other}",
            4,
        ),
    ];
    side_by_side(cases, |(resources, wait, first, other, at)| {
        let text = format!(
            "
  first: {{do: [{first}]}}
  worker:
    start: 500ms
    do:
      - interruptible: [{wait}, {{log: never}}]
        on_interrupt: [{{log: interrupted}}, {{delay: 3s}}]
      - log: left
  other: {{start: 1s, do: [{other}]}}
  boss: {{do: [{{delay: 2s}}, {{interrupt: worker}}]}}
"
        );
        let mut lines = told(resources, &text);
        lines.sort();
        let mut expected = ["2.0 interrupted".to_owned(), "5.0 left".to_owned(), format!("{at}.0 other")];
        expected.sort();
        assert_eq!(lines, expected, "{wait} of {resources}");
    });
}

#[test]
fn a_wait_at_a_condition_takes_its_mutex_again() {
    comes_out(&interrupted_at_a_condition());
}

#[test]
fn a_limit_goes_on_while_a_wait_is_interrupted() {
    comes_out(&interrupted_with_a_limit());
}

/// The innermost block counts, nothing happens in the middle of an atomic block, and of several
/// instances those are interrupted that are inside.
#[test]
fn who_is_interrupted() {
    let cases = [
        (
            "
  worker:
    do:
      - interruptible:
          - interruptible: [{delay: 10s}]
            on_interrupt: [{log: inner}, {delay: 4s}]
        on_interrupt: [{log: outer}]
      - log: done
  boss: {do: [{delay: 3s}, {interrupt: worker}, {delay: 1s}, {interrupt: worker}]}
",
            &["3.0 inner", "4.0 outer", "4.0 done"][..],
        ),
        (
            "
  worker:
    do:
      - interruptible: [{atomic: [{delay: 4s}, {log: whole}]}, {delay: 4s}, {log: no}]
      - log: done
  boss: {do: [{delay: 1s}, {interrupt: worker}]}
",
            &["4.0 whole", "4.0 done"],
        ),
        (
            "
  worker:
    count: 4
    start: index * 2s
    do: [{interruptible: [{delay: 3s}], on_interrupt: [{log: '{index}'}]}]
  boss: {do: [{delay: 4500ms}, {interrupt: worker}]}
",
            &["4.5 1", "4.5 2"],
        ),
    ];
    side_by_side(cases, |(processes, expected)| {
        let (mut lines, mut expected) = (told("", processes), expected.to_vec());
        lines.sort();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{processes}");
    });
}

/// Inside a block two are interrupted at once, and whoever was served by the block is interrupted at what
/// comes next: the taker has got its permit.
#[test]
fn interrupts_inside_a_block() {
    let lines = told(
        "s: {kind: semaphore, permits: 0}, d: {kind: memory, slots: 1}",
        "
  sleeper: {vars: {x: 0}, do: [{interruptible: [{delay: 9h}], on_interrupt: [{read: {from: d, at: 0, into: x}}, {log: 'sleeper sees {x}'}]}]}
  taker:
    vars: {x: 0}
    do:
      - interruptible: [{acquire: s}, {log: taken}, {delay: 9h}, {log: never}]
        on_interrupt: [{read: {from: d, at: 0, into: x}}, {log: 'taker sees {x}'}]
  greedy:
    start: 500ms
    do:
      - interruptible: [{acquire: {s: 2}}, {log: never}]
        on_interrupt: [{delay: 1s}, {log: greedy}]
  boss:
    do:
      - delay: 2s
      - atomic:
          - release: s
          - interrupt: sleeper
          - interrupt: taker
          - release: s
          - interrupt: greedy
          - write: {to: d, at: 0, value: 7}
      - delay: 2s
      - log: boss
",
    );
    let (at_two, later) = lines.split_at(3);
    let mut at_two = at_two.to_vec();
    at_two.sort();
    assert_eq!(at_two, ["2.0 sleeper sees 7", "2.0 taken", "2.0 taker sees 7"]);
    assert_eq!(later, ["3.0 greedy", "4.0 boss"]);
}

/// On a processor, what was done stays done; see the test of the kernel of this name for how the
/// ends come about.
#[test]
fn the_rest_of_a_work_is_done_on_its_processor() {
    let cases = [
        ("fifo", ["9.0 other", "10.0 worker"]),
        ("priority", ["7.0 other", "10.0 worker"]),
        ("sharing", ["9.0 worker", "10.0 other"]),
    ];
    side_by_side(cases, |(discipline, expected)| {
        let lines = told(
            &format!("cpu: {{kind: processor, cores: 1, discipline: {discipline}}}"),
            "
  worker: {priority: 1, on: cpu, do: [{interruptible: [{work: 4s}], on_interrupt: [{delay: 2s}], then: resume}, {log: worker}]}
  other: {start: 1s, on: cpu, do: [{work: 6s}, {log: other}]}
  boss: {do: [{delay: 3s}, {interrupt: worker}]}
",
        );
        assert_eq!(lines, expected, "{discipline}");
    });
}

/// Interrupts at every place of a pipeline, at any time: what went in comes out, and all permits and the
/// mutex are there at the end.
#[test]
fn nothing_is_lost_or_doubled() {
    let text = "
version: 1
resources:
  q: {kind: buffer, capacity: 1, of: int}
  s: {kind: semaphore, permits: 2}
  m: mutex
  d: {kind: memory, slots: 2}
processes:
  source:
    vars: {i: 0}
    do:
      - while: i < 20
        do:
          - interruptible: [{put: {to: q, value: i}}]
            then: resume
          - set: {i: i + 1}
  sink:
    vars: {x: 0, sum: 0, n: 0}
    do:
      - while: n < 20
        do:
          - interruptible: [{get: {from: q, into: x}}]
            then: restart
          - set: {sum: sum + x, n: n + 1}
          - interruptible: [{delay: 200us}]
      - write: {to: d, at: 0, value: sum}
  user:
    count: 3
    do:
      - repeat: 20
        do:
          - interruptible: [{with: [s, m], do: [{delay: 100us}]}]
            then: THEN
  boss:
    daemon: true
    vars: {wait: 0}
    do:
      - while: true
        do:
          - draw: {into: wait, from: {uniform_int: {low: 0, high: 15}}}
          - delay: wait * 20us + 20us
          - interrupt: source
          - interrupt: user
          - interrupt: sink
  auditor: {do: [{join: user}, {acquire: {s: 2}}, {acquire: m}, {write: {to: d, at: 1, value: 1}}]}
";
    for then in ["leave", "resume"] {
        let program = program(&text.replace("THEN", then), &[]);
        let recording = record(&program, 1.0);
        assert_eq!(recording.trace.outcome, Outcome::Completed, "{then}");
        let memory: Vec<String> = recording.memories[0].1.iter().map(ToString::to_string).collect();
        assert_eq!(memory, ["190", "1"], "{then}");
        replayed(&program, &recording);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(80), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do that interrupt, start, join and stop each other, the model could have done it.
    #[test]
    fn interrupted_lives_stay_within_the_model(text in interrupted(limited(lives::scenario(Held::Any)))) {
        stays_within(&text);
    }

    /// The same where they are interrupted inside of atomic blocks.
    #[test]
    fn interrupts_in_blocks_stay_within_the_model(text in in_blocks(interrupted(limited(lives::scenario(Held::Any))))) {
        stays_within(&text);
    }

    #[test]
    fn those_that_lose_nothing_stay_within_the_model(text in interrupted(lives::scenario(Held::Kept))) {
        stays_within(&text);
    }
}

/// The scenario with some of its interrupts and stops in blocks of their own, or two in one block, in which something else
/// is done that may let others go on.
pub fn in_blocks(scenario: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let interrupts = [
        "{atomic: [{interrupt: WHO}]}",
        "{atomic: [{write: {to: d, at: 0, value: 4}}, {interrupt: WHO}, {interrupt: WHO}]}",
        "{atomic: [{release: s}, {interrupt: WHO}, {write: {to: d, at: 1, value: 3}}]}",
        "{atomic: [{interrupt: WHO}, {acquire: s}, {interrupt: WHO}]}",
        "{atomic: [{release: s}, {acquire: s}, {interrupt: WHO}, {release: s}]}",
        "{atomic: [{put: {to: b, value: 1}}, {interrupt: main}, {interrupt: WHO}]}",
        "{atomic: [{interrupt: WHO}, {stop: WHO}]}",
        "{atomic: [{release: s}, {interrupt: WHO}, {stop: WHO}, {interrupt: main}]}",
    ];
    let stops = [
        "{stop: WHO}",
        "{atomic: [{stop: WHO}, {start: WHO}, {stop: WHO}, {start: WHO}]}",
        "{atomic: [{put: {to: b, value: 1}}, {stop: WHO}]}",
        "{atomic: [{get: {from: b, into: x}}, {stop: WHO}]}",
        "{acquire: m}, {atomic: [{release: m}, {stop: WHO}]}",
        "{atomic: [{release: s}, {stop: WHO}]}",
    ];
    let interrupts = proptest::collection::vec(proptest::sample::select(interrupts.to_vec()), 8);
    let stops = proptest::collection::vec(proptest::sample::select(stops.to_vec()), 8);
    (scenario, interrupts, stops).prop_map(|(text, interrupts, stops)| {
        let (mut interrupts, mut stops) = (interrupts.into_iter().cycle(), stops.into_iter().cycle());
        let lines = text.split_inclusive('\n').map(|line| {
            let mut line = line.to_owned();
            for who in ["v", "w", "\"w[0]\"", "\"w[1]\""] {
                let block = |block: Option<&str>| block.unwrap_or_default().replace("WHO", who);
                line = line.replace(&format!("{{stop: {who}}}"), &block(stops.next()));
                // Nobody interrupts itself.
                let main = if line.starts_with("  main: ") { "v" } else { "main" };
                let interrupts = block(interrupts.next()).replace("main", main);
                line = line.replace(&format!("{{interrupt: {who}}}"), &interrupts);
            }
            line
        });
        lines.collect()
    })
}

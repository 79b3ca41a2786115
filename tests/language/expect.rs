//! What a scenario expects, from outside: each kind of expectation met and
//! broken on a run that is worked out by hand, and held against a look at the
//! whole trace on random ones.

mod naive;

use crate::common::{Keep, generate, run};
use proptest::prelude::*;
use std::ops::ControlFlow;
use tempolane::analysis::{FailedExpectation, Monitors, Watch};
use tempolane::backend::compile;
use tempolane::backend::virtual_time;
use tempolane::ids::{MarkId, ProcessId, ResourceId};
use tempolane::scenario;
use tempolane::trace::{
    Bounds, Claim, Expected, Header, Instances, Label, Milestone, ResourceKind, StatePredicate, Stretch,
    ValueSource,
};
use tempolane::value::Value;

/// ```text
/// s     0           2                 3         4            5            6
/// a     go 1, work  puts 7, go 2      puts 8
/// b     waits line  gets 7, takes m   delay     gives m, gets 8, reads 5
/// c[0]                                waits m   takes m,work gives m
/// c[1]                                waits m   …            takes m,work gives m
/// ```
const RELAY: &str = "\
version: 1
params: {n: 2}
resources: {m: mutex, line: {kind: buffer, capacity: n, of: int}, d: {kind: memory, slots: n}}
processes:
  a:
    do:
      - mark: {name: go, value: 1}
      - work: 2s
      - put: {to: line, value: 7}
      - write: {to: d, at: 1, value: 5}
      - mark: {name: go, value: 2}
      - delay: 1s
      - put: {to: line, value: 8}
  b:
    vars: {x: 0}
    do:
      - get: {from: line, into: x}
      - with: m
        do: [{mark: enter}, {delay: 2s}, {mark: leave}]
      - get: {from: line, into: x}
      - read: {from: d, at: 1, into: x}
  c:
    count: n
    start: 3s
    do:
      - with: m
        do: [{mark: enter}, {work: 1s}, {mark: leave}]
expect:
";

/// What a run of the scenario does not meet.
fn failures(text: &str) -> Vec<FailedExpectation> {
    let loaded = scenario::load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("it was checked");
    let header = program.header(0);
    let monitors = Monitors::new(&loaded.model.expect, &header);
    let mut watch = Watch::new(&monitors, &header);
    let run = virtual_time::run(&program, 0, &mut watch, &mut |_| ControlFlow::Continue(()));
    let (end, machine) = run.expect("not interrupted");
    watch.finish(&end.outcome, end.end, &machine.memories(&program))
}

#[test]
fn what_is_true_of_the_run_is_met() {
    for line in [
        "outcome: completed",
        "total_time: 6s",
        "total_time: {at_least: 6s, at_most: 6s}",
        "total_time: {at_most: n * 3s}",
        "finished: {a: 3s, b: 4s, \"c[0]\": 5s, \"c[1]\": {at_least: 5500ms}}",
        "before: {first: a.go, second: b.enter}",
        "before: {first: \"a.go[2]\", second: b.leave}",
        "before: [{first: a.started, second: a.go}, {first: b.finished, second: \"c[1].enter\"}]",
        // At one time it is the order of events: a's go at 2 s comes before b's enter.
        "before: {first: \"a.go[2]\", second: b.enter}",
        "reaches: a.go[2]",
        "reaches: [b.leave, \"c[1].finished\", \"c[0].started\"]",
        "counts: {a.go: 2, c.enter: n, \"c[0].enter\": 1, b.enter: {at_least: 1, at_most: 3}}",
        "values: {a.go: [1, n], \"a.go[2]\": 2}",
        "reads: {b.d: [5], a.d: []}",
        "gets: {b.line: [7, 8], a.line: []}",
        "levels: {line: {at_most: 1}, m: {at_most: 1}}",
        "longest_wait: {b.line: 2s, a: 0s, \"c[1]\": {at_least: 2s, at_most: 2s}, \"c[0].m\": 1s}",
        "never_together: [{process: b, holds: m}, {process: c, holds: m}]",
        "never_together: [{process: c, from: enter, to: leave}]",
        "never_together: [c.running]",
        "never_together: [a.running, b.delayed]",
        // c waits from 3 s on, when a's delay ends; b cannot wait and be delayed.
        "never_together: [[a.delayed, \"c[0].blocked\"], [b.blocked, b.delayed]]",
        "memories: {d: [0, 5]}",
        "races: none",
    ] {
        let failed = failures(&format!("{RELAY}  {line}\n"));
        assert!(failed.is_empty(), "{line}: {failed:?}");
    }
}

/// Of a run that was stopped nobody knows what would have come yet.
#[test]
fn what_a_stopped_run_did_not_come_to_is_not_said_never_to_come() {
    let stopped = |limit: &str, line: &str| {
        failures(&format!(
            "version: 1
{limit}
resources: {{s: {{kind: semaphore, permits: 0}}}}
processes:
  a: {{do: [{{repeat: 9, do: [{{delay: 1s}}, {{mark: go}}]}}]}}
  b: {{start: 8s, do: [{{delay: 1s}}]}}
expect:
  {line}
"
        ))
    };
    for limit in ["horizon: 4s", "limits: {steps: 12}"] {
        for (line, told) in [
            ("finished: {a: 9s}", "'a' to finish at 9s, but it did not finish before the run was stopped"),
            ("reaches: b.started", "'b.started' to be reached, but it was not before the run was stopped"),
            (
                "before: {first: a.go, second: b.started}",
                "'a.go[1]' before 'b.started', but 'b.started' did not come before the run was stopped",
            ),
            ("reaches: a.go[30]", "'a.go[30]' to be reached, but it was passed "),
        ] {
            let failed = stopped(limit, line);
            assert_eq!(failed.len(), 1, "{limit} {line}: {failed:?}");
            assert!(failed[0].message.starts_with(&format!("expected {told}")), "{:?}", failed[0]);
        }
    }
}

/// The expectation, what is said about it, and at which second it was seen.
#[test]
fn what_is_not_true_of_the_run_is_told() {
    let at_the_end = Some(6);
    let cases: [(&str, &str, Option<u64>); 25] = [
        ("outcome: deadlock", "the outcome deadlock, but the run ended as completed", None),
        ("total_time: 5s", "a total time of 5s, but it was 6s", None),
        ("total_time: {at_most: 5999ms}", "a total time of at most 5.999s, but it was 6s", None),
        ("finished: {b: 3s}", "'b' to finish at 3s, but it finished at 4s (line 14)", Some(4)),
        (
            "before: {first: b.enter, second: \"a.go[2]\"}",
            "'b.enter[1]' before 'a.go[2]', but 'a.go[2]' came first, at 2s (line 11), and 'b.enter[1]' at 2s (line 19)",
            Some(2),
        ),
        (
            "before: {first: \"b.enter[2]\", second: b.finished}",
            "'b.enter[2]' before 'b.finished', but 'b.finished' came first, at 4s (line 14), and 'b.enter[2]' never came",
            Some(4),
        ),
        (
            "before: {first: a.go, second: \"a.go[3]\"}",
            "'a.go[1]' before 'a.go[3]', but 'a.go[3]' never came",
            at_the_end,
        ),
        (
            "reaches: a.go[3]",
            "'a.go[3]' to be reached, but it was passed 2 times, the last at 2s (line 11)",
            at_the_end,
        ),
        ("counts: {a.go: 3}", "'a.go' to be passed 3 times, but it was passed 2 times", at_the_end),
        (
            "counts: {c.enter: 1}",
            "'c.enter' to be passed once, but it was passed a 2nd time at 5s (line 27)",
            Some(5),
        ),
        (
            "values: {a.go: [1, 3]}",
            "'a.go' to carry [1, 3], but the 2nd was 2 and not 3, at 2s (line 11)",
            Some(2),
        ),
        ("values: {a.go: [1]}", "but a 2nd value came, 2, at 2s (line 11)", Some(2)),
        ("values: {a.go: [1, 2, 3]}", "but there were only the first 2, the last at 2s", at_the_end),
        ("values: {\"a.go[2]\": 1}", "'a.go[2]' to carry 1, but it carried 2, at 2s (line 11)", Some(2)),
        (
            "reads: {b.d: [4]}",
            "'b' to read [4] from 'd', but the 1st was 5 and not 4, at 4s (line 21)",
            Some(4),
        ),
        (
            "gets: {b.line: []}",
            "'b' to get [] from 'line', but a 1st value came, 7, at 2s (line 17)",
            Some(2),
        ),
        (
            "levels: {line: 0}",
            "the level of 'line' to be 0, but it was 1 at 2s (line 9), at the put of 'a'",
            Some(2),
        ),
        ("levels: {m: {at_least: 1}}", "to be at least 1, but it was 0 at 2s", Some(2)),
        (
            "longest_wait: {b: {at_most: 1s}}",
            "of 'b' to be at most 1s, but it waited for 2s for 'line', until 2s",
            Some(2),
        ),
        (
            "longest_wait: {\"c[0].m\": {at_least: 2s}}",
            "of 'c[0]' for 'm' to be at least 2s, but it was 1s",
            at_the_end,
        ),
        (
            "never_together: [a.running, b.blocked]",
            "but at 0s (line 17) 'b' was blocked while 'a' was running (since 0s (line 8))",
            Some(0),
        ),
        (
            "never_together: [{process: b, from: enter, to: leave}, a.delayed]",
            "'b' was between 'enter' and 'leave' while 'a' was delayed (since 2s (line 12))",
            Some(2),
        ),
        (
            "never_together: [c.blocked]",
            "no two of 'c' blocked at the same time, but at 3s (line 26) 'c[1]' was",
            Some(3),
        ),
        (
            "never_together: [{process: c, holds: m}, b.blocked, {process: b, holds: m}, a.running]",
            "'b' was blocked while 'a' was running",
            Some(0),
        ),
        ("memories: {d: [0, 6]}", "memory 'd' to hold [0, 6], but slot 1 is 5 and not 6", None),
    ];
    for (line, message, second) in cases {
        let failed = failures(&format!("{RELAY}  {line}\n"));
        assert_eq!(failed.len(), 1, "{line}: {failed:?}");
        assert!(failed[0].message.contains(message), "{line}: {}", failed[0].message);
        assert_eq!(failed[0].line, 29, "{line}");
        let seen = failed[0].seen.map(|moment| moment.time.as_nanos() / 1_000_000_000);
        assert_eq!(seen, second, "{line}: {}", failed[0].message);
    }
}

#[test]
fn edges_of_time() {
    let met = |processes: &str, expected: &str| {
        let resources = "resources: {s: {kind: semaphore, permits: 0}}";
        let text = format!("version: 1\n{resources}\nprocesses:\n{processes}expect: {{{expected}}}\n");
        failures(&text).is_empty()
    };
    // At 2 s early comes first, but late's work is over all the same.
    let relay = "  late: {priority: 1, do: [{work: 2s}]}\n  early: {do: [{delay: 2s}, {work: 1s}]}\n";
    assert!(met(relay, "never_together: [late.running, early.running]"));
    let overlap = relay.replace("delay: 2s", "delay: 1999ms");
    assert!(!met(&overlap, "never_together: [late.running, early.running]"));
    // Nobody can see what takes no time.
    let instant = "  one: {do: [{work: 2s}]}\n  other: {do: [{delay: 1s}, {work: 0s}, {delay: 0s}]}\n";
    assert!(met(instant, "never_together: [one.running, other.running]"));
    // The longest of several waits counts, not the last.
    let waits = "  giver: {do: [{delay: 2s}, {release: s}, {delay: 1s}, {release: s}]}\n  \
                 waiter: {do: [{acquire: {s: 2}}]}\n";
    assert!(met(waits, "longest_wait: {waiter: 2s, waiter.s: {at_least: 2s}}"));
    assert!(!met(waits, "longest_wait: {waiter: 1s}"));
}

/// One core for three works of 1 s: they run from 0 s, 1 s and 2 s on, and are ready
/// before. `stopped` waits for the semaphore until it is stopped at 1 s, and `last`
/// from then on.
#[test]
fn ready_is_a_state_of_its_own() {
    let failed = |expected: &str| {
        let text = format!(
            "version: 1
resources: {{cpu: {{kind: processor, cores: 1}}, s: {{kind: semaphore, permits: 0}}}}
processes:
  p: {{count: 3, on: cpu, do: [{{work: 1s}}]}}
  stopped: {{start: manual, do: [{{acquire: s}}]}}
  last: {{do: [{{start: stopped}}, {{delay: 1s}}, {{stop: stopped}}, {{acquire: s}}]}}
  giver: {{do: [{{delay: 3s}}, {{release: s}}]}}
expect: {{{expected}}}
"
        );
        failures(&text)
    };
    for met in [
        "never_together: [p.running]",
        "never_together: [p.blocked]",
        "never_together: [[\"p[0].ready\", \"p[2].ready\"], [\"p[0].running\", \"p[1].running\"]]",
        "never_together: [stopped.blocked, last.blocked]",
        "longest_wait: {\"p[1].cpu\": 1s, \"p[2].cpu\": 2s, \"p[2]\": 0s, stopped: 1s, stopped.s: 1s, last: 2s}",
        "levels: {cpu: {at_most: 1}}",
    ] {
        assert_eq!(failed(met), [], "{met}");
    }
    for (unmet, seen) in [
        ("never_together: [p.ready]", "was ready while"),
        ("never_together: [\"p[0].running\", \"p[1].ready\"]", "'p[1]' was ready while 'p[0]' was running"),
        ("longest_wait: {\"p[2].cpu\": {at_most: 1s}}", "it waited for 2s for 'cpu', until 2s"),
        ("longest_wait: {stopped: {at_most: 500ms}}", "it waited for 1s, until 1s"),
    ] {
        let failed = failed(unmet);
        assert!(failed.len() == 1 && failed[0].message.contains(seen), "{unmet}: {failed:?}");
    }
}

/// A condition over two levels and a slot of a scenario of [`generate`].
fn always(text: &str, (a, b, c): (u64, u64, u64), low: u64) -> Claim {
    let level = |seed: u64| ["m0", "s0", "b0", "b1", "c0", "r"][seed as usize % 6];
    let condition =
        format!("level({}) != slot(d, {}) or level({}) <= {}", level(a), c % 4, level(b), low % 3);
    let text = format!("{text}expect: {{always: '{condition}'}}\n");
    let loaded = scenario::load_str("test", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    loaded.model.expect.expectations[0].claim.clone()
}

/// A random claim about a random scenario.
fn claim((header, text): (&Header, &str), seeds: [u64; 6]) -> Claim {
    let [kind, a, b, c, low, span] = seeds;
    let process = |seed: u64| ProcessId((seed % header.process_count() as u64) as u32);
    let of_kind = |wanted: ResourceKind, seed: u64| {
        let all = (0..header.resource_count()).map(ResourceId::from_index);
        let fitting: Vec<_> = all.filter(|&id| header.resource(id).kind == wanted).collect();
        fitting[seed as usize % fitting.len()]
    };
    let (mark, second) = (MarkId(0), 1_000_000_000);
    let bounds = match span % 3 {
        0 => Bounds::at_least(low % 4),
        1 => Bounds::at_most(low % 4),
        _ => Bounds { at_least: low % 4, at_most: low % 4 + span % 4 },
    };
    let times = Bounds { at_least: bounds.at_least * second, at_most: bounds.at_most.saturating_mul(second) };
    let label = |seed: u64| {
        let what = match seed % 3 {
            0 => Milestone::Started,
            1 => Milestone::Finished,
            _ => Milestone::Mark { mark, nth: 1 + seed / 3 % 4 },
        };
        Label { process: process(seed / 9), what }
    };
    let stretch = |seed: u64| {
        let what = match seed % 4 {
            0 => StatePredicate::Running,
            1 => StatePredicate::Delayed,
            2 => StatePredicate::Blocked,
            _ => StatePredicate::Holding(of_kind(ResourceKind::Mutex, seed / 4)),
        };
        let info = &header.processes[(seed / 8) as usize % header.processes.len()];
        let all = Instances { first: info.first, count: info.count };
        Stretch { who: if seed / 64 % 2 == 1 { all } else { Instances::one(process(seed / 8)) }, what }
    };
    match kind % 11 {
        // Which events an atomic block joins only a run knows.
        10 if header.atomic.is_empty() => always(text, (a, b, c), low),
        0 => Claim::Finished { process: process(a), at: times },
        1 => Claim::Before { first: label(a), second: label(b) },
        2 => Claim::Reaches(label(a)),
        3 => Claim::Count {
            who: Instances { first: ProcessId(0), count: 1 + (a % 4) as u32 },
            mark,
            times: bounds,
        },
        4 => Claim::Values {
            process: process(a),
            source: match b % 3 {
                0 => ValueSource::Mark(mark),
                1 => ValueSource::Read(of_kind(ResourceKind::Memory, 0)),
                _ => ValueSource::Get(of_kind(ResourceKind::Buffer, c)),
            },
            values: (0..low % 3).map(|index| Value::Int((c % 8 + index * (span % 2)) as i64 % 2)).collect(),
        },
        5 => Claim::Carries { process: process(a), mark, nth: 1 + b % 2, value: Value::Int(c as i64 % 3) },
        6 => Claim::Level { resource: ResourceId((a % header.resource_count() as u64) as u32), bounds },
        7 => {
            let resource = ResourceId((b % header.resource_count() as u64) as u32);
            Claim::LongestWait {
                process: process(a),
                resource: (c % 2 == 0).then_some(resource),
                bounds: times,
            }
        }
        8 => Claim::TotalTime(times),
        _ => Claim::NeverTogether(
            [a, b, c].iter().take(1 + (low % 3) as usize).map(|&seed| stretch(seed)).collect(),
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Event by event the monitors find what a look at the whole trace finds;
    /// what is broken stays broken, and is so in a prefix only if it is in the
    /// end; a watch finds the same.
    #[test]
    fn monitors_agree_with_a_look_at_the_whole(
        text in generate::scenario(),
        seeds in proptest::collection::vec(any::<[u64; 6]>(), 80),
    ) {
        // Every block passes the mark first.
        let text = text.replace("do: [", "do: [{mark: {name: here, value: x}}, ");
        let run = run(&text);
        let header = &run.header;
        let mut expected = Expected::default();
        for (seeds, number) in seeds.into_iter().zip(0..) {
            expected.add(claim((header, &text), seeds), number);
        }
        let Keep { events, .. } = &run.kept;
        let memories = run.machine.memories(&run.program);
        let monitors = Monitors::new(&expected, header);
        let mut state = monitors.start();
        let mut watch = Watch::new(&monitors, header);
        let mut broken = None;
        for event in events {
            monitors.event(&mut state, event, &[], false);
            tempolane::trace::Sink::event(&mut watch, event, &[]);
            let now = monitors.violated(&state);
            prop_assert!(broken.is_none() || now.is_some_and(|now| Some(now) <= broken));
            broken = now;
        }
        let lines = |failed: Vec<FailedExpectation>| failed.iter().map(|failed| failed.line).collect::<Vec<_>>();
        let found = lines(monitors.finish(&state, &run.end.outcome, run.end.end, &memories));
        let whole = naive::Whole { header, events, end: run.end.end };
        let wanted: Vec<u32> = expected
            .expectations
            .iter()
            .filter(|expectation| !whole.holds(&expectation.claim))
            .map(|expectation| expectation.line)
            .collect();
        prop_assert_eq!(&found, &wanted, "{:#?}\n{}", expected, text);
        prop_assert!(broken.is_none_or(|number| found.contains(&(number as u32))));
        prop_assert_eq!(lines(watch.finish(&run.end.outcome, run.end.end, &memories)), found);
    }
}

/// Of records whole ones are expected, or one of their fields.
#[test]
fn what_is_got_of_records() {
    let text = |expected: &str| {
        format!(
            "version: 1\nresources: {{q: {{kind: buffer, capacity: 2, of: {{kind: int, size: duration}}}}}}\nprocesses:\n  \
             p: {{do: [{{put: {{to: q, values: [{{kind: 1, size: 2s}}, {{kind: 5, size: 1s}}]}}}}]}}\n  g: {{start: 1s, do: [{{get: q}}, {{get: q}}]}}\n\
             expect:\n  gets: {{{expected}}}\n"
        )
    };
    for (expected, failed) in [
        ("g.q: [{kind: 1, size: 2s}, {size: 1s, kind: 5}]", 0),
        ("g.q.kind: [1, 5], g.q.size: [2s, 1s]", 0),
        ("g.q.size: [2s]", 1),
        ("g.q: [{kind: 1, size: 2s}, {kind: 5, size: 2s}]", 1),
        ("g.q: [{kind: 1, size: 2s}, {kind: 4, size: 2s}]", 2),
        ("g.q: []", 2),
    ] {
        assert_eq!(failures(&text(expected)).len(), failed, "{expected}");
    }
    let told = &failures(&text("g.q.size: [2s, 3s]"))[0];
    assert!(told.to_string().contains("to get [2s, 3s] from 'q', as `size`"), "{told}");
}

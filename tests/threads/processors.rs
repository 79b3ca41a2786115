//! Processors on real threads: what the threads do is a schedule of the model, whoever
//! comes first where several things happen at one time; and they end when they should.

use super::common::{program, run};
use super::quiet::Pace;
use super::{NEVER, cases, options, record, record_as, refuse, replayed};
use proptest::prelude::*;
use tempolane::backend::replay::replay;
use tempolane::backend::threads::{self, ThreadOptions, Work};
use tempolane::time::Time;
use tempolane::trace::{Activity, Kind, Outcome, Trace, spans};

/// How many cores a processor has: as many as ever, or as a timetable says, none at times.
fn cores(by_hours: bool) -> BoxedStrategy<String> {
    if !by_hours {
        return (1u32..3).prop_map(|cores| cores.to_string()).boxed();
    }
    let hours = proptest::collection::vec((1u32..4, 0u32..3), 1..4);
    let timetable = |(first, hours): (u32, Vec<(u32, u32)>)| {
        let mut text = format!("{{0s: {first}");
        let mut now = 0;
        for (later, cores) in hours {
            now += later;
            text += &format!(", {now}s: {cores}");
        }
        format!("{text}, {}s: 2}}", now + 2)
    };
    (0u32..3, hours).prop_map(timetable).boxed()
}

/// One processor, as YAML in flow form.
fn processor(on: Option<&'static str>, shared: bool, by_hours: bool) -> impl Strategy<Value = String> {
    let outer = on.map_or_else(String::new, |on| format!(", on: {on}"));
    let switch = prop_oneof![Just(""), Just(", switch: 300ms")];
    // What stands on one that is shared cannot take cores back.
    let preempting = if shared { Just("edf, preempt: false") } else { Just("priority") };
    let preempting =
        prop_oneof![preempting, Just(if shared { "fifo" } else { "edf" })].prop_map(str::to_owned);
    let plain = prop_oneof![
        Just("fifo".to_owned()),
        (1u32..4).prop_map(|quantum| format!("round_robin, quantum: {quantum}s")),
        Just("priority, preempt: false".to_owned()),
        preempting,
    ];
    let has_hours = by_hours && !(shared && on.is_some());
    let plain = (cores(has_hours), plain, switch).prop_map(move |(cores, discipline, switch)| {
        format!("{{kind: processor, cores: {cores}, discipline: {discipline}{switch}{outer}}}")
    });
    let speed = prop_oneof![Just(""), Just(if by_hours { "" } else { ", speed: [1, 1.5, 1.7]" })];
    let sharing = (cores(by_hours), speed).prop_map(|(cores, speed)| {
        format!("{{kind: processor, cores: {cores}, discipline: sharing{speed}}}")
    });
    if shared && on.is_none() { sharing.boxed() } else { plain.boxed() }
}

/// Processes of whole seconds, so that much happens at the same time, on processors
/// of which two may stand on the first.
fn busy(by_hours: bool) -> impl Strategy<Value = String> {
    let step = prop_oneof![
        4 => (0u32..3, 0u32..6, 1u32..9).prop_map(|(on, length, deadline)| {
            let on = ["cpu", "inner", "other"][on as usize];
            format!("{{work: {{on: {on}, for: {length}s, {on}_by: {deadline}s}}}}")
        }),
        2 => (0u32..4).prop_map(|n| format!("{{delay: {n}s}}")),
        1 => (1u32..4).prop_map(|n| format!("{{with: m, do: [{{work: {{on: cpu, for: {n}s, cpu_by: 9s}}}}]}}")),
        1 => (1u32..4).prop_map(|n| format!("{{atomic: [{{work: {{on: inner, for: {n}s, inner_by: 9s}}}}, {{log: x}}]}}")),
    ];
    let process = (proptest::collection::vec(step, 1..5), 1u32..3, 0i32..3, 0u32..4);
    let processors = prop_oneof![2 => Just(false), 1 => Just(true)].prop_flat_map(move |shared| {
        let inner = || processor(Some("cpu"), shared, by_hours);
        (processor(None, shared, by_hours), inner(), inner())
    });
    (processors, proptest::collection::vec(process, 1..5)).prop_map(|((cpu, inner, other), processes)| {
        let mut text = format!(
            "version: 1\nresources:\n  m: mutex\n  cpu: {cpu}\n  inner: {inner}\n  other: {other}\nprocesses:\n"
        );
        for (number, (steps, count, priority, start)) in processes.iter().enumerate() {
            let steps = steps.join(", ");
            text += &format!(
                "  p{number}: {{count: {count}, priority: {priority}, start: {start}s, do: [{steps}]}}\n"
            );
        }
        text
    })
}

/// The scenario with deadlines where the language takes them.
fn with_deadlines(text: &str) -> String {
    let is_edf = |name: &str| {
        let begins = format!("  {name}: {{kind");
        text.lines().any(|line| line.starts_with(&begins) && line.contains("edf"))
    };
    ["cpu", "inner", "other"].iter().fold(text.to_owned(), |text, name| {
        if is_edf(name) || is_edf("cpu") {
            return text.replace(&format!("{name}_by"), "deadline");
        }
        (1..10).fold(text, |text, n| text.replace(&format!(", {name}_by: {n}s"), ""))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(300), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do at processors, the model could have done it.
    #[test]
    fn random_work_stays_within_the_model(text in busy(false)) {
        stays_within_the_model(&text);
    }

    /// Likewise where cores come and go.
    #[test]
    fn random_work_by_timetable_stays_within_the_model(text in busy(true)) {
        stays_within_the_model(&text);
    }

    /// And where others wait for free cores.
    #[test]
    fn random_work_that_is_watched_stays_within_the_model(
        text in prop_oneof![busy(false), busy(true)],
        draws in proptest::collection::vec(0usize..7, 12),
    ) {
        stays_within_the_model(&watching(&text, &draws));
    }
}

/// What is waited for in place of a delay, for 3 s at most.
const WATCHES: [&str; 6] = [
    "{until: level(cpu) > 0, within: 2s, else: []}, {log: x}",
    "{until: level(cpu) == 0, within: 3s, else: []}",
    "{until: level(inner) + level(other) >= 1, within: 1s, else: [{log: x}]}",
    "{until: 'level(other) == 0 or level(cpu) > 1', within: 3s, else: []}, {log: x}",
    "{select: [{until: level(inner) == 0, do: [{log: x}]}, {until: level(cpu) == 1}, {after: 2s}]}",
    "{atomic: [{until: level(inner) > 0 and level(other) > 0, within: 2s, else: []}, {log: x}]}",
];

/// The scenario in which some wait for free cores.
fn watching(text: &str, draws: &[usize]) -> String {
    let mut draws = draws.iter().cycle();
    let mut text = text.to_owned();
    for delay in ["{delay: 0s}", "{delay: 1s}", "{delay: 2s}", "{delay: 3s}"] {
        while text.contains(delay) {
            let draw = *draws.next().expect("there are some");
            let as_it_is = || delay.replace(": ", ":  ");
            let instead = WATCHES.get(draw).map_or_else(as_it_is, |&watch| watch.to_owned());
            text = text.replacen(delay, &instead, 1);
        }
    }
    text
}

fn stays_within_the_model(text: &str) {
    let text = with_deadlines(text);
    let program = program(&text, &[]);
    let recording = record(&program, 100_000.0);
    assert_eq!(recording.trace.outcome, Outcome::Completed, "{text}");
    if let Err(found) = replay(&program, &recording) {
        refuse(&found, &recording, &text);
    }
}

/// How often a machine that is too busy for pauses of milliseconds may try.
const ATTEMPTS: usize = 20;

/// A scenario of tens of milliseconds in virtual time and on threads: the same ends,
/// and all in an order that the model allows.
fn agrees(resources: &str, processes: &str, ends: &[(&str, u64)]) {
    let text = format!("version: 1\nresources: {{{resources}}}\nprocesses:\n{processes}");
    let (program, virtual_run) = (program(&text, &[]), run(&text));
    let mut expected: Vec<(usize, f64)> = Vec::new();
    for &(name, milliseconds) in ends {
        let seconds = milliseconds as f64 / 1000.0;
        assert_eq!(virtual_run.finished(name), Some(seconds), "{name}");
        expected.push((virtual_run.process(name).index(), seconds));
    }
    for work in [Work::Sleep, Work::Spin] {
        let options = ThreadOptions { work, ..options(1.0) };
        // Who comes first is real: a thread that was not let run in time comes later.
        let as_expected = (0..ATTEMPTS).any(|_| {
            let recording = record_as(&program, &options, Pace::Paused);
            assert_eq!(recording.trace.outcome, Outcome::Completed);
            let model = replayed(&program, &recording).model;
            let of = |trace: &Trace| trace.statistics().processes.clone();
            let (model, seen) = (of(&model), of(&recording.trace));
            expected.iter().all(|&(process, seconds)| {
                let end = |time: Option<Time>| time.expect("it ends").as_secs_f64();
                let (model, seen) = (end(model[process].finished), end(seen[process].finished));
                (model - seconds).abs() < 1e-6 && (seconds..seconds + 0.02).contains(&seen)
            })
        });
        assert!(as_expected, "{work:?}: {text}");
    }
}

#[test]
fn fifo_serves_to_the_end() {
    let processes = "
  a: {on: cpu, do: [{work: 30ms}]}
  b: {on: cpu, start: 10ms, do: [{work: 20ms}]}
  c: {on: cpu, start: 20ms, do: [{work: 10ms}]}
";
    agrees("cpu: {kind: processor, cores: 1}", processes, &[("a", 30), ("b", 50), ("c", 60)]);
    agrees("cpu: {kind: processor, cores: 1, switch: 1ms}", processes, &[("a", 30), ("b", 51), ("c", 62)]);
}

/// Silberschatz, "Operating System Concepts": bursts of 24, 3 and 3 with a quantum of 4;
/// who starts later comes a moment later, so that no tie decides who is second.
#[test]
fn round_robin_takes_turns() {
    let processes = "
  a: {on: cpu, do: [{work: 96ms}]}
  b: {on: cpu, start: 4ms, do: [{work: 12ms}]}
  c: {on: cpu, start: 8ms, do: [{work: 12ms}]}
";
    let cpu = "cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 16ms}";
    agrees(cpu, processes, &[("a", 120), ("b", 28), ("c", 40)]);
}

/// By hand: high takes the core at 10 ms, for 10 ms; what middle brings waits for it.
#[test]
fn priority_takes_the_core_from_who_goes_last() {
    let processes = "
  low: {on: cpu, priority: 3, do: [{work: 40ms}]}
  high: {on: cpu, priority: 1, start: 10ms, do: [{work: 10ms}]}
  middle: {on: cpu, priority: 2, start: 15ms, do: [{work: 10ms}]}
";
    let cpu = "cpu: {kind: processor, cores: 1, discipline: priority}";
    agrees(cpu, processes, &[("low", 60), ("high", 20), ("middle", 30)]);
    let cpu = "cpu: {kind: processor, cores: 1, discipline: priority, preempt: false}";
    agrees(cpu, processes, &[("low", 40), ("high", 50), ("middle", 60)]);
}

/// By hand: the deadlines are at 100, 40 and 75 ms.
#[test]
fn the_earliest_deadline_goes_first() {
    let processes = "
  late: {on: cpu, do: [{work: {for: 30ms, deadline: 100ms}}]}
  soon: {on: cpu, start: 10ms, do: [{work: {for: 20ms, deadline: 30ms}}]}
  next: {on: cpu, start: 15ms, do: [{work: {for: 10ms, deadline: 60ms}}]}
";
    let cpu = "cpu: {kind: processor, cores: 1, discipline: edf}";
    agrees(cpu, processes, &[("late", 60), ("soon", 30), ("next", 40)]);
}

/// By hand, as 3 s at 0, 1 s at 1 s and 2 s at 2 s end at 5.5, 3.5 and 6 s.
#[test]
fn sharing_slows_all_down() {
    let processes = "
  a: {on: cpu, do: [{work: 60ms}]}
  b: {on: cpu, start: 20ms, do: [{work: 20ms}]}
  c: {on: cpu, start: 40ms, do: [{work: 40ms}]}
";
    agrees(
        "cpu: {kind: processor, cores: 1, discipline: sharing}",
        processes,
        &[("a", 110), ("b", 70), ("c", 120)],
    );
}

/// Of two threads under one lock of an interpreter, on two cores, one waits for the
/// lock; a third one needs a core alone.
#[test]
fn a_core_needs_a_core_further_out() {
    let processes = "
  t: {on: gil, do: [{work: 40ms}]}
  u: {on: gil, start: 5ms, do: [{work: 20ms}]}
  native: {on: cpu, start: 10ms, do: [{work: 30ms}]}
";
    let resources = "
  gil: {kind: processor, cores: 1, discipline: round_robin, quantum: 20ms, on: cpu},
  cpu: {kind: processor, cores: 2}";
    agrees(resources, processes, &[("t", 60), ("u", 40), ("native", 40)]);
}

/// Who has a core, who is ready and who shares, all end with the run.
#[test]
fn the_end_of_the_run_reaches_all_who_are_at_work() {
    let ends = ["{delay: 30ms}, {set: {x: 1 / x}}", "{delay: 1h}"];
    for (last, outcome) in ends.into_iter().zip(["fault", "horizon"]) {
        let text = format!(
            "
version: 1
horizon: 100ms
resources:
  cpu: {{kind: processor, cores: 1, discipline: round_robin, quantum: 5ms}}
  all: {{kind: processor, cores: 1, discipline: sharing}}
processes:
  turns: {{count: 3, on: cpu, do: [{{work: 1h}}]}}
  shares: {{count: 3, on: all, do: [{{work: 1h}}]}}
  ends: {{vars: {{x: 0}}, do: [{last}]}}
"
        );
        let program = program(&text, &[]);
        for work in [Work::Sleep, Work::Spin] {
            let options = ThreadOptions { work, ..options(1.0) };
            let recording = threads::run(&program, &options, NEVER).expect("it ends");
            assert_eq!(recording.trace.outcome.name(), outcome, "{text}");
            replayed(&program, &recording);
        }
    }
}

/// A thread that holds a mutex and waits for a core is no deadlock: who has the core
/// gives it back. Two that hold what the other one wants are one, core or not.
#[test]
fn who_waits_for_a_core_is_in_no_deadlock() {
    let resources = "resources: {cpu: {kind: processor, cores: 1}, m: mutex, n: mutex}";
    let fine = format!(
        "version: 1\n{resources}\nprocesses:
  a: {{on: cpu, do: [{{work: 300ms}}, {{with: m, do: [{{work: 5ms}}]}}]}}
  b: {{on: cpu, start: 5ms, do: [{{with: m, do: [{{work: 10ms}}]}}]}}\n"
    );
    let program_of = |text: &str| program(text, &[]);
    let recording = record(&program_of(&fine), 1.0);
    assert_eq!(recording.trace.outcome, Outcome::Completed);
    let ready = spans(&recording.trace);
    assert!(ready.iter().any(|span| matches!(span.activity, Activity::Ready { .. })));
    let stuck = format!(
        "version: 1\n{resources}\nprocesses:
  a: {{on: cpu, do: [{{acquire: m}}, {{work: 20ms}}, {{delay: 50ms}}, {{acquire: n}}]}}
  b: {{on: cpu, do: [{{acquire: n}}, {{work: 20ms}}, {{delay: 50ms}}, {{acquire: m}}]}}\n"
    );
    let (program, virtual_run) = (program_of(&stuck), run(&stuck));
    let recording = record(&program, 1.0);
    assert_eq!(recording.trace.outcome.name(), "deadlock");
    assert_eq!(recording.trace.outcome, virtual_run.end.outcome);
    replayed(&program, &recording);
}

/// A quantum at whose end nobody else is ready is no turn: it is told as the same work.
#[test]
fn alone_a_quantum_ends_unnoticed() {
    let text = "
version: 1
resources: {cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 10ms}}
processes: {a: {on: cpu, do: [{work: 35ms}]}}
";
    let program = program(text, &[]);
    let recording = record(&program, 1.0);
    let count = |kind: Kind| recording.trace.events.iter().filter(|event| event.kind == kind).count();
    assert_eq!((count(Kind::Acquire), count(Kind::Release), count(Kind::Work)), (1, 1, 4));
    assert_eq!(replayed(&program, &recording).model.end.to_string(), "35ms");
}

/// By hand: b, which was served last, loses its core at 20 ms with 20 ms left and goes on at 40 ms, when a is done.
#[test]
fn a_timetable_takes_a_core_from_who_was_served_last() {
    let processes = "
  a: {on: cpu, do: [{work: 40ms}]}
  b: {on: cpu, start: 5ms, do: [{work: 35ms}]}
";
    agrees("cpu: {kind: processor, cores: {0s: 2, 20ms: 1}}", processes, &[("a", 40), ("b", 60)]);
    // By night nobody is served: 20 and 15 ms are done before it, the rest from 50 ms on.
    let cpu = "cpu: {kind: processor, cores: {0s: 2, 20ms: 0, 50ms: 2}}";
    agrees(cpu, processes, &[("a", 70), ("b", 70)]);
    // Both share a core from 20 ms on: 20 ms each are left at 20 and 25 ms.
    let cpu = "cpu: {kind: processor, discipline: sharing, cores: {0s: 2, 20ms: 1, 40ms: 0, 60ms: 2}}";
    agrees(cpu, processes, &[("a", 70), ("b", 70)]);
}

/// Whoever has the larger number loses the core, and takes none from others in the morning.
#[test]
fn a_timetable_takes_a_core_from_who_goes_last() {
    let processes = "
  low: {on: cpu, priority: 2, do: [{work: 30ms}]}
  high: {on: cpu, priority: 1, start: 5ms, do: [{work: 40ms}]}
";
    let cpu = "cpu: {kind: processor, discipline: priority, cores: {0s: 2, 15ms: 1, 35ms: 2}}";
    agrees(cpu, processes, &[("low", 50), ("high", 45)]);
}

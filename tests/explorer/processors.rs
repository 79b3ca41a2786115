//! Every schedule of processes that share processors: against runs with seeded ties,
//! against a driver that tries every order in the plainest way, against queues worked
//! out by hand, and without time.

use crate::common::{program, run_in_order};
use crate::explore_agrees::{finals, finds_the_same_ends, try_scenarios_of};
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, Reduce, explore, replay};
use tempolane::time::Time;
use tempolane::trace::{NoTrace, Outcome, Ties};

fn options(mode: Mode, reduce: Reduce) -> Options<'static> {
    let budget = Budget { states: 20_000, bytes: 1 << 30, workers: 1 };
    Options { mode, seed: 0, budget, monitors: None, reduce, learns: true, code: None, spurious: false }
}

fn explored_with(program: &BoundProgram, mode: Mode, reduce: Reduce) -> Exploration<'_> {
    explore(program, options(mode, reduce), &mut |_| ControlFlow::Continue(()))
}

fn explored(program: &BoundProgram, mode: Mode) -> Exploration<'_> {
    let explored = explored_with(program, mode, Reduce::NONE);
    assert!(explored.is_complete(), "{:?}", explored.stop);
    explored
}

/// Pairs of processors, of which the second may stand on the first; `true` where a
/// quantum ends, for which the plain driver has no rule.
const PROCESSORS: [(bool, &str, &str); 12] = [
    (false, "{kind: processor, cores: 1}", "{kind: processor, cores: 2}"),
    (false, "{kind: processor, cores: 1, switch: 1s}", "{kind: processor, cores: 2, switch: 1s}"),
    (
        false,
        "{kind: processor, cores: 1, discipline: priority}",
        "{kind: processor, cores: 2, discipline: priority, switch: 1s}",
    ),
    (
        false,
        "{kind: processor, cores: 1, discipline: priority, preempt: false}",
        "{kind: processor, cores: 1, discipline: priority}",
    ),
    (
        false,
        "{kind: processor, cores: 1, discipline: edf}",
        "{kind: processor, cores: 2, discipline: edf, switch: 1s}",
    ),
    (
        false,
        "{kind: processor, cores: 1, discipline: sharing}",
        "{kind: processor, cores: 2, discipline: sharing, speed: [1, 1.5]}",
    ),
    (false, "{kind: processor, cores: 1}", "{kind: processor, cores: 2, on: a}"),
    (
        false,
        "{kind: processor, cores: 2, discipline: priority}",
        "{kind: processor, cores: 1, discipline: priority, on: a}",
    ),
    (false, "{kind: processor, cores: 1, discipline: sharing}", "{kind: processor, cores: 2, on: a}"),
    (
        true,
        "{kind: processor, cores: 1, discipline: round_robin, quantum: 1s}",
        "{kind: processor, cores: 2, discipline: round_robin, quantum: 2s, switch: 1s}",
    ),
    (
        true,
        "{kind: processor, cores: 2}",
        "{kind: processor, cores: 1, discipline: round_robin, quantum: 1s, on: a}",
    ),
    (
        true,
        "{kind: processor, cores: 2, discipline: sharing}",
        "{kind: processor, cores: 1, discipline: round_robin, quantum: 1s, on: a}",
    ),
];

/// A step: work on one of the two processors, or something that puts processes in
/// another order.
#[derive(Debug, Clone)]
enum Step {
    Work { on_second: bool, seconds: u32, deadline: u32 },
    Other(String),
}

fn step() -> impl Strategy<Value = Step> {
    let other = prop_oneof![
        2 => (1u32..3).prop_map(|length| format!("{{delay: {length}s}}")),
        1 => Just("{acquire: s}".to_owned()),
        2 => Just("{release: s}".to_owned()),
    ];
    prop_oneof![
        6 => (any::<bool>(), 0u32..4, 1u32..6)
            .prop_map(|(on_second, seconds, deadline)| Step::Work { on_second, seconds, deadline }),
        5 => other.prop_map(Step::Other),
    ]
}

impl Step {
    /// As it is written where the processors are these.
    fn text(&self, [a, b]: [&str; 2]) -> String {
        let &Step::Work { on_second, seconds, deadline } = self else {
            let Step::Other(text) = self else { unreachable!("there are two kinds") };
            return text.clone();
        };
        let (name, processor) = if on_second { ("b", b) } else { ("a", a) };
        let deadline =
            if processor.contains("edf") { format!(", deadline: {deadline}s") } else { String::new() };
        format!("{{work: {{on: {name}, for: {seconds}s{deadline}}}}}")
    }
}

/// Two or three processes that say in a memory when they have come how far; or, without
/// time, who came so far last.
pub fn scenario(quantum: bool, mode: Mode) -> impl Strategy<Value = String> {
    let process = (proptest::collection::vec(step(), 1..4), -1i32..2);
    let kinds: Vec<usize> = (0..PROCESSORS.len()).filter(|&kind| PROCESSORS[kind].0 == quantum).collect();
    let kind = proptest::sample::select(kinds);
    let processes = proptest::collection::vec(process, 2..4);
    (processes, kind, any::<bool>()).prop_map(move |(processes, kind, priorities)| {
        let (_, a, b) = PROCESSORS[kind];
        let mut text = format!(
            "version: 1\nresources:\n  a: {a}\n  b: {b}\n  s: {{kind: semaphore, permits: 1}}\n  \
             d: {{kind: memory, slots: 12, value: 0s}}\nprocesses:\n"
        );
        for (number, (steps, priority)) in processes.iter().enumerate() {
            let noted = |(at, step): (usize, &Step)| {
                let (at, value) = match mode {
                    Mode::Timed => (4 * number + at, "now".to_owned()),
                    Mode::Untimed => (at, format!("{number}s")),
                };
                format!("{}, {{write: {{to: d, at: {at}, value: {value}}}}}", step.text([a, b]))
            };
            let steps: Vec<String> = steps.iter().enumerate().map(noted).collect();
            let priority = if priorities { *priority } else { 0 };
            writeln!(text, "  p{number}: {{priority: {priority}, do: [{}]}}", steps.join(", "))
                .expect("a String takes any text");
        }
        text
    })
}

fn content(memories: &[(tempolane::ids::ResourceId, Vec<tempolane::value::Value>)]) -> String {
    format!("{memories:?}")
}

/// Every run with seeded ties ends as the explorer says that one can, with the same
/// times at which everybody came how far; the shortest and the longest are those that
/// it says, and there are no others.
fn seeds_find_the_same_times(text: &str, seeds: u32, missed: &Cell<u32>) -> Option<()> {
    let program = program(text, &[]);
    let explored = explored_with(&program, Mode::Timed, Reduce::NONE);
    if !explored.is_complete() {
        return None;
    }
    let (mut ends, mut times) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..seeds {
        let run = run_in_order(text, Ties::Seeded(seed));
        match &run.end.outcome {
            Outcome::Completed => {
                ends.insert(content(&run.machine.memories(&run.program)));
                times.insert(run.end.end);
            }
            Outcome::Deadlock(_) => assert!(explored.ends(End::Deadlock) > 0, "{text}"),
            other => panic!("{other:?}\n{text}"),
        }
    }
    let all = finals(&explored);
    assert!(ends.is_subset(&all), "{:?}\nare not among {all:?}\n{text}", ends.difference(&all));
    // Of rare orders some may not have been drawn.
    missed.set(missed.get() + u32::from(ends != all));
    let bounds = explored.total_times().and_then(|times| times.bounds());
    let drawn = times.first().zip(times.last()).map(|(&least, &most)| (least, most));
    if ends == all {
        assert_eq!(bounds, drawn, "{text}");
    }
    Some(())
}

#[test]
fn seeded_runs_find_the_same_times() {
    for quantum in [false, true] {
        let missed = Cell::new(0);
        try_scenarios_of(&scenario(quantum, Mode::Timed), 80, |text| {
            seeds_find_the_same_times(text, 40, &missed)
        });
        assert!(missed.get() < 6, "of {} some ends were never drawn", missed.get());
    }
}

/// What a driver that tries every order in the plainest way, without priorities and
/// late ends of quanta, finds too.
fn an_enumeration_agrees(text: &str, mode: Mode) -> Option<()> {
    let program = program(text, &[]);
    if mode == Mode::Timed && program.has_priorities {
        return Some(());
    }
    finds_the_same_ends(&program, &explored(&program, mode), mode, text)
}

#[test]
fn an_enumeration_finds_the_same_ends_of_work() {
    for mode in [Mode::Timed, Mode::Untimed] {
        try_scenarios_of(&scenario(false, mode), 150, |text| an_enumeration_agrees(text, mode));
    }
    // Without time a quantum is nothing.
    try_scenarios_of(&scenario(true, Mode::Untimed), 100, |text| an_enumeration_agrees(text, Mode::Untimed));
}

/// The last two that share a core end together, and a third comes at that instant with
/// nothing to do: whatever the order, nobody goes on twice, so whoever sleeps then does so
/// to the end.
#[test]
fn who_comes_when_others_end_disturbs_nobody() {
    let text = "
version: 1
resources: {cpu: {kind: processor, cores: 1, discipline: sharing}}
processes:
  late: {on: cpu, do: [{delay: 2s}, {work: 0s}]}
  first: {on: cpu, do: [{work: 1s}, {delay: 5s}]}
  second: {on: cpu, do: [{work: 1s}, {delay: 5s}]}
";
    for seed in 0..40 {
        let run = run_in_order(text, Ties::Seeded(seed));
        let ends = ["late", "first", "second"].map(|name| run.finished(name));
        assert_eq!(ends, [Some(2.0), Some(7.0), Some(7.0)], "seed {seed}");
    }
    let total = explored(&program(text, &[]), Mode::Timed).total_times();
    assert_eq!(total.and_then(|times| times.bounds()), Some((Time::from_secs(7), Time::from_secs(7))));
}

/// When jobs of these lengths end that come in this order, one core serving each for a
/// quantum in turn.
fn round_robin(jobs: &[u64], order: &[usize], quantum: u64) -> Vec<u64> {
    let mut left = jobs.to_vec();
    let mut line: VecDeque<usize> = order.iter().copied().collect();
    let (mut now, mut ends) = (0, vec![0; jobs.len()]);
    while let Some(job) = line.pop_front() {
        let slice = left[job].min(quantum);
        now += slice;
        left[job] -= slice;
        if left[job] == 0 {
            ends[job] = now;
        } else {
            line.push_back(job);
        }
    }
    ends
}

/// Silberschatz, Galvin and Gagne, "Operating System Concepts", section on round robin:
/// bursts of 24, 3 and 3 ms, a quantum of 4 ms.
#[test]
fn round_robin_ends_as_in_every_order_of_arrival() {
    let program = program(
        "
version: 1
resources:
  cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 4ms}
  ends: {kind: memory, slots: 3, value: 0s}
processes:
  p: {on: cpu, do: [{work: 24ms}, {write: {to: ends, at: 0, value: now}}]}
  q: {on: cpu, do: [{work: 3ms}, {write: {to: ends, at: 1, value: now}}]}
  r: {on: cpu, do: [{work: 3ms}, {write: {to: ends, at: 2, value: now}}]}
",
        &[],
    );
    let explored = explored(&program, Mode::Timed);
    let found: BTreeSet<Vec<u64>> = explored
        .overview()
        .finals
        .iter()
        .map(|end| end.memories[0].1.iter().map(|value| value.to_word() / 1_000_000).collect())
        .collect();
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let expected: BTreeSet<Vec<u64>> =
        orders.iter().map(|order| round_robin(&[24, 3, 3], order, 4)).collect();
    assert!(expected.contains(&vec![30, 7, 10]), "the book's own order");
    assert_eq!(found, expected);
}

/// Two processes that work on one core that serves them as they come: neither works, one
/// of them does (twice: begun, and done), the other does, and so on. A process is in
/// front of its work, at it, or behind it; not both are at it, and once one is behind
/// it, only the other is left: 3 * 3 - 1 states, and two orders.
#[test]
fn two_on_one_core_are_never_at_work_together() {
    let program = program(
        "
version: 1
resources: {cpu: {kind: processor, cores: 1}}
processes:
  p: {on: cpu, do: [{work: 1s}]}
  q: {on: cpu, do: [{work: 2s}]}
",
        &[],
    );
    let untimed = explored(&program, Mode::Untimed);
    assert_eq!(untimed.progress().states, 8);
    assert_eq!((untimed.ends(End::Completed), untimed.ends(End::Deadlock)), (1, 0));
    assert_eq!(untimed.overview().schedules, Some(2));
}

/// The same where both are served at once, or by turns: each begins and ends in between
/// as it likes, which is 3 * 3 states, and 4! / (2! 2!) orders of two beginnings and ends.
#[test]
fn work_that_others_can_interrupt_ends_whenever_it_likes() {
    for discipline in ["sharing", "round_robin, quantum: 1s", "priority", "edf"] {
        let deadline = if discipline == "edf" { ", deadline: 1s" } else { "" };
        let program = program(
            &format!(
                "
version: 1
resources: {{cpu: {{kind: processor, cores: 1, discipline: {discipline}}}}}
processes:
  p: {{do: [{{work: {{on: cpu, for: 1s{deadline}}}}}]}}
  q: {{do: [{{work: {{on: cpu, for: 2s{deadline}}}}}]}}
"
            ),
            &[],
        );
        let untimed = explored(&program, Mode::Untimed);
        assert_eq!(untimed.progress().states, 9, "{discipline}");
        assert_eq!((untimed.ends(End::Completed), untimed.ends(End::Deadlock)), (1, 0));
        assert_eq!(untimed.overview().schedules, Some(6), "{discipline}");
    }
}

/// Two locks in opposite orders, with work in between: on one core that serves as they
/// come there is the deadlock all the same, since a core is given back after each work.
#[test]
fn a_deadlock_around_work_is_replayed() {
    let disciplines = ["fifo", "sharing", "round_robin, quantum: 1s", "priority"];
    for (discipline, outer) in disciplines.into_iter().flat_map(|one| [(one, false), (one, true)]) {
        let (on, also) = match outer {
            true if discipline == "sharing" => continue,
            true => (", on: outer", ", outer: {kind: processor, cores: 1}"),
            false => ("", ""),
        };
        let text = format!(
            "
version: 1
resources: {{a: {{kind: mutex}}, b: {{kind: mutex}}, cpu: {{kind: processor, cores: 1, discipline: {discipline}{on}}}{also}}}
processes:
  p: {{on: cpu, do: [{{work: 1s}}, {{acquire: a}}, {{work: 2s}}, {{acquire: b}}, {{work: 1s}}, {{release: [a, b]}}]}}
  q: {{on: cpu, do: [{{work: 7s}}, {{acquire: b}}, {{work: 1s}}, {{acquire: a}}, {{work: 1s}}, {{release: [a, b]}}]}}
  r: {{on: cpu, do: [{{work: 2s}}]}}
"
        );
        let program = program(&text, &[]);
        let untimed = explored(&program, Mode::Untimed);
        let witness = untimed.witness(End::Deadlock).expect("the locks are taken in opposite orders");
        let replayed = replay(&program, 0, Mode::Untimed, &witness.turns, &mut NoTrace, &mut |_, _| {})
            .expect("it is one");
        let Outcome::Deadlock(deadlock) = replayed.outcome else { panic!("{:?}\n{text}", replayed.outcome) };
        assert_eq!(deadlock.cycle.len(), 2, "{text}");
        // Every end that is none can be replayed, too.
        let completed = untimed.witness(End::Completed).expect("one after the other");
        let replayed = replay(&program, 0, Mode::Untimed, &completed.turns, &mut NoTrace, &mut |_, _| {});
        assert_eq!(replayed.expect("it is one").outcome, Outcome::Completed, "{text}");
    }
}

/// A server that works for ever in turns with another one comes back to where it was, so
/// that all states can be seen; so do those whose deadlines are met, or always missed by
/// as much.
#[test]
fn endless_work_comes_back() {
    for discipline in [
        "fifo",
        "round_robin, quantum: 2s",
        "round_robin, quantum: 2s, switch: 1s",
        "sharing",
        "edf",
        "priority",
    ] {
        let deadline = if discipline == "edf" { ", deadline: 4s" } else { "" };
        let program = program(
            &format!(
                "
version: 1
resources: {{cpu: {{kind: processor, cores: 1, discipline: {discipline}}}}}
processes:
  p: {{do: [{{while: true, do: [{{work: {{on: cpu, for: 3s{deadline}}}}}, {{delay: 1s}}]}}]}}
  q: {{priority: 1, do: [{{while: true, do: [{{work: {{on: cpu, for: 1s{deadline}}}}}, {{delay: 2s}}]}}]}}
"
            ),
            &[],
        );
        let timed = explored(&program, Mode::Timed);
        let states = timed.progress().states;
        assert!((2..200).contains(&states), "{states} {discipline}");
        assert_eq!(timed.ends(End::Deadlock), 0);
    }
}

/// Leaving out orders that come to the same, and instances that are alike, changes no end.
#[test]
fn a_reduction_finds_the_same_ends_of_work() {
    let order = Reduce { order: true, ..Reduce::NONE };
    let symmetry = Reduce { symmetry: true, ..Reduce::NONE };
    for (quantum, mode) in
        [(false, Mode::Untimed), (true, Mode::Untimed), (false, Mode::Timed), (true, Mode::Timed)]
    {
        try_scenarios_of(&scenario(quantum, mode), 80, |text| {
            let text = text.replace("p0: {priority", "p0: {count: 2, priority");
            let program = program(&text, &[]);
            let whole = explored_with(&program, mode, Reduce::NONE);
            if !whole.is_complete() {
                return None;
            }
            for reduce in [order, symmetry, Reduce::ALL] {
                let reduced = explored_with(&program, mode, reduce);
                assert!(reduced.is_complete());
                assert!(reduced.progress().states <= whole.progress().states, "{reduce:?}\n{text}");
                assert_eq!(finals(&reduced), finals(&whole), "{reduce:?}\n{text}");
                for end in [End::Deadlock, End::Completed] {
                    assert_eq!(reduced.ends(end) > 0, whole.ends(end) > 0, "{reduce:?} {end:?}\n{text}");
                }
                let bounds =
                    |explored: &Exploration<'_>| explored.total_times().and_then(|times| times.bounds());
                assert_eq!(bounds(&reduced), bounds(&whole), "{reduce:?}\n{text}");
            }
            Some(())
        });
    }
}

/// How many cores are free of a processor on which work ends whenever it likes nobody
/// knows without time, nor of one further in or out: what hangs on it is no proof. With
/// time it is known, and whoever comes first finds the core taken.
#[test]
fn a_level_that_nobody_knows_is_no_proof() {
    for (a, b, of, known) in [
        ("fifo", "fifo, on: a", "a", true),
        ("fifo", "fifo, on: a", "b", true),
        ("sharing", "fifo", "a", false),
        ("sharing", "fifo", "b", true),
        ("fifo", "priority, on: a", "a", false),
        ("fifo", "priority, on: a", "b", false),
        ("round_robin, quantum: 1s", "fifo, on: a", "b", false),
    ] {
        let program = program(
            &format!(
                "
version: 1
resources:
  a: {{kind: processor, cores: 1, discipline: {a}}}
  b: {{kind: processor, cores: 1, discipline: {b}}}
  never: {{kind: semaphore, permits: 0}}
processes:
  p: {{on: {of}, do: [{{work: 1s}}]}}
  q: {{do: [{{if: level({of}) == 0, do: [{{acquire: never}}]}}]}}
"
            ),
            &[],
        );
        let untimed = explored_with(&program, Mode::Untimed, Reduce::NONE);
        let lines: &[u32] = if known { &[] } else { &[9] };
        assert_eq!((untimed.is_complete(), untimed.lines_by_clock()), (known, lines), "{a} {b} {of}");
        assert!(!known || untimed.ends(End::Deadlock) > 0, "{a} {b} {of}");
        let timed = explored(&program, Mode::Timed);
        assert!(timed.ends(End::Deadlock) > 0 && timed.ends(End::Completed) > 0, "{a} {b} {of}");
    }
}

/// Who is ready for a core of one processor has one of another, and that can be seen: of
/// two who need the only core further out, each has one of its own.
#[test]
fn a_core_further_in_is_taken_while_one_further_out_is_waited_for() {
    let program = program(
        "
version: 1
resources:
  x: {kind: processor, cores: 1, on: cpu}
  y: {kind: processor, cores: 1, on: cpu}
  cpu: {kind: processor, cores: 1}
  never: {kind: semaphore, permits: 0}
processes:
  p: {on: x, do: [{work: 1s}]}
  q: {on: y, do: [{work: 1s}]}
  r: {do: [{atomic: [{if: level(x) == 0 and level(y) == 0, do: [{acquire: never}]}]}]}
",
        &[],
    );
    for mode in [Mode::Timed, Mode::Untimed] {
        let explored = explored(&program, mode);
        assert!(explored.ends(End::Deadlock) > 0, "{mode:?}");
    }
}

/// Priority inversion (L. Sha, R. Rajkumar and J. P. Lehoczky, 1990): the low one holds the
/// mutex that the high one wants at 1 s, when the middle one comes with 10 s of work. With
/// inheritance the low one first does the 3 s of work that it has left, so that the high
/// one, who then works for 2 s, ends at 6 s; without, after the middle one, at 16 s. Before
/// 1 s only the low one is there, so at that instant nothing hangs on who comes first.
#[test]
fn an_inherited_priority_is_part_of_a_state() {
    for (inherit, end) in [(false, 16), (true, 6)] {
        let text = format!(
            "
version: 1
resources:
  cpu: {{kind: processor, cores: 1, discipline: priority}}
  m: {{kind: mutex, inherit: {inherit}}}
  d: {{kind: memory, slots: 1, value: 0s}}
processes:
  low: {{priority: 3, on: cpu, do: [{{with: m, do: [{{work: 4s}}]}}, {{work: 1s}}]}}
  high: {{priority: 1, on: cpu, do: [{{delay: 1s}}, {{with: m, do: [{{work: 2s}}]}}, {{write: {{to: d, at: 0, value: now}}}}]}}
  middle: {{priority: 2, on: cpu, do: [{{delay: 1s}}, {{work: 10s}}]}}
"
        );
        let program = program(&text, &[]);
        let explored = explored(&program, Mode::Timed);
        let ends = explored.overview().finals;
        let [only] = ends.as_slice() else { panic!("{ends:?}") };
        assert_eq!(only.memories[0].1[0].to_word(), end * 1_000_000_000, "inherit: {inherit}");
        for mode in [Mode::Timed, Mode::Untimed] {
            let reduced = explored_with(&program, mode, Reduce::ALL);
            assert!(reduced.ends(End::Completed) > 0 && reduced.ends(End::Deadlock) == 0, "{mode:?}");
        }
    }
}

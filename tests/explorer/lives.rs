//! Every schedule of processes that start, end and wait for each other: against a
//! driver that tries every order in the plainest way, against runs with seeded ties,
//! and counted by hand.

use crate::common::interrupts::interrupted;
use crate::common::limits::limited;
use crate::common::lives::{Held, scenario};
use crate::common::{program, run_in_order};
use crate::explore_agrees::{faults, finals, finds_the_same_ends, try_scenarios_of};
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, Reduce, Stop, explore, replay};
use tempolane::time::Time;
use tempolane::trace::{NoTrace, Outcome, Ties};

const MODES: [Mode; 2] = [Mode::Timed, Mode::Untimed];

fn explored_with(program: &BoundProgram, mode: Mode, reduce: Reduce, learns: bool) -> Exploration<'_> {
    let budget = Budget { states: 4_000, bytes: 1 << 30, workers: 1 };
    let options = Options {
        mode,
        seed: program.seed,
        budget,
        monitors: None,
        reduce,
        learns,
        code: None,
        spurious: false,
    };
    explore(program, options, &mut |_| ControlFlow::Continue(()))
}

pub fn explored(program: &BoundProgram, mode: Mode) -> Exploration<'_> {
    let explored = explored_with(program, mode, Reduce::NONE, true);
    assert!(explored.is_complete(), "{:?}", explored.stop);
    explored
}

/// The plain driver has no rule for the end of a quantum.
pub fn an_enumeration_agrees(text: &str) -> Option<()> {
    let text = text.replace("round_robin, quantum: 500ms", "fifo");
    let program = program(&text, &[]);
    MODES.into_iter().try_for_each(|mode| {
        let explored = explored_with(&program, mode, Reduce::NONE, true);
        // What hangs on the clock is no proof without time, and found all the same.
        let is_whole = explored.stop == Stop::Complete && !explored.gave_up();
        is_whole.then(|| finds_the_same_ends(&program, &explored, mode, &text))?
    })
}

#[test]
fn an_enumeration_finds_the_same_ends_of_lives() {
    try_scenarios_of(&scenario(Held::Any), 200, an_enumeration_agrees);
}

#[test]
fn an_enumeration_finds_the_same_ends_of_lives_with_limits() {
    try_scenarios_of(&limited(scenario(Held::Any)), 120, an_enumeration_agrees);
}

#[test]
fn an_enumeration_finds_the_same_ends_of_interrupted_lives() {
    try_scenarios_of(&interrupted(limited(scenario(Held::Any))), 60, an_enumeration_agrees);
}

/// What is learnt of steps, and what leaves some of them out, changes no end.
#[test]
fn a_reduction_finds_the_same_ends_of_lives() {
    try_scenarios_of(&scenario(Held::Any), 100, |text| {
        let program = program(text, &[]);
        let whole = explored_with(&program, Mode::Untimed, Reduce::NONE, false);
        for reduce in [Reduce::NONE, Reduce::ALL].into_iter().filter(|_| whole.is_complete()) {
            let reduced = explored_with(&program, Mode::Untimed, reduce, true);
            let (few, many) = (reduced.progress().states, whole.progress().states);
            assert!(few == many || few < many && reduce == Reduce::ALL, "{few} of {many}\n{text}");
            assert_eq!(finals(&reduced), finals(&whole), "{text}");
            assert_eq!(faults(&reduced).is_empty(), faults(&whole).is_empty(), "{text}");
            for end in [End::Deadlock, End::Completed] {
                assert_eq!(reduced.ends(end) > 0, whole.ends(end) > 0, "{end:?}\n{text}");
            }
        }
        whole.is_complete().then_some(())
    });
}

/// However the ties of a run come out, its end is among those of all schedules.
#[test]
fn runs_with_lives_are_among_the_schedules() {
    try_scenarios_of(&scenario(Held::Any), 100, a_run_is_a_schedule);
}

#[test]
fn runs_with_interrupts_are_among_the_schedules() {
    try_scenarios_of(&interrupted(scenario(Held::Any)), 60, a_run_is_a_schedule);
}

pub fn a_run_is_a_schedule(text: &str) -> Option<()> {
    let program = program(text, &[]);
    let timed = explored_with(&program, Mode::Timed, Reduce::NONE, true);
    for ties in [Ties::Fifo, Ties::Reversed, Ties::Seeded(0), Ties::Seeded(1), Ties::Seeded(2)] {
        let run = run_in_order(text, ties);
        let memories = format!("{:?}", run.machine.memories(&run.program));
        let is_among = match &run.end.outcome {
            Outcome::Completed => finals(&timed).contains(&memories),
            Outcome::Deadlock(_) => timed.ends(End::Deadlock) > 0,
            Outcome::Horizon => timed.ends(End::Horizon) > 0,
            Outcome::Fault(fault) => faults(&timed).contains(&(fault.process.0, fault.op.0)),
            Outcome::Limit { .. } => false,
        };
        assert!(is_among || !timed.is_complete(), "{ties:?} {:?}\n{text}", run.end.outcome);
    }
    timed.is_complete().then_some(())
}

/// One starts two and joins both: main is in front of its first start, its second, its
/// first join, its second, or done. Each worker ends by one step: none has begun (1),
/// only the first lives, or is done (2), both have begun (4), the first is joined (2: the
/// second lives or not), both are (1): 10 states. Orders: the first may end before the
/// second is started (then the second before or behind the first join: 2), or behind it
/// (both in any order before the first join, or the second behind it: 3).
#[test]
fn one_starts_two_and_joins_both() {
    let program = program(
        "
version: 1
processes:
  main: {do: [{start: a}, {start: b}, {join: a}, {join: b}]}
  a: {start: manual, do: [{delay: 1s}]}
  b: {start: manual, do: [{delay: 1s}]}
",
        &[],
    );
    let untimed = explored(&program, Mode::Untimed);
    assert_eq!(untimed.progress().states, 10);
    assert_eq!((untimed.ends(End::Completed), untimed.ends(End::Deadlock)), (1, 0));
    assert_eq!(untimed.overview().schedules, Some(5));
    let timed = explored(&program, Mode::Timed);
    assert_eq!(timed.ends(End::Completed), 1);
    let second = Time::from_secs(1);
    assert_eq!(timed.total_times().and_then(|times| times.bounds()), Some((second, second)));
}

/// A server that waits for its next request when its clients are done is no deadlock if a
/// run does not wait for it.
#[test]
fn a_daemon_may_wait_for_ever() {
    for (daemon, deadlocks) in [(true, 0), (false, 1)] {
        let program = program(
            &format!(
                "
version: 1
resources:
  inbox: {{kind: buffer, capacity: unbounded, of: int}}
  reply: {{kind: semaphore, permits: 0}}
processes:
  server: {{daemon: {daemon}, vars: {{x: 0}}, do: [{{while: true, do: [{{get: {{from: inbox, into: x}}}}, {{work: 2s}}, {{release: reply}}]}}]}}
  client: {{do: [{{repeat: 3, do: [{{put: {{to: inbox, value: 1}}}}, {{acquire: reply}}]}}]}}
"
            ),
            &[],
        );
        for mode in MODES {
            let explored = explored(&program, mode);
            assert_eq!(explored.ends(End::Deadlock), deadlocks, "{mode:?}");
            assert_eq!(explored.ends(End::Completed), 1 - deadlocks, "{mode:?}");
            let total = explored.total_times().and_then(|times| times.bounds());
            let six = Time::from_secs(6);
            assert_eq!(total, (daemon && mode == Mode::Timed).then_some((six, six)));
            assert!(!daemon || explored.blocked_for_ever().is_ok_and(|blocked| blocked.is_none()));
        }
    }
}

/// Random numbers go on from life to life, so a state knows how many were drawn.
#[test]
fn what_was_drawn_outlives_a_process() {
    let text = "
version: 1
resources: {d: {kind: memory, slots: 3}, t: {kind: semaphore, permits: 0}}
processes:
  main: {vars: {i: 0}, do: [{repeat: 3, do: [{start: w}, {join: w}]}]}
  w:
    start: manual
    vars: {x: 0}
    do:
      - draw: {into: x, from: {uniform_int: {low: 0, high: 1000000}}}
      - write: {to: d, at: 0, value: x}
";
    let program = program(text, &[]);
    let run = run_in_order(text, Ties::Fifo);
    let memories = format!("{:?}", run.machine.memories(&run.program));
    for mode in MODES {
        let found = finals(&explored(&program, mode));
        assert!(found.len() == 1 && found.contains(&memories), "{found:?} and not {memories}");
    }
}

/// What a `with` holds is given back also by one that never leaves it by itself.
#[test]
fn what_is_held_for_ever_is_given_back() {
    let program = program(
        "
version: 1
resources: {s: {kind: semaphore, permits: 1, count: 3}}
processes:
  w: {vars: {i: 1}, do: [{set: {i: i + 1}}, {with: \"s[i]\", do: [{while: true, do: [{acquire: \"s[0]\"}, {release: \"s[0]\"}]}]}]}
  main: {do: [{stop: w}, {acquire: \"s[2]\"}]}
",
        &[],
    );
    let untimed = explored(&program, Mode::Untimed);
    assert_eq!(untimed.ends(End::Deadlock), 0);
    assert!(untimed.ends(End::Completed) > 0);
}

/// Who waits for whom: two that join each other are a circle, and so is one that joins
/// itself; who joins one that waits for what nobody gives does not end either.
#[test]
fn circles_of_those_who_join() {
    for (processes, cycle, starved) in [
        ("a: {do: [{join: b}]}, b: {do: [{join: a}]}", 2, 0),
        ("a: {count: 1, vars: {i: 0}, do: [{join: \"a[i]\"}]}", 1, 0),
        ("a: {do: [{join: b}]}, b: {do: [{acquire: s}]}", 0, 1),
        ("a: {do: [{join: {any: b}}]}, b: {count: 2, do: [{join: a}]}", 2, 0),
    ] {
        let text = format!(
            "version: 1\nresources: {{s: {{kind: semaphore, permits: 0}}}}\nprocesses: {{{processes}}}\n"
        );
        let program = program(&text, &[]);
        for mode in MODES {
            let explored = explored(&program, mode);
            let witness = explored.witness(End::Deadlock).expect("nobody can go on");
            let replayed = replay(&program, 0, mode, &witness.turns, &mut NoTrace, &mut |_, _| {});
            let Outcome::Deadlock(deadlock) = replayed.expect("it is one").outcome else { panic!("{text}") };
            assert_eq!(deadlock.cycle.len(), cycle, "{mode:?} {deadlock:?}\n{text}");
            let starving = deadlock.blocked.iter().filter(|blocked| blocked.is_starved()).count();
            assert_eq!(starving, starved, "{mode:?} {deadlock:?}\n{text}");
        }
    }
}

/// Those who arrive use places again, and their numbers go on.
#[test]
fn arrivals_in_every_order() {
    let text = "
version: 1
resources: {d: {kind: memory, slots: 4}, m: mutex}
processes:
  c:
    arrivals: {every: 1s, up_to: 4, most: 3}
    do:
      - with: m
        do: [{delay: 1500ms}, {write: {to: d, at: index, value: index + 1}}]
";
    let program = program(text, &[]);
    let run = run_in_order(text, Ties::Fifo);
    let memories = format!("{:?}", run.machine.memories(&run.program));
    let timed = explored(&program, Mode::Timed);
    assert!(finals(&timed).contains(&memories));
    assert_eq!(finals(&timed).len(), 1);
    let untimed = explored_with(&program, Mode::Untimed, Reduce::NONE, true);
    // Without time a fourth may come before the first has left.
    assert!(untimed.is_complete() && !untimed.stops().is_empty());
    assert!(finals(&untimed).contains(&memories));
}

/// Who arrives where somebody was before finds the arrays of that place: found by fuzzing.
#[test]
fn arrays_of_those_who_arrive() {
    for (value, of) in [("index", "0"), ("7", "10 * index")] {
        let text = format!(
            "
version: 1
resources: {{d: {{kind: memory, slots: 4}}}}
processes:
  c:
    arrivals: {{every: 1s, up_to: 4, most: 3}}
    vars: {{x: 0, a: {{array: 2, of: {of}}}}}
    do:
      - set: {{\"a[1]\": \"{value} + a[0]\"}}
      - delay: 2500ms
      - write: {{to: d, at: index, value: \"a[1]\"}}
"
        );
        let program = program(&text, &[]);
        let run = run_in_order(&text, Ties::Fifo);
        let memories = format!("{:?}", run.machine.memories(&run.program));
        for mode in MODES {
            for reduce in [Reduce::NONE, Reduce::ALL] {
                let explored = explored_with(&program, mode, reduce, true);
                assert!(explored.is_complete(), "{mode:?} {text}");
                // Without time a fourth may come before the first has left.
                assert_eq!(explored.stops().is_empty(), mode == Mode::Timed, "{mode:?} {text}");
                assert!(finals(&explored).contains(&memories), "{mode:?} {text}");
            }
        }
    }
}

/// A block is done to its end, also where the last one for whom a run waits is ended in it: here by a daemon
/// that starts it again.
#[test]
fn a_block_in_which_the_last_one_is_stopped_is_whole() {
    for steps in ["{atomic: [{stop: w}, {start: w}]}", "{atomic: [{stop: \"w[1]\"}, {start: \"w[1]\"}]}"] {
        let text = format!(
            "version: 1
resources: {{b: {{kind: buffer, capacity: 2}}, d: {{kind: memory, slots: 1}}}}
processes:
  main: {{do: []}}
  v: {{daemon: true, do: [{steps}, {{write: {{to: d, at: 0, value: 7}}}}]}}
  w: {{count: 2, do: [{{put: {{to: b, value: 1}}}}]}}
"
        );
        an_enumeration_agrees(&text).expect("it is small");
        a_run_is_a_schedule(&text).expect("it is small");
    }
}

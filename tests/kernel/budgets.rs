//! What counts as a step, to the last one: the start, every wake-up, every round
//! of a loop, and every permit, item and slot of a step on several. And which
//! budget ends a run, after how many.

use crate::common::{Run, program, run};
use std::ops::ControlFlow;
use tempolane::backend::virtual_time;
use tempolane::trace::{NoTrace, Outcome};

/// The steps of a run, which are as many without a trace.
fn steps(text: &str) -> (Run, u64) {
    let traced = run(text);
    let program = program(text, &[]);
    let control = &mut |_| ControlFlow::Continue(());
    let (end, _) = virtual_time::run(&program, program.seed, &mut NoTrace, control).expect("not interrupted");
    assert_eq!((&end.outcome, end.end, end.steps), (&traced.end.outcome, traced.end.end, traced.end.steps));
    (traced, end.steps)
}

/// A start, and for each round a wake-up and the round, over many portions of
/// fuel: these end at rounds, or at wake-ups if another start comes before.
#[test]
fn every_wake_and_every_round_counts_once() {
    const ROUNDS: u64 = 150_000;
    let p = format!("p: {{do: [{{repeat: {ROUNDS}, do: [{{delay: 1ms}}]}}]}}");
    for (others, starts) in [("", 1), (", q: {do: []}", 2), (", q: {count: 8, do: []}", 9)] {
        let (run, steps) = steps(&format!("version: 1\nprocesses: {{{p}{others}}}\n"));
        assert_eq!(run.outcome(), "completed");
        assert_eq!(run.end.end.to_string(), "150s");
        assert_eq!(steps, starts + 2 * ROUNDS, "{others}");
    }
}

/// A run makes far more steps than it may without time passing, since time
/// passes.
#[test]
fn a_budget_without_time_begins_anew_when_time_passes() {
    let text = "
version: 1
limits: {zero_time_steps: 10}
processes: {p: {do: [{repeat: 50000, do: [{delay: 1s}]}]}}
";
    let (run, steps) = steps(text);
    assert_eq!((run.outcome(), steps), ("completed", 100_001));
}

/// The budget is 10 steps, and 1,000 for the process. It begins with the
/// wake-up by which time passed: the start before it is one more.
#[test]
fn a_livelock_ends_when_its_budget_is_spent() {
    for (before, more) in [("", 0), ("{delay: 1s},", 1), ("{delay: 1s}, {delay: 0s}, {delay: 1s},", 3)] {
        let (run, steps) = steps(&format!(
            "
version: 1
limits: {{zero_time_steps: 10}}
processes: {{p: {{do: [{before} {{while: true, do: [{{delay: 0s}}]}}]}}}}
"
        ));
        let Outcome::Limit { message } = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
        assert!(message.starts_with("10 steps without time passing"), "{message}");
        assert_eq!(steps, 1010 + more, "{before}");
    }
}

#[test]
fn a_run_ends_when_all_its_steps_are_made() {
    for limit in [1u64, 2, 1000, 65_536, 65_537, 200_000] {
        let (run, steps) = steps(&format!(
            "version: 1\nlimits: {{steps: {limit}}}\nprocesses: {{p: {{do: [{{while: true, do: [{{delay: 1s}}]}}]}}}}\n"
        ));
        let Outcome::Limit { message } = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
        let noun = if limit == 1 { "step" } else { "steps" };
        assert!(message.starts_with(&format!("{limit} {noun} without an end")), "{message}");
        assert_eq!(steps, limit);
    }
}

/// One start, and one step for each permit, item or slot. Counts and resources
/// are known before the run, or not.
#[test]
fn a_step_on_several_counts_as_many() {
    for (step, count) in [
        ("{acquire: {s: 5}}", 5),
        ("{acquire: {s: n}}", 7),
        ("{acquire: {'t[i]': 5}}", 5),
        ("{acquire: {'t[i]': n}}", 7),
        ("{acquire: {'t[i]': i}}", 0),
        ("{release: {s: 5}}", 5),
        ("{release: {s: n}}", 7),
        ("{release: {'t[i]': 5}}", 5),
        ("{release: {'t[i]': n}}", 7),
        ("{put: {to: b, count: 3}}", 3),
        ("{put: {to: b, count: n}}", 7),
        ("{put: {to: b, count: 10}}, {get: {from: b, count: 3}}", 13),
        ("{put: {to: b, count: 10}}, {get: {from: b, count: n, into: xs}}", 17),
        ("{read: {from: m, at: i, count: 3, into: xs}}", 3),
        ("{read: {from: m, at: i, count: n, into: xs}}", 7),
        ("{read: {from: m, at: i, count: i, into: xs}}", 0),
    ] {
        let (run, steps) = steps(&format!(
            "
version: 1
resources:
  s: {{kind: semaphore, permits: 10}}
  t: {{kind: semaphore, permits: 10, count: 2}}
  b: {{kind: buffer, capacity: 10}}
  m: {{kind: memory, slots: 10}}
processes: {{p: {{vars: {{i: 0, n: 7, xs: {{array: 10, of: 0}}}}, do: [{step}]}}}}
"
        ));
        assert_eq!(run.outcome(), "completed", "{step}");
        assert_eq!(steps, 1 + count, "{step}");
    }
}

/// Two permits are there and a third comes: three steps, of which the last is a
/// wait, and the wake-up. The other starts, waits until 1 s and wakes up.
#[test]
fn a_permit_that_is_waited_for_counts_once() {
    for semaphore in ["s", "'t[i]'"] {
        let (run, steps) = steps(&format!(
            "
version: 1
resources:
  s: {{kind: semaphore, permits: 2}}
  t: {{kind: semaphore, permits: 2, count: 2}}
processes:
  p: {{vars: {{i: 0}}, do: [{{acquire: {{{semaphore}: 3}}}}]}}
  q: {{vars: {{i: 0}}, do: [{{delay: 1s}}, {{release: {semaphore}}}]}}
"
        ));
        assert_eq!(run.outcome(), "completed");
        assert_eq!(steps, (1 + 3 + 1) + (1 + 1), "{semaphore}");
    }
}

/// Going on behind what is left out costs nothing: only a round of a loop does.
#[test]
fn a_branch_counts_nothing() {
    for (branches, rounds) in [
        ("{if: x == 0, do: [{set: {x: 1}}], else: [{set: {x: 2}}]}", 0),
        ("{if: x != 0, do: [{set: {x: 1}}], else: [{set: {x: 2}}]}", 0),
        ("{while: x < 5, do: [{if: x < 3, do: [{set: {x: x + 1}}], else: [{set: {x: x + 2}}]}]}", 4),
    ] {
        let (run, steps) =
            steps(&format!("version: 1\nprocesses: {{p: {{vars: {{x: 0}}, do: [{branches}]}}}}\n"));
        assert_eq!((run.outcome(), steps), ("completed", 1 + rounds), "{branches}");
    }
}

/// A step on a thousand does not end where a portion of fuel does, and all of it
/// counts: one start, and 200 rounds with a thousand puts and as many gets.
#[test]
fn a_step_beyond_its_fuel_counts_all() {
    let (run, steps) = steps(
        "
version: 1
resources: {b: {kind: buffer, capacity: 1000}}
processes: {p: {vars: {n: 1000}, do: [{repeat: 200, do: [{put: {to: b, count: n}}, {get: {from: b, count: n}}]}]}}
",
    );
    assert_eq!((run.outcome(), steps), ("completed", 1 + 200 * (2 * 1000 + 1)));
}

/// The same where the run ends behind such a step, and where a buffer that has to
/// grow comes next: one start, the rounds of most of a portion, and a thousand items.
#[test]
fn a_step_beyond_its_fuel_counts_at_the_end() {
    for (last, more) in [
        ("", 0),
        (", {put: c}", 0),
        (", {put: c}, {delay: 1s}", 1),
        (", {put: c}, {get: {from: b, count: 1000}}", 1000),
    ] {
        let (run, steps) = steps(&format!(
            "
version: 1
resources: {{b: {{kind: buffer, capacity: 1000}}, c: {{kind: buffer, capacity: 5}}}}
processes: {{p: {{vars: {{n: 1000}}, do: [{{repeat: 65000, do: []}}, {{put: {{to: b, count: n}}}}{last}]}}}}
"
        ));
        assert_eq!((run.outcome(), steps), ("completed", 1 + 65_000 + 1000 + more), "{last}");
    }
}

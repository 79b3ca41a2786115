//! What an exploration calls complete must be so: against scenarios that it was
//! wrong about, and random ones of features that could mislead it, each tried
//! in the plainest way.

use crate::common::program;
use crate::common::stepwise::Stepper;
use crate::explore_agrees::{faults, finals};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use tempolane::analysis::Monitors;
use tempolane::backend::{BoundProgram, compile};
use tempolane::explore::{
    Budget, Cancellation, End, Exploration, Mode, Options, Reduce, Stop, Stopped, explore,
    explore_cancellable, replay,
};
use tempolane::scenario;
use tempolane::time::Time;
use tempolane::trace::{NoTrace, Outcome};

/// States of a scenario that is small enough.
const MOST_STATES: u64 = 3_000;

fn options(mode: Mode, monitors: Option<&Monitors>) -> Options<'_> {
    let budget = Budget { states: MOST_STATES, bytes: 1 << 30, workers: 1 };
    Options { budget, monitors, ..Options::whole(mode) }
}

fn explored(program: &BoundProgram, mode: Mode) -> Exploration<'_> {
    explore(program, options(mode, None), &mut |_| ControlFlow::Continue(()))
}

/// A process with these steps, which are on line 10, and resources for them.
fn with_steps(steps: &str) -> String {
    format!(
        "version: 1
resources:
  never: {{kind: semaphore, permits: 0}}
  s: {{kind: semaphore, permits: 1, count: 2}}
  line: {{kind: buffer, capacity: 2, of: duration}}
  d: {{kind: memory, slots: 1}}
  e: {{kind: memory, slots: 1, value: 0s}}
processes:
  p: {{vars: {{x: 0, t: 0s, ts: {{array: 2, of: 0s}}}}, do: [
      {steps}]}}
"
    )
}

/// Where something hangs on the clock it is no proof, and the line is named.
#[test]
fn what_hangs_on_the_clock_is_not_proved_without_time() {
    for steps in [
        "{delay: 3s}, {if: now > 2s, do: [{acquire: never}]}",
        "{delay: 3s}, {set: {t: now}}, {delay: 1s}, {while: t > 2s, do: [{acquire: never}]}",
        "{delay: 3s}, {set: {'ts[1]': now}}, {set: {t: 'ts[0]'}}, {if: t > 2s, do: [{acquire: never}]}",
        "{put: {to: line, value: now}}, {get: {from: line, into: t}}, {if: t > 0s, do: [{acquire: never}]}",
        "{put: {to: line, value: now}}, {get: {from: line, count: 1, into: ts}}, {if: 'ts[0] > 0s', do: []}",
        "{delay: 1s}, {delay: 2s - now}",
        "{delay: 1s}, {write: {to: e, at: 0, value: now}}",
        "{delay: 2s}, {repeat: floor(now / 1s), do: [{acquire: never}]}",
        "{delay: 2s}, {acquire: 's[floor(now / 1s)]'}",
        "{delay: 2s}, {set: {x: 7 / floor(3.0 - now / 1s)}}",
        "{delay: 2s}, {draw: {into: t, from: {exponential: {mean: now}}}}",
        "{if: now == 0s and level(never) == 0, do: []}",
        "{log: '{int(seconds(now) * 1e30)}'}",
        "{log: '{round(seconds(now))}'}",
        "{log: '{-now}'}",
    ] {
        let text = with_steps(steps);
        let program = program(&text, &[]);
        let untimed = explored(&program, Mode::Untimed);
        assert_eq!(untimed.stop, Stop::Complete, "{text}");
        assert!(!untimed.is_complete(), "{text}");
        assert_eq!(untimed.lines_by_clock(), [10], "{text}");
        assert_eq!(explored(&program, Mode::Timed).lines_by_clock(), [0; 0], "{text}");
    }
}

/// Times that only come to notes, or decide how long something takes, do no harm.
#[test]
fn times_that_are_only_told_leave_a_proof_a_proof() {
    for steps in [
        "{delay: 3s}, {log: 'at {now}, {seconds(now)}'}, {mark: {name: at, value: now}}",
        "{set: {t: now}}, {delay: 1s}, {set: {t: t + (now - t)}}, {log: '{t}'}",
        "{put: {to: line, value: now}}, {get: {from: line, into: t}}, {log: '{now - t}'}",
        "{set: {t: now}}, {set: {t: 1s}}, {delay: t}, {if: t > 0s, do: [{log: done}]}",
        "{set: {'ts[1]': now}}, {log: '{ts}'}",
    ] {
        let text = with_steps(steps);
        let program = program(&text, &[]);
        let untimed = explored(&program, Mode::Untimed);
        assert!(untimed.is_complete(), "{text}");
        assert_eq!(untimed.ends(End::Completed), 1, "{text}");
    }
}

/// A schedule that was found with a clock that shows 0 is followed with one.
#[test]
fn a_schedule_is_followed_with_the_clock_with_which_it_was_found() {
    let text = with_steps("{acquire: 's[0]'}, {delay: 3s}, {if: now < 2s, do: [{acquire: never}]}");
    let program = program(&text, &[]);
    let untimed = explored(&program, Mode::Untimed);
    let witness = untimed.witness(End::Deadlock).expect("0 s is a time, too");
    assert!(!witness.unavoidable && witness.fatal.is_none(), "other times may avoid it");
    let end = replay(&program, 0, Mode::Untimed, &witness.turns, &mut NoTrace, &mut |_, _| {});
    assert!(matches!(end.map(|end| end.outcome), Ok(Outcome::Deadlock(_))));
}

/// What a schedule without time has led to is not cut off by the horizon; what
/// goes on behind it is.
#[test]
fn a_schedule_without_time_ends_as_it_was_found_whatever_the_horizon() {
    let late = "
version: 1
horizon: 10s
resources: {a: mutex, b: mutex}
processes:
  p: {do: [{with: a, do: [{with: b, do: []}]}]}
  q: {do: [{with: b, do: [{with: a, do: []}]}]}
  r: {do: [{delay: 100s}, {log: late}]}
";
    let later = late.replace("{log: late}", "{with: a, do: []}");
    for text in [late, &later] {
        let program = program(text, &[]);
        let witness = explored(&program, Mode::Untimed).witness(End::Deadlock).expect("two orders");
        let end = replay(&program, 0, Mode::Untimed, &witness.turns, &mut NoTrace, &mut |_, _| {});
        let end = end.expect("it can be followed");
        assert!(matches!(end.outcome, Outcome::Deadlock(_)), "{:?}\n{text}", end.outcome);
        assert_eq!(end.end, Time::from_nanos(100_000_000_000).expect("100 s"), "{text}");
    }
    let endless = "
version: 1
horizon: 10s
resources: {a: mutex, b: mutex}
processes:
  p: {do: [{delay: 100s}, {with: a, do: []}]}
  q: {do: [{while: true, do: [{delay: 1s}, {with: b, do: []}]}]}
";
    let program = program(endless, &[]);
    let turn = tempolane::explore::Turn { process: tempolane::ids::ProcessId(0), answers: Vec::new() };
    for (turns, seconds) in [(vec![], 10), (vec![turn], 100)] {
        let end = replay(&program, 0, Mode::Untimed, &turns, &mut NoTrace, &mut |_, _| {}).expect("it can");
        // Time never goes back.
        assert_eq!((end.outcome, end.end.as_nanos()), (Outcome::Horizon, seconds * 1_000_000_000));
    }
}

#[test]
fn no_processes_are_explored_in_every_way() {
    for processes in
        ["p: {count: 0, do: [{acquire: m}]}", "p: {count: n, do: []}\n  q: {count: n, do: [{mark: a}]}"]
    {
        let text =
            format!("version: 1\nparams: {{n: 0}}\nresources: {{m: mutex}}\nprocesses:\n  {processes}\n");
        let program = program(&text, &[]);
        for mode in [Mode::Timed, Mode::Untimed] {
            for (order, symmetry) in [(false, false), (true, false), (false, true), (true, true)] {
                for learns in [true, false] {
                    let reduce = Reduce { order, symmetry };
                    let options = Options { reduce, learns, ..Options::whole(mode) };
                    let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
                    assert!(explored.is_complete());
                    assert_eq!((explored.progress().states, explored.ends(End::Completed)), (1, 1), "{text}");
                }
            }
        }
    }
}

/// Whoever is asked to stop is not asked in vain, from the first moment on; what
/// was broken off is not told.
#[test]
fn an_exploration_stops_whenever_it_is_asked() {
    let text = "
version: 1
resources: {m: mutex}
processes:
  p: {do: [{repeat: 50000, do: [{repeat: 100000, do: [{set: {x: x + 1}}]}, {log: still}]}], vars: {x: 0}}
";
    let program = program(text, &[]);
    for mode in [Mode::Timed, Mode::Untimed] {
        let stopped =
            explore_cancellable(&program, Options::whole(mode), Cancellation::by(&|| true), &mut |_| {
                ControlFlow::Break(())
            });
        assert_eq!((stopped.stop, stopped.progress().states), (Stop::Control, 0));
        assert!(stopped.stops().is_empty() && !stopped.is_complete());
    }
}

/// Every step makes another memory of 800 kB: the budget is looked at between
/// any two of them.
#[test]
fn a_budget_of_memory_holds_where_each_state_takes_a_part_of_it() {
    let text = "version: 1\nresources: {d: {kind: memory, slots: 100000}}\nprocesses: {p: {count: 3, vars: {i: 0}, do: [{repeat: 1000, do: [{write: {to: d, at: i, value: index + 1}}, {set: {i: i + 1}}]}]}}\n";
    let program = program(text, &[]);
    let budget = Budget { states: u64::MAX, bytes: 20_000_000, workers: 2 };
    for mode in [Mode::Timed, Mode::Untimed] {
        let options = Options { budget, ..Options::whole(mode) };
        let stopped = explore(&program, options, &mut |_| ControlFlow::Continue(()));
        let bytes = stopped.progress().bytes;
        assert_eq!(stopped.stop, Stop::Memory, "{mode:?}");
        assert!((budget.bytes..budget.bytes * 5 / 4).contains(&bytes), "{mode:?}: {bytes}");
    }
}

/// What completed runs leave counts too: nine orders of writing a memory.
#[test]
fn a_budget_of_memory_holds_for_what_runs_leave() {
    let text = "version: 1\nresources: {d: {kind: memory, slots: 10000}}\nprocesses: {p: {count: 3, do: [{write: {to: d, at: 0, value: index}}, {write: {to: d, at: 1, value: index}}]}}\n";
    let program = program(text, &[]);
    let options = Options { ..Options::whole(Mode::Timed) };
    let whole = explore(&program, options, &mut |_| ControlFlow::Continue(()));
    assert_eq!((whole.stop, whole.results().0), (Stop::Complete, 9));
    // Each as a key and as values, of one word and of two.
    assert!(whole.progress().bytes >= (8 + 9 * 3) * 80_000, "{}", whole.progress().bytes);
}

/// A world that does not fit the budget is not begun with.
#[test]
fn a_budget_of_memory_holds_from_the_beginning() {
    let text = "version: 1\nresources: {d: {kind: memory, slots: 1000000}}\nprocesses: {p: {do: [{write: {to: d, at: 0, value: 1}}]}}\n";
    let program = program(text, &[]);
    let budget = Budget { states: 100, bytes: 1_000_000, workers: 1 };
    let options = Options { budget, ..Options::whole(Mode::Untimed) };
    assert_eq!(explore(&program, options, &mut |_| ControlFlow::Continue(())).stop, Stop::Memory);
}

/// Loads a text with what it expects; the expectations that do not hang on time
/// and that some schedule does not meet, by their places.
fn failed(text: &str, mode: Mode, most: usize) -> Option<(BTreeSet<usize>, BTreeSet<usize>)> {
    let loaded = scenario::load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked");
    let monitors = Monitors::untimed(&loaded.model.expect, &program.header(0));
    let explored = explore(&program, options(mode, Some(&monitors)), &mut |_| ControlFlow::Continue(()));
    let naive = Stepper::new(&program, 0, mode == Mode::Timed).watched(&monitors).all_ends(most)?;
    // A broken rule ends the run before an expectation is looked at.
    if !explored.is_complete() || !naive.faults.is_empty() {
        return None;
    }
    let found = explored.failed();
    for (number, _, witness) in &found {
        let followed = replay(&program, 0, mode, &witness.turns, &mut NoTrace, &mut |_, _| {});
        assert!(followed.is_ok(), "{followed:?} of {number}\n{text}");
    }
    Some((found.into_iter().map(|(number, ..)| number).collect(), naive.failed))
}

/// Orders of what concerns nobody but an expectation: each is not met in some
/// order, with time or without.
#[test]
fn expectations_about_orders_are_tried_in_every_order() {
    let x = "resources: {x: {kind: semaphore, permits: 0}}\n";
    for (text, modes) in [
        // The delay may take longer than what the other does.
        (
            format!(
                "{x}processes:\n  p: {{do: [{{release: x}}, {{delay: 1s}}, {{mark: a}}]}}\n  q: {{do: [{{acquire: x}}, {{mark: b}}]}}\n\
                 expect: {{before: {{first: p.a, second: q.b}}}}\n"
            ),
            vec![Mode::Timed, Mode::Untimed],
        ),
        (
            "processes:\n  p: {do: [{mark: a}]}\n  q: {do: [{mark: b}]}\nexpect: {before: {first: p.a, second: q.b}}\n".to_owned(),
            vec![Mode::Timed, Mode::Untimed],
        ),
        (
            "processes:\n  p: {start: 5s, do: []}\n  q: {do: []}\nexpect: {before: {first: p.started, second: q.started}}\n"
                .to_owned(),
            vec![Mode::Timed, Mode::Untimed],
        ),
        (
            "processes:\n  p: {do: [{delay: 1s}]}\n  q: {do: [{delay: 2s}]}\nexpect: {before: {first: p.finished, second: q.finished}}\n"
                .to_owned(),
            vec![Mode::Untimed],
        ),
        (
            "processes:\n  p: {count: 2, do: [{mark: e}, {delay: 1s}, {mark: l}]}\n\
             expect: {never_together: [{process: p, from: e, to: l}]}\n"
                .to_owned(),
            vec![Mode::Timed, Mode::Untimed],
        ),
    ] {
        for mode in modes {
            let text = format!("version: 1\n{text}");
            let (found, naive) = failed(&text, mode, 10_000).expect("it is small");
            assert_eq!((&found, &naive), (&BTreeSet::from([0]), &BTreeSet::from([0])), "{mode:?}\n{text}");
        }
    }
}

/// How long something lasts nobody knows without time.
#[test]
fn stretches_of_time_are_not_proved_without_time() {
    for being in ["delayed", "running", "blocked"] {
        let text = format!(
            "version: 1\nprocesses:\n  p: {{do: [{{delay: 1s}}]}}\n  q: {{do: [{{work: 1s}}]}}\n\
             expect: {{never_together: [p.{being}, q.{being}]}}\n"
        );
        let loaded = scenario::load_str("test", &text, &[]).expect("it is right");
        let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked");
        let header = program.header(0);
        let (timed, untimed) =
            (Monitors::new(&loaded.model.expect, &header), Monitors::untimed(&loaded.model.expect, &header));
        let explored = |mode, monitors| {
            let explored =
                explore(&program, options(mode, Some(monitors)), &mut |_| ControlFlow::Continue(()));
            (explored.is_complete(), explored.lines_by_clock().to_vec())
        };
        assert_eq!(explored(Mode::Timed, &timed), (true, vec![]));
        assert_eq!(explored(Mode::Untimed, &untimed), (false, vec![5]));
    }
}

/// A step that an expectation had been met before is remembered; where it had
/// not, the same step breaks it.
#[test]
fn a_met_expectation_hides_no_broken_one() {
    let text = "
version: 1
resources:
  token: {kind: semaphore, permits: 1}
  go: {kind: semaphore, permits: 0}
  s2: {kind: semaphore, permits: 1}
  d: {kind: memory, slots: 1}
processes:
  q: {do: [{acquire: token}, {mark: a}, {write: {to: d, at: 0, value: 1}}, {release: go}]}
  y: {vars: {z: 0}, do: [{acquire: token}, {repeat: 3, do: [{read: {from: d, at: 0, into: z}}]}, {release: go}]}
  r:
    vars: {x: 0}
    do:
      - acquire: go
      - read: {from: d, at: 0, into: x}
      - if: x == 1
        do: [{mark: b}]
      - acquire: s2
      - mark: b
expect: {before: {first: q.a, second: r.b}}
";
    let (found, naive) = failed(text, Mode::Untimed, 10_000).expect("it is small");
    assert_eq!((&found, &naive), (&BTreeSet::from([0]), &BTreeSet::from([0])));
}

/// Tries so many scenarios, the same ones each time; at least a third of them
/// have to be of use.
fn try_scenarios(scenarios: &impl Strategy<Value = String>, cases: u32, check: impl Fn(&str) -> Option<()>) {
    let useful = std::cell::Cell::new(0);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(scenarios, |text| {
        useful.set(useful.get() + u32::from(check(&text).is_some()));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    assert!(useful.get() > cases / 3, "only {} of {cases} scenarios are of use", useful.get());
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => (0u32..2).prop_map(|n| format!("{{acquire: 's[{n}]'}}")),
        2 => (0u32..2).prop_map(|n| format!("{{release: 's[{n}]'}}")),
        1 => Just("{put: {to: b, value: x}}".to_owned()),
        1 => Just("{get: {from: b, into: x}}".to_owned()),
        1 => Just("{write: {to: d, at: 0, value: x + 1}}".to_owned()),
        1 => Just("{read: {from: d, at: 0, into: x}}".to_owned()),
        1 => Just("{delay: 1s}".to_owned()),
        1 => Just("{with: m, do: [{delay: 1s}]}".to_owned()),
    ]
}

/// Two or three processes that pass marks, and expectations about these.
fn watched() -> impl Strategy<Value = String> {
    let steps = || {
        proptest::collection::vec(
            prop_oneof![3 => leaf(), 1 => Just("{mark: a}".to_owned()), 1 => Just("{mark: b}".to_owned()), 1 => leaf().prop_map(|step| format!("{{atomic: [{step}, {{mark: a}}]}}")), 1 => leaf().prop_map(|step| format!("{{if: x > 0, do: [{step}, {{mark: b}}]}}"))],
            0..4,
        )
    };
    let process = (steps(), any::<bool>(), 0u32..2).prop_map(|(mut steps, first, start)| {
        let (a, b) = if first { (0, steps.len()) } else { (steps.len(), 0) };
        steps.insert(a.max(b), "{mark: b}".to_owned());
        steps.insert(a.min(b), "{mark: a}".to_owned());
        (steps.join(", "), start)
    });
    let claims = [
        "before: {first: p0.a, second: p1.b}",
        "before: [{first: 'p1.a', second: p0.finished}, {first: p0.started, second: p1.started}]",
        "counts: {p0.a: {at_most: 1}, p1.b: 1}",
        "reaches: p0.finished",
        "levels: {'s[0]': {at_most: 1}}",
        "levels: {m: {at_least: 1}}",
        "never_together: [{process: p0, from: a, to: b}, {process: p1, from: a, to: b}]",
        "never_together: [{process: p0, holds: m}, {process: p1, from: a, to: b}]",
        "memories: {d: [1]}",
        "always: 'level(m) + level(s[0]) >= 1'",
        "always: ['slot(d, 0) < 2 or level(m) == 0', 'level(b) < capacity(b) or level(s[1]) <= 1']",
    ];
    let claims = proptest::sample::subsequence(claims.to_vec(), 1..4).prop_map(|claims| {
        // One of each kind.
        let mut kinds = BTreeSet::new();
        let kept =
            claims.into_iter().filter(|claim| kinds.insert(claim.split(':').next().map(str::to_owned)));
        kept.collect::<Vec<_>>().join(", ")
    });
    (proptest::collection::vec(process, 2..4), claims, 0u32..2).prop_map(|(processes, claims, permits)| {
        let mut text = format!(
            "version: 1\nresources:\n  m: mutex\n  s: {{kind: semaphore, permits: {permits}, count: 2}}\n  \
             b: {{kind: buffer, capacity: 1}}\n  d: {{kind: memory, slots: 1}}\nprocesses:\n"
        );
        for (number, (steps, start)) in processes.iter().enumerate() {
            text.push_str(&format!(
                "  p{number}: {{start: {start}s, vars: {{x: {number}}}, do: [{steps}]}}\n"
            ));
        }
        text + &format!("expect: {{{claims}}}\n")
    })
}

/// Which expectations some schedule does not meet, with time and without.
#[test]
fn an_enumeration_finds_the_same_broken_expectations() {
    let broken = std::cell::Cell::new(0);
    try_scenarios(&watched(), 200, |text| {
        for mode in [Mode::Timed, Mode::Untimed] {
            let (found, naive) = failed(text, mode, 40_000)?;
            assert_eq!(found, naive, "{mode:?}\n{text}");
            broken.set(broken.get() + found.len());
        }
        Some(())
    });
    assert!(broken.get() > 100, "only {} are broken", broken.get());
}

/// Two processes that keep times in variables, arrays and buffers, and branch
/// by them or not; loops, arrays and instances of resources.
fn clocked() -> impl Strategy<Value = String> {
    let time = || {
        prop_oneof![2 => Just("{set: {t: now}}".to_owned()), 1 => Just("{set: {t: now - t}}".to_owned()),
        1 => Just("{set: {'ts[x % 2]': t}}".to_owned()), 1 => Just("{set: {t: 'ts[1]'}}".to_owned()),
        1 => Just("{set: {t: 1s}}".to_owned()), 1 => Just("{put: {to: line, value: t}}".to_owned()),
        1 => Just("{get: {from: line, into: t}}".to_owned()), 1 => Just("{get: {from: line, count: 1, into: ts}}".to_owned()),
        1 => Just("{log: '{t} {now}'}".to_owned()), 2 => Just("{delay: 1s}".to_owned()), 1 => Just("{delay: 3s}".to_owned())]
    };
    let plain = || {
        prop_oneof![
            Just("{set: {x: x + 1}}".to_owned()),
            Just("{set: {'xs[x % 2]': x}}".to_owned()),
            Just("{set: {x: 'xs[0] + xs[1]'}}".to_owned()),
            Just("{acquire: 's[x % 2]'}".to_owned()),
            Just("{release: 's[(x + 1) % 2]'}".to_owned()),
            Just("{write: {to: d, at: 0, value: x}}".to_owned()),
            Just("{read: {from: d, at: 0, into: x}}".to_owned()),
            Just("{release: m}".to_owned()),
            Just("{while: x < 2, do: [{acquire: 's[0]'}, {release: 's[0]'}, {set: {x: x + 1}}]}".to_owned())
        ]
    };
    let branch = (plain(), 0u32..5).prop_map(|(step, which)| {
        let condition = ["t > 1s", "now > 1s", "'ts[0] < 2s'", "x > 0", "level(d2) > 0"][which as usize];
        format!("{{if: {condition}, do: [{step}]}}")
    });
    let steps = proptest::collection::vec(prop_oneof![3 => time(), 3 => plain(), 1 => branch], 2..6);
    proptest::collection::vec((steps, 1u32..3), 2..3).prop_map(|processes| {
        let mut text = "version: 1\nresources:\n  m: mutex\n  s: {kind: semaphore, permits: 1, count: 2}\n  d2: {kind: semaphore, permits: 1}\n  \
             line: {kind: buffer, capacity: 1, of: duration}\n  d: {kind: memory, slots: 1}\nprocesses:\n"
            .to_owned();
        for (number, (steps, start)) in processes.iter().enumerate() {
            let vars = format!("x: {number}, t: 0s, xs: {{array: 2, of: 1}}, ts: {{array: 2, of: 0s}}");
            text.push_str(&format!("  p{number}: {{start: {start}s, vars: {{{vars}}}, do: [{}]}}\n", steps.join(", ")));
        }
        text
    })
}

/// What a run with time can come to is among what a complete exploration
/// without time found, whatever is worked out from the clock.
#[test]
fn a_proof_without_time_holds_for_every_run_with_time() {
    let (proofs, none) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    try_scenarios(&clocked(), 400, |text| {
        let program = program(text, &[]);
        let untimed = explored(&program, Mode::Untimed);
        if untimed.stop != Stop::Complete {
            return None;
        }
        if !untimed.is_complete() {
            none.set(none.get() + 1);
            return Some(());
        }
        proofs.set(proofs.get() + 1);
        let naive = Stepper::new(&program, 0, true).all_ends(20_000)?;
        assert!(naive.finals.is_subset(&finals(&untimed)), "{text}");
        assert!(!naive.deadlock || untimed.ends(End::Deadlock) > 0, "{text}");
        assert!(naive.faults.is_subset(&faults(&untimed)), "{text}");
        // And with time nothing is left out either.
        let timed = explored(&program, Mode::Timed);
        assert_eq!((finals(&timed), faults(&timed)), (naive.finals, naive.faults), "{text}");
        assert_eq!(timed.ends(End::Deadlock) > 0, naive.deadlock, "{text}");
        Some(())
    });
    assert!(proofs.get() > 100 && none.get() > 60, "{} and {}", proofs.get(), none.get());
}

/// Steps without time passing that have no end are a finding, with time.
#[test]
fn a_zero_time_livelock_is_found() {
    for poll in ["", "{delay: 0s}"] {
        let text = format!(
            "version: 1\nresources: {{s: {{kind: semaphore, permits: 0}}}}\nprocesses:\n  \
             p: {{do: [{{while: 'level(s) == 0', do: [{poll}]}}]}}\n  q: {{do: [{{delay: 1s}}, {{release: s}}]}}\n"
        );
        let program = program(&text, &[]);
        let timed = explored(&program, Mode::Timed);
        assert_eq!((timed.is_complete(), timed.is_endless()), (true, Some(true)), "{text}");
        let stops = timed.stops();
        assert!(matches!(&stops[..], [(Stopped::Limit(why), ..)] if why.contains("livelock")), "{text}");
    }
}

/// Of a schedule that never ends nobody can say what is so at its end.
#[test]
fn what_is_expected_at_an_end_is_not_proved_where_there_is_none() {
    let process = "p: {count: 2, do: [{while: true, do: [{with: m, do: [{delay: 1s}]}, {mark: a}]}]}";
    for (claim, undecided) in [
        ("outcome: completed", vec![5]),
        ("reaches: 'p[0].finished'", vec![5]),
        ("levels: {m: {at_most: 1}}", vec![]),
    ] {
        let text =
            format!("version: 1\nresources: {{m: mutex}}\nprocesses:\n  {process}\nexpect: {{{claim}}}\n");
        let loaded = scenario::load_str("test", &text, &[]).expect("it is right");
        let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked");
        let monitors = Monitors::untimed(&loaded.model.expect, &program.header(0));
        let explored =
            explore(&program, options(Mode::Untimed, Some(&monitors)), &mut |_| ControlFlow::Continue(()));
        assert!(explored.is_complete() && explored.never_ends(), "{text}");
        assert_eq!(explored.lines_undecided(), undecided, "{text}");
    }
}

/// The frames of so many instances are held once; each way of one is looked for
/// in them all the same.
#[test]
fn many_instances_have_an_end() {
    let text = "version: 1
resources:
  once: {kind: semaphore, permits: 1}
processes:
  p: {count: 1000, do: [{acquire: once}]}
  q: {do: [{delay: 1s}]}
";
    let program = program(text, &[]);
    assert!(tempolane::backend::may_end(&program));
    for mode in [Mode::Timed, Mode::Untimed] {
        let budget = Budget { states: 1, ..options(mode, None).budget };
        let explored =
            explore(&program, Options { budget, ..Options::whole(mode) }, &mut |_| ControlFlow::Continue(()));
        assert_eq!(explored.overview().schedules, None, "it was cut");
    }
}

/// Each of 50,000 steps is behind fewer rounds of a loop than are waited for; all of them
/// together are more, and that whoever asked gets an answer all the same.
#[test]
fn loops_between_steps_are_not_followed_for_ever() {
    let text = "version: 1\nprocesses: {p: {do: [{repeat: 50000, do: [{repeat: 900000, do: [{set: {x: x + 1}}]}, {log: still}]}], vars: {x: 0}}}\n";
    let program = program(text, &[]);
    let explored = explore(&program, Options::whole(Mode::Timed), &mut |_| ControlFlow::Continue(()));
    assert!(!explored.is_complete());
    let stops = explored.stops();
    let [(Stopped::Limit(message), ..)] = stops.as_slice() else { panic!("{stops:?}") };
    assert!(message.starts_with("more than 100,000,000 rounds of loops without touching"), "{message}");
}

//! A run with other parameters put in is the run of a new program: the same ops and
//! initial state, outcome, events, figures and state at the end, whatever was
//! run before.

use crate::common::generate::scenario;
use crate::common::{program, run_with};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::path::Path;
use tempolane::analysis::{Statistics, StatisticsSink};
use tempolane::backend::Rerun;
use tempolane::backend::virtual_time::{Control, Interrupted, RunEnd, Simulation};
use tempolane::backend::{Binding, compile};
use tempolane::scenario::{LoadedScenario, load_file, load_str};
use tempolane::trace::{Fingerprint, NoTrace, Ties};
use tempolane::value::Value;

/// What a run says when it is traced.
fn traced(
    run: impl FnOnce(&mut (Fingerprint, &mut StatisticsSink), &mut Control<'_>) -> Result<RunEnd, Interrupted>,
    sink: &mut StatisticsSink,
) -> String {
    let mut sinks = (Fingerprint::new(), sink);
    // A run that takes long is cut, here as there.
    match run(&mut sinks, &mut |_| ControlFlow::Break(())) {
        Err(interrupted) => format!("{interrupted:?}"),
        Ok(end) => {
            let (fingerprint, sink) = sinks;
            let figures: Statistics = sink.take_figures(end.end);
            format!("{end:?} {} {figures:?}", fingerprint.finish(end.outcome.name(), end.end))
        }
    }
}

/// Puts these parameters in one after the other, and compares each time with a
/// program that is bound anew; gives how often it could be bound.
fn check(scenario: &LoadedScenario, settings: &[Vec<Value>]) -> usize {
    let (model, program) = (&scenario.model, compile(&scenario.model));
    let mut rerun =
        Rerun::new(Binding::new(&program, model, &scenario.params).expect("a checked scenario can be bound"));
    let mut sink = StatisticsSink::new(&rerun.program().header(model.seed));
    let mut bound = 0;
    for params in settings {
        let fresh = program.bind(model, params);
        let set = rerun.set(params);
        assert_eq!(set.as_ref().err(), fresh.as_ref().err(), "{params:?}");
        let Ok(program) = fresh else { continue };
        bound += 1;
        assert_eq!(format!("{:?}", rerun.program()), format!("{program:?}"), "{params:?}");
        let mut simulation = Simulation::new(&program, program.seed, 0);
        let mut new_sink = StatisticsSink::new(&program.header(program.seed));
        let expected = traced(|sinks, control| simulation.run(sinks, control), &mut new_sink);
        sink.reset(program.process_infos(), &rerun.program().resources, &rerun.program().measures);
        assert_eq!(traced(|sinks, control| rerun.run(sinks, control), &mut sink), expected, "{params:?}");
        assert_eq!(rerun.machine(), &simulation.machine, "{params:?}");
        let mut stop = |_| ControlFlow::Break(());
        let expected = format!("{:?}", simulation.run(&mut NoTrace, &mut stop));
        assert_eq!(format!("{:?}", rerun.run(&mut NoTrace, &mut stop)), expected, "{params:?}");
        assert_eq!(rerun.machine(), &simulation.machine, "{params:?}");
    }
    bound
}

/// Every parameter changed alone, twice, and then all as they were; a value
/// that cannot be bound is among them.
fn settings(given: &[Value]) -> Vec<Vec<Value>> {
    let mut settings = Vec::new();
    for at in 0..given.len() {
        let others = match given[at] {
            Value::Int(number) => vec![Value::Int(number + 1), Value::Int(-number), Value::Int(2 * number)],
            Value::Duration(nanos) => vec![Value::Duration(2 * nanos), Value::Duration(nanos / 3)],
            Value::Float(number) => vec![Value::Float(number / 2.0)],
            Value::Bool(yes) => vec![Value::Bool(!yes)],
        };
        settings.extend(others.into_iter().map(|value| {
            let mut params = given.to_vec();
            params[at] = value;
            params
        }));
    }
    settings.push(given.to_vec());
    settings
}

fn check_library(folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(folder);
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is part of the repository") {
        let path = entry.expect("a folder that was opened can be read").path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let scenario = load_file(&path, &[]).unwrap_or_else(|error| panic!("{}", error.render(false)));
            let bound = check(&scenario, &settings(&scenario.params));
            assert!(bound > scenario.params.len(), "{}: {bound} settings bound", path.display());
            files += 1;
        }
    }
    assert!(files > 4, "{files} scenarios");
}

#[test]
fn the_lab_runs_again_as_if_anew() {
    check_library("lab5");
}

#[test]
fn the_classics_run_again_as_if_anew() {
    check_library("classics");
}

/// As many processes as each calendar is for, the last of which announces who goes
/// on soon, and two orders of ties. At 5 s one breaks a rule, while others of that instant have not gone on
/// yet, some were just woken, and some come later; or the run goes on to its horizon.
#[test]
fn a_run_that_was_cut_leaves_nothing_for_the_next() {
    let crowds = [2, 20, 300, 6_000].map(|crowd| (crowd, Ties::Fifo));
    for (crowd, ties) in crowds.into_iter().chain([(20, Ties::Reversed), (20, Ties::Seeded(3))]) {
        let text = format!(
            "
version: 1
seed: 7
horizon: 5.5s
params: {{divisor: 0}}
resources: {{s: {{kind: semaphore, permits: 0}}}}
processes:
  before: {{count: {crowd}, do: [{{delay: 5s}}, {{while: true, do: [{{delay: 300ms}}]}}]}}
  waiter: {{count: 2, do: [{{acquire: s}}]}}
  breaker: {{vars: {{x: divisor}}, do: [{{delay: 5s}}, {{release: {{s: 2}}}}, {{set: {{x: 6 / x}}}}]}}
  behind: {{count: {crowd}, do: [{{delay: 5s}}, {{delay: {{exponential: {{mean: 1s}}}}}}, {{delay: {{exponential: {{mean: 2s}}}}}}]}}
  later: {{do: [{{delay: 100s}}]}}
"
        );
        for (divisor, outcome, end) in [("0", "fault", "5s"), ("1", "horizon", "5.5s")] {
            let program = program(&text, &[("divisor", divisor)]);
            let mut simulation = Simulation::with_ties(&program, program.seed, 0, ties);
            let mut again = || {
                let mut trace = Fingerprint::new();
                let ended =
                    simulation.run(&mut trace, &mut |_| ControlFlow::Continue(())).expect("not interrupted");
                assert_eq!((ended.outcome.name(), ended.end.to_string().as_str()), (outcome, end));
                (trace.finish(outcome, ended.end), ended.steps, simulation.machine.clone())
            };
            let first = again();
            assert!((0..2).all(|_| again() == first), "{outcome} with {crowd}, {ties}");
        }
    }
}

/// Whether a processor preempts, a mutex inherits and a run waits are parameters.
///
/// By hand: without inheritance `medium` keeps `low` from giving the mutex back (16 s);
/// without preemption `medium`, ready since 2 s, has the core when `low` is done.
#[test]
fn what_is_true_or_false_may_change() {
    let text = "version: 1
params: {preempts: true, inherits: true, daemon: true}
resources:
  cpu: {kind: processor, cores: 1, discipline: priority, preempt: preempts}
  lock: {kind: mutex, discipline: priority, inherit: inherits and preempts}
  never: {kind: semaphore, permits: 0}
processes:
  low: {on: cpu, priority: 3, do: [{with: lock, do: [{work: 4s}]}]}
  medium: {on: cpu, priority: 2, start: 2s, do: [{work: 10s}]}
  high: {on: cpu, priority: 1, start: 1s, do: [{with: lock, do: [{work: 2s}]}]}
  server: {daemon: daemon, do: [{acquire: never}]}
";
    let both = [true, false];
    let all = both.map(|preempts| both.map(|inherits| both.map(|daemon| [preempts, inherits, daemon])));
    let settings: Vec<Vec<Value>> =
        all.iter().flatten().flatten().map(|flags| flags.map(Value::Bool).into()).collect();
    let scenario = load_str("test", text, &[]).expect("it is valid");
    assert_eq!(check(&scenario, &settings), settings.len());
    for (preempts, inherits, low, high) in
        [("true", "true", 4.0, 6.0), ("true", "false", 14.0, 16.0), ("false", "false", 4.0, 16.0)]
    {
        for (daemon, outcome) in [("true", "completed"), ("false", "deadlock")] {
            let set = [("preempts", preempts), ("inherits", inherits), ("daemon", daemon)];
            let run = run_with(text, &set);
            assert_eq!((run.finished("low"), run.finished("high")), (Some(low), Some(high)), "{set:?}");
            assert_eq!(run.outcome(), outcome, "{set:?}");
        }
    }
}

/// Equal seeds of Python share one generator; other seeds do not, and a changed
/// one draws other numbers.
#[test]
fn a_python_seed_may_change() {
    let text = "version: 1
params: {first: 1, second: 2}
resources: {m: {kind: memory, slots: 2, value: 0}}
processes:
  p:
    vars: {x: 0, y: 0}
    do:
      - draw: {into: x, from: {cpython_randint: {seed: first, low: 1, high: 1000}}}
      - draw: {into: y, from: {cpython_randint: {seed: second, low: 1, high: 1000}}}
      - write: {to: m, at: 0, value: x}
      - write: {to: m, at: 1, value: y}
";
    let scenario = load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let settings = [[2, 2], [2, 1], [1, 1], [1, 2], [7, 2]].map(|pair| pair.map(Value::Int).to_vec());
    assert_eq!(check(&scenario, &settings), 5);
}

/// The numbers of a generated scenario as parameters.
fn with_params(text: &str) -> String {
    text.replacen(
        "horizon: 1000s",
        "params: {n: 1, pace: 1, permits: 1, room: 3, rank: 0, end: 1000s}\nhorizon: end",
        1,
    )
    .replace("permits: 2}", "permits: permits}")
    .replace("permits: 1}", "permits: permits}")
    .replace("capacity: 3}", "capacity: room}")
    .replace("slots: 4}", "slots: room + 2}")
    .replace("count: 2, priority", "count: n, priority")
    .replace("priority: 0", "priority: rank")
    .replace("priority: 1", "priority: rank")
    .replace("1s}", "1s * pace}")
    .replace("2s}", "2s * pace}")
    .replace("x + 1", "x + pace")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_scenarios_run_again_as_if_anew(
        text in scenario(),
        numbers in proptest::collection::vec((0i64..4, 0i64..3, -1i64..3, 0i64..4, -1i64..2, 1i64..100), 1..6),
    ) {
        let text = with_params(&text);
        let scenario = load_str("test", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let settings: Vec<Vec<Value>> = numbers.iter().map(|&(n, pace, permits, room, rank, end)| {
            let numbers = [n, pace, permits, room, rank].map(Value::Int);
            numbers.into_iter().chain([Value::Duration(end * 1_000_000_000)]).collect()
        }).collect();
        check(&scenario, &settings);
    }
}

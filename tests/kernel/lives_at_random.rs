//! Properties of random scenarios in which processes start, end and wait for each
//! other: no permit and no item is lost, whoever is ended wherever it stands.

use crate::common::interrupts::interrupted;
use crate::common::limits::limited;
use crate::common::lives::{Held, scenario};
use crate::common::{Run, run, run_in_order};
use proptest::prelude::*;
use std::ops::ControlFlow;
use tempolane::backend::virtual_time;
use tempolane::backend::{State, find_waiting};
use tempolane::ids::ProcessId;
use tempolane::trace::{Kind, NoTrace, Outcome, Ties};

/// Nothing that a kind of event adds and another takes away is lost.
fn balance(run: &Run, name: &str, initial: i64, [adds, takes]: [Kind; 2]) -> i64 {
    let id = run.resource(name);
    let count = |kind: Kind| {
        let events = run.kept.events.iter();
        events.filter(|event| event.kind == kind && event.resource() == Some(id)).count() as i64
    };
    let left = initial + count(adds) - count(takes);
    assert_eq!(run.machine.level(&run.program, id) as i64, left, "{name}");
    left
}

fn keeps_the_rules(run: &Run, held: Held) {
    run.machine.check(&run.program);
    let permits = ["m", "s"].map(|name| balance(run, name, 1, [Kind::Release, Kind::Acquire]));
    balance(run, "b", 0, [Kind::Put, Kind::Get]);
    let alive = (0..run.header.process_count())
        .filter(|&id| run.machine.state(&run.program, ProcessId::from_index(id)) != State::Done)
        .count();
    if held == Held::Kept && alive == 0 && run.outcome() == "completed" {
        assert_eq!(permits, [1, 1], "whoever was stopped gave back what it held");
    }
    let is_awaited = |id: &usize| {
        let process = ProcessId::from_index(*id);
        run.machine.state(&run.program, process) != State::Done && !run.program.is_daemon(process)
    };
    let awaited = (0..run.header.process_count()).filter(is_awaited).count();
    assert_eq!(run.machine.live as usize, awaited);
    if let Outcome::Deadlock(deadlock) = &run.end.outcome {
        let starved = deadlock.blocked.iter().any(|blocked| blocked.is_starved());
        assert!(starved || !deadlock.cycle.is_empty(), "a deadlock is a cycle or a starvation");
        assert!(find_waiting(&run.program, &run.machine).is_some());
    }
}

fn hold(text: &str, held: Held) {
    let first = run(text);
    keeps_the_rules(&first, held);
    for ties in [Ties::Reversed, Ties::Seeded(0), Ties::Seeded(1)] {
        keeps_the_rules(&run_in_order(text, ties), held);
    }
    assert_eq!(first.fingerprint, run(text).fingerprint, "two runs are equal");
    let mut control = |_| ControlFlow::Continue(());
    let (end, machine) = virtual_time::run(&first.program, first.program.seed, &mut NoTrace, &mut control)
        .expect("not stopped");
    assert_eq!(machine, first.machine, "a run without a trace comes to the same state");
    assert_eq!((&end.outcome, end.end, end.steps), (&first.end.outcome, first.end.end, first.end.steps));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lives_keep_the_rules(text in scenario(Held::Any)) {
        hold(&text, Held::Any);
    }

    #[test]
    fn what_is_given_back_is_not_lost(text in scenario(Held::Kept)) {
        hold(&text, Held::Kept);
    }

    #[test]
    fn whoever_gives_up_or_is_ended_loses_nothing(text in limited(scenario(Held::Kept))) {
        hold(&text, Held::Kept);
    }

    #[test]
    fn whoever_is_interrupted_loses_nothing(text in interrupted(limited(scenario(Held::Kept)))) {
        hold(&text, Held::Kept);
    }

    #[test]
    fn interrupted_lives_keep_the_rules(text in interrupted(scenario(Held::Any))) {
        hold(&text, Held::Any);
    }

    #[test]
    fn lives_with_waits_that_run_out_keep_the_rules(text in limited(scenario(Held::Any))) {
        hold(&text, Held::Any);
    }
}

/// Two instances that are alive together have arrays of their own.
#[test]
fn each_arrival_has_its_own_array() {
    let run = run("
version: 1
processes:
  customer:
    arrivals: {every: 1s, up_to: 4, most: 3}
    vars: {a: {array: 2}}
    do:
      - set: {\"a[1]\": index}
      - delay: 2500ms
      - log: \"{a[1]}\"
");
    assert_eq!(run.log(), ["0", "1", "2", "3"]);
}

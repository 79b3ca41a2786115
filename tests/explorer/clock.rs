//! States that do not know what the clock shows, where daemons may go on for ever: the graph is finite,
//! and the total times are the lengths of its paths.

use crate::common::interrupts::interrupted;
use crate::common::limits::limited;
use crate::common::lives::{Held, scenario};
use crate::common::requests::requesting;
use crate::common::watches::watching;
use crate::common::{CUT_SHORT, program, small};
use crate::explore_agrees::{faults, finals, try_scenarios_of};
use crate::lives::explored;
use crate::{core_hours, preemption, processors};
use proptest::prelude::*;
use std::cell::Cell;
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, Stop, TotalTimes, explore, replay};
use tempolane::time::Time;
use tempolane::trace::{NoTrace, Outcome};

fn seconds(least: u64, most: u64) -> Option<(Time, Time)> {
    Some((Time::from_secs(least), Time::from_secs(most)))
}

/// A daemon ticks for ever, and nobody gives what is waited for.
#[test]
fn who_is_stuck_beside_a_daemon_that_goes_on_is_found() {
    let program = program(
        "
version: 1
resources: {s: {kind: semaphore, permits: 0}, ticks: mutex}
processes:
  ticker: {daemon: true, do: [{while: true, do: [{delay: 1s}, {acquire: ticks}, {release: ticks}]}]}
  stuck: {do: [{acquire: s}]}
",
        &[],
    );
    let explored = explored(&program, Mode::Timed);
    assert!(explored.progress().states < 10, "{:?}", explored.progress());
    assert_eq!(explored.ends(End::Completed), 0);
    assert_eq!(explored.total_times(), None);
    let blocked = explored.blocked_for_ever().expect("it is known").expect("somebody is");
    assert_eq!(blocked.blocked.iter().map(|&(process, _)| process.0).collect::<Vec<_>>(), [1]);
}

/// A search that was cut knows the total times of the runs that it has come across.
#[test]
fn cut_total_times() {
    let program = program(CUT_SHORT, &[]);
    let whole = Options::whole(Mode::Timed);
    let mut seen = Vec::new();
    for states in [30, 100, 150, 200, 300, 1_000] {
        let options = Options { budget: Budget { states, ..whole.budget }, ..whole };
        let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
        assert_eq!(explored.stop, Stop::States);
        let times = explored.total_times();
        assert_eq!(times.is_some(), explored.ends(End::Completed) > 0);
        let Some(TotalTimes { least, most }) = times else { continue };
        for (time, witness) in most.iter().chain([&least]) {
            let followed = replay(&program, 0, Mode::Timed, &witness.turns, &mut NoTrace, &mut |_, _| {});
            let followed = followed.expect("it is a schedule");
            assert_eq!((followed.outcome, followed.end), (Outcome::Completed, *time));
        }
        seen.extend(most.map(|most| (least.0, most.0)));
    }
    assert_eq!(seen.last().copied(), seconds(6, 7));
    assert!(seen.is_sorted_by_key(|(least, _)| std::cmp::Reverse(*least)), "{seen:?}");
    assert!(seen.is_sorted_by_key(|(_, most)| *most), "{seen:?}");
}

/// Work of 5 s on a machine that is down from 2 s to 3 s, from 5 s to 6 s and so on, ends at 7 s:
/// 2 + 2 + 1, and down goes on for ever.
#[test]
fn the_total_time_beside_a_breakdown_that_never_ends() {
    let program = program(
        "
version: 1
resources:
  machine: {kind: processor, cores: 1, discipline: priority, breakdown: {every: 2s, repair: 1s}}
processes:
  job: {on: machine, do: [{work: 5s}]}
",
        &[],
    );
    let explored = explored(&program, Mode::Timed);
    assert_eq!(explored.total_times().and_then(|times| times.bounds()), seconds(7, 7));
    assert_eq!(explored.is_endless(), Some(false));
}

/// Who looks each second whether a lamp is on, which is switched on and off again at these
/// instants, may see it at 1 s, and may never see it.
#[test]
fn there_may_be_no_greatest_total_time() {
    let program = program(
        "
version: 1
resources: {lamp: {kind: memory, slots: 1}}
processes:
  switch: {daemon: true, do: [{while: true, do: [{delay: 1s}, {write: {to: lamp, at: 0, value: 1}}, {write: {to: lamp, at: 0, value: 0}}]}]}
  watcher: {vars: {seen: 0}, do: [{while: seen == 0, do: [{delay: 1s}, {read: {from: lamp, at: 0, into: seen}}]}]}
",
        &[],
    );
    let explored = explored(&program, Mode::Timed);
    assert_eq!(explored.is_endless(), Some(true));
    let TotalTimes { least, most } = explored.total_times().expect("it can complete");
    assert_eq!((least.0, most), (Time::from_secs(1), None));
    assert_eq!(end_of(&program, &least.1.turns), (Outcome::Completed, Time::from_secs(1)));
}

/// How a schedule ends, by the clock of the kernel.
fn end_of(program: &BoundProgram, turns: &[tempolane::explore::Turn]) -> (Outcome, Time) {
    let replayed = replay(program, program.seed, Mode::Timed, turns, &mut NoTrace, &mut |_, _| {});
    let replayed = replayed.expect("it is a schedule");
    (replayed.outcome, replayed.end)
}

fn explored_within(program: &BoundProgram, states: u64) -> Exploration<'_> {
    let budget = Budget { states, bytes: 1 << 30, workers: 1 };
    let options = Options { seed: program.seed, budget, ..Options::whole(Mode::Timed) };
    explore(program, options, &mut |_| ControlFlow::Continue(()))
}

/// With a stop time that no run comes to, states know what the clock shows: the same is found.
fn the_clock_changes_nothing(text: &str, compared: &Cell<u32>) -> Option<()> {
    let text: String = text.split_inclusive('\n').filter(|line| !line.starts_with("horizon:")).collect();
    let text = text.as_str();
    let with_clock = program(&text.replace("version: 1\n", "version: 1\nhorizon: 1000000s\n"), &[]);
    let without_clock = program(text, &[]);
    let (with, without) = (explored_within(&with_clock, 4_000), explored_within(&without_clock, 4_000));
    // Whoever is stuck waits for the stop time, too.
    if with.stop != Stop::Complete || without.stop != Stop::Complete || with.ends(End::Horizon) > 0 {
        return Some(());
    }
    assert!(without.progress().states <= with.progress().states, "{text}");
    assert_eq!(finals(&without), finals(&with), "{text}");
    assert_eq!(faults(&without), faults(&with), "{text}");
    for end in [End::Completed, End::Deadlock] {
        assert_eq!(without.ends(end) > 0, with.ends(end) > 0, "{end:?}\n{text}");
    }
    let times = without.total_times();
    assert_eq!(
        times.as_ref().and_then(TotalTimes::bounds),
        with.total_times().and_then(|times| times.bounds())
    );
    for (time, witness) in times.into_iter().flat_map(|times| [Some(times.least), times.most]).flatten() {
        assert_eq!(end_of(&without_clock, &witness.turns), (Outcome::Completed, time), "{text}");
    }
    let ties = |explored: &Exploration<'_>| {
        let ties = explored.overview().ties;
        ties.into_iter().map(|tie| (tie.time, tie.options)).collect::<Vec<_>>()
    };
    // The fastest schedules may differ; whether something hangs on a tie does not.
    assert_eq!(ties(&without).is_empty(), ties(&with).is_empty(), "{text}");
    compared.set(compared.get() + 1);
    Some(())
}

/// The same scenario, with a daemon beside it that goes on for ever.
fn beside_a_daemon(text: &str) -> String {
    let daemon = "tick: {daemon: true, do: [{while: true, do: [{delay: 1500ms}, {acquire: ticks}, {release: ticks}]}]}";
    text.replacen("resources:\n", "resources:\n  ticks: mutex\n", 1).replacen(
        "processes:\n",
        &format!("processes:\n  {daemon}\n"),
        1,
    )
}

/// Of all that keeps times: delays, limits, what is left of work, quanta, timetables.
#[test]
fn a_clock_in_the_states_changes_nothing() {
    let lives = || scenario(Held::Any);
    let families: [(&str, BoxedStrategy<String>); 8] = [
        ("lives", lives().boxed()),
        ("limits", limited(small::scenario(true)).boxed()),
        ("interrupts", interrupted(limited(lives())).boxed()),
        ("watches", watching(limited(small::scenario(false))).boxed()),
        ("requests", requesting(lives()).boxed()),
        ("permits taken", preemption::scenario().boxed()),
        ("processors", processors::scenario(true, Mode::Timed).boxed()),
        ("cores by timetable", core_hours::scenario().boxed()),
    ];
    for (name, family) in families {
        let compared = Cell::new(0);
        let scenarios = family.prop_map(|text| beside_a_daemon(&text));
        try_scenarios_of(&scenarios, 24, |text| the_clock_changes_nothing(text, &compared));
        assert!(compared.get() > 8, "{name}: only {} were compared", compared.get());
    }
}

/// Two that wait for each other beside a daemon that only ticks are in a deadlock; beside one that others can
/// notice they are blocked for ever while it goes on. With a horizon too, since that helps no circle of
/// owners; and without time as if there were none.
#[test]
fn a_circle_of_owners_beside_a_daemon() {
    for horizon in ["", "horizon: 20s\n"] {
        for (tick, is_heard) in [("{mark: tick}", false), ("{acquire: t}, {release: t}", true)] {
            let program = program(
                &format!(
                    "
version: 1
{horizon}resources: {{m: mutex, n: mutex, t: mutex}}
processes:
  tick: {{daemon: true, do: [{{while: true, do: [{{delay: 1s}}, {tick}]}}]}}
  a: {{do: [{{acquire: m}}, {{delay: 1s}}, {{acquire: n}}]}}
  b: {{do: [{{acquire: n}}, {{delay: 1s}}, {{acquire: m}}]}}
"
                ),
                &[],
            );
            let timed = explored(&program, Mode::Timed);
            assert_eq!(timed.ends(End::Deadlock) > 0, !is_heard, "{horizon}{tick}");
            assert_eq!(timed.ends(End::Completed), 0);
            let untimed = explored(&program, Mode::Untimed);
            for explored in [&timed, &untimed] {
                let blocked = explored.blocked_for_ever().expect("it is known");
                let names = blocked.map(|blocked| {
                    let ids = blocked.blocked.iter().map(|&(process, _)| program.process_name(process));
                    ids.collect::<Vec<_>>()
                });
                let is_told = is_heard || std::ptr::eq(explored, &untimed);
                assert_eq!(names.is_some(), is_told, "{horizon}{tick}");
                assert!(names.is_none_or(|names| !names.is_empty() && !names.contains(&"tick".to_owned())));
            }
        }
    }
}

/// A daemon that will break a rule, end, or come to a resource, some time, is waited for.
#[test]
fn what_a_daemon_does_some_time_is_found() {
    let explored_beside = |daemon: &str| {
        let text = format!(
            "
version: 1
resources: {{s: {{kind: semaphore, permits: 0}}, d: {{kind: memory, slots: 1}}}}
processes:
  v: {{daemon: true, vars: {{n: 3, m: 0}}, do: [{daemon}]}}
  p: {{do: [{{acquire: s}}]}}
"
        );
        program(&text, &[])
    };
    let fault = explored_beside("{while: true, do: [{delay: 1s}, {set: {n: n - 1}}, {set: {m: 6 / n}}]}");
    assert_eq!(faults(&explored(&fault, Mode::Timed)).len(), 1);
    for daemon in [
        "{repeat: 5, do: [{delay: 1s}]}, {release: s}",
        "{while: true, do: [{delay: 1s}, {set: {n: n - 1}}, {if: n == 0, do: [{release: s}]}]}",
        "{delay: 1s}, {delay: 1s}, {release: s}, {while: true, do: [{delay: 1s}]}",
    ] {
        let program = explored_beside(daemon);
        let explored = explored(&program, Mode::Timed);
        assert_eq!((explored.ends(End::Completed) > 0, explored.ends(End::Deadlock)), (true, 0), "{daemon}");
    }
    let ends = explored_beside("{delay: 1s}, {delay: 1s}");
    assert_eq!(explored(&ends, Mode::Timed).ends(End::Deadlock), 1);
}

//! Scenarios that go on for ever: what is found in them, with and without
//! leaving out orders, against a naive search of the same transitions.

use crate::common::program;
use crate::explore_agrees::{faults, try_scenarios_of};
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::explore::{
    Cancellation, End, Exploration, Following, GoesOn, Mode, Options, Reduce, Turn, explore,
    replay_cancellable,
};
use tempolane::ids::ProcessId;
use tempolane::trace::{NoTrace, Outcome};

fn explored(program: &BoundProgram, mode: Mode, reduce: Reduce) -> Exploration<'_> {
    let options = Options { reduce, ..Options::whole(mode) };
    let budget = tempolane::explore::Budget { states: 20_000, ..options.budget };
    explore(program, Options { budget, ..options }, &mut |_| ControlFlow::Continue(()))
}

/// One step; most concern resources that others use too.
fn step() -> impl Strategy<Value = String> {
    (0..10u8, 0..2u8).prop_map(|(what, which)| match what {
        0 => format!("{{acquire: m{which}}}"),
        1 => format!("{{release: m{which}}}"),
        2 => format!("{{with: m{which}, do: [{{delay: 1s}}]}}"),
        3 => format!("{{acquire: s{which}}}"),
        4 => format!("{{release: s{which}}}, {{acquire: s{which}}}"),
        5 => format!("{{put: b{which}}}"),
        6 => format!("{{get: b{which}}}"),
        7 => "{write: {to: d, at: index, value: 1}}".to_owned(),
        8 => format!("{{notify: c{which}}}"),
        _ => "{delay: 1s}".to_owned(),
    })
}

/// Processes, some of which go round for ever, from the beginning or later; none if
/// they are to come to an end.
fn scenario(ends: bool) -> impl Strategy<Value = String> {
    let steps = |most| proptest::collection::vec(step(), 0..most).prop_map(|steps| steps.join(", "));
    let process = (steps(4), steps(4), 0..if ends { 1 } else { 4u8 }).prop_map(|(before, round, how)| {
        match (how, before.as_str()) {
            (0, _) => format!("[{before}]"),
            // So that time passes in each round, or something is taken and given.
            (_, "") => format!("[{{while: true, do: [{{delay: 1s}}, {round}]}}]"),
            _ => format!("[{before}, {{while: true, do: [{{delay: 1s}}, {round}]}}]"),
        }
    });
    (proptest::collection::vec(process, 2..4), 1..3u8).prop_map(|(processes, count)| {
        let processes: String = processes
            .iter()
            .enumerate()
            .map(|(n, steps)| format!("  p{n}: {{count: {count}, do: {steps}}}\n"))
            .collect();
        format!(
            "version: 1
resources:
  m0: mutex
  m1: mutex
  s0: {{kind: semaphore, permits: 1}}
  s1: {{kind: semaphore, permits: 0}}
  b0: {{kind: buffer, capacity: 1}}
  b1: {{kind: buffer, capacity: 2}}
  c0: condition
  c1: condition
  d: {{kind: memory, slots: 2}}
processes:
{processes}"
        )
        .replace(", ]", "]")
    })
}

/// To leave out orders, or which of several instances does what, changes no
/// verdict of a scenario that goes on for ever: not whether it deadlocks, not
/// whether it ends, and not whether some rule is broken.
#[test]
fn a_reduction_says_the_same_of_what_never_ends() {
    let (endless, faulty, fewer) = (Cell::new(0), Cell::new(0), Cell::new(0));
    try_scenarios_of(&scenario(false), 300, |text| {
        let program = program(text, &[]);
        let whole = explored(&program, Mode::Untimed, Reduce::NONE);
        if !whole.is_complete() {
            return None;
        }
        endless.set(endless.get() + u32::from(whole.is_endless() == Some(true)));
        faulty.set(faulty.get() + u32::from(!faults(&whole).is_empty()));
        for (order, symmetry) in [(true, false), (false, true), (true, true)] {
            let reduced = explored(&program, Mode::Untimed, Reduce { order, symmetry });
            let how = format!("order {order}, symmetry {symmetry}\n{text}");
            assert!(reduced.is_complete(), "{how}");
            let (many, few) = (whole.progress().states, reduced.progress().states);
            assert!(few <= many, "{how}");
            fewer.set(fewer.get() + u32::from(few < many));
            let turns =
                |explored: &Exploration<'_>| explored.witness(End::Deadlock).map(|one| one.turns.len());
            assert_eq!(turns(&reduced), turns(&whole), "{how}");
            assert_eq!(reduced.ends(End::Completed) > 0, whole.ends(End::Completed) > 0, "{how}");
            // What a broken rule ends may have gone on for ever in another order.
            let is_told = faults(&whole).is_empty() || !order || reduced.is_endless().is_some();
            assert!(!is_told || reduced.is_endless() == whole.is_endless(), "{how}");
            assert_eq!(reduced.never_ends(), whole.never_ends(), "{how}");
            let ops = |explored| faults(explored).into_iter().map(|(_, op)| op).collect::<BTreeSet<_>>();
            assert!(ops(&reduced).is_subset(&ops(&whole)), "{how}");
            assert_eq!(ops(&reduced).is_empty(), ops(&whole).is_empty(), "{how}");
        }
        Some(())
    });
    assert!(endless.get() > 100 && faulty.get() > 50, "{endless:?} {faulty:?}");
    assert!(fewer.get() > 200, "only {} were smaller", fewer.get());
}

/// Two who go round and have nothing to do with a third, who breaks a rule: with
/// one of them alone a search by stubborn sets would come back to where it was.
#[test]
fn a_broken_rule_is_not_put_off_for_ever() {
    let text = "
version: 1
resources: {x: mutex, y: mutex, z: mutex}
processes:
  a: {do: [{while: true, do: [{acquire: x}, {release: x}]}]}
  b: {do: [{while: true, do: [{acquire: y}, {release: y}]}]}
  c: {do: [{delay: 1s}, {release: z}]}
";
    let program = program(text, &[]);
    for order in [false, true] {
        let explored = explored(&program, Mode::Untimed, Reduce { order, symmetry: false });
        assert!(explored.is_complete());
        let stops = explored.stops();
        assert_eq!(stops.len(), 1, "{order}");
        assert_eq!(stops[0].2.turns.last().map(|turn| turn.process.0), Some(2));
        assert_eq!((explored.is_endless(), explored.never_ends()), (Some(true), false));
    }
}

/// A process that only lets time pass, again and again, is no reason to see
/// nothing of the others: it adds no states.
#[test]
fn who_only_ticks_adds_no_states() {
    let others = "
  a: {do: [{acquire: x}, {delay: 1s}, {acquire: y}]}
  b: {do: [{acquire: y}, {delay: 1s}, {acquire: x}]}
";
    let of =
        |ticker: &str| format!("version: 1\nresources: {{x: mutex, y: mutex}}\nprocesses:{others}{ticker}");
    let alone = of("");
    let alone = program(&alone, &[]);
    let alone = explored(&alone, Mode::Untimed, Reduce::NONE);
    // Each has one, or one has both and is done.
    assert_eq!(alone.ends(End::Deadlock), 3);
    for ticker in [
        "{while: true, do: [{delay: 1s}]}",
        "{while: true, do: [{delay: 0s}, {delay: 2s}, {mark: tick}, {log: tock}]}",
        "{repeat: 3, do: [{delay: 1s}]}, {while: true, do: [{set: {i: (i + 1) % 7}}, {work: 1s}]}",
    ] {
        let text = of(&format!("  t: {{vars: {{i: 0}}, do: [{ticker}]}}\n"));
        let program = program(&text, &[]);
        for (order, symmetry) in [(false, false), (true, false), (false, true), (true, true)] {
            let explored = explored(&program, Mode::Untimed, Reduce { order, symmetry });
            assert!(explored.is_complete(), "{text}");
            assert!(explored.stops().is_empty(), "{text}");
            assert_eq!((explored.is_endless(), explored.never_ends()), (Some(true), true), "{text}");
            if !order {
                assert_eq!(explored.progress().states, alone.progress().states, "{text}");
            }
        }
    }
}

/// Who goes round without that any time could pass is found out, as in a run.
#[test]
fn who_goes_round_in_no_time_is_at_a_limit() {
    for round in ["{delay: 0s}", "{set: {i: 1 - i}}", "{delay: 0s}, {log: tick}"] {
        let text = format!(
            "version: 1\nprocesses: {{t: {{vars: {{i: 0}}, do: [{{while: true, do: [{round}]}}]}}}}\n"
        );
        let program = program(&text, &[]);
        let explored = explored(&program, Mode::Untimed, Reduce::NONE);
        assert!(!explored.is_complete() && explored.gave_up(), "{text}");
    }
}

const GO: &str = "  go: {do: [{while: true, do: [{with: own, do: [{delay: 1s}]}]}]}\n";

fn with_one_who_goes_on(text: &str) -> String {
    text.replace("resources:\n", "resources:\n  own: mutex\n") + GO
}

/// A scenario that comes to an end has a deadlock if and only if, beside somebody who
/// goes on for ever and has nothing to do with it, some wait for ever.
#[test]
fn a_deadlock_beside_others_is_found() {
    let (some, none) = (Cell::new(0), Cell::new(0));
    try_scenarios_of(&scenario(true), 200, |text| {
        let alone = program(text, &[]);
        let beside = with_one_who_goes_on(text);
        let beside = program(&beside, &[]);
        for mode in [Mode::Timed, Mode::Untimed] {
            let (alone, beside) =
                (explored(&alone, mode, Reduce::NONE), explored(&beside, mode, Reduce::NONE));
            if !alone.is_complete() || !beside.is_complete() || !faults(&alone).is_empty() {
                return None;
            }
            assert_eq!(alone.blocked_for_ever().map(|found| found.is_some()), Ok(false), "{text}");
            assert_eq!(beside.ends(End::Deadlock), 0, "{text}");
            let found = beside.blocked_for_ever().expect("it is small");
            assert_eq!(found.is_some(), alone.ends(End::Deadlock) > 0, "{mode:?}\n{text}");
            let Some(found) = found else {
                none.set(none.get() + 1);
                continue;
            };
            some.set(some.get() + 1);
            let last = beside_last(&beside);
            assert_eq!(found.others, [last], "{text}");
            assert!(!found.blocked.is_empty() && found.blocked.iter().all(|(one, _)| *one != last), "{text}");
            // Nobody who waits for ever goes on, whatever comes; so the shortest way to a
            // deadlock is no shorter, but for turns of the one who goes on.
            let turns = alone.witness(End::Deadlock).map_or(0, |witness| witness.turns.len());
            let own = found.witness.turns[..found.since].iter().filter(|turn| turn.process != last).count();
            assert!(own <= turns, "{mode:?}\n{text}");
        }
        Some(())
    });
    assert!(some.get() > 50 && none.get() > 50, "{some:?} {none:?}");
}

/// The one who goes on is the last process.
fn beside_last(explored: &Exploration<'_>) -> tempolane::ids::ProcessId {
    let round = explored.round().expect("it goes on for ever");
    round.turns.iter().map(|turn| turn.process).max().expect("somebody goes on")
}

/// Who waits for ever is told, with who goes on; not who waits only until
/// somebody comes again, and not with a stop time, until which one may wait.
#[test]
fn only_a_wait_without_an_end_counts() {
    let server = "  server: {do: [{while: true, do: [{get: inbox}]}]}\n";
    let often = "  client: {do: [{while: true, do: [{delay: 1s}, {put: inbox}]}]}\n";
    let once = "  client: {do: [{put: inbox}]}\n";
    let of = |head: &str, processes: &[&str]| {
        let processes = processes.concat();
        format!(
            "version: 1\n{head}resources:\n  inbox: {{kind: buffer, capacity: 1}}\n  own: mutex\nprocesses:\n{processes}"
        )
    };
    for (text, blocked) in [
        (of("", &[server, often]), Vec::new()),
        (of("", &[server, often, GO]), Vec::new()),
        (of("", &[server, once, GO]), vec![0]),
        (of("horizon: 9s\n", &[server, once, GO]), Vec::new()),
    ] {
        let program = program(&text, &[]);
        let explored = explored(&program, Mode::Untimed, Reduce::NONE);
        assert!(explored.is_complete(), "{text}");
        let found = explored.blocked_for_ever().expect("it is small");
        let found = found.map_or(Vec::new(), |found| found.blocked.iter().map(|(one, _)| one.0).collect());
        assert_eq!(found, blocked, "{text}");
    }
    // Where schedules are left out, or not all was seen, nothing is said.
    let text = of("", &[server, once, GO]);
    let program = program(&text, &[]);
    let reduced = explored(&program, Mode::Untimed, Reduce { order: true, symmetry: false });
    assert_eq!(reduced.blocked_for_ever(), Err(tempolane::explore::Undecided));
}

/// Who waits for ever is shown by a schedule that comes back to where it was: its cycle can be followed as often
/// as one likes, and those who wait stand where they stood. A replay that is asked whether it shows that says so,
/// and says no if it is asked of another cycle, or of somebody who goes on.
#[test]
fn who_waits_for_ever_is_shown_by_a_cycle() {
    let (shown, with_way) = (Cell::new(0), Cell::new(0));
    try_scenarios_of(&scenario(false), 300, |text| {
        let program = program(text, &[]);
        // With time the clock is followed very far for one who only lets time pass.
        let rounds = text.split("while: true, do: [").skip(1).filter_map(|rest| rest.split(']').next());
        let ticks = rounds.map(|round| round.replace("{delay: 1s}", "")).any(|round| !round.contains('{'));
        let modes = if ticks { &[Mode::Untimed][..] } else { &[Mode::Timed, Mode::Untimed] };
        for &mode in modes {
            let explored = explored(&program, mode, Reduce::NONE);
            let Ok(Some(some)) = explored.blocked_for_ever() else { continue };
            let witness = &some.witness;
            let cycle = witness.cycle.expect("others go round");
            assert!(some.since <= cycle && cycle < witness.turns.len(), "{text}");
            with_way.set(with_way.get() + u32::from(some.since < cycle));
            let blocked: Vec<ProcessId> = some.blocked.iter().map(|&(process, _)| process).collect();
            let follow = |turns: &[Turn], following: Following<'_>| {
                let never = Cancellation::NEVER;
                let followed =
                    replay_cancellable(&program, None, following, never, turns, &mut NoTrace, &mut |_, _| {});
                followed.expect("the explorer found it").expect("nobody stops it")
            };
            let again = [&witness.turns[..], &witness.turns[cycle..], &witness.turns[cycle..]].concat();
            let followed = follow(&again, Following::so_far(0, mode));
            assert_eq!(followed.times.len(), again.len(), "{text}");
            for &(process, op) in some.blocked.iter().filter(|_| mode == Mode::Timed) {
                assert_eq!(followed.machine.op(&program, process), op, "{text}");
            }
            let asked = |goes_on: &GoesOn| {
                let followed = follow(&witness.turns, Following::as_it_shows(0, mode, Some(goes_on)));
                assert!(matches!(followed.outcome, Outcome::Limit { .. }), "{text}");
                followed.waiting
            };
            let claimed = GoesOn { blocked: blocked.clone(), cycle: Some(cycle) };
            let waiting = asked(&claimed).unwrap_or_else(|| panic!("it is so ({mode:?})\n{text}"));
            let found: Vec<_> = waiting.blocked.iter().map(|one| (one.process, one.op)).collect();
            assert_eq!(found, some.blocked, "{text}");
            let mut more = blocked.clone();
            more.push(witness.turns[cycle].process);
            more.sort_unstable();
            assert_eq!(asked(&GoesOn { blocked: more, ..claimed.clone() }), None, "{text}");
            if some.since > 0 {
                // The first turn of a shortest way leads to a state that it does not come back to.
                assert_eq!(asked(&GoesOn { cycle: Some(0), ..claimed }), None, "{text}");
            }
            shown.set(shown.get() + 1);
        }
        Some(())
    });
    assert!(shown.get() > 40 && with_way.get() > 5, "{shown:?} {with_way:?}");
}

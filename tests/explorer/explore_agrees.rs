//! The explorer against drivers that know nothing of it: one that tries every
//! order in the plainest way, virtual time, and real threads. Random scenarios,
//! small enough for that.

use crate::common::limits::limited;
use crate::common::watches::watching;
use crate::common::{Keep, Run, program, run, run_in_order, small, stepwise};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;
use stepwise::Stepper;
use tempolane::backend::BoundProgram;
use tempolane::backend::threads;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, Reduce, Stopped, Turn, explore, replay};
use tempolane::ids::{OpId, ProcessId, ResourceId};
use tempolane::trace::{Event, Kind, Outcome, ResourceKind, Ties};
use tempolane::value::Value;

/// States of a scenario that is small enough.
const MOST_STATES: u64 = 2_000;

/// Every schedule; `None` if there are too many states.
fn explored(program: &BoundProgram, mode: Mode) -> Option<Exploration<'_>> {
    explored_with(program, mode, Reduce::NONE)
}

fn explored_with(program: &BoundProgram, mode: Mode, reduce: Reduce) -> Option<Exploration<'_>> {
    let budget = Budget { states: MOST_STATES, bytes: 1 << 30, workers: 1 };
    let options = Options {
        mode,
        seed: program.seed,
        budget,
        monitors: None,
        reduce,
        learns: true,
        code: None,
        spurious: false,
    };
    let explored = explore(program, options, &mut |_| ControlFlow::Continue(()));
    explored.is_complete().then_some(explored)
}

fn content(memories: &[(ResourceId, Vec<Value>)]) -> String {
    format!("{memories:?}")
}

/// What completed runs leave in the memories.
pub fn finals(explored: &Exploration<'_>) -> BTreeSet<String> {
    explored.overview().finals.iter().map(|end| content(&end.memories)).collect()
}

/// Who breaks a rule on which op.
pub fn faults(explored: &Exploration<'_>) -> BTreeSet<(u32, u32)> {
    let faults = explored.stops().into_iter().filter_map(|(stopped, ..)| match stopped {
        Stopped::Fault(fault) => Some((fault.process.0, fault.op.0)),
        Stopped::Limit(_) => None,
    });
    faults.collect()
}

/// Tries so many scenarios, the same ones each time; at least half of them have
/// to be of use.
pub fn try_scenarios(cases: u32, priorities: bool, check: impl Fn(&str) -> Option<()>) {
    try_scenarios_of(&small::scenario(priorities), cases, check);
}

/// As [`try_scenarios`], of these.
pub fn try_scenarios_of(
    scenarios: &impl Strategy<Value = String>,
    cases: u32,
    check: impl Fn(&str) -> Option<()>,
) {
    let cases = crate::common::cases(cases);
    let useful = Cell::new(0);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(5),
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(scenarios, |text| {
        useful.set(useful.get() + u32::from(check(&text).is_some()));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    assert!(useful.get() > cases / 2, "only {} of {cases} scenarios are small enough", useful.get());
}

/// A driver that tries every order finds the same final contents, the same least and greatest
/// total time, deadlock and horizon or not, the same broken rules; `None` if there are too many
/// orders.
pub fn finds_the_same_ends(
    program: &BoundProgram,
    explored: &Exploration<'_>,
    mode: Mode,
    text: &str,
) -> Option<()> {
    let ends = Stepper::new(program, program.seed, mode == Mode::Timed).all_ends(20_000)?;
    assert_eq!(finals(explored), ends.finals, "{mode:?}\n{text}");
    assert_eq!(explored.ends(End::Deadlock) > 0, ends.deadlock, "{mode:?}\n{text}");
    assert_eq!(explored.ends(End::Horizon) > 0, ends.horizon, "{mode:?}\n{text}");
    // Of those who break one rule at one place the explorer names one.
    let ops = |faults: &BTreeSet<(u32, u32)>| faults.iter().map(|&(_, op)| op).collect::<BTreeSet<u32>>();
    let found = faults(explored);
    assert!(found.is_subset(&ends.faults), "{mode:?} {found:?} of {:?}\n{text}", ends.faults);
    assert_eq!(ops(&found), ops(&ends.faults), "{mode:?}\n{text}");
    if mode == Mode::Timed {
        let times = explored.total_times().and_then(|times| times.bounds());
        assert_eq!(times, ends.times, "{text}");
    }
    Some(())
}

fn an_enumeration_agrees(text: &str) -> Option<()> {
    let program = program(text, &[]);
    [Mode::Timed, Mode::Untimed]
        .into_iter()
        .try_for_each(|mode| finds_the_same_ends(&program, &explored(&program, mode)?, mode, text))
}

#[test]
fn an_enumeration_finds_the_same_ends() {
    try_scenarios(200, false, an_enumeration_agrees);
}

/// With waits that may run out, with time when they have to and without time whenever
/// they wait.
#[test]
fn an_enumeration_finds_the_same_ends_of_waits_with_limits() {
    try_scenarios_of(&limited(small::scenario(false)), 250, an_enumeration_agrees);
}

/// Who is woken and breaks a rule by what concerns nobody else does so in its own turn: whoever woke it may go on
/// before, as in a run, and break another rule. `waker` does in a run; `woken` does in the other order.
#[test]
fn a_broken_rule_of_one_hides_none_of_another() {
    let text = "
version: 1
resources: {s: {kind: semaphore, permits: 0}, m: mutex}
processes:
  woken: {vars: {x: 0}, do: [{acquire: s}, {set: {x: 1 / x}}]}
  waker: {do: [{delay: 1s}, {release: s}, {release: m}]}
  late: {start: 1s, vars: {x: 0}, do: [{set: {x: 2 / x}}]}
";
    let run = run(text);
    let Outcome::Fault(fault) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    assert_eq!(fault.process, ProcessId(1));
    follows(&run, text);
    for mode in [Mode::Timed, Mode::Untimed] {
        let explored = explored(&run.program, mode).expect("it is small");
        let who: Vec<u32> = faults(&explored).into_iter().map(|(process, _)| process).collect();
        assert_eq!(who, [0, 1, 2], "{mode:?}");
        finds_the_same_ends(&run.program, &explored, mode, text).expect("it is small");
        for (stopped, _, witness) in explored.stops() {
            let followed =
                replay(&run.program, 0, mode, &witness.turns, &mut Keep::default(), &mut |_, _| {});
            let followed = followed.expect("it is a schedule").outcome;
            let Stopped::Fault(fault) = stopped else { panic!("{stopped:?}") };
            assert_eq!(followed, Outcome::Fault(*fault), "{mode:?}");
        }
    }
}

#[test]
fn a_run_whose_waits_run_out_is_a_schedule() {
    let scenarios = limited(small::scenario(false));
    try_scenarios_of(&scenarios, 150, the_run_is_a_schedule);
    try_scenarios_of(&scenarios, 60, |text| {
        [Ties::Reversed, Ties::Seeded(0)]
            .into_iter()
            .try_for_each(|ties| the_run_in_this_order_is_a_schedule(text, ties))
    });
    try_scenarios_of(&limited(small::scenario(true)), 100, the_run_is_a_schedule);
}

#[test]
fn without_time_there_is_more_of_waits_with_limits() {
    try_scenarios_of(&limited(small::scenario(true)), 150, is_within);
}

/// Where processes wait for several resources, all of it again: the ends, the run among
/// them, more without time, and the same ends with less.
#[test]
fn waits_for_several_resources_come_to_the_same() {
    let scenarios = watching(small::scenario(false));
    try_scenarios_of(&scenarios, 100, an_enumeration_agrees);
    try_scenarios_of(&scenarios, 60, the_run_is_a_schedule);
    try_scenarios_of(&scenarios, 60, is_within);
    try_scenarios_of(&scenarios, 100, reductions_agree);
    try_scenarios_of(&watching(limited(small::scenario(true))), 60, the_run_is_a_schedule);
}

/// What real threads come to whose waits run out is among the ends of all orders.
#[test]
fn a_run_on_threads_whose_waits_run_out_is_a_schedule() {
    try_scenarios_of(&limited(small::scenario(false)), 60, ends_on_threads_as_some_schedule);
    try_scenarios_of(&watching(limited(small::scenario(false))), 60, ends_on_threads_as_some_schedule);
}

/// Leaving out what only swaps independent steps, or instances that are alike,
/// changes no end.
#[test]
fn a_reduction_finds_the_same_ends() {
    try_scenarios(200, false, reductions_agree);
}

fn reductions_agree(text: &str) -> Option<()> {
    let order = Reduce { order: true, ..Reduce::NONE };
    let symmetry = Reduce { symmetry: true, ..Reduce::NONE };
    let text = text.replace("p0: {priority", "p0: {count: 2, priority").replace("(p0)", "(p0[0])");
    let program = program(&text, &[]);
    let whole = explored(&program, Mode::Untimed)?;
    for reduce in [order, symmetry, Reduce::ALL] {
        let reduced = explored_with(&program, Mode::Untimed, reduce).expect("it has no more states");
        assert!(reduced.progress().states <= whole.progress().states, "{reduce:?}\n{text}");
        assert_eq!(finals(&reduced), finals(&whole), "{reduce:?}\n{text}");
        for end in [End::Deadlock, End::Completed] {
            assert_eq!(reduced.ends(end) > 0, whole.ends(end) > 0, "{reduce:?} {end:?}\n{text}");
        }
        // A broken rule ends the run, and what others would have broken is not tried.
        let ops = |explored| faults(explored).into_iter().map(|(_, op)| op).collect::<BTreeSet<_>>();
        assert!(ops(&reduced).is_subset(&ops(&whole)), "{reduce:?}\n{text}");
        assert_eq!(ops(&reduced).is_empty(), ops(&whole).is_empty(), "{reduce:?}\n{text}");
    }
    Some(())
}

/// A ring of three in which everybody does the same to his own resources and to
/// those of his neighbours.
fn ring() -> impl Strategy<Value = String> {
    let step = (0..7u8, 0..3u8, any::<bool>()).prop_map(|(what, away, atomic)| {
        let at = format!("[(index + {away}) % 3]");
        let step = match what {
            0 | 1 => format!("{{acquire: 's{at}'}}"),
            2 => format!("{{release: 's{at}'}}"),
            3 => format!("{{put: {{to: 'b{at}', value: x}}}}"),
            4 => format!("{{get: {{from: 'b{at}', into: x}}}}"),
            5 => "{write: {to: d, at: 0, value: x + 1}}".to_owned(),
            _ => "{delay: 1s}".to_owned(),
        };
        if atomic { format!("{{atomic: [{step}]}}") } else { step }
    });
    proptest::collection::vec(step, 1..5).prop_map(|steps| {
        let steps = steps.join(", ");
        format!(
            "
version: 1
resources:
  s: {{kind: semaphore, permits: 1, count: 3}}
  b: {{kind: buffer, capacity: 1, count: 3}}
  d: {{kind: memory, slots: 1}}
processes:
  p: {{count: 3, vars: {{x: 0}}, do: [{steps}]}}
"
        )
    })
}

/// To let a ring go round changes no end, and saves states.
#[test]
fn rings_that_go_round_find_the_same_ends() {
    let turned = Cell::new(0);
    try_scenarios_of(&ring(), 150, |text| {
        let program = program(text, &[]);
        for mode in [Mode::Timed, Mode::Untimed] {
            let whole = explored(&program, mode)?;
            for order in [false, true] {
                let reduce = Reduce { order, symmetry: true };
                let reduced = explored_with(&program, mode, reduce).expect("it has no more states");
                let (many, few) = (whole.progress().states, reduced.progress().states);
                turned.set(turned.get() + u32::from(few < many));
                // Without resources of their own they may change places at will.
                let orders = if text.contains("(index") { 3 } else { 6 };
                assert!(order || orders * few >= many, "{few} of {many}, {mode:?}\n{text}");
                assert_eq!(finals(&reduced), finals(&whole), "{mode:?} {order}\n{text}");
                for end in [End::Deadlock, End::Completed] {
                    assert_eq!(
                        reduced.ends(end) > 0,
                        whole.ends(end) > 0,
                        "{end:?} {mode:?} {order}\n{text}"
                    );
                }
            }
        }
        Some(())
    });
    assert!(turned.get() > 200, "only {} were smaller", turned.get());
}

/// Without time there is every schedule that there is with it.
fn is_within(text: &str) -> Option<()> {
    let text = text.replace("horizon: 3s\n", "");
    let program = program(&text, &[]);
    let (timed, untimed) = (explored(&program, Mode::Timed)?, explored(&program, Mode::Untimed)?);
    assert!(finals(&timed).is_subset(&finals(&untimed)), "{text}");
    assert!(timed.ends(End::Deadlock) == 0 || untimed.ends(End::Deadlock) > 0, "{text}");
    assert!(faults(&timed).is_subset(&faults(&untimed)), "{text}");
    Some(())
}

#[test]
fn without_time_there_is_more() {
    try_scenarios(200, true, is_within);
}

/// Whether a run can end so according to the explorer.
fn is_among(outcome: &Outcome, memories: &str, explored: &Exploration<'_>) -> bool {
    match outcome {
        Outcome::Completed => finals(explored).contains(memories),
        Outcome::Deadlock(_) => explored.ends(End::Deadlock) > 0,
        Outcome::Horizon => explored.ends(End::Horizon) > 0,
        Outcome::Fault(fault) => faults(explored).contains(&(fault.process.0, fault.op.0)),
        Outcome::Limit { .. } => false,
    }
}

/// The end of a run in virtual time is among those of all schedules, and its
/// steps are one of the schedules, event by event.
fn the_run_is_a_schedule(text: &str) -> Option<()> {
    the_run_in_this_order_is_a_schedule(text, Ties::Fifo)
}

fn the_run_in_this_order_is_a_schedule(text: &str, ties: Ties) -> Option<()> {
    let run = run_in_order(text, ties);
    follows(&run, text);
    let timed = explored(&run.program, Mode::Timed)?;
    let memories = content(&run.machine.memories(&run.program));
    assert!(is_among(&run.end.outcome, &memories, &timed), "{:?}\n{text}", run.end.outcome);
    if run.end.outcome == Outcome::Completed {
        let times = timed.total_times().expect("it can complete");
        let fits = times.least.0 <= run.end.end && times.most.is_none_or(|most| run.end.end <= most.0);
        assert!(fits, "{}\n{text}", run.end.end);
    }
    Some(())
}

#[test]
fn a_run_in_virtual_time_is_a_schedule() {
    try_scenarios(200, false, the_run_is_a_schedule);
}

/// And so is one in any other order of its ties, reversed or by any seed.
#[test]
fn a_run_with_other_ties_is_a_schedule() {
    let others = Cell::new(0);
    for priorities in [false, true] {
        try_scenarios(80, priorities, |text| {
            let fifo = run(text).fingerprint;
            for ties in [Ties::Reversed, Ties::Seeded(0), Ties::Seeded(1), Ties::Seeded(2)] {
                the_run_in_this_order_is_a_schedule(text, ties)?;
                others.set(others.get() + u32::from(run_in_order(text, ties).fingerprint != fifo));
            }
            Some(())
        });
    }
    assert!(others.get() > 130, "only {} runs are other than the first", others.get());
}

/// A process that wakes one of better priority still goes on until it waits.
#[test]
fn a_run_with_priorities_is_a_schedule() {
    try_scenarios(200, true, the_run_is_a_schedule);
}

/// The explorer follows the run, turn by turn.
fn follows(run: &Run, text: &str) {
    let fault = match &run.end.outcome {
        Outcome::Fault(fault) => Some(fault),
        _ => None,
    };
    let seed = run.program.seed;
    let turns = Stepper::new(&run.program, seed, true).turns_of(&run.kept.events, fault);
    let mut kept = Keep::default();
    let followed = replay(&run.program, seed, Mode::Timed, &turns, &mut kept, &mut |_, _| {});
    let followed = followed.unwrap_or_else(|mismatch| panic!("{mismatch:?} of {turns:?}\n{text}"));
    let at_resources = |events: &[Event]| -> Vec<Event> {
        events.iter().filter(|event| event.resource().is_some()).copied().collect()
    };
    assert_eq!(at_resources(&kept.events), at_resources(&run.kept.events), "{text}");
    assert_eq!((&followed.outcome, followed.end), (&run.end.outcome, run.end.end), "{text}");
    assert_eq!(followed.machine.memories(&run.program), run.machine.memories(&run.program), "{text}");
}

/// A run on real threads, so many times as fast as the scenario says.
fn on_threads(program: &BoundProgram, speed: f64, text: &str) -> threads::Recording {
    let options = threads::ThreadOptions {
        seed: program.seed,
        speed,
        work: threads::Work::Sleep,
        timeout: Duration::from_secs(60),
    };
    threads::run(program, &options, &|| false).unwrap_or_else(|trouble| panic!("{trouble}\n{text}"))
}

/// What real threads come to is among the ends of all orders.
#[test]
fn a_run_on_threads_is_a_schedule() {
    try_scenarios(80, false, ends_on_threads_as_some_schedule);
}

fn ends_on_threads_as_some_schedule(text: &str) -> Option<()> {
    let text = text.replace("horizon: 3s\n", "");
    let program = program(&text, &[]);
    let untimed = explored(&program, Mode::Untimed)?;
    let recording = on_threads(&program, 100_000.0, &text);
    let memories = content(&recording.memories);
    let outcome = &recording.trace.outcome;
    assert!(is_among(outcome, &memories, &untimed), "{outcome:?} {memories}\n{text}");
    Some(())
}

/// The order in which real threads took effect is one that the explorer can
/// follow: turn after turn, whoever took effect next goes on, and nothing else
/// comes of that.
#[test]
fn the_order_of_threads_is_a_schedule() {
    let followed = Cell::new(0);
    try_scenarios(200, false, |text| {
        // What leaves no event has no place in a recorded order; a block leaves several.
        let mut text = text.replace("horizon: 3s\n", "").replace("{atomic: [", "{repeat: 1, do: [");
        for level in ["m", "s0", "b0", "c0"] {
            text = text.replace(&format!("level({level})"), "1");
        }
        let program = program(&text, &[]);
        let recording = on_threads(&program, 1_000_000.0, &text);
        let events: Vec<Event> = recording.trace.events.iter().collect();
        let order = Effect::all(&program, &events);
        let mut turns: Vec<Turn> = Vec::new();
        loop {
            let (mut kept, mut cut) = (Keep::default(), 0);
            let went =
                replay(&program, program.seed, Mode::Untimed, &turns, &mut kept, &mut |kept, number| {
                    if number == turns.len() {
                        cut = kept.events.len();
                    }
                });
            if let Err(mismatch) = went {
                panic!("{mismatch:?} of {turns:?}\n{order:?}\n{text}");
            }
            let made = Effect::all(&program, &kept.events[..cut]);
            assert!(order.starts_with(&made), "{made:?}\n{order:?}\n{turns:?}\n{text}");
            let Some(next) = order.get(made.len()) else { break };
            turns.push(Turn { process: next.process, answers: Vec::new() });
            assert!(turns.len() <= order.len(), "a turn has an effect\n{text}");
        }
        followed.set(followed.get() + turns.len());
        Some(())
    });
    assert!(followed.get() > 500, "only {} turns", followed.get());
}

/// That a process got, gave, read, wrote or notified something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Effect {
    process: ProcessId,
    resource: ResourceId,
}

impl Effect {
    /// The effects of these events. To begin to wait is one where a line is
    /// something to look at: at a condition, at a rendezvous, and where several items
    /// are taken at once; elsewhere a process without time just asks later. Who is served in
    /// line is so at once, whenever it says what it got; and whoever gets the
    /// mutex of one that begins to wait at a condition comes behind that wait.
    fn all<'e>(program: &BoundProgram, events: impl IntoIterator<Item = &'e Event>) -> Vec<Effect> {
        let mut effects: Vec<(Effect, OpId)> = Vec::new();
        let mut granted: Vec<Option<ResourceId>> = vec![None; program.process_count()];
        for event in events {
            let Some(resource) = event.resource() else { continue };
            let process = event.process;
            let already = granted[process.index()].take() == Some(resource);
            let in_line = program.resource_info(resource).kind == ResourceKind::Condition
                || program.resource_info(resource).capacity == Some(0)
                || program.resource_name(resource) == "b1";
            let says_so =
                already && matches!(event.kind, Kind::Get | Kind::Put | Kind::Acquire | Kind::Ended);
            if event.kind == Kind::Grant {
                granted[process.index()] = Some(resource);
            }
            if (event.kind == Kind::Block && !in_line) || says_so {
                continue;
            }
            // The mutex was given back by the same op.
            let last = effects.iter().rposition(|(effect, _)| effect.process == process);
            let place = last.filter(|&last| {
                event.kind == Kind::Block
                    && effects[last].1 == event.op
                    && effects[last].0.resource != resource
            });
            effects.insert(
                place.map_or(effects.len(), |place| place + 1),
                (Effect { process, resource }, event.op),
            );
        }
        effects.into_iter().map(|(effect, _)| effect).collect()
    }
}

/// Scenarios on which the drivers did not always agree.
#[test]
fn what_is_easily_overlooked() {
    let resources = "
version: 1
resources:
  m: {kind: mutex}
  s: {kind: semaphore, permits: 1}
  b: {kind: buffer, capacity: 1}
  d: {kind: memory, slots: 2}
  c: condition
processes:
";
    for processes in [
        // Who is woken lets time pass, which does not end the block of who wakes.
        "  p: {do: [{atomic: [{write: {to: d, at: 0, value: 1}}, {put: b}, {acquire: s}, {acquire: s}]}]}
  q: {do: [{get: b}, {delay: 1s}, {acquire: s}]}",
        // Who waits in line is served in the middle of a block, which then waits itself.
        "  p: {do: [{acquire: s}, {get: b}, {write: {to: d, at: 0, value: 1}}]}
  q: {do: [{atomic: [{put: b}, {get: b}]}]}",
        // Who notifies goes on, although who is notified comes first.
        "  p: {priority: -1, do: [{with: m, do: [{wait: {on: c, mutex: m}}]}]}
  q: {do: [{notify: c}, {with: m, do: [{acquire: s}]}]}",
    ] {
        let text = format!("{resources}{processes}\n");
        the_run_is_a_schedule(&text).expect("it is small");
        is_within(&text).expect("it is small");
        if !text.contains("priority") {
            an_enumeration_agrees(&text).expect("it is small");
        }
    }
}

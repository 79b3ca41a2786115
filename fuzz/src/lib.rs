//! What the targets have in common: a scenario that is small enough to be run
//! thousands of times a second, and what holds of every run.

use std::ops::ControlFlow;
use tempolane::backend::virtual_time::{RunEnd, Simulation};
use tempolane::backend::{BoundProgram, compile};
use tempolane::explore::{Budget, End, Mode, Options, Reduce, explore};
use tempolane::scenario::{self, Expr, LoadedScenario, Model};
use tempolane::trace::{Outcome, RecordingSink, Trace};
use tempolane::value::Value;

/// Processes, resources, slots and elements of arrays, all together: what is larger is not run.
const MOST_THINGS: i64 = 20_000;
/// Steps of a run.
const MOST_STEPS: u64 = 20_000;
/// States of an exploration.
const MOST_STATES: u64 = 300;
/// Processes of an exploration, whose cost grows with their number in each state.
const MOST_EXPLORED: usize = 20;

/// Loads a scenario, which must not panic whatever the text is; `None` if it is
/// none or too large to be run here.
pub fn small(
    label: &str,
    text: &str,
    settings: &[(String, String)],
) -> Option<(LoadedScenario, BoundProgram)> {
    let loaded = match scenario::load_str(label, text, settings) {
        Ok(loaded) => loaded,
        Err(error) => {
            assert!(!error.render(false).trim().is_empty(), "a failure says something");
            return None;
        }
    };
    // A step puts as many items as it says: what it fills without bound is not for here.
    if has_large_number(text) && text.contains("unbounded") {
        return None;
    }
    let program = bound(&loaded)?;
    Some((loaded, program))
}

/// Whether a number of more than four digits stands in the text.
pub fn has_large_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 4)
}

/// The program of a scenario that is small enough.
pub fn bound(loaded: &LoadedScenario) -> Option<BoundProgram> {
    if things(&loaded.model, &loaded.params) > MOST_THINGS {
        return None;
    }
    let mut program = compile(&loaded.model).bind(&loaded.model, &loaded.params).ok()?;
    if program.arena.len() > 16 * MOST_THINGS as usize {
        return None;
    }
    program.limits.steps = program.limits.steps.min(MOST_STEPS);
    program.limits.zero_time_steps = program.limits.zero_time_steps.min(MOST_STEPS / 4);
    Some(program)
}

/// How many processes, resources and slots there are.
fn things(model: &Model, params: &[Value]) -> i64 {
    let whole = |expr: &Expr| match scenario::evaluate(expr, params) {
        Ok(Value::Int(number)) => number,
        _ => 1,
    };
    let count = |expr: &Option<Expr>| expr.as_ref().map_or(1, whole);
    let resources = model.resources.iter().map(|resource| {
        // Permits take no room, however many there are.
        let size = if resource.spec.permits().is_some() { 1 } else { count(&resource.spec.number) };
        count(&resource.count).saturating_mul(size.saturating_add(1))
    });
    let processes = model.processes.iter().map(|process| count(&process.count));
    resources.chain(processes).fold(0, i64::saturating_add)
}

/// One run in virtual time, with its trace.
pub fn run(program: &BoundProgram) -> (RunEnd, Trace) {
    let mut simulation = Simulation::new(program, program.seed, 0);
    let mut sink = RecordingSink::new();
    let end = simulation.run(&mut sink, &mut |_| ControlFlow::Continue(())).expect("nobody interrupts");
    let trace = sink.finish(program.header(program.seed), end.outcome.clone(), end.end);
    (end, trace)
}

/// Explores with a tiny budget: nothing panics, and who has seen every schedule
/// has seen the end of this run.
pub fn explore_around(program: &BoundProgram, end: &RunEnd) {
    if program.process_count() > MOST_EXPLORED {
        return;
    }
    for mode in [Mode::Timed, Mode::Untimed] {
        for reduce in [Reduce::NONE, Reduce::ALL] {
            let budget = Budget { states: MOST_STATES, bytes: 64 << 20, workers: 1 };
            let options = Options { seed: program.seed, budget, reduce, ..Options::whole(mode) };
            let found = explore(program, options, &mut |_| ControlFlow::Continue(()));
            if !found.is_complete() {
                continue;
            }
            let seen = match end.outcome {
                Outcome::Completed => found.ends(End::Completed) > 0,
                // Without time there is no stop time.
                Outcome::Horizon => mode == Mode::Untimed || found.ends(End::Horizon) > 0,
                // Where only daemons go on, it is a partial deadlock.
                Outcome::Deadlock(_) => {
                    found.ends(End::Deadlock) > 0 || !matches!(found.blocked_for_ever(), Ok(None))
                }
                // A fault may hide another one; that there is one at all is found.
                Outcome::Fault(_) => !found.stops().is_empty(),
                // The steps of a run are counted, those of a state are not.
                Outcome::Limit { .. } => true,
            };
            assert!(seen, "{mode:?}, {reduce:?}: no schedule ends as the run does: {:?}", end.outcome);
            if let (Outcome::Completed, Mode::Timed, Some((least, most))) =
                (&end.outcome, mode, found.total_times().and_then(|times| times.bounds()))
            {
                assert!(least <= end.end && end.end <= most, "{} is not in {least} to {most}", end.end);
            }
        }
    }
}

/// What is read off any trace does not panic, and a written trace is read back
/// as it was.
pub fn read_off(trace: &Trace) {
    let mut bytes = Vec::new();
    tempolane::trace::write_jsonl(trace, &mut bytes).expect("a Vec takes any bytes");
    let again = tempolane::trace::read_jsonl(bytes.as_slice());
    let again = again.unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&bytes)));
    assert_eq!(again, *trace);
    assert_eq!(again.fingerprint(), trace.fingerprint());
    let statistics = trace.statistics();
    assert!(statistics.total_time <= trace.end);
    for span in tempolane::trace::spans(trace) {
        assert!(span.start <= span.end && span.end <= trace.end, "{span:?}");
    }
    let _ = trace.races();
}

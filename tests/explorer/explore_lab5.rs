//! Lab 5 under every schedule, with time: what its programs come to whatever
//! decides their ties, and that the recorded console output of each is one of
//! the schedules.

use crate::common::stepwise::{Made, Node, Stepper};
use crate::common::{self, Keep, library};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use tempolane::backend::BoundProgram;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, Reduce, Turn, explore, replay};
use tempolane::ids::ProcessId;
use tempolane::time::Time;
use tempolane::trace::{Kind, LogTemplate, NoTrace, Outcome};

const CONCURRENT: [&str; 3] = ["one-memory", "two-memories", "two-memories-different-data"];

fn lab5(name: &str, overrides: &[(&str, &str)]) -> BoundProgram {
    common::program(&library(&format!("lab5/{name}.yaml")), overrides)
}

fn explored(program: &BoundProgram) -> Exploration<'_> {
    let budget = Budget { states: 1_000_000, bytes: 1 << 30, workers: 2 };
    let options = Options {
        mode: Mode::Timed,
        seed: program.seed,
        budget,
        monitors: None,
        reduce: Reduce::NONE,
        learns: true,
        code: None,
        spurious: false,
    };
    let explored = explore(program, options, &mut |_| ControlFlow::Continue(()));
    assert!(explored.is_complete());
    explored
}

/// No tie of these programs changes the total time or what is in the memories.
#[test]
fn the_four_programs_take_what_they_take_in_every_schedule() {
    for (name, seconds) in [("sequential", 70), (CONCURRENT[0], 30), (CONCURRENT[1], 30), (CONCURRENT[2], 30)]
    {
        let program = lab5(name, &[]);
        let explored = explored(&program);
        assert_eq!(explored.ends(End::Deadlock), 0, "{name}");
        assert!(explored.stops().is_empty(), "{name}");
        let times = explored.total_times().expect("it completes");
        assert_eq!(times.bounds(), Some((Time::from_secs(seconds), Time::from_secs(seconds))), "{name}");
        assert_eq!(explored.results(), (1, false), "{name}: one content of the memories");
    }
}

/// With room for fewer than a chunk, no schedule completes; with more, none ends
/// in a deadlock.
#[test]
fn a_chunk_has_to_fit() {
    for name in CONCURRENT {
        for capacity in 1..=6 {
            let program = lab5(name, &[("capacity", &capacity.to_string()), ("items", "9")]);
            let explored = explored(&program);
            let (deadlocks, completed) = (explored.ends(End::Deadlock), explored.ends(End::Completed));
            if capacity >= 3 {
                assert!(deadlocks == 0 && completed > 0, "{name}, capacity {capacity}");
                continue;
            }
            assert!(deadlocks > 0 && completed == 0, "{name}, capacity {capacity}");
            let witness = explored.witness(End::Deadlock).expect("there is one");
            assert!(witness.unavoidable, "{name}, capacity {capacity}");
            let turns = &witness.turns;
            let followed = replay(&program, program.seed, Mode::Timed, turns, &mut NoTrace, &mut |_, _| {});
            let followed = followed.unwrap_or_else(|mismatch| panic!("{name}: {mismatch:?}"));
            let Outcome::Deadlock(deadlock) = &followed.outcome else {
                panic!("{name}, capacity {capacity}: {:?}", followed.outcome)
            };
            // Loader, trainer, inferer: all three wait.
            assert_eq!(deadlock.blocked.len(), 3, "{name}, capacity {capacity}");
            assert_eq!(followed.times.len(), turns.len(), "{name}: it ends with the witness");
        }
    }
}

/// The complete lines of a recording; the last one is cut off and left out.
fn recording(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/lab5/{name}.txt"));
    let text = std::fs::read_to_string(&path).expect("the recording is there");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.pop();
    lines
}

/// The lines that were logged.
fn lines(program: &BoundProgram, made: &[Made]) -> Vec<String> {
    let logs = program.header(program.seed).logs;
    let template = |number: u32| -> &LogTemplate { &logs[number as usize] };
    let logged = made.iter().filter(|(event, _)| event.kind == Kind::Log);
    logged.map(|(event, args)| template(event.subject).render(args)).collect()
}

/// Looks for turns that log these lines first, depth first, no state twice.
struct Search<'a> {
    program: &'a BoundProgram,
    stepper: Stepper<'a>,
    sought: &'a [String],
    seen: BTreeSet<(usize, Time, Vec<u64>)>,
}

impl Search<'_> {
    /// How many of the sought lines have been logged after these too; `None` if
    /// another was.
    fn passed(&self, passed: usize, made: &[Made]) -> Option<usize> {
        let lines = lines(self.program, made);
        let rest = &self.sought[passed..];
        let same = lines.iter().zip(rest).all(|(line, sought)| line == sought);
        same.then(|| passed + lines.len().min(rest.len()))
    }

    fn go_on(&mut self, mut node: Node, passed: usize, turns: &mut Vec<ProcessId>) -> bool {
        let (able, made) = self.stepper.able_to_turn(&mut node).expect("no rule is broken");
        let Some(passed) = self.passed(passed, &made) else { return false };
        if passed == self.sought.len() {
            return true;
        }
        let state = (passed, node.machine.now, node.machine.words().to_vec());
        if !self.seen.insert(state) {
            return false;
        }
        for process in able {
            let mut next = node.clone();
            let made = self.stepper.turn(&mut next, process).expect("no rule is broken");
            turns.push(process);
            if let Some(passed) = self.passed(passed, &made)
                && self.go_on(next, passed, turns)
            {
                return true;
            }
            turns.pop();
        }
        false
    }
}

/// The threads of the lab have resolved their ties in their own way; a schedule
/// that swaps nothing but simultaneous events logs what they printed.
#[test]
fn the_recorded_orders_are_among_the_schedules() {
    for name in CONCURRENT {
        let (program, sought) = (lab5(name, &[]), recording(name));
        let mut stepper = Stepper::new(&program, program.seed, true);
        let (node, made) = stepper.start_of_turns().expect("no rule is broken");
        let mut search = Search { program: &program, stepper, sought: &sought, seen: BTreeSet::new() };
        let passed = search.passed(0, &made).expect("it begins as the recording does");
        let mut turns = Vec::new();
        assert!(search.go_on(node, passed, &mut turns), "{name}");
        let turns: Vec<Turn> =
            turns.into_iter().map(|process| Turn { process, answers: Vec::new() }).collect();
        let mut kept = Keep::default();
        let followed = replay(&program, program.seed, Mode::Timed, &turns, &mut kept, &mut |_, _| {});
        let followed = followed.unwrap_or_else(|mismatch| panic!("{name}: {mismatch:?}"));
        let logs = kept.events.iter().filter(|event| event.kind == Kind::Log).copied();
        let logged: Vec<Made> = logs.zip(kept.args).collect();
        assert_eq!(lines(&program, &logged)[..sought.len()], sought, "{name}");
        assert_eq!((followed.outcome, followed.end), (Outcome::Completed, Time::from_secs(30)), "{name}");
    }
}

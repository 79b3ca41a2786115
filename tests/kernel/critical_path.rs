//! The critical path of a run: whose spans its end hangs on.

use crate::common::generate::scenario;
use crate::common::interrupts::interrupted;
use crate::common::lives;
use crate::common::{Run, library, run, run_in_order, run_library, run_with, scenarios};
use proptest::prelude::*;
use tempolane::analysis::{
    BoundOf, CriticalPath, CriticalPathSink, HandedOn, PathEnd, PathStep, StatisticsSink,
};
use tempolane::ids::ProcessId;
use tempolane::time::Time;
use tempolane::trace::{Activity, Event, Instances, Kind, Sink, Ties, Trace, WaitFor};

fn path_to(run: &Run, of: PathEnd) -> Option<CriticalPath> {
    let mut sink = CriticalPathSink::new(&run.header);
    run.kept.events.iter().for_each(|event| sink.event(event, &[]));
    sink.finish(&run.end.outcome, run.end.end, of)
}

fn total_time(run: &Run) -> Time {
    let mut sink = StatisticsSink::with_log_cap(&run.header, 0);
    run.kept.events.iter().filter(|event| event.kind != Kind::Log).for_each(|event| {
        sink.event(event, &[]);
    });
    sink.finish(run.end.end).total_time
}

/// The spans of a path lie end to end from the start to the figure, and it changes from
/// one process to another by hand-offs alone.
fn check(path: &CriticalPath, figure: Time) {
    assert_eq!(path.end, figure);
    let (mut now, mut who): (Time, Option<ProcessId>) = (Time::ZERO, None);
    for step in &path.steps {
        match step {
            PathStep::Span(span) => {
                assert!(span.start == now && span.start < span.end, "{path:?}");
                assert!(who.is_none_or(|who| who == span.process), "{path:?}");
                (now, who) = (span.end, Some(span.process));
                assert!(span.activity.is_some(), "no time passes between steps: {path:?}");
            }
            PathStep::HandOff(hand_off) => {
                assert!(hand_off.time == now && hand_off.from != hand_off.to, "{path:?}");
                assert!(who.is_none_or(|who| who == hand_off.from), "{path:?}");
                who = Some(hand_off.to);
            }
        }
    }
    assert!(now == path.end && who.is_none_or(|who| who == path.process), "{path:?}");
    assert_eq!(path.spans().map(|span| span.nanos()).sum::<u64>(), figure.as_nanos());
}

/// All that has slack has it; what is on the path has none. No bound is above the figure.
fn check_slack(run: &Run) {
    let trace = trace(run);
    let path = path_to(run, PathEnd::TotalTime).expect("every run has an end");
    let Some(slack) = trace.slack(PathEnd::TotalTime) else {
        assert!(path.is_cut);
        return;
    };
    for span in
        path.spans().filter(|span| matches!(span.activity, Some(Activity::Delayed | Activity::Running)))
    {
        let found =
            slack.spans.iter().find(|(other, _)| (other.process, other.end) == (span.process, span.end));
        assert_eq!(found.expect("it has ended").1, Some(0), "{span:?} is on the path");
    }
    assert_eq!(slack.ends[path.process.index()], Some(0));
}

fn trace(run: &Run) -> Trace {
    let (outcome, end) = (run.end.outcome.clone(), run.end.end);
    let header = run.header.clone();
    Trace { header, events: run.kept.events.clone().into(), log_args: run.kept.words.clone(), outcome, end }
}

/// Checks the path to the end, and that to the end of each process that is done once.
fn check_all(run: &Run) {
    let path = path_to(run, PathEnd::TotalTime);
    check(&path.expect("every run has an end"), total_time(run));
    check_slack(run);
    for process in (0..run.header.process_count().min(12)).map(ProcessId::from_index) {
        let is_of_life = |event: &&Event| matches!(event.kind, Kind::Start | Kind::Done);
        let mut own = run.kept.events.iter().rev().filter(|event| event.process == process);
        let last = own.find(is_of_life).filter(|event| event.kind == Kind::Done);
        let path = path_to(run, PathEnd::Finished(Instances::one(process)));
        assert_eq!(path.is_some(), last.is_some());
        if let (Some(path), Some(done)) = (path, last) {
            check(&path, done.time);
        }
    }
}

#[test]
fn lengths_add_up_in_the_whole_library() {
    for (path, _) in scenarios() {
        println!("{path}");
        let ran = run_library(&path, Ties::Fifo);
        if ran.kept.events.len() > 10_000 {
            check(&path_to(&ran, PathEnd::TotalTime).expect("every run has an end"), total_time(&ran));
        } else {
            check_all(&ran);
            check_all(&run_library(&path, Ties::Seeded(1)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn lengths_add_up_in_random_scenarios(text in scenario()) {
        check_all(&run(&text));
    }

    #[test]
    fn lengths_add_up_where_processes_start_and_stop_others(text in lives::scenario(lives::Held::Any)) {
        check_all(&run(&text));
    }

    #[test]
    fn lengths_add_up_where_processes_interrupt_others(text in interrupted(lives::scenario(lives::Held::Any))) {
        check_all(&run(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    #[ignore = "takes a minute"]
    fn lengths_add_up_in_many_random_scenarios(text in scenario()) {
        check_all(&run(&text));
    }
}

/// Of each stretch of a path in one process: its name, from and up to which second.
fn stretches(run: &Run, path: &CriticalPath) -> Vec<(String, f64, f64)> {
    let mut stretches: Vec<(String, f64, f64)> = Vec::new();
    for span in path.spans() {
        let (name, end) = (run.header.process_name(span.process), span.end.as_secs_f64());
        match stretches.last_mut() {
            Some(last) if last.0 == name => last.2 = end,
            _ => stretches.push((name, span.start.as_secs_f64(), end)),
        }
    }
    stretches
}

fn stretches_of(text: &str, settings: &[(&str, &str)]) -> Vec<(String, f64, f64)> {
    let run = run_with(text, settings);
    let path = path_to(&run, PathEnd::TotalTime).expect("it has an end");
    check(&path, total_time(&run));
    stretches(&run, &path)
}

fn own(list: &[(&str, f64, f64)]) -> Vec<(String, f64, f64)> {
    list.iter().map(|&(name, start, end)| (name.to_owned(), start, end)).collect()
}

/// The inferer never waits: 15 times 2 s. In a row the three stages take 15, 25 and 30 s.
#[test]
fn lab_5() {
    for name in ["one-memory", "two-memories", "two-memories-different-data"] {
        let found = stretches_of(&library(&format!("lab5/{name}.yaml")), &[]);
        assert_eq!(found, own(&[("inferer", 0.0, 30.0)]), "{name}");
    }
    let stages = own(&[("loader", 0.0, 15.0), ("trainer", 15.0, 40.0), ("inferer", 40.0, 70.0)]);
    assert_eq!(stretches_of(&library("lab5/sequential.yaml"), &[]), stages);
}

/// M works while H needs the lock that L holds: what H waits for is M and L.
#[test]
fn priority_inversion() {
    let text = library("classics/priority-inversion.yaml");
    let run = run(&text);
    let high = run.process("high");
    let path = path_to(&run, PathEnd::Finished(Instances::one(high))).expect("it is done");
    check(&path, Time::from_secs(16));
    // L from 0 to 1, H to 2 (it takes the processor, and blocks at once), M to 12, L to 14, H to 16.
    let names: Vec<String> = stretches(&run, &path).into_iter().map(|stretch| stretch.0).collect();
    assert_eq!(names.last().map(String::as_str), Some("high"));
    assert!(names.contains(&"medium".to_owned()) && names.contains(&"low".to_owned()), "{names:?}");
}

const ENDED: &str = "
version: 1
processes:
  main: {do: [{delay: 1s}, {start: worker}, {delay: 3s}, {stop: worker}, {join: helper}, {delay: 1s}]}
  worker: {start: manual, do: [{delay: 100s}]}
  helper: {do: [{delay: 6s}, {exit: true}]}
";

/// The end of who is stopped hangs on who stops it; a join, on who is joined.
#[test]
fn starts_stops_and_joins() {
    let run = run(ENDED);
    let path = path_to(&run, PathEnd::TotalTime).expect("it has an end");
    assert_eq!(stretches(&run, &path), own(&[("helper", 0.0, 6.0), ("main", 6.0, 7.0)]));
    let what: Vec<HandedOn> = path.hand_offs().map(|hand_off| hand_off.what).collect();
    assert!(matches!(what.as_slice(), [HandedOn::Resource(_, WaitFor::End)]), "{what:?}");
    let worker = Instances::one(run.process("worker"));
    let path = path_to(&run, PathEnd::Finished(worker)).expect("it was stopped");
    check(&path, Time::from_secs(4));
    assert_eq!(stretches(&run, &path), own(&[("main", 0.0, 4.0)]));
    assert_eq!(path.hand_offs().map(|hand_off| hand_off.what).collect::<Vec<_>>(), [HandedOn::Stop]);
}

/// The last to come to a barrier lets the others go on; a notify, who waits for it.
#[test]
fn barriers_and_conditions() {
    let text = "
version: 1
resources: {gate: {kind: barrier, parties: 3}, told: condition}
processes:
  runner: {count: 3, do: [{delay: (index + 1) * 1s}, {wait: gate}, {delay: (3 - index) * 1s}]}
  listener: {do: [{wait: told}, {delay: 1s}]}
  speaker: {do: [{delay: 8s}, {notify: told}]}
";
    let run = run(text);
    let path = path_to(&run, PathEnd::Finished(Instances::one(run.process("runner[0]")))).expect("done");
    assert_eq!(stretches(&run, &path), own(&[("runner[2]", 0.0, 3.0), ("runner[0]", 3.0, 6.0)]));
    let path = path_to(&run, PathEnd::TotalTime).expect("done");
    assert_eq!(stretches(&run, &path), own(&[("speaker", 0.0, 8.0), ("listener", 8.0, 9.0)]));
}

/// A run that is cut: a process that still delays is followed; a wait that nobody ended
/// is on the path.
#[test]
fn runs_without_an_end_of_their_own() {
    let cut = "
version: 1
horizon: 10s
resources: {door: {kind: semaphore, permits: 0}}
processes:
  waits: {do: [{acquire: door}]}
  sleeps: {do: [{delay: 4s}, {delay: 100s}]}
";
    assert_eq!(stretches_of(cut, &[]), own(&[("sleeps", 0.0, 10.0)]));
    let stuck = "
version: 1
horizon: 10s
resources: {door: {kind: semaphore, permits: 0}}
processes:
  waits: {do: [{delay: 2s}, {acquire: door}]}
  ticks: {daemon: true, do: [{while: true, do: [{delay: 1s}]}]}
";
    let run = run(stuck);
    let path = path_to(&run, PathEnd::TotalTime).expect("it has an end");
    assert!(path.is_cut);
    let last = path.spans().last().expect("time passes");
    assert!(matches!(last.activity, Some(Activity::Blocked { .. })));
    assert_eq!((last.start, last.end), (Time::from_secs(2), Time::from_secs(10)));
}

/// Seconds that the end of a process could be later, and the least that a delay or work
/// of it could.
fn slack_of(text: &str, name: &str) -> (Option<f64>, Option<f64>) {
    let run = run(text);
    let slack = trace(&run).slack(PathEnd::TotalTime).expect("it comes to its end");
    let process = run.process(name);
    let seconds = |nanos: u64| nanos as f64 / 1e9;
    let own = slack.by_step(&run.header).into_iter().filter(|step| step.process == process);
    (slack.ends[process.index()].map(seconds), own.filter_map(|step| step.least).min().map(seconds))
}

/// Item n of the loader, at n seconds, is asked for by the inferer at 2n seconds, and by
/// the trainer, of whose three items the last is 3k, at 5k seconds: the first is needed a
/// second after it comes, the last 15 s. The trainer ends at 25 s, and only its own end hangs on it.
#[test]
fn slack_in_lab_5() {
    let text = library("lab5/two-memories.yaml");
    assert_eq!(slack_of(&text, "loader"), (Some(15.0), Some(1.0)));
    assert_eq!(slack_of(&text, "trainer"), (Some(5.0), Some(1.0)));
    assert_eq!(slack_of(&text, "inferer"), (Some(0.0), Some(0.0)));
}

/// The one who comes first to a barrier has the time until the last one comes; whoever is
/// not waited for, as long as it likes.
#[test]
fn slack_at_barriers_and_of_daemons() {
    let text = "
version: 1
resources: {gate: {kind: barrier, parties: 2}}
processes:
  first: {do: [{delay: 1s}, {wait: gate}, {delay: 2s}]}
  second: {do: [{delay: 3s}, {wait: gate}, {delay: 1s}]}
  beside: {daemon: true, do: [{delay: 1s}]}
";
    assert_eq!(slack_of(text, "first"), (Some(0.0), Some(0.0)));
    assert_eq!(slack_of(text, "second"), (Some(1.0), Some(0.0)));
    assert_eq!(slack_of(text, "beside"), (None, None));
    let run = run(text);
    let slack = trace(&run).slack(PathEnd::TotalTime).expect("it comes to its end");
    let waits = slack.spans.iter().find(|(span, _)| span.process == run.process("first"));
    assert_eq!(waits.expect("it delays").1, Some(2_000_000_000));
}

fn bounds_of(text: &str) -> Vec<(&'static str, f64)> {
    let run = run(text);
    let bounds = trace(&run).lower_bounds(PathEnd::TotalTime);
    let name = |of| match of {
        BoundOf::Process(_) => "process",
        BoundOf::Resource(..) => "resource",
        BoundOf::Chain(_) => "chain",
    };
    bounds.iter().map(|bound| (name(bound.of), bound.nanos as f64 / 1e9)).collect()
}

/// Lab 5: the inferer alone needs 30 s. In a row: a chain of 70 s. With the work done inside one lock that is held
/// for 70 s.
#[test]
fn bounds_by_hand() {
    let two = bounds_of(&library("lab5/two-memories.yaml"));
    assert!(two.contains(&("process", 30.0)) && two.contains(&("chain", 30.0)), "{two:?}");
    let row = bounds_of(&library("lab5/sequential.yaml"));
    assert!(row.contains(&("process", 30.0)) && row.contains(&("chain", 70.0)), "{row:?}");
    let locked = bounds_of(&library("lab5/work-inside-the-lock-one-memory.yaml"));
    assert_eq!(locked[0], ("resource", 70.0));
    // Six cars of 5 minutes, two at a time; the last comes after 10 minutes.
    let cars = bounds_of(&library("classics/carwash.yaml"));
    assert_eq!(cars[0].1, 900.0, "{cars:?}");
    assert!(cars.contains(&("resource", 900.0)), "{cars:?}");
    // Of two that share a processor, one for 3 s and one for 5 s, the longer is alone for 2 s.
    let shared = "
version: 1
resources: {cpu: {kind: processor, cores: 1, discipline: sharing}}
processes: {p: {count: 2, on: cpu, do: [{work: 3s + index * 2s}]}}
";
    assert_eq!(bounds_of(shared), [("process", 2.0), ("chain", 2.0)]);
}

/// Whatever the order of simultaneous events: no run is below a bound of another one in
/// which everybody does the same.
#[test]
fn no_order_beats_a_bound() {
    for (path, text) in scenarios() {
        let first = run_library(&path, Ties::Fifo);
        if first.kept.events.len() > 5_000 || !path.starts_with("lab5") {
            continue;
        }
        let bounds = trace(&first).lower_bounds(PathEnd::TotalTime);
        for ties in [Ties::Fifo, Ties::Reversed, Ties::Seeded(1), Ties::Seeded(2)] {
            let total = total_time(&run_in_order(&text, ties)).as_nanos();
            assert!(bounds.iter().all(|bound| bound.nanos <= total), "{path}: {bounds:?}");
        }
    }
}

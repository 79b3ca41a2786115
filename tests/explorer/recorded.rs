//! The search over a recording against one that tries every order in the
//! plainest way; and recordings of runs, which are schedules of the model.

use crate::common::{Keep, Run, program, run, run_in_order, stepwise::Stepper};
use crate::explore_agrees::{try_scenarios, try_scenarios_of};
use crate::processors;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::backend::Choices;
use tempolane::backend::recorded::{
    Recorded, RecordedLabels, RecordingError, Search, SearchBudget, Spent, read_recording,
    read_recording_file, search, search_within,
};
use tempolane::explore::Mode;
use tempolane::ids::ProcessId;
use tempolane::trace::{Event, Header, Kind, Ties};
use tempolane::value::{Value, Word};

/// States that the plain search looks at before a scenario counts as too large.
const MOST_STATES: usize = 3_000;

/// What a mark or a log line says; the scenarios have one mark, with an integer.
fn said(header: &Header, event: &Event, args: &[Word]) -> Option<Recorded> {
    let (label, value) = match event.kind {
        Kind::Mark => {
            (header.marks[event.subject as usize].name.clone(), Some(Value::Int(event.value as i64)))
        }
        Kind::Log => (header.logs[event.subject as usize].render(args), None),
        _ => return None,
    };
    Some(Recorded { process: event.process, label, value: value.map(|value| value.to_string()) })
}

fn recording(header: &Header, kept: &Keep) -> Vec<Recorded> {
    let mut args = kept.args.iter();
    let all = kept.events.iter().map(|event| {
        let own = if event.kind == Kind::Log { args.next().expect("a log has them") } else { &Vec::new() };
        said(header, event, own)
    });
    all.flatten().collect()
}

/// Whether some order of steps says `rows`; `None` if there are too many
/// states, or a rule may be broken.
fn is_said(program: &BoundProgram, rows: &[Recorded]) -> Option<bool> {
    let header = program.header(0);
    // Of a process that recorded a mark or a line, all of them are looked for.
    let looked_for: BTreeSet<(ProcessId, bool)> =
        rows.iter().map(|row| (row.process, row.value.is_some())).collect();
    let mut stepper = Stepper::new(program, 0, false);
    let mut seen = BTreeSet::new();
    let mut open = vec![(stepper.start().ok()?, 0)];
    while let Some((mut node, passed)) = open.pop() {
        if passed == rows.len() {
            return Some(true);
        }
        let able = stepper.able(&mut node).ok()?;
        if !seen.insert((node.machine.words().to_vec(), passed)) {
            continue;
        }
        if seen.len() > MOST_STATES {
            return None;
        }
        for process in able {
            let mut choices = Choices::default();
            loop {
                let mut next = node.clone();
                let made = stepper.step(&mut next, process, &mut choices).ok()?;
                let mut after = Some(passed);
                for row in made.iter().filter_map(|(event, args)| said(&header, event, args)) {
                    if looked_for.contains(&(row.process, row.value.is_some())) {
                        after = after.filter(|&at| rows.get(at).is_none_or(|wanted| *wanted == row));
                        after = after.map(|at| (at + 1).min(rows.len()));
                    }
                }
                open.extend(after.map(|passed| (next, passed)));
                if !choices.advance() {
                    break;
                }
            }
        }
    }
    Some(false)
}

/// With marks between the steps, which the scenarios do not have.
fn with_marks(text: &str) -> String {
    const MARK: &str = "{mark: {name: here, value: x}}";
    let mut text = text.replace("{work: 1s}", MARK);
    for step in ["{acquire: s", "{release: s", "{put: ", "{write: ", "{notify: c"] {
        text = text.replace(step, &format!("{MARK}, {step}"));
    }
    for step in ["{get: {from: b0, into: x}}", "{read: {from: d, at: 0, into: x}}"] {
        text = text.replace(step, &format!("{step}, {MARK}"));
    }
    text
}

fn searched(program: &BoundProgram, rows: &[Recorded]) -> Search {
    search(program, &program.header(0), rows, 100_000)
}

#[test]
fn what_a_run_says_is_allowed() {
    let many = Cell::new(0);
    for priorities in [false, true] {
        try_scenarios(150, priorities, |text| {
            let text = with_marks(text);
            for run in [run(&text), run_in_order(&text, Ties::Seeded(3)), run_in_order(&text, Ties::Reversed)]
            {
                let rows = recording(&run.header, &run.kept);
                let found = searched(&run.program, &rows);
                assert_eq!(found, Search::Allowed, "{rows:#?}\n{text}");
                many.set(many.get() + u32::from(rows.len() > 2));
            }
            Some(())
        });
    }
    assert!(many.get() > 200, "only {} recordings say something", many.get());
}

/// Recordings that are like one of a run, some right and some wrong.
fn changed(run: &Run) -> Vec<Vec<Recorded>> {
    let rows = recording(&run.header, &run.kept);
    let mut all = vec![rows.clone()];
    for place in 0..rows.len().min(6) {
        let mut other = rows.clone();
        match &mut other[place].value {
            Some(value) => *value = format!("{}", value.parse::<i64>().map_or(0, |value| value + 1)),
            None => other[place].label.push('1'),
        }
        all.push(other);
        let mut without = rows.clone();
        without.remove(place);
        all.push(without);
        let mut twice = rows.clone();
        twice.insert(place, rows[place].clone());
        all.push(twice);
        if place > 0 {
            let mut swapped = rows.clone();
            swapped.swap(place - 1, place);
            all.push(swapped);
        }
    }
    all
}

/// Searches for recordings that are like one of a run, and counts those that are
/// allowed and those that are not.
fn searches_agree(text: &str, [allowed, refused]: [&Cell<u32>; 2]) {
    let run = run(text);
    for rows in changed(&run) {
        let Some(expected) = is_said(&run.program, &rows) else { continue };
        let found = searched(&run.program, &rows);
        assert!(!matches!(found, Search::GaveUp { .. }), "{found:?}\n{text}");
        assert_eq!(found == Search::Allowed, expected, "{found:?}\n{rows:#?}\n{text}");
        let count = if expected { allowed } else { refused };
        count.set(count.get() + 1);
    }
}

#[test]
fn the_verdict_is_that_of_every_order() {
    let (allowed, refused) = (Cell::new(0), Cell::new(0));
    try_scenarios(250, false, |text| {
        searches_agree(&with_marks(text), [&allowed, &refused]);
        Some(())
    });
    assert!(allowed.get() > 150 && refused.get() > 150, "{} and {}", allowed.get(), refused.get());
}

/// Also where processes share processors: what runs in any order of ties say is
/// allowed, and the verdict on what is like it is that of every order.
#[test]
fn recordings_of_work_on_processors() {
    let (allowed, refused) = (Cell::new(0), Cell::new(0));
    for quantum in [false, true] {
        try_scenarios_of(&processors::scenario(quantum, Mode::Untimed), 80, |text| {
            let text = text.replace("{write: ", "{log: worked}, {write: ");
            for seed in 0..3 {
                let run = run_in_order(&text, Ties::Seeded(seed));
                let rows = recording(&run.header, &run.kept);
                assert_eq!(searched(&run.program, &rows), Search::Allowed, "{rows:#?}\n{text}");
            }
            searches_agree(&text, [&allowed, &refused]);
            Some(())
        });
    }
    assert!(allowed.get() > 100 && refused.get() > 100, "{} and {}", allowed.get(), refused.get());
}

/// Of two cores as many are free as nobody works on: none if both processes do.
#[test]
fn as_many_cores_are_free_as_are_not_at_work() {
    let program = program(
        "
version: 1
resources: {cpu: {kind: processor, cores: 2}}
processes:
  p: {count: 2, on: cpu, do: [{work: 1s}]}
  q: {vars: {free: 0}, do: [{set: {free: level(cpu)}}, {log: \"{free} are free\"}]}
",
        &[],
    );
    for (free, expected) in [(0, true), (1, true), (2, true), (3, false)] {
        let found = searched(&program, &[row(2, &format!("{free} are free"))]);
        assert_eq!(found == Search::Allowed, expected, "{free}: {found:?}");
    }
}

fn row(process: u32, label: &str) -> Recorded {
    Recorded { process: ProcessId(process), label: label.to_owned(), value: None }
}

/// A process that breaks a rule may be slower than all others.
#[test]
fn who_breaks_a_rule_may_come_to_it_later() {
    let program = program(
        "
version: 1
resources: {s: {kind: semaphore, permits: 0}}
processes:
  bad: {vars: {x: 0}, do: [{release: s}, {set: {x: 1 / x}}, {log: never}]}
  worse: {vars: {x: 0}, do: [{set: {x: 1 / x}}]}
  good: {do: [{acquire: s}, {log: done}]}
",
        &[],
    );
    assert_eq!(searched(&program, &[row(2, "done")]), Search::Allowed);
    let never = [row(0, "never")];
    assert!(matches!(searched(&program, &never), Search::Refused { reached: 0, .. }));
}

/// One process that goes on for ever keeps nobody from what only others can do,
/// whether it touches something or not.
#[test]
fn whoever_goes_on_for_ever_gives_way() {
    for body in [
        "{set: {x: x + 1}}, {release: s}",
        "{draw: {into: x, from: {uniform_int: {low: 1, high: 6}}}}, {delay: 1s}",
    ] {
        let program = program(
            &format!(
                "
version: 1
resources: {{s: {{kind: semaphore, permits: 0}}, go: {{kind: semaphore, permits: 0}}}}
processes:
  endless: {{vars: {{x: 0}}, do: [{{while: true, do: [{body}]}}]}}
  waiter: {{do: [{{acquire: go}}, {{mark: there}}]}}
  giver: {{do: [{{repeat: 100, do: [{{delay: 1s}}]}}, {{release: go}}]}}
"
            ),
            &[],
        );
        assert_eq!(searched(&program, &[row(1, "there")]), Search::Allowed, "{body}");
    }
}

/// A step takes time and memory for what it touches, not for what there is: with
/// a memory and a buffer of a million places each.
#[test]
fn large_memories_are_not_copied() {
    let program = program(
        "
version: 1
resources: {m: {kind: memory, slots: 1000000}, b: {kind: buffer, capacity: 1000000}}
processes:
  p: {count: 3, do: [{repeat: 2000, do: [{write: {to: m, at: index, value: 1}}, {put: {to: b, value: index}}]}, {mark: x}]}
  q: {vars: {i: 0}, do: [{repeat: 6000, do: [{get: {from: b, into: i}}]}, {log: \"{i}\"}]}
",
        &[],
    );
    let rows = [row(2, "x"), row(0, "x"), row(1, "x"), row(3, "1")];
    assert_eq!(searched(&program, &rows), Search::Allowed);
}

#[test]
fn a_search_stops_at_its_bounds_and_when_it_is_to() {
    let program = program(
        "
version: 1
resources: {s: {kind: semaphore, permits: 0}}
processes: {p: {count: 4, vars: {x: 0}, do: [{repeat: 100000, do: [{release: s}, {set: {x: x + 1}}]}, {mark: end}]}}
",
        &[],
    );
    let header = program.header(0);
    let points = [row(0, "end"), row(0, "end")];
    let labels = RecordedLabels::new(&program, &header);
    let meanings: Vec<_> = points.iter().map(|point| labels.meanings(point)).collect();
    let all = SearchBudget { states: usize::MAX, steps: u64::MAX, bytes: usize::MAX };
    for (bounds, stopped, expected) in [
        (SearchBudget { states: 1_000, ..all }, false, Spent::States),
        (SearchBudget { steps: 10_000, ..all }, false, Spent::Steps),
        (SearchBudget { bytes: 1 << 20, ..all }, false, Spent::Memory),
        (all, true, Spent::Stopped),
    ] {
        let found = search_within(&program, &header, &points, &meanings, &bounds, &|_| {
            if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(found, Search::GaveUp { why, .. } if why == expected), "{found:?}");
    }
}

/// A recording that is a file, read as the command line reads it: rows in their order with their
/// times, and what is wrong with its line and column.
#[test]
fn a_recording_in_csv_is_read_from_rust() {
    let text = "{version: 1, processes: {maker: {do: [{delay: 1s}, {mark: {name: made, value: 7}}, {log: 'all {1 + 1} done'}]}, worker: {count: 2, do: [{mark: began}]}}}";
    let loaded = tempolane::scenario::load_str("lab", text, &[]).expect("valid");
    let bound = tempolane::backend::compile(&loaded.model).bind(&loaded.model, &loaded.params);
    let program = bound.expect("it was checked");
    let header = program.header(0);
    let labels = RecordedLabels::new(&program, &header);
    let read = |text: &str| read_recording(text.as_bytes(), &header, &labels);

    let csv = "time,process,event,value\n0.5,worker[1],began,\n1.25s,maker,made,7\n,maker,\"all 2 done\",\n2,worker[0],began,\n";
    let recorded = read(csv).expect("it is one");
    let times: Vec<_> = recorded.rows.iter().map(|row| row.time).collect();
    assert_eq!(times, [Some(500_000_000), Some(1_250_000_000), None, Some(2_000_000_000)]);
    assert_eq!((recorded.without_time, recorded.without_value), (1, 0));
    let points = recorded.points();
    assert_eq!((points[0].process, points[0].label.as_str()), (ProcessId(2), "began"));
    assert_eq!(points[1].value.as_deref(), Some("7"));
    assert_eq!(search(&program, &header, &points, 1_000), Search::Allowed);
    // What is logged comes behind what is marked, whoever is between.
    let turned = "process,event\nmaker,all 2 done\nmaker,made\n";
    let points = read(turned).expect("it is one").points();
    assert!(matches!(search(&program, &header, &points, 1_000), Search::Refused { reached: 0, .. }));

    for (text, line, column, part) in [
        ("process,event\nmaker,maed\n", 2, Some(7), "did you mean 'made'?"),
        ("process,event\nmaker,made\nwroker[0],began\n", 3, Some(1), "did you mean 'worker'?"),
        ("process,event\nworker[2],began\n", 2, Some(1), "'worker[0]' to 'worker[1]'"),
        ("time,process,event\nsoon,maker,made\n", 2, Some(1), "'soon' is no time"),
        ("process,event,value\nmaker,made,x\n", 2, Some(12), "'x' cannot be the value"),
        ("process,event\nmaker\n", 2, None, "1 cell, but the head names 2"),
        ("process;event\nmaker;made\n", 1, None, "separate cells by commas"),
        ("process\nmaker\n", 1, None, "the column 'event' is missing"),
        ("process,event\n", 1, None, "there are no rows"),
    ] {
        match read(text).expect_err(text) {
            RecordingError::Malformed { line: at, column: from, message } => {
                assert!((at, from) == (line, column) && message.contains(part), "{at}:{from:?} {message}");
            }
            other => panic!("{text}: {other}"),
        }
    }
    let absent = std::path::Path::new("there/is/no/such.csv");
    let error = read_recording_file(absent, &header, &labels).expect_err("there is no such file");
    assert!(matches!(error, RecordingError::Unreadable(_)) && error.to_string().contains("cannot be read"));
}

//! Permits that timetables and breakdowns take, on real threads: from when on they are gone, and who
//! goes before whom, worked out by hand.

use super::common::interrupts::interrupted;
use super::common::lives::{self, Held};
use super::common::{cases, program};
use super::quiet::side_by_side;
use super::timeouts::stays_within;
use super::{record_paused, replayed};
use proptest::prelude::*;
use tempolane::trace::{Kind, Outcome};

/// When the processes that a run waits for are done, in the order of the file, in the model's time and to the
/// tenth of a second: half a second is 200 ms of real time.
fn ends(resource: &str, processes: &str) -> Vec<f64> {
    let text = format!("version: 1\nresources: {{{resource}}}\nprocesses:\n{processes}");
    let program = program(&text, &[]);
    let recording = record_paused(&program, 2.5);
    assert_eq!(recording.trace.outcome, Outcome::Completed, "{text}");
    let model = replayed(&program, &recording).model;
    // Nothing ends earlier than it may.
    assert!(recording.trace.end.as_secs_f64() > model.end.as_secs_f64() - 0.001, "{text}");
    let mut ends: Vec<_> = model.events.iter().filter(|event| event.kind == Kind::Done).collect();
    ends.retain(|event| !program.is_daemon(event.process));
    ends.sort_by_key(|event| event.process);
    ends.iter().map(|event| (event.time.as_secs_f64() * 10.0).round() / 10.0).collect()
}

/// Each visitor comes when it says, and stays for so long.
fn visitors(comes_and_stays: &[(&str, &str)]) -> String {
    let visitors = comes_and_stays.iter().enumerate();
    let line = |(number, (comes, stays)): (usize, &(&str, &str))| {
        format!("  v{number}: {{start: {comes}, do: [{{with: desk, do: [{{delay: {stays}}}]}}]}}\n")
    };
    visitors.map(line).collect()
}

#[test]
fn permits_that_are_taken() {
    let cases = [
        // Two at a time; from 4 s on only one, when somebody is done, who go before those that wait.
        (
            "permits: {0s: 2, 4s: 1}",
            visitors(&[
                ("0s", "3s"),
                ("0s", "3s"),
                ("500ms", "3s"),
                ("1s", "2500ms"),
                ("1500ms", "3s"),
                ("2s", "3s"),
            ]),
            // 3 and 4 have their permit from 3 s on; 5.5 s: the timetable takes it.
            vec![3.0, 3.0, 6.0, 5.5, 9.0, 12.0],
        ),
        // One of two is free at 2 s and is taken, the other one at 4 s. One is back at 5 s.
        (
            "permits: {0s: 2, 2s: 0, 5s: 1}",
            visitors(&[("1s", "3s"), ("3s", "3s"), ("3500ms", "3s")]),
            vec![4.0, 8.0, 11.0],
        ),
        // Four at once: three that were free at 1 s, and one at 3 s.
        (
            "permits: {0s: 4, 1s: 0, 6s: 3}",
            visitors(&[("0s", "3s"), ("2s", "1s"), ("2s", "2s"), ("2s", "3s"), ("2500ms", "2s")]),
            vec![3.0, 7.0, 8.0, 9.0, 9.0],
        ),
        // It breaks at 3 s and is taken when it is given back, for 2 s; and at 9 s, for 10 s to 12 s.
        (
            "permits: 1, breakdown: {every: 3s, repair: 2s}",
            visitors(&[("0s", "2s"), ("500ms", "2s"), ("1s", "2s"), ("1500ms", "2s"), ("2s", "2s")]),
            vec![2.0, 4.0, 8.0, 10.0, 14.0],
        ),
        // By lifo whoever comes later goes before the timetable, which goes before the others.
        (
            "permits: {0s: 1, 2s: 0, 9s: 1}, discipline: lifo",
            visitors(&[("0s", "4s"), ("1s", "1s"), ("3s", "1s")]),
            vec![4.0, 10.0, 5.0],
        ),
        // By priority who has a better one than 0 does, whenever it comes.
        (
            "permits: {0s: 1, 2s: 0, 9s: 1}, discipline: priority",
            visitors(&[("0s", "4s"), ("1s, priority: -1", "1s"), ("1s, priority: 1", "1s")]),
            vec![4.0, 5.0, 10.0],
        ),
    ];
    side_by_side(cases, |(desk, visitors, expected)| {
        let resource = format!("desk: {{kind: semaphore, {desk}}}");
        assert_eq!(ends(&resource, &visitors), expected, "{desk}");
    });
}

/// What an interrupted visitor gives back at 3 s goes to the timetable, and not to who waits.
#[test]
fn a_permit_of_who_is_interrupted_is_taken() {
    let ends = ends(
        "desk: {kind: semaphore, permits: {0s: 1, 1s: 0, 5s: 1}}",
        "
  first: {do: [{interruptible: [{with: desk, do: [{delay: 9h}]}]}]}
  second: {start: 2s, do: [{with: desk, do: [{delay: 1s}]}]}
  boss: {do: [{delay: 3s}, {interrupt: first}]}
",
    );
    assert_eq!(ends, [3.0, 6.0, 3.0]);
}

/// Whoever asks by a smaller number goes before others, and takes a permit from nobody who may not lose it:
/// the first has its own until 3 s.
#[test]
fn permits_that_are_asked_for_by_a_priority() {
    let ends = ends(
        "desk: {kind: semaphore, permits: 1, discipline: priority}",
        "
  v1: {do: [{with: desk, priority: 9, do: [{delay: 3s}]}]}
  v2: {start: 500ms, do: [{with: desk, priority: 5, do: [{delay: 1s}]}]}
  v3: {start: 1s, do: [{with: desk, priority: 2, preempt: true, do: [{delay: 1s}]}]}
  v4: {start: 1500ms, priority: 3, do: [{with: desk, do: [{delay: 1s}]}]}
",
    );
    assert_eq!(ends, [3.0, 6.0, 4.0, 5.0]);
}

/// A scenario in which permits come and go. Breakdowns go on for ever, so it has a horizon.
fn with_hours(scenario: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let permits = [
        "permits: {0s: 1, 1s: 0, 3s: 2}",
        "permits: {0s: 2, 1s: 1, 2s: 3, 4s: 1}",
        "permits: 1, breakdown: {every: 2s, repair: 1s}",
        "permits: {0s: 3, 1s: 0, 2s: 3, 3s: 1}, breakdown: {every: 1s, repair: 1s}",
    ];
    (scenario, proptest::sample::select(permits.to_vec())).prop_map(|(text, permits)| {
        let text = text.replace("kind: semaphore, permits: 1", &format!("kind: semaphore, {permits}"));
        match text.contains("horizon") {
            true => text,
            false => text.replace("version: 1", "version: 1\nhorizon: 20s"),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(80), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do while permits come and go, the model could have done it.
    #[test]
    fn permits_that_come_and_go_stay_within_the_model(text in with_hours(interrupted(lives::scenario(Held::Any)))) {
        stays_within(&text);
    }
}

//! Every schedule of processes at work whose processor has fewer cores at times.

use crate::common::program;
use crate::explore_agrees::try_scenarios_of;
use crate::lives::{a_run_is_a_schedule, an_enumeration_agrees};
use proptest::prelude::*;
use std::ops::ControlFlow;
use tempolane::explore::{End, Mode, Options, explore};

/// Three at work twice, who write when they are done. Times of the timetable are none of theirs, since
/// the plain driver has no priorities, and a timetable goes before all others of its instant.
pub fn scenario() -> impl Strategy<Value = String> {
    let worker = || (1u64..4, 1u64..4, 0u64..3);
    let disciplines = prop_oneof![Just("fifo"), Just("sharing")];
    (disciplines, 0u64..3, 0u64..3, 1u64..3, worker(), worker(), worker()).prop_map(
        |(discipline, first, then, last, a, b, c)| {
            let mut text = format!(
                "version: 1\nresources:\n  cpu: {{kind: processor, discipline: {discipline}, cores: {{0s: {first}, 2500ms: {then}, 4500ms: {last}}}}}\n  \
                 d: {{kind: memory, slots: 2}}\nprocesses:\n"
            );
            for (number, (start, first, then)) in [a, b, c].into_iter().enumerate() {
                text.push_str(&format!(
                    "  w{number}: {{on: cpu, start: {start}s, do: [{{work: {first}s}}, {{write: {{to: d, at: 0, value: {number}}}}}, {{work: {then}s}}, {{write: {{to: d, at: 1, value: {number}}}}}]}}\n"
                ));
            }
            text
        },
    )
}

#[test]
fn an_enumeration_finds_the_same_ends_of_works_by_timetable() {
    // Two of the three: an enumeration is soon too large.
    let scenario = scenario().prop_map(|text| text[..text.find("  w2").expect("the third")].to_owned());
    try_scenarios_of(&scenario, 60, an_enumeration_agrees);
}

#[test]
fn runs_by_timetable_are_among_the_schedules() {
    try_scenarios_of(&scenario(), 100, a_run_is_a_schedule);
    // Where those who work have priorities, too.
    let scenario = scenario().prop_map(|text| {
        text.replace("w0: {", "w0: {priority: 1, ").replace("discipline: fifo", "discipline: priority")
    });
    try_scenarios_of(&scenario, 60, a_run_is_a_schedule);
}

/// After 2 s nobody has a core, so the last second of the work is never done. Without time work
/// ends whenever it likes: that is no proof that it ends.
#[test]
fn work_without_a_core_is_no_proof_without_time() {
    let text = "version: 1\nresources: {cpu: {kind: processor, discipline: sharing, cores: {0s: 1, 2s: 0}}}\n\
                processes: {w: {on: cpu, do: [{work: 3s}]}}\n";
    let program = program(text, &[]);
    let timed = explore(&program, Options::whole(Mode::Timed), &mut |_| ControlFlow::Continue(()));
    assert_eq!((timed.is_complete(), timed.ends(End::Deadlock)), (true, 1));
    let untimed = explore(&program, Options::whole(Mode::Untimed), &mut |_| ControlFlow::Continue(()));
    assert!(!untimed.is_complete());
    assert_eq!(untimed.lines_by_clock(), [2]);
}

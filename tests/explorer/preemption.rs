//! Every schedule of processes that take each other's permits: against a driver that tries every
//! order in the plainest way, against runs with seeded ties, and counted by hand.

use crate::common::program;
use crate::explore_agrees::try_scenarios_of;
use crate::lives::{a_run_is_a_schedule, an_enumeration_agrees, explored};
use proptest::prelude::*;
use tempolane::explore::{End, Mode};
use tempolane::time::Time;

/// Steps in a block, of which some are blocks themselves.
fn steps(depth: u32) -> BoxedStrategy<String> {
    let plain = prop_oneof![
        3 => (1u64..3).prop_map(|seconds| format!("{{delay: {seconds}s}}")),
        2 => (0u64..2, 1u64..9).prop_map(|(at, value)| format!("{{write: {{to: d, at: {at}, value: {value}}}}}")),
        1 => Just("{with: s, do: [{delay: 1s}]}".to_owned()),
        1 => (0u64..3).prop_map(|who| format!("{{interrupt: p{who}}}")),
    ];
    let one = if depth == 0 { plain.boxed() } else { prop_oneof![2 => plain, 1 => block(depth - 1)].boxed() };
    proptest::collection::vec(one, 1..3).prop_map(|steps| steps.join(", ")).boxed()
}

/// A block with a permit, or one that may be interrupted.
fn block(depth: u32) -> BoxedStrategy<String> {
    let then = || prop_oneof![Just("resume"), Just("restart"), Just("leave")];
    let with =
        (prop_oneof![2 => Just("a"), 1 => Just("b")], -1i64..2, 0u32..4, then(), steps(depth), 0u64..3);
    let with = with.prop_map(|(on, priority, preempts, then, steps, handler)| {
        let handler = ["[]", "[{delay: 1s}]", "[{write: {to: d, at: 1, value: 9}}]"][handler as usize];
        let loses =
            if preempts == 3 { String::new() } else { format!("then: {then}, on_preempt: {handler}, ") };
        let preempts = preempts > 0;
        format!("{{with: {on}, priority: {priority}, preempt: {preempts}, {loses}do: [{steps}]}}")
    });
    let interruptible = (then(), steps(depth))
        .prop_map(|(then, steps)| format!("{{interruptible: [{steps}], on_interrupt: [], then: {then}}}"));
    prop_oneof![4 => with, 1 => interruptible].boxed()
}

/// Three processes; nobody interrupts itself.
pub fn scenario() -> impl Strategy<Value = String> {
    let process = || (0u64..3, proptest::collection::vec(block(1), 1..3));
    (1u64..3, process(), process(), process()).prop_map(|(permits, first, second, third)| {
        let mut text = format!(
            "version: 1\nresources:\n  a: {{kind: semaphore, permits: {permits}, discipline: priority}}\n  \
             b: {{kind: semaphore, permits: 1, discipline: priority}}\n  s: {{kind: semaphore, permits: 1}}\n  \
             d: {{kind: memory, slots: 2}}\nprocesses:\n"
        );
        for (number, (start, blocks)) in [first, second, third].into_iter().enumerate() {
            let steps = blocks.join(", ").replace(&format!("{{interrupt: p{number}}}"), "{delay: 1s}");
            text.push_str(&format!("  p{number}: {{start: {start}s, do: [{steps}]}}\n"));
        }
        text
    })
}

#[test]
fn an_enumeration_finds_the_same_ends_of_preempted_processes() {
    try_scenarios_of(&scenario(), 100, an_enumeration_agrees);
}

/// Two that take from each other what they begin anew may go on for ever.
#[test]
fn runs_with_preemption_are_among_the_schedules() {
    try_scenarios_of(&scenario(), 100, |text| {
        a_run_is_a_schedule(&text.replace("version: 1\n", "version: 1\nhorizon: 100s\n"))
    });
}

/// The holder has done its 3 s when the boss comes at 3 s, or loses the permit then with nothing left: it
/// is done at 3 s, or at 5 s.
#[test]
fn an_end_and_a_loss_at_one_instant_come_in_both_orders() {
    let program = program(
        "
version: 1
resources: {desk: {kind: semaphore, permits: 1, discipline: priority}}
processes:
  holder: {do: [{with: desk, priority: 1, then: resume, do: [{delay: 3s}]}, {delay: 4s}]}
  boss: {start: 3s, do: [{with: desk, preempt: true, do: [{delay: 2s}]}]}
",
        &[],
    );
    let timed = explored(&program, Mode::Timed);
    assert_eq!((timed.ends(End::Completed) > 0, timed.ends(End::Deadlock)), (true, 0));
    let total = timed.total_times().and_then(|times| times.bounds());
    assert_eq!(total, Some((Time::from_secs(7), Time::from_secs(9))));
}

/// At 2 s the permit is given back and the patience of who waits by a number of its own ends:
/// both orders, whatever that number is.
#[test]
fn the_number_of_a_request_decides_no_tie() {
    for priority in [-1, 0, 1] {
        let text = format!(
            "
version: 1
resources: {{s: {{kind: semaphore, permits: 1, discipline: priority}}, d: {{kind: memory, slots: 1}}}}
processes:
  d: {{do: [{{with: s, do: [{{delay: 2s}}]}}]}}
  f: {{start: 1s, do: [{{with: s, priority: {priority}, within: 1s, do: [{{delay: 3s}}], else: [{{write: {{to: d, at: 0, value: 1}}}}]}}]}}
"
        );
        let program = program(&text, &[]);
        let times = explored(&program, Mode::Timed).total_times().expect("it ends");
        assert_eq!(times.bounds(), Some((Time::from_secs(2), Time::from_secs(5))), "{priority}");
    }
}

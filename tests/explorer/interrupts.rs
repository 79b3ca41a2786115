//! Interrupts in every order, counted by hand.

use crate::timeouts::results;
use tempolane::explore::Mode;

/// At 2 s the delay ends and is interrupted. Whoever comes first, the process goes on with
/// nothing left; if that is the interrupt, the slot is written. Without time the interrupt may also
/// come before the delay has begun.
#[test]
fn the_end_of_a_delay_and_an_interrupt_come_in_both_orders() {
    let text = "
version: 1
resources: {d: {kind: memory, slots: 1}}
processes:
  worker: {do: [{interruptible: [{delay: 2s}], on_interrupt: [{write: {to: d, at: 0, value: 1}}], then: resume}]}
  boss: {do: [{delay: 2s}, {interrupt: worker}]}
";
    for mode in [Mode::Timed, Mode::Untimed] {
        assert_eq!(results(text, mode), [[0], [1]], "{mode:?}");
    }
}

/// With time 1 s of 3 s is over whenever that is; without, nobody knows.
#[test]
fn with_time_an_interrupt_in_the_middle_always_comes() {
    let text = "
version: 1
resources: {d: {kind: memory, slots: 1}}
processes:
  worker: {do: [{interruptible: [{delay: 3s}], on_interrupt: [{write: {to: d, at: 0, value: 1}}]}]}
  boss: {do: [{delay: 1s}, {interrupt: worker}]}
";
    assert_eq!(results(text, Mode::Timed), [[1]]);
    assert_eq!(results(text, Mode::Untimed), [[0], [1]]);
}

/// A permit is given and its taker interrupted at one instant, by one process: the taker has it,
/// whether it was in line before or comes only then, or it is interrupted first and the permit stays.
/// What is lost in no order is the permit.
#[test]
fn a_permit_is_given_or_stays_in_every_order() {
    let text = "
version: 1
resources: {s: {kind: semaphore, permits: 0}, d: {kind: memory, slots: 2}}
processes:
  taker:
    do:
      - interruptible: [{acquire: s}, {write: {to: d, at: 0, value: 1}}]
      - write: {to: d, at: 1, value: level(s)}
  boss: {do: [{release: s}, {interrupt: taker}]}
";
    for mode in [Mode::Timed, Mode::Untimed] {
        // Taken and noted, or neither.
        assert_eq!(results(text, mode), [[0, 1], [1, 0]], "{mode:?}");
    }
}

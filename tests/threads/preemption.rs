//! Permits that others take, on real threads: who loses one, what is left, and who gets it, worked out by hand; and that
//! whatever the threads do, the model could have done it.

use super::cases;
use super::common::interrupts::interrupted;
use super::common::limits::limited;
use super::common::lives::{self, Held};
use super::common::requests::requesting;
use super::interrupts::{in_blocks, told};
use super::quiet::side_by_side;
use super::timeouts::stays_within;
use proptest::prelude::*;

fn at_desk(permits: &str, processes: &str) -> Vec<String> {
    told(&format!("desk: {{kind: semaphore, permits: {permits}, discipline: priority}}"), processes)
}

/// The documentation of SimPy, "Shared Resources", has this run of `PreemptiveResource`: 1 gets
/// it at 0, 3 takes it at 2 after 2, and 2 gets it at 5.
#[test]
fn the_example_of_simpy() {
    let lines = at_desk(
        "1",
        "
  user:
    count: 3
    start: index * 1s
    do:
      - log: '{index + 1} requesting'
      - with: desk
        priority: -(index / 2)
        preempt: true
        do: [{log: '{index + 1} got it'}, {delay: 3s}, {log: '{index + 1} done'}]
        on_preempt: [{log: '{index + 1} preempted'}]
",
    );
    let mut printed = [
        "0.0 1 requesting",
        "0.0 1 got it",
        "1.0 2 requesting",
        "2.0 3 requesting",
        "2.0 3 got it",
        "2.0 1 preempted",
        "5.0 3 done",
        "5.0 2 got it",
        "8.0 2 done",
    ];
    // Who has got it and who has lost it go on at one time.
    let sorted = |lines: &mut [String]| lines[4..6].sort();
    let mut lines = lines;
    sorted(&mut lines);
    printed[4..6].sort_unstable();
    assert_eq!(lines, printed);
}

/// 4 of 10 s are over at 4 s, and the permit is there again at 6 s.
#[test]
fn who_loses_a_permit_leaves_goes_on_or_begins_again() {
    let cases = [
        ("leave", &["1.0 first", "4.0 lost", "4.0 done"][..]),
        ("resume", &["1.0 first", "4.0 lost", "12.0 second", "12.0 done"]),
        ("restart", &["1.0 first", "4.0 lost", "7.0 first", "16.0 second", "16.0 done"]),
    ];
    side_by_side(cases, |(then, expected)| {
        let lines = at_desk(
            "1",
            &format!(
                "
  holder:
    do:
      - with: desk
        priority: 5
        do: [{{delay: 1s}}, {{log: first}}, {{work: 9s}}, {{log: second}}]
        on_preempt: [{{log: lost}}]
        then: {then}
      - log: done
  boss: {{start: 4s, do: [{{with: desk, preempt: true, do: [{{delay: 2s}}]}}]}}
"
            ),
        );
        assert_eq!(lines, expected, "{then}");
    });
}

/// Who takes from whom, and when: see the tests of the kernel of these names for how the ends come about.
#[test]
fn who_takes_a_permit_from_whom() {
    let cases = [
        // Nobody takes from who does not say what happens then.
        (
            "1",
            "
  holder: {do: [{with: desk, priority: 3, do: [{delay: 4s}]}, {log: done}]}
  boss: {start: 1s, do: [{with: desk, preempt: true, do: [{delay: 2s}]}, {log: boss}]}
",
            &["4.0 done", "6.0 boss"][..],
        ),
        // Nor from who has the same number.
        (
            "1",
            "
  holder: {do: [{with: desk, then: resume, do: [{delay: 4s}]}, {log: done}]}
  boss: {start: 1s, do: [{with: desk, preempt: true, do: [{delay: 2s}]}, {log: boss}]}
",
            &["4.0 done", "6.0 boss"],
        ),
        // The largest number loses, and of equal ones the last that got it.
        (
            "3",
            "
  a: {start: 1s, do: [{with: desk, priority: 7, then: leave, do: [{delay: 90s}], on_preempt: [{log: a out}]}]}
  b: {do: [{with: desk, priority: 7, then: leave, do: [{delay: 90s}], on_preempt: [{log: b out}]}]}
  c: {start: 2s, do: [{with: desk, priority: 2, then: leave, do: [{delay: 6s}], on_preempt: [{log: c out}]}, {log: c done}]}
  boss:
    count: 3
    start: 3s + index * 1s
    do: [{with: desk, priority: 2, preempt: true, do: [{delay: 7s}]}, {log: 'boss {index}'}]
",
            &["3.0 a out", "4.0 b out", "8.0 c done", "10.0 boss 0", "11.0 boss 1", "15.0 boss 2"],
        ),
        // Only the first in line takes: the boss as soon as it is.
        (
            "2",
            "
  low: {do: [{with: desk, priority: 9, then: resume, do: [{delay: 11s}]}, {log: low}]}
  other: {do: [{with: desk, do: [{delay: 5s}]}, {log: other}]}
  patient: {start: 1s, do: [{with: desk, priority: 1, do: [{delay: 9s}]}, {log: patient}]}
  boss: {start: 2s, do: [{with: desk, priority: 2, preempt: true, do: [{delay: 1s}]}, {log: boss}]}
",
            &["5.0 other", "6.0 boss", "12.0 low", "14.0 patient"],
        ),
        // The first in line gives up at 3 s.
        (
            "1",
            "
  low: {do: [{with: desk, priority: 9, then: resume, do: [{delay: 6s}]}, {log: low}]}
  patient: {start: 1s, do: [{with: desk, priority: 1, within: 2s, do: [], else: [{log: out}]}]}
  boss: {start: 2s, do: [{with: desk, priority: 2, preempt: true, do: [{delay: 1s}]}, {log: boss}]}
",
            &["3.0 out", "4.0 boss", "7.0 low"],
        ),
        // What an `acquire` has got nobody takes.
        (
            "1",
            "
  low: {do: [{with: desk, priority: 5, do: [{delay: 5s}, {log: low}], then: resume}]}
  rush: {start: 2s, do: [{acquire: desk, priority: 4, preempt: true}, {delay: 3s}, {log: rush}, {release: desk}]}
  boss: {start: 3s, do: [{acquire: desk, priority: -1, preempt: true}, {delay: 1s}, {log: boss}, {release: desk}]}
",
            &["5.0 rush", "6.0 boss", "9.0 low"],
        ),
        // Who is inside of `atomic` keeps its permit, and learns of it behind, at the next delay.
        (
            "1",
            "
  low: {do: [{with: desk, priority: 5, do: [{atomic: [{delay: 2s}]}, {log: whole}, {delay: 3s}, {log: low}], then: resume}]}
  boss: {start: 1s, do: [{with: desk, preempt: true, do: [{delay: 1s}]}, {log: boss}]}
",
            &["2.0 whole", "5.0 low", "6.0 boss"],
        ),
        // Who waits inside leaves that line, and who is interrupted around gives the permit back.
        (
            "1",
            "
  waiter: {do: [{with: desk, priority: 4, then: resume, on_preempt: [{log: lost}], do: [{join: late}, {log: joined}]}]}
  late: {start: 4s, do: []}
  boss: {start: 1s, do: [{with: desk, preempt: true, do: [{delay: 1s}]}]}
  victim: {start: 5s, do: [{interruptible: [{with: desk, priority: 4, then: resume, do: [{delay: 9s}]}]}, {log: 'free {level(desk)}'}]}
  end: {start: 6s, do: [{interrupt: victim}]}
",
            &["1.0 lost", "4.0 joined", "6.0 free 1"],
        ),
    ];
    side_by_side(cases, |(permits, processes, expected)| {
        assert_eq!(at_desk(permits, processes), expected, "{processes}");
    });
}

/// In a block in a block each permit is lost for itself: at 2 s the outer one, which gives the inner
/// one back; at 10 s, after 5 s of the inner 8, the inner one alone.
#[test]
fn blocks_in_blocks() {
    let lines = told(
        "a: {kind: semaphore, permits: 1, discipline: priority}, b: {kind: semaphore, permits: 1, discipline: priority}",
        "
  worker:
    do:
      - with: a
        priority: 5
        do:
          - with: b
            priority: 5
            do: [{delay: 8s}]
            on_preempt: [{log: b lost}]
            then: resume
          - log: inner
        on_preempt: [{log: 'a lost, b {level(b)}'}]
        then: restart
      - log: done
  boss: {do: [{delay: 2s}, {with: a, preempt: true, do: [{delay: 3s}]}, {delay: 5s}, {with: b, preempt: true, do: [{delay: 1s}, {log: 'a {level(a)}'}]}]}
",
    );
    assert_eq!(lines, ["2.0 a lost, b 1", "10.0 b lost", "11.0 a 0", "14.0 inner", "14.0 done"]);
}

/// A timetable takes the permit at 2 s from who has it, by what `holders` says, and gives it back at 4 s.
#[test]
fn a_timetable_takes_permits_at_once() {
    let cases = [
        ("resume", &["7.0 done"][..]),
        ("restart", &["9.0 done"]),
        ("leave", &["2.0 done"]),
        ("finish", &["5.0 done"]),
    ];
    side_by_side(cases, |(holders, expected)| {
        let lines = told(
            &format!("desk: {{kind: semaphore, permits: {{0s: 1, 2s: 0, 4s: 1}}, holders: {holders}}}"),
            "  p: {do: [{with: desk, do: [{delay: 5s}]}, {log: done}]}\n",
        );
        assert_eq!(lines, expected, "{holders}");
    });
}

/// Who leaves a line, or makes the step, may lose what it has: see the tests of the kernel.
#[test]
fn who_leaves_the_line_may_lose_what_it_has() {
    let inner = "{with: desk, priority: 9, do: [{log: never}]}";
    let limited = "{with: desk, priority: 9, do: [{log: never}], within: 2s, else: [{delay: 2s}]}";
    let cases = [
        (inner, "{interrupt: x}", vec!["4.0 interrupted", "4.0 x goes on", "4.0 d", "5.0 d is done"]),
        (limited, "{delay: 0s}", vec!["4.0 lost", "4.0 d", "4.0 x goes on", "5.0 d is done"]),
        (inner, "{stop: x}", vec!["4.0 d", "5.0 d is done"]),
    ];
    side_by_side(cases, |(inside, boss, mut expected)| {
        let mut lines = at_desk(
            "1",
            &format!(
                "
  x:
    do:
      - interruptible:
          - {{with: desk, priority: 9, do: [{{atomic: [{{delay: 2s}}]}}, {inside}], on_preempt: [{{log: lost}}]}}
        on_interrupt: [{{log: interrupted}}]
      - log: x goes on
  d: {{start: 1s, do: [{{with: desk, priority: 1, preempt: true, do: [{{log: d}}, {{delay: 1s}}]}}, {{log: d is done}}]}}
  boss: {{start: 4s, do: [{boss}]}}
"
            ),
        );
        lines.sort();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{inside} {boss}");
    });
}

/// Who is stopped between two of its steps, when its permit has just been taken and it has not heard of that yet, gives no
/// permit back.
#[test]
fn who_is_stopped_does_not_give_back_what_it_has_lost() {
    let text = "
version: 1
horizon: 20s
resources: {s: {kind: semaphore, permits: 1, discipline: priority}}
processes:
  main: {do: [{delay: 5s}, {with: s, preempt: true, do: [{stop: v}]}]}
  v: {daemon: true, do: [{with: s, priority: 9, then: leave, do: [{repeat: 1000, do: [{interrupt: w}]}, {delay: 20s}]}]}
  w: {start: manual, do: []}
";
    (0..40).for_each(|_| stays_within(text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(80), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do that take permits from each other, the model could have done it.
    #[test]
    fn permits_that_are_taken_stay_within_the_model(text in requesting(lives::scenario(Held::Any))) {
        stays_within(&text);
    }

    /// The same where they are interrupted, and give up.
    #[test]
    fn interrupted_ones_stay_within_the_model(text in limited(interrupted(requesting(lives::scenario(Held::Any))))) {
        stays_within(&text);
    }

    /// The same where that is done inside of atomic blocks.
    #[test]
    fn those_in_blocks_stay_within_the_model(text in in_blocks(interrupted(limited(requesting(lives::scenario(Held::Any)))))) {
        stays_within(&text);
    }

    /// And where permits are asked for in them, maybe of one that has just been served in the same block.
    #[test]
    fn those_taken_in_blocks_stay_within_the_model(text in limited(requesting(in_blocks(interrupted(lives::scenario(Held::Any)))))) {
        stays_within(&text);
    }
}

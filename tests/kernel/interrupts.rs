//! Interrupts: each rule in a scenario small enough to work out by hand.

use crate::common::interrupts::{
    ByHand, interrupted_at_a_condition, interrupted_with_a_limit, left_resumed_or_begun_again,
};
use crate::common::{run, run_in_order, timed_log};
use tempolane::trace::Ties;

/// The log of a run that completes, each line with when it was written.
fn told(resources: &str, processes: &str) -> Vec<String> {
    let run = run(&text(resources, processes));
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    run.machine.check(&run.program);
    timed_log(&run)
}

/// Checks that a scenario comes out as it was worked out.
fn comes_out(case: &ByHand) {
    assert_eq!(
        told(case.resources, &case.processes),
        case.log(|second| format!("{second}s")),
        "{}",
        case.processes
    );
}

fn text(resources: &str, processes: &str) -> String {
    format!("version: 1\nresources: {{{resources}}}\nprocesses:\n{processes}")
}

/// 3 of 10 s are over, then 2 s of something else; what comes in these 2 s is no interrupt.
/// 2 of the other 7 s are over at 7 s.
#[test]
fn the_rest_is_done_after_an_interrupt() {
    let lines = told(
        "",
        "
  worker:
    vars: {rest: 0s}
    do:
      - interruptible: [{delay: 10s}]
        on_interrupt: [{log: '{rest} left'}, {delay: 2s}]
        then: resume
        left: rest
      - log: done
  boss: {do: [{delay: 3s}, {interrupt: worker}, {delay: 1s}, {interrupt: worker}, {delay: 3s}, {interrupt: worker}]}
",
    );
    assert_eq!(lines, ["3s 7s left", "7s 5s left", "14s done"]);
}

#[test]
fn a_block_is_left_or_begun_again() {
    left_resumed_or_begun_again().iter().for_each(comes_out);
}

/// A block without `on_interrupt` and `then` is left.
#[test]
fn by_default_nothing_is_done_and_the_block_is_left() {
    let lines = told(
        "",
        "
  worker: {do: [{interruptible: [{delay: 8s}]}, {log: done}]}
  boss: {do: [{delay: 5s}, {interrupt: worker}]}
",
    );
    assert_eq!(lines, ["5s done"]);
}

/// Whoever was put off first comes first: then the delay has ended, or nothing is left of it.
#[test]
fn of_an_end_and_an_interrupt_at_one_instant_the_first_in_the_calendar_counts() {
    let worker = "  worker: {vars: {rest: 1s}, do: [{interruptible: [{delay: 5s}], on_interrupt: [{log: '{rest}'}], then: resume, left: rest}, {log: done}]}\n";
    let boss = "  boss: {do: [{delay: 5s}, {interrupt: worker}]}\n";
    assert_eq!(told("", &format!("{worker}{boss}")), ["5s done"]);
    assert_eq!(told("", &format!("{boss}{worker}")), ["5s 0s", "5s done"]);
}

/// It has been given its permit at the instant of the interrupt, but has not begun to work: it
/// is interrupted there, with all of it left.
#[test]
fn who_was_just_served_is_interrupted_at_what_comes_next() {
    let lines = told(
        "s: {kind: semaphore, permits: 0}",
        "
  boss: {do: [{delay: 1s}, {release: s}, {interrupt: worker}]}
  worker:
    vars: {rest: 0s}
    do:
      - interruptible: [{acquire: s}, {log: served}, {work: 4s}]
        on_interrupt: [{log: '{rest} left'}, {delay: 2s}]
        then: resume
        left: rest
      - log: done
",
    );
    assert_eq!(lines, ["1s served", "1s 4s left", "7s done"]);
}

/// The last step of the block was served at that instant: the block is over.
#[test]
fn what_is_over_is_not_interrupted() {
    let lines = told(
        "s: {kind: semaphore, permits: 0}",
        "
  boss: {do: [{interrupt: worker}, {delay: 1s}, {release: s}, {interrupt: worker}, {delay: 5s}, {interrupt: worker}]}
  worker: {start: 500ms, do: [{interruptible: [{acquire: s}], on_interrupt: [{log: no}]}, {delay: 2s}, {log: done}]}
",
    );
    assert_eq!(lines, ["3s done"]);
}

/// Of three who wait the second is interrupted; the line keeps its order, and no permit and no
/// item is lost.
#[test]
fn a_wait_leaves_nothing_behind() {
    let lines = told(
        "s: {kind: semaphore, permits: 0}, q: {kind: buffer, capacity: 3, of: int}",
        "
  waiter:
    count: 3
    start: index * 1ms
    do: [{interruptible: [{acquire: s}, {log: '{index} served'}], on_interrupt: [{log: '{index} out'}]}]
  three: {do: [{interruptible: [{get: {from: q, count: 3}}], on_interrupt: [{log: three out}]}]}
  one: {start: 1ms, vars: {x: 0}, do: [{get: {from: q, into: x}}, {log: 'one {x}'}]}
  boss:
    do:
      - put: {to: q, value: 7}
      - delay: 1s
      - interrupt: waiter[1]
      - interrupt: three
      - release: {s: 2}
",
    );
    // Who is interrupted leaves the line first, and who stood behind is served by that.
    assert_eq!(lines, ["1s 1 out", "1s one 7", "1s three out", "1s 0 served", "1s 2 served"]);
}

/// A with inside of the block gives back what it holds where the block is left, and keeps it
/// where the process goes on in it.
#[test]
fn what_a_with_holds_is_given_back_where_the_block_is_left() {
    let lines = |then: &str| {
        told(
            "m: mutex, s: {kind: semaphore, permits: 1}",
            &format!(
                "
  worker:
    do:
      - interruptible: [{{with: [m, s], do: [{{delay: 4s}}]}}]
        on_interrupt: [{{delay: 10s}}]
        then: {then}
      - log: done
  other: {{do: [{{delay: 1s}}, {{interrupt: worker}}, {{with: s, do: [{{with: m, do: [{{log: other}}]}}]}}]}}
"
            ),
        )
    };
    assert_eq!(lines("leave"), ["1s other", "11s done"]);
    assert_eq!(lines("restart"), ["1s other", "15s done"]);
    assert_eq!(lines("resume"), ["14s done", "14s other"]);
}

#[test]
fn a_wait_at_a_condition_takes_its_mutex_again() {
    comes_out(&interrupted_at_a_condition());
}

#[test]
fn a_limit_goes_on_while_a_wait_is_interrupted() {
    comes_out(&interrupted_with_a_limit());
}

/// The inner block is interrupted as long as the process is in it, the outer one before and
/// behind, and while the inner one does what it does then.
#[test]
fn the_innermost_block_is_interrupted() {
    let lines = told(
        "",
        "
  worker:
    do:
      - interruptible:
          - interruptible: [{delay: 10s}]
            on_interrupt: [{log: inner}, {delay: 4s}]
        on_interrupt: [{log: outer}]
      - log: done
  boss: {do: [{delay: 3s}, {interrupt: worker}, {delay: 1s}, {interrupt: worker}]}
",
    );
    assert_eq!(lines, ["3s inner", "4s outer", "4s done"]);
}

/// Nothing happens in the middle of a block of which nothing of others happens in between:
/// the interrupt comes behind it.
#[test]
fn an_atomic_block_is_not_interrupted() {
    let lines = told(
        "",
        "
  worker:
    do:
      - interruptible: [{atomic: [{delay: 4s}, {log: whole}]}, {delay: 4s}, {log: no}]
      - log: done
  boss: {do: [{delay: 1s}, {interrupt: worker}]}
",
    );
    assert_eq!(lines, ["4s whole", "4s done"]);
}

/// All instances, of which one is done and one has not begun.
#[test]
fn all_instances_are_interrupted_that_can_be() {
    let lines = told(
        "",
        "
  worker:
    count: 4
    start: index * 1s
    do: [{interruptible: [{delay: 1500ms}], on_interrupt: [{log: '{index}'}]}]
  boss: {do: [{delay: 2200ms}, {interrupt: worker}]}
",
    );
    assert_eq!(lines, ["2.2s 1", "2.2s 2"]);
}

#[test]
fn nobody_interrupts_itself() {
    let run = run(&text("", "  w: {count: 2, do: [{interrupt: 'w[index]'}]}\n"));
    assert_eq!(run.fault(), "'w[0]' is to interrupt itself");
}

/// On a processor, what was done stays done. Another one works 6 s from 1 s on; both work for
/// 4 s of the worker's, which is interrupted at 3 s for 2 s.
///
/// - `fifo`: it has worked 3 s; the other has the core from 3 s to 9 s, and it from 9 to 10.
/// - `priority`, the other first: 1 s is done at 1 s, and it is ready from then until 7 s.
///   It does the other 3 s from 7 s to 10 s.
/// - `sharing`: 1 + 1 s are done at 3 s; the other, of which 5 s are left, has the core for 2 s, they
///   share the next 4 s, and the other ends its last second at 10 s.
/// - `round_robin` by 1 s: the worker from 0 to 1 and from 2 to 3, the other from 1 to 2 and from 3 to 5.
///   At 5 its turn ends, and the worker is back; the worker has 5 to 6 and 7 to 8, the other the rest.
#[test]
fn the_rest_of_a_work_is_done_on_its_processor() {
    let ends = |discipline: &str| {
        let run = run(&text(
            &format!("cpu: {{kind: processor, cores: 1, discipline: {discipline}}}"),
            "
  worker: {priority: 1, on: cpu, do: [{interruptible: [{work: 4s}], on_interrupt: [{delay: 2s}], then: resume}]}
  other: {start: 1s, on: cpu, do: [{work: 6s}]}
  boss: {do: [{delay: 3s}, {interrupt: worker}]}
",
        ));
        run.machine.check(&run.program);
        [run.finished("worker"), run.finished("other")].map(|end| end.expect("it is done"))
    };
    assert_eq!(ends("fifo"), [10.0, 9.0]);
    assert_eq!(ends("priority"), [10.0, 7.0]);
    assert_eq!(ends("sharing"), [9.0, 10.0]);
    assert_eq!(ends("round_robin, quantum: 1s"), [8.0, 10.0]);
}

/// Interrupts at every place of a pipeline, in three orders of what is simultaneous: what went
/// in comes out.
#[test]
fn no_item_is_lost_or_doubled() {
    let text = text(
        "q: {kind: buffer, capacity: 1, of: int}, d: {kind: memory, slots: 1}",
        "
  source:
    vars: {i: 0}
    do:
      - while: i < 20
        do:
          - interruptible: [{put: {to: q, value: i}}]
            then: resume
          - set: {i: i + 1}
  sink:
    vars: {x: 0, sum: 0, n: 0}
    do:
      - while: n < 20
        do:
          - interruptible: [{get: {from: q, into: x}}]
            then: restart
          - set: {sum: sum + x, n: n + 1}
          - interruptible: [{delay: 2s}]
      - write: {to: d, at: 0, value: sum}
  boss: {do: [{repeat: 60, do: [{delay: 1s}, {interrupt: source}, {interrupt: sink}]}]}
",
    );
    for ties in [Ties::Fifo, Ties::Reversed, Ties::Seeded(0)] {
        let run = run_in_order(&text, ties);
        assert_eq!((run.outcome(), run.memory("d")), ("completed", vec!["190".to_owned()]));
    }
}

/// Who waits for whichever comes first is interrupted at that wait, and waits for all of them again.
#[test]
fn a_wait_for_several_things_is_interrupted() {
    let lines = told(
        "s: {kind: semaphore, permits: 0}, q: {kind: buffer, capacity: 1, of: int}",
        "
  worker:
    vars: {x: 0}
    do:
      - interruptible:
          - select:
              - get: {from: q, into: x}
                do: [{log: 'got {x}'}, {delay: 5s}, {log: rested}]
              - acquire: s
                do: [{log: acquired}]
        on_interrupt: [{log: interrupted}]
        then: resume
  boss: {do: [{delay: 1s}, {interrupt: worker}, {delay: 1s}, {put: {to: q, value: 7}}, {delay: 1s}, {interrupt: worker}]}
",
    );
    assert_eq!(lines, ["1s interrupted", "2s got 7", "3s interrupted", "7s rested"]);
}

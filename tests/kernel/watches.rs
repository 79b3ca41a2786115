//! Waits for what can come of several resources: each rule in a scenario small enough to
//! work out by hand, and `acquire_all` against a program that knows nothing of the kernel.

use crate::common::{cases, run, told};
use proptest::prelude::*;
use std::fmt::Write;
use tempolane::trace::Outcome;

/// There are two items from 2 s on, and a permit at 3 s. Who finds it so need not wait.
#[test]
fn until_it_holds() {
    let lines = told(
        "
  giver: {do: [{repeat: 2, do: [{delay: 1s}, {put: b}]}, {delay: 1s}, {release: s}]}
  both: {do: [{until: level(b) == 2 and level(s) > 0}, {log: both}]}
  either: {do: [{until: level(b) == 2 or level(s) > 0}, {log: either}]}
  late: {start: 4s, do: [{until: level(s) > 0}, {log: late}]}
",
        "b: {kind: buffer, capacity: 2}, s: {kind: semaphore, permits: 0}",
    );
    assert_eq!(lines, ["2s either", "3s both", "4s late"]);
}

/// Between the release and the acquire of `giver` nobody else goes on, but who waits sees it.
#[test]
fn what_holds_for_an_instant_is_seen() {
    let lines = told(
        "
  giver: {do: [{delay: 1s}, {release: s}, {acquire: s}, {delay: 1s}]}
  sees: {do: [{until: level(s) == 1}, {log: 'seen, {level(s)} left'}]}
",
        "s: {kind: semaphore, permits: 0}",
    );
    assert_eq!(lines, ["1s seen, 0 left"]);
}

/// At 3 s `small` inherits a priority by which it stands before `large`, and takes the only item; who waits
/// for that sees it, though the step named nothing but the mutex.
#[test]
fn what_inherited_priority_serves_is_seen() {
    let lines = told(
        "
  watcher: {start: 1s, do: [{until: level(b) == 0}, {log: empty}]}
  maker: {do: [{put: {to: b, value: 1}}]}
  large: {start: 500ms, priority: 1, do: [{get: {from: b, count: 3}}]}
  small: {start: 2s, priority: 5, do: [{acquire: m}, {get: b}, {log: small}, {release: m}]}
  urgent: {start: 3s, priority: -5, do: [{acquire: m}, {log: urgent}, {release: m}]}
  rest: {start: 5s, do: [{put: b}, {put: b}, {put: b}]}
",
        "m: {kind: mutex, inherit: true}, b: {kind: buffer, capacity: 5, of: int, discipline: priority}",
    );
    // At one instant the process with the best priority goes first; `urgent` can only behind `small`.
    let at_three: Vec<&str> =
        lines.iter().filter(|line| line.starts_with("3s")).map(String::as_str).collect();
    assert_eq!(at_three.len(), 3, "{lines:?}");
    assert!(at_three.contains(&"3s empty"), "{lines:?}");
}

/// `a` is free from 0 s on and `b` from 5 s on: nobody holds `a` meanwhile, so that `other`
/// gets it at 1 s and has it until 4 s.
#[test]
fn nothing_is_held_while_something_is_missing() {
    let lines = told(
        "
  holder: {do: [{with: b, do: [{delay: 5s}]}]}
  both: {do: [{acquire_all: [a, b]}, {log: both}, {release: [a, b]}]}
  other: {start: 1s, do: [{with: a, do: [{log: other}, {delay: 3s}]}]}
",
        "a: mutex, b: mutex",
    );
    assert_eq!(lines, ["1s other", "5s both"]);
}

/// Two permits come at 1 s, one after the other. Who waits for one thing alone is first;
/// of those who wait for several, who came first, of those who can go on.
#[test]
fn who_waits_for_one_thing_goes_first() {
    let lines = told(
        "
  large: {do: [{acquire_all: {s: 2}}, {log: large}]}
  small: {do: [{acquire_all: {s: 1}}, {log: small}]}
  plain: {do: [{acquire: s}, {log: plain}]}
  giver: {do: [{delay: 1s}, {release: s}, {release: s}, {delay: 1s}, {release: s}, {release: s}]}
",
        "s: {kind: semaphore, permits: 0}",
    );
    assert_eq!(lines, ["1s plain", "1s small", "2s large"]);
}

/// The first branch of the file, whichever came first; and a wait that is over at once takes
/// no time.
#[test]
fn the_first_branch_that_can_be() {
    let lines = told(
        "
  source:
    do: [{put: {to: jobs, value: 1}}, {put: {to: urgent, value: 2}}, {delay: 5s}, {put: {to: jobs, value: 3}}]
  server:
    start: 1s
    vars: {x: 0}
    do:
      - repeat: 4
        do:
          - select:
              - get: {from: urgent, into: x}
                do: [{log: 'urgent {x}'}]
              - get: {from: jobs, into: x}
                do: [{log: 'job {x}'}]
              - after: 3s
                do: [{log: nothing}]
",
        "urgent: {kind: buffer, capacity: 9, of: int}, jobs: {kind: buffer, capacity: 9, of: int}",
    );
    assert_eq!(lines, ["1s urgent 2", "1s job 1", "4s nothing", "5s job 3"]);
}

/// Steps behind a wait have no limit, and another one in them is a wait of its own.
#[test]
fn a_branch_has_no_limit() {
    let lines = told(
        "
  giver: {do: [{delay: 1s}, {release: s}, {delay: 9s}, {release: s}]}
  p:
    do:
      - select:
          - acquire: s
            do: [{acquire: s}, {log: twice}]
          - after: 2s
            do: [{log: never}]
      - select:
          - acquire: s
            do: [{log: never}]
          - after: 0s
            do: [{log: none}]
",
        "s: {kind: semaphore, permits: 0}",
    );
    assert_eq!(lines, ["10s twice", "10s none"]);
}

/// Room for three at 2 s, items for two at 3 s; an element of an array gets what was got.
#[test]
fn puts_and_gets_of_several() {
    let lines = told(
        "
  other: {do: [{put: {to: b, value: 5, count: 3}}, {delay: 2s}, {get: {from: b, count: 3}}, {delay: 1s}, {put: {to: c, value: 6, count: 2}}]}
  p:
    start: 1s
    vars: {xs: {array: 2}, i: 1}
    do:
      - select:
          - get: {from: c, into: xs, count: 2}
            do: [{log: never}]
          - put: {to: b, value: 7, count: 3}
            do: [{log: put}]
      - select:
          - get: {from: c, into: xs, count: 2}
            do: [{log: '{xs}'}]
          - put: {to: b, value: 8}
      - select:
          - get: {from: b, into: 'xs[i]'}
            do: [{log: '{xs}'}]
",
        "b: {kind: buffer, capacity: 3, of: int}, c: {kind: buffer, capacity: 3, of: int}",
    );
    assert_eq!(lines, ["2s put", "3s [6, 6]", "3s [6, 7]"]);
}

/// At a rendezvous who waits by `select` meets who waits by `put` or `get`, whose wait ends first.
#[test]
fn meeting_by_choice() {
    let lines = told(
        "
  putter: {start: 1s, do: [{put: {to: r, value: 3}}, {log: met}]}
  getter: {start: 2s, vars: {x: 0}, do: [{get: {from: t, into: x}}, {log: 'got {x}'}]}
  p:
    vars: {x: 0}
    do:
      - repeat: 2
        do:
          - select:
              - get: {from: r, into: x}
                do: [{log: 'x is {x}'}]
              - put: {to: t, value: x + 1}
",
        "r: {kind: buffer, capacity: 0, of: int}, t: {kind: buffer, capacity: 0, of: int}",
    );
    assert_eq!(lines, ["1s met", "1s x is 3", "2s got 4"]);
}

/// So does who only tries; where nobody waits by the other step, it gives up.
#[test]
fn a_try_meets_a_choice() {
    let lines = told(
        "
  early: {do: [{put: {to: r, value: 1}, within: 0s, else: [{log: nobody}]}]}
  putter: {start: 1s, do: [{put: {to: r, value: 3}, within: 0s, else: [{log: lost}]}, {log: met}]}
  getter: {start: 2s, vars: {x: 0}, do: [{get: {from: t, into: x}, within: 0s, else: [{log: nothing}]}, {log: 'got {x}'}]}
  late: {start: 3s, vars: {x: 0}, do: [{get: {from: t, into: x}, within: 0s, else: [{log: too late}]}]}
  p:
    start: 500ms
    vars: {x: 0}
    do:
      - repeat: 2
        do:
          - select:
              - get: {from: r, into: x}
                do: [{log: 'x is {x}'}]
              - put: {to: t, value: x + 1}
",
        "r: {kind: buffer, capacity: 0, of: int}, t: {kind: buffer, capacity: 0, of: int}",
    );
    assert_eq!(lines, ["0s nobody", "1s met", "1s x is 3", "2s got 4", "3s too late"]);
}

/// Who gives up, and who is stopped, takes nothing with it and is not served any more.
#[test]
fn who_gives_up_or_is_stopped_leaves_nothing_behind() {
    let lines = told(
        "
  gives_up: {do: [{acquire_all: [a, b], within: 2s, else: [{log: gives up}]}]}
  stopped: {do: [{acquire_all: [a, b]}, {log: never}]}
  last: {start: 1s, do: [{acquire_all: [b, a]}, {log: last}]}
  giver: {do: [{release: a}, {delay: 3s}, {stop: stopped}, {delay: 1s}, {release: b}, {log: '{level(a)} and {level(b)}'}]}
",
        "a: {kind: semaphore, permits: 0}, b: {kind: semaphore, permits: 0}",
    );
    assert_eq!(lines, ["2s gives up", "4s 0 and 0", "4s last"]);
}

/// A wait that runs out, and a process that is stopped with what it holds, are changes as well.
#[test]
fn what_ends_is_a_change() {
    let lines = told(
        "
  waiter: {do: [{wait: c, within: 2s, else: []}]}
  sees: {start: 1s, do: [{until: level(c) == 0}, {log: nobody waits}]}
  holder: {do: [{with: s, do: [{delay: 100s}]}]}
  stops: {do: [{delay: 3s}, {stop: holder}]}
  takes: {do: [{acquire_all: [s]}, {log: taken}]}
",
        "c: condition, s: {kind: semaphore, permits: 1}",
    );
    assert_eq!(lines, ["2s nobody waits", "3s taken"]);
}

/// Who is interrupted is taken out of the line, and with `resume` comes to its end again.
#[test]
fn who_is_interrupted_waits_anew() {
    let lines = told(
        "
  first:
    do:
      - interruptible: [{acquire_all: [a, b]}, {log: first}, {delay: 10s}]
        on_interrupt: [{log: interrupted}]
        then: resume
      - log: done
  second: {start: 1s, do: [{acquire_all: [a, b]}, {log: second}]}
  giver: {do: [{release: a}, {delay: 2s}, {interrupt: first}, {delay: 1s}, {release: b}, {delay: 1s}, {release: [a, b]}]}
",
        "a: {kind: semaphore, permits: 0}, b: {kind: semaphore, permits: 0}",
    );
    assert_eq!(lines, ["2s interrupted", "3s second", "4s first", "14s done"]);
}

/// A flag that is up stays so until it is reset, however often it was signalled.
#[test]
fn a_flag_is_up_until_it_is_reset() {
    let lines = told(
        "
  main: {do: [{delay: 1s}, {signal: f}, {signal: f}, {log: '{level(f)}'}, {delay: 2s}, {reset: f}, {reset: f}, {log: '{level(f)}'}, {delay: 2s}, {signal: [f]}]}
  waits: {count: 2, do: [{wait: f}, {log: up}]}
  comes: {start: 2s, do: [{wait: f}, {log: still up}]}
  late: {start: 4s, do: [{wait: f, within: 500ms, else: [{log: down}]}, {select: [{wait: f, do: [{log: up again}]}]}]}
",
        "f: flag",
    );
    let expected = ["1s 1", "1s up", "1s up", "2s still up", "3s 0", "4.5s down", "5s up again"];
    assert_eq!(lines, expected);
}

/// Three count down from two: at 0 it stays, and everybody passes.
#[test]
fn a_latch_is_at_0_for_ever() {
    let lines = told(
        "
  worker: {count: 3, do: [{delay: 1s * (index + 1)}, {count_down: 'l[0]'}]}
  waits: {do: [{wait: 'l[0]'}, {log: 'at 0'}]}
  late: {start: 9s, do: [{wait: 'l[0]'}, {log: '{level(l[0])}'}]}
",
        "l: {kind: latch, from: 2, count: 1}",
    );
    assert_eq!(lines, ["2s at 0", "9s 0"]);
}

/// A slot has what is waited for at 2 s and no more at 3 s; another one has it at 4 s.
#[test]
fn until_a_slot_holds_what_is_wanted() {
    let lines = told(
        "
  writer: {do: [{repeat: 4, do: [{delay: 1s}, {set: {n: n + 1}}, {write: {to: d, at: n % 2, value: n}}]}], vars: {n: 0}}
  two: {do: [{until: 'slot(d, 0) == 2'}, {log: two}]}
  sum: {vars: {x: 4}, do: [{until: 'slot(d, 0) + slot(d, 1) == x + 3'}, {log: sum}]}
  late: {start: 3500ms, do: [{until: 'slot(d, 1) == 3'}, {log: three}, {until: 'slot(d, 0) == 2'}, {log: still two}]}
",
        "d: {kind: memory, slots: 2}",
    );
    assert_eq!(lines, ["2s two", "3.5s three", "3.5s still two", "4s sum"]);
}

/// What is written and overwritten at one instant is seen, as any other change.
#[test]
fn a_slot_is_looked_at_behind_each_write() {
    let lines = told(
        "
  writer: {do: [{delay: 1s}, {write: {to: 'd[1]', at: 0, value: true}}, {write: {to: 'd[1]', at: 0, value: false}}]}
  other: {do: [{delay: 2s}, {write: {to: 'd[0]', at: 0, value: true}}]}
  sees: {vars: {x: true}, do: [{until: 'slot(d[1], 0)'}, {read: {from: 'd[1]', at: 0, into: x}}, {log: '{x}'}]}
",
        "d: {kind: memory, count: 2, slots: 1, value: false}",
    );
    assert_eq!(lines, ["1s false"]);
}

/// `w[0]` is started at 1 s and stopped at 2 s; `w[1]` is started then and done at 7 s.
#[test]
fn until_processes_are_done_or_alive() {
    let lines = told(
        "
  w: {count: 2, start: manual, do: [{delay: 5s}]}
  main: {do: [{delay: 1s}, {start: 'w[0]'}, {delay: 1s}, {stop: 'w[0]'}, {start: 'w[1]'}, {join: 'w[1]'}, {start: 'w[0]'}]}
  first: {do: [{until: 'alive(w[0])'}, {log: begins}, {until: 'done(w[0])'}, {log: over}, {until: 'alive(w[0])'}, {log: again}]}
  both: {do: [{until: 'done(w[0]) and done(w[1])'}, {log: both}]}
  late: {start: 3s, do: [{until: 'done(first) or not alive(w[0])'}, {log: late}]}
",
        "",
    );
    assert_eq!(lines, ["1s begins", "2s over", "3s late", "7s both", "7s again"]);
}

/// What is in a slot that is not there is a fault of who waits; who waits for a slot that
/// nobody writes waits for ever.
#[test]
fn slots_that_are_not_there_and_never_written() {
    let fault = run("
version: 1
resources: {d: {kind: memory, slots: 1}, s: {kind: semaphore, permits: 0}}
processes:
  p: {do: [{until: 'slot(d, level(s)) == 1'}]}
  q: {do: [{delay: 1s}, {release: s}]}
");
    let Outcome::Fault(found) = &fault.end.outcome else { panic!("{:?}", fault.end.outcome) };
    assert_eq!(
        (fault.header.process_name(found.process), fault.header.line(found.op)),
        ("p".to_owned(), Some(5))
    );
    let stuck = run("
version: 1
resources: {d: {kind: memory, slots: 2}}
processes:
  p: {do: [{until: 'slot(d, 0) == 1'}, {write: {to: d, at: 1, value: 1}}]}
  q: {do: [{until: 'slot(d, 1) == 1 or done(p)'}, {write: {to: d, at: 0, value: 1}}]}
");
    let Outcome::Deadlock(deadlock) = &stuck.end.outcome else { panic!("{:?}", stuck.end.outcome) };
    assert_eq!(deadlock.cycle, [stuck.process("p"), stuck.process("q")]);
}

/// What cannot be worked out is a fault of who waits, not of who changed it.
#[test]
fn a_condition_without_a_value_is_a_fault_of_its_process() {
    let run = run("
version: 1
resources: {s: {kind: semaphore, permits: 1}}
processes:
  p: {do: [{until: 1 / level(s) == 2}]}
  q: {do: [{delay: 1s}, {acquire: s}, {delay: 1s}, {release: s}]}
");
    let Outcome::Fault(fault) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    assert_eq!((run.header.line(fault.op), run.end.end.to_string().as_str()), (Some(5), "1s"));
    assert_eq!(run.header.process_name(fault.process), "p");
}

#[test]
fn the_same_twice_is_a_fault() {
    let run = run("
version: 1
params: {n: 1}
resources: {fork: {kind: mutex, count: n}}
processes:
  p: {do: [{acquire_all: ['fork[0]', 'fork[1 % n]']}]}
");
    assert_eq!(run.fault(), "'fork[0]' is named twice among what is taken at once");
}

/// Who could give what is missing is told: of `a` nobody has any left to give.
#[test]
fn a_deadlock_says_what_is_waited_for() {
    let run = run("
version: 1
resources: {a: {kind: semaphore, permits: 0}, b: {kind: semaphore, permits: 0}}
processes:
  p: {do: [{acquire_all: {a: 1, b: 2}}, {release: b}]}
  q: {do: [{until: level(b) == 2}, {release: a}]}
");
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    let told: Vec<(String, usize)> = deadlock
        .blocked
        .iter()
        .map(|one| (run.header.resource_name(one.resource), one.givers.len()))
        .collect();
    assert_eq!(told, [("all of a, b".to_owned(), 1), ("level(b) == 2".to_owned(), 1)]);
    assert_eq!(deadlock.cycle, [run.process("p"), run.process("q")]);
}

/// What a process of the naive program asks for, and for how long: permits of two semaphores.
type Round = (u64, [u64; 2], u64);

/// A program that knows nothing of the kernel: it goes from second to second, whoever is
/// there asks in the order in which it came, and goes on as soon as there is enough of both.
struct Naive<'a> {
    processes: &'a [Vec<Round>],
    free: [u64; 2],
    /// By process: when each round began to hold what it asked for.
    begun: Vec<Vec<u64>>,
    /// Who asks.
    line: Vec<usize>,
    /// Who has its turn when, in the order in which that was noted.
    due: Vec<(u64, usize, Turn)>,
}

/// What a process does in its turn.
#[derive(Clone, Copy)]
enum Turn {
    Comes,
    /// It was served by another one.
    Begins,
    GivesBack,
}

impl Naive<'_> {
    fn run(permits: [u64; 2], processes: &[Vec<Round>]) -> Vec<Vec<u64>> {
        let due = (0..processes.len()).filter_map(|id| Some((processes[id].first()?.0, id, Turn::Comes)));
        let due = due.collect();
        let begun = vec![Vec::new(); processes.len()];
        let mut naive = Naive { processes, free: permits, begun, line: Vec::new(), due };
        for time in 0..200 {
            while let Some(place) = naive.due.iter().position(|&(at, ..)| at == time) {
                match naive.due.remove(place) {
                    (_, process, Turn::GivesBack) => naive.give(process, time),
                    (_, process, Turn::Begins) => naive.begin(process, time),
                    (_, process, Turn::Comes) => {
                        naive.line.push(process);
                        naive.serve(time);
                        if let Some(place) = naive.due.iter().position(|&(_, other, _)| other == process) {
                            // It need not wait, and goes on.
                            naive.due.remove(place);
                            naive.begin(process, time);
                        }
                    }
                }
            }
        }
        naive.begun
    }

    /// Gives back what the last round had, permit after permit.
    fn give(&mut self, process: usize, time: u64) {
        let rounds = self.begun[process].len();
        for (which, number) in self.processes[process][rounds - 1].1.into_iter().enumerate() {
            for _ in 0..number {
                self.free[which] += 1;
                self.serve(time);
            }
        }
        self.due
            .extend(self.processes[process].get(rounds).map(|next| (time + next.0, process, Turn::Comes)));
    }

    fn serve(&mut self, time: u64) {
        let round = |naive: &Self, process: usize| naive.processes[process][naive.begun[process].len()];
        let fits = |&process: &usize| {
            let (_, wants, _) = round(self, process);
            wants[0] <= self.free[0] && wants[1] <= self.free[1]
        };
        let Some(place) = self.line.iter().position(fits) else { return };
        let process = self.line.remove(place);
        let (_, wants, _) = round(self, process);
        self.free = [self.free[0] - wants[0], self.free[1] - wants[1]];
        self.begun[process].push(time);
        self.due.push((time, process, Turn::Begins));
        self.serve(time);
    }

    fn begin(&mut self, process: usize, time: u64) {
        let (_, _, length) = self.processes[process][self.begun[process].len() - 1];
        self.due.push((time + length, process, Turn::GivesBack));
    }
}

/// A write of the only one who writes, and how long after the one before.
type Written = (u64, usize, i64);

/// What one waits for: a slot with at least so much; both together with exactly so much; or,
/// with less than nothing, the end of who writes.
type Awaited = (usize, i64);

/// A program that knows nothing of the kernel: from write to write it looks who goes on.
fn seen(writes: &[Written], waits: &[Awaited]) -> Vec<u64> {
    let (mut slots, mut time, mut seen) = ([0i64; 2], 0, Vec::new());
    let mut left = waits.iter().peekable();
    let mut look = |slots: [i64; 2], is_done: bool, time: u64| {
        while left
            .next_if(|&&(slot, value)| match slot {
                0 | 1 if value >= 0 => slots[slot] >= value,
                _ if value >= 0 => slots[0] + slots[1] == value,
                _ => is_done,
            })
            .is_some()
        {
            seen.push(time);
        }
    };
    look(slots, false, 0);
    for &(after, slot, value) in writes {
        time += after;
        slots[slot] = value;
        look(slots, false, time);
    }
    look(slots, true, time);
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(150), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slots_are_seen_as_a_naive_program_has_it(
        writes in prop::collection::vec((1u64..4, 0usize..2, 0i64..5), 0..12),
        waiters in prop::collection::vec(prop::collection::vec((0usize..3, -1i64..6), 1..6), 1..6),
    ) {
        let mut text = "version: 1\nhorizon: 100s\nresources: {d: {kind: memory, slots: 2}}\nprocesses:\n  w:\n    do:\n      - mark: here\n".to_owned();
        for (after, slot, value) in &writes {
            writeln!(text, "      - delay: {after}s\n      - write: {{to: d, at: {slot}, value: {value}}}").expect("a String takes any text");
        }
        for (number, waits) in waiters.iter().enumerate() {
            writeln!(text, "  p{number}:\n    do:").expect("a String takes any text");
            for &(slot, value) in waits {
                let condition = match slot {
                    0 | 1 if value >= 0 => format!("slot(d, {slot}) >= {value}"),
                    _ if value >= 0 => format!("slot(d, 0) + slot(d, 1) == {value}"),
                    _ => "done(w)".to_owned(),
                };
                writeln!(text, "      - until: '{condition}'\n      - log: '{{now}}'").expect("a String takes any text");
            }
        }
        let run = run(&text);
        let mut told = vec![Vec::new(); waiters.len()];
        for (process, line) in run.log_with_processes() {
            let number: usize = process[1..].parse().expect("a number");
            told[number].push(line.trim_end_matches('s').parse::<u64>().expect("whole seconds"));
        }
        let expected: Vec<Vec<u64>> = waiters.iter().map(|waits| seen(&writes, waits)).collect();
        prop_assert_eq!(told, expected, "{}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(150), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_a_naive_program_has_it(
        permits in prop::array::uniform2(1u64..4),
        processes in prop::collection::vec(
            prop::collection::vec((1u64..4, prop::array::uniform2(0u64..3), 1u64..4), 1..4), 1..6),
    ) {
        let mut text = format!(
            "version: 1\nresources: {{a: {{kind: semaphore, permits: {}}}, b: {{kind: semaphore, permits: {}}}}}\nprocesses:\n",
            permits[0], permits[1]
        );
        let fits = |round: &Round| (0..2).all(|which| round.1[which] <= permits[which]);
        let processes: Vec<Vec<Round>> =
            processes.into_iter().map(|rounds| rounds.into_iter().filter(fits).collect()).collect();
        for (number, rounds) in processes.iter().enumerate() {
            writeln!(text, "  p{number}:\n    do:\n      - mark: here").expect("a String takes any text");
            for (away, [a, b], length) in rounds {
                writeln!(
                    text,
                    "      - delay: {away}s\n      - acquire_all: {{a: {a}, b: {b}}}\n      - log: '{{now}}'\n      - delay: {length}s\n      - release: {{a: {a}}}\n      - release: {{b: {b}}}"
                )
                .expect("a String takes any text");
            }
        }
        let run = run(&text);
        prop_assert_eq!(run.outcome(), "completed");
        let mut begun = vec![Vec::new(); processes.len()];
        for (process, line) in run.log_with_processes() {
            let number: usize = process[1..].parse().expect("a number");
            begun[number].push(line.trim_end_matches('s').parse::<u64>().expect("whole seconds"));
        }
        prop_assert_eq!(begun, Naive::run(permits, &processes));
    }
}

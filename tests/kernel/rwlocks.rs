//! Read-write locks: each rule in a scenario small enough to work out by hand, and random ones
//! against a program that knows nothing of the kernel.

use crate::common::{cases, run, timed_log};
use proptest::prelude::*;
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;
use tempolane::trace::Outcome;

fn told(lock: &str, processes: &str) -> Vec<String> {
    let run = run(&format!("version: 1\nresources: {{l: {lock}}}\nprocesses:\n{processes}"));
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    run.machine.check(&run.program);
    timed_log(&run)
}

/// Reads from 0 s to 3 s and from 2 s to 5 s; two are to write from 2.5 s on, and one is to read
/// at 3 s.
const FIVE: &str = "
  reader: {count: 2, start: index * 2s, do: [{with: {read: l}, do: [{delay: 3s}]}]}
  late: {start: 3s, do: [{with: {read: l}, do: [{log: late}, {delay: 1s}]}]}
  writer: {count: 2, start: 2500ms, do: [{with: {write: l}, do: [{log: writes}, {delay: 1s}]}]}
";

#[test]
fn writers_go_first() {
    let lines = ["5s writes", "6s writes", "7s late"];
    assert_eq!(told("rwlock", FIVE), lines);
    assert_eq!(told("{kind: rwlock, prefer: writers}", FIVE), lines);
}

#[test]
fn readers_go_first() {
    assert_eq!(told("{kind: rwlock, prefer: readers}", FIVE), ["3s late", "5s writes", "6s writes"]);
}

/// Who waits to write does so by priority.
#[test]
fn a_discipline_is_of_those_who_write() {
    let lines = told(
        "{kind: rwlock, discipline: priority}",
        "
  reader: {do: [{with: {read: l}, do: [{delay: 3s}]}]}
  first: {start: 1s, do: [{with: {write: l}, do: [{delay: 1s}]}]}
  low: {start: 1100ms, priority: 5, do: [{with: {write: l}, do: [{log: low}]}]}
  high: {start: 1200ms, priority: 1, do: [{with: {write: l}, do: [{log: high}]}]}
",
    );
    assert_eq!(lines, ["4s high", "4s low"]);
}

/// Who gives up or is stopped, wherever it stands in line, lets the others go on as if it had
/// never come.
#[test]
fn who_gives_up_or_is_stopped_holds_up_nobody() {
    let lines = told(
        "rwlock",
        "
  reader: {do: [{with: {read: l}, do: [{delay: 9s}]}]}
  impatient: {start: 1s, do: [{with: {write: l}, within: 2s, do: [], else: [{log: gives up}]}]}
  second: {start: 1s, do: [{with: {write: l}, within: 1s, do: [], else: [{log: gives up too}]}]}
  reads: {start: 2500ms, do: [{with: {read: l}, do: [{log: reads}]}]}
  tries: {start: 4s, do: [{acquire: {write: l}, within: 0s, else: [{log: no}]}, {acquire: {read: l}, within: 0s, else: []}, {log: reading}, {release: {read: l}}]}
  stopped: {start: 5s, do: [{with: {write: l}, do: []}]}
  again: {start: 5500ms, do: [{with: {read: l}, do: [{log: again}]}]}
  stops: {start: 6s, do: [{stop: stopped}]}
",
    );
    let expected = ["2s gives up too", "3s gives up", "3s reads", "4s no", "4s reading", "6s again"];
    assert_eq!(lines, expected);
}

/// Who is stopped while it reads, or while it writes, gives the lock back.
#[test]
fn who_is_stopped_gives_back() {
    let lines = told(
        "{kind: rwlock, count: 2}",
        "
  reader: {do: [{with: {read: 'l[0]'}, do: [{delay: 100s}]}]}
  writer: {do: [{with: {write: 'l[1]'}, do: [{delay: 100s}]}]}
  w: {count: 2, do: [{delay: 1s}, {with: {write: 'l[index]'}, do: [{log: 'writes {index}'}]}]}
  stops: {do: [{delay: 2s}, {stop: reader}, {delay: 1s}, {stop: writer}]}
",
    );
    assert_eq!(lines, ["2s writes 0", "3s writes 1"]);
}

/// Who reads and wants to write waits for itself; the lock is named, and not what it is made of.
#[test]
fn who_reads_and_is_to_write_waits_for_itself() {
    let run = run("
version: 1
resources: {l: rwlock}
processes:
  p: {do: [{acquire: {read: l}}, {acquire: {write: l}}, {release: {write: l}}, {release: {read: l}}]}
");
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    let [blocked] = deadlock.blocked.as_slice() else { panic!("{deadlock:?}") };
    assert_eq!(run.header.resource_name(blocked.resource), "l to write");
}

/// How long it is away, whether it writes, and for how long; in milliseconds.
type Round = (u64, bool, u64);

/// A program that knows nothing of the kernel: when each round has got the lock; `None` if two
/// things happen at one time.
fn naive(prefers_writers: bool, processes: &[Vec<Round>]) -> Option<Vec<Vec<u64>>> {
    let mut due: BTreeSet<(u64, usize, bool)> = BTreeSet::new();
    let mut begun = vec![Vec::new(); processes.len()];
    let (mut readers, mut writes) = (0, false);
    let (mut to_read, mut to_write): (Vec<usize>, VecDeque<usize>) = (Vec::new(), VecDeque::new());
    due.extend((0..processes.len()).filter_map(|id| Some((processes[id].first()?.0, id, false))));
    while let Some((time, process, gives_back)) = due.pop_first() {
        if due.first().is_some_and(|&(next, ..)| next == time) {
            return None;
        }
        let (_, is_writer, _) = processes[process][begun[process].len() - usize::from(gives_back)];
        if gives_back {
            match is_writer {
                true => writes = false,
                false => readers -= 1,
            }
            if let Some(next) = processes[process].get(begun[process].len()) {
                due.insert((time + next.0, process, false));
            }
        } else if is_writer {
            to_write.push_back(process);
        } else {
            to_read.push(process);
        }
        let readers_first = !prefers_writers || to_write.is_empty();
        let mut begin = |process: usize| {
            let (_, _, length) = processes[process][begun[process].len()];
            begun[process].push(time);
            due.insert((time + length, process, true));
        };
        if !writes && readers_first {
            readers += to_read.len();
            to_read.drain(..).for_each(&mut begin);
        }
        if !writes
            && readers == 0
            && let Some(next) = to_write.pop_front()
        {
            writes = true;
            begin(next);
        }
    }
    Some(begun)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(150), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_a_naive_program_has_it(
        prefers_writers: bool,
        processes in prop::collection::vec(
            prop::collection::vec((1u64..4_000, any::<bool>(), 1u64..4_000), 1..5), 1..7),
    ) {
        let Some(expected) = naive(prefers_writers, &processes) else { return Ok(()) };
        let prefer = if prefers_writers { "writers" } else { "readers" };
        let mut text = format!("version: 1\nresources: {{l: {{kind: rwlock, prefer: {prefer}}}}}\nprocesses:\n");
        for (number, rounds) in processes.iter().enumerate() {
            writeln!(text, "  p{number}:\n    do:").expect("a String takes any text");
            for (away, writes, length) in rounds {
                let how = if *writes { "write" } else { "read" };
                writeln!(
                    text,
                    "      - delay: {away}ms\n      - with: {{{how}: l}}\n        do: [{{log: '{{now / 1ms}}'}}, {{delay: {length}ms}}]"
                )
                .expect("a String takes any text");
            }
        }
        let run = run(&text);
        prop_assert_eq!(run.outcome(), "completed");
        let mut begun = vec![Vec::new(); processes.len()];
        for (process, line) in run.log_with_processes() {
            let number: usize = process[1..].parse().expect("a number");
            begun[number].push(line.parse::<f64>().expect("a number") as u64);
        }
        prop_assert_eq!(begun, expected, "{}", text);
    }
}

/// What is given back must have been taken, by somebody who reads, or by who writes.
#[test]
fn what_was_not_taken_is_not_given_back() {
    for (steps, message) in [
        (
            "{acquire: {read: l}}, {release: {read: l}}, {release: {read: l}}",
            "'p' releases 'l' for reading, but nobody reads under it",
        ),
        ("{release: {read: l}}", "'p' releases 'l' for reading, but nobody reads under it"),
        ("{acquire: {read: l}}, {release: {write: l}}", "'p' releases 'l' for writing, but nobody owns it"),
    ] {
        let text = format!("version: 1\nresources: {{l: rwlock}}\nprocesses: {{p: {{do: [{steps}]}}}}");
        assert_eq!(run(&text).fault(), message);
    }
    let text = "version: 1
resources: {l: {kind: rwlock, count: 2}}
processes: {p: {vars: {i: 1}, do: [{acquire: {read: \"l[0]\"}}, {release: {read: \"l[i]\"}}]}}";
    assert_eq!(run(text).fault(), "'p' releases 'l[1]' for reading, but nobody reads under it");
}

/// Who takes a lock and something else at once has neither before it can have both, and keeps
/// nobody from reading meanwhile.
#[test]
fn a_lock_is_taken_with_other_things_at_once() {
    let text = "
version: 1
resources: {l: rwlock, m: mutex, q: {kind: buffer, capacity: 3, of: int}}
processes:
  reader: {do: [{with: {read: l}, do: [{delay: 3s}]}]}
  both: {start: 1s, do: [{acquire_all: [{write: l}, m]}, {log: both}, {delay: 2s}, {release: [m, {write: l}]}]}
  holder: {start: 2s, do: [{with: m, do: [{log: m is free}, {delay: 500ms}]}]}
  second: {start: 2s, do: [{with: {read: l}, do: [{log: reads too}]}]}
  hurried: {start: 2s, do: [{acquire_all: {write: l}, within: 500ms, else: [{log: gives up}]}]}
  late: {start: 4s, do: [{acquire_all: [m, {read: l}]}, {log: late}, {release: [{read: l}, m]}]}
  chooses:
    start: 3500ms
    do:
      - repeat: 2
        do:
          - select:
              - acquire: {read: l}
                do: [{log: reads}, {release: {read: l}}, {delay: 100ms}]
              - get: q
                do: [{log: gets}]
  puts: {start: 4500ms, do: [{put: q}]}
  writes:
    start: 3600ms
    do: [{select: [{acquire: {write: l}, do: [{log: writes}, {release: {write: l}}]}, {after: 0s, do: [{log: not yet}]}]}]
";
    let run = run(text);
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    run.machine.check(&run.program);
    let expected = [
        "2s m is free",
        "2s reads too",
        "2.5s gives up",
        "3s both",
        "3.6s not yet",
        "4.5s gets",
        "5s late",
        "5s reads",
    ];
    assert_eq!(timed_log(&run), expected);
}

#[test]
fn a_lock_is_not_taken_twice_at_once() {
    for [first, second] in [["read", "write"], ["write", "read"], ["read", "read"], ["write", "write"]] {
        let text = format!(
            "version: 1\nresources: {{l: {{kind: rwlock, count: 2}}}}\nprocesses: {{p: {{vars: {{i: 1}}, do: [{{acquire_all: [{{{first}: 'l[1]'}}, {{{second}: 'l[i]'}}]}}]}}}}"
        );
        assert_eq!(run(&text).fault(), "'l[1]' is named twice among what is taken at once", "{text}");
    }
}

/// What a step of the random scenarios takes at once: of two locks nothing, to read or to write,
/// and of a mutex.
type Wanted = ([Option<bool>; 2], bool);

/// When each process takes what it wants at once; whoever came first of those who can have
/// theirs. Who has written lets those read first who are preferred, and then lets all in.
/// Nothing if two things happen at one instant.
fn naive_at_once(prefers_writers: bool, processes: &[Vec<(u64, Wanted, u64)>]) -> Option<Vec<Vec<u64>>> {
    let mut due: BTreeSet<(u64, usize, bool)> =
        processes.iter().enumerate().map(|(process, rounds)| (rounds[0].0, process, false)).collect();
    let mut begun: Vec<Vec<u64>> = vec![Vec::new(); processes.len()];
    let (mut readers, mut owned) = ([0; 2], false);
    let (mut keeps_readers, mut keeps_writers) = ([false; 2], [false; 2]);
    let mut waiting: Vec<usize> = Vec::new();
    let mut last = None;
    while let Some((time, process, ends)) = due.pop_first() {
        if last == Some(time) {
            return None;
        }
        last = Some(time);
        let mut parts = 1;
        if ends {
            parts = 5;
            if let Some(next) = processes[process].get(begun[process].len()) {
                due.insert((time + next.0, process, false));
            }
        } else {
            waiting.push(process);
        }
        // What is given back is so one after the other, and each is offered to all.
        for part in 0..parts {
            if ends {
                let (locks, mutex) = processes[process][begun[process].len() - 1].1;
                match part {
                    4 => owned &= !mutex,
                    part => match (locks[part / 2], part % 2) {
                        (Some(true), 0) => keeps_readers[part / 2] = prefers_writers,
                        (Some(true), _) => {
                            keeps_readers[part / 2] = false;
                            keeps_writers[part / 2] = false;
                        }
                        (Some(false), 0) => readers[part / 2] -= 1,
                        _ => {}
                    },
                }
            }
            while let Some(place) = waiting.iter().position(|&other| {
                let (locks, mutex) = processes[other][begun[other].len()].1;
                let fits = |lock: usize| match locks[lock] {
                    Some(true) => !keeps_writers[lock] && readers[lock] == 0,
                    Some(false) => !keeps_readers[lock],
                    None => true,
                };
                fits(0) && fits(1) && !(mutex && owned)
            }) {
                let next = waiting.remove(place);
                let (_, (locks, mutex), length) = processes[next][begun[next].len()];
                for lock in 0..2 {
                    match locks[lock] {
                        Some(true) => {
                            keeps_readers[lock] = true;
                            keeps_writers[lock] = true;
                        }
                        Some(false) => readers[lock] += 1,
                        None => {}
                    }
                }
                owned |= mutex;
                begun[next].push(time);
                due.insert((time + length, next, true));
            }
        }
    }
    Some(begun)
}

fn wanted() -> impl Strategy<Value = Wanted> {
    ([any::<Option<bool>>(), any::<Option<bool>>()], any::<bool>())
        .prop_filter("something is wanted", |(locks, mutex)| *mutex || locks.iter().any(Option::is_some))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(150), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn at_once_as_a_naive_program_has_it(
        prefers_writers: bool,
        processes in prop::collection::vec(
            prop::collection::vec((1u64..4_000, wanted(), 1u64..4_000), 1..4), 1..7),
    ) {
        let Some(expected) = naive_at_once(prefers_writers, &processes) else { return Ok(()) };
        let prefer = if prefers_writers { "writers" } else { "readers" };
        let mut text = format!(
            "version: 1\nresources: {{l: {{kind: rwlock, count: 2, prefer: {prefer}}}, m: mutex}}\nprocesses:\n"
        );
        for (number, rounds) in processes.iter().enumerate() {
            writeln!(text, "  p{number}:\n    do:").expect("a String takes any text");
            for (away, (locks, mutex), length) in rounds {
                let mut names: Vec<String> = Vec::new();
                for (lock, way) in locks.iter().enumerate() {
                    names.extend(way.map(|writes| {
                        format!("{{{}: 'l[{lock}]'}}", if writes { "write" } else { "read" })
                    }));
                }
                names.extend(mutex.then(|| "m".to_owned()));
                let names = names.join(", ");
                writeln!(
                    text,
                    "      - delay: {away}ms\n      - acquire_all: [{names}]\n      - log: '{{now / 1ms}}'\n      - delay: {length}ms\n      - release: [{names}]"
                )
                .expect("a String takes any text");
            }
        }
        let run = run(&text);
        prop_assert_eq!(run.outcome(), "completed");
        let mut begun = vec![Vec::new(); processes.len()];
        for (process, line) in run.log_with_processes() {
            let number: usize = process[1..].parse().expect("a number");
            begun[number].push(line.parse::<f64>().expect("a number") as u64);
        }
        prop_assert_eq!(begun, expected, "{}", text);
    }
}

/// Who writes and wants to read waits for itself, as it does of a mutex; and so does whoever else wants to read.
#[test]
fn who_writes_is_who_readers_wait_for() {
    let run = run("
version: 1
resources: {l: rwlock}
processes:
  a: {do: [{acquire: {write: l}}, {acquire: {read: l}}, {release: {write: l}}]}
  r: {do: [{delay: 1s}, {with: {read: l}, do: [{delay: 3s}]}]}
");
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    let a = run.process("a");
    assert_eq!(deadlock.cycle, [a]);
    assert_eq!(deadlock.blocked.len(), 2);
    for blocked in &deadlock.blocked {
        assert_eq!((blocked.holder, blocked.givers.as_slice()), (Some(a), &[a][..]));
    }
}

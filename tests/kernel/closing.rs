//! Buffers that are closed: each rule in a scenario small enough to work out by hand, and
//! producers and consumers against a naive program.

use crate::common::{run, told};
use tempolane::trace::{Event, Kind, Outcome};

/// The message of the fault, its line, and when it was.
fn broken(processes: &str, resources: &str) -> (String, u32, String) {
    let run = run(&format!("version: 1\nresources: {{{resources}}}\nprocesses:\n{processes}"));
    let Outcome::Fault(fault) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    let line = run.header.line(fault.op).expect("it has a line");
    (fault.message.clone(), line, run.end.end.to_string())
}

/// Three items at 1, 2 and 3 s, of 2 s each: done at 3, 5 and 7 s, and it is closed by then.
#[test]
fn rounds_end_when_the_buffer_is_closed_and_empty() {
    let lines = told(
        "
  maker: {vars: {i: 0}, do: [{repeat: 3, do: [{delay: 1s}, {put: {to: q, value: i}}, {set: {i: i + 1}}]}, {close: q}]}
  taker: {vars: {x: 0}, do: [{for_each: {from: q, into: x, do: [{delay: 2s}, {log: '{x}'}]}}, {log: end}]}
",
        "q: {kind: buffer, capacity: 1}",
    );
    assert_eq!(lines, ["3s 0", "5s 1", "7s 2", "7s end"]);
}

/// The first closes at 1 s, the second one, which puts once more, at 4 s: who waits goes on then.
#[test]
fn all_who_close_count() {
    let lines = told(
        "
  first: {do: [{put: q}, {delay: 1s}, {close: q}]}
  second: {do: [{delay: 3s}, {put: q}, {delay: 1s}, {close: q}, {log: closed}]}
  taker: {count: 3, do: [{for_each: {from: q, do: [{log: '{index}'}]}}, {log: '{index} ends'}]}
",
        "q: {kind: buffer, capacity: 9, closes: 2}",
    );
    // The first of them gets both items, and stands behind the others then.
    let expected = ["0s 0", "3s 0", "4s closed", "4s 1 ends", "4s 2 ends", "4s 0 ends"];
    assert_eq!(lines, expected);
}

/// The first in line wants three of the one item that is left, and gets none: it goes to the
/// next one. Who comes later finds it closed.
#[test]
fn what_is_left_goes_to_whom_it_is_enough_for() {
    let lines = told(
        "
  big: {do: [{get: {from: q, count: 3}, else: [{log: too few}]}]}
  small: {start: 1s, vars: {x: 0}, do: [{get: {from: q, into: x}, else: [{log: never}]}, {log: 'got {x}'}]}
  last: {start: 2s, do: [{get: q, else: [{log: none}]}]}
  maker: {start: 3s, do: [{put: {to: q, value: 7}}, {close: q}]}
  late: {start: 4s, do: [{get: q, else: [{log: late}]}, {get: q, within: 5s, else: [{log: late}]}, {get: {from: q, count: 2}, within: 0s, else: [{log: late}]}]}
",
        "q: {kind: buffer, capacity: 9}",
    );
    assert_eq!(lines, ["3s too few", "3s got 7", "3s none", "4s late", "4s late", "4s late"]);
}

/// Of the three items that are left when it is closed two are got at once, and one never by two.
#[test]
fn items_stay_that_are_too_few() {
    let lines = told(
        "
  maker: {do: [{put: {to: q, count: 3}}, {close: q}]}
  taker:
    start: 1s
    vars: {xs: {array: 2}}
    do:
      - repeat: 2
        do: [{get: {from: q, count: 2, into: xs}, else: [{log: '{level(q)} left'}]}]
      - get: {from: q, into: 'xs[1]'}
        else: [{log: never}]
      - get: {from: q, into: 'xs[1]'}
        else: [{log: '{level(q)} left'}]
",
        "q: {kind: buffer, capacity: 3}",
    );
    assert_eq!(lines, ["1s 1 left", "1s 0 left"]);
}

/// A limit and the close: whichever comes first; and the first in line by the discipline.
#[test]
fn else_is_for_both_and_the_line_keeps_its_order() {
    for (discipline, order) in
        [("fifo", ["a", "b", "c"]), ("lifo", ["c", "b", "a"]), ("priority", ["b", "a", "c"])]
    {
        let lines = told(
            "
  a: {do: [{get: q, else: [{log: a}]}]}
  b: {priority: -1, start: 1s, do: [{get: q, within: 20s, else: [{log: b}]}]}
  x: {start: 2s, do: [{get: q, within: 3s, else: [{log: x}]}]}
  c: {start: 3s, do: [{get: q, within: 10s, else: [{log: c}]}]}
  closer: {start: 7s, do: [{close: q}]}
",
            &format!("q: {{kind: buffer, capacity: 1, of: int, discipline: {discipline}}}"),
        );
        let mut expected = vec!["5s x".to_owned()];
        // Who is told at one instant goes on by priority.
        let order = if discipline == "lifo" { ["b", "c", "a"] } else { order };
        let order = if discipline == "fifo" { ["b", "a", "c"] } else { order };
        expected.extend(order.map(|name| format!("7s {name}")));
        assert_eq!(lines, expected, "{discipline}");
    }
}

/// Nobody meets anybody any more.
#[test]
fn a_rendezvous_is_closed() {
    let lines = told(
        "
  giver: {do: [{delay: 1s}, {put: {to: door, value: 4}}, {delay: 1s}, {close: door}]}
  taker: {count: 2, vars: {x: 0}, do: [{for_each: {from: door, into: x, do: [{log: '{index} {x}'}]}}, {log: '{index} ends'}]}
",
        "door: {kind: buffer, capacity: 0, of: int}",
    );
    assert_eq!(lines, ["1s 0 4", "2s 1 ends", "2s 0 ends"]);
}

/// Each of several is closed by itself.
#[test]
fn several_are_closed_one_by_one() {
    let lines = told(
        "
  maker: {do: [{put: 'q[0]'}, {put: 'q[1]'}, {close: 'q[1]'}, {delay: 2s}, {close: ['q[0]', 'q[2]']}]}
  taker: {count: 3, start: index * 1ns, do: [{for_each: {from: 'q[index]', do: [{log: '{index}'}]}}, {log: '{index} ends'}]}
",
        "q: {kind: buffer, capacity: 1, count: 3, of: int}",
    );
    assert_eq!(lines, ["0s 0", "1ns 1", "1ns 1 ends", "2s 0 ends", "2s 2 ends"]);
}

#[test]
fn what_a_closed_buffer_does_not_allow() {
    let q = "q: {kind: buffer, capacity: 1, of: int}";
    let at = |second: &str| {
        broken(
            &format!("\n  closer: {{do: [{{delay: 1s}}, {{close: q}}]}}\n  other:\n    do:\n{second}\n"),
            q,
        )
    };
    let faults = |message: &str, line: u32, end: &str| (message.to_owned(), line, end.to_owned());
    assert_eq!(
        at("      - delay: 2s\n      - put: q"),
        faults("a put into buffer 'q', which is closed", 9, "2s")
    );
    assert_eq!(
        at("      - delay: 2s\n      - put: {to: q, count: 1}"),
        faults("a put into buffer 'q', which is closed", 9, "2s")
    );
    assert_eq!(at("      - delay: 2s\n      - get: q"), faults("buffer 'q' is closed and empty", 9, "2s"));
    assert_eq!(
        at("      - delay: 2s\n      - get: q\n        within: 5s"),
        faults("buffer 'q' is closed and empty", 9, "2s")
    );
    assert_eq!(at("      - delay: 2s\n      - close: q"), faults("buffer 'q' is closed already", 9, "2s"));
    // Of those who wait when it is closed, the line is theirs.
    assert_eq!(
        at("      - get: q"),
        faults("'other' waits to get from buffer 'q', which is closed meanwhile", 8, "1s")
    );
    assert_eq!(
        at("      - put: q\n      - put: q"),
        faults("'other' waits to put into buffer 'q', which is closed meanwhile", 9, "1s")
    );
    let two = broken(
        "\n  closer: {do: [{put: q}, {close: q}]}\n  other: {start: 1s, do: [{get: {from: q, count: 2}}]}\n",
        "q: {kind: buffer, capacity: 2, of: int}",
    );
    assert_eq!(two, faults("buffer 'q' is closed and has fewer than 2 items", 6, "1s"));
}

/// One of two closes it: the taker is starved, and so it is not while the other one could.
#[test]
fn who_waits_for_a_close_that_never_comes_is_starved() {
    let text = "
version: 1
resources: {q: {kind: buffer, capacity: 1, of: int, closes: 2}, s: {kind: semaphore, permits: 0}}
processes:
  one: {do: [{close: q}]}
  two: {do: [{acquire: s}, {close: q}]}
  taker: {do: [{for_each: {from: q, do: []}}GIVES]}
";
    let blocked = |gives: &str| {
        let run = run(&text.replace("GIVES", gives));
        let Outcome::Deadlock(deadlock) = run.end.outcome else { panic!("{:?}", run.end.outcome) };
        let starved = |name: &str| {
            let of = |id| run.header.process_name(id) == name;
            deadlock.blocked.iter().find(|one| of(one.process)).map(|one| one.is_starved())
        };
        (starved("two"), starved("taker"), deadlock.cycle.len())
    };
    assert_eq!(blocked(""), (Some(true), Some(false), 0));
    assert_eq!(blocked(", {release: s}"), (Some(false), Some(false), 2));
}

/// A small generator of numbers for the test (Lehmer, 1951; Park and Miller, 1988).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0 * 48271 % 2_147_483_647;
        self.0 % most
    }
}

/// Producers put at given times into a queue without bound and close it behind their last
/// item; of the consumers whoever is free first takes the next item. Each ends when it is
/// free and all have closed.
#[test]
fn as_many_producers_and_consumers_as_there_may_be() {
    for seed in 1..=30 {
        let mut numbers = Numbers(seed);
        let (producers, consumers) = (1 + numbers.below(4), 1 + numbers.below(4));
        let gaps: Vec<Vec<u64>> = (0..producers)
            .map(|_| (0..numbers.below(6)).map(|_| 1 + numbers.below(1_000_000)).collect())
            .collect();
        let services: Vec<u64> = (0..consumers).map(|_| 1 + numbers.below(2_000_000)).collect();
        let mut text = format!(
            "version: 1\nresources: {{q: {{kind: buffer, capacity: unbounded, of: int, closes: {producers}}}}}\nprocesses:\n"
        );
        for (number, gaps) in gaps.iter().enumerate() {
            let steps: String = gaps.iter().map(|gap| format!("{{delay: {gap}ns}}, {{put: q}}, ")).collect();
            text += &format!("  p{number}: {{do: [{steps}{{delay: 1ns}}, {{close: q}}]}}\n");
        }
        for (number, service) in services.iter().enumerate() {
            text +=
                &format!("  c{number}: {{do: [{{for_each: {{from: q, do: [{{delay: {service}ns}}]}}}}]}}\n");
        }
        let run = run(&text);
        assert_eq!(run.outcome(), "completed", "{text}");
        let ends = gaps.iter().map(|gaps| gaps.iter().sum::<u64>() + 1);
        let closed = ends.max().expect("there are producers");
        let mut puts: Vec<u64> = Vec::new();
        for gaps in &gaps {
            puts.extend(gaps.iter().scan(0, |time, gap| {
                *time += gap;
                Some(*time)
            }));
        }
        puts.sort_unstable();
        let mut free = vec![0u64; services.len()];
        for put in puts {
            let first = (0..free.len()).min_by_key(|&number| free[number]).expect("there are consumers");
            free[first] = free[first].max(put) + services[first];
        }
        for (number, free) in free.into_iter().enumerate() {
            let consumer = run.process(&format!("c{number}"));
            let is_done = |event: &&Event| event.kind == Kind::Done && event.process == consumer;
            let done = run.kept.events.iter().find(is_done).expect("it finishes");
            assert_eq!(done.time.as_nanos(), free.max(closed), "seed {seed}, consumer {number}\n{text}");
        }
    }
}

//! Buffers whose items are chosen: each rule in a scenario small enough to work out by hand,
//! and random requests against a naive model.

use crate::common::run;
use tempolane::trace::Kind;

/// The log of a run that completes, each line with when it was written.
fn told(processes: &str, resources: &str) -> Vec<String> {
    let run = run(&format!("version: 1\nresources: {{{resources}}}\nprocesses:\n{processes}"));
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    run.machine.check(&run.program);
    let logs = run.kept.events.iter().filter(|event| event.kind == Kind::Log);
    logs.zip(run.log()).map(|(event, text)| format!("{} {text}", event.time)).collect()
}

#[test]
fn the_order_of_items() {
    let puts = |values: &[i64]| -> String {
        values.iter().map(|value| format!("{{put: {{to: q, value: {value}}}}}, ")).collect()
    };
    for (order, expected) in [
        ("fifo", "31 12 25 11 32"),
        ("lifo", "32 11 25 12 31"),
        ("{by: item}", "11 12 25 31 32"),
        ("{by: -item}", "32 31 25 12 11"),
        // Of equal keys the first that was put.
        ("{by: item / 10}", "12 11 25 31 32"),
        ("{by: item % 10 == 1}", "12 25 32 31 11"),
        ("{by: 1.0 / float(item)}", "32 31 25 12 11"),
        // What has no key goes last.
        ("{by: item / (item - 25)}", "12 11 32 31 25"),
    ] {
        let lines = told(
            &format!(
                "
  p:
    vars: {{x: 0, a: 0, b: 0, c: 0, d: 0}}
    do: [{}{{get: {{from: q, into: a}}}}, {{get: {{from: q, into: b}}}}, {{get: {{from: q, into: c}}}}, {{get: {{from: q, into: d}}}}, {{get: {{from: q, into: x}}}}, {{log: '{{a}} {{b}} {{c}} {{d}} {{x}}'}}]
",
                puts(&[31, 12, 25, 11, 32])
            ),
            &format!("q: {{kind: buffer, capacity: 5, of: int, order: {order}}}"),
        );
        assert_eq!(lines, [format!("0s {expected}")], "{order}");
    }
}

/// The ring goes round, and several are got at once in the order of the key.
#[test]
fn a_ring_that_goes_round_keeps_the_order() {
    let lines = told(
        "
  p:
    vars: {i: 0, xs: {array: 3}, x: 0}
    do:
      - repeat: 5
        do: [{put: {to: q, value: 9 - i}}, {put: {to: q, value: i}}, {get: {from: q, into: x}}, {set: {i: i + 1}}]
      - get: {from: q, count: 3, into: xs}
      - log: '{x} {xs}'
",
        "q: {kind: buffer, capacity: unbounded, of: int, order: {by: item}}",
    );
    // The least of 0 9 | 1 8 9 | 2 7 8 9 | 3 6 7 8 9 | 4 5 6 7 8 9 goes each time.
    assert_eq!(lines, ["0s 4 [5, 6, 7]"]);
}

/// A get that asks takes the first that fits, waits for one, and holds up nobody; one that does
/// not ask and wants too many does.
#[test]
fn who_asks_waits_for_a_certain_item() {
    let lines = told(
        "
  even: {vars: {x: 0}, do: [{get: {from: q, where: item % 2 == 0, into: x}}, {log: 'even {x}'}]}
  large: {start: 1s, vars: {x: 0, limit: 10}, do: [{get: {from: q, where: item > limit and item < 2 * limit, into: x}}, {log: 'large {x}'}]}
  two: {start: 2s, vars: {xs: {array: 2}}, do: [{get: {from: q, count: 2, into: xs}}, {log: 'two {xs}'}]}
  odd: {start: 3s, vars: {x: 0}, do: [{get: {from: q, where: item % 2 == 1, into: x}}, {log: 'odd {x}'}]}
  maker:
    start: 4s
    do:
      - put: {to: q, value: 3}
      - delay: 1s
      - put: {to: q, value: 20}
      - delay: 1s
      - put: {to: q, value: 13}
      - delay: 1s
      - put: {to: q, value: 5}
      - delay: 1s
      - put: {to: q, value: 7}
",
        "q: {kind: buffer, capacity: 9, of: int}",
    );
    // 3 waits for two of them, before whom `odd` is not served; 20 is even, 13 is large.
    assert_eq!(lines, ["5s even 20", "6s large 13", "7s two [3, 5]", "8s odd 7"]);
}

/// The first in the order of the buffer of those that fit, from the middle of the ring.
#[test]
fn the_first_that_fits_is_taken() {
    for (order, expected) in [("fifo", "6 4 5"), ("lifo", "4 6 9"), ("{by: item}", "4 6 1")] {
        let lines = told(
            "
  p:
    vars: {a: 0, b: 0, c: 0}
    do:
      - put: {to: q, value: 5}
      - put: {to: q, value: 6}
      - put: {to: q, value: 1}
      - put: {to: q, value: 4}
      - put: {to: q, value: 9}
      - get: {from: q, where: item % 2 == 0, into: a}
      - get: {from: q, where: item % 2 == 0, into: b}
      - get: {from: q, into: c}
      - get: {from: q, where: 1 / (item - item) == 1}
        within: 1s
        else: [{log: '{a} {b} {c}, {level(q)} left'}]
",
            &format!("q: {{kind: buffer, capacity: 5, of: int, order: {order}}}"),
        );
        assert_eq!(lines, [format!("1s {expected}, 2 left")], "{order}");
    }
}

/// Two machines of size 1 and one of size 2, as in the manual of SimPy's FilterStore: whoever
/// needs a size gets a machine of it, and gives it back.
#[test]
fn a_machine_shop() {
    let lines = told(
        "
  shop: {do: [{put: {to: machines, value: 1}}, {put: {to: machines, value: 2}}, {put: {to: machines, value: 1}}]}
  user:
    count: 4
    start: 1s + index * 1ms
    vars: {size: 1 + index % 2, mine: 0}
    do:
      - get: {from: machines, where: item == size, into: mine}
      - log: '{index} has {mine}'
      - delay: 5s
      - put: {to: machines, value: mine}
",
        "machines: {kind: buffer, capacity: 3, of: int}",
    );
    assert_eq!(lines, ["1s 0 has 1", "1.001s 1 has 2", "1.002s 2 has 1", "6.001s 3 has 2"]);
}

/// Whoever asks for what is not there any more finds the buffer closed.
#[test]
fn who_asks_is_told_of_the_end() {
    let lines = told(
        "
  asks: {do: [{get: {from: q, where: item == 7}, else: [{log: no seven}]}]}
  maker: {start: 1s, do: [{put: {to: q, value: 3}}, {close: q}]}
  late: {start: 2s, vars: {x: 0}, do: [{get: {from: q, where: item > 3}, else: [{log: none}]}, {get: {from: q, where: item < 4, into: x}, else: [{log: never}]}, {log: '{x}'}]}
",
        "q: {kind: buffer, capacity: 1, of: int}",
    );
    assert_eq!(lines, ["1s no seven", "2s none", "2s 3"]);
}

/// A request of the naive model.
#[derive(Debug, Clone, Copy)]
enum Request {
    Put(i64),
    /// So many, whatever they are.
    Get(usize),
    /// One that leaves this remainder by three.
    Ask(i64),
}

/// A small generator of numbers for the test (Lehmer, 1951; Park and Miller, 1988).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0 * 48271 % 2_147_483_647;
        self.0 % most
    }
}

/// Who is served when, with which items, by lists alone: `requests` come second by second.
fn naive(requests: &[Request], capacity: usize, order: &str, newest_first: bool) -> Vec<String> {
    let (mut items, mut putters, mut getters): (Vec<i64>, Vec<usize>, Vec<usize>) = Default::default();
    let mut told = Vec::new();
    for (second, request) in requests.iter().enumerate() {
        let line = if let Request::Put(_) = request { &mut putters } else { &mut getters };
        line.insert(if newest_first { 0 } else { line.len() }, second);
        'again: loop {
            for place in 0..getters.len() {
                let who = getters[place];
                let found: Option<Vec<i64>> = match requests[who] {
                    Request::Get(count) if items.len() >= count => Some(items.drain(..count).collect()),
                    Request::Ask(rest) => items
                        .iter()
                        .position(|item| item.rem_euclid(3) == rest)
                        .map(|at| vec![items.remove(at)]),
                    _ => None,
                };
                if let Some(found) = found {
                    told.push(format!("{second}s {who} got {found:?}"));
                    getters.remove(place);
                    continue 'again;
                }
                if let Request::Get(_) = requests[who] {
                    break;
                }
            }
            match putters.first() {
                Some(&who) if items.len() < capacity => {
                    let Request::Put(value) = requests[who] else { unreachable!() };
                    putters.remove(0);
                    items.push(value);
                    match order {
                        "lifo" => items.rotate_right(1),
                        "{by: -item}" => items.sort_by_key(|item| -item),
                        "{by: item % 5}" => items.sort_by_key(|item| item.rem_euclid(5)),
                        _ => {}
                    }
                }
                _ => break,
            }
        }
    }
    told
}

#[test]
fn random_requests_are_served_as_lists_say() {
    for seed in 1..=120 {
        let mut numbers = Numbers(seed);
        let order = ["fifo", "lifo", "{by: -item}", "{by: item % 5}"][numbers.below(4) as usize];
        let (capacity, newest_first) = (2 + numbers.below(3) as usize, numbers.below(3) == 0);
        let requests: Vec<Request> = (0..14)
            .map(|_| match numbers.below(8) {
                0 | 1 => Request::Get(1 + numbers.below(2) as usize),
                2 | 3 => Request::Ask(numbers.below(3) as i64),
                _ => Request::Put(numbers.below(30) as i64),
            })
            .collect();
        let discipline = if newest_first { "lifo" } else { "fifo" };
        let mut text = format!(
            "version: 1\nhorizon: 100s\nresources: {{q: {{kind: buffer, capacity: {capacity}, of: int, discipline: {discipline}, order: {order}}}}}\nprocesses:\n"
        );
        for (number, request) in requests.iter().enumerate() {
            let steps = match request {
                Request::Put(value) => format!("{{put: {{to: q, value: {value}}}}}"),
                Request::Get(count) => {
                    format!(
                        "{{get: {{from: q, count: {count}, into: xs{count}}}}}, {{log: '{number} got {{xs{count}}}'}}"
                    )
                }
                Request::Ask(rest) => format!(
                    "{{get: {{from: q, where: item % 3 == {rest}, into: 'xs1[0]'}}}}, {{log: '{number} got {{xs1}}'}}"
                ),
            };
            text += &format!(
                "  p{number}: {{start: {number}s, vars: {{xs1: {{array: 1}}, xs2: {{array: 2}}}}, do: [{steps}]}}\n"
            );
        }
        let run = run(&text);
        let logs = run.kept.events.iter().filter(|event| event.kind == Kind::Log);
        let mut found: Vec<String> =
            logs.zip(run.log()).map(|(event, text)| format!("{} {text}", event.time)).collect();
        let mut wanted = naive(&requests, capacity, order, newest_first);
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "seed {seed}\n{text}");
        run.machine.check(&run.program);
    }
}

/// Two thousand of each, so that many lie in the buffer at once, and as a list says that is kept in
/// order: records of a key that many share, and of a number that tells them apart.
#[test]
fn many_items_are_given_in_the_order_of_a_list() {
    let run = run("
version: 1
name: many
resources:
  q: {kind: buffer, capacity: unbounded, of: {key: int, number: int}, order: {by: item.key}}
processes:
  maker:
    vars: {i: 0, key: 0}
    do:
      - repeat: 2000
        do:
          - draw: {into: key, from: {uniform_int: {low: 1, high: 90}}}
          - put: {to: q, value: {key: key, number: i}}
          - set: {i: i + 1}
          - delay: {uniform: {low: 0s, high: 1s}}
  asker:
    start: 300s
    do:
      - repeat: 300
        do: [{get: {from: q, where: item.number % 3 == 1}}, {delay: {uniform: {low: 0s, high: 3s}}}]
  taker:
    start: 500s
    do: [{repeat: 1700, do: [{get: q}, {delay: {uniform: {low: 0s, high: 1s}}}]}]
");
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    let asker = run.process("asker");
    let (mut list, mut most): (Vec<(u64, u64)>, usize) = (Vec::new(), 0);
    let mut numbers = run.kept.words.iter();
    let items = run.kept.events.iter().filter(|event| matches!(event.kind, Kind::Put | Kind::Get));
    for event in items {
        let item = (event.value, *numbers.next().expect("a record has a second field"));
        if event.kind == Kind::Put {
            let place = list.partition_point(|other| other.0 <= item.0);
            list.insert(place, item);
            most = most.max(list.len());
        } else {
            let is_asked = |item: &(u64, u64)| event.process != asker || item.1 % 3 == 1;
            let first = list.iter().position(is_asked).expect("an item is got that is there");
            assert_eq!(list.remove(first), item, "{}", event.time);
        }
    }
    assert!(list.is_empty() && most > 700, "{most}");
}

//! Items that are records: each rule in a scenario small enough to work out by hand, random
//! requests against a list of tuples, and random scenarios against the same with plain items.

use crate::common::records::{with_records, without_arrays};
use crate::common::watches::watching;
use crate::common::{Run, cases, generate, limits, run, timed_log, told};
use proptest::prelude::*;
use tempolane::ids::OpId;
use tempolane::scenario::load_str;
use tempolane::trace::{Event, Kind, Outcome, RecordingSink, Sink, read_jsonl, write_jsonl};
use tempolane::value::Word;

const JOBS: &str =
    "jobs: {kind: buffer, capacity: 9, of: {kind: int, size: duration, fast: bool, share: float}}";

/// All fields come out as they were put, in whatever order they are written; those that are not
/// named are dropped.
#[test]
fn all_fields_of_an_item_stay_together() {
    let lines = told(
        "
  p:
    vars: {k: 0, s: 0s, f: false, w: 0.0, ks: {array: 3}}
    do:
      - put: {to: jobs, values: [{share: 0.5, fast: true, size: 3s, kind: 7}, {kind: 8, size: now + 1ms, share: 2, fast: 1 > 2}]}
      - put: jobs
      - get: {from: jobs, into: {fast: f, kind: 'ks[2]', size: s, share: w}}
      - log: '{ks} {s} {f} {w}'
      - get: {from: jobs, into: {size: s, kind: k}}
      - log: '{k} {s} {f} {w}'
      - get: {from: jobs, into: {kind: k, size: s, fast: f, share: w}}
      - log: '{k} {s} {f} {w}'
",
        JOBS,
    );
    assert_eq!(lines, ["0s [0, 0, 7] 3s true 0.5", "0s 8 1ms true 0.5", "0s 0 0s false 0.0"]);
}

/// By the field of the key, of equal ones the first that was put; the others come along.
#[test]
fn items_are_ordered_by_a_field() {
    for (order, expected) in [
        ("fifo", "a4 b2 c4 d1 e2"),
        ("lifo", "e2 d1 c4 b2 a4"),
        ("{by: item.size}", "d1 b2 e2 a4 c4"),
        ("{by: -item.size}", "a4 c4 b2 e2 d1"),
        ("{by: item.size * 10 - item.name}", "d1 e2 b2 c4 a4"),
        ("{by: 8 / (item.size - 2)}", "d1 a4 c4 b2 e2"),
    ] {
        let puts: Vec<String> = [4, 2, 4, 1, 2]
            .iter()
            .zip(0..)
            .map(|(size, name)| format!("{{name: {name}, size: {size}}}"))
            .collect();
        let lines = told(
            &format!(
                "
  p: {{do: [{{put: {{to: q, values: [{}]}}}}, {{close: q}}]}}
  g: {{start: 1s, vars: {{n: 0, s: 0}}, do: [{{for_each: {{from: q, into: {{name: n, size: s}}, do: [{{log: '{{n}} {{s}}'}}]}}}}]}}
",
                puts.join(", ")
            ),
            &format!("q: {{kind: buffer, capacity: 5, of: {{name: int, size: int}}, order: {order}}}"),
        );
        let named = |item: &str| {
            let (name, size) = item.split_at(1);
            format!("1s {} {size}", name.as_bytes()[0] - b'a')
        };
        assert_eq!(lines, expected.split(' ').map(named).collect::<Vec<_>>(), "{order}");
    }
}

/// Who asks for a kind holds up nobody behind, and gets the first of that kind.
#[test]
fn who_asks_gets_the_first_of_a_kind() {
    let lines = told(
        "
  two: {vars: {s: 0}, do: [{get: {from: q, where: item.kind == 2, into: {size: s}}}, {log: 'two {s}'}]}
  large: {vars: {k: 0, limit: 5}, do: [{get: {from: q, where: item.size > limit and item.kind != 2, into: {kind: k}}}, {log: 'large {k}'}]}
  any: {start: 3s, vars: {k: 0, s: 0}, do: [{repeat: 2, do: [{get: {from: q, into: {kind: k, size: s}}}, {log: 'any {k} {s}'}]}]}
  maker:
    do:
      - put: {to: q, value: {kind: 1, size: 5}}
      - delay: 1s
      - put: {to: q, value: {kind: 2, size: 9}}
      - put: {to: q, value: {kind: 2, size: 1}}
      - delay: 1s
      - put: {to: q, value: {kind: 3, size: 6}}
",
        "q: {kind: buffer, capacity: 9, of: {kind: int, size: int}}",
    );
    assert_eq!(lines, ["1s two 9", "2s large 3", "3s any 1 5", "3s any 2 1"]);
}

/// A put that runs out puts nothing, and loses nothing of what is there; nor does one that is
/// interrupted or stopped. The ring goes round meanwhile.
#[test]
fn a_put_that_gives_up_leaves_the_others_whole() {
    let lines = told(
        "
  p:
    vars: {i: 0}
    do:
      - repeat: 9
        do:
          - put: {to: q, value: {a: i, b: i * i}}
            within: 1s
            else: [{log: 'not {i}'}]
          - set: {i: i + 1}
      - close: q
  g:
    start: 500ms
    vars: {a: 0, b: 0}
    do:
      - for_each: {from: q, into: {a: a, b: b}}
        do: [{log: '{a} {b}'}, {delay: 1500ms}]
  r: {start: 400ms, do: [{interruptible: [{put: {to: q, value: {a: 77, b: 77}}}], on_interrupt: [{log: interrupted}]}]}
  s: {start: 410ms, do: [{put: {to: q, value: {a: 88, b: 88}}}]}
  ends: {start: 420ms, do: [{interrupt: r}, {stop: s}]}
",
        "q: {kind: buffer, capacity: 2, of: {a: int, b: int}}",
    );
    // 0 and 1 fit at 0 s, 2 when 0 is got at 0.5 s; from then on somebody waits for a place, which
    // comes at 2, 3.5, 5, 6.5 … s.
    assert_eq!(
        lines,
        [
            "420ms interrupted",
            "500ms 0 0",
            "1.5s not 3",
            "2s 1 1",
            "3s not 5",
            "3.5s 2 4",
            "4.5s not 7",
            "5s 4 16",
            "6.5s 6 36",
            "8s 8 64",
        ]
    );
}

/// Of several equal records all are put at once, or wait together; gets of several drop them.
#[test]
fn several_at_once() {
    let lines = told(
        "
  p: {vars: {n: 2}, do: [{put: {to: q, value: {a: 1, b: 5}, count: n}}, {put: {to: q, value: {a: 2, b: 6}, count: 2}}, {log: all}]}
  g: {start: 1s, vars: {a: 0, b: 0}, do: [{get: {from: q, into: {a: a, b: b}}}, {log: '{a} {b}'}, {delay: 1s}, {get: q}, {delay: 1s}, {get: {from: q, count: 2}}, {log: '{level(q)}'}]}
",
        "q: {kind: buffer, capacity: 3, of: {a: int, b: int}}",
    );
    assert_eq!(lines, ["1s 1 5", "1s all", "3s 0"]);
}

/// Where nothing is kept, a put and a get meet with the whole record.
#[test]
fn a_rendezvous_hands_a_record_over() {
    let lines = told(
        "
  p: {do: [{put: {to: q, value: {a: 1, b: 2s}}}, {log: given}, {delay: 3s}, {put: {to: q, value: {a: 3, b: 4s}}}]}
  g: {start: 1s, vars: {a: 0, b: 0s}, do: [{repeat: 2, do: [{get: {from: q, into: {a: a, b: b}}}, {log: '{a} {b}'}]}]}
",
        "q: {kind: buffer, capacity: 0, of: {a: int, b: duration}}",
    );
    assert_eq!(lines, ["1s 1 2s", "1s given", "4s 3 4s"]);
}

/// In a choice records are put and got as elsewhere, and who does not find any goes on.
#[test]
fn records_in_a_choice() {
    let lines = told(
        "
  g:
    vars: {k: 0, s: 0, n: 0, xs: {array: 2}}
    do:
      - repeat: 4
        do:
          - select:
              - get: {from: q, into: {kind: k, size: 'xs[1]'}}
                do: [{log: 'q {k} {xs}'}]
                else: [{log: closed}]
              - get: {from: r, into: s}
                do: [{log: 'r {s}'}]
              - put: {to: out, value: {kind: k + 1, size: s}}
                do: [{log: put}]
          - delay: 1s
      - get: {from: out, into: {kind: k, size: s}}
      - log: '{k} {s}'
  p: {start: 500ms, do: [{put: {to: q, value: {kind: 4, size: 9}}}, {delay: 1s}, {put: {to: r, value: 7}}, {delay: 1s}, {close: q}]}
",
        "q: {kind: buffer, capacity: 2, of: {kind: int, size: int}}, r: {kind: buffer, capacity: 2, of: int}, out: {kind: buffer, capacity: 1, of: {kind: int, size: int}}",
    );
    assert_eq!(lines, ["0s put", "1s q 4 [0, 9]", "2s r 7", "3s closed", "4s 1 0"]);
}

/// What a run says happened, but for the ops, and for the fields of items but for the first.
fn first_fields(run: &Run) -> Vec<Event> {
    let plain = |event: &Event| match event.kind {
        Kind::Put | Kind::Get => Event { op: OpId(0), extra: 0, ..*event },
        _ => Event { op: OpId(0), ..*event },
    };
    run.kept.events.iter().map(plain).collect()
}

fn end(run: &Run) -> String {
    match &run.end.outcome {
        Outcome::Fault(fault) => format!("{} {}", fault.process.0, fault.message),
        outcome => outcome.name().to_owned(),
    }
}

/// Whatever is done with items: records that carry more do the same. `plain` is of plain items.
fn does_the_same(plain: &str, buffers: &[&str]) {
    let plain = without_arrays(plain);
    if load_str("plain", &plain, &[]).is_err() {
        return;
    }
    let records = with_records(&plain, buffers);
    let (plain, found) = (run(&plain), run(&records));
    found.machine.check(&found.program);
    // A budget counts rounds, of which there are others.
    if plain.outcome() == "limit" {
        return;
    }
    assert_eq!(end(&found), end(&plain), "{records}");
    assert_eq!(first_fields(&found), first_fields(&plain), "{records}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(150), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_do_what_items_do(text in generate::plain_scenario()) {
        does_the_same(&text, &["b0", "b1", "b2", "b3", "b4"]);
    }

    #[test]
    fn records_wait_as_items_do(text in limits::limited(watching(generate::plain_scenario()))) {
        does_the_same(&text, &["b0", "b1", "b2", "b3", "b4"]);
    }

    /// A record with one field is an item, to the fingerprint.
    #[test]
    fn one_field_is_an_item(text in generate::plain_scenario()) {
        let plain = without_arrays(&text);
        prop_assume!(load_str("plain", &plain, &[]).is_ok());
        let records = with_records(&plain, &["b2", "b3", "b4"]);
        let single = records.replace("a: int, b: duration", "a: int");
        let single = without_b(&single);
        prop_assert_eq!(run(&single).fingerprint, run(&plain).fingerprint);
    }

    /// A trace with records can be written and read again.
    #[test]
    fn a_trace_of_records_comes_back(text in generate::plain_scenario()) {
        let records = with_records(&without_arrays(&text), &["b0", "b2", "b4"]);
        prop_assume!(load_str("records", &records, &[]).is_ok());
        let program = crate::common::program(&records, &[]);
        let mut sink = RecordingSink::new();
        let mut simulation = tempolane::backend::virtual_time::Simulation::new(&program, 0, 0);
        let end = simulation.run(&mut sink, &mut |_| std::ops::ControlFlow::Continue(())).expect("not interrupted");
        let trace = sink.finish(program.header(0), end.outcome, end.end);
        let mut bytes = Vec::new();
        write_jsonl(&trace, &mut bytes).expect("a Vec takes any bytes");
        let read = read_jsonl(bytes.as_slice()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(read, trace);
    }
}

/// The scenario without the field `b`.
fn without_b(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(at) = text.find("b: 1ns * (") {
        let end = at + text[at..].find("), ").expect("it is closed") + 3;
        text.replace_range(at..end, "");
    }
    text
}

/// A small generator of numbers for the test (Lehmer, 1951; Park and Miller, 1988).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> i64 {
        self.0 = self.0 * 48271 % 2_147_483_647;
        (self.0 % most) as i64
    }
}

/// What is done in each second.
#[derive(Clone, Copy)]
enum Step {
    Put(i64, i64, i64),
    /// The first, whatever it is.
    Get,
    /// The first of which the second field leaves this remainder by three.
    Ask(i64),
}

/// One process, so that nobody waits: a list of tuples, sorted by the third field where the buffer is.
#[test]
fn records_come_as_from_a_list_of_tuples() {
    for seed in 1..=60 {
        let mut numbers = Numbers(seed);
        let (sorted, capacity) = (numbers.below(2) == 0, 2 + numbers.below(30) as usize);
        let mut items: Vec<(i64, i64, i64)> = Vec::new();
        let (mut steps, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..40 {
            let step = match numbers.below(5) {
                0 => Step::Get,
                1 => Step::Ask(numbers.below(3)),
                _ => Step::Put(numbers.below(100), numbers.below(100), numbers.below(4)),
            };
            let text = match step {
                Step::Put(a, b, c) if items.len() < capacity => {
                    items.push((a, b, c));
                    if sorted {
                        items.sort_by_key(|item| item.2);
                    }
                    format!("{{put: {{to: q, value: {{c: {c}, a: {a}, b: {b}}}}}}}")
                }
                Step::Get if !items.is_empty() => {
                    let (a, b, c) = items.remove(0);
                    expected.push(format!("0s {a} {b} {c}"));
                    "{get: {from: q, into: {a: a, b: b, c: c}}}, {log: '{a} {b} {c}'}".to_owned()
                }
                Step::Ask(rest) => {
                    let Some(place) = items.iter().position(|item| item.1 % 3 == rest) else { continue };
                    let (a, b, c) = items.remove(place);
                    expected.push(format!("0s {a} {b} {c}"));
                    format!(
                        "{{get: {{from: q, where: item.b % 3 == {rest}, into: {{a: a, b: b, c: c}}}}}}, {{log: '{{a}} {{b}} {{c}}'}}"
                    )
                }
                _ => continue,
            };
            steps.push(text);
        }
        let order = if sorted { ", order: {by: item.c}" } else { "" };
        let text = format!(
            "version: 1\nresources: {{q: {{kind: buffer, capacity: {capacity}, of: {{a: int, b: int, c: int}}{order}}}}}\nprocesses:\n  \
             p: {{vars: {{a: 0, b: 0, c: 0}}, do: [{}]}}\n",
            steps.join(", ")
        );
        assert_eq!(timed_log(&run(&text)), expected, "seed {seed}\n{text}");
    }
}

/// Keeps the fields of items besides the first.
#[derive(Default)]
struct Rest(Vec<(Kind, Word, Vec<Word>)>);

impl Sink for Rest {
    fn event(&mut self, event: &Event, args: &[Word]) {
        if matches!(event.kind, Kind::Put | Kind::Get) {
            self.0.push((event.kind, event.value, args.to_vec()));
        }
    }
}

/// An event of a record says all of its fields.
#[test]
fn events_have_all_fields() {
    let text = "
version: 1
resources: {q: {kind: buffer, capacity: 1, of: {a: int, b: bool, c: duration}}}
processes: {p: {do: [{put: {to: q, value: {a: 4, b: true, c: 5ns}}}, {get: q}]}}
";
    let program = crate::common::program(text, &[]);
    let mut simulation = tempolane::backend::virtual_time::Simulation::new(&program, 0, 0);
    let mut rest = Rest::default();
    simulation.run(&mut rest, &mut |_| std::ops::ControlFlow::Continue(())).expect("not interrupted");
    assert_eq!(rest.0, [Kind::Put, Kind::Get].map(|kind| (kind, 4, vec![1, 5])));
}

//! Buffers that are closed on real threads: who goes on, who breaks a rule, and that the
//! model allows it.

use super::common::program;
use super::quiet::side_by_side;
use super::{record, record_paused, replayed, told};
use tempolane::time::Time;
use tempolane::trace::Outcome;

#[test]
fn who_waits_is_told_and_who_comes_finds_out() {
    let (lines, end) = told(
        "
version: 1
resources: {q: {kind: buffer, capacity: 9, of: int, closes: 2}}
processes:
  first: {do: [{close: q}]}
  big: {do: [{get: {from: q, count: 3}, within: 60s, else: [{log: too few}]}]}
  small: {start: 200ms, vars: {x: 0}, do: [{get: {from: q, into: x}, else: [{log: never}]}, {delay: 200ms}, {log: 'got {x}'}]}
  last: {start: 400ms, do: [{for_each: {from: q, do: [{log: never}]}}, {delay: 400ms}, {log: last}]}
  maker: {start: 600ms, do: [{put: {to: q, value: 7}}, {close: q}]}
  late: {start: 1200ms, do: [{get: q, else: [{log: late}]}, {get: q, within: 0s, else: [{log: late}]}]}
",
    );
    assert_eq!(lines, ["too few", "got 7", "last", "late", "late"]);
    assert_eq!(end, Time::from_nanos(1_200_000_000).expect("short"));
}

/// Whose mutex it is, and who waits last, changes while the thread that breaks the rule is on its
/// way to be stopped: what it found is what the model has there, in each order.
#[test]
fn a_rule_is_broken_where_the_others_go_on() {
    let thief = "
version: 1
resources: {m: mutex}
processes:
  thief: {do: [{delay: 10ms}, {release: m}]}
  owner: {do: [{repeat: 20, do: [{with: m, do: [{delay: 1ms}]}, {delay: 1ms}]}]}
";
    let closer = "
version: 1
resources: {q: {kind: buffer, capacity: 1, closes: 1, discipline: lifo}}
processes:
  putter: {count: 6, do: [{delay: 1ms * index}, {put: q}]}
  closer: {do: [{delay: 3ms}, {close: q}]}
";
    for text in [thief, closer] {
        let program = program(text, &[]);
        for _ in 0..15 {
            let recording = record(&program, 1000.0);
            assert!(matches!(recording.trace.outcome, Outcome::Fault(_)), "{:?}", recording.trace.outcome);
            replayed(&program, &recording);
        }
    }
}

/// As many items as were put are got, by whomever.
#[test]
fn producers_end_consumers() {
    let text = "
version: 1
params: {n: 4, m: 3, items: 50}
resources: {q: {kind: buffer, capacity: 5, of: int, closes: n}, sums: {kind: memory, slots: m}}
processes:
  producer: {count: n, vars: {i: 0}, do: [{repeat: items, do: [{set: {i: i + 1}}, {put: {to: q, value: i}}]}, {close: q}]}
  consumer: {count: m, vars: {x: 0, sum: 0}, do: [{for_each: {from: q, into: x, do: [{set: {sum: sum + x}}]}}, {write: {to: sums, at: index, value: sum}}]}
";
    let program = program(text, &[]);
    for _ in 0..5 {
        let recording = record(&program, 1.0);
        assert_eq!(recording.trace.outcome, Outcome::Completed);
        replayed(&program, &recording);
        let sums: i64 = recording.memories[0].1.iter().map(|sum| sum.to_word() as i64).sum();
        // 4 times 1 + 2 + … + 50.
        assert_eq!(sums, 4 * 1275);
    }
}

#[test]
fn what_a_closed_buffer_does_not_allow() {
    let cases = [
        ("{delay: 400ms}, {put: q}", "a put into buffer 'q', which is closed"),
        ("{delay: 400ms}, {get: q}", "buffer 'q' is closed and empty"),
        ("{delay: 400ms}, {close: q}", "buffer 'q' is closed already"),
        ("{get: q}", "'other' waits to get from buffer 'q', which is closed meanwhile"),
        ("{put: q}, {put: q}", "'other' waits to put into buffer 'q', which is closed meanwhile"),
    ];
    side_by_side(cases, |(steps, message)| {
        let text = format!(
            "version: 1\nresources: {{q: {{kind: buffer, capacity: 1, of: int}}}}\nprocesses:\n  \
             closer: {{do: [{{delay: 200ms}}, {{close: q}}]}}\n  other: {{do: [{steps}]}}\n"
        );
        let program = program(&text, &[]);
        let recording = record_paused(&program, 1.0);
        let Outcome::Fault(fault) = &recording.trace.outcome else { panic!("{:?}", recording.trace.outcome) };
        assert_eq!((fault.message.as_str(), fault.process.0), (message, 1));
        let end = if steps.contains("delay") { "400ms" } else { "200ms" };
        assert_eq!(replayed(&program, &recording).model.end.to_string(), end, "{steps}");
    });
}

//! Buffers whose items are chosen, on real threads.

use super::common::program;
use super::{record, replayed};
use tempolane::trace::{Kind, Outcome};

/// The pauses are long enough for any machine that lets a thread run within 100 ms.
#[test]
fn who_gets_which_item() {
    for (order, expected) in [
        ("fifo", ["even 4", "odd 5", "any 7", "any 3"]),
        ("lifo", ["even 4", "odd 5", "any 3", "any 7"]),
        ("{by: item}", ["even 4", "odd 5", "any 3", "any 7"]),
    ] {
        let text = format!(
            "
version: 1
resources: {{q: {{kind: buffer, capacity: 4, of: int, order: {order}}}}}
processes:
  even: {{vars: {{x: 0, n: 2}}, do: [{{get: {{from: q, where: item % n == 0, into: x}}}}, {{log: 'even {{x}}'}}]}}
  odd: {{start: 200ms, vars: {{x: 0}}, do: [{{get: {{from: q, where: item % 2 == 1, into: x}}}}, {{delay: 200ms}}, {{log: 'odd {{x}}'}}]}}
  maker: {{start: 400ms, do: [{{put: {{to: q, values: [4, 5, 7, 3]}}}}, {{close: q}}]}}
  any: {{start: 800ms, vars: {{x: 0}}, do: [{{for_each: {{from: q, into: x, do: [{{log: 'any {{x}}'}}]}}}}, {{get: {{from: q, where: item == 9}}, else: []}}]}}
"
        );
        let program = program(&text, &[]);
        let recording = record(&program, 1.0);
        assert_eq!(recording.trace.outcome, Outcome::Completed, "{text}");
        replayed(&program, &recording);
        let mut args = recording.trace.log_args.as_slice();
        let mut lines = Vec::new();
        for event in recording.trace.events.iter().filter(|event| event.kind == Kind::Log) {
            let (own, rest) = args.split_at(event.value as usize);
            lines.push(recording.trace.header.logs[event.subject as usize].render(own));
            args = rest;
        }
        assert_eq!(lines, expected, "{order}");
    }
}

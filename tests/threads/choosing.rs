//! Buffers whose items are chosen, on real threads.

use super::quiet::side_by_side;
use super::told;

#[test]
fn who_gets_which_item() {
    let cases = [
        ("fifo", ["even 4", "odd 5", "any 7", "any 3"]),
        ("lifo", ["even 4", "odd 5", "any 3", "any 7"]),
        ("{by: item}", ["even 4", "odd 5", "any 3", "any 7"]),
    ];
    side_by_side(cases, |(order, expected)| {
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
        let (lines, _) = told(&text);
        assert_eq!(lines, expected, "{order}");
    });
}

//! Items that are records, on real threads.

use super::quiet::side_by_side;
use super::told;

#[test]
fn a_thread_gets_all_fields_of_the_item_that_it_asks_for() {
    let cases = [
        ("fifo", ["even 4 0.25", "put", "any 5 0.5", "any 7 0.75", "any 3 1.5"]),
        ("lifo", ["even 4 0.25", "put", "any 3 1.5", "any 7 0.75", "any 5 0.5"]),
        ("{by: -item.share}", ["even 4 0.25", "put", "any 3 1.5", "any 7 0.75", "any 5 0.5"]),
    ];
    side_by_side(cases, |(order, expected)| {
        let text = format!(
            "
version: 1
resources: {{q: {{kind: buffer, capacity: 3, of: {{number: int, share: float}}, order: {order}}}}}
processes:
  even: {{vars: {{x: 0, s: 0.0, n: 2}}, do: [{{get: {{from: q, where: item.number % n == 0, into: {{share: s, number: x}}}}}}, {{log: 'even {{x}} {{s}}'}}]}}
  maker:
    start: 200ms
    do:
      - put: {{to: q, values: [{{number: 4, share: 0.25}}, {{number: 5, share: 0.5}}, {{number: 7, share: 0.75}}]}}
      - put: {{to: q, value: {{number: 9, share: 9.5}}, count: 2}}
        within: 200ms
        else: [{{log: put}}]
      - put: {{to: q, value: {{number: 3, share: 1.5}}}}
      - close: q
  any: {{start: 800ms, vars: {{xs: {{array: 2}}, s: 0.0}}, do: [{{for_each: {{from: q, into: {{number: 'xs[1]', share: s}}, do: [{{log: 'any {{xs}} {{s}}'}}]}}}}]}}
"
        );
        let (lines, _) = told(&text);
        let plain: Vec<String> = lines.iter().map(|line| line.replace("[0, ", "").replace(']', "")).collect();
        assert_eq!(plain, expected, "{order}");
    });
}

#[test]
fn a_record_is_handed_over_where_nothing_is_kept() {
    let (lines, _) = told(
        "
version: 1
resources: {q: {kind: buffer, capacity: 0, of: {number: int, late: bool}}}
processes:
  giver: {do: [{put: {to: q, value: {number: 4, late: false}}}, {delay: 400ms}, {put: {to: q, value: {number: 5, late: true}}}]}
  taker: {start: 200ms, vars: {x: 0, l: false}, do: [{repeat: 2, do: [{get: {from: q, into: {late: l, number: x}}}, {log: '{x} {l}'}]}]}
",
    );
    assert_eq!(lines, ["4 false", "5 true"]);
}

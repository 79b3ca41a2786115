//! Several slots at once, and indices that go round.

use crate::common::run;
use tempolane::ids::ResourceId;
use tempolane::trace::Kind;
use tempolane::value::Value;

/// Slots 0 to 3 hold 10, 20, 30, 40, and 5 rounds read some of them.
#[test]
fn several_slots_are_read_one_by_one() {
    let text = "
version: 1
resources: {d: {kind: memory, slots: 4}}
processes:
  p:
    vars: {i: 0, a: {array: 3, of: 7}}
    do:
      - {repeat: 4, do: [{write: {to: d, at: i, value: (i + 1) * 10}}, {set: {i: i + 1}}]}
      - {read: {from: d, at: 1, count: 3, into: a}}
      - {log: \"{a}\"}
      - {read: {from: d, at: 0, count: 2, into: a}}
      - {log: \"{a}\"}
      - {read: {from: d, at: 3, count: 0, into: a}}
      - {log: \"{a}\"}
";
    let run = run(text);
    // What is not read into stays as it was.
    assert_eq!(run.log(), ["[20, 30, 40]", "[10, 20, 40]", "[10, 20, 40]"]);
    let reads = run.kept.events.iter().filter(|event| event.kind == Kind::Read);
    assert_eq!(reads.map(|event| event.value).collect::<Vec<_>>(), [20, 30, 40, 10, 20]);
}

#[test]
fn slots_beyond_the_end_are_not_read() {
    let read = |at: i64, count: i64| {
        let text = format!(
            "{{version: 1, resources: {{d: {{kind: memory, slots: 4}}}}, processes: {{p: {{vars: {{i: {at}, n: {count}, a: {{array: 9}}}}, \
             do: [{{read: {{from: d, at: i, count: n, into: a}}}}]}}}}}}"
        );
        run(&text).outcome().to_owned()
    };
    for (at, count, outcome) in
        [(1, 3, "completed"), (0, 4, "completed"), (2, 3, "fault"), (4, 1, "fault"), (0, -1, "fault")]
    {
        assert_eq!(read(at, count), outcome, "{count} from {at}");
    }
}

/// (9 + 3) mod 4 = 0, and then each is one less; (9 + 4) mod 4 = 1, and so it stays.
#[test]
fn an_index_goes_round() {
    let text = "{version: 1, processes: {p: {vars: {i: 9}, do: [{repeat: 5, do: [{set: {i: (i + 3) % 4}}, {log: '{i}'}]}]}}}";
    assert_eq!(run(text).log(), ["0", "3", "2", "1", "0"]);
    let by_all = text.replace("+ 3", "+ 4");
    assert_eq!(run(&by_all).log(), ["1", "1", "1", "1", "1"]);
}

/// The remainder is that of the divisor's sign, whatever is known of the numbers, and
/// a sum or a divisor that has none is a fault.
#[test]
fn an_index_goes_round_by_numbers_that_change() {
    for (i, by, modulo, expected) in [
        (9, 3, 4, "0"),
        (4, 4, 4, "0"),
        (5, 4, 4, "1"),
        (1, 1, -4, "-2"),
        (2, 1, 4, "3"),
        (3, 1, 4, "0"),
        (3, 4, 4, "3"),
        (3, 9, 4, "0"),
        (0, -1, 4, "3"),
        (-6, 1, 4, "3"),
        (1, 1, -3, "-1"),
        (i64::MAX, 1, 4, "64 bits"),
        (1, 1, 0, "division by zero"),
    ] {
        // A parameter of 0 is refused before there is a run.
        for kind in ["vars", "params"].into_iter().take(if modulo == 0 { 1 } else { 2 }) {
            let (vars, params) = if kind == "vars" { (", by, n", "") } else { ("", "by, n") };
            let with_values =
                |names: &str| names.replace("by", &format!("by: {by}")).replace("n", &format!("n: {modulo}"));
            let run = run(&format!(
                "{{version: 1, params: {{{}}}, processes: {{p: {{vars: {{i: {i}{}}}, \
                 do: [{{set: {{i: (i + by) % n}}}}, {{log: '{{i}}'}}]}}}}}}",
                with_values(params),
                with_values(vars),
            ));
            let said = if run.outcome() == "fault" { run.fault().to_owned() } else { run.log().concat() };
            assert!(said.contains(expected), "({i} + {by}) % {modulo}, {kind}: {said}");
        }
    }
}

/// Of 2 memories of 3 slots, one of 2, and 3 of 4 the first values alone: as many as
/// asked for, in their order, and the 20 less those are left out.
#[test]
fn a_part_of_all_memories_is_their_first_values() {
    let run = run("
version: 1
resources:
  a: {kind: memory, count: 2, slots: 3, value: 1}
  s: {kind: semaphore, permits: 7}
  b: {kind: memory, slots: 2, value: 2}
  c: {kind: memory, count: 3, slots: 4, value: 3}
processes: {p: {vars: {i: 0}, do: [{repeat: 4, do: [{write: {to: \"c[1]\", at: i, value: i + 5}}, {set: {i: i + 1}}]}]}}
");
    let numbered = |memories: Vec<(ResourceId, Vec<Value>)>| -> Vec<(u32, Value)> {
        memories
            .into_iter()
            .flat_map(|(id, values)| values.into_iter().map(move |value| (id.0, value)))
            .collect()
    };
    let named = [vec![(0, 1); 3], vec![(1, 1); 3], vec![(3, 2); 2], vec![(4, 3); 4]].concat();
    let written = [(5, 5), (5, 6), (5, 7), (5, 8), (6, 3), (6, 3), (6, 3), (6, 3)];
    let all: Vec<(u32, Value)> =
        named.into_iter().chain(written).map(|(id, number)| (id, Value::Int(number))).collect();
    assert_eq!(numbered(run.machine.memories(&run.program)), all);
    for most in 0..25 {
        let (kept, left_out) = run.machine.memories_up_to(&run.program, most);
        assert!(kept.iter().all(|(_, values)| !values.is_empty()), "{most}");
        assert_eq!(numbered(kept), all[..most.min(20)], "{most}");
        assert_eq!(left_out, 20 - most.min(20) as u64, "{most}");
    }
}

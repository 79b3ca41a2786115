//! The optimised ops do what the plain ones do, which are the reference: random
//! programs end in the same way at the same time, with the same events, faults and
//! contents, by the ones and by the others.

use crate::common::interrupts::interrupted;
use crate::common::limits::limited;
use crate::common::requests::requesting;
use crate::common::watches::watching;
use crate::common::{cases, generate, inheriting, lives};
use proptest::prelude::*;
use std::fmt::Write;
use std::ops::ControlFlow;
use tempolane::backend::virtual_time::{RunEnd, Simulation};
use tempolane::backend::{BoundProgram, compile};
use tempolane::ids::ResourceId;
use tempolane::scenario::load_str;
use tempolane::trace::{Event, Fingerprint, NoTrace, RecordingSink, Sink};

/// How a run ended and with which contents of its memories, if they are any.
fn end(program: &BoundProgram, sink: &mut impl Sink) -> (RunEnd, Vec<Vec<u64>>) {
    let mut simulation = Simulation::new(program, 7, 0);
    let end = simulation.run(sink, &mut |_| ControlFlow::Continue(())).expect("nothing interrupts it");
    simulation.machine.check(program);
    let words = simulation.machine.words();
    let memories = (0..program.resource_count()).map(ResourceId::from_index).map(|id| {
        let header = program.resource_at(id);
        words[header..header + 3].to_vec()
    });
    (end, memories.collect())
}

/// Runs by the plain ops and by the optimised ones, with events and without.
fn compare(text: &str) -> Result<(), TestCaseError> {
    // Where constants alone have no value the scenario is refused.
    let Ok(loaded) = load_str("optimised", text, &[]) else { return Ok(()) };
    let optimised = compile(&loaded.model).bind(&loaded.model, &loaded.params);
    let Ok(optimised) = optimised else { return Ok(()) };
    let plain = optimised.unoptimised();
    let (mut expected, mut events) = (RecordingSink::new(), RecordingSink::new());
    let (reference, levels) = end(&plain, &mut expected);
    let say = |end: &RunEnd| format!("{end:?}");
    for (run, same) in
        [end(&optimised, &mut events), end(&optimised, &mut NoTrace), end(&plain, &mut NoTrace)]
    {
        prop_assert_eq!(say(&run), say(&reference));
        prop_assert_eq!(&same, &levels);
    }
    let list = |sink: RecordingSink| -> Vec<Event> {
        sink.finish(plain.header(7), reference.outcome.clone(), reference.end).events.iter().collect()
    };
    prop_assert_eq!(list(events), list(expected));
    let fingerprint = |program: &BoundProgram| {
        let mut sink = Fingerprint::new();
        let (run, _) = end(program, &mut sink);
        sink.finish(run.outcome.name(), run.end)
    };
    prop_assert_eq!(fingerprint(&optimised), fingerprint(&plain));
    Ok(())
}

/// An integer expression over the variables x, y and an array a of 4, of this depth at most.
fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("x".to_owned()),
        Just("y".to_owned()),
        Just("index".to_owned()),
        Just("n".to_owned()),
        (-3i64..9).prop_map(|number| format!("({number})")),
        Just("m".to_owned()),
        Just("a[abs(x) % 5]".to_owned()),
        Just("level(s)".to_owned()),
        Just("capacity(b)".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let operator = prop_oneof![Just("+"), Just("-"), Just("*"), Just("/"), Just("%")];
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            inner.prop_map(|a| format!("abs({a})")),
        ]
    })
}

/// A condition over the same, and over a float f.
fn condition() -> impl Strategy<Value = String> {
    let comparison = prop_oneof![Just("<"), Just("<="), Just(">"), Just(">="), Just("=="), Just("!=")];
    let leaf = prop_oneof![
        (number(), comparison.clone(), number()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        (0u32..4, comparison).prop_map(|(n, op)| format!("(f * 0.5 + 0.25 {op} {n}.5)")),
        Just("(now - t < 3s)".to_owned()),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("(not {a})")),
        ]
    })
}

fn calculating() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        number().prop_map(|value| format!("{{set: {{x: '{value}'}}}}")),
        number().prop_map(|value| format!("{{set: {{y: '{value}'}}}}")),
        (number(), number()).prop_map(|(at, value)| format!("{{set: {{'a[abs({at}) % 4]': '{value}'}}}}")),
        condition().prop_map(|value| format!("{{set: {{q: '{value}'}}}}")),
        Just("{set: {f: 'f * 1.5 - 0.125', t: now}}".to_owned()),
        Just("{set: {t: 't + (now - t)'}}".to_owned()),
        number().prop_map(|nanos| format!("{{delay: '1ns * (abs({nanos}) % 7)'}}")),
        number().prop_map(|at| format!("{{acquire: 'k[abs({at}) % 3]'}}")),
        number().prop_map(|at| format!("{{release: 'k[abs({at}) % 3]'}}")),
        Just("{acquire: 'k[index % 2]'}".to_owned()),
        Just("{acquire: [s, r]}".to_owned()),
        Just("{acquire: [r, s, 'k[index % 2]']}".to_owned()),
        Just("{release: [s, r]}".to_owned()),
        Just("{release: 'k[index + 1]'}".to_owned()),
        Just("{put: {to: c, value: now}}".to_owned()),
        Just("{get: {from: c, into: t}}".to_owned()),
        (number(), number()).prop_map(|(at, v)| format!("{{write: {{to: d, at: '{at}', value: '{v}'}}}}")),
        number().prop_map(|at| format!("{{read: {{from: d, at: 'abs({at}) % 4', into: y}}}}")),
        Just("{draw: {into: x, from: {choice: {values: [1, 2, 3], weights: [1, 0, 2]}}}}".to_owned()),
        Just("{draw: {into: y, from: {uniform_int: {low: -3, high: n}}}}".to_owned()),
        Just("{draw: {into: y, from: {poisson: {mean: 2.5}}}}".to_owned()),
        Just("{draw: {into: f, from: {uniform: {low: 0.0, high: 3.0}}}}".to_owned()),
        Just("{draw: {into: f, from: {exponential: {mean: 2.0}}}}".to_owned()),
        Just("{draw: {into: f, from: {normal: {mean: 2.0, sd: 'f'}}}}".to_owned()),
        Just("{delay: {exponential: {mean: 2ns}}}".to_owned()),
        Just("{work: {uniform: {low: 0s, high: 5ns}}}".to_owned()),
        Just("{log: 'x {x} y {y} q {q} f {f} t {t} a {a}'}".to_owned()),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let block = proptest::collection::vec(inner, 1..4).prop_map(|steps| steps.join(", "));
        prop_oneof![
            (condition(), block.clone(), block.clone())
                .prop_map(|(q, then, other)| format!("{{if: '{q}', do: [{then}], else: [{other}]}}")),
            (condition(), block.clone()).prop_map(|(q, steps)| format!("{{if: '{q}', do: [{steps}]}}")),
            (condition(), block.clone()).prop_map(|(q, steps)| format!("{{while: '{q}', do: [{steps}]}}")),
            (number(), block.clone())
                .prop_map(|(n, steps)| format!("{{repeat: 'abs({n}) % 4', do: [{steps}]}}")),
            (0u32..3, block)
                .prop_map(|(n, steps)| format!("{{with: 'k[(index + {n}) % 3]', do: [{steps}]}}")),
        ]
    })
}

/// Two processes of some instances that calculate.
fn calculations() -> impl Strategy<Value = String> {
    let steps = proptest::collection::vec(calculating(), 1..7);
    proptest::collection::vec((steps, 1u32..4), 1..3).prop_map(|processes| {
        let mut text = "version: 1\nhorizon: 1000s\nlimits: {zero_time_steps: 2000, steps: 20000}\nparams: {n: 3}\nresources:\n  \
             s: {kind: semaphore, permits: 2}\n  r: {kind: semaphore, permits: 1}\n  k: {kind: semaphore, permits: 1, count: 3}\n  \
             b: {kind: buffer, capacity: 5}\n  c: {kind: buffer, capacity: 2, of: duration}\n  \
             d: {kind: memory, slots: 4, value: 0}\nprocesses:\n"
            .to_owned();
        for (number, (steps, count)) in processes.iter().enumerate() {
            writeln!(
                text,
                "  p{number}: {{count: {count}, vars: {{x: index, y: 1, m: 9223372036854775807, f: 0.5, q: false, t: 0s, a: {{array: 4}}}}, do: [{}, \
                 {{log: 'x {{x}} y {{y}} q {{q}} f {{f}} t {{t}} a {{a}}'}}]}}",
                steps.join(", ")
            )
            .expect("a String takes any text");
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(256), ..ProptestConfig::default() })]

    #[test]
    fn random_scenarios_run_as_by_the_plain_ops(text in generate::scenario()) {
        compare(&text)?;
    }

    #[test]
    fn waits_for_several_resources_run_as_by_the_plain_ops(text in watching(generate::scenario())) {
        compare(&text)?;
    }

    /// Where it is listed who waits for what and who holds what, as where all are asked.
    #[test]
    fn permits_that_others_take_run_as_by_the_plain_ops(text in requesting(limited(lives::scenario(lives::Held::Any)))) {
        compare(&text)?;
    }

    #[test]
    fn waits_with_limits_run_as_by_the_plain_ops(text in limited(watching(generate::scenario()))) {
        compare(&text)?;
    }

    #[test]
    fn interrupted_processes_run_as_by_the_plain_ops(text in interrupted(limited(generate::scenario()))) {
        compare(&text)?;
    }

    #[test]
    fn requests_by_priority_run_as_by_the_plain_ops(text in requesting(limited(generate::scenario()))) {
        compare(&text)?;
    }

    #[test]
    fn lives_run_as_by_the_plain_ops(text in limited(lives::scenario(lives::Held::Any))) {
        compare(&text)?;
    }

    #[test]
    fn owners_that_inherit_run_as_by_the_plain_ops(text in inheriting::scenario()) {
        compare(&text)?;
    }

    #[test]
    fn random_calculations_come_out_as_by_the_plain_ops(text in calculations()) {
        compare(&text)?;
    }
}

/// Many who wait for two of many buffers, locks or levels each: who finds them by an index finds another one
/// in each round, and by what it sees in a memory in each try.
#[test]
fn many_who_wait_for_several_things_run_as_by_the_plain_ops() {
    let text = "
version: 1
horizon: 60s
resources:
  b: {count: 9, kind: buffer, capacity: 2, of: int}
  s: {count: 7, kind: semaphore, permits: 1}
  d: {kind: memory, slots: 3, value: 0}
  rw: {count: 2, kind: rwlock}
processes:
  getter:
    count: 40
    vars: {x: 0, r: 0}
    do:
      - while: true
        do:
          - draw: {into: r, from: {uniform_int: {low: 0, high: 8}}}
          - select: [{get: {from: 'b[r]', into: x}}, {get: {from: 'b[(r + index) % 9]', into: x}}, {after: '(r + 1) * 500ms'}]
          - delay: {uniform: {low: 0s, high: 100ms}}
  maker:
    count: 6
    vars: {r: 0}
    do:
      - while: true
        do:
          - draw: {into: r, from: {uniform_int: {low: 0, high: 8}}}
          - select: [{put: {to: 'b[r]', value: r}}, {put: {to: 'b[(r + 4) % 9]', value: r}}]
          - write: {to: d, at: r % 3, value: r}
          - delay: {uniform: {low: 0s, high: 300ms}}
  taker:
    count: 25
    vars: {r: 0}
    do:
      - while: true
        do:
          - draw: {into: r, from: {uniform_int: {low: 0, high: 6}}}
          - acquire_all: ['s[r]', 's[(r + 1) % 7]', 's[(r + 3) % 7]']
          - delay: {uniform: {low: 0s, high: 200ms}}
          - release: ['s[r]', 's[(r + 1) % 7]', 's[(r + 3) % 7]']
  reader:
    count: 12
    do: [{while: true, do: [{acquire: {read: 'rw[index % 2]'}}, {delay: {uniform: {low: 0s, high: 100ms}}}, {release: {read: 'rw[index % 2]'}}, {delay: 50ms}]}]
  writer:
    count: 5
    do: [{while: true, do: [{acquire: {write: 'rw[index % 2]'}}, {delay: {uniform: {low: 0s, high: 100ms}}}, {release: {write: 'rw[index % 2]'}}, {delay: 200ms}]}]
  victim:
    count: 4
    vars: {x: 0}
    do: [{while: true, do: [{select: [{get: {from: 'b[index]', into: x}}, {get: {from: 'b[index + 5]', into: x}}]}]}]
  boss:
    vars: {r: 0}
    do:
      - while: true
        do:
          - draw: {into: r, from: {uniform_int: {low: 0, high: 3}}}
          - stop: 'victim[r]'
          - delay: {uniform: {low: 0s, high: 500ms}}
          - start: 'victim[r]'
  watcher:
    count: 20
    do:
      - while: true
        do: [{until: 'level(b[index % 9]) == 0 and slot(d, index % 3) > 4 or level(s[index % 7]) > 0 and slot(d, slot(d, 0) % 3) == 7'}, {delay: {uniform: {low: 0s, high: 1s}}}]
";
    load_str("many", text, &[]).unwrap_or_else(|error| panic!("{}", error.render(false)));
    compare(text).expect("the same");
}

//! Valid scenarios, end to end.

use super::*;
use crate::ids::{ParamId, ProcessId, ResourceDefId, Site, VarId};
use crate::trace::{Bounds, Claim, Piece, ResourceKind};
use crate::value::{Type, Value};

/// The long form of the two memories of the lab, with all three processes.
const TWO_MEMORIES: &str = r#"version: 1
name: two-memories
params: {items: 15, capacity: 15, chunk: 3, load_time: 1s, train_time: 5s, infer_time: 2s}
resources:
  mutex1: {kind: mutex}
  mutex2: mutex
  empty1: {kind: semaphore, permits: capacity}
  empty2: {kind: semaphore, permits: capacity}
  full1:  {kind: semaphore, permits: 0}
  full2:  {kind: semaphore, permits: 0}
  data1:  {kind: memory, slots: capacity}
  data2:  {kind: memory, slots: capacity}
processes:
  loader:
    vars: {i: 0, datapoint: 0}
    do:
      - repeat: items
        do:
          - delay: load_time
          - acquire: [empty1, empty2, mutex1, mutex2]
          - draw: {into: datapoint, from: {cpython_randint: {seed: 0, low: 1, high: 100}}}
          - write: {to: data1, at: i, value: datapoint}
          - write: {to: data2, at: i, value: datapoint}
          - log: "Loader added datapoint {datapoint} to data1 and data2 index {i + 1}"
          - set: {i: (i + 1) % capacity}
          - release: [mutex1, mutex2, full1, full2]
  trainer:
    vars: {i: 0, batch: {array: chunk}}
    do:
      - repeat: items / chunk
        do:
          - acquire: {full1: chunk}
          - with: mutex1
            do:
              - read: {from: data1, at: i, count: chunk, into: batch}
          - release: {empty1: chunk}
          - log: "Trainer took {batch}"
          - set: {i: (i + chunk) % capacity}
          - delay: train_time
  inferer:
    vars: {i: 0, datapoint: 0}
    do:
      - repeat: items
        do:
          - acquire: [full2, mutex2]
          - read: {from: data2, at: i, into: datapoint}
          - set: {i: (i + 1) % capacity}
          - release: [mutex2, empty2]
          - delay: infer_time
expect:
  outcome: completed
  total_time: 30s
  finished: {loader: 15s, trainer: 25s, inferer: 30s}
"#;

/// The same system with buffers.
const SHORT_FORM: &str = "
version: 1
params: {items: 15}
resources:
  to_trainer: {kind: buffer, capacity: 15}
  to_inferer: {kind: buffer, capacity: 15}
processes:
  loader:  {do: [{repeat: items, do: [{delay: 1s}, {put: [to_trainer, to_inferer]}]}]}
  trainer: {do: [{repeat: items / 3, do: [{get: {from: to_trainer, count: 3}}, {delay: 5s}]}]}
  inferer: {do: [{repeat: items, do: [{get: to_inferer}, {delay: 2s}]}]}
";

fn load(text: &str) -> LoadedScenario {
    load_with(text, &[])
}

fn load_with(text: &str, overrides: &[(&str, &str)]) -> LoadedScenario {
    let overrides: Vec<_> =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load_str("dir/test.yaml", text, &overrides).unwrap_or_else(|error| panic!("{error}"))
}

fn body(text: &str) -> Vec<Step> {
    load(text).model.processes.remove(0).body
}

#[test]
fn the_long_form() {
    let LoadedScenario { model, params, .. } = load(TWO_MEMORIES);
    assert_eq!(model.name, "two-memories");
    assert_eq!(params[0], Value::Int(15));
    assert_eq!(params[3], Value::Duration(1_000_000_000));
    assert_eq!(model.resources.len(), 8);
    assert_eq!(model.resources[6].spec.kind, ResourceKind::Memory);
    assert_eq!(model.resources[1].site, Site { line: 6, column: 3 });
    let loader = &model.processes[0];
    let StepKind::Repeat { times, body } = &loader.body[0].kind else { panic!("repeat") };
    assert!(matches!(times.kind, ExprKind::Param(ParamId(0))));
    assert_eq!(times.site, Site { line: 17, column: 17 });
    // A delay, four acquires, a draw, two writes, a log, a set, four releases.
    assert_eq!(body.len(), 14);
    assert!(matches!(&body[4].kind, StepKind::Acquire { resource, .. } if resource.def == ResourceDefId(1)));
    assert_eq!(body[4].site, Site { line: 20, column: 47 });
    let StepKind::Draw { into: VarId(1), from } = &body[5].kind else { panic!("draw") };
    assert_eq!((from.ty, from.purpose), (Type::Int, 0));
    assert_eq!(model.logs[0].pieces[1], Piece::Value(Type::Int));
    let StepKind::Log { args, .. } = &body[8].kind else { panic!("log") };
    let LogArg::Value(second) = &args[1] else { panic!("a value") };
    assert_eq!(second.site, Site { line: 24, column: 80 });
    let StepKind::Repeat { body, .. } = &model.processes[1].body[0].kind else { panic!("repeat") };
    let StepKind::With { held, body, .. } = &body[1].kind else { panic!("with") };
    assert_eq!(held.len(), 1);
    assert!(matches!(body[0].kind, StepKind::Read { into: Some(VarId(1)), .. }));
    let claims: Vec<_> = model.expect.expectations.iter().map(|expectation| &expectation.claim).collect();
    assert_eq!(claims.len(), 5);
    assert_eq!(*claims[0], Claim::Outcome("completed".to_owned()));
    let at = Bounds::exactly(25_000_000_000);
    assert_eq!(*claims[3], Claim::Finished { process: ProcessId(1), at });
}

#[test]
fn the_short_form() {
    let LoadedScenario { model, .. } = load(SHORT_FORM);
    assert_eq!(model.name, "test");
    let StepKind::Repeat { body, .. } = &model.processes[0].body[0].kind else { panic!("repeat") };
    assert_eq!(body.len(), 3);
    assert!(matches!(&body[2].kind, StepKind::Put { buffer, .. } if buffer.def == ResourceDefId(1)));
}

#[test]
fn overrides_set_parameters_and_those_that_use_them() {
    let text = "version: 1\nparams: {n: 2, m: n * 3, x: 0.5, t: 1ms * n}\nprocesses: {p: {do: []}}\n";
    assert_eq!(load(text).params[1], Value::Int(6));
    let scenario = load_with(text, &[("n", "5"), ("x", "3")]);
    assert_eq!(
        scenario.params,
        [Value::Int(5), Value::Int(15), Value::Float(3.0), Value::Duration(5_000_000)]
    );
    assert_eq!(evaluate_params(&scenario.model, &[]), Ok(scenario.params.clone()));
    let given = [Some(Value::Int(7))];
    assert_eq!(evaluate_params(&scenario.model, &given).expect("known")[1], Value::Int(21));
}

#[test]
fn buffers_take_the_type_of_their_first_put() {
    let text = "
version: 1
resources:
  a: {kind: buffer, capacity: 2}
  b: {kind: buffer, capacity: unbounded}
  c: {kind: buffer, capacity: 2, of: bool}
  e: {kind: buffer, capacity: 2}
processes:
  consumer: {vars: {t: 0s}, do: [{get: {from: a, into: t}}]}
  producer: {vars: {x: 1.5}, do: [{put: a}, {if: true, do: [{put: {to: [a, e], value: 2s}}]}, {put: {to: b, value: x}}]}
";
    let model = load(text).model;
    let ty = |position: usize| model.resources[position].spec.ty;
    assert_eq!([ty(0), ty(1), ty(2), ty(3)], [Type::Duration, Type::Float, Type::Bool, Type::Duration]);
    let StepKind::Put { value, .. } = &model.processes[1].body[0].kind else { panic!("put") };
    assert_eq!(value[0].ty, Type::Duration);
}

#[test]
fn expressions_are_typed_and_integers_become_floats() {
    let text = "
version: 1
params: {n: 3}
processes:
  p:
    count: n
    start: index * 1ms
    priority: index - n
    vars: {x: 1.5, t: 0s, a: {array: n, of: 0.0}, b: false}
    do:
      - set: {x: n, t: now + 2ms * x, 'a[n - 1]': 'max(n, x, 2)', b: not b and x > n or index == 0}
      - set: {x: 'seconds(t) / len(a)', t: 1s / 3 % 7ms}
      - delay: {choice: {values: [1ms, t], weights: [1, 2.5]}}
      - while: x > 1e3
        do: []
";
    let scenario = load(text);
    let body = &scenario.model.processes[0].body;
    assert_eq!(body.len(), 8);
    let StepKind::Set { value, .. } = &body[0].kind else { panic!("set") };
    assert!(matches!(value.kind, ExprKind::Unary(crate::arithmetic::UnaryOp::IntToFloat, _)));
    let StepKind::Set { value, .. } = &body[5].kind else { panic!("set") };
    assert_eq!(evaluate(value, &scenario.params), Ok(Value::Duration(333_333_333 % 7_000_000)));
    let start = scenario.model.processes[0].start.as_ref();
    let Some(Amount::Expr(start)) = start else { panic!("an expression") };
    assert_eq!(evaluate_for(start, &scenario.params, Some(2)), Ok(Value::Duration(2_000_000)));
    assert_eq!(evaluate(start, &scenario.params).map_err(|error| error.cause), Err(EvalCause::NeedsRun));
    let StepKind::While { condition, .. } = &body[7].kind else { panic!("while") };
    // `x > 1e3` is `1e3 < x`.
    let ExprKind::Binary(op, left, _) = &condition.kind else { panic!("a comparison") };
    assert_eq!(*op, crate::arithmetic::BinaryOp::LessFloat);
    assert!(matches!(left.kind, ExprKind::Const(Value::Float(_))));
}

#[test]
fn distributions_are_numbered_and_typed() {
    let text = "
version: 1
processes:
  p:
    start: {uniform: {low: 0s, high: 1s}}
    vars: {x: 0.0, n: 0}
    do:
      - delay: {exponential: {mean: 1s}}
      - draw: {into: x, from: {normal: {mean: 5, sd: 1}}}
      - draw: {into: n, from: {choice: {values: [1, 2]}}}
      - work: {constant: 5ms}
      - draw: {into: x, from: {constant: {value: 3}}}
      - draw: {into: x, from: {weibull: {scale: 2, shape: 3}}}
      - draw: {into: x, from: {erlang: {shape: 2, mean: 3}}}
";
    let model = load(text).model;
    let Some(Amount::Draw(start)) = &model.processes[0].start else { panic!("a draw") };
    assert_eq!((start.purpose, start.ty), (0, Type::Duration));
    let drawn: Vec<_> = model.processes[0]
        .body
        .iter()
        .map(|step| match &step.kind {
            StepKind::Delay(Amount::Draw(from))
            | StepKind::Work { amount: Amount::Draw(from), .. }
            | StepKind::Draw { from, .. } => (from.purpose, from.ty),
            _ => panic!("a draw"),
        })
        .collect();
    use Type::{Duration, Float, Int};
    assert_eq!(
        drawn,
        [(1, Duration), (2, Float), (3, Int), (4, Duration), (5, Float), (6, Float), (7, Float)]
    );
}

#[test]
fn with_holds_its_resources_around_its_steps() {
    let text = "
version: 1
resources: {a: mutex, f: {kind: mutex, count: 5}}
processes:
  p: {count: 5, do: [{with: [a, 'f[(index + 1) % 5]'], do: [{mark: inside}]}, {mark: {name: n, value: index}}]}
";
    let body = body(text);
    let StepKind::With { held, body: inside, .. } = &body[0].kind else { panic!("with") };
    let held: Vec<_> = held.iter().map(|resource| (resource.def.0, resource.index.is_some())).collect();
    assert_eq!(held, [(0, false), (1, true)]);
    assert!(matches!(inside.as_slice(), [Step { kind: StepKind::Mark { .. }, .. }]));
    assert!(matches!(body[1].kind, StepKind::Mark { .. }));
}

#[test]
fn log_texts_have_literal_braces_and_arrays() {
    let text = "
version: 1
processes:
  p: {vars: {a: {array: 2}}, do: [{log: 'µ {{x}} {a} {a[0] + 1}!'}]}
";
    let model = load(text).model;
    let text = |text: &str| Piece::Text(text.to_owned());
    assert_eq!(
        model.logs[0].pieces,
        [text("µ {x} "), Piece::Array(Type::Int), text(" "), Piece::Value(Type::Int), text("!")]
    );
    let StepKind::Log { args, .. } = &model.processes[0].body[0].kind else { panic!("log") };
    let LogArg::Value(Expr { site, .. }) = &args[1] else { panic!("a value") };
    assert_eq!(*site, Site { line: 4, column: 55 });
}

#[test]
fn a_value_that_is_never_asked_for_may_fail() {
    let text = "
version: 1
params: {n: 0}
processes:
  p: {do: [{if: n > 0 and 10 / n > 1, do: []}, {if: n == 0 or 10 % n > 1, do: []}]}
";
    assert_eq!(body(text).len(), 2);
}

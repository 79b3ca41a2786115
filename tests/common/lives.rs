//! Random scenarios in which processes start, end and wait for each other, small
//! enough to try every order of them.

use proptest::prelude::*;

/// What a scenario may do with what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It may lose it.
    Any,
    /// Whatever is taken is given back, in whatever way the process ends.
    Kept,
}

/// A step at the resources: a mutex m, a semaphore s, a buffer b, a memory d of 2 slots.
fn plain(held: Held) -> impl Strategy<Value = String> {
    let inside = || {
        prop_oneof![
            Just("{delay: 1s}".to_owned()),
            Just("{get: {from: b, into: x}}".to_owned()),
            Just("{put: {to: b, value: x}}".to_owned()),
            Just("{write: {to: d, at: 0, value: x + 1}}".to_owned()),
        ]
    };
    let unpaired = if held == Held::Any {
        ["{acquire: s}", "{release: s}", "{if: x > 0, do: [exit]}"]
    } else {
        ["{delay: 1s}", "{delay: 2s}", "{set: {x: x + 1}}"]
    };
    prop_oneof![
        2 => (1u32..3).prop_map(|length| format!("{{delay: {length}s}}")),
        2 => Just("{put: {to: b, value: x + 2}}".to_owned()),
        2 => Just("{get: {from: b, into: x}}".to_owned()),
        2 => (0u32..2).prop_map(|at| format!("{{write: {{to: d, at: {at}, value: x + 1}}}}")),
        1 => Just("{read: {from: d, at: 1, into: x}}".to_owned()),
        2 => Just("{set: {x: x + 1}}".to_owned()),
        1 => Just("{draw: {into: x, from: {uniform_int: {low: 0, high: 9}}}}".to_owned()),
        1 => Just("{work: {on: cpu, for: 1s}}".to_owned()),
        2 => (prop_oneof![Just("m"), Just("s")], inside())
            .prop_map(|(what, step)| format!("{{with: {what}, do: [{step}]}}")),
        3 => proptest::sample::select(unpaired.to_vec()).prop_map(str::to_owned),
    ]
}

/// A step about the workers, of which there are two.
fn about_workers(held: Held) -> impl Strategy<Value = String> {
    let who = || prop_oneof![Just("w"), Just("\"w[0]\""), Just("\"w[1]\"")];
    let lost = if held == Held::Any { "lost" } else { "released" };
    prop_oneof![
        4 => who().prop_map(|who| format!("{{start: {who}}}")),
        3 => who().prop_map(|who| format!("{{join: {who}}}")),
        2 => Just("{join: {any: w, into: x}}".to_owned()),
        2 => who().prop_map(|who| format!("{{stop: {who}}}")),
        1 => who().prop_map(move |who| format!("{{stop: {{who: {who}, held: {lost}}}}}")),
        1 => who().prop_map(|who| format!("{{atomic: [{{stop: {who}}}, {{start: {who}}}]}}")),
        1 => who().prop_map(|who| format!("{{repeat: 2, do: [{{start: {who}}}, {{join: {who}}}]}}")),
    ]
}

/// A process that starts workers, one beside it that may be joined or stopped, and the
/// workers.
pub fn scenario(held: Held) -> impl Strategy<Value = String> {
    let main = prop_oneof![
        3 => about_workers(held),
        2 => plain(held),
        1 => Just("{join: v}".to_owned()),
        1 => Just("{stop: v}".to_owned()),
    ];
    let other = prop_oneof![1 => about_workers(held), 3 => plain(held)];
    let worker = prop_oneof![
        1 => Just("{stop: v}".to_owned()),
        1 => Just("{join: v}".to_owned()),
        6 => plain(held),
    ];
    let steps = |step: BoxedStrategy<String>, most| {
        proptest::collection::vec(step, 1..most).prop_map(|steps| steps.join(", "))
    };
    let disciplines = ["fifo", "sharing", "round_robin, quantum: 500ms"];
    let bodies = (steps(main.boxed(), 5), steps(other.boxed(), 3), steps(worker.boxed(), 4));
    (bodies, any::<bool>(), 0u32..3, 0usize..3, 0u32..5).prop_map(
        move |((main, other, worker), by_itself, daemons, discipline, horizon)| {
            let start = if by_itself { "" } else { "start: manual, " };
            let daemon = |is_one: bool| if is_one { "daemon: true, " } else { "" };
            let horizon = if horizon == 0 { "horizon: 4s\n" } else { "" };
            format!(
                "
version: 1
{horizon}resources:
  m: mutex
  s: {{kind: semaphore, permits: 1}}
  b: {{kind: buffer, capacity: 1, of: int}}
  d: {{kind: memory, slots: 2}}
  cpu: {{kind: processor, cores: 1, discipline: {}}}
processes:
  main: {{vars: {{x: 0}}, do: [{main}]}}
  v: {{{}vars: {{x: 1}}, do: [{other}, {{write: {{to: d, at: 1, value: 7}}}}]}}
  w: {{count: 2, {start}{}vars: {{x: 0}}, do: [{worker}]}}
",
                disciplines[discipline],
                daemon(daemons == 1),
                daemon(daemons == 2),
            )
        },
    )
}

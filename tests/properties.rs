//! Properties of random scenarios: whatever the generator writes, nothing
//! panics, no permit and no item is lost, queues are first come first served,
//! and the clock never runs backwards.

mod common;

use common::{Run, run};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;
use tempolane::backend::virtual_time;
use tempolane::trace::{Kind, NoTrace, Outcome, ResourceKind};

/// A random step, as YAML in flow form. The same resources exist in every
/// scenario: mutexes m0 and m1, semaphores s0 and s1, buffers b0 and b1, a
/// memory d of 4 slots; variables x and y, an array a of 4.
fn step() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0u32..4).prop_map(|n| format!("{{delay: {n}s}}")),
        (0u32..3).prop_map(|n| format!("{{work: {n}s}}")),
        Just("{delay: {exponential: {mean: 1s}}}".to_owned()),
        (0u32..2).prop_map(|n| format!("{{acquire: s{n}}}")),
        (0u32..2).prop_map(|n| format!("{{release: s{n}}}")),
        (0u32..2, 0u32..4).prop_map(|(s, n)| format!("{{acquire: {{s{s}: {n}}}}}")),
        (0u32..2, 0u32..4).prop_map(|(s, n)| format!("{{release: {{s{s}: {n}}}}}")),
        (0u32..2).prop_map(|n| format!("{{put: {{to: b{n}, value: x}}}}")),
        (0u32..2).prop_map(|n| format!("{{get: {{from: b{n}, into: x}}}}")),
        (0u32..2, 1u32..4).prop_map(|(b, n)| format!("{{put: {{to: b{b}, value: y, count: {n}}}}}")),
        (0u32..2, 1u32..4).prop_map(|(b, n)| format!("{{get: {{from: b{b}, count: {n}, into: a}}}}")),
        (0u32..4).prop_map(|n| format!("{{write: {{to: d, at: {n}, value: x + 1}}}}")),
        (0u32..6).prop_map(|n| format!("{{read: {{from: d, at: abs(x + {n}) % 5, into: x}}}}")),
        Just("{set: {x: x + 1, y: x % 3}}".to_owned()),
        Just("{set: {y: 7 / x}}".to_owned()),
        Just("{draw: {into: y, from: {uniform_int: {low: 1, high: 6}}}}".to_owned()),
        Just("{log: \"x is {x}, a is {a}\"}".to_owned()),
        Just("{mark: {name: here, value: x}}".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let block = proptest::collection::vec(inner, 1..4).prop_map(|steps| steps.join(", "));
        prop_oneof![
            (0u32..2, block.clone()).prop_map(|(m, steps)| format!("{{with: m{m}, do: [{steps}]}}")),
            (1u32..4, block.clone()).prop_map(|(n, steps)| format!("{{repeat: {n}, do: [{steps}]}}")),
            (block.clone(), block.clone())
                .prop_map(|(then, other)| format!("{{if: x > y, do: [{then}], else: [{other}]}}")),
            block.prop_map(|steps| format!("{{while: x < 3, do: [{steps}, {{set: {{x: x + 1}}}}]}}")),
        ]
    })
}

fn scenario() -> impl Strategy<Value = String> {
    let process = (proptest::collection::vec(step(), 1..6), 1u32..4, -2i32..3);
    let disciplines = ["fifo", "priority", "lifo"];
    (proptest::collection::vec(process, 1..5), 0u32..3, 1u32..4, 0usize..3).prop_map(
        move |(processes, permits, capacity, discipline)| {
            let discipline = disciplines[discipline];
            let mut text = format!(
                "version: 1\nhorizon: 1000s\nlimits: {{zero_time_steps: 5000}}\nresources:\n  m0: {{kind: mutex}}\n  m1: {{kind: mutex}}\n  \
                 s0: {{kind: semaphore, permits: {permits}}}\n  s1: {{kind: semaphore, permits: 1, discipline: {discipline}}}\n  \
                 b0: {{kind: buffer, capacity: {}}}\n  b1: {{kind: buffer, capacity: unbounded}}\n  \
                 d: {{kind: memory, slots: 4}}\nprocesses:\n",
                capacity + 2
            );
            for (number, (steps, count, priority)) in processes.iter().enumerate() {
                writeln!(
                    text,
                    "  p{number}: {{count: {count}, priority: {priority}, vars: {{x: index, y: 1, a: {{array: 4}}}}, do: [{}]}}",
                    steps.join(", ")
                )
                .expect("a String takes any text");
            }
            text
        },
    )
}

/// Replays the events against counters that know nothing of the kernel.
fn check(run: &Run) {
    let header = &run.header;
    let mut levels: BTreeMap<u32, i64> = BTreeMap::new();
    let mut items: BTreeMap<u32, std::collections::VecDeque<u64>> = BTreeMap::new();
    let mut queues: BTreeMap<(u32, u64), Vec<(u32, u32)>> = BTreeMap::new();
    let mut waits_for: BTreeMap<u32, u64> = BTreeMap::new();
    let mut owner: BTreeMap<u32, Option<u32>> = BTreeMap::new();
    for info in &header.resources {
        levels.insert(info.first.0, info.initial as i64);
    }
    let mut before = 0;
    for (place, event) in run.kept.events.iter().enumerate() {
        assert!(event.time.as_nanos() >= before, "the clock ran backwards");
        before = event.time.as_nanos();
        let (subject, process) = (event.subject, event.process.0);
        match event.kind {
            Kind::Block => {
                waits_for.insert(process, event.value);
                queues.entry((subject, event.value)).or_default().push((process, event.op.0));
            }
            Kind::Grant => {
                let what = waits_for.remove(&process).expect("only who waits is granted");
                let queue = queues.get_mut(&(subject, what)).expect("somebody waited");
                let position =
                    queue.iter().position(|&(waiter, _)| waiter == process).expect("it waited here");
                if header.resource_name(event.resource().expect("grants are about resources")) != "s1" {
                    assert_eq!(position, 0, "first come, first served");
                }
                queue.remove(position);
                let next = run.kept.events[place + 1];
                assert_eq!(
                    (next.process, next.time, next.subject),
                    (event.process, event.time, event.subject)
                );
            }
            Kind::Acquire | Kind::Release => {
                let take = event.kind == Kind::Acquire;
                let level = levels.get_mut(&subject).expect("known");
                *level += if take { -1 } else { 1 };
                assert!(*level >= 0, "more permits were taken than there are");
                let kind = header.resource(event.resource().expect("known")).kind;
                if kind == ResourceKind::Mutex {
                    assert!(*level <= 1);
                    let holds = owner.entry(subject).or_default();
                    assert_eq!(*holds, if take { None } else { Some(process) }, "a mutex has one owner");
                    *holds = take.then_some(process);
                }
            }
            Kind::Put => {
                items.entry(subject).or_default().push_back(event.value);
                *levels.get_mut(&subject).expect("known") += 1;
            }
            Kind::Get => {
                assert_eq!(
                    items.entry(subject).or_default().pop_front(),
                    Some(event.value),
                    "items keep their order"
                );
                *levels.get_mut(&subject).expect("known") -= 1;
            }
            _ => {}
        }
        if let Some(info) = event.resource().map(|id| header.resource(id))
            && let (ResourceKind::Buffer, Some(capacity)) = (info.kind, info.capacity)
        {
            assert!(levels[&subject] <= capacity as i64, "more items than fit");
        }
    }
    for info in header.resources.iter().filter(|info| info.kind != ResourceKind::Memory) {
        let level = run.machine.level(&run.image, info.first) as i64;
        assert_eq!(
            level, levels[&info.first.0],
            "what the events say of {} is what the state says",
            info.name
        );
    }
    run.machine.check(&run.image);
    if let Outcome::Deadlock(deadlock) = &run.end.outcome {
        assert!(!deadlock.blocked.is_empty());
        let starved = deadlock.blocked.iter().any(|blocked| blocked.is_starved());
        assert!(starved || !deadlock.cycle.is_empty(), "a deadlock is a cycle or a starvation");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_scenarios_keep_the_rules(text in scenario()) {
        let first = run(&text);
        check(&first);
        let second = run(&text);
        prop_assert_eq!(&first.kept.events, &second.kept.events, "two runs are equal");
        prop_assert_eq!(&first.machine, &second.machine);
        let mut control = |_| std::ops::ControlFlow::Continue(());
        let (end, machine) = virtual_time::run(&first.image, first.image.seed, &mut NoTrace, &mut control)
            .expect("nobody interrupts");
        prop_assert_eq!(&machine, &first.machine, "a run without a trace comes to the same state");
        prop_assert_eq!((&end.outcome, end.end, end.steps), (&first.end.outcome, first.end.end, first.end.steps));
    }
}

//! Properties of random scenarios: whatever the generator writes, nothing
//! panics, no permit and no item is lost, queues are first come first served,
//! and the clock never runs backwards.

use crate::common::generate::scenario;
use crate::common::limits::limited;
use crate::common::watches::watching;
use crate::common::{Run, cases, run, run_in_order};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tempolane::backend::find_waiting;
use tempolane::backend::virtual_time;
use tempolane::trace::{Kind, NoTrace, Outcome, ResourceInfo, ResourceKind, Ties, WaitFor};

/// The waits that are the level of a resource.
const WAITS_COUNTED: [u64; 2] = [WaitFor::Notify as u64, WaitFor::Barrier as u64];

/// The wait for several things, in which who came later may be served first.
const SEVERAL: u64 = WaitFor::Change as u64;

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
                if WAITS_COUNTED.contains(&event.value) {
                    *levels.get_mut(&subject).expect("known") += 1;
                }
                waits_for.insert(process, event.value);
                queues.entry((subject, event.value)).or_default().push((process, event.op.0));
            }
            Kind::Timeout => {
                let what = waits_for.remove(&process).expect("only who waits gives up");
                assert_eq!(what, event.value, "it gives up what it waits for");
                let queue = queues.get_mut(&(subject, what)).expect("somebody waited");
                queue.retain(|&(waiter, _)| waiter != process);
                if WAITS_COUNTED.contains(&what) {
                    *levels.get_mut(&subject).expect("known") -= 1;
                }
            }
            Kind::Grant => {
                let what = waits_for.remove(&process).expect("only who waits is granted");
                let queue = queues.get_mut(&(subject, what)).expect("somebody waited");
                let position =
                    queue.iter().position(|&(waiter, _)| waiter == process).expect("it waited here");
                let name = header.resource_name(event.resource().expect("grants are about resources"));
                if !["s1", "b0", "b3", "b4", "c1"].contains(&name.as_str()) && what != SEVERAL {
                    assert_eq!(position, 0, "first come, first served");
                }
                queue.remove(position);
                if !WAITS_COUNTED.contains(&what) && what != SEVERAL {
                    let next = run.kept.events[place + 1];
                    assert_eq!(
                        (next.process, next.time, next.subject),
                        (event.process, event.time, event.subject)
                    );
                }
            }
            Kind::Notify => {
                let waiting = WAITS_COUNTED.iter().filter_map(|&wait| queues.get(&(subject, wait)));
                let waiting = waiting.map(Vec::len).sum::<usize>() as u64;
                let granted = run.kept.events[place + 1..].iter();
                let granted = granted.take_while(|next| next.kind == Kind::Grant && next.subject == subject);
                assert_eq!(granted.count() as u64, event.value, "as many go on as were notified");
                assert!(event.value <= waiting && (event.value > 0 || waiting == 0), "a notify is not lost");
                *levels.get_mut(&subject).expect("known") -= event.value as i64;
            }
            Kind::Level => {
                assert_eq!(
                    event.value as i64, levels[&subject],
                    "a level is what the events before add up to"
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
                let kept = items.entry(subject).or_default();
                let chosen = header.resource(event.resource().expect("known")).chosen.is_some();
                let place = if chosen { kept.iter().position(|&item| item == event.value) } else { Some(0) };
                let got = kept.remove(place.expect("what is got was put"));
                assert_eq!(got, Some(event.value), "items keep their order");
                *levels.get_mut(&subject).expect("known") -= 1;
            }
            _ => {}
        }
        if let Some(info) = event.resource().map(|id| header.resource(id))
            && let (ResourceKind::Buffer, Some(capacity)) = (info.kind, info.capacity)
        {
            // In passing an item is in a rendezvous, which holds none.
            assert!(levels[&subject] <= capacity.max(1) as i64, "more items than fit");
        }
    }
    // Neither what is written nor who is done is a level.
    let has_level = |info: &&ResourceInfo| !matches!(info.kind, ResourceKind::Memory | ResourceKind::Process);
    for info in header.resources.iter().filter(has_level) {
        let level = run.machine.level(&run.program, info.first) as i64;
        assert_eq!(
            level, levels[&info.first.0],
            "what the events say of {} is what the state says",
            info.name
        );
    }
    run.machine.check(&run.program);
    if let Some(deadlock) = find_waiting(&run.program, &run.machine) {
        assert!(!deadlock.blocked.is_empty());
        assert!(matches!(run.end.outcome, Outcome::Deadlock(_) | Outcome::Horizon));
        let starved = deadlock.blocked.iter().any(|blocked| blocked.is_starved());
        assert!(starved || !deadlock.cycle.is_empty(), "a deadlock is a cycle or a starvation");
    }
}

fn hold(text: &str) {
    let first = run(text);
    check(&first);
    for ties in [Ties::Reversed, Ties::Seeded(0)] {
        check(&run_in_order(text, ties));
    }
    let second = run(text);
    assert_eq!(&first.kept.events, &second.kept.events, "two runs are equal");
    assert_eq!(&first.machine, &second.machine);
    let mut control = |_| std::ops::ControlFlow::Continue(());
    let (end, machine) = virtual_time::run(&first.program, first.program.seed, &mut NoTrace, &mut control)
        .expect("nobody interrupts");
    assert_eq!(&machine, &first.machine, "a run without a trace comes to the same state");
    assert_eq!((&end.outcome, end.end, end.steps), (&first.end.outcome, first.end.end, first.end.steps));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(200), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_scenarios_keep_the_rules(text in scenario()) {
        hold(&text);
    }

    #[test]
    fn waits_that_run_out_keep_the_rules(text in limited(scenario())) {
        hold(&text);
    }

    #[test]
    fn waits_for_several_resources_keep_the_rules(text in watching(limited(scenario()))) {
        hold(&text);
    }
}

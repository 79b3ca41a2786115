//! Tests: what goes in comes out, and what is expected takes no room.

use super::Events;
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use crate::trace::fixture::header;
use crate::trace::table::Entry;
use crate::trace::{Event, Kind, Outcome, RecordingSink, Sink};
use crate::value::Type;
use proptest::prelude::*;

/// Small numbers, those at the edge of their bits, and any.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        1u64..9,
        (1u64 << 16) - 2..(1 << 16) + 2,
        (1u64 << 18) - 2..(1 << 18) + 2,
        any::<u64>()
    ]
}

proptest! {
    // Few but long ones, which fill several pieces.
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_goes_in_comes_out(
        parts in proptest::collection::vec(
            (any::<usize>(), number(), number(), number(), number(), number(), number()),
            0..3000,
        ),
    ) {
        let mut nanos = 0;
        let events: Vec<Event> = parts
            .iter()
            .map(|&(kind, passed, value, process, subject, extra, op)| {
                nanos = (nanos + (passed >> 20)).min(i64::MAX as u64);
                Event {
                    time: Time::from_nanos(nanos).expect("bounded"),
                    value,
                    process: ProcessId(process as u32),
                    subject: subject as u32,
                    extra: extra as u32,
                    op: OpId(op as u32),
                    kind: Kind::ALL[kind % Kind::ALL.len()],
                    ty: Type::ALL[kind / 64 % Type::ALL.len()],
                }
            })
            .collect();
        let packed = Events::from(events.clone());
        prop_assert_eq!(packed.len(), events.len());
        prop_assert_eq!(packed.iter().collect::<Vec<_>>(), events);
    }
}

#[test]
fn what_is_expected_takes_no_bytes() {
    let event = Event {
        time: Time::ZERO,
        value: 0,
        process: ProcessId(3),
        subject: 4,
        extra: 0,
        op: OpId(17),
        kind: Kind::Acquire,
        ty: Type::Int,
    };
    // Only the first is written: what was once is expected again.
    let same: Events = std::iter::repeat_n(event, 1000).collect();
    assert_eq!(same.bytes(), 2 + Entry::BYTES);
    // So is a value that grows, once it grew so.
    let mark = Event { kind: Kind::Mark, ..event };
    let counting: Events = (0..1000).map(|value| Event { value, ..mark }).collect();
    assert_eq!(counting.bytes(), same.bytes() + 4);
}

/// A round of events that comes again and again, some of them with other
/// values, slots and times.
fn rounds() -> impl Strategy<Value = Vec<Event>> {
    let part = (0..Kind::ALL.len(), 0u32..3, 0u64..3, -1i64..3, 0u32..4, 0u64..2);
    let exception = (any::<prop::sample::Index>(), number(), 0u32..70_000);
    (
        prop::collection::vec(part, 1..40),
        prop::collection::vec(exception, 0..20),
        1usize..200,
        prop_oneof![Just(1u32), 2u32..20],
    )
        .prop_map(|(round, exceptions, times, slots)| {
            let mut events = Vec::new();
            let mut nanos = 0;
            for turn in 0..times {
                for (op, &(kind, process, value, step, slot, passed)) in round.iter().enumerate() {
                    let kind = Kind::ALL[kind];
                    nanos += passed * 1_000_000_000;
                    let time = Time::from_nanos(nanos).expect("not long");
                    let value = value.wrapping_add_signed(step * turn as i64);
                    let value = if kind.lets_time_pass() { nanos + value % 3 } else { value };
                    events.push(Event {
                        time,
                        value: if kind.has_value() { value } else { 0 },
                        process: ProcessId(process),
                        subject: 1,
                        extra: if kind.has_slot() { (slot + turn as u32) % slots } else { 0 },
                        op: OpId(op as u32 / 2),
                        kind,
                        ty: Type::Int,
                    });
                }
            }
            for (at, value, slot) in exceptions {
                let event = at.get(&events);
                let other = Event { value, extra: slot, ..*event };
                let at = at.index(events.len());
                if slot % 2 == 0 { events[at] = other } else { events.insert(at, other) }
            }
            events
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_repeats_comes_out(events in rounds(), cap in prop_oneof![Just(usize::MAX), 0usize..9000]) {
        let mut sink = RecordingSink::with_cap(cap);
        for event in &events {
            sink.event(event, &[]);
        }
        let kept = events.len().min(cap);
        prop_assert_eq!(sink.left_out(), (events.len() - kept) as u64);
        let trace = sink.finish(header(), Outcome::Completed, Time::MAX);
        prop_assert_eq!(trace.events.len(), kept);
        prop_assert_eq!(trace.events.iter().collect::<Vec<_>>(), &events[..kept]);
        if let Some(first) = events.get(kept) {
            prop_assert_eq!(trace.end, first.time);
        }
        prop_assert!(Events::from(events.clone()).iter().eq(events.iter().copied()));
    }
}

#[test]
fn a_round_of_many_processes_is_learnt_whole() {
    // Three processes that take turns in an order which no single event tells,
    // with counters, slots that start over, and times.
    let order = [0, 1, 0, 2, 0, 1, 1, 2];
    let mut events = Vec::new();
    let mut counters = [0; 3];
    for round in 0..1000u64 {
        for (turn, &process) in order.iter().enumerate() {
            let time = Time::from_nanos(8_000 * round + 1_000 * turn as u64 / 2).expect("short");
            let counter = &mut counters[process as usize];
            *counter += 1;
            for kind in [Kind::Acquire, Kind::Write, Kind::Release] {
                let is_write = kind == Kind::Write;
                events.push(Event {
                    time,
                    value: if is_write { u64::from(*counter) } else { 0 },
                    process: ProcessId(process),
                    subject: 4,
                    extra: if is_write { *counter % 15 } else { 0 },
                    op: OpId(process),
                    kind,
                    ty: Type::Int,
                });
            }
        }
    }
    let mut sink = RecordingSink::new();
    events.iter().for_each(|event| sink.event(event, &[]));
    let trace = sink.finish(header(), Outcome::Completed, Time::MAX);
    assert!(trace.events.iter().eq(events.iter().copied()));
    // 24,000 events, of which a few dozen are written, and the length of runs.
    assert!(trace.events.bytes() < 1000, "{} bytes", trace.events.bytes());
}

//! Since when the processes of a schedule without time wait.
//!
//! Decides from when on a request could not have been served. Such a schedule
//! lets a process ask only when its turn comes, or never: one that cannot be
//! served does not go on, which looks as if it were ready. But the state of a
//! resource changes only by events, so since the last one of them it could not
//! have been served either.

use crate::ids::ResourceId;
use crate::time::Time;
use crate::trace::{Activity, Event, Kind, Span, Trace, WaitFor};

/// The spans of a run with those in which a process, ready as it was, would have
/// had to wait for what it waited for next. Linear in the events.
pub fn with_late_requests(trace: &Trace, mut spans: Vec<Span>) -> Vec<Span> {
    let mut changed = vec![Changed::default(); trace.header.resource_count()];
    let mut ready = vec![Time::ZERO; trace.header.process_count()];
    for event in trace.events.iter() {
        spans.extend(late_request(&event, &changed, ready[event.process.index()]));
        ready[event.process.index()] = match event.kind {
            Kind::Delay | Kind::Work => Time::from_nanos(event.value).unwrap_or(Time::MAX),
            _ => event.time,
        };
        let Some(resource) = event.resource() else { continue };
        match event.kind {
            Kind::Block => changed[resource.index()].line = event.time,
            Kind::Level => {}
            _ => changed[resource.index()].state = event.time,
        }
    }
    spans.sort_by_key(|span| (span.process, span.start));
    spans
}

/// When something of a resource changed last.
#[derive(Debug, Clone, Copy)]
struct Changed {
    /// What there is of it.
    state: Time,
    /// Who stands in line for it.
    line: Time,
}

impl Default for Changed {
    fn default() -> Changed {
        Changed { state: Time::ZERO, line: Time::ZERO }
    }
}

/// The wait that was before this one, if it is one: since the process was `ready`.
fn late_request(event: &Event, changed: &[Changed], ready: Time) -> Option<Span> {
    if event.kind != Kind::Block {
        return None;
    }
    let resource = ResourceId(event.subject);
    let wait_for = WaitFor::from_word(event.value)?;
    let Changed { state, line } = changed[resource.index()];
    let since = match wait_for {
        // Nobody waits so before it has begun to.
        counted if counted.is_counted() => return None,
        // Whoever stands in line for a permit would not get one either.
        WaitFor::Acquire => state,
        // For several items a line may be what holds others up.
        _ => state.max(line),
    };
    let start = since.max(ready);
    let activity = Activity::Blocked { resource, wait_for };
    let (process, op) = (event.process, event.op);
    (start < event.time).then_some(Span { process, activity, start, end: event.time, op, granted_by: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, B, BUFFER, C, MUTEX, SEMAPHORE, event, header};
    use crate::trace::{Outcome, RecordingSink, Sink, spans};

    /// `a` takes the mutex at 0 s and lets 4 s pass; `b` is ready at 1 s and asks for
    /// it at 6 s, as `c[0]` asks for the buffer, into which something was put at 3 s.
    #[test]
    fn who_asks_late_has_waited_since_the_last_change() {
        let acquire = WaitFor::Acquire as u64;
        let second = 1_000_000_000;
        let events = [
            event(0, A, Kind::Acquire, MUTEX.0, 0),
            event(0, A, Kind::Delay, 0, 4 * second),
            event(0, B, Kind::Delay, 0, second),
            event(3, C, Kind::Put, BUFFER.0, 1),
            event(4, A, Kind::Acquire, SEMAPHORE.0, 0),
            event(6, B, Kind::Block, MUTEX.0, acquire),
            event(6, C, Kind::Block, BUFFER.0, WaitFor::Put as u64),
            event(6, A, Kind::Block, SEMAPHORE.0, acquire),
            event(6, A, Kind::Block, SEMAPHORE.0, acquire),
        ];
        let mut sink = RecordingSink::new();
        events.iter().for_each(|event| sink.event(event, &[]));
        let trace = sink.finish(header(), Outcome::Horizon, Time::from_secs(8));
        let all = with_late_requests(&trace, spans(&trace));
        let waits = |process| {
            let of = all.iter().filter(move |span| {
                span.process == process && matches!(span.activity, Activity::Blocked { .. })
            });
            of.map(|span| (span.start.as_nanos() / second, span.end.as_nanos() / second)).collect::<Vec<_>>()
        };
        assert_eq!(waits(B), [(1, 6), (6, 8)]);
        assert_eq!(waits(C), [(3, 6), (6, 8)]);
        assert_eq!(waits(A), [(4, 6), (6, 8)]);
    }
}

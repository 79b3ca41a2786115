//! Since when the processes of a schedule without time wait.
//!
//! Decides from when on a request could not have been served. Such a schedule
//! lets a process ask only when its turn comes, or never: one that cannot be
//! served does not go on, which looks as if it were ready. But the state of a
//! resource changes only by events, so since the last one of them it could not
//! have been served either.

use super::event::{Event, Kind};
use super::outcome::WaitFor;
use crate::time::Time;

/// Follows a run along a schedule without time, and says of every wait when it
/// would have begun, had the process asked as soon as it was ready.
#[derive(Debug, Clone)]
pub struct LateRequests {
    /// By resource.
    changed: Vec<Changed>,
    /// By process, since when it does nothing that takes time.
    ready: Vec<Time>,
}

/// When something of a resource changed last.
#[derive(Debug, Clone, Copy)]
struct Changed {
    /// What there is of it.
    state: Time,
    /// Who stands in line for it.
    line: Time,
}

impl LateRequests {
    /// Of a run of so many instances of processes and resources, at time 0.
    pub fn new(processes: usize, resources: usize) -> LateRequests {
        let never = Changed { state: Time::ZERO, line: Time::ZERO };
        LateRequests { changed: vec![never; resources], ready: vec![Time::ZERO; processes] }
    }

    /// Takes the next event. When what begins with it began: for a wait when the
    /// process was ready and could not have been served, for all else the time
    /// of the event.
    pub fn since(&mut self, event: &Event) -> Time {
        let since = self.wait_since(event).unwrap_or(event.time);
        self.ready[event.process.index()] = match event.kind {
            Kind::Delay | Kind::Work => Time::from_nanos(event.value).unwrap_or(Time::MAX),
            _ => event.time,
        };
        if let Some(resource) = event.resource() {
            let changed = &mut self.changed[resource.index()];
            match event.kind {
                Kind::Block => changed.line = event.time,
                Kind::Level | Kind::Ended => {}
                _ => changed.state = event.time,
            }
        }
        since
    }

    fn wait_since(&self, event: &Event) -> Option<Time> {
        if event.kind != Kind::Block {
            return None;
        }
        let Changed { state, line } = self.changed[event.resource()?.index()];
        let since = match WaitFor::from_word(event.value)? {
            // Nobody waits so before it has begun to.
            counted if counted.is_counted() => return None,
            // Whoever stands in line for a permit would not get one either.
            WaitFor::Acquire => state,
            // For several items a line may be what holds others up.
            _ => state.max(line),
        };
        Some(since.max(self.ready[event.process.index()]).min(event.time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, B, BUFFER, C, MUTEX, SEMAPHORE, event, header};

    /// `a` takes the mutex at 0 s and lets 4 s pass; `b` is ready at 1 s and asks for
    /// it at 6 s, as `c[0]` asks for the buffer, into which something was put at 3 s.
    /// A semaphore that changed before `a` was ready is waited for since then.
    #[test]
    fn who_asks_late_has_waited_since_the_last_change() {
        let acquire = WaitFor::Acquire as u64;
        let second = 1_000_000_000;
        let events = [
            (event(0, A, Kind::Acquire, MUTEX.0, 0), 0),
            (event(0, A, Kind::Delay, 0, 4 * second), 0),
            (event(0, B, Kind::Delay, 0, second), 0),
            (event(3, C, Kind::Put, BUFFER.0, 1), 3),
            (event(4, A, Kind::Acquire, SEMAPHORE.0, 0), 4),
            (event(6, B, Kind::Block, MUTEX.0, acquire), 1),
            (event(6, C, Kind::Block, BUFFER.0, WaitFor::Put as u64), 3),
            (event(6, A, Kind::Block, SEMAPHORE.0, acquire), 4),
            (event(6, A, Kind::Block, SEMAPHORE.0, WaitFor::Notify as u64), 6),
        ];
        let mut late = LateRequests::new(header().process_count(), header().resource_count());
        for (event, since) in events {
            assert_eq!(late.since(&event), Time::from_secs(since), "{event:?}");
        }
    }
}

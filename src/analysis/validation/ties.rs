//! Where two runs of a scenario took another order at a resource.

use crate::ids::{ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{Event, Kind, Trace};
use std::collections::BTreeMap;

/// Two steps at one resource that came in the other order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reordering {
    /// Where.
    pub resource: ResourceId,
    /// When the earlier was in virtual time.
    pub time: Time,
    /// Whose step came first in virtual time.
    pub first: ProcessId,
    /// Whose step came first in the other run.
    pub other: ProcessId,
    /// Whether both steps were at the same instant of virtual time, so that
    /// neither order is the right one.
    pub tie: bool,
}

/// A step at a resource: whose, and the how-manieth of that process there.
type StepName = (ResourceId, ProcessId, u32);

/// Where `seen` has another order than `virtual_run`. Of steps that are next
/// to each other in virtual time; so there is one exactly if an order differs.
pub fn reorderings(virtual_run: &Trace, seen: &Trace) -> Vec<Reordering> {
    let mut places: BTreeMap<StepName, usize> = BTreeMap::new();
    for (place, (name, _)) in steps(seen).into_iter().enumerate() {
        places.insert(name, place);
    }
    let mut before: BTreeMap<ResourceId, (StepName, Time)> = BTreeMap::new();
    let mut found = Vec::new();
    for (name, time) in steps(virtual_run) {
        let (resource, process, _) = name;
        if let Some((earlier, then)) = before.insert(resource, (name, time))
            && earlier.1 != process
            && let (Some(first), Some(second)) = (places.get(&earlier), places.get(&name))
            && second < first
        {
            found.push(Reordering {
                resource,
                time: then,
                first: earlier.1,
                other: process,
                tie: then == time,
            });
        }
    }
    found.sort_by_key(|reordering| reordering.time);
    found
}

/// Everything that took effect at a resource, in order.
fn steps(trace: &Trace) -> Vec<(StepName, Time)> {
    let mut counts: BTreeMap<(ResourceId, ProcessId), u32> = BTreeMap::new();
    let about = |event: &Event| !matches!(event.kind, Kind::Block | Kind::Grant);
    let events = trace.events.iter().filter(about);
    events
        .filter_map(|event| {
            let resource = event.resource()?;
            let count = counts.entry((resource, event.process)).or_default();
            *count += 1;
            Some(((resource, event.process, *count), event.time))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, B, MUTEX, cut_trace, event};

    #[test]
    fn ties_are_told_from_other_reorderings() {
        let mut first = cut_trace();
        let take = |seconds, process| event(seconds, process, Kind::Acquire, MUTEX.0, 0);
        first.events = vec![take(1, A), take(1, B), take(2, A)].into();
        let mut other = first.clone();
        other.events = vec![take(1, B), take(1, A), take(2, A)].into();
        let tie = Reordering { resource: MUTEX, time: Time::from_secs(1), first: A, other: B, tie: true };
        assert_eq!(reorderings(&first, &other), [tie]);
        assert_eq!(reorderings(&first, &first), []);
        other.events = vec![take(1, A), take(2, A), take(3, B)].into();
        assert!(!reorderings(&first, &other)[0].tie);
    }
}

//! How the level of a resource changes over time.

use super::event::{Event, Kind};
use super::header::ResourceInfo;
use super::outcome::WaitFor;
use super::sink::Trace;
use crate::ids::ResourceId;
use crate::time::Time;
use crate::value::Word;

/// The level of a resource after an event about it: permits of a semaphore, 1
/// or 0 for a free or held mutex, items of a buffer, waiters of a condition.
///
/// Never wraps: an impossible trace stays at the bound.
#[inline]
pub fn level_after(level: u64, event: &Event) -> u64 {
    match event.kind {
        Kind::Acquire | Kind::Get => level.saturating_sub(1),
        Kind::Release | Kind::Put => level.saturating_add(1),
        Kind::Block if is_counted(event.value) => level.saturating_add(1),
        Kind::Timeout if is_counted(event.value) => level.saturating_sub(1),
        Kind::Notify => level.saturating_sub(event.value),
        _ => level,
    }
}

/// Whether who waits so counts in the level; `word` is that of a block.
#[inline]
fn is_counted(word: Word) -> bool {
    WaitFor::ALL.get(word as usize).is_some_and(|wait_for| wait_for.is_counted())
}

/// Whether events of this kind may change a level.
#[inline]
pub const fn changes_level(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Acquire | Kind::Get | Kind::Release | Kind::Put | Kind::Block | Kind::Notify | Kind::Timeout
    )
}

/// The level at the start of the run of every resource instance.
pub fn initial_levels(resources: &[ResourceInfo]) -> Vec<u64> {
    let instances = |info: &ResourceInfo| std::iter::repeat_n(info.initial, info.count as usize);
    resources.iter().flat_map(instances).collect()
}

/// The level of `resource` as steps: from each time on, until the next, it is
/// what stands beside it. Starts at time 0; neighbouring levels differ.
///
/// Several changes at one time are one step to the last of them.
pub fn levels(trace: &Trace, resource: ResourceId) -> Vec<(Time, u64)> {
    let mut level = trace.header.resource(resource).initial;
    let mut steps = vec![(Time::ZERO, level)];
    for event in trace.events.iter().filter(|event| event.resource() == Some(resource)) {
        let next = level_after(level, &event);
        if next != level {
            level = next;
            push_step(&mut steps, event.time, level);
        }
    }
    steps
}

/// The [`levels`] of every resource, by id, in one pass.
pub fn all_levels(trace: &Trace) -> Vec<Vec<(Time, u64)>> {
    let mut level = initial_levels(&trace.header.resources);
    let mut steps: Vec<_> = level.iter().map(|&initial| vec![(Time::ZERO, initial)]).collect();
    for event in &trace.events {
        let Some(resource) = event.resource().map(ResourceId::index) else { continue };
        let next = level_after(level[resource], &event);
        if next != level[resource] {
            level[resource] = next;
            push_step(&mut steps[resource], event.time, next);
        }
    }
    steps
}

/// The highest level of every resource, by id, with the first instant at which
/// it was reached: those that lasted no time included, which steps leave out.
pub fn peaks(trace: &Trace) -> Vec<(Time, u64)> {
    let mut level = initial_levels(&trace.header.resources);
    let mut peaks: Vec<_> = level.iter().map(|&initial| (Time::ZERO, initial)).collect();
    for event in &trace.events {
        let Some(resource) = event.resource().map(ResourceId::index) else { continue };
        level[resource] = level_after(level[resource], &event);
        if level[resource] > peaks[resource].1 {
            peaks[resource] = (event.time, level[resource]);
        }
    }
    peaks
}

fn push_step(steps: &mut Vec<(Time, u64)>, time: Time, level: u64) {
    if steps.last().is_some_and(|&(last, _)| last == time) {
        steps.pop();
    }
    // A level that went away and came back at one time never changed.
    if steps.last().is_none_or(|&(_, before)| before != level) {
        steps.push((time, level));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{BUFFER, MUTEX, two_stage_trace};

    #[test]
    fn steps_are_merged_per_time() {
        let trace = two_stage_trace();
        let seconds = |steps: Vec<(Time, u64)>| -> Vec<(u64, u64)> {
            steps.into_iter().map(|(time, level)| (time.as_nanos() / 1_000_000_000, level)).collect()
        };
        // Two items put at 2 s, one taken at once; the other one at 5 s.
        assert_eq!(seconds(levels(&trace, BUFFER)), [(0, 0), (2, 1), (5, 0)]);
        // Held from 0 s by a; handed to b at 2 s without a moment between; free at 8 s.
        assert_eq!(seconds(levels(&trace, MUTEX)), [(0, 0), (8, 1)]);
        // For an instant there were two items.
        assert_eq!(peaks(&trace)[BUFFER.index()], (Time::from_secs(2), 2));
        assert_eq!(peaks(&trace)[MUTEX.index()], (Time::ZERO, 1));
        let highest: Vec<u64> =
            trace.statistics().resources.iter().map(|resource| resource.level_max).collect();
        assert_eq!(peaks(&trace).iter().map(|peak| peak.1).collect::<Vec<_>>(), highest);
        for (steps, id) in all_levels(&trace).into_iter().zip(0..) {
            assert_eq!(steps, levels(&trace, ResourceId(id)));
        }
    }
}

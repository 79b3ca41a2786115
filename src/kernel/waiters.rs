//! Queues of waiting processes, linked through their frames: no allocation,
//! and a clone of the arena is a clone of the queues.
//!
//! A queue is one word: first waiter + 1 in the low half, last + 1 in the
//! high half, 0 if empty.

use crate::ids::ProcessId;
use crate::program::{frame, resource};
use crate::trace::Discipline;
use crate::value::Word;

const LOW: u64 = 0xffff_ffff;

/// In the link of the first of several waiters of one priority, in a queue by
/// priority: its number and that of the last of them, one XOR the other. So it
/// is 0 for one alone, and in all other queues.
const RUN: u64 = 0x00ff_ffff << RUN_AT;
const RUN_AT: u32 = 32;

/// What of a link does not belong to a queue.
const PRIORITY: u64 = 0xff << 56;

/// The first waiter of the queue in arena word `queue`.
#[inline(always)]
pub(super) fn first(arena: &[Word], queue: usize) -> Option<ProcessId> {
    (arena[queue] as u32).checked_sub(1).map(ProcessId)
}

/// Takes the first waiter out of the queue in arena word `queue`; says also
/// where its frame begins.
#[inline(always)]
pub(super) fn dequeue(arena: &mut [Word], frames: &[u32], queue: usize) -> Option<(ProcessId, usize)> {
    if let Some(only) = dequeue_only(arena, frames, queue) {
        return Some(only);
    }
    let process = first(arena, queue)?;
    let frame = frames[process.index()] as usize;
    dequeue_first_of_several(arena, frames, queue, frame + frame::LINK);
    Some((process, frame))
}

/// Takes out the first waiter if nobody else waits there, which is usual, and then
/// no link changes.
#[inline(always)]
pub(super) fn dequeue_only(arena: &mut [Word], frames: &[u32], queue: usize) -> Option<(ProcessId, usize)> {
    let word = &mut arena[queue];
    if *word >> 32 != *word & LOW {
        return None;
    }
    let process = ProcessId((*word as u32).checked_sub(1)?);
    *word = 0;
    Some((process, frames[process.index()] as usize))
}

/// Takes out the first of several waiters; `link` is the word with the first one's link.
#[inline(never)]
fn dequeue_first_of_several(arena: &mut [Word], frames: &[u32], queue: usize, link: usize) {
    let first = arena[queue] & LOW;
    let word = arena[link];
    let next = word & LOW;
    arena[link] = word & PRIORITY;
    if word & RUN != 0 {
        let last = last_of_run_in(word, first);
        set_last_of_run(arena, frames, next, last);
    }
    arena[queue] = (arena[queue] & !LOW) | next;
}

/// Takes the waiter out of the queue that `nth` others, of whom there are as
/// many, stand before.
pub(super) fn dequeue_nth(
    arena: &mut [Word],
    frames: &[u32],
    queue: usize,
    nth: u32,
) -> Option<(ProcessId, usize)> {
    if nth == 0 {
        return dequeue(arena, frames, queue);
    }
    let mut before = arena[queue] & LOW;
    for _ in 1..nth {
        before = arena[link_of(frames, before)] & LOW;
    }
    let link = link_of(frames, before);
    let process = ProcessId((arena[link] as u32).checked_sub(1)?);
    let frame = frames[process.index()] as usize;
    let next = arena[frame + frame::LINK] & LOW;
    arena[frame + frame::LINK] &= !LOW;
    arena[link] = (arena[link] & !LOW) | next;
    if next == 0 {
        arena[queue] = (arena[queue] & LOW) | before << 32;
    }
    Some((process, frame))
}

/// All waiters of the queue in arena word `queue`, in order.
pub(super) fn all(arena: &[Word], frames: &[u32], queue: usize) -> Vec<ProcessId> {
    in_order(arena, frames, queue).collect()
}

/// The waiter of the queue in arena word `queue` that `nth` others stand before.
pub(super) fn nth(arena: &[Word], frames: &[u32], queue: usize, nth: u32) -> Option<ProcessId> {
    in_order(arena, frames, queue).nth(nth as usize)
}

/// The waiter behind this one, who is in a queue.
pub(super) fn behind(arena: &[Word], frames: &[u32], process: ProcessId) -> Option<ProcessId> {
    let link = arena[link_of(frames, u64::from(process.0) + 1)];
    (link as u32).checked_sub(1).map(ProcessId)
}

/// The same one by one.
pub(super) fn in_order(arena: &[Word], frames: &[u32], queue: usize) -> impl Iterator<Item = ProcessId> {
    std::iter::successors(first(arena, queue), |&process| behind(arena, frames, process))
}

/// Whether nothing says who of the waiters at this header is served first.
pub(super) fn is_any(arena: &[Word], header: usize) -> bool {
    leaves_open(arena[header + resource::IDENTITY])
}

/// Whether the scenario leaves open who is served, from the word that says which
/// resource it is.
pub(super) fn leaves_open(identity: Word) -> bool {
    (identity >> 32) as u8 == ANY as u8
}

/// The discipline in which waiters at this header, who come in the order in
/// which they stand in a queue, stand in that order.
pub(super) fn as_listed(arena: &[Word], header: usize) -> u64 {
    u64::from((arena[header + resource::IDENTITY] >> 32) as u8 == PRIORITY_FIRST as u8)
}

const FIFO: u64 = Discipline::Fifo as u64;
const PRIORITY_FIRST: u64 = Discipline::Priority as u64;
/// The discipline of those among whom a driver may choose.
const ANY: u64 = Discipline::Any as u64;

/// Whether `process`, which is in no queue, would be the first of this one, in
/// which somebody waits, in the order of [`enqueue`]. Where a driver may choose
/// nobody is the first.
#[cold]
pub(super) fn would_be_first(
    arena: &[Word],
    frames: &[u32],
    queue: usize,
    process: ProcessId,
    discipline: u64,
) -> bool {
    let priority = |id: u64| arena[link_of(frames, id)] >> 56;
    match discipline {
        FIFO | ANY => false,
        PRIORITY_FIRST => priority(u64::from(process.0) + 1) < priority(arena[queue] & LOW),
        _ => true,
    }
}

/// Adds a waiter to the queue if nobody waits there; whether it did.
#[inline(always)]
pub(super) fn enqueue_first(arena: &mut [Word], queue: usize, process: ProcessId) -> bool {
    let id = u64::from(process.0) + 1;
    let word = &mut arena[queue];
    let is_first = *word == 0;
    if is_first {
        *word = id | id << 32;
    }
    is_first
}

/// Adds a waiter in the order that `discipline`, a [`Discipline`] as a number,
/// says. For [`Discipline::Any`] that is by their ids, so that the queue depends
/// on nothing but who is in it.
#[cold]
pub(super) fn enqueue(arena: &mut [Word], frames: &[u32], queue: usize, process: ProcessId, discipline: u64) {
    let id = u64::from(process.0) + 1;
    if enqueue_first(arena, queue, process) {
        return;
    }
    let head = arena[queue] & LOW;
    match discipline {
        FIFO => append(arena, frames, queue, id),
        PRIORITY_FIRST => insert_by_priority(arena, frames, queue, id),
        ANY => insert_by_id(arena, frames, queue, id),
        _ => {
            arena[link_of(frames, id)] |= head;
            arena[queue] = (arena[queue] & !LOW) | id;
        }
    }
}

fn link_of(frames: &[u32], id: u64) -> usize {
    frames[(id - 1) as usize] as usize + frame::LINK
}

fn append(arena: &mut [Word], frames: &[u32], queue: usize, id: u64) {
    let last = arena[queue] >> 32;
    arena[link_of(frames, last)] |= id;
    arena[queue] = (arena[queue] & LOW) | id << 32;
}

/// Behind every waiter with a lower id.
fn insert_by_id(arena: &mut [Word], frames: &[u32], queue: usize, id: u64) {
    let last = arena[queue] >> 32;
    if last < id {
        return append(arena, frames, queue, id);
    }
    let mut before = 0;
    let mut next = arena[queue] & LOW;
    while next < id {
        before = next;
        next = arena[link_of(frames, next)] & LOW;
    }
    insert_between(arena, frames, queue, before, id, next);
}

/// Behind every waiter of the same or a lower number of priority. Takes time in
/// proportion to the priorities in the queue, since it goes from the first
/// waiter of each to the last.
fn insert_by_priority(arena: &mut [Word], frames: &[u32], queue: usize, id: u64) {
    let mine = arena[link_of(frames, id)] >> 56;
    // The last waiters of my priority and of those before.
    let mut before = 0;
    let mut next = arena[queue] & LOW;
    while next != 0 && arena[link_of(frames, next)] >> 56 < mine {
        before = last_of_run(arena, frames, next);
        next = arena[link_of(frames, before)] & LOW;
    }
    if next != 0 && arena[link_of(frames, next)] >> 56 == mine {
        before = last_of_run(arena, frames, next);
        set_last_of_run(arena, frames, next, id);
        next = arena[link_of(frames, before)] & LOW;
    }
    if next == 0 {
        append(arena, frames, queue, id);
    } else {
        insert_between(arena, frames, queue, before, id, next);
    }
}

/// Adds `id` in front of `next`, behind `before`, if that is not 0.
fn insert_between(arena: &mut [Word], frames: &[u32], queue: usize, before: u64, id: u64, next: u64) {
    arena[link_of(frames, id)] |= next;
    if before == 0 {
        arena[queue] = (arena[queue] & !LOW) | id;
    } else {
        let link = link_of(frames, before);
        arena[link] = (arena[link] & !LOW) | id;
    }
}

/// Adds `process` in front of the first waiter that it `goes_before`, at the end of
/// the queue if there is none. Takes time in proportion to those before it.
pub(super) fn insert_where(
    arena: &mut [Word],
    frames: &[u32],
    queue: usize,
    process: ProcessId,
    goes_before: impl Fn(&[Word], u64) -> bool,
) {
    let id = u64::from(process.0) + 1;
    if enqueue_first(arena, queue, process) {
        return;
    }
    let mut before = 0;
    let mut next = arena[queue] & LOW;
    while next != 0 && !goes_before(arena, next) {
        before = next;
        next = arena[link_of(frames, next)] & LOW;
    }
    match next {
        0 => append(arena, frames, queue, id),
        _ => insert_between(arena, frames, queue, before, id, next),
    }
}

/// As [`enqueue`], in a queue in which everybody knows who stands before, so that
/// [`remove_both_ways`] need not look for that.
#[cold]
pub(super) fn enqueue_both_ways(
    arena: &mut [Word],
    frames: &[u32],
    queue: usize,
    process: ProcessId,
    discipline: u64,
) {
    let id = u64::from(process.0) + 1;
    let (first, last) = (arena[queue] & LOW, arena[queue] >> 32);
    enqueue(arena, frames, queue, process, discipline);
    let next = arena[link_of(frames, id)] & LOW;
    let before = match next {
        0 => last,
        _ if next == first => 0,
        _ => arena[before_of(frames, next)],
    };
    arena[before_of(frames, id)] = before;
    if next != 0 {
        arena[before_of(frames, next)] = id;
    }
}

/// The word that says who stands before this waiter, but for the first in a queue: those
/// who were before it have left. Who waits needs no other time than that of its deadline.
fn before_of(frames: &[u32], id: u64) -> usize {
    frames[(id - 1) as usize] as usize + frame::UNTIL
}

/// Takes this waiter, who is there, out of a queue in which everybody came by
/// [`enqueue_both_ways`]. Takes time in proportion to the priorities in it, if it is by
/// priority; else it takes no more if there are more waiters.
#[cold]
pub(super) fn remove_both_ways(
    arena: &mut [Word],
    frames: &[u32],
    queue: usize,
    process: ProcessId,
    discipline: u64,
) {
    let id = u64::from(process.0) + 1;
    let before = if arena[queue] & LOW == id { 0 } else { arena[before_of(frames, id)] };
    let next = unlink(arena, frames, queue, id, before, discipline);
    if next != 0 {
        arena[before_of(frames, next)] = before;
    }
}

/// Takes this waiter, who is there, out of a queue of this discipline. Takes time in
/// proportion to those before it.
#[cold]
pub(super) fn remove(arena: &mut [Word], frames: &[u32], queue: usize, process: ProcessId, discipline: u64) {
    let id = u64::from(process.0) + 1;
    let (mut before, mut next) = (0, arena[queue] & LOW);
    while next != id {
        before = next;
        next = arena[link_of(frames, next)] & LOW;
    }
    unlink(arena, frames, queue, id, before, discipline);
}

/// Takes a waiter out of a queue in which it stands behind `before`, or is the first if
/// that is 0; gives who stood behind it.
fn unlink(arena: &mut [Word], frames: &[u32], queue: usize, id: u64, before: u64, discipline: u64) -> u64 {
    let word = arena[link_of(frames, id)];
    let next = word & LOW;
    arena[link_of(frames, id)] = word & PRIORITY;
    if word & RUN != 0 {
        set_last_of_run(arena, frames, next, last_of_run_in(word, id));
    } else if discipline == PRIORITY_FIRST && before != 0 {
        shorten_run(arena, frames, queue, word & PRIORITY, (id, before));
    }
    match before {
        0 => arena[queue] = (arena[queue] & !LOW) | next,
        _ => {
            let link = &mut arena[link_of(frames, before)];
            *link = (*link & !LOW) | next;
        }
    }
    if next == 0 {
        arena[queue] = (arena[queue] & LOW) | before << 32;
    }
    next
}

/// Makes `before` the last of the run of waiters of this priority, if `id` is.
fn shorten_run(arena: &mut [Word], frames: &[u32], queue: usize, priority: Word, (id, before): (u64, u64)) {
    let mut first = arena[queue] & LOW;
    while arena[link_of(frames, first)] & PRIORITY != priority {
        let last = last_of_run(arena, frames, first);
        // The link of the one that is taken out is cleared; nobody goes over it.
        first = arena[link_of(frames, last)] & LOW;
    }
    if first != id && last_of_run(arena, frames, first) == id {
        set_last_of_run(arena, frames, first, before);
    }
}

/// In a queue by priority: the last waiter of the run of waiters of one
/// priority that `first` is the first of.
fn last_of_run(arena: &[Word], frames: &[u32], first: u64) -> u64 {
    last_of_run_in(arena[link_of(frames, first)], first)
}

fn last_of_run_in(link: Word, first: u64) -> u64 {
    (((link & RUN) >> RUN_AT) ^ (first - 1)) + 1
}

fn set_last_of_run(arena: &mut [Word], frames: &[u32], first: u64, last: u64) {
    let link = &mut arena[link_of(frames, first)];
    *link = (*link & !RUN) | ((first - 1) ^ (last - 1)) << RUN_AT;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a list that is sorted by (priority, arrival), whatever comes and goes.
    #[test]
    fn by_priority_with_many() {
        const PROCESSES: u32 = 200;
        let mut noise = 12_345u64;
        let mut next = |below: u64| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (noise >> 33) % below
        };
        let priorities: Vec<u64> = (0..PROCESSES).map(|_| 120 + next(5)).collect();
        let mut arena = vec![0; 1 + 3 * PROCESSES as usize];
        let frames: Vec<u32> = (0..PROCESSES).map(|n| 1 + 3 * n).collect();
        for (&base, priority) in frames.iter().zip(&priorities) {
            arena[base as usize + frame::LINK] = priority << 56;
        }
        let initial = arena.clone();
        let mut model: Vec<(u64, u32, u32)> = Vec::new();
        for arrival in 0..20_000 {
            let process = next(u64::from(PROCESSES)) as u32;
            if model.iter().any(|&(.., other)| other == process) || next(3) == 0 {
                model.sort_unstable();
                let expected = if model.is_empty() { None } else { Some(model.remove(0).2) };
                let served = dequeue(&mut arena, &frames, 0).map(|(process, _)| process.0);
                assert_eq!(served, expected);
            } else {
                enqueue(&mut arena, &frames, 0, ProcessId(process), 1);
                model.push((priorities[process as usize], arrival, process));
            }
            if model.is_empty() {
                assert_eq!(arena, initial, "an empty queue leaves nothing behind");
            }
        }
    }

    /// In a queue of any discipline, with those who knew who stood before and without.
    #[test]
    fn whoever_is_taken_out_leaves_the_order_of_the_others() {
        const PROCESSES: u32 = 40;
        let mut noise = 99u64;
        let mut next = |below: u64| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (noise >> 33) % below
        };
        for discipline in [FIFO, PRIORITY_FIRST, 2, ANY] {
            for both_ways in [false, true] {
                let add = if both_ways { enqueue_both_ways } else { enqueue };
                let take_out = if both_ways { remove_both_ways } else { remove };
                let frames: Vec<u32> = (0..PROCESSES).map(|n| 1 + 3 * n).collect();
                let mut arena = vec![0; 1 + 3 * PROCESSES as usize];
                for &base in &frames {
                    arena[base as usize + frame::LINK] = (126 + next(4)) << 56;
                }
                let priority =
                    |arena: &[Word], process: u32| arena[link_of(&frames, u64::from(process) + 1)] >> 56;
                let mut list: Vec<u32> = Vec::new();
                for _ in 0..20_000 {
                    let process = next(u64::from(PROCESSES)) as u32;
                    if let Some(place) = list.iter().position(|&other| other == process) {
                        if next(2) == 0 {
                            take_out(&mut arena, &frames, 0, ProcessId(process), discipline);
                            list.remove(place);
                        } else {
                            let first = dequeue(&mut arena, &frames, 0).map(|(process, _)| process.0);
                            assert_eq!(first, Some(list.remove(0)));
                        }
                    } else {
                        let mine = priority(&arena, process);
                        let place = match discipline {
                            FIFO => list.len(),
                            PRIORITY_FIRST => {
                                list.iter().filter(|&&other| priority(&arena, other) <= mine).count()
                            }
                            ANY => list.iter().filter(|&&other| other < process).count(),
                            _ => 0,
                        };
                        add(&mut arena, &frames, 0, ProcessId(process), discipline);
                        list.insert(place, process);
                    }
                    let waiting: Vec<u32> = all(&arena, &frames, 0).iter().map(|process| process.0).collect();
                    assert_eq!(waiting, list, "{discipline} {both_ways}");
                }
            }
        }
    }

    /// Three frames of three words behind the queue word, with priorities.
    fn arena(priorities: [u64; 4]) -> (Vec<Word>, Vec<u32>) {
        let mut arena = vec![0; 1 + 3 * 4];
        let frames: Vec<u32> = (0..4).map(|n| 1 + 3 * n).collect();
        for (base, priority) in frames.iter().zip(priorities) {
            arena[*base as usize + frame::LINK] = priority << 56;
        }
        (arena, frames)
    }

    fn served(discipline: u64, priorities: [u64; 4]) -> Vec<u32> {
        let (mut arena, frames) = arena(priorities);
        for process in 0..4 {
            enqueue(&mut arena, &frames, 0, ProcessId(process), discipline);
        }
        let order =
            std::iter::from_fn(|| dequeue(&mut arena, &frames, 0)).map(|(process, _)| process.0).collect();
        assert_eq!(arena[0], 0);
        order
    }

    #[test]
    fn disciplines() {
        assert_eq!(served(0, [128, 127, 129, 127]), [0, 1, 2, 3]);
        assert_eq!(served(1, [128, 127, 129, 127]), [1, 3, 0, 2]);
        assert_eq!(served(2, [128, 127, 129, 127]), [3, 2, 1, 0]);
    }

    /// Or each who comes would go past all of its priority one by one.
    #[test]
    fn the_first_of_a_priority_knows_the_last() {
        let (mut arena, frames) = arena([128, 127, 128, 128]);
        for (process, last_of_0) in [(0, 0), (1, 0), (2, 2), (3, 3)] {
            enqueue(&mut arena, &frames, 0, ProcessId(process), 1);
            assert_eq!(last_of_run(&arena, &frames, 1), last_of_0 + 1, "after {process}");
        }
    }

    #[test]
    fn whoever_is_in_the_queue_of_any_it_is_the_same_queue() {
        let queue_of = |order: &[u32]| {
            let (mut arena, frames) = arena([128; 4]);
            for &process in order {
                enqueue(&mut arena, &frames, 0, ProcessId(process), ANY);
            }
            arena
        };
        assert_eq!(queue_of(&[2, 0, 3, 1]), queue_of(&[0, 1, 2, 3]));
        assert_eq!(queue_of(&[3, 1]), queue_of(&[1, 3]));
    }

    #[test]
    fn any_waiter_can_be_taken_out() {
        for nth in 0..4 {
            let (mut arena, frames) = arena([128; 4]);
            for process in [3, 1, 0, 2] {
                enqueue(&mut arena, &frames, 0, ProcessId(process), ANY);
            }
            let (taken, _) = dequeue_nth(&mut arena, &frames, 0, nth).expect("four wait");
            assert_eq!(taken, ProcessId(nth));
            assert_eq!(arena[link_of(&frames, u64::from(nth) + 1)], 128 << 56, "a priority and no link");
            let rest: Vec<u32> = (0..4).filter(|&other| other != nth).collect();
            let left: Vec<u32> = all(&arena, &frames, 0).iter().map(|process| process.0).collect();
            assert_eq!(left, rest);
            enqueue(&mut arena, &frames, 0, taken, ANY);
            assert_eq!(all(&arena, &frames, 0).len(), 4, "the end of the queue is known");
        }
    }
}

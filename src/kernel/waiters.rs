//! Queues of waiting processes, linked through their frames: no allocation,
//! and a clone of the arena is a clone of the queues.
//!
//! A queue is one word: first waiter + 1 in the low half, last + 1 in the
//! high half, 0 if empty.

use crate::ids::ProcessId;
use crate::program::{frame, resource};
use crate::value::Word;

const LOW: u64 = 0xffff_ffff;

/// The first waiter of the queue in arena word `queue`.
#[inline(always)]
pub(super) fn first(arena: &[Word], queue: usize) -> Option<ProcessId> {
    (arena[queue] as u32).checked_sub(1).map(ProcessId)
}

/// Takes the first waiter out of the queue in arena word `queue`; says also
/// where its frame begins.
#[inline]
pub(super) fn dequeue(arena: &mut [Word], frames: &[u32], queue: usize) -> Option<(ProcessId, usize)> {
    let process = first(arena, queue)?;
    let frame = frames[process.index()] as usize;
    let link = &mut arena[frame + frame::LINK];
    let next = *link & LOW;
    *link &= !LOW;
    let word = &mut arena[queue];
    *word = if next == 0 { 0 } else { (*word & !LOW) | next };
    Some((process, frame))
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
    let next = |process: &ProcessId| {
        let link = arena[link_of(frames, u64::from(process.0) + 1)];
        (link as u32).checked_sub(1).map(ProcessId)
    };
    std::iter::successors(first(arena, queue), next).collect()
}

/// Whether nothing says who of the waiters at this header is served first.
pub(super) fn is_any(arena: &[Word], header: usize) -> bool {
    leaves_open(arena[header + resource::IDENTITY])
}

/// The same, from the word that says which resource it is.
pub(super) fn leaves_open(identity: Word) -> bool {
    (identity >> 32) as u8 == ANY as u8
}

/// The discipline of those among whom a driver may choose.
const ANY: u64 = 3;

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

/// Adds a waiter in the order that `discipline` says: 0 first come first
/// served, 1 by priority and then first come first served, 2 last come first
/// served, 3 whoever: by their ids, so that the queue depends on nothing but who
/// is in it.
#[cold]
pub(super) fn enqueue(arena: &mut [Word], frames: &[u32], queue: usize, process: ProcessId, discipline: u64) {
    let id = u64::from(process.0) + 1;
    if enqueue_first(arena, queue, process) {
        return;
    }
    let head = arena[queue] & LOW;
    match discipline {
        0 => append(arena, frames, queue, id),
        1 => insert(arena, frames, queue, id, |arena, id| arena[link_of(frames, id)] >> 56),
        ANY => insert(arena, frames, queue, id, |_, id| id),
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

/// Behind every waiter of the same or a lower rank.
fn insert(arena: &mut [Word], frames: &[u32], queue: usize, id: u64, rank: impl Fn(&[Word], u64) -> u64) {
    let mine = rank(arena, id);
    let last = arena[queue] >> 32;
    if rank(arena, last) <= mine {
        return append(arena, frames, queue, id);
    }
    let mut before = 0;
    let mut next = arena[queue] & LOW;
    while rank(arena, next) <= mine {
        before = next;
        next = arena[link_of(frames, next)] & LOW;
    }
    arena[link_of(frames, id)] |= next;
    if before == 0 {
        arena[queue] = (arena[queue] & !LOW) | id;
    } else {
        let link = link_of(frames, before);
        arena[link] = (arena[link] & !LOW) | id;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let rest: Vec<u32> = (0..4).filter(|&other| other != nth).collect();
            let left: Vec<u32> = all(&arena, &frames, 0).iter().map(|process| process.0).collect();
            assert_eq!(left, rest);
            enqueue(&mut arena, &frames, 0, taken, ANY);
            assert_eq!(all(&arena, &frames, 0).len(), 4, "the end of the queue is known");
        }
    }
}

//! Queues of waiting processes, linked through their frames: no allocation,
//! and a clone of the arena is a clone of the queues.
//!
//! A queue is one word: first waiter + 1 in the low half, last + 1 in the
//! high half, 0 if empty.

use crate::ids::ProcessId;
use crate::program::frame;
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

/// Adds a waiter in the order that `discipline` says: 0 first come first
/// served, 1 by priority and then first come first served, 2 last come first
/// served.
#[inline]
pub(super) fn enqueue(arena: &mut [Word], frames: &[u32], queue: usize, process: ProcessId, discipline: u64) {
    let id = u64::from(process.0) + 1;
    let head = arena[queue] & LOW;
    if head == 0 {
        arena[queue] = id | id << 32;
        return;
    }
    match discipline {
        0 => append(arena, frames, queue, id),
        1 => insert_by_priority(arena, frames, queue, id),
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

/// Behind every waiter of the same or a lower number of priority.
fn insert_by_priority(arena: &mut [Word], frames: &[u32], queue: usize, id: u64) {
    let priority = |arena: &[Word], id: u64| arena[link_of(frames, id)] >> 56;
    let mine = priority(arena, id);
    let last = arena[queue] >> 32;
    if priority(arena, last) <= mine {
        return append(arena, frames, queue, id);
    }
    let mut before = 0;
    let mut next = arena[queue] & LOW;
    while priority(arena, next) <= mine {
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
}

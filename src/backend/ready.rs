//! Those who can go on at the present, in the order in which they came.
//!
//! Decides nothing about who goes before them.

use crate::ids::ProcessId;

/// A line of processes, mostly of one or two.
#[derive(Debug, Clone, Default)]
pub(super) struct Ready {
    processes: Vec<ProcessId>,
    /// How many of them have gone on.
    gone: usize,
}

impl Ready {
    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.processes.is_empty()
    }

    #[inline(always)]
    pub(super) fn push(&mut self, process: ProcessId) {
        if self.processes.len() == self.processes.capacity() {
            self.make_room();
        }
        self.processes.push(process);
    }

    /// Takes the first.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<ProcessId> {
        let first = *self.processes.get(self.gone)?;
        self.gone += 1;
        if self.gone == self.processes.len() {
            self.clear();
        }
        Some(first)
    }

    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.processes.clear();
        self.gone = 0;
    }

    /// The places of those who have gone on serve again, if they are half of all.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        if self.gone > self.processes.len() / 2 {
            self.processes.drain(..self.gone);
            self.gone = 0;
        } else {
            self.processes.reserve(8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// Against a queue, in memory that does not grow with how many come and go.
    #[test]
    fn whoever_came_first_goes_first() {
        let (mut ready, mut queue, mut noise) = (Ready::default(), VecDeque::new(), 1u64);
        for process in (0..100_000).map(ProcessId) {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ready.push(process);
            queue.push_back(process);
            // As many come as go; one stays behind for long.
            for _ in 0..(noise >> 62).min(queue.len() as u64 - 1) {
                assert_eq!(ready.pop(), queue.pop_front());
            }
            assert!(!ready.is_empty());
        }
        assert!(ready.processes.capacity() < 4 * queue.len() + 1_000, "{}", ready.processes.capacity());
        queue.into_iter().for_each(|process| assert_eq!(ready.pop(), Some(process)));
        assert!(ready.is_empty() && ready.pop().is_none());
    }
}

//! The two systems in Rust, a state packed into one integer: what somebody writes who wants a library for model
//! checking to be fast.
//!
//! Decides what can happen in a state and what comes of it. Does not decide how states are searched.

/// A system with packed states.
pub trait Packed: Send + Sync + 'static {
    /// What can happen.
    type Action: Copy + PartialEq + std::fmt::Debug;

    /// Where it starts.
    fn start(&self) -> u64;
    /// Appends what can happen in `state`.
    fn actions(&self, state: u64, actions: &mut Vec<Self::Action>);
    /// What comes of it.
    fn next(&self, state: u64, action: Self::Action) -> u64;
}

/// Philosophers: two bits each, 0 thinks, 1 holds the left fork, 2 eats. Who has which fork follows from that.
pub struct Table {
    pub count: u32,
}

impl Table {
    fn of(state: u64, philosopher: u32) -> u64 {
        state >> (2 * philosopher) & 3
    }
}

impl Packed for Table {
    /// Who goes on.
    type Action = u8;

    fn start(&self) -> u64 {
        0
    }

    fn actions(&self, state: u64, actions: &mut Vec<u8>) {
        let mut left = Self::of(state, self.count - 1);
        for philosopher in 0..self.count {
            let own = Self::of(state, philosopher);
            let right = Self::of(state, if philosopher + 1 == self.count { 0 } else { philosopher + 1 });
            let able = match own {
                0 => left != 2,
                1 => right == 0,
                _ => true,
            };
            if able {
                actions.push(philosopher as u8);
            }
            left = own;
        }
    }

    fn next(&self, state: u64, philosopher: u8) -> u64 {
        let shift = 2 * u32::from(philosopher);
        match state >> shift & 3 {
            2 => state & !(3 << shift),
            _ => state + (1 << shift),
        }
    }
}

/// A blocking queue: the items in the low 32 bits, the oldest lowest, by producer in 3 bits each; then how many
/// there are in 4 bits, then a bit for each producer and each consumer who waits.
pub struct Queue {
    pub producers: u32,
    pub consumers: u32,
    pub capacity: u32,
}

/// Bits of an item.
const ITEM: u32 = 3;
/// Where the number of items begins.
const LEVEL: u32 = 32;
/// Where those who wait begin.
const WAITERS: u32 = 36;

/// A turn of one process, and whom it notifies: nobody if that is the process itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    process: u8,
    notified: u8,
}

impl Packed for Queue {
    type Action = Turn;

    fn start(&self) -> u64 {
        0
    }

    fn actions(&self, state: u64, turns: &mut Vec<Turn>) {
        let level = (state >> LEVEL & 15) as u32;
        let waiters = state >> WAITERS;
        for process in 0..self.producers + self.consumers {
            if waiters >> process & 1 == 1 {
                continue;
            }
            let waits = if process < self.producers { level == self.capacity } else { level == 0 };
            let process = process as u8;
            if waits || waiters == 0 {
                turns.push(Turn { process, notified: process });
                continue;
            }
            let mut rest = waiters;
            while rest != 0 {
                turns.push(Turn { process, notified: rest.trailing_zeros() as u8 });
                rest &= rest - 1;
            }
        }
    }

    fn next(&self, state: u64, turn: Turn) -> u64 {
        let process = u32::from(turn.process);
        let level = (state >> LEVEL & 15) as u32;
        let items = state & ((1 << LEVEL) - 1);
        let rest = state & !((1 << LEVEL) - 1);
        let (full, empty) = (level == self.capacity, level == 0);
        let state = match process < self.producers {
            true if full => return state | 1 << (WAITERS + process),
            true => (rest + (1 << LEVEL)) | items | (u64::from(process) << (ITEM * level)),
            false if empty => return state | 1 << (WAITERS + process),
            false => (rest - (1 << LEVEL)) | (items >> ITEM),
        };
        if turn.notified == turn.process {
            state
        } else {
            state & !(1 << (WAITERS + u32::from(turn.notified)))
        }
    }
}

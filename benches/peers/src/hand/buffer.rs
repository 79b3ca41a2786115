//! W3 by hand: three state machines, six counters, and a ring of who is to go on at the present time.
//!
//! A process that has to wait remembers the operation it goes on with; a release hands its permit to the first
//! waiter, as in every engine, and the waiter goes on without an entry in the calendar.

use super::Calendar;
use crate::stopwatch::Stopwatch;
use crate::workload::{CAPACITY, CHUNK, Finished, PERIODS_S};

const LOADER: usize = 0;
const TRAINER: usize = 1;
const INFERER: usize = 2;

const MUTEX_1: usize = 0;
const MUTEX_2: usize = 1;
const EMPTY_1: usize = 2;
const EMPTY_2: usize = 3;
const FULL_1: usize = 4;
const FULL_2: usize = 5;

/// A first-in, first-out queue of at most four processes, which is one more than there are.
#[derive(Clone, Copy, Default)]
struct Ring {
    slots: [u8; 4],
    head: u8,
    length: u8,
}

impl Ring {
    #[inline(always)]
    fn push(&mut self, process: usize) {
        self.slots[usize::from((self.head + self.length) & 3)] = process as u8;
        self.length += 1;
    }

    #[inline(always)]
    fn pop(&mut self) -> Option<usize> {
        if self.length == 0 {
            return None;
        }
        let process = self.slots[usize::from(self.head & 3)];
        self.head = (self.head + 1) & 3;
        self.length -= 1;
        Some(usize::from(process))
    }
}

#[derive(Clone, Copy, Default)]
struct Permits {
    free: u32,
    waiting: Ring,
}

/// One of the two memories, with where it is written and read next.
#[derive(Default)]
struct Memory {
    slots: [u64; CAPACITY],
    written: usize,
    read: usize,
}

impl Memory {
    #[inline(always)]
    fn write(&mut self, value: u64) {
        self.slots[self.written] = value;
        self.written = if self.written + 1 == CAPACITY { 0 } else { self.written + 1 };
    }

    #[inline(always)]
    fn read(&mut self) -> u64 {
        let value = self.slots[self.read];
        self.read = if self.read + 1 == CAPACITY { 0 } else { self.read + 1 };
        value
    }
}

struct Plant<C> {
    calendar: C,
    now: f64,
    ready: Ring,
    permits: [Permits; 6],
    /// The operation that each process goes on with once it has the permit it waits for.
    resume: [u8; 3],
    /// The rounds that each process still has to begin, the present one included.
    left: [u64; 3],
    memory_1: Memory,
    memory_2: Memory,
    items: u64,
    sums: [u64; 2],
}

impl<C: Calendar> Plant<C> {
    /// Takes a permit, or queues for one and remembers to go on with operation `next`. True if it was there.
    #[inline(always)]
    fn acquire(&mut self, resource: usize, process: usize, next: u8) -> bool {
        let permits = &mut self.permits[resource];
        if permits.free > 0 {
            permits.free -= 1;
            return true;
        }
        permits.waiting.push(process);
        self.resume[process] = next;
        false
    }

    #[inline(always)]
    fn release(&mut self, resource: usize) {
        match self.permits[resource].waiting.pop() {
            Some(process) => self.ready.push(process),
            None => self.permits[resource].free += 1,
        }
    }

    #[inline(always)]
    fn delay_again(&mut self, process: usize) {
        self.left[process] -= 1;
        if self.left[process] > 0 {
            self.calendar.push(self.now + f64::from(PERIODS_S[process]), process as u32);
        }
    }

    #[inline(always)]
    fn loader(&mut self, from: u8) {
        if from < 1 && !self.acquire(EMPTY_1, LOADER, 1) {
            return;
        }
        if from < 2 && !self.acquire(EMPTY_2, LOADER, 2) {
            return;
        }
        if from < 3 && !self.acquire(MUTEX_1, LOADER, 3) {
            return;
        }
        if from < 4 && !self.acquire(MUTEX_2, LOADER, 4) {
            return;
        }
        let value = self.left[LOADER];
        self.memory_1.write(value);
        self.memory_2.write(value);
        self.release(MUTEX_1);
        self.release(MUTEX_2);
        self.release(FULL_1);
        self.release(FULL_2);
        self.delay_again(LOADER);
    }

    #[inline(always)]
    fn trainer(&mut self, from: u8) {
        if from < 1 && !self.acquire(FULL_1, TRAINER, 1) {
            return;
        }
        if from < 2 && !self.acquire(FULL_1, TRAINER, 2) {
            return;
        }
        if from < 3 && !self.acquire(FULL_1, TRAINER, 3) {
            return;
        }
        if from < 4 && !self.acquire(MUTEX_1, TRAINER, 4) {
            return;
        }
        for _ in 0..CHUNK {
            self.sums[0] += self.memory_1.read();
        }
        self.release(MUTEX_1);
        for _ in 0..CHUNK {
            self.release(EMPTY_1);
        }
        self.delay_again(TRAINER);
    }

    #[inline(always)]
    fn inferer(&mut self, from: u8) {
        if from < 1 && !self.acquire(FULL_2, INFERER, 1) {
            return;
        }
        if from < 2 && !self.acquire(MUTEX_2, INFERER, 2) {
            return;
        }
        self.sums[1] += self.memory_2.read();
        self.items += 1;
        self.release(MUTEX_2);
        self.release(EMPTY_2);
        self.delay_again(INFERER);
    }

    #[inline(always)]
    fn go_on(&mut self, process: usize, from: u8) {
        match process {
            LOADER => self.loader(from),
            TRAINER => self.trainer(from),
            _ => self.inferer(from),
        }
    }
}

/// Runs W3 with this many items.
pub fn buffer<C: Calendar>(items: u64) -> Finished {
    let mut plant = Plant {
        calendar: C::with_capacity(4),
        now: 0.0,
        ready: Ring::default(),
        permits: [Permits::default(); 6],
        resume: [0; 3],
        left: [items, items / CHUNK, items],
        memory_1: Memory::default(),
        memory_2: Memory::default(),
        items: 0,
        sums: [0; 2],
    };
    for (resource, free) in [(MUTEX_1, 1), (MUTEX_2, 1), (EMPTY_1, CAPACITY), (EMPTY_2, CAPACITY)] {
        plant.permits[resource].free = free as u32;
    }

    let start = Stopwatch::start();
    for process in [LOADER, TRAINER, INFERER] {
        plant.calendar.push(f64::from(PERIODS_S[process]), process as u32);
    }
    while let Some((time, process)) = plant.calendar.first() {
        plant.calendar.pop();
        plant.now = time;
        plant.go_on(process as usize, 0);
        while let Some(process) = plant.ready.pop() {
            let from = plant.resume[process];
            plant.go_on(process, from);
        }
    }
    let seconds = start.seconds();

    assert_eq!(plant.sums[0], plant.sums[1], "both memories carried the same items");
    Finished { count: plant.items, seconds, end_time_s: plant.now, figure: None }
}

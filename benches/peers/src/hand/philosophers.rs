//! W8 by hand: who has each fork and who waits for it, which can be one at most.

use super::{Agenda, Calendar};
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::{Finished, PHILOSOPHERS, THINK_MEAN_S};

/// The forks of a philosopher, in the order in which they are taken.
pub fn forks_of(philosopher: usize) -> [usize; 2] {
    let right = (philosopher + 1) % PHILOSOPHERS;
    [philosopher.min(right), philosopher.max(right)]
}

#[derive(Clone, Copy, Default)]
struct Fork {
    taken: bool,
    waiting: Option<u8>,
}

struct Philosopher {
    forks: [usize; 2],
    /// How many forks this one has.
    has: usize,
    hungry_at: f64,
    meals: u64,
    times: Exponential,
}

struct Table<C> {
    agenda: Agenda<C>,
    now: f64,
    forks: [Fork; PHILOSOPHERS],
    philosophers: Vec<Philosopher>,
    spent: f64,
}

impl<C: Calendar> Table<C> {
    #[inline(always)]
    fn think(&mut self, number: usize) {
        let done = self.now + self.philosophers[number].times.draw() * THINK_MEAN_S;
        self.agenda.push(done, number as u32);
    }

    /// Takes the forks that are still missing, and then eats.
    #[inline(always)]
    fn go_on(&mut self, number: usize) {
        let philosopher = &mut self.philosophers[number];
        while philosopher.has < 2 {
            let fork = &mut self.forks[philosopher.forks[philosopher.has]];
            if fork.taken {
                fork.waiting = Some(number as u8);
                return;
            }
            fork.taken = true;
            philosopher.has += 1;
        }
        let done = self.now + philosopher.times.draw();
        self.agenda.push(done, number as u32);
    }

    /// Lays down a fork, or hands it to whoever waits for it.
    #[inline(always)]
    fn lay_down(&mut self, fork: usize) {
        match self.forks[fork].waiting.take() {
            None => self.forks[fork].taken = false,
            Some(next) => {
                self.philosophers[usize::from(next)].has += 1;
                self.go_on(usize::from(next));
            }
        }
    }

    #[inline(always)]
    fn eaten(&mut self, number: usize) {
        let philosopher = &mut self.philosophers[number];
        self.spent += self.now - philosopher.hungry_at;
        philosopher.meals -= 1;
        philosopher.has = 0;
        let (thinks, [first, second]) = (philosopher.meals > 0, philosopher.forks);
        self.lay_down(second);
        self.lay_down(first);
        if thinks {
            self.think(number);
        }
    }
}

/// Runs W8 with this many meals of each philosopher.
pub fn philosophers<C: Calendar>(meals: u64, seed: u64) -> Finished {
    let seat = |number| {
        let times = Exponential::stream(seed, number);
        Philosopher { forks: forks_of(number), has: 0, hungry_at: 0.0, meals, times }
    };
    let mut table = Table {
        agenda: Agenda::<C>::with_capacity(PHILOSOPHERS),
        now: 0.0,
        forks: [Fork::default(); PHILOSOPHERS],
        philosophers: (0..PHILOSOPHERS).map(seat).collect(),
        spent: 0.0,
    };

    let start = Stopwatch::start();
    (0..PHILOSOPHERS).for_each(|number| table.think(number));
    let mut events = 0;
    while let Some((time, number)) = table.agenda.next() {
        table.now = time;
        events += 1;
        let philosopher = &mut table.philosophers[number as usize];
        if philosopher.has == 2 {
            table.eaten(number as usize);
        } else {
            philosopher.hungry_at = time;
            table.go_on(number as usize);
        }
    }
    let seconds = start.seconds();

    let figure = Some(table.spent / (meals * PHILOSOPHERS as u64) as f64);
    Finished { count: events, seconds, end_time_s: table.now, figure }
}

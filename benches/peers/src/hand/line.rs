//! W6 by hand: belts with room for two, and stages that are idle, busy or blocked.

use std::collections::VecDeque;

use super::{Agenda, Calendar};
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::{Finished, ROOM, STAGES};

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Busy,
    Blocked,
}

struct Stage {
    state: State,
    item: u64,
    services: Exponential,
    /// The belt in front of it.
    belt: VecDeque<u64>,
}

struct Line<C> {
    agenda: Agenda<C>,
    now: f64,
    stages: Vec<Stage>,
    /// The item that the source puts next, and how many there are.
    next: u64,
    items: u64,
    /// What the sink took.
    sum: u64,
}

impl<C: Calendar> Line<C> {
    /// An idle stage takes the next item, if there is one.
    #[inline(always)]
    fn take(&mut self, number: usize) {
        let stage = &mut self.stages[number];
        let Some(item) = stage.belt.pop_front() else {
            stage.state = State::Idle;
            return;
        };
        stage.state = State::Busy;
        stage.item = item;
        let done = self.now + stage.services.draw();
        self.agenda.push(done, number as u32);
        self.fill(number);
    }

    /// There is room on the belt in front of this stage, which is busy: whoever waits for that puts an item there.
    fn fill(&mut self, number: usize) {
        if number == 0 {
            if self.next < self.items {
                self.stages[0].belt.push_back(self.next);
                self.next += 1;
            }
        } else if self.stages[number - 1].state == State::Blocked {
            let item = self.stages[number - 1].item;
            self.stages[number].belt.push_back(item);
            self.take(number - 1);
        }
    }

    /// A stage is done with its item.
    #[inline(always)]
    fn done(&mut self, number: usize) {
        let item = self.stages[number].item;
        match self.stages.get_mut(number + 1) {
            None => self.sum += item,
            Some(next) if next.belt.len() == ROOM => {
                self.stages[number].state = State::Blocked;
                return;
            }
            Some(next) => {
                next.belt.push_back(item);
                if next.state == State::Idle {
                    self.take(number + 1);
                }
            }
        }
        self.take(number);
    }
}

/// Runs W6 with this many items.
pub fn line<C: Calendar>(items: u64, seed: u64) -> Finished {
    let stage = |number| {
        let services = Exponential::stream(seed, number);
        Stage { state: State::Idle, item: 0, services, belt: VecDeque::with_capacity(ROOM) }
    };
    let mut line = Line {
        agenda: Agenda::<C>::with_capacity(STAGES),
        now: 0.0,
        stages: (0..STAGES).map(stage).collect(),
        next: 0,
        items,
        sum: 0,
    };

    let start = Stopwatch::start();
    for _ in 0..ROOM {
        line.fill(0);
    }
    line.take(0);
    let mut events = 0;
    while let Some((time, number)) = line.agenda.next() {
        line.now = time;
        events += 1;
        line.done(number as usize);
    }
    let seconds = start.seconds();

    assert_eq!(line.sum, items * (items - 1) / 2, "every item came through");
    Finished { count: events, seconds, end_time_s: line.now, figure: None }
}

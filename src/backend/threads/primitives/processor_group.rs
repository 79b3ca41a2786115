//! Processors that stand on each other: their cores and lines, and where each thread
//! stands that is at work on them.
//!
//! Decides who goes before whom, for how long a thread is served, and what that means
//! for it.

use super::processor_rules::ProcessorRules;
use super::shares::{Shares, Speed};
use super::wait_queue::Requester;
use crate::ids::ProcessId;
use crate::trace::Discipline;
use std::collections::{BTreeMap, VecDeque};

/// What a thread has to do next that is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkTurn {
    /// It is served until then, unless its turn changes before; `None`: until that.
    Served {
        /// Nanoseconds.
        until: Option<u64>,
    },
    /// It is ready, and must wait on its parker for a core.
    Ready {
        /// Nobody is left who could give it one: see [`Census`](super::Census).
        last: bool,
    },
    /// Its work was done then.
    Done {
        /// Nanoseconds.
        at: u64,
    },
}

/// What a thread is to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// The place in its group of the processor on which it works.
    pub processor: usize,
    /// For how many nanoseconds.
    pub length: u64,
    /// By when, in nanoseconds: who has less goes first where that counts.
    pub deadline: u64,
}

/// What the lock of some processors protects.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) processors: Vec<Processor>,
    /// Those at work.
    pub(super) workers: BTreeMap<ProcessId, Worker>,
    /// Who was given a core and has not gone on yet.
    pub(super) granted: VecDeque<ProcessId>,
    /// When something was done last: nothing is done before that.
    pub(super) latest: u64,
    /// Whether others look at the free cores before whoever was given one goes on.
    pub(super) are_watched: bool,
}

#[derive(Debug)]
pub(super) struct Processor {
    pub(super) rules: ProcessorRules,
    pub(super) cores: Vec<Core>,
    /// Who waits for a core, in order.
    pub(super) ready: VecDeque<ProcessId>,
    /// Who is served, if it is shared.
    pub(super) shares: Shares,
    /// How many cores are taken by a timetable.
    pub(super) taken: usize,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Core {
    pub(super) serves: Option<ProcessId>,
    pub(super) last: Option<ProcessId>,
}

/// Where a thread at work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// In the line for a core at this level of its path.
    Ready(usize),
    /// It was given the core at this level, and goes on from there.
    Granted(usize),
    Served,
}

/// A thread at work.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) requester: Requester,
    /// The processors it needs a core of, from the innermost out.
    pub(super) path: Vec<usize>,
    pub(super) stage: Stage,
    pub(super) deadline: u64,
    /// What is left of its work.
    pub(super) left: u64,
    /// What is left of its quantum at each level; 0 where there is none.
    pub(super) quanta: Vec<u64>,
    /// What cores take to switch to it.
    pub(super) switch: u64,
    /// Since when it is served, and how much it does then.
    pub(super) since: u64,
    pub(super) slice: u64,
    /// Whether the census counts it.
    pub(super) is_awake: bool,
    /// Whether it was told to wait on its parker, and nothing was handed to it yet.
    pub(super) is_parked: bool,
}

impl Worker {
    pub(super) fn new(requester: Requester, path: Vec<usize>, job: Demand) -> Worker {
        Worker {
            requester,
            quanta: vec![0; path.len()],
            path,
            stage: Stage::Granted(0),
            deadline: job.deadline,
            left: job.length,
            switch: 0,
            since: 0,
            slice: 0,
            is_awake: true,
            is_parked: false,
        }
    }

    /// How much it does until its work or a quantum ends.
    pub(super) fn next_slice(&self) -> u64 {
        self.quanta.iter().copied().filter(|&quantum| quantum > 0).fold(self.left, u64::min)
    }

    /// Counts so much work as done.
    pub(super) fn spend(&mut self, slice: u64) {
        self.left -= slice;
        self.quanta.iter_mut().for_each(|quantum| *quantum = quantum.saturating_sub(slice));
    }
}

impl Processor {
    fn new(rules: ProcessorRules) -> Processor {
        let cores = if rules.discipline == Discipline::Sharing { 0 } else { rules.cores };
        Processor {
            cores: vec![Core::default(); cores],
            rules,
            ready: VecDeque::new(),
            shares: Shares::default(),
            taken: 0,
        }
    }

    pub(super) fn is_shared(&self) -> bool {
        self.rules.discipline == Discipline::Sharing
    }

    /// What decides who goes first: lower goes first.
    pub(super) fn rank(&self, worker: &Worker) -> u64 {
        match self.rules.discipline {
            Discipline::Priority => worker.requester.priority.into(),
            Discipline::Edf => worker.deadline,
            _ => 0,
        }
    }

    /// Who shares it, and how fast it is.
    pub(super) fn shared(&mut self) -> (&mut Shares, Speed<'_>) {
        (&mut self.shares, Speed { rules: &self.rules, taken: self.taken })
    }

    fn busy(&self) -> usize {
        match self.is_shared() {
            true => self.shares.count(),
            false => self.cores.iter().filter(|core| core.serves.is_some()).count(),
        }
    }

    pub(super) fn free(&self) -> usize {
        self.rules.cores.saturating_sub(self.taken + self.busy())
    }

    /// Whether more cores serve somebody than there are, so that one that is given back is gone.
    pub(super) fn are_too_many(&self) -> bool {
        self.taken > 0 && self.busy() + self.taken > self.rules.cores
    }
}

impl Group {
    /// Processors that serve by these rules, and nobody at work.
    pub(super) fn new(rules: Vec<ProcessorRules>, are_watched: bool) -> Group {
        let processors = rules.into_iter().map(Processor::new).collect();
        let (workers, granted) = (BTreeMap::new(), VecDeque::new());
        Group { processors, workers, granted, latest: 0, are_watched }
    }

    /// The processors that a core of this one needs, itself first.
    pub(super) fn path(&self, processor: usize) -> Vec<usize> {
        let outer = |&place: &usize| self.processors[place].rules.outer;
        std::iter::successors(Some(processor), outer).collect()
    }

    /// What a thread has to do next, who is at work.
    pub(super) fn turn(&mut self, process: ProcessId, last: bool) -> WorkTurn {
        let worker = self.workers.get_mut(&process).expect("it is at work");
        match worker.stage {
            Stage::Ready(_) => {
                worker.is_parked = true;
                WorkTurn::Ready { last }
            }
            Stage::Granted(_) => unreachable!("who was given a core goes on under the same lock"),
            Stage::Served => WorkTurn::Served { until: self.end(process) },
        }
    }

    /// What is left of the work of a thread.
    pub(super) fn left_of(&mut self, process: ProcessId, now: u64) -> u64 {
        let worker = &self.workers[&process];
        if worker.stage != Stage::Served {
            return worker.left;
        }
        let outermost = &mut self.processors[*worker.path.last().expect("it works somewhere")];
        let served = match outermost.is_shared() {
            true => {
                let (shares, speed) = outermost.shared();
                worker.slice.saturating_sub(shares.left_of(process, now, speed))
            }
            false => now.saturating_sub(worker.since).min(worker.slice),
        };
        worker.left.saturating_sub(served)
    }

    /// Until when a thread is served; `None` if others that share with it end before.
    pub(super) fn end(&self, process: ProcessId) -> Option<u64> {
        let worker = &self.workers[&process];
        let outermost = &self.processors[*worker.path.last().expect("it works somewhere")];
        match outermost.is_shared() {
            true => {
                let speed = Speed { rules: &outermost.rules, taken: outermost.taken };
                outermost.shares.end(process, speed)
            }
            false => Some(worker.since.saturating_add(worker.slice)),
        }
    }
}

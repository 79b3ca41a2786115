//! Processors: who is at work, who of them has a core, and until when.
//!
//! Decides who is served by the disciplines, from the times at which threads come
//! and at which the stretches end for which they are served. It lets no time pass:
//! a thread asks for its [`Turn`], waits for as long as that says, and asks again.
//! Whose turn changes meanwhile is named, so that whoever sleeps can be woken.
//!
//! Processors that stand on each other have one lock: a thread gets a core of each,
//! and loses those further out with an inner one, at one instant.

use super::super::sync;
use super::dispatch::Dispatch;
use super::fact::Observer;
use super::locked::locked;
use super::shares::Shares;
use super::wait_queue::{Census, Requester};
use crate::ids::{ProcessId, ResourceId};
use crate::trace::Discipline;
use crate::value::Word;
use std::collections::{BTreeMap, VecDeque};

/// How a processor serves. Times are in nanoseconds.
#[derive(Debug, Clone)]
pub struct ProcessorRules {
    /// Which resource it is.
    pub resource: ResourceId,
    /// How many cores it has.
    pub cores: usize,
    /// Who is served first.
    pub discipline: Discipline,
    /// Whether who comes takes the core of one that goes after it.
    pub preempts: bool,
    /// After how much work a thread goes behind those who are ready; 0 for never.
    pub quantum: u64,
    /// What it costs a core to serve another thread than before.
    pub switch: u64,
    /// The place, in the same group, of the processor whose cores its own need.
    pub outer: Option<usize>,
    /// If it is shared: what 1, 2, 3 … threads attain together in a nanosecond; more
    /// attain as much as the last.
    pub speeds: Vec<u128>,
    /// In which unit that is: how much of it a nanosecond of work takes.
    pub unit: u128,
}

/// What a thread has to do next that is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is served until then, unless its turn changes before; `None`: until that.
    Served {
        /// Nanoseconds.
        until: Option<u64>,
    },
    /// It is ready, and must wait on its parker for a core.
    Ready {
        /// Nobody is left who could give it one: see [`Census`].
        last: bool,
    },
    /// Its work was done then.
    Done {
        /// Nanoseconds.
        at: u64,
    },
}

/// A turn, and who else has got another one and does not wait on its parker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turns {
    /// Of the thread that asked.
    pub mine: Turn,
    /// The others.
    pub changed: Vec<ProcessId>,
}

/// What a thread is to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// The place in its group of the processor on which it works.
    pub processor: usize,
    /// For how many nanoseconds.
    pub length: u64,
    /// By when, in nanoseconds: who has less goes first where that counts.
    pub deadline: u64,
}

/// Processors that stand on each other.
#[derive(Debug)]
pub struct Processors {
    state: sync::Mutex<Group>,
}

/// What the lock of some processors protects.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) processors: Vec<Processor>,
    /// Those at work.
    pub(super) workers: BTreeMap<ProcessId, Worker>,
    /// When something was done last: nothing is done before that.
    latest: u64,
}

#[derive(Debug)]
pub(super) struct Processor {
    pub(super) rules: ProcessorRules,
    pub(super) cores: Vec<Core>,
    /// Who waits for a core, in order.
    pub(super) ready: VecDeque<ProcessId>,
    /// Who is served, if it is shared.
    pub(super) shares: Shares,
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
    pub(super) fn new(requester: Requester, path: Vec<usize>, job: Job) -> Worker {
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

    fn free(&self) -> usize {
        let busy = match self.is_shared() {
            true => self.shares.count(),
            false => self.cores.iter().filter(|core| core.serves.is_some()).count(),
        };
        self.rules.cores.saturating_sub(busy)
    }
}

impl Group {
    /// The processors that a core of this one needs, itself first.
    fn path(&self, processor: usize) -> Vec<usize> {
        let outer = |&place: &usize| self.processors[place].rules.outer;
        std::iter::successors(Some(processor), outer).collect()
    }

    /// What a thread has to do next, who is at work.
    fn turn(&mut self, process: ProcessId, last: bool) -> Turn {
        let worker = self.workers.get_mut(&process).expect("it is at work");
        match worker.stage {
            Stage::Ready(_) => {
                worker.is_parked = true;
                Turn::Ready { last }
            }
            Stage::Granted(_) => unreachable!("who was given a core goes on under the same lock"),
            Stage::Served => Turn::Served { until: self.end(process) },
        }
    }

    /// Until when a thread is served; `None` if others that share with it end before.
    fn end(&self, process: ProcessId) -> Option<u64> {
        let worker = &self.workers[&process];
        let outermost = &self.processors[*worker.path.last().expect("it works somewhere")];
        match outermost.is_shared() {
            true => outermost.shares.end(process, &outermost.rules),
            false => Some(worker.since.saturating_add(worker.slice)),
        }
    }
}

impl Processors {
    /// Processors that serve by these rules, and nobody at work.
    pub fn new(rules: Vec<ProcessorRules>) -> Processors {
        let processors = rules.into_iter().map(Processor::new).collect();
        Processors { state: sync::Mutex::new(Group { processors, workers: BTreeMap::new(), latest: 0 }) }
    }

    /// Comes to work, at the time at which it was due.
    pub fn begin(&self, me: &Requester, job: Job, census: &Census, observer: &mut impl Observer) -> Turns {
        let mut group = locked(&self.state);
        let worker = Worker::new(me.clone(), group.path(job.processor), job);
        group.workers.insert(me.process, worker);
        act(&mut group, me, me.due, census, observer, |dispatch| {
            dispatch.enter(me.process, 0);
            None
        })
    }

    /// Looks what has become of its work, at the time `now`: goes on with it if the
    /// stretch has ended for which it was served.
    pub fn go_on(&self, me: &Requester, now: u64, census: &Census, observer: &mut impl Observer) -> Turns {
        let mut group = locked(&self.state);
        let is_served = group.workers[&me.process].stage == Stage::Served;
        let end = if is_served { group.end(me.process) } else { None };
        let Some(end) = end.filter(|&end| end <= now) else {
            return Turns { mine: group.turn(me.process, false), changed: Vec::new() };
        };
        act(&mut group, me, end, census, observer, |dispatch| dispatch.end_stretch(me.process))
    }

    /// How many cores of a processor are free.
    pub fn look(&self, me: &Requester, processor: usize, observer: &mut impl Observer) -> Word {
        let group = locked(&self.state);
        me.sees(group.processors[processor].free() as Word, observer)
    }
}

/// Does something, and all that follows from it at the same instant, and tells it.
fn act(
    group: &mut Group,
    me: &Requester,
    at: u64,
    census: &Census,
    observer: &mut impl Observer,
    action: impl FnOnce(&mut Dispatch<'_>) -> Option<u64>,
) -> Turns {
    let now = group.latest.max(at);
    group.latest = now;
    let mut dispatch = Dispatch::new(group, me.process, now, census);
    let done = action(&mut dispatch);
    let told = dispatch.finish();
    observer.note(&told.facts);
    let mine = match done {
        Some(at) => Turn::Done { at },
        None => group.turn(me.process, told.last),
    };
    Turns { mine, changed: told.changed }
}

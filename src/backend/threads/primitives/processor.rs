//! Processors: who is at work, who of them has a core, and until when.
//!
//! Decides who is served by the disciplines, from the times at which threads come
//! and at which the stretches end for which they are served. It lets no time pass:
//! a thread asks for its [`WorkTurn`], waits for as long as that says, and asks again.
//! Whose turn changes meanwhile is named, so that whoever sleeps can be woken.
//!
//! Processors that stand on each other have one lock: a thread gets a core of each,
//! and loses those further out with an inner one, at one instant.

use super::super::sync;
use super::dispatch::Dispatch;
use super::fact::{Fact, Observer};
use super::locked::locked;
use super::processor_group::{Demand, Group, Stage, WorkTurn, Worker};
use super::processor_rules::ProcessorRules;
use super::wait_queue::{Census, Requester};
use crate::ids::ProcessId;
use crate::value::Word;

/// A turn, and who else has got another one and does not wait on its parker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkTurns {
    /// When that was, in nanoseconds.
    pub at: u64,
    /// Of the thread that asked.
    pub mine: WorkTurn,
    /// The others.
    pub changed: Vec<ProcessId>,
}

/// How many cores more or fewer a processor has from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreChange {
    /// So many fewer.
    Take(u64),
    /// So many more.
    Give(u64),
}

/// What became of a processor whose cores come and go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoresChanged {
    /// When that was, in nanoseconds.
    pub at: u64,
    /// From how many threads that work a core was taken.
    pub losers: u64,
    /// Who has got another turn and does not wait on its parker.
    pub changed: Vec<ProcessId>,
}

/// What became of a thread that was taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOff {
    /// Whether it waits on its parker, with nothing handed over.
    pub is_parked: bool,
    /// Whether the census counts it.
    pub is_awake: bool,
    /// What is left of its work, in nanoseconds.
    pub left: u64,
    /// Who else has got another turn and does not wait on its parker.
    pub changed: Vec<ProcessId>,
}

/// Processors that stand on each other.
#[derive(Debug)]
pub struct Processors {
    state: sync::Mutex<Group>,
}

impl Processors {
    /// Processors that serve by these rules, and nobody at work. If they are watched, whoever is given a core goes on
    /// only with [`Processors::let_next_go_on`], before anybody else comes: so others can look at the free cores in
    /// between.
    pub fn new(rules: Vec<ProcessorRules>, are_watched: bool) -> Processors {
        Processors { state: sync::Mutex::new(Group::new(rules, are_watched)) }
    }

    /// Whether others look at the free cores.
    pub fn are_watched(&self) -> bool {
        locked(&self.state).are_watched
    }

    /// Comes to work, at the time at which it was due.
    pub fn begin(
        &self,
        me: &Requester,
        job: Demand,
        census: &Census,
        observer: &mut impl Observer,
    ) -> WorkTurns {
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
    pub fn go_on(
        &self,
        me: &Requester,
        now: u64,
        census: &Census,
        observer: &mut impl Observer,
    ) -> WorkTurns {
        let mut group = locked(&self.state);
        let is_served = group.workers[&me.process].stage == Stage::Served;
        let end = if is_served { group.end(me.process) } else { None };
        let Some(end) = end.filter(|&end| end <= now) else {
            let mine = group.turn(me.process, false);
            return WorkTurns { at: group.latest, mine, changed: Vec::new() };
        };
        act(&mut group, me, end, census, observer, |dispatch| dispatch.end_stretch(me.process))
    }

    /// Takes a thread off that is ended, or interrupted; `None` if it is not at work. The first
    /// that is `told` holds of each, the others of one that waits for a core. Those who were given its cores go on
    /// with [`Processors::let_next_go_on`], before anybody else comes.
    pub fn take_off(
        &self,
        process: ProcessId,
        by: &Requester,
        told: &[Fact],
        census: &Census,
        observer: &mut impl Observer,
    ) -> Option<TakenOff> {
        let mut group = locked(&self.state);
        let worker = group.workers.get(&process)?;
        let (is_parked, is_awake) = (worker.is_parked, worker.is_awake);
        let mut told: Vec<Fact> = told.to_vec();
        match worker.stage {
            Stage::Ready(level) => {
                let resource = group.processors[worker.path[level]].rules.resource;
                told.iter_mut().skip(1).for_each(|fact| fact.resource = resource);
            }
            Stage::Granted(_) | Stage::Served => told.truncate(1),
        }
        let now = group.latest.max(by.due);
        group.latest = now;
        let left = group.left_of(process, now);
        let so_far = Dispatch::new(&mut group, by.process, now, census).take_off(process);
        told.extend(so_far.facts);
        observer.note(&told);
        Some(TakenOff { is_parked, is_awake, left, changed: so_far.changed })
    }

    /// Lets the first go on who was given a core and has not gone on with it, and says who that is; and who has got
    /// another turn by that and does not wait on its parker.
    pub fn let_next_go_on(
        &self,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Option<(Requester, Vec<ProcessId>)> {
        let mut group = locked(&self.state);
        let (now, first) = (group.latest, *group.granted.front()?);
        let mut dispatch = Dispatch::new(&mut group, first, now, census);
        let process = dispatch.next_goes_on()?;
        let told = dispatch.told;
        observer.note(&told.facts);
        Some((Requester { due: now, ..group.workers[&process].requester.clone() }, told.changed))
    }

    /// Takes cores of a processor or gives them back, as a timetable says.
    pub fn change_cores(
        &self,
        by: &Requester,
        processor: usize,
        change: CoreChange,
        census: &Census,
        observer: &mut impl Observer,
    ) -> CoresChanged {
        let mut group = locked(&self.state);
        let now = group.latest.max(by.due);
        group.latest = now;
        let mut dispatch = Dispatch::new(&mut group, by.process, now, census);
        let losers = match change {
            CoreChange::Take(count) => dispatch.take_cores(by, processor, count),
            CoreChange::Give(count) => {
                dispatch.give_cores(by, processor, count);
                0
            }
        };
        let told = dispatch.finish();
        observer.note(&told.facts);
        CoresChanged { at: now, losers, changed: told.changed }
    }

    /// Gives a thread at work another priority, by which others may lose their cores: to it, if it is ready, or, if it goes
    /// after others then, to those. Who takes one goes on with [`Processors::let_next_go_on`], before anybody else comes.
    pub fn change_priority(
        &self,
        process: ProcessId,
        priority: u8,
        by: &Requester,
        census: &Census,
        observer: &mut impl Observer,
    ) -> CoresChanged {
        let mut group = locked(&self.state);
        let now = group.latest.max(by.due);
        group.latest = now;
        let is_worse = group.workers[&process].requester.priority < priority;
        let mut dispatch = Dispatch::new(&mut group, by.process, now, census);
        let mut losers = u64::from(dispatch.change_priority(process, priority));
        if is_worse {
            losers += dispatch.stand_back(process);
        }
        let told = dispatch.told;
        observer.note(&told.facts);
        CoresChanged { at: now, losers, changed: told.changed }
    }

    /// Whether a thread was given a core, and is to go on.
    pub fn is_granted(&self, process: ProcessId) -> bool {
        locked(&self.state).granted.contains(&process)
    }

    /// Whether a thread is at work.
    pub fn is_worked_on_by(&self, process: ProcessId) -> bool {
        locked(&self.state).workers.contains_key(&process)
    }

    /// How many cores of a processor are free.
    pub fn look(&self, me: &Requester, processor: usize, observer: &mut impl Observer) -> Word {
        let group = locked(&self.state);
        me.sees(group.processors[processor].free() as Word, observer)
    }

    /// The free cores of a processor.
    pub fn level(&self, processor: usize) -> Word {
        locked(&self.state).processors[processor].free() as Word
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
) -> WorkTurns {
    let now = group.latest.max(at);
    group.latest = now;
    let mut dispatch = Dispatch::new(group, me.process, now, census);
    let done = action(&mut dispatch);
    let told = dispatch.finish();
    observer.note(&told.facts);
    let mine = match done {
        Some(at) => WorkTurn::Done { at },
        None => group.turn(me.process, told.last),
    };
    WorkTurns { at: now, mine, changed: told.changed }
}

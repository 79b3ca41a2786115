//! Lives: threads that are started, end, and wait for the end of each other.
//!
//! Decides who may be started, whose end was waited for, and who is told of it. The
//! instances of one process have one lock, so that whoever waits for the first end
//! among them misses none. It starts no thread of the system: each stands at a parker of
//! its own until it is started.

use super::super::sync;
use super::fact::{Fact, Observer, Response};
use super::locked::locked;
use super::wait_queue::{Census, Order, Parker, Requester, WaitQueue, Waiter};
use crate::ids::{ProcessId, ResourceId};
use crate::trace::{Kind, WaitFor};
use crate::value::Word;
use std::collections::VecDeque;

/// What the lives of the instances of one process are at first.
#[derive(Debug)]
pub struct LifeRules {
    /// The first instance.
    pub first: ProcessId,
    /// By instance: the resource that its life is.
    pub lives: Vec<ResourceId>,
    /// By instance: where its thread waits until it is started.
    pub starts: Vec<sync::Arc<Parker>>,
    /// Whether they are alive at the beginning.
    pub alive: bool,
    /// Whether those who are not alive are places for who arrives: who left last makes
    /// place for who comes next.
    pub arrives: bool,
    /// Whether somebody may ask for any of those who are done: else nobody remembers
    /// who was first.
    pub lists: bool,
}

/// It is not so that this can be done: who is to be started is alive, who is to be
/// joined was never started, there is no place for who arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untimely;

/// The lives of the instances of one process.
#[derive(Debug)]
pub struct Lives {
    first: ProcessId,
    ids: Vec<ResourceId>,
    starts: Vec<sync::Arc<Parker>>,
    arrives: bool,
    lists: bool,
    state: sync::Mutex<Instances>,
}

#[derive(Debug)]
struct Instances {
    each: Vec<Instance>,
    /// Who is done and was not joined, in the order in which they are told; of a process
    /// whose instances arrive, the free places.
    done: VecDeque<usize>,
    /// Who waits for any.
    any: WaitQueue<()>,
    /// How many have arrived.
    arrived: u64,
}

#[derive(Debug)]
struct Instance {
    stage: Stage,
    /// How many of its lives are over.
    ended: u64,
    joiners: WaitQueue<()>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    NeverStarted,
    Alive,
    Done,
    Joined,
}

impl Lives {
    /// As they are at first.
    pub fn new(rules: LifeRules) -> Lives {
        let LifeRules { first, lives, starts, alive, arrives, lists } = rules;
        let instance = |_| Instance {
            stage: if alive { Stage::Alive } else { Stage::NeverStarted },
            ended: 0,
            joiners: WaitQueue::new(Order::Arrival),
        };
        let state = Instances {
            each: lives.iter().map(instance).collect(),
            done: if arrives { (0..lives.len()).collect() } else { VecDeque::new() },
            any: WaitQueue::new(Order::Arrival),
            arrived: 0,
        };
        Lives { first, ids: lives, starts, arrives, lists, state: sync::Mutex::new(state) }
    }

    /// The process in this place.
    pub fn process(&self, place: usize) -> ProcessId {
        ProcessId(self.first.0 + place as u32)
    }

    /// How many lives of the process in this place are over.
    pub fn ended(&self, place: usize) -> u64 {
        locked(&self.state).each[place].ended
    }

    /// Whether the process in this place is alive.
    pub fn is_alive(&self, place: usize) -> bool {
        locked(&self.state).each[place].stage == Stage::Alive
    }

    /// How far the process in this place is: below 0 before its first life, 0 while it is
    /// alive, above 0 when it is done.
    pub fn stage(&self, place: usize) -> i64 {
        match locked(&self.state).each[place].stage {
            Stage::NeverStarted => -1,
            Stage::Alive => 0,
            Stage::Done | Stage::Joined => 1,
        }
    }

    /// Starts the process in this place.
    ///
    /// # Errors
    /// If it is alive.
    pub fn launch(
        &self,
        me: &Requester,
        place: usize,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Result<(), Untimely> {
        let mut state = locked(&self.state);
        if state.each[place].stage == Stage::Alive {
            return Err(Untimely);
        }
        state.done.retain(|&other| other != place);
        self.start(&mut state, me, place, Vec::new(), census, observer);
        Ok(())
    }

    /// Starts an instance that is not alive, and tells it the number of its arrival.
    ///
    /// # Errors
    /// If all are alive.
    pub fn admit(
        &self,
        me: &Requester,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Result<(), Untimely> {
        let mut state = locked(&self.state);
        let place = state.done.pop_front().ok_or(Untimely)?;
        let number = state.arrived;
        state.arrived += 1;
        self.start(&mut state, me, place, vec![number], census, observer);
        Ok(())
    }

    fn start(
        &self,
        state: &mut Instances,
        me: &Requester,
        place: usize,
        number: Vec<Word>,
        census: &Census,
        observer: &mut impl Observer,
    ) {
        state.each[place].stage = Stage::Alive;
        observer.note(&[self.about(me, place, Kind::Launch)]);
        census.join();
        self.starts[place].start(number, me.due);
    }

    /// Waits until the process in this place is done.
    ///
    /// # Errors
    /// If it was never started.
    pub fn join(
        &self,
        me: &Requester,
        place: usize,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Result<Response<()>, Untimely> {
        let mut state = locked(&self.state);
        match state.each[place].stage {
            Stage::NeverStarted => return Err(Untimely),
            Stage::Alive => {
                return Ok(state.each[place].joiners.wait(me, (), WaitFor::End, census, observer));
            }
            Stage::Done => state.done.retain(|&other| other != place),
            Stage::Joined => {}
        }
        state.each[place].stage = Stage::Joined;
        observer.note(&[self.about(me, place, Kind::Join)]);
        Ok(Response::Served(()))
    }

    /// Waits for the first to be done that nobody has joined; gives its number.
    pub fn join_any(
        &self,
        me: &Requester,
        census: &Census,
        observer: &mut impl Observer,
    ) -> Response<Vec<Word>> {
        let mut state = locked(&self.state);
        let Some(place) = state.done.pop_front() else {
            return state.any.wait(me, (), WaitFor::End, census, observer);
        };
        state.each[place].stage = Stage::Joined;
        observer.note(&[self.about(me, place, Kind::Join)]);
        Response::Served(vec![place as Word])
    }

    /// The process in this place is done, by itself or because another one ends it, and
    /// `done` tells it. Whoever waits for that goes on; who ended it is still awake.
    pub fn end(
        &self,
        by: &Requester,
        place: usize,
        done: Fact,
        census: &Census,
        observer: &mut impl Observer,
    ) {
        let mut state = locked(&self.state);
        let instance = &mut state.each[place];
        instance.stage = Stage::Done;
        instance.ended += 1;
        let mut told: Vec<(Waiter<()>, Vec<Word>)> = Vec::new();
        while let Some(waiter) = instance.joiners.serve(census) {
            instance.stage = Stage::Joined;
            told.push((waiter, Vec::new()));
        }
        if instance.stage == Stage::Done && self.lists {
            if let Some(waiter) = state.any.serve(census) {
                state.each[place].stage = Stage::Joined;
                told.push((waiter, vec![place as Word]));
            } else if self.arrives {
                state.done.push_front(place);
            } else {
                state.done.push_back(place);
            }
        }
        let grant = Word::from(by.process.0);
        let facts = told.iter().flat_map(|(waiter, _)| {
            let waiter = &waiter.requester;
            [waiter.fact(Kind::Grant, grant), self.about(waiter, place, Kind::Join)]
        });
        observer.note(&std::iter::once(done).chain(facts).collect::<Vec<Fact>>());
        for (waiter, number) in told {
            waiter.hand(by, number);
        }
    }

    /// Takes a thread that is not to be told, as `told` says, out of the lines of those who wait for
    /// an end; whether it was there.
    pub fn withdraw(&self, process: ProcessId, told: &[Fact], observer: &mut impl Observer) -> bool {
        let mut state = locked(&self.state);
        let Instances { each, any, .. } = &mut *state;
        let mut lines = each.iter_mut().map(|instance| &mut instance.joiners).chain([any]);
        let found = lines.any(|line| line.withdraw(process));
        if found {
            observer.note(told);
        }
        found
    }

    /// Whether a thread is in one of these lines.
    pub fn is_awaited_by(&self, process: ProcessId) -> bool {
        let state = locked(&self.state);
        state.any.contains(process) || state.each.iter().any(|instance| instance.joiners.contains(process))
    }

    /// What `who` does with the process in this place.
    pub fn about(&self, who: &Requester, place: usize, kind: Kind) -> Fact {
        Fact { resource: self.ids[place], ..who.fact(kind, Word::from(self.process(place).0)) }
    }
}

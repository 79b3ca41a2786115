//! How much each process does by itself, and how much of it with which resource taken.
//!
//! Decides what is demanded: delays, works and the time before a start of one's own. A work on a
//! shared processor takes longer while others are there, nobody knows here by how much, so
//! that of such works only the time is counted in which there is but one of them.

use crate::ids::{ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{Activity, Event, Header, Kind, Level, Sink, Span, SpanBuilder};
use crate::value::Word;
use std::collections::BTreeMap;

/// Adds up what each process does by itself while a run goes on.
#[derive(Debug)]
pub(super) struct OwnTime {
    spans: SpanBuilder,
    /// By process, in nanoseconds.
    own: Vec<u64>,
    launched: Vec<bool>,
    /// Works whose ends nobody knows before, by process: how far `alone` was.
    sharing: BTreeMap<ProcessId, u64>,
    /// For how long there was but one of these, in nanoseconds, up to `counted`.
    alone: u64,
    counted: Time,
}

impl OwnTime {
    pub fn new(processes: usize) -> OwnTime {
        OwnTime {
            spans: SpanBuilder::new(processes),
            own: vec![0; processes],
            launched: vec![false; processes],
            sharing: BTreeMap::new(),
            alone: 0,
            counted: Time::ZERO,
        }
    }

    /// By process.
    pub fn all(&self) -> &[u64] {
        &self.own
    }

    /// Takes the next event; gives what of its own the process did since the one before,
    /// and the interval that ended.
    pub fn event(&mut self, event: &Event) -> (u64, Option<Span>) {
        if self.sharing.len() == 1 {
            self.alone += event.time.since(self.counted);
        }
        self.counted = event.time;
        let process = event.process;
        let ended = self.spans.event(event);
        let shared = self.sharing.remove(&process);
        let nanos = match ended {
            Some(span) => match (span.activity, shared) {
                (Activity::Running, Some(before)) => self.alone - before,
                (Activity::Running | Activity::Delayed, _) => span.nanos(),
                (Activity::New, _) if !self.launched[process.index()] => span.nanos(),
                _ => 0,
            },
            None => 0,
        };
        match event.kind {
            Kind::Work if event.value == Time::MAX.as_nanos() => {
                self.sharing.insert(process, self.alone);
            }
            Kind::Launch => self.launched[event.value as usize] = true,
            _ => {}
        }
        self.own[process.index()] += nanos;
        (nanos, ended)
    }
}

/// One resource that may be taken, by whom it is.
#[derive(Debug, Default)]
struct Taken {
    /// How many can be at a time; 0 if it is no such resource.
    at_once: u64,
    /// By process, how many it has taken.
    by: BTreeMap<ProcessId, u64>,
    /// Whether somebody gives what it has not taken: it hands on, and is not held.
    is_signal: bool,
    /// What was done with it taken, in nanoseconds, once for each that was taken.
    nanos: u128,
}

/// Who gives to a resource, or takes from it: one process, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Users {
    Nobody,
    One(ProcessId),
    Several,
}

impl Users {
    fn add(&mut self, process: ProcessId) {
        *self = match *self {
            Users::Nobody => Users::One(process),
            Users::One(one) if one == process => Users::One(one),
            _ => Users::Several,
        };
    }
}

/// What the processes of a run demand of themselves and of resources.
#[derive(Debug)]
pub(super) struct Demand {
    time: OwnTime,
    taken: Vec<Taken>,
    /// By process, what it has taken.
    holds: Vec<Vec<ResourceId>>,
    daemons: Vec<bool>,
    givers: Vec<Users>,
    takers: Vec<Users>,
}

impl Demand {
    pub fn new(header: &Header) -> Demand {
        let (processes, resources) = (header.process_count(), header.resource_count());
        let daemons = header.processes.iter();
        let daemons = daemons.flat_map(|info| std::iter::repeat_n(info.daemon, info.count as usize));
        let taken = header.resources.iter().flat_map(|info| {
            let is_taken = matches!(info.kind.level(), Some(Level::Permits | Level::Cores));
            let at_once = if is_taken { info.initial } else { 0 };
            (0..info.count).map(move |_| Taken { at_once, ..Taken::default() })
        });
        Demand {
            time: OwnTime::new(processes),
            taken: taken.collect(),
            holds: vec![Vec::new(); processes],
            daemons: daemons.collect(),
            givers: vec![Users::Nobody; resources],
            takers: vec![Users::Nobody; resources],
        }
    }

    /// By process, what it did by itself, in nanoseconds.
    pub fn own(&self) -> &[u64] {
        self.time.all()
    }

    /// By resource, whether one process gives to it and one takes from it, so that in
    /// every order the same is taken after the same was given.
    pub fn is_between_two(&self) -> Vec<bool> {
        let one = |users: &Users| *users != Users::Several;
        self.givers.iter().zip(&self.takers).map(|(givers, takers)| one(givers) && one(takers)).collect()
    }

    /// The resource that is taken longest, by how many at a time, and how long it takes
    /// to do all that is done with it taken.
    pub fn busiest_resource(&self) -> Option<(ResourceId, u64, u64)> {
        let held = self.taken.iter().enumerate().filter(|(_, taken)| taken.at_once > 0 && !taken.is_signal);
        let bounds = held.map(|(id, taken)| {
            let nanos = taken.nanos.div_ceil(u128::from(taken.at_once));
            (ResourceId::from_index(id), taken.at_once, u64::try_from(nanos).unwrap_or(u64::MAX))
        });
        bounds.rev().max_by_key(|bound| bound.2).filter(|bound| bound.2 > 0)
    }

    fn take(&mut self, process: ProcessId, resource: ResourceId) {
        let count = self.taken[resource.index()].by.entry(process).or_default();
        *count += 1;
        if *count == 1 {
            self.holds[process.index()].push(resource);
        }
    }

    fn give(&mut self, process: ProcessId, resource: ResourceId) {
        let taken = &mut self.taken[resource.index()];
        let Some(count) = taken.by.get_mut(&process) else {
            taken.is_signal = true;
            return;
        };
        *count -= 1;
        if *count == 0 {
            taken.by.remove(&process);
            self.holds[process.index()].retain(|held| *held != resource);
        }
    }
}

impl Sink for Demand {
    fn event(&mut self, event: &Event, _: &[Word]) {
        let (process, resource) = (event.process, ResourceId(event.subject));
        let (nanos, _) = self.time.event(event);
        if nanos > 0 && !self.daemons[process.index()] {
            for held in &self.holds[process.index()] {
                let taken = &mut self.taken[held.index()];
                taken.nanos += u128::from(nanos) * u128::from(taken.by[&process]);
            }
        }
        match event.kind {
            Kind::Acquire => {
                self.take(process, resource);
                self.takers[resource.index()].add(process);
            }
            Kind::Release => {
                self.give(process, resource);
                self.givers[resource.index()].add(process);
            }
            Kind::Put => self.givers[resource.index()].add(process),
            Kind::Get => self.takers[resource.index()].add(process),
            _ => {}
        }
    }
}

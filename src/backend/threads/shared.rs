//! What the threads of a run share: the resources, the count of those who are
//! awake, the clock, and how the run ends.
//!
//! There is no lock around all of it. Each resource has its own, the lock in
//! [`Stop`] is taken once, at the end, and only some scenarios have an [`AtomicGate`].

use super::atomic_gate::{AtomicGate, Pass};
use super::bug;
use super::clock::{Alarm, Clock};
use super::native::Native;
use super::primitives::{Census, Lives, Parker};
use super::priorities::Priorities;
use super::record::Record;
use super::seat::Seat;
use crate::ids::ProcessId;
use crate::program::BoundProgram;
use crate::trace::Fault;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex as Lock, MutexGuard, PoisonError};
use std::time::Instant;

/// Why a run on threads is over.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End {
    /// Nobody can go on any more.
    Still,
    Fault(Box<Fault>),
    Limit(String),
    Horizon,
    TimedOut,
    Interrupted,
    Panicked {
        process: ProcessId,
        message: String,
    },
    NotStarted,
}

/// The end of a run: the first that comes counts.
#[derive(Debug, Default)]
pub(super) struct Stop {
    set: AtomicBool,
    end: Lock<Option<End>>,
    bell: Condvar,
}

/// Everything that the threads of a run share.
#[derive(Debug)]
pub(super) struct Shared<'a> {
    pub(super) program: &'a BoundProgram,
    /// By [`ResourceId`].
    pub(super) natives: Vec<Native>,
    /// By [`ProcessId`].
    pub(super) parkers: Vec<Arc<Parker>>,
    /// By [`ProcessId`].
    pub(super) alarms: Vec<Alarm>,
    /// By [`ProcessId`]: where a thread waits until its process is started.
    pub(super) starts: Vec<Arc<Parker>>,
    /// By [`ProcessId`]: its life, if others have to do with it, and its place there.
    pub(super) lives: Vec<Option<(Arc<Lives>, usize)>>,
    /// By [`ProcessId`]; empty if nobody is ever taken out of what it stands at.
    pub(super) seats: Vec<Seat>,
    pub(super) census: Census,
    /// How many processes are alive that are no daemons, if there are any.
    awaited: AtomicUsize,
    pub(super) gate: AtomicGate,
    /// By op: whether others may be taken out of what they stand at in the step.
    pub(super) meddles: Vec<bool>,
    /// By op: whether permits may be taken from others in the step.
    pub(super) takes_permits: Vec<bool>,
    /// Where the priorities of processes change.
    pub(super) priorities: Option<Priorities>,
    pub(super) clock: Clock,
    /// Whose thread is to panic, in a test.
    pub(super) panics: Option<ProcessId>,
    /// The number of the next event.
    sequence: AtomicU64,
    stop: Stop,
}

impl<'a> Shared<'a> {
    pub(super) fn new(program: &'a BoundProgram, speed: f64) -> Shared<'a> {
        let count = program.process_count();
        let starts: Vec<Arc<Parker>> = (0..count).map(|_| Arc::default()).collect();
        let natives = Native::all(program, &starts);
        let meddles_at: Vec<bool> = (0..program.plain.len()).map(|op| program.meddles(op)).collect();
        let meddles = meddles_at.contains(&true);
        Shared {
            program,
            lives: lives(&natives, count),
            starts,
            natives,
            parkers: (0..count).map(|_| Arc::default()).collect(),
            alarms: (0..count).map(|_| Alarm::default()).collect(),
            census: Census::new(program.starting_count()),
            awaited: AtomicUsize::new(program.awaited_count()),
            seats: (0..if meddles { count } else { 0 }).map(|_| Seat::default()).collect(),
            gate: AtomicGate::new(
                (meddles || program.has_watches() || program.atomic.contains(&true)) && !bug::opens_gate(),
            ),
            priorities: Priorities::new(program),
            clock: Clock::new(speed),
            meddles: meddles_at,
            takes_permits: (0..program.plain.len()).map(|op| program.takes_permits(op)).collect(),
            panics: bug::panics(),
            sequence: AtomicU64::new(0),
            stop: Stop::default(),
        }
    }

    /// The gate, passed by the thread of this process together with others; as a guest, where somebody who has it for
    /// itself waits for that one.
    pub(super) fn pass(&self, process: ProcessId) -> Pass<'_> {
        self.gate.single(|| self.is_awaited(process))
    }

    /// The same alone.
    pub(super) fn pass_alone(&self, process: ProcessId) -> Pass<'_> {
        self.gate.block(|| self.is_awaited(process))
    }

    fn is_awaited(&self, process: ProcessId) -> bool {
        self.seats.get(process.index()).is_some_and(Seat::is_awaited)
    }

    /// An empty record for one thread.
    pub(super) fn record(&self) -> Record<'_> {
        Record::new(&self.sequence, &self.clock)
    }

    /// Takes note that a process is started, before it is; `false` if nobody is left for whom the
    /// run waits: it is over then.
    pub(super) fn begins(&self, process: ProcessId) -> bool {
        let has_daemons = self.program.has_daemons;
        let more = |awaited: usize| (awaited > 0 || !has_daemons).then_some(awaited + 1);
        self.program.is_daemon(process)
            || self.awaited.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    /// Takes note that a process is done. If only daemons are left, the run is over.
    pub(super) fn ends(&self, process: ProcessId) {
        if !self.program.is_daemon(process)
            && self.awaited.fetch_sub(1, Ordering::AcqRel) == 1
            && self.program.has_daemons
        {
            self.finish(End::Still);
        }
    }

    /// Whether the run is over.
    pub(super) fn is_over(&self) -> bool {
        self.stop.set.load(Ordering::Acquire)
    }

    /// Ends the run, unless it is over already, and wakes everybody.
    pub(super) fn finish(&self, end: End) {
        let mut state = self.stop.lock();
        if state.is_some() {
            return;
        }
        *state = Some(end);
        self.stop.set.store(true, Ordering::Release);
        drop(state);
        self.stop.bell.notify_all();
        self.parkers.iter().chain(&self.starts).for_each(|parker| parker.stop());
        self.alarms.iter().for_each(Alarm::ring);
    }

    /// Waits until the run is over or the wall's clock shows `until`; why it is over.
    pub(super) fn wait(&self, until: Instant) -> Option<End> {
        let state = self.stop.lock();
        let left = until.saturating_duration_since(super::clock::wall());
        let waited = self.stop.bell.wait_timeout_while(state, left, |end| end.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

/// By process: its life and its place there.
fn lives(natives: &[Native], count: usize) -> Vec<Option<(Arc<Lives>, usize)>> {
    let mut found = vec![None; count];
    for native in natives {
        if let Native::Life(lives, place) = native {
            found[lives.process(*place).index()] = Some((Arc::clone(lives), *place));
        }
    }
    found
}

impl Stop {
    fn lock(&self) -> MutexGuard<'_, Option<End>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

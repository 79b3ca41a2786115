//! A run on threads, replayed through the kernel: is what the threads did
//! something that the model allows?
//!
//! The processes advance in the observed order, one step at a time, whatever
//! the times. Every event that the kernel makes of a step must be what was
//! observed: who was served, which item was got, which value read. So a
//! schedule that this accepts is one of the model's, and what it refuses is
//! named with the first step at which the two disagree.
//!
//! On the way it works out the model's times for this order, in which delays
//! take exactly as long as they should and all else takes none: what was
//! observed is compared with those, since another order of simultaneous events
//! may well have other times than the one that virtual time has chosen.

mod at_work;
mod closing;
mod describe;
mod meddling;
mod timeout;
mod woken;

use super::threads::{Recording, SilentStep};
use crate::figure::{so_many, verb};
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::kernel::{Draws, Kernel, Machine, Request, Rest, State, Yield, find_deadlock};
use crate::program::{BoundProgram, Op, resource};
use crate::time::Time;
use crate::trace::{Event, Fault, Kind, Outcome, Phrase, Trace};
use crate::value::{Value, Word};
use describe::{described_memory, described_state};
use std::cell::Cell;
use std::fmt;
use woken::{Keep, Loser, Made, Woken};

/// The model's own run in the observed order.
#[derive(Debug, Clone)]
pub struct ReplayedRun {
    /// The events with the model's times.
    pub model: Trace,
    /// The final contents of the memories.
    pub memories: Vec<(ResourceId, Vec<Value>)>,
    /// How far every process that could go on has come in the model's time, if
    /// the run was cut at its horizon: well before it if the threads could not
    /// keep up. Otherwise the end of the run.
    pub reached: Time,
}

/// The first thing that was observed and that the model does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The place among the observed events; their number if it is about the end.
    pub event: usize,
    /// When it was observed.
    pub time: Time,
    /// Who did it, if it is about one process.
    pub process: Option<ProcessId>,
    /// On which op.
    pub op: Option<OpId>,
    /// What was observed.
    pub observed: String,
    /// What the model allows instead.
    pub allowed: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, but in the model {}", self.observed, self.allowed)
    }
}

/// Replays what the threads did.
///
/// # Errors
/// [`Disagreement`] if the model does not allow it.
pub fn replay(program: &BoundProgram, recording: &Recording) -> Result<ReplayedRun, Box<Disagreement>> {
    let mut replay = Replay::new(program, recording);
    replay.start();
    while replay.next < replay.events.len() {
        replay.note_broken_rule();
        replay.follow_silently()?;
        replay.follow()?;
    }
    replay.check_end()?;
    replay.check_memories(&recording.memories)?;
    Ok(replay.finish())
}

struct Replay<'a> {
    program: &'a BoundProgram,
    observed: &'a Trace,
    events: Vec<Event>,
    args: Vec<&'a [Word]>,
    /// The place of the next observed event.
    next: usize,
    machine: Machine,
    draws: Draws,
    /// By process: what its ops on the clock have yet to read.
    readings: Vec<std::slice::Iter<'a, u64>>,
    /// By op: whether others may be taken out of what they stand at in the step.
    meddles: Vec<bool>,
    /// The steps that left no event, in their order, and the place of the next.
    silent: &'a [SilentStep],
    next_silent: usize,
    /// By process: when its last step was, in the model's time.
    stepped: Vec<Time>,
    /// By process: how far it has come in the model's time.
    clocks: Vec<Time>,
    /// By process: why it cannot go on, if between two steps it ran into something.
    faults: Vec<Option<Box<Fault>>>,
    /// By resource: the model's time of the last step that was about it.
    used: Vec<Time>,
    model: Vec<Made>,
    /// Who is in the middle of an atomic block.
    inside: Option<ProcessId>,
    /// Who is to lose a core in the next step, and for how long it was served.
    losers: Vec<Loser>,
    /// For how many nanoseconds each was served who has lost a core, by the place of the event that says so.
    served: &'a [(usize, u64)],
    /// When the work must end that begins in it, as the thread has read off its clock.
    deadline: Option<u64>,
    /// Behind how many events the rule was broken at the earliest that ended the run, and
    /// whether it is known to have been.
    broken_from: usize,
    is_broken: bool,
}

impl<'a> Replay<'a> {
    fn new(program: &'a BoundProgram, recording: &'a Recording) -> Replay<'a> {
        let observed = &recording.trace;
        let count = program.process_count();
        let events: Vec<Event> = observed.events.iter().collect();
        Replay {
            program,
            observed,
            broken_from: Replay::broken_from(recording, &events),
            is_broken: false,
            events,
            args: observed.iter().map(|(_, args)| args).collect(),
            next: 0,
            machine: Machine::new(program),
            draws: Draws::new(program, observed.header.seed, 0),
            readings: recording.readings.iter().map(|readings| readings.iter()).collect(),
            meddles: (0..program.plain.len()).map(|op| program.meddles(op)).collect(),
            silent: &recording.beside.silent,
            served: &recording.beside.served,
            next_silent: 0,
            stepped: vec![Time::ZERO; count],
            clocks: vec![Time::ZERO; count],
            faults: vec![None; count],
            used: vec![Time::ZERO; program.resource_count()],
            model: Vec::with_capacity(observed.events.len()),
            inside: None,
            losers: Vec::new(),
            deadline: None,
        }
    }

    fn start(&mut self) {
        for process in (0..self.program.process_count()).map(ProcessId::from_index) {
            if self.machine.state(self.program, process) == State::Done {
                continue;
            }
            self.settle(process);
        }
    }

    /// Makes the steps that the next observed events are about.
    fn follow(&mut self) -> Result<(), Box<Disagreement>> {
        let event = self.events[self.next];
        let process = event.process;
        self.check_block(&event)?;
        if matches!(event.kind, Kind::Wake | Kind::Work)
            && self.machine.served_until(self.program, process).is_some()
        {
            return self.end_stretch(&event);
        }
        if event.kind == Kind::Timeout {
            return self.time_out(&event);
        }
        if event.kind == Kind::Wake {
            if self.machine.state(self.program, process) != State::Delayed {
                return Err(self.cannot_go_on(&event));
            }
            self.settle(process);
            self.next += 1;
            return Ok(());
        }
        let process = self.actor(&event);
        // Few steps leave no event: a start that is put off, a look at the clock.
        loop {
            if !self.can_step(process) {
                return Err(self.cannot_go_on(&event));
            }
            let made = match self.step(process) {
                Ok(made) => made,
                Err(fault) => return Err(self.must_fault(&event, &fault)),
            };
            if !made.is_empty() {
                return self.compare(made);
            }
        }
    }

    /// What the next event is about must not come in the middle of an atomic
    /// block of another process.
    fn check_block(&mut self, event: &Event) -> Result<(), Box<Disagreement>> {
        let actor = self.actor(event);
        if self.machine.is_granted_core(self.program, actor) {
            // It goes on at the instant at which it was given a core.
            return Ok(());
        }
        while let Some(inside) = self.inside.filter(|&inside| inside != actor) {
            let op = self.machine.op(self.program, inside).index();
            if !self.program.atomic[op] || !self.can_step(inside) {
                self.inside = None;
            } else if let Op::Now { .. } | Op::Within { .. } = self.program.plain[op] {
                // A look at the clock leaves no event: the block may end with one.
                self.step_silently(inside);
            } else if self.events[self.next..].iter().all(|later| later.process != inside) {
                // The end of the run stopped it there: a fault, the horizon.
                self.inside = None;
            } else {
                let name = self.program.process_name(inside);
                return Err(self.disagreement(event, format!("'{name}' is first to end its atomic block")));
            }
        }
        Ok(())
    }

    /// The observed events must be those that the model has made.
    fn compare(&mut self, made: Vec<Made>) -> Result<(), Box<Disagreement>> {
        for (event, args) in made {
            let observed = self.events.get(self.next);
            let equal =
                observed.is_some_and(|observed| same(observed, &event)) && self.args[self.next] == args;
            if !equal {
                return Err(self.instead(observed.copied(), &event, &args));
            }
            self.next += 1;
            self.model.push((event, args));
        }
        Ok(())
    }

    fn can_step(&self, process: ProcessId) -> bool {
        self.machine.state(self.program, process) == State::Ready
            && self.machine.served_until(self.program, process).is_none()
            && self.faults[process.index()].is_none()
    }

    /// One step of `process`, at the model's time for it.
    fn step(&mut self, process: ProcessId) -> Result<Vec<Made>, Box<Fault>> {
        let met = self.met_in_step(process);
        self.make_step(process, &met)
    }

    /// The same, if it was observed that it leaves no event: it ends or interrupts nobody.
    fn make_silent_step(&mut self, process: ProcessId) -> Result<Vec<Made>, Box<Fault>> {
        self.make_step(process, &[])
    }

    /// A step of a process that ends or interrupts those that it `met`.
    fn make_step(&mut self, process: ProcessId, met: &[ProcessId]) -> Result<Vec<Made>, Box<Fault>> {
        let at_hand = self.machine.op(self.program, process);
        let op = self.program.plain[at_hand.index()];
        let mut now = self.clocks[process.index()];
        let mut about = self.resources_of_step(process);
        about.extend(self.watched_in_step(process));
        self.losers = self.losers_in_step(process);
        for &other in met {
            now = now.max(self.last_step(other));
            about.extend(self.resources_around(other));
        }
        if !about.is_empty() {
            for resource in &about {
                now = now.max(self.used[resource.index()]);
            }
            for resource in &about {
                self.used[resource.index()] = now;
            }
            self.clocks[process.index()] = now;
        }
        self.stepped[process.index()] = now;
        self.machine.now = now;
        if let Op::Now { .. } | Op::Within { .. } = op
            && let Some(&reading) = self.readings[process.index()].next()
            && let Op::Now { .. } = op
        {
            // When a wait begins that may run out, the model knows itself.
            self.machine.now = Time::from_nanos(reading).unwrap_or(Time::MAX);
        }
        let begins = self.machine.begins_work(self.program, process);
        self.deadline = if begins { self.readings[process.index()].next().copied() } else { None };
        let (mut result, mut made, mut woken) = self.step_kernel(process, |kernel| kernel.step_op(process));
        while let Ok(Rest::Yielded(Yield::NeedsRoom { header, items })) = result {
            // Nothing has happened yet, but the buffer must be longer for it.
            if !self.machine.lengthen(self.program, header, items) {
                break;
            }
            (result, made, woken) = self.step_kernel(process, |kernel| kernel.step_op(process));
        }
        let rest = match result {
            Ok(rest) => rest,
            // What comes up behind a step is found when the process is to go on;
            // the step itself has taken place.
            Err(fault) if fault.op != at_hand => {
                self.faults[process.index()] = Some(fault);
                Rest::Ready
            }
            Err(fault) => return Err(fault),
        };
        if let Rest::Yielded(Yield::Delayed(until)) = rest {
            self.clocks[process.index()] = until;
            if self.machine.state(self.program, process) == State::New {
                self.settle(process);
            }
        }
        self.follow_step(process, rest == Rest::Ready, &woken);
        Ok(made)
    }

    /// Makes a step that leaves no event. What comes up behind it is kept for when the process
    /// is to go on.
    fn step_silently(&mut self, process: ProcessId) {
        match self.make_silent_step(process) {
            Ok(made) => debug_assert!(made.is_empty(), "such a step leaves no event"),
            Err(fault) => self.faults[process.index()] = Some(fault),
        }
    }

    /// Behind a step: whether the process is in the middle of a block, and who was woken.
    fn follow_step(&mut self, process: ProcessId, goes_on: bool, woken: &[ProcessId]) {
        let in_block = goes_on && self.program.atomic[self.machine.op(self.program, process).index()];
        self.inside = in_block.then_some(process);
        for &waiter in woken {
            self.clocks[waiter.index()] = self.stepped[process.index()];
            self.settle(waiter);
        }
    }

    /// The resources that the step in front of which a process rests is about.
    fn resources_of_step(&mut self, process: ProcessId) -> Vec<ResourceId> {
        let processors = self.machine.processors_of(self.program, process);
        if !processors.is_empty() {
            return processors;
        }
        let asked = self.with_kernel(|kernel| kernel.asked(process)).0.ok().flatten();
        let lent = |request| if let Request::Wait { mutex } = request { mutex } else { None };
        asked.map_or_else(Vec::new, |asked| match asked.request {
            Request::TakeCores { .. } | Request::GiveCores { .. } => {
                self.machine.processors_from(self.program, asked.resource)
            }
            request => [Some(asked.resource), lent(request)].into_iter().flatten().collect(),
        })
    }

    /// The resources that the step in front of which a process rests may be about for those
    /// who wait for several, if there are any, and for itself.
    fn watched_in_step(&self, process: ProcessId) -> Vec<ResourceId> {
        let program = self.program;
        let op = self.machine.op(program, process).index();
        let line = program.watch_line() + resource::TAKERS;
        let waits = !program.region(op).is_empty();
        match waits || program.is_attended(op) && !self.machine.queue(program, line).is_empty() {
            true => program.watched().collect(),
            false => Vec::new(),
        }
    }

    /// Brings a process that was woken in front of its next step.
    fn settle(&mut self, process: ProcessId) {
        if let (Err(fault), _, _) = self.with_kernel(|kernel| kernel.settle(process)) {
            self.faults[process.index()] = Some(fault);
        }
    }

    fn with_kernel<T>(
        &mut self,
        action: impl FnOnce(&mut Kernel<'_, Woken<'a>, Keep>) -> T,
    ) -> (T, Vec<Made>, Vec<ProcessId>) {
        let (result, made, woken) = self.with_readings(Default::default(), action);
        (result, made, woken.woken)
    }

    /// The same of a step of a process, in which it may hear what its thread has read.
    fn step_kernel<T>(
        &mut self,
        process: ProcessId,
        action: impl FnOnce(&mut Kernel<'_, Woken<'a>, Keep>) -> T,
    ) -> (T, Vec<Made>, Vec<ProcessId>) {
        let readings = std::mem::take(&mut self.readings[process.index()]);
        let (result, made, woken) = self.with_readings(readings, action);
        self.readings[process.index()] = woken.readings.into_inner();
        (result, made, woken.woken)
    }

    fn with_readings<T>(
        &mut self,
        readings: std::slice::Iter<'a, u64>,
        action: impl FnOnce(&mut Kernel<'_, Woken<'a>, Keep>) -> T,
    ) -> (T, Vec<Made>, Woken<'a>) {
        let mut woken = Woken {
            woken: Vec::new(),
            losers: self.losers.clone(),
            deadline: self.deadline,
            readings: Cell::new(readings),
        };
        let mut keep = Keep::default();
        let mut kernel = Kernel::new(self.program, &mut self.machine, &mut self.draws, &mut woken, &mut keep);
        kernel.own.fuel = self.program.limits.zero_time_steps;
        let result = action(&mut kernel);
        (result, keep.0, woken)
    }

    /// The run must have ended as it would have in the model.
    fn check_end(&mut self) -> Result<(), Box<Disagreement>> {
        match &self.observed.outcome {
            Outcome::Completed if self.machine.live > 0 => {
                let processes = (0..self.program.process_count()).map(ProcessId::from_index);
                let mut left = processes.filter(|&id| self.machine.state(self.program, id) != State::Done);
                let waits = left.next().map(|id| described_state(self.program, &self.machine, id));
                Err(self.at_end("every process has finished", waits.unwrap_or_default()))
            }
            Outcome::Deadlock(observed) => {
                let found = find_deadlock(self.program, &self.machine);
                // That a daemon waits is no part of why it has not ended.
                let is_awaited = |process| !self.program.is_daemon(process);
                let awaited = found.blocked.iter().filter(|blocked| is_awaited(blocked.process)).count();
                if found == *observed && awaited == self.machine.live as usize {
                    return Ok(());
                }
                let (seen, waits) = (observed.blocked.len(), found.blocked.len());
                let live = self.machine.live;
                let observed = format!("the run ended in a deadlock of {}", so_many(seen as u64, "process"));
                let (are, wait) = (verb(live as usize, "are"), verb(waits, "wait"));
                Err(self.at_end(&observed, format!("{live} {are} left, of which {waits} {wait}")))
            }
            Outcome::Fault(fault) => self.check_fault(fault),
            _ => Ok(()),
        }
    }

    fn check_fault(&mut self, observed: &Fault) -> Result<(), Box<Disagreement>> {
        let process = observed.process;
        let found = self.fault_of(process).or_else(|| self.closed_meanwhile(process));
        if found.as_deref() == Some(observed) || self.is_broken {
            return Ok(());
        }
        let name = self.program.process_name(process);
        let allowed = found.map_or_else(|| format!("'{name}' goes on"), |fault| fault.message);
        Err(self.at_end(&format!("'{name}' broke a rule: {}", observed.message), allowed))
    }

    fn check_memories(&self, observed: &[(ResourceId, Vec<Value>)]) -> Result<(), Box<Disagreement>> {
        for ((id, seen), (_, expected)) in observed.iter().zip(&self.machine.memories(self.program)) {
            if let Some((observed, allowed)) = described_memory(self.program, *id, seen, expected) {
                return Err(self.at_end(&observed, allowed));
            }
        }
        Ok(())
    }

    fn finish(self) -> ReplayedRun {
        let memories = self.machine.memories(self.program);
        let slowest = self.slowest();
        let mut made = self.model;
        // Stable: what is simultaneous stays in the observed order.
        made.sort_by_key(|(event, _)| event.time);
        let horizon = self.program.horizon;
        let last = made.last().map_or(Time::ZERO, |(event, _)| event.time);
        let end = match &self.observed.outcome {
            Outcome::Horizon => horizon.unwrap_or(last).max(last),
            // The step that broke a rule left no event.
            Outcome::Fault(fault) => self.clocks[fault.process.index()].max(last),
            _ => last,
        };
        let (mut events, mut log_args) = (Vec::with_capacity(made.len()), Vec::new());
        for (event, args) in made {
            events.push(event);
            log_args.extend(args);
        }
        let (header, outcome) = (self.observed.header.clone(), self.observed.outcome.clone());
        let reached = if outcome == Outcome::Horizon { slowest.min(end) } else { end };
        ReplayedRun {
            model: Trace { header, events: events.into(), log_args, outcome, end },
            memories,
            reached,
        }
    }

    /// The earliest of the times that the processes have come to which are not
    /// done and do not wait for others.
    fn slowest(&self) -> Time {
        let goes_on = |process: &ProcessId| {
            !matches!(self.machine.state(self.program, *process), State::Done | State::Blocked)
        };
        let processes = (0..self.program.process_count()).map(ProcessId::from_index).filter(goes_on);
        processes.map(|process| self.clocks[process.index()]).min().unwrap_or(Time::MAX)
    }

    fn sentence(&self, event: &Event, args: &[Word]) -> String {
        Phrase::new(&self.observed.header, event).with_text(args, 0).sentence()
    }

    fn disagreement(&self, event: &Event, allowed: String) -> Box<Disagreement> {
        Box::new(Disagreement {
            event: self.next,
            time: event.time,
            process: Some(event.process),
            op: Some(event.op),
            observed: self.sentence(event, self.args.get(self.next).copied().unwrap_or_default()),
            allowed,
        })
    }

    /// A step was observed that left no event, of a process that the model does not let go on.
    fn goes_on_silently(&self, process: ProcessId) -> Box<Disagreement> {
        let name = self.program.process_name(process);
        let allowed = described_state(self.program, &self.machine, process);
        Box::new(Disagreement {
            process: Some(process),
            op: Some(self.machine.op(self.program, process)),
            ..*self.at_end(&format!("'{name}' went on"), allowed)
        })
    }

    fn cannot_go_on(&self, event: &Event) -> Box<Disagreement> {
        if let Some(fault) = &self.faults[event.process.index()] {
            return self.must_fault(event, fault);
        }
        self.disagreement(event, described_state(self.program, &self.machine, event.process))
    }

    fn must_fault(&self, event: &Event, fault: &Fault) -> Box<Disagreement> {
        self.disagreement(event, format!("it breaks a rule: {}", fault.message))
    }

    /// The model made `event` where something else, or nothing, was observed.
    fn instead(&self, observed: Option<Event>, event: &Event, args: &[Word]) -> Box<Disagreement> {
        let allowed = self.sentence(event, args);
        match observed {
            None => self.at_end("nothing more happened", allowed),
            Some(observed) if event.kind == Kind::Log && same(&observed, event) => {
                let logs = &self.observed.header.logs[event.subject as usize];
                let mut found = self.disagreement(&observed, format!("it logs \"{}\"", logs.render(args)));
                found.observed = format!("{}: \"{}\"", found.observed, logs.render(self.args[self.next]));
                found
            }
            Some(observed) => self.disagreement(&observed, allowed),
        }
    }

    fn at_end(&self, observed: &str, allowed: String) -> Box<Disagreement> {
        Box::new(Disagreement {
            event: self.next,
            time: self.observed.end,
            process: None,
            op: None,
            observed: observed.to_owned(),
            allowed,
        })
    }
}

/// Whether two events say the same, but for times.
fn same(a: &Event, b: &Event) -> bool {
    let timed = matches!(a.kind, Kind::Delay | Kind::Work);
    let untimed =
        |event: &Event| Event { time: Time::ZERO, value: if timed { 0 } else { event.value }, ..*event };
    untimed(a) == untimed(b)
}

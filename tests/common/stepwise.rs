//! A driver of the kernel that tries every order in the plainest way: it lets
//! one process make one step, clones whole machines, and remembers them as they
//! are. Nothing is joined, packed or learnt. What the explorer reports has to be
//! what this finds.

use std::collections::BTreeSet;
use tempolane::analysis::Monitors;
use tempolane::analysis::monitor::FinalState;
use tempolane::backend::BoundProgram;
use tempolane::backend::{Choices, Draws, Kernel, Machine, Rest, Scheduler, State, Yield, find_deadlock};
use tempolane::explore::Turn;
use tempolane::ids::ProcessId;
use tempolane::time::Time;
use tempolane::trace::{Deadlock, Event, Fault, Kind, Outcome, ResourceInfo, ResourceKind, Sink};
use tempolane::value::Word;

/// A machine, and until when each process lets time pass.
#[derive(Clone)]
pub struct Node {
    pub machine: Machine,
    due: Vec<Option<Time>>,
    /// When each wait runs out that may.
    deadlines: Vec<Option<Time>>,
    /// What the monitors have seen.
    watch: Vec<Word>,
}

/// An event with the arguments of a log.
pub type Made = (Event, Vec<Word>);

/// Keeps what a step makes.
#[derive(Default)]
struct Keep(Vec<Made>);

impl Sink for Keep {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.0.push((*event, args.to_vec()));
    }
}

/// Takes note of whose waits a step ends, and who waits again; and answers the kernel.
struct Woken<'c> {
    woken: Vec<ProcessId>,
    cancelled: Vec<ProcessId>,
    limited: Vec<(ProcessId, Time)>,
    choices: &'c mut Choices,
    is_timeless: bool,
}

impl Scheduler for Woken<'_> {
    fn wake(&mut self, _: Time, _: u8, process: ProcessId) {
        self.woken.push(process);
    }

    fn wake_by(&mut self, time: Time, _: u8, process: ProcessId) {
        self.limited.push((process, time));
    }

    fn cancel(&mut self, _: Time, process: ProcessId) {
        self.woken.retain(|&woken| woken != process);
        self.cancelled.push(process);
    }

    fn is_timeless(&self) -> bool {
        self.is_timeless
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.choices.choose(options)
    }
}

/// How runs end, over all orders.
#[derive(Default)]
pub struct Ends {
    /// What completed runs leave in the memories.
    pub finals: BTreeSet<String>,
    /// The least and the greatest total time of a completed run.
    pub times: Option<(Time, Time)>,
    pub deadlock: bool,
    pub horizon: bool,
    /// Who broke a rule on which op.
    pub faults: BTreeSet<(u32, u32)>,
    /// The expectations that are not met, by their places.
    pub failed: BTreeSet<usize>,
}

pub struct Stepper<'a> {
    program: &'a BoundProgram,
    draws: Draws,
    /// Whether delays take their time.
    timed: bool,
    monitors: Option<&'a Monitors>,
}

/// Steps of a turn that concern one process alone.
const LOCAL_STEPS: usize = 1_000;

impl<'a> Stepper<'a> {
    pub fn new(program: &'a BoundProgram, seed: u64, timed: bool) -> Stepper<'a> {
        Stepper { program, draws: Draws::new(program, seed, 0), timed, monitors: None }
    }

    /// With these monitors.
    pub fn watched(self, monitors: &'a Monitors) -> Stepper<'a> {
        Stepper { monitors: Some(monitors), ..self }
    }

    pub fn processes(&self) -> impl Iterator<Item = ProcessId> + use<> {
        (0..self.program.process_count()).map(ProcessId::from_index)
    }

    /// Everybody in front of the first step.
    pub fn start(&mut self) -> Result<Node, Box<Fault>> {
        let due = vec![None; self.program.process_count()];
        let watch = self.monitors.map(Monitors::start).unwrap_or_default();
        let deadlines = due.clone();
        let mut node = Node { machine: Machine::new(self.program), due, deadlines, watch };
        for process in self.processes() {
            // One that others start is not there yet.
            if node.machine.state(self.program, process) != State::Done {
                self.settle(&mut node, process)?;
            }
        }
        Ok(node)
    }

    fn settle(&mut self, node: &mut Node, process: ProcessId) -> Result<(), Box<Fault>> {
        node.due[process.index()] = None;
        self.with_kernel(node, &mut Choices::default(), |kernel| kernel.settle(process)).map(|_| ())
    }

    /// As [`Self::settle`], of one whose turn it is not: if it breaks a rule, it does so when it has its turn.
    fn settle_aside(&mut self, node: &mut Node, process: ProcessId) {
        let before = node.clone();
        if self.settle(node, process).is_err() {
            *node = before;
            node.due[process.index()] = None;
            let op = node.machine.op(self.program, process);
            node.machine.set_state(self.program, process, op, State::Ready);
        }
    }

    fn with_kernel(
        &mut self,
        node: &mut Node,
        choices: &mut Choices,
        action: impl FnOnce(&mut Kernel<'_, Woken<'_>, Keep>) -> Result<Rest, Box<Fault>>,
    ) -> Result<(Rest, Vec<ProcessId>, Vec<Made>), Box<Fault>> {
        let (woken, cancelled, limited) = (Vec::new(), Vec::new(), Vec::new());
        let is_timeless = !self.timed;
        let mut woken = Woken { woken, cancelled, limited, choices, is_timeless };
        let mut keep = Keep::default();
        let mut kernel = Kernel::new(self.program, &mut node.machine, &mut self.draws, &mut woken, &mut keep);
        kernel.own.fuel = 100_000;
        let rest = action(&mut kernel)?;
        for (event, args) in &keep.0 {
            self.monitors.iter().for_each(|monitors| monitors.event(&mut node.watch, event, args, false));
        }
        for process in woken.cancelled.iter().chain(&woken.woken) {
            (node.due[process.index()], node.deadlines[process.index()]) = (None, None);
        }
        for (process, time) in woken.limited {
            // Who is served in the step in which it begins to wait does not wait any more.
            let waits = node.machine.state(self.program, process) == State::Blocked;
            node.deadlines[process.index()] = Some(time).filter(|_| waits);
        }
        Ok((rest, woken.woken, keep.0))
    }

    /// One step of a process that is ready, and what it made.
    pub fn step(
        &mut self,
        node: &mut Node,
        process: ProcessId,
        choices: &mut Choices,
    ) -> Result<Vec<Made>, Box<Fault>> {
        let (mut all_woken, mut all_made) = (Vec::new(), Vec::new());
        let mut runs_out = node.deadlines[process.index()].take().is_some();
        let rest = loop {
            let (rest, woken, made) = self.with_kernel(node, choices, |kernel| match runs_out {
                true => kernel.time_out(process),
                false => kernel.step(process),
            })?;
            all_woken.extend(woken);
            all_made.extend(made);
            let in_block = self.program.atomic[node.machine.op(self.program, process).index()];
            match rest {
                // Whose wait runs out inside a block goes on with it at once, and so does whoever ends
                // in it the last one for whom a run waits.
                Rest::Ready if in_block => runs_out = false,
                // What it has made of a block so far has taken place.
                Rest::Yielded(Yield::NeedsRoom { header, items }) => {
                    assert!(node.machine.lengthen(self.program, header, items), "it is a small scenario");
                }
                _ => break rest,
            }
        };
        if let Rest::Yielded(Yield::Delayed(until)) = rest {
            node.due[process.index()] = Some(until);
            if !self.timed || until <= node.machine.now {
                self.settle(node, process)?;
            }
        }
        for waiter in all_woken {
            self.settle_aside(node, waiter);
        }
        Ok(all_made)
    }

    /// Who can go on; with time, after letting as much pass as must.
    pub fn able(&mut self, node: &mut Node) -> Result<Vec<ProcessId>, Box<Fault>> {
        let timed = self.timed;
        let ready = |node: &Node, program: &BoundProgram, process: ProcessId| {
            let deadline = node.deadlines[process.index()];
            node.machine.state(program, process) == State::Ready
                || deadline.is_some_and(|deadline| !timed || deadline <= node.machine.now)
        };
        loop {
            let able: Vec<ProcessId> =
                self.processes().filter(|&process| ready(node, self.program, process)).collect();
            let next = node.due.iter().chain(&node.deadlines).flatten().min().copied();
            // Where only daemons are left no time passes any more, and without time nothing
            // happens.
            let is_over = node.machine.live == 0;
            if is_over {
                return Ok(if self.timed { able } else { Vec::new() });
            }
            let Some(next) = next.filter(|_| able.is_empty()) else { return Ok(able) };
            if self.program.horizon.is_some_and(|horizon| next > horizon) {
                return Ok(able);
            }
            node.machine.now = next;
            for process in self.processes() {
                if node.due[process.index()] == Some(next) {
                    self.settle_aside(node, process);
                }
            }
        }
    }

    /// Makes the steps that concern a process alone, as far as there are some.
    fn go_local(&mut self, node: &mut Node, process: ProcessId) -> Result<Vec<Made>, Box<Fault>> {
        let mut all = Vec::new();
        for _ in 0..LOCAL_STEPS {
            if node.machine.state(self.program, process) != State::Ready {
                break;
            }
            let mut next = node.clone();
            let made = self.step(&mut next, process, &mut Choices::default())?;
            if made.iter().any(|(event, _)| event.resource().is_some()) {
                break;
            }
            *node = next;
            all.extend(made);
        }
        Ok(all)
    }

    /// As [`Self::start`], and all that concerns nobody else is done.
    pub fn start_of_turns(&mut self) -> Result<(Node, Vec<Made>), Box<Fault>> {
        let mut node = self.start()?;
        let mut all = Vec::new();
        for process in self.processes() {
            all.extend(self.go_local(&mut node, process)?);
        }
        Ok((node, all))
    }

    /// One turn as the explorer has it: a step at a resource, and then whatever
    /// concerns nobody else.
    pub fn turn(&mut self, node: &mut Node, process: ProcessId) -> Result<Vec<Made>, Box<Fault>> {
        let mut all = self.step(node, process, &mut Choices::default())?;
        let woken: BTreeSet<u32> = all
            .iter()
            .filter(|(event, _)| event.kind == Kind::Grant)
            .map(|(event, _)| event.process.0)
            .collect();
        all.extend(self.go_local(node, process)?);
        for waiter in woken {
            all.extend(self.go_local(node, ProcessId(waiter))?);
        }
        Ok(all)
    }

    /// Lets time pass if it must, and does what concerns nobody else then.
    pub fn able_to_turn(&mut self, node: &mut Node) -> Result<(Vec<ProcessId>, Vec<Made>), Box<Fault>> {
        let mut all = Vec::new();
        loop {
            let able = self.able(node)?;
            let before = all.len();
            let mut local = false;
            for &process in &able {
                let made = self.go_local(node, process)?;
                local |= !made.is_empty();
                all.extend(made);
            }
            if !local && before == all.len() {
                let able = able
                    .into_iter()
                    .filter(|&id| node.machine.state(self.program, id) == State::Ready)
                    .collect();
                return Ok((able, all));
            }
        }
    }

    /// Every way in which a run can end; `None` if there are more states than
    /// that.
    pub fn all_ends(&mut self, most_states: usize) -> Option<Ends> {
        let mut ends = Ends::default();
        let mut seen = BTreeSet::new();
        let mut open = Vec::new();
        let node = self.start().map_err(|fault| ends.faults.insert((fault.process.0, fault.op.0)));
        open.extend(node.ok());
        while let Some(mut node) = open.pop() {
            let able = match self.able(&mut node) {
                Ok(able) => able,
                Err(fault) => {
                    ends.faults.insert((fault.process.0, fault.op.0));
                    continue;
                }
            };
            let due = (node.due.clone(), node.deadlines.clone());
            let own = (node.machine.now, node.machine.words().to_vec(), due, node.watch.clone());
            if !seen.insert(own) {
                continue;
            }
            node.machine.check(self.program);
            ends.failed.extend(self.monitors.iter().flat_map(|monitors| monitors.all_violated(&node.watch)));
            if seen.len() > most_states {
                return None;
            }
            if able.is_empty() {
                self.end(&node, &mut ends);
            }
            for process in able {
                let mut choices = Choices::default();
                loop {
                    let mut next = node.clone();
                    match self.step(&mut next, process, &mut choices) {
                        Ok(_) => open.push(next),
                        Err(fault) => {
                            ends.faults.insert((fault.process.0, fault.op.0));
                        }
                    }
                    if !choices.advance() {
                        break;
                    }
                }
            }
        }
        Some(ends)
    }

    fn end(&self, node: &Node, ends: &mut Ends) {
        // Who waits for ever does so until the horizon, if there is one.
        let until = self.program.horizon.filter(|_| self.timed && !self.is_circle(node));
        let outcome = if node.machine.live == 0 {
            Outcome::Completed
        } else if node.due.iter().chain(&node.deadlines).any(Option::is_some) {
            Outcome::Horizon
        } else if node.machine.live > 0 {
            match until {
                Some(_) => Outcome::Horizon,
                None => Outcome::Deadlock(Deadlock { blocked: Vec::new(), cycle: Vec::new() }),
            }
        } else {
            Outcome::Completed
        };
        let memories = node.machine.memories(self.program);
        let waited = until.filter(|_| outcome == Outcome::Horizon);
        let end =
            FinalState { outcome: &outcome, end: waited.unwrap_or(node.machine.now), memories: &memories };
        ends.failed.extend(self.monitors.iter().flat_map(|monitors| monitors.unmet(&node.watch, &end)));
        ends.horizon |= outcome == Outcome::Horizon;
        ends.deadlock |= matches!(outcome, Outcome::Deadlock(_));
        if outcome == Outcome::Completed {
            let now = node.machine.now;
            ends.finals.insert(format!("{:?}", node.machine.memories(self.program)));
            let (least, most) = ends.times.unwrap_or((now, now));
            ends.times = Some((least.min(now), most.max(now)));
        }
    }

    /// Whether somebody comes back to itself on the way from who waits for a
    /// mutex to who holds it.
    fn is_circle(&self, node: &Node) -> bool {
        let blocked = find_deadlock(self.program, &node.machine).blocked;
        let holder = |process: ProcessId| blocked.iter().find(|one| one.process == process)?.holder;
        blocked.iter().any(|one| {
            let way = std::iter::successors(holder(one.process), |&next| holder(next));
            way.take(blocked.len()).any(|next| next == one.process)
        })
    }

    /// Whether an event is of a step that others may notice: the end of a process is one if
    /// somebody asks for it.
    fn is_step(&self, event: &Event) -> bool {
        let name = || self.program.process_name(event.process);
        let is_asked = |info: &ResourceInfo| info.kind == ResourceKind::Process && info.name == name();
        event.resource().is_some() || event.kind == Kind::Done && self.program.resources.iter().any(is_asked)
    }

    /// The step of a process that begins with these events, however the kernel
    /// must be answered for that: how many of them it makes, and the answers.
    /// None if it breaks a rule.
    fn step_as(
        &mut self,
        node: &mut Node,
        process: ProcessId,
        events: &[Event],
    ) -> Option<(usize, Vec<u32>)> {
        let mut choices = Choices::default();
        loop {
            let mut next = node.clone();
            let made = self.step(&mut next, process, &mut choices).ok()?;
            let made: Vec<Event> =
                made.into_iter().map(|made| made.0).filter(|event| self.is_step(event)).collect();
            if events.starts_with(&made) {
                *node = next;
                return Some((made.len(), choices.answers().to_vec()));
            }
            assert!(choices.advance(), "the kernel steps as it runs: {made:?} and not {events:?}");
        }
    }

    /// The turns that a run in virtual time took, from the events that it left.
    /// Whoever broke a rule at the end has a turn for that.
    pub fn turns_of(&mut self, events: &[Event], fault: Option<&Fault>) -> Vec<Turn> {
        let mut node = self.start().expect("nobody breaks a rule before the first step");
        let events: Vec<Event> = events.iter().filter(|event| self.is_step(event)).copied().collect();
        let (mut place, mut turns, mut breaks) = (0, Vec::new(), None);
        while let Some(event) = events.get(place) {
            let process = event.process;
            node.machine.now = event.time;
            if node.due[process.index()].is_some_and(|due| due <= event.time) {
                self.settle(&mut node, process).expect("the run went on");
            }
            // A rule that is broken in the middle of a block ends the run there, even if it is
            // another one's fault, who waits for what cannot come any more.
            let Some((made, answers)) = self.step_as(&mut node, process, &events[place..]) else {
                breaks = Some(process);
                break;
            };
            place += made;
            if made > 0 {
                turns.push(Turn { process, answers });
            }
        }
        let breaks = fault.map(|fault| breaks.unwrap_or_else(|| self.who_breaks(&node, fault)));
        turns.extend(breaks.map(|process| Turn { process, answers: Vec::new() }));
        turns
    }

    /// Whose step comes to this fault, which may be another one's, who waits.
    fn who_breaks(&mut self, node: &Node, fault: &Fault) -> ProcessId {
        let able = self.able(&mut node.clone()).unwrap_or_default();
        let mut breaks = able.into_iter().filter(|&process| {
            let mut node = node.clone();
            let alone = self.go_local(&mut node, process);
            let came = alone.and_then(|_| self.step(&mut node, process, &mut Choices::default()));
            came.is_err_and(|broken| (broken.process, &broken.message) == (fault.process, &fault.message))
        });
        breaks.next().unwrap_or(fault.process)
    }
}

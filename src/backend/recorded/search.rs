//! Depth first through the orders of steps, until all points are passed.
//!
//! Decides who is tried first: whoever passes the next point that has not been
//! passed, and the others in the order of theirs; but whoever has made many
//! steps without a point since the last one gives way to all others, so that
//! nobody keeps the search from what only others can do.
//!
//! Invariants, at every state that is gone on from:
//! 1. `able` holds exactly the processes that could make a step, but for those
//!    that are known to be refused it as things stand (`refused`).
//! 2. Whoever is refused would be so again until its frame or that resource changes.
//! 3. Nobody stands in front of a step that concerns itself alone, unless it
//!    has made many at once, and nobody in front of the point that is next.

use super::label::{Recorded, RecordedLabel, is_row, told};
use super::position::{Attempt, Changed, Position, StepResult};
use super::result::{Search, SearchBudget, SearchProgress, Spent};
use crate::ids::ProcessId;
use crate::kernel::{Choices, State};
use crate::program::{BoundProgram, Op, lines_of, next_ops};
use crate::trace::{Event, Header};
use crate::value::Word;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, ControlFlow};

/// Steps of one process that concern nobody else before others get a turn, in
/// case it never comes to an end.
const LOCAL_STEPS: usize = 10_000;

/// Steps of a process since the last point before it gives way to others; and
/// again whenever they have doubled.
const PATIENCE: u32 = 64;

/// Steps of an atomic block before it counts as one that has no end.
const BLOCK_STEPS: usize = 1_000_000;

/// How many of the points that the model has instead are named, and how many
/// processes are looked at for them.
const NAMED: usize = 5;
const LOOKS: usize = 1_000_000;

/// Steps between two looks at what is spent.
const STRETCH: u64 = 256;

/// The place of a process among those that could go on: how often it has given
/// way, the next of its points, and its number.
type Turn = (u32, usize, ProcessId);

/// No point any more.
const NEVER: usize = usize::MAX;

/// In place of a header: refused whatever the resources are.
const ANYWAY: usize = usize::MAX;

/// What a process stands in front of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NextStep {
    /// Nothing that it can do, or that could lead to a point or to somebody else.
    Nothing,
    /// A step that concerns itself alone.
    Local,
    /// A point that is looked for.
    Point,
    /// A step at a resource, or an atomic block.
    Shared,
}

/// How to undo what is not in the machine.
#[derive(Debug)]
enum Undo {
    /// The last point that was passed.
    Passed,
    /// The steps of a process since the last point.
    Steps(ProcessId, u32),
}

/// A state on the way, and what of it was tried.
#[derive(Debug)]
struct Node {
    machine: usize,
    notes: usize,
    tried: Option<Turn>,
    choices: Choices,
}

pub(super) struct Searcher<'a> {
    program: &'a BoundProgram,
    header: &'a Header,
    points: &'a [Recorded],
    /// What was recorded at all, and by whom: the rest passes unnoticed.
    observed: BTreeSet<(ProcessId, RecordedLabel)>,
    /// By point: the next of the same process.
    next_of_same: Vec<usize>,
    /// By op: a point or a step at a resource may follow.
    leads_on: Vec<bool>,
    /// By resource: to wait in line for it is a step.
    lines: Vec<bool>,
    position: Position<'a>,
    /// How many points were passed.
    passed: usize,
    /// By process: its next point.
    next_point: Vec<usize>,
    /// By process: its steps since the last point.
    steps: Vec<u32>,
    /// Who has given way since the last point.
    tired: BTreeSet<ProcessId>,
    able: BTreeSet<Turn>,
    /// By process: its place in `able`.
    turns: Vec<Option<Turn>>,
    /// By process: the header of the resource that refuses it.
    refused: Vec<Option<usize>>,
    /// By header: whom that resource refuses, with some that are no longer refused.
    refused_by: BTreeMap<usize, Vec<ProcessId>>,
    notes: Vec<Undo>,
    /// Who may have something to do that concerns nobody else.
    open: Vec<ProcessId>,
    seen: BTreeSet<u128>,
    /// Who was found to be refused at the node that is gone back to, and by what.
    found_refused: Option<(ProcessId, usize)>,
    bounds: SearchBudget,
    control: &'a dyn Fn(SearchProgress) -> ControlFlow<()>,
    /// The nodes on the way.
    depth: usize,
    /// Steps that were tried.
    effort: u64,
    /// Why no more are to be.
    halt: Option<Spent>,
    looks: usize,
    /// The most points that were passed.
    reached: usize,
    /// What came next then.
    instead: BTreeSet<String>,
}

impl<'a> Searcher<'a> {
    pub(super) fn new(
        program: &'a BoundProgram,
        header: &'a Header,
        points: &'a [Recorded],
        meanings: &[Vec<RecordedLabel>],
        (bounds, control): (&SearchBudget, &'a dyn Fn(SearchProgress) -> ControlFlow<()>),
    ) -> Searcher<'a> {
        let count = program.process_count();
        let each = points.iter().zip(meanings);
        let observed: BTreeSet<_> =
            each.flat_map(|(point, meanings)| meanings.iter().map(|&label| (point.process, label))).collect();
        let mut next_point = vec![NEVER; count];
        let mut next_of_same = vec![NEVER; points.len()];
        for (number, point) in points.iter().enumerate().rev() {
            next_of_same[number] = std::mem::replace(&mut next_point[point.process.index()], number);
        }
        let labels = observed.iter().map(|&(_, label)| label).collect();
        Searcher {
            program,
            header,
            points,
            observed,
            next_of_same,
            leads_on: leads_on(program, &labels),
            lines: lines_of(program, false),
            position: Position::new(program, header.seed),
            passed: 0,
            next_point,
            steps: vec![0; count],
            tired: BTreeSet::new(),
            able: BTreeSet::new(),
            turns: vec![None; count],
            refused: vec![None; count],
            refused_by: BTreeMap::new(),
            notes: Vec::new(),
            open: Vec::new(),
            seen: BTreeSet::new(),
            found_refused: None,
            bounds: *bounds,
            control,
            depth: 0,
            effort: 0,
            halt: None,
            looks: 0,
            reached: 0,
            instead: BTreeSet::new(),
        }
    }

    pub(super) fn run(mut self) -> Search {
        self.open = self.processes().collect();
        let mut way = Vec::new();
        if self.settle() && self.is_new() {
            way.push(self.node());
        }
        while let Some(node) = way.last_mut() {
            if self.passed == self.points.len() {
                return Search::Allowed;
            }
            self.back_to(node);
            if !self.tick() {
                break;
            }
            let Some(turn) = self.next_turn(node) else {
                self.look_around();
                way.pop();
                continue;
            };
            node.tried = Some(turn);
            let mut choices = std::mem::take(&mut node.choices);
            let went = self.go(turn.2, &mut choices) && self.settle();
            node.choices = choices;
            if went && self.is_new() {
                way.push(self.node());
            }
            self.depth = way.len();
        }
        self.verdict()
    }

    fn verdict(self) -> Search {
        let (reached, states) = (self.reached, self.seen.len());
        match self.halt {
            Some(why) => Search::GaveUp { reached, states, why },
            None => Search::Refused { reached, instead: self.instead.into_iter().take(NAMED).collect() },
        }
    }

    /// Counts a step; whether it may be made.
    fn tick(&mut self) -> bool {
        self.effort += 1;
        if self.effort % STRETCH == 1 && self.halt.is_none() {
            let progress =
                SearchProgress { reached: self.reached, states: self.seen.len(), steps: self.effort };
            let way = self.depth * size_of::<Node>() + self.notes.len() * size_of::<Undo>();
            let spent = [
                ((self.control)(progress).is_break(), Spent::Stopped),
                (self.seen.len() > self.bounds.states, Spent::States),
                (self.effort > self.bounds.steps, Spent::Steps),
                (self.position.bytes() + way > self.bounds.bytes, Spent::Memory),
            ];
            self.halt = spent.into_iter().find_map(|(is_spent, why)| is_spent.then_some(why));
        }
        self.halt.is_none()
    }

    fn processes(&self) -> impl Iterator<Item = ProcessId> + use<> {
        (0..self.program.process_count()).map(ProcessId::from_index)
    }

    fn node(&self) -> Node {
        let (machine, notes) = (self.position.mark(), self.notes.len());
        Node { machine, notes, tried: None, choices: Choices::default() }
    }

    /// Who is to be tried next at a node: the same as before if the kernel has
    /// another choice for it.
    fn next_turn(&self, node: &mut Node) -> Option<Turn> {
        if node.tried.is_some() && node.choices.advance() {
            return node.tried;
        }
        node.choices = Choices::default();
        let after = node.tried.map_or(Bound::Unbounded, Bound::Excluded);
        self.able.range((after, Bound::Unbounded)).next().copied()
    }

    /// Takes note of this state; whether it was not seen before.
    fn is_new(&mut self) -> bool {
        self.note_reached();
        let passed = (self.passed as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        self.seen.insert(self.position.hash ^ passed)
    }

    fn note_reached(&mut self) {
        if self.passed > self.reached {
            self.reached = self.passed;
            self.instead.clear();
            self.looks = 0;
        }
    }

    /// Takes note of the points in front of which processes stand, if no state
    /// is known in which more points were passed.
    fn look_around(&mut self) {
        if self.passed < self.reached || self.looks >= LOOKS {
            return;
        }
        for process in self.processes() {
            self.looks += 1;
            if self.instead.len() >= NAMED {
                break;
            }
            if self.next_step(process) == NextStep::Point {
                self.position.attempt(process, Attempt::Step, &mut Choices::default());
                if let Some((event, args)) = self.position.told().first() {
                    self.instead.insert(told(self.header, event, args));
                }
                self.position.take_back();
            }
        }
    }

    /// What a process stands in front of.
    fn next_step(&self, process: ProcessId) -> NextStep {
        let (state, at) = (self.position.state(process), self.position.op(process).index());
        let waits = state == State::Blocked && !self.position.may_give_up(process);
        if state == State::Done || waits || !self.leads_on[at] {
            return NextStep::Nothing;
        }
        if matches!(state, State::Delayed | State::New) {
            return NextStep::Local;
        }
        let op = self.program.plain[at];
        match RecordedLabel::of_op(op) {
            // What is left of an atomic block is one step.
            _ if self.program.atomic[at] => NextStep::Shared,
            Some(label) if self.observed.contains(&(process, label)) => NextStep::Point,
            _ if op.is_local() => NextStep::Local,
            _ => NextStep::Shared,
        }
    }

    /// Whether a process stands in front of the point that is next.
    fn is_due(&self, process: ProcessId) -> bool {
        self.points.get(self.passed).is_some_and(|point| point.process == process)
    }

    /// Gives a process its place among those that could go on, or takes it away.
    fn place(&mut self, process: ProcessId) {
        let number = process.index();
        let could = matches!(self.next_step(process), NextStep::Local | NextStep::Shared);
        let given_way = (self.steps[number] / PATIENCE).checked_ilog2().map_or(0, |doubled| doubled + 1);
        let turn = (could && self.refused[number].is_none()).then_some((
            given_way,
            self.next_point[number],
            process,
        ));
        let old = std::mem::replace(&mut self.turns[number], turn);
        if old != turn {
            old.iter().for_each(|old| {
                self.able.remove(old);
            });
            self.able.extend(turn);
        }
    }

    /// Follows up on what has changed in the machine.
    fn follow(&mut self, changes: Vec<Changed>) {
        let mut processes = Vec::new();
        for change in changes {
            match change {
                Changed::Process(process) => processes.push((process, None)),
                Changed::Header(header) => {
                    let refused = self.refused_by.remove(&header).unwrap_or_default();
                    processes.extend(refused.into_iter().map(|process| (process, Some(header))));
                }
            }
        }
        for (process, by) in processes {
            if by.is_none() || self.refused[process.index()] == by {
                self.refused[process.index()] = None;
            }
            self.place(process);
            self.open.push(process);
        }
    }

    fn keep(&mut self) {
        let mut changes = Vec::new();
        self.position.keep(|change| changes.push(change));
        self.follow(changes);
    }

    /// Back to where the search was at this node.
    fn back_to(&mut self, node: &Node) {
        let mut changes = Vec::new();
        self.position.undo(node.machine, |change| changes.push(change));
        while self.notes.len() > node.notes {
            let process = match self.notes.pop().expect("there are more") {
                Undo::Steps(process, steps) => {
                    self.set_steps(process, steps);
                    process
                }
                Undo::Passed => {
                    self.passed -= 1;
                    let process = self.points[self.passed].process;
                    self.next_point[process.index()] = self.passed;
                    process
                }
            };
            changes.push(Changed::Process(process));
        }
        self.follow(changes);
        self.open.clear();
        if let Some((process, by)) = self.found_refused.take() {
            self.refuse(process, by);
        }
    }

    fn set_steps(&mut self, process: ProcessId, steps: u32) {
        self.steps[process.index()] = steps;
        if steps < PATIENCE {
            self.tired.remove(&process);
        } else {
            self.tired.insert(process);
        }
    }

    fn count_step(&mut self, process: ProcessId) {
        let steps = self.steps[process.index()];
        self.notes.push(Undo::Steps(process, steps));
        self.set_steps(process, steps.saturating_add(1));
        self.place(process);
    }

    /// Takes note that a process is not served as things stand.
    fn refuse(&mut self, process: ProcessId, by: usize) {
        self.refused[process.index()] = Some(by);
        if by != ANYWAY {
            self.refused_by.entry(by).or_default().push(process);
        }
        self.place(process);
    }

    /// One step of a process that could go on; whether it did, and agrees with
    /// the recording.
    fn go(&mut self, process: ProcessId, choices: &mut Choices) -> bool {
        if self.next_step(process) == NextStep::Local {
            // It has had its turn, and gets another.
            self.count_step(process);
            return self.go_locally(process);
        }
        let mut moved = false;
        for _ in 0..BLOCK_STEPS {
            if !self.tick() {
                return false;
            }
            let enters = matches!(self.program.plain[self.position.op(process).index()], Op::Atomic { .. });
            let waits = self.position.state(process) == State::Blocked;
            let attempt = if waits { Attempt::GiveUp } else { Attempt::Step };
            let mut result = self.position.attempt(process, attempt, choices);
            match result {
                StepResult::Broken => return false,
                // Others go on in the middle of the block, if it is one.
                StepResult::Blocked(header) if !self.waits_visibly(header) => {
                    self.position.take_back();
                    if !moved && self.position.may_give_up(process) {
                        result = self.position.attempt(process, Attempt::GiveUp, choices);
                    } else if !moved {
                        self.found_refused = Some((process, header));
                        return false;
                    } else {
                        break;
                    }
                }
                _ => {}
            }
            if !self.keep_passing() {
                return false;
            }
            moved |= !enters;
            let goes_on =
                result == StepResult::Ready && self.program.atomic[self.position.op(process).index()];
            if !goes_on {
                break;
            }
        }
        self.count_step(process);
        moved
    }

    /// Keeps the last attempt, and passes what it told; whether that agrees.
    fn keep_passing(&mut self) -> bool {
        let told = self.position.told();
        self.keep();
        told.iter().all(|(event, args)| self.pass(event, args))
    }

    fn waits_visibly(&self, header: usize) -> bool {
        self.lines[self.program.resource_of(header).index()]
    }

    /// A point is passed: it must be the next that was recorded, if any like
    /// it was.
    fn pass(&mut self, event: &Event, args: &[Word]) -> bool {
        let label = RecordedLabel::of_event(event).expect("only marks and log lines are told");
        let Some(point) = self.points.get(self.passed) else { return true };
        if !self.observed.contains(&(event.process, label)) {
            return true;
        }
        if event.process != point.process || !is_row(self.header, event, args, point) {
            self.note_reached();
            if self.passed == self.reached && self.instead.len() < NAMED {
                self.instead.insert(told(self.header, event, args));
            }
            return false;
        }
        self.notes.push(Undo::Passed);
        self.next_point[point.process.index()] = self.next_of_same[self.passed];
        self.passed += 1;
        self.place(point.process);
        for process in std::mem::take(&mut self.tired) {
            self.notes.push(Undo::Steps(process, self.steps[process.index()]));
            self.steps[process.index()] = 0;
            self.place(process);
        }
        self.open.extend(self.points.get(self.passed).map(|next| next.process));
        true
    }

    /// Makes all steps that concern one process alone; whether the state can
    /// still agree with the recording.
    fn settle(&mut self) -> bool {
        while self.passed < self.points.len()
            && let Some(process) = self.open.pop()
        {
            if !self.go_locally(process) {
                return false;
            }
        }
        true
    }

    /// Makes all steps of one process that concern it alone; whether the state
    /// can still agree with the recording.
    fn go_locally(&mut self, process: ProcessId) -> bool {
        for _ in 0..LOCAL_STEPS {
            let next = self.next_step(process);
            let goes = match next {
                NextStep::Point => self.is_due(process),
                NextStep::Local => self.refused[process.index()].is_none(),
                NextStep::Nothing | NextStep::Shared => false,
            };
            if !goes {
                break;
            }
            if !self.tick() {
                return false;
            }
            let op = self.program.plain[self.position.op(process).index()];
            let is_step = self.position.state(process) == State::Ready && op.is_step();
            let attempt = if is_step { Attempt::Step } else { Attempt::Settle };
            if self.position.attempt(process, attempt, &mut Choices::default()) == StepResult::Broken {
                // It may be as slow as to never come there.
                self.position.take_back();
                self.refuse(process, ANYWAY);
                return next != NextStep::Point;
            }
            if !self.keep_passing() {
                return false;
            }
        }
        self.place(process);
        true
    }
}

/// By op: whether a step at a resource or one of the `labels` may follow, or it
/// is one. All others lead nowhere: it is as if they were not made.
fn leads_on(program: &BoundProgram, labels: &BTreeSet<RecordedLabel>) -> Vec<bool> {
    let mut leads: Vec<bool> = program
        .plain
        .iter()
        .map(|&op| !op.is_local() || RecordedLabel::of_op(op).is_some_and(|label| labels.contains(&label)))
        .collect();
    let mut before = vec![Vec::new(); program.plain.len()];
    for at in 0..program.plain.len() {
        for next in next_ops(program, at) {
            before[next].push(at);
        }
    }
    let mut open: Vec<usize> = (0..leads.len()).filter(|&at| leads[at]).collect();
    while let Some(at) = open.pop() {
        for &earlier in &before[at] {
            if !std::mem::replace(&mut leads[earlier], true) {
                open.push(earlier);
            }
        }
    }
    leads
}

//! The log of a real program, held against the model: is there a schedule in
//! which the processes pass these points in this order?
//!
//! A recording says less than a trace on threads does: only marks and log
//! lines, so what happened between them is searched for. The search goes
//! through the kernel's own steps, without time: a delayed process may go on at
//! any moment, and whoever can make a step may be next. Steps that concern one
//! process alone are made at once, since their order changes nothing; only
//! those at resources are tried in every order, the likeliest first, and no
//! state twice. What a program reads off the clock is not known here and taken
//! as 0.

use crate::ids::{OpId, ProcessId};
use crate::kernel::{Choices, Draws, Kernel, Machine, Rest, Schedule, State, Yield};
use crate::program::{Image, Op};
use crate::time::Time;
use crate::trace::{Event, Header, Kind, LogTemplate, Piece, Sink};
use crate::value::{Type, Value, Word};
use std::collections::BTreeSet;
use xxhash_rust::xxh3::Xxh3;

/// A point that a process of a real program passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Who.
    pub process: ProcessId,
    /// The name of a mark, or the line that was logged.
    pub label: String,
    /// The value of the mark, if it was recorded.
    pub value: Option<String>,
}

/// What a label means in a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// A mark, by its number.
    Mark(u32),
    /// A log text, by its number.
    Log(u32),
}

/// What came of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// The model has a schedule with these points in this order.
    Allowed,
    /// It has none: no schedule that begins with the first `reached` points
    /// goes on with the next.
    Refused {
        /// How many points can be passed in order.
        reached: usize,
        /// The points that the model has next in their place.
        instead: Vec<String>,
    },
    /// So many states were looked at, and there are more.
    GaveUp(usize),
}

/// What a label of `process` stands for; `None` if nothing in the scenario
/// could be called that. Values in a log line do not matter here.
pub fn meaning(image: &Image, header: &Header, process: ProcessId, label: &str) -> Option<Label> {
    let mine = |op: &&Op| matches!(op, Op::Mark { .. } | Op::Log { .. });
    let ops = own_ops(image, process).iter().filter(mine);
    let labels = ops.filter_map(|&op| label_of(op));
    let mut fitting = labels.filter(|&known| match known {
        Label::Mark(mark) => header.marks[mark as usize].name == label,
        Label::Log(log) => fits(&segments(&header.logs[log as usize], None), label),
    });
    fitting.next()
}

/// The ops of a process, as far as the next definition's begin.
fn own_ops(image: &Image, process: ProcessId) -> &[Op] {
    let start = Machine::new(image).op(image, process).index();
    let rest = &image.plain[start..];
    let end = rest.iter().position(|op| matches!(op, Op::Done)).map_or(rest.len(), |done| done + 1);
    &rest[..end]
}

fn label_of(op: Op) -> Option<Label> {
    match op {
        Op::Mark { mark, .. } => Some(Label::Mark(mark.0)),
        Op::Log { log } => Some(Label::Log(log)),
        _ => None,
    }
}

/// Whether the event that the model made is the recorded point. Floats and
/// durations in a log line are measurements and may differ.
fn is_point(header: &Header, event: &Event, args: &[Word], point: &Recorded) -> bool {
    if event.process != point.process {
        return false;
    }
    match event.kind {
        Kind::Mark => {
            let value = Value::from_word(event.ty, event.value).to_string();
            let same_value = point.value.as_ref().is_none_or(|recorded| *recorded == value);
            header.marks[event.subject as usize].name == point.label && same_value
        }
        Kind::Log => fits(&segments(&header.logs[event.subject as usize], Some(args)), &point.label),
        _ => false,
    }
}

/// A log line in parts: text, or `None` where anything may stand. Without
/// arguments every hole is open; with them only those of measurements are.
fn segments(template: &LogTemplate, args: Option<&[Word]>) -> Vec<Option<String>> {
    let mut rest = args.unwrap_or_default();
    let mut parts = Vec::new();
    for piece in &template.pieces {
        let (count, ty) = match piece {
            Piece::Text(text) => {
                parts.push(Some(text.clone()));
                continue;
            }
            Piece::Value(ty) => (1, *ty),
            Piece::Array(ty) => (1 + rest.first().map_or(0, |&len| len as usize), *ty),
        };
        let (own, behind) = rest.split_at(count.min(rest.len()));
        rest = behind;
        let open = args.is_none() || matches!(ty, Type::Float | Type::Duration);
        let alone = LogTemplate { pieces: vec![piece.clone()] };
        parts.push((!open).then(|| alone.render(own)));
    }
    parts
}

/// Whether `text` has these parts in this order.
fn fits(parts: &[Option<String>], text: &str) -> bool {
    match parts.split_first() {
        None => text.is_empty(),
        Some((Some(literal), rest)) => {
            text.strip_prefix(literal.as_str()).is_some_and(|text| fits(rest, text))
        }
        Some((None, rest)) => {
            let next = rest.iter().flatten().next();
            match next {
                None => true,
                Some(literal) => text.match_indices(literal.as_str()).any(|(at, _)| fits(rest, &text[at..])),
            }
        }
    }
}

/// Looks for a schedule with these points in this order, among at most
/// `most_states` states.
pub fn search(image: &Image, header: &Header, points: &[Recorded], most_states: usize) -> Search {
    let meanings = points
        .iter()
        .filter_map(|point| Some((point.process, meaning(image, header, point.process, &point.label)?)));
    let mut searcher = Searcher {
        image,
        header,
        points,
        observed: meanings.collect(),
        draws: Draws::new(image, header.seed, 0),
        seen: BTreeSet::new(),
        reached: 0,
        instead: BTreeSet::new(),
    };
    let mut open = vec![Node { machine: searcher.start(), passed: 0 }];
    while let Some(mut state) = open.pop() {
        if !searcher.settle_all(&mut state) || !searcher.is_new(&state) {
            continue;
        }
        if state.passed == points.len() {
            return Search::Allowed;
        }
        if searcher.seen.len() > most_states {
            return Search::GaveUp(searcher.seen.len());
        }
        // The last is tried first: the one whose next point comes first.
        for process in searcher.candidates(&state).into_iter().rev() {
            let mut choices = Choices::default();
            loop {
                let mut next = state.clone();
                if searcher.step(&mut next, process, &mut choices) {
                    open.push(next);
                }
                if !choices.advance() {
                    break;
                }
            }
        }
    }
    Search::Refused { reached: searcher.reached, instead: searcher.instead.into_iter().take(5).collect() }
}

/// A state of the search.
#[derive(Clone)]
struct Node {
    machine: Machine,
    /// How many points were passed.
    passed: usize,
}

struct Searcher<'a> {
    image: &'a Image,
    header: &'a Header,
    points: &'a [Recorded],
    /// What was recorded at all, and by whom: the rest passes unnoticed.
    observed: BTreeSet<(ProcessId, Label)>,
    draws: Draws,
    seen: BTreeSet<u128>,
    /// The most points that were passed.
    reached: usize,
    /// What came next then.
    instead: BTreeSet<String>,
}

/// The marks and log lines of a step, which are several in an atomic block.
#[derive(Default)]
struct Passed(Vec<(Event, Vec<Word>)>);

impl Sink for Passed {
    fn event(&mut self, event: &Event, args: &[Word]) {
        if matches!(event.kind, Kind::Mark | Kind::Log) {
            self.0.push((*event, args.to_vec()));
        }
    }
}

/// Takes note of whose wait a step has ended, and says whom a notify reaches.
#[derive(Default)]
struct Woken<'c>(Vec<ProcessId>, Option<&'c mut Choices>);

impl Schedule for Woken<'_> {
    fn wake(&mut self, _: Time, _: u8, process: ProcessId) {
        self.0.push(process);
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.1.as_mut().map_or(0, |choices| choices.choose(options))
    }
}

/// Local steps of one process before others get a turn, in case it never
/// comes to an end.
const LOCAL_STEPS: usize = 10_000;

impl Searcher<'_> {
    fn start(&mut self) -> Machine {
        let mut machine = Machine::new(self.image);
        for process in self.processes() {
            self.go(&mut machine, None, |kernel| kernel.settle(process));
        }
        machine
    }

    fn processes(&self) -> impl Iterator<Item = ProcessId> + use<> {
        (0..self.image.process_count()).map(ProcessId::from_index)
    }

    /// Lets the kernel do something, without time. Gives what was passed;
    /// `None` if a rule was broken.
    fn go(
        &mut self,
        machine: &mut Machine,
        choices: Option<&mut Choices>,
        action: impl FnOnce(&mut Kernel<'_, Woken<'_>, Passed>) -> Result<Rest, Box<crate::trace::Fault>>,
    ) -> Option<(Rest, Passed)> {
        let (mut woken, mut passed) = (Woken(Vec::new(), choices), Passed::default());
        let mut kernel = Kernel::new(self.image, machine, &mut self.draws, &mut woken, &mut passed);
        kernel.fuel = self.image.limits.zero_time_steps;
        let rest = action(&mut kernel).ok()?;
        // Settling makes no step, so it wakes nobody else.
        let (waiters, mut nobody) = (woken.0, Woken::default());
        let mut kernel = Kernel::new(self.image, machine, &mut self.draws, &mut nobody, &mut passed);
        kernel.fuel = self.image.limits.zero_time_steps;
        for waiter in waiters {
            kernel.settle(waiter).ok()?;
        }
        Some((rest, passed))
    }

    /// One step; whether the state is one to go on from.
    fn step(&mut self, state: &mut Node, process: ProcessId, choices: &mut Choices) -> bool {
        loop {
            match self.go(&mut state.machine, Some(choices), |kernel| kernel.step(process)) {
                None => return false,
                Some((rest, Passed(passed))) => {
                    if !passed.iter().all(|(event, args)| self.pass(state, event, args)) {
                        return false;
                    }
                    let Rest::Yielded(Yield::NeedsRoom { header, items }) = rest else { return true };
                    if !state.machine.lengthen(self.image, header, items) {
                        return false;
                    }
                }
            }
        }
    }

    /// A point is passed: it must be the next that was recorded, if any like
    /// it was.
    fn pass(&mut self, state: &mut Node, event: &Event, args: &[Word]) -> bool {
        let label =
            if event.kind == Kind::Mark { Label::Mark(event.subject) } else { Label::Log(event.subject) };
        if !self.observed.contains(&(event.process, label)) {
            return true;
        }
        let Some(point) = self.points.get(state.passed) else { return true };
        if is_point(self.header, event, args, point) {
            state.passed += 1;
            return true;
        }
        if state.passed >= self.reached {
            let text = match label {
                Label::Mark(mark) => format!("mark '{}'", self.header.marks[mark as usize].name),
                Label::Log(log) => format!("\"{}\"", self.header.logs[log as usize].render(args)),
            };
            self.note_reached(state.passed);
            self.instead.insert(format!("'{}' {text}", self.header.process_name(event.process)));
        }
        false
    }

    fn note_reached(&mut self, passed: usize) {
        if passed > self.reached {
            self.reached = passed;
            self.instead.clear();
        }
    }

    /// Makes all steps that concern one process alone; whether the state can
    /// still agree with the recording.
    fn settle_all(&mut self, state: &mut Node) -> bool {
        let mut again = true;
        while again && state.passed < self.points.len() {
            again = false;
            for process in self.processes() {
                for _ in 0..LOCAL_STEPS {
                    match self.local_step(state, process) {
                        None => return false,
                        Some(true) => again = true,
                        Some(false) => break,
                    }
                }
            }
            // A process that does nothing but local steps for ever must not
            // keep the search from ending.
            again &= self.someone_is_due(state);
        }
        self.note_reached(state.passed);
        true
    }

    /// Whether a process waits only for its point to be the next.
    fn someone_is_due(&self, state: &Node) -> bool {
        self.points.get(state.passed).is_some_and(|point| self.observed_op(state, point.process))
    }

    /// Makes one local step; `None` if that contradicts the recording.
    fn local_step(&mut self, state: &mut Node, process: ProcessId) -> Option<bool> {
        match state.machine.state(self.image, process) {
            State::Delayed | State::New => {
                self.go(&mut state.machine, None, |kernel| kernel.settle(process))?;
                Some(true)
            }
            State::Ready if self.observed_op(state, process) => {
                let due = self.points.get(state.passed).is_some_and(|point| point.process == process);
                // Whoever stands before a point waits until it is the next.
                if due && !self.step(state, process, &mut Choices::default()) {
                    return None;
                }
                Some(due)
            }
            State::Ready if self.is_local(state, process) => {
                if self.step(state, process, &mut Choices::default()) { Some(true) } else { None }
            }
            _ => Some(false),
        }
    }

    /// The op at which a process stands; `None` in an atomic block, the rest of
    /// which is one step with it.
    fn op(&self, state: &Node, process: ProcessId) -> Option<Op> {
        let op: OpId = state.machine.op(self.image, process);
        (!self.image.atomic[op.index()]).then(|| self.image.plain[op.index()])
    }

    fn observed_op(&self, state: &Node, process: ProcessId) -> bool {
        self.op(state, process)
            .and_then(label_of)
            .is_some_and(|label| self.observed.contains(&(process, label)))
    }

    fn is_local(&self, state: &Node, process: ProcessId) -> bool {
        self.op(state, process).is_some_and(Op::is_local)
    }

    /// Who can make a step at a resource: first those whose next point comes
    /// first.
    fn candidates(&self, state: &Node) -> Vec<ProcessId> {
        let rest = &self.points[state.passed..];
        let mut able: Vec<ProcessId> = self
            .processes()
            .filter(|&process| {
                state.machine.state(self.image, process) == State::Ready && !self.observed_op(state, process)
            })
            .collect();
        able.sort_by_key(|&process| {
            rest.iter().position(|point| point.process == process).unwrap_or(usize::MAX)
        });
        able
    }

    fn is_new(&mut self, state: &Node) -> bool {
        let mut hasher = Xxh3::new();
        hasher.update(&(state.passed as u64).to_le_bytes());
        for word in state.machine.words() {
            hasher.update(&word.to_le_bytes());
        }
        self.seen.insert(hasher.digest128())
    }
}

//! Which optimised op stands in the place of each plain op.

use super::draws::Draw;
use super::forms::{packed, strength};
use super::made::{Optimised, SettledWords};
use super::op::{Argument, CLOCK, DrawKind, Fast, Function, Local, MASK};
use crate::arithmetic::BinaryOp;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::program::access::Operand;
use crate::program::bound::BoundProgram;
use crate::program::layout::resource;
use crate::program::op::{Op, ResourceCode, Slot, Source};
use crate::trace::{Kind, ResourceKind};
use crate::value::{Type, Word};
use std::cell::{Cell, RefCell};

/// The most ops that an op is moved forward over.
const MOST_OPS: usize = 200;

/// So many buffers begin with a ring; the others get one when an item is put.
const MOST_BUFFERS: usize = 64;

/// The ops of one process definition.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The first op behind them.
    pub(in crate::program) end: usize,
    /// The first frame word behind the variables: later ones are read by no
    /// step but the one that writes them.
    pub(in crate::program) temporaries: u32,
}

/// Which words of the initial state ops were made of: the word, and the number of the op.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    all: Vec<(u32, u32)>,
    /// Room for those that are asked for next.
    asked: Vec<(u32, u32)>,
}

impl Uses {
    /// For those that are asked for; see [`Uses::add`].
    fn begin(&mut self) -> RefCell<Vec<(u32, u32)>> {
        RefCell::new(std::mem::take(&mut self.asked))
    }

    /// Adds those that were asked for.
    fn add(&mut self, asked: RefCell<Vec<(u32, u32)>>) {
        self.asked = asked.into_inner();
        let before = self.all.len();
        for used in self.asked.drain(..) {
            if self.all[..before].binary_search(&used).is_err() {
                self.all.push(used);
            }
        }
        // Mostly the same words are asked for again.
        if self.all.len() > before {
            self.all.sort_unstable();
            self.all.dedup();
        }
    }

    /// The ops that were made of these words, in order.
    fn of(&self, words: &[u32]) -> Vec<usize> {
        let of_word = |&word: &u32| {
            let first = self.all.partition_point(|&(used, _)| used < word);
            self.all[first..].iter().take_while(move |&&(used, _)| used == word)
        };
        let mut ops: Vec<usize> = words.iter().flat_map(of_word).map(|&(_, op)| op as usize).collect();
        ops.sort_unstable();
        ops.dedup();
        ops
    }
}

/// Makes the ops of a program that is bound.
pub(in crate::program) fn optimise(program: &BoundProgram, scopes: &[Scope]) -> (Optimised, Uses) {
    let (settled, buffers) = (SettledWords::of(program), first_buffers(program));
    let mut optimised = Optimised { settled, buffers, lists: true, ..Optimised::default() };
    draw(&mut optimised, program);
    let mut uses = Uses::default();
    let asked = uses.begin();
    for quiet in [false, true] {
        let mut ops = Vec::with_capacity(program.plain.len());
        for scope in scopes {
            let rules = Rules::new(program, scope, quiet, &optimised, &asked);
            ops.extend((ops.len()..scope.end).map(|at| rules.op(at)));
        }
        *if quiet { &mut optimised.quiet } else { &mut optimised.code } = ops;
    }
    uses.add(asked);
    (optimised, uses)
}

/// The headers of the first buffers, but for those of which somebody waits for what can come of
/// several: that a ring is missing is seen there in the events.
fn first_buffers(program: &BoundProgram) -> Vec<u32> {
    let buffers = program.resources.iter().filter(|info| info.kind == ResourceKind::Buffer);
    let ids = buffers.flat_map(|info| (info.first.0..).take(info.count as usize));
    let headers = ids.take(MOST_BUFFERS).map(|id| program.resource_at(ResourceId(id)));
    headers.filter(|&header| !program.names_in_watches(header)).map(|header| header as u32).collect()
}

/// Makes again what has words in it that are not what they were: whose numbers are these.
pub(in crate::program) fn renew(
    optimised: &mut Optimised,
    program: &BoundProgram,
    scopes: &[Scope],
    changed: &[u32],
    uses: &mut Uses,
) {
    let settled = SettledWords::of(program);
    if settled.known != optimised.settled.known {
        (*optimised, *uses) = optimise(program, scopes);
        return;
    }
    optimised.settled = settled;
    draw(optimised, program);
    let asked = uses.begin();
    for at in uses.of(changed) {
        let scope = &scopes[scopes.partition_point(|scope| scope.end <= at)];
        optimised.code[at] = Rules::new(program, scope, false, optimised, &asked).op(at);
        optimised.quiet[at] = Rules::new(program, scope, true, optimised, &asked).op(at);
    }
    uses.add(asked);
}

fn draw(optimised: &mut Optimised, program: &BoundProgram) {
    let known = |source: Source| source.global_index().map(|global| program.arena[global as usize]);
    optimised.draws.clear();
    optimised.chances.clear();
    if program.distributions.is_empty() {
        return;
    }
    let mut first_stream = 0;
    let streams = program.processes.iter().map(|def| {
        let first = first_stream;
        first_stream += def.count * def.streams;
        (def.first, first, def.streams)
    });
    let streams: Vec<(ProcessId, u32, u32)> = streams.collect();
    for code in &program.distributions {
        optimised.draws.push(Draw::of(code, streams[code.process.index()], known, &mut optimised.chances));
    }
}

/// What the rules go by for the ops of one process definition.
pub(super) struct Rules<'a> {
    program: &'a BoundProgram,
    pub(super) plain: &'a [Op],
    temporaries: u32,
    /// Whether nobody is told of events.
    quiet: bool,
    draws: &'a [Draw],
    /// By the number of a value that is the same in all steps: whether it is calculated before the run.
    settled: &'a [bool],
    /// Which words were asked for, and for which op.
    uses: &'a RefCell<Vec<(u32, u32)>>,
    /// For which op that is.
    asking: Cell<u32>,
}

impl<'a> Rules<'a> {
    fn new(
        program: &'a BoundProgram,
        scope: &Scope,
        quiet: bool,
        made: &'a Optimised,
        uses: &'a RefCell<Vec<(u32, u32)>>,
    ) -> Rules<'a> {
        let plain = &program.plain[..scope.end];
        let (temporaries, draws, settled) = (scope.temporaries, &made.draws, &made.settled.known);
        Rules { program, plain, temporaries, quiet, draws, settled, uses, asking: Cell::new(0) }
    }

    /// Whether only the step that writes this word reads it.
    pub(super) fn is_temporary(&self, slot: Slot) -> bool {
        slot.0 >= self.temporaries
    }

    /// Whether an op reads this word.
    pub(super) fn asks(&self, mut op: Op, slot: Slot) -> bool {
        op.operands().into_iter().any(|operand| match operand {
            Operand::Read(source) | Operand::Duration(source) => source == slot.source(),
            Operand::Counter(other) => other == slot,
            Operand::Nothing | Operand::Target(_) | Operand::Written(_) | Operand::Array(_) => false,
            Operand::Access(_, code) | Operand::Named(code) => code.resolve() == Err(slot),
            // Not looked at more closely.
            _ => true,
        })
    }

    /// The op that stands in the place of op `at`.
    fn op(&self, at: usize) -> Fast {
        self.asking.set(at as u32);
        let mut first = at;
        while let Some(next) = self.nothing(first).filter(|next| next - at <= MOST_OPS) {
            first = next;
        }
        let op = self.made(first);
        if first == at { op } else { op.earlier(first - at).unwrap_or_else(|| jump(first)) }
    }

    /// Where a process goes on that has nothing to do at this op.
    fn nothing(&self, at: usize) -> Option<usize> {
        let further = |to: OpId| Some(to.index()).filter(|&to| to > at);
        if let Some(to) = self.calculated(at) {
            return Some(to);
        }
        match self.plain[at] {
            Op::Atomic { .. } => Some(at + 1),
            Op::Mark { .. } | Op::Log { .. } | Op::Begin if self.quiet => Some(at + 1),
            Op::Lock { .. } | Op::Unlock { .. } if self.quiet && self.is_left_out(at) => Some(at + 1),
            Op::Jump { to } => further(to),
            Op::JumpIfFalse { condition, to } => match self.word(condition)? {
                0 => further(to),
                _ => Some(at + 1),
            },
            Op::JumpIfTrue { condition, to } => match self.word(condition)? {
                0 => Some(at + 1),
                _ => further(to),
            },
            _ => None,
        }
    }

    /// Behind the ops that calculate what was calculated before the run.
    fn calculated(&self, at: usize) -> Option<usize> {
        let settled = &self.program.settled;
        let number = settled.binary_search_by_key(&at, |value| value.from.index()).ok()?;
        self.settled[number].then(|| settled[number].to.index())
    }

    /// Whether a lock or unlock is of a mutex that is never found taken.
    fn is_left_out(&self, at: usize) -> bool {
        let (Op::Lock { mutex } | Op::Unlock { mutex }) = self.plain[at] else { return false };
        // All locks of such a mutex are left out, or none.
        mutex.resolve().is_ok_and(|header| self.program.never_taken.contains(&header))
    }

    /// A word that no run changes.
    pub(super) fn word(&self, source: Source) -> Option<Word> {
        source.global_index().map(|global| self.initial(global as usize))
    }

    /// A word of the initial state that no run changes.
    fn initial(&self, word: usize) -> Word {
        self.uses.borrow_mut().push((word as u32, self.asking.get()));
        self.program.arena[word]
    }

    pub(super) fn argument(&self, source: Source) -> Argument {
        match source.slot() {
            Some(slot) => Argument::Frame(slot.0),
            None => Argument::Known(self.word(source).unwrap_or(0)),
        }
    }

    /// The op for op `at`, at which there is something to do.
    fn made(&self, at: usize) -> Fast {
        if self.program.timeout(at).is_some() && !self.is_left_out(at) {
            return Fast::Limited;
        }
        if self.program.is_attended(at) {
            return Fast::Plain;
        }
        if let Some(branch) = self.branch(at) {
            return Fast::Local(branch);
        }
        if let Op::Now { into } = self.plain[at]
            && let Some(put) = self.puts(at, into)
        {
            return put;
        }
        let local = match self.plain[at] {
            Op::Jump { to } if to.index() > at => return jump(to.index()),
            Op::Jump { to } => Some(self.branch_back(at, to.index()).unwrap_or_else(|| jump_back(to))),
            Op::Now { into } => self.clocked_chain(at, into).or_else(|| self.clocked(at, into)),
            _ => self.calculation(at),
        };
        local.map(Fast::Local).or_else(|| self.step(at)).unwrap_or(Fast::Plain)
    }

    /// A put of the clock, which is read at this op.
    fn puts(&self, at: usize, now: Slot) -> Option<Fast> {
        match self.joined(at + 1)? {
            Op::Put { buffer, value }
                if value == now.source()
                    && self.is_temporary(now)
                    && !self.program.is_special(at + 1, buffer) =>
            {
                // Its own place is that of the put.
                Some(Fast::Put { home: 1, buffer, value: Argument::Clock })
            }
            _ => None,
        }
    }

    /// What reads the clock, and what reads only that.
    fn clocked(&self, at: usize, now: Slot) -> Option<Local> {
        let read = |source: Source| match source {
            _ if source == now.source() => Argument::Clock,
            _ => self.argument(source),
        };
        let clock = local(Function::Copy(CLOCK), now.0, 0, 0);
        match *self.plain.get(at + 1)? {
            Op::Binary { op, into, a, b } if self.is_temporary(now) => {
                let binary = binary(op, into, read(a), read(b));
                let asks = a == now.source() || b == now.source();
                Some(binary.filter(|_| asks).map_or(clock, |binary| Local { span: 2, ..binary }))
            }
            _ => Some(clock),
        }
    }

    /// What concerns nobody but the process.
    fn calculation(&self, at: usize) -> Option<Local> {
        Some(match self.plain[at] {
            Op::LoopStart { left, times, exit } if !self.plain[at + 1].is_counted() => {
                let times = self.argument(times);
                local(Function::LoopStart(times.form()), exit.0, times.word(), left.0.into())
            }
            Op::Copy { into, from } => {
                let from = self.argument(from);
                local(Function::Copy(from.form()), into.0, from.word(), 0)
            }
            Op::Unary { op, into, a } => local(Function::Unary(op), into.0, a.slot()?.0.into(), 0),
            Op::Binary { op, into, a, b } => match self.chain(at) {
                Some(chain) => chain,
                None => self.binary(op, into, a, b)?,
            },
            Op::Element { into, array, index } => {
                let index = self.argument(index);
                local(Function::Element(index.form()), into.0, array.0.into(), index.word())
            }
            Op::SetElement { array, index, value } => {
                let (index, value) = (self.argument(index), self.argument(value));
                let function = Function::SetElement(index.form(), value.form());
                local(function, array.0, index.word(), value.word())
            }
            Op::Find { into, def, index } => {
                let ((first, count), index) = (self.program.instances[def as usize], self.argument(index));
                local(Function::Find(index.form()), into.0, index.word(), packed(first, count))
            }
            Op::Capacity { into, buffer } => self.load(into, buffer, resource::CAPACITY),
            Op::Level { into, resource } if self.quiet => self.load(into, resource, resource::LEVEL),
            Op::Read { memory, at, into } if self.quiet => self.read(memory, at, into)?,
            Op::Write { memory, at, value } if self.quiet => self.write(memory, at, value)?,
            Op::ReadMany { many } if self.quiet => self.read_many(many)?,
            Op::Draw { into, distribution } if self.quiet && self.passes(at).is_none() => {
                self.draw(into, distribution)
            }
            _ => return None,
        })
    }

    fn binary(&self, op: BinaryOp, into: Slot, a: Source, b: Source) -> Option<Local> {
        let a = self.argument(a);
        match (strength(op, self.argument(b)), a) {
            ((MASK, b), Argument::Frame(a)) => Some(local(Function::Mask, into.0, a.into(), b.word())),
            _ => binary(op, into, a, self.argument(b)),
        }
    }

    /// A word of the header of a resource.
    fn load(&self, into: Slot, code: ResourceCode, word: usize) -> Local {
        match code.resolve() {
            Ok(header) => local(Function::Load, into.0, (header + word) as Word, 0),
            Err(found) => local(Function::LoadFound, into.0, found.0.into(), word as Word),
        }
    }

    /// Where the slots of a memory begin, and how many there are.
    fn slots(&self, memory: ResourceCode) -> Option<(u32, u32)> {
        let header = memory.resolve().ok()?;
        let content = self.initial(header + resource::CONTENT).try_into().ok()?;
        Some((content, self.initial(header + resource::CAPACITY).try_into().ok()?))
    }

    fn read(&self, memory: ResourceCode, at: Source, into: Slot) -> Option<Local> {
        let (content, slots) = self.slots(memory)?;
        match self.argument(at) {
            Argument::Frame(at) => Some(local(Function::ReadSlot, into.0, packed(at, slots), content.into())),
            Argument::Known(at) if at < slots.into() => {
                Some(local(Function::Load, into.0, Word::from(content) + at, 0))
            }
            _ => None,
        }
    }

    fn write(&self, memory: ResourceCode, at: Source, value: Source) -> Option<Local> {
        let ((content, slots), value) = (self.slots(memory)?, self.argument(value));
        match self.argument(at) {
            Argument::Frame(at) => {
                let function = Function::WriteSlot(value.form());
                Some(local(function, content, packed(at, slots), value.word()))
            }
            Argument::Known(at) if at < slots.into() => {
                Some(local(Function::Store(value.form()), 0, Word::from(content) + at, value.word()))
            }
            _ => None,
        }
    }

    fn read_many(&self, many: u32) -> Option<Local> {
        let many = self.program.many[many as usize];
        let (content, slots) = self.slots(many.resource)?;
        let count = u32::try_from(self.word(many.count)?).ok()?;
        let first = many.operand.slot()?;
        let (array, first) = (many.array()?, packed(first.0, slots));
        Some(local(Function::ReadSlots, array.0, first, packed(content, count)))
    }

    fn draw(&self, into: Slot, distribution: u32) -> Local {
        for argument in self.program.distributions[distribution as usize].sampler.arguments() {
            self.word(argument);
        }
        let kind = self.draws[distribution as usize].kind;
        local(Function::Draw(kind), into.0, distribution.into(), 0)
    }

    /// As what the time passes that a draw at this op is of, if the next op says so.
    fn passes(&self, at: usize) -> Option<Kind> {
        let Op::Draw { into, .. } = self.plain[at] else { return None };
        match *self.plain.get(at + 1)? {
            Op::Delay { wait } if wait == into.source() => Some(Kind::Delay),
            Op::Work { wait } if wait == into.source() => Some(Kind::Work),
            _ => None,
        }
    }

    /// What others may notice, or depends on others.
    fn step(&self, at: usize) -> Option<Fast> {
        let home = 0;
        Some(match self.plain[at] {
            Op::LoopStart { left, times, .. } => self.counted(at, left, times)?,
            Op::LoopNext { left, body } => Fast::LoopNext { home, left, body },
            Op::Draw { into, distribution } => self.drawn(at, into, distribution),
            Op::Delay { wait } => self.pass(Kind::Delay, wait),
            Op::Work { wait } => self.pass(Kind::Work, wait),
            Op::Lock { mutex } | Op::Unlock { mutex } if self.is_left_out(at) => {
                let is_taken = matches!(self.plain[at], Op::Lock { .. });
                Fast::Note { home, is_taken, mutex: self.program.resource_of(mutex.resolve().ok()?) }
            }
            Op::Lock { mutex } => Fast::Lock { home, mutex },
            Op::Unlock { mutex } => Fast::Unlock { home, mutex },
            Op::Acquire { semaphore } => match self.further(at) {
                Some((further, Op::Acquire { semaphore: other })) => {
                    Fast::AcquireTwo { home, further, semaphores: [semaphore, other] }
                }
                _ => Fast::Acquire { home, semaphore },
            },
            Op::Release { semaphore } => match self.further(at) {
                Some((further, Op::Release { semaphore: other })) => {
                    Fast::ReleaseTwo { home, further, semaphores: [semaphore, other] }
                }
                _ => Fast::Release { home, semaphore },
            },
            Op::Put { buffer, .. } | Op::Take { buffer } | Op::Get { buffer, .. }
                if self.program.is_special(at, buffer) =>
            {
                return None;
            }
            Op::Put { buffer, value } => Fast::Put { home, buffer, value: self.argument(value) },
            Op::Take { buffer } => Fast::Get { home, buffer, into: None },
            Op::Get { buffer, into } => Fast::Get { home, buffer, into: Some(into) },
            Op::Read { memory, at, into } => Fast::Read { home, memory, at, into },
            Op::Write { memory, at, value } => Fast::Write { home, memory, at, value },
            Op::WorkOn { processor, wait, state } => Fast::WorkOn { home, processor, wait, state },
            Op::Admit { any } => Fast::Admit { home, any },
            Op::Done { life } => Fast::Done { home, life },
            Op::Notify { condition } => Fast::Notify { home, condition, most: 1 },
            Op::NotifyAll { condition } => Fast::Notify { home, condition, most: u64::MAX },
            _ => return None,
        })
    }

    /// The next op at which there is something to do, and how many ops behind this one are between.
    fn further(&self, at: usize) -> Option<(u8, Op)> {
        let mut next = at + 1;
        while let Some(later) = (next < self.plain.len()).then(|| self.nothing(next)).flatten() {
            next = later;
        }
        Some((u8::try_from(next - at - 1).ok()?, self.joined(next)?))
    }

    /// The op `at`, if it may be done as a part of an op before it: its wait has no limit, and
    /// nobody is looked after behind it.
    fn joined(&self, at: usize) -> Option<Op> {
        let is_alone = self.program.timeout(at).is_some() || self.program.is_attended(at);
        self.plain.get(at).copied().filter(|_| !is_alone)
    }

    /// The permits of a number, at once.
    fn counted(&self, at: usize, left: Slot, times: Source) -> Option<Fast> {
        let (home, times) = (0, self.argument(times));
        match self.joined(at + 1)? {
            Op::AcquireMany { semaphore, left: other } if other == left => {
                Some(Fast::AcquireMany { home, semaphore, times })
            }
            Op::ReleaseMany { semaphore, left: other } if other == left => {
                Some(Fast::ReleaseMany { home, semaphore, times })
            }
            _ => None,
        }
    }

    fn pass(&self, kind: Kind, wait: Source) -> Fast {
        match self.word(wait) {
            Some(nanos) => Fast::Pass { home: 0, kind, nanos },
            None => Fast::PassFor { home: 0, kind, wait },
        }
    }

    fn drawn(&self, at: usize, into: Slot, distribution: u32) -> Fast {
        let draw = self.draw(into, distribution);
        let code = &self.program.distributions[distribution as usize];
        let then = self.passes(at);
        let Draw { kind, low: mean, .. } = self.draws[distribution as usize];
        let is_alone = then == Some(Kind::Delay) && self.is_temporary(into) && code.is_made_ahead();
        if is_alone && kind == DrawKind::Exponential && code.ty == Type::Duration {
            return Fast::Exponential { home: 0, distribution, mean };
        }
        Fast::Draw { draw, ty: code.ty, then }
    }
}

/// A function with its words.
fn local(function: Function, into: u32, a: Word, b: Word) -> Local {
    Local { a, b, into, function: function.number() as u16, span: 1, home: 0 }
}

fn binary(op: BinaryOp, into: Slot, a: Argument, b: Argument) -> Option<Local> {
    // Nobody calculates with two known words, or two clocks, again and again.
    let is_made = matches!(a, Argument::Frame(_)) || matches!(b, Argument::Frame(_));
    is_made.then(|| local(Function::Binary(op, a.form(), b.form()), into.0, a.word(), b.word()))
}

fn jump(to: usize) -> Fast {
    Fast::Local(local(Function::Jump, to as u32, 0, 0))
}

fn jump_back(to: OpId) -> Local {
    local(Function::JumpBack, to.0, 0, 0)
}

impl Fast {
    /// The same for a place so many ops before its own, if it can say so.
    fn earlier(mut self, ops: usize) -> Option<Fast> {
        let ops = u8::try_from(ops).ok()?;
        let home = match &mut self {
            Fast::Plain | Fast::Limited => return None,
            Fast::Local(local) | Fast::Draw { draw: local, .. } => {
                local.span = local.span.checked_add(ops)?;
                &mut local.home
            }
            Fast::Exponential { home, .. }
            | Fast::LoopNext { home, .. }
            | Fast::Pass { home, .. }
            | Fast::PassFor { home, .. }
            | Fast::Lock { home, .. }
            | Fast::Unlock { home, .. }
            | Fast::Acquire { home, .. }
            | Fast::Release { home, .. }
            | Fast::AcquireTwo { home, .. }
            | Fast::ReleaseTwo { home, .. }
            | Fast::AcquireMany { home, .. }
            | Fast::ReleaseMany { home, .. }
            | Fast::Put { home, .. }
            | Fast::Get { home, .. }
            | Fast::Read { home, .. }
            | Fast::Write { home, .. }
            | Fast::WorkOn { home, .. }
            | Fast::Admit { home, .. }
            | Fast::Done { home, .. }
            | Fast::Notify { home, .. }
            | Fast::Note { home, .. } => home,
        };
        *home = home.checked_add(ops)?;
        Some(self)
    }
}

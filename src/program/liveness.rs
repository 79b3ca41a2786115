//! Liveness: where control can go from an op, and which frame words still
//! matter there.
//!
//! Decides which words of a frame can be read again before they are written:
//! all others are leftovers (the header that was found last, a loop counter
//! that ran out, a variable that is always written first). Two states that
//! differ in leftovers alone have the same future, so an explorer of states
//! may clear them. Works on the plain ops, the only ones that a process rests
//! on. What an op means is not decided here.

use super::access::{Operand, Use};
use super::bound::BoundProgram;
use super::layout::{request, work};
use super::op::{LogArgCode, ManyCode, Op, ResourceCode, Slot, Source};
use crate::ids::OpId;

/// What an op reads and writes of its process's frame.
#[derive(Debug, Default)]
struct Operands {
    reads: Vec<Slot>,
    writes: Vec<Slot>,
    /// Those of what it reads that are descriptors of private arrays.
    arrays: Vec<Slot>,
    /// It may read and write every word.
    all: bool,
}

impl Operands {
    fn of(program: &BoundProgram, op: &Op) -> Operands {
        let mut operands = Operands::default();
        let mut op = *op;
        op.operands().into_iter().for_each(|operand| operands.add(program, operand));
        operands
    }

    fn add(&mut self, program: &BoundProgram, operand: Operand<'_>) {
        match operand {
            Operand::Nothing | Operand::Target(_) | Operand::End(_) => {}
            Operand::Access(_, code) | Operand::Named(code) => self.resource(*code),
            Operand::Many(used, many) => self.many(used, &program.many[many as usize]),
            Operand::Read(source) | Operand::Duration(source) => self.source(source),
            Operand::Written(slot) => self.writes.push(slot),
            Operand::Counter(slot) => self.counter(slot),
            Operand::Work(first) => {
                (0..work::WORDS as u32).for_each(|word| self.counter(Slot(first.0 + word)))
            }
            Operand::Request(first) => {
                (0..request::WORDS as u32).for_each(|word| self.counter(Slot(first.0 + word)))
            }
            Operand::Array(slot) => self.array(slot),
            Operand::Distribution(number) => {
                let code = &program.distributions[number as usize];
                self.counter(code.position);
                code.sampler.arguments().into_iter().for_each(|source| self.source(source));
            }
            Operand::Log(log) => program.logs[log as usize].iter().for_each(|arg| match *arg {
                LogArgCode::Value(source) => self.source(source),
                LogArgCode::Array(slot) => self.array(slot),
            }),
            Operand::Frame => self.all = true,
        }
    }

    fn source(&mut self, source: Source) {
        self.reads.extend(source.slot());
    }

    fn resource(&mut self, code: ResourceCode) {
        self.reads.extend(code.resolve().err());
    }

    fn many(&mut self, used: Use, code: &ManyCode) {
        self.resource(code.resource);
        self.source(code.count);
        match used {
            Use::Put => code.put().for_each(|source| self.source(source)),
            _ => self.source(code.operand),
        }
        code.array().into_iter().for_each(|array| self.array(array));
        self.writes.extend(code.record());
    }

    fn counter(&mut self, slot: Slot) {
        self.reads.push(slot);
        self.writes.push(slot);
    }

    fn array(&mut self, descriptor: Slot) {
        self.reads.push(descriptor);
        self.arrays.push(descriptor);
    }
}

/// The frame words that an op reads, as far as it names them.
pub fn read(program: &BoundProgram, op: &Op) -> Vec<Slot> {
    Operands::of(program, op).reads
}

/// The frame words that an op changes, of a frame with so many words.
pub fn written(program: &BoundProgram, op: &Op, frame_words: usize) -> Vec<Slot> {
    let operands = Operands::of(program, op);
    if operands.all { (0..frame_words as u32).map(Slot).collect() } else { operands.writes }
}

/// The ops to which control can go from the op at `at`; none from the last.
pub fn next_ops(program: &BoundProgram, at: usize) -> impl Iterator<Item = usize> + use<> {
    done_with(program, at).into_iter().flatten().chain(cut_short(program, at))
}

/// Where control goes from an op that was not done: whoever leaves without what it wants, or is
/// interrupted, has written nothing.
fn cut_short(program: &BoundProgram, at: usize) -> impl Iterator<Item = usize> + use<> {
    let interrupted: Vec<usize> =
        program.interruptions(at).iter().map(|interruption| interruption.otherwise.index()).collect();
    program.otherwise(at).into_iter().chain(interrupted)
}

/// Where control goes from an op that was done.
fn done_with(program: &BoundProgram, at: usize) -> [Option<usize>; 2] {
    match program.plain[at] {
        Op::Done { .. } | Op::RanOut => [None, None],
        Op::Jump { to } => [Some(to.index()), None],
        Op::JumpIfFalse { condition, to } => branch(program, condition, at + 1, to.index()),
        Op::JumpIfTrue { condition, to } => branch(program, condition, to.index(), at + 1),
        Op::LoopStart { exit, .. } => [Some(at + 1), Some(exit.index())],
        Op::LoopNext { body, .. } => [Some(at + 1), Some(body.index())],
        _ => [Some(at + 1), None],
    }
}

/// Where a condition leads; that of a constant or a parameter is known.
fn branch(program: &BoundProgram, condition: Source, if_true: usize, if_false: usize) -> [Option<usize>; 2] {
    match condition.global_index().map(|index| program.arena[index as usize]) {
        Some(0) => [Some(if_false), None],
        Some(_) => [Some(if_true), None],
        None => [Some(if_true), Some(if_false)],
    }
}

/// The ops of the process whose first op is `entry`.
pub fn ops_of(program: &BoundProgram, entry: OpId) -> std::ops::Range<usize> {
    let start = entry.index();
    let end = program.plain[start..].iter().position(|op| matches!(op, Op::Done { .. }));
    start..end.map_or(program.plain.len(), |done| start + done + 1)
}

/// Whether every process for which a run waits has a way to its end; otherwise there
/// are circles of states, or nobody gets far.
pub fn may_end(program: &BoundProgram) -> bool {
    let defs = program.processes.iter().filter(|def| def.count > 0 && !def.daemon);
    let mut entries = defs.map(|def| program.entry(def).index());
    entries.all(|entry| {
        let mut seen = vec![false; program.plain.len()];
        let mut open = vec![entry];
        while let Some(at) = open.pop() {
            if matches!(program.plain[at], Op::Done { .. }) {
                return true;
            }
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(next_ops(program, at));
            }
        }
        false
    })
}

/// Whether some process may go round in a loop that nothing counts, so that there
/// may be circles of states.
pub fn may_go_round(program: &BoundProgram) -> bool {
    program.plain.iter().enumerate().any(|(at, op)| match *op {
        // Who tries again what it waits for does not go round.
        Op::JumpIfFalse { to, .. } if matches!(program.plain[to.index()], Op::Await { .. }) => false,
        Op::Jump { to } | Op::JumpIfFalse { to, .. } | Op::JumpIfTrue { to, .. } => to.index() <= at,
        _ => false,
    })
}

/// Which words of a frame matter where.
#[derive(Debug, Clone)]
pub struct LiveWords {
    first: usize,
    /// 64-bit blocks an op.
    blocks: usize,
    bits: Vec<u64>,
    /// The frame words that hold descriptors of private arrays which some op uses.
    pub arrays: Vec<Slot>,
}

impl LiveWords {
    /// Of the process whose first op is `entry` and whose frames have so many
    /// words. Takes time in proportion to ops times words, in most programs.
    pub fn new(program: &BoundProgram, entry: OpId, frame_words: usize) -> LiveWords {
        let range = ops_of(program, entry);
        let blocks = frame_words.div_ceil(64);
        let mut operands: Vec<Operands> =
            program.plain[range.clone()].iter().map(|op| Operands::of(program, op)).collect();
        for held in program.held.iter().filter(|held| range.contains(&held.from.index())) {
            // Whoever ends the process gives back what it holds, also if it never would.
            let inside = held.from.index() - range.start..=held.to.index() - range.start;
            operands[inside].iter_mut().for_each(|operands| operands.resource(held.resource));
        }
        for request in program.requests.iter().filter(|request| range.contains(&request.from.index())) {
            // Others look whether they go before it.
            let inside = request.from.index() - range.start..request.to.index() - range.start;
            let words = (0..request::WORDS as u32).map(|word| Slot(request.words.0 + word));
            operands[inside].iter_mut().for_each(|operands| operands.reads.extend(words.clone()));
        }
        for timeout in program.timeouts.iter().filter(|timeout| range.contains(&timeout.wait.index())) {
            operands[timeout.wait.index() - range.start].reads.push(timeout.until);
        }
        for choice in program.choices.iter().filter(|choice| range.contains(&choice.get.index())) {
            operands[choice.get.index() - range.start].reads.extend(choice.accepts.reads());
        }
        let mut live =
            LiveWords { first: range.start, blocks, bits: vec![0; range.len() * blocks], arrays: Vec::new() };
        let mut changed = true;
        while changed {
            changed = false;
            for at in range.clone().rev() {
                changed |= live.update(program, at, &operands[at - range.start]);
            }
        }
        live.arrays.extend(operands.iter().flat_map(|operands| &operands.arrays));
        live.arrays.sort_unstable_by_key(|slot| slot.0);
        live.arrays.dedup();
        live
    }

    /// What matters before the op is what it reads, what matters behind it but for what it
    /// writes, and what matters where it is cut short.
    fn update(&mut self, program: &BoundProgram, at: usize, operands: &Operands) -> bool {
        let mut before = vec![0u64; self.blocks];
        done_with(program, at).into_iter().flatten().for_each(|next| self.add_to(&mut before, next));
        if operands.all {
            before.fill(u64::MAX);
        }
        for slot in &operands.writes {
            before[slot.0 as usize / 64] &= !(1 << (slot.0 % 64));
        }
        cut_short(program, at).for_each(|next| self.add_to(&mut before, next));
        for slot in &operands.reads {
            before[slot.0 as usize / 64] |= 1 << (slot.0 % 64);
        }
        let own = (at - self.first) * self.blocks;
        let own = &mut self.bits[own..own + self.blocks];
        let changed = own != before;
        own.copy_from_slice(&before);
        changed
    }

    /// Adds what matters before the op at `at`.
    fn add_to(&self, words: &mut [u64], at: usize) {
        let from = (at - self.first) * self.blocks;
        words.iter_mut().zip(&self.bits[from..from + self.blocks]).for_each(|(word, bits)| *word |= bits);
    }

    /// Whether frame word `slot` can still be read by a process that executes
    /// `op` next, or waits on it.
    pub fn matters(&self, op: usize, slot: u32) -> bool {
        let block = (op - self.first) * self.blocks + slot as usize / 64;
        self.bits[block] >> (slot % 64) & 1 == 1
    }
}

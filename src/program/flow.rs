//! Where control can go from an op, and which frame words still matter there.
//!
//! Decides which words of a frame can be read again before they are written:
//! all others are leftovers (the header that was found last, a loop counter
//! that ran out, a variable that is always written first). Two states that
//! differ in leftovers alone have the same future, so an explorer of states
//! may clear them. Works on the plain ops, the only ones that a process rests
//! on. What an op means is not decided here.

use super::bind::Image;
use super::layout::frame;
use super::op::{LogArgCode, Op, ResourceCode, Sampler, Slot, Source};
use crate::ids::OpId;

/// What an op reads and writes of its process's frame.
#[derive(Debug, Default)]
struct Operands {
    reads: Vec<Slot>,
    writes: Vec<Slot>,
    /// It may read and write every word.
    all: bool,
}

impl Operands {
    fn source(&mut self, source: Source) {
        self.reads.extend(source.slot());
    }

    fn resource(&mut self, code: ResourceCode) {
        self.reads.extend(code.resolve().err());
    }

    fn of(image: &Image, op: &Op) -> Operands {
        let mut operands = Operands::default();
        let o = &mut operands;
        match *op {
            Op::Begin | Op::Done | Op::Jump { .. } | Op::Skip { .. } | Op::Atomic { .. } => {}
            Op::StartAfter { wait } | Op::Delay { wait } | Op::Work { wait } => o.source(wait),
            Op::JumpIfFalse { condition, .. } | Op::JumpIfTrue { condition, .. } => o.source(condition),
            Op::LoopStart { left, times, .. } => {
                o.source(times);
                o.writes.push(left);
            }
            Op::LoopNext { left, .. } => o.reads.push(left),
            Op::Copy { into, from } => {
                o.source(from);
                o.writes.push(into);
            }
            Op::Unary { into, a, .. } => {
                o.source(a);
                o.writes.push(into);
            }
            Op::Binary { into, a, b, .. } => {
                o.source(a);
                o.source(b);
                o.writes.push(into);
            }
            Op::Now { into } => o.writes.push(into),
            Op::Element { into, array, index } => {
                o.reads.push(array);
                o.source(index);
                o.writes.push(into);
            }
            Op::SetElement { array, index, value } => {
                o.reads.push(array);
                o.source(index);
                o.source(value);
            }
            Op::Draw { into, distribution } => {
                let code = &image.distributions[distribution as usize];
                o.reads.push(code.position);
                o.sampler(&code.sampler);
                o.writes.push(into);
            }
            Op::Find { into, index, .. } => {
                o.source(index);
                o.writes.push(into);
            }
            Op::Lock { mutex: code } | Op::Unlock { mutex: code } => o.resource(code),
            Op::Acquire { semaphore: code } | Op::Release { semaphore: code } => o.resource(code),
            Op::AcquireMany { semaphore, left } | Op::ReleaseMany { semaphore, left } => {
                o.resource(semaphore);
                o.reads.push(left);
            }
            Op::Put { buffer, value } => {
                o.resource(buffer);
                o.source(value);
            }
            Op::Take { buffer } => o.resource(buffer),
            Op::Get { buffer, into } => {
                o.resource(buffer);
                o.writes.push(into);
            }
            Op::PutMany { many } | Op::GetMany { many } | Op::ReadMany { many } => {
                let code = image.many[many as usize];
                o.resource(code.resource);
                o.source(code.count);
                o.source(code.operand);
                o.reads.extend(code.array);
            }
            Op::Write { memory, at, value } => {
                o.resource(memory);
                o.source(at);
                o.source(value);
            }
            Op::Read { memory, at, into } => {
                o.resource(memory);
                o.source(at);
                o.writes.push(into);
            }
            Op::Wait { condition, mutex } => {
                o.resource(condition);
                mutex.into_iter().for_each(|mutex| o.resource(mutex));
            }
            Op::Notify { condition } | Op::NotifyAll { condition } => o.resource(condition),
            Op::Level { into, resource: code } | Op::Capacity { into, buffer: code } => {
                o.resource(code);
                o.writes.push(into);
            }
            Op::Log { log } => {
                for arg in &image.logs[log as usize] {
                    match *arg {
                        LogArgCode::Value(source) => o.source(source),
                        LogArgCode::Array(slot) => o.reads.push(slot),
                    }
                }
            }
            Op::Mark { value, .. } => o.source(value),
            Op::Call { .. } => o.all = true,
            fused => unreachable!("{fused:?} is fused, and no process rests on it"),
        }
        operands
    }

    fn sampler(&mut self, sampler: &Sampler) {
        match sampler {
            Sampler::Constant { value } => self.source(*value),
            Sampler::Exponential { mean } => self.source(*mean),
            Sampler::UniformInt { low, high } => {
                self.source(*low);
                self.source(*high);
            }
            Sampler::Family { arguments, .. } => arguments.iter().for_each(|&source| self.source(source)),
            Sampler::Choice { values, weights } => {
                values.iter().chain(weights).for_each(|&source| self.source(source));
            }
            Sampler::CpythonRandint { seed, low, high } => {
                self.source(*seed);
                self.source(*low);
                self.source(*high);
            }
        }
    }
}

/// The frame words that an op reads, as far as it names them.
pub fn read(image: &Image, op: &Op) -> Vec<Slot> {
    Operands::of(image, op).reads
}

/// The frame words that an op changes, of a frame with so many words.
pub fn written(image: &Image, op: &Op, frame_words: usize) -> Vec<Slot> {
    let mut operands = Operands::of(image, op);
    if operands.all {
        return (0..frame_words as u32).map(Slot).collect();
    }
    match *op {
        Op::LoopNext { left, .. } | Op::AcquireMany { left, .. } | Op::ReleaseMany { left, .. } => {
            operands.writes.push(left);
        }
        Op::Draw { distribution, .. } => {
            operands.writes.push(image.distributions[distribution as usize].position);
        }
        _ => {}
    }
    operands.writes
}

/// The private array whose descriptor an op names, if it names one.
fn array_of(image: &Image, op: &Op) -> Vec<Slot> {
    match *op {
        Op::Element { array, .. } | Op::SetElement { array, .. } => vec![array],
        Op::PutMany { many } | Op::GetMany { many } | Op::ReadMany { many } => {
            image.many[many as usize].array.into_iter().collect()
        }
        Op::Log { log } => {
            let arrays = image.logs[log as usize].iter().filter_map(|arg| match arg {
                LogArgCode::Array(slot) => Some(*slot),
                LogArgCode::Value(_) => None,
            });
            arrays.collect()
        }
        _ => Vec::new(),
    }
}

/// The ops to which control can go from the op at `at`; none from the last.
pub fn next_ops(image: &Image, at: usize) -> [Option<usize>; 2] {
    match image.plain[at] {
        Op::Done => [None, None],
        Op::Jump { to } | Op::Skip { to } => [Some(to.index()), None],
        Op::JumpIfFalse { condition, to } => branch(image, condition, at + 1, to.index()),
        Op::JumpIfTrue { condition, to } => branch(image, condition, to.index(), at + 1),
        Op::LoopStart { exit, .. } => [Some(at + 1), Some(exit.index())],
        Op::LoopNext { body, .. } => [Some(at + 1), Some(body.index())],
        _ => [Some(at + 1), None],
    }
}

/// Where a condition leads; that of a constant or a parameter is known.
fn branch(image: &Image, condition: Source, if_true: usize, if_false: usize) -> [Option<usize>; 2] {
    match condition.global_index().map(|index| image.arena[index as usize]) {
        Some(0) => [Some(if_false), None],
        Some(_) => [Some(if_true), None],
        None => [Some(if_true), Some(if_false)],
    }
}

/// The ops of the process whose first op is `entry`.
pub fn ops_of(image: &Image, entry: OpId) -> std::ops::Range<usize> {
    let start = entry.index();
    let end = image.plain[start..].iter().position(|op| matches!(op, Op::Done));
    start..end.map_or(image.plain.len(), |done| start + done + 1)
}

/// Whether every process has a way to its end; otherwise there are circles of
/// states, or nobody gets far.
pub fn may_end(image: &Image) -> bool {
    let defs = image.processes.iter().filter(|def| def.count > 0);
    // The frames of many instances are held once, so a word of one is asked for.
    let mut entries = defs
        .map(|def| image.arena.word(image.frames[def.first.index()] as usize + frame::STATE) as u32 as usize);
    entries.all(|entry| {
        let mut seen = vec![false; image.plain.len()];
        let mut open = vec![entry];
        while let Some(at) = open.pop() {
            if matches!(image.plain[at], Op::Done) {
                return true;
            }
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(next_ops(image, at).into_iter().flatten());
            }
        }
        false
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
    pub fn new(image: &Image, entry: OpId, frame_words: usize) -> LiveWords {
        let range = ops_of(image, entry);
        let blocks = frame_words.div_ceil(64);
        let operands: Vec<Operands> =
            image.plain[range.clone()].iter().map(|op| Operands::of(image, op)).collect();
        let mut live =
            LiveWords { first: range.start, blocks, bits: vec![0; range.len() * blocks], arrays: Vec::new() };
        let mut changed = true;
        while changed {
            changed = false;
            for at in range.clone().rev() {
                changed |= live.update(image, at, &operands[at - range.start]);
            }
        }
        for op in &image.plain[range] {
            live.arrays.extend(array_of(image, op));
        }
        live.arrays.sort_unstable_by_key(|slot| slot.0);
        live.arrays.dedup();
        live
    }

    /// What matters before the op is what it reads, and what matters behind it
    /// but for what it writes.
    fn update(&mut self, image: &Image, at: usize, operands: &Operands) -> bool {
        let mut before = vec![0u64; self.blocks];
        for next in next_ops(image, at).into_iter().flatten() {
            let from = (next - self.first) * self.blocks;
            before.iter_mut().zip(&self.bits[from..from + self.blocks]).for_each(|(a, b)| *a |= b);
        }
        if operands.all {
            before.fill(u64::MAX);
        }
        for slot in &operands.writes {
            before[slot.0 as usize / 64] &= !(1 << (slot.0 % 64));
        }
        for slot in &operands.reads {
            before[slot.0 as usize / 64] |= 1 << (slot.0 % 64);
        }
        let own = (at - self.first) * self.blocks;
        let own = &mut self.bits[own..own + self.blocks];
        let changed = own != before;
        own.copy_from_slice(&before);
        changed
    }

    /// Whether frame word `slot` can still be read by a process that executes
    /// `op` next, or waits on it.
    pub fn matters(&self, op: usize, slot: u32) -> bool {
        let block = (op - self.first) * self.blocks + slot as usize / 64;
        self.bits[block] >> (slot % 64) & 1 == 1
    }
}

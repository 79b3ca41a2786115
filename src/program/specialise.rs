//! Ops that have in themselves what is known as soon as parameters have
//! values: constants, where a resource lies, how long a memory is.
//!
//! As with the fused ops, such an op stands in the place of a plain one, which
//! does what is rare: faults, waits, whatever does not fit.

use super::bind::BoundProgram;
use super::fuse::{Scope, skips};
use super::layout::resource;
use super::op::{FrameRelative, ManyCode, Op, ResourceCode, Source};
use crate::arithmetic::BinaryOp;
use crate::value::Word;

/// Puts what is known into the ops of `code`. `quiet`: these are ops of runs
/// without a trace.
pub(super) fn specialise(program: &BoundProgram, code: &mut [Op], scopes: &[Scope], quiet: bool) {
    let mut first = 0;
    for scope in scopes {
        for at in first..scope.end {
            let known = Known { program, scope, quiet };
            if let Some(op) = known.special(&code[..scope.end], at) {
                code[at] = op;
            }
        }
        for at in first..scope.end {
            if let Some(op) = next_slot(&code[at..scope.end]) {
                code[at] = op;
            }
        }
        for at in first..scope.end {
            if let Some(op) = both_slots(&code[at..scope.end]) {
                code[at] = op;
            }
        }
        for at in first..scope.end {
            if let Some(op) = with_neighbour(&code[at..scope.end]) {
                code[at] = op;
            }
        }
        first = scope.end;
    }
    for at in 0..code.len() {
        if let Op::Skip { to } = code[at]
            && let Some(op) = from_before(code[to.index()], to.index() - at)
        {
            code[at] = op;
        }
    }
}

/// An op for a place so many ops before its own, in front of which all is left
/// out: processes that waited go on there. Only such as do all they do where
/// they stand, or else leave it to the plain op in their own place.
fn from_before(op: Op, ops: usize) -> Option<Op> {
    let longer = |span: u8| u8::try_from(usize::from(span) + ops).ok();
    Some(match op {
        Op::AddKnown { into, a, by, span } => Op::AddKnown { into, a, by, span: longer(span)? },
        Op::ReadNext { slots, content, at, into, span } => {
            Op::ReadNext { slots, content, at, into, span: longer(span)? }
        }
        Op::ReadSome { count, slots, content, at, array, span } => {
            Op::ReadSome { count, slots, content, at, array, span: longer(span)? }
        }
        Op::WriteNext { slots, content, at, value, span } => {
            Op::WriteNext { slots, content, at, value, span: longer(span)? }
        }
        Op::WriteBoth { slots, contents, at, value, span } => {
            Op::WriteBoth { slots, contents, at, value, span: longer(span)? }
        }
        Op::CountBoth { slots, contents, at, value, span } => {
            Op::CountBoth { slots, contents, at, value, span: longer(span)? }
        }
        Op::ReadGive { slots, content, at, into, header, span } => {
            Op::ReadGive { slots, content, at, into, header, span: longer(span)? }
        }
        _ => return None,
    })
}

struct Known<'a> {
    program: &'a BoundProgram,
    scope: &'a Scope,
    quiet: bool,
}

impl Known<'_> {
    /// The special form of op `at`, if it has one.
    fn special(&self, code: &[Op], at: usize) -> Option<Op> {
        Some(match code[at] {
            Op::Delay { wait } => Op::DelayFor { nanos: self.word(wait)? },
            Op::LoopDelay { left, body, wait } => {
                Op::LoopDelayFor { left: left.0.try_into().ok()?, body, nanos: self.word(wait)? }
            }
            Op::Binary { op: BinaryOp::AddInt, into, a, b } => match (a.slot(), self.word(b)) {
                (Some(a), Some(by)) if i32::try_from(by as i64).is_ok() => {
                    Op::AddKnown { into, a, by: by as i32, span: 1 }
                }
                _ => Op::Add { into, a: self.near(a)?, b: self.near(b)? },
            },
            Op::Binary { op: BinaryOp::SubInt, into, a, b } => {
                Op::Subtract { into, a: self.near(a)?, b: self.near(b)? }
            }
            Op::AddRem { into, by, modulo } => {
                let (by, modulo) = (self.number(by)?, self.number(modulo)?);
                let span = 2 + skips(code, at + 2) as u8;
                (by <= modulo).then_some(Op::Wrap { into, by, modulo, span })?
            }
            Op::TakeMany { semaphore, times, span } => {
                Op::TakeSome { header: header(semaphore)? as u32, times: self.number(times)?, span }
            }
            Op::GiveMany { semaphore, times, span } => {
                Op::GiveSome { header: header(semaphore)? as u32, times: self.number(times)?, span }
            }
            Op::ExponentialDelay { distribution, mean } => self.exponential(distribution, mean)?,
            Op::Get { buffer, into } => Op::GetNear { buffer: header(buffer)? as u32, into },
            Op::Write { memory, at, value } => {
                let (content, slots) = self.memory(memory)?;
                Op::WriteNear { slots, content, at: self.near(at)?, value: self.near(value)? }
            }
            Op::Read { memory, at, into } => {
                let (content, slots) = self.memory(memory)?;
                Op::ReadNear { slots, content, at: self.near(at)?, into }
            }
            Op::ReadMany { many } => {
                let ManyCode { resource, count, operand, array } = self.program.many[many as usize];
                let (content, slots) = self.memory(resource)?;
                let count = u8::try_from(self.number(count)?).ok()?;
                let span = 1 + skips(code, at + 1) as u8;
                let array = array?.0.try_into().ok()?;
                Op::ReadSome { count, slots, content, at: self.near(operand)?, array, span }
            }
            _ => return None,
        })
    }

    /// A word that no run changes.
    fn word(&self, source: Source) -> Option<Word> {
        source.global_index().map(|global| self.program.arena[global as usize])
    }

    fn exponential(&self, distribution: u32, mean: Source) -> Option<Op> {
        let above_zero = |mean| f64::from_bits(mean) > 0.0;
        self.word(mean).filter(|&mean| above_zero(mean))?;
        let mean = mean.global_index()?;
        let code = &self.program.distributions[distribution as usize];
        let near = || {
            Some(Op::ExponentialNear {
                ahead: self.scope.frame.and(code.ahead.0.try_into().ok())?,
                stream: self.program.first_stream(code.process) + code.purpose,
                mean,
                position: code.position.0.try_into().ok()?,
            })
        };
        Some(near().unwrap_or(Op::ExponentialKnown { distribution, mean }))
    }

    /// Such a word, if it is from 1 to 2^32 - 1.
    fn number(&self, source: Source) -> Option<u32> {
        self.word(source).and_then(|word| u32::try_from(word).ok()).filter(|&number| number > 0)
    }

    fn near(&self, source: Source) -> Option<FrameRelative> {
        FrameRelative::of(source, self.scope.frame)
    }

    /// Where the slots of a memory begin, or if there are events its header, which
    /// they need too; and how many slots there are.
    fn memory(&self, memory: ResourceCode) -> Option<(u32, u16)> {
        let header = header(memory)?;
        let word = |offset: usize| self.program.arena[header + offset];
        let content = if self.quiet { word(resource::CONTENT) } else { header as u64 };
        Some((content.try_into().ok()?, word(resource::CAPACITY).try_into().ok()?))
    }
}

/// An access to a slot, and the step of the index to the next slot, in one.
fn next_slot(code: &[Op]) -> Option<Op> {
    let &[access, Op::Wrap { into, by: 1, modulo, span }, ..] = code else { return None };
    let index = FrameRelative::of(into.source(), None)?;
    let steps = |at, slots| at == index && modulo == u32::from(slots);
    let span = span + 1;
    match access {
        Op::WriteNear { slots, content, at, value } if steps(at, slots) => {
            Some(Op::WriteNext { slots, content, at: into, value, span })
        }
        Op::ReadNear { slots, content, at, into: value } if steps(at, slots) && value != into => {
            Some(Op::ReadNext { slots, content, at: into, into: value, span })
        }
        _ => None,
    }
}

/// A value written to two memories, and the step of the index, in one.
fn both_slots(code: &[Op]) -> Option<Op> {
    let &[Op::WriteNear { slots, content, at, value }, next, ..] = code else { return None };
    let Op::WriteNext { slots: others, content: other, at: index, value: same, span } = next else {
        return None;
    };
    let alike = slots == others && value == same && Some(at) == FrameRelative::of(index.source(), None);
    let [at, value] = [at.short()?, value.short()?];
    let span = span.checked_add(1)?;
    alike.then_some(Op::WriteBoth { slots, contents: [content, other], at, value, span })
}

/// An access to slots with what comes before or after it.
fn with_neighbour(code: &[Op]) -> Option<Op> {
    match *code.first()? {
        Op::AddKnown { into, a, by: 1, span: count } if into == a => {
            let Op::WriteBoth { slots, contents, at, value, span } = *code.get(usize::from(count))? else {
                return None;
            };
            let span = span.checked_add(count)?;
            let is_value = u32::from(value) == into.0 && at != value;
            is_value.then_some(Op::CountBoth { slots, contents, at, value, span })
        }
        Op::ReadNext { slots, content, at, into, span: read } => {
            let Op::GiveOne { header, offset, span } = *code.get(usize::from(read))? else { return None };
            let [at, into] = [at.0.try_into().ok()?, into.0.try_into().ok()?];
            let is_last = offset + 1 == span;
            let span = u8::try_from(u16::from(read) + span).ok()?;
            is_last.then_some(Op::ReadGive { slots, content, at, into, header, span })
        }
        _ => None,
    }
}

fn header(code: ResourceCode) -> Option<usize> {
    code.resolve().ok()
}

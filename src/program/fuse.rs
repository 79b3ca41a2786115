//! Fused ops: one op for a run of ops that usually go through without a wait.
//!
//! A fused op overwrites only the first of its ops. A process that has to
//! wait in the middle stands on the plain op, which is still in place, and
//! goes on from there; a jump into the middle finds plain ops too. So fusing
//! changes no state that a process can wait in, no event and no fault.

use super::op::{DistributionCode, Op, RunEntry, Sampler, Slot};
use crate::arithmetic::BinaryOp;
use crate::value::Type;

/// The longest run of permits that one op takes or gives.
const MAX_RUN: usize = 64;

/// The ops of one process definition.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// The first op behind them.
    pub(super) end: usize,
    /// Where the frame of the process is, if it is the only instance.
    pub(super) frame: Option<u32>,
    /// The first frame word behind the variables: later ones are read by no
    /// step but the one that writes them.
    pub(super) temporaries: u32,
}

/// Fuses what can be fused, from `plain` into its copy `code`; resources must
/// be bound. Adds to the table that the runs refer to.
pub(super) fn fuse(
    plain: &[Op],
    code: &mut [Op],
    scopes: &[Scope],
    distributions: &[DistributionCode],
    runs: &mut Vec<RunEntry>,
) {
    let mut at = 0;
    for scope in scopes {
        while at < scope.end {
            at += fuse_at(&plain[..scope.end], code, scope, distributions, at, runs);
        }
    }
}

/// Fuses at op `at` if possible; gives by how many ops to move on. Ops inside
/// a fused run are entered only after a wait.
fn fuse_at(
    plain: &[Op],
    code: &mut [Op],
    scope: &Scope,
    distributions: &[DistributionCode],
    at: usize,
    runs: &mut Vec<RunEntry>,
) -> usize {
    let (taken, span) = run_of(plain, at, take_of);
    if span > 1 && !taken.is_empty() {
        code[at] = take_run(&taken, span, runs);
        // Who has waited inside goes on with what is left of the run.
        for next in 1..taken.len().saturating_sub(1) {
            let ops = taken[next].offset();
            let rest: Vec<RunEntry> = taken[next..].iter().map(|entry| entry.earlier(ops)).collect();
            code[at + ops] = take_run(&rest, span - ops, runs);
        }
        return span;
    }
    let (given, span) = run_of(plain, at, give_of);
    if span > 1 && !given.is_empty() {
        code[at] = give_run(&given, span, runs);
        return span;
    }
    // What is written between two fused ops is left out if nobody can read it.
    let is_temporary = |slot: Slot| slot.0 >= scope.temporaries;
    match (plain[at], plain.get(at + 1)) {
        (Op::LoopStart { left, times, .. }, Some(Op::AcquireMany { semaphore, left: other }))
            if left == *other && semaphore.resolve().is_ok() =>
        {
            let span = 2 + skips(plain, at + 2);
            code[at] = Op::TakeMany { semaphore: *semaphore, times, span: span as u8 };
            span
        }
        (Op::LoopStart { left, times, .. }, Some(Op::ReleaseMany { semaphore, left: other }))
            if left == *other && semaphore.resolve().is_ok() =>
        {
            let span = 2 + skips(plain, at + 2);
            code[at] = Op::GiveMany { semaphore: *semaphore, times, span: span as u8 };
            span
        }
        (
            Op::Binary { op: BinaryOp::AddInt, into: sum, a, b: by },
            Some(Op::Binary { op: BinaryOp::RemInt, into, a: dividend, b: modulo }),
        ) if *dividend == sum.source() && a == into.source() && is_temporary(sum) => {
            code[at] = Op::AddRem { into: *into, by, modulo: *modulo };
            2
        }
        (Op::Draw { into, distribution }, Some(Op::Delay { wait })) if *wait == into.source() => {
            let drawn = &distributions[distribution as usize];
            code[at] = match drawn.sampler {
                Sampler::Exponential { mean }
                    if drawn.ty == Type::Duration && is_temporary(into) && drawn.is_made_ahead() =>
                {
                    Op::ExponentialDelay { distribution, mean }
                }
                _ => Op::DrawDelay { into, distribution },
            };
            2
        }
        (Op::Now { into }, Some(Op::Put { buffer, value })) if *value == into.source() => {
            if let Ok(buffer) = buffer.resolve() {
                code[at] = Op::PutNow { buffer: buffer as u32, into };
            }
            2
        }
        (Op::Now { into: now }, Some(Op::Binary { op: BinaryOp::SubInt, into: time, a, b: since }))
            if *a == now.source() && is_temporary(now) && is_temporary(*time) =>
        {
            let Some(since) = since.slot() else { return 1 };
            match plain.get(at + 2) {
                Some(Op::Binary { op: BinaryOp::AddInt, into: total, a, b })
                    if *a == total.source() && *b == time.source() =>
                {
                    code[at] = Op::AddSince { total: *total, since };
                    3
                }
                _ => 1,
            }
        }
        (Op::LoopNext { left, body }, _) => {
            if let Op::Delay { wait } = plain[body.index()] {
                code[at] = Op::LoopDelay { left, body, wait };
            }
            1
        }
        _ => 1,
    }
}

/// The op that takes these, which span so many ops.
fn take_run(taken: &[RunEntry], span: usize, runs: &mut Vec<RunEntry>) -> Op {
    match semaphores(taken) {
        Some(&[one]) => {
            Op::TakeOne { header: one.header() as u32, offset: one.offset() as u16, span: span as u16 }
        }
        Some(&[a, b]) => {
            let offsets = [a.offset() as u8, b.offset() as u8];
            Op::TakeTwo { headers: [a.header() as u32, b.header() as u32], offsets, span: span as u8 }
        }
        _ => {
            let first = runs.len() as u32;
            runs.extend(taken);
            Op::TakeRun { first, len: taken.len() as u16, span: span as u16 }
        }
    }
}

/// The op that gives these back, which span so many ops.
fn give_run(given: &[RunEntry], span: usize, runs: &mut Vec<RunEntry>) -> Op {
    match semaphores(given) {
        Some(&[one]) => {
            Op::GiveOne { header: one.header() as u32, offset: one.offset() as u16, span: span as u16 }
        }
        Some(&[a, b]) => {
            let offsets = [a.offset() as u8, b.offset() as u8];
            Op::GiveTwo { headers: [a.header() as u32, b.header() as u32], offsets, span: span as u8 }
        }
        _ => {
            let first = runs.len() as u32;
            runs.extend(given);
            Op::GiveRun { first, len: given.len() as u16, span: span as u16 }
        }
    }
}

/// The run that begins at `at`, and how many ops it spans with those that are
/// left out.
fn run_of(plain: &[Op], at: usize, entry: impl Fn(Op, usize) -> Option<RunEntry>) -> (Vec<RunEntry>, usize) {
    let mut run = Vec::new();
    let mut span = 0;
    for &op in plain[at..].iter().take(MAX_RUN) {
        match entry(op, span) {
            Some(entry) => run.push(entry),
            None if matches!(op, Op::Skip { .. }) => {}
            None => break,
        }
        span += 1;
    }
    (run, span)
}

/// How many ops from `at` on are left out.
pub(super) fn skips(plain: &[Op], at: usize) -> usize {
    plain[at..].iter().take(MAX_RUN).take_while(|op| matches!(op, Op::Skip { .. })).count()
}

/// The run again, if there are only semaphores in it.
fn semaphores(run: &[RunEntry]) -> Option<&[RunEntry]> {
    run.iter().all(|entry| entry.owner_mask() == 0).then_some(run)
}

/// What a run has of an op that takes, so many ops behind its beginning.
fn take_of(op: Op, offset: usize) -> Option<RunEntry> {
    match op {
        Op::Lock { mutex } => mutex.resolve().ok().map(|header| RunEntry::new(header, true, offset)),
        Op::Acquire { semaphore } => {
            semaphore.resolve().ok().map(|header| RunEntry::new(header, false, offset))
        }
        Op::NoteLock { mutex } => Some(RunEntry::noted(mutex as usize, offset)),
        _ => None,
    }
}

/// The same of an op that gives back.
fn give_of(op: Op, offset: usize) -> Option<RunEntry> {
    match op {
        Op::Unlock { mutex } => mutex.resolve().ok().map(|header| RunEntry::new(header, true, offset)),
        Op::Release { semaphore } => {
            semaphore.resolve().ok().map(|header| RunEntry::new(header, false, offset))
        }
        Op::NoteUnlock { mutex } => Some(RunEntry::noted(mutex as usize, offset)),
        _ => None,
    }
}

//! Fused ops: one op for a run of ops that usually go through without a wait.
//!
//! A fused op overwrites only the first of its ops. A process that has to
//! wait in the middle stands on the plain op, which is still in place, and
//! goes on from there; a jump into the middle finds plain ops too. So fusing
//! changes no state that a process can wait in, no event and no fault.

use super::op::{DistributionCode, Op, ResourceCode, RunEntry, Sampler};
use crate::arithmetic::BinaryOp;
use crate::value::Type;

/// The longest run of permits that one op takes or gives.
const MAX_RUN: usize = 64;

/// Fuses what can be fused, from `plain` into its copy `code`; resources must
/// be bound. Gives the table that the
/// runs refer to.
pub(super) fn fuse(plain: &[Op], code: &mut [Op], distributions: &[DistributionCode]) -> Vec<RunEntry> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < plain.len() {
        at += fuse_at(plain, code, distributions, at, &mut runs);
    }
    runs
}

/// Fuses at op `at` if possible; gives by how many ops to move on. Ops inside
/// a fused run need no fused form of their own: they are entered only after a
/// wait.
fn fuse_at(
    plain: &[Op],
    code: &mut [Op],
    distributions: &[DistributionCode],
    at: usize,
    runs: &mut Vec<RunEntry>,
) -> usize {
    let taken = run_of(plain, at, take_of);
    if taken.len() > 1 {
        let len = taken.len();
        code[at] = Op::TakeRun { first: runs.len() as u32, len: len as u32 };
        runs.extend(taken);
        return len;
    }
    let given = run_of(plain, at, give_of);
    if given.len() > 1 {
        let len = given.len();
        code[at] = Op::GiveRun { first: runs.len() as u32, len: len as u32 };
        runs.extend(given);
        return len;
    }
    match (plain[at], plain.get(at + 1)) {
        (Op::LoopStart { left, times, .. }, Some(Op::AcquireMany { semaphore, left: other }))
            if left == *other && semaphore.resolve().is_ok() =>
        {
            code[at] = Op::TakeMany { semaphore: *semaphore, left, times };
            2
        }
        (Op::LoopStart { left, times, .. }, Some(Op::ReleaseMany { semaphore, left: other }))
            if left == *other && semaphore.resolve().is_ok() =>
        {
            code[at] = Op::GiveMany { semaphore: *semaphore, left, times };
            2
        }
        (
            Op::Binary { op: BinaryOp::AddInt, into: sum, a, b: by },
            Some(Op::Binary { op: BinaryOp::RemInt, into, a: dividend, b: modulo }),
        ) if *dividend == sum.source() && a == into.source() && sum != *into => {
            code[at] = Op::AddRem { into: *into, by, modulo: *modulo };
            2
        }
        (Op::Draw { into, distribution }, Some(Op::Delay { wait })) if *wait == into.source() => {
            let drawn = &distributions[distribution as usize];
            code[at] = match drawn.sampler {
                Sampler::Exponential { mean } if drawn.ty == Type::Duration => {
                    Op::ExponentialDelay { distribution, mean }
                }
                _ => Op::DrawDelay { into, distribution },
            };
            2
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

fn run_of(plain: &[Op], at: usize, entry: impl Fn(Op) -> Option<RunEntry>) -> Vec<RunEntry> {
    plain[at..].iter().take(MAX_RUN).map_while(|&op| entry(op)).collect()
}

fn take_of(op: Op) -> Option<RunEntry> {
    match op {
        Op::Lock { mutex } => bound(mutex, true),
        Op::Acquire { semaphore } => bound(semaphore, false),
        _ => None,
    }
}

fn give_of(op: Op) -> Option<RunEntry> {
    match op {
        Op::Unlock { mutex } => bound(mutex, true),
        Op::Release { semaphore } => bound(semaphore, false),
        _ => None,
    }
}

fn bound(code: ResourceCode, is_mutex: bool) -> Option<RunEntry> {
    code.resolve().ok().map(|header| RunEntry::new(header, is_mutex))
}

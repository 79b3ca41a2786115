//! Daemons that do nothing any more but let time pass, for ever.
//!
//! Decides that where nobody else has anything to wait for but the others, nothing comes of that: the clock
//! need not move for it, and no end is another because of it.

use crate::ids::OpId;
use crate::program::{BoundProgram, Op, Source, next_ops, ops_of};
use crate::value::Word;

/// By op: a daemon whose delay ends in front of it concerns nobody from there on, breaks no rule and never
/// ends. `local` says by op whether it concerns nobody else.
pub(super) fn idle_ops(program: &BoundProgram, local: &[bool]) -> Vec<bool> {
    let mut idle = vec![false; program.plain.len()];
    for def in program.processes.iter().filter(|def| def.daemon && def.count > 0) {
        for op in ops_of(program, OpId::from_index(program.entry(def).index())) {
            let is_behind_delay = op > 0 && is_delay(&program.plain[op - 1]);
            idle[op] = is_behind_delay && only_lets_time_pass(program, local, op);
        }
    }
    idle
}

fn is_delay(op: &Op) -> bool {
    matches!(op, Op::Delay { .. } | Op::Work { .. })
}

/// The value of an operand that no process changes.
fn known(program: &BoundProgram, source: Source) -> Option<Word> {
    source.global_index().map(|word| program.arena[word as usize])
}

/// Whether on every way from an op on there are but delays of a length that is known and harmless ops between
/// them, again and again.
fn only_lets_time_pass(program: &BoundProgram, local: &[bool], from: usize) -> bool {
    let mut seen = vec![false; program.plain.len()];
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        let op = program.plain[at];
        let next: Vec<usize> = match op {
            Op::JumpIfFalse { condition, to } | Op::JumpIfTrue { condition, to } => {
                let Some(word) = known(program, condition) else { return false };
                let is_for = matches!(op, Op::JumpIfTrue { .. });
                vec![if (word != 0) == is_for { to.index() } else { at + 1 }]
            }
            Op::Delay { wait } | Op::Work { wait } => match known(program, wait) {
                Some(wait) if wait as i64 > 0 => vec![at + 1],
                _ => return false,
            },
            Op::Jump { .. } | Op::Log { .. } | Op::Mark { .. } => next_ops(program, at).collect(),
            _ => return false,
        };
        // Back without a delay between would be a loop that never waits.
        let is_loop = |&to: &usize| to <= at && !program.plain[to..at].iter().any(is_delay);
        if !local[at] || next.iter().any(is_loop) {
            return false;
        }
        open.extend(next);
    }
    true
}

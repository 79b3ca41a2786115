//! What is always the same when an instance of a process comes to an op: its
//! index, what is calculated from it and from parameters, and so which instance
//! of a resource an op means.
//!
//! Constant propagation over the plain ops, instance by instance. What is not
//! known to be constant is unknown; nothing is guessed.

use super::bound::BoundProgram;
use super::layout::{RESOURCE_WORDS, frame};
use super::liveness::{next_ops, ops_of, written};
use super::op::{Op, ResourceCode, Slot, Source};
use crate::ids::OpId;
use crate::value::Word;

/// By word of a frame, what it holds if that is known.
type Known = Vec<Option<Word>>;

/// What is constant in front of every op of one process instance.
#[derive(Debug, Clone)]
pub struct Constants {
    first: usize,
    /// By op; `None` where the process never comes.
    known: Vec<Option<Known>>,
}

impl Constants {
    /// Of the instance whose frame is this at the start.
    pub fn new(program: &BoundProgram, frame: &[Word]) -> Constants {
        let entry = OpId::from_index(frame::op_in(frame[frame::STATE]));
        let range = ops_of(program, entry);
        let mut constants = Constants { first: range.start, known: vec![None; range.len()] };
        constants.known[0] = Some(frame.iter().map(|&word| Some(word)).collect());
        let mut open = vec![entry.index()];
        while let Some(at) = open.pop() {
            let Some(before) = constants.known[at - range.start].clone() else { continue };
            let after = constants.after(program, at, before);
            for next in next_ops(program, at) {
                if constants.meet(next, &after) {
                    open.push(next);
                }
            }
        }
        constants
    }

    /// What is known behind an op, from what is known in front of it.
    fn after(&self, program: &BoundProgram, at: usize, mut known: Known) -> Known {
        let value = |known: &Known, source: Source| match source.slot() {
            Some(slot) => known[slot.0 as usize],
            None => source.global_index().map(|index| program.arena[index as usize]),
        };
        let result = match program.plain[at] {
            Op::Copy { into, from } => Some((into, value(&known, from))),
            Op::Unary { op, into, a } => Some((into, value(&known, a).and_then(|a| op.apply(a).ok()))),
            Op::Binary { op, into, a, b } => {
                let operands = value(&known, a).zip(value(&known, b));
                Some((into, operands.and_then(|(a, b)| op.apply(a, b).ok())))
            }
            Op::Find { into, def, index } => {
                let (first, count) = program.instances[def as usize];
                let index = value(&known, index).filter(|&index| index < u64::from(count));
                Some((into, index.map(|index| u64::from(first) + index * RESOURCE_WORDS as u64)))
            }
            _ => None,
        };
        for interruption in program.interruptions(at) {
            known[interruption.left.0 as usize] = None;
        }
        match result {
            Some((into, value)) => known[into.0 as usize] = value,
            None => {
                let changed = written(program, &program.plain[at], known.len());
                changed.iter().for_each(|slot: &Slot| known[slot.0 as usize] = None);
            }
        }
        known
    }

    /// Takes over at `op` what another way to it leaves; whether that changes
    /// anything.
    fn meet(&mut self, op: usize, other: &Known) -> bool {
        let own = &mut self.known[op - self.first];
        let Some(own) = own else {
            *own = Some(other.clone());
            return true;
        };
        let mut changed = false;
        for (own, other) in own.iter_mut().zip(other) {
            if own.is_some() && own != other {
                *own = None;
                changed = true;
            }
        }
        changed
    }

    /// What is known in front of an op, by word of the frame; `None` where the
    /// process never comes.
    pub fn in_front(&self, op: usize) -> Option<&[Option<Word>]> {
        self.known[op - self.first].as_deref()
    }

    /// What is known behind an op.
    pub fn behind(&self, program: &BoundProgram, op: usize) -> Option<Vec<Option<Word>>> {
        Some(self.after(program, op, self.known[op - self.first].clone()?))
    }

    /// The headers of the resources that `code` may mean at this op: one if it
    /// is constant, all if it is not known at all; none where the process
    /// never comes.
    pub fn headers(&self, program: &BoundProgram, op: usize, code: ResourceCode) -> Vec<usize> {
        let Some(known) = &self.known[op - self.first] else { return Vec::new() };
        let slot = match code.resolve() {
            Ok(header) => return vec![header],
            Err(slot) => slot,
        };
        match known[slot.0 as usize] {
            Some(header) => vec![header as usize],
            None => (0..program.resource_count())
                .map(|id| program.resource_at(crate::ids::ResourceId::from_index(id)))
                .collect(),
        }
    }
}

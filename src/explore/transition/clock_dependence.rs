//! Which ops would do something else if the clock showed something else.
//!
//! Without time nobody knows what `now` is, so a search of all orders lets it
//! show 0 throughout; and how many cores are free of a processor on which work ends
//! whenever it likes, so that they all are, and nobody is left without one where a timetable
//! takes some. That is a proof only if nothing hangs on it. Decides at
//! which ops something does: what is worked out from `now` is followed through
//! the variables, private arrays and buffers that it is kept in, up to where a
//! way branches by it, a rule may be broken by it, or it is left in a memory.
//! What is written to the log, or only decides how long a delay takes, is no
//! part of an order; a delay may take any time, but not less than none.

use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::ids::{OpId, ResourceId};
use crate::kernel::Machine;
use crate::program::{BoundProgram, LogArgCode, Op, ResourceCode, Slot, Source, next_ops, read, written};
use crate::trace::Kind;
use crate::value::Type;
use std::collections::BTreeSet;

/// The ops of which what they do depends on the clock, in their order. The
/// values that events of these kinds carry count as something that is done.
pub(crate) fn decided_by_clock(program: &BoundProgram, looks_at: impl Fn(Kind) -> bool) -> Vec<OpId> {
    let tells_left = program.tells_left().next().is_some();
    let takes_cores = |op: &Op| matches!(op, Op::TakeCores { .. });
    if !tells_left && !program.plain.iter().any(|op| is_unknown(program, op) || takes_cores(op)) {
        return Vec::new();
    }
    let mut flow = Flow::new(program);
    while flow.spread() {}
    let decides = |at: &usize| takes_cores(&program.plain[*at]) || flow.decides(*at, &looks_at);
    (0..program.plain.len()).filter(decides).map(OpId::from_index).collect()
}

/// Whether an op asks for what nobody knows without time.
fn is_unknown(program: &BoundProgram, op: &Op) -> bool {
    match *op {
        Op::Now { .. } => true,
        Op::Level { resource, .. } | Op::Peek { resource, .. } => match resource.resolve() {
            Ok(header) => program.level_needs_time(header),
            Err(_) => (0..program.resource_count())
                .any(|id| program.level_needs_time(program.resource_at(ResourceId::from_index(id)))),
        },
        _ => false,
    }
}

/// The lines that depend on the clock in a search over a recording, which looks
/// at what marks and log lines say but for measurements. Ascending; 0 where
/// there is no text.
pub fn recorded_by_clock(program: &BoundProgram) -> Vec<u32> {
    let is_measured = |op: &OpId| match program.plain[op.index()] {
        Op::Mark { mark, .. } => program.mark_type(mark).is_none_or(Type::is_measured),
        _ => false,
    };
    let ops = decided_by_clock(program, |kind| matches!(kind, Kind::Mark | Kind::Log));
    lines_of(program, ops.into_iter().filter(|op| !is_measured(op)))
}

/// The lines of these ops, ascending.
pub(crate) fn lines_of(program: &BoundProgram, ops: impl Iterator<Item = OpId>) -> Vec<u32> {
    let lines: BTreeSet<u32> = ops.map(|op| program.sites[op.index()].line).collect();
    lines.into_iter().collect()
}

/// Where times are kept.
struct Flow<'i> {
    program: &'i BoundProgram,
    /// The first op of each process definition, and its frame words.
    defs: Vec<(usize, usize)>,
    /// By op, and frame word in front of it: it holds what depends on the
    /// clock; of the descriptor of an array, some element does. Empty where
    /// nobody comes.
    timed: Vec<Vec<bool>>,
    /// By resource: some item does.
    items: Vec<bool>,
}

impl<'i> Flow<'i> {
    fn new(program: &'i BoundProgram) -> Flow<'i> {
        let first = Machine::new(program);
        let defs = program
            .processes
            .iter()
            .filter(|def| def.count > 0)
            .map(|def| (first.op(program, def.first).index(), program.frame_of(def.first).len()));
        let timed = vec![Vec::new(); program.plain.len()];
        Flow { program, defs: defs.collect(), timed, items: vec![false; program.resource_count()] }
    }

    /// Follows values through all processes; whether that put some into a
    /// buffer where there was none before.
    fn spread(&mut self) -> bool {
        let before = self.items.clone();
        // What was found in buffers since concerns ops that were looked at.
        self.timed.iter_mut().for_each(Vec::clear);
        for (entry, words) in self.defs.clone() {
            self.timed[entry] = vec![false; words];
            let mut open = vec![entry];
            while let Some(at) = open.pop() {
                let before = self.timed[at].clone();
                let mut after = self.behind(at);
                if self.program.otherwise(at).is_some() || !self.program.interruptions(at).is_empty() {
                    // Who leaves without what it wants, or is interrupted, writes nothing.
                    after.iter_mut().zip(before).for_each(|(after, before)| *after |= before);
                }
                for next in next_ops(self.program, at) {
                    if self.meet(next, &after) {
                        open.push(next);
                    }
                }
            }
        }
        self.items != before
    }

    /// Takes over what another way to an op leaves; whether that is new.
    fn meet(&mut self, at: usize, other: &[bool]) -> bool {
        let own = &mut self.timed[at];
        if own.is_empty() {
            *own = other.to_vec();
            return true;
        }
        let new = own.iter().zip(other).any(|(own, other)| *other && !own);
        own.iter_mut().zip(other).for_each(|(own, other)| *own |= other);
        new
    }

    fn holds(&self, at: usize, slot: Slot) -> bool {
        self.timed[at].get(slot.0 as usize).copied().unwrap_or(false)
    }

    fn comes_from(&self, at: usize, source: Source) -> bool {
        source.slot().is_some_and(|slot| self.holds(at, slot))
    }

    /// Whether something that is no measurement and depends on the clock is
    /// part of a line.
    fn says_some(&self, at: usize, log: u32) -> bool {
        let types = self.program.log_template(log).types();
        types.zip(&self.program.logs[log as usize]).any(|(ty, arg)| {
            let from_clock = match *arg {
                LogArgCode::Value(source) => self.comes_from(at, source),
                LogArgCode::Array(slot) => self.holds(at, slot),
            };
            from_clock && !ty.is_measured()
        })
    }

    fn reads_some(&self, at: usize) -> bool {
        read(self.program, &self.program.plain[at]).into_iter().any(|slot| self.holds(at, slot))
    }

    /// What holds behind an op, and in buffers.
    fn behind(&mut self, at: usize) -> Vec<bool> {
        let mut after = self.timed[at].clone();
        let some = self.reads_some(at);
        match self.program.plain[at] {
            ref op @ (Op::Now { into } | Op::Level { into, .. } | Op::Peek { into, .. })
                if is_unknown(self.program, op) =>
            {
                after[into.0 as usize] = true;
            }
            Op::Copy { into, .. } if self.tells_left(at) => after[into.0 as usize] = true,
            Op::SetElement { array, value, .. } => after[array.0 as usize] |= self.comes_from(at, value),
            Op::Put { buffer, value } if self.comes_from(at, value) => self.put(buffer),
            Op::PutMany { many } => {
                let code = self.program.many[many as usize];
                if code.put().any(|source| self.comes_from(at, source)) {
                    self.put(code.resource);
                }
            }
            Op::Get { buffer, into } => after[into.0 as usize] = self.gets(buffer),
            Op::GetMany { many } => {
                let code = self.program.many[many as usize];
                if let Some(array) = code.array() {
                    after[array.0 as usize] |= self.gets(code.resource);
                }
                code.record().for_each(|slot| after[slot.0 as usize] = self.gets(code.resource));
            }
            // Code may do anything with what it is given.
            Op::Call { .. } => {
                let any = after.contains(&true);
                after.fill(any);
            }
            ref op => {
                written(self.program, op, after.len()).iter().for_each(|slot| after[slot.0 as usize] = some)
            }
        }
        after
    }

    /// Whether the op tells what is left of a delay that was interrupted.
    fn tells_left(&self, at: usize) -> bool {
        self.program.tells_left().any(|op| op.index() == at)
    }

    /// The buffers that are meant.
    fn meant(&self, code: ResourceCode) -> std::ops::Range<usize> {
        match code.resolve() {
            Ok(header) => {
                let id = self.program.resource_of(header).index();
                id..id + 1
            }
            Err(_) => 0..self.items.len(),
        }
    }

    fn put(&mut self, buffer: ResourceCode) {
        let meant = self.meant(buffer);
        self.items[meant].fill(true);
    }

    /// Whether an item is chosen by what depends on the clock: it itself, or what is asked of it.
    fn chooses_by_clock(&self, at: usize) -> bool {
        let Some((_, buffer)) = self.program.accesses(&self.program.plain[at]).next() else { return false };
        self.program.is_special(at, buffer)
            && self.program.has_choices()
            && (self.gets(buffer)
                || self
                    .program
                    .choice(at)
                    .is_some_and(|choice| choice.reads().into_iter().any(|slot| self.holds(at, slot))))
    }

    fn gets(&self, buffer: ResourceCode) -> bool {
        self.items[self.meant(buffer)].contains(&true)
    }

    /// Whether what an op does depends on the clock, besides what it leaves in
    /// variables and buffers.
    fn decides(&self, at: usize, looks_at: &impl Fn(Kind) -> bool) -> bool {
        let from = |source: Source| self.comes_from(at, source);
        if self.chooses_by_clock(at) {
            return true;
        }
        match self.program.plain[at] {
            Op::Copy { .. } => false,
            Op::Log { log } => looks_at(Kind::Log) && self.says_some(at, log),
            Op::Unary { op, a, .. } => may_have_none(op) && from(a),
            Op::Binary { op, a, b, .. } => (may_break(op) && from(a)) || (may_break_by(op) && from(b)),
            Op::Element { index, .. } | Op::SetElement { index, .. } => from(index),
            Op::Put { .. } => looks_at(Kind::Put) && self.reads_some(at),
            Op::PutMany { many } => {
                from(self.program.many[many as usize].count) || looks_at(Kind::Put) && self.reads_some(at)
            }
            Op::Get { buffer, .. } => looks_at(Kind::Get) && self.gets(buffer),
            Op::GetMany { many } => {
                let code = self.program.many[many as usize];
                from(code.count) || from(code.operand) || looks_at(Kind::Get) && self.gets(code.resource)
            }
            Op::Mark { .. } => looks_at(Kind::Mark) && self.reads_some(at),
            Op::Call { .. } => self.timed[at].contains(&true),
            _ => self.reads_some(at),
        }
    }
}

/// Whether a value that depends on the clock may be one without a result.
fn may_have_none(op: UnaryOp) -> bool {
    use UnaryOp::{AbsInt, Ceil, Floor, NegInt, Round, Truncate};
    matches!(op, NegInt | AbsInt | Floor | Ceil | Round | Truncate)
}

/// Whether a time as the first operand may have no result: times are whole
/// numbers below 2^63, so that sums and differences of a few are too.
fn may_break(op: BinaryOp) -> bool {
    use BinaryOp::{DivDurationFloat, DivFloat, MulDurationFloat, MulFloat, MulInt};
    matches!(op, MulInt | MulFloat | DivFloat | MulDurationFloat | DivDurationFloat)
}

/// Whether a time as the second operand may have no result.
fn may_break_by(op: BinaryOp) -> bool {
    use BinaryOp::{DivDurationInt, DivDurations, DivInt, RemInt};
    may_break(op) || matches!(op, DivInt | RemInt | DivDurationInt | DivDurations)
}

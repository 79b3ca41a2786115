//! What a scenario is compiled to, before parameters have values.

use super::item_term::{Choice, OrderCode};
use super::layout::request;
use super::op::{DistributionCode, LogArgCode, ManyCode, Op, ResourceCode, Sampler, Slot, Source};
use crate::ids::{OpId, ParamId, ProcessDefId, ResourceDefId, Site};
use crate::random::DataDraw;
use crate::scenario::Expr;
use crate::value::{Value, Word};
use std::collections::BTreeMap;

/// A compiled scenario: ops with their places, before parameters have values.
#[derive(Debug, Clone)]
pub struct Program {
    /// All ops, process after process, by [`OpId`].
    pub code: Vec<Op>,
    /// The place in the scenario of every op.
    pub sites: Vec<Site>,
    /// By op: whether it belongs to an atomic block; see `Op::Atomic`.
    pub atomic: Vec<bool>,
    /// The constants, parameters and parameter expressions, in the order of
    /// the global words.
    pub globals: Globals,
    /// By process definition.
    pub processes: Vec<ProcessCode>,
    /// By distribution number.
    pub distributions: Vec<DistributionCode>,
    /// By number in the ops on several items.
    pub many: Vec<ManyCode>,
    /// What processes hold because of a `with`.
    pub held: Vec<Held>,
    /// The waits that may run out, in the order of ops.
    pub timeouts: Vec<Timeout>,
    /// Where processes may be interrupted, in the order of ops.
    pub interruptions: Vec<Interruption>,
    /// The blocks inside of which they may, the inner ones first.
    pub interruptible: Vec<InterruptibleOps>,
    /// The blocks inside of which they have a permit that may be taken from them, likewise.
    pub requests: Vec<RequestOps>,
    /// The gets that end where their buffer is closed, in the order of ops.
    pub endings: Vec<Ending>,
    /// The gets that ask something of the item that they take, in the order of ops.
    pub choices: Vec<Choice>,
    /// In which order buffers give their items, by resource definition.
    pub orders: Vec<Option<OrderCode>>,
    /// What is the same whenever an instance comes to it, in the order of ops.
    pub settled: Vec<Settled>,
    /// What divisions divide by that has a name, in the order of ops.
    pub divisors: Vec<(OpId, String)>,
    /// The arguments of the log texts, by [`crate::ids::LogId`].
    pub logs: Vec<Vec<LogArgCode>>,
}

/// What a process holds while it stands on one of some ops, because of a `with`.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// The first op.
    pub from: OpId,
    /// The last one, which gives it back.
    pub to: OpId,
    /// What it holds.
    pub resource: ResourceCode,
}

/// A wait that may run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    /// The op that waits.
    pub wait: OpId,
    /// The frame word that says when the wait runs out.
    pub until: Slot,
    /// Where the process goes on then.
    pub otherwise: OpId,
}

/// A delay, a work or a wait that an interrupt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    /// On which op a process stands meanwhile: the one that waits, or the one behind a
    /// delay.
    pub stand: OpId,
    /// The word that says of which block it is that is interrupted: [`InterruptibleOps::pending`],
    /// or [`RequestOps::place`].
    pub of: Slot,
    /// The frame word that gets what is left of a delay or work.
    pub left: Slot,
    /// Where the process goes on.
    pub otherwise: OpId,
}

/// The ops of a block inside of which a process may be interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterruptibleOps {
    /// The first op.
    pub from: OpId,
    /// The op behind the last.
    pub to: OpId,
    /// The frame word that says whether an interrupt has come at a time at which the process
    /// stood at nothing that it could end.
    pub pending: Slot,
    /// The op that tells what is left of a delay or work, if the scenario asks.
    pub tells: Option<OpId>,
}

/// The ops inside of which a process has a permit that may be taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestOps {
    /// Whose ops.
    pub process: ProcessDefId,
    /// The first op.
    pub from: OpId,
    /// The op behind the last.
    pub to: OpId,
    /// Of which semaphore.
    pub semaphore: ResourceCode,
    /// Where the scenario says that it may be taken.
    pub lost_by: Site,
    /// The life of the process; of several instances, that of the first.
    pub life: ResourceCode,
    /// The first of the words of the request.
    pub words: Slot,
    /// The op that tells what is left of a delay or work, if the scenario asks.
    pub tells: Option<OpId>,
}

impl RequestOps {
    /// The word that says whether the process has the permit.
    pub fn place(&self) -> Slot {
        RequestOps::place_of(self.words)
    }

    /// The word that says whether the process has the permit of a request with these words.
    pub fn place_of(words: Slot) -> Slot {
        Slot(words.0 + request::PLACE as u32)
    }
}

/// A get for which something else is done where its buffer is closed, with too few items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// The op that gets.
    pub get: OpId,
    /// Where the process goes on then.
    pub otherwise: OpId,
}

/// A value that hangs on parameters and on which instance asks for it, and on nothing else.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Whose it is.
    pub process: ProcessDefId,
    /// The first op that calculates it.
    pub from: OpId,
    /// The op behind the last.
    pub to: OpId,
    /// The frame word that nothing but it is in.
    pub into: Slot,
    /// The value; or the number of an instance.
    pub expr: Expr,
    /// Of which resource that is an instance, whose header is the value.
    pub def: Option<ResourceDefId>,
}

/// What a process definition became.
#[derive(Debug, Clone)]
pub struct ProcessCode {
    /// Its first op.
    pub entry: OpId,
    /// The words of a frame of an instance.
    pub frame_words: u32,
    /// The word that holds the number of the instance, if it is used.
    pub index: Option<Slot>,
    /// The words of the variables (of an array: its descriptor), by [`VarId`].
    pub vars: Vec<Slot>,
    /// How many random streams an instance has.
    pub streams: u32,
    /// The word that holds where its own life is, of one whose instances arrive.
    pub life: Option<Slot>,
}

/// The words that no process changes: parameters first, then constants and
/// expressions over parameters, each once.
#[derive(Debug, Clone)]
pub struct Globals {
    params: usize,
    rest: Vec<Global>,
    /// By constant, its place in `rest`.
    constants: BTreeMap<Word, usize>,
    /// Conditions over parameters, each with the one outside of it.
    guards: Vec<(Expr, Option<usize>)>,
}

/// What a global word behind the parameters holds.
#[derive(Debug, Clone)]
pub enum Global {
    /// Always this.
    Constant(Word),
    /// To be evaluated when parameters have values.
    Derived {
        /// What it is.
        expr: Expr,
        /// It is asked for only if this is true: see [`Globals::guard`].
        guard: Option<usize>,
    },
}

impl Globals {
    pub(super) fn new(params: usize) -> Globals {
        Globals { params, rest: Vec::new(), constants: BTreeMap::new(), guards: Vec::new() }
    }

    /// The number of global words.
    pub fn len(&self) -> usize {
        self.params + self.rest.len()
    }

    /// What stands behind the parameters, in order.
    pub fn rest(&self) -> &[Global] {
        &self.rest
    }

    /// A condition without which some steps are not come to, inside of another
    /// one; its number.
    pub(super) fn guard(&mut self, condition: Expr, outside: Option<usize>) -> usize {
        self.guards.push((condition, outside));
        self.guards.len() - 1
    }

    /// The condition of this number and those outside of it.
    pub(super) fn guards(&self, first: Option<usize>) -> impl Iterator<Item = &Expr> {
        let of = |number: Option<usize>| number.map(|number| &self.guards[number]);
        std::iter::successors(of(first), move |(_, outside)| of(*outside)).map(|(condition, _)| condition)
    }

    pub(super) fn param(&self, param: ParamId) -> Source {
        Source::global(param.0)
    }

    pub(super) fn constant(&mut self, value: Value) -> Source {
        let word = value.to_word();
        let next = self.rest.len();
        let index = *self.constants.entry(word).or_insert(next);
        if index == next {
            self.rest.push(Global::Constant(word));
        }
        Source::global((self.params + index) as u32)
    }

    pub(super) fn derived(&mut self, expr: &Expr, guard: Option<usize>) -> Source {
        self.rest.push(Global::Derived { expr: expr.clone(), guard });
        Source::global((self.len() - 1) as u32)
    }
}

impl Program {
    /// Whether replications differ: something is drawn that depends on them. A
    /// generator of Python's has the seed that the scenario gives it, and the rows of
    /// a table follow each other.
    pub fn is_random(&self) -> bool {
        let is_fixed = |code: &DistributionCode| {
            let is_trace = matches!(code.sampler, Sampler::Data { draw: DataDraw::Trace { .. }, .. });
            is_trace || matches!(code.sampler, Sampler::CpythonRandint { .. } | Sampler::Constant { .. })
        };
        !self.distributions.iter().all(is_fixed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would take minutes if each looked through all those before it.
    #[test]
    fn many_constants_take_linear_time_and_equal_ones_one_place() {
        let mut globals = Globals::new(3);
        let places: Vec<Source> = (0..200_000).map(|number| globals.constant(Value::Int(number))).collect();
        for (number, place) in (0..200_000).zip(&places) {
            assert_eq!(globals.constant(Value::Int(number)), *place);
        }
        assert_eq!((places[0], globals.len()), (Source::global(3), 200_003));
    }
}

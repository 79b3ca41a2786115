//! Expressions to ops, and where their values live.

use super::compile::Compiler;
use super::layout::FRAME_WORDS;
use super::op::{DistributionCode, Op, Sampler, Slot, Source};
use crate::arithmetic::UnaryOp;
use crate::ids::{ParamId, Site, VarId};
use crate::random::distributions::EXPONENTIAL;
use crate::scenario::{DistributionKind, DistributionSpec, Expr, ExprKind, Var};
use crate::value::{Type, Value, Word};

/// The words that no process changes: parameters first, then constants and
/// expressions over parameters, each once.
#[derive(Debug, Clone)]
pub struct Globals {
    params: usize,
    rest: Vec<Global>,
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
        Globals { params, rest: Vec::new(), guards: Vec::new() }
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

    fn param(&self, param: ParamId) -> Source {
        Source::global(param.0)
    }

    pub(super) fn constant(&mut self, value: Value) -> Source {
        let word = value.to_word();
        let known =
            self.rest.iter().position(|global| matches!(global, Global::Constant(other) if *other == word));
        let index = known.unwrap_or_else(|| {
            self.rest.push(Global::Constant(word));
            self.rest.len() - 1
        });
        Source::global((self.params + index) as u32)
    }

    fn derived(&mut self, expr: &Expr, guard: Option<usize>) -> Source {
        self.rest.push(Global::Derived { expr: expr.clone(), guard });
        Source::global((self.len() - 1) as u32)
    }
}

/// Hands out the words of a frame: its fixed part, variables, and behind them
/// words that a step needs for a while.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    vars: Vec<Slot>,
    index: Option<Slot>,
    /// Words in use for the whole process.
    permanent: Vec<u32>,
    /// Words in use for the step at hand.
    temporary: Vec<u32>,
    /// Words that a step has given back.
    free: Vec<u32>,
    words: u32,
}

impl Frame {
    pub(super) fn new(vars: &[Var]) -> Frame {
        let mut frame = Frame {
            vars: Vec::new(),
            index: None,
            permanent: Vec::new(),
            temporary: Vec::new(),
            free: Vec::new(),
            words: FRAME_WORDS,
        };
        frame.vars = vars.iter().map(|_| frame.permanent()).collect();
        frame
    }

    pub(super) fn words(&self) -> u32 {
        self.words
    }

    pub(super) fn var(&self, var: VarId) -> Slot {
        self.vars[var.index()]
    }

    pub(super) fn var_slots(&self) -> &[Slot] {
        &self.vars
    }

    pub(super) fn index_slot(&self) -> Option<Slot> {
        self.index
    }

    fn index(&mut self) -> Slot {
        let slot = self.index.unwrap_or_else(|| self.permanent());
        self.index = Some(slot);
        slot
    }

    /// A word that nothing else will use. Always a fresh one: a freed
    /// temporary may still be written by an op that runs before.
    pub(super) fn permanent(&mut self) -> Slot {
        self.words += 1;
        self.permanent.push(self.words - 1);
        Slot(self.words - 1)
    }

    /// So many words, one behind the other, that outlive the temporaries; the first.
    pub(super) fn permanent_run(&mut self, words: u32) -> Slot {
        let first = self.words;
        self.words += words;
        self.permanent.extend(first..self.words);
        Slot(first)
    }

    /// A word until the end of the step.
    pub(super) fn temporary(&mut self) -> Slot {
        let word = self.free.pop().unwrap_or_else(|| {
            self.words += 1;
            self.words - 1
        });
        self.temporary.push(word);
        Slot(word)
    }

    pub(super) fn free_temporaries(&mut self) {
        // In reverse, so that the next step gets the words in the same order.
        while let Some(word) = self.temporary.pop() {
            self.free.push(word);
        }
    }
}

impl Compiler<'_> {
    /// Emits what is needed to have the value of `expr` in a word.
    pub(super) fn expr(&mut self, expr: &Expr) -> Source {
        match &expr.kind {
            ExprKind::Const(value) => self.program.globals.constant(*value),
            ExprKind::Param(param) => self.program.globals.param(*param),
            ExprKind::Var(var) => self.frame.var(*var).source(),
            ExprKind::Index => self.frame.index().source(),
            ExprKind::Len(array) => {
                let len = self.model.processes[self.process.index()].vars[array.index()].len.clone();
                match len {
                    Some(len) => self.expr(&len),
                    None => self.program.globals.constant(Value::Int(1)),
                }
            }
            _ if is_over_params(expr) => self.program.globals.derived(expr, self.guard),
            _ => {
                let into = self.frame.temporary();
                self.expr_into(expr, into);
                into.source()
            }
        }
    }

    /// Emits what is needed to have the value of `expr` in `into`.
    pub(super) fn expr_into(&mut self, expr: &Expr, into: Slot) {
        match &expr.kind {
            ExprKind::Now => {
                self.emit(Op::Now { into });
            }
            ExprKind::Level(resource) => {
                let resource = self.resource(resource);
                self.emit(Op::Level { into, resource });
            }
            ExprKind::Capacity(buffer) => {
                let buffer = self.resource(buffer);
                self.emit(Op::Capacity { into, buffer });
            }
            ExprKind::Element(array, index) => {
                let index = self.expr(index);
                let array = self.frame.var(*array);
                self.emit(Op::Element { into, array, index });
            }
            ExprKind::Unary(op, a) if !is_over_params(expr) => {
                let a = self.expr(a);
                self.emit(Op::Unary { op: *op, into, a });
            }
            ExprKind::Binary(op, a, b) if !is_over_params(expr) => {
                let a = self.expr(a);
                let b = self.expr(b);
                self.emit(Op::Binary { op: *op, into, a, b });
            }
            ExprKind::And(a, b) | ExprKind::Or(a, b) if !is_over_params(expr) => {
                // Into a word of its own: `into` may be a variable that `b` reads.
                let result = self.frame.temporary();
                self.expr_into(a, result);
                let condition = result.source();
                let skip = self.emit(match expr.kind {
                    ExprKind::And(..) => Op::JumpIfFalse { condition, to: crate::ids::OpId(0) },
                    _ => Op::JumpIfTrue { condition, to: crate::ids::OpId(0) },
                });
                self.expr_into(b, result);
                self.land(skip);
                self.emit(Op::Copy { into, from: condition });
            }
            _ => {
                let from = self.expr(expr);
                self.emit(Op::Copy { into, from });
            }
        }
    }

    /// Emits a draw from `distribution` into `into`.
    pub(super) fn draw(&mut self, into: Slot, distribution: &DistributionSpec) {
        let sampler = self.sampler(&distribution.kind);
        let position = self.frame.permanent();
        let ahead = match sampler {
            Sampler::Exponential { .. } => self.frame.permanent(),
            _ => position,
        };
        self.program.distributions.push(DistributionCode {
            process: self.process,
            purpose: distribution.purpose,
            position,
            ahead,
            ty: distribution.ty,
            sampler,
        });
        let distribution = (self.program.distributions.len() - 1) as u32;
        self.emit(Op::Draw { into, distribution });
    }

    fn sampler(&mut self, kind: &DistributionKind) -> Sampler {
        match kind {
            DistributionKind::Constant { value } => Sampler::Constant { value: self.expr(value) },
            DistributionKind::UniformInt { low, high } => {
                Sampler::UniformInt { low: self.expr(low), high: self.expr(high) }
            }
            DistributionKind::Family { family, arguments } if *family == &EXPONENTIAL => {
                Sampler::Exponential { mean: self.float(&arguments[0]) }
            }
            DistributionKind::Family { family, arguments } => {
                let taken: Vec<Source> = arguments.iter().map(|argument| self.float(argument)).collect();
                let arguments = std::array::from_fn(|number| taken.get(number).copied().unwrap_or(taken[0]));
                Sampler::Family { family, arguments }
            }
            DistributionKind::Choice { values, weights } => Sampler::Choice {
                values: values.iter().map(|value| self.expr(value)).collect(),
                // A choice without weights has equal ones.
                weights: match weights.as_slice() {
                    [] => values.iter().map(|value| self.one(value.site)).collect(),
                    weights => weights.iter().map(|weight| self.float(weight)).collect(),
                },
            },
            DistributionKind::CpythonRandint { seed, low, high } => {
                Sampler::CpythonRandint { seed: self.expr(seed), low: self.expr(low), high: self.expr(high) }
            }
        }
    }

    /// The float 1.
    fn one(&mut self, site: Site) -> Source {
        self.expr(&Expr { kind: ExprKind::Const(Value::Float(1.0)), ty: Type::Float, site })
    }

    /// The value of `expr` as a float; durations in nanoseconds.
    fn float(&mut self, expr: &Expr) -> Source {
        if expr.ty == Type::Float {
            return self.expr(expr);
        }
        let kind = ExprKind::Unary(UnaryOp::IntToFloat, Box::new(expr.clone()));
        self.expr(&Expr { kind, ty: Type::Float, site: expr.site })
    }
}

/// Whether the value is known as soon as the parameters are.
pub(super) fn is_over_params(expr: &Expr) -> bool {
    is_over(expr, &|leaf| matches!(leaf, ExprKind::Const(_) | ExprKind::Param(_)))
}

/// Whether the value is the same in all steps of a process.
pub(super) fn is_settled(expr: &Expr) -> bool {
    is_over(expr, &|leaf| {
        matches!(leaf, ExprKind::Const(_) | ExprKind::Param(_) | ExprKind::Index | ExprKind::Len(_))
    })
}

/// Whether all that an expression is made of is such a leaf.
fn is_over(expr: &Expr, is_leaf: &impl Fn(&ExprKind) -> bool) -> bool {
    match &expr.kind {
        ExprKind::Unary(_, a) => is_over(a, is_leaf),
        ExprKind::Binary(_, a, b) | ExprKind::And(a, b) | ExprKind::Or(a, b) => {
            is_over(a, is_leaf) && is_over(b, is_leaf)
        }
        leaf => is_leaf(leaf),
    }
}

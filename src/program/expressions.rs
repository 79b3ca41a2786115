//! Expressions, and the resources and amounts that they name, to ops.

use super::code::Settled;
use super::emit::Compiler;
use super::op::{DistributionCode, Glance, Op, ResourceCode, Sampler, Slot, Source};
use crate::arithmetic::UnaryOp;
use crate::ids::{OpId, ResourceDefId, Site, VarId};
use crate::random::distributions::EXPONENTIAL;
use crate::scenario::{Amount, DistributionKind, DistributionSpec, Expr, ExprKind, ResourceRef};
use crate::value::{Type, Value};

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
            _ if self.settles && is_over_index(expr) => {
                self.settled(expr, None, |compiler, into| compiler.expr_into(expr, into)).source()
            }
            _ => {
                let into = self.frame.temporary();
                self.expr_into(expr, into);
                into.source()
            }
        }
    }

    /// What stands for `expr` in the file, if that is a name.
    fn name_of(&self, expr: &Expr) -> Option<String> {
        let var = |var: &VarId| &self.model.processes[self.process.index()].vars[var.index()].name;
        match &expr.kind {
            ExprKind::Param(param) => Some(self.model.params[param.index()].name.clone()),
            ExprKind::Var(named) => Some(var(named).clone()),
            ExprKind::Element(named, _) => Some(format!("{}[…]", var(named))),
            ExprKind::Level(named) => {
                Some(format!("level({})", self.model.resources[named.def.index()].name))
            }
            ExprKind::Index => Some("index".to_owned()),
            ExprKind::Now => Some("now".to_owned()),
            _ => None,
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
                self.emit(match self.looks {
                    true => Op::Peek { into, resource, glance: Glance::Level },
                    false => Op::Level { into, resource },
                });
            }
            ExprKind::Slot(memory, at) => {
                let memory = self.resource(memory);
                let at = self.expr(at);
                self.emit(Op::PeekSlot { into, memory, at });
            }
            ExprKind::Stage(who) => {
                let life =
                    self.model.lives[who.def.index()].each.expect("a process that is named has a life");
                let resource =
                    self.resource(&ResourceRef { def: life, index: who.index.clone(), site: who.site });
                self.emit(Op::Peek { into, resource, glance: Glance::Stage });
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
                let divisor = self.name_of(b).filter(|_| op.divides());
                let b = self.expr(b);
                let op = self.emit(Op::Binary { op: *op, into, a, b });
                self.program.divisors.extend(divisor.map(|name| (op, name)));
            }
            ExprKind::And(a, b) | ExprKind::Or(a, b) if !is_over_params(expr) => {
                // Into a word of its own: `into` may be a variable that `b` reads.
                let result = self.frame.temporary();
                self.expr_into(a, result);
                let condition = result.source();
                let skip = self.emit(match expr.kind {
                    ExprKind::And(..) => Op::JumpIfFalse { condition, to: OpId(0) },
                    _ => Op::JumpIfTrue { condition, to: OpId(0) },
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

    pub(super) fn amount(&mut self, amount: &Amount) -> Source {
        match amount {
            Amount::Expr(expr) => self.expr(expr),
            Amount::Draw(distribution) => {
                let into = self.frame.temporary();
                self.draw(into, distribution);
                into.source()
            }
        }
    }

    pub(super) fn resource(&mut self, resource: &ResourceRef) -> ResourceCode {
        match &resource.index {
            None => ResourceCode::fixed(resource.def.0),
            Some(index) if self.settles && is_over_index(index) => {
                let into = self.settled(index, Some(resource.def), |compiler, into| {
                    compiler.find(resource.def, index, into);
                });
                ResourceCode::found(into)
            }
            Some(index) => {
                let into = self.frame.temporary();
                self.find(resource.def, index, into)
            }
        }
    }

    /// Emits what calculates a value that is the same in all steps of an instance, into a
    /// word that nothing else is in.
    fn settled(
        &mut self,
        expr: &Expr,
        def: Option<ResourceDefId>,
        calculate: impl FnOnce(&mut Self, Slot),
    ) -> Slot {
        let (from, into) = (self.here(), self.frame.permanent());
        self.settles = false;
        calculate(self, into);
        self.settles = true;
        let settled = Settled { process: self.process, from, to: self.here(), into, expr: expr.clone(), def };
        self.program.settled.push(settled);
        into
    }

    /// Finds an instance; `into` keeps which one.
    pub(super) fn find(&mut self, def: ResourceDefId, index: &Expr, into: Slot) -> ResourceCode {
        let index = self.expr(index);
        self.emit(Op::Find { into, def: def.0, index });
        ResourceCode::found(into)
    }

    /// Emits a draw from `distribution` into `into`.
    pub(super) fn draw(&mut self, into: Slot, distribution: &DistributionSpec) {
        let sampler = self.sampler(&distribution.kind);
        let position = self.frame.permanent();
        let ahead = match sampler {
            // One that arrives seldom draws twice.
            Sampler::Exponential { .. } if !self.model.processes[self.process.index()].arrives => {
                self.frame.permanent()
            }
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
            DistributionKind::Data { draw, values, row } => Sampler::Data {
                draw: *draw,
                values: values.clone(),
                row: row.as_ref().map(|row| self.expr(row)),
            },
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

/// Whether the value is known as soon as the parameters and the instance are.
fn is_over_index(expr: &Expr) -> bool {
    is_over(expr, &|leaf| matches!(leaf, ExprKind::Const(_) | ExprKind::Param(_) | ExprKind::Index))
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

/// Whether it is written out as 1.
pub(super) fn is_one(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Const(Value::Int(1)))
}

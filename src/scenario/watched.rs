//! What a condition that is waited for may ask besides levels: slots of memories, and whether
//! processes are done.
//!
//! Decides which process a name in an expression means. Elsewhere steps ask: `read`, and
//! `join` with `within: 0s`.

use super::model::{Expr, ExprKind, ProcessRef};
use super::names::quoted;
use super::syntax::{Ast, AstKind};
use super::typed::Typed;
use super::typing::Typer;
use super::unknown::unknown_process;
use crate::arithmetic::BinaryOp;
use crate::figure::there_are;
use crate::ids::ProcessDefId;
use crate::trace::ResourceKind;
use crate::value::{Type, Value};
use std::ops::Range;

impl Typer<'_, '_> {
    /// `slot`, `done` and `alive`.
    pub fn of_watched(&mut self, name: &str, arguments: &[Ast], range: &Range<usize>) -> Option<Typed> {
        if !self.scope.awaited {
            let hint = match name {
                "slot" => "`read: {from: m, at: i, into: x}` first, and use `x`",
                _ => "`join: p` with `within: 0s` does its `else` while `p` is not done",
            };
            let where_else = if name == "slot" { " and of `always`" } else { "" };
            let message = format!("`{name}` is asked in the condition of `until`{where_else} only");
            self.error(range, message, Some(hint.to_owned()));
            return None;
        }
        match (name, arguments) {
            ("slot", [memory, at]) => self.slot(memory, at, range),
            ("slot", _) => {
                let message = "`slot` takes the name of a memory and a slot, as in `slot(m, 0)`";
                self.error(range, message, None);
                None
            }
            (_, [process]) => self.stage(name == "done", process, range),
            _ => {
                let message = format!("`{name}` takes the name of one process, as in `{name}(p)`");
                self.error(range, message, None);
                None
            }
        }
    }

    fn slot(&mut self, memory: &Ast, at: &Ast, range: &Range<usize>) -> Option<Typed> {
        let refusal = |kind: ResourceKind, name: &str| {
            let message = format!("`slot` cannot be asked of the {} {}", kind.name(), quoted(name));
            (!kind.has_slots()).then(|| (message, format!("`level({name})` is how much there is of it")))
        };
        let found = self.resource(memory, "the argument", refusal);
        let typed = self.expression(at)?;
        let found = found?;
        if typed.ty() != Type::Int {
            let message = format!("a slot is named by an integer, found {}", typed.ty().described());
            self.error(&at.range, message, None);
            return None;
        }
        if let (Some(slot), Some(slots)) = (typed.known_int(), found.entry.size)
            && !(0..slots).contains(&slot)
            && self.dead == 0
        {
            let message =
                format!("slot {slot} is out of range: {}, from 0", there_are(slots.max(0) as u64, "slot"));
            self.error(&at.range, message, None);
            return None;
        }
        let kind = ExprKind::Slot(Box::new(found.reference), Box::new(typed.expr));
        Some(Typed { expr: Expr { kind, ty: found.entry.ty?, site: self.site(range) }, known: None })
    }

    /// Whether a process is done, or else alive.
    fn stage(&mut self, is_done: bool, process: &Ast, range: &Range<usize>) -> Option<Typed> {
        let who = self.process(process, "the argument")?;
        if who.index.is_none() && self.processes.at(who.def.index()).counted {
            let name = self.processes.name(who.def.index());
            let message = format!("{} has several instances", quoted(name));
            let hint = format!("say which, as in `{name}[0]`; `join: {name}` waits for all of them");
            self.error(&process.range, message, Some(hint));
            return None;
        }
        let site = self.site(range);
        let int = |kind| Box::new(Expr { kind, ty: Type::Int, site });
        let (stage, zero) = (int(ExprKind::Stage(Box::new(who))), int(ExprKind::Const(Value::Int(0))));
        let kind = match is_done {
            true => ExprKind::Binary(BinaryOp::LessInt, zero, stage),
            false => ExprKind::Binary(BinaryOp::EqualInt, stage, zero),
        };
        Some(Typed { expr: Expr { kind, ty: Type::Bool, site }, known: None })
    }

    /// Resolves the process that a tree is; `text` is what it was made of.
    pub fn process(&mut self, ast: &Ast, text: &str) -> Option<ProcessRef> {
        let (name, index) = match &ast.kind {
            AstKind::Name(name) => (name, None),
            AstKind::Element(name, index) => (name, Some(&**index)),
            _ => {
                let hint = "write a name, or `name[0]` of one with a `count`".to_owned();
                self.error(&ast.range, format!("{} is no process", quoted(text)), Some(hint));
                return None;
            }
        };
        let span = self.reports.span_in(&self.located, ast.range.start..ast.range.start + name.len());
        let Some(position) = self.processes.position(name) else {
            unknown_process(self.reports, (self.processes, self.resources), span, name);
            return None;
        };
        let known = self.processes.at(position);
        if known.arrives {
            let hint = "who arrives comes and goes by itself; give it a `count` and `start: manual` instead";
            let message = format!("the instances of {} are not named by others", quoted(name));
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        known.lives.set(true);
        let (counted, count) = (known.counted, known.count);
        let (def, site) = (ProcessDefId::from_index(position), span.site);
        let Some(index) = index else { return Some(ProcessRef { def, index: None, site }) };
        if !counted {
            let hint = format!("write `{name}`, or `{name}[0]` of one with a `count`");
            let message = format!("'{name}[…]' is no instance of a process");
            self.error(&ast.range, message, Some(hint));
            return None;
        }
        let typed = self.expression(index)?;
        let problem = match (typed.ty(), typed.known_int(), count) {
            (Type::Int, Some(at), Some(count)) if !(0..count).contains(&at) => {
                let there_are = there_are(count.max(0) as u64, "instance");
                format!("index {at} is out of range: {there_are} of {}, from 0", quoted(name))
            }
            (Type::Int, ..) => return Some(ProcessRef { def, index: Some(typed.expr), site }),
            (found, ..) => format!("an index must be an integer, found {}", found.described()),
        };
        self.error(&index.range, problem, None);
        None
    }
}

//! The types of buffers that say none.
//!
//! Decides: the type of the value of the first put, in the order of the file, that has
//! one; integer if there is none. What is said where something else is wanted tells which
//! put that is.

use super::blocks::{DEEPEST, MOST_CALLS, called};
use super::context::Check;
use super::names::split_name;
use super::node::{Entry, Kind, Node};
use super::processes::Head;
use super::scope::{Argument, Scope, TypedBy};
use crate::value::Type;

impl Check<'_> {
    /// Enters the types of all buffers without `of`.
    pub fn type_buffers(&mut self, heads: &[Head<'_>]) {
        self.calls = 0;
        for head in heads {
            if let Some(steps) = head.fields.get("do") {
                self.type_by_steps(steps, Scope::step(&head.vars));
            }
        }
        self.calls = 0;
        for position in 0..self.resources.len() {
            let entry = self.resources.at_mut(position);
            if entry.by_puts {
                entry.ty = Some(Type::Int);
                (entry.by_puts, entry.typed_by) = (false, TypedBy::Nothing);
            }
        }
    }

    fn type_by_steps(&mut self, steps: &Node, scope: Scope<'_>) {
        let Kind::Seq(steps) = &steps.kind else { return };
        for step in steps {
            let Kind::Map(entries) = &step.kind else { continue };
            for Entry { key, value } in entries {
                match key.name.as_str() {
                    "put" => self.type_by_put(value, scope),
                    "do" | "else" => self.type_by_steps(value, scope),
                    "for_each" => self.type_by_round(value, scope),
                    "call" => self.type_by_call(value, scope),
                    _ => {}
                }
            }
        }
    }

    /// By the steps of a block, with what is passed to it.
    fn type_by_call(&mut self, call: &Node, scope: Scope<'_>) {
        // What is wrong with a call is reported when it is checked, one of itself too.
        self.calls += 1;
        let Some((name, given)) = called(call).filter(|_| self.calls <= MOST_CALLS) else { return };
        let Some(block) = self.blocks.find(&name.name).cloned() else { return };
        if self.within.len() == DEEPEST || self.within.contains(&name.name) {
            return;
        }
        self.reports.mute();
        let passed = self.pass(&block, given, scope, call.site);
        self.reports.unmute();
        if let (Some(passed), Some(steps)) = (passed, &block.steps) {
            self.within.push(name.name);
            self.type_by_steps(&steps.value, passed.scope());
            self.within.pop();
        }
    }

    fn type_by_round(&mut self, for_each: &Node, scope: Scope<'_>) {
        let Kind::Map(entries) = &for_each.kind else { return };
        for round in entries.iter().filter(|entry| entry.key.name == "do") {
            self.type_by_steps(&round.value, scope);
        }
    }

    fn type_by_put(&mut self, put: &Node, scope: Scope<'_>) {
        let Kind::Map(entries) = &put.kind else { return };
        let find = |name: &str| entries.iter().find(|entry| entry.key.name == name).map(|entry| &entry.value);
        let first = find("values").and_then(|values| match &values.kind {
            Kind::Seq(nodes) => nodes.first(),
            _ => None,
        });
        let (Some(to), Some(value)) = (find("to"), find("value").or(first)) else { return };
        let targets = match &to.kind {
            Kind::Seq(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(to),
        };
        for target in targets {
            let Kind::Text(text) = &target.kind else { continue };
            let name = split_name(text);
            let position = match scope.arguments.and_then(|arguments| arguments.get(name)) {
                Some(Argument::One(found)) => Some(found.reference.def.index()),
                Some(Argument::All(position)) => Some(*position),
                Some(Argument::Value(_)) | None => self.resources.position(name),
            };
            let Some(position) = position else { continue };
            if !self.resources.at(position).by_puts {
                continue;
            }
            // What is wrong with the value is reported when the step is checked.
            self.reports.mute();
            let typed = self.value(value, scope, None, "");
            self.reports.unmute();
            let entry = self.resources.at_mut(position);
            entry.ty = typed.map(|typed| typed.ty());
            (entry.by_puts, entry.typed_by) = (false, TypedBy::Put(value.site));
        }
    }
}

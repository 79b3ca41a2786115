//! The types of buffers that say none.
//!
//! Decides: the type of the first item, in the order of the file, that a `put`
//! gives a value for; integer if there is none.

use super::context::Check;
use super::names::Table;
use super::node::{Entry, Kind, Node};
use super::processes::Head;
use super::references::split_name;
use super::scope::{Scope, VarEntry};
use crate::value::Type;

impl Check<'_> {
    /// Enters the types of all buffers without `of`.
    pub fn type_buffers(&mut self, heads: &[Head<'_>]) {
        for head in heads {
            if let Some(steps) = head.fields.get("do") {
                self.type_by_steps(steps, &head.vars);
            }
        }
        for position in 0..self.resources.len() {
            let entry = self.resources.at_mut(position);
            if entry.by_puts {
                entry.ty = Some(Type::Int);
                entry.by_puts = false;
            }
        }
    }

    fn type_by_steps(&mut self, steps: &Node, vars: &Table<VarEntry>) {
        let Kind::Seq(steps) = &steps.kind else { return };
        for step in steps {
            let Kind::Map(entries) = &step.kind else { continue };
            for Entry { key, value } in entries {
                match key.name.as_str() {
                    "put" => self.type_by_put(value, vars),
                    "do" | "else" => self.type_by_steps(value, vars),
                    _ => {}
                }
            }
        }
    }

    fn type_by_put(&mut self, put: &Node, vars: &Table<VarEntry>) {
        let Kind::Map(entries) = &put.kind else { return };
        let find = |name: &str| entries.iter().find(|entry| entry.key.name == name).map(|entry| &entry.value);
        let (Some(to), Some(value)) = (find("to"), find("value")) else { return };
        let targets = match &to.kind {
            Kind::Seq(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(to),
        };
        for target in targets {
            let Kind::Text(text) = &target.kind else { continue };
            let Some(position) = self.resources.position(split_name(text)) else { continue };
            if !self.resources.at(position).by_puts {
                continue;
            }
            // What is wrong with the value is reported when the step is checked.
            self.reports.mute();
            let typed = self.value(value, Scope::step(vars), None, "");
            self.reports.unmute();
            let entry = self.resources.at_mut(position);
            entry.ty = typed.map(|typed| typed.ty());
            entry.by_puts = false;
        }
    }
}

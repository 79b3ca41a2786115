//! Named blocks of steps, and what their parameters stand for in a call.
//!
//! Decides what a block may be named and take, and what an argument is: a variable of the
//! caller, a resource, or a value that is calculated wherever the block asks for it. What the
//! steps of a block do is what they would do at the call.

use super::context::Check;
use super::fields::{self, Fields, Instead};
use super::names::{Table, quoted};
use super::node::{Entry, Key, Kind, Node};
use super::scope::{Argument, Arguments, Block, Passed, Scope};
use super::syntax::AstKind;
use super::tables::BLOCK;
use super::typed::Typed;
use super::warnings;
use crate::ids::Site;
use std::rc::Rc;

/// Calls of blocks that a scenario may have, those in blocks counted as often as they
/// are made: each is a copy of the steps.
pub(super) const MOST_CALLS: usize = 10_000;

/// Calls within calls that a scenario may have.
pub(super) const DEEPEST: usize = 64;

/// What stands behind `call`, if that is a call: the name of the block, and the arguments.
pub(super) fn called(call: &Node) -> Option<(Key, &[Entry])> {
    match &call.kind {
        Kind::Text(name) => Some((Key { name: name.clone(), site: call.site }, &[])),
        Kind::Map(entries) => match entries.as_slice() {
            [Entry { key, value }] => match &value.kind {
                Kind::Map(given) => Some((key.clone(), given)),
                Kind::Null => Some((key.clone(), &[])),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

impl Check<'_> {
    /// Reads the blocks; their steps are checked where they are called. `instead` knows what
    /// other keys mean.
    pub fn blocks(&mut self, entry: Option<&Entry>, instead: Instead<'_>) {
        let Some(entry) = entry.filter(|entry| entry.value.kind != Kind::Null) else { return };
        let owner = self.key_span(&entry.key);
        let entries = fields::entries(&mut self.reports, &entry.value, "blocks", owner).unwrap_or(&[]);
        for entry in entries {
            self.name(&entry.key, "block");
            let owner = self.key_span(&entry.key);
            let fields = fields::read_but(&mut self.reports, &entry.value, &BLOCK, owner, None, instead);
            let params = fields.map(|fields| self.block_params(fields)).unwrap_or_default();
            let steps = fields.and_then(|fields| fields.entry("do")).cloned();
            let name = entry.key.name.clone();
            self.blocks.push(&name.clone(), Rc::new(Block { name, params, steps, called: false.into() }));
            self.block_sites.push(entry.key.site);
        }
    }

    fn block_params(&mut self, fields: Fields<'_>) -> Vec<String> {
        let Some(node) = fields.get("params") else { return Vec::new() };
        let Kind::Seq(nodes) = &node.kind else {
            let span = self.reports.span_of(node);
            let message = format!("`params` of a block is a list of names, found {}", node.described());
            self.reports.error_with_hint(span, message, "write `params: [memory, amount]`");
            return Vec::new();
        };
        let mut params: Vec<String> = Vec::new();
        for node in nodes {
            let Some(name) = self.plain_text(node, "`params`") else { continue };
            let key = Key { name: name.to_owned(), site: node.site };
            self.name(&key, "parameter of a block");
            let taken = match () {
                () if params.contains(&key.name) => Some("another parameter of the block"),
                () if self.params.position(name).is_some() => Some("a parameter of the scenario"),
                () if self.resources.position(name).is_some() => Some("a resource"),
                () => None,
            };
            if let Some(what) = taken {
                let span = self.reports.span_of(node);
                let message = format!("{} is the name of {what}, too", quoted(name));
                self.reports.error_with_hint(span, message, "give it another name");
            }
            params.push(key.name);
        }
        params
    }

    /// Warns of blocks that nobody calls: what is wrong in them is not seen.
    pub fn uncalled_blocks(&mut self) {
        for (block, &site) in self.blocks.iter().zip(&self.block_sites) {
            if !block.called.get() {
                self.noticed.extend(warnings::unused("block", &block.name, site));
            }
        }
    }

    /// What the parameters of a block stand for, by the arguments of a call in this scope;
    /// the call stands at `site`.
    pub fn pass(&mut self, block: &Block, given: &[Entry], scope: Scope<'_>, site: Site) -> Option<Passed> {
        let before = self.reports.count();
        for Entry { key, .. } in given {
            if !block.params.contains(&key.name) {
                let span = self.key_span(key);
                let message =
                    format!("the block {} has no parameter {}", quoted(&block.name), quoted(&key.name));
                self.reports.unknown(span, message, &key.name, block.params.iter().map(String::as_str));
            }
        }
        let (mut names, mut arguments) = (Vec::new(), Arguments::new());
        for param in &block.params {
            let Some(entry) = given.iter().find(|entry| entry.key.name == *param) else {
                let span = self.reports.span_of_text(site, "call");
                let message = format!("the block {} takes {}", quoted(&block.name), quoted(param));
                let hint = format!("write `call: {{{}: {{{param}: …}}}}`", block.name);
                self.reports.error_with_hint(span, message, hint);
                continue;
            };
            match self.variable_named(&entry.value, scope) {
                Some(position) => names.push((param.clone(), position)),
                None => {
                    let argument = self.argument(&entry.value, scope, param);
                    arguments.insert(param.clone(), argument);
                }
            }
        }
        let none = Table::default();
        let vars = scope.vars.unwrap_or(&none).renamed(&names);
        (self.reports.count() == before).then_some(Passed { vars, arguments })
    }

    /// The variable or array that an argument is the name of.
    fn variable_named(&self, node: &Node, scope: Scope<'_>) -> Option<usize> {
        let Kind::Text(text) = &node.kind else { return None };
        scope.vars?.position(text.trim())
    }

    fn argument(&mut self, node: &Node, scope: Scope<'_>, param: &str) -> Argument {
        if let Kind::Text(text) = &node.kind
            && let Some(argument) = self.resource_named(text, node.site, scope)
        {
            return argument;
        }
        let value = self.value(node, scope, None, &format!("`{param}`"));
        Argument::Value(value.map(|Typed { expr, known }| (expr, known)))
    }

    /// The resource that an argument names, if it names one.
    fn resource_named(&mut self, text: &str, site: Site, scope: Scope<'_>) -> Option<Argument> {
        let ast = super::syntax::parse(text).ok()?;
        let (name, is_whole) = match &ast.kind {
            AstKind::Name(name) => (name, true),
            AstKind::Element(name, _) => (name, false),
            _ => return None,
        };
        match scope.arguments.and_then(|arguments| arguments.get(name)) {
            Some(Argument::All(_)) if !is_whole => {}
            Some(Argument::Value(_)) => return None,
            Some(argument) => return Some(argument.clone()),
            None => {
                let position = self.resources.position(name)?;
                if is_whole && self.resources.at(position).counted {
                    self.resources.at(position).used.set(true);
                    return Some(Argument::All(position));
                }
            }
        }
        let found = self.typer(text, site, scope).resource(&ast, text, |_, _| None);
        Some(found.map_or(Argument::Value(None), Argument::One))
    }
}

//! What a scenario says must come out.
//!
//! Decides that all names are known and that values have the right types.
//! Whether the expectations hold is found out by a run. What is expected is
//! said of the parameters of the file: if a run sets some, an instance that is
//! expected may be one that there is not any more.

use super::context::Check;
use super::fields;
use super::model::{Expect, ExpectFinished, ExpectMemory, Expr};
use super::names::quoted;
use super::node::{Entry, Key, Kind};
use super::references::split_instance;
use super::scope::Scope;
use super::tables::{EXPECT, OUTCOMES};
use crate::ids::{ProcessDefId, ResourceDefId};
use crate::trace::ResourceKind;

impl Check<'_> {
    /// Reads `expect`; `as_written` says that no parameter has been set.
    pub fn expect(&mut self, entry: &Entry, as_written: bool) -> Expect {
        let owner = self.key_span(&entry.key);
        let scope = Scope::all_params();
        let Some(fields) = fields::read(&mut self.reports, &entry.value, &EXPECT, owner) else {
            return Expect::default();
        };
        let outcome = fields.get("outcome").and_then(|node| {
            let word = self.word(node, "an outcome", &OUTCOMES)?;
            Some((word.to_owned(), node.site))
        });
        let total_time = fields.get("total_time");
        let total_time = total_time.and_then(|node| self.duration(node, scope, "`total_time`"));
        let mut expect =
            Expect { outcome, total_time: total_time.map(|typed| typed.expr), ..Expect::default() };
        for entry in self.expected(fields.entry("finished")) {
            expect.finished.extend(self.finished(entry, as_written));
        }
        for entry in self.expected(fields.entry("memories")) {
            expect.memories.extend(self.memory(entry, as_written));
        }
        expect
    }

    fn expected<'n>(&mut self, entry: Option<&'n Entry>) -> &'n [Entry] {
        let Some(entry) = entry else { return &[] };
        let owner = self.key_span(&entry.key);
        fields::entries(&mut self.reports, &entry.value, &entry.key.name, owner).unwrap_or(&[])
    }

    fn finished(&mut self, entry: &Entry, as_written: bool) -> Option<ExpectFinished> {
        let at = self.duration(&entry.value, Scope::all_params(), "a finish time");
        let (name, instance) = self.instance_name(&entry.key)?;
        let Some(position) = self.processes.position(name) else {
            let span = self.key_span(&entry.key);
            self.reports.unknown(
                span,
                format!("unknown process {}", quoted(name)),
                name,
                self.processes.names(),
            );
            return None;
        };
        let known = self.processes.at(position);
        let (counted, count) = (known.counted, known.count.filter(|_| as_written));
        self.check_instance(&entry.key, instance, counted, count)?;
        let process = ProcessDefId::from_index(position);
        Some(ExpectFinished { process, instance, at: at?.expr, site: entry.key.site })
    }

    fn memory(&mut self, entry: &Entry, as_written: bool) -> Option<ExpectMemory> {
        let (name, instance) = self.instance_name(&entry.key)?;
        let span = self.key_span(&entry.key);
        let Some(position) = self.resources.position(name) else {
            self.reports.unknown(
                span,
                format!("unknown memory {}", quoted(name)),
                name,
                self.resources.names(),
            );
            return None;
        };
        let known = self.resources.at(position).clone();
        let kind = known.kind?;
        if kind != ResourceKind::Memory {
            self.reports.error(span, format!("{} is a {}, not a memory", quoted(name), kind.name()));
            return None;
        }
        self.check_instance(&entry.key, instance, known.counted, known.count.filter(|_| as_written))?;
        let Kind::Seq(nodes) = &entry.value.kind else {
            let message = format!("the content of a memory is a list, found {}", entry.value.described());
            if entry.value.kind != Kind::Bad {
                self.reports.error(span, message);
            }
            return None;
        };
        let scope = Scope::all_params();
        let values: Vec<Option<Expr>> = nodes
            .iter()
            .map(|node| self.value(node, scope, known.ty, "a slot of the memory").map(|typed| typed.expr))
            .collect();
        let values = values.into_iter().collect::<Option<_>>()?;
        let memory = ResourceDefId::from_index(position);
        Some(ExpectMemory { memory, instance, values, site: entry.key.site })
    }

    /// Splits `worker[2]`.
    fn instance_name<'n>(&mut self, key: &'n Key) -> Option<(&'n str, Option<u32>)> {
        let split = split_instance(&key.name);
        if split.is_none() {
            let span = self.key_span(key);
            let message = format!("{} names no instance", quoted(&key.name));
            self.reports.error_with_hint(span, message, "write `name` or `\"name[2]\"`");
        }
        split
    }

    /// Checks that there is an index exactly if there is a count, and that it
    /// names an instance.
    fn check_instance(
        &mut self,
        key: &Key,
        instance: Option<u32>,
        counted: bool,
        count: Option<i64>,
    ) -> Option<()> {
        let message = match (instance, count) {
            (None, _) if counted => format!("{} has several instances; say which", quoted(&key.name)),
            (Some(_), _) if !counted => {
                format!("{}: there is one instance only, without index", quoted(&key.name))
            }
            (Some(at), Some(count)) if i64::from(at) >= count => {
                format!("{} is out of range: there are {count} instances, from 0", quoted(&key.name))
            }
            _ => return Some(()),
        };
        let span = self.key_span(key);
        self.reports.error(span, message);
        None
    }
}

//! What `put` puts and where `get` lets it go: values, or the fields of records.

use super::body::Body;
use crate::ids::Site;
use crate::scenario::expr::Expr;
use crate::scenario::model::ItemTarget;
use crate::scenario::node::{Kind, Node};
use crate::scenario::records::written;
use crate::scenario::scope::ResourceEntry;
use crate::scenario::typed::Typed;
use crate::value::Value;

impl Body<'_, '_> {
    /// What is put into a buffer: one value, or one for each field; zeros without a node.
    pub(super) fn item(
        &mut self,
        node: Option<&Node>,
        buffer: &ResourceEntry,
        what: &str,
        site: Site,
    ) -> Option<Vec<Expr>> {
        let Some(node) = node else {
            let zero = |ty| Self::constant(Value::from_word(ty, 0), site);
            return match buffer.fields.as_slice() {
                [] => Some(vec![zero(buffer.ty?)]),
                fields => Some(fields.iter().map(|field| zero(field.ty)).collect()),
            };
        };
        if !buffer.fields.is_empty() {
            let values = self.check.record(node, self.scope(), &buffer.fields, what)?;
            return Some(values.into_iter().map(|value| value.expr).collect());
        }
        if self.check.is_no_record(node, Some(buffer), what) {
            return None;
        }
        self.value(node, buffer.ty, what).map(|typed| vec![typed.expr])
    }

    /// Where a get lets its item go: nowhere without a node; `None` if that is wrong.
    pub(super) fn item_targets(
        &mut self,
        node: Option<&Node>,
        buffer: Option<&ResourceEntry>,
        count: Option<&Typed>,
    ) -> Option<Vec<ItemTarget>> {
        let Some(node) = node else { return Some(Vec::new()) };
        let Some(buffer) = buffer.filter(|buffer| !buffer.fields.is_empty()) else {
            if self.check.is_no_record(node, buffer, "`into`") {
                return None;
            }
            let (var, element) = self.into(node, buffer.and_then(|buffer| buffer.ty), buffer, count)?;
            return Some(vec![ItemTarget { field: 0, var, element }]);
        };
        let span = self.check.reports.span_of(node);
        let Kind::Map(entries) = &node.kind else {
            if node.kind != Kind::Bad {
                let message = format!("`into` says where fields of a record go, found {}", node.described());
                let hint = format!(
                    "write a variable for each field that you want, `{{{}: x}}` of `{}`",
                    buffer.fields[0].name,
                    written(&buffer.fields)
                );
                self.check.reports.error_with_hint(span, message, hint);
            }
            return None;
        };
        if count.is_some_and(|count| !count.is_literal_one()) {
            let hint = "get them one by one, or leave `into` out";
            self.check.reports.error_with_hint(span, "the fields of one record go into variables", hint);
            return None;
        }
        let mut targets = Vec::new();
        for entry in entries {
            let field = self.check.field_named(entry, &buffer.fields);
            let ty = field.map(|field| buffer.fields[usize::from(field)].ty);
            let into = self.into(&entry.value, ty, None, None);
            if let (Some(field), Some((var, element))) = (field, into) {
                if self.vars.at(var.index()).array && element.is_none() {
                    let span = self.check.reports.span_of(&entry.value);
                    let hint = "write which element, as in `xs[0]`";
                    self.check.reports.error_with_hint(span, "a field is one value, not an array", hint);
                    return None;
                }
                targets.push(ItemTarget { field, var, element });
            }
        }
        (targets.len() == entries.len()).then_some(targets)
    }
}

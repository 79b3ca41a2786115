//! Items that are chosen: `order` of a buffer, and `where` of a get.
//!
//! Decides what an expression over an item may ask: the item, parameters and, of a get, what
//! stays as it is while the process waits.

use super::context::Check;
use super::expr::{Expr, ExprKind};
use super::fields::{self, Fields};
use super::model::ItemOrder;
use super::node::{Kind, Node};
use super::scope::{ResourceEntry, Scope};
use super::tables::{Field, Form, Shape, optional, required};
use crate::ids::Site;
use crate::value::Type;

/// The words for an order.
const ORDERS: [&str; 2] = ["fifo", "lifo"];

/// Of a buffer: in which order it gives its items.
pub(super) const ORDER: Field = optional("order", ORDER_SHAPE, "In which order items are got; default fifo.")
    .foreign(&["sort", "sorted", "priority", "item_order"]);

const ORDER_SHAPE: Shape = Shape::Either(&[Shape::Word(&ORDERS), Shape::Form(&ORDER_FORM)]);

static ORDER_FORM: Form = Form {
    name: "order_form",
    doc: "The item with the least key first, of equal ones the first that was put.",
    fields: &[required("by", Shape::Value, "The key: an expression over `item` and parameters.")],
};

/// Of a get: which item it takes.
pub(super) const WHERE: Field =
    optional("where", Shape::Condition, "Only an item for which this is true; `item` is the item.")
        .foreign(&["filter", "if", "matching", "when", "condition"]);

impl Check<'_> {
    /// In which order a buffer gives its items, if not first in, first out; `None` if that is wrong.
    pub(super) fn item_order(
        &mut self,
        known: &ResourceEntry,
        fields: Fields<'_>,
    ) -> Option<Option<ItemOrder>> {
        let Some(entry) = fields.entry(ORDER.key) else { return Some(None) };
        let node = &entry.value;
        let order = match &node.kind {
            Kind::Map(_) => {
                let owner = self.key_span(&entry.key);
                let by = fields::read(&mut self.reports, node, &ORDER_FORM, owner)?.get("by")?;
                if known.by_puts {
                    let hint = "write `of: int`, or whatever the items are";
                    self.reports.error_with_hint(owner, "`by` needs the type of the items", hint);
                    return None;
                }
                let scope = Scope { item: Some(known), ..Scope::all_params() };
                Some(ItemOrder::By(self.over_item(by, scope, None, "`by`")?))
            }
            Kind::Text(word) if ORDERS.contains(&word.as_str()) => {
                (word == "lifo").then_some(ItemOrder::Lifo)
            }
            Kind::Bad => return None,
            _ => {
                let span = self.reports.span_of(node);
                let message = format!("{} is not known as an order of items", node.described());
                let hint = "write `fifo`, `lifo`, or `{by: item}` for the least first";
                self.reports.error_with_hint(span, message, hint);
                return None;
            }
        };
        self.keeps_items(known, node, order.is_some()).then_some(order)
    }

    /// Whether a buffer has items of which one can be chosen.
    fn keeps_items(&mut self, known: &ResourceEntry, node: &Node, chooses: bool) -> bool {
        let keeps = !chooses || known.size != Some(0);
        if !keeps {
            let span = self.reports.span_of(node);
            let hint = "with `capacity: 0` a put and a get meet, in the order of the `discipline`";
            self.reports.error_with_hint(span, "a buffer for no items has none to choose from", hint);
        }
        keeps
    }

    /// What a get asks of the item that it takes.
    pub(super) fn accepts(&mut self, node: &Node, scope: Scope<'_>, known: &ResourceEntry) -> Option<Expr> {
        let scope = Scope { item: Some(known), ..scope };
        let accepts = self.over_item(node, scope, Some(Type::Bool), "`where`")?;
        self.keeps_items(known, node, true).then_some(accepts)
    }

    /// An expression that can be worked out whenever an item is there.
    fn over_item(&mut self, node: &Node, scope: Scope<'_>, want: Option<Type>, what: &str) -> Option<Expr> {
        let expr = self.value(node, scope, want, what)?.expr;
        let Some(site) = changing(&expr) else { return Some(expr) };
        let span = self.reports.span_of_text(site, " ");
        let message = format!("{what} asks the item, parameters and variables, and nothing else");
        self.reports.error_with_hint(span, message, "`set` a variable to it before the step");
        None
    }
}

/// Where an expression asks something that may change while a process waits.
fn changing(expr: &Expr) -> Option<Site> {
    match &expr.kind {
        ExprKind::Now
        | ExprKind::Level(_)
        | ExprKind::Capacity(_)
        | ExprKind::Slot(..)
        | ExprKind::Stage(_)
        | ExprKind::Element(..) => Some(expr.site),
        ExprKind::Unary(_, a) => changing(a),
        ExprKind::Binary(_, a, b) | ExprKind::And(a, b) | ExprKind::Or(a, b) => {
            changing(a).or_else(|| changing(b))
        }
        ExprKind::Const(_)
        | ExprKind::Param(_)
        | ExprKind::Var(_)
        | ExprKind::Len(_)
        | ExprKind::Index
        | ExprKind::Item(_) => None,
    }
}

//! What is asked of items, compiled: the orders of buffers, and what gets ask.

use super::emit::Compiler;
use super::expressions::is_over_params;
use super::item_term::{ItemTerm, OrderCode};
use crate::scenario::{Expr, ExprKind, ItemOrder, ResourceDef};
use std::sync::Arc;

impl Compiler<'_> {
    /// The orders in which buffers give their items, by resource definition.
    pub(super) fn orders(&mut self) -> Vec<Option<OrderCode>> {
        let model = self.model;
        let order = |def: &ResourceDef| match def.spec.order.as_ref()? {
            ItemOrder::Lifo => Some(OrderCode::Lifo),
            ItemOrder::By(key) => Some(OrderCode::By(Arc::new(self.item_term(key)), key.ty)),
        };
        model.resources.iter().map(order).collect()
    }

    /// An expression that was checked to be over items, parameters and variables.
    pub(super) fn item_term(&mut self, expr: &Expr) -> ItemTerm {
        let mut two = |a: &Expr, b: &Expr| Box::new([self.item_term(a), self.item_term(b)]);
        match &expr.kind {
            ExprKind::Item(field) => ItemTerm::Field(*field),
            _ if is_over_params(expr) => ItemTerm::Word(self.expr(expr)),
            ExprKind::Unary(op, a) => ItemTerm::Unary(*op, Box::new(self.item_term(a))),
            ExprKind::Binary(op, a, b) => ItemTerm::Binary(*op, two(a, b)),
            ExprKind::And(a, b) => ItemTerm::And(two(a, b)),
            ExprKind::Or(a, b) => ItemTerm::Or(two(a, b)),
            _ => ItemTerm::Word(self.expr(expr)),
        }
    }
}

//! `put` and `get`: to ops.
//!
//! Decides where the fields of a record are while it is put or got: in words of the frame, one
//! behind the other, which are worked out before the op and go to variables behind it.

use super::emit::Compiler;
use super::expressions::is_one;
use super::op::{Destination, ManyCode, Op, ResourceCode, Slot, Source};
use crate::ids::VarId;
use crate::scenario::{Expr, ItemTarget, ResourceRef};

impl Compiler<'_> {
    pub(super) fn put(&mut self, buffer: &ResourceRef, count: &Expr, value: &[Expr]) {
        let resource = self.resource(buffer);
        let fields = value.len() as u8;
        let value = match value {
            [value] => self.expr(value),
            fields => {
                let first = self.frame.temporary_run(fields.len() as u32);
                self.record(fields, first)
            }
        };
        if fields == 1 && is_one(count) {
            self.emit_wait(Op::Put { buffer: resource, value });
        } else {
            let count = self.expr(count);
            let many = self.many(ManyCode { resource, count, operand: value, into: None, fields });
            self.emit_wait(Op::PutMany { many });
        }
    }

    /// Works the fields of a record out, into these words; the first of them.
    pub(super) fn record(&mut self, fields: &[Expr], first: Slot) -> Source {
        for (field, word) in fields.iter().zip(first.0..) {
            self.expr_into(field, Slot(word));
        }
        first.source()
    }

    pub(super) fn get(&mut self, buffer: &ResourceRef, count: &Expr, into: &[ItemTarget]) {
        let (resource, fields) = (self.resource(buffer), self.fields_of(buffer));
        if fields > 1 {
            let words = (!into.is_empty()).then(|| self.frame.temporary_run(fields.into()));
            let count = self.expr(count);
            let get = self.get_record(resource, count, words, fields);
            self.emit_get(get);
            return self.keep_fields(into, words);
        }
        match into.first() {
            None if is_one(count) => drop(self.emit_get(Op::Take { buffer: resource })),
            Some(ItemTarget { var, element: Some(element), .. }) => {
                self.keep_in_element(*var, element, |into| Op::Get { buffer: resource, into });
            }
            Some(target) if is_one(count) && !self.is_array(target.var) => {
                let into = self.frame.var(target.var);
                self.emit_get(Op::Get { buffer: resource, into });
            }
            target => {
                let count = self.expr(count);
                let array = target.map(|target| self.frame.var(target.var));
                let many = self.many(ManyCode::of_words(resource, count, count, array));
                self.emit_get(Op::GetMany { many });
            }
        }
    }

    /// The op that gets records, of which one goes into these words, if there are any.
    pub(super) fn get_record(
        &mut self,
        resource: ResourceCode,
        count: Source,
        words: Option<Slot>,
        fields: u8,
    ) -> Op {
        let into = words.map(Destination::Record);
        Op::GetMany { many: self.many(ManyCode { resource, count, operand: count, into, fields }) }
    }

    /// Emits what keeps fields of the record that is in these words.
    pub(super) fn keep_fields(&mut self, into: &[ItemTarget], words: Option<Slot>) {
        let Some(Slot(first)) = words else { return };
        for ItemTarget { field, var, element } in into {
            let value = Slot(first + u32::from(*field)).source();
            let slot = self.frame.var(*var);
            match element {
                None => drop(self.emit(Op::Copy { into: slot, from: value })),
                Some(element) => {
                    let index = self.expr(element);
                    self.emit(Op::SetElement { array: slot, index, value });
                }
            }
        }
    }

    /// An op that writes a value, which then goes to an element of an array.
    pub(super) fn keep_in_element(&mut self, array: VarId, element: &Expr, op: impl FnOnce(Slot) -> Op) {
        let value = self.frame.temporary();
        self.emit_get(op(value));
        let index = self.expr(element);
        let array = self.frame.var(array);
        self.emit(Op::SetElement { array, index, value: value.source() });
    }

    /// How many words each item of a buffer is.
    pub(super) fn fields_of(&self, buffer: &ResourceRef) -> u8 {
        self.model.resources[buffer.def.index()].spec.fields.len().max(1) as u8
    }
}

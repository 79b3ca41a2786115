//! Steps that put and get records, each a method.
//!
//! Decides how the fields of an item are written. Which there are is decided where it is for files.

use super::steps::Steps;
use super::term::{Term, key, map};

/// `{kind: k, size: s}` of the variables that fields go to.
fn into(fields: impl IntoIterator<Item = (&'static str, &'static str)>) -> String {
    map(fields.into_iter().map(|(field, variable)| (field, key(variable))))
}

impl<S> Steps<S> {
    /// Puts a record with these values of its fields, waiting until it fits.
    #[track_caller]
    pub fn put_record<V: Into<Term>>(
        &mut self,
        buffer: &str,
        fields: impl IntoIterator<Item = (&'static str, V)>,
    ) -> &mut Self {
        let fields = fields.into_iter().map(|(field, value)| (field, value.into().yaml()));
        self.add(format!("put: {{to: {}, value: {}}}", key(buffer), map(fields)))
    }

    /// Takes a record, waiting until one is there, of which these fields go to these variables.
    #[track_caller]
    pub fn get_fields(
        &mut self,
        buffer: &str,
        fields: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> &mut Self {
        self.add(format!("get: {{from: {}, into: {}}}", key(buffer), into(fields)))
    }

    /// Takes the first record for which a condition over `item.field` is true, waiting until one is there; these
    /// fields of it go to these variables.
    #[track_caller]
    pub fn get_fields_where(
        &mut self,
        buffer: &str,
        condition: impl Into<Term>,
        fields: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> &mut Self {
        let (from, asked) = (key(buffer), condition.into().yaml());
        self.add(format!("get: {{from: {from}, where: {asked}, into: {}}}", into(fields)))
    }

    /// Does the steps for each record of a buffer, of which these fields go to these variables,
    /// until the buffer is closed and empty.
    #[track_caller]
    pub fn for_each_fields(
        &mut self,
        buffer: &str,
        fields: impl IntoIterator<Item = (&'static str, &'static str)>,
        round: impl FnOnce(&mut Steps<S>),
    ) -> &mut Self {
        self.rounds(format!("from: {}, into: {}", key(buffer), into(fields)), round)
    }
}

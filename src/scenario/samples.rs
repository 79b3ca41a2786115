//! What maps look like with the keys that they lack.
//!
//! Decides the examples in hints about a missing key, from the tables alone.

use super::misfits;
use super::node::Entry;
use super::tables::{Field, Form, Shape};

/// What to do about a key that a map of these entries lacks.
pub(super) fn missing(form: &Form, entries: &[Entry], field: &Field) -> String {
    let example = example(form, entries, field);
    if matches!(field.shape, Shape::Steps) {
        let whose = if misfits::is_of_step(form) { "the" } else { "its" };
        return format!("write {whose} steps below `{}:`, as in `{example}`", field.key);
    }
    let doc = field.doc.trim_end_matches('.');
    format!("`{}`: {doc}, as in `{example}`", field.key)
}

/// A map of these entries, with this key and all others that it must have.
fn example(form: &Form, entries: &[Entry], missing: &Field) -> String {
    // Of the whole file and of what is large one key is enough.
    let is_whole = matches!(form.name, "scenario" | "process" | "block");
    let is_shown = |field: &Field| {
        let is_there = entries.iter().any(|entry| entry.key.name == field.key);
        field.key == missing.key || !is_whole && (field.required || is_there)
    };
    let part = |field: &Field| {
        let found = entries.iter().find(|entry| entry.key.name == field.key);
        let value = found.map(|entry| misfits::written(&entry.value));
        // What has signs of YAML in it would need quotes in braces.
        let plain = value.filter(|value| !value.contains(['{', '}', '[', ']', ',', '"', '#', ':']));
        let value = if found.is_some() { plain.unwrap_or_else(|| "…".to_owned()) } else { sample(field) };
        format!("{}: {value}", field.key)
    };
    let parts: Vec<String> = form.fields.iter().filter(|field| is_shown(field)).map(part).collect();
    let parts = parts.join(", ");
    match form.name.strip_suffix("_form") {
        Some(step) => format!("{step}: {{{parts}}}"),
        None if form.name == "scenario" => parts,
        None => format!("{{{parts}}}"),
    }
}

/// What may stand behind a key.
pub(super) fn sample(field: &Field) -> String {
    match field.key {
        "at" => "0".to_owned(),
        // Nobody waits at a barrier of one.
        "parties" => "2".to_owned(),
        _ => of_shape(&field.shape),
    }
}

fn of_shape(shape: &Shape) -> String {
    let map = |inner: &[Field]| {
        let required = inner.iter().filter(|field| field.required);
        let parts: Vec<_> = required.map(|field| format!("{}: {}", field.key, sample(field))).collect();
        format!("{{{}}}", parts.join(", "))
    };
    match shape {
        Shape::Text => "x".to_owned(),
        Shape::Nothing => String::new(),
        Shape::Word(words) => words.first().copied().unwrap_or_default().to_owned(),
        Shape::Integer { least, .. } => least.to_string(),
        Shape::Whole | Shape::Value => "1".to_owned(),
        Shape::Duration => "1s".to_owned(),
        Shape::Condition => "true".to_owned(),
        Shape::Reference => "name".to_owned(),
        Shape::Map(value) => format!("{{name: {}}}", of_shape(value)),
        Shape::Named { value, .. } => format!("{{a: {}}}", of_shape(value)),
        Shape::List(value) => format!("[{}]", of_shape(value)),
        Shape::Either(shapes) => shapes.first().map(of_shape).unwrap_or_default(),
        Shape::Form(form) => map(form.fields),
        Shape::Resource => "mutex".to_owned(),
        Shape::Distribution => "{uniform_int: {low: 1, high: 6}}".to_owned(),
        Shape::Steps => "[{delay: 1s}]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::{SCENARIO, form};
    use super::*;
    use crate::scenario::{kinds, steps};

    fn lacking(form: &Form, key: &str) -> String {
        let field = form.fields.iter().find(|field| field.key == key).expect("a key of the form");
        missing(form, &[], field)
    }

    #[test]
    fn examples_by_hand() {
        let step = |name: &str| steps::forms().find(|form| form.name == name).expect("a step");
        assert_eq!(
            lacking(step("repeat"), "do"),
            "write the steps below `do:`, as in `{repeat: 1, do: [{delay: 1s}]}`"
        );
        assert!(lacking(&SCENARIO, "version").ends_with(", as in `version: 1`"));
        assert!(lacking(&SCENARIO, "processes").ends_with(", as in `processes: {a: {do: [{delay: 1s}]}}`"));
        let buffer = form(kinds::forms(), "buffer").expect("a kind");
        assert!(lacking(buffer, "capacity").ends_with(", as in `{kind: buffer, capacity: 1}`"));
    }
}

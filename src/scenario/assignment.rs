//! Steps that are written as assignments: `- i = i + 1`.
//!
//! Decides which step is meant: `set` for a variable, `write` for a memory.

use super::names::{is_name, is_word};

/// The name and the value of `n = 0`, if a text is that.
pub(super) fn parts(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    (is_name(name) && !value.is_empty() && !value.starts_with('=')).then_some((name, value))
}

/// What to write instead of a text that is an assignment, if it is one.
/// `is_variable` tells arrays from memories.
pub(super) fn meant(text: &str, is_variable: impl Fn(&str) -> bool) -> Option<String> {
    let (place, value) = text.split_once('=')?;
    if value.starts_with('=') {
        return None;
    }
    let (place, operator) = match place.strip_suffix(['+', '-', '*', '/', '%']) {
        Some(before) => (before.trim(), &place[before.len()..]),
        None => (place.trim(), ""),
    };
    let value = match (operator, value.trim()) {
        (_, "") => return None,
        ("", value) => value.to_owned(),
        (operator, value) if is_word(value) => format!("{place} {operator} {value}"),
        (operator, value) => format!("{place} {operator} ({value})"),
    };
    match place.strip_suffix(']').and_then(|place| place.split_once('[')) {
        Some((name, at)) if is_word(name) && is_variable(name) => {
            Some(format!("write `set: {{\"{name}[{at}]\": {value}}}`"))
        }
        // The value of a slot is read by a step of its own.
        Some((name, at)) if is_word(name) && operator.is_empty() => {
            Some(format!("write `write: {{to: {name}, at: {at}, value: {value}}}`"))
        }
        None if is_word(place) => Some(format!("write `set: {{{place}: {value}}}`")),
        _ => None,
    }
}

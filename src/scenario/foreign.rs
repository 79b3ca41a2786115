//! The words of other languages, and what is said for them here.
//!
//! Decides nothing that a valid scenario could notice: these are the hints for
//! what people type who come from Python, Java, SimPy, Go or a textbook.

use super::distributions::distributions;
use super::kinds::kinds;
use super::steps;
use super::tables::{Advice, ForeignKey};

/// What is written as a step and is none, nor another word for one.
const STEPS: [Advice; 6] = [
    (
        &["await"],
        "write `get: b` for an item, `acquire: s` for a permit, `wait: c` at a condition, `delay: 5s` for time",
    ),
    (
        &["join"],
        "let the other process `release` a semaphore with 0 permits when it is done, and `acquire` that here",
    ),
    (
        &["spawn", "thread", "start", "fork", "go", "process", "Thread", "launch"],
        "processes stand side by side below `processes`; `count` makes several, `start` says when",
    ),
    (&["yield"], "write `delay: 0s` to let those go first who are ready now"),
    (
        &["break", "continue", "return", "exit", "stop"],
        "a loop ends when its condition is false; set a variable that it asks",
    ),
    (&["assert", "check"], "say what must come out in `expect`"),
];

/// What to write instead of a distribution as a function.
const DRAWN: &str = "nothing is drawn in an expression: write a map, as in `delay: {uniform: {low: 1s, high: 5s}}`, or a `draw` step";

/// What is written as a function.
const FUNCTIONS: [Advice; 7] = [
    (
        &["randint", "random", "rand", "randrange"],
        "nothing is drawn in an expression: `draw: {into: x, from: {uniform_int: {low: 1, high: 6}}}`",
    ),
    (&["expovariate", "gauss"], DRAWN),
    (&["time", "clock", "now"], "the clock is `now`, without brackets"),
    (
        &["size", "length", "count", "qsize", "available"],
        "`len(array)` is the length of an array, `level(r)` how much is in a resource",
    ),
    (&["str", "format", "print"], "there are no texts in expressions; `log: \"… {x}\"` writes one"),
    (&["mod", "fmod", "divmod"], "the remainder is `a % b`"),
    (&["pow", "sqrt", "exp", "log", "sin", "cos"], "expressions have `+ - * / %`, `min`, `max` and rounding"),
];

/// What is written as a value.
const VALUES: [Advice; 5] = [
    (&["True", "TRUE", "yes", "Yes", "on", "On"], "write `true`"),
    (&["False", "FALSE", "no", "No", "off", "Off"], "write `false`"),
    (&["None", "null", "nil", "undefined"], "there is no value for nothing; take a number, such as -1"),
    (&["time", "clock", "env"], "the clock is `now`"),
    (
        &["self", "id", "i", "rank", "tid", "thread_id"],
        "the number of an instance is `index`; a variable is declared in `vars`",
    ),
];

/// What is written as an operator.
const OPERATORS: [Advice; 7] = [
    (&["mod", "MOD", "modulo", "rem"], "the remainder is written `%`, as in `i % n`"),
    (&["div", "DIV"], "`/` of integers rounds down already"),
    (&["is", "eq", "equals"], "equality is written `==`"),
    (&["AND", "And"], "write `and`"),
    (&["OR", "Or"], "write `or`"),
    (&["x", "times"], "multiplication is written `*`"),
    (&["if", "else", "then"], "there are no conditions in expressions; use an `if` step"),
];

/// Keys of a form (by its name) under other names, and the key that is meant.
const KEYS: [(&str, &[&str], &str); 21] = [
    ("scenario", &["threads", "actors", "tasks", "workers", "agents"], "processes"),
    ("scenario", &["parameters", "constants", "config", "variables", "vars"], "params"),
    ("scenario", &["shared", "objects", "locks"], "resources"),
    ("scenario", &["until", "duration", "stop"], "horizon"),
    ("scenario", &["title"], "name"),
    ("scenario", &["assert", "asserts", "assertions"], "expect"),
    ("process", &["steps", "body", "actions", "program", "code", "script"], "do"),
    ("process", &["variables", "locals", "let"], "vars"),
    ("process", &["instances", "replicas"], "count"),
    ("if", &["then", "steps", "body"], "do"),
    ("if", &["otherwise"], "else"),
    ("while", &["steps", "body", "then"], "do"),
    ("repeat", &["steps", "body", "then"], "do"),
    ("with", &["steps", "body", "then"], "do"),
    ("write_form", &["memory", "into"], "to"),
    ("write_form", &["index", "slot"], "at"),
    ("read_form", &["memory"], "from"),
    ("read_form", &["index", "slot"], "at"),
    ("put_form", &["buffer", "queue", "into"], "to"),
    ("put_form", &["item", "message", "msg"], "value"),
    ("get_form", &["buffer", "queue"], "from"),
];

fn advice(table: &[Advice], word: &str) -> Option<&'static str> {
    table.iter().find(|(words, _)| words.contains(&word)).map(|&(_, advice)| advice)
}

/// What to write instead of a step of this name.
pub(super) fn step(word: &str) -> Option<&'static str> {
    let of_steps = steps::all().flat_map(|step| step.foreign).chain(&STEPS);
    of_steps.copied().find(|(words, _)| words.contains(&word)).map(|(_, advice)| advice)
}

/// What to write instead of an operator of this name.
pub(super) fn operator(word: &str) -> Option<&'static str> {
    advice(&OPERATORS, word)
}

/// What to write instead of a function of this name.
pub(super) fn function(word: &str) -> Option<&'static str> {
    let is_distribution = distributions().iter().any(|form| form.name == word);
    is_distribution.then_some(DRAWN).or_else(|| advice(&FUNCTIONS, word))
}

/// What to write instead of a value of this name.
pub(super) fn value(word: &str) -> Option<&'static str> {
    advice(&VALUES, word)
}

/// What to write instead of a resource of this kind.
pub(super) fn kind(word: &str) -> Option<&'static str> {
    kinds().iter().map(|kind| kind.foreign).find(|(words, _)| words.contains(&word)).map(|(_, advice)| advice)
}

/// The key that is meant by `word` in the form of this name.
pub(super) fn key(form: &str, word: &str) -> Option<&'static str> {
    foreign_keys(form).find(|(words, _)| words.contains(&word)).map(|(_, key)| key)
}

/// What the keys of a form are called elsewhere.
fn foreign_keys(form: &str) -> impl Iterator<Item = ForeignKey> {
    let of_kind = kinds().iter().filter(move |kind| kind.kind.name() == form);
    let of_form = KEYS.iter().filter(move |(name, ..)| *name == form).map(|&(_, words, key)| (words, key));
    of_form.chain(of_kind.flat_map(|kind| kind.foreign_keys.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::kinds::forms as resources;
    use crate::scenario::steps::forms;
    use crate::scenario::steps::items::{GET_FORM, PUT_FORM};
    use crate::scenario::steps::slots::{READ_FORM, WRITE_FORM};
    use crate::scenario::tables::{PROCESS, SCENARIO, form};

    #[test]
    fn no_word_of_the_language_is_foreign() {
        for (words, _) in steps::all().flat_map(|step| step.foreign).chain(&STEPS) {
            assert!(words.iter().all(|word| steps::named(word).is_none()), "{words:?}");
        }
        for (words, _) in kinds().iter().map(|kind| kind.foreign) {
            assert!(words.iter().all(|word| form(resources(), word).is_none()), "{words:?}");
        }
    }

    #[test]
    fn every_key_that_is_meant_is_one() {
        let others = [&SCENARIO, &PROCESS, &PUT_FORM, &GET_FORM, &WRITE_FORM, &READ_FORM];
        for form in forms().chain(resources()).chain(others) {
            for (words, key) in foreign_keys(form.name) {
                let has = |key: &str| form.fields.iter().any(|field| field.key == key);
                assert!(!words.iter().any(|word| has(word)), "{words:?} in {}", form.name);
                assert!(has(key), "{key} in {}", form.name);
            }
        }
    }
}

//! The words that expressions have in other languages, and what is said for them
//! here. Those for keys, steps and kinds stand with each of these.
//!
//! Decides nothing that a valid scenario could notice: these are the hints for
//! what people type who come from Python, Java, SimPy, Go or a textbook.

use super::distributions::distributions;
use super::names::nearest;
use super::tables::{Advice, advice};

/// What to write instead of a distribution as a function.
const DRAWN: &str = "nothing is drawn in an expression: write a map, as in `delay: {uniform: {low: 1s, high: 5s}}`, or a `draw` step";

/// What to write instead of asking whether a wait has run out.
const TIMEOUT: &str =
    "how long a step may wait stands beside it, `within: 5s`, and what is done then below `else`";

/// What to write instead of a range.
pub(super) const BETWEEN: &str =
    "a value between two is drawn, as in `delay: {uniform: {low: 1s, high: 5s}}`";

/// What is written as a function.
const FUNCTIONS: [Advice; 11] = [
    (
        &["randint", "random", "rand", "randrange"],
        "nothing is drawn in an expression: `draw: {into: x, from: {uniform_int: {low: 1, high: 6}}}`",
    ),
    (&["expovariate", "gauss"], DRAWN),
    (&["time", "clock", "now"], "the clock is `now`, without brackets"),
    (
        &["finished", "ended", "completed", "terminated", "is_done", "joined"],
        "`done(p)` in an `until` is whether a process has ended; elsewhere `join: p` waits for its end, with `within: 0s` for a try",
    ),
    (&["timeout", "elapsed", "after", "within"], TIMEOUT),
    (
        &["size", "length", "count", "qsize", "available"],
        "`len(array)` is the length of an array, `level(r)` how much is in a resource",
    ),
    (
        &["empty", "is_empty", "isEmpty", "full", "is_full"],
        "`level(b) == 0` is whether a buffer is empty, `level(b) == capacity(b)` whether it is full",
    ),
    (
        &["locked", "is_locked", "held", "is_free", "free", "owned"],
        "`level(m)` is 1 while a mutex is free, and 0 while it is taken",
    ),
    (&["str", "format", "print"], "there are no texts in expressions; `log: \"… {x}\"` writes one"),
    (&["mod", "fmod", "divmod"], "the remainder is `a % b`"),
    (&["pow", "sqrt", "exp", "log", "sin", "cos"], "expressions have `+ - * / %`, `min`, `max` and rounding"),
];

/// What is written as a value.
const VALUES: [Advice; 9] = [
    (&["True", "TRUE", "yes", "Yes", "on", "On"], "write `true`"),
    (&["False", "FALSE", "no", "No", "off", "Off"], "write `false`"),
    (&["None", "null", "nil", "undefined"], "there is no value for nothing; take a number, such as -1"),
    (&["time", "clock", "env"], "the clock is `now`"),
    (&["random", "rand", "randint"], DRAWN),
    (&["forever", "endless"], "`while: true` with the steps below `do` goes on for ever"),
    (
        &["inf", "infinite", "infinity", "Infinity", "unlimited", "INF", "unbound"],
        "there is no number for it; the `capacity` of a buffer may be `unbounded`",
    ),
    (&["timeout", "elapsed"], TIMEOUT),
    (
        &["self", "id", "i", "rank", "tid", "thread_id"],
        "the number of an instance is `index`; a variable is declared in `vars`",
    ),
];

/// What is written as an operator.
const OPERATORS: [Advice; 12] = [
    (&["mod", "MOD", "modulo", "rem"], "the remainder is written `%`, as in `i % n`"),
    (&["div", "DIV"], "`/` of integers rounds down already"),
    (&["is", "eq", "equals"], "equality is written `==`"),
    (&["AND", "And"], "write `and`"),
    (&["OR", "Or"], "write `or`"),
    (&["to", "until"], BETWEEN),
    (&["do"], "the steps stand below `do:`, in a line of its own"),
    (&["in", "contains"], "there is no list to look into; compare with each, as in `x == 1 or x == 2`"),
    (&["greater", "larger", "more", "less", "smaller", "above", "below"], "write `>`, `>=`, `<` or `<=`"),
    (&["x"], "multiplication is written `*`"),
    (&["times"], "write the number alone, as in `repeat: 3`; multiplication is written `*`"),
    (&["if", "else", "then"], "there are no conditions in expressions; use an `if` step"),
];

/// What to write instead of an operator of this name.
pub(super) fn operator(word: &str) -> Option<&'static str> {
    advice(&OPERATORS, word)
}

/// What to write instead of a function of this name.
pub(super) fn function(word: &str) -> Option<&'static str> {
    let is_distribution = distributions().iter().any(|form| form.name == word);
    is_distribution.then_some(DRAWN).or_else(|| advice(&FUNCTIONS, word))
}

/// What to write instead of a function whose name is like one of other languages: `lenght`.
pub(super) fn like_function(word: &str) -> Option<&'static str> {
    let words = FUNCTIONS.iter().flat_map(|(words, _)| words.iter().copied());
    nearest(word, words).and_then(function)
}

/// Whether a value of this name is the name of a type.
pub(super) fn is_type(word: &str) -> bool {
    ["integer", "bool", "boolean", "duration", "string", "str", "double"].contains(&word)
}

/// The numbers that are words, from 0.
const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

/// What to write instead of a number that is a word.
pub(super) fn number(word: &str) -> Option<String> {
    let number = NUMBERS.iter().position(|known| word.eq_ignore_ascii_case(known))?;
    Some(format!("numbers are written in digits: `{number}`"))
}

/// What to write instead of a value of this name.
pub(super) fn value(word: &str) -> Option<&'static str> {
    let is_distribution = distributions().iter().any(|form| form.name == word);
    advice(&VALUES, word).or_else(|| is_distribution.then_some(DRAWN))
}

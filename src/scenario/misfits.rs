//! What is meant by a key that a map does not have, and by what stands where a map
//! is wanted.
//!
//! Decides hints, and nothing that a valid scenario could notice. Words that mean
//! another key of the same map stand with that key (`Field::foreign`); here is what
//! belongs somewhere else, or is written in another form.

use super::names::{is_name, nearest};
use super::node::{Entry, Kind, Node};
use super::tables::{Advice, EXPECT, Field, Form, Shape, advice};

/// What to write instead of keys that people write into a form.
const KEYS: [(&str, &[Advice]); 14] = [
    (
        "scenario",
        &[
            (
                &["state", "globals", "shared_variables"],
                "what processes share is a resource: below `resources` write `sold: {kind: memory, slots: 1, value: 6}`, where `value` is what each slot holds at the start",
            ),
            (
                &["vars", "variables", "locals"],
                "a variable stands in the `vars` of its process, `processes: {p: {vars: {n: 0}, do: […]}}`; what processes share is a memory, `resources: {n: {kind: memory, slots: 1, value: 0}}`; what does not change stands in `params`",
            ),
            (&["steps", "do", "script"], "steps belong to a process: `processes: {a: {do: […]}}`"),
            (
                &["invariant", "invariants", "property", "properties", "safety"],
                "what holds in every state stands in `expect`: `expect: {always: level(b) <= 2}`",
            ),
            (&["assume", "check"], "say what must come out in `expect`"),
        ],
    ),
    (
        "expect",
        &[
            (
                &["deadlock", "deadlocks", "no_deadlock", "deadlock_free"],
                "write `outcome: completed`, which no run with a deadlock has, or `outcome: deadlock`",
            ),
            (&["never"], "say in `always` what holds instead: `always: not (level(b) > 2)`"),
            (&["order", "after", "sequence"], "write `before: {first: a.started, second: b.finished}`"),
            (
                &["log", "output", "prints"],
                "write a `mark` in the steps, and `counts` or `values` of it here",
            ),
            (
                &["utilization", "utilisation", "throughput", "mean_wait"],
                "write `figures: {resources.NAME.utilization: {at_least: 0.5}}`, by its path in `--format json`",
            ),
            (
                &["blocked", "blocked_time", "waiting", "waiting_time"],
                "write `longest_wait: {process: 3s}`, or `figures: {processes.NAME.blocked_total_ns: …}`",
            ),
        ],
    ),
    ("acquire", &[HELD]),
    ("release", &[HELD]),
    (
        "if",
        &[(
            &["elif", "elseif", "else_if", "elsif", "else if"],
            "write it below `else`: `else: [{if: condition, do: […]}]`",
        )],
    ),
    (
        "mutex",
        &[(
            &["permits", "value", "initial", "capacity"],
            "a mutex has one permit; write `{kind: semaphore, permits: n}` for several",
        )],
    ),
    (
        "semaphore",
        &[(
            &["max", "maximum", "bound", "limit"],
            "a semaphore has no bound; only `permits`, which it has at the start",
        )],
    ),
    (
        "condition",
        &[(
            &["mutex", "lock", "monitor"],
            "a condition has no mutex of its own: each wait names it, `wait: {on: c, mutex: m}`",
        )],
    ),
    (
        "normal",
        &[(&["variance", "var"], "write the standard deviation `sd`, which is the root of the variance")],
    ),
    (
        "exponential",
        &[(&["rate", "lambda"], "write the mean, which is 1 / rate: 4 a second are `mean: 250ms`")],
    ),
    (
        "buffer",
        &[(
            &["initial", "value", "values", "content"],
            "a buffer is empty at the start; let a process `put` what is there first",
        )],
    ),
    (
        "process",
        &[(
            &["loop", "forever"],
            "write a loop around its steps: `do: [{while: true, do: […]}]`; with `daemon: true` the run does not wait for it",
        )],
    ),
    ("atomic", &[UNDER_ITSELF]),
    ("interruptible", &[UNDER_ITSELF]),
];

const HELD: Advice = (
    &["do", "steps"],
    "to hold it during some steps write `with: …` and `do: […]`; it is released behind them",
);

const UNDER_ITSELF: Advice = (&["do", "steps"], "its steps stand right below it, without a `do`");

/// What is no key of a step, and no step.
pub(super) const VARIABLES: Advice = (
    &["vars", "variables", "locals", "let"],
    "variables belong to the process and stand beside its `do`: `p: {vars: {x: 0}, do: […]}`; `set: {x: 1}` gives one a value",
);

/// Maps in which each entry is named, and a name that one may have.
const NAMED: [(&str, &str); 9] = [
    ("finished", "process"),
    ("counts", "process.mark"),
    ("values", "process.mark"),
    ("reads", "process.memory"),
    ("gets", "process.buffer"),
    ("levels", "resource"),
    ("longest_wait", "process"),
    ("memories", "memory"),
    ("figures", "resources.cpu.utilization"),
];

/// What to write instead of a word that people write as a key of a form.
pub(super) fn foreign_key(form: &Form, word: &str) -> Option<String> {
    let known = KEYS.iter().filter(|(of, _)| *of == form.name);
    advice(known.flat_map(|(_, advice)| advice.iter()), word).map(str::to_owned)
}

/// What to write instead of a key that a form does not have, told by where it stands and
/// what stands behind it.
pub(super) fn key(form: &Form, entries: &[Entry], entry: &Entry) -> Option<String> {
    let name = entry.key.name.as_str();
    if form.name == "scenario" {
        return of_whole(entry);
    }
    if VARIABLES.0.contains(&name) && is_of_step(form) {
        return Some(VARIABLES.1.to_owned());
    }
    if name == "do" && is_step(form) {
        let hint = "has no steps of its own; what follows it stands behind it, after a `-`";
        return Some(format!("`{}` {hint}", form.name));
    }
    as_name(form, entries)
}

/// Whether a form is that of a step with all its keys: it is called as its main one.
fn is_step(form: &Form) -> bool {
    form.fields.first().is_some_and(|field| field.key == form.name)
}

/// Whether a form is that of a step, or of the map behind its main key.
pub(super) fn is_of_step(form: &Form) -> bool {
    is_step(form) || form.name.ends_with("_form")
}

/// What a key of the whole file means by what it is called or what stands behind it: it lacks its
/// indentation.
fn of_whole(entry: &Entry) -> Option<String> {
    let name = entry.key.name.as_str();
    if EXPECT.fields.iter().any(|field| field.key == name) {
        return Some(format!("it stands below `expect:`, as in `expect: {{{name}: …}}`"));
    }
    let Kind::Map(inner) = &entry.value.kind else { return None };
    let has = |key: &str| inner.iter().any(|entry| entry.key.name == key);
    let (what, below) = match () {
        () if has("do") => ("a process", "processes"),
        () if has("kind") => ("a resource", "resources"),
        () => return None,
    };
    Some(format!("{what} stands below `{below}:`, further to the right: indent it and what is below it"))
}

/// What `put: {shelf: 3}` means, where the name is written as a key.
fn as_name(form: &Form, entries: &[Entry]) -> Option<String> {
    let (first, more) = form.fields.split_first()?;
    let is_key = |entry: &&Entry| form.fields.iter().any(|field| field.key == entry.key.name);
    let mut strange = entries.iter().filter(|entry| !is_key(entry));
    let (Some(Entry { key, value }), None) = (strange.next(), strange.next()) else { return None };
    if entries.iter().any(|entry| entry.key.name == first.key) {
        return None;
    }
    let is_named = first.required && matches!(first.shape, Shape::Reference | Shape::Either(_) | Shape::Text);
    let is_typo = nearest(&key.name, form.fields.iter().map(|field| field.key)).is_some();
    let is_claim = form.name == "before";
    if !is_named || is_typo || !(form.name.ends_with("_form") && is_name(&key.name) || is_claim) {
        return None;
    }
    let is_number = matches!(value.kind, Kind::Int(_));
    let second = match form.name {
        "get_form" if is_number => "count",
        "get_form" => "into",
        "write_form" => "at: 0, value",
        "wait_form" => "mutex",
        "for_each_form" => "into",
        _ => more.iter().find(|field| field.required || field.key == "value")?.key,
    };
    let (step, name) = (shown(form.name), &key.name);
    Some(format!("write `{step}: {{{}: {name}, {second}: {}}}`", first.key, written(value)))
}

/// What belongs into the map behind the main key of a step, and stands beside it
/// instead, as `into` in `{get: shelf, into: x}`: the first such key, and the hint. Only if
/// that explains all keys that the step does not have.
pub(super) fn beside<'n>(form: &Form, entries: &'n [Entry]) -> Option<(&'n Entry, String)> {
    let main = form.fields.first()?;
    let inner = inner(&main.shape)?;
    let value = &entries.iter().find(|entry| entry.key.name == main.key)?.value;
    let has = |form: &Form, name: &str| form.fields.iter().any(|field| field.key == name);
    let strange: Vec<_> = entries.iter().filter(|entry| !has(form, &entry.key.name)).collect();
    if strange.iter().any(|entry| !has(inner, &entry.key.name)) {
        return None;
    }
    let first = *strange.first()?;
    let more = strange.iter().map(|entry| format!("{}: {}", entry.key.name, written(&entry.value)));
    let more = more.collect::<Vec<_>>().join(", ");
    let hint = match &value.kind {
        Kind::Map(_) => format!("write it into the map: `{}: {{…, {more}}}`", main.key),
        _ => {
            let named = inner.fields.first().map_or("name", |field| field.key);
            format!("write `{}: {{{named}: {}, {more}}}`", main.key, written(value))
        }
    };
    Some((first, hint))
}

/// The form behind a key that may also be something shorter.
fn inner(shape: &Shape) -> Option<&'static Form> {
    match shape {
        Shape::Form(form) if form.name.ends_with("_form") => Some(form),
        Shape::Either(shapes) => shapes.iter().find_map(inner),
        _ => None,
    }
}

/// Whether what stands behind a step's main key has to be a map.
pub(super) fn is_map(form: &Form) -> bool {
    form.fields.first().is_some_and(|field| matches!(field.shape, Shape::Form(_)))
}

/// The two that a claim about an order means which is one text, or a list of two.
pub(super) fn order(node: &Node) -> Option<(&str, &str)> {
    match &node.kind {
        Kind::Seq(items) => match items.as_slice() {
            [first, second] => first.text().zip(second.text()),
            _ => None,
        },
        Kind::Text(text) => {
            let signs = ["->", "=>", "<", " before "];
            let (first, second) = signs.into_iter().find_map(|sign| text.split_once(sign))?;
            Some((first.trim(), second.trim()))
        }
        _ => None,
    }
}

/// The bounds that somebody means by `1s..2s`, `< 2s` or `[1s, 2s]`, as they are written.
pub(super) fn bounds(node: &Node) -> Option<String> {
    const MOST: [&str; 6] = ["<=", "=<", "<", "\u{2264}", "at most ", "up to "];
    const LEAST: [&str; 5] = [">=", "=>", ">", "\u{2265}", "at least "];
    if let Kind::Seq(items) = &node.kind {
        let [least, most] = items.as_slice() else { return None };
        return Some(format!("{{at_least: {}, at_most: {}}}", written(least), written(most)));
    }
    let text = node.text()?.trim();
    let behind = |signs: &[&str]| signs.iter().find_map(|sign| text.strip_prefix(sign)).map(str::trim);
    if let Some(most) = behind(&MOST) {
        return Some(format!("{{at_most: {most}}}"));
    }
    if let Some(least) = behind(&LEAST) {
        return Some(format!("{{at_least: {least}}}"));
    }
    let (least, most) =
        ["..=", "...", "..", " to ", " and "].iter().find_map(|sign| text.split_once(sign))?;
    let least = least.trim_start_matches("from ").trim_start_matches("between ").trim();
    // `a and b` is an expression; two numbers are none.
    let is_number = |part: &str| part.trim().starts_with(|first: char| first.is_ascii_digit());
    (is_number(least) && is_number(most)).then(|| format!("{{at_least: {least}, at_most: {}}}", most.trim()))
}

/// What to write instead of something that is no map; `form` is known if its keys are fixed.
pub(super) fn no_map(what: &str, form: Option<&Form>, node: &Node) -> Option<String> {
    let is_list = matches!(node.kind, Kind::Seq(_));
    if let Some(form) = form {
        return of_form(form, node, is_list);
    }
    let given = assigned(node);
    if what == "set" {
        let (name, value) = given.unwrap_or(("x", "value"));
        return Some(format!("write `set: {{{name}: {value}}}`"));
    }
    if let ("vars" | "params", Some((name, value))) = (what, given) {
        return Some(format!("write `{what}: {{{name}: {value}}}`"));
    }
    if let Some((_, name)) = NAMED.iter().find(|(map, _)| *map == what) {
        let value = match &node.kind {
            Kind::Seq(_) if matches!(what, "memories" | "reads" | "gets" | "values") => "[…]".to_owned(),
            _ => written(node),
        };
        return Some(format!("say of what, as in `{what}: {{{name}: {value}}}`"));
    }
    let example = match what {
        "params" => "items: 3",
        "vars" => "x: 0",
        "resources" => "m: mutex",
        "processes" => "a: {do: [{delay: 1s}]}",
        "blocks" => "f: {do: [{delay: 1s}]}",
        "measures" => "stay: {from: arrived, to: left}",
        "branch" => return Some("each branch is a wait after a `-`, as in `- get: b`".to_owned()),
        _ => return None,
    };
    if let Some(name) = listed(node).next() {
        return Some(format!("leave the dashes out: each name is a key, as in `{name}: …`"));
    }
    Some(format!("each name is a key, as in `{what}: {{{example}}}`"))
}

/// `x = 3`, or a list that begins with it.
fn assigned(node: &Node) -> Option<(&str, &str)> {
    let text = match &node.kind {
        Kind::Seq(items) => items.first()?.text()?,
        _ => node.text()?,
    };
    super::assignment::parts(text)
}

fn of_form(form: &Form, node: &Node, is_list: bool) -> Option<String> {
    let required: Vec<&Field> = form.fields.iter().filter(|field| field.required).collect();
    let takes_steps = form.fields.iter().any(|field| matches!(field.shape, Shape::Steps));
    let name = shown(form.name);
    if let ("before", Some((first, second))) = (form.name, order(node)) {
        return Some(format!("write `before: {{first: {first}, second: {second}}}`"));
    }
    if let Some(slot) = slot(form, node) {
        return Some(slot);
    }
    if takes_steps && is_list {
        return Some("write the steps below the key `do`".to_owned());
    }
    if form.name == "scenario" {
        return Some(
            "a scenario is a map, with the keys `version: 1`, `resources` and `processes`".to_owned(),
        );
    }
    if required.is_empty() {
        let keys = form.fields.iter().map(|field| format!("`{}`", field.key)).collect::<Vec<_>>();
        let dashes = if is_list { "without dashes, " } else { "" };
        return Some(format!("{dashes}its keys are {}, each with a value behind a colon", keys.join(", ")));
    }
    let is_scalar = !matches!(node.kind, Kind::Seq(_) | Kind::Map(_) | Kind::Null);
    let filled = required.iter().enumerate().map(|(at, field)| match at {
        0 if is_scalar => format!("{}: {}", field.key, written(node)),
        _ => format!("{}: …", field.key),
    });
    Some(format!("write `{name}: {{{}}}`", filled.collect::<Vec<_>>().join(", ")))
}

/// What `write: m[0] = 3` and `read: m[0]` mean, which are maps here.
fn slot(form: &Form, node: &Node) -> Option<String> {
    form.fields.iter().find(|field| field.key == "at")?;
    let text = node.text()?;
    let (place, value) = text.split_once('=').map_or((text, "1"), |(place, value)| (place, value.trim()));
    let (name, index) = place
        .trim()
        .split_once('[')
        .map_or((place.trim(), "0"), |(name, rest)| (name.trim(), rest.trim_end_matches(']').trim()));
    let first = form.fields.first()?.key;
    let last = if first == "to" { format!("value: {value}") } else { "into: x".to_owned() };
    is_name(name).then(|| format!("write `{}: {{{first}: {name}, at: {index}, {last}}}`", shown(form.name)))
}

/// The names in a list that stands where a map of names is wanted: those of
/// `- name: x`, or the first keys of the items.
pub(super) fn listed(node: &Node) -> impl Iterator<Item = &str> {
    let items = if let Kind::Seq(items) = &node.kind { items.as_slice() } else { &[] };
    items.iter().filter_map(|item| {
        let Kind::Map(entries) = &item.kind else { return None };
        let named = entries.iter().find(|entry| entry.key.name == "name").map(|entry| &entry.value.kind);
        match named {
            Some(Kind::Text(name)) => Some(name.as_str()),
            _ => entries.first().map(|entry| entry.key.name.as_str()),
        }
    })
}

/// The name of a form as it stands in a file: `put_form` is `put`.
pub(super) fn shown(form: &str) -> &str {
    match form {
        "join_any" => "join",
        "stretch" => "never_together",
        "mark_figures" => "values",
        _ => form.trim_end_matches("_form"),
    }
}

/// A value as it may stand in a hint: short ones as they are.
pub(super) fn written(node: &Node) -> String {
    const LONGEST: usize = 30;
    let text = match &node.kind {
        Kind::Bool(flag) => flag.to_string(),
        Kind::Int(number) => number.to_string(),
        Kind::Float(number) => number.to_string(),
        Kind::Map(entries) if entries.len() == 1 => format!("{{{}: …}}", entries[0].key.name),
        Kind::Text(text) if text.chars().all(|letter| !letter.is_control()) => text.clone(),
        _ => return "…".to_owned(),
    };
    if text.is_empty() || text.chars().count() > LONGEST { "…".to_owned() } else { text }
}

/// Words for what people expect, and what to write instead of them.
const WORDS: [(&str, &[Advice]); 2] = [
    (
        "an outcome",
        &[
            (
                &["finished", "done", "success", "ok", "passed", "completes", "terminated"],
                "write `completed`",
            ),
            (&["stuck", "hang", "hangs", "hung", "blocked", "deadlocked"], "write `deadlock`"),
            (&["timeout", "stopped"], "write `horizon`, the end of a run with a `horizon`, or `limit`"),
            (&["error", "failed", "failure", "crash", "exception"], "write `fault`"),
        ],
    ),
    (
        "a type",
        &[
            (&["integer", "Int", "i32", "i64", "u32", "u64", "long", "number"], "write `int`"),
            (&["double", "real", "f32", "f64", "Float"], "write `float`"),
            (&["boolean", "Bool", "flag"], "write `bool`"),
            (&["time", "seconds", "Duration"], "write `duration`"),
            (&["str", "string", "text", "char"], "there are no texts; number what there is, and write `int`"),
        ],
    ),
];

/// What to write instead of a word where one of several stands.
pub(super) fn word(what: &str, text: &str) -> Option<&'static str> {
    WORDS.iter().find(|(of, _)| *of == what).and_then(|(_, table)| advice(*table, text))
}

//! The steps of a process.
//!
//! Decides what makes a map a step: one main key, and beside it only the keys
//! that belong to it. All that the language knows of a step is its [`StepForm`],
//! in the file of its kin; [`STEPS`] lists them.

pub(super) mod body;
pub(super) mod closing;
pub(super) mod condition;
pub(super) mod interrupt;
pub(super) mod items;
pub(super) mod permits;
mod preempt;
pub(super) mod slots;

mod blocks;
mod call;
mod code;
pub(super) mod flags;
pub(super) mod lives;
mod log;
mod mark;
mod records;
pub(super) mod select;
pub(super) mod time;
mod variables;
mod within;

use super::assignment;
use super::fields;
use super::misfits::{VARIABLES, written};
use super::model::{Step, StepKind};
use super::names::{is_name, nearest, quoted};
use super::node::{Entry, Kind, Node};
use super::source::Span;
use super::tables::{Advice, Form, Shape, advice};
use body::{Body, Main, Reader, StepForm};

/// All steps, in the order of the reference.
static STEPS: [&StepForm; 35] = [
    &time::DELAY_STEP,
    &time::WORK_STEP,
    &permits::ACQUIRE_STEP,
    &permits::RELEASE_STEP,
    &select::ACQUIRE_ALL_STEP,
    &items::PUT_STEP,
    &items::GET_STEP,
    &closing::CLOSE_STEP,
    &slots::WRITE_STEP,
    &slots::READ_STEP,
    &select::UNTIL_STEP,
    &select::SELECT_STEP,
    &condition::WAIT_STEP,
    &flags::SIGNAL_STEP,
    &flags::RESET_STEP,
    &flags::COUNT_DOWN_STEP,
    &condition::NOTIFY_STEP,
    &condition::NOTIFY_ALL_STEP,
    &blocks::ATOMIC_STEP,
    &variables::SET_STEP,
    &blocks::IF_STEP,
    &blocks::WHILE_STEP,
    &blocks::REPEAT_STEP,
    &closing::FOR_EACH_STEP,
    &permits::WITH_STEP,
    &call::CALL_STEP,
    &lives::START_STEP,
    &lives::JOIN_STEP,
    &lives::STOP_STEP,
    &interrupt::INTERRUPT_STEP,
    &interrupt::INTERRUPTIBLE_STEP,
    &lives::EXIT_STEP,
    &variables::DRAW_STEP,
    &log::LOG_STEP,
    &mark::MARK_STEP,
];

/// All steps, in the order of the reference.
fn all() -> impl Iterator<Item = &'static StepForm> + Clone {
    STEPS.iter().copied()
}

/// The keys of all steps, in the order of the reference.
pub(super) fn forms() -> impl Iterator<Item = &'static Form> + Clone {
    all().map(|step| &step.form)
}

/// What editors make of a `-`, or show lists with.
const DASHES: [char; 6] = ['\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}', '\u{2212}', '\u{2022}'];

/// What is written as a step and is none, nor another word for one.
const FOREIGN: [Advice; 8] = [
    VARIABLES,
    (
        &["await"],
        "write `get: b` for an item, `acquire: s` for a permit, `wait: c` at a condition, `delay: 5s` for time",
    ),
    (&["yield"], "write `delay: 0s` to let those go first who are ready now"),
    (&["break", "continue"], "a loop ends when its condition is false; set a variable that it asks"),
    (
        &["assert", "check", "require", "ensure"],
        "steps do not assert: say in `expect` what must come out, and in `always` there what holds in every state",
    ),
    (
        &["fail", "raise", "throw", "abort", "panic", "error"],
        "no step fails on purpose: `exit` ends the process, and what must come out stands in `expect`",
    ),
    (&["pass", "nop", "noop", "skip"], "a step that does nothing is left out; no steps at all are `[]`"),
    (
        &["use"],
        "write `work: 5ms` to use a processor, `with: m` to hold a lock, `acquire: s` to take a permit",
    ),
];

/// What to write instead of a step of this name.
fn foreign(word: &str) -> Option<&'static str> {
    advice(all().flat_map(|step| step.foreign).chain(&FOREIGN), word)
}

/// What to write instead of a key of a process or a block that is, or means, a step.
pub(super) fn as_key(entry: &Entry) -> Option<String> {
    let name = entry.key.name.as_str();
    let is_loop = matches!(name, "repeat" | "while");
    let hint = match named(name) {
        Some(step) if is_loop => {
            format!("it is a step: `do: [{{{}: {}, do: […]}}]`", step.form.name, written(&entry.value))
        }
        Some(step) => {
            format!("it is a step, and stands below `do`: `- {}: {}`", step.form.name, written(&entry.value))
        }
        None => foreign(name)?.to_owned(),
    };
    Some(hint)
}

/// The step with this main key.
fn named(name: &str) -> Option<&'static StepForm> {
    all().find(|step| step.form.name == name)
}

impl Body<'_, '_> {
    /// The steps below a key.
    pub fn steps(&mut self, entry: &Entry) -> Vec<Step> {
        let owner = self.check.key_span(&entry.key);
        let mut steps = Vec::new();
        match &entry.value.kind {
            Kind::Seq(nodes) => {
                for node in nodes {
                    self.step(node, owner, &mut steps);
                }
            }
            Kind::Bad => self.check.unread = true,
            found => {
                self.check.unread = true;
                let message =
                    format!("`{}` takes a list of steps, found {}", entry.key.name, entry.value.described());
                let span = self.check.reports.span_of(&entry.value);
                let (span, hint) = match found {
                    Kind::Null => (
                        owner,
                        "write the steps below it, further to the right, each after a `-`; no steps are `[]`"
                            .to_owned(),
                    ),
                    Kind::Map(inner) if !inner.is_empty() => {
                        let (name, value) = (&inner[0].key.name, written(&inner[0].value));
                        let other = name.chars().next().filter(|sign| DASHES.contains(sign));
                        let name = name.trim_start_matches(DASHES).trim_start();
                        let step = format!("`- {name}: {value}`");
                        let hint = match other {
                            Some(sign) => format!("`{sign}` is no `-`; write {step}"),
                            None => format!("write each step after a `-`, as in {step}"),
                        };
                        (span, hint)
                    }
                    _ => (span, "write each step after a `-`".to_owned()),
                };
                self.check.reports.error_with_hint(span, message, hint);
            }
        }
        steps
    }

    pub(super) fn step(&mut self, node: &Node, owner: Span, steps: &mut Vec<Step>) {
        match &node.kind {
            Kind::Map(entries) => {
                let before = self.check.reports.count();
                let main = self.main_key(entries, node);
                let read = main.and_then(|(key, step)| {
                    let span = self.check.key_span(&key.key);
                    let told = Some(key.key.site);
                    let reports = &mut self.check.reports;
                    let fields = fields::read_but(reports, node, &step.form, span, told, &|_| None)?;
                    Some((step, Main { key, fields }))
                });
                self.check.unread |= self.check.reports.count() > before;
                if let Some((step, main)) = read {
                    self.known_step(step, main, steps);
                }
            }
            Kind::Bad => {}
            Kind::Text(text) if text == "exit" => steps.push(Step { kind: StepKind::Exit, site: node.site }),
            Kind::Text(text) => self.text_step(text, node),
            Kind::Null => {
                let span = if node.site.line == 0 { owner } else { self.check.reports.span_of(node) };
                let hint = "write a step behind the `-`, or leave it out";
                self.check.reports.error_with_hint(span, "an empty step", hint);
            }
            _ => {
                let span = self.check.reports.span_of(node);
                let message = format!("a step is a map, found {}", node.described());
                self.check.reports.error_with_hint(span, message, "write it as `- delay: 5ms`");
            }
        }
    }

    /// The key that says what a step does.
    fn main_key<'n>(&mut self, entries: &'n [Entry], node: &Node) -> Option<(&'n Entry, &'static StepForm)> {
        let by_program = self.check.by_program;
        let mut mains =
            entries.iter().filter_map(|entry| step_of(&entry.key.name, by_program).map(|step| (entry, step)));
        let Some(main) = mains.next() else {
            return self.no_step(entries, node);
        };
        if let Some((second, step)) = mains.next() {
            let span = self.check.reports.span_of_text(second.key.site, &second.key.name);
            let message =
                format!("a step does one thing, this has `{}` and `{}`", main.0.key.name, second.key.name);
            let lacks_steps = |step: &StepForm| {
                let mut steps = step.form.fields.iter().filter(|field| matches!(field.shape, Shape::Steps));
                steps.any(|field| field.required && entries.iter().all(|entry| entry.key.name != field.key))
            };
            let (inner, outer) = match (lacks_steps(main.1), lacks_steps(step)) {
                (true, _) => (second, Some(main.0)),
                (false, true) => (main.0, Some(second)),
                (false, false) => (second, None),
            };
            let one = format!("{}: {}", inner.key.name, written(&inner.value));
            let hint = match outer {
                Some(outer) => format!(
                    "the steps of `{0}` stand below a `do`: `{0}: {1}` and `do: [{{{one}}}]`",
                    outer.key.name,
                    written(&outer.value)
                ),
                None => format!("write two steps: begin a new one with `- {}`", second.key.name),
            };
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        }
        Some(main)
    }

    /// Reports a map that is no step. What stands behind a misspelled key is looked at
    /// all the same.
    fn no_step<'n>(&mut self, entries: &'n [Entry], node: &Node) -> Option<(&'n Entry, &'static StepForm)> {
        let reports = &mut self.check.reports;
        let Some(entry) = entries.iter().find(|entry| !matches!(entry.key.name.as_str(), "do" | "else"))
        else {
            let span = reports.span_of(node);
            let message = if entries.is_empty() { "an empty step" } else { "this step has no main key" };
            let hint = "`do` belongs to `if`, `while`, `repeat` and `with`, `else` to `if` or to a step with `within`, or to a `get`";
            reports.error_with_hint(span, message, hint);
            return None;
        };
        let name = &entry.key.name;
        let span = reports.span_of_text(entry.key.site, name);
        let message = format!("unknown step {}", quoted(name));
        if let Some(hint) = self.instead_of_step(entry) {
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        }
        let names = forms().map(|form| form.name);
        let all = names.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let hint = format!("the steps are {all}");
        self.check.reports.unknown_with_hint(span, message, name, names.clone(), hint);
        let meant = nearest(name, names).and_then(named);
        meant.map(|step| (entry, step))
    }

    /// What to write instead of a key that is no step.
    fn instead_of_step(&self, entry: &Entry) -> Option<String> {
        let (name, value) = (entry.key.name.as_str(), &entry.value);
        // `while True` and `for i in range(10)` are keys of several words.
        let (word, rest) = name.split_once([' ', '(']).unwrap_or((name, ""));
        if let Some(step) = named(word) {
            let is_call = name[word.len()..].starts_with('(');
            let rest = rest.trim();
            let rest = if is_call { rest.strip_suffix(')').unwrap_or(rest) } else { rest };
            let has_steps = step.form.fields.iter().any(|field| field.key == "do");
            let steps = if has_steps { ", and the steps below `do`" } else { "" };
            return Some(format!("write `{}: {rest}`, with a colon behind the step{steps}", step.form.name));
        }
        if let Some(hint) = foreign(name).or_else(|| foreign(word)) {
            return Some(hint.to_owned());
        }
        if is_name(name) && self.vars.position(name).is_some() {
            let inner = match &value.kind {
                Kind::Map(inner) => inner.first(),
                _ => None,
            };
            return Some(match inner.map(|inner| (inner.key.name.as_str(), written(&inner.value))) {
                Some(("get", buffer)) => format!("write `get: {{from: {buffer}, into: {name}}}`"),
                Some(("read", memory)) => format!("write `read: {{from: {memory}, at: 0, into: {name}}}`"),
                Some(_) => format!("write `set: {{{name}: …}}`, or `draw: {{into: {name}, from: …}}`"),
                None => format!("write `set: {{{name}: {}}}`", written(value)),
            });
        }
        let block = self.check.blocks.find(name)?;
        Some(match block.params.as_slice() {
            [] => format!("write `call: {name}`"),
            [first, ..] => format!("write `call: {{{name}: {{{first}: …}}}}`"),
        })
    }

    /// A step that is only text: `- delay`, or `- delay 5ms`.
    fn text_step(&mut self, text: &str, node: &Node) {
        self.check.unread = true;
        let span = self.check.reports.span_of(node);
        let message = format!("a step is a map, found the text {}", quoted(text));
        let (word, rest) = text.split_once([' ', ':', '(']).unwrap_or((text, ""));
        let known = named(word);
        let (message, hint) = match (known, foreign(word)) {
            (Some(_), _) if text[word.len()..].starts_with(':') && !rest.is_empty() => {
                let message = "a space is missing after the colon".to_owned();
                (message, format!("write `- {word}: {}`, with a colon and a space", rest.trim()))
            }
            (Some(step), _) => {
                (message, format!("write `- {}: …`, with a colon and a space", step.form.name))
            }
            (None, Some(advice)) => (message, advice.to_owned()),
            (None, None) if text.starts_with("//") || text.starts_with("--") => {
                (message, "a comment begins with `#`".to_owned())
            }
            (None, None) => {
                let meant = assignment::meant(text, |name| self.vars.position(name).is_some());
                (message, meant.unwrap_or_else(|| "write it as `- delay: 5ms`".to_owned()))
            }
        };
        self.check.reports.error_with_hint(span, message, hint);
    }

    fn known_step(&mut self, step: &StepForm, main: Main<'_>, steps: &mut Vec<Step>) {
        let mut read_steps = Vec::new();
        match step.read {
            Reader::One(read) => {
                read_steps.extend(read(self, main).map(|kind| Step { kind, site: main.site() }));
            }
            Reader::Several(read) => read(self, main, &mut read_steps),
        }
        if main.fields.may_have(within::WITHIN.key) {
            self.limited(main, read_steps, steps);
        } else {
            steps.append(&mut read_steps);
        }
    }

    pub(super) fn nested(&mut self, fields: fields::Fields<'_>, key: &str) -> Vec<Step> {
        fields.entry(key).map(|entry| self.steps(entry)).unwrap_or_default()
    }
}

/// The step with this key.
fn step_of(name: &str, by_program: bool) -> Option<&'static StepForm> {
    let code = &code::CODE_STEP;
    named(name).or((by_program && name == code.form.name).then_some(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_knows_which_steps_have_others_below_do() {
        let takes = |step: &&StepForm| step.form.fields.iter().any(|field| field.key == "do");
        let names: Vec<_> = all().filter(takes).map(|step| step.form.name).collect();
        assert_eq!(names, crate::scenario::yaml_layout::HAVE_DO);
    }

    #[test]
    fn no_step_is_foreign() {
        for (words, _) in all().flat_map(|step| step.foreign).chain(&FOREIGN) {
            assert!(words.iter().all(|word| named(word).is_none()), "{words:?}");
        }
    }
}

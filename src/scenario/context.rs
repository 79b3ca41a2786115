//! What all checks share: the reports, the names found so far, and how a value
//! is read.
//!
//! Decides what may stand where a value is wanted, and the checks of values
//! that are known when the scenario is loaded.

use super::assignment;
use super::data::DataFiles;
use super::diagnostics::{Diagnostic, Located, Reports, TextError};
use super::misfits;
use super::model::Rwlock;
use super::names::{LONGEST_NAME, NAME_RULE, Table, is_name, is_reserved, quoted};
use super::node::{Entry, Key, Kind, Node};
use super::scope::{Block, ParamEntry, ProcessEntry, ResourceEntry, Scope};
use super::source::Span;
use super::syntax::{self, Ast};
use super::typed::Typed;
use super::typed::coerce;
use super::typing::Typer;
use crate::ids::{ResourceDefId, Site};
use crate::trace::{LogTemplate, MarkInfo, MeasureKind};
use crate::value::{Type, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Bytes of expressions that a scenario may have, counted as often as they are
/// typed: a bound on the memory of the model.
pub(super) const MOST_EXPRESSIONS: usize = 1_000_000;

/// What processes wait for that can come of several resources.
pub(super) struct Watch {
    /// What it is called.
    pub name: String,
    /// Where it is waited for.
    pub site: Site,
    /// The resource that it is about alone, of which each instance has one.
    pub each_of: Option<ResourceDefId>,
}

/// The state of the checks.
pub(super) struct Check<'t> {
    pub reports: Reports<'t>,
    pub params: Table<ParamEntry>,
    pub resources: Table<ResourceEntry>,
    pub processes: Table<ProcessEntry>,
    pub marks: Table<MarkEntry>,
    /// Which figures there are of each measure; `None` if it is wrong itself.
    pub measures: Table<Option<MeasureKind>>,
    pub logs: Vec<LogTemplate>,
    pub blocks: Table<Rc<Block>>,
    /// What processes wait for that can come of several resources.
    pub watches: Vec<Watch>,
    /// The read-write locks.
    pub rwlocks: Vec<Rwlock>,
    /// Where each of them stands.
    pub block_sites: Vec<Site>,
    /// How often blocks are called.
    pub calls: usize,
    /// The blocks that the steps at hand are of, from the outermost on.
    pub within: Vec<String>,
    /// What pictures call the steps that stand there.
    pub labels: BTreeMap<Site, String>,
    /// The tables that distributions draw from.
    pub data: DataFiles,
    /// Whether the text was written by a program that can call code.
    pub by_program: bool,
    /// The position of the process whose steps are read.
    pub process: usize,
    /// Whether no parameter has been set, so that `expect` will be checked.
    pub as_written: bool,
    /// How many instances are expected to do something that there are not,
    /// because a parameter has been set.
    pub absent: usize,
    /// Whether the steps at hand are never come to with the parameters as they
    /// are set: what fails there with them is no problem.
    pub skipped: bool,
    /// Whether steps, or a mark in them, could not be read, so that nothing is
    /// known of marks that are not there.
    pub unread: bool,
    /// Warnings that were found so far: of variables that are not used, of what steps say.
    pub noticed: Vec<Diagnostic>,
    /// Names that were refused: whoever uses one stays silent.
    refused: Vec<String>,
    expressions: usize,
}

/// A mark, as its first use has it.
pub(super) struct MarkEntry {
    /// The type of its value, if it has one.
    pub ty: Option<Type>,
    /// Whether its first use was wrong, so that no other can disagree with it.
    pub bad: bool,
    /// The positions of the processes that have a step that passes it.
    pub passed_by: Vec<usize>,
}

impl<'t> Check<'t> {
    pub fn new(reports: Reports<'t>) -> Self {
        Check {
            reports,
            params: Table::default(),
            resources: Table::default(),
            processes: Table::default(),
            marks: Table::default(),
            measures: Table::default(),
            logs: Vec::new(),
            blocks: Table::default(),
            watches: Vec::new(),
            rwlocks: Vec::new(),
            block_sites: Vec::new(),
            calls: 0,
            within: Vec::new(),
            labels: BTreeMap::new(),
            data: DataFiles::default(),
            by_program: false,
            process: 0,
            as_written: true,
            absent: 0,
            skipped: false,
            unread: false,
            noticed: Vec::new(),
            refused: Vec::new(),
            expressions: 0,
        }
    }

    /// Notes that a name was refused, unless there are many already.
    pub fn refuse(&mut self, name: &str) {
        const MOST: usize = 100;
        if !name.is_empty() && self.refused.len() < MOST {
            self.refused.push(name.to_owned());
        }
    }

    /// How many names were refused; for [`Check::forgive`].
    pub fn refused(&self) -> usize {
        self.refused.len()
    }

    /// Forgets the names that were refused after so many.
    pub fn forgive(&mut self, before: usize) {
        self.refused.truncate(before);
    }

    /// Whether a text uses a name that was refused.
    fn uses_refused(&self, text: &str) -> bool {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        self.refused.iter().any(|name| {
            text.match_indices(name.as_str()).any(|(at, _)| {
                !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
            })
        })
    }

    /// The marks for the model.
    pub fn mark_infos(&self) -> Vec<MarkInfo> {
        let names = self.marks.names().zip(self.marks.iter());
        names.map(|(name, entry)| MarkInfo { name: name.to_owned(), ty: entry.ty }).collect()
    }

    /// The span of a key.
    pub fn key_span(&self, key: &Key) -> Span {
        self.reports.span_of_text(key.site, &key.name)
    }

    /// Checks that a key can name something.
    pub fn name(&mut self, key: &Key, what: &str) {
        let name = &key.name;
        let cannot = || format!("{} cannot be the name of a {what}", quoted(name));
        let (message, hint) = if !is_name(name) {
            self.refuse(assignment::parts(name).map_or(name, |(name, _)| name));
            not_a_name(name, cannot())
        } else if name.len() > LONGEST_NAME {
            (format!("a name has at most {LONGEST_NAME} characters"), "choose a shorter one".to_owned())
        } else if is_reserved(name) {
            let message = format!("{}: it means something in expressions", cannot());
            (message, format!("choose another, such as `{name}_`"))
        } else {
            return;
        };
        let span = self.key_span(key);
        self.reports.error_with_hint(span, message, hint);
    }

    /// Text that is no expression.
    pub fn plain_text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.kind {
            Kind::Text(text) => Some(text),
            Kind::Bad => None,
            _ => {
                let span = self.reports.span_of(node);
                let message = format!("{what} takes text, found {}", node.described());
                let hint = match node.kind {
                    Kind::Null => "write it behind the colon",
                    Kind::Seq(_) => "one text stands here",
                    _ => "put it in quotes",
                };
                self.reports.error_with_hint(span, message, hint);
                None
            }
        }
    }

    /// One of several words.
    pub fn word(&mut self, node: &Node, what: &str, words: &[&'static str]) -> Option<&'static str> {
        let all = || words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let hint =
            || if words.len() == 1 { format!("write {}", all()) } else { format!("write one of {}", all()) };
        let span = self.reports.span_of(node);
        match &node.kind {
            Kind::Text(text) => {
                let found = words.iter().find(|word| *word == text).copied();
                if found.is_none() {
                    let message = format!("{} is not known as {what}", quoted(text));
                    let hint = misfits::word(what, text).map_or_else(hint, str::to_owned);
                    self.reports.unknown_with_hint(span, message, text, words.iter().copied(), hint);
                }
                found
            }
            Kind::Bad => None,
            _ => {
                let message = format!("{what} takes a word, found {}", node.described());
                self.reports.error_with_hint(span, message, hint());
                None
            }
        }
    }

    /// A literal integer, at least `least`.
    pub fn literal(&mut self, node: &Node, what: &str, least: i64) -> Option<u64> {
        if let Kind::Int(number) = node.kind
            && number >= least
        {
            return u64::try_from(number).ok();
        }
        if node.kind != Kind::Bad {
            let span = self.reports.span_of(node);
            let message = match node.kind {
                Kind::Int(number) => format!("{what} is at least {least}, found {number}"),
                _ => format!("{what} takes an integer as it stands, found {}", node.described()),
            };
            self.reports.error(span, message);
        }
        None
    }

    /// A value of any type, or of the type `want`.
    pub fn value(&mut self, node: &Node, scope: Scope<'_>, want: Option<Type>, what: &str) -> Option<Typed> {
        let typed = match &node.kind {
            Kind::Bad => return None,
            Kind::Bool(flag) => Typed::constant(Value::Bool(*flag), node.site),
            Kind::Int(number) => Typed::constant(Value::Int(*number), node.site),
            Kind::Float(number) => Typed::constant(Value::Float(*number), node.site),
            Kind::Text(text) => self.expression(text, node.site, scope)?,
            Kind::Null | Kind::Seq(_) | Kind::Map(_) => {
                let span = self.reports.span_of(node);
                let message = match node.kind {
                    Kind::Null => format!("{what} has no value"),
                    _ => format!("{what} takes an expression, found {}", node.described()),
                };
                match node.kind {
                    Kind::Null => self.reports.error_with_hint(span, message, "write one behind the colon"),
                    Kind::Map(ref entries) => {
                        let hint = match entries.as_slice() {
                            [Entry { key, value }] if value.kind == Kind::Null => {
                                format!("write `{}`, without braces", key.name)
                            }
                            _ => "as in `n + 1`, without braces".to_owned(),
                        };
                        self.reports.error_with_hint(span, message, hint);
                    }
                    Kind::Seq(_) => {
                        let hint = "one value stands here; several are an array, `xs: {array: n}` in `vars`, or the slots of a memory, set one by one";
                        self.reports.error_with_hint(span, message, hint);
                    }
                    _ => self.reports.error(span, message),
                }
                return None;
            }
        };
        match want {
            Some(want) => coerce(&mut self.reports, &self.params, typed, want, (node, what)),
            None => Some(typed),
        }
    }

    /// An integer, at least `least` if it is known.
    pub fn whole(&mut self, node: &Node, scope: Scope<'_>, what: &str, least: i64) -> Option<Typed> {
        let typed = self.value(node, scope, Some(Type::Int), what)?;
        if let Some(number) = typed.known_int()
            && number < least
        {
            let span = self.reports.span_of(node);
            let message = format!("{what} is at least {least}, found {number}");
            self.reports.error_with_hint(span, message, format!("write {least} or more"));
            return None;
        }
        Some(typed)
    }

    /// `true` or `false`, as it stands.
    pub fn flag(&mut self, node: &Node, what: &str) -> Option<Typed> {
        self.value(node, Scope::all_params(), Some(Type::Bool), what)
    }

    /// A boolean that does not depend on anything.
    pub fn literal_flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        match self.flag(node, what)?.known {
            Some(Value::Bool(set)) => Some(set),
            _ => {
                let span = self.reports.span_of(node);
                self.reports.error(span, format!("{what} is `true` or `false`"));
                None
            }
        }
    }

    /// A duration that is not negative, if it is known.
    pub fn duration(&mut self, node: &Node, scope: Scope<'_>, what: &str) -> Option<Typed> {
        let typed = self.value(node, scope, Some(Type::Duration), what)?;
        if let Some(value @ Value::Duration(nanos)) = typed.known
            && nanos < 0
        {
            let span = self.reports.span_of(node);
            self.reports.error(span, format!("{what} cannot be negative, found {value}"));
            return None;
        }
        Some(typed)
    }

    /// The expression that a scalar's text is.
    pub fn expression(&mut self, text: &str, site: Site, scope: Scope<'_>) -> Option<Typed> {
        let located = self.reports.locate(site, text);
        self.expression_in(&located, 0, text, scope)
    }

    /// The expression that a part of a located text is, from byte `from` on.
    pub fn expression_in(
        &mut self,
        located: &Located,
        from: usize,
        part: &str,
        scope: Scope<'_>,
    ) -> Option<Typed> {
        let ast = self.parse_in(located, from, part)?;
        self.typer_in(*located, scope).expression(&ast)
    }

    /// Parses a scalar's text.
    pub fn parse(&mut self, text: &str, site: Site) -> Option<Ast> {
        let located = self.reports.locate(site, text);
        self.parse_in(&located, 0, text)
    }

    /// Parses a part of a located text, from byte `from` on.
    pub fn parse_in(&mut self, located: &Located, from: usize, part: &str) -> Option<Ast> {
        let before = self.expressions;
        self.expressions += part.len();
        if self.expressions > MOST_EXPRESSIONS {
            // Said once: everything after it would say the same.
            if before <= MOST_EXPRESSIONS {
                let message = "the expressions of this scenario are longer than 1,000,000 characters in all";
                self.reports.text_error(located, TextError::new(from..from + part.len(), message));
            }
            return None;
        }
        if self.uses_refused(part) {
            return None;
        }
        match syntax::parse(part) {
            Ok(mut ast) => {
                ast.shift(from);
                Some(ast)
            }
            Err(error) => {
                let range = error.range.start + from..error.range.end + from;
                self.reports.text_error(located, TextError { range, ..error });
                None
            }
        }
    }

    /// What types the expressions in a scalar's text.
    pub fn typer<'c>(&'c mut self, text: &str, site: Site, scope: Scope<'c>) -> Typer<'c, 't> {
        let located = self.reports.locate(site, text);
        self.typer_in(located, scope)
    }

    /// What types the expressions in a located text.
    pub fn typer_in<'c>(&'c mut self, located: Located, scope: Scope<'c>) -> Typer<'c, 't> {
        Typer {
            reports: &mut self.reports,
            params: &self.params,
            resources: &self.resources,
            processes: &self.processes,
            scope,
            located,
            skipped: self.skipped,
            dead: 0,
        }
    }
}

/// Why a text is no name, and what to do about it.
fn not_a_name(name: &str, cannot: String) -> (String, String) {
    if let Some((name, value)) = assignment::parts(name) {
        return (cannot, format!("its first value stands behind a colon: `{name}: {value}`"));
    }
    let letter = name.chars().find(|character| character.is_alphabetic() && !character.is_ascii());
    let message = match letter {
        Some(letter) => format!("{cannot}: `{letter}` is no letter from A to Z"),
        None => cannot,
    };
    let joined: String = name.chars().map(|c| if "-. ".contains(c) { '_' } else { c }).collect();
    let instead = if is_name(&joined) { format!("; write `{joined}`") } else { String::new() };
    (message, format!("{NAME_RULE}{instead}"))
}

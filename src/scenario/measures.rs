//! `measures`: what is measured of every run.
//!
//! Decides which measures can be written: how long it takes from a mark to a mark, a sum
//! of levels over time, how often a mark is passed. What they come to is found out from
//! the events of a run.

use super::context::Check;
use super::diagnostics::Located;
use super::fields::{self, Fields};
use super::labels::Part;
use super::measured::{LevelTermDef, MeasureDef, MeasuredDef};
use super::model::Expr;
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::Scope;
use super::source::Span;
use super::syntax::{Ast, AstKind};
use super::tables::{INSTANCE, MEASURE, VALUE};
use super::typed::Typed;
use crate::figure::there_are;
use crate::ids::{MarkId, ResourceDefId, Site};
use crate::time::NANOS_PER_SECOND;
use crate::trace::Counted;
use crate::value::{Type, Value};
use std::ops::Range;

/// How many measures a scenario may have: each has memory of its own.
const MOST: usize = 100;

/// The keys of each measure; the first of them makes it one.
const KEYS: [&[&str]; 4] =
    [&["from", "to", "by"], &["level", "at_least", "at_most"], &["rate", "per"], &["count"]];

impl Check<'_> {
    /// Reads `measures`.
    pub(super) fn measures(&mut self, entry: &Entry) -> Vec<MeasureDef> {
        let owner = self.key_span(&entry.key);
        if matches!(entry.value.kind, Kind::Null) {
            return Vec::new();
        }
        let entries = fields::entries(&mut self.reports, &entry.value, &entry.key.name, owner).unwrap_or(&[]);
        if let Some(beyond) = entries.get(MOST) {
            let span = self.key_span(&beyond.key);
            self.reports.error(span, format!("a scenario has at most {MOST} measures"));
        }
        entries.iter().take(MOST).filter_map(|entry| self.measure(entry)).collect()
    }

    fn measure(&mut self, entry: &Entry) -> Option<MeasureDef> {
        self.name(&entry.key, "measure");
        let measure = self.read_measure(entry);
        self.measures.push(&entry.key.name, measure.as_ref().map(|def| def.what.kind()));
        measure
    }

    fn read_measure(&mut self, entry: &Entry) -> Option<MeasureDef> {
        let owner = self.key_span(&entry.key);
        let fields = fields::read(&mut self.reports, &entry.value, &MEASURE, owner)?;
        let warm_up = fields.get("warm_up").map(|node| self.duration(node, Scope::all_params(), "`warm_up`"));
        let what = match self.kind_of_measure(fields, owner)? {
            "from" => self.sojourn(fields, owner),
            "level" => self.level_sum(fields),
            "rate" => self.rate(fields),
            _ => {
                let mark = self.measured_mark(fields, "count")?;
                Some(MeasuredDef::Passings { mark, per: None })
            }
        };
        let warm_up = warm_up.map_or(Some(None), |typed| typed.map(|typed| Some(typed.expr)))?;
        Some(MeasureDef { name: entry.key.name.clone(), site: entry.key.site, what: what?, warm_up })
    }

    /// Which measure it is, by its keys: all must be of one.
    fn kind_of_measure(&mut self, fields: Fields<'_>, owner: Span) -> Option<&'static str> {
        let has = |keys: &&&[&str]| keys.iter().any(|key| fields.get(key).is_some());
        let kinds: Vec<_> = KEYS.iter().filter(has).collect();
        let hint = "write `from` and `to`, or `level`, or `rate`, or `count`";
        match kinds.as_slice() {
            [] => self.reports.error_with_hint(owner, "nothing is measured here", hint),
            [keys] if keys[0] == "from" || fields.get(keys[0]).is_some() => return Some(keys[0]),
            [keys] => {
                let message = format!("`{}` is missing", keys[0]);
                self.reports.error_with_hint(owner, message, hint);
            }
            [one, other, ..] => {
                let key = |keys: &[&'static str]| keys.iter().find(|key| fields.get(key).is_some()).copied();
                let (one, other) = (key(one).unwrap_or_default(), key(other).unwrap_or_default());
                let message = format!("`{one}` and `{other}` belong to different measures");
                self.reports.error_with_hint(owner, message, "give each a name of its own");
            }
        }
        None
    }

    /// The mark that a key names.
    fn measured_mark(&mut self, fields: Fields<'_>, key: &str) -> Option<MarkId> {
        let node = fields.get(key)?;
        let text = self.plain_text(node, &format!("`{key}`"))?;
        self.mark(Part::of(text, node.site))
    }

    fn rate(&mut self, fields: Fields<'_>) -> Option<MeasuredDef> {
        let mark = self.measured_mark(fields, "rate");
        let per = match fields.get("per") {
            None => Some(Typed::constant(Value::Duration(NANOS_PER_SECOND as i64), Site::default())),
            Some(node) => self.duration(node, Scope::all_params(), "`per`").and_then(|per| {
                if per.known == Some(Value::Duration(0)) {
                    let span = self.reports.span_of(node);
                    self.reports.error(span, "the time of a rate is above 0");
                    return None;
                }
                Some(per)
            }),
        };
        Some(MeasuredDef::Passings { mark: mark?, per: Some(per?.expr) })
    }

    fn sojourn(&mut self, fields: Fields<'_>, owner: Span) -> Option<MeasuredDef> {
        for key in ["from", "to"].into_iter().filter(|key| fields.get(key).is_none()) {
            let message = format!("missing key `{key}` in `measure`");
            self.reports.error_with_hint(owner, message, "a sojourn is from one mark to another");
        }
        let by = fields.get("by").map(|node| self.word(node, "what belongs together", &[INSTANCE, VALUE]));
        let by_value = by.map_or(Some(false), |word| word.map(|word| word == VALUE));
        let [from, to] = ["from", "to"].map(|key| self.measured_mark(fields, key));
        let (from, to, by_value) = (from?, to?, by_value?);
        if by_value {
            self.carries_integer(fields.get("from")?, from)?;
            self.carries_integer(fields.get("to")?, to)?;
        }
        Some(MeasuredDef::Sojourn { from, to, by_value })
    }

    /// Checks that a mark carries what passings can be told by.
    fn carries_integer(&mut self, node: &Node, mark: MarkId) -> Option<()> {
        let known = self.marks.at(mark.index());
        if known.bad || known.ty == Some(Type::Int) {
            return Some(());
        }
        let carries = known.ty.map_or("no value", Type::described);
        let message = format!("the mark {} carries {carries}", quoted(self.marks.name(mark.index())));
        let span = self.reports.span_of(node);
        let hint = "`by: value` takes marks with an integer: `mark: {name: n, value: number}`";
        self.reports.error_with_hint(span, message, hint);
        None
    }

    fn level_sum(&mut self, fields: Fields<'_>) -> Option<MeasuredDef> {
        let mut bound = |key: &str| {
            fields.get(key).map(|node| self.value(node, Scope::all_params(), Some(Type::Int), key))
        };
        let bounds = ["at_least", "at_most"].map(&mut bound);
        let node = fields.get("level")?;
        let text = self.plain_text(node, "`level`")?;
        let located = self.reports.locate(node.site, text);
        // As long as it was, so that every place stays where it is.
        let ast = self.parse_in(&located, 0, &text.replace(ALL, "   "))?;
        let mut sum = Sum { text, located, terms: Vec::new(), constants: Vec::new() };
        self.linear(&ast, 1, &mut sum)?;
        let all = sum.terms.iter().filter(|term| term.is_all).count();
        if all != text.matches(ALL).count() {
            let span = self.reports.span_of(node);
            self.reports.error(span, format!("`{ALL}` stands behind the name of a resource"));
            return None;
        }
        if sum.terms.is_empty() {
            let span = self.reports.span_of(node);
            let hint = "name a resource, such as `level: orders`";
            self.reports.error_with_hint(span, "this is no level: it names no resource", hint);
            return None;
        }
        let [at_least, at_most] = bounds.map(|bound| match bound {
            None => Some(None),
            Some(typed) => typed.map(|typed| Some(typed.expr)),
        });
        let terms = sum.terms.into_iter().map(|term| term.term).collect();
        Some(MeasuredDef::Level { terms, constants: sum.constants, at_least: at_least?, at_most: at_most? })
    }

    /// Adds a tree, so many times, to a sum of levels.
    fn linear(&mut self, ast: &Ast, factor: i64, sum: &mut Sum<'_>) -> Option<()> {
        match &ast.kind {
            AstKind::Minus(inner) => self.linear(inner, times(factor, -1), sum),
            AstKind::Binary(sign @ ("+" | "-"), left, right) => {
                let first = self.linear(left, factor, sum);
                self.linear(right, if *sign == "+" { factor } else { times(factor, -1) }, sum).and(first)
            }
            AstKind::Binary("*", left, right) if self.names_resource(ast) => {
                match (literal(left), literal(right)) {
                    (Some(number), _) => self.linear(right, times(factor, number), sum),
                    (_, Some(number)) => self.linear(left, times(factor, number), sum),
                    _ => self.not_linear(ast, sum),
                }
            }
            AstKind::Call(name, arguments) if waiting(name).is_some() => {
                match (waiting(name), arguments.as_slice()) {
                    (Some(of), [argument]) => self.level_term(argument, (of, factor), sum),
                    _ => self.not_linear(ast, sum),
                }
            }
            AstKind::Call(name, arguments) if name == "level" && arguments.len() == 1 => {
                self.level_term(&arguments[0], (Counted::Level, factor), sum)
            }
            AstKind::Name(name) if self.params.position(name).is_none() => {
                self.level_term(ast, (Counted::Level, factor), sum)
            }
            AstKind::Element(..) => self.level_term(ast, (Counted::Level, factor), sum),
            _ if self.names_resource(ast) => self.not_linear(ast, sum),
            _ => {
                let typed = self.typer_in(sum.located, Scope::all_params()).expression(ast)?;
                if typed.ty() != Type::Int {
                    let message = format!("levels are integers, found {}", typed.ty().described());
                    self.wrong_level(&ast.range, sum, message, None);
                    return None;
                }
                sum.constants.push((factor, typed.expr));
                Some(())
            }
        }
    }

    /// Whether a resource is named somewhere in a tree.
    fn names_resource(&self, ast: &Ast) -> bool {
        match &ast.kind {
            AstKind::Literal(_) | AstKind::Field(..) => false,
            AstKind::Name(name) => {
                self.params.position(name).is_none() && self.resources.position(name).is_some()
            }
            AstKind::Element(..) => true,
            AstKind::Call(_, arguments) => arguments.iter().any(|argument| self.names_resource(argument)),
            AstKind::Minus(inner) | AstKind::Not(inner) => self.names_resource(inner),
            AstKind::Binary(_, left, right) => self.names_resource(left) || self.names_resource(right),
        }
    }

    fn not_linear(&mut self, ast: &Ast, sum: &Sum<'_>) -> Option<()> {
        let hint = "such as `orders + 2 * returns[*] - waiting(server)`";
        let message = "levels are added, subtracted and multiplied by numbers as they stand";
        self.wrong_level(&ast.range, sum, message.to_owned(), Some(hint.to_owned()));
        None
    }

    fn wrong_level(&mut self, range: &Range<usize>, sum: &Sum<'_>, message: String, hint: Option<String>) {
        self.typer_in(sum.located, Scope::all_params()).error(range, message, hint);
    }

    /// A resource, one of several, or all of them.
    fn level_term(&mut self, ast: &Ast, (of, factor): (Counted, i64), sum: &mut Sum<'_>) -> Option<()> {
        let (name, index) = match &ast.kind {
            AstKind::Name(name) => (name, None),
            AstKind::Element(name, index) => (name, Some(&**index)),
            _ => return self.not_linear(ast, sum),
        };
        let site = self.reports.span_in(&sum.located, ast.range.clone()).site;
        let Some(position) = self.resources.position(name) else {
            let span = self.reports.span_in(&sum.located, ast.range.start..ast.range.start + name.len());
            let message = format!("unknown resource {}", quoted(name));
            self.reports.unknown(span, message, name, self.resources.names());
            return None;
        };
        let known = self.resources.at(position);
        known.used.set(true);
        known.asked.set(true);
        let kind = known.kind?;
        if kind.level().is_none() {
            let message =
                format!("the {} {} has no level, and nobody waits for it", kind.name(), quoted(name));
            self.wrong_level(&ast.range, sum, message, None);
            return None;
        }
        if !of.is_of(kind) {
            let message =
                format!("{} is a {}: only at a buffer some put and others get", quoted(name), kind.name());
            self.wrong_level(&ast.range, sum, message, Some(format!("write `waiting({name})`")));
            return None;
        }
        let is_all = sum.text[ast.range.end..].starts_with(ALL);
        let index = self.level_index((position, name), ast, index, is_all, sum)?;
        let def = ResourceDefId::from_index(position);
        sum.terms.push(SumTerm { term: LevelTermDef { of, def, index, factor, site }, is_all });
        Some(())
    }

    /// Which instance: one must be told, or all, exactly if there is a count.
    fn level_index(
        &mut self,
        (position, name): (usize, &str),
        ast: &Ast,
        index: Option<&Ast>,
        is_all: bool,
        sum: &Sum<'_>,
    ) -> Option<Option<u32>> {
        let known = self.resources.at(position);
        let (counted, count) = (known.counted, known.count);
        let number = index.map(|index| literal(index).and_then(|number| u32::try_from(number).ok()));
        let (message, hint) = match (counted, number) {
            (true, None) if is_all => return Some(None),
            (false, None) if !is_all => return Some(None),
            (true, None) => {
                let hint = format!("write `{name}{ALL}` for all of them together, or `{name}[0]` for one");
                (format!("{} has several instances; say which", quoted(name)), Some(hint))
            }
            (false, _) => (format!("{} is one resource, without index", quoted(name)), None),
            (true, Some(None)) => ("an index is a number as it stands here".to_owned(), None),
            (true, Some(Some(at))) if count.is_some_and(|count| i64::from(at) >= count) => {
                let there_are = there_are(count.unwrap_or(0).max(0) as u64, "instance");
                (format!("index {at} is out of range: {there_are}, from 0"), None)
            }
            (true, Some(Some(at))) => return Some(Some(at)),
        };
        self.wrong_level(&ast.range, sum, message, hint);
        None
    }
}

/// What stands behind a name for all of its instances.
const ALL: &str = "[*]";

/// A sum of levels while it is read.
struct Sum<'n> {
    text: &'n str,
    located: Located,
    terms: Vec<SumTerm>,
    constants: Vec<(i64, Expr)>,
}

struct SumTerm {
    term: LevelTermDef,
    is_all: bool,
}

/// What a function counts of those who wait.
fn waiting(function: &str) -> Option<Counted> {
    Counted::OF_WAITING.into_iter().find(|(name, _)| *name == function).map(|(_, of)| of)
}

fn literal(ast: &Ast) -> Option<i64> {
    match &ast.kind {
        AstKind::Literal(Value::Int(number)) => Some(*number),
        AstKind::Minus(inner) => literal(inner)?.checked_neg(),
        _ => None,
    }
}

/// A product of factors; past all levels it does not matter which it is.
fn times(factor: i64, by: i64) -> i64 {
    factor.saturating_mul(by)
}

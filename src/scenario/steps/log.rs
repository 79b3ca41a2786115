//! `log`.
//!
//! Decides the pieces of a log text: literal text, `{expression}`, `{array}`,
//! and `{{` and `}}` for braces.

use super::body::{Body, Main, Reader, StepForm};
use crate::ids::{LogId, Site, VarId};
use crate::scenario::diagnostics::{Located, TextError};
use crate::scenario::model::{LogArg, StepKind};
use crate::scenario::names::is_word;
use crate::scenario::tables::{Form, Shape, required};
use crate::scenario::warnings::warning;
use crate::trace::{LogTemplate, Piece};
use crate::value::Type;

/// `log`: a text with holes.
pub(super) static LOG_STEP: StepForm = StepForm {
    form: Form {
        name: "log",
        doc: "Write a line to the log of the run.",
        fields: &[required("log", Shape::Text, "The text; `{expression}` is filled in, `{{` is a brace.")],
    },
    foreign: &[(
        &["print", "echo", "printf", "println", "say", "trace"],
        "write `log: \"text {expression}\"`",
    )],
    read: Reader::One(|body, main| body.log(main)),
};

impl Body<'_, '_> {
    fn log(&mut self, main: Main<'_>) -> Option<StepKind> {
        let node = &main.key.value;
        let text = self.check.plain_text(node, "`log`")?;
        self.notice_prefix(text, node.site);
        let located = self.check.reports.locate(node.site, text);
        let (parts, errors) = split(text);
        let mut pieces = Vec::new();
        let mut args = Vec::new();
        let mut complete = errors.is_empty();
        errors.into_iter().for_each(|error| self.check.reports.text_error(&located, error));
        for part in parts {
            match part {
                Part::Text(literal) => pieces.push(Piece::Text(literal)),
                Part::Hole(from, hole) => match self.hole(&located, from, hole) {
                    Some((piece, arg)) => {
                        pieces.push(piece);
                        args.push(arg);
                    }
                    None => complete = false,
                },
            }
        }
        if !complete {
            return None;
        }
        let log = LogId::from_index(self.check.logs.len());
        self.check.logs.push(LogTemplate { pieces });
        Some(StepKind::Log { log, args })
    }

    /// Warns of `f"…"`, of which the letter and the quotes are part of the text.
    fn notice_prefix(&mut self, text: &str, site: Site) {
        let inner = text.strip_prefix(['f', 'F', '$']).unwrap_or_default();
        let is_quoted = ['"', '\'']
            .into_iter()
            .any(|quote| inner.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote)).is_some());
        if is_quoted {
            let prefix = &text[..1];
            let message = format!("this text begins with `{prefix}` and a quote, which are part of it");
            let hint = format!("holes in braces are filled in anyway: write `log: {inner}`");
            self.check.noticed.push(warning(site, text.chars().count(), message, &hint));
        }
    }

    /// A hole: an array by its name alone, or an expression. `from` is the byte
    /// of the text at which the hole's expression starts.
    fn hole(&mut self, located: &Located, from: usize, hole: &str) -> Option<(Piece, LogArg)> {
        let trimmed = hole.trim();
        if trimmed.is_empty() {
            let error = TextError::new(from - 1..from + hole.len() + 1, "a hole without an expression")
                .with_hint("for literal braces write `{{` and `}}`");
            self.check.reports.text_error(located, error);
            return None;
        }
        if let Some(position) = self.vars.position(trimmed)
            && self.vars.at(position).array
        {
            self.vars.at(position).used.set(true);
            let ty = self.vars.at(position).ty?;
            return Some((Piece::Array(ty), LogArg::Array(VarId::from_index(position))));
        }
        if let Some(at) = hole.find(':') {
            let value = hole[..at].trim();
            let ty = self.check.expression_in(located, from, &hole[..at], self.scope())?.ty();
            let round = match ty {
                Type::Duration => {
                    format!("; round it before, as in `{{round(seconds({value}) * 100) / 100.0}}`")
                }
                Type::Float if is_word(value) => {
                    format!("; round it before, as in `{{round({value} * 100) / 100.0}}`")
                }
                Type::Float => format!("; round it before, as in `{{round(({value}) * 100) / 100.0}}`"),
                Type::Int | Type::Bool => String::new(),
            };
            let hint = format!("a value is written as it is{round}");
            let error = TextError::new(from + at..from + hole.len(), "a hole has no format").with_hint(hint);
            self.check.reports.text_error(located, error);
            return None;
        }
        let typed = self.check.expression_in(located, from, hole, self.scope())?;
        Some((Piece::Value(typed.ty()), LogArg::Value(typed.expr)))
    }
}

/// A part of a log text.
enum Part<'t> {
    Text(String),
    /// A hole: the byte at which its expression starts, and the expression.
    Hole(usize, &'t str),
}

/// Splits a log text at its braces; with what is wrong with them.
fn split(text: &str) -> (Vec<Part<'_>>, Vec<TextError>) {
    let (mut parts, mut errors) = (Vec::new(), Vec::new());
    let mut literal = String::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(['{', '}']) {
        let brace = at + offset;
        literal.push_str(&text[at..brace]);
        let rest = &text[brace..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            literal.push_str(&rest[..1]);
            at = brace + 2;
            continue;
        }
        if rest.starts_with('}') {
            let error = TextError::new(brace..brace + 1, "a `}` without a `{` before it");
            errors.push(error.with_hint("a literal brace is written `}}`"));
            at = brace + 1;
            continue;
        }
        let inside = &rest[1..];
        let Some(length) = inside.find(['{', '}']).filter(|&end| inside[end..].starts_with('}')) else {
            let error = TextError::new(brace..brace + 1, "a `{` that is never closed");
            errors.push(error.with_hint("a literal brace is written `{{`"));
            at = brace + 1;
            continue;
        };
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal)));
        }
        parts.push(Part::Hole(brace + 1, &inside[..length]));
        at = brace + 1 + length + 1;
    }
    literal.push_str(&text[at..]);
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    (parts, errors)
}

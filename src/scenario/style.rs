//! The `style` of a scenario, or of a file of its own: what is wished of its pictures.
//!
//! Decides how the wishes are written. Which of them go together, and which words there
//! are, is decided in [`crate::look`].

use super::context::Check;
use super::diagnostics::{Diagnostics, Reports, Severity};
use super::fields::{self, Fields};
use super::load::LoadError;
use super::names::quoted;
use super::node::{Kind, Node};
use super::scope::Scope;
use super::source::{SourceFile, Span};
use super::tables::STYLE;
use super::yaml;
use crate::look::{ColourBy, FONT_SIZES, Look, Theme, WIDEST};
use crate::time::Time;
use crate::value::Value;

/// Reads a file of its own with the keys of a scenario's `style`; `label` names it in
/// diagnostics. Which processes there are is not known then.
///
/// # Errors
/// [`LoadError::Diagnostics`].
pub fn load_style(label: &str, text: &str) -> Result<Look, LoadError> {
    let source = SourceFile { label: label.to_owned(), text: text.to_owned() };
    let mut reports = Reports::new(&source.text);
    let (look, items) = match yaml::read(&mut reports) {
        None => (Look::default(), reports.into_items()),
        Some(root) => {
            let top = reports.span_of(&root);
            let mut check = Check::new(reports);
            let look = check.style(&root, top);
            (look, check.reports.into_items())
        }
    };
    if items.is_empty() {
        return Ok(look);
    }
    Err(LoadError::Diagnostics(Diagnostics::new(source, Severity::Error, items)))
}

impl Check<'_> {
    /// What is wished of pictures.
    pub fn style(&mut self, node: &Node, owner: Span) -> Look {
        let Some(fields) = fields::read(&mut self.reports, node, &STYLE, owner) else {
            return Look::default();
        };
        let before = self.reports.count();
        let look = Look {
            title: fields.get("title").and_then(|node| self.title(node)),
            lanes: fields.get("lanes").map_or_else(Vec::new, |node| self.lanes(node)),
            from: fields.get("from").and_then(|node| self.moment(node, "`from`")),
            to: fields.get("to").and_then(|node| self.moment(node, "`to`")),
            width: fields.get("width").and_then(|node| self.pixels(node, "`width`", WIDEST)),
            font_size: fields
                .get("font_size")
                .and_then(|node| self.pixels(node, "`font_size`", FONT_SIZES[1])),
            theme: self.one_of(fields, "theme", &Theme::NAMES).and_then(Theme::named),
            colour_by: self.one_of(fields, "colour_by", &ColourBy::NAMES).and_then(ColourBy::named),
            holders: fields.get("holders").and_then(|node| self.literal_flag(node, "`holders`")),
        };
        if self.reports.count() == before
            && let Err(refusal) = look.check()
        {
            let span = fields.get(refusal.key).map_or(owner, |node| self.reports.span_of(node));
            self.reports.error_with_hint(span, refusal.message, refusal.hint);
        }
        look
    }

    fn title(&mut self, node: &Node) -> Option<String> {
        let text = self.plain_text(node, "`title`")?;
        if text.trim().is_empty() {
            let span = self.reports.span_of(node);
            self.reports.error_with_hint(
                span,
                "the title is empty",
                "leave it out, and it is the scenario's name",
            );
            return None;
        }
        Some(text.to_owned())
    }

    fn moment(&mut self, node: &Node, what: &str) -> Option<Time> {
        let typed = self.duration(node, Scope::all_params(), what)?;
        match typed.known {
            Some(Value::Duration(nanos)) => u64::try_from(nanos).ok().and_then(Time::from_nanos),
            _ => None,
        }
    }

    fn pixels(&mut self, node: &Node, what: &str, most: u32) -> Option<u32> {
        if let Kind::Text(text) = &node.kind {
            let span = self.reports.span_of(node);
            let message = format!("{what} takes a number of pixels, found {}", quoted(text));
            self.reports.error_with_hint(span, message, crate::look::in_pixels(text));
            return None;
        }
        let pixels = self.literal(node, what, 1)?;
        let fitting = u32::try_from(pixels).ok().filter(|&pixels| pixels <= most);
        if fitting.is_none() {
            let span = self.reports.span_of(node);
            self.reports.error(span, format!("{what} is at most {most} pixels, found {pixels}"));
        }
        fitting
    }

    fn one_of(&mut self, fields: Fields<'_>, key: &str, words: &[&'static str]) -> Option<&'static str> {
        self.word(fields.get(key)?, &format!("`{key}`"), words)
    }

    fn lanes(&mut self, node: &Node) -> Vec<String> {
        let items = match &node.kind {
            Kind::Seq(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        items.iter().filter_map(|item| self.lane(item)).collect()
    }

    /// A wish for lanes. Which instances there are is known when it is run.
    fn lane(&mut self, node: &Node) -> Option<String> {
        let text = self.plain_text(node, "`lanes`")?;
        let family = text.split('[').next().unwrap_or(text);
        let is_known = family.contains('*') || self.processes.position(family).is_some();
        if !is_known && self.processes.names().next().is_some() {
            let span = self.reports.span_of(node);
            let message = format!("there is no process {}", quoted(family));
            let names: Vec<String> = self.processes.names().map(str::to_owned).collect();
            let hint = "a lane is a process: `loader`, `worker[2]`, or `worker*` for all that begin so";
            self.reports.unknown_with_hint(
                span,
                message,
                family,
                &mut names.iter().map(String::as_str),
                hint.to_owned(),
            );
            return None;
        }
        Some(text.to_owned())
    }
}

//! What is wrong with a scenario, where, and what to do about it.
//!
//! Decides how problems are collected, ordered and made unique. How one looks
//! on a screen is decided in `snippet`.

use super::invisible;
use super::names::suggestion;
use super::node::{Kind, Node};
use super::source::{SourceFile, Span, TextIndex, narrow};
use crate::ids::Site;
use std::collections::BTreeMap;
use std::ops::Range;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it starts, in the scenario or, if there is one, in [`Diagnostic::origin`].
    pub site: Site,
    /// How many characters it covers, at least 1.
    pub length: u32,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The text that it is about, if that is not the scenario but a value given
    /// beside it (`--set items=…`).
    pub origin: Option<SourceFile>,
    /// The values given beside the scenario without which it would be no problem, as
    /// `items=…`; empty if it is one in any case.
    pub settings: Vec<String>,
}

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The scenario is not valid.
    Error,
    /// It is valid, and probably not what was meant.
    Warning,
}

/// All problems of one severity of one scenario, in the order of their places,
/// none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// The scenario.
    pub source: SourceFile,
    /// How much they weigh.
    pub severity: Severity,
    /// The problems; at least one if they are errors.
    pub items: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(super) fn new(source: SourceFile, severity: Severity, mut items: Vec<Diagnostic>) -> Self {
        items.sort_by(|a, b| {
            let order = |item: &Diagnostic| (item.origin.is_some(), item.site, item.length);
            order(a).cmp(&order(b)).then_with(|| a.message.cmp(&b.message))
        });
        items.dedup();
        Diagnostics { source, severity, items }
    }
}

/// A problem in a text that is looked at on its own: bytes of that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextError {
    pub range: Range<usize>,
    pub message: String,
    pub hint: Option<String>,
}

impl TextError {
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        TextError { range, message: message.into(), hint: None }
    }

    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Where the text of a scalar stands in the source, as far as both agree: a
/// scalar with escapes or over several lines differs from its source text, and
/// then only the scalar itself can be pointed at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Located {
    whole: Span,
    /// The byte of the source at which the scalar's text starts, after a quote.
    base: usize,
    /// So many bytes of the scalar's text stand literally in the source.
    exact: usize,
}

/// Collects the problems of one text.
pub(super) struct Reports<'t> {
    index: TextIndex<'t>,
    items: Vec<Diagnostic>,
    /// While above 0, problems are not collected.
    muted: u32,
    /// Where nothing more is said, since something was about what stands there: by line and
    /// column, the length.
    told: BTreeMap<(u32, u32), u32>,
    /// How many names may still be compared in search of the one that was
    /// meant, so that a large file full of errors is not quadratic.
    comparisons: usize,
}

impl<'t> Reports<'t> {
    pub fn new(text: &'t str) -> Self {
        Reports {
            index: TextIndex::new(text),
            items: Vec::new(),
            muted: 0,
            told: BTreeMap::new(),
            comparisons: 200_000,
        }
    }

    /// The same problems, of a text in which their places are the same.
    pub fn over(self, text: &str) -> Reports<'_> {
        let Reports { index: _, items, muted, told, comparisons } = self;
        Reports { index: TextIndex::new(text), items, muted, told, comparisons }
    }

    pub fn index(&self) -> &TextIndex<'t> {
        &self.index
    }

    /// What was reported so far.
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// How many problems there are so far.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// Forgets the problems after the first so many.
    pub fn forget(&mut self, kept: usize) {
        self.items.truncate(kept);
    }

    /// Takes back what was said at a place, where something else is said.
    pub fn withdraw(&mut self, site: Site, message: &str) {
        self.items.retain(|item| item.site != site || item.message != message);
    }

    pub fn into_items(self) -> Vec<Diagnostic> {
        self.items
    }

    pub fn extend(&mut self, items: impl IntoIterator<Item = Diagnostic>) {
        self.items.extend(items);
    }

    /// Stops collecting, for a first look at what is checked again later.
    pub fn mute(&mut self) {
        self.muted += 1;
    }

    /// Ends what [`Reports::mute`] began.
    pub fn unmute(&mut self) {
        self.muted = self.muted.saturating_sub(1);
    }

    /// Says nothing more about what stands there.
    pub fn told(&mut self, Span { site, length }: Span) {
        self.told.insert((site.line, site.column), length);
    }

    fn is_told(&self, site: Site) -> bool {
        let before = self.told.range(..=(site.line, site.column)).next_back();
        before.is_some_and(|(&(line, column), length)| line == site.line && site.column < column + length)
    }

    pub fn error(&mut self, span: Span, message: impl Into<String>) {
        self.report(span, message.into(), None);
    }

    pub fn error_with_hint(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.report(span, message.into(), Some(hint.into()));
    }

    /// Reports that a name is unknown, with the nearest known one.
    pub fn unknown<'c>(
        &mut self,
        span: Span,
        message: String,
        name: &str,
        known: impl Iterator<Item = &'c str>,
    ) {
        self.unknown_with_hint(span, message, name, known, None);
    }

    /// Reports a name that nothing has, with a hint how to declare it unless another one is like it.
    pub fn undeclared<'c>(
        &mut self,
        span: Span,
        message: String,
        name: &str,
        known: impl Iterator<Item = &'c str>,
        hint: String,
    ) {
        let suggestion = self.suggested(name, known);
        let hint = suggestion.is_empty().then_some(hint);
        self.report(span, message + &suggestion, hint);
    }

    /// Reports a name that nothing has, with a hint.
    pub fn unknown_with_hint<'c>(
        &mut self,
        span: Span,
        message: String,
        name: &str,
        known: impl Iterator<Item = &'c str>,
        hint: impl Into<Option<String>>,
    ) {
        let suggestion = self.suggested(name, known);
        self.report(span, message + &suggestion, hint.into());
    }

    /// Which of the known names was meant, as the end of a message; empty if none is like it.
    fn suggested<'c>(&mut self, name: &str, known: impl Iterator<Item = &'c str>) -> String {
        let mut left = self.comparisons;
        let known = known.take_while(|_| {
            left = left.saturating_sub(1);
            left > 0
        });
        let suggestion = suggestion(name, known);
        self.comparisons = left;
        suggestion
    }

    /// Reports a problem inside a located text.
    pub fn text_error(&mut self, located: &Located, error: TextError) {
        let span = self.span_in(located, error.range);
        self.report(span, error.message, error.hint);
    }

    /// Reports a problem, with a hint if there is one.
    pub fn report(&mut self, span: Span, message: String, hint: Option<String>) {
        if self.muted == 0 && !self.is_told(span.site) {
            let Span { site, length } = span;
            let item = Diagnostic { site, length, message, hint, origin: None, settings: Vec::new() };
            self.items.push(self.invisible_in(span).unwrap_or(item));
        }
    }

    /// Whatever is wrong with a text in which a character cannot be seen, that
    /// character is what has to be said.
    fn invisible_in(&self, span: Span) -> Option<Diagnostic> {
        /// A longer stretch is prose, where such a character is no mistake.
        const LONGEST: u32 = 100;
        let start = self.index.offset_of(span.site).filter(|_| span.length <= LONGEST)?;
        let rest = &self.index.text()[start..];
        let end = rest.char_indices().nth(span.length as usize).map_or(rest.len(), |(end, _)| end);
        let (at, name) = invisible::first(&rest[..end])?;
        Some(Diagnostic {
            site: self.index.site_at(start + at),
            length: 1,
            message: format!("{name} stands here, which cannot be seen"),
            hint: Some("delete it, or write an ordinary space".to_owned()),
            origin: None,
            settings: Vec::new(),
        })
    }

    /// Says of the problems from number `first` on in which line the call is that makes
    /// them problems, unless it was said of another one.
    pub fn note_call(&mut self, first: usize, line: u32) {
        for item in self.items.iter_mut().skip(first) {
            let hint = item.hint.take().unwrap_or_default();
            let told = hint.contains("the call in line");
            let more = if told { String::new() } else { format!("this is of the call in line {line}") };
            let both = if hint.is_empty() || told { hint + &more } else { format!("{hint}; {more}") };
            item.hint = Some(both);
        }
    }

    /// Finds a scalar's text in the source.
    pub fn locate(&self, site: Site, text: &str) -> Located {
        let whole = Span { site, length: self.token_length(site, text) };
        let Some(start) = self.index.offset_of(site) else {
            return Located { whole, base: 0, exact: 0 };
        };
        let source = &self.index.text()[start..];
        let quote = usize::from(!source.starts_with(text) && source.starts_with(['"', '\'']));
        let same = source.bytes().skip(quote).zip(text.bytes()).take_while(|(a, b)| a == b).count();
        // Line breaks are folded by YAML, so an exact stretch has none.
        let exact = text[..floor_boundary(text, same)].find(['\n', '\r']).unwrap_or(same);
        Located { whole, base: start + quote, exact }
    }

    /// Where `range` of the scalar's text stands.
    pub fn span_in(&self, located: &Located, range: Range<usize>) -> Span {
        if range.end > located.exact {
            return located.whole;
        }
        let start = located.base + range.start;
        let length = self.index.characters_between(start, located.base + range.end);
        Span { site: self.index.site_at(start), length: narrow(length.max(1)) }
    }

    /// A whole scalar's text, or a key's.
    pub fn span_of_text(&self, site: Site, text: &str) -> Span {
        Span { site, length: self.token_length(site, text) }
    }

    /// A whole node, or the start of it if it is a list or a map.
    pub fn span_of(&self, node: &Node) -> Span {
        if let Kind::Seq(_) = node.kind {
            return Span { site: self.dash_before(node.site), length: 1 };
        }
        let text = match &node.kind {
            Kind::Text(text) => text.as_str(),
            Kind::Map(entries) => entries.first().map_or("", |entry| entry.key.name.as_str()),
            _ => "",
        };
        self.span_of_text(node.site, text)
    }

    /// The dash with which a list begins whose first item, for the parser, begins
    /// here; the place itself if it is a list in brackets.
    fn dash_before(&self, site: Site) -> Site {
        let Some(start) = self.index.offset_of(site) else { return site };
        let before = &self.index.text()[..start];
        let before = before[before.rfind('\n').map_or(0, |line| line + 1)..].trim_end_matches([' ', '\t']);
        let is_dash = |rest: &str| rest.is_empty() || rest.ends_with([' ', '\t']);
        if before.strip_suffix('-').is_some_and(is_dash) {
            return Site { column: narrow(before.chars().count()), ..site };
        }
        site
    }

    /// The length of the token at `site`: of `text` if it stands there, else up
    /// to what must end a plain scalar.
    fn token_length(&self, site: Site, text: &str) -> u32 {
        // Looking further would be slow where many tokens stand on a long line.
        const REACH: usize = 400;
        let Some(start) = self.index.offset_of(site) else { return 1 };
        let source = &self.index.text()[start..];
        let source = &source[..floor_boundary(source, REACH)];
        let text = &text[..floor_boundary(text, source.len())];
        let end = source.bytes().position(|byte| matches!(byte, b'\n' | b'\r'));
        let line = &source[..end.unwrap_or(source.len())];
        let length = if !text.is_empty() && line.starts_with(text) {
            text.chars().count()
        } else if let Some(quote) = line.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            line.chars().skip(1).position(|character| character == quote).map_or(1, |inside| inside + 2)
        } else {
            let end = line.find(|character: char| character.is_whitespace() || ",[]{}".contains(character));
            let token = &line[..end.unwrap_or(line.len())];
            token.strip_suffix(':').unwrap_or(token).chars().count()
        };
        narrow(length.max(1))
    }
}

/// The last character boundary of `text` at or before `offset`.
fn floor_boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0)
}

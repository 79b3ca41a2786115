//! Problems as text for a terminal: place, source line, underline, hint.
//!
//! Decides what is shown of a line and what is escaped; the drawing is that of
//! annotate-snippets. Lines may be megabytes long and may hold anything, so a
//! line is cut to a window around the problem before it is drawn.

use super::diagnostics::{Diagnostic, Diagnostics, Severity};
use super::invisible;
use super::source::{SourceFile, TextIndex};
use crate::trace::is_obeyed;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet, normalize_untrusted_str};
use std::fmt;

/// So many problems are shown; the rest is counted.
const SHOWN: usize = 50;
/// A line of so many characters is shown whole.
const WHOLE: usize = 160;
/// Of a longer one, so many characters before the problem …
const BEFORE: usize = 60;
/// … and from its start on.
const AFTER: usize = 80;

impl Diagnostics {
    /// The problems as text for a terminal: each with its place, the source line
    /// underlined, and its hint; at most 50 of them, then their number.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        // Lines are cut here, so the renderer has no reason to.
        let renderer = renderer.term_width(WHOLE * 2);
        let index = TextIndex::new(&self.source.text);
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut blocks: Vec<String> = self
            .items
            .iter()
            .take(SHOWN)
            .map(|item| match &item.origin {
                Some(origin) => {
                    // Of several scenarios with one setting it may be wrong for one only.
                    let text =
                        render_one(&renderer, (level.clone(), item), origin, &TextIndex::new(&origin.text));
                    format!("{text}\n  = note: for the scenario in {}", clean(&self.source.label))
                }
                None => {
                    render_one(&renderer, (level.clone(), item), &self.source, &index)
                        + &not_without(&item.settings)
                }
            })
            .collect();
        if let Some(more) = self.items.len().checked_sub(SHOWN).filter(|&more| more > 0) {
            blocks.push(format!("and {more} more"));
        }
        blocks.join("\n\n")
    }
}

/// The note on values without which this would be no problem.
fn not_without(settings: &[String]) -> String {
    if settings.is_empty() {
        return String::new();
    }
    let shown = settings.iter().map(|setting| format!("`--set {}`", clean(setting)));
    format!("\n  = note: not so without {}", shown.collect::<Vec<_>>().join(", "))
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

fn render_one(
    renderer: &Renderer,
    (level, item): (Level<'static>, &Diagnostic),
    source: &SourceFile,
    index: &TextIndex<'_>,
) -> String {
    let title = level.primary_title(item.message.as_str());
    let label = clean(&source.label);
    let hint = item.hint.as_deref().map(|hint| Level::HELP.message(normalize_untrusted_str(hint)));
    let Some(line) = index.line(item.site.line) else {
        // A problem of the whole text, such as its size.
        return renderer.render(&[title.element(Origin::path(label)).elements(hint)]);
    };
    let window = Window::around(line, item.site.column as usize, item.length as usize);
    let shown_column = window.text[..window.start].chars().count() + 1;
    let snippet = Snippet::source(window.text)
        .path(label.as_str())
        .line_start(item.site.line as usize)
        .annotation(AnnotationKind::Primary.span(window.start..window.end));
    let text = renderer.render(&[title.element(snippet).elements(hint)]);
    // The renderer counts columns in what it is given, which may be a part.
    let place = |column: usize| format!("{label}:{}:{column}", item.site.line);
    text.replacen(&place(shown_column), &place(item.site.column as usize), 1)
}

/// The part of a line that is shown, and the bytes of it that are underlined.
struct Window {
    text: String,
    start: usize,
    end: usize,
}

impl Window {
    fn around(line: &str, column: usize, length: usize) -> Window {
        let column = column.max(1) - 1;
        let short = line.chars().nth(WHOLE).is_none();
        let skipped = if short { 0 } else { column.saturating_sub(BEFORE) };
        let last = if short { WHOLE } else { column + AFTER };
        let mut text = String::from(if skipped > 0 { "..." } else { "" });
        let (mut start, mut end) = (None, None);
        let mut characters = line.chars().skip(skipped);
        for position in skipped..last {
            if position == column {
                start = Some(text.len());
            }
            if position == column + length {
                end = Some(text.len());
            }
            let Some(character) = characters.next() else { break };
            push_clean(&mut text, character);
        }
        let start = start.unwrap_or(text.len());
        let end = end.unwrap_or(text.len());
        if characters.next().is_some() {
            text.push_str("...");
        }
        Window { text, start, end }
    }
}

fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    for character in text.chars() {
        push_clean(&mut cleaned, character);
    }
    cleaned
}

/// Escapes what could move the cursor or reorder the line, and what could not be
/// seen; a tab is a space, so that the underline stays in place.
fn push_clean(text: &mut String, character: char) {
    if character == '\t' {
        text.push(' ');
    } else if is_obeyed(character) || invisible::named(character).is_some() {
        text.extend(character.escape_default());
    } else {
        text.push(character);
    }
}

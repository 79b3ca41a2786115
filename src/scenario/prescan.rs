//! What can be refused before the YAML parser sees the text.
//!
//! Decides that a text is small and plain enough to be parsed: the parser keeps
//! one record of about a hundred bytes for each piece of structure, so their
//! number is bounded first, and with it memory. The other checks are here since
//! the parser's own messages about them have no place in the text.

use super::diagnostics::Reports;
use super::source::Span;

/// Brackets that may be open at once. The parser's time grows with the square
/// of this; what is too deep for us is reported later, and better.
pub(super) const MOST_OPEN: usize = 2000;
/// Characters that begin or separate pieces of structure, in the whole text.
pub(super) const MOST_STRUCTURE: usize = 300_000;

/// Whether the text may be parsed; if not, that is reported.
pub(super) fn check(reports: &mut Reports<'_>) -> bool {
    let text = reports.index().text();
    if let Some((offset, character)) = text.char_indices().find(|(_, character)| !is_allowed(*character)) {
        let message = format!("the control character U+{:04X} is not allowed", u32::from(character));
        let hint = "is this a text file? YAML allows printable characters, spaces and line breaks";
        report(reports, offset, message, hint);
        return false;
    }
    if let Some(offset) = line_starts(text).find(|&start| text[start..].starts_with('%')) {
        report(
            reports,
            offset,
            "YAML directives (`%YAML`, `%TAG`) are not part of the scenario language".to_owned(),
            "delete the line",
        );
        return false;
    }
    if let Some(offset) = structure(text).nth(MOST_STRUCTURE) {
        let message = "the file is too large: it has more than 300,000 pieces of YAML structure".to_owned();
        report(reports, offset, message, "use `count`, `repeat` and parameters instead of repetition");
        return false;
    }
    if let Some(offset) = deep(text) {
        let message = format!("this nests too deeply: more than {MOST_OPEN} brackets are open");
        report(reports, offset, message, "close them");
        return false;
    }
    if text.lines().all(is_blank) {
        report(
            reports,
            0,
            "the file has no content".to_owned(),
            "a scenario has at least `version: 1` and `processes`",
        );
        return false;
    }
    true
}

fn report(reports: &mut Reports<'_>, offset: usize, message: String, hint: &str) {
    let site = reports.index().site_at(offset);
    reports.error_with_hint(Span { site, length: 1 }, message, hint);
}

/// The characters that YAML 1.1 allows in a stream.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}'
        | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(offset, _)| offset + 1))
}

/// The places of characters that may begin a piece of structure.
fn structure(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let spaced = |offset: usize| bytes.get(offset + 1).is_none_or(u8::is_ascii_whitespace);
    let begins = move |(offset, &byte): (usize, &u8)| match byte {
        b'[' | b'{' | b',' | b':' | b'?' => Some(offset),
        b'-' if spaced(offset) => Some(offset),
        _ => None,
    };
    bytes.iter().enumerate().filter_map(begins)
}

/// Where too many brackets are open, counting those in texts as well.
fn deep(text: &str) -> Option<usize> {
    let mut open = 0usize;
    text.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MOST_OPEN
    })
}

fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line == "---" || line == "..."
}

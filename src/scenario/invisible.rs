//! Characters that cannot be seen, and spaces that are none.
//!
//! Decides which characters these are, what a message calls them, and that one
//! in the indentation of a line is the cause of all else that is wrong. Where
//! they do no harm (in the text of a log, in a comment) they may stand.

use super::source::{TextIndex, narrow};
use crate::ids::Site;

/// What a message calls the character, with its number; `None` if it can be seen.
pub(super) fn named(character: char) -> Option<String> {
    let name = match character {
        '\u{a0}' => "a non-breaking space",
        '\u{ad}' => "a soft hyphen",
        '\u{180e}' | '\u{200b}' => "a zero-width space",
        '\u{200c}' => "a zero-width non-joiner",
        '\u{200d}' => "a zero-width joiner",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "a mark of writing direction"
        }
        '\u{202f}' => "a narrow non-breaking space",
        '\u{2060}' => "a word joiner",
        '\u{3000}' => "an ideographic space",
        '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{205f}' => "a typographic space",
        '\u{feff}' => "a byte order mark",
        _ => return None,
    };
    Some(format!("{name} (U+{:04X})", u32::from(character)))
}

/// The first invisible character of a text: its byte and what it is called.
pub(super) fn first(text: &str) -> Option<(usize, String)> {
    text.char_indices().find_map(|(at, character)| Some((at, named(character)?)))
}

/// Where a line is indented with something that only looks like a space, and what
/// that is called: the first such line. YAML takes it for a part of the key that
/// follows, so whatever is reported comes of it.
pub(super) fn in_indentation(text: &str) -> Option<(Site, String)> {
    let index = TextIndex::new(text);
    let lines = (1..).map_while(|line| index.line(line).map(|text| (line, text)));
    for (line, text) in lines {
        let is_indentation = |character: char| " \t-".contains(character) || named(character).is_some();
        let rest = text.trim_start_matches(is_indentation);
        let indentation = &text[..text.len() - rest.len()];
        // A line of prose in a description may begin as it likes.
        let Some((at, name)) = first(indentation).filter(|_| rest.contains(':')) else { continue };
        let column = narrow(text[..at].chars().count() + 1);
        return Some((Site { line, column }, name));
    }
    None
}

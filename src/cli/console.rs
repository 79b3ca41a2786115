//! Standard output and standard error.
//!
//! Decides what happens when one of them goes away: a reader that has seen
//! enough (`| head`) is no failure, a full disk is. Colours are stripped where
//! they do not belong (pipes, `NO_COLOR`). And decides what reaches a terminal:
//! nothing that it would obey but lines and our own colours. Names are made
//! [`printable`] where they are told; what slips through there is written as
//! `\u202e` here, which is what it is called in JSON, too.

use super::failure::Failure;
use crate::trace::is_obeyed;
pub use crate::trace::printable;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Writes a result to standard output.
///
/// # Errors
/// If it cannot be written, unless because nobody reads it any more.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(harmless(text).as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::environment(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a message to standard error; there is nowhere to complain if that fails.
pub fn warn(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stderr().lock(), "{}", harmless(&text.to_string()));
}

/// A path as it may be told; `�` stands for what is no text.
pub fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// `text` with everything escaped that a terminal would obey, but for line
/// breaks, tabs and colours.
fn harmless(text: &str) -> Cow<'_, str> {
    let is_harmless = |c: char| c == '\n' || c == '\t' || !is_obeyed(c);
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let colour = colour(rest);
        let whole = colour.unwrap_or(character.len_utf8());
        if colour.is_some() || is_harmless(character) {
            safe.push_str(&rest[..whole]);
        } else {
            let _ = write!(safe, "\\u{:04x}", u32::from(character));
        }
        rest = &rest[whole..];
    }
    Cow::Owned(safe)
}

/// The length of the sequence for a colour with which `text` begins.
fn colour(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("\x1b[")?;
    let end = inside.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    inside[end..].starts_with('m').then_some(text.len() - inside.len() + end + 1)
}

/// The width for text pictures: what the shell says, or 100 columns.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(100).clamp(40, 400)
}

/// Whether standard error is watched by somebody.
pub fn stderr_is_watched() -> bool {
    io::IsTerminal::is_terminal(&io::stderr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_reach_a_terminal() {
        let colours = "\x1b[1;31mred\x1b[0m\tplain µ\n";
        assert!(matches!(harmless("plain\n"), Cow::Borrowed(_)));
        assert_eq!(harmless(colours), colours);
        for (text, safe) in [
            ("a\x1b[2Jb", "a\\u001b[2Jb"),
            ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
            ("\x1b[1;31", "\\u001b[1;31"),
            ("\u{202e}µ\u{9b}2J\r\x7f", "\\u202eµ\\u009b2J\\u000d\\u007f"),
            // In JSON that is the same string as before.
            ("{\"a\":\"\u{2066}\"}", "{\"a\":\"\\u2066\"}"),
        ] {
            assert_eq!(harmless(text), safe);
        }
    }
}

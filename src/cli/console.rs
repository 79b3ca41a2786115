//! Standard output and standard error.
//!
//! Decides what happens when one of them goes away: a reader that has seen
//! enough (`| head`) is no failure, a full disk is. Colours are stripped where
//! they do not belong (pipes, `NO_COLOR`).

use super::failure::Failure;
use std::io::{self, ErrorKind, Write};

/// Writes a result to standard output.
///
/// # Errors
/// If it cannot be written, unless because nobody reads it any more.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::environment(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a message to standard error; there is nowhere to complain if that fails.
pub fn warn(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// `text` without characters that a terminal would obey instead of show.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
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
    fn control_characters_are_not_printed() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\u{FFFD}[2Jb\u{FFFD}");
        assert_eq!(printable("Größe 5 µs"), "Größe 5 µs");
    }
}

//! Which characters of a text are shown, and which are obeyed: by terminals,
//! which move the cursor, or by whatever lays a line out, which turns it round.
//!
//! Names, log lines and paths may hold any of them. They reach no screen as they
//! are.

/// Whether `character` steers instead of being shown: control characters, those
/// that change the direction of a text, breaks of lines, and marks that nobody sees.
pub fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// `text` with the replacement character in place of what would be obeyed.
pub fn printable(text: &str) -> String {
    text.chars().map(|character| if is_obeyed(character) { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_not_printed() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(printable("ab\u{202e}cd\u{9b}31m\u{2069}"), "ab\u{fffd}cd\u{fffd}31m\u{fffd}");
        assert_eq!(printable("Größe 5 µs, 日本語, שלום, 👍🏽"), "Größe 5 µs, 日本語, שלום, 👍🏽");
    }
}

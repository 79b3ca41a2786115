//! Words of a command that somebody can type again.
//!
//! Decides how a word is quoted for a shell: as it is, in quotes, or, where it
//! has what no terminal should get or what is no text, in `$'…'` (POSIX 2024) with
//! escapes for single bytes.

use super::shown::is_obeyed;
use std::ffi::OsStr;
use std::fmt::Write;

/// `text` as one word of a shell.
pub fn shell_word(text: &(impl AsRef<OsStr> + ?Sized)) -> String {
    let text = text.as_ref();
    match text.to_str().filter(|text| !text.contains(is_obeyed)) {
        Some(text) => quoted(text),
        None => escaped(text.as_encoded_bytes()),
    }
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn escaped(bytes: &[u8]) -> String {
    let mut word = String::from("$'");
    let push_bytes = |word: &mut String, bytes: &[u8]| {
        for byte in bytes {
            // Three octal digits: what comes behind cannot be taken for more of it.
            let _ = write!(word, "\\{byte:03o}");
        }
    };
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_obeyed(character) || matches!(character, '\'' | '\\') {
                push_bytes(&mut word, character.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                word.push(character);
            }
        }
        push_bytes(&mut word, chunk.invalid());
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell() {
        assert_eq!(shell_word("a/b-c.yaml"), "a/b-c.yaml");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("it's 5 µs"), "'it'\\''s 5 µs'");
        assert_eq!(shell_word("a\x1b[2J'\u{202e}1"), "$'a\\033[2J\\047\\342\\200\\2561'");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_keeps_its_bytes() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(shell_word(OsStr::from_bytes(b"\xff7.yaml")), "$'\\3777.yaml'");
    }
}

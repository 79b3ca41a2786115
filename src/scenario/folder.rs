//! What files and folders of a scenario are called.
//!
//! Decides what of a name may be in a path. Most systems allow 255 bytes; a name
//! has fewer, with room for a number behind it.

use unicode_normalization::UnicodeNormalization;

/// The most characters of a name.
const MOST_CHARACTERS: usize = 100;

/// The most bytes of a name.
const MOST_BYTES: usize = 240;

/// So much of both is for a number, with its hyphen: any `u64`.
const NUMBER: usize = 21;

/// `label` as the name of a folder: what could lead elsewhere or is not
/// allowed on some system becomes `-`, and so does the dot of what would be
/// called as a picture is.
pub fn folder_name(label: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || "-_.+ ".contains(c);
    let name: String = label.nfc().map(|c| if allowed(c) { c } else { '-' }).take(MOST_CHARACTERS).collect();
    let name = beginning(&name, MOST_CHARACTERS, MOST_BYTES).trim_matches([' ', '.']);
    match name.rsplit_once('.') {
        _ if name.is_empty() => "scenario".to_owned(),
        Some((stem, ending)) if is_picture(ending) => format!("{stem}-{ending}"),
        _ => name.to_owned(),
    }
}

/// `label` with a number behind it, so that the number stands in the
/// [`folder_name`] too; without one, what would stand before it.
pub fn numbered(label: &str, number: Option<u64>) -> String {
    let label = beginning(label, MOST_CHARACTERS - NUMBER, MOST_BYTES - NUMBER);
    number.map_or_else(|| label.to_owned(), |number| format!("{label}-{number}"))
}

fn is_picture(ending: &str) -> bool {
    ["svg", "png"].iter().any(|picture| ending.eq_ignore_ascii_case(picture))
}

/// The beginning of a text: as many whole characters as there may be.
fn beginning(text: &str, characters: usize, bytes: usize) -> &str {
    let ends = text.char_indices().map(|(start, character)| start + character.len_utf8());
    let end = ends.take(characters).take_while(|&end| end <= bytes).last();
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_output_folder() {
        for (label, folder) in [
            ("two-memories", "two-memories"),
            ("../../etc", "-..-etc"),
            ("..", "scenario"),
            ("a/b\\c:d", "a-b-c-d"),
            ("Größe 2.5", "Größe 2.5"),
            ("", "scenario"),
            // Not what a picture beside the folders is called.
            ("comparison.svg", "comparison-svg"),
            ("total-time.PNG", "total-time-PNG"),
            (".svg", "svg"),
            // A letter of two characters is a letter.
            ("cafe\u{301}", "caf\u{e9}"),
        ] {
            assert_eq!(folder_name(label), folder, "{label}");
        }
    }

    #[test]
    fn names_are_short_enough_for_a_path() {
        assert_eq!(folder_name(&"x".repeat(300)).len(), 100);
        assert_eq!(folder_name(&"𝔵".repeat(100)), "𝔵".repeat(60));
        assert_eq!(folder_name(&numbered(&"𝔵".repeat(100), Some(7))), "𝔵".repeat(54) + "-7");
        assert_eq!(numbered("short", Some(2)), "short-2");
        assert_eq!(numbered(&"x".repeat(300), Some(u64::MAX)).len(), 100);
    }
}

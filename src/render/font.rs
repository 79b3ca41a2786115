//! The one font of every picture, and how wide text is in it.
//!
//! Decides how text is measured and shortened, so that nothing overlaps or is
//! cut off, and what stands for a letter that the font does not have. Widths and
//! outlines come from one embedded font, so they cannot drift from what the PNG
//! shows. Kerning is ignored: the subset has none.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use ttf_parser::{Face, GlyphId};

/// DejaVu Sans, reduced to Latin, Greek, Cyrillic, punctuation and symbols. Its
/// licence, and how it was made, stand beside it.
pub const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// The families that a viewer may use, ours first; Verdana has the same widths.
pub const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";

/// The height of a capital letter, as a share of the font size.
pub const CAPITAL: f64 = 0.73;

/// Whether the font has a letter. One that is no letter at all (a control
/// character) is written as one that it has.
pub fn has(letter: char) -> bool {
    letter.is_control() || glyph(letter).is_some()
}

/// The letters of these texts that the font does not have, each once, in the
/// order of their code points: they are drawn as their escapes, such as `\u{751f}`.
pub fn missing<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<char> {
    texts.into_iter().flat_map(str::chars).filter(|&letter| !has(letter)).collect()
}

/// What is drawn of a text: of a letter that the font does not have its escape,
/// `\u{751f}`, and no empty box that says nothing.
pub fn written(text: &str) -> Cow<'_, str> {
    if text.chars().all(has) {
        return Cow::Borrowed(text);
    }
    let mut written = String::new();
    for letter in text.chars() {
        match has(letter) {
            true => written.push(letter),
            false => written.extend(letter.escape_unicode()),
        }
    }
    Cow::Owned(written)
}

/// The width in pixels of what is drawn of `text` at font size `size`.
pub fn width(text: &str, size: f64) -> f64 {
    let units: u64 = written(text).chars().map(|letter| u64::from(advance(letter))).sum();
    units as f64 * size / f64::from(font().units_per_em())
}

/// `text` if it fits into `room` pixels, else as much of its beginning as fits
/// with `…` behind it; empty if not even that fits.
pub fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - width("…", size);
    if left < 0.0 {
        return String::new();
    }
    let mut short = String::new();
    for letter in text.chars() {
        left -= width(letter.encode_utf8(&mut [0; 4]), size);
        if left < 0.0 {
            break;
        }
        short.push(letter);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// `text` in lines of at most `room` pixels, broken at spaces; a word that is
/// longer than a line is shortened.
pub fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(" ", size) + width(word, size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shorten(word, size, room)),
        }
    }
    lines
}

/// The embedded font, read once.
pub fn font() -> &'static Face<'static> {
    static FACE: OnceLock<Face<'static>> = OnceLock::new();
    FACE.get_or_init(|| Face::parse(FONT, 0).expect("a test holds that the embedded font can be read"))
}

/// The glyph of a letter, if the font has one.
pub fn glyph(letter: char) -> Option<GlyphId> {
    font().glyph_index(letter).filter(|glyph| glyph.0 != 0)
}

/// How far the next letter is from this one, in units of the font.
pub fn advance(letter: char) -> u16 {
    font().glyph_hor_advance(glyph(letter).unwrap_or_default()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        assert_eq!(font().units_per_em(), 2048);
        for (letter, units) in [('x', 1212), ('H', 1540), ('0', 1303), ('…', 2048), ('◆', 1575), ('→', 1716)]
        {
            assert_eq!(advance(letter), units, "{letter}");
        }
        assert!(advance('漢') > 0 && advance('🚀') > 0);
    }

    #[test]
    fn what_the_font_has_not_is_written_as_its_escape() {
        for text in ["Ünïcode", "Привет, мир", "ελληνικά", "→ ≥ ½ ∑ ◆ █ │ …", "Việt Nam", "\u{FFFD}"]
        {
            assert_eq!(written(text), text);
        }
        assert_eq!(written("a 生"), "a \\u{751f}");
        assert_eq!(written("عربي"), "\\u{639}\\u{631}\\u{628}\\u{64a}");
        assert_eq!(written("😀"), "\\u{1f600}");
        assert_eq!(width("生", 10.0), width("\\u{751f}", 10.0));
        assert_eq!(missing(["b生a😀", "生"]), BTreeSet::from(['生', '😀']));
        // An escape is never cut in two.
        for room in 0..200 {
            let short = written(&shorten("生产者", 10.0, f64::from(room))).into_owned();
            assert_eq!(short.matches('{').count(), short.matches('}').count(), "{short}");
        }
    }

    #[test]
    fn shortening_fits_and_says_so() {
        assert_eq!(shorten("loader", 11.0, 100.0), "loader");
        let short = shorten("a very long process name", 11.0, 60.0);
        assert!(short.ends_with('…') && width(&short, 11.0) <= 60.0, "{short}");
        assert_eq!(shorten("loader", 11.0, 2.0), "");
    }

    #[test]
    fn wrapping_keeps_every_word() {
        let lines = wrap("one two three four", 10.0, 50.0);
        assert!(lines.iter().all(|line| width(line, 10.0) <= 50.0), "{lines:?}");
        assert_eq!(lines.join(" "), "one two three four");
    }
}

//! The one font of every picture, and how wide text is in it.
//!
//! Decides how text is measured and shortened, so that nothing overlaps or is
//! cut off, and what stands for a letter that the font does not have. The advance widths are read from the embedded font itself (tables
//! `head`, `hhea`, `hmtx` and `cmap`, see the OpenType specification), so they
//! cannot drift from what the PNG shows. Kerning is ignored: the subset has none.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

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
    letter.is_control() || advances().known(letter).is_some()
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
    let advances = advances();
    let units: u64 = written(text).chars().map(|letter| u64::from(advances.of(letter))).sum();
    units as f64 * size / f64::from(advances.units_per_em)
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

/// The advance width of every character of the font.
struct Advances {
    /// The font's unit: this many are one font size.
    units_per_em: u16,
    /// For characters that the font does not have.
    missing: u16,
    /// By character, ascending; those that the font has.
    known: Vec<(u16, u16)>,
}

impl Advances {
    fn of(&self, letter: char) -> u16 {
        self.known(letter).unwrap_or(self.missing)
    }

    fn known(&self, letter: char) -> Option<u16> {
        let code = u16::try_from(u32::from(letter)).ok()?;
        let position = self.known.binary_search_by_key(&code, |entry| entry.0).ok()?;
        Some(self.known[position].1)
    }
}

fn advances() -> &'static Advances {
    static ADVANCES: OnceLock<Advances> = OnceLock::new();
    ADVANCES.get_or_init(|| {
        // A test holds that the font can be read; were it broken, a rough
        // guess would still give a picture.
        read_advances(FONT).unwrap_or(Advances { units_per_em: 10, missing: 7, known: Vec::new() })
    })
}

/// Reads the widths out of a TrueType file; `None` if it is not as expected.
fn read_advances(font: &[u8]) -> Option<Advances> {
    let units_per_em = u16_at(table(font, b"head")?, 18)?;
    let long_metrics = usize::from(u16_at(table(font, b"hhea")?, 34)?);
    let metrics = table(font, b"hmtx")?;
    let advance = |glyph: u16| u16_at(metrics, 4 * usize::from(glyph).min(long_metrics.checked_sub(1)?));
    let mut known = Vec::new();
    for (code, glyph) in read_characters(table(font, b"cmap")?)? {
        if glyph != 0 {
            known.push((code, advance(glyph)?));
        }
    }
    Some(Advances { units_per_em, missing: advance(0)?, known })
}

/// Reads the glyph of every character from the first subtable of format 4.
fn read_characters(cmap: &[u8]) -> Option<Vec<(u16, u16)>> {
    let offset = (0..usize::from(u16_at(cmap, 2)?))
        .filter_map(|record| u32_at(cmap, 4 + 8 * record + 4))
        .find(|&offset| u16_at(cmap, offset as usize) == Some(4))?;
    let map = cmap.get(offset as usize..)?;
    let segments = usize::from(u16_at(map, 6)?) / 2;
    let mut characters = Vec::new();
    for segment in 0..segments {
        let last = u16_at(map, 14 + 2 * segment)?;
        let first = u16_at(map, 16 + 2 * (segments + segment))?;
        let delta = u16_at(map, 16 + 2 * (2 * segments + segment))?;
        let range_at = 16 + 2 * (3 * segments + segment);
        let range = usize::from(u16_at(map, range_at)?);
        for code in first..=last.min(0xFFFE) {
            let glyph = match range {
                0 => code.wrapping_add(delta),
                _ => match u16_at(map, range_at + range + 2 * usize::from(code - first))? {
                    0 => 0,
                    glyph => glyph.wrapping_add(delta),
                },
            };
            characters.push((code, glyph));
        }
    }
    Some(characters)
}

fn table<'a>(font: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let count = usize::from(u16_at(font, 4)?);
    let record = (0..count).map(|index| 12 + 16 * index).find(|&at| font.get(at..at + 4) == Some(name))?;
    let start = u32_at(font, record + 8)? as usize;
    font.get(start..start.checked_add(u32_at(font, record + 12)? as usize)?)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        let advances = read_advances(FONT).expect("the embedded font can be read");
        assert_eq!(advances.units_per_em, 2048);
        assert!(advances.known.is_sorted_by(|a, b| a.0 < b.0));
        for (letter, units) in [('x', 1212), ('H', 1540), ('0', 1303), ('…', 2048), ('◆', 1575), ('→', 1716)]
        {
            assert_eq!(advances.of(letter), units, "{letter}");
        }
        assert!(advances.of('漢') > 0 && advances.of('🚀') > 0);
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

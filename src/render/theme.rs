//! The colours and the size of a finished picture.
//!
//! Pictures are drawn in the colours of [`super::palette`], on white. Decides what each
//! of them is in another theme, and how large the picture is shown. That is done to the
//! SVG document, so that timelines and charts, which another library draws, change alike.

use super::palette::*;
use super::scene::Colour;
use crate::look::{FONT_SIZE, Theme};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

/// A colour of the palette, and what it is on black and in print.
type Row = (Colour, u32, u32);

/// What each colour becomes. On black what was dark is bright, so that letters and what
/// lies under them stay apart; in print there is nothing but black, white and greys.
const COLOURS: [Row; 32] = [
    (PAPER, 0x16191D, 0xFFFFFF),
    (INK, 0xE8EAED, 0x000000),
    (QUIET, 0xA3ABB4, 0x333333),
    (GRID, 0x2C3137, 0xD0D0D0),
    (AXIS, 0x5B636C, 0x777777),
    (ALARM, 0xFF7B6E, 0x000000),
    (PATH, 0xFF5CA8, 0x000000),
    (RUNNING, 0x3A9BD9, 0x404040),
    (RUNNING_EDGE, 0x7CC0EC, 0x000000),
    (DELAYED, 0x1F4A63, 0xE0E0E0),
    (DELAYED_EDGE, 0x56B4E9, 0x777777),
    (READY, 0x5E9CC6, 0x888888),
    (NEW, 0x24282D, 0xF4F4F4),
    (ORANGE, 0xE69F00, 0x000000),
    (VERMILION, 0xE8703A, 0x303030),
    (GREEN, 0x2FC79A, 0x6E6E6E),
    (PURPLE, 0xD995BA, 0x202020),
    (YELLOW, 0xC9BB1C, 0x505050),
    (LEVEL, 0xB9C6D3, 0x222222),
    (UNDER_LEVEL, 0x29323B, 0xE6E6E6),
    (LEVEL_BAND, 0x3D4955, 0xC4C4C4),
    (BETWEEN, 0x2A2F35, 0xEEEEEE),
    (BUSY, 0x333A42, 0xE4E4E4),
    (OTHERS, 0x4A525B, 0xC4C4C4),
    (OWN[0], 0x7A6C1E, 0xF0F0F0),
    (OWN[1], 0x9A8CF0, 0x101010),
    (OWN[2], 0x8F3344, 0xB8B8B8),
    (OWN[3], 0x5CC47E, 0x505050),
    (OWN[4], 0x1F6B60, 0x9C9C9C),
    (OWN[5], 0xE07AB0, 0x303030),
    (OWN[6], 0x5F5F10, 0xD4D4D4),
    (OWN[7], 0xD98ACB, 0x686868),
];

/// By colour of the palette, what it is in a theme: the colours themselves, and those
/// that lie between them and the paper.
struct Map(BTreeMap<Colour, Colour>);

impl Map {
    fn of(theme: Theme) -> Map {
        let other = |row: &Row| colour(if theme == Theme::Dark { row.1 } else { row.2 });
        let paper = other(&COLOURS[0]);
        let mut map = BTreeMap::new();
        for row in &COLOURS {
            // Of two of the palette that are equal the plain one counts.
            for share in TINTS {
                map.entry(row.0.tint(share)).or_insert(other(row).over(paper, share));
            }
        }
        map.extend(COLOURS.iter().map(|row| (row.0, other(row))));
        Map(map)
    }

    fn get(&self, colour: Colour) -> Colour {
        self.0.get(&colour).copied().unwrap_or(colour)
    }
}

fn colour(hex: u32) -> Colour {
    let [_, red, green, blue] = hex.to_be_bytes();
    Colour(red, green, blue)
}

/// What each colour of the palette is in a theme.
pub(super) fn colours_of(theme: Theme) -> impl Fn(Colour) -> Colour {
    let map = (theme != Theme::Light).then(|| Map::of(theme));
    move |colour| map.as_ref().map_or(colour, |map| map.get(colour))
}

/// A finished SVG document in the colours of a theme, and so large that its smallest text
/// has so many pixels.
pub fn restyled(document: &str, theme: Theme, font_size: u32) -> String {
    let sized = if font_size == FONT_SIZE { document.to_owned() } else { resized(document, font_size) };
    if theme == Theme::Light { sized } else { recoloured(&sized, theme) }
}

/// The opening tag says how large the picture is, and what of it is seen: whole pixels, and
/// as much of the drawing as fills them to the edge, in exactly the same ratio. Else a viewer
/// would leave a seam beside the picture.
fn resized(document: &str, font_size: u32) -> String {
    /// Millionths of a length in the drawing.
    const PARTS: u64 = 1_000_000;
    let Some((tag, rest)) = document.split_once('>') else { return document.to_owned() };
    let mut tag = tag.to_owned();
    // How long a pixel is in the drawing.
    let pixel = (PARTS * u64::from(FONT_SIZE) + u64::from(font_size) / 2) / u64::from(font_size.max(1));
    let mut seen = Vec::new();
    for side in ["width", "height"] {
        let Some(value) = value_of(&tag, side) else { return document.to_owned() };
        let Ok(length) = tag[value.clone()].parse::<f64>() else { return document.to_owned() };
        let pixels = (length * f64::from(font_size) / f64::from(FONT_SIZE)).round() as u64;
        tag.replace_range(value, &pixels.to_string());
        let parts = pixels * pixel;
        seen.push(format!("{}.{:06}", parts / PARTS, parts % PARTS));
    }
    if let Some(value) = value_of(&tag, "viewBox") {
        tag.replace_range(value, &format!("0 0 {}", seen.join(" ")));
    }
    format!("{tag}>{rest}")
}

/// Where the value of an attribute stands in a tag.
fn value_of(tag: &str, attribute: &str) -> Option<Range<usize>> {
    let name = format!(" {attribute}=\"");
    let from = tag.find(&name)? + name.len();
    Some(from..from + tag[from..].find('"')?)
}

/// What stands before a colour: in a text a quotation mark is written otherwise.
const BEFORE: &str = "=\"#";
/// Behind it the picture begins.
const BEHIND: &str = "</desc>\n";

fn recoloured(document: &str, theme: Theme) -> String {
    let map = Map::of(theme);
    let mut pieces = document.split(BEFORE);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(BEFORE);
        match hex(piece) {
            Some(found) => {
                let Colour(red, green, blue) = map.get(found);
                write!(text, "{red:02x}{green:02x}{blue:02x}").expect("a String takes any text");
                text.push_str(&piece[6..]);
            }
            None => text.push_str(piece),
        }
    }
    let Colour(red, green, blue) = map.get(PAPER);
    let paper = format!(
        "{BEHIND}<rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>\n"
    );
    if theme == Theme::Dark { text.replacen(BEHIND, &paper, 1) } else { text }
}

/// The colour with which a text begins, if a quotation mark follows it.
fn hex(text: &str) -> Option<Colour> {
    let digits = text.get(..6).filter(|_| text[6..].starts_with('"'))?;
    u32::from_str_radix(digits, 16).ok().map(colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::scene::Fill;

    const THEMES: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Print];

    fn in_theme(theme: Theme, colour: Colour) -> Colour {
        if theme == Theme::Light { colour } else { Map::of(theme).get(colour) }
    }

    /// Relative luminance, as WCAG 2 defines it.
    fn luminance(Colour(red, green, blue): Colour) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast, as WCAG 2 defines it: from 1 to 21.
    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Letters in spans and beside them: at least as WCAG asks it of large text, beside
    /// spans of any.
    #[test]
    fn letters_can_be_read_in_every_theme() {
        for theme in THEMES {
            let paper = in_theme(theme, PAPER);
            for ink in [INK, QUIET, ALARM] {
                assert!(contrast(in_theme(theme, ink), paper) >= 4.5, "{theme:?} {ink:?}");
            }
            for class in Class::all() {
                let (ink, halo) = class.label();
                let ground = match (halo, class.fill()) {
                    (Some(halo), _) => halo,
                    (None, Fill::Solid(colour)) => colour,
                    _ => panic!("{class:?}: letters on a hatching have a rim"),
                };
                let found = contrast(in_theme(theme, ink), in_theme(theme, ground));
                assert!(found >= 4.0, "{theme:?} {class:?} {found}");
            }
        }
    }

    /// In each theme no two spans look the same.
    #[test]
    fn every_class_looks_its_own_in_every_theme() {
        for theme in THEMES {
            let mut looks = Vec::new();
            for class in Class::all() {
                let look = match class.fill() {
                    Fill::Solid(colour) => (None, in_theme(theme, colour), colour),
                    Fill::Hatched(hatch) => {
                        (Some(hatch.pattern), in_theme(theme, hatch.line), in_theme(theme, hatch.ground))
                    }
                    Fill::Clear => panic!("{class:?} is seen"),
                };
                let look = if look.0.is_none() { (None, look.1, look.1) } else { look };
                assert!(!looks.contains(&look), "{theme:?} {class:?}");
                looks.push(look);
            }
        }
    }

    #[test]
    fn print_has_no_colours() {
        let map = Map::of(Theme::Print);
        assert!(map.0.values().all(|Colour(red, green, blue)| red == green && green == blue));
    }

    #[test]
    fn only_colours_and_the_size_change() {
        let ink = "<svg width=\"640\" height=\"101\" viewBox=\"0 0 640 101\"><desc>=\"#</desc>\n\
                   <text fill=\"#22262b\">=&quot;#22262b&quot; #22262b</text><rect fill=\"#22262B\"/></svg>";
        assert_eq!(restyled(ink, Theme::Light, 10), ink);
        let dark = restyled(ink, Theme::Dark, 10);
        assert_eq!(dark.matches("#e8eaed").count(), 2, "{dark}");
        assert!(dark.contains("=&quot;#22262b&quot; #22262b") && dark.contains("class=\"paper\""), "{dark}");
        let large = restyled(ink, Theme::Light, 15);
        let tag = "<svg width=\"960\" height=\"152\" viewBox=\"0 0 640.000320 101.333384\">";
        assert!(large.starts_with(tag), "{large}");
    }
}

//! The looks of the states: those of the pictures, light and dark, for a page.

use super::super::ink_table::Inks;
#[cfg(feature = "render")]
use super::super::palette::{ALARM, AXIS, GRID, INK, LEVEL, PATH, QUIET, UNDER_LEVEL};
use super::super::palette::{Class, PAPER};
use super::super::scene::{Colour, Fill};
use super::super::svg::{Hex, strokes};
use super::super::theme::colours_of;
use crate::look::Theme;
use crate::trace::printable;
use serde::Serialize;

/// How a page shows one state.
#[derive(Serialize)]
pub(super) struct Look {
    name: &'static str,
    /// What the legend calls it.
    legend: String,
    /// The lines on its bars, of a tile of 6 by 6 pixels: nothing, `dots`, or a path as in SVG.
    hatch: Option<&'static str>,
    light: Colours,
    dark: Colours,
}

/// The colours of a state.
#[derive(Serialize)]
struct Colours {
    /// Of a bar, and of the lines on it.
    ground: String,
    line: Option<String>,
    /// Of what is too small for lines.
    flat: String,
    edge: String,
    /// Of letters in a bar, and around them.
    label: String,
    halo: Option<String>,
}

/// The looks of all states, by [`Class::index`].
pub(super) fn looks(inks: &Inks) -> Vec<Look> {
    let look = |class: Class| Look {
        name: class.name(),
        legend: printable(&inks.legend(class)),
        hatch: match class.fill() {
            Fill::Hatched(hatch) => Some(strokes(hatch.pattern).unwrap_or("dots")),
            _ => None,
        },
        light: colours(class, Theme::Light),
        dark: colours(class, Theme::Dark),
    };
    Class::all().map(look).collect()
}

fn colours(class: Class, theme: Theme) -> Colours {
    let themed = colours_of(theme);
    let hex = |colour: Colour| Hex(themed(colour)).to_string();
    let (ground, line) = match class.fill() {
        Fill::Hatched(hatch) => (hatch.ground, Some(hatch.line)),
        Fill::Solid(colour) => (colour, None),
        Fill::Clear => (PAPER, None),
    };
    let flat = match class.flat() {
        Fill::Solid(colour) => colour,
        _ => ground,
    };
    let (label, halo) = class.label();
    Colours {
        ground: hex(ground),
        line: line.map(hex),
        flat: hex(flat),
        edge: hex(class.edge().colour),
        label: hex(label),
        halo: halo.map(hex),
    }
}

/// The colours of the pictures as variables of a style sheet, light and dark.
#[cfg(feature = "render")]
pub(super) fn variables() -> String {
    let of = |selector: &str, theme: Theme| {
        let themed = colours_of(theme);
        let named = NAMED.map(|(name, colour)| format!(" --{name}: {};", Hex(themed(colour))));
        format!("{selector} {{{} }}\n", named.concat())
    };
    of(":root", Theme::Light) + &of(":root[data-theme=\"dark\"]", Theme::Dark)
}

#[cfg(feature = "render")]
const NAMED: [(&str, Colour); 9] = [
    ("ink", INK),
    ("quiet", QUIET),
    ("grid", GRID),
    ("axis", AXIS),
    ("alarm", ALARM),
    ("path", PATH),
    ("paper", PAPER),
    ("level", LEVEL),
    ("under-level", UNDER_LEVEL),
];

//! The looks of the states: those of the pictures, for a page.

use super::super::inks::Inks;
use super::super::palette::{ALARM, AXIS, Class, GRID, INK, PAPER, PATH, QUIET};
use super::super::scene::{Colour, Fill};
use super::super::svg::{Hex, strokes};
use crate::trace::printable;
use serde::Serialize;

/// How a page shows one state.
#[derive(Serialize)]
pub(super) struct Look {
    name: &'static str,
    /// What the legend calls it.
    legend: String,
    /// The ground of a bar.
    ground: String,
    /// The lines on it, of a tile of 6 by 6 pixels: nothing, `dots`, or a path as in SVG.
    hatch: Option<&'static str>,
    /// The colour of these lines.
    line: Option<String>,
    /// The one colour of what is too small for lines.
    flat: String,
    edge: String,
    label: String,
    halo: Option<String>,
}

fn hex(colour: Colour) -> String {
    Hex(colour).to_string()
}

/// The looks of all states, by [`Class::index`].
pub(super) fn looks(inks: &Inks) -> Vec<Look> {
    Class::all().map(|class| look(class, inks)).collect()
}

fn look(class: Class, inks: &Inks) -> Look {
    let (ground, hatch, line) = match class.fill() {
        Fill::Hatched(hatch) => {
            (hatch.ground, Some(strokes(hatch.pattern).unwrap_or("dots")), Some(hex(hatch.line)))
        }
        Fill::Solid(colour) => (colour, None, None),
        Fill::Clear => (PAPER, None, None),
    };
    let flat = match class.flat() {
        Fill::Solid(colour) => colour,
        _ => ground,
    };
    let (label, halo) = class.label();
    Look {
        name: class.name(),
        legend: printable(&inks.legend(class)),
        ground: hex(ground),
        hatch,
        line,
        flat: hex(flat),
        edge: hex(class.edge().colour),
        label: hex(label),
        halo: halo.map(hex),
    }
}

/// The colours of the pictures as variables of a style sheet.
pub(super) fn colours() -> String {
    let named = [
        ("ink", INK),
        ("quiet", QUIET),
        ("grid", GRID),
        ("axis", AXIS),
        ("alarm", ALARM),
        ("path", PATH),
        ("paper", PAPER),
    ];
    let variables: String = named.map(|(name, colour)| format!(" --{name}: {};", Hex(colour))).concat();
    format!(":root {{{variables} }}\n")
}

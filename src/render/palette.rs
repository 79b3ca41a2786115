//! Colours and hatchings, the same in every picture.
//!
//! Decides what each class of spans looks like. The colours are those of Okabe and
//! Ito ("Color Universal Design", 2008), which the colour-blind can tell
//! apart; in greyscale the activities still differ, since running is dark,
//! delayed is pale and blocked is hatched. Does not decide positions.

use super::scene::{Colour, Fill, Hatch, Pattern, Stroke};

/// Titles and names.
pub const INK: Colour = Colour(0x22, 0x26, 0x2B);
/// What is said beside: axis labels, units, notes.
pub const QUIET: Colour = Colour(0x5F, 0x67, 0x70);
/// Lines of the grid.
pub const GRID: Colour = Colour(0xE3, 0xE6, 0xEA);
/// Axes and the base line of a lane.
pub const AXIS: Colour = Colour(0xA9, 0xB0, 0xB8);
/// Deadlocks and faults; text of this colour on white is readable.
pub const ALARM: Colour = Colour(0xB4, 0x23, 0x18);
/// The critical path; no activity has this colour.
pub const PATH: Colour = Colour(0xC8, 0x00, 0x64);
/// The paper.
pub const PAPER: Colour = Colour(0xFF, 0xFF, 0xFF);

/// Using a processor: Okabe and Ito's blue.
pub const RUNNING: Colour = Colour(0x00, 0x72, 0xB2);
pub const RUNNING_EDGE: Colour = Colour(0x00, 0x52, 0x80);
/// Time passing without one: a tint of their sky blue.
pub const DELAYED: Colour = Colour(0xB5, 0xDC, 0xF4);
pub const DELAYED_EDGE: Colour = Colour(0x56, 0xB4, 0xE9);
/// Ready for a processor: the blue of those that run, as lines on white.
pub const READY: Colour = Colour(0x6A, 0xA8, 0xD0);
const READY_HATCH: Hatch = Hatch { pattern: Pattern::Lying, line: READY, ground: PAPER };
pub const NEW: Colour = Colour(0xF1, 0xF2, 0xF4);
/// No wait, where only waits have colours.
pub const BUSY: Colour = Colour(0xE2, 0xE4, 0xE7);
/// What there is of a process between its steps, where they take time: on threads.
pub const BETWEEN: Colour = Colour(0xEC, 0xEE, 0xF0);
/// The line of a level, what lies under it, and the band of one that changes too fast.
pub const LEVEL: Colour = Colour(0x3B, 0x4A, 0x5A);
pub const UNDER_LEVEL: Colour = Colour(0xDF, 0xE5, 0xEC);
pub const LEVEL_BAND: Colour = Colour(0xC3, 0xCD, 0xD8);

/// How many resources get a look of their own; the rest share one.
pub const SLOTS: usize = 8;

pub const ORANGE: Colour = Colour(0xE6, 0x9F, 0x00);
pub const VERMILION: Colour = Colour(0xD5, 0x5E, 0x00);
pub const GREEN: Colour = Colour(0x00, 0x9E, 0x73);
pub const PURPLE: Colour = Colour(0xCC, 0x79, 0xA7);
pub const YELLOW: Colour = Colour(0xC9, 0xBB, 0x1C);

/// How many activities or processes get a colour of their own; the rest share one.
pub const OWN_SLOTS: usize = 8;
/// Their colours: those of Tol's scheme "muted" ("Colour Schemes", 2021), which the
/// colour-blind can tell apart, in an order in which neighbours differ in greyscale.
pub const OWN: [Colour; OWN_SLOTS] = [
    Colour(0xDD, 0xCC, 0x77),
    Colour(0x33, 0x22, 0x88),
    Colour(0xCC, 0x66, 0x77),
    Colour(0x11, 0x77, 0x33),
    Colour(0x44, 0xAA, 0x99),
    Colour(0x88, 0x22, 0x55),
    Colour(0x99, 0x99, 0x33),
    Colour(0xAA, 0x44, 0x99),
];

/// What shares one.
pub const OTHERS: Colour = Colour(0xC8, 0xCC, 0xD1);

/// The shares in which colours are mixed with the paper, of 256.
pub const TINTS: [u16; 4] = [GROUND, FLAT, RIM, FLAT_READY];
/// Between the lines of a hatching.
const GROUND: u16 = 56;
/// Instead of a hatching, where that is too small.
const FLAT: u16 = 176;
/// Around letters on a hatching.
const RIM: u16 = 40;
/// Instead of the hatching of those who are ready.
const FLAT_READY: u16 = 96;

/// The looks of blocked spans, by slot; the last is for all further resources.
const BLOCKED: [(Colour, Pattern); SLOTS + 1] = [
    (ORANGE, Pattern::Rising),
    (PURPLE, Pattern::Falling),
    (GREEN, Pattern::Crossed),
    (VERMILION, Pattern::Standing),
    (YELLOW, Pattern::Lying),
    (PURPLE, Pattern::Dotted),
    (ORANGE, Pattern::Crossed),
    (GREEN, Pattern::Rising),
    (QUIET, Pattern::Rising),
];

/// The lines of a chart: colours that the colour-blind can tell apart, and dashes
/// (length in pixels, 0 for none) for those who see grey alone.
#[cfg(feature = "render")]
pub const SERIES: [(Colour, f64); 8] = [
    (RUNNING, 0.0),
    (VERMILION, 5.0),
    (GREEN, 2.0),
    (PURPLE, 8.0),
    (INK, 0.0),
    (ORANGE, 5.0),
    (DELAYED_EDGE, 2.0),
    (QUIET, 8.0),
];

/// What is a finding, where a number would stand.
#[cfg(feature = "render")]
pub const FINDING: Fill =
    Fill::Hatched(Hatch { pattern: Pattern::Rising, line: ALARM, ground: Colour(0xFF, 0xFF, 0xFF) });
/// Where there is nothing to show.
#[cfg(feature = "render")]
pub const NOTHING: Fill = Fill::Solid(NEW);

/// Viridis by van der Walt and Smith, at nine places: steps of the same size look
/// the same, also to the colour-blind and in grey.
#[cfg(feature = "render")]
const VIRIDIS: [Colour; 9] = [
    Colour(0x44, 0x01, 0x54),
    Colour(0x47, 0x2D, 0x7B),
    Colour(0x3B, 0x52, 0x8B),
    Colour(0x2C, 0x72, 0x8E),
    Colour(0x21, 0x91, 0x8C),
    Colour(0x28, 0xAE, 0x80),
    Colour(0x5E, 0xC9, 0x62),
    Colour(0xAD, 0xDC, 0x30),
    Colour(0xFD, 0xE7, 0x25),
];

/// The colour of a share of 1: dark for nothing, bright for all.
#[cfg(feature = "render")]
pub fn scale_colour(share: f64) -> Colour {
    let place = (share.clamp(0.0, 1.0) * 2048.0) as usize;
    let (below, part) = ((place / 256).min(7), place - (place / 256).min(7) * 256);
    let (from, to) = (VIRIDIS[below], VIRIDIS[below + 1]);
    let mix = |from: u8, to: u8| ((usize::from(from) * (256 - part) + usize::from(to) * part) / 256) as u8;
    Colour(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The colour of letters on a ground: which of both is farther from it.
pub fn letters_on(ground: Colour) -> Colour {
    let luminance = u32::from(ground.0) * 299 + u32::from(ground.1) * 587 + u32::from(ground.2) * 114;
    if luminance > 128_000 { INK } else { PAPER }
}

/// What a stretch of a lane shows: an activity, with the resource reduced to
/// the slot whose look it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Using a processor.
    Running,
    /// At work, but served by no core.
    Ready,
    /// Letting time pass without one.
    Delayed,
    /// No wait, where only waits have colours.
    Busy,
    /// An activity, or anything of a process, that has a colour of its own; at most [`OWN_SLOTS`].
    Own(u8),
    /// Waiting for the resources of a slot, at most [`SLOTS`].
    Blocked(u8),
    /// Not started.
    New,
}

impl Class {
    /// How many classes there are.
    pub const COUNT: usize = 5 + (OWN_SLOTS + 1) + (SLOTS + 1);
    /// The place of the first one with a colour of its own, and of the first one that waits.
    const FIRST_OWN: usize = 4;
    const FIRST_BLOCKED: usize = Class::FIRST_OWN + OWN_SLOTS + 1;

    /// All classes, in the order in which shares are stacked from the bottom.
    pub fn all() -> impl Iterator<Item = Class> {
        let own = (0..=OWN_SLOTS).map(|slot| Class::Own(slot as u8));
        let blocked = (0..=SLOTS).map(|slot| Class::Blocked(slot as u8));
        let first = [Class::Running, Class::Ready, Class::Delayed, Class::Busy];
        first.into_iter().chain(own).chain(blocked).chain([Class::New])
    }

    /// The place in a table of all classes, in the order of [`Class::all`].
    pub fn index(self) -> usize {
        match self {
            Class::Running => 0,
            Class::Ready => 1,
            Class::Delayed => 2,
            Class::Busy => 3,
            Class::Own(slot) => Class::FIRST_OWN + usize::from(slot).min(OWN_SLOTS),
            Class::Blocked(slot) => Class::FIRST_BLOCKED + usize::from(slot).min(SLOTS),
            Class::New => Class::COUNT - 1,
        }
    }

    /// The inside of a span.
    pub fn fill(self) -> Fill {
        match self {
            Class::Running => Fill::Solid(RUNNING),
            Class::Ready => Fill::Hatched(READY_HATCH),
            Class::Delayed => Fill::Solid(DELAYED),
            Class::New => Fill::Solid(NEW),
            Class::Busy => Fill::Solid(BUSY),
            Class::Own(slot) => Fill::Solid(own(slot)),
            Class::Blocked(slot) => {
                let (line, pattern) = BLOCKED[usize::from(slot).min(SLOTS)];
                Fill::Hatched(Hatch { pattern, line, ground: line.tint(GROUND) })
            }
        }
    }

    /// The inside of what is too small for a hatching: one colour, between
    /// those of the hatching.
    pub fn flat(self) -> Fill {
        match self {
            Class::Blocked(slot) => Fill::Solid(BLOCKED[usize::from(slot).min(SLOTS)].0.tint(FLAT)),
            Class::Ready => Fill::Solid(READY.tint(FLAT_READY)),
            other => other.fill(),
        }
    }

    /// The edge of a span that is wide enough to have one.
    pub fn edge(self) -> Stroke {
        let colour = match self {
            Class::Running => RUNNING_EDGE,
            Class::Ready => READY,
            Class::Delayed => DELAYED_EDGE,
            Class::New => return Stroke::dashed(AXIS, 0.8, 2.0),
            Class::Busy | Class::Own(_) => AXIS,
            Class::Blocked(slot) => BLOCKED[usize::from(slot).min(SLOTS)].0,
        };
        Stroke::solid(colour, 0.8)
    }

    /// The colour of a label inside a span, and of the rim around its letters.
    pub fn label(self) -> (Colour, Option<Colour>) {
        match self {
            Class::Running => (PAPER, None),
            Class::Delayed | Class::New | Class::Busy => (INK, None),
            Class::Own(slot) => (letters_on(own(slot)), None),
            Class::Ready => (INK, Some(PAPER)),
            Class::Blocked(slot) => (INK, Some(BLOCKED[usize::from(slot).min(SLOTS)].0.tint(RIM))),
        }
    }

    /// The name for style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Class::Running => "running",
            Class::Ready => "ready",
            Class::Delayed => "delayed",
            Class::Busy => "busy",
            Class::Own(_) => "own",
            Class::Blocked(_) => "blocked",
            Class::New => "new",
        }
    }
}

/// The colour of an activity or a process.
fn own(slot: u8) -> Colour {
    OWN.get(usize::from(slot)).copied().unwrap_or(OTHERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "render")]
    #[test]
    fn the_scale_goes_from_dark_to_bright() {
        assert_eq!((scale_colour(0.0), scale_colour(0.5)), (VIRIDIS[0], VIRIDIS[4]));
        assert_eq!((scale_colour(1.0), scale_colour(f64::NAN)), (VIRIDIS[8], VIRIDIS[0]));
        assert_eq!((letters_on(VIRIDIS[0]), letters_on(VIRIDIS[8])), (PAPER, INK));
    }

    #[test]
    fn every_class_has_a_look_and_a_place_of_its_own() {
        let mut looks = Vec::new();
        for (place, class) in Class::all().enumerate() {
            assert_eq!(class.index(), place);
            assert!(!looks.contains(&class.fill()), "{class:?}");
            looks.push(class.fill());
        }
        assert_eq!(looks.len(), Class::COUNT);
    }
}

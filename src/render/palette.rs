//! Colours and hatchings, the same in every picture.
//!
//! Decides what each activity looks like. The colours are those of Okabe and
//! Ito ("Color Universal Design", 2008), which the colour-blind can tell
//! apart; in greyscale the activities still differ, since running is dark,
//! delayed is pale and blocked is hatched. Does not decide positions.

use super::input::GanttInput;
use super::scene::{Colour, Fill, Hatch, Pattern, Stroke};
use crate::ids::ResourceId;
use crate::trace::Activity;
use std::collections::BTreeMap;

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
const RUNNING: Colour = Colour(0x00, 0x72, 0xB2);
/// Time passing without one: a tint of their sky blue.
const DELAYED: Colour = Colour(0xB5, 0xDC, 0xF4);
const DELAYED_EDGE: Colour = Colour(0x56, 0xB4, 0xE9);
/// Ready for a processor: the blue of those that run, as lines on white.
const READY: Hatch =
    Hatch { pattern: Pattern::Lying, line: Colour(0x6A, 0xA8, 0xD0), ground: Colour(0xFF, 0xFF, 0xFF) };
const NEW: Colour = Colour(0xF1, 0xF2, 0xF4);

/// How many resources get a look of their own; the rest share one.
pub const SLOTS: usize = 8;

const ORANGE: Colour = Colour(0xE6, 0x9F, 0x00);
const VERMILION: Colour = Colour(0xD5, 0x5E, 0x00);
const GREEN: Colour = Colour(0x00, 0x9E, 0x73);
const PURPLE: Colour = Colour(0xCC, 0x79, 0xA7);
const YELLOW: Colour = Colour(0xC9, 0xBB, 0x1C);

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
#[cfg(feature = "render")]
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
    /// Waiting for the resources of a slot, at most [`SLOTS`].
    Blocked(u8),
    /// Not started.
    New,
}

impl Class {
    /// How many classes there are.
    pub const COUNT: usize = 5 + SLOTS;

    /// All classes, in the order in which shares are stacked from the bottom.
    pub fn all() -> impl Iterator<Item = Class> {
        let blocked = (0..=SLOTS).map(|slot| Class::Blocked(slot as u8));
        [Class::Running, Class::Ready, Class::Delayed].into_iter().chain(blocked).chain([Class::New])
    }

    /// The place in a table of all classes, in the order of [`Class::all`].
    pub fn index(self) -> usize {
        match self {
            Class::Running => 0,
            Class::Ready => 1,
            Class::Delayed => 2,
            Class::Blocked(slot) => 3 + usize::from(slot).min(SLOTS),
            Class::New => Class::COUNT - 1,
        }
    }

    /// The inside of a span.
    pub fn fill(self) -> Fill {
        match self {
            Class::Running => Fill::Solid(RUNNING),
            Class::Ready => Fill::Hatched(READY),
            Class::Delayed => Fill::Solid(DELAYED),
            Class::New => Fill::Solid(NEW),
            Class::Blocked(slot) => {
                let (line, pattern) = BLOCKED[usize::from(slot).min(SLOTS)];
                Fill::Hatched(Hatch { pattern, line, ground: line.tint(56) })
            }
        }
    }

    /// The inside of what is too small for a hatching: one colour, between
    /// those of the hatching.
    pub fn flat(self) -> Fill {
        match self {
            Class::Blocked(slot) => Fill::Solid(BLOCKED[usize::from(slot).min(SLOTS)].0.tint(176)),
            Class::Ready => Fill::Solid(READY.line.tint(96)),
            other => other.fill(),
        }
    }

    /// The edge of a span that is wide enough to have one.
    pub fn edge(self) -> Stroke {
        let colour = match self {
            Class::Running => Colour(0x00, 0x52, 0x80),
            Class::Ready => READY.line,
            Class::Delayed => DELAYED_EDGE,
            Class::New => return Stroke::dashed(AXIS, 0.8, 2.0),
            Class::Blocked(slot) => BLOCKED[usize::from(slot).min(SLOTS)].0,
        };
        Stroke::solid(colour, 0.8)
    }

    /// The colour of a label inside a span, and of the rim around its letters.
    pub fn label(self) -> (Colour, Option<Colour>) {
        match self {
            Class::Running => (PAPER, None),
            Class::Delayed | Class::New => (INK, None),
            Class::Ready => (INK, Some(PAPER)),
            Class::Blocked(slot) => (INK, Some(BLOCKED[usize::from(slot).min(SLOTS)].0.tint(40))),
        }
    }

    /// The name for style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Class::Running => "running",
            Class::Ready => "ready",
            Class::Delayed => "delayed",
            Class::Blocked(_) => "blocked",
            Class::New => "new",
        }
    }
}

/// Which resource has which look, for one picture.
///
/// The looks go to the resources for which processes waited longest, by name,
/// so that the runs of a comparison agree. If more instances were waited for
/// than there are looks, all instances of a resource share one.
#[derive(Debug, Clone)]
pub struct Inks {
    /// The name that stands in the legend, by slot.
    names: Vec<String>,
    /// The names of all resources that processes waited for.
    waited: Vec<String>,
    by_family: bool,
    /// Whether something had to share the last look.
    others: bool,
}

impl Inks {
    /// Gives out the looks for a picture of these runs.
    pub fn of(runs: &[GanttInput<'_>]) -> Inks {
        let instances = waiting(runs, false);
        let by_family = instances.len() > SLOTS;
        let waited = instances.keys().cloned().collect();
        let waiting = if by_family { waiting(runs, true) } else { instances };
        let mut ranked: Vec<(u128, usize, String)> =
            waiting.into_iter().map(|(name, (nanos, order))| (nanos, order, name)).collect();
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let others = ranked.len() > SLOTS;
        ranked.truncate(SLOTS);
        // Among the chosen, the order of the scenario: it reads best in the legend.
        ranked.sort_by_key(|entry| entry.1);
        Inks { names: ranked.into_iter().map(|entry| entry.2).collect(), waited, by_family, others }
    }

    /// The names of the resources that processes waited for, in alphabetical order.
    pub fn waited(&self) -> &[String] {
        &self.waited
    }

    /// What the lanes of `run` show for an activity.
    pub fn classes(&self, run: &GanttInput<'_>) -> Classes {
        let slot = |resource: usize| {
            let name = ink_name(run, ResourceId(resource as u32), self.by_family);
            self.names.iter().position(|known| *known == name).unwrap_or(SLOTS) as u8
        };
        Classes { slots: (0..run.header.resource_count()).map(slot).collect() }
    }

    /// What the legend says about a class.
    pub fn legend(&self, class: Class) -> String {
        match class {
            Class::Running => "running".to_owned(),
            Class::Ready => "ready".to_owned(),
            Class::Delayed => "delayed".to_owned(),
            Class::New => "new (not started)".to_owned(),
            Class::Blocked(slot) => match self.names.get(usize::from(slot)) {
                Some(name) => format!("blocked: {name}"),
                None if self.others => "blocked: other".to_owned(),
                None => "blocked".to_owned(),
            },
        }
    }
}

/// The class of every activity of one run; a table, since it is asked for
/// each of a million spans.
#[derive(Debug, Clone)]
pub struct Classes {
    slots: Vec<u8>,
}

impl Classes {
    /// For a run without resources.
    #[cfg(test)]
    pub fn none() -> Classes {
        Classes { slots: Vec::new() }
    }

    /// What a span in this activity shows.
    pub fn of(&self, activity: Activity) -> Class {
        match activity {
            Activity::New => Class::New,
            Activity::Ready { .. } => Class::Ready,
            Activity::Delayed => Class::Delayed,
            Activity::Running => Class::Running,
            Activity::Blocked { resource, .. } => {
                Class::Blocked(self.slots.get(resource.index()).copied().unwrap_or(SLOTS as u8))
            }
        }
    }
}

/// For every name that was waited for: how long in all, and its place in the
/// first run that has it.
fn waiting(runs: &[GanttInput<'_>], by_family: bool) -> BTreeMap<String, (u128, usize)> {
    let mut waiting: BTreeMap<String, (u128, usize)> = BTreeMap::new();
    let mut order = 0;
    for run in runs {
        let mut nanos = vec![0u128; run.header.resource_count()];
        for span in run.spans {
            if let Activity::Blocked { resource, .. } = span.activity
                && let Some(sum) = nanos.get_mut(resource.index())
            {
                *sum += u128::from(span.end.since(span.start));
            }
        }
        for (resource, nanos) in nanos.into_iter().enumerate().filter(|(_, nanos)| *nanos > 0) {
            let name = ink_name(run, ResourceId(resource as u32), by_family);
            waiting.entry(name).or_insert((0, order)).0 += nanos;
            order += 1;
        }
    }
    waiting
}

fn ink_name(run: &GanttInput<'_>, resource: ResourceId, by_family: bool) -> String {
    if by_family { run.family_name(resource) } else { run.resource_name(resource) }
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

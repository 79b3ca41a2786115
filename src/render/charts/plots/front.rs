//! Two figures of all points, and the front: the points than which none is better in
//! both (Pareto).
//!
//! Decides which points are on the front, and which of them have a number and a line
//! below that says what they are.

use super::super::super::font;
use super::super::super::palette::{AXIS, INK, PAPER, QUIET, SERIES};
use super::super::super::png::RenderError;
use super::super::super::scene::{Anchor, Area, Fill, Scene, Shape, Stroke, Tag, Text};
use super::super::super::shorten::{Room, shorten_name};
use super::input::{ChartQuantity, spread};
use super::marker::{marker, ring};
use super::page::{Entry, Page, Plot, SMALL, in_title, one_plot};
use super::scale::{Length, Scale};
use crate::figure::counted;

/// The most points of the front that are named.
const MOST_NAMED: usize = 12;
/// The most points behind it that are drawn.
const MOST_BEHIND: usize = 5000;
const HEIGHT: f64 = 330.0;

/// A point with two figures.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontPoint {
    /// Its parameters, such as `room=2, workers=1`.
    pub label: String,
    /// The means of both figures.
    pub means: [f64; 2],
    /// Whether others are compared with it.
    pub is_base: bool,
}

/// Two figures of all points.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontChart {
    /// What was run, in a line under the title.
    pub about: String,
    /// The figures: to the right, and upwards.
    pub figures: [ChartQuantity; 2],
    /// Of which of them more is better.
    pub larger_is_better: [bool; 2],
    /// The points.
    pub points: Vec<FrontPoint>,
    /// What is left out, in whole sentences.
    pub notes: Vec<String>,
}

/// A mark for each point; those of the front are connected and named. An SVG document.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
pub fn front_chart(chart: &FrontChart) -> Result<String, RenderError> {
    let front = front(chart);
    let named = spread(front.len(), MOST_NAMED);
    let range = |axis: usize| {
        let means = || chart.points.iter().map(|point| point.means[axis]);
        let (low, high) = (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max));
        if low > high {
            return (0.0, 1.0);
        }
        let spare = (high * 0.5 - low * 0.5) * 0.14;
        (low - spare, high + spare)
    };
    let scale = |axis: usize, length: Length| {
        let scale = Scale::numbers(&chart.figures[axis], range(axis), length);
        // Without points there is nothing to be read off.
        let name = chart.figures[axis].name.clone();
        if chart.points.is_empty() { scale.without_ticks().with_name(name) } else { scale }
    };
    let y = scale(1, Length::Up(HEIGHT));
    let behind: Vec<usize> = {
        let mut is_front = vec![false; chart.points.len()];
        front.iter().for_each(|&point| is_front[point] = true);
        let all: Vec<usize> = (0..chart.points.len()).filter(|&point| !is_front[point]).collect();
        spread(all.len(), MOST_BEHIND).into_iter().map(|nth| all[nth]).collect()
    };
    let mut notes: Vec<String> =
        named.iter().enumerate().map(|(nth, &at)| line(chart, front[at], nth)).collect();
    notes.extend(left_out(chart, front.len(), behind.len()));
    let [first, second] = &chart.figures;
    let page = Page {
        title: format!("Front of {} and {}", in_title(&first.name), in_title(&second.name)),
        about: format!("{} · {}", chart.about, better(chart)),
        description: notes.join("\n"),
        legend: legend(chart, behind.is_empty()),
        notes,
        ..one_plot(y, HEIGHT, |length| scale(0, length))
    };
    page.draw(|scene, plots| draw(scene, &plots[0], chart, (&front, &named, &behind)))
}

/// The points than which none is better in one figure and no worse in the other, from
/// the best in the first to the best in the second; of equal ones the first.
fn front(chart: &FrontChart) -> Vec<usize> {
    let key = |point: usize| {
        let of = |axis: usize| {
            let mean = chart.points[point].means[axis];
            if chart.larger_is_better[axis] { -mean } else { mean }
        };
        (of(0), of(1))
    };
    let mut order: Vec<usize> = (0..chart.points.len()).collect();
    order.sort_by(|&one, &other| {
        let (one, other) = (key(one), key(other));
        one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
    });
    let mut best = f64::INFINITY;
    order.retain(|&point| {
        let is_better = key(point).1 < best;
        best = best.min(key(point).1);
        is_better
    });
    order
}

fn line(chart: &FrontChart, point: usize, nth: usize) -> String {
    let FrontPoint { label, means, is_base } = &chart.points[point];
    let [first, second] = &chart.figures;
    let base = if *is_base { " (base)" } else { "" };
    let (one, other) = (first.told(means[0]), second.told(means[1]));
    let (first, second) = (short(&first.name), short(&second.name));
    format!("{}: {label}{base} – {first} {one}, {second} {other}", nth + 1)
}

fn left_out(chart: &FrontChart, front: usize, behind: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if front > MOST_NAMED {
        notes.push(format!("{MOST_NAMED} of the {front} points of the front are named."));
    }
    if front + behind < chart.points.len() {
        let all = chart.points.len() - front;
        let (behind, all) = (counted(behind), counted(all));
        notes.push(format!("{behind} of the {all} points behind the front are drawn, evenly spread."));
    }
    notes.extend(chart.notes.iter().cloned());
    notes
}

/// Which way is better.
fn better(chart: &FrontChart) -> String {
    let [first, second] = chart.larger_is_better.map(|larger| if larger { "larger" } else { "smaller" });
    if first == second {
        return format!("{first} is better in both");
    }
    let [one, other] = &chart.figures;
    format!("{first} {} and {second} {} are better", short(&one.name), short(&other.name))
}

/// A name in running text.
fn short(name: &str) -> String {
    shorten_name(name, Room::pixels(200.0, SMALL))
}

fn legend(chart: &FrontChart, is_all: bool) -> Vec<Entry<'static>> {
    let mut legend = vec![Entry::new("front", |scene, (x, y)| {
        scene.line((x - 13.0, y), (x + 13.0, y), Stroke::dashed(SERIES[0].0, 1.4, 3.0));
        scene.push(marker(0, (x, y), None));
    })];
    if !is_all {
        legend.push(Entry::new("not on the front", |scene, (x, y)| {
            scene.fill(square((x, y)), BEHIND, Tag::default());
        }));
    }
    if chart.points.iter().any(|point| point.is_base) {
        legend.push(Entry::new("base", |scene, at| scene.push(ring(at))));
    }
    legend
}

/// How points behind the front are drawn.
const BEHIND: Fill = Fill::Solid(AXIS);

fn square((x, y): (f64, f64)) -> Area {
    Area { x: x - 2.0, y: y - 2.0, width: 4.0, height: 4.0 }
}

fn draw(
    scene: &mut Scene,
    plot: &Plot,
    chart: &FrontChart,
    (front, named, behind): (&[usize], &[usize], &[usize]),
) {
    let place = |point: usize| {
        let means = chart.points[point].means;
        (plot.x(means[0]), plot.y(means[1]))
    };
    let areas = behind.iter().map(|&point| square(place(point))).collect();
    scene.push(Shape::Areas { areas, fill: BEHIND, tag: Tag::class("behind") });
    let corners: Vec<(f64, f64)> = front.iter().map(|&point| place(point)).collect();
    if corners.len() > 1 {
        let (stroke, tag) = (Some(Stroke::dashed(SERIES[0].0, 1.4, 3.0)), Tag::class("front"));
        scene.push(Shape::Polyline { points: corners.clone(), fill: Fill::Clear, stroke, tag });
    }
    for (&point, &at) in front.iter().zip(&corners) {
        scene.push(marker(0, at, Some(chart.points[point].label.clone())));
    }
    let base = chart.points.iter().position(|point| point.is_base).map(place);
    scene.shapes.extend(base.map(ring));
    let mut taken = Taken { base, corners: &corners, numbers: Vec::new(), leaders: Vec::new() };
    let places: Vec<(f64, f64)> = named.iter().map(|&at| corners[at]).collect();
    for (text, at) in numbers(&places) {
        draw_number(scene, plot, (text, at), &mut taken);
    }
}

/// What numbers must not cover: markers, lines to other numbers, the line between the markers,
/// and each other.
struct Taken<'a> {
    /// Where the ring is.
    base: Option<(f64, f64)>,
    corners: &'a [(f64, f64)],
    numbers: Vec<Area>,
    /// The lines from markers to numbers that have no place beside them.
    leaders: Vec<((f64, f64), (f64, f64))>,
}

impl Taken<'_> {
    /// Whether a line to a number may lie here: over no other number and along no other marker.
    fn is_free(&self, from: (f64, f64), to: (f64, f64)) -> bool {
        const MARKER: f64 = 2.5;
        let marker = |&(x, y): &(f64, f64)| Area::between(x - MARKER, y - MARKER, x + MARKER, y + MARKER);
        // Those that lie over its own are in the way of every line.
        let others = self.corners.iter().map(marker).filter(|area| !crosses(from, from, area));
        !others.chain(self.numbers.iter().copied()).any(|area| crosses(from, to, &area))
    }

    /// Whether a number there is seen to be of this point: it is near, and no other point is nearer.
    fn is_nearest(&self, point: (f64, f64), area: &Area) -> bool {
        const NEAR: f64 = 18.0;
        let square = |from: (f64, f64)| {
            let to = end_of_leader(from, area);
            (from.0 - to.0) * (from.0 - to.0) + (from.1 - to.1) * (from.1 - to.1)
        };
        let own = square(point);
        let is_other =
            |corner: &(f64, f64)| (corner.0 - point.0).abs() > HIDDEN || (corner.1 - point.1).abs() > HIDDEN;
        let mut others = self.corners.iter().filter(|corner| is_other(corner));
        own < NEAR * NEAR && others.all(|&corner| square(corner) >= own)
    }

    /// How bad this place is: 0 if nothing else is there, `None` if it cannot be.
    fn cost(&self, area: &Area) -> Option<u32> {
        const MARKER: f64 = 5.0;
        const RING: f64 = 7.5;
        let apart = |other: &Area| {
            area.x >= other.x + other.width
                || other.x >= area.x + area.width
                || area.y >= other.y + other.height
                || other.y >= area.y + area.height
        };
        let marker = |&(x, y): &(f64, f64)| Area::between(x - MARKER, y - MARKER, x + MARKER, y + MARKER);
        let ring = self.base.map(|(x, y)| Area::between(x - RING, y - RING, x + RING, y + RING));
        let are_apart = ring.is_none_or(|ring| apart(&ring))
            && self.numbers.iter().all(apart)
            && self.corners.iter().map(marker).all(|at| apart(&at));
        let is_free = are_apart && !self.leaders.iter().any(|&(from, to)| crosses(from, to, area));
        let crossings = self.corners.windows(2).filter(|pair| crosses(pair[0], pair[1], area)).count();
        is_free.then_some(crossings as u32)
    }
}

/// Whether a straight line runs through an area (by Liang and Barsky).
fn crosses(from: (f64, f64), to: (f64, f64), area: &Area) -> bool {
    let (right, down) = (to.0 - from.0, to.1 - from.1);
    let sides = [
        (-right, from.0 - area.x),
        (right, area.x + area.width - from.0),
        (-down, from.1 - area.y),
        (down, area.y + area.height - from.1),
    ];
    let (mut enters, mut leaves) = (0.0f64, 1.0f64);
    for (towards, distance) in sides {
        match towards {
            towards if towards < 0.0 => enters = enters.max(distance / towards),
            towards if towards > 0.0 => leaves = leaves.min(distance / towards),
            _ if distance < 0.0 => return false,
            _ => {}
        }
    }
    enters <= leaves
}

/// A marker hides another one that is so near in both directions, in pixels.
const HIDDEN: f64 = 4.0;

/// The numbers of the points at these places, with the place of each: those whose markers hide
/// each other have one text, such as `3–5`.
fn numbers(places: &[(f64, f64)]) -> Vec<(String, (f64, f64))> {
    let mut numbers = Vec::new();
    let mut first = 0;
    while first < places.len() {
        let (x, y) = places[first];
        let is_hidden = |other: &&(f64, f64)| (other.0 - x).abs() <= HIDDEN && (other.1 - y).abs() <= HIDDEN;
        let last = first + places[first + 1..].iter().take_while(is_hidden).count();
        let text =
            if first == last { format!("{}", first + 1) } else { format!("{}–{}", first + 1, last + 1) };
        numbers.push((text, places[(first + last) / 2]));
        first = last + 1;
    }
    numbers
}

/// The number of a point beside it, where nothing else is, or at least no other number and no
/// marker; where there is no such place, as near as there is one, with a line from the point.
fn draw_number(scene: &mut Scene, plot: &Plot, (text, (x, y)): (String, (f64, f64)), taken: &mut Taken<'_>) {
    let (width, height) = (font::width(&text, SMALL) + 3.0, SMALL + 2.0);
    let is_inside = |area: &Area| {
        area.x >= plot.left
            && area.x + width <= plot.right
            && area.y >= plot.top - 8.0
            && area.y + height <= plot.bottom
    };
    let around = |distances: &'static [f64]| around((x, y), (width, height), distances).filter(is_inside);
    let needs_line = |area: &Area| !taken.is_nearest((x, y), area);
    let is_reached = |area: &Area| !needs_line(area) || taken.is_free((x, y), middle(area));
    let near = around(&NEAR).filter(is_reached).enumerate();
    let costs = near.filter_map(|(nth, area)| Some((taken.cost(&area)?, nth, area)));
    let beside = costs.min_by_key(|(cost, nth, _)| (*cost, *nth)).map(|(_, _, area)| area);
    let far = || around(&FAR).find(|area| taken.cost(area).is_some() && is_reached(area));
    // There are few numbers, and the page is large.
    let Some(area) = beside.or_else(far) else { return };
    let has_line = needs_line(&area);
    taken.numbers.push(area);
    if has_line {
        let (from, to) = ((x, y), end_of_leader((x, y), &area));
        taken.leaders.push((from, to));
        scene.line(from, to, Stroke::solid(QUIET, 0.7));
    }
    scene.push(Shape::Text(Text {
        x: area.x + 1.5,
        y: area.y + SMALL,
        text,
        size: SMALL,
        anchor: Anchor::Start,
        colour: INK,
        halo: Some(PAPER),
        tag: Tag::class("number"),
    }));
}

/// How far from its point a number stands where there is room, in pixels,
const NEAR: [f64; 2] = [6.0, 12.0];
/// and where there is none.
const FAR: [f64; 9] = [20.0, 28.0, 38.0, 50.0, 64.0, 80.0, 100.0, 130.0, 170.0];

fn middle(area: &Area) -> (f64, f64) {
    (area.x + area.width / 2.0, area.y + area.height / 2.0)
}

/// Where a line from a point to a number ends: at the edge of the number.
fn end_of_leader((x, y): (f64, f64), area: &Area) -> (f64, f64) {
    (x.clamp(area.x, area.x + area.width), y.clamp(area.y, area.y + area.height))
}

/// The places of a text of this size around a point, so far away: the near ones first, and of
/// those at its corners first.
fn around((x, y): (f64, f64), (width, height): (f64, f64), distances: &[f64]) -> impl Iterator<Item = Area> {
    const SIDES: [(f64, f64); 16] = [
        (1.0, -1.0),
        (-1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
        (1.0, -0.5),
        (0.5, -1.0),
        (-0.5, -1.0),
        (-1.0, -0.5),
        (-1.0, 0.5),
        (-0.5, 1.0),
        (0.5, 1.0),
        (1.0, 0.5),
    ];
    let at = move |(right, down): (f64, f64), away: f64| Area {
        x: x + right * (away + width / 2.0) - width / 2.0,
        y: y + down * (away + height / 2.0) - height / 2.0,
        width,
        height,
    };
    distances.iter().flat_map(move |&away| SIDES.map(|side| at(side, away)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line from (0, 0) to (100, 100) and its markers.
    #[test]
    fn numbers_keep_away_from_the_line_and_from_markers() {
        let area = |x: f64, y: f64| Area { x, y, width: 10.0, height: 10.0 };
        for (at, is_crossed) in [
            ((45.0, 45.0), true),
            ((50.0, 39.0), false),
            ((50.0, 41.0), true),
            ((95.0, 70.0), false),
            ((101.0, 101.0), false),
        ] {
            assert_eq!(crosses((0.0, 0.0), (100.0, 100.0), &area(at.0, at.1)), is_crossed, "{at:?}");
        }
        assert!(
            crosses((5.0, -50.0), (5.0, 50.0), &area(0.0, 0.0))
                && !crosses((15.0, -50.0), (15.0, 50.0), &area(0.0, 0.0))
        );
        let corners = [(0.0, 0.0), (100.0, 100.0)];
        let taken =
            Taken { base: None, corners: &corners, numbers: vec![area(50.0, 0.0)], leaders: Vec::new() };
        let costs = [(45.0, 45.0), (70.0, 10.0), (55.0, 5.0), (97.0, 103.0), (2.0, 2.0)];
        assert_eq!(costs.map(|(x, y)| taken.cost(&area(x, y))), [Some(1), Some(0), None, None, None]);
    }

    #[test]
    fn points_that_hide_each_other_have_one_text() {
        let places = [(0.0, 90.0), (30.0, 60.0), (33.0, 58.0), (34.0, 57.0), (90.0, 10.0), (92.0, 9.0)];
        let expected = [("1", places[0]), ("2–4", places[2]), ("5–6", places[4])];
        assert_eq!(numbers(&places), expected.map(|(text, at)| (text.to_owned(), at)));
    }

    #[test]
    fn the_front_by_hand() {
        let point =
            |one: f64, other: f64| FrontPoint { label: String::new(), means: [one, other], is_base: false };
        let quantity = || ChartQuantity { name: "n".to_owned(), is_time: false };
        let mut chart = FrontChart {
            about: String::new(),
            figures: [quantity(), quantity()],
            larger_is_better: [false, false],
            points: vec![
                point(3.0, 1.0),
                point(1.0, 3.0),
                point(2.0, 2.0),
                point(2.0, 2.5),
                point(3.0, 3.0),
                point(2.0, 2.0),
            ],
            notes: Vec::new(),
        };
        assert_eq!(front(&chart), [1, 2, 0]);
        chart.larger_is_better = [false, true];
        assert_eq!(front(&chart), [1]);
        chart.larger_is_better = [true, true];
        assert_eq!(front(&chart), [4]);
        chart.points.clear();
        assert!(front(&chart).is_empty() && front_chart(&chart).is_ok());
    }
}

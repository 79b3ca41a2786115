//! Where things stand in pictures, measured: at the edge of the paper, beside lines, on the
//! lines of a grid; and what looks like what.

use super::samples::*;
use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::{Document, Node};
use tempolane::ids::ProcessId;
use tempolane::render::*;
use tempolane::trace::{Activity, Outcome, ResourceKind, WaitFor};

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

/// A decimal number of the opening tag in millionths.
fn millionths(text: &str) -> u64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    whole.parse::<u64>().unwrap() * 1_000_000 + format!("{part:0<6}").parse::<u64>().unwrap()
}

/// So wide in the end, with letters of this size.
fn of_size(sample: &Sample, theme: Theme, (width, font_size): (u32, u32)) -> String {
    let style = Style { width: f64::from(width * 10) / f64::from(font_size), ..Style::default() };
    restyled(&svg(&gantt(&sample.input(), &style)), theme, font_size)
}

#[test]
fn a_picture_fills_its_size_to_the_edge() {
    let sample = lab();
    for font_size in 6..=40 {
        for width in [640, 641, 960, 1000].into_iter().filter(|width| width * 10 >= 400 * font_size) {
            let document = of_size(&sample, Theme::Dark, (width, font_size));
            let parsed = Document::parse(&document).unwrap();
            let root = parsed.root_element();
            let side = |name| millionths(root.attribute(name).unwrap());
            assert_eq!(side("width"), u64::from(width) * 1_000_000, "{font_size}");
            assert_eq!(side("height") % 1_000_000, 0, "{font_size}");
            let seen: Vec<&str> = root.attribute("viewBox").unwrap().split(' ').collect();
            let (across, down) = (millionths(seen[2]), millionths(seen[3]));
            let product = |one: u64, other: u64| u128::from(one) * u128::from(other);
            assert_eq!(product(across, side("height")), product(down, side("width")), "{font_size} {width}");
        }
    }
}

#[test]
fn no_pixel_at_the_edge_is_without_paper() {
    let mut short = Sample::new("short");
    short.process("p", 0).then(0, Activity::Running, 1000 * MS);
    let short = short.completed();
    // The last one is wider than a PNG may be at three times its size.
    for size in [(640, 12), (640, 13), (640, 14), (701, 11), (5500, 10)] {
        let packed = png(&of_size(&short, Theme::Dark, size)).unwrap();
        let pixels = Pixmap::decode_png(&packed).unwrap();
        let (right, bottom) = (pixels.width() - 1, pixels.height() - 1);
        let paper = pixels.pixel(20, 20);
        for x in [0, 1, right / 2, right - 1, right] {
            assert_eq!((pixels.pixel(x, 0), pixels.pixel(x, bottom)), (paper, paper), "{size:?} {x}");
        }
        for y in [0, 1, bottom / 2, bottom - 1, bottom] {
            assert_eq!((pixels.pixel(0, y), pixels.pixel(right, y)), (paper, paper), "{size:?} {y}");
        }
    }
}

/// 640 pixels of the picture are 16 cm, whatever the scale is.
#[test]
fn a_png_says_how_large_it_is_in_print() {
    for (width, centimetres) in [(640, 16.0), (960, 24.0), (5600, 140.0)] {
        let document = of_size(&lab(), Theme::Light, (width, 10));
        let height = number(&Document::parse(&document).unwrap().root_element(), "height");
        let packed = png(&document).unwrap();
        let at = packed.windows(4).position(|four| four == b"pHYs").expect("a chunk");
        let word = |at: usize| u32::from_be_bytes(packed[at..at + 4].try_into().unwrap());
        assert_eq!((word(at - 4), packed[at + 12]), (9, 1), "in metres");
        let across = f64::from(word(16)) / f64::from(word(at + 4)) * 100.0;
        assert!((across - centimetres).abs() < 0.01 * centimetres, "{across}");
        let down = f64::from(word(20)) / f64::from(word(at + 8)) * 100.0;
        assert!((down - height * 0.025).abs() < 0.002 * down, "{down} of {height}");
        // What reads it checks the sums of its chunks.
        assert!(Pixmap::decode_png(&packed).is_ok());
    }
}

/// On a slide of 457 pixels what is said of a run gives way to its name.
#[test]
fn names_of_runs_are_whole_where_they_have_room() {
    let named = |name: &str| {
        let mut sample = lab();
        sample.header.scenario = name.to_owned();
        sample
    };
    let samples = [named("shortname"), named("a-name-of-forty-letters-that-has-room-too")];
    let inputs: Vec<GanttInput<'_>> = samples.iter().map(Sample::input).collect();
    let window = Window { from: at(1000 * MS), to: Some(at(4000 * MS)) };
    let bars: Vec<ScenarioBars> = samples.iter().map(super::bars).collect();
    for width in [400.0, 457.14, 640.0] {
        let style = Style { width, window, ..Style::default() };
        for document in [svg(&aligned(&inputs, None, &style)), total_time_chart(&bars, None, width).unwrap()]
        {
            let (_, texts) = super::texts(&document);
            let said: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
            for sample in &samples {
                assert!(said.contains(&sample.header.scenario.as_str()), "{width}: {said:?}");
            }
            assert!(said.join(" ").contains("speed-up 1.00×"), "{width}: {said:?}");
            super::texts_stand_apart("narrow", &document);
        }
    }
}

/// Of each lane, where its post stands, and where its finish time begins and ends.
fn finishes(document: &str) -> Vec<(f64, Option<(f64, f64)>)> {
    let parsed = Document::parse(document).unwrap();
    let is = |node: &Node<'_, '_>, class: &str| node.attribute("class") == Some(class);
    let posts = parsed.descendants().filter(|node| is(node, "done") && node.has_children());
    let areas = super::texts(document).1;
    let labels: Vec<(f64, (f64, f64))> = parsed
        .descendants()
        .filter(|node| is(node, "finish"))
        .map(|node| {
            let said = node.text().unwrap().to_owned();
            let (x, y) = (number(&node, "x"), number(&node, "y"));
            let area = |(text, area): &(String, resvg::usvg::Rect)| {
                (*text == said && (f64::from(area.bottom()) - y).abs() < 6.0).then_some(*area)
            };
            let found = areas.iter().filter_map(area);
            let found = found.min_by(|one, other| {
                let far = |area: &resvg::usvg::Rect| (f64::from(area.left()) - x).abs();
                far(one).total_cmp(&far(other))
            });
            let area = found.expect("it is drawn");
            (y, (f64::from(area.left()), f64::from(area.right())))
        })
        .collect();
    posts
        .map(|post| {
            let (top, height) = (number(&post, "y"), number(&post, "height"));
            let label = labels.iter().find(|(y, _)| top < *y && *y < top + height);
            (number(&post, "x") + number(&post, "width") / 2.0, label.map(|(_, ends)| *ends))
        })
        .collect()
}

/// Behind the line of the total time, or that of a horizon, a finish time would be read as one
/// that is later.
#[test]
fn a_finish_time_stays_on_its_side_of_every_line() {
    let mut inside = 0;
    for done in (1_000..30_000).step_by(1_450) {
        let mut sample = Sample::new("late");
        sample.process("p", 0).process("q", 0);
        for part in [done - 700, 700] {
            sample.then(0, Activity::Running, part * MS);
        }
        sample.then(1, Activity::Running, 30_000 * MS);
        let sample = sample.completed();
        let stopped = GanttInput { outcome: &Outcome::Horizon, ..sample.input() };
        let both = [sample.input(), sample.input()];
        let style = Style::default();
        for document in [
            svg(&gantt(&stopped, &style)),
            svg(&aligned(&both, None, &style)),
            svg(&validated(&both, None, &style)),
        ] {
            let parsed = Document::parse(&document).unwrap();
            let dashed = parsed.descendants().filter(|node| {
                node.has_tag_name("line")
                    && node.attribute("stroke-dasharray").is_some()
                    && node.attribute("x1") == node.attribute("x2")
            });
            let lines: Vec<f64> = dashed.map(|line| number(&line, "x1")).collect();
            let finishes = finishes(&document);
            assert!(!lines.is_empty() && finishes.len() >= 2, "{document}");
            for (post, label) in finishes {
                let (from, to) = label.expect("there is room");
                for line in lines.iter().filter(|line| (**line - post).abs() > 0.1) {
                    let same = if *line < post { *line < from } else { to < *line };
                    assert!(same, "done at {post}, {from} to {to}, line at {line}");
                }
                inside += usize::from(to < post);
            }
            super::texts_stand_apart("finish", &document);
        }
    }
    assert!(inside > 2, "{inside}");
}

/// The hatchings and colours of the bars of waits, by resource.
fn looks_of_waits(document: &str) -> Vec<(String, String)> {
    let parsed = Document::parse(document).unwrap();
    let look = |fill: &str| match fill.strip_prefix("url(#").and_then(|id| id.strip_suffix(')')) {
        Some(id) => {
            let hatch = parsed.descendants().find(|node| node.attribute("id") == Some(id)).unwrap();
            hatch.children().flat_map(|part| part.attributes()).map(|it| it.value()).collect()
        }
        None => fill.to_owned(),
    };
    let waits = parsed.descendants().filter(|node| node.attribute("class") == Some("blocked"));
    let named = waits.filter_map(|bar| {
        let title = bar.children().find(|node| node.has_tag_name("title"))?.text()?;
        let name = title.split(" (").next()?.rsplit(' ').next()?.to_owned();
        Some((name, look(bar.attribute("fill")?)))
    });
    let mut looks: Vec<(String, String)> = named.collect();
    looks.sort();
    looks.dedup();
    looks
}

/// The first waits for the second resource alone, the second for both.
#[test]
fn equal_names_look_equal_in_pictures_that_stand_beside_each_other() {
    let sample = |name: &str, waits: &[u32]| {
        let mut sample = Sample::new(name);
        sample.process("p", 0).resource("lock", ResourceKind::Mutex, 0, Some(1));
        sample.resource("filled", ResourceKind::Semaphore, 0, None);
        for &wait in waits {
            sample.then(0, blocked(wait, WaitFor::Acquire), 500 * MS).then(0, Activity::Running, 500 * MS);
        }
        sample.completed()
    };
    let samples = [sample("one", &[1]), sample("two", &[0, 1])];
    let inputs: Vec<GanttInput<'_>> = samples.iter().map(Sample::input).collect();
    let style = Style::default();
    let together = looks_of_waits(&svg(&aligned(&inputs, None, &style)));
    assert_eq!(together.iter().map(|look| look.0.as_str()).collect::<Vec<_>>(), ["filled", "lock"]);
    let inks = Inks::of(&inputs, None);
    for input in &inputs {
        let alone = looks_of_waits(&svg(&gantt(&GanttInput { inks: Some(&inks), ..input.clone() }, &style)));
        assert!(
            !alone.is_empty() && alone.iter().all(|look| together.contains(look)),
            "{alone:?} {together:?}"
        );
    }
}

/// It has sums and no moments, and neither says nor looks like it had.
#[test]
fn the_chart_of_total_times_is_no_timeline() {
    let sample = lab();
    let chart = total_time_chart(&[super::bars(&sample)], None, 640.0).unwrap();
    let (_, texts) = super::texts(&chart);
    let said: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
    assert!(said.contains(&"sum of time in each state (s)") && !said.contains(&"time (s)"), "{said:?}");
    assert!(said.iter().any(|text| text.contains("not a timeline")), "{said:?}");
    let bars = |document: &str, class: &str| -> Vec<(f64, bool)> {
        let parsed = Document::parse(document).unwrap();
        let rects = parsed.descendants().filter(|node| node.attribute("class") == Some(class));
        let rects = rects.filter(|node| node.has_children());
        rects.map(|node| (number(&node, "height"), node.attribute("stroke").is_some())).collect()
    };
    for class in ["running", "delayed"] {
        let (sums, spans) =
            (bars(&chart, class), bars(&svg(&gantt(&sample.input(), &Style::default())), class));
        assert!(!sums.is_empty() && !spans.is_empty());
        assert!(sums.iter().all(|(height, edge)| *height < spans[0].0 / 2.0 && !edge), "{sums:?} {spans:?}");
    }
    // A second of any bar is as long as one of the axis: 15 s, and 31 s with the waits.
    let parsed = Document::parse(&chart).unwrap();
    let tick = |label: &str| {
        let text = parsed.descendants().find(|node| {
            node.has_tag_name("text")
                && node.text() == Some(label)
                && node.attribute("text-anchor") == Some("middle")
        });
        number(&text.expect("a tick"), "x")
    };
    let second = (tick("30") - tick("0")) / 30.0;
    let widths: Vec<f64> = parsed
        .descendants()
        .filter(|node| node.attribute("class") == Some("delayed") && node.has_children())
        .map(|node| number(&node, "width") / second)
        .collect();
    assert!((widths[0] - 15.0).abs() < 0.01 && (widths[1] - 30.0).abs() < 0.01, "{widths:?}");
}

/// Which level is not there, and why, in words; of many how many.
#[test]
fn levels_without_a_lasting_change_are_named() {
    for (count, waited, told) in [
        (1, false, "Level of r0 not shown: it stays at 0, or changes only in passing."),
        (1, true, "Level of r0 not shown: it stays at 0, or changes only in passing (what one process gives"),
        (2, false, "Levels of r0, r1 not shown: they stay as they are, or change only in passing."),
        (4, false, "Levels of 4 resources not shown: they stay as they are"),
    ] {
        let mut sample = Sample::new("still");
        sample.process("p", 0).then(0, Activity::Running, 1000 * MS);
        for number in 0..count {
            sample.resource(&format!("r{number}"), ResourceKind::Semaphore, 0, None);
            sample.levels.push(series(number, vec![(at(0), 0)]));
        }
        if waited {
            sample.then(0, blocked(0, WaitFor::Acquire), 1000 * MS);
        }
        let sample = sample.completed();
        let (_, texts) = super::texts(&svg(&gantt(&sample.input(), &Style::default())));
        let said: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        assert!(said.join(" ").contains(told), "{said:?}");
        let text = text_gantt(&sample.input(), &TextStyle::default());
        let names = ["r0", "r0, r1", "4"][if count == 4 { 2 } else { count as usize - 1 }];
        let line = format!("without a lasting change: {}", if count == 4 { "r0, r1, r2, r3" } else { names });
        assert!(text.contains(&line), "{text}");
    }
}

/// The post stands on the line of the race, and the tips of the race on both sides of it.
#[test]
fn a_race_at_the_end_of_a_process_hides_no_post() {
    let mut sample = Sample::new("race");
    sample.process("p", 0).then(0, Activity::Running, 1000 * MS);
    let text = "there".to_owned();
    sample.points = vec![Point { time: at(1000 * MS), process: ProcessId(0), kind: PointKind::Race, text }];
    let document = svg(&gantt(&sample.completed().input(), &Style::default()));
    let parsed = Document::parse(&document).unwrap();
    let nodes: Vec<Node<'_, '_>> = parsed.descendants().collect();
    let place = |class: &str| nodes.iter().position(|node| node.attribute("class") == Some(class)).unwrap();
    let (race, post) = (place("race"), place("done"));
    assert!(race < post, "what comes later covers what is there");
    let post = nodes[post];
    let (left, right) = (number(&post, "x"), number(&post, "x") + number(&post, "width"));
    let line: f64 = number(&nodes[race], "stroke-width");
    assert!(right - left > line, "it covers the line");
    let points = nodes[race].attribute("points").unwrap().split(' ');
    let points = points.map(|pair| pair.split_once(',').unwrap());
    let points: Vec<(f64, f64)> = points.map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).collect();
    let (top, bottom) = (number(&post, "y"), number(&post, "y") + number(&post, "height"));
    assert!(points.iter().any(|(x, y)| *x < left - 1.0 && *y < top), "{points:?}");
    assert!(points.iter().any(|(x, y)| *x > right + 1.0 && *y > bottom), "{points:?}");
}

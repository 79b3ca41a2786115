//! Pictures held to what they were when somebody last looked at them.
//!
//! To look again: `TEMPOLANE_PICTURES=some/folder cargo test --test
//! pictures -- --ignored` writes all of them, and the extreme ones, as
//! SVG and PNG. To accept a change: `TEMPOLANE_BLESS=1 cargo test --test
//! pictures`.
#![allow(clippy::disallowed_methods, reason = "a stopwatch: that it takes no longer is a part of the test")]

mod live;
mod looks;
mod measured;
mod page_reader;
mod pages;
mod samples;
mod sweeps;
mod told;

use resvg::usvg::{self, roxmltree};
use samples::*;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tempolane::ids::{OpId, ProcessId};
use tempolane::render::*;
use tempolane::time::Time;
use tempolane::trace::{Activity, Fault, FaultKind, Outcome, ResourceKind, WaitFor};

fn write_picture(folder: &Path, name: &str, document: &str) {
    std::fs::write(folder.join(name).with_extension("svg"), document).unwrap();
    let start = Instant::now();
    let pixels = png(document).unwrap();
    let took = start.elapsed();
    println!("{name}: svg {} kB, png {} kB in {took:?}", document.len() / 1000, pixels.len() / 1000);
    std::fs::write(folder.join(name).with_extension("png"), pixels).unwrap();
}

/// The folder for pictures to look at.
fn folder() -> PathBuf {
    let folder =
        PathBuf::from(std::env::var_os("TEMPOLANE_PICTURES").expect("TEMPOLANE_PICTURES says where to"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
#[ignore = "writes pictures to look at"]
fn charts_of_sweeps() {
    let folder = folder();
    for (name, document) in sweeps::sweeps() {
        write_picture(&folder, &name, &document);
    }
}

#[test]
#[ignore = "writes pictures to look at"]
fn pictures() {
    let folder = folder();
    for (name, sample) in gallery().into_iter().chain(extremes()) {
        let start = Instant::now();
        let document = svg(&gantt(&sample.input(), &Style::default()));
        println!("{name}: drawn in {:?}", start.elapsed());
        write_picture(&folder, name, &document);
        let text = text_gantt(&sample.input(), &TextStyle::default());
        std::fs::write(folder.join(name).with_extension("txt"), text).unwrap();
    }
    for (name, document) in comparisons() {
        write_picture(&folder, name, &document);
    }
}

/// Pictures of everyday size.
fn gallery() -> Vec<(&'static str, Sample)> {
    let mut one = Sample::new("one-lane");
    one.process("solo", 0).then(0, Activity::Running, 3 * MS).then(0, Activity::Delayed, 4 * MS);
    let mut instant = Sample::new("zero-length");
    instant.process("blink", 0).process("wink", 0);
    let name = "a-scenario-whose-name-is-so-long-that-nobody-would-ever-want-to-say-it-aloud-in-a-meeting-or-print-it";
    let mut long = crowd(name, 3, 9, 700 * MS);
    long.header.processes[0].name = "the_process_with_the_very_long_name_that_does_not_fit".to_owned();
    for info in &mut long.header.resources {
        info.name = format!("a_resource_that_is_called_{}_for_good_reason", info.name);
    }
    vec![
        ("lab", lab()),
        ("deadlock", deadlock()),
        ("deadlock_at_once", deadlock_at_once()),
        ("fault", fault()),
        ("horizon", horizon()),
        ("micro", crowd("microseconds", 3, 12, 600)),
        ("hours", crowd("a-day-in-the-plant", 6, 40, 1_800_000 * MS)),
        ("long", long),
        ("one", one.completed()),
        ("zero", instant.completed()),
        ("nothing", Sample::new("nothing").completed()),
    ]
}

/// Pictures that are large in one way or another.
fn extremes() -> Vec<(&'static str, Sample)> {
    vec![
        ("forty", crowd("forty-workers", 40, 30, 40 * MS)),
        ("twohundred", crowd("two-hundred-workers", 200, 120, 4 * MS)),
        ("million", crowd("million-spans", 8, 125_000, MS)),
        ("manylanes", crowd("a-thousand-workers", 1000, 200, MS)),
        ("marks", many_marks()),
    ]
}

fn comparisons() -> Vec<(&'static str, String)> {
    let four = [lab(), scaled("two-memories", 100), scaled("split-locks", 70), scaled("no-wait", 45)];
    let inputs: Vec<GanttInput<'_>> = four.iter().map(Sample::input).collect();
    let many = (0..14).map(|n| bars(&crowd(&format!("variant-{n}"), 3 + n, 9, 300 * MS)));
    let mixed = [lab(), horizon(), deadlock(), crowd("crowd", 30, 40, 400 * MS)];
    let mixed: Vec<GanttInput<'_>> = mixed.iter().map(Sample::input).collect();
    vec![
        ("aligned", svg(&aligned(&inputs, None, &Style::default()))),
        ("total", total_time_chart(&four.iter().map(bars).collect::<Vec<_>>(), None, 640.0).unwrap()),
        ("aligned_mixed", svg(&aligned(&mixed, None, &Style::default()))),
        ("total_many", total_time_chart(&many.collect::<Vec<_>>(), None, 640.0).unwrap()),
    ]
}

/// Holds a picture to the committed one.
fn golden(name: &str, drawn: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name);
    if std::env::var_os("TEMPOLANE_BLESS").is_some() {
        std::fs::write(&path, drawn).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let first = drawn.lines().zip(committed.lines()).position(|(new, old)| new != old);
    assert!(
        drawn == committed,
        "{name} is not what was committed; first difference in line {}. If that is meant, look at the \
         picture, then run with TEMPOLANE_BLESS=1.",
        first.map_or(0, |line| line + 1)
    );
}

#[test]
fn pictures_are_what_somebody_looked_at() {
    let style = Style::default();
    golden("lab.svg", &svg(&gantt(&lab().input(), &style)));
    golden("deadlock.svg", &svg(&gantt(&deadlock().input(), &style)));
    for (name, document) in comparisons().into_iter().take(2) {
        golden(&format!("{name}.svg"), &document);
    }
    let text = TextStyle::default();
    golden("lab.txt", &text_gantt(&lab().input(), &text));
    golden("deadlock.txt", &text_gantt(&deadlock().input(), &TextStyle { ascii: true, width: 60, ..text }));
    golden("lab_colour.txt", &text_gantt(&lab().input(), &TextStyle { colour: true, width: 100, ..text }));
}

/// The boxes of all texts of a picture, with what they say.
fn texts(document: &str) -> (usvg::Size, Vec<(String, usvg::Rect)>) {
    let mut options = usvg::Options { font_family: "DejaVu Sans".to_owned(), ..usvg::Options::default() };
    let font = include_bytes!("../../assets/DejaVuSans-subset.ttf");
    options.fontdb_mut().load_font_data(font.to_vec());
    let tree = usvg::Tree::from_str(document, &options).unwrap();
    let mut found = Vec::new();
    let mut groups = vec![tree.root()];
    while let Some(group) = groups.pop() {
        for node in group.children() {
            match node {
                usvg::Node::Group(inner) => groups.push(inner),
                usvg::Node::Text(text) => {
                    let said: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    found.push((said, text.abs_bounding_box()));
                }
                _ => {}
            }
        }
    }
    (tree.size(), found)
}

#[test]
fn no_text_is_cut_off_or_covers_another() {
    let narrow = Style { width: 560.0, ..Style::default() };
    let gantts = [Style::default(), narrow].into_iter().flat_map(|style| {
        gallery().into_iter().map(move |(name, sample)| (name, svg(&gantt(&sample.input(), &style))))
    });
    let runs = gantts.chain(comparisons()).map(|(name, document)| (name.to_owned(), document));
    runs.chain(sweeps::sweeps()).for_each(|(name, document)| texts_stand_apart(&name, &document));
}

/// No text of a picture is cut off or covers another.
fn texts_stand_apart(name: &str, document: &str) {
    let (size, texts) = texts(document);
    assert!(!texts.is_empty());
    for (place, (said, area)) in texts.iter().enumerate() {
        let inside = area.left() >= 0.0 && area.right() <= size.width() && area.bottom() <= size.height();
        assert!(inside, "{name}: '{said}' at {area:?} is cut off");
        for (other, against) in &texts[place + 1..] {
            // A box has room for accents and descenders, which may touch.
            let spare = area.height().min(against.height()) * 0.25;
            let over = area.right().min(against.right()) - area.left().max(against.left());
            let down = area.bottom().min(against.bottom()) - area.top().max(against.top());
            assert!(over <= 0.5 || down <= spare, "{name}: '{said}' and '{other}' overlap");
        }
    }
}

/// The font sizes of all texts of a picture, in pixels.
fn font_sizes(document: &str) -> Vec<f64> {
    let parsed = roxmltree::Document::parse(document).unwrap();
    let texts = parsed.descendants().filter(|node| node.has_tag_name("text"));
    let size = |node: roxmltree::Node<'_, '_>| node.attribute("font-size").unwrap().parse().unwrap();
    texts.map(size).collect()
}

#[test]
fn text_can_be_read_in_print() {
    let gantts =
        gallery().into_iter().map(|(name, sample)| (name, svg(&gantt(&sample.input(), &Style::default()))));
    let runs = gantts.chain(comparisons()).map(|(name, document)| (name.to_owned(), document));
    for (name, document) in runs.chain(sweeps::sweeps()) {
        let (size, _) = texts(&document);
        // 16 cm wide, in points of 1/72 inch.
        let points = |pixels: f64| pixels / f64::from(size.width()) * 16.0 / 2.54 * 72.0;
        let smallest = font_sizes(&document).into_iter().fold(f64::INFINITY, f64::min);
        assert!(points(smallest) >= 7.0, "{name}: {:.2} pt", points(smallest));
    }
}

#[test]
fn a_bar_is_labelled_exactly_or_not_at_all() {
    let mut sample = Sample::new("exact");
    sample.process("p", 0).then(0, Activity::Running, 10_490 * MS).then(0, Activity::Delayed, 1_000_000_001);
    sample.then(0, Activity::Running, 200_500 * MS / 10);
    let (_, texts) = texts(&svg(&gantt(&sample.completed().input(), &Style::default())));
    let labels: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
    assert!(labels.contains(&"10.49s") && labels.contains(&"20.05s"), "{labels:?}");
    // Too narrow for all of its digits.
    assert!(!labels.iter().any(|label| label.starts_with("1.0") || *label == "1s"), "{labels:?}");
}

#[test]
fn waits_of_one_step_have_no_border_between_them() {
    let mut sample = Sample::new("joined");
    sample.process("p", 0).resource("permits", ResourceKind::Semaphore, 0, None);
    let wait = blocked(0, WaitFor::Acquire);
    // One step that takes three permits, and then the same with another one.
    sample.then(0, wait, 100 * MS).then(0, wait, 200 * MS).then(0, wait, 300 * MS);
    sample.then(0, wait, 400 * MS).spans.last_mut().unwrap().op = OpId(90);
    // Works are steps of their own, even in a row.
    sample.then(0, Activity::Running, 100 * MS).then(0, Activity::Running, 100 * MS);
    let sample = sample.completed();
    let document = svg(&gantt(&sample.input(), &Style::default()));
    let drawn = |class: &str| document.matches(&format!("class=\"{class}\" x=")).count();
    // And one in the legend.
    assert_eq!((drawn("blocked"), drawn("running")), (2 + 1, 2 + 1));
    assert!(document.contains("0s – 600ms (600ms)"), "{document}");
    // Of two rounds of a loop, the second of which begins at 300 ms, each is a bar.
    let rounds = [(ProcessId(0), Time::from_nanos(300 * MS).unwrap())];
    let document = svg(&gantt(&GanttInput { rounds: &rounds, ..sample.input() }, &Style::default()));
    assert!(
        document.contains("0s – 300ms (300ms)") && document.contains("300ms – 600ms (300ms)"),
        "{document}"
    );
}

#[test]
fn points_that_are_not_drawn_are_counted() {
    let sample = lab();
    let input = GanttInput { points_left_out: 1234, ..sample.input() };
    let document = svg(&gantt(&input, &Style::default()));
    assert!(document.contains("Not drawn: 1234 of the marks and log lines."), "{document}");
}

#[test]
fn no_line_of_the_grid_runs_through_a_heading() {
    for (name, document) in comparisons() {
        let (_, texts) = texts(&document);
        let parsed = roxmltree::Document::parse(&document).unwrap();
        let number = |node: &roxmltree::Node<'_, '_>, name: &str| -> f64 {
            node.attribute(name).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
        };
        let paper = |node: &roxmltree::Node<'_, '_>, x: f64, y: f64| {
            let (left, top) = (number(node, "x"), number(node, "y"));
            let inside = left <= x
                && x <= left + number(node, "width")
                && top <= y
                && y <= top + number(node, "height");
            node.has_tag_name("rect") && node.attribute("fill") == Some("#ffffff") && inside
        };
        for (said, area) in
            texts.iter().filter(|(said, _)| said.contains("total time ") && said.contains("s"))
        {
            let middle = f64::from(area.top() + area.bottom()) / 2.0;
            let crossing = parsed.descendants().filter(|node| node.has_tag_name("line")).filter(|line| {
                let x = number(line, "x1");
                let (top, bottom) =
                    (number(line, "y1").min(number(line, "y2")), number(line, "y1").max(number(line, "y2")));
                let covered = parsed.descendants().any(|node| paper(&node, x, middle));
                x == number(line, "x2")
                    && f64::from(area.left()) < x
                    && x < f64::from(area.right())
                    && top < middle
                    && middle < bottom
                    && !covered
            });
            assert_eq!(crossing.count(), 0, "{name}: {said}");
        }
    }
}

#[test]
fn a_validation_does_not_speak_of_speed_up() {
    let (model, threads) = (lab(), scaled("threads", 101));
    let document = svg(&validated(&[model.input(), threads.input()], None, &Style::default()));
    assert!(document.contains("total time") && !document.contains("speed-up"), "{document}");
}

#[test]
fn every_span_of_a_small_picture_has_an_id_and_a_tooltip() {
    let sample = lab();
    let document = svg(&gantt(&sample.input(), &Style::default()));
    let parsed = roxmltree::Document::parse(&document).unwrap();
    let spans: Vec<_> = parsed
        .descendants()
        .filter(|node| node.attribute("id").is_some_and(|id| id.starts_with("span-")))
        .collect();
    assert_eq!(spans.len(), sample.spans.len());
    let ids: std::collections::BTreeSet<_> = spans.iter().filter_map(|node| node.attribute("id")).collect();
    assert_eq!(ids.len(), spans.len());
    let wait = spans.iter().find(|node| node.attribute("id") == Some("span-trainer-0")).unwrap();
    let tooltip = wait.descendants().find(|node| node.has_tag_name("title")).and_then(|node| node.text());
    let expected = "trainer: blocked on buffer to_trainer (get)\n0s – 3s (3s) (line 12)\ngranted by loader";
    assert_eq!(tooltip, Some(expected));
}

#[test]
fn text_keeps_to_the_width_of_the_terminal() {
    for (name, sample) in gallery().into_iter().chain([("forty", crowd("forty-workers", 40, 30, 40 * MS))]) {
        for (width, ascii) in [(60, true), (80, false), (133, false)] {
            let style = TextStyle { width, ascii, ..TextStyle::default() };
            let text = text_gantt(&sample.input(), &style);
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{name} in {width}: {line}");
                assert!(!ascii || line.is_ascii(), "{name}: {line}");
            }
        }
    }
}

#[test]
fn large_runs_stay_small_files() {
    for (name, sample) in extremes().into_iter().filter(|(name, _)| *name != "million") {
        let document = svg(&gantt(&sample.input(), &Style::default()));
        assert!(document.len() < 7_000_000, "{name}: {} bytes", document.len());
        assert_eq!(document, svg(&gantt(&sample.input(), &Style::default())), "{name} differs between runs");
    }
}

#[test]
fn a_png_is_made_without_system_fonts() {
    let pixels = png(&svg(&gantt(&lab().input(), &Style::default()))).unwrap();
    assert!(pixels.starts_with(b"\x89PNG"));
    assert_eq!(pixels[16..20], 1920u32.to_be_bytes());
}

/// Draws an input in every way there is.
fn draw_all(sample: &Sample) {
    let input = sample.input();
    let style = Style { width: 640.0, most_lanes: 5, most_levels: 2, ..Style::default() };
    let document = svg(&gantt(&input, &style));
    assert!(roxmltree::Document::parse(&document).is_ok());
    svg(&aligned(&[input.clone(), input.clone()], None, &style));
    let text = text_gantt(&input, &TextStyle { width: 0, most_lanes: 2, ..TextStyle::default() });
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn whatever_a_trace_says_is_drawn() {
    let mut random = Random(1);
    for round in 0..100 {
        let mut odd = deadlock();
        odd.process("odd \u{1b}[31m漢字 <&\"'>\n", 3).resource(
            "🚀",
            ResourceKind::Buffer,
            2,
            Some(round % 3),
        );
        odd.outcome =
            [odd.outcome.clone(), Outcome::Horizon, Outcome::Completed][random.below(3) as usize].clone();
        let far = [1, 1000, MS * 1000, Time::MAX.as_nanos() / 2][random.below(4) as usize];
        odd.end = at(random.below(far));
        for span in &mut odd.spans {
            span.start = at(random.below(far));
            span.end = at(random.below(far));
            span.op = OpId(random.below(1 << 33) as u32);
            span.process = ProcessId(random.below(9) as u32);
            span.granted_by = Some(ProcessId(random.below(12) as u32));
            span.activity = blocked(random.below(9) as u32, WaitFor::Put);
        }
        if random.below(2) == 0 {
            odd.spans.sort_by_key(|span| (span.process, span.start));
        }
        let resource = random.below(9) as u32;
        let steps =
            (0..random.below(3000)).map(|_| (at(random.below(far)), random.below(u64::MAX))).collect();
        odd.levels.push(series(resource, steps));
        odd.points.extend((0..40).map(|_| Point {
            time: at(random.below(far)),
            process: ProcessId(random.below(12) as u32),
            kind: PointKind::Mark,
            text: "]]>\u{0}".to_owned(),
        }));
        odd.finished = (0..random.below(9)).map(|_| Some(at(random.below(far)))).collect();
        draw_all(&odd);
    }
}

/// The lab with every time scaled to so many percent.
fn scaled(name: &str, percent: u64) -> Sample {
    let mut sample = lab();
    sample.header.scenario = name.to_owned();
    let scale = |time: Time| at(time.as_nanos() / 100 * percent);
    for span in &mut sample.spans {
        (span.start, span.end) = (scale(span.start), scale(span.end));
    }
    sample.points.clear();
    sample.end = scale(sample.end);
    sample.finished.iter_mut().flatten().for_each(|time| *time = scale(*time));
    sample
}

/// What the statistics would say.
fn bars(sample: &Sample) -> ScenarioBars {
    let input = sample.input();
    let process = |number: usize| {
        let mut sums = [0; 5];
        for span in sample.spans.iter().filter(|span| span.process.index() == number) {
            let kind = match span.activity {
                Activity::Running => 0,
                Activity::Ready { .. } => 4,
                Activity::Delayed => 1,
                Activity::New => 3,
                Activity::Blocked { .. } => 2,
            };
            sums[kind] += span.end.since(span.start);
        }
        ProcessBar {
            name: input.header.process_name(ProcessId(number as u32)),
            until: sample.finished[number].unwrap_or(sample.end),
            new: sums[3],
            running: sums[0],
            ready: sums[4],
            delayed: sums[1],
            blocked: sums[2],
        }
    };
    ScenarioBars {
        name: sample.header.scenario.clone(),
        total_time: sample.end,
        trouble: None,
        settings: Vec::new(),
        processes: (0..sample.header.process_count()).map(process).collect(),
    }
}

fn fault() -> Sample {
    let mut fault = lab();
    fault.outcome = Outcome::Fault(Fault {
        process: ProcessId(1),
        op: OpId(30),
        message: "index 15 is out of range: memory 'data1' has 15 slots".to_owned(),
        hint: "wrap the index, as in (i + 1) % capacity".to_owned(),
        kind: FaultKind::Rule,
    });
    fault.finished = vec![None, None, None];
    fault
}

fn horizon() -> Sample {
    let mut horizon = crowd("horizon", 5, 20, 50 * MS);
    horizon.outcome = Outcome::Horizon;
    horizon.end = at(horizon.end.as_nanos() * 4 / 5);
    horizon.finished = vec![None; 5];
    horizon.spans.retain(|span| span.start < horizon.end);
    horizon.spans.iter_mut().for_each(|span| span.end = span.end.min(horizon.end));
    horizon.levels.iter_mut().for_each(|series| series.steps.retain(|step| step.0 < horizon.end));
    horizon
}

/// A deadlock that leaves no span at all.
fn deadlock_at_once() -> Sample {
    let mut table = deadlock();
    table.spans.clear();
    table.end = Time::ZERO;
    table
}

fn many_marks() -> Sample {
    let mut marks = crowd("many-marks", 12, 4000, MS);
    for n in 0..20_000u64 {
        let kind = if n % 3 == 0 { PointKind::Log } else { PointKind::Mark };
        let time = at(marks.end.as_nanos() / 20_000 * n);
        let process = ProcessId((n * n % 12) as u32);
        marks.points.push(Point { time, process, kind, text: format!("point {n}") });
    }
    marks
}

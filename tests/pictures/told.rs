//! What a picture says of itself: it names what it shows, what it leaves out and
//! under which parameters, and explains only what can be seen.

use super::samples::*;
use resvg::usvg::roxmltree;
use std::collections::BTreeSet;
use tempolane::analysis::{HandOff, HandedOn, PathSpan, PathStep};
use tempolane::ids::{OpId, ProcessId, ResourceId};
use tempolane::render::*;
use tempolane::time::Time;
use tempolane::trace::{Activity, BlockedProcess, Deadlock, Outcome, ResourceKind, WaitFor};

fn drawn(input: &GanttInput<'_>) -> String {
    svg(&gantt(input, &Style::default()))
}

/// The texts of a picture.
fn texts(document: &str) -> Vec<String> {
    super::texts(document).1.into_iter().map(|(text, _)| text).collect()
}

fn point(time: Time, kind: PointKind) -> Point {
    Point { time, process: ProcessId(0), kind, text: "there".to_owned() }
}

fn settings(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn different_names_of_a_picture_stay_different() {
    let mut sample = Sample::new("names");
    for number in 0..30 {
        let name = format!("the_worker_with_a_long_name_number_{number:02}_in_the_middle_of_it");
        sample.process(&name, 0);
    }
    for (number, part) in ["first", "other"].into_iter().enumerate() {
        let name = format!("the_queue_in_front_of_the_{part}_stage_of_the_plant");
        sample.resource(&name, ResourceKind::Buffer, 0, Some(3));
        let wait = blocked(number as u32, WaitFor::Get);
        sample.then(number as u32, wait, 200 * MS).then(number as u32, Activity::Delayed, 600 * MS);
    }
    let sample = sample.completed();
    let shown = texts(&drawn(&sample.input()));
    // The queues have no digits in their names.
    let short = shown.iter().filter(|text| text.contains('…'));
    let (names, waits): (Vec<&String>, Vec<&String>) =
        short.partition(|text| text.contains(|letter: char| letter.is_ascii_digit()));
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 30, "{names:?}");
    assert_eq!(waits.iter().collect::<BTreeSet<_>>().len(), 2, "{waits:?}");
    let text = text_gantt(&sample.input(), &TextStyle::default());
    let names: BTreeSet<&str> = text.lines().filter_map(|line| line.split(" │").next()).collect();
    assert!(names.len() >= 30, "{text}");
    let chart = total_time_chart(&[super::bars(&sample)], None, 640.0).unwrap();
    let names: BTreeSet<String> = texts(&chart).into_iter().filter(|text| text.contains('…')).collect();
    assert_eq!(names.len(), 8, "of thirty those that are shown: {names:?}");
}

#[test]
fn scenarios_that_differ_at_their_ends_stay_different() {
    let name = |end: &str| format!("{}-{end}", "a-scenario-with-a-very-long-name".repeat(3));
    let samples = ["one", "two"].map(|end| {
        let mut sample = lab();
        sample.header.scenario = name(end);
        sample
    });
    let inputs: Vec<GanttInput<'_>> = samples.iter().map(Sample::input).collect();
    let bars: Vec<ScenarioBars> = samples.iter().map(super::bars).collect();
    for document in
        [svg(&aligned(&inputs, None, &Style::default())), total_time_chart(&bars, None, 640.0).unwrap()]
    {
        let shown = texts(&document);
        for end in ["-one", "-two"] {
            let found = shown.iter().filter(|text| text.starts_with("a-scenario") && text.ends_with(end));
            assert_eq!(found.count(), 1, "{shown:?}");
        }
    }
}

/// What stands under the title is told in more lines where it is too long for one.
#[test]
fn what_stands_under_the_title_of_a_comparison_is_not_cut() {
    let samples = ["first", "second"].map(|name| {
        let mut sample = lab();
        sample.header.scenario =
            format!("{name} of two scenarios with names that are rather long, with {name} at the end");
        sample
    });
    let inputs: Vec<GanttInput<'_>> = samples.iter().map(Sample::input).collect();
    let shown = texts(&svg(&aligned(&inputs, None, &Style::default()))).join(" ");
    let told = format!("speed-up against {} · dashed lines mark the total times", inputs[0].title);
    assert!(shown.contains(&told), "{shown}");
}

#[test]
fn the_parameters_that_were_set_are_told() {
    let sample = lab();
    let (set, other) = (settings(&[("items", "30"), ("n", "3")]), settings(&[("items", "40"), ("n", "3")]));
    let input = GanttInput { settings: &set, ..sample.input() };
    assert!(texts(&drawn(&input)).iter().any(|text| text.ends_with("processes · items=30, n=3")));
    // Of several runs those that are the same for all.
    let inputs = [input, GanttInput { settings: &other, ..sample.input() }];
    let shown = texts(&svg(&aligned(&inputs, None, &Style::default())));
    assert!(shown.iter().any(|text| text.ends_with(" · n=3")), "{shown:?}");
    let bars = [set, other].map(|settings| ScenarioBars { settings, ..super::bars(&sample) });
    let shown = texts(&total_time_chart(&bars, None, 640.0).unwrap());
    assert!(shown.contains(&"n=3".to_owned()), "{shown:?}");
    // Where there is no room beside the rest, they have a line of their own.
    let long = settings(&[("the_number_of_items_that_the_loader_loads", "123456789"), ("n", "3")]);
    let shown = texts(&drawn(&GanttInput { settings: &long, ..sample.input() }));
    let line = "the_number_of_items_that_the_loader_loads=123456789, n=3";
    assert!(shown.contains(&line.to_owned()), "{shown:?}");
}

#[test]
fn an_untimed_schedule_is_called_one() {
    let sample = deadlock();
    let untimed = GanttInput { untimed: true, ..sample.input() };
    assert!(texts(&drawn(&untimed)).iter().any(|text| text.starts_with("untimed schedule · deadlock at")));
    assert!(text_gantt(&untimed, &TextStyle::default()).contains(": untimed schedule, deadlock at"));
    assert!(!drawn(&sample.input()).contains("untimed"));
}

#[test]
fn a_picture_of_too_many_processes_says_so_under_its_title() {
    let mut sample = Sample::new("many");
    sample.process("w", 400).then(0, Activity::Running, MS);
    let shown = texts(&drawn(&sample.completed().input()));
    assert!(
        shown.iter().any(|text| text.ends_with("400 processes, the first 240 of them shown")),
        "{shown:?}"
    );
}

#[test]
fn waiting_at_a_condition_is_no_notify() {
    let mut sample = Sample::new("condition");
    sample.process("p", 0).resource("ready", ResourceKind::Condition, 0, None);
    sample.then(0, blocked(0, WaitFor::Notify), 100 * MS);
    sample.outcome = Outcome::Deadlock(Deadlock {
        blocked: vec![BlockedProcess {
            process: ProcessId(0),
            op: OpId(0),
            resource: ResourceId(0),
            wait_for: WaitFor::Notify,
            holder: None,
            givers: Vec::new(),
            standing: None,
        }],
        cycle: Vec::new(),
    });
    sample.end = at(100 * MS);
    let shown = texts(&drawn(&sample.input()));
    assert!(
        shown.contains(&"wait ready".to_owned()) && shown.contains(&"waits: ready".to_owned()),
        "{shown:?}"
    );
    assert!(!shown.iter().any(|text| text.contains("notify ready")), "{shown:?}");
}

/// One at the very end, which the post hides, and one that is really drawn wider.
#[test]
fn only_what_is_seen_wider_than_true_is_counted() {
    let mut sample = Sample::new("narrow");
    sample.process("p", 0);
    for activity in [Activity::Delayed, Activity::Running, Activity::Delayed, Activity::Running] {
        let length = if activity == Activity::Running { MS / 10 } else { 1000 * MS };
        sample.then(0, activity, length);
    }
    let document = drawn(&sample.completed().input());
    assert!(
        document.contains("1 span is narrower than half a pixel and drawn wider than true"),
        "{document}"
    );
}

/// Of the same marks, wherever they lie on the axis.
#[test]
fn equal_marks_are_merged_equally() {
    let signs = |offset: u64| {
        let mut sample = Sample::new("marks");
        sample.process("p", 0).then(0, Activity::Running, 1000 * MS);
        let offsets = [0, 7, 13, 40, 46, 90, 97, 104, 300].map(|time| time * MS + offset);
        sample.points = offsets.map(|time| point(at(time), PointKind::Mark)).to_vec();
        drawn(&sample.completed().input()).matches("class=\"mark\"").count()
    };
    let first = signs(0);
    for offset in 1..30 {
        assert_eq!(signs(offset * MS), first, "{offset}");
    }
}

/// The post at the end of a process is narrower than the sign.
#[test]
fn a_log_line_at_the_end_can_be_seen() {
    let mut sample = Sample::new("log");
    sample.process("p", 0).then(0, Activity::Running, 1000 * MS);
    sample.points = vec![point(at(1000 * MS), PointKind::Log)];
    let document = drawn(&sample.completed().input());
    let sign = document.split("class=\"log\"").nth(1).expect("it is drawn");
    let points = sign.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a shape");
    let across: Vec<f64> =
        points.split(' ').map(|pair| pair.split(',').next().unwrap().parse().unwrap()).collect();
    let width =
        across.iter().copied().fold(f64::MIN, f64::max) - across.iter().copied().fold(f64::MAX, f64::min);
    assert!(width >= 3.0, "{points}");
}

/// Of two runs that end at 30 s the one that is done just before that, whatever
/// its label would cross: the line of the total time, or the one of the horizon.
#[test]
fn no_line_runs_through_a_finish_time() {
    for done in (20_000..30_000).step_by(250) {
        let mut sample = Sample::new("late");
        sample.process("p", 0).process("q", 0);
        sample.then(0, Activity::Running, done * MS).then(1, Activity::Running, 30_000 * MS);
        let sample = sample.completed();
        let stopped = GanttInput { outcome: &Outcome::Horizon, ..sample.input() };
        let total = [sample.input(), sample.input()];
        for document in [drawn(&stopped), svg(&aligned(&total, None, &Style::default()))] {
            let parsed = roxmltree::Document::parse(&document).unwrap();
            let lines = parsed.descendants().filter(|node| {
                node.has_tag_name("line")
                    && node.attribute("stroke-dasharray").is_some()
                    && node.attribute("x1") == node.attribute("x2")
            });
            let lines: Vec<f32> = lines.map(|line| line.attribute("x1").unwrap().parse().unwrap()).collect();
            assert!(!lines.is_empty());
            for (said, area) in super::texts(&document).1.iter().filter(|(text, _)| text.starts_with("2")) {
                let crossed = lines.iter().any(|&x| area.left() < x && x < area.right() + 3.0);
                assert!(!crossed, "{said} at {area:?}, with lines at {lines:?}");
            }
        }
    }
}

/// The critical path lies under the lanes that it is in, as long as its spans are, with an
/// arrow where it changes lanes; what is in no lane is counted.
#[test]
fn the_critical_path_is_drawn_between_the_lanes() {
    let mut sample = Sample::new("path");
    sample.process("first", 0).process("second", 0);
    sample.then(0, Activity::Delayed, 400 * MS);
    sample.then(1, blocked(0, WaitFor::Acquire), 400 * MS).then(1, Activity::Running, 600 * MS);
    sample.resource("lock", ResourceKind::Mutex, 0, Some(1));
    let sample = sample.completed();
    let span = |process, start, end, activity| {
        let (start, end) = (at(start * MS), at(end * MS));
        PathStep::Span(PathSpan {
            process: ProcessId(process),
            start,
            end,
            activity: Some(activity),
            op: OpId(0),
        })
    };
    let what = HandedOn::Resource(ResourceId(0), WaitFor::Acquire);
    let (from, to, op) = (ProcessId(0), ProcessId(1), OpId(0));
    let hand_off = HandOff { time: at(400 * MS), from, from_op: op, to, to_op: op, what };
    let path = [
        span(0, 0, 400, Activity::Delayed),
        PathStep::HandOff(hand_off),
        span(1, 400, 1000, Activity::Running),
    ];
    let input = GanttInput { path: &path, ..sample.input() };
    let document = drawn(&input);
    assert!(texts(&document).contains(&"critical path".to_owned()));
    assert!(document.contains("first let second go on"), "{document}");
    assert!(!texts(&drawn(&sample.input())).contains(&"critical path".to_owned()));
    let lines = gantt(&input, &Style::default()).shapes;
    let is_wide = |shape: &&Shape| matches!(shape, Shape::Line { stroke, .. } if stroke.width == 2.2);
    let lines: Vec<(f64, f64)> = lines
        .iter()
        .filter(is_wide)
        .filter_map(|shape| match shape {
            Shape::Line { from, to, .. } => Some((from.0, to.0)),
            _ => None,
        })
        .collect();
    // Two in the lanes, one in the legend.
    let [first, second, _] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(first.1, second.0);
    assert!(((second.1 - second.0) / (first.1 - first.0) - 1.5).abs() < 0.01, "{lines:?}");
    let style = Style { most_lanes: 1, ..Style::default() };
    let few = svg(&gantt(&input, &style));
    assert!(texts(&few).iter().any(|text| text.contains("1 span of the critical path")), "{few}");
}

//! Pictures of a part of a run, in other colours and sizes.

use crate::samples::*;
use crate::{extremes, gallery, texts, texts_stand_apart};
use tempolane::ids::{OpId, ProcessId};
use tempolane::render::*;
use tempolane::time::Time;
use tempolane::trace::Activity;

/// The middle third of a run.
fn middle(sample: &Sample) -> Window {
    let third = sample.end.as_nanos() / 3;
    Window { from: at(third), to: Some(at(2 * third + 1)) }
}

#[test]
fn texts_stand_apart_whatever_is_wished() {
    for (name, sample) in gallery() {
        let all: Vec<ProcessId> = (0..sample.header.process_count() as u32).rev().map(ProcessId).collect();
        let narrow = Style { width: 400.0, ..Style::default() };
        let windowed = Style { window: middle(&sample), ..Style::default() };
        let by_process = Style { colour_by: Some(ColourBy::Process), ..windowed };
        let by_resource = Style { width: 900.0, colour_by: Some(ColourBy::Resource), ..Style::default() };
        for style in [narrow, windowed, by_process, by_resource] {
            let lanes = &all[..all.len().div_ceil(2)];
            for input in [sample.input(), GanttInput { lanes, ..sample.input() }] {
                let document = svg(&gantt(&input, &style));
                texts_stand_apart(name, &document);
                // In other colours it says the same, and is well formed.
                for theme in [Theme::Dark, Theme::Print] {
                    let said = |document: &str| {
                        texts(document).1.into_iter().map(|(text, _)| text).collect::<Vec<_>>()
                    };
                    assert_eq!(said(&restyled(&document, theme, 10)), said(&document), "{name}");
                }
            }
        }
    }
}

/// Whatever the run is, there is a picture of any part of it in every format, or a reason
/// why not.
#[test]
fn any_part_of_any_run_is_drawn() {
    for (name, sample) in gallery().into_iter().chain(extremes()) {
        let end = sample.end.as_nanos();
        for (from, to) in [(0, 0), (end / 2, end / 2 + 1), (end, end + 7), (end / 3, u64::MAX / 4)] {
            let window = Window { from: at(from), to: Some(at(to)) };
            let style = Style { window, ..Style::default() };
            let document = svg(&gantt(&sample.input(), &style));
            let text = text_gantt(&sample.input(), &TextStyle { window, ..TextStyle::default() });
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{name}\n{text}");
            assert!(pdf(&document).is_ok(), "{name}");
            assert!(matches!(tikz(&document), Ok(_) | Err(RenderError::TooMuch(_))), "{name}");
            assert!(
                mermaid(&sample.input(), window).is_ok_and(|chart| chart.lines().count() < 2_500)
                    || sample.spans.len() > MOST_TASKS
            );
        }
    }
}

/// In whatever part the axis is cut: the parts of a bar are as long as the time of it in
/// the window.
#[test]
fn a_window_is_to_scale() {
    let mut sample = Sample::new("window");
    sample.process("p", 0).then(0, Activity::Running, 10_000 * MS).then(0, Activity::Delayed, 30_000 * MS);
    let sample = sample.completed();
    let window = Window { from: Time::from_secs(5), to: Some(Time::from_secs(30)) };
    let document = svg(&gantt(&sample.input(), &Style { window, ..Style::default() }));
    let parsed = resvg::usvg::roxmltree::Document::parse(&document).expect("it is XML");
    let width = |id: &str| -> f64 {
        let rect = parsed.descendants().find(|node| node.attribute("id") == Some(id)).expect("it is drawn");
        rect.attribute("width").and_then(|width| width.parse().ok()).expect("a number")
    };
    // 5 s of the work and 20 s of the delay, each less a hairline at both ends.
    let (work, delay) = (width("span-p-0") + 0.8, width("span-p-1") + 0.8);
    assert!((delay / work - 4.0).abs() < 0.02, "{work} {delay}");
    assert!(!document.contains("p: done at"), "the end is not in it");
}

/// Ten names for eight colours: the two that took least share one.
#[test]
fn the_longest_activities_have_colours_of_their_own() {
    let mut sample = Sample::new("activities");
    sample.process("p", 0);
    for step in 0..10 {
        sample.then(0, Activity::Delayed, (step + 10) * 1_000 * MS);
        sample.spans.last_mut().expect("one was added").op = OpId(step as u32);
    }
    sample.header.labels = (0..10).map(|step| (OpId(step), format!("step {step}"))).collect();
    let sample = sample.completed();
    let (_, shown) = texts(&svg(&gantt(&sample.input(), &Style::default())));
    let legend: Vec<&str> =
        shown.iter().map(|(text, _)| text.as_str()).filter(|text| !text.contains("s ")).collect();
    for step in 2..10 {
        assert!(legend.contains(&format!("step {step}").as_str()), "{legend:?}");
    }
    assert!(legend.contains(&"other activities"), "{legend:?}");
}

//! A scenario that is run again by a page, in the browser of its reader.
//!
//! Decides what a page asks of the engine and what it gets: the data of a page of one run,
//! with the values that the reader chose. What a page does with it is decided by
//! [`crate::render`].

use crate::analysis::{PathEnd, StatisticsSink};
use crate::backend::{compile, virtual_time};
use crate::look::ColourBy;
use crate::render::{GanttInput, LivePage, LiveParameter, PageRun, Timeline, Window, page_data};
use crate::scenario::{LoadedScenario, load_str};
use crate::trace::{EventChunks, RecordingSink, TraceHash, shell_word};
use crate::value::Value;
use serde::Deserialize;
use std::ops::ControlFlow;

/// How many steps a run has at most: the page waits for it.
const MOST_STEPS: u64 = 20_000_000;

/// How many events it is drawn from.
const MOST_EVENTS: usize = 1_000_000;

/// What a page asks.
#[derive(Debug, Clone, Deserialize)]
pub struct LiveRequest {
    /// What the run is called.
    pub label: String,
    /// The file that the scenario is from.
    pub file: String,
    /// The text of the scenario.
    pub text: String,
    /// Parameters that are set: name and value, as behind `--set`.
    pub settings: Vec<(String, String)>,
    /// The seed of the run, in decimal digits.
    pub seed: String,
    /// What the colours tell, as `--colour-by` calls it.
    pub colour_by: Option<String>,
}

/// Answers a page that asks in JSON (a [`LiveRequest`]).
///
/// # Errors
/// What the reader is told, if the scenario cannot be run so or is too long for a page.
pub fn answer(request: &[u8]) -> Result<Vec<u8>, String> {
    run(&serde_json::from_slice(request).map_err(|error| error.to_string())?)
}

/// Runs a scenario, and gives what a page of that run carries (see [`page_data`]).
///
/// # Errors
/// As [`answer`].
pub fn run(request: &LiveRequest) -> Result<Vec<u8>, String> {
    let seed: u64 = request.seed.trim().parse().map_err(|_| "a seed is a whole number".to_owned())?;
    let loaded =
        load_str(&request.file, &request.text, &request.settings).map_err(|error| error.to_string())?;
    let program =
        compile(&loaded.model).bind(&loaded.model, &loaded.params).map_err(|error| error.message)?;
    let header = program.header(seed);
    let recording = RecordingSink::with_cap(MOST_EVENTS);
    let mut sinks = (EventChunks::new((TraceHash::new(), StatisticsSink::new(&header))), recording);
    let mut control = |reached: virtual_time::RunProgress| match reached.steps {
        steps if steps > MOST_STEPS => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let (end, _) = virtual_time::run(&program, seed, &mut sinks, &mut control).map_err(|reached| {
        format!("the run has more than {MOST_STEPS} steps, of which the last was at {}", reached.0.now)
    })?;
    let (chunks, recording) = sinks;
    let (hash, statistics) = chunks.finish();
    if recording.left_out() > 0 {
        return Err(format!("the run has more than {MOST_EVENTS} events, which are too many for a page"));
    }
    let fingerprint = hash.finish(end.outcome.name(), end.end);
    let statistics = statistics.finish(end.end);
    let trace = recording.finish(header, end.outcome, end.end);
    let path = trace.critical_path(PathEnd::TotalTime).map_or_else(Vec::new, |path| path.steps);
    let timeline = Timeline::new(&trace);
    let set = |(name, value): &(String, String)| format!(" --set {}", shell_word(&format!("{name}={value}")));
    let settings: String = request.settings.iter().map(set).collect();
    let file = shell_word(&request.file);
    let facts = vec![
        ("version", trace.header.version.clone()),
        ("seed", seed.to_string()),
        ("events", statistics.events.to_string()),
        ("fingerprint", fingerprint),
        ("to see it again", format!("tempolane run {file}{settings} --seed {seed}")),
    ];
    let input =
        GanttInput { path: &path, settings: &request.settings, ..timeline.input(request.label.clone()) };
    let run = PageRun {
        timeline: input,
        window: Window::default(),
        statistics: Some(&statistics),
        file: &request.file,
        source: &request.text,
        facts,
        trace: Some(&trace),
    };
    let colour_by = request.colour_by.as_deref().and_then(ColourBy::named);
    Ok(page_data(&request.label, &[run], colour_by, None))
}

/// What a page is told that runs `loaded` again; `settings` are the parameters that were set.
///
/// # Errors
/// Why a page cannot: it has nothing but the text of the scenario.
pub fn live_page(
    label: &str,
    loaded: &LoadedScenario,
    settings: &[(String, String)],
    seed: u64,
    colour_by: Option<ColourBy>,
) -> Result<LivePage, String> {
    if let Some(table) = loaded.model.tables.first() {
        return Err(format!("it draws from a table ({}), which a page does not have", table.file));
    }
    let parameter = |(param, value): (&crate::scenario::Param, &Value)| LiveParameter {
        name: param.name.clone(),
        ty: param.ty.name(),
        value: value.to_string(),
        number: number(*value),
        set: settings.iter().any(|(name, _)| *name == param.name),
    };
    Ok(LivePage {
        label: label.to_owned(),
        file: loaded.source.label.clone(),
        text: loaded.source.text.clone(),
        seed: seed.to_string(),
        colour_by: colour_by.map(ColourBy::name),
        parameters: loaded.model.params.iter().zip(&loaded.params).map(parameter).collect(),
    })
}

fn number(value: Value) -> f64 {
    match value {
        Value::Int(number) | Value::Duration(number) => number as f64,
        Value::Float(number) => number,
        Value::Bool(flag) => f64::from(u8::from(flag)),
    }
}

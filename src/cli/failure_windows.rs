//! Failure windows: the timeline in letters around the moments at which
//! expectations failed.
//!
//! Decides where the spans around a moment come from: from the events that were
//! kept, or, if the run was longer, from running it once more.

use super::failure::Failure;
use super::inputs::Loaded;
use super::report::Finished;
use super::{console, interrupt};
use crate::analysis::Moment;
use crate::backend::virtual_time::Simulation;
use crate::render::{GanttInput, TextStyle, text_window};
use crate::time::Time;
use crate::trace::{DynSink, Event, Excerpt, Header, Sink};
use crate::value::Word;
use std::ops::ControlFlow;

/// How many moments of one run are drawn.
const MOST_WINDOWS: usize = 3;

/// Draws the moments of the first failed expectations; keeps each picture
/// beside its failure, once if several share a moment. If the events were not
/// kept, `loaded` is run once more; without it nothing is drawn then.
///
/// # Errors
/// If the user stops it.
pub fn draw(loaded: Option<&Loaded>, finished: &mut Finished) -> Result<(), Failure> {
    let mut times: Vec<Time> = Vec::new();
    let mut places = Vec::new();
    for (place, failed) in finished.failed.iter().enumerate() {
        if let Some(Moment { time, .. }) = failed.seen
            && times.len() < MOST_WINDOWS
            && !times.contains(&time)
        {
            times.push(time);
            places.push(place);
        }
    }
    if times.is_empty() {
        return Ok(());
    }
    let of_moment = |&time: &Time| Excerpt::new(time, &finished.header);
    let mut excerpts = Excerpts(times.iter().map(of_moment).collect());
    match (&finished.trace, loaded) {
        (Some(trace), _) if trace.end == finished.end => trace.replay(&mut excerpts),
        (_, Some(loaded)) => run_again(loaded, &finished.header, &mut excerpts)?,
        (_, None) => return Ok(()),
    }
    let style = TextStyle { width: console::width(), colour: true, ..TextStyle::default() };
    finished.windows = vec![String::new(); finished.failed.len()];
    for ((excerpt, place), time) in excerpts.0.into_iter().zip(places).zip(times) {
        let spans = excerpt.finish(finished.end);
        let input = GanttInput {
            title: String::new(),
            header: &finished.header,
            spans: &spans,
            rounds: &[],
            levels: &[],
            holdings: &[],
            points: &[],
            points_left_out: 0,
            broken: &[],
            path: &[],
            finished: &[],
            outcome: &finished.outcome,
            end: finished.end,
            cut: None,
            settings: &[],
            untimed: false,
            lanes: &[],
            inks: None,
        };
        finished.windows[place] = text_window(&input, time, &style);
    }
    Ok(())
}

fn run_again(loaded: &Loaded, header: &Header, excerpts: &mut Excerpts) -> Result<(), Failure> {
    let program = loaded.program()?;
    let mut control = |_| match interrupt::requested() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    // That it was stopped is found out right after.
    let mut simulation = Simulation::with_ties(&program, header.seed, header.replication, header.ties);
    let _ = simulation.run(&mut DynSink::new(excerpts), &mut control);
    interrupt::check()
}

struct Excerpts(Vec<Excerpt>);

impl Sink for Excerpts {
    fn event(&mut self, event: &Event, args: &[Word]) {
        for excerpt in &mut self.0 {
            excerpt.event(event, args);
        }
    }
}

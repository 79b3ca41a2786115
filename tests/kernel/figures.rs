//! The figures of a run, which it feeds in chunks of events, are those of its trace, event by event.

use crate::common::scenarios;
use std::ops::ControlFlow;
use tempolane::analysis::StatisticsSink;
use tempolane::backend::compile;
use tempolane::backend::virtual_time::Simulation;
use tempolane::scenario::load_str;
use tempolane::trace::{EventChunks, RecordingSink, Sketch, TraceHash};

/// Fewer than some scenarios have processes.
const LANES: usize = 3;

/// Longer ones would take their time, and bring nothing new.
const STEPS: u64 = 300_000;

#[test]
fn figures_of_a_run_are_those_of_its_trace() {
    let mut compared = 0;
    for (path, text) in scenarios() {
        let loaded = load_str(&crate::common::label(&path), &text, &[]).expect("the library is valid");
        let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("it can be bound");
        let header = program.header(program.seed);
        let statistics = || StatisticsSink::new(&header).with_sketch(Some(Sketch::new(&header, LANES)));
        let chunks = EventChunks::new((TraceHash::new(), statistics()));
        let mut sink = (chunks, RecordingSink::with_cap(usize::MAX));
        let mut simulation = Simulation::new(&program, program.seed, 0);
        let mut control = |reached: tempolane::backend::virtual_time::RunProgress| match reached.steps > STEPS
        {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let Ok(run) = simulation.run(&mut sink, &mut control) else { continue };
        let (chunks, recording) = sink;
        let (hash, counted) = chunks.finish();
        let fingerprint = hash.finish(run.outcome.name(), run.end);
        let mut by_event = statistics();
        let trace = recording.finish(header.clone(), run.outcome, run.end);
        trace.replay(&mut by_event);
        assert!(counted.finish_sketched(run.end) == by_event.finish_sketched(run.end), "{path}");
        assert_eq!(fingerprint, trace.fingerprint(), "{path}");
        compared += 1;
    }
    assert!(compared > 50, "{compared} scenarios were short enough");
}

//! The figures of a run, which the kernel feeds in a way of their own, are those of its trace.

use crate::common::scenarios;
use std::ops::ControlFlow;
use tempolane::analysis::StatisticsSink;
use tempolane::backend::compile;
use tempolane::backend::virtual_time::Simulation;
use tempolane::scenario::load_str;
use tempolane::trace::RecordingSink;

/// Longer ones would take their time, and bring nothing new.
const STEPS: u64 = 300_000;

#[test]
fn figures_of_a_run_are_those_of_its_trace() {
    let mut compared = 0;
    for (path, text) in scenarios() {
        let loaded = load_str(&crate::common::label(&path), &text, &[]).expect("the library is valid");
        let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("it can be bound");
        let header = program.header(program.seed);
        let mut sink = (StatisticsSink::new(&header), RecordingSink::with_cap(usize::MAX));
        let mut simulation = Simulation::new(&program, program.seed, 0);
        let mut control = |reached: tempolane::backend::virtual_time::RunProgress| match reached.steps > STEPS
        {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let Ok(run) = simulation.run(&mut sink, &mut control) else { continue };
        let (statistics, recording) = sink;
        let trace = recording.finish(header, run.outcome, run.end);
        assert!(statistics.finish(run.end) == trace.statistics(), "{path}");
        compared += 1;
    }
    assert!(compared > 50, "{compared} scenarios were short enough");
}

//! What a scenario measures, against the closed forms of M/M/1 (Kleinrock, Queueing
//! Systems I, 1975, chapter 3) and numbers worked out by hand.

use crate::common::program;
use std::ops::ControlFlow;
use tempolane::analysis::{FigureCollector, FigureRequest, FigureValue, StatisticsSink};
use tempolane::backend::virtual_time::Simulation;
use tempolane::trace::Ties;

/// One server at load 0.5, service of mean 1 s, measured from 500 s to 5,000 s.
const MM1: &str = "
version: 1
horizon: 5000s
warm_up: 500s
resources: {server: {kind: semaphore, permits: 1}}
processes:
  customer:
    arrivals: {every: {exponential: {mean: 2s}}}
    do:
      - mark: arrived
      - with: server
        do: [{delay: {exponential: {mean: 1s}}}]
      - mark: served
measures:
  response: {from: arrived, to: served}
  line: {level: waiting(server)}
  present: {level: waiting(server) + 1 - server, at_least: 1}
  throughput: {rate: served, per: 10s}
";

/// The figures of a run, by their paths.
fn figures(text: &str, replication: u64, paths: &[&str]) -> Vec<Option<f64>> {
    let program = program(text, &[]);
    let header = program.header(program.seed);
    let read = |path: &&str| FigureRequest::read(path, &header).expect("it is a figure");
    let mut collector = FigureCollector::new(paths.iter().map(read).collect(), &header);
    let mut sink = StatisticsSink::new(&header);
    let mut simulation = Simulation::with_ties(&program, program.seed, replication, Ties::Fifo);
    let end = simulation.run(&mut sink, &mut |_| ControlFlow::Continue(())).expect("not interrupted");
    let statistics = sink.finish(end.end);
    collector.check(&header).expect("every path leads to a number");
    collector
        .numbers(&header, &statistics)
        .into_iter()
        .map(|number| number.map(FigureValue::as_f64))
        .collect()
}

/// Each closed form lies within the 99% interval of 30 independent runs.
#[test]
fn one_server_at_half_load() {
    const RUNS: usize = 30;
    /// Of Student's distribution with 29 degrees of freedom.
    const T: f64 = 2.756;
    let ln20 = libm::log(20.0);
    let expected = [
        ("measures.response.mean", 2e9),
        ("measures.response.deviation", 2e9),
        ("measures.response.p50", 2e9 * libm::log(2.0)),
        ("measures.response.p95", 2e9 * ln20),
        ("measures.response.arrival_rate", 0.5),
        ("measures.response.departure_rate", 0.5),
        ("measures.response.in_system", 1.0),
        ("measures.response.little", 1.0),
        ("measures.line.mean", 0.5),
        ("measures.present.mean", 1.0),
        ("measures.present.share", 0.5),
        ("measures.throughput.rate", 5.0),
    ];
    let paths = expected.map(|(path, _)| path);
    let runs: Vec<_> = (0..RUNS as u64).map(|replication| figures(MM1, replication, &paths)).collect();
    for (place, (path, exact)) in expected.into_iter().enumerate() {
        let found: Vec<f64> = runs.iter().map(|run| run[place].expect("every run has it")).collect();
        let mean = found.iter().sum::<f64>() / RUNS as f64;
        let squares = found.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>();
        let half_width = T * (squares / (RUNS * (RUNS - 1)) as f64).sqrt();
        assert!((mean - exact).abs() <= half_width, "{path}: {mean} ± {half_width}, not {exact}");
        assert!(half_width < 0.06 * exact, "{path}: {mean} ± {half_width} says little");
    }
    // Two ways to count who is there.
    for run in &runs {
        let (by_marks, by_levels) = (run[6].expect("there is one"), run[9].expect("there is one"));
        assert!((by_marks - by_levels).abs() < 1e-9, "{by_marks} and {by_levels}");
    }
}

/// Parameters reach every number of a measure, and what is not there is no number.
#[test]
fn parameters_reach_measures() {
    // Passed at 1 s, 2 s … 10 s; two items come in each second, and one is taken.
    let text = "
version: 1
params: {skip: 3s, minute: 60s, few: 4}
warm_up: skip
resources: {line: {kind: buffer, capacity: unbounded, count: 2}}
processes:
  maker:
    do:
      - repeat: 10
        do:
          - delay: 1s
          - put: \"line[0]\"
          - put: \"line[1]\"
          - get: \"line[1]\"
          - mark: made
measures:
  all: {level: \"line[*]\", at_most: few}
  first: {level: \"few - 2 * line[0]\", warm_up: 0s}
  rate: {rate: made, per: minute}
  count: {count: made, warm_up: skip * 2}
  none: {from: never, to: made}
  between: {from: made, to: made}
";
    let text = text
        .replace("- mark: made", "- mark: made\n          - if: few < 0\n            do: [{mark: never}]");
    let found = figures(
        &text,
        0,
        &[
            "measures.all.mean",
            "measures.all.share",
            "measures.first.largest",
            "measures.first.mean",
            "measures.rate.rate",
            "measures.count.count",
            "measures.none.mean",
            "measures.none.unmatched",
            "measures.between.mean",
            "measures.between.count",
        ],
    );
    let expected = [
        // From 3 s to 10 s there are 3, 4 … 9 of them.
        Some(6.0),
        Some(2.0 / 7.0),
        Some(4.0),
        // 4 - 2 · (0 + 1 + … + 9) / 10
        Some(-5.0),
        // 8 in 7 s.
        Some(8.0 * 60.0 / 7.0),
        Some(5.0),
        None,
        Some(8.0),
        Some(1e9),
        Some(7.0),
    ];
    assert_eq!(found, expected);
}

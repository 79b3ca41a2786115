//! Parameters fitted to measurements: against answers by hand, and as often within their
//! intervals as those say.

use crate::common::library;
use crate::room::Room;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::json;
use std::fs;
use tempolane::scenario::{LoadedScenario, load_str};
use tempolane::sweep::{
    Calibrated, CalibrationModel, CalibrationRuns, DataColumn, FitParameter, Measurements, calibrate,
};

/// It takes start + n each.
const LINE: &str = "
version: 1
name: line
params:
  n: 1
  start: 1s  # to be fitted
  each: 1s
  unused: 3
processes: {p: {do: [{delay: start}, {repeat: n, do: [{delay: each}]}]}}
";

/// It takes start + work * (serial + (1 - serial) / workers).
const AMDAHL: &str = "
version: 1
name: amdahl
params: {workers: 1, start: 1500ms, serial: 0.5, work: 20s}
processes: {p: {do: [{delay: start}, {delay: work * serial}, {delay: work * ((1.0 - serial) / workers)}]}}
";

/// Twenty random times of this mean, one after the other.
const RANDOM: &str = "
version: 1
name: random
params: {mean: 1s}
processes: {p: {do: [{repeat: 20, do: [{delay: {exponential: {mean: mean}}}]}]}}
";

/// What a table says in these lines.
fn table(rows: &[String]) -> (Vec<DataColumn>, Vec<u64>) {
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
    let column = |place: usize| DataColumn {
        name: cells[0][place].to_owned(),
        cells: cells[1..].iter().map(|row| row[place].to_owned()).collect(),
    };
    ((0..cells[0].len()).map(column).collect(), (2..=rows.len() as u64).collect())
}

fn loaded(text: &str) -> LoadedScenario {
    load_str("s", text, &[]).expect("it is valid")
}

/// Fits the parameters of a scenario to a table.
fn fit(scenario: &LoadedScenario, rows: &[String], parameters: &[&str], error: Option<f64>) -> Calibrated {
    let (columns, lines) = table(rows);
    let measurements = Measurements::read(scenario, &columns, &lines).expect("a table");
    let parameters: Vec<FitParameter> =
        parameters.iter().map(|text| FitParameter::read(scenario, text).expect("a range")).collect();
    let runs = CalibrationRuns {
        scenario,
        settings: &[],
        measurements: &measurements,
        parameters: &parameters,
        error,
        replications: 40,
        seed: 1,
        workers: 1,
        stop: &|| false,
    };
    let mut tell = |_| ();
    let mut model = CalibrationModel::new(runs, &mut tell).expect("it can be run");
    calibrate(&mut model).expect("nobody stops it")
}

/// Numbers of a standard normal distribution (Box and Muller).
struct Noise(ChaCha8Rng);

impl Noise {
    fn new(seed: u64) -> Noise {
        Noise(ChaCha8Rng::seed_from_u64(seed))
    }

    fn next(&mut self) -> f64 {
        let mut unit = || ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        let (radius, angle) = (unit(), unit());
        (-2.0 * libm::log(radius)).sqrt() * libm::cos(std::f64::consts::TAU * angle)
    }
}

/// By parameter, whether its interval has the true value in it; times in nanoseconds.
fn covers(found: &Calibrated, truth: &[f64]) -> Vec<bool> {
    let number = tempolane::sweep::number_of;
    let each = found.parameters.iter().zip(truth);
    each.map(|(fitted, truth)| {
        let [low, high] = fitted.interval.map(|(value, _)| number(value));
        assert!(fitted.is_determined(), "{fitted:?}");
        (low..=high).contains(truth)
    })
    .collect()
}

/// How many of so many experiments have their true values in the intervals, by parameter.
fn coverage(experiments: u64, experiment: impl Fn(u64) -> Vec<bool>) -> Vec<u64> {
    let mut counts = Vec::new();
    for seed in 0..experiments {
        let covered = experiment(seed);
        counts.resize(covered.len(), 0);
        counts.iter_mut().zip(covered).for_each(|(count, covered)| *count += u64::from(covered));
    }
    counts
}

/// A straight line, of which nobody says how far figures are off: 2%.
fn line(seed: u64) -> Vec<bool> {
    let mut noise = Noise::new(seed);
    let mut rows = vec!["n,total_time".to_owned()];
    rows.extend((1..=8).map(|n| {
        let time = (700.0 + 250.0 * f64::from(n)) * (1.0 + 0.02 * noise.next());
        format!("{n},{time:.6}ms")
    }));
    let found = fit(&loaded(LINE), &rows, &["start=0s..3s", "each=0s..1s"], None);
    covers(&found, &[7e8, 2.5e8])
}

/// Amdahl's law, of which each figure says how far it is off: 3%.
fn amdahl(seed: u64) -> Vec<bool> {
    let mut noise = Noise::new(1000 + seed);
    let mut rows = vec!["workers,total_time,total_time.se".to_owned()];
    rows.extend([1, 2, 3, 4, 6, 8, 12, 16].map(|workers| {
        let time = 1.5 + 20.0 * (0.12 + 0.88 / f64::from(workers));
        let measured = time * (1.0 + 0.03 * noise.next());
        format!("{workers},{measured:.9}s,{:.9}s", 0.03 * time)
    }));
    covers(&fit(&loaded(AMDAHL), &rows, &["serial=0.0..1.0"], None), &[0.12])
}

/// A random scenario, whose real system is one run of it with other random numbers.
fn random(seed: u64) -> Vec<bool> {
    let scenario = loaded(RANDOM);
    let mut noise = Noise::new(2000 + seed);
    let mut rows = vec!["total_time".to_owned()];
    // The sum of twenty exponential times is close to normal, with 1/√20 of its mean.
    let mut time = || 20.0 * 0.3 * (1.0 + noise.next() / 20f64.sqrt());
    rows.extend((0..6).map(|_| format!("{:.9}s", time())));
    covers(&fit(&scenario, &rows, &["mean=0s..2s"], None), &[0.3e9])
}

/// How many experiments of each of the four parameters have their true values covered.
fn covered(experiments: u64) -> Vec<u64> {
    [coverage(experiments, line), coverage(experiments, amdahl), coverage(experiments, random)].concat()
}

/// Of 12 experiments with a probability of 95%, fewer than 9 come in one of 450 cases (binomial).
#[test]
fn true_values_are_within_their_intervals() {
    let counts = covered(12);
    assert!(counts.iter().all(|count| *count >= 9), "{counts:?} of 12");
}

/// Of 40 experiments with a probability of 95%, fewer than 34 come in one of 700 cases.
#[test]
#[ignore = "it takes a minute or two"]
fn intervals_are_as_wide_as_they_say() {
    let counts = covered(40);
    assert!(counts.iter().all(|count| *count >= 34), "{counts:?} of 40");
    // All 160 are as good as never covered, if intervals are as wide as they say.
    assert!(counts.iter().sum::<u64>() < 160, "{counts:?}: intervals are too wide");
}

/// 700 ms and 250 ms a step, without any error.
const EXACT: &str = "n,total_time\n1,950ms\n2,1200ms\n4,1700ms\n";

fn room(data: &str) -> Room {
    Room::with(&[("line.yaml", LINE), ("data.csv", data)])
}

#[test]
fn the_fitted_scenario_is_the_file_with_other_values() {
    let room = room(EXACT);
    let line = "calibrate line.yaml --data data.csv --fit start=0s..3s,each=0s..1s";
    let ended = room.run(line).with_code(0);
    ended.says(&["line: 3 figures fit best with start=700ms, each=250ms, off by 0.0%", "1 figure more than"]);
    let written = fs::read_to_string(room.path("output/line/calibrate/fitted.yaml")).expect("it is written");
    let expected = LINE.replace("start: 1s", "start: 700ms").replace("each: 1s", "each: 250ms");
    assert_eq!(written, expected);
    // It is a scenario.
    room.run("run output/line/calibrate/fitted.yaml --set n=4 --write none")
        .with_code(0)
        .says(&["completed in 1.7s"]);
    let few = room.run(&format!("{line} --workers 1 --format json")).with_code(0);
    let many = room.run(&format!("{line} --workers 7 --format json")).with_code(0);
    assert_eq!(few.out, many.out, "the number of threads changes nothing");
    let object = &few.json()[0];
    assert_eq!(object["parameters"]["start"]["value"], json!(700_000_000));
    assert_eq!(object["figures"][2]["modelled"], json!(1.7e9));
    assert_eq!((&object["determined"], &object["error"]["from"]), (&json!(true), &json!("residuals")));
}

/// With errors of 1% the interval of a single figure's parameter is 1.96 times that.
#[test]
fn intervals_by_hand() {
    let room = room("n,total_time\n2,2s\n");
    let line = "calibrate line.yaml --data data.csv --fit start=0s..3s --set each=500ms --format json";
    let half = |more: &str| {
        let object = room.run(&format!("{line} {more}")).with_code(0).json().remove(0);
        let start = &object["parameters"]["start"];
        // Shares of smaller figures weigh more.
        assert!((start["value"].as_f64().expect("a number") - 1e9).abs() < 2e5, "{start}");
        let [low, high] = ["low", "high"].map(|end| start[end].as_f64().expect("it is bounded"));
        assert!((high + low - 2e9).abs() < 1e6, "{low} to {high}");
        (high - low) / 2e6
    };
    assert!((half("") - 39.2).abs() < 0.2, "{}", half(""));
    assert!((half("--error 5%") - 196.0).abs() < 1.0, "{}", half("--error 5%"));
    // Three figures with deviations of −10, 0 and 10 ms, of which two are more than the
    // parameters: their deviation is 10 ms, and t for 2 degrees is 4.303.
    fs::write(room.path("data.csv"), "n,total_time\n2,1990ms\n2,2s\n2,2010ms\n").expect("written");
    assert!((half("") - 4.303 * 10.0 / 3f64.sqrt()).abs() < 0.2, "{}", half(""));
    fs::write(room.path("data.csv"), "n,total_time,total_time.se\n2,2s,30ms\n").expect("written");
    assert!((half("") - 58.8).abs() < 0.3, "{}", half(""));
}

#[test]
fn rows_that_are_held_out_are_predicted() {
    let rows =
        "n,total_time,held_out\n1,951ms,false\n2,1199ms,false\n4,1701ms,false\n8,2.7s,true\n9,4s,true\n";
    let room = room(rows);
    let line = "calibrate line.yaml --data data.csv --fit start=0s..3s,each=0s..1s --error 1%";
    let ended = room.run(line).with_code(0);
    ended.says(&["Held out", "3 figures fit best", "agrees", "does not agree"]);
    let objects = room.run(&format!("{line} --format json")).with_code(0).json();
    let figures = objects[0]["figures"].as_array().expect("figures");
    let agrees: Vec<_> = figures.iter().map(|figure| figure["agrees"].as_bool()).collect();
    assert_eq!(agrees[3..], [Some(true), Some(false)], "{figures:?}");
    // The same, by a condition.
    fs::write(room.path("data.csv"), rows.replace("true", "false")).expect("written");
    let output = room.command(line).args(["--hold-out", "n >= 8", "--format", "json"]).output();
    let output = output.expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), room_line(&objects[0]), "{output:?}");
}

fn room_line(object: &serde_json::Value) -> String {
    format!("{object}\n")
}

#[test]
fn what_the_data_do_not_determine() {
    // One figure, two parameters.
    let room = room("n,total_time\n2,2s\n");
    let ended = room.run("calibrate line.yaml --data data.csv --fit start=0s..3s,each=0s..3s").with_code(1);
    ended.says(&[
        "the data do not determine start, each",
        "1 figure cannot determine 2 parameters",
        "with start=0s, each=1s the figures fit as well",
        "start and each trade off",
    ]);
    // Several of one setting are no better.
    fs::write(room.path("data.csv"), "n,total_time\n2,2s\n2,2010ms\n2,1990ms\n").expect("written");
    let ended = room.run("calibrate line.yaml --data data.csv --fit start=0s..3s,each=0s..3s").with_code(1);
    ended.says(&["the data do not determine start, each", "start and each trade off"]);
    fs::write(room.path("data.csv"), EXACT).expect("written");
    let ended =
        room.run("calibrate line.yaml --data data.csv --fit start=0s..3s,each,unused=1..9").with_code(1);
    ended.says(&["the data do not determine unused", "no measured figure depends on unused"]);
    // The best value lies beyond the range.
    let ended =
        room.run("calibrate line.yaml --data data.csv --fit start=1s..3s --set each=250ms").with_code(1);
    ended.says(&["start=1s", "not bounded"]);
}

#[test]
fn whole_numbers_are_fitted() {
    let room = room("total_time\n12s\n");
    let ended = room.run("calibrate line.yaml --data data.csv --fit n=1..50 --error 2%").with_code(0);
    ended.says(&["1 figure fits best with n=11, off by 0.0%"]);
    let objects =
        room.run("calibrate line.yaml --data data.csv --fit n=1..50 --error 10% --format json").json();
    // 12 s ± 2.352 s, of which n + 1 has 10 to 14.
    assert_eq!(objects[0]["parameters"]["n"]["low"], json!(9));
    assert_eq!(objects[0]["parameters"]["n"]["high"], json!(13));
}

#[test]
fn runs_without_a_regular_end_are_findings() {
    let stuck = LINE.replace("{delay: start}", "{delay: start}, {acquire: never}");
    let stuck = stuck.replace("processes:", "resources: {never: {kind: semaphore, permits: 0}}\nprocesses:");
    let room = Room::with(&[("line.yaml", &stuck), ("data.csv", EXACT)]);
    let ended = room.run("calibrate line.yaml --data data.csv --fit start=0s..3s").with_code(1);
    ended.says(&["deadlock with the fitted values: tempolane run line.yaml --set n=1 --set start="]);
}

/// Of seven explanations of one figure, another one that was held out speaks against three.
#[test]
fn one_held_out_figure_cannot_choose_between_four_explanations() {
    let data = library("parallel-python/joblib.csv");
    let room = Room::with(&[("joblib.yaml", &library("parallel-python/joblib.yaml")), ("joblib.csv", &data)]);
    let mut line = "calibrate joblib.yaml --data joblib.csv --fit cost=0s..5s --error 2%".to_owned();
    (1..=7).for_each(|number| line += &format!(" --set explanation={number}"));
    let ended = room.run(&line).with_code(0);
    let four: Vec<String> = (1..=4).map(|number| format!("joblib explanation={number}")).collect();
    ended.says(&[
        "4 of 7 explanations agree with the figure that was held out, which cannot choose between them",
        &four.join(", "),
    ]);
}

#[test]
fn what_cannot_be_calibrated() {
    for (data, fit, told) in [
        (EXACT, "--fit strat", "unknown parameter 'strat'; did you mean 'start'?"),
        (EXACT, "--fit start=2s..1s", "not above its beginning"),
        (EXACT, "--fit start=0..1", "a duration needs a unit"),
        (EXACT, "--fit n=1..9", "'n' is fitted, and a column"),
        (EXACT, "--fit start --set start=1s", "'start' is both set and fitted"),
        (EXACT, "--fit start --set n=2", "'n' is set, and a column"),
        (EXACT, "--fit start,start", "'start' is fitted twice"),
        (EXACT, "--fit start --error 0%", "expected a percentage"),
        (EXACT, "--fit start --hold-out m>3", "unknown parameter 'm'"),
        (EXACT, "--fit start --hold-out n>0", "no row with a figure that is not held out"),
        ("n,totl_time\n1,2s\n", "--fit start", "'total_time'"),
        (
            "n,total_time\n1,2\n",
            "--fit start",
            "data.csv: line 2, column 'total_time': the expression takes a duration, found an integer",
        ),
        ("n,total_time\n1,2s\n\nx,3s\n", "--fit start", "line 4, column 'n'"),
        ("n,total_time\n1\n", "--fit start", "data.csv: line 2: 1 cell, but the head names 2"),
        ("n,total_time\n", "--fit start", "no measurements"),
        ("n\n1\n", "--fit start", "no column is a figure"),
        ("n,n,total_time\n1,2,2s\n", "--fit start", "two columns 'n'"),
        ("n,total_time\n1,0s\n", "--fit start", "'total_time' is 0"),
        (
            "n,total_time,total_time.se\n1,2s,1ms\n2,3s,\n",
            "--fit start",
            "line 3: nothing says how far 'total_time'",
        ),
        ("n,total_time,total_time.se\n1,2s,0s\n", "--fit start", "an error is above 0"),
        ("n,total_time,x.se\n1,2s,1s\n", "--fit start", "'x.se' is of no column"),
        ("n,total_time,held_out\n1,2s,maybe\n", "--fit start", "column 'held_out'"),
    ] {
        let room = room(data);
        room.run(&format!("calibrate line.yaml --data data.csv {fit}")).with_code(2).complains(&[told]);
        assert!(room.names("output").is_empty(), "nothing is written");
    }
    // All of it in one go.
    let room = room("n,totl_time\nx,2s\n");
    let ended = room.run("calibrate line.yaml --data data.csv --fit strat,n=3..1").with_code(2);
    ended.complains(&["'strat'", "'totl_time'", "line 2, column 'n'", "--fit n=3..1"]);
    room.run("calibrate line.yaml --data nothing.csv --fit start").with_code(3).complains(&["nothing.csv"]);
}

/// Each parameter has its profile, each figure its picture; without them nothing else changes.
#[test]
fn charts_are_written() {
    let room = room("n,total_time,held_out\n1,951ms,false\n2,1199ms,false\n4,1701ms,false\n8,2.7s,true\n");
    let line = "calibrate line.yaml --data data.csv --fit start=0s..3s,each=0s..1s";
    room.run(line).with_code(0).says(&["output/line/calibrate/profile-start.svg"]);
    let names = ["fitted.yaml", "measured-total_time.png", "measured-total_time.svg", "profile-each.png"];
    let all = room.names("output");
    assert_eq!(all[..4], names.map(|name| format!("output/line/calibrate/{name}")));
    assert_eq!(all.len(), 7);
    let measured = fs::read_to_string(room.path("output/line/calibrate/measured-total_time.svg"));
    let measured = measured.expect("it is written");
    assert!(measured.contains("held out") && measured.contains("n=8: measured 2.7s"), "{measured}");
    let room = self::room(EXACT);
    room.run(&format!("{line} --no-charts")).with_code(0);
    assert_eq!(room.names("output"), ["output/line/calibrate/fitted.yaml"]);
}

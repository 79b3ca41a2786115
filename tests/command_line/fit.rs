//! Distributions fitted to a column of measurements.

use crate::common::library;
use crate::room::Room;
use serde_json::json;

fn room(data: &str) -> Room {
    Room::with(&[("data.csv", data)])
}

/// 200 values that NumPy drew from a lognormal distribution (mean 80 ms, deviation 40 ms;
/// `default_rng(2026)`), to a tenth of a millisecond. By NumPy the likeliest lognormal one,
/// from mean and variance of the logarithms, has this mean and this deviation, in nanoseconds.
#[test]
fn a_lognormal_distribution_is_found_again() {
    let room = room(&library("pipelines/batch-loads.csv"));
    let ended = room.run("fit data.csv --samples 99").with_code(0);
    ended.says(&["load: lognormal fits 200 values best", "{lognormal: {mean: ", "uniform"]);
    let few = room.run("fit data.csv --format json --workers 1 --samples 99").with_code(0);
    let many = room.run("fit data.csv --format json --workers 7 --samples 99").with_code(0);
    assert_eq!(few.out, many.out, "the number of threads changes nothing");
    let object = &few.json()[0];
    assert_eq!((&object["values"], &object["unit"]), (&json!(200), &json!("ns")));
    let best = &object["distributions"][0];
    let near = |found: &serde_json::Value, wanted: f64| {
        let found = found.as_f64().expect("a number");
        assert!((found / wanted - 1.0).abs() < 1e-9, "{found}, not {wanted}");
    };
    near(&best["parameters"]["mean"], 84_617_712.232_909);
    near(&best["parameters"]["sd"], 46_692_728.735_823);
    assert!(best["anderson_darling"]["p"].as_f64().expect("a number") > 0.05, "{best}");
    // What could not have made them is refuted.
    let all = object["distributions"].as_array().expect("a list");
    let uniform = all.iter().find(|fit| fit["distribution"] == "uniform").expect("it is there");
    assert_eq!(uniform["refuted"], json!(true));
}

/// What is to be pasted is a scenario's.
#[test]
fn what_is_printed_can_be_pasted() {
    let room = room(&library("pipelines/batch-loads.csv"));
    let object = room.run("fit data.csv --format json --samples 19").json().remove(0);
    for fit in object["distributions"].as_array().expect("a list") {
        let yaml = fit["yaml"].as_str().expect("text");
        let text = format!("version: 1\nprocesses: {{p: {{do: [{{delay: {yaml}}}]}}}}\n");
        std::fs::write(room.path("pasted.yaml"), &text).expect("written");
        room.run("check pasted.yaml").with_code(0);
    }
    assert_eq!(object["distributions"].as_array().map(Vec::len), Some(9));
}

#[test]
fn distributions_that_cannot_have_the_values_are_left_out() {
    let room = room("gap,other\n0.5,x\n0,x\n1.5,x\n,x\n2.25,x\n0.75,x\n");
    let ended = room.run("fit data.csv --column gap --samples 19");
    ended.says(&[
        "5 values",
        "1 empty cell left out",
        "gamma is left out: it cannot have 1 of the values, which is not above 0",
        "exponential",
    ]);
    let ended = room.run("fit data.csv --column gap --distribution gamma").with_code(1);
    ended.says(&["no distribution fits 5 values"]);
    let objects =
        room.run("fit data.csv --column gap --distribution uniform,exponential --format json").json();
    // The mean of the values, and their ends.
    let of = |name: &str, parameter: &str| {
        let all = objects[0]["distributions"].as_array().expect("a list");
        let fit = all.iter().find(|fit| fit["distribution"] == name).expect("it is there");
        fit["parameters"][parameter].as_f64()
    };
    assert_eq!(of("exponential", "mean"), Some(1.0));
    assert_eq!((of("uniform", "low"), of("uniform", "high")), (Some(0.0), Some(2.25)));
}

#[test]
fn two_heaps_are_no_distribution() {
    let rows: String =
        (0..40).map(|n| format!("{}ms\n", if n % 2 == 0 { 10 + n % 3 } else { 900 + n })).collect();
    let room = room(&format!("gap\n{rows}"));
    room.run("fit data.csv --samples 99")
        .with_code(1)
        .says(&["no distribution fits 40 values", "is nearest"]);
}

#[test]
fn what_is_no_column_of_values() {
    for (data, more, told) in [
        (
            "gap\n1ms\nx\n3\n",
            "",
            "data.csv: line 3, column 'gap': a value is wanted here, found the name 'x'",
        ),
        ("gap\n1ms\nx\n3\n", "", "line 4, column 'gap': the expression takes a duration"),
        ("gap,gap\n1,2\n", "--column gap", "data.csv: line 1: there are two columns 'gap'"),
        (
            "gap;more\n1;2\n",
            "",
            "data.csv: line 1: the name of a column is 'gap;more'; separate cells by commas",
        ),
        ("gap\n1\n2ms\n", "", "line 3"),
        ("gap\n5ms\n5ms\n", "", "all values of 'gap' are 5ms"),
        ("gap,more\n,1\n", "--column gap", "there is no value in column 'gap'"),
        ("gap\n", "", "has no values"),
        ("gap,more\n1,2\n", "", "choose one with --column: gap, more"),
        ("gap,more\n1,2\n", "--column gab", "no column 'gab'; did you mean 'gap'?"),
        ("gap\n1\n2\n", "--distribution gama,x", "did you mean 'gamma'?"),
        ("gap\n1\n2\n", "--distribution choice", "there is no such continuous distribution"),
        ("gap\n1\n2\n", "--samples 3", "expected a whole number from 19"),
    ] {
        room(data).run(&format!("fit data.csv {more}")).with_code(2).complains(&[told]);
    }
    room("").run("fit nothing.csv").with_code(3).complains(&["nothing.csv"]);
}

//! Measures of what there is not, or that measure nothing.

use super::{Row, refused, refused_each};

const HEAD: &str = "\
version: 1
params: {n: 2}
resources: {m: mutex, line: {kind: buffer, capacity: 2}, data: {kind: memory, slots: 2}, cpus: {kind: semaphore, permits: 1, count: 3}}
processes:
  p: {vars: {i: 0}, do: [{mark: begun}, {mark: {name: sent, value: i}}, {mark: {name: cost, value: 1.5}}]}
measures:
";

/// Refuses what stands behind `x:` below `measures`: the column, and parts of the message
/// and the hint.
fn all_refused(measures: &[Row<'_>]) {
    refused_each(|measure| format!("{HEAD}  x: {measure}\n"), 7, measures);
}

#[test]
fn a_measure_is_of_one_kind() {
    all_refused(&[
        ("{}", 3, "nothing is measured here", "`from` and `to`, or `level`"),
        ("{warm_up: 1s}", 3, "nothing is measured here", ""),
        (
            "{from: begun, level: line}",
            3,
            "`from` and `level` belong to different measures",
            "name of its own",
        ),
        ("{rate: begun, count: begun}", 3, "`rate` and `count` belong", ""),
        ("{count: begun, per: 1s}", 3, "`per` and `count` belong", ""),
        ("{at_least: 1}", 3, "`level` is missing", ""),
        ("{from: begun}", 3, "missing key `to`", "from one mark to another"),
        ("{start: begun, to: sent}", 7, "did you mean 'from'?", ""),
        ("5", 6, "`measure` is a map, found an integer", ""),
    ]);
}

#[test]
fn marks_are_those_that_there_are() {
    all_refused(&[
        ("{from: begn, to: sent}", 13, "unknown mark 'begn'; did you mean 'begun'?", "`mark: name`"),
        ("{rate: bgun}", 13, "unknown mark 'bgun'", ""),
        ("{count: 5}", 14, "`count` takes text, found an integer", ""),
        ("{from: begun, to: sent, by: value}", 13, "the mark 'begun' carries no value", "with an integer"),
        ("{from: sent, to: cost, by: value}", 23, "the mark 'cost' carries a float", ""),
        ("{from: sent, to: sent, by: number}", 33, "'number' is not known", "`instance`, `value`"),
        ("{rate: begun, per: 0s}", 25, "the time of a rate is above 0", ""),
        ("{rate: begun, per: 5}", 25, "takes a duration", "`5s`"),
        ("{rate: begun, warm_up: -1s}", 29, "`warm_up` cannot be negative", ""),
    ]);
}

#[test]
fn levels_are_sums_of_what_there_is() {
    all_refused(&[
        ("{level: lime}", 14, "unknown resource 'lime'; did you mean 'line'?", ""),
        ("{level: line + lime}", 21, "unknown resource 'lime'", ""),
        ("{level: data}", 14, "the memory 'data' has no level", ""),
        ("{level: cpus}", 14, "'cpus' has several instances", "`cpus[*]` for all"),
        ("{level: \"cpus[3]\"}", 15, "index 3 is out of range: there are 3 instances", ""),
        ("{level: \"cpus[n]\"}", 15, "an index is a number as it stands here", ""),
        ("{level: \"line[*]\"}", 15, "'line' is one resource, without index", ""),
        ("{level: \"line + 2[*]\"}", 14, "`[*]` stands behind the name of a resource", ""),
        ("{level: line * line}", 14, "multiplied by numbers as they stand", "waiting(server)"),
        ("{level: line * n}", 14, "multiplied by numbers as they stand", ""),
        ("{level: waiting(line + m)}", 22, "multiplied by numbers as they stand", ""),
        ("{level: \"max(line, m)\"}", 15, "multiplied by numbers as they stand", ""),
        ("{level: line + 1.5}", 21, "levels are integers, found a float", ""),
        ("{level: n + 1}", 14, "it names no resource", "`level: orders`"),
        ("{level: line +}", 19, "the expression ends where a value is missing", ""),
        ("{level: line, at_least: 1s}", 30, "takes an integer", ""),
    ]);
}

#[test]
fn measures_have_names() {
    for name in ["a-b", "now"] {
        refused(
            &format!("{HEAD}  {name}: {{count: begun}}\n"),
            &[(7, 3, "cannot be the name of a measure", "")],
        );
    }
    let many: String = (0..=100).map(|number| format!("  m{number}: {{count: begun}}\n")).collect();
    refused(&format!("{HEAD}{many}"), &[(107, 3, "at most 100 measures", "")]);
    refused(
        &format!("{HEAD}  - x: {{count: begun}}\n"),
        &[(7, 3, "`measures` is a map, found a list", "leave the dashes out")],
    );
    refused(
        "version: 1\nwarm_up: 5\nprocesses: {p: {do: [{delay: 1s}]}}\n",
        &[(2, 10, "takes a duration", "`5s`")],
    );
}

#[test]
fn expectations_name_measures() {
    let head =
        format!("{HEAD}  x: {{from: begun, to: sent}}\n  rate: {{rate: begun}}\nexpect:\n  figures:\n");
    for (line, column, message, hint) in [
        ("measures.y.mean: 1s", 14, "unknown measure 'y'", "measures are made by"),
        ("measures.x.men: 1s", 16, "has no figure 'men'; did you mean 'mean'?", "it has count, mean"),
        ("measures.x.p100: 1s", 16, "has no figure 'p100'", ""),
        ("measures.rate.p95: 1", 19, "has no figure 'p95'", "it has count, rate"),
        ("measures.x: 1s", 5, "is no number: it has parts", ""),
        ("measures.x.count: 1s", 23, "a figure is a number here, found a duration", ""),
    ] {
        refused(&format!("{head}    {line}\n"), &[(11, column, message, hint)]);
    }
}

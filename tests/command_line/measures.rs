//! What a scenario measures, in reports and traces.

use crate::room::Room;
use std::fs::File;
use std::io::BufReader;
use tempolane::trace::read_jsonl;

/// Three visitors at one desk leave after 2, 4 and 6 s; the last goes away at 7 s.
const OFFICE: &str = "version: 1
name: office
resources: {desk: {kind: semaphore, permits: 1}}
processes:
  visitor:
    count: 3
    do:
      - mark: came
      - with: desk
        do: [{delay: 2s}]
      - mark: left
  late: {do: [{delay: 7s}, {mark: came}]}
measures:
  visit: {from: came, to: left}
  line: {level: waiting(desk), at_least: 1}
  out: {rate: left, per: 1min, warm_up: 3s}
  in: {count: came}
";

#[test]
fn a_report_has_them() {
    let room = Room::with(&[("office.yaml", OFFICE)]);
    room.run("run office.yaml --write none").with_code(0).says(&[
        "Measures",
        "visit: 0.571 begin and 0.429 end in a second; L = 1.714 in the system, λ·W = 2.286 (33.3% apart); 1 open",
        "line: at least 1 in 57.1% of the time",
        "out: 30 in 60s, 2 times in all; from 3s on",
        "in: 4 times",
    ]);
}

#[test]
fn json_has_them_by_name_and_a_trace_gives_the_same() {
    let room = Room::with(&[("office.yaml", OFFICE)]);
    let run = &room.run("run office.yaml --write trace --format json").with_code(0).json()[0];
    let visit = &run["measures"]["visit"];
    for (key, expected) in [
        ("count", 3u64),
        ("mean", 4_000_000_000),
        ("deviation", 2_000_000_000),
        ("smallest", 2_000_000_000),
        ("p50", 4_000_000_000),
        ("p99.9", 6_000_000_000),
        ("largest", 6_000_000_000),
        ("open", 1),
        ("unmatched", 0),
    ] {
        assert_eq!(visit[key], expected, "{key}");
    }
    let counts: Vec<u64> = visit["histogram"]["counts"]
        .as_array()
        .expect("bins")
        .iter()
        .map(|count| count.as_u64().expect("a count"))
        .collect();
    assert_eq!((counts.iter().sum::<u64>(), counts[0], counts[counts.len() - 1]), (3, 1, 1));
    // Two wait for 2 s, one for 2 s, nobody for 3 s.
    assert_eq!(run["measures"]["line"]["mean"], 6.0 / 7.0);
    assert_eq!(
        run["measures"]["line"]["histogram"]["lasted_ns"].to_string(),
        "[3000000000,2000000000,2000000000]"
    );
    assert_eq!(run["measures"]["in"].to_string(), "{\"count\":4}");

    let file = File::open(room.path("output/office/trace.jsonl")).expect("it was written");
    let trace = read_jsonl(BufReader::new(file)).expect("it is a trace");
    let json =
        serde_json::to_value(tempolane::analysis::Measures(&trace.header, &trace.statistics().measures));
    assert_eq!(json.expect("it is JSON"), run["measures"]);
}

/// A trace may come from anywhere: what its measures are about must be there.
#[test]
fn a_trace_whose_measures_are_of_nothing_is_refused() {
    let room = Room::with(&[("office.yaml", OFFICE)]);
    room.run("run office.yaml --write trace").with_code(0);
    let text = std::fs::read_to_string(room.path("output/office/trace.jsonl")).expect("it was written");
    for (from, to, told) in [
        ("\"from\":0", "\"from\":2", "the measure 'visit' is of something that there is not"),
        ("\"first\":0,\"count\":1,\"factor\"", "\"first\":9,\"count\":1,\"factor\"", "the measure 'line'"),
        ("\"per_ns\":60000000000", "\"per_ns\":0", "the measure 'out'"),
        ("\"name\":\"in\"", "\"name\":\"out\"", "the name 'out' occurs twice"),
    ] {
        assert!(text.contains(from), "{from}: {text}");
        let error = read_jsonl(text.replacen(from, to, 1).as_bytes()).expect_err("it is wrong").to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn expectations_of_measures_are_checked() {
    for (line, told) in [
        ("measures.visit.mean: 5s", "expected 'measures.visit.mean' to be 5s, but it was 4s"),
        ("measures.visit.p99.9: {at_most: 5.9s}", "but it was 6s"),
        ("measures.line.share: {at_least: 0.6}", "but it was about 0.571429"),
        ("measures.in.count: 3", "to be 3, but it was 4"),
    ] {
        let room = Room::with(&[("office.yaml", &format!("{OFFICE}expect:\n  figures:\n    {line}\n"))]);
        room.run("run office.yaml --write none").with_code(1).says(&[
            "not as expected",
            "office.yaml:20:",
            told,
        ]);
    }
    let none = OFFICE.replace("measures:\n", "warm_up: 10s\nmeasures:\n");
    let room = Room::with(&[("o.yaml", &format!("{none}expect:\n  figures: {{measures.visit.mean: 4s}}\n"))]);
    room.run("run o.yaml --write none").with_code(1).says(&["but it was null"]);
}

/// A sweep collects them as it does other figures, with the warm-up of each point.
#[test]
fn a_sweep_collects_them() {
    let text = OFFICE
        .replace(
            "resources: {desk: {kind: semaphore, permits: 1}}",
            "params: {desks: 1, skip: 3s}\nresources: {desk: {kind: semaphore, permits: desks}}",
        )
        .replace("warm_up: 3s", "warm_up: skip");
    let room = Room::with(&[("office.yaml", &text)]);
    let of = "measures.visit.mean,measures.visit.p99.9,measures.visit.little_gap,measures.out.count";
    room.run(&format!("sweep office.yaml --vary desks=1..3 --of {of}")).with_code(0);
    let figures = |from: usize| -> Vec<Vec<String>> {
        let mut reader =
            csv::Reader::from_path(room.path("output/office/sweep/runs.csv")).expect("it is there");
        let names = reader.headers().expect("a heading").clone();
        let columns: Vec<usize> = of
            .split(',')
            .skip(from)
            .map(|figure| names.iter().position(|name| name == figure).expect("a column"))
            .collect();
        let row = |row: csv::StringRecord| columns.iter().map(|&column| row[column].to_owned()).collect();
        reader.records().map(|record| row(record.expect("a row"))).collect()
    };
    let found = figures(0);
    // All come at once: with two desks two leave after 2 s and one after 4 s.
    let means: Vec<&str> = found.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(means, ["4000000000", "2666666667", "2000000000"]);
    let longest: Vec<&str> = found.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(longest, ["6000000000", "4000000000", "2000000000"]);
    room.run(&format!("sweep office.yaml --vary skip=0s,2s,5s,20s --of {of}")).with_code(0);
    assert_eq!(figures(3), [["3"], ["3"], ["1"], ["0"]]);
    room.run("sweep office.yaml --vary desks=1..3 --of measures.visit.men")
        .with_code(2)
        .complains(&["measures.visit.men"]);
}

/// The room is full from 0 s on: the consumer, at work for 3 s each time, never waits, and the
/// producer always does but at the instants at which it puts.
#[test]
fn those_who_put_and_those_who_get_are_counted_apart() {
    let text = "version: 1
name: sides
horizon: 10s
resources: {b: {kind: buffer, capacity: 1}, m: mutex}
processes:
  producer: {do: [{while: true, do: [{put: b}]}]}
  consumer: {do: [{while: true, do: [{get: b}, {work: 3s}]}]}
measures:
  full: {level: waiting_to_put(b), at_least: 1}
  empty: {level: waiting_to_get(b), at_least: 1}
  both: {level: waiting(b), at_least: 1}
expect:
  figures: {measures.full.share: 1, measures.empty.share: 0, measures.both.share: 1}
";
    let room =
        Room::with(&[("sides.yaml", text), ("wrong.yaml", &text.replace("waiting(b)", "waiting_to_get(m)"))]);
    room.run("run sides.yaml --write none").with_code(0);
    room.run("check wrong.yaml").with_code(2).complains(&["'m' is a mutex", "waiting(m)"]);
}

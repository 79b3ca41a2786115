//! Values from tables: which row is drawn when, held against the rows themselves and
//! against calculations from them.

use crate::common::{Run, label, library, run_at};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs;
use tempfile::TempDir;
use tempolane::trace::Kind;

/// A folder with this table as `t.csv`.
fn folder(table: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("t.csv"), table).expect("it can be written");
    folder
}

fn run_in(folder: &TempDir, text: &str) -> Run {
    let label = folder.path().join("s.yaml");
    run_at(label.to_str().expect("names are plain"), text, &[])
}

/// Each place reads from the top, in each instance; a row by its number stays where it is.
#[test]
fn rows_follow_each_other() {
    let folder = folder("n,gap\n1,1.5ms\n2,20us\n3,1s\n");
    let run = run_in(
        &folder,
        "
version: 1
processes:
  p:
    count: 2
    vars: {a: 0, b: 0, d: 0s}
    do:
      - repeat: 3
        do:
          - draw: {into: a, from: {trace: {file: t.csv, column: n}}}
          - draw: {into: b, from: {trace: {file: t.csv, column: n, repeat: true, row: a * 2 + index}}}
          - draw: {into: d, from: {trace: {file: t.csv, column: gap}}}
          - log: '{index}: {a} {b} {d}'
",
    );
    let mut lines = run.log();
    lines.sort();
    // Row (2 a + index) modulo 3 has the number that is one more.
    let expected = ["0: 1 3 1.5ms", "0: 2 2 20us", "0: 3 1 1s", "1: 1 1 1.5ms", "1: 2 3 20us", "1: 3 2 1s"];
    assert_eq!(lines, expected);
}

#[test]
fn behind_the_last_row_there_is_nothing_or_the_first() {
    let text = |more: &str| {
        format!(
            "
version: 1
processes: {{p: {{do: [{{repeat: 5, do: [{{delay: {{trace: {{file: t.csv, unit: ms{more}}}}}}}]}}]}}}}
"
        )
    };
    let folder = folder("gap\n1\n2.5\n0.0000004\n");
    let run = run_in(&folder, &text(""));
    assert!(run.fault().contains("no row"), "{}", run.fault());
    // The third row is 0.4 ps, which is nothing: 1 + 2.5 + 0 + 1 + 2.5 ms.
    let run = run_in(&folder, &text(", repeat: true"));
    assert_eq!(run.finished("p"), Some(0.007));
    // No row has a negative number, and row 3 is one too many.
    for row in ["-1", "3"] {
        let run = run_in(&folder, &text(&format!(", row: {row}")));
        assert!(run.fault().contains("no row"), "{}", run.fault());
    }
}

/// Numbers with more digits than a nanosecond has are rounded, halves upwards.
#[test]
fn numbers_become_whole_nanoseconds() {
    let folder = folder("t\n0.00000000149\n0.0000000015\n4.2e-05\n123456.789012345\n1h 30min\n");
    let text = "
version: 1
processes:
  p:
    vars: {d: 0s}
    do: [{repeat: 5, do: [{draw: {into: d, from: {trace: {file: t.csv, unit: s}}}}, {log: '{d / 1ns}'}]}]
";
    assert_eq!(
        run_in(&folder, text).log(),
        ["1.0", "2.0", "42000.0", "123456789012345.0", "5400000000000.0"]
    );
}

/// Means of 100,000 draws against those of the distributions that the rows define, within
/// five standard errors.
#[test]
fn bootstrap_and_empirical_have_their_means() {
    let folder = folder("v\n2\n10\n3\n1\n");
    let mean = |distribution: &str| {
        let text = format!(
            "
version: 1
seed: 4
resources: {{m: {{kind: memory, slots: 1, value: 0.0}}}}
processes:
  p:
    vars: {{x: 0.0, sum: 0.0}}
    do:
      - repeat: 100000
        do: [{{draw: {{into: x, from: {{{distribution}: {{file: t.csv, column: v}}}}}}}}, {{set: {{sum: sum + x}}}}]
      - write: {{to: m, at: 0, value: sum / 100000}}
"
        );
        run_in(&folder, &text).memory("m")[0].parse::<f64>().expect("a number")
    };
    // (2 + 10 + 3 + 1) / 4, with the variance of four values.
    let bootstrap_sd = ((4.0 + 100.0 + 9.0 + 1.0) / 4.0f64 - 16.0).sqrt();
    let off = mean("bootstrap") - 4.0;
    assert!(off.abs() < 5.0 * bootstrap_sd / 100_000f64.sqrt(), "{off}");
    // Evenly in one of (1, 2), (2, 3), (3, 10): the mean of the middles, and E[x²] = (a² + ab + b²) / 3.
    let square =
        [(1.0, 2.0), (2.0, 3.0), (3.0, 10.0)].map(|(a, b): (f64, f64)| (a * a + a * b + b * b) / 3.0);
    let middle = (1.5 + 2.5 + 6.5) / 3.0;
    let sd = (square.iter().sum::<f64>() / 3.0 - middle * middle).sqrt();
    let off = mean("empirical") - middle;
    assert!(off.abs() < 5.0 * sd / 100_000f64.sqrt(), "{off}");
}

/// The counter of the library, row by row on its own: customers in the order in which they
/// come, each to the clerk who is free first (for one clerk, Lindley's recursion).
#[test]
fn a_measured_queue_waits_as_calculated() {
    let rows = library("queues/counter.csv");
    let tenths = |cell: &str| (cell.parse::<f64>().expect("a number") * 10.0).round() as u64;
    let rows: Vec<(u64, u64)> = rows
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').expect("two cells"))
        .map(|(gap, service)| (tenths(gap), tenths(service)))
        .collect();
    assert_eq!(rows.len(), 200);
    let label = label("queues/counter.yaml");
    for clerks in 1..=3 {
        let run = run_at(&label, &library("queues/counter.yaml"), &[("clerks", &clerks.to_string())]);
        let mut free: BinaryHeap<Reverse<u64>> = (0..clerks).map(|_| Reverse(0)).collect();
        let (mut now, mut waits, mut end) = (0, Vec::new(), 0);
        for &(gap, service) in &rows {
            now += gap;
            let Reverse(first) = free.pop().expect("a clerk");
            let begin = now.max(first);
            waits.push((now, begin));
            free.push(Reverse(begin + service));
            end = end.max(begin + service);
        }
        assert_eq!(run.end.end.as_nanos(), end * 100_000_000, "{clerks}");
        let nanos = |tenths: u64| tenths * 100_000_000;
        let (came, served): (Vec<u64>, Vec<u64>) =
            waits.into_iter().map(|(a, b)| (nanos(a), nanos(b))).unzip();
        // First come, first served: who is served n-th came n-th.
        assert_eq!((times(&run, "came"), times(&run, "served")), (came, served), "{clerks}");
    }
}

/// When a mark was passed, in nanoseconds.
fn times(run: &Run, mark: &str) -> Vec<u64> {
    let marks = run.kept.events.iter().filter(|event| event.kind == Kind::Mark);
    let named = marks.filter(|event| run.header.marks[event.subject as usize].name == mark);
    named.map(|event| event.time.as_nanos()).collect()
}

//! Processors against closed forms (L. Kleinrock, "Queueing Systems", volume I, 1975,
//! chapters 3 and 4, and volume II, 1976, chapters 3 and 4).
//!
//! A figure must lie in its 99% interval by the method of batch means (30 batches,
//! Student's t of 29 degrees of freedom: 2.756). Runs are deterministic, so a test
//! passes always or never. With enough customers for half-widths below 1% they take
//! minutes without optimisation: `cargo test --release --test kernel theory -- --ignored`.

use crate::common::run_with;

const BATCHES: usize = 30;
const STUDENT: f64 = 2.756;

/// Customers of up to two classes who write a figure each; the mean of the figure over
/// the customers of a class, with half of its 99% interval.
fn estimate(text: &str, customers: usize, class: usize) -> (f64, f64) {
    let run = run_with(text, &[("n", &customers.to_string())]);
    assert_eq!(run.end.outcome.name(), "completed", "{:?}", run.end.outcome);
    let sums = run.machine.memory(&run.program, run.resource(&format!("sums{class}")));
    let size = customers as f64 / BATCHES as f64;
    // The first batch is left out, in which the queues fill.
    let means: Vec<f64> = sums[1..].iter().map(|sum| sum.as_f64() / size).collect();
    let count = means.len() as f64;
    let mean = means.iter().sum::<f64>() / count;
    let variance = means.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    (mean, STUDENT * (variance / count).sqrt())
}

/// A class of customers; `steps` calculates its figure, `value`.
fn class(number: usize, keys: &str, every: &str, steps: &str) -> String {
    format!(
        "
  class{number}:
    {keys}
    arrivals: {{every: {{exponential: {{mean: {every}}}}}, up_to: n, most: 100000}}
    vars: {{t: 0s, s: 0s, value: 0s, sum: 0s}}
    do:
      - set: {{t: now}}
{steps}
      - read: {{from: sums{number}, at: index * {BATCHES} / n, into: sum}}
      - write: {{to: sums{number}, at: index * {BATCHES} / n, value: sum + value}}
"
    )
}

fn scenario(resources: &str, processes: &[String]) -> String {
    let sums = (0..processes.len())
        .map(|number| format!("  sums{number}: {{kind: memory, slots: {BATCHES}, value: 0s}}\n"))
        .collect::<String>();
    format!(
        "version: 1\nseed: 7\nparams: {{n: 3000}}\nresources:\n{sums}{resources}processes:\n{}",
        processes.concat()
    )
}

/// Checks a figure, and that the interval is narrow enough if that is asked.
fn check(text: &str, customers: usize, class: usize, expected: f64, most: Option<f64>) {
    let (mean, half) = estimate(text, customers, class);
    assert!((mean - expected).abs() <= half, "{expected} is not within {half} of {mean}");
    if let Some(most) = most {
        assert!(half / mean < most, "the interval of {mean} is {half} wide");
    }
}

/// M/M/1, arrivals at 4, service at 9, the processor shared: mean sojourn 1 / (9 − 4).
fn shared() -> String {
    let steps = "      - work: {exponential: {mean: 1s / 9}}\n      - set: {value: now - t}";
    scenario(
        "  cpu: {kind: processor, cores: 1, discipline: sharing}\n",
        &[class(0, "on: cpu", "1s / 4", steps)],
    )
}

/// M/M/2, arrivals at 3, service at 2: mean wait 9/14.
fn two_cores() -> String {
    let steps = "      - draw: {into: s, from: {exponential: {mean: 500ms}}}\n      - work: s\n      - set: {value: now - t - s}";
    scenario("  cpu: {kind: processor, cores: 2}\n", &[class(0, "on: cpu", "1s / 3", steps)])
}

/// M/M/1/5, arrivals at 0.8, service at 1: a share of 0.0888195 is turned away.
fn five_places() -> String {
    let steps = "      - if: level(places) == 0
        do: [{set: {value: 1s}}]
        else: [{with: places, do: [{work: {exponential: {mean: 1s}}}]}]";
    scenario(
        "  cpu: {kind: processor, cores: 1}\n  places: {kind: semaphore, permits: 5}\n",
        &[class(0, "on: cpu", "1.25s", steps)],
    )
}

/// M/M/1 with two classes, arrivals at 0.3 each, service at 1: mean waits 6/7 and 15/7
/// without preemption, mean sojourns 10/7 and 25/7 with it.
fn classes(preempt: bool) -> String {
    let figure = if preempt { "now - t" } else { "now - t - s" };
    let steps = format!(
        "      - draw: {{into: s, from: {{exponential: {{mean: 1s}}}}}}\n      - work: s\n      - set: {{value: {figure}}}"
    );
    let one =
        |number: usize| class(number, &format!("on: cpu\n    priority: {}", number + 1), "1s / 0.3", &steps);
    scenario(
        &format!("  cpu: {{kind: processor, cores: 1, discipline: priority, preempt: {preempt}}}\n"),
        &[one(0), one(1)],
    )
}

#[test]
fn few_customers() {
    check(&shared(), 15_000, 0, 0.2, None);
    check(&two_cores(), 15_000, 0, 9.0 / 14.0, None);
    check(&five_places(), 15_000, 0, 0.088_819_5, None);
    check(&classes(false), 15_000, 0, 6.0 / 7.0, None);
    check(&classes(false), 15_000, 1, 15.0 / 7.0, None);
    check(&classes(true), 15_000, 0, 10.0 / 7.0, None);
    check(&classes(true), 15_000, 1, 25.0 / 7.0, None);
}

#[test]
#[ignore = "takes minutes without optimisation"]
fn theory_with_narrow_intervals() {
    let most = Some(0.01);
    check(&shared(), 1_200_000, 0, 0.2, most);
    check(&two_cores(), 15_000_000, 0, 9.0 / 14.0, most);
    check(&five_places(), 15_000_000, 0, 0.088_819_5, most);
    check(&classes(false), 6_000_000, 0, 6.0 / 7.0, most);
    check(&classes(false), 12_000_000, 1, 15.0 / 7.0, most);
    check(&classes(true), 6_000_000, 0, 10.0 / 7.0, most);
    check(&classes(true), 12_000_000, 1, 25.0 / 7.0, most);
}

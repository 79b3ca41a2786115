//! Queues against their closed forms (Kleinrock, Queueing Systems I, 1975,
//! chapters 3 and 5).
//!
//! Runs are deterministic, so a test passes always or never. Tolerances are
//! stated beside the standard error that the run length allows.

use crate::common::{library, run, run_with};
use tempolane::value::Value;

/// The mean wait of 200,000 customers before one server, in seconds.
fn mean_wait(arrival: &str, service: &str) -> f64 {
    let text = format!(
        "
version: 1
params: {{customers: 200000}}
resources:
  queue: {{kind: buffer, capacity: unbounded, of: duration}}
  result: {{kind: memory, slots: 1, value: 0s}}
processes:
  source: {{do: [{{repeat: customers, do: [{{delay: {arrival}}}, {{put: {{to: queue, value: now}}}}]}}]}}
  server:
    vars: {{arrived: 0s, total: 0s}}
    do:
      - repeat: customers
        do: [{{get: {{from: queue, into: arrived}}}}, {{set: {{total: total + (now - arrived)}}}}, {{delay: {service}}}]
      - write: {{to: result, at: 0, value: total}}
"
    );
    let run = run_with(&text, &[]);
    assert_eq!(run.end.outcome.name(), "completed", "{:?}", run.end.outcome);
    let values = run.machine.memory(&run.program, run.resource("result"));
    values[0].as_f64() / 200_000.0
}

fn close(got: f64, expected: f64, tolerance: f64) {
    assert!((got / expected - 1.0).abs() < tolerance, "{got} is not within {tolerance} of {expected}");
}

/// Load 0.8, service of mean 1: mean wait 2 deterministic, 3 Erlang-2, 4
/// exponential (Pollaczek and Khinchine). The standard error is about 3% of
/// the last and less of the others.
#[test]
fn single_server() {
    let arrival = "{exponential: {mean: 1.25s}}";
    close(mean_wait(arrival, "1s"), 2.0, 0.05);
    close(mean_wait(arrival, "{erlang: {shape: 2, mean: 1s}}"), 3.0, 0.06);
    close(mean_wait(arrival, "{exponential: {mean: 1s}}"), 4.0, 0.08);
}

/// M/M/2, arrival rate 3, service rate 2: mean wait 0.642857.
#[test]
fn two_servers() {
    close(mean_wait_of_two("{exponential: {mean: 1s / 3}}", "{exponential: {mean: 1s / 2}}"), 0.642857, 0.04);
}

/// The mean wait before two servers that share one queue, until the horizon.
fn mean_wait_of_two(arrival: &str, service: &str) -> f64 {
    let text = format!(
        "
version: 1
horizon: 100000s
resources:
  queue: {{kind: buffer, capacity: unbounded, of: duration}}
  waited: {{kind: memory, slots: 2, value: 0s}}
  served: {{kind: memory, slots: 2}}
processes:
  source: {{do: [{{while: 'true', do: [{{delay: {arrival}}}, {{put: {{to: queue, value: now}}}}]}}]}}
  server:
    count: 2
    vars: {{arrived: 0s, total: 0s, n: 0}}
    do:
      - while: 'true'
        do:
          - get: {{from: queue, into: arrived}}
          - set: {{total: total + (now - arrived), n: n + 1}}
          - write: {{to: waited, at: index, value: total}}
          - write: {{to: served, at: index, value: n}}
          - delay: {service}
"
    );
    let run = run_with(&text, &[]);
    assert_eq!(run.end.outcome.name(), "horizon", "{:?}", run.end.outcome);
    let sum = |name: &str| -> f64 {
        run.machine.memory(&run.program, run.resource(name)).iter().map(|value: &Value| value.as_f64()).sum()
    };
    assert!(sum("served") > 250_000.0);
    sum("waited") / sum("served")
}

/// W1: arrival rate 0.9, service rate 1, so a mean time in system of 10 s;
/// a million customers, within 2%. (The asymptotic variance of the mean gives
/// a standard error of 1.9%: Whitt, Management Science 35 (1989), 1341.)
#[test]
fn workload_1() {
    let run = run_with(&library("queues/mm1.yaml"), &[("customers", "1000000")]);
    let values = run.machine.memory(&run.program, run.resource("mean_sojourn"));
    close(values[0].as_f64(), 10.0, 0.02);
}

/// The first 100,000 customers of seed 1: an independent program in Python,
/// with draws of its own from the same ChaCha8 streams, has the same mean.
#[test]
fn workload_1_customer_by_customer() {
    let run = run(&library("queues/mm1.yaml"));
    let values = run.machine.memory(&run.program, run.resource("mean_sojourn"));
    close(values[0].as_f64(), 9.69949489944249, 1e-9);
    assert_eq!(run.end.end.as_nanos(), 110_838_167_961_617);
}

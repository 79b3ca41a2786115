//! Instances that arrive: what each of them has is its own by its number, and not by
//! the place that was free.

use crate::common::{Run, run, run_with};

/// The customers in the order of their numbers: what each logged.
fn by_number(run: &Run) -> Vec<String> {
    let mut lines = run.log();
    lines.sort_by_key(|line| line.split(' ').next().and_then(|number| number.parse::<u32>().ok()));
    lines
}

const SHOP: &str = "
version: 1
seed: 7
params: {servers: 1, most: 1000}
resources: {server: {kind: semaphore, permits: servers}}
processes:
  customer:
    arrivals: {every: {exponential: {mean: 1s}}, up_to: 200, most: most}
    vars: {came: 0s, service: 0s, size: 0, patience: 0.0}
    do:
      - set: {came: now}
      - draw: {into: patience, from: {gamma: {shape: 0.7, mean: 3.0}}}
      - with: server
        do:
          - draw: {into: service, from: {exponential: {mean: 900ms}}}
          - delay: service
          - draw: {into: size, from: {uniform_int: {low: 1, high: 1000}}}
      - delay: {exponential: {mean: 2s}}
      - log: \"{index} {came} {service} {size} {patience}\"
";

/// Common random numbers: customer n comes at the same time, and needs and draws the same,
/// however many serve and however many places there are.
#[test]
fn customers_keep_their_numbers_whoever_serves_them() {
    let one = run_with(SHOP, &[]);
    let expected = by_number(&one);
    assert_eq!(expected.len(), 200);
    for settings in [[("servers", "2"), ("most", "1000")], [("servers", "5"), ("most", "60")]] {
        let other = run_with(SHOP, &settings);
        assert_ne!(other.log(), one.log(), "another order of leaving");
        assert_eq!(by_number(&other), expected, "{settings:?}");
    }
    let distinct: std::collections::BTreeSet<&String> = expected.iter().collect();
    assert_eq!(distinct.len(), 200);
}

/// The n-th customer is the n-th of so many instances, but for what it draws: those who
/// arrive share a stream.
#[test]
fn an_arrival_is_the_instance_of_its_number() {
    let body = "do: [{delay: 100ms * (index + 1)}, {log: \"{index} {now}\"}, {delay: 2s - 150ms * index}, {log: \"{index} {now}\"}]";
    let fixed =
        run(&format!("version: 1\nprocesses: {{c: {{count: 9, start: 1s * (index + 1), {body}}}}}\n"));
    let arrivals = "arrivals: {every: 1s, up_to: 9, most: 9}";
    let arriving = run(&format!("version: 1\nprocesses: {{c: {{{arrivals}, {body}}}}}\n"));
    assert_eq!(arriving.log(), fixed.log());
}

/// The first values of variables and arrays over `index` are those of the arrival: three
/// places serve all nine.
#[test]
fn first_values_are_by_the_number_of_the_arrival() {
    let run = run("
version: 1
params: {base: 100}
processes:
  c:
    arrivals: {every: 1s, up_to: 9, most: 3}
    vars: {x: base + index, a: {array: 2, of: 10 * index}, fixed: 5, far: index > 4}
    do:
      - log: \"{index} {x} {a} {fixed} {far}\"
      - set: {x: 0, \"a[1]\": 0, fixed: 0}
      - delay: 2.5s
");
    let expected = |n: u32| format!("{n} {} [{}, {}] 5 {}", 100 + n, 10 * n, 10 * n, n > 4);
    assert_eq!(run.log(), (0..9).map(expected).collect::<Vec<_>>());
}

/// Of those who wait odd numbers go first.
#[test]
fn the_priority_is_by_the_number_of_the_arrival() {
    let run = run("
version: 1
resources: {desk: {kind: mutex, discipline: priority}}
processes:
  c:
    arrivals: {every: 1s, up_to: 7, most: 7}
    priority: 1 - index % 2
    do:
      - with: desk
        do: [{delay: 10s}]
      - log: \"{index}\"
");
    // 0 is served from 1 s on; then those who wait: 1, 3, 5 before 2, 4, 6.
    assert_eq!(run.log(), ["0", "1", "3", "5", "2", "4", "6"]);
}

/// An owner that inherits a priority gets back the one of its own number.
#[test]
fn an_inherited_priority_ends_with_the_own_one() {
    let text = "
version: 1
resources: {m: {kind: mutex, inherit: true}, cpu: {kind: processor, cores: 1, discipline: priority}}
processes:
  c:
    on: cpu
    arrivals: {every: 1s, up_to: 4, most: 4}
    priority: 9 - index
    do:
      - work: 500ms
      - if: index == 0 or index == 3
        do:
          - with: m
            do: [{work: 4s}]
      - work: 4s
      - log: \"{index} {now}\"
";
    // 0 takes m at 1.5 s; 1 preempts it at 2 s and 2 at 3 s; 3 comes at 4 s, works to 4.5 s and
    // waits for m: 0 works on in its stead, has 3.5 s left, and gives m back at 8 s. 3 holds m to
    // 12 s and works to 16 s; then 2 has 3.5 s left (to 19.5 s), 1 has 3.5 s (to 23 s), 0 4 s.
    assert_eq!(run(text).log(), ["3 16s", "2 19.5s", "1 23s", "0 27s"]);
}

/// What is no first value of an arrival is a fault when that one comes, at the line of the
/// arrivals, and none before.
#[test]
fn a_first_value_that_is_none_is_a_fault() {
    let text = "
version: 1
processes:
  c:
    arrivals: {every: 1s, up_to: UP, most: 9}
    vars: {x: 12 / (3 - index)}
    do: [{log: \"{x}\"}]
";
    assert_eq!(run(&text.replace("UP", "3")).log(), ["4", "6", "12"]);
    let faulty = run(&text.replace("UP", "4"));
    let fault = faulty.fault();
    assert!(fault.contains("number 3 of 'c' cannot begin: division by zero"), "{fault}");
    let text = "
version: 1
processes:
  c: {arrivals: {every: 1s, up_to: 4}, priority: 125 + index, do: [{delay: 1s}]}
";
    let faulty = run(text);
    let fault = faulty.fault();
    assert!(fault.contains("the priority is 128, but must be from -128 to 127"), "{fault}");
}

/// Customers come in groups, as many as a Poisson distribution of mean 4 says, and each tries until
/// it succeeds, with a probability of 1/5: both are integers. Of 20,000 groups come 80,000 customers
/// and 400,000 trials, and four standard errors are 1,132 and 7,590 (the variance of a sum of a
/// random number of values is 4 (20 + 25) a group).
#[test]
fn groups_and_trials_are_counted() {
    let run = run("
version: 1
seed: 5
resources: {total: {kind: memory, slots: 2, value: 0}}
processes:
  door:
    vars: {group: 0, trials: 0, all: 0, customers: 0}
    do:
      - repeat: 20000
        do:
          - draw: {into: group, from: {poisson: {mean: 4}}}
          - set: {customers: customers + group}
          - repeat: group
            do:
              - draw: {into: trials, from: {geometric: {p: 0.2}}}
              - set: {all: all + trials}
      - write: {to: total, at: 0, value: customers}
      - write: {to: total, at: 1, value: all}
");
    let found: Vec<i64> = run.memory("total").iter().map(|text| text.parse().expect("an integer")).collect();
    assert!((found[0] - 80_000).abs() < 1_132, "{found:?}");
    assert!((found[1] - 400_000).abs() < 7_590, "{found:?}");
}

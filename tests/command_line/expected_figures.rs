//! What is expected of figures: right ones by hand, wrong ones told with what was
//! seen, and names that there are not.

use crate::room::Room;

/// Five requests of 100 ms one after the other on one core: they respond after 100, 200,
/// 300, 400 and 500 ms, 300 ms in the mean, and are ready for 0, 100, … 400 ms before.
const REQUESTS: &str = "version: 1
name: requests
resources: {cpu: {kind: processor, cores: 1}}
processes:
  request:
    count: 5
    on: cpu
    vars: {began: 0s}
    do:
      - set: {began: now}
      - work: 100ms
      - mark: {name: response, value: now - began}
      - mark: {name: size, value: 0.5}
      - mark: plain
  other: {do: [{mark: {name: response, value: 1s}}]}
expect:
";

fn expecting(lines: &str) -> Room {
    Room::with(&[("requests.yaml", &format!("{REQUESTS}{lines}"))])
}

#[test]
fn figures_that_are_right_are_met() {
    let room = expecting(
        "  values:
    request.response: {count: 5, mean: 300ms, smallest: 100ms, largest: {at_least: 0.5s, at_most: 0.5s}}
    \"request[1].response\": {mean: 200ms, p99.9: 200ms}
    response: {count: 6, largest: 1s, p50: 300ms, p90: 1s, p75: {about: 498ms, within: 1%}}
    size: {mean: 0.5, largest: {about: 1, within: 0.5}}
    request.plain: {count: {at_least: 5}}
  figures:
    total_time_ns: 500ms
    resources.cpu.utilization: {at_least: 1, at_most: 1.0}
    processes.request[4].ready_ns: 400000000
    processes.request[4].finished_ns: {about: 0.4s, within: 100ms}
    processes.request[0].blocked_ns.cpu: 0s
    \"process_groups.request[*].ready_ns.mean\": 200ms
    marks.size.count: 5
    marks.response.max: 1s
",
    );
    room.run("run requests.yaml --write none").with_code(0);
    room.run("test requests.yaml").with_code(0).says(&["1 passed"]);
}

/// `p` waits for m from 0 s to 1 s, works till 2 s, waits for n till 5 s, and till 6 s
/// for any of the two to be taken again: 1 + 3 + 1 seconds.
#[test]
fn how_long_a_process_was_blocked_in_all() {
    let text = "version: 1
name: blocked
resources: {m: mutex, n: mutex}
processes:
  a: {do: [{with: m, do: [{delay: 1s}]}, {delay: 5s}, {acquire: m}, {release: m}]}
  b: {do: [{with: n, do: [{delay: 5s}]}, {delay: 1s}, {with: n, do: [{delay: 1s}]}]}
  p:
    do:
      - acquire: m
      - work: 1s
      - release: m
      - acquire: n
      - release: n
      - until: level(m) + level(n) < 2
expect:
  finished: {p: 6s}
  figures:
    processes.p.blocked_ns.m: 1s
    processes.p.blocked_ns.n: 3s
    processes.p.blocked_total_ns: 5s
    processes.a.blocked_total_ns: 0s
";
    let room = Room::with(&[("blocked.yaml", text)]);
    room.run("run blocked.yaml --write none").with_code(0);
    room.run("run blocked.yaml --write none --format json").says(&["\"blocked_total_ns\":5000000000"]);
}

#[test]
fn figures_that_are_wrong_are_told_with_their_values() {
    for (line, told) in [
        (
            "values: {request.response: {mean: 299ms}}",
            "expected the mean of 'request.response' to be 299ms, but it was 300ms",
        ),
        (
            "values: {request.response: {p95: {at_most: 499999999ns}}}",
            "the p95 of 'request.response' to be at most 499.999999ms, but it was 500ms",
        ),
        (
            "values: {request.response: {p75: {about: 500ms, within: 19.9%}}}",
            "between 400.5ms and 599.5ms, but it was 400ms",
        ),
        ("values: {size: {largest: 1}}", "to be 1, but it was 0.5"),
        ("values: {plain: {count: 4}}", "the count of 'plain' to be 4, but it was 5"),
        ("figures: {events: 1}", "expected 'events' to be 1, but it was"),
        (
            "figures: {\"process_groups.request[*].redy_ns.mean\": 1}",
            "there is no 'redy_ns' there, only blocked_by_ns, blocked_ns",
        ),
        ("figures: {\"processes.request[0].blocked_ns.m\": 0s}", "there is no 'm' there\n"),
        ("figures: {\"process_groups.request[*].ready_ns\": 0s}", "it has parts: max, mean, min, sum"),
        ("figures: {process_groups.x.ready_ns: 0s}", "no group 'x', only request[*]"),
        (
            "figures: {\"process_groups.request[*].ready_ns.mean.x\": 0}",
            "'x' is of something that has no parts",
        ),
    ] {
        let room = expecting(&format!("  {line}\n"));
        let ended = room.run("run requests.yaml --write none").with_code(1);
        ended.says(&["not as expected", "requests.yaml:17: expected", told]);
    }
    let room = expecting("  values: {other.response: {count: 2}}\n");
    let object = &room.run("test requests.yaml --format json").with_code(1).json()[0];
    assert_eq!(object["failures"][0]["line"], 17);
}

/// A search of all orders cannot say what is true of the figures of one run.
#[test]
fn a_search_says_that_it_does_not_check_them() {
    let text = "version: 1\nname: two\nprocesses:\n  p: {count: 2, do: [{delay: 1s}, {mark: m}]}\nexpect:\n  figures: {total_time_ns: 2s}\n";
    let room = Room::with(&[("two.yaml", text)]);
    room.run("explore two.yaml")
        .with_code(0)
        .says(&["expected figures not checked, `run` and `test` do: line 6"]);
    room.run("run two.yaml --write none").with_code(1);
}

/// Nor can a run along a schedule in which a delay may take any time.
#[test]
fn a_schedule_without_time_says_that_it_does_not_check_them() {
    let text = "version: 1\nname: locks\nresources: {a: mutex, b: mutex}\nprocesses:\n  \
                p: {do: [{acquire: a}, {delay: 1s}, {acquire: b}, {release: [a, b]}]}\n  \
                q: {do: [{delay: 9s}, {acquire: b}, {acquire: a}, {release: [a, b]}]}\n\
                expect:\n  figures: {total_time_ns: 1s}\n";
    let room = Room::with(&[("locks.yaml", text)]);
    room.run("explore locks.yaml --untimed").with_code(1);
    let run = room.run("run locks.yaml --schedule output/locks/deadlock.schedule --write none").with_code(1);
    run.says(&["note: what is expected of figures is not checked along a schedule without time\n"]);
    let timed = room.run("run locks.yaml --write none").with_code(1);
    timed.says(&["expected 'total_time_ns' to be 1s, but it was 9s"]);
    assert!(!timed.out.contains("along a schedule"));
}

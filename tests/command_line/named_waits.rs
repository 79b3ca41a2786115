//! Waits belong to the resource that a scenario names, whatever the step is made of: figures,
//! expectations and measures are worked out by hand here.

use crate::room::Room;

/// Reads from 0 s to 3 s. `first` is to write from 1 s to 2 s and gives up; `second` comes at
/// 1.5 s, stands behind it until 2 s and then waits until nobody reads, at 3 s: one wait of 1.5 s.
/// It writes until 4 s, for which `late` waits from 2 s on.
const LOCK: &str = "version: 1
name: lock
resources: {l: rwlock, others: {kind: rwlock, count: 2}}
processes:
  reader: {do: [{with: {read: l}, do: [{delay: 3s}]}]}
  first: {start: 1s, do: [{with: {write: l}, within: 1s, do: [], else: []}]}
  second: {start: 1500ms, do: [{with: {write: l}, do: [{delay: 1s}]}]}
  late: {start: 2s, do: [{with: {read: l}, do: [{delay: 1s}]}]}
  owner: {do: [{with: {write: \"others[1]\"}, do: [{delay: 2s}]}]}
  other: {vars: {i: 1}, do: [{with: {read: \"others[i]\"}, do: []}]}
measures:
  line: {level: waiting(l)}
expect:
  longest_wait: {second.l: 1500ms, second: 1500ms, late.l: 2s, first.l: 1s, \"other.others[1]\": 2s, \"other.others[0]\": 0s}
  never_together:
    - [{process: reader, holds: l}, {process: second, holds: l}]
    - [{process: second, holds: l}, {process: late, holds: l}]
  figures:
    resources.l.requests: 4
    resources.l.waits: 3
    resources.l.timeouts: 1
    resources.l.wait_total_ns: 4500ms
    resources.l.wait_longest_ns: 2s
    resources.l.wait_mean_ns: 1500ms
    resources.others[0].waits: 0
    resources.others[1].waits: 1
    resources.others[1].requests: 2
    resources.others[1].wait_longest_ns: 2s
    processes.second.blocked_ns.l: 1500ms
    processes.other.blocked_ns.others[1]: 2s
    measures.line.mean: 0.9
";

#[test]
fn waits_under_a_read_write_lock_are_of_the_lock() {
    let room = Room::with(&[("lock.yaml", LOCK)]);
    let ended = room.run("run lock.yaml --write csv").with_code(0);
    ended.says(&["l 1.5s", "others[1] 2s"]);
    for part in ["l to write", "turn to write", "l for reading"] {
        assert!(!ended.out.contains(part), "{part}: {}", ended.out);
    }
    let levels = std::fs::read_to_string(room.path("output/lock/levels.csv")).expect("it was written");
    let of_lock: Vec<&str> = levels.lines().filter(|line| line.starts_with("l,")).collect();
    assert_eq!(of_lock, ["l,0,1", "l,3000000000,0", "l,4000000000,1"]);
    // Two who read are together.
    let both = LOCK
        .replace("late, holds: l", "reader, holds: l")
        .replace("{process: second, holds: l}, ", "{process: late, holds: l}, ");
    let overlap = both.replace("late: {start: 2s", "late: {start: 500ms");
    let room = Room::with(&[("lock.yaml", &overlap)]);
    room.run("run lock.yaml --write none").with_code(1).says(&["holding 'l'"]);
}

/// `until` waits for 2 s, and a get in a choice for 1 s more, of which the other branch has
/// nothing. The flag is waited for once for 1 s and once not at all, the latch for 3 s; both
/// permits are taken at once at 4 s, 2 s after they were asked for; the first who comes to the
/// barrier waits for 3 s.
const OTHERS: &str = "version: 1
name: others
resources:
  f: flag
  done: {kind: latch, from: 2}
  door: {kind: barrier, parties: 2}
  a: mutex
  b: {kind: semaphore, permits: 1}
  q: {kind: buffer, capacity: 3, of: int}
  r: {kind: buffer, capacity: 3, of: int}
  l: rwlock
  own: mutex
processes:
  early: {do: [{wait: f}]}
  late: {start: 2s, do: [{wait: f}, {count_down: done}]}
  main: {do: [{wait: done}, {wait: door}]}
  hoist: {start: 1s, do: [{signal: f}, {delay: 2s}, {count_down: done}, {delay: 3s}, {wait: door}]}
  holder: {do: [{with: [a, b], do: [{delay: 4s}]}]}
  both: {start: 2s, do: [{acquire_all: [a, b]}, {release: [a, b]}]}
  writer: {do: [{with: {write: l}, do: [{delay: 5s}]}]}
  reader: {start: 2s, do: [{acquire_all: [{read: l}, own]}, {release: [own, {read: l}]}]}
  source: {start: 2s, do: [{put: q}, {delay: 1s}, {put: q}]}
  sink: {do: [{until: level(q) > 0}, {get: q}, {select: [{get: r, do: []}, {get: q, do: []}]}]}
measures:
  gets: {level: waiting_to_get(r)}
expect:
  longest_wait: {early.f: 1s, late.f: 0s, main.done: 3s, main.door: 3s, both.a: 2s, both.b: 2s, sink.q: 2s, sink.r: 1s, reader.l: 3s, reader.own: 3s}
  figures:
    resources.f.requests: 2
    resources.f.waits: 1
    resources.f.wait_mean_per_request_ns: 500ms
    resources.done.requests: 1
    resources.done.wait_longest_ns: 3s
    resources.door.requests: 2
    resources.door.wait_mean_ns: 3s
    resources.door.wait_mean_per_request_ns: 1.5s
    resources.a.requests: 2
    resources.a.wait_longest_ns: 2s
    resources.b.waits: 1
    resources.q.wait_total_ns: 3s
    resources.q.requests: 5
    resources.r.requests: 1
    resources.r.wait_mean_ns: 1s
    processes.early.blocked_ns.f: 1s
    processes.main.blocked_ns.done: 3s
    processes.sink.blocked_ns.q: 2s
    processes.both.blocked_ns.all of a, b: 2s
    processes.reader.blocked_ns.all of read l, own: 3s
    resources.l.requests: 2
    resources.l.wait_longest_ns: 3s
    measures.gets.largest: 1
";

#[test]
fn waits_for_several_things_are_of_each_of_them() {
    let room = Room::with(&[("others.yaml", OTHERS)]);
    room.run("run others.yaml --write none").with_code(0);
}

//! Barriers: who waits for whom, worked out by hand.

use crate::common::{run, run_with};
use tempolane::trace::{Kind, Outcome, WaitFor};

/// In each round all wait for the slowest, who is another one each time: 3 s a round.
#[test]
fn a_round_takes_as_long_as_its_slowest() {
    let text = std::fs::read_to_string("scenarios/classics/barrier.yaml").expect("it is there");
    for (rounds, end) in [("1", 3.0), ("3", 9.0), ("10", 30.0)] {
        let run = run_with(&text, &[("rounds", rounds)]);
        for worker in ["worker[0]", "worker[1]", "worker[2]"] {
            assert_eq!(run.finished(worker), Some(end), "{worker}");
        }
    }
}

/// Two places, four who come at 0, 1, 2 and 3 s: the first two meet at 1 s and the
/// others at 3 s, since it begins anew.
#[test]
fn it_begins_anew_for_whoever_comes() {
    let run = run("
version: 1
resources: {pair: {kind: barrier, parties: 2}}
processes:
  p: {count: 4, start: index * 1s, do: [{wait: pair}]}
");
    let ends: Vec<_> = (0..4).map(|p| run.finished(&format!("p[{p}]"))).collect();
    assert_eq!(ends, [Some(1.0), Some(1.0), Some(3.0), Some(3.0)]);
    let woken = run.kept.events.iter().filter(|event| event.kind == Kind::Notify).map(|event| event.value);
    assert!(woken.eq([1, 1]), "each of the last ones lets one other go on");
}

#[test]
fn one_party_never_waits() {
    let run = run("
version: 1
resources: {alone: {kind: barrier, parties: 1}}
processes:
  p: {do: [{repeat: 5, do: [{wait: alone}, {delay: 1s}]}]}
");
    assert_eq!(run.finished("p"), Some(5.0));
    assert!(run.kept.events.iter().all(|event| event.kind != Kind::Block));
}

/// The third one that could come waits for a mutex of one that is there.
#[test]
fn who_could_still_come_is_named() {
    let run = run("
version: 1
resources: {three: {kind: barrier, parties: 3}, m: mutex}
processes:
  a: {do: [{acquire: m}, {wait: three}, {release: m}]}
  b: {do: [{wait: three}]}
  c: {do: [{delay: 1s}, {acquire: m}, {wait: three}]}
");
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    let givers: Vec<_> = deadlock.blocked.iter().map(|blocked| blocked.givers.clone()).collect();
    let [a, c] = ["a", "c"].map(|name| run.process(name));
    assert_eq!(givers, [vec![c], vec![c], vec![a]]);
    assert_eq!(deadlock.cycle.len(), 2, "a has the mutex for which c waits, for whom a waits");
}

#[test]
fn fewer_than_the_parties_wait_for_ever() {
    let run = run("
version: 1
resources: {three: {kind: barrier, parties: 3}}
processes:
  p: {count: 2, vars: {x: 0}, do: [{delay: index * 1s}, {set: {x: level(three)}}, {wait: three}]}
");
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    assert!(deadlock.blocked.iter().all(|blocked| blocked.wait_for == WaitFor::Barrier));
    assert_eq!(deadlock.blocked.len(), 2);
    assert!(deadlock.blocked.iter().all(|blocked| blocked.is_starved()), "nobody else can come");
    assert!(deadlock.cycle.is_empty());
    run.machine.check(&run.program);
}

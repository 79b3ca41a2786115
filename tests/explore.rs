//! The explorer against systems whose state spaces are known.

use std::ops::ControlFlow;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, explore};
use tempolane::program::{self, Image};
use tempolane::scenario;

fn image(text: &str) -> Image {
    let loaded = scenario::load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    program::compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked")
}

fn options(mode: Mode) -> Options<'static> {
    let budget = Budget { states: 10_000_000, bytes: 4 << 30, workers: 2 };
    Options { mode, seed: 0, budget, monitors: None, learns: true }
}

fn explored(image: &Image, mode: Mode) -> Exploration<'_> {
    explore(image, options(mode), &mut |_| ControlFlow::Continue(()))
}

const TWO_LOCKS: &str = "
version: 1
resources: {a: {kind: mutex}, b: {kind: mutex}}
processes:
  p: {do: [{acquire: a}, {acquire: b}, {release: [a, b]}]}
  q: {do: [{acquire: b}, {acquire: a}, {release: [a, b]}]}
";

#[test]
fn locks_in_opposite_orders_have_one_deadlock() {
    let image = image(TWO_LOCKS);
    let untimed = explored(&image, Mode::Untimed);
    assert!(untimed.is_complete());
    assert_eq!(untimed.ends(End::Deadlock), 1);
    assert_eq!(untimed.ends(End::Completed), 1);
    assert_eq!(untimed.witness(End::Deadlock).map(|witness| witness.turns.len()), Some(2));
    let timed = explored(&image, Mode::Timed);
    assert!(timed.ends(End::Deadlock) >= 1);
}

const COUNTER: &str = "
version: 1
resources: {counter: {kind: memory, slots: 1}}
processes:
  p:
    count: 3
    vars: {x: 0}
    do: [{read: {from: counter, at: 0, into: x}}, {write: {to: counter, at: 0, value: x + 1}}]
";

#[test]
fn lost_updates() {
    let image = image(COUNTER);
    for mode in [Mode::Untimed, Mode::Timed] {
        let explored = explored(&image, mode);
        assert!(explored.is_complete());
        assert_eq!(explored.ends(End::Completed), 3, "three final values");
        let overview = explored.overview();
        assert_eq!(overview.schedules, Some(90));
        let schedules: Vec<Option<u128>> = overview.finals.iter().map(|end| end.schedules).collect();
        assert_eq!(schedules, [Some(48), Some(36), Some(6)]);
    }
}

fn philosophers(n: usize) -> String {
    format!("
version: 1
params: {{n: {n}}}
resources: {{forks: {{kind: semaphore, permits: 1, count: n}}}}
processes:
  philosopher:
    count: n
    do: [{{while: true, do: [{{acquire: 'forks[index]'}}, {{acquire: 'forks[(index + 1) % n]'}}, {{release: 'forks[index]'}}, {{release: 'forks[(index + 1) % n]'}}]}}]
")
}

#[test]
fn philosophers_have_one_deadlock() {
    for n in 2..=9 {
        let image = image(&philosophers(n));
        let explored = explored(&image, Mode::Untimed);
        assert!(explored.is_complete());
        println!("{n} {:?}", explored.progress());
        assert_eq!(explored.ends(End::Deadlock), 1);
        assert_eq!(explored.witness(End::Deadlock).map(|witness| witness.turns.len()), Some(n));
    }
}

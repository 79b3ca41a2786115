//! The explorer against systems whose state spaces are known.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use tempolane::backend::Call;
use tempolane::backend::{BoundProgram, compile};
use tempolane::builder::Scenario;
use tempolane::explore::{
    Budget, End, Exploration, Mode, NumberedCode, Options, Reduce, Stop, explore, replay,
};
use tempolane::scenario;

fn program(text: &str) -> BoundProgram {
    let loaded = scenario::load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked")
}

fn options(mode: Mode) -> Options<'static> {
    let budget = Budget { states: 10_000_000, bytes: 4 << 30, workers: 2 };
    Options {
        mode,
        seed: 0,
        budget,
        monitors: None,
        reduce: Reduce::NONE,
        learns: true,
        code: None,
        spurious: false,
    }
}

fn explored(program: &BoundProgram, mode: Mode) -> Exploration<'_> {
    explore(program, options(mode), &mut |_| ControlFlow::Continue(()))
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
    let program = program(TWO_LOCKS);
    let untimed = explored(&program, Mode::Untimed);
    assert!(untimed.is_complete());
    assert_eq!(untimed.ends(End::Deadlock), 1);
    assert_eq!(untimed.ends(End::Completed), 1);
    assert_eq!(untimed.witness(End::Deadlock).map(|witness| witness.turns.len()), Some(2));
    let timed = explored(&program, Mode::Timed);
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

/// In each round the three come in any of 3! orders, and no order of one round
/// changes those of the next.
#[test]
fn orders_at_a_barrier() {
    for rounds in 1..=3 {
        let program = program(&format!(
            "
version: 1
resources: {{all: {{kind: barrier, parties: 3}}}}
processes:
  p: {{count: 3, do: [{{repeat: {rounds}, do: [{{wait: all}}]}}]}}
"
        ));
        let explored = explored(&program, Mode::Untimed);
        assert!(explored.is_complete());
        assert_eq!((explored.ends(End::Completed), explored.ends(End::Deadlock)), (1, 0));
        assert_eq!(explored.overview().schedules, Some(6u128.pow(rounds)));
    }
}

/// Two rounds, but one of the three comes once only: the others wait for ever, in
/// either order.
#[test]
fn a_barrier_that_somebody_leaves_out() {
    let program = program(
        "
version: 1
resources: {all: {kind: barrier, parties: 3}}
processes:
  p: {count: 2, do: [{repeat: 2, do: [{wait: all}]}]}
  q: {do: [{wait: all}]}
",
    );
    let untimed = explored(&program, Mode::Untimed);
    assert_eq!((untimed.ends(End::Completed), untimed.ends(End::Deadlock)), (0, 2));
    let timed = explored(&program, Mode::Timed);
    assert_eq!(timed.ends(End::Completed), 0);
    assert!(timed.ends(End::Deadlock) >= 1);
}

#[test]
fn lost_updates() {
    let program = program(COUNTER);
    for mode in [Mode::Untimed, Mode::Timed] {
        let explored = explored(&program, mode);
        assert!(explored.is_complete());
        assert_eq!(explored.ends(End::Completed), 3, "three final values");
        let overview = explored.overview();
        assert_eq!(overview.schedules, Some(90));
        let schedules: Vec<Option<u128>> = overview.finals.iter().map(|end| end.schedules).collect();
        assert_eq!(schedules, [Some(48), Some(36), Some(6)]);
    }
}

/// Thinks, holds the left fork, or eats; both forks are laid down at once.
fn philosophers(n: usize) -> String {
    format!(
        "
version: 1
params: {{n: {n}}}
resources: {{forks: {{kind: semaphore, permits: 1, count: n}}}}
processes:
  philosopher:
    count: n
    do:
      - while: true
        do:
          - acquire: 'forks[index]'
          - acquire: 'forks[(index + 1) % n]'
          - atomic: [{{release: 'forks[index]'}}, {{release: 'forks[(index + 1) % n]'}}]
"
    )
}

/// Known by exhaustive search of an independent program.
#[test]
fn philosophers_have_one_deadlock() {
    for (n, states) in [(2, 6), (3, 14), (4, 34), (5, 82), (6, 198), (7, 478), (8, 1_154)] {
        let program = program(&philosophers(n));
        let explored = explored(&program, Mode::Untimed);
        assert!(explored.is_complete());
        assert_eq!(explored.progress().states, states, "{n} philosophers");
        assert_eq!(explored.ends(End::Deadlock), 1);
        assert_eq!(explored.witness(End::Deadlock).map(|witness| witness.turns.len()), Some(n));
    }
}

/// The blocking queue of the TLA+ literature (M. Kuppe): a full or empty buffer
/// makes a thread wait, and every put and get notifies any one waiter.
fn blocking_queue(producers: usize, consumers: usize, capacity: usize) -> String {
    format!(
        "
version: 1
params: {{p: {producers}, c: {consumers}, b: {capacity}}}
resources:
  buffer: {{kind: buffer, capacity: b}}
  changed: {{kind: condition, discipline: any}}
processes:
  producer:
    count: p
    do:
      - while: true
        do:
          - atomic:
              - if: level(buffer) == b
                do: [{{wait: changed}}]
                else: [{{put: {{to: buffer, value: index}}}}, {{notify: changed}}]
  consumer:
    count: c
    do:
      - while: true
        do:
          - atomic:
              - if: level(buffer) == 0
                do: [{{wait: changed}}]
                else: [{{get: buffer}}, {{notify: changed}}]
"
    )
}

/// The counts are those of the TLA+ model checker.
#[test]
fn blocking_queues_are_free_of_deadlock_exactly_if_large_enough() {
    for (p, c, b, states, trace) in
        [(1, 1, 1, 4, None), (1, 2, 1, 14, Some(8)), (2, 2, 1, 48, Some(9)), (2, 2, 2, 30, None)]
    {
        let program = program(&blocking_queue(p, c, b));
        let explored = explored(&program, Mode::Untimed);
        assert_eq!(explored.progress().states, states, "p{p} c{c} b{b}");
        let witness = explored.witness(End::Deadlock).map(|witness| witness.turns.len() + 1);
        assert_eq!(witness, trace, "p{p} c{c} b{b}");
        if (p, c, b) == (1, 2, 1) {
            // The producer waits, the queue is empty, and a consumer wakes the other one: only
            // consumers are awake from then on.
            let fatal = explored.witness(End::Deadlock).and_then(|witness| witness.fatal);
            assert_eq!(fatal, Some(4));
        }
    }
    for (p, c, b) in [(3, 2, 2), (3, 2, 3), (2, 3, 2), (1, 3, 1), (1, 3, 2), (3, 3, 3)] {
        let program = program(&blocking_queue(p, c, b));
        let explored = explored(&program, Mode::Untimed);
        assert_eq!(explored.ends(End::Deadlock) == 0, 2 * b >= p + c, "p{p} c{c} b{b}");
    }
}

/// Neither the number of workers nor the memory of what steps do changes
/// anything.
#[test]
fn the_same_whoever_works() {
    let program = program(&blocking_queue(3, 3, 2));
    let one = |workers, learns| {
        let mut options = options(Mode::Untimed);
        options.budget.workers = workers;
        options.learns = learns;
        let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
        (explored.progress().states, explored.progress().transitions, explored.witness(End::Deadlock))
    };
    let expected = one(1, true);
    for workers in [2, 5] {
        assert_eq!(one(workers, true), expected, "{workers} workers");
    }
    let (states, transitions, witness) = one(2, false);
    assert_eq!((states, transitions), (expected.0, expected.1));
    let turns = |witness: Option<tempolane::explore::Witness>| witness.map(|witness| witness.turns.len());
    assert_eq!(turns(witness), turns(expected.2));
}

/// Values that grow with every step, so that packed states need more room again
/// and again, also where many are expanded at once. A state is what the memory
/// holds, how many steps each process has made, and what it has read last if it
/// will write it; counted here by a program of its own.
#[test]
fn states_that_outgrow_their_room_are_all_there() {
    let text = "
version: 1
resources: {m: {kind: memory, slots: 1}}
processes:
  p: {count: 3, vars: {x: 0}, do: [{repeat: 2, do: [{read: {from: m, at: 0, into: x}}, {write: {to: m, at: 0, value: x * 7 + index + 1}}]}]}
  q: {vars: {x: 0}, do: [{read: {from: m, at: 0, into: x}}, {write: {to: m, at: 0, value: x * 7 + 4}}]}
";
    let most = [4, 4, 4, 2];
    let first = (0i64, [(0, 0i64); 4]);
    let (mut seen, mut open, mut transitions) = (BTreeSet::from([first]), vec![first], 0);
    while let Some((memory, processes)) = open.pop() {
        for (id, &(steps, read)) in processes.iter().enumerate().filter(|&(id, process)| process.0 < most[id])
        {
            let (mut next, mut written) = (processes, memory);
            if steps % 2 == 0 {
                next[id] = (steps + 1, memory);
            } else {
                next[id] = (steps + 1, 0);
                written = read * 7 + id as i64 + 1;
            }
            transitions += 1;
            if seen.insert((written, next)) {
                open.push((written, next));
            }
        }
    }
    let program = program(text);
    for workers in [1, 2] {
        let mut options = options(Mode::Untimed);
        options.budget.workers = workers;
        let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
        let progress = explored.progress();
        assert_eq!((progress.states, progress.transitions), (seen.len() as u64, transitions), "{workers}");
    }
}

/// 2N² − 2N + 2 states, by a prototype of another make; and the same shortest
/// schedule into the deadlock.
#[test]
fn reduction_keeps_deadlocks() {
    for n in [2u64, 3, 5, 8, 16, 32] {
        let program = program(&philosophers(n as usize));
        let options = Options { reduce: Reduce { order: true, symmetry: false }, ..options(Mode::Untimed) };
        let reduced = explore(&program, options, &mut |_| ControlFlow::Continue(()));
        assert!(reduced.is_complete());
        println!("{n} {:?}", reduced.progress());
        assert_eq!(reduced.ends(End::Deadlock), 1, "{n} philosophers");
        assert_eq!(reduced.witness(End::Deadlock).map(|witness| witness.turns.len() as u64), Some(n));
        assert!(reduced.progress().states <= 2 * n * n - 2 * n + 2);
    }
}

const SOME_OF_MANY: &str = "
version: 1
resources: {slots: {kind: semaphore, permits: 2}, door: {kind: mutex}, done: {kind: memory, slots: 1}}
processes:
  worker:
    count: 4
    vars: {x: 0}
    do:
      - acquire: [slots, door]
      - read: {from: done, at: 0, into: x}
      - write: {to: done, at: 0, value: x + 1}
      - release: [door, slots]
";

/// With every kind of reduction the same deadlocks and results are there.
#[test]
fn reduction_on_and_off_agree() {
    let kinds = [
        Reduce { order: true, symmetry: false },
        Reduce { order: false, symmetry: true },
        Reduce { order: true, symmetry: true },
    ];
    let mut texts: Vec<String> = [(1, 2, 1), (2, 2, 1), (2, 2, 2), (3, 2, 2), (3, 3, 2)]
        .map(|(p, c, b)| blocking_queue(p, c, b))
        .to_vec();
    texts.extend([COUNTER, TWO_LOCKS, SOME_OF_MANY].map(str::to_owned));
    texts.extend([2, 4].map(philosophers));
    for text in &texts {
        let program = program(text);
        let full = explored(&program, Mode::Untimed);
        for reduce in kinds {
            let options = Options { reduce, ..options(Mode::Untimed) };
            let reduced = explore(&program, options, &mut |_| ControlFlow::Continue(()));
            assert!(reduced.is_complete());
            assert!(reduced.progress().states <= full.progress().states);
            assert_eq!(reduced.ends(End::Deadlock) > 0, full.ends(End::Deadlock) > 0, "{reduce:?} {text}");
            assert_eq!(reduced.results(), full.results(), "{reduce:?} {text}");
            // A schedule that was found is one of the scenario's.
            for end in [End::Deadlock, End::Completed] {
                let Some(witness) = reduced.witness(end) else { continue };
                let mut trace = tempolane::trace::NoTrace;
                let followed = replay(&program, 0, Mode::Untimed, &witness.turns, &mut trace, &mut |_, _| {});
                let name = if end == End::Deadlock { "deadlock" } else { "completed" };
                assert_eq!(followed.expect("it is allowed").outcome.name(), name, "{reduce:?} {text}");
            }
        }
    }
}

/// Four workers that nothing tells apart: the states are those of a multiset.
#[test]
fn symmetry_counts_what_stands_where_and_not_who() {
    let program = program(
        "
version: 1
resources: {room: {kind: semaphore, permits: 1}}
processes:
  guest: {count: 5, do: [{acquire: room}, {release: room}]}
",
    );
    let options = Options { reduce: Reduce { order: false, symmetry: true }, ..options(Mode::Untimed) };
    let reduced = explore(&program, options, &mut |_| ControlFlow::Continue(()));
    // So many are done (0 to 5), and one is inside or none.
    assert_eq!(reduced.progress().states, 6 + 5);
    assert_eq!(explored(&program, Mode::Untimed).progress().states, 32 + 5 * 16);
}

/// Code that doubles its state, or adds one to it.
#[derive(Debug)]
struct DoublesOrAdds;

impl NumberedCode for DoublesOrAdds {
    fn first(&self) -> u64 {
        1
    }

    fn call(&self, state: &mut u64, call: Call<'_>) -> Result<(), String> {
        *state = if call.number == 0 { 2 * *state } else { *state + 1 };
        Ok(())
    }

    fn bytes(&self) -> u64 {
        0
    }
}

/// Two double and two add, from 1: the ends are those of the six orders of
/// DDAA, whatever is learnt or left out, and however many work.
#[test]
fn code_of_ones_own_is_a_part_of_the_state() {
    let mut made = Scenario::new("made");
    made.process("doubler", |p| {
        p.count(2).call(|(), _| ());
    });
    made.process("adder", |p| {
        p.count(2).delay("1s").call(|(), _| ());
    });
    let program = made.program().expect("it is a scenario");
    let symmetry = Reduce { symmetry: true, ..Reduce::NONE };
    for (reduce, learns, workers) in
        [(Reduce::NONE, true, 1), (Reduce::NONE, false, 2), (Reduce::ALL, true, 2), (symmetry, true, 1)]
    {
        let budget = Budget { workers, ..options(Mode::Untimed).budget };
        let options =
            Options { reduce, learns, budget, code: Some(&DoublesOrAdds), ..options(Mode::Untimed) };
        let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
        assert!(explored.is_complete());
        let mut finals: Vec<_> = explored.overview().finals.iter().map(|end| end.code).collect();
        finals.sort_unstable();
        // DDAA 6, DADA 7, DAAD 8, ADDA 9, ADAD 10, AADD 12.
        assert_eq!(finals, [6, 7, 8, 9, 10, 12].map(Some), "{reduce:?} {learns}");
    }
    assert_eq!(explored(&program, Mode::Untimed).stops().len(), 1, "code that is not there cannot be called");
}

/// Where many processes can go on, the control is asked in the middle of a
/// state: what follows one takes long.
#[test]
fn an_exploration_can_be_stopped_in_the_middle_of_a_state() {
    let text = COUNTER.replace("count: 3", "count: 400");
    let program = program(&text);
    for mode in [Mode::Timed, Mode::Untimed] {
        let mut asked = 0;
        let stopped = explore(&program, options(mode), &mut |_| {
            asked += 1;
            if asked == 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((stopped.stop, asked), (Stop::Control, 100), "{mode:?}");
        // Not all of the 400 that follow the first state.
        assert!(stopped.progress().states <= 100, "{mode:?}: {:?}", stopped.progress());
    }
}

/// A block that has no end is a finding, whether it comes back to the same
/// state or not, and however it is explored.
#[test]
fn a_block_without_an_end_is_found() {
    for (value, learns) in [("1", true), ("1", false), ("x", true), ("x", false)] {
        let text = format!(
            "version: 1\nname: endless\nresources: {{m: {{kind: memory, slots: 1}}}}\nprocesses:\n  a:\n    vars: {{x: 0}}\n    do:\n      - atomic:\n          - while: true\n            do: [{{write: {{to: m, at: 0, value: {value}}}}}, {{set: {{x: x + 1}}}}]\n  b: {{do: [{{write: {{to: m, at: 0, value: 2}}}}]}}\n"
        );
        let program = program(&text);
        for mode in [Mode::Timed, Mode::Untimed] {
            let options = Options { learns, ..options(mode) };
            let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
            // What comes behind the bound of a block was not looked at.
            assert!(!explored.is_complete());
            assert_eq!((explored.progress().states, explored.progress().transitions), (2, 3));
            let told: Vec<String> =
                explored.stops().iter().map(|(stopped, ..)| format!("{stopped:?}")).collect();
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains("with process 'a' on line 8"), "{told:?}");
        }
    }
}

const SYMMETRY: Reduce = Reduce { order: false, symmetry: true };

/// The states of n philosophers are the closed walks of n steps of a matrix
/// with trace (1 + √2)^n + (1 - √2)^n; so there are as many up to rotation as
/// Burnside's lemma says: the mean, over all rotations, of those that a
/// rotation leaves as they are, which are the closed walks of gcd(k, n) steps.
#[test]
fn a_ring_of_philosophers_is_counted_up_to_rotation() {
    let walks = [0, 2, 6, 14, 34, 82, 198, 478, 1_154];
    let gcd = |a: usize, b: usize| {
        (1..=b).rev().find(|d| a.is_multiple_of(*d) && b.is_multiple_of(*d)).unwrap_or(1)
    };
    for n in 2..=8 {
        let orbits = (1..=n).map(|k| walks[gcd(k, n)]).sum::<u64>() / n as u64;
        let program = program(&philosophers(n));
        let options = Options { reduce: SYMMETRY, ..options(Mode::Untimed) };
        let reduced = explore(&program, options, &mut |_| ControlFlow::Continue(()));
        assert_eq!(reduced.progress().states, orbits, "{n} philosophers");
        assert_eq!(reduced.ends(End::Deadlock), 1);
        assert_eq!(reduced.witness(End::Deadlock).map(|witness| witness.turns.len()), Some(n));
    }
}

/// Processes in rings, and what only looks like one: with rotation and without
/// there are the same ends, and rotation leaves no more out than it may.
#[test]
fn rings_with_and_without_rotation_agree() {
    let rings = [
        // A token goes round.
        ("buffers: {kind: buffer, capacity: 1, count: 4}", "
  p:
    count: 4
    vars: {times: 0}
    do:
      - repeat: 2
        do: [{put: 'buffers[(index + 1) % 4]'}, {get: 'buffers[index]'}, {delay: 1s}, {set: {times: times + 1}}]"),
        // Two kinds of processes go round together, and count in one memory.
        ("forks: {kind: mutex, count: 3}
  d: {kind: memory, slots: 1}", "
  p:
    count: 3
    vars: {x: 0}
    do: [{with: ['forks[index]', 'forks[(index + 1) % 3]'], do: [{read: {from: d, at: 0, into: x}}]}, {write: {to: d, at: 0, value: x + 1}}]
  q:
    count: 3
    do: [{acquire: 'forks[(index + 2) % 3]'}, {delay: 1s}, {release: 'forks[(index + 2) % 3]'}]"),
        // A condition for each, and one for all.
        ("m: mutex
  c: {kind: condition, count: 3}
  all: {kind: condition, discipline: any}", "
  p:
    count: 3
    do: [{acquire: m}, {notify: 'c[(index + 1) % 3]'}, {wait: {on: 'c[index]', mutex: m}}, {notify: all}, {release: m}]
  q: {do: [{wait: all}]}"),
    ];
    let not_rings = [
        // The first takes the other fork first.
        ("forks: {kind: mutex, count: 3}", "
  p:
    count: 3
    vars: {a: 0, b: 0}
    do:
      - set: {a: index}
      - set: {b: (index + 1) % 3}
      - if: index == 0
        do: [{set: {a: 1}}, {set: {b: 0}}]
      - acquire: 'forks[a]'
      - acquire: 'forks[b]'
      - release: ['forks[a]', 'forks[b]']"),
        // Somebody else sits down at one of the forks.
        ("forks: {kind: mutex, count: 3}", "
  p: {count: 3, do: [{acquire: 'forks[index]'}, {acquire: 'forks[(index + 1) % 3]'}, {release: ['forks[index]', 'forks[(index + 1) % 3]']}]}
  q: {do: [{acquire: 'forks[0]'}, {acquire: 'forks[1]'}]}"),
        // What each puts says who it is.
        ("b: {kind: buffer, capacity: 3, count: 3}
  d: {kind: memory, slots: 1}", "
  p:
    count: 3
    vars: {x: 0}
    do: [{put: {to: 'b[(index + 1) % 3]', value: 10 * index}}, {get: {from: 'b[index]', into: x}}, {write: {to: d, at: 0, value: x}}]"),
        // Another step for each: forks 0, 2, 1.
        ("forks: {kind: mutex, count: 3}", "
  p: {count: 3, do: [{acquire: 'forks[index]'}, {acquire: 'forks[(2 * index) % 3]'}]}"),
    ];
    for (turns, (resources, processes)) in
        rings.map(|ring| (true, ring)).into_iter().chain(not_rings.map(|ring| (false, ring)))
    {
        let text = format!("version: 1\nresources:\n  {resources}\nprocesses:{processes}\n");
        let program = program(&text);
        for (mode, order) in [(Mode::Timed, false), (Mode::Untimed, false), (Mode::Untimed, true)] {
            let full = explored(&program, mode);
            let options = Options { reduce: Reduce { order, symmetry: true }, ..options(mode) };
            let reduced = explore(&program, options, &mut |_| ControlFlow::Continue(()));
            assert!(full.is_complete() && reduced.is_complete());
            let (many, few) = (full.progress().states, reduced.progress().states);
            if !order {
                assert_eq!(few < many, turns, "{few} of {many}, {mode:?}\n{text}");
            }
            for end in [End::Deadlock, End::Completed, End::Horizon] {
                assert_eq!(reduced.ends(end) > 0, full.ends(end) > 0, "{end:?}, {mode:?} {order}\n{text}");
                let (full, reduced) = (full.witness(end), reduced.witness(end));
                let turns = |witness: &Option<tempolane::explore::Witness>| {
                    witness.as_ref().map(|witness| witness.turns.len())
                };
                assert_eq!(turns(&full), turns(&reduced), "{end:?}, {mode:?} {order}\n{text}");
                if let Some(witness) = reduced {
                    let mut trace = tempolane::trace::NoTrace;
                    let followed = replay(&program, 0, mode, &witness.turns, &mut trace, &mut |_, _| {});
                    let name = if end == End::Deadlock { "deadlock" } else { "completed" };
                    assert_eq!(followed.expect("it is allowed").outcome.name(), name, "{text}");
                }
            }
            assert_eq!(reduced.results(), full.results(), "{mode:?} {order}\n{text}");
            let times = |explored: &Exploration<'_>| explored.total_times().and_then(|times| times.bounds());
            assert_eq!(times(&reduced), times(&full), "{text}");
        }
    }
}

//! What a schedule says of each turn: whoever a sentence is about is who does it, worked out by hand.

use crate::common::program;
use tempolane::explore::{Mode, Turn, narrate};
use tempolane::ids::ProcessId;

/// Checks the notes of a schedule: of each turn who takes it and what is told, without the line.
#[track_caller]
fn narrated(text: &str, expected: &[(&str, &str)]) {
    let program = program(text, &[]);
    let header = program.header(program.seed);
    let named = |name: &str| {
        let mut all = (0..header.process_count()).map(ProcessId::from_index);
        all.find(|&process| header.process_name(process) == name).expect("a process of this name")
    };
    let turn = |&(name, _): &(&str, &str)| Turn { process: named(name), answers: Vec::new() };
    let turns: Vec<Turn> = expected.iter().map(turn).collect();
    let notes = narrate(&program, None, Mode::Timed, program.seed, &turns);
    let told: Vec<&str> = notes.iter().map(|note| note.split(" (line ").next().unwrap_or(note)).collect();
    let by_hand: Vec<&str> = expected.iter().map(|(_, note)| *note).collect();
    assert_eq!(told, by_hand);
}

/// Who releases says to whom the lock goes, and nothing that the other one does is told as if it did it.
#[test]
fn what_is_handed_on_says_to_whom() {
    narrated(
        "version: 1
resources: {m: mutex, shelf: {kind: buffer, capacity: 1, of: int}}
processes:
  p: {do: [{acquire: m}, {delay: 2s}, {release: m}, {delay: 1s}, {put: {to: shelf, value: 7}}]}
  q: {vars: {x: 0}, do: [{delay: 1s}, {acquire: m}, {release: m}, {get: {from: shelf, into: x}}]}
  r: {do: [{join: p}]}
",
        &[
            ("p", "acquire m"),
            ("r", "waits for p"),
            ("q", "waits for m"),
            ("p", "release m (goes to q)"),
            ("q", "release m"),
            ("q", "waits for shelf"),
            ("p", "put 7 into shelf (q: get 7 from shelf)"),
            ("p", "done (lets r go on)"),
        ],
    );
}

/// A condition wakes, and who is woken asks for the mutex at its own turn; nobody notifies a barrier.
#[test]
fn conditions_and_barriers() {
    narrated(
        "version: 1
resources: {m: mutex, c: condition, b: {kind: barrier, parties: 3}}
processes:
  w: {count: 2, start: index * 1s, do: [{with: m, do: [{wait: {on: c, mutex: m}}]}, {delay: 1s}, {wait: b}]}
  n: {start: 3s, do: [{with: m, do: [{notify_all: c}, {delay: 1s}]}, {delay: 5s}, {wait: b}]}
",
        &[
            ("w[0]", "acquire m"),
            ("w[0]", "release m, waits for c"),
            ("w[1]", "acquire m"),
            ("w[1]", "release m, waits for c"),
            ("n", "acquire m"),
            ("n", "notify c (wakes w[0], w[1])"),
            ("w[0]", "waits for m"),
            ("w[1]", "waits for m"),
            ("n", "release m (goes to w[0])"),
            ("w[0]", "release m (goes to w[1])"),
            ("w[1]", "release m"),
            ("w[0]", "waits for b"),
            ("w[1]", "waits for b"),
            ("n", "comes last to b (lets w[0], w[1] go on)"),
        ],
    );
}

/// Steps are told by their names, whatever they are made of.
#[test]
fn locks_flags_and_latches() {
    narrated(
        "version: 1
resources: {l: rwlock, f: flag, t: {kind: latch, from: 1}}
processes:
  w: {do: [{with: {write: l}, do: [{delay: 2s}]}, {delay: 1s}, {signal: f}, {delay: 1s}, {signal: f}, {delay: 1s}, {reset: f}, {delay: 1s}, {count_down: t}]}
  r: {start: 1s, do: [{with: {read: l}, do: []}, {wait: f}]}
",
        &[
            ("w", "acquire turn to write l"),
            ("w", "acquire l for writing"),
            ("r", "waits for l to read"),
            ("w", "release l"),
            ("w", "release turn to write l (r: acquire l for reading)"),
            ("r", "release l for reading"),
            ("r", "waits for f up"),
            ("w", "signal f (lets r go on)"),
            ("w", "signal f, which changes nothing"),
            ("w", "reset f"),
            ("w", "count down t"),
        ],
    );
}

/// The last turn of a schedule that ends in a fault says what failed; it is one of whoever breaks the rule.
#[test]
fn the_turn_that_fails() {
    let of = |steps: &str| {
        format!(
            "version: 1
resources: {{m: mutex, c: condition, b: {{kind: barrier, parties: 2}}, d: {{kind: memory, slots: 1}}}}
processes:
  p: {{vars: {{x: 0}}, do: [{steps}, {{set: {{x: 1 / x}}}}]}}
  q: {{start: 1s, do: [{{notify: c}}, {{delay: 1s}}, {{wait: b}}]}}
"
        )
    };
    narrated(&of("{acquire: m}"), &[("p", "acquire m, fails: division by zero")]);
    narrated(
        &of("{wait: c}, {read: {from: d, at: x - 1, into: x}}"),
        &[
            ("p", "waits for c"),
            ("q", "notify c (wakes p)"),
            ("p", "fails: index -1 is out of range: memory 'd' has 1 slot"),
        ],
    );
    narrated(
        &of("{wait: b}"),
        &[
            ("p", "waits for b"),
            ("q", "notify c"),
            ("q", "comes last to b (lets p go on)"),
            ("p", "fails: division by zero"),
        ],
    );
}

//! Waits that run out on real threads: who gives up, what is left to the others, and that
//! the model allows it.

use super::common::generate::scenario;
use super::common::limits::limited;
use super::common::lives::{self, Held};
use super::common::{cases, program, run};
use super::{record, record_paused, refuse, replayed, told};
use proptest::prelude::*;
use tempolane::backend::replay::replay;
use tempolane::time::Time;
use tempolane::trace::Outcome;

#[test]
fn who_gives_up_and_who_is_served() {
    let (lines, end) = told(
        "
version: 1
resources: {m: mutex, b: {kind: buffer, capacity: 3}, c: condition, r: {kind: barrier, parties: 2}}
processes:
  holder: {do: [{with: m, do: [{delay: 600ms}]}]}
  impatient: {start: 100ms, do: [{acquire: m, within: 200ms, else: [{log: no mutex}]}]}
  patient: {start: 200ms, do: [{acquire: m, within: 10s, else: [{log: never}]}, {log: mutex}, {release: m}]}
  big: {start: 600ms, do: [{get: {from: b, count: 3}, within: 400ms, else: [{log: no items}]}]}
  small: {start: 700ms, do: [{get: b}, {delay: 100ms}, {log: item}]}
  putter: {start: 800ms, do: [{put: b}]}
  alone: {start: 1200ms, do: [{wait: c, within: 100ms, else: [{log: nobody notified}]}, {wait: r, within: 200ms, else: [{log: nobody came}]}]}
  joins: {start: 1600ms, do: [{join: late, within: 100ms, else: [{log: not done}]}, {join: late, within: 10s, else: [{log: never}]}, {log: done}]}
  late: {start: 2s, do: []}
",
    );
    let expected =
        ["no mutex", "mutex", "no items", "item", "nobody notified", "nobody came", "not done", "done"];
    assert_eq!(lines, expected);
    assert_eq!(end, Time::from_secs(2));
}

/// A try never waits, and takes its mutex again.
#[test]
fn tries() {
    let (lines, end) = told(
        "
version: 1
resources: {m: mutex, c: condition, s: {kind: semaphore, permits: 1}}
processes:
  p:
    do:
      - acquire: s
        within: 0s
        else: [{log: never}]
      - acquire: s
        within: 0s
        else: [{log: no permit}]
      - with: m
        do: [{wait: {on: c, mutex: m}, within: 0s, else: [{log: no notify}]}]
",
    );
    assert_eq!(lines, ["no permit", "no notify"]);
    assert_eq!(end, Time::ZERO);
}

#[test]
fn without_else_it_is_a_fault() {
    let program = program(
        "
version: 1
resources: {s: {kind: semaphore, permits: 0}}
processes:
  p: {do: [{acquire: s, within: 100ms}]}
  q: {do: [{acquire: s, within: 100s}]}
",
        &[],
    );
    let recording = record_paused(&program, 1.0);
    let Outcome::Fault(fault) = &recording.trace.outcome else { panic!("{:?}", recording.trace.outcome) };
    assert_eq!(fault.message, "'p' has waited as long as it may");
    assert_eq!(replayed(&program, &recording).model.end.to_string(), "100ms");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(150), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do whose waits run out, the model could have done it.
    #[test]
    fn random_scenarios_stay_within_the_model(text in limited(scenario())) {
        stays_within(&text);
    }

    /// The same where they start, join and stop each other.
    #[test]
    fn lives_stay_within_the_model(text in limited(lives::scenario(Held::Any))) {
        stays_within(&text);
    }
}

/// Whether a run of the model goes round without letting time pass: some stop and start each other for ever. On threads
/// that has no end either.
fn goes_round(text: &str) -> bool {
    let soon = "version: 1\nlimits: {zero_time_steps: 5000}\n";
    let is_bounded = text.contains("limits:");
    let text = if is_bounded { text.to_owned() } else { text.replacen("version: 1\n", soon, 1) };
    run(&text).outcome() == "limit"
}

pub fn stays_within(text: &str) {
    if goes_round(text) {
        return;
    }
    let program = program(text, &[]);
    let recording = record(&program, 20_000.0);
    // What breaks a rule leaves no event: when it did is not known, and another life may
    // have begun or ended since.
    if program.process_infos().iter().any(|info| info.name == "main")
        && matches!(recording.trace.outcome, Outcome::Fault(_))
    {
        return;
    }
    match replay(&program, &recording) {
        Err(found) => refuse(&found, &recording, text),
        Ok(replayed) => assert_eq!(replayed.memories, recording.memories, "{text}"),
    }
}

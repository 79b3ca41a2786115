//! Interrupts: scenarios worked out by hand, for the kernel and for threads; and random ones with
//! lives, in which steps become interruptible wherever they stand, and each process interrupts
//! others.

use super::limits::end_of;
use proptest::prelude::*;

/// What the steps begin with that may be interrupted, in flow form.
const STEPS: [&str; 7] = ["{delay: ", "{work: ", "{get: ", "{put: ", "{join: ", "{with: ", "{acquire: "];

/// Which process stands on a line, and whom it may interrupt.
const OTHERS: [(&str, [&str; 2]); 3] =
    [("  main: ", ["v", "w"]), ("  v: ", ["main", "\"w[0]\""]), ("  w: ", ["main", "v"])];

/// A scenario of [`super::lives`], in which processes interrupt each other.
pub fn interrupted(scenario: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (scenario, proptest::collection::vec(0u8..24, 24))
        .prop_map(|(text, draws)| with_interrupts(&text, &draws))
}

fn with_interrupts(text: &str, draws: &[u8]) -> String {
    let mut draws = draws.iter().copied().cycle();
    text.split_inclusive('\n').map(|line| line_with_interrupts(line, &mut draws)).collect()
}

/// The line with some steps made interruptible, and an interrupt in front of others, the last
/// step first.
fn line_with_interrupts(line: &str, draws: &mut impl Iterator<Item = u8>) -> String {
    let Some((_, others)) = OTHERS.iter().find(|(start, _)| line.starts_with(start)) else {
        return line.to_owned();
    };
    let mut line = line.to_owned();
    let mut places: Vec<usize> =
        STEPS.iter().flat_map(|step| line.match_indices(step).map(|(at, _)| at)).collect();
    places.sort_unstable_by(|a, b| b.cmp(a));
    for at in places {
        let draw = draws.next().unwrap_or(0);
        let then = match draw % 6 {
            0 => "leave",
            1 | 2 => "resume",
            3 => "restart",
            _ => "",
        };
        if !then.is_empty() {
            let handler =
                ["[{delay: 1s}]", "[]", "[{write: {to: d, at: 1, value: 9}}]"][usize::from(draw / 8)];
            let end = end_of(&line, at) + 1;
            line.insert_str(end, &format!("], on_interrupt: {handler}, then: {then}}}"));
            line.insert_str(at, "{interruptible: [");
        }
        if draw % 4 < 2 {
            line.insert_str(at, &format!("{{interrupt: {}}}, ", others[usize::from(draw / 12)]));
        }
    }
    line
}

/// A scenario that was worked out by hand: its log, each line with the second at which it is
/// written.
pub struct ByHand {
    pub resources: &'static str,
    pub processes: String,
    pub log: Vec<(u32, &'static str)>,
}

impl ByHand {
    /// The log, with times as `shown` shows a second.
    pub fn log(&self, shown: impl Fn(u32) -> String) -> Vec<String> {
        self.log.iter().map(|&(second, line)| format!("{} {line}", shown(second))).collect()
    }
}

/// 1 + 4 s of two steps are over at 5 s, when they are interrupted; what is done then takes 1 s.
pub fn left_resumed_or_begun_again() -> [ByHand; 3] {
    let cases = [
        ("leave", vec![(1, "first"), (6, "done")]),
        ("restart", vec![(1, "first"), (7, "first"), (15, "second"), (15, "done")]),
        ("resume", vec![(1, "first"), (10, "second"), (10, "done")]),
    ];
    cases.map(|(then, log)| {
        let processes = format!(
            "
  worker:
    do:
      - interruptible: [{{delay: 1s}}, {{log: first}}, {{work: 8s}}, {{log: second}}]
        on_interrupt: [{{delay: 1s}}]
        then: {then}
      - log: done
  boss: {{do: [{{delay: 5s}}, {{interrupt: worker}}]}}
"
        );
        ByHand { resources: "", processes, log }
    })
}

/// Whoever waits at a condition has given its mutex back, and takes it again first: the other holds
/// it for 3 s.
pub fn interrupted_at_a_condition() -> ByHand {
    let processes = "
  worker:
    do:
      - acquire: m
      - interruptible: [{wait: {on: c, mutex: m}}]
        on_interrupt: [{log: interrupted}]
        then: resume
      - log: notified
      - release: m
  boss: {do: [{delay: 1s}, {with: m, do: [{interrupt: worker}, {delay: 3s}]}, {delay: 1s}, {with: m, do: [{notify: c}]}]}
";
    ByHand {
        resources: "m: mutex, c: condition",
        processes: processes.to_owned(),
        log: vec![(4, "interrupted"), (5, "notified")],
    }
}

/// The limit counts from when the wait began, also for the rest of it.
pub fn interrupted_with_a_limit() -> ByHand {
    let processes = "
  worker:
    do:
      - interruptible: [{acquire: s, within: 5s, else: [{log: gave up}]}]
        on_interrupt: [{log: interrupted}, {acquire: s, within: 1s, else: []}]
        then: resume
  boss: {do: [{delay: 3s}, {interrupt: worker}]}
";
    ByHand {
        resources: "s: {kind: semaphore, permits: 0}",
        processes: processes.to_owned(),
        log: vec![(3, "interrupted"), (5, "gave up")],
    }
}

//! Interrupts in a random scenario with lives: steps become interruptible wherever they
//! stand, and each process interrupts others.

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

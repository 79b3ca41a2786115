//! Limits for the waits of a random scenario: steps that wait are given a `within`, and
//! mostly an `else`, wherever they stand.

use proptest::prelude::*;

/// What the steps that wait begin with, in the flow form in which they are written.
const WAITS: [&str; 6] = ["{acquire: ", "{get: ", "{put: ", "{wait: ", "{join: ", "{with: "];

/// A scenario of this kind, in which some waits may run out. There is a memory `d`.
pub fn limited(scenario: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (scenario, proptest::collection::vec(0u8..12, 24)).prop_map(|(text, draws)| with_limits(&text, &draws))
}

/// The scenario with a limit for the waits for which a number below 9 was drawn; the last
/// wait has the first number.
fn with_limits(text: &str, draws: &[u8]) -> String {
    let mut text = text.to_owned();
    let mut places: Vec<usize> =
        WAITS.iter().flat_map(|wait| text.match_indices(wait).map(|(at, _)| at)).collect();
    places.sort_unstable_by(|a, b| b.cmp(a));
    for (at, &draw) in places.into_iter().zip(draws.iter().cycle()) {
        let otherwise = match draw / 3 {
            0 => ", else: [{write: {to: d, at: 1, value: 8}}]",
            1 => ", else: [{delay: 1s}]",
            2 if draw == 8 => "",
            2 => ", else: []",
            _ => continue,
        };
        text.insert_str(end_of(&text, at), &format!(", within: {}s{otherwise}", draw % 3));
    }
    text
}

/// Where the brace is that closes the one at `open`.
pub fn end_of(text: &str, open: usize) -> usize {
    let mut depth = 0;
    let closes = |&(_, byte): &(usize, u8)| {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        depth == 0
    };
    let found = text.bytes().enumerate().skip(open).find(closes);
    found.expect("the braces of a scenario are closed").0
}

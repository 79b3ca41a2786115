//! Permits that others take, in a random scenario with lives: some that a `with` asks for may be lost, and some are asked
//! for by a priority of their own.

use super::limits::end_of;
use proptest::prelude::*;

/// How the semaphore is declared.
const SEMAPHORES: [&str; 5] = [
    "permits: 1, discipline: priority",
    "permits: 2, discipline: priority",
    "permits: {0s: 1, 1s: 0, 2s: 2}, discipline: priority, holders: resume",
    "permits: {0s: 2, 1s: 1, 2s: 0, 3s: 1}, discipline: fifo, holders: restart",
    "permits: 2, discipline: priority, holders: leave, breakdown: {every: 1500ms, repair: 1s}",
];

/// What is said of a permit that may be lost.
const WAYS: [&str; 5] = [
    "then: resume",
    "then: restart, on_preempt: [{delay: 500ms}]",
    "then: leave, on_preempt: [{write: {to: d, at: 1, value: 6}}]",
    "then: resume, left: r, on_preempt: [{if: r > 500ms, do: [{write: {to: d, at: 1, value: 5}}]}]",
    "on_preempt: [{put: {to: b, value: 3}}]",
];

/// A scenario of [`super::lives`], in which permits are asked for by priorities and taken from others.
pub fn requesting(scenario: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let semaphore = proptest::sample::select(SEMAPHORES.to_vec());
    (scenario, semaphore, proptest::collection::vec(0usize..60, 24))
        .prop_map(|(text, semaphore, draws)| with_requests(&text, semaphore, &draws))
}

fn with_requests(text: &str, semaphore: &str, draws: &[usize]) -> String {
    let mut text = text
        .replace("kind: semaphore, permits: 1", &format!("kind: semaphore, {semaphore}"))
        .replace("  b: {kind", "  t: {kind: semaphore, permits: 1, discipline: priority}\n  b: {kind")
        .replace("vars: {x", "vars: {r: 0s, x");
    if !text.contains("horizon") {
        text = text.replace("version: 1", "version: 1\nhorizon: 20s");
    }
    let by_priority = semaphore.contains("priority");
    let mut draws = draws.iter().copied().cycle();
    let mut places: Vec<usize> = ["{with: s, do: ", "{acquire: s}"]
        .iter()
        .flat_map(|step| text.match_indices(step).map(|(at, _)| at))
        .collect();
    places.sort_unstable_by(|a, b| b.cmp(a));
    for at in places {
        let draw = draws.next().unwrap_or(0);
        let (priority, preempts) = (draw % 5, draw % 3 > 0);
        let asked = match by_priority {
            true => format!("priority: {priority}, preempt: {preempts}, "),
            false => String::new(),
        };
        let way = WAYS[draw % WAYS.len()];
        let end = end_of(&text, at) + 1;
        let step = text[at..end].to_owned();
        let body = step.strip_prefix("{with: s, do: ").and_then(|rest| rest.strip_suffix('}'));
        let step = match (body, draw / 10) {
            (None, 0..4) if by_priority => format!("{{acquire: s, priority: {priority}, preempt: true}}"),
            (Some(body), 0..2) => format!("{{with: s, {asked}{way}, do: {body}}}"),
            (Some(body), 2) => {
                let other = WAYS[(draw + 2) % WAYS.len()];
                format!(
                    "{{with: s, {asked}{way}, do: [{{with: t, priority: {}, preempt: true, {other}, do: {body}}}, {{delay: 1s}}]}}",
                    draw % 4
                )
            }
            // Written so that it is no step in front of which another one is interrupted.
            (Some(body), 3) => {
                format!(
                    "{{with: s, {asked}{way}, do: [{{atomic: [{{delay : 1s}}]}}, {{repeat: 1, do: {body}}}]}}"
                )
            }
            (Some(body), 4) => {
                format!(
                    "{{with: t, priority: {priority}, preempt: true, {way}, do: [{{with: s, {asked}do: {body}}}]}}"
                )
            }
            _ => step,
        };
        text.replace_range(at..end, &step);
    }
    text
}

//! Waits for several things in a random scenario: some of its steps at semaphores and
//! buffers, and some of its delays, become such waits, or steps at a flag and a latch.

use proptest::prelude::*;

/// A scenario of this kind, in which some wait for several things. There are semaphores
/// s0 and s1, buffers b0 and b1, a memory d, a variable x and a process p0, of which `P0` is the first
/// instance.
pub fn watching(scenario: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (scenario, proptest::collection::vec(0usize..12, 24))
        .prop_map(|(text, draws)| with_watches(&text, &draws))
}

/// What stands instead of a step, by the number that was drawn for it; nothing for the others.
const INSTEAD: [(&str, &[&str]); 8] = [
    (
        "{acquire: s0}",
        &[
            "{acquire_all: [s0, s1]}, {release: s1}",
            "{acquire_all: {s0: 2, s1: 1}}, {release: [s1, s0]}",
            "{until: level(s0) > 0}",
            "{select: [{acquire: s0}, {get: {from: b0, into: x}, do: [{delay: 1s}]}]}",
            "{acquire_all: {s0: 1, s1: 1}, within: 1s, else: [{write: {to: d, at: 1, value: 6}}]}",
            "{wait: f}",
            "{select: [{wait: l, do: [{write: {to: d, at: 1, value: 5}}]}, {acquire: s0}], discipline: any}",
            "{until: 'slot(d, 0) >= 3'}",
            "{count_down: l}, {wait: l}",
            "{acquire_all: [{write: k}, {read: j}, s0]}, {delay: 1s}, {release: [{read: j}, {write: k}]}",
            "{select: [{ acquire: {write: k}, do: [{delay: 1s}, {release: {write: k}}]}, {acquire: s0}], discipline: any}",
        ],
    ),
    (
        "{acquire: s1}",
        &[
            "{acquire_all: [s1, s0]}",
            "{select: [{until: level(s0) == 0 and level(s1) == 0, do: [{release: s1}]}, {acquire: {s1: 2}}, {acquire: s1}]}",
            "{until: level(s1) >= 1 or level(b0) == 2}",
            "{select: [{acquire: s1}, {after: 1s, do: [{write: {to: d, at: 0, value: 4}}]}]}",
            "{select: [{acquire_all: [s0, s1], do: [{write: {to: d, at: 0, value: 3}}]}, {put: {to: b0, value: x}}]}",
            "{signal: f}",
            "{select: [{acquire: s1, do: [{write: {to: d, at: 0, value: 2}}]}, {acquire: s0}, {wait: f}], discipline: any}",
            "{until: 'done(P0) or level(s1) > 0'}",
            "{count_down: [l, l]}",
            "{acquire_all: [s1, {read: [j, k]}], within: 1s, else: [{acquire_all: {read: [k, j]}}]}, {release: {read: [j, k]}}",
            "{select: [{ acquire: {read: j}, do: [{delay: 1s}, {release: {read: j}}]}, {acquire: s1}]}",
        ],
    ),
    (
        "{get: {from: b0, into: x}}",
        &[
            "{select: [{get: {from: b0, into: x}, do: [{write: {to: d, at: 0, value: x}}]}, {acquire: s1}]}",
            "{select: [{get: {from: b1, count: 2}, do: [{release: s0}]}, {get: {from: b0, into: x}}]}",
            "{until: level(b0) + level(b1) >= 1}",
            "{select: [{get: {from: b0, into: x}}, {after: 0s, do: [{write: {to: d, at: 1, value: 9}}]}]}",
            "{select: [{put: {to: b0, value: 7}, do: [{write: {to: d, at: 1, value: 2}}]}, {get: {from: b0, into: x}}]}",
            "{select: [{get: {from: b0, into: x}}, {get: {from: b1, into: x}, do: [{write: {to: d, at: 1, value: x}}]}, {until: level(s0) == 0}], discipline: any}",
            "{until: 'slot(d, 1) != slot(d, 0)'}",
            "{count_down: l}",
            "{reset: f}, {get: {from: b0, into: x}}",
        ],
    ),
    (
        "{delay: 1s}",
        &[
            "{until: level(s0) < 2}",
            "{until: level(b0) == 0}",
            "{until: level(s1) * 2 > level(s0), within: 1s, else: []}",
            "{until: 3 / level(s1) >= 1, within: 2s, else: []}",
            "{delay: 2s}",
            "{with: {write: k}, do: [{delay: 1s}]}",
            "{until: 'not alive(P0) or level(f) == 1', within: 1s, else: []}",
            "{count_down: l}",
            "{until: 'slot(d, 0) > slot(d, 1)', within: 2s, else: [{signal: f}]}",
        ],
    ),
    (
        "{release: s0}",
        &[
            "{signal: f}",
            "{atomic: [{signal: f}, {release: s0}]}",
            "{reset: f}, {release: s0}",
            "{select: [{wait: f, do: [{release: s0}]}, {after: 1s}]}",
            "{write: {to: d, at: 0, value: level(f) + level(l)}}",
            "{atomic: [{write: {to: d, at: 0, value: 3}}, {reset: f}]}",
            "{with: {read: k}, do: [{delay: 1s}, {read: {from: d, at: 0, into: x}}]}",
            "{with: {write: k}, do: [{delay: 1s}, {write: {to: d, at: 0, value: x + 2}}]}",
            "{with: {read: j}, within: 1s, else: [{signal: f}], do: [{with: {write: k}, do: []}]}",
            "{with: [{write: [j, k]}], do: [{write: {to: d, at: 1, value: x + 3}}]}",
        ],
    ),
    (
        "{ get: {from: b3, into: x}, else: [{delay: 1s}]}",
        &[
            "{select: [{ get: {from: b3, into: x}, else: [{signal: f}]}, {acquire: s0}]}",
            "{select: [{ get: {from: b3, count: 2, into: a}, else: [{delay: 1s}]}, {wait: f}], discipline: any}",
            "{select: [{ get: {from: b3, into: x}, do: [{delay: 1s}]}]}",
        ],
    ),
    (
        "{ get: {from: b2, into: x}, else: [{write: {to: d, at: 1, value: 9}}]}",
        &[
            "{select: [{ get: {from: b2, into: x}, else: [{write: {to: d, at: 1, value: 7}}]}, {acquire: s0}]}",
            "{select: [{ get: {from: b2, into: x}}, { get: {from: b0, into: x}}], discipline: any}",
            "{select: [{ get: {from: b2, into: x}, else: [{write: {to: d, at: 1, value: 6}}]}, {wait: f}], discipline: any}",
            "{select: [{ get: {from: b2, into: x}}]}",
        ],
    ),
    (
        "{write: {to: d, at: 0, value: x + 1}}",
        &["{write: {to: d, at: 0, value: x + 1}}, {until: 'slot(d, 0) > 0 and slot(d, 1) >= 0'}"],
    ),
];

fn with_watches(text: &str, draws: &[usize]) -> String {
    let mut text = text.to_owned();
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (kind, (step, _)) in INSTEAD.iter().enumerate() {
        places.extend(text.match_indices(step).map(|(at, _)| (at, kind)));
    }
    places.sort_unstable_by(|a, b| b.cmp(a));
    for ((at, kind), &draw) in places.into_iter().zip(draws.iter().cycle()) {
        let (step, instead) = INSTEAD[kind];
        // One in another one may have been changed.
        if let Some(instead) = instead.get(draw).filter(|_| text[at..].starts_with(step)) {
            text.replace_range(at..at + step.len(), instead);
        }
    }
    let first = if text.contains("p0: {count: ") { "p0[0]" } else { "p0" };
    let with_flags = "resources:\n  f: flag\n  l: {kind: latch, from: 2}\n  k: rwlock\n  j: {kind: rwlock, prefer: readers}\n";
    text.replace("P0", first).replacen("resources:\n", with_flags, 1)
}

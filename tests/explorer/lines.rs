//! Where it is a transition to begin to wait, beside somebody who waits for several things and
//! is asked at that moment: who is in line can be noticed all the same.

use crate::common::program;
use crate::lives::explored;
use tempolane::explore::{End, Mode};

/// Two that meet, in whichever order they come, while somebody asks for the level.
#[test]
fn who_comes_first_waits_in_line_although_others_are_asked() {
    for (resources, processes) in [
        (
            "q: {kind: buffer, capacity: 0, of: int}",
            "p: {do: [{put: q}]}, r: {do: [{get: q}, {until: level(q) == 0}]}",
        ),
        (
            "q: {kind: buffer, capacity: 0, of: int}",
            "p: {do: [{put: q}]}, r: {do: [{get: q}, {select: [{put: q}, {after: 0s}]}]}",
        ),
        (
            "b: {kind: barrier, parties: 2}",
            "p: {count: 2, do: [{wait: b}]}, r: {do: [{until: level(b) >= 0}]}",
        ),
        ("b: {kind: barrier, parties: 2}", "p: {count: 2, do: [{wait: b}, {until: level(b) < 1}]}"),
        (
            "c: condition, m: mutex",
            "p: {do: [{with: m, do: [{wait: {on: c, mutex: m}}]}]}, r: {do: [{until: level(c) == 1}, {notify: c}]}",
        ),
    ] {
        let text = format!("version: 1\nresources: {{{resources}}}\nprocesses: {{{processes}}}\n");
        let program = program(&text, &[]);
        for mode in [Mode::Timed, Mode::Untimed] {
            let found = explored(&program, mode);
            assert_eq!((found.ends(End::Deadlock), found.ends(End::Completed)), (0, 1), "{mode:?} {text}");
        }
    }
}

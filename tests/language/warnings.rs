//! What `check` warns of: only what holds in every run, with its place and a hint.

use tempolane::scenario::{circular_locking, load_str};

/// The warnings of a valid text: line, column and message.
fn warnings(text: &str) -> Vec<(u32, u32, String)> {
    let scenario = load_str("warned.yaml", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let warnings = scenario.warnings();
    assert!(warnings.items.iter().all(|item| item.hint.is_some()), "{warnings}");
    warnings.items.into_iter().map(|item| (item.site.line, item.site.column, item.message)).collect()
}

/// Checks that a text has exactly these warnings: lines and parts of messages.
#[track_caller]
fn warned(text: &str, expected: &[(u32, &str)]) {
    let found = warnings(text);
    let right = |((line, _, message), (at, part)): (&(u32, u32, String), &(u32, &str))| {
        line == at && message.contains(part)
    };
    assert!(found.len() == expected.len() && found.iter().zip(expected).all(right), "{found:#?}");
}

/// A sojourn is that of one process, unless its marks carry what goes from one to the other.
#[test]
fn measures_between_marks_of_different_processes() {
    let text = |measure: &str| {
        format!(
            "version: 1
measures:
  stay: {measure}
processes:
  maker: {{do: [{{mark: {{name: made, value: 1}}}}, {{mark: {{name: back, value: 1}}}}]}}
  taker: {{count: 2, do: [{{repeat: 2, do: [{{mark: {{name: done, value: 1}}}}]}}]}}
"
        )
    };
    let apart = "the measure 'stay' has no value: no process passes both 'made' and 'done'";
    warned(&text("{from: made, to: done}"), &[(3, apart)]);
    warned(&text("{from: made, to: done, by: value}"), &[]);
    warned(&text("{from: made, to: back}"), &[]);
}

#[test]
fn resources_of_which_one_side_is_missing() {
    warned(
        "version: 1
resources:
  s: {kind: semaphore, permits: 1}
  m: mutex
  in: {kind: buffer, capacity: 1}
  out: {kind: buffer, capacity: 1}
  c: condition
  fine: {kind: semaphore, permits: 0}
processes:
  p:
    do:
      - acquire: s
      - acquire: m
      - put: in
      - get: out
      - wait: {on: c, mutex: m}
      - release: fine
  q: {do: [{acquire: fine}]}
",
        &[
            (12, "'s' is acquired and never released by anybody"),
            (13, "'m' is acquired and never released"),
            (14, "nobody gets anything out of the buffer 'in'"),
            (15, "nobody puts anything into the buffer 'out'"),
            (16, "nobody notifies the condition 'c'"),
        ],
    );
    // A level that is asked or expected is what a buffer may be for.
    warned(
        "version: 1
resources: {a: {kind: buffer, capacity: 9}, b: {kind: buffer, capacity: 9}}
processes: {p: {do: [{put: [a, b]}, {log: '{level(a)}'}]}}
expect: {levels: {b: {at_most: 1}}}
",
        &[],
    );
}

#[test]
fn an_acquire_of_more_than_there_ever_is() {
    let text = |first: &str| {
        format!(
            "version: 1
params: {{chunk: 5}}
resources: {{s: {{kind: semaphore, permits: 3}}}}
processes:
  p:
    do:
      - {first}
      - acquire: {{s: chunk}}
      - delay: 1s
      - release: {{s: chunk}}
"
        )
    };
    warned(&text("delay: 1s"), &[(8, "takes 5 of 's', which has 3")]);
    // Who gives some before may let it pass.
    warned(&text("release: s"), &[]);
    warned(&text("{if: chunk > 9, do: [{release: s}]}"), &[]);
    warned(&text("{repeat: 2, do: [{release: s}]}"), &[]);
    // So may another process, and fewer at a time.
    warned(&(text("delay: 1s") + "  q: {do: [{release: {s: 2}}]}\n"), &[]);
    warned(&text("delay: 1s").replace("chunk: 5", "chunk: 3"), &[]);
    // With a deadlock that is expected, it is meant.
    warned(&(text("delay: 1s") + "expect: {outcome: deadlock}\n"), &[]);
}

#[test]
fn what_nobody_uses() {
    warned(
        "version: 1
params: {used: 1, idle: 2, only_expected: 3s, above: 4, below: above, _spare: 5}
resources:
  m: mutex
  asked: {kind: memory, slots: below}
processes:
  p:
    vars: {x: 0, y: 0, z: {array: 2}, _w: 0}
    do:
      - read: {from: asked, at: 0, into: x}
      - delay: used * 3s
expect: {total_time: only_expected}
",
        &[
            (2, "the parameter 'idle' is never used"),
            (4, "the resource 'm' is never used"),
            (8, "the variable 'y' is never used"),
            (8, "the variable 'z' is never used"),
        ],
    );
}

#[test]
fn processes_without_an_end() {
    let text = |steps: &str, rest: &str| {
        format!(
            "version: 1
params: {{on: true, n: 3}}
processes:
  p:
    vars: {{i: 0, j: 0, a: {{array: 2}}}}
    do:
      - log: '{{on}} {{n}} {{i}} {{j}} {{a}}'
      - {steps}
{rest}"
        )
    };
    for (steps, message) in [
        ("{while: true, do: [{delay: 1s}]}", "'p' has none: the condition is always true"),
        ("{while: on and n > 2, do: [{delay: 1s}]}", "always true"),
        ("{while: i < n, do: [{delay: 1s}, {set: {j: j + 1}}]}", "nothing in it changes 'i'"),
        ("{while: 'a[i] < n', do: [{delay: 1s}]}", "nothing in it changes"),
        ("{if: i > 0, do: [{while: true, do: [{delay: 1s}]}]}", "always true"),
    ] {
        warned(&text(steps, ""), &[(8, message)]);
        warned(&text(steps, "horizon: 5s\n"), &[]);
        warned(&text(steps, "expect: {outcome: limit}\n"), &[]);
    }
    for steps in [
        "{while: i < n, do: [{set: {i: i + 1}}]}",
        "{while: i < n, do: [{if: j > 0, do: [{set: {i: i + 1}}]}]}",
        "{while: 'a[0] < n', do: [{set: {'a[1]': 1}}]}",
        "{while: now < 5s, do: [{delay: 1s}]}",
        "{while: i < n, do: [{draw: {into: i, from: {uniform_int: {low: 1, high: 9}}}}]}",
        "{while: n < 3, do: [{delay: 1s}]}",
        "{while: false, do: [{delay: 1s}]}",
    ] {
        warned(&text(steps, ""), &[]);
    }
}

#[test]
fn a_warning_looks_like_an_error() {
    let text = "version: 1\nparams: {idle: 2}\nprocesses: {p: {do: []}}\n";
    let scenario = load_str("warned.yaml", text, &[]).expect("valid");
    assert_eq!(
        scenario.warnings().render(false),
        "warning: the parameter 'idle' is never used
 --> warned.yaml:2:10
  |
2 | params: {idle: 2}
  |          ^^^^
  |
  = help: remove it, or begin its name with `_`"
    );
}

/// The lines of locks that are nested in a circle.
fn circle(steps: [&str; 2], count: &str) -> Option<Vec<u32>> {
    let text = format!(
        "version: 1
params: {{n: 3}}
resources:
  a: mutex
  b: {{kind: semaphore, permits: 1}}
  c: {{kind: semaphore, permits: 2}}
  forks: {{kind: mutex, count: n}}
processes:
  p:
    count: {count}
    do:
      - {}
  q:
    do:
      - {}
",
        steps[0], steps[1]
    );
    let scenario = load_str("locks.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    circular_locking(&scenario.model, &scenario.params)
}

#[test]
fn locks_in_more_than_one_order() {
    assert_eq!(
        circle(["with: [a, b]\n        do: []", "with: [b, a]\n        do: []"], "1"),
        Some(vec![12, 16])
    );
    assert_eq!(circle(["acquire: [a, b]", "acquire: [b, a]"], "1"), Some(vec![12, 15]));
    // One order, one after the other, more than one permit, one process alone.
    assert_eq!(circle(["acquire: [a, b]", "acquire: [a, b]"], "2"), None);
    assert_eq!(
        circle(["acquire: [a, b]", "{repeat: 2, do: [{acquire: b}, {release: b}, {acquire: a}]}"], "1"),
        None
    );
    assert_eq!(circle(["acquire: [a, c]", "acquire: [c, a]"], "1"), None);
    assert_eq!(
        circle(["acquire: [a, b]\n      - release: [a, b]\n      - acquire: [b, a]", "delay: 1s"], "1"),
        None
    );
    // Two instances of it are two.
    let both = "acquire: [a, b]\n      - release: [a, b]\n      - acquire: [b, a]";
    assert_eq!(circle([both, "delay: 1s"], "2"), Some(vec![12, 14]));
    // The philosophers, and those who take the lower fork first.
    let forks = "acquire: ['forks[index]', 'forks[(index + 1) % n]']";
    assert_eq!(circle([forks, "delay: 1s"], "n"), Some(vec![12]));
    assert_eq!(circle([forks, "delay: 1s"], "2"), None);
    let lower = "acquire: ['forks[min(index, (index + 1) % n)]', 'forks[max(index, (index + 1) % n)]']";
    assert_eq!(circle([lower, "delay: 1s"], "n"), None);
}

/// A process that ends inside a `with` gives nothing back; one that releases it before does.
#[test]
fn an_exit_inside_a_with() {
    warned(
        "version: 1
resources:
  s: {kind: semaphore, permits: 2}
  m: mutex
processes:
  p:
    do:
      - with: s
        do:
          - with: m
            do:
              - if: now > 1s
                do:
                  - exit
          - delay: 1s
      - exit
",
        &[(14, "'s' and 'm' stay taken when the process ends here")],
    );
}

/// A lock that a `with` inside of its own `with` takes: it is never given. Not so where that gives up, or where the lock
/// is released before.
#[test]
fn a_lock_that_is_taken_twice() {
    let of = |steps: &str| {
        format!(
            "version: 1\nresources: {{m: mutex, n: mutex, l: rwlock, c: condition}}\nprocesses:\n  p:\n    do:\n{steps}"
        )
    };
    let used = "      - with: {write: l}\n        do: [{wait: c}, {notify: c}]\n";
    let message = "is held here already, so the process waits for itself";
    for lock in ["m", "{write: l}"] {
        let text = of(&format!(
            "      - with: {lock}\n        do:\n          - if: now > 0s\n            do: [{{with: {lock}, do: [{{delay: 1s}}]}}]\n{used}      - with: m\n        do: []\n"
        ));
        assert!(warnings(&text).iter().any(|(_, _, warning)| warning.contains(message)), "{text}");
    }
    for steps in [
        // Inside of steps that may give up, and in what they do then.
        "      - with: m\n        within: 1s\n        do: [{with: m, do: []}]\n        else: []\n",
        "      - with: m\n        do:\n          - wait: c\n            within: 1s\n            else: [{with: m, do: []}]\n",
        "      - with: m\n        do:\n          - with: n\n            within: 1s\n            do: [{with: m, do: []}]\n            else: []\n",
        "      - with: m\n        do: [{select: [{acquire: n, do: [{with: m, do: []}, {release: n}]}, {after: 1s}]}]\n",
        // By steps one behind the other.
        "      - acquire: m\n      - acquire: m\n      - release: m\n",
        "      - acquire: m\n      - repeat: 2\n        do: [{with: m, do: []}]\n      - release: m\n",
        "      - with: m\n        do: [{acquire: n}, {with: n, do: []}, {release: n}]\n",
    ] {
        let text = of(&format!("{steps}{used}"));
        let found = warnings(&text);
        let twice = found.iter().filter(|(_, _, warning)| warning.contains(message)).count();
        assert_eq!(twice, 1, "{text}{found:#?}");
    }
    for steps in [
        "      - with: m\n        do: [{release: m}, {with: m, do: []}, {acquire: m}]\n",
        "      - with: m\n        do: [{with: m, within: 1s, do: [], else: []}]\n",
        "      - with: m\n        do: []\n      - with: m\n        do: []\n",
        "      - acquire: m\n      - release: m\n      - acquire: m\n      - release: m\n",
        "      - acquire: m\n      - if: now > 0s\n        do: [{release: m}]\n      - with: m\n        do: []\n",
        "      - acquire: m\n        within: 1s\n        else: []\n      - acquire: m\n        within: 1s\n        else: []\n      - release: m\n",
        "      - with: m\n        do: [{select: [{acquire: m}, {after: 1s}]}]\n",
    ] {
        let text = of(&format!("{steps}{used}"));
        assert!(warnings(&text).iter().all(|(_, _, warning)| !warning.contains(message)), "{text}");
    }
}

/// Who reads a lock cannot write it as well, nor the other way round; two who read may.
#[test]
fn a_read_write_lock_inside_of_itself() {
    let of = |outer: &str, inner: &str| {
        "version: 1
resources: {l: rwlock, k: rwlock}
processes:
  p: {do: [{with: {OUTER}, do: [{with: {INNER}, do: []}]}]}
  q: {do: [{with: [{read: k}, {read: l}], do: []}]}
"
        .replace("{OUTER}", outer)
        .replace("{INNER}", inner)
    };
    warned(
        &of("{read: l}", "{write: l}"),
        &[(4, "'l' is read here already, so the process waits for itself")],
    );
    warned(
        &of("{write: l}", "{read: l}"),
        &[(4, "'l' is written here already, so the process waits for itself")],
    );
    warned(
        &of("{write: l}", "{write: l}"),
        &[(4, "'l' is held here already, so the process waits for itself")],
    );
    warned(&of("{read: l}", "{read: l}"), &[]);
    warned(&of("{read: l}", "{write: k}"), &[]);
}

/// A wait that keeps a mutex without which nobody notifies; where somebody may, nothing is said.
#[test]
fn a_wait_that_keeps_the_mutex() {
    let of = |waits: &str, notifies: &str| {
        "version: 1
resources: {m: mutex, n: mutex, c: condition}
processes:
  p: {do: [WAITS]}
  q: {do: [{delay: 1s}, NOTIFIES]}
  r: {do: [{with: n, do: [{with: m, do: []}]}]}
"
        .replace("WAITS", waits)
        .replace("NOTIFIES", notifies)
    };
    let (waits, notifies) = ("{with: m, do: [{wait: c}]}", "{with: m, do: [{notify: c}]}");
    let kept = "this wait keeps 'm', without which nobody can notify 'c': it never ends";
    warned(&of(waits, notifies), &[(4, kept)]);
    let hint = |text: &str| {
        let scenario = load_str("hint.yaml", text, &[]).expect("valid");
        scenario.warnings().items[0].hint.clone().expect("it has one")
    };
    assert!(hint(&of(waits, notifies)).starts_with("write `wait: {on: c, mutex: m}`"));
    warned(&of("{acquire: m}, {wait: c}, {release: m}", notifies), &[(4, kept)]);
    warned(&of(waits, "{with: m, do: [{if: now > 0s, do: [{notify_all: c}]}]}"), &[(4, kept)]);
    // One of two is given back, and the other one is needed.
    let two = of("{with: [m, n], do: [{wait: {on: c, mutex: n}}]}", "{with: [m, n], do: [{notify: c}]}");
    warned(&two, &[(4, kept)]);
    assert!(hint(&two).starts_with("a wait gives back one mutex, here 'n'"), "{}", hint(&two));
    for (waits, notifies) in [
        // It gives the mutex back, or has none.
        ("{with: m, do: [{wait: {on: c, mutex: m}}]}", notifies),
        ("{wait: c}", notifies),
        ("{with: m, do: [{if: now > 1s, do: [{release: m}, {wait: c}, {acquire: m}]}]}", notifies),
        // Somebody notifies without it, or with another one.
        (waits, "{notify: c}"),
        (waits, "{with: n, do: [{notify: c}]}"),
        (waits, "{with: m, do: [{notify: c}]}, {notify: c}"),
        (waits, "{acquire: m}, {release: m}, {notify: c}"),
        // It gives up, is stopped or is interrupted.
        ("{with: m, do: [{wait: c, within: 1s, else: []}]}", notifies),
        (waits, "{stop: p}, {with: m, do: [{notify: c}]}"),
        (
            "{interruptible: [{with: m, do: [{wait: c}]}], on_interrupt: []}",
            "{interrupt: p}, {with: m, do: [{notify: c}]}",
        ),
    ] {
        warned(&of(waits, notifies), &[]);
    }
    warned(&(of(waits, notifies) + "expect: {outcome: deadlock}\n"), &[]);
}

/// Only its owner gives a mutex back, by a step or for a wait.
#[test]
fn a_mutex_given_back_by_who_never_takes_it() {
    let of = |steps: &str| {
        format!(
            "version: 1
resources: {{m: mutex, c: condition, s: {{kind: semaphore, permits: 1}}}}
processes:
  p: {{do: [{steps}]}}
  q: {{do: [{{with: m, do: [{{notify: c}}]}}, {{acquire: s}}, {{wait: c}}]}}
"
        )
    };
    warned(&of("{release: m}, {release: m}, {release: s}"), &[(4, "'p' releases 'm' and never acquires it")]);
    warned(
        &of("{wait: {on: c, mutex: m}}, {release: s}"),
        &[(4, "'p' gives 'm' back for this wait, and never acquires it")],
    );
    warned(&of("{if: now > 1s, do: [{acquire: m}]}, {release: m}, {release: s}"), &[]);
    warned(&of("{with: m, do: [{wait: {on: c, mutex: m}}]}, {release: s}"), &[]);
    warned(&(of("{release: m}, {release: s}") + "expect: {outcome: fault}\n"), &[]);
}

/// Whoever waits at a barrier does not come once more.
#[test]
fn a_barrier_that_is_never_full() {
    let of = |parties: &str, count: &str| {
        format!(
            "version: 1
params: {{n: 2}}
resources: {{b: {{kind: barrier, parties: {parties}}}}}
processes:
  p: {{count: {count}, do: [{{repeat: 3, do: [{{wait: b}}]}}]}}
  q: {{do: [{{wait: b}}, {{wait: b}}]}}
  r: {{count: n, do: [{{delay: 1s}}]}}
"
        )
    };
    warned(
        &of("4", "n"),
        &[(3, "4 have to come to the barrier 'b', and only 3 processes ever do: nobody passes it")],
    );
    warned(&of("n", "0"), &[(3, "2 have to come to the barrier 'b', and only one process ever does")]);
    warned(&of("n + 1", "n"), &[]);
    warned(&(of("4", "n") + "expect: {outcome: deadlock}\n"), &[]);
}

/// Holes are filled in without a letter before the quotes.
#[test]
fn a_log_with_a_letter_before_its_quotes() {
    let of =
        |text: &str| format!("version: 1\nprocesses:\n  p:\n    count: 2\n    do:\n      - log: {text}\n");
    for text in ["f\"i is {index}\"", "\"f'i is {index}'\"", "$\"i is {index}\""] {
        warned(&of(text), &[(6, "and a quote, which are part of it")]);
    }
    for text in ["\"fine, {index}\"", "f", "'f\"'"] {
        warned(&of(text), &[]);
    }
}

/// A read is there for its value, unless it is asked for itself.
/// One of two who acquire a mutex has no step that releases it.
#[test]
fn a_mutex_that_one_process_keeps() {
    let text = |first: &str, second: &str, more: &str| {
        format!(
            "version: 1
resources: {{a: mutex, locks: {{kind: mutex, count: 2}}, s: {{kind: semaphore, permits: 2}}}}
processes:
  p:
    do: [{first}]
  q:
    do: [{second}]
{more}"
        )
    };
    let other = "{with: a, do: [{delay: 1s}]}";
    let kept = "'p' acquires 'a' here and never releases it";
    let warned = |text: &str, expected: &[(u32, &str)]| {
        let found: Vec<_> =
            warnings(text).into_iter().filter(|(_, _, message)| !message.contains("never used")).collect();
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for ((line, _, message), (at, part)) in found.iter().zip(expected) {
            assert!(line == at && message.contains(part), "{found:#?}");
        }
    };
    warned(&text("{acquire: a}, {delay: 1s}", other, ""), &[(5, kept)]);
    warned(&text("{if: now > 1s, do: [{acquire: a}]}", other, ""), &[(5, kept)]);
    let by_index = text("{acquire: 'locks[0]'}", "{with: 'locks[1]', do: [{delay: 1s}]}", "");
    warned(&by_index, &[(5, "'p' acquires 'locks' here and never releases it")]);
    // Somewhere it is released, or by who stops it; of a semaphore others may give permits.
    warned(&text("{acquire: a}, {if: now > 1s, do: [{release: a}]}", other, ""), &[]);
    warned(&text("{acquire: a}, {delay: 9s}", "{delay: 1s}, {stop: p}, {with: a, do: []}", ""), &[]);
    warned(&text("{acquire: s}", "{release: s}", ""), &[]);
    let lost = "{delay: 1s}, {stop: {who: p, held: lost}}, {with: a, do: []}";
    warned(&text("{acquire: a}, {delay: 9s}", lost, ""), &[(5, kept)]);
    // Of one that nobody releases that is said, and where another end is expected, nothing.
    warned(&text("{acquire: a}", "{acquire: a}", ""), &[(5, "the mutex 'a' is acquired and never released")]);
    warned(&text("{acquire: a}", other, "expect: {outcome: deadlock}\n"), &[]);
}

#[test]
fn a_read_that_keeps_nothing() {
    let text = |memory: &str, expect: &str| {
        format!(
            "version: 1
resources: {{{memory}: {{kind: memory, slots: 2}}}}
processes:
  p:
    vars: {{x: 0}}
    do:
      - write: {{to: {memory}, at: 0, value: 1}}
      - read: {{from: {memory}, at: 0}}
      - read: {{from: {memory}, at: 1, into: x}}
{expect}"
        )
    };
    warned(&text("m", ""), &[(8, "what is read from 'm' here is kept nowhere")]);
    warned(&text("m", "expect: {total_time: 0s}\n"), &[(8, "kept nowhere")]);
    for (memory, expect) in
        [("_m", ""), ("m", "expect: {races: none}\n"), ("m", "expect: {reads: {p.m: [1, 0]}}\n")]
    {
        warned(&text(memory, expect), &[]);
    }
}

/// A warm-up that is as long as the run leaves nothing to measure; one that is shorter does.
#[test]
fn a_warm_up_that_lasts_to_the_horizon() {
    let text = "version: 1
horizon: 5s
warm_up: 10s
processes: {p: {do: [{while: true, do: [{delay: 1s}, {mark: m}]}]}}
measures: {all: {count: m}, own: {count: m, warm_up: 5s}, later: {count: m, warm_up: 1s}}
expect: {outcome: horizon}
";
    let lasts = |length| format!("the warm-up of {length} lasts to the horizon at 5s");
    warned(text, &[(3, &lasts("10s")), (5, &lasts("5s"))]);
    warned(&text.replace("10s", "4s").replace("warm_up: 5s", "warm_up: 0s"), &[]);
}

/// Each line once: rounds over what nobody closes, and how often it is closed in all.
#[test]
fn buffers_that_are_never_closed() {
    let text = |resources: &str, makers: &str| {
        format!(
            "version: 1
resources:
{resources}
processes:
  maker: {{count: 2, do: [{makers}]}}
  taker:
    do:
      - for_each: {{from: q, do: [{{delay: 1s}}]}}
"
        )
    };
    let q = "  q: {kind: buffer, capacity: 1}";
    let twice = "  q: {kind: buffer, capacity: 1, closes: 3}";
    warned(&text(q, "{put: q}"), &[(8, "this loop has no end, and so 'taker' has none: nobody closes 'q'")]);
    warned(
        &text(twice, "{put: q}"),
        &[
            (3, "nobody closes the buffer 'q', which says `closes`"),
            (8, "this loop has no end, and so 'taker' has none: nobody closes 'q'"),
        ],
    );
    warned(
        &text(twice, "{put: q}, {close: q}"),
        &[(3, "the buffer 'q' is never closed: 3 have to, and at most 2 do")],
    );
    warned(&text(twice, "{put: q}, {repeat: 2, do: [{close: q}]}"), &[]);
    warned(&text(twice, "{put: q}, {if: index == 0, do: [{close: q}], else: [{close: q}]}, {close: q}"), &[]);
    warned(&text(&twice.replace('3', "2"), "{put: q}, {close: q}"), &[]);
    warned(&format!("{}horizon: 9s\n", text(q, "{put: q}")), &[]);
}

/// A loop that somebody leaves in another way than by its condition has an end.
#[test]
fn loops_have_other_ways_out() {
    let text = |worker: &str, others: &str| {
        format!("version: 1\nresources: {{}}\nprocesses:\n  worker:\n    do: [{worker}]\n{others}")
    };
    let alone = [(5, "this loop has no end, and so 'worker' has none: the condition is always true")];
    let round = "{while: true, do: [{delay: 1s}]}";
    warned(&text(round, ""), &alone);
    warned(&text(round, "  other: {do: [{delay: 9s}, {stop: worker}]}\n"), &[]);
    warned(&text("{while: true, do: [{delay: 1s}, {if: now > 5s, do: [{exit: process}]}]}", ""), &[]);
    let interruptible = format!("{{interruptible: [{round}], on_interrupt: []}}");
    warned(&text(&interruptible, "  other: {do: [{delay: 9s}, {interrupt: worker}]}\n"), &[]);
    let arrivals = "  guest: {arrivals: {every: 1s, until: 10s}, do: [{delay: 1s}]}\n";
    warned(&text("{delay: 1s}", arrivals), &[]);
}

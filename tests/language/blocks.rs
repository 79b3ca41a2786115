//! Named blocks: a call is as good as the steps written out.

use crate::common::run;
use tempolane::scenario::{LoadError, load_str};

const HEAD: &str = "
version: 1
params: {n: 3}
resources:
  free: {kind: semaphore, permits: 2}
  taken: {kind: semaphore, permits: 0}
  data: {kind: memory, slots: 2}
  forks: {kind: mutex, count: 2}
  line: {kind: buffer, capacity: 2}
";

/// With blocks, and the same with each call written out by hand.
const PAIRS: [(&str, &str); 3] = [
    (
        "
blocks:
  store:
    params: [place, value]
    do:
      - acquire: free
      - write: {to: data, at: place, value: value}
      - set: {place: (place + 1) % 2}
      - release: taken
  fetch:
    params: [place, into]
    do:
      - acquire: taken
      - read: {from: data, at: place, into: into}
      - set: {place: (place + 1) % 2}
      - release: free
processes:
  a: {vars: {at: 0, i: 0}, do: [{repeat: n, do: [{call: {store: {place: at, value: i * 10}}}, {set: {i: i + 1}}]}]}
  b: {vars: {at: 0, x: 0}, do: [{repeat: n, do: [{call: {fetch: {into: x, place: at}}}, {log: '{x}'}]}]}
",
        "
processes:
  a:
    vars: {at: 0, i: 0}
    do:
      - repeat: n
        do:
          - acquire: free
          - write: {to: data, at: at, value: i * 10}
          - set: {at: (at + 1) % 2}
          - release: taken
          - set: {i: i + 1}
  b:
    vars: {at: 0, x: 0}
    do:
      - repeat: n
        do:
          - acquire: taken
          - read: {from: data, at: at, into: x}
          - set: {at: (at + 1) % 2}
          - release: free
          - log: '{x}'
",
    ),
    // Resources by name, by index and all of them; arrays; blocks in blocks; a buffer whose type
    // follows from what a block puts into it.
    (
        "
blocks:
  hold: {params: [fork, some, d], do: [{with: fork, do: [{call: {pause: {how_long: d * 2}}}]}, {with: 'some[1 - index]', do: []}]}
  pause: {params: [how_long], do: [{delay: how_long}]}
  send: {params: [to, what], do: [{put: {to: to, value: what}}]}
  fill: {params: [xs, from], do: [{set: {'xs[0]': from, 'xs[1]': 'xs[0] + 1'}}, {log: '{xs}'}]}
processes:
  a:
    count: 2
    vars: {xs: {array: 2}}
    do:
      - call: {hold: {fork: 'forks[index]', some: forks, d: 1s + index * 1s}}
      - call: {fill: {xs: xs, from: index * 5}}
  b: {vars: {t: 0s}, do: [{call: {send: {to: line, what: now + 5s}}}, {get: {from: line, into: t}}, {log: '{t}'}]}
",
        "
processes:
  a:
    count: 2
    vars: {xs: {array: 2}}
    do:
      - with: 'forks[index]'
        do: [{delay: (1s + index * 1s) * 2}]
      - {with: 'forks[1 - index]', do: []}
      - set: {'xs[0]': index * 5, 'xs[1]': 'xs[0] + 1'}
      - log: '{xs}'
  b: {vars: {t: 0s}, do: [{put: {to: line, value: now + 5s}}, {get: {from: line, into: t}}, {log: '{t}'}]}
",
    ),
    // Draws in a block have a stream in each call, as they stand.
    (
        "
blocks:
  nap: {params: [mean], do: [{delay: {exponential: {mean: mean}}}]}
processes:
  a: {do: [{call: {nap: {mean: 1s}}}, {call: {nap: {mean: 2s}}}, {repeat: n, do: [{call: {nap: {mean: 1s}}}]}]}
",
        "
processes:
  a:
    do:
      - delay: {exponential: {mean: 1s}}
      - delay: {exponential: {mean: 2s}}
      - {repeat: n, do: [{delay: {exponential: {mean: 1s}}}]}
",
    ),
];

#[test]
fn a_call_is_the_steps_written_out() {
    for (with, without) in PAIRS {
        let [with, without] = [with, without].map(|text| run(&format!("{HEAD}{text}")));
        assert_eq!(with.outcome(), "completed");
        assert_eq!(with.log(), without.log());
        assert_eq!(with.fingerprint, without.fingerprint);
        assert_eq!(with.end.end, without.end.end);
    }
}

/// A problem: its line in what follows the head, parts of the message and of the hint.
type Problem<'a> = (u32, &'a str, &'a str);

#[test]
fn calls_that_do_not_fit() {
    let cases: [(&str, &[Problem<'_>]); 14] = [
        ("blocks: {f: {do: []}}\nprocesses: {p: {do: [{call: g}]}}", &[(2, "unknown block 'g'", "`blocks`")]),
        (
            "blocks: {fetch: {do: []}}\nprocesses: {p: {do: [{call: fech}]}}",
            &[(2, "did you mean 'fetch'?", "")],
        ),
        (
            "blocks: {f: {params: [x], do: [{delay: x}]}}\nprocesses: {p: {do: [{call: f}]}}",
            &[(2, "the block 'f' takes 'x'", "`call: {f: {x: …}}`")],
        ),
        (
            "blocks: {f: {params: [x], do: [{delay: x}]}}\nprocesses: {p: {do: [{call: {f: {x: 1s, y: 2}}}]}}",
            &[(2, "the block 'f' has no parameter 'y'", "")],
        ),
        // The type is wrong in the block, for one of two calls.
        (
            "blocks: {f: {params: [x], do: [{delay: x}]}}\nprocesses: {p: {do: [{call: {f: {x: 1s}}}, {call: {f: {x: true}}}]}}",
            &[(1, "takes a duration, found a boolean", "the call in line 11")],
        ),
        (
            "blocks: {f: {params: [x], do: [{set: {x: 1}}]}}\nprocesses: {p: {do: [{call: {f: {x: 1 + n}}}]}}",
            &[(1, "'x' does not stand for a variable here", "line 11")],
        ),
        (
            "blocks: {f: {params: [x], do: [{set: {y: x}}]}}\nprocesses: {p: {vars: {y: 0}, do: [{call: {f: {x: y}}}]}}",
            &[(1, "unknown variable 'y'", "name it in its `params`")],
        ),
        (
            "blocks: {f: {params: [x], do: [{acquire: x}]}}\nprocesses: {p: {do: [{call: {f: {x: 1 + 1}}}]}}",
            &[(1, "unknown resource 'x'", "line 11")],
        ),
        (
            "blocks: {f: {params: [x], do: [{put: x}]}}\nprocesses: {p: {do: [{call: {f: {x: free}}}]}}",
            &[(1, "`put` cannot use the semaphore 'x'", "line 11")],
        ),
        (
            "blocks: {f: {params: [x], do: [{delay: x}]}}\nprocesses: {p: {do: [{call: {f: {x: free}}}]}}",
            &[(1, "'x' stands for a resource here", "`level(x)`")],
        ),
        (
            "blocks: {f: {params: [x], do: [{acquire: 'x[0]'}]}}\nprocesses: {p: {do: [{call: {f: {x: 'forks[1]'}}}]}}",
            &[(1, "'x' stands for one resource here", "leave the index out")],
        ),
        (
            "blocks: {f: {do: [{call: g}]}, g: {do: [{call: f}]}}\nprocesses: {p: {do: [{call: f}]}}",
            &[(1, "the block 'f' calls itself", "`while`")],
        ),
        (
            "blocks: {f: {params: [n, free, x, x], do: []}}\nprocesses: {p: {do: []}}",
            &[
                (1, "'n' is the name of a parameter of the scenario, too", ""),
                (1, "'free' is the name of a resource, too", ""),
                (1, "'x' is the name of another parameter of the block, too", ""),
            ],
        ),
        (
            "blocks: {f: {params: 5, do: []}}\nprocesses: {p: {do: [{call: [f]}, {call: {f: 1}}, {call: {}}]}}",
            &[
                (1, "`params` of a block is a list of names", ""),
                (2, "`call` takes the name of a block", ""),
                (2, "arguments are a map, found an integer", "`call: {f: {parameter: argument}}`"),
                (2, "`call` names one block, found 0", ""),
            ],
        ),
    ];
    let above = HEAD.lines().count() as u32;
    for (text, expected) in cases {
        let found = match load_str("test", &format!("{HEAD}{text}\n"), &[]) {
            Err(LoadError::Diagnostics(found)) => found,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(found.items.len(), expected.len(), "{text}\n{found}");
        for (item, (line, message, hint)) in found.items.iter().zip(expected) {
            let is_right = item.site.line == above + line
                && item.message.contains(message)
                && item.hint.as_deref().unwrap_or("").contains(hint);
            assert!(is_right, "{text}: {line} {message} | {hint}\n{found}");
        }
    }
}

/// Blocks that double at each level would be 2^40 copies, and a chain of 100 calls is deep:
/// both end in a message, soon.
#[test]
fn many_calls_end_in_a_message() {
    let chain = |levels: usize, twice: bool| {
        let mut text = format!("{HEAD}blocks:\n  b0: {{do: []}}\n");
        for level in 1..=levels {
            let call = format!("{{call: b{}}}", level - 1);
            let calls = if twice { format!("{call}, {call}") } else { call };
            text += &format!("  b{level}: {{do: [{calls}]}}\n");
        }
        text + &format!("processes: {{p: {{do: [{{call: b{levels}}}, {{put: line}}]}}}}\n")
    };
    for (levels, twice, message) in
        [(40, true, "more than 10,000 calls"), (100, false, "deeper than 64 levels")]
    {
        let found = load_str("test", &chain(levels, twice), &[]).expect_err("too many").to_string();
        assert!(found.contains(message), "{found}");
    }
    load_str("test", &chain(63, false), &[]).expect("not too deep");
    load_str("test", &chain(12, true), &[]).expect("not too many");
}

#[test]
fn what_nobody_calls_is_warned_of() {
    let text =
        format!("{HEAD}blocks: {{f: {{do: []}}, g: {{do: []}}}}\nprocesses: {{p: {{do: [{{call: g}}]}}}}\n");
    let loaded = load_str("test", &text, &[]).expect("it is valid");
    let warnings = loaded.warnings().to_string();
    assert!(warnings.contains("the block 'f' is never used") && !warnings.contains("'g'"), "{warnings}");
}

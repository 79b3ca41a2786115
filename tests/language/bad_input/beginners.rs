//! What people write who see the language for the first time: each mistake is told at its
//! place, with what to write instead.

use super::{refused, refused_each, step_refused, with_step};

/// A scenario with these lines in the place of its first process, which begin on line 6.
fn with_processes(lines: &str) -> String {
    format!(
        "version: 1
resources:
  shelf: {{kind: buffer, capacity: 3, of: int}}
  m: {{kind: mutex}}
processes:
{lines}"
    )
}

#[test]
fn a_key_that_belongs_into_the_map_behind_the_step() {
    refused_each(
        with_step,
        16,
        &[
            ("{get: queue, into: i}", 22, "unknown key 'into' beside `get`", "`get: {from: queue, into: i}`"),
            (
                "{put: queue, value: 3}",
                22,
                "unknown key 'value' beside `put`",
                "`put: {to: queue, value: 3}`",
            ),
            (
                "{read: slots, at: 0, into: i}",
                23,
                "'at' beside `read`",
                "`read: {from: slots, at: 0, into: i}`",
            ),
            ("{write: slots, at: 0, value: 1}", 24, "'at' beside", "`write: {to: slots, at: 0, value: 1}`"),
            ("{mark: seen, value: i}", 22, "'value' beside `mark`", "`mark: {name: seen, value: i}`"),
            ("{get: {from: queue}, into: i}", 30, "'into' beside `get`", "`get: {…, into: i}`"),
            // The name as a key.
            ("put: {line: 3}", 15, "unknown key 'line' in `put`", "`put: {to: line, value: 3}`"),
            ("get: {line: i}", 15, "unknown key 'line' in `get`", "`get: {from: line, into: i}`"),
            ("get: {line: 2}", 15, "unknown key 'line' in `get`", "`get: {from: line, count: 2}`"),
            (
                "write: {slots: 3}",
                17,
                "unknown key 'slots' in `write`",
                "`write: {to: slots, at: 0, value: 3}`",
            ),
            // Other words for a key.
            ("get: {from: queue, to: i}", 28, "did you mean 'into'?", ""),
            ("put: {in: queue, value: i}", 15, "did you mean 'to'?", ""),
            ("delay: {uniform: {min: 1s, high: 3s}}", 27, "did you mean 'low'?", ""),
            ("delay: {normal: {mu: 1s, sd: 1s}}", 26, "did you mean 'mean'?", ""),
            ("delay: {exponential: {rate: 3}}", 31, "unknown key 'rate'", "the mean, which is 1 / rate"),
        ],
    );
}

#[test]
fn what_a_variable_can_hold() {
    for (step, column, hint) in [
        ("get: {from: queue, into: pause}", 34, "`pause: 0`"),
        ("get: {from: queue, into: f}", 34, "`f: 0`"),
        ("read: {from: slots, at: 0, into: b}", 42, "`b: 0`"),
        ("read: {from: slots, at: 0, into: pause}", 42, "in `vars` write `pause: 0`"),
    ] {
        step_refused(step, column, "the values are integers", hint);
    }
    step_refused("get: {from: queue, into: n2}", 34, "unknown variable 'n2'", "`vars` of the process");
    step_refused("draw: {into: i, from: {uniform: {low: 1, high: 3}}}", 32, "draws a float", "`uniform_int`");
    step_refused("draw: {into: i, from: {exponential: {mean: 1s}}}", 32, "draws a duration", "`x: 0s`");
}

#[test]
fn steps_of_a_step_stand_below_do() {
    refused_each(
        with_step,
        16,
        &[
            (
                "{repeat: 3, put: queue}",
                21,
                "this has `repeat` and `put`",
                "`repeat: 3` and `do: [{put: queue}]`",
            ),
            (
                "{put: queue, repeat: 3}",
                22,
                "this has `put` and `repeat`",
                "`repeat: 3` and `do: [{put: queue}]`",
            ),
            (
                "{with: mutex1, delay: 1s}",
                24,
                "this has `with` and `delay`",
                "`with: mutex1` and `do: [{delay: 1s}]`",
            ),
            ("{delay: 1s, work: 2s}", 21, "this has `delay` and `work`", "two steps"),
            ("repeat: 3", 9, "missing key `do` in `repeat`", "write the steps below `do:`"),
            (
                "{release: mutex1, do: []}",
                27,
                "unknown key 'do' in `release`",
                "write `with: …` and `do: […]`",
            ),
            (
                "{until: level(queue) > 1, do: []}",
                35,
                "unknown key 'do' in `until`",
                "has no steps of its own",
            ),
            ("{atomic: [], do: []}", 22, "unknown key 'do' in `atomic`", "right below it, without a `do`"),
            (
                "{if: b, do: [], elif: b}",
                25,
                "unknown key 'elif' in `if`",
                "`else: [{if: condition, do: […]}]`",
            ),
        ],
    );
    // What YAML itself refuses.
    for (steps, line, column, message, hint) in [
        ("repeat: 3\n        - put: shelf", 9, 9, "a list stands below `repeat`", "stand below `do:`"),
        ("with: m\n            - put: shelf", 9, 13, "a list stands below `with`", "in the column of `with`"),
        ("while: true\n\n  # a comment\n        - put: shelf", 11, 9, "stands below `while`", "`do:`"),
        (
            "while: i < 3:\n          - put: shelf",
            8,
            21,
            "a `:` is not allowed",
            "at the end of the line out",
        ),
        (
            "repeat: 3\n           do:\n           - put: shelf",
            9,
            14,
            "a `:` is not allowed",
            "`do` is indented further",
        ),
        ("delay: 1s\n       - delay: 1s", 9, 8, "does not fit the indentation", "one column"),
    ] {
        let text = with_processes(&format!("  a:\n    do:\n      - {steps}\n"));
        refused(&text, &[(line, column, message, hint)]);
    }
}

#[test]
fn a_text_that_yaml_ends_too_early() {
    for (step, column, message, hint) in [
        ("log: 'it's done'", 18, "text behind the end of this value", "written twice"),
        ("log: {i} is done", 18, "text behind the end of this value", "the whole text in quotes"),
        ("log: \"a\" \"b\"", 18, "text behind the end of this value", "in quotes"),
        ("set: {b: !b}", 18, "a `!` is not allowed here", "`not x`"),
        ("delay: !b", 16, "the YAML tag '!b' has no meaning", "`not b`"),
        ("// a comment", 9, "found the text '// a comment'", "a comment begins with `#`"),
        ("log:", 13, "`log` takes text, found nothing", "behind the colon"),
    ] {
        let line = 8;
        let text = with_processes(&format!("  a:\n    do:\n      - {step}\n"));
        let expected = [(line, column, message, hint)];
        refused(&text, &expected);
    }
}

#[test]
fn steps_of_other_languages() {
    refused_each(
        with_step,
        16,
        &[
            ("loop: 3", 9, "unknown step 'loop'", "`repeat: n`"),
            (
                "{while True: [], do: []}",
                10,
                "unknown step 'while True'",
                "write `while: True`, with a colon",
            ),
            ("{if i > 3: [{delay: 1s}]}", 10, "unknown step 'if i > 3'", "write `if: i > 3`"),
            ("{repeat(3): []}", 10, "unknown step 'repeat(3)'", "write `repeat: 3`"),
            ("i: 3", 9, "unknown step 'i'", "write `set: {i: 3}`"),
            ("i: {get: queue}", 9, "unknown step 'i'", "`get: {from: queue, into: i}`"),
            ("i: {read: slots}", 9, "unknown step 'i'", "`read: {from: slots, at: 0, into: i}`"),
            ("pass:", 9, "unknown step 'pass'", "is left out"),
            ("use: mutex1", 9, "unknown step 'use'", "`with: m`"),
            ("set: i = 3", 14, "`set` is a map, found text", "`set: {i: 3}`"),
            ("wait: level(queue) > 1", 15, "found a condition", "`until: level(queue) > 1`"),
            ("wait: other", 15, "unknown resource 'other'", "`join: other`"),
            ("join: mutex1", 15, "unknown process 'mutex1'", "it is a mutex"),
            ("join: nobody", 15, "unknown process 'nobody'", "declared under `processes`"),
            ("until: done", 16, "`done` is a function", "`done(…)`"),
            ("acquire: permits 2", 18, "found 'permits 2'", "`acquire: {permits: 2}`"),
            ("acquire: {name: permits, count: 2}", 19, "found the key 'name'", "`acquire: {permits: 2}`"),
            ("put: queue 3", 14, "found 'queue 3'", "`put: {to: queue, value: 3}`"),
            ("put: 3", 14, "found an integer", "`put: {to: name, value: 3}`"),
            ("acquire: 2", 18, "found an integer", "`acquire: {name: 2}`"),
            ("read: slots", 15, "`read` is a map, found text", "`read: {from: slots, at: 0, into: x}`"),
        ],
    );
    let text = "version: 1\nblocks: {f: {params: [x], do: [{delay: x}]}, g: {do: []}}\nprocesses:\n  p:\n    do:\n      - f: 3s\n      - g:\n";
    refused(
        text,
        &[(6, 9, "unknown step 'f'", "`call: {f: {x: …}}`"), (7, 9, "unknown step 'g'", "`call: g`")],
    );
}

/// What people write who know how it is said elsewhere: each is about one step.
#[test]
fn names_and_numbers_in_other_forms() {
    refused_each(
        with_step,
        16,
        &[
            ("acquire: permits(2)", 18, "found 'permits(2)'", "`acquire: {permits: 2}`"),
            ("acquire: 2 * permits", 18, "found '2 * permits'", "`acquire: {permits: 2}`"),
            ("release: permits 2", 18, "found 'permits 2'", "`release: {permits: 2}`"),
            ("acquire: mutex1 permits", 18, "found 'mutex1 permits'", "`[mutex1, permits]`"),
            ("acquire: mutex1 and permits", 18, "found 'mutex1 and permits'", "`[mutex1, permits]`"),
            ("close: {queue: true}", 17, "found a map", "`close: queue`"),
            ("try_acquire: permits", 9, "unknown step 'try_acquire'", "`within: 0s`"),
            (
                "write: slots[0] = 3",
                16,
                "`write` is a map, found text",
                "`write: {to: slots, at: 0, value: 3}`",
            ),
            ("read: 'slots[i]'", 15, "`read` is a map, found text", "`read: {from: slots, at: i, into: x}`"),
            ("wait: {done: mutex1}", 16, "unknown key 'done' in `wait`", "`wait: {on: done, mutex: mutex1}`"),
            ("wait: {condition: queue}", 16, "did you mean 'on'?", ""),
            ("set: {i: pause}", 18, "takes an integer, found a duration", "`seconds(…)`"),
            ("set: {i: b}", 18, "takes an integer, found a boolean", "`if` step"),
            ("delay: exponential", 16, "unknown parameter or variable 'exponential'", "`delay: {uniform:"),
            ("delay: {normal: {mean: 5s, variance: 1s}}", 36, "unknown key 'variance'", "`sd`"),
            ("select: [queue]", 18, "`branch` is a map, found text", "`- get: b`"),
        ],
    );
    for (condition, column, message, hint) in [
        ("i =< 3", 15, "unexpected '=<'", "`<=`"),
        ("i => 3", 15, "unexpected '=>'", "`>=`"),
        ("i ≠ 3", 15, "unexpected '≠'", "`!=`"),
        ("i greater than 3", 15, "found 'greater'", "`>`"),
        ("i in a", 15, "found 'in'", "`x == 1 or x == 2`"),
        ("i < 3 do", 19, "found 'do'", "below `do:`"),
        ("empty(queue)", 13, "unknown function 'empty'", "`level(b) == 0`"),
        ("queue.empty()", 24, "found `(`", "`level(name)`"),
        ("queue.level > 3", 13, "'queue' has no fields", "`level(name)`"),
        ("locked(mutex1)", 13, "unknown function 'locked'", "`level(m)`"),
        ("{i: 3}", 14, "takes an expression, found a map", "without braces"),
    ] {
        step_refused(&format!("if: {condition}\n        do: []"), column, message, hint);
    }
    let with = |step: &str| {
        format!(
            "version: 1
resources: {{cpu: {{kind: processor, cores: 1}}, q: {{kind: buffer, capacity: 1}}}}
processes:
  p:
    vars: {{x: 0}}
    do:
      - {step}
"
        )
    };
    refused_each(
        with,
        7,
        &[
            (
                "work: cpu",
                15,
                "`work` takes a time, found the processor 'cpu'",
                "`work: {on: cpu, for: 5ms}`",
            ),
            ("work: {cpu: 3s}", 16, "`work` takes a time", "`work: {on: cpu, for: 3s}`"),
            ("{work: 3s, on: cpu}", 20, "unknown key 'on' beside `work`", "`work: {for: 3s, on: cpu}`"),
        ],
    );
    let each = "for_each: x in q\n        do: []";
    refused(&with(each), &[(7, 19, "found 'x in q'", "`for_each: {from: q, into: x, do: […]}`")]);
}

#[test]
fn values_of_other_languages() {
    for (step, column, message, hint) in [
        ("set: {i: hello}", 18, "unknown parameter or variable 'hello'", "there are no texts as values"),
        ("delay: random", 16, "unknown parameter or variable 'random'", "`delay: {uniform:"),
        ("repeat: forever", 17, "'forever'", "`while: true`"),
        ("if: i <> 3", 15, "unexpected '<>'", "`!=`"),
        ("delay: 1s..5s", 18, "unexpected '..'", "`delay: {uniform: {low: 1s, high: 5s}}`"),
        ("delay: 1s to 5s", 19, "found 'to'", "`delay: {uniform: {low: 1s, high: 5s}}`"),
        ("set: {i: \"1,000\"}", 21, "needless 0", "`1000`"),
        ("delay: {exp: {mean: 5s}}", 17, "unknown distribution 'exp'", "`exponential: {mean: 1s}`"),
        ("delay: {random: {low: 1s}}", 17, "unknown distribution 'random'", "`uniform: {low: 1s, high: 5s}`"),
        ("delay: 1s // pause", 19, "unexpected '//'", "a comment begins with ` #`"),
    ] {
        let step = match step.starts_with("repeat") || step.starts_with("if") {
            true => format!("{step}\n        do: []"),
            false => step.to_owned(),
        };
        step_refused(&step, column, message, hint);
    }
}

#[test]
fn keys_of_a_process_that_are_steps() {
    for (process, column, message, hint) in [
        ("counts: 3, do: []", 7, "did you mean 'count'?", ""),
        ("number: 3, do: []", 7, "did you mean 'count'?", ""),
        ("delay: 1s, do: []", 7, "unknown key 'delay' in `process`", "`- delay: 1s`"),
        ("repeat: 3, do: []", 7, "unknown key 'repeat' in `process`", "`do: [{repeat: 3, do: […]}]`"),
        ("loop: true, do: []", 7, "unknown key 'loop' in `process`", "`do: [{while: true, do: […]}]`"),
        ("lock: m, do: []", 7, "unknown key 'lock' in `process`", "`acquire: m`"),
        ("vars: {x: int}, do: [{set: {x: 1}}]", 17, "'int' is a type", "`n: 0`"),
        ("vars: {x: }, do: [{set: {x: 1}}]", 17, "the variable 'x' has no value", "behind the colon"),
        ("vars: [x], do: []", 14, "`vars` is a map, found a list", "`vars: {x: 0}`"),
        ("arrivals: 3s, do: []", 17, "`arrivals` is a map, found text", "`arrivals: {every: 3s}`"),
        ("count: many, do: []", 14, "unknown parameter 'many'", "declared in `params`"),
    ] {
        refused(&with_processes(&format!("  a: {{{process}}}\n")), &[(6, column, message, hint)]);
    }
}

#[test]
fn lines_that_lack_their_indentation() {
    refused(
        "version: 1\nprocesses:\na:\n  do: []\n",
        &[
            (2, 1, "`processes` has no content", "further to the right"),
            (3, 1, "unknown key 'a' in the scenario", "stands below `processes:`"),
        ],
    );
    refused(
        &with_processes("  a:\n  count: 2\n  do:\n    - delay: 1s\n  b: {do: []}\n"),
        &[(7, 3, "`count` stands beside 'a', not below it", "further to the right than `a`")],
    );
    refused(
        "version: 1\nresources:\n  m:\n  kind: semaphore\n  permits: 2\nprocesses: {a: {do: []}}\n",
        &[(4, 3, "`kind` stands beside 'm'", "further to the right than `m`")],
    );
    refused(
        &with_processes("  a:\n    do:\n      - repeat: 3\n        do:\n      - delay: 1s\n"),
        &[(9, 9, "found nothing", "further to the right")],
    );
    refused(&with_processes("  a:\n"), &[(6, 3, "`process` has no content", "in the lines below it")]);
}

#[test]
fn what_belongs_below_resources() {
    for (key, message, hint) in [
        ("memories: {sold: 6}", "'memories'", "`sold: {kind: memory, slots: 1, value: 6}`, where `value`"),
        ("semaphores: {free: 3}", "'semaphores'", "`free: {kind: semaphore, permits: 3}`"),
        ("mutexes: [m]", "'mutexes'", "`m: mutex`"),
        ("queues: {q: 4}", "'queues'", "`q: {kind: buffer, capacity: 4}`"),
        ("delay: 1s", "'delay'", "steps belong to a process"),
        ("worker: {do: []}", "'worker'", "below `processes:`"),
        ("table: {kind: mutex}", "'table'", "below `resources:`"),
        ("process: {a: {do: []}}", "did you mean 'processes'?", "the keys are"),
    ] {
        let text = format!("version: 1\n{key}\nprocesses: {{p: {{do: []}}}}\n");
        refused(&text, &[(2, 1, message, hint)]);
    }
    for (resource, column, message, hint) in [
        (
            "m: {kind: mutex, permits: 1}",
            20,
            "unknown key 'permits' in `mutex`",
            "`{kind: semaphore, permits: n}`",
        ),
        ("s: {kind: semaphore, permits: 1, max: 1}", 36, "unknown key 'max'", "has no bound"),
        ("b: {kind: buffer, capacity: inf}", 31, "unknown parameter 'inf'", "`unbounded`"),
        ("b: {kind: buffer, capacity: 1, of: string}", 38, "'string' is not known as a type", "no texts"),
    ] {
        let text = format!("version: 1\nresources:\n  {resource}\nprocesses: {{p: {{do: []}}}}\n");
        refused(&text, &[(3, column, message, hint)]);
    }
}

#[test]
fn expectations_without_a_name() {
    for (expect, column, message, hint) in [
        ("longest_wait: 3s", 17, "`longest_wait` is a map, found text", "`longest_wait: {process: 3s}`"),
        ("finished: 3s", 13, "`finished` is a map, found text", "`finished: {process: 3s}`"),
        ("counts: 3", 11, "`counts` is a map, found an integer", "`counts: {process.mark: 3}`"),
        ("levels: [m]", 12, "`levels` is a map, found a list", "`levels: {resource: …}`"),
        ("memories: [1, 2]", 14, "`memories` is a map, found a list", "`memories: {memory: […]}`"),
        ("before: [p.x, p.y]", 12, "`before` is a map, found a list", "`before: {first: p.x, second: p.y}`"),
        ("before: p.x < p.y", 11, "`before` is a map, found text", "`before: {first: p.x, second: p.y}`"),
        ("before: {p.x: p.y}", 12, "unknown key 'p.x' in `before`", "`before: {first: p.x, second: p.y}`"),
        ("before: {first: p.x, then: p.y}", 24, "did you mean 'second'?", ""),
        ("time: 3s", 3, "did you mean 'total_time'?", ""),
        ("deadlock: none", 3, "unknown key 'deadlock'", "`outcome: completed`"),
        ("outcome: finished", 12, "'finished' is not known as an outcome", "`completed`"),
        ("outcome: stuck", 12, "'stuck' is not known as an outcome", "`deadlock`"),
        ("finished: {q: 3s}", 14, "unknown process 'q'", "declared under `processes`"),
        ("levels: {q: 3}", 12, "unknown resource 'q'", "declared under `resources`"),
    ] {
        let text = format!(
            "version: 1\nresources: {{m: mutex}}\nprocesses: {{p: {{do: [{{mark: x}}, {{mark: y}}, {{with: m, do: []}}]}}}}\nexpect:\n  {expect}\n"
        );
        refused(&text, &[(5, column, message, hint)]);
    }
    for (expect, line, column) in [("expect: completed", 3, 9), ("expect:\n  - outcome: completed", 4, 3)] {
        let text = format!("version: 1\nprocesses: {{p: {{do: []}}}}\n{expect}\n");
        refused(&text, &[(line, column, "`expect` is a map", "its keys are `outcome`")]);
    }
}

#[test]
fn a_file_that_is_no_scenario() {
    for text in ["hello\n", "- a\n", "<?xml version='1'?>\n<a/>\n"] {
        refused(text, &[(1, 1, "the scenario is a map", "`version: 1`")]);
    }
}

/// What a process or a resource has figures of is known when the file is read.
#[test]
fn figures_that_there_are_not() {
    for (path, column, message, hint) in [
        ("total_time", 5, "unknown figure 'total_time'; did you mean 'total_time_ns'?", "--format json"),
        ("m.utilization", 5, "unknown figure 'm'", "`resources.m.utilization`"),
        ("p.finished_ns", 5, "unknown figure 'p'", "`processes.p.finished_ns`"),
        ("utilization", 5, "unknown figure 'utilization'", "`resources.NAME.utilization`"),
        ("running_ns", 5, "unknown figure 'running_ns'", "`processes.NAME.running_ns`"),
        (
            "resources.m.utilisation",
            17,
            "no figure 'utilisation'; did you mean 'utilization'?",
            "wait_mean_ns",
        ),
        ("resources.q.utilization", 15, "unknown resource 'q'", "declared under `resources`"),
        ("processes.p.finishd_ns", 17, "did you mean 'finished_ns'?", "--format json"),
        (
            "processes.p.finished",
            17,
            "no figure 'finished'; did you mean 'finished_ns'?",
            "it has started_ns",
        ),
        ("processes.p.blocked_ns", 17, "`blocked_ns` has parts", "`blocked_total_ns`"),
        ("processes.p.finished_ns.m", 29, "is a number and has no parts", ""),
    ] {
        let text = format!(
            "version: 1\nresources: {{m: mutex}}\nprocesses: {{p: {{do: [{{with: m, do: []}}]}}}}\nexpect:\n  figures:\n    {path}: 0\n"
        );
        refused(&text, &[(6, column, message, hint)]);
    }
}

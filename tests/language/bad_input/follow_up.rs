//! One mistake is one problem: what only follows from it is not reported, what
//! stands beside it is, and the hint says what to write.

use super::{diagnostics, refused, step_refused, with_step};

/// Checks that a text has one problem, with a message and a hint like these.
#[track_caller]
pub(super) fn one(text: &str, message: &str, hint: &str) {
    let found = diagnostics(text, &[]);
    assert_eq!(found.items.len(), 1, "{found}");
    let item = &found.items[0];
    assert!(item.message.contains(message), "{found}");
    assert!(item.hint.as_deref().unwrap_or("").contains(hint), "{found}");
}

/// Checks that a step has one problem like this, wherever.
#[track_caller]
fn one_step(step: &str, message: &str, hint: &str) {
    one(&with_step(step), message, hint);
}

#[test]
fn a_comma_inside_a_flow_map_is_one_problem() {
    let comma = "this comma ends the value";
    step_refused("set: {i: min(i, 3)}", 23, comma, "`\"min(i, 3)\"`");
    step_refused("set: {i: max(1, min(i, n)), f: 0.5}", 23, comma, "`\"max(1, min(i, n))\"`");
    step_refused("acquire: {permits: max(1, n)}", 33, comma, "`\"max(1, n)\"`");
    step_refused("set: {f: min(f, 1.5, 2.5)}", 23, comma, "`\"min(f, 1.5, 2.5)\"`");
    step_refused("put: {to: queue, value: min(1, 2, n)}", 38, comma, "`\"min(1, 2, n)\"`");
    step_refused("delay: {choice: {values: [max(1s, t), 2s]}}", 41, comma, "`\"max(1s, t)\"`");
    // Two of them are two, and what stands behind them is looked at.
    refused(
        &with_step("set: {i: min(i, 3), f: max(f, 1.0), b: 5}"),
        &[(16, 23, comma, ""), (16, 37, comma, ""), (16, 48, "'b' takes a boolean", "")],
    );
    // Parentheses that are never closed are no comma's fault.
    step_refused("set: {i: 'max(1, 2'}", 22, "never closed", "");
}

#[test]
fn brackets_without_quotes_hide_nothing() {
    let bracket = "YAML takes the bracket";
    refused(
        &with_step("set: {a[i]: 1}\n      - acquire: [forks[0], forks[i + 1], mutx1]\n      - delay: 5"),
        &[
            (16, 15, bracket, "`\"a[i]\"`"),
            (17, 19, bracket, "`\"forks[0]\"`"),
            (17, 29, bracket, "`\"forks[i + 1]\"`"),
            (17, 43, "unknown resource 'mutx1'", ""),
            (18, 16, "takes a duration", ""),
        ],
    );
}

#[test]
fn words_of_other_languages_are_translated() {
    for (step, hint) in [
        ("sleep: 5s", "`delay: 5s`"),
        ("timeout: 5s", "`work: 5s`"),
        ("lock: mutex1", "`acquire: m`"),
        ("unlock: mutex1", "`release: m`"),
        ("P: permits", "`acquire: s`"),
        ("V: permits", "`release: s`"),
        ("signal: permits", "use `release`"),
        ("spawn: other", "`processes`"),
        ("thread: other", "`start: worker`"),
        ("return: 1", "`exit`"),
        ("await: queue", "`get: b`"),
        ("yield: ~", "`delay: 0s`"),
        ("yield", "`delay: 0s`"),
        ("sleep 5s", "`delay: 5s`"),
        ("send: queue", "`put: b`"),
        ("receive: queue", "`get: b`"),
        ("recv: queue", "`get: b`"),
        ("loop: 3", "`repeat: n`"),
        ("for: 3", "`while: condition`"),
        ("print: hello", "`log:"),
        ("randint: 3", "`draw:"),
        ("random: 3", "uniform_int"),
        ("wait: 5s", "`delay: 5s`"),
        ("wait: permits", "use `acquire`"),
        ("delay: random(1, 5)", "`draw:"),
        ("set: {i: 'randint(1, 6)'}", "`draw:"),
        ("delay: uniform(1s, 5s)", "`delay: {uniform:"),
        ("delay: time()", "`now`"),
        ("set: {b: True}", "write `true`"),
        ("set: {b: yes}", "write `true`"),
    ] {
        one_step(step, "", hint);
    }
    for (kind, hint) in [("lock", "`mutex`"), ("channel", "buffer"), ("queue", "buffer"), ("event", "`flag`")]
    {
        let text = |kind: &str| {
            format!("version: 1\nresources: {{r: {kind}}}\nprocesses: {{p: {{do: [{{acquire: r}}]}}}}\n")
        };
        one(&text(kind), "kind of resource", hint);
        one(&text(&format!("{{kind: {kind}, capacity: 1}}")), "kind of resource", hint);
    }
    one(
        "version: 1\nresources: {s: semaphore}\nprocesses: {p: {do: [{acquire: s}]}}\n",
        "needs more",
        "permits: 1}`",
    );
}

#[test]
fn keys_of_other_languages_are_read_as_what_they_mean() {
    one_step("{if: b, then: [{delay: 1s}]}", "did you mean 'do'?", "");
    // What stands below such a key is looked at.
    refused(
        &with_step("{repeat: 3, steps: [{delay: 5}]}"),
        &[(16, 21, "did you mean 'do'?", ""), (16, 37, "takes a duration", "")],
    );
    one(
        "version: 1\nthreads: {p: {steps: []}}\n".replace("steps", "do").as_str(),
        "did you mean 'processes'?",
        "",
    );
    one(
        "version: 1\nprocesses: {p: {body: [{mark: a}]}}\nexpect: {counts: {p.a: 1}}\n",
        "did you mean 'do'?",
        "",
    );
    // A key that nobody knows and one that is missing are one problem.
    one_step(
        "draw: {x: {uniform: {low: 1, high: 2}}}",
        "unknown key 'x' in `draw`",
        "write `draw: {into: x, from: {uniform: …}}`",
    );
}

#[test]
fn a_memory_is_not_set_and_permits_are_not_a_list() {
    one_step("set: {\"slots[i]\": 1}", "'slots' is a memory", "`write: {to: slots, at: i, value: …}`");
    one_step("set: {queue: 1}", "'queue' is a buffer", "`put: {to: queue, value: …}`");
    one_step("set: {i: 'slots[0]'}", "'slots'", "`read: {from: slots, at: i, into: x}`");
    one_step("set: {i: queue}", "'queue'", "`level(queue)`");
    step_refused("acquire: permits, n - 1", 25, "found a comma", "`acquire: {permits: n - 1}`");
    step_refused("release: permits, 2", 25, "found a comma", "`release: {permits: 2}`");
    step_refused("acquire: mutex1, permits", 24, "found a comma", "`[mutex1, permits]`");
    one_step("put: queue, 5", "found a comma", "`put: {to: queue, value: 5}`");
    one_step("set: {i = 3}", "found an assignment", "`set: {i: 3}`");
    one_step("set: i = i + 1", "`set` is a map, found text", "`set: {i: i + 1}`");
}

#[test]
fn a_number_without_unit_names_its_parameter() {
    let text = "version: 1
params:
  items: 3
  load_time: 5
  pace: load_time * 2
processes:
  p:
    do:
      - delay: load_time
      - work: load_time + 1s
      - delay: pace / 2.0
";
    refused(
        text,
        &[
            (
                9,
                16,
                "takes a duration",
                "'load_time' (line 4) is 5 without a unit; write `load_time: 5s` or `load_time: 5ms`",
            ),
            (10, 15, "`+` does not take", "'load_time' (line 4)"),
            (11, 16, "takes a duration", "'pace' (line 5) is 10"),
        ],
    );
}

#[test]
fn lists_where_an_array_is_meant() {
    one_step("set: {a: [1, 2, 3]}", "an array is set element by element", "`\"a[0]\": …`");
    one_step("set: {i: [1, 2]}", "found a list", "`xs: {array: n}`");
    one_step("read: {from: slots, at: 0, count: 2, into: [i, f]}", "found a list", "`into: xs`");
    one_step("write: {to: slots, at: 0, value: [1, 2]}", "found a list", "one by one");
    one(
        "version: 1\nprocesses: {p: {vars: {a: [1, 2, 3]}, do: [{set: {\"a[0]\": 1}}, {log: \"{a}\"}, {delay: \"a[1] * 1s\"}]}}\n",
        "found a list",
        "`a: {array: 3}`",
    );
}

#[test]
fn what_is_declared_wrongly_is_not_unknown() {
    for text in [
        "version: 1\nresources:\n  - s: mutex\nprocesses: {p: {do: [{acquire: s}, {release: s}]}}\n",
        "version: 1\nresources:\n  - {name: s, kind: mutex}\nprocesses: {p: {do: [{acquire: s}]}}\n",
        "version: 1\nparams:\n  - n: 3\nprocesses: {p: {do: [{delay: n * 1s}]}}\n",
        "version: 1\nprocesses:\n  - {name: p, do: [{mark: a}]}\nexpect: {finished: {p: 1s}, counts: {p.a: 1}}\n",
        "version: 1\nprocesses: {p: {vars: [x: 1], do: [{set: {x: 2}}, {log: '{x}'}]}}\n",
        "version: 1\nresources: {my-lock: mutex}\nprocesses: {p: {do: [{acquire: my-lock}, {with: my-lock, do: []}]}}\n",
        "version: 1\nparams: {load-time: 1s}\nprocesses: {p: {do: [{delay: load-time}, {work: load-time * 2}]}}\n",
        "version: 1\nprocesses: {p: {vars: {my-var: 1}, do: [{set: {my-var: 2}}, {log: '{my-var}'}]}}\n",
        "version: 1\nprocesses: {p: {do: [{set: {y: 1}}, {log: '{y}'}, {delay: y * 1s}]}}\n",
        "version: 1\nprocesses: {p: {do: [{mark: a b}]}}\nexpect: {counts: {p.a b: 1}}\n",
        "version: 1\nprocesses: {p: {do: [{makr: a}]}}\nexpect: {counts: {p.a: 1}}\n",
        "version: 1\nprocesses: {p: {do: [{record: a}]}}\nexpect: {counts: {p.a: 1}}\n",
        "version: 1\nprocesses: {p: [{mark: a}]}\nexpect: {counts: {p.a: 1}, finished: {p: 0s}}\n",
        "version: 1\nexpect: {finished: {p: 0s}}\n",
    ] {
        one(text, "", "");
    }
}

#[test]
fn a_log_hole_has_no_format() {
    step_refused("log: 'x is {f:.2f} s'", 22, "a hole has no format", "`{round(f * 100) / 100.0}`");
    step_refused("log: '{f + f:.2f}'", 21, "a hole has no format", "`{round((f + f) * 100) / 100.0}`");
    step_refused(
        "log: '{now - 1s:.2f}'",
        24,
        "a hole has no format",
        "`{round(seconds(now - 1s) * 100) / 100.0}`",
    );
    step_refused("log: '{i:>5}'", 17, "a hole has no format", "a value is written as it is");
}

#[test]
fn an_assignment_is_a_step_of_its_own() {
    let message = "a step is a map, found the text";
    step_refused("i = i + 1", 9, message, "write `set: {i: i + 1}`");
    step_refused("i += 2", 9, message, "write `set: {i: i + 2}`");
    step_refused("memory1[i] = 1", 9, message, "write `write: {to: memory1, at: i, value: 1}`");
    step_refused("i == 1", 9, message, "write it as `- delay: 5ms`");
}

#[test]
fn decimals_are_written_with_a_point() {
    step_refused("delay: 1,5s", 17, "expected an operator, found `,`", "decimals are written with a point");
}

/// What looks for one mistake takes no longer on a file that is full of it.
#[test]
fn many_mistakes_of_a_kind_take_no_longer() {
    let lists = [
        format!("a: [{}]\n", "(x, ".repeat(60_000)),
        format!("a: {{{}}}\n", (0..40_000).map(|n| format!("k{n}: (x, ")).collect::<String>()),
        format!("a: [{}]\n", "f[0], ".repeat(40_000)),
        format!("a: {{{}}}\n", (0..40_000).map(|n| format!("k{n}:1, ")).collect::<String>()),
    ];
    let start = std::time::Instant::now();
    for text in lists {
        assert!(!diagnostics(&text, &[]).items.is_empty());
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "took {:?}", start.elapsed());
}

/// What a text with brackets is as a whole goes between the quotes.
#[test]
fn brackets_are_quoted_with_all_that_belongs_to_them() {
    let scenario = |expected: &str| {
        format!(
            "version: 1\nprocesses:\n  a: {{count: 2, do: [{{repeat: 3, do: [{{mark: m}}]}}]}}\nexpect: {{reaches: [{expected}]}}\n"
        )
    };
    for text in ["a[0].m[2]", "a[1].m", "a[0].finished"] {
        one(&scenario(text), "YAML takes the bracket", &format!("needs quotes: `\"{text}\"`"));
        assert!(tempolane::scenario::load_str("a", &scenario(&format!("\"{text}\"")), &[]).is_ok(), "{text}");
    }
    let text = "version: 1\nprocesses:\n  a: {do: [{repeat: 3, do: [{mark: m}]}]}\nexpect: {reaches: [a.m[2], a.m]}\n";
    one(text, "YAML takes the bracket", "needs quotes: `\"a.m[2]\"`");
}

/// So does what stands behind them: an expression is quoted as a whole.
#[test]
fn an_expression_with_brackets_is_quoted_as_a_whole() {
    let scenario = |value: &str| {
        format!(
            "version: 1\nprocesses:\n  a: {{vars: {{xs: {{array: 2}}, t: 1}}, do: [{{set: {{t: {value}}}}}, {{log: '{{t}}'}}]}}\n"
        )
    };
    for text in [
        "xs[0] + t",
        "xs[0]",
        "1 + xs[0]",
        "abs(xs[0])",
        "(t + xs[0]) * 2",
        // Two, of which YAML sees the first; and a sign that YAML has a use for.
        "xs[0] + xs[1]",
        "(xs[0] + abs(xs[t])) - xs[t - 1]",
        "xs[0] * 2",
        "xs[0] * xs[1]",
    ] {
        one(&scenario(text), "YAML takes the bracket", &format!("needs quotes: `\"{text}\"`"));
        assert!(tempolane::scenario::load_str("a", &scenario(&format!("\"{text}\"")), &[]).is_ok(), "{text}");
    }
}

#[test]
fn a_draw_goes_into_a_variable() {
    let text = "version: 1\nprocesses: {a: {vars: {xs: {array: 2}}, do: [{draw: {into: \"xs[0]\", from: {uniform_int: {low: 0, high: 9}}}}]}}\n";
    one(text, "`into` takes a variable, and 'xs[0]' is an element of an array", "put it there behind");
}

/// A memory that is set as an array is one problem, and a list without its
/// brackets is another.
#[test]
fn one_cause_is_one_problem() {
    one_step(
        "set: {slots[i]: 1}",
        "'slots' is a memory, not a variable",
        "`write: {to: slots, at: i, value: …}`",
    );
    let text = |expected: &str| {
        format!(
            "version: 1\nresources: {{d: {{kind: memory, slots: 3}}}}\nprocesses: {{p: {{do: [{{mark: {{name: x, value: 6}}}}]}}}}\nexpect: {{{expected}}}\n"
        )
    };
    let lacks = "this value has no key";
    one(&text("values: {p.x: 6, 21}"), lacks, "a list stands in brackets: `p.x: [6, 21]`");
    one(&text("values: {p.x: 6, 21, 22}"), lacks, "`p.x: [6, 21]`");
    one(&text("memories: {d: a, 2.5}"), lacks, "`d: [a, 2.5]`");
    one(&text("values: {p.x: [6], 21: 3}"), "a key must be text, found an integer", "");
}

#[test]
fn an_only_instance_has_a_number() {
    let text = |count: u32| {
        format!(
            "version: 1\nprocesses: {{p: {{count: {count}, do: [{{delay: 1s}}]}}}}\nexpect: {{reaches: [p.finished]}}\n"
        )
    };
    one(&text(1), "'p' has a `count`, and so its only instance has a number", "write `\"p[0]\"`");
    one(&text(2), "'p' has several instances; say which", "write `\"p[0]\"`");
    one(&text(0), "'p' has no instances: its `count` is 0", "");
}

#[test]
fn a_name_is_not_empty() {
    for name in ["\"\"", "' '"] {
        let text = format!("version: 1\nname: {name}\nprocesses: {{p: {{do: [{{delay: 1s}}]}}}}\n");
        one(&text, "the name of the scenario is empty", "the name of the file");
    }
}

#[test]
fn operators_and_units_of_other_languages_are_translated() {
    one_step(
        "delay: 1 second",
        "expected an operator, found 'second'",
        "write the unit without a space, `1s`",
    );
    one_step("delay: 1.5 milliseconds", "found 'milliseconds'", "`1.5ms`");
    one_step("delay: 2minutes", "unknown unit 'minutes'", "write `2min`");
    one_step("delay: 3 h", "expected an operator, found 'h'", "`3h`");
    one_step("delay: i seconds", "expected an operator, found 'seconds'", "`n * 1s`");
    one_step("set: {i: i mod 3}", "expected an operator, found 'mod'", "the remainder is written `%`");
    one_step("set: {i: i div 3}", "expected an operator, found 'div'", "rounds down already");
    one_step("set: {i: i \u{2013} 3}", "unexpected '\u{2013}'", "minus is written `-`");
    one_step("set: {i: i \u{2014} 3}", "unexpected '\u{2014}'", "minus is written `-`");
    one_step("set: {i: i \u{d7} 3}", "unexpected '\u{d7}'", "multiplication is written `*`");
}

/// The parser stops where the damage shows; the hint is where it was done.
#[test]
fn what_is_left_open_is_shown_where_it_was_opened() {
    for (text, (line, column), message, hint) in [
        (
            "version: 1\nprocesses:\n  p\n    do:\n      - delay: 1s\n",
            (3, 3),
            "a key needs `:` and a value",
            "`key:`",
        ),
        (
            "version: 1\nprocesses:\n  p:\n    do:\n      - log: \"hello\n      - delay: 1s\n  q:\n    do:\n      - log: \"bye\"\n",
            (5, 14),
            "this quote is not closed on its line",
            "close it",
        ),
        (
            "version: 1\nname: 'a\nprocesses:\n  p: {do: [{log: 'b'}]}\n",
            (2, 7),
            "this quote is not closed on its line",
            "close it",
        ),
    ] {
        one(text, message, hint);
        let site = diagnostics(text, &[]).items[0].site;
        assert_eq!((site.line, site.column), (line, column), "{text}");
    }
}

/// Who counts a latch down to nothing has mixed up two keys: told once, and not wherever it is
/// used.
#[test]
fn a_count_instead_of_what_is_counted_is_told_once() {
    for (resource, key) in [("latch", "from"), ("semaphore", "permits"), ("barrier", "parties")] {
        let step = match resource {
            "latch" => "{count_down: l}, {wait: l}, {set: {x: level(l)}}",
            "semaphore" => "{acquire: l}, {release: l}, {until: level(l) == 1}",
            _ => "{wait: l}",
        };
        let text = format!(
            "version: 1\nresources: {{l: {{kind: {resource}, count: 2}}}}\nprocesses:\n  p: {{vars: {{x: 0}}, do: [{step}]}}\n"
        );
        let missing = format!("missing key `{key}` in `{resource}`");
        refused(&text, &[(2, 13, missing.as_str(), "`count` makes several of it")]);
    }
}

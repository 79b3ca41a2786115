//! Messages that led a student and a teacher nowhere: each now says what to write.

use super::{overrides, refused};
use tempolane::scenario::load_str;

/// A scenario with this step on line 8 from column 9 on.
fn with_step(step: &str) -> String {
    format!(
        "version: 1
resources: {{lock: mutex, free: {{kind: semaphore, permits: 2}}, b: {{kind: buffer, capacity: 1}}, m: {{kind: memory, slots: 1}}}}
processes:
  q: {{do: [{{delay: 1s}}]}}
  p:
    vars: {{i: 0, t: 0s}}
    do:
      - {step}
"
    )
}

#[track_caller]
fn step_refused(step: &str, column: u32, message: &str, hint: &str) {
    refused(&with_step(step), &[(8, column, message, hint)]);
}

#[test]
fn a_missing_resource_is_answered_with_a_kind_that_the_step_takes() {
    for (step, column, name, hint) in [
        ("put: queue", 14, "queue", "`queue: {kind: buffer, capacity: 1}`; there is 'b'"),
        ("get: items", 14, "items", "`items: {kind: buffer, capacity: 1}`; there is 'b'"),
        ("close: line", 16, "line", "`line: {kind: buffer, capacity: 1}`"),
        ("acquire: table", 18, "table", "`table: mutex`; there are 'lock' and 'free'"),
        ("acquire: [lock, sem]", 25, "sem", "`sem: {kind: semaphore, permits: 1}`"),
        ("release: {tokens: 2}", 19, "tokens", "`tokens: {kind: semaphore, permits: 1}`"),
        (
            "read: {from: data, at: 0, into: i}",
            22,
            "data",
            "`data: {kind: memory, slots: 1, value: 0}`; there is 'm'",
        ),
        ("write: {to: data, at: 0, value: 1}", 21, "data", "`data: {kind: memory, slots: 1, value: 0}`"),
        ("wait: changed", 15, "changed", "`changed: condition`"),
        ("wait: gate", 15, "gate", "`gate: flag`"),
        ("signal: go", 17, "go", "`go: flag`"),
        ("notify: c", 17, "c", "`c: condition`"),
        ("count_down: left", 21, "left", "`left: {kind: latch, from: 1}`"),
        ("work: {on: core, for: 1s}", 20, "core", "`core: {kind: processor, cores: 1}`"),
        ("until: level(queue) > 1", 22, "queue", "`queue: {kind: buffer, capacity: 1}`"),
        ("until: slot(data, 0) > 1", 21, "data", "`data: {kind: memory, slots: 1, value: 0}`"),
        // A kind, of which there are some.
        ("acquire: mutex", 18, "mutex", "`mutex` is a kind; your mutex is 'lock'"),
        ("put: buffer", 14, "buffer", "`buffer` is a kind; your buffer is 'b'"),
        // A kind, of which there is none.
        ("wait: barrier", 15, "barrier", "`barrier: {kind: barrier, parties: 2}`"),
        // A process.
        ("acquire: p", 18, "p", "'p' is a process; `join: p` waits for its end"),
        ("put: q", 14, "q", "'q' is a process; `join: q` waits for its end"),
        ("put: q", 14, "q", "as in `resources: {r: {kind: buffer, capacity: 1}}`"),
    ] {
        step_refused(step, column, &format!("unknown resource '{name}'"), hint);
    }
    // What is like a name is meant.
    step_refused("acquire: locc", 18, "unknown resource 'locc'; did you mean 'lock'?", "");
}

#[test]
fn a_missing_process_is_answered_with_those_that_there_are() {
    step_refused("join: w", 15, "unknown process 'w'", "there are 'q' and 'p'");
    step_refused("start: worker", 16, "unknown process 'worker'", "there are 'q' and 'p'");
    step_refused("stop: lock", 15, "unknown process 'lock'", "it is a mutex");
    for (expect, column) in [("finished: {consumer: 2s}", 14), ("longest_wait: {consumer: 2s}", 18)] {
        let text = format!("version: 1\nprocesses: {{producer: {{do: []}}}}\nexpect:\n  {expect}\n");
        refused(&text, &[(4, column, "unknown process 'consumer'", "there is 'producer'")]);
    }
}

#[test]
fn steps_that_lack_their_do() {
    for step in ["repeat: 3", "with: lock", "while: true", "if: i > 3", "for_each: b"] {
        let key = step.split(':').next().expect("a key");
        let message = format!("missing key `do` in `{key}`");
        let hint = format!("write the steps below `do:`, as in `{{{step}, do: [{{delay: 1s}}]}}`");
        step_refused(step, 9, &message, &hint);
        for indentation in [9, 11, 13] {
            let text = with_step(&format!("{step}\n{:indentation$}- put: b", ""));
            let message = format!("a list stands below `{key}`");
            let hint = format!("the steps of `{key}` stand below `do:`");
            refused(&text, &[(9, indentation as u32 + 1, &message, &hint)]);
        }
    }
    refused(
        "version: 1\nprocesses:\n  p: {}\n",
        &[(
            3,
            3,
            "missing key `do` in `process`",
            "write its steps below `do:`, as in `{do: [{delay: 1s}]}`",
        )],
    );
    refused(
        "version: 1\nprocesses:\n  p:\n",
        &[(3, 3, "`process` has no content", "as `do: [{delay: 1s}]`")],
    );
}

#[test]
fn a_missing_key_is_shown_as_it_is_written() {
    for (step, key, hint) in [
        ("read: {from: m, into: i}", "at", "from 0, as in `read: {from: m, at: 0, into: i}`"),
        ("write: {to: m, at: 0}", "value", "as in `write: {to: m, at: 0, value: 1}`"),
        ("put: {value: 3}", "to", "as in `put: {to: name, value: 3}`"),
        ("work: {deadline: 5s}", "for", "as in `work: {for: 1s, deadline: 5s}`"),
        ("draw: {into: i}", "from", "as in `draw: {into: i, from: {uniform_int: {low: 1, high: 6}}}`"),
    ] {
        let name = step.split(':').next().expect("a key");
        step_refused(step, 9, &format!("missing key `{key}` in `{name}`"), hint);
    }
    refused(
        "version: 1\nresources:\n  b: {kind: buffer, of: int}\nprocesses: {p: {do: []}}\n",
        &[(3, 3, "missing key `capacity` in `buffer`", "as in `{kind: buffer, capacity: 1, of: int}`")],
    );
    refused("processes: {p: {do: []}}\n", &[(1, 1, "missing key `version`", "as in `version: 1`")]);
}

#[test]
fn durations_of_several_parts() {
    for (written, meant) in [
        ("1h30min", "`1h 30min`"),
        ("1m30s", "`1min 30s`"),
        ("1min30s", "`1min 30s`"),
        ("2h5m", "`2h 5min`"),
        ("1.5s500ms", "`1.5s 500ms`"),
        ("30s1min", "`30s + 1min`"),
        ("1hour30minutes", "`1h 30min`"),
    ] {
        let message = "the parts of a duration are written with a space between them";
        step_refused(&format!("delay: {written}"), 16, message, meant);
    }
    // What is said can be written.
    for meant in ["1h 30min", "1min 30s", "1.5s 500ms", "30s + 1min"] {
        let text = format!("version: 1\nprocesses: {{p: {{do: [{{delay: {meant}}}]}}}}\n");
        assert!(load_str("good.yaml", &text, &[]).is_ok(), "{meant}");
    }
}

#[test]
fn steps_in_other_forms() {
    for (step, column, message, hint) in [
        ("read: m", 15, "`read` is a map", "`read: {from: m, at: 0, into: x}`"),
        ("write: m", 16, "`write` is a map", "`write: {to: m, at: 0, value: 1}`"),
        (
            "wait: 1s",
            15,
            "found a duration",
            "`delay: 1s`; a process waits at a condition, a barrier, a flag or a latch",
        ),
        (
            "{read: {from: m, at: 0}, vars: {x: 0}}",
            34,
            "unknown key 'vars' in `read`",
            "variables belong to the process",
        ),
        ("vars: {x: 0}", 9, "unknown step 'vars'", "variables belong to the process"),
        (
            "{if: i > 3, do: [], else if: i > 4}",
            29,
            "unknown key 'else if'",
            "`else: [{if: condition, do: […]}]`",
        ),
        ("{else if: i > 4, do: []}", 10, "unknown step 'else if'", "a further `if` below `else`"),
        (
            "{if: i > 3, do: [], else: {if: i > 4, do: []}}",
            36,
            "takes a list of steps",
            "as in `- if: i > 4`",
        ),
        ("acquire: {}", 18, "names no resource", "`acquire: name`"),
        (
            "get: {from: b, into: t}",
            30,
            "the values are integers",
            "because no `put` has a value: give it one, or write `of: duration`",
        ),
        (
            "put: {to: b, value: t}\n      - get: {from: b, into: i}",
            30,
            "the values are durations",
            "by the `put` on line 8",
        ),
    ] {
        let line = if step.contains('\n') { 9 } else { 8 };
        refused(&with_step(step), &[(line, column, message, hint)]);
    }
}

#[test]
fn texts_and_words_are_no_values() {
    let texts = "there are no texts as values";
    for (value, column, message, hint) in [
        ("\"text\"", 16, "unknown parameter 'text'", texts),
        ("\"some text\"", 21, "expected an operator, found 'text'", texts),
        ("idle", 15, "unknown parameter 'idle'", texts),
        ("two", 15, "unknown parameter 'two'", "digits: `2`"),
    ] {
        let text = format!("version: 1\nprocesses:\n  p:\n    do: []\n    vars: {{_s: {value}}}\n");
        refused(&text, &[(5, column + 1, message, hint)]);
    }
    step_refused("put: {to: b, value: \"hello\"}", 30, "unknown parameter or variable 'hello'", texts);
    for (process, column, message, hint) in [
        ("{count: two, do: []}", 14, "unknown parameter 'two'", "digits: `2`"),
        ("{count: 2 workers, do: []}", 16, "found 'workers'", "the number alone, `2`"),
        ("{count: -1, do: []}", 14, "`count` is at least 0", "write 0 or more"),
        ("{vars: n = 0, do: []}", 13, "`vars` is a map", "`vars: {n: 0}`"),
        ("{vars: [n = 0], do: []}", 14, "`vars` is a map", "`vars: {n: 0}`"),
        ("{vars: {n = 0}, do: [{set: {n: 1}}]}", 14, "'n = 0' cannot be the name", "`n: 0`"),
        ("{repeat: 3, do: []}", 7, "unknown key 'repeat' in `process`", "it is a step"),
    ] {
        refused(&format!("version: 1\nprocesses:\n  p: {process}\n"), &[(3, column, message, hint)]);
    }
    for (resource, column, message, hint) in [
        ("{kind: buffer, capacity: -1}", 31, "`capacity` is at least 0, found -1", "`unbounded`"),
        ("{kind: buffer, capacity: 3 items}", 33, "found 'items'", "the number alone, `3`"),
        ("{kind: semaphore, permits: \"three\"}", 34, "unknown parameter 'three'", "digits: `3`"),
        ("{kind: semaphore, permits: -1}", 33, "`permits` is at least 0, found -1", "write 0 or more"),
        ("{kind: processor, cores: 0}", 31, "`cores` is at least 1, found 0", "write 1 or more"),
    ] {
        let text = format!("version: 1\nresources:\n  r: {resource}\nprocesses: {{p: {{do: []}}}}\n");
        refused(&text, &[(3, column, message, hint)]);
    }
    for (width, column) in [("16cm", 16), ("\"16 cm\"", 16), ("wide", 16)] {
        let text = format!("version: 1\nprocesses: {{p: {{do: []}}}}\nstyle: {{width: {width}}}\n");
        refused(&text, &[(3, column, "`width` takes a number of pixels", "pixels; 640 are 16 cm")]);
    }
}

#[test]
fn expectations_in_other_forms() {
    let both = "`{at_least: 1s, at_most: 2s}`";
    for (expect, column, message, hint) in [
        ("total_time: 1s..2s", 15, "bounds are a map, found text", both),
        ("total_time: 1s to 2s", 15, "bounds are a map, found text", both),
        ("total_time: between 1s and 2s", 15, "bounds are a map, found text", both),
        ("total_time: [1s, 2s]", 16, "bounds are a map, found a list", both),
        ("total_time: \"< 2s\"", 15, "bounds are a map, found text", "`{at_most: 2s}`"),
        ("total_time: \"<= 2s\"", 15, "bounds are a map, found text", "`{at_most: 2s}`"),
        ("total_time: at least 2s", 15, "bounds are a map, found text", "`{at_least: 2s}`"),
        ("finished: {p: \"> 2s\"}", 17, "bounds are a map, found text", "`{at_least: 2s}`"),
        ("levels: {s: \">= 2\"}", 15, "bounds are a map, found text", "`{at_least: 2}`"),
        ("figures: {total_time_ns: \"< 2s\"}", 28, "bounds are a map, found text", "`{at_most: 2s}`"),
        ("finished: {p: {max: 2s}}", 18, "unknown key 'max' in these bounds; did you mean 'at_most'?", ""),
        ("levels: {s: {min: 2}}", 16, "unknown key 'min' in these bounds; did you mean 'at_least'?", ""),
        ("memories: {m: 0}", 14, "'m' takes a list, found an integer", "`m: [0]`"),
        ("memories: {s: [0]}", 14, "'s' is a semaphore, not a memory", "`levels: {s: …}`"),
        (
            "memories: {z: [0]}",
            14,
            "unknown memory 'z'",
            "`z: {kind: memory, slots: 1, value: 0}`; there is 'm'",
        ),
        ("levels: {m: 0}", 12, "'m' is a memory, which has no level", "`memories: {m: [0]}`"),
        ("levels: {m: [0]}", 12, "'m' is a memory, which has no level", "`memories: {m: […]}`"),
        ("deadlock: false", 3, "unknown key 'deadlock'", "`outcome: completed`"),
        ("figures: {resources.f.utilisation: 1}", 23, "unknown resource 'f'", "there are 's' and 'm'"),
        ("figures: {resources.s.utilisation: 1}", 25, "did you mean 'utilization'?", ""),
    ] {
        let text = format!(
            "version: 1\nresources: {{s: {{kind: semaphore, permits: 1}}, m: {{kind: memory, slots: 1}}}}\nprocesses: {{p: {{do: []}}, c: {{do: []}}}}\nexpect:\n  {expect}\n"
        );
        refused(&text, &[(5, column, message, hint)]);
    }
    let text = "version: 1\nprocesses: {p: {do: []}, c: {do: []}}\nexpect:\n  never_together: [p, c]\n";
    refused(
        text,
        &[
            (4, 20, "what 'p' is in is missing", "`p.running`"),
            (4, 23, "what 'c' is in is missing", "`c.running`"),
        ],
    );
}

#[test]
fn a_parameter_that_a_run_sets_may_be_shortened() {
    let text = "version: 1\nparams: {eat: 1s, think: 1s}\nprocesses: {p: {do: [{delay: eat + think}]}}\n";
    for (set, message) in [
        ("et", "unknown parameter 'et'; did you mean 'eat'?"),
        ("th", "unknown parameter 'th'; did you mean 'think'?"),
        ("thinc", "unknown parameter 'thinc'; did you mean 'think'?"),
        ("x", "unknown parameter 'x'"),
    ] {
        let found = super::diagnostics(text, &[(set, "2s")]);
        assert_eq!(found.items.len(), 1, "{set}");
        assert_eq!(found.items[0].message, message);
        assert_eq!((found.items[0].site.line, found.items[0].site.column), (1, 1));
        assert_eq!(found.items[0].hint.as_deref(), Some("its parameters are `eat`, `think`"));
    }
    assert!(load_str("good.yaml", text, &overrides(&[("eat", "2s")])).is_ok());
}

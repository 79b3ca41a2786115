//! Hints by which the next try is right: what is told to write stands in the language, and is what
//! was meant.

use super::{refused, refused_each};

/// A scenario with this step on line 11 from column 9 on.
fn with_step(step: &str) -> String {
    format!(
        "version: 1
params: {{n: 2}}
resources:
  {{lock: mutex, c: condition, l: rwlock, b: {{kind: buffer, capacity: 1}}, m: {{kind: memory, slots: 1}}, s: {{kind: semaphore, permits: 2}}}}
processes:
  q: {{do: [{{delay: 1s}}]}}
  p:
    vars:
      x: 0
    do:
      - {step}
"
    )
}

#[test]
fn steps_of_other_languages() {
    let steps = "        do: [{delay: 1s}]";
    refused_each(
        with_step,
        11,
        &[
            ("notify_one: c", 9, "unknown step 'notify_one'", "write `notify: c`"),
            ("signal_one: c", 9, "unknown step", "write `notify: c`"),
            ("notifyAll: c", 9, "unknown step", "write `notify_all: c`"),
            (
                "notify: {on: c, count: 2}",
                18,
                "takes the name of a resource, found a map",
                "write `notify: c`",
            ),
            ("acquire_read: l", 9, "unknown step", "write `acquire: {read: l}`"),
            ("write_lock: l", 9, "unknown step", "write `acquire: {write: l}`"),
            ("read_unlock: l", 9, "unknown step", "write `release: {read: l}`"),
            ("release_write: l", 9, "unknown step", "write `release: {write: l}`"),
            ("sleep_for: 1s", 9, "unknown step", "write `delay: 5s`"),
            ("parallel: [{delay: 1s}]", 9, "unknown step", "processes stand side by side"),
            ("fail: x", 9, "unknown step", "no step fails on purpose"),
            ("assert: x == 0", 9, "unknown step", "in `always` there what holds in every state"),
            // One problem, whatever the resource and the key are called.
            (
                "acquire: {lock: s, timeout: 1s}",
                19,
                "found the key 'lock'",
                "write `acquire: s`, and `within: 1s` beside it",
            ),
            (
                "acquire: {lock: lock, timeout: 1s}",
                19,
                "found the key",
                "write `acquire: lock`, and `within: 1s`",
            ),
            ("acquire: {name: s, count: 2}", 19, "found the key 'name'", "`acquire: {s: 2}`"),
            ("wait: [c, lock]", 16, "found a list", "`wait: {on: c, mutex: m}`"),
        ],
    );
    for (step, column, message, hint) in [
        ("repeat: {n}", 18, "takes an expression, found a map", "write `n`, without braces"),
        ("repeat: $n", 17, "unexpected '$'", "without `$`"),
        ("while: 1", 16, "takes a boolean, found an integer", "write `true`"),
        ("while: 0", 16, "takes a boolean, found an integer", "write `false`"),
        ("while: n", 16, "takes a boolean, found an integer", "compare it, as in `n > 0`"),
        ("while: lenght(b) > 0", 16, "unknown function 'lenght'", "`level(r)` how much is in a resource"),
        ("while: levl(b) > 0", 16, "unknown function 'levl'; did you mean 'level'?", ""),
    ] {
        refused(&format!("{}{steps}\n", with_step(step)), &[(11, column, message, hint)]);
    }
}

/// A bracket that belongs to what stands behind the word stays.
#[test]
fn a_loop_as_a_key_keeps_its_brackets() {
    for (key, hint) in [
        ("while not full(b)", "write `while: not full(b)`,"),
        ("while (x < 2)", "write `while: (x < 2)`,"),
        ("while(x < 2)", "write `while: x < 2`,"),
        ("while(level(b) < 2)", "write `while: level(b) < 2`,"),
    ] {
        let text = with_step(&format!("{key}:\n          - delay: 1s"));
        refused(&text, &[(11, 9, "unknown step", hint)]);
    }
}

#[test]
fn signs_of_other_languages() {
    refused_each(
        with_step,
        11,
        &[
            ("delay: 1s;", 18, "unexpected ';'", "leave the `;` out"),
            ("delay: 1:30", 17, "unexpected ':'", "`1min + 30s`"),
            ("delay: 500 \u{b5}s", 20, "unexpected '\u{b5}'", "write the unit without a space, `500us`"),
            ("delay: 1.5 \u{3bc}s", 20, "unexpected", "write the unit without a space, `1.5us`"),
            ("delay: \u{e4}", 16, "unexpected", "the letters of names are those from A to Z"),
            ("delay: 1s // a while", 19, "unexpected '//'", "a comment begins with ` #`"),
        ],
    );
    for dash in ['\u{2013}', '\u{2014}', '\u{2212}', '\u{2022}'] {
        let text = with_step("delay: 1s").replace("- delay", &format!("{dash} delay"));
        refused(
            &text,
            &[(11, 7, "takes a list of steps", &format!("`{dash}` is no `-`; write `- delay: 1s`"))],
        );
    }
    let comment = with_step("delay: 1s").replace("      - delay", "      // a while\n      - delay");
    refused(&comment, &[(11, 7, "this is no comment", "a comment begins with `#`")]);
}

#[test]
fn kinds_of_other_languages() {
    for (kind, hint) in [
        ("CyclicBarrier", "write `{kind: barrier, parties: n}`"),
        ("ReentrantLock", "write `mutex`; it is not reentrant"),
        ("BlockingQueue", "write `{kind: buffer, capacity: n}`"),
        ("waitgroup", "write `{kind: latch, from: n}`"),
        ("ReentrantReadWriteLock", "write `rwlock`"),
        ("BoundedSemaphore", "write `{kind: semaphore, permits: n}`"),
        ("ConditionVariable", "write `condition`"),
    ] {
        let text = format!("version: 1\nresources: {{a: {{kind: {kind}}}}}\nprocesses: {{p: {{do: []}}}}\n");
        refused(&text, &[(2, 23, "is not known as a kind of resource", hint)]);
    }
    let of = |resource: &str| {
        format!("version: 1\nresources: {{m: mutex, r: {resource}}}\nprocesses: {{p: {{do: []}}}}\n")
    };
    let message = "unknown key 'mutex' in `condition`";
    refused(
        &of("{kind: condition, mutex: m}"),
        &[(2, 44, message, "each wait names it, `wait: {on: c, mutex: m}`")],
    );
    refused(
        &of("{kind: barrier}"),
        &[(2, 23, "missing key `parties`", "as in `{kind: barrier, parties: 2}`")],
    );
}

#[test]
fn variables_beside_the_processes() {
    let text = "version: 1\nvars: {n: 0}\nprocesses: {p: {do: []}}\n";
    let hint = "what processes share is a memory, `resources: {n: {kind: memory, slots: 1, value: 0}}`";
    refused(text, &[(2, 1, "unknown key 'vars' in the scenario", hint)]);
    refused(text, &[(2, 1, "unknown key 'vars'", "`processes: {p: {vars: {n: 0}, do: […]}}`")]);
}

/// A key of `expect` is known without it, and so is what others call an invariant.
#[test]
fn what_must_come_out_stands_below_expect() {
    let text = |key: &str| format!("version: 1\nprocesses: {{p: {{do: []}}}}\n{key}: 1\n");
    for (key, hint) in [
        ("total_time", "it stands below `expect:`, as in `expect: {total_time: …}`"),
        ("always", "`expect: {always: …}`"),
        ("invariant", "`expect: {always: level(b) <= 2}`"),
        ("assume", "say what must come out in `expect`"),
    ] {
        refused(&text(key), &[(3, 1, "in the scenario", hint)]);
    }
    let never = "version: 1\nprocesses: {p: {do: []}}\nexpect: {never: 1}\n";
    refused(never, &[(3, 10, "unknown key 'never'", "`always: not (level(b) > 2)`")]);
}

/// The parts of which a lock is made have no names in the file.
#[test]
fn only_what_is_declared_is_listed() {
    refused(
        &with_step("acquire: door"),
        &[(11, 18, "unknown resource 'door'", "; there are 'lock', 'l' and 's'")],
    );
}

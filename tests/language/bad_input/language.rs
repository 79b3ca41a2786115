//! Steps and expressions that are none.

use super::{refused, refused_each, step_refused, with_step};
use tempolane::scenario::load_str;

#[test]
fn unknown_names_suggest_the_nearest() {
    refused_each(
        with_step,
        16,
        &[
            ("dealy: 1s", 9, "unknown step 'dealy'; did you mean 'delay'?", "the steps are"),
            ("acquire: mutx1", 18, "unknown resource 'mutx1'; did you mean 'mutex1'?", ""),
            ("acquire: 'froks[0]'", 19, "unknown resource 'froks'; did you mean 'forks'?", ""),
            ("delay: puase", 16, "unknown parameter or variable 'puase'; did you mean 'pause'?", ""),
            ("set: {i: flor(1.5)}", 18, "unknown function 'flor'; did you mean 'floor'?", ""),
            ("set: {puase: 1s}", 15, "unknown variable 'puase'; did you mean 'pause'?", "`vars`"),
            (
                "delay: {exponental: {mean: 1s}}",
                17,
                "unknown distribution 'exponental'; did you mean 'exponential'?",
                "weibull",
            ),
            (
                "delay: {exponential: {maen: 1s}}",
                31,
                "unknown key 'maen' in `exponential`; did you mean 'mean'?",
                "`mean`",
            ),
            (
                "{acquire: mutex1, do: []}",
                27,
                "unknown key 'do' in `acquire`",
                "write `with: …` and `do: […]`",
            ),
            ("put: {too: queue}", 15, "unknown key 'too' in `put`; did you mean 'to'?", ""),
            ("get: {from: queue, into: pausee}", 34, "unknown variable 'pausee'; did you mean 'pause'?", ""),
            ("log: 'x {puase}'", 18, "unknown parameter or variable 'puase'; did you mean 'pause'?", ""),
            ("delay: nothing_like_it", 16, "unknown parameter or variable 'nothing_like_it'", ""),
        ],
    );
}

#[test]
fn the_wrong_kind_of_resource_names_the_right_step() {
    refused_each(
        with_step,
        16,
        &[
            ("acquire: queue", 18, "`acquire` cannot use the buffer 'queue'", "use `get`"),
            ("acquire: slots", 18, "`acquire` cannot use the memory 'slots'", "use `read`"),
            ("release: queue", 18, "`release` cannot use the buffer 'queue'", "use `put`"),
            ("put: mutex1", 14, "`put` cannot use the mutex 'mutex1'", "use `release`"),
            ("get: permits", 14, "`get` cannot use the semaphore 'permits'", "use `acquire`"),
            ("write: {to: queue, at: 0, value: 0}", 21, "`write` cannot use the buffer", "use `put`"),
            ("read: {from: mutex1, at: 0}", 22, "`read` cannot use the mutex", "use `acquire`"),
            ("{with: slots, do: []}", 16, "cannot use the memory", "use `read`"),
        ],
    );
}

#[test]
fn a_step_is_a_map_with_one_main_key() {
    refused_each(
        with_step,
        16,
        &[
            ("delay", 9, "a step is a map, found the text 'delay'", "write `- delay: …`"),
            ("delay 5ms", 9, "found the text 'delay 5ms'", "with a colon and a space"),
            ("delay:5ms", 9, "a space is missing after the colon", "with a colon and a space"),
            ("nonsense", 9, "found the text 'nonsense'", "`- delay: 5ms`"),
            ("{}", 9, "an empty step", ""),
            ("~", 9, "an empty step", ""),
            ("5", 9, "a step is a map, found an integer", "`- delay: 5ms`"),
            ("[delay]", 10, "a step is a map, found a list", ""),
            ("{delay: 1s, work: 1s}", 21, "has `delay` and `work`", "write two steps"),
            ("{delay: 1s, do: []}", 21, "unknown key 'do' in `delay`", ""),
            ("{while: b, do: [], else: []}", 28, "unknown key 'else' in `while`", ""),
            ("{do: []}", 10, "no main key", "`if`, `while`, `repeat` and `with`"),
            ("{if: b}", 10, "missing key `do` in `if`", ""),
            ("{with: mutex1}", 10, "missing key `do` in `with`", ""),
            ("{repeat: 3, do: }", 21, "takes a list of steps, found nothing", "`[]`"),
            ("{repeat: 3, do: {delay: 1s}}", 26, "takes a list of steps, found a map", "after a `-`"),
            ("delay:", 15, "`delay` has no value", ""),
            ("set: {}", 9, "`set` names no variable", ""),
            ("acquire: []", 18, "`acquire` names no resource", ""),
            ("read: {from: slots}", 9, "missing key `at` in `read`", ""),
        ],
    );
}

#[test]
fn durations_have_units_and_bounds() {
    refused_each(
        with_step,
        16,
        &[
            ("delay: 5", 16, "takes a duration, found an integer", "write `5s` or `5ms`"),
            ("delay: 0", 16, "takes a duration, found an integer", "write `0s`"),
            ("work: 2.5", 15, "takes a duration, found a float", "write `2.5s` or `2.5ms`"),
            ("delay: n", 16, "takes a duration, found an integer", "`n * 1ms`"),
            ("delay: -5s", 16, "cannot be negative, found -5s", ""),
            ("delay: 1s - 2s", 16, "cannot be negative, found -1s", ""),
            ("delay: .nan", 16, "finite", ""),
            ("delay: .nans", 16, "unexpected '.'", "`0.5`"),
            ("delay: 1e30h", 16, "292 years", ""),
            ("delay: 200000d + 200000d", 16, "292 years", ""),
            ("delay: 100000d + 100000d", 16, "does not fit 64 bits", ""),
            ("delay: 0.1ns", 16, "whole number of nanoseconds", ""),
            ("delay: 5m", 17, "unknown unit 'm'", "minutes are written `min`"),
            ("delay: 5 ms", 18, "expected an operator, found 'ms'", "`5ms`"),
            ("delay: 1min30s", 16, "with a space between them", "write `1min 30s`"),
            ("delay: true", 16, "takes a duration, found a boolean", ""),
            ("delay: [1s]", 17, "takes an expression, found a list", ""),
            ("delay: {exponential: {mean: 1}}", 37, "takes a duration, found an integer", "`1s`"),
            ("delay: {constant: -1s}", 27, "-1s is negative", ""),
        ],
    );
}

#[test]
fn expressions_are_typed() {
    refused_each(
        with_step,
        16,
        &[
            ("set: {i: 1.5}", 18, "takes an integer, found a float", "`round(…)`"),
            ("set: {i: 1s + 1}", 18, "`+` does not take a duration and an integer", "unit"),
            ("set: {pause: 1s * 1s}", 22, "`*` does not take a duration and a duration", "`seconds(…)`"),
            ("set: {b: not i}", 22, "`not` takes booleans, found an integer", "compare"),
            ("set: {b: b < b}", 18, "`<` does not take a boolean and a boolean", ""),
            ("set: {i: f % 2}", 18, "`%` does not take a float and a float", ""),
            ("set: {i: seconds(2)}", 26, "`seconds` takes a duration, found an integer", ""),
            ("set: {i: 'min(1, 1s)'}", 19, "`min` does not take an integer and a duration", ""),
            ("set: {i: a}", 18, "'a' is an array", "`a[0]`"),
            ("set: {i: 'n[0]'}", 19, "'n' is a parameter, not an array", ""),
            ("set: {i: 'a[1.5]'}", 21, "an index must be an integer, found a float", ""),
            ("set: {a: 1}", 15, "element by element", "`\"a[0]\": …`"),
            ("set: {'i[0]': 1}", 15, "not an array", "`i: …`"),
            ("set: {n: 1}", 15, "'n' is a parameter", "`vars`"),
            ("set: {i: min}", 18, "`min` is a function", "`min(…)`"),
            ("set: {i: 'min()'}", 19, "at least one value", ""),
            ("set: {i: 'abs(1, 2)'}", 19, "takes one value, found 2", ""),
            ("set: {i: 'max(1, 2'}", 22, "never closed", "quotes"),
            ("set: {i: i +}", 20, "a value is missing", ""),
            ("set: {b: 0 < i < 3}", 24, "cannot be chained", "`a < b and b < c`"),
            ("set: {b: i = 3}", 20, "unexpected '='", "`==`"),
            ("set: {i: 1_000}", 18, "cannot be separated", ""),
            ("set: {i: ''}", 18, "the expression is empty", ""),
            ("{if: i, do: []}", 14, "`if` takes a boolean, found an integer", "compare"),
            ("{while: 1s, do: []}", 17, "`while` takes a boolean, found a duration", ""),
            ("{repeat: 1.5, do: []}", 18, "`repeat` takes an integer, found a float", ""),
            ("{repeat: less, do: []}", 18, "`repeat` is at least 0, found -1", ""),
        ],
    );
}

#[test]
fn what_is_known_to_fail_is_found_at_once() {
    for (step, column, message) in [
        ("set: {i: 1 / zero}", 18, "division by zero"),
        ("set: {i: i % (n - 3)}", 18, "division by zero"),
        ("set: {f: f / 0.0}", 18, "division by zero"),
        ("set: {i: 9223372036854775807 + 1}", 18, "does not fit 64 bits"),
        ("set: {f: 1e308 * 10}", 18, "not a finite number"),
        ("set: {'a[n]': 1}", 18, "index 3 is out of range: the array has 3 elements"),
        ("set: {i: 'a[less]'}", 21, "index -1 is out of range"),
        ("acquire: forks[n]", 24, "index 3 is out of range: there are 3 instances of 'forks'"),
        ("write: {to: slots, at: n, value: 1}", 32, "slot 3 is out of range: the memory has 3 slots"),
        ("read: {from: slots, at: 2, count: 2, into: a}", 33, "slots 2 to 3 are out of range"),
        ("put: {to: queue, count: 4}", 33, "a put of 4 items can never be: the buffer holds at most 3"),
        ("get: {from: queue, count: n + 1}", 35, "a get of 4 items can never be"),
        ("put: {to: queue, count: 0}", 33, "`count` is at least 1, found 0"),
        ("acquire: {permits: -1}", 28, "at least 0, found -1"),
        ("delay: {exponential: {mean: 0s}}", 37, "`mean` must be above 0, found 0s"),
        ("delay: {normal: {mean: 1s, sd: -1s}}", 40, "`sd` cannot be negative"),
        ("delay: {uniform: {low: 2s, high: 1s}}", 42, "`high` (1s) is below `low` (2s)"),
        ("draw: {into: i, from: {geometric: {p: 1.5}}}", 47, "`p` must be above 0 and at most 1, found 1.5"),
        ("draw: {into: i, from: {poisson: {mean: 0}}}", 48, "`mean` must be above 0, found 0"),
        ("delay: {beta: {alpha: 0, beta: 1, high: 1s}}", 31, "`alpha` must be above 0, found 0"),
        ("delay: {erlang: {shape: 0, mean: 1s}}", 33, "`shape` must be above 0"),
        ("delay: {choice: {values: [1s, 2s], weights: [1]}}", 54, "2 values, but 1 weight"),
        ("delay: {choice: {values: [1s], weights: [0]}}", 50, "cannot all be zero"),
        ("delay: {choice: {values: []}}", 34, "takes a list, found an empty one"),
    ] {
        step_refused(step, column, message, "");
    }
}

#[test]
fn resources_and_variables_fit_their_steps() {
    for (step, column, message, hint) in [
        ("acquire: forks", 18, "'forks' has several instances", "`forks[index]`"),
        ("acquire: mutex1[0]", 18, "one resource, without index", "`mutex1`"),
        ("acquire: mutex1 + 1", 18, "is no resource", "`name[index]`"),
        ("acquire: 5", 18, "takes the name of a resource, found an integer", ""),
        ("acquire: {mutex1: 2}", 27, "a mutex is taken once", "semaphore"),
        ("acquire: {mutex1: n}", 27, "a mutex is taken once", ""),
        ("get: {from: queue, count: 2, into: i}", 44, "several values need an array", "`{array: LENGTH}`"),
        ("get: {from: queue, count: n, into: i}", 44, "several values need an array", ""),
        ("get: {from: queue, into: f}", 34, "the values are integers, but the variable holds a float", ""),
        (
            "read: {from: slots, at: 0, into: b}",
            42,
            "the values are integers, but the variable holds a boolean",
            "",
        ),
        ("put: {to: queue, value: true}", 9, "", ""),
        ("write: {to: slots, at: 0, value: 1.5}", 42, "`value` takes an integer, found a float", ""),
        ("draw: {into: a, from: {constant: 1}}", 22, "not an array", ""),
        (
            "draw: {into: i, from: {uniform: {low: 0, high: 1}}}",
            32,
            "draws a float, but `draw` takes an integer",
            "",
        ),
        (
            "draw: {into: i, from: {uniform: {low: 0s, high: 1}}}",
            57,
            "takes a duration, found an integer",
            "",
        ),
        ("log: 5", 14, "`log` takes text, found an integer", "quotes"),
        ("log: 'a {b'", 17, "never closed", "`{{`"),
        ("log: 'a }b'", 17, "without a `{`", "`}}`"),
        ("log: 'a {} b'", 17, "a hole without an expression", "`{{`"),
        ("log: 'a {1 + } b'", 20, "a value is missing", ""),
        ("log: 'é {1 / zero} b'", 18, "division by zero", ""),
        ("mark: 'a b'", 15, "cannot be the name of a mark", "letters"),
    ] {
        if message.is_empty() {
            // The first put decides the type of the buffer.
            load_str("good.yaml", &with_step(step), &[]).unwrap_or_else(|error| panic!("{error}"));
        } else {
            step_refused(step, column, message, hint);
        }
    }
    let text = with_step(
        "{repeat: 2, do: [{mark: m}, {mark: {name: m, value: 1}}, {put: {to: queue, value: 1}}, {put: {to: queue, value: 1s}}]}",
    );
    refused(
        &text,
        &[
            (16, 51, "the mark 'm' carries an integer here and nothing before", "another name"),
            (16, 121, "`value` takes an integer, found a duration", ""),
        ],
    );
}

#[test]
fn many_problems_are_reported_together() {
    refused(
        "version: 1
parms: {n: 3}
resources:
  mutex1: {kind: mutex, discipline: fast}
  queue: {kind: buffer, capacity: -1}
processes:
  p:
    vars: {i: 1 / 0, j: 0}
    do:
      - acquire: mutx1
      - acquire: queue
      - delay: 5
      - set: {i: j, j: i + 1}
      - repeat: -1
        do:
          - dealy: 1s
          - put: {to: queue, value: nothing}
          - get: {from: queue, into: j}
expect: {finished: {q: 1s}}
",
        &[
            (2, 1, "unknown key 'parms'", ""),
            (4, 37, "not known as a discipline", ""),
            (5, 35, "`capacity` is at least 0", ""),
            (8, 15, "division by zero", ""),
            (10, 18, "unknown resource 'mutx1'", ""),
            (11, 18, "cannot use the buffer", "`get`"),
            (12, 16, "takes a duration", ""),
            (14, 17, "`repeat` is at least 0", ""),
            (16, 13, "unknown step 'dealy'", ""),
            (17, 37, "unknown parameter or variable 'nothing'", ""),
            (19, 21, "unknown process 'q'", ""),
        ],
    );
}

/// A scenario with this step on line 12, from column 9 on.
fn with_condition_step(step: &str) -> String {
    format!(
        "version: 1
params: {{n: 3, level: 1}}
resources:
  lock: mutex
  permits: {{kind: semaphore, permits: 1}}
  bell: condition
  bells: {{kind: condition, count: n, discipline: any}}
  all: {{kind: barrier, parties: n}}
  queue: {{kind: buffer, capacity: 2}}
  endless: {{kind: buffer, capacity: unbounded}}
processes: {{p: {{vars: {{x: 0}}, do: [
      - {step}
    ]}}}}
"
    )
    .replace("      - ", "        ")
}

#[test]
fn conditions_fit_their_steps() {
    refused_each(
        with_condition_step,
        12,
        &[
            ("{wait: lock}", 16, "`wait` cannot use the mutex 'lock'", "`acquire`"),
            ("{acquire: bell}", 19, "`acquire` cannot use the condition 'bell'", "`wait`"),
            ("{release: bell}", 19, "`release` cannot use the condition 'bell'", "`notify`"),
            ("{notify: [bell, permits]}", 25, "`notify` cannot use the semaphore 'permits'", "`release`"),
            ("{notify_all: queue}", 22, "`notify_all` cannot use the buffer 'queue'", "`put`"),
            ("{notify: all}", 18, "`notify` cannot use the barrier 'all'", "`wait`"),
            (
                "{wait: {on: all, mutex: lock}}",
                33,
                "a wait at a barrier gives no mutex back",
                "release the mutex",
            ),
            ("{notify: []}", 18, "`notify` names no resource", ""),
            ("{wait: [bell]}", 17, "`wait` takes the name of a resource, found a list", ""),
            ("{wait: bells}", 16, "'bells' has several instances", "`bells[index]`"),
            ("{wait: \"bells[n]\"}", 23, "index 3 is out of range", ""),
            ("{wait: {mutex: lock}}", 10, "missing key `on`", ""),
            (
                "{wait: {on: bell, mutex: permits}}",
                34,
                "`mutex` takes a mutex, found a semaphore",
                "`atomic`",
            ),
            ("{wait: {on: bell, lock: lock}}", 27, "unknown key 'lock'", ""),
            ("{atomic: {wait: bell}}", 19, "`atomic` takes a list of steps, found a map", ""),
            ("{set: {x: level(5)}}", 25, "is no resource", "`name[index]`"),
            ("{set: {x: level(queu)}}", 25, "unknown resource 'queu'; did you mean 'queue'?", ""),
            ("{set: {x: level(bells)}}", 25, "'bells' has several instances", ""),
            ("{set: {x: level()}}", 19, "`level` takes the name of one resource", ""),
            (
                "{set: {x: capacity(permits)}}",
                28,
                "`capacity` cannot be asked of the semaphore",
                "only buffers",
            ),
            ("{set: {x: capacity(endless)}}", 28, "this buffer has no capacity", "always room"),
            ("{set: {x: leve(queue)}}", 19, "unknown function 'leve'; did you mean 'level'?", ""),
        ],
    );
    load_str("good.yaml", &with_condition_step("{set: {x: level(queue) + level + capacity(queue)}}"), &[])
        .unwrap_or_else(|error| panic!("a parameter may be called as a function is: {error}"));
}

#[test]
fn what_is_waited_for_can_come_about() {
    refused_each(
        with_condition_step,
        12,
        &[
            ("{until: x > 3}", 17, "nothing that others change is asked here", "`until: level(b) > 3`"),
            (
                "{until: level(queue) > 1 and now > 3s}",
                17,
                "no change ends a wait for the clock",
                "`within: 5s`",
            ),
            (
                "{until: 'slot(queue, 0) == 1'}",
                23,
                "`slot` cannot be asked of the buffer 'queue'",
                "`level(queue)`",
            ),
            ("{until: done(nobody)}", 22, "unknown process 'nobody'", ""),
            (
                "{if: alive(p), do: []}",
                14,
                "`alive` is asked in the condition of `until` only",
                "`within: 0s`",
            ),
            (
                "{select: [{acquire: permits, else: []}]}",
                38,
                "`else` in a `select` is for a `get`",
                "`- after: 5s`",
            ),
            (
                "{select: [{get: queue}], discipline: fifo}",
                46,
                "'fifo' is not known as how `select` chooses",
                "`any`",
            ),
            ("{until: level(queue)}", 17, "`until` takes a boolean, found an integer", "compare it"),
            ("{acquire_all: [permits, queue]}", 33, "`acquire_all` cannot use the buffer 'queue'", "`get`"),
            ("{acquire_all: {lock: 2}}", 30, "a mutex is taken once", "acquire_all"),
            ("{select: {get: queue}}", 10, "`select` takes a list of waits, found a map", "after a `-`"),
            ("{select: [{after: 1s}]}", 10, "`select` has nothing to wait for", "`delay`"),
            (
                "{select: [{get: queue, put: queue}]}",
                20,
                "a branch of `select` has one wait",
                "`- {get: b, do: […]}`",
            ),
            ("{select: [{delay: 1s}]}", 20, "`delay` is nothing to choose by", "`after`"),
            ("{select: [{wait: bell}]}", 20, "a notify is not kept", "wait for a flag"),
            ("{select: [{acquire: [lock, permits]}]}", 20, "this `acquire` names several", "`acquire_all`"),
            ("{select: [{get: queue}, {after: 1s}, {after: 2s}]}", 47, "a second `after`", "over first"),
            ("{signal: bell}", 18, "`signal` cannot use the condition 'bell'", "`notify`"),
        ],
    );
}

#[test]
fn read_write_locks_say_how_they_are_taken() {
    for (step, column, message, hint) in [
        ("{acquire: rw}", 26, "`acquire` does not say how", "`acquire: {write: rw}`"),
        ("{release: [rw]}", 27, "`release` does not say how", "`release: {read: rw}`"),
        ("{with: rw, do: []}", 23, "`with` does not say how", "`with: {read: rw}`"),
        ("{acquire: {rw: 1}}", 27, "`acquire` does not say how", "`acquire: {read: rw}`"),
        ("{with: {read: lock}, do: []}", 30, "`read` is a way to take a read-write lock", "`with: lock`"),
        (
            "{with: [lock, {reads: rw}], do: []}",
            31,
            "'reads' is no way to take the read-write lock 'rw'; did you mean 'read'?",
            "`with: {read: rw}`",
        ),
        (
            "{acquire: {raed: rw}}",
            27,
            "'raed' is no way to take the read-write lock 'rw'",
            "`acquire: {read: rw}`",
        ),
        (
            "{acquire: {rw: read}}",
            27,
            "how a read-write lock is taken stands before its name",
            "`acquire: {read: rw}`",
        ),
        ("{with: {lock: 2}, do: []}", 24, "`with` takes one permit of each name", "`acquire: {lock: 2}`"),
        ("{with: 2, do: []}", 23, "`with` takes the name of a resource, found an integer", ""),
        (
            "{select: [{acquire: rw}]}",
            36,
            "`acquire` does not say how the read-write lock 'rw' is taken",
            "`acquire: {read: rw}`",
        ),
        (
            "{acquire_all: [lock, rw]}",
            37,
            "`acquire_all` does not say how the read-write lock 'rw' is taken",
            "`acquire_all: {read: rw}`",
        ),
        ("{select: [{acquire: {write: [rw, rw]}}]}", 27, "this `acquire` names several", "`acquire_all`"),
        ("{select: [{acquire: {read: [rw, rw]}}]}", 27, "this `acquire` names several", "`acquire_all`"),
        ("{until: store == 1}", 24, "unknown parameter or variable 'store'", "`slot(store, 0)`"),
        ("{until: finished(p)}", 24, "unknown function 'finished'", "`done(p)`"),
        ("{until: timeout(3s) or level(lock) == 1}", 24, "unknown function 'timeout'", "`within: 5s`"),
        (
            "{select: [{acquire: lock, discipline: any, do: []}]}",
            42,
            "`discipline` is of the whole `select`",
            "beside `select`",
        ),
        ("{select: [{acquire: lock, within: 1s, do: []}]}", 42, "'within' beside one wait", "`- after: 5s`"),
        ("{select: [{timeout: 3s}]}", 27, "did you mean 'after'?", ""),
        ("{wait: rw}", 23, "`wait` cannot use the rwlock 'rw'", "`acquire`"),
    ] {
        let text = format!(
            "version: 1\nresources: {{lock: mutex, rw: rwlock, store: {{kind: memory, slots: 1}}}}\nprocesses:\n  p: {{do: [    {step}]}}\n"
        );
        refused(&text, &[(4, column, message, hint)]);
    }
    refused(
        "version: 1\nresources: {rw: {kind: rwlock, prefer: some}}\nprocesses: {p: {do: [{with: {read: rw}, do: []}]}}\n",
        &[(2, 40, "'some' is not known as whom a lock prefers", "`readers`")],
    );
}

#[test]
fn levels_are_known_in_a_run_only_and_any_is_for_conditions() {
    refused(
        "version: 1
params: {n: level(lock)}
resources:
  lock: {kind: mutex, discipline: any}
  bell: {kind: condition, discipline: some}
  full: {kind: condition, permits: 1}
processes: {p: {vars: {x: level(bell)}, do: []}}
",
        &[
            (2, 13, "`level` has a value in the steps of a process only", ""),
            (4, 35, "'any' is not known as a discipline", "`lifo`"),
            (5, 39, "'some' is not known as a discipline", "`any`"),
            (6, 27, "unknown key 'permits'", ""),
            (7, 27, "`level` has a value in the steps of a process only", ""),
        ],
    );
}

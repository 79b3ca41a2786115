//! Parameters, resources, processes and expectations that cannot be, and values
//! from outside that do not fit.

use super::{diagnostics, refused, refused_each, with_step};

/// A scenario with these resources, the first on line 4 from column 3 on.
fn with_resource(resource: &str) -> String {
    format!(
        "version: 1\nparams: {{n: 3, zero: 0, less: -1, big: 100000000}}\nresources:\n  {resource}\nprocesses: {{p: {{do: []}}}}\n"
    )
}

#[test]
fn resources_have_what_they_need() {
    refused_each(
        with_resource,
        4,
        &[
            ("a1: {kind: semaphore}", 3, "missing key `permits`", "Permits at the start"),
            ("a1: {kind: semaphore, permits: less}", 34, "`permits` is at least 0, found -1", ""),
            ("a1: {kind: semaphore, permits: 1s}", 34, "takes an integer, found a duration", ""),
            ("a1: semaphore", 7, "needs more than its kind", "kind and permits"),
            ("a1: mutx", 7, "unknown kind of resource 'mutx'; did you mean 'mutex'?", "buffer"),
            ("a1: {kind: sema}", 14, "'sema' is not known as a kind", "`semaphore`"),
            ("a1: 5", 7, "the resource 'a1' has no kind", "`a1: {kind: semaphore, permits: 5}`"),
            ("a1: {permits: 1}", 3, "missing key `kind`", "`kind: semaphore`"),
            ("a1: {slots: 1}", 3, "missing key `kind`", "`kind: memory`"),
            ("a1: {type: mutex}", 3, "missing key `kind`", "`kind` instead of `type`"),
            ("a1:", 3, "the resource 'a1' has no kind", "`a1: mutex`"),
            ("lock:", 3, "the resource 'lock' has no kind", "write `lock: mutex`"),
            (
                "queue2:",
                3,
                "the resource 'queue2' has no kind",
                "write `queue2: {kind: buffer, capacity: 1}`",
            ),
            ("a1: {kind: buffer}", 3, "missing key `capacity`", "`unbounded`"),
            ("a1: {kind: buffer, capacity: less}", 32, "`capacity` is at least 0, found -1", ""),
            ("a1: {kind: buffer, capacity: unbound}", 32, "unknown parameter 'unbound'", "`unbounded`"),
            ("a1: {kind: buffer, capacity: 1, of: integer}", 39, "'integer' is not known as a type", "`int`"),
            ("a1: {kind: memory, slots: 0}", 29, "`slots` is at least 1, found 0", ""),
            (
                "a1: {kind: memory, slots: 1, discipline: fifo}",
                32,
                "unknown key 'discipline' in `memory`",
                "",
            ),
            (
                "a1: {kind: mutex, discipline: fifoo}",
                33,
                "not known as a discipline; did you mean 'fifo'?",
                "`lifo`",
            ),
            ("a1: {kind: mutex, count: less}", 28, "`count` is at least 0, found -1", ""),
            ("a1: {kind: mutex, count: 1 / zero}", 28, "division by zero", ""),
            ("a1: {kind: mutex, count: big}", 3, "more than 10,000,000 resources", ""),
            ("a1: {kind: memory, slots: big, count: n}", 3, "more than 100,000,000 slots", ""),
            ("a1: {kind: memory, slots: big * big * big}", 29, "does not fit 64 bits", ""),
            ("a1: {kind: buffer, capacity: big + 1}", 3, "more than 100,000,000 slots", ""),
            ("max: mutex", 3, "'max' cannot be the name of a resource: it means something", "`max_`"),
            ("a-b: mutex", 3, "'a-b' cannot be the name of a resource", "letters, digits"),
            ("\"\": mutex", 3, "'' cannot be the name", ""),
        ],
    );
    let long = "x".repeat(65);
    refused(&with_resource(&format!("{long}: mutex")), &[(4, 3, "at most 64 characters", "")]);
}

/// A scenario with this process, from line 3, column 12 on.
fn with_process(process: &str) -> String {
    format!("version: 1\nparams: {{n: 3, less: -1, big: 100000000}}\nprocesses: {{{process}}}\n")
}

#[test]
fn processes_have_what_they_need() {
    refused_each(
        with_process,
        3,
        &[
            ("", 1, "at least one process", ""),
            ("p: {}", 13, "missing key `do`", ""),
            ("p: ", 13, "no content", ""),
            ("p: []", 16, "is a map, found a list", ""),
            ("p: {do: 5}", 21, "takes a list of steps, found an integer", ""),
            ("p: {start: 5, do: []}", 24, "`start` takes a duration", "`5s`"),
            ("p: {start: now, do: []}", 24, "`now` has a value in the steps", ""),
            ("p: {start: -1s, do: []}", 24, "cannot be negative", ""),
            ("p: {priority: 128, do: []}", 27, "from -128 to 127, found 128", "lower"),
            ("p: {priority: less - big, do: []}", 27, "from -128 to 127", ""),
            ("p: {count: index, do: []}", 24, "`index` has no value here", ""),
            ("p: {count: big, do: []}", 13, "more than 10,000,000 processes", ""),
            ("p: {count: 1000000, vars: {a: {array: 1000}}, do: []}", 13, "100,000,000 variables", ""),
            ("p: {vars: {n: 1}, do: []}", 24, "'n' has the name of a parameter", "another name"),
            ("p: {vars: {i: 1, j: i}, do: []}", 33, "unknown parameter 'i'", ""),
            ("p: {vars: {i: [1]}, do: []}", 28, "takes one first value, found a list", "`i: {array: 1}`"),
            ("p: {vars: {i: {array: less}}, do: []}", 35, "`array` is at least 0, found -1", ""),
            ("p: {vars: {i: {array: index}}, do: []}", 35, "`index` has no value here", ""),
            ("p: {vars: {i: {aray: 3}}, do: []}", 28, "unknown key 'aray'", "`array`"),
        ],
    );
}

#[test]
fn parameters_use_those_above_them() {
    refused(
        "version: 1
params:
  a: b
  b: 1
  c: c
  t: now
  i: index
  l: [1]
  e:
  z: 1 / 0
  use: z + a
processes: {p: {do: [{delay: z}, {delay: e}, {set: {q: a}}]}}
",
        &[
            (3, 6, "the parameter 'b' is used before it is defined", "move it up"),
            (5, 6, "the parameter 'c' is used before it is defined", ""),
            (6, 6, "`now` has a value in the steps", ""),
            (7, 6, "`index` has no value here", ""),
            (8, 7, "takes an expression, found a list", ""),
            (9, 5, "the parameter 'e' has no value", ""),
            (10, 6, "division by zero", ""),
            // What uses a wrong parameter is not reported again.
            (12, 53, "unknown variable 'q'", ""),
        ],
    );
}

#[test]
fn the_top_level_is_checked() {
    refused("version: 2\nprocesses: {p: {do: []}}\n", &[(1, 10, "not known", "`version: 1`")]);
    refused("processes: {p: {do: []}}\n", &[(1, 1, "missing key `version`", "`version: 1`")]);
    refused("version: 1\n", &[(1, 1, "missing key `processes`", "at least one")]);
    refused(
        "version: 1
name: 5
horizon: 5
horizn: 5s
seed: -1
limits: {steps: 0, step: 1}
processes: {p: {do: []}}
",
        &[
            (2, 7, "`name` takes text, found an integer", "quotes"),
            (3, 10, "`horizon` takes a duration", "`5s`"),
            (4, 1, "unknown key 'horizn' in the scenario; did you mean 'horizon'?", ""),
            (5, 7, "`seed` is at least 0, found -1", ""),
            (6, 17, "`steps` is at least 1, found 0", ""),
            (6, 20, "unknown key 'step' in `limits`; did you mean 'steps'?", ""),
        ],
    );
}

#[test]
fn expectations_name_what_there_is() {
    let text = with_step("delay: 1s")
        + "expect:
  outcome: complete
  total_time: 30
  finished:
    othr: 1s
    many: 1s
    many[2]: 1s
    other[0]: 1s
    many[x]: 1s
    p: 5
  memories:
    slot: [1]
    mutex1: []
    slots: 5
    slots[0]: [1]
";
    refused(
        &text,
        &[
            (18, 12, "'complete' is not known as an outcome; did you mean 'completed'?", "`deadlock`"),
            (19, 15, "`total_time` takes a duration", "`30s`"),
            (21, 5, "unknown process 'othr'; did you mean 'other'?", ""),
            (22, 5, "'many' has several instances", ""),
            (23, 5, "'many[2]' is out of range: there are 2 instances", ""),
            (24, 5, "'other[0]': there is one instance only", ""),
            (25, 5, "'many[x]' names no instance", "\"name[2]\""),
            (26, 8, "takes a duration, found an integer", ""),
            (28, 5, "unknown memory 'slot'; did you mean 'slots'?", ""),
            (29, 5, "'mutex1' is a mutex, not a memory", ""),
            (30, 5, "a list, found an integer", ""),
            (31, 5, "one instance only", ""),
        ],
    );
}

#[test]
fn values_from_outside_are_checked_too() {
    let text = with_resource("a1: {kind: semaphore, permits: n}");
    let one = |given: &[(&str, &str)]| {
        let found = diagnostics(&text, given);
        assert_eq!(found.items.len(), 1, "{found}");
        let item = found.items[0].clone();
        let label = item.origin.as_ref().map_or("", |origin| origin.label.as_str()).to_owned();
        (item.site.line, item.site.column, label, item.message, found.render(false))
    };
    let (line, column, label, message, rendered) = one(&[("nn", "5")]);
    assert_eq!((line, column, label.as_str()), (1, 1, "--set nn=5"));
    assert!(message.contains("unknown parameter 'nn'"), "{message}");
    assert!(rendered.contains("--> --set nn=5:1:1"), "{rendered}");

    let (_, column, label, message, _) = one(&[("n", "1.5")]);
    assert_eq!((column, label.as_str()), (3, "--set n=1.5"));
    assert!(message.contains("takes an integer, found a float"), "{message}");

    let (_, column, _, message, rendered) = one(&[("n", "2 * * 3")]);
    assert_eq!(column, 7);
    assert!(message.contains("expected a value, found `*`"), "{message}");
    assert!(rendered.contains("n=2 * * 3"), "{rendered}");

    let (_, _, label, message, _) = one(&[("zero", "1 / (n - 3)")]);
    assert!(label.starts_with("--set zero=") && message.contains("division by zero"), "{label} {message}");

    // Whether a value fits is seen where it is used, with the value from outside.
    let (line, column, label, message, _) = one(&[("n", "-2")]);
    assert_eq!((line, column, label.as_str()), (4, 34, ""));
    assert!(message.contains("`permits` is at least 0, found -2"), "{message}");

    let long = format!("1{}", " + 1".repeat(100));
    assert!(one(&[("nn", &long)]).2.chars().count() <= 40);
}

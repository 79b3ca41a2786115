//! `close`, `closes`, `for_each`, and `else` beside a get: where they may stand, and what they take.

use super::follow_up::one;
use super::{refused, with_step};
use tempolane::backend::compile;
use tempolane::scenario::load_str;

#[test]
fn what_is_closed_is_a_buffer() {
    one(&with_step("close: mutex1"), "`close` cannot use the mutex 'mutex1'", "use `release` for a mutex");
    one(&with_step("close: nothing"), "unknown resource 'nothing'", "");
    one(&with_step("close: []"), "`close` names no resource", "");
    one(&with_step("shutdown: queue"), "unknown step 'shutdown'", "write `close: b` for a buffer");
    one(&with_step("release: queue"), "`release` cannot use the buffer 'queue'", "use `put` for a buffer");
}

#[test]
fn rounds_need_a_buffer_and_steps() {
    one(&with_step("for_each: queue"), "missing key `do` in `for_each`", "below `do:`");
    one(&with_step("for_each: {into: b, do: []}"), "missing key `from` in `for_each`", "");
    one(&with_step("for_each: {from: permits, do: []}"), "`for_each` cannot use the semaphore 'permits'", "");
    one(&with_step("for_each: {from: queue, do: []}\n        do: []"), "`do` stands twice in `for_each`", "");
    one(
        &with_step("for_each: {from: queue, each: b, do: []}"),
        "unknown key 'each' in `for_each`",
        "the keys are `from`, `into`, `do`",
    );
    one(&with_step("for_each: {queue: queue, do: []}"), "did you mean 'from'?", "");
    one(&with_step("for_each: {from: queue, into: nothing, do: []}"), "unknown variable 'nothing'", "");
    one(
        &with_step("foreach: queue"),
        "unknown step 'foreach'",
        "write `for_each: {from: b, into: x, do: […]}`",
    );
}

#[test]
fn closes_is_a_number_from_one_on() {
    let text = |closes: &str| {
        format!(
            "version: 1\nresources:\n  q: {{kind: buffer, capacity: 1, of: int, closes: {closes}}}\n\
             processes:\n  p: {{do: [{{put: q}}, {{get: q}}, {{close: q}}]}}\n"
        )
    };
    refused(&text("0"), &[(3, 51, "`closes` is at least 1, found 0", "")]);
    refused(&text("1s"), &[(3, 51, "`closes` takes an integer", "")]);
    let many = load_str("bad.yaml", &text("20000"), &[]).expect("a number");
    let refused_later = compile(&many.model).bind(&many.model, &many.params).expect_err("too many");
    assert_eq!((refused_later.site.line, refused_later.site.column), (3, 51));
    assert_eq!(refused_later.message, "`closes` is 20000, but must be from 1 to 16383");
    refused(
        "version: 1\nresources: {s: {kind: semaphore, permits: 1, closes: 2}}\nprocesses: {p: {do: [{with: s, do: []}]}}\n",
        &[(2, 46, "unknown key 'closes' in `semaphore`", "")],
    );
}

/// Where nobody closes, `else` is for a limit.
#[test]
fn else_beside_a_get_needs_somebody_who_closes() {
    let text = |steps: &str| {
        format!(
            "version: 1\nresources: {{q: {{kind: buffer, capacity: 1}}, r: {{kind: buffer, capacity: 1}}}}\nprocesses:\n  \
             p: {{do: [{{put: [q, r]}}, {{close: r}}]}}\n  c:\n    do:\n      - get: {steps}\n"
        )
    };
    refused(
        &text("q\n        else: []\n      - get: r"),
        &[(
            7,
            9,
            "`else` or `served` is for when 'q' is closed, and nobody closes it",
            "`within: 5s` beside the get",
        )],
    );
    refused(
        &text("[q, r]\n        else: []"),
        &[(8, 9, "`else` is about one wait, and this step has several", "write a step for each")],
    );
    refused(
        &text("q\n      - put: r\n        else: []"),
        &[(9, 9, "`else` belongs to `within`", "`within: 0s` for a try")],
    );
}

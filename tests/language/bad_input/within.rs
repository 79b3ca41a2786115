//! `within` and `else`: where they may stand, and what they take.

use super::follow_up::one;
use super::with_step;
use tempolane::scenario::load_str;

#[test]
fn a_limit_stands_beside_a_step_that_waits() {
    one(
        &with_step("delay: 1s\n        within: 2s"),
        "unknown key 'within' in `delay`",
        "the keys are `delay`",
    );
    one(&with_step("release: mutex1\n        within: 2s"), "unknown key 'within' in `release`", "`release`");
    one(
        &with_step("acquire: mutex1\n        else: []"),
        "`else` belongs to `within`",
        "`within: 0s` for a try",
    );
    one(
        &with_step("acquire: mutex1\n        timeout: 2s"),
        "unknown key 'timeout' in `acquire`; did you mean 'within'?",
        "`within`",
    );
    one(&with_step("else: []"), "this step has no main key", "`else` to `if` or to a step with `within`");
}

#[test]
fn a_limit_is_a_duration_or_a_distribution_of_some() {
    let within = |limit: &str| with_step(&format!("acquire: mutex1\n        within: {limit}"));
    one(&within("5"), "`within` takes a duration", "");
    one(&within("-1s"), "negative", "");
    one(&within("{exponential: {mean: 1}}"), "takes a duration", "");
    one(&within("{gauss: {mean: 1s}}"), "unknown distribution", "");
}

/// What was put or got before one of several waits runs out cannot be undone.
#[test]
fn a_limit_is_about_one_wait() {
    let message = "`within` is about one wait, and this step has several";
    for step in ["put: [queue, queue]", "get: [queue, queue]", "join: [other, many]"] {
        one(&with_step(&format!("{step}\n        within: 1s")), message, "write a step for each");
    }
    for step in ["acquire: [mutex1, {permits: 2}]", "with: [mutex1, permits]\n        do: []", "join: many"] {
        let text = with_step(&format!("{step}\n        within: 1s\n        else: [exit]"));
        load_str("good.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn whether_it_was_served_goes_into_a_boolean() {
    let served =
        |name: &str| with_step(&format!("acquire: mutex1\n        within: 2s\n        served: {name}"));
    one(&served("nobody"), "unknown variable 'nobody'", "");
    one(&served("i"), "whether it was served is true or false", "`vars: {served: false}`");
    one(&served("a"), "whether it was served is true or false", "`vars: {served: false}`");
    one(
        &with_step("acquire: mutex1\n        served: b"),
        "`served` belongs to `within`",
        "`within: 0s` for a try",
    );
    let text = with_step("acquire: mutex1\n        within: 2s\n        served: b");
    load_str("good.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
}

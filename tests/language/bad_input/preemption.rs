//! Permits that others take: of what, and who may say so.

use super::follow_up::one;
use tempolane::scenario::load_str;

fn text(step: &str) -> String {
    format!(
        "version: 1
resources:
  desk: {{kind: semaphore, permits: 1, discipline: priority}}
  line: {{kind: semaphore, permits: 1}}
  shift: {{kind: semaphore, permits: 1, holders: resume}}
  lock: mutex
processes:
  p:
    vars: {{n: 0, d: 0s}}
    do:
      - {step}
"
    )
}

#[test]
fn a_permit_is_asked_for_by_priority_of_a_semaphore_that_serves_so() {
    let hint = "`discipline: priority`";
    one(&text("{with: line, priority: 1, do: []}"), "'line' does not serve by priority", hint);
    one(&text("{with: line, preempt: true, do: []}"), "'line' does not serve by priority", hint);
    one(&text("{with: lock, priority: 1, do: []}"), "a permit of a semaphore, which 'lock' is not", hint);
    one(&text("{with: lock, then: resume, do: []}"), "a permit of a semaphore, which 'lock' is not", hint);
    for good in
        ["with: line, then: resume", "with: desk, priority: n, preempt: n > 0, left: d, on_preempt: []"]
    {
        let text = text(&format!("{{{good}, do: []}}"));
        load_str("good.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn it_is_one_permit() {
    let hint = "one `with` inside of the other";
    one(&text("{with: [desk, line], priority: 1, do: []}"), "`priority` is about one permit", hint);
    one(&text("{acquire: [desk, line], priority: 1}"), "`priority` is about one permit", "a step for each");
    one(&text("{acquire: {desk: 2}, preempt: true}"), "`preempt` is about one permit", "a step for each");
    one(&text("{acquire: nobody, preempt: true}"), "unknown resource 'nobody'", "");
    one(&text("{acquire: line, priority: 1}"), "'line' does not serve by priority", "`discipline: priority`");
    one(&text("{acquire: lock, priority: 1}"), "a permit of a semaphore, which 'lock' is not", "");
    one(&text("{with: [line, shift], do: []}"), "taken by a `with` of its own", hint);
}

#[test]
fn its_words_have_their_types() {
    one(&text("{with: desk, priority: 128, do: []}"), "a priority is from -128 to 127, found 128", "first");
    one(&text("{with: desk, priority: high, do: []}"), "unknown parameter or variable 'high'", "");
    one(&text("{with: desk, preempt: 1, do: []}"), "`preempt` takes a boolean", "");
    one(&text("{with: desk, then: wait, do: []}"), "'wait' is not known as how it goes on", "`resume`");
    one(&text("{with: desk, left: n, do: []}"), "is a duration, which this variable does not hold", "0s");
    one(&text("{acquire: desk, then: resume}"), "unknown key 'then' in `acquire`", "");
    one(&text("{acquire: desk, preempt: 1}"), "`preempt` takes a boolean", "");
    one(
        &text("{delay: 1s}").replace("holders: resume", "holders: stop"),
        "'stop' is not known as",
        "`finish`",
    );
}

#[test]
fn a_timetable_of_cores_begins_at_once_and_has_no_speeds() {
    let text = |keys: &str| {
        format!(
            "version: 1
resources: {{cpu: {{kind: processor, {keys}}}}}
processes: {{p: {{on: cpu, do: [{{work: 1s}}]}}}}
"
        )
    };
    one(&text("cores: {0: 2}"), "a key must be text, found an integer", "`0s`");
    one(&text("cores: {1s: 2}"), "a timetable begins at `0s`", "as in `{0s: 3, 4h: 1}`");
    one(&text("cores: {0s: 2, 2s: 1, 1s: 2}"), "the times of a timetable ascend", "");
    one(&text("cores: {0s: -1}"), "`cores` is at least 0, found -1", "");
    let speeds = text("cores: {0s: 2, 2s: 1}, discipline: sharing, speed: [1, 2]");
    one(&speeds, "`speed` goes with one number of `cores`", "as fast as there are cores");
}

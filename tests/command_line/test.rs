//! `tempolane test` from outside.

use crate::room::{CREW, DEADLOCK, FAULT, INVALID, PIPE, Room};
use resvg::usvg::roxmltree::Document;
use serde_json::json;
use std::fs;

/// Expects a deadlock, and gets it.
fn expected_deadlock() -> String {
    format!("{DEADLOCK}expect: {{outcome: deadlock}}\n")
}

/// The consumer is not done in time.
fn late() -> String {
    PIPE.replace("total_time: 1s + items * 2s", "finished: {producer: 3s, consumer: {at_most: 5s}}")
}

#[test]
fn what_comes_out_as_expected_passes() {
    let dead = expected_deadlock();
    let room = Room::with(&[("all/b/pipe.yaml", PIPE), ("all/a/dead.yaml", &dead), ("all/crew.yaml", CREW)]);
    let ended = room.run("test all").with_code(0);
    let (lines, closing) = ended.out.split_once("\ntest result: ").expect("a closing line");
    assert_eq!(lines, "running 3 scenarios\ntest a/dead ... ok\ntest b/pipe ... ok\ntest crew ... ok\n");
    assert!(closing.starts_with("ok. 3 passed; 0 failed; 0 without expectations; finished in "), "{closing}");
    assert_eq!(ended.err, "");
    assert_eq!(room.names(".").len(), 3, "nothing is written");
    let again = room.run("test all --jobs 1").with_code(0);
    assert_eq!(again.out.split_once("test result").map(|parts| parts.0.trim_end()), Some(lines.trim_end()));
}

/// The scenarios of the repository pass, with the snapshots beside some of them.
#[test]
fn the_library_passes() {
    let library = format!("{}/scenarios", env!("CARGO_MANIFEST_DIR"));
    let room = Room::with(&[]);
    let ended = room.run(&format!("test {library} --format json")).with_code(0);
    let results = ended.json();
    assert!(results.len() >= 23, "{results:?}");
    assert!(results.iter().all(|result| result["result"] == json!("ok")), "{results:?}");
    assert!(room.names(".").is_empty(), "nothing is written");
}

#[test]
fn a_failure_says_what_was_seen_and_draws_it() {
    let room = Room::with(&[("late.yaml", &late()), ("pipe.yaml", PIPE)]);
    let ended = room.run("test late.yaml pipe.yaml").with_code(1);
    ended.says(&[
        "test late ... FAILED\ntest pipe ... ok\n",
        "late.yaml:15: expected 'consumer' to finish at 5s or earlier, but it finished at 7s (line 9)\n",
        "▲",
        "7s",
        "█ running",
        "to see it again: tempolane run late.yaml --seed 0",
        "test result: FAILED. 1 passed; 1 failed; 0 without expectations",
    ]);
    assert!(!ended.out.contains('\x1b'), "colours in a pipe: {}", ended.out);
    let told = ended.out.split("\nlate\n").nth(1).expect("the failure");
    assert!(told.lines().count() < 16, "{told}");
}

#[test]
fn a_finding_that_nobody_expects_fails() {
    let room = Room::with(&[("dead.yaml", DEADLOCK), ("fault.yaml", FAULT)]);
    let ended = room.run("test .").with_code(1);
    ended.says(&[
        "test dead ... FAILED\ntest fault ... FAILED\n",
        "the run ended as deadlock at 1s, which is not expected\n",
        "'first' waits to acquire 'b', held by 'second'",
        "the run ended as fault at 1s, which is not expected\n",
        "0 passed; 2 failed",
    ]);
}

#[test]
fn an_invalid_scenario_does_not_keep_the_others_from_running() {
    let nothing = PIPE.split("expect:").next().expect("the scenario without what it expects");
    let room = Room::with(&[("a.yaml", INVALID), ("b.yaml", nothing), ("c.yaml", PIPE), ("d.yaml", &late())]);
    let ended = room.run("test .").with_code(2);
    ended.says(&[
        "test a ... invalid\ntest b ... no expectations\ntest c ... ok\ntest d ... FAILED\n",
        "FAILED. 1 passed; 1 failed; 1 without expectations; 1 invalid; finished",
    ]);
    ended.complains(&["a.yaml:2:28", "did you mean 'mutex'?"]);
    room.run("test b.yaml").with_code(0).says(&["ok. 0 passed; 0 failed; 1 without expectations"]);
    let missing = room.run("test c.yaml missing.yaml").with_code(3);
    missing.says(&["test c ... ok\ntest missing ... invalid\n"]);
}

#[test]
fn names_are_filtered() {
    let room = Room::with(&[("x/one.yaml", PIPE), ("x/two.yaml", PIPE), ("y/one.yaml", PIPE)]);
    let ended = room.run("test . --filter one").with_code(0);
    ended.says(&[
        "running 2 scenarios\ntest x/one ... ok\ntest y/one ... ok\n",
        "2 passed;",
        "1 filtered out",
    ]);
}

#[test]
fn parameters_that_are_set_are_not_held_against_the_file() {
    let room = Room::with(&[("crew.yaml", CREW), ("late.yaml", &late())]);
    room.run("test crew.yaml --set n=2")
        .with_code(0)
        .says(&["test crew ... no expectations (expect not checked: n set)\n"]);
    // A value that is that of the file changes nothing.
    room.run("test late.yaml --set items=3").with_code(1);
    room.run("test crew.yaml --set n=2 --update").with_code(2);
}

#[test]
fn json_is_one_object_a_scenario() {
    let room = Room::with(&[("a.yaml", INVALID), ("late.yaml", &late()), ("pipe.yaml", PIPE)]);
    let ended = room.run("test . --format json").with_code(2);
    let objects = ended.json();
    let results: Vec<_> = objects.iter().map(|object| (&object["test"], &object["result"])).collect();
    assert_eq!(
        results,
        [
            (&json!("a"), &json!("invalid")),
            (&json!("late"), &json!("failed")),
            (&json!("pipe"), &json!("ok")),
        ]
    );
    assert_eq!(objects[0]["failures"][0]["line"], json!(2));
    assert_eq!(objects[0].get("scenario"), None);
    assert_eq!(objects[1]["failures"][0]["line"], json!(15));
    assert_eq!(objects[1]["scenario"], json!("pipe"));
    assert_eq!(objects[2]["failures"], json!([]));
    assert_eq!(objects[2]["total_time_ns"], json!(7_000_000_000u64));
}

#[test]
fn junit_xml_is_well_formed_and_complete() {
    let nasty = late().replace("name: pipe", "name: \"<&]]>\\u0001\"");
    let none = "version: 1\nprocesses: {p: {do: []}}\n";
    let room = Room::with(&[
        ("t/a.yaml", INVALID),
        ("t/late.yaml", &nasty),
        ("t/pipe.yaml", PIPE),
        ("t/none.yaml", none),
    ]);
    room.run("test t --junit out/junit.xml").with_code(2);
    let text = fs::read_to_string(room.path("out/junit.xml")).expect("it is there");
    let document = Document::parse(&text).expect("well formed");
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).expect("a suite");
    let counts = ["tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name).unwrap_or(""));
    assert_eq!(counts, ["4", "1", "1", "1"]);
    let tests = suite.children().filter(|node| node.is_element());
    let told: Vec<_> = tests
        .map(|test| {
            let inside = test.children().find(|node| node.is_element()).map(|node| node.tag_name().name());
            (test.attribute("name").unwrap_or(""), inside.unwrap_or(""))
        })
        .collect();
    assert_eq!(told, [("a", "error"), ("late", "failure"), ("none", "skipped"), ("pipe", "")]);
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("a failure");
    assert!(failure.text().is_some_and(|text| text.contains("▲") && !text.contains('\u{1b}')));
    // The same results give the same bytes.
    room.run("test t --junit again.xml").with_code(2);
    assert_eq!(fs::read_to_string(room.path("again.xml")).expect("it is there"), text);
    // Nothing is left of a file that cannot be written.
    room.run("test t/pipe.yaml --junit t").with_code(3);
    assert_eq!(room.names("t").len(), 4);
}

#[test]
fn a_snapshot_is_written_compared_and_updated() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("late.yaml", &late())]);
    let ended = room.run("test . --update").with_code(1);
    ended.says(&["test late ... FAILED\ntest pipe ... ok (snapshot written)\n"]);
    assert_eq!(room.names("."), ["late.yaml", "pipe.snapshot", "pipe.yaml"], "what fails is not kept");
    let text = fs::read_to_string(room.path("pipe.snapshot")).expect("it is there");
    for line in [
        "# steps of pipe",
        "0s  producer    delay 1s",
        "0s  consumer  x wait to get queue",
        "1s  producer    put queue = 0",
        "1s  consumer  > get queue = 0 (woken by producer)",
        "1s  consumer    work 2s",
        "7s  consumer    write seen[1] = 3",
        "7s  consumer    log \"consumed 3\"",
        "7s  completed",
    ] {
        assert!(text.lines().any(|other| other == line), "no {line:?} in\n{text}");
    }
    room.run("test pipe.yaml").with_code(0);
    room.run("test pipe.yaml --update").with_code(0).says(&["pipe ... ok (snapshot unchanged)"]);

    // A comment and another version are no other schedule; a longer delay is.
    let other = text.replace(env!("CARGO_PKG_VERSION"), "0.0.0");
    fs::write(room.path("pipe.snapshot"), other).expect("it can be written");
    fs::write(room.path("pipe.yaml"), format!("# First.\n{PIPE}")).expect("it can be written");
    room.run("test pipe.yaml").with_code(0);
    let changed =
        PIPE.replace("{put: queue}", "{put: queue}, {delay: 1ms}").replace("delay: 1s", "delay: 999ms");
    fs::write(room.path("pipe.yaml"), changed.replace("1s + items", "999ms + items"))
        .expect("it can be written");
    let ended = room.run("test pipe.yaml").with_code(1);
    ended.says(&[
        // The first step that differs, and not the fingerprint above the steps.
        "the schedule is not that of ./pipe.snapshot, from line 6 on",
        "--update",
        "\n        0s  producer    start\n      - 0s  producer    delay 1s\n",
        "\n      + 0s      producer    delay 999ms\n",
    ]);
    room.run("test pipe.yaml --update").with_code(0).says(&["pipe ... ok (snapshot updated)"]);
    room.run("test pipe.yaml").with_code(0);
}

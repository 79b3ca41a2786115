//! Pages to explore: which command writes which, and when.

use crate::room::{DEADLOCK, PIPE, Room};

const PAGES: [(&str, &str); 2] = [("pipe.yaml", PIPE), ("stuck.yaml", DEADLOCK)];

#[test]
fn a_page_is_written_when_it_is_asked_for() {
    let room = Room::with(&PAGES);
    room.run("run pipe.yaml --write html").with_code(0).says(&["output/pipe/gantt.html"]);
    assert_eq!(room.names("output"), ["output/pipe/gantt.html"]);
    let page = room.files("output");
    room.run("run pipe.yaml --write html").with_code(0);
    assert_eq!(room.files("output"), page, "the same bytes");
    room.run("run pipe.yaml --write html,result -o both --format json").with_code(0);
    assert_eq!(room.names("both"), ["both/pipe/gantt.html", "both/pipe/result.json"]);
    room.run("run pipe.yaml -o others").with_code(0);
    assert!(!room.names("others").iter().any(|name| name.ends_with("html")), "only if it is asked for");
}

/// Of a witness too, as it is found and as it is followed later.
#[test]
fn a_witness_has_a_page() {
    let room = Room::with(&PAGES);
    room.run("explore stuck.yaml --write html").with_code(1).says(&["deadlock.html"]);
    assert_eq!(room.names("output"), ["output/stuck/deadlock.html", "output/stuck/deadlock.schedule"]);
    room.run("run stuck.yaml --schedule output/stuck/deadlock.schedule --write html -o again").with_code(1);
    assert_eq!(room.names("again"), ["again/stuck/gantt.html"]);
}

/// Whether the threads were in time or not.
#[test]
fn a_validation_has_a_page() {
    let room = Room::with(&PAGES);
    room.run("validate pipe.yaml --runs 1 --speed 20x --write html");
    assert_eq!(room.names("output"), ["output/pipe/validation.html"]);
}

#[test]
fn a_comparison_has_a_page_of_all_its_runs() {
    let room = Room::with(&PAGES);
    let ended = room.run("compare pipe.yaml --set items=3 --set items=5 --write html").with_code(0);
    ended.says(&["comparison.html"]);
    let names = room.names("output");
    assert_eq!(names.iter().filter(|name| name.ends_with(".html")).count(), 3, "{names:?}");
    assert_eq!(names.len(), 3, "{names:?}");
}

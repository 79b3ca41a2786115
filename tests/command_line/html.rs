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

/// With the engine in it, which is most of such a page; or it is said why it cannot be.
#[test]
fn a_page_may_run_the_scenario_again() {
    let table = "version: 1\nprocesses: {p: {do: [{delay: {trace: {file: gaps.csv, column: gap}}}]}}\n";
    let files = [PAGES[0], ("table.yaml", table), ("gaps.csv", "gap\n1s\n")];
    let room = Room::with(&files);
    room.run("run pipe.yaml --write html -o still").with_code(0);
    room.run("run pipe.yaml --write html --live").with_code(0);
    let page = |folder: &str| room.files(folder).into_values().next().expect("a page");
    let (still, live) = (page("still"), page("output"));
    let added = live.len() - still.len();
    assert!((400_000..1_700_000).contains(&added), "{added}");
    let allows = |page: &[u8]| page.windows(16).any(|letters| letters == b"wasm-unsafe-eval");
    assert!(allows(&live) && !allows(&still));
    room.run("run pipe.yaml --live").with_code(2).complains(&["add --write html"]);
    room.run("run pipe.yaml --write html --live --ties reversed").with_code(2).complains(&["--ties fifo"]);
    room.run("run table.yaml --write html --live")
        .with_code(2)
        .complains(&["table: no page can run it again", "gaps.csv"]);
    assert!(room.names("output/table").is_empty(), "nothing was written");
}

/// Of a witness too, as it is found and as it is followed later.
#[test]
fn a_witness_has_a_page() {
    let room = Room::with(&PAGES);
    room.run("explore stuck.yaml --write html").with_code(1).says(&["deadlock.html"]);
    assert_eq!(room.names("output"), ["output/stuck/deadlock.html", "output/stuck/deadlock.schedule"]);
    room.run("run stuck.yaml --schedule output/stuck/deadlock.schedule --write html -o again").with_code(1);
    assert_eq!(room.names("again"), ["again/stuck/deadlock/gantt.html"]);
}

/// Whether the threads were in time or not.
#[test]
fn a_validation_has_a_page() {
    let room = Room::with(&PAGES);
    room.run("validate pipe.yaml --runs 1 --speed 20x --write html");
    assert_eq!(room.names("output"), ["output/pipe/validation.html"]);
}

/// What a real program did, read from what a profiler wrote, is one run more: its page is larger.
#[test]
fn a_recorded_run_stands_beside_the_model() {
    let room = Room::with(&PAGES);
    room.run("run pipe.yaml --write perfetto").with_code(0);
    let bytes = |options: &str, folder: &str| {
        room.run(&format!("compare pipe.yaml {options} --write html -o {folder}")).with_code(0);
        room.files(folder)[&format!("{folder}/comparison.html")].len()
    };
    assert!(bytes("--beside output/pipe/perfetto.json", "both") > bytes("", "alone"));
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

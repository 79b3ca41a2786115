//! Parts of a sweep that several machines have made, and what `merge` makes of them.

use crate::room::Room;
use crate::sweep::{GROWING, QUEUE, text};
use std::fs;

/// Makes so many parts of a sweep, each in a folder of its number.
fn make_parts(room: &Room, line: &str, of: u32) {
    for part in 1..=of {
        room.run(&format!("{line} --shard {part}/{of} -o {part}")).with_code(0).says(&["a part"]);
    }
}

/// The folders of these parts.
fn folders(parts: impl IntoIterator<Item = u32>) -> String {
    parts.into_iter().map(|part| format!(" {part}/queue/sweep")).collect()
}

/// Compares the tables of two folders to the byte.
fn same_tables(room: &Room, one: &str, other: &str) {
    for name in ["runs.csv", "summary.csv"] {
        let of = |folder: &str| text(room, &format!("{folder}/queue/sweep/{name}"));
        assert!(of(one) == of(other), "{name} of {one} and of {other}");
    }
}

/// Of a folder that is not that of a part, the one is named that may be meant.
#[test]
fn what_is_no_part_of_a_sweep() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    room.run("sweep queue.yaml --vary servers=1..2 --replications 1 --no-charts --shard 1/2 -o part")
        .with_code(0);
    for (folder, told) in [
        ("part", "there is no sweep in 'part', since it has no sweep.json; did you mean 'part/queue/sweep'?"),
        ("part/queue", "did you mean 'part/queue/sweep'?"),
        (".", "name the folder of a part, which is DIR/<scenario name>/sweep"),
        (
            "queue.yaml",
            "'queue.yaml' is no folder: name the folders in which `sweep --shard` has left runs.csv",
        ),
    ] {
        room.run(&format!("merge {folder}")).with_code(2).complains(&[told]);
    }
    room.run("merge nowhere").with_code(3).complains(&["cannot read 'nowhere/sweep.json'"]);
}

#[test]
fn parts_of_several_machines_are_put_together() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let line = format!("{GROWING} --of total_time,sojourn.mean --where servers<3||service>500ms");
    room.run(&line).with_code(0);
    make_parts(&room, &line, 3);
    let ended = room.run(&format!("merge{} -o merged", folders([1, 3]))).with_code(2);
    ended.complains(&["parts are missing: 2/3"]);
    let ended = room.run(&format!("merge{} -o merged", folders([1, 2, 3, 2]))).with_code(2);
    ended.complains(&["are the same part"]);
    let merged = room.run(&format!("merge{} -o merged", folders([3, 1, 2]))).with_code(0);
    merged.says(&["8 points, 72 runs, 72 of them made before"]);
    same_tables(&room, "output", "merged");
    // It would be read and written at the same time.
    let before = room.files("2");
    room.run(&format!("merge{} -o 2", folders([1, 2, 3]))).with_code(2).complains(&["is one of the parts"]);
    assert!(room.files("2") == before);
}

/// Its replications are parted, in batches.
#[test]
fn a_sweep_of_one_point_has_parts() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let line = "sweep queue.yaml --replications 500 --of total_time,sojourn.mean --columns none --no-charts";
    room.run(line).with_code(0).says(&["1 point, 500 runs"]);
    make_parts(&room, line, 3);
    let runs = (1..=3).map(|part| text(&room, &format!("{part}/queue/sweep/runs.csv")).lines().count() - 1);
    // So few runs are parted one by one: 500 = 166 + 2 · 167.
    let mut runs: Vec<usize> = runs.collect();
    runs.sort_unstable();
    assert_eq!(runs, [166, 167, 167]);
    room.run(&format!("merge{} --no-charts -o merged", folders([1, 2, 3]))).with_code(0);
    same_tables(&room, "output", "merged");
    let of_few = "sweep queue.yaml --vary servers=1,2 --replications 200 --no-charts --fresh";
    room.run(of_few).with_code(0);
    make_parts(&room, of_few, 5);
    let dry = room.run(&format!("{of_few} --shard 1/5 --dry-run")).with_code(0);
    dry.says(&["2 points, 80 runs"]);
    room.run(&format!("merge{} --no-charts -o merged", folders(1..=5))).with_code(0);
    same_tables(&room, "output", "merged");
}

/// A part that was cut, or has other rows, lacks some; what it lacks is made.
#[test]
fn what_parts_lack_is_made() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    for line in [GROWING, "sweep queue.yaml --vary servers=1,40 --precision total_time=1%"] {
        room.run(&format!("{line} --fresh")).with_code(0);
        make_parts(&room, &format!("{line} --fresh"), 2);
        let path = room.path("2/queue/sweep/runs.csv");
        let table = fs::read_to_string(&path).expect("it is there");
        fs::write(&path, &table.as_bytes()[..table.len() * 2 / 3]).expect("it can be cut");
        let merged = room.run(&format!("merge{} -o merged", folders([1, 2]))).with_code(0);
        merged.complains(&["in none of the parts, and made now"]);
        merged.says(&["of them made before"]);
        same_tables(&room, "output", "merged");
        fs::write(&path, "a,b\n").expect("it can be written");
        let ended = room.run(&format!("merge{} -o merged", folders([1, 2]))).with_code(2);
        ended.complains(&["runs.csv:1: these are not the columns of this sweep"]);
    }
}

/// They are reported as those of one machine.
#[test]
fn what_parts_come_to_is_reported_as_a_sweep_is() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let line = format!("{GROWING} --of total_time,sojourn.mean");
    make_parts(&room, &line, 2);
    let options = "--sort -total_time --top 2 --larger sojourn.mean";
    let alone = room.run(&format!("{line} {options}")).with_code(0).out;
    let merged = room.run(&format!("merge{} {options} -o merged", folders([1, 2]))).with_code(0).out;
    let points = |text: &str| text.split_once("Points").expect("a table").1.to_owned();
    assert_eq!(points(&alone), points(&merged).replace("merged/", "output/"));
    assert!(room.files("output/queue/sweep").len() == room.files("merged/queue/sweep").len());
    let ended = room.run(&format!("merge{} --larger total_tim", folders([1, 2]))).with_code(2);
    ended.complains(&["did you mean 'total_time'?"]);
}

//! Files that a sweep makes of its rows, in which forms they are written, and what becomes of those of an earlier request.

use crate::room::Room;
use crate::sweep::{QUEUE, rows, text};
use serde_json::Value as Json;
use std::fs;

fn charts(room: &Room) -> Vec<String> {
    let names = room.names("output/queue/sweep").into_iter();
    names.filter_map(|name| Some(name.rsplit('/').next()?.strip_suffix(".svg")?.to_owned())).collect()
}

#[test]
fn charts_of_another_request_go() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let line = "sweep queue.yaml --replications 4 --of total_time,sojourn.mean --vary servers=1..3";
    room.run(line).with_code(0);
    assert_eq!(charts(&room), ["front", "sojourn.mean", "total_time"]);
    // The same once more leaves them, also if none are drawn.
    room.run(&format!("{line} --no-charts")).with_code(0);
    assert_eq!(charts(&room), ["front", "sojourn.mean", "total_time"]);
    // What is not its own stays.
    fs::write(room.path("output/queue/sweep/mine.svg"), "<svg/>").expect("it can be written");
    room.run("sweep queue.yaml --replications 10").with_code(0);
    assert_eq!(charts(&room), ["mine", "total_time-distribution"]);
    room.run("sweep queue.yaml --replications 11 --no-charts").with_code(0);
    assert_eq!(charts(&room), ["mine"]);
}

/// A list of files that somebody has changed leads to nothing outside of the folder.
#[test]
fn only_files_of_the_folder_go() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    room.run("sweep queue.yaml --replications 10").with_code(0);
    let about = room.path("output/queue/sweep/sweep.json");
    let text = fs::read_to_string(&about).expect("it is there");
    let changed = text.replace("total_time-distribution.svg", "../../../queue.yaml");
    assert!(changed != text);
    fs::write(&about, changed).expect("it can be written");
    room.run("sweep queue.yaml --replications 4").with_code(0);
    assert!(room.path("queue.yaml").exists());
    assert!(!room.path("output/queue/sweep/total_time-distribution.png").exists());
}

/// With every kind of column: parameters of all types, a figure that some runs lack,
/// commas and quotes in commands.
const KINDS: &str = "
version: 1
name: kinds
seed: 7
params: {room: 2, share: 0.5, quick: true, wait: 1s}
resources: {free: {kind: semaphore, permits: room}}
processes:
  p:
    do:
      - delay: {exponential: {mean: wait * share}}
      - {if: quick, do: [{mark: {name: early, value: now}}]}
      - acquire: {free: 2}
";
const SWEEP: &str = "sweep my,kinds.yaml --vary room=1,2 --vary share=0.25,1.5 --vary quick=true,false \
     --vary wait=500ms,1h --replications 3 --of total_time,early.mean,events,processes.p.finished_ns --no-charts";

/// What a cell of the table says, as JSON.
fn in_json(name: &str, cell: &str) -> Json {
    let whole = |cell: &str| Json::from(cell.parse::<u64>().expect("a whole number"));
    match name {
        "wait" => Json::from(if cell == "1h" { 3_600_000_000_000u64 } else { 500_000_000 }),
        "quick" => Json::from(cell == "true"),
        "room" | "replication" | "races" | "seed" => whole(cell),
        "outcome" | "fingerprint" | "ties" | "version" | "scenario" | "command" => Json::from(cell),
        _ if cell.is_empty() => Json::Null,
        _ => match cell.contains(['.', 'e']) {
            true => Json::from(cell.parse::<f64>().expect("a number")),
            false => whole(cell),
        },
    }
}

#[test]
fn json_lines_have_what_the_table_has() {
    let room = Room::with(&[("my,kinds.yaml", KINDS)]);
    room.run(&format!("{SWEEP} --rows jsonl,csv")).with_code(1).says(&["runs.jsonl"]);
    let lines = text(&room, "output/kinds/sweep/runs.jsonl");
    let table = rows(&room, "output/kinds/sweep/runs.csv");
    let heading = text(&room, "output/kinds/sweep/runs.csv").lines().next().expect("a heading").to_owned();
    assert_eq!((table.len(), lines.lines().count()), (48, 48));
    assert!(table.iter().any(|row| row["early.mean"].is_empty() && row["outcome"] == "completed"));
    for (row, line) in table.iter().zip(lines.lines()) {
        let object: serde_json::Map<String, Json> = serde_json::from_str(line).expect("an object");
        assert_eq!(object.len(), row.len());
        for (name, cell) in row {
            assert_eq!(object[name], in_json(name, cell), "{name} of {line}");
        }
        // In the order of the columns.
        let places: Vec<_> = heading.split(',').map(|name| line.find(&format!("\"{name}\":"))).collect();
        assert!(places.is_sorted() && places[0].is_some(), "{line}");
    }
    // They go with the request that asked for them, and are the same of all parts.
    for part in 1..=2 {
        room.run(&format!("{SWEEP} --shard {part}/2 -o {part}")).with_code(1);
    }
    room.run("merge 1/kinds/sweep 2/kinds/sweep --no-charts --rows jsonl -o merged").with_code(1);
    assert!(text(&room, "merged/kinds/sweep/runs.jsonl") == lines);
    room.run(&format!("{SWEEP} --set free=1")).with_code(2);
    room.run("sweep my,kinds.yaml --replications 1 --no-charts").with_code(0);
    assert!(!room.path("output/kinds/sweep/runs.jsonl").exists());
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_parquet_it_says_so() {
    let room = Room::with(&[("my,kinds.yaml", KINDS)]);
    let ended = room.run(&format!("{SWEEP} --rows parquet")).with_code(2);
    ended.complains(&["built without Parquet", "--features parquet"]);
    assert!(!room.path("output").exists());
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_what_the_table_has() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let room = Room::with(&[("my,kinds.yaml", KINDS)]);
    room.run(&format!("{SWEEP} --rows parquet")).with_code(1).says(&["runs.parquet"]);
    let table = rows(&room, "output/kinds/sweep/runs.csv");
    let file = fs::File::open(room.path("output/kinds/sweep/runs.parquet")).expect("it is there");
    let reader = SerializedFileReader::new(file).expect("it is Parquet");
    let read = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row"));
    let read: Vec<_> = read.collect();
    assert_eq!(read.len(), table.len());
    for (row, cells) in read.iter().zip(&table) {
        assert_eq!(row.get_column_iter().count(), cells.len());
        for (name, field) in row.get_column_iter() {
            let json = match field {
                Field::Null => Json::Null,
                Field::Bool(flag) => Json::from(*flag),
                Field::Long(whole) => Json::from(*whole),
                Field::ULong(whole) => Json::from(*whole),
                Field::Double(number) => Json::from(*number),
                Field::Str(text) => Json::from(text.as_str()),
                other => panic!("{name} is {other:?}"),
            };
            let expected = in_json(name, &cells[name]);
            assert!(
                json == expected || json.as_f64().is_some() && json.as_f64() == expected.as_f64(),
                "{name}: {json}"
            );
        }
    }
}

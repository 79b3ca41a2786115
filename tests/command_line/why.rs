//! Why a run takes as long as it does, and what would help: against answers by hand, and
//! each change against a run of its own.

use crate::common::scenarios;
use crate::room::Room;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Omnitrace's example: two functions side by side, of 7 and of 10 s.
const TWO: &str = "
version: 1
name: two
processes:
  short: {do: [{work: 7s}]}
  long: {do: [{work: 10s}]}
";

/// Eight download at 1.5 s for 8 samples, eight prepare them at 0.7 s.
const STAGES: &str = "
version: 1
name: stages
params: {downloading: 1.5s, preparing: 0.7s}
resources:
  raw: {kind: buffer, capacity: 64, of: int}
processes:
  downloader: {count: 8, do: [{repeat: 20, do: [{delay: downloading}, {put: {to: raw, value: 0, count: 8}}]}]}
  preparer: {count: 8, do: [{repeat: 20, do: [{get: {from: raw, count: 8}}, {work: preparing}]}]}
";

fn why(room: &Room, line: &str) -> Json {
    let ended = room.run(&format!("why {line} --format json")).with_code(0);
    ended.json().remove(0)
}

/// The effect of this change.
fn effect<'o>(object: &'o Json, factor: &str, change: &str) -> &'o Json {
    let all = object["effects"].as_array().expect("a list");
    let found = all.iter().find(|effect| effect["factor"] == factor && effect["change"] == change);
    found.unwrap_or_else(|| panic!("no {factor} {change} in {all:#?}"))
}

fn library() -> Room {
    let files = scenarios();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let room = Room::with(&files);
    // The tables stand beside those that draw from them.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let folders: BTreeSet<&Path> = files.iter().filter_map(|(path, _)| Path::new(path).parent()).collect();
    for folder in folders {
        for entry in std::fs::read_dir(root.join(folder)).expect("it can be listed") {
            let name = entry.expect("it can be listed").file_name();
            if Path::new(&name).extension().is_some_and(|ending| ending == "csv") {
                let copy = room.path("").join(folder).join(&name);
                std::fs::copy(root.join(folder).join(&name), copy).expect("it can be copied");
            }
        }
    }
    room
}

#[test]
fn of_two_side_by_side_the_longer_binds() {
    let room = Room::with(&[("two.yaml", TWO)]);
    let object = why(&room, "two.yaml");
    assert_eq!(object["critical_path"]["process"], "long");
    for change in ["7s → 6.3s", "7s → 0s"] {
        assert_eq!(effect(&object, "work of short", change)["saves"], json!(0.0));
    }
    assert_eq!(effect(&object, "work of long", "10s → 9s")["saves"], json!(1e9));
    assert_eq!(effect(&object, "work of long", "10s → 0s")["saves"], json!(3e9));
    assert_eq!(effect(&object, "work of long", "10s → 0s")["next"]["process"], "short");
    let curve = &object["curves"][0];
    assert_eq!((&curve["factor"], &curve["kink_percent"]), (&json!("work of long"), &json!(30)));
    let points = [10.0, 9.0, 8.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0];
    let points: Vec<Json> = points
        .iter()
        .zip((0..).step_by(10))
        .map(|(seconds, at): (&f64, u32)| json!([at, seconds * 1e9]))
        .collect();
    assert_eq!(curve["points"], Json::Array(points));
    assert_eq!(object["slack"]["short"]["end_ns"], json!(3_000_000_000u64));
    assert_eq!(object["no_order_helps"], json!(true));
}

/// Two jobs at one machine, of which the first in line goes on for 5 s by itself and the other for
/// 1 s: 3 + 1 + 5 s where the short job is first, 1 + 3 + 1 s and 1 + 5 s the other way round.
#[test]
fn every_order_is_searched_where_no_bound_says_so() {
    let scenario = |first: &str, second: &str| {
        let job = |name: &str, held: &str, then: &str| {
            format!("  {name}: {{do: [{{with: m, do: [{{delay: {held}}}]}}, {{delay: {then}}}]}}\n")
        };
        let jobs = BTreeMap::from([("short", job("short", "1s", "5s")), ("long", job("long", "3s", "1s"))]);
        format!("version: 1\nresources: {{m: mutex}}\nprocesses:\n{}{}", jobs[first], jobs[second])
    };
    let room =
        Room::with(&[("best.yaml", &scenario("short", "long")), ("worst.yaml", &scenario("long", "short"))]);
    let best = why(&room, "best.yaml");
    assert_eq!((&best["value"], &best["no_order_helps"]), (&json!(6e9), &json!(true)));
    let worst = why(&room, "worst.yaml");
    assert_eq!((&worst["value"], &worst["no_order_helps"]), (&json!(9e9), &json!(false)));
    assert_eq!(worst["every_order"]["least_ns"], json!(6_000_000_000u64));
    let text = room.run("why worst.yaml").with_code(0);
    text.says(&["every order of simultaneous events was searched", "the shortest saves 3s"]);
}

/// No bound is met by three jobs at one machine that each go on for a second by themselves, but
/// all orders take 3 x 2 + 1 s.
#[test]
fn no_order_is_shorter_than_another() {
    let jobs = "version: 1\nresources: {m: mutex}\nprocesses:\n  \
                job: {count: 3, do: [{with: m, do: [{delay: 2s}]}, {delay: 1s}]}\n";
    let room = Room::with(&[("jobs.yaml", jobs)]);
    let object = why(&room, "jobs.yaml");
    assert_eq!((&object["value"], &object["no_order_helps"]), (&json!(7e9), &json!(true)));
    assert_eq!(object["bounds"][0]["length_ns"], json!(6_000_000_000u64));
    room.run("why jobs.yaml").with_code(0).says(&["none is shorter"]);
}

/// What breaks down has to serve by priority: another discipline cannot be, and is not one
/// without the breakdown.
#[test]
fn another_discipline_leaves_the_breakdown_where_it_is() {
    let text = "
version: 1
horizon: 100h
resources:
  cpu: {kind: processor, cores: 1, discipline: priority, breakdown: {every: 3h, repair: 1h}}
processes:
  a: {on: cpu, do: [{work: 5h}]}
";
    let room = Room::with(&[("breaks.yaml", text)]);
    let object = why(&room, "breaks.yaml");
    let impossible = object["impossible"].as_array().expect("a list");
    let of_discipline = impossible.iter().filter(|one| one["factor"] == "discipline of cpu");
    assert_eq!(of_discipline.count(), 2, "{impossible:?}");
}

/// Worked out by hand, as the effects above.
#[test]
fn a_run_says_what_helps() {
    let room = Room::with(&[("stages.yaml", STAGES), ("two.yaml", TWO)]);
    let line = |file: &str| {
        let told = room.run(&format!("run {file} --write svg")).with_code(0).out;
        told.lines().find(|line| line.contains("what helps")).unwrap_or_default().trim().to_owned()
    };
    assert_eq!(
        line("two.yaml"),
        "what helps: work of long (line 6) 10s → 9s saves 1s (tempolane why two.yaml)"
    );
    // 20 rounds of 150 ms less.
    assert!(
        line("stages.yaml").starts_with("what helps: downloading 1.5s → 1.35s saves 3s"),
        "{}",
        line("stages.yaml")
    );
    let unwritten = room.run("run two.yaml --write none").with_code(0);
    unwritten.says(&["critical path: 10s of ", "what helps: work of long (line 6) 10s → 9s saves 1s"]);
    let quick = room.run("run two.yaml --write none --format json").with_code(0).out;
    assert!(!quick.contains("what helps"));
}

/// With one consumer less half of the items stay where they are, and with one more one of them waits for ever:
/// no advice.
#[test]
fn what_saves_by_other_work_is_no_help() {
    let shop = |expect: &str| {
        format!(
            "version: 1
resources: {{q: {{kind: buffer, capacity: 6, of: int}}, done: {{kind: memory, slots: 1}}, m: mutex}}
processes:
  p: {{do: [{{repeat: 6, do: [{{put: q}}]}}]}}
  c: {{count: 2, vars: {{n: 0}}, do: [{{repeat: 3, do: [{{get: q}}, {{with: m, do: [{{work: 1s}}, {expect}]}}]}}]}}
"
        )
    };
    let counted = "{read: {from: done, at: 0, into: n}}, {write: {to: done, at: 0, value: n + 1}}";
    let expected = format!("{}expect: {{total_time: 6s, memories: {{done: [6]}}}}\n", shop(counted));
    let room = Room::with(&[
        ("expected.yaml", expected.as_str()),
        ("counted.yaml", shop(counted).as_str()),
        ("marked.yaml", shop("{mark: served}").as_str()),
        ("worked.yaml", shop("{delay: 0s}").as_str()),
    ]);
    for (file, other) in [
        ("expected.yaml", "breaks line 6: expected memory 'done' to hold [6]"),
        ("counted.yaml", "leaves 3 in 'done' instead of 6"),
        ("marked.yaml", "passes mark 'served' 3 times instead of 6"),
        ("worked.yaml", "does 3s of work instead of 6s"),
    ] {
        let text = room.run(&format!("why {file}")).with_code(0);
        text.says(&[&format!("saves by other work: count of c (line 5) 2 → 1, which {other}")]);
        assert!(!text.out.contains(" count of c (line 5) 2 → 1   "), "{}", text.out);
        let object = why(&room, file);
        let told = effect(&object, "count of c", "2 → 1")["other_work"].as_str().expect("it is told");
        assert!(told.starts_with(other), "{told}");
    }
    room.run("run counted.yaml --write none").with_code(0).says(&[
        "what helps: work of c (line 5) 1s → 900ms saves 600ms; raising a number (permits, capacity, count …) by one saves nothing, count of c (line 5) 2 → 3 ends in a deadlock",
    ]);
}

/// Of two instances of one process it is said which let which go on, and where these are several, that they are two.
#[test]
fn instances_let_each_other_go_on() {
    let of = |count: u32| {
        format!(
            "version: 1
resources: {{m: mutex}}
processes: {{p: {{count: {count}, do: [{{with: m, do: [{{delay: 1s}}]}}]}}}}
"
        )
    };
    let room = Room::with(&[("two.yaml", of(2).as_str()), ("three.yaml", of(3).as_str())]);
    room.run("why two.yaml").with_code(0).says(&[" 'p[0]' let 'p[1]' go on by release of m\n"]);
    room.run("why three.yaml")
        .with_code(0)
        .says(&[" one 'p' let another one go on by release of m, 2 times\n"]);
}

/// Downloading takes 20 rounds of 1.5 s, and the last batches are prepared behind that.
#[test]
fn the_binding_stage_and_the_next_one_are_named() {
    let room = Room::with(&[("stages.yaml", STAGES)]);
    let object = why(&room, "stages.yaml");
    assert_eq!(object["value"], json!(30.7e9));
    let most = &object["critical_path"]["charges"][0];
    let name = most["process"].as_str().expect("a name");
    assert!(name.starts_with("downloader["), "{name}");
    let gone = effect(&object, "downloading", "1.5s → 0s");
    assert_eq!((&gone["saves"], &gone["next"]["process"]), (&json!(16.7e9), &json!("preparer")));
    let text = room.run("why stages.yaml").with_code(0);
    text.says(&["30s of 30.7s is delay of 'downloader'", "downloading 1.5s → 0s", "work of preparer"]);
}

/// The inferer takes 15 times 2 s, whatever the others do; with the work inside the lock, a
/// second memory saves 20 s.
#[test]
fn lab_5() {
    let room = library();
    for name in ["one-memory", "two-memories", "two-memories-different-data"] {
        let object = why(&room, &format!("lab5/{name}.yaml"));
        let path = &object["critical_path"];
        assert_eq!(path["charges"].as_array().map(Vec::len), Some(1), "{path}");
        let charge = &path["charges"][0];
        let expected = (&json!("inferer"), &json!("delay"), &json!(30_000_000_000u64));
        assert_eq!((&charge["process"], &charge["activity"], &charge["length_ns"]), expected);
        assert_eq!(object["no_order_helps"], json!(true));
    }
    let object = why(&room, "lab5/two-memories.yaml");
    assert_eq!(effect(&object, "capacity", "15 → 16")["saves"], json!(0.0));
    assert_eq!(effect(&object, "load_time", "1s → 0s")["saves"], json!(0.0));
    // Without its delays the trainer is the last, at 25 s.
    let gone = effect(&object, "infer_time", "2s → 0s");
    assert_eq!((&gone["saves"], &gone["next"]["process"]), (&json!(5e9), &json!("trainer")));
    // 5 s of 30 s are 16.7%.
    assert_eq!(object["curves"][0]["kink_percent"], json!(16));
    let values = ["one", "two"].map(|memories| {
        let file = if memories == "one" { "one-memory" } else { "two-memories" };
        let object = why(&room, &format!("lab5/work-inside-the-lock-{file}.yaml --path-only"));
        assert_eq!(object["effects"], Json::Null);
        object["value"].as_f64().expect("a time")
    });
    assert_eq!(values[0] - values[1], 20e9);
    let object = why(&room, "lab5/sequential.yaml");
    let charges = object["critical_path"]["charges"].as_array().expect("a list");
    let own: Vec<_> = charges.iter().map(|one| (one["process"].clone(), one["length_ns"].clone())).collect();
    let seconds = |name: &str, seconds: u64| (json!(name), json!(seconds * 1_000_000_000));
    assert_eq!(own, [seconds("inferer", 30), seconds("trainer", 25), seconds("loader", 15)]);
}

/// The text with these lines changed.
fn edited(text: &str, edits: &[Json]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for edit in edits {
        let line = edit["line"].as_u64().expect("a number") as usize - 1;
        assert_eq!(json!(lines[line]), edit["before"]);
        lines[line] = edit["after"].as_str().expect("a text").to_owned();
    }
    lines.join("\n") + "\n"
}

/// What is told of a change is what a run with it gives: of the same file with `--set`, or
/// of the file with the lines changed that are said to be.
#[test]
fn each_change_is_a_run_of_its_own() {
    let room = library();
    let (mut checked, mut files) = (0, 0);
    for (path, text) in scenarios() {
        let ended = room.run(&format!("run {path} --write none --format json"));
        let is_short = ended.json()[0]["events"].as_u64().is_some_and(|events| events < 3_000);
        if !is_short {
            continue;
        }
        files += 1;
        let object = room.run(&format!("why {path} --replications 2 --format json")).json().remove(0);
        // Every third, so that it does not take long.
        let effects = object["effects"].as_array().expect("a list");
        for effect in effects.iter().skip(files % 3).step_by(3) {
            let edits = effect["edits"].as_array().expect("a list");
            // Beside it, where its tables are.
            let changed = format!("{path}-changed.yaml");
            std::fs::write(room.path(&changed), edited(&text, edits)).expect("it can be written");
            let line = format!("run {changed} --write none --format json --seed {}", object["seed"]);
            let set = effect["set"].as_str().map(|set| vec!["--set", set]).unwrap_or_default();
            let replications = if object["runs"] == json!(1) { 1 } else { 2 };
            let mut sum = 0.0;
            for replication in 0..replications {
                let number = replication.to_string();
                let output = room.command(&line).args(&set).args(["--replication", &number]).output();
                let output = output.expect("it starts");
                let ran: Json = serde_json::from_slice(&output.stdout)
                    .unwrap_or_else(|_| panic!("{path}: {effect} {output:?}"));
                if matches!(effect["outcome"].as_str(), Some("completed" | "horizon")) {
                    assert_eq!(ran["outcome"], effect["outcome"], "{path}: {effect}");
                }
                sum += ran["total_time_ns"].as_f64().expect("a time");
            }
            if let Some(value) = effect["value"].as_f64() {
                let mean = sum / f64::from(replications);
                assert!((mean - value).abs() <= 1e-9 * mean, "{path}: {mean} is not that of {effect}");
                checked += 1;
            }
        }
    }
    assert!(checked > 150 && files > 40, "{checked} changes of {files} files");
}

/// Whoever draws random numbers is run in pairs, with intervals.
#[test]
fn random_scenarios_have_intervals() {
    let text = "
version: 1
params: {mean: 1s}
resources: {desk: {kind: semaphore, permits: 1}}
processes:
  p: {count: 3, do: [{repeat: 10, do: [{with: desk, do: [{delay: {exponential: {mean: mean}}}]}]}]}
";
    let room = Room::with(&[("random.yaml", text)]);
    let object = why(&room, "random.yaml --replications 30");
    assert_eq!(object["runs"], json!(30));
    // One at a time: all that is drawn, 10% less of it or nothing at all.
    let less = effect(&object, "mean", "1s → 900ms");
    let (value, saves) = (object["value"].as_f64().expect("a time"), less["saves"].as_f64().expect("a time"));
    assert!((saves - value / 10.0).abs() < 1_000.0, "{saves} of {value}");
    let half = less["half_width"].as_f64().expect("a time");
    assert!(half > 0.0 && half < saves, "{half}");
}

#[test]
fn other_figures_and_what_is_none() {
    let text = "
version: 1
params: {wash: 5s}
resources: {machine: {kind: semaphore, permits: 2}}
processes:
  car: {count: 6, do: [{mark: comes}, {with: machine, do: [{work: wash}]}, {mark: goes}]}
measures: {visit: {from: comes, to: goes}}
";
    let room = Room::with(&[("cars.yaml", text)]);
    // 5, 5, 10, 10, 15 and 15 s; with three machines 5, 5, 5, 10, 10 and 10 s.
    let object = why(&room, "cars.yaml --of measures.visit.mean");
    assert_eq!((&object["value"], &object["critical_path"]), (&json!(10e9), &Json::Null));
    assert_eq!(effect(&object, "permits of machine", "2 → 3")["saves"], json!(2.5e9));
    let object = why(&room, "cars.yaml --of car[0].finished");
    assert_eq!(object["critical_path"]["length_ns"], json!(5_000_000_000u64));
    assert_eq!(effect(&object, "wash", "5s → 4.5s")["saves"], json!(5e8));
    let text = room.run("why cars.yaml --of measures.visit.mean").with_code(0);
    assert!(text.out.contains("measures.visit.mean is 10s") && !text.out.contains("Critical path"));
    room.run("why cars.yaml --of car.finished").with_code(2).complains(&["name one", "car[0].finished"]);
    room.run("why cars.yaml --of nothing").with_code(2);
    room.run("why .").with_code(2);
    room.run("why absent.yaml").with_code(3);
}

/// A deadlock has a path up to it, and what would resolve it is said.
#[test]
fn a_deadlock_is_a_finding_and_what_mends_it_is_said() {
    let text = "
version: 1
params: {room: 2}
resources: {store: {kind: buffer, capacity: room, of: int}}
processes:
  p: {do: [{delay: 1s}, {put: {to: store, value: 1, count: 2}}, {put: {to: store, value: 1}}, {get: store}]}
";
    let room = Room::with(&[("stuck.yaml", text)]);
    let ended = room.run("why stuck.yaml").with_code(1);
    ended.says(&["deadlock at 1s", "comes to a regular end: room 2 → 3", "the end of the run"]);
}

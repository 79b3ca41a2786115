//! Many runs of one scenario: points, replications, files that grow.

use crate::room::Room;
use std::collections::BTreeMap;
use std::fs;

/// Four customers, one second each, at so many desks.
const DESK: &str = "
version: 1
name: desk
params: {desks: 1}
resources: {desk: {kind: semaphore, permits: desks}}
processes:
  customer: {count: 4, do: [{with: desk, do: [{delay: 1s}]}, {mark: {name: out, value: now}}]}
";

/// A consumer who wants more than there is room for never gets it.
const CHUNKS: &str = "
version: 1
name: chunks
params: {room: 4, chunk: 1}
resources:
  free: {kind: semaphore, permits: room}
  full: {kind: semaphore, permits: 0}
processes:
  producer: {do: [{repeat: 12, do: [{delay: 1s}, {acquire: free}, {release: full}]}]}
  consumer: {do: [{repeat: 12 / chunk, do: [{acquire: {full: chunk}}, {delay: chunk * 1s}, {release: {free: chunk}}]}]}
";

/// A queue in which arrivals and services are drawn.
pub const QUEUE: &str = "
version: 1
name: queue
seed: 7
params: {customers: 40, servers: 1, service: 800ms}
resources: {server: {kind: semaphore, permits: servers}}
processes:
  customer:
    count: customers
    vars: {came: 0s}
    do:
      - delay: {uniform: {low: 0s, high: 40s}}
      - set: {came: now}
      - {with: server, do: [{delay: {exponential: {mean: service}}}]}
      - mark: {name: sojourn, value: now - came}
";

/// The rows of a table, each by column.
pub fn rows(room: &Room, path: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(room.path(path)).expect("it is there");
    let names: Vec<String> = reader.headers().expect("a heading").iter().map(str::to_owned).collect();
    let row =
        |record: csv::StringRecord| names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

pub fn text(room: &Room, path: &str) -> String {
    fs::read_to_string(room.path(path)).expect("it is there")
}

/// A table that is drawn from belongs to the scenario.
#[test]
fn with_another_table_it_begins_anew() {
    let text = "version: 1
processes: {p: {do: [{repeat: 3, do: [{delay: {bootstrap: {file: t.csv, unit: ms}}}]}]}}
";
    let room = Room::with(&[("s.yaml", text), ("t.csv", "gap\n1\n2\n")]);
    let line = "sweep s.yaml --replications 20 --no-charts";
    room.run(line).with_code(0);
    room.run(line).with_code(0).says(&["20 of them made before"]);
    let run = room.run("run s.yaml --write none").with_code(0);
    run.says(&["values from t.csv, hash "]);
    std::fs::write(room.path("t.csv"), "gap\n1\n3\n").expect("it can be written");
    room.run(line).with_code(2).complains(&["a table that the scenario draws from has changed", "--fresh"]);
    room.run(&format!("{line} --fresh")).with_code(0);
}

#[test]
fn points_are_run_and_compared_with_the_file() {
    let room = Room::with(&[("desk.yaml", DESK)]);
    let ended = room.run("sweep desk.yaml --vary desks=1..4 --of total_time,out.mean,out.p50").with_code(0);
    ended.says(&["desk: 4 points, 4 runs", "nothing is drawn", "against base", "base", "-3s", "2.5s"]);
    let rows = rows(&room, "output/desk/sweep/runs.csv");
    let totals: Vec<&str> = rows.iter().map(|row| row["total_time_ns"].as_str()).collect();
    assert_eq!(totals, ["4000000000", "2000000000", "2000000000", "1000000000"]);
    // With one desk they are out at 1, 2, 3 and 4 s: the nearest rank of the half is 2 s.
    assert_eq!((rows[0]["out.mean"].as_str(), rows[0]["out.p50"].as_str()), ("2500000000", "2000000000"));
    assert_eq!(rows[3]["out.mean"], "1000000000");
    let json = room.run("sweep desk.yaml --vary desks=1..2 --format json").with_code(0).json();
    assert_eq!(json[1]["point"]["desks"], 2);
    assert_eq!(json[1]["figures"]["total_time_ns"]["mean"], 2e9);
    assert_eq!(json[1]["figures"]["total_time_ns"]["difference"]["mean"], -2e9);
}

#[test]
fn a_point_that_deadlocks_is_a_finding() {
    let room = Room::with(&[("chunks.yaml", CHUNKS)]);
    let ended = room.run("sweep chunks.yaml --vary room=1..4 --vary chunk=1..4").with_code(1);
    // A chunk needs as much room, so six of the sixteen points never end.
    ended.says(&["deadlock at 6 points, first at room=1, chunk=2", "--set room=1 --set chunk=2", "deadlock"]);
    let fewer = "sweep chunks.yaml --vary room=1..4 --vary chunk=1..4 --fresh --where";
    let mut command = room.command(fewer);
    let output = command.arg("room >= chunk").output().expect("it starts");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(rows(&room, "output/chunks/sweep/runs.csv").len(), 10);
}

/// Every row can be seen again, to the last event.
#[test]
fn the_command_of_a_row_repeats_its_run() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let sweep = "sweep queue.yaml --vary servers=1,2 --replications 3";
    room.run(sweep).with_code(0);
    let rows = rows(&room, "output/queue/sweep/runs.csv");
    assert_eq!(rows.len(), 6);
    for row in &rows {
        let command = row["command"].strip_prefix("tempolane ").expect("a command of ours");
        let run = room.run(&format!("{command} --write none --format json")).with_code(0).json().remove(0);
        assert_eq!(run["fingerprint"], row["fingerprint"].as_str(), "{command}");
        assert_eq!(run["total_time_ns"].to_string(), row["total_time_ns"]);
        assert_eq!((row["ties"].as_str(), row["races"].as_str()), ("same", "0"));
    }
    let of = |servers: &str| -> Vec<&String> {
        rows.iter().filter(|row| row["servers"] == servers).map(|row| &row["fingerprint"]).collect()
    };
    assert!(of("1").iter().all(|one| !of("2").contains(one)));
}

/// Replication r has the same arrivals and services wherever servers are enough, so the
/// differences of pairs are surer than those of means.
#[test]
fn random_numbers_are_common() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    room.run("sweep queue.yaml --vary servers=1,60,80 --replications 20 --of sojourn.mean").with_code(0);
    let rows = rows(&room, "output/queue/sweep/summary.csv");
    let number = |row: usize, name: &str| rows[row][name].parse::<f64>().expect("a number");
    // Nobody waits at 60 or 80 servers: they serve the same customers as long.
    assert_eq!(rows[1]["sojourn.mean mean"], rows[2]["sojourn.mean mean"]);
    assert_eq!(rows[1]["sojourn.mean difference"], rows[2]["sojourn.mean difference"]);
    let half = number(1, "sojourn.mean difference_half_width");
    let apart = number(0, "sojourn.mean half_width").hypot(number(1, "sojourn.mean half_width"));
    assert!(half < 1.2 * apart, "{half} {apart}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let mut all = Vec::new();
    for workers in [1, 2, 7] {
        let line = "sweep queue.yaml --vary servers=1..3 --vary service=100ms,500ms --replications 70";
        room.run(&format!("{line} --of total_time,sojourn.p95 --workers {workers} -o {workers}"))
            .with_code(0);
        all.push(room.files(&format!("{workers}/queue/sweep")).into_values().collect::<Vec<_>>());
    }
    assert_eq!(rows(&room, "1/queue/sweep/runs.csv").len(), 3 * 2 * 70);
    assert!(all[0] == all[1] && all[0] == all[2]);
}

/// Which charts there are depends on how many parameters vary, and how many figures are
/// asked for; their bytes depend on no thread.
#[test]
fn charts_are_the_same_on_any_number_of_threads() {
    let room = Room::with(&[("queue.yaml", QUEUE), ("chunks.yaml", CHUNKS)]);
    let cases = [
        ("queue", "--vary servers=1..3", "total_time"),
        (
            "queue",
            "--vary servers=1..3 --vary service=500ms,1s --of sojourn.mean",
            "sojourn.mean sojourn.mean-map",
        ),
        (
            "queue",
            "--vary servers=1,2 --vary service=1s,2s --vary customers=20,40 --of total_time,sojourn.p95 --larger total_time",
            "front sojourn.p95 sojourn.p95-map total_time total_time-map",
        ),
        ("queue", "--replications 100", "total_time-distribution"),
        ("queue", "--replications 3", ""),
        ("chunks", "--vary room=1..4 --vary chunk=1..4", "total_time total_time-map"),
        ("chunks", "--vary room=1 --vary chunk=2,3", "total_time total_time-map"),
        ("queue", "--vary servers=1..3 --no-charts", ""),
    ];
    for (scenario, options, names) in cases {
        let [one, three] = [1, 3].map(|workers| {
            let line = format!("sweep {scenario}.yaml {options} --workers {workers} -o {workers}");
            room.run(&format!("{line} --columns none --fresh")).with_code(i32::from(scenario == "chunks"));
            let files = room.files(&workers.to_string());
            std::fs::remove_dir_all(room.path(&workers.to_string())).expect("it is there");
            files.into_values().collect::<Vec<_>>()
        });
        assert!(one == three, "{options}");
        room.run(&format!("sweep {scenario}.yaml {options}")).with_code(i32::from(scenario == "chunks"));
        let folder = format!("output/{scenario}/sweep");
        let names_there = room.names(&folder).into_iter().filter_map(|path| {
            Some(path.strip_prefix(&format!("{folder}/"))?.strip_suffix(".svg")?.to_owned())
        });
        let mut charts: Vec<String> = names_there.collect();
        charts.sort();
        assert_eq!(charts.join(" "), names, "{options}");
        std::fs::remove_dir_all(room.path("output")).expect("it is there");
    }
}

/// The bars of a histogram have all runs, and the best two of four points are the front.
#[test]
fn charts_show_what_the_tables_have() {
    let room = Room::with(&[("queue.yaml", QUEUE), ("desk.yaml", DESK)]);
    room.run("sweep queue.yaml --replications 200 --columns none").with_code(0);
    let picture = text(&room, "output/queue/sweep/total_time-distribution.svg");
    assert!(picture.contains("total_time of 200 runs"), "{picture}");
    let bars = picture.split("class=\"bar\"").skip(1).map(|bar| {
        let told = bar.split("</title>").next().expect("a tooltip");
        let told = told.rsplit_once(": ").expect("a count").1;
        told.split(' ').next().and_then(|count| count.parse::<u64>().ok()).expect("a number")
    });
    assert_eq!(bars.sum::<u64>(), 200);
    room.run("sweep desk.yaml --vary desks=1..4 --of total_time,resources.desk.utilization").with_code(0);
    let picture = text(&room, "output/desk/sweep/front.svg");
    // Three desks are as slow as two, and stand idle more often; so less is better in both.
    assert!(picture.contains("1: desks=4") && picture.contains("smaller is better in both"), "{picture}");
    let larger = "sweep desk.yaml --vary desks=1..4 --larger";
    room.run(&format!("{larger} total_tim")).with_code(2).complains(&["did you mean 'total_time'?"]);
    room.run(&format!("{larger} total_time")).with_code(2).complains(&["the front of two figures"]);
}

pub const GROWING: &str =
    "sweep queue.yaml --vary servers=1..3 --vary service=500ms,600ms,700ms --replications 9";

/// Cut at any byte, as a killed sweep leaves it, the table is completed to what it would
/// have been.
#[test]
fn a_table_that_was_cut_is_completed() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    room.run(GROWING).with_code(0);
    let whole = room.files("output/queue/sweep");
    let table = text(&room, "output/queue/sweep/runs.csv");
    for cut in 0..25 {
        // Spread over the table, at no particular place of a row.
        let length = table.len() * cut / 25 + cut % 7;
        fs::write(room.path("output/queue/sweep/runs.csv"), &table.as_bytes()[..length]).expect("written");
        let ended = room.run(GROWING).with_code(0);
        assert!(room.files("output/queue/sweep") == whole, "cut at {length}");
        if cut == 12 {
            ended.says(&["of them made before"]);
        }
    }
}

#[test]
fn a_larger_sweep_takes_what_is_there() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    room.run(GROWING).with_code(0).says(&["9 points, 81 runs"]);
    let larger =
        "sweep queue.yaml --vary servers=1..4 --vary service=500ms,600ms,700ms --replications 12 --no-charts";
    room.run(larger).with_code(0).says(&["12 points, 144 runs, 81 of them made before"]);
    room.run(&format!("{larger} -o anew")).with_code(0);
    for name in ["runs.csv", "summary.csv"] {
        let path = format!("output/queue/sweep/{name}");
        assert!(text(&room, &path) == text(&room, &format!("anew/queue/sweep/{name}")));
    }
    let names = room.names("output/queue/sweep");
    assert!(!names.iter().any(|name| name.contains("next")), "{names:?}");
}

#[test]
fn runs_of_a_changed_scenario_are_not_used() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    room.run(GROWING).with_code(0);
    let before = room.files("output");
    fs::write(room.path("queue.yaml"), QUEUE.replace("40s", "41s")).expect("written");
    let ended = room.run(GROWING).with_code(2);
    ended.complains(&["the scenario has changed: line", "high: 40s", "high: 41s", "--fresh", "-o"]);
    assert!(room.files("output") == before);
    room.run(&format!("{GROWING} --fresh")).with_code(0).says(&["81 runs\n"]);
}

/// Runs that a sweep does not have are kept beside it: those of other points, of more
/// replications, other figures, another seed or other settings, and where parts are put together.
#[test]
fn no_runs_are_lost_unasked() {
    let others = [
        "--vary servers=1..2 --replications 9",
        "--vary servers=1..3 --vary service=500ms,600ms,700ms --replications 8",
        "--vary servers=1..3 --vary service=500ms,600ms,700ms --replications 9 --of sojourn.mean",
        "--vary servers=1..3 --vary service=500ms,600ms,700ms --replications 9 --seed 99",
        "--vary servers=1..3 --replications 9 --set service=600ms",
    ];
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    room.run(GROWING).with_code(0);
    let first = text(&room, "output/queue/sweep/runs.csv");
    let mut tables = vec![first.clone()];
    for (number, other) in (1..).zip(others) {
        let ended = room.run(&format!("sweep queue.yaml --no-charts {other}")).with_code(0);
        ended.complains(&["of another sweep are kept in", &format!("runs-{number}.csv")]);
        let kept = text(&room, &format!("output/queue/sweep/runs-{number}.csv"));
        assert!(Some(&kept) == tables.last(), "{other}");
        tables.push(text(&room, "output/queue/sweep/runs.csv"));
    }
    room.run(&format!("{GROWING} -o fresh")).with_code(0);
    assert!(text(&room, "fresh/queue/sweep/runs.csv") == first);
    room.run("sweep queue.yaml --replications 2 --no-charts -o fresh --fresh").with_code(0);
    assert!(!room.path("fresh/queue/sweep/runs-1.csv").exists());
    let part = "sweep queue.yaml --vary servers=4..5 --replications 3 --no-charts";
    for number in [1, 2] {
        room.run(&format!("{part} --shard {number}/2 -o part{number}")).with_code(0);
    }
    room.run("merge part1/queue/sweep part2/queue/sweep --no-charts").with_code(0);
    assert!(Some(&text(&room, "output/queue/sweep/runs-6.csv")) == tables.last());
}

#[test]
fn conditions_that_no_point_fulfils_and_precisions_that_are_none() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let sweep = |more: &str| room.run(&format!("sweep queue.yaml --vary servers=1..3 {more}")).with_code(2);
    sweep("--where servers>9").complains(&["none of the 3 points fulfils `servers>9`"]);
    sweep("--precision sojourn.mean=1%").complains(&[
        "'sojourn.mean' is not collected",
        "total_time",
        "--of",
    ]);
    sweep("--precision total_time=0.01").complains(&["percent sign"]);
    sweep("--precision total_time=0%").complains(&["at least 0.000001%"]);
    assert!(room.files("output").is_empty());
}

#[test]
fn design_points_from_a_file() {
    let points = "servers, service\n1, 500ms\n2, 1s\n";
    let room = Room::with(&[("queue.yaml", QUEUE), ("points.csv", points)]);
    room.run("sweep queue.yaml --points points.csv --replications 2").with_code(0);
    let rows = rows(&room, "output/queue/sweep/runs.csv");
    let of = |row: usize| (rows[row]["servers"].as_str(), rows[row]["service"].as_str());
    assert_eq!((rows.len(), of(0), of(3)), (4, ("1", "500ms"), ("2", "1s")));
    let zipped = "sweep queue.yaml --vary servers=1,2 --vary customers=10,20 --zip --replications 1 --fresh";
    room.run(zipped).with_code(0).says(&["2 points, 2 runs", "--replications 30"]);
}

#[test]
fn what_is_no_table_of_design_points() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let lines = |count: u64| (1..=count).map(|_| "x\n").collect::<String>();
    for (points, told) in [
        ("servers,speed\n1,2\n", &["points.csv: unknown parameter 'speed'"][..]),
        ("servers,service\n1,500ms,3\n", &["points.csv: line 2: 3 cells, but the head names 2"]),
        ("servers\n\n1,5\n", &["points.csv: line 3: 2 cells, but the head names 1"]),
        ("servers,service,servers\n1,1s,2\n", &["points.csv: line 1: there are two columns 'servers'"]),
        ("servers,\n1,2\n", &["points.csv: line 1: column 2 has no name"]),
        (
            "servers;service\n1;1s\n",
            &["line 1: the name of a column is 'servers;service'; separate cells by commas"],
        ),
        ("servers\tservice\n1\t1s\n", &["separate cells by commas"]),
        ("servers\n1;2\n", &["points.csv: line 2, column 'servers': unexpected ';'"]),
        // All that is wrong, each with its line, whatever is empty before it.
        (
            "servers,service\n\n1,500\ntwo,1s\n",
            &[
                "points.csv: line 4, column 'servers': a value is wanted here, found the name 'two'",
                "points.csv: line 3, column 'service': the expression takes a duration",
                "write `500s` or `500ms`",
            ],
        ),
        (&format!("servers\n{}", lines(30)), &["line 21, column", "error: 10 more problems\n"]),
        ("servers\n", &["has no design points"]),
        ("", &["the file is empty"]),
    ] {
        fs::write(room.path("points.csv"), points).expect("written");
        room.run("sweep queue.yaml --points points.csv").with_code(2).complains(told);
    }
    // Where a value is wanted, other parameters are none.
    room.run("sweep queue.yaml --vary servers=customers*4")
        .with_code(2)
        .complains(&["--vary servers=customers*4: a value is wanted here, found the name 'customers'"]);
}

#[test]
fn a_precision_is_reached_with_as_few_runs_as_it_takes() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let line =
        "sweep queue.yaml --vary servers=1,40 --of total_time,sojourn.mean --precision sojourn.mean=5%";
    let json = room.run(&format!("{line} --format json")).with_code(0).json();
    let runs: Vec<u64> = json.iter().map(|point| point["runs"].as_u64().expect("a count")).collect();
    for point in &json {
        let figure = &point["figures"]["sojourn.mean"];
        let share = figure["half_width"].as_f64().expect("a number") / figure["mean"].as_f64().expect("one");
        assert!(share <= 0.05, "{point}");
    }
    // One server makes waits, which vary more than services do.
    assert!(runs[0] > runs[1] && runs[1] >= 10 && runs[0] < 1000, "{runs:?}");
    let table = text(&room, "output/queue/sweep/runs.csv");
    fs::write(room.path("output/queue/sweep/runs.csv"), &table.as_bytes()[..table.len() * 2 / 3])
        .expect("cut");
    room.run(line).with_code(0);
    assert!(text(&room, "output/queue/sweep/runs.csv") == table);
    // The runs of a point are made by as many threads as there are, and are the same.
    for workers in [1, 5] {
        room.run(&format!("{line} --workers {workers} --fresh")).with_code(0);
        assert!(text(&room, "output/queue/sweep/runs.csv") == table, "{workers} workers");
    }
    let bounded = room.run(&format!("{line} --replications 12 --fresh --format json")).with_code(0).json();
    assert_eq!(bounded[0]["runs"], 12);
    // Both need more than 12 runs, as those above show.
    let missed = "the precision of 5% for sojourn.mean was missed at 2 of 2 points, first at servers=1";
    room.run(&format!("{line} --replications 12 --fresh"))
        .with_code(0)
        .says(&[missed, "--replications allows more"]);
    assert!(!room.run(&format!("{line} --fresh")).with_code(0).out.contains("missed"));
}

#[test]
fn all_that_is_wrong_is_told_in_one_go() {
    let room = Room::with(&[("queue.yaml", QUEUE), ("desk.yaml", DESK)]);
    let line = "sweep queue.yaml --vary server=1..3 --vary customers=9..1 --vary service=1s..2s:0s \
                --of total_tim,sojourn.p950,resources.server.utilisation,processes.clerk.running_ns";
    let ended = room.run(line).with_code(2);
    ended.complains(&[
        "unknown parameter 'server'; did you mean 'servers'?",
        "the range is empty",
        "a step of 0",
        "no figure 'total_tim'",
        "did you mean 'total_time'?",
        "no figure 'sojourn.p950'",
        "did you mean 'resources.server.utilization'?",
        "no figure 'processes.clerk.running_ns'",
    ]);
    assert!(!room.path("output").exists());
    for (line, told) in [
        ("sweep queue.yaml --vary customers=1..1000000 --vary servers=1..1000000", "1000000000000 points"),
        ("sweep queue.yaml --vary servers=1,2 --set servers=3", "both set and varied"),
        ("sweep queue.yaml --vary servers=1,2 --vary customers=1..3 --zip", "as many"),
        ("sweep queue.yaml --where servers", "boolean"),
        ("sweep queue.yaml --precision total_time=fast", "a share has a percent sign"),
        ("sweep desk.yaml --precision total_time=1%", "nothing is drawn"),
        ("sweep queue.yaml --sort speed", "points cannot be sorted by 'speed'"),
        ("sweep queue.yaml --shard 4/3", "expected I/N"),
        ("sweep queue.yaml --points none.csv", "cannot read 'none.csv'"),
        ("sweep queue.yaml --vary customers=-1..2", "with customers=-1"),
    ] {
        let ended = room.run(line);
        ended.complains(&[told]);
        assert!(matches!(ended.code, Some(2 | 3)), "{line}: {ended:?}");
    }
}

#[test]
fn a_dry_run_says_how_much_there_is() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let ended = room.run("sweep queue.yaml --vary servers=1..9 --replications 1000 --dry-run --workers 2");
    ended.with_code(0).says(&["9 points, 9,000 runs, ", " on 2 threads"]);
    assert!(!room.path("output").exists());
}

/// If nothing else is asked for, nothing is looked at but the end of a run; the total
/// time is that of a run whose every event is looked at.
#[test]
fn the_total_time_alone_is_that_of_the_whole_report() {
    use tempolane::sweep::{Design, Execution, Plan};
    let total = |loaded: &tempolane::scenario::LoadedScenario, figures: &[&str]| {
        let design = Design::new(&loaded.model, &[]).expect("one point");
        let plan = Plan::new(loaded, design, figures).expect("a plan");
        let mut first = None;
        let ended = Execution::new(&plan, 1).run(&|| false, &mut |rows| {
            first = Some((rows[0].outcome, rows[0].numbers[0]));
            std::ops::ControlFlow::Continue(())
        });
        ended.expect("it can be run");
        first.expect("one row")
    };
    for folder in ["lab5", "classics", "threads", "pipelines"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(folder);
        for entry in fs::read_dir(path).expect("it is there") {
            let path = entry.expect("it can be listed").path();
            if path.extension().is_some_and(|ending| ending == "yaml") {
                let loaded = tempolane::scenario::load_file(&path, &[]).expect("it is valid");
                let alone = total(&loaded, &["total_time"]);
                assert_eq!(alone, total(&loaded, &["total_time", "events"]), "{}", path.display());
            }
        }
    }
}

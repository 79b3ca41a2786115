//! The command line from outside: exit codes, what is printed where, which
//! files there are afterwards.

mod bounds;
mod calibrate;
mod check;
mod cluster;
#[path = "../common/mod.rs"]
mod common;
mod compared;
mod docs;
mod expected_figures;
mod explore;
mod figures;
mod files;
mod fit;
mod formats;
mod gallery;
mod html;
mod interrupt;
mod library;
mod looks;
mod measures;
mod named_waits;
mod names;
mod pages;
mod races;
mod recorded;
mod room;
mod search;
mod settings;
mod stuck;
mod sweep;
mod sweep_parts;
mod sweep_products;
mod sweep_survives;
mod test;
mod ties;
mod validate;
mod waiting;
mod why;

use room::{CREW, DEADLOCK, ENDLESS, FAULT, INVALID, PIPE, Room};
use serde_json::json;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_run_writes_its_files_and_tells_what_happened() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let ended = room.run("run pipe.yaml").with_code(0);
    ended.says(&[
        "pipe: completed in 7s of virtual time",
        "seed 0",
        "consumer",
        "queue",
        "consumed 3",
        "seen: 0, 3",
    ]);
    assert_eq!(ended.err, "");
    assert!(!ended.out.contains('\x1b'), "colours in a pipe: {}", ended.out);
    let expected =
        ["gantt.png", "gantt.svg", "result.json", "trace.jsonl"].map(|name| format!("output/pipe/{name}"));
    assert_eq!(room.names("output"), expected);
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let ended = room.run("run pipe.yaml --format json --write none --seed 5").with_code(0);
    let objects = ended.json();
    assert_eq!(objects.len(), 1);
    let object = &objects[0];
    for (key, value) in [
        ("scenario", json!("pipe")),
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("outcome", json!("completed")),
        ("total_time_ns", json!(7_000_000_000u64)),
        ("seed", json!(5)),
        ("expect", json!([])),
        ("memories", json!({"seen": [0, 3]})),
        ("log", json!([{"time_ns": 7_000_000_000u64, "process": "consumer", "text": "consumed 3"}])),
    ] {
        assert_eq!(object[key], value, "{key}");
    }
    assert!(object["events"].as_u64().is_some_and(|events| events > 10));
    assert_eq!(object["fingerprint"].as_str().map(str::len), Some(16));
    let consumer = &object["processes"]["consumer"];
    assert_eq!(consumer["finished_ns"], json!(7_000_000_000u64));
    assert_eq!(consumer["running_ns"], json!(6_000_000_000u64));
    assert_eq!(consumer["delayed_ns"], json!(0));
    assert_eq!(consumer["blocked_ns"], json!({"queue": 1_000_000_000}));
    assert_eq!(object["resources"]["queue"]["kind"], json!("buffer"));
    assert_eq!(object["marks"]["consumed"]["count"], json!(3));
    assert!(object.get("finding").is_none());
    assert!(room.names("output").is_empty());
}

#[test]
fn a_deadlock_is_a_finding_with_its_reasons() {
    let room = Room::with(&[("stuck.yaml", DEADLOCK)]);
    let ended = room.run("run stuck.yaml --write none").with_code(1);
    ended.says(&[
        "deadlock at 1s",
        "3 of 3 processes wait for what never comes, 1 of them starved",
        "'first' waits to acquire 'b', held by 'second'",
        "'third' waits to acquire 'never', starved",
        "stuck.yaml:13: - acquire: a",
        "cycle:",
        "to see it again: tempolane run stuck.yaml --seed 0",
    ]);
    let object = &room.run("run stuck.yaml --write none --format json").with_code(1).json()[0];
    assert_eq!(object["outcome"], json!("deadlock"));
    let finding = &object["finding"];
    assert_eq!(finding["processes"], json!(["first", "second", "third"]));
    assert_eq!(finding["resources"], json!(["a", "b", "never"]));
    assert_eq!(finding["lines"], json!([8, 13, 14]));
    assert_eq!(finding["blocked"][2]["starved"], json!(true));
}

#[test]
fn a_fault_is_a_finding() {
    let room = Room::with(&[("thief.yaml", FAULT)]);
    room.run("run thief.yaml --write none").with_code(1).says(&["fault at 1s", "thief.yaml:5:"]);
    let object = &room.run("run thief.yaml --write none --format json").with_code(1).json()[0];
    assert_eq!(object["finding"]["kind"], json!("fault"));
    assert_eq!(object["finding"]["lines"], json!([5]));
}

#[test]
fn a_failed_expectation_is_a_finding() {
    let wrong = PIPE.replace("total_time: 1s", "total_time: 2s");
    let room = Room::with(&[("pipe.yaml", &wrong)]);
    // A parameter that is set to its own value leaves the claim as it is.
    let ended = room.run("run pipe.yaml --write none --set items=1+2").with_code(1);
    ended.says(&[
        "completed in 7s",
        "pipe.yaml:15: expected a total time of 8s, but it was 7s",
        "--set items=1+2 --seed 0",
    ]);
    let object = &room.run("run pipe.yaml --write none --format json").with_code(1).json()[0];
    assert_eq!(object["expect"][0]["line"], json!(15));
}

/// What a file expects is said of its own parameters, so other values check
/// nothing; and a deadlock stays a finding.
#[test]
fn expectations_are_not_checked_with_other_parameters() {
    let fixed = PIPE.replace("total_time: 1s + items * 2s", "total_time: 7s");
    let starving = PIPE.replace("repeat: items, do: [{delay: 1s}", "repeat: 3, do: [{delay: step}");
    let starving = starving.replace("items: 3", "items: 3, step: 1s");
    let plain = PIPE.split("expect").next().expect("text before it");
    let room = Room::with(&[
        ("pipe.yaml", &fixed),
        ("starving.yaml", &starving),
        ("plain.yaml", plain),
        ("crew.yaml", CREW),
    ]);
    let command = "run pipe.yaml --write none --set items=4";
    room.run(command).with_code(0).says(&["completed in 9s", "\n  expect not checked: items was set\n"]);
    let object = &room.run(&format!("{command} --format json")).with_code(0).json()[0];
    assert_eq!(object.get("expect"), Some(&json!(null)));
    room.run("compare pipe.yaml --write none --set items=4").with_code(0).says(&["expect not checked"]);
    let ended = room.run("run starving.yaml --write none --set items=4 --set step=2s").with_code(1);
    ended.says(&["deadlock at", "expect not checked: items and step were set"]);
    // Not even whether the instances are there of which something is expected.
    room.run("run crew.yaml --write none").with_code(0);
    room.run("run crew.yaml --write none --set n=2").with_code(0).says(&["expect not checked: n was set"]);
    // Where nothing is expected, nothing is left unchecked.
    let object = &room.run("run plain.yaml --write none --set items=4 --format json").with_code(0).json()[0];
    assert_eq!(object.get("expect"), Some(&json!([])));
}

#[test]
fn wrong_usage_and_bad_scenarios_exit_with_2() {
    let room = Room::with(&[
        ("pipe.yaml", PIPE),
        ("bad.yaml", INVALID),
        ("worse.yml", "version: 1\nprocesses: 3\n"),
    ]);
    for line in [
        "",
        "run",
        "frobnicate",
        "run pipe.yaml --set items",
        "run pipe.yaml --seed x",
        "run pipe.yaml --write jpeg",
        "run - -",
        "run pipe.yaml --set itms=3",
        "run pipe.yaml --set items=3s",
    ] {
        let ended = room.run(line).with_code(2);
        assert!(ended.out.is_empty() && !ended.err.is_empty(), "{line}: {ended:#?}");
    }
    for (line, what) in [
        (
            "run pipe.yaml --seed -1",
            "'-1' for '--seed <N>': expected a whole number from 0 to 18446744073709551615",
        ),
        ("run pipe.yaml --seed x", "'x' for '--seed <N>': expected a whole number from 0"),
        ("test pipe.yaml --jobs 0", "'0' for '--jobs <N>': expected a whole number from 1 to 10000"),
        (
            "explore pipe.yaml --workers 257",
            "'257' for '--workers <N>': expected a whole number from 1 to 256",
        ),
        ("explore pipe.yaml --max-states -5", "expected a whole number from 1 to"),
        (
            "explore pipe.yaml --max-time -5s",
            "'-5s' for '--max-time <DURATION>': a duration begins with a digit",
        ),
        ("validate pipe.yaml --runs -2", "'-2' for '--runs <N>': expected a whole number from 1 to"),
    ] {
        room.run(line).with_code(2).complains(&[what]);
    }
    for (line, what) in [
        ("rn pipe.yaml", "did you mean 'run'?"),
        ("exlore pipe.yaml", "did you mean 'explore'?"),
        ("simulate pipe.yaml", "`tempolane run FILE` runs a scenario"),
        ("pipe.yaml", "a command stands before the file: `tempolane run pipe.yaml`"),
        ("./missing", "`tempolane run ./missing`"),
        ("explain pipe.yaml", "`tempolane why FILE`"),
        ("gantt pipe.yaml", "draws what happened"),
        ("version", "`tempolane --version`"),
        ("chek pipe.yaml", "check"),
        ("xyzzy pipe.yaml", "the commands are run, check, compare"),
    ] {
        room.run(line).with_code(2).complains(&["unrecognized subcommand", what]);
    }
    for (line, what) in [
        ("run pipe.yaml --untimed", "`--untimed` is an option of `explore`"),
        ("explore pipe.yaml --timed", "with their times unless `--untimed` is given"),
        ("run pipe.yaml --html", "what is written is named behind `--write`: `--write html`"),
        ("run pipe.yaml --json", "write `--format json`"),
        ("run pipe.yaml --param x=3", "`--set name=value`"),
        ("check pipe.yaml --seed=3", "`--seed` is an option of `run`, "),
        ("run pipe.yaml --sed 3", "a similar argument exists: '--se"),
    ] {
        room.run(line).with_code(2).complains(&["unexpected argument", what]);
    }
    // The ending of a file may be missing, or be that of a schedule.
    room.run("run pipe").with_code(3).complains(&["there is no 'pipe'; did you mean 'pipe.yaml'?"]);
    room.run("check worse").with_code(3).complains(&["did you mean 'worse.yml'?"]);
    room.run("run nowhere").with_code(3).complains(&["cannot read 'nowhere'"]);
    let schedule =
        "'pipe.schedule' is a schedule: `tempolane run SCENARIO --schedule pipe.schedule` follows it";
    room.run("run pipe.schedule").with_code(2).complains(&[schedule]);
    // Everything that is wrong anywhere is told, and nothing runs.
    let ended = room.run("run pipe.yaml bad.yaml worse.yml").with_code(2);
    ended.complains(&["bad.yaml:2:", "bad.yaml:4:", "worse.yml:2:", "mutex1"]);
    assert_eq!(ended.out, "");
    assert!(room.names("output").is_empty());
}

#[test]
fn check_tells_every_file() {
    let room = Room::with(&[("good/pipe.yaml", PIPE), ("bad.yaml", INVALID)]);
    room.run("check good").with_code(0).says(&["pipe.yaml: ok (pipe: 2 processes, 2 resources)"]);
    let ended = room.run("check --format json bad.yaml good").with_code(2);
    ended.complains(&["bad.yaml:2:"]);
    let objects = ended.json();
    assert_eq!((&objects[0]["ok"], &objects[1]["ok"]), (&json!(false), &json!(true)));
    assert_eq!(objects[0]["problems"][0]["line"], json!(2));
}

#[test]
fn folders_and_standard_input() {
    let named = |name: &str| PIPE.replace("name: pipe", &format!("name: {name}"));
    let (one, two) = (named("one"), named("two"));
    let room = Room::with(&[
        ("all/b/two.yml", two.as_str()),
        ("all/a.yaml", one.as_str()),
        ("all/notes.txt", "no scenario"),
        ("all/.hidden/x.yaml", INVALID),
        ("empty/notes.txt", ""),
    ]);
    let names = |ended: room::Ended| -> Vec<String> {
        ended.json().iter().map(|object| object["scenario"].as_str().unwrap_or("?").to_owned()).collect()
    };
    assert_eq!(names(room.run("run all --write none --format json").with_code(0)), ["one", "two"]);
    let twice = room.run("run all/a.yaml all --format json --write result").with_code(0);
    assert_eq!(names(twice), ["one", "one-2", "two"]);
    assert_eq!(
        room.names("output"),
        ["output/one-2/result.json", "output/one/result.json", "output/two/result.json"]
    );
    room.run("run empty").with_code(2).complains(&["no scenario"]);
    assert_eq!(names(room.run_with("run - --write none --format json", PIPE).with_code(0)), ["pipe"]);
    let nameless = PIPE.replace("name: pipe\n", "");
    assert_eq!(names(room.run_with("run - --write none --format json", &nameless).with_code(0)), ["stdin"]);
}

#[test]
fn what_the_environment_refuses_exits_with_3() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("bad.yaml", INVALID), ("file", "")]);
    room.run("run missing.yaml").with_code(3).complains(&["missing.yaml"]);
    room.run("run missing.yaml bad.yaml").with_code(3).complains(&["missing.yaml", "bad.yaml:2:"]);
    room.run("run pipe.yaml -o file/x").with_code(3).complains(&["file/x"]);
    // Something that is no file stands where a picture should go.
    std::fs::create_dir_all(room.path("output/pipe/gantt.svg/x")).expect("it can be made");
    room.run("run pipe.yaml").with_code(3).complains(&["gantt.svg"]);
    assert_eq!(room.names("output"), ["output/pipe/trace.jsonl"], "no half files");
}

#[test]
fn the_same_command_writes_the_same_bytes() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("stuck.yaml", DEADLOCK)]);
    let first = room.run("compare pipe.yaml stuck.yaml -o same").with_code(1);
    let files = room.files("same");
    let second = room.run("compare pipe.yaml stuck.yaml -o same").with_code(1);
    assert_eq!(first.out, second.out);
    assert_eq!(files.len(), 4 + 4 + 4);
    assert_eq!(files, room.files("same"));
}

#[test]
fn a_saved_trace_is_the_whole_run() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("stuck.yaml", DEADLOCK)]);
    for (name, code) in [("pipe", 0), ("stuck", 1)] {
        let ended = room.run(&format!("run {name}.yaml --write trace --format json")).with_code(code);
        let file =
            std::fs::File::open(room.path(&format!("output/{name}/trace.jsonl"))).expect("it is there");
        let trace = tempolane::trace::read_jsonl(std::io::BufReader::new(file)).expect("it is a trace");
        let object = &ended.json()[0];
        assert_eq!(object["fingerprint"], json!(trace.fingerprint()));
        assert_eq!(object["events"], json!(trace.events.len()));
        assert_eq!(object["total_time_ns"], json!(trace.statistics().total_time.as_nanos()));
    }
}

#[test]
fn compare_sets_scenarios_side_by_side() {
    let faster = PIPE
        .replace("work: 2s", "work: 1s")
        .replace("name: pipe", "name: faster")
        .replace("items * 2s", "items * 1s");
    let room = Room::with(&[("pipe.yaml", PIPE), ("faster.yaml", &faster)]);
    let ended = room.run("compare pipe.yaml faster.yaml").with_code(0);
    ended.says(&["speed-up", "1.00×", "1.75×", "comparison.svg"]);
    let names = room.names("output");
    for name in ["comparison.svg", "comparison.png", "total-time.svg", "total-time.png", "faster/gantt.svg"] {
        assert!(names.contains(&format!("output/{name}")), "{name} in {names:?}");
    }
    let objects = room.run("compare pipe.yaml faster.yaml --format json --write none").with_code(0).json();
    assert_eq!(objects[1]["speed_up"], json!(1.75));
}

/// The chart counts those that it does not show, and so does the terminal.
#[test]
fn compare_says_how_many_scenarios_the_chart_leaves_out() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let variants = |count: u32| (1..=count).map(|items| format!(" --set items={items}")).collect::<String>();
    let ended = room.run(&format!("compare pipe.yaml --write svg{}", variants(14))).with_code(0);
    ended.says(&["note: the total-time chart shows the first 12 scenarios, and not the 2 others\n"]);
    let chart = std::fs::read_to_string(room.path("output/total-time.svg")).expect("it is written");
    assert!(chart.contains("2 more scenarios are not shown."), "{chart}");
    let ended = room.run(&format!("compare pipe.yaml --write svg{}", variants(12))).with_code(0);
    assert!(!ended.out.contains("note: the total-time chart"), "{}", ended.out);
}

#[test]
fn schema_completions_and_help_are_results() {
    let room = Room::with(&[]);
    let committed = include_str!("../../scenario.schema.json");
    assert_eq!(room.run("schema").with_code(0).out, committed, "the schema is the committed one");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        room.run(&format!("completions {shell}")).with_code(0).says(&["tempolane"]);
    }
    room.run("completions nosuch").with_code(2);
    room.run("--help").with_code(0).says(&["Exit codes"]);
    room.run("--version").with_code(0).says(&[env!("CARGO_PKG_VERSION")]);
}

#[test]
fn colours_only_where_they_belong() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("bad.yaml", INVALID)]);
    assert!(room.run("run pipe.yaml --write none --color always").with_code(0).out.contains('\x1b'));
    assert!(!room.run("run pipe.yaml --write none --color never").with_code(0).out.contains('\x1b'));
    assert!(!room.run("run bad.yaml").with_code(2).err.contains('\x1b'));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    for line in ["run pipe.yaml --write none", "run pipe.yaml --write none --format json", "schema", "--help"]
    {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tempolane"))
            .current_dir(room.path(""))
            .args(line.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut err).expect("UTF-8");
        let status = child.wait().expect("it ends");
        assert_eq!((status.code(), err.as_str()), (Some(0), ""), "{line}");
    }
}

#[cfg(unix)]
#[test]
#[allow(clippy::disallowed_methods)] // This test is about the wall clock.
fn an_interruption_ends_a_run_and_leaves_nothing_half_done() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("endless.yaml", ENDLESS)]);
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_tempolane"))
        .current_dir(room.path(""))
        .args(["run", "pipe.yaml", "endless.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // The first scenario is done when the folder of the second is there.
    let began = Instant::now();
    while !room.path("output/endless").exists() && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(200));
    let asked = Instant::now();
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
    let output = child.wait_with_output().expect("it ends");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?}", asked.elapsed());
    assert!(err.contains("'endless' was interrupted at") && err.contains("finished: pipe"), "{err}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("pipe: completed"));
    let names = room.names("output");
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(!room.path("output/endless").exists());
}

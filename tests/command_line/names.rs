//! Names of scenarios, files and folders, whatever they are made of.

use crate::room::{DEADLOCK, INVALID, PIPE, Room};
use serde_json::json;

fn named(name: &str) -> String {
    PIPE.replace("name: pipe", &format!("name: \"{name}\""))
}

/// Folders are cut to a length that a path allows, and stay apart.
#[test]
fn long_and_equal_names_have_folders_of_their_own() {
    let (long, wide) = ("n".repeat(100), "\u{1f600}".repeat(100));
    let longer = format!("{long}m");
    let files = [
        ("a.yaml", named(&long)),
        ("b.yaml", named(&long)),
        ("c.yaml", named(&longer)),
        ("d.yaml", named(&wide)),
        ("e.yaml", named(&wide)),
        ("f.yaml", named("Caf\u{e9}")),
        ("g.yaml", named("cafe\u{301}")),
        ("h.yaml", named("comparison.svg")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let room = Room::with(&files);
    room.run("run . --write result").with_code(0);
    let folders: Vec<String> = room.names("output");
    assert_eq!(folders.len(), 8, "{folders:?}");
    let ended = room.run("compare h.yaml a.yaml --write svg -o out").with_code(0);
    ended.says(&["comparison.svg"]);
    assert!(room.path("out/comparison.svg").is_file());
    assert!(room.path("out/comparison-svg/gantt.svg").is_file());
}

/// So many equal names take no longer than so many different ones.
#[test]
fn many_equal_names() {
    let room = Room::with(&[("one.yaml", "version: 1\nname: same\nprocesses: {p: {do: []}}\n")]);
    let line = format!("check --format json{}", " one.yaml".repeat(3000));
    let objects = room.run(&line).with_code(0).json();
    assert_eq!(objects.len(), 3000);
    assert_eq!(objects[2999]["scenario"], json!("same"));
}

/// What a terminal would obey: sequences that clear or rename it, colours, a
/// reversed direction, a carriage return.
#[cfg(unix)]
const NASTY: &str = "n\u{1b}[2J\u{1b}]0;t\u{7}\u{1b}[35m\u{202e}\r\u{9b}1m";

/// Nothing of it comes out raw, not even where colours do.
#[cfg(unix)]
#[test]
fn names_steer_no_terminal() {
    let folder = format!("f{NASTY}");
    let escaped: String =
        NASTY.chars().flat_map(|c| format!("\\u{:04x}", u32::from(c)).chars().collect::<Vec<_>>()).collect();
    let stuck = DEADLOCK.replace("name: stuck", &format!("name: \"{escaped}\""));
    let late = named(&escaped).replace("total_time: 1s", "total_time: 2s");
    let log = late.replace("consumed {items}", &format!("{escaped} {{items}}"));
    let at = |name: &str| format!("{folder}/{name}{NASTY}.yaml");
    let room = Room::with(&[
        (&at("stuck"), &stuck),
        (&at("late"), &log),
        (&at("bad"), INVALID),
        (&format!("{folder}/empty/x"), ""),
        ("pipe.yaml", PIPE),
        (&format!("bad{NASTY}.schedule"), "nonsense"),
    ]);
    let [stuck, late] = ["stuck", "late"].map(at);
    let (empty, schedule) = (format!("{folder}/empty"), format!("bad{NASTY}.schedule"));
    let (missing, out) = (format!("missing{NASTY}"), format!("out{NASTY}"));
    let junit = format!("missing{NASTY}/\0").replace('\0', "x.xml");
    for words in [
        &["run", &stuck, &late, "-o", &out][..],
        &["compare", &stuck, &late, "-o", &out],
        &["explore", &stuck, "-o", &out],
        &["test", &folder, "--junit", &junit],
        &["test", &late, "--update"],
        &["check", &folder, &missing],
        &["check", &stuck, &late],
        &["run", &missing],
        &["run", &empty],
        &["run", "pipe.yaml", "-o", &stuck],
        &["run", "pipe.yaml", "--schedule", &schedule],
        &["run", "pipe.yaml", "--schedule", &missing],
        &["run", "pipe.yaml", "--set", &format!("{NASTY}=1")],
        &["run", "pipe.yaml", "--set", &format!("items={NASTY}")],
        &["run", "pipe.yaml", "--seed", NASTY],
        &["run", "pipe.yaml", NASTY, "--frobnicate", NASTY],
        &[NASTY],
    ] {
        for format in ["text", "json"] {
            let mut command = room.command("--color always");
            command.args(words);
            if !words.contains(&"--seed") && words.len() > 1 && !words.contains(&"--frobnicate") {
                command.args(["--format", format]);
            }
            let output = command.output().expect("it starts");
            for bytes in [&output.stdout, &output.stderr] {
                let text = String::from_utf8_lossy(bytes);
                let raw = ["\u{1b}[2J", "\u{1b}]", "\u{7}", "\u{1b}[35m", "\u{202e}", "\r", "\u{9b}"];
                let found = raw.iter().find(|raw| text.contains(**raw));
                assert!(found.is_none(), "{found:?} from {words:?}: {text:?}");
            }
        }
    }
}

/// Two files whose names are no UTF-8 and look alike keep their own snapshots,
/// and the command that repeats a run names the file.
#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_kept() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let room = Room::with(&[("one.yaml", PIPE), ("stuck.yaml", DEADLOCK)]);
    let at = |name: &[u8]| room.path("").join(OsStr::from_bytes(name));
    let move_to = |from: &str, to: &[u8]| std::fs::rename(room.path(from), at(to)).expect("it can be moved");
    std::fs::copy(room.path("one.yaml"), at(b"b\xfe.yaml")).expect("it can be copied");
    move_to("one.yaml", b"a\xff.yaml");
    move_to("stuck.yaml", b"s\xff.yaml");
    let run = |words: &[&OsStr]| room.command("").args(words).output().expect("it starts");
    let output = run(&[
        OsStr::new("test"),
        OsStr::new("."),
        OsStr::new("--update"),
        OsStr::new("--junit"),
        OsStr::from_bytes(b"j\xff.xml"),
    ]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(at(b"a\xff.snapshot").is_file() && at(b"b\xfe.snapshot").is_file() && at(b"j\xff.xml").is_file());
    let output = run(&[
        OsStr::new("run"),
        OsStr::from_bytes(b"s\xff.yaml"),
        OsStr::new("--write"),
        OsStr::new("none"),
    ]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("to see it again: tempolane run $'s\\377.yaml' --seed 0"), "{out}");
}

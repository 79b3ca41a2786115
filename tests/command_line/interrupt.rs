//! Ctrl-C and a request to terminate end every command, wherever it is.
#![cfg(unix)]

use crate::room::{ENDLESS, PIPE, Room};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ends a command by `signal` after a while, in which it gets somewhere; gives
/// how it ended.
#[allow(clippy::disallowed_methods)] // These tests are about the wall clock.
fn interrupted(mut child: Child, signal: &str, after: Duration) -> Option<i32> {
    std::thread::sleep(after);
    assert!(child.try_wait().expect("it can be asked").is_none(), "it has ended by itself");
    let asked = Instant::now();
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
    while asked.elapsed() < Duration::from_secs(30) {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it can be killed");
    panic!("it did not end");
}

fn start(room: &Room, words: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempolane"));
    command.current_dir(room.path("")).args(words);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("it starts")
}

#[test]
fn every_command_ends_while_it_runs() {
    let varied = ENDLESS.replace("processes:", "params: {n: 1}\nprocesses:");
    let gaps: String = (1..400).map(|gap| format!("{gap}ms\n")).collect();
    let room = Room::with(&[
        ("pipe.yaml", PIPE),
        ("endless.yaml", ENDLESS),
        ("varied.yaml", &varied),
        ("measured.csv", "total_time\n1s\n"),
        ("gaps.csv", &format!("gap\n{gaps}")),
    ]);
    for (words, signal) in [
        (&["run", "endless.yaml"][..], "-TERM"),
        (&["compare", "pipe.yaml", "endless.yaml"], "-INT"),
        (&["test", "endless.yaml", "pipe.yaml"], "-INT"),
        (&["test", "endless.yaml", "--jobs", "1"], "-TERM"),
        (&["validate", "endless.yaml"], "-TERM"),
        (&["search", "varied.yaml", "--vary", "n=1..3", "--minimize", "total_time"], "-INT"),
        (&["search", "varied.yaml", "--vary", "n=1..3", "--find", "n", "--such-that", "n > 2"], "-TERM"),
        (&["compare", "pipe.yaml", "endless.yaml", "--replications", "5"], "-INT"),
        (&["why", "endless.yaml"], "-INT"),
        (&["sweep", "varied.yaml", "--vary", "n=1..3"], "-INT"),
        (&["calibrate", "varied.yaml", "--data", "measured.csv", "--fit", "n=1..3"], "-INT"),
        (&["calibrate", "varied.yaml", "--data", "measured.csv", "--fit", "n=1..3"], "-TERM"),
        (&["fit", "gaps.csv", "--samples", "1000000"], "-INT"),
        (&["fit", "gaps.csv", "--samples", "1000000"], "-TERM"),
    ] {
        let code = interrupted(start(&room, words), signal, Duration::from_millis(700));
        assert_eq!(code, Some(130), "{words:?}");
    }
    let left: Vec<_> = room.names("output").into_iter().filter(|name| name.contains(".unfinished")).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!room.path("output/endless").exists());
}

/// Where it reads what does not come: standard input, and a pipe in place of a
/// scenario, of a schedule.
#[test]
fn every_command_ends_while_it_reads() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    assert!(Command::new("mkfifo").arg(room.path("fifo")).status().expect("mkfifo starts").success());
    for words in [
        &["run", "-"][..],
        &["check", "-"],
        &["explore", "-"],
        &["run", "fifo"],
        &["check", "pipe.yaml", "fifo"],
        &["run", "pipe.yaml", "--schedule", "fifo"],
    ] {
        let code = interrupted(start(&room, words), "-INT", Duration::from_millis(500));
        assert_eq!(code, Some(130), "{words:?}");
    }
}

/// Where it writes what nobody takes: nobody looks up from that, so the program
/// ends all the same, and leaves nothing half written.
#[test]
fn every_command_ends_while_it_writes() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    std::fs::create_dir_all(room.path("output/pipe")).expect("it can be made");
    for name in ["output/pipe/result.json", "junit"] {
        assert!(Command::new("mkfifo").arg(room.path(name)).status().expect("mkfifo starts").success());
    }
    for words in [&["run", "pipe.yaml"][..], &["test", "pipe.yaml", "--junit", "junit"]] {
        let code = interrupted(start(&room, words), "-TERM", Duration::from_millis(1500));
        assert_eq!(code, Some(130), "{words:?}");
    }
    let names = std::fs::read_dir(room.path("output/pipe")).expect("it is there");
    let names = names.map(|entry| entry.expect("it can be listed").file_name().into_string().expect("text"));
    let left: Vec<String> = names.filter(|name| name.starts_with(".unfinished")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A second request does not wait for anything.
#[test]
fn check_of_a_large_folder_ends() {
    let room = Room::with(&[]);
    let many = format!("version: 1\nprocesses: {{p: {{do: [{}]}}}}\n", "{delay: 1s}, ".repeat(20_000));
    std::fs::create_dir(room.path("many")).expect("it can be made");
    for number in 0..200 {
        std::fs::write(room.path(&format!("many/{number}.yaml")), &many).expect("it can be written");
    }
    for command in ["check", "run"] {
        let child = start(&room, &[command, "many"]);
        assert_eq!(interrupted(child, "-INT", Duration::from_millis(800)), Some(130), "{command}");
    }
}

//! What is no plain file is written to and never replaced, links are kept, and
//! what a killed run left goes away.
#![cfg(unix)]

use crate::room::{ENDLESS, PIPE, Room};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

fn program(room: &Room, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempolane"));
    command.current_dir(room.path("")).args(line.split_whitespace()).stderr(Stdio::null());
    command
}

fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo starts");
    assert!(made.success());
}

/// Runs the program while somebody reads a pipe; gives what came out of it.
fn read_while(room: &Room, pipe: &str, line: &str) -> Vec<u8> {
    let path = room.path(pipe);
    let reader = std::thread::spawn(move || fs::read(path).expect("it can be read"));
    let status = program(room, line).stdout(Stdio::null()).status().expect("it starts");
    assert_eq!(status.code(), Some(0), "{line}");
    reader.join().expect("it ends")
}

/// Standard output is a file, to which a link of the system leads: the results
/// and what the program prints both stand in it.
#[test]
fn a_link_to_standard_output_is_standard_output() {
    for link in ["/proc/self/fd/1", "/dev/stdout", "/dev/fd/1"] {
        let room = Room::with(&[("pipe.yaml", PIPE)]);
        symlink(link, room.path("out")).expect("it can be made");
        let text = fs::File::create(room.path("text")).expect("it can be made");
        let status = program(&room, "test pipe.yaml --junit out").stdout(text).status().expect("it starts");
        assert_eq!(status.code(), Some(0));
        let text = fs::read_to_string(room.path("text")).expect("it is there");
        for part in ["running 1 scenario", "<testsuite ", "</testsuites>", "test result: ok"] {
            assert!(text.contains(part), "no {part} in\n{text}");
        }
        assert!(room.path("out").is_symlink());
        // Not read: the link would lead to the output of this test.
        assert_eq!(fs::read_dir(room.path("")).expect("it is there").count(), 3);
    }
}

#[test]
fn pipes_are_written_to() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    make_pipe(&room.path("junit"));
    let xml = read_while(&room, "junit", "test pipe.yaml --junit junit");
    assert!(xml.starts_with(b"<?xml") && xml.ends_with(b"</testsuites>\n"));
    assert!(fs::metadata(room.path("junit")).expect("it is there").file_type().is_fifo());
    // The same for every other file: the trace comes from a file of its own.
    program(&room, "run pipe.yaml -o plain").stdout(Stdio::null()).status().expect("it starts");
    for name in ["gantt.svg", "gantt.png", "trace.jsonl", "result.json"] {
        let pipe = format!("out-{name}/pipe/{name}");
        fs::create_dir_all(room.path(&format!("out-{name}/pipe"))).expect("it can be made");
        make_pipe(&room.path(&pipe));
        let content = read_while(&room, &pipe, &format!("run pipe.yaml -o out-{name}"));
        let plain = fs::read(room.path(&format!("plain/pipe/{name}"))).expect("it is there");
        assert!(content == plain, "{name}");
        assert!(fs::metadata(room.path(&pipe)).expect("it is there").file_type().is_fifo());
    }
}

/// A device, reached by a link so that nothing can happen to the machine's own.
#[test]
fn devices_are_written_to() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    symlink("/dev/null", room.path("null")).expect("it can be made");
    room.run("test pipe.yaml --junit null").with_code(0);
    assert!(room.path("null").is_symlink());
    assert!(fs::metadata("/dev/null").expect("it is there").file_type().is_char_device());
}

#[test]
fn links_are_kept_and_what_they_lead_to_is_written() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("far/pipe.snapshot", "old\n"), ("far/junit.xml", "")]);
    symlink("far/pipe.snapshot", room.path("pipe.snapshot")).expect("it can be made");
    symlink(room.path("far/junit.xml"), room.path("junit.xml")).expect("it can be made");
    fs::create_dir_all(room.path("output/pipe")).expect("it can be made");
    let names = ["gantt.svg", "gantt.png", "trace.jsonl", "result.json"];
    for name in names {
        symlink(format!("../../far/{name}"), room.path(&format!("output/pipe/{name}")))
            .expect("it can be made");
    }
    room.run("test pipe.yaml --update --junit junit.xml").with_code(0).says(&["snapshot updated"]);
    room.run("run pipe.yaml").with_code(0);
    for name in names.iter().map(|name| format!("output/pipe/{name}")).chain(["pipe.snapshot".to_owned()]) {
        assert!(room.path(&name).is_symlink(), "{name}");
    }
    assert!(fs::read_to_string(room.path("far/pipe.snapshot")).expect("it is there").starts_with("# steps"));
    assert!(fs::read_to_string(room.path("far/junit.xml")).expect("it is there").starts_with("<?xml"));
    let mut far: Vec<_> = names.iter().map(|name| format!("far/{name}")).collect();
    far.extend(["far/junit.xml".to_owned(), "far/pipe.snapshot".to_owned()]);
    far.sort();
    assert_eq!(room.names("far"), far, "nothing else is left there");
}

/// A run that was killed leaves its trace half written. The next one in that
/// folder takes it away, unless somebody is still writing it.
#[test]
#[allow(clippy::disallowed_methods)] // It waits for another program.
fn what_a_killed_run_left_goes_away() {
    let room =
        Room::with(&[("endless.yaml", ENDLESS), ("pipe.yaml", &PIPE.replace("name: pipe", "name: endless"))]);
    let unfinished = || {
        let names = room.names("output/endless");
        names.into_iter().filter(|name| name.contains("/.unfinished-")).collect::<Vec<_>>()
    };
    let begin = || {
        let before = unfinished().len();
        let run = program(&room, "run endless.yaml --write trace")
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        for _ in 0..3000 {
            if unfinished().len() > before {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(unfinished().len(), before + 1);
        run
    };
    let mut first = begin();
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");
    let left = unfinished();
    assert_eq!(left.len(), 1);
    fs::OpenOptions::new()
        .append(true)
        .open(room.path(&left[0]))
        .and_then(|mut file| file.write_all(b"half"))
        .expect("it can be written");
    let mut second = begin_after_sweep(&room, &left[0]);
    // A third one leaves alone what the second is writing.
    let writing = unfinished();
    room.run("run pipe.yaml").with_code(0);
    assert_eq!(unfinished(), writing);
    second.kill().expect("it can be killed");
    second.wait().expect("it ends");
    room.run("run pipe.yaml").with_code(0);
    assert!(unfinished().is_empty());
}

#[allow(clippy::disallowed_methods)] // As above.
fn begin_after_sweep(room: &Room, left: &str) -> std::process::Child {
    let mut run =
        program(room, "run endless.yaml --write trace").stdout(Stdio::null()).spawn().expect("it starts");
    for _ in 0..3000 {
        let names = room.names("output/endless");
        if !names.iter().any(|name| name == left) && names.iter().any(|name| name.contains(".unfinished-")) {
            return run;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    run.kill().expect("it can be killed");
    run.wait().expect("it ends");
    panic!("what was left is still there");
}

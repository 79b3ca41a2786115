//! A folder of its own for each test, with scenarios in it and the program
//! started in it.

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Two processes and a buffer. The producer puts at 1 s, 2 s, 3 s; the consumer
/// works from 1 s to 3 s, 5 s, 7 s and never waits after 1 s.
pub const PIPE: &str = r#"version: 1
name: pipe
params: {items: 3}
resources:
  queue: {kind: buffer, capacity: 2}
  seen: {kind: memory, slots: 2, value: 0}
processes:
  producer: {do: [{repeat: items, do: [{delay: 1s}, {put: queue}]}]}
  consumer:
    do:
      - repeat: items
        do: [{get: queue}, {work: 2s}, {mark: consumed}]
      - write: {to: seen, at: 1, value: items}
      - log: "consumed {items}"
expect: {outcome: completed, total_time: 1s + items * 2s}
"#;

/// Two mutexes in opposite orders, and a permit that nobody ever gives.
pub const DEADLOCK: &str = r#"version: 1
name: stuck
resources:
  a: {kind: mutex}
  b: {kind: mutex}
  never: {kind: semaphore, permits: 0}
processes:
  first: {do: [{acquire: a}, {delay: 1s}, {acquire: b}]}
  second:
    do:
      - acquire: b
      - delay: 1s
      - acquire: a
  third: {do: [{acquire: never}]}
"#;

/// Gives back a mutex that it does not own.
pub const FAULT: &str = r#"version: 1
name: thief
resources: {m: {kind: mutex}}
processes:
  p: {do: [{delay: 1s}, {release: m}]}
"#;

/// Something is expected of an instance, and how many there are can be set.
pub const CREW: &str = r#"version: 1
name: crew
params: {n: 3}
processes:
  worker: {count: n, do: [{delay: 1s}]}
expect: {finished: {"worker[2]": 1s}}
"#;

/// Runs for longer than anybody waits.
pub const ENDLESS: &str = r#"version: 1
name: endless
processes:
  p: {do: [{repeat: 1000000000000, do: [{delay: 1ns}]}]}
"#;

/// Three mistakes on two lines.
pub const INVALID: &str = r#"version: 1
resources: {mutex1: {kind: mutexx}}
processes:
  p: {do: [{acquire: mutx1}, {delay: 5}]}
"#;

pub struct Room(TempDir);

impl Room {
    /// A folder with these files in it.
    pub fn with(files: &[(&str, &str)]) -> Room {
        let room = Room(tempfile::tempdir().expect("a temporary folder"));
        for (name, text) in files {
            let path = room.path(name);
            fs::create_dir_all(path.parent().expect("inside the folder")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        room
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tempolane"));
        command.current_dir(self.0.path()).env_remove("NO_COLOR").env_remove("COLUMNS");
        command.args(line.split_whitespace());
        command
    }

    /// Starts the program with these arguments, without standard input.
    pub fn run(&self, line: &str) -> Ended {
        self.run_with(line, "")
    }

    pub fn run_with(&self, line: &str, input: &str) -> Ended {
        let output = self.command(line).write_stdin(input).output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Every file below a folder of the room, with its content.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let (mut files, mut open) = (BTreeMap::new(), vec![self.path(folder)]);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.expect("it can be listed").path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let content = fs::read(&path).expect("it can be read");
                    files.insert(self.relative(&path), content);
                }
            }
        }
        files
    }

    pub fn names(&self, folder: &str) -> Vec<String> {
        self.files(folder).into_keys().collect()
    }

    fn relative(&self, path: &Path) -> String {
        let inside = path.strip_prefix(self.0.path()).expect("inside the room");
        inside.to_string_lossy().replace('\\', "/")
    }
}

/// What the program left behind.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn json(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("a line is an object")).collect()
    }

    /// Asserts the exit code; shows everything if it is another.
    pub fn with_code(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    pub fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.out.contains(part), "no {part:?} on standard output: {self:#?}");
        }
    }

    pub fn complains(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.err.contains(part), "no {part:?} on standard error: {self:#?}");
        }
    }
}

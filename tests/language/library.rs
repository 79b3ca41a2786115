//! The scenario library: every file loads, as it is and with other settings.

use std::path::{Path, PathBuf};
use tempolane::scenario::load_file;

/// All scenario files below a folder of the repository.
fn scenarios(folder: &str) -> Vec<PathBuf> {
    let mut files = vec![];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is part of the repository") {
            let path = entry.expect("a folder that was opened can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Loads a file, or says what is wrong with it.
fn load(path: &Path, settings: &[(&str, &str)]) {
    let settings: Vec<_> =
        settings.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    if let Err(error) = load_file(path, &settings) {
        panic!("{} with {settings:?}:\n{}", path.display(), error.render(false));
    }
}

#[test]
fn every_scenario_loads() {
    let files = scenarios("scenarios");
    assert!(files.len() >= 12, "only {} scenarios found", files.len());
    files.iter().for_each(|path| load(path, &[]));
}

#[test]
fn the_lab_loads_with_other_sizes() {
    let files = scenarios("scenarios/lab5");
    for path in files.iter().filter(|path| !path.ends_with("chunks-of-20.yaml")) {
        let sensor = path.ends_with("sensor-processor.yaml");
        // Where nobody waits for room, all items have a slot.
        let text = std::fs::read_to_string(path).expect("a listed file can be read");
        if text.contains(" capacity: ") {
            load(path, &[("capacity", "4")]);
        }
        load(path, if sensor { &[("readings", "30")] } else { &[("items", "30"), ("chunk", "5")] });
    }
}

/// Each file opens with a comment that says what it teaches.
#[test]
fn every_scenario_opens_with_its_lesson() {
    for path in scenarios("scenarios") {
        let text = std::fs::read_to_string(&path).expect("a listed file can be read");
        assert!(text.starts_with("# "), "{} does not open with a comment", path.display());
        assert!(text.contains("\n# Lesson: "), "{} does not say its lesson", path.display());
    }
}

/// What every classic expects is what comes out.
#[test]
fn the_classics_come_out_as_they_expect() {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tempolane"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.args(["run", "scenarios/classics", "--format", "json", "--write", "none"]);
    let output = output.output().expect("the program starts").stdout;
    let lines: Vec<serde_json::Value> = String::from_utf8(output)
        .expect("JSON is UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is an object"))
        .collect();
    assert_eq!(lines.len(), scenarios("scenarios/classics").len());
    for line in lines {
        assert_eq!(line["expect"], serde_json::json!([]), "{line}");
    }
}

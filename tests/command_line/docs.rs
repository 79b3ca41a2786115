//! The documentation is true: every scenario in README.md and in docs runs and
//! meets what it expects, every command that a page shows prints what it
//! shows, and every file that it links to is there.

use crate::common::copy_scenarios;
use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const PAGES: [&str; 13] = [
    "README.md",
    "docs/language.md",
    "docs/test.md",
    "docs/races-and-ties.md",
    "docs/explore.md",
    "docs/sweep.md",
    "docs/search.md",
    "docs/calibrate.md",
    "docs/why.md",
    "docs/html.md",
    "docs/pictures.md",
    "docs/cluster.md",
    "python/README.md",
];

fn page(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the page is there")
}

/// The fenced blocks of a page in one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if info == language {
            blocks.push(block.join("\n") + "\n");
        }
    }
    blocks
}

/// The whole scenarios of a page, with their names.
fn scenarios(page: &str) -> Vec<(String, String)> {
    let whole = blocks(page, "yaml").into_iter().filter(|block| block.contains("version:"));
    let name = |block: &String| {
        let line = block.lines().find_map(|line| line.strip_prefix("name: "));
        line.expect("a scenario on a page has a name").to_owned()
    };
    whole.map(|block| (name(&block), block)).collect()
}

/// A folder with the scenarios of the repository and those of the pages.
fn room() -> TempDir {
    let room = tempfile::tempdir().expect("a temporary folder");
    copy_scenarios(room.path());
    for (name, text) in PAGES.iter().flat_map(|path| scenarios(&page(path))) {
        fs::write(room.path().join(name).with_extension("yaml"), text).expect("it can be written");
    }
    room
}

/// Runs the program; gives its exit code and what it printed.
fn tempolane(room: &TempDir, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempolane"));
    let output = command.current_dir(room.path()).env_remove("COLUMNS").args(words).output();
    let output = output.expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout) + &text(output.stderr))
}

#[test]
fn every_scenario_of_the_documentation_runs_as_it_expects() {
    let room = room();
    let mut seen = 0;
    for path in PAGES {
        for (name, text) in scenarios(&page(path)) {
            assert!(text.contains("\nexpect:"), "{path}: {name} expects nothing");
            let file = format!("{name}.yaml");
            let (_, out) = tempolane(&room, &["run", &file, "--format", "json", "--write", "none"]);
            let object: serde_json::Value =
                serde_json::from_str(&out).unwrap_or_else(|_| panic!("{path}: {name} does not run:\n{out}"));
            assert_eq!(object["expect"], serde_json::json!([]), "{path}: {name}: {out}");
            seen += 1;
        }
    }
    assert!(seen >= 10, "only {seen} scenarios found");
}

/// The words of a command, of which some stand in single quotes.
fn words(command: &str) -> Vec<&str> {
    let parts = command.split('\'').enumerate();
    let words = parts.flat_map(|(place, part)| match place % 2 {
        0 => part.split_whitespace().collect::<Vec<_>>(),
        _ => vec![part],
    });
    words.collect()
}

/// A block begins with its command; `…` at the end of a line stands for the
/// rest of that line, and alone on one for any number of lines.
#[test]
fn every_command_of_a_page_prints_what_it_shows() {
    let room = room();
    let shown: Vec<String> = PAGES.iter().flat_map(|path| blocks(&page(path), "console")).collect();
    assert!(shown.len() >= 6, "{shown:?}");
    for block in shown {
        let (command, expected) = block.split_once('\n').expect("a command and what it prints");
        let words = words(command.strip_prefix("$ tempolane ").expect("a command of ours"));
        let (_, out) = tempolane(&room, &words);
        let mut printed = out.lines();
        let mut anywhere = false;
        for line in expected.lines() {
            let is_it = |printed: &str| match line.strip_suffix('…') {
                Some(beginning) => printed.starts_with(beginning),
                None => printed == line,
            };
            let found = match (line, anywhere) {
                ("…", _) => true,
                (_, true) => printed.any(is_it),
                (_, false) => printed.next().is_some_and(is_it),
            };
            assert!(found, "{command} does not print\n{line}\nbut\n{out}");
            anywhere = line == "…";
        }
    }
}

/// The first command of the README runs the main job and leaves its pictures;
/// the second runs the tests.
#[test]
fn the_first_command_leaves_its_pictures() {
    let commands = blocks(&page("README.md"), "sh");
    let first = commands[0].strip_prefix("cargo run --release --locked -- ").expect("it runs the program");
    assert_eq!(commands[1], "cargo test --locked\n");
    let room = room();
    let (code, out) = tempolane(&room, &first.split_whitespace().collect::<Vec<_>>());
    assert_eq!(code, Some(0), "{out}");
    for name in
        ["comparison.svg", "comparison.png", "total-time.svg", "total-time.png", "sequential/gantt.svg"]
    {
        assert!(room.path().join("output").join(name).is_file(), "{name} is not there: {out}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    for path in PAGES {
        let text = page(path);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let folder = folder.parent().expect("a page is in a folder");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("https://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                text.clone()
            } else {
                fs::read_to_string(folder.join(file)).unwrap_or_default()
            };
            let is_there = file.is_empty() || folder.join(file).exists();
            let mut headings = target.lines().filter_map(heading);
            let found = is_there && (anchor.is_empty() || headings.any(|heading| heading == anchor));
            assert!(found, "{path} links to {link}");
        }
    }
}

/// The anchor of a heading, as GitHub makes it.
fn heading(line: &str) -> Option<String> {
    let text = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
    Some(
        text.chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
            .collect::<String>()
            .replace(' ', "-"),
    )
}

//! The table of the scenario library: what was published, and what comes out here.
//!
//! `scenarios/published.csv` is written by hand and says what was published and what an
//! independent calculation gives. `scenarios/README.md` is made from it, from the files
//! themselves and from runs of them: after a change of any, write it anew with
//! `UPDATE_LIBRARY=1 cargo test --locked --test command_line library`.

use crate::common::{files, library};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fs, thread};

/// The folders in the order of the page, each with its heading and where it is from.
const FOLDERS: &[(&str, &str, &str)] = &[
    ("lab5", "Lab 5", "the EEE3027 lab 5, \"Multithreaded machine learning processes\""),
    ("threads", "Threads", "N. Khoshnevis, a practical overview of concurrency in Python, 2020"),
    (
        "pipelines",
        "Pipelines",
        "GlobalSino, Python for integrated circuits, the chapter \"Threading\"; the data loader is PyTorch's",
    ),
    ("optimising", "Optimising", "\"Optimising ML code\", four cases"),
    ("parallel-python", "Parallel Python", "a course's notes on parallel Python, chapter 17"),
    ("classics", "Classics", "textbooks and papers; each file names its own"),
    ("queues", "Queues", "closed forms of queueing theory"),
    ("simpy", "SimPy", "the examples in the documentation of SimPy 4.1.2, with what they drew"),
    ("", "The language", "no other system"),
];

/// What a figure can be, seen from what was published.
const KINDS: &[(&str, &str)] = &[
    ("input", "what was published is put in, so nothing is said by its coming out"),
    ("calibrated", "a parameter was chosen so that it comes out"),
    ("predicted", "it was held back: nothing was fitted to it"),
    ("ours", "no figure was published; the system was described, and the figures are ours"),
];

/// How far a run may be from an independent calculation, as a share of it. It is rounding,
/// but for the queues, whose samples are finite.
const TOLERANCE: f64 = 0.005;

const INTRODUCTION: &str = "# The scenario library

Systems with known answers: each file opens with its lesson, its source and the answer by hand,
and ends with what must come out. `tempolane test scenarios` runs them all.

This page is made from the files, from `published.csv` and from runs; a test holds it true. The
tables say of each figure what was published, what an independent calculation gives (by hand, in
closed form, or by another program), what comes out here, how far that is from what was
published, and what it is worth:

";

/// A line of the table: a figure of a run.
struct Figure {
    file: String,
    settings: String,
    system: String,
    name: String,
    unit: String,
    published: Option<f64>,
    independent: Option<f64>,
    path: String,
    kind: String,
    note: String,
}

fn figures() -> Vec<Figure> {
    let text = library("published.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let figure = |row: csv::StringRecord| {
        let cell = |at: usize| row[at].to_owned();
        let number = |at: usize| (!row[at].is_empty()).then(|| row[at].parse().expect("a number"));
        Figure {
            file: cell(0),
            settings: cell(1),
            system: cell(2),
            name: cell(3),
            unit: cell(4),
            published: number(5),
            independent: number(6),
            path: cell(7),
            kind: cell(8),
            note: cell(9),
        }
    };
    reader.records().map(|row| figure(row.expect("rows of equal length"))).collect()
}

/// A file with its settings.
type Run<'a> = (&'a str, &'a str);

/// The JSON of a run, whatever it finds.
fn run((file, settings): Run<'_>) -> Value {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tempolane"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    command.args(["run", file, "--format", "json", "--write", "none"]);
    for setting in settings.split_whitespace() {
        command.args(["--set", setting]);
    }
    let output = command.output().expect("the program starts");
    let problem = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{file} {settings}: {problem}"))
}

/// Every run that a figure is of, once, by two threads.
fn runs(figures: &[Figure]) -> BTreeMap<Run<'_>, Value> {
    let mut open: Vec<Run<'_>> =
        figures.iter().map(|figure| (figure.file.as_str(), figure.settings.as_str())).collect();
    open.sort_unstable();
    open.dedup();
    let (open, done) = (Mutex::new(open), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some(next) = { open.lock().expect("no panic").pop() } {
            let ended = run(next);
            done.lock().expect("no panic").insert(next, ended);
        }
    };
    thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    done.into_inner().expect("no panic")
}

impl Figure {
    /// The figure in a run, in its unit.
    fn ours(&self, runs: &BTreeMap<Run<'_>, Value>) -> f64 {
        let mut value = &runs[&(self.file.as_str(), self.settings.as_str())];
        for key in self.path.split('.') {
            value = key.parse().map_or_else(|_| &value[key], |at: usize| &value[at]);
        }
        let number = value.as_f64().unwrap_or_else(|| panic!("{}: no number at {}", self.file, self.path));
        if self.unit == "s" { number / 1e9 } else { number }
    }

    fn shown(&self, value: f64) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        format!("{}{unit}", digits(value))
    }

    /// The line of the page.
    fn line(&self, ours: f64) -> String {
        let name = Path::new(&self.file).file_name().expect("a file").to_string_lossy();
        let set = self.settings.split_whitespace().fold(String::new(), |set, one| set + " --set " + one);
        let or_nothing = |value: Option<f64>| value.map_or(String::new(), |value| self.shown(value));
        let deviation =
            self.published.map_or(String::new(), |published| percent((ours - published) / published));
        let cells = [
            self.system.clone(),
            format!("[`{name}{set}`]({})", self.file),
            self.name.clone(),
            or_nothing(self.published),
            or_nothing(self.independent),
            self.shown(ours),
            deviation,
            self.kind.clone(),
            self.note.clone(),
        ];
        format!("| {} |\n", cells.join(" | "))
    }
}

/// Five digits that count, and those before the point.
fn digits(value: f64) -> String {
    let mut decimals = 4;
    let mut size = value.abs();
    while size >= 10.0 && decimals > 0 {
        (size, decimals) = (size / 10.0, decimals - 1);
    }
    while size > 0.0 && size < 1.0 {
        (size, decimals) = (size * 10.0, decimals + 1);
    }
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn percent(share: f64) -> String {
    let text = format!("{:+.1}%", share * 100.0);
    if ["+0.0%", "-0.0%"].contains(&text.as_str()) { "0.0%".to_owned() } else { text }
}

/// The first paragraph of the comment that a file opens with.
fn title(path: &Path) -> String {
    let text = library(&path.to_string_lossy());
    let lines = text.lines().map_while(|line| line.strip_prefix("# "));
    lines.collect::<Vec<_>>().join(" ")
}

/// All files of a folder of the library, or those beside the folders.
fn scenarios(folder: &str) -> Vec<PathBuf> {
    let all = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    let is_scenario = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "yaml");
    all.into_keys().filter(|path| is_scenario(path) && path.parent() == Some(Path::new(folder))).collect()
}

/// The page, from all that it is made of.
fn page(figures: &[Figure], runs: &BTreeMap<Run<'_>, Value>) -> String {
    let mut page = INTRODUCTION.to_owned();
    for (kind, meaning) in KINDS {
        writeln!(page, "- *{kind}*: {meaning}").expect("a text takes all");
    }
    for &(folder, heading, source) in FOLDERS {
        write!(page, "\n## {heading}\n\nSource: {source}.\n\n").expect("a text takes all");
        for path in scenarios(folder) {
            let name = path.file_name().expect("a file").to_string_lossy();
            writeln!(page, "- [`{name}`]({}): {}", path.display(), title(&path)).expect("a text takes all");
        }
        let inside = |figure: &&Figure| Path::new(&figure.file).parent() == Some(Path::new(folder));
        let lines: String =
            figures.iter().filter(inside).map(|figure| figure.line(figure.ours(runs))).collect();
        if !lines.is_empty() {
            page +=
                "\n| system | file | figure | published | independent | ours | deviation | kind | note |\n";
            page += "|---|---|---|---:|---:|---:|---:|---|---|\n";
            page += &lines;
        }
    }
    page
}

#[test]
fn the_page_of_the_library_is_true() {
    let figures = figures();
    let runs = runs(&figures);
    for figure in &figures {
        let place = format!("{} {}, {}", figure.file, figure.settings, figure.name);
        assert!(KINDS.iter().any(|(kind, _)| figure.kind == *kind), "{place}: {}", figure.kind);
        assert!(figure.published.is_some() || figure.kind == "ours", "{place}: nothing was published");
        let ours = figure.ours(&runs);
        if let Some(published) = figure.published.filter(|_| figure.kind == "calibrated") {
            assert!(
                (ours / published - 1.0).abs() <= TOLERANCE,
                "{place}: {ours} is calibrated on {published}"
            );
        }
        let Some(independent) = figure.independent else { continue };
        let near = (ours - independent).abs() <= TOLERANCE * independent.abs();
        assert!(near, "{place}: {ours} here, {independent} by an independent calculation");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/README.md");
    let made = page(&figures, &runs);
    if std::env::var_os("UPDATE_LIBRARY").is_some() {
        fs::write(&path, &made).expect("it can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "run `UPDATE_LIBRARY=1 cargo test --locked --test command_line library`");
}

#[test]
fn digits_and_shares_are_written_shortly() {
    let written: Vec<String> = [0.0, 0.0024605, 2.0, 10.96437, 100_000.0, 50.39221].map(digits).into();
    assert_eq!(written, ["0", "0.0024605", "2", "10.964", "100000", "50.392"]);
    assert_eq!([0.1149, -0.000_04, -0.0322].map(percent), ["+11.5%", "0.0%", "-3.2%"]);
}

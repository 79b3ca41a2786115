//! The gallery is what the program draws today: every command of
//! `output/gallery/README.md` is run again, and what it prints and writes is
//! compared with what is committed, byte for byte.
//!
//! So are the pictures that stand in docs, but for that of a run on threads, which no other is like.
//!
//! To accept a change, after a look at the pictures:
//! `TEMPOLANE_BLESS=1 cargo test --locked --test command_line gallery`.

use crate::common::{copy_scenarios, files};
use assert_cmd::Command;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const GALLERY: &str = "output/gallery";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The commands, as words without the program's name.
fn commands() -> Vec<Vec<String>> {
    let readme = fs::read_to_string(root().join(GALLERY).join("README.md")).expect("the gallery has one");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("tempolane "));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

#[test]
fn the_gallery_is_what_the_program_draws() {
    let room = tempfile::tempdir().expect("a temporary folder");
    copy_scenarios(room.path());
    let commands = commands();
    assert_eq!(commands.len(), 5, "every command of the gallery is found");
    for words in &commands {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tempolane"));
        command.current_dir(room.path()).env_remove("COLUMNS").args(words);
        let output = command.output().expect("the program starts");
        let folder = words.last().expect("a command ends with its folder");
        // A deadlock is a finding: exit code 1.
        let code = if folder.ends_with("deadlock") { 1 } else { 0 };
        assert_eq!(output.status.code(), Some(code), "{words:?}: {output:?}");
        fs::write(room.path().join(folder).join("report.txt"), output.stdout).expect("it can be written");
    }
    let drawn = files(&room.path().join(GALLERY));
    let gallery = root().join(GALLERY);
    if std::env::var_os("TEMPOLANE_BLESS").is_some() {
        for (path, content) in &drawn {
            fs::create_dir_all(gallery.join(path).parent().expect("inside a folder"))
                .expect("it can be made");
            fs::write(gallery.join(path), content).expect("it can be written");
        }
    }
    let mut committed = files(&gallery);
    committed.remove(Path::new("README.md"));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&drawn), names(&committed), "files of the gallery");
    for (path, content) in &drawn {
        // The rasterizer has code of its own for each kind of processor, and does
        // not promise the same rounding on all of them.
        let is_png = path.extension().is_some_and(|ending| ending == "png");
        if is_png && !cfg!(target_arch = "x86_64") {
            continue;
        }
        let same = committed[path] == *content;
        assert!(
            same,
            "{} is not what is drawn today; see the top of tests/command_line/gallery.rs",
            path.display()
        );
    }
}

/// The gallery's own page shows only what is there.
#[test]
fn the_gallery_shows_what_it_has() {
    let readme = fs::read_to_string(root().join(GALLERY).join("README.md")).expect("the gallery has one");
    let shown: Vec<&str> = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(shown.len() >= 8, "{shown:?}");
    for picture in shown {
        assert!(root().join(GALLERY).join(picture).is_file(), "{picture} is not there");
    }
}

/// The pictures of docs, each with the command that draws it and the file that it draws.
const DOCS: [(&str, &str, &str); 2] = [
    (
        "docs/why.png",
        "why scenarios/lab5/work-inside-the-lock-one-memory.yaml --path-only -o drawn",
        "drawn/work-inside-the-lock-one-memory/why.png",
    ),
    (
        "docs/data-loader.png",
        "sweep scenarios/pipelines/data-loader.yaml --vary workers=1..8 --of resources.gpu.utilization --replications 20 -o drawn",
        "drawn/data-loader/sweep/resources.gpu.utilization.png",
    ),
];

/// What threads did in one run, whose figures stand beside it.
const ON_THREADS: &str = "docs/validation-two-memories.png";

#[test]
fn the_pictures_of_the_documentation_are_what_the_program_draws() {
    let room = tempfile::tempdir().expect("a temporary folder");
    copy_scenarios(room.path());
    for (picture, words, drawn) in DOCS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tempolane"));
        let output = command.current_dir(room.path()).args(words.split(' ')).output();
        assert_eq!(output.expect("the program starts").status.code(), Some(0), "{words}");
        let drawn = fs::read(room.path().join(drawn)).expect("it is drawn");
        if std::env::var_os("TEMPOLANE_BLESS").is_some() {
            fs::write(root().join(picture), &drawn).expect("it can be written");
        }
        let committed = fs::read(root().join(picture)).expect("it is there");
        // See above.
        let is_held = cfg!(target_arch = "x86_64");
        assert!(!is_held || drawn == committed, "{picture} is not what is drawn today by tempolane {words}");
    }
}

/// Whoever shows a picture that no test draws again shows an old one some day.
#[test]
fn every_picture_of_the_documentation_is_held() {
    let pages = fs::read_dir(root().join("docs")).expect("it is there");
    let pages = pages.map(|entry| entry.expect("it can be listed").path());
    let pages = pages.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    for page in pages.chain([root().join("README.md"), root().join("python/README.md")]) {
        let text = fs::read_to_string(&page).expect("it is a page");
        let shown = text.split("![").skip(1).filter_map(|rest| rest.split_once("](")?.1.split(')').next());
        for picture in shown.filter(|link| !link.starts_with("http") && !link.ends_with(".svg")) {
            let path = page.parent().expect("in a folder").join(picture);
            let path = path.strip_prefix(root()).expect("in the repository");
            let is_drawn = DOCS.iter().any(|(known, ..)| path == Path::new(known));
            let is_held = is_drawn || path.starts_with(GALLERY) || path == Path::new(ON_THREADS);
            assert!(is_held, "{} shows {}", page.display(), path.display());
        }
    }
}

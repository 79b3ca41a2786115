//! Schedules that are kept beside their scenarios, to be compared with.
//!
//! Decides where the snapshot of a scenario is, when it is equal to a schedule,
//! and how a difference is shown.

use crate::cli::console::shown;
use crate::cli::failure::Failure;
use crate::cli::output::{Folder, folder_of};
use crate::figure::so_many;
use crate::render::STEPS_VERSION;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The most lines of a schedule that is kept: nobody reads a longer one.
pub const MOST_LINES: usize = 2000;

/// The most bytes of one, with room for more than the steps of a run are ever
/// told in ([`crate::render::StepsSink::MOST_BYTES`]).
const MOST_BYTES: u64 = 8 << 20;

/// How many equal lines are shown before a difference.
const BEFORE: usize = 3;
/// How many lines of either side are shown.
const SHOWN: usize = 6;

/// What came of comparing.
pub enum Snapshot {
    /// There is none.
    None,
    /// There is one, and all is well; says what is to be said of it.
    Told(String),
    /// The schedule is another.
    Differs {
        message: String,
        /// The lines around the first difference.
        detail: String,
    },
}

/// Compares a schedule (`None` if it is too long) with the snapshot of the
/// scenario at `path`; writes it first if `update`.
///
/// # Errors
/// If the snapshot cannot be written.
pub fn compare(path: &Path, schedule: Option<&str>, update: bool) -> Result<Snapshot, Failure> {
    let Some((folder, name)) = place(path) else { return Ok(Snapshot::None) };
    let file = folder.join(&name);
    let name_of_file = shown(&file);
    let kept = match read(&file) {
        Ok(kept) => kept,
        // Written all the same.
        Err(_) if update => None,
        Err(error) => {
            // The others are tested all the same.
            let message =
                format!("the snapshot '{name_of_file}' cannot be read: {error}; --update writes it anew");
            return Ok(Snapshot::Differs { message, detail: String::new() });
        }
    };
    let Some(schedule) = schedule else {
        return Ok(match (kept, update) {
            (None, false) => Snapshot::None,
            (None, true) => {
                Snapshot::Told(format!("no snapshot: the schedule has more than {MOST_LINES} lines or 4 MiB"))
            }
            (Some(_), _) => Snapshot::Differs {
                message: format!(
                    "the schedule has more than {MOST_LINES} lines or 4 MiB, {name_of_file} has not; remove it"
                ),
                detail: String::new(),
            },
        });
    };
    if update {
        let told = match &kept {
            Some(kept) if kept == schedule => return Ok(Snapshot::Told("snapshot unchanged".to_owned())),
            Some(_) => "snapshot updated",
            None => "snapshot written",
        };
        Folder::open(folder)?.write(&name, schedule.as_bytes())?;
        return Ok(Snapshot::Told(told.to_owned()));
    }
    Ok(match kept {
        None => Snapshot::None,
        Some(kept) => match difference(&kept, schedule) {
            None => Snapshot::Told(String::new()),
            Some((line, detail)) => {
                let message = format!(
                    "the schedule is not that of {name_of_file}, from line {line} on; if it is right, write it with --update"
                );
                Snapshot::Differs { message, detail }
            }
        },
    })
}

/// The snapshot that is kept in a file; `None` if there is none. Only a plain file
/// is read: whatever else has that name may have no end.
fn read(file: &Path) -> io::Result<Option<String>> {
    let metadata = match fs::metadata(file) {
        Ok(metadata) => metadata,
        // No file can have a name that is too long.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if !metadata.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it has more than 8 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text in UTF-8"))?;
    // Some editors put a byte order mark before what they save.
    Ok(Some(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned)))
}

/// The folder and the name of the snapshot of a scenario file; standard input
/// has none.
fn place(path: &Path) -> Option<(PathBuf, OsString)> {
    if path == Path::new("-") {
        return None;
    }
    let mut name = path.file_stem()?.to_owned();
    name.push(".snapshot");
    Some((folder_of(path).to_path_buf(), name))
}

/// The first line, from 1, in which two schedules differ in more than the
/// version that made them, with the lines around it: the first step if a step
/// differs, since what stands above the steps then differs too, and how wide the
/// columns are says nothing.
fn difference(kept: &str, new: &str) -> Option<(usize, String)> {
    let (kept, new): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), new.lines().collect());
    let is_version = |line: &str| line.starts_with(STEPS_VERSION);
    let equal = |one: &str, other: &str| one == other || (is_version(one) && is_version(other));
    let same_step = |one: &str, other: &str| (is_head(one) && is_head(other)) || step(one) == step(other);
    first_difference(&kept, &new, same_step).or_else(|| first_difference(&kept, &new, equal))
}

/// Whether a line stands above the steps.
fn is_head(line: &str) -> bool {
    line.starts_with('#')
}

/// When, who and what, without the spaces that make columns of them.
fn step(line: &str) -> [&str; 3] {
    let (time, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (process, what) = rest.trim_start().split_once(' ').unwrap_or((rest.trim_start(), ""));
    [time, process, what.trim_start()]
}

/// The first line, from 1, that is not the `same` in both, with the lines around it.
fn first_difference(
    kept: &[&str],
    new: &[&str],
    same: impl Fn(&str, &str) -> bool,
) -> Option<(usize, String)> {
    let equal = |(one, other): &(&&str, &&str)| same(one, other);
    let (same, most) = (kept.iter().zip(new).take_while(equal).count(), kept.len().max(new.len()));
    if same == most {
        return None;
    }
    let ends = kept[same..].iter().rev().zip(new[same..].iter().rev()).take_while(equal).count();
    let mut detail = String::new();
    for line in kept[same.saturating_sub(BEFORE)..same].iter().filter(|line| !is_head(line)) {
        let _ = writeln!(detail, "  {line}");
    }
    for (sign, lines) in [('-', &kept[same..kept.len() - ends]), ('+', &new[same..new.len() - ends])] {
        for line in lines.iter().take(SHOWN) {
            let _ = writeln!(detail, "{sign} {line}");
        }
        if lines.len() > SHOWN {
            let more = so_many((lines.len() - SHOWN) as u64, "more line");
            let _ = writeln!(detail, "{sign} … and {more}");
        }
    }
    Some((same + 1, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown() {
        let kept = "a\n# version 1\nb\nc\nd\ne\nf\n";
        assert_eq!(difference(kept, &kept.replace("version 1", "version 2")), None);
        let (line, shown) = difference(kept, &kept.replace("d\n", "x\ny\n")).expect("they differ");
        assert_eq!((line, shown.as_str()), (5, "  b\n  c\n- d\n+ x\n+ y\n"));
        let long = format!("{kept}{}", "g\n".repeat(8));
        let (line, shown) = difference(kept, &long).expect("they differ");
        assert_eq!(line, 8);
        assert!(shown.ends_with("+ g\n+ … and 2 more lines\n"), "{shown}");
        assert_eq!(difference("a\nb\n", "a\n"), Some((2, "  a\n- b\n".to_owned())));
    }

    /// What every difference changes above the steps is shown only if no step differs.
    #[test]
    fn the_first_step_that_differs_is_shown() {
        let kept = "# version 1\n# seed 0, 3 events, fingerprint aa\n0s  a    start\n0s  a  x wait q\n9s  completed\n";
        let longer = "# version 1\n# seed 0, 4 events, fingerprint bb\n0s   a    start\n0s   a  x wait r\n10s  completed\n";
        let (line, shown) = difference(kept, longer).expect("they differ");
        assert_eq!(line, 4);
        assert!(shown.contains("- 0s  a  x wait q\n") && shown.contains("+ 0s   a  x wait r\n"), "{shown}");
        assert!(!shown.contains('#'), "{shown}");
        // The columns alone are wider.
        let (line, shown) = difference(kept, &longer.replace("wait r", "wait q")).expect("they differ");
        assert_eq!((line, shown.lines().last()), (5, Some("+ 10s  completed")), "{shown}");
        // Nothing but what is not told has changed.
        let (line, _) = difference(kept, &kept.replace("aa", "bb")).expect("they differ");
        assert_eq!(line, 2);
        assert_eq!(difference(kept, &kept.replace("q", "q  \"a  b\"")).map(|found| found.0), Some(4));
    }

    #[test]
    fn a_snapshot_stands_beside_its_scenario() {
        let place = |path: &str| place(Path::new(path)).map(|(folder, name)| folder.join(name));
        assert_eq!(place("x/one.yaml"), Some(PathBuf::from("x/one.snapshot")));
        assert_eq!(place("one.yml"), Some(PathBuf::from("./one.snapshot")));
        assert_eq!(place("-"), None);
    }
}

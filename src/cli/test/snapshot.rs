//! Schedules that are kept beside their scenarios, to be compared with.
//!
//! Decides where the snapshot of a scenario is, when it is equal to a schedule,
//! and how a difference is shown.

use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use crate::render::STEPS_VERSION;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The most lines of a schedule that is kept: nobody reads a longer one.
pub const MOST_LINES: usize = 2000;

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
    let kept = match fs::read_to_string(&file) {
        // Some editors put a byte order mark before what they save.
        Ok(kept) => Some(kept.strip_prefix('\u{feff}').map_or(kept.clone(), str::to_owned)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            // The others are tested all the same.
            let message =
                format!("the snapshot '{}' cannot be read: {error}; --update writes it anew", file.display());
            return Ok(Snapshot::Differs { message, detail: String::new() });
        }
    };
    let Some(schedule) = schedule else {
        return Ok(match (kept, update) {
            (None, false) => Snapshot::None,
            (None, true) => {
                Snapshot::Told(format!("no snapshot: the schedule has more than {MOST_LINES} lines"))
            }
            (Some(_), _) => Snapshot::Differs {
                message: format!(
                    "the schedule has more than {MOST_LINES} lines, {} has not; remove it",
                    file.display()
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
                    "the schedule is not that of {}, from line {line} on; if it is right, write it with --update",
                    file.display()
                );
                Snapshot::Differs { message, detail }
            }
        },
    })
}

/// The folder and the name of the snapshot of a scenario file; standard input
/// has none.
fn place(path: &Path) -> Option<(PathBuf, String)> {
    if path == Path::new("-") {
        return None;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some((folder.to_path_buf(), format!("{}.snapshot", path.file_stem()?.to_string_lossy())))
}

/// The first line, from 1, in which two schedules differ in more than the
/// version that made them, with the lines around it.
fn difference(kept: &str, new: &str) -> Option<(usize, String)> {
    let (kept, new): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), new.lines().collect());
    let is_version = |line: &&str| line.starts_with(STEPS_VERSION);
    let equal = |(one, other): &(&&str, &&str)| one == other || (is_version(one) && is_version(other));
    let same = kept.iter().zip(&new).take_while(equal).count();
    if same == kept.len() && same == new.len() {
        return None;
    }
    let ends = kept[same..].iter().rev().zip(new[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut detail = String::new();
    for line in &kept[same.saturating_sub(BEFORE)..same] {
        let _ = writeln!(detail, "  {line}");
    }
    for (sign, lines) in [('-', &kept[same..kept.len() - ends]), ('+', &new[same..new.len() - ends])] {
        for line in lines.iter().take(SHOWN) {
            let _ = writeln!(detail, "{sign} {line}");
        }
        if lines.len() > SHOWN {
            let _ = writeln!(detail, "{sign} … and {} lines more", lines.len() - SHOWN);
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
        assert_eq!((line, shown.as_str()), (5, "  # version 1\n  b\n  c\n- d\n+ x\n+ y\n"));
        let long = format!("{kept}{}", "g\n".repeat(8));
        let (line, shown) = difference(kept, &long).expect("they differ");
        assert_eq!(line, 8);
        assert!(shown.ends_with("+ g\n+ … and 2 lines more\n"), "{shown}");
        assert_eq!(difference("a\nb\n", "a\n"), Some((2, "  a\n- b\n".to_owned())));
    }

    #[test]
    fn a_snapshot_stands_beside_its_scenario() {
        let place = |path: &str| place(Path::new(path)).map(|(folder, name)| folder.join(name));
        assert_eq!(place("x/one.yaml"), Some(PathBuf::from("x/one.snapshot")));
        assert_eq!(place("one.yml"), Some(PathBuf::from("./one.snapshot")));
        assert_eq!(place("-"), None);
    }
}

//! The table of runs on disk: appended row by row, and taken up again.
//!
//! Decides what an earlier sweep has left that can be used: its rows, if the scenario,
//! the version, the seed and the columns are the same. Rows that begin the table as this
//! sweep would are left where they are, and it goes on behind them. Otherwise a new
//! table is made beside it, into which all rows are taken that fit, and which takes its
//! place when it is whole. Of a table with rows that do not fit a copy is kept.

use super::about::{About, SCENARIO};
use super::table::{begun, foreign, gather};
use crate::cli::console;
use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use crate::figure::so_many;
use crate::sweep::{KnownRuns, Plan, RunRow};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The table of runs.
pub const RUNS: &str = "runs.csv";
/// The one that takes its place when it is whole.
const NEXT: &str = "runs-next.csv";
/// How long rows may wait before they are on disk for certain.
const SYNC: Duration = Duration::from_secs(1);
/// How many bytes of rows are written at once.
const AT_ONCE: usize = 1 << 16;

/// A table of runs that grows.
pub struct Store {
    folder: PathBuf,
    name: &'static str,
    file: File,
    synced: Instant,
    /// How long the file is, which ends with a whole row.
    length: u64,
    /// Whole rows that are not in the file yet.
    waiting: Vec<u8>,
}

/// A table, what is in it already, and what of it can be used elsewhere.
pub struct Opened {
    pub store: Store,
    /// The job with which to go on.
    pub job: u64,
    /// Rows that stand elsewhere.
    pub recorded: KnownRuns,
}

/// What becomes of the runs that an earlier sweep has left in the folder.
#[derive(Debug, Clone, Copy)]
pub struct EarlierRuns {
    /// Whether those of this sweep are taken.
    pub are_used: bool,
    /// Whether those that are none of this sweep may be lost; else a copy of them is kept.
    pub may_go: bool,
}

impl Store {
    /// Opens the table of this plan in a folder. The rows of the jobs that are done are
    /// handed to `take`.
    ///
    /// # Errors
    /// If the folder has the results of another scenario that are to be used, if another
    /// sweep writes there, or nothing can be written.
    pub fn open(
        folder: &Folder,
        about: &About,
        text: &str,
        plan: &Plan<'_>,
        earlier_runs: EarlierRuns,
        take: &mut dyn FnMut(Vec<RunRow>),
    ) -> Result<Opened, Failure> {
        let path = folder.path().to_path_buf();
        let earlier = About::earlier(folder);
        let before = earlier.as_ref().filter(|_| earlier_runs.are_used);
        if let Some(before) = before {
            refuse_other_scenario(&path, before, about, text)?;
        }
        let heading = RunRow::heading(plan);
        let is_alike = |earlier: &About| earlier.seed == about.seed && earlier.settings == about.settings;
        let usable = before.is_some_and(is_alike);
        let runs = path.join(RUNS);
        let failure = |error: io::Error| folder.failure(RUNS, &error);
        let mut file = open_locked(&runs, &path)?;
        let begun = if usable { begun(&mut file, plan, take).map_err(failure)? } else { None };
        if !earlier_runs.may_go {
            let tables = [RUNS, NEXT].into_iter().filter(|name| begun.is_none() || *name == NEXT);
            let plan = earlier.as_ref().is_some_and(is_alike).then_some(plan);
            for name in tables {
                let lost = foreign(&path.join(name), &heading, plan).map_err(failure)?;
                keep(&path, name, lost).map_err(failure)?;
            }
        }
        folder.write(SCENARIO, text.as_bytes())?;
        about.succeed(earlier.as_ref(), folder)?;
        if let Some((job, length)) = begun {
            file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failure)?;
            let store = Store::new(path, RUNS, file, length);
            return Ok(Opened { store, job, recorded: KnownRuns::new() });
        }
        let mut recorded = KnownRuns::new();
        if usable {
            for name in [RUNS, NEXT] {
                gather(&path.join(name), &heading, plan, &mut recorded).map_err(failure)?;
            }
        }
        let name = if recorded.is_empty() { RUNS } else { NEXT };
        let mut file = if name == RUNS { file } else { open_locked(&path.join(NEXT), &path)? };
        file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).map_err(failure)?;
        let mut store = Store::new(path, name, file, 0);
        store.write(&heading).map_err(failure)?;
        Ok(Opened { store, job: 0, recorded })
    }

    fn new(folder: PathBuf, name: &'static str, file: File, length: u64) -> Store {
        Store { folder, name, file, synced: now(), length, waiting: Vec::new() }
    }

    /// Appends whole lines.
    ///
    /// # Errors
    /// If they cannot be written; the table has as many of them then as there was room for.
    pub fn write(&mut self, lines: &str) -> io::Result<()> {
        self.waiting.extend_from_slice(lines.as_bytes());
        if self.synced.elapsed() >= SYNC {
            self.sync()
        } else if self.waiting.len() >= AT_ONCE {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Puts all rows on disk for certain.
    fn sync(&mut self) -> io::Result<()> {
        self.synced = now();
        self.flush()?;
        self.file.sync_data()
    }

    fn flush(&mut self) -> io::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        match self.file.write_all(&waiting) {
            Ok(()) => {
                self.length += waiting.len() as u64;
                // The buffer is used again.
                self.waiting = waiting;
                self.waiting.clear();
                Ok(())
            }
            Err(error) => {
                self.cut(&waiting);
                Err(error)
            }
        }
    }

    /// Ends with the last whole row, where only some bytes of `lines` could be written.
    fn cut(&mut self, lines: &[u8]) {
        let Ok(found) = self.file.metadata() else { return };
        let written = found.len().saturating_sub(self.length) as usize;
        let whole = lines[..written.min(lines.len())].iter().rposition(|byte| *byte == b'\n');
        self.length += whole.map_or(0, |end| end as u64 + 1);
        // What cannot be cut off is no whole row, and is left out when the sweep goes on.
        let _ = self.file.set_len(self.length).and_then(|()| self.file.seek(SeekFrom::End(0)));
    }

    /// All rows are there, or as many as there are: puts them on disk. The table takes
    /// its place if it `is_whole`.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn finish(mut self, is_whole: bool) -> io::Result<PathBuf> {
        self.sync()?;
        let path = self.folder.join(RUNS);
        if self.name == NEXT {
            if !is_whole {
                return Ok(self.folder.join(NEXT));
            }
            fs::rename(self.folder.join(NEXT), &path)?;
        } else if is_whole && self.folder.join(NEXT).exists() {
            fs::remove_file(self.folder.join(NEXT))?;
        }
        Ok(path)
    }
}

#[allow(clippy::disallowed_methods, reason = "when to write is part of no result")]
fn now() -> Instant {
    Instant::now()
}

/// Keeps a copy of a table with so many runs that are none of this sweep, if there are any.
fn keep(folder: &Path, name: &str, lost: u64) -> io::Result<()> {
    if lost == 0 {
        return Ok(());
    }
    let kept = |number: u64| folder.join(format!("runs-{number}.csv"));
    let free = (1..).map(kept).find(|path| !path.exists()).unwrap_or_else(|| kept(0));
    // A copy that is not whole has another name.
    let copied = folder.join("runs-copied.csv");
    fs::copy(folder.join(name), &copied)?;
    fs::rename(&copied, &free)?;
    let runs = so_many(lost, "run");
    console::warn(format_args!("note: {runs} of another sweep are kept in '{}'", console::shown(&free)));
    Ok(())
}

fn refuse_other_scenario(folder: &Path, before: &About, about: &About, text: &str) -> Result<(), Failure> {
    if before.hash == about.hash && before.version == about.version {
        return Ok(());
    }
    let shown = console::shown(folder);
    let old = fs::read_to_string(folder.join(SCENARIO)).unwrap_or_default();
    let differs = if before.version == about.version && old == text {
        "a table that the scenario draws from has changed".to_owned()
    } else if before.version == about.version {
        let differs = old.lines().zip(text.lines()).position(|(old, new)| old != new);
        let line = differs.unwrap_or_else(|| old.lines().count().min(text.lines().count())) + 1;
        let of = |text: &str| match text.lines().nth(line - 1) {
            Some(line) => format!("'{}'", console::printable(line.trim())),
            None => "nothing".to_owned(),
        };
        format!("the scenario has changed: line {line} was {}, and is {}", of(&old), of(text))
    } else {
        format!("they were made by version {}", before.version)
    };
    Err(Failure::usage(format!(
        "the runs in '{shown}' cannot be used again, since {differs}; \
         begin anew with --fresh, or give another folder with -o"
    )))
}

fn open_locked(path: &Path, folder: &Path) -> Result<File, Failure> {
    let cannot =
        |error: io::Error| Failure::environment(format!("cannot write '{}': {error}", console::shown(path)));
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(cannot)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Failure::environment(format!(
            "another sweep writes to '{}'; wait for it, or give another folder with -o",
            console::shown(folder)
        ))),
        // Where there are no locks nobody can be kept away.
        _ => Ok(file),
    }
}

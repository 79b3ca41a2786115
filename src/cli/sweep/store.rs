//! The table of runs on disk: appended row by row, and taken up again.
//!
//! Decides what an earlier sweep has left that can be used: its rows, if the scenario,
//! the version, the seed and the columns are the same. Rows that begin the table as this
//! sweep would are left where they are, and it goes on behind them. Otherwise a new
//! table is made beside it, into which all rows are taken that fit, and which takes its
//! place when it is whole.

use super::arguments::SweepRequest;
use crate::cli::console;
use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use crate::sweep::{Batch, KnownRuns, Plan, RunRow};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The table of runs.
pub const RUNS: &str = "runs.csv";
/// The one that takes its place when it is whole.
const NEXT: &str = "runs-next.csv";
/// What the table is of.
pub const ABOUT: &str = "sweep.json";
/// The scenario as it was run.
pub const SCENARIO: &str = "scenario.yaml";

/// How long rows may wait before they are on disk for certain.
const SYNC: Duration = Duration::from_secs(1);

/// What a table of runs is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The version of the engine.
    pub version: String,
    /// The name of the scenario, and its path.
    pub scenario: String,
    pub path: String,
    /// The hash of its text.
    pub hash: String,
    pub settings: Vec<(String, String)>,
    pub seed: u64,
    pub request: SweepRequest,
}

/// A table of runs that grows.
pub struct Store {
    folder: PathBuf,
    name: &'static str,
    file: BufWriter<File>,
    synced: Instant,
    /// The bytes that are rows as a whole.
    length: u64,
}

/// A table, what is in it already, and what of it can be used elsewhere.
pub struct Opened {
    pub store: Store,
    /// The job with which to go on.
    pub job: u64,
    /// Rows that stand elsewhere.
    pub recorded: KnownRuns,
}

impl Store {
    /// Opens the table of this plan in a folder. The rows of the jobs that are done are
    /// handed to `take`.
    ///
    /// # Errors
    /// If the folder has the results of another scenario, and `fresh` does not say that
    /// they are not wanted; if another sweep writes there, or nothing can be written.
    pub fn open(
        folder: &Folder,
        about: &About,
        text: &str,
        plan: &Plan<'_>,
        fresh: bool,
        take: &mut dyn FnMut(Vec<RunRow>),
    ) -> Result<Opened, Failure> {
        let path = folder.path().to_path_buf();
        let before = if fresh { None } else { earlier(&path)? };
        if let Some(before) = &before {
            refuse_other_scenario(&path, before, about, text)?;
        }
        let heading = RunRow::heading(plan);
        let usable =
            before.is_some_and(|before| before.seed == about.seed && before.settings == about.settings);
        let runs = path.join(RUNS);
        let failure = |error: io::Error| folder.failure(RUNS, &error);
        let mut file = open_locked(&runs, &path)?;
        let begun = if usable { begun(&mut file, plan, take).map_err(failure)? } else { None };
        folder.write(SCENARIO, text.as_bytes())?;
        let mut json = serde_json::to_vec_pretty(about).unwrap_or_default();
        json.push(b'\n');
        folder.write(ABOUT, &json)?;
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
        Store { folder, name, file: BufWriter::with_capacity(1 << 16, file), synced: now(), length }
    }

    /// Appends whole lines.
    ///
    /// # Errors
    /// If they cannot be written; the table is cut to whole lines then.
    pub fn write(&mut self, lines: &str) -> io::Result<()> {
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| {
            self.length += lines.len() as u64;
            if self.synced.elapsed() >= SYNC { self.sync() } else { Ok(()) }
        });
        written.inspect_err(|_| self.cut())
    }

    /// Puts all rows on disk for certain.
    fn sync(&mut self) -> io::Result<()> {
        self.synced = now();
        self.file.flush()?;
        self.file.get_ref().sync_data()
    }

    /// Ends with the last line that is there as a whole: of those in the buffer some may be.
    fn cut(&mut self) {
        let path = self.folder.join(self.name);
        let whole = fs::read(&path).ok().and_then(|bytes| bytes.iter().rposition(|byte| *byte == b'\n'));
        if let Some(end) = whole {
            let _ = self.file.get_ref().set_len(end as u64 + 1);
        }
    }

    /// All rows are there, or as many as there are: puts them on disk. The table takes
    /// its place if it `is_whole`.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn finish(mut self, is_whole: bool) -> io::Result<PathBuf> {
        self.sync().inspect_err(|_| self.cut())?;
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

/// What an earlier sweep says of itself; nothing if there was none.
fn earlier(folder: &Path) -> Result<Option<About>, Failure> {
    let path = folder.join(ABOUT);
    let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
    // A file of an older version, or of somebody else: its rows are not ours to use.
    Ok(serde_json::from_str(&text).ok())
}

fn refuse_other_scenario(folder: &Path, before: &About, about: &About, text: &str) -> Result<(), Failure> {
    if before.hash == about.hash && before.version == about.version {
        return Ok(());
    }
    let shown = console::shown(folder);
    let differs = if before.version == about.version {
        let old = fs::read_to_string(folder.join(SCENARIO)).unwrap_or_default();
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

/// The jobs whose rows stand at the beginning of the table, each handed to `take`: how
/// many there are, and how many bytes they have. `None` if the table is no beginning of
/// this plan; nothing is handed on then.
fn begun(
    file: &mut File,
    plan: &Plan<'_>,
    take: &mut dyn FnMut(Vec<RunRow>),
) -> io::Result<Option<(u64, u64)>> {
    // Whose rows they are is known at the end, so they are read twice.
    let found = read_jobs(file, plan, &mut |_| ())?;
    if found.is_some() {
        read_jobs(file, plan, take)?;
    }
    Ok(found)
}

fn read_jobs(
    file: &mut File,
    plan: &Plan<'_>,
    take: &mut dyn FnMut(Vec<RunRow>),
) -> io::Result<Option<(u64, u64)>> {
    file.seek(SeekFrom::Start(0))?;
    let mut lines = Lines { reader: BufReader::new(&mut *file), line: String::new() };
    if lines.peek()? != Some(RunRow::heading(plan).as_str()) {
        return Ok(None);
    }
    let (mut job, mut length) = (0, lines.pass());
    while job < plan.jobs() {
        let (rows, bytes) = read_job(plan, plan.job(job), &mut lines)?;
        let is_whole = match rows.len() as u64 {
            0 => is_left_out(plan, plan.job(job)),
            // With a precision a point is complete if another one follows.
            _ if plan.precision().is_some() => lines.peek()?.is_some_and(|line| line.ends_with('\n')),
            count => count == plan.job(job).count,
        };
        if !is_whole {
            // A job that is not complete is made anew, if nothing comes behind it.
            let is_ours = lines.peek()?.is_none_or(|line| !line.ends_with('\n'));
            return Ok(is_ours.then_some((job, length)));
        }
        (job, length) = (job + 1, length + bytes);
        take(rows);
    }
    Ok(lines.peek()?.is_none().then_some((job, length)))
}

/// The rows of a job that stand here, and their bytes.
fn read_job<R: BufRead>(plan: &Plan<'_>, job: Batch, lines: &mut Lines<R>) -> io::Result<(Vec<RunRow>, u64)> {
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while (rows.len() as u64) < job.count {
        let run = (job.point, job.first + rows.len() as u64);
        let Some(row) = lines.peek()?.and_then(|line| RunRow::read(plan, run, line)) else { break };
        bytes += lines.pass();
        rows.push(row);
    }
    Ok((rows, bytes))
}

fn is_left_out(plan: &Plan<'_>, job: Batch) -> bool {
    let point = || plan.design().point(&plan.scenario().model, job.point);
    plan.design().has_conditions() && matches!(point(), Ok(None))
}

/// The lines of a file, one of which can be looked at before it is passed.
struct Lines<R> {
    reader: R,
    line: String,
}

impl<R: BufRead> Lines<R> {
    /// The next line with its end; the last one may have none.
    fn peek(&mut self) -> io::Result<Option<&str>> {
        if self.line.is_empty() {
            self.reader.read_line(&mut self.line)?;
        }
        Ok((!self.line.is_empty()).then_some(self.line.as_str()))
    }

    /// Passes the line that was looked at: so many bytes.
    fn pass(&mut self) -> u64 {
        let length = self.line.len() as u64;
        self.line.clear();
        length
    }
}

/// All whole rows of a table with the columns of this plan.
fn gather(path: &Path, heading: &str, plan: &Plan<'_>, recorded: &mut KnownRuns) -> io::Result<()> {
    let Ok(file) = File::open(path) else { return Ok(()) };
    let mut lines = Lines { reader: BufReader::new(file), line: String::new() };
    if lines.peek()? != Some(heading) {
        return Ok(());
    }
    lines.pass();
    while let Some(line) = lines.peek()?.filter(|line| line.ends_with('\n')) {
        if let Some(key) = plan.key_of(line) {
            recorded.insert(key.to_owned(), line.to_owned());
        }
        lines.pass();
    }
    Ok(())
}

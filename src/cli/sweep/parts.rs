//! The tables of all parts of a sweep, read side by side.
//!
//! Decides that each part is read once from its beginning to its end, in the order of the
//! plan, so that what is in memory does not grow with the rows. What a part lacks is run.

use super::collect::{RowSource, not_run};
use super::store::RUNS;
use super::table::{Lines, read_job};
use crate::cli::failure::Failure;
use crate::cli::{console, interrupt};
use crate::sweep::{BaseNumbers, Batch, Ended, KnownRuns, NoRows, Plan, RunRow, Runner};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// How many bytes of a part are read at once.
const AT_ONCE: usize = 1 << 15;

/// The parts of a sweep, by their numbers.
pub struct Parts {
    /// The table of each.
    paths: Vec<PathBuf>,
    /// How many runs were in none of them.
    made: Cell<u64>,
}

impl Parts {
    /// In these folders.
    pub fn new(folders: &[&Path]) -> Parts {
        Parts { paths: folders.iter().map(|folder| folder.join(RUNS)).collect(), made: Cell::new(0) }
    }

    /// How many runs were in none of the parts.
    pub fn made(&self) -> u64 {
        self.made.get()
    }

    fn open<'p>(&'p self, plan: &'p Plan<'p>) -> Result<Reading<'p>, Failure> {
        let heading = RunRow::heading(plan);
        let open = |path: &'p PathBuf| {
            let mut lines = Lines::new(BufReader::with_capacity(AT_ONCE, Table { path, read: 0 }));
            if lines.peek().map_err(|error| cannot_read(path, &error))? != Some(heading.as_str()) {
                let shown = console::shown(path);
                return Err(Failure::usage(format!("{shown}:1: these are not the columns of this sweep")));
            }
            lines.pass();
            Ok(lines)
        };
        let tables = self.paths.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Reading { plan, paths: &self.paths, tables, runner: Runner::new(plan) })
    }
}

impl RowSource for Parts {
    fn base(&self, plan: &Plan<'_>) -> Result<Option<BaseNumbers>, Failure> {
        let jobs = plan.base_jobs();
        let mut numbers = BaseNumbers::new(plan.requests().len());
        let mut reading = self.open(plan)?;
        for number in 0..jobs.end {
            interrupt::check()?;
            if jobs.contains(&number) {
                let Some(rows) = reading.rows(number)? else { return Ok(None) };
                numbers.extend(&rows);
            } else {
                reading.there(number)?;
            }
        }
        Ok(Some(numbers))
    }

    fn rows(
        &self,
        plan: &Plan<'_>,
        first: u64,
        _: &KnownRuns,
        take: &mut dyn FnMut(Vec<RunRow>) -> ControlFlow<()>,
    ) -> Result<Ended, Failure> {
        let mut reading = self.open(plan)?;
        for number in first..plan.jobs() {
            let Some(rows) = reading.rows(number)?.filter(|_| !interrupt::requested()) else {
                return Ok(Ended::Stopped);
            };
            self.made.set(self.made() + rows.iter().filter(|row| !row.was_there).count() as u64);
            if take(rows).is_break() {
                return Ok(Ended::Stopped);
            }
        }
        Ok(Ended::Whole)
    }
}

/// All parts, each up to where it has been read.
struct Reading<'p> {
    plan: &'p Plan<'p>,
    paths: &'p [PathBuf],
    tables: Vec<Lines<BufReader<Table<'p>>>>,
    runner: Runner<'p>,
}

impl Reading<'_> {
    /// The job of this number and the rows of it that are there.
    fn there(&mut self, number: u64) -> Result<(Batch, Vec<RunRow>), Failure> {
        let job = self.plan.job(number);
        let part = self.plan.part_of(number, self.tables.len() as u64) as usize;
        let read = read_job(self.plan, job, &mut self.tables[part]);
        let (rows, _) = read.map_err(|error| cannot_read(&self.paths[part], &error))?;
        Ok((job, rows))
    }

    /// All rows of the job of this number; `None` if the user stops a run of it.
    fn rows(&mut self, number: u64) -> Result<Option<Vec<RunRow>>, Failure> {
        let (job, rows) = self.there(number)?;
        if rows.len() as u64 == job.count {
            return Ok(Some(rows));
        }
        let key = |row: RunRow| Some((self.plan.key_of(&row.line)?.to_owned(), row.line));
        let known: KnownRuns = rows.into_iter().filter_map(key).collect();
        match self.runner.run(job, Some(&known), &interrupt::requested) {
            Ok(rows) => Ok(Some(rows)),
            Err(NoRows::Interrupted) => Ok(None),
            Err(NoRows::Invalid(why)) => Err(not_run(&why)),
        }
    }
}

/// A file that is open only while it is read: there may be more parts than a program may
/// have open files.
struct Table<'p> {
    path: &'p Path,
    read: u64,
}

impl Read for Table<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = File::open(self.path)?;
        file.seek(SeekFrom::Start(self.read))?;
        let count = file.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::environment(format!("cannot read '{}': {error}", console::shown(path)))
}

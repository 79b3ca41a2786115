//! A table of runs, read job by job.
//!
//! Decides which rows are those of a job: they stand together, in the order of the plan.

use crate::sweep::{Batch, KnownRuns, Plan, RunRow};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

/// The jobs whose rows stand at the beginning of the table, each handed to `take`: how
/// many there are, and how many bytes they have. `None` if the table is no beginning of
/// this plan; nothing is handed on then.
pub fn begun(
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
    let mut lines = Lines::new(BufReader::new(&mut *file));
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
pub fn read_job<R: BufRead>(
    plan: &Plan<'_>,
    job: Batch,
    lines: &mut Lines<R>,
) -> io::Result<(Vec<RunRow>, u64)> {
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
pub struct Lines<R> {
    reader: R,
    line: String,
}

impl<R: BufRead> Lines<R> {
    /// From the next line of `reader` on.
    pub fn new(reader: R) -> Lines<R> {
        Lines { reader, line: String::new() }
    }

    /// The next line with its end; the last one may have none.
    pub fn peek(&mut self) -> io::Result<Option<&str>> {
        if self.line.is_empty() {
            self.reader.read_line(&mut self.line)?;
        }
        Ok((!self.line.is_empty()).then_some(self.line.as_str()))
    }

    /// Passes the line that was looked at: so many bytes.
    pub fn pass(&mut self) -> u64 {
        let length = self.line.len() as u64;
        self.line.clear();
        length
    }
}

/// All whole rows of a table with the columns of this plan.
pub fn gather(path: &Path, heading: &str, plan: &Plan<'_>, recorded: &mut KnownRuns) -> io::Result<()> {
    let Ok(file) = File::open(path) else { return Ok(()) };
    let mut lines = Lines::new(BufReader::new(file));
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

//! What stands in a report: the comparison, each run with its picture and the reasons for its
//! length, and where all of it comes from.

use super::page::Page;
use crate::analysis::{PathEnd, compare};
use crate::cli::console;
use crate::cli::execute::{Keep, command, execute};
use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::cli::look_options::LookOptions;
use crate::cli::options::{Artifact, RunOptions};
use crate::cli::pictures::{Drawing, SharedLooks, comparison, total_times};
use crate::cli::report::{
    Finished, activity, duration, in_words, interval, races_told, so_many, unchecked_note,
};
use crate::cli::run::with_done;
use crate::cli::view::View;
use crate::cli::why::{Explained, HELP_HEADS, LEVEL, help_rows};
use crate::figure::{format_factor, format_share};
use crate::ids::ProcessId;
use crate::scenario::folder_name;
use crate::trace::{Ties, shell_word};
use crate::why::Subject;
use std::path::PathBuf;
use xxhash_rust::xxh3::xxh3_64;

/// What would help is tried of runs of at most so many events: it is as many runs as there are
/// things to change.
const MOST_EVENTS: u64 = 200_000;
/// How often a change is run where random numbers are drawn.
const REPLICATIONS: u64 = 20;
/// What figures are of, where random numbers are drawn; behind it stands the seed.
const ONE_RUN: &str = "Figures of one run, and no means: random numbers are drawn, by seed";
/// How many rows a table of reasons has.
const ROWS: usize = 8;
/// How many processes a table has; the others are counted.
const PROCESSES: usize = 40;

/// A report.
pub struct Content {
    pub page: Page,
    /// Whether it tells something that the user must know.
    pub is_finding: bool,
}

/// Runs the scenarios and puts together what is to be said of them.
///
/// # Errors
/// If the user stops it, or something cannot be drawn.
pub fn of(
    loaded: &[Loaded],
    views: &[View],
    title: Option<&str>,
    seed: Option<u64>,
) -> Result<Content, Failure> {
    let options = RunOptions {
        seed,
        replication: 0,
        ties: Ties::Fifo,
        output: PathBuf::new(),
        write: vec![Artifact::None],
        look: LookOptions::default(),
    };
    let (mut runs, mut done): (Vec<Finished>, Vec<String>) = (Vec::new(), Vec::new());
    for (scenario, view) in loaded.iter().zip(views) {
        let run =
            execute(scenario, &options, None, Keep::Events).map_err(|failure| with_done(failure, &done))?;
        done.push(run.label.clone());
        let mut view = view.clone();
        // The title that is wished is that of the page.
        view.look.title = scenario.scenario.model.style.title.clone();
        runs.push(Finished { view, ..run });
    }
    let title = title.map_or_else(|| usual_title(&runs), str::to_owned);
    let mut page = Page { title, ..Page::default() };
    let looks = SharedLooks::of(&runs, &[]);
    if runs.len() > 1 {
        compared(&mut page, (loaded, &runs), looks.as_ref())?;
    }
    for (scenario, run) in loaded.iter().zip(&runs) {
        one(&mut page, scenario, run, looks.as_ref())?;
    }
    provenance(&mut page, loaded, &runs);
    Ok(Content { page, is_finding: runs.iter().any(Finished::is_finding) })
}

fn usual_title(runs: &[Finished]) -> String {
    match runs {
        [one] => one.view.look.title.clone().unwrap_or_else(|| one.label.clone()),
        runs => format!("{} compared", so_many(runs.len() as u64, "run")),
    }
}

fn compared(
    page: &mut Page,
    (loaded, runs): (&[Loaded], &[Finished]),
    looks: Option<&SharedLooks>,
) -> Result<(), Failure> {
    page.heading(2, "Comparison");
    if loaded.iter().any(Loaded::is_random) {
        page.text("Each row is of one run, and none is a mean: random numbers are drawn.");
    }
    let rows = compare(runs.iter().map(|run| (run.label.as_str(), &run.outcome, &run.statistics)));
    let row = |row: crate::analysis::ComparisonRow| {
        let nanos = |nanos: u128| duration(u64::try_from(nanos).unwrap_or(u64::MAX));
        let speed_up = row.speed_up.map_or_else(|| "–".to_owned(), format_factor);
        let times = [row.running, row.ready, row.delayed, row.blocked].map(nanos);
        let first = [row.scenario, row.outcome.to_owned(), duration(row.total_time.as_nanos()), speed_up];
        first.into_iter().chain(times).collect()
    };
    let heads = ["scenario", "outcome", "total time", "speed-up", "running", "ready", "delayed", "blocked"];
    page.table(&heads, rows.into_iter().map(row).collect());
    let drawings = runs.iter().filter_map(Drawing::new).map(|drawing| drawing.among(looks));
    let drawings: Vec<Drawing<'_>> = drawings.collect();
    page.picture("total-time", "Total times", total_times(&drawings)?);
    page.picture("comparison", "All timelines on one time axis", comparison(&drawings));
    Ok(())
}

/// One run: how it ended, its timeline, its processes, and why it took so long.
fn one(
    page: &mut Page,
    scenario: &Loaded,
    run: &Finished,
    looks: Option<&SharedLooks>,
) -> Result<(), Failure> {
    page.heading(2, run.label.clone());
    page.text(ended(run));
    page.told(&in_words(run));
    for failed in &run.failed {
        page.text(format!("Not as expected: {}", failed.message));
    }
    if !run.unchecked.is_empty() {
        page.text(unchecked_note(&run.unchecked).trim());
    }
    page.told(&races_told(run));
    if let Some(drawing) = Drawing::new(run).filter(|_| !run.view.begins_behind(run.end)) {
        let document = drawing.among(looks).document();
        page.picture(folder_name(&run.label), format!("Timeline of {}", run.label), document);
    }
    if scenario.is_random() {
        page.text(format!("{ONE_RUN} {}.", run.header.seed));
    }
    processes(page, run);
    reasons(page, scenario, run)
}

fn ended(run: &Finished) -> String {
    let total = duration(run.statistics.total_time.as_nanos());
    match run.outcome.name() {
        "completed" => format!("It completed in {total}."),
        "horizon" => format!("It was stopped at {total}, as the scenario says."),
        other => format!("It ended at {total}: {other}."),
    }
}

fn processes(page: &mut Page, run: &Finished) {
    let all = &run.statistics.processes;
    let rows = all.iter().take(PROCESSES).enumerate().map(|(index, process)| {
        let name = run.header.process_name(ProcessId::from_index(index));
        let finished = process.finished.map_or_else(|| "–".to_owned(), |time| duration(time.as_nanos()));
        let times = [process.running, process.ready, process.delayed, process.blocked_in_all()].map(duration);
        let waits: Vec<String> = process
            .blocked
            .iter()
            .map(|(resource, nanos)| format!("{} {}", run.header.resource_name(*resource), duration(*nanos)))
            .collect();
        [name, finished].into_iter().chain(times).chain([waits.join(", ")]).collect()
    });
    let heads = ["process", "finished", "running", "ready", "delayed", "blocked", "waiting for"];
    page.table(&heads, rows.collect());
    if all.len() > PROCESSES {
        page.text(format!("And {}.", so_many((all.len() - PROCESSES) as u64, "more process")));
    }
}

/// Why it took so long, and what would help.
fn reasons(page: &mut Page, scenario: &Loaded, run: &Finished) -> Result<(), Failure> {
    if run.is_finding() {
        return Ok(());
    }
    let asked = ("total_time", Some(PathEnd::TotalTime));
    let subject = Subject::new(&scenario.scenario, &scenario.settings, asked, &interrupt::requested);
    let seed = run.header.seed;
    let subject = subject.map_err(Failure::usage)?.replicate(REPLICATIONS, seed);
    let is_long = run.statistics.events > MOST_EVENTS;
    let explained = Explained::of(scenario, &subject, seed, is_long, &mut |_| {})?;
    let Some(path) = &explained.base.path else { return Ok(()) };
    page.heading(3, "Why it took that long");
    let (header, whole) = (&explained.base.header, path.end.as_nanos().max(1) as f64);
    let row = |charge: &crate::analysis::Charge| {
        let line = charge.line.map_or(String::new(), |line| line.to_string());
        let share = format_share(charge.nanos as f64 / whole);
        let process = header.process(charge.process).name.clone();
        vec![process, activity(charge.activity, header), line, duration(charge.nanos), share]
    };
    let charges = path.charges_by_process(header);
    if explained.is_random {
        page.text("Of the same run:");
    }
    let heads = ["on the critical path", "does", "line", "length", "share"];
    page.table(&heads, charges.iter().take(ROWS).map(row).collect());
    if explained.unbeatable().is_some() {
        page.text("No order of events can make it shorter.");
    }
    let Some(effects) = &explained.effects else {
        page.text(format!("What would help was not tried: the run has {} events.", run.statistics.events));
        return Ok(());
    };
    page.heading(3, "What would help");
    let rows = help_rows(&subject, &explained, effects, ROWS);
    if rows.is_empty() {
        page.text("Nothing that was tried makes it less.");
    }
    if explained.is_random && !rows.is_empty() {
        page.text(means(&explained));
    }
    page.table(&HELP_HEADS, rows);
    Ok(())
}

/// What the changes are measured by.
fn means(explained: &Explained) -> String {
    let total = &explained.measured.estimate();
    let unchanged = interval(total.mean(), total.half_width(LEVEL), true);
    let seed = explained.base.header.seed;
    format!(
        "Means of {} runs with other random numbers, of seed {seed}, with the half-width of a {}% interval behind ±; of the scenario as it is, {unchanged}. The last column is of the first run alone, which is the one above.",
        explained.measured.values.len(),
        100.0 * LEVEL,
    )
}

/// Where all of it comes from, and how to make it again.
fn provenance(page: &mut Page, loaded: &[Loaded], runs: &[Finished]) {
    page.heading(2, "Where this comes from");
    page.text(format!(
        "Made by Tempolane {}. The same files, parameters and seed give the same fingerprints on every machine.",
        env!("CARGO_PKG_VERSION")
    ));
    let rows = loaded.iter().zip(runs).map(|(scenario, run)| {
        let set: Vec<String> = run.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        vec![
            run.label.clone(),
            console::shown(&scenario.path),
            format!("{:016x}", xxh3_64(run.source.as_bytes())),
            set.join(", "),
            run.header.seed.to_string(),
            run.statistics.events.to_string(),
            run.fingerprint.clone(),
        ]
    });
    let heads = ["scenario", "file", "its hash (XXH3)", "set", "seed", "events", "fingerprint of the run"];
    page.table(&heads, rows.collect());
    let commands = loaded.iter().zip(runs).map(|(scenario, run)| {
        format!("{} --seed {}", command("run", scenario), shell_word(&run.header.seed.to_string()))
    });
    page.blocks.push(super::page::Block::Commands(commands.collect()));
}

//! `tempolane run`: each scenario on its own.

use super::execute::{Keep, changed_since, command, execute, execute_along, reproduction_along};
use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_all, load_each};
use super::options::{Artifact, Format, RunOptions, ScenarioOptions};
use super::output::Folder;
use super::pictures::{Drawing, SharedLooks};
use super::report::{Finished, has_path, json, json_line, path_line, text};
use super::tie_sensitivity::tie_sensitivity;
use super::view::{View, views};
use super::why::what_helps;
use super::{bounded_file, console, exports, failure_windows, html_page, interrupt, pictures};
use crate::explore::{Cancellation, Schedule};
use crate::render::{GivenLooks, LivePage};
use crate::scenario::{circular_locking, folder_name};
use clap::Args;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Run scenarios in virtual time and draw what happened
///
/// Writes gantt.svg, gantt.png, trace.jsonl and result.json to DIR/<scenario name>/ unless told
/// otherwise, and marks.svg and marks.png if marks carry numbers; along a schedule to
/// DIR/<scenario name>/<schedule name>/. A file appears only when it is complete.
#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    scenarios: ScenarioOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Follow a schedule that `explore` has found, with its parameters and its seed; for one scenario
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "settings", "ties"])]
    schedule: Option<PathBuf>,
    /// In tables, show each instance of a process or resource that has a count, besides what they
    /// add up to
    #[arg(long)]
    instances: bool,
    /// Let the page of `--write html` run the scenario again in the browser, with other parameters
    #[arg(long, conflicts_with = "schedule")]
    live: bool,
}

pub fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    arguments.run.writes_only("run", &Artifact::OF_RUN)?;
    let schedule = arguments.schedule.as_deref().map(read_schedule).transpose()?;
    let settings = schedule.iter().flat_map(|schedule| schedule.settings.clone());
    let mut scenarios = arguments.scenarios.clone();
    scenarios.settings.extend(settings);
    let loaded = load_all(&scenarios).inspect_err(|_| {
        schedule.iter().for_each(|schedule| tell_whose(schedule, &arguments.scenarios));
    })?;
    if schedule.is_some() && loaded.len() != 1 {
        return Err(Failure::usage("a schedule is of one scenario; name its file alone"));
    }
    let views = views(&arguments.run.look, &loaded)?;
    interrupt::watch();
    let mut exit = Exit::Fine;
    let mut done = Vec::new();
    let mut given = GivenLooks::default();
    for (scenario, view) in loaded.iter().zip(&views) {
        let finished = one(scenario, view, arguments, schedule.as_ref(), &mut given)
            .map_err(|failure| with_done(failure, &done))?;
        if finished.is_finding() {
            exit = Exit::Finding;
        }
        done.push(finished.label);
        interrupt::check().map_err(|failure| with_done(failure, &done))?;
    }
    Ok(exit)
}

/// The most MiB of a schedule.
const MOST_MIB: u64 = 64;

fn read_schedule(path: &Path) -> Result<Schedule, Failure> {
    let bytes = bounded_file::read(path, "a schedule", MOST_MIB)?;
    let wrong = |line: usize, message: &str| {
        let line = if line > 0 { format!(":{line}") } else { String::new() };
        Failure::usage(format!("{}{line}: {message}", console::shown(path)))
    };
    let text = String::from_utf8(bytes).map_err(|_| wrong(0, "a schedule is a text in UTF-8"))?;
    // Some editors put a byte order mark before what they save.
    Schedule::parse(text.strip_prefix('\u{feff}').unwrap_or(&text))
        .map_err(|error| wrong(error.line, &error.message))
}

/// Says whose a schedule is, if it is not of the scenario at hand, which is not
/// ready to run with its parameters.
fn tell_whose(schedule: &Schedule, scenarios: &ScenarioOptions) {
    // What comes by standard input was read already.
    if scenarios.paths.iter().any(|path| path == Path::new("-")) {
        return;
    }
    let loaded = load_each(scenarios).into_iter().flatten().filter_map(|(_, loaded)| loaded.ok());
    for loaded in loaded {
        match changed_since(schedule, &loaded) {
            // It is ready to run as it is.
            Some(why) => {
                let label = console::printable(&loaded.label);
                console::warn(format_args!(
                    "{label}: the schedule sets parameters that it does not have so; {why}"
                ));
            }
            None if loaded.scenario.model.name != schedule.scenario => {
                warn_of_another(schedule, &loaded.label)
            }
            None => {}
        }
    }
}

fn warn_of_another(schedule: &Schedule, label: &str) {
    let (label, other) = (console::printable(label), console::printable(&schedule.scenario));
    console::warn(format_args!("{label}: the schedule was made for '{other}'"));
}

/// Says what a schedule says of itself and does not hold.
fn warn_of(schedule: &Schedule, loaded: &Loaded, finished: &Finished) {
    let label = console::printable(&finished.label);
    let kind = schedule.shows.split_whitespace().next();
    let outcome = finished.outcome.name();
    let is_blocked = schedule.blocked.is_empty() || finished.waiting.is_some();
    if kind == Some("deadlock") && outcome != "deadlock" || !is_blocked {
        let (shows, mode) = (console::printable(&schedule.shows), schedule.mode.name());
        let likely = changed_since(schedule, loaded).map_or(String::new(), |why| format!("; {why}"));
        console::warn(format_args!(
            "{label}: the schedule does not show what it says ({shows}): followed {mode}, the run ends as {outcome}{likely}"
        ));
    }
}

/// Runs, writes and tells one scenario.
fn one(
    scenario: &Loaded,
    view: &View,
    arguments: &RunArguments,
    schedule: Option<&Schedule>,
    given: &mut GivenLooks,
) -> Result<Finished, Failure> {
    let is_text = arguments.scenarios.format == Format::Text;
    let keep = match schedule {
        _ if !is_text => Keep::Nothing,
        None if !view.look.leaves_out() && !view.look.shows_holders() => Keep::Sketch,
        // A sketch does not know who holds what. Of a part of the run more is seen than a sketch of all of it
        // has. Around a failure its events are drawn, and it is not run along the schedule once more.
        _ => Keep::Events,
    };
    let live = html_page::live(scenario, view, &arguments.run, arguments.live)?;
    // First of all, for another scenario may not allow it.
    if let Some(schedule) = schedule.filter(|schedule| schedule.scenario != scenario.scenario.model.name) {
        warn_of_another(schedule, &scenario.label);
    }
    let file = arguments.schedule.as_deref();
    let folder = own_folder(scenario, file, &arguments.run)?;
    let mut finished = run_along(scenario, schedule, view, (&arguments.run, folder.as_ref()), keep)?;
    finished.along = file.map(|file| lossy(file.file_name()));
    let looks = if draws(&arguments.run) { SharedLooks::behind(given, &finished) } else { None };
    write_into(folder.as_ref(), &mut finished, &arguments.run, looks.as_ref(), live.as_ref())?;
    if let Some(schedule) = schedule {
        warn_of(schedule, scenario, &finished);
    }
    if let Some(file) = file {
        finished.reproduction = reproduction_along(scenario, file);
    }
    if is_text && schedule.is_none() {
        finished.helps = what_helps(scenario, &finished);
    }
    if is_text && schedule.is_none() && finished.trace.is_none() && has_path(&finished) {
        // A sketch has no path. A run of few events is soon made once more.
        let unwritten = RunOptions { write: vec![Artifact::None], ..arguments.run.clone() };
        finished.critical = Some(path_line(&execute(scenario, &unwritten, None, Keep::Events)?));
    }
    if is_text {
        failure_windows::draw(Some(scenario).filter(|_| schedule.is_none()), &mut finished)?;
    }
    let told = match arguments.scenarios.format {
        Format::Json => json_line(&finished, None),
        Format::Text => {
            let drawing = Drawing::new(&finished).filter(|_| !view.begins_behind(finished.end));
            let timeline = drawing.map(|drawing| drawing.text());
            text(&finished, timeline.as_deref(), arguments.instances) + &order_of_locks(scenario, &finished)
        }
    };
    console::print(&told)?;
    Ok(finished)
}

/// Where to look for a deadlock that this run did not meet; empty if locks are
/// nested in one order only.
fn order_of_locks(scenario: &Loaded, finished: &Finished) -> String {
    if finished.is_finding() {
        return String::new();
    }
    let loaded = &scenario.scenario;
    let Some(lines) = circular_locking(&loaded.model, &loaded.params) else { return String::new() };
    let lines = lines.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let command = command("explore --untimed", scenario);
    format!(
        "  locks are nested in more than one order (lines {lines}); whether that can deadlock: {command}\n\n"
    )
}

/// Runs a scenario that is compared with others; the files of its own are written by
/// [`write_own`], when it is known what they look like beside those of the others.
pub fn run_compared(scenario: &Loaded, view: &View, options: &RunOptions) -> Result<Finished, Failure> {
    let folder = own_folder(scenario, None, options)?;
    run_along(scenario, None, view, (options, folder.as_ref()), Keep::Nothing)
}

/// The folder of a scenario, if anything is written. A run along the schedule of a file has a
/// folder of the name of that file in it: such a run is one of many, and what was written of the
/// plain one stays.
fn own_folder(
    scenario: &Loaded,
    schedule: Option<&Path>,
    options: &RunOptions,
) -> Result<Option<Folder>, Failure> {
    let mut path = options.output.join(folder_name(&scenario.label));
    path.extend(schedule.map(|file| folder_name(&lossy(file.file_stem()))));
    options.writes_anything().then(|| Folder::open(path)).transpose()
}

/// A part of the name of a file as a text; empty if there is none.
fn lossy(part: Option<&OsStr>) -> String {
    part.map_or_else(String::new, |part| part.to_string_lossy().into_owned())
}

/// Whether anything is drawn or exported, for which all events are kept.
fn draws(options: &RunOptions) -> bool {
    pictures::are_wanted(options) || exports::are_wanted(options) || html_page::is_wanted(options)
}

/// Runs a scenario, along a schedule if there is one, and writes its trace into its folder.
/// Of its events is kept what `keep` says, and all if there are pictures.
fn run_along(
    scenario: &Loaded,
    schedule: Option<&Schedule>,
    view: &View,
    (options, folder): (&RunOptions, Option<&Folder>),
    keep: Keep,
) -> Result<Finished, Failure> {
    let keep = if draws(options) { Keep::Events } else { keep };
    let mut finished = match schedule {
        None => {
            // Who waits for the end of a run that has none cannot know that.
            let endless = scenario.scenario.endless_loops();
            if !endless.items.is_empty() {
                console::warn(endless.render(true));
            }
            let mut finished = execute(scenario, options, folder, keep)?;
            finished.ties = tie_sensitivity(scenario, &finished);
            finished
        }
        Some(schedule) => {
            let cancellation = Cancellation::by(&interrupt::requested);
            execute_along(scenario, schedule, cancellation, options, folder, keep)?
        }
    };
    interrupt::check()?;
    finished.view = view.clone();
    let is_over = view.begins_behind(finished.end);
    if is_over {
        finished
            .notes
            .push(format!("no pictures: they would begin where the run, until {}, is over", finished.end));
    }
    Ok(finished)
}

/// Writes the files of a run of its own: its pictures, in the looks that it has in common with
/// other runs, if there are any; its page, which runs it again if it is `live`; its result.
///
/// # Errors
/// If they cannot be drawn or written.
pub fn write_own(
    scenario: &Loaded,
    finished: &mut Finished,
    options: &RunOptions,
    looks: Option<&SharedLooks>,
    live: Option<&LivePage>,
) -> Result<(), Failure> {
    let folder = own_folder(scenario, None, options)?;
    write_into(folder.as_ref(), finished, options, looks, live)
}

/// Writes the files of a run into its folder, if it has one.
fn write_into(
    folder: Option<&Folder>,
    finished: &mut Finished,
    options: &RunOptions,
    looks: Option<&SharedLooks>,
    live: Option<&LivePage>,
) -> Result<(), Failure> {
    let Some(folder) = folder else { return Ok(()) };
    let is_over = finished.view.begins_behind(finished.end);
    if let Some(drawing) = Drawing::new(finished).filter(|_| draws(options) && !is_over) {
        let drawing = drawing.among(looks);
        let mut files = drawing.write(folder, options, "gantt")?;
        files.extend(drawing.write_marks(folder, options)?);
        files.extend(html_page::write(&drawing, folder, options, "gantt", live)?);
        let (exported, notes) = exports::write(&drawing, folder, options)?;
        files.extend(exported);
        finished.written.splice(0..0, files);
        finished.notes.extend(notes);
    }
    if options.writes(Artifact::Result) {
        let result = folder.write("result.json", &json(finished))?;
        finished.written.push(result);
    }
    Ok(())
}

/// Adds to an interruption what was finished before it.
pub fn with_done(failure: Failure, done: &[String]) -> Failure {
    if failure.exit != Exit::Interrupted {
        return failure;
    }
    let before = match done {
        [] => "nothing was finished".to_owned(),
        done => format!("finished: {}", console::printable(&done.join(", "))),
    };
    Failure { message: format!("{}; {before}", failure.message), ..failure }
}

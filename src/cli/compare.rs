//! `tempolane compare`: several scenarios side by side.

mod recorded;
mod replicated;

use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_variants};
use super::options::{Artifact, Format, RunOptions, ScenarioOptions};
use super::output::Folder;
use super::pictures::{Drawing, SharedLooks, are_wanted, write_comparison};
use super::report::{
    self, AsCompared, Finished, compared_marks_table, comparison_table, figures_table, headline, json_line,
    section,
};
use super::run::{run_compared, with_done, write_own};
use super::view::views;
use super::whole_number::whole;
use super::{console, html_page, interrupt};
use crate::analysis::{
    ComparisonRow, FigureComparison, MarkComparison, Statistics, check_path, compare, compare_figure,
    compare_marks,
};
use crate::figure::so_many;
use crate::render::{MOST_SCENARIOS, Timeline};
use crate::trace::{Header, ProfiledRun};
use clap::Args;
use replicated::Replication;
use std::path::PathBuf;

/// Run scenarios and compare them with the first
///
/// A parameter that is set several times (`--set workers=1 --set workers=2`) makes variants of each
/// scenario, one for each value; several such parameters, one for each combination. Besides the files of each scenario (see `run`), writes comparison.svg and comparison.png (all
/// timelines on one time axis) and total-time.svg and total-time.png to DIR.
#[derive(Debug, Args)]
pub struct CompareArguments {
    #[command(flatten)]
    scenarios: ScenarioOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Run each scenario so often, with other random numbers each, and compare the means in pairs: says
    /// which is faster, and how sure that is. Writes no files
    #[arg(long, value_name = "N", conflicts_with_all = ["replication", "ties", "write", "output", "beside", "title",
        "lanes", "from", "to", "width", "font_size", "theme", "colour_by", "style"],
        value_parser = whole::<u64>(2, 1_000_000))]
    replications: Option<u64>,
    /// Draw a recorded run of the real program under the others in the comparison: a trace of Chrome,
    /// Perfetto or PyTorch (trace event format); may be repeated
    #[arg(long, value_name = "FILE.json")]
    beside: Vec<PathBuf>,
    /// Figures to compare too, separated by commas, each by its path in `--format json`, such as
    /// resources.cpu.utilization or marks.dropped.count
    #[arg(long = "of", value_name = "PATHS", value_delimiter = ',')]
    figures: Vec<String>,
}

/// What the runs come to side by side.
struct Comparison {
    rows: Vec<ComparisonRow>,
    marks: Vec<MarkComparison>,
    /// Those that were asked for.
    figures: Vec<FigureComparison>,
}

pub fn run(arguments: &CompareArguments) -> Result<Exit, Failure> {
    arguments.run.writes_only("compare", &Artifact::OF_RUN)?;
    let loaded = load_variants(&arguments.scenarios)?;
    interrupt::watch();
    if let Some(replications) = arguments.replications {
        let (seed, figures) = (arguments.run.seed, arguments.figures.as_slice());
        let how = Replication { replications, seed, figures, format: arguments.scenarios.format };
        return replicated::run(&loaded, &how);
    }
    let paths = asked(&arguments.figures, &loaded)?;
    let options = &arguments.run;
    let views = views(&options.look, &loaded)?;
    let recorded = arguments.beside.iter().map(|path| recorded::read(path)).collect::<Result<Vec<_>, _>>()?;
    let (mut runs, mut done): (Vec<Finished>, Vec<String>) = (Vec::new(), Vec::new());
    let mut failure = None;
    for (scenario, view) in loaded.iter().zip(&views) {
        let ended = run_compared(scenario, view, options).and_then(|finished| {
            done.push(finished.label.clone());
            runs.push(finished);
            interrupt::check()
        });
        if let Err(error) = ended {
            failure = Some(with_done(error, &done));
            break;
        }
    }
    // What was finished is written, whatever came then.
    let timelines: Vec<Timeline<'_>> = recorded.iter().map(Timeline::recorded).collect();
    let looks = SharedLooks::of(&runs, &timelines);
    for (scenario, finished) in loaded.iter().zip(&mut runs) {
        write_own(scenario, finished, options, looks.as_ref(), None)?;
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    let written = write_pictures(&runs, &recorded, (&timelines, looks.as_ref()), options)?;
    let comparison = Comparison::of(&runs, &paths);
    match arguments.scenarios.format {
        Format::Json => {
            for (index, run) in runs.iter().enumerate() {
                console::print(&json_line(run, Some(comparison.of_run(index))))?;
            }
        }
        Format::Text => {
            console::print(&(told(&runs, &comparison, &written) + &recorded::told(&recorded)))?;
        }
    }
    let finding = runs.iter().any(Finished::is_finding);
    Ok(if finding { Exit::Finding } else { Exit::Fine })
}

/// The paths of the figures that were asked for, each once.
///
/// # Errors
/// If none of the scenarios has such a figure.
fn asked<'p>(paths: &'p [String], loaded: &[Loaded]) -> Result<Vec<&'p str>, Failure> {
    let mut asked: Vec<&str> = Vec::new();
    for path in paths.iter().map(|path| path.trim()) {
        if !asked.contains(&path) {
            asked.push(path);
        }
    }
    if asked.is_empty() {
        return Ok(asked);
    }
    let headers = loaded.iter().map(|scenario| Ok(scenario.program()?.header(0)));
    let headers: Vec<Header> = headers.collect::<Result<_, Failure>>()?;
    for path in &asked {
        let mut absent = headers.iter().map(|header| check_path(header, path));
        if let Some(Err(why)) = absent.next().filter(|_| absent.all(|other| other.is_err())) {
            let (path, why) = (console::printable(path), console::printable(&why));
            return Err(Failure::usage(format!("there is no figure '{path}': {why}")));
        }
    }
    Ok(asked)
}

impl Comparison {
    fn of(runs: &[Finished], paths: &[&str]) -> Comparison {
        let rows = runs.iter().map(|run| (run.label.as_str(), &run.outcome, &run.statistics));
        let figures: Vec<(&Header, &Statistics)> =
            runs.iter().map(|run| (&run.header, &run.statistics)).collect();
        Comparison {
            rows: compare(rows),
            marks: compare_marks(&figures),
            figures: paths.iter().map(|path| compare_figure(path, &figures)).collect(),
        }
    }

    /// What it says of one of the runs.
    fn of_run(&self, index: usize) -> AsCompared<'_> {
        let value = |figure: &'_ FigureComparison| figure.runs[index].map(|compared| compared.value);
        AsCompared {
            speed_up: self.rows[index].speed_up,
            figures: self.figures.iter().map(|figure| (&*figure.path, value(figure))).collect(),
        }
    }
}

fn write_pictures(
    runs: &[Finished],
    recorded: &[ProfiledRun],
    (timelines, looks): (&[Timeline<'_>], Option<&SharedLooks>),
    options: &RunOptions,
) -> Result<Vec<PathBuf>, Failure> {
    let wanted = are_wanted(options) || html_page::is_wanted(options);
    if !wanted || runs.iter().all(|run| run.view.begins_behind(run.end)) {
        return Ok(Vec::new());
    }
    let folder = Folder::open(options.output.clone())?;
    let drawings = runs.iter().filter_map(Drawing::new).map(|drawing| drawing.among(looks));
    let drawings: Vec<Drawing<'_>> = drawings.collect();
    let mut written = write_comparison(&drawings, timelines, &folder, options)?;
    let title = format!("{} on one time axis", so_many((drawings.len() + recorded.len()) as u64, "run"));
    let all: Vec<(&Drawing<'_>, &str)> = drawings.iter().map(|drawing| (drawing, "")).collect();
    let names = recorded.iter().map(|recording| recording.header.scenario.as_str());
    let others: Vec<(&Timeline<'_>, &str)> = timelines.iter().zip(names).collect();
    written.extend(html_page::write_several(&title, &all, &others, &folder, options, "comparison")?);
    Ok(written)
}

/// The headline of each run, the tables, and where the pictures are.
fn told(runs: &[Finished], comparison: &Comparison, written: &[PathBuf]) -> String {
    let mut text: String = runs.iter().map(headline).collect();
    text.push('\n');
    text.push_str(&comparison_table(&comparison.rows));
    let labels: Vec<&str> = runs.iter().map(|run| run.label.as_str()).collect();
    section(&mut text, "Figures", &figures_table(&labels, &comparison.figures));
    section(&mut text, "Marks", &compared_marks_table(&labels, &comparison.marks));
    let mut paths = report::files(written);
    paths.extend(runs.iter().filter_map(files));
    let notes = runs.iter().flat_map(|run| {
        let label = console::printable(&run.label);
        run.notes.iter().map(move |note| format!(" note on {label}: {note}\n"))
    });
    if !paths.is_empty() {
        text.push_str("\nFiles\n");
        text.push_str(&paths);
    }
    text.extend(notes);
    if !written.is_empty() && runs.len() > MOST_SCENARIOS {
        let more = runs.len() - MOST_SCENARIOS;
        let others = match more {
            1 => "last one".to_owned(),
            more => format!("{more} others"),
        };
        text.push_str(&format!(
            " note: the total-time chart shows the first {MOST_SCENARIOS} scenarios, and not the {others}\n"
        ));
    }
    text
}

/// The files of one scenario on one line: `output/a: gantt.svg, gantt.png`.
fn files(run: &Finished) -> Option<String> {
    let folder = console::shown(run.written.first()?.parent()?);
    let names = run.written.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy());
    Some(format!(" {folder}: {}\n", names.collect::<Vec<_>>().join(", ")))
}

//! `tempolane report`: a report to hand in, as a page of Markdown or HTML.
//!
//! Decides where it goes. What stands in it is decided in [`content`], and how that is
//! written in [`markdown`] and [`html`].

mod content;
mod html;
mod markdown;
mod page;

use super::console;
use super::failure::{Exit, Failure};
use super::inputs::load_variants;
use super::interrupt;
use super::look_options::LookOptions;
use super::options::{Format, ScenarioOptions, parse_setting};
use super::output::{Folder, folder_of};
use super::view::views;
use super::whole_number::whole;
use clap::Args;
use page::Page;
use std::path::{Path, PathBuf};

/// Write a report of scenarios: a page with comparison, pictures, reasons, and where all comes from
///
/// Runs the scenarios, compares them with the first, and says of each why it takes as long as it
/// does and what would help. FILE.html is one file, with its pictures in it; of FILE.md these stand
/// in a folder beside it, FILE-pictures. The same scenarios give the same bytes.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Scenario files, folders (every .yaml and .yml below, sorted), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Set a parameter of every scenario; set several times, it makes variants, as in `compare`
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_setting)]
    settings: Vec<(String, String)>,
    /// The seed of all random streams [default: the scenario's, or 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u64>(0, u64::MAX))]
    seed: Option<u64>,
    /// Where to write it: a name that ends in .md or .html
    #[arg(short, long, value_name = "FILE", value_parser = page_name)]
    output: PathBuf,
    #[command(flatten)]
    look: LookOptions,
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Markdown,
    Html,
}

fn kind(path: &Path) -> Option<Kind> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "md" | "markdown" => Some(Kind::Markdown),
        "html" | "htm" => Some(Kind::Html),
        _ => None,
    }
}

fn page_name(text: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(text);
    match kind(&path) {
        Some(_) => Ok(path),
        None => Err("the name of a report ends in .md or .html"),
    }
}

pub fn run(arguments: &ReportArguments) -> Result<Exit, Failure> {
    let (paths, settings) = (arguments.paths.clone(), arguments.settings.clone());
    let loaded = load_variants(&ScenarioOptions { paths, settings, format: Format::Text })?;
    let views = views(&arguments.look, &loaded)?;
    interrupt::watch();
    let content = content::of(&loaded, &views, arguments.look.title.as_deref(), arguments.seed)?;
    let written = write(&content.page, &arguments.output)?;
    let told = |path: &PathBuf| format!(" {}\n", console::shown(path.strip_prefix(".").unwrap_or(path)));
    console::print(&written.iter().map(told).collect::<String>())?;
    Ok(if content.is_finding { Exit::Finding } else { Exit::Fine })
}

/// Writes the page, and its pictures where they are files of their own.
fn write(page: &Page, path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = Folder::open(folder_of(path).to_path_buf())?;
    let name = path.file_name().map_or_else(PathBuf::new, PathBuf::from);
    if kind(path) == Some(Kind::Html) {
        return Ok(vec![folder.write(&name, html::written(page).as_bytes())?]);
    }
    let beside = format!("{}-pictures", path.file_stem().unwrap_or_default().to_string_lossy());
    let pictures = Folder::open(folder.path().join(&beside))?;
    for (name, svg) in page.pictures() {
        pictures.write(&format!("{name}.svg"), svg.as_bytes())?;
    }
    let text = markdown::written(page, &beside);
    Ok(vec![folder.write(&name, text.as_bytes())?, pictures.path().to_path_buf()])
}

//! A run as one page to explore: HTML with its style, its program and its data.
//!
//! Decides how the page is put together, and that nothing of a scenario gets into its
//! markup: the page carries its data compressed and as Base64, and its program shows
//! names and texts only as text. A policy in the head forbids whatever else could be
//! loaded or run. What a run looks like is decided by the files in `page/`; what there
//! is to know of it, by [`data`](mod@data).

mod columns;
mod data;
mod events;
mod levels;
mod look;
mod path;
mod run;
mod tables;
mod telling;
mod texts;
mod ticks;

pub use run::PageRun;

use super::inks::Inks;
use super::input::GanttInput;
use super::svg::escape;
use crate::look::ColourBy;
use crate::trace::printable;
use columns::{Columns, base64};
use miniz_oxide::deflate::compress_to_vec;
use serde::Serialize;
use std::fmt::Write;
use xxhash_rust::xxh3::xxh3_128;

const STYLE: &str = include_str!("page/style.css");
const BODY: &str = include_str!("page/body.html");

/// The program, in the order in which its parts build on each other.
const PROGRAM: [&str; 11] = [
    include_str!("page/time.js"),
    include_str!("page/decode.js"),
    include_str!("page/density.js"),
    include_str!("page/differences.js"),
    include_str!("page/view.js"),
    include_str!("page/ink.js"),
    include_str!("page/paint.js"),
    include_str!("page/describe.js"),
    include_str!("page/panels.js"),
    include_str!("page/search.js"),
    include_str!("page/main.js"),
];

/// The form of the data. Another number, also in `decode.js`, where pages are told otherwise.
const FORM: u32 = 1;

/// How hard to compress: more takes longer and saves next to nothing.
const COMPRESSION: u8 = 7;

/// What all runs of a page have in common.
#[derive(Serialize)]
struct PageData<'a> {
    form: u32,
    title: &'a str,
    looks: Vec<look::Look>,
    runs: Vec<data::RunData<'a>>,
}

/// The page of a run, or of several that are compared. What its colours tell is as in
/// pictures. The same runs give the same bytes.
///
/// ```
/// use tempolane::render::html;
///
/// let page = html("nothing", &[], None);
/// assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
/// ```
pub fn html(title: &str, runs: &[PageRun<'_>], colour_by: Option<ColourBy>) -> String {
    let title = printable(title);
    let data = base64(&compress_to_vec(&whole(&title, runs, colour_by), COMPRESSION));
    let nonce = format!("{:032x}", xxh3_128(data.as_bytes()));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'nonce-{nonce}'; \
         style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>"
    );
    escape(&title, &mut page);
    let colours = look::variables();
    let _ = write!(page, "</title>\n<style nonce=\"{nonce}\">\n{colours}{STYLE}</style>\n</head>\n{BODY}");
    let _ = writeln!(page, "<script type=\"application/octet-stream\" id=\"data\">{data}</script>");
    let _ = write!(page, "<script nonce=\"{nonce}\">\n\"use strict\";\n");
    PROGRAM.iter().for_each(|part| page.push_str(part));
    page.push_str("</script>\n</body>\n</html>\n");
    page
}

/// The length of a text in JSON, the text, and the columns of numbers that it tells of.
fn whole(title: &str, runs: &[PageRun<'_>], colour_by: Option<ColourBy>) -> Vec<u8> {
    let inputs: Vec<GanttInput<'_>> = runs.iter().map(|run| run.timeline.clone()).collect();
    let inks = Inks::of(&inputs, colour_by);
    let mut numbers = Columns::default();
    let runs = runs.iter().map(|run| data::data(run, &inks, &mut numbers)).collect();
    let told = serde_json::to_vec(&PageData { form: FORM, title, looks: look::looks(&inks), runs });
    let told = told.expect("texts and numbers become JSON");
    let mut whole = Columns::default();
    whole.number(told.len() as u64);
    whole.bytes.extend(told);
    whole.bytes.extend(numbers.bytes);
    whole.bytes
}

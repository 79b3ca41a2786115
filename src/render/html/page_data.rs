//! What a page carries of its runs, before it is packed.

use super::super::ink_table::Inks;
use super::super::input::GanttInput;
use super::columns::Columns;
use super::live::LivePage;
use super::run::PageRun;
use super::{data, look};
use crate::look::ColourBy;
use serde::Serialize;

/// The form of the data. Another number, also in `decode.js`, where pages are told otherwise.
const FORM: u32 = 1;

/// What all runs of a page have in common.
#[derive(Serialize)]
struct PageData<'a> {
    form: u32,
    title: &'a str,
    looks: Vec<look::Look>,
    runs: Vec<data::RunData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<&'a LivePage>,
}

/// What a page carries of its runs, before it is packed: the length of a text in JSON, the text, and
/// the columns of numbers that it tells of.
pub fn page_data(
    title: &str,
    runs: &[PageRun<'_>],
    colour_by: Option<ColourBy>,
    live: Option<&LivePage>,
) -> Vec<u8> {
    let inputs: Vec<GanttInput<'_>> = runs.iter().map(|run| run.timeline.clone()).collect();
    let inks = Inks::given_or_of(&inputs, colour_by);
    let mut numbers = Columns::default();
    let runs = runs.iter().map(|run| data::data(run, &inks, &mut numbers)).collect();
    let told = serde_json::to_vec(&PageData { form: FORM, title, looks: look::looks(&inks), runs, live });
    let told = told.expect("texts and numbers become JSON");
    let mut whole = Columns::default();
    whole.number(told.len() as u64);
    whole.bytes.extend(told);
    whole.bytes.extend(numbers.bytes);
    whole.bytes
}

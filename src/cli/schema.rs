//! `tempolane schema`: the JSON Schema of the scenario language.

use super::console;
use super::failure::{Exit, Failure};
use clap::Args;

/// Print the JSON Schema of scenarios, for editors
#[derive(Debug, Args)]
pub struct Arguments {}

pub fn run(_: &Arguments) -> Result<Exit, Failure> {
    let mut text = serde_json::to_string_pretty(&crate::scenario::schema()).expect("every key is a string");
    text.push('\n');
    console::print(&text)?;
    Ok(Exit::Fine)
}

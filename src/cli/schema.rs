//! `tempolane schema`: the JSON Schema of the scenario language.

use super::console;
use super::failure::{Exit, Failure};
use super::report::on_many_lines;
use clap::Args;

/// Print the JSON Schema of scenarios, for editors
#[derive(Debug, Args)]
pub struct SchemaArguments {}

pub fn run(_: &SchemaArguments) -> Result<Exit, Failure> {
    console::print(&on_many_lines(&crate::scenario::schema()))?;
    Ok(Exit::Fine)
}

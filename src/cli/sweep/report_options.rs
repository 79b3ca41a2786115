//! How the results of a sweep are reported.

use super::row_format::RowFormat;
use crate::cli::options::Format;
use crate::cli::whole_number::whole;
use clap::Args;
use std::path::PathBuf;

/// What is shown and written of the rows of a sweep, wherever they come from.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// The order of the table: a figure or a parameter, with - before it from the largest down
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// How many points the table shows
    #[arg(long, value_name = "N", default_value = "20", value_parser = whole::<usize>(1, 100_000))]
    pub top: usize,
    /// How to print results; JSON is one object per point per line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Write the rows also in other forms, separated by commas: jsonl (runs.jsonl), parquet
    /// (runs.parquet, in a program that was built with it); csv is always there
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "csv",
        hide_possible_values = true
    )]
    pub rows: Vec<RowFormat>,
    /// Write no charts
    #[arg(long)]
    pub no_charts: bool,
    /// Of these figures more is better, separated by commas: for the front of two figures,
    /// in which less is better unless told otherwise
    #[arg(long, value_name = "FIGURES", value_delimiter = ',')]
    pub larger: Vec<String>,
}

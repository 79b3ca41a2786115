//! What is wished of pictures on the command line.
//!
//! Decides what the options are called. What may be wished is decided in [`crate::look`].

use super::whole_number::whole;
use crate::look::{ColourBy, FONT_SIZES, Look, Theme, WIDEST, in_pixels};
use crate::scenario::parse_duration;
use crate::time::Time;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

/// What is wished of pictures.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Pictures")]
pub struct LookOptions {
    /// What stands above them [default: the scenario's name]
    #[arg(long, value_name = "TEXT", value_parser = title)]
    pub title: Option<String>,
    /// Which processes they show, in this order, separated by commas: loader, worker[2], or worker* for
    /// all that begin so [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub lanes: Vec<String>,
    /// Where the time axis begins [default: 0s]
    #[arg(long, value_name = "DURATION", value_parser = moment)]
    pub from: Option<Time>,
    /// Where the time axis ends [default: the end of the run]
    #[arg(long, value_name = "DURATION", value_parser = moment)]
    pub to: Option<Time>,
    /// The width of pictures in pixels [default: 640, which is 16 cm in print]
    #[arg(long, value_name = "PIXELS", allow_hyphen_values = true, value_parser = pixels(1, WIDEST))]
    pub width: Option<u32>,
    /// The size of the smallest text in pixels; all else grows with it [default: 10]
    #[arg(long, value_name = "PIXELS", allow_hyphen_values = true, value_parser = pixels(FONT_SIZES[0], FONT_SIZES[1]))]
    pub font_size: Option<u32>,
    /// Colours on white, colours on black, or greys [default: light]
    #[arg(long, value_parser = PossibleValuesParser::new(Theme::NAMES).try_map(|name| Theme::named(&name).ok_or("no theme")))]
    pub theme: Option<Theme>,
    /// What the colours of timelines tell [default: activity where steps have labels, else state]
    #[arg(long, visible_alias = "color-by",
        value_parser = PossibleValuesParser::new(ColourBy::NAMES).try_map(|name| ColourBy::named(&name).ok_or("no colours")))]
    pub colour_by: Option<ColourBy>,
    /// Show who holds each mutex and each read-write lock, in a lane of its own
    #[arg(long)]
    pub holders: bool,
    /// A YAML file with such wishes, as in `style` of a scenario, before which it goes
    #[arg(long, value_name = "FILE")]
    pub style: Option<PathBuf>,
}

fn title(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("a title is not empty") } else { Ok(text.to_owned()) }
}

/// Reads a number of pixels within these bounds.
fn pixels(least: u32, most: u32) -> impl Fn(&str) -> Result<u32, String> + Clone {
    let number = whole(least.into(), most.into());
    move |text| match text.parse::<f64>() {
        Ok(_) => number(text),
        Err(_) => Err(in_pixels(text)),
    }
}

fn moment(text: &str) -> Result<Time, String> {
    Time::from_nanos(parse_duration(text)?).ok_or_else(|| "a duration is at most 2^63 ns".to_owned())
}

impl LookOptions {
    /// What is wished, but for what stands in a file.
    pub fn given(&self) -> Look {
        Look {
            title: self.title.clone(),
            lanes: self.lanes.iter().map(|lane| lane.trim().to_owned()).collect(),
            from: self.from,
            to: self.to,
            width: self.width,
            font_size: self.font_size,
            theme: self.theme,
            colour_by: self.colour_by,
            holders: self.holders.then_some(true),
        }
    }
}

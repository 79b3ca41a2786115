//! Pictures of runs: Gantt timelines and charts, as SVG, PNG and text.
//!
//! A run becomes a [`Scene`] of plain shapes ([`gantt`](fn@gantt), [`aligned`]), and
//! a scene becomes SVG ([`svg`](fn@svg)); [`text_gantt`] and, for a few moments of a
//! run, [`text_window`] draw for the terminal, and [`StepsSink`] is for code reviews.
//! All of these work from a trace alone, so a saved trace draws the same picture.
//! The same input gives the same bytes on every machine.
#![cfg_attr(
    feature = "render",
    doc = "
With the feature `render` SVG becomes PNG ([`png`](fn@png)), [`total_time_chart`] compares scenarios and
[`marks_chart`] shows what marks carried, from traces, too. The charts of a sweep ([`sweep_lines`],
[`sweep_map`], [`distribution_chart`], [`front_chart`]) and of fits work from its numbers."
)]

#[cfg(feature = "render")]
mod charts;
mod dense;
mod font;
mod formats;
mod gantt;
mod held;
mod html;
mod ink_table;
mod inks;
mod input;
#[cfg(feature = "render")]
mod outline;
mod palette;
#[cfg(feature = "render")]
mod png;
mod scene;
mod shorten;
mod steps;
mod svg;
mod text;
mod theme;
mod ticks;
mod timeline;

pub use crate::look::{ColourBy, Look, Theme};
#[cfg(feature = "render")]
pub use charts::{
    AgreementChart, AgreementPoint, AxisValue, ChartQuantity, DistributionChart, FINE_BINS, FrontChart,
    FrontPoint, MOST_LINES, MOST_SCENARIOS, ProcessBar, ProfileChart, ScenarioBars, SweepAxis, SweepChart,
    SweepPoint, agreement_chart, distribution_chart, front_chart, marks_chart, profile_chart, sweep_lines,
    sweep_map, total_time_chart,
};
pub use font::missing as missing_letters;
pub use formats::{MOST_TASKS, levels_csv, mermaid, perfetto, spans_csv};
#[cfg(feature = "render")]
pub use formats::{pdf, tikz};
pub use gantt::{Style, aligned, gantt, validated};
#[cfg(feature = "render")]
pub use html::html;
pub use html::{LivePage, LiveParameter, PageRun, page_data};
pub use ink_table::Inks;
pub use inks::GivenLooks;
pub use input::{Broken, GanttInput, LevelSeries, Point, PointKind, Window};
#[cfg(feature = "render")]
pub use png::{RenderError, png};
pub use scene::{Anchor, Area, Colour, Fill, Hatch, Pattern, Scene, Shape, Stroke, Tag, Text};
pub use steps::{STEPS_VERSION, StepsSink};
pub use svg::{escape, svg};
pub use text::{TextStyle, text_gantt, text_window};
pub use theme::restyled;
pub use timeline::Timeline;

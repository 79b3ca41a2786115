//! Timelines in letters, for the terminal: of a whole run, and around a moment.
//!
//! Decides what stands above what; how it looks is decided in [`drawing`].

mod drawing;
mod holders;
mod window;

pub use drawing::TextStyle;
pub use window::text_window;

use super::input::GanttInput;
use drawing::Drawing;

/// The run as lines of text, each ending in a line break.
pub fn text_gantt(input: &GanttInput<'_>, style: &TextStyle) -> String {
    let mut drawing = Drawing::new(input, style);
    drawing.heading();
    drawing.lanes();
    drawing.holders();
    drawing.levels();
    drawing.axis();
    drawing.legend();
    drawing.text
}

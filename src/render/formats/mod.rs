//! A run in formats that other programs read.
//!
//! Decides what stands in each of them. Pictures are made of the SVG document
//! ([`pdf`](fn@pdf), [`tikz`](fn@tikz)), so that every one looks like it; tables and traces of
//! the run itself: all of it, whatever part of it a picture shows.

mod csv;
mod mermaid;
#[cfg(feature = "render")]
mod page;
#[cfg(feature = "render")]
mod pdf;
mod perfetto;
#[cfg(feature = "render")]
mod tikz;

pub use csv::{levels_csv, spans_csv};
pub use mermaid::{MOST_TASKS, mermaid};
#[cfg(feature = "render")]
pub use pdf::pdf;
pub use perfetto::perfetto;
#[cfg(feature = "render")]
pub use tikz::tikz;

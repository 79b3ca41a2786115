//! A run as one page to explore: HTML with its style, its program and its data.
//!
//! What a page carries is decided by `page_data`, and what there is to know of one run by `data`;
//! how the page is put together around that by `document`, and what a run looks like by the files
//! in `page/`.

mod columns;
mod data;
mod events;
mod holders;
mod levels;
mod live;
mod look;
mod page_data;
mod path;
mod run;
mod tables;
mod telling;
mod texts;
mod ticks;

#[cfg(feature = "render")]
mod document;

#[cfg(feature = "render")]
pub use document::html;
pub use live::{LivePage, LiveParameter};
pub use page_data::page_data;
pub use run::PageRun;

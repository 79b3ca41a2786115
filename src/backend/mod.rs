//! Drivers: they choose who goes next and let time pass, and leave it to the
//! kernel to say what happens then.

mod calendar;
mod heap_calendar;
pub mod recorded;
pub mod replay;
pub mod threads;
mod tie_calendar;
pub mod virtual_time;
mod wheel_calendar;

pub use calendar::{Calendar, HeapCalendar, MAX_PROCESSES, SmallCalendar, WheelCalendar};
pub use tie_calendar::TieCalendar;

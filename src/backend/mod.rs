//! Drivers: they choose who goes next and let time pass, and leave it to the
//! kernel to say what happens then.

mod calendar;
pub mod virtual_time;

pub use calendar::Calendar;

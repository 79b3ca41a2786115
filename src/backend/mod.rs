//! Drivers: they choose who goes next and let time pass, and leave it to the
//! kernel to say what happens then.

mod calendar;
mod heap_calendar;
mod indexed_calendar;
mod ready;
pub mod recorded;
pub mod replay;
mod rerun;
pub mod threads;
mod tie_calendar;
pub mod virtual_time;
mod wheel_calendar;

/// What a driver is made of: it tells the kernel who goes next.
pub use crate::kernel::{
    Call, Choices, Code, Draws, Kernel, Machine, Rest, Scheduler, State, Yield, find_deadlock, find_stuck,
    find_waiting, waits_for_horizon,
};
/// What a driver runs: a compiled scenario with its parameters bound.
pub use crate::program::{
    BindError, Binding, BoundProgram, Program, Rebound, compile, frame, may_end, resource,
};
pub use calendar::{Calendar, MAX_PROCESSES, SmallCalendar};
pub use heap_calendar::HeapCalendar;
pub use rerun::Rerun;
pub use tie_calendar::TieCalendar;
pub use wheel_calendar::WheelCalendar;

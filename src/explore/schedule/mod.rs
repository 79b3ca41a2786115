//! Schedules: as files, replayed turn by turn, and in words.

mod file;
mod lasso;
mod names;
mod narrate;
mod replay;
mod turn;

pub use file::{AGAIN_AND_AGAIN, Schedule, ScheduleError, one_line};
pub use lasso::GoesOn;
pub use names::ProcessNames;
pub use narrate::{narrate, narrate_cancellable};
pub use replay::{Following, Mismatch, Replayed, replay, replay_calling, replay_cancellable};
pub use turn::Turn;

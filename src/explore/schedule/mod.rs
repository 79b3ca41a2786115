//! Schedules: as files, replayed turn by turn, and in words.

mod file;
mod names;
mod narrate;
mod replay;
mod turn;

pub use file::{Schedule, ScheduleError, one_line};
pub use names::ProcessNames;
pub use narrate::{notes, notes_asking};
pub use replay::{Followed, Mismatch, follow, follow_asking, follow_calling};
pub use turn::Turn;

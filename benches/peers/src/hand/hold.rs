//! W2 by hand: every wake-up replaces the first entry of the calendar.

use super::Calendar;
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::Finished;

/// Runs W2 with this many processes until this many wake-ups have happened.
pub fn hold<C: Calendar>(processes: u32, wake_ups: u64) -> Finished {
    let mut delays = Exponential::seeded(1);
    let mut calendar = C::with_capacity(processes as usize);

    let start = Stopwatch::start();
    for process in 0..processes {
        calendar.push(delays.draw(), process);
    }
    let (mut count, mut now) = (0, 0.0);
    while count < wake_ups
        && let Some((time, process)) = calendar.first()
    {
        now = time;
        count += 1;
        calendar.replace_first(now + delays.draw(), process);
    }
    let seconds = start.seconds();

    Finished { count, seconds, end_time_s: now, figure: None }
}

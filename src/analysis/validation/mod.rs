//! How far apart two accounts of the same run are: the model's and a real one.
//!
//! A verdict has three counts. The order must be one that the model allows;
//! that is found out by a replay and comes in here as plain data. The times
//! (total, finish and blocking times) must be those of the model within a
//! tolerance. Ties that were resolved otherwise than in virtual time are told,
//! and no error: simultaneous events have no right order.
//!
//! Of several runs the median deviation counts: a single one may have been
//! held up by whatever else the machine does, the model cannot help it.

mod compare;
mod ties;

pub use compare::{ProcessTimes, RunTimes, SpanDeviation, compare_times};
pub use ties::{Reordering, reorderings};

use crate::time::Time;
use crate::trace::{Kind, Trace};

/// By how much times may deviate, in nanoseconds of scenario time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// The total time and every finish.
    pub times: u64,
    /// A blocking time may deviate by this much more for each of its waits.
    pub per_wait: u64,
}

impl Tolerance {
    /// One tolerance for all times, in nanoseconds.
    pub fn exactly(nanos: u64) -> Tolerance {
        Tolerance { times: nanos, per_wait: 0 }
    }

    /// What a run of this total time may deviate by on this machine.
    ///
    /// Every sleep and every wake-up on the way of a process, up to `steps` of
    /// them, may take longer than it should by the `mean` sleep error (real
    /// nanoseconds). On top comes 1.5% of the total time, for what else the
    /// machine does. More than 3.5% in all would confirm nothing. A blocking
    /// time is a sum of waits, each of which begins and ends on the real
    /// clock; the `high` error is that which is rarely exceeded. Where no time
    /// passes in the model there is nothing to compare with: then only the order
    /// counts.
    pub fn derived(total: Time, steps: u64, mean: u64, high: u64, speed: f64) -> Tolerance {
        if total == Time::ZERO {
            return Tolerance::exactly(u64::MAX);
        }
        let total = total.as_nanos();
        let sleeps = (steps as f64 * mean as f64 * speed) as u64;
        let per_wait = (high as f64 * speed) as u64;
        Tolerance { times: total / 200 * 3 + sleeps.min(total / 50), per_wait }
    }

    fn of_blocked(self, waits: u64) -> u64 {
        self.times.saturating_add(self.per_wait.saturating_mul(waits))
    }
}

/// The most delays, works and waits that any one process goes through.
pub fn longest_way(trace: &Trace) -> u64 {
    let mut ways = vec![0u64; trace.header.process_count()];
    for event in &trace.events {
        let counts =
            matches!(event.kind, Kind::Delay | Kind::Work | Kind::Grant | Kind::Timeout | Kind::Start);
        ways[event.process.index()] += u64::from(counts);
    }
    ways.into_iter().max().unwrap_or(0)
}

/// One run that was compared with the model.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedRun {
    /// How it ended.
    pub outcome: &'static str,
    /// Its total time.
    pub total_time: Time,
    /// Why its order is not one that the model allows, if it is not.
    pub illegal: Option<String>,
    /// Its times beside those of the model in the same order; `None` if the
    /// model has no such order.
    pub times: Option<RunTimes>,
    /// Where it went another way than virtual time.
    pub reorderings: Vec<Reordering>,
}

/// What several runs say about the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Whether the order of every run is one that the model allows.
    pub order_legal: bool,
    /// The times that are beyond the tolerance.
    pub excesses: Vec<Excess>,
    /// The median over the runs of the total time against that of the model,
    /// as a share of the latter; `None` if no run can be compared.
    pub total_time_error: Option<f64>,
    /// By process: the times of the middle run, and the median deviations.
    pub processes: Vec<ProcessVerdict>,
    /// The run whose total time deviates by the median: the one to show.
    pub typical: Option<usize>,
}

/// One process in the verdict; signed nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProcessVerdict {
    /// The times of the typical run.
    pub times: ProcessTimes,
    /// By how much it finished later than in the model.
    pub finish_deviation: Option<i64>,
    /// By how much longer it was blocked than in the model.
    pub blocked_deviation: i64,
}

/// A time that deviates by more than the tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// The total time, by so many nanoseconds.
    Total(i64),
    /// The finish of this process.
    Finish(usize, i64),
    /// The blocking time of this process.
    Blocked(usize, i64),
}

impl Verdict {
    /// Whether the model is confirmed.
    pub fn is_ok(&self) -> bool {
        self.order_legal && self.excesses.is_empty() && self.total_time_error.is_some()
    }
}

/// The verdict on these runs, with this tolerance.
pub fn judge(runs: &[ComparedRun], tolerance: Tolerance) -> Verdict {
    let compared: Vec<(usize, &RunTimes)> =
        runs.iter().enumerate().filter_map(|(number, run)| Some((number, run.times.as_ref()?))).collect();
    let order_legal = runs.iter().all(|run| run.illegal.is_none());
    let typical = middle(&compared, |(_, times)| times.total_deviation());
    let Some(&(number, times)) = typical else {
        return Verdict {
            order_legal,
            excesses: Vec::new(),
            total_time_error: None,
            processes: Vec::new(),
            typical: None,
        };
    };
    let processes: Vec<ProcessVerdict> =
        (0..times.processes.len()).map(|process| process_verdict(&compared, times, process)).collect();
    let excesses = excesses(times.total_deviation(), &processes, tolerance);
    let total_time_error = Some(times.total_error());
    Verdict { order_legal, excesses, total_time_error, processes, typical: Some(number) }
}

fn process_verdict(compared: &[(usize, &RunTimes)], typical: &RunTimes, process: usize) -> ProcessVerdict {
    let of = |times: &RunTimes| times.processes[process];
    let finishes: Vec<i64> = compared.iter().filter_map(|(_, times)| of(times).finish_deviation()).collect();
    let blocked: Vec<i64> = compared.iter().map(|(_, times)| of(times).blocked_deviation()).collect();
    ProcessVerdict {
        times: of(typical),
        finish_deviation: middle(&finishes, |&deviation| deviation).copied(),
        blocked_deviation: middle(&blocked, |&deviation| deviation).copied().unwrap_or(0),
    }
}

fn excesses(total: i64, processes: &[ProcessVerdict], tolerance: Tolerance) -> Vec<Excess> {
    let beyond = |deviation: i64| deviation.unsigned_abs() > tolerance.times;
    let mut found = Vec::new();
    if beyond(total) {
        found.push(Excess::Total(total));
    }
    for (index, process) in processes.iter().enumerate() {
        if let Some(deviation) = process.finish_deviation.filter(|&deviation| beyond(deviation)) {
            found.push(Excess::Finish(index, deviation));
        }
        let allowed = tolerance.of_blocked(process.times.waits);
        if process.blocked_deviation.unsigned_abs() > allowed {
            found.push(Excess::Blocked(index, process.blocked_deviation));
        }
    }
    found
}

/// The one in the middle when they are sorted; of an even number, the lower.
fn middle<T>(all: &[T], key: impl Fn(&T) -> i64) -> Option<&T> {
    let mut places: Vec<usize> = (0..all.len()).collect();
    places.sort_by_key(|&place| key(&all[place]));
    let place = places.get(places.len().saturating_sub(1) / 2)?;
    all.get(*place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::two_stage_trace;

    fn compared(late: u64) -> ComparedRun {
        let model = two_stage_trace();
        let mut seen = model.clone();
        // The last two events are b's, at 8 s: it gives m back and is done.
        seen.events.change(|events| {
            for event in events.iter_mut().rev().take(2) {
                event.time = event.time.checked_add(late).expect("short");
            }
        });
        seen.end = seen.end.checked_add(late).expect("short");
        ComparedRun {
            outcome: "completed",
            total_time: seen.end,
            illegal: None,
            times: Some(compare_times(&model, &seen)),
            reorderings: Vec::new(),
        }
    }

    #[test]
    fn the_median_counts_and_the_tolerance_is_a_bound() {
        let millisecond = 1_000_000;
        let runs = [compared(80 * millisecond), compared(4000 * millisecond), compared(0)];
        let verdict = judge(&runs, Tolerance::exactly(100 * millisecond));
        assert!(verdict.is_ok(), "{verdict:?}");
        assert_eq!(verdict.typical, Some(0));
        assert_eq!(verdict.total_time_error, Some(0.01));
        let verdict = judge(&runs, Tolerance::exactly(79 * millisecond));
        let late = 80 * millisecond as i64;
        assert_eq!(verdict.excesses, [Excess::Total(late), Excess::Finish(1, late)]);
        assert!(!verdict.is_ok());
    }

    #[test]
    fn one_illegal_order_is_enough() {
        let illegal = ComparedRun { illegal: Some("no".to_owned()), times: None, ..compared(0) };
        let one = Tolerance::exactly(1);
        let verdict = judge(&[compared(0), illegal.clone(), compared(0)], one);
        assert!(!verdict.order_legal && verdict.excesses.is_empty() && !verdict.is_ok());
        assert_eq!(judge(&[illegal], one).total_time_error, None);
        assert!(!judge(&[], one).is_ok(), "nothing was confirmed");
    }

    #[test]
    fn errors_add_up_along_the_way_of_a_process() {
        // 31 steps, 0.1 ms each, 20 times as fast: 62 ms, and 1.5% of 30 s.
        let derived = |mean| Tolerance::derived(Time::from_secs(30), 31, mean, 300_000, 20.0);
        assert_eq!(derived(100_000), Tolerance { times: 512_000_000, per_wait: 6_000_000 });
        assert_eq!(derived(100_000).of_blocked(10), 572_000_000);
        assert_eq!(derived(90_000_000).times, 1_050_000_000, "3.5%, however busy the machine");
        // c[0] starts, is granted twice (a wait of no length counts) and delays once.
        assert!(longest_way(&two_stage_trace()) >= 3);
    }
}

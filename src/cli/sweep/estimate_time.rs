//! How many runs a sweep has and how long they will take, found out by a few of them.

use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::figure::so_many;
use crate::sweep::{Plan, Runner};
use crate::time::format_nanos_short;
use std::time::Instant;

/// How many points are tried, all over the design.
const TRIED: u64 = 16;

/// The golden ratio in parts of 2^64.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Points, runs and the time that they take, as text.
///
/// # Errors
/// If the scenario cannot be run at one of the points, or the user stops it.
#[allow(clippy::disallowed_methods, reason = "the time that it takes is what is asked for")]
pub fn told(plan: &Plan<'_>, workers: usize) -> Result<String, Failure> {
    let stop: &(dyn Fn() -> bool + Sync) = &|| interrupt::requested();
    let mut runner = Runner::new(plan);
    let (began, mut runs) = (Instant::now(), 0);
    let jobs = plan.jobs();
    for try_ in 0..TRIED.min(jobs) {
        // In steps of the golden ratio, which no round grid has in it.
        let place = try_.wrapping_mul(GOLDEN);
        let mut job = plan.job(((u128::from(place) * u128::from(jobs)) >> 64) as u64);
        job.count = job.count.min(4);
        match runner.run(job, None, stop) {
            Ok(rows) => runs += rows.len() as u64,
            Err(error) => {
                interrupt::check()?;
                return Err(Failure::usage(error));
            }
        }
    }
    let each = began.elapsed().as_secs_f64() / runs.max(1) as f64;
    let all = plan.runs() as f64 * each / workers as f64;
    let time = if all < 1.0 {
        "less than a second".to_owned()
    } else {
        format!("about {}", format_nanos_short((all.min(9e9) * 1e9) as u64, 0))
    };
    let at_most = if plan.precision().is_some() || plan.design().has_conditions() { "at most " } else { "" };
    Ok(format!(
        "{}, {at_most}{}, {time} on {}\n",
        so_many(plan.points(), "point"),
        so_many(u64::try_from(plan.runs()).unwrap_or(u64::MAX), "run"),
        so_many(workers as u64, "thread"),
    ))
}

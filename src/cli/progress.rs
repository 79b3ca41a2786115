//! How far a run has come, on standard error, if somebody watches and it takes
//! a while.

use super::console;
use crate::time::{Time, format_nanos_short};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// A run shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows the progress of one run; goes away with it.
pub struct ProgressLine {
    label: String,
    began: Instant,
    watched: bool,
    bar: Option<ProgressBar>,
}

impl ProgressLine {
    /// Begins with a run of this name.
    #[allow(clippy::disallowed_methods)] // It is for the eye only and part of no result.
    pub fn new(label: &str) -> ProgressLine {
        let watched = console::stderr_is_watched();
        ProgressLine { label: console::printable(label), began: Instant::now(), watched, bar: None }
    }

    /// The run has reached `now` in so many steps.
    pub fn tell(&mut self, now: Time, steps: u64) {
        self.say(|seconds| {
            let reached = format_nanos_short(now.as_nanos(), 3);
            let rate = steps as f64 / seconds / 1e6;
            format!("{reached} of virtual time, {steps} steps, {rate:.1} million/s")
        });
    }

    /// What `text` makes of the seconds since the beginning.
    pub fn say(&mut self, text: impl FnOnce(f64) -> String) {
        let elapsed = self.began.elapsed();
        if !self.watched || elapsed < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{spinner} {msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        bar.set_message(format!("{}: {}", self.label, text(elapsed.as_secs_f64())));
        bar.tick();
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

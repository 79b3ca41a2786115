//! Ctrl-C: noted when it comes, acted on where nothing is left half done.

use super::failure::{Exit, Failure};
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C (and a request to terminate) is noted instead of ending
/// the program. Called when scenarios are loaded, since reading standard input
/// should still be stopped at once.
///
/// # Errors
/// If the system does not allow it.
pub fn watch() -> Result<(), Failure> {
    match ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed)) {
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(error) => Err(Failure::environment(format!("cannot watch for interruptions: {error}"))),
    }
}

/// Whether the user wants to stop.
pub fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Goes on, unless the user wants to stop. Called between two steps.
///
/// # Errors
/// If the user wants to stop.
pub fn check() -> Result<(), Failure> {
    if requested() {
        Err(Failure { exit: Exit::Interrupted, message: "interrupted".to_owned() })
    } else {
        Ok(())
    }
}

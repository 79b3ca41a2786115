//! Ctrl-C and requests to terminate: heard wherever a command is.
//!
//! Decides what comes of one. Where nothing is under way that is worth a word
//! (scenarios are read, a report is printed), the program ends at once. Where
//! something is, the request is noted for who works, who asks often and ends in
//! good order; if nobody asks within [`PATIENCE`], or a second request comes, the
//! program ends all the same. In every case what was half written goes away, and
//! the exit code is that of an interruption.

use super::failure::{Exit, Failure};
use super::{console, unfinished};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a request may wait to be heard: what nobody looks up from, such as
/// drawing a picture, is given up then.
const PATIENCE: Duration = Duration::from_millis(1500);

/// There was a request.
static REQUESTED: AtomicBool = AtomicBool::new(false);
/// Somebody works who looks up from time to time.
static WATCHED: AtomicBool = AtomicBool::new(false);
/// He has seen it.
static HEARD: AtomicBool = AtomicBool::new(false);

/// From now on a request ends the program with the exit code of an interruption.
/// Called once, before anything else.
///
/// # Errors
/// If the system does not allow it.
pub fn listen() -> Result<(), Failure> {
    ctrlc::set_handler(request)
        .map_err(|error| Failure::environment(format!("cannot watch for interruptions: {error}")))
}

/// From now on a request is noted, for who asks whether it was [`requested`].
/// Called when scenarios are loaded.
pub fn watch() {
    WATCHED.store(true, Ordering::SeqCst);
}

/// Whether the user wants to stop.
pub fn requested() -> bool {
    let requested = REQUESTED.load(Ordering::SeqCst);
    if requested {
        HEARD.store(true, Ordering::SeqCst);
    }
    requested
}

/// Goes on, unless the user wants to stop. Called between two steps.
///
/// # Errors
/// If the user wants to stop.
pub fn check() -> Result<(), Failure> {
    if requested() { Err(ended()) } else { Ok(()) }
}

/// That the user has stopped it.
pub fn ended() -> Failure {
    Failure { exit: Exit::Interrupted, message: "interrupted".to_owned() }
}

/// What a request does, in a thread of its own.
#[allow(clippy::disallowed_methods, reason = "nothing of a run waits for it")]
fn request() {
    let again = REQUESTED.swap(true, Ordering::SeqCst);
    if again || !WATCHED.load(Ordering::SeqCst) {
        end();
    }
    std::thread::spawn(|| {
        std::thread::sleep(PATIENCE);
        if !HEARD.load(Ordering::SeqCst) {
            end();
        }
    });
}

/// Ends the program wherever it is.
fn end() -> ! {
    unfinished::remove_all();
    console::warn("error: interrupted");
    std::process::exit(Exit::Interrupted.code().into())
}

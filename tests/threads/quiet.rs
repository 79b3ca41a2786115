//! Runs whose order follows from pauses of tenths of seconds have the machine to themselves:
//! no run of another test that keeps hundreds of threads busy is beside them. Runs of one
//! pace go side by side, since those that pause take no time of a core.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What a run asks of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// At the speed of the wall clock or less: who comes first follows from pauses.
    Paused,
    /// As fast as threads go, in whatever order.
    Fast,
}

struct Inside {
    pace: Pace,
    runs: usize,
    /// Runs enter in the order in which they ask, so that neither pace is kept out.
    asked: usize,
    entered: usize,
}

static INSIDE: Mutex<Inside> = Mutex::new(Inside { pace: Pace::Fast, runs: 0, asked: 0, entered: 0 });
static CHANGED: Condvar = Condvar::new();

/// A run that lasts until this is dropped.
pub struct Entered(());

/// Waits until no run of the other pace goes on.
pub fn enter(pace: Pace) -> Entered {
    let mut inside = lock();
    let number = inside.asked;
    inside.asked += 1;
    let waits = |inside: &mut Inside| inside.entered < number || (inside.runs > 0 && inside.pace != pace);
    inside = CHANGED.wait_while(inside, waits).unwrap_or_else(PoisonError::into_inner);
    inside.entered += 1;
    inside.pace = pace;
    inside.runs += 1;
    CHANGED.notify_all();
    Entered(())
}

impl Drop for Entered {
    fn drop(&mut self) {
        lock().runs -= 1;
        CHANGED.notify_all();
    }
}

/// A test that panics leaves the counts as they are.
fn lock() -> MutexGuard<'static, Inside> {
    INSIDE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does this for every case at once: runs that pause take no time of a core.
pub fn side_by_side<T: Send>(cases: impl IntoIterator<Item = T>, test: impl Fn(T) + Sync) {
    let test = &test;
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || test(case));
        }
    });
}

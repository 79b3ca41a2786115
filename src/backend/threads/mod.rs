//! Real threads: every process on an OS thread of its own, with native blocking
//! primitives and real time.
//!
//! It exists to be compared with virtual time, so the primitives share no code
//! with the kernel; see [`primitives`]. Decides how threads start, wait, sleep
//! and end, and in which order what they did is written down. Whether that
//! order is one that the model allows is decided by [`super::replay`].

mod atomic_gate;
mod bug;
mod clock;
mod native;
mod options;
pub mod primitives;
mod priorities;
mod record;
mod seat;
mod shared;
mod sync;
mod time_scale;
mod worker;

#[cfg(all(test, feature = "cli"))]
pub(crate) use bug::{OPEN_GATE, PANIC_OF, WRONG_WAITER};
pub use clock::{SleepError, wall};
pub use options::{ThreadOptions, Work};
pub use record::{BesideEvents, SilentStep};
pub use time_scale::default_speed;

use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Machine, find_end};
use crate::program::BoundProgram;
use crate::time::Time;
use crate::trace::{Outcome, Trace};
use crate::value::Value;
use shared::{End, Shared};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{Builder, Scope};
use std::time::Duration;
use worker::{Left, Worker};

/// The most processes that run as threads.
pub const MOST_THREADS: usize = 4_000;

/// The most memory that the states of a run may take, in words: 2 GB.
const MOST_WORDS: usize = 250_000_000;

/// States that there are besides the private ones of the threads: the first, the
/// last, that of the replay, and the memories as threads share them, as they
/// are at the end, and as values, which are two words each.
const MORE_STATES: usize = 7;

/// The stack of a thread, in bytes. No function of a thread calls itself.
const STACK: usize = 512 * 1024;

/// How often the one who waits for the end looks whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A run on threads that has ended.
#[derive(Debug, Clone)]
pub struct Recording {
    /// What happened, in the order in which it took effect, with the measured
    /// times as scenario times.
    pub trace: Trace,
    /// By process: what its ops on the clock have read, when its waits with a limit began,
    /// and by when its works on processors had to end, in nanoseconds; and from how many that worked it has taken cores.
    /// No event says it, and a replay needs it.
    pub readings: Vec<Vec<u64>>,
    /// What no event says either, and where in the trace that was.
    pub beside: BesideEvents,
    /// The final contents of the memories.
    pub memories: Vec<(ResourceId, Vec<Value>)>,
}

/// Why there is no run to look at.
#[derive(Debug)]
pub enum Trouble {
    /// It would take too many threads or too much memory; nothing was started.
    TooLarge(String),
    /// The system did not start a thread.
    NotStarted(std::io::Error),
    /// Time cannot pass at this speed; nothing was started.
    NoSpeed(f64),
    /// It took longer than it may.
    TimedOut(Duration),
    /// The user stopped it.
    Interrupted,
    /// A thread panicked, which is a bug of the engine.
    Panicked(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::TooLarge(message) => f.write_str(message),
            Trouble::NotStarted(error) => write!(f, "the system did not start a thread: {error}"),
            Trouble::NoSpeed(speed) => {
                write!(f, "the speed is {speed}, and has to be a number above 0")
            }
            Trouble::TimedOut(after) => {
                write!(f, "the threads had not ended after {} s of real time", after.as_secs_f64())
            }
            Trouble::Interrupted => f.write_str("interrupted"),
            Trouble::Panicked(message) => write!(f, "a thread panicked, which is a bug: {message}"),
        }
    }
}

impl std::error::Error for Trouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Trouble::NotStarted(error) = self { Some(error) } else { None }
    }
}

/// Whether `program` can run on threads at all.
///
/// # Errors
/// [`Trouble::TooLarge`] if not.
pub fn check(program: &BoundProgram) -> Result<(), Trouble> {
    let count = program.process_count();
    if count > MOST_THREADS {
        return Err(Trouble::TooLarge(format!(
            "{count} processes are more than the {MOST_THREADS} that run as threads"
        )));
    }
    let words = (count + MORE_STATES).saturating_mul(program.arena.len());
    if words > MOST_WORDS {
        let threads = if count == 1 { "a thread" } else { &format!("{count} threads") };
        return Err(Trouble::TooLarge(format!(
            "{threads} with a state of {} words would take {:.1} GB of memory, of {:.1} that they may; try it with fewer slots of memories and arrays, or with fewer processes",
            program.arena.len(),
            words as f64 * 8e-9,
            MOST_WORDS as f64 * 8e-9,
        )));
    }
    Ok(())
}

/// Runs every process of `program` on a thread of its own, from the start to the
/// end. All threads have ended when it returns. `interrupted` is asked now and
/// then whether the user wants to stop.
///
/// # Errors
/// [`Trouble`] if the run did not come to an end of its own.
pub fn run(
    program: &BoundProgram,
    options: &ThreadOptions,
    interrupted: &dyn Fn() -> bool,
) -> Result<Recording, Trouble> {
    check(program)?;
    if !(options.speed.is_finite() && options.speed > 0.0) {
        return Err(Trouble::NoSpeed(options.speed));
    }
    let shared = Shared::new(program, options.speed);
    let gate = StartGate::default();
    let mut not_started = None;
    let (end, left) = std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for process in (0..program.process_count()).map(ProcessId::from_index) {
            match spawn(scope, &shared, &gate, process, options) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    not_started = Some(error);
                    shared.finish(End::NotStarted);
                    break;
                }
            }
        }
        gate.open(threads.len(), &shared);
        let end = oversee(&shared, options, interrupted);
        let left: Vec<Left> = threads.into_iter().filter_map(|thread| thread.join().ok().flatten()).collect();
        (end, left)
    });
    if let Some(error) = not_started {
        return Err(Trouble::NotStarted(error));
    }
    conclude(&shared, end, left, options)
}

/// Where the threads wait for each other before they start.
#[derive(Debug, Default)]
struct StartGate {
    /// How many have come, and whether it is open.
    state: Mutex<(usize, bool)>,
    bell: Condvar,
}

impl StartGate {
    fn pass(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 += 1;
        self.bell.notify_all();
        let opened = self.bell.wait_while(state, |(_, open)| !*open);
        drop(opened.unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until `count` have come, starts the clock and lets all go.
    fn open(&self, count: usize, shared: &Shared<'_>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let came = self.bell.wait_while(state, |(came, _)| *came < count);
        let mut state = came.unwrap_or_else(PoisonError::into_inner);
        shared.clock.start();
        if shared.program.starting_count() == 0 {
            shared.finish(End::Still);
        }
        state.1 = true;
        self.bell.notify_all();
    }
}

fn spawn<'scope>(
    scope: &'scope Scope<'scope, '_>,
    shared: &'scope Shared<'scope>,
    gate: &'scope StartGate,
    process: ProcessId,
    options: &'scope ThreadOptions,
) -> std::io::Result<std::thread::ScopedJoinHandle<'scope, Option<Left>>> {
    let name = shared.program.process_name(process).chars().filter(|&c| c != '\0').take(15).collect();
    let body = move || {
        // Whatever comes up before the gate must not keep the others waiting.
        let worker = catch_unwind(AssertUnwindSafe(|| Worker::new(shared, process, options)));
        gate.pass();
        let lived = worker
            .and_then(|worker| catch_unwind(AssertUnwindSafe(|| (!shared.is_over()).then(|| worker.live()))));
        lived.unwrap_or_else(|payload| {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
            shared.finish(End::Panicked { process, message: text.to_owned() });
            None
        })
    };
    Builder::new().name(name).stack_size(STACK).spawn_scoped(scope, body)
}

/// Waits for the end of the run, and ends it at its horizon, after its timeout
/// or when the user wants it.
fn oversee(shared: &Shared<'_>, options: &ThreadOptions, interrupted: &dyn Fn() -> bool) -> End {
    let start = shared.clock.start();
    let late = start.checked_add(options.timeout);
    let horizon = shared.program.horizon.map(|horizon| shared.clock.at(horizon));
    loop {
        let now = wall();
        if interrupted() {
            shared.finish(End::Interrupted);
        } else if late.is_some_and(|late| now >= late) {
            shared.finish(End::TimedOut);
        } else if horizon.is_some_and(|horizon| now > horizon) {
            shared.finish(End::Horizon);
        }
        let next = [Some(now + LOOK), late, horizon].into_iter().flatten().min().unwrap_or(now);
        if let Some(end) = shared.wait(next.max(now + Duration::from_micros(1))) {
            return end;
        }
    }
}

/// What is to be said about a run that is over.
fn conclude(
    shared: &Shared<'_>,
    end: End,
    left: Vec<Left>,
    options: &ThreadOptions,
) -> Result<Recording, Trouble> {
    let program = shared.program;
    let machine = final_machine(shared, &left);
    let outcome = match end {
        End::Still => find_end(program, &machine),
        End::Fault(fault) => Outcome::Fault(*fault),
        End::Limit(message) => Outcome::Limit { message },
        End::Horizon => Outcome::Horizon,
        End::TimedOut => return Err(Trouble::TimedOut(options.timeout)),
        End::Interrupted | End::NotStarted => return Err(Trouble::Interrupted),
        End::Panicked { process, message } => {
            return Err(Trouble::Panicked(format!("'{}': {message}", program.process_name(process))));
        }
    };
    let mut readings = vec![Vec::new(); program.process_count()];
    let mut noted = Vec::with_capacity(left.len());
    for one in left {
        readings[one.process.index()] = one.readings;
        noted.push((one.process, one.noted));
    }
    let latest: Option<Time> = program.horizon;
    let header = program.header(options.seed);
    let (trace, beside) = record::merge(header, noted, outcome, latest);
    Ok(Recording { trace, readings, beside, memories: machine.memories(program) })
}

/// The state at the end: where each process stands, who owns which mutex, and
/// what is in the memories. Private arrays and buffers are left out.
fn final_machine(shared: &Shared<'_>, left: &[Left]) -> Machine {
    let program = shared.program;
    let mut machine = Machine::new(program);
    for one in left {
        machine.take_frame(program, one.process, &one.machine);
    }
    for (index, native) in shared.natives.iter().enumerate() {
        native.leave(&mut machine, program, ResourceId::from_index(index));
    }
    machine.count_live(program);
    machine
}

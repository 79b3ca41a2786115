//! Wall time: the only place of the engine that reads a clock and sleeps.
//!
//! Decides how scenario time and wall time relate (by a factor, the speed),
//! how a thread sleeps (so that the end of the run wakes it), and how well this
//! machine sleeps just now.

use crate::time::Time;
use spin_sleep::{SpinSleeper, SpinStrategy};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The clock on the wall.
#[expect(clippy::disallowed_methods, reason = "real threads live in real time")]
pub fn wall() -> Instant {
    Instant::now()
}

/// The clock of a run on threads: scenario time since all were let go.
#[derive(Debug)]
pub struct Clock {
    began: OnceLock<Instant>,
    speed: f64,
}

impl Clock {
    /// A clock that stands at 0 and will run `speed` times as fast as the wall's.
    pub fn new(speed: f64) -> Clock {
        Clock { began: OnceLock::new(), speed }
    }

    /// Lets it run, at the first call.
    pub fn start(&self) -> Instant {
        *self.began.get_or_init(wall)
    }

    /// The scenario time.
    pub fn now(&self) -> Time {
        let elapsed = wall().saturating_duration_since(self.start());
        let nanos = elapsed.as_nanos() as f64 * self.speed;
        Time::from_nanos(nanos as u64).unwrap_or(Time::MAX)
    }

    /// When on the wall the scenario time is `time`; about 100 years from the
    /// start if that is later.
    pub fn at(&self, time: Time) -> Instant {
        const CENTURY: f64 = 3.2e9;
        let seconds = (time.as_nanos() as f64 / 1e9 / self.speed).min(CENTURY);
        self.start() + Duration::from_secs_f64(seconds)
    }
}

/// What wakes a thread out of a long sleep.
#[derive(Debug, Default)]
pub struct Alarm {
    call: Mutex<Call>,
    bell: Condvar,
}

/// What calls a thread out of its sleep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Call {
    #[default]
    Nothing,
    /// Something has changed: it is to look.
    Look,
    /// The run is over.
    Stop,
}

/// How a sleep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slept {
    /// When it was to.
    Through,
    /// Before, because there is something to look at.
    Called,
    /// Because the run is over.
    Stopped,
}

/// The last part of a sleep is left to a sleeper that is more exact than the
/// system's.
const EXACT: Duration = Duration::from_millis(2);

impl Alarm {
    /// Wakes the sleeper, now or when it next goes to sleep.
    pub fn ring(&self) {
        *self.lock() = Call::Stop;
        self.bell.notify_all();
    }

    /// Lets the sleeper look what has changed, now or when it next goes to sleep.
    pub fn call(&self) {
        let mut call = self.lock();
        if *call == Call::Nothing {
            *call = Call::Look;
        }
        self.bell.notify_all();
    }

    /// Whether the sleeper is called; a call to look is heard once.
    fn is_called(call: &mut Call) -> Option<Slept> {
        match *call {
            Call::Nothing => None,
            Call::Look => {
                *call = Call::Nothing;
                Some(Slept::Called)
            }
            Call::Stop => Some(Slept::Stopped),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Call> {
        self.call.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps until `deadline`, or until the alarm rings or calls before.
    pub fn sleep_until(&self, deadline: Instant) -> Slept {
        let mut call = self.lock();
        loop {
            if let Some(slept) = Alarm::is_called(&mut call) {
                return slept;
            }
            let left = deadline.saturating_duration_since(wall());
            if left <= EXACT {
                drop(call);
                // Not the default, which yields: that may give a busy core away
                // for longer than there is left.
                SpinSleeper::default().with_spin_strategy(SpinStrategy::SpinLoopHint).sleep(left);
                return Slept::Through;
            }
            let waited = self.bell.wait_timeout(call, left - EXACT);
            call = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Keeps a core busy until `deadline`, or until the alarm rings or calls before.
    pub fn burn_until(&self, deadline: Instant) -> Slept {
        const ROUNDS: u32 = 2_000;
        while wall() < deadline {
            if let Some(slept) = Alarm::is_called(&mut self.lock()) {
                return slept;
            }
            for _ in 0..ROUNDS {
                std::hint::spin_loop();
            }
        }
        Slept::Through
    }
}

/// By how much later than planned a thread goes on whose wait is ended by
/// another one that has slept: what one step of a scenario may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SleepError {
    /// The mean.
    pub mean: Duration,
    /// What nine of ten stay below.
    pub high: Duration,
}

impl SleepError {
    /// Measures it, in about 100 ms.
    ///
    /// A machine that does nothing else may do better for once than it will
    /// during a run, so less than 80 us and 160 us is not believed.
    pub fn measure() -> SleepError {
        const SLEEPS: u32 = 20;
        const LENGTH: Duration = Duration::from_millis(5);
        const BELIEVED: SleepError =
            SleepError { mean: Duration::from_micros(80), high: Duration::from_micros(160) };
        let (planned, plans) = std::sync::mpsc::channel::<Instant>();
        let mut errors: Vec<Duration> = std::thread::scope(|scope| {
            let woken = scope
                .spawn(move || plans.iter().map(|plan| wall().saturating_duration_since(plan)).collect());
            let alarm = Alarm::default();
            for _ in 0..SLEEPS {
                let deadline = wall() + LENGTH;
                alarm.sleep_until(deadline);
                // Nobody listens only if the other thread has panicked.
                let _ = planned.send(deadline);
            }
            drop(planned);
            woken.join().unwrap_or_default()
        });
        errors.sort_unstable();
        let Some(&high) = errors.get(errors.len() * 9 / 10) else { return BELIEVED };
        let mean = errors.iter().sum::<Duration>() / SLEEPS;
        SleepError { mean: mean.max(BELIEVED.mean), high: high.max(BELIEVED.high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenario_time_is_wall_time_times_the_speed() {
        let clock = Clock::new(20.0);
        let start = clock.start();
        assert_eq!(clock.at(Time::from_secs(30)) - start, Duration::from_millis(1500));
        assert_eq!(clock.at(Time::from_secs(30)), clock.at(Time::from_secs(30)));
        assert!(clock.at(Time::MAX) > start, "no overflow");
    }

    #[test]
    fn a_rung_alarm_ends_every_sleep() {
        let alarm = Alarm::default();
        assert_eq!(alarm.sleep_until(wall() + Duration::from_millis(3)), Slept::Through);
        alarm.ring();
        let far = wall() + Duration::from_secs(1000);
        assert_eq!((alarm.sleep_until(far), alarm.burn_until(far)), (Slept::Stopped, Slept::Stopped));
        alarm.call();
        assert_eq!(alarm.sleep_until(far), Slept::Stopped, "the end of the run is no call");
    }

    #[test]
    fn a_call_is_heard_once() {
        let alarm = Alarm::default();
        let far = wall() + Duration::from_secs(1000);
        alarm.call();
        alarm.call();
        assert_eq!(alarm.burn_until(far), Slept::Called);
        assert_eq!(alarm.sleep_until(wall() + Duration::from_millis(3)), Slept::Through);
    }
}

//! What a worker needs to let the kernel make steps: a world to work on, and
//! what takes note of all that the steps touch.

use crate::analysis::Monitors;
use crate::explore::code::NumberedCode;
use crate::explore::ends::Stopped;
use crate::explore::state::World;
use crate::ids::ProcessId;
use crate::kernel::{Call, Code, Draws, NoCode, Probe, Scheduler};
use crate::program::BoundProgram;
use crate::time::Time;
use crate::trace::{Event, Sink};
use crate::value::Word;

/// What came of an attempt to let a process go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Transition {
    /// It made its transition.
    Made,
    /// It cannot be served now; the machine is spoilt.
    Disabled,
    /// The run ends here.
    Stopped(Stopped),
}

/// Lets the monitors take every event, and passes it on.
pub(crate) struct MonitoredSink<'s, S> {
    pub(crate) monitors: Option<&'s Monitors>,
    pub(crate) watch: &'s mut Vec<Word>,
    pub(crate) heard: &'s mut bool,
    /// Whether the step is inside of an `atomic` block.
    pub(crate) inside: bool,
    pub(crate) sink: &'s mut S,
}

impl<S: Sink> Sink for MonitoredSink<'_, S> {
    fn event(&mut self, event: &Event, args: &[Word]) {
        if let Some(monitors) = self.monitors {
            *self.heard |= monitors.hears(event.kind);
            monitors.event(self.watch, event, args, self.inside);
        }
        self.sink.event(event, args);
    }
}

/// What a worker needs to make transitions.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) world: World,
    pub(crate) probe: Probe,
    /// Code was called, which may have read and changed its state.
    pub(crate) called: bool,
    /// The process let time pass, so that others may go on even if it is in the
    /// middle of an `atomic` block.
    pub(crate) paused: bool,
    /// Whether a wait that begins may run out at once: without time, in the first step of a
    /// transition. Whoever waits in the middle of an `atomic` block lets others go on before.
    pub(crate) may_give_up: bool,
    pub(crate) draws: Draws,
    /// The monitors heard something in the transition at hand, and might have
    /// taken it otherwise if they had seen something else before.
    pub(crate) heard: bool,
    /// Loop rounds that a process made between steps since it was last let go on alone.
    pub(super) rounds: u64,
    /// The world before those whose turn it is not did what concerns nobody else; kept for its memory.
    pub(super) before: Option<World>,
}

impl Scratch {
    pub(crate) fn new(program: &BoundProgram, seed: u64) -> Scratch {
        let draws = Draws::new(program, seed, 0);
        let (world, probe) = (World::new(program), Probe::default());
        Scratch {
            world,
            probe,
            called: false,
            paused: false,
            may_give_up: false,
            draws,
            heard: false,
            rounds: 0,
            before: None,
        }
    }

    /// For the next transition.
    pub(crate) fn clear(&mut self) {
        self.probe.clear();
        self.called = false;
        self.heard = false;
    }
}

/// What the kernel is given as its scheduler: the probe, and the code with the
/// number of its state.
pub(crate) struct Calling<'s> {
    pub(crate) probe: &'s mut Probe,
    pub(crate) called: &'s mut bool,
    pub(crate) code: Option<&'s dyn NumberedCode>,
    pub(crate) state: &'s mut Word,
    /// Whether work on a processor ends whenever it likes.
    pub(crate) timeless: bool,
}

impl Scheduler for Calling<'_> {
    fn cancel(&mut self, time: Time, process: ProcessId) {
        self.probe.cancel(time, process);
    }

    fn is_timeless(&self) -> bool {
        self.timeless
    }

    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        self.probe.wake(time, priority, process);
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.probe.choose(options)
    }

    fn touch(&self, header: usize) {
        self.probe.touch(header);
    }

    fn call(&mut self, call: Call<'_>) -> Result<(), String> {
        *self.called = true;
        match self.code {
            Some(code) => code.call(self.state, call),
            None => NoCode.call(call),
        }
    }
}

//! Code that steps call, and the state that it works on, as one more part of
//! the states.
//!
//! Decides how the relation lets the kernel call code. The code itself, and
//! what its states are, belong to whoever explores.

use super::relation::Probe;
use crate::ids::ProcessId;
use crate::kernel::{Call, Code, NoCode, Scheduler};
use crate::program::{Image, Op};
use crate::time::Time;
use crate::value::Word;
use std::fmt;

/// The code of a scenario over states that have numbers, so that they can be
/// kept and told apart.
///
/// What a call does must depend on nothing but the state and the words of its
/// process. Equal states have equal numbers, and different ones different
/// numbers; which they are changes no result.
pub trait NumberedCode: Sync + fmt::Debug {
    /// The number of the state with which every run begins.
    fn first(&self) -> Word;

    /// Does what is called in the state with this number, and changes that to
    /// the number of the state behind it.
    ///
    /// # Errors
    /// As [`crate::kernel::Code::call`].
    fn call(&self, state: &mut Word, call: Call<'_>) -> Result<(), String>;

    /// About how much memory the states take, in bytes.
    fn bytes(&self) -> u64;
}

/// Whether some step calls code.
pub(super) fn calls(image: &Image) -> bool {
    image.plain.iter().any(|op| matches!(op, Op::Call { .. }))
}

/// What the kernel is given as its driver: the probe, and the code with the
/// number of its state.
pub(super) struct Calling<'s> {
    pub(super) probe: &'s mut Probe,
    pub(super) code: Option<&'s dyn NumberedCode>,
    pub(super) state: &'s mut Word,
}

impl Scheduler for Calling<'_> {
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
        self.probe.called = true;
        match self.code {
            Some(code) => code.call(self.state, call),
            None => NoCode.call(call),
        }
    }
}

//! Calls of code: what a step does that the language of scenarios does not say.
//!
//! The code belongs to the driver, and so does the state that it works on: the
//! machine stays plain words. To the kernel a call is one op, which changes
//! the variables of its own process and no resource, and which may fail.

use crate::ids::ProcessId;
use crate::program::{Slot, array_in};
use crate::value::Word;

/// A process calls code.
#[derive(Debug)]
pub struct Call<'a> {
    /// Which code.
    pub number: u32,
    /// Who calls.
    pub process: ProcessId,
    pub(super) arena: &'a mut [Word],
    pub(super) frame: usize,
}

/// The code of a scenario, with the state that it works on.
///
/// A call must depend on nothing but that state and the words of the process:
/// then a run can be repeated, and a search can go on from any state.
pub trait Code {
    /// Does what is called.
    ///
    /// # Errors
    /// Why the process broke a rule, in a sentence; the run ends with a fault.
    fn call(&mut self, call: Call<'_>) -> Result<(), String>;
}

/// No scenario that comes from a text calls code.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCode;

impl Code for NoCode {
    fn call(&mut self, _: Call<'_>) -> Result<(), String> {
        Err("there is no code to call".to_owned())
    }
}

impl Call<'_> {
    /// A word of the process.
    pub fn word(&self, slot: Slot) -> Word {
        self.arena[slot.at(self.frame)]
    }

    /// Changes a word of the process.
    pub fn set_word(&mut self, slot: Slot, word: Word) {
        self.arena[slot.at(self.frame)] = word;
    }

    /// The elements of the private array whose descriptor is in `slot`.
    pub fn array(&mut self, slot: Slot) -> &mut [Word] {
        let (start, len) = array_in(self.word(slot));
        &mut self.arena[start..start + len]
    }
}

//! A scheduler that keeps no time: it takes note of what a step depends on.
//!
//! Decides nothing about who goes next. Whoever tries all orders of steps asks
//! it afterwards what the step was about and whom it woke.

use super::choices::Choices;
use super::step::Scheduler;
use crate::ids::{OpId, ProcessId};
use crate::program::{BoundProgram, Op};
use crate::time::Time;
use std::cell::RefCell;

/// Takes note of what a step touches and whom it wakes, and answers the
/// kernel's choices.
#[derive(Debug, Default)]
pub struct Probe {
    /// The headers of the resources that the step was about, in order.
    pub touched: RefCell<Vec<usize>>,
    /// The processes whose waits it ended, in order.
    pub woken: Vec<ProcessId>,
    /// What the kernel is answered where it has a choice.
    pub choices: Choices,
    /// Whether work on a processor ends whenever it likes.
    pub is_timeless: bool,
}

impl Probe {
    /// Forgets what was noted, but not the choices.
    pub fn clear(&mut self) {
        self.touched.get_mut().clear();
        self.woken.clear();
    }

    /// The header of what a wait hangs on that has just begun on this op: what was touched last,
    /// but for those who wait for several things and were asked behind that.
    pub fn waited_for(&self, program: &BoundProgram, op: OpId) -> Option<usize> {
        let waits_for_several = matches!(program.plain[op.index()], Op::Await { .. });
        let others = (program.has_watches() && !waits_for_several).then(|| program.watch_line());
        self.touched.borrow().iter().rev().copied().find(|&header| Some(header) != others)
    }
}

impl Scheduler for Probe {
    /// There is no calendar: that the process waits again stands in the machine.
    fn cancel(&mut self, _: Time, _: ProcessId) {}

    fn is_timeless(&self) -> bool {
        self.is_timeless
    }

    fn wake(&mut self, _: Time, _: u8, process: ProcessId) {
        self.woken.push(process);
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.choices.choose(options)
    }

    fn touch(&self, header: usize) {
        self.touched.borrow_mut().push(header);
    }
}

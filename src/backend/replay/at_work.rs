//! What was observed of processors, where the model needs more than the order of
//! steps: when a stretch ends for which a process is served, and who loses a core.
//!
//! The kernel decides who gets a core, who goes behind others and how much of its
//! work is left. But of two things at about the same time, the end of a stretch and
//! that another process comes, the threads have decided which is first.

use super::{Disagreement, Loser, Replay};
use crate::ids::ProcessId;
use crate::program::Op;
use crate::time::Time;
use crate::trace::{Event, Kind, ResourceKind, WaitFor};

impl Replay<'_> {
    /// Goes on with a process at the end of the stretch for which it is served. A
    /// quantum at whose end nobody else is ready leaves but the event `Work`, for
    /// which there is none in virtual time.
    pub(super) fn end_stretch(&mut self, event: &Event) -> Result<(), Box<Disagreement>> {
        let process = event.process;
        let until = self.machine.served_until(self.program, process).unwrap_or(Time::MAX);
        self.clocks[process.index()] = until;
        let made = self.make_step(process, &[]).map_err(|fault| self.must_fault(event, &fault))?;
        let goes_on = made.is_empty() && self.machine.served_until(self.program, process).is_some();
        if goes_on != (event.kind == Kind::Work) {
            return Err(self.cannot_go_on(event));
        }
        self.next += 1;
        if goes_on {
            let time = self.machine.now;
            let value = self.clocks[process.index()].as_nanos();
            self.model.push((Event { time, value, ..*event }, Vec::new()));
        }
        self.compare(made)
    }

    /// Whose step an event is the first of. Who loses a core tells that it gives it back,
    /// and that it is ready again, before the one that takes it.
    pub(super) fn actor(&self, event: &Event) -> ProcessId {
        let at_processor = |event: &Event| {
            let kind = event.resource().map(|resource| self.program.resource_info(resource).kind);
            kind == Some(ResourceKind::Processor)
        };
        if event.kind != Kind::Release || !at_processor(event) {
            return event.process;
        }
        let ready = |later: &&Event| later.process == event.process && later.kind == Kind::Block;
        let mut rest = self.events[self.next..].iter();
        rest.find(ready).and_then(|_| rest.next()).map_or(event.process, |next| next.process)
    }

    /// Who loses a core in a step of a process that comes to a processor, as was observed:
    /// those who become ready before it is served or ready itself. Of one that takes cores by a timetable, or changes
    /// priorities, its thread has read from how many cores were taken by that.
    pub(super) fn losers_in_step(&mut self, process: ProcessId) -> Vec<Loser> {
        let (program, machine) = (self.program, &self.machine);
        let served = self.served;
        let loser = |(place, event): (usize, &Event)| {
            let loses = event.kind == Kind::Block && event.value == WaitFor::Core as u64;
            let served =
                || served.binary_search_by_key(&place, |&(at, _)| at).map_or(0, |found| served[found].1);
            loses.then(|| (event.process, served()))
        };
        let events = (self.next..).zip(&self.events[self.next..]);
        let op = machine.op(program, process).index();
        if matches!(program.plain[op], Op::TakeCores { .. }) || program.takes_cores_by_priority(op) {
            let count = self.readings[process.index()].next().copied().unwrap_or(0);
            return events.filter_map(loser).take(count as usize).collect();
        }
        if !machine.begins_work(program, process) && !machine.is_granted_core(program, process) {
            return Vec::new();
        }
        let ends = |event: &Event| event.process == process && matches!(event.kind, Kind::Work | Kind::Block);
        events.take_while(|(_, event)| !ends(event)).filter_map(loser).collect()
    }
}

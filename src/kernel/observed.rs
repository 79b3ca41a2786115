//! What a driver has to know of processes at work that follows what was observed
//! elsewhere: where they stand, and when the stretch ends for which they are served.

use super::machine::{Machine, State};
use super::processor::{Worker, innermost, stage, worker};
use super::sharing::Shared;
use crate::ids::{ProcessId, ResourceId};
use crate::program::{BoundProgram, Chain, Op, frame};
use crate::time::Time;

fn resources_of(program: &BoundProgram, chain: &Chain) -> Vec<ResourceId> {
    (0..chain.len()).map(|level| program.resource_of(chain.at(level))).collect()
}

impl Machine {
    /// The processors that serve the work at which a process stands, from the innermost
    /// out; none if it stands at something else.
    pub fn processors_of(&self, program: &BoundProgram, process: ProcessId) -> Vec<ResourceId> {
        let chain = self.at_work(program, process).map(|worker| self.chain(program, worker));
        chain.map_or_else(Vec::new, |chain| resources_of(program, &chain))
    }

    /// A processor, and those on which its cores stand.
    pub fn processors_from(&self, program: &BoundProgram, processor: ResourceId) -> Vec<ResourceId> {
        resources_of(program, &program.processor_chain(&self.arena, program.resource_at(processor)))
    }

    /// Whether a process stands at work on a processor that it has not begun.
    pub fn begins_work(&self, program: &BoundProgram, process: ProcessId) -> bool {
        self.at_work(program, process).is_some_and(|worker| worker.stage(&self.arena).0 == stage::IDLE)
    }

    /// Whether a process was given a core and has not gone on yet.
    pub fn is_granted_core(&self, program: &BoundProgram, process: ProcessId) -> bool {
        self.at_work(program, process).is_some_and(|worker| worker.stage(&self.arena).0 == stage::GRANTED)
    }

    /// When the stretch ends for which a process is served, if nobody comes in between;
    /// `None` if no processor serves it.
    pub fn served_until(&self, program: &BoundProgram, process: ProcessId) -> Option<Time> {
        let worker = self.at_work(program, process)?;
        let (stage, level) = worker.stage(&self.arena);
        if stage != stage::SERVED {
            return None;
        }
        let header = self.chain(program, worker).at(level);
        let processor = program.processor(&self.arena, header);
        Some(match processor.is_shared() {
            true => Shared::of(&self.arena, header).end_of(&self.arena, processor, worker.id()),
            false => {
                let until = self.arena[worker.at.frame() + frame::UNTIL];
                Time::from_nanos(until).unwrap_or(Time::MAX)
            }
        })
    }

    /// When the delay or the work without a processor is over at which a process stands.
    pub fn delayed_until(&self, program: &BoundProgram, process: ProcessId) -> Option<Time> {
        let frame = program.frames[process.index()] as usize;
        let is_delayed = self.state(program, process) == State::Delayed;
        is_delayed.then(|| Time::from_nanos(self.arena[frame + frame::UNTIL]).unwrap_or(Time::MAX))
    }

    /// The process as one at work, if it stands there.
    fn at_work(&self, program: &BoundProgram, process: ProcessId) -> Option<Worker> {
        let op = self.op(program, process).index();
        let stands = matches!(program.plain[op], Op::WorkOn { .. });
        stands.then(|| worker(program, &self.arena, u64::from(process.0) + 1))
    }

    fn chain(&self, program: &BoundProgram, worker: Worker) -> Chain {
        program.processor_chain(&self.arena, innermost(program, &self.arena, worker))
    }
}

//! What holds in every state, whatever the scenario.

use super::buffer::{items_wanted, room};
use super::keyed::KeyHeap;
use super::machine::{Machine, State};
use super::sharing::Shared;
use super::waiters;
use crate::ids::{ProcessId, ResourceId};
use crate::program::{BoundProgram, RESOURCE_WORDS, closing, frame, resource};
use crate::trace::{Level, ResourceKind};
use crate::value::Word;

impl Machine {
    /// Asserts the invariants. Linear in the size of the state: for tests.
    ///
    /// # Panics
    /// If one does not hold, which is a bug of the kernel.
    pub fn check(&self, program: &BoundProgram) {
        let mut queued = vec![0u32; program.process_count()];
        for id in (0..program.resource_count()).map(ResourceId::from_index) {
            let header = program.resource_at(id);
            let words = &self.arena[header..header + RESOURCE_WORDS];
            let kind = program.resource_info(id).kind;
            for queue in [resource::TAKERS, resource::PUTTERS] {
                if queue == resource::PUTTERS && kind == ResourceKind::Process {
                    self.check_dead(program, header);
                    continue;
                }
                let mut next = words[queue] as u32;
                while next != 0 {
                    queued[next as usize - 1] += 1;
                    next = self.arena[program.frames[next as usize - 1] as usize + frame::LINK] as u32;
                }
            }
            self.check_level(program, id);
            self.count_shared(program, id, &mut queued);
        }
        for (process, &times) in queued.iter().enumerate() {
            let blocked = self.state(program, ProcessId::from_index(process)) == State::Blocked;
            assert_eq!(times, u32::from(blocked), "invariant 2, process {process}");
        }
    }

    /// Those in the list of whom nobody has joined, or who can arrive, are not alive; and
    /// they are instances of the process whose list it is, each of them once.
    fn check_dead(&self, program: &BoundProgram, header: usize) {
        let mut listed = self.queue(program, header + resource::PUTTERS);
        for &process in &listed {
            assert_eq!(self.state(program, process), State::Done, "invariant 8, process {}", process.0);
            let first = self.arena[header + resource::PROCESS];
            assert_eq!(u64::from(program.definition(process).first.0), first, "invariant 8");
        }
        let count = listed.len();
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(listed.len(), count, "invariant 8");
    }

    /// Asserts what holds between the level of a resource and what is behind it.
    fn check_level(&self, program: &BoundProgram, id: ResourceId) {
        let header = program.resource_at(id);
        let words = &self.arena[header..header + RESOURCE_WORDS];
        let kind = program.resource_info(id).kind;
        match kind.level() {
            Some(Level::Permits) => {
                assert!(words[resource::LEVEL] == 0 || words[resource::TAKERS] == 0, "invariant 1");
                let is_free = words[resource::OWNER] == 0;
                assert!(!kind.is_owned() || words[resource::LEVEL] == u64::from(is_free), "invariant 4");
            }
            Some(Level::Items) => {
                assert!(words[resource::LEVEL] <= words[resource::CAPACITY], "invariant 3");
                self.check_buffer(program, header);
            }
            Some(Level::Waiters) => {
                let waiters = self.waiters(program, id).len() as u64;
                assert_eq!(words[resource::LEVEL], waiters, "invariant 5");
            }
            Some(Level::Cores) => self.check_processor(program, header),
            None => {}
        }
    }

    fn check_processor(&self, program: &BoundProgram, header: usize) {
        let processor = program.processor(&self.arena, header);
        let free = self.arena[header + resource::LEVEL];
        let served = if processor.is_shared() {
            Shared::of(&self.arena, header).served(&self.arena) as u64
        } else {
            let start = self.arena[header + resource::CONTENT] as usize;
            let cores = &self.arena[start..start + processor.cores as usize];
            cores.iter().filter(|&&core| core as u32 != 0).count() as Word
        };
        let there = processor.cores - self.arena[header + resource::TAKEN];
        assert_eq!(free, there.saturating_sub(served), "invariant 7");
        assert!(free == 0 || self.arena[header + resource::TAKERS] == 0, "invariant 1");
    }

    /// Who shares a processor and does not end first waits in its heap.
    fn count_shared(&self, program: &BoundProgram, id: ResourceId, queued: &mut [u32]) {
        let header = program.resource_at(id);
        if program.resource_info(id).kind.level() != Some(Level::Cores)
            || !program.processor(&self.arena, header).is_shared()
        {
            return;
        }
        let shared = Shared::of(&self.arena, header);
        for place in 0..shared.served(&self.arena) {
            let process = ProcessId((shared.id(&self.arena, place) - 1) as u32);
            queued[process.index()] += u32::from(self.state(program, process) == State::Blocked);
        }
    }

    fn check_buffer(&self, program: &BoundProgram, header: usize) {
        let wanted = |queue: usize| {
            let first = waiters::first(&self.arena, header + queue)?;
            Some(items_wanted(program, &self.arena, program.frames[first.index()] as usize))
        };
        let (put, got) = (wanted(resource::PUTTERS), wanted(resource::TAKERS));
        let is_closed = closing::is_closed(self.arena[header + resource::IDENTITY]);
        assert!(!is_closed || put.is_none() && got.is_none(), "invariant 9");
        assert!(put.is_none_or(|count| count > room(&self.arena, header)), "invariant 6, put");
        // Who asks for an item may wait although there are some.
        let is_chosen = self.chosen_items(header).is_some();
        let is_short = got.is_none_or(|count| count > self.arena[header + resource::LEVEL]);
        assert!(is_chosen || is_short, "invariant 6, get");
        if let Some(heap) = KeyHeap::of(program, &self.arena, header) {
            assert!(heap.is_one(&self.arena), "invariant 10");
        }
    }
}

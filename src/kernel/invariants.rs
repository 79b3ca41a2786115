//! What holds in every state, whatever the scenario.

use super::buffer::{items_wanted, room};
use super::machine::{Machine, State};
use super::waiters;
use crate::ids::{ProcessId, ResourceId};
use crate::program::{BoundProgram, RESOURCE_WORDS, frame, resource};
use crate::trace::Level;

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
            for queue in [resource::TAKERS, resource::PUTTERS] {
                let mut next = words[queue] as u32;
                while next != 0 {
                    queued[next as usize - 1] += 1;
                    next = self.arena[program.frames[next as usize - 1] as usize + frame::LINK] as u32;
                }
            }
            self.check_level(program, id);
        }
        for (process, &times) in queued.iter().enumerate() {
            let blocked = self.state(program, ProcessId::from_index(process)) == State::Blocked;
            assert_eq!(times, u32::from(blocked), "invariant 2, process {process}");
        }
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
            None => {}
        }
    }

    fn check_buffer(&self, program: &BoundProgram, header: usize) {
        let wanted = |queue: usize| {
            let first = waiters::first(&self.arena, header + queue)?;
            Some(items_wanted(program, &self.arena, program.frames[first.index()] as usize))
        };
        let (put, got) = (wanted(resource::PUTTERS), wanted(resource::TAKERS));
        assert!(put.is_none_or(|count| count > room(&self.arena, header)), "invariant 6, put");
        assert!(got.is_none_or(|count| count > self.arena[header + resource::LEVEL]), "invariant 6, get");
    }
}

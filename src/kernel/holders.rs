//! Who has a permit that may be taken away, found without a look at every process there is.
//!
//! Whether a process has such a permit stands in its frame alone. Runs in virtual time keep beside
//! that, for each semaphore, a list of those who may have one: everybody who has got one since the
//! list was made anew, and so a few more than still have one. It is made anew, from what the
//! frames say, whenever somebody is added. Explorers and recordings have no lists, so that states
//! are the same by what they mean alone, and look at all processes; so does a run of which more
//! have a permit than the list has room for.

use super::machine::{Machine, State, op_of};
use super::step::{Context, Kernel, Scheduler};
use crate::ids::ProcessId;
use crate::program::{BoundProgram, RESOURCE_WORDS, RequestOps, frame, request, resource};
use crate::trace::Sink;
use crate::value::Word;
use std::ops::Range;

/// The words of a list: for how many it has room, how many there are, and they.
mod list {
    pub(super) const ROOM: usize = 0;
    pub(super) const COUNT: usize = 1;
    pub(super) const FIRST: usize = 2;
}

/// A list has room for so many at least, unless there are fewer who could ask.
const ROOM: u64 = 16;

/// Who has a permit and may lose it.
pub(super) struct Holder {
    /// Where it stands.
    pub(super) at: Context,
    /// The ops inside of which it has it.
    pub(super) ops: RequestOps,
    /// The first of the words of its request, in the arena.
    pub(super) words: usize,
    /// The number of these ops among the requests, and that of the process.
    entry: Word,
}

fn entry(number: usize, process: ProcessId) -> Word {
    (number as Word) << 32 | Word::from(process.0)
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Whoever has a permit of the semaphore that it may lose, in no order.
    pub(super) fn holders(&self, arena: &[Word], header: usize) -> Vec<Holder> {
        if let Some(list) = listed(arena, header) {
            return arena[list].iter().filter_map(|&entry| self.holder(arena, header, entry)).collect();
        }
        let requests = self.program.requests.iter().enumerate();
        let entries = requests.flat_map(|(number, ops)| {
            let def = &self.program.processes[ops.process.index()];
            (def.first.0..def.first.0 + def.count).map(move |process| entry(number, ProcessId(process)))
        });
        entries.filter_map(|entry| self.holder(arena, header, entry)).collect()
    }

    /// The process of this entry, if it has such a permit.
    fn holder(&self, arena: &[Word], header: usize, entry: Word) -> Option<Holder> {
        let ops = self.program.requests[(entry >> 32) as usize];
        let process = ProcessId(entry as u32);
        let frame = self.program.frames[process.index()] as usize;
        let words = ops.words.at(frame);
        let state = frame::state_in(arena[frame + frame::STATE]);
        if arena[words + request::PLACE] == 0 || state == State::Done as u8 {
            return None;
        }
        let at = Context::new(process, frame, op_of(arena, frame));
        (self.header(arena, ops.semaphore, at) == header).then_some(Holder { at, ops, words, entry })
    }

    /// Notes that a process has got a permit of which it has the words from here on, when
    /// `holders` are all others who have one, in the order in which they got it.
    pub(super) fn add_holder(
        &self,
        arena: &mut [Word],
        (at, words): (Context, usize),
        header: usize,
        holders: &[Holder],
    ) {
        for (holder, place) in holders.iter().zip(1..) {
            arena[holder.words + request::PLACE] = place;
        }
        arena[words + request::PLACE] = holders.len() as Word + 1;
        let list = arena[header + resource::HOLDERS] as usize;
        if list == 0 {
            return;
        }
        if holders.len() as Word >= arena[list + list::ROOM] {
            // From now on all processes are looked at.
            arena[header + resource::HOLDERS] = 0;
            return;
        }
        let def = self.program.definition_index(at.process());
        let is_asked = |ops: &RequestOps| ops.process == def && ops.words.at(at.frame()) == words;
        let number = self.program.requests.iter().position(is_asked).expect("it may lose what it asked for");
        let entries = holders.iter().map(|holder| holder.entry).chain([entry(number, at.process())]);
        for (place, entry) in (list + list::FIRST..).zip(entries) {
            arena[place] = entry;
        }
        arena[list + list::COUNT] = holders.len() as Word + 1;
    }
}

/// The entries of those who may have a permit of the semaphore with this header, if they are listed.
fn listed(arena: &[Word], header: usize) -> Option<Range<usize>> {
    let list = arena[header + resource::HOLDERS] as usize;
    let first = list + list::FIRST;
    (list != 0).then(|| first..first + arena[list + list::COUNT] as usize)
}

impl Machine {
    /// Makes empty lists at the start of a run: nobody has a permit.
    pub(super) fn list_holders(&mut self, program: &BoundProgram) {
        if program.requests.is_empty() {
            return;
        }
        let askers = program.requests.iter().map(|ops| program.processes[ops.process.index()].count);
        let most = askers.map(u64::from).sum::<u64>();
        for ops in &program.requests {
            let headers = program.may_mean(ops.from.index(), ops.semaphore).unwrap_or(0..0);
            for header in headers.step_by(RESOURCE_WORDS) {
                if self.arena[header + resource::HOLDERS] == 0 {
                    let room = self.arena[header + resource::LEVEL].max(ROOM).min(most);
                    self.arena[header + resource::HOLDERS] = self.arena.len() as Word;
                    self.arena.push(room);
                    self.arena.resize(self.arena.len() - 1 + list::FIRST + room as usize, 0);
                }
            }
        }
    }
}

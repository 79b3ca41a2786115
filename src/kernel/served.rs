//! What processors and those at work on them add to a state, for drivers that tell
//! states apart.
//!
//! Decides which words mean nothing (where nobody can tell cores apart it does not
//! matter which of them serves whom, and a heap may lie in any order), and which are
//! times: those are told from an origin that the driver chooses, so that a state can
//! be the same at another time. Without time, who is served by what is all there is.

use super::inherit::own_priority;
use super::machine::{Machine, State};
use super::processor::{self, Worker, stage};
use super::sharing::Shared;
use crate::ids::ProcessId;
use crate::program::{BoundProgram, Op, work};
use crate::value::Word;
use std::ops::Range;

/// From when on times are counted, in nanoseconds; `None` if there is no time.
pub type Origin = Option<Word>;

/// What [`Machine::service`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Up to when service is counted, how much was attained (low half, high half); and
    /// of each process that shares it when it ends, likewise, and its number plus 1,
    /// in their order.
    Shares,
    /// Of each process that a core serves its number plus 1, ascending.
    Alike,
    /// Of each core whom it serves and whom it served last, plus 1; 0 if nobody.
    Apart,
}

/// Words in front of those who share a processor.
const COUNTED: usize = 3;
/// Words of each of them.
const SHARE: usize = 3;

impl Form {
    fn of(program: &BoundProgram, header: usize, is_timed: bool) -> Form {
        let processor = program.processor_at(header);
        if processor.is_shared() {
            Form::Shares
        } else if is_timed && (processor.preempts || processor.switch > 0) {
            // Whose core is taken, and who switches, depends on which core it is.
            Form::Apart
        } else {
            Form::Alike
        }
    }

    /// Where numbers of processes plus 1 stand among so many words.
    fn mentions(self, words: usize) -> std::iter::StepBy<Range<usize>> {
        match self {
            Form::Shares => (COUNTED + SHARE - 1..words).step_by(SHARE),
            Form::Alike | Form::Apart => (0..words).step_by(1),
        }
    }
}

impl Machine {
    /// Appends whom the processor with this header serves.
    pub fn service(&self, program: &BoundProgram, header: usize, origin: Origin, out: &mut Vec<Word>) {
        match Form::of(program, header, origin.is_some()) {
            Form::Shares => self.shares(program, header, origin, out),
            Form::Apart => {
                self.cores(header)
                    .for_each(|core| out.extend([self.arena[core] & HALF, self.arena[core] >> 32]));
            }
            Form::Alike => {
                let first = out.len();
                out.extend(self.cores(header).map(|core| self.arena[core] & HALF).filter(|&id| id != 0));
                out[first..].sort_unstable();
            }
        }
    }

    /// Makes the processor with this header serve whom `words` say, which
    /// [`Self::service`] gave.
    pub fn set_service(&mut self, program: &BoundProgram, header: usize, origin: Origin, words: &[Word]) {
        match Form::of(program, header, origin.is_some()) {
            Form::Shares => self.set_shares(header, origin, words),
            Form::Apart => {
                for (core, pair) in self.cores(header).zip(words.chunks_exact(2)) {
                    self.arena[core] = pair[0] | pair[1] << 32;
                }
            }
            Form::Alike => {
                let served = words.iter().copied().chain(std::iter::repeat(0));
                for (core, id) in self.cores(header).zip(served) {
                    self.arena[core] = id | id << 32;
                }
            }
        }
    }

    /// Hands every process that `words` of [`Self::service`] mention to `each`, with
    /// the place where; where the order says nothing all have one place.
    pub fn each_served(
        program: &BoundProgram,
        (header, is_timed): (usize, bool),
        words: &[Word],
        mut each: impl FnMut(usize, usize),
    ) {
        let form = Form::of(program, header, is_timed);
        for place in form.mentions(words.len()).filter(|&place| words[place] != 0) {
            each(if form == Form::Alike { 0 } else { place }, words[place] as usize - 1);
        }
    }

    /// Changes every process that `words` of [`Self::service`] mention to where it goes.
    pub fn rename_served(
        program: &BoundProgram,
        (header, is_timed): (usize, bool),
        words: &mut [Word],
        places: &[usize],
    ) {
        let form = Form::of(program, header, is_timed);
        for place in form.mentions(words.len()) {
            if words[place] != 0 {
                words[place] = places[words[place] as usize - 1] as Word + 1;
            }
        }
        match form {
            Form::Shares => sort_shares(words.get_mut(COUNTED..).unwrap_or_default()),
            Form::Alike => words.sort_unstable(),
            Form::Apart => {}
        }
    }

    fn cores(&self, header: usize) -> Range<usize> {
        processor::cores(&self.arena, header)
    }

    fn shares(&self, program: &BoundProgram, header: usize, origin: Origin, out: &mut Vec<Word>) {
        let shared = Shared::of(&self.arena, header);
        let Some(origin) = origin else { return };
        let attained = shared.attained_by(&self.arena, program.processor(&self.arena, header), self.now);
        let ends = (0..shared.served(&self.arena)).map(|place| shared.key(&self.arena, place));
        // Who is about to end may have attained a little more than it wants.
        let from = ends.clone().map(|(end, _)| end).fold(attained, u128::min);
        out.push(self.now.as_nanos().wrapping_sub(origin));
        out.extend(halves(attained - from));
        let first = out.len();
        for (end, id) in ends {
            out.extend(halves(end - from));
            out.push(id);
        }
        sort_shares(&mut out[first..]);
    }

    fn set_shares(&mut self, header: usize, origin: Origin, words: &[Word]) {
        let shared = Shared::of(&self.arena, header);
        let Some(origin) = origin else { return };
        let (counted, shares) = words.split_at(COUNTED);
        let shares = shares.chunks_exact(SHARE).map(|share| (whole(share), share[2]));
        shared.set(&mut self.arena, (whole(&counted[1..]), counted[0].wrapping_add(origin)), shares);
    }

    /// Makes of the words of a process that is at work (see `work`) those that tell
    /// states apart.
    pub fn work_words(&self, program: &BoundProgram, process: ProcessId, origin: Origin, words: &mut [Word]) {
        let Some(origin) = origin else { return words[work::STAGE + 1..].fill(0) };
        let worker = self.worker(program, process);
        let chain = processor::chain_of(program, &self.arena, worker);
        let processor = |level| program.processor(&self.arena, chain.at(level));
        let is_served = processor::stage_in(words[work::STAGE]) == stage::SERVED;
        if !is_served {
            words[work::SLICE] = 0;
        }
        let is_counted = is_served && !processor(chain.len() - 1).is_shared();
        let is_urgent = (0..chain.len()).any(|level| processor(level).is_by_deadline());
        for (word, counts) in [(work::SINCE, is_counted), (work::DEADLINE, is_urgent)] {
            words[word] = if counts { words[word].wrapping_sub(origin) } else { 0 };
        }
    }

    /// Clears, without time, all that a process at work has besides where it stands.
    pub fn forget_work_times(&mut self, program: &BoundProgram, process: ProcessId) {
        if self.is_at_work(program, process) {
            let base = self.worker(program, process).base;
            self.arena[base + work::STAGE + 1..base + work::WORDS].fill(0);
        }
    }

    /// Clears, without time, whom the cores of the resource with this header served
    /// before; where the words of its cores stand, if it is a processor that has some.
    pub fn forget_served_last(&mut self, program: &BoundProgram, header: usize) -> Option<Range<usize>> {
        if !program.is_processor(header) || program.processor_at(header).is_shared() {
            return None;
        }
        let cores = self.cores(header);
        for core in cores.clone() {
            let id = self.arena[core] & HALF;
            self.arena[core] = id | id << 32;
        }
        Some(cores)
    }

    /// Whether a process has begun the work in front of whose op it stands.
    pub fn is_at_work(&self, program: &BoundProgram, process: ProcessId) -> bool {
        let Op::WorkOn { state, .. } = program.plain[self.op(program, process).index()] else { return false };
        let base = state.at(program.frames[process.index()] as usize);
        processor::stage_in(self.arena[base + work::STAGE]) != stage::IDLE
    }

    fn worker(&self, program: &BoundProgram, process: ProcessId) -> Worker {
        processor::worker(program, &self.arena, u64::from(process.0) + 1)
    }

    /// The priority with which a process that can go on now has its turn, plus 128:
    /// lower goes first. It is its own, also where it stands in line by another one, but
    /// where its quantum ends all others of this instant go first.
    pub fn turn_priority(&self, program: &BoundProgram, process: ProcessId) -> u8 {
        let ends_quantum = !program.processors.is_empty()
            && self.state(program, process) == State::Ready
            && self.is_at_work(program, process)
            && processor::is_at_quantum(program, &self.arena, self.worker(program, process));
        match program.plain[self.op(program, process).index()] {
            _ if ends_quantum => processor::LATE,
            Op::Request { .. } => own_priority(program, &self.arena, process),
            _ => self.priority(program, process),
        }
    }
}

const HALF: Word = u32::MAX as Word;

fn halves(number: u128) -> [Word; 2] {
    [number as Word, (number >> 64) as Word]
}

fn whole(halves: &[Word]) -> u128 {
    u128::from(halves[0]) | u128::from(halves[1]) << 64
}

/// Who ends first stands first, so that they are a heap.
fn sort_shares(words: &mut [Word]) {
    let mut shares: Vec<[Word; SHARE]> =
        words.chunks_exact(SHARE).map(|share| [share[1], share[0], share[2]]).collect();
    shares.sort_unstable();
    for (share, [high, low, id]) in words.chunks_exact_mut(SHARE).zip(shares) {
        share.copy_from_slice(&[low, high, id]);
    }
}

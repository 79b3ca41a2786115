//! Which random stream each process reads, by distribution.
//!
//! How far each stream is used stands in the frame of the process, so it is
//! part of the state; what is kept here could be thrown away at any time.

use crate::ids::ProcessId;
use crate::program::{BoundProgram, ProcessInstances, Sampler, Slot};
use crate::random::{PythonStreams, Streams};
use crate::value::Word;

/// The random words of one run.
#[derive(Debug, Clone)]
pub struct Draws {
    pub(super) streams: Streams,
    /// By process definition, the first stream of its first instance.
    first_streams: Vec<u32>,
    pub(super) python: PythonStreams,
    /// By distribution.
    pub(super) plans: Vec<Plan>,
}

/// From the first word of a frame to another one, mostly of the next cache line.
const FETCHED_WORDS: usize = 6;

/// Loads the state of a process and its random words, and does not wait for
/// either.
#[inline(always)]
pub(super) fn fetch(arena: &[Word], program: &BoundProgram, draws: &Draws, process: ProcessId) {
    let frame = program.frames[process.index()] as usize;
    for word in [arena.get(frame), arena.get(frame + FETCHED_WORDS)] {
        std::hint::black_box(word.copied());
    }
    draws.fetch(program, process);
}

/// Of a process with more streams only so many are fetched beforehand.
const FETCHED_STREAMS: u32 = 2;

/// Which streams the instances of a process use for one distribution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// The first instance.
    first_process: u32,
    /// Its stream; or the generator of CPython's that all instances read.
    first_stream: u32,
    /// From the stream of one instance to that of the next.
    stride: u32,
    /// The frame word that counts what was consumed.
    pub(super) position: Slot,
    /// See [`DistributionCode::ahead`].
    pub(super) ahead: Slot,
}

impl Plan {
    /// The stream of this instance.
    #[inline(always)]
    pub(super) fn stream(self, process: ProcessId) -> u32 {
        self.first_stream + (process.0 - self.first_process) * self.stride
    }
}

impl Draws {
    /// The random words for this seed and replication.
    pub fn new(program: &BoundProgram, seed: u64, replication: u64) -> Draws {
        let mut streams = Streams::new(seed, replication);
        let add = |def: &ProcessInstances| match def.life {
            Some(_) => streams.add_numbered(&def.name, def.count, 0..def.streams),
            None => streams.add(&def.name, 0..def.count, 0..def.streams),
        };
        let first_streams: Vec<u32> = program.processes.iter().map(add).collect();
        let mut python = PythonStreams::new();
        let plans = program.distributions.iter().map(|code| {
            let def = &program.processes[code.process.index()];
            let first_process = def.first.0;
            let (position, ahead) = (code.position, code.ahead);
            match code.sampler {
                Sampler::CpythonRandint { seed, .. } => {
                    let seed = seed.global_index().map_or(0, |global| program.arena[global as usize]);
                    Plan { first_process, first_stream: python.add(seed as i64), stride: 0, position, ahead }
                }
                _ => {
                    let first_stream = first_streams[code.process.index()] + code.purpose;
                    debug_assert_eq!(first_stream, program.first_stream(code.process) + code.purpose);
                    Plan { first_process, first_stream, stride: def.streams, position, ahead }
                }
            }
        });
        let plans = plans.collect();
        Draws { streams, first_streams, python, plans }
    }

    /// Becomes what [`Draws::new`] gives for this seed and replication, of the same program.
    pub fn reset(&mut self, seed: u64, replication: u64) {
        self.streams.reset(seed, replication);
    }

    /// Loads what is kept of the first streams of a process, and does not wait
    /// for it.
    #[inline]
    fn fetch(&self, program: &BoundProgram, process: ProcessId) {
        let def = program.processes.partition_point(|def| def.first <= process) - 1;
        let ProcessInstances { first, streams, .. } = program.processes[def];
        let first_stream = self.first_streams[def] + (process.0 - first.0) * streams;
        (first_stream..first_stream + streams.min(FETCHED_STREAMS))
            .for_each(|stream| self.streams.fetch(stream));
    }
}

//! Random values for processes.
//!
//! How far each stream is used stands in the frame of the process, so it is
//! part of the state; what is kept here could be thrown away at any time.

use super::step::{Context, Kernel, Scheduler};
use crate::ids::ProcessId;
use crate::program::{BoundProgram, DistributionCode, ProcessInstances, Sampler, Slot, Source};
use crate::random::{PythonStreams, SampleError, Streams, distributions, round_nanos};
use crate::trace::{Fault, Kind, Sink};
use crate::value::{Type, Word};

/// The random words of one run.
#[derive(Debug, Clone)]
pub struct Draws {
    streams: Streams,
    /// By process definition, the first stream of its first instance.
    first_streams: Vec<u32>,
    python: PythonStreams,
    /// By distribution.
    plans: Vec<Plan>,
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
struct Plan {
    /// The first instance.
    first_process: u32,
    /// Its stream; or the generator of CPython's that all instances read.
    first_stream: u32,
    /// From the stream of one instance to that of the next.
    stride: u32,
    /// The frame word that counts what was consumed.
    position: Slot,
    /// See [`DistributionCode::ahead`].
    ahead: Slot,
}

impl Plan {
    /// The stream of this instance.
    #[inline(always)]
    fn stream(self, process: ProcessId) -> u32 {
        self.first_stream + (process.0 - self.first_process) * self.stride
    }
}

impl Draws {
    /// The random words for this seed and replication.
    pub fn new(program: &BoundProgram, seed: u64, replication: u64) -> Draws {
        let mut streams = Streams::new(seed, replication);
        let add = |def: &ProcessInstances| streams.add(&def.name, 0..def.count, 0..def.streams);
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

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Draws a value and records it.
    #[inline]
    pub(super) fn draw(
        &mut self,
        arena: &mut [Word],
        at: Context,
        distribution: u32,
    ) -> Result<Word, Box<Fault>> {
        let code = &self.program.distributions[distribution as usize];
        let plan = self.draws.plans[distribution as usize];
        let stream = plan.stream(at.process());
        let mut position = arena[code.position.at(at.frame())];
        let drawn =
            sample(code, self.draws, stream, &mut position, |source: Source| arena[source.at(at.frame())]);
        arena[code.position.at(at.frame())] = position;
        let word = drawn.map_err(|error| self.bad_draw(at, error))?;
        self.emit_typed(at, Kind::Draw, 0, word, code.ty, 0);
        Ok(word)
    }

    /// Draws an exponential duration, the most frequent draw.
    ///
    /// The next value of mean 1 is made as soon as this one is used, so that
    /// nothing waits for it: who goes on next depends on the value at hand.
    #[inline(always)]
    pub(super) fn exponential(
        &mut self,
        arena: &mut [Word],
        at: Context,
        distribution: u32,
        mean: Source,
    ) -> Result<Word, Box<Fault>> {
        let plan = self.draws.plans[distribution as usize];
        let mean = f64::from_bits(self.read(arena, mean, at.frame()));
        let stream = plan.stream(at.process());
        let ready = arena[plan.ahead.at(at.frame())];
        let mut position = arena[plan.position.at(at.frame())];
        let mut words = self.draws.streams.words(stream, &mut position);
        // Values are not negative; the sign says that one is there.
        let standard = match ready {
            0 => distributions::standard_exponential(&mut words),
            _ => -f64::from_bits(ready),
        };
        let next = distributions::standard_exponential(&mut words);
        arena[plan.ahead.at(at.frame())] = (-next).to_bits();
        arena[plan.position.at(at.frame())] = position;
        match distributions::scaled_exponential(standard, mean).and_then(round_nanos) {
            Ok(word) => {
                self.emit_typed(at, Kind::Draw, 0, word, Type::Duration, 0);
                Ok(word)
            }
            Err(error) => Err(self.bad_draw(at, error)),
        }
    }

    /// Draws an exponential duration with a mean that no run changes: the next value
    /// is made ready to the nanosecond. The value that was ready, or `None` if
    /// there is none, and nothing is done.
    #[inline(always)]
    pub(super) fn exponential_ahead(
        &mut self,
        arena: &mut [Word],
        at: Context,
        stream: u32,
        (ahead, position): (Slot, Slot),
        mean: u32,
    ) -> Option<Word> {
        let ready = arena[ahead.at(at.frame())].checked_sub(1)?;
        let mut next = arena[position.at(at.frame())];
        let word = self.draws.streams.next(stream, &mut next);
        let nanos = distributions::quick_exponential(word)
            .and_then(|standard| round_nanos(f64::from_bits(arena[mean as usize]) * standard).ok());
        match nanos {
            Some(nanos) => {
                arena[ahead.at(at.frame())] = nanos + 1;
                arena[position.at(at.frame())] = next;
            }
            None => self.make_ready(arena, at, stream, (ahead, position), mean),
        }
        self.emit_typed(at, Kind::Draw, 0, ready, Type::Duration, 0);
        Some(ready)
    }

    /// Makes the next value ready, if there is a good one.
    #[cold]
    #[inline(never)]
    fn make_ready(
        &mut self,
        arena: &mut [Word],
        at: Context,
        stream: u32,
        (ahead, position): (Slot, Slot),
        mean: u32,
    ) {
        let drawn = self.next_exponential(arena, at, stream, position, mean);
        arena[ahead.at(at.frame())] = drawn.map_or(0, |nanos| nanos + 1);
    }

    /// The next value of a stream, which moves on if it is a good one.
    fn next_exponential(
        &mut self,
        arena: &mut [Word],
        at: Context,
        stream: u32,
        position: Slot,
        mean: u32,
    ) -> Result<Word, SampleError> {
        let mut next = arena[position.at(at.frame())];
        let words = &mut self.draws.streams.words(stream, &mut next);
        let nanos =
            distributions::exponential(words, f64::from_bits(arena[mean as usize])).and_then(round_nanos)?;
        arena[position.at(at.frame())] = next;
        Ok(nanos)
    }

    /// The value that [`Self::exponential_ahead`] did not find.
    #[cold]
    #[inline(never)]
    pub(super) fn exponential_anew(
        &mut self,
        arena: &mut [Word],
        at: Context,
        stream: u32,
        (ahead, position): (Slot, Slot),
        mean: u32,
    ) -> Result<Word, Box<Fault>> {
        let drawn = self.next_exponential(arena, at, stream, position, mean);
        let nanos = drawn.map_err(|error| self.bad_draw(at, error))?;
        self.make_ready(arena, at, stream, (ahead, position), mean);
        self.emit_typed(at, Kind::Draw, 0, nanos, Type::Duration, 0);
        Ok(nanos)
    }

    /// The stream and the frame words of a distribution, for this process.
    #[inline(always)]
    pub(super) fn plan(&self, at: Context, distribution: u32) -> (u32, (Slot, Slot)) {
        let plan = self.draws.plans[distribution as usize];
        (plan.stream(at.process()), (plan.ahead, plan.position))
    }

    #[cold]
    fn bad_draw(&self, at: Context, error: SampleError) -> Box<Fault> {
        self.fault(at, format!("cannot draw: {error}"), "look at the arguments of the distribution")
    }
}

#[inline]
fn sample(
    code: &DistributionCode,
    draws: &mut Draws,
    stream: u32,
    position: &mut Word,
    word: impl Fn(Source) -> Word,
) -> Result<Word, SampleError> {
    let float = |source: Source| f64::from_bits(word(source));
    // CPython's generator has its own streams; all else reads words of ours.
    if let Sampler::CpythonRandint { low, high, .. } = code.sampler {
        let drawn = draws.python.randint(stream, position, word(low) as i64, word(high) as i64)?;
        return Ok(drawn as u64);
    }
    let words = &mut draws.streams.words(stream, position);
    let value = match &code.sampler {
        Sampler::Exponential { mean } => distributions::exponential(words, float(*mean))?,
        Sampler::Family { family, arguments } => (family.sample)(words, &arguments.map(float))?,
        Sampler::Constant { value } => return Ok(word(*value)),
        Sampler::UniformInt { low, high } => {
            return Ok(distributions::uniform_int(words, word(*low) as i64, word(*high) as i64)? as u64);
        }
        Sampler::Choice { values, weights } => {
            let chosen = distributions::choice(words, weights.iter().map(|&weight| float(weight)))?;
            return Ok(word(values[chosen]));
        }
        Sampler::CpythonRandint { .. } => unreachable!("drawn above"),
    };
    match code.ty {
        Type::Duration => round_nanos(value),
        _ => Ok(value.to_bits()),
    }
}

//! Random values for processes.
//!
//! How far each stream is used stands in the frame of the process, so it is
//! part of the state; what is kept here could be thrown away at any time.

use super::step::{Context, Kernel, Schedule};
use crate::program::{DistributionCode, Image, Sampler, Source};
use crate::random::{PythonStreams, SampleError, StreamId, Streams, round_nanos, samplers};
use crate::trace::{Fault, Kind, Sink};
use crate::value::{Type, Word};

/// The random words of one run.
#[derive(Debug, Clone)]
pub struct Draws {
    streams: Streams,
    python: PythonStreams,
    /// By distribution.
    plans: Vec<Plan>,
}

/// Which streams the instances of a process use for one distribution.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// The first instance.
    first_process: u32,
    /// Its stream; or the generator of CPython's that all instances read.
    first_stream: u32,
    /// From the stream of one instance to that of the next.
    stride: u32,
}

impl Draws {
    /// The random words for this seed and replication.
    pub fn new(image: &Image, seed: u64, replication: u64) -> Draws {
        let mut streams = Streams::new(seed, replication);
        let mut first_streams = Vec::new();
        for def in &image.processes {
            first_streams.push(streams.len() as u32);
            for instance in 0..def.count {
                for purpose in 0..def.streams {
                    streams.add(StreamId::new(&def.name, instance, purpose));
                }
            }
        }
        let mut python = PythonStreams::new();
        let plans = image.distributions.iter().map(|code| {
            let def = &image.processes[code.process.index()];
            let first_process = def.first.0;
            match code.sampler {
                Sampler::CpythonRandint { seed, .. } => {
                    let seed = seed.global_index().map_or(0, |global| image.arena[global as usize]);
                    Plan { first_process, first_stream: python.add(seed as i64), stride: 0 }
                }
                _ => {
                    let first_stream = first_streams[code.process.index()] + code.purpose;
                    Plan { first_process, first_stream, stride: def.streams }
                }
            }
        });
        let plans = plans.collect();
        Draws { streams, python, plans }
    }

    /// Draws from another seed or replication from now on.
    pub fn reseed(&mut self, seed: u64, replication: u64) {
        self.streams.reseed(seed, replication);
    }
}

impl<Q: Schedule, S: Sink> Kernel<'_, Q, S> {
    /// Draws a value and records it.
    #[inline]
    pub(super) fn draw(&mut self, at: Context, distribution: u32) -> Result<Word, Box<Fault>> {
        let code = &self.image.distributions[distribution as usize];
        let plan = self.draws.plans[distribution as usize];
        let stream = plan.first_stream + (at.process.0 - plan.first_process) * plan.stride;
        let arena = &mut self.machine.arena;
        let mut position = arena[code.position.at(at.frame)];
        let drawn =
            sample(code, self.draws, stream, &mut position, |source: Source| arena[source.at(at.frame)]);
        arena[code.position.at(at.frame)] = position;
        let word = drawn.map_err(|error| self.bad_draw(at, error))?;
        self.emit_typed(at, Kind::Draw, 0, word, code.ty, 0);
        Ok(word)
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
        Sampler::Exponential { mean } => samplers::exponential(words, float(*mean))?,
        Sampler::Uniform { low, high } => samplers::uniform(words, float(*low), float(*high))?,
        Sampler::Normal { mean, sd } => samplers::normal_at_least_0(words, float(*mean), float(*sd))?,
        Sampler::Erlang { shape, mean } => samplers::erlang(words, word(*shape) as i64, float(*mean))?,
        Sampler::Lognormal { mean, sd } => samplers::lognormal(words, float(*mean), float(*sd))?,
        Sampler::Triangular { low, mode, high } => {
            samplers::triangular(words, float(*low), float(*mode), float(*high))?
        }
        Sampler::Weibull { scale, shape } => samplers::weibull(words, float(*scale), float(*shape))?,
        Sampler::Constant { value } => return Ok(word(*value)),
        Sampler::UniformInt { low, high } => {
            return Ok(samplers::uniform_int(words, word(*low) as i64, word(*high) as i64)? as u64);
        }
        Sampler::Choice { values, weights } => {
            let chosen = samplers::choice(words, weights.iter().map(|&weight| float(weight)))?;
            return Ok(word(values[chosen]));
        }
        Sampler::CpythonRandint { .. } => unreachable!("drawn above"),
    };
    match code.ty {
        Type::Duration => round_nanos(value),
        _ => Ok(value.to_bits()),
    }
}

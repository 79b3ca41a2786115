//! Random values for processes.

use super::step::{Context, Kernel, Scheduler};
use super::streams::Draws;
use crate::program::{DistributionCode, Sampler, Source};
use crate::random::{DataDraw, SampleError, data, distributions, round_nanos};
use crate::trace::{Fault, Kind, Sink};
use crate::value::{Type, Word};

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
        let plan = self.own.draws.plans[distribution as usize];
        let stream = plan.stream(at.process());
        let mut position = arena[code.position.at(at.frame())];
        let drawn = sample(code, self.own.draws, stream, &mut position, |source: Source| {
            arena[source.at(at.frame())]
        });
        arena[code.position.at(at.frame())] = position;
        let word = drawn.map_err(|error| self.bad_draw(at, error))?;
        self.emit_typed(at, Kind::Draw, 0, word, code.ty, 0);
        Ok(word)
    }

    #[cold]
    pub(super) fn bad_draw(&self, at: Context, error: SampleError) -> Box<Fault> {
        self.fault(at, format!("cannot draw: {error}"), "look at the arguments of the distribution")
    }
}

#[inline]
pub(super) fn sample(
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
    if let Sampler::Data { draw: DataDraw::Trace { repeats }, values, row } = &code.sampler {
        return data::of_row(values, *repeats, row.map(|row| word(row) as i64), position);
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
        Sampler::Data { draw: DataDraw::Empirical, values, .. } => data::empirical(words, values)?,
        Sampler::Data { values, .. } => return Ok(data::bootstrap(words, values)),
        Sampler::CpythonRandint { .. } => unreachable!("drawn above"),
    };
    match code.ty {
        Type::Duration => round_nanos(value),
        // A count, which is a whole number as a float, too.
        Type::Int => Ok(value as i64 as Word),
        _ => Ok(value.to_bits()),
    }
}

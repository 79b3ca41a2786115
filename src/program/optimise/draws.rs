//! Draws of which the arguments are known: what is checked and calculated once for all.

use super::op::DrawKind;
use crate::ids::ProcessId;
use crate::program::op::{DistributionCode, Sampler, Slot, Source};
use crate::random::distributions::{UNIFORM, are_weights, choice_bound};
use crate::value::{Type, Word};

/// How the values of a distribution are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// By which function.
    pub kind: DrawKind,
    /// The type of the values.
    pub ty: Type,
    /// The frame word that counts what was consumed of the stream.
    pub position: Slot,
    /// The number of the stream of process 0, if it were an instance.
    pub stream: u32,
    /// From the stream of one instance to that of the next.
    pub stride: u32,
    /// The lowest value; the mean; the first of the [`Chance`]s of a choice.
    pub low: Word,
    /// How many integers there are; from the lowest to the highest value; how many
    /// chances.
    pub width: Word,
}

/// A value of a choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// See [`choice_bound`], of the weights up to its own.
    pub bound: u64,
    /// The value.
    pub value: Word,
}

impl Draw {
    /// Of this distribution, with what is known of its arguments; adds to the chances. `first` is
    /// the first instance of its process, with its first stream.
    pub(super) fn of(
        code: &DistributionCode,
        (first, first_stream, stride): (ProcessId, u32, u32),
        known: impl Fn(Source) -> Option<Word>,
        chances: &mut Vec<Chance>,
    ) -> Draw {
        let (kind, low, width) = Draw::known(code, known, chances).unwrap_or((DrawKind::Any, 0, 0));
        let stream = (first_stream + code.purpose).wrapping_sub(first.0.wrapping_mul(stride));
        Draw { kind, ty: code.ty, position: code.position, stream, stride, low, width }
    }

    /// The stream of this instance.
    #[inline(always)]
    pub fn stream_of(self, process: ProcessId) -> u32 {
        self.stream.wrapping_add(process.0.wrapping_mul(self.stride))
    }

    /// The function, the lowest value and the width, if all arguments are known and good.
    fn known(
        code: &DistributionCode,
        known: impl Fn(Source) -> Option<Word>,
        chances: &mut Vec<Chance>,
    ) -> Option<(DrawKind, Word, Word)> {
        let float = |source: Source| known(source).map(f64::from_bits);
        let is_measure = matches!(code.ty, Type::Float | Type::Duration);
        match &code.sampler {
            Sampler::UniformInt { low, high } => {
                let (low, high) = (known(*low)? as i64, known(*high)? as i64);
                let width = (high as u64).wrapping_sub(low as u64).wrapping_add(1);
                (low <= high && width > 0).then_some((DrawKind::UniformInt, low as Word, width))
            }
            Sampler::Exponential { mean } => {
                let mean = float(*mean).filter(|&mean| mean > 0.0 && is_measure)?;
                Some((DrawKind::Exponential, mean.to_bits(), 0))
            }
            Sampler::Family { family, arguments } if *family == &UNIFORM => {
                let (low, high) = (float(arguments[0])?, float(arguments[1])?);
                let width = high - low;
                let is_good = low <= high && width.is_finite() && is_measure;
                is_good.then_some((DrawKind::Uniform, low.to_bits(), width.to_bits()))
            }
            Sampler::Choice { values, weights } => {
                let values: Vec<Word> = values.iter().map(|&value| known(value)).collect::<Option<_>>()?;
                let weights: Vec<f64> = weights.iter().map(|&weight| float(weight)).collect::<Option<_>>()?;
                if !are_weights(&weights) {
                    return None;
                }
                let first = chances.len() as Word;
                let (total, mut up_to) = (weights.iter().sum(), 0.0);
                chances.extend(weights.iter().zip(&values).map(|(weight, &value)| {
                    up_to += weight;
                    Chance { bound: choice_bound(up_to, total), value }
                }));
                Some((DrawKind::Choice, first, values.len() as Word))
            }
            _ => None,
        }
    }
}

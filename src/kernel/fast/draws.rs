//! Draws with a function of their own, and those of which the next value is ready.

use super::next::{behind, stuck};
use crate::kernel::draw::sample;
use crate::kernel::own::Own;
use crate::kernel::step::{Context, Kernel, Scheduler};
use crate::program::{Chance, Draw, Local, Slot};
use crate::random::{SampleError, StreamWords, distributions, round_nanos};
use crate::trace::{Fault, Kind, Sink};
use crate::value::{Type, Word};

/// Draws a value from the stream of distribution [`Local::a`]. Where there is none, the
/// stream stays as it was.
#[inline(always)]
fn drawn(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
    value: impl FnOnce(&mut StreamWords<'_>, &Draw, &[Chance]) -> Option<Word>,
) -> usize {
    let made = &own.program.optimised;
    let draw = &made.draws[local.a as usize];
    let mut position = arena[draw.position.at(frame)];
    let words = &mut own.draws.streams.words(draw.stream_of(own.process), &mut position);
    let Some(value) = value(words, draw, &made.chances) else { return stuck(op, local) };
    arena[draw.position.at(frame)] = position;
    arena[frame + local.into as usize] = value;
    behind(op, local)
}

/// A drawn number as the word of a value.
#[inline(always)]
fn rounded(ty: Type, value: f64) -> Option<Word> {
    match ty {
        Type::Duration => round_nanos(value).ok(),
        _ => Some(value.to_bits()).filter(|_| value.is_finite()),
    }
}

pub(super) fn uniform_int(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    drawn(arena, frame, op, local, own, |words, draw, _| {
        Some(distributions::integer_from(words, draw.low as i64, draw.width) as Word)
    })
}

pub(super) fn uniform(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    drawn(arena, frame, op, local, own, |words, draw, _| {
        let (low, width) = (f64::from_bits(draw.low), f64::from_bits(draw.width));
        rounded(draw.ty, distributions::uniform_from(words, low, width))
    })
}

pub(super) fn exponential(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    drawn(arena, frame, op, local, own, |words, draw, _| {
        rounded(draw.ty, f64::from_bits(draw.low) * distributions::standard_exponential(words))
    })
}

pub(super) fn choice(arena: &mut [Word], frame: usize, op: usize, local: &Local, own: &mut Own<'_>) -> usize {
    drawn(arena, frame, op, local, own, |words, draw, chances| {
        let chances = &chances[draw.low as usize..(draw.low + draw.width) as usize];
        let chosen = distributions::choice_by_bounds(words, chances, |chance| chance.bound);
        // Behind the last only where a product is rounded up.
        Some(chances.get(chosen).or(chances.last())?.value)
    })
}

/// From any distribution, as the plain op does.
pub(super) fn any(arena: &mut [Word], frame: usize, op: usize, local: &Local, own: &mut Own<'_>) -> usize {
    let code = &own.program.distributions[local.a as usize];
    let stream = own.draws.plans[local.a as usize].stream(own.process);
    let mut position = arena[code.position.at(frame)];
    let Ok(value) = sample(code, own.draws, stream, &mut position, |source| arena[source.at(frame)]) else {
        return stuck(op, local);
    };
    arena[code.position.at(frame)] = position;
    arena[frame + local.into as usize] = value;
    behind(op, local)
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Draws an exponential duration with a mean that no run changes, the most frequent
    /// draw: the value that was made ready when the one before it was used, so
    /// that nothing waits for it; who goes on next depends on the value at hand.
    #[inline(always)]
    pub(super) fn exponential_ahead(
        &mut self,
        arena: &mut [Word],
        at: Context,
        distribution: u32,
        mean: Word,
    ) -> Result<Word, Box<Fault>> {
        let plan = self.own.draws.plans[distribution as usize];
        let stream = plan.stream(at.process());
        let slots = (plan.ahead, plan.position);
        if arena[plan.ahead.at(at.frame())] == 0 {
            self.make_first_ready(arena, at, stream, slots, mean)?;
        }
        let ready = arena[plan.ahead.at(at.frame())] - 1;
        let mut next = arena[plan.position.at(at.frame())];
        let word = self.own.draws.streams.next(stream, &mut next);
        let nanos = distributions::quick_exponential(word)
            .and_then(|standard| round_nanos(f64::from_bits(mean) * standard).ok());
        match nanos {
            Some(nanos) => {
                arena[plan.ahead.at(at.frame())] = nanos + 1;
                arena[plan.position.at(at.frame())] = next;
            }
            None => self.make_ready(arena, at, stream, slots, mean),
        }
        self.emit_typed(at, Kind::Draw, 0, ready, Type::Duration, 0);
        Ok(ready)
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
        mean: Word,
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
        mean: Word,
    ) -> Result<Word, SampleError> {
        let mut next = arena[position.at(at.frame())];
        let words = &mut self.own.draws.streams.words(stream, &mut next);
        let nanos = distributions::exponential(words, f64::from_bits(mean)).and_then(round_nanos)?;
        arena[position.at(at.frame())] = next;
        Ok(nanos)
    }

    /// Makes the value ready that is used at once, where none was made before.
    #[cold]
    #[inline(never)]
    fn make_first_ready(
        &mut self,
        arena: &mut [Word],
        at: Context,
        stream: u32,
        (ahead, position): (Slot, Slot),
        mean: Word,
    ) -> Result<(), Box<Fault>> {
        let drawn = self.next_exponential(arena, at, stream, position, mean);
        let nanos = drawn.map_err(|error| self.bad_draw(at, error))?;
        arena[ahead.at(at.frame())] = nanos + 1;
        Ok(())
    }
}

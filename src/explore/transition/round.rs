//! A process that goes round on its own for ever: without time it comes back to
//! where it was after some delays, and nobody else notices.
//!
//! Decides when it has, and where in its round it rests: always at the same
//! place, so that one who ticks beside others adds no states. A round in which
//! no time could pass is none; it is followed up to the limit, as in a run.

use crate::explore::state::World;

/// Steps before a round is looked for; hardly any process makes so many.
const FIRST: u32 = 64;

/// The search for a round (R. P. Brent, "An improved Monte Carlo factorization
/// algorithm", 1980): the world is compared with one that is kept, which is
/// replaced at each power of two.
#[derive(Debug, Default)]
pub(super) struct Round {
    steps: u32,
    kept: Option<(World, u32)>,
    /// Once a round is found: where to rest, and how much of the round is yet
    /// to be looked at for that.
    rest: Option<(World, u32)>,
    /// Time could pass since the world was kept.
    pub(super) passes_time: bool,
}

impl Round {
    /// Whether the process, which is in front of a step, goes round and rests
    /// here. Only its own words of the world change meanwhile.
    pub(super) fn is_closed(&mut self, world: &World) -> bool {
        self.steps += 1;
        if let Some((rest, left)) = &mut self.rest {
            if *left == 0 {
                return is_same(rest, world);
            }
            *left -= 1;
            if world.machine.words() < rest.machine.words() {
                rest.clone_from(world);
            }
            return false;
        }
        if let Some((kept, since)) = self.kept.as_ref().filter(|(kept, _)| is_same(kept, world)) {
            self.rest = self.passes_time.then(|| (kept.clone(), self.steps - since));
        } else if self.steps >= FIRST && self.steps.is_power_of_two() {
            self.kept = Some((world.clone(), self.steps));
            self.passes_time = false;
        }
        false
    }
}

fn is_same(one: &World, other: &World) -> bool {
    one.machine.words() == other.machine.words() && one.watch == other.watch
}

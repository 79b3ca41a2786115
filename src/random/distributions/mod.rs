//! Random values of each distribution, from random words.
//!
//! Decides which value follows from which words, so every change here changes
//! the results of every scenario that draws: the tests hold the first values
//! of each sampler as literals. Does not decide where words come from, nor what
//! unit a value has: a duration is drawn as a float number of nanoseconds and
//! rounded by [`super::round_nanos`].
//!
//! Nothing here allocates, and nothing loops for ever: each rejection has a
//! fixed chance to end of more than 1 in 1,000.
//!
//! A [`Family`] is all that there is to say of a distribution over floats,
//! durations or counts, in a file of its own: the language, its schema, the compiler
//! and the kernel go by the list of [`families`]. Those between two integers and over
//! given values are each of a shape of their own.

pub(super) mod beta;
pub(super) mod discrete;
pub(super) mod erlang;
pub(super) mod exponential;
pub(super) mod gamma;
pub(super) mod geometric;
pub(super) mod lognormal;
pub(super) mod normal;
pub(super) mod pareto;
pub(super) mod poisson;
pub(super) mod triangular;
pub(super) mod uniform;
pub(super) mod weibull;

pub use discrete::{are_weights, choice, choice_bound, choice_by_bounds, integer_from, uniform_int};
pub use exponential::{EXPONENTIAL, exponential, quick_exponential, standard_exponential};

pub use uniform::{UNIFORM, uniform_from};

use super::family::Family;

/// The distributions over numbers and durations, in the order of the reference.
pub fn families() -> [&'static Family; 12] {
    [
        &UNIFORM,
        &EXPONENTIAL,
        &normal::NORMAL,
        &erlang::ERLANG,
        &gamma::GAMMA,
        &lognormal::LOGNORMAL,
        &triangular::TRIANGULAR,
        &weibull::WEIBULL,
        &beta::BETA,
        &pareto::PARETO,
        &poisson::POISSON,
        &geometric::GEOMETRIC,
    ]
}

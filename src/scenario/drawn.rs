//! A value that may be drawn: where it comes from, as the scenario says it.

use super::expr::Expr;
use crate::ids::Site;
use crate::random::{DataDraw, Family};
use crate::value::{Type, Word};
use std::sync::Arc;

/// A duration: known, calculated or drawn.
#[derive(Debug, Clone)]
pub enum Amount {
    /// By an expression.
    Expr(Expr),
    /// At random, anew each time.
    Draw(DistributionSpec),
}

/// Where a random value comes from.
#[derive(Debug, Clone)]
pub struct DistributionSpec {
    /// The type of the values.
    pub ty: Type,
    /// The number of this distribution among those of its process, in the
    /// order of the file from 0: with the process, it names the random stream.
    pub purpose: u32,
    /// Which distribution.
    pub kind: DistributionKind,
    /// Where it stands.
    pub site: Site,
}

/// The distributions. Parameters called `mean`, `low` and so on have the type
/// of the drawn value (float or duration); `shape` is a number. All may use
/// variables.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters are described above")]
pub enum DistributionKind {
    /// Always the same; any type.
    Constant { value: Expr },
    /// One of a family over floats or durations; the arguments in the order of
    /// its parameters.
    Family { family: &'static Family, arguments: Vec<Expr> },
    /// Evenly among the integers from `low` to `high`, both included.
    UniformInt { low: Expr, high: Expr },
    /// One of several values, of any one type; weights are floats, not
    /// negative, not all zero.
    Choice { values: Vec<Expr>, weights: Vec<Expr> },
    /// CPython's `random.seed(seed)` and then `random.randint(low, high)`,
    /// integers, both included. Draws with an equal seed in one process share
    /// one generator, as in a Python program. `seed` is over parameters.
    CpythonRandint { seed: Expr, low: Expr, high: Expr },
    /// From the values of a table, at least one; `row` counts from 0.
    Data { draw: DataDraw, values: Arc<[Word]>, row: Option<Expr> },
}

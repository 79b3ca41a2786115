//! What is measured, as part of a checked scenario.

use super::expr::Expr;
use crate::ids::{MarkId, ResourceDefId, Site};
use crate::trace::{Counted, MeasureKind};

/// A measure as written; expressions are over parameters.
#[derive(Debug, Clone)]
pub struct MeasureDef {
    /// Its name.
    pub name: String,
    /// Where that stands.
    pub site: Site,
    /// What is measured.
    pub what: MeasuredDef,
    /// How much of the start of a run it leaves out, if it says so itself.
    pub warm_up: Option<Expr>,
}

/// What is measured.
#[derive(Debug, Clone)]
pub enum MeasuredDef {
    /// How long it takes from one mark to another.
    Sojourn {
        /// The mark that begins it.
        from: MarkId,
        /// The mark that ends it.
        to: MarkId,
        /// Whether the passings belong together that carry the same integer.
        by_value: bool,
    },
    /// A sum of levels over time.
    Level {
        /// The levels.
        terms: Vec<LevelTermDef>,
        /// Integers that are added to them, each times a factor.
        constants: Vec<(i64, Expr)>,
        /// It is asked in which share of the time the sum is no less.
        at_least: Option<Expr>,
        /// And no more.
        at_most: Option<Expr>,
    },
    /// How often a mark is passed.
    Passings {
        /// Which mark.
        mark: MarkId,
        /// The time in which so many are a rate: a duration.
        per: Option<Expr>,
    },
}

/// A summand of a sum of levels.
#[derive(Debug, Clone, Copy)]
pub struct LevelTermDef {
    /// What is counted of each instance.
    pub of: Counted,
    /// Which resource.
    pub def: ResourceDefId,
    /// Which instance, from 0; `None` for all together.
    pub index: Option<u32>,
    /// How often it is counted.
    pub factor: i64,
    /// Where it is named.
    pub site: Site,
}

impl MeasuredDef {
    /// Which figures there are of it.
    pub fn kind(&self) -> MeasureKind {
        match self {
            MeasuredDef::Sojourn { .. } => MeasureKind::Sojourn,
            MeasuredDef::Level { at_least, at_most, .. } => {
                MeasureKind::Level { has_condition: at_least.is_some() || at_most.is_some() }
            }
            MeasuredDef::Passings { per, .. } => MeasureKind::Passings { has_rate: per.is_some() },
        }
    }
}

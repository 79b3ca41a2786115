//! How a processor of a checked scenario serves. Decides nothing.

use super::expr::Expr;
use crate::ids::ResourceDefId;

/// How a processor serves; expressions are over parameters.
#[derive(Debug, Clone)]
pub struct ProcessorSpec {
    /// How long a process keeps its core if others are ready: a duration.
    pub quantum: Option<Expr>,
    /// What it costs a core to serve another process than before: a duration.
    pub switch: Option<Expr>,
    /// How much faster than one process alone so many are together, from one on:
    /// numbers. Empty for as many as there are cores.
    pub speed: Vec<Expr>,
    /// Whether a process that comes takes its core from one that goes after it, where
    /// the discipline has an order of going before: a boolean; `None` is true.
    pub preempts: Option<Expr>,
    /// On which processor its cores are served themselves. It has one instance.
    pub on: Option<ResourceDefId>,
}

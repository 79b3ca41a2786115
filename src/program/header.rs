//! What a trace of a program has in its header.

use super::bind::BoundProgram;
use crate::ids::OpId;
use crate::trace::{Header, Ties};

impl BoundProgram {
    /// The names that a trace of this program needs.
    pub fn header(&self, seed: u64) -> Header {
        Header {
            scenario: self.names.scenario.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            ties: Ties::Fifo,
            processes: self.names.processes.clone(),
            resources: self.resources.clone(),
            marks: self.names.marks.clone(),
            logs: self.names.logs.clone(),
            lines: self.sites.iter().map(|site| site.line).collect(),
            atomic: stretches(&self.atomic),
        }
    }
}

/// The stretches of ops for which `atomic` is true.
fn stretches(atomic: &[bool]) -> Vec<(OpId, OpId)> {
    let mut stretches = Vec::new();
    let mut first = None;
    for (op, &inside) in atomic.iter().chain([&false]).enumerate() {
        match (first, inside) {
            (None, true) => first = Some(OpId::from_index(op)),
            (Some(from), false) => {
                stretches.push((from, OpId::from_index(op)));
                first = None;
            }
            _ => {}
        }
    }
    stretches
}

//! The processes of a scenario by the names that schedules call them.

use crate::ids::ProcessId;
use crate::program::BoundProgram;
use std::collections::BTreeMap;

/// The processes of a scenario by their names, as schedules call them.
#[derive(Debug)]
pub struct ProcessNames<'a> {
    program: &'a BoundProgram,
    /// The first instance and how many there are, by the name without its index.
    defs: BTreeMap<String, (ProcessId, u32)>,
}

impl<'a> ProcessNames<'a> {
    /// Of this scenario.
    pub fn new(program: &'a BoundProgram) -> ProcessNames<'a> {
        let defs = program.processes.iter().filter(|def| def.count > 0);
        let defs = defs.map(|def| {
            let name = program.process_name(def.first);
            (name.strip_suffix("[0]").unwrap_or(&name).to_owned(), (def.first, def.count))
        });
        ProcessNames { program, defs: defs.collect() }
    }

    /// The process with this name.
    pub fn find(&self, name: &str) -> Option<ProcessId> {
        let (def, index) = match name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
            Some((def, index)) => (def, index.parse().ok()?),
            None => (name, 0),
        };
        let &(first, _) = self.defs.get(def).filter(|&&(_, count)| index < count)?;
        let process = ProcessId(first.0 + index);
        (self.program.process_name(process) == name).then_some(process)
    }
}

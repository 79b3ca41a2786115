//! Values that hang on parameters and on the instance alone, calculated before the run.

use super::made::SettledWords;
use crate::program::bound::BoundProgram;
use crate::program::code::Settled;
use crate::program::layout::RESOURCE_WORDS;
use crate::program::values::value_of;

/// Of processes with more instances such values are calculated whenever they are asked for.
const MOST_INSTANCES: u32 = 1_000;

impl SettledWords {
    pub(super) fn of(program: &BoundProgram) -> SettledWords {
        let mut settled = SettledWords::default();
        for value in &program.settled {
            let before = settled.words.len();
            let is_known = settled.add(program, value).is_some();
            if !is_known {
                settled.words.truncate(before);
            }
            settled.known.push(is_known);
        }
        settled
    }

    /// Adds a value of all instances; `None` if one of them has none.
    fn add(&mut self, program: &BoundProgram, settled: &Settled) -> Option<()> {
        let def = &program.processes[settled.process.index()];
        for index in (def.count <= MOST_INSTANCES).then_some(0..def.count)? {
            let frame = program.frames[def.first.index() + index as usize];
            let value = value_of(&settled.expr, &program.params, Some(index)).ok()?.to_word();
            let value = match settled.def {
                None => value,
                Some(resource) => {
                    let (first, count) = program.instances[resource.index()];
                    let instance = (value < u64::from(count)).then_some(value)?;
                    u64::from(first) + instance * RESOURCE_WORDS as u64
                }
            };
            self.words.push((frame + settled.into.0, value));
        }
        Some(())
    }
}

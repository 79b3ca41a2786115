//! Where a process stands, and what a memory holds, as parts of a sentence.

use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Machine, State, find_deadlock};
use crate::program::BoundProgram;
use crate::value::Value;

/// `it waits for 'mutex1', which 'trainer' holds`.
pub(super) fn described_state(program: &BoundProgram, machine: &Machine, process: ProcessId) -> String {
    let name = program.process_name(process);
    match machine.state(program, process) {
        State::New => format!("'{name}' has not started"),
        State::Delayed => format!("'{name}' is delayed"),
        State::Ready => format!("'{name}' cannot go on"),
        State::Done => format!("'{name}' has finished"),
        State::Blocked => {
            let waiting = find_deadlock(program, machine).blocked;
            let Some(blocked) = waiting.iter().find(|blocked| blocked.process == process) else {
                return format!("'{name}' waits");
            };
            let resource = program.resource_name(blocked.resource);
            let holder = blocked.holder.map_or_else(String::new, |holder| {
                format!(", which '{}' holds", program.process_name(holder))
            });
            format!("'{name}' waits for '{resource}' to {}{holder}", blocked.wait_for.name())
        }
    }
}

/// The first slot in which two contents of a memory differ: what was seen
/// there, and what should be.
pub(super) fn described_memory(
    program: &BoundProgram,
    memory: ResourceId,
    seen: &[Value],
    expected: &[Value],
) -> Option<(String, String)> {
    let slot = seen.iter().zip(expected).position(|(seen, expected)| seen != expected)?;
    let name = program.resource_name(memory);
    Some((
        format!("slot {slot} of '{name}' holds {} at the end", seen[slot]),
        format!("it holds {}", expected[slot]),
    ))
}

//! What happened, and where a process stands, as parts of a sentence.

use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Machine, State, find_deadlock};
use crate::program::Image;
use crate::trace::{Event, Kind, WaitFor};
use crate::value::Value;

/// `'loader' acquires 'mutex1'`.
pub(super) fn described(image: &Image, event: &Event) -> String {
    let process = image.process_name(event.process);
    let resource = event.resource().map_or_else(String::new, |id| format!("'{}'", image.resource_name(id)));
    let value = Value::from_word(event.ty, event.value);
    let does = match event.kind {
        Kind::Start => "starts".to_owned(),
        Kind::Delay => "begins a delay".to_owned(),
        Kind::Work => "begins to work".to_owned(),
        Kind::Wake => "goes on after a delay".to_owned(),
        Kind::Block => {
            let to = WaitFor::from_word(event.value).map_or("use", WaitFor::name);
            format!("has to wait for {resource} to {to}")
        }
        Kind::Grant => {
            let by = image.process_name(ProcessId(event.value as u32));
            format!("is the next that is served by {resource}, through '{by}'")
        }
        Kind::Acquire => format!("acquires {resource}"),
        Kind::Release => format!("releases {resource}"),
        Kind::Put => format!("puts {value} into {resource}"),
        Kind::Get => format!("gets {value} from {resource}"),
        Kind::Write => format!("writes {value} to slot {} of {resource}", event.extra),
        Kind::Read => format!("reads {value} from slot {} of {resource}", event.extra),
        Kind::Notify => format!("notifies {} that wait at {resource}", event.value),
        Kind::Level => format!("sees level {} of {resource}", event.value),
        Kind::Draw => format!("draws {value}"),
        Kind::Log => "logs".to_owned(),
        Kind::Mark => format!("passes a mark with {value}"),
        Kind::Done => "finishes".to_owned(),
    };
    format!("'{process}' {does}")
}

/// `it waits for 'mutex1', which 'trainer' holds`.
pub(super) fn described_state(image: &Image, machine: &Machine, process: ProcessId) -> String {
    let name = image.process_name(process);
    match machine.state(image, process) {
        State::New => format!("'{name}' has not started"),
        State::Delayed => format!("'{name}' is delayed"),
        State::Ready => format!("'{name}' cannot go on"),
        State::Done => format!("'{name}' has finished"),
        State::Blocked => {
            let waiting = find_deadlock(image, machine).blocked;
            let Some(blocked) = waiting.iter().find(|blocked| blocked.process == process) else {
                return format!("'{name}' waits");
            };
            let resource = image.resource_name(blocked.resource);
            let holder = blocked
                .holder
                .map_or_else(String::new, |holder| format!(", which '{}' holds", image.process_name(holder)));
            format!("'{name}' waits for '{resource}' to {}{holder}", blocked.wait_for.name())
        }
    }
}

/// The first slot in which two contents of a memory differ: what was seen
/// there, and what should be.
pub(super) fn described_memory(
    image: &Image,
    memory: ResourceId,
    seen: &[Value],
    expected: &[Value],
) -> Option<(String, String)> {
    let slot = seen.iter().zip(expected).position(|(seen, expected)| seen != expected)?;
    let name = image.resource_name(memory);
    Some((
        format!("slot {slot} of '{name}' holds {} at the end", seen[slot]),
        format!("it holds {}", expected[slot]),
    ))
}

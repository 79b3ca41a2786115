//! What processes do on a critical path, in words.

use crate::analysis::{BoundOf, HandedOn};
use crate::cli::console::printable;
use crate::trace::{Activity, Header};

/// What a process does, without its resource.
pub fn short(activity: Option<Activity>) -> &'static str {
    match activity {
        None => "time between steps",
        Some(Activity::New) => "time before the start",
        Some(Activity::Delayed) => "delay",
        Some(Activity::Running) => "work",
        Some(Activity::Ready { .. } | Activity::Blocked { .. }) => "wait",
    }
}

/// The key of an activity in JSON.
pub fn key(activity: Option<Activity>) -> &'static str {
    match activity {
        None => "between",
        Some(Activity::New) => "new",
        Some(Activity::Delayed) => "delay",
        Some(Activity::Running) => "work",
        Some(Activity::Ready { .. }) => "ready",
        Some(Activity::Blocked { .. }) => "wait",
    }
}

/// The resource that an activity has to do with, if it has.
pub fn resource(activity: Option<Activity>, header: &Header) -> Option<String> {
    match activity {
        Some(Activity::Ready { processor: resource } | Activity::Blocked { resource, .. }) => {
            Some(header.resource_name(resource))
        }
        _ => None,
    }
}

/// By what the path goes on with another process.
pub fn handed_on(what: HandedOn, header: &Header) -> String {
    what.told(|resource| printable(&header.resource_name(resource)))
}

/// What makes a bound.
pub fn bound(of: BoundOf, header: &Header) -> String {
    let process = |process| format!("'{}'", printable(&header.process_name(process)));
    match of {
        BoundOf::Process(id) => format!("what {} does by itself", process(id)),
        BoundOf::Resource(id, 1) => {
            format!("what is done with '{}' taken, one at a time", printable(&header.resource_name(id)))
        }
        BoundOf::Resource(id, at_once) => {
            format!("what is done with '{}' taken, {at_once} at a time", printable(&header.resource_name(id)))
        }
        BoundOf::Chain(id) => format!("the longest chain, to the end of {}", process(id)),
    }
}

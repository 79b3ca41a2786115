//! The races of a run: as sentences and as objects.
//!
//! A race is no finding by itself: the run came out as it did. It says that
//! another run need not.

use super::finding::place;
use super::finished::Finished;
use super::parts::{and_more, noun};
use crate::analysis::{ObservedRace, Races, RacingAccess};
use crate::trace::Header;
use serde::Serialize;
use std::fmt::Write;

/// How many races are told one by one; JSON has more.
const TOLD: usize = 5;

/// What to do about it.
const HINT: &str = "let both hold the same mutex there (`with: …`), or pass the value on through a buffer";

/// The races in sentences, one a line; empty if there are none.
pub fn told(finished: &Finished) -> String {
    let races = &finished.races;
    let mut text = String::new();
    if !races.is_empty() {
        let pairs = races.list.len();
        let noun = noun(pairs, "pair");
        let _ = writeln!(text, "  race: {pairs} {noun} of lines with no synchronisation between them:");
    }
    for race in races.list.iter().take(TOLD) {
        let _ = writeln!(text, "  - {}", race.sentence(&finished.header));
        let lines = [race.first.op, race.second.op].map(|op| finished.header.line(op));
        text.push_str(&place(finished, lines[0]));
        if lines[1] != lines[0] {
            text.push_str(&place(finished, lines[1]));
        }
    }
    text.push_str(&and_more("  - ", races.list.len(), TOLD));
    if !races.is_empty() {
        let _ = writeln!(text, "  hint: {HINT}");
    }
    if let Some(until) = races.until {
        let _ = writeln!(text, "  races were looked for until {until} only: the run is long");
    }
    text
}

/// A race as an object.
#[derive(Serialize)]
pub struct RaceObject {
    memory: String,
    slot: u32,
    first: AccessObject,
    second: AccessObject,
    /// How often a race at these lines was seen.
    times: u64,
    message: String,
}

#[derive(Serialize)]
struct AccessObject {
    process: String,
    access: &'static str,
    line: Option<u32>,
    time_ns: u64,
}

/// The races as objects.
pub fn objects(races: &Races, header: &Header) -> Vec<RaceObject> {
    let access = |access: &RacingAccess| AccessObject {
        process: header.process_name(access.process),
        access: if access.is_write { "write" } else { "read" },
        line: header.line(access.op),
        time_ns: access.time.as_nanos(),
    };
    let object = |race: &ObservedRace| RaceObject {
        memory: header.resource_name(race.memory),
        slot: race.slot,
        first: access(&race.first),
        second: access(&race.second),
        times: race.times,
        message: race.sentence(header),
    };
    races.list.iter().map(object).collect()
}

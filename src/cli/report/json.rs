//! A run as one JSON object. Its keys are a contract: other programs read them.
//!
//! Objects by name keep the order of the scenario, so equal runs give equal bytes.

use super::finding::{Finding, StillWaiting};
use super::finished::Finished;
use super::parts::{on_many_lines, on_one_line};
use super::races::{self, RaceObject};
use super::ties::{self, TiesObject};
use crate::analysis::{
    FailedExpectation, FigureValue, LogLine, Marks, Measures, ProcessGroups, Processes, ResourceGroups,
    Resources, named, process_groups, resource_groups,
};
use crate::ids::{ProcessId, ResourceId};
use crate::trace::{Header, TableInfo};
use crate::value::Value;
use serde::ser::{Serialize, SerializeSeq, Serializer};

/// What a comparison says of a run besides.
#[derive(Debug, Clone, Default)]
pub struct AsCompared<'a> {
    /// That of the scenario against the first.
    pub speed_up: Option<f64>,
    /// The figures that were asked for, by their paths.
    pub figures: Vec<(&'a str, Option<FigureValue>)>,
}

/// The object on one line, with the line's end; with what a comparison says of it.
pub fn json_line(finished: &Finished, compared: Option<AsCompared<'_>>) -> String {
    on_one_line(&object(finished, compared))
}

/// The object on many lines, for a file.
pub fn json(finished: &Finished) -> Vec<u8> {
    on_many_lines(&object(finished, None)).into_bytes()
}

/// The object, to be put into another.
pub fn json_object(finished: &Finished) -> impl Serialize + '_ {
    object(finished, None)
}

fn object<'a>(finished: &'a Finished, compared: Option<AsCompared<'a>>) -> Object<'a> {
    let speed_up = compared.as_ref().map(|compared| compared.speed_up);
    let (header, statistics) = (&finished.header, &finished.statistics);
    Object {
        scenario: &finished.label,
        version: &header.version,
        outcome: finished.outcome.name(),
        total_time_ns: statistics.total_time.as_nanos(),
        events: statistics.events,
        fingerprint: &finished.fingerprint,
        seed: header.seed,
        speed_up,
        figures: compared.map(|compared| Asked(compared.figures)).filter(|asked| !asked.0.is_empty()),
        finding: Finding::of(finished),
        waiting: StillWaiting::of(finished),
        expect: match finished.unchecked.as_slice() {
            [] => Some(finished.failed.iter().map(Failed::of).collect()),
            _ => None,
        },
        abandoned: finished.abandoned.iter().map(|&one| Abandoned::of(header, one)).collect(),
        ties: ties::object(finished),
        races: races::objects(&finished.races, header),
        races_left_out: finished.races.more,
        races_until_ns: finished.races.until.map(|time| time.as_nanos()),
        processes: Processes(header, &statistics.processes),
        process_groups: ProcessGroups(process_groups(header, statistics)),
        resources: Resources(header, &statistics.resources),
        resource_groups: ResourceGroups(resource_groups(header, statistics)),
        memories: Memories(header, &finished.memories),
        memories_left_out: finished.memories_left_out,
        marks: Marks(header, &statistics.marks),
        measures: Measures(header, &statistics.measures),
        tables: &header.tables,
        log: Log(header, &statistics.log),
        log_left_out: statistics.log_left_out,
    }
}

#[derive(serde::Serialize)]
struct Object<'a> {
    scenario: &'a str,
    version: &'a str,
    outcome: &'static str,
    total_time_ns: u64,
    events: u64,
    fingerprint: &'a str,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed_up: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<Asked<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Finding>,
    /// Those who wait for ever, if a horizon or a limit ended the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<StillWaiting>,
    /// What was not as expected; null if expectations were not checked.
    expect: Option<Vec<Failed<'a>>>,
    /// The mutexes that processes own which are done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    abandoned: Vec<Abandoned>,
    ties: TiesObject<'a>,
    races: Vec<RaceObject>,
    #[serde(skip_serializing_if = "is_zero")]
    races_left_out: u64,
    /// Races after this time are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    races_until_ns: Option<u64>,
    processes: Processes<'a>,
    process_groups: ProcessGroups,
    resources: Resources<'a>,
    resource_groups: ResourceGroups,
    memories: Memories<'a>,
    /// So many values of memories are not among them.
    #[serde(skip_serializing_if = "is_zero")]
    memories_left_out: u64,
    marks: Marks<'a>,
    #[serde(skip_serializing_if = "Measures::is_empty")]
    measures: Measures<'a>,
    /// What was drawn from.
    #[serde(skip_serializing_if = "<[TableInfo]>::is_empty")]
    tables: &'a [TableInfo],
    log: Log<'a>,
    log_left_out: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Figures by path; null where there is no value.
struct Asked<'a>(Vec<(&'a str, Option<FigureValue>)>);

impl Serialize for Asked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(serializer, self.0.iter().copied())
    }
}

#[derive(serde::Serialize)]
struct Abandoned {
    mutex: String,
    owner: String,
}

impl Abandoned {
    fn of(header: &Header, (mutex, owner): (ResourceId, ProcessId)) -> Abandoned {
        Abandoned { mutex: header.resource_name(mutex), owner: header.process_name(owner) }
    }
}

#[derive(serde::Serialize)]
struct Failed<'a> {
    message: &'a str,
    line: Option<u32>,
    /// When it was seen, if that is one moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_ns: Option<u64>,
    /// The scenario line that was executed then.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_line: Option<u32>,
}

impl<'a> Failed<'a> {
    fn of(failed: &'a FailedExpectation) -> Failed<'a> {
        Failed {
            message: &failed.message,
            line: (failed.line > 0).then_some(failed.line),
            seen_ns: failed.seen.map(|moment| moment.time.as_nanos()),
            seen_line: failed.seen.map(|moment| moment.line).filter(|&line| line > 0),
        }
    }
}

struct Memories<'a>(&'a Header, &'a [(ResourceId, Vec<Value>)]);

impl Serialize for Memories<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named(
            serializer,
            self.1.iter().map(|(memory, values)| (self.0.resource_name(*memory), Values(values))),
        )
    }
}

struct Values<'a>(&'a [Value]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|value| value.to_json()))
    }
}

struct Log<'a>(&'a Header, &'a [LogLine]);

#[derive(serde::Serialize)]
struct Line<'a> {
    time_ns: u64,
    process: String,
    text: &'a str,
}

impl Serialize for Log<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.1.len()))?;
        for line in self.1 {
            let process = self.0.process_name(line.process);
            list.serialize_element(&Line { time_ns: line.time.as_nanos(), process, text: &line.text })?;
        }
        list.end()
    }
}

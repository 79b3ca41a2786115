//! The outcome of a run in names and lines instead of numbers: the form in
//! which it is written for people and other programs.

use super::header::Header;
use super::outcome::{BlockedProcess, Deadlock, Fault, FaultKind, Outcome, Standing, WaitFor};
use crate::ids::{OpId, ProcessId, ResourceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How many processes that could end a wait are named.
const GIVERS_NAMED: usize = 4;

/// An [`Outcome`] with names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum NamedOutcome {
    /// See [`Outcome::Completed`].
    Completed,
    /// See [`Outcome::Horizon`].
    Horizon,
    /// See [`Deadlock`].
    Deadlock {
        /// Every blocked process.
        blocked: Vec<NamedBlocked>,
        /// A circle of processes that wait for each other, if there is one.
        cycle: Vec<String>,
    },
    /// See [`Fault`].
    Fault {
        /// Who broke a rule.
        process: String,
        /// The scenario line on which it stood.
        line: Option<u32>,
        /// The op on which it stood.
        op: OpId,
        /// What was wrong.
        message: String,
        /// What to do about it.
        hint: String,
        /// Which rule it was, where that is told apart from others.
        #[serde(default, skip_serializing_if = "FaultKind::is_any")]
        kind: FaultKind,
    },
    /// See [`Outcome::Limit`].
    Limit {
        /// What ran out.
        message: String,
    },
}

/// A [`BlockedProcess`] with names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedBlocked {
    /// Who waits.
    pub process: String,
    /// The scenario line on which it stands.
    pub line: Option<u32>,
    /// The op on which it stands.
    pub op: OpId,
    /// For which resource.
    pub resource: String,
    /// To do what.
    pub wait_for: WaitFor,
    /// Who holds the mutex that it waits for.
    pub holder: Option<String>,
    /// Who that is left could end the wait.
    pub givers: Vec<String>,
    /// Whether nobody could.
    pub starved: bool,
    /// How what it waits for stands, where that says why it does not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Whether a run does not wait for the end of this process.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub daemon: bool,
}

impl NamedOutcome {
    /// `outcome` in the names of `header`.
    pub fn of(outcome: &Outcome, header: &Header) -> NamedOutcome {
        let names = |ids: &[ProcessId]| ids.iter().map(|&id| header.process_name(id)).collect();
        match outcome {
            Outcome::Completed => NamedOutcome::Completed,
            Outcome::Horizon => NamedOutcome::Horizon,
            Outcome::Deadlock(deadlock) => NamedOutcome::Deadlock {
                blocked: deadlock.blocked.iter().map(|blocked| NamedBlocked::of(blocked, header)).collect(),
                cycle: names(&deadlock.cycle),
            },
            Outcome::Fault(fault) => NamedOutcome::Fault {
                process: header.process_name(fault.process),
                line: header.line(fault.op),
                op: fault.op,
                message: fault.message.clone(),
                hint: fault.hint.clone(),
                kind: fault.kind,
            },
            Outcome::Limit { message } => NamedOutcome::Limit { message: message.clone() },
        }
    }

    /// Who broke a rule and how, as one sentence without a full stop; `message` may name the process itself.
    pub fn fault_told(process: &str, message: &str) -> String {
        let process = format!("'{process}'");
        if message.starts_with(&process) { message.to_owned() } else { format!("{process}: {message}") }
    }

    /// The outcome in numbers again.
    ///
    /// # Errors
    /// The name that nothing in the header has.
    pub fn resolve(self, names: &NameTable) -> Result<Outcome, String> {
        Ok(match self {
            NamedOutcome::Completed => Outcome::Completed,
            NamedOutcome::Horizon => Outcome::Horizon,
            NamedOutcome::Deadlock { blocked, cycle } => Outcome::Deadlock(Deadlock {
                blocked: blocked.into_iter().map(|one| one.resolve(names)).collect::<Result<_, _>>()?,
                cycle: names.all_processes(&cycle)?,
            }),
            NamedOutcome::Fault { process, op, message, hint, kind, .. } => {
                Outcome::Fault(Fault { process: names.process(&process)?, op, message, hint, kind })
            }
            NamedOutcome::Limit { message } => Outcome::Limit { message },
        })
    }
}

impl NamedBlocked {
    /// `blocked` in the names of `header`.
    pub fn of(blocked: &BlockedProcess, header: &Header) -> NamedBlocked {
        NamedBlocked {
            process: header.process_name(blocked.process),
            line: header.line(blocked.op),
            op: blocked.op,
            resource: header.resource_name(blocked.resource),
            wait_for: blocked.wait_for,
            holder: blocked.holder.map(|holder| header.process_name(holder)),
            givers: blocked.givers.iter().map(|&giver| header.process_name(giver)).collect(),
            starved: blocked.is_starved(),
            standing: blocked.standing,
            daemon: header.process(blocked.process).daemon,
        }
    }

    fn resolve(self, names: &NameTable) -> Result<BlockedProcess, String> {
        Ok(BlockedProcess {
            process: names.process(&self.process)?,
            op: self.op,
            resource: names.resource(&self.resource)?,
            wait_for: self.wait_for,
            holder: self.holder.map(|holder| names.process(&holder)).transpose()?,
            givers: names.all_processes(&self.givers)?,
            standing: self.standing,
        })
    }
}

/// Who waits, what for, and who could end that: a sentence without a full stop.
impl fmt::Display for NamedBlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NamedBlocked { process, resource, .. } = self;
        let why = match (&self.holder, self.givers.as_slice()) {
            (Some(holder), _) if holder == process && self.wait_for == WaitFor::Change => {
                "held by itself: who writes cannot take a read-write lock once more".to_owned()
            }
            (Some(holder), _) if holder == process => {
                "held by itself: a mutex is not reentrant, who owns it cannot acquire it once more".to_owned()
            }
            (None, []) if self.standing == Some(Standing::Reads) => {
                "which it reads itself: who reads cannot write before it stops reading".to_owned()
            }
            (Some(holder), []) => format!("held by '{holder}', who will not release it: starved"),
            (Some(holder), _) => format!("held by '{holder}'"),
            (None, []) => "starved: nobody that is left will ever end the wait".to_owned(),
            (None, givers) => {
                let named: Vec<String> =
                    givers.iter().take(GIVERS_NAMED).map(|name| format!("'{name}'")).collect();
                let more = match givers.len().saturating_sub(GIVERS_NAMED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("only {}{more} could end the wait", named.join(", "))
            }
        };
        let standing = match self.standing {
            Some(Standing::Come(1, parties)) => format!(" (1 of {parties} is there)"),
            Some(Standing::Come(here, parties)) => format!(" ({here} of {parties} are there)"),
            Some(Standing::Left(left)) => format!(" (it stands at {left})"),
            Some(Standing::Reads) | None => String::new(),
        };
        let daemon = if self.daemon { "the daemon " } else { "" };
        write!(f, "{daemon}'{process}' waits {} '{resource}'{standing}, {why}", self.wait_for.purpose())
    }
}

/// Finds processes, resources and marks by name. Needs memory for the names
/// of the scenario only, not for those of instances.
#[derive(Debug)]
pub struct NameTable {
    processes: BTreeMap<String, Instances>,
    resources: BTreeMap<String, Instances>,
    marks: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct Instances {
    first: u32,
    count: u32,
    indexed: bool,
}

impl NameTable {
    /// The names of `header`.
    pub fn new(header: &Header) -> NameTable {
        let processes = header.processes.iter().map(|info| {
            let instances = Instances { first: info.first.0, count: info.count, indexed: info.indexed };
            (info.name.clone(), instances)
        });
        let resources = header.resources.iter().map(|info| {
            let instances = Instances { first: info.first.0, count: info.count, indexed: info.indexed };
            (info.name.clone(), instances)
        });
        let marks = header.marks.iter().zip(0..).map(|(info, id)| (info.name.clone(), id));
        NameTable { processes: processes.collect(), resources: resources.collect(), marks: marks.collect() }
    }

    /// The process instance called `name`.
    ///
    /// # Errors
    /// A message, if there is none.
    pub fn process(&self, name: &str) -> Result<ProcessId, String> {
        find(&self.processes, name).map(ProcessId).ok_or_else(|| format!("there is no process '{name}'"))
    }

    fn all_processes(&self, list: &[String]) -> Result<Vec<ProcessId>, String> {
        list.iter().map(|name| self.process(name)).collect()
    }

    /// The resource instance called `name`.
    ///
    /// # Errors
    /// A message, if there is none.
    pub fn resource(&self, name: &str) -> Result<ResourceId, String> {
        find(&self.resources, name).map(ResourceId).ok_or_else(|| format!("there is no resource '{name}'"))
    }

    /// The number of the mark called `name`.
    ///
    /// # Errors
    /// A message, if there is none.
    pub fn mark(&self, name: &str) -> Result<u32, String> {
        self.marks.get(name).copied().ok_or_else(|| format!("there is no mark '{name}'"))
    }
}

fn find(table: &BTreeMap<String, Instances>, name: &str) -> Option<u32> {
    if let Some(instances) = table.get(name).filter(|instances| !instances.indexed) {
        return (instances.count > 0).then_some(instances.first);
    }
    let (base, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    let index: u32 = index.parse().ok()?;
    let instances = table.get(base).filter(|instances| instances.indexed && index < instances.count)?;
    Some(instances.first + index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::header;

    #[test]
    fn instances_have_names_of_their_own() {
        let names = NameTable::new(&header());
        assert_eq!(names.process("a"), Ok(ProcessId(0)));
        assert_eq!(names.process("c[1]"), Ok(ProcessId(3)));
        for absent in ["c", "c[2]", "a[0]", "c[-1]", "c[", "]", "", "c[99999999999]"] {
            assert!(names.process(absent).is_err(), "{absent}");
        }
        assert_eq!(names.resource("d[0]"), Ok(ResourceId(3)));
        assert_eq!(names.mark("passed"), Ok(1));
    }
}

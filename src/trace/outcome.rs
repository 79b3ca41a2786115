//! How a run ended: a value, not an error.

use crate::ids::{OpId, ProcessId, ResourceId};
use crate::value::Word;
use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// Every process finished its last step.
    Completed,
    /// The stop time was reached before the last process was done.
    Horizon,
    /// Nothing can happen any more, but processes are still waiting.
    Deadlock(Deadlock),
    /// The scenario broke a rule.
    Fault(Fault),
    /// A budget ran out: of events, of memory, or of steps without time passing.
    Limit {
        /// What ran out, and how to raise it.
        message: String,
    },
}

impl Outcome {
    /// The word for it in JSON, in `expect` and on the terminal.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Horizon => "horizon",
            Outcome::Deadlock(_) => "deadlock",
            Outcome::Fault(_) => "fault",
            Outcome::Limit { .. } => "limit",
        }
    }
}

/// What a blocked process is waiting to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum WaitFor {
    /// Take a permit of a semaphore, or a mutex.
    Acquire,
    /// Take items out of a buffer that holds too few.
    Get,
    /// Put items into a buffer that has too little room.
    Put,
    /// Be told, by a notify of a condition, to go on.
    Notify,
    /// Be released by the last party that comes to a barrier.
    Barrier,
    /// Be served by a core of a processor: it is ready.
    Core,
    /// Be told that another process is done.
    End,
    /// Find what it names such that it can go on.
    Change,
}

impl WaitFor {
    /// All of them, in the order of their discriminants.
    pub const ALL: [WaitFor; 8] = [
        WaitFor::Acquire,
        WaitFor::Get,
        WaitFor::Put,
        WaitFor::Notify,
        WaitFor::Barrier,
        WaitFor::Core,
        WaitFor::End,
        WaitFor::Change,
    ];

    /// The value of a [`super::Kind::Block`] event, read back.
    pub fn from_word(word: Word) -> Option<WaitFor> {
        WaitFor::ALL.into_iter().find(|&wait_for| wait_for as Word == word)
    }

    /// Whether those who wait so are the level of the resource. Such a wait is no
    /// request that could have come later: it gives others their turn.
    pub const fn is_counted(self) -> bool {
        matches!(self, WaitFor::Notify | WaitFor::Barrier)
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            WaitFor::Acquire => "acquire",
            WaitFor::Get => "get",
            WaitFor::Put => "put",
            WaitFor::Notify => "notify",
            WaitFor::Barrier => "barrier",
            WaitFor::Core => "core",
            WaitFor::End => "end",
            WaitFor::Change => "change",
        }
    }

    fn words(self) -> WaitWords {
        let row = |step, verb, purpose, ended_by| WaitWords { step, verb, purpose, ended_by };
        match self {
            WaitFor::Acquire => row("acquire", "wait to acquire", "to acquire", "release of"),
            WaitFor::Get => row("get", "wait to get", "to get from", "put into"),
            WaitFor::Put => row("put", "wait to put", "to put into", "get from"),
            WaitFor::Notify => row("wait", "wait at", "for a notify of", "notify of"),
            WaitFor::Barrier => row("wait", "wait at", "for the others at", "arrival at"),
            WaitFor::Core => row("work", "be ready for", "for a core of", "core of"),
            WaitFor::End => row("join", "wait to join", "for the end of", "end of"),
            WaitFor::Change => row("wait for", "wait for", "for", "change of"),
        }
    }

    /// The step of the scenario that waits: `get`.
    pub fn step(self) -> &'static str {
        self.words().step
    }

    /// What it is called in a list of steps: `wait to get`.
    pub fn verb(self) -> &'static str {
        self.words().verb
    }

    /// What stands between "waits" and the resource: `to get from`.
    pub fn purpose(self) -> &'static str {
        self.words().purpose
    }

    /// What ends such a wait for a resource with this name: `put into queue`.
    pub fn ended_by(self, name: &str) -> String {
        format!("{} {name}", self.words().ended_by)
    }
}

/// The words for one reason to wait.
struct WaitWords {
    step: &'static str,
    verb: &'static str,
    purpose: &'static str,
    ended_by: &'static str,
}

/// A process that waits in a deadlock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedProcess {
    /// Who waits.
    pub process: ProcessId,
    /// The op on which it stands.
    pub op: OpId,
    /// For which resource.
    pub resource: ResourceId,
    /// To do what.
    pub wait_for: WaitFor,
    /// Who holds the mutex that it waits for.
    pub holder: Option<ProcessId>,
    /// Every process that has not finished and has a step ahead of it that
    /// could end the wait. Empty means starved: nobody left will ever give it.
    pub givers: Vec<ProcessId>,
    /// How what it waits for stands, where that says why it does not come.
    pub standing: Option<Standing>,
}

/// How something stands that a process waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// A barrier: so many are there, of so many who have to come.
    Come(u64, u64),
    /// A latch: so often it has still to be counted down.
    Left(u64),
    /// A read-write lock, to write: only who waits could stop reading it.
    Reads,
}

impl BlockedProcess {
    /// Whether nobody that is left can end the wait.
    pub fn is_starved(&self) -> bool {
        self.givers.is_empty()
    }
}

/// All that wait when nothing can happen any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlock {
    /// Every blocked process, in the order of their ids.
    pub blocked: Vec<BlockedProcess>,
    /// A circle of processes in which each waits for the next and the last
    /// for the first; empty if there is starvation only.
    pub cycle: Vec<ProcessId>,
}

/// A rule that the scenario broke while it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Who broke it.
    pub process: ProcessId,
    /// On which op.
    pub op: OpId,
    /// What was wrong, with the values that show it.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Which rule it was, where a run ends otherwise for it.
    pub kind: FaultKind,
}

/// Which rule of all those that a scenario can break.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Any that is not told apart from others.
    #[default]
    Rule,
    /// No more time passes than a clock can show: see [`crate::time::Time::MAX`].
    EndOfTime,
}

impl FaultKind {
    /// Whether it is told apart from no other.
    pub(super) fn is_any(&self) -> bool {
        *self == FaultKind::Rule
    }
}

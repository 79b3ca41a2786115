//! A checked scenario: every name resolved, every expression typed, every
//! duration in nanoseconds. What follows never meets a spelling mistake.

use crate::ids::{LogId, MarkId, ProcessDefId, ResourceDefId, Site, VarId};
use crate::look::Look;
use crate::trace::{Expected, LogTemplate, MarkInfo, TableInfo};
use crate::value::Type;

pub use super::after_interrupt::AfterInterrupt;
pub use super::drawn::{Amount, DistributionKind, DistributionSpec};
pub use super::expr::{Expr, ExprKind, ProcessRef, ResourceRef};
pub use super::measured::{LevelTermDef, MeasureDef, MeasuredDef};
pub use super::resource_spec::{ItemOrder, ProcessorSpec, ResourceSpec};
pub use crate::trace::Discipline;

/// A checked scenario.
#[derive(Debug, Clone)]
pub struct Model {
    /// The scenario's name: its `name`, or the file's name without ending.
    pub name: String,
    /// The parameters, in the order of the file, by [`crate::ids::ParamId`].
    pub params: Vec<Param>,
    /// The resources, in the order of the file, by [`ResourceDefId`].
    pub resources: Vec<ResourceDef>,
    /// The processes, in the order of the file, by [`crate::ids::ProcessDefId`].
    pub processes: Vec<ProcessDef>,
    /// The resources by which others start, join and stop processes, by
    /// [`crate::ids::ProcessDefId`].
    pub lives: Vec<Life>,
    /// What processes wait for that can come of several resources: one that has no other use
    /// for each.
    pub watches: Vec<ResourceDefId>,
    /// The read-write locks.
    pub rwlocks: Vec<Rwlock>,
    /// The marks, in the order of their first use, by [`MarkId`].
    pub marks: Vec<MarkInfo>,
    /// What is measured, in the order of the file.
    pub measures: Vec<MeasureDef>,
    /// What measures leave out that say nothing else: a duration over parameters.
    pub warm_up: Option<Expr>,
    /// The log texts, one for each `log` step, by [`LogId`].
    pub logs: Vec<LogTemplate>,
    /// What pictures call the delays and works that stand at these places; ascending.
    pub labels: Vec<(Site, String)>,
    /// The stop time, if there is one: a duration over parameters.
    pub horizon: Option<Expr>,
    /// The seed of all random streams, if the file gives one.
    pub seed: u64,
    /// Budgets after which a run ends with the outcome `limit`.
    pub limits: Limits,
    /// What is wished of the pictures of its runs.
    pub style: Look,
    /// What the scenario says must come out with the values that its file gives
    /// the parameters; the ids are those of a run with these values.
    pub expect: Expected,
    /// The tables that distributions draw from, in the order in which they are named.
    pub tables: Vec<TableInfo>,
}

/// A read-write lock. Behind it stand, among the resources, the line of those who are to write
/// and the permits of those who read.
#[derive(Debug, Clone, Copy)]
pub struct Rwlock {
    /// The lock itself, which is owned by who writes.
    pub lock: ResourceDefId,
    /// Whether who is to read waits for those who wait to write.
    pub prefers_writers: bool,
    /// What is waited for by who is to read, among [`Model::watches`].
    pub read: u32,
    /// Likewise by who is to write.
    pub write: u32,
}

/// By which resources others have to do with the life of a process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Life {
    /// The one that has as many instances as the process, if others start, join or
    /// stop it.
    pub each: Option<ResourceDefId>,
    /// The one at which others wait for whichever instance is done first, if they do.
    pub any: Option<ResourceDefId>,
}

/// Budgets of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Ops that may be executed in all.
    pub steps: u64,
    /// Ops that may be executed without time passing, before the run counts as
    /// a zero-time livelock; each process adds a little to it.
    pub zero_time_steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { steps: 100_000_000_000, zero_time_steps: 2_000_000 }
    }
}

/// A named value that a run may set.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type; `--set` must keep it.
    pub ty: Type,
    /// Its value, over the parameters before it.
    pub value: Expr,
    /// Where its name stands.
    pub site: Site,
}

/// A resource as written.
#[derive(Debug, Clone)]
pub struct ResourceDef {
    /// Its name.
    pub name: String,
    /// How many instances, if the file gives a count: an integer over parameters.
    pub count: Option<Expr>,
    /// What it is.
    pub spec: ResourceSpec,
    /// In which order waiters are served.
    pub discipline: Discipline,
    /// Where its name stands.
    pub site: Site,
}

/// A process as written.
#[derive(Debug, Clone)]
pub struct ProcessDef {
    /// Its name.
    pub name: String,
    /// How many instances, if the file gives a count: an integer over parameters.
    pub count: Option<Expr>,
    /// When it starts: a duration; may use `index`; `None` at once.
    pub start: Option<Amount>,
    /// Whether it does not start before another process starts it.
    pub manual: bool,
    /// Whether a run is completed without its end: a boolean over parameters; `None` is
    /// false.
    pub daemon: Option<Expr>,
    /// Whether its instances arrive while the run goes on; `count` says how many can be
    /// alive at once.
    pub arrives: bool,
    /// Its priority among simultaneous events and in priority queues: an
    /// integer from -128 to 127; may use `index`; lower goes first; `None` is 0.
    pub priority: Option<Expr>,
    /// Its variables and private arrays, by [`VarId`].
    pub vars: Vec<Var>,
    /// Its steps.
    pub body: Vec<Step>,
    /// Where its name stands.
    pub site: Site,
}

/// A variable of a process, or a private array.
#[derive(Debug, Clone)]
pub struct Var {
    /// Its name.
    pub name: String,
    /// The type of its value, or of its elements.
    pub ty: Type,
    /// Its first value, or that of each element; may use parameters, `index`.
    pub initial: Expr,
    /// The number of elements, if it is an array: an integer over parameters.
    pub len: Option<Expr>,
    /// Where its name stands.
    pub site: Site,
}

/// A step of a process.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Where it stands.
    pub site: Site,
}

/// What a step does. One that names several resources is as many steps, but for `with`.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// Let time pass without a processor: a duration.
    Delay(Amount),
    /// Let time pass on a processor.
    Work {
        /// How long, if nothing comes in between: a duration.
        amount: Amount,
        /// On which; `None` for one of its own.
        on: Option<ResourceRef>,
        /// After how long it must have ended: a duration. Of processors that go by it.
        deadline: Option<Expr>,
    },
    /// Take permits, one after the other, or a mutex (`permits` is then 1).
    Acquire {
        /// From where.
        resource: ResourceRef,
        /// How many: an integer, not negative.
        permits: Expr,
        /// How one permit of a semaphore is asked for; nobody takes it away. `None`: as others do.
        request: Option<Box<PermitRequest>>,
    },
    /// Take permits before all others who wait, one after the other. No text can say it.
    Seize {
        /// From where.
        resource: ResourceRef,
        /// How many: an integer, not negative.
        permits: Expr,
        /// Whether who holds one and may be preempted loses it.
        preempts: bool,
    },
    /// Take cores of a processor from whatever they serve, or give them back. No text can say it.
    Cores {
        /// Of which.
        processor: ResourceRef,
        /// How many: an integer, not negative.
        number: Expr,
        /// Whether they are taken.
        taken: bool,
    },
    /// Give permits back, one after the other, or a mutex.
    Release {
        /// To where.
        resource: ResourceRef,
        /// How many: an integer, not negative.
        permits: Expr,
    },
    /// Take one permit of each, or a mutex, in order; do the steps; give back
    /// those that were taken, in reverse order.
    With {
        /// From where. Each is worked out once, when it is its turn to be taken.
        held: Vec<ResourceRef>,
        /// What is done meanwhile.
        body: Vec<Step>,
        /// How the permit is asked for, and what is done if another one takes it; of one
        /// semaphore.
        request: Option<Box<PermitRequest>>,
    },
    /// Do steps of which each may wait, but no longer than this in all: one step, or
    /// several that acquire.
    Within {
        /// How long: a duration; `None`: as long as it takes, of a get.
        limit: Option<Amount>,
        /// The steps.
        waits: Vec<Step>,
        /// What is done if the time runs out, or the buffer of a get is closed and has too
        /// few items; `None`: that is a fault.
        otherwise: Option<Vec<Step>>,
    },
    /// Do steps during which others may interrupt the process.
    Interruptible(InterruptibleSteps),
    /// Interrupt processes, if they may be where they stand.
    Interrupt(ProcessRef),
    /// Wait until one of several branches can be gone, and go the first that can.
    Select {
        /// In the order of the file.
        branches: Vec<Branch>,
        /// Whether any that can be gone is, and not the first.
        any: bool,
        /// The number of what is waited for, among [`Model::watches`].
        watch: u32,
    },
    /// Put a flag up or down, or count a latch down, unless it is there already.
    Shift {
        /// Which.
        resource: ResourceRef,
        /// Whether its level gets higher, up to 1.
        up: bool,
        /// The number of what it is called in reports, among [`Model::watches`].
        watch: u32,
    },
    /// Wait until a boolean is true. It stands in a [`Branch`] only.
    Until(Expr),
    /// Wait until a buffer is closed and has fewer items than that. It stands in a [`Branch`]
    /// only.
    Closed {
        /// Which.
        buffer: ResourceRef,
        /// How many: an integer, at least 1.
        count: Expr,
    },
    /// Put items into a buffer, all at once, waiting until they all fit.
    Put {
        /// Into which.
        buffer: ResourceRef,
        /// How many: an integer, at least 1.
        count: Expr,
        /// What: of the buffer's type, or each field of a record.
        value: Vec<Expr>,
    },
    /// Take items out of a buffer, all at once, waiting until all are there.
    Get {
        /// Out of which.
        buffer: ResourceRef,
        /// How many: an integer, at least 1.
        count: Expr,
        /// Where the items go: nowhere, a variable or an element of an array (the count is then
        /// the constant 1) or an array, from its first element on. Of a record, which is then
        /// the only item, where fields of it go.
        into: Vec<ItemTarget>,
        /// Which item is taken, of which the count is then the constant 1: a boolean over the
        /// item and what does not change while the process waits.
        accepts: Option<Expr>,
    },
    /// Close a buffer, or be one of those who have to.
    Close {
        /// Which.
        buffer: ResourceRef,
    },
    /// Do a round for each item, until the buffer is closed and empty.
    ForEach {
        /// The get of an item, alone.
        get: Vec<Step>,
        /// One round.
        body: Vec<Step>,
    },
    /// Write a slot of a memory.
    Write {
        /// Of which.
        memory: ResourceRef,
        /// Which slot, from 0.
        at: Expr,
        /// What: of the memory's type.
        value: Expr,
    },
    /// Read consecutive slots of a memory.
    Read {
        /// Of which.
        memory: ResourceRef,
        /// The first slot, from 0.
        at: Expr,
        /// How many: an integer, not negative; the constant 1 if `into` is a variable.
        count: Expr,
        /// A variable, or an array, from its first element on.
        into: Option<VarId>,
        /// Of an array, the one element that gets the value: the count is then the
        /// constant 1.
        element: Option<Expr>,
    },
    /// Wait until a condition is notified, or until all parties have come to a barrier.
    Wait {
        /// At which condition or barrier.
        on: ResourceRef,
        /// Which mutex to give back meanwhile, and to take again.
        mutex: Option<ResourceRef>,
    },
    /// Notify those who wait at a condition.
    Notify {
        /// Which.
        condition: ResourceRef,
        /// All of them, not only one.
        all: bool,
    },
    /// Steps between which nothing of other processes happens, unless the
    /// process waits.
    Atomic(Vec<Step>),
    /// Start processes that are not alive.
    Start(ProcessRef),
    /// Start an instance that is not alive, whichever. No text can say it.
    Admit(ProcessDefId),
    /// Wait until processes are done, one after the other.
    Join(ProcessRef),
    /// Wait for the first instance to be done that nobody has joined.
    JoinAny {
        /// An instance of which.
        of: ProcessDefId,
        /// The variable that gets its number.
        into: Option<VarId>,
    },
    /// End processes where they stand.
    Stop {
        /// Which.
        who: ProcessRef,
        /// Whether what they hold is lost, and not given back.
        lost: bool,
    },
    /// End the process where it stands.
    Exit,
    /// Call code that the maker of the scenario has numbered. No text can say it.
    Call(u32),
    /// Give a variable, or an element of an array, a value of its type.
    Set {
        /// Which variable.
        var: VarId,
        /// Which element, from 0, if it is an array.
        element: Option<Expr>,
        /// The value that it gets.
        value: Expr,
    },
    /// Do one of two things.
    If {
        /// A boolean.
        condition: Expr,
        /// If it is true.
        then: Vec<Step>,
        /// If it is false.
        otherwise: Vec<Step>,
    },
    /// Do it again as long as the condition holds.
    While {
        /// A boolean, asked before each round.
        condition: Expr,
        /// One round.
        body: Vec<Step>,
    },
    /// Do it so many times.
    Repeat {
        /// How many: an integer, not negative, taken once before the first round.
        times: Expr,
        /// One round.
        body: Vec<Step>,
    },
    /// Draw a random value.
    Draw {
        /// A variable of the distribution's type.
        into: VarId,
        /// From what.
        from: DistributionSpec,
    },
    /// Write a line to the log of the run.
    Log {
        /// Its text.
        log: LogId,
        /// What fills the holes of the text, in order.
        args: Vec<LogArg>,
    },
    /// Note that this point was passed.
    Mark {
        /// Its name.
        mark: MarkId,
        /// What it carries.
        value: Option<Expr>,
    },
}

/// Steps during which others may interrupt the process.
#[derive(Debug, Clone)]
pub struct InterruptibleSteps {
    /// The steps.
    pub body: Vec<Step>,
    /// What is done when it is interrupted.
    pub handling: Handling,
}

/// What a process does that is interrupted.
#[derive(Debug, Clone)]
pub struct Handling {
    /// What is done then.
    pub steps: Vec<Step>,
    /// The variable that gets what is left then of a delay or work, if one does.
    pub left: Option<VarId>,
    /// How it goes on behind that.
    pub then: AfterInterrupt,
}

/// How a permit of a semaphore is asked for, and what its loss means.
#[derive(Debug, Clone, Default)]
pub struct PermitRequest {
    /// The priority of the request, an integer; `None` for that of the process.
    pub priority: Option<Expr>,
    /// Whether it takes the permit of another one whose priority goes behind, a boolean;
    /// `None` if it does not.
    pub preempts: Option<Expr>,
    /// What is done when the permit is taken for another one, and where it is said that it may be;
    /// `None` if nobody may.
    pub preempted: Option<(Handling, Site)>,
}

/// What a process may wait for together with other things, and what it does then.
#[derive(Debug, Clone)]
pub struct Branch {
    /// What it waits for, all at once: steps that wait.
    pub waits: Vec<Step>,
    /// What it does then.
    pub body: Vec<Step>,
}

/// Where an item goes, or a field of it.
#[derive(Debug, Clone)]
pub struct ItemTarget {
    /// Which field, from 0; 0 of what is no record.
    pub field: u8,
    /// The variable or array.
    pub var: VarId,
    /// Which element of the array, from 0, if it is one.
    pub element: Option<Expr>,
}

/// Visits every step, those inside others included.
pub(super) fn each<'m>(steps: &'m [Step], visit: &mut dyn FnMut(&'m Step)) {
    for step in steps {
        visit(step);
        for block in step.kind.blocks() {
            each(block, visit);
        }
    }
}

impl StepKind {
    /// The steps inside, of which a run may make those of one block or none; empty of what is no block.
    pub fn blocks(&self) -> Vec<&[Step]> {
        match self {
            StepKind::If { then, otherwise, .. } => vec![then, otherwise],
            StepKind::Within { waits, otherwise, .. } => vec![waits, otherwise.as_deref().unwrap_or(&[])],
            StepKind::Interruptible(block) => vec![&block.body, &block.handling.steps],
            StepKind::ForEach { get, body } => vec![get, body],
            StepKind::Select { branches, .. } => {
                branches.iter().flat_map(|branch| [branch.waits.as_slice(), &branch.body]).collect()
            }
            StepKind::With { body, .. } => {
                let handler = self.preempted().map(|handling| handling.steps.as_slice());
                std::iter::once(body.as_slice()).chain(handler).collect()
            }
            StepKind::While { body, .. } | StepKind::Repeat { body, .. } | StepKind::Atomic(body) => {
                vec![body]
            }
            _ => Vec::new(),
        }
    }

    /// What it does, a `with`, when another one takes its permit.
    pub fn preempted(&self) -> Option<&Handling> {
        self.request()?.preempted.as_ref().map(|(handling, _)| handling)
    }

    /// How it asks for a permit, if it says so.
    pub fn request(&self) -> Option<&PermitRequest> {
        match self {
            StepKind::With { request, .. } | StepKind::Acquire { request, .. } => request.as_deref(),
            _ => None,
        }
    }

    /// The resources that this step itself is about, in order, and whether it takes
    /// from them or waits for them, or else gives to them.
    pub fn uses(&self) -> Vec<(&ResourceRef, bool)> {
        match self {
            StepKind::With { held, .. } => {
                held.iter().flat_map(|resource| [(resource, true), (resource, false)]).collect()
            }
            StepKind::Acquire { resource, .. }
            | StepKind::Seize { resource, .. }
            | StepKind::Get { buffer: resource, .. }
            | StepKind::Wait { on: resource, .. } => vec![(resource, true)],
            StepKind::Release { resource, .. }
            | StepKind::Put { buffer: resource, .. }
            | StepKind::Shift { resource, .. }
            | StepKind::Notify { condition: resource, .. } => vec![(resource, false)],
            _ => Vec::new(),
        }
    }

    /// The variables and arrays that this step itself gives values, as far as it names them.
    pub fn assigns(&self) -> Vec<VarId> {
        let one = match self {
            StepKind::Set { var, .. } | StepKind::Draw { into: var, .. } => Some(*var),
            StepKind::Interruptible(block) => block.handling.left,
            StepKind::With { .. } => self.preempted().and_then(|handling| handling.left),
            StepKind::Get { into, .. } => return into.iter().map(|target| target.var).collect(),
            StepKind::Read { into, .. } | StepKind::JoinAny { into, .. } => *into,
            _ => None,
        };
        one.into_iter().collect()
    }
}

/// What fills a hole of a log text.
#[derive(Debug, Clone)]
pub enum LogArg {
    /// One value.
    Value(Expr),
    /// A whole private array.
    Array(VarId),
}

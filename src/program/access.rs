//! What every plain op touches, said once: which resources and in which way,
//! which words it reads and writes, where it may jump to.
//!
//! Whoever asks what an op is about goes over its operands: binding, liveness,
//! the search for deadlocks, requests to real primitives, the reduction by
//! independent steps. What an op does with its operands is not decided here:
//! that is the kernel's business.

use super::op::{Op, ResourceCode, Slot, Source};
use crate::ids::OpId;
use crate::trace::WaitFor;

/// In which way an op is about a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Takes a permit or a mutex.
    Take,
    /// Gives one back.
    Give,
    /// Puts items into a buffer.
    Put,
    /// Gets items out of a buffer.
    Get,
    /// Closes a buffer.
    Close,
    /// Reads slots of a memory.
    Read,
    /// Writes a slot of a memory.
    Write,
    /// Waits at a condition.
    Wait,
    /// Notifies who waits at a condition.
    Notify,
    /// Comes to a barrier.
    Arrive,
    /// Is served by a core of a processor, and leaves it again.
    Serve,
    /// Starts a process.
    Launch,
    /// Waits for the end of a process.
    Join,
    /// Is the end of a process, or ends it.
    End,
    /// Interrupts a process.
    Interrupt,
    /// Reads a level.
    Observe,
    /// Waits for what it names to change.
    Await,
}

impl Use {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Use; 17] = [
        Use::Take,
        Use::Give,
        Use::Put,
        Use::Get,
        Use::Close,
        Use::Read,
        Use::Write,
        Use::Wait,
        Use::Notify,
        Use::Arrive,
        Use::Serve,
        Use::Launch,
        Use::Join,
        Use::End,
        Use::Interrupt,
        Use::Observe,
        Use::Await,
    ];

    /// What a process waits for that cannot go on because of this use; `None`
    /// of a use that never makes it wait.
    pub const fn waits_for(self) -> Option<WaitFor> {
        match self {
            Use::Take => Some(WaitFor::Acquire),
            Use::Put => Some(WaitFor::Put),
            Use::Get => Some(WaitFor::Get),
            Use::Wait => Some(WaitFor::Notify),
            Use::Arrive => Some(WaitFor::Barrier),
            Use::Serve => Some(WaitFor::Core),
            Use::Join => Some(WaitFor::End),
            Use::Await => Some(WaitFor::Change),
            Use::Give
            | Use::Close
            | Use::Read
            | Use::Write
            | Use::Notify
            | Use::Launch
            | Use::End
            | Use::Interrupt
            | Use::Observe => None,
        }
    }

    /// Whether others may wait for it.
    pub fn ends_waits(self) -> bool {
        Use::ALL.iter().any(|waiting| waiting.enabled_by().contains(&self))
    }

    /// Whether it is the read or the write of a memory.
    pub const fn is_of_memory(self) -> bool {
        matches!(self, Use::Read | Use::Write)
    }

    /// The uses of the same resource on which the order of this one with them may
    /// depend, where who stands `in_line` for it has taken a turn.
    pub const fn depends_on(self, in_line: bool) -> &'static [Use] {
        match self {
            // Whoever is served in line goes on in a turn of its own.
            Use::Take if in_line => &[Use::Take, Use::Give, Use::Observe],
            Use::Give if in_line => &[Use::Take, Use::Observe],
            Use::Take => &[Use::Take, Use::Observe],
            Use::Give => &[Use::Observe],
            // Items keep their order; but a put and a get do not meet, unless
            // processes stand in line.
            Use::Put | Use::Get if in_line => &[Use::Put, Use::Get, Use::Close, Use::Observe],
            Use::Put => &[Use::Put, Use::Close, Use::Observe],
            Use::Get => &[Use::Get, Use::Close, Use::Observe],
            Use::Close => &[Use::Put, Use::Get, Use::Close, Use::Observe],
            Use::Read => &[Use::Write],
            Use::Write => &[Use::Read, Use::Write],
            Use::Wait | Use::Notify => &[Use::Wait, Use::Notify, Use::Observe],
            Use::Arrive => &[Use::Arrive, Use::Observe],
            Use::Serve => &[Use::Serve, Use::Observe],
            Use::Launch | Use::Join | Use::End | Use::Interrupt => {
                &[Use::Launch, Use::Join, Use::End, Use::Interrupt]
            }
            // What is tried has uses of its own.
            Use::Await => &[],
            Use::Observe => &[
                Use::Take,
                Use::Give,
                Use::Put,
                Use::Get,
                Use::Close,
                Use::Wait,
                Use::Notify,
                Use::Arrive,
                Use::Serve,
            ],
        }
    }

    /// By which uses of the same resource others can end such a wait.
    pub const fn enabled_by(self) -> &'static [Use] {
        match self {
            Use::Take => &[Use::Give],
            Use::Put => &[Use::Get],
            Use::Get => &[Use::Put, Use::Close],
            Use::Wait => &[Use::Notify],
            Use::Arrive => &[Use::Arrive],
            Use::Serve => &[Use::Serve],
            Use::Join => &[Use::End],
            // Any change of what it names may.
            Use::Await => &[
                Use::Take,
                Use::Give,
                Use::Put,
                Use::Get,
                Use::Close,
                Use::Write,
                Use::Wait,
                Use::Notify,
                Use::Arrive,
                Use::Serve,
                Use::Launch,
                Use::End,
            ],
            Use::Give
            | Use::Close
            | Use::Read
            | Use::Write
            | Use::Notify
            | Use::Launch
            | Use::End
            | Use::Interrupt
            | Use::Observe => &[],
        }
    }
}

/// Something that an op names.
#[derive(Debug)]
pub(super) enum Operand<'o> {
    /// There are no more.
    Nothing,
    /// A resource, and in which way the op is about it.
    Access(Use, &'o mut ResourceCode),
    /// Likewise by its number among the [`super::ManyCode`]s, with words of the frame.
    Many(Use, u32),
    /// A resource of which the op asks nothing that a run changes.
    Named(&'o mut ResourceCode),
    /// A word that is read.
    Read(Source),
    /// A word that is read: so much time passes.
    Duration(Source),
    /// A word of the frame that is written.
    Written(Slot),
    /// A word of the frame that is read and written.
    Counter(Slot),
    /// The first of the words of a work on a processor, which are read and written.
    Work(Slot),
    /// The descriptor of a private array, which is read; elements may be written.
    Array(Slot),
    /// The number of a distribution, with words of the frame.
    Distribution(u32),
    /// The number of a log text, with words of the frame.
    Log(u32),
    /// Where control may go instead of to the next op.
    Target(&'o mut OpId),
    /// The first op behind a block.
    End(&'o mut OpId),
    /// Every word of the frame, to be read and written.
    Frame,
}

fn one(operand: Operand<'_>) -> [Operand<'_>; 3] {
    [operand, Operand::Nothing, Operand::Nothing]
}

fn two<'o>(first: Operand<'o>, second: Operand<'o>) -> [Operand<'o>; 3] {
    [first, second, Operand::Nothing]
}

impl Op {
    /// What the op names. The first access is the one that the op is for, and
    /// the only one that may make a process wait.
    pub(super) fn operands(&mut self) -> [Operand<'_>; 3] {
        use Operand::{
            Access, Array, Counter, Distribution, Duration, End, Frame, Log, Many, Named, Nothing, Read,
            Target, Work, Written,
        };
        match self {
            Op::Begin | Op::RanOut | Op::Done { life: None } => one(Nothing),
            Op::Done { life: Some(life) } | Op::Stop { life, .. } => one(Access(Use::End, life)),
            Op::Interrupt { life } => one(Access(Use::Interrupt, life)),
            Op::Launch { life: to } | Op::Admit { any: to } => one(Access(Use::Launch, to)),
            Op::Join { life } => one(Access(Use::Join, life)),
            Op::JoinAny { any, into: None } => one(Access(Use::Join, any)),
            Op::JoinAny { any, into: Some(into) } => two(Access(Use::Join, any), Written(*into)),
            Op::StartAfter { wait } | Op::Delay { wait } | Op::Work { wait } => one(Duration(*wait)),
            Op::WorkOn { processor, wait, state } => {
                [Access(Use::Serve, processor), Duration(*wait), Work(*state)]
            }
            Op::Jump { to } => one(Target(to)),
            Op::JumpIfFalse { condition, to } | Op::JumpIfTrue { condition, to } => {
                two(Read(*condition), Target(to))
            }
            Op::LoopStart { left, times, exit } => [Read(*times), Written(*left), Target(exit)],
            Op::LoopNext { left, body } => two(Counter(*left), Target(body)),
            Op::Atomic { end } => one(End(end)),
            Op::Copy { into, from } => two(Read(*from), Written(*into)),
            Op::Unary { into, a, .. } => two(Read(*a), Written(*into)),
            Op::Binary { into, a, b, .. } => [Read(*a), Read(*b), Written(*into)],
            Op::Now { into } => one(Written(*into)),
            Op::Within { wait, until } => two(Duration(*wait), Written(*until)),
            Op::Element { into, array, index } => [Array(*array), Read(*index), Written(*into)],
            Op::SetElement { array, index, value } => [Array(*array), Read(*index), Read(*value)],
            Op::Draw { into, distribution } => two(Distribution(*distribution), Written(*into)),
            Op::Find { into, index, .. } => two(Read(*index), Written(*into)),
            Op::Lock { mutex } | Op::LockInheriting { mutex } => one(Access(Use::Take, mutex)),
            Op::Unlock { mutex } | Op::UnlockInheriting { mutex } => one(Access(Use::Give, mutex)),
            Op::Acquire { semaphore } => one(Access(Use::Take, semaphore)),
            Op::AcquireMany { semaphore, left } | Op::Seize { semaphore, left } => {
                two(Access(Use::Take, semaphore), Counter(*left))
            }
            Op::Release { semaphore } => one(Access(Use::Give, semaphore)),
            Op::ReleaseMany { semaphore, left } => two(Access(Use::Give, semaphore), Counter(*left)),
            Op::Put { buffer, value } => two(Access(Use::Put, buffer), Read(*value)),
            Op::PutMany { many } => one(Many(Use::Put, *many)),
            Op::Take { buffer } => one(Access(Use::Get, buffer)),
            Op::Get { buffer, into } => two(Access(Use::Get, buffer), Written(*into)),
            Op::GetMany { many } => one(Many(Use::Get, *many)),
            Op::Close { buffer } => one(Access(Use::Close, buffer)),
            Op::Write { memory, at, value } => [Access(Use::Write, memory), Read(*at), Read(*value)],
            Op::Read { memory, at, into } => [Access(Use::Read, memory), Read(*at), Written(*into)],
            Op::ReadMany { many } => one(Many(Use::Read, *many)),
            Op::Wait { condition, mutex: None } => one(Access(Use::Wait, condition)),
            Op::Wait { condition, mutex: Some(mutex) } => {
                two(Access(Use::Wait, condition), Access(Use::Give, mutex))
            }
            Op::Notify { condition } | Op::NotifyAll { condition } => one(Access(Use::Notify, condition)),
            Op::Await { watch, end: behind } => two(Access(Use::Await, watch), End(behind)),
            Op::Peek { into, resource, .. } => two(Access(Use::Observe, resource), Written(*into)),
            Op::Choose { into, among } => two(Read(*among), Written(*into)),
            Op::PeekSlot { into, memory, at } => [Access(Use::Read, memory), Read(*at), Written(*into)],
            Op::Arrive { barrier } => one(Access(Use::Arrive, barrier)),
            Op::Level { into, resource } => two(Access(Use::Observe, resource), Written(*into)),
            Op::Capacity { into, buffer } => two(Named(buffer), Written(*into)),
            Op::Log { log } => one(Log(*log)),
            Op::Mark { value, .. } => one(Read(*value)),
            Op::Call { .. } => one(Frame),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{program, scenario};

    #[test]
    fn all_uses_are_listed_and_only_waits_are_ended() {
        for (number, used) in Use::ALL.into_iter().enumerate() {
            assert_eq!(used as usize, number);
            assert_eq!(used.waits_for().is_some(), !used.enabled_by().is_empty(), "{used:?}");
        }
        let ending = Use::ALL.into_iter().filter(|used| used.ends_waits());
        // A change of any kind may be waited for.
        let others = [Use::Read, Use::Join, Use::Interrupt, Use::Observe, Use::Await];
        assert!(ending.eq(Use::ALL.into_iter().filter(|used| !others.contains(used))));
    }

    /// The uses of the ops of a process with these steps, op after op.
    fn uses(steps: &str) -> Vec<Use> {
        let text = format!(
            "version: 1\nresources:\n  m: {{kind: mutex}}\n  s: {{kind: semaphore, permits: 3}}\n  \
             b: {{kind: buffer, capacity: 3}}\n  d: {{kind: memory, slots: 3}}\n  c: {{kind: condition}}\n\
             processes:\n  p: {{vars: {{x: 0}}, do: [{steps}]}}\n"
        );
        let loaded = scenario::load_str("test", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
        let program =
            program::compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked");
        program.plain.iter().flat_map(|op| program.accesses(op)).map(|(used, _)| used).collect()
    }

    #[test]
    fn what_steps_are_about() {
        assert_eq!(uses("{acquire: m}, {release: m}"), [Use::Take, Use::Give]);
        assert_eq!(uses("{acquire: {s: 2}}, {release: {s: 2}}"), [Use::Take, Use::Give]);
        assert_eq!(uses("{put: b}, {get: b}, {put: {to: b, count: 2}}"), [Use::Put, Use::Get, Use::Put]);
        assert_eq!(uses("{get: {from: b, into: x}}, {get: {from: b, count: 2}}"), [Use::Get, Use::Get]);
        assert_eq!(
            uses("{write: {to: d, at: 0, value: 1}}, {read: {from: d, at: 0, into: x}}"),
            [Use::Write, Use::Read]
        );
        // A wait gives the mutex back and takes it again by an op of its own.
        let wait = "{acquire: m}, {wait: {on: c, mutex: m}}, {release: m}, {notify: c}";
        assert_eq!(uses(wait), [Use::Take, Use::Wait, Use::Give, Use::Take, Use::Give, Use::Notify]);
        assert_eq!(uses("{set: {x: level(b) + capacity(b)}}, {delay: 1s}, {log: \"{x}\"}"), [Use::Observe]);
    }

    #[test]
    fn a_capacity_is_bound_although_nothing_changes_it() {
        let capacity = ResourceCode::fixed(3);
        let mut op = Op::Capacity { into: Slot(4), buffer: capacity };
        let named = op.operands().into_iter().filter_map(|operand| match operand {
            Operand::Named(code) => Some(*code),
            _ => None,
        });
        assert!(named.eq([capacity]));
    }
}

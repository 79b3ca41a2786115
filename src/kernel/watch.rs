//! Waits for what can come of several resources.
//!
//! A process that comes to an [`Op::Await`] tries the ops behind it: they look at
//! resources, and if it can be they take what it wants. If it cannot be, it waits, in one
//! line with all who wait so, in the order in which they came. Whenever an op has changed
//! what some of them name, and whoever stands in line for that alone has been served, all
//! are tried again from the first on, in the same step, as long as one of them can go on.
//! So nobody who waits so could go on in any state, and nobody holds a part of what it
//! wants.

use super::buffer::room;
use super::machine::{State, op_of, state_word};
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::stop::{Halt, Yield};
use super::waiters;
use super::watchers::{self, Watchers};
use crate::ids::{ProcessId, ResourceId};
use crate::program::{Glance, Op, ResourceCode, Slot, Source, Use, closing, frame, resource};
use crate::trace::{Fault, Kind, ResourceKind, Sink, WaitFor};
use crate::value::Word;

/// The fuel that is lent for one try.
const LENT: u64 = 1 << 40;

/// What becomes of one that waits when something has changed.
enum Attended {
    /// It goes on.
    Goes,
    /// It waits, and looks at what it looked at before.
    Stays,
    /// It waits, and looks at something else.
    Moves,
}

/// What a try comes to.
enum Try {
    /// It cannot be yet; nothing has happened.
    NotYet,
    /// It was done, and the process goes on with this op.
    Done(usize),
    /// It has to be tried by the process itself, which cannot do it at once.
    Failed(Result<Yield, Box<Fault>>),
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// What is to be seen of a resource at a glance.
    pub(super) fn peek(
        &mut self,
        arena: &mut [Word],
        at: Context,
        (into, resource, glance): (Slot, ResourceCode, Glance),
    ) {
        let header = self.header(arena, resource, at);
        // Who asks for certain items holds up nobody.
        let is_chosen = glance == Glance::Items && resource::is_chosen(arena[header + resource::IDENTITY]);
        let is_free = is_chosen && !self.is_line_held_up(arena, header);
        let glance = if is_free { Glance::Level } else { glance };
        let seen = match glance {
            Glance::Stage => self.stage(arena, header) as Word,
            glance => glance_at(arena, header, glance),
        };
        self.write(arena, into, at.frame(), seen);
    }

    /// One of the bits that are set in a word: the driver is asked which, if there are several.
    pub(super) fn choose(&mut self, arena: &mut [Word], at: Context, (into, among): (Slot, Source)) {
        let mut bits = self.read(arena, among, at.frame());
        let options = bits.count_ones();
        let chosen = if options > 1 { self.queue.choose(options).min(options - 1) } else { 0 };
        for _ in 0..chosen {
            bits &= bits - 1;
        }
        self.write(arena, into, at.frame(), Word::from(bits.trailing_zeros()));
    }

    /// What is in a slot.
    pub(super) fn peek_slot(
        &mut self,
        arena: &mut [Word],
        at: Context,
        (into, memory, slot): (Slot, ResourceCode, Source),
    ) -> Result<(), Box<Fault>> {
        let header = self.header(arena, memory, at);
        let slot = self.read(arena, slot, at.frame());
        let seen = arena[self.slot_at(arena, at, header, slot)?];
        self.write(arena, into, at.frame(), seen);
        Ok(())
    }

    /// Does what the region behind this op says, or begins to wait until that can be.
    pub(super) fn come_to_watch(&mut self, arena: &mut [Word], at: Context, watch: ResourceCode) -> OpResult {
        let header = self.header(arena, watch, at);
        self.check_wanted(arena, at)?;
        let done = match self.attempt(arena, at, None) {
            Try::Done(next) => Done::Went(next),
            Try::Failed(Err(fault)) => return Err(fault),
            Try::Failed(Ok(Yield::NeedsRoom { header, items })) => Done::NeedsRoom { header, items },
            Try::Failed(Ok(why)) => unreachable!("{why:?} in what is tried"),
            Try::NotYet => match self.lacks_room(arena, at) {
                Some((header, items)) => Done::NeedsRoom { header, items },
                None => self.begin_to_watch(arena, at, header),
            },
        };
        // What the wait hangs on comes last.
        self.queue.touch(self.program.watch_line());
        Ok(done)
    }

    fn begin_to_watch(&mut self, arena: &mut [Word], at: Context, header: usize) -> Done {
        arena[at.frame() + frame::STATE] = state_word(at.op(), State::Blocked);
        self.enqueue(arena, self.program.watch_line(), resource::TAKERS, at.process());
        self.list_looked(arena, at.process());
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Block, id, WaitFor::Change as Word);
        Done::Wait
    }

    /// Tries for all who wait for what can come of several resources, since `by` has
    /// changed some.
    #[inline(never)]
    pub(super) fn attend(&mut self, arena: &mut [Word], by: ProcessId) {
        let line = self.program.watch_line() + resource::TAKERS;
        self.queue.touch(self.program.watch_line());
        let mut next = waiters::first(arena, line);
        while let Some(process) = next {
            let behind = waiters::behind(arena, &self.program.frames, process);
            next = match self.attend_to(arena, process, by) {
                Attended::Goes => waiters::first(arena, line),
                Attended::Stays | Attended::Moves => behind,
            };
        }
    }

    /// The same behind the op at hand, of those alone who look at what it is about, if that is
    /// all that it can have changed and it is known who they are.
    #[inline(never)]
    pub(super) fn attend_behind(&mut self, arena: &mut [Word], at: Context) {
        match Watchers::of(self.program, arena).filter(|_| self.changes_what_it_names(at)) {
            None => self.attend(arena, at.process()),
            Some(watchers) => {
                let op = self.program.plain[at.op()];
                if !matches!(op, Op::Await { .. }) {
                    self.looked.clear();
                    self.look(arena, at, op);
                }
                self.attend_lookers(arena, at.process(), watchers);
            }
        }
    }

    /// With which op the process at hand goes on that has come to wait, if one that waits for several things has
    /// met it.
    pub(super) fn served_at_once(&mut self, arena: &[Word], at: Context) -> Option<usize> {
        if !Q::GOES_ON || frame::state_in(arena[at.frame() + frame::STATE]) != State::Ready as u8 {
            return None;
        }
        // Who waits for a core is ready, too.
        let (used, code) = self.program.accesses(&self.program.plain[at.op()]).next()?;
        let meets = matches!(used.waits_for(), Some(WaitFor::Put | WaitFor::Get))
            && arena[self.header(arena, code, at) + resource::CAPACITY] == 0;
        meets.then(|| {
            self.queue.cancel(*self.now, at.process());
            op_of(arena, at.frame())
        })
    }

    /// The same where somebody has left the line of the resource with this header.
    #[cold]
    pub(super) fn attend_behind_leaver(&mut self, arena: &mut [Word], by: ProcessId, header: usize) {
        let others_change = self.program.has_inheritance() || !self.program.requests.is_empty();
        match Watchers::of(self.program, arena).filter(|_| !others_change) {
            None => self.attend(arena, by),
            Some(watchers) => {
                self.looked.clear();
                self.looked.push(header);
                self.attend_lookers(arena, by, watchers);
            }
        }
    }

    /// Tries for those who look at what has changed: [`Kernel::looked`], in the order in which all stand in line.
    /// For the others it cannot be, as before.
    fn attend_lookers(&mut self, arena: &mut [Word], by: ProcessId, watchers: Watchers<'_>) {
        self.queue.touch(self.program.watch_line());
        let mut changed = std::mem::take(&mut self.looked);
        let first = |arena: &[Word], changed: &[usize]| -> Vec<usize> {
            changed.iter().map(|&header| watchers.first(arena, header)).collect()
        };
        let mut next = first(arena, &changed);
        let mut tried = 0;
        loop {
            next.iter_mut().for_each(|entry| *entry = watchers::later(arena, *entry, tried));
            let waiting = next.iter().filter(|&&entry| entry != 0);
            let Some((number, process)) = waiting.map(|&entry| watchers::whose(arena, entry)).min() else {
                break;
            };
            let attended = self.attend_to(arena, process, by);
            if let Attended::Goes = attended {
                let more = self.looked.iter().filter(|header| !changed.contains(header));
                let more: Vec<usize> = more.copied().collect();
                changed.extend(more);
                (next, tried) = (first(arena, &changed), 0);
            } else {
                tried = number;
                if let Attended::Moves = attended {
                    next = first(arena, &changed);
                }
            }
        }
        changed.clear();
        self.looked = changed;
    }

    /// Whether what the op at hand changes are the resources that it names, and those alone.
    fn changes_what_it_names(&self, at: Context) -> bool {
        match self.program.plain[at.op()] {
            // Who has another priority by it may be served by something else.
            _ if self.program.has_inheritance() => false,
            // What it has looked at and taken is known.
            Op::Await { .. } => true,
            Op::Release { .. } | Op::ReleaseMany { .. } => self.program.requests.is_empty(),
            Op::Lock { .. }
            | Op::Unlock { .. }
            | Op::Acquire { .. }
            | Op::AcquireMany { .. }
            | Op::Put { .. }
            | Op::PutMany { .. }
            | Op::Take { .. }
            | Op::Get { .. }
            | Op::GetMany { .. }
            | Op::Close { .. }
            | Op::Write { .. }
            | Op::Wait { .. }
            | Op::Notify { .. }
            | Op::NotifyAll { .. }
            | Op::Arrive { .. } => true,
            _ => false,
        }
    }

    /// Takes note of what an op is about.
    fn look(&mut self, arena: &[Word], at: Context, op: Op) {
        for (_, code) in self.program.accesses(&op) {
            let header = self.header(arena, code, at);
            if !self.looked.contains(&header) {
                self.looked.push(header);
            }
        }
    }

    /// Lists a process, which waits, with all at which it has just looked; whether it is in other lists now.
    fn list_looked(&mut self, arena: &mut [Word], process: ProcessId) -> bool {
        Watchers::of(self.program, arena).is_some_and(|watchers| {
            let moves = watchers.add(arena, process, &self.looked);
            // It has changed nothing.
            self.looked.clear();
            moves
        })
    }

    /// Takes a process that waits for several things out of the line of those who do.
    pub(super) fn leave_watch_line(&self, arena: &mut [Word], process: ProcessId) {
        self.remove(arena, self.program.watch_line(), resource::TAKERS, process);
        if let Some(watchers) = Watchers::of(self.program, arena) {
            watchers.remove(arena, process);
        }
    }

    /// Tries for one of them.
    fn attend_to(&mut self, arena: &mut [Word], process: ProcessId, by: ProcessId) -> Attended {
        let frame = self.program.frames[process.index()] as usize;
        let at = Context::new(process, frame, op_of(arena, frame));
        let next = match self.attempt(arena, at, Some(by)) {
            Try::NotYet => {
                return match self.list_looked(arena, process) {
                    true => Attended::Moves,
                    false => Attended::Stays,
                };
            }
            Try::Done(next) => next,
            // It comes to that by itself.
            Try::Failed(_) => at.op(),
        };
        arena[frame + frame::STATE] = state_word(next, State::Ready);
        let priority = frame::priority_in(arena[frame + frame::LINK]);
        self.queue.wake(*self.now, priority, process);
        Attended::Goes
    }

    /// Tries the region of the op at hand for the process at `at`, which waits if `by` has
    /// let it be tried, and waits no longer if that comes to something.
    fn attempt(&mut self, arena: &mut [Word], at: Context, by: Option<ProcessId>) -> Try {
        let fuel = std::mem::replace(&mut self.own.fuel, LENT);
        let tried = self.attempt_with_fuel(arena, at, by);
        let spent = LENT - self.own.fuel;
        self.own.fuel = fuel;
        self.charge(spent);
        tried
    }

    fn attempt_with_fuel(&mut self, arena: &mut [Word], at: Context, by: Option<ProcessId>) -> Try {
        let region = self.program.region(at.op());
        let is_listed = Watchers::of(self.program, arena).is_some();
        self.looked.clear();
        let mut op = region.start;
        let mut looks = true;
        loop {
            if op == at.op() {
                return Try::NotYet;
            }
            let is_over = !region.contains(&op);
            if looks && (is_over || self.program.plain[op].is_step()) {
                looks = false;
                self.note_seen(arena, at, by);
            }
            if is_over {
                return Try::Done(op);
            }
            if is_listed {
                self.look(arena, at, self.program.plain[op]);
            }
            match self.execute_plain(arena, at.at_op(op)) {
                Halt::Went(next) => op = next,
                _ => {
                    if looks {
                        self.note_seen(arena, at, by);
                    }
                    return Try::Failed(self.why_left());
                }
            }
        }
    }

    /// The process at `at` sees what it is to wait for, or waits no longer since `by` did
    /// something.
    fn note_seen(&mut self, arena: &mut [Word], at: Context, by: Option<ProcessId>) {
        let (header, _) = self.awaited(arena, at);
        let id = self.resource_id(arena, header);
        let Some(by) = by else { return self.emit(at, Kind::Level, id, 0) };
        self.leave_watch_line(arena, at.process());
        self.emit(at, Kind::Grant, id, u64::from(by.0));
    }

    /// Checks that what a process is about to wait for can ever be.
    pub(super) fn check_wanted(&self, arena: &[Word], at: Context) -> Result<(), Box<Fault>> {
        let mut taken: Vec<usize> = Vec::new();
        for op in self.program.region(at.op()) {
            let code = match self.program.plain[op] {
                Op::GetMany { many } | Op::PutMany { many } => self.program.many[many as usize].resource,
                Op::Jump { .. } => {
                    // The next branch.
                    taken.clear();
                    continue;
                }
                other => match self.program.accesses(&other).next() {
                    Some((Use::Take, code)) => code,
                    _ => continue,
                },
            };
            let header = self.header(arena, code, at);
            match self.program.plain[op] {
                Op::GetMany { many } => drop(self.request_to_get(arena, at.at_op(op), header, many)?),
                Op::PutMany { many } => {
                    let count = self.read(arena, self.program.many[many as usize].count, at.frame());
                    self.request(arena, at.at_op(op), header, count)?;
                }
                _ => {
                    let Some(itself) = self.taken_by(header) else { continue };
                    if taken.contains(&itself) {
                        return Err(self.takes_twice(at, itself));
                    }
                    taken.push(itself);
                }
            }
        }
        Ok(())
    }

    /// A buffer of which the ring is too short for all that might be put into it while the
    /// process waits, and how many items that is: who does it then cannot make it longer.
    fn lacks_room(&self, arena: &[Word], at: Context) -> Option<(usize, u64)> {
        self.program.region(at.op()).find_map(|op| {
            let (used, code) = self.program.accesses(&self.program.plain[op]).next()?;
            let header = (used == Use::Put).then(|| self.header(arena, code, at))?;
            let capacity = arena[header + resource::CAPACITY];
            (arena[header + resource::RING] < capacity && capacity != u64::MAX).then_some((header, capacity))
        })
    }

    /// What is taken by a permit of the resource with this header: to read and to write are two
    /// ways to take one lock, and the line before it is taken only with it.
    fn taken_by(&self, header: usize) -> Option<usize> {
        let id = self.program.resource_of(header);
        let info = self.program.resource_info(id);
        match info.kind {
            ResourceKind::Writers => None,
            ResourceKind::Readers => {
                let lock = ResourceId(info.stands_for[0].first.0 + id.0 - info.first.0);
                Some(self.program.resource_at(lock))
            }
            _ => Some(header),
        }
    }

    #[cold]
    fn takes_twice(&self, at: Context, header: usize) -> Box<Fault> {
        let id = self.program.resource_of(header);
        let message =
            format!("'{}' is named twice among what is taken at once", self.program.resource_name(id));
        let hint = match self.program.resource_info(id).kind {
            ResourceKind::Rwlock => "take a read-write lock once, to read or to write",
            _ => "name each once, with the number of permits: `{name: 2}`",
        };
        self.fault(at, message, hint)
    }
}

/// What is to be seen of the resource with this header. Whoever stands in line for it
/// comes first.
fn glance_at(arena: &[Word], header: usize, glance: Glance) -> Word {
    let is_rendezvous = arena[header + resource::CAPACITY] == 0;
    match glance {
        Glance::Level => arena[header + resource::LEVEL],
        Glance::Items if arena[header + resource::TAKERS] != 0 => 0,
        Glance::Items if is_rendezvous => Word::from(arena[header + resource::PUTTERS] != 0),
        Glance::Items => arena[header + resource::LEVEL],
        Glance::Room if arena[header + resource::PUTTERS] != 0 => 0,
        Glance::Room => room(arena, header).min(i64::MAX as Word),
        Glance::Closed => Word::from(closing::is_closed(arena[header + resource::IDENTITY])),
        Glance::Stage => unreachable!("of a life"),
    }
}

//! One process on its own thread.
//!
//! What concerns the process alone (arithmetic, jumps, its variables, draws,
//! logs) it does with the kernel's own ops, on a private copy of the state:
//! there is nothing in them to validate. Whatever it shares with others goes
//! through the native primitives, and time passes by itself.

mod at_work;
mod inheriting;
mod interrupting;
mod lifetime;
mod patience;
mod preempting;
mod stopping;
mod watching;

use super::atomic_gate::Pass;
use super::clock::Slept;
use super::native::Native;
use super::native::{Client, Refusal, Withdrawn};
use super::options::{ThreadOptions, Work};
use super::primitives::{Asks, Closed, Grant, Requester, Response, WaitLimit};
use super::record::{MOST_EVENTS, Noted, Record};
use super::shared::{End, Shared};

use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Draws, Kernel, Machine, Request, ResourceRequest, Rest, Scheduler, State, Yield};
use crate::program::{Op, Slot};
use crate::time::Time;
use crate::trace::Fault;
use crate::value::Word;
use std::time::Instant;

/// What a thread leaves behind.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) process: ProcessId,
    /// Its private state; of it, its own frame counts.
    pub(super) machine: Machine,
    pub(super) noted: Noted,
    /// What its ops on the clock have read, in order, by when its works had to end, and from how many it took cores.
    pub(super) readings: Vec<u64>,
}

/// A process and all that it needs to go on.
pub(super) struct Worker<'a> {
    shared: &'a Shared<'a>,
    me: Requester,
    machine: Machine,
    draws: Draws,
    record: Record<'a>,
    readings: Vec<u64>,
    work: Work,
    pass: Pass<'a>,
    /// When its last wait or delay was due to end, in nanoseconds: what it does now it
    /// would do then if it ran whenever it could and as fast as the model does.
    ///
    /// A busy machine lets a thread run a while after its sleep, or its wait, is
    /// over. Were each delay to begin only then, what one process loses would
    /// be lost for all the run, and add up. So a delay begins when the process
    /// was due, as an alarm that is set by the clock does, and whoever ends a
    /// wait hands on by when it was due. The times of events are the real ones.
    planned: u64,
    /// Rounds that it may still make until it next lets time pass.
    fuel: u64,
    /// How many lives it has had before this one.
    life: u64,
    /// The permits that it has asked for and others may take, each with the word that says whether it has it.
    permits: Vec<(ResourceId, Slot)>,
    /// Whom it has taken out of what it stood at, in the step at hand, and at which resource that was.
    taken_out: Vec<(ProcessId, ResourceId, Withdrawn)>,
    /// How many events it had recorded before the step at hand, and how much it had read.
    recorded: usize,
    read: usize,
    /// From how many threads a core was taken in the step at hand since priorities have changed.
    losers: u64,
}

/// What came of a request in the end.
enum Served {
    /// It was granted, with these values, if any were asked for.
    Values(Vec<Word>),
    /// The wait for it ran out.
    RanOut,
    /// The buffer is closed.
    Ended,
    /// An interrupt has ended it: it stands where it goes on.
    Interrupted,
}

/// Why a thread stops before its last step.
enum Leave {
    /// The run is over.
    Stopped,
    /// Another thread has ended its process.
    Ended,
    /// It ends the run.
    Ends(End),
}

impl From<Box<Fault>> for Leave {
    fn from(fault: Box<Fault>) -> Leave {
        Leave::Ends(End::Fault(fault))
    }
}

/// Real threads need nobody to note who goes on when.
struct NoScheduler;

impl Scheduler for NoScheduler {
    fn wake(&mut self, _: Time, _: u8, _: ProcessId) {
        unreachable!("the kernel serves no waiter here: the primitives do");
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, process: ProcessId, options: &ThreadOptions) -> Worker<'a> {
        let program = shared.program;
        let machine = Machine::new(program);
        let me = Requester {
            process,
            op: machine.op(program, process),
            resource: ResourceId(0),
            priority: machine.priority(program, process),
            due: 0,
            limit: WaitLimit::Never,
            takes: None,
            keeps: None,
            asks: None,
            parker: shared.parkers[process.index()].clone(),
        };
        Worker {
            shared,
            me,
            machine,
            draws: Draws::new(program, options.seed, 0),
            record: shared.record(),
            readings: Vec::new(),
            work: options.work,
            pass: Pass::None,
            planned: 0,
            fuel: program.limits.zero_time_steps,
            life: 0,
            permits: Vec::new(),
            taken_out: Vec::new(),
            recorded: 0,
            read: 0,
            losers: 0,
        }
    }

    fn run(&mut self) -> Result<(), Leave> {
        // Whoever ends it before it has begun knows that it holds nothing.
        self.pass = self.shared.pass(self.me.process);
        self.look_whether_over()?;
        let mut rest = self.kernel_step(|kernel, process| kernel.settle(process))?;
        self.say_where_it_stands();
        loop {
            rest = match rest {
                Rest::Ready if self.shared.is_over() => return Err(Leave::Stopped),
                Rest::Ready if self.record.is_full() => {
                    return Err(Leave::Ends(End::Limit(format!(
                        "{MOST_EVENTS} events are more than a run on threads keeps; give the scenario a `horizon`"
                    ))));
                }
                Rest::Ready => self.step()?,
                Rest::Yielded(Yield::Delayed(until)) => self.pass_time(until)?,
                Rest::Yielded(Yield::Done) => return Ok(()),
                Rest::Yielded(Yield::OutOfFuel) => return Err(Leave::Ends(self.livelock())),
                Rest::Yielded(Yield::Blocked | Yield::NeedsRoom { .. }) => {
                    unreachable!("the primitives make a process wait, not the kernel")
                }
            };
        }
    }

    /// Whether a test wants this thread to panic: when it first sleeps.
    fn panics(&self) -> bool {
        cfg!(test) && self.shared.panics == Some(self.me.process)
    }

    /// One step: a native one if it is about a resource, else the kernel's.
    fn step(&mut self) -> Result<Rest, Leave> {
        self.me.op = self.machine.op(self.shared.program, self.me.process);
        self.come_to_gate();
        self.look_whether_over()?;
        if self.hear() {
            return self.go_on();
        }
        self.let_holders_settle()?;
        (self.recorded, self.read) = (self.record.len(), self.readings.len());
        self.look_up_priority();
        let now = self.shared.clock.now();
        self.me.due = self.planned;
        let process = self.me.process;
        let asked = self.with_kernel(|kernel| kernel.asked(process))?;
        if let Some(asked) = asked {
            self.set_limit(asked.resource);
            if self.shared.program.has_choices() {
                let asks = self.with_kernel(|kernel| kernel.asks(process));
                self.me.asks =
                    asks.map(|asks| Asks::new(move |item| asks.accepts(&item, &|_| unreachable!())));
            }
            let values = match self.serve(&asked)? {
                Served::Values(values) => values,
                Served::RanOut => {
                    self.with_kernel(|kernel| kernel.timed_out(process));
                    self.hear_signs();
                    return self.end_step(|kernel, process| kernel.settle(process));
                }
                Served::Ended => {
                    self.with_kernel(|kernel| kernel.ended(&asked, process))?;
                    self.hear_signs();
                    return self.end_step(|kernel, process| kernel.settle(process));
                }
                Served::Interrupted => return self.go_on(),
            };
            if asked.request == Request::End {
                self.machine.set_state(self.shared.program, process, self.me.op, State::Done);
                self.forget_permits_of(process);
                if let Some(seat) = self.shared.seats.get(process.index()) {
                    seat.ends();
                }
                return Ok(Rest::Yielded(Yield::Done));
            }
            self.with_kernel(|kernel| kernel.answer(process, &values));
            self.hear_signs();
            return self.end_step(|kernel, process| kernel.settle(process));
        }
        self.machine.now = now;
        match self.shared.program.plain[self.me.op.index()] {
            Op::Now { .. } => self.readings.push(now.as_nanos()),
            Op::Within { .. } => {
                self.machine.now = Time::from_nanos(self.me.due).unwrap_or(now);
                self.readings.push(self.me.due);
            }
            Op::Delay { .. } | Op::Work { .. } | Op::StartAfter { .. } => {
                self.machine.now = Time::from_nanos(self.me.due).unwrap_or(now);
            }
            _ => {}
        }
        self.end_step(|kernel, process| kernel.step_op(process))
    }

    /// The last of a step, in which the kernel brings the process in front of the next.
    fn end_step(
        &mut self,
        action: impl FnOnce(&mut Kernel<'_, NoScheduler, Record<'a>>, ProcessId) -> Result<Rest, Box<Fault>>,
    ) -> Result<Rest, Leave> {
        let rest = self.kernel_step(action);
        if self.record.len() == self.recorded && !self.shared.seats.is_empty() {
            self.record.silent_step();
        }
        self.say_where_it_stands();
        self.leave_gate();
        rest
    }

    /// Goes on where an interrupt has put it, in front of its next step.
    fn go_on(&mut self) -> Result<Rest, Leave> {
        let rest = self.kernel_step(|kernel, process| kernel.settle(process));
        self.say_where_it_stands();
        self.pass = Pass::None;
        rest
    }

    /// Before a step: has the gate for itself if the step is in an atomic block.
    fn come_to_gate(&mut self) {
        let (shared, program, op) = (self.shared, self.shared.program, self.me.op.index());
        // Whoever ends or interrupts another one takes it out of what it waits for while nobody makes a step.
        // And whoever changes what others wait for tries for those before anybody else goes on.
        let begins = matches!(program.plain[op], Op::Atomic { .. } | Op::Await { .. })
            || shared.meddles[op]
            || program.is_attended(op);
        if program.atomic[op] && matches!(self.pass, Pass::Block(_)) {
            return;
        }
        self.pass = Pass::None;
        let process = self.me.process;
        self.pass = match begins || program.atomic[op] {
            true => shared.pass_alone(process),
            false => shared.pass(process),
        };
    }

    /// After a step: keeps the gate only in the middle of a block.
    fn leave_gate(&mut self) {
        let program = self.shared.program;
        if !program.atomic[self.machine.op(program, self.me.process).index()] {
            self.pass = Pass::None;
        }
    }

    fn kernel_step(
        &mut self,
        step: impl FnOnce(&mut Kernel<'_, NoScheduler, Record<'a>>, ProcessId) -> Result<Rest, Box<Fault>>,
    ) -> Result<Rest, Leave> {
        let process = self.me.process;
        Ok(self.with_kernel(|kernel| step(kernel, process))?)
    }

    fn with_kernel<T>(&mut self, action: impl FnOnce(&mut Kernel<'_, NoScheduler, Record<'a>>) -> T) -> T {
        let Worker { shared, machine, draws, record, fuel, .. } = self;
        let mut nobody = NoScheduler;
        let mut kernel = Kernel::new(shared.program, machine, draws, &mut nobody, record);
        kernel.own.fuel = *fuel;
        let result = action(&mut kernel);
        *fuel = kernel.own.fuel;
        result
    }

    /// Does what was asked of a resource.
    fn serve(&mut self, asked: &ResourceRequest) -> Result<Served, Leave> {
        self.me.resource = asked.resource;
        if let Some(seat) = self.shared.seats.get(self.me.process.index()) {
            seat.comes_to(asked.resource);
        }
        if let Request::Serve { length, deadline } = asked.request {
            return self.work_on(asked.resource, length, deadline);
        }
        if let Request::TakeCores { .. } | Request::GiveCores { .. } = asked.request {
            return Ok(self.change_cores(asked.resource, asked.request));
        }
        if asked.request == Request::Await {
            return self.come_to_watch();
        }
        if let Request::Stop { lost } = asked.request {
            self.stop_other(asked, lost)?;
            self.attend_if_changed();
            self.rouse_all();
            return Ok(Served::Values(Vec::new()));
        }
        if let Request::Seize { count, preempts } = asked.request {
            return self.seize(asked.resource, count, preempts);
        }
        if let Request::AcquireBy { .. } = asked.request {
            return self.ask_for_permit(asked.resource, asked.request);
        }
        if asked.request == Request::Interrupt {
            self.interrupt_other(asked)?;
            self.attend_if_changed();
            self.rouse_all();
            return Ok(Served::Values(Vec::new()));
        }
        self.lay_down_priority(asked.resource, asked.request);
        let Worker { shared, me, record, .. } = self;
        record.about(shared.program.resource_info(asked.resource).ty);
        let native = &shared.natives[asked.resource.index()];
        let may_begin = match (native, asked.request) {
            (Native::Life(lives, place), Request::Launch) => shared.begins(lives.process(*place)),
            (Native::AnyLife(lives), Request::Admit) => shared.begins(lives.process(0)),
            _ => true,
        };
        if !may_begin {
            return Err(Leave::Ends(End::Still));
        }
        let client = Client { me, census: &shared.census, record };
        let answer = native.serve(asked.request, client, &shared.natives);
        match &answer {
            Ok(Response::Served(_)) if asked.request == Request::Release => {
                self.take_for_first(asked.resource, &self.me.clone());
            }
            Ok(Response::RanOut) => self.leave_at_once(asked.resource),
            _ => {}
        }
        self.hand_priority_on(asked.resource, asked.request);
        self.attend_if_changed();
        self.rouse_all();
        match answer {
            Ok(response) => self.wait_if_it_must(response),
            Err(Refusal::NotOwner { mutex, owner }) => {
                Err(self.not_owner(&ResourceRequest { resource: mutex, ..*asked }, owner))
            }
            Err(Refusal::TooManyPermits) => Err(self.too_many_permits(asked.resource)),
            Err(Refusal::Untimely) => Err(self.untimely(asked)),
            Err(Refusal::Closing(closed)) => Err(self.closed(asked, closed)),
        }
    }

    /// What came of a request, in the end.
    fn wait_if_it_must(&mut self, response: Response<Vec<Word>>) -> Result<Served, Leave> {
        match response {
            Response::Served(values) => Ok(Served::Values(values)),
            Response::RanOut => Ok(Served::RanOut),
            Response::Ended => Ok(Served::Ended),
            Response::Waits { .. } if self.me.limit == WaitLimit::Later => self.wait_for_a_while(),
            Response::Waits { last } => self.wait(last),
        }
    }

    /// Waits on the parker; `last`: nobody else is awake.
    fn wait(&mut self, last: bool) -> Result<Served, Leave> {
        self.unsettle();
        self.pass = Pass::None;
        if last {
            self.shared.finish(End::Still);
        }
        let grant = self.me.parker.wait();
        self.take_grant(grant)
    }

    fn take_grant(&mut self, grant: Grant) -> Result<Served, Leave> {
        if !self.shared.program.requests.is_empty() {
            // What it does by itself now is nothing that comes in the middle of a step of another one.
            self.pass = self.shared.pass(self.me.process);
        }
        let (served, due) = match grant {
            Grant::Served { items, due } => (Served::Values(items), due),
            Grant::Ended { due } => (Served::Ended, due),
            Grant::Dismissed { due } => {
                self.look_whether_stopped()?;
                let is_out = self.hear();
                debug_assert!(is_out, "it was taken out of its line");
                (Served::Interrupted, due)
            }
            Grant::Stopped => {
                self.machine.set_state(self.shared.program, self.me.process, self.me.op, State::Blocked);
                return Err(Leave::Stopped);
            }
        };
        self.look_whether_stopped()?;
        self.planned = due.max(self.planned);
        Ok(served)
    }

    fn not_owner(&mut self, asked: &ResourceRequest, owner: Option<ProcessId>) -> Leave {
        let process = self.me.process;
        self.with_kernel(|kernel| kernel.not_owner_fault(asked, process, owner)).into()
    }

    fn untimely(&mut self, asked: &ResourceRequest) -> Leave {
        let process = self.me.process;
        self.with_kernel(|kernel| kernel.life_fault(asked, process)).into()
    }

    fn closed(&mut self, asked: &ResourceRequest, closed: Closed) -> Leave {
        let process = self.me.process;
        let fault = self.with_kernel(|kernel| match closed {
            Closed::Already => kernel.closes_again_fault(asked, process),
            Closed::Meanwhile { process, op, wait_for } => {
                kernel.closed_meanwhile_fault(asked, (process, op), wait_for)
            }
        });
        fault.into()
    }

    fn too_many_permits(&mut self, semaphore: ResourceId) -> Leave {
        let process = self.me.process;
        self.with_kernel(|kernel| kernel.permits_fault(semaphore, process)).into()
    }

    /// Lets real time pass until the scenario time is `until`.
    fn pass_time(&mut self, until: Time) -> Result<Rest, Leave> {
        self.pass = Pass::None;
        let panics = self.panics();
        let Worker { shared, me, machine, .. } = self;
        assert!(!panics, "a test wanted it");
        let passed = until > machine.now;
        let burns = self.work == Work::Spin && matches!(shared.program.plain[me.op.index()], Op::Work { .. });
        loop {
            match self.sleep(until, burns) {
                Slept::Through => break,
                // Of a work that is over meanwhile, if not of an interrupt.
                Slept::Called => {
                    self.look_whether_stopped()?;
                    if self.hear() {
                        return self.go_on();
                    }
                }
                Slept::Stopped => return Err(Leave::Stopped),
            }
        }
        // Before its first step a process is new and not delayed.
        let is_new = self.machine.state(self.shared.program, self.me.process) != State::Delayed;
        self.pass = self.shared.pass(self.me.process);
        self.look_whether_stopped()?;
        if self.hear() {
            return self.go_on();
        }
        self.planned = until.as_nanos();
        if passed {
            self.fuel = self.shared.program.limits.zero_time_steps;
        }
        if !is_new {
            self.record.wake(self.me.process, self.me.op);
        }
        let rest = self.kernel_step(|kernel, process| kernel.settle(process));
        self.say_where_it_stands();
        self.pass = Pass::None;
        rest
    }

    /// When on the wall it comes to what is due at `until`.
    ///
    /// What is due after the horizon does not come, however late whoever ends
    /// the run is woken on a busy machine.
    fn comes_at(&self, until: Time) -> Instant {
        let comes = self.shared.program.horizon.is_none_or(|horizon| until <= horizon);
        self.shared.clock.at(if comes { until } else { Time::MAX })
    }

    /// Sleeps until the scenario time is `until`, or keeps a core busy.
    fn sleep(&self, until: Time, burns: bool) -> Slept {
        let deadline = self.comes_at(until);
        let alarm = &self.shared.alarms[self.me.process.index()];
        if burns { alarm.burn_until(deadline) } else { alarm.sleep_until(deadline) }
    }

    fn livelock(&self) -> End {
        let program = self.shared.program;
        let line = program.site(self.machine.op(program, self.me.process)).line;
        End::Limit(format!(
            "process '{}' on line {line} made {} rounds without letting time pass: put a delay into the loop, \
             or raise `limits: {{zero_time_steps: …}}`",
            program.process_name(self.me.process),
            program.limits.zero_time_steps,
        ))
    }
}

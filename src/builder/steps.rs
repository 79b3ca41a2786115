//! The steps of a process, each a method.
//!
//! Decides what the methods are called and which step of the language each
//! is. What a step means, and whether it can be, is decided where it is for
//! files: see `docs/language.md`.

use super::code::{Ctx, Function};
use super::job::Job;
use super::term::{Distribution, IntoNames, Term, key, list, quoted, references};
use std::panic::Location;

/// Steps, in order. Every method adds one.
pub struct Steps<S> {
    pub(super) steps: Vec<Step>,
    /// The code of the process, by number of call.
    pub(super) code: Vec<Function<S>>,
    /// Calls before those of this process.
    pub(super) first_call: usize,
    /// What was said of a step before where there is none, by method.
    pub(super) strays: Vec<(&'static str, &'static Location<'static>)>,
}

/// A step as lines of YAML.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Where it was written.
    pub(super) at: &'static Location<'static>,
    /// Its keys without steps below them.
    pub(super) heads: Vec<String>,
    /// Its keys with steps below them.
    pub(super) bodies: Vec<(&'static str, Vec<Step>)>,
}

impl<S> Steps<S> {
    pub(super) fn new(first_call: usize) -> Steps<S> {
        Steps { steps: Vec::new(), code: Vec::new(), first_call, strays: Vec::new() }
    }

    #[track_caller]
    pub(super) fn add(&mut self, head: String) -> &mut Self {
        self.steps.push(Step { at: Location::caller(), heads: vec![head], bodies: Vec::new() });
        self
    }

    #[track_caller]
    pub(super) fn block(&mut self, heads: Vec<String>, bodies: Vec<(&'static str, Vec<Step>)>) -> &mut Self {
        self.steps.push(Step { at: Location::caller(), heads, bodies });
        self
    }

    /// Adds a key to the step before; `method` is what does that.
    #[track_caller]
    pub(super) fn beside(&mut self, method: &'static str, head: String) -> &mut Self {
        match self.steps.last_mut() {
            Some(step) => step.heads.push(head),
            None => self.strays.push((method, Location::caller())),
        }
        self
    }

    /// Adds a key with steps below it to the step before.
    #[track_caller]
    pub(super) fn body_beside(
        &mut self,
        (method, key): (&'static str, &'static str),
        steps: impl FnOnce(&mut Steps<S>),
    ) -> &mut Self {
        let inner = self.nested(steps);
        match self.steps.last_mut() {
            Some(step) => step.bodies.push((key, inner)),
            None => self.strays.push((method, Location::caller())),
        }
        self
    }

    /// The steps that `make` adds to an empty list.
    pub(super) fn nested(&mut self, make: impl FnOnce(&mut Steps<S>)) -> Vec<Step> {
        let mut inner = Steps::new(self.first_call + self.code.len());
        make(&mut inner);
        self.code.append(&mut inner.code);
        self.strays.append(&mut inner.strays);
        inner.steps
    }

    /// Lets time pass without a processor.
    #[track_caller]
    pub fn delay(&mut self, duration: impl Into<Term>) -> &mut Self {
        self.add(format!("delay: {}", duration.into().yaml()))
    }

    /// Lets a random time pass without a processor.
    #[track_caller]
    pub fn delay_drawn(&mut self, from: Distribution) -> &mut Self {
        self.add(format!("delay: {from}"))
    }

    /// Lets time pass on a processor.
    #[track_caller]
    pub fn work(&mut self, duration: impl Into<Term>) -> &mut Self {
        self.add(format!("work: {}", duration.into().yaml()))
    }

    /// Lets a random time pass on a processor.
    #[track_caller]
    pub fn work_drawn(&mut self, from: Distribution) -> &mut Self {
        self.add(format!("work: {from}"))
    }

    /// Works on the processor, and with the deadline, of a [`Job`].
    #[track_caller]
    pub fn work_job(&mut self, job: &Job) -> &mut Self {
        self.add(format!("work: {}", job.yaml()))
    }

    /// Calls the delay or the work before so in pictures, where it changes the run in nothing.
    #[track_caller]
    pub fn label(&mut self, name: &str) -> &mut Self {
        self.beside("label", format!("label: {}", quoted(name)))
    }

    /// Starts processes that are not alive: those that are
    /// [manual](super::Process::manual), or that are done. (A process has a `start`
    /// itself, which says when it begins.)
    #[track_caller]
    pub fn start_process(&mut self, processes: impl IntoNames) -> &mut Self {
        self.add(format!("start: {}", references(processes)))
    }

    /// Waits until each process is done.
    #[track_caller]
    pub fn join(&mut self, processes: impl IntoNames) -> &mut Self {
        self.add(format!("join: {}", references(processes)))
    }

    /// Waits for the first instance to be done that nobody has joined.
    #[track_caller]
    pub fn join_any(&mut self, process: &str) -> &mut Self {
        self.add(format!("join: {{any: {}}}", key(process)))
    }

    /// Waits for it likewise; the variable gets its number.
    #[track_caller]
    pub fn join_any_into(&mut self, process: &str, variable: &str) -> &mut Self {
        self.add(format!("join: {{any: {}, into: {}}}", key(process), key(variable)))
    }

    /// Ends a process where it stands. The mutexes that it owns, and what a `with`
    /// holds, are given back.
    #[track_caller]
    pub fn stop(&mut self, process: &str) -> &mut Self {
        self.add(format!("stop: {}", key(process)))
    }

    /// Ends a process where it stands; what it holds is lost.
    #[track_caller]
    pub fn stop_losing(&mut self, process: &str) -> &mut Self {
        self.add(format!("stop: {{who: {}, held: lost}}", key(process)))
    }

    /// Interrupts a process that stands in an [interruptible](Steps::interruptible) block.
    #[track_caller]
    pub fn interrupt(&mut self, process: &str) -> &mut Self {
        self.add(format!("interrupt: {}", key(process)))
    }

    /// Does the steps, of which another process may interrupt a delay, a work or a wait. What is
    /// done then says [`Steps::on_interrupt`], and how it goes on [`Steps::then_resume`] or
    /// [`Steps::then_restart`]; else the steps are left.
    #[track_caller]
    pub fn interruptible(&mut self, steps: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let inner = self.nested(steps);
        self.block(Vec::new(), vec![("interruptible", inner)])
    }

    /// What is done when the block before is interrupted.
    #[track_caller]
    pub fn on_interrupt(&mut self, handler: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        self.body_beside(("on_interrupt", "on_interrupt"), handler)
    }

    /// Behind that the block before goes on with what is left; a [with](Steps::with) when it has
    /// its permit again.
    #[track_caller]
    pub fn then_resume(&mut self) -> &mut Self {
        self.beside("then_resume", "then: resume".to_owned())
    }

    /// Behind that the block before begins again, likewise.
    #[track_caller]
    pub fn then_restart(&mut self) -> &mut Self {
        self.beside("then_restart", "then: restart".to_owned())
    }

    /// The variable gets what is left of a delay or work when the block before is interrupted.
    #[track_caller]
    pub fn left_into(&mut self, variable: &str) -> &mut Self {
        self.beside("left_into", format!("left: {}", key(variable)))
    }

    /// Ends the process itself; what it holds stays held.
    #[track_caller]
    pub fn exit(&mut self) -> &mut Self {
        self.add("exit".to_owned())
    }

    /// Takes a permit, or a mutex, of each, one after the other.
    #[track_caller]
    pub fn acquire(&mut self, resources: impl IntoNames) -> &mut Self {
        self.add(format!("acquire: {}", references(resources)))
    }

    /// Takes so many permits, one after the other.
    #[track_caller]
    pub fn acquire_many(&mut self, semaphore: &str, permits: impl Into<Term>) -> &mut Self {
        self.add(format!("acquire: {{{}: {}}}", key(semaphore), permits.into().yaml()))
    }

    /// Gives the step before, which waits, a limit: how long it may wait in all. What is
    /// done if that is too short says [`Steps::or_else`]; without it, it is a fault.
    #[track_caller]
    pub fn within(&mut self, limit: impl Into<Term>) -> &mut Self {
        self.beside("within", format!("within: {}", limit.into().yaml()))
    }

    /// Gives the step before, which waits, a random limit.
    #[track_caller]
    pub fn within_drawn(&mut self, limit: Distribution) -> &mut Self {
        self.beside("within_drawn", format!("within: {limit}"))
    }

    /// What is done instead if the limit of the step before is too short, or, of a get, if its
    /// buffer is closed.
    #[track_caller]
    pub fn or_else(&mut self, otherwise: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        self.body_beside(("or_else", "else"), otherwise)
    }

    /// The variable, a boolean, says whether the step before, which waits, was served; then it
    /// is no fault if its limit is too short, or, of a get, if its buffer is closed.
    #[track_caller]
    pub fn served_into(&mut self, variable: &str) -> &mut Self {
        self.beside("served_into", format!("served: {}", key(variable)))
    }

    /// Gives a permit, or a mutex, back to each, one after the other.
    #[track_caller]
    pub fn release(&mut self, resources: impl IntoNames) -> &mut Self {
        self.add(format!("release: {}", references(resources)))
    }

    /// Gives so many permits back.
    #[track_caller]
    pub fn release_many(&mut self, semaphore: &str, permits: impl Into<Term>) -> &mut Self {
        self.add(format!("release: {{{}: {}}}", key(semaphore), permits.into().yaml()))
    }

    /// Acquires in order, does the steps, releases in reverse order.
    #[track_caller]
    pub fn with(&mut self, resources: impl IntoNames, steps: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let inner = self.nested(steps);
        self.block(vec![format!("with: {}", references(resources))], vec![("do", inner)])
    }

    /// The [with](Steps::with) before asks for its permit by this priority, and not by that of
    /// the process. The semaphore has the discipline of priorities.
    #[track_caller]
    pub fn at_priority(&mut self, priority: impl Into<Term>) -> &mut Self {
        self.beside("at_priority", format!("priority: {}", priority.into().yaml()))
    }

    /// The [with](Steps::with) before takes its permit from who has a larger number, if that
    /// one may lose it: [`Steps::on_preempt`], [`Steps::then_resume`], [`Steps::then_restart`].
    #[track_caller]
    pub fn preempt(&mut self) -> &mut Self {
        self.beside("preempt", "preempt: true".to_owned())
    }

    /// What is done when another process has taken the permit of the [with](Steps::with)
    /// before, which is left behind that, unless it says otherwise.
    #[track_caller]
    pub fn on_preempt(&mut self, handler: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        self.body_beside(("on_preempt", "on_preempt"), handler)
    }

    /// Puts an item (zero) into each, waiting until it fits.
    #[track_caller]
    pub fn put(&mut self, buffers: impl IntoNames) -> &mut Self {
        self.add(format!("put: {}", references(buffers)))
    }

    /// Puts an item of this value.
    #[track_caller]
    pub fn put_value(&mut self, buffer: impl IntoNames, value: impl Into<Term>) -> &mut Self {
        self.add(format!("put: {{to: {}, value: {}}}", references(buffer), value.into().yaml()))
    }

    /// Puts items of these values, one after the other.
    #[track_caller]
    pub fn put_values(
        &mut self,
        buffer: impl IntoNames,
        values: impl IntoIterator<Item = impl Into<Term>>,
    ) -> &mut Self {
        let values = list(values.into_iter().map(|value| value.into().yaml()));
        self.add(format!("put: {{to: {}, values: {values}}}", references(buffer)))
    }

    /// Takes an item out of each, waiting until it is there.
    #[track_caller]
    pub fn get(&mut self, buffers: impl IntoNames) -> &mut Self {
        self.add(format!("get: {}", references(buffers)))
    }

    /// Takes an item into a variable.
    #[track_caller]
    pub fn get_into(&mut self, buffer: &str, variable: &str) -> &mut Self {
        self.add(format!("get: {{from: {}, into: {}}}", key(buffer), key(variable)))
    }

    /// Takes the first item for which a condition over `item` is true into a variable, waiting
    /// until there is one.
    #[track_caller]
    pub fn get_where(&mut self, buffer: &str, condition: impl Into<Term>, variable: &str) -> &mut Self {
        let (from, into) = (key(buffer), key(variable));
        self.add(format!("get: {{from: {from}, where: {}, into: {into}}}", condition.into().yaml()))
    }

    /// Takes so many items, all at once.
    #[track_caller]
    pub fn get_many(&mut self, buffer: &str, count: impl Into<Term>) -> &mut Self {
        self.add(format!("get: {{from: {}, count: {}}}", key(buffer), count.into().yaml()))
    }

    /// Takes so many items into an array, all at once.
    #[track_caller]
    pub fn get_many_into(&mut self, buffer: &str, count: impl Into<Term>, array: &str) -> &mut Self {
        let (count, array) = (count.into().yaml(), key(array));
        self.add(format!("get: {{from: {}, count: {count}, into: {array}}}", key(buffer)))
    }

    /// Says that nothing is put into each any more: whoever waits to get goes on.
    #[track_caller]
    pub fn close(&mut self, buffers: impl IntoNames) -> &mut Self {
        self.add(format!("close: {}", references(buffers)))
    }

    /// Does the steps for each item of a buffer, until that is closed and empty.
    #[track_caller]
    pub fn for_each(&mut self, buffer: &str, round: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        self.rounds(format!("from: {}", key(buffer)), round)
    }

    /// Does the steps for each item of a buffer, which the variable gets, until the buffer is
    /// closed and empty.
    #[track_caller]
    pub fn for_each_into(
        &mut self,
        buffer: &str,
        variable: &str,
        round: impl FnOnce(&mut Steps<S>),
    ) -> &mut Self {
        self.rounds(format!("from: {}, into: {}", key(buffer), key(variable)), round)
    }

    #[track_caller]
    pub(super) fn rounds(&mut self, get: String, round: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let round = self.nested(round);
        self.block(vec![format!("for_each: {{{get}}}")], vec![("do", round)])
    }

    /// Writes a slot of a memory.
    #[track_caller]
    pub fn write(&mut self, memory: &str, at: impl Into<Term>, value: impl Into<Term>) -> &mut Self {
        let (at, value) = (at.into().yaml(), value.into().yaml());
        self.add(format!("write: {{to: {}, at: {at}, value: {value}}}", key(memory)))
    }

    /// Reads a slot of a memory into a variable.
    #[track_caller]
    pub fn read(&mut self, memory: &str, at: impl Into<Term>, variable: &str) -> &mut Self {
        let (at, into) = (at.into().yaml(), key(variable));
        self.add(format!("read: {{from: {}, at: {at}, into: {into}}}", key(memory)))
    }

    /// Waits at a condition until it is notified, or at a barrier until all its parties have come.
    #[track_caller]
    pub fn wait(&mut self, condition: &str) -> &mut Self {
        self.add(format!("wait: {}", key(condition)))
    }

    /// Waits at a condition, giving a mutex back meanwhile.
    #[track_caller]
    pub fn wait_with(&mut self, condition: &str, mutex: &str) -> &mut Self {
        self.add(format!("wait: {{on: {}, mutex: {}}}", key(condition), key(mutex)))
    }

    /// Lets one process that waits at each condition go on.
    #[track_caller]
    pub fn notify(&mut self, conditions: impl IntoNames) -> &mut Self {
        self.add(format!("notify: {}", references(conditions)))
    }

    /// Lets all processes that wait at each condition go on.
    #[track_caller]
    pub fn notify_all(&mut self, conditions: impl IntoNames) -> &mut Self {
        self.add(format!("notify_all: {}", references(conditions)))
    }

    /// Does the steps with nothing of other processes in between.
    #[track_caller]
    pub fn atomic(&mut self, steps: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let inner = self.nested(steps);
        self.block(Vec::new(), vec![("atomic", inner)])
    }

    /// Gives a variable, or an element such as `"xs[i]"`, a new value.
    #[track_caller]
    pub fn set(&mut self, variable: &str, value: impl Into<Term>) -> &mut Self {
        self.add(format!("set: {{{}: {}}}", key(variable), value.into().yaml()))
    }

    /// Draws a random value into a variable.
    #[track_caller]
    pub fn draw(&mut self, variable: &str, from: Distribution) -> &mut Self {
        self.add(format!("draw: {{into: {}, from: {from}}}", key(variable)))
    }

    /// Does the steps if the condition holds.
    #[track_caller]
    pub fn when(&mut self, condition: impl Into<Term>, then: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let then = self.nested(then);
        self.block(vec![format!("if: {}", condition.into().yaml())], vec![("do", then)])
    }

    /// Does the one or the other.
    #[track_caller]
    pub fn when_else(
        &mut self,
        condition: impl Into<Term>,
        then: impl FnOnce(&mut Steps<S>),
        otherwise: impl FnOnce(&mut Steps<S>),
    ) -> &mut Self {
        let (then, otherwise) = (self.nested(then), self.nested(otherwise));
        let head = format!("if: {}", condition.into().yaml());
        self.block(vec![head], vec![("do", then), ("else", otherwise)])
    }

    /// Does the steps again as long as the condition holds.
    #[track_caller]
    pub fn repeat_while(
        &mut self,
        condition: impl Into<Term>,
        round: impl FnOnce(&mut Steps<S>),
    ) -> &mut Self {
        let round = self.nested(round);
        self.block(vec![format!("while: {}", condition.into().yaml())], vec![("do", round)])
    }

    /// Does the steps so many times.
    #[track_caller]
    pub fn repeat(&mut self, times: impl Into<Term>, round: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let round = self.nested(round);
        self.block(vec![format!("repeat: {}", times.into().yaml())], vec![("do", round)])
    }

    /// Writes a line to the log; `{expression}` is filled in.
    #[track_caller]
    pub fn log(&mut self, text: &str) -> &mut Self {
        self.add(format!("log: {}", quoted(text)))
    }

    /// Notes that this point was passed.
    #[track_caller]
    pub fn mark(&mut self, name: &str) -> &mut Self {
        self.add(format!("mark: {}", key(name)))
    }

    /// Notes that this point was passed, with a value.
    #[track_caller]
    pub fn mark_value(&mut self, name: &str, value: impl Into<Term>) -> &mut Self {
        self.add(format!("mark: {{name: {}, value: {}}}", key(name), value.into().yaml()))
    }

    /// Calls code, as one step that takes no time: for what the language does
    /// not say.
    ///
    /// The code may change the state and the variables of its process, and may
    /// [fail](Ctx::fail). It must depend on nothing else (no clock, no
    /// randomness, nothing that it captured and that changes): otherwise runs
    /// are not repeatable.
    #[track_caller]
    pub fn call(&mut self, code: impl Fn(&mut S, &mut Ctx<'_>) + Send + Sync + 'static) -> &mut Self {
        let number = self.first_call + self.code.len();
        self.code.push(Box::new(code));
        self.add(format!("code: {number}"))
    }
}

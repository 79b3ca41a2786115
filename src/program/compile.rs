//! Steps to ops.

use super::by_number::ByNumber;
use super::code::{Globals, Held, ProcessCode, Program};
use super::emit::{Compiler, Frame, Undo};
use super::expressions::{is_one, is_over_params, is_settled};
use super::layout::work;
use super::op::{LogArgCode, ManyCode, Op, ResourceCode, Slot, Source};
use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::ids::{OpId, ProcessDefId, Site, VarId};
use crate::scenario::{
    Amount, Expr, ExprKind, LogArg, Model, ProcessDef, ProcessRef, ResourceRef, Step, StepKind,
};
use crate::trace::ResourceKind;
use crate::value::{Type, Value};

/// Compiles a checked model. Takes time in proportion to its size.
pub fn compile(model: &Model) -> Program {
    let mut compiler = Compiler {
        model,
        program: Program {
            code: Vec::new(),
            sites: Vec::new(),
            atomic: Vec::new(),
            globals: Globals::new(model.params.len()),
            processes: Vec::new(),
            distributions: Vec::new(),
            many: Vec::new(),
            held: Vec::new(),
            timeouts: Vec::new(),
            interruptions: Vec::new(),
            interruptible: Vec::new(),
            requests: Vec::new(),
            endings: Vec::new(),
            choices: Vec::new(),
            orders: Vec::new(),
            settled: Vec::new(),
            divisors: Vec::new(),
            logs: vec![Vec::new(); model.logs.len()],
        },
        frame: Frame::new(&[]),
        work: None,
        until: None,
        limit: None,
        interruptible: Vec::new(),
        accepts: None,
        endings: None,
        settles: false,
        exits: Vec::new(),
        process: ProcessDefId(0),
        site: Site::default(),
        looks: false,
        atomic: false,
        guard: None,
    };
    for (index, process) in model.processes.iter().enumerate() {
        compiler.process(ProcessDefId::from_index(index), process);
    }
    compiler.program.orders = compiler.orders();
    compiler.program
}

impl Compiler<'_> {
    fn process(&mut self, id: ProcessDefId, def: &ProcessDef) {
        self.process = id;
        self.site = def.site;
        self.frame = Frame::new(&def.vars);
        self.work = None;
        self.until = None;
        self.settles = !def.arrives && self.model.lives[id.index()].each.is_none();
        self.guard = def.count.as_ref().map(|count| self.program.globals.guard(positive(count), None));
        let first_distribution = self.program.distributions.len();
        let entry = self.here();
        let life = self.own_life(id);
        if let Some(start) = &def.start {
            let wait = self.amount(start);
            self.emit(Op::StartAfter { wait });
            self.frame.free_temporaries();
        }
        if ByNumber::is_needed(def) {
            self.frame.index();
        }
        self.emit(Op::Begin);
        self.steps(&def.body);
        self.site = def.site;
        for exit in std::mem::take(&mut self.exits) {
            self.land(exit);
        }
        self.emit(Op::Done { life });
        let streams =
            self.program.distributions[first_distribution..].iter().map(|code| code.purpose + 1).max();
        self.program.processes.push(ProcessCode {
            entry,
            frame_words: self.frame.words,
            index: self.frame.index,
            vars: self.frame.vars.clone(),
            streams: streams.unwrap_or(0),
            life: life.and_then(|life| life.resolve().err()).filter(|_| def.arrives),
        });
    }

    pub(super) fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.site = step.site;
            self.step(&step.kind);
            self.frame.free_temporaries();
        }
    }

    pub(super) fn step(&mut self, kind: &StepKind) {
        match kind {
            StepKind::Delay(amount) => {
                let wait = self.amount(amount);
                self.emit_passing(wait, None, |wait| Op::Delay { wait });
            }
            StepKind::Work { amount, on, deadline } => self.work(amount, on.as_ref(), deadline.as_ref()),
            StepKind::Acquire { resource, request: Some(request), .. } => {
                self.acquire_by_request(resource, request);
            }
            StepKind::Acquire { resource, permits, request: None } => self.acquire(resource, permits),
            StepKind::Seize { resource, permits, preempts } => {
                let semaphore = self.resource(resource);
                self.counted(permits, |left| Op::Seize { semaphore, left, preempts: *preempts });
            }
            StepKind::Cores { processor, number, taken } => {
                let processor = self.resource(processor);
                self.counted(number, |left| match taken {
                    true => Op::TakeCores { processor, left },
                    false => Op::GiveCores { processor, left },
                });
            }
            StepKind::Release { resource, permits } => self.release(resource, permits),
            StepKind::With { held, body, request: None } => self.with(held, body),
            StepKind::With { held, body, request: Some(request) } => {
                self.with_request(&held[0], body, request)
            }
            StepKind::Interruptible(block) => self.interruptible(block),
            StepKind::Within { limit, waits, otherwise } => {
                self.within(limit.as_ref(), waits, otherwise.as_deref())
            }
            StepKind::Select { branches, any, watch } => self.select(branches, *any, *watch),
            StepKind::Shift { resource, up, watch } => self.shift(resource, *up, *watch),
            StepKind::Until(_) | StepKind::Closed { .. } => {
                unreachable!("it stands in a branch of its own")
            }
            StepKind::Put { buffer, count, value } => self.put(buffer, count, value),
            StepKind::Get { buffer, count, into, accepts } => {
                self.accepts = accepts.as_ref().map(|accepts| self.item_term(accepts));
                self.get(buffer, count, into);
            }
            StepKind::Close { buffer } => {
                let buffer = self.resource(buffer);
                self.emit(Op::Close { buffer });
            }
            StepKind::ForEach { get, body } => self.for_each(get, body),
            StepKind::Write { memory, at, value } => {
                let memory = self.resource(memory);
                let at = self.expr(at);
                let value = self.expr(value);
                self.emit(Op::Write { memory, at, value });
            }
            StepKind::Read { memory, at, element: Some(element), into: Some(into), .. } => {
                let memory = self.resource(memory);
                let at = self.expr(at);
                self.keep_in_element(*into, element, |into| Op::Read { memory, at, into });
            }
            StepKind::Read { memory, at, count, into, .. } => self.read(memory, at, count, *into),
            StepKind::Set { var, element, value } => self.set(*var, element.as_ref(), value),
            StepKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise),
            StepKind::While { condition, body } => self.while_loop(condition, body),
            StepKind::Repeat { times, body } => self.repeat(times, body),
            StepKind::Wait { on, mutex } => self.wait(on, mutex.as_ref()),
            StepKind::Notify { condition, all } => {
                let condition = self.resource(condition);
                self.emit(if *all { Op::NotifyAll { condition } } else { Op::Notify { condition } });
            }
            StepKind::Start(who) => self.each_life(who, |life| Op::Launch { life }),
            StepKind::Admit(of) => {
                let any = self.model.lives[of.index()].any.expect("who arrives has a place to come from");
                self.emit(Op::Admit { any: ResourceCode::fixed(any.0) });
            }
            StepKind::Join(who) => self.each_life(who, |life| Op::Join { life }),
            StepKind::Stop { who, lost } => self.each_life(who, |life| Op::Stop { life, lost: *lost }),
            StepKind::Interrupt(who) => self.each_life(who, |life| Op::Interrupt { life }),
            StepKind::JoinAny { of, into } => {
                let any = self.model.lives[of.index()].any.expect("a process that is joined has a life");
                let into = into.map(|var| self.frame.var(var));
                self.emit_wait(Op::JoinAny { any: ResourceCode::fixed(any.0), into });
            }
            StepKind::Exit => {
                let exit = self.emit(Op::Jump { to: OpId(0) });
                self.exits.push(exit);
            }
            StepKind::Call(call) => {
                self.emit(Op::Call { call: *call });
            }
            StepKind::Atomic(body) => self.atomic(body),
            StepKind::Draw { into, from } => {
                let into = self.frame.var(*into);
                self.draw(into, from);
            }
            StepKind::Log { log, args } => {
                let args = args.iter().map(|arg| self.log_arg(arg)).collect();
                self.program.logs[log.index()] = args;
                self.emit(Op::Log { log: log.0 });
            }
            StepKind::Mark { mark, value } => {
                let value = match value {
                    Some(value) => self.expr(value),
                    None => self.program.globals.constant(Value::Int(0)),
                };
                self.emit(Op::Mark { mark: *mark, value });
            }
        }
    }

    fn kind(&self, resource: &ResourceRef) -> ResourceKind {
        self.model.resources[resource.def.index()].spec.kind
    }

    pub(super) fn is_mutex(&self, resource: &ResourceRef) -> bool {
        self.kind(resource).is_owned()
    }

    /// The resource at which others wait for the end of the process at hand.
    fn own_life(&mut self, id: ProcessDefId) -> Option<ResourceCode> {
        let life = self.model.lives[id.index()].each?;
        if self.model.resources[life.index()].count.is_none() {
            return Some(ResourceCode::fixed(life.0));
        }
        if self.model.processes[id.index()].arrives {
            // Its number says which arrival it is, and not which place it has.
            return Some(ResourceCode::found(self.frame.permanent()));
        }
        let (index, into) = (self.frame.index().source(), self.frame.permanent());
        self.emit(Op::Find { into, def: life.0, index });
        Some(ResourceCode::found(into))
    }

    /// An op about a process, or about each of its instances.
    fn each_life(&mut self, who: &ProcessRef, op: impl Fn(ResourceCode) -> Op) {
        let life = self.model.lives[who.def.index()].each.expect("a process that is named has a life");
        let def = &self.model.resources[life.index()];
        match (&who.index, &def.count) {
            (Some(index), _) => {
                let into = self.frame.temporary();
                let life = self.find(life, index, into);
                self.emit_wait(op(life));
            }
            (None, None) => {
                self.emit_wait(op(ResourceCode::fixed(life.0)));
            }
            (None, Some(count)) => {
                let times = self.expr(count);
                let (index, left, into) =
                    (self.frame.temporary(), self.frame.temporary(), self.frame.temporary());
                let (zero, one) = (self.constant(0), self.constant(1));
                self.emit(Op::Copy { into: index, from: zero });
                let start = self.emit(Op::LoopStart { left, times, exit: OpId(0) });
                let body = self.emit(Op::Find { into, def: life.0, index: index.source() });
                self.emit_wait(op(ResourceCode::found(into)));
                self.emit(Op::Binary { op: BinaryOp::AddInt, into: index, a: index.source(), b: one });
                self.emit(Op::LoopNext { left, body });
                self.land(start);
            }
        }
    }

    pub(super) fn constant(&mut self, number: i64) -> Source {
        self.program.globals.constant(Value::Int(number))
    }

    fn work(&mut self, amount: &Amount, on: Option<&ResourceRef>, deadline: Option<&Expr>) {
        let wait = self.amount(amount);
        let Some(on) = on else {
            return self.emit_passing(wait, None, |wait| Op::Work { wait });
        };
        let processor = self.resource(on);
        let state = match self.work {
            Some(state) => state,
            None => self.frame.permanent_run(work::WORDS as u32),
        };
        self.work = Some(state);
        let deadline = deadline.map(|deadline| (deadline, Slot(state.0 + work::DEADLINE as u32)));
        self.emit_passing(wait, deadline, |wait| Op::WorkOn { processor, wait, state });
    }

    /// Whether the owner of a mutex inherits priority, with some parameters.
    fn inherits(&self, resource: &ResourceRef) -> bool {
        self.model.resources[resource.def.index()].spec.inherit.is_some()
    }

    fn acquire(&mut self, resource: &ResourceRef, permits: &Expr) {
        let code = self.resource(resource);
        if self.is_mutex(resource) || is_one(permits) {
            self.take(resource, code);
        } else {
            self.counted(permits, |left| Op::AcquireMany { semaphore: code, left });
        }
    }

    fn release(&mut self, resource: &ResourceRef, permits: &Expr) {
        let code = self.resource(resource);
        if self.is_mutex(resource) || is_one(permits) {
            self.give(resource, code);
        } else {
            self.counted(permits, |left| Op::ReleaseMany { semaphore: code, left });
        }
    }

    pub(super) fn take(&mut self, resource: &ResourceRef, code: ResourceCode) {
        if self.take_of_rwlock(resource, code) {
            return;
        }
        let op = match (self.is_mutex(resource), self.inherits(resource)) {
            (true, true) => Op::LockInheriting { mutex: code },
            (true, false) => Op::Lock { mutex: code },
            _ => Op::Acquire { semaphore: code },
        };
        self.emit_wait(op);
    }

    pub(super) fn give(&mut self, resource: &ResourceRef, code: ResourceCode) {
        let op = if self.inherits(resource) {
            Op::UnlockInheriting { mutex: code }
        } else if self.is_mutex(resource) {
            Op::Unlock { mutex: code }
        } else {
            Op::Release { semaphore: code }
        };
        self.emit(op);
    }

    /// What the body does to the variables of an index must not change what is
    /// given back.
    fn with(&mut self, held: &[ResourceRef], body: &[Step]) {
        let mut taken = Vec::new();
        for resource in held {
            self.site = resource.site;
            let kept = self.kept(resource);
            let code = kept.unwrap_or_else(|| self.resource(resource));
            self.take(resource, code);
            self.frame.free_temporaries();
            taken.push((resource, kept, self.here()));
            self.undo_if_later_runs_out(Undo::GiveHeld { resource: resource.clone(), kept });
            self.undo_if_interrupted(Undo::GiveHeld { resource: resource.clone(), kept });
        }
        let limit = self.limit.take();
        self.steps(body);
        self.limit = limit;
        for (resource, kept, from) in taken.into_iter().rev() {
            self.site = resource.site;
            self.nothing_to_undo();
            let to = self.here();
            self.give_held(resource, kept, (from, to));
        }
    }

    /// Gives back what a process holds on the ops from `from` up to `to`, at which it
    /// begins to.
    pub(super) fn give_held(
        &mut self,
        resource: &ResourceRef,
        kept: Option<ResourceCode>,
        (from, to): (OpId, OpId),
    ) {
        let code = kept.unwrap_or_else(|| self.resource(resource));
        if self.model.lives[self.process.index()].each.is_some() {
            self.program.held.push(Held { from, to, resource: code });
        }
        self.give(resource, code);
        self.frame.free_temporaries();
    }

    /// Finds an instance by an index that may change, in a word of its own;
    /// `None` where nothing can change, which needs no word in the state.
    pub(super) fn kept(&mut self, resource: &ResourceRef) -> Option<ResourceCode> {
        // Who ends the process gives back what it holds, and has to find it.
        let is_found_later = self.model.lives[self.process.index()].each.is_some();
        let index = resource.index.as_ref().filter(|index| is_found_later || !is_settled(index))?;
        let into = self.frame.permanent();
        Some(self.find(resource.def, index, into))
    }

    /// At a barrier or at a condition. A process that was notified takes the
    /// mutex again, as any other does.
    fn wait(&mut self, on: &ResourceRef, mutex: Option<&ResourceRef>) {
        let code = self.resource(on);
        if self.kind(on) == ResourceKind::Barrier {
            self.emit_wait(Op::Arrive { barrier: code });
            return;
        }
        let given = mutex.map(|mutex| (mutex, self.resource(mutex)));
        if let Some((mutex, _)) = given {
            self.undo_if_later_runs_out(Undo::Take { mutex: mutex.clone() });
            self.undo_if_interrupted(Undo::Take { mutex: mutex.clone() });
        }
        self.emit_wait(Op::Wait { condition: code, mutex: given.map(|(_, code)| code) });
        if let Some((mutex, code)) = given {
            self.nothing_to_undo();
            self.take_back(mutex, code);
        }
    }

    /// A block inside a block is a part of it.
    fn atomic(&mut self, body: &[Step]) {
        if self.atomic {
            return self.steps(body);
        }
        let block = self.emit(Op::Atomic { end: OpId(0) });
        self.atomic = true;
        self.steps(body);
        self.atomic = false;
        self.land(block);
    }

    /// An op that counts a number of permits down to 0, skipped if that is 0.
    fn counted(&mut self, permits: &Expr, op: impl FnOnce(Slot) -> Op) {
        let times = self.expr(permits);
        let left = self.frame.temporary();
        let start = self.emit(Op::LoopStart { left, times, exit: OpId(0) });
        self.emit_wait_at(op(left));
        self.land(start);
    }

    fn read(&mut self, memory: &ResourceRef, at: &Expr, count: &Expr, into: Option<VarId>) {
        let resource = self.resource(memory);
        let at = self.expr(at);
        match into {
            Some(var) if !self.is_array(var) => {
                let into = self.frame.var(var);
                self.emit(Op::Read { memory: resource, at, into });
            }
            _ => {
                let count = self.expr(count);
                let array = into.map(|var| self.frame.var(var));
                let many = self.many(ManyCode::of_words(resource, count, at, array));
                self.emit(Op::ReadMany { many });
            }
        }
    }

    pub(super) fn many(&mut self, code: ManyCode) -> u32 {
        self.program.many.push(code);
        (self.program.many.len() - 1) as u32
    }

    pub(super) fn is_array(&self, var: VarId) -> bool {
        self.model.processes[self.process.index()].vars[var.index()].len.is_some()
    }

    fn set(&mut self, var: VarId, element: Option<&Expr>, value: &Expr) {
        let slot = self.frame.var(var);
        match element {
            None => self.expr_into(value, slot),
            Some(index) => {
                let index = self.expr(index);
                let value = self.expr(value);
                self.emit(Op::SetElement { array: slot, index, value });
            }
        }
    }

    /// Steps that are come to only if this is true.
    fn guarded(&mut self, guard: Expr, steps: &[Step]) {
        let outside = self.guard;
        if is_over_params(&guard) {
            self.guard = Some(self.program.globals.guard(guard, outside));
        }
        self.steps(steps);
        self.guard = outside;
    }

    fn branch(&mut self, deciding: &Expr, then: &[Step], otherwise: &[Step]) {
        let condition = self.expr(deciding);
        let skip = self.emit(Op::JumpIfFalse { condition, to: OpId(0) });
        self.frame.free_temporaries();
        self.guarded(deciding.clone(), then);
        if otherwise.is_empty() {
            self.land(skip);
            return;
        }
        let end = self.emit(Op::Jump { to: OpId(0) });
        self.land(skip);
        self.guarded(negated(deciding), otherwise);
        self.land(end);
    }

    fn while_loop(&mut self, deciding: &Expr, body: &[Step]) {
        let site = self.site;
        let again = self.here();
        let condition = self.expr(deciding);
        let exit = self.emit(Op::JumpIfFalse { condition, to: OpId(0) });
        self.frame.free_temporaries();
        self.guarded(deciding.clone(), body);
        self.site = site;
        self.emit(Op::Jump { to: again });
        self.land(exit);
    }

    fn repeat(&mut self, number: &Expr, body: &[Step]) {
        let site = self.site;
        let times = self.expr(number);
        // The counter must outlive the temporaries of the steps inside.
        let left = self.frame.permanent();
        let start = self.emit(Op::LoopStart { left, times, exit: OpId(0) });
        self.frame.free_temporaries();
        let first = self.here();
        self.guarded(positive(number), body);
        self.site = site;
        self.emit(Op::LoopNext { left, body: first });
        self.land(start);
    }

    fn log_arg(&mut self, arg: &LogArg) -> LogArgCode {
        match arg {
            LogArg::Value(expr) => LogArgCode::Value(self.expr(expr)),
            LogArg::Array(var) => LogArgCode::Array(self.frame.var(*var)),
        }
    }
}

/// The opposite of a condition.
fn negated(condition: &Expr) -> Expr {
    let kind = ExprKind::Unary(UnaryOp::Not, Box::new(condition.clone()));
    Expr { kind, ..condition.clone() }
}

/// Whether a number is above 0, as an expression.
fn positive(number: &Expr) -> Expr {
    let zero = Expr { kind: ExprKind::Const(Value::Int(0)), ty: Type::Int, site: number.site };
    let kind = ExprKind::Binary(BinaryOp::LessInt, Box::new(zero), Box::new(number.clone()));
    Expr { kind, ty: Type::Bool, site: number.site }
}

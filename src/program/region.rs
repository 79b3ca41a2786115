//! Waits for what can come of several resources.
//!
//! Decides how a process waits until one of some branches can be gone: a region of ops
//! that the kernel tries as a whole, on behalf of the process, whenever something changes
//! that they name. First they look, which leaves nothing behind; what they take after that
//! they get for certain, so it is all or nothing.
//!
//! ```text
//! the arguments, once
//! again: Await end         try what comes next; wait as long as it jumps back here
//!        look; if not: next branch
//!        take …
//!        Jump to the steps of the branch
//!        look; if not: again
//!        …
//! end:   the steps of the first branch; Jump behind
//!        …
//! behind:
//! ```

use super::access::Operand;
use super::code::Ending;
use super::emit::Compiler;
use super::expressions::is_one;
use super::op::{Glance, ManyCode, Op, ResourceCode, Slot, Source};
use crate::arithmetic::BinaryOp;
use crate::ids::OpId;
use crate::scenario::{Branch, Expr, ExprKind, ItemTarget, ResourceRef, Step, StepKind};

/// What a branch waits for, with its arguments in words.
enum Wanted<'m> {
    Condition(&'m Expr),
    Permits {
        resource: &'m ResourceRef,
        code: ResourceCode,
        /// How many, if not one.
        number: Option<Source>,
        /// Of what so many have to be free, which of a read-write lock is a part of it.
        free: (ResourceCode, Option<Source>),
    },
    Put {
        buffer: ResourceCode,
        value: Source,
        number: Option<Source>,
        fields: u8,
    },
    Get {
        buffer: ResourceCode,
        number: Option<Source>,
        into: &'m [ItemTarget],
        /// Where the item is until it goes where it is to be: a record, or what goes to an element.
        words: Option<Slot>,
        fields: u8,
    },
    /// That a buffer is closed, and has fewer items.
    Closed {
        buffer: ResourceCode,
        number: Option<Source>,
        fields: u8,
    },
}

impl Compiler<'_> {
    /// Waits until one of these branches can be gone, and goes the first that can, or any.
    pub(super) fn select(&mut self, branches: &[Branch], any: bool, watch: u32) {
        let site = self.site;
        let wanted: Vec<Vec<Wanted>> = branches
            .iter()
            .map(|branch| branch.waits.iter().map(|wait| self.wanted(wait)).collect())
            .collect();
        self.site = site;
        let only = branches.first().and_then(|branch| branch.waits.first()).and_then(level_of);
        let watch = self.watch(watch, only);
        let again = self.emit_wait(Op::Await { watch, end: OpId(0) });
        // What is taken there is there: nobody stands in between, and the steps behind it have no limit.
        let (limit, blocks) = (self.limit.take(), std::mem::take(&mut self.interruptible));
        let ends = limit.is_none() && branches.iter().all(|branch| self.may_end(branch));
        self.looks = true;
        let (ways, misses) = match any {
            true => self.any_of(branches, &wanted),
            false => self.first_of(branches, &wanted),
        };
        self.site = site;
        let otherwise = if ends { self.nothing_comes(&wanted, again) } else { again };
        misses.into_iter().for_each(|miss| self.lead(miss, otherwise));
        self.looks = false;
        self.interruptible = blocks;
        self.land(again);
        let mut ends = Vec::new();
        for (number, ((branch, wanted), way)) in branches.iter().zip(&wanted).zip(ways).enumerate() {
            self.land(way);
            self.site = branch.waits.first().map_or(site, |wait| wait.site);
            wanted.iter().for_each(|wanted| self.keep_seen(wanted));
            self.frame.free_temporaries();
            self.steps(&branch.body);
            if number + 1 < branches.len() {
                ends.push(self.emit(Op::Jump { to: OpId(0) }));
            }
        }
        ends.into_iter().for_each(|end| self.land(end));
        self.limit = limit;
    }

    /// Takes what the first branch wants of which all is there: the jump behind each, and
    /// those that are taken if there is none.
    fn first_of(&mut self, branches: &[Branch], wanted: &[Vec<Wanted<'_>>]) -> (Vec<OpId>, Vec<OpId>) {
        let (mut ways, mut misses) = (Vec::new(), Vec::new());
        for (branch, wanted) in branches.iter().zip(wanted) {
            let here = self.here();
            misses.into_iter().for_each(|miss| self.lead(miss, here));
            self.site = branch.waits.first().map_or(self.site, |wait| wait.site);
            misses = wanted.iter().map(|wanted| self.look(wanted)).collect();
            wanted.iter().for_each(|wanted| self.take_seen(wanted));
            ways.push(self.emit(Op::Jump { to: OpId(0) }));
        }
        (ways, misses)
    }

    /// Likewise of whichever branch the driver chooses of those of which all is there.
    fn any_of(&mut self, branches: &[Branch], wanted: &[Vec<Wanted<'_>>]) -> (Vec<OpId>, Vec<OpId>) {
        let (mask, chosen) = (self.frame.temporary(), self.frame.temporary());
        let zero = self.constant(0);
        self.emit(Op::Copy { into: mask, from: zero });
        for (number, (branch, wanted)) in branches.iter().zip(wanted).enumerate() {
            self.site = branch.waits.first().map_or(self.site, |wait| wait.site);
            let misses: Vec<OpId> = wanted.iter().map(|wanted| self.look(wanted)).collect();
            let bit = self.constant(1 << number);
            self.emit(Op::Binary { op: BinaryOp::AddInt, into: mask, a: mask.source(), b: bit });
            misses.into_iter().for_each(|miss| self.land(miss));
        }
        let none = self.emit(Op::JumpIfFalse { condition: mask.source(), to: OpId(0) });
        self.emit(Op::Choose { into: chosen, among: mask.source() });
        let mut ways = Vec::new();
        for (number, (branch, wanted)) in branches.iter().zip(wanted).enumerate() {
            self.site = branch.waits.first().map_or(self.site, |wait| wait.site);
            let (bit, is_this) = (self.constant(number as i64), self.frame.temporary());
            self.emit(Op::Binary { op: BinaryOp::EqualInt, into: is_this, a: chosen.source(), b: bit });
            let skip = self.emit(Op::JumpIfFalse { condition: is_this.source(), to: OpId(0) });
            wanted.iter().for_each(|wanted| self.take_seen(wanted));
            ways.push(self.emit(Op::Jump { to: OpId(0) }));
            self.land(skip);
        }
        let never = self.emit(Op::Jump { to: OpId(0) });
        (ways, vec![none, never])
    }

    /// Whether a branch is a get out of a buffer that somebody closes.
    fn may_end(&self, branch: &Branch) -> bool {
        let ends = |wait: &Step| match &wait.kind {
            StepKind::Get { buffer, .. } => self.model.resources[buffer.def.index()].spec.closes.is_some(),
            _ => false,
        };
        branch.waits.iter().all(ends)
    }

    /// Breaks a rule if all these buffers are closed, as a get does that is alone: nothing ends
    /// the wait. Else it goes on at `again`.
    fn nothing_comes(&mut self, wanted: &[Vec<Wanted<'_>>], again: OpId) -> OpId {
        let here = self.here();
        for wanted in wanted.iter().flatten() {
            if let Wanted::Get { buffer, .. } = *wanted {
                let closed = self.frame.temporary();
                self.emit(Op::Peek { into: closed, resource: buffer, glance: Glance::Closed });
                self.emit(Op::JumpIfFalse { condition: closed.source(), to: again });
            }
        }
        if let Some(&Wanted::Get { buffer, number, fields, .. }) = wanted.iter().flatten().next() {
            self.get_seen(buffer, (number, fields), &[], None);
        }
        self.emit(Op::Jump { to: again });
        here
    }

    /// What is waited for: of those for each instance of a resource that for the one which
    /// `named` means.
    pub(super) fn watch(&mut self, watch: u32, named: Option<&ResourceRef>) -> ResourceCode {
        let def = self.model.watches[watch as usize];
        match named.filter(|_| self.model.resources[def.index()].count.is_some()) {
            Some(named) => self.resource(&ResourceRef { def, ..named.clone() }),
            None => ResourceCode::fixed(def.0),
        }
    }

    /// Puts a flag up or down, or counts a latch down, if it is not there: looks and does it
    /// at once, and never waits.
    pub(super) fn shift(&mut self, resource: &ResourceRef, up: bool, watch: u32) {
        let semaphore = self.resource(resource);
        let watch = self.watch(watch, None);
        let region = self.emit(Op::Await { watch, end: OpId(0) });
        let condition = self.enough(semaphore, Glance::Level, None);
        let skip = self.emit(match up {
            true => Op::JumpIfTrue { condition, to: OpId(0) },
            false => Op::JumpIfFalse { condition, to: OpId(0) },
        });
        self.emit(if up { Op::Release { semaphore } } else { Op::Acquire { semaphore } });
        self.land(skip);
        self.land(region);
    }

    /// Works the arguments of a wait out.
    fn wanted<'m>(&mut self, wait: &'m Step) -> Wanted<'m> {
        self.site = wait.site;
        match &wait.kind {
            StepKind::Until(condition) => Wanted::Condition(condition),
            StepKind::Acquire { resource, permits, .. } => {
                let (code, number) = (self.resource(resource), self.number(permits));
                let free = match number {
                    Some(number) => (code, Some(number)),
                    None => self.free_before(resource),
                };
                Wanted::Permits { resource, code, number, free }
            }
            StepKind::Put { buffer, count, value } => {
                let (buffer, fields) = (self.resource(buffer), value.len() as u8);
                let value = match value.as_slice() {
                    [value] => {
                        let value = self.expr(value);
                        self.kept_word(value)
                    }
                    record => {
                        let first = self.frame.permanent_run(fields.into());
                        self.record(record, first)
                    }
                };
                Wanted::Put { buffer, value, number: self.number(count), fields }
            }
            StepKind::Get { buffer, count, into, .. } => {
                let fields = self.fields_of(buffer);
                let is_kept = match into.first() {
                    Some(target) => fields > 1 || target.element.is_some(),
                    None => false,
                };
                Wanted::Get {
                    buffer: self.resource(buffer),
                    number: self.number(count),
                    into,
                    words: is_kept.then(|| self.frame.permanent_run(fields.into())),
                    fields,
                }
            }
            StepKind::Closed { buffer, count } => Wanted::Closed {
                buffer: self.resource(buffer),
                number: self.number(count),
                fields: self.fields_of(buffer),
            },
            other => unreachable!("the language lets nobody choose by {other:?}"),
        }
    }

    /// A number other than 1.
    fn number(&mut self, expr: &Expr) -> Option<Source> {
        if is_one(expr) {
            return None;
        }
        let number = self.expr(expr);
        Some(self.kept_word(number))
    }

    /// The word of a variable may be changed by what another wait of the step gets.
    pub(super) fn kept_word(&mut self, word: Source) -> Source {
        let is_var = word.slot().is_some_and(|slot| self.frame.vars.contains(&slot));
        if !is_var {
            return word;
        }
        let into = self.frame.temporary();
        self.emit(Op::Copy { into, from: word });
        into.source()
    }

    /// Emits what looks whether a wait would be over at once; the jump that is taken if not.
    fn look(&mut self, wanted: &Wanted<'_>) -> OpId {
        let condition = match *wanted {
            Wanted::Condition(condition) => self.expr(condition),
            Wanted::Permits { free: (code, number), .. } => self.enough(code, Glance::Level, number),
            Wanted::Put { buffer, number, .. } => self.enough(buffer, Glance::Room, number),
            Wanted::Get { buffer, number, .. } => self.enough(buffer, Glance::Items, number),
            Wanted::Closed { buffer, number, .. } => {
                let (enough, closed) = (self.enough(buffer, Glance::Items, number), self.frame.temporary());
                self.emit(Op::Peek { into: closed, resource: buffer, glance: Glance::Closed });
                self.emit(Op::Binary { op: BinaryOp::LessInt, into: closed, a: enough, b: closed.source() });
                closed.source()
            }
        };
        self.emit(Op::JumpIfFalse { condition, to: OpId(0) })
    }

    /// Emits what looks whether there are so many of something, or one.
    pub(super) fn enough(
        &mut self,
        resource: ResourceCode,
        glance: Glance,
        number: Option<Source>,
    ) -> Source {
        let (there, enough) = (self.frame.temporary(), self.frame.temporary());
        let number = number.unwrap_or_else(|| self.constant(1));
        self.emit(Op::Peek { into: there, resource, glance });
        self.emit(Op::Binary { op: BinaryOp::LessEqualInt, into: enough, a: number, b: there.source() });
        enough.source()
    }

    /// Emits what takes what was seen.
    fn take_seen(&mut self, wanted: &Wanted<'_>) {
        match *wanted {
            Wanted::Condition(_) => {}
            Wanted::Permits { resource, code, number: None, .. } => self.take(resource, code),
            Wanted::Permits { resource, code, number: Some(times), .. } => {
                let left = self.frame.temporary();
                let start = self.emit(Op::LoopStart { left, times, exit: OpId(0) });
                let body = self.here();
                self.take(resource, code);
                self.emit(Op::LoopNext { left, body });
                self.land(start);
            }
            Wanted::Put { buffer, value, number: None, fields: 1 } => {
                self.emit(Op::Put { buffer, value });
            }
            Wanted::Put { buffer: resource, value: operand, number, fields } => {
                let count = number.unwrap_or_else(|| self.constant(1));
                let many = self.many(ManyCode { resource, count, operand, into: None, fields });
                self.emit(Op::PutMany { many });
            }
            Wanted::Get { buffer, number, into, words, fields } => {
                self.get_seen(buffer, (number, fields), into, words);
            }
            Wanted::Closed { buffer, number, fields } => {
                // It finds nothing, and goes on behind itself.
                let get = self.here();
                self.get_seen(buffer, (number, fields), &[], None);
                self.program.endings.push(Ending { get, otherwise: self.here() });
            }
        }
    }

    fn get_seen(
        &mut self,
        resource: ResourceCode,
        (number, fields): (Option<Source>, u8),
        into: &[ItemTarget],
        words: Option<Slot>,
    ) {
        let array = into.first().map(|target| target.var).filter(|&var| self.is_array(var));
        let op = match (number, into.first()) {
            (number, _) if fields > 1 => {
                let count = number.unwrap_or_else(|| self.constant(1));
                self.get_record(resource, count, words, fields)
            }
            (None, None) => Op::Take { buffer: resource },
            (_, Some(_)) if words.is_some() || array.is_none() => {
                let var = into.first().map(|target| self.frame.var(target.var));
                let into = words.or(var).expect("it goes somewhere");
                Op::Get { buffer: resource, into }
            }
            (number, _) => {
                let count = number.unwrap_or_else(|| self.constant(1));
                let array = array.map(|var| self.frame.var(var));
                Op::GetMany { many: self.many(ManyCode::of_words(resource, count, count, array)) }
            }
        };
        self.emit(op);
    }

    /// Emits what keeps an item in an element, which may not be there, or its fields in variables:
    /// so nobody does it for the process.
    fn keep_seen(&mut self, wanted: &Wanted<'_>) {
        if let Wanted::Get { into, words, .. } = *wanted {
            self.keep_fields(into, words);
        }
    }

    /// Makes a jump lead to this op.
    fn lead(&mut self, jump: OpId, there: OpId) {
        for operand in self.program.code[jump.index()].operands() {
            if let Operand::Target(to) = operand {
                *to = there;
            }
        }
    }
}

/// The resource that a wait for a level such as `level(f) == 1` looks at.
fn level_of(wait: &Step) -> Option<&ResourceRef> {
    let StepKind::Until(Expr { kind: ExprKind::Binary(_, level, _), .. }) = &wait.kind else { return None };
    match &level.kind {
        ExprKind::Level(resource) => Some(resource),
        _ => None,
    }
}

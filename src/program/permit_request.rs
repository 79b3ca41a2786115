//! Permits that are asked for by a priority, and that others may take.
//!
//! Decides what a process does that loses its permit inside of a `with`: as in a block that is
//! interrupted it stands where it is taken out of a delay, a work or a wait; it asks for
//! the permit again before it goes on inside.
//!
//! ```text
//!         words = the priority; Request
//! from:   …                   as in a block that may be interrupted
//!         lost? pad
//!         Delay left
//!         …
//! to:     lost? end
//!         Release; Jump end
//! pad:    undo; Jump handler
//! handler: the steps of `on_preempt`; then end, or Request again and back
//! end:
//! ```

use super::code::RequestOps;
use super::emit::{Compiler, Signal, Undo};
use super::layout::request;
use super::op::{Manner, Op, ResourceCode, Slot, Source};
use crate::ids::OpId;
use crate::scenario::{AfterInterrupt, PermitRequest, ResourceRef, Step};

impl Compiler<'_> {
    /// Takes a permit, does the steps and gives it back, unless it was lost meanwhile.
    pub(super) fn with_request(&mut self, resource: &ResourceRef, body: &[Step], asked: &PermitRequest) {
        let site = self.site;
        let kept = self.kept(resource);
        let code = kept.unwrap_or_else(|| self.resource(resource));
        let preempted = asked.preempted.as_ref().filter(|_| !self.atomic);
        let (words, preempts, manner) = self.request(code, asked, preempted.is_some());
        let place = RequestOps::place_of(words);
        let limit = self.limit.take();
        let from = self.here();
        let Some((handling, lost_by)) = preempted else {
            self.undo_if_interrupted(Undo::GiveHeld { resource: resource.clone(), kept });
            self.steps(body);
            self.site = site;
            self.nothing_to_undo();
            let to = self.here();
            self.give_held(resource, kept, (from, to));
            self.limit = limit;
            return;
        };
        self.undo_if_interrupted(Undo::GiveUnlessLost { resource: resource.clone(), kept, place });
        let left = self.frame.permanent();
        let inside = self.inside(Signal::Lowered(place), left, body, handling);
        self.site = site;
        self.nothing_to_undo();
        let to = self.here();
        self.give_unless_lost(resource, kept, place);
        let end = self.emit(Op::Jump { to: OpId(0) });
        let (which, tells) = self.pads(&inside, handling);
        let process = self.process;
        let life = self.model.lives[process.index()].each.expect("whoever may lose a permit has a life");
        let life = ResourceCode::fixed(life.0);
        self.program.requests.push(RequestOps {
            process,
            from,
            to,
            semaphore: code,
            lost_by: *lost_by,
            life,
            words,
            tells,
        });
        self.frame.free_temporaries();
        self.steps(&handling.steps);
        self.site = site;
        if handling.then != AfterInterrupt::Leave {
            let manner = Manner { again: true, ..manner };
            self.emit_wait(Op::Request { semaphore: code, words, preempts, manner });
        }
        match handling.then {
            AfterInterrupt::Leave => {}
            AfterInterrupt::Restart => drop(self.emit(Op::Jump { to: from })),
            AfterInterrupt::Resume => self.resume(&inside, which),
        }
        self.land(end);
        self.limit = limit;
    }

    /// Takes a permit that nobody takes away.
    pub(super) fn acquire_by_request(&mut self, resource: &ResourceRef, asked: &PermitRequest) {
        let code = self.resource(resource);
        self.request(code, asked, false);
        self.frame.free_temporaries();
    }

    /// Asks for a permit: in which words, whether it takes one from another, and how.
    fn request(
        &mut self,
        semaphore: ResourceCode,
        asked: &PermitRequest,
        may_be_lost: bool,
    ) -> (Slot, Source, Manner) {
        let words = self.frame.permanent_run(request::WORDS as u32);
        if let Some(asked) = &asked.priority {
            self.expr_into(asked, Slot(words.0 + request::PRIORITY as u32));
        }
        let preempts = match &asked.preempts {
            None => self.constant(0),
            Some(preempts) => {
                let word = self.expr(preempts);
                self.kept_word(word)
            }
        };
        // It may ask again when others have used its words.
        self.frame.keep_temporaries();
        let manner = Manner { own_priority: asked.priority.is_none(), may_be_lost, again: false };
        self.emit_wait(Op::Request { semaphore, words, preempts, manner });
        (words, preempts, manner)
    }

    /// Gives a permit back that the process may have lost.
    pub(super) fn give_unless_lost(
        &mut self,
        resource: &ResourceRef,
        kept: Option<ResourceCode>,
        place: Slot,
    ) {
        let skip = self.emit(Op::JumpIfFalse { condition: place.source(), to: OpId(0) });
        let zero = self.constant(0);
        self.emit(Op::Copy { into: place, from: zero });
        let code = kept.unwrap_or_else(|| self.resource(resource));
        self.give(resource, code);
        self.frame.free_temporaries();
        self.land(skip);
    }
}

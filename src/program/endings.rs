//! What is done where a buffer is closed: the `else` of a get, and the end of a `for_each`.
//!
//! ```text
//! again: get x        closed: end
//!        the steps of the round
//!        Jump again
//! end:
//! ```

use super::code::Ending;
use super::emit::Compiler;
use super::item_term::Choice;
use super::op::Op;
use crate::ids::OpId;
use crate::scenario::Step;
use std::sync::Arc;

impl Compiler<'_> {
    /// Emits an op that gets, maybe a certain item, and maybe with something else to do where
    /// its buffer is closed.
    pub(super) fn emit_get(&mut self, op: Op) -> OpId {
        let get = self.emit_wait(op);
        if let Some(accepts) = self.accepts.take() {
            self.program.choices.push(Choice { get, accepts: Arc::new(accepts) });
        }
        if let Some(endings) = &mut self.endings {
            endings.push(self.program.endings.len());
            self.program.endings.push(Ending { get, otherwise: OpId(0) });
        }
        get
    }

    /// Lets these gets lead here where their buffer is closed.
    pub(super) fn end_gets_here(&mut self, endings: Option<Vec<usize>>) {
        let otherwise = self.here();
        for number in endings.into_iter().flatten() {
            self.program.endings[number].otherwise = otherwise;
        }
    }

    /// Rounds with one item each, until the buffer is closed and empty.
    pub(super) fn for_each(&mut self, get: &[Step], body: &[Step]) {
        let (site, again) = (self.site, self.here());
        self.endings = Some(Vec::new());
        self.steps(get);
        let endings = self.endings.take();
        self.steps(body);
        self.site = site;
        self.emit(Op::Jump { to: again });
        self.end_gets_here(endings);
    }
}

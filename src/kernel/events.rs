//! What is recorded of a step: events, made only if the sink looks at them.

use super::step::{Context, Kernel, Scheduler};
use crate::ids::OpId;
use crate::program::LogArgCode;
use crate::trace::{Event, Kind, Sink};
use crate::value::{Type, Word};

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    pub(super) fn log(&mut self, arena: &[Word], at: Context, log: u32) {
        if !S::ACTIVE {
            return;
        }
        let mut words = std::mem::take(&mut self.scratch);
        words.clear();
        for arg in &self.program.logs[log as usize] {
            match *arg {
                LogArgCode::Value(source) => words.push(self.read(arena, source, at.frame())),
                LogArgCode::Array(slot) => {
                    let (start, len) = self.array(arena, at.frame(), slot);
                    words.push(len as u64);
                    words.extend_from_slice(&arena[start..start + len]);
                }
            }
        }
        let event = self.event(at, Kind::Log, log, words.len() as u64);
        self.sink.happens(&event, &words);
        self.scratch = words;
    }

    #[inline(always)]
    pub(super) fn event(&self, at: Context, kind: Kind, subject: u32, value: Word) -> Event {
        Event {
            time: (*self.now),
            value,
            process: at.process(),
            subject,
            extra: 0,
            op: OpId(at.op() as u32),
            kind,
            ty: Type::Int,
        }
    }

    #[inline(always)]
    pub(super) fn emit(&mut self, at: Context, kind: Kind, subject: u32, value: Word) {
        if S::ACTIVE {
            let event = self.event(at, kind, subject, value);
            self.sink.happens(&event, &[]);
        }
    }

    #[inline(always)]
    pub(super) fn emit_typed(
        &mut self,
        at: Context,
        kind: Kind,
        subject: u32,
        value: Word,
        ty: Type,
        extra: u32,
    ) {
        if S::ACTIVE {
            let mut event = self.event(at, kind, subject, value);
            event.ty = ty;
            event.extra = extra;
            self.sink.happens(&event, &[]);
        }
    }
}

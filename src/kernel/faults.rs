//! The words for what a scenario may not do, with a hint what to do instead.

use super::step::{Context, Kernel, Scheduler};
use crate::arithmetic::ArithmeticError;
use crate::figure::noun;
use crate::ids::OpId;
use crate::program::Op;
use crate::trace::{Fault, FaultKind, Sink};

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    #[cold]
    pub(super) fn fault(&self, at: Context, message: String, hint: &str) -> Box<Fault> {
        Box::new(Fault {
            process: at.process(),
            op: OpId(at.op() as u32),
            message,
            hint: hint.to_owned(),
            kind: FaultKind::Rule,
        })
    }

    #[cold]
    pub(super) fn arithmetic(&self, at: Context, error: ArithmeticError) -> Box<Fault> {
        let hint = match error {
            ArithmeticError::DivisionByZero => {
                let guard = "guard the division with an `if`, or with `and` in the condition";
                match self.program.divisor(at.op()) {
                    Some(name) => format!("`{name}` is 0 here; {guard}"),
                    None => guard.to_owned(),
                }
            }
            ArithmeticError::Overflow | ArithmeticError::NotFinite => "keep the values smaller".to_owned(),
        };
        self.fault(at, error.to_string(), &hint)
    }

    #[cold]
    pub(super) fn negative_count(&self, at: Context, count: i64) -> Box<Fault> {
        self.fault(
            at,
            format!("a count of {count} is negative"),
            "counts are 0 or more; guard with `max(0, …)`",
        )
    }

    #[cold]
    pub(super) fn bad_duration(&self, at: Context, nanos: i64) -> Box<Fault> {
        if nanos >= 0 {
            let fault = self.fault(at, "the clock would pass 292 years".to_owned(), "shorten the delay");
            return Box::new(Fault { kind: FaultKind::EndOfTime, ..*fault });
        }
        let text = crate::time::format_nanos(nanos);
        let hint = "time cannot run backwards; guard with `max(0s, …)`";
        self.fault(at, format!("a delay of {text} is negative"), hint)
    }

    #[cold]
    pub(super) fn out_of_range(
        &self,
        at: Context,
        what: &str,
        index: i64,
        len: u64,
        part: &str,
    ) -> Box<Fault> {
        let parts = noun(usize::try_from(len).unwrap_or(usize::MAX), part);
        let message = format!("index {index} is out of range: {what} has {len} {parts}");
        let hint = match (len, self.program.plain[at.op()]) {
            (0, _) => "there is nothing to index".to_owned(),
            (_, Op::ReadMany { .. }) => {
                format!(
                    "a read of several ends at the last slot, which is {}; read the rest from 0 on",
                    len - 1
                )
            }
            _ if index < 0 => format!("indexes go from 0 to {}; find out where it became negative", len - 1),
            _ => format!("indexes go from 0 to {}; `% {len}` wraps around", len - 1),
        };
        self.fault(at, message, &hint)
    }
}

//! The parts of an event that an op makes again and again, in one word.
//!
//! Decides which bits they have, for those who pack events: the fingerprint and
//! the store.

use super::event::{Event, Kind};
use crate::ids::ProcessId;
use crate::value::Type;

/// Bits of a word, from the lowest up: the kind, the type, the subject, and
/// what the process has room for.
const KIND_BITS: u32 = 5;
const TYPE_AT: u32 = KIND_BITS;
const TYPE_BITS: u32 = 3;
const SUBJECT_AT: u32 = TYPE_AT + TYPE_BITS;
const PROCESS_AT: u32 = SUBJECT_AT + u32::BITS;

/// No kind has this number.
pub(super) const NO_KIND: u64 = (1 << KIND_BITS) - 1;

const _: () = assert!(Event::PROCESSES == 1 << (u64::BITS - PROCESS_AT));
const _: () = assert!(Kind::ALL.len() <= NO_KIND as usize && Type::ALL.len() <= 1 << TYPE_BITS);

/// Kind, type, subject and process of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct What(pub(super) u64);

impl What {
    /// The processes that there is room for.
    pub(super) const PROCESSES: u32 = Event::PROCESSES;

    /// Of a process beyond [`What::PROCESSES`], only the lower bits are kept.
    #[inline(always)]
    pub(super) fn of(event: &Event) -> What {
        let kind_and_type = event.kind as u64 | (event.ty as u64) << TYPE_AT;
        What(
            kind_and_type | u64::from(event.subject) << SUBJECT_AT | u64::from(event.process.0) << PROCESS_AT,
        )
    }

    #[inline(always)]
    pub(super) fn kind_number(self) -> u32 {
        (self.0 & NO_KIND) as u32
    }

    /// Damaged words have some kind.
    #[inline(always)]
    pub(super) fn kind(self) -> Kind {
        Kind::ALL[(self.0 & NO_KIND) as usize % Kind::ALL.len()]
    }

    // No look into a table: that would be taken for every event, and few ask for the type.
    #[inline(always)]
    pub(super) fn ty(self) -> Type {
        const _: () = assert!(
            Type::Int as u8 == 0
                && Type::Float as u8 == 1
                && Type::Bool as u8 == 2
                && Type::Duration as u8 == 3
        );
        match (self.0 >> TYPE_AT) % (1 << TYPE_BITS) % 4 {
            0 => Type::Int,
            1 => Type::Float,
            2 => Type::Bool,
            _ => Type::Duration,
        }
    }

    #[inline(always)]
    pub(super) fn subject(self) -> u32 {
        (self.0 >> SUBJECT_AT) as u32
    }

    #[inline(always)]
    pub(super) fn process(self) -> ProcessId {
        ProcessId((self.0 >> PROCESS_AT) as u32)
    }
}

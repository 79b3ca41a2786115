//! How an event is written down in bytes: which code it has, and what of its
//! value and slot comes behind it.

use crate::time::Time;
use crate::trace::event::{Event, Kind};
use crate::trace::table::{Entry, Table};
use crate::trace::what::What;

/// The bytes that are written at once at most.
pub(super) const MOST: usize = 32;

/// A code has two bytes: in the lowest bits how many pairs of bytes a value has,
/// 0 if it is the expected one, then whether there is a slot, again because it
/// is not the expected one, which of these it is, and a number.
pub(super) const PAIRS: u16 = 7;
pub(super) const SLOT: u16 = 8;
pub(super) const SORT: u16 = 3 << 4;
pub(super) const NUMBER_AT: u32 = 6;
/// After so many expected entries comes the expected one with another value or slot.
pub(super) const VALUE: u16 = 0;
/// After so many expected entries a time passes that is not in the table.
pub(super) const PASSED: u16 = 1 << 4;
/// The entry in the place with this number comes, unexpected.
pub(super) const PLACE: u16 = 2 << 4;
/// So many expected entries; or one of these.
pub(super) const RUN: u16 = 3 << 4;
/// An entry that is not in the table comes.
pub(super) const NEW: u16 = RUN | 1023 << NUMBER_AT;
/// An event comes at full length.
pub(super) const FULL: u16 = RUN | 1022 << NUMBER_AT;

const _: () = assert!(Table::SIZE <= 1024);
const _: () = assert!(MOST >= 2 + FULL_BYTES && MOST >= 2 + 2 + Entry::BYTES + 8 + 2);

/// Process, subject, op, extra, kind, type and value.
pub(super) const FULL_BYTES: usize = 26;

/// Where a piece that is filled up to `end` has room for [`MOST`] bytes.
#[inline(always)]
pub(super) fn room(piece: &mut [u8], end: usize) -> Option<&mut [u8; MOST]> {
    piece.get_mut(end..)?.first_chunk_mut()
}

/// Writes bytes where there is room for them.
#[inline(always)]
pub(super) fn put<const N: usize>(room: &mut [u8; MOST], at: usize, bytes: [u8; N]) {
    if let Some(place) = room.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        *place = bytes;
    }
}

/// How many pairs of bytes a number needs, at least one.
#[inline(always)]
fn pairs(number: u64) -> usize {
    (79 - (number | 1).leading_zeros() as usize) / 16
}

/// What is taken from the value: the end of a delay is counted from now, which
/// needs fewer bytes.
#[inline(always)]
pub(in crate::trace) fn base(kind: Kind, now: Time) -> u64 {
    if kind.lets_time_pass() { now.as_nanos() } else { 0 }
}

/// Whether an entry has room for the event, and its value and slot are such as
/// its kind has.
#[inline(always)]
pub(in crate::trace) fn is_usual(event: &Event) -> bool {
    let kind = event.kind;
    let has_only_its_own = (kind.has_value() || event.value == 0) && (kind.has_slot() || event.extra == 0);
    has_only_its_own && event.process.0 < What::PROCESSES && event.extra <= u32::from(u16::MAX)
}

/// Writes a code, and from another byte on the value and the slot that have to
/// be told; gives how many bytes are used then.
#[inline(always)]
pub(super) fn write(
    room: &mut [u8; MOST],
    code: u16,
    at: usize,
    value: Option<u64>,
    slot: Option<u16>,
) -> usize {
    let pairs = value.map_or(0, pairs);
    let end = at + 2 * pairs;
    // All of it, whether needed or not: there is no branch to foretell.
    put(room, at, value.unwrap_or(0).to_le_bytes());
    if let Some(slot) = slot {
        put(room, end, slot.to_le_bytes());
    }
    let code = code | pairs as u16 | if slot.is_some() { SLOT } else { 0 };
    put(room, 0, code.to_le_bytes());
    end + 2 * usize::from(slot.is_some())
}

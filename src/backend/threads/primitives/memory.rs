//! The memory: real shared slots.

use super::super::sync::{self, AtomicU64, Ordering};
use super::fact::{Fact, Observer};
use super::locked::locked;
use super::wait_queue::Requester;
use crate::trace::Kind;
use crate::value::Word;

/// Slots that all threads read and write without protection.
///
/// Each access is atomic and none orders anything else: a scenario that reads,
/// thinks and writes back without a mutex loses updates here as in any real
/// program. The lock is for the observer alone: it makes the place of an access
/// in the order of the run that of the access itself.
#[derive(Debug)]
pub struct Memory {
    slots: Vec<AtomicU64>,
    order: sync::Mutex<()>,
}

impl Memory {
    /// A memory with this content.
    pub fn new(content: &[Word]) -> Memory {
        Memory {
            slots: content.iter().map(|&word| AtomicU64::new(word)).collect(),
            order: sync::Mutex::new(()),
        }
    }

    /// Writes a slot, which must be there.
    pub fn write(&self, me: &Requester, slot: u64, value: Word, observer: &mut impl Observer) {
        let _order = locked(&self.order);
        self.slots[slot as usize].store(value, Ordering::Relaxed);
        observer.note(&[access(me, Kind::Write, slot, value)]);
    }

    /// Reads consecutive slots, which must be there.
    pub fn read(&self, me: &Requester, first: u64, count: u64, observer: &mut impl Observer) -> Vec<Word> {
        let _order = locked(&self.order);
        let slots = &self.slots[first as usize..(first + count) as usize];
        let values: Vec<Word> = slots.iter().map(|slot| slot.load(Ordering::Relaxed)).collect();
        let facts: Vec<Fact> =
            values.iter().zip(first..).map(|(&value, slot)| access(me, Kind::Read, slot, value)).collect();
        observer.note(&facts);
        values
    }

    /// What is in a slot, which must be there.
    pub fn at(&self, slot: u64) -> Word {
        self.slots[slot as usize].load(Ordering::Relaxed)
    }

    /// What is in it.
    pub fn content(&self) -> Vec<Word> {
        self.slots.iter().map(|slot| slot.load(Ordering::Relaxed)).collect()
    }
}

fn access(me: &Requester, kind: Kind, slot: u64, value: Word) -> Fact {
    Fact { slot: slot as u32, ..me.fact(kind, value) }
}

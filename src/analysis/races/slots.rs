//! What is remembered of the slots of a memory: the last write, and the reads
//! since.
//!
//! As FastTrack does (Flanagan and Freund, "FastTrack: Efficient and Precise
//! Dynamic Race Detection", PLDI 2009): one moment is enough for the writes,
//! since those before it are ordered or a race was found; and for reads as
//! long as each is ordered after the one before.

use super::clocks::{Clocks, Epoch};
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use crate::trace::Event;

/// An access, and what a report says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access {
    pub moment: Epoch,
    pub op: OpId,
    pub time: Time,
}

impl Access {
    const NEVER: Access = Access { moment: Epoch { count: 0, component: 0 }, op: OpId(0), time: Time::ZERO };

    /// The access that `event` records.
    #[inline]
    pub fn now(moment: Epoch, event: &Event) -> Access {
        Access { moment, op: event.op, time: event.time }
    }
}

/// What is remembered of one slot.
#[derive(Debug, Clone)]
struct Slot {
    write: Access,
    reads: Reads,
}

/// The reads of a slot since its last write.
#[derive(Debug, Clone)]
enum Reads {
    /// The last one; all before it are ordered before it.
    Last(Access),
    /// The last one of each process, in the order of components.
    Each(Vec<Access>),
}

const PAGE_SLOTS: usize = 32;

type Page = [Slot; PAGE_SLOTS];

/// The slots of one memory; those never touched take next to no room.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots {
    pages: Vec<Option<Box<Page>>>,
}

/// Who makes the access at hand, and so what comes before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knower<'c> {
    pub process: ProcessId,
    pub clocks: &'c Clocks,
}

impl Knower<'_> {
    #[inline]
    fn knows(self, moment: Epoch) -> bool {
        self.clocks.knows(self.process, moment)
    }
}

/// An access that the one at hand races with, and whether it was a write.
pub(super) type Racing<'f> = dyn FnMut(Access, bool) + 'f;

impl Slots {
    /// `who` reads `slot`: a race with a write that it does not know of,
    /// told once while it learns nothing new.
    /// Gives the bytes by which this has grown.
    #[inline]
    pub fn read(&mut self, slot: u32, access: Access, who: Knower<'_>, racing: &mut Racing<'_>) -> usize {
        let (slot, grown) = self.slot(slot);
        if let Reads::Last(last) = &mut slot.reads
            && last.moment == access.moment
        {
            *last = access;
            return grown;
        }
        if !who.knows(slot.write.moment) {
            racing(slot.write, true);
        }
        grown + slot.reads.add(access, who)
    }

    /// `who` writes to `slot`: a race with a write or read that it does not
    /// know of. Gives the bytes by which this has grown.
    #[inline]
    pub fn write(&mut self, slot: u32, access: Access, who: Knower<'_>, racing: &mut Racing<'_>) -> usize {
        let (slot, grown) = self.slot(slot);
        if !who.knows(slot.write.moment) {
            racing(slot.write, true);
        }
        slot.write = access;
        match &slot.reads {
            Reads::Last(read) if who.knows(read.moment) => {}
            Reads::Last(read) => racing(*read, false),
            Reads::Each(reads) => {
                for &read in reads.iter().filter(|read| !who.knows(read.moment)) {
                    racing(read, false);
                }
            }
        }
        slot.reads = Reads::Last(Access::NEVER);
        grown
    }

    #[inline]
    fn slot(&mut self, slot: u32) -> (&mut Slot, usize) {
        let (page, place) = (slot as usize / PAGE_SLOTS, slot as usize % PAGE_SLOTS);
        let mut grown = 0;
        if self.pages.len() <= page {
            grown += (page + 1 - self.pages.len()) * size_of::<Option<Box<Page>>>();
            self.pages.resize(page + 1, None);
        }
        let page = self.pages[page].get_or_insert_with(|| {
            grown += size_of::<Page>();
            Box::new(std::array::from_fn(|_| Slot {
                write: Access::NEVER,
                reads: Reads::Last(Access::NEVER),
            }))
        });
        (&mut page[place], grown)
    }
}

impl Reads {
    fn add(&mut self, access: Access, who: Knower<'_>) -> usize {
        match self {
            Reads::Last(last) if who.knows(last.moment) => {
                *last = access;
                0
            }
            Reads::Last(last) => {
                let mut both = vec![*last, access];
                both.sort_by_key(|read| read.moment.component);
                *self = Reads::Each(both);
                2 * size_of::<Access>()
            }
            Reads::Each(reads) => {
                match reads.binary_search_by_key(&access.moment.component, |read| read.moment.component) {
                    Ok(place) => {
                        reads[place] = access;
                        0
                    }
                    Err(place) => {
                        reads.insert(place, access);
                        size_of::<Access>()
                    }
                }
            }
        }
    }
}

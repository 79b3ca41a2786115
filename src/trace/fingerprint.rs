//! One number for a complete trace.
//!
//! Decides which parts of an event count and how they are written down for the
//! hash, so that equal runs have equal fingerprints on every machine. The op
//! number is left out: it may change when programs are compiled better, while
//! what happened stays the same.
//!
//! A trace is written as words of 64 bits, lowest byte first, without what can
//! be told from the rest: hashing is most of what a fingerprint costs.
//!
//! | bits 0-4 | what the word says |
//! |---|---|
//! | a kind | an event: its type in bits 5-7, subject in 8-39, process in 40-63; if its kind has them, its value and then its slot are the next words |
//! | 31, then 0 | the next word is the time of all events from here on; it is 0 before |
//! | 31, then 1 | the next two words are the value and the slot of the event before, whose kind should have none |
//!
//! Behind a log come its arguments, as many as its value says. So no two traces
//! have the same words, as long as they have fewer than 2^24 processes, as all
//! runs have. At the end come the name of the outcome, and the time in 8 bytes.

use super::event::Event;
use super::sink::{Sink, Trace};
use super::what::{NO_KIND, What};
use crate::time::Time;
use crate::value::Word;
use xxhash_rust::xxh3::Xxh3;

/// Words collected before they are hashed: the hash is fast on long inputs.
const CHUNK: usize = 512;
/// The words that are written at once at most.
const MOST: usize = 6;

/// The time follows.
const TIME: u64 = NO_KIND;
/// What an event does not usually have follows.
const UNUSUAL: u64 = NO_KIND | (NO_KIND + 1);

/// A [`Sink`] that hashes a trace with XXH3 (64 bits) as it is made.
#[derive(Clone)]
pub struct Fingerprint {
    hasher: Xxh3,
    /// Of what comes next.
    time: Time,
    /// How much of `chunk` was used when time passed last: if it is all, then
    /// no event followed.
    mark: usize,
    used: usize,
    chunk: [[u8; 8]; CHUNK],
}

impl Fingerprint {
    /// The fingerprint of no events yet.
    pub fn new() -> Fingerprint {
        Fingerprint { hasher: Xxh3::new(), time: Time::ZERO, mark: 0, used: 0, chunk: [[0; 8]; CHUNK] }
    }

    /// The fingerprint of a run that ended at `end` with the outcome called
    /// `outcome`: 16 hexadecimal digits.
    pub fn finish(mut self, outcome: &str, end: Time) -> String {
        self.flush();
        self.hasher.update(outcome.as_bytes());
        self.hasher.update(&end.as_nanos().to_le_bytes());
        format!("{:016x}", self.hasher.digest())
    }

    /// Hashes what was collected, except a time that no event has yet.
    #[cold]
    #[inline(never)]
    fn flush(&mut self) {
        let is_open = self.mark > 0 && self.mark == self.used;
        let ready = if is_open { self.used - 2 } else { self.used };
        self.hasher.update(self.chunk[..ready].as_flattened());
        self.chunk.copy_within(ready..self.used, 0);
        self.used -= ready;
        self.mark = self.used;
    }

    #[cold]
    #[inline(never)]
    fn args(&mut self, args: &[Word]) {
        self.flush();
        // Many at once: an argument may be a large array.
        let mut bytes = [[0; size_of::<Word>()]; 64];
        for words in args.chunks(bytes.len()) {
            words.iter().zip(&mut bytes).for_each(|(word, bytes)| *bytes = word.to_le_bytes());
            self.hasher.update(bytes[..words.len()].as_flattened());
        }
    }

    #[inline(never)]
    fn pass(&mut self, time: Time) {
        self.time = time;
        if self.mark == 0 || self.mark != self.used {
            let used = self.room();
            self.chunk[used] = TIME.to_le_bytes();
            self.used = used + 2;
            self.mark = self.used;
        }
        self.chunk[self.used - 1] = time.as_nanos().to_le_bytes();
    }

    /// Where there is room for [`MOST`] words.
    #[inline(always)]
    fn room(&mut self) -> usize {
        if self.used <= CHUNK - MOST {
            return self.used;
        }
        self.flush();
        self.used % MOST
    }
}

impl Default for Fingerprint {
    fn default() -> Self {
        Fingerprint::new()
    }
}

impl Sink for Fingerprint {
    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.clock(event.time);
        self.happens(event, args);
    }

    #[inline(always)]
    fn clock(&mut self, time: Time) {
        if time != self.time {
            self.pass(time);
        }
    }

    // Into the kernel, where most of an event is known before the run.
    #[inline(always)]
    fn happens(&mut self, event: &Event, args: &[Word]) {
        let mut used = self.room();
        let mut put = |word: u64| {
            self.chunk[used] = word.to_le_bytes();
            used += 1;
        };
        put(What::of(event).0);
        let kind = event.kind;
        if kind.has_value() {
            put(event.value);
        }
        if kind.has_slot() {
            put(event.extra.into());
        }
        if (!kind.has_value() && event.value != 0) || (!kind.has_slot() && event.extra != 0) {
            put(UNUSUAL);
            put(event.value);
            put(event.extra.into());
        }
        self.used = used;
        if !args.is_empty() {
            self.args(args);
        }
    }
}

impl Trace {
    /// The fingerprint of this trace: 16 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let mut fingerprint = Fingerprint::new();
        self.replay(&mut fingerprint);
        fingerprint.finish(self.outcome.name(), self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OpId;
    use crate::trace::Outcome;
    use crate::trace::fixture::two_stage_trace;

    #[test]
    fn is_the_same_everywhere() {
        // A changed value here means that every published fingerprint changed.
        assert_eq!(two_stage_trace().fingerprint(), "5b9f0f7115be28ec");
        assert_eq!(Fingerprint::new().finish("completed", Time::ZERO).len(), 16);
    }

    #[test]
    fn every_part_but_the_op_counts() {
        let trace = two_stage_trace();
        let original = trace.fingerprint();
        let changed = |change: &dyn Fn(&mut Trace)| {
            let mut copy = trace.clone();
            change(&mut copy);
            copy.fingerprint()
        };
        assert_eq!(changed(&|t| t.events.change(|e| e[1].op = OpId(99))), original);
        assert_ne!(changed(&|t| t.events.change(|e| e[1].value += 1)), original);
        assert_ne!(changed(&|t| t.events.change(|e| e[1].extra += 1)), original);
        assert_ne!(changed(&|t| t.log_args[0] += 1), original);
        assert_ne!(changed(&|t| t.outcome = Outcome::Horizon), original);
        assert_ne!(changed(&|t| t.end = Time::from_secs(99)), original);
    }
}

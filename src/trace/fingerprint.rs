//! One number for a complete trace.
//!
//! Decides which parts of an event count and in which byte order, so that
//! equal runs have equal fingerprints on every machine. The op number is left
//! out: it may change when programs are compiled better, while what happened
//! stays the same.

use super::{Event, Sink, Trace};
use crate::time::Time;
use crate::value::Word;
use xxhash_rust::xxh3::Xxh3;

/// Bytes of one event in canonical form: time and value (8 each), process,
/// subject and extra (4 each), kind, type, and two zeros to fill up.
const EVENT_BYTES: usize = 32;

/// Bytes collected before they are hashed: the hash is fast on long inputs.
const CHUNK_BYTES: usize = 16 * 1024;

/// A [`Sink`] that hashes a trace with XXH3 (64 bits) as it is made.
#[derive(Clone)]
pub struct Fingerprint {
    hasher: Xxh3,
    /// [`CHUNK_BYTES`] of them.
    chunk: Box<[u8]>,
    used: usize,
}

impl Fingerprint {
    /// The fingerprint of no events yet.
    pub fn new() -> Fingerprint {
        Fingerprint { hasher: Xxh3::new(), chunk: vec![0; CHUNK_BYTES].into_boxed_slice(), used: 0 }
    }

    /// The fingerprint of a run that ended at `end` with the outcome called
    /// `outcome`: 16 hexadecimal digits.
    pub fn finish(mut self, outcome: &str, end: Time) -> String {
        self.flush();
        self.hasher.update(outcome.as_bytes());
        self.hasher.update(&end.as_nanos().to_le_bytes());
        format!("{:016x}", self.hasher.digest())
    }

    #[cold]
    #[inline(never)]
    fn flush(&mut self) {
        self.hasher.update(&self.chunk[..self.used]);
        self.used = 0;
    }

    #[cold]
    fn args(&mut self, args: &[Word]) {
        self.flush();
        args.iter().for_each(|word| self.hasher.update(&word.to_le_bytes()));
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
        if self.used > CHUNK_BYTES - EVENT_BYTES {
            self.flush();
        }
        let Some(bytes) = self.chunk[self.used..].first_chunk_mut::<EVENT_BYTES>() else { return };
        // Four words, since single bytes take as long to store.
        let words = [
            event.time.as_nanos(),
            event.value,
            u64::from(event.process.0) | u64::from(event.subject) << 32,
            u64::from(event.extra) | (event.kind as u64) << 32 | (event.ty as u64) << 40,
        ];
        for (eight, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *eight = word.to_le_bytes();
        }
        self.used += EVENT_BYTES;
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
        assert_eq!(two_stage_trace().fingerprint(), "d22cc8278ab610b4");
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

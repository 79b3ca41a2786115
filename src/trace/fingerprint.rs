//! One number for a complete trace.
//!
//! Decides which parts of an event count, so that equal runs have equal fingerprints on every
//! machine: all that [`EventChunks`] writes down, and how it does. At the end come the name of the outcome, and the
//! time in 8 bytes.

use super::chunks::{Chunk, ChunkSink, EventChunks};
use super::event::Event;
use super::sink::{Sink, Trace};
use crate::time::Time;
use crate::value::Word;
use xxhash_rust::xxh3::Xxh3;

/// Hashes the chunks of a trace with XXH3 (64 bits).
#[derive(Clone, Default)]
pub struct TraceHash(Xxh3);

impl TraceHash {
    /// The hash of no events yet.
    pub fn new() -> TraceHash {
        TraceHash::default()
    }

    /// The fingerprint of a run that ended at `end` with the outcome called
    /// `outcome`: 16 hexadecimal digits.
    pub fn finish(mut self, outcome: &str, end: Time) -> String {
        self.0.update(outcome.as_bytes());
        self.0.update(&end.as_nanos().to_le_bytes());
        format!("{:016x}", self.0.digest())
    }
}

impl ChunkSink for TraceHash {
    fn chunk(&mut self, chunk: Chunk<'_>) {
        self.0.update(chunk.words.as_flattened());
        // Many at once: an argument may be a large array.
        let mut bytes = [[0; size_of::<Word>()]; 64];
        for words in chunk.beside.chunks(bytes.len()) {
            words.iter().zip(&mut bytes).for_each(|(word, bytes)| *bytes = word.to_le_bytes());
            self.0.update(bytes[..words.len()].as_flattened());
        }
    }
}

/// A [`Sink`] that hashes a trace as it is made.
#[derive(Clone)]
pub struct Fingerprint(EventChunks<TraceHash>);

impl Fingerprint {
    /// The fingerprint of no events yet.
    pub fn new() -> Fingerprint {
        Fingerprint(EventChunks::new(TraceHash::new()))
    }

    /// The fingerprint of a run that ended at `end` with the outcome called
    /// `outcome`: 16 hexadecimal digits.
    pub fn finish(self, outcome: &str, end: Time) -> String {
        self.0.finish().finish(outcome, end)
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
        self.0.event(event, args);
    }

    #[inline(always)]
    fn clock(&mut self, time: Time) {
        self.0.clock(time);
    }

    #[inline(always)]
    fn happens(&mut self, event: &Event, args: &[Word]) {
        self.0.happens(event, args);
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

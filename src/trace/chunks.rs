//! The events of a run as words, in chunks.
//!
//! Decides how events are written down, and that who takes them chunk by chunk gets all of them in
//! order: to look at many at once costs less than to be called for each. The fingerprint
//! hashes the words as they are; others read them back. The op number is left out: it may change when
//! programs are compiled better, while what happened stays the same.
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
//! An event with words beside it (arguments of a log, further fields of a record) is the last of its
//! chunk. So no two traces have the same words, as long as they have fewer than 2^24
//! processes, as all runs have.

use super::event::{Event, Kind};
use super::sink::Sink;
use super::what::{NO_KIND, What};
use crate::ids::OpId;
use crate::time::Time;
use crate::value::Word;

/// The words of a chunk at most: a hash is fast on long inputs.
const CHUNK: usize = 512;
/// The words that are written at once at most.
const MOST: usize = 6;

/// The time follows.
const TIME: u64 = NO_KIND;
/// What an event does not usually have follows.
const UNUSUAL: u64 = NO_KIND | (NO_KIND + 1);

/// Takes the events of a run in chunks, in order.
pub trait ChunkSink {
    /// Takes a chunk.
    fn chunk(&mut self, chunk: Chunk<'_>);
}

/// Some of the events of a run, one behind the other, as words.
#[derive(Debug, Clone, Copy)]
pub struct Chunk<'b> {
    pub(super) words: &'b [[u8; 8]],
    /// What is kept beside the last event.
    pub(super) beside: &'b [Word],
}

/// Two that take chunks, one after the other.
impl<A: ChunkSink, B: ChunkSink> ChunkSink for (A, B) {
    fn chunk(&mut self, chunk: Chunk<'_>) {
        self.0.chunk(chunk);
        self.1.chunk(chunk);
    }
}

/// A [`Sink`] that hands the events on in chunks.
#[derive(Debug, Clone)]
pub struct EventChunks<T> {
    /// Of what comes next.
    time: Time,
    /// How much of `words` was used when time passed last: if it is all, then
    /// no event followed.
    mark: usize,
    used: usize,
    words: [[u8; 8]; CHUNK],
    taker: T,
}

impl<T: ChunkSink> EventChunks<T> {
    /// Hands the events of a run on to `taker`.
    pub fn new(taker: T) -> EventChunks<T> {
        EventChunks { time: Time::ZERO, mark: 0, used: 0, words: [[0; 8]; CHUNK], taker }
    }

    /// Who has taken all events, at the end of the run.
    pub fn finish(mut self) -> T {
        self.flush(&[]);
        self.taker
    }

    /// Hands on what was collected, except a time that no event has yet.
    #[cold]
    #[inline(never)]
    fn flush(&mut self, beside: &[Word]) {
        let is_open = self.mark > 0 && self.mark == self.used;
        let ready = if is_open { self.used - 2 } else { self.used };
        self.taker.chunk(Chunk { words: &self.words[..ready], beside });
        self.words.copy_within(ready..self.used, 0);
        self.used -= ready;
        self.mark = self.used;
    }

    #[inline(always)]
    fn pass(&mut self, time: Time) {
        self.time = time;
        if self.mark == 0 || self.mark != self.used {
            let used = self.room();
            self.words[used] = TIME.to_le_bytes();
            self.used = used + 2;
            self.mark = self.used;
        }
        self.words[self.used - 1] = time.as_nanos().to_le_bytes();
    }

    /// Where there is room for [`MOST`] words.
    #[inline(always)]
    fn room(&mut self) -> usize {
        if self.used <= CHUNK - MOST {
            return self.used;
        }
        self.flush(&[]);
        self.used % MOST
    }
}

impl<T: ChunkSink> Sink for EventChunks<T> {
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
            self.words[used] = word.to_le_bytes();
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
            self.flush(args);
        }
    }
}

/// Reads the chunks of a run back, one after the other.
#[derive(Debug, Clone, Default)]
pub struct ChunkReader {
    time: Time,
}

impl ChunkReader {
    /// Hands the events of the next chunk to `sink`. Their op is not known. What the sink does is
    /// compiled once for each kind of event, with all that is known of that.
    #[inline(always)]
    pub fn read(&mut self, chunk: Chunk<'_>, sink: &mut impl Sink) {
        let Chunk { words, beside } = chunk;
        let word = |at: usize| words.get(at).map_or(0, |word| u64::from_le_bytes(*word));
        let mut time = self.time;
        let mut at = 0;
        while at < words.len() {
            let what = What(word(at));
            /// An event of this kind.
            macro_rules! event {
                ($kind:ident) => {{
                    const KIND: Kind = Kind::$kind;
                    let (mut value, mut extra) = (0, 0);
                    at += 1;
                    if KIND.has_value() {
                        value = word(at);
                        at += 1;
                    }
                    if KIND.has_slot() {
                        extra = word(at) as u32;
                        at += 1;
                    }
                    if word(at) == UNUSUAL {
                        (value, extra) = (word(at + 1), word(at + 2) as u32);
                        at += 3;
                    }
                    let (process, subject, ty) = (what.process(), what.subject(), what.ty());
                    let event = Event { time, value, process, subject, extra, op: OpId(0), kind: KIND, ty };
                    sink.event(&event, if at < words.len() { &[] } else { beside });
                }};
            }
            let Some(kind) = Kind::ALL.get(what.kind_number() as usize) else {
                time = Time::from_nanos(word(at + 1)).unwrap_or(Time::MAX);
                at += 2;
                continue;
            };
            match kind {
                Kind::Start => event!(Start),
                Kind::Delay => event!(Delay),
                Kind::Work => event!(Work),
                Kind::Wake => event!(Wake),
                Kind::Block => event!(Block),
                Kind::Grant => event!(Grant),
                Kind::Acquire => event!(Acquire),
                Kind::Release => event!(Release),
                Kind::Put => event!(Put),
                Kind::Get => event!(Get),
                Kind::Write => event!(Write),
                Kind::Read => event!(Read),
                Kind::Draw => event!(Draw),
                Kind::Log => event!(Log),
                Kind::Mark => event!(Mark),
                Kind::Done => event!(Done),
                Kind::Notify => event!(Notify),
                Kind::Level => event!(Level),
                Kind::Launch => event!(Launch),
                Kind::Join => event!(Join),
                Kind::Stop => event!(Stop),
                Kind::Timeout => event!(Timeout),
                Kind::Interrupt => event!(Interrupt),
                Kind::Close => event!(Close),
                Kind::Ended => event!(Ended),
            }
        }
        self.time = time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::arbitrary_trace;
    use proptest::prelude::*;

    /// Keeps what it reads.
    #[derive(Default)]
    struct Kept {
        reader: ChunkReader,
        events: Events,
        chunks: usize,
    }

    #[derive(Default)]
    struct Events(Vec<(Event, Vec<Word>)>);

    impl Sink for Events {
        fn event(&mut self, event: &Event, beside: &[Word]) {
            self.0.push((*event, beside.to_vec()));
        }
    }

    impl ChunkSink for Kept {
        fn chunk(&mut self, chunk: Chunk<'_>) {
            self.chunks += 1;
            self.reader.read(chunk, &mut self.events);
        }
    }

    proptest! {
        /// All but the op, whatever values and slots the events have, over the ends of chunks.
        #[test]
        fn what_is_written_is_read(trace in arbitrary_trace(), unusual in any::<[u32; 3]>(), rounds in 1usize..60) {
            let mut chunks = EventChunks::new(Kept::default());
            let mut all = Vec::new();
            for _ in 0..rounds {
                for (number, (mut event, beside)) in trace.iter().enumerate() {
                    if number % 5 == 0 && event.words_beside() == 0 {
                        event.extra = unusual[number % 3];
                        event.value = event.value.wrapping_add(unusual[number % 2].into());
                    }
                    chunks.event(&event, beside);
                    all.push((Event { op: OpId(0), ..event }, beside.to_vec()));
                }
            }
            let kept = chunks.finish();
            prop_assert_eq!(kept.events.0, all);
        }
    }

    /// A time in which nothing happens is in no chunk, and the next one takes its place.
    #[test]
    fn times_without_events_are_left_out() {
        let count = 10 * CHUNK as u64;
        let mut chunks = EventChunks::new(Kept::default());
        for number in 0..count {
            chunks.clock(Time::from_secs(2 * number));
            chunks.clock(Time::from_secs(2 * number + 1));
            let event =
                crate::trace::fixture::event(2 * number + 1, crate::trace::fixture::A, Kind::Start, 0, 0);
            chunks.happens(&event, &[]);
        }
        let kept = chunks.finish();
        let times = kept.events.0.iter().map(|(event, _)| event.time);
        assert!(times.eq((0..count).map(|number| Time::from_secs(2 * number + 1))));
        // Of each event the time in two words, and the event in one.
        assert!(kept.chunks >= 30 && kept.chunks < 32, "{}", kept.chunks);
    }
}

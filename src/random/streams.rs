//! Numbered streams of random words, of which any word can be had at any time.
//!
//! Decides what names a stream, what keys the generator, and what is cached.
//! Does not keep positions: they belong to the machine's state, so that a run
//! can be forked and a fork draws what the original would have drawn.

use super::chacha::{BLOCK_WORDS, Block, KEY_WORDS, four_blocks, key_words, one_block};
use super::sample::Words;
use std::ops::Range;

/// The name of a stream, a hash of (process, instance, purpose).
///
/// It is the XXH3 hash (64 bits, no secret, seed 0) of the bytes of the
/// process's name, the byte 0xFF, which no name can contain, the instance and
/// the purpose, each as four little-endian bytes. So the order of processes in
/// a scenario does not matter, and neither does what other processes draw.
/// Among 100,000 streams two share their numbers with a probability of 3e-10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub u64);

#[cfg(test)]
impl StreamId {
    /// The stream of one distribution (`purpose`, counted within its process)
    /// in one instance of a process; `instance` is 0 if there is only one.
    pub fn new(process: &str, instance: u32, purpose: u32) -> StreamId {
        Family::new(process, 0, instance..instance + 1, purpose..purpose + 1).id(0)
    }
}

/// The streams of some instances of a process, one for each purpose.
#[derive(Debug, Clone)]
struct Family {
    /// The number of its first stream.
    first: u32,
    instances: Range<u32>,
    purposes: Range<u32>,
    /// Where the positions say which instance reads (see [`first_position`]): by purpose, the
    /// first words of sixteen instances in a row, since those with the next numbers come soon.
    numbered: Vec<Four>,
    /// What a stream's name is the hash of. The instance and the purpose at
    /// the end are of the stream that was asked for last.
    bytes: Vec<u8>,
}

/// Four blocks in a row of a stream that instances share.
#[derive(Debug, Clone)]
struct Four {
    /// The number of the first, divided by 4, plus 1; 0 if these are no blocks yet.
    tag: u32,
    blocks: [Block; 4],
}

/// No blocks yet.
const NO_FOUR: Four = Four { tag: 0, blocks: [NOTHING; 4] };

impl Family {
    fn new(process: &str, first: u32, instances: Range<u32>, purposes: Range<u32>) -> Family {
        let mut bytes = Vec::with_capacity(process.len() + 1 + INSTANCE_AND_PURPOSE);
        bytes.extend_from_slice(process.as_bytes());
        bytes.push(0xff);
        bytes.extend_from_slice(&[0; INSTANCE_AND_PURPOSE]);
        Family { first, instances, purposes, numbered: Vec::new(), bytes }
    }

    /// The name of stream number `place` of the family.
    fn id(&mut self, place: u32) -> StreamId {
        let purposes = self.purposes.len() as u32;
        let instance = self.instances.start + place / purposes;
        let purpose = self.purposes.start + place % purposes;
        if let Some(end) = self.bytes.last_chunk_mut() {
            *end = (u64::from(instance) | u64::from(purpose) << 32).to_le_bytes();
        }
        StreamId(xxhash_rust::xxh3::xxh3_64(&self.bytes))
    }

    /// The name of the stream that the instances with numbers share for the purpose of
    /// this place: that of the first.
    fn shared_id(&mut self, place: u32) -> StreamId {
        self.id(place % self.purposes.len() as u32)
    }

    /// The first words of the instance with this number, for the purpose of this place.
    fn first_words(&mut self, key: &[u32; KEY_WORDS], number: u32, place: u32) -> [u64; FIRST_WORDS] {
        let purpose = place as usize % self.purposes.len();
        let block = number / INSTANCES_IN_BLOCK;
        let tag = block / 4 + 1;
        if self.numbered[purpose].tag != tag {
            let StreamId(id) = self.shared_id(place);
            let first = u64::from(block & !3);
            let four = &mut self.numbered[purpose];
            four_blocks(key, [id; 4], [0, 1, 2, 3].map(|number| first + number), &mut four.blocks);
            four.tag = tag;
        }
        let Block(words) = &self.numbered[purpose].blocks[block as usize % 4];
        let (pairs, _) = words.as_chunks();
        pairs[(number % INSTANCES_IN_BLOCK) as usize]
    }
}

/// So many words of an instance with a number stand beside those of its neighbours: most of
/// those who come and go draw once or twice, and a block for each of them alone would cost
/// more than all else that they do.
const FIRST_WORDS: usize = 2;

/// The instances whose first words are in one block.
const INSTANCES_IN_BLOCK: u32 = (BLOCK_WORDS / FIRST_WORDS) as u32;

/// Where in a position the number of the instance begins, of streams that
/// [`Streams::add_numbered`] has added.
const NUMBER_AT: u32 = 32;

/// The position of the first word of an instance by its number, in streams that
/// [`Streams::add_numbered`] has added: so that its first words are the last of a block, and all
/// others are in other blocks. From there on it has 2^32 - 6 words; after 2^32 instances their
/// numbers begin again.
pub const fn first_position(number: u64) -> u64 {
    (number << NUMBER_AT) + (BLOCK_WORDS - FIRST_WORDS) as u64
}

/// The bytes of an instance and a purpose.
const INSTANCE_AND_PURPOSE: usize = 8;

/// All random words of one replication.
///
/// Invariants:
/// 1. A word depends on (seed, replication, stream id, position) alone, never
///    on what was asked before: what is stored besides is a cache.
/// 2. `tags[s]` is 0, or 1 + g if the cached blocks of stream s are its group
///    g, that is the blocks g·2^l to (g + 1)·2^l − 1, where 8 · 2^l words of a stream are kept.
/// 3. `blocks` holds 2^l blocks for each stream, in the order of the streams.
///
/// Memory: 72 bytes a stream (80 up to 16,384 streams, 272 up to 64).
#[derive(Debug, Clone)]
pub struct Streams {
    key: [u32; KEY_WORDS],
    /// By the numbers of their streams.
    families: Vec<Family>,
    tags: Vec<u64>,
    blocks: Vec<Block>,
    /// Log2 of the words kept of a stream: 3 + l.
    words_log2: u32,
    /// The names of all streams, if they are at most [`NAMED_STREAMS`].
    ids: Vec<StreamId>,
}

/// Up to this many streams four blocks of each are kept, which takes half the
/// time a word; with more, the four would no longer fit the first-level cache.
const FEW_STREAMS: usize = 64;

/// Up to this many streams their names are kept, which saves hashing them for
/// every block; with more, the memory is worth more.
const NAMED_STREAMS: usize = 16_384;

/// Log2 of the blocks kept of a stream while streams are few.
const FEW_GROUP_LOG2: u32 = 2;

/// Log2 of the words in a block.
const BLOCK_LOG2: u32 = BLOCK_WORDS.ilog2();

const NOTHING: Block = Block([0; BLOCK_WORDS]);

impl Streams {
    /// No streams yet, of this seed and replication.
    ///
    /// The key is the seed and the replication as eight little-endian bytes
    /// each, then the 16 bytes of `tempolane draws1`.
    pub fn new(seed: u64, replication: u64) -> Streams {
        Streams {
            key: key_words(key(seed, replication)),
            families: Vec::new(),
            tags: Vec::new(),
            blocks: Vec::new(),
            words_log2: BLOCK_LOG2 + FEW_GROUP_LOG2,
            ids: Vec::new(),
        }
    }

    /// The same streams of another seed and replication.
    pub fn reset(&mut self, seed: u64, replication: u64) {
        self.key = key_words(key(seed, replication));
        self.tags.fill(0);
        for four in self.families.iter_mut().flat_map(|family| &mut family.numbered) {
            four.tag = 0;
        }
    }

    /// Adds what so many places read for each purpose, in which instances come one after
    /// the other: the one with the number n reads from [`first_position`] of n on, in
    /// whichever place. They share a stream for each purpose, of which instance n has the words
    /// 2 n and 2 n + 1, and then those from 2^32 (n + 2) + 8 on, which nobody's first words reach.
    ///
    /// # Panics
    /// As [`Streams::add`].
    pub fn add_numbered(&mut self, process: &str, places: u32, purposes: Range<u32>) -> u32 {
        let families = self.families.len();
        let first = self.add(process, 0..places, purposes.clone());
        if let Some(family) = self.families.get_mut(families) {
            family.numbered = vec![NO_FOUR; purposes.len()];
            // Few of those who come read so many words that four blocks are worth it; and
            // where a block ends is part of which words they read.
            self.keep_one_block_each();
        }
        first
    }

    /// Adds a stream for each of these purposes (counted within the process) of
    /// each of these instances, and gives the number of the first: streams are
    /// numbered 0, 1, 2 … in the order of adding, purpose after purpose and
    /// then instance after instance.
    ///
    /// # Panics
    /// At 2^32 streams, which the limits of a scenario exclude.
    pub fn add(&mut self, process: &str, instances: Range<u32>, purposes: Range<u32>) -> u32 {
        let before = self.len();
        let after = before + instances.len() * purposes.len();
        let first = u32::try_from(before).expect("streams are bounded when a scenario is compiled");
        u32::try_from(after).expect("streams are bounded when a scenario is compiled");
        if before == after {
            return first;
        }
        let mut family = Family::new(process, first, instances, purposes);
        if after <= NAMED_STREAMS {
            self.ids.extend((0..(after - before) as u32).map(|place| family.id(place)));
        }
        if before <= NAMED_STREAMS && after > NAMED_STREAMS {
            self.ids = Vec::new();
        }
        self.families.push(family);
        self.tags.reserve_exact(after - before);
        self.tags.resize(after, 0);
        if before <= FEW_STREAMS && after > FEW_STREAMS {
            self.keep_one_block_each();
        }
        let blocks = after << self.group_log2();
        self.blocks.reserve_exact(blocks - self.blocks.len());
        self.blocks.resize(blocks, NOTHING);
        first
    }

    /// Keeps no more than one block of each stream.
    fn keep_one_block_each(&mut self) {
        self.words_log2 = BLOCK_LOG2;
        self.blocks = vec![NOTHING; self.tags.len()];
        self.tags.fill(0);
    }

    /// How many streams there are.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// Log2 of the blocks kept of a stream.
    fn group_log2(&self) -> u32 {
        self.words_log2 - BLOCK_LOG2
    }

    /// Word number `position` of a stream; moves the position on by one.
    ///
    /// # Panics
    /// If `stream` was not given by [`Streams::add`].
    #[inline(always)]
    pub fn next(&mut self, stream: u32, position: &mut u64) -> u64 {
        let at = *position;
        *position = at.wrapping_add(1);
        let group = at >> self.words_log2;
        if self.tags[stream as usize] != group + 1 {
            self.refill(stream, group);
        }
        // Group after group a stream fills its own blocks again.
        let word = (u64::from(stream) << self.words_log2) + (at - (group << self.words_log2));
        self.blocks[(word >> BLOCK_LOG2) as usize].0[word as usize % BLOCK_WORDS]
    }

    /// Loads what is kept of a stream, and does not wait for it.
    #[inline(always)]
    pub fn fetch(&self, stream: u32) {
        std::hint::black_box(self.tags[stream as usize]);
        std::hint::black_box(self.blocks[(stream as usize) << self.group_log2()].0[0]);
    }

    /// A stream as a source for samplers.
    #[inline(always)]
    pub fn words<'a>(&'a mut self, stream: u32, position: &'a mut u64) -> StreamWords<'a> {
        StreamWords { streams: self, stream, position }
    }

    /// Generates the blocks of a group and remembers which they are.
    #[cold]
    #[inline(never)]
    fn refill(&mut self, stream: u32, group: u64) {
        let after = self.families.partition_point(|family| family.first <= stream);
        let family = &mut self.families[after - 1];
        let place = stream - family.first;
        let tag = group + 1;
        let (StreamId(id), group) = match self.ids.get(stream as usize) {
            _ if !family.numbered.is_empty() => {
                const GROUPS_LOG2: u32 = NUMBER_AT - BLOCK_LOG2;
                let number = group >> GROUPS_LOG2;
                if group == number << GROUPS_LOG2 {
                    let first = family.first_words(&self.key, number as u32, place);
                    let Block([.., last_but_one, last]) = &mut self.blocks[stream as usize];
                    [*last_but_one, *last] = first;
                    self.tags[stream as usize] = tag;
                    return;
                }
                (family.shared_id(place), group + (2 << GROUPS_LOG2))
            }
            Some(id) => (*id, group),
            None => (family.id(place), group),
        };
        let stream = stream as usize;
        let group_log2 = self.group_log2();
        match self.blocks[stream << group_log2..].first_chunk_mut() {
            Some(four) if group_log2 == FEW_GROUP_LOG2 => {
                let first = group << group_log2;
                four_blocks(&self.key, [id; 4], [0, 1, 2, 3].map(|number| first.wrapping_add(number)), four);
            }
            _ => self.blocks[stream] = one_block(&self.key, id, group),
        }
        self.tags[stream] = tag;
    }
}

fn key(seed: u64, replication: u64) -> [u8; 32] {
    let mut bytes = *b"................tempolane draws1";
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&replication.to_le_bytes());
    bytes
}

/// A stream with the position at which it is read.
#[derive(Debug)]
pub struct StreamWords<'a> {
    streams: &'a mut Streams,
    stream: u32,
    position: &'a mut u64,
}

impl Words for StreamWords<'_> {
    #[inline(always)]
    fn next_word(&mut self) -> u64 {
        self.streams.next(self.stream, self.position)
    }
}

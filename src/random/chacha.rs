//! Blocks of ChaCha8 (Bernstein, "ChaCha, a variant of Salsa20", 2008), with a
//! 64-bit block counter and a 64-bit stream number.
//!
//! Decides how blocks are made: one alone, of whose rows a vector holds one each,
//! or four at once, of each of whose words a vector holds all four. Of its own,
//! since the crate `rand_chacha` makes four whatever is wanted, and takes more
//! than four times as long where nothing is optimised across crates.

use wide::u32x4;

/// 64-bit words in a block.
pub(super) const BLOCK_WORDS: usize = 8;

/// One block of a stream, aligned to a cache line so that a draw touches one.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [u64; BLOCK_WORDS]);

/// The words with which every state begins: "expand 32-byte k".
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// Words of a key.
pub(super) const KEY_WORDS: usize = 8;

/// The words of a key, as the state holds them.
pub(super) fn key_words(key: [u8; 32]) -> [u32; KEY_WORDS] {
    let fours = key.as_chunks().0;
    std::array::from_fn(|number| u32::from_le_bytes(fours[number]))
}

/// Block number `counter` of a stream.
#[inline]
pub(super) fn one_block(key: &[u32; KEY_WORDS], stream: u64, counter: u64) -> Block {
    let first = [
        u32x4::new(CONSTANTS),
        u32x4::new([key[0], key[1], key[2], key[3]]),
        u32x4::new([key[4], key[5], key[6], key[7]]),
        u32x4::new([counter as u32, (counter >> 32) as u32, stream as u32, (stream >> 32) as u32]),
    ];
    let mut rows = first;
    for _ in 0..4 {
        let [a, b, c, d] = quarter_rounds(rows);
        // The diagonals become columns, and back.
        let [a, b, c, d] = quarter_rounds([a, turned_1(b), turned_2(c), turned_3(d)]);
        rows = [a, turned_3(b), turned_2(c), turned_1(d)];
    }
    let [a, b] = pairs(rows[0] + first[0]);
    let [c, d] = pairs(rows[1] + first[1]);
    let [e, f] = pairs(rows[2] + first[2]);
    let [g, h] = pairs(rows[3] + first[3]);
    Block([a, b, c, d, e, f, g, h])
}

/// Four blocks, each with its stream and its number, in half the time of four alone.
#[inline]
pub(super) fn four_blocks(
    key: &[u32; KEY_WORDS],
    streams: [u64; 4],
    counters: [u64; 4],
    blocks: &mut [Block; 4],
) {
    let mut start = [u32x4::new([0; 4]); 16];
    for (words, word) in start.iter_mut().zip(CONSTANTS.iter().chain(key)) {
        *words = u32x4::new([*word; 4]);
    }
    let low = |[a, b, c, d]: [u64; 4]| u32x4::new([a as u32, b as u32, c as u32, d as u32]);
    let high = |[a, b, c, d]: [u64; 4]| low([a >> 32, b >> 32, c >> 32, d >> 32]);
    (start[12], start[13]) = (low(counters), high(counters));
    (start[14], start[15]) = (low(streams), high(streams));
    let mut state = start;
    for _ in 0..4 {
        // The columns, then the diagonals.
        quarter_round_in_each(&mut state, [0, 4, 8, 12]);
        quarter_round_in_each(&mut state, [1, 5, 9, 13]);
        quarter_round_in_each(&mut state, [2, 6, 10, 14]);
        quarter_round_in_each(&mut state, [3, 7, 11, 15]);
        quarter_round_in_each(&mut state, [0, 5, 10, 15]);
        quarter_round_in_each(&mut state, [1, 6, 11, 12]);
        quarter_round_in_each(&mut state, [2, 7, 8, 13]);
        quarter_round_in_each(&mut state, [3, 4, 9, 14]);
    }
    for word in 0..BLOCK_WORDS {
        let low = (state[2 * word] + start[2 * word]).to_array();
        let high = (state[2 * word + 1] + start[2 * word + 1]).to_array();
        for (number, block) in blocks.iter_mut().enumerate() {
            block.0[word] = u64::from(low[number]) | u64::from(high[number]) << 32;
        }
    }
}

/// A quarter round of the words in these places, in each of four blocks.
#[inline(always)]
fn quarter_round_in_each(state: &mut [u32x4; 16], [a, b, c, d]: [usize; 4]) {
    [state[a], state[b], state[c], state[d]] = quarter_rounds([state[a], state[b], state[c], state[d]]);
}

/// Four quarter rounds, one in each lane. The compiler does not see by itself
/// that it can do the same with four words at once.
#[inline(always)]
fn quarter_rounds([mut a, mut b, mut c, mut d]: [u32x4; 4]) -> [u32x4; 4] {
    a += b;
    d = rotated(d ^ a, 16);
    c += d;
    b = rotated(b ^ c, 12);
    a += b;
    d = rotated(d ^ a, 8);
    c += d;
    b = rotated(b ^ c, 7);
    [a, b, c, d]
}

/// Each word rotated to the left by so many bits.
#[inline(always)]
fn rotated(row: u32x4, bits: u32) -> u32x4 {
    row << bits | row >> (u32::BITS - bits)
}

/// A row of the state turned to the left by a word.
#[inline(always)]
fn turned_1(row: u32x4) -> u32x4 {
    let [a, b, c, d] = row.to_array();
    u32x4::new([b, c, d, a])
}

/// By two.
#[inline(always)]
fn turned_2(row: u32x4) -> u32x4 {
    let [a, b, c, d] = row.to_array();
    u32x4::new([c, d, a, b])
}

/// By three.
#[inline(always)]
fn turned_3(row: u32x4) -> u32x4 {
    let [a, b, c, d] = row.to_array();
    u32x4::new([d, a, b, c])
}

/// Two words each as one, the first low.
#[inline(always)]
fn pairs(row: u32x4) -> [u64; 2] {
    let [a, b, c, d] = row.to_array();
    [u64::from(a) | u64::from(b) << 32, u64::from(c) | u64::from(d) << 32]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// 32-bit words in a block, the unit in which the crate counts.
    const HALF_WORDS: u128 = 16;

    #[test]
    fn blocks_are_those_of_the_crate() {
        let key: [u8; 32] = std::array::from_fn(|byte| 7 * byte as u8);
        let mut generator = ChaCha8Rng::from_seed(key);
        for (stream, counter) in [(0, 0), (5, 8), (u64::MAX - 3, 1 << 33), (1 << 40, u64::MAX / 16)] {
            generator.set_stream(stream);
            generator.set_word_pos(u128::from(counter) * HALF_WORDS);
            let expected = std::array::from_fn(|_| generator.next_u64());
            assert_eq!(one_block(&key_words(key), stream, counter).0, expected);
        }
    }

    #[test]
    fn four_are_those_that_are_made_alone() {
        let key = std::array::from_fn(|word| 0x1234_5677 * (word as u32 + 1));
        for (stream, first) in [(0, 0), (7, (1 << 32) - 2), (u64::MAX - 3, 1 << 40), (3, u64::MAX - 1)] {
            let mut blocks = [Block([0; BLOCK_WORDS]); 4];
            let (streams, counters) = ([0, 1, 2, 9], [0, 1, 5, 2]);
            let streams = streams.map(|number| stream.wrapping_add(number));
            let counters = counters.map(|number| first.wrapping_add(number));
            four_blocks(&key, streams, counters, &mut blocks);
            for (block, (stream, counter)) in blocks.iter().zip(streams.into_iter().zip(counters)) {
                assert_eq!(block.0, one_block(&key, stream, counter).0);
            }
        }
    }

    /// The first words of key 0, stream 0: the keystream of ChaCha8 with a
    /// zero key and nonce (Strombergson, "Test Vectors for the Stream Cipher
    /// ChaCha", 2013, TC1, 8 rounds), read as little-endian words.
    #[test]
    fn published_vector() {
        let Block(words) = one_block(&key_words([0; 32]), 0, 0);
        assert_eq!(words[0].to_le_bytes(), [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]);
        assert_eq!(words[1].to_le_bytes(), [0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1]);
    }
}

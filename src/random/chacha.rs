//! Blocks of ChaCha8 (Bernstein, "ChaCha, a variant of Salsa20", 2008) from
//! the crate `rand_chacha`, with a 64-bit block counter and a 64-bit stream
//! number.
//!
//! Decides how blocks are asked for without making any twice: the crate makes
//! four at a time, and makes them anew when a generator in use is moved. Where
//! one block is wanted, three quarters of that would be thrown away, so one
//! alone is made here.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wide::u32x4;

/// 64-bit words in a block.
pub(super) const BLOCK_WORDS: usize = 8;

/// 32-bit words in a block, the unit in which the crate counts.
const HALF_WORDS: u128 = 16;

/// The blocks that the crate makes at once.
const AT_ONCE: usize = 4;

/// One block of a stream, aligned to a cache line so that a draw touches one.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [u64; BLOCK_WORDS]);

/// A generator with this key that has not made anything yet.
pub(super) fn keyed(key: [u8; 32]) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(key)
}

/// Writes the blocks `first`, `first + 1` … of a stream to `blocks`. `unused`
/// is from [`keyed`]: its copy can be moved to a stream without making the
/// blocks of the place where it stood.
#[inline]
pub(super) fn generate(unused: &ChaCha8Rng, stream: u64, first: u64, blocks: &mut [Block]) {
    let mut generator = unused.clone();
    generator.set_stream(stream);
    generator.set_word_pos(u128::from(first) * HALF_WORDS);
    // In one go: the crate has much to do for each request.
    for blocks in blocks.chunks_mut(AT_ONCE) {
        let mut bytes = [0; 8 * BLOCK_WORDS * AT_ONCE];
        let bytes = &mut bytes[..8 * BLOCK_WORDS * blocks.len()];
        generator.fill_bytes(bytes);
        let eights = bytes.as_chunks().0;
        for (number, block) in blocks.iter_mut().enumerate() {
            for (place, word) in block.0.iter_mut().enumerate() {
                *word = u64::from_le_bytes(eights[number * BLOCK_WORDS + place]);
            }
        }
    }
}

/// The words with which every state begins: "expand 32-byte k".
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// Words of a key.
pub(super) const KEY_WORDS: usize = 8;

/// The words of a key, as the state holds them.
pub(super) fn key_words(key: [u8; 32]) -> [u32; KEY_WORDS] {
    let fours = key.as_chunks().0;
    std::array::from_fn(|number| u32::from_le_bytes(fours[number]))
}

/// Block number `counter` of a stream: a quarter of the time that [`generate`]
/// takes for the four that it makes at once.
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

/// A quarter round in each of the four columns. The compiler does not see by
/// itself that it can do the same with four words at once.
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

    #[test]
    fn a_block_made_alone_is_the_same() {
        let key: [u8; 32] = std::array::from_fn(|byte| 7 * byte as u8);
        let unused = keyed(key);
        for (stream, counter) in [(0, 0), (5, 8), (u64::MAX - 3, 1 << 33), (1 << 40, u64::MAX / 16)] {
            let mut blocks = [Block([0; BLOCK_WORDS]); 1];
            generate(&unused, stream, counter, &mut blocks);
            assert_eq!(one_block(&key_words(key), stream, counter).0, blocks[0].0);
        }
    }

    /// The first words of key 0, stream 0: the keystream of ChaCha8 with a
    /// zero key and nonce (Strombergson, "Test Vectors for the Stream Cipher
    /// ChaCha", 2013, TC1, 8 rounds), read as little-endian words.
    #[test]
    fn published_vector() {
        let mut blocks = [Block([0; BLOCK_WORDS]); 1];
        generate(&keyed([0; 32]), 0, 0, &mut blocks);
        assert_eq!(blocks[0].0[0].to_le_bytes(), [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]);
        assert_eq!(blocks[0].0[1].to_le_bytes(), [0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1]);
    }

    #[test]
    fn a_block_does_not_depend_on_how_many_are_asked_for() {
        let unused = keyed([7; 32]);
        let mut four = [Block([0; BLOCK_WORDS]); 4];
        generate(&unused, 5, 8, &mut four);
        for (number, block) in four.iter().enumerate() {
            let mut one = [Block([0; BLOCK_WORDS]); 1];
            generate(&unused, 5, 8 + number as u64, &mut one);
            assert_eq!(one[0].0, block.0);
        }
    }
}

//! Blocks of ChaCha8 (Bernstein, "ChaCha, a variant of Salsa20", 2008) from
//! the crate `rand_chacha`, with a 64-bit block counter and a 64-bit stream
//! number.
//!
//! Decides how blocks are asked for without making any twice: the crate makes
//! four at a time, and makes them anew when a generator in use is moved.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// 64-bit words in a block.
pub(super) const BLOCK_WORDS: usize = 8;

/// 32-bit words in a block, the unit in which the crate counts.
const HALF_WORDS: u128 = 16;

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
    for block in blocks {
        let mut bytes = [0; 8 * BLOCK_WORDS];
        generator.fill_bytes(&mut bytes);
        for (word, eight) in block.0.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*eight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

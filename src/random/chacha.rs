//! The ChaCha8 block function (Bernstein, "ChaCha, a variant of Salsa20",
//! 2008), with a 64-bit block counter and a 64-bit stream number.
//!
//! Decides how 64 bytes follow from (key, stream, block number), word for word
//! as in the crate `rand_chacha`, against which it is tested. It is our own
//! because the crate always makes four blocks at a time: where streams are so
//! many that only one block of each is kept, three would be thrown away.

/// 64-bit words in a block.
pub(super) const BLOCK_WORDS: usize = 8;

/// One block of a stream, aligned to a cache line so that a draw touches one.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [u64; BLOCK_WORDS]);

/// "expand 32-byte k", as four little-endian words.
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// Writes the blocks `first`, `first + 1` … of a stream to `blocks`. `LANES`
/// is the length of `blocks` at least; further blocks stay as they are.
///
/// The blocks are lanes of one loop whose body has no branches, so that the
/// compiler turns four of them into vector instructions.
#[inline(always)]
pub(super) fn generate<const LANES: usize>(key: &[u32; 8], stream: u64, first: u64, blocks: &mut [Block]) {
    let mut rows = [[0u32; LANES]; 16];
    // Rows, not lanes, are what is contiguous: no iterator fits.
    #[allow(clippy::needless_range_loop)]
    for lane in 0..LANES {
        let counter = first.wrapping_add(lane as u64);
        let [c0, c1, c2, c3] = CONSTANTS;
        let [k0, k1, k2, k3, k4, k5, k6, k7] = *key;
        let [n0, n1] = halves(counter);
        let [s0, s1] = halves(stream);
        let start = [c0, c1, c2, c3, k0, k1, k2, k3, k4, k5, k6, k7, n0, n1, s0, s1];
        let mut state = start;
        double_round(&mut state);
        double_round(&mut state);
        double_round(&mut state);
        double_round(&mut state);
        // Written out: a loop here would keep the loop over the lanes from
        // becoming vector instructions.
        macro_rules! finish {
            ($($row:literal)*) => { $(rows[$row][lane] = state[$row].wrapping_add(start[$row]);)* };
        }
        finish!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    }
    for (lane, block) in blocks.iter_mut().enumerate().take(LANES) {
        for (word, pair) in block.0.iter_mut().zip(rows.chunks_exact(2)) {
            *word = u64::from(pair[0][lane]) | u64::from(pair[1][lane]) << 32;
        }
    }
}

/// Low half, high half.
#[inline(always)]
fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

/// Four quarter rounds on columns, then four on diagonals.
#[inline(always)]
fn double_round(state: &mut [u32; 16]) {
    quarter_round(state, 0, 4, 8, 12);
    quarter_round(state, 1, 5, 9, 13);
    quarter_round(state, 2, 6, 10, 14);
    quarter_round(state, 3, 7, 11, 15);
    quarter_round(state, 0, 5, 10, 15);
    quarter_round(state, 1, 6, 11, 12);
    quarter_round(state, 2, 7, 8, 13);
    quarter_round(state, 3, 4, 9, 14);
}

#[inline(always)]
fn quarter_round(state: &mut [u32; 16], a: usize, b: usize, c: usize, d: usize) {
    state[a] = state[a].wrapping_add(state[b]);
    state[d] = (state[d] ^ state[a]).rotate_left(16);
    state[c] = state[c].wrapping_add(state[d]);
    state[b] = (state[b] ^ state[c]).rotate_left(12);
    state[a] = state[a].wrapping_add(state[b]);
    state[d] = (state[d] ^ state[a]).rotate_left(8);
    state[c] = state[c].wrapping_add(state[d]);
    state[b] = (state[b] ^ state[c]).rotate_left(7);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Word for word what `rand_chacha` makes, over the key, the stream, the
    /// block number and the carry between its two halves.
    #[test]
    fn equals_rand_chacha() {
        for round in 0..50u64 {
            let key: [u32; 8] =
                std::array::from_fn(|i| (round as u32).wrapping_mul(0x9e37_79b9) ^ (i as u32 * round as u32));
            let stream = round.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let first = [round * 4, u64::from(u32::MAX) - 1, u64::MAX - 1][round as usize % 3];
            let mut seed = [0u8; 32];
            for (bytes, word) in seed.chunks_exact_mut(4).zip(key) {
                bytes.copy_from_slice(&word.to_le_bytes());
            }
            let mut reference = ChaCha8Rng::from_seed(seed);
            reference.set_stream(stream);
            let mut four = [Block([0; BLOCK_WORDS]); 4];
            generate::<4>(&key, stream, first, &mut four);
            for (lane, block) in four.iter().enumerate() {
                let number = first.wrapping_add(lane as u64);
                let mut one = [Block([0; BLOCK_WORDS]); 1];
                generate::<1>(&key, stream, number, &mut one);
                assert_eq!(one[0].0, block.0, "one lane and four");
                reference.set_word_pos(u128::from(number) * 16);
                for &word in &block.0 {
                    assert_eq!(word, reference.next_u64(), "stream {stream}, block {number}");
                }
            }
        }
    }
}

//! Where numbers lie in a packed state: fields of bits, none of which lies in
//! two words.

use crate::value::Word;

/// Where the number of a part's value lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) word: u32,
    pub(crate) shift: u32,
    pub(crate) width: u32,
    mask: u32,
}

impl Field {
    fn new(word: u32, shift: u32, width: u32) -> Field {
        Field { word, shift, width, mask: ((1u64 << width) - 1) as u32 }
    }

    /// The number in this field.
    #[inline(always)]
    pub(crate) fn of<const W: usize>(self, state: &[Word; W]) -> u32 {
        (state[self.word as usize % W] >> self.shift) as u32 & self.mask()
    }

    #[inline(always)]
    pub(crate) fn mask(self) -> u32 {
        self.mask
    }

    /// The bits of this field in its word.
    pub(crate) fn bits(self) -> Word {
        u64::from(self.mask()) << self.shift
    }

    /// What to add to its word to change the number in it from `old` to `new`.
    pub(crate) fn change(self, old: u32, new: u32) -> Word {
        (u64::from(new).wrapping_sub(u64::from(old))) << self.shift
    }

    pub(crate) fn put<const W: usize>(self, state: &mut [Word; W], number: u32) {
        state[self.word as usize] |= u64::from(number) << self.shift;
    }
}

/// Fields of these widths, none of which lies in two words.
pub(crate) fn fields_of(widths: impl Iterator<Item = u32>) -> Vec<Field> {
    let (mut word, mut used) = (0, 0);
    let fields = widths.map(|width| {
        if used + width > u64::BITS {
            (word, used) = (word + 1, 0);
        }
        used += width;
        Field::new(word, (used - width) % u64::BITS, width)
    });
    fields.collect()
}

/// How many words such fields take.
pub(crate) fn words_of(fields: &[Field]) -> usize {
    fields.last().map_or(0, |field| field.word as usize) + 1
}

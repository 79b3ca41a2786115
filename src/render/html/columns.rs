//! Whole numbers in as few bytes as they need, and bytes as letters.
//!
//! Decides the form in which a page carries its numbers: seven bits of a number in
//! each byte, the lowest first, with the highest bit set while there is more (LEB128);
//! numbers with a sign are folded first (0, -1, 1, -2 …). Bytes become letters as Base64,
//! whose alphabet has nothing that a page could take for markup.

/// Numbers, one after the other.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub bytes: Vec<u8>,
}

impl Columns {
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub fn column(&mut self, numbers: impl IntoIterator<Item = u64>) {
        numbers.into_iter().for_each(|number| self.number(number));
    }

    /// Numbers that never decrease, each as what it is more than the one before.
    pub fn ascending(&mut self, numbers: impl IntoIterator<Item = u64>) {
        let mut last = 0;
        for number in numbers {
            self.number(number - last);
            last = number;
        }
    }
}

/// A number with a sign as one without.
pub(super) fn folded(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_as_many_bytes_as_they_need() {
        let mut columns = Columns::default();
        columns.column([0, 127, 128, 300]);
        columns.column([0, -1, 1, -64, i64::MIN].map(folded));
        columns.ascending([3, 3, 5]);
        let mut expected = vec![0, 127, 0x80, 1, 0xAC, 2, 0, 1, 2, 127];
        expected.extend([0xFF; 9]);
        expected.extend([1, 3, 0, 2]);
        assert_eq!(columns.bytes, expected);
    }
}

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

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// These bytes in Base64, with its padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
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

    /// The test vectors of RFC 4648.
    #[test]
    fn bytes_become_letters() {
        for (bytes, letters) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), letters);
        }
        assert_eq!(base64(&[0xFB, 0xFF, 0xBF]), "+/+/");
    }
}

//! The text that diagnostics point into, and the arithmetic of its positions.
//!
//! Decides what a line is (YAML's line breaks, so that our lines are those the
//! YAML parser counts) and how lines and columns map to bytes. Knows nothing of
//! what the text means.

use crate::ids::Site;

/// A text with the name under which diagnostics mention it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceFile {
    /// The file's path as the user gave it, or another name.
    pub label: String,
    /// The whole text, without a byte order mark.
    pub text: String,
}

impl SourceFile {
    /// A line without its break, counted from 1.
    pub fn line(&self, line: u32) -> Option<&str> {
        TextIndex::new(&self.text).line(line)
    }

    /// How many lines there are; one more than breaks.
    pub fn line_count(&self) -> usize {
        TextIndex::new(&self.text).line_count()
    }

    /// A number for the text, as 16 hexadecimal digits: XXH3, 64 bits. Equal texts have
    /// equal ones.
    pub fn hash(&self) -> String {
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(self.text.as_bytes()))
    }
}

/// A stretch of text on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Where it starts.
    pub site: Site,
    /// Its length in characters, at least 1.
    pub length: u32,
}

/// Bytes between two entries of [`TextIndex::blocks`].
const BLOCK: usize = 128;

/// Finds lines and columns in a text in (almost) constant time, even if the
/// text is one line of megabytes.
pub(super) struct TextIndex<'t> {
    text: &'t str,
    /// The byte at which each line starts.
    lines: Vec<usize>,
    /// The number of characters before every `BLOCK`-th byte.
    blocks: Vec<usize>,
}

impl<'t> TextIndex<'t> {
    /// Reads the text once.
    pub fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        let mut blocks = Vec::with_capacity(bytes.len() / BLOCK + 1);
        let mut characters = 0;
        for (offset, &byte) in bytes.iter().enumerate() {
            if offset % BLOCK == 0 {
                blocks.push(characters);
            }
            characters += usize::from(starts_character(byte));
            if ends_line(bytes, offset) {
                lines.push(offset + 1);
            }
        }
        TextIndex { text, lines, blocks }
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The number of lines; an empty text has one.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// A line without its break; lines count from 1.
    pub fn line(&self, line: u32) -> Option<&'t str> {
        let position = (line as usize).checked_sub(1)?;
        let start = *self.lines.get(position)?;
        let end = self.lines.get(position + 1).copied().unwrap_or(self.text.len());
        Some(self.text[start..end].trim_end_matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']))
    }

    /// The byte at which `site` stands, if it stands in the text.
    pub fn offset_of(&self, site: Site) -> Option<usize> {
        let start = *self.lines.get((site.line as usize).checked_sub(1)?)?;
        let target = self.characters_before(start) + (site.column as usize).checked_sub(1)?;
        let block = self.blocks.partition_point(|&before| before <= target).checked_sub(1)?;
        let mut characters = self.blocks[block];
        let bytes = self.text.as_bytes();
        for (offset, &byte) in bytes.iter().enumerate().skip(block * BLOCK) {
            if starts_character(byte) {
                if characters == target {
                    return Some(offset);
                }
                characters += 1;
            }
        }
        (characters == target).then_some(bytes.len())
    }

    /// The line and column of the byte `offset`.
    pub fn site_at(&self, offset: usize) -> Site {
        let line = self.lines.partition_point(|&start| start <= offset);
        let start = self.lines[line.saturating_sub(1)];
        Site { line: narrow(line), column: narrow(self.characters_between(start, offset) + 1) }
    }

    /// The number of characters in the bytes `from..to`.
    pub fn characters_between(&self, from: usize, to: usize) -> usize {
        self.characters_before(to).saturating_sub(self.characters_before(from))
    }

    fn characters_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let offset = offset.min(bytes.len());
        let block = (offset / BLOCK).min(self.blocks.len().saturating_sub(1));
        let known = self.blocks.get(block).copied().unwrap_or(0);
        // Where each byte of a block is a character there is nothing to count.
        if self.blocks.get(block + 1).is_some_and(|next| next - known == BLOCK) {
            return known + (offset - block * BLOCK);
        }
        known + bytes[block * BLOCK..offset].iter().filter(|&&byte| starts_character(byte)).count()
    }
}

/// A count as the `u32` of a [`Site`]; texts are far shorter than that.
pub(super) fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn starts_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// Whether the byte at `offset` is the last of a line break: LF, CR LF, CR,
/// NEL, LS or PS, as YAML 1.1 has them.
fn ends_line(bytes: &[u8], offset: usize) -> bool {
    match bytes[offset] {
        b'\n' => true,
        b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
        0x85 => offset >= 1 && bytes[offset - 1] == 0xC2,
        0xA8 | 0xA9 => offset >= 2 && bytes[offset - 2..offset] == [0xE2, 0x80],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_bytes_agree_in_both_directions() {
        let text = format!("a: µs\r\nb\rc\u{85}{}x\u{2028}end", "é".repeat(2000));
        let index = TextIndex::new(&text);
        assert_eq!(index.line_count(), 5);
        assert_eq!(index.line(1), Some("a: µs"));
        assert_eq!(index.line(5), Some("end"));
        for (offset, _) in text.char_indices() {
            let site = index.site_at(offset);
            assert_eq!(index.offset_of(site), Some(offset), "{site:?}");
        }
        assert_eq!(index.site_at(text.len()), Site { line: 5, column: 4 });
        assert_eq!(index.offset_of(Site { line: 5, column: 4 }), Some(text.len()));
        assert_eq!(index.offset_of(Site { line: 6, column: 1 }), None);
    }
}

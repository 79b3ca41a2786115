//! A CSV file, read strictly: RFC 4180, with nothing guessed.
//!
//! Decides what a cell is and what is malformed. A table that is read otherwise
//! than it was meant would be refused although it is right, or believed although
//! it is wrong; so whatever could be meant in two ways is an error. Blanks around cells mean nothing, lines without a cell neither, lines
//! may end in any of the three ways, and a byte order mark at the beginning is
//! what other programs put there.

use crate::figure::so_many;
use std::str::from_utf8;

/// What is wrong in which line, and in which column if it is about one cell;
/// both from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    pub line: usize,
    pub column: Option<usize>,
    pub message: String,
}

impl Malformed {
    /// About a line as a whole.
    pub fn new(line: usize, message: impl Into<String>) -> Malformed {
        Malformed { line, column: None, message: message.into() }
    }

    /// About what stands at a byte of the text.
    pub fn at(text: &str, byte: usize, message: impl Into<String>) -> Malformed {
        let before = &text[..byte];
        let line = 1 + breaks(before.as_bytes());
        let column = before.rsplit(['\n', '\r']).next().map(|line| line.chars().count() + 1);
        Malformed { line, column, message: message.into() }
    }
}

/// What to do about a name of a column that holds other separators than commas.
pub fn not_by_commas(name: &str) -> Option<&'static str> {
    name.contains([';', '\t', '|']).then_some("; separate cells by commas")
}

/// A cell, as it stands between commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvCell {
    /// What is between the quotes, or everything with the blanks around it.
    pub text: String,
    quoted: bool,
    /// At which byte of the file's text it begins, behind the blanks.
    pub at: usize,
}

impl CsvCell {
    /// Without the blanks around it, unless they are between quotes.
    pub fn trimmed(&self) -> &str {
        if self.quoted { &self.text } else { self.text.trim_matches(BLANKS) }
    }
}

/// A line, or several where a cell with quotes has breaks of lines in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRow {
    /// Where it begins.
    pub line: usize,
    pub cells: Vec<CsvCell>,
}

impl CsvRow {
    /// Refuses a row that has not as many cells as there are names.
    pub fn check_width(&self, names: usize) -> Result<(), Malformed> {
        let cells = self.cells.len();
        if cells == names {
            return Ok(());
        }
        let hint = if cells > names { "; a text with a comma needs quotes" } else { "" };
        let cells = so_many(cells as u64, "cell");
        Err(Malformed::new(self.line, format!("{cells}, but the head names {names}{hint}")))
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

/// The rows of a text, one after the other.
#[derive(Debug)]
pub struct Rows<'t> {
    text: &'t str,
    rest: &'t str,
    line: usize,
}

impl<'t> Rows<'t> {
    /// The rows of a file with these bytes.
    ///
    /// # Errors
    /// If it is no text.
    pub fn new(bytes: &'t [u8]) -> Result<Rows<'t>, Malformed> {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Malformed::new(1, "the file is in UTF-16; save it as UTF-8"));
        }
        let line_of = |place: usize| 1 + breaks(&bytes[..place]);
        let text = from_utf8(bytes).map_err(|error| {
            let place = error.valid_up_to();
            let byte = bytes[place];
            Malformed::new(
                line_of(place),
                format!("the byte 0x{byte:02x} is no UTF-8; save the file as UTF-8"),
            )
        })?;
        if let Some(place) = text.find('\0') {
            return Err(Malformed::new(line_of(place), "a NUL character; the file is no text, or damaged"));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_matches(|c| BLANKS.contains(&c) || c == '\n' || c == '\r').is_empty() {
            return Err(Malformed::new(1, "the file is empty"));
        }
        Ok(Rows { text, rest: text, line: 1 })
    }

    /// All of the file, without its byte order mark.
    pub fn text(&self) -> &'t str {
        self.text
    }

    fn row(&mut self) -> Result<CsvRow, Malformed> {
        let mut row = CsvRow { line: self.line, cells: Vec::new() };
        loop {
            row.cells.push(self.cell(row.line)?);
            match self.rest.strip_prefix(',') {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        self.skip_break();
        Ok(row)
    }

    /// Goes behind the end of a line, if it is one.
    fn skip_break(&mut self) {
        let after = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix(['\n', '\r']));
        if let Some(after) = after {
            self.rest = after;
            self.line += 1;
        }
    }

    fn cell(&mut self, row: usize) -> Result<CsvCell, Malformed> {
        let inner = self.rest.trim_start_matches(BLANKS);
        let at = self.text.len() - inner.len();
        if let Some(inner) = inner.strip_prefix('"') {
            return self.quoted(inner, at, row);
        }
        let end = self.rest.find([',', '\n', '\r']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        if text.contains('"') {
            let message = "a quote inside of a cell without quotes around it; put the cell between quotes, and write each quote in it twice";
            return Err(Malformed::new(self.line, message));
        }
        self.rest = rest;
        Ok(CsvCell { text: text.to_owned(), quoted: false, at })
    }

    /// A cell of which the opening quote has been read.
    fn quoted(&mut self, mut inner: &'t str, at: usize, row: usize) -> Result<CsvCell, Malformed> {
        let opened = self.line;
        let mut text = String::new();
        loop {
            let Some(end) = inner.find('"') else {
                return Err(Malformed::new(opened, "a quote is opened and never closed"));
            };
            text.push_str(&inner[..end]);
            self.line += breaks(&inner.as_bytes()[..end]);
            inner = &inner[end + 1..];
            match inner.strip_prefix('"') {
                Some(rest) => {
                    text.push('"');
                    inner = rest;
                }
                None => break,
            }
        }
        self.rest = inner.trim_start_matches(BLANKS);
        if self.rest.is_empty() || self.rest.starts_with([',', '\n', '\r']) {
            return Ok(CsvCell { text, quoted: true, at });
        }
        let message = match self.line == row {
            true => "text behind the closing quote of a cell; a quote in a cell is written twice".to_owned(),
            false => format!(
                "text behind the closing quote of a cell, which is opened in line {opened}; a quote in a cell is written twice"
            ),
        };
        Err(Malformed::new(self.line, message))
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<CsvRow, Malformed>;

    fn next(&mut self) -> Option<Result<CsvRow, Malformed>> {
        loop {
            let inner = self.rest.trim_start_matches(BLANKS);
            if inner.is_empty() {
                return None;
            }
            if !inner.starts_with(['\n', '\r']) {
                return Some(self.row().inspect_err(|_| self.rest = ""));
            }
            self.rest = inner;
            self.skip_break();
        }
    }
}

/// How many lines end in a text.
fn breaks(text: &[u8]) -> usize {
    let ends = |(at, &byte): (usize, &u8)| byte == b'\n' || byte == b'\r' && text.get(at + 1) != Some(&b'\n');
    text.iter().enumerate().filter(|&end| ends(end)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        let rows = Rows::new(text.as_bytes()).expect("it is a text");
        let row = |row: Result<CsvRow, Malformed>| {
            let row = row.unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
            (row.line, row.cells.iter().map(|cell| cell.trimmed().to_owned()).collect())
        };
        rows.map(row).collect()
    }

    fn error(text: &[u8]) -> (usize, String) {
        let error = match Rows::new(text) {
            Ok(rows) => rows.filter_map(Result::err).next().expect("it is malformed"),
            Err(error) => error,
        };
        (error.line, error.message)
    }

    #[test]
    fn cells_and_lines() {
        for (text, expected) in [
            ("a,b\nc,d", vec![(1, vec!["a", "b"]), (2, vec!["c", "d"])]),
            ("\u{feff}a,b\r\nc,d\r\n", vec![(1, vec!["a", "b"]), (2, vec!["c", "d"])]),
            ("a\rb\r", vec![(1, vec!["a"]), (2, vec!["b"])]),
            (" a ,\tb c \n", vec![(1, vec!["a", "b c"])]),
            ("a,\"b, \"\"c\"\" \"\n", vec![(1, vec!["a", "b, \"c\" "])]),
            ("a, \"b\" ,c", vec![(1, vec!["a", "b", "c"])]),
            ("\n \na,\"b\r\nc\"\n\nd,\n", vec![(3, vec!["a", "b\r\nc"]), (6, vec!["d", ""])]),
            ("a,", vec![(1, vec!["a", ""])]),
            (",\"\"", vec![(1, vec!["", ""])]),
        ] {
            let expected: Vec<(usize, Vec<String>)> = expected
                .into_iter()
                .map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect()))
                .collect();
            assert_eq!(cells(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_malformed_is_named_with_its_line() {
        for (text, line, message) in [
            (b"".as_slice(), 1, "empty"),
            (b"\xef\xbb\xbf \r\n\n", 1, "empty"),
            (b"a,b\nc,\"d\ne,f\n", 2, "never closed"),
            (b"a,b\nc,\"d\"\"\n", 2, "never closed"),
            (b"a,b\n\"c\"d,e\n", 2, "text behind the closing quote"),
            (b"a,b\n\"c\nd\"e,f\n", 3, "opened in line 2"),
            (b"a,b\nc,d \"e\"\n", 2, "a quote inside of a cell"),
            (b"a,b\r\nc,\xe4\r\n", 2, "the byte 0xe4 is no UTF-8"),
            (b"a,b\rc\0,d\r", 2, "NUL"),
            (b"\xff\xfea\0,\0", 1, "UTF-16"),
        ] {
            let (found_line, found) = error(text);
            assert_eq!(found_line, line, "{text:?}: {found}");
            assert!(found.contains(message), "{found} instead of {message}");
        }
    }
}

//! A page as Markdown, as repositories show it, with its pictures in a folder beside it.

use super::page::{Block, Page};
use std::fmt::Write;

/// The page; its pictures are in the folder of this name.
pub fn written(page: &Page, pictures: &str) -> String {
    let mut text = format!("# {}\n", escaped(&page.title));
    for block in &page.blocks {
        text.push('\n');
        put(&mut text, block, pictures);
    }
    text
}

fn put(text: &mut String, block: &Block, pictures: &str) {
    let written = match block {
        Block::Heading(level, heading) => {
            writeln!(text, "{} {}", "#".repeat(usize::from(*level)), escaped(heading))
        }
        Block::Text(paragraph) => writeln!(text, "{}", escaped(paragraph)),
        Block::Table { heads, rows } => {
            row(text, heads);
            row(text, &vec!["---".to_owned(); heads.len()].iter().map(String::as_str).collect::<Vec<_>>());
            rows.iter().for_each(|cells| row(text, cells));
            Ok(())
        }
        Block::Picture { name, alt, .. } => {
            writeln!(text, "![{}]({}/{}.svg)", escaped(alt), path(pictures), path(name))
        }
        Block::Commands(commands) => fenced(text, "sh", commands),
        Block::Told(lines) => fenced(text, "text", lines),
    };
    written.expect("a String takes any text");
}

/// Lines as they are.
fn fenced(text: &mut String, language: &str, lines: &[String]) -> std::fmt::Result {
    // A fence is longer than any that stands in what it holds.
    let fence = "`".repeat(3.max(longest_run(lines) + 1));
    writeln!(text, "{fence}{language}\n{}\n{fence}", lines.join("\n"))
}

fn longest_run(lines: &[String]) -> usize {
    let runs = lines.iter().flat_map(|line| line.split(|letter| letter != '`'));
    runs.map(str::len).max().unwrap_or(0)
}

fn row(text: &mut String, cells: &[impl AsRef<str>]) {
    let cell = |cell: &str| if cell == "---" { cell.to_owned() } else { escaped(cell) };
    let cells: Vec<String> = cells.iter().map(|text| cell(text.as_ref())).collect();
    writeln!(text, "| {} |", cells.join(" | ")).expect("a String takes any text");
}

/// A text that Markdown shows as it is, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&'
            | '$' => {
                escaped.extend(['\\', letter]);
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A path in a link.
fn path(name: &str) -> String {
    let mut path = String::new();
    for byte in name.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' => path.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => path.push(char::from(byte)),
            byte => write!(path, "%{byte:02X}").expect("a String takes any text"),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_it_is() {
        assert_eq!(escaped("two_memories | <b>*1*</b>\n"), "two\\_memories \\| \\<b\\>\\*1\\*\\</b\\> ");
        assert_eq!(path("a b/ü.svg"), "a%20b/%C3%BC.svg");
        let mut page = Page { title: "T".to_owned(), ..Page::default() };
        page.table(&["a", "b|c"], vec![vec!["1".to_owned(), "2".to_owned()]]);
        page.blocks.push(Block::Commands(vec!["echo ```".to_owned()]));
        let expected = "# T\n\n| a | b\\|c |\n| --- | --- |\n| 1 | 2 |\n\n````sh\necho ```\n````\n";
        assert_eq!(written(&page, "p"), expected);
    }
}

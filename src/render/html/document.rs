//! How a page is put together.
//!
//! Decides that nothing of a scenario gets into its markup: the page carries its data
//! compressed and as Base64, and its program shows names and texts only as text. A
//! policy in the head forbids whatever else could be loaded or run.

use super::super::svg::escape;
use super::live::{ENGINE, LivePage};
use super::look;
use super::page_data::page_data;
use super::run::PageRun;
use crate::look::ColourBy;
use crate::trace::printable;
use miniz_oxide::deflate::compress_to_vec;
use std::fmt::Write;
use xxhash_rust::xxh3::xxh3_128;

const STYLE: &str = include_str!("page/style.css");
const BODY: &str = include_str!("page/body.html");

/// The program, in the order in which its parts build on each other.
const PROGRAM: [&str; 12] = [
    include_str!("page/time.js"),
    include_str!("page/decode.js"),
    include_str!("page/density.js"),
    include_str!("page/differences.js"),
    include_str!("page/view.js"),
    include_str!("page/ink.js"),
    include_str!("page/paint.js"),
    include_str!("page/describe.js"),
    include_str!("page/panels.js"),
    include_str!("page/search.js"),
    include_str!("page/live.js"),
    include_str!("page/main.js"),
];

/// How hard to compress: more takes longer and saves next to nothing.
const COMPRESSION: u8 = 7;

/// The page of a run, or of several that are compared. What its colours tell is as in
/// pictures. If it is `live`, it has the engine in it, and runs the scenario of its only
/// run again with what the reader changes. The same runs give the same bytes.
///
/// ```
/// use tempolane::render::html;
///
/// let page = html("nothing", &[], None, None);
/// assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
/// ```
pub fn html(
    title: &str,
    runs: &[PageRun<'_>],
    colour_by: Option<ColourBy>,
    live: Option<&LivePage>,
) -> String {
    let title = printable(title);
    let data = base64(&compress_to_vec(&page_data(&title, runs, colour_by, live), COMPRESSION));
    let nonce = format!("{:032x}", xxh3_128(data.as_bytes()));
    // Whatever the engine does, it can reach nothing but its own memory.
    let engine = if live.is_some() { " 'wasm-unsafe-eval'" } else { "" };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'nonce-{nonce}'{engine}; \
         style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>"
    );
    escape(&title, &mut page);
    let colours = look::variables();
    let _ = write!(page, "</title>\n<style nonce=\"{nonce}\">\n{colours}{STYLE}</style>\n</head>\n{BODY}");
    let mut carry = |id: &str, letters: &str| {
        let _ = writeln!(page, "<script type=\"application/octet-stream\" id=\"{id}\">{letters}</script>");
    };
    carry("data", &data);
    if live.is_some() {
        carry("engine", &base64(ENGINE));
    }
    let _ = write!(page, "<script nonce=\"{nonce}\">\n\"use strict\";\n");
    PROGRAM.iter().for_each(|part| page.push_str(part));
    page.push_str("</script>\n</body>\n</html>\n");
    page
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// These bytes in Base64, with its padding.
fn base64(bytes: &[u8]) -> String {
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

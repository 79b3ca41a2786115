//! Expression text to tokens with their places.
//!
//! Decides the spelling of operators; numbers are read in `number`.

use super::diagnostics::TextError;
use super::number::{self, Number};
use std::ops::Range;

/// The longest expression, in bytes.
pub(super) const LONGEST_EXPRESSION: usize = 10_000;

/// A piece of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'t> {
    Number(Number),
    /// A name, a function or a word such as `and`.
    Name(&'t str),
    /// An operator or a bracket, by its first spelling: `&&` is `and`.
    Sign(&'static str),
    End,
}

/// A token and the bytes it covers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexeme<'t> {
    pub token: Token<'t>,
    pub range: Range<usize>,
}

/// The operators as written and as they are called from here on; the longer
/// ones first.
const SIGNS: [(&str, &str); 22] = [
    ("<=", "<="),
    (">=", ">="),
    ("==", "=="),
    ("!=", "!="),
    ("&&", "and"),
    ("||", "or"),
    ("<", "<"),
    (">", ">"),
    ("!", "not"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    (",", ","),
    ("\u{2212}", "-"),
    ("\u{2264}", "<="),
    ("\u{2265}", ">="),
];

/// Signs of other languages, with what to write instead.
const FOREIGN: [(&str, &str); 19] = [
    ("**", "there is no power operator; multiply"),
    ("//", "a comment begins with ` #`; `/` of integers rounds down already"),
    ("<>", "unequal is written `!=`"),
    ("=<", "write `<=`"),
    ("=>", "write `>=`"),
    ("\u{2260}", "unequal is written `!=`"),
    ("..", super::foreign::BETWEEN),
    ("=", "equality is written `==`; a step gives a variable a value, `set: {n: n + 1}`"),
    ("&", "write `and`"),
    ("|", "write `or`"),
    ("^", "there is no power operator; multiply"),
    ("?", "use an `if` step"),
    ("$", "a name stands alone, without `$`"),
    (";", "leave the `;` out: a step ends with its line"),
    (":", "times have units, as in `1min + 30s`; there are no ranges and no slices"),
    ("\u{2013}", "this is a dash; minus is written `-`"),
    ("\u{2014}", "this is a dash; minus is written `-`"),
    ("\u{d7}", "multiplication is written `*`"),
    ("\u{f7}", "division is written `/`"),
];

/// Splits an expression; the last lexeme is [`Token::End`].
pub(super) fn lex(text: &str) -> Result<Vec<Lexeme<'_>>, TextError> {
    if text.len() > LONGEST_EXPRESSION {
        return Err(TextError::new(0..1, "an expression has at most 10,000 characters"));
    }
    let mut lexemes = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, end) = next(text, at, first)?;
        lexemes.push(Lexeme { token, range: at..end });
        at = end;
    }
    lexemes.push(Lexeme { token: Token::End, range: text.len()..text.len() });
    Ok(lexemes)
}

fn next(text: &str, at: usize, first: char) -> Result<(Token<'_>, usize), TextError> {
    let rest = &text[at..];
    if first.is_ascii_digit() {
        return number::read(text, at).map(|(number, end)| (Token::Number(number), end));
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let end = at + rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        return Ok((Token::Name(&text[at..end]), end));
    }
    if is_of_field(text, at) {
        return Ok((Token::Sign("."), at + 1));
    }
    let foreign = |(sign, _): &&(&str, &str)| rest.starts_with(sign);
    let known = SIGNS.iter().find(|(written, _)| rest.starts_with(written));
    // `**` begins with a known sign and is foreign all the same.
    let doubled = FOREIGN.iter().filter(|(sign, _)| sign.is_ascii() && sign.len() == 2).find(foreign);
    if let (Some((written, sign)), None) = (known, doubled) {
        return Ok((Token::Sign(sign), at + written.len()));
    }
    let error = |length: usize| {
        TextError::new(at..at + length, format!("unexpected {}", super::names::quoted(&rest[..length])))
    };
    if let Some((sign, hint)) = doubled.or_else(|| FOREIGN.iter().find(foreign)) {
        return Err(error(sign.len()).with_hint(*hint));
    }
    let error = error(first.len_utf8());
    Err(match first {
        '.' if is_apart(text, at) => {
            error.with_hint("a field stands right behind its item, as in `item.size`")
        }
        '.' => error.with_hint("a number begins with a digit, as in `0.5`"),
        '\u{b5}' | '\u{3bc}' if number_before(text, at).is_some() => {
            let number = number_before(text, at).unwrap_or_default();
            error.with_hint(format!("write the unit without a space, `{number}us`"))
        }
        letter if letter.is_alphabetic() => error.with_hint("the letters of names are those from A to Z"),
        '{' | '}' => error.with_hint("only the text of `log` has braces; an expression stands alone"),
        '"' | '\'' => error.with_hint("there are no texts in expressions; names stand without quotes"),
        _ => error,
    })
}

/// The number that stands before a place, with a space between.
fn number_before(text: &str, at: usize) -> Option<&str> {
    let before = text[..at].trim_end();
    let start = before
        .rfind(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8));
    Some(&before[start..]).filter(|number| !number.is_empty())
}

/// Whether a point stands between two names, as in `item.size`.
fn is_of_field(text: &str, at: usize) -> bool {
    let is_name = |character: char| character.is_ascii_alphabetic() || character == '_';
    let is_part = |character: char| is_name(character) || character.is_ascii_digit();
    text[..at].ends_with(is_part)
        && text[at..].strip_prefix('.').is_some_and(|rest| rest.starts_with(is_name))
}

/// Whether a point stands between two names, apart from one of them.
fn is_apart(text: &str, at: usize) -> bool {
    let joined = format!("{}.{}", text[..at].trim_end(), text[at + 1..].trim_start());
    is_of_field(&joined, text[..at].trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_with_places() {
        let lexemes = lex("(i+1) %  n>=2ms").expect("valid");
        let texts: Vec<_> = lexemes.iter().map(|lexeme| &"(i+1) %  n>=2ms"[lexeme.range.clone()]).collect();
        assert_eq!(texts, ["(", "i", "+", "1", ")", "%", "n", ">=", "2ms", ""]);
        assert_eq!(lex("a && !b").expect("valid")[1].token, Token::Sign("and"));
    }

    #[test]
    fn foreign_signs_have_hints() {
        for (text, hint) in
            [("a = b", "=="), ("a ** 2", "multiply"), ("a // 2", "rounds down"), (".5", "0.5")]
        {
            assert!(lex(text).expect_err(text).hint.expect(text).contains(hint), "{text}");
        }
        assert_eq!(lex("a € b").expect_err("unknown").range, 2..5);
    }
}

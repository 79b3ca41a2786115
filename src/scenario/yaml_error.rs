//! What the YAML parser complains about, in words that help.
//!
//! Decides where a syntax error is shown (the place to repair, which is not
//! always where the parser stopped) and what the hint is. The parser's errors
//! are known by their texts only.

use super::diagnostics::Reports;
use super::invisible;
use super::source::{Span, narrow};
use super::yaml_layout;
use crate::ids::Site;
use std::ops::Range;

/// The message with which our visitor stops a document of too many nodes.
pub(super) const TOO_LARGE: &str = "the document is too large";
/// The message with which our visitor stops at a key that is too long.
pub(super) const LONG_KEY: &str = "the key is too long";

/// What is said of a text with brackets that lacks its quotes.
pub(super) const UNQUOTED: &str = "YAML takes the bracket in this text for a list of its own";

/// Reports an error of the parser; `reached` is the last place that was read.
pub(super) fn explain(reports: &mut Reports<'_>, error: &serde_yaml::Error, reached: Site) {
    let text = error.to_string();
    let stopped = error
        .location()
        .map(|location| Site { line: narrow(location.line()), column: narrow(location.column()) });
    let began = places(&text).nth(1);
    let Explained { site, message, hint } = if let Some(comment) = comment_near(reports, stopped, began) {
        explained(Some(comment), "this is no comment", "a comment begins with `#`")
    } else if let Some(tab) = tab_near(reports, stopped, began) {
        explained(Some(tab), "a tab cannot indent a line", "YAML forbids tabs for indentation; use spaces")
    } else if let Some(key) = unspaced_near(reports, stopped, began) {
        let hint = "write `key: value`, with a space after the colon";
        explained(Some(key), "a space is missing after the colon", hint)
    } else if text.contains("more than one document") {
        let second = second_document(reports);
        let (message, hint) = match second {
            Some(_) => (
                "a scenario file holds one document, this has a second one",
                "remove the line `---` and what follows",
            ),
            None => (
                "there is more text after what could be the whole document",
                "a scenario is one map; all of its keys begin in one column",
            ),
        };
        explained(second, message, hint)
    } else {
        by_text(reports, &text, stopped, began)
    };
    let site = site.unwrap_or(reached);
    let last = narrow(reports.index().line_count());
    // The parser stops behind the last line if something is left open.
    let site = if site.line > last { reports.index().site_at(reports.index().text().len()) } else { site };
    reports.error_with_hint(Span { site, length: 1 }, message, hint);
}

struct Explained {
    site: Option<Site>,
    message: String,
    hint: String,
}

fn explained(site: Option<Site>, message: &str, hint: impl Into<String>) -> Explained {
    Explained { site, message: message.to_owned(), hint: hint.into() }
}

fn by_text(reports: &Reports<'_>, text: &str, stopped: Option<Site>, began: Option<Site>) -> Explained {
    let has = |part: &str| text.contains(part);
    if has("while scanning a quoted scalar") && !has("escape") && !has("hexadecimal") {
        return explained(began.or(stopped), "this quote is never closed", "close it, with the same sign");
    }
    if has("escape") || has("hexadecimal") {
        let hint = "in double quotes `\\` begins an escape such as `\\n`; use single quotes for a plain `\\`";
        return explained(stopped, "this is not a known escape", hint);
    }
    if has("recursion limit") {
        return explained(
            stopped,
            "this nests more than 128 levels deep",
            "split the process into flatter steps",
        );
    }
    if has(TOO_LARGE) || has("repetition limit") {
        let hint = "use `count`, `repeat` and parameters instead of repetition; aliases count as what they stand for";
        return explained(
            stopped,
            "the document is too large: it has more than 200,000 values or 4 MiB of text",
            hint,
        );
    }
    if has(LONG_KEY) {
        return explained(
            stopped,
            "a key below is longer than 1000 characters",
            "names have at most 64 characters",
        );
    }
    if has("unknown anchor") {
        return explained(
            stopped,
            "this alias names no anchor",
            "`*name` needs an `&name` before it; quote a text that begins with `*`",
        );
    }
    if has("did not find expected ',' or") {
        return explained(
            began.or(stopped),
            "this bracket is never closed, or a comma is missing in it",
            "add `]`, `}` or `,`; inside brackets, a text that has brackets itself needs quotes, as in `['forks[0]']`",
        );
    }
    let misfits =
        ["did not find expected key", "did not find expected '-'", "mapping values are not allowed"];
    if misfits.into_iter().any(has)
        && let Some(quote) = open_quote(reports, stopped)
    {
        return explained(
            Some(quote),
            "this quote is not closed on its line",
            "close it, with the same sign",
        );
    }
    if misfits.into_iter().any(has)
        && let Some((site, step)) = yaml_layout::lacks_do(reports, stopped)
    {
        let message = format!("a list stands below `{step}`, which has its value already");
        let hint = format!("the steps of `{step}` stand below `do:`, which stands in the column of `{step}`");
        return explained(Some(site), &message, hint);
    }
    if has("mapping values are not allowed")
        && let Some(key) = bare_key(reports, stopped)
    {
        return explained(Some(key), "a key needs `:` and a value", "write `key:`, with a colon at the end");
    }
    if has("mapping values are not allowed") && yaml_layout::ends_in_colon(reports, stopped) {
        let hint =
            "leave the colon at the end of the line out; what is done stands below `do:`, in the next line";
        return explained(stopped, "a `:` is not allowed here", hint);
    }
    if has("mapping values are not allowed")
        && let Some((below, above)) = yaml_layout::too_deep(reports, stopped)
    {
        let hint = format!(
            "`{below}` is indented further than `{above}` above it, which has its value already; the keys of one map stand in one column"
        );
        return explained(stopped, "a `:` is not allowed here", hint);
    }
    if has("mapping values are not allowed") {
        return explained(
            stopped,
            "a `:` is not allowed here",
            "is the line before indented as meant? A text that holds `: ` stands in quotes, a map in one line in braces, `{a: 1}`",
        );
    }
    if has("could not find expected ':'") {
        return explained(
            began.or(stopped),
            "a key needs `:` and a value",
            "write `key: value`, with a space after the colon",
        );
    }
    if has("did not find expected key") && yaml_layout::is_behind_value(reports, stopped) {
        let hint = "put the whole text in quotes, `\"…\"`; inside single quotes a `'` is written twice";
        return explained(stopped, "there is text behind the end of this value", hint);
    }
    if has("did not find expected key") || has("did not find expected '-'") {
        return explained(
            stopped,
            "this line does not fit the indentation of those before it",
            "the keys of a map, and the `-` of a list, must stand in one column",
        );
    }
    if has("sequence entries are not allowed") {
        return explained(
            stopped,
            "a `-` is not allowed here",
            "a list begins on a line of its own, below its key",
        );
    }
    let at = stopped.and_then(|site| reports.index().offset_of(site));
    let character = at.and_then(|offset| reports.index().text()[offset..].chars().next());
    if let (true, Some(character)) = (has("cannot start any token"), character) {
        let message = format!("a value cannot begin with `{character}`");
        return explained(stopped, &message, "put the text in quotes");
    }
    if has("scanning a tag") || has("expected whitespace or line break") {
        let hint = "`!` begins a tag for YAML; the opposite of a condition is written `not x`";
        return explained(began.or(stopped), "a `!` is not allowed here", hint);
    }
    let problem = text.split(" at line ").next().unwrap_or(text);
    let message = format!("this is not valid YAML: {problem}");
    explained(stopped, &message, "see the line and the one before it")
}

/// The places that an error's text mentions, in order.
fn places(text: &str) -> impl Iterator<Item = Site> {
    text.split(" at line ").skip(1).filter_map(|rest| {
        let (line, rest) = rest.split_once(" column ")?;
        let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        let number = |text: &str| text.parse().ok().map(narrow);
        Some(Site { line: number(line)?, column: number(&rest[..digits])? })
    })
}

/// A comment of another language that stands alone on a line that an error mentions, or on one before it,
/// which the parser takes for the beginning of a text.
fn comment_near(reports: &Reports<'_>, stopped: Option<Site>, began: Option<Site>) -> Option<Site> {
    let lines =
        [began, stopped].into_iter().flatten().flat_map(|site| [site.line.saturating_sub(1), site.line]);
    let comment = |line: u32| {
        let text = reports.index().line(line)?;
        let begins = text.trim_start();
        let column = narrow(text.chars().count() - begins.chars().count() + 1);
        (begins.starts_with("//") || begins.starts_with("/*")).then_some(Site { line, column })
    };
    lines.filter_map(comment).next()
}

/// The first tab in the indentation of a line that an error mentions, or of the
/// line after it, where the parser often has not arrived yet.
fn tab_near(reports: &Reports<'_>, stopped: Option<Site>, began: Option<Site>) -> Option<Site> {
    let lines = [stopped, began].into_iter().flatten().flat_map(|site| [site.line, site.line + 1]);
    let tab = |line: u32| {
        let text = reports.index().line(line)?;
        let indentation = &text[..text.len() - text.trim_start_matches([' ', '\t', '-']).len()];
        let column = indentation.chars().position(|character| character == '\t')?;
        Some(Site { line, column: narrow(column + 1) })
    };
    lines.filter_map(tab).next()
}

/// The colon behind the key of a line that an error mentions, or of the line
/// before it, if no space follows: YAML reads key and value as one text then.
fn unspaced_near(reports: &Reports<'_>, stopped: Option<Site>, began: Option<Site>) -> Option<Site> {
    let lines =
        [stopped, began].into_iter().flatten().flat_map(|site| [site.line, site.line.saturating_sub(1)]);
    let colon = |line: u32| {
        let text = reports.index().line(line)?;
        let indentation = text.len() - text.trim_start_matches([' ', '-']).len();
        let colon =
            indentation + text[indentation..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let rest = text[colon..].strip_prefix(':')?;
        let unspaced = colon > indentation && rest.starts_with(|next: char| !" \t".contains(next));
        // What only looks like a space is what has to be shown.
        let shown = colon + usize::from(rest.starts_with(|next| invisible::named(next).is_some()));
        unspaced.then(|| Site { line, column: narrow(text[..shown].chars().count() + 1) })
    };
    lines.filter_map(colon).next()
}

/// The quote with which a value begins on a line above an error and that is not
/// closed there: the parser takes the next quote, on whatever line, for its end.
fn open_quote(reports: &Reports<'_>, stopped: Option<Site>) -> Option<Site> {
    let quote = |line: u32| {
        let text = reports.index().line(line)?;
        let value = text.trim_start_matches([' ', '-']);
        let value = value.split_once(": ").map_or(value, |(_, value)| value.trim_start());
        let sign = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let before = text.len() - value.len();
        (!value[1..].contains(sign))
            .then(|| Site { line, column: narrow(text[..before].chars().count() + 1) })
    };
    (1..=stopped?.line).find_map(quote)
}

/// The line above an error that is one name, and less indented: a key that
/// lacks its colon.
fn bare_key(reports: &Reports<'_>, stopped: Option<Site>) -> Option<Site> {
    let indentation = |text: &str| text.len() - text.trim_start_matches([' ', '-']).len();
    let line = stopped?.line;
    let above = (1..line)
        .rev()
        .find(|&line| reports.index().line(line).is_some_and(|text| !text.trim().is_empty()))?;
    let (text, below) = (reports.index().line(above)?, reports.index().line(line)?);
    let name = text.trim_start_matches([' ', '-']).trim_end();
    let is_key = !name.is_empty() && name.chars().all(|character| is_part(character) && character != '.');
    (is_key && indentation(text) < indentation(below))
        .then(|| Site { line: above, column: narrow(indentation(text) + 1) })
}

/// What stands for `[` and `]` in a text that lacks its quotes, while it is read.
const BRACKETS: [(char, char); 2] = [('[', '\u{f8f0}'), (']', '\u{f8f1}')];

/// A name with an index that lacks its quotes inside `{…}` or `[…]`.
struct Indexed {
    /// Where its bracket stands.
    bracket: Site,
    /// The characters of its name.
    name: usize,
    /// The bytes from the bracket to the one that closes it.
    length: usize,
}

/// The text with brackets that the parser stopped at, if that is what it did.
fn indexed(reports: &Reports<'_>, error: &serde_yaml::Error) -> Option<Indexed> {
    let index = reports.index();
    let stand_ins = BRACKETS.map(|(_, stand_in)| stand_in);
    if index.text().contains(stand_ins) {
        return None;
    }
    let (told, stopped) = (error.to_string(), error.location()?);
    let mut bracket = Site { line: narrow(stopped.line()), column: narrow(stopped.column()) };
    if told.contains("did not find expected alphabetic or numeric") {
        bracket.column = opened_before(index.line(bracket.line)?, bracket.column)?;
    } else if !told.contains("did not find expected ',' or") {
        return None;
    }
    let (start, line) = (index.offset_of(bracket)?, index.line(bracket.line)?);
    let before: String = line.chars().take((bracket.column as usize).checked_sub(1)?).collect();
    let name = before.chars().rev().take_while(|&character| is_part(character)).count();
    let length = bracketed(&index.text()[start..])?;
    (name > 0).then_some(Indexed { bracket, name, length })
}

/// The column of the bracket that is closed in front of this one, with nothing but a sign between that YAML takes
/// for one of its own: `xs[0] * 2s`.
fn opened_before(line: &str, column: u32) -> Option<u32> {
    let before: Vec<char> = line.chars().take(column as usize).collect();
    let closed = before.iter().rposition(|character| !matches!(character, ' ' | '*' | '&'))?;
    let open = before[..closed].iter().rposition(|&character| character == '[')?;
    (before[closed] == ']').then(|| narrow(open + 1))
}

/// Whether [`repair_brackets`] can do something about an error.
pub(super) fn can_repair(reports: &Reports<'_>, error: &serde_yaml::Error) -> bool {
    indexed(reports, error).is_some()
}

/// Reports a text with brackets that lacks its quotes, and makes `text` one that
/// can be read: so it hides no other problem.
pub(super) fn repair_brackets(reports: &mut Reports<'_>, error: &serde_yaml::Error, text: &mut String) {
    let Some(Indexed { bracket, name, length }) = indexed(reports, error) else { return };
    let site = Site { column: bracket.column - narrow(name), ..bracket };
    let start = reports.index().offset_of(site).unwrap_or(0);
    let rest = &reports.index().text()[start..];
    let whole = unquoted(reports.index().text(), start..start + name + length);
    let characters = reports.index().text()[start + name..whole.end].chars().count();
    let whole = &reports.index().text()[whole];
    let hint = format!("inside `{{…}}` and `[…]` it needs quotes: `\"{whole}\"`");
    let span = Span { site, length: narrow(rest[..name + length].chars().count()) };
    reports.error_with_hint(span, UNQUOTED, hint);
    replace(text, bracket, characters);
}

/// The whole key or value around this part of it, which is what needs the quotes:
/// `xs[0] + t`, `level(q[i])`, `max(q[0], 2)`, `xs[0] < xs[1]`.
fn unquoted(text: &str, part: Range<usize>) -> Range<usize> {
    const ENDS: [char; 8] = [':', '{', '}', '[', ']', '\n', '"', '\''];
    // A comma in parentheses is between two arguments.
    let mut open = 0usize;
    let mut is_end = |character: char| {
        match character {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            ',' => return open == 0,
            _ => {}
        }
        false
    };
    let hard = text[..part.start].rfind(ENDS).map_or(0, |at| at + 1);
    let commas = text[hard..part.start].char_indices().filter(|&(_, character)| is_end(character));
    let start = commas.last().map_or(hard, |(at, _)| hard + at + 1);
    let mut end = part.end;
    loop {
        let behind = &text[end..];
        let next =
            behind.find(|character| is_end(character) || character == '#' || ENDS.contains(&character));
        end += next.unwrap_or(behind.len());
        // One more index is no end.
        let more = text[..end].ends_with(is_part).then(|| bracketed(&text[end..])).flatten();
        match more.filter(|_| text[end..].starts_with('[')) {
            Some(length) => end += length,
            None => break,
        }
    }
    let whole = &text[start..end];
    start + whole.len() - whole.trim_start().len()..start + whole.trim_end().len()
}

/// Whether a character belongs to the name of an instance or of what it does:
/// `a.m[2]`.
fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.')
}

/// The bytes of a text that begins with brackets, up to where they close on the
/// same line, with what goes on behind them: `[0].m[2]`.
fn bracketed(text: &str) -> Option<usize> {
    let mut open = 0usize;
    for (at, character) in text.char_indices() {
        match character {
            '[' => open += 1,
            _ if open == 0 && !is_part(character) => return (at > 0).then_some(at),
            ']' => open -= 1,
            '\n' | '{' | '}' | '"' | '\'' => return None,
            _ => {}
        }
    }
    (open == 0 && !text.is_empty()).then_some(text.len())
}

/// Replaces the brackets in so many characters of the document by their stand-ins.
fn replace(text: &mut String, site: Site, length: usize) {
    let Some(start) = super::source::TextIndex::new(text).offset_of(site) else { return };
    let end = text[start..].char_indices().nth(length).map_or(text.len(), |(at, _)| start + at);
    let mut part = text[start..end].to_owned();
    for (bracket, stand_in) in BRACKETS {
        part = part.replace(bracket, &stand_in.to_string());
    }
    text.replace_range(start..end, &part);
}

/// A scalar with its brackets as they were.
pub(super) fn with_brackets(text: &str) -> String {
    if !text.contains(BRACKETS.map(|(_, stand_in)| stand_in)) {
        return text.to_owned();
    }
    BRACKETS
        .into_iter()
        .fold(text.to_owned(), |text, (bracket, stand_in)| text.replace(stand_in, &bracket.to_string()))
}

/// The `---` that begins a second document.
fn second_document(reports: &Reports<'_>) -> Option<Site> {
    let mut content = false;
    for line in 1..=narrow(reports.index().line_count()) {
        let text = reports.index().line(line)?;
        let marker = text.starts_with("---") || text.starts_with("...");
        if content && marker {
            return Some(Site { line, column: 1 });
        }
        content |= !marker && !text.trim().is_empty() && !text.starts_with('#');
        content |= text.len() > 3 && text.starts_with("--- ");
    }
    None
}

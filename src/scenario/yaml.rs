//! YAML text to a tree of [`Node`]s, with the exact place of every scalar.
//!
//! Decides what is refused before any meaning is looked at: repeated keys, keys
//! that are not text, tags, numbers that are not finite, and documents that are
//! too large. Does not decide what a key means.
//!
//! serde's data model has no positions. But an error that a visitor returns
//! comes back from `deserialize_any` with the position of the scalar that was
//! visited. So the visitor stashes each scalar and fails on purpose, and the
//! seed takes the position from the error and the scalar from the stash. This
//! is one pass, and the parser's own positions.

use super::diagnostics::Reports;
use super::names::quoted;
use super::node::{Entry, Key, Kind, Node};
use super::source::{Span, narrow};
use super::{mend, prescan, syntax, yaml_error};
use crate::ids::Site;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::fmt;

/// Nodes that a document may have, counted after aliases are followed.
pub(super) const MOST_NODES: usize = 200_000;
/// Bytes that the scalars of a document may have, counted likewise.
pub(super) const MOST_TEXT: usize = 4 << 20;
/// Bytes of a key. The parser builds the path of keys at every error, so long
/// keys would make our reading of positions slow.
pub(super) const LONGEST_KEY: usize = 1000;
/// Texts with brackets that lack their quotes, of which one after the other is
/// reported and read as if it had them; each takes one more reading.
const MOST_REPAIRS: usize = 20;
/// Bytes that are read in all because of them.
const MOST_READ: usize = 8 << 20;
/// What marks an error as one of ours; no text can hold it, since control
/// characters are refused before.
const SENTINEL: char = '\u{1}';

/// Reads the document; `None` if there is none, or if it was given up. What is
/// wrong with it is reported.
pub(super) fn read(reports: &mut Reports<'_>) -> Option<Node> {
    let text = reports.index().text();
    if !prescan::check(reports) {
        return None;
    }
    let mut repaired = text.to_owned();
    let most = MOST_READ / text.len().max(1);
    for _ in 0..most.clamp(1, MOST_REPAIRS) {
        let before = reports.count();
        let (error, reached) = match read_text(reports, &repaired) {
            Ok(node) => return Some(node),
            Err(failed) => failed,
        };
        if !yaml_error::can_repair(reports, &error) {
            yaml_error::explain(reports, &error, reached);
            return None;
        }
        // The next reading comes upon the same problems.
        reports.forget(before);
        yaml_error::repair_brackets(reports, &error, &mut repaired);
    }
    None
}

/// Reads a text with as many characters on each line as the document has; if
/// that fails, with the place that was reached.
fn read_text(reports: &mut Reports<'_>, text: &str) -> Result<Node, (serde_yaml::Error, Site)> {
    let mut reader = Reader { reports, stash: None, nodes: 0, bytes: 0, last: Site { line: 1, column: 1 } };
    let seed = Seed { reader: &mut reader };
    let read = seed.deserialize(serde_yaml::Deserializer::from_str(text)).and_then(|node| {
        // A scalar at the root ends the reading with our own error, before the
        // parser could say what is wrong with the rest of the text.
        let complete = matches!(node.kind, Kind::Seq(_) | Kind::Map(_));
        if complete { Ok(node) } else { serde_yaml::from_str(text).map(|IgnoredAny| node) }
    });
    read.map_err(|error| (error, reader.last))
}

/// The state of one reading.
struct Reader<'r, 't> {
    reports: &'r mut Reports<'t>,
    /// The scalar just visited: its value, or what is wrong with it.
    stash: Option<Result<Kind, String>>,
    nodes: usize,
    bytes: usize,
    /// Where the last scalar stands.
    last: Site,
}

impl Reader<'_, '_> {
    /// Counts one more node with so many bytes of text.
    fn count<E: de::Error>(&mut self, bytes: usize) -> Result<(), E> {
        self.nodes += 1;
        self.bytes += bytes;
        if self.nodes > MOST_NODES || self.bytes > MOST_TEXT {
            return Err(E::custom(yaml_error::TOO_LARGE));
        }
        Ok(())
    }

    /// Where an empty list or map probably stands: at the next bracket after the
    /// last scalar.
    fn after_last(&self) -> Site {
        const REACH: usize = 200;
        let index = self.reports.index();
        let Some(start) = index.offset_of(self.last) else { return self.last };
        let ahead = index.text()[start..].char_indices().take(REACH);
        let bracket = ahead.clone().find(|(_, character)| matches!(character, '[' | '{'));
        bracket.map_or(self.last, |(offset, _)| index.site_at(start + offset))
    }

    fn span(&self, site: Site, text: &str) -> Span {
        self.reports.span_of_text(site, text)
    }

    /// A number or a boolean, if an expression could spell it so: YAML has more
    /// spellings (`0x10`, `+5`, `.5`, `True`), and there is one rule for both.
    fn as_written(&mut self, kind: Kind, site: Site) -> Kind {
        if !matches!(kind, Kind::Int(_) | Kind::Float(_) | Kind::Bool(_)) {
            return kind;
        }
        let index = self.reports.index();
        let Some(start) = index.offset_of(site) else { return kind };
        let rest = &index.text()[start..];
        let ends = |character: char| character.is_whitespace() || ",:]}".contains(character);
        let token = &rest[..rest.find(ends).unwrap_or(rest.len())];
        // An anchor or a quote stands before some; those are not looked at.
        if !token.starts_with(|first: char| first.is_ascii_alphanumeric() || "+-.".contains(first)) {
            return kind;
        }
        let located = self.reports.locate(site, token);
        match syntax::parse(token) {
            // What is none in an expression is a name there, and so it is here.
            Ok(_) if matches!(kind, Kind::Bool(_)) && !matches!(token, "true" | "false") => {
                return Kind::Text(token.to_owned());
            }
            Ok(_) => return kind,
            Err(error) => self.reports.text_error(&located, error),
        }
        Kind::Bad
    }
}

/// Reads one node.
struct Seed<'a, 'r, 't> {
    reader: &'a mut Reader<'r, 't>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, '_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let reader = self.reader;
        let error = match deserializer.deserialize_any(NodeVisitor { reader: &mut *reader }) {
            Ok(container) => return Ok(container),
            Err(error) => error,
        };
        let Some(stashed) = reader.stash.take() else { return Err(error) };
        let site = site_of(&error.to_string());
        reader.last = site;
        let kind = match stashed {
            Ok(kind) => reader.as_written(kind, site),
            Err(complaint) => {
                let span = reader.span(site, "");
                reader.reports.error(span, complaint);
                Kind::Bad
            }
        };
        Ok(Node { site, kind })
    }
}

/// The place in the text of an error of ours: it ends in `at line L column C`,
/// or has no place if that is the very first character.
fn site_of(message: &str) -> Site {
    let first = Site { line: 1, column: 1 };
    let Some((_, place)) = message.rsplit_once(SENTINEL) else { return first };
    let Some((line, column)) = place.strip_prefix(" at line ").and_then(|place| place.split_once(" column "))
    else {
        return first;
    };
    let number = |text: &str| text.trim().parse().map_or(1, narrow);
    Site { line: number(line), column: number(column) }
}

struct NodeVisitor<'a, 'r, 't> {
    reader: &'a mut Reader<'r, 't>,
}

impl NodeVisitor<'_, '_, '_> {
    fn stash<E: de::Error>(self, scalar: Result<Kind, String>) -> Result<Node, E> {
        let bytes = if let Ok(Kind::Text(text)) = &scalar { text.len() } else { 0 };
        self.reader.count(bytes)?;
        self.reader.stash = Some(scalar);
        Err(E::custom(SENTINEL))
    }
}

impl<'de> Visitor<'de> for NodeVisitor<'_, '_, '_> {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        self.stash(Ok(Kind::Null))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        self.stash(Ok(Kind::Null))
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Node, E> {
        self.stash(Ok(Kind::Bool(flag)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Node, E> {
        self.stash(Ok(Kind::Int(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Node, E> {
        self.visit_u128(number.into())
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<Node, E> {
        let checked = i64::try_from(number).map(Kind::Int);
        self.stash(checked.map_err(|_| format!("the integer {number} does not fit 64 bits")))
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<Node, E> {
        let checked = i64::try_from(number).map(Kind::Int);
        self.stash(checked.map_err(|_| format!("the integer {number} does not fit 64 bits")))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Node, E> {
        if number.is_finite() {
            self.stash(Ok(Kind::Float(number)))
        } else {
            self.stash(Err("a value must be a finite number, not infinite and not NaN".to_owned()))
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
        self.stash(Ok(Kind::Text(yaml_error::with_brackets(text))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let reader = self.reader;
        reader.count(0)?;
        let mut nodes = Vec::new();
        while let Some(node) = seq.next_element_seed(Seed { reader: &mut *reader })? {
            nodes.push(node);
        }
        let site = nodes.first().map_or_else(|| reader.after_last(), |node| node.site);
        let nodes = mend::items(reader.reports, nodes);
        Ok(Node { site, kind: Kind::Seq(nodes) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let reader = self.reader;
        reader.count(0)?;
        let mut entries = Vec::new();
        let mut first = None;
        while let Some(key) = map.next_key_seed(Seed { reader: &mut *reader })? {
            first.get_or_insert(key.site);
            let is_number = matches!(key.kind, Kind::Int(_) | Kind::Float(_));
            let key = if is_number { Err(key) } else { Ok(accept_key::<A::Error>(reader, key)?) };
            let value = map.next_value_seed(Seed { reader: &mut *reader })?;
            let key = match key {
                Ok(key) => key,
                // A number may be a part of the text before it, of which a comma cut it.
                Err(number) if mend::is_cut(&entries) => Key::number(&number),
                Err(number) if mend::lacks_key(reader.reports, &mut entries, &number, &value) => None,
                Err(number) => accept_key::<A::Error>(reader, number)?,
            };
            entries.extend(key.map(|key| Entry { key, value }));
        }
        let entries = mend::entries(reader.reports, entries);
        let site = first.unwrap_or_else(|| reader.after_last());
        Ok(Node { site, kind: Kind::Map(entries) })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Node, A::Error> {
        let reader = self.reader;
        let (tag, content) = data.variant::<String>()?;
        let node = content.newtype_variant_seed(Seed { reader: &mut *reader })?;
        let span = reader.span(node.site, "");
        let message = format!("the YAML tag {} has no meaning here", quoted(&format!("!{tag}")));
        let hint = format!("leave the tag out; the opposite of a condition is written `not {tag}`");
        reader.reports.error_with_hint(span, message, hint);
        Ok(Node { site: node.site, kind: Kind::Bad })
    }
}

/// The key, if it is text; else that is reported.
fn accept_key<E: de::Error>(reader: &mut Reader<'_, '_>, key: Node) -> Result<Option<Key>, E> {
    let Node { site, kind } = key;
    let found = match kind {
        Kind::Text(name) if name.len() > LONGEST_KEY => return Err(E::custom(yaml_error::LONG_KEY)),
        Kind::Text(name) => return Ok(Some(Key { name, site })),
        Kind::Bad => return Ok(None),
        other => Node { site, kind: other },
    };
    let span = reader.span(site, "");
    let message = format!("a key must be text, found {}", found.described());
    let hint = match found.kind {
        Kind::Int(number) => {
            format!("a number is no name; put it in quotes, or give it a unit if it is a time: `{number}s`")
        }
        _ => "a word such as `true` or a number is no name; choose another, or put it in quotes".to_owned(),
    };
    reader.reports.error_with_hint(span, message, hint);
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All scalars and keys of a text with their places.
    fn places(text: &str) -> Vec<(String, u32, u32)> {
        fn walk(node: &Node, found: &mut Vec<(String, u32, u32)>) {
            match &node.kind {
                Kind::Seq(nodes) => nodes.iter().for_each(|node| walk(node, found)),
                Kind::Map(entries) => {
                    for Entry { key, value } in entries {
                        found.push((key.name.clone(), key.site.line, key.site.column));
                        walk(value, found);
                    }
                }
                kind => found.push((format!("{kind:?}"), node.site.line, node.site.column)),
            }
        }
        let mut reports = Reports::new(text);
        let node = read(&mut reports).expect("the text is valid YAML");
        assert_eq!(reports.items(), []);
        let mut found = Vec::new();
        walk(&node, &mut found);
        found
    }

    fn place(text: &str, line: u32, column: u32) -> (String, u32, u32) {
        (text.to_owned(), line, column)
    }

    #[test]
    fn block_style() {
        assert_eq!(
            places("a:\n  - 12\n  - b: x y\n    c:\n"),
            [
                place("a", 1, 1),
                place("Int(12)", 2, 5),
                place("b", 3, 5),
                place("Text(\"x y\")", 3, 8),
                place("c", 4, 5),
                place("Null", 4, 7),
            ]
        );
    }

    #[test]
    fn flow_style_quotes_and_wide_characters() {
        assert_eq!(
            places("{é: \"ü\", 'k k': [1.5, true,\n ~]}"),
            [
                place("é", 1, 2),
                place("Text(\"ü\")", 1, 5),
                place("k k", 1, 10),
                place("Float(1.5)", 1, 18),
                place("Bool(true)", 1, 23),
                place("Null", 2, 2),
            ]
        );
    }

    #[test]
    fn multi_line_scalars_and_aliases() {
        assert_eq!(
            places("a: &x one\n  two\nb: |\n  text\nc: *x\n"),
            [
                place("a", 1, 1),
                place("Text(\"one two\")", 1, 4),
                place("b", 3, 1),
                place("Text(\"text\\n\")", 3, 4),
                place("c", 5, 1),
                place("Text(\"one two\")", 1, 4),
            ]
        );
    }

    #[test]
    fn carriage_returns_count_as_lines() {
        assert_eq!(places("a: 1\r\nb: 2\r\n")[2], place("b", 2, 1));
        assert_eq!(places("a: 1\rb: 2\r")[2], place("b", 2, 1));
    }

    #[test]
    fn empty_containers_stand_at_their_bracket() {
        let text = "a: 1\nb: []\n";
        let mut reports = Reports::new(text);
        let node = read(&mut reports).expect("the text is valid YAML");
        let Kind::Map(entries) = node.kind else { panic!("a map") };
        assert_eq!(entries[1].value.site, Site { line: 2, column: 4 });
    }
}

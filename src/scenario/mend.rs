//! What YAML reads otherwise than it was meant.
//!
//! Decides how a text that YAML has cut at a comma, a list without its brackets,
//! or a key that lacks the space behind its colon, is reported: once, and then put together again, so
//! that nothing else is said of the pieces. Keys that are repeated are refused
//! here, and merge keys (`<<`) are merged.

use super::diagnostics::Reports;
use super::names::quoted;
use super::node::{Entry, Key, Kind, Node};
use super::source::Span;
use crate::ids::Site;
use std::collections::{BTreeMap, BTreeSet};

/// The key whose value's entries a map takes over.
const MERGE: &str = "<<";
/// Pieces that a text may have been cut into after the first; more are not
/// looked for, so that a long list of such texts takes no longer.
const MOST_PIECES: usize = 20;

/// The entries of a map as they were meant.
pub(super) fn entries(reports: &mut Reports<'_>, mut entries: Vec<Entry>) -> Vec<Entry> {
    if entries.iter().any(|entry| is_open(&entry.value)) {
        join_entries(reports, &mut entries);
    }
    entries.iter_mut().for_each(|entry| space_after_colon(reports, entry));
    let entries = once(reports, entries);
    merged(reports, entries)
}

fn join_entries(reports: &mut Reports<'_>, entries: &mut Vec<Entry>) {
    let pieces = entries.iter().map(|entry| {
        let begins = text_of(&entry.value).is_some();
        Piece {
            site: if begins { entry.value.site } else { entry.key.site },
            begins: text_of(&entry.value),
            goes_on: (entry.value.kind == Kind::Null).then(|| entry.key.name.clone()),
        }
    });
    for (first, last) in cut(reports, &pieces.collect::<Vec<_>>()).into_iter().rev() {
        entries[first].value.kind = Kind::Bad;
        entries.drain(first + 1..=last);
    }
}

/// The items of a list as they were meant.
pub(super) fn items(reports: &mut Reports<'_>, mut nodes: Vec<Node>) -> Vec<Node> {
    if !nodes.iter().any(is_open) {
        return nodes;
    }
    let pieces = nodes.iter().map(|node| {
        let text = match &node.kind {
            Kind::Int(_) | Kind::Float(_) => Key::number(node).map(|key| key.name),
            _ => text_of(node),
        };
        Piece { site: node.site, begins: text.clone(), goes_on: text }
    });
    for (first, last) in cut(reports, &pieces.collect::<Vec<_>>()).into_iter().rev() {
        nodes[first].kind = Kind::Bad;
        nodes.drain(first + 1..=last);
    }
    nodes
}

/// A part of a map or list that may be a part of a text.
struct Piece {
    site: Site,
    /// The text, if one may begin here.
    begins: Option<String>,
    /// The text, if one may go on here.
    goes_on: Option<String>,
}

/// Whether a node is a text that lacks the end of its parentheses.
fn is_open(node: &Node) -> bool {
    matches!(&node.kind, Kind::Text(text) if open(text) > 0)
}

fn text_of(node: &Node) -> Option<String> {
    if let Kind::Text(text) = &node.kind { Some(text.clone()) } else { None }
}

/// Finds the texts that a comma inside their parentheses has cut, and reports
/// them: the first and the last piece of each.
fn cut(reports: &mut Reports<'_>, pieces: &[Piece]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut next = 0;
    while next < pieces.len() {
        let first = next;
        next += 1;
        let Some(begin) = pieces[first].begins.as_ref().filter(|text| open(text) > 0) else { continue };
        let mut whole = begin.clone();
        let following = pieces[next..].iter().take(MOST_PIECES).map_while(|piece| piece.goes_on.as_ref());
        let last = following.zip(next..).find_map(|(text, at)| {
            whole = format!("{whole}, {text}");
            (open(&whole) <= 0).then_some(at)
        });
        let Some(last) = last else { continue };
        let site = pieces[first].site;
        let begun = reports.span_of_text(site, begin);
        let comma = Site { column: site.column + begun.length, ..site };
        let message = "this comma ends the value in the middle of its parentheses";
        let hint =
            format!("inside `{{…}}` and `[…]` YAML ends a value at `,`; put it in quotes: `\"{whole}\"`");
        reports.error_with_hint(Span { site: comma, length: 1 }, message, hint);
        found.push((first, last));
        next = last + 1;
    }
    found
}

/// Whether the last text of these entries lacks the end of its parentheses, so
/// that what follows may be a part of it.
pub(super) fn is_cut(entries: &[Entry]) -> bool {
    let mut balance = 0;
    for entry in entries.iter().rev().take(MOST_PIECES) {
        match &entry.value.kind {
            Kind::Null => balance += open(&entry.key.name),
            Kind::Text(text) => return balance + open(text) > 0,
            _ => return false,
        }
    }
    false
}

/// Reports a number without a value as what it is, `{x: 6, 21}` where a list was
/// meant, and says nothing more of the entry before it; whether it is that.
pub(super) fn lacks_key(
    reports: &mut Reports<'_>,
    entries: &mut [Entry],
    number: &Node,
    value: &Node,
) -> bool {
    let Some(Entry { key, value: before }) = entries.last_mut().filter(|_| value.kind == Kind::Null) else {
        return false;
    };
    let first = match &before.kind {
        Kind::Bad => return true,
        Kind::Int(_) | Kind::Float(_) => Key::number(before).map(|key| key.name),
        _ => text_of(before),
    };
    let (Some(first), Some(second)) = (first, Key::number(number)) else { return false };
    let span = reports.span_of_text(number.site, &second.name);
    let hint = format!("a list stands in brackets: `{}: [{first}, {}]`", key.name, second.name);
    reports.error_with_hint(span, "this value has no key", hint);
    before.kind = Kind::Bad;
    true
}

/// How many more parentheses are opened than closed.
fn open(text: &str) -> i64 {
    text.bytes().map(|byte| i64::from(byte == b'(') - i64::from(byte == b')')).sum()
}

/// `{delay:1s}` is one key without a value for YAML.
fn space_after_colon(reports: &mut Reports<'_>, entry: &mut Entry) {
    let (key, value) = (&mut entry.key, &mut entry.value);
    if value.kind != Kind::Null {
        return;
    }
    let Some((name, rest)) = key.name.split_once(':').filter(|(_, rest)| !rest.is_empty()) else { return };
    let span = reports.span_of_text(key.site, &key.name);
    let hint = format!("write `{}: {}`", name.trim(), rest.trim());
    reports.error_with_hint(span, "a space is missing after the colon", hint);
    value.kind = Kind::Bad;
    key.name.truncate(name.len());
}

/// The entries without those that repeat a key, which are reported.
fn once(reports: &mut Reports<'_>, entries: Vec<Entry>) -> Vec<Entry> {
    let mut seen = BTreeMap::new();
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        let key = &entry.key;
        if let Some(line) = seen.insert(key.name.clone(), key.site.line) {
            let span = reports.span_of_text(key.site, &key.name);
            let message = format!("the key {} is repeated", quoted(&key.name));
            reports.error_with_hint(span, message, format!("it stands on line {line} already"));
            continue;
        }
        kept.push(entry);
    }
    kept
}

/// The entries with those of the maps that `<<` names. An entry of the map
/// itself goes before a merged one, and an earlier map before a later one.
fn merged(reports: &mut Reports<'_>, mut entries: Vec<Entry>) -> Vec<Entry> {
    let Some(at) = entries.iter().position(|entry| entry.key.name == MERGE) else { return entries };
    let Entry { key, value } = entries.remove(at);
    let maps = match value.kind {
        Kind::Seq(nodes) => nodes,
        _ => vec![value],
    };
    let mut taken: BTreeSet<String> = entries.iter().map(|entry| entry.key.name.clone()).collect();
    for map in maps {
        match map.kind {
            Kind::Map(added) => {
                entries.extend(added.into_iter().filter(|entry| taken.insert(entry.key.name.clone())));
            }
            Kind::Bad => {}
            _ => {
                let span = reports.span_of_text(key.site, MERGE);
                let message = format!("`<<` merges maps, found {}", map.described());
                let hint = "write `<<: *anchor`, or a list of such maps";
                reports.error_with_hint(span, message, hint);
            }
        }
    }
    entries
}

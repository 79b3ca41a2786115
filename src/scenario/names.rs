//! Names: which are allowed, which is meant, and how one is quoted in a message.

use super::invisible;
use crate::trace::is_obeyed;
use std::collections::BTreeMap;

/// The longest name that is allowed, in characters.
pub(super) const LONGEST_NAME: usize = 64;

/// The words of expressions that are neither functions nor units.
const WORDS: [&str; 7] = ["and", "or", "not", "true", "false", "now", "index"];

/// The functions of expressions.
pub(super) const FUNCTIONS: [&str; 10] =
    ["min", "max", "abs", "floor", "ceil", "round", "int", "float", "seconds", "len"];

/// The functions of resources. Their names may also be those of parameters,
/// which `capacity` often is.
pub(super) const RESOURCE_FUNCTIONS: [&str; 2] = ["level", "capacity"];

/// The functions of what is waited for in an `until`. Likewise.
pub(super) const WATCHED_FUNCTIONS: [&str; 3] = ["slot", "done", "alive"];

/// The units of durations, in nanoseconds. Both signs for micro are accepted.
pub(super) const UNITS: [(&str, u64); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Whether expressions give the word a meaning of its own.
pub(super) fn is_reserved(name: &str) -> bool {
    WORDS.contains(&name) || FUNCTIONS.contains(&name)
}

/// What a name is.
pub(super) const NAME_RULE: &str =
    "a name is a letter from A to Z or a to z, or `_`, then letters, digits and `_`";

/// Whether the text has the form of a name: a letter or `_`, then letters,
/// digits and `_`; the letters are those of ASCII.
pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// Whether it is one name or number, which needs no brackets around it.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// The name in a reference, whatever its index is.
pub(super) fn split_name(text: &str) -> &str {
    text.split('[').next().unwrap_or(text).trim()
}

/// Text of the user's for a message: in quotes, what cannot be seen escaped, and
/// not longer than a line.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown = String::from("'");
    for character in text.chars().take(SHOWN) {
        if is_obeyed(character) || invisible::named(character).is_some() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown.push('\'');
    shown
}

/// The candidate that was probably meant by `name`: at most a third of its
/// letters differ, and of the nearest ones it is the first.
pub(super) fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let length = name.chars().count();
    if length > LONGEST_NAME {
        return None;
    }
    // Names of one or two letters are all near each other.
    let allowed = if length <= 2 { 0 } else { (length / 3).max(1) };
    let lower = name.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // A difference in length is a lower bound of the distance, and cheap.
        if candidate.chars().count().abs_diff(length) > allowed {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `; did you mean '…'?` if one of the candidates was probably meant by `name`,
/// and nothing otherwise: the end of a message.
pub fn suggestion<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |meant| format!("; did you mean '{meant}'?"))
}

/// Things by position and by name. A repeated name keeps its first position.
#[derive(Debug)]
pub(super) struct Table<T> {
    entries: Vec<(String, T)>,
    index: BTreeMap<String, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { entries: Vec::new(), index: BTreeMap::new() }
    }
}

impl<T> Table<T> {
    /// Adds an entry at the end and gives its position.
    pub fn push(&mut self, name: &str, entry: T) -> usize {
        let position = self.entries.len();
        self.entries.push((name.to_owned(), entry));
        self.index.entry(name.to_owned()).or_insert(position);
        position
    }

    /// The same entries at the same positions, of which only these are known, each by
    /// another name.
    pub fn renamed(&self, names: &[(String, usize)]) -> Table<T>
    where
        T: Clone,
    {
        let entries = self.entries.iter().map(|(_, entry)| (String::new(), entry.clone()));
        let mut renamed = Table { entries: entries.collect(), index: BTreeMap::new() };
        for (name, position) in names {
            renamed.entries[*position].0.clone_from(name);
            renamed.index.insert(name.clone(), *position);
        }
        renamed
    }

    /// The position of a name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// The entry of a name.
    pub fn find(&self, name: &str) -> Option<&T> {
        self.position(name).map(|position| &self.entries[position].1)
    }

    /// The entry at a position.
    pub fn at(&self, position: usize) -> &T {
        &self.entries[position].1
    }

    /// The name at a position.
    pub fn name(&self, position: usize) -> &str {
        &self.entries[position].0
    }

    /// The entry at a position, to be changed.
    pub fn at_mut(&mut self, position: usize) -> &mut T {
        &mut self.entries[position].1
    }

    /// The last entry.
    pub fn last(&self) -> Option<&T> {
        self.entries.last().map(|(_, entry)| entry)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(_, entry)| entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let names = ["mutex1", "mutex2", "empty1"];
        assert_eq!(nearest("mutx1", names.into_iter()), Some("mutex1"));
        assert_eq!(nearest("Mutex2", names.into_iter()), Some("mutex2"));
        assert_eq!(nearest("data", names.into_iter()), None);
        assert_eq!(nearest("dealy", ["delay", "draw"].into_iter()), Some("delay"));
    }

    #[test]
    fn quotes_without_control_characters() {
        assert_eq!(quoted("a\u{1b}[31m"), "'a\\u{1b}[31m'");
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), 63);
    }
}

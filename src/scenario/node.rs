//! A YAML document as a tree with a position at every node.
//!
//! Decides nothing: it is what `yaml` reads and what all checks look at.

use crate::ids::Site;

/// A value of the document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Where it stands; a list or a map stands where its first element does.
    pub site: Site,
    /// What it is.
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Something that was already reported; whoever meets it stays silent.
    Bad,
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// All other scalars.
    Text(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map without repeated keys, in the order of the file.
    Map(Vec<Entry>),
}

/// An entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: Node,
}

/// The key of an [`Entry`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    /// Its text.
    pub name: String,
    /// Where it stands.
    pub site: Site,
}

impl Key {
    /// A number that stands where a key does.
    pub fn number(node: &Node) -> Option<Key> {
        let name = match node.kind {
            Kind::Int(number) => number.to_string(),
            Kind::Float(number) => number.to_string(),
            _ => return None,
        };
        Some(Key { name, site: node.site })
    }
}

impl Node {
    /// The text that it is, if it is text.
    pub fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// This map with the entries of another one in the place of those with the same keys.
    pub fn amended(mut self, by: Node) -> Node {
        if let (Kind::Map(entries), Kind::Map(others)) = (&mut self.kind, by.kind) {
            for other in others {
                match entries.iter_mut().find(|entry| entry.key.name == other.key.name) {
                    Some(entry) => *entry = other,
                    None => entries.push(other),
                }
            }
        }
        self
    }

    /// What was found, for "expected a map, found …".
    pub fn described(&self) -> &'static str {
        match self.kind {
            Kind::Bad => "an error",
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) => "an integer",
            Kind::Float(_) => "a float",
            Kind::Text(_) => "text",
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}

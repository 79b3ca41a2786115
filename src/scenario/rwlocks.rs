//! Read-write locks: `kind: rwlock`, and `{read: l}` and `{write: l}` where locks are named.
//!
//! Decides what such a lock is made of, and what a step about it means. The lock itself is
//! owned by who writes. Beside it, behind it in the model, are a line in which those stand who
//! are to write, and permits of which each who reads has one: as many as anybody could want.
//! Who writes takes the line and then, when nobody reads, the lock; who reads takes a permit
//! while nobody writes or, where writers are preferred, while nobody is in the line. What is
//! waited for so is a region of ops.

use super::context::{Check, Watch};
use super::model::{Expr, ResourceDef, ResourceRef, ResourceSpec, Rwlock};
use super::names::{quoted, split_name, suggestion};
use super::node::{Entry, Kind};
use super::scope::{Found, ResourceEntry, Scope};
use super::steps::body::Use;
use super::tables::{Field, Shape, optional};
use super::typed::Typed;
use crate::ids::{ResourceDefId, Site};
use crate::trace::{Discipline, ResourceKind};
use crate::value::Value;

const WRITERS: &str = "writers";
const READERS: &str = "readers";

/// Who goes first of those who are to read and those who are to write.
pub(super) const PREFER: Field = optional(
    "prefer",
    Shape::Word(&[WRITERS, READERS]),
    "Whether who is to read waits for those who wait to write; default `writers`.",
);

/// In which way a lock is taken.
pub(super) const READ: &str = "read";
pub(super) const WRITE: &str = "write";

/// How far behind a lock its parts stand in the model.
const WRITERS_BEHIND: u32 = 1;
const READERS_BEHIND: u32 = 2;

/// How many may read at once: more than there are processes, and as many permits as there can
/// be, so that one that was not taken cannot be given back.
const MOST_READERS: i64 = i64::MAX;

impl Check<'_> {
    /// What stands behind a lock in the model; `entry` declares it.
    pub(super) fn parts_of_lock(&mut self, lock: &ResourceDef, entry: &Entry) -> Vec<ResourceDef> {
        let Some(position) = self.resources.position(&lock.name) else { return Vec::new() };
        let site = lock.site;
        let prefer = match &entry.value.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key.name == PREFER.key),
            _ => None,
        };
        let word =
            prefer.and_then(|prefer| self.word(&prefer.value, "whom a lock prefers", &[WRITERS, READERS]));
        let (name, def) = (&lock.name, ResourceDefId::from_index(position));
        let [read, write] = [format!("{name} to read"), format!("{name} to write")].map(|name| {
            self.watches.push(Watch { name, site, each_of: Some(def) });
            self.watches.len() as u32 - 1
        });
        self.rwlocks.push(Rwlock { lock: def, prefers_writers: word != Some(READERS), read, write });
        let part = |name: String, kind, discipline| {
            let number =
                (kind == ResourceKind::Readers).then(|| Typed::constant(Value::Int(MOST_READERS), site).expr);
            let spec = ResourceSpec { number, ..ResourceSpec::of_kind(kind) };
            ResourceDef { name, count: lock.count.clone(), spec, discipline, site }
        };
        let parts = vec![
            part(format!("turn to write {name}"), ResourceKind::Writers, lock.discipline),
            part(format!("{name} for reading"), ResourceKind::Readers, Discipline::Fifo),
        ];
        let known = self.resources.at(position);
        let (counted, count) = (known.counted, known.count);
        for part in &parts {
            let first =
                self.resources.last().and_then(|last| super::scope::next_first(last.first, last.count));
            let entry = ResourceEntry {
                kind: Some(part.spec.kind),
                counted,
                count,
                first,
                used: true.into(),
                ..ResourceEntry::default()
            };
            self.resources.push(&part.name, entry);
        }
        parts
    }

    /// What a step takes, in this order, or gives back in the other, that names a lock under
    /// `read` or `write`; `None` if the key is neither, so that it is the name of a resource.
    pub(super) fn locked(
        &mut self,
        entry: &Entry,
        scope: Scope<'_>,
        (usage, step): (&Use, &str),
    ) -> Option<Vec<Found>> {
        let key = entry.key.name.as_str();
        if !(matches!(key, READ | WRITE) && self.resources.position(key).is_none()) {
            return None;
        }
        let mut taken = Vec::new();
        for found in self.references(&entry.value, scope, usage).into_iter().flatten() {
            let lock = found.reference;
            match found.entry.kind {
                Some(ResourceKind::Rwlock) => {
                    let parts = match Rwlock::among(&self.rwlocks, lock.def) {
                        Some(rwlock) if key == READ => vec![rwlock.readers(&lock)],
                        Some(rwlock) => vec![rwlock.line(&lock), lock],
                        // It is wrong itself, which was reported.
                        None => Vec::new(),
                    };
                    let of_lock = |reference| Found { reference, entry: found.entry.clone() };
                    taken.extend(parts.into_iter().map(of_lock));
                }
                Some(kind) => {
                    let name = quoted(self.resources.name(lock.def.index()));
                    let span = self.reports.span_of(&entry.value);
                    let message = format!(
                        "`{key}` is a way to take a read-write lock, and {name} is a {}",
                        kind.name()
                    );
                    let hint = format!("write `{step}: {}`", name.trim_matches('\''));
                    self.reports.error_with_hint(span, message, hint);
                }
                None => {}
            }
        }
        Some(taken)
    }

    /// Whether a name begins with that of a read-write lock.
    fn is_rwlock(&self, text: &str) -> bool {
        let known = self.resources.find(split_name(text)).and_then(|known| known.kind);
        known == Some(ResourceKind::Rwlock)
    }

    /// Reports `{raed: l}` and `{l: read}`, where a step takes or gives back a read-write lock
    /// `l`; whether it is one of these.
    pub(super) fn mistakes_lock(&mut self, entry: &Entry, step: &str) -> bool {
        let Entry { key, value } = entry;
        let Kind::Text(text) = &value.kind else { return false };
        let (message, hint) = if self.is_rwlock(&key.name) && matches!(text.as_str(), READ | WRITE) {
            let message = "how a read-write lock is taken stands before its name".to_owned();
            (message, format!("write `{step}: {{{text}: {}}}`", key.name))
        } else if self.resources.position(split_name(&key.name)).is_none() && self.is_rwlock(text) {
            let near = suggestion(&key.name, [READ, WRITE].into_iter());
            let message =
                format!("{} is no way to take the read-write lock {}{near}", quoted(&key.name), quoted(text));
            (message, format!("write `{step}: {{read: {text}}}` or `{step}: {{write: {text}}}`"))
        } else {
            return false;
        };
        let span = self.key_span(key);
        self.reports.error_with_hint(span, message, hint);
        true
    }

    /// Reports a read-write lock of which a step does not say how it is taken.
    pub(super) fn must_say_how(
        &mut self,
        lock: &ResourceRef,
        kind: Option<ResourceKind>,
        step: &str,
    ) -> bool {
        if kind != Some(ResourceKind::Rwlock) {
            return false;
        }
        let name = self.resources.name(lock.def.index()).to_owned();
        let span = self.reports.span_of_text(lock.site, &name);
        let message = format!("`{step}` does not say how the read-write lock {} is taken", quoted(&name));
        let hint = format!("write `{step}: {{read: {name}}}` or `{step}: {{write: {name}}}`");
        self.reports.error_with_hint(span, message, hint);
        true
    }
}

/// The index of one part is that of all.
impl Rwlock {
    /// The one of these, in the order of their ids, that is this resource or has it as a part.
    pub fn among(locks: &[Rwlock], part: ResourceDefId) -> Option<&Rwlock> {
        let before = locks.partition_point(|lock| lock.lock.0 <= part.0);
        locks[..before].last().filter(|lock| part.0 <= lock.lock.0 + READERS_BEHIND)
    }

    /// The lock itself, of which one part is named.
    pub fn itself(&self, named: &ResourceRef) -> ResourceRef {
        self.part(named, 0)
    }

    /// The line of those who are to write.
    pub fn line(&self, named: &ResourceRef) -> ResourceRef {
        self.part(named, WRITERS_BEHIND)
    }

    /// The permits of those who read.
    pub fn readers(&self, named: &ResourceRef) -> ResourceRef {
        self.part(named, READERS_BEHIND)
    }

    fn part(&self, named: &ResourceRef, behind: u32) -> ResourceRef {
        ResourceRef { def: ResourceDefId(self.lock.0 + behind), ..named.clone() }
    }

    /// How many permits of those who read are free while nobody does.
    pub fn nobody_reads(&self, site: Site) -> Expr {
        Typed::constant(Value::Int(MOST_READERS), site).expr
    }
}

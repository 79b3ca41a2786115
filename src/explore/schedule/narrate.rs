//! A schedule in words: what happens in each of its turns.

use super::replay::{Following, Replayed, replay_cancellable};
use super::turn::Turn;
use crate::explore::cancellation::Cancellation;
use crate::explore::code::NumberedCode;
use crate::explore::options::Mode;
use crate::ids::{ProcessId, ResourceId};
use crate::program::BoundProgram;
use crate::trace::{Event, Fault, Header, Kind, Outcome, Phrase, ResourceKind, Sink, StandsFor};
use crate::value::Word;

/// Events of a turn that are put into words; the rest is counted.
const MOST_EVENTS: usize = 12;

/// What happens in each turn, in words.
pub fn narrate(
    program: &BoundProgram,
    code: Option<&dyn NumberedCode>,
    mode: Mode,
    seed: u64,
    turns: &[Turn],
) -> Vec<String> {
    narrate_cancellable(program, code, (seed, mode), Cancellation::NEVER, turns)
}

/// What happens in each turn, in words; of fewer turns if `cancellation` said to stop.
pub fn narrate_cancellable(
    program: &BoundProgram,
    code: Option<&dyn NumberedCode>,
    (seed, mode): (u64, Mode),
    cancellation: Cancellation<'_>,
    turns: &[Turn],
) -> Vec<String> {
    let mut sink = Narrator { header: program.header(seed), turns: Vec::new(), begun: false };
    // What cannot be followed has no notes; that it can is tested.
    let followed = replay_cancellable(
        program,
        code,
        Following::so_far(seed, mode),
        cancellation,
        turns,
        &mut sink,
        &mut |sink, number| {
            sink.begun = number < turns.len();
            if let Some(turn) = turns.get(number) {
                sink.turns.push(Note::of(turn.process));
            }
        },
    );
    if let (Ok(Some(Replayed { outcome: Outcome::Fault(fault), .. })), Some(last)) =
        (followed, sink.turns.last_mut())
    {
        last.fails(&fault, &sink.header);
    }
    let Narrator { header, turns, .. } = sink;
    turns.into_iter().map(|note| note.said(&header)).collect()
}

/// What happens in a turn.
struct Note {
    /// Whose turn it is.
    actor: ProcessId,
    parts: Vec<Part>,
    /// How many events there were.
    count: usize,
    /// Where the first stands that is told.
    line: Option<u32>,
}

/// Something that the process does whose turn it is.
struct Part {
    text: String,
    /// Whether it happens to a resource. What does not is said only of a turn in which nothing
    /// else happens: there it is what an expectation looks at.
    on_resource: bool,
    /// What it looked at, if that is all that it did.
    looked_at: Option<ResourceId>,
    /// What others do because of it, in the order in which they do.
    others: Vec<Other>,
}

/// Another process that goes on because of what was done.
struct Other {
    process: ProcessId,
    /// What it waited for, and the words around its name.
    granted: Option<(ResourceId, (&'static str, &'static str))>,
    /// What it does at once, unless that is what it waited for.
    words: Vec<String>,
}

impl Note {
    fn of(actor: ProcessId) -> Note {
        Note { actor, parts: Vec::new(), count: 0, line: None }
    }

    fn add(&mut self, header: &Header, event: &Event, args: &[Word]) {
        self.count += 1;
        if self.count > MOST_EVENTS {
            return;
        }
        let phrase = Phrase::new(header, event).with_text(args, 0);
        let resource = event.resource();
        let is_watch = |id| header.resource(id).kind == ResourceKind::Watch;
        let looked_at = resource.filter(|&id| event.kind == Kind::Level && is_watch(id));
        if event.process == self.actor {
            let is_told = self.parts.iter().any(|part| part.on_resource);
            if resource.is_some() && !is_told || self.parts.is_empty() {
                self.line = header.line(event.op);
            }
            let said = |part: &Part| part.looked_at.is_some_and(|watch| takes(header, watch, resource));
            if self.parts.last().is_some_and(said) {
                self.parts.pop();
            }
            let (text, on_resource) = (phrase.note(), resource.is_some());
            self.parts.push(Part { text, on_resource, looked_at, others: Vec::new() });
            return;
        }
        if resource.is_none() {
            // What concerns nobody else.
            return;
        }
        if self.parts.is_empty() {
            // Nobody else notices what it does itself, as at the end of work that takes no core.
            let text = "goes on".to_owned();
            self.line = header.line(event.op);
            self.parts.push(Part { text, on_resource: false, looked_at: None, others: Vec::new() });
        }
        let others = self.parts.last_mut().map(|part| &mut part.others).expect("there is one");
        let granted = resource.filter(|_| event.kind == Kind::Grant).map(|id| (id, phrase.letting_go()));
        match others.last_mut().filter(|other| other.process == event.process && granted.is_none()) {
            Some(other) => {
                let waited_for = other.granted.map(|(id, _)| id);
                let is_implied = looked_at.is_some()
                    || matches!(event.kind, Kind::Acquire | Kind::Join) && resource == waited_for;
                if !is_implied {
                    other.words.push(phrase.note());
                }
            }
            None => {
                let words = if granted.is_some() { Vec::new() } else { vec![phrase.note()] };
                others.push(Other { process: event.process, granted, words });
            }
        }
    }

    /// That the scenario breaks a rule in this turn.
    fn fails(&mut self, fault: &Fault, header: &Header) {
        let own = fault.process == self.actor;
        let who = if own { String::new() } else { format!("{} ", header.process_name(fault.process)) };
        let text = format!("{who}fails: {}", fault.message);
        if self.parts.iter().all(|part| !part.on_resource) {
            self.parts.clear();
            self.line = header.line(fault.op);
        }
        self.parts.push(Part { text, on_resource: true, looked_at: None, others: Vec::new() });
    }

    fn said(self, header: &Header) -> String {
        let Note { parts, count, line, .. } = self;
        let only_aside = parts.iter().all(|part| !part.on_resource);
        let told = parts.iter().filter(|part| only_aside || part.on_resource || !part.others.is_empty());
        let mut text = told.map(|part| part.said(header)).collect::<Vec<_>>().join(", ");
        if text.is_empty() {
            return "goes on".to_owned();
        }
        if count > MOST_EVENTS {
            text.push_str(&format!(", … and {} more", count - MOST_EVENTS));
        }
        match line {
            Some(line) => format!("{text} (line {line})"),
            None => text,
        }
    }
}

impl Part {
    /// What is done, and in brackets behind it what others do because of it.
    fn said(&self, header: &Header) -> String {
        let mut told: Vec<String> = Vec::new();
        let mut others = self.others.as_slice();
        while let Some((first, rest)) = others.split_first() {
            let name = header.process_name(first.process);
            let alike = |other: &&Other| {
                other.words.is_empty()
                    && other.granted.map(|(_, words)| words) == first.granted.map(|(_, words)| words)
            };
            match first.granted {
                Some((_, (before, behind))) if first.words.is_empty() => {
                    let more = rest.iter().take_while(alike);
                    let names: Vec<String> = more.map(|other| header.process_name(other.process)).collect();
                    others = &rest[names.len()..];
                    let names = [&[name][..], &names].concat().join(", ");
                    told.push(format!("{before}{names}{behind}"));
                }
                _ => {
                    others = rest;
                    told.push(format!("{name}: {}", first.words.join(", ")));
                }
            }
        }
        if told.is_empty() { self.text.clone() } else { format!("{} ({})", self.text, told.join("; ")) }
    }
}

/// Whether who looked at this takes or gives what it stands for by an event at this resource,
/// which then says all.
fn takes(header: &Header, watch: ResourceId, resource: Option<ResourceId>) -> bool {
    let Some(resource) = resource else { return false };
    let watch = header.resource(watch);
    let of = header.resource(resource);
    let is_among = |stands: &StandsFor| of.first <= stands.first && stands.first.0 < of.first.0 + of.count;
    // The parts of a lock, a flag and a latch are looked at by who changes them.
    matches!(of.kind, ResourceKind::Readers | ResourceKind::Flag | ResourceKind::Latch)
        || watch.stands_for.iter().any(|stands| stands.is_taken && is_among(stands))
}

/// Puts the events of each turn into words.
struct Narrator {
    header: Header,
    turns: Vec<Note>,
    begun: bool,
}

impl Sink for Narrator {
    fn event(&mut self, event: &Event, args: &[Word]) {
        let Some(note) = self.turns.last_mut().filter(|_| self.begun) else { return };
        note.add(&self.header, event, args);
    }
}

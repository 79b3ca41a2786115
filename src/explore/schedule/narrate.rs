//! A schedule in words: what happens in each of its turns.

use super::replay::replay_asking;
use super::turn::Turn;
use crate::explore::asked::Asked;
use crate::explore::code::NumberedCode;
use crate::explore::options::Mode;
use crate::program::Image;
use crate::trace::{Event, Header, Kind, Sink};
use crate::value::{Value, Word};

/// Events of a turn that are put into words; the rest is counted.
const MOST_EVENTS: usize = 12;

/// What happens in each turn, in words.
pub fn narrate(
    image: &Image,
    code: Option<&dyn NumberedCode>,
    mode: Mode,
    seed: u64,
    turns: &[Turn],
) -> Vec<String> {
    narrate_asking(image, code, (seed, mode), Asked::NEVER, turns)
}

/// What happens in each turn, in words; of fewer turns if `asked` said to stop.
pub fn narrate_asking(
    image: &Image,
    code: Option<&dyn NumberedCode>,
    (seed, mode): (u64, Mode),
    asked: Asked<'_>,
    turns: &[Turn],
) -> Vec<String> {
    let mut sink = Narrator { header: image.header(seed), turns: Vec::new(), begun: false };
    // What cannot be followed has no notes; that it can is tested.
    let _ = replay_asking(image, code, (seed, mode), asked, turns, &mut sink, &mut |sink, number| {
        sink.begun = number < turns.len();
        if sink.begun {
            sink.turns.push(Note::default());
        }
    });
    let notes = sink.turns.into_iter().map(|Note { mut text, events, line }| {
        if events > MOST_EVENTS {
            text.push_str(&format!(", … and {} more", events - MOST_EVENTS));
        }
        match line {
            Some(line) => format!("{text} (line {line})"),
            None => text,
        }
    });
    notes.collect()
}

/// What happens in a turn.
#[derive(Default)]
struct Note {
    text: String,
    events: usize,
    /// Of the first event.
    line: Option<u32>,
}

/// Puts the events of each turn into words.
struct Narrator {
    header: Header,
    turns: Vec<Note>,
    begun: bool,
}

impl Sink for Narrator {
    fn event(&mut self, event: &Event, _: &[Word]) {
        let Some(note) = self.turns.last_mut().filter(|_| self.begun) else { return };
        let Some(resource) = event.resource() else { return };
        note.events += 1;
        if note.events > MOST_EVENTS {
            return;
        }
        let name = self.header.resource_name(resource);
        let value = || Value::from_word(event.ty, event.value);
        let slot = event.extra;
        let words = match event.kind {
            Kind::Block => format!("waits for {name}"),
            Kind::Grant => {
                let who = self.header.process_name(event.process);
                format!("which {who} was waiting for")
            }
            Kind::Write => format!("write {name}[{slot}] = {}", value()),
            Kind::Read => format!("read {name}[{slot}] = {}", value()),
            Kind::Put => format!("put {} into {name}", value()),
            Kind::Get => format!("get {} from {name}", value()),
            kind => format!("{} {name}", kind.name()),
        };
        if !note.text.is_empty() {
            note.text.push_str(", ");
        }
        note.text.push_str(&words);
        if note.line.is_none() {
            note.line = self.header.lines.get(event.op.index()).copied();
        }
    }
}

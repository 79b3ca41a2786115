//! A schedule in words: what happens in each of its turns.

use super::code::NumberedCode;
use super::exploration::Mode;
use super::follow::follow_calling;
use super::schedule::Turn;
use crate::program::Image;
use crate::trace::{Event, Header, Kind, Sink};
use crate::value::{Value, Word};

/// What happens in each turn, in words.
pub fn notes(
    image: &Image,
    code: Option<&dyn NumberedCode>,
    mode: Mode,
    seed: u64,
    turns: &[Turn],
) -> Vec<String> {
    let mut sink = Notes { header: image.header(seed), turns: Vec::new(), begun: false };
    // What cannot be followed has no notes; that it can is tested.
    let _ = follow_calling(image, code, seed, mode, turns, &mut sink, &mut |sink, number| {
        sink.begun = number < turns.len();
        if sink.begun {
            sink.turns.push((String::new(), None));
        }
    });
    let notes = sink.turns.into_iter().map(|(text, line)| match line {
        Some(line) => format!("{text} (line {line})"),
        None => text,
    });
    notes.collect()
}

/// Puts the events of each turn into words.
struct Notes {
    header: Header,
    /// The words of a turn, and the line of its first event.
    turns: Vec<(String, Option<u32>)>,
    begun: bool,
}

impl Sink for Notes {
    fn event(&mut self, event: &Event, _: &[Word]) {
        let Some((text, line)) = self.turns.last_mut().filter(|_| self.begun) else { return };
        let Some(resource) = event.resource() else { return };
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
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&words);
        if line.is_none() {
            *line = self.header.lines.get(event.op.index()).copied();
        }
    }
}

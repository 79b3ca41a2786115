//! A schedule in words: what happens in each of its turns.

use super::replay::{Following, replay_cancellable};
use super::turn::Turn;
use crate::explore::cancellation::Cancellation;
use crate::explore::code::NumberedCode;
use crate::explore::options::Mode;
use crate::program::BoundProgram;
use crate::trace::{Event, Header, Phrase, Sink};
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
    let _ = replay_cancellable(
        program,
        code,
        Following::so_far(seed, mode),
        cancellation,
        turns,
        &mut sink,
        &mut |sink, number| {
            sink.begun = number < turns.len();
            if sink.begun {
                sink.turns.push(Note::default());
            }
        },
    );
    let said = |Note { on_resources, aside }: Note| match (on_resources.count, aside.count) {
        // Nobody else notices, as at the end of work that takes no core.
        (0, 0) => "goes on".to_owned(),
        (0, _) => aside.said(),
        _ => on_resources.said(),
    };
    sink.turns.into_iter().map(said).collect()
}

/// What happens in a turn.
#[derive(Default)]
struct Note {
    on_resources: Events,
    /// What else happens. Said only of a turn in which nothing happens to a
    /// resource: there it is what an expectation looks at.
    aside: Events,
}

/// Some events in words.
#[derive(Default)]
struct Events {
    text: String,
    count: usize,
    /// Of the first event.
    line: Option<u32>,
}

impl Events {
    fn add(&mut self, words: impl FnOnce() -> String, line: Option<u32>) {
        self.count += 1;
        if self.count > MOST_EVENTS {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(", ");
        }
        self.text.push_str(&words());
        self.line = self.line.or(line);
    }

    fn said(self) -> String {
        let Events { mut text, count, line } = self;
        if count > MOST_EVENTS {
            text.push_str(&format!(", … and {} more", count - MOST_EVENTS));
        }
        match line {
            Some(line) => format!("{text} (line {line})"),
            None => text,
        }
    }
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
        let line = self.header.line(event.op);
        let events = match event.resource() {
            Some(_) => &mut note.on_resources,
            None => &mut note.aside,
        };
        events.add(|| Phrase::new(&self.header, event).with_text(args, 0).note(), line);
    }
}

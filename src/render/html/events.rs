//! The events of a run as columns, each with a sentence.

use super::telling::Telling;
use crate::trace::{Event, Kind, Phrase};
use crate::value::Word;

/// A page has room for so many events.
const MOST_EVENTS: usize = 50_000;
/// And for so many bytes of each log line.
const MOST_TEXT: usize = 200;

impl Telling<'_, '_> {
    /// How many there are; none if there are too many. Columns: times, processes, lines (0
    /// for none), and sentences.
    pub fn events(&mut self) -> usize {
        let run = self.run;
        let Some(trace) = run.trace.filter(|trace| trace.events.len() <= MOST_EVENTS) else { return 0 };
        let header = run.timeline.header;
        self.numbers.ascending(trace.events.iter().map(|event| self.ticks.at(event.time)));
        self.numbers.column(trace.events.iter().map(|event| u64::from(event.process.0)));
        self.numbers.column(trace.events.iter().map(|event| u64::from(header.line(event.op).unwrap_or(0))));
        for (event, args) in trace.iter() {
            let sentence = self.sentence(&event, args);
            let number = self.texts.number(&sentence);
            self.numbers.number(number);
        }
        trace.events.len()
    }

    /// What happens, with what the sentence alone leaves out.
    fn sentence(&self, event: &Event, args: &[Word]) -> String {
        let phrase = Phrase::new(self.run.timeline.header, event).with_text(args, MOST_TEXT);
        let sentence = phrase.sentence();
        match event.kind {
            Kind::Delay | Kind::Work | Kind::Log | Kind::Mark => format!("{sentence}: {}", phrase.object()),
            _ => sentence,
        }
    }
}

//! The steps of a run as text, made to be read in a code review: who did what when, one
//! step a line.
//!
//! Decides what a step is (what a process does at one instant with one kind of
//! step of the scenario), how it is told, and which lines stand at the top.
//! Lines of the scenario are not told: a comment more in it is no other step.

use crate::figure::noun;
use crate::ids::ProcessId;
use crate::time::Time;
use crate::trace::{Event, Header, Kind, Outcome, Phrase, Sink, printable};
use crate::value::Word;
use std::fmt::Write;

/// The beginning of the line that says which version made the text. Two
/// texts that differ in it alone are equal.
pub const STEPS_VERSION: &str = "# version ";

/// Collects the steps of a run as lines: at most so many, and of what they say
/// at most [`StepsSink::MOST_BYTES`].
#[derive(Debug)]
pub struct StepsSink<'h> {
    header: &'h Header,
    rows: Vec<Row>,
    most: usize,
    /// How many more bytes are kept.
    room: usize,
    events: u64,
    /// The processes whose waits have ended and that have done nothing since,
    /// each with the one that ended it.
    woken: Vec<(ProcessId, ProcessId)>,
    is_whole: bool,
}

#[derive(Debug)]
struct Row {
    time: Time,
    process: ProcessId,
    /// The scenario line, to tell one step from the next.
    line: Option<u32>,
    verb: &'static str,
    /// What the verb is about, each with how often in a row.
    objects: Vec<(String, u32)>,
    woken_by: Option<ProcessId>,
}

impl<'h> StepsSink<'h> {
    /// How many bytes are kept: a line may be a whole array, or have any number
    /// of objects.
    pub const MOST_BYTES: usize = 4 << 20;

    /// Ready for a run with these names; keeps `most` lines.
    pub fn new(header: &'h Header, most: usize) -> StepsSink<'h> {
        let room = Self::MOST_BYTES;
        StepsSink { header, rows: Vec::new(), most, room, events: 0, woken: Vec::new(), is_whole: true }
    }

    /// The text of a run that ended so; `None` if it is too long.
    pub fn finish(self, outcome: &Outcome, end: Time, fingerprint: &str) -> Option<String> {
        if !self.is_whole {
            return None;
        }
        let Header { scenario, version, seed, .. } = self.header;
        let mut text = format!("# steps of {}\n{STEPS_VERSION}{version}\n", printable(scenario));
        let events = noun(usize::try_from(self.events).unwrap_or(usize::MAX), "event");
        let _ = writeln!(text, "# seed {seed}, {} {events}, fingerprint {fingerprint}", self.events);
        text.push_str("# x has to wait, > goes on after a wait\n");
        let name = |row: &Row| self.header.process_name(row.process);
        let times = self.rows.iter().map(|row| row.time.to_string().len());
        let times = times.max().unwrap_or(0).max(end.to_string().len());
        let names = self.rows.iter().map(|row| name(row).len()).max().unwrap_or(0);
        for row in &self.rows {
            let what = self.told(row);
            let _ = writeln!(text, "{:<times$}  {:<names$}  {what}", row.time.to_string(), name(row));
        }
        let _ = writeln!(text, "{:<times$}  {}", end.to_string(), outcome.name());
        Some(text)
    }

    fn told(&self, row: &Row) -> String {
        let object = |(object, times): &(String, u32)| match times {
            1 => object.clone(),
            times => format!("{object} ({times} times)"),
        };
        let objects: Vec<String> = row.objects.iter().map(object).collect();
        let mark = match row.woken_by {
            Some(_) => '>',
            None if row.verb.starts_with("wait") => 'x',
            None => ' ',
        };
        let told = format!("{mark} {} {}", row.verb, objects.join(", "));
        match row.woken_by {
            Some(waker) => format!("{} (woken by {})", told.trim_end(), self.header.process_name(waker)),
            None => told.trim_end().to_owned(),
        }
    }
}

impl StepsSink<'_> {
    fn give_up(&mut self) {
        self.is_whole = false;
        self.rows = Vec::new();
    }
}

impl Sink for StepsSink<'_> {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.events += 1;
        if event.kind == Kind::Grant {
            self.woken.push((event.process, ProcessId(event.value as u32)));
        }
        if !self.is_whole || matches!(event.kind, Kind::Grant | Kind::Wake) {
            return;
        }
        let place = self.woken.iter().position(|(process, _)| *process == event.process);
        let woken_by = place.map(|place| self.woken.swap_remove(place).1);
        let phrase = Phrase::new(self.header, event).with_text(args, self.room);
        let (verb, object) = (phrase.verb(), phrase.object());
        let Some(room) = self.room.checked_sub(object.len() + size_of::<(String, u32)>()) else {
            self.give_up();
            return;
        };
        let (time, process, line) = (event.time, event.process, self.header.line(event.op));
        let same_step =
            |row: &&mut Row| (row.time, row.process, row.line, row.verb) == (time, process, line, verb);
        if let Some(row) = self.rows.last_mut().filter(same_step).filter(|_| woken_by.is_none()) {
            match row.objects.last_mut().filter(|last| last.0 == object) {
                Some(last) => last.1 += 1,
                None => {
                    row.objects.push((object, 1));
                    self.room = room;
                }
            }
            return;
        }
        if self.rows.len() == self.most {
            self.give_up();
            return;
        }
        self.room = room;
        let objects = vec![(object, 1)];
        self.rows.push(Row { time, process, line, verb, objects, woken_by });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, BUFFER, cut_trace, event, two_stage_trace};

    fn steps(trace: &crate::trace::Trace, most: usize) -> Option<String> {
        let mut steps = StepsSink::new(&trace.header, most);
        trace.replay(&mut steps);
        steps.finish(&trace.outcome, trace.end, "0123")
    }

    #[test]
    fn a_step_is_a_line() {
        assert_eq!(
            steps(&two_stage_trace(), 100).expect("short enough"),
            "# steps of by hand
# version 1.2.3
# seed 18446744073709551615, 25 events, fingerprint 0123
# x has to wait, > goes on after a wait
0s  a       start
0s  a       acquire m
0s  a       delay 2s
0s  b       start
0s  b     x wait to acquire m
0s  c[1]    start
0s  c[1]    done
1s  c[0]    start
1s  c[0]  x wait to get q
2s  a       put q = 10, q = 20
2s  c[0]  > get q = 10 (woken by a)
2s  a       release m
2s  b     > acquire m (woken by a)
2s  a       log \"made \\\"2s\\\" of [0.5, 15.0]\"
2s  a       done
2s  c[0]    delay 3s
2s  b       work 6s
5s  c[0]    get q = 20
5s  c[0]    mark latency = 3s
5s  c[0]    done
8s  b       release m
8s  b       done
8s  completed
"
        );
    }

    #[test]
    fn a_long_one_is_none() {
        assert!(steps(&cut_trace(), 5).is_some_and(|text| text.ends_with("4s  horizon\n")));
        assert_eq!(steps(&cut_trace(), 4), None);
    }

    /// One step may put any number of items into a buffer, each with a value of its own.
    #[test]
    fn a_line_that_never_ends_is_none() {
        let mut trace = cut_trace();
        let mut steps = StepsSink::new(&trace.header, 100);
        for number in 0..=StepsSink::MOST_BYTES as u64 / 32 {
            steps.event(&event(1, A, Kind::Put, BUFFER.0, number), &[]);
        }
        trace.end = crate::time::Time::from_secs(1);
        assert_eq!(steps.finish(&trace.outcome, trace.end, "0123"), None);
    }
}

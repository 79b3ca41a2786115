//! A sink that watches one run and can say when an expectation broke.
//!
//! Decides what a failure says about the moment at which it was seen. What is a
//! failure is decided by the automata; the records here never decide anything.

use super::acting::Acting;
use super::automaton::{BROKEN, FIRST_CAME, MOST_WORDS, Open, waited};
use super::describe::{Names, never_came};
use super::failure::{FailedExpectation, FinalState, Moment};
use super::monitors::Monitors;
use crate::ids::ResourceId;
use crate::time::{Time, format_nanos};
use crate::trace::{Claim, Event, Header, Label, Outcome, Sink, level_after};
use crate::value::{Value, Word};

/// Feeds [`Monitors`] with the events of one run, and keeps for each of them
/// what a message needs.
#[derive(Debug)]
pub struct Watch<'a> {
    monitors: &'a Monitors,
    header: &'a Header,
    state: Vec<Word>,
    records: Vec<Record>,
    /// Labels that were late: after their [`Claim::Before`] was broken they are
    /// looked for all the same, to be told.
    late: Vec<Late>,
    /// Whose step it is, as far as invariants are concerned.
    acting: Acting,
}

/// What is known about one monitor besides its words.
#[derive(Debug, Clone, Default)]
struct Record {
    /// The last moment at which its words changed.
    last: Option<Moment>,
    /// What broke it, and when.
    broken: Option<(String, Moment)>,
}

#[derive(Debug)]
struct Late {
    monitor: usize,
    label: Label,
    /// How many of its events are still to come.
    left: u64,
}

impl<'a> Watch<'a> {
    /// Ready for the first event of a run with these names.
    pub fn new(monitors: &'a Monitors, header: &'a Header) -> Watch<'a> {
        let state = monitors.start();
        let record = |index: usize| {
            let start = Moment { time: Time::ZERO, line: 0 };
            let seen = || match &monitors.monitors[index].claim {
                Claim::Level { resource, .. } => {
                    format!("it was {} at the start", header.resource(*resource).initial)
                }
                Claim::Always(invariant) => {
                    format!("at the start {}", Names(header).observed(invariant, &invariant.initial(header)))
                }
                claim => claim.broken().to_owned(),
            };
            let broken = monitors.is_broken(index, &state);
            Record { last: None, broken: broken.then(|| (seen(), start)) }
        };
        let records = (0..monitors.monitors.len()).map(record).collect();
        Watch { monitors, header, state, records, late: Vec::new(), acting: Acting::new() }
    }

    /// Whether any event concerns it; if not, it need not be fed.
    pub fn hears(&self) -> bool {
        self.monitors.hearing.iter().any(|monitors| !monitors.is_empty())
    }

    /// Every expectation that the run did not meet, with what was seen instead.
    pub fn finish(
        mut self,
        outcome: &Outcome,
        end: Time,
        memories: &[(ResourceId, Vec<Value>)],
    ) -> Vec<FailedExpectation> {
        self.close_block();
        let at_end = FinalState { outcome, end, memories };
        let failure = |(index, record): (usize, &Record)| {
            let seen = self.monitors.seen(index, &self.state, &at_end)?;
            let monitor = &self.monitors.monitors[index];
            if let Some((what, moment)) = &record.broken {
                let late = self.late.iter().find(|late| late.monitor == index);
                let never = late.map_or(String::new(), |late| {
                    format!(", and {} {}", Names(self.header).label(late.label), never_came(&at_end))
                });
                return Some(monitor.failure(&format!("{what}{never}"), Some(*moment)));
            }
            let seen = self.at_the_end(index, seen, &at_end);
            let is_timeless =
                matches!(monitor.claim, Claim::Outcome(_) | Claim::TotalTime(_) | Claim::Memory { .. });
            let moment = (!is_timeless).then_some(Moment { time: end, line: 0 });
            Some(monitor.failure(&seen, moment))
        };
        self.records.iter().enumerate().filter_map(failure).collect()
    }

    /// What was seen of a claim that only the end of the run decided, with what
    /// is known about how far it came.
    fn at_the_end(&self, index: usize, seen: String, end: &FinalState<'_>) -> String {
        let monitor = &self.monitors.monitors[index];
        match (&monitor.claim, self.records[index].last) {
            (Claim::Before { first, second }, _) => {
                let missing = if self.state[monitor.at] == FIRST_CAME { second } else { first };
                format!("{} {}", Names(self.header).label(*missing), never_came(end))
            }
            (
                Claim::Reaches(_) | Claim::Count { .. } | Claim::Values { .. } | Claim::Carries { .. },
                Some(last),
            ) => {
                format!("{seen}, the last {}", place(last))
            }
            _ => seen,
        }
    }

    fn moment(&self, event: &Event) -> Moment {
        Moment { time: event.time, line: self.header.line(event.op).unwrap_or(0) }
    }

    /// Lets one monitor take an event, and notes what came of it.
    #[inline]
    fn step(&mut self, index: usize, event: &Event) {
        let words = self.monitors.words(index, &mut self.state);
        let mut before = [0; MOST_WORDS];
        before[..words.len()].copy_from_slice(words);
        if before[0] == BROKEN {
            return;
        }
        self.monitors.step(index, &mut self.state, event, self.acting.is_inside());
        let words = self.monitors.words(index, &mut self.state);
        if *words == before[..words.len()] {
            return;
        }
        if words[0] == BROKEN {
            self.note_broken(index, before, event);
        } else {
            self.records[index].last = Some(self.moment(event));
        }
    }

    #[cold]
    fn note_broken(&mut self, index: usize, before: [Word; MOST_WORDS], event: &Event) {
        let moment = self.moment(event);
        let claim = &self.monitors.monitors[index].claim;
        let what = self.what_broke(claim, before, event, self.records[index].last);
        if let Claim::Before { first, .. } = claim {
            self.late.push(Late { monitor: index, label: *first, left: first.needed() - before[0] });
        }
        self.records[index].broken = Some((what, moment));
    }

    /// What an event showed that broke a claim, whose words were `before`.
    fn what_broke(
        &self,
        claim: &Claim,
        before: [Word; MOST_WORDS],
        event: &Event,
        last: Option<Moment>,
    ) -> String {
        let (names, here) = (Names(self.header), place(self.moment(event)));
        let value = Value::from_word(event.ty, event.value);
        match claim {
            Claim::Finished { .. } => format!("it finished {here}"),
            Claim::Before { second, .. } => format!("{} came first, {here}", names.label(*second)),
            Claim::Count { .. } => format!("it was passed a {} time {here}", ordinal(before[0] + 1)),
            Claim::Values { values, .. } => {
                let nth = ordinal(before[0] + 1);
                match values.get(before[0] as usize) {
                    Some(wanted) => format!("the {nth} was {value} and not {wanted}, {here}"),
                    None => format!("a {nth} value came, {value}, {here}"),
                }
            }
            Claim::Carries { .. } => format!("it carried {value}, {here}"),
            Claim::Level { .. } => {
                let level = level_after(before[0], event);
                format!(
                    "it was {level} {here}, at the {} of {}",
                    event.kind.name(),
                    names.process(event.process)
                )
            }
            Claim::Always(invariant) => {
                let mut words = before;
                invariant.observe(&mut words[1..], event);
                let seen = names.observed(invariant, &words[1..]);
                format!("{here}, at the {} of {}, {seen}", event.kind.name(), names.process(event.process))
            }
            Claim::LongestWait { .. } => {
                let waited = format_nanos(waited(before[0], event.time) as i64);
                // Of one that was stopped the event does not say.
                let on = event.resource().map_or(String::new(), |on| format!(" for {}", names.resource(on)));
                format!("it waited for {waited}{on}, until {}", event.time)
            }
            Claim::NeverTogether(stretches) => {
                let Some(open) = Open::from_word(before[0]) else { return claim.broken().to_owned() };
                let predicate = names.predicate(stretches[open.stretch as usize].what);
                let since = last.map_or(String::new(), |last| format!(" (since {})", on_the_clock(last)));
                let mine = claim.begun_by(event).map_or(String::new(), |what| names.predicate(what));
                let (me, other) = (names.process(event.process), names.process(open.process));
                format!("{here} {me} was {mine} while {other} was {predicate}{since}")
            }
            Claim::Outcome(_) | Claim::TotalTime(_) | Claim::Reaches(_) | Claim::Memory { .. } => {
                claim.broken().to_owned()
            }
        }
    }

    /// Looks at the invariants where a block has just ended, or lets others go on.
    fn close_block(&mut self) {
        for index in self.monitors.invariants() {
            let Claim::Always(invariant) = &self.monitors.monitors[index].claim else { continue };
            let words = self.monitors.words(index, &mut self.state);
            let before = words.to_vec();
            if invariant.close(words) && words[0] == BROKEN {
                let last = self.records[index].last.map_or(String::new(), |last| format!(" {}", place(last)));
                let seen = Names(self.header).observed(invariant, &before[1..]);
                let what = format!("after the atomic steps{last} {seen}");
                let moment = self.records[index].last.unwrap_or(Moment { time: Time::ZERO, line: 0 });
                self.records[index].broken = Some((what, moment));
            }
        }
    }

    /// Looks for labels that were late.
    #[cold]
    fn look_for_late(&mut self, event: &Event) {
        let moment = self.moment(event);
        let Watch { header, records, late, .. } = self;
        late.retain_mut(|late| {
            late.left -= u64::from(late.label.counts(event));
            if late.left == 0
                && let Some((what, _)) = &mut records[late.monitor].broken
            {
                what.push_str(&format!(", and {} {}", Names(header).label(late.label), place(moment)));
            }
            late.left > 0
        });
    }
}

impl Sink for Watch<'_> {
    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        if !self.late.is_empty() {
            self.look_for_late(event);
        }
        if !self.header.atomic.is_empty() && self.monitors.invariants().next().is_some() {
            let is_over = self.acting.note(event, self.header);
            if is_over {
                self.close_block();
            }
        }
        let monitors = self.monitors;
        for index in monitors.hearing[event.kind as usize].of_event(event) {
            let seen = monitors.monitors[index].claim.seen(event, args);
            self.step(index, seen.as_ref().unwrap_or(event));
        }
        // Whoever waits or lets time pass in the middle lets others go on.
        if self.acting.pause(event) {
            self.close_block();
        }
    }
}

/// `at 5s (line 40)`.
fn place(moment: Moment) -> String {
    format!("at {}", on_the_clock(moment))
}

/// `5s (line 40)`.
fn on_the_clock(moment: Moment) -> String {
    match moment.line {
        0 => moment.time.to_string(),
        line => format!("{} (line {line})", moment.time),
    }
}

/// `1st`, `2nd`, `11th`.
fn ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

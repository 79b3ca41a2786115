//! All that is expected of a run: who hears which event, and what is broken or
//! not met.

use super::automaton::{BROKEN, MET};
use super::describe::Names;
use super::failure::{FailedExpectation, FinalState, Moment};
use super::hearing::Hearing;
use crate::ids::ResourceId;
use crate::time::Time;
use crate::trace::{
    Claim, Event, Expectation, Expected, Header, Kind, Observed, Outcome, StandIns, StatePredicate,
};
use crate::value::{Value, Word};

/// The monitors of everything that is expected of a run. Never changes; what
/// does is the words that [`Monitors::start`] gives.
#[derive(Debug, Clone)]
pub struct Monitors {
    pub(super) monitors: Vec<Monitor>,
    /// By kind of event, who hears it.
    pub(super) hearing: Vec<Hearing>,
    start: Vec<Word>,
    stand_ins: StandIns,
    /// The places of what has to hold in every state.
    invariants: Vec<usize>,
    /// Whether times mean anything.
    timed: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Monitor {
    pub(super) claim: Claim,
    line: u32,
    /// Its place in [`Expected::expectations`].
    number: usize,
    /// Where its words begin.
    pub(super) at: usize,
    /// What is expected, after "expected".
    statement: String,
}

impl Monitors {
    /// The monitors of all that is expected of a run with these names.
    ///
    /// # Panics
    /// If an expectation is about something that the run does not have.
    pub fn new(expected: &Expected, header: &Header) -> Monitors {
        Monitors::with_time(expected, header, true)
    }

    /// The monitors of all that does not depend on times, for runs whose events
    /// carry no meaningful ones.
    ///
    /// # Panics
    /// If an expectation is about something that the run does not have.
    pub fn untimed(expected: &Expected, header: &Header) -> Monitors {
        Monitors::with_time(expected, header, false)
    }

    /// The lines of what is expected of times, which [`Monitors::untimed`] leaves out.
    pub fn lines_left_out(expected: &Expected) -> Vec<u32> {
        let timed = expected.expectations.iter().filter(|expectation| expectation.claim.is_timed());
        timed.map(|expectation| expectation.line).collect()
    }

    fn with_time(expected: &Expected, header: &Header, timed: bool) -> Monitors {
        let stand_ins = StandIns::new(&header.resources);
        let mut made = Monitors {
            monitors: Vec::new(),
            hearing: Vec::new(),
            start: Vec::new(),
            stand_ins,
            invariants: Vec::new(),
            timed,
        };
        for (number, Expectation { claim, line }) in expected.expectations.iter().enumerate() {
            if !timed && claim.is_timed() {
                continue;
            }
            let (claim, line, at) = (claim.clone(), *line, made.start.len());
            made.start.resize(at + claim.words(), 0);
            claim.start(&mut made.start[at..], header);
            let statement = Names(header).statement(&claim);
            if matches!(claim, Claim::Always(_)) {
                made.invariants.push(made.monitors.len());
            }
            made.monitors.push(Monitor { claim, line, number, at, statement });
        }
        let monitors = || made.monitors.iter().enumerate();
        made.hearing = Hearing::of_all(|kind| {
            let about = |(index, monitor): (usize, &Monitor)| {
                monitor.claim.about(kind).into_iter().map(move |about| (about, index))
            };
            monitors().flat_map(about).collect()
        });
        made
    }

    /// The state before the first event; empty if no expectation needs one.
    pub fn start(&self) -> Vec<Word> {
        self.start.clone()
    }

    /// Whether an event of this kind may mean something to some expectation that
    /// keeps words.
    pub fn hears(&self, kind: Kind) -> bool {
        !self.hearing[kind as usize].is_empty()
    }

    /// Whether some expectation is about the values that events of this kind carry.
    pub fn looks_at_values(&self, kind: Kind) -> bool {
        self.claims(|claim| match claim {
            Claim::Values { source, .. } => source.kind() == kind,
            Claim::Carries { .. } => kind == Kind::Mark,
            Claim::Always(invariant) => {
                let is_slot = |observed: &Observed| matches!(observed, Observed::Slot { .. });
                kind == Kind::Write && invariant.observed.iter().any(is_slot)
            }
            _ => false,
        })
    }

    /// Takes the next event of a run. `inside` says that it came in an `atomic` block that
    /// is not over yet: see [`Monitors::close_block`].
    #[inline]
    pub fn event(&self, state: &mut [Word], event: &Event, args: &[Word], inside: bool) {
        for index in self.hearing[event.kind as usize].of_event(event) {
            let seen = self.monitors[index].claim.seen(event, args);
            self.step(index, state, seen.as_ref().unwrap_or(event), inside);
        }
    }

    /// Takes note that the `atomic` block of the last events is over, or lets others go on:
    /// what has to hold in every state is looked at now. Whether that was put off until now.
    pub fn close_block(&self, state: &mut [Word]) -> bool {
        let mut closed = false;
        for index in self.invariants() {
            if let Claim::Always(invariant) = &self.monitors[index].claim {
                closed |= invariant.close(self.words(index, state));
            }
        }
        closed
    }

    /// The places of what has to hold in every state.
    pub(super) fn invariants(&self) -> impl Iterator<Item = usize> + '_ {
        self.invariants.iter().copied()
    }

    /// Takes note that time has passed, up to this moment, and that the run is
    /// not over: for drivers that look at states between events. What is expected
    /// of times is broken otherwise by the next event that shows it.
    pub fn pass(&self, state: &mut [Word], now: Time) {
        if !self.timed {
            return;
        }
        for (index, monitor) in self.monitors.iter().enumerate().filter(|(_, one)| one.claim.is_timed()) {
            let words = self.words(index, state);
            if words.first().is_some_and(|&word| word != BROKEN && word != MET) {
                monitor.claim.pass(words, now);
            }
        }
    }

    /// Lets one monitor take an event that it hears.
    pub(super) fn step(&self, index: usize, state: &mut [Word], event: &Event, inside: bool) {
        let words = self.words(index, state);
        if words[0] != BROKEN && words[0] != MET {
            let claim = &self.monitors[index].claim;
            if let Some(event) = self.as_named(claim, event) {
                claim.step(words, &event, self.timed, inside);
            }
        }
    }

    /// An event as a claim takes it: about the resource that the scenario names. `None` in the
    /// middle of a wait that goes on.
    fn as_named(&self, claim: &Claim, event: &Event) -> Option<Event> {
        let about = event.resource().filter(|_| !self.stand_ins.is_empty());
        let Some(about) = about else { return Some(*event) };
        let stands_for = |is_it: &dyn Fn(ResourceId, bool) -> bool| {
            self.stand_ins.of(about).find(|(id, of)| is_it(*id, of.is_taken)).map(|(id, _)| id)
        };
        let named = match claim {
            Claim::LongestWait { .. } if event.kind == Kind::Grant && self.stand_ins.is_line(about) => {
                return None;
            }
            Claim::LongestWait { resource: Some(one), .. } => stands_for(&|id, _| id == *one),
            // Who reads holds the lock, and has a permit; who is first in the line does not yet.
            Claim::NeverTogether(_) if matches!(event.kind, Kind::Acquire | Kind::Release) => {
                stands_for(&|_, is_taken| is_taken)
            }
            _ => None,
        };
        Some(Event { subject: named.unwrap_or(about).0, ..*event })
    }

    pub(super) fn words<'s>(&self, index: usize, state: &'s mut [Word]) -> &'s mut [Word] {
        let monitor = &self.monitors[index];
        &mut state[monitor.at..monitor.at + monitor.claim.words()]
    }

    pub(super) fn is_broken(&self, index: usize, state: &[Word]) -> bool {
        let monitor = &self.monitors[index];
        match &monitor.claim {
            Claim::Always(invariant) => {
                invariant.is_broken(&state[monitor.at..monitor.at + monitor.claim.words()])
            }
            claim => claim.words() > 0 && state[monitor.at] == BROKEN,
        }
    }

    /// The first expectation, by its place in [`Expected::expectations`], that
    /// is broken already, whatever comes.
    pub fn violated(&self, state: &[Word]) -> Option<usize> {
        self.all_violated(state).first().copied()
    }

    /// All of those, in their order.
    pub fn all_violated(&self, state: &[Word]) -> Vec<usize> {
        let broken = (0..self.monitors.len()).filter(|&index| self.is_broken(index, state));
        broken.map(|index| self.monitors[index].number).collect()
    }

    /// The lines of expectations that are about how long something lasts, and
    /// are watched although times mean nothing: that they were not found broken
    /// says nothing.
    pub fn lines_about_time(&self) -> Vec<u32> {
        let monitors = self.monitors.iter().filter(|one| !self.timed && is_about_durations(&one.claim));
        monitors.map(|monitor| monitor.line).collect()
    }

    /// Whether some expectation hangs on what the clock shows: otherwise it takes two states
    /// that differ in nothing but the clock as the same.
    pub fn looks_at_clock(&self) -> bool {
        self.timed && self.claims(|claim| claim.is_timed() || is_about_durations(claim))
    }

    /// The lines of expectations that are judged at the end of a run: of one that
    /// never ends nobody can say whether it is as expected. Ascending; 0 where
    /// there is no text.
    pub fn lines_about_ends(&self) -> Vec<u32> {
        let monitors = self.monitors.iter().filter(|monitor| monitor.claim.awaits_end());
        let mut lines: Vec<u32> = monitors.map(|monitor| monitor.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// The expectations, by their places in [`Expected::expectations`], that a
    /// run with this end does not meet. Of a deadlock that is not expected only
    /// what it has broken already, and what is said of the outcome: that the
    /// rest never comes is no finding of its own.
    pub fn unmet(&self, state: &[Word], end: &FinalState<'_>) -> Vec<usize> {
        let deadlock = matches!(end.outcome, Outcome::Deadlock(_));
        let is_stuck =
            deadlock && !self.claims(|claim| *claim == Claim::Outcome(end.outcome.name().to_owned()));
        let counts = |index: usize| {
            let about_outcome = matches!(self.monitors[index].claim, Claim::Outcome(_));
            !is_stuck || about_outcome || self.is_broken(index, state)
        };
        let unmet =
            (0..self.monitors.len()).filter(|&index| counts(index) && self.seen(index, state, end).is_some());
        unmet.map(|index| self.monitors[index].number).collect()
    }

    /// Whether something like this is expected.
    fn claims(&self, like: impl Fn(&Claim) -> bool) -> bool {
        self.monitors.iter().any(|monitor| like(&monitor.claim))
    }

    /// What is expected, after "expected", by its place in
    /// [`Expected::expectations`]; `None` if it is not watched.
    pub fn statement(&self, number: usize) -> Option<&str> {
        let monitor = self.monitors.iter().find(|monitor| monitor.number == number)?;
        Some(&monitor.statement)
    }

    /// Every expectation that a run with this end does not meet. What was
    /// seen, and when, is told by a [`super::Watch`] over its events.
    pub fn finish(
        &self,
        state: &[Word],
        outcome: &Outcome,
        end: Time,
        memories: &[(ResourceId, Vec<Value>)],
    ) -> Vec<FailedExpectation> {
        let end = FinalState { outcome, end, memories };
        let failure = |index: usize| {
            let monitor = &self.monitors[index];
            self.seen(index, state, &end).map(|seen| monitor.failure(&seen, None))
        };
        (0..self.monitors.len()).filter_map(failure).collect()
    }

    /// What was seen instead of what a monitor expects; `None` if it is met.
    pub(super) fn seen(&self, index: usize, state: &[Word], end: &FinalState<'_>) -> Option<String> {
        let monitor = &self.monitors[index];
        if self.is_broken(index, state) {
            return Some(monitor.claim.broken().to_owned());
        }
        let words = &state[monitor.at..monitor.at + monitor.claim.words()];
        match words.first() {
            Some(&MET) => None,
            _ => monitor.claim.unmet(words, end),
        }
    }
}

/// Whether it is about how long something lasts.
fn is_about_durations(claim: &Claim) -> bool {
    let lasts = |predicate: StatePredicate| {
        !matches!(predicate, StatePredicate::Holding(_) | StatePredicate::Between { .. })
    };
    matches!(claim, Claim::NeverTogether(stretches) if stretches.iter().any(|stretch| lasts(stretch.what)))
}

impl Monitor {
    pub(super) fn failure(&self, seen: &str, moment: Option<Moment>) -> FailedExpectation {
        let message = format!("expected {}, but {seen}", self.statement);
        FailedExpectation { message, line: self.line, seen: moment }
    }
}

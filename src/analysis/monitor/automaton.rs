//! The automaton of each kind of claim.
//!
//! Decides how a claim follows the events: a few words of state, which
//! forget what no longer matters, so that two runs with the same future have
//! the same words. What the words of a claim mean is said where
//! [`Claim::step`] takes it.

use super::hearing::About;
use crate::ids::{ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{
    Bounds, Claim, Event, Header, Invariant, Kind, Label, Milestone, StatePredicate, Stretch, ValueSource,
    WaitFor, changes_level, level_after,
};
use crate::value::{Value, Word};

/// The first word of a claim that is broken for good; its other word is 0.
pub(super) const BROKEN: Word = Word::MAX;

/// The first word of a claim that is met for good, where a claim can be so
/// before the end; its other word is 0.
pub(super) const MET: Word = Word::MAX - 1;

/// The most words of a claim.
pub(super) const MOST_WORDS: usize = 1 + Invariant::MOST_OBSERVED;

impl Claim {
    /// Whether it depends on times, and not only on the order of events.
    pub(super) fn is_timed(&self) -> bool {
        matches!(self, Claim::TotalTime(_) | Claim::Finished { .. } | Claim::LongestWait { .. })
    }

    /// Whether it may be not met by an end without being broken before: something
    /// has to come of the run, and a run that never ends does not say whether.
    pub(super) fn awaits_end(&self) -> bool {
        match self {
            Claim::Level { .. } | Claim::NeverTogether(_) | Claim::Always(_) => false,
            Claim::Count { times, .. } => times.at_least > 0,
            Claim::LongestWait { bounds, .. } => bounds.at_least > 0,
            _ => true,
        }
    }

    /// How many words it keeps.
    pub(super) fn words(&self) -> usize {
        match self {
            Claim::Outcome(_) | Claim::TotalTime(_) | Claim::Memory { .. } => 0,
            Claim::Finished { .. }
            | Claim::Reaches(_)
            | Claim::Count { .. }
            | Claim::Values { .. }
            | Claim::Carries { .. }
            | Claim::Level { .. } => 1,
            Claim::Before { .. } | Claim::LongestWait { .. } | Claim::NeverTogether(_) => 2,
            Claim::Always(invariant) => 1 + invariant.observed.len(),
        }
    }

    /// Which events of this kind may mean something to it; none of others.
    pub(super) fn about(&self, kind: Kind) -> Vec<About> {
        let when = |hears: bool, about: About| if hears { vec![about] } else { Vec::new() };
        match self {
            Claim::Outcome(_) | Claim::TotalTime(_) | Claim::Memory { .. } => Vec::new(),
            Claim::Finished { process, .. } => when(kind == Kind::Done, About::Process(process.0)),
            Claim::Before { first, second } => {
                let mut both = about_label(*first, kind);
                both.extend(about_label(*second, kind));
                both.dedup();
                both
            }
            Claim::Reaches(label) => about_label(*label, kind),
            Claim::Count { mark, .. } | Claim::Carries { mark, .. } => {
                when(kind == Kind::Mark, About::Subject(mark.0))
            }
            Claim::Values { process, source, .. } => when(kind == source.kind(), About::Process(process.0)),
            Claim::Level { resource, .. } => when(changes_level(kind), About::Subject(resource.0)),
            Claim::Always(invariant) => invariant.about(kind),
            // Who is stopped waits no more, nor who finds a level as it is wanted.
            Claim::LongestWait { process, .. } => when(
                matches!(kind, Kind::Block | Kind::Grant | Kind::Level | Kind::Timeout | Kind::Done),
                About::Process(process.0),
            ),
            Claim::NeverTogether(stretches) => {
                let hears =
                    |stretch: &Stretch| stretch.what.begins_with(kind) || stretch.what.ends_with(kind);
                when(stretches.iter().any(hears), About::Any)
            }
        }
    }

    /// Its words at the start of a run; `words` are zeros.
    pub(super) fn start(&self, words: &mut [Word], header: &Header) {
        if let Claim::Level { resource, bounds } = self {
            let level = header.resource(*resource).initial;
            words[0] = if bounds.contains(level) { level } else { BROKEN };
        }
        if let Claim::Always(invariant) = self {
            invariant.start(words, header);
        }
    }

    /// The event of an item as this claim sees it, which asks for another field than the first;
    /// `rest` are those. `None` if it sees the event as it is.
    pub(super) fn seen(&self, event: &Event, rest: &[Word]) -> Option<Event> {
        if rest.is_empty() || event.kind != Kind::Get {
            return None;
        }
        let Claim::Values { source: ValueSource::GetField(_, field), values, .. } = self else { return None };
        let value = *rest.get(usize::from(*field).checked_sub(1)?)?;
        let ty = values.first().map_or(event.ty, |value| value.ty());
        Some(Event { value, ty, ..*event })
    }

    /// Takes an event of a kind that it hears, unless it is broken or met for
    /// good already.
    ///
    /// `inside` says that it came in an `atomic` block that is not over.
    pub(super) fn step(&self, words: &mut [Word], event: &Event, timed: bool, inside: bool) {
        let is_of = |process: &ProcessId| event.process == *process;
        match self {
            Claim::Outcome(_) | Claim::TotalTime(_) | Claim::Memory { .. } => {}
            // 0 until it finishes.
            Claim::Finished { process, at } if is_of(process) => {
                words[0] = verdict(at.contains(event.time.as_nanos()));
            }
            Claim::Before { first, second } => before(words, (*first, *second), event),
            // How many of the events that make up the label there were.
            Claim::Reaches(label) if label.counts(event) => {
                words[0] += 1;
                if words[0] == label.needed() {
                    words[0] = MET;
                }
            }
            // How often it was passed, as far as that matters.
            Claim::Count { who, mark, times } if who.contains(event.process) && event.subject == mark.0 => {
                if words[0] == times.at_most {
                    words[0] = BROKEN;
                } else if times.at_most < Word::MAX || words[0] < times.at_least {
                    words[0] += 1;
                }
            }
            // How many values came, all of them right.
            Claim::Values { process, source, values } if is_of(process) && source.is_met_by(event) => {
                let right = values.get(words[0] as usize).is_some_and(|value| is_carried(*value, event));
                words[0] = if right { words[0] + 1 } else { BROKEN };
            }
            // How often it was passed.
            Claim::Carries { process, mark, nth, value } if is_of(process) && event.subject == mark.0 => {
                words[0] += 1;
                if words[0] == *nth {
                    words[0] = verdict(is_carried(*value, event));
                }
            }
            // The level.
            Claim::Level { resource, bounds } if event.subject == resource.0 => {
                let level = level_after(words[0], event);
                words[0] = if bounds.contains(level) { level } else { BROKEN };
            }
            Claim::Always(invariant) => invariant.step(words, event, inside),
            Claim::LongestWait { process, resource, bounds }
                if is_of(process) && resource.map_or(!is_ready(event), |one| is_about(event, one)) =>
            {
                wait(words, *bounds, event);
            }
            // Who is in which stretch (there is at most one), see `Open`; until
            // when, 0 if that is for an event to say.
            Claim::NeverTogether(stretches) => {
                for (stretch, index) in stretches.iter().zip(0..) {
                    if stretch.who.contains(event.process) && words[0] != BROKEN {
                        stretch.step(index, words, event, timed);
                    }
                }
            }
            // Of somebody or something else.
            _ => {}
        }
    }
}

impl Claim {
    /// Takes note that the clock has come to this time and that nothing more
    /// happens before it: what can no longer be in time is broken.
    pub(super) fn pass(&self, words: &mut [Word], now: Time) {
        let too_late = match self {
            Claim::Finished { at, .. } => words[0] == 0 && now.as_nanos() > at.at_most,
            Claim::LongestWait { bounds, .. } => waited(words[0], now) > bounds.at_most,
            _ => false,
        };
        if too_late {
            words.fill(0);
            words[0] = BROKEN;
        }
    }
}

/// Which events of this kind may make up a label.
fn about_label(label: Label, kind: Kind) -> Vec<About> {
    if kind != label.kind() {
        return Vec::new();
    }
    vec![match label.what {
        Milestone::Started | Milestone::Finished => About::Process(label.process.0),
        Milestone::Mark { mark, .. } => About::Subject(mark.0),
    }]
}

/// Whether the process of an event begins to be ready for a processor, which is no
/// wait unless one asks for that processor.
fn is_ready(event: &Event) -> bool {
    event.kind == Kind::Block && event.value == WaitFor::Core as Word
}

/// Whether an event that begins or ends a wait may be about this resource.
fn is_about(event: &Event, resource: ResourceId) -> bool {
    event.kind == Kind::Done || event.subject == resource.0
}

/// What is decided for good.
fn verdict(is_met: bool) -> Word {
    if is_met { MET } else { BROKEN }
}

/// Whether an event brings this value, to the bit.
fn is_carried(value: Value, event: &Event) -> bool {
    (value.ty(), value.to_word()) == (event.ty, event.value)
}

/// [`Claim::Before`]: how many of the events that make up each label there were;
/// of the first, [`FIRST_CAME`] when there were all.
fn before(words: &mut [Word], (first, second): (Label, Label), event: &Event) {
    if second.counts(event) {
        words[1] += 1;
        if words[1] == second.needed() {
            (words[0], words[1]) = (verdict(words[0] == FIRST_CAME), 0);
            return;
        }
    }
    if words[0] != FIRST_CAME && first.counts(event) {
        words[0] += 1;
        if words[0] == first.needed() {
            words[0] = FIRST_CAME;
        }
    }
}

/// [`Claim::LongestWait`]: since when it waits, plus 1; the longest wait so far,
/// as far as that matters.
fn wait(words: &mut [Word], bounds: Bounds, event: &Event) {
    let waited = waited(words[0], event.time);
    (words[0], words[1]) = match event.kind {
        Kind::Block if words[0] != 0 => (words[0], words[1]),
        Kind::Block => (event.time.as_nanos() + 1, words[1]),
        _ if waited > bounds.at_most => (BROKEN, 0),
        _ => (0, words[1].max(waited.min(bounds.at_least))),
    };
}

/// The first word of [`Claim::Before`] between the first label and the second.
pub(super) const FIRST_CAME: Word = Word::MAX - 2;

/// How long a wait since `since` (plus 1; 0 for none) is at `now`.
pub(super) fn waited(since: Word, now: Time) -> u64 {
    if since == 0 { 0 } else { now.as_nanos().saturating_sub(since - 1) }
}

impl Claim {
    /// What the process of an event that broke a [`Claim::NeverTogether`] has
    /// begun.
    pub(super) fn begun_by(&self, event: &Event) -> Option<StatePredicate> {
        let Claim::NeverTogether(stretches) = self else { return None };
        let mut begun = stretches.iter().filter(|stretch| stretch.who.contains(event.process));
        begun.find(|stretch| stretch.what.begins_at(event, true)).map(|stretch| stretch.what)
    }
}

/// Who is in which of the stretches of a [`Claim::NeverTogether`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open {
    /// The number of the stretch.
    pub stretch: u32,
    pub process: ProcessId,
}

impl Open {
    fn to_word(self) -> Word {
        // Never near the words that mean something else: there are few stretches.
        (Word::from(self.stretch) << 32 | Word::from(self.process.0)) + 1
    }

    pub fn from_word(word: Word) -> Option<Open> {
        let word = word.checked_sub(1).filter(|_| word < Word::MAX - 2)?;
        Some(Open { stretch: (word >> 32) as u32, process: ProcessId(word as u32) })
    }
}

impl Stretch {
    fn step(&self, index: u32, words: &mut [Word], event: &Event, timed: bool) {
        let this = Open { stretch: index, process: event.process }.to_word();
        let over = words[1] != 0 && words[1] <= event.time.as_nanos();
        if over || (words[0] == this && self.what.ends_at(event)) {
            (words[0], words[1]) = (0, 0);
        }
        if self.what.begins_at(event, timed) {
            if words[0] != 0 && words[0] != this {
                (words[0], words[1]) = (BROKEN, 0);
                return;
            }
            let is_activity = matches!(self.what, StatePredicate::Running | StatePredicate::Delayed);
            (words[0], words[1]) = (this, if timed && is_activity { event.value } else { 0 });
        }
    }
}

impl StatePredicate {
    fn begins_with(self, kind: Kind) -> bool {
        match self {
            StatePredicate::Running => kind == Kind::Work,
            StatePredicate::Delayed => kind == Kind::Delay,
            StatePredicate::Ready | StatePredicate::Blocked => kind == Kind::Block,
            StatePredicate::Holding(_) => kind == Kind::Acquire,
            StatePredicate::Between { .. } => kind == Kind::Mark,
        }
    }

    fn ends_with(self, kind: Kind) -> bool {
        match self {
            // Whatever a process does next, it is not running or delayed then.
            StatePredicate::Running | StatePredicate::Delayed => true,
            StatePredicate::Ready | StatePredicate::Blocked => {
                matches!(kind, Kind::Grant | Kind::Timeout | Kind::Done)
            }
            StatePredicate::Holding(_) => kind == Kind::Release,
            StatePredicate::Between { .. } => matches!(kind, Kind::Mark | Kind::Done),
        }
    }

    fn begins_at(self, event: &Event, timed: bool) -> bool {
        self.begins_with(event.kind)
            && match self {
                // What takes no time is over before anybody could see it.
                StatePredicate::Running | StatePredicate::Delayed => {
                    !timed || event.value > event.time.as_nanos()
                }
                StatePredicate::Ready => is_ready(event),
                StatePredicate::Blocked => !is_ready(event),
                StatePredicate::Holding(mutex) => event.subject == mutex.0,
                StatePredicate::Between { from, .. } => event.subject == from.0,
            }
    }

    fn ends_at(self, event: &Event) -> bool {
        self.ends_with(event.kind)
            && match self {
                StatePredicate::Running
                | StatePredicate::Ready
                | StatePredicate::Delayed
                | StatePredicate::Blocked => true,
                StatePredicate::Holding(mutex) => event.subject == mutex.0,
                StatePredicate::Between { to, .. } => event.kind == Kind::Done || event.subject == to.0,
            }
    }
}

//! Whether a claim holds, found out by looking at all events at once: slow,
//! and by other means than the monitors.

use tempolane::ids::{ProcessId, ResourceId};
use tempolane::time::Time;
use tempolane::trace::{
    Bounds, Claim, Event, Header, Invariant, Kind, Label, Milestone, Observed, StatePredicate, Stretch,
    ValueSource, WaitFor,
};
use tempolane::value::Value;

/// By how much an event changes the level of its resource.
fn change(event: &Event) -> i64 {
    match event.kind {
        Kind::Acquire | Kind::Get => -1,
        Kind::Release | Kind::Put => 1,
        Kind::Block if [WaitFor::Notify as u64, WaitFor::Barrier as u64].contains(&event.value) => 1,
        Kind::Notify => -(event.value as i64),
        _ => 0,
    }
}

/// A question about an event.
type Test = Box<dyn Fn(&Event) -> bool>;

/// A whole run.
pub struct Whole<'r> {
    pub header: &'r Header,
    pub events: &'r [Event],
    pub end: Time,
}

impl Whole<'_> {
    pub fn holds(&self, claim: &Claim) -> bool {
        match claim {
            Claim::TotalTime(bounds) => bounds.contains(self.end.as_nanos()),
            Claim::Finished { process, at } => self
                .place(Label { process: *process, what: Milestone::Finished })
                .is_some_and(|place| at.contains(self.events[place].time.as_nanos())),
            Claim::Before { first, second } => {
                matches!((self.place(*first), self.place(*second)), (Some(one), Some(two)) if one < two)
            }
            Claim::Reaches(label) => self.place(*label).is_some(),
            Claim::Count { who, mark, times } => {
                let passed = |event: &&Event| {
                    event.kind == Kind::Mark && event.subject == mark.0 && who.contains(event.process)
                };
                times.contains(self.events.iter().filter(passed).count() as u64)
            }
            Claim::Values { process, source, values } => self.values(*process, *source) == *values,
            Claim::Carries { process, mark, nth, value } => {
                self.values(*process, ValueSource::Mark(*mark)).get(*nth as usize - 1) == Some(value)
            }
            Claim::Level { resource, bounds } => self.level_stays(*resource, *bounds),
            Claim::Always(invariant) => self.always(invariant),
            Claim::LongestWait { process, resource, bounds } => {
                bounds.contains(self.longest_wait(*process, *resource))
            }
            Claim::NeverTogether(stretches) => !self.overlap(stretches),
            Claim::Outcome(_) | Claim::Memory { .. } => panic!("not asked for"),
        }
    }

    /// Which event a label is.
    fn place(&self, label: Label) -> Option<usize> {
        let (kind, nth) = match label.what {
            Milestone::Started => (Kind::Start, 1),
            Milestone::Finished => (Kind::Done, 1),
            Milestone::Mark { nth, .. } => (Kind::Mark, nth),
        };
        let is_it = |event: &Event| event.process == label.process && event.kind == kind;
        let mut places = (0..self.events.len()).filter(|&place| is_it(&self.events[place]));
        places.nth(nth as usize - 1)
    }

    fn values(&self, process: ProcessId, source: ValueSource) -> Vec<Value> {
        let (kind, subject) = match source {
            ValueSource::Mark(mark) => (Kind::Mark, mark.0),
            ValueSource::Read(memory) => (Kind::Read, memory.0),
            ValueSource::Get(buffer) | ValueSource::GetField(buffer, 0) => (Kind::Get, buffer.0),
            ValueSource::GetField(..) => unreachable!("no item here has several fields"),
        };
        let met = |event: &&Event| (event.process, event.kind, event.subject) == (process, kind, subject);
        self.events.iter().filter(met).map(|event| Value::from_word(event.ty, event.value)).collect()
    }

    fn level_behind(&self, before: &[Event], resource: ResourceId) -> i64 {
        let initial = self.header.resource(resource).initial as i64;
        let mine = before.iter().filter(|event| event.subject == resource.0);
        initial + mine.map(change).sum::<i64>()
    }

    fn level_stays(&self, resource: ResourceId, bounds: Bounds) -> bool {
        let mut level = self.header.resource(resource).initial as i64;
        let mut levels = vec![level];
        for event in self.events.iter().filter(|event| event.subject == resource.0) {
            level += change(event);
            levels.push(level);
        }
        levels.into_iter().all(|level| bounds.contains(level as u64))
    }

    /// Whether a condition holds at the start and behind every event, whose values are
    /// worked out anew each time.
    fn always(&self, invariant: &Invariant) -> bool {
        (0..=self.events.len()).all(|length| {
            let before = &self.events[..length];
            let now: Vec<u64> = invariant
                .observed
                .iter()
                .map(|observed| match *observed {
                    Observed::Level(resource) => self.level_behind(before, resource) as u64,
                    Observed::Slot { memory, slot, initial } => {
                        let written = |event: &&Event| {
                            event.kind == Kind::Write && event.subject == memory.0 && event.extra == slot
                        };
                        before.iter().rfind(written).map_or(initial.to_word(), |event| event.value)
                    }
                })
                .collect();
            invariant.holds(&now) == Ok(true)
        })
    }

    fn longest_wait(&self, process: ProcessId, resource: Option<ResourceId>) -> u64 {
        let of_process = |event: &&Event| event.process == process;
        let mine: Vec<&Event> = self.events.iter().filter(of_process).collect();
        let mut longest = 0;
        for (place, event) in mine.iter().enumerate().filter(|(_, event)| event.kind == Kind::Block) {
            let is_ready = event.value == WaitFor::Core as u64;
            if resource.map_or(!is_ready, |resource| resource.0 == event.subject) {
                let ends = |event: &&&Event| matches!(event.kind, Kind::Grant | Kind::Timeout | Kind::Done);
                let granted = mine[place..].iter().find(ends);
                longest = longest.max(granted.map_or(self.end, |event| event.time).since(event.time));
            }
        }
        longest
    }

    /// Whether any two of the stretches, of whomever, share a place.
    fn overlap(&self, stretches: &[Stretch]) -> bool {
        let mut all: Vec<((usize, ProcessId), usize, usize)> = Vec::new();
        for (number, stretch) in stretches.iter().enumerate() {
            for place in 0..self.events.len() {
                let event = &self.events[place];
                if stretch.who.contains(event.process)
                    && let Some(until) = self.until(stretch.what, place)
                {
                    all.push(((number, event.process), place, until));
                }
            }
        }
        all.iter().any(|(one, from, to)| {
            all.iter().any(|(other, begin, end)| one != other && from < end && begin < to)
        })
    }

    /// The place at which what begins at `place` is over; `None` if nothing does.
    fn until(&self, what: StatePredicate, place: usize) -> Option<usize> {
        let event = &self.events[place];
        let (begins, is_over): (bool, Test) = match what {
            StatePredicate::Running | StatePredicate::Delayed => {
                let kind = if what == StatePredicate::Running { Kind::Work } else { Kind::Delay };
                let until = event.value;
                let takes_time = event.kind == kind && until > event.time.as_nanos();
                let mine = event.process;
                (takes_time, Box::new(move |next| next.process == mine || next.time.as_nanos() >= until))
            }
            StatePredicate::Ready | StatePredicate::Blocked => {
                let mine = event.process;
                let ends = |next: &Event| matches!(next.kind, Kind::Grant | Kind::Timeout | Kind::Done);
                let is_ready = event.value == WaitFor::Core as u64;
                let begins = event.kind == Kind::Block && is_ready == (what == StatePredicate::Ready);
                (begins, Box::new(move |next| next.process == mine && ends(next)))
            }
            StatePredicate::Holding(mutex) => {
                let is_about = move |next: &Event, kind| next.kind == kind && next.subject == mutex.0;
                (is_about(event, Kind::Acquire), Box::new(move |next| is_about(next, Kind::Release)))
            }
            StatePredicate::Between { .. } => panic!("not asked for"),
        };
        let rest = self.events.iter().enumerate().skip(place + 1);
        begins.then(|| {
            rest.into_iter().find(|(_, next)| is_over(next)).map_or(self.events.len(), |(place, _)| place)
        })
    }
}

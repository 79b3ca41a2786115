//! What is expected, and what is seen instead, in words.
//!
//! Decides the sentences of failed expectations: "expected *statement*, but
//! *seen*". When it was seen is added by `watch`.

use super::automaton::{FIRST_CAME, waited};
use super::failure::FinalState;
use crate::figure::noun;
use crate::ids::{ProcessId, ResourceId};
use crate::time::format_nanos;
use crate::trace::{
    Bounds, Claim, Header, Instances, Invariant, Label, Milestone, Observed, StatePredicate, Stretch,
    ValueSource,
};
use crate::value::{Value, Word};

/// How many values, slots or stretches a sentence names.
const SHOWN: usize = 6;

/// How many differing slots a sentence names.
const SLOTS_SHOWN: usize = 3;

/// The names of a run, for sentences.
#[derive(Clone, Copy)]
pub(super) struct Names<'h>(pub &'h Header);

impl Names<'_> {
    /// What a claim demands, to stand after "expected".
    pub fn statement(self, claim: &Claim) -> String {
        match claim {
            Claim::Outcome(name) => format!("the outcome {name}"),
            Claim::TotalTime(bounds) => format!("a total time of {}", nanos_within(*bounds)),
            Claim::Finished { process, at } => format!("{} to finish {}", self.process(*process), when(*at)),
            Claim::Before { first, second } => {
                format!("{} before {}", self.label(*first), self.label(*second))
            }
            Claim::Reaches(label) => format!("{} to be reached", self.label(*label)),
            Claim::Count { who, mark, times } => {
                let who = self.all(*who);
                let times = match *times {
                    Bounds { at_least: 1, at_most: 1 } => "once".to_owned(),
                    times => format!("{} times", within(times, |number| number.to_string())),
                };
                format!("'{who}.{}' to be passed {times}", self.0.mark_name(*mark))
            }
            Claim::Values { process, source, values } => {
                let (who, values) = (self.bare(*process), list(values));
                match source {
                    ValueSource::Mark(mark) => {
                        format!("'{who}.{}' to carry {values}", self.0.mark_name(*mark))
                    }
                    ValueSource::Read(memory) => {
                        format!("'{who}' to read {values} from {}", self.resource(*memory))
                    }
                    ValueSource::Get(buffer) => {
                        format!("'{who}' to get {values} from {}", self.resource(*buffer))
                    }
                    ValueSource::GetField(buffer, field) => {
                        let field = &self.0.resource(*buffer).fields[usize::from(*field)].name;
                        format!("'{who}' to get {values} from {}, as `{field}`", self.resource(*buffer))
                    }
                }
            }
            Claim::Carries { process, mark, nth, value } => {
                let what = Milestone::Mark { mark: *mark, nth: *nth };
                format!("{} to carry {value}", self.label(Label { process: *process, what }))
            }
            Claim::Level { resource, bounds } => {
                let bounds = within(*bounds, |number| number.to_string());
                format!("the level of {} to be {bounds}", self.resource(*resource))
            }
            Claim::Always(invariant) => format!("`{}` at all times", invariant.text),
            Claim::LongestWait { process, resource, bounds } => {
                let on =
                    resource.map_or(String::new(), |resource| format!(" for {}", self.resource(resource)));
                format!("the longest wait of {}{on} to be {}", self.process(*process), nanos_within(*bounds))
            }
            Claim::NeverTogether(stretches) => {
                let mut shown: Vec<String> =
                    stretches.iter().take(SHOWN).map(|stretch| self.stretch(stretch)).collect();
                shown.extend(more(stretches.len(), SHOWN));
                match stretches.len() {
                    1 => format!("no two of {} at the same time", shown[0]),
                    _ => format!("never at the same time {}", shown.join(" and ")),
                }
            }
            Claim::Memory { memory, values } => {
                format!("memory {} to hold {}", self.resource(*memory), list(values))
            }
        }
    }

    /// `'worker[2].mark[3]'`.
    pub fn label(self, label: Label) -> String {
        let who = self.bare(label.process);
        match label.what {
            Milestone::Started => format!("'{who}.started'"),
            Milestone::Finished => format!("'{who}.finished'"),
            Milestone::Mark { mark, nth } => format!("'{who}.{}[{nth}]'", self.0.mark_name(mark)),
        }
    }

    /// A stretch of all that may be in it.
    fn stretch(self, stretch: &Stretch) -> String {
        format!("'{}' {}", self.all(stretch.who), self.predicate(stretch.what))
    }

    /// The name of one instance, or that of the process for several.
    fn all(self, who: Instances) -> String {
        match who.count {
            1 => self.bare(who.first),
            _ => self.0.process(who.first).name.clone(),
        }
    }

    /// `running`, `holding 'm'`.
    pub fn predicate(self, what: StatePredicate) -> String {
        match what {
            StatePredicate::Running => "running".to_owned(),
            StatePredicate::Ready => "ready".to_owned(),
            StatePredicate::Delayed => "delayed".to_owned(),
            StatePredicate::Blocked => "blocked".to_owned(),
            StatePredicate::Holding(mutex) => format!("holding {}", self.resource(mutex)),
            StatePredicate::Between { from, to } => {
                format!("between '{}' and '{}'", self.0.mark_name(from), self.0.mark_name(to))
            }
        }
    }

    /// The quoted name of a process.
    pub fn process(self, process: ProcessId) -> String {
        format!("'{}'", self.bare(process))
    }

    /// The quoted name of a resource.
    pub fn resource(self, resource: ResourceId) -> String {
        format!("'{}'", self.0.resource_name(resource))
    }

    /// What an invariant observes, with the values that made it false: `level(b) was 3`.
    pub fn observed(self, invariant: &Invariant, words: &[Word]) -> String {
        let one = |(observed, &word): (&Observed, &Word)| {
            let name = self.0.resource_name(observed.resource());
            let value = Value::from_word(observed.ty(), word);
            match observed {
                Observed::Level(_) => format!("level({name}) was {value}"),
                Observed::Slot { slot, .. } => format!("slot({name}, {slot}) was {value}"),
            }
        };
        let shown: Vec<String> = invariant.observed.iter().zip(words).map(one).collect();
        let failed = invariant.holds(words).err();
        let failed = failed.map_or(String::new(), |error| format!(", for which it has no value: {error}"));
        format!("{}{failed}", shown.join(" and "))
    }

    fn bare(self, process: ProcessId) -> String {
        self.0.process_name(process)
    }
}

impl Claim {
    /// What can be said of a claim that was broken, by one who knows no more.
    pub(super) fn broken(&self) -> &'static str {
        match self {
            Claim::Outcome(_) | Claim::TotalTime(_) | Claim::Memory { .. } => "it was not so",
            Claim::Finished { .. } => "it finished at another time",
            Claim::Before { .. } => "the second came before the first",
            Claim::Reaches(_) => "it was not",
            Claim::Count { .. } => "it was passed more often",
            Claim::Values { .. } => "other values came",
            Claim::Carries { .. } => "it carried another value",
            Claim::Level { .. } | Claim::Always(_) => "it was not always so",
            Claim::LongestWait { .. } => "it was longer",
            Claim::NeverTogether(_) => "there was a moment in which two were",
        }
    }

    /// What is wrong at the end of a run with a claim that nothing has broken;
    /// `None` if it is met.
    pub(super) fn unmet(&self, words: &[u64], end: &FinalState<'_>) -> Option<String> {
        match self {
            Claim::Outcome(name) => {
                let outcome = end.outcome.name();
                (name != outcome).then(|| format!("the run ended as {outcome}"))
            }
            Claim::TotalTime(bounds) => {
                (!bounds.contains(end.end.as_nanos())).then(|| format!("it was {}", end.end))
            }
            Claim::Finished { .. } => Some(end.unless_cut("it never finished", "it did not finish")),
            Claim::Before { .. } => {
                let which = if words[0] == FIRST_CAME { "the second" } else { "the first" };
                Some(format!("{which} {}", never_came(end)))
            }
            Claim::Reaches(Label { what: Milestone::Mark { .. }, .. }) | Claim::Carries { .. } => {
                Some(passed(words[0], end))
            }
            Claim::Reaches(_) => Some(end.unless_cut("it never was", "it was not")),
            Claim::Count { times, .. } => (!times.contains(words[0])).then(|| passed(words[0], end)),
            Claim::Values { values, .. } => match words[0] as usize {
                all if all == values.len() => None,
                0 => Some("there were none".to_owned()),
                1 => Some("there was only the first".to_owned()),
                came => Some(format!("there were only the first {came}")),
            },
            Claim::Level { .. } | Claim::NeverTogether(_) | Claim::Always(_) => None,
            Claim::LongestWait { bounds, .. } => {
                let open = waited(words[0], end.end);
                let longest = words[1].max(open);
                if open > bounds.at_most {
                    return Some(format!("it waited for {} up to the end", format_nanos(open as i64)));
                }
                (longest < bounds.at_least).then(|| format!("it was {}", format_nanos(longest as i64)))
            }
            Claim::Memory { memory, values } => {
                match end.memories.iter().find(|(candidate, _)| candidate == memory) {
                    Some((_, seen)) => different_slots(values, seen),
                    None => Some("the run gave no content".to_owned()),
                }
            }
        }
    }
}

/// That something did not come up to the end.
pub(super) fn never_came(end: &FinalState<'_>) -> String {
    end.unless_cut("never came", "did not come")
}

fn passed(times: u64, end: &FinalState<'_>) -> String {
    match times {
        0 => end.unless_cut("it was never passed", "it was not passed"),
        1 => "it was passed once".to_owned(),
        times => format!("it was passed {times} times"),
    }
}

/// Which slots of a memory differ; by their bits: -0.0 is not 0.0 here.
fn different_slots(wanted: &[Value], seen: &[Value]) -> Option<String> {
    if wanted.len() != seen.len() {
        return Some(format!("it has {} {} and not {}", seen.len(), noun(seen.len(), "slot"), wanted.len()));
    }
    let pairs = wanted.iter().zip(seen).enumerate();
    let different: Vec<String> = pairs
        .filter(|(_, (wanted, seen))| (wanted.ty(), wanted.to_word()) != (seen.ty(), seen.to_word()))
        .map(|(slot, (wanted, seen))| format!("slot {slot} is {seen} and not {wanted}"))
        .collect();
    if different.is_empty() {
        return None;
    }
    let shown = different.iter().take(SLOTS_SHOWN).cloned();
    Some(shown.chain(more(different.len(), SLOTS_SHOWN)).collect::<Vec<_>>().join("; "))
}

fn more(all: usize, shown: usize) -> Option<String> {
    (all > shown).then(|| format!("and {} more", all - shown))
}

fn list(values: &[Value]) -> String {
    let shown = values.iter().take(SHOWN).map(ToString::to_string);
    format!("[{}]", shown.chain(more(values.len(), SHOWN)).collect::<Vec<_>>().join(", "))
}

/// Bounds in words: `5`, `at least 5`, `at most 5`, `between 3 and 5`.
fn within(bounds: Bounds, number: impl Fn(u64) -> String) -> String {
    match bounds {
        Bounds { at_least, at_most } if at_least == at_most => number(at_least),
        Bounds { at_least, at_most: u64::MAX } => format!("at least {}", number(at_least)),
        Bounds { at_least: 0, at_most } => format!("at most {}", number(at_most)),
        Bounds { at_least, at_most } => format!("between {} and {}", number(at_least), number(at_most)),
    }
}

fn nanos_within(bounds: Bounds) -> String {
    within(bounds, |nanos| format_nanos(nanos as i64))
}

/// Bounds of a time on the clock.
fn when(bounds: Bounds) -> String {
    let time = |nanos: u64| format_nanos(nanos as i64);
    match bounds {
        Bounds { at_least, at_most } if at_least == at_most => format!("at {}", time(at_least)),
        Bounds { at_least, at_most: u64::MAX } => format!("at {} or later", time(at_least)),
        Bounds { at_least: 0, at_most } => format!("at {} or earlier", time(at_most)),
        Bounds { at_least, at_most } => format!("between {} and {}", time(at_least), time(at_most)),
    }
}

//! Events and waits in words.
//!
//! Decides what it is called that a process does, and what it waits for: one row
//! for each [`Kind`] and each [`WaitFor`], with a column for each form in which
//! reports, pictures and messages have it. What stands around the words is
//! decided by those who use them.

use super::event::{Event, INTERRUPTED, Kind, UNNOTIFIED};
use super::header::Header;
use super::outcome::WaitFor;
use super::resource_kind::ResourceKind;
use crate::ids::{MarkId, ProcessId, ResourceId};
use crate::time::format_nanos;
use crate::value::{Value, Word};

/// The words for one kind of event. In braces stands what [`Phrase`] fills in.
struct Words {
    /// The verb of a list of steps; that of a wait is in [`WaitWords`].
    verb: &'static str,
    /// What the verb is about.
    object: &'static str,
    /// Both, as a note on a turn of a schedule.
    note: &'static str,
    /// What stands behind the name of the process in a sentence.
    sentence: &'static str,
}

/// Of a look at what it would have waited for.
const SEEN: Words = Words {
    verb: "find",
    object: "{resource}",
    note: "finds {resource}",
    sentence: "need not wait for '{resource}'",
};

fn words(kind: Kind) -> Words {
    let row = |verb, object, note, sentence| Words { verb, object, note, sentence };
    match kind {
        Kind::Start => row("start", "", "start", "starts"),
        Kind::Delay => row("delay", "{length}", "delay", "begins a delay"),
        Kind::Work => row("work", "{length}", "work", "begins to work"),
        Kind::Wake => row("wake", "", "wake", "goes on after a delay"),
        Kind::Block => {
            row("", "{resource}", "waits for {resource}", "has to wait for '{resource}' to {wait for}")
        }
        Kind::Grant => {
            row("grant", "", "goes on", "is the next that is served by '{resource}', through '{giver}'")
        }
        Kind::Acquire => row("acquire", "{resource}", "acquire {resource}", "acquires '{resource}'"),
        Kind::Release => row("release", "{resource}", "release {resource}", "releases '{resource}'"),
        Kind::Put => {
            row("put", "{resource} = {item}", "put {item} into {resource}", "puts {item} into '{resource}'")
        }
        Kind::Get => {
            row("get", "{resource} = {item}", "get {item} from {resource}", "gets {item} from '{resource}'")
        }
        Kind::Write => row(
            "write",
            "{resource}[{slot}] = {value}",
            "write {resource}[{slot}] = {value}",
            "writes {value} to slot {slot} of '{resource}'",
        ),
        Kind::Read => row(
            "read",
            "{resource}[{slot}] = {value}",
            "read {resource}[{slot}] = {value}",
            "reads {value} from slot {slot} of '{resource}'",
        ),
        Kind::Draw => row("draw", "{value}", "draw", "draws {value}"),
        Kind::Log => row("log", "{text}", "log", "logs"),
        Kind::Mark => row("mark", "{mark}", "mark {mark}", "passes a mark with {value}"),
        Kind::Done => row("done", "", "done", "finishes"),
        Kind::Notify => row(
            "notify",
            "{resource} ({count} woken)",
            "notify {resource}",
            "notifies {count} that wait at '{resource}'",
        ),
        Kind::Level => {
            row("look at", "{resource} = {count}", "level {resource}", "sees level {count} of '{resource}'")
        }
        Kind::Launch => row("start", "{resource}", "start {resource}", "starts '{resource}'"),
        Kind::Join => row("join", "{resource}", "join {resource}", "joins '{resource}'"),
        Kind::Stop => row("stop", "{resource}", "stop {resource}", "stops '{resource}'"),
        Kind::Timeout => row(
            "give up on",
            "{resource}",
            "gives up on {resource}",
            "has waited for '{resource}' to {wait for} as long as it may",
        ),
        Kind::Interrupt => row("interrupt", "{resource}", "interrupt {resource}", "interrupts '{resource}'"),
        Kind::Close => row(
            "close",
            "{resource} ({count} more)",
            "close {resource}",
            "closes '{resource}', with {count} more to close it",
        ),
        Kind::Ended => row(
            "find closed",
            "{resource}",
            "finds {resource} closed",
            "finds '{resource}' closed, with {count} in it",
        ),
    }
}

/// How it is said of others that an event at a resource of this kind ends their wait: what stands before
/// their names, and behind them.
fn letting_go(kind: ResourceKind) -> (&'static str, &'static str) {
    match kind {
        ResourceKind::Condition => ("wakes ", ""),
        ResourceKind::Barrier | ResourceKind::Process | ResourceKind::Watch => ("lets ", " go on"),
        _ => ("goes to ", ""),
    }
}

/// The note on a kind of event at a kind of resource that has steps of its own for it.
fn own_note(kind: Kind, of: ResourceKind) -> Option<&'static str> {
    Some(match (kind, of) {
        (Kind::Notify, ResourceKind::Barrier) => "comes last to {resource}",
        (Kind::Acquire, ResourceKind::Rwlock) => "acquire {resource} for writing",
        (Kind::Release, ResourceKind::Flag) => "signal {resource}",
        (Kind::Acquire, ResourceKind::Flag) => "reset {resource}",
        (Kind::Acquire, ResourceKind::Latch) => "count down {resource}",
        _ => return None,
    })
}

/// One event, to be told with the names of its run.
#[derive(Debug, Clone, Copy)]
pub struct Phrase<'a> {
    header: &'a Header,
    event: &'a Event,
    args: &'a [Word],
    most_text: usize,
}

impl<'a> Phrase<'a> {
    /// An event of a run with these names.
    pub fn new(header: &'a Header, event: &'a Event) -> Phrase<'a> {
        Phrase { header, event, args: &[], most_text: 0 }
    }

    /// This event with the words that are kept beside it: the other fields of its item, or the
    /// arguments of its log text, of which no more than about `most_text` bytes are told.
    pub fn with_text(self, args: &'a [Word], most_text: usize) -> Phrase<'a> {
        Phrase { args, most_text, ..self }
    }

    /// How its kind is told. Who sees what it would have waited for sees no level.
    fn words(&self) -> Words {
        let is_watch = |id: u32| self.header.resource(ResourceId(id)).kind == ResourceKind::Watch;
        match self.event.kind {
            Kind::Level if is_watch(self.event.subject) => SEEN,
            kind => words(kind),
        }
    }

    /// The verb of a list of steps: `put`, `wait to get`.
    pub fn verb(&self) -> &'static str {
        match self.event.kind {
            Kind::Block => self.wait_for().verb(),
            _ => self.words().verb,
        }
    }

    /// What the verb is about: `queue = 3`; empty if it is about nothing.
    pub fn object(&self) -> String {
        self.filled(self.words().object)
    }

    /// What happens, as a note on a turn: `put 3 into queue`.
    pub fn note(&self) -> String {
        match self.event.kind {
            Kind::Notify if self.event.extra == UNNOTIFIED => return self.filled("no notify at {resource}"),
            Kind::Grant if self.event.extra == UNNOTIFIED => return "but goes on".to_owned(),
            Kind::Timeout if self.event.extra == INTERRUPTED => {
                return self.filled("is interrupted at {resource}");
            }
            _ => {}
        }
        if self.event.kind == Kind::Level && self.is_shift() {
            return self.filled("{resource}, which changes nothing");
        }
        let of = self.event.resource().map(|id| self.header.resource(id).kind);
        let own = of.and_then(|of| own_note(self.event.kind, of));
        self.filled(own.unwrap_or_else(|| self.words().note))
    }

    /// Whether what was looked at is a flag or latch that a step is to change: that is called as the step is.
    fn is_shift(&self) -> bool {
        let info = self.header.resource(ResourceId(self.event.subject));
        let is_step = |step: &&str| info.name.starts_with(step);
        info.kind == ResourceKind::Watch && ["signal ", "reset ", "count_down "].iter().any(is_step)
    }

    /// How it is said of others that their wait ends by this, a [`Kind::Grant`]: what stands before their
    /// names, and behind them.
    pub fn letting_go(&self) -> (&'static str, &'static str) {
        letting_go(self.header.resource(ResourceId(self.event.subject)).kind)
    }

    /// A sentence without a full stop: `'loader' puts 3 into 'queue'`.
    pub fn sentence(&self) -> String {
        format!("'{}' {}", self.process(), self.filled(self.words().sentence))
    }

    /// The name of the mark that was passed and, if it has one, its value
    /// behind `between`: `latency = 3s`. Only of a [`Kind::Mark`].
    pub fn mark(&self, between: &str) -> String {
        let mark = MarkId(self.event.subject);
        let name = self.header.mark_name(mark);
        match self.header.marks[mark.index()].ty {
            Some(_) => format!("{name}{between}{}", self.value()),
            None => name.to_owned(),
        }
    }

    /// A row of the table with everything that stands in braces.
    fn filled(&self, row: &str) -> String {
        let mut text = String::new();
        let mut rest = row;
        while let Some((before, after)) = rest.split_once('{') {
            let (part, after) = after.split_once('}').expect("every brace of the table is closed");
            text.push_str(before);
            text.push_str(&self.part(part));
            rest = after;
        }
        text + rest
    }

    fn part(&self, part: &str) -> String {
        let Event { time, value, extra, .. } = *self.event;
        match part {
            "process" => self.process(),
            "giver" => self.header.process_name(ProcessId(value as u32)),
            "resource" => self.header.resource_name(ResourceId(self.event.subject)),
            "wait for" => self.wait_for().name().to_owned(),
            "value" => self.value().to_string(),
            "item" => self.item(),
            "count" => value.to_string(),
            "slot" => extra.to_string(),
            "length" => format_nanos(value.saturating_sub(time.as_nanos()) as i64),
            "mark" => self.mark(" = "),
            "text" => self.text(),
            part => unreachable!("no event has a {part}"),
        }
    }

    fn process(&self) -> String {
        self.header.process_name(self.event.process)
    }

    fn value(&self) -> Value {
        Value::from_word(self.event.ty, self.event.value)
    }

    fn item(&self) -> String {
        let Event { ty, value, subject, .. } = *self.event;
        self.header.resource(ResourceId(subject)).item(ty, value, self.args)
    }

    /// The reason of a [`Kind::Block`]; of traces from elsewhere any may be wrong.
    fn wait_for(&self) -> WaitFor {
        WaitFor::from_word(self.event.value).unwrap_or(WaitFor::Acquire)
    }

    fn text(&self) -> String {
        let log = &self.header.logs[self.event.subject as usize];
        // What does not fit has no room in quotes either.
        format!("{:?}", log.render_within(self.args, self.most_text).unwrap_or_else(|beginning| beginning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, B, BUFFER, C, event, header, two_stage_trace};

    /// Written by hand from the meaning of each kind.
    #[test]
    fn an_event_has_one_phrase_in_each_form() {
        let header = header();
        let put = event(2, A, Kind::Put, BUFFER.0, 10);
        let get = event(2, C, Kind::Block, BUFFER.0, WaitFor::Get as Word);
        let grant = event(2, C, Kind::Grant, BUFFER.0, Word::from(A.0));
        let done = event(3, B, Kind::Done, 0, 0);
        let rows = [
            (put, "put", "q = 10", "put 10 into q", "'a' puts 10 into 'q'"),
            (get, "wait to get", "q", "waits for q", "'c[0]' has to wait for 'q' to get"),
            (grant, "grant", "", "goes on", "'c[0]' is the next that is served by 'q', through 'a'"),
            (done, "done", "", "done", "'b' finishes"),
        ];
        for (event, verb, object, note, sentence) in rows {
            let phrase = Phrase::new(&header, &event);
            assert_eq!(phrase.verb(), verb);
            assert_eq!(phrase.object(), object);
            assert_eq!(phrase.note(), note);
            assert_eq!(phrase.sentence(), sentence);
        }
    }

    /// Nothing of a name or a text is taken for a part to be filled in, and
    /// nothing is left in braces.
    #[test]
    fn every_kind_can_be_told() {
        let trace = two_stage_trace();
        for (event, args) in trace.iter() {
            let phrase = Phrase::new(&trace.header, &event).with_text(args, 1000);
            for told in [phrase.object(), phrase.note(), phrase.sentence()] {
                assert!(!told.contains(['{', '}']), "{told}");
            }
        }
        for kind in Kind::ALL {
            let event = event(1, A, kind, 0, 0);
            let phrase = Phrase::new(&trace.header, &event);
            let told = [phrase.object(), phrase.note(), phrase.sentence()].concat();
            assert!(kind == Kind::Log || !told.contains(['{', '}']), "{told}");
        }
    }
}

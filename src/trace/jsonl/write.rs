//! Writing: by hand into one reused buffer, since a trace has millions of events.

use super::format::{FORMAT, FirstLine, LastLine};
use crate::ids::{ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::event::{Event, Kind};
use crate::trace::header::{Header, Piece};
use crate::trace::named::NamedOutcome;
use crate::trace::outcome::{Outcome, WaitFor};
use crate::trace::sink::{Sink, Trace};
use crate::value::{Type, Value, Word};
use std::borrow::Cow;
use std::io::{self, Write};

/// Text collected before it is handed on.
const CHUNK_BYTES: usize = 64 * 1024;

/// A [`Sink`] that writes a trace as it is made, in constant memory.
///
/// A failed write is kept and given by [`JsonlSink::finish`]; the run goes on,
/// but nothing more is written.
pub struct JsonlSink<W: Write> {
    out: W,
    text: Vec<u8>,
    names: Names,
    events: u64,
    /// Bytes handed on to `out`.
    handed_on: u64,
    failed: Option<io::Error>,
}

impl<W: Write> JsonlSink<W> {
    /// Starts a file with its first line.
    ///
    /// `out` is written to in large pieces and needs no buffer of its own.
    ///
    /// # Errors
    /// What writing gives.
    pub fn new(header: &Header, mut out: W) -> io::Result<JsonlSink<W>> {
        let first = FirstLine { tempolane_trace: FORMAT, header: Cow::Borrowed(header) };
        let mut text = serde_json::to_vec(&first)?;
        text.push(b'\n');
        out.write_all(&text)?;
        let handed_on = text.len() as u64;
        text.clear();
        Ok(JsonlSink { out, text, names: Names::new(header), events: 0, handed_on, failed: None })
    }

    /// How many bytes the file has so far.
    pub fn bytes(&self) -> u64 {
        self.handed_on + self.text.len() as u64
    }

    /// Whether writing has failed; the run may as well be stopped then.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// What failed, if writing has failed.
    pub fn into_error(self) -> Option<io::Error> {
        self.failed
    }

    /// Ends the file with its last line and gives the writer back.
    ///
    /// # Errors
    /// The first that writing gave, now or earlier.
    pub fn finish(mut self, outcome: &Outcome, end: Time, fingerprint: &str) -> io::Result<W> {
        let last = LastLine {
            end_ns: end.as_nanos(),
            events: self.events,
            fingerprint: Some(fingerprint.to_owned()),
            outcome: NamedOutcome::of(outcome, &self.names.header),
        };
        serde_json::to_writer(&mut self.text, &last)?;
        self.text.push(b'\n');
        self.hand_on();
        match self.failed {
            Some(error) => Err(error),
            None => self.out.flush().map(|()| self.out),
        }
    }

    fn hand_on(&mut self) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(&self.text).err();
        }
        self.handed_on += self.text.len() as u64;
        self.text.clear();
    }
}

impl<W: Write> Sink for JsonlSink<W> {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.events += 1;
        self.names.push_event(&mut self.text, event, args);
        if self.text.len() >= CHUNK_BYTES {
            self.hand_on();
        }
    }
}

/// Writes a whole trace.
///
/// # Errors
/// What writing gives.
pub fn write_jsonl(trace: &Trace, out: impl Write) -> io::Result<()> {
    let mut sink = JsonlSink::new(&trace.header, out)?;
    trace.replay(&mut sink);
    sink.finish(&trace.outcome, trace.end, &trace.fingerprint()).map(|_| ())
}

/// The names of a header, ready to be copied into JSON.
struct Names {
    header: Header,
    /// By process of the scenario: its name, escaped, with the opening quote.
    processes: Vec<Vec<u8>>,
    /// By resource of the scenario: its name, in the same form.
    resources: Vec<Vec<u8>>,
}

impl Names {
    fn new(header: &Header) -> Names {
        Names {
            processes: header.processes.iter().map(|info| opened_string(&info.name)).collect(),
            resources: header.resources.iter().map(|info| opened_string(&info.name)).collect(),
            header: header.clone(),
        }
    }

    /// One line. The keys that a kind of event has are listed in the module's
    /// documentation; besides, a field with a value that is unusual for the
    /// kind is written as a plain number, so that nothing is lost.
    fn push_event(&self, text: &mut Vec<u8>, event: &Event, args: &[Word]) {
        text.extend_from_slice(b"{\"time_ns\":");
        push_integer(text, event.time.as_nanos());
        text.extend_from_slice(b",\"process\":");
        self.push_process(text, event.process);
        text.extend_from_slice(b",\"event\":\"");
        text.extend_from_slice(event.kind.name().as_bytes());
        text.push(b'"');
        if event.kind.is_about_resource() {
            text.extend_from_slice(b",\"resource\":");
            self.push_resource(text, ResourceId(event.subject));
        }
        let is_record = event.words_beside() > 0 && event.kind != Kind::Log;
        if event.extra != 0 && !is_record || matches!(event.kind, Kind::Read | Kind::Write) {
            push_number(text, "slot", event.extra.into());
        }
        match event.kind {
            Kind::Delay | Kind::Work => push_number(text, "until_ns", event.value),
            Kind::Block | Kind::Timeout => push_wait_for(text, event),
            Kind::Grant => {
                text.extend_from_slice(b",\"by\":");
                self.push_process(text, ProcessId(event.value as u32));
            }
            Kind::Launch | Kind::Join | Kind::Stop | Kind::Interrupt => {
                text.extend_from_slice(b",\"of\":");
                self.push_process(text, ProcessId(event.value as u32));
            }
            Kind::Log => self.push_log(text, event, args),
            Kind::Mark => self.push_mark(text, event),
            Kind::Put | Kind::Get if is_record => self.push_record(text, event, args),
            Kind::Put | Kind::Get | Kind::Write | Kind::Read | Kind::Draw => push_value(text, event),
            Kind::Notify => push_number(text, "woken", event.value),
            Kind::Level | Kind::Ended => push_number(text, "level", event.value),
            Kind::Close => push_number(text, "missing", event.value),
            Kind::Start | Kind::Wake | Kind::Acquire | Kind::Release | Kind::Done => {
                push_unusual_value(text, event);
            }
        }
        if let Some(line) = self.header.line(event.op) {
            push_number(text, "line", line.into());
        }
        push_number(text, "op", event.op.0.into());
        text.extend_from_slice(b"}\n");
    }

    fn push_process(&self, text: &mut Vec<u8>, process: ProcessId) {
        let after = self.header.processes.partition_point(|info| info.first <= process);
        let info = &self.header.processes[after - 1];
        push_name(text, &self.processes[after - 1], info.indexed, process.0 - info.first.0);
    }

    fn push_resource(&self, text: &mut Vec<u8>, resource: ResourceId) {
        let after = self.header.resources.partition_point(|info| info.first <= resource);
        let info = &self.header.resources[after - 1];
        push_name(text, &self.resources[after - 1], info.indexed, resource.0 - info.first.0);
    }

    fn push_mark(&self, text: &mut Vec<u8>, event: &Event) {
        let mark = &self.header.marks[event.subject as usize];
        text.extend_from_slice(b",\"mark\":");
        push_string(text, &mark.name);
        if mark.ty.is_some() {
            push_value(text, event);
        } else {
            push_unusual_value(text, event);
        }
    }

    /// The fields of an item, in their order.
    fn push_record(&self, text: &mut Vec<u8>, event: &Event, args: &[Word]) {
        let fields = &self.header.resource(ResourceId(event.subject)).fields;
        let start = text.len();
        text.extend_from_slice(b",\"item\":{");
        let words = || std::iter::once(event.value).chain(args.iter().copied());
        let mut is_proper = fields.len() == args.len() + 1 && event.ty == fields[0].ty;
        for (position, (field, word)) in fields.iter().zip(words()).enumerate() {
            push_comma(text, position);
            push_string(text, &field.name);
            text.push(b':');
            is_proper &= push_word(text, field.ty, word).is_some();
        }
        text.push(b'}');
        if !is_proper {
            text.truncate(start);
            text.extend_from_slice(b",\"words\":[");
            for (position, word) in words().enumerate() {
                push_comma(text, position);
                push_integer(text, word);
            }
            text.push(b']');
            push_type(text, event.ty);
        }
    }

    fn push_log(&self, text: &mut Vec<u8>, event: &Event, args: &[Word]) {
        let template = &self.header.logs[event.subject as usize];
        push_number(text, "log", event.subject.into());
        let start = text.len();
        text.extend_from_slice(b",\"args\":[");
        if push_args(text, &template.pieces, args).is_none() {
            // They are not what the template asks for: as raw words then.
            text.truncate(start);
            text.extend_from_slice(b",\"words\":[");
            for (position, &word) in args.iter().enumerate() {
                push_comma(text, position);
                push_integer(text, word);
            }
        }
        text.extend_from_slice(b"],\"text\":");
        push_string(text, &template.render(args));
    }
}

/// The arguments of a log text, arrays as arrays; `None` if they do not fit.
fn push_args(text: &mut Vec<u8>, pieces: &[Piece], args: &[Word]) -> Option<()> {
    let mut args = args.iter().copied();
    let holes = pieces.iter().filter(|piece| !matches!(piece, Piece::Text(_)));
    for (position, piece) in holes.enumerate() {
        push_comma(text, position);
        match *piece {
            Piece::Text(_) => {}
            Piece::Value(ty) => push_word(text, ty, args.next()?)?,
            Piece::Array(ty) => {
                text.push(b'[');
                for element in 0..args.next()? {
                    push_comma(text, element as usize);
                    push_word(text, ty, args.next()?)?;
                }
                text.push(b']');
            }
        }
    }
    args.next().is_none().then_some(())
}

fn push_comma(text: &mut Vec<u8>, position: usize) {
    if position > 0 {
        text.push(b',');
    }
}

/// A word as JSON; `None` if it is no proper value of its type.
fn push_word(text: &mut Vec<u8>, ty: Type, word: Word) -> Option<()> {
    let value = Value::from_word(ty, word);
    let proper = match value {
        Value::Float(number) => number.is_finite(),
        Value::Bool(_) => word <= 1,
        Value::Int(_) | Value::Duration(_) => true,
    };
    match value {
        Value::Int(number) | Value::Duration(number) => {
            if number < 0 {
                text.push(b'-');
            }
            push_integer(text, number.unsigned_abs());
        }
        // The debug form always has a point or an exponent, as JSON allows.
        Value::Float(number) => write!(text, "{number:?}").ok()?,
        Value::Bool(flag) => text.extend_from_slice(if flag { b"true" } else { b"false" }),
    }
    proper.then_some(())
}

fn push_value(text: &mut Vec<u8>, event: &Event) {
    let start = text.len();
    text.extend_from_slice(if event.ty == Type::Duration { b",\"value_ns\":" } else { b",\"value\":" });
    if push_word(text, event.ty, event.value).is_none() {
        text.truncate(start);
        push_number(text, "bits", event.value);
        push_type(text, event.ty);
    }
}

fn push_type(text: &mut Vec<u8>, ty: Type) {
    text.extend_from_slice(b",\"type\":\"");
    text.extend_from_slice(ty.name().as_bytes());
    text.push(b'"');
}

/// The value of an event whose kind has none.
fn push_unusual_value(text: &mut Vec<u8>, event: &Event) {
    if event.value != 0 || event.ty != Type::Int {
        push_value(text, event);
    }
}

fn push_wait_for(text: &mut Vec<u8>, event: &Event) {
    let wait_for = WaitFor::from_word(event.value).map_or("?", WaitFor::name);
    text.extend_from_slice(b",\"wait_for\":\"");
    text.extend_from_slice(wait_for.as_bytes());
    text.push(b'"');
}

fn push_number(text: &mut Vec<u8>, key: &str, number: u64) {
    text.extend_from_slice(b",\"");
    text.extend_from_slice(key.as_bytes());
    text.extend_from_slice(b"\":");
    push_integer(text, number);
}

/// Decimal digits. About four times as fast as the formatting machinery, which
/// is half of the time that a line takes.
fn push_integer(text: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[first..]);
}

fn push_string(text: &mut Vec<u8>, string: &str) {
    serde_json::to_writer(text, string).expect("a Vec takes any text");
}

/// A JSON string without its closing quote, so that an index can follow.
fn opened_string(string: &str) -> Vec<u8> {
    let mut text = Vec::new();
    push_string(&mut text, string);
    text.pop();
    text
}

fn push_name(text: &mut Vec<u8>, opened: &[u8], indexed: bool, index: u32) {
    text.extend_from_slice(opened);
    if indexed {
        text.push(b'[');
        push_integer(text, index.into());
        text.push(b']');
    }
    text.push(b'"');
}

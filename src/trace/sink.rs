//! Where events go, chosen at compile time.

use super::event::Event;
use super::events::Events;
use super::header::Header;
use super::outcome::Outcome;
use crate::time::Time;
use crate::value::Word;

/// Takes the events of a run, in order.
///
/// The kernel is generic over its sink. With [`NoTrace`] the compiler removes
/// every trace of tracing.
pub trait Sink {
    /// Whether this sink looks at events at all. The kernel does no work to
    /// make an event if not.
    const ACTIVE: bool = true;

    /// Takes one event. For [`Kind::Log`](super::Kind::Log), `args` are its argument words, for an
    /// item that is a record its fields but for the first; empty otherwise.
    fn event(&mut self, event: &Event, args: &[Word]);

    /// The time of all that [`Sink::happens`] from here on.
    #[inline(always)]
    fn clock(&mut self, time: Time) {
        let _ = time;
    }

    /// Takes an event from one who has told the [`Sink::clock`]: many
    /// events have one time, and looking at each costs more than the rest.
    #[inline(always)]
    fn happens(&mut self, event: &Event, args: &[Word]) {
        self.event(event, args);
    }
}

/// The sink of a run without a trace.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTrace;

impl Sink for NoTrace {
    const ACTIVE: bool = false;

    #[inline(always)]
    fn event(&mut self, _: &Event, _: &[Word]) {}
}

/// Two sinks, one after the other, in one pass.
impl<A: Sink, B: Sink> Sink for (A, B) {
    const ACTIVE: bool = A::ACTIVE || B::ACTIVE;

    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.0.event(event, args);
        self.1.event(event, args);
    }

    #[inline(always)]
    fn clock(&mut self, time: Time) {
        self.0.clock(time);
        self.1.clock(time);
    }

    #[inline(always)]
    fn happens(&mut self, event: &Event, args: &[Word]) {
        self.0.happens(event, args);
        self.1.happens(event, args);
    }
}

impl<S: Sink> Sink for Box<S> {
    const ACTIVE: bool = S::ACTIVE;

    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        (**self).event(event, args);
    }

    #[inline(always)]
    fn clock(&mut self, time: Time) {
        (**self).clock(time);
    }

    #[inline(always)]
    fn happens(&mut self, event: &Event, args: &[Word]) {
        (**self).happens(event, args);
    }
}

impl<S: Sink> Sink for &mut S {
    const ACTIVE: bool = S::ACTIVE;

    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        (**self).event(event, args);
    }

    #[inline(always)]
    fn clock(&mut self, time: Time) {
        (**self).clock(time);
    }

    #[inline(always)]
    fn happens(&mut self, event: &Event, args: &[Word]) {
        (**self).happens(event, args);
    }
}

/// A sink whose type does not matter to who feeds it, at the price of one call
/// through a table for each event.
///
/// A kernel is compiled for every type of sink, which takes long; this one is
/// for runs that are few or short.
pub struct DynSink<'s>(&'s mut dyn DynEvents);

impl<'s> DynSink<'s> {
    /// Hands all events on to `sink`.
    pub fn new(sink: &'s mut impl Sink) -> DynSink<'s> {
        DynSink(sink)
    }
}

/// What [`Sink`] can do, without what a compiler must know beforehand.
trait DynEvents {
    fn event(&mut self, event: &Event, args: &[Word]);
    fn clock(&mut self, time: Time);
    fn happens(&mut self, event: &Event, args: &[Word]);
}

impl<S: Sink> DynEvents for S {
    fn event(&mut self, event: &Event, args: &[Word]) {
        Sink::event(self, event, args);
    }

    fn clock(&mut self, time: Time) {
        Sink::clock(self, time);
    }

    fn happens(&mut self, event: &Event, args: &[Word]) {
        Sink::happens(self, event, args);
    }
}

impl Sink for DynSink<'_> {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.0.event(event, args);
    }

    fn clock(&mut self, time: Time) {
        self.0.clock(time);
    }

    fn happens(&mut self, event: &Event, args: &[Word]) {
        self.0.happens(event, args);
    }
}

/// A sink that may be absent at run time.
impl<S: Sink> Sink for Option<S> {
    const ACTIVE: bool = S::ACTIVE;

    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        if let Some(sink) = self {
            sink.event(event, args);
        }
    }

    #[inline(always)]
    fn clock(&mut self, time: Time) {
        if let Some(sink) = self {
            sink.clock(time);
        }
    }

    #[inline(always)]
    fn happens(&mut self, event: &Event, args: &[Word]) {
        if let Some(sink) = self {
            sink.happens(event, args);
        }
    }
}

/// The complete event record of one run, in memory: next to nothing for events
/// that come in rounds, some 10 bytes for one with a random value or time.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The names that the events refer to.
    pub header: Header,
    /// The events, in order.
    pub events: Events,
    /// The argument words of the log events and the fields of records but for the first, in the
    /// order of the events: of a log as many as its value says, of an item as its extra says.
    pub log_args: Vec<Word>,
    /// How the run ended.
    pub outcome: Outcome,
    /// The clock at the end.
    pub end: Time,
}

impl Trace {
    /// The events with the words that are kept beside each (empty but for logs and records).
    pub fn iter(&self) -> impl Iterator<Item = (Event, &[Word])> {
        let mut rest = self.log_args.as_slice();
        self.events.iter().map(move |event| {
            let beside = event.words_beside();
            if beside == 0 {
                return (event, [].as_slice());
            }
            let (args, after) = rest.split_at(beside.min(rest.len()));
            rest = after;
            (event, args)
        })
    }

    /// Hands every event to `sink`, as the run did.
    pub fn replay(&self, sink: &mut impl Sink) {
        for (event, args) in self.iter() {
            sink.event(&event, args);
        }
    }
}

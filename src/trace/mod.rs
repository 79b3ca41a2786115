//! What happened: the complete ordered event record of one run, and what is
//! read off it.
//!
//! Decides the form of an event, how a run hands events on (a [`Sink`] chosen
//! at compile time, so that a run without a trace pays nothing), how a trace is
//! stored, and what its fingerprint is. Knows no scenario text and no kernel: a
//! trace carries every name that it needs, so a saved one draws the same picture.

mod capacity;
mod chosen;
mod chunks;
mod discipline;
mod event;
mod events;
mod excerpt;
mod expected;
mod figures;
mod fingerprint;
mod header;
mod holding;
mod instances;
mod invariant;
mod jsonl;
mod late;
mod level;
mod measure;
mod named;
mod outcome;
mod phrasebook;
mod profiled;
mod record;
mod resource_kind;
mod shell;
mod shown;
mod sink;
mod sketch;
mod span;
mod stand_in;
mod stands_for;
mod table;
mod ties;
mod what;

/// Traces for tests.
#[cfg(test)]
pub(crate) mod fixture;

pub use capacity::{breakdown_name, capacities, hour_name, timetable_name};
pub use chosen::{Chosen, ChosenItems};
pub use chunks::{Chunk, ChunkReader, ChunkSink, EventChunks};
pub use discipline::Discipline;
pub use event::{Event, INTERRUPTED, Kind, UNNOTIFIED};
pub use events::{Events, Iter as EventsIter};
pub use excerpt::Excerpt;
pub use expected::{
    Bounds, Claim, Expectation, Expected, Label, Milestone, StatePredicate, Stretch, ValueSource,
};
pub use figures::{
    BLOCKED, Figure, FigureExpectation, FigureRange, MarkFigure, PROCESS_FIGURES, REPORT_HEADS,
    RESOURCE_FIGURES, WHOLE_FIGURES,
};
pub use fingerprint::{Fingerprint, TraceHash};
pub use header::{
    FieldInfo, Header, LogTemplate, MarkInfo, Piece, ProcessInfo, ResourceInfo, TableInfo, instance_name,
};
pub use holding::{Holding, holdings};
pub use instances::Instances;
pub use invariant::{Formula, Invariant, Observed};
pub use jsonl::{JsonlSink, TraceReadError, read_jsonl, write_jsonl};
pub use late::LateRequests;
pub use level::{all_levels, changes_level, initial_levels, level_after, levels, peaks};
pub use measure::{Counted, LevelSum, LevelTerm, MeasureFigure, MeasureInfo, MeasureKind, Measured};
pub use named::{NameTable, NamedBlocked, NamedOutcome};
pub use outcome::{BlockedProcess, Deadlock, Fault, FaultKind, Outcome, Standing, WaitFor};
pub use phrasebook::Phrase;
pub use profiled::ProfiledRun;
pub use record::RecordingSink;
pub use resource_kind::{Holds, KindDescriptor, Level, Number, ResourceKind};
pub use shell::shell_word;
pub use shown::{is_obeyed, printable};
pub use sink::{DynSink, NoTrace, Sink, Trace};
pub use sketch::{LevelLine, Sketch, Sketched};
pub use span::{Activity, Span, SpanBuilder, rounds, spans, untimed_rounds, untimed_spans};
pub use stand_in::StandIns;
pub use stands_for::StandsFor;
pub use ties::Ties;

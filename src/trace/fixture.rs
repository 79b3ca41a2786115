//! Traces for tests, made by hand so that every figure can be worked out on
//! paper, and arbitrary ones for properties.

use super::{
    Event, Header, Kind, LogTemplate, MarkInfo, Outcome, Piece, ProcessInfo, ResourceInfo, ResourceKind,
    Ties, Trace, WaitFor,
};
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::Time;
use crate::value::{Type, Value, Word};
use proptest::prelude::*;

pub const A: ProcessId = ProcessId(0);
pub const B: ProcessId = ProcessId(1);
pub const C: ProcessId = ProcessId(2);
pub const MUTEX: ResourceId = ResourceId(0);
pub const BUFFER: ResourceId = ResourceId(1);
pub const SEMAPHORE: ResourceId = ResourceId(2);
pub const MEMORY: ResourceId = ResourceId(3);

/// Processes `a`, `b` and `c[0]`, `c[1]`; resources `m` (mutex), `q` (buffer of
/// 2 integers), `s` (semaphore, 1 permit) and `d[0]` (memory of 4 floats).
pub fn header() -> Header {
    let process = |name: &str, first, count, indexed| ProcessInfo {
        daemon: false,
        manual: false,
        name: name.to_owned(),
        first: ProcessId(first),
        count,
        indexed,
    };
    let resource = |name: &str, kind, first, capacity, initial, ty| ResourceInfo {
        name: name.to_owned(),
        kind,
        first: ResourceId(first),
        count: 1,
        indexed: name == "d",
        capacity,
        initial,
        ty,
        fields: Vec::new(),
        chosen: None,
        watched: false,
        stands_for: Vec::new(),
    };
    Header {
        scenario: "by hand".to_owned(),
        version: "1.2.3".to_owned(),
        seed: u64::MAX,
        replication: 0,
        ties: Ties::Fifo,
        processes: vec![process("a", 0, 1, false), process("b", 1, 1, false), process("c", 2, 2, true)],
        resources: vec![
            resource("m", ResourceKind::Mutex, 0, Some(1), 1, Type::Int),
            resource("q", ResourceKind::Buffer, 1, Some(2), 0, Type::Int),
            resource("s", ResourceKind::Semaphore, 2, None, 1, Type::Int),
            resource("d", ResourceKind::Memory, 3, Some(4), 0, Type::Float),
        ],
        marks: vec![
            MarkInfo { name: "latency".to_owned(), ty: Some(Type::Duration) },
            MarkInfo { name: "passed".to_owned(), ty: None },
        ],
        logs: vec![LogTemplate {
            pieces: vec![
                Piece::Text("made \"".to_owned()),
                Piece::Value(Type::Duration),
                Piece::Text("\" of ".to_owned()),
                Piece::Array(Type::Float),
            ],
        }],
        lines: vec![0, 11, 12, 13],
        atomic: Vec::new(),
        waits: Vec::new(),
        measures: Vec::new(),
        labels: Vec::new(),
        tables: Vec::new(),
    }
}

/// An event at `seconds` with nothing special about it.
pub fn event(seconds: u64, process: ProcessId, kind: Kind, subject: u32, value: Word) -> Event {
    let (time, op) = (Time::from_secs(seconds), OpId(1 + process.0));
    Event { time, value, process, subject, extra: 0, op, kind, ty: Type::Int }
}

const SECOND: Word = 1_000_000_000;

/// A run of 8 s:
///
/// ```text
/// s   0       1       2                       5        8
/// a   takes m, delay  puts 10, 20; gives m; log; done
/// b   waits for m     takes m, work .................. gives m, done
/// c0          waits q gets 10, delay ........ gets 20, mark 3 s, done
/// ```
///
/// `c[1]` finishes as it starts, at 0 s.
pub fn two_stage_trace() -> Trace {
    let (m, q) = (MUTEX.0, BUFFER.0);
    let mark = Event { ty: Type::Duration, ..event(5, C, Kind::Mark, 0, 3 * SECOND) };
    let events = vec![
        event(0, A, Kind::Start, 0, 0),
        event(0, A, Kind::Acquire, m, 0),
        event(0, A, Kind::Delay, 0, 2 * SECOND),
        event(0, B, Kind::Start, 0, 0),
        event(0, B, Kind::Block, m, WaitFor::Acquire as Word),
        event(0, ProcessId(3), Kind::Start, 0, 0),
        event(0, ProcessId(3), Kind::Done, 0, 0),
        event(1, C, Kind::Start, 0, 0),
        event(1, C, Kind::Block, q, WaitFor::Get as Word),
        event(2, A, Kind::Put, q, 10),
        event(2, A, Kind::Put, q, 20),
        event(2, C, Kind::Grant, q, Word::from(A.0)),
        event(2, C, Kind::Get, q, 10),
        event(2, A, Kind::Release, m, 0),
        event(2, B, Kind::Grant, m, Word::from(A.0)),
        event(2, B, Kind::Acquire, m, 0),
        event(2, A, Kind::Log, 0, 4),
        event(2, A, Kind::Done, 0, 0),
        event(2, C, Kind::Delay, 0, 5 * SECOND),
        event(2, B, Kind::Work, 0, 8 * SECOND),
        event(5, C, Kind::Get, q, 20),
        mark,
        event(5, C, Kind::Done, 0, 0),
        event(8, B, Kind::Release, m, 0),
        event(8, B, Kind::Done, 0, 0),
    ];
    let log_args = vec![2 * SECOND, 2, 0.5f64.to_bits(), 15.0f64.to_bits()];
    Trace {
        header: header(),
        events: events.into(),
        log_args,
        outcome: Outcome::Completed,
        end: Time::from_secs(8),
    }
}

/// A run that its stop time cuts at 4 s: `a` would hold `m` until 10 s, `b`
/// waits for it from 1 s on, `c[0]` and `c[1]` never start.
pub fn cut_trace() -> Trace {
    let events = vec![
        event(0, A, Kind::Start, 0, 0),
        event(0, A, Kind::Acquire, MUTEX.0, 0),
        event(0, A, Kind::Delay, 0, 10 * SECOND),
        event(1, B, Kind::Start, 0, 0),
        event(1, B, Kind::Block, MUTEX.0, WaitFor::Acquire as Word),
    ];
    let end = Time::from_secs(4);
    Trace { header: header(), events: events.into(), log_args: Vec::new(), outcome: Outcome::Horizon, end }
}

/// Any well-formed trace of the processes and resources of [`header`]: times
/// never decrease, and each kind of event has the fields that belong to it.
pub fn arbitrary_trace() -> impl Strategy<Value = Trace> {
    let step = (0u64..1_500_000_000, 0u32..4, 0usize..Kind::ALL.len(), any::<u64>(), any::<u32>());
    (prop::collection::vec(step, 0..60), 0u64..2_000_000_000).prop_map(|(steps, rest)| {
        let (mut nanos, mut events, mut log_args) = (0, Vec::new(), Vec::new());
        for (pause, process, kind, bits, slot) in steps {
            nanos += pause;
            let time = Time::from_nanos(nanos).expect("60 short pauses");
            let process = ProcessId(process);
            events.push(arbitrary_event(time, process, Kind::ALL[kind], bits, slot, &mut log_args));
        }
        let end = Time::from_nanos(nanos + rest).expect("short");
        Trace { header: header(), events: events.into(), log_args, outcome: Outcome::Horizon, end }
    })
}

fn arbitrary_event(
    time: Time,
    process: ProcessId,
    kind: Kind,
    bits: u64,
    slot: u32,
    log_args: &mut Vec<Word>,
) -> Event {
    let op = OpId(slot % 7);
    let plain = Event { time, value: 0, process, subject: 0, extra: 0, op, kind, ty: Type::Int };
    let typed = |subject| {
        let ty = Type::ALL[slot as usize % 4];
        let float = Value::Float(f64::from_bits(bits & !(1 << 62)));
        let value = if ty == Type::Float { float.to_word() } else { Value::from_word(ty, bits).to_word() };
        Event { subject, ty, value, ..plain }
    };
    match kind {
        Kind::Start | Kind::Wake | Kind::Done => plain,
        Kind::Delay | Kind::Work => Event { value: time.as_nanos() + bits % 3_000_000_000, ..plain },
        Kind::Block | Kind::Timeout => Event { subject: slot % 4, value: bits % 4, ..plain },
        Kind::Notify | Kind::Level | Kind::Close | Kind::Ended => {
            Event { subject: slot % 4, value: bits % 5, ..plain }
        }
        Kind::Grant => Event { subject: slot % 4, value: bits % 4, ..plain },
        Kind::Acquire | Kind::Release => Event { subject: slot % 4, ..plain },
        Kind::Launch | Kind::Join | Kind::Stop | Kind::Interrupt => {
            Event { subject: slot % 4, value: bits % 4, ..plain }
        }
        Kind::Put | Kind::Get => typed(BUFFER.0),
        Kind::Write | Kind::Read => Event { extra: slot, ..typed(MEMORY.0) },
        Kind::Draw => typed(0),
        Kind::Mark if slot.is_multiple_of(2) => Event { subject: 1, ..plain },
        Kind::Mark => typed(0),
        Kind::Log => {
            // Sometimes what the template asks for, sometimes not.
            let args = [bits, slot as u64 % 3, 1.5f64.to_bits(), 2.0f64.to_bits()];
            let args = &args[..4 - (bits % 3) as usize];
            log_args.extend_from_slice(args);
            Event { value: args.len() as Word, ..plain }
        }
    }
}

//! What a timeline needs of a run, kept while the run goes on and in bounded memory.
//!
//! Decides what becomes of a run that is too long to keep: time is divided into stretches, and of what is
//! shorter than a stretch, that which begins in the same one and is of the same kind becomes one piece. All
//! lengths are kept, and levels keep their area; only the order within a stretch is lost. Stretches grow
//! with the run. Up to then everything is exact.

use super::header::Header;
use super::outcome::WaitFor;
use super::span::{Activity, Span};
use super::stand_in::StandIns;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::Time;

/// How many pieces there are at most of all lanes together, and as many of all levels; but for one of each
/// kind in each.
const MOST: usize = 1 << 15;

/// Keeps what processes did and what levels were, as whoever turns the events of a
/// run into spans and levels tells it.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// By process, of the first ones.
    lanes: Lines<Doing>,
    /// By resource, how long the other processes were blocked on it.
    blocked: Vec<u128>,
    /// By process, when it was done last.
    finished: Vec<Option<Time>>,
    /// By resource; none where the level is not drawn.
    levels: Vec<Option<LevelNow>>,
    /// By resource.
    lines: Lines<Held>,
    stand_ins: StandIns,
}

/// What was kept of a run that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketched {
    /// What each process did, in order of process, then start. Of the processes without a lane only how long
    /// they were blocked on what, all together, as if by the first of them.
    pub spans: Vec<Span>,
    /// By process, when it was done.
    pub finished: Vec<Option<Time>>,
    /// The levels that are drawn, by resource.
    pub levels: Vec<LevelLine>,
}

/// The level of a resource over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelLine {
    /// Whose level.
    pub resource: ResourceId,
    /// From each instant on, the level, in order of time.
    pub steps: Vec<(Time, u64)>,
    /// The highest level, even if it lasted no time, and when it was first reached.
    pub peak: (Time, u64),
}

impl Sketch {
    /// For a run with the names of `header`, whose first `lanes` processes are drawn.
    pub fn new(header: &Header, lanes: usize) -> Sketch {
        let processes = header.process_count();
        let level = |info: &super::header::ResourceInfo| {
            let level = info.kind.is_drawn().then(|| LevelNow::new(info.initial));
            std::iter::repeat_n(level, info.count as usize)
        };
        Sketch {
            lanes: Lines::new(processes.min(lanes)),
            blocked: vec![0; header.resource_count()],
            finished: vec![None; processes],
            levels: header.resources.iter().flat_map(level).collect(),
            lines: Lines::new(header.resource_count()),
            stand_ins: StandIns::new(&header.resources),
        }
    }

    /// What a run did whose last spans have been added.
    pub fn finish(self) -> Sketched {
        let mut spans: Vec<Span> = Vec::new();
        for (process, lane) in self.lanes.all.iter().enumerate() {
            laid_out(ProcessId::from_index(process), &lane.pieces, &mut spans);
        }
        self.add_hidden(&mut spans);
        let levels =
            self.levels.iter().zip(&self.lines.all).enumerate().filter_map(|(resource, (now, line))| {
                let now = now.as_ref()?;
                let resource = ResourceId::from_index(resource);
                Some(LevelLine { resource, steps: now.steps(&line.pieces), peak: now.peak })
            });
        Sketched { spans, levels: levels.collect(), finished: self.finished }
    }

    /// What a process was doing for a while.
    #[inline(always)]
    pub fn add(&mut self, span: &Span) {
        let nanos = span.nanos();
        if nanos == 0 {
            return;
        }
        let activity = span.activity.of_named(&self.stand_ins);
        if span.process.index() < self.lanes.all.len() {
            let doing = Doing { start: span.start, nanos, activity };
            self.lanes.add(span.process.index(), &doing);
        } else if let Activity::Blocked { resource, .. } = activity {
            self.blocked[resource.index()] += u128::from(nanos);
        }
    }

    /// How long processes without a lane were blocked.
    fn add_hidden(&self, spans: &mut Vec<Span>) {
        let process = ProcessId::from_index(self.lanes.all.len());
        for (resource, nanos) in self.blocked.iter().enumerate().filter(|(_, nanos)| **nanos > 0) {
            let end = u64::try_from(*nanos).ok().and_then(Time::from_nanos).unwrap_or(Time::MAX);
            let resource = ResourceId::from_index(resource);
            let activity = Activity::Blocked { resource, wait_for: WaitFor::Acquire };
            spans.push(Span {
                process,
                activity,
                start: Time::ZERO,
                end,
                op: OpId(0),
                granted_by: None,
                ran_out: false,
            });
        }
    }

    /// A level changes to `next`, at `time`.
    #[inline(always)]
    pub fn level(&mut self, resource: ResourceId, time: Time, next: u64) {
        let resource = resource.index();
        let Some(now) = &mut self.levels[resource] else { return };
        if next != now.open.1
            && let Some(held) = now.change(time, next)
        {
            self.lines.add(resource, &held);
        }
    }

    /// A process is done, at `time`.
    pub fn done(&mut self, process: ProcessId, time: Time) {
        self.finished[process.index()] = Some(time);
    }
}

/// The pieces of a lane one behind the other: those that were put together take the place of the first.
fn laid_out(process: ProcessId, lane: &[Doing], spans: &mut Vec<Span>) {
    let mut at = Time::ZERO;
    for &Doing { start, nanos, activity } in lane {
        let start = start.max(at);
        at = start.checked_add(nanos).unwrap_or(Time::MAX);
        spans.push(Span { process, activity, start, end: at, op: OpId(0), granted_by: None, ran_out: false });
    }
}

/// The end of a level's line.
#[derive(Debug, Clone)]
struct LevelNow {
    /// Since when it is what it is.
    open: (Time, u64),
    /// What it was before, which comes back if the level does within the same instant.
    before: Option<(Time, u64)>,
    peak: (Time, u64),
}

impl LevelNow {
    fn new(initial: u64) -> LevelNow {
        LevelNow { open: (Time::ZERO, initial), before: None, peak: (Time::ZERO, initial) }
    }

    /// The level changes; what is known for good by that.
    fn change(&mut self, time: Time, next: u64) -> Option<Held> {
        if next > self.peak.1 {
            self.peak = (time, next);
        }
        if self.open.0 != time {
            let before = self.before.replace(self.open);
            let since = std::mem::replace(&mut self.open, (time, next)).0;
            return before.map(|before| Held::new(before, since));
        }
        // A level that went away and came back at one time never changed.
        self.open = match self.before {
            Some((_, level)) if level == next => self.before.take().unwrap_or(self.open),
            _ => (time, next),
        };
        None
    }

    /// All steps, behind those of the line.
    fn steps(&self, line: &[Held]) -> Vec<(Time, u64)> {
        let mut steps: Vec<(Time, u64)> = line.iter().flat_map(Held::steps).collect();
        steps.extend(self.before);
        steps.push(self.open);
        steps
    }
}

/// A part of a line.
trait Piece: Copy {
    fn start(&self) -> Time;
    fn nanos(&self) -> u64;
    /// A number below [`CLASSES`], which all of the same kind have.
    fn class(&self) -> usize;
    /// Adds a later piece, if that is of the same kind; whether it did.
    fn absorb(&mut self, later: &Self) -> bool;
}

/// What a process did.
#[derive(Debug, Clone, Copy)]
struct Doing {
    start: Time,
    nanos: u64,
    activity: Activity,
}

impl Piece for Doing {
    #[inline]
    fn start(&self) -> Time {
        self.start
    }

    #[inline]
    fn nanos(&self) -> u64 {
        self.nanos
    }

    #[inline]
    fn class(&self) -> usize {
        match self.activity {
            Activity::New => 0,
            Activity::Delayed => 1,
            Activity::Running => 2,
            Activity::Blocked { .. } => 3,
            Activity::Ready { .. } => 4,
        }
    }

    #[inline]
    fn absorb(&mut self, later: &Doing) -> bool {
        let is_same = self.activity == later.activity;
        self.nanos += if is_same { later.nanos } else { 0 };
        is_same
    }
}

/// A level, or several of which only the area is known.
#[derive(Debug, Clone, Copy)]
struct Held {
    start: Time,
    nanos: u64,
    /// Level times nanoseconds.
    area: u128,
}

impl Held {
    fn new((start, level): (Time, u64), end: Time) -> Held {
        let nanos = end.since(start);
        Held { start, nanos, area: u128::from(level) * u128::from(nanos) }
    }

    /// One step, or two if the area is of no whole level.
    fn steps(&self) -> impl Iterator<Item = (Time, u64)> {
        let nanos = u128::from(self.nanos.max(1));
        let (level, more) = ((self.area / nanos) as u64, (self.area % nanos) as u64);
        let above = (more > 0).then_some((self.start, level + 1));
        let from = self.start.checked_add(more).unwrap_or(Time::MAX);
        above.into_iter().chain([(from, level)])
    }
}

impl Piece for Held {
    #[inline]
    fn start(&self) -> Time {
        self.start
    }

    #[inline]
    fn nanos(&self) -> u64 {
        self.nanos
    }

    #[inline]
    fn class(&self) -> usize {
        0
    }

    #[inline]
    fn absorb(&mut self, later: &Held) -> bool {
        self.nanos += later.nanos;
        self.area += later.area;
        true
    }
}

/// How many classes of pieces there are.
const CLASSES: usize = 5;

/// Pieces in order of time.
#[derive(Debug, Clone)]
struct Line<P> {
    pieces: Vec<P>,
    /// By class, where the last one is that was short.
    latest: [u32; CLASSES],
}

impl<P> Line<P> {
    const fn new() -> Line<P> {
        Line { pieces: Vec::new(), latest: [0; CLASSES] }
    }
}

/// Lines of pieces.
#[derive(Debug, Clone)]
struct Lines<P> {
    all: Vec<Line<P>>,
    /// How many pieces there are.
    kept: usize,
    /// A stretch is two to this power nanoseconds long.
    exponent: u32,
}

impl<P: Piece> Lines<P> {
    fn new(count: usize) -> Lines<P> {
        Lines { all: vec![Line::new(); count], kept: 0, exponent: 0 }
    }

    /// Adds a piece, which takes some time, behind those of its line.
    #[inline(always)]
    fn add(&mut self, line: usize, piece: &P) {
        // In a long run most are short, and go to one that was there before.
        let goes_on = is_short(piece, self.exponent) && to_latest(&mut self.all[line], piece, self.exponent);
        if !goes_on {
            self.push(line, *piece);
        }
    }

    #[inline(never)]
    fn push(&mut self, line: usize, piece: P) {
        if push(&mut self.all[line], piece, self.exponent) {
            self.kept += 1;
            if self.kept > MOST && self.exponent < u64::BITS - 1 {
                self.coarsen(piece.start());
            }
        }
    }

    /// Makes stretches longer until there are half as many pieces as there may be.
    #[cold]
    #[inline(never)]
    fn coarsen(&mut self, now: Time) {
        // Shorter ones would not do, since each line may have a piece in each.
        let stretches = (MOST / 2 / self.all.len()).max(1) as u64;
        let least = (now.as_nanos() / stretches).checked_ilog2().unwrap_or(0);
        self.exponent = self.exponent.max(least);
        while self.kept > MOST / 2 && self.exponent < u64::BITS - 1 {
            self.exponent += 1;
            self.kept = 0;
            for line in &mut self.all {
                let mut coarser = Line::new();
                line.pieces
                    .iter()
                    .for_each(|&piece| self.kept += usize::from(push(&mut coarser, piece, self.exponent)));
                *line = coarser;
            }
        }
    }
}

/// Whether a piece is shorter than a stretch.
#[inline(always)]
fn is_short<P: Piece>(piece: &P, exponent: u32) -> bool {
    piece.nanos() >> exponent == 0
}

/// Adds a short piece to the short one that was the last of its class, if that began in the same stretch.
#[inline(always)]
fn to_latest<P: Piece>(line: &mut Line<P>, piece: &P, exponent: u32) -> bool {
    // What a process does next nobody can predict, but it is mostly something that it has done before.
    let latest = line.latest[piece.class()];
    let begin = piece.start().as_nanos() >> exponent << exponent;
    match line.pieces.get_mut(latest as usize) {
        Some(other) if other.start().as_nanos() >= begin && is_short(other, exponent) => other.absorb(piece),
        _ => false,
    }
}

/// Adds a piece to a line, or to one that began in the same stretch; whether it became another one.
#[inline]
fn push<P: Piece>(line: &mut Line<P>, piece: P, exponent: u32) -> bool {
    if is_short(&piece, exponent) {
        if to_latest(line, &piece, exponent) {
            return false;
        }
        let begin = piece.start().as_nanos() >> exponent << exponent;
        for other in line.pieces.iter_mut().rev() {
            if other.start().as_nanos() < begin {
                break;
            }
            if is_short(other, exponent) && other.absorb(&piece) {
                return false;
            }
        }
        line.latest[piece.class()] = line.pieces.len() as u32;
    }
    line.pieces.push(piece);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, B, MUTEX, arbitrary_trace, event, header};
    use crate::trace::{
        Event, Kind, SpanBuilder, Trace, all_levels, initial_levels, level_after, peaks, spans,
    };
    use proptest::prelude::*;

    const MANY: usize = usize::MAX;

    /// Tells a sketch what events mean.
    struct Fed {
        sketch: Sketch,
        spans: SpanBuilder,
        levels: Vec<u64>,
    }

    impl Fed {
        fn new(header: &Header, lanes: usize) -> Fed {
            Fed {
                sketch: Sketch::new(header, lanes),
                spans: SpanBuilder::new(header.process_count()),
                levels: initial_levels(&header.resources),
            }
        }

        fn event(&mut self, event: &Event) {
            self.spans.event(event).iter().for_each(|span| self.sketch.add(span));
            if let Some(resource) = event.resource() {
                let level = &mut self.levels[resource.index()];
                *level = level_after(*level, event);
                self.sketch.level(resource, event.time, *level);
            }
            if event.kind == Kind::Done {
                self.sketch.done(event.process, event.time);
            }
        }

        fn finish(mut self, end: Time) -> Sketched {
            self.spans.finish(end).for_each(|span| self.sketch.add(&span));
            self.sketch.finish()
        }
    }

    fn sketched(trace: &Trace, lanes: usize) -> Sketched {
        let mut fed = Fed::new(&trace.header, lanes);
        trace.events.iter().for_each(|event| fed.event(&event));
        fed.finish(trace.end)
    }

    /// What a timeline tells apart.
    fn drawn(spans: &[Span]) -> Vec<(ProcessId, Activity, Time, Time)> {
        spans.iter().map(|span| (span.process, span.activity, span.start, span.end)).collect()
    }

    proptest! {
        #[test]
        fn what_is_short_enough_is_kept_as_it_was(trace in arbitrary_trace()) {
            let kept = sketched(&trace, MANY);
            prop_assert_eq!(drawn(&kept.spans), drawn(&spans(&trace)));
            let levels = all_levels(&trace).into_iter().zip(peaks(&trace)).zip(0..);
            let lines = levels.map(|((steps, peak), id)| LevelLine { resource: ResourceId(id), steps, peak });
            let is_drawn = |line: &LevelLine| trace.header.resource(line.resource).kind.is_drawn();
            prop_assert_eq!(kept.levels, lines.filter(is_drawn).collect::<Vec<_>>());
        }

        #[test]
        fn of_a_process_without_a_lane_the_waits_are_kept(trace in arbitrary_trace()) {
            let of_mutex = |spans: &[Span]| -> u64 {
                let on = |span: &&Span| matches!(span.activity, Activity::Blocked { resource, .. } if resource == MUTEX);
                spans.iter().filter(on).map(Span::nanos).sum()
            };
            prop_assert_eq!(of_mutex(&sketched(&trace, 1).spans), of_mutex(&spans(&trace)));
        }
    }

    /// Nearly a million delays and pieces of work of 1 to 7 ns, with a level that goes up and down beside them.
    #[test]
    fn a_long_run_is_kept_in_bounded_memory_and_no_time_is_lost() {
        let mut sketch = Fed::new(&header(), MANY);
        let (mut now, mut delayed, mut area, mut level) = (0, 0, 0u128, 1u64);
        for round in 0..900_000u64 {
            let at = |event: Event| Event { time: Time::from_nanos(now).expect("short"), ..event };
            let nanos = 1 + round % 7;
            let kind = if round % 2 == 0 { Kind::Delay } else { Kind::Work };
            sketch.event(&at(event(0, A, kind, 0, now + nanos)));
            let kind = if round % 3 == 0 { Kind::Acquire } else { Kind::Release };
            let counts = round % 3 < 2;
            if counts {
                sketch.event(&at(event(0, B, kind, 2, 0)));
                level = if round % 3 == 0 { level - 1 } else { level + 1 };
            }
            delayed += if round % 2 == 0 { nanos } else { 0 };
            area += u128::from(level * nanos);
            now += nanos;
        }
        let end = Time::from_nanos(now).expect("short");
        let kept = sketch.finish(end);
        let of =
            |activity| kept.spans.iter().filter(move |span| span.process == A && span.activity == activity);
        assert_eq!(of(Activity::Delayed).map(Span::nanos).sum::<u64>(), delayed);
        assert_eq!(of(Activity::Running).map(Span::nanos).sum::<u64>(), now - delayed);
        assert!(kept.spans.len() <= MOST + 8, "{} spans", kept.spans.len());
        let lane: Vec<&Span> = kept.spans.iter().filter(|span| span.process == A).collect();
        assert!(lane.is_sorted_by(|one, next| one.end <= next.start), "no two at once");
        let steps = &kept.levels.iter().find(|line| line.resource.0 == 2).expect("it is drawn").steps;
        assert!(steps.len() <= 2 * MOST + 8, "{} steps", steps.len());
        let ends = steps.iter().skip(1).map(|step| step.0).chain([end]);
        let sum: u128 = steps.iter().zip(ends).map(|(step, to)| u128::from(step.1 * to.since(step.0))).sum();
        assert_eq!(sum, area);
    }
}

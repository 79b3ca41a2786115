//! Runs made by hand, as the drawing gets them: from the friendly to the extreme.

use tempolane::ids::{MarkId, OpId, ProcessId, ResourceId};
use tempolane::render::{GanttInput, LevelSeries, Point, PointKind};
use tempolane::time::Time;
use tempolane::trace::{
    Activity, BlockedProcess, Deadlock, Header, MarkInfo, Outcome, ProcessInfo, ResourceInfo, ResourceKind,
    Span, WaitFor,
};
use tempolane::value::Type;

/// A run that owns what [`GanttInput`] borrows.
pub struct Sample {
    pub header: Header,
    pub spans: Vec<Span>,
    pub levels: Vec<LevelSeries>,
    pub points: Vec<Point>,
    pub finished: Vec<Option<Time>>,
    pub outcome: Outcome,
    pub end: Time,
}

pub fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos).expect("samples are short")
}

pub const MS: u64 = 1_000_000;

impl Sample {
    pub fn new(name: &str) -> Sample {
        let header = Header {
            scenario: name.to_owned(),
            version: "0.1.0".to_owned(),
            seed: 0,
            replication: 0,
            ties: tempolane::trace::Ties::Fifo,
            processes: Vec::new(),
            resources: Vec::new(),
            marks: vec![MarkInfo { name: "batch".to_owned(), ty: None }],
            logs: Vec::new(),
            lines: (0..200).map(|op| op / 2 + 1).collect(),
            atomic: Vec::new(),
            waits: Vec::new(),
            measures: Vec::new(),
            labels: Vec::new(),
            tables: Vec::new(),
        };
        assert_eq!(header.mark_name(MarkId(0)), "batch");
        Sample {
            header,
            spans: Vec::new(),
            levels: Vec::new(),
            points: Vec::new(),
            finished: Vec::new(),
            outcome: Outcome::Completed,
            end: Time::ZERO,
        }
    }

    /// Adds a process with `count` instances; 0 for one without an index.
    pub fn process(&mut self, name: &str, count: u32) -> &mut Sample {
        let first = ProcessId(self.header.process_count() as u32);
        let indexed = count > 0;
        self.header.processes.push(ProcessInfo {
            daemon: false,
            manual: false,
            name: name.to_owned(),
            first,
            count: count.max(1),
            indexed,
        });
        self
    }

    pub fn resource(
        &mut self,
        name: &str,
        kind: ResourceKind,
        count: u32,
        capacity: Option<u64>,
    ) -> &mut Sample {
        let first = ResourceId(self.header.resource_count() as u32);
        self.header.resources.push(ResourceInfo {
            name: name.to_owned(),
            kind,
            first,
            count: count.max(1),
            indexed: count > 0,
            capacity,
            initial: 0,
            ty: Type::Int,
            fields: Vec::new(),
            chosen: None,
            watched: false,
            stands_for: Vec::new(),
        });
        self
    }

    /// Adds a span of `nanos` behind the last one of the process.
    pub fn then(&mut self, process: u32, activity: Activity, nanos: u64) -> &mut Sample {
        let start = match self.spans.last() {
            Some(span) if span.process.0 == process => span.end,
            _ => Time::ZERO,
        };
        let end = at(start.as_nanos() + nanos);
        let blocked = matches!(activity, Activity::Blocked { .. });
        self.spans.push(Span {
            process: ProcessId(process),
            activity,
            start,
            end,
            op: OpId(20 + process % 90 * 2),
            granted_by: blocked.then_some(ProcessId(0)),
            ran_out: false,
        });
        self.end = self.end.max(end);
        self
    }

    /// Says that every process finished with its last span.
    pub fn completed(mut self) -> Sample {
        self.finished = (0..self.header.process_count())
            .map(|process| {
                let last = self.spans.iter().rev().find(|span| span.process.index() == process);
                Some(last.map_or(Time::ZERO, |span| span.end))
            })
            .collect();
        self
    }

    pub fn input(&self) -> GanttInput<'_> {
        GanttInput {
            title: self.header.scenario.clone(),
            header: &self.header,
            spans: &self.spans,
            rounds: &[],
            levels: &self.levels,
            holdings: &[],
            points: &self.points,
            points_left_out: 0,
            broken: &[],
            path: &[],
            finished: &self.finished,
            outcome: &self.outcome,
            end: self.end,
            cut: None,
            settings: &[],
            untimed: false,
            lanes: &[],
            inks: None,
        }
    }
}

pub fn blocked(resource: u32, wait_for: WaitFor) -> Activity {
    Activity::Blocked { resource: ResourceId(resource), wait_for }
}

/// The level of a resource, with no peak in passing.
pub fn series(resource: u32, steps: Vec<(Time, u64)>) -> LevelSeries {
    LevelSeries { resource: ResourceId(resource), steps, peak: (Time::ZERO, 0), capacity: Vec::new() }
}

/// A loader, a trainer and an inferer over two buffers: about 30 s.
pub fn lab() -> Sample {
    let mut lab = Sample::new("data-pipeline");
    lab.process("loader", 0).process("trainer", 0).process("inferer", 0);
    lab.resource("to_trainer", ResourceKind::Buffer, 0, Some(15));
    lab.resource("to_inferer", ResourceKind::Buffer, 0, Some(15));
    for item in 0..15 {
        lab.then(0, Activity::Delayed, 1000 * MS);
        let text = format!("Loader added datapoint {} to data1 and data2 index {}", item * 7 % 100, item + 1);
        lab.points.push(Point { time: lab.end, process: ProcessId(0), kind: PointKind::Log, text });
    }
    for chunk in 0..5 {
        let wait = if chunk == 0 { 3000 } else { 0 };
        if wait > 0 {
            lab.then(1, blocked(0, WaitFor::Get), wait * MS);
        }
        lab.then(1, Activity::Running, 5000 * MS);
        let time = lab.spans.last().expect("just pushed").end;
        lab.points.push(Point {
            time,
            process: ProcessId(1),
            kind: PointKind::Mark,
            text: "batch".to_owned(),
        });
    }
    lab.then(2, blocked(1, WaitFor::Get), 1000 * MS);
    for _ in 0..15 {
        lab.then(2, Activity::Delayed, 2000 * MS);
    }
    let (mut trainer, mut inferer) = (vec![(Time::ZERO, 0)], vec![(Time::ZERO, 0)]);
    let (mut waiting_trainer, mut waiting_inferer) = (0u64, 0u64);
    for second in 1..=31u64 {
        if second <= 15 {
            (waiting_trainer, waiting_inferer) = (waiting_trainer + 1, waiting_inferer + 1);
            trainer.push((Time::from_secs(second), waiting_trainer));
            inferer.push((Time::from_secs(second), waiting_inferer));
        }
        if second >= 3 && (second - 3) % 5 == 0 && waiting_trainer >= 3 {
            waiting_trainer -= 3;
            trainer.push((Time::from_secs(second), waiting_trainer));
        }
        if second % 2 == 1 && waiting_inferer > 0 {
            waiting_inferer -= 1;
            inferer.push((Time::from_secs(second), waiting_inferer));
        }
    }
    lab.levels.push(series(0, trainer));
    lab.levels.push(series(1, inferer));
    lab.points.sort_by_key(|point| point.time);
    lab.completed()
}

/// Three philosophers who take their left fork first.
pub fn deadlock() -> Sample {
    let mut table = Sample::new("philosophers");
    table.process("philosopher", 3).process("waiter", 0);
    table.resource("forks", ResourceKind::Mutex, 3, Some(1));
    table.resource("orders", ResourceKind::Semaphore, 0, None);
    for seat in 0..3u32 {
        table.then(seat, Activity::Delayed, u64::from(seat + 2) * 400 * MS);
        table.then(seat, blocked(seat, WaitFor::Acquire), 700 * MS);
        table.then(seat, Activity::Running, 900 * MS);
        let left = 6000 * MS - table.spans.last().expect("just pushed").end.as_nanos();
        table.then(seat, blocked((seat + 1) % 3, WaitFor::Acquire), left);
        table.spans.last_mut().expect("just pushed").granted_by = None;
    }
    table.then(3, Activity::New, 1000 * MS);
    table.then(3, blocked(3, WaitFor::Acquire), 5000 * MS);
    let waits = |process: u32, resource: u32, holder: Option<u32>| BlockedProcess {
        process: ProcessId(process),
        op: OpId(20 + process * 2),
        resource: ResourceId(resource),
        wait_for: WaitFor::Acquire,
        holder: holder.map(ProcessId),
        givers: holder.map(ProcessId).into_iter().collect(),
        standing: None,
    };
    table.finished = vec![None; 4];
    table.outcome = Outcome::Deadlock(Deadlock {
        blocked: vec![waits(0, 1, Some(1)), waits(1, 2, Some(2)), waits(2, 0, Some(0)), waits(3, 3, None)],
        cycle: vec![ProcessId(0), ProcessId(1), ProcessId(2)],
    });
    table.levels.push(series(3, vec![(Time::ZERO, 0)]));
    table
}

/// `lanes` workers with about `spans` spans each, of a mean length in nanoseconds.
pub fn crowd(name: &str, lanes: u32, spans: u32, mean: u64) -> Sample {
    let mut crowd = Sample::new(name);
    crowd.process("worker", lanes);
    let names = ["intake", "parse", "cache", "index", "disk", "socket", "log_lock", "pool", "spare", "tail"];
    for (number, name) in names.iter().enumerate() {
        let buffer = number % 2 == 0;
        let kind = if buffer { ResourceKind::Buffer } else { ResourceKind::Semaphore };
        crowd.resource(name, kind, 0, buffer.then_some(16));
    }
    let mut random = Random(7);
    for lane in 0..lanes {
        for _ in 0..spans {
            let nanos = mean / 4 + random.below(mean * 3 / 2) + 1;
            let activity = match random.below(10) {
                0..=3 => Activity::Running,
                4..=6 => Activity::Delayed,
                _ => blocked(random.below(10).min(random.below(12)) as u32, WaitFor::Get),
            };
            crowd.then(lane, activity, nanos);
        }
    }
    for resource in 0..10u32 {
        let mut level = 0u64;
        let steps = (0..u64::from(spans) * 4).map(|step| {
            level = if random.below(2) == 0 { (level + 1).min(16) } else { level.saturating_sub(1) };
            (at(crowd.end.as_nanos() / (u64::from(spans) * 4) * step), level)
        });
        crowd.levels.push(series(resource, steps.collect()));
    }
    crowd.completed()
}

/// A small linear congruential generator (Knuth's MMIX constants): samples
/// only have to look lively, and be the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}

//! Who is served when: buffers and semaphores against a naive program, which
//! keeps its waiters in plain lists and knows nothing of the kernel.

use crate::common::{Run, run, run_in_order};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::fmt::Write;
use tempolane::trace::{Kind, Ties, WaitFor};

const CASE: &str = "
version: 1
resources:
  b: {kind: buffer, capacity: 2, discipline: DISCIPLINE}
processes:
  low: {priority: 2, do: [{put: b}, {put: {to: b, count: 2}}]}
  high: {priority: 0, start: 1s, do: [{put: b}]}
";

/// One place is free, and who waits wants two. Who comes at 1 s wants one: it
/// is served at once where it is the first in line.
#[test]
fn who_comes_and_is_first_in_line_is_served() {
    for (discipline, at) in [("priority", Some(1.0)), ("lifo", Some(1.0)), ("fifo", None)] {
        let run = run(&CASE.replace("DISCIPLINE", discipline));
        assert_eq!(run.outcome(), "deadlock", "{discipline}: 'low' waits for ever");
        assert_eq!(run.finished("high"), at, "{discipline}");
        run.machine.check(&run.program);
    }
}

/// The same of gets: two items are there, the first who waits wants three. And
/// what the newcomer leaves and takes serves nobody else.
#[test]
fn who_comes_to_get_and_is_first_in_line_is_served() {
    let text = "
version: 1
resources: {b: {kind: buffer, capacity: 3, discipline: DISCIPLINE}}
processes:
  source: {do: [{put: {to: b, count: 2}}]}
  low: {priority: 2, do: [{get: {from: b, count: 3}}]}
  high: {priority: 0, start: 1s, do: [{get: b}]}
  late: {priority: 3, start: 2s, do: [{put: {to: b, count: 2}}]}
";
    for (discipline, at) in [("priority", Some(1.0)), ("lifo", Some(1.0)), ("fifo", None)] {
        let run = run(&text.replace("DISCIPLINE", discipline));
        assert_eq!(run.finished("high"), at, "{discipline}");
        // With 'high' served one item was left, and two more make three; without,
        // there is no room for two more.
        assert_eq!(run.finished("low"), at.map(|_| 2.0), "{discipline}");
    }
}

/// Who waits to put has items for who waits to get, and the other way round: the
/// explanation says that they wait for each other.
#[test]
fn a_get_and_a_put_that_both_wait_wait_for_each_other() {
    let run = run("
version: 1
resources: {b: {kind: buffer, capacity: 3}}
processes:
  source: {do: [{put: {to: b, count: 2}}, {put: {to: b, count: 2}}]}
  sink: {do: [{get: {from: b, count: 3}}]}
");
    let tempolane::trace::Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("a deadlock") };
    assert_eq!(deadlock.cycle.len(), 2);
    assert!(deadlock.blocked.iter().all(|blocked| !blocked.is_starved()));
}

/// At a buffer for nothing a put and a get meet, whoever comes first: 'a' at
/// 1 s waits for 'b' at 2 s; 'b' comes again at 3 s and waits for 'a' at 6 s.
#[test]
fn a_buffer_without_room_is_a_rendezvous() {
    let run = run("
version: 1
params: {room: 0, one: 1}
resources: {b: {kind: buffer, capacity: room, of: int}, levels: {kind: memory, slots: 2, value: -1}}
processes:
  a:
    do:
      - delay: 1s
      - put: {to: b, value: 7}
      - log: \"{now}\"
      - delay: 4s
      - put: {to: b, value: 8, count: one}
      - log: \"{now}\"
  b:
    vars: {x: 0, xs: {array: 1}}
    do:
      - delay: 1500ms
      - write: {to: levels, at: 0, value: level(b)}
      - delay: 500ms
      - get: {from: b, into: x}
      - log: \"{x} {now}\"
      - delay: 1s
      - get: {from: b, count: one, into: xs}
      - log: \"{xs} {now}\"
      - write: {to: levels, at: 1, value: level(b) + capacity(b)}
expect: {outcome: completed, total_time: 6s}
");
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    let log = run.log_with_processes();
    let of = |name: &str| -> Vec<&str> {
        log.iter().filter(|line| line.0 == name).map(|line| line.1.as_str()).collect()
    };
    assert_eq!(of("a"), ["2s", "6s"]);
    assert_eq!(of("b"), ["7 2s", "[8] 6s"]);
    assert_eq!(run.memory("levels"), ["0", "0"]);
    run.machine.check(&run.program);
}

/// Who meets whom goes by the discipline. Three wait to put, and get served one
/// a second.
#[test]
fn a_rendezvous_has_a_discipline() {
    for (discipline, expected) in
        [("fifo", [10.0, 11.0, 12.0]), ("lifo", [12.0, 11.0, 10.0]), ("priority", [11.0, 12.0, 10.0])]
    {
        let run = run(&format!(
            "
version: 1
resources: {{b: {{kind: buffer, capacity: 0, discipline: {discipline}}}}}
processes:
  x: {{start: 1s, do: [{{put: b}}]}}
  y: {{start: 2s, do: [{{put: b}}]}}
  z: {{start: 3s, priority: -1, do: [{{put: b}}]}}
  sink: {{start: 10s, do: [{{get: b}}, {{delay: 1s}}, {{get: b}}, {{delay: 1s}}, {{get: b}}]}}
"
        ));
        let finished = ["x", "y", "z"].map(|name| run.finished(name).expect("it is served"));
        assert_eq!(finished, expected, "{discipline}");
    }
}

/// Whoever comes second ends the wait of the first, and both are told: a get that
/// finds somebody waits for no time, and is served by whom it serves.
#[test]
fn a_meeting_is_told_of_both() {
    let (put, get) = (WaitFor::Put as u64, WaitFor::Get as u64);
    for (starts, expected) in [
        (
            ("0s", "1s"),
            vec![
                (Kind::Block, 'p', put),
                (Kind::Block, 'g', get),
                (Kind::Grant, 'p', 1),
                (Kind::Put, 'p', 7),
                (Kind::Grant, 'g', 0),
                (Kind::Get, 'g', 7),
            ],
        ),
        (
            ("1s", "0s"),
            vec![(Kind::Block, 'g', get), (Kind::Put, 'p', 7), (Kind::Grant, 'g', 0), (Kind::Get, 'g', 7)],
        ),
    ] {
        let run = run(&format!(
            "
version: 1
resources: {{b: {{kind: buffer, capacity: 0}}}}
processes:
  p: {{start: {}, do: [{{put: {{to: b, value: 7}}}}]}}
  g: {{start: {}, do: [{{get: b}}]}}
",
            starts.0, starts.1
        ));
        let of_buffer = |kind| matches!(kind, Kind::Block | Kind::Grant | Kind::Put | Kind::Get);
        let events = run.kept.events.iter().filter(|event| of_buffer(event.kind));
        let told: Vec<(Kind, char, u64)> =
            events.map(|event| (event.kind, ['p', 'g'][event.process.index()], event.value)).collect();
        assert_eq!(told, expected, "{starts:?}");
    }
}

/// Which item was handed over last is to be seen nowhere: the end is the same
/// whoever came first.
#[test]
fn a_rendezvous_leaves_nothing_behind() {
    let ends = [Ties::Fifo, Ties::Reversed].map(|ties| {
        let run = run_in_order(
            "
version: 1
resources: {b: {kind: buffer, capacity: 0}, got: {kind: memory, slots: 1}}
processes:
  one: {do: [{put: {to: b, value: 1}}]}
  two: {do: [{put: {to: b, value: 2}}]}
  sink: {vars: {x: 0}, do: [{delay: 1s}, {get: {from: b, into: x}}, {write: {to: got, at: 0, value: x}}, {get: b}, {write: {to: got, at: 0, value: 0}}, {set: {x: 0}}]}
",
            ties,
        );
        let written = run.kept.events.iter().find(|event| event.kind == Kind::Write);
        (written.map(|event| event.value), run.machine)
    });
    assert_eq!([ends[0].0, ends[1].0], [Some(1), Some(2)]);
    assert_eq!(ends[0].1, ends[1].1);
}

/// Items come out in the order in which they were put, wherever the oldest lies
/// when the room for 16 becomes too small for those that are there.
#[test]
fn items_keep_their_order_in_a_buffer_that_grows() {
    for got in 0..=16 {
        let run = run(&format!(
            "
version: 1
resources: {{before: {{kind: semaphore, permits: 3}}, b: {{kind: buffer, capacity: 100, of: int}}}}
processes:
  p:
    vars: {{i: 0, x: 0}}
    do:
      - repeat: 16
        do: [{{put: {{to: b, value: i}}}}, {{set: {{i: i + 1}}}}]
      - repeat: {got}
        do: [{{get: {{from: b, into: x}}}}, {{log: \"{{x}}\"}}]
      - repeat: 24
        do: [{{put: {{to: b, value: i}}}}, {{set: {{i: i + 1}}}}]
      - repeat: {}
        do: [{{get: {{from: b, into: x}}}}, {{log: \"{{x}}\"}}]
",
            40 - got
        ));
        assert_eq!(run.log(), (0..40).map(|item| item.to_string()).collect::<Vec<_>>(), "{got}");
    }
}

/// `start: 1s` is a delay before the first step: whoever starts at 1 s goes on
/// among those who can at 1 s by priority, and of equal ones in the order in
/// which they began to wait for that time. Both began at 0 s, in the order of
/// the file; a delay that began later comes later.
#[test]
fn a_start_is_a_delay_from_the_beginning() {
    let run = run("
version: 1
resources: {s: {kind: semaphore, permits: 0}}
processes:
  a: {do: [{delay: 1s}, {log: a}]}
  b: {start: 1s, do: [{log: b}]}
  c: {do: [{delay: 500ms}, {delay: 500ms}, {log: c}]}
  d: {start: 1s, priority: -1, do: [{release: s}, {log: d}]}
  e: {do: [{acquire: s}, {log: e}]}
");
    assert_eq!(run.log(), ["d", "a", "b", "c", "e"]);
}

/// What a process of the naive program does after a pause.
#[derive(Debug, Clone, Copy)]
struct Ask {
    pause: u64,
    what: What,
    count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Put,
    Get,
    Acquire,
    Release,
}

#[derive(Debug, Clone)]
struct Script {
    capacity: u64,
    permits: u64,
    discipline: &'static str,
    /// By process: its priority and what it does.
    processes: Vec<(i32, Vec<Ask>)>,
}

/// Nobody pauses for as long as anybody else, so that nothing but hand-overs is
/// simultaneous.
fn script() -> impl Strategy<Value = Script> {
    let what = prop_oneof![
        3 => Just(What::Put), 3 => Just(What::Get), 2 => Just(What::Acquire), 2 => Just(What::Release)
    ];
    let ask =
        (1u64..1_000_000_000, what, 1u64..4).prop_map(|(pause, what, count)| Ask { pause, what, count });
    let process = (-2i32..3, proptest::collection::vec(ask, 1..8));
    let processes = proptest::collection::vec(process, 2..8);
    let discipline = prop_oneof![Just("fifo"), Just("priority"), Just("lifo")];
    (0u64..5, 0u64..3, discipline, processes).prop_map(|(capacity, permits, discipline, mut processes)| {
        let most = capacity.max(1);
        let asks = processes.iter_mut().flat_map(|(_, asks)| asks);
        for ask in asks.filter(|ask| matches!(ask.what, What::Put | What::Get)) {
            ask.count = ask.count.min(most);
        }
        Script { capacity, permits, discipline, processes }
    })
}

impl Script {
    fn text(&self) -> String {
        let Script { capacity, permits, discipline, .. } = self;
        let mut text = format!(
            "version: 1\nresources:\n  b: {{kind: buffer, capacity: {capacity}, of: int, discipline: {discipline}}}\n  \
             s: {{kind: semaphore, permits: {permits}, discipline: {discipline}}}\nprocesses:\n"
        );
        for (number, (priority, asks)) in self.processes.iter().enumerate() {
            let steps: Vec<String> = asks
                .iter()
                .enumerate()
                .map(|(place, Ask { pause, what, count })| {
                    let step = match what {
                        What::Put => {
                            format!("{{put: {{to: b, value: {}, count: {count}}}}}", number * 100 + place)
                        }
                        What::Get => format!("{{get: {{from: b, count: {count}}}}}"),
                        What::Acquire => format!("{{acquire: {{s: {count}}}}}"),
                        What::Release => format!("{{release: {{s: {count}}}}}"),
                    };
                    format!("{{delay: {pause}ns}}, {step}")
                })
                .collect();
            writeln!(text, "  p{number}: {{priority: {priority}, do: [{}]}}", steps.join(", "))
                .expect("text");
        }
        text
    }
}

/// Something that happened: when, to whom, what, which item.
type Happened = (u64, usize, What, u64);

/// Who waits, in the order of coming: process, how many, which item.
type Waiting = Vec<(usize, u64, u64)>;

/// The naive program.
struct Naive<'s> {
    script: &'s Script,
    items: VecDeque<u64>,
    free: u64,
    putters: Waiting,
    getters: Waiting,
    takers: Waiting,
    /// By process: when it goes on, if it does.
    due: Vec<Option<u64>>,
    /// By process: what it does next, and how many permits it still wants of it.
    next: Vec<(usize, u64)>,
    happened: Vec<Happened>,
}

impl Naive<'_> {
    fn run(script: &Script) -> Vec<Happened> {
        let due = script.processes.iter().map(|(_, asks)| Some(asks[0].pause)).collect();
        let next = script.processes.iter().map(|(_, asks)| (0, asks[0].count)).collect();
        let (putters, getters, takers) = (Vec::new(), Vec::new(), Vec::new());
        let mut naive = Naive {
            script,
            items: VecDeque::new(),
            free: script.permits,
            putters,
            getters,
            takers,
            due,
            next,
            happened: Vec::new(),
        };
        while let Some(now) = naive.due.iter().flatten().min().copied() {
            let process = naive.due.iter().position(|&due| due == Some(now)).expect("somebody");
            naive.due[process] = None;
            naive.ask(now, process);
        }
        naive.happened
    }

    /// The place of the first in line.
    fn first(&self, line: &Waiting) -> Option<usize> {
        let priority = |place: &usize| self.script.processes[line[*place].0].0;
        match self.script.discipline {
            "fifo" => (0..line.len()).next(),
            "lifo" => line.len().checked_sub(1),
            _ => (0..line.len()).min_by_key(priority),
        }
    }

    fn ask(&mut self, now: u64, process: usize) {
        let (place, left) = self.next[process];
        let Ask { what, count, .. } = self.script.processes[process].1[place];
        match what {
            What::Put => self.putters.push((process, count, (process * 100 + place) as u64)),
            What::Get => self.getters.push((process, count, 0)),
            What::Acquire => {
                let taken = left.min(self.free);
                self.free -= taken;
                (0..taken).for_each(|_| self.happened.push((now, process, What::Acquire, 0)));
                self.next[process].1 = left - taken;
                if left > taken {
                    self.takers.push((process, 1, 0));
                } else {
                    self.go_on(now, process);
                }
                return;
            }
            What::Release => return self.release(now, process, count),
        }
        while self.serve(now) {}
    }

    /// Whoever is handed a permit and needs more asks for them afterwards.
    fn release(&mut self, now: u64, process: usize, count: u64) {
        let mut unsatisfied = Vec::new();
        for _ in 0..count {
            self.happened.push((now, process, What::Release, 0));
            let Some(first) = self.first(&self.takers) else {
                self.free += 1;
                continue;
            };
            let (taker, ..) = self.takers.remove(first);
            self.happened.push((now, taker, What::Acquire, 0));
            self.next[taker].1 -= 1;
            if self.next[taker].1 == 0 {
                self.go_on(now, taker);
            } else {
                unsatisfied.push(taker);
            }
        }
        // Those who were woken go on by priority, and then in the order in which
        // they were: none was woken twice, since none was in line again.
        unsatisfied.sort_by_key(|&taker| self.script.processes[taker].0);
        unsatisfied.into_iter().for_each(|taker| self.ask(now, taker));
        self.go_on(now, process);
    }

    /// Serves one who is first in a line and can be served; whether there was one.
    fn serve(&mut self, now: u64) -> bool {
        let first_put = self.first(&self.putters);
        let room = self.script.capacity - self.items.len().min(self.script.capacity as usize) as u64;
        if let Some(place) = self.first(&self.getters) {
            let meets = self.script.capacity == 0 && first_put.is_some();
            if meets && let Some(place) = first_put {
                self.put(now, place);
            }
            if self.items.len() as u64 >= self.getters[place].1 {
                let (process, count, _) = self.getters.remove(place);
                for item in self.items.drain(..count as usize) {
                    self.happened.push((now, process, What::Get, item));
                }
                self.go_on(now, process);
                return true;
            }
        }
        if let Some(place) = first_put
            && self.putters[place].1 <= room
        {
            self.put(now, place);
            return true;
        }
        false
    }

    fn put(&mut self, now: u64, place: usize) {
        let (process, count, item) = self.putters.remove(place);
        for _ in 0..count {
            self.items.push_back(item);
            self.happened.push((now, process, What::Put, item));
        }
        self.go_on(now, process);
    }

    fn go_on(&mut self, now: u64, process: usize) {
        let place = self.next[process].0 + 1;
        if let Some(ask) = self.script.processes[process].1.get(place) {
            self.next[process] = (place, ask.count);
            self.due[process] = Some(now + ask.pause);
        }
    }
}

/// What happened in a run, in order.
fn happened(run: &Run) -> Vec<Happened> {
    let what = |kind| match kind {
        Kind::Put => Some(What::Put),
        Kind::Get => Some(What::Get),
        Kind::Acquire => Some(What::Acquire),
        Kind::Release => Some(What::Release),
        _ => None,
    };
    let events = run.kept.events.iter();
    events
        .filter_map(|event| {
            Some((event.time.as_nanos(), event.process.index(), what(event.kind)?, event.value))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_requests_are_served_as_in_a_naive_program(script in script()) {
        let run = run(&script.text());
        run.machine.check(&run.program);
        prop_assert_eq!(happened(&run), Naive::run(&script), "{}", script.text());
    }
}

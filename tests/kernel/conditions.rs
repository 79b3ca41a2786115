//! Conditions and atomic blocks: each in a scenario small enough to work out by
//! hand, and the blocking queue of the TLA+ literature with its published
//! numbers of states.

use crate::common::{program, run, run_with};
use std::collections::BTreeMap;
use tempolane::backend::BoundProgram;
use tempolane::backend::{Choices, Draws, Kernel, Machine, Scheduler, State};
use tempolane::ids::ProcessId;
use tempolane::time::Time;
use tempolane::trace::{Activity, Kind, NoTrace, Outcome, RecordingSink, Sink, WaitFor, spans};

/// `a`, `b` and `c` wait from 1 s, 2 s and 3 s on; each notify reaches one.
fn woken_one_by_one(discipline: &str) -> Vec<f64> {
    let text = format!(
        "
version: 1
resources: {{bell: {{kind: condition, discipline: {discipline}}}}}
processes:
  a: {{start: 3s, do: [{{wait: bell}}]}}
  b: {{start: 1s, priority: 5, do: [{{wait: bell}}]}}
  c: {{start: 2s, priority: -5, do: [{{wait: bell}}]}}
  ringer: {{do: [{{delay: 10s}}, {{notify: bell}}, {{delay: 1s}}, {{notify: bell}}, {{delay: 1s}}, {{notify: bell}}]}}
"
    );
    let run = run(&text);
    assert_eq!(run.outcome(), "completed");
    run.machine.check(&run.program);
    ["a", "b", "c"].iter().map(|name| run.finished(name).expect("it goes on")).collect()
}

#[test]
fn a_notify_reaches_one_in_the_order_of_the_discipline() {
    assert_eq!(woken_one_by_one("fifo"), [12.0, 10.0, 11.0]);
    assert_eq!(woken_one_by_one("lifo"), [10.0, 12.0, 11.0]);
    assert_eq!(woken_one_by_one("priority"), [11.0, 12.0, 10.0]);
    assert_eq!(woken_one_by_one("any"), [10.0, 11.0, 12.0], "in a run, the first of the file");
}

#[test]
fn notify_all_reaches_all_and_a_notify_before_the_wait_is_lost() {
    let text = "
version: 1
resources: {bell: condition}
processes:
  early: {count: 3, do: [{wait: bell}]}
  ringer: {start: 1s, do: [{notify_all: bell}, {notify: bell}]}
  late: {start: 2s, do: [{wait: bell}]}
";
    let run = run(text);
    for name in ["early[0]", "early[1]", "early[2]"] {
        assert_eq!(run.finished(name), Some(1.0));
    }
    assert_eq!(run.finished("late"), None);
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    let [late] = deadlock.blocked.as_slice() else { panic!("{deadlock:?}") };
    assert_eq!((late.process, late.wait_for), (run.process("late"), WaitFor::Notify));
    assert!(late.is_starved());
    let woken: Vec<u64> =
        run.kept.events.iter().filter(|event| event.kind == Kind::Notify).map(|event| event.value).collect();
    assert_eq!(woken, [3, 0]);
}

/// The waiter gives the lock back at 1 s, so `other` can have it from 2 s to
/// 7 s; notified at 5 s, it waits for the lock until 7 s.
#[test]
fn a_wait_lends_its_mutex() {
    let text = "
version: 1
resources: {lock: mutex, bell: condition}
processes:
  waiter: {start: 1s, do: [{with: lock, do: [{wait: {on: bell, mutex: lock}}, {delay: 1s}]}]}
  other: {start: 2s, do: [{with: lock, do: [{delay: 5s}]}]}
  ringer: {start: 5s, do: [{notify: bell}]}
";
    let run = run(text);
    assert_eq!((run.finished("other"), run.finished("waiter")), (Some(7.0), Some(8.0)));
    run.machine.check(&run.program);
    let mut recording = RecordingSink::new();
    run.kept.events.iter().for_each(|event| recording.event(event, &[]));
    let trace = recording.finish(run.header.clone(), run.end.outcome.clone(), run.end.end);
    let waiter = run.process("waiter");
    let waits: Vec<(u64, u64, String)> = spans(&trace)
        .iter()
        .filter(|span| span.process == waiter && span.granted_by.is_some())
        .map(|span| {
            let name = match span.activity {
                Activity::Blocked { resource, .. } => run.header.resource_name(resource),
                other => panic!("{other:?}"),
            };
            (span.start.as_nanos() / 1_000_000_000, span.end.as_nanos() / 1_000_000_000, name)
        })
        .collect();
    assert_eq!(waits, [(1, 5, "bell".to_owned()), (5, 7, "lock".to_owned())]);
}

#[test]
fn whoever_waits_must_own_the_mutex() {
    let text = |before: &str| {
        format!(
            "
version: 1
resources: {{lock: mutex, bell: condition}}
processes:
  holder: {{do: [{before}{{delay: 5s}}]}}
  waiter: {{start: 1s, do: [{{wait: {{on: bell, mutex: lock}}}}]}}
"
        )
    };
    let fault = run(&text("")).fault().to_owned();
    assert_eq!(fault, "'waiter' waits and is to give back mutex 'lock' meanwhile, but nobody owns it");
    let fault = run(&text("{acquire: lock}, ")).fault().to_owned();
    assert!(fault.ends_with("but 'holder' owns it"), "{fault}");
}

/// Who could notify is named as who could end the wait.
#[test]
fn a_deadlock_of_waits_names_who_could_notify() {
    let text = "
version: 1
resources: {ping: {kind: condition, count: 2}}
processes:
  player: {count: 2, do: [{wait: \"ping[index]\"}, {notify: \"ping[1 - index]\"}]}
";
    let run = run(text);
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    let (first, second) = (run.process("player[0]"), run.process("player[1]"));
    assert_eq!(deadlock.blocked[0].givers, [second]);
    assert_eq!(deadlock.cycle, [first, second]);
}

#[test]
fn levels_and_capacities_can_be_asked() {
    let text = "
version: 1
params: {capacity: 3}
resources:
  lock: {kind: mutex, count: 2}
  permits: {kind: semaphore, permits: 5}
  line: {kind: buffer, capacity: capacity + 1}
  bell: condition
  seen: {kind: memory, slots: 7}
processes:
  waiter: {count: 2, do: [{wait: bell}]}
  asker:
    start: 1s
    vars: {one: 1}
    do:
      - acquire: [\"lock[1]\", permits]
      - put: [line, line]
      - write: {to: seen, at: 0, value: \"level(lock[0])\"}
      - write: {to: seen, at: 1, value: \"level(lock[one])\"}
      - write: {to: seen, at: 2, value: level(permits)}
      - write: {to: seen, at: 3, value: level(line) * 10 + capacity(line)}
      - write: {to: seen, at: 4, value: level(bell)}
      - if: level(line) < capacity(line) and level(bell) == 2
        do: [{notify_all: bell}]
      - write: {to: seen, at: 5, value: level(bell)}
      - write: {to: seen, at: 6, value: capacity}
";
    let run = run(text);
    assert_eq!(run.outcome(), "completed");
    assert_eq!(run.memory("seen"), ["1", "0", "4", "24", "2", "0", "3"]);
}

/// In virtual time an atomic block changes nothing but who sees what between
/// its steps, and nobody does anyway.
#[test]
fn an_atomic_block_takes_the_time_of_its_steps() {
    let steps = "{acquire: permits}, {delay: 2s}, {repeat: 2, do: [{delay: 1s}, {release: permits}]}";
    for body in
        [steps.to_owned(), format!("{{atomic: [{steps}]}}"), format!("{{atomic: [{{atomic: [{steps}]}}]}}")]
    {
        let text = format!(
            "
version: 1
resources: {{permits: {{kind: semaphore, permits: 1}}}}
processes:
  worker: {{count: 2, do: [{body}]}}
"
        );
        let run = run(&text);
        assert_eq!((run.finished("worker[0]"), run.finished("worker[1]")), (Some(4.0), Some(7.0)), "{body}");
    }
}

#[test]
fn an_endless_block_is_a_livelock() {
    for body in [
        "{set: {x: x + 1}}",
        "{set: {x: level(permits)}}",
        "{acquire: {permits: 3}}, {release: {permits: 3}}",
    ] {
        let text = format!(
            "
version: 1
limits: {{zero_time_steps: 1000}}
resources: {{permits: {{kind: semaphore, permits: 5}}}}
processes:
  p: {{vars: {{x: 0}}, do: [{{atomic: [{{while: true, do: [{body}]}}]}}]}}
"
        );
        assert_eq!(run(&text).outcome(), "limit");
        let program = program(&text, &[]);
        let mut stepper = Stepper::new(&program);
        let p = ProcessId(0);
        stepper.step(p);
        assert!(!stepper.step(p), "it does not come to rest");
    }
}

/// A driver that goes step by step.
struct Stepper<'a> {
    program: &'a BoundProgram,
    machine: Machine,
    draws: Draws,
    choices: Choices,
}

#[derive(Default)]
struct Woken<'c>(Vec<ProcessId>, Option<&'c mut Choices>);

impl Scheduler for Woken<'_> {
    fn wake(&mut self, _: Time, _: u8, process: ProcessId) {
        self.0.push(process);
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.1.as_mut().map_or(0, |choices| choices.choose(options))
    }
}

impl<'a> Stepper<'a> {
    fn new(program: &'a BoundProgram) -> Stepper<'a> {
        let machine = Machine::new(program);
        let mut stepper =
            Stepper { program, machine, draws: Draws::new(program, 0, 0), choices: Choices::default() };
        for process in (0..program.process_count()).map(ProcessId::from_index) {
            stepper.settle(process);
        }
        stepper
    }

    fn settle(&mut self, process: ProcessId) {
        let (mut woken, mut sink) = (Woken::default(), NoTrace);
        let mut kernel = Kernel::new(self.program, &mut self.machine, &mut self.draws, &mut woken, &mut sink);
        kernel.own.fuel = 10_000;
        kernel.settle(process).expect("no fault");
    }

    /// One step; false if it ran out of fuel.
    fn step(&mut self, process: ProcessId) -> bool {
        use tempolane::backend::{Rest, Yield};
        loop {
            let (mut woken, mut sink) = (Woken(Vec::new(), Some(&mut self.choices)), NoTrace);
            let mut kernel =
                Kernel::new(self.program, &mut self.machine, &mut self.draws, &mut woken, &mut sink);
            kernel.own.fuel = 10_000;
            let rest = kernel.step(process).expect("no fault");
            for waiter in woken.0 {
                self.settle(waiter);
            }
            match rest {
                Rest::Yielded(Yield::NeedsRoom { header, items }) => {
                    assert!(self.machine.lengthen(self.program, header, items));
                }
                rest => return rest != Rest::Yielded(Yield::OutOfFuel),
            }
        }
    }

    fn ready(&self) -> Vec<ProcessId> {
        let all = (0..self.program.process_count()).map(ProcessId::from_index);
        all.filter(|&id| self.machine.state(self.program, id) == State::Ready).collect()
    }
}

/// The number of states of the blocking queue, and the number of states on the
/// shortest way into a deadlock. A state is what is in the buffer and who waits.
fn blocking_queue(p: u32, c: u32, b: u32) -> (usize, Option<usize>) {
    let text = "
version: 1
limits: {zero_time_steps: 1000}
params: {p: 1, c: 1, b: 1}
resources:
  queue: {kind: buffer, capacity: b, of: int}
  changed: {kind: condition, discipline: any}
processes:
  producer:
    count: p
    do:
      - while: true
        do:
          - atomic:
              - if: level(queue) == capacity(queue)
                do: [{wait: changed}]
                else: [{put: {to: queue, value: index}}, {notify: changed}]
  consumer:
    count: c
    do:
      - while: true
        do:
          - atomic:
              - if: level(queue) == 0
                do: [{wait: changed}]
                else: [{get: queue}, {notify: changed}]
";
    let (p, c, b) = (p.to_string(), c.to_string(), b.to_string());
    let run = run_with(text, &[("p", &p), ("c", &c), ("b", &b)]);
    assert!(["limit", "deadlock"].contains(&run.outcome()), "it goes on for ever or ends in a deadlock");
    let (queue, changed) = (run.resource("queue"), run.resource("changed"));
    let program = &run.program;
    let mut first = Stepper::new(program);
    // Every process makes its first step, its start, whatever the others do.
    for process in first.ready() {
        first.step(process);
    }
    let key = |machine: &Machine| {
        let items: Vec<String> = machine.items(program, queue).iter().map(ToString::to_string).collect();
        (items, machine.waiters(program, changed))
    };
    let mut seen = BTreeMap::from([(key(&first.machine), 1usize)]);
    let mut open = std::collections::VecDeque::from([first.machine]);
    let mut deadlock = None;
    while let Some(machine) = open.pop_front() {
        let depth = seen[&key(&machine)];
        let stepper = |choices| Stepper {
            program,
            machine: machine.clone(),
            draws: Draws::new(program, 0, 0),
            choices,
        };
        let ready = stepper(Choices::default()).ready();
        if ready.is_empty() {
            deadlock = deadlock.or(Some(depth));
        }
        for process in ready {
            let mut choices = Choices::default();
            loop {
                let mut next = stepper(choices);
                assert!(next.step(process), "a block ends");
                next.machine.check(program);
                if let std::collections::btree_map::Entry::Vacant(entry) = seen.entry(key(&next.machine)) {
                    entry.insert(depth + 1);
                    open.push_back(next.machine.clone());
                }
                choices = next.choices;
                if !choices.advance() {
                    break;
                }
            }
        }
    }
    (seen.len(), deadlock)
}

/// Kuppe's BlockingQueue, with the numbers that TLC prints for it.
#[test]
fn the_blocking_queue_has_its_published_states() {
    assert_eq!(blocking_queue(1, 1, 1), (4, None));
    assert_eq!(blocking_queue(1, 2, 1), (14, Some(8)));
    assert_eq!(blocking_queue(2, 2, 1), (48, Some(9)));
    assert_eq!(blocking_queue(2, 2, 2), (30, None));
}

/// A real program recorded that `b` came second and went on first. A condition
/// that leaves open whom a notify reaches allows it, first come first served
/// does not; the marks tell when each came, since they are atomic with the wait.
#[test]
fn a_recording_may_show_any_waiter_woken_where_any_may_be() {
    use tempolane::backend::recorded::{Recorded, Search, search};
    for (discipline, allowed) in [("any", true), ("fifo", false)] {
        let text = format!(
            "
version: 1
resources: {{bell: {{kind: condition, discipline: {discipline}}}, come: {{kind: semaphore, permits: 0}}}}
processes:
  a: {{do: [{{atomic: [{{mark: came}}, {{wait: bell}}]}}, {{mark: woken}}, {{notify: bell}}]}}
  b: {{do: [{{atomic: [{{mark: came}}, {{wait: bell}}]}}, {{mark: woken}}, {{notify: bell}}]}}
  ringer: {{do: [{{delay: 1s}}, {{notify: bell}}]}}
"
        );
        let program = program(&text, &[]);
        let point = |process: u32, label: &str| Recorded {
            process: ProcessId(process),
            label: label.to_owned(),
            value: None,
        };
        let points = [point(0, "came"), point(1, "came"), point(1, "woken"), point(0, "woken")];
        let found = search(&program, &program.header(0), &points, 10_000);
        assert_eq!(found == Search::Allowed, allowed, "{discipline}: {found:?}");
    }
}

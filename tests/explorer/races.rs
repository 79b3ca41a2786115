//! Races: scenarios whose races are worked out by hand, lab 5, and random
//! scenarios against a graph of all that is ordered.

use crate::common::generate::scenario;
use crate::common::{Run, library, program, run, run_with};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use tempolane::analysis::{ObservedRace, RaceSink, Races, RacingAccess};
use tempolane::explore::{Budget, Mode, Options, Reduce, explore};
use tempolane::ids::OpId;
use tempolane::trace::{Chosen, Event, Header, Kind, ResourceKind, Sink};

/// The races of events of a run.
fn races_of<'a>(header: &Header, events: impl IntoIterator<Item = &'a Event>) -> Races {
    let mut sink = RaceSink::new(header);
    events.into_iter().for_each(|event| sink.event(event, &[]));
    sink.finish()
}

/// A run that is longer than is looked for.
#[test]
fn a_search_may_end_early() {
    let run = run(&text("", COUNTER));
    let look = |events| {
        let mut sink = RaceSink::new(&run.header).up_to(events);
        run.kept.events.iter().for_each(|event| sink.event(event, &[]));
        sink.finish()
    };
    // Two reads at 0 s, then two writes at 1 s.
    assert_eq!((look(4).until, look(4).list.len()), (None, 2));
    let (races, second) = (look(3), tempolane::time::Time::from_secs(1));
    assert_eq!((races.until, races.list.len()), (Some(second), 1));
    // The clocks of many processes are long: 200 of them end it before 10 rounds
    // of 2 events for each, which are no work to speak of for 2.
    let crowd = |count: u32| {
        let lock = "vars: {x: 0}, do: [{repeat: 10, do: [{with: m, do: [{write: {to: d, at: 0, value: 1}}]}, {delay: 1s}]}]";
        let run = crate::common::run(&text("m: {kind: mutex}", &format!("  p: {{count: {count}, {lock}}}")));
        let mut sink = RaceSink::new(&run.header).up_to(10_000);
        run.kept.events.iter().for_each(|event| sink.event(event, &[]));
        sink.finish().until
    };
    assert_eq!(crowd(2), None);
    assert!(crowd(200).is_some());
}

/// The races of a run as text: who, what, where, when, and how often.
fn told(run: &Run) -> Vec<String> {
    let races = races_of(&run.header, &run.kept.events);
    assert_eq!((races.more, races.until), (0, None));
    let access = |access: RacingAccess| {
        let verb = if access.is_write { "writes" } else { "reads" };
        let line = run.header.line(access.op).expect("every op has a line");
        format!("{} {verb} on {line} at {}", run.header.process_name(access.process), access.time)
    };
    let race = |race: &ObservedRace| {
        let place = format!("{}[{}]", run.header.resource_name(race.memory), race.slot);
        format!("{place}: {}, {} ({})", access(race.first), access(race.second), race.times)
    };
    races.list.iter().map(race).collect()
}

/// A scenario whose processes begin on line 10; `resources` have one line.
fn text(resources: &str, processes: &str) -> String {
    format!(
        "version: 1\n\nresources:\n  d: {{kind: memory, slots: 2}}\n  {resources}\n\n\n\nprocesses:\n{processes}"
    )
}

const COUNTER: &str = "
  p:
    count: 2
    vars: {x: 0}
    do:
      - read: {from: d, at: 0, into: x}
      - delay: 1s
      - write: {to: d, at: 0, value: x + 1}";

/// Both read at 0 and write at 1 s. The second read races with nothing (two
/// reads), the first write with the other's read, the second write with the
/// first's write, and no longer with its read, which is forgotten: its pair of
/// lines was told before.
#[test]
fn an_unlocked_counter() {
    let run = run(&text("", COUNTER));
    assert_eq!(run.memory("d"), ["1", "0"], "an update is lost");
    assert_eq!(
        told(&run),
        [
            "d[0]: p[1] reads on 15 at 0s, p[0] writes on 17 at 1s (1)",
            "d[0]: p[0] writes on 17 at 1s, p[1] writes on 17 at 1s (1)",
        ]
    );
}

/// The same, one after the other by their times alone: right in this run, a
/// race all the same.
#[test]
fn time_orders_nothing() {
    let late = COUNTER.replace("do:\n", "start: index * 10s\n    do:\n");
    let run = run(&text("", &late));
    assert_eq!(run.memory("d"), ["2", "0"]);
    assert_eq!(
        told(&run),
        [
            "d[0]: p[0] writes on 18 at 1s, p[1] reads on 16 at 10s (1)",
            "d[0]: p[0] writes on 18 at 1s, p[1] writes on 18 at 11s (1)",
        ]
    );
}

#[test]
fn a_locked_counter() {
    let locked = |resource: &str, take: &str, give: &str| {
        let counter =
            COUNTER.replace("do:\n", &format!("do:\n      - {take}\n")) + &format!("\n      - {give}");
        let run = run(&text(resource, &counter));
        assert_eq!(run.memory("d"), ["2", "0"]);
        told(&run)
    };
    assert_eq!(locked("m: {kind: mutex}", "acquire: m", "release: m"), [""; 0]);
    // A semaphore with one permit is a mutex; one with two keeps nobody out,
    // and its permits from the start order nothing.
    assert_eq!(locked("m: {kind: semaphore, permits: 1}", "acquire: m", "release: m"), [""; 0]);
    // A buffer with one item in it is one too, and so is one with one place.
    let filled = "  filler: {do: [{put: b}]}\n";
    let by_item = COUNTER.replace("do:\n", "do:\n      - get: b\n") + "\n      - put: b\n" + filled;
    assert_eq!(told(&run(&text("b: {kind: buffer, capacity: unbounded}", &by_item))), [""; 0]);
    assert_eq!(locked("b: {kind: buffer, capacity: 1}", "put: b", "get: b"), [""; 0]);
}

#[test]
fn two_permits_keep_nobody_out() {
    let counter = COUNTER.replace("do:\n", "do:\n      - acquire: m\n") + "\n      - release: m";
    let run = run(&text("m: {kind: semaphore, permits: 2}", &counter));
    assert_eq!(told(&run).len(), 2);
}

#[test]
fn two_locks_for_one_slot() {
    let one = |name: &str, lock: &str| {
        format!(
            "\n  {name}:\n    do:\n      - with: {lock}\n        do:\n          - write: {{to: d, at: 1, value: 1}}"
        )
    };
    let resources = "m: {kind: mutex}\n  n: {kind: mutex}";
    let different = run(&text(resources, &(one("a", "m") + &one("b", "n"))));
    assert_eq!(told(&different), ["d[1]: a writes on 16 at 0s, b writes on 21 at 0s (1)"]);
    let same = run(&text(resources, &(one("a", "m") + &one("b", "m"))));
    assert_eq!(told(&same), [""; 0]);
}

/// The value is written before the item is put, and read after it was taken.
#[test]
fn a_message_through_a_buffer() {
    let passing = "
  sender:
    do:
      - repeat: 3
        do:
          - write: {to: d, at: 0, value: 7}
          - put: there
          - get: back
  receiver:
    vars: {x: 0}
    do:
      - repeat: 3
        do:
          - get: there
          - read: {from: d, at: 0, into: x}
          - put: back";
    let resources = "there: {kind: buffer, capacity: 2}\n  back: {kind: buffer, capacity: 2}";
    assert_eq!(told(&run(&text(resources, passing))), [""; 0]);
    // Without the way back, the next write is not ordered after the read: two
    // places are free from the start.
    let one_way = passing.replace("\n          - get: back", "").replace("\n          - put: back", "");
    let one_way = run(&text(resources, &one_way));
    assert_eq!(told(&one_way), ["d[0]: sender writes on 16 at 0s, receiver reads on 24 at 0s (2)"]);
}

/// A flag in a memory says that the value is there: the reader sees it in this
/// run, but nothing orders the two, neither flag nor value.
#[test]
fn a_flag_in_a_memory() {
    let flag = "
  sender:
    do:
      - delay: 5s
      - write: {to: d, at: 0, value: 42}
      - write: {to: d, at: 1, value: 1}
  receiver:
    vars: {ready: 0, x: 0}
    do:
      - while: ready == 0
        do:
          - delay: 2s
          - read: {from: d, at: 1, into: ready}
      - read: {from: d, at: 0, into: x}";
    let flag = run(&text("", flag));
    assert_eq!(
        told(&flag),
        [
            "d[1]: receiver reads on 22 at 4s, sender writes on 15 at 5s (2)",
            "d[0]: sender writes on 14 at 5s, receiver reads on 23 at 6s (1)",
        ]
    );
}

#[test]
fn readers_do_not_race() {
    let readers = "\n  reader: {count: 5, vars: {x: 0}, do: [{read: {from: d, at: 0, into: x}}, {delay: 1s}, {read: {from: d, at: 0, into: x}}]}";
    assert_eq!(told(&run(&text("", readers))), [""; 0]);
    // One writer after them all races with each reader, and that is one pair of lines.
    let writer = "\n  writer:\n    do:\n      - delay: 5s\n      - write: {to: d, at: 0, value: 1}";
    let run = run(&text("", &(readers.to_owned() + writer)));
    assert_eq!(told(&run), ["d[0]: reader[0] reads on 11 at 1s, writer writes on 15 at 5s (5)"]);
}

/// A notify comes before what those do whose waits it ends; one that finds
/// nobody orders nothing.
#[test]
fn a_notified_process_knows_what_its_notifier_knew() {
    let waiting = "
  sender:
    do:
      - write: {to: d, at: 0, value: 1}
      - delay: 1s
      - notify: c
  other: {do: [{delay: 5s}, {notify_all: c}]}
  receiver:
    count: 2
    vars: {x: 0}
    do:
      - delay: WAIT
      - wait: c
      - read: {from: d, at: 0, into: x}";
    let waits = |wait: &str| told(&run(&text("c: condition", &waiting.replace("WAIT", wait))));
    // The first receiver is notified by the sender, the second by the other.
    assert_eq!(waits("0s"), ["d[0]: sender writes on 13 at 0s, receiver[1] reads on 23 at 5s (1)"]);
    // Both come too late for the sender.
    assert_eq!(waits("2s"), ["d[0]: sender writes on 13 at 0s, receiver[0] reads on 23 at 5s (2)"]);
}

/// Atomic blocks exclude each other, and nothing else. Where a block lets time
/// pass it is open: an update may be lost then, but each access is ordered.
#[test]
fn atomic_blocks_exclude_each_other() {
    let counter = |wait: &str| {
        format!(
            "
  p:
    count: 2
    vars: {{x: 0}}
    do:
      - delay: 1s
      - atomic:
          - read: {{from: d, at: 0, into: x}}
{wait}          - write: {{to: d, at: 0, value: x + 1}}
"
        )
    };
    let closed = run(&text("", &counter("")));
    assert_eq!((told(&closed), closed.memory("d")[0].as_str()), (vec![], "2"));
    let open = run(&text("", &counter("          - delay: 1s\n")));
    assert_eq!((told(&open), open.memory("d")[0].as_str()), (vec![], "1"));
    let outsider = "  q: {vars: {x: 0}, do: [{delay: 2s}, {read: {from: d, at: 0, into: x}}]}";
    let mixed = run(&text("", &(counter("") + outsider)));
    assert_eq!(told(&mixed), ["d[0]: p[1] writes on 18 at 1s, q reads on 19 at 2s (1)"]);
}

/// Readers take one permit of three, a writer all three: a read-write lock.
#[test]
fn all_permits_together_exclude_everybody() {
    let lock = "
  reader: {count: 3, vars: {x: 0}, do: [{repeat: 4, do: [{delay: 1s * (index + 1)}, {acquire: s}, {read: {from: d, at: 0, into: x}}, {delay: 1s}, {release: s}]}]}
  writer: {count: 2, do: [{repeat: 3, do: [{delay: 2s}, {acquire: turn}, {acquire: {s: 3}}, {write: {to: d, at: 0, value: 1}}, {release: {s: 3}}, {release: turn}]}]}";
    let resources = "s: {kind: semaphore, permits: 3}\n  turn: {kind: mutex}";
    assert_eq!(told(&run(&text(resources, lock))), [""; 0]);
    let too_few = run(&text(resources, &lock.replace("s: 3}", "s: 2}")));
    assert_eq!(told(&too_few).len(), 1);
}

/// A permit comes from the release that it was made by, first in, first out:
/// the second taker knows of the second giver only.
#[test]
fn a_permit_carries_what_its_giver_knew() {
    let permits = "
  first: {do: [{write: {to: d, at: 0, value: 1}}, {release: s}]}
  second:
    do:
      - delay: 1s
      - write: {to: d, at: 1, value: 1}
      - release: s
  taker:
    count: 2
    vars: {x: 0}
    do:
      - delay: 2s * (index + 1)
      - acquire: s
      - read: {from: d, at: SLOT, into: x}";
    let takes =
        |slot: &str| told(&run(&text("s: {kind: semaphore, permits: 0}", &permits.replace("SLOT", slot))));
    assert_eq!(takes("index"), [""; 0]);
    assert_eq!(
        takes("1 - index"),
        [
            "d[1]: second writes on 15 at 1s, taker[0] reads on 23 at 2s (1)",
            "d[0]: first writes on 11 at 0s, taker[1] reads on 23 at 4s (1)",
        ]
    );
}

/// Each of the lab's programs by hand: the loader writes a slot before the
/// permit of `full` that the reader takes before it reads it, and writes it
/// again after a permit of `empty` that the reader gave when it had read it.
/// So none of them has a race; and with one producer and one consumer for each
/// semaphore, the mutexes are not even needed for that.
#[test]
fn lab_5_has_no_races() {
    for name in [
        "sequential",
        "one-memory",
        "two-memories",
        "two-memories-different-data",
        "work-inside-the-lock-one-memory",
        "work-inside-the-lock-two-memories",
        "chunks-of-20",
        "sensor-processor",
    ] {
        let text = library(&format!("lab5/{name}.yaml"));
        assert_eq!(told(&run(&text)), [""; 0], "{name}");
        // Every slot is used several times, too.
        if name.starts_with("one") || name.starts_with("two") {
            assert_eq!(told(&run_with(&text, &[("capacity", "4"), ("items", "30")])), [""; 0], "{name}");
        }
    }
}

/// `text` without the permits that its steps take and give of these, and
/// without what it expects.
fn without(text: &str, resources: &[&str]) -> String {
    let (text, _) = text.split_once("\nexpect:").expect("it expects something");
    let mut text = format!("{text}\n");
    for name in resources {
        for (from, to) in [
            (format!(", {name}]"), "]".to_owned()),
            (format!("[{name}, "), "[".to_owned()),
            (format!(", {name},"), ",".to_owned()),
            (format!("- acquire: {name}\n"), "- log: \"\"\n".to_owned()),
            (format!("- release: {name}\n"), "- log: \"\"\n".to_owned()),
            (format!("- acquire: {{{name}: chunk}}\n"), "- log: \"\"\n".to_owned()),
            (format!("- release: {{{name}: chunk}}\n"), "- log: \"\"\n".to_owned()),
        ] {
            text = text.replace(&from, &to);
        }
    }
    for name in resources {
        assert_eq!(text.matches(name).count(), 1, "{name} is left only where it is declared:\n{text}");
    }
    text
}

/// What the two-memory program's protection is for. In its own times the run
/// is the same without any: nobody ever waits for a mutex, and the memories
/// are as they should be. Races say what times hide.
#[test]
fn lab_5_without_its_protection() {
    let text = library("lab5/two-memories.yaml");
    let mutexes = run(&without(&text, &["mutex1", "mutex2"]));
    assert_eq!((mutexes.outcome(), told(&mutexes)), ("completed", vec![]));
    // Without the semaphores `full`, the mutexes exclude but do not say who
    // comes first; that is no race. Only without both is there one.
    let full = run(&without(&text, &["full1", "full2"]));
    assert_eq!((full.outcome(), told(&full)), ("completed", vec![]));
    let neither = without(&text, &["mutex1", "full1"]);
    let line = |part: &str| neither.lines().position(|line| line.contains(part)).expect("it is there") + 1;
    let (writes, reads) = (line("write: {to: data1"), line("read: {from: data1"));
    let neither = run(&neither);
    assert_eq!(neither.memory("data1"), run(&text).memory("data1"), "nothing is seen of it in the result");
    let expected = format!("data1[0]: loader writes on {writes} at 1s, trainer reads on {reads} at 5s (15)");
    assert_eq!(told(&neither), [expected]);
}

/// A memory that runs out is told, and ends the search, not the run.
#[test]
fn a_search_without_room_says_how_far_it_came() {
    let text = "version: 1\nresources: {d: {kind: memory, slots: 100000}}\nprocesses:\n  p: {count: 2, vars: {i: 0}, do: \
        [{delay: 1s}, {repeat: 100000, do: [{write: {to: d, at: i, value: 1}}, {set: {i: i + 1}}, {delay: 1s}]}]}";
    let run = run(text);
    let mut sink = RaceSink::with_room(&run.header, 100_000);
    run.kept.events.iter().for_each(|event| sink.event(event, &[]));
    let races = sink.finish();
    let until = races.until.expect("there was too little room").as_secs_f64();
    assert!(until > 100.0 && until < 10_000.0, "{until}");
    assert_eq!(races.list.len(), 1);
    assert!((races.list[0].times as f64 - until).abs() <= 1.0, "{} races, one a second", races.list[0].times);
    let nothing = RaceSink::with_room(&run.header, 0).finish();
    assert_eq!(nothing.until.map(|time| time.as_nanos()), Some(0));
    assert!(nothing.is_empty());
}

#[test]
fn other_pairs_of_lines_than_are_kept_are_counted() {
    let lines = "\n      - write: {to: d, at: 0, value: 1}".repeat(20);
    let process = |name: &str, wait: u32| format!("\n  {name}:\n    do:\n      - delay: {wait}s{lines}");
    let run = run(&text("", &(process("a", 1) + &process("b", 2))));
    // Writes of a process one after the other are one, so its first of b races
    // with the last of a; the others of b follow a write of its own.
    assert_eq!(told(&run).len(), 1);
    let mixed = "      - write: {to: d, at: 0, value: 1}\n      - delay: 1s\n".repeat(60);
    let process = |name: &str| format!("\n  {name}:\n    do:\n{mixed}");
    let run = crate::common::run(&text("", &(process("a") + &process("b"))));
    let races = races_of(&run.header, &run.kept.events);
    assert_eq!(races.list.len(), Races::KEPT);
    assert_eq!(races.more + races.list.iter().map(|race| race.times).sum::<u64>(), 119);
}

/// Every event before which another is ordered: by the steps of its process,
/// and by what is handed on, as the documentation of [`RaceSink`] says it.
struct Order {
    /// For each event a bit for each event before it.
    before: Vec<Vec<u64>>,
}

impl Order {
    fn new(header: &Header, events: &[Event]) -> Order {
        let mut last: BTreeMap<u32, usize> = BTreeMap::new();
        let mut seen: BTreeMap<(u32, Kind), Vec<usize>> = BTreeMap::new();
        let mut before: Vec<Vec<u64>> = Vec::new();
        let mut block = None;
        let mut got: BTreeSet<usize> = BTreeSet::new();
        // By process, what others have let it know since its last event.
        let mut told: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (place, event) in events.iter().enumerate() {
            let mut own = vec![0u64; events.len().div_ceil(64)];
            let mut edges: Vec<usize> = last.insert(event.process.0, place).into_iter().collect();
            edges.extend(told.remove(&event.process.0).unwrap_or_default());
            if let Some(id) = event.resource() {
                let info = header.resource(id);
                let number = seen.get(&(id.0, event.kind)).map_or(0, Vec::len);
                let nth = |kind: Kind, number: Option<usize>| {
                    seen.get(&(id.0, kind)).and_then(|earlier| earlier.get(number?).copied())
                };
                let edge = match event.kind {
                    Kind::Acquire => nth(Kind::Release, number.checked_sub(info.initial as usize)),
                    // Of chosen items the one of this value that was not got yet.
                    Kind::Get if info.chosen.is_some() => {
                        let puts = seen.get(&(id.0, Kind::Put)).into_iter().flatten().copied();
                        let mut same: Vec<usize> =
                            puts.filter(|&at| events[at].value == event.value).collect();
                        if info.chosen == Some(Chosen::Newest) {
                            same.reverse();
                        }
                        let put = same.into_iter().find(|at| !got.contains(at));
                        got.extend(put);
                        put
                    }
                    Kind::Get => {
                        let put = nth(Kind::Put, Some(number));
                        // Where nothing is kept, a put is over when it is taken.
                        if let Some(put) = put.filter(|_| info.capacity == Some(0)) {
                            told.entry(events[put].process.0).or_default().push(place);
                        }
                        put
                    }
                    Kind::Put => {
                        let number = info.capacity.and_then(|capacity| number.checked_sub(capacity as usize));
                        nth(Kind::Get, number)
                    }
                    Kind::Ended => {
                        edges.extend(seen.get(&(id.0, Kind::Close)).into_iter().flatten());
                        None
                    }
                    Kind::Grant if matches!(info.kind, ResourceKind::Condition | ResourceKind::Barrier) => {
                        seen.get(&(id.0, Kind::Notify)).and_then(|notifies| notifies.last().copied())
                    }
                    // The last party comes after all that wait in its round, and have not given up.
                    Kind::Notify if info.kind == ResourceKind::Barrier => {
                        let of = |kind: Kind| seen.get(&(id.0, kind)).into_iter().flatten().copied();
                        let round = of(Kind::Notify).last();
                        let gave_up = |waiter: usize| {
                            let same =
                                |at: usize| at > waiter && events[at].process == events[waiter].process;
                            of(Kind::Timeout).any(same)
                        };
                        let waiters = of(Kind::Block).filter(|&at| round.is_none_or(|round| at > round));
                        edges.extend(waiters.filter(|&at| !gave_up(at)));
                        None
                    }
                    Kind::Read | Kind::Write if header.is_atomic(event.op) => block.replace(place),
                    _ => None,
                };
                edges.extend(edge);
                seen.entry((id.0, event.kind)).or_default().push(place);
            }
            for edge in edges {
                own[edge / 64] |= 1 << (edge % 64);
                own.iter_mut().zip(&before[edge]).for_each(|(word, more)| *word |= more);
            }
            before.push(own);
        }
        Order { before }
    }

    fn has(&self, earlier: usize, later: usize) -> bool {
        self.before[later][earlier / 64] >> (earlier % 64) & 1 == 1
    }

    /// All pairs of accesses to one slot that race.
    fn races(&self, header: &Header, events: &[Event]) -> Vec<(usize, usize)> {
        let is_access = |event: &Event| {
            event.resource().is_some_and(|id| header.resource(id).kind == ResourceKind::Memory)
        };
        let accesses: Vec<usize> = (0..events.len()).filter(|&place| is_access(&events[place])).collect();
        let mut races = Vec::new();
        for (number, &later) in accesses.iter().enumerate() {
            for &earlier in &accesses[..number] {
                let (one, other) = (&events[earlier], &events[later]);
                let writes = [one, other].iter().any(|event| event.kind == Kind::Write);
                let same = (one.subject, one.extra) == (other.subject, other.extra);
                if same && writes && one.process != other.process && !self.has(earlier, later) {
                    races.push((earlier, later));
                }
            }
        }
        races
    }
}

/// What a report says of an access.
fn said(event: &Event) -> (u32, u32, u64, bool) {
    (event.process.0, event.op.0, event.time.as_nanos(), event.kind == Kind::Write)
}

fn says(access: RacingAccess) -> (u32, u32, u64, bool) {
    (access.process.0, access.op.0, access.time.as_nanos(), access.is_write)
}

/// Events beyond these are left out: the graph is quadratic.
const EVENTS: usize = 1500;

/// Holds what is found in a run to the graph: whatever is found is a race
/// there; and of each slot, the first access that races with an earlier one is
/// found.
fn agrees_with_the_graph(text: &str) -> Result<(), TestCaseError> {
    let run = run(text);
    let header = &run.header;
    let events = &run.kept.events[..run.kept.events.len().min(EVENTS)];
    let order = Order::new(header, events);
    let expected = order.races(header, events);
    let pair = |&(one, other): &(usize, usize)| (said(&events[one]), said(&events[other]), events[one].extra);
    let all: BTreeSet<_> = expected.iter().map(pair).collect();
    for race in races_of(header, events).list {
        prop_assert!(all.contains(&(says(race.first), says(race.second), race.slot)), "{race:?} in {text}");
    }
    for slot in 0..4 {
        // Accesses to other slots go to slots of their own: they race with nothing,
        // but those in atomic blocks still order.
        let moved = events.iter().zip(4..).map(|(event, own)| {
            let other = matches!(event.kind, Kind::Read | Kind::Write) && event.extra != slot;
            if other { Event { extra: own, ..*event } } else { *event }
        });
        let found = races_of(header, &moved.collect::<Vec<Event>>());
        let first = expected.iter().find(|&&(one, _)| events[one].extra == slot);
        let found = found.list.first().map(|race| says(race.second));
        prop_assert_eq!(found, first.map(|&(_, later)| said(&events[later])), "slot {} in {}", slot, text);
    }
    Ok(())
}

/// A scenario of little else than accesses and what may order them, so that
/// about every second slot has a race.
fn contended(longest: usize) -> impl Strategy<Value = String> {
    let step = prop_oneof![
        4 => (0u32..4).prop_map(|n| format!("{{write: {{to: d, at: {n}, value: 1}}}}")),
        4 => (0u32..4).prop_map(|n| format!("{{read: {{from: d, at: {n}, into: x}}}}")),
        3 => (0u32..2).prop_map(|n| format!("{{release: s{n}}}")),
        2 => (0u32..2).prop_map(|n| format!("{{acquire: s{n}}}")),
        2 => Just("{put: b}".to_owned()),
        2 => Just("{get: b}".to_owned()),
        1 => (1u32..3).prop_map(|n| format!("{{delay: {n}s}}")),
        1 => (0u32..4).prop_map(|n| format!("{{atomic: [{{write: {{to: d, at: {n}, value: 1}}}}]}}")),
        1 => (0u32..4).prop_map(|n| format!("{{atomic: [{{read: {{from: d, at: {n}, into: x}}}}, {{delay: 1s}}, {{write: {{to: d, at: 0, value: 1}}}}]}}")),
        1 => Just("{wait: c}".to_owned()),
        2 => Just("{notify_all: c}".to_owned()),
        1 => (0u32..4).prop_map(|n| format!("{{with: m, do: [{{write: {{to: d, at: {n}, value: 1}}}}]}}")),
    ];
    let process = (1u32..3, proptest::collection::vec(step, 2..longest));
    (0u32..3, 1u32..3, proptest::collection::vec(process, 2..4)).prop_map(|(permits, capacity, processes)| {
        let resources = format!(
            "m: {{kind: mutex}}, c: condition, s0: {{kind: semaphore, permits: {permits}}}, s1: {{kind: semaphore, permits: 0}}, \
             b: {{kind: buffer, capacity: {capacity}}}, d: {{kind: memory, slots: 4}}"
        );
        let process = |(number, (count, steps)): (usize, &(u32, Vec<String>))| {
            format!("  p{number}: {{count: {count}, vars: {{x: 0}}, do: [{}]}}\n", steps.join(", "))
        };
        let processes: String = processes.iter().enumerate().map(process).collect();
        format!("version: 1\nresources: {{{resources}}}\nprocesses:\n{processes}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_scenario_agrees_with_the_graph(text in scenario()) {
        agrees_with_the_graph(&text)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_contended_scenario_agrees_with_the_graph(text in contended(12)) {
        agrees_with_the_graph(&text)?;
    }
}

/// The races of a scenario in any schedule, times ignored, as pairs of ops;
/// `None` if there are too many schedules.
fn races_of_any_schedule(run: &Run) -> Option<BTreeSet<[OpId; 2]>> {
    let budget = Budget { states: 100_000, bytes: 1 << 30, workers: 1 };
    let (mode, monitors, reduce) = (Mode::Untimed, None, Reduce::NONE);
    let options =
        Options { mode, seed: 0, budget, monitors, reduce, learns: true, code: None, spurious: false };
    let explored = explore(&run.program, options, &mut |_| ControlFlow::Continue(()));
    let ops = |(race, _, _): (tempolane::explore::Race, u64, _)| race.accesses.map(|(op, _, _)| op);
    explored.is_complete().then(|| explored.races().into_iter().map(ops).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// A race in a run is one that happens: in some schedule both processes
    /// stand before their accesses at once. No step here hangs on a value that
    /// was read; and without conditions, since whom a notify reaches may be
    /// another where another wait is earlier.
    #[test]
    fn a_race_happens_in_some_schedule(text in contended(7)) {
        let text = text.replace("wait: c", "delay: 2s");
        let run = run(&text);
        let races = races_of(&run.header, &run.kept.events);
        if let Some(all) = races_of_any_schedule(&run) {
            for race in races.list {
                let mut ops = [race.first.op, race.second.op];
                ops.sort_unstable();
                prop_assert!(all.contains(&ops), "{race:?} in {text}");
            }
        }
    }
}

/// What `first` has done is known to those who meet it at the barrier; if it gives up
/// there and two others meet, nothing orders its write before their reads.
#[test]
fn who_gives_up_at_a_barrier_orders_nothing() {
    let parties = |within: &str| {
        format!(
            "
  first: {{do: [{{write: {{to: d, at: 0, value: 1}}}}, {{wait: r{within}}}]}}
  second: {{vars: {{x: 0}}, do: [{{delay: 2s}}, {{wait: r}}, {{read: {{from: d, at: 0, into: x}}}}]}}
  third: {{start: 3s, do: [{{if: THIRD, do: [{{wait: r}}]}}]}}"
        )
    };
    let resources = "r: {kind: barrier, parties: 2}";
    let met = run(&text(resources, &parties("").replace("THIRD", "false")));
    assert_eq!(told(&met), [""; 0]);
    let left = run(&text(resources, &parties(", within: 1s, else: []").replace("THIRD", "true")));
    assert_eq!(told(&left), ["d[0]: first writes on 11 at 0s, second reads on 12 at 3s (1)"]);
}

/// What both have written before they closed is known to whoever finds it closed, waiting or
/// later; and who has only looked at the level knows nothing.
#[test]
fn a_close_comes_before_what_those_do_who_find_it_closed() {
    let readers = |end: &str| {
        format!(
            "
  writer: {{count: 2, do: [{{delay: 1s * (index + 1)}}, {{write: {{to: d, at: index, value: 1}}}}, {{close: q}}]}}
  waits: {{vars: {{x: 0}}, do: [{end}, {{read: {{from: d, at: 0, into: x}}}}, {{read: {{from: d, at: 1, into: x}}}}]}}
  late: {{start: 5s, vars: {{x: 0}}, do: [{end}, {{read: {{from: d, at: 0, into: x}}}}, {{read: {{from: d, at: 1, into: x}}}}]}}"
        )
    };
    let resources = "q: {kind: buffer, capacity: 1, of: int, closes: 2}";
    assert_eq!(told(&run(&text(resources, &readers("{get: q, else: []}")))), [""; 0]);
    assert_eq!(told(&run(&text(resources, &readers("{for_each: {from: q, do: []}}")))), [""; 0]);
    let looked = run(&text(resources, &readers("{delay: 5s}, {if: level(q) == 0, do: [{delay: 1s}]}")));
    // Of each slot by each of the two; what has the same lines is told once.
    assert_eq!(told(&looked).len(), 2);
}

#[test]
fn without_memories_there_is_nothing_to_look_for() {
    let program = program("version: 1\nprocesses: {p: {count: 3, do: [{delay: 1s}]}}", &[]);
    assert_eq!(races_of(&program.header(0), &[]), Races::default());
}

//! What the words of the language mean, each in a scenario small enough to
//! work out by hand, or one whose answer is published elsewhere.

use crate::common::{program, run, run_with};
use std::ops::ControlFlow;
use tempolane::backend::virtual_time::{self, Interrupted};
use tempolane::trace::{Kind, NoTrace, Outcome};

fn finish_times(text: &str, names: &[&str]) -> Vec<f64> {
    let run = run(text);
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    run.machine.check(&run.program);
    names.iter().map(|name| run.finished(name).unwrap_or_else(|| panic!("{name} did not finish"))).collect()
}

/// `first` gives the lock back at 10 s and asks again at once: it must wait
/// behind those who came before, who hold it for 1 s each.
#[test]
fn release_hands_over_and_nobody_barges_in() {
    let text = "
version: 1
resources: {lock: mutex}
processes:
  first: {do: [{acquire: lock}, {delay: 10s}, {release: lock}, {acquire: lock}, {release: lock}]}
  second: {start: 1s, do: [{with: lock, do: [{delay: 1s}]}]}
  third: {start: 2s, do: [{with: lock, do: [{delay: 1s}]}]}
";
    assert_eq!(finish_times(text, &["second", "third", "first"]), [11.0, 12.0, 12.0]);
}

/// Three wait while a fourth holds the permit until 10 s; each then holds it
/// for 1 s, in the order of the discipline.
#[test]
fn queue_disciplines() {
    for (discipline, expected) in
        [("fifo", [11.0, 12.0, 13.0]), ("lifo", [13.0, 12.0, 11.0]), ("priority", [12.0, 13.0, 11.0])]
    {
        let text = format!(
            "
version: 1
resources: {{sem: {{kind: semaphore, permits: 1, discipline: {discipline}}}}}
processes:
  holder: {{do: [{{with: sem, do: [{{delay: 10s}}]}}]}}
  a: {{start: 1s, do: [{{with: sem, do: [{{delay: 1s}}]}}]}}
  b: {{start: 2s, do: [{{with: sem, do: [{{delay: 1s}}]}}]}}
  c: {{start: 3s, priority: -5, do: [{{with: sem, do: [{{delay: 1s}}]}}]}}
"
        );
        assert_eq!(finish_times(&text, &["a", "b", "c"]), expected, "{discipline}");
    }
}

/// All three wake at 1 s; the order is that of priority, then of insertion.
#[test]
fn ties_go_by_priority_then_first_in_first_out() {
    let text = "
version: 1
processes:
  a: {do: [{delay: 1s}, {log: a}]}
  b: {do: [{delay: 1s}, {log: b}]}
  c: {priority: -1, do: [{delay: 1s}, {log: c}]}
";
    assert_eq!(run(text).log(), ["c", "a", "b"]);
    assert_eq!(run(&text.replace("priority: -1", "priority: 0")).log(), ["a", "b", "c"]);
}

/// A getter of 3 waits for all 3, and a getter of 1 behind it does not overtake.
#[test]
fn requests_for_several_items_are_served_whole_and_in_order() {
    let text = "
version: 1
resources: {b: {kind: buffer, capacity: 5}}
processes:
  big: {vars: {got: {array: 3}}, do: [{get: {from: b, count: 3, into: got}}, {log: 'big {got}'}]}
  small: {vars: {x: 0}, start: 1s, do: [{get: {from: b, into: x}}, {log: 'small {x}'}]}
  putter: {vars: {i: 0}, do: [{repeat: 4, do: [{delay: 2s}, {set: {i: i + 1}}, {put: {to: b, value: i}}]}]}
";
    let run = run(text);
    assert_eq!(run.log(), ["big [1, 2, 3]", "small 4"]);
    assert_eq!((run.finished("big"), run.finished("small")), (Some(6.0), Some(8.0)));
}

/// Stage times 2, 3 and 1 and ten items: the second stage is the bottleneck,
/// so the end is 2 + 10 · 3 + 1 = 33 s, whatever the buffers hold.
#[test]
fn deterministic_pipeline() {
    for capacity in ["1", "2", "unbounded"] {
        let text = format!(
            "
version: 1
params: {{items: 10}}
resources:
  b1: {{kind: buffer, capacity: {capacity}}}
  b2: {{kind: buffer, capacity: {capacity}}}
processes:
  one: {{do: [{{repeat: items, do: [{{delay: 2s}}, {{put: b1}}]}}]}}
  two: {{do: [{{repeat: items, do: [{{get: b1}}, {{delay: 3s}}, {{put: b2}}]}}]}}
  three: {{do: [{{repeat: items, do: [{{get: b2}}, {{delay: 1s}}]}}]}}
"
        );
        assert_eq!(finish_times(&text, &["three"]), [33.0], "capacity {capacity}");
    }
}

/// SimPy's carwash: 2 machines, 5 minutes; cars 0 and 1 from 0 to 5, 2 and 3
/// from 5 to 10, 4 and 5 from 10 to 15.
#[test]
fn carwash() {
    let text = "
version: 1
resources: {machines: {kind: semaphore, permits: 2}}
processes:
  car: {count: 6, do: [{with: machines, do: [{work: 5min}]}]}
";
    let names = ["car[0]", "car[1]", "car[2]", "car[3]", "car[4]", "car[5]"];
    assert_eq!(finish_times(text, &names), [300.0, 300.0, 600.0, 600.0, 900.0, 900.0]);
}

/// The seed on threads: thread 1 is started and joined, then 2, 3 and 4
/// together; each sleeps 1 s, so 2 s in all.
#[test]
fn threads_one_joined_then_three_together() {
    let text = "
version: 1
resources: {joined: {kind: semaphore, permits: 0}}
processes:
  one: {do: [{delay: 1s}, {release: {joined: 3}}]}
  rest: {count: 3, do: [{acquire: joined}, {delay: 1s}]}
";
    assert_eq!(finish_times(text, &["one", "rest[0]", "rest[1]", "rest[2]"]), [1.0, 2.0, 2.0, 2.0]);
}

/// The philosophers with indexed forks; all take the left one first, at once.
#[test]
fn philosophers_deadlock_in_a_cycle() {
    let text = "
version: 1
params: {n: 5}
resources: {forks: {kind: mutex, count: n}}
processes:
  philosopher:
    count: n
    do:
      - acquire: forks[index]
      - delay: 1s
      - acquire: forks[(index + 1) % n]
      - release: ['forks[index]', 'forks[(index + 1) % n]']
";
    let run = run(text);
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    assert_eq!(deadlock.blocked.len(), 5);
    assert_eq!(deadlock.cycle.len(), 5);
    assert!(deadlock.blocked.iter().all(|blocked| blocked.holder.is_some() && !blocked.is_starved()));
    // The last one takes the forks in the other order: no cycle can close.
    let mended = text
        .replace("acquire: forks[index]", "acquire: forks[min(index, (index + 1) % n)]")
        .replace("acquire: forks[(index + 1) % n]", "acquire: forks[max(index, (index + 1) % n)]");
    assert_eq!(crate::common::run(&mended).outcome(), "completed");
}

#[test]
fn starvation_is_told_from_a_cycle() {
    let text = "
version: 1
resources: {sem: {kind: semaphore, permits: 0}, b: {kind: buffer, capacity: 1}}
processes:
  waiter: {do: [{acquire: sem}]}
  getter: {do: [{get: b}]}
  done: {do: [{delay: 1s}]}
";
    let run = run(text);
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    assert_eq!(deadlock.cycle, []);
    assert!(deadlock.blocked.iter().all(|blocked| blocked.is_starved()));
    assert_eq!(run.header.line(deadlock.blocked[0].op), Some(5));
    assert_eq!(run.end.end.to_string(), "1s");
}

/// A process that dies with the lock starves the other: nobody will unlock it.
#[test]
fn lock_that_was_never_given_back() {
    let text = "
version: 1
resources: {lock: mutex}
processes:
  careless: {do: [{acquire: lock}]}
  waiter: {do: [{acquire: lock}]}
";
    let run = run(text);
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    assert_eq!(deadlock.blocked[0].holder, Some(run.process("careless")));
    assert!(deadlock.blocked[0].is_starved());
}

fn steps(steps: &str) -> String {
    format!(
        "
version: 1
resources:
  lock: mutex
  other: mutex
  data: {{kind: memory, slots: 3, value: -1}}
  b: {{kind: buffer, capacity: 2}}
processes:
  p:
    vars: {{i: 0, n: 0, x: 0.5, t: 0s, a: {{array: 2}}}}
    do: [{steps}]
"
    )
}

#[test]
fn faults() {
    for (text, message) in [
        ("{release: lock}", "'p' releases mutex 'lock', but nobody owns it"),
        ("{set: {n: 1 / i}}", "division by zero"),
        ("{set: {n: 7 % i}}", "division by zero"),
        ("{set: {n: 9223372036854775807}}, {set: {n: n + 1}}", "the result does not fit 64 bits"),
        (
            "{set: {i: 3}}, {write: {to: data, at: i, value: 0}}",
            "index 3 is out of range: memory 'data' has 3 slots",
        ),
        ("{set: {i: -1}}, {read: {from: data, at: i, into: n}}", "index -1 is out of range"),
        ("{set: {i: 2}}, {set: {n: 'a[i]'}}", "index 2 is out of range: the array has 2 elements"),
        ("{set: {t: 0s - 1s}}, {delay: t}", "a delay of -1s is negative"),
        ("{set: {i: -2}}, {repeat: i, do: [{delay: 1s}]}", "a count of -2 is negative"),
        (
            "{set: {i: 3}}, {put: {to: b, count: i, value: 1}}",
            "a request for 3 items, but buffer 'b' never holds more than 2",
        ),
        ("{set: {t: 9000000000s}}, {delay: t}, {delay: t}", "the clock would pass 292 years"),
    ] {
        let run = run(&steps(text));
        assert_eq!(run.outcome(), "fault", "{text}");
        assert!(run.fault().contains(message), "{text}: {}", run.fault());
        let Outcome::Fault(fault) = &run.end.outcome else { unreachable!() };
        assert_eq!(run.header.line(fault.op), Some(11), "{text}");
    }
}

/// The hint names what is 0, and says what helps only where it does.
#[test]
fn hints_of_faults() {
    for (text, hint) in [
        ("{set: {n: 1 / i}}", "`i` is 0 here; guard the division"),
        ("{set: {n: '7 % a[1]'}}", "`a[…]` is 0 here"),
        ("{set: {n: 7 / level(b)}}", "`level(b)` is 0 here"),
        ("{set: {n: 7 / (i + 0)}}", "guard the division"),
        ("{set: {x: 1.0 / (x - 0.5)}}", "guard the division"),
        ("{set: {i: 3}}, {read: {from: data, at: i, into: n}}", "indexes go from 0 to 2; `% 3` wraps around"),
        (
            "{set: {i: -1}}, {read: {from: data, at: i, into: n}}",
            "indexes go from 0 to 2; find out where it became negative",
        ),
    ] {
        let run = run(&steps(text));
        let Outcome::Fault(fault) = &run.end.outcome else { panic!("{text}: {}", run.outcome()) };
        assert!(fault.hint.starts_with(hint), "{text}: {}", fault.hint);
    }
}

#[test]
fn mutex_of_another() {
    let text = "
version: 1
resources: {lock: mutex}
processes:
  owner: {do: [{acquire: lock}, {delay: 5s}]}
  thief: {start: 1s, do: [{release: lock}]}
";
    assert_eq!(run(text).fault(), "'thief' releases mutex 'lock', but 'owner' owns it");
}

/// Without a trace the lock around the division is left out, but the state in
/// which the run ends shows it.
#[test]
fn a_fault_inside_a_lock_leaves_it_taken() {
    let text = "
version: 1
resources: {a: mutex, b: mutex, m: {kind: memory, slots: 2, value: 0}}
processes:
  p:
    vars: {x: 0}
    do:
      - with: a
        do: [{write: {to: m, at: 0, value: 1}}]
      - with: b
        do: [{write: {to: m, at: x + 7, value: 1}}]
";
    let kept = run(text);
    assert_eq!(kept.outcome(), "fault");
    assert_eq!(kept.program.sections.len(), 2);
    let mut control = |_| ControlFlow::Continue(());
    let (end, machine) =
        virtual_time::run(&kept.program, 1, &mut NoTrace, &mut control).expect("nobody interrupts");
    assert_eq!(end.outcome, kept.end.outcome);
    assert_eq!(machine, kept.machine);
    assert_eq!(machine.owner(&kept.program, tempolane::ids::ResourceId(0)), None, "it was given back");
    assert!(machine.owner(&kept.program, tempolane::ids::ResourceId(1)).is_some());
}

/// A process that waited in front of a lock that is left out without a trace
/// goes on with what is behind it: the fault is that of the run with a trace.
#[test]
fn a_fault_right_behind_a_lock_after_a_wait_leaves_it_taken() {
    for (start, step) in [
        ("9223372036854775807", "{set: {x: x + 1}}"),
        ("7", "{read: {from: m, at: x, into: y}}, {set: {x: (x + 1) % 2}}"),
        ("7", "{write: {to: m, at: x, value: 1}}, {set: {x: (x + 1) % 2}}"),
        ("1", "{read: {from: m, at: x, count: 2, into: ys}}"),
    ] {
        let text = format!(
            "
version: 1
resources: {{s: {{kind: semaphore, permits: 0}}, a: mutex, m: {{kind: memory, slots: 2, value: 0}}}}
processes:
  p:
    vars: {{x: {start}, y: 0, ys: {{array: 2, of: 0}}}}
    do: [{{acquire: [s, a]}}, {step}, {{release: a}}]
  q: {{start: 1s, do: [{{release: s}}]}}
"
        );
        let kept = run(&text);
        assert_eq!(kept.outcome(), "fault", "{step}");
        assert_eq!(kept.program.sections.len(), 1, "{step}");
        let mut control = |_| ControlFlow::Continue(());
        let (end, machine) =
            virtual_time::run(&kept.program, 1, &mut NoTrace, &mut control).expect("nobody interrupts");
        assert_eq!(end.outcome, kept.end.outcome, "{step}");
        assert_eq!(machine, kept.machine, "{step}");
        assert!(machine.owner(&kept.program, tempolane::ids::ResourceId(1)).is_some(), "{step}");
    }
}

/// The portions in which fuel is handed out end within a read behind a lock
/// that is left out, so that the plain op does it: it must not take the lock.
#[test]
fn a_read_behind_a_lock_after_a_wait_may_run_out_of_fuel() {
    let text = "
version: 1
resources: {s: {kind: semaphore, permits: 0}, a: mutex, m: {kind: memory, slots: 200, value: 0}}
processes:
  p:
    vars: {x: 0, ys: {array: 200, of: 0}}
    do: [{repeat: 1000, do: [{acquire: [s, a]}, {read: {from: m, at: x, count: 200, into: ys}}, {release: a}]}]
  q: {do: [{repeat: 1000, do: [{delay: 1s}, {release: s}]}]}
";
    let kept = run(text);
    assert_eq!(kept.outcome(), "completed");
    let mut control = |_| ControlFlow::Continue(());
    let (end, machine) =
        virtual_time::run(&kept.program, 1, &mut NoTrace, &mut control).expect("nobody interrupts");
    assert_eq!((end.outcome, end.steps), (kept.end.outcome.clone(), kept.end.steps));
    assert_eq!(machine, kept.machine);
    assert_eq!(machine.owner(&kept.program, tempolane::ids::ResourceId(1)), None);
}

#[test]
fn expressions() {
    for (expression, value) in [
        ("7 / 2", "3"),
        ("(0 - 7) / 2", "-4"),
        ("(0 - 7) % 3", "2"),
        ("1 + 2 * 3 - 4", "3"),
        ("min(3, 1, 2) + max(1, 5)", "6"),
        ("round(2.5) + floor(0 - 0.5) + ceil(0.2) + int(0 - 1.9)", "2"),
        ("abs(i - 4)", "4"),
        ("len(a)", "2"),
    ] {
        let run = run(&steps(&format!("{{set: {{n: '{expression}'}}}}, {{log: '{{n}}'}}")));
        assert_eq!(run.log(), [value], "{expression}");
    }
    for (expression, value) in [
        ("i == 0 and not (x > 1)", "true"),
        ("i != 0 and 1 / i > 0", "false"),
        ("i == 0 or 1 / i > 0", "true"),
        ("i != 0 or i == 1", "false"),
        ("i != 0 or i == 0", "true"),
        ("2 * 1s == 2000ms and 3s / 2 == 1500ms and 1s / 2s == 0.5", "true"),
        ("seconds(now) == 0.0", "true"),
        ("1min + 30s <= 90s", "true"),
    ] {
        let run =
            run(&steps(&format!("{{if: '{expression}', do: [{{log: 'true'}}], else: [{{log: 'false'}}]}}")));
        assert_eq!(run.log(), [value], "{expression}");
    }
}

#[test]
fn horizon_is_never_overshot() {
    let text = "
version: 1
horizon: 10s
processes:
  ticker: {do: [{repeat: 5, do: [{delay: 3s}]}]}
";
    let stopped = run(text);
    assert_eq!((stopped.outcome(), stopped.end.end.to_string().as_str()), ("horizon", "10s"));
    // What ends exactly at the horizon has ended.
    let completed = run(&text.replace("repeat: 5", "repeat: 2").replace("3s", "5s"));
    assert_eq!((completed.outcome(), completed.end.end.to_string().as_str()), ("completed", "10s"));
}

#[test]
fn livelocks_end_as_limit() {
    for text in [
        "processes: {p: {do: [{while: 'true', do: [{delay: 0s}]}]}}",
        "processes: {p: {vars: {i: 0}, do: [{while: 'i >= 0', do: [{set: {i: 1 - i}}]}]}}",
        "resources: {sem: {kind: semaphore, permits: 1}}\nprocesses: {p: {count: 2, do: [{while: 'true', do: [{acquire: sem}, {release: sem}]}]}}",
        "resources: {sem: {kind: semaphore, permits: 1}}\nprocesses: {p: {do: [{release: {sem: 1000000000000}}]}}",
        "resources: {b: {kind: buffer, capacity: unbounded}}\nprocesses: {p: {do: [{while: 'true', do: [{put: b}]}]}}",
    ] {
        let run = run(&format!("version: 1\n{text}\n"));
        let Outcome::Limit { message } = &run.end.outcome else { panic!("{text}: {:?}", run.end.outcome) };
        assert!(
            message.contains("without time passing") && message.contains("line 3")
                || message.contains("line 2"),
            "{message}"
        );
    }
}

/// An unbounded buffer that nobody empties ends the run before memory does.
#[test]
fn memory_is_bounded() {
    let text = "
version: 1
resources: {b: {kind: buffer, capacity: unbounded}}
processes: {p: {do: [{while: 'true', do: [{put: {to: b, count: 1000000}}, {delay: 1s}]}]}}
";
    let Outcome::Limit { message } = run_without_trace(text) else { panic!() };
    assert!(message.contains("outgrew the memory"), "{message}");
}

/// Items that alone are more than fit are not even begun with.
#[test]
fn a_put_beyond_all_memory_is_a_limit() {
    let text = "
version: 1
resources: {b: {kind: buffer, capacity: unbounded}}
processes: {p: {do: [{put: {to: b, count: 60000000}}]}}
";
    let Outcome::Limit { message } = run_without_trace(text) else { panic!() };
    assert!(message.contains("outgrew the memory"), "{message}");
}

fn run_without_trace(text: &str) -> Outcome {
    let program = program(text, &[]);
    virtual_time::run(&program, 0, &mut NoTrace, &mut |_| ControlFlow::Continue(()))
        .expect("not interrupted")
        .0
        .outcome
}

#[test]
fn a_run_can_be_interrupted() {
    let program = program("version: 1\nprocesses: {p: {do: [{while: 'true', do: [{delay: 1s}]}]}}\n", &[]);
    let Interrupted(progress) = virtual_time::run(&program, 0, &mut NoTrace, &mut |_| ControlFlow::Break(()))
        .expect_err("it was told to stop");
    assert!(progress.steps > 0 && progress.now.as_nanos() > 0);
}

#[test]
fn start_times_and_instances() {
    let text = "
version: 1
processes:
  p: {count: 3, start: index * 2s, vars: {x: index + 10}, do: [{delay: 1s}, {log: '{index} {x} {now}'}]}
";
    let run = run(text);
    assert_eq!(run.log(), ["0 10 1s", "1 11 3s", "2 12 5s"]);
    let starts: Vec<f64> = run
        .kept
        .events
        .iter()
        .filter(|event| event.kind == Kind::Start)
        .map(|event| event.time.as_secs_f64())
        .collect();
    assert_eq!(starts, [0.0, 2.0, 4.0]);
}

/// CPython's `random.seed(0)`, `randint(1, 100)`, as recorded in lab 5; two
/// draws with an equal seed share the generator, another process has its own.
#[test]
fn cpython_draws() {
    let text = "
version: 1
processes:
  p:
    vars: {x: 0, y: 0}
    do:
      - repeat: 3
        do:
          - draw: {into: x, from: {cpython_randint: {seed: 0, low: 1, high: 100}}}
          - draw: {into: y, from: {cpython_randint: {seed: 1 - 1, low: 1, high: 100}}}
          - log: '{x} {y}'
  q:
    vars: {x: 0}
    do: [{draw: {into: x, from: {cpython_randint: {seed: 0, low: 1, high: 100}}}}, {log: '{x}'}]
";
    assert_eq!(run(text).log(), ["50 98", "54 6", "34 66", "50"]);
}

/// The numbers of one process do not change when another one is changed, or
/// another is put before it.
#[test]
fn common_random_numbers() {
    let noisy = |before: &str| {
        let text = format!(
            "
version: 1
seed: 7
processes:
{before}
  p: {{vars: {{x: 0.0}}, do: [{{repeat: 3, do: [{{draw: {{into: x, from: {{exponential: {{mean: 1.0}}}}}}}}, {{log: 'p {{x}}'}}]}}]}}
"
        );
        run(&text).log().into_iter().filter(|line| line.starts_with('p')).collect::<Vec<_>>()
    };
    let alone = noisy("");
    assert_eq!(alone.len(), 3);
    assert_eq!(alone, noisy("  a: {do: [{delay: {uniform: {low: 1s, high: 2s}}}]}"));
}

/// Lab 5 with capacity 2 and chunks of 3: the trainer waits for a third item,
/// the loader for room, and neither can give.
#[test]
fn lab_with_capacity_below_chunk_deadlocks() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab5/two-memories.yaml");
    let text = std::fs::read_to_string(path).expect("the scenario is there");
    let run = run_with(&text, &[("capacity", "2"), ("chunk", "3")]);
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    let names: Vec<(String, String)> = deadlock
        .blocked
        .iter()
        .map(|blocked| (run.header.process_name(blocked.process), run.header.resource_name(blocked.resource)))
        .collect();
    let expected = [("loader", "empty1"), ("trainer", "full1"), ("inferer", "full2")];
    assert_eq!(names, expected.map(|(process, resource)| (process.to_owned(), resource.to_owned())));
    assert_eq!(deadlock.cycle, [run.process("loader"), run.process("trainer")]);
}

/// What one step leaves in a variable stays there, also if the next step is
/// the only one that usually wants it: a sum before its remainder, a draw
/// before its delay.
#[test]
fn variables_keep_what_the_next_step_reads() {
    let text = "
version: 1
resources:
  sums: {kind: memory, slots: 1, value: 0}
  waits: {kind: memory, slots: 1, value: 0s}
processes:
  p:
    vars: {sum: 0, i: 1, wait: 0s}
    do:
      - set: {sum: i + 6}
      - set: {i: sum % 5}
      - write: {to: sums, at: 0, value: sum}
      - draw: {into: wait, from: {exponential: {mean: 1s}}}
      - delay: wait
      - write: {to: waits, at: 0, value: wait}
";
    let run = run(text);
    let contents: Vec<String> = run
        .machine
        .memories(&run.program)
        .iter()
        .flat_map(|(_, slots)| slots.iter().map(ToString::to_string))
        .collect();
    assert_eq!(contents, ["7", &run.end.end.to_string()]);
}

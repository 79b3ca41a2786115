//! How a run ends in which nothing but waiting is left.

use crate::common::run;
use tempolane::backend::{Machine, State, find_waiting, waits_for_horizon};
use tempolane::ids::ProcessId;
use tempolane::time::Time;
use tempolane::trace::{FaultKind, Outcome, WaitFor};

/// The horizon is reached by waiting alone. Source of the first: a persistent
/// server whose clients are done.
#[test]
fn a_horizon_is_reached_by_waiting() {
    for (resource, steps) in [
        ("{kind: buffer, capacity: unbounded, of: int}", "{delay: 6s}, {while: true, do: [{get: r}]}"),
        ("{kind: semaphore, permits: 0}", "{acquire: r}"),
        ("condition", "{delay: 2s}, {wait: r}"),
        ("{kind: buffer, capacity: 1}", "{put: r}, {put: r}"),
        ("{kind: buffer, capacity: 0}", "{put: r}"),
    ] {
        let text = |horizon: &str| {
            format!(
                "version: 1\n{horizon}resources: {{r: {resource}}}\nprocesses: {{p: {{do: [{steps}]}}, done: {{do: [{{delay: 1s}}]}}}}\n"
            )
        };
        let waited = run(&text("horizon: 100s\n"));
        assert_eq!((waited.outcome(), waited.end.end.to_string().as_str()), ("horizon", "100s"), "{steps}");
        assert_eq!(run(&text("")).outcome(), "deadlock", "{steps}: without a horizon");
    }
}

/// The horizon may be where the wait begins, or be no later than any other event.
#[test]
fn a_horizon_at_the_last_event_is_reached_too() {
    for horizon in ["1s", "0s"] {
        let run = run(&format!(
            "version: 1\nhorizon: {horizon}\nresources: {{s: {{kind: semaphore, permits: 0}}}}\n\
             processes: {{p: {{do: [{{delay: 1s}}, {{acquire: s}}]}}}}\n"
        ));
        assert_eq!((run.outcome(), run.end.end.to_string().as_str()), ("horizon", horizon));
    }
}

/// No horizon helps those who wait in a circle for mutexes that the next one
/// owns: two of them beside one who waits for something else, and one who
/// waits for its own.
#[test]
fn a_circle_of_owners_is_a_deadlock_in_any_case() {
    for steps in [
        "a: {do: [{acquire: \"m[0]\"}, {delay: 1s}, {acquire: \"m[1]\"}]}
  b: {do: [{acquire: \"m[1]\"}, {delay: 1s}, {acquire: \"m[0]\"}]}
  c: {do: [{acquire: s}]}",
        "a: {vars: {i: 0}, do: [{acquire: \"m[i]\"}, {delay: 1s}, {acquire: \"m[i]\"}]}",
    ] {
        let run = run(&format!(
            "
version: 1
horizon: 100s
resources: {{m: {{kind: mutex, count: 2}}, s: {{kind: semaphore, permits: 0}}}}
processes:
  {steps}
"
        ));
        assert_eq!((run.outcome(), run.end.end.to_string().as_str()), ("deadlock", "1s"), "{steps}");
    }
}

/// Who waits for the mutex of one who is done, or of one who only waits for a
/// permit, waits until the horizon: it is no circle.
#[test]
fn a_chain_of_owners_is_no_circle() {
    let run = run("
version: 1
horizon: 100s
resources: {m: {kind: mutex, count: 2}, s: {kind: semaphore, permits: 0}}
processes:
  done: {do: [{acquire: \"m[0]\"}]}
  holder: {do: [{acquire: \"m[1]\"}, {acquire: s}]}
  a: {do: [{delay: 1s}, {acquire: \"m[0]\"}]}
  b: {do: [{delay: 1s}, {acquire: \"m[1]\"}]}
");
    assert_eq!((run.outcome(), run.end.end.to_string().as_str()), ("horizon", "100s"));
}

/// Two in each of 60 layers wait for a permit that either of the two in the next
/// layer could give, behind a wait of its own; nobody gives to the last layer. So
/// there are 2^60 ways from the first layer to the last, and no circle.
#[test]
fn very_many_ways_without_a_circle_are_looked_through_at_once() {
    let (mut resources, mut processes) = (String::new(), String::new());
    for layer in 0..60 {
        resources += &format!("  s{layer}: {{kind: semaphore, permits: 0}}\n");
        let gives = if layer > 0 { format!(", {{release: s{}}}", layer - 1) } else { String::new() };
        processes += &format!("  p{layer}: {{count: 2, do: [{{acquire: s{layer}}}{gives}]}}\n");
    }
    let run = run(&format!("version: 1\nresources:\n{resources}processes:\n{processes}"));
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{}", run.outcome()) };
    assert!(deadlock.cycle.is_empty());
    let givers: Vec<usize> = deadlock.blocked.iter().map(|entry| entry.givers.len()).collect();
    assert_eq!(givers, [vec![2; 118], vec![0; 2]].concat());
}

/// Whoever releases one of several that is known only then could release any of
/// them, and nothing else: so p and q wait for each other, and r for nobody.
#[test]
fn any_instance_could_be_given_and_no_other() {
    for (waits, gives) in [
        ("s[0]", "{release: 's[i]'}"),
        ("s[2]", "{release: 's[i]'}"),
        ("s[2]", "{release: ['s[i]', 'u[i]']}"),
        ("s[1]", "{release: ['u[i]', 's[i]']}"),
        // What is given back at the end was found before what is given inside.
        ("s[1]", "{with: 's[i]', do: [{release: 'u[i]'}]}"),
        ("s[1]", "{with: 'u[i]', do: [{release: 's[i]'}]}"),
    ] {
        let run = run(&format!(
            "
version: 1
resources:
  z: {{kind: semaphore, permits: 0}}
  s: {{kind: semaphore, permits: 0, count: 3}}
  t: {{kind: semaphore, permits: 0}}
  u: {{kind: semaphore, permits: 0, count: 3}}
processes:
  p: {{do: [{{acquire: '{waits}'}}, {{release: t}}]}}
  q: {{vars: {{i: 0}}, do: [{{acquire: t}}, {gives}]}}
  r: {{do: [{{acquire: z}}]}}
"
        ));
        let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{}", run.outcome()) };
        assert_eq!(deadlock.cycle, [0, 1].map(ProcessId), "{waits} {gives}");
        let givers: Vec<_> = deadlock.blocked.iter().map(|blocked| blocked.givers.as_slice()).collect();
        assert_eq!(givers, [&[ProcessId(1)][..], &[ProcessId(0)], &[]], "{waits} {gives}");
    }
}

/// A mutex is held by its owner; nothing else is held by anybody, wherever its
/// items or slots lie.
#[test]
fn only_a_mutex_has_a_holder() {
    let run = run("
version: 1
resources:
  memory: {kind: memory, slots: 2}
  m: mutex
  s: {kind: semaphore, permits: 0}
  b: {kind: buffer, capacity: 1}
  c: condition
processes:
  holds: {do: [{acquire: m}, {put: b}, {put: b}]}
  locks: {start: 1s, do: [{acquire: m}]}
  acquires: {do: [{acquire: s}]}
  waits: {do: [{wait: c}]}
");
    let Outcome::Deadlock(deadlock) = &run.end.outcome else { panic!("{}", run.outcome()) };
    let holders: Vec<_> = deadlock.blocked.iter().map(|blocked| blocked.holder).collect();
    assert_eq!(holders, [None, Some(run.process("holds")), None, None]);
}

/// Those who wait are told only if nothing but waiting is left, and somebody waits.
#[test]
fn who_waits_is_told_if_all_others_are_done() {
    for (others, waiting) in [("[]", vec![0]), ("[{acquire: s}]", vec![0, 1]), ("[{delay: 200s}]", vec![])] {
        let run = run(&format!(
            "
version: 1
horizon: 100s
resources: {{s: {{kind: semaphore, permits: 0}}}}
processes: {{p: {{do: [{{acquire: s}}]}}, q: {{do: {others}}}}}
"
        ));
        assert_eq!(run.outcome(), "horizon");
        let found = find_waiting(&run.program, &run.machine);
        assert_eq!(found.is_some(), !waiting.is_empty(), "{others}");
        let blocked = found.map_or(Vec::new(), |deadlock| deadlock.blocked);
        let found: Vec<u32> = blocked.iter().map(|blocked| blocked.process.0).collect();
        assert_eq!(found, waiting, "{others}");
    }
    let done = run("version: 1\nhorizon: 100s\nprocesses: {p: {do: [{delay: 1s}]}}\n");
    assert_eq!(done.end.end, Time::from_secs(1));
    assert!(find_waiting(&done.program, &done.machine).is_none());
    assert!(!waits_for_horizon(&done.program, &done.machine));
    assert!(find_waiting(&done.program, &Machine::new(&done.program)).is_none(), "nobody waits yet");
}

/// Nobody gives the core back that serves a process which is no more: who is ready for it
/// waits for ever, and is told so, also where that is a core of a processor further out.
#[test]
fn a_core_of_one_who_is_no_more_is_waited_for() {
    let run = run("
version: 1
horizon: 500ms
resources: {inner: {kind: processor, cores: 2, on: outer}, outer: {kind: processor, cores: 1}}
processes:
  first: {on: outer, do: [{work: 1s}]}
  second: {on: inner, do: [{work: 1s}]}
");
    let (first, second) = (run.process("first"), run.process("second"));
    let mut machine = run.machine.clone();
    assert_eq!(find_waiting(&run.program, &machine), None, "the first is at work");
    let op = machine.op(&run.program, first);
    machine.set_state(&run.program, first, op, State::Done);
    machine.live -= 1;
    let deadlock = find_waiting(&run.program, &machine).expect("nobody is at work");
    let [only] = deadlock.blocked.as_slice() else { panic!("{deadlock:?}") };
    assert_eq!((only.process, only.wait_for), (second, WaitFor::Core));
    assert_eq!(only.resource, run.resource("outer"));
    assert!(only.givers.is_empty() && deadlock.cycle.is_empty(), "{deadlock:?}");
}

/// Whoever is waited for waits for ever, and a daemon goes on for ever beside it: a deadlock of the one, found
/// some time after the other one has completed.
#[test]
fn who_is_stuck_beside_a_daemon_ends_a_run() {
    let text = "
version: 1
resources: {s: {kind: semaphore, permits: 0}, ticks: mutex}
processes:
  ticker: {daemon: true, do: [{while: true, do: [{delay: 1s}, {with: ticks, do: []}]}]}
  other: {do: [{delay: 5s}]}
  stuck: {do: [{delay: 7s}, {acquire: s}]}
";
    let run_one = run(text);
    let Outcome::Deadlock(deadlock) = &run_one.end.outcome else { panic!("{:?}", run_one.end.outcome) };
    let names = deadlock.blocked.iter().map(|blocked| run_one.program.process_name(blocked.process));
    assert_eq!(names.collect::<Vec<_>>(), ["stuck"]);
    assert!(deadlock.blocked[0].is_starved());
    assert_eq!(run_one.finished("other"), Some(5.0));
    // Until a stop time one may wait.
    let until = run(&text.replace("version: 1", "version: 1\nhorizon: 100000s"));
    assert_eq!((until.end.outcome, until.end.end), (Outcome::Horizon, Time::from_secs(100_000)));
}

/// The clock of a daemon whose repairs take very long is at its end before anybody has looked at who is stuck:
/// that they are stuck came first. A daemon that may yet help is no such; and whoever breaks another rule does.
#[test]
fn who_is_stuck_beside_a_daemon_whose_time_is_up_is_in_a_deadlock() {
    let ended = |daemon: &str| {
        run(&format!(
            "
version: 1
resources: {{s: {{kind: semaphore, permits: 0}}, ticks: mutex}}
processes:
  daemon: {{daemon: true, vars: {{n: 0}}, do: [{daemon}]}}
  stuck: {{do: [{{delay: 2s}}, {{acquire: s}}]}}
"
        ))
    };
    // 292 years are 106,751 days.
    let stuck = ended("{while: true, do: [{delay: 400d}, {with: ticks, do: []}]}");
    let Outcome::Deadlock(deadlock) = &stuck.end.outcome else { panic!("{:?}", stuck.end.outcome) };
    assert_eq!(deadlock.blocked.iter().map(|one| one.process.0).collect::<Vec<_>>(), [1]);
    let broken = |daemon: &str| match ended(daemon).end.outcome {
        Outcome::Fault(fault) => fault.kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(broken("{repeat: 1000, do: [{delay: 400d}]}, {release: s}"), FaultKind::EndOfTime);
    assert_eq!(broken("{delay: 400d}, {release: ticks}"), FaultKind::Rule);
}

/// A daemon that gives what is waited for, however late, or might, or another one that may go on and give it,
/// is waited for.
#[test]
fn who_may_be_helped_by_a_daemon_waits() {
    for helper in [
        "daemon: true, do: [{repeat: 200000, do: [{delay: 1s}]}, {release: s}]",
        "daemon: true, vars: {n: 0}, do: [{while: true, do: [{delay: 1s}, {set: {n: n + 1}}, {if: n == 200000, do: [{release: s}]}]}]",
        "daemon: true, do: [{repeat: 200000, do: [{delay: 1s}]}, {put: b}]",
        "do: [{repeat: 200000, do: [{delay: 1s}]}, {release: s}]",
    ] {
        let run = run(&format!(
            "
version: 1
resources: {{s: {{kind: semaphore, permits: 0}}, b: {{kind: buffer, capacity: 1}}}}
processes:
  ticker: {{daemon: true, do: [{{while: true, do: [{{delay: 1min}}]}}]}}
  helper: {{{helper}}}
  between: {{daemon: true, do: [{{get: b}}, {{release: s}}]}}
  waits: {{do: [{{acquire: s}}]}}
"
        ));
        assert_eq!(
            (run.end.outcome, run.end.end),
            (Outcome::Completed, Time::from_secs(200_000)),
            "{helper}"
        );
    }
}

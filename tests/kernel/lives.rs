//! Lives of processes: who starts, ends and waits for whom, worked out by hand.

use crate::common::{Run, run, run_in_order, run_with};
use tempolane::time::Time;
use tempolane::trace::{Outcome, Ties};

fn log(run: &Run) -> Vec<String> {
    run.log()
}

/// Three threads of 1, 2 and 3 s that are started and joined: 3 s; one after the other,
/// each joined before the next is started, 6 s.
#[test]
fn start_and_join() {
    let worker = "  worker: {count: 3, start: manual, do: [{delay: 1s * (index + 1)}]}\n";
    let together = "  main: {do: [{start: worker}, {join: worker}, {log: \"joined\"}]}\n";
    let run_one = run(&format!("version: 1\nprocesses:\n{together}{worker}"));
    assert_eq!(run_one.finished("main"), Some(3.0));
    let each = "  main: {vars: {i: 0}, do: [{repeat: 3, do: [{start: \"worker[i]\"}, {join: \"worker[i]\"}, {set: {i: i + 1}}]}]}\n";
    let run_two = run(&format!("version: 1\nprocesses:\n{each}{worker}"));
    assert_eq!(run_two.finished("main"), Some(6.0));
    assert_eq!(run_two.finished("worker[2]"), Some(6.0));
}

/// Who joins one that is done goes on at once, however often.
#[test]
fn joining_the_dead() {
    let run = run("
version: 1
processes:
  main: {do: [{delay: 5s}, {join: worker}, {join: worker}, {log: \"{now}\"}]}
  worker: {do: [{delay: 1s}]}
");
    assert_eq!(log(&run), ["5s"]);
}

/// Whoever is done first is joined first, each once; two who are done before anybody
/// asks are told in the order in which they ended.
#[test]
fn the_first_death_that_nobody_has_joined() {
    let run = run("
version: 1
processes:
  main:
    vars: {i: 0}
    do:
      - repeat: 2
        do: [{join: {any: worker, into: i}}, {log: \"{i} at {now}\"}]
      - delay: 10s
      - join: \"worker[0]\"
      - join: {any: worker, into: i}
      - log: \"{i} at {now}\"
  worker: {count: 4, do: [{delay: 1s * (4 - index)}]}
");
    // 3 at 1 s, 2 at 2 s; then 1 and 0 end at 3 and 4 s, and 0 is joined by name.
    assert_eq!(log(&run), ["3 at 1s", "2 at 2s", "1 at 12s"]);
    assert_eq!(run.outcome(), "completed");
}

/// A process that is started again has its variables anew, and other random numbers.
#[test]
fn a_second_life() {
    let run = run("
version: 1
processes:
  main: {do: [{repeat: 3, do: [{start: worker}, {join: worker}]}]}
  worker:
    start: manual
    vars: {x: 0, y: 0, a: {array: 2}}
    do:
      - set: {x: x + 1}
      - set: {\"a[1]\": \"a[1] + x\"}
      - draw: {into: y, from: {uniform_int: {low: 0, high: 1000000}}}
      - log: \"{x} {a[1]}\"
      - log: \"{y}\"
");
    let lines = log(&run);
    let (fixed, drawn): (Vec<_>, Vec<_>) = lines.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    assert!(fixed.iter().all(|(_, line)| *line == "1 1"), "{lines:?}");
    assert!(drawn[0].1 != drawn[1].1 && drawn[1].1 != drawn[2].1, "{lines:?}");
}

/// Stopped in every state: in a delay, at work on each kind of processor, waiting for
/// each kind of resource. Who comes behind it is served as if it had never come.
#[test]
fn stopped_wherever_it_stands() {
    for (resources, victim, other, end) in [
        ("m: mutex", "{delay: 9s}", "{delay: 1s}", 1.0),
        ("m: mutex", "{with: m, do: [{delay: 9s}]}", "{acquire: m}", 2.0),
        ("s: {kind: semaphore, permits: 1}", "{with: s, do: [{delay: 9s}]}", "{acquire: s}", 2.0),
        ("b: {kind: buffer, capacity: 5, of: int}", "{get: {from: b, count: 4}}", "{get: b}", 3.0),
        ("b: {kind: buffer, capacity: 1, of: int}", "{repeat: 3, do: [{put: b}]}", "{get: b}", 0.0),
        ("c: {kind: condition}", "{wait: c}", "{delay: 1s}", 1.0),
        ("cpu: {kind: processor, cores: 1}", "{work: {on: cpu, for: 9s}}", "{work: {on: cpu, for: 1s}}", 3.0),
        (
            "cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 500ms}",
            "{work: {on: cpu, for: 9s}}",
            "{work: {on: cpu, for: 2s}}",
            3.0,
        ),
        (
            "cpu: {kind: processor, cores: 1, discipline: sharing}",
            "{work: {on: cpu, for: 1500ms}}",
            "{work: {on: cpu, for: 3s}}",
            4.0,
        ),
    ] {
        let run = run(&format!(
            "
version: 1
resources: {{{resources}}}
processes:
  victim: {{do: [{victim}]}}
  other: {{do: [{other}]}}
  killer: {{do: [{{delay: 2s}}, {{stop: victim}}, {{join: victim}}, {{log: \"{{now}}\"}}]}}
  late: {{start: 3s, do: [{}]}}
",
            // Puts for those who still get, or gets what is left.
            match resources {
                buffer if buffer.contains("capacity: 5") => "{put: b}",
                buffer if buffer.contains("capacity: 1,") => "{get: b}",
                _ => "{delay: 0s}",
            }
        ));
        assert_eq!(run.outcome(), "completed", "{victim}: {:?}", run.end.outcome);
        assert_eq!(run.finished("other"), Some(end), "{victim}");
        assert_eq!(run.finished("victim"), Some(2.0), "{victim}");
    }
}

/// What was held by a process that was stopped is lost where it says so.
#[test]
fn what_is_lost_is_lost() {
    let text = "
version: 1
resources: {m: mutex}
processes:
  victim: {do: [{with: m, do: [{delay: 9s}]}]}
  other: {start: 1s, do: [{acquire: m}]}
  killer: {do: [{delay: 2s}, {stop: {who: victim, held: HELD}}]}
";
    let lost = run(&text.replace("HELD", "lost"));
    let Outcome::Deadlock(deadlock) = &lost.end.outcome else { panic!("{:?}", lost.end.outcome) };
    assert!(deadlock.blocked[0].is_starved());
    assert_eq!(run(&text.replace("HELD", "released")).finished("other"), Some(2.0));
}

/// `exit` ends a process in the middle; what it holds stays held.
#[test]
fn exit() {
    let run = run("
version: 1
resources: {m: mutex}
processes:
  a: {do: [{with: m, do: [{repeat: 5, do: [{delay: 1s}, {if: now >= 2s, do: [exit]}]}]}]}
  b: {start: 1s, do: [{acquire: m}]}
");
    assert_eq!(run.finished("a"), Some(2.0));
    assert_eq!(run.outcome(), "deadlock");
}

/// A server that serves for ever; Python calls it a daemon thread.
#[test]
fn a_run_does_not_wait_for_daemons() {
    let text = "
version: 1
resources: {inbox: {kind: buffer, capacity: 5, of: int}, reply: {kind: semaphore, permits: 0}}
processes:
  server: {daemon: DAEMON, do: [{while: true, do: [{get: inbox}, {work: 2s}, {release: reply}]}]}
  client: {do: [{repeat: 3, do: [{put: inbox}, {acquire: reply}]}]}
";
    let daemon = run(&text.replace("DAEMON", "true"));
    assert_eq!((daemon.outcome(), daemon.end.end.as_nanos()), ("completed", 6_000_000_000));
    assert_eq!(run(&text.replace("DAEMON", "false")).outcome(), "deadlock");
}

#[test]
fn rules_of_lives() {
    for (main, worker, message) in [
        ("{start: worker}", "", "is to be started, but it is alive"),
        ("{join: worker}", "start: manual, ", "was never started"),
        ("{start: \"worker[x]\"}", "count: 2, start: manual, ", "index"),
    ] {
        let run = run_with(
            &format!(
                "version: 1\nparams: {{n: 5}}\nprocesses:\n  main: {{vars: {{x: 0}}, do: [{{set: {{x: n}}}}, {main}]}}\n  worker: {{{worker}do: [{{delay: 1s}}]}}\n"
            ),
            &[],
        );
        assert!(run.fault().contains(message), "{}", run.fault());
    }
    // One that is not alive is stopped for nothing.
    let nothing = run(
        "version: 1\nprocesses:\n  main: {do: [{stop: w}, {start: w}, {join: w}, {stop: w}]}\n  w: {start: manual, do: [{delay: 1s}]}\n",
    );
    assert_eq!(nothing.finished("main"), Some(1.0));
}

/// Instances arrive every second and stay for 2.5 s: at most three are alive at once, so
/// three places serve all; `index` is the number of the arrival.
#[test]
fn arrivals_use_their_places_again() {
    let text = "
version: 1
params: {most: 3}
processes:
  customer:
    arrivals: {every: 1s, up_to: 6, most: most}
    vars: {x: 0, a: {array: 2}}
    do:
      - set: {x: x + 1}
      - set: {\"a[0]\": \"a[0] + 1\"}
      - delay: 2.5s
      - log: \"{index} {x} {a[0]}\"
";
    let run_three = run(text);
    let lines: Vec<String> = (0..6).map(|number| format!("{number} 1 1")).collect();
    assert_eq!(log(&run_three), lines);
    assert_eq!(run_three.finished("customer arrivals"), Some(6.0));
    assert_eq!(run_three.end.end.as_nanos(), 8_500_000_000);
    assert!(run_with(text, &[("most", "2")]).fault().contains("2 of 'customer' are alive"));
}

/// `until` includes its instant; without `up_to` or `until` the horizon ends it.
#[test]
fn arrivals_end() {
    let count = |arrivals: &str, rest: &str| {
        let run = run(&format!(
            "version: 1\n{rest}processes:\n  c: {{arrivals: {{every: 1s, {arrivals}}}, do: [{{log: \"{{index}}\"}}]}}\n"
        ));
        log(&run).len()
    };
    assert_eq!(count("until: 4s", ""), 4);
    assert_eq!(count("until: 4s, up_to: 3", ""), 3);
    assert_eq!(count("most: 5", "horizon: 7s\n"), 7);
    assert_eq!(count("up_to: 0", ""), 0);
}

/// Where nobody is awaited from the beginning the run is over at once, in any order of what
/// happens at 0 s: found by fuzzing, where it went on to the first change of a timetable.
#[test]
fn nobody_is_awaited() {
    for ties in [Ties::Fifo, Ties::Reversed].into_iter().chain((0..20).map(Ties::Seeded)) {
        for (resources, processes) in [
            ("{kind: semaphore, permits: {0s: 3, 4s: 0, 9s: 1}}", "p: {count: 0, do: [{with: s, do: []}]}"),
            ("mutex", "d: {daemon: true, do: [{repeat: 3, do: [{delay: 1s}]}]}"),
        ] {
            let text = format!("version: 1\nresources: {{s: {resources}}}\nprocesses: {{{processes}}}\n");
            let run = run_in_order(&text, ties);
            assert_eq!((run.outcome(), run.end.end), ("completed", Time::ZERO), "{ties:?} {text}");
        }
    }
}

/// A daemon that was woken before the last awaited process ended still does what it has to do at that instant, whatever
/// the calendar: for few processes, for dozens and for many, with priorities, with limits, and in every order of ties.
#[test]
fn a_daemon_that_was_woken_goes_on_at_the_last_instant() {
    for others in [0, 40, 300] {
        for (priority, wait) in
            [("", "join: w"), ("priority: 1, ", "join: w"), ("", "join: w, within: 1h, else: []")]
        {
            for (first, last) in [("{release: f}", "{delay: 0s}"), ("{delay: 1s}", "{release: f}")] {
                let text = format!(
                    "
version: 1
resources: {{f: {{kind: semaphore, permits: 0}}, d: {{kind: memory, slots: 1}}}}
processes:
  main: {{do: [{{acquire: f}}]}}
  v: {{{priority}daemon: true, do: [{{{wait}}}, {{write: {{to: d, at: 0, value: 7}}}}]}}
  w: {{do: [{first}, {last}]}}
  other: {{count: {others}, daemon: true, do: [{{delay: 1h}}]}}
"
                );
                for ties in [Ties::Fifo, Ties::Reversed].into_iter().chain((0..5).map(Ties::Seeded)) {
                    let run = run_in_order(&text, ties);
                    let memory = run.machine.memories(&run.program)[0].1[0];
                    assert_eq!(
                        (run.outcome(), memory.to_string().as_str()),
                        ("completed", "7"),
                        "{ties:?} {text}"
                    );
                }
            }
        }
    }
}

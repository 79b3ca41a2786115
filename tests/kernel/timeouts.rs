//! Waits that run out: each rule in a scenario small enough to work out by hand, and
//! queues of impatient customers against their closed form.

use crate::common::{run, run_in_order, timed_log, told};
use tempolane::trace::{Kind, Outcome, Ties};

/// Packets come every 50 s from 500 s to 950 s. The consumer is back every 30 s as long as
/// there is none, so at 510 s, and from then on 20 + 10 + 20 s after each packet that it has got.
#[test]
fn no_packet_is_eaten_by_a_get_that_was_given_up() {
    let lines = told(
        "
  source: {vars: {i: 0}, do: [{delay: 500s}, {repeat: 10, do: [{put: {to: q, value: i}}, {set: {i: i + 1}}, {delay: 50s}]}]}
  consumer:
    vars: {x: -1, before: -1}
    do:
      - while: x < 9
        do:
          - get: {from: q, into: x}
            within: 10s
            else: []
          - if: x > before
            do: [{log: '{x}'}, {set: {before: x}}]
          - delay: 20s
",
        "q: {kind: buffer, capacity: 100, of: int}",
    );
    let expected: Vec<String> = (0..10)
        .map(|number| format!("{} {number}", tempolane::time::Time::from_secs(510 + 50 * number)))
        .collect();
    assert_eq!(lines, expected);
}

/// A put of the clock runs out like any other.
#[test]
fn the_time_of_arrival_is_not_put_for_ever() {
    let steps = "[{put: {to: f, value: 1s}}, {put: {to: f, value: now}, within: 1s, else: [{log: full}]}, {put: {to: f, value: now}, within: 0s, else: [{log: full}]}]";
    let lines =
        told(&format!("\n  p: {{start: 1s, do: {steps}}}\n"), "f: {kind: buffer, capacity: 1, of: duration}");
    assert_eq!(lines, ["2s full", "2s full"]);
}

/// Erlang's loss system, whose customers leave the time of their arrival with a server or are
/// lost: with arrivals 1, service 2 s and 3 servers 2³/3! / (1 + 2 + 2²/2! + 2³/3!) = 4/19 are.
#[test]
fn as_many_are_lost_as_in_the_closed_form() {
    let shares: Vec<f64> = (1..=20)
        .map(|seed| {
            let run = run(&format!(
                "
version: 1
seed: {seed}
resources: {{servers: {{kind: buffer, capacity: 0, of: duration}}}}
processes:
  server: {{count: 3, daemon: true, vars: {{t: 0s}}, do: [{{while: true, do: [{{get: {{from: servers, into: t}}}}, {{delay: {{exponential: {{mean: 2s}}}}}}]}}]}}
  customer:
    arrivals: {{every: {{exponential: {{mean: 1s}}}}, up_to: 4000, most: 10}}
    do: [{{put: {{to: servers, value: now}}, within: 0s, else: [{{mark: lost}}]}}]
"
            ));
            assert_eq!(run.outcome(), "completed");
            run.kept.events.iter().filter(|event| event.kind == Kind::Mark).count() as f64 / 4000.0
        })
        .collect();
    let mean = shares.iter().sum::<f64>() / 20.0;
    let deviation = (shares.iter().map(|share| (share - mean) * (share - mean)).sum::<f64>() / 19.0).sqrt();
    // Four standard errors: 1 of 15,000 sets of seeds is further off.
    assert!((mean - 4.0 / 19.0).abs() < 4.0 * deviation / 20f64.sqrt(), "{mean} ± {deviation}");
}

/// Erlang-A: arrivals 1, service 1, patience 2, all exponential. With n in the system they
/// leave at a rate of 1 + (n - 1) / 2, so the empty system has a share of 1 / (1 + 1 + 1/1.5 +
/// 1/(1.5 · 2) + …) = 0.313035, and of those who come 1 - (1 - 0.313035) give up.
#[test]
fn as_many_give_up_as_in_the_closed_form() {
    let shares: Vec<f64> = (1..=20)
        .map(|seed| {
            let run = run(&format!(
                "
version: 1
seed: {seed}
resources: {{server: {{kind: semaphore, permits: 1}}}}
processes:
  customer:
    arrivals: {{every: {{exponential: {{mean: 1s}}}}, up_to: 4000, most: 100}}
    do:
      - with: server
        within: {{exponential: {{mean: 2s}}}}
        do: [{{delay: {{exponential: {{mean: 1s}}}}}}]
        else: []
"
            ));
            assert_eq!(run.outcome(), "completed");
            let gave_up = run.kept.events.iter().filter(|event| event.kind == Kind::Timeout).count();
            gave_up as f64 / 4000.0
        })
        .collect();
    let mean = shares.iter().sum::<f64>() / 20.0;
    let variance = shares.iter().map(|share| (share - mean) * (share - mean)).sum::<f64>() / 19.0;
    // The 99% quantile of Student's t with 19 degrees of freedom, on both sides.
    let half_width = 2.861 * (variance / 20.0).sqrt();
    assert!(half_width < 0.01, "{half_width}");
    assert!((mean - 0.313035).abs() < half_width, "{mean} ± {half_width}");
}

#[test]
fn two_time_out_before_the_notify() {
    let lines = told(
        "
  notifier: {do: [{delay: 2ms}, {notify_all: c}]}
  waiter: {count: 2, do: [{wait: c, within: 1ms, else: [{log: 'gives up, {level(c)} wait'}]}]}
",
        "c: condition",
    );
    assert_eq!(lines, ["1ms gives up, 1 wait", "1ms gives up, 0 wait"]);
}

/// `b` gives up in the middle of the line; the others keep their order. By priority `b` is
/// the last of its priority, or the first, or between; by `lifo` it is anywhere.
#[test]
fn who_gives_up_leaves_the_order_of_the_others_alone() {
    for (discipline, order) in [("fifo", "acde"), ("lifo", "edca"), ("priority", "daec")] {
        for (number, gives_up) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
            let mut processes = "  holder: {do: [{with: s, do: [{delay: 20s}]}]}\n".to_owned();
            for (start, (name, priority)) in
                [("a", 0), ("b", 0), ("c", 5), ("d", -5), ("e", 0)].into_iter().enumerate()
            {
                let within = if name == gives_up { ", within: 10s, else: []" } else { "" };
                processes += &format!(
                    "  {name}: {{start: {}s, priority: {priority}, do: [{{with: s, do: [{{log: {name}}}]{within}}}]}}\n",
                    start + 1
                );
            }
            let lines =
                told(&processes, &format!("s: {{kind: semaphore, permits: 1, discipline: {discipline}}}"));
            let all = match discipline {
                "fifo" => "abcde",
                "lifo" => "edcba",
                _ => "dabec",
            };
            let expected: Vec<String> = all
                .chars()
                .filter(|name| !gives_up.contains(*name))
                .map(|name| format!("20s {name}"))
                .collect();
            assert_eq!(lines, expected, "{discipline} {number}");
            assert!(gives_up != "b" || all.replace('b', "") == order);
        }
    }
}

/// A get of three stands in front of a get of one, and a put of three in front of a put of
/// one: who was held up is served at the instant at which they give up.
#[test]
fn who_stood_behind_is_served() {
    let lines = told(
        "
  big: {do: [{get: {from: b, count: 3}, within: 5s, else: [{log: big}]}]}
  small: {start: 1s, do: [{get: b}, {log: small}]}
  putter: {start: 2s, do: [{put: b}]}
",
        "b: {kind: buffer, capacity: 3}",
    );
    assert_eq!(lines, ["5s big", "5s small"]);
    let lines = told(
        "
  first: {do: [{put: {to: b, count: 2}}]}
  big: {start: 1s, do: [{put: {to: b, value: 1, count: 3}, within: 4s, else: [{log: big}]}]}
  small: {start: 2s, vars: {x: 9}, do: [{put: {to: b, value: 7}}, {log: small}]}
  getter: {start: 6s, vars: {xs: {array: 3}}, do: [{get: {from: b, count: 3, into: xs}}, {log: '{xs}'}]}
",
        "b: {kind: buffer, capacity: 3}",
    );
    assert_eq!(lines, ["5s big", "5s small", "6s [0, 0, 7]"]);
}

/// The deadline and the release are at 5 s. Whichever was put off first comes first.
#[test]
fn of_a_grant_and_a_deadline_at_one_instant_the_calendar_decides() {
    let waiter =
        "  waiter: {start: 1s, do: [{acquire: s, within: 4s, else: [{log: late}, exit]}, {log: served}]}\n";
    let s = "s: {kind: semaphore, permits: 0}";
    let early = format!("  giver: {{do: [{{delay: 5s}}, {{release: s}}]}}\n{waiter}");
    assert_eq!(told(&early, s), ["5s served"]);
    let late = format!("{waiter}  giver: {{do: [{{delay: 4s}}, {{delay: 1s}}, {{release: s}}]}}\n");
    assert_eq!(told(&late, s), ["5s late"]);
    let first =
        format!("  giver: {{priority: -1, do: [{{delay: 4s}}, {{delay: 1s}}, {{release: s}}]}}\n{waiter}");
    assert_eq!(told(&first, s), ["5s served"]);
    // Reversed ties: the last in the file goes first.
    let text = format!("version: 1\nresources: {{{s}}}\nprocesses:\n{early}");
    assert_eq!(timed_log(&run_in_order(&text, Ties::Reversed)), ["5s late"]);
}

/// What is there is taken, and what is not is not waited for, whoever would give it at the
/// same instant.
#[test]
fn no_time_at_all_is_a_try() {
    let lines = told(
        "
  p:
    do:
      - acquire: s
        within: 0s
        else: [{log: never}]
      - acquire: s
        within: 0s
        else: [{log: no permit}]
      - get: b
        within: 0s
        else: [{log: no item}]
      - put: {to: full, count: 2}
        within: 0s
        else: [{log: no room}]
      - join: q
        within: 0s
        else: [{log: not done}]
      - wait: r
        within: 0s
        else: [{log: '{level(r)} at the barrier'}]
  q: {do: [{release: s}, {put: b}, {delay: 1s}]}
",
        "s: {kind: semaphore, permits: 1}, b: {kind: buffer, capacity: 1}, full: {kind: buffer, capacity: 2}, r: {kind: barrier, parties: 2}",
    );
    assert_eq!(lines, ["0s no permit", "0s no item", "0s not done", "0s 0 at the barrier"]);
}

/// What a step has taken before its time runs out is given back, whatever it was to take.
#[test]
fn all_or_nothing() {
    let lines = told(
        "
  holder: {do: [{acquire: [m, a]}, {delay: 5s}, {release: a}, {delay: 5s}, {release: m}]}
  p:
    start: 1s
    do:
      - acquire: [{a: 2}, m]
        within: 2s
        else: [{log: '{level(a)} of a'}]
      - acquire: {a: 3}
        within: 1s
        else: [{log: '{level(a)} of a'}]
      - with: [a, m]
        within: 2s
        do: [{log: never}]
        else: [{log: '{level(a)} of a'}]
      - acquire: {a: 3}
        within: 1s
        else: [{log: never}]
      - with: m
        within: 10s
        do: [{log: 'all at {now}'}]
        else: [{log: never}]
",
        "m: mutex, a: {kind: semaphore, permits: 3}",
    );
    assert_eq!(lines, ["3s 2 of a", "4s 2 of a", "6s 3 of a", "10s all at 10s"]);
}

/// The time of a step is that of all that it waits for: `p` waits for `a` until 3 s, and for
/// `b` for what is left of its 5 s.
#[test]
fn one_limit_for_all_that_a_step_waits_for() {
    let lines = told(
        "
  a: {do: [{with: a, do: [{delay: 3s}]}]}
  b: {do: [{with: b, do: [{delay: 9s}]}]}
  p: {do: [{acquire: [a, b], within: 5s, else: [{log: gives up}]}]}
",
        "a: mutex, b: mutex",
    );
    assert_eq!(lines, ["5s gives up"]);
}

/// `holder` has the mutex until 9 s: who gives up at 5 s waits for it, without a limit.
#[test]
fn a_wait_takes_its_mutex_again_when_it_runs_out() {
    let lines = told(
        "
  waiter: {do: [{with: m, do: [{wait: {on: c, mutex: m}, within: 5s, else: [{log: nobody came}]}]}, {log: out}]}
  holder: {start: 1s, do: [{with: m, do: [{delay: 8s}, {notify: c}]}]}
",
        "m: mutex, c: condition",
    );
    assert_eq!(lines, ["9s nobody came", "9s out"]);
}

/// A barrier of three: one gives up, so that two more must come.
#[test]
fn a_party_that_gives_up_has_not_come() {
    let lines = told(
        "
  a: {do: [{wait: r, within: 1s, else: [{log: alone}, {delay: 4s}, {wait: r}]}, {log: a}]}
  b: {start: 2s, do: [{wait: r}, {log: b}]}
  c: {start: 3s, do: [{wait: r}, {log: c}]}
",
        "r: {kind: barrier, parties: 3}",
    );
    assert_eq!(lines, ["1s alone", "5s a", "5s b", "5s c"]);
}

#[test]
fn who_joins_may_give_up() {
    let lines = told(
        "
  main:
    vars: {who: -1}
    do:
      - join: w
        within: 1500ms
        else: [{log: not all}]
      - join: {any: w, into: who}
        within: 100ms
        else: [{log: none}]
      - join: {any: w, into: who}
        within: 10s
        else: [{log: never}]
      - log: '{who}'
  w: {count: 2, do: [{delay: 1s * (index + 1)}]}
",
        "",
    );
    assert_eq!(lines, ["1.5s not all", "1.6s none", "2s 1"]);
}

#[test]
fn without_else_it_is_a_fault() {
    let text = "
version: 1
resources: {m: mutex}
processes:
  a: {do: [{acquire: m}, {delay: 5s}, {release: m}]}
  b:
    start: 1s
    do:
      - acquire: m
        within: 2s
      - release: m
";
    let run = run(text);
    let Outcome::Fault(fault) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    assert_eq!(fault.message, "'b' has waited as long as it may");
    assert_eq!((run.header.line(fault.op), run.end.end.to_string().as_str()), (Some(9), "3s"));
    let negative = crate::common::run(&text.replace("within: 2s", "within: 2s - (now + 3s)"));
    assert_eq!(negative.fault(), "a delay of -2s is negative");
}

/// `a` has the mutex until 5 s. `b` gives up at 3 s and waits again from 4 s, so it has it at
/// 5 s; the buffer is closed at 7 s, before which a try finds nothing. Whoever is interrupted at
/// 2 s was not served.
#[test]
fn a_variable_says_whether_a_wait_was_served() {
    let lines = told(
        "
  a: {do: [{acquire: m}, {delay: 5s}, {release: m}]}
  b:
    start: 1s
    vars: {got: true, x: 7}
    do:
      - {acquire: m, within: 2s, served: got}
      - log: 'b {got}'
      - delay: 1s
      - {with: m, within: 2s, served: got, do: [{log: 'b inside {got}'}]}
      - log: 'b behind {got}'
      - {get: {from: q, into: x}, within: 0s, served: got, else: [{log: 'b nothing'}]}
      - log: 'b {got} {x}'
      - {get: {from: q, into: x}, served: got}
      - log: 'b {got} {x}'
      - {until: level(m) == 0, within: 1s, served: got}
      - log: 'b {got}'
      - {acquire_all: [m], within: 1s, served: got}
      - log: 'b {got}'
      - release: m
  closer: {start: 7s, do: [{close: q}]}
  c:
    vars: {got: true}
    do:
      - interruptible: [{acquire: m, within: 3s, served: got}]
      - log: 'c {got}'
  d: {start: 2s, do: [{interrupt: c}]}
",
        "m: mutex, q: {kind: buffer, capacity: 1, of: int}",
    );
    let expected = [
        "2s c false",
        "3s b false",
        "5s b inside true",
        "5s b behind true",
        "5s b nothing",
        "5s b false 7",
        "7s b false 7",
        "8s b false",
        "8s b true",
    ];
    assert_eq!(lines, expected);
}

/// Who is stopped while it waits has no deadline any more, and one that gives up behind it
/// is found in its place.
#[test]
fn who_is_stopped_does_not_give_up() {
    let lines = told(
        "
  holder: {do: [{with: m, do: [{delay: 10s}]}]}
  a: {start: manual, do: [{acquire: m, within: 5s, else: [{log: a}]}]}
  b: {start: 2s, do: [{acquire: m, within: 5s, else: [{log: b}]}]}
  c: {start: 3s, do: [{acquire: m, within: 10s, else: [{log: never}]}, {log: c}, {release: m}]}
  main: {do: [{delay: 1s}, {start: a}, {delay: 3s}, {stop: a}, {start: a}]}
",
        "m: mutex",
    );
    assert_eq!(lines, ["7s b", "9s a", "10s c"]);
}

/// `low` has the priority of `high` only as long as that waits for it.
#[test]
fn no_priority_is_inherited_from_who_has_given_up() {
    let lines = told(
        "
  low: {priority: 9, on: cpu, do: [{with: m, do: [{work: 4s}]}, {log: low}]}
  middle: {priority: 5, start: 2s, on: cpu, do: [{work: 3s}, {log: middle}]}
  high: {priority: 1, start: 1s, do: [{acquire: m, within: 2s, else: [{log: high}]}]}
",
        "m: {kind: mutex, inherit: true}, cpu: {kind: processor, cores: 1, discipline: priority}",
    );
    // From 1 s to 3 s `low` goes before `middle`, then not.
    assert_eq!(lines, ["3s high", "6s middle", "7s low"]);
}

/// A deadline is no reason for a deadlock, and no time passes beyond the horizon for it.
#[test]
fn deadlocks_and_horizons() {
    let circle = |within: &str| {
        run(&format!(
            "
version: 1
resources: {{a: mutex, b: mutex}}
processes:
  p: {{do: [{{with: a, do: [{{delay: 1s}}, {{with: b, do: []{within}}}]}}]}}
  q: {{do: [{{with: b, do: [{{delay: 1s}}, {{with: a, do: []}}]}}]}}
"
        ))
    };
    assert_eq!(circle("").outcome(), "deadlock");
    assert_eq!(circle(", within: 5s, else: []").outcome(), "completed");
    let waits = run("
version: 1
horizon: 3s
resources: {s: {kind: semaphore, permits: 0}}
processes: {p: {do: [{acquire: s, within: 5s, else: []}]}}
");
    assert_eq!((waits.outcome(), waits.end.end.to_string().as_str()), ("horizon", "3s"));
}

/// The one that came last gives up first: each is found without going past the others.
#[test]
fn very_many_give_up() {
    let text = "
version: 1
params: {n: 100000}
resources: {s: {kind: semaphore, permits: 0}}
processes:
  p: {count: n, do: [{acquire: s, within: 1s + (n - index) * 1us, else: []}]}
";
    let run = run(text);
    assert_eq!(run.outcome(), "completed");
    assert_eq!(run.kept.events.iter().filter(|event| event.kind == Kind::Timeout).count(), 100_000);
}

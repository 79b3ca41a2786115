//! Permits that others take: each rule in a scenario small enough to work out by hand, SimPy's
//! example, and random ones beside a naive program.

use crate::common::{run, timed_log};
use proptest::prelude::*;
use tempolane::trace::Kind;

fn text(permits: &str, processes: &str) -> String {
    format!(
        "version: 1\nresources: {{desk: {{kind: semaphore, permits: {permits}, discipline: priority}}}}\nprocesses:\n{processes}"
    )
}

/// The log of a run that completes, each line with when it was written.
fn told(permits: &str, processes: &str) -> Vec<String> {
    let run = run(&text(permits, processes));
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    run.machine.check(&run.program);
    timed_log(&run)
}

/// The documentation of SimPy, "Shared Resources", has this run of `PreemptiveResource`: 1 gets
/// it at 0, 3 takes it at 2 after 2, and 2 gets it at 5.
#[test]
fn the_example_of_simpy() {
    let lines = told(
        "1",
        "
  user:
    count: 3
    start: index * 1s
    do:
      - log: '{index + 1} requesting'
      - with: desk
        priority: -(index / 2)
        preempt: true
        do: [{log: '{index + 1} got it'}, {delay: 3s}, {log: '{index + 1} done'}]
        on_preempt: [{log: '{index + 1} preempted'}]
",
    );
    let printed = [
        "0s 1 requesting",
        "0s 1 got it",
        "1s 2 requesting",
        "2s 3 requesting",
        "2s 3 got it",
        "2s 1 preempted",
        "5s 3 done",
        "5s 2 got it",
        "8s 2 done",
    ];
    assert_eq!(lines, printed);
}

/// `rush` takes the permit of `batch` at 2 s and keeps it until 6 s, though `boss` would take it
/// at 3 s, for what an `acquire` has got nobody takes. At 6 s `boss` goes before `late`, who came
/// before it, and `late` before `batch`.
#[test]
fn an_acquire_asks_by_priority_and_keeps_what_it_has_got() {
    let lines = told(
        "1",
        "
  batch: {do: [{with: desk, priority: 5, do: [{delay: 10s}, {log: batch}], then: resume}]}
  rush:
    start: 2s
    do: [{acquire: desk, priority: 4, preempt: true}, {log: rush}, {delay: 4s}, {release: desk}]
  late:
    start: 2500ms
    do: [{acquire: desk, priority: 3}, {log: late}, {delay: 1s}, {release: desk}]
  boss:
    start: 3s
    do:
      - {acquire: desk, priority: -1, preempt: true}
      - log: boss
      - delay: 1s
      - release: desk
  hasty:
    start: 3s
    vars: {got: true}
    do: [{acquire: desk, priority: -2, within: 1s, served: got}, {log: 'hasty {got}'}]
",
    );
    assert_eq!(lines, ["2s rush", "4s hasty false", "6s boss", "7s late", "16s batch"]);
}

/// 4 of 10 s are over at 4 s, and the permit is there again at 6 s.
#[test]
fn who_loses_a_permit_leaves_goes_on_or_begins_again() {
    let lines = |then: &str| {
        told(
            "1",
            &format!(
                "
  holder:
    vars: {{rest: 0s}}
    do:
      - with: desk
        priority: 5
        do: [{{delay: 1s}}, {{log: first}}, {{work: 9s}}, {{log: second}}]
        on_preempt: [{{log: '{{rest}} left'}}]
        then: {then}
        left: rest
      - log: done
  boss: {{start: 4s, do: [{{with: desk, preempt: true, do: [{{delay: 2s}}]}}]}}
"
            ),
        )
    };
    assert_eq!(lines("leave"), ["1s first", "4s 6s left", "4s done"]);
    assert_eq!(lines("resume"), ["1s first", "4s 6s left", "12s second", "12s done"]);
    assert_eq!(lines("restart"), ["1s first", "4s 6s left", "7s first", "16s second", "16s done"]);
}

/// Nobody takes a permit from who does not say what happens then, from who has the same
/// number, or without `preempt`.
#[test]
fn who_says_nothing_of_it_keeps_its_permit() {
    let lines = |holder: &str, boss: &str| {
        told(
            "1",
            &format!(
                "
  holder: {{do: [{{with: desk, {holder}do: [{{delay: 4s}}]}}, {{log: done}}]}}
  boss: {{start: 1s, do: [{{with: desk, {boss}do: [{{delay: 2s}}]}}, {{log: boss}}]}}
"
            ),
        )
    };
    assert_eq!(lines("priority: 3, ", "preempt: true, "), ["4s done", "6s boss"]);
    assert_eq!(lines("then: resume, ", "preempt: true, "), ["4s done", "6s boss"]);
    assert_eq!(lines("priority: 3, then: resume, ", ""), ["4s done", "6s boss"]);
    assert_eq!(lines("priority: 3, then: resume, ", "preempt: 1 > 0, "), ["3s boss", "6s done"]);
}

/// Of three who have a permit by 2, 7 and 7 the last that got it by 7 loses it; then the other
/// one; and the third who comes waits for whoever has 2, since it has 2 itself.
#[test]
fn the_largest_number_and_of_equal_ones_the_last_loses() {
    let lines = told(
        "3",
        "
  a: {do: [{delay: 1s}, {with: desk, priority: 7, then: leave, do: [{delay: 90s}], on_preempt: [{log: a out}]}]}
  b: {do: [{with: desk, priority: 7, then: leave, do: [{delay: 90s}], on_preempt: [{log: b out}]}]}
  c: {do: [{delay: 2s}, {with: desk, priority: 2, then: leave, do: [{delay: 9s}], on_preempt: [{log: c out}]}, {log: c done}]}
  boss:
    count: 3
    start: 3s + index * 1s
    do: [{with: desk, priority: 2, preempt: true, do: [{delay: 30s}]}, {log: 'boss {index}'}]
",
    );
    assert_eq!(lines, ["3s a out", "4s b out", "11s c done", "33s boss 0", "34s boss 1", "41s boss 2"]);
}

/// A boss behind one who takes nothing from others waits, and takes the other permit as soon as it is the
/// first in line: at 5 s that one has been served.
#[test]
fn only_the_first_in_line_takes() {
    let lines = told(
        "2",
        "
  low: {do: [{with: desk, priority: 9, then: resume, do: [{delay: 20s}]}, {log: low}]}
  other: {do: [{with: desk, do: [{delay: 5s}]}, {log: other}]}
  patient: {start: 1s, do: [{with: desk, priority: 1, do: [{delay: 10s}]}, {log: patient}]}
  boss: {start: 2s, do: [{with: desk, priority: 2, preempt: true, do: [{delay: 1s}]}, {log: boss}]}
",
    );
    // low has 15 s left at 5 s, and its permit again at 6 s.
    assert_eq!(lines, ["5s other", "6s boss", "15s patient", "21s low"]);
}

/// The first in line gives up at 3 s, and who stood behind takes the permit then.
#[test]
fn who_becomes_the_first_in_line_takes() {
    let lines = told(
        "1",
        "
  low: {do: [{with: desk, priority: 9, then: resume, do: [{delay: 20s}]}, {log: low}]}
  patient: {start: 1s, do: [{with: desk, priority: 1, within: 2s, do: [], else: [{log: out}]}]}
  boss: {start: 2s, do: [{with: desk, priority: 2, preempt: true, do: [{delay: 1s}]}, {log: boss}]}
",
    );
    assert_eq!(lines, ["3s out", "4s boss", "21s low"]);
}

/// Whoever has got a permit, or asks for one without a priority, has what it inherits; in line it stands by the number by
/// which it has asked.
#[test]
fn who_inherits_asks_for_permits() {
    let resources =
        "m: {kind: mutex, inherit: true}, cpu: {kind: processor, cores: 1, discipline: priority}, ";
    for (processes, expected) in [
        (
            "
  holder: {do: [{with: desk, do: [{delay: 4s}]}]}
  first: {start: 1s, do: [{with: desk, priority: 3, do: [{log: first}, {delay: 1s}]}]}
  owner: {priority: 9, start: 2s, do: [{with: m, do: [{with: desk, priority: 5, do: [{log: owner}]}]}]}
  high: {priority: -5, start: 3s, do: [{with: m, do: [{log: high}]}]}
",
            ["4s first", "5s owner", "5s high"],
        ),
        (
            "
  holder: {do: [{with: desk, do: [{delay: 4s}]}]}
  first: {start: 1s, do: [{with: desk, priority: 3, do: [{log: first}, {delay: 1s}]}]}
  owner: {priority: 9, do: [{with: m, do: [{delay: 2s}, {with: desk, then: leave, do: [{log: owner}, {delay: 2s}]}]}]}
  high: {priority: -5, start: 1s, do: [{with: m, do: [{delay: 1s}, {log: high}]}]}
",
            ["4s owner", "6s first", "7s high"],
        ),
        (
            "
  owner: {priority: 9, do: [{with: m, do: [{delay: 2s}, {with: desk, priority: 7, then: leave, do: [{work: {on: cpu, for: 3s}}, {log: owner}]}]}]}
  middle: {priority: 5, start: 3s, do: [{work: {on: cpu, for: 2s}}, {log: middle}]}
  high: {priority: -5, start: 1s, do: [{with: m, do: [{delay: 1s}, {log: high}]}]}
",
            ["5s owner", "6s high", "7s middle"],
        ),
    ] {
        let run = run(&text("1", processes).replace("resources: {", &format!("resources: {{{resources}")));
        assert_eq!(timed_log(&run), expected, "{processes}");
    }
}

/// In a block in a block each permit is lost for itself: at 2 s the outer one, which gives the inner
/// one back; at 13 s, after 8 s of the inner 10, the inner one alone.
/// The same where owners of a mutex inherit priority, somewhere else.
#[test]
fn who_becomes_the_first_in_line_takes_where_others_inherit() {
    let text = text(
        "1",
        "
  low: {do: [{with: desk, priority: 9, then: resume, do: [{delay: 6s}]}, {log: low}]}
  patient: {start: 1s, do: [{with: desk, priority: 1, within: 2s, do: [], else: [{log: out}]}]}
  boss: {start: 2s, do: [{with: desk, priority: 2, preempt: true, do: [{delay: 1s}]}, {log: boss}]}
  owner: {do: [{with: m, do: []}]}
",
    );
    let run = run(&text.replace("resources: {", "resources: {m: {kind: mutex, inherit: true}, "));
    assert_eq!(timed_log(&run), ["3s out", "4s boss", "7s low"]);
}

#[test]
fn blocks_in_blocks() {
    let run = run("
version: 1
resources:
  a: {kind: semaphore, permits: 1, discipline: priority}
  b: {kind: semaphore, permits: 1, discipline: priority}
processes:
  worker:
    do:
      - with: a
        priority: 5
        do:
          - with: b
            priority: 5
            do: [{delay: 10s}]
            on_preempt: [{log: 'b lost'}]
            then: resume
          - log: inner
        on_preempt: [{log: 'a lost, b {level(b)}'}]
        then: restart
      - log: done
  boss:
    do:
      - delay: 2s
      - with: a
        preempt: true
        do: [{delay: 3s}]
      - delay: 8s
      - with: b
        preempt: true
        do: [{delay: 1s}, {log: 'a {level(a)}'}]
");
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    assert_eq!(timed_log(&run), ["2s a lost, b 1", "13s b lost", "14s a 0", "16s inner", "16s done"]);
    run.machine.check(&run.program);
}

/// Who waits inside for something else leaves that line; who is interrupted by another one inside of a
/// block around gives the permit back, and who is stopped too.
#[test]
fn nothing_is_lost_and_nothing_is_left_behind() {
    let lines = told(
        "1",
        "
  waiter: {do: [{with: desk, priority: 4, then: resume, on_preempt: [{log: lost}], do: [{join: late}, {log: joined}]}, {log: done}]}
  late: {start: 5s, do: []}
  boss: {start: 1s, do: [{with: desk, preempt: true, do: [{delay: 1s}]}]}
  victim: {start: 10s, do: [{interruptible: [{with: desk, priority: 4, then: resume, do: [{delay: 9s}]}]}, {log: 'free {level(desk)}'}]}
  stopped: {start: 12s, do: [{with: desk, priority: 4, then: resume, do: [{delay: 9s}]}]}
  end: {start: 11s, do: [{interrupt: victim}, {delay: 3s}, {stop: stopped}, {log: 'free {level(desk)}'}]}
",
    );
    assert_eq!(lines, ["1s lost", "5s joined", "5s done", "11s free 1", "14s free 1"]);
}

/// A priority that does not fit is a fault, since nobody could stand in line by it.
#[test]
fn a_priority_of_a_request_fits() {
    let run = run(&text("1", "  p: {vars: {x: 100}, do: [{with: desk, priority: x * 2, do: []}]}\n"));
    assert_eq!(run.outcome(), "fault");
    assert!(format!("{:?}", run.end.outcome).contains("from -128 to 127"), "{:?}", run.end.outcome);
}

/// What a process of a random scenario does, in nanoseconds.
#[derive(Debug, Clone)]
struct Job {
    start: u64,
    length: u64,
    priority: i64,
    preempts: bool,
    /// `None` if it keeps its permit.
    then: Option<&'static str>,
}

fn jobs() -> impl Strategy<Value = Vec<Job>> {
    let then = prop_oneof![Just(None), Just(Some("resume")), Just(Some("restart")), Just(Some("leave"))];
    let job = (0u64..40_000_000, 1u64..20_000_000, -2i64..3, any::<bool>(), then);
    let job = job.prop_map(|(start, length, priority, preempts, then)| Job {
        start,
        length,
        priority,
        preempts,
        then,
    });
    proptest::collection::vec(job, 1..12)
}

/// When each job is done, by a program that looks at all of them again at every event.
fn expected(jobs: &[Job], mut free: usize) -> Vec<u64> {
    #[derive(Clone, Copy)]
    enum At {
        Away,
        InLine { since: u64, left: u64 },
        Served { since: u64, end: u64 },
        Done(u64),
    }
    let (mut at, mut count) = (vec![At::Away; jobs.len()], 0);
    loop {
        let due = |(number, at): (usize, &At)| match *at {
            At::Away => Some((jobs[number].start, number)),
            At::Served { end, .. } => Some((end, number)),
            _ => None,
        };
        let Some((now, number)) = at.iter().enumerate().filter_map(due).min() else { break };
        count += 1;
        at[number] = match at[number] {
            At::Away => At::InLine { since: count, left: jobs[number].length },
            _ => {
                free += 1;
                At::Done(now)
            }
        };
        loop {
            let line = (0..jobs.len()).filter_map(|job| match at[job] {
                At::InLine { since, left } => Some((jobs[job].priority, since, left, job)),
                _ => None,
            });
            let Some((priority, _, left, first)) = line.min() else { break };
            if free == 0 {
                let losers = (0..jobs.len()).filter_map(|job| match at[job] {
                    At::Served { since, end }
                        if jobs[job].then.is_some() && jobs[job].priority > priority =>
                    {
                        Some((jobs[job].priority, since, end, job))
                    }
                    _ => None,
                });
                let Some((_, _, end, loser)) = losers.max().filter(|_| jobs[first].preempts) else { break };
                count += 1;
                at[loser] = match jobs[loser].then {
                    Some("resume") => At::InLine { since: count, left: end - now },
                    Some("restart") => At::InLine { since: count, left: jobs[loser].length },
                    _ => At::Done(now),
                };
                free += 1;
            }
            free -= 1;
            count += 1;
            at[first] = At::Served { since: count, end: now + left };
        }
    }
    let done = at.iter().map(|at| if let At::Done(when) = at { *when } else { unreachable!() });
    done.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_jobs_are_done_when_a_naive_program_says(jobs in jobs(), permits in 1usize..4) {
        let processes: String = jobs.iter().enumerate().map(|(number, job)| {
            let Job { start, length, priority, preempts, then } = job;
            let then = then.map_or(String::new(), |then| format!(", then: {then}"));
            format!("  p{number}: {{start: {start}ns, do: [{{with: desk, priority: {priority}, preempt: {preempts}{then}, do: [{{delay: {length}ns}}]}}, {{mark: done}}]}}\n")
        }).collect();
        let run = run(&text(&permits.to_string(), &processes));
        prop_assert_eq!(run.outcome(), "completed");
        run.machine.check(&run.program);
        let mut done = vec![0; jobs.len()];
        for event in run.kept.events.iter().filter(|event| event.kind == Kind::Mark) {
            done[event.process.index()] = event.time.as_nanos();
        }
        prop_assert_eq!(done, expected(&jobs, permits));
    }
}

/// `x` may lose its permit from 3 s on, of which nobody hears before it is stopped at 4 s. It gives its one
/// permit back then, and no more: `e` waits until `d` is done.
#[test]
fn who_is_stopped_has_nothing_to_lose_any_more() {
    let lines = told(
        "1",
        "
  x: {do: [{with: desk, priority: 5, do: [{atomic: [{delay: 3s}]}, {delay: 9h}], on_preempt: [{log: lost}]}]}
  d: {start: 1s, do: [{with: desk, priority: 1, preempt: true, do: [{log: d}, {delay: 1s}]}]}
  e: {start: 2s, do: [{with: desk, priority: 2, preempt: true, do: [{log: e}, {delay: 1s}]}]}
  boss: {start: 4s, do: [{stop: x}]}
",
    );
    assert_eq!(lines, ["4s d", "5s e"]);
}

/// `x` waits for a second permit behind `d`, which has found it at nothing that could be ended. When it
/// leaves the line at 4 s, because it is interrupted, has waited for as long as it may, or is stopped, `d`
/// is first again and takes the first permit of `x`, if that has not been given back.
#[test]
fn who_leaves_the_line_may_lose_what_it_has() {
    let text = |inside: &str, boss: &str| {
        format!(
            "
  x:
    do:
      - interruptible:
          - {{with: desk, priority: 9, do: [{{atomic: [{{delay: 2s}}]}}, {inside}], on_preempt: [{{log: lost}}]}}
        on_interrupt: [{{log: interrupted}}]
      - log: x goes on
  d: {{start: 1s, do: [{{with: desk, priority: 1, preempt: true, do: [{{log: d}}, {{delay: 1s}}]}}, {{log: d is done}}]}}
  boss: {{start: 4s, do: [{boss}]}}
"
        )
    };
    let inner = "{with: desk, priority: 9, do: [{log: never}]}";
    let limited = "{with: desk, priority: 9, do: [{log: never}], within: 2s, else: [{delay: 2s}]}";
    let cases = [
        (inner, "{interrupt: x}", vec!["4s interrupted", "4s x goes on", "4s d", "5s d is done"]),
        (limited, "{delay: 0s}", vec!["4s lost", "4s d", "4s x goes on", "5s d is done"]),
        (inner, "{stop: x}", vec!["4s d", "5s d is done"]),
    ];
    for (inside, boss, mut expected) in cases {
        let mut lines = told("1", &text(inside, boss));
        lines.sort();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{inside} {boss}");
    }
}

/// At 4 s `x` gives back a permit that it never had, and `d` gets it; then `e` is first and takes the one that
/// `x` has, which goes on until its next delay.
#[test]
fn who_makes_the_step_loses_its_permit_behind_it() {
    let lines = told(
        "1",
        "
  x:
    do:
      - with: desk
        priority: 5
        do: [{atomic: [{delay: 3s}]}, {delay: 1s}, {release: desk}, {log: x goes on}, {delay: 5s}, {log: never}]
        on_preempt: [{log: lost}]
  d: {start: 1s, do: [{with: desk, priority: 1, preempt: true, do: [{log: d}, {delay: 1s}]}]}
  e: {start: 2s, do: [{with: desk, priority: 2, preempt: true, do: [{log: e}, {delay: 1s}]}]}
",
    );
    assert_eq!(lines, ["4s x goes on", "4s lost", "4s d", "4s e"]);
}

/// The number by which a process asked for a permit counts for that alone, whether it was served, gave up or was
/// interrupted: later it goes by its own, which is 0, before one with 2, though both wait for the same permit.
#[test]
fn a_priority_counts_for_one_request() {
    for (asks, leaves) in [
        ("{acquire: desk, priority: 4}, {release: desk}", 2),
        ("{acquire: desk, priority: 4, within: 1s, else: []}", 3),
        ("{interruptible: [{acquire: desk, priority: 4}], on_interrupt: [], then: leave}", 3),
    ] {
        let lines = told(
            "1",
            &format!(
                "
  main: {{start: 1s, do: [{asks}, {{delay: 3s}}, {{acquire: desk}}, {{log: main}}, {{release: desk}}]}}
  other: {{priority: 2, start: 6s, do: [{{acquire: desk}}, {{log: other}}, {{release: desk}}]}}
  holder:
    do:
      - with: desk
        do: [{{delay: {leaves}s}}, {{interrupt: main}}]
      - {{delay: 1s}}
      - {{with: desk, do: [{{delay: 5s}}]}}
"
            ),
        );
        let ends = leaves + 6;
        assert_eq!(lines, [format!("{ends}s main"), format!("{ends}s other")], "{asks}");
    }
}

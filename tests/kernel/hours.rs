//! Permits by timetable, and breakdowns, worked out by hand.

use crate::common::{Run, run};

/// When each of so many instances of a process was done, in seconds.
fn ends(run: &Run, name: &str, count: usize) -> Vec<f64> {
    run.machine.check(&run.program);
    assert_eq!(run.outcome(), "completed");
    (0..count).map(|number| run.finished(&format!("{name}[{number}]")).expect("it is done")).collect()
}

/// Eight come at once and need 3 s each. Three are served until 3 s, three until 6 s. At 4 s two
/// permits go, and nobody has one to spare: at 6 s two are taken before the two who wait, and the
/// third goes to the first of these, until 9 s. At 8 s there is one more, for the second.
#[test]
fn who_has_a_permit_too_many_finishes_first() {
    for discipline in ["fifo", "priority"] {
        let run = run(&format!(
            "
version: 1
resources: {{desk: {{kind: semaphore, discipline: {discipline}, permits: {{0s: 3, 4s: 1, 8s: 2}}}}}}
processes:
  visitor: {{count: 8, priority: 1, do: [{{with: desk, do: [{{delay: 3s}}]}}]}}
"
        ));
        assert_eq!(ends(&run, "visitor", 8), [3.0, 3.0, 3.0, 6.0, 6.0, 6.0, 9.0, 11.0], "{discipline}");
    }
}

/// Each instance has its own hours; numbers and times may be parameters.
#[test]
fn each_instance_keeps_the_hours() {
    let run = run("
version: 1
params: {few: 0, many: few + 2, opening: 5s}
resources: {desk: {kind: semaphore, count: 2, permits: {0s: few, opening: many, opening * 2: few}}}
processes:
  visitor: {count: 6, do: [{with: 'desk[index % 2]', do: [{delay: 4s}]}]}
  late: {start: 11s, do: [{acquire: 'desk[1]', within: 10s, else: [{mark: closed}]}]}
");
    // Two of three at 5 s, the third at 9 s, which stays until 13 s.
    assert_eq!(ends(&run, "visitor", 6), [9.0, 9.0, 9.0, 9.0, 13.0, 13.0]);
    assert_eq!(run.finished("late"), Some(21.0));
}

/// From 0 to 3 s and from 3 s to 6 s, at 4 s it breaks; it is repaired from 6 s to 8 s. From 8 s to
/// 11 s and from 11 s to 14 s, 4 s after the repair it breaks again; the fifth goes from 16 s to 19 s.
#[test]
fn a_permit_breaks_down_when_it_is_given_back() {
    let run = run("
version: 1
resources: {machine: {kind: semaphore, permits: 1, breakdown: {every: 4s, repair: 2s}}}
processes:
  worker: {count: 1, do: [{repeat: 5, do: [{with: machine, do: [{delay: 3s}]}]}]}
");
    assert_eq!(ends(&run, "worker", 1), [19.0]);
}

/// 10 s of work: until 4 s, from 6 s to 10 s, from 12 s to 14 s.
#[test]
fn a_core_breaks_down_at_once() {
    let run = run("
version: 1
resources: {cpu: {kind: processor, cores: 1, discipline: priority, breakdown: {every: 4s, repair: 2s}}}
processes:
  worker: {count: 1, on: cpu, priority: -5, do: [{work: 10s}]}
");
    assert_eq!(ends(&run, "worker", 1), [14.0]);
}

/// A machine breaks after 9 s on average and is repaired for 1 s on average, both
/// exponential: it can be had for nine tenths of the time.
#[test]
fn a_core_is_there_for_its_share_of_the_time() {
    let run = run("
version: 1
seed: 3
resources:
  cpu:
    kind: processor
    cores: 1
    discipline: priority
    breakdown: {every: {exponential: {mean: 9s}}, repair: {exponential: {mean: 1s}}}
processes:
  worker: {on: cpu, do: [{work: 90000s}]}
");
    let end = run.finished("worker").expect("it is done");
    // 9,000 repairs of 1 s, of which the sum has a deviation of about 134 s.
    assert!((end - 100_000.0).abs() < 500.0, "{end}");
}

/// The first of two who need 5 s is at work until 3 s, and from 4 s to 6 s; the second from 6 s to
/// 7 s, when the bench fails 3 s after the repair, from 8 s to 11 s, and from 12 s to 13 s. Begun
/// again it would never be done; left, both are gone when the bench fails.
#[test]
fn a_breakdown_takes_the_permit_of_who_works() {
    let ends_where = |holders: &str, seconds: u64| {
        let run = run(&format!(
            "
version: 1
resources: {{bench: {{kind: semaphore, permits: 1, holders: {holders}, breakdown: {{every: 3s, repair: 1s}}}}}}
processes:
  worker: {{count: 2, do: [{{with: bench, do: [{{delay: 5s}}]}}]}}
horizon: {seconds}s
"
        ));
        run.machine.check(&run.program);
        ["worker[0]", "worker[1]"].map(|worker| run.finished(worker))
    };
    assert_eq!(ends_where("finish", 90), [Some(5.0), Some(11.0)]);
    assert_eq!(ends_where("resume", 90), [Some(6.0), Some(13.0)]);
    assert_eq!(ends_where("restart", 90), [None, None]);
    assert_eq!(ends_where("leave", 90), [Some(3.0), Some(7.0)]);
}

/// Both work from 0 and 1 s; at 4 s the shift of one ends, and the second loses its permit, since it got
/// it last. It gets that of the first at 5 s.
#[test]
fn a_shift_ends_while_somebody_works() {
    let ends_where = |holders: &str, step: &str| {
        let run = run(&format!(
            "
version: 1
resources: {{desk: {{kind: semaphore, holders: {holders}, permits: {{0s: 2, 4s: 1}}}}}}
processes:
  clerk: {{count: 3, start: index * 1s, do: [{{with: desk, {step}do: [{{delay: 5s}}]}}]}}
"
        ));
        ends(&run, "clerk", 3)
    };
    assert_eq!(ends_where("finish", ""), [5.0, 6.0, 11.0]);
    // 3 of 5 s are over; who lost its permit stands in front of the third.
    assert_eq!(ends_where("resume", ""), [5.0, 7.0, 12.0]);
    assert_eq!(ends_where("restart", ""), [5.0, 10.0, 15.0]);
    assert_eq!(ends_where("leave", ""), [5.0, 4.0, 10.0]);
    // What a step says goes before what is said of all.
    assert_eq!(ends_where("restart", "then: leave, "), [5.0, 4.0, 10.0]);
}

/// Two of three hold by an `acquire`: one permit is taken at once, the other two when they are
/// given back, before who waits. At 9 s whoever lost the first does the 1 s that is left.
#[test]
fn who_holds_without_a_with_finishes_first() {
    let run = run("
version: 1
resources: {desk: {kind: semaphore, holders: resume, permits: {0s: 3, 4s: 0, 9s: 1}}}
processes:
  loose: {count: 2, do: [{acquire: desk}, {delay: 6s}, {release: desk}]}
  clerk: {count: 1, do: [{with: desk, do: [{delay: 5s}]}]}
");
    assert_eq!(ends(&run, "loose", 2), [6.0, 6.0]);
    assert_eq!(ends(&run, "clerk", 1), [10.0]);
}

//! Cores by timetable: worked out by hand, and random ones beside naive programs.

use crate::common::run;
use proptest::prelude::*;

/// When each of these workers is done, in seconds: (start, work, priority) of each.
fn ends(processor: &str, workers: &[(&str, &str, i64)]) -> Vec<f64> {
    let mut text = format!("version: 1\nresources: {{cpu: {{kind: processor, {processor}}}}}\nprocesses:\n");
    for (number, (start, work, priority)) in workers.iter().enumerate() {
        text.push_str(&format!(
            "  w{number}: {{on: cpu, start: {start}, priority: {priority}, do: [{{work: {work}}}]}}\n"
        ));
    }
    let run = run(&text);
    run.machine.check(&run.program);
    assert_eq!(run.outcome(), "completed", "{text}");
    (0..workers.len()).map(|number| run.finished(&format!("w{number}")).expect("it is done")).collect()
}

/// At 4 s the second loses its core, since it was served last, and is the first in line: it goes on at
/// 5 s, when the first is done; the third begins at 6 s.
#[test]
fn by_fifo_who_was_served_last_loses_its_core() {
    let workers = [("0s", "5s", 0), ("1s", "5s", 0), ("2s", "1s", 0)];
    assert_eq!(ends("cores: {0s: 2, 4s: 1, 6s: 2}", &workers), [5.0, 7.0, 7.0]);
}

/// At 2 s the third takes the core of the second, which has 5 s left; at 4 s of the first, with 2 s left, and
/// the third the first goes behind. It is served from 5 s to 7 s, and then the second.
#[test]
fn by_priority_who_goes_last_loses_its_core() {
    let workers = [("0s", "6s", 1), ("1s", "6s", 2), ("2s", "3s", 0)];
    assert_eq!(ends("discipline: priority, cores: {0s: 2, 4s: 1}", &workers), [7.0, 12.0, 5.0]);
}

/// The first has its turn up to 1 s, the second up to 1.5 s, and a whole one from 3 s to 4 s; then the first
/// does its last 1 s, and the second its last 0.5 s.
#[test]
fn by_turns_who_loses_a_core_has_the_next_turn() {
    let workers = [("0s", "2s", 0), ("0s", "2s", 0)];
    let processor = "discipline: round_robin, quantum: 1s, cores: {0s: 1, 1500ms: 0, 3s: 1}";
    assert_eq!(ends(processor, &workers), [5.0, 5.5]);
}

/// Each at full speed until 4 s, at half of it until 8 s, and at full speed for the last 2 s. Three that
/// share one core from 3 s on: one is done then, one with 1 s left at 5 s, and one alone at 7 s.
#[test]
fn who_shares_goes_on_at_another_rate() {
    let workers = [("0s", "8s", 0), ("0s", "8s", 0)];
    assert_eq!(ends("discipline: sharing, cores: {0s: 2, 4s: 1, 8s: 2}", &workers), [10.0, 10.0]);
    let workers = [("0s", "3s", 0), ("0s", "4s", 0), ("0s", "6s", 0)];
    assert_eq!(ends("discipline: sharing, cores: {0s: 3, 3s: 1}", &workers), [3.0, 5.0, 7.0]);
}

/// 2 of 4 s are done in front of the night; who comes by night begins in the morning.
#[test]
fn by_night_nobody_is_served() {
    let workers = [("0s", "4s", 0), ("3s", "1s", 0)];
    assert_eq!(ends("cores: {0s: 1, 2s: 0, 5s: 1}", &workers), [7.0, 8.0]);
    // Both share it from 5 s on, and the second is done with its 1 s at 7 s.
    assert_eq!(ends("discipline: sharing, cores: {0s: 1, 2s: 0, 5s: 1}", &workers), [8.0, 7.0]);
    let run = run("
version: 1
resources: {cpu: {kind: processor, discipline: sharing, cores: {0s: 1, 2s: 0}}}
processes: {w: {on: cpu, do: [{work: 3s}]}}
");
    assert_eq!(run.outcome(), "deadlock");
}

/// Whoever is done at the instant at which its core is taken is done; who is served by that goes on in the
/// morning, with all that it had to do.
#[test]
fn who_is_done_at_that_instant_loses_nothing() {
    let workers = [("0s", "4s", 0), ("1s", "1s", 0)];
    assert_eq!(ends("cores: {0s: 1, 4s: 0, 6s: 1}", &workers), [4.0, 7.0]);
    assert_eq!(ends("discipline: priority, cores: {0s: 1, 4s: 0, 6s: 1}", &workers), [4.0, 7.0]);
}

/// There may be more later than at the start; numbers and times are over parameters, and each instance has its own.
#[test]
fn more_cores_come_later() {
    let run = run("
version: 1
params: {few: 1, more: few + 2, later: 2s}
resources: {cpu: {kind: processor, count: 2, cores: {0s: few, later: more}}}
processes:
  w: {count: 6, do: [{work: {on: 'cpu[index % 2]', for: 4s}}]}
");
    run.machine.check(&run.program);
    let ends: Vec<f64> = (0..6).map(|n| run.finished(&format!("w[{n}]")).expect("it is done")).collect();
    assert_eq!(ends, [4.0, 4.0, 6.0, 6.0, 6.0, 6.0]);
}

/// Times in nanoseconds, so large that no two events meet.
fn workers() -> impl Strategy<Value = Vec<(u64, u64)>> {
    proptest::collection::vec((0u64..40_000_000, 1u64..20_000_000), 1..9)
}

/// Cores from the start and from three times on; in the end there are some.
fn hours() -> impl Strategy<Value = Vec<(u64, u64)>> {
    (0u64..4, proptest::collection::vec((1u64..30_000_000, 0u64..4), 2), 1u64..4).prop_map(
        |(first, later, last)| {
            let mut hours = vec![(0, first)];
            for (after, cores) in later {
                hours.push((hours[hours.len() - 1].0 + after, cores));
            }
            hours.push((hours[hours.len() - 1].0 + 7_654_321, last));
            hours
        },
    )
}

fn ends_of(discipline: &str, hours: &[(u64, u64)], workers: &[(u64, u64)]) -> Vec<u64> {
    let hours: Vec<String> = hours
        .iter()
        .map(|(at, cores)| match at {
            0 => format!("0s: {cores}"),
            at => format!("{at}ns: {cores}"),
        })
        .collect();
    let workers: Vec<(String, String)> =
        workers.iter().map(|(start, work)| (format!("{start}ns"), format!("{work}ns"))).collect();
    let workers: Vec<(&str, &str, i64)> =
        workers.iter().map(|(start, work)| (start.as_str(), work.as_str(), 0)).collect();
    let processor = format!("discipline: {discipline}, cores: {{{}}}", hours.join(", "));
    ends(&processor, &workers).into_iter().map(|seconds| (seconds * 1e9).round() as u64).collect()
}

/// Who came first is served first, and the last that was served loses its core; of those who were served
/// at one instant the last of the file.
fn expected_by_fifo(hours: &[(u64, u64)], workers: &[(u64, u64)]) -> Vec<u64> {
    let mut left: Vec<u64> = workers.iter().map(|&(_, work)| work).collect();
    let mut ends = vec![0; workers.len()];
    // Since when who is served, and the line.
    let (mut served, mut line): (Vec<(u64, usize)>, Vec<usize>) = Default::default();
    let mut now = 0;
    let cores = |now: u64| hours.iter().rev().find(|&&(at, _)| at <= now).map_or(0, |&(_, cores)| cores);
    loop {
        line.extend((0..workers.len()).filter(|&one| workers[one].0 == now));
        served.sort_unstable();
        while served.len() > cores(now) as usize {
            line.insert(0, served.pop().expect("some are served").1);
        }
        while served.len() < cores(now) as usize && !line.is_empty() {
            served.push((now, line.remove(0)));
        }
        let starts = workers.iter().map(|&(start, _)| start);
        let changes = starts.chain(hours.iter().map(|&(at, _)| at)).filter(|&at| at > now);
        let dones = served.iter().map(|&(_, one)| now + left[one]);
        let Some(next) = changes.chain(dones).min() else { return ends };
        served.iter().for_each(|&(_, one)| left[one] -= next - now);
        now = next;
        served.iter().filter(|&&(_, one)| left[one] == 0).for_each(|&(_, one)| ends[one] = now);
        served.retain(|&(_, one)| left[one] > 0);
    }
}

/// All are served, together by as many cores as there are.
fn expected_by_sharing(hours: &[(u64, u64)], workers: &[(u64, u64)]) -> Vec<f64> {
    let mut left: Vec<f64> = workers.iter().map(|&(_, work)| work as f64).collect();
    let mut ends = vec![0.0; workers.len()];
    let mut now = 0.0;
    loop {
        let here = |one: &usize| workers[*one].0 as f64 <= now && ends[*one] == 0.0;
        let served: Vec<usize> = (0..workers.len()).filter(here).collect();
        let cores = hours.iter().rev().find(|&&(at, _)| at as f64 <= now).map_or(0, |&(_, cores)| cores);
        let rate = (cores as f64).min(served.len() as f64) / served.len().max(1) as f64;
        let starts = workers.iter().map(|&(start, _)| start as f64);
        let changes = starts.chain(hours.iter().map(|&(at, _)| at as f64)).filter(|&at| at > now);
        let dones = served.iter().filter(|_| rate > 0.0).map(|&one| now + left[one] / rate);
        let Some(next) = changes.chain(dones).min_by(f64::total_cmp) else { return ends };
        for one in served {
            left[one] -= (next - now) * rate;
            if left[one] < 1e-3 {
                ends[one] = next;
            }
        }
        now = next;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_workers_are_done_when_naive_programs_say(hours in hours(), workers in workers()) {
        prop_assert_eq!(ends_of("fifo", &hours, &workers), expected_by_fifo(&hours, &workers));
        let shared = ends_of("sharing", &hours, &workers);
        for (ours, expected) in shared.iter().zip(expected_by_sharing(&hours, &workers)) {
            prop_assert!((*ours as f64 - expected).abs() < 20.0, "{} and not {}", ours, expected);
        }
    }
}

//! Processors: known schedules, theory, and a naive simulation that goes from tick to
//! tick.

use crate::common::{Run, run, run_with};

fn ends(run: &Run, names: &[&str]) -> Vec<f64> {
    names.iter().map(|name| run.finished(name).expect("it ends")).collect()
}

/// Jobs 24, 3 and 3 with quantum 4: 30, 7, 10 (Silberschatz, Galvin and Gagne,
/// "Operating System Concepts", round-robin scheduling).
#[test]
fn round_robin_of_the_textbook() {
    let run = run("
version: 1
resources: {cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 4ms}}
processes:
  a: {on: cpu, do: [{work: 24ms}]}
  b: {on: cpu, do: [{work: 3ms}]}
  c: {on: cpu, do: [{work: 3ms}]}
");
    assert_eq!(ends(&run, &["a", "b", "c"]), [0.030, 0.007, 0.010]);
}

/// Two threads of 1 s that take turns of 5 ms: the first ends its 200th turn after
/// 199 turns of the other one, 1.995 s; four threads of 500 ms, likewise, end 15, 10, 5
/// and 0 ms before 2 s.
#[test]
fn threads_under_a_global_lock() {
    let text = "
version: 1
params: {threads: 2, work: 1s}
resources:
  gil: {kind: processor, cores: 1, discipline: round_robin, quantum: 5ms, on: cpu}
  cpu: {kind: processor, cores: 4}
processes:
  t: {count: threads, on: gil, do: [{work: work}]}
";
    assert_eq!(ends(&run(text), &["t[0]", "t[1]"]), [1.995, 2.0]);
    let four = run_with(text, &[("threads", "4"), ("work", "500ms")]);
    assert_eq!(ends(&four, &["t[0]", "t[1]", "t[2]", "t[3]"]), [1.985, 1.990, 1.995, 2.0]);
}

/// Work that names the processor below it does without the lock.
#[test]
fn an_extension_releases_the_lock() {
    let run = run("
version: 1
resources:
  gil: {kind: processor, cores: 1, discipline: round_robin, quantum: 5ms, on: cpu}
  cpu: {kind: processor, cores: 2}
processes:
  a: {on: gil, do: [{work: {on: cpu, for: 1s}}]}
  b: {on: gil, do: [{work: 1s}]}
");
    assert_eq!(ends(&run, &["a", "b"]), [1.0, 1.0]);
}

/// Who waits for a mutex of its own, or for one whose owner waits for its, has no end of it; who
/// gives up behind that leaves the line all the same.
#[test]
fn owners_in_a_circle_inherit_to_no_end() {
    let text = "
version: 1
resources: {m: {kind: mutex, inherit: true}, n: {kind: mutex, inherit: true}}
processes:
  p: {do: [{acquire: m}, {delay: 1s}, {acquire: n}]}
  r: {do: [{acquire: n}, {delay: 1s}, {acquire: m}]}
  q: {priority: -5, start: 1s, do: [{acquire: m, within: 2s, else: []}]}
";
    let run = run(text);
    assert_eq!((run.outcome(), run.end.end.to_string().as_str()), ("deadlock", "3s"));
    assert_eq!(run.finished("q"), Some(3.0));
    let alone = "version: 1\nresources: {m: {kind: mutex, inherit: true}}\nprocesses: {p: {do: [{acquire: m}, {acquire: m, within: 1s, else: []}, {release: m}]}}\n";
    assert_eq!(crate::common::run(alone).finished("p"), Some(1.0));
}

/// When `q` has given up, of which both in the circle had the priority, they have it no more. `p` leaves the line for `n` at
/// 5 s: then `x` comes before `r`, and `z` gets what nobody owns from 6 s on.
#[test]
fn owners_in_a_circle_do_not_inherit_from_themselves() {
    let run = run("
version: 1
resources: {m: {kind: mutex, inherit: true, discipline: priority}, n: {kind: mutex, inherit: true, discipline: priority}}
processes:
  p: {priority: 9, do: [{acquire: m}, {delay: 1s}, {acquire: n, within: 4s, else: [{release: m}]}]}
  r: {priority: 8, do: [{acquire: n}, {delay: 1s}, {acquire: m}, {log: r}, {release: [m, n]}]}
  q: {priority: -5, start: 1s, do: [{acquire: m, within: 1s, else: [{log: q}]}]}
  x: {start: 3s, do: [{acquire: m}, {log: x}, {delay: 1s}, {release: m}]}
  z: {start: 7s, do: [{acquire: n}, {log: z}]}
");
    run.machine.check(&run.program);
    assert_eq!(
        (run.log(), run.end.end.as_secs_f64()),
        (["q", "x", "r", "z"].map(String::from).to_vec(), 7.0)
    );
}

/// Where a processor does not go by priority, whoever inherits one keeps its place.
#[test]
fn inheritance_changes_no_place_where_priority_does_not_count() {
    for discipline in ["fifo", "round_robin, quantum: 10s"] {
        let run = run(&format!(
            "
version: 1
resources: {{cpu: {{kind: processor, cores: 1, discipline: {discipline}}}, m: {{kind: mutex, inherit: true}}}}
processes:
  first: {{on: cpu, do: [{{work: 4s}}]}}
  owner: {{on: cpu, priority: 9, start: 1s, do: [{{with: m, do: [{{work: 1s}}]}}]}}
  other: {{on: cpu, start: 2s, do: [{{work: 1s}}]}}
  high: {{priority: -5, start: 3s, do: [{{acquire: m}}]}}
"
        ));
        assert_eq!(ends(&run, &["owner", "other"]), [5.0, 6.0], "{discipline}");
    }
}

/// What a process owns that it has lost in a life before makes it inherit in the next.
#[test]
fn a_life_begins_with_what_it_inherits() {
    let run = run("
version: 1
resources: {cpu: {kind: processor, cores: 1, discipline: priority}, m: {kind: mutex, inherit: true}}
processes:
  owner: {priority: 9, on: cpu, do: [{if: now < 1s, do: [{acquire: m}, {delay: 1h}]}, {work: 1s}, {release: m}]}
  high: {start: 1s, do: [{acquire: m}]}
  middle: {priority: 5, start: 3s, on: cpu, do: [{work: 1s}]}
  boss: {do: [{delay: 2s}, {stop: {who: owner, held: lost}}, {delay: 1s}, {start: owner}]}
");
    assert_eq!(ends(&run, &["high", "middle"]), [4.0, 5.0]);
}

/// L holds the mutex that H wants, M is in between: H ends at 16 s without inheritance
/// (after all of M), and at 6 s with it.
#[test]
fn inversion_of_priorities() {
    for (inherit, end) in [("false", 16.0), ("true", 6.0)] {
        let run = run(&format!(
            "
version: 1
resources:
  cpu: {{kind: processor, cores: 1, discipline: priority}}
  m: {{kind: mutex, inherit: {inherit}}}
processes:
  low: {{on: cpu, priority: 3, do: [{{with: m, do: [{{work: 5s}}]}}]}}
  mid: {{on: cpu, priority: 2, start: 2s, do: [{{work: 10s}}]}}
  high: {{on: cpu, priority: 1, start: 1s, do: [{{with: m, do: [{{work: 1s}}]}}]}}
"
        ));
        assert_eq!(run.finished("high"), Some(end), "{inherit}");
    }
}

fn periodic(tasks: &[(u64, u64)], by_deadline: bool, horizon: u64) -> Run {
    let discipline = if by_deadline { "edf" } else { "priority" };
    let mut text = format!(
        "version: 1\nhorizon: {horizon}s\nresources: {{cpu: {{kind: processor, cores: 1, discipline: {discipline}}}}}\nprocesses:\n"
    );
    for (number, (period, work)) in tasks.iter().enumerate() {
        let deadline = if by_deadline { format!(", deadline: {period}s - (now - t)") } else { String::new() };
        text += &format!(
            "  task{number}:\n    on: cpu\n    priority: {number}\n    vars: {{t: 0s}}\n    do:\n      - while: true\n        do:\n          - work: {{for: {work}s{deadline}}}\n          - log: \"{{now}} {{now - t}}\"\n          - set: {{t: t + {period}s}}\n          - if: t > now\n            do: [{{delay: t - now}}]\n"
        );
    }
    run(&text)
}

/// The longest response of each task, and whether one is longer than its period.
fn responses(run: &Run, tasks: &[(u64, u64)]) -> (Vec<u64>, Option<u64>) {
    let (mut worst, mut missed) = (vec![0; tasks.len()], None);
    for (process, text) in run.log_with_processes() {
        let task: usize = process["task".len()..].parse().expect("a number");
        let second = |text: &str| -> u64 { text.trim_end_matches('s').parse().expect("whole seconds") };
        let (at, response) = text.split_once(' ').expect("two times");
        let response = second(response);
        worst[task] = worst[task].max(response);
        if response > tasks[task].0 {
            missed = missed.or(Some(second(at) - response + tasks[task].0));
        }
    }
    (worst, missed)
}

/// Rate monotonic: worst responses 1, 3 and 15; and a set that misses at 7 s, but not
/// where the earliest deadline goes first (C. L. Liu and J. W. Layland, 1973).
#[test]
fn rate_monotonic_and_earliest_deadline_first() {
    let three = [(4, 1), (5, 2), (20, 5)];
    assert_eq!(responses(&periodic(&three, false, 40), &three), (vec![1, 3, 15], None));
    let two = [(5, 2), (7, 4)];
    assert_eq!(responses(&periodic(&two, false, 35), &two).1, Some(7));
    assert_eq!(responses(&periodic(&two, true, 70), &two).1, None);
}

/// What it costs to switch is paid for each other process than before: two jobs of 10 ms
/// in turns of 5 ms switch three times.
#[test]
fn switches_cost_time() {
    let run = run("
version: 1
resources: {cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 5ms, switch: 1ms}}
processes:
  a: {on: cpu, do: [{work: 10ms}]}
  b: {on: cpu, do: [{work: 10ms}]}
");
    assert_eq!(ends(&run, &["a", "b"]), [0.017, 0.023]);
}

/// Two threads on each of two cores are 1.3 times as fast as one: four jobs of 1 s.
#[test]
fn speeds_of_several_threads_a_core() {
    let run = run("
version: 1
resources: {cpu: {kind: processor, cores: 2, discipline: sharing, speed: [1, 2, 2.3, 2.6]}}
processes:
  a: {count: 4, on: cpu, do: [{work: 1s}]}
");
    // 4 s of work at 2.6, rounded up to a nanosecond.
    assert_eq!(run.finished("a[3]"), Some(1.538461539));
}

/// A preempted process is the first of its class again, and keeps what it has done.
#[test]
fn who_is_preempted_goes_on_first() {
    let run = run("
version: 1
resources: {cpu: {kind: processor, cores: 1, discipline: priority}}
processes:
  a: {on: cpu, priority: 2, do: [{work: 4s}]}
  b: {on: cpu, priority: 2, start: 1s, do: [{work: 4s}]}
  c: {on: cpu, priority: 1, start: 2s, do: [{work: 3s}]}
");
    assert_eq!(ends(&run, &["a", "b", "c"]), [7.0, 11.0, 5.0]);
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Served {
    Fifo,
    RoundRobin(u64),
    Priority { preempts: bool },
    Edf,
}

#[derive(Clone, Debug)]
struct Job {
    arrival: u64,
    work: u64,
    /// Lower goes first; no two are alike.
    rank: u64,
}

/// When each job ends, in ticks, by going from tick to tick.
fn naive(jobs: &[Job], cores: usize, served: Served) -> Vec<u64> {
    let mut left: Vec<u64> = jobs.iter().map(|job| job.work).collect();
    let mut ends = vec![0; jobs.len()];
    // (job, ticks of its turn, when its turn began among all turns)
    let mut running: Vec<(usize, u64, u64)> = Vec::new();
    let mut ready: Vec<usize> = Vec::new();
    let mut turns = 0;
    let by_rank = matches!(served, Served::Priority { .. } | Served::Edf);
    let preempts = matches!(served, Served::Priority { preempts: true } | Served::Edf);
    for now in 0.. {
        if ends.iter().all(|&end| end > 0) {
            return ends;
        }
        let begin = |running: &mut Vec<(usize, u64, u64)>, ready: &mut Vec<usize>, turns: &mut u64| {
            if by_rank {
                ready.sort_by_key(|&job| jobs[job].rank);
            }
            while running.len() < cores && !ready.is_empty() {
                *turns += 1;
                running.push((ready.remove(0), 0, *turns));
            }
        };
        running.retain(|&(job, ..)| {
            if left[job] == 0 {
                ends[job] = now;
            }
            left[job] > 0
        });
        begin(&mut running, &mut ready, &mut turns);
        for job in (0..jobs.len()).filter(|&job| jobs[job].arrival == now) {
            let worst = running.iter().enumerate().max_by_key(|(_, other)| jobs[other.0].rank);
            let worst = worst.map(|(place, other)| (place, jobs[other.0].rank));
            match worst {
                Some((place, rank)) if preempts && running.len() == cores && rank > jobs[job].rank => {
                    let (other, ..) = running.remove(place);
                    ready.push(other);
                    turns += 1;
                    running.push((job, 0, turns));
                }
                _ => ready.push(job),
            }
            begin(&mut running, &mut ready, &mut turns);
        }
        if let Served::RoundRobin(quantum) = served {
            let mut over: Vec<(usize, u64, u64)> =
                running.iter().copied().filter(|&(_, ticks, _)| ticks == quantum).collect();
            over.sort_by_key(|&(.., turn)| turn);
            for (job, ..) in over {
                running.retain(|&(other, ..)| other != job);
                ready.push(job);
                begin(&mut running, &mut ready, &mut turns);
            }
        }
        for (job, ticks, _) in &mut running {
            left[*job] -= 1;
            *ticks += 1;
        }
    }
    unreachable!("time has no end")
}

/// Numbers that are the same every time.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn random_jobs(noise: &mut Noise) -> Vec<Job> {
    let count = 2 + noise.below(5);
    let mut jobs: Vec<Job> = (0..count)
        .map(|number| Job { arrival: noise.below(20), work: 1 + noise.below(12), rank: 10 + number })
        .collect();
    for place in (1..jobs.len()).rev() {
        let other = noise.below(place as u64 + 1) as usize;
        let rank = jobs[place].rank;
        jobs[place].rank = std::mem::replace(&mut jobs[other].rank, rank);
    }
    jobs
}

#[test]
fn as_a_naive_simulation() {
    let mut noise = Noise(1);
    for number in 0..400u64 {
        let jobs = random_jobs(&mut noise);
        let cores = 1 + noise.below(3) as usize;
        let served = match number % 5 {
            0 => Served::Fifo,
            1 => Served::RoundRobin(1 + noise.below(5)),
            2 => Served::Priority { preempts: true },
            3 => Served::Priority { preempts: false },
            _ => Served::Edf,
        };
        let how = match served {
            Served::Fifo => "fifo".to_owned(),
            Served::RoundRobin(quantum) => format!("round_robin, quantum: {quantum}s"),
            Served::Priority { preempts } => format!("priority, preempt: {preempts}"),
            Served::Edf => "edf".to_owned(),
        };
        let mut text = format!(
            "version: 1\nresources: {{cpu: {{kind: processor, cores: {cores}, discipline: {how}}}}}\nprocesses:\n"
        );
        for (number, Job { arrival, work, rank }) in jobs.iter().enumerate() {
            // Deadlines at absolute times in the order of ranks.
            let deadline = match served {
                Served::Edf => format!(", deadline: {}s", 100 + rank - arrival),
                _ => String::new(),
            };
            text += &format!(
                "  p{number}: {{on: cpu, priority: {rank}, start: {arrival}s, do: [{{work: {{for: {work}s{deadline}}}}}]}}\n"
            );
        }
        let run = run(&text);
        let got: Vec<u64> =
            (0..jobs.len()).map(|job| run.finished(&format!("p{job}")).expect("it ends") as u64).collect();
        // Of those who come together, whoever goes first in the calendar comes first.
        let mut order: Vec<usize> = (0..jobs.len()).collect();
        order.sort_by_key(|&job| (jobs[job].arrival, jobs[job].rank));
        let sorted: Vec<Job> = order.iter().map(|&job| jobs[job].clone()).collect();
        let naive = naive(&sorted, cores, served);
        let mut expected = vec![0; jobs.len()];
        order.iter().zip(naive).for_each(|(&job, end)| expected[job] = end);
        assert_eq!(got, expected, "{text}");
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A fraction that is not negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Fraction(u128, u128);

impl Fraction {
    fn of(over: u128, under: u128) -> Fraction {
        let divisor = gcd(over, under).max(1);
        Fraction(over / divisor, under / divisor)
    }

    fn minus(self, other: Fraction) -> Fraction {
        Fraction::of(self.0 * other.1 - other.0 * self.1, self.1 * other.1)
    }
}

/// When each of several jobs that share cores ends, in nanoseconds, with fractions that
/// are never rounded; a job is there up to the whole nanosecond in which it ends.
fn shared(jobs: &[(u64, u64)], cores: u128) -> Vec<u64> {
    let mut left: Vec<Fraction> = jobs.iter().map(|&(_, work)| Fraction(work.into(), 1)).collect();
    let mut ends = vec![None; jobs.len()];
    let mut now: u128 = 0;
    while ends.iter().any(Option::is_none) {
        let there: Vec<usize> =
            (0..jobs.len()).filter(|&job| ends[job].is_none() && u128::from(jobs[job].0) <= now).collect();
        let count = there.len() as u128;
        let rate = (cores.min(count), count.max(1));
        let coming = jobs.iter().map(|&(arrival, _)| u128::from(arrival)).filter(|&at| at > now).min();
        let ending = there.iter().map(|&job| {
            let Fraction(over, under) = left[job];
            now + (over * rate.1).div_ceil(under * rate.0)
        });
        let next = coming.into_iter().chain(ending).min().expect("something happens");
        for &job in &there {
            let done = Fraction::of((next - now) * rate.0, rate.1);
            let Fraction(over, under) = left[job];
            if over * done.1 <= done.0 * under {
                ends[job] = Some(next as u64);
            } else {
                left[job] = left[job].minus(done);
            }
        }
        now = next;
    }
    ends.into_iter().flatten().collect()
}

#[test]
fn sharing_is_exact() {
    let mut noise = Noise(2);
    for _ in 0..200 {
        let jobs: Vec<(u64, u64)> =
            (0..2 + noise.below(5)).map(|_| (noise.below(30), 1 + noise.below(40))).collect();
        let cores = 1 + noise.below(2);
        let mut text = format!(
            "version: 1\nresources: {{cpu: {{kind: processor, cores: {cores}, discipline: sharing}}}}\nprocesses:\n"
        );
        for (number, (arrival, work)) in jobs.iter().enumerate() {
            text += &format!("  p{number}: {{on: cpu, start: {arrival}ns, do: [{{work: {work}ns}}]}}\n");
        }
        let run = run(&text);
        let got: Vec<u64> = (0..jobs.len())
            .map(|job| (run.finished(&format!("p{job}")).expect("it ends") * 1e9).round() as u64)
            .collect();
        assert_eq!(got, shared(&jobs, cores.into()), "{text}");
    }
}

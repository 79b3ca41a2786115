//! A program of the builder, written by the bytes: what it prints as YAML is
//! refused or runs as the builder's own scenario does.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tempolane::builder::{Discipline, Distribution, Job, Process, Resource, Scenario, Steps};
use tempolane::scenario::load_str;
use tempolane_fuzz::{bound, run};

/// Steps of a scenario.
const MOST_STEPS: usize = 200;
/// Blocks in blocks.
const MOST_DEPTH: usize = 8;

const NAMES: [&str; 10] = ["m", "s", "b", "d", "c", "g[index]", "on", "x y: #", "cpu", "gate"];
const PROCESSES: [&str; 5] = ["p", "q", "on", "q[index]", "p[x]"];
const VALUES: [&str; 12] =
    ["0", "1", "3", "x + 1", "index", "2s", "250us", "x * 1s", "0.5", "true", "x < level(b)", "a[x] % 4"];
const CONDITIONS: [&str; 4] = ["x < 3", "level(s) > 0", "index == 0", "x / index > 1"];

/// The bytes, read as choices; behind the end everything is the first choice.
struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    left: usize,
}

impl<'a> Choices<'a> {
    fn byte(&mut self) -> usize {
        self.bytes.next().map_or(0, |&byte| byte.into())
    }

    fn of(&mut self, from: &[&'static str]) -> &'static str {
        from[self.byte() % from.len()]
    }

    fn name(&mut self) -> &'static str {
        self.of(&NAMES)
    }

    /// Mostly one of the usual values, sometimes any text.
    fn value(&mut self) -> String {
        match self.byte() {
            rare if rare >= 240 => {
                let text: Vec<u8> = self.bytes.by_ref().copied().take(rare - 240).collect();
                String::from_utf8_lossy(&text).into_owned()
            }
            usual => VALUES[usual % VALUES.len()].to_owned(),
        }
    }

    fn distribution(&mut self) -> Distribution {
        let (low, high) = (self.value(), self.value());
        match self.byte() % 6 {
            0 => Distribution::uniform(low, high),
            1 => Distribution::uniform_int(low, high),
            2 => Distribution::exponential(low),
            3 => Distribution::normal(low, high),
            4 => Distribution::choice([(low, 1), (high, 3)]),
            _ => Distribution::triangular(low.clone(), low, high),
        }
    }
}

fn steps(steps: &mut Steps<()>, from: &mut Choices<'_>, depth: usize) {
    while from.left > 0 && from.bytes.len() > 0 {
        from.left -= 1;
        step(steps, from, depth);
        if depth > 0 && from.byte() % 4 == 0 {
            return;
        }
    }
}

fn step(p: &mut Steps<()>, from: &mut Choices<'_>, depth: usize) {
    match from.byte() % 34 {
        0 => p.delay(from.value()),
        1 => p.work(from.value()),
        2 => p.delay_drawn(from.distribution()),
        3 => p.acquire(from.name()),
        4 => p.release(from.name()),
        5 => p.acquire_many(from.name(), from.value()),
        6 => p.release_many(from.name(), from.value()),
        7 => p.put([from.name(), from.name()]),
        8 => p.put_value(from.name(), from.value()),
        9 => p.get(from.name()),
        10 => p.get_into(from.name(), "x"),
        11 => p.get_many(from.name(), from.value()),
        12 => p.get_many_into(from.name(), from.value(), "a"),
        13 => p.write(from.name(), from.value(), from.value()),
        14 => p.read(from.name(), from.value(), "x"),
        15 => p.wait(from.name()),
        16 => p.wait_with(from.name(), from.name()),
        17 => p.notify(from.name()),
        18 => p.notify_all(from.name()),
        19 => p.set("x", from.value()),
        20 => p.draw("x", from.distribution()),
        21 => p.log(&from.value()),
        22 => p.mark_value("here", from.value()),
        28 => p.start_process(from.of(&PROCESSES)),
        29 => p.join(from.of(&PROCESSES)),
        30 => p.join_any_into(from.of(&PROCESSES), "x"),
        31 => p.stop(from.of(&PROCESSES)),
        32 => {
            let job = Job::lasting(from.value());
            let job = if from.byte() % 2 == 0 { job.on("cpu") } else { job };
            p.work_job(&if from.byte() % 4 == 0 { job.deadline(from.value()) } else { job })
        }
        33 if from.byte() % 2 == 0 => p.exit(),
        33 => p.stop_losing(from.of(&PROCESSES)),
        _ if depth == MOST_DEPTH => p.mark("deep"),
        23 => p.with(from.name(), |p| steps(p, from, depth + 1)),
        24 => p.atomic(|p| steps(p, from, depth + 1)),
        25 => {
            let condition = from.of(&CONDITIONS);
            p.when(condition, |p| steps(p, from, depth + 1))
        }
        26 => {
            let condition = from.of(&CONDITIONS);
            p.repeat_while(condition, |p| steps(p, from, depth + 1))
        }
        _ => {
            let times = from.value();
            p.repeat(times, |p| steps(p, from, depth + 1))
        }
    };
}

fn process(p: &mut Process<()>, from: &mut Choices<'_>) {
    p.count(from.byte() % 4).priority(from.byte() as i32 % 5 - 2).var("x", from.byte() % 5);
    p.array("a", 4, "x");
    if from.byte() % 4 == 0 {
        p.start(from.value());
    }
    match from.byte() % 8 {
        0 => p.manual(),
        1 => p.daemon(),
        2 | 3 => p.on("cpu"),
        4 => p.on("machine"),
        _ => p,
    };
    steps(p, from, 0);
}

/// A processor, and one that stands on it.
fn processors(scenario: &mut Scenario, from: &mut Choices<'_>) {
    const DISCIPLINES: [Discipline; 5] = [
        Discipline::Fifo,
        Discipline::RoundRobin,
        Discipline::Sharing,
        Discipline::Priority,
        Discipline::Edf,
    ];
    let discipline = DISCIPLINES[from.byte() % DISCIPLINES.len()];
    let machine = Resource::processor(1 + from.byte() % 3).discipline(discipline);
    let cpu = Resource::processor(1).on("machine");
    let cpu = if from.byte() % 2 == 0 { cpu.quantum(from.value()) } else { cpu };
    let cpu = if from.byte() % 4 == 0 { cpu.switch("1ms") } else { cpu };
    let speeds = [from.value(), from.value()];
    let machine = if from.byte() % 4 == 0 { machine.speed(speeds) } else { machine };
    let machine = if from.byte() % 4 == 0 { machine.preempt(true) } else { machine };
    scenario.resource("machine", machine).resource("cpu", cpu).barrier("gate", 1 + from.byte() % 3);
}

fn scenario(from: &mut Choices<'_>) -> Scenario {
    let mut scenario = Scenario::new("fuzz");
    let discipline = [Discipline::Fifo, Discipline::Priority, Discipline::Lifo][from.byte() % 3];
    scenario.seed(from.byte() as u64).horizon("1000s");
    scenario.mutex("m").memory("d", 4).condition("c");
    scenario.resource("s", Resource::semaphore(from.byte() % 4).discipline(discipline));
    scenario.resource("b", Resource::buffer(1 + from.byte() % 4).discipline(discipline));
    scenario.resource("g", Resource::semaphore(1).count(4));
    processors(&mut scenario, from);
    for name in ["p", "q", "on"].iter().take(1 + from.byte() % 3) {
        scenario.process(name, |p| process(p, from));
    }
    scenario
}

fuzz_target!(|data: &[u8]| {
    let mut from = Choices { bytes: data.iter(), left: MOST_STEPS };
    let built = scenario(&mut from);
    let yaml = built.yaml().expect("it calls no code");
    let loaded = load_str("fuzz", &yaml, &[]);
    if let Err(problems) = built.check() {
        assert!(!problems.to_string().is_empty());
        assert!(loaded.is_err(), "the builder refuses, the file does not: {problems}\n{yaml}");
        return;
    }
    let loaded = loaded.unwrap_or_else(|error| panic!("the file is refused: {error}\n{yaml}"));
    let Some(by_file) = bound(&loaded) else { return };
    let mut program = built.program().expect("it was checked");
    program.limits = by_file.limits;
    assert_eq!(run(&program).1.fingerprint(), run(&by_file).1.fingerprint(), "{yaml}");
});

//! Lab 5 against what its seed says: times, memories, and the recorded console
//! output. And the fingerprints of the library: the complete trace of each
//! scenario, to the bit, in every profile and on every machine.
//!
//! Sources of the literals: the EEE3027 lab 5 for its four programs and their
//! recordings (`tests/data/lab5`, cut off where the recording is); the comments
//! of the other scenarios, which derive their figures by hand or name the
//! program that calculated them.

use crate::common::{Run, library, run, run_with};
use std::path::Path;
use tempolane::trace::Outcome;

/// CPython's `random.seed(0)` and fifteen times `random.randint(1, 100)`.
const DATA: [i64; 15] = [50, 98, 54, 6, 34, 66, 63, 52, 39, 62, 46, 75, 28, 65, 18];

/// The same generator asked twice a round: the first of each pair, the second.
const DATA_1: [i64; 15] = [50, 54, 34, 63, 39, 46, 28, 18, 18, 13, 33, 91, 19, 13, 10];
const DATA_2: [i64; 15] = [98, 6, 66, 52, 62, 75, 65, 37, 97, 80, 69, 78, 40, 94, 88];

/// The memories of a scenario, by name.
type Memories<'a> = &'a [(&'a str, [i64; 15])];

/// Runs a scenario of the lab and holds it to these seconds, the total time
/// last, and to these memories.
fn lab(name: &str, seconds: [(&str, f64); 3], total: u64, memories: Memories) -> Run {
    let run = run(&library(&format!("lab5/{name}.yaml")));
    assert_eq!(run.outcome(), "completed");
    assert_eq!(run.end.end.as_nanos(), total * 1_000_000_000, "{name}");
    for (process, at) in seconds {
        assert_eq!(run.finished(process), Some(at), "{name}: {process}");
    }
    for (memory, values) in memories {
        assert_eq!(run.memory(memory), values.map(|value| value.to_string()), "{name}: {memory}");
    }
    run
}

/// The loader needs 15 s, the trainer 25 s, the inferer 30 s, one after the other.
#[test]
fn sequential() {
    let seconds = [("loader", 15.0), ("trainer", 40.0), ("inferer", 70.0)];
    let run = lab("sequential", seconds, 70, &[("data", DATA)]);
    assert_eq!(run.fingerprint, "701e774abf83ce9f");
    let (complete, cut) = recording("sequential");
    let log = run.log();
    for (recorded, line) in complete.iter().zip(&log) {
        assert_eq!(without_measurement(recorded), without_measurement(line));
    }
    assert!(log[complete.len()].starts_with(&cut), "{cut:?} is not how {:?} begins", log[complete.len()]);
    // What follows the recording: the times that it would have measured.
    assert_eq!(log.len(), 41);
    assert_eq!(
        log[38..],
        [
            "Inferer has taken  30.0  seconds to complete",
            "[CONSOLE] Operation completed.",
            "[CONSOLE] Total operation time taken is  70.0",
        ]
    );
}

const CONCURRENT: [(&str, f64); 3] = [("loader", 15.0), ("trainer", 25.0), ("inferer", 30.0)];

#[test]
fn one_memory() {
    let run = lab("one-memory", CONCURRENT, 30, &[("data", DATA)]);
    assert_eq!(run.fingerprint, "131ea0e434fc78b8");
    follows_the_recording(&run, "one-memory");
}

#[test]
fn two_memories() {
    let run = lab("two-memories", CONCURRENT, 30, &[("data1", DATA), ("data2", DATA)]);
    assert_eq!(run.fingerprint, "6bd737d92191bae5");
    follows_the_recording(&run, "two-memories");
}

#[test]
fn two_memories_with_different_data() {
    let memories = [("data1", DATA_1), ("data2", DATA_2)];
    let run = lab("two-memories-different-data", CONCURRENT, 30, &memories);
    assert_eq!(run.fingerprint, "876bed6a82b11143");
    follows_the_recording(&run, "two-memories-different-data");
}

/// The lab only claims that a second memory pays; where the work is done while
/// the mutex is held, it does.
#[test]
fn work_inside_the_lock() {
    let seconds = [("loader", 61.0), ("trainer", 68.0), ("inferer", 70.0)];
    let one = lab("work-inside-the-lock-one-memory", seconds, 70, &[("data", DATA)]);
    assert_eq!(one.fingerprint, "d4a0e83d8688eecb");
    let seconds = [("loader", 45.0), ("trainer", 50.0), ("inferer", 49.0)];
    let memories = [("data1", DATA), ("data2", DATA)];
    let two = lab("work-inside-the-lock-two-memories", seconds, 50, &memories);
    assert_eq!(two.fingerprint, "2344c437db69c6b2");
}

#[test]
fn the_labs_around_it() {
    let chunks = lab("chunks-of-20", [("loader", 300.0), ("trainer", 300.0), ("inferer", 300.0)], 300, &[]);
    assert_eq!(chunks.fingerprint, "bb626ea0d72284b9");
    let sensor = run(&library("lab5/sensor-processor.yaml"));
    assert_eq!((sensor.finished("sensor"), sensor.finished("processor")), (Some(19.0), Some(31.0)));
    assert_eq!(sensor.memory("memory"), ["10", "8", "9"]);
    assert_eq!(sensor.fingerprint, "3360d51b0b9e7a21");
}

/// Every distribution, so every sampler, to the bit.
#[test]
fn distributions() {
    let run = run(&library("distributions.yaml"));
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    assert_eq!(run.fingerprint, "d285a53da7fa6afc");
}

/// A chunk of 3 never fits into a memory with room for 2: the loader waits for
/// the trainer's permits and the trainer for the loader's. The inferer has
/// read both datapoints and waits for a third.
#[test]
fn a_chunk_that_does_not_fit_is_a_deadlock() {
    for name in ["one-memory", "two-memories", "two-memories-different-data"] {
        let text = library(&format!("lab5/{name}.yaml"));
        let run = run_with(&text, &[("capacity", "2"), ("chunk", "3")]);
        let Outcome::Deadlock(deadlock) = &run.end.outcome else {
            panic!("{name} ended as {:?}", run.end.outcome)
        };
        let waits: Vec<(String, String, &str)> = deadlock
            .blocked
            .iter()
            .map(|blocked| {
                let line = run.header.line(blocked.op).expect("an op has its line");
                let step = text.lines().nth(line as usize - 1).expect("the line is in the text");
                let process = run.header.process_name(blocked.process);
                (process, run.header.resource_name(blocked.resource), step.trim())
            })
            .collect();
        let mutexes = if name == "one-memory" { ["mutex", "mutex"] } else { ["mutex1, mutex2", "mutex2"] };
        let loads = format!("- acquire: [empty1, empty2, {}]", mutexes[0]);
        let infers = format!("- acquire: [full2, {}]", mutexes[1]);
        let expected = [
            ("loader", "empty1", loads.as_str()),
            ("trainer", "full1", "- acquire: {full1: chunk}"),
            ("inferer", "full2", infers.as_str()),
        ];
        let expected = expected.map(|(process, resource, line)| (process.into(), resource.into(), line));
        assert_eq!(waits, expected, "{name}");
        assert_eq!(deadlock.cycle, [run.process("loader"), run.process("trainer")], "{name}");
    }
}

/// The recorded console output of a program: the complete lines, and the
/// beginning of the one at which the recording was cut off.
fn recording(name: &str) -> (Vec<String>, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/lab5/{name}.txt"));
    let text = std::fs::read_to_string(&path).expect("the recording is there");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let cut = lines.pop().expect("a recording has lines");
    (lines, cut)
}

/// A line without the seconds that the lab has measured, and that are exact here.
fn without_measurement(line: &str) -> String {
    match line.split_once(" has taken  ") {
        Some((who, _)) => format!("{who} has taken … seconds to complete"),
        None => line.to_owned(),
    }
}

/// Every recorded line is in the log, and each process wrote its lines in
/// the recorded order, from its first on. The order between processes is
/// another at some ties: real threads resolve them in their own way.
fn follows_the_recording(run: &Run, name: &str) {
    let (complete, cut) = recording(name);
    let log = run.log_with_processes();
    let mut recorded = 0;
    for process in ["loader", "trainer", "inferer"] {
        let ours = || log.iter().filter(|(who, _)| who == process).map(|(_, line)| line.as_str());
        let theirs = complete.iter().filter(|line| writer(line) == process);
        recorded += theirs.clone().count();
        assert!(ours().zip(theirs.clone()).all(|(line, recorded)| line == recorded), "{name}: {process}");
        assert!(theirs.clone().count() < ours().count(), "{name}: {process} wrote too little");
        if writer(&cut) == process {
            let next = ours().nth(theirs.count()).expect("there are more of ours");
            assert!(next.starts_with(&cut), "{name}: {cut:?} is not how {next:?} begins");
        }
    }
    assert_eq!(recorded, complete.len(), "{name}: each line is somebody's");
}

/// Which process wrote a recorded line; the first line of all is our loader's.
fn writer(line: &str) -> &'static str {
    match line.split_whitespace().next() {
        Some("Loader" | "[CONSOLE]") => "loader",
        Some("Trainer") => "trainer",
        Some("Inferer") => "inferer",
        other => panic!("nobody writes {other:?}"),
    }
}

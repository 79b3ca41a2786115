//! What a run says of the order of simultaneous events, and how another is
//! asked for.

use crate::room::{PIPE, Room};
use serde_json::json;

/// 30 s if `long` has the machine first, otherwise 31 s.
const MACHINE: &str = "version: 1
name: machine
resources: {machine: mutex}
processes:
  long: {do: [{with: machine, do: [{work: 1s}]}, {delay: 29s}]}
  short: {do: [{with: machine, do: [{work: 1s}]}, {delay: 28s}]}
";

/// `greedy` never gives the permit back: who comes first decides how it ends.
const GREEDY: &str = "version: 1
name: greedy
resources: {s: {kind: semaphore, permits: 1}}
processes:
  greedy: {do: [{delay: 1s}, {acquire: s}]}
  modest: {do: [{delay: 1s}, {acquire: s}, {release: s}]}
";

#[test]
fn a_run_says_that_its_answer_depends_on_ties() {
    let room = Room::with(&[("machine.yaml", MACHINE), ("greedy.yaml", GREEDY)]);
    let told = "  ties: the order of simultaneous events decides the total time: 30s in this order, between 30s and \
                31s over 9 orders tried;
  `--ties reversed` shows another answer, `tempolane explore machine.yaml` says for all orders\n";
    for command in ["run", "compare"] {
        room.run(&format!("{command} machine.yaml --write none")).with_code(0).says(&[told]);
    }
    let object = &room.run("run machine.yaml --write none --format json").with_code(0).json()[0];
    assert_eq!(
        object["ties"],
        json!({
            "order": "fifo",
            "orders_tried": 9,
            "differs": ["total_time", "finished long", "finished short"],
            "example": "reversed",
            "outcomes": {"completed": 9},
            "total_time_min_ns": 30_000_000_000u64,
            "total_time_max_ns": 31_000_000_000u64,
        })
    );
    let ended = room.run("run greedy.yaml --write none").with_code(1);
    ended.says(&[
        "  ties: the order of simultaneous events decides how it ends: completed in ",
        " of 9 orders tried;",
    ]);
    let object = &room.run("run greedy.yaml --write none --format json").with_code(1).json()[0];
    let count = |outcome: &str| object["ties"]["outcomes"][outcome].as_u64().unwrap_or(0);
    assert!(count("completed") > 0 && count("deadlock") > 0 && count("completed") + count("deadlock") == 9);
    room.run("run greedy.yaml --write none --ties reversed").with_code(0);
}

#[test]
fn where_nothing_depends_on_ties_nothing_is_said() {
    let alone = "version: 1\nname: alone\nprocesses: {p: {do: [{delay: 1s}]}}\n";
    // Equal processes change places; that is no other answer.
    let crew = "version: 1
name: crew
resources: {machine: mutex}
processes: {p: {count: 2, do: [{with: machine, do: [{work: 1s}]}, {delay: 29s}]}}
";
    let room = Room::with(&[("alone.yaml", alone), ("pipe.yaml", PIPE), ("crew.yaml", crew)]);
    for (name, orders) in [("alone", 1), ("pipe", 9), ("crew", 9)] {
        let ended = room.run(&format!("run {name}.yaml --write none")).with_code(0);
        assert!(!ended.out.contains("ties"), "{}", ended.out);
        let object = &room.run(&format!("run {name}.yaml --write none --format json")).with_code(0).json()[0];
        assert_eq!(
            (&object["ties"]["orders_tried"], &object["ties"]["differs"]),
            (&json!(orders), &json!([])),
            "{name}"
        );
    }
}

#[test]
fn an_order_is_asked_for_and_kept_with_the_trace() {
    let room = Room::with(&[("machine.yaml", MACHINE), ("greedy.yaml", GREEDY)]);
    let ended = room.run("run machine.yaml --ties reversed --write trace --format json").with_code(0);
    let object = &ended.json()[0];
    assert_eq!(object["total_time_ns"], json!(31_000_000_000u64));
    assert_eq!(
        (&object["ties"]["order"], &object["ties"]["orders_tried"]),
        (&json!("reversed"), &json!(null))
    );
    let trace = std::fs::read_to_string(room.path("output/machine/trace.jsonl")).expect("it is there");
    assert!(trace.lines().next().is_some_and(|head| head.contains("\"ties\":\"reversed\"")), "{trace}");
    let trace = tempolane::trace::read_jsonl(trace.as_bytes()).expect("it is a trace");
    assert_eq!(trace.header.ties.to_string(), "reversed");
    // A finding says how to see it again, whatever the order.
    let stuck = (0..50).map(|number| format!("seeded:{number}")).find_map(|ties| {
        let ended = room.run(&format!("run greedy.yaml --write none --seed 4 --ties {ties}"));
        ended.out.contains("deadlock").then(|| (ties.clone(), ended.with_code(1)))
    });
    let (ties, ended) = stuck.expect("one of 50 orders ends in a deadlock");
    let ties = if ties == "seeded:0" { "seeded" } else { &ties };
    ended.says(&[&format!("to see it again: tempolane run greedy.yaml --seed 4 --ties {ties} (version")]);
    ended.says(&[&format!("seed 4, ties {ties}, fingerprint")]);
    for wrong in
        ["run machine.yaml --ties lifo", "run machine.yaml --ties seeded:", "run machine.yaml --ties"]
    {
        room.run(wrong).with_code(2);
    }
}

//! Every engine does every workload, at a length that takes no time, and all agree.

use std::process::Command;

fn peers(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_peers")).args(arguments).output().expect("peers starts");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn all_engines_agree() {
    let (code, text) = peers(&["compare", "--divide", "250", "--runs", "1"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("All runs did what their workload says."), "{text}");
    let everywhere = [("tempolane ", 12), ("tempolane-trace", 11), ("hand-4ary", 12), ("odem-rs", 12)];
    for (name, tables) in everywhere.into_iter().chain([("simu-des", 5), ("nexosim", 5)]) {
        assert_eq!(text.matches(&format!("| {name}")).count(), tables, "{name} is in its tables:\n{text}");
    }
    assert!(text.contains("geometric mean of the simulations"), "{text}");
}

#[test]
fn a_run_is_one_line_of_json() {
    let (code, text) = peers(&["run", "tempolane", "W3", "--divide", "66666"]);
    assert_eq!(code, Some(0), "{text}");
    let record: serde_json::Value = serde_json::from_str(&text).expect("one JSON object");
    assert_eq!(record["count"], 15);
    assert_eq!(record["end_time_s"], 30.0);
}

#[test]
fn wrong_usage_says_what_there_is() {
    let (code, text) = peers(&["run", "nobody", "W1"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("hand-4ary"), "{text}");
    assert_eq!(peers(&["compare", "--workloads", "W11"]).0, Some(2));
    assert_eq!(peers(&["run", "odem-rs", "W2"]).0, Some(2));
    assert_eq!(peers(&["run", "nexosim", "W4"]).0, Some(2));
}

/// Those that are programs of their own are left out where they are not there.
#[test]
fn all_explorers_agree() {
    let systems = "philosophers:8,queue:2:2:1,queue:3:2:2";
    let (code, text) = peers(&["explore", "--systems", systems, "--runs", "1"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("All agree on the states, the transitions and the deadlocks."), "{text}");
    for name in ["tempolane ", "tempolane-2", "stateright-0.31", "stateright-0.30"] {
        assert_eq!(text.matches(&format!("| {name}")).count(), 3, "{name} is in every table:\n{text}");
    }
    assert_eq!(peers(&["explore", "--systems", "queue:9:1:1"]).0, Some(2));
}

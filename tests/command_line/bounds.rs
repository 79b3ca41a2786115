//! What a run keeps, and what is read, is bounded in bytes; what is left out is
//! counted.

use crate::room::Room;
use serde_json::json;

/// Runs the program in so many kilobytes of address space.
#[cfg(unix)]
fn within(room: &Room, kilobytes: u64, line: &str) -> crate::room::Ended {
    let program = env!("CARGO_BIN_EXE_tempolane");
    let command = format!("ulimit -v {kilobytes}; exec '{program}' {line}");
    let output = assert_cmd::Command::new("sh").args(["-c", &command]).current_dir(room.path("")).output();
    let output = output.expect("the shell starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    crate::room::Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Each of 200 lines has 440 KB: 88 MB of text, of which 32 MiB are kept.
#[cfg(unix)]
#[test]
fn a_log_of_long_lines_is_bounded() {
    let text = "version: 1\nname: log\nprocesses:\n  p:\n    vars: {x: {array: 20000, of: -1234567890123456789}}\n    \
                do: [{repeat: 200, do: [{log: \"{x}\"}, {delay: 1ns}]}]\n";
    let room = Room::with(&[("log.yaml", text)]);
    let ended = within(&room, 1_000_000, "run log.yaml --write none --format json").with_code(0);
    let object = &ended.json()[0];
    let log = object["log"].as_array().expect("a list");
    let line = 20_000 * 22;
    assert_eq!(log.len(), (32 << 20) / line);
    assert_eq!(log[0]["text"].as_str().map(str::len), Some(line));
    assert_eq!(object["log_left_out"], json!(200 - log.len()));
    // In a terminal nobody reads a line of 400 KB.
    let ended = within(&room, 1_000_000, "run log.yaml --write none").with_code(0);
    assert!(ended.out.len() < 100_000, "{} bytes", ended.out.len());
    ended.says(&["characters more)", "that no report keeps"]);
    let ended = within(&room, 1_000_000, "test log.yaml --update").with_code(0);
    ended.says(&["no snapshot: the schedule has more than 2000 lines or 4 MiB"]);
}

/// The same where a line is long by its text and not by its values.
#[cfg(unix)]
#[test]
fn a_long_text_said_often_is_bounded() {
    let text = format!(
        "version: 1\nname: log\nprocesses:\n  p: {{do: [{{repeat: 20000, do: [{{log: {}}}, {{delay: 1ns}}]}}]}}\n",
        "t".repeat(1 << 20)
    );
    let room = Room::with(&[("log.yaml", &text)]);
    let ended = within(&room, 1_500_000, "run log.yaml --write svg,result").with_code(0);
    ended.says(&["19968 that no report keeps"]);
    let files = room.files("output/log");
    assert!(files["output/log/result.json"].len() < 40 << 20);
    assert!(files["output/log/gantt.svg"].len() < 20 << 20);
}

/// Of 3 million slots the first 1,048,576 are told, the others counted.
#[test]
fn final_memories_are_bounded() {
    let text = "version: 1\nname: large\nresources:\n  a: {kind: memory, slots: 1000000, value: 7}\n  \
                b: {kind: memory, slots: 1000000}\n  c: {kind: memory, slots: 1000000, count: 1}\n\
                processes: {p: {do: [{write: {to: b, at: 999999, value: 1}}]}}\n";
    let room = Room::with(&[("large.yaml", text)]);
    let object = &room.run("run large.yaml --write none --format json").with_code(0).json()[0];
    let memories = object["memories"].as_object().expect("an object");
    let lengths: Vec<_> = memories.values().map(|values| values.as_array().map_or(0, Vec::len)).collect();
    assert_eq!(lengths, [1_000_000, (1 << 20) - 1_000_000]);
    assert_eq!(object["memories_left_out"], json!(3_000_000 - (1 << 20)));
    let ended = room.run("run large.yaml --write none").with_code(0);
    ended.says(&["and 999980 more", "1,951,424 values that no report keeps"]);
    // What is expected of all of them is looked at all the same.
    let expects = format!("{text}expect: {{memories: {{b: [1]}}}}\n");
    let room = Room::with(&[("large.yaml", &expects)]);
    room.run("run large.yaml --write none").with_code(1).says(&["it has 1000000 slots and not 1"]);
}

/// Files without an end are refused.
#[cfg(unix)]
#[test]
fn what_has_no_end_is_not_read_to_its_end() {
    let room = Room::with(&[("pipe.yaml", crate::room::PIPE)]);
    within(&room, 2_000_000, "run /dev/zero").with_code(2).complains(&["the file is too large"]);
    within(&room, 2_000_000, "check - < /dev/zero").with_code(2).complains(&["the file is too large"]);
    let ended = within(&room, 2_000_000, "run pipe.yaml --schedule /dev/zero --write none").with_code(2);
    ended.complains(&["a schedule has at most 64 MiB"]);
    // A snapshot is a plain file, and no large one.
    std::os::unix::fs::symlink("/dev/zero", room.path("pipe.snapshot")).expect("it can be made");
    let ended = within(&room, 2_000_000, "test pipe.yaml").with_code(1);
    ended.says(&["the snapshot './pipe.snapshot' cannot be read: it is no plain file"]);
    std::fs::remove_file(room.path("pipe.snapshot")).expect("it is there");
    std::fs::write(room.path("pipe.snapshot"), vec![b'x'; 9 << 20]).expect("it can be written");
    room.run("test pipe.yaml").with_code(1).says(&["it has more than 8 MiB; --update writes it anew"]);
    room.run("test pipe.yaml --update").with_code(0).says(&["snapshot written"]);
    room.run("test pipe.yaml").with_code(0);
}

/// A state that does not fit a budget is refused with the budget, and not begun
/// with. Within 1 GB, of which the program itself takes a part.
#[cfg(unix)]
#[test]
fn states_that_are_too_large_are_refused() {
    let text = "version: 1\nname: big\nresources: {m: {kind: memory, slots: 40000000}}\n\
                processes: {p: {do: [{write: {to: m, at: 0, value: 1}}, {mark: x}, {delay: 1s}]}}\n";
    let room = Room::with(&[("big.yaml", text), ("r.csv", "process,event\np,x\n")]);
    let ended = within(&room, 1_000_000, "validate big.yaml --write none").with_code(2);
    ended.complains(&[
        "'big': a thread with a state of 40000",
        "would take 2.6 GB of memory",
        "with fewer slots",
    ]);
    let ended = within(&room, 1_000_000, "explore big.yaml --max-memory 2000 --write none").with_code(1);
    ended.says(&["one state takes too large a part of the budget of 2,000 MB", "with a larger --max-memory"]);
    let ended = within(&room, 1_000_000, "validate big.yaml --recorded r.csv --write none").with_code(1);
    ended.says(&["order: not decided", "no more than 512 MiB"]);
    // One word of state is needed besides the slots.
    let room = Room::with(&[("full.yaml", &text.replace("40000000", "100000000"))]);
    let ended = within(&room, 1_000_000, "run full.yaml --write none").with_code(2);
    ended.complains(&["full.yaml:3:13", "needs more than 100000000 words of state", "fewer slots"]);
}

/// What so many processes would take is said before it is taken, at the count that says so: in
/// 500 MB there is no room for a run of them with its events.
#[cfg(unix)]
#[test]
fn too_many_processes_are_refused_at_once() {
    let text = "version: 1\nname: crowd\nparams: {n: 10}\nprocesses:\n  few: {count: 2, do: [{delay: 1s}]}\n  \
                many: {count: n * 110000, do: [{delay: 1s}]}\n";
    let room = Room::with(&[("crowd.yaml", text)]);
    for (command, most) in [("explore", "100,000"), ("validate", "4,000"), ("why", "1,000,000")] {
        let ended = within(&room, 500_000, &format!("{command} crowd.yaml")).with_code(2);
        ended.complains(&[
            &format!("1,100,002 processes are more than the {most} that there may be"),
            "crowd.yaml:6:17",
            "help: ",
        ]);
        assert_eq!(ended.out, "");
        // Fewer are not.
        room.run(&format!("{command} crowd.yaml --set n=0")).with_code(0);
    }
}

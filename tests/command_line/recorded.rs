//! `tempolane validate --recorded` from outside: what a recording may look
//! like, what is refused, and what is said.

use crate::room::{DEADLOCK, PIPE, Room};
use serde_json::json;
use std::path::Path;
use std::process::Stdio;

/// Validates a recording of a scenario; the exit code, and what was printed.
fn validated(scenario: &str, recording: &[u8]) -> (i32, String) {
    let room = Room::with(&[("m.yaml", scenario)]);
    std::fs::write(room.path("r.csv"), recording).expect("it can be written");
    let ended = room.run("validate m.yaml --recorded r.csv --write none");
    (ended.code.unwrap_or(-1), format!("{}{}", ended.out, ended.err))
}

/// Labels that are equal, of which one begins the other, and a log and a mark
/// of one name.
#[test]
fn labels_that_could_be_mistaken_for_each_other() {
    let steps = "
version: 1
processes:
  p:
    vars: {x: 7, f: 0.5}
    do: [{log: a}, {delay: 1s}, {log: a}, {log: \"a {x}\"}, {log: \"a {x} b\"}, {mark: both}, {log: both}, {log: \"{f}c\"}, {log: \"{f}\"}]
";
    for (rows, code) in [
        ("p,a\np,a\n", 0),
        ("p,a\np,a\np,a\n", 1),
        ("p,a\np,a\np,a 7\np,a 7 b\n", 0),
        ("p,a 7 b\n", 0),
        ("p,a 7\n", 0),
        ("p,a 7 b\np,a 7\n", 1),
        ("p,a 8\n", 1),
        ("p,both\np,both\n", 0),
        ("p,both\np,both\np,both\n", 1),
        ("p,0.5c\np,0.5\n", 0),
        ("p,0.7\n", 0),
        ("p,0.5\np,0.5c\n", 1),
    ] {
        let (found, said) = validated(steps, format!("process,event\n{rows}").as_bytes());
        assert_eq!(found, code, "{rows}{said}");
    }
}

const VALUES: &str = "
version: 1
name: m
processes:
  p:
    vars: {d: 1500ms, f: 0.1, b: true, i: 7}
    do:
      - delay: 1s
      - mark: {name: took, value: d}
      - mark: {name: loss, value: f + 0.2}
      - mark: {name: last, value: b}
      - mark: {name: item, value: i}
      - mark: plain
";

#[test]
fn values_are_compared_as_what_they_are() {
    for (row, code) in [
        ("took,1500ms", 0),
        ("took,1.49s", 0),
        ("took,1.49", 0),
        ("loss,0.3", 0),
        ("loss,3e-1", 0),
        ("last,True", 0),
        ("last,1", 0),
        ("last,False", 1),
        ("item,7.0", 0),
        ("item,+7", 0),
        ("item, 7", 0),
        ("item,\" 7 \"", 0),
        ("item,07", 0),
        ("item,70", 1),
        ("item,7.5", 2),
        ("item,seven", 2),
        ("item,", 0),
        ("plain,", 0),
        ("plain,1", 2),
    ] {
        let (found, said) = validated(VALUES, format!("process,event,value\np,{row}\n").as_bytes());
        assert_eq!(found, code, "{row}: {said}");
    }
}

#[test]
fn a_malformed_file_is_refused_with_its_line() {
    let model = "
version: 1
processes: {p: {do: [{log: \"stage a\"}, {delay: 1s}, {log: \"stage a, done\"}, {log: \" in, out \"}]}}
";
    for (text, message) in [
        (
            "process,event\np,stage a\np,stage a, done\n",
            "line 3: 3 cells, but the head names 2; a text with a comma needs quotes",
        ),
        ("process,event\np,stage a, FAILED\n", "line 2: 3 cells, but the head names 2"),
        ("process,event,time\np,stage a\n", "line 2: 2 cells, but the head names 3"),
        ("process,event\np\n", "line 2: 1 cell, but the head names 2"),
        ("process,event,process\np,stage a,p\n", "line 1: there are two columns 'process'"),
        ("process,event,thread\np,stage a,1\n", "line 1: there is no column 'thread'; expected the columns"),
        (
            "process;event\np;stage a\n",
            "line 1: there is no column 'process;event'; separate cells by commas",
        ),
        ("event,value\nstage a,\n", "line 1: the column 'process' is missing"),
        ("time,process\n1,p\n", "line 1: the column 'event' is missing"),
        ("process,event\np,\"stage a\np,stage a\n", "line 2: a quote is opened and never closed"),
        ("process,event\np,\"stage a\" b\n", "line 2: text behind the closing quote"),
        ("process,event\np,stage \"a\"\n", "line 2: a quote inside of a cell"),
        ("process,event\n,stage a\n", "line 2: there is no process in this row"),
        ("process,event\np,\n", "line 2: there is no event in this row"),
        ("process,event\np,stage a\0\n", "line 2: a NUL character"),
        ("", "line 1: the file is empty"),
        ("\n\n", "line 1: the file is empty"),
        ("\nprocess,event\n\n", "line 2: there are no rows"),
        ("time,process,event\n-1,p,stage a\n", "line 2, column 1: '-1' is no time"),
        ("time,process,event\n1e99,p,stage a\n", "line 2, column 1: '1e99' is no time"),
        (
            "process,event\np,stage b\n",
            "line 2, column 3: no `mark` and no `log` of 'p' can be 'stage b'; did you mean 'stage a'?",
        ),
    ] {
        let (code, said) = validated(model, text.as_bytes());
        assert!(code == 2 && said.contains(message), "{text:?}: {code} {said}");
    }
    let (code, said) = validated(model, b"process,event\np,stage a\np,\xe9\n");
    assert!(code == 2 && said.contains("line 3: the byte 0xe9 is no UTF-8"), "{said}");
    for fine in [
        "process,event\np,stage a\np,\"stage a, done\"\n",
        "\u{feff}process,event\r\n\r\np,stage a\r\n",
        " process , event \n p ,\tstage a \n",
        "event,process\n \"stage a, done\" , p\n",
        "process,event\rp,\" in, out \"\r",
    ] {
        let (code, said) = validated(model, fine.as_bytes());
        assert_eq!(code, 0, "{fine:?}: {said}");
    }
}

#[test]
fn nothing_of_a_file_steers_the_terminal() {
    for text in [
        "process,event\np\u{1b}[2J,x\n",
        "process,event\np,\u{1b}]0;x\n",
        "pro\u{1b}cess,event\n",
        "time,process,event\n\u{9b}1,p,got 1\n",
        "process,event\np,got \u{1b}[31m\n",
    ] {
        let model = "version: 1\nprocesses: {p: {vars: {i: 1}, do: [{log: \"got {i}\"}]}}\n";
        let (code, said) = validated(model, text.as_bytes());
        assert!(code > 0 && !said.contains(['\u{1b}', '\u{9b}']), "{said:?}");
    }
}

/// The search for an order has no clock, so that what it made of `now` is no
/// value of the model.
#[test]
fn a_mismatch_claims_no_measurements() {
    let model = "
version: 1
processes: {gpu: {do: [{delay: 2s}, {mark: {name: trained, value: now}}, {log: 'at {now}'}, {mark: over}]}}
";
    for (rows, message) in [
        ("gpu,over,\ngpu,trained,2s\n", "the model has 'gpu' mark 'trained' with some duration\n"),
        ("gpu,trained,2s\ngpu,over,\ngpu,at 2s,\n", "the model has 'gpu' \"at …\"\n"),
    ] {
        let (code, said) = validated(model, format!("process,event,value\n{rows}").as_bytes());
        assert!(code == 1 && said.contains(message), "{said}");
    }
}

#[test]
fn a_mismatch_says_what_was_expected() {
    let model = "
version: 1
processes:
  p: {vars: {i: 1}, do: [{repeat: 2, do: [{delay: 1s}, {mark: {name: got, value: i}}, {set: {i: i + 1}}]}]}
  q: {do: [{log: bye}]}
";
    for (rows, message) in [
        (
            "p,got,1\np,got,3\n",
            "row 2 is 'p' \"got\" 3; after the rows above it the model has 'p' mark 'got' with value 2\n",
        ),
        (
            "p,got,1\np,got,2\np,got,3\n",
            "row 3 is 'p' \"got\" 3; after the rows above it the model has nothing more to say\n",
        ),
        ("p,got,1\np,got,2\np,got,3\nq,bye,\n", "the model has 'q' \"bye\"\n"),
    ] {
        let (code, said) = validated(model, format!("process,event,value\n{rows}").as_bytes());
        assert!(code == 1 && said.contains(message), "{said}");
    }
}

/// All ways of filling the holes at once.
#[test]
fn a_text_with_many_holes_fits_or_not_at_once() {
    let holes = "{x}a".repeat(200);
    let model = format!("version: 1\nprocesses: {{p: {{vars: {{x: 0.5}}, do: [{{log: \"{holes}b\"}}]}}}}\n");
    for (text, code) in [("a".repeat(5_000), 2), ("1a".repeat(2_000), 2), ("1a".repeat(200) + "b", 0)] {
        let (found, said) = validated(&model, format!("process,event\np,{text}\n").as_bytes());
        assert_eq!(found, code, "{said}");
    }
}

/// Ten processes that all write to a large memory: found without a copy of it
/// for each step, and refused within a bound that is named.
#[test]
fn a_search_has_its_bounds() {
    let model = |slots: u32, rounds: u32| {
        format!(
            "
version: 1
resources: {{m: {{kind: memory, slots: {slots}}}}}
processes: {{p: {{count: 10, do: [{{repeat: {rounds}, do: [{{write: {{to: m, at: 0, value: index}}}}]}}, {{mark: x}}]}}}}
"
        )
    };
    let (code, said) = validated(&model(1_000_000, 100), b"process,event\np[9],x\np[3],x\n");
    assert_eq!(code, 0, "{said}");
    let (code, said) = validated(&model(4, 1), b"process,event\np[9],x\np[9],x\n");
    assert!(code == 1 && said.contains("row 2 is 'p[9]' \"x\""), "{said}");
}

/// The first line says "validated" exactly where the exit code is 0, and so
/// does `ok`.
#[test]
fn the_first_line_is_the_exit_code() {
    let failing = PIPE.replace("total_time: 1s", "total_time: 2s");
    let cut = PIPE
        .replace("items: 3}", "items: 3}\nhorizon: 4s")
        .replace("completed, total_time: 1s + items * 2s", "horizon");
    for (scenario, row) in [
        (PIPE, "consumer,consumed"),
        (PIPE, "consumer,consumed 2"),
        (&failing, "consumer,consumed"),
        (&cut, "consumer,consumed"),
        (&DEADLOCK.replace("first: {do: [", "first: {do: [{mark: here}, "), "first,here"),
    ] {
        let room = Room::with(&[("m.yaml", scenario), ("r.csv", &format!("process,event\n{row}\n"))]);
        for how in ["--recorded r.csv", "--runs 1 --speed 20x --tolerance 10s"] {
            let ended = room.run(&format!("validate m.yaml --write none {how}"));
            let first = ended.out.lines().next().unwrap_or_default();
            let says = first.contains("validated") && !first.contains("not validated");
            assert_eq!(says, ended.code == Some(0), "{}{}", ended.out, ended.err);
            let ended = room.run(&format!("validate m.yaml --write none --format json {how}"));
            assert_eq!(ended.json()[0]["ok"], json!(ended.code == Some(0)), "{}", ended.out);
        }
    }
}

#[cfg(unix)]
#[test]
#[allow(clippy::disallowed_methods)] // This test is about the wall clock.
fn an_interruption_ends_the_search() {
    // A wrong recording, and more states than are looked at in the meantime.
    let model = "
version: 1
resources: {s: {kind: semaphore, permits: 0}}
processes: {p: {count: 8, vars: {x: 0}, do: [{repeat: 10, do: [{release: s}]}, {mark: end}]}}
";
    let room = Room::with(&[("m.yaml", model), ("r.csv", "process,event\np[0],end\np[0],end\n")]);
    for signal in ["-INT", "-TERM"] {
        let child = std::process::Command::new(env!("CARGO_BIN_EXE_tempolane"))
            .current_dir(room.path(""))
            .args(["validate", "m.yaml", "--recorded", "r.csv", "--write", "none"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(kill.expect("kill starts").success());
        let output = child.wait_with_output().expect("it ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{err}");
        assert!(err.contains("interrupted"), "{err}");
    }
}

/// Five ask for a mutex at once, so that one of 120 orders is that of the recording: it is found.
#[test]
fn one_order_in_many_is_found() {
    let text = "version: 1\nname: five\nresources: {m: mutex}\nprocesses:\n  \
                p: {count: 5, do: [{with: m, do: [{delay: 1s}, {mark: had}]}]}\n";
    let rows = |order: [u32; 5], step: f64| -> String {
        let row = |(place, who): (usize, u32)| format!("{},p[{who}],had\n", (place + 1) as f64 * step);
        "time,process,event\n".to_owned() + &order.into_iter().enumerate().map(row).collect::<String>()
    };
    let room = Room::with(&[
        ("five.yaml", text),
        ("right.csv", &rows([2, 0, 4, 1, 3], 1.0)),
        ("other.csv", &rows([3, 4, 2, 1, 0], 1.0)),
        ("late.csv", &rows([2, 0, 4, 1, 3], 1.2)),
    ]);
    for recorded in ["right.csv", "other.csv"] {
        let ended = room.run(&format!("validate five.yaml --recorded {recorded} --write none")).with_code(0);
        ended.says(&["five: recording validated", "--ties seeded:"]);
    }
    // In no order does it take that long.
    room.run("validate five.yaml --recorded late.csv --write none").with_code(1);
}

/// What has no end is read up to the bound.
#[cfg(unix)]
#[test]
fn a_file_without_an_end_is_refused() {
    if !Path::new("/dev/zero").exists() {
        return;
    }
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let ended = room.run("validate pipe.yaml --recorded /dev/zero --write none").with_code(2);
    assert!(ended.err.contains("a recording has at most 256 MiB"), "{}", ended.err);
}

/// What no schedule of the scenario could ever say is no finding about it.
#[test]
fn what_cannot_be_said_at_all_is_refused_with_its_place() {
    let model = "
version: 1
processes:
  loader: {vars: {i: 1}, do: [{mark: {name: loaded, value: i}}, {log: \"got {i}\"}, {mark: over}]}
  crew: {count: 3, do: [{mark: here}]}
  one: {count: 1, do: [{mark: here}]}
";
    for (row, message) in [
        (
            "loader,loaded,seven",
            "column 15: 'seven' cannot be the value: mark 'loaded' of 'loader' carries an integer\n",
        ),
        (
            "loader,loaded, 5s",
            "column 16: '5s' cannot be the value: mark 'loaded' of 'loader' carries an integer\n",
        ),
        ("loader,over,1", "column 13: '1' cannot be the value: mark 'over' of 'loader' carries no value\n"),
        (
            "loader,got five,",
            "column 8: 'got five' cannot be a line of 'loader', which logs 'got {an integer}'\n",
        ),
        ("loader,got 1,1", "column 14: a line of a `log` step has no value; leave the cell empty\n"),
        (
            "loader,laoded,1",
            "column 8: no `mark` and no `log` of 'loader' can be 'laoded'; did you mean 'loaded'?\n",
        ),
        ("loadr,loaded,1", "column 1: there is no process 'loadr'; did you mean 'loader'?\n"),
        ("crew,here,", "column 1: there is no process 'crew'; the instances are 'crew[0]' to 'crew[2]'\n"),
        ("crew[3],here,", "there is no process 'crew[3]'; the instances are 'crew[0]' to 'crew[2]'\n"),
        ("one,here,", "there is no process 'one'; the only instance is 'one[0]'\n"),
        ("loader[0],over,", "there is no process 'loader[0]'; 'loader' is but one and has no number\n"),
    ] {
        let text = format!("process,event,value\n\"loader\",loaded,1\n{row}\n");
        let (code, said) = validated(model, text.as_bytes());
        assert!(
            code == 2 && said.contains("r.csv: line 3, ") && said.contains(message),
            "{row}: {code} {said}"
        );
    }
    // Columns are counted in characters, within the line where the cell stands.
    let (code, said) = validated(model, "process,event,value\n\"lo\u{e4}der\n\" , x,\n".as_bytes());
    assert!(code == 2 && said.contains("line 2, column 1: there is no process"), "{said}");
    let (code, said) = validated(model, "event,process\n\u{e4}\u{e4} , nobody\n".as_bytes());
    assert!(code == 2 && said.contains("line 2, column 6: there is no process 'nobody'\n"), "{said}");
}

/// A cell that is empty under a head is no measurement, and told.
#[test]
fn gaps_are_told() {
    let rows = "time,process,event,value\n,p,took,\n1s,p,loss,\n1s,p,last,true\n,p,item,7\n1s,p,plain,\n";
    let (code, said) = validated(VALUES, rows.as_bytes());
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("gaps: 2 rows tell no time, 2 rows tell no value; whatever it was counts as right\n"),
        "{said}"
    );
    let (_, said) = validated(VALUES, b"process,event\np,took\n");
    assert!(!said.contains("gaps"), "{said}");
}

/// The search shows a clock of 0. Where an order, a value or a line hangs on it,
/// nothing is decided; where it is only measured, all is.
#[test]
fn what_hangs_on_the_clock_is_not_decided() {
    let model = |steps: &str| {
        format!("version: 1\nprocesses:\n  p:\n    vars: {{n: 0}}\n    do:\n      - delay: 2s\n{steps}")
    };
    let branch = "      - if: now > 1s\n        do: [{log: late}]\n        else: [{log: early}]\n";
    for (steps, row, line) in [
        (branch, "late,", Some("line 7 depends")),
        (branch, "early,", Some("line 7 depends")),
        ("      - set: {n: floor(now / 1s)}\n      - log: \"at {n}\"\n", "at 2,", Some("lines 7, 8 depend")),
        (
            "      - set: {n: floor(now / 1s)}\n      - mark: {name: at, value: n}\n",
            "at,2",
            Some("lines 7, 8 depend"),
        ),
        ("      - log: \"{n} at {now}\"\n", "0 at 2.1s,", None),
        ("      - mark: {name: at, value: now}\n", "at,2.1s", None),
    ] {
        let (code, said) = validated(&model(steps), format!("process,event,value\np,{row}\n").as_bytes());
        match line {
            None => assert_eq!(code, 0, "{steps}{said}"),
            Some(line) => {
                assert_eq!(code, 1, "{steps}{said}");
                assert!(
                    said.contains(&format!("order: not decided: {line} on what the clock shows")),
                    "{said}"
                );
            }
        }
    }
    let room = Room::with(&[("m.yaml", &model(branch)), ("r.csv", "process,event\np,late\n")]);
    let ended = room.run("validate m.yaml --recorded r.csv --format json").with_code(1);
    let object = &ended.json()[0];
    assert_eq!((&object["ok"], &object["order_legal"]), (&json!(false), &json!(false)));
    assert_eq!(
        (&object["recording"]["decided"], &object["recording"]["clock_lines"]),
        (&json!(false), &json!([7]))
    );
}

/// The verdict is written as that on threads is; there is nothing to draw.
#[test]
fn the_verdict_is_written() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("r.csv", "process,event\nconsumer,consumed\n")]);
    let ended = room.run("validate pipe.yaml --recorded r.csv -o there --set items=2").with_code(0);
    ended.says(&["Files", "validation.json", "expect not checked: items was set"]);
    assert_eq!(room.names("there"), ["there/pipe/validation.json"]);
    let json = room.run("validate pipe.yaml --recorded r.csv --set items=2 --write none --format json");
    assert_eq!(room.files("there")["there/pipe/validation.json"], json.out.as_bytes());
}

/// Two want a machine at the same instant: in the order of the file `one` is done at 1 s and `two`
/// at 2 s. A program in which the other one was faster is within the model, at the same times; one
/// in which both took longer is not, in whatever order.
#[test]
fn another_order_of_simultaneous_events_is_no_deviation() {
    let model = "version: 1
name: machine
resources: {machine: mutex}
processes:
  one: {do: [{with: machine, do: [{work: 1s}]}, {mark: done}]}
  two: {do: [{with: machine, do: [{work: 1s}]}, {mark: done}]}
";
    let said = |rows: &str| validated(model, format!("time,process,event\n{rows}").as_bytes());
    let (code, told) = said("1.01,two,done\n2.0,one,done\n");
    assert_eq!(code, 0, "{told}");
    let times = "times: the largest deviation from virtual time in another order of simultaneous events \
                 (`run --ties reversed`) is +10ms, in row 1; tolerance 40ms\n";
    assert!(told.contains(times), "{told}");
    let (code, told) = said("1.01,one,done\n2.0,two,done\n");
    assert!(code == 0 && !told.contains("another order"), "{told}");
    let (code, told) = said("1.5,two,done\n3.0,one,done\n");
    assert!(code == 1 && told.contains("beyond the tolerance") && !told.contains("another order"), "{told}");
    let room = Room::with(&[("m.yaml", model), ("r.csv", "time,process,event\n1,two,done\n2,one,done\n")]);
    let object = &room.run("validate m.yaml --recorded r.csv --format json").with_code(0).json()[0];
    let recording = &object["recording"];
    assert_eq!((&recording["ties"], &recording["worst_deviation_ns"]), (&json!("reversed"), &json!(0)));
    assert_eq!(object["total_time_error"], json!(0.0));
}

//! Runs in the formats of other programs: each says what the run was, the same each time, and is
//! there whole or not at all.

use crate::room::{PIPE, Room};
use serde_json::Value;
use std::collections::BTreeMap;

const PICTURES: [&str; 4] = ["svg", "png", "pdf", "tex"];
const OTHERS: [&str; 5] = ["gantt.txt", "gantt.mmd", "spans.csv", "levels.csv", "perfetto.json"];

fn text(room: &Room, path: &str) -> String {
    String::from_utf8(room.files("output").remove(path).expect("it is there")).expect("it is text")
}

#[test]
fn every_format_is_written_and_the_same_each_time() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let files = || {
        room.run("run pipe.yaml --write all").with_code(0);
        room.files("output")
    };
    let first = files();
    let pictures = PICTURES.iter().map(|ending| format!("gantt.{ending}"));
    let others = OTHERS.iter().map(|name| (*name).to_owned());
    let mut expected: Vec<String> =
        pictures.chain(others).map(|name| format!("output/pipe/{name}")).collect();
    expected.extend(["gantt.html", "result.json", "trace.jsonl"].map(|name| format!("output/pipe/{name}")));
    expected.sort();
    assert_eq!(first.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(first, files());
    // Of pictures of several runs likewise.
    room.run("compare pipe.yaml pipe.yaml --write pdf,tikz").with_code(0);
    let names = room.names("output");
    for name in ["comparison.pdf", "comparison.tex", "total-time.pdf", "pipe-2/gantt.pdf"] {
        assert!(names.contains(&format!("output/{name}")), "{names:?}");
    }
    let named = Room::with(&[("pipe.yaml", PIPE)]);
    named.run("run pipe.yaml --write csv,pdf").with_code(0);
    let expected = ["gantt.pdf", "levels.csv", "spans.csv"].map(|name| format!("output/pipe/{name}"));
    assert_eq!(named.names("output"), expected);
}

/// A hatched bar, letters that mean something to TeX, and a time below a microsecond.
const HATCHED: &str = r#"version: 1
name: "50% of {a_b}~^\\ #1 & $x$ <ok> Ünï"
resources: {lock: mutex}
processes:
  first: {do: [{with: lock, do: [{delay: 1500ns}]}]}
  second: {do: [{with: lock, do: [{work: 1us}]}]}
"#;

/// Alone, and in a report, whose preamble is its own.
#[test]
fn latex_compiles_a_picture_where_it_is_there() {
    let room = Room::with(&[
        ("hatched.yaml", HATCHED),
        (
            "report.tex",
            "\\documentclass{article}\n\\usepackage{standalone,tikz,fix-cm}\n\\usetikzlibrary{patterns}\n\\begin{document}\n\\input{gantt}\n\\end{document}\n",
        ),
    ]);
    room.run("run hatched.yaml --write tikz").with_code(0);
    let drawing = room.files("output").into_values().next().expect("there is one");
    std::fs::write(room.path("gantt.tex"), drawing).expect("the room is ours");
    for file in ["gantt.tex", "report.tex"] {
        let compiled = std::process::Command::new("pdflatex")
            .args(["-halt-on-error", "-interaction=nonstopmode", file])
            .current_dir(room.path(""))
            .output();
        let Ok(compiled) = compiled else {
            eprintln!("no pdflatex here: not compiled");
            return;
        };
        let said = String::from_utf8_lossy(&compiled.stdout);
        assert!(compiled.status.success(), "{file}\n{said}");
        // Letters that are there in another size alone could be too large for their bar.
        assert!(!said.contains("in size <"), "{file}\n{said}");
    }
}

/// The rows of a table, by another reader than the one who wrote it.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.expect("a whole row")).collect()
}

/// The producer delays for 3 s, the consumer waits for 1 s and works for 6 s; the queue holds one
/// item from 2 s to 3 s and from 3 s to 5 s.
#[test]
fn tables_say_what_the_run_was() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    room.run("run pipe.yaml --write csv --from 3s --lanes consumer").with_code(0);
    let spans = rows(&text(&room, "output/pipe/spans.csv"));
    let sum = |process: &str, state: &str| -> u64 {
        let of = spans.iter().filter(|row| row["process"] == process && row["state"] == state);
        of.map(|row| row["duration_ns"].parse::<u64>().expect("a number")).sum()
    };
    assert_eq!((sum("producer", "delayed"), sum("consumer", "running")), (3_000_000_000, 6_000_000_000));
    assert_eq!((sum("consumer", "blocked"), spans.len()), (1_000_000_000, 7));
    let wait = spans.iter().find(|row| row["state"] == "blocked").expect("one waits");
    assert_eq!((&*wait["resource"], &*wait["wait_for"], &*wait["granted_by"]), ("queue", "get", "producer"));
    for row in &spans {
        let at = |key: &str| row[key].parse::<u64>().expect("a number");
        assert_eq!(at("end_ns") - at("start_ns"), at("duration_ns"));
    }
    let levels = rows(&text(&room, "output/pipe/levels.csv"));
    let queue = levels.iter().filter(|row| row["resource"] == "queue");
    let queue: Vec<(u64, u64)> = queue
        .map(|row| (row["time_ns"].parse().expect("a number"), row["level"].parse().expect("a number")))
        .collect();
    let second = 1_000_000_000;
    assert_eq!(queue, [(0, 0), (2 * second, 1), (5 * second, 0)]);
}

#[test]
fn traces_for_perfetto_have_all_spans_levels_and_hand_offs() {
    let name = "a \"b\"\\ \u{1F600} </script>";
    let labelled = PIPE.replace("{work: 2s}", &format!("{{work: 2s, label: {}}}", Value::from(name)));
    let room = Room::with(&[("pipe.yaml", &labelled)]);
    room.run("run pipe.yaml --write perfetto,csv").with_code(0);
    let trace: Value = serde_json::from_str(&text(&room, "output/pipe/perfetto.json")).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("a list");
    let of = |kind: &str| events.iter().filter(|event| event["ph"] == kind).collect::<Vec<_>>();
    let spans = rows(&text(&room, "output/pipe/spans.csv"));
    let nanos = |number: &Value| (number.as_f64().expect("a number") * 1e3).round() as u64;
    let mut found: Vec<(u64, u64, u64)> = of("X")
        .iter()
        .map(|slice| (slice["tid"].as_u64().expect("a number"), nanos(&slice["ts"]), nanos(&slice["dur"])))
        .collect();
    let thread = |process: &str| if process == "producer" { 1 } else { 2 };
    let expected: Vec<(u64, u64, u64)> = spans
        .iter()
        .map(|row| {
            let number = |key: &str| row[key].parse().expect("a number");
            (thread(&row["process"]), number("start_ns"), number("duration_ns"))
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(of("X").iter().filter(|slice| slice["name"] == name).count(), 3);
    assert_eq!(
        of("C").iter().map(|count| count["args"]["level"].as_u64()).collect::<Vec<_>>(),
        [0, 1, 0].map(Some)
    );
    assert_eq!(of("i").len(), 4, "three marks and a line");
    // One hand-off, from the producer to the consumer, before 1 s is over.
    let ends: Vec<(u64, u64)> = of("s")
        .iter()
        .chain(&of("f"))
        .map(|flow| (flow["tid"].as_u64().expect("a number"), nanos(&flow["ts"])))
        .collect();
    assert_eq!(ends, [(1, 999_999_999), (2, 999_999_999)]);
}

#[test]
fn pdf_has_text_that_is_text() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    room.run("run pipe.yaml --write pdf --title Łódź --width 1280").with_code(0);
    let file = room.files("output").remove("output/pipe/gantt.pdf").expect("it is there");
    let page: String = file.iter().map(|&byte| char::from(byte)).collect();
    // 640 pixels are 16 cm, and 1280 are 32.
    assert!(page.contains("/MediaBox [0 0 907.0866 "), "the page is not so wide");
    let streams: Vec<String> = page
        .match_indices("stream\n")
        .filter(|(at, _)| !page[..*at].ends_with("end"))
        .filter_map(|(at, word)| {
            let rest = &file[page[..at + word.len()].chars().count()..];
            let bytes = miniz_oxide::inflate::decompress_to_vec_zlib(rest).ok()?;
            Some(bytes.iter().map(|&byte| char::from(byte)).collect())
        })
        .collect();
    // Which letter a glyph is stands in one stream, what is shown in another.
    let map = streams.iter().find(|stream| stream.contains("beginbfchar")).expect("a table of letters");
    let letters: BTreeMap<&str, char> = map
        .lines()
        .filter_map(|line| line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <"))
        .filter_map(|(glyph, unit)| Some((glyph, char::from_u32(u32::from_str_radix(unit, 16).ok()?)?)))
        .collect();
    let shown = streams.iter().find(|stream| stream.contains(" Tj ET")).expect("a page");
    let words: Vec<String> = shown
        .split(" Tj ET")
        .filter_map(|piece| {
            let glyphs = piece.rsplit_once('<')?.1.trim_end_matches('>');
            (0..glyphs.len() / 4).map(|at| letters.get(&glyphs[4 * at..4 * at + 4]).copied()).collect()
        })
        .collect();
    for word in ["Łódź", "producer", "consumer", "running", "time (s)", "buffer of 2"] {
        assert!(words.iter().any(|shown| shown == word), "{word} {words:?}");
    }
}

#[test]
fn what_is_too_much_for_a_format_is_said() {
    let many = "version: 1\nname: many\nprocesses: {p: {do: [{repeat: 1500, do: [{delay: 1ms}]}]}}\n";
    let room = Room::with(&[("many.yaml", many)]);
    let ended = room.run("run many.yaml --write mermaid").with_code(2);
    assert!(
        ended
            .err
            .contains("gantt.mmd: nobody can read a Mermaid chart of 1,500 spans, and it has at most 1,000"),
        "{}",
        ended.err
    );
    assert_eq!(room.names("output"), Vec::<String>::new());
    // Of a part there are few enough.
    room.run("run many.yaml --write mermaid --from 500ms --to 600ms").with_code(0);
    let chart = text(&room, "output/many/gantt.mmd");
    assert_eq!(chart.lines().filter(|line| line.contains("delayed :")).count(), 100);
    assert!(chart.contains("(time in ms)") && chart.contains("delayed :500000, 501000\n"), "{chart}");
    // Nobody asked for it by name.
    let ended = room.run("run many.yaml --write all").with_code(0);
    ended.says(&["no gantt.mmd: nobody can read a Mermaid chart of 1,500 spans"]);
    assert!(!room.names("output").contains(&"output/many/gantt.tmp".to_owned()));
}

/// A trace that a profiler wrote is drawn under the model; here it is one of ours, of which all is
/// known: the run itself.
#[test]
fn a_recorded_run_stands_beside_the_model() {
    let room = Room::with(&[("pipe.yaml", PIPE), ("bad.json", "{\"traceEvents\": 3}")]);
    room.run("run pipe.yaml --write perfetto").with_code(0);
    let ended =
        room.run("compare pipe.yaml --beside output/pipe/perfetto.json --write svg -o both").with_code(0);
    ended.says(&[" recorded: perfetto: 2 threads, 7 slices, 7s\n"]);
    let document = std::fs::read_to_string(room.path("both/comparison.svg")).expect("it is there");
    assert_eq!(document.matches("id=\"run0-span-").count(), 7);
    assert_eq!(document.matches("id=\"run1-span-").count(), 7);
    for text in [">perfetto</text>", "speed-up 1.00×", "consumer: blocked on buffer queue (get), running"] {
        assert!(document.contains(text), "{text}");
    }
    let ended = room.run("compare pipe.yaml --beside bad.json").with_code(2);
    assert!(ended.err.contains("bad.json: this is no trace"), "{}", ended.err);
    room.run("compare pipe.yaml --beside absent.json").with_code(3);
}

//! Figures and pictures as a reader meets them: small and large numbers keep
//! their digits, long times read the same everywhere, instances are summed up,
//! and a picture says what it leaves out.

use crate::room::Room;
use serde_json::json;

fn read(room: &Room, name: &str) -> String {
    std::fs::read_to_string(room.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

const FIGURES: &str = r#"version: 1
name: figures
params: {hop: 25us}
resources: {lock: mutex}
processes:
  p:
    do:
      - with: lock
        do: [{work: hop}]
      - mark: {name: latency, value: seconds(hop)}
      - mark: {name: huge, value: 1e300}
      - mark: {name: wait, value: hop}
      - mark: {name: items, value: 3}
      - mark: plain
      - log: "{seconds(hop)} {1e300}"
      - if: false
        do: [{mark: {name: never, value: 1s}}]
      - delay: 10s
"#;

#[test]
fn small_and_large_figures_keep_their_digits() {
    let room = Room::with(&[("figures.yaml", FIGURES)]);
    let ended = room.run("run figures.yaml --write none").with_code(0);
    // 25 us of 10.000025 s.
    ended.says(&["0.0002%", " 25us  p  2.5e-5 1e300\n"]);
    let row = |name: &str| {
        let line = ended.out.lines().find(|line| line.trim_start().starts_with(name));
        line.expect(name).split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("latency"), "1 2.5e-5 2.5e-5 2.5e-5");
    assert_eq!(row("huge"), "1 1e300 1e300 1e300");
    assert_eq!(row("wait"), "1 25us 25us 25us");
    assert_eq!(row("items"), "1 3 3 3");
    assert_eq!(row("plain"), "1 – – –");
    assert_eq!(row("never"), "0 – – –");
    assert!(ended.out.lines().all(|line| line.chars().count() <= 140), "{}", ended.out);
}

#[test]
fn values_of_marks_are_what_they_are_in_json() {
    let room = Room::with(&[("figures.yaml", FIGURES)]);
    let object = &room.run("run figures.yaml --write none --format json").with_code(0).json()[0];
    let mark = |value: serde_json::Value| json!({"count": 1, "mean": value, "min": value, "max": value});
    assert_eq!(object["marks"]["wait"], mark(json!(25_000)));
    assert_eq!(object["marks"]["latency"], mark(json!(2.5e-5)));
    assert_eq!(object["marks"]["huge"], mark(json!(1e300)));
    assert_eq!(object["marks"]["items"], json!({"count": 1, "mean": 3.0, "min": 3, "max": 3}));
    assert_eq!(object["marks"]["plain"], mark(json!(null)));
    assert_eq!(object["marks"]["never"], json!({"count": 0, "mean": null, "min": null, "max": null}));
}

#[test]
fn a_thousandth_of_the_speed_is_not_none() {
    let one = "version: 1\nname: one\nprocesses: {p: {do: [{delay: 13ms}]}}\n";
    let ten = "version: 1\nname: ten\nprocesses: {p: {do: [{delay: 10s}]}}\n";
    let room = Room::with(&[("one.yaml", one), ("ten.yaml", ten)]);
    room.run("compare one.yaml ten.yaml --write svg").with_code(0).says(&["0.0013×"]);
    for picture in ["comparison.svg", "total-time.svg"] {
        assert!(read(&room, &format!("output/{picture}")).contains("speed-up 0.0013×"), "{picture}");
    }
}

#[test]
fn a_long_time_reads_the_same_everywhere_and_can_be_read_again() {
    let text = "version: 1\nname: long\nprocesses: {p: {do: [{delay: 36h}, {work: 61s}]}}\n";
    let again = "version: 1\nname: again\nprocesses: {p: {do: [{delay: 1d 12h 1min 1s}]}}\n\
                 expect: {total_time: 1d 12h 1min 1s}\n";
    let room = Room::with(&[("long.yaml", text), ("again.yaml", again)]);
    let ended = room.run("run long.yaml --write svg").with_code(0);
    let said = "1d 12h 1min 1s";
    ended
        .says(&["completed in 1d 12h 1min 1s of virtual time", "long: total time 1d 12h 1min 1s, completed"]);
    let row = ended.out.lines().find(|line| line.starts_with(" p ")).expect("a row of the table");
    assert!(row.contains(said) && row.contains("61s") && row.contains("1d 12h "), "{row}");
    let picture = read(&room, "output/long/gantt.svg");
    assert!(picture.contains(&format!("total time {said} · completed")), "{picture}");
    // So do the labels of the axis.
    assert!(picture.contains(">1d<") && picture.contains(">12h<"), "{picture}");
    room.run("run again.yaml --write none").with_code(0);
}

#[test]
fn a_peak_in_passing_is_the_same_in_table_timeline_and_picture() {
    // At 1 s three items come and two go at once; at 2 s the last one goes.
    let text = "version: 1\nname: peak\nresources: {q: {kind: buffer, capacity: 5}}\nprocesses:\n  \
                p: {do: [{delay: 1s}, {put: {to: q, count: 3, value: 7}}, {get: {from: q, count: 2}}, {delay: 1s}, {get: q}]}\n";
    let room = Room::with(&[("peak.yaml", text)]);
    let ended = room.run("run peak.yaml --write svg --format json").with_code(0);
    assert_eq!(ended.json()[0]["resources"]["q"]["level_max"], json!(3));
    room.run("run peak.yaml --write none").with_code(0).says(&["max 3\n"]);
    let picture = read(&room, "output/peak/gantt.svg");
    assert!(picture.contains("q: between 0 and 3, at the end 0"), "{picture}");
    assert!(picture.contains("it was that high for an instant"), "{picture}");
}

const CREW: &str = r#"version: 1
name: crew
params: {n: 3}
resources:
  lock: {kind: mutex, count: 2}
processes:
  worker:
    count: n
    do:
      - delay: 1s * (index + 1)
      - with: lock[index % 2]
        do: [{work: 4s}]
"#;

#[test]
fn instances_are_summed_up_and_shown_one_by_one_on_demand() {
    // worker[0] holds lock[0] from 1 s to 5 s, worker[2] waits for it from 3 s and
    // works to 9 s; worker[1] has lock[1] for itself from 2 s to 6 s.
    let room = Room::with(&[("crew.yaml", CREW)]);
    let ended = room.run("run crew.yaml --write none").with_code(0);
    let tables = ended.out.split("Timeline").next().expect("tables come first");
    let row = |name: &str| {
        let line = tables.lines().find(|line| line.trim_start().starts_with(name));
        line.expect(name).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("worker[*] sum"), "worker[*] sum of 3 3 of 3 3 of 3 12s 6s 2s lock[*] 2s");
    assert_eq!(row("worker[*] mean"), "worker[*] mean 0s 6.667s 4s 2s 666.667ms");
    assert_eq!(row("worker[*] least"), "worker[*] least 0s 5s 4s 1s 0s");
    assert_eq!(row("worker[*] most"), "worker[*] most 0s 9s 4s 3s 2s");
    assert_eq!(row("lock[*] sum"), "lock[*] sum of 2 mutex – 3 1 – – – 0.67 – 2");
    assert!(row("lock[*] most").starts_with("lock[*] most mutex 88.9% 2 1 2s 1s 2s"), "{tables}");
    assert!(!tables.contains("worker[0]") && !tables.contains("lock[0]"), "{tables}");
    let ended = room.run("run crew.yaml --write none --instances").with_code(0);
    ended.says(&[" worker[*] sum of 3 ", " worker[2] ", " lock[*] most ", " lock[1] "]);
}

#[test]
fn many_instances_are_a_few_rows_and_on_demand_all() {
    let text = "version: 1\nname: many\nresources: {m: {kind: memory, count: 2, slots: 1, value: 0}, f: {kind: mutex, count: 3}}\n\
                processes:\n  none: {count: 0, do: [{delay: 1s}]}\n  \
                one: {count: 1, do: [{with: \"f[2]\", do: [{delay: 2s}]}]}\n  \
                many: {count: 60, do: [{delay: 1s}]}\n";
    let room = Room::with(&[("many.yaml", text)]);
    let ended = room.run("run many.yaml --write none").with_code(0);
    let tables = ended.out.split("Timeline").next().expect("tables come first");
    let tables = &tables[tables.find("Processes").expect("a heading")..];
    for part in [" one[0] ", "many[*] sum of 60 ", " 60s ", "f[*] most"] {
        assert!(tables.contains(part), "no {part} in {tables}");
    }
    for part in ["none", "many[0]", "one[*]", "more", "m[*]"] {
        assert!(!tables.contains(part), "{part} in {tables}");
    }
    room.run("run many.yaml --write none --instances").with_code(0).says(&[" many[59] ", " f[2] "]);
}

#[test]
fn json_has_both_the_instances_and_their_sums() {
    let second = 1_000_000_000u64;
    let room = Room::with(&[("crew.yaml", CREW)]);
    let object = &room.run("run crew.yaml --write none --format json").with_code(0).json()[0];
    assert_eq!(object["processes"]["worker[2]"]["blocked_ns"], json!({"lock[0]": 2 * second}));
    let group = &object["process_groups"]["worker[*]"];
    assert_eq!(group["instances"], json!(3));
    assert_eq!(
        group["finished_ns"],
        json!({"count": 3, "mean": 6_666_666_667u64, "min": 5 * second, "max": 9 * second})
    );
    assert_eq!(
        group["delayed_ns"],
        json!({"sum": 6 * second, "mean": 2 * second, "min": second, "max": 3 * second})
    );
    assert_eq!(group["blocked_by_ns"], json!({"lock[*]": 2 * second}));
    let group = &object["resource_groups"]["lock[*]"];
    assert_eq!(group["requests"], json!({"sum": 3, "mean": 1.5, "min": 1, "max": 2}));
    assert_eq!(group["wait_mean_ns"], json!(2 * second));
    assert_eq!(object["resources"]["lock[0]"]["wait_mean_per_request_ns"], json!(second));
}

#[test]
fn the_time_before_the_start_is_new_everywhere() {
    let text =
        "version: 1\nname: late\nprocesses: {p: {start: 3s, do: [{work: 1s}]}, q: {do: [{work: 4s}]}}\n";
    let room = Room::with(&[("late.yaml", text)]);
    let ended = room.run("compare late.yaml late.yaml --write svg --format json").with_code(0);
    assert_eq!(ended.json()[0]["processes"]["p"]["new_ns"], json!(3_000_000_000u64));
    let chart = read(&room, "output/total-time.svg");
    assert!(chart.contains("p: new 3s (75.0%)") && chart.contains("new (not started)"), "{chart}");
    assert!(!chart.contains("ready"), "{chart}");
    room.run("run late.yaml --write none").says(&["· new (not started)"]);
}

/// Three permits of one step, a second apart, are one wait of 3 s; three rounds of a loop are three
/// of 1 s, with or without a pause between them.
#[test]
fn rounds_of_a_loop_are_bars_of_their_own() {
    let text = "version: 1\nname: rounds\nresources:\n  s: {kind: semaphore, permits: 0}\n  t: {kind: semaphore, permits: 0}\n  \
                u: {kind: semaphore, permits: 0}\n  queue: {kind: buffer, capacity: 1}\nprocesses:\n  \
                at_once: {do: [{acquire: {s: 3}}]}\n  \
                in_turn: {do: [{repeat: 3, do: [{acquire: t}, {release: u}]}]}\n  \
                getter: {do: [{repeat: 3, do: [{get: queue}]}]}\n  \
                giver: {do: [{repeat: 3, do: [{delay: 1s}, {release: [s, t]}, {put: queue}]}]}\n";
    let room = Room::with(&[("rounds.yaml", text)]);
    room.run("run rounds.yaml --write svg").with_code(0);
    let picture = read(&room, "output/rounds/gantt.svg");
    let bars = |name: &str| picture.matches(&format!("id=\"span-{name}-")).count();
    assert_eq!(["at_once", "in_turn", "getter", "giver"].map(bars), [1, 3, 3, 3]);
    assert!(picture.contains("0s – 3s (3s)"), "{picture}");
}

#[test]
fn a_picture_says_what_it_leaves_out() {
    let text = "version: 1\nname: marks\nprocesses:\n  \
                p: {do: [{repeat: 40, do: [{delay: 10ms}, {mark: m1}]}, {delay: 10s}]}\n  \
                q: {do: [{delay: 400ms}, {mark: alpha}, {mark: beta}, {delay: 1us}, {mark: delta}]}\n  \
                r: {do: [{delay: 5s}, {work: 1us}, {delay: 5s}]}\n";
    let still = "version: 1\nname: still\nresources: {s: {kind: semaphore, permits: 2}}\n\
                 processes: {p: {do: [{acquire: s}, {release: s}, {delay: 1s}]}}\n";
    let room = Room::with(&[("marks.yaml", text), ("still.yaml", still)]);
    room.run("run marks.yaml still.yaml --write svg")
        .with_code(0)
        .says(&["(levels without a lasting change: s)"]);
    let picture = read(&room, "output/marks/gantt.svg");
    for note in [
        "Where marks or log lines are close together, one sign stands for several: 43 of them are drawn as 3 signs.",
        // That of `r`; the end of `q` hides the other one.
        "1 span is narrower than half a pixel and drawn wider than true, to be seen.",
        "the heights in it show their shares of time.",
    ] {
        assert!(picture.contains(note), "no {note:?} in {picture}");
    }
    let picture = read(&room, "output/still/gantt.svg");
    let note = "Level of s not shown: it stays at 2, or changes only in passing.";
    assert!(picture.contains(note), "{picture}");
}

#[test]
fn what_the_font_has_not_is_named_and_drawn_as_its_escape() {
    let text = "version: 1\nname: 生产者 Ünïcode Привет ελληνικά عربي 😀 → ≥ ½\n\
                processes: {p: {do: [{delay: 1s}]}}\n";
    let room = Room::with(&[("title.yaml", text)]);
    let ended = room.run("run title.yaml --write svg,png").with_code(0);
    for named in ["warning: ", "生 (\\u{751f})", "ع (\\u{639})"] {
        assert!(ended.err.contains(named), "no {named:?} in {}", ended.err);
    }
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    let folder = room.names("output").into_iter().find(|name| name.ends_with(".svg")).expect("a picture");
    let picture = read(&room, &folder);
    let drawn: String = picture.lines().filter(|line| line.starts_with("<text")).collect();
    for part in ["\\u{751f}\\u{4ea7}\\u{8005} Ünïcode Привет ελληνικά", "\\u{1f600} → ≥ ½"]
    {
        assert!(drawn.contains(part), "no {part:?} in {drawn}");
    }
    assert!(!drawn.contains('生'), "{drawn}");
    // Nobody is warned of what can be drawn.
    let fine = "version: 1\nname: Загрузчик\nprocesses: {продюсер: {do: [{delay: 1s}]}}\n";
    let fine = fine.replace("продюсер", "p");
    assert_eq!(Room::with(&[("fine.yaml", &fine)]).run("run fine.yaml --write png").with_code(0).err, "");
}

/// Two cores for three works of 30 ms: two run at once, the third from 30 ms to 60 ms.
const CORES: &str = "version: 1
name: cores
resources: {cpu: {kind: processor, cores: 2, discipline: fifo}}
processes:
  p: {count: 3, on: cpu, do: [{work: 30ms}]}
  child: {start: manual, do: [{delay: 10ms}]}
  parent: {do: [{start: child}, {join: child}]}
";

#[test]
fn who_is_at_work_without_a_core_is_ready_everywhere() {
    let room = Room::with(&[("cores.yaml", CORES), ("plain.yaml", FIGURES)]);
    let object = &room.run("run cores.yaml --write none --format json").with_code(0).json()[0];
    let ready = |name: &str| object["processes"][name]["ready_ns"].as_u64().expect("a number");
    assert_eq!(["p[0]", "p[1]", "p[2]", "parent"].map(ready), [0, 0, 30_000_000, 0]);
    let sums = json!({"sum": 30_000_000, "mean": 10_000_000, "min": 0, "max": 30_000_000});
    assert_eq!(object["process_groups"]["p[*]"]["ready_ns"], sums);
    assert_eq!(object["processes"]["parent"]["blocked_ns"], json!({"child": 10_000_000}));
    // 90 ms of 2 · 60 ms of cores are used. The resources are those that the scenario declares; free cores are their level.
    let resources = object["resources"].as_object().expect("by name");
    assert_eq!(resources.keys().collect::<Vec<_>>(), ["cpu"]);
    let cpu = &resources["cpu"];
    assert_eq!(
        (&cpu["utilization"], &cpu["level_mean"], &cpu["level_end"]),
        (&json!(0.75), &json!(0.5), &json!(2))
    );

    let told = room.run("run cores.yaml --instances --output out").with_code(0);
    told.says(&["running   ready   delayed", "75.0%", "░ ready"]);
    assert!(!told.out.contains(" child      process"), "{}", told.out);
    assert!(read(&room, "out/cores/gantt.svg").contains("p[2]: ready for cpu"));
    let compared = room.run("compare cores.yaml plain.yaml --output both").with_code(0);
    compared.says(&["running   ready   delayed"]);
    let chart = read(&room, "both/total-time.svg");
    assert!(chart.contains("p[2]: ready 30ms (50.0%)") && chart.contains(">ready<"), "{chart}");
    // Without processors there is no such column.
    let plain = room.run("run plain.yaml --write none").with_code(0);
    assert!(!plain.out.contains("ready"), "{}", plain.out);
}

/// Marks that carry numbers have a chart, with the largest value on its axis; marks without
/// values have none.
#[test]
fn values_of_marks_have_a_chart() {
    let marked = "version: 1
name: marked
processes:
  p: {vars: {n: 0}, do: [{repeat: 5, do: [{delay: 2s}, {set: {n: n + 1}}, {mark: {name: length, value: n * 3s}}, {mark: passed}]}]}
";
    let room = Room::with(&[
        ("marked.yaml", marked),
        (
            "plain.yaml",
            &marked
                .replace("{mark: {name: length, value: n * 3s}}, ", "")
                .replace("name: marked", "name: plain"),
        ),
    ]);
    room.run("run marked.yaml plain.yaml --write svg").with_code(0);
    let chart = read(&room, "output/marked/marks.svg");
    for part in ["Marks of marked", "length (s)", "time (s)", "length = 15s, p, 10s", "length = 3s, p, 2s"] {
        assert!(chart.contains(part), "no {part:?} in {chart}");
    }
    assert!(!chart.contains("passed"));
    assert!(!room.path("output/plain/marks.svg").exists());
}

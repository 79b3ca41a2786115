//! `compare` beside the total time: marks, and figures by their paths.

use crate::room::{Ended, Room};
use serde_json::json;

/// A process that makes `items`, each in the time `size`, and is done after 10 s.
fn scenario(name: &str, items: u64, size: &str, more: &str) -> String {
    format!(
        "version: 1\nname: {name}\nresources: {{desk: mutex}}\nprocesses:\n  maker:\n    do:\n      \
         - repeat: {items}\n        do:\n          - with: desk\n            do: [{{work: {size}}}]\n          \
         - mark: {{name: made, value: {size}}}\n      - delay: 10s - {items} * {size}\n{more}"
    )
}

const ONLY_HERE: &str = "  helper:\n    do: [{mark: helped}, {delay: 2s}]\n";

fn room() -> Room {
    Room::with(&[
        ("a.yaml", &scenario("a", 4, "1s", "")),
        ("b.yaml", &scenario("b", 6, "500ms", "")),
        ("c.yaml", &scenario("c", 2, "2s", ONLY_HERE)),
    ])
}

/// The cells of the rows of a table of `columns` columns that begin with `first`.
fn rows(ended: &Ended, first: &str) -> Vec<Vec<String>> {
    let lines = ended.out.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|cells| cells.first().is_some_and(|cell| cell == first)).collect()
}

#[test]
fn marks_and_figures_stand_beside_the_first_by_hand() {
    let asked =
        "marks.made.count,processes.maker.running_ns,processes.helper.delayed_ns,resources.desk.utilization";
    let command = format!("compare a.yaml b.yaml c.yaml --write none --of {asked}");
    let ended = room().run(&command).with_code(0);
    // All take 10 s; they differ in what they make.
    assert_eq!(
        rows(&ended, "made"),
        [
            ["made", "a", "4", "–", "1s", "–", "1s", "1s"],
            ["made", "b", "6", "+2", "500ms", "-500ms", "500ms", "500ms"],
            ["made", "c", "2", "-2", "2s", "+1s", "2s", "2s"],
        ]
    );
    assert_eq!(rows(&ended, "helped"), [["helped", "c", "1", "–", "–", "–", "–", "–"]]);
    assert_eq!(
        rows(&ended, "processes.maker.running_ns")[1],
        ["processes.maker.running_ns", "b", "3s", "-1s", "0.75×"]
    );
    let helper = rows(&ended, "processes.helper.delayed_ns");
    assert_eq!(helper[0][2..], ["–", "–", "–"]);
    assert_eq!(helper[2][2..], ["2s", "–", "–"]);
    assert_eq!(rows(&ended, "resources.desk.utilization")[1][2..], ["0.3", "-0.1", "0.75×"]);
}

#[test]
fn json_has_the_figures_that_were_asked_for() {
    let command = "compare a.yaml c.yaml --write none --format json --of processes.helper.delayed_ns \
                   --of marks.made.mean,marks.made.mean,resources.desk.utilization";
    let objects = room().run(command).with_code(0).json();
    let figures = |delayed, mean: u64| json!({"processes.helper.delayed_ns": delayed, "marks.made.mean": mean, "resources.desk.utilization": 0.4});
    assert_eq!(objects[0]["figures"], figures(json!(null), 1_000_000_000));
    assert_eq!(objects[1]["figures"], figures(json!(2_000_000_000), 2_000_000_000));
    let plain = room().run("compare a.yaml c.yaml --write none --format json").with_code(0).json();
    assert!(plain[0].get("figures").is_none());
}

#[test]
fn a_figure_that_no_scenario_has_is_refused_before_the_first_run() {
    for (path, says) in [
        ("marks.mad.count", "there is no mark 'mad', only made\n"),
        ("marks.made.average", "there is no 'average' there, only count, max, mean, min\n"),
        ("processes.worker.running_ns", "there is no process 'worker', only maker\n"),
        ("resources.cpu.utilization", "there is no resource 'cpu', only desk\n"),
        ("resources.desk.kind", "it was \"mutex\"\n"),
        ("resources.desk", "it has parts: capacity, "),
        ("total_time", "there is no 'total_time' in a report, only total_time_ns, events, "),
        ("processes.maker.running_ns.x", "'x' is of something that has no parts\n"),
        ("total_time_ns,x", "there is no figure 'x'"),
    ] {
        let ended = room().run(&format!("compare a.yaml b.yaml --write none --of {path}")).with_code(2);
        assert!(ended.err.contains(says), "{path}: {}", ended.err);
        assert_eq!(ended.out, "");
    }
}

/// A figure of a run in which nothing came of it is no mistake.
#[test]
fn what_never_happened_is_a_dash() {
    let never = "processes:\n  p: {do: [{if: false, do: [{mark: {name: m, value: 1s}}]}, {delay: 1s}]}\n";
    let room = Room::with(&[("never.yaml", &format!("version: 1\nname: never\n{never}"))]);
    let ended = room.run("compare never.yaml --write none --of marks.m.mean").with_code(0);
    assert_eq!(rows(&ended, "marks.m.mean"), [["marks.m.mean", "never", "–", "–", "–"]]);
}

/// Steps of 200 ms and 300 ms on average up to a horizon, which alone says how long it takes.
#[test]
fn runs_that_a_horizon_cuts_are_not_compared_by_their_total_time() {
    let text = |name: &str, mean: &str, horizon: &str| {
        format!(
            "version: 1\nname: {name}\nhorizon: {horizon}\nprocesses:\n  p:\n    do:\n      - repeat: 50\n        \
             do: [{{mark: made}}, {{delay: {{exponential: {{mean: {mean}}}}}}}]\n"
        )
    };
    let room = Room::with(&[
        ("slow.yaml", &text("slow", "300ms", "3s")),
        ("fast.yaml", &text("fast", "200ms", "3s")),
        ("whole.yaml", &text("whole", "200ms", "1h")),
    ]);
    let ended = room.run("compare slow.yaml fast.yaml --replications 8").with_code(0);
    ended.says(&[
        "fast and slow cannot be compared by total time: a horizon ended 8 of 8 runs of fast and 8 of 8 runs of slow\n",
        " --of compares what was done until the horizon, such as --of marks.NAME.count",
    ]);
    assert!(!ended.out.contains("as long as"), "{}", ended.out);
    assert_eq!(rows(&ended, "fast").last().expect("a row")[1..], ["3s", "–"]);
    // A run that is stopped is not faster than one that is done.
    let ended = room.run("compare whole.yaml fast.yaml --replications 8").with_code(0);
    ended.says(&["a horizon ended 8 of 8 runs of fast and 0 of 8 runs of whole\n"]);
    let sweep = "sweep slow.yaml --replications 2 --columns none --no-charts";
    let told = "a horizon ended 2 runs: total_time says when it did";
    room.run(sweep).with_code(0).says(&[told]);
    let ended = room.run(&format!("{sweep} --of marks.made.count -o counts")).with_code(0);
    assert!(!ended.out.contains("a horizon"), "{}", ended.out);
    let asked = "compare slow.yaml fast.yaml --replications 8 --of marks.made.count";
    let ended = room.run(asked).with_code(0);
    assert!(!ended.out.contains("--of compares"), "{}", ended.out);
    let objects = room.run(&format!("{asked} --format json")).with_code(0).json();
    let figures = &objects[1]["figures"];
    assert_eq!(figures["total_time_ns"]["difference"], json!({"mean": null, "half_width": null}));
    let more = figures["marks.made.count"]["difference"]["mean"].as_f64().expect("a number");
    // 3 s / 200 ms - 3 s / 300 ms is 5.
    assert!((2.0..8.0).contains(&more), "{more}");
}

#[test]
fn many_marks_are_no_flood() {
    let marks: String = (0..100).map(|number| format!("      - mark: m{number}\n")).collect();
    let text = |name: &str| format!("version: 1\nname: {name}\nprocesses:\n  p:\n    do:\n{marks}");
    let room = Room::with(&[("one.yaml", &text("one")), ("two.yaml", &text("two"))]);
    let ended = room.run("compare one.yaml two.yaml --write none").with_code(0);
    ended.says(&[" m19 ", "  and 80 more marks: --of marks.NAME.count shows one"]);
    assert!(!ended.out.contains(" m20 ") && ended.out.lines().count() < 60, "{}", ended.out);
}

/// Three designs of a video application take the same time, and only one loses frames.
#[test]
fn three_video_designs_differ_in_frames_dropped() {
    let folder = "scenarios/threads/video-";
    let texts = ["frozen", "worker-thread", "processes"].map(|design| {
        let path = format!("{}/{folder}{design}.yaml", env!("CARGO_MANIFEST_DIR"));
        (format!("{design}.yaml"), std::fs::read_to_string(path).expect("a scenario of the library"))
    });
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (&**name, &**text)).collect();
    let ended = Room::with(&files)
        .run("compare frozen.yaml worker-thread.yaml processes.yaml --write none")
        .with_code(0);
    let cells = |mark: &str, place: usize| {
        rows(&ended, mark).into_iter().map(|row| row[place].clone()).collect::<Vec<_>>()
    };
    assert_eq!(cells("dropped", 2), ["49", "0", "0"]);
    assert_eq!(cells("shown", 3), ["–", "+49", "+49"]);
    // The longest time without a frame.
    assert_eq!(cells("gap", 7), ["2.013s", "48ms", "48ms"]);
    assert_eq!(ended.out.matches(": completed in 5.013s ").count(), 3);
}

//! Pictures held to what they were when somebody last looked at them.
//!
//! To look again: `TEMPOLANE_PICTURES=some/folder cargo test --test
//! golden_render -- --ignored` writes all of them, and the extreme ones, as
//! SVG and PNG. To accept a change: `TEMPOLANE_BLESS=1 cargo test --test
//! golden_render`.

mod samples;

use samples::*;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tempolane::ids::ProcessId;
use tempolane::render::*;
use tempolane::time::Time;
use tempolane::trace::Activity;

fn write_picture(folder: &Path, name: &str, document: &str) {
    std::fs::write(folder.join(name).with_extension("svg"), document).unwrap();
    let start = Instant::now();
    let pixels = png(document).unwrap();
    let took = start.elapsed();
    println!("{name}: svg {} kB, png {} kB in {took:?}", document.len() / 1000, pixels.len() / 1000);
    std::fs::write(folder.join(name).with_extension("png"), pixels).unwrap();
}

#[test]
#[ignore = "writes pictures to look at"]
fn pictures() {
    let folder =
        PathBuf::from(std::env::var_os("TEMPOLANE_PICTURES").expect("TEMPOLANE_PICTURES says where to"));
    std::fs::create_dir_all(&folder).unwrap();
    let style = Style::default();
    let mut gallery = vec![
        ("lab", lab()),
        ("deadlock", deadlock()),
        ("forty", crowd("forty-workers", 40, 30, 40 * MS)),
        ("twohundred", crowd("two-hundred-workers", 200, 120, 4 * MS)),
        ("micro", crowd("microseconds", 3, 12, 600)),
        ("hours", crowd("a-day-in-the-plant", 6, 40, 1_800_000 * MS)),
        ("million", crowd("million-spans", 8, 125_000, MS)),
        ("nothing", Sample::new("nothing").completed()),
    ];
    let mut one = Sample::new("one-lane");
    one.process("solo", 0).then(0, Activity::Running, 3 * MS).then(0, Activity::Delayed, 4 * MS);
    gallery.push(("one", one.completed()));
    let mut instant = Sample::new("zero-length");
    instant.process("blink", 0).process("wink", 0);
    gallery.push(("zero", instant.completed()));
    let mut long = crowd(
        "a-scenario-whose-name-is-so-long-that-nobody-would-ever-want-to-say-it-aloud-in-a-meeting-or-print-it",
        3,
        9,
        700 * MS,
    );
    long.header.processes[0].name = "the_process_with_the_very_long_name_that_does_not_fit".to_owned();
    for info in &mut long.header.resources {
        info.name = format!("a_resource_that_is_called_{}_for_good_reason", info.name);
    }
    gallery.push(("long", long));
    for (name, sample) in &gallery {
        let start = Instant::now();
        let document = svg(&gantt(&sample.input(), &style));
        println!("{name}: drawn in {:?}", start.elapsed());
        write_picture(&folder, name, &document);
        let text = text_gantt(&sample.input(), &TextStyle::default());
        std::fs::write(folder.join(name).with_extension("txt"), text).unwrap();
    }
    let four = [lab(), scaled("two-memories", 100), scaled("split-locks", 70), scaled("no-wait", 45)];
    let inputs: Vec<GanttInput<'_>> = four.iter().map(Sample::input).collect();
    write_picture(&folder, "aligned", &svg(&aligned(&inputs, &style)));
    write_picture(&folder, "total", &total_time_chart(&four.iter().map(bars).collect::<Vec<_>>()).unwrap());
    let many: Vec<ScenarioBars> =
        (0..14).map(|n| bars(&crowd(&format!("variant-{n}"), 3 + n, 9, 300 * MS))).collect();
    write_picture(&folder, "total_many", &total_time_chart(&many).unwrap());
}

/// The lab with every time scaled to so many percent.
fn scaled(name: &str, percent: u64) -> Sample {
    let mut sample = lab();
    sample.header.scenario = name.to_owned();
    let scale = |time: Time| at(time.as_nanos() / 100 * percent);
    for span in &mut sample.spans {
        (span.start, span.end) = (scale(span.start), scale(span.end));
    }
    sample.points.clear();
    sample.end = scale(sample.end);
    sample.finished.iter_mut().flatten().for_each(|time| *time = scale(*time));
    sample
}

/// What the statistics would say.
fn bars(sample: &Sample) -> ScenarioBars {
    let input = sample.input();
    let process = |number: usize| {
        let mut sums = [0; 3];
        for span in sample.spans.iter().filter(|span| span.process.index() == number) {
            let kind = match span.activity {
                Activity::Running => 0,
                Activity::Delayed => 1,
                _ => 2,
            };
            sums[kind] += span.end.since(span.start);
        }
        ProcessBar {
            name: input.header.process_name(ProcessId(number as u32)),
            until: sample.finished[number].unwrap_or(sample.end),
            running: sums[0],
            delayed: sums[1],
            blocked: sums[2],
        }
    };
    ScenarioBars {
        name: sample.header.scenario.clone(),
        total_time: sample.end,
        trouble: None,
        processes: (0..sample.header.process_count()).map(process).collect(),
    }
}

//! Pages to explore: whole, by themselves, harmless, the same each time, and true to the run.

use super::page_reader::{Page, PageHolding, PageSpan};
use super::samples::{MS, Random, Sample};
use std::ops::ControlFlow;
use tempolane::analysis::{PathEnd, PathStep};
use tempolane::backend::compile;
use tempolane::backend::virtual_time::Simulation;
use tempolane::ids::{ProcessId, ResourceId};
use tempolane::render::{GanttInput, PageRun, Timeline, Window, html};
use tempolane::scenario;
use tempolane::time::Time;
use tempolane::trace::{
    Activity, Kind, Outcome, Piece, RecordingSink, ResourceKind, Trace, WaitFor, all_levels, spans,
};

const PIPE: &str = r#"version: 1
name: pipe
resources:
  queue: {kind: buffer, capacity: 2}
processes:
  producer: {do: [{repeat: 6, do: [{delay: 1s}, {put: queue}]}]}
  consumer: {do: [{repeat: 6, do: [{get: queue}, {work: 2500ms}, {mark: consumed}, {log: "took one"}]}]}
"#;

const STUCK: &str = r#"version: 1
name: stuck
resources:
  a: {kind: mutex}
  b: {kind: mutex}
processes:
  first: {do: [{acquire: a}, {delay: 1s}, {acquire: b}]}
  second: {do: [{acquire: b}, {delay: 1s}, {acquire: a}]}
"#;

/// A scenario of the library with random times and instances, in short.
fn queue() -> String {
    include_str!("../../scenarios/queues/mmc.yaml").replace("customers: 100000", "customers: 1000")
}

fn trace(text: &str) -> Trace {
    let loaded = scenario::load_str("page", text, &[]).expect("it is valid");
    let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("it was checked");
    let mut recording = RecordingSink::with_cap(40_000);
    let run = Simulation::new(&program, 7, 0).run(&mut recording, &mut |_| ControlFlow::Continue(()));
    let run = run.expect("nobody interrupts it");
    recording.finish(program.header(7), run.outcome, run.end)
}

fn page(trace: &Trace, source: &str) -> String {
    let path = trace.critical_path(PathEnd::TotalTime).map_or_else(Vec::new, |path| path.steps);
    page_with(trace, source, &path)
}

fn page_with(trace: &Trace, source: &str, path: &[PathStep]) -> String {
    let (timeline, statistics) = (Timeline::new(trace), trace.statistics());
    let title = trace.header.scenario.clone();
    let timeline = GanttInput { path, ..timeline.input(title.clone()) };
    let facts = vec![("seed", "7".to_owned())];
    let run = PageRun {
        timeline,
        window: Window::default(),
        statistics: Some(&statistics),
        file: "file.yaml",
        source,
        facts,
        trace: Some(trace),
    };
    html(&title, &[run], None, None)
}

/// What a span of the trace has to be on a page.
fn as_on_page(trace: &Trace) -> Vec<PageSpan> {
    let header = &trace.header;
    let name = |resource| header.resource_name(resource);
    let text = |activity| match activity {
        Activity::New => "new (not started)".to_owned(),
        Activity::Delayed => "delayed".to_owned(),
        Activity::Running => "running".to_owned(),
        Activity::Ready { processor } => format!("ready for {}", name(processor)),
        Activity::Blocked { resource, wait_for } => {
            let kind = header.resource(resource).kind.name();
            format!("blocked on {kind} {} ({})", name(resource), wait_for.step())
        }
    };
    let on_page = |span: &tempolane::trace::Span| PageSpan {
        process: span.process.index(),
        start: span.start.as_nanos(),
        end: span.end.as_nanos(),
        text: text(span.activity),
        line: header.line(span.op).map(u64::from),
        by: span.granted_by.map(|by| u64::from(by.0)),
    };
    spans(trace).iter().map(on_page).collect()
}

#[test]
fn a_page_has_the_spans_levels_path_and_events_of_the_trace() {
    for text in [PIPE, STUCK, &queue()] {
        let trace = trace(text);
        let columns = Page::read(&page(&trace, text)).columns();
        assert_eq!(columns.spans, as_on_page(&trace));
        for (resource, steps) in &columns.levels {
            let own = &all_levels(&trace)[*resource as usize];
            let own: Vec<(u64, u64, u64)> =
                own.iter().map(|&(time, level)| (time.as_nanos(), level, level)).collect();
            assert_eq!(steps, &own, "{}", trace.header.resource_name(ResourceId(*resource as u32)));
        }
        let path = trace.critical_path(PathEnd::TotalTime).expect("there is one");
        let processes: Vec<usize> = path.spans().map(|span| span.process.index()).collect();
        assert_eq!(columns.path, (path.end.as_nanos(), path.hand_offs().count(), processes));
        let events: Vec<(u64, u64, u64)> = trace
            .iter()
            .map(|(event, _)| {
                let line = trace.header.line(event.op).unwrap_or(0);
                (event.time.as_nanos(), u64::from(event.process.0), u64::from(line))
            })
            .collect();
        let told: Vec<(u64, u64, u64)> =
            columns.events.iter().map(|event| (event.0, event.1, event.2)).collect();
        assert_eq!(told, events);
        // Of these scenarios nobody gives a lock back.
        let acquires = trace.iter().filter(|(event, _)| {
            let lock = event.resource().map(|resource| trace.header.resource(resource).kind);
            event.kind == Kind::Acquire && lock == Some(ResourceKind::Mutex)
        });
        let mut held: Vec<(u64, Vec<PageHolding>)> = acquires
            .map(|(event, _)| {
                let name = trace.header.process_name(event.process);
                let full = format!("held by {name}");
                (u64::from(event.subject), vec![(event.time.as_nanos(), trace.end.as_nanos(), name, full)])
            })
            .collect();
        held.sort();
        assert_eq!(columns.holders, held);
        let is_point = |kind| matches!(kind, Kind::Mark | Kind::Log);
        let points = trace.iter().filter(|(event, _)| is_point(event.kind)).count();
        assert_eq!(columns.points.len(), points);
    }
}

/// By hand: the consumer takes the first item at 1 s and works 2.5 s on each of 6, so it is
/// done at 16 s; it takes the fourth at 8.5 s, and so on, and the queue of 2 is full from
/// 4 s on: the producer waits with the fifth item from 5 s until 6 s.
#[test]
fn a_page_by_hand() {
    let mut page = Page::read(&page(&trace(PIPE), PIPE));
    let run = page.told["runs"][0].clone();
    assert_eq!(run["summary"], "total time 16s · completed");
    assert_eq!((run["tick"].as_u64(), run["end"].as_u64()), (Some(500 * MS), Some(32)));
    assert_eq!(run["processes"], serde_json::json!(["producer", "consumer"]));
    assert_eq!(run["source"][2], "resources:");
    let columns = page.columns();
    let second = 1000 * MS;
    let wait = columns.spans.iter().find(|span| span.process == 0 && span.text.starts_with("blocked"));
    let wait = wait.expect("the producer waits");
    assert_eq!((wait.start, wait.end, wait.by), (5 * second, 6 * second, Some(1)));
    assert_eq!(wait.text, "blocked on buffer queue (put)");
    let doing = run["doings"].as_array().expect("a list").iter().find(|doing| doing["text"] == *wait.text);
    let doing = doing.expect("it is among them");
    assert_eq!((&doing["ended"], &doing["label"]), (&"get from queue".into(), &"put queue".into()));
    // 1 s until there is something, and then the consumer alone.
    assert_eq!(columns.path.0, 16 * second);
    assert_eq!(columns.path.2, [0, 1, 1, 1, 1, 1, 1]);
    assert_eq!(columns.points.iter().filter(|point| point.1 == "took one").count(), 6);
    assert!(columns.events.iter().any(|event| event.3 == "'producer' begins a delay: 1s"));
}

/// The second waits for 1 s, in vain.
#[test]
fn a_page_says_which_waits_ran_out() {
    const SHORT: &str = "version: 1
resources: {m: {kind: mutex}}
processes:
  first: {do: [{with: m, do: [{delay: 3s}]}]}
  second: {do: [{acquire: m, within: 1s, else: [{delay: 1s}]}]}
";
    let mut page = Page::read(&page(&trace(SHORT), SHORT));
    let run = page.told["runs"][0].clone();
    let columns = page.columns();
    let wait = columns.spans.iter().find(|span| span.process == 1 && span.text.starts_with("blocked"));
    let wait = wait.expect("it waits");
    assert_eq!((wait.start, wait.end), (0, 1000 * MS));
    assert_eq!(wait.text, "blocked on mutex m (acquire), ran out");
    let doing = run["doings"].as_array().expect("a list").iter().find(|doing| doing["text"] == *wait.text);
    assert!(doing.expect("it is among them")["ended"].is_null());
    let resources =
        run["tables"].as_array().expect("a list").iter().find(|table| table["title"] == "Resources");
    let resources = resources.expect("it has one");
    assert_eq!((&resources["heads"][5], &resources["rows"][0][5][0]), (&"ran out".into(), &"1".into()));
}

/// Both wait for what the other one holds, from 1 s on and for no time.
#[test]
fn a_page_says_who_waits_for_ever() {
    let page = Page::read(&page(&trace(STUCK), STUCK));
    let run = &page.told["runs"][0];
    assert_eq!(run["complaints"], serde_json::json!([[0, "waits: b"], [1, "waits: a"]]));
    assert_eq!(run["notices"][0], "first waits to acquire b, held by second (line 7)");
}

#[test]
fn a_page_needs_nothing_but_itself() {
    let page = page(&trace(PIPE), PIPE);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert_eq!(page.matches("<script").count(), 2, "the data and the program");
    assert_eq!(page.matches("</script>").count(), 2);
    assert_eq!(page.matches("<style").count(), 1);
    for foreign in [
        "http:",
        "https:",
        " src=",
        " href=",
        "url(",
        "@import",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "import(",
        "eval(",
        "Function(",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        " onclick=",
        " style=",
    ] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let (_, policy) = page.split_once("Content-Security-Policy\" content=\"").expect("there is a policy");
    let (policy, _) = policy.split_once('"').expect("it ends");
    assert!(policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

/// Names, texts and the scenario are data, whatever stands in them.
#[test]
fn nothing_of_a_run_gets_into_the_markup() {
    let hostile =
        "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\u{202e}\u{2066}\u{1b}[2J\"'&";
    let mut trace = trace(PIPE);
    trace.header.scenario = hostile.to_owned();
    trace.header.processes[0].name = hostile.to_owned();
    trace.header.resources[0].name = hostile.to_owned();
    trace.header.marks[0].name = hostile.to_owned();
    trace.header.logs[0].pieces = vec![Piece::Text(hostile.to_owned())];
    let page = page(&trace, &format!("{hostile}\n{hostile}"));
    for part in ["alert(", "<!--", "<img", "onerror=", "\u{202e}", "\u{2066}", "\u{1b}"] {
        let in_title = page.matches(part).count();
        assert!(in_title == 0 || part == "alert(" || part == "onerror=", "{part} {in_title} times");
    }
    assert!(page.contains("<title>&lt;/script&gt;&lt;script&gt;alert(1)"), "the title is a text");
    assert_eq!(page.matches("alert(1)").count(), 1, "only there");
    let mut read = Page::read(&page);
    let run = read.told["runs"][0].clone();
    let harmless = hostile.replace(['\u{202e}', '\u{2066}', '\u{1b}'], "\u{fffd}");
    assert_eq!(run["processes"][0], *harmless);
    assert_eq!(run["source"], serde_json::json!([harmless, harmless]));
    assert!(read.columns().points.iter().any(|point| point.1 == harmless));
}

#[test]
fn the_same_run_is_the_same_page() {
    let queue = queue();
    let (first, second) = (trace(&queue), trace(&queue));
    assert_eq!(page(&first, &queue), page(&second, &queue));
    assert_ne!(page(&first, &queue), page(&first, PIPE));
}

/// 1,000,000 spans of random lengths, to the nanosecond, of which none is like another.
#[test]
fn a_million_spans_are_less_than_ten_megabytes() {
    let mut sample = Sample::new("large");
    let mut random = Random(3);
    let queue = ResourceId(0);
    sample.resource("queue", ResourceKind::Buffer, 0, Some(4));
    for process in 0..20 {
        sample.process(&format!("worker{process}"), 0);
        for _ in 0..25_000 {
            sample.then(process, Activity::Running, 1 + random.below(2000 * MS));
            let wait = Activity::Blocked { resource: queue, wait_for: WaitFor::Get };
            sample.then(process, wait, 1 + random.below(500 * MS));
        }
    }
    let sample = sample.completed();
    let statistics = trace(PIPE).statistics();
    let run = PageRun {
        timeline: sample.input(),
        statistics: Some(&statistics),
        window: Window::default(),
        file: "",
        source: "",
        facts: Vec::new(),
        trace: None,
    };
    assert_eq!(sample.outcome, Outcome::Completed);
    let page = html("large", &[run], None, None);
    assert!(page.len() < 10_000_000, "{} bytes", page.len());
    let columns = Page::read(&page).columns();
    assert_eq!(columns.spans.len(), 1_000_000);
    let last = sample.spans.last().expect("a million");
    let read = columns.spans.last().expect("a million");
    assert_eq!((read.start, read.end), (last.start.as_nanos(), last.end.as_nanos()));
}

/// What is wished of pictures is where a page begins: it has the rest, too.
#[test]
fn a_page_begins_with_the_lanes_and_the_window_of_the_pictures() {
    let named = PIPE.replace("{work: 2500ms}", "{work: 2500ms, label: eat}");
    let trace = trace(&named);
    let (timeline, statistics) = (Timeline::new(&trace), trace.statistics());
    let lanes = [ProcessId(1)];
    let run = PageRun {
        timeline: GanttInput { lanes: &lanes, ..timeline.input("pipe".to_owned()) },
        window: Window { from: Time::from_secs(5), to: Some(Time::from_secs(20)) },
        statistics: Some(&statistics),
        file: "",
        source: &named,
        facts: Vec::new(),
        trace: None,
    };
    let mut page = Page::read(&html("pipe", &[run], None, None));
    let told = page.told["runs"][0].clone();
    assert_eq!(told["lanes"], serde_json::json!([1]));
    // In ticks of 500 ms. The run is over at 16 s; the window was asked for until 20 s.
    assert_eq!(told["window"], serde_json::json!([10, 40]));
    let works = page.columns().spans.into_iter().filter(|span| span.text == "eat (running)");
    assert_eq!(works.count(), 6);
    // A name has a look of its own, which the legend explains.
    let doing = told["doings"].as_array().expect("a list").iter().find(|doing| doing["label"] == "eat");
    let look = doing.expect("it is among them")["look"].as_u64().expect("a number") as usize;
    assert_eq!(page.told["looks"][look]["legend"], "eat");
}

/// One of two permits is not there from 2 s to 3 s.
#[test]
fn a_page_has_the_capacity_that_a_timetable_changes() {
    let text = "version: 1\nname: shifts\nresources: {desk: {kind: semaphore, permits: {0s: 2, 2s: 1, 3s: 2}}}\n\
                processes: {p: {do: [{delay: 4s}]}}\n";
    let columns = Page::read(&page(&trace(text), text)).columns();
    assert_eq!(columns.capacities, [vec![(0, 2), (2000 * MS, 1), (3000 * MS, 2)]]);
}

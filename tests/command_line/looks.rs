//! Pictures of one's own: a title, lanes, a window, colours and a size.

use crate::room::{PIPE, Room};
use resvg::usvg::roxmltree::Document;

/// Pictures as users want them again and again, in the scenario and beside it.
const STYLED: &str = r#"version: 1
name: styled
processes:
  first: {do: [{delay: 4s}, {work: 2s, label: train}]}
  other: {count: 3, do: [{delay: 1s, label: load}]}
style: {title: As in the report, lanes: [other, first], to: 5s, font_size: 12}
"#;

fn svg(room: &Room, path: &str) -> String {
    String::from_utf8(room.files("output").remove(path).expect("it is there")).expect("it is text")
}

/// What is written in a picture, without tooltips.
fn texts(document: &str) -> Vec<String> {
    let parsed = Document::parse(document).expect("it is XML");
    let texts = parsed.descendants().filter(|node| node.has_tag_name("text"));
    let own = |part: &resvg::usvg::roxmltree::Node<'_, '_>| part.is_text();
    texts.map(|text| text.children().filter(own).filter_map(|part| part.text()).collect()).collect()
}

/// The places of spans of a process, by their ids: from where to where, in pixels.
fn spans(document: &str, process: &str) -> Vec<(String, f64, f64)> {
    let parsed = Document::parse(document).expect("it is XML");
    let prefix = format!("span-{process}-");
    let number = |node: &resvg::usvg::roxmltree::Node<'_, '_>, name: &str| -> f64 {
        node.attribute(name).and_then(|text| text.parse().ok()).expect("a number")
    };
    let rects =
        parsed.descendants().filter(|node| node.attribute("id").is_some_and(|id| id.starts_with(&prefix)));
    rects
        .map(|rect| {
            let x = number(&rect, "x");
            (rect.attribute("class").unwrap_or_default().to_owned(), x, x + number(&rect, "width"))
        })
        .collect()
}

/// The consumer works from 1 s to 3 s, to 5 s, to 7 s. From 2 s to 4 s that is the second half
/// of the first work and the first half of the second one.
#[test]
fn a_window_cuts_spans_at_its_borders() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let ended = room.run("run pipe.yaml --write svg --from 2s --to 4s").with_code(0);
    ended.says(&["pipe: total time 7s, completed, 2s to 4s shown"]);
    let document = svg(&room, "output/pipe/gantt.svg");
    let works = spans(&document, "consumer");
    assert_eq!(works.len(), 2, "{works:?}");
    let ((_, left, middle), (_, begins, right)) = (&works[0], &works[1]);
    assert!((middle - left - (right - begins)).abs() < 0.1 && (begins - middle).abs() < 1.0, "{works:?}");
    // One goes on to the left, the other to the right.
    assert_eq!(document.matches("class=\"torn\"").count(), 3, "two, and the one of the legend");
    let texts = texts(&document);
    for text in ["goes on beyond the picture", "2", "4"] {
        assert!(texts.iter().any(|found| found == text), "{text} {texts:?}");
    }
    assert!(texts.iter().any(|text| text.contains("2s to 4s shown")), "{texts:?}");
    // It says how long they were, not how much of them is seen.
    assert!(document.contains("1s – 3s (2s)"), "{document}");
    // Neither the end of the run nor a mark behind the window is in it.
    assert!(!document.contains("consumer: done at") && !document.contains("7s: consumed"), "{document}");
    assert!(document.contains("3s: consumed"), "{document}");
}

#[test]
fn lanes_are_shown_in_the_order_in_which_they_are_wished() {
    let room = Room::with(&[("styled.yaml", STYLED)]);
    let lanes = |line: &str| {
        room.run(&format!("run styled.yaml --write svg {line}")).with_code(0);
        let document = svg(&room, "output/styled/gantt.svg");
        let parsed = Document::parse(&document).expect("it is XML");
        let names = parsed.descendants().filter(|node| node.attribute("class") == Some("process"));
        names.filter_map(|name| Some(name.text()?.to_owned())).collect::<Vec<String>>()
    };
    assert_eq!(lanes(""), ["other[0]", "other[1]", "other[2]", "first"]);
    assert_eq!(lanes("--lanes first,other[1]"), ["first", "other[1]"]);
    assert_eq!(lanes("--lanes *[2],other[*]"), ["other[2]", "other[0]", "other[1]"]);
    let ended = room.run("run styled.yaml --write none --lanes first").with_code(0);
    let rows: Vec<&str> = ended.out.lines().filter(|line| line.contains('│')).collect();
    assert!(rows.len() == 1 && rows[0].trim_start().starts_with("first"), "{rows:?}");
}

#[test]
fn the_style_of_a_scenario_counts_after_the_command_line() {
    let room = Room::with(&[("styled.yaml", STYLED), ("style.yaml", "title: Of a file\nwidth: 800\n")]);
    room.run("run styled.yaml --write svg").with_code(0);
    let document = svg(&room, "output/styled/gantt.svg");
    assert!(texts(&document).contains(&"As in the report".to_owned()));
    // 640 pixels of letters of 12: all is drawn a fifth larger than on 533⅓ pixels.
    assert!(document.starts_with("<svg") && document.contains(" width=\"640\""), "{document}");
    assert!(document.contains("viewBox=\"0 0 533.333120 "), "{document}");
    room.run("run styled.yaml --write svg --style style.yaml").with_code(0);
    let document = svg(&room, "output/styled/gantt.svg");
    assert!(texts(&document).contains(&"Of a file".to_owned()) && document.contains(" width=\"800\""));
    room.run("run styled.yaml --write svg --style style.yaml --title Mine").with_code(0);
    assert!(texts(&svg(&room, "output/styled/gantt.svg")).contains(&"Mine".to_owned()));
}

/// A bar says what its step is called, and the legend what the colours are.
#[test]
fn labels_stand_in_bars_and_change_nothing_else() {
    let plain = STYLED.replace(", label: train", "").replace(", label: load", "");
    assert_ne!(plain, STYLED);
    let room = Room::with(&[("styled.yaml", STYLED), ("plain.yaml", &plain)]);
    let figures = |file: &str| {
        let ended = room.run(&format!("run {file} --format json --write svg")).with_code(0);
        let mut object = ended.json().remove(0);
        let keys = object.as_object_mut().expect("an object");
        keys.remove("reproduction");
        keys.remove("file");
        object.to_string().replace("plain.yaml", "styled.yaml")
    };
    assert_eq!(figures("styled.yaml"), figures("plain.yaml"));
    let legend = |line: &str| {
        room.run(&format!("run styled.yaml --write svg {line}")).with_code(0);
        texts(&svg(&room, "output/styled/gantt.svg"))
    };
    let found = legend("--lanes first --from 0s");
    assert!(
        found.iter().any(|text| text == "train") && found.iter().any(|text| text == "delayed"),
        "{found:?}"
    );
    assert!(found.iter().any(|text| text == "train 2s" || text == "2s"), "{found:?}");
    let found = legend("--colour-by state");
    assert!(
        found.iter().any(|text| text == "running") && !found.iter().any(|text| text == "load"),
        "{found:?}"
    );
    let found = legend("--color-by process");
    assert!(
        found.iter().any(|text| text == "other") && !found.iter().any(|text| text == "running"),
        "{found:?}"
    );
    let found = legend("--colour-by resource");
    assert!(found.iter().any(|text| text == "not waiting"), "{found:?}");
}

#[test]
fn themes_change_colours_and_nothing_else() {
    let room = Room::with(&[("styled.yaml", STYLED)]);
    let document = |theme: &str| {
        room.run(&format!("compare styled.yaml styled.yaml --write svg --theme {theme}")).with_code(0);
        ["comparison", "total-time"].map(|name| svg(&room, &format!("output/{name}.svg")))
    };
    let (light, print) = (document("light"), document("print"));
    for (light, print) in light.iter().zip(&print) {
        let without = |text: &str| {
            let mut text = text.to_owned();
            while let Some(at) = text.find("=\"#") {
                text.replace_range(at + 1..at + 9, "");
            }
            text
        };
        assert_eq!(without(light), without(print));
        for colour in print.split("=\"#").skip(1) {
            let (red, green, blue) = (&colour[..2], &colour[2..4], &colour[4..6]);
            assert!(red.eq_ignore_ascii_case(green) && green.eq_ignore_ascii_case(blue), "{colour}");
        }
    }
    assert!(document("dark").iter().all(|document| document.contains("class=\"paper\"")));
}

/// Who waits for what, with the other names first in the second.
const ONE: &str = "version: 1
name: one
resources: {lock: {kind: mutex}, filled: {kind: semaphore, permits: 0}}
processes:
  giver: {do: [{delay: 2s}, {release: filled}]}
  taker: {do: [{acquire: filled}, {with: lock, do: [{delay: 1s}]}, {mark: {name: taken, value: 7}}]}
";

#[test]
fn charts_go_by_the_wishes_for_pictures() {
    let two = ONE
        .replace("name: one", "name: two")
        .replace("giver: {do: [{delay: 2s}, ", "giver: {do: [{with: lock, do: [{delay: 2s}]}, {delay: 3s}, ");
    let two = two.replace("taker: {do: [", "taker: {do: [{with: lock, do: [{delay: 1s}]}, ");
    let room = Room::with(&[("one.yaml", ONE), ("two.yaml", &two)]);
    let wishes = "--font-size 14 --lanes taker --write svg";
    room.run(&format!("compare one.yaml two.yaml --title Slide {wishes}")).with_code(0);
    let mut charts = Vec::new();
    for name in ["comparison", "total-time", "one/gantt", "one/marks", "two/marks"] {
        let document = svg(&room, &format!("output/{name}.svg"));
        assert!(document.starts_with("<svg") && document.contains(" width=\"640\" "), "{name}: {document}");
        assert!(document.contains(" viewBox=\"0 0 457.143040 "), "{name}: {document}");
        assert!(texts(&document).contains(&"Slide".to_owned()), "{name}: {document}");
        charts.push(texts(&document));
    }
    assert!(
        charts[1].contains(&"taker".to_owned()) && !charts[1].contains(&"giver".to_owned()),
        "{charts:?}"
    );
    // In the first one only is waited for the semaphore, in the second one for the mutex, too.
    room.run("compare one.yaml two.yaml --write svg").with_code(0);
    let looks = ["comparison", "one/gantt", "two/gantt"].map(|name| {
        let document = svg(&room, &format!("output/{name}.svg"));
        ["lock", "filled"].map(|resource| look_of(&document, resource))
    });
    assert!(looks[0].iter().all(Option::is_some) && looks[0][0] != looks[0][1], "{looks:?}");
    assert_eq!((&looks[1][0], &looks[1][1]), (&None, &looks[0][1]));
    assert_eq!(looks[2], looks[0]);
}

/// A mutex that is given up while its owner waits for a condition, and a lock under which two
/// read and one writes.
const LOCKS: &str = r#"version: 1
name: locks
resources:
  m: mutex
  rw: rwlock
  c: condition
  unused: mutex
processes:
  a: {do: [{acquire: m}, {delay: 1s}, {wait: {on: c, mutex: m}}, {delay: 1s}, {release: m}]}
  b: {do: [{delay: 500ms}, {acquire: m}, {delay: 2s}, {notify: c}, {release: m}]}
  r: {count: 2, do: [{delay: index * 500ms}, {with: {read: rw}, do: [{delay: 1s}]}]}
  w: {do: [{delay: 700ms}, {with: {write: rw}, do: [{delay: 1500ms}]}]}
"#;

/// By hand: `a` holds `m` from 0 s, gives it up for the condition at 1 s, when `b` gets it, who
/// waits since 0.5 s, for 2 s; then `a` has it again until 4 s. The first reads from 0 s to 1 s,
/// the second from 0.5 s to 1.5 s; then the writer, who waits since 0.7 s, until 3 s.
#[test]
fn lanes_of_locks_show_who_holds_them() {
    let room = Room::with(&[("locks.yaml", LOCKS)]);
    let by_hand = [
        ("m", vec![(0.0, 1.0, "a"), (1.0, 3.0, "b"), (3.0, 4.0, "a")]),
        (
            "rw",
            vec![
                (0.0, 0.5, "r[0] reads"),
                (0.5, 1.0, "r[0], r[1] read"),
                (1.0, 1.5, "r[1] reads"),
                (1.5, 3.0, "w writes"),
            ],
        ),
    ];
    room.run("run locks.yaml --write svg").with_code(0);
    assert!(!svg(&room, "output/locks/gantt.svg").contains("held by"), "only if it is wished");
    for look in ["", "--colour-by process --theme print"] {
        let ended = room.run(&format!("run locks.yaml --write svg,tikz --width 1200 --holders {look}"));
        let document = svg(&room, "output/locks/gantt.svg");
        let parsed = Document::parse(&document).expect("it is XML");
        let number = |node: &resvg::usvg::roxmltree::Node<'_, '_>, name: &str| -> f64 {
            node.attribute(name).and_then(|text| text.parse().ok()).expect("a number")
        };
        // The work of b from 1 s to 3 s tells where times lie.
        let works = spans(&document, "b");
        let (one, three) = works.iter().map(|(_, from, to)| (*from, *to)).next_back().expect("it works");
        let x = |seconds: f64| one + (seconds - 1.0) / 2.0 * (three - one);
        let lanes: Vec<_> =
            parsed.descendants().filter(|node| node.attribute("class") == Some("holders")).collect();
        assert_eq!(lanes.len(), by_hand.len(), "the one that nobody holds has no lane");
        for (lane, (lock, holdings)) in lanes.iter().zip(&by_hand) {
            let bars: Vec<_> = lane.children().filter(|node| node.has_tag_name("rect")).collect();
            let names: Vec<_> = lane.children().filter(|node| node.has_tag_name("text")).collect();
            assert_eq!((bars.len(), names.len()), (holdings.len(), holdings.len()), "{lock}");
            for ((bar, name), (from, to, holder)) in bars.iter().zip(&names).zip(holdings) {
                let (left, width) = (number(bar, "x"), number(bar, "width"));
                let edges = [(left, x(*from)), (left + width, x(*to))];
                assert!(edges.iter().all(|(found, right)| (found - right).abs() < 1.0), "{lock} {edges:?}");
                assert_eq!(name.text(), Some(*holder));
                assert!((number(name, "x") - (x(*from) + x(*to)) / 2.0).abs() < 1.0, "{lock} {holder}");
                let (top, height) = (number(bar, "y"), number(bar, "height"));
                let baseline = number(name, "y");
                assert!(top < baseline - 7.0 && baseline < top + height, "{lock} {holder}");
            }
        }
        let texts = texts(&document);
        assert_eq!(texts.iter().filter(|text| *text == "held by").count(), 2);
        let note = "No lanes of locks for unused, which is held for no time.";
        assert!(texts.iter().any(|text| text == note), "{texts:?}");
        assert!(document.contains("rw read by r[0], r[1]\n500ms – 1s (500ms)"), "{document}");
        let tikz = String::from_utf8(room.files("output")["output/locks/gantt.tex"].clone());
        assert!(tikz.expect("it is text").contains("w writes"));
        // In letters, too.
        ended.says(&["├w writes──", "├2 readers─├r[1]"]);
    }
    room.run("compare locks.yaml locks.yaml --write svg --holders").with_code(0);
    assert_eq!(svg(&room, "output/comparison.svg").matches("class=\"holders\"").count(), 4);
    // Wished by the scenario itself; and of a part of the run, with torn ends.
    let styled = format!("{LOCKS}style: {{holders: true, from: 2s, to: 2500ms}}\n");
    let room = Room::with(&[("locks.yaml", &styled)]);
    room.run("run locks.yaml --write svg").with_code(0);
    let document = svg(&room, "output/locks/gantt.svg");
    assert_eq!(document.matches("class=\"holding\"").count(), 2, "{document}");
}

/// A million holdings in the width of a picture: columns with the share of time.
#[test]
fn a_lock_that_changes_hands_too_often_is_summed_up() {
    let often = "version: 1\nname: often\nresources: {m: mutex}\nprocesses:\n  \
                 p: {do: [{repeat: 5000, do: [{with: m, do: [{delay: 1ms}]}, {delay: 3ms}]}]}\n";
    let room = Room::with(&[("often.yaml", often)]);
    room.run("run often.yaml --write svg --holders").with_code(0);
    let document = svg(&room, "output/often/gantt.svg");
    assert!(document.len() < 300_000, "{}", document.len());
    assert!(document.contains("m: held ") && document.contains(" times, 25"), "{document}");
}

/// By hand: a breakdown takes the permit that is given back at 3 min, for 2 min; the next 3 min
/// later, at 8 min, and at 13 min likewise. Permits of a timetable are taken and given at its times
/// where one is free then, and so are cores.
#[test]
fn a_capacity_that_changes_is_drawn() {
    let visitors = "  visitor: {count: 8, start: index * 1min, do: [{with: desk, do: [{delay: 3min}]}]}\n";
    let scenario = |name: &str, desk: &str, processes: &str| {
        format!("version: 1\nname: {name}\nresources:\n  desk: {{{desk}}}\nprocesses:\n{processes}")
    };
    let cores = "kind: processor, cores: {0s: 2, 4min: 1, 7min: 2}";
    let works = "  visitor: {count: 4, do: [{work: {for: 3min, on: desk}}]}\n";
    let room = Room::with(&[
        ("shifts.yaml", &scenario("shifts", "kind: semaphore, permits: {0s: 2, 4min: 1, 9min: 3}", visitors)),
        (
            "breaks.yaml",
            &scenario(
                "breaks",
                "kind: semaphore, permits: 2, breakdown: {every: 3min, repair: 2min}",
                visitors,
            ),
        ),
        ("cores.yaml", &scenario("cores", cores, works)),
    ]);
    for (name, called, by_hand) in [
        ("shifts", "semaphore of 1 to 3", [(0.0, 2), (4.0, 1), (9.0, 3)].as_slice()),
        (
            "breaks",
            "semaphore of 1 to 2",
            &[(0.0, 2), (3.0, 1), (5.0, 2), (8.0, 1), (10.0, 2), (13.0, 1), (15.0, 2)],
        ),
        ("cores", "processor of 1 to 2", &[(0.0, 2), (4.0, 1), (7.0, 2)]),
    ] {
        room.run(&format!("run {name}.yaml --write svg")).with_code(0);
        let document = svg(&room, &format!("output/{name}/gantt.svg"));
        assert!(texts(&document).iter().any(|text| text == called), "{name}");
        let parsed = Document::parse(&document).expect("it is XML");
        let mut lines = parsed.descendants().filter(|node| node.attribute("class") == Some("capacity"));
        let line = lines.next().expect("it is drawn");
        assert_eq!(lines.next(), None);
        assert!(line.attribute("stroke-dasharray").is_some());
        let points = line.attribute("points").expect("it has corners").split(' ');
        let points: Vec<(f64, f64)> = points
            .map(|point| point.split_once(',').expect("a pair"))
            .map(|(x, y)| (x.parse().expect("a number"), y.parse().expect("a number")))
            .collect();
        // The first one has its 3 min from the start; the edges of bars are 0.4 pixels inside.
        let (_, left, right) = spans(&document, "visitor.0").remove(0);
        let (left, right) = (left - 0.4, right + 0.4);
        let x = |minutes: f64| left + minutes / 3.0 * (right - left);
        assert_eq!(points.len(), 2 * by_hand.len(), "{name} {points:?}");
        let corners: Vec<(f64, f64)> = points.chunks(2).map(|pair| pair[0]).collect();
        let height = |steps: u64| corners[0].1 + (2.0 - steps as f64) * (corners[1].1 - corners[0].1);
        assert!(corners[1].1 > corners[0].1 + 5.0, "less is lower");
        for (found, (minutes, capacity)) in corners.iter().zip(by_hand) {
            let places = ((found.0 - x(*minutes)).abs(), (found.1 - height(*capacity)).abs());
            assert!(places.0 < 0.5 && places.1 < 0.1, "{name} at {minutes}: {found:?} {places:?}");
        }
    }
}

/// In the second one the mutex comes first, which has the look of the semaphore of the first one
/// if it is drawn alone.
#[test]
fn a_name_has_one_look_in_all_runs_of_a_command() {
    let two = ONE
        .replace("name: one", "name: two")
        .replace("giver: {do: [{delay: 2s}, ", "giver: {do: [{with: lock, do: [{delay: 2s}]}, {delay: 3s}, ");
    let two = two.replace("taker: {do: [", "taker: {do: [{with: lock, do: [{delay: 1s}]}, ");
    let room = Room::with(&[("one.yaml", ONE), ("two.yaml", &two)]);
    let look = |name: &str, resource: &str| {
        look_of(&svg(&room, &format!("output/{name}/gantt.svg")), resource).expect("there is such a wait")
    };
    room.run("run two.yaml --write svg").with_code(0);
    let alone = [look("two", "lock"), look("two", "filled")];
    room.run("run one.yaml two.yaml --write svg").with_code(0);
    assert_eq!(look("two", "filled"), look("one", "filled"));
    assert_eq!(look("one", "filled"), alone[0], "else this proves nothing");
    assert_ne!(look("two", "lock"), look("two", "filled"));
}

/// The hatching of the first wait for a resource.
fn look_of(document: &str, resource: &str) -> Option<String> {
    let parsed = Document::parse(document).expect("it is XML");
    let is_wait = |node: &resvg::usvg::roxmltree::Node<'_, '_>| {
        let title = node.children().find(|part| part.has_tag_name("title")).and_then(|title| title.text());
        title.is_some_and(|title| title.contains(&format!(" {resource} (")))
    };
    let bar = parsed.descendants().find(is_wait)?;
    let id = bar.attribute("fill")?.strip_prefix("url(#")?.strip_suffix(')')?;
    let hatch = parsed.descendants().find(|node| node.attribute("id") == Some(id))?;
    Some(hatch.children().flat_map(|part| part.attributes()).map(|attribute| attribute.value()).collect())
}

#[test]
fn what_cannot_be_is_said_before_anything_is_run() {
    let room = Room::with(&[("styled.yaml", STYLED), ("pipe.yaml", PIPE), ("style.yaml", "widht: 800\n")]);
    for (line, says) in [
        ("--lanes frist", "'styled' has no process 'frist'; did you mean 'first'?"),
        ("--lanes other[3]", "'styled' has no process 'other[3]'; the last one is 'other[2]'"),
        ("--lanes first[0]", "'first' is a single one"),
        ("--from 3s --to 3s", "the picture would begin at 3s and end at 3s"),
        ("--from 6s", "the picture would begin at 6s and end at 5s"),
        ("--width 300", "too narrow for text of 12 pixels, which takes 480"),
        ("--width 20001", "expected a whole number from 1 to 20000"),
        ("--width -1", "expected a whole number from 1 to 20000"),
        ("--width 16cm", "write it in pixels; 640 are 16 cm in print"),
        ("--width 8cm", "write it in pixels, 320; 640 are 16 cm in print"),
        ("--font-size 5", "expected a whole number from 6 to 40"),
        ("--font-size 9.5", "expected a whole number from 6 to 40"),
        ("--font-size 7pt", "write it in pixels, 10; 640 are 16 cm in print"),
        ("--theme blue", "invalid value 'blue'"),
        ("--colour-by wait", "invalid value 'wait'"),
        ("--from 5", "a duration needs a unit"),
        ("--title  ", "a value is required"),
        ("--style style.yaml", "did you mean 'width'?"),
        ("--style absent.yaml", "cannot read 'absent.yaml'"),
    ] {
        let ended = room.run(&format!("run styled.yaml {line}"));
        let code = if line.contains("absent") { 3 } else { 2 };
        assert_eq!(ended.code, Some(code), "{line}: {}", ended.err);
        assert!(ended.err.contains(says), "{line}: {}", ended.err);
        assert_eq!(room.names("output"), Vec::<String>::new(), "{line}");
    }
    // Of several scenarios one has to have the lane.
    let ended = room.run("compare pipe.yaml styled.yaml --lanes nobody").with_code(2);
    assert!(ended.err.contains("none of the scenarios has a process 'nobody'"), "{}", ended.err);
    room.run("compare pipe.yaml styled.yaml --write none --lanes first,consumer").with_code(0);
    // A run that is over before has no picture, and that is said.
    let ended = room.run("run pipe.yaml --from 7s").with_code(0);
    ended.says(&["no pictures: they would begin where the run, until 7s, is over"]);
    assert_eq!(room.names("output"), ["output/pipe/result.json", "output/pipe/trace.jsonl"]);
}

//! Reports to hand in: Markdown with its pictures beside it, HTML with them in it.

use crate::room::{DEADLOCK, PIPE, Room};
use resvg::usvg::roxmltree::{Document, ParsingOptions};

fn text(room: &Room, name: &str) -> String {
    std::fs::read_to_string(room.path(name)).expect("it is there")
}

/// With 2 s for each of three items after the first has come: 7 s; with 2 items 5 s.
#[test]
fn a_page_of_markdown_links_to_its_pictures() {
    let room = Room::with(&[("pipe.yaml", PIPE)]);
    let line = "report pipe.yaml --set items=3 --set items=2 -o out/lab.md --title My_lab --theme print";
    let ended = room.run(line).with_code(0);
    assert_eq!(ended.out, " out/lab.md\n out/lab-pictures\n");
    let page = text(&room, "out/lab.md");
    assert!(page.starts_with("# My\\_lab\n"), "{page}");
    let links: Vec<&str> =
        page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link).collect();
    assert_eq!(links.len(), 4, "{links:?}");
    for link in links {
        let svg = text(&room, &format!("out/{}", link.replace("%3D", "=").replace("%20", " ")));
        assert!(Document::parse(&svg).is_ok() && !svg.contains("#0072b2"), "{link}");
    }
    let row = |begins: &str| {
        let line = page.lines().find(|line| line.starts_with(begins)).expect("it is told");
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(row("| pipe items=3 ")[1..4], ["completed", "7s", "1.00×"]);
    assert_eq!(row("| pipe items=2 ")[1..4], ["completed", "5s", "1.40×"]);
    assert_eq!(row("| consumer ")[..3], ["consumer", "7s", "6s"]);
    // Where it comes from is what a run says of itself.
    let run =
        room.run("run pipe.yaml --set items=2 --write none --format json").with_code(0).json().remove(0);
    let fingerprint = run["fingerprint"].as_str().expect("a text");
    assert!(
        page.contains(fingerprint) && page.contains("tempolane run pipe.yaml --set items=2 --seed 0"),
        "{page}"
    );
    // Twice the same.
    room.run(line).with_code(0);
    assert_eq!(page, text(&room, "out/lab.md"));
}

/// A page of ours is XML, too, so that a reader of XML finds what is not closed.
#[test]
fn a_page_of_html_has_its_pictures_in_it() {
    let hostile = PIPE.replace("name: pipe", "name: '</title><script>alert(1)</script>'");
    let room = Room::with(&[("pipe.yaml", PIPE), ("other.yaml", &hostile)]);
    room.run("report pipe.yaml other.yaml -o lab.html").with_code(0);
    let page = text(&room, "lab.html");
    assert!(!page.contains("<script"), "{page}");
    let body = &page[page.find("<body>").expect("a body")..page.find("</html>").expect("an end")];
    let parsed = Document::parse_with_options(body, ParsingOptions::default()).expect("it is well formed");
    let pictures =
        parsed.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "svg")));
    assert_eq!(pictures.count(), 4);
    let mut ids: Vec<&str> = parsed.descendants().filter_map(|node| node.attribute("id")).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id is that of one thing");
    for fill in parsed.descendants().filter_map(|node| node.attribute("fill")) {
        let id = fill.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')'));
        assert!(id.is_none_or(|id| ids.binary_search(&id).is_ok()), "{fill}");
    }
}

#[test]
fn findings_and_wrong_names_are_told() {
    let room = Room::with(&[("stuck.yaml", DEADLOCK)]);
    room.run("report stuck.yaml -o stuck.md").with_code(1);
    assert!(text(&room, "stuck.md").contains("It ended at 1s: deadlock."));
    let ended = room.run("report stuck.yaml -o stuck.pdf").with_code(2);
    assert!(ended.err.contains("the name of a report ends in .md or .html"), "{}", ended.err);
    room.run("report stuck.yaml").with_code(2);
    room.run("report absent.yaml -o x.md").with_code(3);
}

/// Who waits for what that whom holds, and which accesses race, as a run says it; in both formats.
#[test]
fn a_report_says_in_words_what_a_run_says() {
    let racing = "version: 1\nname: racing\nresources: {cell: {kind: memory, slots: 1, value: 0}}\nprocesses:\n  \
                  one: {do: [{delay: 1s}, {write: {to: cell, at: 0, value: 1}}]}\n  \
                  two: {do: [{delay: 1s}, {write: {to: cell, at: 0, value: 2}}]}\n";
    let room = Room::with(&[("stuck.yaml", DEADLOCK), ("racing.yaml", racing)]);
    room.run("report stuck.yaml racing.yaml -o lab.md").with_code(1);
    room.run("report stuck.yaml racing.yaml -o lab.html").with_code(1);
    let page = text(&room, "lab.md");
    let html = text(&room, "lab.html").replace("&apos;", "'").replace("&#39;", "'");
    for line in [
        "- 'first' waits to acquire 'b', held by 'second'",
        "    stuck.yaml:8: first: {do: [{acquire: a}, {delay: 1s}, {acquire: b}]}",
        "- 'third' waits to acquire 'never', starved: nobody that is left will ever end the wait",
        "cycle: first → second → first",
        "    racing.yaml:5: one: {do: [{delay: 1s}, {write: {to: cell, at: 0, value: 1}}]}",
    ] {
        assert!(page.lines().any(|found| found == line), "no {line:?} in {page}");
        assert!(html.contains(line), "no {line:?} in {html}");
    }
    // What is said of the race is what the run says.
    let run = room.run("run racing.yaml --write none").with_code(0);
    let race: Vec<&str> = run.out.lines().filter(|line| line.starts_with("  - ")).collect();
    assert!(race.len() == 1 && race[0].contains("'one'") && race[0].contains("'two'"), "{}", run.out);
    assert!(page.lines().any(|found| found == race[0].trim()), "{page}");
}

/// Where random numbers are drawn, each table says whether it is of one run or of means; where
/// none are, there is nothing to tell apart.
#[test]
fn tables_say_whether_they_are_of_one_run_or_of_means() {
    let random = "version: 1\nname: random\nseed: 7\nprocesses:\n  \
                  p: {do: [{repeat: 9, do: [{delay: {exponential: {mean: 1s}}}]}, {delay: 2s}]}\n";
    let room = Room::with(&[("random.yaml", random), ("pipe.yaml", PIPE)]);
    room.run("report random.yaml pipe.yaml -o lab.md").with_code(0);
    let page = text(&room, "lab.md");
    let (random, pipe) = page.split_once("## pipe").expect("a section for each");
    let (comparison, random) = random.split_once("## random").expect("a section for each");
    assert!(comparison.contains("Each row is of one run, and none is a mean"), "{comparison}");
    // What stands right above each table.
    let blocks: Vec<&str> = random.split("\n\n").collect();
    let above = |heads: &str| {
        let table = blocks.iter().position(|block| block.starts_with(heads)).expect("there is such a table");
        blocks[table - 1]
    };
    assert_eq!(above("| process "), "Figures of one run, and no means: random numbers are drawn, by seed 7.");
    assert_eq!(above("| on the critical path "), "Of the same run:");
    let means = above("| change ");
    assert!(means.starts_with("Means of 20 runs with other random numbers, of seed 7"), "{means}");
    // The mean of the scenario as it is: that of `why`, too.
    let why = room.run("why random.yaml --replications 20").with_code(0);
    let mean = why.out.split("total_time is ").nth(1).and_then(|rest| rest.split(' ').next());
    let mean = mean.expect("it says the mean").trim_end_matches('s');
    let told = means.split("as it is, ").nth(1).and_then(|rest| rest.split('s').next()).expect("it is told");
    let number = |text: &str| text.parse::<f64>().expect("seconds");
    assert!((number(mean) - number(told)).abs() <= 0.05, "{mean} {told}");
    let section = pipe.split("## Where").next().expect("a section");
    assert!(!section.contains("Of the same run") && !section.contains("eans of"), "{section}");
}

//! Bad scenarios: every problem is found, placed and explained, and nothing
//! panics, hangs or takes memory without bound.
#![allow(clippy::disallowed_methods, reason = "a stopwatch: that it takes no longer is a part of the test")]

mod beginners;
mod choosing;
mod closing;
mod declarations;
mod expectations;
mod follow_up;
mod hints;
mod language;
mod lives;
mod measures;
mod preemption;
mod records;
mod students;
mod style;
mod tables;
mod unseen;
mod within;

use std::fmt::Write as _;
use std::time::{Duration, Instant};
use tempolane::scenario::{Diagnostics, LoadError, load_file, load_reader, load_str};

/// A problem as it is expected: line, column, a part of its message, and a part
/// of its hint (empty if that does not matter).
type Expected<'a> = (u32, u32, &'a str, &'a str);

fn overrides(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn diagnostics(text: &str, given: &[(&str, &str)]) -> Diagnostics {
    match load_str("bad.yaml", text, &overrides(given)) {
        Err(LoadError::Diagnostics(diagnostics)) => diagnostics,
        Err(other) => panic!("not a problem of the scenario: {other}"),
        Ok(_) => panic!("accepted:\n{text}"),
    }
}

/// Checks that a text has exactly these problems.
#[track_caller]
fn refused(text: &str, expected: &[Expected<'_>]) {
    let found = diagnostics(text, &[]);
    let mut shown = String::new();
    for item in &found.items {
        let hint = item.hint.as_deref().unwrap_or("");
        writeln!(shown, "{}:{} {} | {hint}", item.site.line, item.site.column, item.message).expect("text");
    }
    assert_eq!(found.items.len(), expected.len(), "found:\n{shown}");
    for (item, (line, column, message, hint)) in found.items.iter().zip(expected) {
        let right = (item.site.line, item.site.column) == (*line, *column)
            && item.message.contains(message)
            && item.hint.as_deref().unwrap_or("").contains(hint);
        assert!(right, "expected {line}:{column} {message} | {hint}, found:\n{shown}");
    }
}

/// What is wrong in a frame, the column at which that is told, and parts of the message and the hint.
type Row<'a> = (&'a str, u32, &'a str, &'a str);

/// Checks that a frame with each of these in it has one problem, on this line.
fn refused_each(frame: impl Fn(&str) -> String, line: u32, rows: &[Row<'_>]) {
    for &(wrong, column, message, hint) in rows {
        refused(&frame(wrong), &[(line, column, message, hint)]);
    }
}

/// A scenario with these steps, the first of them on line 16 from column 9 on.
fn with_step(step: &str) -> String {
    format!(
        "version: 1
params: {{n: 3, zero: 0, less: -1, t: 1s, x: 1.5}}
resources:
  mutex1: mutex
  forks: {{kind: mutex, count: n}}
  permits: {{kind: semaphore, permits: n}}
  queue: {{kind: buffer, capacity: n}}
  slots: {{kind: memory, slots: n}}
processes:
  other: {{do: []}}
  many: {{count: 2, do: []}}
  p:
    vars: {{i: 0, f: 0.5, b: true, pause: 1ms, a: {{array: n}}}}

    do:
      - {step}
"
    )
}

/// Checks that a step has one problem, on line 16 at this column.
#[track_caller]
fn step_refused(step: &str, column: u32, message: &str, hint: &str) {
    refused(&with_step(step), &[(16, column, message, hint)]);
}

#[test]
fn the_frame_of_these_tests_is_right() {
    load_str("good.yaml", &with_step("delay: t"), &[]).unwrap_or_else(|error| panic!("{error}"));
}

// ---------------------------------------------------------------- YAML itself

#[test]
fn syntax_errors_are_explained_where_they_are() {
    let cases: [(&str, Expected<'_>); 20] = [
        ("version: 1\nprocesses:\n\tp:\n", (3, 1, "a tab cannot indent", "use spaces")),
        ("processes:\n  p:\n    do:\n\t- delay: 1s\n", (4, 1, "a tab cannot indent", "forbids tabs")),
        ("a:\n  - x: \"abc\n  - y: 1\n", (2, 8, "never closed", "close it")),
        ("a:\n  - x: 'abc\n", (2, 8, "never closed", "close it")),
        ("a:\n      - b: 1\n     - c: 2\n", (3, 6, "does not fit the indentation", "one column")),
        ("a:\n  b: 1\n   c: 2\n", (3, 5, "a `:` is not allowed", "indented")),
        ("a:\n  b: []\n   c: 2\n", (3, 4, "does not fit the indentation", "one column")),
        ("a: *nothing\n", (1, 4, "names no anchor", "quote a text that begins with `*`")),
        ("version: 1\nprocesses: {p: {do: []}}\n---\na: 1\n", (3, 1, "a second one", "remove")),
        ("---\na: 1\n...\n---\nb: 1\n", (3, 1, "a second one", "remove")),
        ("name: a: b\n", (1, 8, "a `:` is not allowed", "quotes")),
        ("version: 1\nname\nseed: 1\n", (2, 1, "needs `:`", "space after the colon")),
        ("a: [forks{0}, b]\n", (1, 4, "bracket", "needs quotes")),
        ("a: @x\n", (1, 4, "cannot begin with `@`", "quotes")),
        ("a: \"x\\qy\"\n", (1, 6, "not a known escape", "single quotes")),
        ("a: \"x\u{1}y\"\n", (1, 6, "control character U+0001", "text file")),
        ("ver\0sion: 1", (1, 4, "control character U+0000", "text file")),
        ("%YAML 1.2\n---\nversion: 1\n", (1, 1, "directives", "delete the line")),
        ("'a' 'b'\n", (1, 1, "more text after", "one map")),
        ("a: - b\n", (1, 4, "a `-` is not allowed", "line of its own")),
    ];
    for (text, expected) in cases {
        refused(text, &[expected]);
    }
}

#[test]
fn a_file_without_content_is_told_what_it_needs() {
    for text in ["", "\n\n", "# only\n\n   # comments\n", "---\n"] {
        refused(text, &[(1, 1, "no content", "`version: 1` and `processes`")]);
    }
    refused("hello\n", &[(1, 1, "the scenario is a map, found text", "")]);
    refused("- a\n", &[(1, 1, "the scenario is a map, found a list", "")]);
    refused("null\n", &[(1, 1, "the scenario has no content", "")]);
}

#[test]
fn carriage_returns_and_a_byte_order_mark_shift_nothing() {
    let text = "\u{feff}vrsion: 1\r\nprocesses:\r\n  p:\r\n    do:\r\n      - dealy: 1s\r\n";
    refused(
        text,
        &[
            (1, 1, "unknown key 'vrsion' in the scenario; did you mean 'version'?", "`processes`"),
            (5, 9, "unknown step 'dealy'; did you mean 'delay'?", "the steps are"),
        ],
    );
}

/// A list begins with its first dash.
#[test]
fn a_list_is_shown_where_it_begins() {
    refused("- a\n- b\n", &[(1, 1, "the scenario is a map, found a list", "")]);
    refused("# remark\n  - a\n", &[(2, 3, "the scenario is a map, found a list", "")]);
    step_refused("- a", 9, "a step is a map, found a list", "");
}

#[test]
fn every_mistake_in_a_log_text_is_told() {
    let text = with_step("log: 'a } b {nope} c {i +} d {{ {i} {'");
    let place = "log: 'a ".len() as u32 + 9;
    refused(
        &text,
        &[
            (16, place, "a `}` without a `{` before it", "`}}`"),
            (16, place + 5, "unknown parameter or variable 'nope'", ""),
            (16, place + 16, "the expression ends where a value is missing", ""),
            (16, place + 28, "a `{` that is never closed", "`{{`"),
        ],
    );
}

#[test]
fn keys_are_text_and_stand_once() {
    refused(
        "version: 1\nversion: 1\n1: x\ntrue: y\n~: z\n? [a, b]\n: c\nprocesses: {p: {do: []}, p: {do: [], do: []}}\n",
        &[
            (2, 1, "the key 'version' is repeated", "line 1"),
            (3, 1, "a key must be text, found an integer", "quotes"),
            (4, 1, "a key must be text, found a boolean", "`true`"),
            (5, 1, "a key must be text, found nothing", ""),
            (6, 4, "a key must be text, found a list", ""),
            (8, 26, "the key 'p' is repeated", "line 8"),
            (8, 38, "the key 'do' is repeated", "line 8"),
        ],
    );
    step_refused("{delay: !fast 1s}", 17, "the YAML tag '!fast'", "leave the tag out");
}

#[test]
fn numbers_are_finite_and_fit() {
    refused(
        "version: 1
params:
  a: .nan
  b: .inf
  c: -.inf
  e: 1e400
  f: 99999999999999999999
  g: -99999999999999999999
  i: -1e400
processes: {p: {do: []}}
",
        &[
            (3, 6, "finite", ""),
            (4, 6, "finite", ""),
            (5, 6, "finite", ""),
            (6, 6, "too large for a float", ""),
            (7, 6, "does not fit 64 bits", ""),
            (8, 6, "does not fit 64 bits", ""),
            (9, 7, "too large for a float", ""),
        ],
    );
}

// ------------------------------------------------------------- size and depth

/// Checks that a text is refused soon, with a message like this.
#[track_caller]
fn refused_soon(text: &str, message: &str) {
    let start = Instant::now();
    let found = diagnostics(text, &[]);
    let spent = start.elapsed();
    assert!(found.items[0].message.contains(message), "{}", found.items[0].message);
    let rendered = found.render(false);
    assert!(rendered.len() < 2_000, "{} bytes are printed", rendered.len());
    assert!(spent < Duration::from_secs(20), "took {spent:?}");
}

#[test]
fn deep_nesting_ends_in_a_message() {
    refused_soon(&("[".repeat(10_000) + &"]".repeat(10_000)), "nests too deeply");
    refused_soon(&format!("a: {}{}", "[".repeat(1_900), "]".repeat(1_900)), "128 levels");
    refused_soon(&"[".repeat(1_000_000), "too large");
    refused_soon(&"{a: ".repeat(10_000), "nests too deeply");
    refused_soon(&("- ".repeat(10_000) + "x"), "128 levels");
    refused_soon(&"[\"]]]]]]]]\", ".repeat(20_000), "128 levels");
    let block: String = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refused_soon(&block, "128 levels");
    let mut steps = String::from("version: 1\nprocesses:\n  p:\n    do:\n");
    for depth in 0..200 {
        let indentation = " ".repeat(4 + depth * 2);
        writeln!(steps, "{indentation}- repeat: 2\n{indentation}  do:").expect("text");
    }
    refused_soon(&steps, "128 levels");
}

#[test]
fn alias_bombs_are_given_up() {
    let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (name, before) in ('b'..='j').zip('a'..) {
        let list = vec![format!("*{before}"); 10].join(",");
        writeln!(bomb, "{name}: &{name} [{list}]").expect("text");
    }
    refused_soon(&bomb, "too large");
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a,".repeat(1_000));
    refused_soon(&text, "too large");
    refused_soon(
        "version: 1\nprocesses:\n  p: &p\n    do:\n      - repeat: 2\n        do: *p\n",
        "128 levels",
    );
}

#[test]
fn long_lines_are_cut_in_the_message() {
    let text =
        format!("version: 1\nprocesses: {{p: {{do: [{{log: \"{}\", dely: 1}}]}}}}\n", "é".repeat(500_000));
    let found = diagnostics(&text, &[]);
    assert_eq!((found.items[0].site.line, found.items[0].site.column), (2, 500_032));
    let rendered = found.render(false);
    assert!(rendered.contains("bad.yaml:2:500032"), "{rendered}");
    assert!(rendered.contains("^^^^") && rendered.len() < 1_500, "{rendered}");
    refused_soon(&format!("? {}\n: 1\n", "k".repeat(5_000)), "longer than 1000");
    refused_soon(&"x".repeat(3 << 20), "too large");
}

#[test]
fn many_steps_on_one_line_take_no_longer_than_on_many() {
    let steps = "{delay: x, work: 1s, log: 'é {1/0}'}, ".repeat(12_000);
    let start = Instant::now();
    let found = diagnostics(&format!("version: 1\nprocesses: {{p: {{do: [{steps}]}}}}\n"), &[]);
    assert_eq!(found.items.len(), 12_000);
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
}

#[test]
fn many_holes_of_one_log_text_are_found_in_one_pass() {
    let text = format!("version: 1\nprocesses: {{p: {{do: [{{log: '{}'}}]}}}}\n", "é{x}".repeat(50_000));
    let start = Instant::now();
    assert_eq!(diagnostics(&text, &[]).items.len(), 50_000);
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
}

#[test]
fn long_expressions_end_in_a_message() {
    for (expression, message) in [
        ("i+".repeat(4_900) + "i", "256 operations in a row"),
        ("-".repeat(9_000) + "1", "nests more than 64"),
        ("(".repeat(4_000) + "1" + &")".repeat(4_000), "nests more than 64"),
        ("not ".repeat(2_000) + "b", "nests more than 64"),
        ("a[".repeat(1_500) + "0", "nests more than 64"),
        (format!("min({}1)", "1,".repeat(3_000)), "256 operations"),
        ("1".repeat(10_001), "10,000 characters"),
    ] {
        let found = diagnostics(&with_step(&format!("set: {{i: '{expression}'}}")), &[]);
        assert_eq!(found.items.len(), 1);
        assert!(found.items[0].message.contains(message), "{}", found.items[0].message);
    }
    let step = format!("put: {{to: [{}], value: '{}'}}", "queue,".repeat(2_000), "1+".repeat(250) + "1");
    let found = diagnostics(&with_step(&step), &[]);
    assert!(found.items[0].message.contains("1,000,000 characters"), "{}", found.items[0].message);
}

#[test]
fn many_problems_are_counted_not_shown() {
    let mut text = String::from("version: 1\nprocesses:\n  p:\n    do:\n");
    for number in 0..5_000 {
        writeln!(text, "      - acquire: unknown{number}").expect("text");
    }
    let start = Instant::now();
    let found = diagnostics(&text, &[]);
    assert_eq!(found.items.len(), 5_000);
    let rendered = found.render(false);
    assert_eq!(rendered.matches("error: ").count(), 50);
    assert!(rendered.ends_with("and 4950 more"), "{}", &rendered[rendered.len() - 100..]);
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// A small generator, so that a failure can be reproduced.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

#[test]
fn random_bytes_and_random_changes_never_panic() {
    let mut random = Random(1);
    for _ in 0..300 {
        let length = random.below(400);
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        assert!(load_reader("random", bytes.as_slice(), &[]).is_err());
    }
    let valid = with_step("set: {i: (i + 1) % n, 'a[i]': max(1, len(a)), f: x * 2}");
    let pieces =
        ["{", "}", "[", "]", ":", ",", "-", "\n", " ", "'", "\"", "&a", "*a", "|", ">", "é", "0", "%", "("];
    for _ in 0..3_000 {
        let mut text = valid.clone();
        for _ in 0..=random.below(3) {
            let mut at = random.below(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let piece = pieces[random.below(pieces.len())];
            if random.below(2) == 0 {
                text.insert_str(at, piece);
            } else {
                let end = (at + 1 + random.below(8)).min(text.len());
                let end = (end..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
                text.replace_range(at..end, piece);
            }
        }
        if let Err(error) = load_str("random.yaml", &text, &[]) {
            assert!(!error.render(true).is_empty());
        }
    }
}

// ----------------------------------------------------------------------- files

#[test]
fn files_that_are_no_scenarios() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = load_file(&folder.path().join("missing.yaml"), &[]).expect_err("missing");
    assert!(matches!(missing, LoadError::Environment { .. }) && missing.exit_code() == 3);
    assert!(missing.render(false).contains("cannot read"), "{missing}");

    let directory = load_file(folder.path(), &[]).expect_err("a directory");
    assert!(matches!(directory, LoadError::Directory { .. }) && directory.exit_code() == 2);
    assert!(directory.render(false).contains("is a directory"), "{directory}");

    let large = folder.path().join("large.yaml");
    std::fs::File::create(&large).and_then(|file| file.set_len(100 << 20)).expect("a sparse file");
    let start = Instant::now();
    let large = load_file(&large, &[]).expect_err("too large");
    assert!(start.elapsed() < Duration::from_millis(500), "the file was read");
    assert_eq!(large.exit_code(), 2);
    assert!(large.render(false).contains("the file is too large"), "{large}");
    assert!(large.render(false).contains("2 MiB"), "{large}");

    let binary = folder.path().join("binary.yaml");
    std::fs::write(&binary, b"version: 1\nname: \xff\xfe\n").expect("writable");
    let binary = load_file(&binary, &[]).expect_err("no text");
    assert!(binary.render(false).contains("not UTF-8 text"), "{binary}");
    assert!(binary.render(false).contains("binary.yaml:2:7"), "{binary}");

    let stream = load_reader("<stdin>", std::io::repeat(b' '), &[]).expect_err("endless");
    assert!(stream.render(false).contains("the file is too large"), "{stream}");
}

#[test]
fn what_is_printed_cannot_control_the_terminal() {
    let text = "version: 1\n\"\\e[31m\\u202e\": 1\nprocesses: {p: {do: []}}\n";
    let rendered = diagnostics(text, &[]).render(false);
    assert!(!rendered.contains('\u{1b}') && !rendered.contains('\u{202e}'), "{rendered}");
    assert!(rendered.contains("\\u{1b}[31m"), "{rendered}");
    assert!(diagnostics(text, &[]).render(true).contains('\u{1b}'));
    let error = load_str("a\u{1b}[31m.yaml", text, &[]).expect_err("refused");
    assert!(!error.render(false).contains('\u{1b}'));
}

#[test]
fn a_problem_is_shown_with_its_line_and_hint() {
    let text = with_step("acquire: mutx1");
    assert_eq!(
        diagnostics(&text, &[]).render(false),
        "error: unknown resource 'mutx1'; did you mean 'mutex1'?
  --> bad.yaml:16:18
   |
16 |       - acquire: mutx1
   |                  ^^^^^"
    );
    let text = with_step("delay: 5");
    assert_eq!(
        diagnostics(&text, &[]).render(false),
        "error: `delay` takes a duration, found an integer
  --> bad.yaml:16:16
   |
16 |       - delay: 5
   |                ^
   |
   = help: a duration needs a unit; write `5s` or `5ms`"
    );
}

/// Found by fuzzing: where a line of those who wait belongs to a resource that is not there, since
/// something is wrong with it.
#[test]
fn waits_for_a_resource_that_is_wrong() {
    let text = "version: 1\nresources: {l: {kind: latch, from:w 2}}\nprocesses:\n  m: {do: [{wait: l}]}\n";
    refused(text, &[(2, 30, "a space is missing after the colon", "from: w 2")]);
    let text = "version: 1\nresources: {l: {kind: rwlock, count:w 2}}\nprocesses:\n  m: {do: [{acquire: {read: \"l[0]\"}}]}\n";
    refused(text, &[(2, 31, "a space is missing after the colon", "count: w 2")]);
}

/// What beginners write first, and what they mean by it.
#[test]
fn first_mistakes_say_what_to_write() {
    for (step, column, message, hint) in [
        ("with: lock", 15, "unknown resource 'lock'", "`lock: mutex`"),
        ("read: {from: slots, at: 0, into: n2}", 42, "unknown variable 'n2'", "`vars`"),
        ("join: {any: many, into: who}", 33, "unknown variable 'who'", "`vars`"),
        ("repeat: 3 times", 19, "expected an operator", "`repeat: 3`"),
        ("set: {i: i++}", 20, "a value is missing before `+`", "`set: {n: n + 1}`"),
        ("set: {i: i = 1}", 20, "unexpected '='", "`set: {n: n + 1}`"),
    ] {
        let refused = load_str("mistake.yaml", &with_step(step), &[]).expect_err(step);
        let text = refused.render(false);
        assert!(text.contains(message) && text.contains(hint), "{step}\n{text}");
        assert!(text.contains(&format!(":16:{column}")), "{step} {column}\n{text}");
    }
    let text = "version: 1\nprocesses: {p: {do: []}}\nexpect: {races: 0}\n";
    refused(text, &[(3, 17, "takes a word, found an integer", "write `none`")]);
}

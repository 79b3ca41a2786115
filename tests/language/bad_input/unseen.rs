//! What cannot be seen, letters that are none, and numbers that are written in
//! another way.

use super::{diagnostics, refused, with_step};
use tempolane::scenario::load_str;

#[test]
fn characters_that_cannot_be_seen_are_named() {
    let space = "a non-breaking space (U+00A0)";
    for (text, line, column, message) in [
        // As indentation: whatever else is wrong comes of it.
        (
            "version: 1\nprocesses:\n\u{a0}\u{a0}p: {do: [{delay: 1s}]}\n",
            3,
            1,
            format!("{space} indents this line"),
        ),
        ("version: 1\nprocesses:\n  p:\n    do:\n    \u{a0} - delay: 1s\n", 5, 5, space.to_owned()),
        ("version: 1\nprocesses:\n  p: {do: [{delay:\u{a0}1s}]}\n", 3, 19, space.to_owned()),
        ("version: 1\nprocesses:\n  p:\n    do:\n      - delay:\u{a0}1s\n", 5, 15, space.to_owned()),
        ("version:\u{a0} 1\nprocesses: {p: {do: []}}\n", 1, 9, space.to_owned()),
        ("version: 1\nprocesses:\n  p\u{200b}: {do: []}\n", 3, 4, "a zero-width space (U+200B)".to_owned()),
        (
            "version: 1\nprocesses: {p: {do: [{delay: 1\u{2060}s}]}}\n",
            2,
            31,
            "a word joiner (U+2060)".to_owned(),
        ),
        (
            "version: 1\nresources: {m: mute\u{ad}x}\nprocesses: {p: {do: []}}\n",
            2,
            20,
            "a soft hyphen".to_owned(),
        ),
        (
            "version: 1\nprocesses: {p: {do: [{\u{feff}delay: 1s}]}}\n",
            2,
            23,
            "a byte order mark (U+FEFF)".to_owned(),
        ),
    ] {
        let found = diagnostics(text, &[]);
        let item = &found.items[0];
        assert_eq!((found.items.len(), item.site.line, item.site.column), (1, line, column), "{found}");
        assert!(item.message.contains(&message), "{found}");
        // And it is seen in the line.
        assert!(found.render(false).contains("\\u{"), "{found}");
    }
}

#[test]
fn they_do_no_harm_in_prose() {
    let text = "\u{feff}version: 1\ndescription: |\n  Preis:\n  \u{a0} 5\u{a0}€\nprocesses: {p: {do: [{log: \"5\u{a0}€\"}]}} # \u{200b}\n";
    load_str("good.yaml", text, &[]).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_value_from_outside_may_hold_them_too() {
    let text = "version: 1\nparams: {n: 1}\nprocesses: {p: {do: [{delay: n * 1s}]}}\n";
    let found = diagnostics(text, &[("n", "\u{feff}2")]);
    assert!(found.items[0].message.contains("a byte order mark (U+FEFF)"), "{found}");
}

#[test]
fn a_missing_space_after_a_colon_is_said() {
    let missing = "a space is missing after the colon";
    for (text, line, column, hint) in [
        ("version: 1\nprocesses: {p: {do: [{delay:1s}]}}\n", 2, 23, "`delay: 1s`"),
        ("version: 1\nprocesses: {p: {do: [{log: a}], priority:3}}\n", 2, 33, "`priority: 3`"),
        ("version: 1\nparams: {n:3}\nprocesses: {p: {do: [{delay: n * 1s}]}}\n", 2, 10, "`n: 3`"),
        ("version: 1\nprocesses:\n  p:\n    do:\n      - delay:1s\n", 5, 9, "`- delay: 1s`"),
        ("version:1\nprocesses: {p: {do: []}}\n", 1, 8, "space after the colon"),
        ("version: 1\nprocesses:\n  p:{do: []}\n", 3, 4, "space after the colon"),
        ("version: 1\nparams:\n  n:3\n  m: 4\nprocesses: {p: {do: []}}\n", 3, 4, "space after the colon"),
    ] {
        refused(text, &[(line, column, missing, hint)]);
    }
}

#[test]
fn a_letter_is_one_from_a_to_z() {
    for (name, letter) in [("Büro", "ü"), ("größe", "ö"), ("рабочий", "р")] {
        let text = format!(
            "version: 1\nprocesses:\n  {name}: {{do: [{{delay: 1s}}]}}\nexpect: {{finished: {{{name}: 1s}}}}\n"
        );
        refused(&text, &[(3, 3, &format!("`{letter}` is no letter from A to Z"), "a letter from A to Z")]);
    }
    let text = with_step("set: {i: größe}");
    refused(&text, &[(16, 20, "unexpected 'ö'", "those from A to Z")]);
}

/// One rule for numbers: in a file, in an expression, and from outside.
#[test]
fn a_number_is_refused_everywhere_or_nowhere() {
    let text = |value: &str| {
        format!("version: 1\nparams: {{n: {value}}}\nprocesses: {{p: {{do: [{{log: \"{{n}}\"}}]}}}}\n")
    };
    for (number, message, hint) in [
        ("0x10", "numbers are written in decimal", "`16`"),
        ("0o17", "numbers are written in decimal", "`15`"),
        ("0b11", "numbers are written in decimal", "`3`"),
        ("-0x10", "numbers are written in decimal", "`16`"),
        ("+5", "a value is missing before `+`", "no plus sign"),
        ("1_000", "cannot be separated", "leave the `_` out"),
        (".5", "unexpected '.'", "`0.5`"),
        ("5.", "cannot end in a point", "`5.0`"),
        ("007", "needless 0", ""),
        ("1e400", "too large for a float", ""),
        ("True", "unknown parameter 'True'", "write `true`"),
    ] {
        let places = [
            diagnostics(&text(number), &[]),
            diagnostics(&text(&format!("({number})")), &[]),
            diagnostics(&text("1.0"), &[("n", number)]),
        ];
        for found in places {
            assert_eq!(found.items.len(), 1, "{number}: {found}");
            let item = &found.items[0];
            assert!(item.message.contains(message), "{number}: {found}");
            assert!(item.hint.as_deref().unwrap_or("").contains(hint), "{number}: {found}");
        }
    }
    for number in ["12", "-12", "1.5", "1e3", "2E-3", "1.5e+3"] {
        for (text, given) in
            [(text(number), None), (text(&format!("({number})")), None), (text("1.0"), Some(number))]
        {
            let given: Vec<_> = given.iter().map(|given| ("n".to_owned(), (*given).to_owned())).collect();
            load_str("good.yaml", &text, &given).unwrap_or_else(|error| panic!("{number}: {error}"));
        }
    }
    refused("version: 1\nseed: 0x10\nprocesses: {p: {do: []}}\n", &[(2, 7, "decimal", "`16`")]);
}

#[test]
fn merge_keys_merge() {
    let text = "version: 1
resources:
  a: &line {kind: buffer, capacity: 2}
  b: {<<: *line, capacity: 3}
  c: {<<: [{discipline: lifo}, *line]}
processes:
  p: &worker
    priority: 1
    do: [{put: [a, b, c]}, {get: a}, {get: b}, {get: c}]
  q:
    <<: *worker
    priority: 2
";
    let model = load_str("good.yaml", text, &[]).unwrap_or_else(|error| panic!("{error}")).model;
    assert_eq!(model.processes[1].name, "q");
    assert_eq!(model.processes[1].body.len(), 6);
    let priority = model.processes[1].priority.as_ref().map(|priority| priority.site.line);
    // Its own entry goes before the merged one.
    assert_eq!(priority, Some(12));
    let capacities: Vec<String> = model.resources.iter().map(|def| format!("{:?}", def.spec)).collect();
    assert!(capacities[1].contains("Int(3)") && capacities[2].contains("Int(2)"), "{capacities:?}");
    refused(
        "version: 1\nprocesses: {p: {<<: 5, do: []}}\n",
        &[(2, 17, "`<<` merges maps, found an integer", "")],
    );
    refused(
        "version: 1\nprocesses: {p: {<<: {do: []}, <<: {do: []}}}\n",
        &[(2, 31, "the key '<<' is repeated", "")],
    );
}

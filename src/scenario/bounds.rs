//! Every bound of the loader is the one that the documentation names.
//!
//! A bound that is changed, or added here, must be changed on the page.

use super::{context, lexer, load, load_str, names, prescan, processes, resources, syntax, yaml};
use crate::figure::counted;

#[test]
fn the_page_names_every_bound() {
    let page = include_str!("../../docs/language.md");
    let (_, section) = page.split_once("\n## Bounds\n").expect("the page has a section on bounds");
    let mebibytes = |bytes: usize| format!("{} MiB", bytes >> 20);
    let millions = |number: i64| format!("{} million", number / 1_000_000);
    for (what, bound) in [
        ("a file", mebibytes(load::MOST_BYTES as usize)),
        ("pieces of YAML structure", counted(prescan::MOST_STRUCTURE)),
        ("values, counted", counted(yaml::MOST_NODES)),
        ("text of all values", mebibytes(yaml::MOST_TEXT)),
        ("brackets that are open", counted(prescan::MOST_OPEN)),
        ("a key", format!("{} bytes", counted(yaml::LONGEST_KEY))),
        ("a name", format!("{} characters", names::LONGEST_NAME)),
        ("an expression", format!("{} characters", counted(lexer::LONGEST_EXPRESSION))),
        ("an expression", format!("{} levels", syntax::DEEPEST)),
        ("an expression", format!("{} operations", syntax::HIGHEST)),
        ("all expressions", format!("{} characters", counted(context::MOST_EXPRESSIONS))),
        ("process instances", millions(processes::MOST_PROCESSES)),
        ("resource instances", millions(resources::MOST_RESOURCES)),
        ("variables, array elements, slots", millions(resources::MOST_SLOTS)),
    ] {
        let row = section.lines().find(|line| line.starts_with(&format!("| {what}")));
        let row = row.unwrap_or_else(|| panic!("the page has no row for {what}"));
        assert!(row.contains(&bound), "{what} is {bound}, but the page says\n{row}");
    }
}

/// The parser's own bound, which has no name here: one level more is refused.
#[test]
fn lists_nest_as_deep_as_the_page_says() {
    let refused = |levels: usize| {
        let text = format!("version: 1\nprocesses: {}{}\n", "[".repeat(levels), "]".repeat(levels));
        load_str("x", &text, &[]).expect_err("that is no process").to_string().contains("nests more than 128")
    };
    // The map around it is one level.
    assert!(refused(128) && !refused(126));
}

/// What is refused is said with the number that is the bound.
#[test]
fn messages_name_the_bounds() {
    let told = |text: &str| load_str("x", text, &[]).expect_err("it is too large").to_string();
    let long = format!("version: 1\nx: [{}]\n", "1,".repeat(prescan::MOST_STRUCTURE));
    assert!(told(&long).contains(&counted(prescan::MOST_STRUCTURE)));
    let aliases = format!("a: &a [{}]\nb: [{}]\n", "1,".repeat(2000), "*a,".repeat(200));
    assert!(told(&aliases).contains(&counted(yaml::MOST_NODES)), "{}", told(&aliases));
    let key = format!("? {}\n: 1\n", "k".repeat(yaml::LONGEST_KEY + 1));
    assert!(told(&key).contains("1000") || told(&key).contains("1,000"), "{}", told(&key));
}

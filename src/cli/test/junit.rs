//! Tests as JUnit XML, for the build servers that read it.
//!
//! Decides which elements there are and that every text is legal XML. How long a
//! test took is left out: the same results give the same bytes.

use super::case::{Case, CaseVerdict, Ran};
use super::report::troubles;
use crate::cli::console;
use crate::cli::failure::Failure;
use crate::cli::inputs::problems;
use crate::cli::output::{Folder, folder_of};
use std::fmt::Write;
use std::path::Path;

/// Writes the file, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write(file: &Path, cases: &[Case<'_>]) -> Result<(), Failure> {
    let Some(name) = file.file_name() else {
        return Err(Failure::usage(format!("'{}' is no name for a file", console::shown(file))));
    };
    Folder::open(folder_of(file).to_path_buf())?.write(name, xml(cases).as_bytes())?;
    Ok(())
}

fn xml(cases: &[Case<'_>]) -> String {
    let failures = cases.iter().filter(|case| case.failed()).count();
    let errors = cases.iter().filter(|case| matches!(case.verdict, CaseVerdict::Invalid(_))).count();
    let skips = |case: &&Case<'_>| matches!(&case.verdict, CaseVerdict::Ran(ran) if is_skipped(ran));
    let skipped = cases.iter().filter(skips).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", cases.len());
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"tempolane\" {counts}>");
    let _ = writeln!(text, "  <testsuite name=\"tempolane\" {counts} skipped=\"{skipped}\">");
    for case in cases {
        element(&mut text, case);
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn is_skipped(ran: &Ran) -> bool {
    ran.troubles.is_empty() && ran.expects_nothing
}

fn element(text: &mut String, case: &Case<'_>) {
    let (class, name) = case.name.rsplit_once('/').unwrap_or(("scenarios", case.name));
    let (class, name) = (escaped(&class.replace('/', ".")), escaped(name));
    let file = escaped(&case.path.display().to_string());
    let _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\" file=\"{file}\"");
    let inside = match &case.verdict {
        CaseVerdict::Invalid(error) => {
            let first = problems(error).into_iter().next().map_or(String::new(), |problem| problem.message);
            problem("error", &first, &error.render(false))
        }
        CaseVerdict::Ran(ran) => match ran.troubles.first() {
            Some(first) => problem("failure", &first.message, &troubles(ran)),
            None if is_skipped(ran) => "      <skipped message=\"no expectations\"/>\n".to_owned(),
            None => {
                text.push_str("/>\n");
                return;
            }
        },
    };
    let _ = write!(text, ">\n{inside}    </testcase>\n");
}

fn problem(element: &str, message: &str, detail: &str) -> String {
    let plain = anstream::adapter::strip_str(detail).to_string();
    format!("      <{element} message=\"{}\">{}</{element}>\n", escaped(message), escaped(&plain))
}

/// Text for an attribute or an element. What XML cannot hold at all becomes the
/// replacement character.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(character),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            control if control.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg::roxmltree::Document;

    #[test]
    fn every_text_is_legal() {
        let nasty: String = (0..0x250u32)
            .chain([0xfffe, 0xffff, 0x1f600])
            .filter_map(char::from_u32)
            .filter(|c| *c != '/')
            .collect();
        let name = format!("a/b/{nasty}\"<&>]]>");
        let path = Path::new("x.yaml");
        let error = crate::scenario::load_str("x", "version: <&\"\n", &[]).map(|_| ()).expect_err("wrong");
        let case = Case { name: &name, path, verdict: CaseVerdict::Invalid(&error) };
        let text = xml(&[case]);
        let document = Document::parse(&text).expect("well formed");
        let test = document.descendants().find(|node| node.has_tag_name("testcase")).expect("a test");
        assert_eq!(test.attribute("classname"), Some("a.b"));
        assert!(test.attribute("name").is_some_and(|name| name.ends_with("\"<&>]]>")));
        assert!(test.descendants().any(|node| node.has_tag_name("error")));
    }
}

//! Tables that are not there, or not what is drawn.

use super::Expected;
use std::fs;
use tempfile::TempDir;
use tempolane::scenario::{LoadError, load_str};

/// Refuses a delay by this distribution over a table: parts of the message and of the hint.
fn refused(table: &[u8], distribution: &str, (message, hint): (&str, &str)) {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("t.csv"), table).expect("it can be written");
    let text = format!("version: 1\nprocesses:\n  p: {{do: [{{delay: {distribution}}}]}}\n");
    let label = folder.path().join("s.yaml");
    let found = match load_str(label.to_str().expect("names are plain"), &text, &[]) {
        Err(LoadError::Diagnostics(found)) => found,
        other => panic!("{distribution}: {other:?}"),
    };
    let expected: Expected<'_> = (3, 0, message, hint);
    let [item] = found.items.as_slice() else { panic!("{distribution}: {found}") };
    assert_eq!(item.site.line, expected.0, "{found}");
    assert!(item.message.contains(message), "{found}");
    assert!(item.hint.as_deref().unwrap_or("").contains(hint), "{found}");
}

#[test]
fn tables_and_columns_that_are_not_there() {
    let good = b"gap,service\n1s,2s\n";
    for (distribution, message, hint) in [
        ("{trace: {file: u.csv, column: gap}}", "cannot read 'u.csv'", "relative to the scenario"),
        ("{trace: {file: ., column: gap}}", "'.' is no plain file", ""),
        ("{trace: {file: /dev/zero}}", "'/dev/zero' is no plain file", ""),
        ("{trace: {file: t.csv}}", "has several columns: 'gap', 'service'", "`column`"),
        ("{bootstrap: {file: t.csv, column: gab}}", "has no column 'gab'", "did you mean 'gap'?"),
        ("{empirical: {column: gap}}", "missing key `file`", ""),
        ("{trace: {file: 5}}", "`file` takes text, found an integer", ""),
        ("{trace: {file: t.csv, column: gap, unit: sec}}", "'sec' is not known as unit", "`ms`, `s`"),
        ("{trace: {file: t.csv, column: gap, row: 1s}}", "`row` takes an integer", ""),
        ("{trace: {file: t.csv, column: gap, repeat: 3}}", "`repeat` takes", ""),
        ("{trace: t.csv}", "`trace` takes a map", "`trace: {file: …}`"),
        ("{bootstrap: {file: t.csv, column: gap, row: 1}}", "unknown key 'row'", ""),
    ] {
        refused(good, distribution, (message, hint));
    }
}

#[test]
fn cells_that_are_no_values() {
    let distribution = "{trace: {file: t.csv, unit: ms}}";
    for (table, message, hint) in [
        (b"t\n".as_slice(), "'t.csv' has no row below its names", ""),
        (b"", "'t.csv': line 1: the file is empty", ""),
        (b"t\n1\n\n1,2\n", "line 4: 2 cells", ""),
        (b"t\n1\nx\n", "line 3: 'x' is no number", ""),
        (b"t\n1\n\"\"\n", "line 3: the cell is empty", ""),
        (b"t\n1\n1parsec\n", "line 3", ""),
        (b"t\n1\n-2\n", "row 2 is negative", ""),
        (b"t\n1e30\n", "does not fit", ""),
        (b"t\n\xff\n", "no UTF-8", ""),
        (b"t,t\n1,1\n", "two columns 't'", ""),
    ] {
        refused(table, distribution, (message, hint));
    }
    let without_unit = "{trace: {file: t.csv}}";
    refused(b"t\n1\n2\n", without_unit, ("numbers, not durations", "`unit: s`"));
    refused(b"t\n1s\n2\n", without_unit, ("line 3: some cells are durations", "`unit`"));
}

//! Records in place of plain items in a random scenario, whose first field is what the item was:
//! so both do the same.

/// Where the text that begins at `from` ends: before the first of these.
fn until(text: &str, from: usize, ends: &[&str]) -> usize {
    let found = ends.iter().filter_map(|end| text[from..].find(end)).min();
    from + found.expect("the braces of a scenario are closed")
}

/// The scenario without gets of several items into an array, which records do not have.
pub fn without_arrays(text: &str) -> String {
    text.replace(", count: 1, into: a}", ", count: 1}")
        .replace(", count: 2, into: a}", ", count: 2}")
        .replace(", count: 3, into: a}", ", count: 3}")
}

/// A scenario in flow form, in which the items of these buffers are records: `a` is what they
/// were, and `b` as many nanoseconds.
pub fn with_records(text: &str, buffers: &[&str]) -> String {
    let mut text = text.to_owned();
    for buffer in buffers {
        let lines: Vec<String> = text.lines().map(|line| declared(line, buffer)).collect();
        text = lines.join("\n") + "\n";
        let put = format!("to: {buffer}, value: ");
        let mut from = 0;
        while let Some(found) = text[from..].find(&put) {
            let start = from + found + put.len();
            let end = until(&text, start, &[",", "}"]);
            let record = format!("{{b: 1ns * ({0}), a: {0}}}", &text[start..end]);
            text.replace_range(start..end, &record);
            from = start;
        }
        let get = format!("from: {buffer}, ");
        let mut from = 0;
        while let Some(found) = text[from..].find(&get) {
            let start = from + found + get.len();
            let end = until(&text, start, &["}", "do: "]);
            let asked = text[start..end].replace("item", "item.a");
            let got = match asked.split_once("into: ") {
                Some((before, variable)) => {
                    let (variable, after) = variable.split_at(variable.find(',').unwrap_or(variable.len()));
                    format!("{before}into: {{a: {variable}}}{after}")
                }
                None => asked,
            };
            text.replace_range(start..end, &got);
            from = start;
        }
    }
    text
}

/// The line with the declaration of the buffer, if it is that.
fn declared(line: &str, buffer: &str) -> String {
    if !line.starts_with(&format!("  {buffer}: {{kind: buffer")) {
        return line.to_owned();
    }
    let plain = line.replace(", of: int", "").replace("item", "item.a");
    plain.replacen("kind: buffer", "kind: buffer, of: {a: int, b: duration}", 1)
}

//! A scenario's text with other values of parameters, and else as it was: comments,
//! order and spaces stay.
//!
//! Decides where a value ends. It is tried: at the end of a literal or of a quoted text,
//! or before a comma, a bracket, a comment or the end of the line; the text that comes of
//! it is loaded, and is right if it has the value that was meant and is else as before.

use super::evaluate::evaluate_params;
use super::load::{LoadedScenario, load_str};
use super::source::TextIndex;
use crate::ids::ParamId;
use crate::value::Value;

/// The text of a scenario with these values of parameters; `None` if one of them stands in
/// it in a way that cannot be replaced, such as on several lines.
pub fn with_values(label: &str, text: &str, values: &[(ParamId, Value)]) -> Option<String> {
    let mut text = text.to_owned();
    for (param, value) in values {
        let before = load_str(label, &text, &[]).ok()?;
        text = with_value(&before, *param, *value)?;
    }
    Some(text)
}

fn with_value(before: &LoadedScenario, param: ParamId, value: Value) -> Option<String> {
    let text = before.source.text.as_str();
    let site = before.model.params.get(param.index())?.site;
    let start = value_behind(text, TextIndex::new(text).offset_of(site)?)?;
    let mut given = vec![None; before.model.params.len()];
    given[param.index()] = Some(value);
    let wanted = evaluate_params(&before.model, &given).ok()?;
    let ends = ends(&before.source.text[start..]);
    let is_right = |after: &LoadedScenario| after.params == wanted;
    let after = replaced(before, &[], start, &value.to_string(), ends, is_right)?;
    Some(after.source.text)
}

/// Where the value begins of the key that stands at `name`.
pub(super) fn value_behind(text: &str, name: usize) -> Option<usize> {
    let colon = name + text[name..].find(':')?;
    Some(colon + 1 + text[colon + 1..].find(|c: char| !c.is_whitespace())?)
}

/// The scenario with another value where a word, a number or a duration begins at `start`; it ends
/// before whatever stands behind it in its map or list, however right the scenario would be
/// without that.
pub(super) fn replaced_literal(
    before: &LoadedScenario,
    settings: &[(String, String)],
    start: usize,
    value: &str,
    is_right: impl Fn(&LoadedScenario) -> bool,
) -> Option<LoadedScenario> {
    let text = &before.source.text[start..];
    let mut ends = ends(text);
    ends.retain(|end| !text[..*end].contains([',', '{', '}', '[', ']']));
    replaced(before, settings, start, value, ends, is_right)
}

/// The scenario with another value where one begins at `start`, loaded with `settings`; `None` if
/// it `is_right` at none of the `ends` that the value may have.
fn replaced(
    before: &LoadedScenario,
    settings: &[(String, String)],
    start: usize,
    value: &str,
    ends: Vec<usize>,
    is_right: impl Fn(&LoadedScenario) -> bool,
) -> Option<LoadedScenario> {
    let text = before.source.text.as_str();
    let space = if text[..start].ends_with(':') { " " } else { "" };
    let changed = |end: usize| format!("{}{space}{value}{}", &text[..start], &text[start + end..]);
    let load = |changed: String| load_str(&before.source.label, &changed, settings).ok();
    ends.into_iter().map(changed).filter_map(load).find(|after| is_right(after))
}

/// Where a value may end that begins here, the nearest first.
fn ends(text: &str) -> Vec<usize> {
    let line = text.find(['\n', '\r']).unwrap_or(text.len());
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    if let Some(quote) = quote {
        return text[1..line].match_indices(quote).map(|(at, _)| at + 2).collect();
    }
    let literal = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_'));
    let mut ends: Vec<usize> =
        literal.into_iter().filter(|_| text.starts_with(|c: char| c.is_ascii_digit())).collect();
    ends.extend(text[..line].match_indices([',', '}']).map(|(at, _)| at));
    ends.extend(text[..line].match_indices(" #").map(|(at, _)| at));
    ends.push(line);
    ends.into_iter().map(|end| text[..end].trim_end().len()).filter(|end| *end > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "processes: {p: {do: [{delay: a + b + c}]}}\n";

    fn changed(params: &str, place: usize, value: Value) -> Option<String> {
        let text = format!("version: 1\n{params}{REST}");
        let found = with_values("s", &text, &[(ParamId::from_index(place), value)])?;
        Some(found.strip_prefix("version: 1\n")?.strip_suffix(REST)?.to_owned())
    }

    #[test]
    fn only_the_value_changes() {
        let block = "params:\n  a: 1s   # the first, and\n  b: min(2s, a)\n  c: '3s' # c: 4s\n";
        let second = Value::Duration(1_500_000_000);
        assert_eq!(changed(block, 0, second), Some(block.replace("1s ", "1.5s ")));
        assert_eq!(changed(block, 1, second), Some(block.replace("min(2s, a)", "1.5s")));
        assert_eq!(changed(block, 2, second), Some(block.replace("'3s'", "1.5s")));
        let flow = "params: {a: 1s, b: a * 2, \"c\": 3s} # 3s\n";
        assert_eq!(changed(flow, 0, second), Some(flow.replace("1s", "1.5s")));
        assert_eq!(changed(flow, 1, second), Some(flow.replace("a * 2", "1.5s")));
        assert_eq!(changed(flow, 2, second), Some(flow.replacen("3s", "1.5s", 1)));
        // Minutes have a space inside.
        let long = Value::Duration(200_500_000_000);
        assert_eq!(changed(flow, 1, long), Some(flow.replace("a * 2", "3min 20.5s")));
    }

    #[test]
    fn values_on_several_lines_are_left_alone() {
        let lines = "params:\n  a: >\n    1s\n  b: 1s\n  c: 1s\n";
        assert_eq!(changed(lines, 0, Value::Duration(1)), None);
    }
}

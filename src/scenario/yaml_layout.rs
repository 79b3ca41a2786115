//! How the lines around a place at which the YAML parser stopped are laid out.
//!
//! Decides what they were meant to be: which key a line has, and whether a list, a key
//! or a text stands where none can.

use super::diagnostics::Reports;
use super::source::narrow;
use crate::ids::Site;

/// The steps that have other steps below a `do`.
pub(super) const HAVE_DO: [&str; 5] = ["if", "while", "repeat", "for_each", "with"];

/// A line that is `key: value`, or `- key: value`.
struct KeyLine<'t> {
    key: &'t str,
    value: &'t str,
    /// The column of its key, from 1.
    column: usize,
}

impl<'t> KeyLine<'t> {
    fn of(text: &'t str) -> Option<KeyLine<'t>> {
        let plain = text.trim_start_matches([' ', '-']);
        let (key, value) = plain.split_once(':')?;
        let is_key = !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        let column = text.len() - plain.len() + 1;
        let value = value.split(" #").next().unwrap_or(value).trim();
        is_key.then_some(KeyLine { key, value, column })
    }
}

/// The lines above and at a place, without blank lines and comments between them.
fn around<'r>(reports: &'r Reports<'_>, site: Site) -> Option<(&'r str, &'r str)> {
    let is_text = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let above = (1..site.line).rev().filter_map(|line| reports.index().line(line)).find(is_text)?;
    Some((above, reports.index().line(site.line)?))
}

/// A list right below a step that has its steps below a `do`: where it begins, and the step.
pub(super) fn lacks_do<'r>(reports: &'r Reports<'_>, stopped: Option<Site>) -> Option<(Site, &'r str)> {
    let stopped = stopped?;
    let (above, below) = around(reports, stopped)?;
    let dash = below.len() - below.trim_start().len();
    let above = KeyLine::of(above).filter(|above| HAVE_DO.contains(&above.key) && !above.value.is_empty())?;
    // Further to the left a list goes on that began before.
    let is_below = below[dash..].starts_with("- ") && dash + 1 >= above.column;
    is_below.then(|| (Site { column: narrow(dash + 1), ..stopped }, above.key))
}

/// A key below one that has its value already and that stands further to the left: both.
pub(super) fn too_deep<'r>(reports: &'r Reports<'_>, stopped: Option<Site>) -> Option<(&'r str, &'r str)> {
    let (above, below) = around(reports, stopped?)?;
    let (above, below) = (KeyLine::of(above)?, KeyLine::of(below)?);
    (below.column > above.column && !above.value.is_empty()).then_some((below.key, above.key))
}

/// Whether a line ends with a colon that is one too many: `while: i < 3:`.
pub(super) fn ends_in_colon(reports: &Reports<'_>, stopped: Option<Site>) -> bool {
    let line = stopped.and_then(|site| Some((site, reports.index().line(site.line)?)));
    line.is_some_and(|(site, text)| {
        let text = text.trim_end();
        text.ends_with(':')
            && text.chars().count() == site.column as usize
            && KeyLine::of(text).is_some_and(|line| !line.value.is_empty())
    })
}

/// Whether a place is behind a quote or a bracket that is closed, in the value of its line:
/// `log: 'it's done'`.
pub(super) fn is_behind_value(reports: &Reports<'_>, stopped: Option<Site>) -> bool {
    let line = stopped.and_then(|site| Some((site, KeyLine::of(reports.index().line(site.line)?)?)));
    line.is_some_and(|(site, line)| {
        line.value.starts_with(['"', '\'', '{', '['])
            && site.column as usize > line.column + line.key.len() + 2
    })
}

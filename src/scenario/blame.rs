//! Which of the values given beside a scenario make its problems.
//!
//! Decides that by leaving them out: a problem that is not there without a value
//! comes of it. So nobody has to follow how a value gets where the problem is.

use super::diagnostics::Diagnostic;

/// So many values are left out one by one; of more, all are named.
const MOST_ALONE: usize = 8;

/// A parameter and the text of its value.
type Setting = (String, String);

/// The problems, each with the settings without which it would be none; `problems` are those of
/// the scenario with other settings.
pub(super) fn by_settings(
    items: Vec<Diagnostic>,
    settings: &[Setting],
    problems: impl Fn(&[Setting]) -> Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    if settings.is_empty() || items.iter().all(|item| item.origin.is_some()) {
        return items;
    }
    let without_all = problems(&[]);
    let alone = if settings.len() > MOST_ALONE { &[] } else { settings };
    let without_one: Vec<(&Setting, Vec<Diagnostic>)> =
        alone.iter().map(|setting| (setting, problems(&all_but(settings, &setting.0)))).collect();
    let blamed = |item: Diagnostic| {
        if item.origin.is_some() || is_among(&item, &without_all) {
            return item;
        }
        let single = without_one.iter().filter(|(_, left)| !is_among(&item, left));
        let mut found: Vec<&Setting> = single.map(|(setting, _)| *setting).collect();
        if found.is_empty() {
            found = settings.iter().collect();
        }
        let settings = found.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        Diagnostic { settings, ..item }
    };
    items.into_iter().map(blamed).collect()
}

fn all_but(settings: &[Setting], name: &str) -> Vec<Setting> {
    settings.iter().filter(|(other, _)| other != name).cloned().collect()
}

/// Whether there is a problem at the same place; its message may have other figures in it.
fn is_among(item: &Diagnostic, others: &[Diagnostic]) -> bool {
    let place = |item: &Diagnostic| (item.origin.is_some(), item.site, item.length);
    others.iter().any(|other| place(other) == place(item))
}

//! What is expected of runs: a text beside the scenario, or what the scenario's
//! own text has.

/// What is expected.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expect<'e> {
    /// This, in the form of `expect` in a file.
    Text(&'e str),
    /// What the scenario's own text expects.
    Own,
}

impl Expect<'_> {
    pub(super) const NOTHING: Expect<'static> = Expect::Text("");

    /// The lines of a file that say what is expected; `None` if the scenario has them.
    pub(super) fn lines(self) -> Option<String> {
        let Expect::Text(text) = self else { return None };
        let lines: String = text.lines().map(|line| format!("  {line}\n")).collect();
        let head = if lines.is_empty() { "" } else { "expect:\n" };
        Some(format!("{head}{lines}"))
    }
}

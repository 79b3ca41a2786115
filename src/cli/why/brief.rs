//! What would help, in a line of the report of a run.
//!
//! Decides that a run is changed unasked only where that takes no time worth mentioning.

use super::text::change;
use crate::analysis::PathEnd;
use crate::cli::execute::command;
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::cli::report::{Finished, duration};
use crate::scenario::FactorKind;
use crate::trace::Outcome;
use crate::why::{Effect, Subject, slight_changes};

/// The events that all changed runs may have together.
const EVENTS: u64 = 100_000;

/// So many changes are named that come to no regular end.
const BROKEN: usize = 2;

/// So many changes at most: each reads the scenario again.
const CHANGES: u64 = 40;

/// Which slight change saves most of the total time; `None` if that is not tried, since the run
/// is random or long or came to no regular end, or if nothing can be changed.
pub fn what_helps(loaded: &Loaded, finished: &Finished) -> Option<String> {
    let header = &finished.header;
    let most = CHANGES.min(EVENTS / finished.statistics.events.max(1));
    if finished.outcome != Outcome::Completed || !header.ties.is_fifo() || most == 0 {
        return None;
    }
    let figure = ("total_time", Some(PathEnd::TotalTime));
    let subject = Subject::new(&loaded.scenario, &loaded.settings, figure, &interrupt::requested).ok()?;
    if subject.is_random() {
        return None;
    }
    let subject = subject.replicate(1, header.seed);
    let base = subject.measure_unchanged().ok()?;
    let all = slight_changes(&subject, &base, usize::try_from(most).unwrap_or(usize::MAX)).ok()??;
    let mut told = Vec::new();
    for (is_duration, kind) in [
        (true, "shortening a duration by a tenth"),
        (false, "raising a number (permits, capacity, count …) by one"),
    ] {
        let of_kind = || all.effects.iter().filter(|effect| is_of_duration(effect) == is_duration);
        if let Some(effect) = of_kind().find(|effect| effect.helps()) {
            told.push(format!("{} saves {}", change(effect), duration(effect.saved.mean() as u64)));
        } else if of_kind().next().is_some() {
            let breaks = of_kind().filter(|effect| !effect.measured.is_whole());
            let breaks =
                breaks.map(|effect| format!(", {} ends in a {}", change(effect), effect.measured.outcome));
            told.push(format!("{kind} saves nothing{}", breaks.take(BROKEN).collect::<String>()));
        }
    }
    (!told.is_empty()).then(|| format!("{} ({})", told.join("; "), command("why", loaded)))
}

fn is_of_duration(effect: &Effect) -> bool {
    matches!(effect.factor.kind, FactorKind::DurationParam(_) | FactorKind::Durations(..))
}

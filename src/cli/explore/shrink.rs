//! The smallest parameters with which a finding is still there: the fewest
//! processes and items that show it.
//!
//! Decides which parameters are tried (whole numbers above 1) and with which
//! values: the smallest first, one parameter after the other, until none can
//! be made smaller.

use super::arguments::ExploreArguments;
use super::patience::TimeLimit;
use super::witness::Shown;
use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::explore::{Budget, Cancellation, End, Options, Stopped, explore_cancellable};
use crate::value::{Type, Value};
use std::ops::ControlFlow;

/// Smaller values of one parameter that are tried.
const MOST_VALUES: i64 = 64;

/// States of one attempt; a smaller scenario has fewer than the one at hand.
const MOST_STATES: u64 = 2_000_000;

/// What a smaller scenario must still show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    Deadlock,
    Fault,
    Limit,
    PartialDeadlock,
    Race,
}

impl FindingKind {
    const ALL: [FindingKind; 5] = [
        FindingKind::Deadlock,
        FindingKind::Fault,
        FindingKind::Limit,
        FindingKind::PartialDeadlock,
        FindingKind::Race,
    ];

    /// The kind with this name, if it can be looked for with other parameters: what
    /// is expected is a claim about the parameters of the file.
    pub fn named(name: &str) -> Option<FindingKind> {
        FindingKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it is called in a sentence.
    pub fn told(self) -> String {
        self.name().replace('-', " ")
    }

    /// The word for it.
    fn name(self) -> &'static str {
        match self {
            FindingKind::Deadlock => "deadlock",
            FindingKind::Fault => "fault",
            FindingKind::Limit => "limit",
            FindingKind::PartialDeadlock => "partial-deadlock",
            FindingKind::Race => "race",
        }
    }
}

/// What came of shrinking.
pub struct Shrunk {
    /// The scenario with smaller parameters, and what it still shows.
    pub smaller: Option<(Loaded, FindingKind)>,
    /// What the user must know: why there is none, or that there may be a
    /// smaller one yet.
    pub remark: Option<String>,
}

/// The scenario with parameters as small as the first finding that can be
/// looked for allows. Takes no longer than the time that `limit` allows.
///
/// # Errors
/// If the user stops it.
pub fn shrink(
    loaded: &Loaded,
    shown: &[Shown],
    arguments: &ExploreArguments,
    limit: &TimeLimit,
) -> Result<Shrunk, Failure> {
    let none = |why: &str| Ok(Shrunk { smaller: None, remark: Some(format!("nothing was shrunk{why}")) });
    let Some(kind) = shown.iter().find_map(|one| FindingKind::named(one.kind)) else {
        return none(match shown.iter().any(|one| one.is_finding) {
            true => ": what is expected is said of the parameters that the file has",
            false => ", since nothing was found",
        });
    };
    let smaller = smallest(loaded, kind, arguments, limit)?;
    match smaller {
        None if limit.is_up() => none(": the time was up; go on with --max-time"),
        None => none(&format!(": with every parameter smaller the {} is not there", kind.told())),
        Some(smaller) => {
            let remark = limit.is_up().then(|| {
                "the time was up; there may be smaller parameters yet, go on with --max-time".to_owned()
            });
            Ok(Shrunk { smaller: Some((smaller, kind)), remark })
        }
    }
}

/// The scenario with parameters as small as can be, if any can be smaller.
fn smallest(
    loaded: &Loaded,
    kind: FindingKind,
    arguments: &ExploreArguments,
    limit: &TimeLimit,
) -> Result<Option<Loaded>, Failure> {
    let mut least: Option<Loaded> = None;
    let mut again = true;
    while again {
        again = false;
        for (index, param) in loaded.scenario.model.params.iter().enumerate() {
            let now = least.as_ref().unwrap_or(loaded);
            let Value::Int(value) = now.scenario.params[index] else { continue };
            debug_assert_eq!(param.ty, Type::Int);
            for smaller in (1..value).take(MOST_VALUES as usize) {
                interrupt::check()?;
                if limit.is_up() {
                    return Ok(least);
                }
                let now = least.as_ref().unwrap_or(loaded);
                let mut settings = now.settings.clone();
                settings.retain(|(name, _)| *name != param.name);
                settings.push((param.name.clone(), smaller.to_string()));
                let Some(candidate) = now.with_settings(settings) else { continue };
                if shows(&candidate, kind, arguments, limit)? {
                    least = Some(candidate);
                    again = true;
                    break;
                }
            }
        }
    }
    Ok(least)
}

/// Whether the finding is there.
fn shows(
    loaded: &Loaded,
    kind: FindingKind,
    arguments: &ExploreArguments,
    limit: &TimeLimit,
) -> Result<bool, Failure> {
    let program = loaded.program()?;
    let options = Options {
        mode: arguments.orders(),
        seed: arguments.run.seed.unwrap_or(loaded.scenario.model.seed),
        budget: Budget {
            states: arguments.max_states.clamp(1, MOST_STATES),
            bytes: arguments.max_memory.saturating_mul(1_000_000),
            workers: 1,
        },
        monitors: None,
        reduce: arguments.left_out(),
        learns: true,
        spurious: arguments.spurious,
        code: None,
    };
    let is_over = || interrupt::requested() || limit.is_up();
    let exploration = explore_cancellable(&program, options, Cancellation::by(&is_over), &mut |_| {
        if is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    Ok(match kind {
        FindingKind::Deadlock => exploration.ends(End::Deadlock) > 0,
        FindingKind::Fault => exploration.stops().iter().any(|(stop, ..)| matches!(stop, Stopped::Fault(_))),
        FindingKind::Limit => exploration.stops().iter().any(|(stop, ..)| matches!(stop, Stopped::Limit(_))),
        FindingKind::PartialDeadlock => matches!(exploration.blocked_for_ever(), Ok(Some(_))),
        FindingKind::Race => !exploration.races().is_empty(),
    })
}

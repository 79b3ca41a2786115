//! What hangs on the order of simultaneous events: as a sentence and as an
//! object.

use super::finished::{Difference, Finished, TieSensitivity};
use crate::trace::{Header, Outcome};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many processes and memories are named.
const NAMED: usize = 4;

/// In a line or two, whether the answer hangs on ties; empty if nothing says so.
pub fn told(finished: &Finished) -> String {
    let Some(sensitivity) = finished.ties.as_ref().filter(|sensitivity| !sensitivity.differences.is_empty())
    else {
        return String::new();
    };
    let outcome = sensitivity.differences.iter().find(|(difference, _)| *difference == Difference::Outcome);
    // When others are done before a run breaks off is not what has to be mended, unless another order
    // does not break off.
    if outcome.is_none() && matches!(finished.outcome, Outcome::Fault(_) | Outcome::Deadlock(_)) {
        return String::new();
    }
    let mut text = String::from("  ties: the order of simultaneous events decides");
    let (what, example) = match (outcome, sensitivity.total_time) {
        (Some((_, example)), _) => {
            let counts = sensitivity.outcomes.iter().map(|(outcome, count)| format!("{outcome} in {count}"));
            let counts = counts.collect::<Vec<_>>().join(", ");
            (format!("how it ends: {counts} of {} orders tried", sensitivity.orders), *example)
        }
        (None, Some([(shortest, of_shortest), (longest, of_longest)])) if shortest < longest => {
            let here = finished.statistics.total_time;
            let (shown, other) = (format!("between {shortest} and {longest}"), here == longest);
            let example = if other { of_shortest } else { of_longest };
            (
                format!(
                    "the total time: {here} in this order, {shown} over {} orders tried",
                    sensitivity.orders
                ),
                example,
            )
        }
        _ => (details(sensitivity, &finished.header), sensitivity.differences[0].1),
    };
    let _ = writeln!(text, " {what};");
    let explore = finished.reproduction.split(" --seed").next().unwrap_or_default();
    let explore = explore.replacen("tempolane run", "tempolane explore", 1);
    let _ =
        writeln!(text, "  `--ties {example}` shows another answer, `{explore}` {}", explored(sensitivity));
    text
}

/// What an exploration says of all orders about what differs: it knows how and
/// when runs end and what they leave, but single processes by what is expected
/// of them.
fn explored(sensitivity: &TieSensitivity) -> &'static str {
    let told = |difference: &Difference| !matches!(difference, Difference::Finished(_));
    match sensitivity.differences.iter().any(|(difference, _)| told(difference)) {
        true => "says for all orders",
        false => "tries in all orders what `expect: {finished: …}` says",
    }
}

/// Whose finish times and which memories differ.
fn details(sensitivity: &TieSensitivity, header: &Header) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (difference, _) in &sensitivity.differences {
        match difference {
            Difference::Outcome | Difference::TotalTime => {}
            Difference::Finished(name) => parts.push(format!("when '{name}' finishes")),
            Difference::Memory(id) => {
                parts.push(format!("what '{}' holds in the end", header.resource_name(*id)))
            }
        }
    }
    let more = parts.len().saturating_sub(NAMED);
    parts.truncate(NAMED);
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    let what = match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "when it stops".to_owned(),
    };
    format!("{what}, over {} orders tried", sensitivity.orders)
}

/// What is known of other orders, as an object.
#[derive(Serialize)]
pub struct TiesObject<'a> {
    order: String,
    /// 1 if no two processes were ever due at once; null if that was not tried.
    orders_tried: Option<u32>,
    /// What was not the same: `outcome`, `total_time`, `finished NAME`, `memory NAME`.
    differs: Option<Vec<String>>,
    /// An order in which the first of these differs.
    example: Option<String>,
    outcomes: Option<&'a BTreeMap<&'static str, u32>>,
    total_time_min_ns: Option<u64>,
    total_time_max_ns: Option<u64>,
}

/// The object of a run.
pub fn object(finished: &Finished) -> TiesObject<'_> {
    let header = &finished.header;
    let sensitivity = finished.ties.as_ref();
    let name = |difference: &Difference| match difference {
        Difference::Outcome => "outcome".to_owned(),
        Difference::TotalTime => "total_time".to_owned(),
        Difference::Finished(name) => format!("finished {name}"),
        Difference::Memory(id) => format!("memory {}", header.resource_name(*id)),
    };
    let times = sensitivity.and_then(|sensitivity| sensitivity.total_time);
    TiesObject {
        order: header.ties.to_string(),
        orders_tried: sensitivity.map(|sensitivity| sensitivity.orders),
        differs: sensitivity.map(|sensitivity| {
            sensitivity.differences.iter().map(|(difference, _)| name(difference)).collect()
        }),
        example: sensitivity
            .and_then(|sensitivity| sensitivity.differences.first())
            .map(|(_, ties)| ties.to_string()),
        outcomes: sensitivity.map(|sensitivity| &sensitivity.outcomes),
        total_time_min_ns: times.map(|[(shortest, _), _]| shortest.as_nanos()),
        total_time_max_ns: times.map(|[_, (longest, _)]| longest.as_nanos()),
    }
}

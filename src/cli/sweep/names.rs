//! What figures and points of a sweep are called.

use crate::analysis::FigureRequest;
use crate::cli::console::printable;
use crate::sweep::Plan;
use crate::value::Value;

/// Whether a figure is meant by a name.
pub fn is_named(request: &FigureRequest, name: &str) -> bool {
    request.name == name || (name == "total_time" && request.name == "total_time_ns")
}

/// What a figure is called where its numbers have units.
pub fn shown_name(request: &FigureRequest) -> &str {
    request.name.strip_suffix("_ns").unwrap_or(&request.name)
}

/// The varied values of a point, each with its name.
pub fn settings(plan: &Plan<'_>, varied: &[Value], separator: &str) -> String {
    let each = plan.design().names().zip(varied).map(|(name, value)| format!("{name}={value}"));
    match each.collect::<Vec<_>>() {
        none if none.is_empty() => "the values of the file".to_owned(),
        some => printable(&some.join(separator)),
    }
}

//! The answer for programs: one object. Times are whole nanoseconds.

use super::explained::{Base, Explained};
use super::words;
use crate::analysis::{BoundOf, Charge, CriticalPath, HandedOn, PathStep};
use crate::cli::inputs::Loaded;
use crate::cli::report::on_one_line;
use crate::sweep::Estimate;
use crate::trace::Header;
use crate::why::{Bottleneck, Effect, Subject};
use serde_json::{Value as Json, json};

/// How sure intervals are.
const LEVEL: f64 = 0.95;

/// So many steps of a path are listed.
const STEPS: usize = 10_000;

/// The whole answer on one line.
pub fn object(loaded: &Loaded, subject: &Subject<'_>, explained: &Explained, of: &str) -> String {
    let base = &explained.base;
    let effects = explained.effects.as_ref();
    let effect = |place: &usize| effects.map(|effects| &effects.effects[*place]);
    let name = |place: &usize| effect(place).map(|effect| effect.factor.name.clone());
    let curves = explained.curves.iter().map(|(place, curve)| {
        json!({
            "factor": name(place),
            "kink_percent": curve.kink,
            "points": curve.points.iter().map(|(percent, figure)| json!([percent, figure])).collect::<Vec<_>>(),
        })
    });
    let pairs = explained.pairs.iter().map(|pair| {
        json!({
            "of": [pair.of.0, pair.of.1],
            "value": finite(&pair.measured.estimate()),
            "saves": finite(&pair.saved),
        })
    });
    on_one_line(&json!({
        "scenario": loaded.label,
        "figure": of.trim(),
        "value": explained.figure(),
        "is_time": subject.objective().ty() == crate::value::Type::Duration,
        "runs": explained.measured.values.len(),
        "outcome": base.outcome.name(),
        "events": base.events,
        "seed": base.header.seed,
        "critical_path": base.path.as_ref().map(|path| path_object(path, &base.header)),
        "orders": orders(base),
        "slack": slack(base),
        "bounds": bounds(base),
        "no_order_helps": explained.unbeatable().is_some() || explained.is_shortest_order(),
        "every_order": base.every_order.map(|every| json!({"states": every.states, "least_ns": every.least.as_nanos()})),
        "hangs_on_order_line": base.hangs_on_order,
        "effects": effects.map(|effects| effects.effects.iter().map(|one| effect_object(one, explained)).collect::<Vec<_>>()),
        "impossible": effects.map(|effects| effects.impossible.iter().map(|(factor, change)| json!({"factor": factor.name, "change": change})).collect::<Vec<_>>()),
        "never_two_in_line": effects.map(|effects| effects.idle.iter().map(|factor| &factor.name).collect::<Vec<_>>()),
        "untried": effects.map(|effects| effects.untried),
        "curves": curves.collect::<Vec<_>>(),
        "pairs": pairs.collect::<Vec<_>>(),
    }))
}

fn finite(estimate: &Estimate) -> Option<f64> {
    Some(estimate.mean()).filter(|mean| mean.is_finite())
}

fn charge_object(charge: &Charge, header: &Header) -> Json {
    json!({
        "process": header.process_name(charge.process),
        "activity": words::key(charge.activity),
        "resource": words::resource(charge.activity, header),
        "line": charge.line,
        "spans": charge.spans,
        "length_ns": charge.nanos,
    })
}

fn path_object(path: &CriticalPath, header: &Header) -> Json {
    let step = |step: &PathStep| match step {
        PathStep::Span(span) => json!({
            "process": header.process_name(span.process),
            "activity": words::key(span.activity),
            "resource": words::resource(span.activity, header),
            "line": header.line(span.op),
            "start_ns": span.start.as_nanos(),
            "end_ns": span.end.as_nanos(),
        }),
        PathStep::HandOff(hand_off) => json!({
            "time_ns": hand_off.time.as_nanos(),
            "from": header.process_name(hand_off.from),
            "from_line": header.line(hand_off.from_op),
            "to": header.process_name(hand_off.to),
            "to_line": header.line(hand_off.to_op),
            "by": match hand_off.what {
                HandedOn::Start => "start",
                HandedOn::Stop => "stop",
                HandedOn::Interrupt => "interrupt",
                HandedOn::Resource(_, wait_for) => wait_for.name(),
            },
            "resource": match hand_off.what {
                HandedOn::Resource(resource, _) => Some(header.resource_name(resource)),
                HandedOn::Start | HandedOn::Stop | HandedOn::Interrupt => None,
            },
        }),
    };
    json!({
        "process": header.process_name(path.process),
        "length_ns": path.end.as_nanos(),
        "is_cut": path.is_cut,
        "charges": path.charges(header).iter().map(|charge| charge_object(charge, header)).collect::<Vec<_>>(),
        "steps": path.steps.iter().take(STEPS).map(step).collect::<Vec<_>>(),
        "steps_left_out": path.steps.len().saturating_sub(STEPS),
    })
}

fn orders(base: &Base) -> Json {
    let Some(orders) = &base.orders else { return Json::Null };
    let first = orders.first.as_ref().map(|first| {
        let charges = first.charges.iter().map(|charge| charge_object(charge, &base.header));
        json!({
            "ties": first.ties.to_string(),
            "length_ns": first.end.as_nanos(),
            "charges": charges.collect::<Vec<_>>(),
        })
    });
    json!({"tried": orders.tried, "others": orders.others, "first": first})
}

fn slack(base: &Base) -> Json {
    let Some(slack) = &base.slack else { return Json::Null };
    let header = &base.header;
    let steps = slack.by_step(header);
    let ends = slack.ends.iter().enumerate().map(|(id, end)| {
        let process = crate::ids::ProcessId::from_index(id);
        let first = steps.partition_point(|step| step.process < process);
        let own = steps[first..].iter().take_while(|step| step.process == process);
        let own = own.map(|step| {
            json!({
                "activity": words::key(Some(step.activity)),
                "line": step.line,
                "spans": step.spans,
                "length_ns": step.nanos,
                "least_ns": step.least,
            })
        });
        (header.process_name(process), json!({"end_ns": end, "steps": own.collect::<Vec<_>>()}))
    });
    Json::Object(ends.collect())
}

fn bounds(base: &Base) -> Vec<Json> {
    let header = &base.header;
    let object = |bound: &crate::analysis::LowerBound| {
        let (of, name) = match bound.of {
            BoundOf::Process(id) => ("process", header.process_name(id)),
            BoundOf::Resource(id, _) => ("resource", header.resource_name(id)),
            BoundOf::Chain(id) => ("chain", header.process_name(id)),
        };
        json!({"of": of, "name": name, "length_ns": bound.nanos})
    };
    base.bounds.iter().map(object).collect()
}

fn next_object(next: &Bottleneck) -> Json {
    json!({
        "process": next.process,
        "activity": words::key(next.activity),
        "resource": next.resource,
        "line": next.line,
        "length_ns": next.nanos,
        "of_ns": next.of_nanos,
    })
}

fn effect_object(effect: &Effect, explained: &Explained) -> Json {
    let half = effect.saved.half_width(LEVEL).filter(|_| explained.is_random);
    let set = effect.set.as_ref().map(|(name, value)| format!("{name}={value}"));
    let edits = effect.edits.iter();
    let edits = edits.map(|edit| json!({"line": edit.line, "before": edit.before, "after": edit.after}));
    json!({
        "factor": effect.factor.name,
        "line": effect.factor.site.line,
        "change": effect.change,
        "set": set,
        "edits": edits.collect::<Vec<_>>(),
        "outcome": effect.measured.outcome,
        "value": finite(&effect.measured.estimate()),
        "saves": finite(&effect.saved),
        "half_width": half,
        "other_work": effect.other_work,
        "next": effect.next.as_ref().map(next_object),
    })
}

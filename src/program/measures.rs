//! What is measured, under given parameter values.
//!
//! Decides which resource instances a level is of, and that numbers over parameters
//! which make no sense are errors.

use super::values::{BindError, InstanceRanges, error, int};
use crate::ids::{ResourceId, Site};
use crate::scenario::{Expr, LevelTermDef, MeasureDef, MeasuredDef, Model};
use crate::time::Time;
use crate::trace::{LevelSum, LevelTerm, MeasureInfo, Measured};
use crate::value::Value;

/// The measures of a model; `instances` are those of its resources.
pub(super) fn measures(
    model: &Model,
    params: &[Value],
    instances: &InstanceRanges,
) -> Result<Vec<MeasureInfo>, BindError> {
    let measure = |def: &MeasureDef| {
        let what = match &def.what {
            &MeasuredDef::Sojourn { from, to, by_value } => Measured::Sojourn { from, to, by_value },
            MeasuredDef::Level { terms, constants, at_least, at_most } => Measured::Level(LevelSum {
                terms: terms.iter().map(|term| level_term(term, instances)).collect::<Result<_, _>>()?,
                constant: constant(constants, params)?,
                at_least: optional(at_least.as_ref(), params)?,
                at_most: optional(at_most.as_ref(), params)?,
            }),
            MeasuredDef::Passings { mark, per } => Measured::Passings {
                mark: *mark,
                per_ns: per.as_ref().map(|per| time(per, params, 1)).transpose()?,
            },
        };
        let warm_up = def.warm_up.as_ref().or(model.warm_up.as_ref());
        let warm_up_ns = warm_up.map_or(Ok(0), |warm_up| time(warm_up, params, 0))?;
        Ok(MeasureInfo { name: def.name.clone(), what, warm_up_ns })
    };
    model.measures.iter().map(measure).collect()
}

fn time(expr: &Expr, params: &[Value], least: i64) -> Result<u64, BindError> {
    let nanos = int(expr, params)?;
    let time = u64::try_from(nanos).ok().filter(|_| nanos >= least).and_then(Time::from_nanos);
    time.map(Time::as_nanos).ok_or_else(|| {
        error(expr, if least > 0 { "the time of a rate is above 0" } else { "the warm-up is negative" })
    })
}

fn optional(expr: Option<&Expr>, params: &[Value]) -> Result<Option<i64>, BindError> {
    expr.map(|expr| int(expr, params)).transpose()
}

fn constant(constants: &[(i64, Expr)], params: &[Value]) -> Result<i64, BindError> {
    constants.iter().try_fold(0i64, |sum, (factor, expr)| {
        let value = int(expr, params)?.checked_mul(*factor).and_then(|value| sum.checked_add(value));
        value.ok_or_else(|| error(expr, "the number does not fit 64 bits"))
    })
}

fn level_term(term: &LevelTermDef, instances: &InstanceRanges) -> Result<LevelTerm, BindError> {
    let &LevelTermDef { of, def, index, factor, site } = term;
    let before: u32 = instances[..def.index()].iter().map(|&(_, count)| count).sum();
    let all = instances[def.index()].1;
    let (first, count) = match index {
        None => (before, all),
        Some(index) if index < all => (before + index, 1),
        Some(index) => return Err(no_instance(index, all, site)),
    };
    Ok(LevelTerm { of, first: ResourceId(first), count, factor })
}

fn no_instance(index: u32, all: u32, site: Site) -> BindError {
    BindError { site, message: format!("there is no instance {index}: there are {all}, from 0") }
}

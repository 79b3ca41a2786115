//! What of a scenario could be another, and the scenario in which it is: parameters,
//! durations and numbers that are written out, disciplines.
//!
//! Decides which those are. A parameter is given another value as `--set` does; what has
//! no name is another text, which is loaded and right if nothing else changed by it.

use super::load::LoadedScenario;
use super::model::{Amount, DistributionKind, Expr, ExprKind, Model, StepKind, each};
use super::rewrite::{replaced_literal, value_behind};
use super::source::TextIndex;
use crate::ids::{ParamId, ResourceDefId, Site};
use crate::trace::{Discipline, Level};
use crate::value::{Type, Value};
use std::collections::BTreeSet;

/// Something of a scenario that could be another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// What it is called: a parameter by its name, else as `delay of loader`.
    pub name: String,
    /// Where it stands.
    pub site: Site,
    /// What it is.
    pub kind: FactorKind,
}

/// What a [`Factor`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactorKind {
    /// A parameter that is a duration.
    DurationParam(ParamId),
    /// A parameter that says how many there are: of permits, places, cores, instances.
    NumberParam(ParamId),
    /// The durations that are written out in one step: so many from this place on among
    /// all of the scenario.
    Durations(usize, usize),
    /// A number that is written out, by its place among all of the scenario.
    Number(usize),
    /// In which order the waiters of a resource are served.
    Discipline(ResourceDefId),
}

/// What a [`Factor`] is changed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorLevel {
    /// Of a duration, so many thousandths.
    Thousandths(u64),
    /// Of a number, by so many more.
    By(i64),
    /// This discipline.
    Discipline(Discipline),
}

/// A scenario in which something is another.
#[derive(Debug)]
pub enum Changed {
    /// It is the same text with another value of a parameter.
    Setting(String, Value),
    /// It is another text.
    Text(Box<LoadedScenario>),
}

/// A duration or number that is written out, and where.
type Literal = (Site, i64);

/// Everything that could be another, in the order of the scenario.
pub fn factors(scenario: &LoadedScenario) -> Vec<Factor> {
    let model = &scenario.model;
    let mut factors = params(model);
    let mut place = 0;
    for (name, site, literals) in durations(model) {
        if literals.iter().any(|(_, nanos)| *nanos > 0) {
            let kind = FactorKind::Durations(place, literals.len());
            factors.push(Factor { name, site, kind });
        }
        place += literals.len();
    }
    for (place, (name, (site, _))) in numbers(model).into_iter().enumerate() {
        factors.push(Factor { name, site, kind: FactorKind::Number(place) });
    }
    for (number, def) in model.resources.iter().enumerate() {
        let may_wait = def.spec.kind.level().is_some_and(|level| level != Level::Waiters);
        if may_wait {
            let name = format!("discipline of {}", def.name);
            let kind = FactorKind::Discipline(ResourceDefId::from_index(number));
            factors.push(Factor { name, site: def.site, kind });
        }
    }
    factors
}

/// The parameters that are durations, but for those that say how long is looked; and
/// those that say how many there are of something.
fn params(model: &Model) -> Vec<Factor> {
    let looked = [&model.horizon, &model.warm_up].into_iter().flatten();
    let mut looked: BTreeSet<ParamId> = looked.flat_map(named).collect();
    for (number, param) in model.params.iter().enumerate().rev() {
        if looked.contains(&ParamId::from_index(number)) {
            looked.extend(named(&param.value));
        }
    }
    let sizes: BTreeSet<ParamId> = sizes(model).into_iter().flat_map(|(_, expr)| named(expr)).collect();
    let factor = |(number, param): (usize, &super::model::Param)| {
        let id = ParamId::from_index(number);
        let kind = match param.ty {
            Type::Duration if !looked.contains(&id) => FactorKind::DurationParam(id),
            Type::Int if sizes.contains(&id) => FactorKind::NumberParam(id),
            _ => return None,
        };
        Some(Factor { name: param.name.clone(), site: param.site, kind })
    };
    model.params.iter().enumerate().filter_map(factor).collect()
}

/// The parameters that an expression names.
fn named(expr: &Expr) -> Vec<ParamId> {
    let mut found = Vec::new();
    walk(expr, &mut |expr| {
        if let ExprKind::Param(id) = expr.kind {
            found.push(id);
        }
    });
    found
}

fn walk<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Unary(_, inner) | ExprKind::Element(_, inner) => walk(inner, visit),
        ExprKind::Binary(_, left, right) | ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            walk(left, visit);
            walk(right, visit);
        }
        _ => {}
    }
}

/// The expressions that say how many there are, and of what.
fn sizes(model: &Model) -> Vec<(String, &Expr)> {
    let mut sizes = Vec::new();
    for def in model.resources.iter().filter(|def| def.spec.kind.is_declared()) {
        let counts = def.spec.kind.level().is_some_and(|level| level != Level::Waiters);
        let number = def.spec.number.as_ref().filter(|_| counts);
        let key = def.spec.kind.descriptor().number.as_ref().map_or("number", |number| number.key);
        sizes.extend(number.map(|expr| (format!("{key} of {}", def.name), expr)));
        sizes.extend(def.count.as_ref().map(|expr| (format!("count of {}", def.name), expr)));
    }
    for def in &model.processes {
        sizes.extend(def.count.as_ref().map(|expr| (format!("count of {}", def.name), expr)));
    }
    sizes
}

/// The numbers that are written out and say how many there are of something.
fn numbers(model: &Model) -> Vec<(String, Literal)> {
    let literal = |(name, expr): (String, &Expr)| match expr.kind {
        ExprKind::Const(Value::Int(number)) => Some((name, (expr.site, number))),
        _ => None,
    };
    sizes(model).into_iter().filter_map(literal).collect()
}

/// By step that lets time pass, by process that starts later and by processor that takes
/// time to switch: what it is called, where it stands, and the durations that are written
/// out in it.
fn durations(model: &Model) -> Vec<(String, Site, Vec<Literal>)> {
    let mut all = Vec::new();
    for def in &model.resources {
        let switch = def.spec.processor.as_ref().and_then(|processor| processor.switch.as_ref());
        all.extend(switch.map(|expr| (format!("switch of {}", def.name), def.site, vec![expr])));
    }
    for def in &model.processes {
        let start = def.start.as_ref().map(amounts);
        all.extend(start.map(|exprs| (format!("start of {}", def.name), def.site, exprs)));
        each(&def.body, &mut |step| match &step.kind {
            StepKind::Delay(amount) => {
                all.push((format!("delay of {}", def.name), step.site, amounts(amount)))
            }
            StepKind::Work { amount, .. } => {
                all.push((format!("work of {}", def.name), step.site, amounts(amount)))
            }
            StepKind::Within { limit: Some(limit), .. } => {
                all.push((format!("limit of {}", def.name), step.site, amounts(limit)))
            }
            _ => {}
        });
    }
    // What stands in a block, or behind an anchor, is one literal, however often it is used.
    let mut seen = BTreeSet::new();
    let mut literals = |(name, site, exprs): (String, Site, Vec<&Expr>)| {
        let mut found: Vec<Literal> = Vec::new();
        for expr in exprs {
            walk(expr, &mut |expr| {
                if let ExprKind::Const(Value::Duration(nanos)) = expr.kind
                    && seen.insert(expr.site)
                {
                    found.push((expr.site, nanos));
                }
            });
        }
        let site = found.first().map_or(site, |(site, _)| *site);
        (name, site, found)
    };
    all.into_iter().map(&mut literals).collect()
}

/// The expressions of an amount that are durations.
fn amounts(amount: &Amount) -> Vec<&Expr> {
    match amount {
        Amount::Expr(expr) => vec![expr],
        Amount::Draw(spec) => match &spec.kind {
            DistributionKind::Constant { value } => vec![value],
            DistributionKind::Family { arguments, .. } => arguments.iter().collect(),
            DistributionKind::Choice { values, .. } => values.iter().collect(),
            DistributionKind::UniformInt { .. }
            | DistributionKind::CpythonRandint { .. }
            | DistributionKind::Data { .. } => Vec::new(),
        },
    }
}

/// What a scenario, which was loaded with these settings, is with a factor at another
/// level; `None` if there is no such scenario, or it cannot be written.
pub fn changed(
    scenario: &LoadedScenario,
    settings: &[(String, String)],
    factor: &Factor,
    level: FactorLevel,
) -> Option<Changed> {
    let setting = |id: ParamId, value: i64, ty: Type| {
        let value = if ty == Type::Duration { Value::Duration(value) } else { Value::Int(value) };
        Changed::Setting(scenario.model.params[id.index()].name.clone(), value)
    };
    match (&factor.kind, level) {
        (FactorKind::DurationParam(id), FactorLevel::Thousandths(left)) => {
            let Value::Duration(nanos) = scenario.params[id.index()] else { return None };
            (nanos > 0).then(|| setting(*id, thousandths(nanos, left), Type::Duration))
        }
        (FactorKind::NumberParam(id), FactorLevel::By(more)) => {
            let Value::Int(number) = scenario.params[id.index()] else { return None };
            Some(setting(*id, number.checked_add(more).filter(|number| *number >= 0)?, Type::Int))
        }
        (FactorKind::Durations(first, count), FactorLevel::Thousandths(left)) => {
            shorter(scenario, settings, (*first, *count), left)
        }
        (FactorKind::Number(place), FactorLevel::By(more)) => {
            another_number(scenario, settings, *place, more)
        }
        (FactorKind::Discipline(def), FactorLevel::Discipline(discipline)) => {
            with_discipline(scenario, settings, *def, discipline).map(|after| Changed::Text(Box::new(after)))
        }
        _ => None,
    }
}

/// The text with the number in this place among all by so many more.
fn another_number(
    scenario: &LoadedScenario,
    settings: &[(String, String)],
    place: usize,
    more: i64,
) -> Option<Changed> {
    let all = |model: &Model| numbers(model).into_iter().map(|(_, (_, number))| number).collect::<Vec<_>>();
    let (_, (site, number)) = numbers(&scenario.model).into_iter().nth(place)?;
    let mut right = all(&scenario.model);
    right[place] = number.checked_add(more).filter(|number| *number >= 0)?;
    let start = TextIndex::new(&scenario.source.text).offset_of(site)?;
    let is_right = |after: &LoadedScenario| all(&after.model) == right;
    let after = replaced_literal(scenario, settings, start, &right[place].to_string(), is_right)?;
    Some(Changed::Text(Box::new(after)))
}

/// So many thousandths of a duration, rounded down to whole nanoseconds.
fn thousandths(nanos: i64, left: u64) -> i64 {
    i64::try_from(i128::from(nanos) * i128::from(left) / 1000).unwrap_or(i64::MAX)
}

fn shorter(
    scenario: &LoadedScenario,
    settings: &[(String, String)],
    (first, count): (usize, usize),
    left: u64,
) -> Option<Changed> {
    let all = |model: &Model| {
        durations(model).into_iter().flat_map(|(_, _, literals)| literals).collect::<Vec<_>>()
    };
    let mut literals = all(&scenario.model);
    let mut after: Option<Box<LoadedScenario>> = None;
    // From the last on: what comes before it stays where it is.
    for place in (first..first + count).rev() {
        // Another change, made before this one, may have taken some away.
        let (site, nanos) = *literals.get(place)?;
        literals[place].1 = thousandths(nanos, left);
        let now = after.as_deref().unwrap_or(scenario);
        let start = TextIndex::new(&now.source.text).offset_of(site)?;
        let nanos = |all: &[Literal]| all.iter().map(|(_, nanos)| *nanos).collect::<Vec<_>>();
        let is_right = |after: &LoadedScenario| nanos(&all(&after.model)) == nanos(&literals);
        let value = Value::Duration(literals[place].1).to_string();
        after = Some(Box::new(replaced_literal(now, settings, start, &value, is_right)?));
    }
    after.map(Changed::Text)
}

fn with_discipline(
    scenario: &LoadedScenario,
    settings: &[(String, String)],
    def: ResourceDefId,
    discipline: Discipline,
) -> Option<LoadedScenario> {
    let text = scenario.source.text.as_str();
    let disciplines = |model: &Model| model.resources.iter().map(|def| def.discipline).collect::<Vec<_>>();
    let mut right = disciplines(&scenario.model);
    right[def.index()] = discipline;
    let is_right = |after: &LoadedScenario| disciplines(&after.model) == right;
    let name = TextIndex::new(text).offset_of(scenario.model.resources[def.index()].site)?;
    let start = value_behind(text, name)?;
    if let Some(at) = text[start..].find("discipline:") {
        let value = value_behind(text, start + at)?;
        if let Some(after) = replaced_literal(scenario, settings, value, discipline.name(), is_right) {
            return Some(after);
        }
    }
    let entry = format!("discipline: {}", discipline.name());
    let rest = &text[start..];
    let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let written = match rest.strip_prefix('{') {
        Some(inside) => format!("{}{{{entry}, {inside}", &text[..start]),
        // A map over several lines: before its first entry.
        None if line > name => format!("{}{entry}\n{}{rest}", &text[..start], &text[line..start]),
        None => format!("{}{{kind: {}, {entry}}}{}", &text[..start], &rest[..word], &rest[word..]),
    };
    super::load::load_str(&scenario.source.label, &written, settings).ok().filter(is_right)
}

impl Factor {
    /// What it is in the scenario and what it becomes, for people: `2s → 1.8s`.
    pub fn told(&self, scenario: &LoadedScenario, level: FactorLevel) -> String {
        let model = &scenario.model;
        let pair = |from: String, to: String| format!("{from} → {to}");
        match (&self.kind, level) {
            (FactorKind::DurationParam(id), FactorLevel::Thousandths(left)) => {
                told_shorter(&[nanos(scenario.params[id.index()])], left)
            }
            (FactorKind::Durations(first, count), FactorLevel::Thousandths(left)) => {
                let all = durations(model).into_iter().flat_map(|(_, _, literals)| literals);
                let own: Vec<i64> = all.skip(*first).take(*count).map(|(_, nanos)| nanos).collect();
                told_shorter(&own, left)
            }
            (_, FactorLevel::By(more)) => {
                let number = self.number(scenario).unwrap_or_default();
                pair(number.to_string(), number.saturating_add(more).to_string())
            }
            (FactorKind::Discipline(def), FactorLevel::Discipline(discipline)) => {
                pair(model.resources[def.index()].discipline.name().to_owned(), discipline.name().to_owned())
            }
            _ => String::new(),
        }
    }

    /// How many there are of what it counts, if it counts something.
    pub fn number(&self, scenario: &LoadedScenario) -> Option<i64> {
        match &self.kind {
            FactorKind::NumberParam(id) => Some(scenario.params[id.index()].to_word() as i64),
            FactorKind::Number(place) => numbers(&scenario.model).get(*place).map(|(_, (_, number))| *number),
            _ => None,
        }
    }
}

fn nanos(value: Value) -> i64 {
    value.to_word() as i64
}

/// One duration as it is and as it becomes; of several what becomes of all.
fn told_shorter(own: &[i64], left: u64) -> String {
    match own {
        [one] => format!("{} → {}", Value::Duration(*one), Value::Duration(thousandths(*one, left))),
        _ => format!("× {}", left as f64 / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_str;

    const TEXT: &str = "
version: 1
params: {load: 2s, places: 3, horizon_of_it: 50s}
horizon: horizon_of_it
resources:
  a: {kind: mutex}
  b:
    # two of them
    kind: semaphore
    permits: 2
  c: {kind: buffer, capacity: places, discipline: lifo, of: int}
  m: mutex
processes:
  p:
    count: 2 # of them
    start: index * 3s
    do: [{delay: load}, {delay: 1.5s}, {delay: {uniform: {low: 1s, high: '3s'}}}, {with: [a, m], do: [{work: \"max(2s, load)\"}]}]
  q: {do: [{acquire: b}, {put: c}, {get: c}, {release: b}]}
";

    fn scenario() -> LoadedScenario {
        load_str("s", TEXT, &[]).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The line that a change makes another, or what is set.
    fn change(name: &str, site: usize, level: FactorLevel) -> Option<String> {
        let scenario = scenario();
        let all = factors(&scenario);
        let factor = all.iter().filter(|factor| factor.name == name).nth(site);
        let factor = factor.unwrap_or_else(|| panic!("no {name} among {all:#?}"));
        match changed(&scenario, &[], factor, level)? {
            Changed::Setting(name, value) => Some(format!("{name}={value}")),
            Changed::Text(after) => {
                let before: Vec<&str> = TEXT.lines().collect();
                let others = after.source.text.lines().filter(|line| !before.contains(line));
                Some(others.map(str::trim).collect::<Vec<_>>().join(" / "))
            }
        }
    }

    #[test]
    fn what_could_be_another() {
        let names: Vec<String> = factors(&scenario()).into_iter().map(|factor| factor.name).collect();
        let expected = [
            "load",
            "places",
            "start of p",
            "delay of p",
            "delay of p",
            "work of p",
            "permits of b",
            "count of p",
            "discipline of a",
            "discipline of b",
            "discipline of c",
            "discipline of m",
        ];
        assert_eq!(names, expected);
    }

    /// A block that two processes call is one place in the text.
    #[test]
    fn a_duration_in_a_block_is_one_factor() {
        let text = "
version: 1
blocks: {rest: {params: [more], do: [{delay: 2s + more}]}}
processes:
  a: {do: [{call: {rest: {more: 1s}}}, {call: {rest: {more: 0s}}}]}
  b: {do: [{call: {rest: {more: 3s}}}]}
";
        let loaded = load_str("s", text, &[]).expect("it is valid");
        let found = factors(&loaded);
        // 2 s in the block with what the first call adds to it, and what that of b adds.
        let lines: Vec<u32> = found.iter().map(|factor| factor.site.line).collect();
        assert_eq!(lines, [3, 6], "{found:?}");
        let gone = changed(&loaded, &[], &found[0], FactorLevel::Thousandths(0)).expect("it can be written");
        let Changed::Text(gone) = gone else { panic!("{gone:?}") };
        assert_eq!(gone.source.text, text.replace("2s + more", "0s + more").replace("more: 1s", "more: 0s"));
    }

    #[test]
    fn durations_become_shorter() {
        let nine = FactorLevel::Thousandths(900);
        assert_eq!(change("load", 0, nine).as_deref(), Some("load=1.8s"));
        assert_eq!(change("start of p", 0, nine).as_deref(), Some("start: index * 2.7s"));
        let delay = change("delay of p", 0, nine).expect("a line");
        assert!(delay.contains("{delay: load}, {delay: 1.35s}, {delay: {uniform: {low: 1s"), "{delay}");
        let both = change("delay of p", 1, FactorLevel::Thousandths(500)).expect("a line");
        assert!(both.contains("{uniform: {low: 500ms, high: ") && both.contains("1.5s"), "{both}");
        let work = change("work of p", 0, nine).expect("a line");
        assert!(work.contains("max(1.8s, load)"), "{work}");
        assert_eq!(change("load", 0, FactorLevel::Thousandths(0)).as_deref(), Some("load=0s"));
    }

    #[test]
    fn numbers_become_more_and_fewer() {
        assert_eq!(change("places", 0, FactorLevel::By(1)).as_deref(), Some("places=4"));
        assert_eq!(change("permits of b", 0, FactorLevel::By(-1)).as_deref(), Some("permits: 1"));
        assert_eq!(change("count of p", 0, FactorLevel::By(1)).as_deref(), Some("count: 3 # of them"));
        assert_eq!(change("permits of b", 0, FactorLevel::By(-3)), None);
    }

    #[test]
    fn disciplines_wherever_they_stand() {
        let priority = FactorLevel::Discipline(Discipline::Priority);
        let found = ["a", "b", "c", "m"].map(|name| change(&format!("discipline of {name}"), 0, priority));
        let expected = [
            "a: {discipline: priority, kind: mutex}",
            "discipline: priority",
            "c: {kind: buffer, capacity: places, discipline: priority, of: int}",
            "m: {kind: mutex, discipline: priority}",
        ];
        assert_eq!(found.map(Option::unwrap_or_default), expected);
    }
}

//! What a scenario says about figures: `values: {request.response: {p95: …}}` and
//! `figures: {resources.cpu.utilization: …}`.
//!
//! Decides which figures can be named and which numbers they are compared with. A
//! tolerance becomes bounds here, exactly. What a path leads to is known at the end
//! of a run; its first two parts are checked here.

use super::context::Check;
use super::fields;
use super::labels::Part;
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::Scope;
use super::tables::{FIGURE_BOUNDS, MARK_FIGURES};
use crate::trace::{
    BLOCKED, Expected, Figure, FigureExpectation, FigureRange, MarkFigure, PROCESS_FIGURES, REPORT_HEADS,
    RESOURCE_FIGURES, WHOLE_FIGURES,
};
use crate::value::{Type, Value};

/// Where all figures are seen.
const LISTED: &str = "`tempolane run --format json` prints all that there are";

/// What numbers a figure can be compared with.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    /// Durations.
    Time,
    /// Integers and floats.
    Number,
    /// All of them: it is a number of nanoseconds.
    Nanos,
}

impl Check<'_> {
    /// Figures of the values of a mark: by `process.mark`, or by `mark` of everybody.
    pub(super) fn figures_of_mark(&mut self, entry: &Entry, expected: &mut Expected) {
        let part = Part::whole(&entry.key);
        let (who, mark) = if part.split().1.is_some() {
            let Some((who, mark, nth)) = self.marks_of(part) else { return };
            if nth.is_some() {
                let hint = "leave the index out; one passing carries one value";
                let message = "figures are about all passings of a mark";
                return self.reports.error_with_hint(part.span(self), message, hint);
            }
            (Some(who), mark)
        } else {
            let Some(mark) = self.mark(part) else { return };
            (None, mark)
        };
        let known = self.marks.at(mark.index());
        let (ty, bad) = (known.ty, known.bad);
        let owner = self.key_span(&entry.key);
        if fields::read(&mut self.reports, &entry.value, &MARK_FIGURES, owner).is_none() || bad {
            return;
        }
        let Kind::Map(entries) = &entry.value.kind else { return };
        if entries.is_empty() {
            let hint = "such as `{mean: 5ms, largest: {at_most: 9ms}}`";
            self.reports.error_with_hint(owner, "no figure of the mark is named", hint);
        }
        for figure in entries {
            // The table has reported what is none.
            let Some(of) = MarkFigure::named(&figure.key.name) else { continue };
            let wanted = match (of, ty) {
                (MarkFigure::Count, _) => Wanted::Number,
                (_, None) => {
                    let span = self.key_span(&figure.key);
                    let message = format!("the mark of {} carries no value", quoted(&entry.key.name));
                    let hint = "give it one, as in `mark: {name: n, value: v}`; `count` needs none";
                    self.reports.error_with_hint(span, message, hint);
                    continue;
                }
                (_, Some(Type::Duration)) => Wanted::Time,
                _ => Wanted::Number,
            };
            let Some(range) = self.figure_range(&figure.value, wanted) else { continue };
            let figure_of = Figure::OfMark { who, mark, of, name: entry.key.name.clone() };
            let line = figure.key.site.line;
            expected.figures.push(FigureExpectation { figure: figure_of, range, line });
        }
    }

    /// `figures`: numbers of the report by their paths.
    pub(super) fn figures(&mut self, entry: &Entry, expected: &mut Expected) {
        let owner = self.key_span(&entry.key);
        let entries = fields::entries(&mut self.reports, &entry.value, &entry.key.name, owner).unwrap_or(&[]);
        for entry in entries {
            let path = &entry.key.name;
            let is_time = self.is_time(path);
            let wanted = if is_time { Wanted::Nanos } else { Wanted::Number };
            // Of a path that leads nowhere it cannot be said what it is compared with.
            let Some(()) = self.figure_path(Part::whole(&entry.key)) else { continue };
            if let Some(range) = self.figure_range(&entry.value, wanted) {
                let (figure, line) = (Figure::Path(path.clone()), entry.key.site.line);
                expected.figures.push(FigureExpectation { figure, range, line });
            }
        }
    }

    /// Whether a path may lead to a length of time.
    fn is_time(&self, path: &str) -> bool {
        let mut parts = path.splitn(3, '.');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("measures"), Some(name), Some(figure)) => {
                let kind = self.measures.find(name).copied().flatten();
                kind.is_some_and(|kind| kind.figure(figure).is_some_and(|figure| kind.is_time(figure)))
            }
            // Of a mark the values are of its own type, whatever the key.
            (Some("marks"), ..) => true,
            _ => path.split('.').any(|part| part.ends_with("_ns")),
        }
    }

    /// Checks how a path begins: what it is of, and whose it is.
    fn figure_path(&mut self, part: Part<'_>) -> Option<()> {
        let (head, rest) = part.split();
        if !REPORT_HEADS.contains(&head.text) {
            let message = format!("unknown figure {}", quoted(head.text));
            let hint = self
                .path_meant(part)
                .unwrap_or_else(|| format!("a path begins with {}; {LISTED}", REPORT_HEADS.join(", ")));
            let span = head.span(self);
            self.reports.unknown_with_hint(span, message, head.text, REPORT_HEADS.into_iter(), hint);
            return None;
        }
        let is_number = REPORT_HEADS[..WHOLE_FIGURES].contains(&head.text);
        let whose = match rest {
            None if is_number => return Some(()),
            Some(rest) if is_number => {
                let message = format!("{} is a number and has no parts", quoted(head.text));
                self.reports.error(rest.span(self), message);
                return None;
            }
            Some(rest) if rest.split().1.is_some() => rest.split().0,
            _ => {
                let message = format!("{} is no number: it has parts", quoted(part.text));
                let hint = "name one by its path in `--format json`, such as `resources.cpu.utilization`";
                self.reports.error_with_hint(part.span(self), message, hint);
                return None;
            }
        };
        match head.text {
            "processes" => {
                self.one_process(whose)?;
                self.known_figure(rest?.split().1?, "process", PROCESS_FIGURES.iter().chain(&[BLOCKED]))
            }
            "resources" => {
                self.one_resource(whose, "resource")?;
                self.known_figure(rest?.split().1?, "resource", RESOURCE_FIGURES.iter())
            }
            "marks" => self.mark(whose).map(drop),
            "measures" => self.measure_figure(whose, rest?.split().1?),
            _ => Some(()),
        }
    }

    /// Checks the key of a figure of a process or a resource.
    fn known_figure<'k>(
        &mut self,
        part: Part<'_>,
        whose: &str,
        known: impl Iterator<Item = &'k &'k str> + Clone,
    ) -> Option<()> {
        let (key, more) = part.split();
        let span = key.span(self);
        if key.text == BLOCKED && more.is_none() {
            let hint =
                "say for which resource, as in `blocked_ns.m`, or write `blocked_total_ns` for all of them";
            self.reports.error_with_hint(span, "`blocked_ns` has parts, one for each resource", hint);
            return None;
        }
        if !known.clone().any(|known| *known == key.text) {
            let message = format!("a {whose} has no figure {}", quoted(key.text));
            let hint = format!("it has {}; {LISTED}", known.clone().copied().collect::<Vec<_>>().join(", "));
            // `finished` is `finished_ns`.
            let timed = format!("{}_ns", key.text);
            let meant = if known.clone().any(|known| *known == timed) { &timed } else { key.text };
            self.reports.unknown_with_hint(span, message, meant, known.copied(), hint);
            return None;
        }
        if let (Some(more), true) = (more, key.text != BLOCKED) {
            let span = more.span(self);
            self.reports.error(span, format!("{} is a number and has no parts", quoted(key.text)));
            return None;
        }
        Some(())
    }

    /// What a path means that begins with a name, or with the key of a figure.
    fn path_meant(&self, part: Part<'_>) -> Option<String> {
        let name = part.text.split(['.', '[']).next()?;
        let is_key = |known: &[&str]| part.text == name && known.contains(&name);
        if self.resources.position(name).is_some() {
            return Some(format!("write `resources.{}`; {LISTED}", part.text));
        }
        if self.processes.position(name).is_some() {
            return Some(format!("write `processes.{}`; {LISTED}", part.text));
        }
        if is_key(&RESOURCE_FIGURES) {
            return Some(format!("write `resources.NAME.{name}`, with the name of a resource"));
        }
        is_key(&PROCESS_FIGURES).then(|| format!("write `processes.NAME.{name}`, with the name of a process"))
    }

    /// Checks the name of a measure and that of a figure of it.
    fn measure_figure(&mut self, name: Part<'_>, figure: Part<'_>) -> Option<()> {
        let Some(position) = self.measures.position(name.text) else {
            let span = name.span(self);
            let message = format!("unknown measure {}", quoted(name.text));
            let hint = "measures are made by `measures: {name: …}`".to_owned();
            self.reports.unknown_with_hint(span, message, name.text, self.measures.names(), hint);
            return None;
        };
        let kind = (*self.measures.at(position))?;
        if kind.figure(figure.text).is_some() {
            return Some(());
        }
        let names: Vec<String> = kind.figures().iter().map(ToString::to_string).collect();
        let message = format!("the measure {} has no figure {}", quoted(name.text), quoted(figure.text));
        let hint = format!("it has {}", names.join(", "));
        let span = figure.span(self);
        self.reports.unknown_with_hint(span, message, figure.text, names.iter().map(String::as_str), hint);
        None
    }

    /// One number, or bounds of one.
    fn figure_range(&mut self, node: &Node, wanted: Wanted) -> Option<FigureRange> {
        if self.mistakes_bounds(node) {
            return None;
        }
        if !matches!(node.kind, Kind::Map(_)) {
            return self.figure_number(node, wanted).map(FigureRange::exactly);
        }
        let owner = self.reports.span_of(node);
        let fields = fields::read(&mut self.reports, node, &FIGURE_BOUNDS, owner)?;
        let [least, most, about, within] =
            ["at_least", "at_most", "about", "within"].map(|key| fields.get(key));
        match (least, most, about, within) {
            (None, None, Some(about), Some(within)) => self.tolerance(about, within, wanted),
            (None, None, None, None) if !fields.is_empty() => None,
            (least, most, None, None) if least.is_some() || most.is_some() => {
                let least = least.map(|node| self.figure_number(node, wanted));
                let most = most.map(|node| self.figure_number(node, wanted));
                let range = FigureRange {
                    at_least: least.map_or(Some(None), |v| v.map(Some))?,
                    at_most: most.map_or(Some(None), |v| v.map(Some))?,
                };
                self.not_crossed(range, node)
            }
            _ => {
                let hint = "write `at_least`, `at_most` or both, or `about` and `within`";
                self.reports.error_with_hint(owner, "these are no bounds of a figure", hint);
                None
            }
        }
    }

    fn not_crossed(&mut self, range: FigureRange, node: &Node) -> Option<FigureRange> {
        if let (Some(least), Some(most)) = (range.at_least, range.at_most)
            && least.as_f64() > most.as_f64()
            && least.ty() == most.ty()
            && self.as_written
        {
            let owner = self.reports.span_of(node);
            self.reports.error(owner, "nothing is within these bounds: `at_least` is above `at_most`");
            return None;
        }
        Some(range)
    }

    /// `{about: 200ms, within: 1%}`: bounds that far below and above.
    fn tolerance(&mut self, about: &Node, within: &Node, wanted: Wanted) -> Option<FigureRange> {
        let about = self.figure_number(about, wanted)?;
        let share = match &within.kind {
            Kind::Text(text) => text.trim().strip_suffix('%').map(str::trim),
            _ => None,
        };
        let margin = match share {
            Some(share) => match Share::read(share) {
                Some(share) => share.of(about),
                None => {
                    let span = self.reports.span_of(within);
                    let message = format!("{} is no share", quoted(&format!("{share}%")));
                    self.reports.error_with_hint(span, message, "as in `1%` or `0.5%`");
                    return None;
                }
            },
            None => self.figure_number(within, wanted)?,
        };
        let apart = |sign: f64| match (about, margin) {
            (Value::Int(about), Value::Int(margin)) => Value::Int(moved(about, margin, sign)),
            (Value::Duration(about), Value::Duration(margin)) => Value::Duration(moved(about, margin, sign)),
            // A number without a unit and one with: both are nanoseconds.
            (Value::Duration(about) | Value::Int(about), Value::Duration(margin) | Value::Int(margin)) => {
                Value::Int(moved(about, margin, sign))
            }
            (about, margin) => Value::Float(about.as_f64() + sign * margin.as_f64()),
        };
        let range = FigureRange { at_least: Some(apart(-1.0)), at_most: Some(apart(1.0)) };
        self.not_crossed(range, within)
    }

    /// A value over parameters, of a type that the figure can be compared with.
    fn figure_number(&mut self, node: &Node, wanted: Wanted) -> Option<Value> {
        let (ty, what) = match wanted {
            Wanted::Time => (Some(Type::Duration), "a figure of durations"),
            Wanted::Number | Wanted::Nanos => (None, "a figure"),
        };
        let value = self.value(node, Scope::all_params(), ty, what)?.known?;
        let fits = match value.ty() {
            Type::Int | Type::Float => !matches!(wanted, Wanted::Time),
            Type::Duration => !matches!(wanted, Wanted::Number),
            Type::Bool => false,
        };
        if !fits {
            let span = self.reports.span_of(node);
            self.reports.error(span, format!("{what} is a number here, found {}", value.ty().described()));
            return None;
        }
        Some(value)
    }
}

/// `number` moved down or up; as far as there are numbers.
fn moved(number: i64, margin: i64, sign: f64) -> i64 {
    if sign < 0.0 { number.saturating_sub(margin) } else { number.saturating_add(margin) }
}

/// A share in percent, as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    digits: u64,
    /// How many of the digits are decimals.
    decimals: u32,
}

impl Share {
    /// Digits with a point or without.
    fn read(text: &str) -> Option<Share> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{decimals}");
        let is_short = (1..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        let digits = digits.parse().ok().filter(|_| is_short)?;
        Some(Share { digits, decimals: decimals.len() as u32 })
    }

    /// Of a value; of durations the whole part, exactly, and of integers all of it: a
    /// figure that they are compared with may be none.
    fn of(self, value: Value) -> Value {
        let per = 100 * 10u128.pow(self.decimals);
        let is_whole = |number: i64| {
            let parts = u128::from(number.unsigned_abs()) * u128::from(self.digits);
            parts.is_multiple_of(per) || number.unsigned_abs() >= 1 << f64::MANTISSA_DIGITS
        };
        let whole = |number: i64| {
            let part = u128::from(number.unsigned_abs()) * u128::from(self.digits) / per;
            i64::try_from(part).unwrap_or(i64::MAX)
        };
        match value {
            Value::Int(number) if is_whole(number) => Value::Int(whole(number)),
            Value::Duration(nanos) => Value::Duration(whole(nanos)),
            other => Value::Float(other.as_f64().abs() * self.digits as f64 / per as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_by_hand() {
        let of = |share: &str, value: Value| Share::read(share).map(|share| share.of(value));
        assert_eq!(of("1", Value::Duration(200_000_000)), Some(Value::Duration(2_000_000)));
        assert_eq!(of("0.5", Value::Int(1000)), Some(Value::Int(5)));
        assert_eq!(of("10", Value::Int(-19)), Some(Value::Float(1.9)));
        assert_eq!(of("1", Value::Int(3)), Some(Value::Float(0.03)));
        assert_eq!(of("1", Value::Duration(3)), Some(Value::Duration(0)));
        assert_eq!(of("2.5", Value::Float(-2.0)), Some(Value::Float(0.05)));
        for bad in ["", ".", "x", "-1", "1e3", "1234567890123456"] {
            assert_eq!(Share::read(bad), None, "{bad}");
        }
    }
}

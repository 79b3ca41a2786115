//! What of a changed scenario is told: what helps, how far, and what does not.

use crate::cli::console::printable;
use crate::cli::execute::command;
use crate::cli::inputs::Loaded;
use crate::cli::report::{and_more, interval, quantity, section, so_many, table};
use crate::cli::why::explained::Explained;
use crate::cli::why::words;
use crate::figure::format_share;
use crate::scenario::FactorKind;
use crate::sweep::Estimate;
use crate::trace::shell_word;
use crate::value::Type;
use crate::why::{Bottleneck, Effect, Effects, PairEffect, Subject};
use std::fmt::Write;

/// How sure intervals are.
pub const LEVEL: f64 = 0.95;

/// How many changes that do not help are named.
const NAMED: usize = 12;

/// How many pairs are shown.
const PAIRS: usize = 3;

/// A value of the figure.
pub fn shown(figure: Option<f64>, subject: &Subject<'_>) -> String {
    figure.map_or_else(|| "–".to_owned(), |figure| quantity(figure, is_time(subject)))
}

fn is_time(subject: &Subject<'_>) -> bool {
    subject.objective().ty() == Type::Duration
}

/// The sections about changes.
pub fn told(
    loaded: &Loaded,
    subject: &Subject<'_>,
    explained: &Explained,
    effects: &Effects,
    top: usize,
) -> String {
    let mut text = String::new();
    let helping = helping(subject, explained, effects, top) + &reproduction(loaded, effects);
    section(&mut text, "What would help", &helping);
    section(&mut text, "How far it helps", &curves(subject, explained, effects));
    section(&mut text, "Two at once", &pairs(subject, explained, effects));
    text
}

/// The command that shows the best change of a parameter.
fn reproduction(loaded: &Loaded, effects: &Effects) -> String {
    let helping = effects.effects.iter().filter(|effect| effect.helps());
    let Some((name, value)) = helping.filter_map(|effect| effect.set.as_ref()).next() else {
        return String::new();
    };
    let set = shell_word(&format!("{name}={value}"));
    format!(" to see it with {}: {} --set {set}\n", printable(name), command("run", loaded))
}

/// `infer_time 2s → 1.8s`, `delay of p (line 3) 2s → gone`.
pub fn change(effect: &Effect) -> String {
    let line = match effect.factor.kind {
        FactorKind::Durations(..) | FactorKind::Number(_) => format!(" (line {})", effect.factor.site.line),
        _ => String::new(),
    };
    format!("{}{line} {}", printable(&effect.factor.name), effect.change)
}

/// What these change, each with as much of its place and of its value as tells it from the others.
fn told_apart(effects: Vec<&Effect>) -> Vec<String> {
    let told = |effect: &Effect, much: usize| {
        let whole = change(effect);
        let shown = match much {
            0 => return printable(&effect.factor.name),
            1 => whole.strip_suffix(effect.change.as_str()),
            _ => whole.split(" → ").next(),
        };
        shown.map_or(whole.clone(), |shown| shown.trim_end().to_owned())
    };
    let is_alone = |effect: &Effect, much| {
        effects.iter().filter(|other| told(other, much) == told(effect, much)).count() == 1
    };
    let much = |effect: &Effect| (0..2).find(|&much| is_alone(effect, much)).unwrap_or(2);
    effects.iter().map(|effect| told(effect, much(effect))).collect()
}

/// A difference with half of its interval, if there is one.
fn difference(saved: &Estimate, subject: &Subject<'_>, is_random: bool) -> String {
    let half = saved.half_width(LEVEL).filter(|_| is_random);
    interval(saved.mean(), half, is_time(subject))
}

/// Whether a difference cannot be told from none.
fn is_unsure(saved: &Estimate, is_random: bool) -> bool {
    is_random && saved.half_width(LEVEL).is_none_or(|half| saved.mean().abs() <= half)
}

fn helping(subject: &Subject<'_>, explained: &Explained, effects: &Effects, top: usize) -> String {
    let rows = help_rows(subject, explained, effects, usize::MAX);
    let count = rows.len();
    let mut text = match rows.is_empty() {
        true => " nothing that was tried makes it less\n".to_owned(),
        false => table(&HELP_HEADS, &[3], rows.into_iter().take(top)) + &and_more(" ", count, top),
    };
    text.push_str(&not_helping(explained, effects));
    text
}

/// What stands above [`help_rows`].
pub const HELP_HEADS: [&str; 4] = ["change", "then", "saves", "most of it is then"];

/// The changes that help most, at most so many, a row each.
pub fn help_rows(
    subject: &Subject<'_>,
    explained: &Explained,
    effects: &Effects,
    most: usize,
) -> Vec<Vec<String>> {
    let is_random = explained.is_random;
    let helps = effects.effects.iter().filter(|effect| Verdict::of(effect, is_random) == Verdict::Helps);
    let row = |effect: &Effect| {
        let figure = effect.measured.estimate().mean();
        let next = effect.next.as_ref().map(bottleneck).unwrap_or_default();
        vec![
            change(effect),
            shown(Some(figure), subject),
            difference(&effect.saved, subject, is_random),
            next,
        ]
    };
    helps.take(most).map(row).collect()
}

/// `delay of p (line 3), 47.0%`.
fn bottleneck(next: &Bottleneck) -> String {
    let share = if next.of_nanos == 0 { 0.0 } else { next.nanos as f64 / next.of_nanos as f64 };
    let resource = next.resource.as_ref().map(|name| format!(" for {}", printable(name))).unwrap_or_default();
    let does = words::short(next.activity);
    let line = next.line.map(|line| format!(" (line {line})")).unwrap_or_default();
    format!("{does}{resource} of {}{line}, {}", printable(&next.process), format_share(share))
}

/// What comes of a change that is in no row of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Helps,
    /// The figure is less, but other work is done.
    OtherWork,
    /// The scenario comes to no regular end, and with the change it does.
    Mends,
    Nothing,
    Unsure,
    Worse,
    Breaks,
}

impl Verdict {
    /// Those that are told by a sentence, which begins so.
    const TOLD: [(Verdict, &str); 6] = [
        (Verdict::OtherWork, "saves by other work"),
        (Verdict::Mends, "comes to a regular end"),
        (Verdict::Nothing, "saves nothing"),
        (Verdict::Unsure, "cannot be told from nothing"),
        (Verdict::Worse, "makes it more"),
        (Verdict::Breaks, "comes to no regular end"),
    ];

    fn of(effect: &Effect, is_random: bool) -> Verdict {
        match &effect.saved {
            _ if !effect.measured.is_whole() => Verdict::Breaks,
            saved if saved.count() == 0 => Verdict::Mends,
            saved if saved.mean() == 0.0 => Verdict::Nothing,
            saved if is_unsure(saved, is_random) => Verdict::Unsure,
            saved if saved.mean() > 0.0 && effect.other_work.is_some() => Verdict::OtherWork,
            saved if saved.mean() > 0.0 => Verdict::Helps,
            _ => Verdict::Worse,
        }
    }
}

/// A sentence about a few of many.
fn sentence(what: &str, list: &[String]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let more = match list.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(" {what}: {}{more}\n", list[..list.len().min(NAMED)].join("; "))
}

/// What changes nothing, what makes it worse, and what could not be tried.
fn not_helping(explained: &Explained, effects: &Effects) -> String {
    let is_random = explained.is_random;
    let told = |effect: &Effect| match (&effect.other_work, effect.measured.is_whole()) {
        (Some(other), _) => format!("{}, which {other}", change(effect)),
        (None, true) => change(effect),
        (None, false) => format!("{} ({})", change(effect), effect.measured.outcome),
    };
    let mut text = String::new();
    for (verdict, what) in Verdict::TOLD {
        let own = effects.effects.iter().filter(|effect| Verdict::of(effect, is_random) == verdict);
        text.push_str(&sentence(what, &own.map(told).collect::<Vec<_>>()));
    }
    let impossible = effects.impossible.iter();
    let impossible = impossible.map(|(factor, change)| format!("{} {change}", printable(&factor.name)));
    text.push_str(&sentence("cannot be", &impossible.collect::<Vec<_>>()));
    let idle: Vec<String> = effects.idle.iter().map(|factor| printable(&factor.name)).collect();
    text.push_str(&sentence("cannot matter, since there are never two in line", &idle));
    if effects.untried > 0 {
        let changes = so_many(effects.untried as u64, "change");
        let _ = writeln!(text, " not tried, since the runs are long: {changes}");
    }
    if is_random {
        let runs = explained.measured.values.len();
        let _ = writeln!(
            text,
            " ±: half of the 95% interval of the difference, in {runs} pairs of runs with the same random numbers"
        );
    }
    text
}

fn curves(subject: &Subject<'_>, explained: &Explained, effects: &Effects) -> String {
    let Some((_, first)) = explained.curves.first() else { return String::new() };
    let percents: Vec<String> = first.points.iter().map(|(percent, _)| format!("{percent}%")).collect();
    let heads: Vec<&str> = std::iter::once("shorter by").chain(percents.iter().map(String::as_str)).collect();
    let names = told_apart(explained.curves.iter().map(|(place, _)| &effects.effects[*place]).collect());
    let row = |((_, curve), name): (&(usize, crate::why::Curve), &String)| {
        let name = name.clone();
        let figures = curve.points.iter().map(|(_, figure)| shown(*figure, subject));
        std::iter::once(name).chain(figures).collect()
    };
    let mut text = table(&heads, &[], explained.curves.iter().zip(&names).map(row));
    for ((_, curve), name) in explained.curves.iter().zip(&names) {
        let _ = match curve.kink {
            None => writeln!(text, " each percent less of {name} saves as much as the first"),
            Some(kink) => writeln!(
                text,
                " up to {kink}% less of {name} each percent saves as much as the first; then something else binds"
            ),
        };
    }
    text
}

fn pairs(subject: &Subject<'_>, explained: &Explained, effects: &Effects) -> String {
    let alone = |place: usize| effects.effects[place].saved.mean();
    let is_more = |pair: &&PairEffect| pair.saved.mean() > alone(pair.of.0).max(alone(pair.of.1)).max(0.0);
    let shown_pairs: Vec<&PairEffect> = explained.pairs.iter().filter(is_more).take(PAIRS).collect();
    if shown_pairs.is_empty() {
        let told = " of the best changes no two save more than one of them alone\n".to_owned();
        return if explained.pairs.is_empty() { String::new() } else { told };
    }
    let rows = shown_pairs.into_iter().map(|pair| {
        let (first, second) = (&effects.effects[pair.of.0], &effects.effects[pair.of.1]);
        let apart = first.saved.mean().max(0.0) + second.saved.mean().max(0.0);
        vec![
            format!("{}, {}", change(first), change(second)),
            shown(Some(pair.measured.estimate().mean()), subject),
            difference(&pair.saved, subject, explained.is_random),
            quantity(apart, is_time(subject)),
        ]
    });
    table(&["changes", "then", "saves", "one by one"], &[], rows)
}

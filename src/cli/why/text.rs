//! The answer for people: one sentence, then what it rests on.

mod changes;

pub use changes::{HELP_HEADS, LEVEL, change, help_rows};

use super::arguments::WhyArguments;
use super::explained::Explained;
use super::words;
use crate::analysis::{Charge, StepSlack};
use crate::cli::console::printable;
use crate::cli::inputs::Loaded;
use crate::cli::report::{
    BOLD, PLAIN, RED, activity, and_more, charged, counted, duration, files, heading, section, so_many, table,
};
use crate::figure::format_share;
use crate::ids::ProcessId;
use crate::trace::Header;
use crate::why::Subject;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

/// The whole report.
pub fn text(
    loaded: &Loaded,
    subject: &Subject<'_>,
    explained: &Explained,
    arguments: &WhyArguments,
    written: &[PathBuf],
) -> String {
    let mut text = first_line(loaded, subject, explained, arguments) + "\n";
    let top = arguments.top;
    section(&mut text, "Critical path", &path(explained, top));
    section(&mut text, "Slack", &slack(explained, top));
    section(&mut text, "Bounds", &bounds(explained));
    if let Some(effects) = &explained.effects {
        text.push_str(&changes::told(loaded, subject, explained, effects, top));
    }
    section(&mut text, "Files", &files(written));
    text
}

/// What the figure is, and what most of it was spent on.
fn first_line(
    loaded: &Loaded,
    subject: &Subject<'_>,
    explained: &Explained,
    arguments: &WhyArguments,
) -> String {
    let figure = changes::shown(explained.figure(), subject);
    let of = printable(arguments.of.trim());
    let runs = match explained.measured.values.len() {
        1 => String::new(),
        runs => format!(" in the mean of {runs} runs"),
    };
    let (colour, verdict) = match explained.is_finding() {
        true => (RED, format!("{} at {}", explained.base.outcome.name(), explained.base.end)),
        false => (BOLD, format!("{of} is {figure}{runs}")),
    };
    let head = heading(&loaded.label, colour, &verdict);
    let Some(charge) = charges(explained).into_iter().next() else { return head };
    let (header, whole) =
        (&explained.base.header, explained.base.path.as_ref().map_or(0, |path| path.end.as_nanos()));
    let what = charged(&charge, header);
    let first = if explained.is_random { " of the first" } else { "" };
    match charge.nanos == whole {
        true => format!("{head}; all{first} is {what}"),
        false => format!("{head}; {} of {}{first} is {what}", duration(charge.nanos), duration(whole)),
    }
}

fn charges(explained: &Explained) -> Vec<Charge> {
    let path = explained.base.path.as_ref();
    path.map(|path| path.charges_by_process(&explained.base.header)).unwrap_or_default()
}

fn line(line: Option<u32>) -> String {
    line.map_or_else(|| "–".to_owned(), |line| line.to_string())
}

fn path(explained: &Explained, top: usize) -> String {
    let (header, Some(path)) = (&explained.base.header, &explained.base.path) else { return String::new() };
    let whole = path.end.as_nanos();
    let all = charges(explained);
    let row = |charge: &Charge| {
        let name = printable(&header.process(charge.process).name);
        let share = if whole == 0 { 0.0 } else { charge.nanos as f64 / whole as f64 };
        vec![
            name,
            activity(charge.activity, header),
            line(charge.line),
            counted(charge.spans),
            duration(charge.nanos),
            format_share(share),
        ]
    };
    let heads = ["process", "does", "line", "times", "length", "share"];
    let mut text = table(&heads, &[1], all.iter().take(top).map(row));
    text.push_str(&and_more(" ", all.len(), top));
    let end = match path.is_cut {
        true => {
            format!("the end of the run, at which '{}' had not come to its own", name(header, path.process))
        }
        false => format!("the end of '{}'", name(header, path.process)),
    };
    let _ = writeln!(text, " the lengths add up to {}, which is {end}", duration(whole));
    text.push_str(&hand_offs(explained, top));
    text.push_str(&orders(explained));
    text
}

fn name(header: &Header, process: ProcessId) -> String {
    printable(&header.process_name(process))
}

/// How often something was handed on, and between which two instances if always between the same.
type HandedOver = (u64, Option<(ProcessId, ProcessId)>);

/// Who handed on to whom, and what, how often.
fn hand_offs(explained: &Explained, top: usize) -> String {
    let (header, Some(path)) = (&explained.base.header, &explained.base.path) else { return String::new() };
    // By the names in the scenario: how often, and between which two, until these are several.
    let mut counts: BTreeMap<(String, String, String), HandedOver> = BTreeMap::new();
    for hand_off in path.hand_offs() {
        let name = |process| printable(&header.process(process).name);
        let what = words::handed_on(hand_off.what, header);
        let between = (hand_off.from, hand_off.to);
        let (times, only) =
            counts.entry((name(hand_off.from), name(hand_off.to), what)).or_insert((0, Some(between)));
        *times += 1;
        *only = only.filter(|only| *only == between);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (times, _))| std::cmp::Reverse(*times));
    if counts.is_empty() {
        return " nothing that another process handed on is on it\n".to_owned();
    }
    let shown = counts.iter().take(top).map(|((from, to, what), (times, only))| {
        let times = if *times == 1 { String::new() } else { format!(", {} times", counted(times)) };
        match only {
            Some((from, to)) => {
                let [from, to] = [from, to].map(|process| printable(&header.process_name(*process)));
                format!(" '{from}' let '{to}' go on by {what}{times}\n")
            }
            None if from == to => format!(" one '{from}' let another one go on by {what}{times}\n"),
            None => format!(" '{from}' let '{to}' go on by {what}{times}\n"),
        }
    });
    shown.collect::<String>() + &and_more(" ", counts.len(), top)
}

/// Whether other orders of simultaneous events have another path.
fn orders(explained: &Explained) -> String {
    let Some(orders) = explained.base.orders.as_ref().filter(|orders| orders.tried > 0) else {
        return String::new();
    };
    let tried = so_many(orders.tried.into(), "other order");
    let Some(first) = &orders.first else {
        return format!(" in {tried} of simultaneous events it is the same\n");
    };
    let header = &explained.base.header;
    let most = first
        .charges
        .first()
        .map(|charge| format!(", {} of it {}", duration(charge.nanos), charged(charge, header)));
    format!(
        " in {} of {tried} of simultaneous events it is another: with --ties {} it is {} long{}\n",
        orders.others,
        first.ties,
        duration(first.end.as_nanos()),
        most.unwrap_or_default()
    )
}

/// By process: when the last of its instances ends, by how much that could be later, and
/// the step that could be so by the least.
fn slack(explained: &Explained, top: usize) -> String {
    let (header, Some(slack)) = (&explained.base.header, &explained.base.slack) else { return String::new() };
    let steps = slack.by_step(header);
    let later = |nanos: Option<u64>| nanos.map_or_else(|| "any time".to_owned(), duration);
    let rows: Vec<Vec<String>> = header
        .processes
        .iter()
        .filter_map(|info| {
            let ids = info.first.index()..info.first.index() + info.count as usize;
            let ends = ids.clone().map(|id| slack.ends[id]).min_by_key(|slack| slack.unwrap_or(u64::MAX));
            let own = steps.iter().filter(|step| ids.contains(&step.process.index()));
            let tightest: Option<&StepSlack> = own.min_by_key(|step| step.least.unwrap_or(u64::MAX));
            let tightest = tightest?;
            let does = activity(Some(tightest.activity), header);
            Some(vec![
                printable(&info.name),
                later(ends.flatten()),
                later(tightest.least),
                does,
                line(tightest.line),
            ])
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let heads = ["process", "its end could be later by", "a step by", "which", "line"];
    let all = rows.len();
    let mut text = table(&heads, &[3], rows.into_iter().take(top));
    text.push_str(&and_more(" ", all, top));
    text.push_str(" without the figure being later, as long as who is served after whom stays the same\n");
    text
}

fn bounds(explained: &Explained) -> String {
    let base = &explained.base;
    let (Some(path), Some(first)) = (&base.path, base.bounds.first()) else { return String::new() };
    let rows =
        base.bounds.iter().map(|bound| vec![words::bound(bound.of, &base.header), duration(bound.nanos)]);
    let mut text = table(&["no order of events beats", "length"], &[], rows);
    let over = path.end.as_nanos().saturating_sub(first.nanos);
    let distance = match over {
        0 => format!("the run is as short as {}", words::bound(first.of, &base.header)),
        over => format!("the run is {} longer than the highest of them", duration(over)),
    };
    let sentence = match (explained.unbeatable(), base.hangs_on_order) {
        (Some(_), _) => format!("{distance}: {BOLD}no change of order can help{PLAIN}"),
        (None, None) => distance,
        (None, Some(line)) => format!(
            "{distance}; they hold as long as every process does what it did, and what line {line} does may \
             hang on the order"
        ),
    };
    let _ = writeln!(text, " {sentence}");
    text.push_str(&every_order(explained));
    text
}

/// What the search of every order says, where bounds do not.
fn every_order(explained: &Explained) -> String {
    let Some(every) = explained.base.every_order else { return String::new() };
    let searched =
        format!("every order of simultaneous events was searched ({})", so_many(every.states, "state"));
    match explained.is_shortest_order() {
        true => format!(" {searched}: {BOLD}none is shorter{PLAIN}\n"),
        false => {
            let shorter = explained.base.end.since(every.least);
            format!(
                " {searched}: the shortest saves {}, and `tempolane explore` shows it\n",
                duration(shorter)
            )
        }
    }
}

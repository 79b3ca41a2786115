//! The Gantt timeline in letters, for the terminal.
//!
//! Decides what one character cell shows: what fills it, or of several things the
//! rarest, so that short works do not vanish between long waits.
//! Blocked stretches are letters, one for each resource, so that the picture
//! needs neither colour nor Unicode. Width is counted in characters.

use crate::figure::so_many;
use crate::ids::ProcessId;
use crate::look::ColourBy;
use crate::render::dense::{self, Scale};
use crate::render::ink_table::Inks;
use crate::render::inks::Classes;
use crate::render::input::{GanttInput, LevelSeries, Levels, Point, PointKind, Window, length};
use crate::render::palette::{Class, SLOTS};
use crate::render::shorten::{Names, Room, shorten_name};
use crate::render::ticks::fitting;
use crate::time::Time;
use crate::trace::{Outcome, Span, is_obeyed};
use std::fmt::Write;

/// How a text Gantt is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStyle {
    /// The width of the terminal in characters; at least 40 is used.
    pub width: usize,
    /// Whether only ASCII may be used.
    pub ascii: bool,
    /// Whether ANSI colours may be used.
    pub colour: bool,
    /// The most processes shown; further ones are counted.
    pub most_lanes: usize,
    /// The most levels shown as a row under the lanes.
    pub most_levels: usize,
    /// Which part of the time axis is shown.
    pub window: Window,
    /// Whether rows under the lanes show who holds each lock.
    pub holders: bool,
}

impl Default for TextStyle {
    fn default() -> TextStyle {
        let window = Window::default();
        TextStyle {
            width: 80,
            ascii: false,
            colour: false,
            most_lanes: 40,
            most_levels: 4,
            window,
            holders: false,
        }
    }
}

/// The widest name, in characters.
pub(super) const MOST_NAME: usize = 20;
/// The letters of blocked stretches, by slot of [`Inks`].
const LETTERS: [char; SLOTS + 1] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'x'];
/// What an access is marked with that races, and its colour.
const RACE: char = '!';
const ALARM: &str = "\u{1b}[38;5;160m";
/// Levels in eighths.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(super) struct Drawing<'a> {
    pub(super) input: &'a GanttInput<'a>,
    pub(super) style: &'a TextStyle,
    pub(super) text: String,
    /// The width of the column of names.
    pub(super) names: usize,
    /// How the names are shown in it.
    pub(super) short: Names,
    /// A cell of the timeline is a pixel of this axis.
    pub(super) scale: Scale,
    pub(super) inks: Inks,
    pub(super) classes: Classes,
    pub(super) seen: [bool; Class::COUNT],
    /// Whether a cell stands for several activities.
    pub(super) mixed: bool,
    /// Whether an access is marked that races.
    pub(super) races: bool,
    /// Whether a wait is marked that ran out.
    pub(super) ran_out: bool,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(input: &'a GanttInput<'a>, style: &'a TextStyle) -> Drawing<'a> {
        let shown = input.lane_count().min(style.most_lanes);
        let lanes = (0..shown).map(|lane| input.process_name(input.lane(lane)));
        let shown_levels = input.interesting_levels(style.most_levels).shown;
        let levels = shown_levels.iter().map(|series| input.resource_name(series.resource));
        let (locks, _) = if style.holders { input.held_locks(style.most_lanes) } else { Default::default() };
        let locks = locks.iter().map(|held| input.resource_name(held.lock));
        let all: Vec<String> = lanes.chain(locks).chain(levels).collect();
        // The unit of the axis stands under the names, and has up to 7 characters.
        let names = widest(&all).clamp(7, MOST_NAME);
        let finishes = input.finished.iter().flatten().map(|time| length(time.as_nanos()));
        let tops = shown_levels.iter().map(|series| top_note(series));
        // Behind the timeline: a border, a space, and what stands there.
        let behind = 2 + widest(&finishes.chain(tops).collect::<Vec<_>>()).max(5);
        let cells = style.width.max(40).saturating_sub(names + 2 + behind).max(10);
        let inks = Inks::of(std::slice::from_ref(input), Some(ColourBy::State));
        let (from, to) = style.window.on_axis(input.end);
        let classes = inks.classes(input);
        Drawing {
            input,
            style,
            text: String::new(),
            names,
            short: together(all, names, style.ascii),
            scale: Scale::between(from, to, cells as u32),
            inks,
            classes,
            seen: [false; Class::COUNT],
            mixed: false,
            races: false,
            ran_out: false,
        }
    }

    pub(super) fn cells(&self) -> usize {
        self.scale.pixels as usize
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub(super) fn heading(&mut self) {
        let total = length(self.input.total_time().as_nanos());
        let line = match self.input.outcome {
            Outcome::Completed if self.input.cut.is_none() => format!("total time {total}, completed"),
            outcome => format!("{} at {total}", outcome.name()),
        };
        let drawn = self.input.drawn_up_to().map_or(String::new(), |drawn| drawn + ", ");
        let line = self.input.schedule_note(", ") + &drawn + &line + &self.input.not_as_expected(", ");
        let line = line + &self.input.window_note(self.style.window, ", ");
        let room = self.style.width.max(40).saturating_sub(line.chars().count() + 2);
        let ascii = self.style.ascii;
        let title = shorten_name(&plain(&self.input.title, ascii), Room::characters(room, ascii));
        self.line(&format!("{title}: {line}"));
    }

    pub(super) fn lanes(&mut self) {
        let window = self.style.window;
        let lanes = self.input.spans_by_lane(self.style.most_lanes, window);
        for (lane, spans) in lanes.iter().enumerate() {
            let process = self.input.lane(lane);
            let finish = self.input.finish(process);
            let racing = self.racing(process);
            let row = self.row(spans, finish.filter(|&time| window.shows(time)), &racing);
            let note = match finish {
                Some(time) => length(time.as_nanos()),
                None if self.is_stuck(process) => "stuck".to_owned(),
                None => "-".to_owned(),
            };
            let name = self.input.process_name(process);
            self.labelled(&name, &row, &note);
        }
        let more = self.input.lane_count() - lanes.len();
        if more > 0 {
            let more = so_many(more as u64, "more process");
            self.line(&format!("{:>width$}  ({more})", "", width = self.names));
        }
    }

    /// Whether a process waits in a deadlock.
    fn is_stuck(&self, process: ProcessId) -> bool {
        match self.input.shown_outcome() {
            Some(Outcome::Deadlock(deadlock)) => {
                deadlock.blocked.iter().any(|blocked| blocked.process == process)
            }
            _ => false,
        }
    }

    /// A row of the picture: name, border, cells, border, note.
    pub(super) fn labelled(&mut self, name: &str, row: &str, note: &str) {
        let border = if self.style.ascii { '|' } else { '│' };
        let name = plain(name, self.style.ascii);
        let name = self.short.shown(&name);
        let line = format!("{name:>width$} {border}{row}{border} {note}", width = self.names);
        self.line(&line);
    }

    /// A text as it may be written here.
    pub(super) fn plain(&self, text: &str) -> String {
        plain(text, self.style.ascii)
    }

    /// The cells in which a process makes an access that races.
    fn racing(&self, process: ProcessId) -> Vec<usize> {
        let is_race = |point: &&Point| point.kind == PointKind::Race && point.process == process;
        let races =
            self.input.points.iter().filter(is_race).filter(|race| self.style.window.shows(race.time));
        races.map(|point| (self.scale.column(point.time, 1) as usize).min(self.cells() - 1)).collect()
    }

    /// The last cells of waits that ran out, and that have more than one.
    fn ran_out(&self, spans: &[Span]) -> Vec<usize> {
        let last = |span: &Span| {
            let (start, end) = self.scale.part(span);
            // What goes on beyond the picture ends nowhere in it.
            if start >= end || end < span.end {
                return None;
            }
            let column = self.scale.column(end, 1);
            let behind = u64::from(self.scale.column_start(column, 1) >= end);
            let cell = column.saturating_sub(behind);
            (cell > self.scale.column(start, 1)).then_some((cell as usize).min(self.cells() - 1))
        };
        spans.iter().filter(|span| span.ran_out).filter_map(last).collect()
    }

    /// The cells of one lane; `!` in those of `racing`.
    pub(super) fn row(&mut self, spans: &[Span], finish: Option<Time>, racing: &[usize]) -> String {
        let shares = self.shares(spans);
        let ran_out = self.ran_out(spans);
        let mut row = String::new();
        let mut colour = None;
        let finish = finish.map(|time| self.scale.column(time, 1) as usize);
        for (cell, shown) in shown(&shares).into_iter().enumerate() {
            self.mixed |= shares[cell].iter().filter(|share| **share > 0).count() > 1;
            shown.iter().for_each(|class| self.seen[class.index()] = true);
            let races = racing.contains(&cell);
            self.races |= races;
            let letter = match shown {
                _ if races => RACE,
                Some(Class::Blocked(_)) if ran_out.contains(&cell) => {
                    self.ran_out = true;
                    self.giving_up()
                }
                Some(class) => self.letter(class),
                None if finish == Some(cell) => self.ending(),
                None => ' ',
            };
            let look = if races { Some(ALARM) } else { shown.map(ansi) };
            let wanted = look.filter(|_| self.style.colour);
            if wanted != colour {
                row.push_str(if colour.is_some() { "\u{1b}[0m" } else { "" });
                row.push_str(wanted.unwrap_or(""));
                colour = wanted;
            }
            row.push(letter);
        }
        row.push_str(if colour.is_some() { "\u{1b}[0m" } else { "" });
        row
    }

    /// For every cell the nanoseconds of each class.
    fn shares(&self, spans: &[Span]) -> Vec<[u64; Class::COUNT]> {
        let mut shares = vec![[0; Class::COUNT]; self.cells()];
        for span in spans {
            let class = self.classes.of(span).index();
            let (mut from, end) = self.scale.part(span);
            while from < end {
                let column = self.scale.column(from, 1);
                let to = self.scale.column_start(column + 1, 1).min(end);
                if let Some(cell) = shares.get_mut(column as usize) {
                    cell[class] += to.since(from);
                }
                from = to;
            }
        }
        shares
    }

    fn letter(&self, class: Class) -> char {
        match (class, self.style.ascii) {
            // In letters states are told.
            (Class::Running | Class::Busy | Class::Own(_), false) => '█',
            (Class::Running | Class::Busy | Class::Own(_), true) => '#',
            (Class::Ready, false) => '░',
            (Class::Ready, true) => '-',
            (Class::Delayed, false) => '▒',
            (Class::Delayed, true) => '=',
            (Class::New, false) => '·',
            (Class::New, true) => '.',
            (Class::Blocked(slot), _) => LETTERS[usize::from(slot).min(SLOTS)],
        }
    }

    fn giving_up(&self) -> char {
        if self.style.ascii { '/' } else { '×' }
    }

    fn ending(&self) -> char {
        if self.style.ascii { '|' } else { '▏' }
    }

    pub(super) fn levels(&mut self) {
        let input = self.input;
        let Levels { shown, left_out, still } = input.interesting_levels(self.style.most_levels);
        for series in shown {
            let row = self.sparkline(series);
            let name = input.resource_name(series.resource);
            self.labelled(&name, &row, &top_note(series));
        }
        let mut notes = Vec::new();
        if left_out > 0 {
            notes.push(so_many(left_out as u64, "more level"));
        }
        if !still.is_empty() {
            const SAID: &str = "levels without a lasting change: ";
            let names = still.iter().map(|still| input.resource_name(still.series.resource));
            let names = names.collect::<Vec<_>>().join(", ");
            let used = self.names
                + SAID.len()
                + "  ()".len()
                + notes.iter().map(|note| note.len() + 2).sum::<usize>();
            let fits =
                used + names.chars().count() <= self.style.width && (!self.style.ascii || names.is_ascii());
            notes.push(format!("{SAID}{}", if fits { names } else { still.len().to_string() }));
        }
        if !notes.is_empty() {
            self.line(&format!("{:>width$}  ({})", "", notes.join(", "), width = self.names));
        }
    }

    /// The mean level in every cell, in eighths of the highest level of all;
    /// what is not empty all the time shows at least one eighth.
    fn sparkline(&self, series: &LevelSeries) -> String {
        let highest = series.highest();
        let mut row = String::new();
        for level in dense::levels(&series.steps, self.input.end, self.scale) {
            row.push(self.bar(level.mean / highest.max(1) as f64));
        }
        row
    }

    fn bar(&self, share: f64) -> char {
        let steps = if self.style.ascii { 9.0 } else { 8.0 };
        let height = (share * steps).round().clamp(0.0, steps) as usize;
        match (share > 0.0, self.style.ascii) {
            (false, true) => '_',
            (false, false) => ' ',
            (true, true) => char::from(b'0' + height.max(1) as u8),
            (true, false) => BLOCKS[height.max(1) - 1],
        }
    }

    /// The axis: a rule with ticks, and under it the labels.
    pub(super) fn axis(&mut self) {
        let width = |label: &str| label.chars().count() as f64 + 2.0;
        let ends = self.style.window.on_axis(self.input.end);
        let ticks = fitting(ends, f64::from(self.scale.pixels), self.scale.pixels / 8, width);
        let (dash, tick, corner) = if self.style.ascii { ('-', '+', '+') } else { ('─', '┬', '└') };
        let mut rule = vec![dash; self.cells()];
        let mut labels = vec![' '; self.cells() + 2];
        for (time, label) in &ticks.ticks {
            let cell = (self.scale.column(*time, 1) as usize).min(self.cells() - 1);
            rule[cell] = tick;
            let fits = cell + label.len() <= labels.len();
            let around = labels[cell.saturating_sub(1)..].iter().take(label.len() + 2);
            if fits && around.copied().all(|place| place == ' ') {
                labels.splice(cell..cell + label.len(), label.chars());
            }
        }
        let rule: String = rule.into_iter().collect();
        let labels: String = labels.into_iter().collect();
        let width = self.names;
        self.line(&format!("{:>width$} {corner}{rule}", ""));
        let unit = ticks.unit.map_or("time".to_owned(), |unit| format!("({unit})"));
        self.line(&format!("{unit:>width$}  {labels}"));
    }

    pub(super) fn legend(&mut self) {
        let ascii = self.style.ascii;
        let seen: Vec<Class> = Class::all().filter(|class| self.seen[class.index()]).collect();
        let texts = seen.iter().map(|&class| self.inks.legend(class));
        let short = together(texts.clone(), self.style.width.max(40) - 2, ascii);
        let mut entries: Vec<String> = seen
            .iter()
            .zip(texts)
            .map(|(&class, text)| {
                let letter = self.letter(class);
                let text = plain(&text, ascii);
                let text = short.shown(&text);
                match self.style.colour {
                    true => format!("{}{letter}\u{1b}[0m {text}", ansi(class)),
                    false => format!("{letter} {text}"),
                }
            })
            .collect();
        if self.races {
            let (colour, plain) = if self.style.colour { (ALARM, "\u{1b}[0m") } else { ("", "") };
            entries.push(format!("{colour}{RACE}{plain} race"));
        }
        if self.ran_out {
            entries.push(format!("{} ran out", self.giving_up()));
        }
        let mut line = String::new();
        let mut used = 0;
        let entries: Vec<(usize, String)> =
            entries.into_iter().map(|entry| (visible(&entry), entry)).collect();
        for (width, entry) in entries {
            if used > 0 && used + 3 + width > self.style.width.max(40) {
                let full = std::mem::take(&mut line);
                self.line(&full);
                used = 0;
            }
            let gap = if used > 0 { "   " } else { "" };
            write!(line, "{gap}{entry}").expect("a String takes any text");
            used += gap.len() + width;
        }
        if !line.is_empty() {
            self.line(&line);
        }
        if self.mixed {
            self.mixed_note();
        }
    }

    /// What a column of several activities shows.
    fn mixed_note(&mut self) {
        for words in ["a column of several shows the rarest,", "or in turns that and the most frequent"]
            .chunks(if self.style.width >= 78 { 2 } else { 1 })
        {
            self.line(&words.join(" "));
        }
    }
}

/// What each cell of a lane shows. Of several activities it is the one that is
/// rarest in the lane; where the cell before already showed that one of several,
/// the most frequent, so that a lane full of both looks like it.
fn shown(shares: &[[u64; Class::COUNT]]) -> Vec<Option<Class>> {
    let total = |class: Class| shares.iter().map(|cell| cell[class.index()]).sum::<u64>();
    let totals: Vec<(u64, Class)> = Class::all().map(|class| (total(class), class)).collect();
    let mut before = None;
    let cell = |cell: &[u64; Class::COUNT]| {
        let present = || totals.iter().filter(|(_, class)| cell[class.index()] > 0);
        let (rarest, most) = (present().min()?.1, present().max()?.1);
        let is_mixed = rarest != most;
        let shown = if is_mixed && before == Some(rarest) { most } else { rarest };
        before = Some(shown).filter(|_| is_mixed);
        Some(shown)
    };
    shares.iter().map(cell).collect()
}

/// What stands behind the row of a level.
fn top_note(series: &LevelSeries) -> String {
    format!("max {}", series.highest())
}

/// The width of the widest of these texts.
pub(super) fn widest(texts: &[String]) -> usize {
    texts.iter().map(|text| text.chars().count()).max().unwrap_or(0)
}

/// Names that are shown together in at most `room` characters each.
pub(super) fn together(names: impl IntoIterator<Item = String>, room: usize, ascii: bool) -> Names {
    Names::new(names.into_iter().map(|name| plain(&name, ascii)), Room::characters(room, ascii))
}

/// A text without what could steer a terminal, or what it may not be able to show.
fn plain(text: &str, ascii: bool) -> String {
    let foreign = |letter: char| if ascii && !letter.is_ascii() { '?' } else { letter };
    clean(text).chars().map(foreign).collect()
}

/// Without what could steer a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|letter| if is_obeyed(letter) { '?' } else { letter }).collect()
}

/// How many characters of a text take room.
fn visible(text: &str) -> usize {
    let mut inside = false;
    text.chars()
        .filter(|&letter| {
            let escape = inside || letter == '\u{1b}';
            inside = escape && letter != 'm';
            !escape
        })
        .count()
}

/// The colours of the pictures, as near as the 256 of a terminal come.
fn ansi(class: Class) -> &'static str {
    match class {
        Class::Running | Class::Busy | Class::Own(_) => "\u{1b}[38;5;32m",
        Class::Ready => "\u{1b}[38;5;74m",
        Class::Delayed => "\u{1b}[38;5;117m",
        Class::New => "\u{1b}[38;5;245m",
        Class::Blocked(slot) => match slot {
            0 | 6 => "\u{1b}[38;5;214m",
            1 | 5 => "\u{1b}[38;5;175m",
            2 | 7 => "\u{1b}[38;5;36m",
            3 => "\u{1b}[38;5;166m",
            4 => "\u{1b}[38;5;178m",
            _ => "\u{1b}[38;5;245m",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_in_ascii_too() {
        let names = ["the_wörker_with_a_name[12]", "the_wörker_with_a_nose[12]"].map(str::to_owned);
        let short = together(names.clone(), 12, true);
        let shown = names.map(|name| short.shown(&plain(&name, true)).to_owned());
        assert_eq!(shown, ["the~ame[12]", "the~ose[12]"]);
    }

    #[test]
    fn of_several_the_rarest_is_shown() {
        let cell = |running: u64, delayed: u64, blocked: u64| {
            let mut shares = [0; Class::COUNT];
            let classes =
                [(Class::Running, running), (Class::Delayed, delayed), (Class::Blocked(0), blocked)];
            classes.into_iter().for_each(|(class, share)| shares[class.index()] = share);
            shares
        };
        let letters = |cells: &[[u64; Class::COUNT]]| -> String {
            let letter = |shown: Option<Class>| match shown {
                Some(Class::Running) => 'r',
                Some(Class::Delayed) => 'd',
                Some(_) => 'b',
                None => ' ',
            };
            shown(cells).into_iter().map(letter).collect()
        };
        let (delay, none) = (cell(0, 100, 0), cell(0, 0, 0));
        assert_eq!(letters(&[delay, cell(1, 99, 0), delay, none, cell(3, 97, 0)]), "drd r");
        // Both, where both are everywhere; a third one is seen all the same.
        let both = cell(20, 80, 0);
        assert_eq!(letters(&[both, both, both, both]), "rdrd");
        assert_eq!(letters(&[both, cell(20, 79, 1), both]), "rbr");
    }

    #[test]
    fn colours_take_no_room() {
        assert_eq!(visible("\u{1b}[38;5;117m▒\u{1b}[0m delayed"), "▒ delayed".chars().count());
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\n"), "a?[31mb?");
    }
}

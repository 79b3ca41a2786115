//! Names that are too long for their place: which of their letters are kept.
//!
//! Decides that a name keeps its beginning and its end, and that names which
//! stand together stay different: where they would become equal, each shows the
//! place at which they part instead. Does not decide where there is how much room.

use super::font;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How often names that still look equal are parted further on, before they are numbered.
const MOST_ROUNDS: u32 = 8;

/// The room for a name, in pixels of a picture or in characters of a terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    width: f64,
    /// The font size; characters of a terminal have none, and are one wide.
    size: Option<f64>,
    /// What stands for the letters that are left out.
    gap: char,
}

impl Room {
    /// So many pixels for letters of a font size.
    pub fn pixels(width: f64, size: f64) -> Room {
        Room { width, size: Some(size), gap: '…' }
    }

    /// So many characters.
    pub fn characters(count: usize, ascii: bool) -> Room {
        Room { width: count as f64, size: None, gap: if ascii { '~' } else { '…' } }
    }

    fn letter(self, letter: char) -> f64 {
        self.size.map_or(1.0, |size| font::width(letter.encode_utf8(&mut [0; 4]), size))
    }

    fn of(self, letters: &[char]) -> f64 {
        letters.iter().map(|&letter| self.letter(letter)).sum()
    }

    /// How many of these letters, one after the other, are at most so wide.
    fn count<'l>(self, letters: impl Iterator<Item = &'l char>, width: f64) -> usize {
        let mut sum = 0.0;
        let fits = |letter: &&char| {
            sum += self.letter(**letter);
            sum <= width
        };
        letters.take_while(fits).count()
    }
}

/// A name if there is room for it, else its beginning and its end with `…`
/// between them, so that `worker[7]` keeps its index; empty if not even `…` fits.
pub fn shorten_name(name: &str, room: Room) -> String {
    ends(&name.chars().collect::<Vec<_>>(), room)
}

/// Names of one picture or table, each as it is shown there: different ones
/// differently, as far as there is room for half a dozen letters. In all that takes
/// time linear in the names, times a logarithm.
#[derive(Debug, Clone, Default)]
pub struct Names {
    shortened: BTreeMap<String, String>,
}

impl Names {
    /// Shortens what is too long among these.
    pub fn new(names: impl IntoIterator<Item = String>, room: Room) -> Names {
        let names: BTreeSet<String> = names.into_iter().collect();
        let letters = |name: &String| name.chars().collect();
        let all: Vec<(&String, Vec<char>)> = names.iter().map(|name| (name, letters(name))).collect();
        let mut shown: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        part(all.iter().collect(), room, None, &mut shown);
        let taken: BTreeSet<String> = shown.keys().cloned().collect();
        let mut number = 0;
        let mut shortened = BTreeMap::new();
        for (form, alike) in shown {
            let (first, further) = alike.split_first().expect("a form is that of a name");
            shortened.insert((*first).clone(), form.clone());
            for name in further {
                let own = numbered(name, room, &mut number, &taken).unwrap_or_else(|| form.clone());
                shortened.insert((*name).clone(), own);
            }
        }
        shortened.retain(|name, form| name != form);
        Names { shortened }
    }

    /// How one of the names is shown; another one as it is.
    pub fn shown<'n>(&'n self, name: &'n str) -> &'n str {
        self.shortened.get(name).map_or(name, String::as_str)
    }
}

type Name<'n> = (&'n String, Vec<char>);

/// Collects names, which are in ascending order, by the forms in which they are
/// shown: their ends or, `behind` the letters that all of them begin with, what
/// comes next. Those that look equal then are parted again.
fn part<'n>(
    names: Vec<&Name<'n>>,
    room: Room,
    behind: Option<(usize, u32)>,
    shown: &mut BTreeMap<String, Vec<&'n String>>,
) {
    let form = |letters: &[char]| match behind {
        None => ends(letters, room),
        Some((at, _)) => ends_and(letters, at, room),
    };
    let mut by_form: BTreeMap<String, Vec<&Name<'n>>> = BTreeMap::new();
    for name in names {
        by_form.entry(form(&name.1)).or_default().push(name);
    }
    for (form, alike) in by_form {
        let (first, last) = (alike[0], alike[alike.len() - 1]);
        // In order, the first and the last have the least in common.
        let common = first.1.iter().zip(&last.1).take_while(|(one, other)| one == other).count();
        let round = behind.map_or(0, |(_, round)| round);
        if alike.len() == 1 || round == MOST_ROUNDS || behind.is_some_and(|(at, _)| common <= at) {
            shown.entry(form).or_default().extend(alike.iter().map(|name| name.0));
        } else {
            part(alike, room, Some((common, round + 1)), shown);
        }
    }
}

/// The beginning and the end.
fn ends(letters: &[char], room: Room) -> String {
    if room.of(letters) <= room.width {
        return letters.iter().collect();
    }
    let left = room.width - room.letter(room.gap);
    if left < 0.0 {
        return String::new();
    }
    let end = end(letters, room, left, 0.4);
    let front = room.count(letters.iter(), left - room.of(&letters[end..]));
    pieces(letters, &[0..front, end..letters.len()], room)
}

/// The beginning, what comes from letter number `at` on, and the end.
fn ends_and(letters: &[char], at: usize, room: Room) -> String {
    let left = room.width - 2.0 * room.letter(room.gap);
    if left < 0.0 || room.of(letters) <= room.width {
        return ends(letters, room);
    }
    let end = end(letters, room, left, 0.25);
    let at = at.min(end);
    let front = room.count(letters[..at].iter(), left * 0.25);
    let left = left - room.of(&letters[end..]);
    let behind = at + room.count(letters[at..end].iter(), left - room.of(&letters[..front]));
    // What the middle leaves, the beginning takes.
    let front = room.count(letters[..at].iter(), left - room.of(&letters[at..behind]));
    pieces(letters, &[0..front, at..behind, end..letters.len()], room)
}

/// Where the last letters of a name begin that take at most this share of the room
/// that is left; but an index, as in `worker[12]`, is kept whole if it leaves any.
fn end(letters: &[char], room: Room, left: f64, share: f64) -> usize {
    let index = match (letters.last(), letters.iter().rposition(|&letter| letter == '[')) {
        (Some(']'), Some(start)) => room.of(&letters[start..]),
        _ => 0.0,
    };
    let width = if index <= left * 0.8 { index.max(left * share) } else { left * share };
    letters.len() - room.count(letters.iter().rev(), width)
}

/// These parts of a name, which are in order, with `…` where letters are left out.
fn pieces(letters: &[char], parts: &[Range<usize>], room: Room) -> String {
    let (mut text, mut reached) = (String::new(), 0);
    for part in parts.iter().filter(|part| !part.is_empty()).chain([&(letters.len()..letters.len())]) {
        if part.start > reached {
            text.truncate(text.trim_end().len());
            text.push(room.gap);
        }
        text.extend(&letters[part.clone()]);
        reached = part.end;
    }
    text
}

/// The beginning of a name and a number that no other one has; `None` if there is
/// no room for that.
fn numbered(name: &str, room: Room, number: &mut u64, taken: &BTreeSet<String>) -> Option<String> {
    loop {
        *number += 1;
        let end = format!("{}#{number}", room.gap);
        let left = room.width - end.chars().map(|letter| room.letter(letter)).sum::<f64>();
        let letters: Vec<char> = name.chars().collect();
        let front = room.count(letters.iter(), left);
        let own = letters[..front].iter().collect::<String>() + &end;
        match (front, taken.contains(&own)) {
            (0, _) => return None,
            (_, false) => return Some(own),
            (_, true) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All of these, shortened together to so many characters.
    fn together(names: &[&str], room: usize) -> Vec<String> {
        let shown = Names::new(names.iter().map(|&name| name.to_owned()), Room::characters(room, false));
        names.iter().map(|name| shown.shown(name).to_owned()).collect()
    }

    #[test]
    fn a_name_keeps_its_beginning_and_its_end() {
        assert_eq!(together(&["worker[12]"], 20), ["worker[12]"]);
        assert_eq!(together(&["the_worker_with_a_name[12]"], 12), ["the_wor…[12]"]);
        // Two fifths would cut the index.
        assert_eq!(together(&["the_worker_with_a_name[123]"], 10), ["the_…[123]"]);
        assert_eq!(together(&["worker"], 0), [""]);
        let room = |pixels: u32| Room::pixels(f64::from(pixels), 11.0);
        let short = shorten_name("the_worker_with_the_long_name[17]", room(120));
        assert!(short.starts_with("the_") && short.contains('…') && short.ends_with("[17]"), "{short}");
        for pixels in 0..300 {
            let short = shorten_name("the_worker_with_the_long_name[17]", room(pixels));
            assert!(font::width(&short, 11.0) <= f64::from(pixels), "{pixels} {short}");
        }
    }

    #[test]
    fn names_that_part_in_the_middle_show_where() {
        let names = ["the_queue_of_the_first_stage_of_all", "the_queue_of_the_other_stage_of_all"];
        assert_eq!(together(&names, 20), ["the_…first_stag…_all", "the_…other_stag…_all"]);
        // Nothing is in the way of those whose ends differ.
        let names = ["the_queue_of_all_stages_one", "the_queue_of_all_stages_two"];
        assert_eq!(together(&names, 12), ["the_que…_one", "the_que…_two"]);
        let names = ["the_loader_of_alpha_files[3]", "the_loader_of_bravo_files[3]"];
        assert_eq!(together(&names, 16), ["the…alpha_fi…[3]", "the…bravo_fi…[3]"]);
    }

    /// Whatever the names are and wherever they differ, in every room that has any to speak of.
    #[test]
    fn different_names_stay_different() {
        let mut many: Vec<String> = Vec::new();
        let stem = "a_name_that_is_much_too_long_for_its_place";
        for place in 0..stem.len() {
            for letter in ['x', 'y', '…', '#', '1'] {
                let mut name: Vec<char> = stem.chars().collect();
                name[place] = letter;
                many.push(name.iter().collect());
                many.push(name.iter().collect::<String>() + "[12]");
            }
        }
        many.push("a_name_that…#1".to_owned());
        many.push(stem.repeat(3));
        for count in [10, 14, 20, 33, 46] {
            let room = Room::characters(count, false);
            let shown = Names::new(many.iter().cloned(), room);
            let forms: BTreeSet<&str> = many.iter().map(|name| shown.shown(name)).collect();
            let names: BTreeSet<&str> = many.iter().map(String::as_str).collect();
            assert_eq!(forms.len(), names.len(), "{count}");
            assert!(forms.iter().all(|form| form.chars().count() <= count), "{count}");
            let again = Names::new(many.iter().rev().cloned(), room);
            assert!(many.iter().all(|name| shown.shown(name) == again.shown(name)), "in whatever order");
        }
    }

    /// Comparing each with each would take minutes.
    #[test]
    fn ten_thousand_names_that_differ_in_one_letter() {
        let letters = (0x4E00..).filter_map(char::from_u32).take(10_000);
        let name = |letter: char| format!("{}{letter}{}", "before_".repeat(20), "_behind".repeat(20));
        let names: Vec<String> = letters.map(name).collect();
        let shown = Names::new(names.iter().cloned(), Room::characters(20, false));
        let forms: BTreeSet<&str> = names.iter().map(|name| shown.shown(name)).collect();
        assert_eq!(forms.len(), names.len());
        // Each further one differs from the others later than the one before.
        let names: Vec<String> = (0..2_000).map(|length| "a".repeat(1_000 + length)).collect();
        let shown = Names::new(names.iter().cloned(), Room::characters(12, true));
        let forms: BTreeSet<&str> = names.iter().map(|name| shown.shown(name)).collect();
        assert_eq!(forms.len(), names.len());
    }
}

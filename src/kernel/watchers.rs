//! Who waits for several things, by what they look at.
//!
//! Whoever waits so has tried what it wants, looked at some resources, and found that it cannot be
//! yet. That stays so until one of these changes. So runs in virtual time list, for each
//! resource, who has looked at it, in the order in which they began to wait; a change is then a
//! matter of these alone, and it does not count how many others wait for something else.
//! The lists lie behind all else in the state. Explorers and recordings have none, so that states
//! are the same by what they mean alone, and try for all who wait.

use super::machine::Machine;
use crate::ids::ProcessId;
use crate::program::{BoundProgram, RESOURCE_WORDS, resource};
use crate::value::Word;

/// In front of all: the number of who began to wait last.
const LAST: usize = 0;
/// By process definition: where the words of its first instance begin, and at how many resources each looks.
const DEFINITIONS: usize = 1;
const DEFINITION: usize = 2;
/// Then the lists, in the order of headers, and the words of processes.
/// Of each resource: its first and its last entry, 0 if there is none.
const LIST: usize = 2;

/// The words of who may wait, in front of its entries.
mod watcher {
    /// Its number among those who began to wait, 0 if it does not.
    pub(super) const NUMBER: usize = 0;
    /// How many entries it has.
    pub(super) const COUNT: usize = 1;
    pub(super) const ENTRIES: usize = 2;
}

/// The words of an entry in a list.
mod entry {
    /// The resource that was looked at.
    pub(super) const HEADER: usize = 0;
    /// The entries before and behind it, 0 if there is none.
    pub(super) const BEFORE: usize = 1;
    pub(super) const BEHIND: usize = 2;
    pub(super) const NUMBER: usize = 3;
    pub(super) const PROCESS: usize = 4;
    pub(super) const WORDS: usize = 5;
}

/// So many words are not too many: 80 MB.
const MOST_WORDS: usize = 10_000_000;

/// The lists of a run.
#[derive(Clone, Copy)]
pub(super) struct Watchers<'p> {
    program: &'p BoundProgram,
    base: usize,
}

impl<'p> Watchers<'p> {
    /// Those of a run that has some.
    #[inline]
    pub(super) fn of(program: &'p BoundProgram, arena: &[Word]) -> Option<Watchers<'p>> {
        let base = arena[program.watch_line() + resource::LOOKERS] as usize;
        (base != 0).then_some(Watchers { program, base })
    }

    /// The word of the first entry of who looked at the resource with this header, in front of that of the last.
    fn list(self, header: usize) -> usize {
        let first = self.program.lookers().headers.start;
        lists(self.program, self.base) + (header - first) / RESOURCE_WORDS * LIST
    }

    /// Where the words of a process begin, and how many entries it has room for.
    fn words_of(self, arena: &[Word], process: ProcessId) -> (usize, usize) {
        let def = self.program.definition_index(process).index();
        let words = self.base + DEFINITIONS + def * DEFINITION;
        let (start, room) = (arena[words] as usize, arena[words + 1] as usize);
        (start + (process.0 - self.program.processes[def].first.0) as usize * words_for(room), room)
    }

    /// Lists a process that waits and has looked at these; who is listed stays where it is, but if it looks at others
    /// than before: whether that is so, by which its entries are in other lists now.
    pub(super) fn add(self, arena: &mut [Word], process: ProcessId, looked: &[usize]) -> bool {
        let (words, room) = self.words_of(arena, process);
        if arena[words + watcher::NUMBER] == 0 {
            arena[self.base + LAST] += 1;
            arena[words + watcher::NUMBER] = arena[self.base + LAST];
        }
        let listed = |arena: &[Word], header: usize| {
            let count = arena[words + watcher::COUNT] as usize;
            (0..count).any(|number| arena[entry_at(words, number) + entry::HEADER] == header as Word)
        };
        let more = looked.iter().filter(|&&header| !listed(arena, header)).count();
        let moves = arena[words + watcher::COUNT] as usize + more > room;
        if moves {
            // What it looks at hangs on what it sees: what it looked at before means nothing now.
            self.clear(arena, words);
        }
        for &header in looked {
            if !listed(arena, header) {
                let number = arena[words + watcher::COUNT] as usize;
                assert!(number < room, "nobody looks at more than is named");
                arena[words + watcher::COUNT] += 1;
                let at = entry_at(words, number);
                arena[at + entry::HEADER] = header as Word;
                arena[at + entry::NUMBER] = arena[words + watcher::NUMBER];
                arena[at + entry::PROCESS] = Word::from(process.0);
                self.link(arena, header, at);
            }
        }
        moves
    }

    /// Puts an entry where its number belongs, which mostly is the end.
    fn link(self, arena: &mut [Word], header: usize, at: usize) {
        let list = self.list(header);
        let number = arena[at + entry::NUMBER];
        let (mut before, mut behind) = (arena[list + 1] as usize, 0);
        while before != 0 && arena[before + entry::NUMBER] > number {
            behind = before;
            before = arena[before + entry::BEFORE] as usize;
        }
        arena[at + entry::BEFORE] = before as Word;
        arena[at + entry::BEHIND] = behind as Word;
        arena[if before == 0 { list } else { before + entry::BEHIND }] = at as Word;
        arena[if behind == 0 { list + 1 } else { behind + entry::BEFORE }] = at as Word;
    }

    /// Takes a process that waits no longer out of all lists.
    pub(super) fn remove(self, arena: &mut [Word], process: ProcessId) {
        let (words, _) = self.words_of(arena, process);
        self.clear(arena, words);
        arena[words + watcher::NUMBER] = 0;
    }

    fn clear(self, arena: &mut [Word], words: usize) {
        for number in 0..arena[words + watcher::COUNT] as usize {
            let at = entry_at(words, number);
            let list = self.list(arena[at + entry::HEADER] as usize);
            let (before, behind) = (arena[at + entry::BEFORE], arena[at + entry::BEHIND]);
            arena[if before == 0 { list } else { before as usize + entry::BEHIND }] = behind;
            arena[if behind == 0 { list + 1 } else { behind as usize + entry::BEFORE }] = before;
        }
        arena[words + watcher::COUNT] = 0;
    }

    /// The first entry of who looked at the resource with this header, if anybody who waits so may.
    pub(super) fn first(self, arena: &[Word], header: usize) -> usize {
        match self.program.lookers().headers.contains(&header) {
            true => arena[self.list(header)] as usize,
            false => 0,
        }
    }
}

/// The first entry from this one on of somebody who began to wait later than that number.
pub(super) fn later(arena: &[Word], mut at: usize, number: Word) -> usize {
    while at != 0 && arena[at + entry::NUMBER] <= number {
        at = arena[at + entry::BEHIND] as usize;
    }
    at
}

/// Whose entry this is: the number, and the process.
pub(super) fn whose(arena: &[Word], at: usize) -> (Word, ProcessId) {
    (arena[at + entry::NUMBER], ProcessId(arena[at + entry::PROCESS] as u32))
}

/// Where the lists begin.
fn lists(program: &BoundProgram, base: usize) -> usize {
    base + DEFINITIONS + program.processes.len() * DEFINITION
}

fn entry_at(words: usize, number: usize) -> usize {
    words + watcher::ENTRIES + number * entry::WORDS
}

/// The words of a process that looks at so many resources, at most.
fn words_for(room: usize) -> usize {
    if room == 0 { 0 } else { watcher::ENTRIES + room * entry::WORDS }
}

impl Machine {
    /// Makes the lists of a run at its start, unless they would be too long.
    pub(super) fn list_watchers(&mut self, program: &BoundProgram) {
        if !program.has_watches() {
            return;
        }
        let lookers = program.lookers();
        let of_all = || program.processes.iter().zip(&lookers.looks);
        let of_each = of_all().map(|(def, &looks)| def.count as usize * words_for(looks));
        let base = self.arena.len();
        let lists = lists(program, base);
        let first = lists + lookers.headers.len() / RESOURCE_WORDS * LIST;
        let end = first + of_each.clone().sum::<usize>();
        if end - base > MOST_WORDS {
            return;
        }
        self.arena[program.watch_line() + resource::LOOKERS] = base as Word;
        self.arena.resize(end, 0);
        let mut start = first;
        let definitions = (base + DEFINITIONS..lists).step_by(DEFINITION);
        for ((place, words), (_, &looks)) in definitions.zip(of_each).zip(of_all()) {
            (self.arena[place], self.arena[place + 1]) = (start as Word, looks as Word);
            start += words;
        }
    }
}

//! Vector clocks: who knows of which part of whose past.
//!
//! Decides how clocks are stored, handed on and compared. Does not decide what
//! hands them on.
//!
//! A clock has a component for each process that touched a memory, or that
//! passed on what it knows; a process gets its component when it first needs
//! one, so a run that touches no memory has no clocks at all. Copies of clocks
//! that are handed on are shared and counted, and lie in one array.

use crate::ids::ProcessId;

/// A clock that was handed on. Number 0 is that of who knows of nobody.
pub(super) type Row = u32;

/// The clock that knows of nobody.
pub(super) const NOTHING: Row = 0;

/// A moment of one process: in its section number `count`, from 1; sections
/// end where the process hands its clock on. Count 0 means never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Epoch {
    pub count: u64,
    pub component: u32,
}

/// What is known of one process.
#[derive(Debug, Clone, Copy, Default)]
struct ProcessClock {
    /// Its clock, which it alone uses; [`NOTHING`] until there is something to
    /// know.
    row: Row,
    /// Its own component + 1; 0 until it needs one.
    component: u32,
    /// The last copy of its clock that it handed on.
    copy: Row,
    /// Whether it touched no memory and learned nothing since.
    copy_is_current: bool,
}

/// A row in use.
#[derive(Debug, Clone, Copy, Default)]
struct RowInfo {
    /// Who made this copy, and in which section.
    made: Epoch,
    /// From how many places it can be taken.
    references: u32,
}

/// All clocks of a run.
///
/// Invariants:
/// 1. The word of process p in its own clock is the number of its section.
/// 2. A copy made by p in section n is in the clock of q exactly if q's word
///    for p is at least n: p begins another section with every copy.
#[derive(Debug)]
pub(super) struct Clocks {
    /// Words of a row: a power of two, and at least one for each component.
    width: usize,
    words: Vec<u64>,
    rows: Vec<RowInfo>,
    unused: Vec<Row>,
    processes: Vec<ProcessClock>,
    /// The process of each component.
    owners: Vec<ProcessId>,
    /// Words that were joined or copied.
    moved: u64,
}

impl Clocks {
    /// Bytes that a process takes before it needs a clock.
    pub const PROCESS_BYTES: usize = size_of::<ProcessClock>();

    pub fn new(processes: usize) -> Clocks {
        let width = 4;
        Clocks {
            width,
            words: vec![0; width],
            rows: vec![RowInfo::default()],
            unused: Vec::new(),
            processes: vec![ProcessClock::default(); processes],
            owners: Vec::new(),
            moved: 0,
        }
    }

    /// Whether nobody has touched a memory yet: all hand on [`NOTHING`].
    #[inline]
    pub fn are_untouched(&self) -> bool {
        self.owners.is_empty()
    }

    /// The memory that clocks take.
    #[inline]
    pub fn bytes(&self) -> usize {
        self.rows.len() * (self.width * 8 + size_of::<RowInfo>() + 4)
    }

    /// How many words of clocks were joined or copied so far.
    #[inline]
    pub fn words_moved(&self) -> u64 {
        self.moved
    }

    /// Whose moments have this component.
    pub fn owner(&self, component: u32) -> ProcessId {
        self.owners[component as usize]
    }

    /// The present of `process`, in which it touches a memory.
    #[inline]
    pub fn touch(&mut self, process: ProcessId) -> Epoch {
        let clock = &mut self.processes[process.index()];
        clock.copy_is_current = false;
        let (row, component) = (clock.row, clock.component.wrapping_sub(1));
        if clock.component == 0 {
            return self.enter(process);
        }
        Epoch { count: self.words[row as usize * self.width + component as usize], component }
    }

    /// Whether `process` knows that `moment` is past: it is ordered before the
    /// present of `process`.
    #[inline]
    pub fn knows(&self, process: ProcessId, moment: Epoch) -> bool {
        let row = self.processes[process.index()].row as usize;
        moment.count <= self.words[row * self.width + moment.component as usize]
    }

    /// What `process` hands on now; the caller has a reference to it.
    #[inline]
    pub fn hand_on(&mut self, process: ProcessId) -> Row {
        let clock = self.processes[process.index()];
        if clock.row == NOTHING {
            return NOTHING;
        }
        if !clock.copy_is_current {
            return self.copy(process);
        }
        self.rows[clock.copy as usize].references += 1;
        clock.copy
    }

    /// Lets `process` know of all that is in `row`.
    #[inline]
    pub fn learn(&mut self, process: ProcessId, row: Row) {
        if row == NOTHING || self.knows(process, self.rows[row as usize].made) {
            return;
        }
        if self.processes[process.index()].row == NOTHING {
            self.processes[process.index()].row = self.new_row();
        }
        let clock = &mut self.processes[process.index()];
        clock.copy_is_current = false;
        let (mine, other) = (clock.row as usize * self.width, row as usize * self.width);
        self.moved += self.owners.len() as u64;
        for component in 0..self.owners.len() {
            self.words[mine + component] = self.words[mine + component].max(self.words[other + component]);
        }
    }

    /// Gives back a reference from [`Self::hand_on`].
    #[inline]
    pub fn let_go(&mut self, row: Row) {
        if row == NOTHING {
            return;
        }
        let references = &mut self.rows[row as usize].references;
        *references -= 1;
        if *references == 0 {
            self.unused.push(row);
        }
    }

    /// Gives `process` a component.
    fn enter(&mut self, process: ProcessId) -> Epoch {
        let component = self.owners.len() as u32;
        self.owners.push(process);
        if self.owners.len() > self.width {
            self.widen();
        }
        let mut row = self.processes[process.index()].row;
        if row == NOTHING {
            row = self.new_row();
        }
        let clock = &mut self.processes[process.index()];
        (clock.row, clock.component) = (row, component + 1);
        self.words[row as usize * self.width + component as usize] = 1;
        Epoch { count: 1, component }
    }

    /// Copies the clock of `process`, which knows of something, and begins its
    /// next section.
    fn copy(&mut self, process: ProcessId) -> Row {
        let made = self.touch(process);
        let row = self.new_row();
        let clock = &mut self.processes[process.index()];
        let old = std::mem::replace(&mut clock.copy, row);
        clock.copy_is_current = true;
        let (from, to) = (clock.row as usize * self.width, row as usize * self.width);
        self.moved += self.width as u64;
        self.words.copy_within(from..from + self.width, to);
        self.words[from + made.component as usize] += 1;
        // One reference for the process itself, one for the caller.
        self.rows[row as usize] = RowInfo { made, references: 2 };
        self.let_go(old);
        row
    }

    /// A row that knows of nobody.
    fn new_row(&mut self) -> Row {
        if let Some(row) = self.unused.pop() {
            let start = row as usize * self.width;
            self.words[start..start + self.width].fill(0);
            return row;
        }
        let row = self.rows.len() as Row;
        self.rows.push(RowInfo::default());
        self.words.resize(self.words.len() + self.width, 0);
        row
    }

    /// Makes every row twice as long.
    fn widen(&mut self) {
        let width = 2 * self.width;
        let mut words = vec![0; self.rows.len() * width];
        for (old, new) in self.words.chunks_exact(self.width).zip(words.chunks_exact_mut(width)) {
            new[..old.len()].copy_from_slice(old);
        }
        (self.words, self.width) = (words, width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: ProcessId = ProcessId(0);
    const Q: ProcessId = ProcessId(1);

    #[test]
    fn a_moment_is_known_when_it_was_handed_on() {
        let mut clocks = Clocks::new(2);
        assert_eq!(clocks.hand_on(P), NOTHING);
        let before = clocks.touch(P);
        let row = clocks.hand_on(P);
        let after = clocks.touch(P);
        assert!(!clocks.knows(Q, before));
        clocks.learn(Q, row);
        assert!(clocks.knows(Q, before) && !clocks.knows(Q, after));
        assert!(clocks.knows(P, after));
    }

    #[test]
    fn copies_are_shared_and_used_again() {
        let mut clocks = Clocks::new(2);
        clocks.touch(P);
        let (first, second) = (clocks.hand_on(P), clocks.hand_on(P));
        assert_eq!(first, second, "nothing happened in between");
        clocks.let_go(first);
        clocks.let_go(second);
        for _ in 0..100 {
            clocks.touch(P);
            let row = clocks.hand_on(P);
            clocks.learn(Q, row);
            clocks.let_go(row);
        }
        assert!(clocks.rows.len() <= 5, "{} rows", clocks.rows.len());
    }

    #[test]
    fn clocks_grow_with_the_processes_that_need_one() {
        let mut clocks = Clocks::new(100);
        let mut row = NOTHING;
        let mut moments = Vec::new();
        for process in (0..100).map(ProcessId) {
            clocks.learn(process, row);
            moments.push(clocks.touch(process));
            clocks.let_go(row);
            row = clocks.hand_on(process);
        }
        assert!(moments.iter().all(|&moment| clocks.knows(ProcessId(99), moment)));
        assert!(moments[1..].iter().all(|&moment| !clocks.knows(P, moment)));
    }
}

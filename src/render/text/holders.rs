//! Who holds each lock, in letters.
//!
//! Decides how a holding is written: where it begins, the name of its holder if there is room,
//! and a line to its end.

use super::drawing::Drawing;
use crate::figure::so_many;
use crate::render::input::HeldLock;

impl Drawing<'_> {
    /// A row for each lock that is held for some time.
    pub(super) fn holders(&mut self) {
        if !self.style.holders {
            return;
        }
        let input = self.input;
        let (locks, left_out) = input.held_locks(self.style.most_lanes);
        for held in &locks {
            let row = self.holdings(held);
            self.labelled(&input.resource_name(held.lock), &row, "held by");
        }
        let more = (left_out > 0).then(|| so_many(left_out as u64, "more lock"));
        let notes: Vec<String> = more.into_iter().chain(input.never_held()).collect();
        for note in notes {
            self.line(&format!("{:>width$}  ({note})", "", width = self.names));
        }
    }

    /// The cells of one lock.
    fn holdings(&self, held: &HeldLock<'_>) -> String {
        let (begin, line) = if self.style.ascii { ('|', '-') } else { ('├', '─') };
        let mut row = vec![' '; self.cells()];
        let window = self.style.window;
        for holding in held.holdings.iter().filter(|one| window.shows_some(one.start, one.end)) {
            let from = self.scale.column(holding.start, 1) as usize;
            let to = self.scale.column_end(holding.end) as usize;
            let Some(cells) = row.get_mut(from..to.min(self.cells())) else { continue };
            cells.fill(line);
            let Some((first, rest)) = cells.split_first_mut() else { continue };
            *first = begin;
            let names = self.input.holder_names(holding).into_iter().map(|name| self.plain(&name));
            if let Some(name) = names.into_iter().find(|name| name.chars().count() < rest.len()) {
                rest.iter_mut().zip(name.chars()).for_each(|(cell, letter)| *cell = letter);
            }
        }
        row.into_iter().collect()
    }
}

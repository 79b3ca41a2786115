//! Those who can go on at the same time with the same priority.
//!
//! Decides how any of them is taken out in logarithmic time, the first in the order
//! of coming or any other: by a tree of counts (P. Fenwick, "A new data structure for
//! cumulative frequency tables", 1994).

use crate::ids::ProcessId;

/// Processes in the order of coming, some of whom have gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrivals {
    places: Vec<Place>,
    /// How many are left.
    left: usize,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    /// `None` once it has gone.
    process: Option<ProcessId>,
    /// The number of its arrival: whoever comes later has a higher one.
    arrival: u64,
    /// Of place number n, from 1: how many are left in the places up to it,
    /// as many places as the lowest bit of n says.
    count: u32,
}

/// With fewer places than this it is not worth while to close gaps.
const FEW: usize = 32;

impl Arrivals {
    pub(super) fn len(&self) -> usize {
        self.left
    }

    /// Adds a process, whose `arrival` has a higher number than all before it.
    pub(super) fn push(&mut self, process: ProcessId, arrival: u64) {
        let number = self.places.len() + 1;
        let (mut count, mut below) = (1, number - 1);
        while below > number - lowest_bit(number) {
            count += self.places[below - 1].count;
            below -= lowest_bit(below);
        }
        self.places.push(Place { process: Some(process), arrival, count });
        self.left += 1;
    }

    /// Takes out the one that `nth` others stand before, of whom there must be more than
    /// that.
    pub(super) fn remove(&mut self, nth: usize) -> ProcessId {
        self.remove_at(self.place_of(nth))
    }

    /// Takes out the one with this arrival, who must be there.
    pub(super) fn take(&mut self, arrival: u64) {
        self.remove_at(self.places.partition_point(|place| place.arrival < arrival));
    }

    fn remove_at(&mut self, place: usize) -> ProcessId {
        let process = self.places[place].process.take().expect("whoever is counted is there");
        let mut number = place + 1;
        while number <= self.places.len() {
            self.places[number - 1].count -= 1;
            number += lowest_bit(number);
        }
        self.left -= 1;
        if self.places.len() > FEW && self.left < self.places.len() / 2 {
            self.close_gaps();
        }
        process
    }

    /// The place, from 0, of the one that `nth` others stand before.
    fn place_of(&self, nth: usize) -> usize {
        let (mut place, mut before) = (0, nth);
        let mut step = self.places.len().checked_ilog2().map_or(0, |bits| 1 << bits);
        while step > 0 {
            if let Some(next) = self.places.get(place + step - 1)
                && next.count as usize <= before
            {
                place += step;
                before -= next.count as usize;
            }
            step /= 2;
        }
        place
    }

    fn close_gaps(&mut self) {
        let places = std::mem::take(&mut self.places);
        self.left = 0;
        for Place { process, arrival, .. } in places {
            process.into_iter().for_each(|process| self.push(process, arrival));
        }
    }
}

fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a list from whose middle is removed, whoever comes and goes.
    #[test]
    fn any_of_many_is_taken_out() {
        let (mut arrivals, mut list, mut noise) = (Arrivals::default(), Vec::new(), 1u64);
        for process in 0..20_000 {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // It grows in the first half and shrinks in the second.
            if noise >> 62 == 0 || process < 10_000 && noise >> 62 < 3 {
                arrivals.push(ProcessId(process), process.into());
                list.push(ProcessId(process));
            } else if !list.is_empty() {
                let nth = (noise >> 33) as usize % list.len();
                let expected = list.remove(nth);
                if noise >> 20 & 1 == 0 {
                    assert_eq!(arrivals.remove(nth), expected);
                } else {
                    arrivals.take(expected.0.into());
                }
            }
            assert_eq!(arrivals.left, list.len());
        }
    }
}

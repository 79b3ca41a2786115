//! Which part of a sweep has what.
//!
//! Decides that units (points, or batches of replications) are parted in rows, of which
//! each part has one unit, in another column each: in one column the last parameters
//! would often have one value throughout.

/// One of several parts of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 0.
    place: u64,
    /// Of how many.
    pub count: u64,
}

impl Shard {
    /// All of a sweep.
    pub const WHOLE: Shard = Shard { place: 0, count: 1 };

    /// One of `count` parts, from 0.
    pub fn new(place: u64, count: u64) -> Shard {
        Shard { place, count: count.max(1) }
    }

    /// The unit that is the next after so many others of this part.
    pub fn unit(self, before: u64) -> u64 {
        before * self.count + self.column(before)
    }

    /// How many of the first `units` are in this part.
    pub fn of_first(self, units: u64) -> u64 {
        let (rows, rest) = (units / self.count, units % self.count);
        rows + u64::from(self.column(rows) < rest)
    }

    /// Which of so many parts has a unit, from 0.
    pub fn place_of(unit: u64, count: u64) -> u64 {
        let (row, column) = (unit / count, unit % count);
        (column + count - row % count) % count
    }

    fn column(self, row: u64) -> u64 {
        (self.place + row % self.count) % self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_is_in_one_part() {
        for (units, count) in [(28, 4), (50, 7), (2, 5), (9, 1), (0, 3)] {
            let mut all = Vec::new();
            for place in 0..count {
                let shard = Shard::new(place, count);
                let own: Vec<u64> = (0..shard.of_first(units)).map(|before| shard.unit(before)).collect();
                assert!(own.is_sorted() && own.iter().all(|unit| *unit < units));
                assert!(own.iter().all(|unit| Shard::place_of(*unit, count) == place));
                all.extend(own);
            }
            all.sort_unstable();
            assert_eq!(all, (0..units).collect::<Vec<_>>());
        }
    }
}

//! The ways by which processes came to where they are, with what they have in common
//! kept once.
//!
//! Decides how much memory that takes: what no process came by is forgotten now and then,
//! and from a bound on nothing more is kept.

use super::path::PathStep;

/// The last step of a trail. Number 0 is that of who has come nowhere yet.
pub(super) type Link = u32;

/// Before anything happened.
pub(super) const START: Link = 0;

/// At most so many steps are kept, of some 50 bytes each.
const MOST: usize = 10_000_000;

/// Not before so many steps it is looked for those that lead nowhere.
const FEW: usize = 1 << 20;

/// Steps, each with the one before it.
#[derive(Debug)]
pub(super) struct Trails {
    /// That of link n in place n - 1; the one before it has a smaller link.
    steps: Vec<(PathStep, Link)>,
    /// From so many steps on it is looked for those that lead nowhere.
    full: usize,
    overflowed: bool,
}

impl Trails {
    pub fn new() -> Trails {
        Trails { steps: Vec::new(), full: FEW, overflowed: false }
    }

    /// Whether it is time to [forget](Self::forget) what leads nowhere.
    pub fn is_full(&self) -> bool {
        self.steps.len() >= self.full
    }

    /// Whether there were more steps than are kept, so that no trail is whole.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// The trail that goes on behind `before` with this step.
    pub fn push(&mut self, before: Link, step: PathStep) -> Link {
        if self.overflowed {
            return START;
        }
        self.steps.push((step, before));
        self.steps.len() as Link
    }

    /// Keeps only what leads to one of these, which are changed to where they are then.
    pub fn forget<'l>(&mut self, ends: impl Iterator<Item = &'l mut Link>) {
        let mut ends: Vec<&mut Link> = ends.collect();
        let mut moved = vec![START; self.steps.len() + 1];
        for end in &ends {
            let mut link = **end;
            while link != START && moved[link as usize] == START {
                moved[link as usize] = 1;
                link = self.steps[link as usize - 1].1;
            }
        }
        let mut kept = 0;
        for link in 1..moved.len() {
            if moved[link] == START {
                continue;
            }
            let (step, before) = self.steps[link - 1];
            self.steps[kept] = (step, moved[before as usize]);
            kept += 1;
            moved[link] = kept as Link;
        }
        self.steps.truncate(kept);
        ends.iter_mut().for_each(|end| **end = moved[**end as usize]);
        self.full = FEW.max(2 * kept).min(MOST);
        if kept >= MOST {
            self.overflowed = true;
            self.steps = Vec::new();
        }
    }

    /// The steps of a trail in the order of time.
    pub fn steps(&self, end: Link) -> Vec<PathStep> {
        let (mut steps, mut link) = (Vec::new(), end);
        while link != START {
            let (step, before) = self.steps[link as usize - 1];
            steps.push(step);
            link = before;
        }
        steps.reverse();
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::critical_path::path::PathSpan;
    use crate::ids::{OpId, ProcessId};
    use crate::time::Time;

    fn step(number: u64) -> PathStep {
        let (start, end) = (Time::from_secs(number), Time::from_secs(number + 1));
        PathStep::Span(PathSpan { process: ProcessId(0), start, end, activity: None, op: OpId(0) })
    }

    #[test]
    fn what_leads_somewhere_is_kept() {
        let mut trails = Trails::new();
        let first = trails.push(START, step(0));
        let dead = trails.push(first, step(7));
        let second = trails.push(first, step(1));
        let third = trails.push(second, step(2));
        assert_eq!(trails.steps(dead), [step(0), step(7)]);
        let (mut a, mut b, mut none) = (third, first, START);
        trails.forget([&mut a, &mut b, &mut none].into_iter());
        assert_eq!(trails.steps.len(), 3);
        assert_eq!(trails.steps(a), [step(0), step(1), step(2)]);
        assert_eq!(trails.steps(b), [step(0)]);
        assert_eq!(none, START);
    }
}

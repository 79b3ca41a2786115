//! The state that stands for all states that symmetry makes the same.
//!
//! States that differ only in which of several alike processes is where are one
//! state for a search: it goes on with a representative, in which they stand in
//! the order of their own states. Those that stand in a ring may not change
//! places, but all may move on by so many; of all rotations of a state the one
//! with the least numbers stands for it.

use crate::explore::state::{Codec, Unknown};
use crate::explore::symmetry::{Group, RingSymmetry, Symmetry};
use crate::value::Word;

/// Where everything goes: processes, and resources, by number.
type Places = (Vec<usize>, Vec<usize>);

impl Symmetry {
    /// The state that stands for this one and all that are the same to it.
    pub(crate) fn representative<const W: usize>(
        &self,
        codec: &Codec<'_>,
        state: &[Word; W],
    ) -> Result<[Word; W], Unknown> {
        let mut numbers = codec.numbers(state);
        let Some(places) = self.places(codec, &numbers) else { return Ok(*state) };
        self.rename(codec, &mut numbers, &places, |part, words| codec.number_of(part, words))?;
        codec.pack(&numbers).ok_or(Unknown)
    }

    /// Gives numbers to what [`Self::representative`] did not know.
    pub(crate) fn learn<const W: usize>(&self, codec: &mut Codec<'_>, state: &[Word; W]) {
        let mut numbers = codec.numbers(state);
        let Some(places) = self.places(codec, &numbers) else { return };
        let mut unknown = Vec::new();
        let known = self.rename(codec, &mut numbers, &places, |part, words| {
            unknown.push((part, words.to_vec()));
            Some(0)
        });
        debug_assert!(known.is_ok());
        for (part, words) in unknown {
            codec.learn_words(part, &words);
        }
    }

    /// The numbers of the parts of the state that stands for the one with
    /// these, all of which are given numbers.
    pub(crate) fn learn_numbers(&self, codec: &mut Codec<'_>, mut numbers: Vec<u32>) -> Vec<u32> {
        let Some(places) = self.places(codec, &numbers) else { return numbers };
        let mut renamed = numbers.clone();
        let mut words = Vec::new();
        let known = self.rename(codec, &mut renamed, &places, |part, renamed| {
            words.push((part, renamed.to_vec()));
            Some(0)
        });
        debug_assert!(known.is_ok());
        numbers.copy_from_slice(&renamed);
        for (part, words) in words {
            numbers[part] = codec.learn_words(part, &words);
        }
        numbers
    }

    /// Where everything goes; `None` if all are in their places.
    fn places(&self, codec: &Codec<'_>, numbers: &[u32]) -> Option<Places> {
        if let Some(ring_symmetry) = &self.ring_symmetry {
            return self.turned(ring_symmetry, codec, numbers);
        }
        let sorted = |group: &Group| numbers[group.members()].is_sorted_by(|a, b| a < b);
        if self.groups.iter().all(sorted) {
            return None;
        }
        let mentions = self.mentions(codec, numbers);
        let mut places: Vec<usize> = (0..codec.layout.processes()).collect();
        for group in &self.groups {
            let mut order: Vec<usize> = group.members().collect();
            order.sort_by(|&a, &b| numbers[a].cmp(&numbers[b]).then_with(|| mentions[a].cmp(&mentions[b])));
            for (place, process) in order.into_iter().enumerate() {
                places[process] = group.first + place;
            }
        }
        let moved = places.iter().enumerate().any(|(process, &place)| process != place);
        moved.then(|| (places, (0..self.tags.len()).collect()))
    }

    /// By how much all must move on to have the least numbers; where several
    /// rotations have, the least words of resources decide.
    fn turned(&self, ring_symmetry: &RingSymmetry, codec: &Codec<'_>, numbers: &[u32]) -> Option<Places> {
        let places = ring_symmetry.places;
        let number = |steps: usize, at: usize| {
            let ring = &ring_symmetry.groups[at / places];
            numbers[ring.first + (at % places + places - steps) % places]
        };
        let all = || 0..places * ring_symmetry.groups.len();
        let least =
            (0..places).min_by(|&a, &b| all().map(|at| number(a, at)).cmp(all().map(|at| number(b, at))))?;
        let is_least = |&steps: &usize| all().all(|at| number(steps, at) == number(least, at));
        let by = |steps| ring_symmetry.by(steps, codec.layout.processes(), self.tags.len());
        let ties = (0..places).filter(is_least);
        let steps = if ties.clone().nth(1).is_none() {
            least
        } else {
            ties.min_by_key(|&steps| self.renamed(codec, numbers, &by(steps)))?
        };
        (steps > 0).then(|| by(steps))
    }

    /// The words of all resources if everything goes to these places.
    fn renamed(&self, codec: &Codec<'_>, numbers: &[u32], places: &Places) -> Vec<Vec<Word>> {
        let mut all = vec![Vec::new(); self.tags.len()];
        for (resource, &place) in places.1.iter().enumerate() {
            let part = codec.layout.processes() + resource;
            let mut words = codec.words_of(part, numbers[part]).to_vec();
            codec.layout.rename_processes(part, &mut words, &places.0);
            all[place] = words;
        }
        all
    }

    /// By process: in which parts, and where in them, resources mention it.
    fn mentions(&self, codec: &Codec<'_>, numbers: &[u32]) -> Vec<Vec<(usize, usize)>> {
        let processes = codec.layout.processes();
        let mut mentions = vec![Vec::new(); processes];
        for (resource, &tag) in self.tags.iter().enumerate() {
            let part = processes + resource;
            let words = codec.words_of(part, numbers[part]);
            codec.layout.each_process(part, words, |place, process| mentions[process].push((part, place)));
            for item in codec.layout.items(part, words) {
                if let Some(group) = tag {
                    mentions[group.first + words[item] as usize].push((part, item));
                }
            }
        }
        mentions
    }

    /// Puts everything in its place, and changes what resources say of processes.
    fn rename(
        &self,
        codec: &Codec<'_>,
        numbers: &mut [u32],
        (places, resources): &Places,
        mut number_of: impl FnMut(usize, &[Word]) -> Option<u32>,
    ) -> Result<(), Unknown> {
        let processes = codec.layout.processes();
        let before = numbers.to_vec();
        for (process, &place) in places.iter().enumerate() {
            numbers[place] = before[process];
        }
        for (resource, &tag) in self.tags.iter().enumerate() {
            let (part, place) = (processes + resource, processes + resources[resource]);
            let words = codec.words_of(part, before[part]);
            let mut renamed = words.to_vec();
            codec.layout.rename_processes(part, &mut renamed, places);
            for item in codec.layout.items(part, words) {
                if let Some(group) = tag {
                    renamed[item] = (places[group.first + words[item] as usize] - group.first) as Word;
                }
            }
            if place != part || renamed != words {
                numbers[place] = number_of(place, &renamed).ok_or(Unknown)?;
            }
        }
        Ok(())
    }
}

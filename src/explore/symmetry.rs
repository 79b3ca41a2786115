//! Processes that may change places: instances of one definition that nothing
//! tells apart; or, where there are none, those that stand in a ring.
//!
//! States that differ only in which of them is where are one state for a
//! search: it goes on with a representative, in which they stand in the order
//! of their own states. Instances are told apart by what they read of their
//! index (unless it is only an item that nobody looks at), by draws of their
//! own, by priorities, and by expectations about one of them; then they keep
//! their places. Those that stand in a ring (see [`Rotation`]) may not change
//! places, but all may move on by so many; of all rotations of a state the
//! one with the least numbers stands for it.

use super::codec::{Codec, Unknown};
use super::relation::Relation;
use super::rotation::Rotation;
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::Machine;
use crate::program::{Image, Op, ResourceCode, Slot, ops_of, read};
use crate::value::Word;

/// Instances of one definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Group {
    first: usize,
    count: usize,
}

impl Group {
    fn members(self) -> std::ops::Range<usize> {
        self.first..self.first + self.count
    }
}

/// Which processes may change places.
#[derive(Debug)]
pub(super) struct Symmetry {
    groups: Vec<Group>,
    /// By resource: the group whose indices are its items.
    tags: Vec<Option<Group>>,
    /// What goes round, if nobody may change places.
    rotation: Option<Rotation>,
}

/// Where everything goes: processes, and resources, by number.
type Places = (Vec<usize>, Vec<usize>);

impl Symmetry {
    /// Of this scenario; `None` if everybody keeps his place. Rings are looked
    /// for if it `rotates`.
    pub(super) fn new(relation: &Relation<'_>, rotates: bool) -> Option<Symmetry> {
        let image = relation.image;
        if relation.monitors.is_some_and(|monitors| !monitors.start().is_empty()) {
            return None;
        }
        let tags = vec![None; image.resource_count()];
        let mut symmetry = Symmetry { groups: Vec::new(), tags, rotation: None };
        let first = Machine::new(image);
        for def in image.processes.iter().filter(|def| def.count > 1) {
            let group = Group { first: def.first.index(), count: def.count as usize };
            let tagged = tagged(image, &first, group, def.index);
            if let Some(tagged) = tagged.filter(|_| are_alike(image, &first, group, def.index)) {
                symmetry.groups.push(group);
                tagged.into_iter().for_each(|resource| symmetry.tags[resource] = Some(group));
            }
        }
        if symmetry.groups.is_empty() && rotates {
            symmetry.rotation = Rotation::new(image);
        }
        (!symmetry.groups.is_empty() || symmetry.rotation.is_some()).then_some(symmetry)
    }

    /// What goes round.
    pub(super) fn rotation(&self) -> Option<&Rotation> {
        self.rotation.as_ref()
    }

    /// Says of each process with whom it shares the numbers of its states: the
    /// first of its group; others are left as they are.
    pub(super) fn share(&self, shared: &mut [usize]) {
        let rings = self.rotation.iter().flat_map(|rotation| {
            rotation.groups.iter().map(|ring| Group { first: ring.first, count: rotation.places })
        });
        for group in self.groups.iter().copied().chain(rings) {
            shared[group.members()].fill(group.first);
        }
    }

    /// The state that stands for this one and all that are the same to it.
    pub(super) fn representative<const W: usize>(
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
    pub(super) fn learn<const W: usize>(&self, codec: &mut Codec<'_>, state: &[Word; W]) {
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
    pub(super) fn learn_numbers(&self, codec: &mut Codec<'_>, mut numbers: Vec<u32>) -> Vec<u32> {
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
        if let Some(rotation) = &self.rotation {
            return self.turned(rotation, codec, numbers);
        }
        let sorted = |group: &Group| numbers[group.members()].is_sorted_by(|a, b| a < b);
        if self.groups.iter().all(sorted) {
            return None;
        }
        let mentions = self.mentions(codec, numbers);
        let mut places: Vec<usize> = (0..codec.parts.processes()).collect();
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
    fn turned(&self, rotation: &Rotation, codec: &Codec<'_>, numbers: &[u32]) -> Option<Places> {
        let places = rotation.places;
        let number = |steps: usize, at: usize| {
            let ring = &rotation.groups[at / places];
            numbers[ring.first + (at % places + places - steps) % places]
        };
        let all = || 0..places * rotation.groups.len();
        let least =
            (0..places).min_by(|&a, &b| all().map(|at| number(a, at)).cmp(all().map(|at| number(b, at))))?;
        let is_least = |&steps: &usize| all().all(|at| number(steps, at) == number(least, at));
        let by = |steps| rotation.by(steps, codec.parts.processes(), self.tags.len());
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
            let part = codec.parts.processes() + resource;
            let mut words = codec.words_of(part, numbers[part]).to_vec();
            codec.parts.rename_processes(part, &mut words, &places.0);
            all[place] = words;
        }
        all
    }

    /// By process: in which parts, and where in them, resources mention it.
    fn mentions(&self, codec: &Codec<'_>, numbers: &[u32]) -> Vec<Vec<(usize, usize)>> {
        let processes = codec.parts.processes();
        let mut mentions = vec![Vec::new(); processes];
        for (resource, &tag) in self.tags.iter().enumerate() {
            let part = processes + resource;
            let words = codec.words_of(part, numbers[part]);
            codec.parts.each_process(part, words, |place, process| mentions[process].push((part, place)));
            for item in codec.parts.items(part, words) {
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
        let processes = codec.parts.processes();
        let before = numbers.to_vec();
        for (process, &place) in places.iter().enumerate() {
            numbers[place] = before[process];
        }
        for (resource, &tag) in self.tags.iter().enumerate() {
            let (part, place) = (processes + resource, processes + resources[resource]);
            let words = codec.words_of(part, before[part]);
            let mut renamed = words.to_vec();
            codec.parts.rename_processes(part, &mut renamed, places);
            for item in codec.parts.items(part, words) {
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

/// Whether nothing tells the members apart at the start, nor what they draw.
fn are_alike(image: &Image, first: &Machine, group: Group, index: Option<Slot>) -> bool {
    let frame = |process: usize| {
        let start = image.frames[process] as usize;
        let end = image.frames.get(process + 1).map_or(image.contents_base, |&next| next as usize);
        let mut words = first.words()[start..end].to_vec();
        if let Some(index) = index {
            words[index.0 as usize] = 0;
        }
        words
    };
    let range = ops_of(image, first.op(image, ProcessId::from_index(group.first)));
    let draws = image.plain[range].iter().any(|op| matches!(op, Op::Draw { .. } | Op::Call { .. }));
    let model = frame(group.first);
    !draws && group.members().all(|process| frame(process) == model)
}

/// The buffers whose items are indices of the members; `None` if an index is
/// used for anything else.
fn tagged(image: &Image, first: &Machine, group: Group, index: Option<Slot>) -> Option<Vec<usize>> {
    let Some(index) = index else { return Some(Vec::new()) };
    let mut tagged: Vec<usize> = Vec::new();
    let range = ops_of(image, first.op(image, ProcessId::from_index(group.first)));
    for op in &image.plain[range.clone()] {
        if !read(image, op).contains(&index) {
            continue;
        }
        match *op {
            Op::Put { buffer, value } if value == index.source() => {
                tagged.push(resource_of(image, buffer)?);
            }
            // Texts and marks are no part of a state.
            Op::Log { .. } | Op::Mark { .. } => {}
            _ => return None,
        }
    }
    // Nobody else puts into these buffers, and nobody looks at what is got.
    let is_tagged = |code: ResourceCode| match resource_of(image, code) {
        Some(resource) => tagged.contains(&resource),
        None => !tagged.is_empty(),
    };
    let breaks = |(at, op): (usize, &Op)| match *op {
        Op::Put { buffer, value } => is_tagged(buffer) && !(range.contains(&at) && value == index.source()),
        Op::Get { buffer, .. } => is_tagged(buffer),
        Op::PutMany { many } => is_tagged(image.many[many as usize].resource),
        Op::GetMany { many } => {
            let code = image.many[many as usize];
            is_tagged(code.resource) && code.array.is_some()
        }
        _ => false,
    };
    (!image.plain.iter().enumerate().any(breaks)).then_some(tagged)
}

/// The resource that is always meant.
fn resource_of(image: &Image, code: ResourceCode) -> Option<usize> {
    let header = code.resolve().ok()?;
    Some((header - image.resource_at(ResourceId(0))) / crate::program::RESOURCE_WORDS)
}

//! Processes that stand in a ring: what each does to its own resources, its
//! neighbour does to those next to them.
//!
//! Philosopher i takes forks i and i + 1: nothing tells the members apart but
//! where they stand. Let everybody and every fork move on by one place; what
//! was a run is one again. Whether that is so is checked op by op. What is
//! constant in front of an op (see [`Constants`]) may differ between the members
//! in two ways: it is the header of an instance of a resource, and that of the
//! next member is the header of the next instance; or it is read only to
//! work out something that is constant too. Everything else that a member does,
//! it does by values that all members have alike. Those constants are left out
//! of the state of a process, since where it stands says them: so the states of
//! two members can be compared.

use crate::ids::{ProcessId, ResourceId};
use crate::kernel::Machine;
use crate::program::{
    BoundProgram, Constants, FRAME_WORDS, LiveWords, Op, RESOURCE_WORDS, Slot, frame, ops_of, read, resource,
};
use crate::value::Word;
use std::collections::BTreeSet;
use std::ops::Range;

/// Larger rings are not looked for: each state is compared in every rotation.
const MOST_MEMBERS: u32 = 64;

/// What goes round together.
#[derive(Debug, Clone)]
pub(crate) struct RingSymmetry {
    /// How many places there are.
    pub(crate) places: usize,
    /// The first members of the groups of processes.
    pub(crate) groups: Vec<Ring>,
    /// The first instances of the groups of resources.
    pub(crate) resources: Vec<usize>,
}

/// Processes of one definition that stand in a ring.
#[derive(Debug, Clone)]
pub(crate) struct Ring {
    pub(crate) first: usize,
    /// The first op.
    entry: usize,
    /// By op, the frame words that are constant there, and not for all alike.
    slots: Vec<Vec<u32>>,
    /// By member and op, what is in them.
    values: Vec<Vec<Vec<Word>>>,
}

impl Ring {
    /// What stands in the frame of a member at an op just because it stands
    /// there: words and values.
    pub(crate) fn fixed(&self, process: usize, op: usize) -> impl Iterator<Item = (u32, Word)> + '_ {
        let at = op - self.entry;
        self.slots[at].iter().copied().zip(self.values[process - self.first][at].iter().copied())
    }

    /// Whether a word is one of those.
    pub(crate) fn is_fixed(&self, op: usize, slot: u32) -> bool {
        self.slots[op - self.entry].contains(&slot)
    }
}

/// What is known of a word in front of an op or behind it, for all members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knowledge {
    /// Nothing that depends on where a member stands.
    Alike,
    /// For each member, but not the same.
    Apart,
    /// For some.
    Unsure,
}

/// A group of processes that may go round, while it is looked at.
struct Candidate<'i> {
    program: &'i BoundProgram,
    range: Range<usize>,
    constants: Vec<Constants>,
    /// Definitions of resources of which a member means another instance than
    /// the member before it.
    moving: BTreeSet<u32>,
    /// Definitions of resources of which all members mean the same instance.
    still: BTreeSet<u32>,
}

impl RingSymmetry {
    /// Of this scenario, if there is one.
    pub(crate) fn new(program: &BoundProgram) -> Option<RingSymmetry> {
        let first = Machine::new(program);
        let rings = 2..=MOST_MEMBERS;
        let seeds = (0..program.processes.len()).filter(|&def| rings.contains(&program.processes[def].count));
        seeds.into_iter().find_map(|seed| RingSymmetry::with(program, &first, seed))
    }

    /// The one in which the members of this definition go round, with all that
    /// must go round with them.
    fn with(program: &BoundProgram, first: &Machine, seed: usize) -> Option<RingSymmetry> {
        let places = program.processes[seed].count;
        let (mut defs, mut rings, mut moving) = (vec![seed], Vec::new(), BTreeSet::new());
        let mut still = BTreeSet::new();
        while rings.len() < defs.len() {
            let def = defs[rings.len()];
            if program.processes[def].count != places {
                return None;
            }
            let mut candidate = Candidate::new(program, first, def);
            rings.push(candidate.ring(first, def)?);
            moving.append(&mut candidate.moving);
            still.append(&mut candidate.still);
            // Who uses what moves must move too.
            for (other, info) in program.processes.iter().enumerate() {
                if info.count > 0 && !defs.contains(&other) && uses(program, first, other, &moving) {
                    defs.push(other);
                }
            }
        }
        let alike = |&def: &u32| are_alike(program, first, def, places);
        let sound = !moving.is_empty() && moving.is_disjoint(&still) && moving.iter().all(alike);
        let resources = moving.iter().map(|&def| program.resources[def as usize].first.index()).collect();
        sound.then_some(RingSymmetry { places: places as usize, groups: rings, resources })
    }

    /// Where everything goes if all move on by so many places: processes, and
    /// resources, by number.
    pub(crate) fn by(&self, steps: usize, processes: usize, resources: usize) -> (Vec<usize>, Vec<usize>) {
        let turned = |count: usize, firsts: &mut dyn Iterator<Item = usize>| {
            let mut places: Vec<usize> = (0..count).collect();
            for first in firsts {
                for place in 0..self.places {
                    places[first + place] = first + (place + steps) % self.places;
                }
            }
            places
        };
        (
            turned(processes, &mut self.groups.iter().map(|ring| ring.first)),
            turned(resources, &mut self.resources.iter().copied()),
        )
    }
}

impl<'i> Candidate<'i> {
    fn new(program: &'i BoundProgram, first: &Machine, def: usize) -> Candidate<'i> {
        let info = &program.processes[def];
        let members = info.first.index()..info.first.index() + info.count as usize;
        Candidate {
            program,
            range: ops_of(program, first.op(program, info.first)),
            constants: members
                .map(|process| Constants::new(program, frame_of(program, first, process)))
                .collect(),
            moving: BTreeSet::new(),
            still: BTreeSet::new(),
        }
    }

    /// The ring, if the members differ in nothing but where they stand.
    fn ring(&mut self, first: &Machine, def: usize) -> Option<Ring> {
        let info = &self.program.processes[def];
        let frames: Vec<&[Word]> = (info.first.index()..info.first.index() + info.count as usize)
            .map(|process| frame_of(self.program, first, process))
            .collect();
        let head = |frame: &[Word]| [frame[frame::STATE], frame[frame::LINK], frame[frame::UNTIL]];
        let live = LiveWords::new(self.program, first.op(self.program, info.first), frames[0].len());
        if !live.arrays.is_empty() || frames.iter().any(|frame| head(frame) != head(frames[0])) {
            return None;
        }
        let words = frames[0].len() as u32;
        let (mut slots, mut values) = (Vec::new(), vec![Vec::new(); frames.len()]);
        for at in self.range.clone() {
            if self.constants[0].in_front(at).is_some() && !self.is_even(at, &live, words) {
                return None;
            }
            let fixed: Vec<u32> = (FRAME_WORDS..words)
                .filter(|&slot| {
                    live.matters(at, slot)
                        && info.index != Some(Slot(slot))
                        && self.knows(at, slot) == Knowledge::Apart
                })
                .collect();
            for (values, constants) in values.iter_mut().zip(&self.constants) {
                let known = |&slot: &u32| constants.in_front(at)?[slot as usize];
                values.push(fixed.iter().map(|slot| known(slot).unwrap_or(0)).collect());
            }
            slots.push(fixed);
        }
        Some(Ring { first: info.first.index(), entry: self.range.start, slots, values })
    }

    /// What is known of a word in front of an op that is reached.
    fn knows(&self, at: usize, slot: u32) -> Knowledge {
        of_all(self.constants.iter().map(|known| known.in_front(at).and_then(|known| known[slot as usize])))
    }

    /// Whether an op does with one member what it does with the next one, one
    /// place further: it draws and calls nothing, means resources that move on
    /// with the members or are the same for all, reads what differs between the
    /// members only for that or to work out what is constant, and nothing that is
    /// known of a word gets lost behind it.
    fn is_even(&mut self, at: usize, live: &LiveWords, words: u32) -> bool {
        let program = self.program;
        let op = program.plain[at];
        if matches!(op, Op::Draw { .. } | Op::Call { .. }) {
            return false;
        }
        // Each member means one instance, and they follow each other as the
        // members do.
        let codes: Vec<_> = program.accesses(&op).collect();
        for &(_, code) in &codes {
            let headers: Vec<Vec<usize>> =
                self.constants.iter().map(|constants| constants.headers(program, at, code)).collect();
            if !self.note(&headers) {
                return false;
            }
        }
        // What is read is alike for all members; or it is known for each, and
        // goes into what is known for each, into a text, or into which instance
        // is meant.
        let behind: Vec<_> = self.constants.iter().map(|constants| constants.behind(program, at)).collect();
        let after = |slot: u32| of_all(behind.iter().map(|known| known.as_ref()?[slot as usize]));
        let apart = |slot: &Slot| self.knows(at, slot.0) != Knowledge::Alike;
        for slot in read(program, &op).into_iter().filter(apart) {
            let sure = self.knows(at, slot.0) == Knowledge::Apart;
            let worked_out = match op {
                Op::Copy { into, .. }
                | Op::Unary { into, .. }
                | Op::Binary { into, .. }
                | Op::Find { into, .. } => behind
                    .iter()
                    .all(|known| known.as_ref().is_some_and(|known| known[into.0 as usize].is_some())),
                // Texts and marks are no part of a state.
                Op::Log { .. } | Op::Mark { .. } => true,
                _ => codes.iter().any(|(_, code)| code.resolve() == Err(slot)),
            };
            if !sure || !worked_out {
                return false;
            }
        }
        // What is known must not get lost where ways come together.
        let mut next = crate::program::next_ops(program, at);
        next.all(|next| {
            (FRAME_WORDS..words).filter(|&slot| live.matters(next, slot)).all(|slot| {
                let before = after(slot);
                before == Knowledge::Alike && self.knows(next, slot) == Knowledge::Alike
                    || before == Knowledge::Apart && self.knows(next, slot) == Knowledge::Apart
            })
        })
    }

    /// Takes note of the instances that the members mean, one each; whether
    /// that of each is next to that of the one before, or all are the same.
    fn note(&mut self, headers: &[Vec<usize>]) -> bool {
        let mut found = Vec::new();
        for headers in headers {
            let &[header] = headers.as_slice() else { return false };
            found.push(self.program.resource_of(header).index());
        }
        let def = self.program.definition_of(ResourceId::from_index(found[0]));
        let info = &self.program.resources[def.index()];
        if found.iter().all(|&resource| resource == found[0]) {
            self.still.insert(def.0);
            return true;
        }
        self.moving.insert(def.0);
        let (first, count) = (info.first.index(), info.count as usize);
        let place = |resource: usize| resource.checked_sub(first).filter(|&place| place < count);
        count == found.len()
            && (0..count).all(|member| {
                let (own, next) = (place(found[member]), place(found[(member + 1) % count]));
                own.is_some() && next == own.map(|own| (own + 1) % count)
            })
    }
}

fn of_all(mut known: impl Iterator<Item = Option<Word>>) -> Knowledge {
    let first = known.next().flatten();
    let (mut same, mut sure) = (true, first.is_some());
    for other in known {
        same &= other == first;
        sure &= other.is_some();
    }
    match (same, sure) {
        (true, _) => Knowledge::Alike,
        (false, true) => Knowledge::Apart,
        (false, false) => Knowledge::Unsure,
    }
}

fn frame_of<'m>(program: &BoundProgram, machine: &'m Machine, process: usize) -> &'m [Word] {
    &machine.words()[program.frame_of(ProcessId::from_index(process))]
}

/// Whether a process of this definition may use some of these resources.
fn uses(program: &BoundProgram, first: &Machine, def: usize, resources: &BTreeSet<u32>) -> bool {
    let info = &program.processes[def];
    let range = ops_of(program, first.op(program, info.first));
    (info.first.0..info.first.0 + info.count).any(|process| {
        let constants = Constants::new(program, frame_of(program, first, process as usize));
        range.clone().any(|at| {
            program.accesses(&program.plain[at]).any(|(_, code)| {
                constants
                    .headers(program, at, code)
                    .into_iter()
                    .any(|header| resources.contains(&program.definition_of(program.resource_of(header)).0))
            })
        })
    })
}

/// Whether nothing tells the instances of a resource apart at the start.
fn are_alike(program: &BoundProgram, first: &Machine, def: u32, places: u32) -> bool {
    let info = &program.resources[def as usize];
    if info.kind.has_slots() {
        // What is in the memories at the end is to be told as it is.
        return false;
    }
    let ids = (info.first.0..info.first.0 + info.count).map(ResourceId);
    let told = |id: ResourceId| {
        let header = program.resource_at(id);
        let mut words = first.words()[header..header + RESOURCE_WORDS].to_vec();
        // Which one it is, and where its contents lie.
        words[resource::IDENTITY] >>= 32;
        if !info.kind.is_owned() {
            words[resource::CONTENT] = 0;
        }
        words
    };
    info.count == places && ids.clone().all(|id| told(id) == told(info.first))
}

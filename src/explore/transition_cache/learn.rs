//! How the kernel is asked what a step does.
//!
//! Decides which parts of a state an answer depends on: those that the kernel
//! touched, those that it changed, and the processes that it woke.

use super::answers::{Answer, Change};
use super::cache::TransitionCache;
use super::entry::Code;
use crate::explore::state::{Codec, World};
use crate::explore::transition::{BLOCK_STEPS, Scratch, TransitionRelation, Went};
use crate::ids::ProcessId;
use crate::kernel::Choices;
use crate::program::resource;
use crate::trace::NoTrace;
use crate::value::Word;

/// About how many bytes an answer takes with its places in tables, besides what
/// it changes.
const ANSWER_BYTES: usize = 160;

/// Steps of a block in one answer.
const STEPS: u32 = 16;

impl<const W: usize> TransitionCache<W> {
    /// Asks the kernel how `process` can go on in this state, and how it goes on
    /// then in the same block. New values get numbers, so the layout may be
    /// outgrown afterwards.
    pub(crate) fn learn(
        &mut self,
        relation: &TransitionRelation<'_>,
        codec: &mut Codec<'_>,
        scratch: &mut Scratch,
        state: &[Word; W],
        process: usize,
    ) {
        let mut open = vec![*state];
        for _ in 0..BLOCK_STEPS {
            let Some(state) = open.pop().filter(|_| !codec.outgrown) else { return };
            // Many workers ask the same, so this comes first.
            if self.of(codec, &state, process).code != Code::Unknown {
                continue;
            }
            self.make_places(codec);
            if self.of(codec, &state, process).code != Code::Unknown {
                // Its state alone says that it cannot go on.
                continue;
            }
            self.learn_one(relation, codec, scratch, &state, process);
            if codec.outgrown {
                return;
            }
            let (entry, several) = self.with_several(codec, &state, process);
            match entry.code {
                Code::Enters => open.push(entry.apply(&state)),
                Code::List => {
                    let inside = several.mixed(entry).iter().filter(|effect| effect.inside);
                    open.extend(inside.map(|effect| effect.apply(&state)));
                }
                Code::Unknown | Code::Stuck | Code::Goes | Code::Several => {}
            }
        }
    }

    fn learn_one(
        &mut self,
        relation: &TransitionRelation<'_>,
        codec: &mut Codec<'_>,
        scratch: &mut Scratch,
        state: &[Word; W],
        process: usize,
    ) {
        let numbers = codec.numbers(state);
        let own = numbers[process];
        let mut touched = self.known[process][own as usize].touches.clone();
        let before = touched.len();
        let mut changes = Vec::new();
        codec.decode(state, &mut scratch.world);
        let base = scratch.world.clone();
        let id = ProcessId::from_index(process);
        scratch.probe.choices = Choices::default();
        loop {
            scratch.world.clone_from(&base);
            let mut went = relation.part(scratch, id, &mut NoTrace);
            note_touched(codec, scratch, &base, &mut touched);
            let inside = went == Went::On && {
                touched.extend(differing(codec, scratch, (&base, &numbers)));
                go_on_inside(relation, codec, scratch, (id, &touched), (&base, &numbers), &mut went)
            };
            match went {
                Went::Nowhere => {}
                Went::Stopped(stopped) => changes.push(Change {
                    parts: Vec::new(),
                    inside: false,
                    stopped: Some(self.number_of(stopped)),
                }),
                Went::On => {
                    let changed = differing(codec, scratch, (&base, &numbers));
                    let numbered = changed
                        .into_iter()
                        .map(|part| (part, codec.learn_part(&scratch.world, part as usize)));
                    changes.push(Change { parts: numbered.collect(), inside, stopped: None });
                }
            }
            if !scratch.probe.choices.advance() {
                break;
            }
        }
        touched.retain(|&part| part as usize != process);
        touched.sort_unstable();
        touched.dedup();
        self.make_places(codec);
        let changed: usize = changes.iter().map(|change: &Change| 8 * change.parts.len() + 8 * W + 48).sum();
        self.bytes += ANSWER_BYTES + 4 * touched.len() + changed;
        let known = &mut self.known[process][own as usize];
        if touched.len() > before {
            known.answers.clear();
            known.touches = touched;
        }
        let seen = known.touches.iter().map(|&part| numbers[part as usize]).collect();
        known.answers.push(Answer { seen, changes });
        if codec.outgrown {
            return;
        }
        if known.answers.len() == 1 || !known.has_room() {
            known.rebuild(codec, process, own);
        } else {
            let last = known.answers.len() - 1;
            known.enter(codec, process, own, last);
        }
    }
}

/// The parts that the transition at hand was about: resources that ops named
/// with those who stood in line for them, and processes that were woken.
fn note_touched(codec: &Codec<'_>, scratch: &Scratch, base: &World, touched: &mut Vec<u32>) {
    let arena = base.machine.words();
    for &header in scratch.probe.touched.borrow().iter() {
        let part = codec.layout.of_header(header);
        touched.push(part as u32);
        if codec.layout.is_buffer(part)
            && arena[header + resource::TAKERS] | arena[header + resource::PUTTERS] != 0
        {
            // How many items those in line want stands in their frames.
            touched.extend(0..codec.layout.processes() as u32);
        }
    }
    if scratch.heard {
        touched.extend(codec.layout.of_watch().map(|part| part as u32));
    }
    if scratch.called {
        touched.extend(codec.layout.of_code().map(|part| part as u32));
    }
    touched.extend(scratch.probe.woken.iter().map(|process| process.0));
}

/// The parts of the world that are other than in `base`, where they have these
/// numbers.
fn differing(codec: &Codec<'_>, scratch: &Scratch, (base, numbers): (&World, &[u32])) -> Vec<u32> {
    let mut buffer = Vec::new();
    let world = &scratch.world;
    let differ = numbers.iter().enumerate().filter(|&(part, &number)| {
        !codec.layout.is_untouched(world, base, part) && !codec.is_same(world, part, number, &mut buffer)
    });
    differ.map(|(part, _)| part as u32).collect()
}

/// Goes on in a block as far as what comes depends on nothing but what is
/// touched already, so that it is the same answer; whether the process is still
/// inside then. `went` becomes what ends the block, if something does.
fn go_on_inside(
    relation: &TransitionRelation<'_>,
    codec: &Codec<'_>,
    scratch: &mut Scratch,
    (process, touched): (ProcessId, &[u32]),
    from: (&World, &[u32]),
    went: &mut Went,
) -> bool {
    let is_touched = |part: u32| part == process.0 || touched.contains(&part);
    for _ in 0..STEPS {
        if !relation.goes_on(scratch, process) {
            return false;
        }
        let before = scratch.world.clone();
        let choices = scratch.probe.choices.clone();
        let next = relation.part(scratch, process, &mut NoTrace);
        let mut touches = Vec::new();
        note_touched(codec, scratch, &before, &mut touches);
        if next == Went::On {
            touches.extend(differing(codec, scratch, from));
        }
        if scratch.probe.choices != choices || !touches.into_iter().all(is_touched) {
            (scratch.world, scratch.probe.choices) = (before, choices);
            return true;
        }
        match next {
            Went::On => {}
            // It has to wait in the middle.
            Went::Nowhere => {
                scratch.world = before;
                return false;
            }
            Went::Stopped(_) => {
                *went = next;
                return false;
            }
        }
    }
    relation.goes_on(scratch, process)
}

//! How the kernel is asked what a step does.
//!
//! Decides which parts of a state an answer depends on: those that the kernel
//! touched, those that it changed, and the processes that it woke.

use super::answers::{Answer, Change};
use super::cache::TransitionCache;
use super::entry::Code;
use crate::explore::ends::Stopped;
use crate::explore::state::{Codec, World};
use crate::explore::transition::{BLOCK_STEPS, Scratch, Transition, TransitionRelation};
use crate::ids::ProcessId;
use crate::kernel::Choices;
use crate::program::resource;
use crate::trace::{NoTrace, ResourceKind};
use crate::value::Word;

/// About how many bytes an answer takes with its places in tables, besides what
/// it changes.
const ANSWER_BYTES: usize = 160;

/// Steps of a block in one answer.
const STEPS: u32 = 16;

/// The kernel as it is asked about steps, and what its answers are put down in.
pub(crate) struct Oracle<'o, 'a> {
    pub(crate) relation: &'o TransitionRelation<'a>,
    /// Gives numbers to values that are new.
    pub(crate) codec: &'o mut Codec<'a>,
    pub(crate) scratch: &'o mut Scratch,
}

/// The state from which a process makes a step.
struct Origin {
    process: ProcessId,
    world: World,
    /// The numbers of its parts.
    numbers: Vec<u32>,
}

impl<const W: usize> TransitionCache<W> {
    /// Asks the kernel how `process` can go on in this state, and how it goes on
    /// then in the same block. New values get numbers, so the packing may be
    /// outgrown afterwards.
    pub(crate) fn learn(&mut self, oracle: &mut Oracle<'_, '_>, state: &[Word; W], process: usize) {
        let mut open = vec![*state];
        for _ in 0..BLOCK_STEPS {
            let Some(state) = open.pop().filter(|_| !oracle.codec.outgrown) else { return };
            // Many workers ask the same, so this comes first.
            if self.of(oracle.codec, &state, process).code != Code::Unknown {
                continue;
            }
            self.make_places(oracle.codec);
            if self.of(oracle.codec, &state, process).code != Code::Unknown {
                // Its state alone says that it cannot go on.
                continue;
            }
            self.learn_one(oracle, &state, process);
            if oracle.codec.outgrown {
                return;
            }
            let (entry, several) = self.with_several(oracle.codec, &state, process);
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

    /// Asks the kernel about the one step of `process` in this state, and keeps
    /// the answer under the values of all parts that it depends on.
    fn learn_one(&mut self, oracle: &mut Oracle<'_, '_>, state: &[Word; W], process: usize) {
        let origin = oracle.origin(state, process);
        // What was touched for other answers counts for this one too: all
        // answers of a step are looked up by the same parts.
        let mut touched = self.known[process][origin.numbers[process] as usize].touches.clone();
        let changes = oracle.changes(&origin, &mut touched, |stopped| self.number_of(stopped));
        // The part of the process itself decides where answers are looked for.
        touched.retain(|&part| part as usize != process);
        touched.sort_unstable();
        touched.dedup();
        // The step may have led to values of processes that are new.
        self.make_places(oracle.codec);
        self.keep(oracle.codec, &origin, touched, changes);
    }

    /// Keeps an answer for steps from `origin` that depends on these parts.
    fn keep(&mut self, codec: &Codec<'_>, origin: &Origin, touched: Vec<u32>, changes: Vec<Change>) {
        let process = origin.process.index();
        let own = origin.numbers[process];
        let changed: usize = changes.iter().map(|change| 8 * change.parts.len() + 8 * W + 48).sum();
        self.bytes += ANSWER_BYTES + 4 * touched.len() + changed;
        let known = &mut self.known[process][own as usize];
        if touched.len() > known.touches.len() {
            // Earlier answers do not say which values the new parts had.
            known.answers.clear();
            known.touches = touched;
        }
        let seen = known.touches.iter().map(|&part| origin.numbers[part as usize]).collect();
        known.answers.push(Answer { seen, changes });
        if codec.outgrown {
            // All tables are made anew in the next packing.
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

impl Oracle<'_, '_> {
    fn origin<const W: usize>(&mut self, state: &[Word; W], process: usize) -> Origin {
        self.codec.decode(state, &mut self.scratch.world);
        Origin {
            process: ProcessId::from_index(process),
            world: self.scratch.world.clone(),
            numbers: self.codec.numbers(state),
        }
    }

    /// Makes a step in every way in which the kernel's choices can come out, each
    /// time from the same world. Adds the parts on which that depends to
    /// `touched`; ends of runs are kept by number.
    fn changes(
        &mut self,
        origin: &Origin,
        touched: &mut Vec<u32>,
        mut number_of: impl FnMut(Stopped) -> u32,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        self.scratch.probe.choices = Choices::default();
        loop {
            self.scratch.world.clone_from(&origin.world);
            let mut result = self.relation.part(self.scratch, origin.process, &mut NoTrace);
            self.note_touched(&origin.world, touched);
            let inside = result == Transition::Made && {
                touched.extend(self.differing(origin));
                self.go_on_inside(origin, touched, &mut result)
            };
            match result {
                Transition::Disabled => {}
                Transition::Stopped(stopped) => {
                    let stopped = Some(number_of(stopped));
                    changes.push(Change { parts: Vec::new(), inside: false, stopped });
                }
                Transition::Made => {
                    changes.push(Change { parts: self.numbered(origin), inside, stopped: None })
                }
            }
            if !self.scratch.probe.choices.advance() {
                return changes;
            }
        }
    }

    /// The parts of the world that are other than in `origin`, with the numbers
    /// of their values.
    fn numbered(&mut self, origin: &Origin) -> Vec<(u32, u32)> {
        let Oracle { codec, scratch, .. } = self;
        let changed = differing(codec, &scratch.world, origin);
        changed.into_iter().map(|part| (part, codec.learn_part(&scratch.world, part as usize))).collect()
    }

    /// The parts of the world that are other than in `origin`.
    fn differing(&self, origin: &Origin) -> Vec<u32> {
        differing(self.codec, &self.scratch.world, origin)
    }

    /// Adds the parts that the transition at hand was about: resources that ops
    /// named with those who stood in line for them, and processes that were woken.
    fn note_touched(&self, before: &World, touched: &mut Vec<u32>) {
        let (layout, scratch) = (&self.codec.layout, &*self.scratch);
        let arena = before.machine.words();
        for &header in scratch.probe.touched.borrow().iter() {
            let part = layout.of_header(header);
            touched.push(part as u32);
            let is_line = self.relation.program.has_watches() && header == self.relation.program.watch_line();
            if (layout.is_buffer(part) || is_line)
                && arena[header + resource::TAKERS] | arena[header + resource::PUTTERS] != 0
            {
                // How many items those in line want stands in their frames.
                touched.extend(0..layout.processes() as u32);
            }
        }
        let program = self.relation.program;
        let is_life = |&header: &usize| {
            program.resource_info(program.resource_of(header)).kind == ResourceKind::Process
        };
        if program.has_inheritance()
            || program.has_requests
            || scratch.probe.touched.borrow().iter().any(is_life)
        {
            // Priorities pass from who waits to owners, and on to whom those wait for. Who is
            // started or ended has a state of its own, and stands wherever it waits.
            touched.extend(0..layout.len() as u32);
        }
        if scratch.heard {
            touched.extend(layout.of_watch().map(|part| part as u32));
        }
        if scratch.called {
            touched.extend(layout.of_code().map(|part| part as u32));
        }
        touched.extend(scratch.probe.woken.iter().map(|process| process.0));
    }

    /// Goes on in a block as far as what comes depends on nothing but what is
    /// touched already, so that it is the same answer; whether the process is
    /// still inside then. `result` becomes what ends the block, if something does.
    fn go_on_inside(&mut self, origin: &Origin, touched: &[u32], result: &mut Transition) -> bool {
        let process = origin.process;
        let is_touched = |part: u32| part == process.0 || touched.contains(&part);
        for _ in 0..STEPS {
            if !self.relation.goes_on(self.scratch, process) {
                return false;
            }
            let before = self.scratch.world.clone();
            let choices = self.scratch.probe.choices.clone();
            let next = self.relation.part(self.scratch, process, &mut NoTrace);
            let mut touches = Vec::new();
            self.note_touched(&before, &mut touches);
            if next == Transition::Made {
                touches.extend(self.differing(origin));
            }
            if self.scratch.probe.choices != choices || !touches.into_iter().all(is_touched) {
                (self.scratch.world, self.scratch.probe.choices) = (before, choices);
                return true;
            }
            match next {
                Transition::Made => {}
                // It has to wait in the middle.
                Transition::Disabled => {
                    self.scratch.world = before;
                    return false;
                }
                Transition::Stopped(_) => {
                    *result = next;
                    return false;
                }
            }
        }
        self.relation.goes_on(self.scratch, process)
    }
}

/// The parts of a world that are other than in `origin`.
fn differing(codec: &Codec<'_>, world: &World, origin: &Origin) -> Vec<u32> {
    let mut buffer = Vec::new();
    let differ = origin.numbers.iter().enumerate().filter(|&(part, &number)| {
        !codec.layout.is_untouched(world, &origin.world, part)
            && !codec.is_same(world, part, number, &mut buffer)
    });
    differ.map(|(part, _)| part as u32).collect()
}

//! Breadth first over all states, in batches, with as many workers as wanted.
//!
//! A batch of states is expanded by all workers, each successor goes to the
//! shard that it belongs to, and the shards are then filled, again by all
//! workers. What the kernel has yet to be asked is collected while a batch is
//! expanded, asked in between, and the states concerned are expanded again. So
//! neither the states, nor their order, nor what is found first depends on the
//! number of workers or on who was faster.

use super::first::First;
use super::frontier::Recent;
use super::put_off::{Expanded, NotFound};
use super::state_graph::{Space, StateGraph};
use super::store::{MAX_STATES, SHARDS, Shard, StateId, Store};
use super::work::{About, Batch, Question, Work, Worker};
use crate::explore::code::NumberedCode;
use crate::explore::options::{Budget, Reduce};
use crate::explore::progress::{Progress, Stop};
use crate::explore::reduction::StubbornSets;
use crate::explore::state::{Codec, Field};
use crate::explore::symmetry::Symmetry;
use crate::explore::transition::{Scratch, Transition, TransitionRelation};
use crate::explore::transition_cache::{Oracle, TransitionCache};
use crate::program::BoundProgram;
use crate::value::Word;
use std::ops::{ControlFlow, Range};
use std::sync::Mutex;

/// States that are expanded before their successors are entered, if a state is
/// one word; fewer if it is longer.
const BATCH: usize = 1 << 13;

/// States that are expanded before their successors are entered, where hardly
/// any step is known.
const LEAST_BATCH: usize = 1 << 6;

/// Into how many tasks a batch is divided, if it is not a small one. Fewer
/// states than two tasks are not worth a second worker.
const TASKS: usize = 4;

/// Fewer states to expand or to enter than this are not worth a second worker,
/// unless the kernel is asked each time.
const FEW: usize = 1 << 10;

/// Worlds that there are at the same time besides those of further workers, at
/// least: the first, those that are compared with it, its values with their
/// numbers, and what runs leave in it.
const WORLDS: u64 = 8;

/// The memory that one world takes, in bytes.
fn world_bytes(program: &BoundProgram) -> u64 {
    8 * program.arena.len() as u64
}

/// Whether not even the worlds that every search needs fit a budget.
pub(crate) fn is_too_large_for(program: &BoundProgram, budget: &Budget) -> bool {
    WORLDS * world_bytes(program) > budget.bytes
}

/// A batch was not entered, because its states need longer words.
pub(crate) struct TooNarrow;

/// How far a search has come.
#[derive(Debug)]
struct Place {
    /// The first state that was not expanded.
    next: usize,
    /// Where the states at this depth end.
    level_end: usize,
    depth: u64,
    /// The greatest depth so far.
    deepest: u64,
    transitions: u64,
    /// How many states are to be expanded at once; see [`Search::batch`].
    stride: usize,
}

/// What a search begins with.
#[derive(Debug)]
pub(crate) struct Start<'a> {
    pub(crate) relation: TransitionRelation<'a>,
    pub(crate) codec: Codec<'a>,
    /// Which processes may change places, if that is wanted.
    pub(crate) symmetry: Option<Symmetry>,
    /// With the first state.
    pub(crate) scratch: Scratch,
    pub(crate) seed: u64,
    pub(crate) learns: bool,
    pub(crate) reduce: Reduce,
}

/// A search over states of `W` words.
#[derive(Debug)]
pub(crate) struct Search<'a, const W: usize> {
    pub(crate) graph: StateGraph<'a, W>,
    place: Place,
    works: Vec<Work<W>>,
    workers: Vec<Mutex<Worker<W>>>,
    /// States that were expanded, and of which those are to go on as well who were left out.
    pending: Vec<StateId>,
    /// The system did not make as many threads as there are workers.
    pub(crate) lacks_threads: bool,
    /// The memory that what was found takes, in bytes.
    found: usize,
}

impl<'a, const W: usize> Search<'a, W> {
    pub(crate) fn new(start: Start<'a>) -> Search<'a, W> {
        let Start { relation, codec, symmetry, scratch, seed, learns, reduce } = start;
        // What daemons do depends on whether anybody else is left.
        let learns = learns && !relation.program.has_daemons;
        let mut buffer = Vec::new();
        let first = codec.encode(&scratch.world, &mut buffer).expect("the first state was learnt");
        let memories = relation.program.resources.iter().any(|info| info.kind.has_slots());
        let watches = (memories || relation.monitors.is_some()) && reduce == Reduce::NONE;
        let stubborn = (reduce.order && learns).then(|| StubbornSets::new(&relation));
        let first = match &symmetry {
            None => first,
            Some(symmetry) => symmetry.representative(&codec, &first).unwrap_or(first),
        };
        let cache = learns.then(|| TransitionCache::new(relation.program.process_count()));
        let space = Space { relation, codec, stubborn, symmetry, watches, seed };
        let place =
            Place { next: 0, level_end: 1, depth: 0, deepest: 0, transitions: 0, stride: LEAST_BATCH };
        let graph = StateGraph::new(space, cache, first);
        Search::over(graph, place, [scratch])
    }

    fn over(
        graph: StateGraph<'a, W>,
        place: Place,
        scratches: impl IntoIterator<Item = Scratch>,
    ) -> Search<'a, W> {
        let workers = scratches.into_iter().map(|scratch| Mutex::new(Worker::new(scratch))).collect();
        let (works, pending) = (Vec::new(), Vec::new());
        Search { graph, place, works, workers, pending, lacks_threads: false, found: 0 }
    }

    /// Goes over to states of `V` words, more than before, which are to be
    /// [repacked](Self::repack) before the search goes on.
    pub(crate) fn padded<const V: usize>(self) -> Search<'a, V> {
        let Search { graph, place, workers, pending, lacks_threads, found, .. } = self;
        let graph = graph.padded();
        let workers = workers.into_iter().map(|worker| worker.into_inner().expect("no worker panics"));
        let scratches = workers.map(|worker| worker.scratch);
        let search = Search::over(graph, place, scratches);
        Search { pending, lacks_threads, found, ..search }
    }

    /// How many states to expand between two looks at the control, at most: few
    /// of them where one takes long.
    fn most(&self) -> usize {
        let processes = self.graph.space.relation.program.process_count().max(1);
        let cost =
            if self.graph.cache.is_some() { processes.div_ceil(16) } else { processes * processes / 16 + 1 };
        (BATCH / W / cost).max(1)
    }

    /// How many states to expand next. What steps do is asked for all states of
    /// a batch, so that there are fewer of them while much of it is not known.
    fn batch(&self) -> usize {
        if self.graph.cache.is_some() { self.place.stride.min(self.most()) } else { self.most() }
    }

    /// States that a worker takes at a time.
    fn task(&self) -> usize {
        self.most().div_ceil(TASKS)
    }

    /// How many workers there are. Each has a world of its own; what is found is
    /// the same with fewer of them.
    fn workers_within(&self, budget: &Budget) -> usize {
        let share = budget.bytes / WORLDS / world_bytes(self.graph.space.relation.program).max(1);
        budget.workers.min(usize::try_from(share).unwrap_or(usize::MAX)).max(1)
    }

    pub(crate) fn progress(&self) -> Progress {
        let learnt = self.graph.cache.as_ref().map_or(0, |cache| cache.bytes);
        let called = self.graph.space.relation.code.map_or(0, NumberedCode::bytes);
        let tables = self.graph.store.bytes() + self.graph.space.codec.bytes() + learnt + self.found;
        Progress {
            states: self.graph.store.len() as u64,
            transitions: self.place.transitions,
            depth: self.place.depth.max(self.place.deepest),
            open: (self.graph.store.len() - self.place.next) as u64,
            bytes: tables as u64 + called + WORLDS * world_bytes(self.graph.space.relation.program),
        }
    }

    /// Goes on until there is nothing more, or something is spent. `look` sees
    /// every batch, and says how much memory all that was found takes, in bytes.
    pub(crate) fn run(
        &mut self,
        budget: &Budget,
        control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
        look: &mut dyn FnMut(&StateGraph<'a, W>, Batch) -> usize,
    ) -> Result<Stop, TooNarrow> {
        loop {
            if self.pending.is_empty() && self.place.next == self.place.level_end {
                if self.place.next == self.graph.store.len() {
                    let worker = self.workers[0].get_mut().expect("no worker panics");
                    let (graph, scratch) = (&mut self.graph, &mut worker.scratch);
                    match (Expanded { graph, scratch }).put_off() {
                        Ok(states) if states.is_empty() => return Ok(Stop::Complete),
                        Ok(states) => self.put_back(states),
                        Err(NotFound::Stopped) => return Ok(Stop::Control),
                        Err(NotFound::Outgrown) => {
                            self.repack()?;
                            continue;
                        }
                    }
                } else {
                    self.place.level_end = self.graph.store.len();
                    self.place.depth += 1;
                }
            }
            let progress = self.progress();
            let most = budget.states.min(MAX_STATES as u64 / 2);
            if progress.states > most {
                // Of those that were reached last, so that nothing hangs on them yet.
                self.graph.store.forget(most as usize);
                return Ok(Stop::States);
            }
            if progress.bytes >= budget.bytes {
                return Ok(Stop::Memory);
            }
            if control(progress).is_break() {
                return Ok(Stop::Control);
            }
            let states = match self.pending.last() {
                Some(&state) => state as usize..state as usize + 1,
                None => {
                    let rest = (budget.states - progress.states).max(LEAST_BATCH as u64) as usize;
                    let end = self.place.next.saturating_add(self.batch().min(rest));
                    self.place.next..self.place.level_end.min(end)
                }
            };
            let end = states.end;
            let batch = match self.expand(states, budget, control)? {
                Ok(batch) => batch,
                Err(stop) => return Ok(stop),
            };
            if self.graph.space.relation.cancellation.is_over() {
                // A transition may have been broken off.
                return Ok(Stop::Control);
            }
            if self.pending.pop().is_none() {
                self.place.next = end;
            }
            self.found = look(&self.graph, batch);
        }
    }

    /// Goes back to states of which those are to go on as well who were left out.
    fn put_back(&mut self, states: Vec<StateId>) {
        self.place.deepest = self.place.deepest.max(self.place.depth);
        self.place.depth = states.iter().map(|&state| self.graph.store.depth(state)).max().unwrap_or(0);
        self.graph.in_full.extend(&states);
        self.pending = states;
    }

    /// Expands these states and enters what they lead to, unless it is stopped
    /// before.
    fn expand(
        &mut self,
        states: Range<usize>,
        budget: &Budget,
        control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Result<Batch, Stop>, TooNarrow> {
        let task = self.task();
        let tasks = states.len().div_ceil(task);
        let mut works = std::mem::take(&mut self.works);
        while works.len() < tasks {
            works.push(Work::new());
        }
        works.iter_mut().for_each(Work::clear);
        let workers = if tasks < 2 { 1 } else { self.workers_within(budget) };
        while self.workers.len() < workers {
            let scratch = Scratch::new(self.graph.space.relation.program, self.graph.space.seed);
            self.workers.push(Mutex::new(Worker::new(scratch)));
        }
        let (mut asked, mut open) = (0, states.len());
        loop {
            let some = if open < FEW && self.graph.cache.is_some() { 1 } else { workers };
            self.lacks_threads |= !self.work(&states, task, &mut works[..tasks], some);
            // What is known so far comes first, so that a new packing finds it
            // in the store.
            self.enter(&mut works[..tasks], workers);
            if works[..tasks].iter().all(|work| work.done) {
                break;
            }
            open = works[..tasks].iter().map(|work| work.questions.len()).sum();
            asked += open;
            if let Err(stop) = self.ask(&works[..tasks], budget, control) {
                return Ok(Err(stop));
            }
            if self.graph.space.codec.outgrown {
                let old = self.repack()?;
                let questions = works[..tasks].iter_mut().flat_map(|work| &mut work.questions);
                questions.for_each(|question| {
                    question.state = repack(&self.graph.space.codec, &old, &question.state)
                });
            }
        }
        self.place.stride = match asked > states.len() / 16 {
            true => (self.place.stride / 2).max(LEAST_BATCH),
            false => (self.place.stride * 2).min(self.most()),
        };
        let mut batch = Batch::default();
        for work in &mut works[..tasks] {
            self.place.transitions += work.transitions();
            batch.leaves.append(&mut work.batch.leaves);
            batch.stops.append(&mut work.batch.stops);
            First::merge(&mut batch.races, std::mem::take(&mut work.batch.races));
            First::merge(&mut batch.broken, std::mem::take(&mut work.batch.broken));
        }
        self.works = works;
        Ok(Ok(batch))
    }

    /// Makes a new packing; the one before. Fails if its states are longer.
    pub(crate) fn repack(&mut self) -> Result<Vec<Field>, TooNarrow> {
        let old = self.graph.space.codec.lay_out();
        if self.graph.space.codec.words > W {
            self.graph.space.codec.fields = old;
            self.graph.space.codec.outgrown = true;
            return Err(TooNarrow);
        }
        let (codec, placeholder) = (&self.graph.space.codec, Store::new([0; W]));
        let store = std::mem::replace(&mut self.graph.store, placeholder);
        self.graph.store = store.repacked(|state| repack(codec, &old, state));
        self.graph.cache = self.graph.cache.take().map(|cache| cache.repacked(codec));
        for worker in &mut self.workers {
            worker.get_mut().expect("no worker panics").recent = Recent::new();
        }
        Ok(old)
    }

    /// Expands what is not done yet, a few states at a time; whether there were
    /// threads for all workers.
    fn work(&self, states: &Range<usize>, few: usize, works: &mut [Work<W>], workers: usize) -> bool {
        let pending = works.iter_mut().enumerate().filter(|(_, work)| !work.done);
        let queue = Mutex::new(pending);
        let worker = |worker: &Mutex<Worker<W>>| {
            let mut worker = worker.lock().expect("no worker panics");
            loop {
                let Some((task, work)) = queue.lock().expect("no worker panics").next() else { break };
                let first = states.start + task * few;
                self.graph.expand_some(first..states.end.min(first + few), work, &mut worker);
            }
        };
        at_once(self.workers[..workers].iter(), worker)
    }

    /// Asks the kernel what the workers could not know.
    fn ask(
        &mut self,
        works: &[Work<W>],
        budget: &Budget,
        control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), Stop> {
        let own = self.workers.pop().expect("there is one");
        let mut own = own.into_inner().expect("no worker panics");
        let scratch = &mut own.scratch;
        let (progress, room) = (self.progress(), self.room(budget));
        let mut result = Ok(());
        for question in works.iter().flat_map(|work| &work.questions) {
            if control(progress).is_break() {
                result = Err(Stop::Control);
                break;
            }
            let Question { state, about, .. } = question;
            let processes = match *about {
                About::Step { process, .. } => process..process + 1,
                About::Steps => 0..self.graph.space.relation.program.process_count(),
                About::All | About::Name => 0..0,
            };
            match (about, &mut self.graph.cache, &self.graph.space.symmetry) {
                (About::Step { .. } | About::Steps, Some(cache), _) => {
                    let (relation, codec) = (&self.graph.space.relation, &mut self.graph.space.codec);
                    let mut oracle = Oracle { relation, codec, scratch };
                    for process in processes {
                        cache.learn(&mut oracle, state, process);
                        if oracle.codec.outgrown || oracle.codec.bytes() >= room {
                            break;
                        }
                    }
                }
                (About::Name, _, Some(symmetry)) => symmetry.learn(&mut self.graph.space.codec, state),
                (About::All | About::Step { .. } | About::Steps | About::Name, ..) => {
                    result = self.learn_directly(state, scratch, room, control);
                }
            }
            if self.graph.space.codec.bytes() >= room {
                result = result.and(Err(Stop::Memory));
            }
            if result.is_err() || self.graph.space.codec.outgrown {
                break;
            }
        }
        self.workers.push(Mutex::new(own));
        result
    }

    /// How much memory the numbers of values may take, in bytes, with all else
    /// that there is. One value may take a large part of it, so it is looked at
    /// after each.
    fn room(&self, budget: &Budget) -> usize {
        let others = self.progress().bytes - self.graph.space.codec.bytes() as u64;
        usize::try_from(budget.bytes.saturating_sub(others))
            .unwrap_or(usize::MAX)
            .min(self.graph.space.codec.most_bytes())
    }

    /// Gives numbers to all that follows a state, unless it is stopped.
    fn learn_directly(
        &mut self,
        state: &[Word; W],
        scratch: &mut Scratch,
        room: usize,
        control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), Stop> {
        let progress = self.progress();
        self.graph.space.codec.decode(state, &mut scratch.world);
        let flow = self.graph.space.relation.successors(scratch, |scratch, _, result| {
            if result == Transition::Made {
                self.graph.space.codec.learn(&scratch.world);
            }
            if self.graph.space.codec.bytes() >= room { ControlFlow::Break(()) } else { control(progress) }
        });
        match flow {
            _ if self.graph.space.codec.bytes() >= room => Err(Stop::Memory),
            ControlFlow::Break(()) => Err(Stop::Control),
            ControlFlow::Continue(()) => Ok(()),
        }
    }

    /// Enters what the workers have reached, and forgets it: in another packing
    /// it would be something else.
    fn enter(&mut self, works: &mut [Work<W>], workers: usize) {
        let (states, shards) = self.graph.store.split();
        let arrived = &*works;
        let fill = |first: usize, shards: &mut [Shard<W>]| {
            for (number, shard) in shards.iter_mut().enumerate() {
                for work in arrived {
                    shard.enter_all(states, work.frontier.in_shard(first + number));
                }
            }
        };
        let arrivals: usize = arrived.iter().map(|work| work.frontier.len()).sum();
        let each = SHARDS.div_ceil(if arrivals < FEW { 1 } else { workers });
        let filled =
            at_once(shards.chunks_mut(each).enumerate(), |(number, shards)| fill(number * each, shards));
        self.lacks_threads |= !filled;
        self.graph.store.take_new();
        works.iter_mut().for_each(|work| work.frontier.clear());
    }
}

/// Does all of this at once, on this thread and as many others as the system
/// makes; whether there was one for each.
fn at_once<T: Send>(all: impl Iterator<Item = T> + Send, work: impl Fn(T) + Sync) -> bool {
    let mut all = all.peekable();
    let Some(first) = all.next() else { return true };
    if all.peek().is_none() {
        work(first);
        return true;
    }
    let rest: Vec<T> = all.collect();
    let threads = rest.len();
    let queue = Mutex::new(rest.into_iter());
    let next = || queue.lock().expect("no worker panics").next();
    let help = || {
        while let Some(one) = next() {
            work(one);
        }
    };
    std::thread::scope(|scope| {
        let made = |_: &usize| std::thread::Builder::new().spawn_scoped(scope, help).is_ok();
        let made = (0..threads).take_while(made).count();
        work(first);
        help();
        made == threads
    })
}

/// A packed state in the new packing of `codec`.
fn repack<const W: usize>(codec: &Codec<'_>, old: &[Field], state: &[Word; W]) -> [Word; W] {
    let mut packed = [0; W];
    for (from, to) in old.iter().zip(&codec.fields) {
        to.put(&mut packed, from.of(state));
    }
    packed
}

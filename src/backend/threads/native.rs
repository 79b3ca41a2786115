//! A resource as real threads use it.
//!
//! Decides which primitive each kind of resource is, and by which of its operations
//! it answers a request. What these do is decided by the primitives.

mod client;
mod lives;

use super::bug;
use super::primitives::{
    Buffer, Condition, CoresChanged, Fact, Lives, Memory, Mutex, NativeOrder, NotOwner, Order, Parker,
    ProcessorRules, Processors, Requester, Response, Semaphore, Wanted, WatchLine,
};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Machine, Request};
use crate::program::{BoundProgram, Chain, Glance, OrderCode, Processor, closing, resource, shared};
use crate::trace::{Discipline, ResourceKind};
use crate::value::Word;
use std::collections::BTreeMap;
use std::sync::Arc;

use client::{Answer, SERVED, nothing};
pub(super) use client::{Client, Refusal, Withdrawn};

/// A resource as real threads use it.
#[derive(Debug)]
pub(super) enum Native {
    Mutex(Mutex),
    Semaphore(Semaphore),
    Buffer(Buffer),
    Memory(Memory),
    Condition(Condition),
    /// With so many parties.
    Barrier(Condition, u64),
    /// In this place among those that stand on each other.
    Processor(Arc<Processors>, usize),
    /// Of the instance in this place.
    Life(Arc<Lives>, usize),
    /// Of any instance.
    AnyLife(Arc<Lives>),
    /// What can come of several resources: one line for all who wait so, each with its state.
    Watch(Arc<WatchLine<Machine>>),
}

impl Native {
    /// All resources of a program in their initial state, by their ids; `starts` is where
    /// each thread waits until it is started.
    pub(super) fn all(program: &BoundProgram, starts: &[Arc<Parker>]) -> Vec<Native> {
        let (processors, lives) = (groups(program), lives::all(program, starts));
        let watches = Arc::default();
        let ids = (0..program.resource_count()).map(ResourceId::from_index);
        ids.map(|id| Native::new(program, id, (&processors, &lives, &watches))).collect()
    }

    fn new(
        program: &BoundProgram,
        id: ResourceId,
        (processors, lives, watches): (&Groups, &lives::ById, &Arc<WatchLine<Machine>>),
    ) -> Native {
        let info = program.resource_info(id);
        let header = program.header_words(id);
        let order = match Discipline::from_number((header[resource::IDENTITY] >> 32) as u8) {
            Discipline::Fifo => Order::Arrival,
            Discipline::Priority => Order::Priority,
            Discipline::Lifo => Order::Newest,
            Discipline::Any => Order::Id,
            // Of processors, which have an order of their own.
            Discipline::RoundRobin | Discipline::Sharing | Discipline::Edf => Order::Arrival,
        };
        match info.kind {
            ResourceKind::Mutex | ResourceKind::Rwlock | ResourceKind::Writers => {
                Native::Mutex(Mutex::new(order))
            }
            ResourceKind::Semaphore | ResourceKind::Flag | ResourceKind::Latch | ResourceKind::Readers => {
                Native::Semaphore(Semaphore::new(info.initial, bug::order(order)))
            }
            ResourceKind::Buffer => {
                let (buffer, identity) =
                    (Buffer::new(header[resource::CAPACITY], order), header[resource::IDENTITY]);
                let closes = Some(closing::missing(identity)).filter(|&closes| closes > 0);
                let buffer = match program.order(program.resource_at(id)) {
                    Some(order) => buffer.in_order(native_order(order, program)),
                    None => buffer,
                };
                Native::Buffer(match closes {
                    Some(closes) => buffer.closed_by(closes),
                    None => buffer,
                })
            }
            ResourceKind::Condition => Native::Condition(Condition::new(order)),
            ResourceKind::Barrier => Native::Barrier(Condition::new(order), header[resource::CAPACITY]),
            ResourceKind::Processor => {
                let (group, place) = &processors[&id];
                Native::Processor(Arc::clone(group), *place)
            }
            ResourceKind::Process => match &lives[&id] {
                (lives, Some(place)) => Native::Life(Arc::clone(lives), *place),
                (lives, None) => Native::AnyLife(Arc::clone(lives)),
            },
            ResourceKind::Watch => Native::Watch(Arc::clone(watches)),
            ResourceKind::Memory => {
                let start = header[resource::CONTENT] as usize;
                let slots = header[resource::CAPACITY] as usize;
                Native::Memory(Memory::new(program.arena.content(start..start + slots)))
            }
        }
    }

    /// Does what a client asks; `natives` are all resources, for requests that are
    /// about a second one.
    pub(super) fn serve(&self, request: Request, client: Client<'_, '_>, natives: &[Native]) -> Answer {
        match self {
            Native::Mutex(mutex) => of_mutex(mutex, request, client),
            Native::Semaphore(semaphore) => of_semaphore(semaphore, request, client),
            Native::Buffer(buffer) => of_buffer(buffer, request, client),
            Native::Memory(memory) => Ok(of_memory(memory, request, client)),
            Native::Condition(condition) => of_condition(condition, request, client, natives),
            Native::Barrier(barrier, parties) => Ok(of_barrier(barrier, *parties, request, client)),
            Native::Processor(group, place) => Ok(level(group.look(client.me, *place, client.record))),
            Native::Life(life, place) => lives::of_one(life, *place, request, client),
            Native::AnyLife(life) => lives::of_any(life, request, client),
            Native::Watch(_) => unreachable!("{request:?} of a watch"),
        }
    }

    /// The semaphore that it is, if it is one.
    pub(super) fn as_semaphore(&self) -> Option<&Semaphore> {
        match self {
            Native::Semaphore(semaphore) => Some(semaphore),
            _ => None,
        }
    }

    /// What is to be seen of it at a glance, which is not told.
    pub(super) fn glance(&self, glance: Glance) -> Word {
        match (self, glance) {
            (Native::Buffer(buffer), Glance::Items) => buffer.items_at_hand(),
            (Native::Buffer(buffer), Glance::Room) => buffer.room_at_hand().min(i64::MAX as Word),
            (Native::Buffer(buffer), Glance::Level) => buffer.level(),
            (Native::Buffer(buffer), Glance::Closed) => Word::from(buffer.has_been_closed()),
            (Native::Semaphore(semaphore), _) => semaphore.level(),
            (Native::Mutex(mutex), _) => Word::from(mutex.owner().is_none()),
            (Native::Condition(line) | Native::Barrier(line, _), _) => line.level(),
            (Native::Processor(group, place), _) => group.level(*place),
            (Native::Life(lives, place), Glance::Stage) => lives.stage(*place) as Word,
            (other, _) => unreachable!("{glance:?} of {other:?}"),
        }
    }

    /// What is in a slot, which is not told either.
    pub(super) fn glance_at(&self, slot: u64) -> Word {
        match self {
            Native::Memory(memory) => memory.at(slot),
            other => unreachable!("a slot of {other:?}"),
        }
    }

    /// Whether a thread waits here, or is at work.
    pub(super) fn keeps(&self, process: ProcessId) -> bool {
        match self {
            Native::Mutex(mutex) => mutex.is_awaited_by(process),
            Native::Semaphore(semaphore) => semaphore.is_awaited_by(process),
            Native::Buffer(buffer) => buffer.is_awaited_by(process),
            Native::Condition(line) | Native::Barrier(line, _) => line.is_awaited_by(process),
            Native::Processor(group, _) => group.is_worked_on_by(process),
            Native::Life(lives, _) | Native::AnyLife(lives) => lives.is_awaited_by(process),
            Native::Watch(line) => line.is_awaited_by(process),
            Native::Memory(_) => false,
        }
    }

    /// Whether a thread that works here was given a core and is about to go on.
    pub(super) fn has_granted(&self, process: ProcessId) -> bool {
        matches!(self, Native::Processor(group, _) if group.is_granted(process))
    }

    /// Takes a thread out of what it waits for here, or is at; `None` if it is not. The first that
    /// is `told` holds in any case, the others if it waits.
    pub(super) fn withdraw(
        &self,
        process: ProcessId,
        told: &[Fact],
        client: Client<'_, '_>,
    ) -> Option<Withdrawn> {
        let Client { me, census, record } = client;
        let waits = match self {
            Native::Mutex(mutex) => mutex.withdraw(process, told, record),
            Native::Semaphore(semaphore) => semaphore.withdraw(process, told, record),
            Native::Buffer(buffer) => buffer.withdraw(process, me, told, census, record),
            Native::Condition(line) | Native::Barrier(line, _) => line.withdraw(process, told, record),
            Native::Processor(group, _) => {
                return group.take_off(process, me, told, census, record).map(Withdrawn::from);
            }
            Native::Life(lives, _) | Native::AnyLife(lives) => lives.withdraw(process, told, record),
            Native::Watch(line) => line.withdraw(process, told, record),
            Native::Memory(_) => false,
        };
        waits.then(|| Withdrawn { is_parked: true, ..Withdrawn::default() })
    }

    /// Gives a thread that waits here or is at work, which the client names, its priority; who loses a core by that.
    pub(super) fn change_priority(&self, client: Client<'_, '_>) -> Option<CoresChanged> {
        let Client { me, census, record } = client;
        let Requester { process, priority, .. } = *me;
        match self {
            Native::Mutex(mutex) => mutex.change_priority(process, priority),
            Native::Semaphore(semaphore) => semaphore.change_priority(process, priority),
            Native::Buffer(buffer) => buffer.change_priority(me, census, record),
            Native::Condition(line) | Native::Barrier(line, _) => line.change_priority(process, priority),
            Native::Processor(group, _) => {
                return Some(group.change_priority(process, priority, me, census, record));
            }
            // Who waits here goes by the order in which it came.
            Native::Life(..) | Native::AnyLife(_) | Native::Watch(_) | Native::Memory(_) => {}
        }
        None
    }

    /// Writes what is there at the end of a run into the state of a machine.
    pub(super) fn leave(&self, machine: &mut Machine, program: &BoundProgram, id: ResourceId) {
        match self {
            Native::Mutex(mutex) => machine.set_owner(program, id, mutex.owner()),
            Native::Memory(memory) => machine.set_memory(program, id, &memory.content()),
            Native::Semaphore(semaphore) => machine.set_level(program, id, semaphore.level()),
            Native::Barrier(barrier, _) => machine.set_level(program, id, barrier.level()),
            Native::Buffer(_)
            | Native::Condition(_)
            | Native::Processor(..)
            | Native::Life(..)
            | Native::AnyLife(_)
            | Native::Watch(_) => {}
        }
    }
}

/// The order of items, with what of it no run changes.
fn native_order(order: &OrderCode, program: &BoundProgram) -> NativeOrder {
    match order {
        OrderCode::Lifo => NativeOrder::Lifo,
        OrderCode::By(key, ty) => {
            let (key, ty) = (key.known(&|source| program.arena[source.at(0)]), *ty);
            NativeOrder::by(move |item| key.key(ty, &item, &|_| unreachable!("all words are known")))
        }
    }
}

/// By processor: those that stand on each other, and its place among them.
type Groups = BTreeMap<ResourceId, (Arc<Processors>, usize)>;

/// Which processors stand on each other: those that stand on the same one at last.
fn groups(program: &BoundProgram) -> Groups {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for info in program.resources.iter().filter(|info| info.kind == ResourceKind::Processor) {
        for id in info.first.0..info.first.0 + info.count {
            let header = program.resource_at(ResourceId(id));
            let outer = |header| processor(program, program.resource_of(header)).outer;
            let chain = Chain::from(header, outer);
            members.entry(chain.at(chain.len() - 1)).or_default().push(header);
        }
    }
    let is_processor = |id| program.resource_info(id).kind == ResourceKind::Processor;
    let are_watched = program.watched().any(is_processor);
    let mut groups = Groups::new();
    for headers in members.into_values() {
        let rules = headers.iter().map(|&header| rules(program, header, &headers)).collect();
        let group = Arc::new(Processors::new(rules, are_watched));
        for (place, &header) in headers.iter().enumerate() {
            groups.insert(program.resource_of(header), (Arc::clone(&group), place));
        }
    }
    groups
}

fn processor(program: &BoundProgram, id: ResourceId) -> &Processor {
    &program.processors[program.header_words(id)[resource::PROCESSOR] as usize]
}

/// How the processor with this header serves, among those of its group.
fn rules(program: &BoundProgram, header: usize, group: &[usize]) -> ProcessorRules {
    let resource = program.resource_of(header);
    let processor = processor(program, resource);
    let place_of = |outer: u32| group.iter().position(|&other| other == outer as usize);
    ProcessorRules {
        resource,
        cores: processor.cores as usize,
        discipline: processor.discipline,
        preempts: processor.preempts,
        quantum: processor.quantum,
        switch: processor.switch,
        outer: processor.outer.and_then(place_of),
        speeds: processor.speeds().to_vec(),
        unit: shared::UNITS,
    }
}

fn of_mutex(mutex: &Mutex, request: Request, client: Client<'_, '_>) -> Answer {
    let Client { me, census, record } = client;
    match request {
        Request::Lock => Ok(mutex.lock(me, census, record).map(nothing)),
        Request::Unlock => match mutex.unlock(me, census, record) {
            Ok(()) => Ok(SERVED),
            Err(NotOwner(owner)) => Err(Refusal::NotOwner { mutex: me.resource, owner }),
        },
        Request::Level => Ok(level(mutex.look(me, record))),
        _ => unreachable!("{request:?} of a mutex"),
    }
}

fn of_semaphore(semaphore: &Semaphore, request: Request, client: Client<'_, '_>) -> Answer {
    let Client { me, census, record } = client;
    match request {
        Request::Acquire => Ok(semaphore.acquire(me, census, record).map(nothing)),
        Request::AcquireBy { again, .. } => Ok(match again {
            true => semaphore.acquire_again(me, census, record).map(nothing),
            false => semaphore.acquire(me, census, record).map(nothing),
        }),
        Request::Release => {
            semaphore.release(me, census, record)?;
            Ok(SERVED)
        }
        Request::Level => Ok(level(semaphore.look(me, record))),
        _ => unreachable!("{request:?} of a semaphore"),
    }
}

fn of_buffer(buffer: &Buffer, request: Request, client: Client<'_, '_>) -> Answer {
    let Client { me, census, record } = client;
    Ok(match request {
        Request::Put { count, item } => buffer.put(me, count, item, census, record).map(nothing),
        Request::Get { count, may_end } => {
            let wanted = Wanted { items: count, may_end, asks: me.asks.clone() };
            buffer.get(me, wanted, census, record)
        }
        Request::Close => {
            buffer.close(me, census, record)?;
            SERVED
        }
        Request::Level => level(buffer.look(me, record)),
        _ => unreachable!("{request:?} of a buffer"),
    })
}

fn of_memory(memory: &Memory, request: Request, client: Client<'_, '_>) -> Response<Vec<Word>> {
    let Client { me, record, .. } = client;
    match request {
        Request::Write { slot, value } => {
            memory.write(me, slot, value, record);
            SERVED
        }
        Request::Read { first, count } => Response::Served(memory.read(me, first, count, record)),
        _ => unreachable!("{request:?} of a memory"),
    }
}

fn of_condition(
    condition: &Condition,
    request: Request,
    client: Client<'_, '_>,
    natives: &[Native],
) -> Answer {
    let Client { me, census, record } = client;
    match request {
        Request::Wait { mutex: None } => match condition.wait(me, None, census, record) {
            Ok(response) => Ok(response.map(nothing)),
            Err(NotOwner(_)) => unreachable!("no mutex is lent"),
        },
        Request::Wait { mutex: Some(id) } => {
            let Native::Mutex(mutex) = &natives[id.index()] else {
                unreachable!("the language lets nothing but a mutex be lent")
            };
            let holder = Requester { resource: id, ..me.clone() };
            match condition.wait(me, Some((mutex, &holder)), census, record) {
                Ok(response) => Ok(response.map(nothing)),
                Err(NotOwner(owner)) => Err(Refusal::NotOwner { mutex: id, owner }),
            }
        }
        Request::Notify => {
            condition.notify(me, 1, census, record);
            Ok(SERVED)
        }
        Request::NotifyAll => {
            condition.notify(me, usize::MAX, census, record);
            Ok(SERVED)
        }
        Request::Level => Ok(level(condition.look(me, record))),
        _ => unreachable!("{request:?} of a condition"),
    }
}

fn of_barrier(
    barrier: &Condition,
    parties: u64,
    request: Request,
    client: Client<'_, '_>,
) -> Response<Vec<Word>> {
    let Client { me, census, record } = client;
    match request {
        Request::Arrive => barrier.arrive(me, parties, census, record).map(nothing),
        Request::Level => level(barrier.look(me, record)),
        _ => unreachable!("{request:?} of a barrier"),
    }
}

fn level(level: Word) -> Response<Vec<Word>> {
    Response::Served(vec![level])
}

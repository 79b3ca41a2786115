//! A resource as real threads use it.
//!
//! Decides which primitive each kind of resource is, and by which of its operations
//! it answers a request. What these do is decided by the primitives.

use super::bug;
use super::primitives::{
    Buffer, Census, Condition, Memory, Mutex, NotOwner, Order, Requester, Response, Semaphore, TooMany,
};
use super::record::Record;
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Machine, Request};
use crate::program::{BoundProgram, resource};
use crate::trace::{Discipline, ResourceKind};
use crate::value::Word;

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
}

/// Why a request is a fault.
pub(super) enum Refusal {
    /// The process gives back a mutex that this one owns, or nobody.
    NotOwner { mutex: ResourceId, owner: Option<ProcessId> },
    /// A semaphore has more permits than can be counted.
    TooManyPermits,
}

impl From<TooMany> for Refusal {
    fn from(_: TooMany) -> Refusal {
        Refusal::TooManyPermits
    }
}

/// What a process has to do with while it is served.
pub(super) struct Client<'a, 'r> {
    pub(super) me: &'a Requester,
    pub(super) census: &'a Census,
    pub(super) record: &'a mut Record<'r>,
}

/// What came of a request: values, if there are any, or a wait for them.
type Answer = Result<Response<Vec<Word>>, Refusal>;

const SERVED: Response<Vec<Word>> = Response::Served(Vec::new());

impl Native {
    /// A resource in its initial state.
    pub(super) fn new(program: &BoundProgram, id: ResourceId) -> Native {
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
            ResourceKind::Mutex => Native::Mutex(Mutex::new(order)),
            ResourceKind::Semaphore => Native::Semaphore(Semaphore::new(info.initial, bug::order(order))),
            ResourceKind::Buffer => Native::Buffer(Buffer::new(header[resource::CAPACITY], order)),
            ResourceKind::Condition => Native::Condition(Condition::new(order)),
            ResourceKind::Barrier => Native::Barrier(Condition::new(order), header[resource::CAPACITY]),
            ResourceKind::Processor | ResourceKind::Process => todo!(),
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
            Native::Buffer(buffer) => Ok(of_buffer(buffer, request, client)),
            Native::Memory(memory) => Ok(of_memory(memory, request, client)),
            Native::Condition(condition) => of_condition(condition, request, client, natives),
            Native::Barrier(barrier, parties) => Ok(of_barrier(barrier, *parties, request, client)),
        }
    }

    /// Writes what is there at the end of a run into the state of a machine.
    pub(super) fn leave(&self, machine: &mut Machine, program: &BoundProgram, id: ResourceId) {
        match self {
            Native::Mutex(mutex) => machine.set_owner(program, id, mutex.owner()),
            Native::Memory(memory) => machine.set_memory(program, id, &memory.content()),
            Native::Semaphore(_) | Native::Buffer(_) | Native::Condition(_) | Native::Barrier(..) => {}
        }
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
        Request::Release => {
            semaphore.release(me, census, record)?;
            Ok(SERVED)
        }
        Request::Level => Ok(level(semaphore.look(me, record))),
        _ => unreachable!("{request:?} of a semaphore"),
    }
}

fn of_buffer(buffer: &Buffer, request: Request, client: Client<'_, '_>) -> Response<Vec<Word>> {
    let Client { me, census, record } = client;
    match request {
        Request::Put { count, value } => buffer.put(me, count, value, census, record).map(nothing),
        Request::Get { count } => buffer.get(me, count, census, record),
        Request::Level => level(buffer.look(me, record)),
        _ => unreachable!("{request:?} of a buffer"),
    }
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

fn nothing((): ()) -> Vec<Word> {
    Vec::new()
}

fn level(level: Word) -> Response<Vec<Word>> {
    Response::Served(vec![level])
}

impl<T> Response<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        match self {
            Response::Served(value) => Response::Served(change(value)),
            Response::Waits { last } => Response::Waits { last },
        }
    }
}

//! Lives of processes as real threads have them: which belong together, and what is
//! asked of them.

use super::client::{Answer, Client, Refusal, SERVED, nothing};
use crate::backend::threads::primitives::{Fact, LifeRules, Lives, Parker};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::Request;
use crate::program::{BoundProgram, resource};
use crate::trace::{Kind, ResourceKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// By resource: the lives to which it belongs, and which of them it is; of the one for
/// any of them no place.
pub(super) type ById = BTreeMap<ResourceId, (Arc<Lives>, Option<usize>)>;

/// All lives of a program.
pub(super) fn all(program: &BoundProgram, starts: &[Arc<Parker>]) -> ById {
    let mut found = ById::new();
    let infos = program.resources.iter().filter(|info| info.kind == ResourceKind::Process && info.count > 0);
    for info in infos {
        let ids: Vec<ResourceId> = (info.first.0..info.first.0 + info.count).map(ResourceId).collect();
        let header = program.header_words(info.first);
        let (at, other) = (program.resource_at(info.first), header[resource::OTHER] as usize);
        // The one for any stands behind those of the instances, which may begin at word 0.
        if found.contains_key(&info.first) {
            continue;
        }
        let is_for_any = other != 0 && other <= at;
        let (ids, any) = match is_for_any {
            // Of a process without instances.
            true => (Vec::new(), Some(info.first)),
            false => (ids, (other != 0).then(|| program.resource_of(other))),
        };
        let first = ProcessId(header[resource::PROCESS] as u32);
        let lives = Arc::new(Lives::new(rules(program, first, &ids, any.is_some(), starts)));
        let places = ids.iter().zip(0..).map(|(&id, place)| (id, Some(place)));
        for (id, place) in places.chain(any.map(|any| (any, None))) {
            found.insert(id, (Arc::clone(&lives), place));
        }
    }
    found
}

fn rules(
    program: &BoundProgram,
    first: ProcessId,
    ids: &[ResourceId],
    lists: bool,
    starts: &[Arc<Parker>],
) -> LifeRules {
    let (lives, starts) = (ids.to_vec(), starts.iter().skip(first.index()).take(ids.len()).cloned());
    let def = (!ids.is_empty()).then(|| program.definition(first));
    LifeRules {
        first,
        lives,
        starts: starts.collect(),
        alive: def.is_some_and(|def| !def.manual),
        arrives: def.is_some_and(|def| def.life.is_some()),
        lists,
    }
}

/// Does what a client asks of the life of one process.
pub(super) fn of_one(lives: &Lives, place: usize, request: Request, client: Client<'_, '_>) -> Answer {
    let Client { me, census, record } = client;
    match request {
        Request::Launch => lives.launch(me, place, census, record)?,
        Request::Join => return Ok(lives.join(me, place, census, record)?.map(nothing)),
        Request::End => {
            let done = Fact { resource: ResourceId(0), ..me.fact(Kind::Done, 0) };
            lives.end(me, place, done, census, record);
        }
        _ => unreachable!("{request:?} of the life of a process"),
    }
    Ok(SERVED)
}

/// Does what a client asks of the lives of all instances of a process.
pub(super) fn of_any(lives: &Lives, request: Request, client: Client<'_, '_>) -> Answer {
    let Client { me, census, record } = client;
    match request {
        Request::JoinAny => Ok(lives.join_any(me, census, record)),
        Request::Admit => lives.admit(me, census, record).map_err(Refusal::from).map(|()| SERVED),
        _ => unreachable!("{request:?} of any of the lives of a process"),
    }
}

//! Who asks something of a native resource, and what comes of it. Decides nothing.

use crate::backend::threads::primitives::{Census, Closed, Requester, Response, TakenOff, TooMany, Untimely};
use crate::backend::threads::record::Record;
use crate::ids::{ProcessId, ResourceId};
use crate::value::Word;

/// Why a request is a fault.
pub(in crate::backend::threads) enum Refusal {
    /// The process gives back a mutex that this one owns, or nobody.
    NotOwner { mutex: ResourceId, owner: Option<ProcessId> },
    /// A semaphore has more permits than can be counted.
    TooManyPermits,
    /// What is asked of a life cannot be now.
    Untimely,
    /// A buffer cannot be closed.
    Closing(Closed),
}

impl From<TooMany> for Refusal {
    fn from(_: TooMany) -> Refusal {
        Refusal::TooManyPermits
    }
}

impl From<Closed> for Refusal {
    fn from(closed: Closed) -> Refusal {
        Refusal::Closing(closed)
    }
}

impl From<Untimely> for Refusal {
    fn from(_: Untimely) -> Refusal {
        Refusal::Untimely
    }
}

/// What became of a thread that is taken from outside out of what it stands at.
#[derive(Default)]
pub(in crate::backend::threads) struct Withdrawn {
    /// Whether it waits on its parker, with nothing handed over.
    pub(in crate::backend::threads) is_parked: bool,
    /// Whether the census counts it.
    pub(in crate::backend::threads) is_awake: bool,
    /// What is left of its work, in nanoseconds; 0 of a wait.
    pub(in crate::backend::threads) left: u64,
    /// Who else has got another turn at a processor.
    pub(in crate::backend::threads) changed: Vec<ProcessId>,
}

impl From<TakenOff> for Withdrawn {
    fn from(TakenOff { is_parked, is_awake, left, changed }: TakenOff) -> Withdrawn {
        Withdrawn { is_parked, is_awake, left, changed }
    }
}

/// What a process has to do with while it is served.
pub(in crate::backend::threads) struct Client<'a, 'r> {
    pub(in crate::backend::threads) me: &'a Requester,
    pub(in crate::backend::threads) census: &'a Census,
    pub(in crate::backend::threads) record: &'a mut Record<'r>,
}

/// What came of a request: values, if there are any, or a wait for them.
pub(super) type Answer = Result<Response<Vec<Word>>, Refusal>;

pub(super) const SERVED: Response<Vec<Word>> = Response::Served(Vec::new());

pub(super) fn nothing((): ()) -> Vec<Word> {
    Vec::new()
}

impl<T> Response<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        match self {
            Response::Served(value) => Response::Served(change(value)),
            Response::Waits { last } => Response::Waits { last },
            Response::RanOut => Response::RanOut,
            Response::Ended => Response::Ended,
        }
    }
}

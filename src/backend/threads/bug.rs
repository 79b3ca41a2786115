//! The seam through which a test makes semaphores wake the wrong waiter, a thread
//! panic, or atomic blocks let others in, in the runs that it starts. Outside the
//! unit tests there is none.

use super::primitives::Order;
use crate::ids::ProcessId;

#[cfg(test)]
thread_local! {
    pub static WRONG_WAITER: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    pub static OPEN_GATE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    pub static PANIC_OF: std::cell::Cell<Option<ProcessId>> = const { std::cell::Cell::new(None) };
}

/// The order in which a semaphore serves its waiters.
pub(super) fn order(order: Order) -> Order {
    #[cfg(test)]
    if WRONG_WAITER.get() {
        return Order::Wrong;
    }
    order
}

/// Whether nothing keeps an atomic block together.
pub(super) fn opens_gate() -> bool {
    #[cfg(test)]
    return OPEN_GATE.get();
    #[cfg(not(test))]
    false
}

/// Whose thread is to panic.
pub(super) fn panics() -> Option<ProcessId> {
    #[cfg(test)]
    return PANIC_OF.get();
    #[cfg(not(test))]
    None
}

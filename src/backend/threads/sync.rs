//! What the primitives are made of: the standard library's locks and atomics.
//! Tests put those of a concurrency checker in this place.

pub use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
pub use std::sync::{Arc, Condvar, Mutex, MutexGuard};

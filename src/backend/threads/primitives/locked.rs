//! The content of a lock, whatever happened to those who held it.

use super::super::sync;

/// The lock's content, also after a panic of somebody who held it: that one is
/// reported, and must not take others along.
pub(super) fn locked<T>(mutex: &sync::Mutex<T>) -> sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

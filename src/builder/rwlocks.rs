//! Read-write locks, each way of taking one a method. What they mean is decided where it is
//! for files.

use super::steps::Steps;
use super::term::{IntoNames, references};

impl<S> Steps<S> {
    /// Does the steps while it reads under these locks, as others may.
    #[track_caller]
    pub fn with_read(&mut self, locks: impl IntoNames, steps: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let inner = self.nested(steps);
        self.block(vec![format!("with: {{read: {}}}", references(locks))], vec![("do", inner)])
    }

    /// Does the steps while it writes under these locks, as nobody else does anything.
    #[track_caller]
    pub fn with_write(&mut self, locks: impl IntoNames, steps: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let inner = self.nested(steps);
        self.block(vec![format!("with: {{write: {}}}", references(locks))], vec![("do", inner)])
    }

    /// Takes these locks to read, one after the other.
    #[track_caller]
    pub fn acquire_read(&mut self, locks: impl IntoNames) -> &mut Self {
        self.add(format!("acquire: {{read: {}}}", references(locks)))
    }

    /// Takes these locks to write, one after the other.
    #[track_caller]
    pub fn acquire_write(&mut self, locks: impl IntoNames) -> &mut Self {
        self.add(format!("acquire: {{write: {}}}", references(locks)))
    }

    /// Gives these locks back, under which it has read.
    #[track_caller]
    pub fn release_read(&mut self, locks: impl IntoNames) -> &mut Self {
        self.add(format!("release: {{read: {}}}", references(locks)))
    }

    /// Gives these locks back, under which it has written.
    #[track_caller]
    pub fn release_write(&mut self, locks: impl IntoNames) -> &mut Self {
        self.add(format!("release: {{write: {}}}", references(locks)))
    }
}

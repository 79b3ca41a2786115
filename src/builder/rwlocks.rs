//! Read-write locks, each way of taking one a method. What they mean is decided where it is
//! for files.

use super::steps::Steps;
use super::term::{IntoNames, key, list, references};

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

    /// Takes these resources, and these locks to `read` and to `write`, all at once; there may be none of each kind.
    ///
    /// ```
    /// # use tempolane::builder::{Resource, Scenario};
    /// let mut scenario = Scenario::new("report");
    /// scenario.resource("printer", Resource::mutex());
    /// scenario.resource("figures", Resource::rwlock());
    /// scenario.process("reporter", |p| {
    ///     p.acquire_all_locks(["printer"], ["figures"], [""; 0]).delay("1s");
    ///     p.release_read("figures").release("printer");
    /// });
    /// scenario.process("editor", |p| {
    ///     p.with_write("figures", |p| {
    ///         p.delay("1s");
    ///     });
    /// });
    /// scenario.run().assert_total_time("2s");
    /// ```
    #[track_caller]
    pub fn acquire_all_locks(
        &mut self,
        resources: impl IntoNames,
        read: impl IntoNames,
        write: impl IntoNames,
    ) -> &mut Self {
        let plain = resources.names().into_iter().map(|name| key(&name));
        let to_read = read.names().into_iter().map(|name| format!("{{read: {}}}", key(&name)));
        let to_write = write.names().into_iter().map(|name| format!("{{write: {}}}", key(&name)));
        self.add(format!("acquire_all: {}", list(plain.chain(to_read).chain(to_write))))
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

//! Waits for several things, each a method.
//!
//! Decides how a choice among waits is written: as steps, each with what is done behind it.
//! By what a process may choose is decided where it is for files.

use super::steps::Steps;
use super::term::{IntoNames, Term, map, references};

impl<S> Steps<S> {
    /// Waits until a condition over levels, slots of memories and processes holds.
    #[track_caller]
    pub fn until(&mut self, condition: impl Into<Term>) -> &mut Self {
        self.add(format!("until: {}", condition.into().yaml()))
    }

    /// Takes a permit, or a mutex, of each, all at once; holds none while one is missing.
    #[track_caller]
    pub fn acquire_all(&mut self, resources: impl IntoNames) -> &mut Self {
        self.add(format!("acquire_all: {}", references(resources)))
    }

    /// Takes so many permits of each semaphore, all at once.
    #[track_caller]
    pub fn acquire_all_of<P: Into<Term>>(
        &mut self,
        permits: impl IntoIterator<Item = (&'static str, P)>,
    ) -> &mut Self {
        let permits = permits.into_iter().map(|(name, number)| (name, number.into().yaml()));
        self.add(format!("acquire_all: {}", map(permits)))
    }

    /// Puts flags up.
    #[track_caller]
    pub fn signal(&mut self, flags: impl IntoNames) -> &mut Self {
        self.add(format!("signal: {}", references(flags)))
    }

    /// Puts flags down.
    #[track_caller]
    pub fn reset(&mut self, flags: impl IntoNames) -> &mut Self {
        self.add(format!("reset: {}", references(flags)))
    }

    /// Counts latches down by 1, unless they are at 0.
    #[track_caller]
    pub fn count_down(&mut self, latches: impl IntoNames) -> &mut Self {
        self.add(format!("count_down: {}", references(latches)))
    }

    /// Waits for the first of these steps that can be, each of which waits; what is done
    /// behind one says [`Steps::then`], and how long it waits at most [`Steps::after`].
    #[track_caller]
    pub fn select(&mut self, waits: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        let waits = self.nested(waits);
        self.block(Vec::new(), vec![("select", waits)])
    }

    /// In a [`Steps::select`]: what is done behind the wait before.
    #[track_caller]
    pub fn then(&mut self, steps: impl FnOnce(&mut Steps<S>)) -> &mut Self {
        self.body_beside(("then", "do"), steps)
    }

    /// Of a [`Steps::select`] before: any of its waits that can be over is, and not the first.
    #[track_caller]
    pub fn any_order(&mut self) -> &mut Self {
        self.beside("any_order", "discipline: any".to_owned())
    }

    /// In a [`Steps::select`]: nothing else could be for so long.
    #[track_caller]
    pub fn after(&mut self, limit: impl Into<Term>) -> &mut Self {
        self.add(format!("after: {}", limit.into().yaml()))
    }
}

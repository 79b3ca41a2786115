//! A gate that threads pass for a step: together with others, or alone.
//!
//! Decides who passes: any number together, or one alone, who goes before those that ask to pass together. Who is
//! alone may let in a guest, who makes no step, but comes to where it stands next.

use super::super::sync;
use super::locked::locked;
use std::sync::PoisonError;

/// The gate.
#[derive(Debug, Default)]
pub struct Gate {
    inside: sync::Mutex<Inside>,
    /// Where those wait who pass together.
    open: sync::Condvar,
    /// Where those wait who pass alone.
    alone: sync::Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    /// How many have passed together.
    together: usize,
    /// Whether somebody has it alone.
    is_closed: bool,
    /// How many wait to have it alone.
    asking: usize,
}

/// What a thread has of a gate, until this is dropped.
#[derive(Debug, Default)]
pub enum Pass<'g> {
    /// Nothing.
    #[default]
    None,
    /// A place among others, for one step.
    Single(Place<'g>),
    /// All of it, for a block.
    Block(Place<'g>),
    /// What the one allows that has it alone: no step.
    Guest,
}

/// A place inside of a gate.
#[derive(Debug)]
pub struct Place<'g> {
    gate: &'g Gate,
    is_alone: bool,
}

impl Gate {
    /// Passes with others, or as a guest as soon as it is one.
    pub fn single(&self, is_guest: impl Fn() -> bool) -> Pass<'_> {
        let mut inside = locked(&self.inside);
        while inside.is_closed || inside.asking > 0 {
            if is_guest() {
                return Pass::Guest;
            }
            inside = self.open.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
        inside.together += 1;
        Pass::Single(Place { gate: self, is_alone: false })
    }

    /// Passes alone, or as a guest as soon as it is one.
    pub fn block(&self, is_guest: impl Fn() -> bool) -> Pass<'_> {
        let mut inside = locked(&self.inside);
        inside.asking += 1;
        while inside.is_closed || inside.together > 0 {
            if is_guest() {
                inside.asking -= 1;
                self.let_next_in(&inside);
                return Pass::Guest;
            }
            inside = self.alone.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
        inside.asking -= 1;
        inside.is_closed = true;
        Pass::Block(Place { gate: self, is_alone: true })
    }

    /// Lets those look who wait whether one of them is a guest.
    pub fn ring(&self) {
        let _inside = locked(&self.inside);
        self.open.notify_all();
        self.alone.notify_all();
    }

    /// Wakes those who may pass now.
    fn let_next_in(&self, inside: &Inside) {
        if inside.asking > 0 {
            self.alone.notify_one();
        } else {
            self.open.notify_all();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut inside = locked(&self.gate.inside);
        if self.is_alone {
            inside.is_closed = false;
        } else {
            inside.together -= 1;
        }
        if inside.together == 0 {
            self.gate.let_next_in(&inside);
        }
    }
}

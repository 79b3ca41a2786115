//! stateright, a model checker as a library, in two versions: the models of [`super::systems`], breadth first on one
//! thread.
//!
//! It keeps a 64-bit fingerprint of every state and that of its predecessor, not the states.

use super::System;
use super::systems::{Packed, Queue, Table};

/// What to do with one of the versions, which have different traits of the same names.
macro_rules! version {
    ($module:ident, $crate_name:ident) => {
        pub mod $module {
            use std::hash::Hash;
            use std::sync::atomic::{AtomicU64, Ordering};
            use std::time::Instant;

            use $crate_name::{Checker, Model, Property};

            use super::{Packed, Queue, System, Table};
            use crate::explorers::Explored;
            use crate::memory::Resident;

            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct State(u64);

            struct Checked<S> {
                system: S,
                /// States from which nobody can go on; each is asked about once.
                deadlocks: AtomicU64,
            }

            impl<S: Packed> Model for Checked<S> {
                type State = State;
                type Action = S::Action;

                fn init_states(&self) -> Vec<State> {
                    vec![State(self.system.start())]
                }

                fn actions(&self, state: &State, actions: &mut Vec<S::Action>) {
                    self.system.actions(state.0, actions);
                    if actions.is_empty() {
                        self.deadlocks.fetch_add(1, Ordering::Relaxed);
                    }
                }

                fn next_state(&self, state: &State, action: S::Action) -> Option<State> {
                    Some(State(self.system.next(state.0, action)))
                }

                /// It stops when nothing is left to be refuted, so there is something that always holds.
                fn properties(&self) -> Vec<Property<Self>> {
                    vec![Property::always("there is a state", |_, _| true)]
                }
            }

            /// Explores it.
            pub fn explored(system: System) -> Explored {
                match system {
                    System::Philosophers { count } => search(Table { count }),
                    System::Queue { producers, consumers, capacity } => {
                        search(Queue { producers, consumers, capacity })
                    }
                }
            }

            fn search<S: Packed>(system: S) -> Explored {
                let before = Resident::now();
                let model = Checked { system, deadlocks: AtomicU64::new(0) };
                let start = Instant::now();
                let checker = model.checker().threads(1).spawn_bfs().join();
                let seconds = start.elapsed().as_secs_f64();
                let bytes = before.zip(Resident::now()).map(|(before, after)| before.growth(after));
                Explored {
                    states: checker.unique_state_count() as u64,
                    // It counts the first state among those generated.
                    transitions: checker.state_count() as u64 - 1,
                    deadlocks: checker.model().deadlocks.load(Ordering::Relaxed),
                    seconds,
                    bytes,
                }
            }
        }
    };
}

version!(newest, stateright);
version!(before, stateright_0_30);

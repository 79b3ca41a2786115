//! The explorer: counts of states, findings and witnesses, held against known
//! answers and naive enumeration.

#[path = "../common/mod.rs"]
mod common;

mod always;
mod clock;
mod closing;
mod core_hours;
mod endless;
mod explore;
mod explore_agrees;
mod explore_lab5;
mod interrupts;
mod library;
mod lines;
mod lives;
mod narrated;
mod preemption;
mod processors;
mod proofs;
mod races;
mod recorded;
mod records;
mod spurious;
mod timeouts;

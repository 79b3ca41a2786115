//! The kernel under virtual time: what each step means, held against known
//! answers, theory and naive programs.

#[path = "../common/mod.rs"]
mod common;

mod arrivals;
mod barriers;
mod budgets;
mod choices;
mod choosing;
mod closing;
mod combinations;
mod conditions;
mod conformance;
mod core_hours;
mod coverage;
mod critical_path;
mod ends;
mod figures;
mod hours;
mod interrupts;
mod known_faults;
mod lab5;
mod lines;
mod lives;
mod lives_at_random;
mod many;
mod measures;
mod memories;
mod optimised;
mod preemption;
mod processor_theory;
mod processors;
mod properties;
mod records;
mod references;
mod rerun;
mod rwlocks;
mod simpy;
mod stepping;
mod tables;
mod theory;
mod ties;
mod timeouts;
mod untraced;
mod watches;

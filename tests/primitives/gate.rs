//! The gate of steps under the concurrency checker: who is alone is, nobody is forgotten, and a guest gets in.

use crate::primitives::{Gate, Grant, LifeRules, Lives, Parker, Pass};
use crate::sync::{AtomicUsize, Ordering};
use crate::{Census, Ledger, check, requester};
use crate::{ids::ProcessId, ids::ResourceId};
use shuttle::sync::Arc;
use shuttle::thread;

/// A gate, how many make a step together behind it, and how many alone.
#[derive(Default)]
struct Steps {
    gate: Gate,
    together: AtomicUsize,
    alone: AtomicUsize,
    is_awaited: AtomicUsize,
    has_come: AtomicUsize,
}

impl Steps {
    fn together(&self) {
        let pass = self.gate.single(|| false);
        assert!(matches!(pass, Pass::Single(_)));
        self.together.fetch_add(1, Ordering::SeqCst);
        assert_eq!(self.alone.load(Ordering::SeqCst), 0);
        self.together.fetch_sub(1, Ordering::SeqCst);
    }

    fn alone(&self, meanwhile: impl FnOnce()) {
        let pass = self.gate.block(|| false);
        assert!(matches!(pass, Pass::Block(_)));
        assert_eq!(self.alone.fetch_add(1, Ordering::SeqCst), 0);
        meanwhile();
        assert_eq!(self.together.load(Ordering::SeqCst), 0);
        self.alone.fetch_sub(1, Ordering::SeqCst);
    }
}

/// All come to their end, and who is alone is.
#[test]
fn who_passes_alone_is_alone() {
    check(|| {
        let steps = Arc::new(Steps::default());
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let steps = steps.clone();
                thread::spawn(move || {
                    for round in 0..2 {
                        if (number + round) % 2 == 0 { steps.together() } else { steps.alone(|| ()) }
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().expect("nobody panics"));
    });
}

/// Whoever is alone waits for one that has to come to where it stands, and that waits at the gate itself, as one
/// that passes together or alone; a third one stays outside.
#[test]
fn a_guest_gets_in_and_nobody_else() {
    for alone in [false, true] {
        check(move || {
            let steps = Arc::new(Steps::default());
            let inside = steps.clone();
            let guest = thread::spawn(move || {
                let is_guest = || inside.is_awaited.load(Ordering::SeqCst) == 1;
                let pass = if alone { inside.gate.block(is_guest) } else { inside.gate.single(is_guest) };
                assert!(matches!(pass, Pass::Guest) || inside.alone.load(Ordering::SeqCst) == 0);
                inside.has_come.store(1, Ordering::SeqCst);
            });
            let inside = steps.clone();
            let third = thread::spawn(move || inside.together());
            steps.alone(|| {
                steps.is_awaited.store(1, Ordering::SeqCst);
                steps.gate.ring();
                while steps.has_come.load(Ordering::SeqCst) == 0 {
                    thread::yield_now();
                }
                steps.is_awaited.store(0, Ordering::SeqCst);
            });
            guest.join().expect("it does not panic");
            third.join().expect("it does not panic");
        });
    }
}

/// A thread that has not noticed yet that it was started is started again: it hears of both.
#[test]
fn each_start_is_heard() {
    check(|| {
        let start = Arc::new(Parker::default());
        let rules = LifeRules {
            first: ProcessId(1),
            lives: vec![ResourceId(0)],
            starts: vec![start.clone()],
            alive: false,
            arrives: false,
            lists: false,
        };
        let (lives, census) = (Lives::new(rules), Census::new(1));
        let begins = thread::spawn(move || {
            let begun = (0..2).filter(|_| matches!(start.wait(), Grant::Served { .. })).count();
            assert_eq!(begun, 2);
        });
        let (me, mut observer) = (requester(0), Ledger::default());
        for _ in 0..2 {
            assert!(lives.launch(&me, 0, &census, &mut observer).is_ok());
            let done = lives.about(&me, 0, crate::trace::Kind::Done);
            lives.end(&me, 0, done, &census, &mut observer);
        }
        begins.join().expect("it does not panic");
    });
}

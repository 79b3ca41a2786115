//! Lives under the concurrency checker: whoever waits for an end hears of it once, nobody
//! is told twice to whoever asks for any, and who is started begins exactly once.

use super::primitives::{Census, Fact, Grant, LifeRules, Lives, Parker, Requester, Response, Untimely};
use super::{Ledger, all, check, nothing, served};
use shuttle::sync::Arc;
use tempolane::ids::{ProcessId, ResourceId};
use tempolane::trace::Kind;

/// The lives of so many instances, whose first is process 10.
fn lives(count: u32, alive: bool, arrives: bool) -> (Lives, Vec<Arc<Parker>>) {
    let starts: Vec<Arc<Parker>> = (0..count).map(|_| Arc::default()).collect();
    let rules = LifeRules {
        first: ProcessId(10),
        lives: (0..count).map(ResourceId).collect(),
        starts: starts.clone(),
        alive,
        arrives,
        lists: true,
    };
    (Lives::new(rules), starts)
}

fn done(me: &Requester) -> Fact {
    me.fact(Kind::Done, 0)
}

/// Three end, one joins them by name and one asks twice for any.
#[test]
fn every_end_is_told_once_to_whoever_asks_for_any() {
    check(|| {
        let shared = Arc::new((lives(3, true, false).0, Census::new(5)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(5, move |me| {
            let (lives, census) = &*inside;
            let mut observer = observer.clone();
            match me.process.0 {
                3 => {
                    let response = lives.join(&me, 0, census, &mut observer).expect("it is alive");
                    assert_eq!(served(nothing(response), &me), Some(Vec::new()));
                }
                4 => {
                    let mut ask = || served(lives.join_any(&me, census, &mut observer), &me);
                    let (first, second) = (ask().expect("three end"), ask().expect("three end"));
                    assert_ne!(first, second);
                }
                place => lives.end(&me, place as usize, done(&me), census, &mut observer),
            }
            census.leave();
        });
        assert_eq!((ledger.count(Kind::Done), ledger.count(Kind::Join)), (3, 3));
        assert_eq!(ledger.count(Kind::Block), ledger.count(Kind::Grant));
        assert!((0..3).all(|place| shared.0.ended(place) == 1 && !shared.0.is_alive(place)));
    });
}

/// Two start the same process at once: one of them does, and it begins once.
#[test]
fn who_is_started_twice_begins_once() {
    check(|| {
        let (lives, starts) = lives(1, false, false);
        let shared = Arc::new((lives, Census::new(2), starts, shuttle::sync::atomic::AtomicUsize::new(0)));
        let inside = shared.clone();
        all(3, move |me| {
            let (lives, census, starts, refused) = &*inside;
            let mut observer = Ledger::default();
            if me.process == ProcessId(2) {
                assert!(matches!(starts[0].wait(), Grant::Served { .. }));
            } else if lives.launch(&me, 0, census, &mut observer) == Err(Untimely) {
                refused.fetch_add(1, shuttle::sync::atomic::Ordering::SeqCst);
            }
            census.leave();
        });
        assert_eq!(shared.3.load(shuttle::sync::atomic::Ordering::SeqCst), 1);
    });
}

/// Two places, three who arrive: the third finds a place exactly if one has left before.
#[test]
fn places_are_used_again_and_never_twice() {
    check(|| {
        let (lives, starts) = lives(2, false, true);
        let shared = Arc::new((lives, Census::new(1), starts));
        let inside = shared.clone();
        all(2, move |me| {
            let (lives, census, starts) = &*inside;
            let mut observer = Ledger::default();
            if me.process == ProcessId(0) {
                let admitted = (0..3).filter(|_| lives.admit(&me, census, &mut observer).is_ok()).count();
                assert_eq!(admitted == 3, lives.ended(0) == 1 && lives.is_alive(0));
                assert!(admitted >= 2);
                return;
            }
            let Grant::Served { items, .. } = starts[0].wait() else { panic!("it is started") };
            assert_eq!(items, [0], "the first who arrives has the first place");
            lives.end(&me, 0, done(&me), census, &mut observer);
        });
    });
}

/// One who waits for an end is taken out of the line, or was told before.
#[test]
fn who_is_taken_out_of_the_line_is_not_told() {
    check(|| {
        let shared = Arc::new((lives(1, true, false).0, Census::new(3)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        let parker = Arc::new(Parker::default());
        all(3, move |me| {
            let (lives, census) = &*inside;
            let mut observer = observer.clone();
            match me.process.0 {
                0 => lives.end(&me, 0, done(&me), census, &mut observer),
                1 => {
                    let me = Requester { parker: parker.clone(), ..me };
                    let response = lives.join(&me, 0, census, &mut observer).expect("it was started");
                    if let Response::Waits { .. } = response {
                        assert!(matches!(parker.wait(), Grant::Served { .. } | Grant::Dismissed { .. }));
                    }
                }
                _ => {
                    let told = me.fact(Kind::Stop, 1);
                    if lives.withdraw(ProcessId(1), &[told], &mut observer) {
                        parker.dismiss(0);
                    }
                }
            }
        });
        assert_eq!(ledger.count(Kind::Stop) + ledger.count(Kind::Join), 1);
    });
}

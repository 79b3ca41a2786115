//! Threads that give up, while others serve: nothing is lost, whoever is first.

use crate::primitives::{Buffer, Census, Grant, Order, Requester, Response, Semaphore, WaitLimit};
use crate::trace::Kind;
use crate::{Ledger, all, at_most, check, wanted};
use shuttle::sync::Arc;

/// Each waits for no time at all, so that it gives up whenever it can.
#[test]
fn no_permit_is_lost() {
    check(|| {
        let shared = Arc::new((Semaphore::new(1, Order::Arrival), Census::new(3)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(3, move |me| {
            let (semaphore, census) = &*inside;
            let mut observer = observer.clone();
            let me = Requester { limit: WaitLimit::Later, ..me };
            for _ in 0..2 {
                let has_permit = match semaphore.acquire(&me, census, &mut observer) {
                    Response::Served(()) => true,
                    Response::RanOut | Response::Ended => unreachable!("it has some patience"),
                    Response::Waits { last } => {
                        assert!(!last, "whoever may give up goes on");
                        let gives_up =
                            semaphore.withdraw(me.process, &[me.fact(Kind::Timeout, 0)], &mut observer);
                        !gives_up && me.parker.wait() != Grant::Stopped
                    }
                };
                if has_permit {
                    semaphore.release(&me, census, &mut observer).expect("few permits");
                }
            }
            census.leave();
        });
        assert_eq!(shared.0.level(), 1);
        assert_eq!(ledger.count(Kind::Acquire), ledger.count(Kind::Release));
        assert_eq!(ledger.count(Kind::Block), ledger.count(Kind::Grant) + ledger.count(Kind::Timeout));
        at_most(&ledger.facts(), 1);
    });
}

/// Of three who get and give up, and one who puts two items, each item goes to one of them
/// or stays.
#[test]
fn no_item_is_lost_or_doubled() {
    check(|| {
        let shared = Arc::new((Buffer::new(1, Order::Arrival), Census::new(3)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(3, move |me| {
            let (buffer, census) = &*inside;
            let mut observer = observer.clone();
            let me = Requester { limit: WaitLimit::Later, ..me };
            for item in 0..2 {
                let waits = match me.process.0 {
                    0 => matches!(
                        buffer.put(&me, 1, item.into(), census, &mut observer),
                        Response::Waits { .. }
                    ),
                    _ => matches!(buffer.get(&me, wanted(1), census, &mut observer), Response::Waits { .. }),
                };
                let told = me.fact(Kind::Timeout, 0);
                if waits && !buffer.withdraw(me.process, &me, &[told], census, &mut observer) {
                    assert_ne!(me.parker.wait(), Grant::Stopped);
                }
            }
            census.leave();
        });
        let (put, got) = (ledger.count(Kind::Put), ledger.count(Kind::Get));
        assert_eq!(put as u64, got as u64 + shared.0.level());
        assert_eq!(ledger.count(Kind::Block), ledger.count(Kind::Grant) + ledger.count(Kind::Timeout));
    });
}

/// Whoever has no patience is told at once, and stands in no line.
#[test]
fn a_try_leaves_nothing_behind() {
    check(|| {
        let shared = Arc::new((Semaphore::new(1, Order::Arrival), Census::new(2)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(2, move |me| {
            let (semaphore, census) = &*inside;
            let mut observer = observer.clone();
            let me = Requester { limit: WaitLimit::AtOnce, ..me };
            match semaphore.acquire(&me, census, &mut observer) {
                Response::Served(()) => semaphore.release(&me, census, &mut observer).expect("few permits"),
                Response::RanOut | Response::Ended => {}
                Response::Waits { .. } => unreachable!("it does not wait"),
            }
            census.leave();
        });
        assert_eq!((shared.0.level(), ledger.count(Kind::Grant)), (1, 0));
        assert_eq!(ledger.count(Kind::Block), ledger.count(Kind::Timeout));
    });
}

//! Permits that are taken before all who wait, under the concurrency checker.

use crate::primitives::{Census, Grant, Order, Response, Semaphore};
use crate::trace::Kind;
use crate::{Ledger, all, at_most, check};
use shuttle::sync::Arc;

/// One takes both permits, at once or as the others give them back, who want one each, twice: it gets
/// both, and nothing is lost.
#[test]
fn who_takes_several_gets_them_and_loses_none() {
    check(|| {
        let shared = Arc::new((Semaphore::new(2, Order::Arrival), Census::new(3)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(3, move |me| {
            let (semaphore, census) = &*inside;
            let mut observer = observer.clone();
            let wait = || match me.parker.wait() {
                Grant::Served { items, .. } => items.first().copied().unwrap_or(1),
                other => panic!("{other:?}"),
            };
            if me.process.0 == 0 {
                let mut taken = 0;
                while taken < 2 {
                    taken += match semaphore.seize(&me, (0, 2 - taken, 2 - taken), census, &mut observer) {
                        Response::Served(taken) => taken,
                        Response::Waits { last: false } => wait(),
                        other => panic!("{other:?}"),
                    };
                }
                (0..2).for_each(|_| semaphore.release(&me, census, &mut observer).expect("few permits"));
            } else {
                for _ in 0..2 {
                    match semaphore.acquire(&me, census, &mut observer) {
                        Response::Served(()) => {}
                        Response::Waits { last: false } => _ = wait(),
                        other => panic!("{other:?}"),
                    }
                    semaphore.release(&me, census, &mut observer).expect("few permits");
                }
            }
            census.leave();
        });
        assert_eq!(shared.0.level(), 2);
        assert_eq!((ledger.count(Kind::Acquire), ledger.count(Kind::Release)), (6, 6));
        at_most(&ledger.facts(), 2);
    });
}

//! Buffers that are closed under a concurrency checker: nobody waits for ever, and no item
//! is lost.

use super::primitives::{Buffer, Census, Grant, Order, Response, Wanted};
use super::{Ledger, all, check, nothing, served};
use crate::trace::Kind;
use shuttle::sync::Arc;

/// Two put an item each and close, two get until there is nothing more: each item is got once,
/// and both are told.
#[test]
fn who_closes_wakes_all() {
    check(|| {
        let shared = Arc::new((Buffer::new(1, Order::Arrival).closed_by(2), Census::new(4)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(4, move |me| {
            let (buffer, census) = &*inside;
            let mut observer = observer.clone();
            if me.process.0 < 2 {
                let response = buffer.put(&me, 1, u64::from(me.process.0).into(), census, &mut observer);
                served(nothing(response), &me).expect("somebody gets");
                buffer.close(&me, census, &mut observer).expect("each of two closes once");
            } else {
                loop {
                    let wanted = Wanted { items: 1, may_end: true, asks: None };
                    match buffer.get(&me, wanted, census, &mut observer) {
                        Response::Served(_) => {}
                        Response::Ended => break,
                        Response::RanOut => unreachable!("nobody gives up"),
                        Response::Waits { last } => {
                            assert!(!last, "somebody has to close");
                            match me.parker.wait() {
                                Grant::Served { .. } => {}
                                Grant::Ended { .. } => break,
                                Grant::Stopped | Grant::Dismissed { .. } => unreachable!("the run goes on"),
                            }
                        }
                    }
                }
            }
            census.leave();
        });
        assert_eq!(shared.0.level(), 0);
        let count = |kind| ledger.count(kind);
        assert_eq!((count(Kind::Put), count(Kind::Get), count(Kind::Ended)), (2, 2, 2));
        assert_eq!(count(Kind::Block), count(Kind::Grant));
    });
}

//! The native primitives under a concurrency checker, which runs them under
//! many schedules of their threads, also such as a real machine makes once in
//! a year: no wake-up is lost, nothing is granted twice, nobody barges in.
//!
//! The very files of the engine are compiled here, with the locks and atomics
//! of the checker in place of the standard library's.

use tempolane::{ids, trace, value};

/// What the primitives find in the place of the engine's `sync`.
mod sync {
    pub use shuttle::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    pub use shuttle::sync::{Arc, Condvar, Mutex, MutexGuard};
}

mod closing;
mod gate;
mod lives;
mod patience;
mod permits;
#[path = "../../src/backend/threads/primitives/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the checks use a part")]
mod primitives;
mod processors;

use ids::{OpId, ProcessId, ResourceId};
use primitives::{
    Buffer, Census, Condition, Fact, Grant, Memory, Mutex, Observer, Order, Parker, Requester, Response,
    Semaphore, WaitLimit, Wanted,
};
use shuttle::sync::Arc;
use shuttle::thread;
use trace::Kind;
use value::Word;

/// Schedules that are tried for each check.
const SCHEDULES: usize = 2_000;

/// Random schedules, and such as are good at finding rare orders.
fn check(body: impl Fn() + Send + Sync + Clone + 'static) {
    shuttle::check_random(body.clone(), SCHEDULES);
    shuttle::check_pct(body, SCHEDULES, 3);
}

/// Facts in one order over all resources, as a run has them.
#[derive(Clone, Default)]
struct Ledger(Arc<shuttle::sync::Mutex<Vec<Fact>>>);

impl Ledger {
    fn facts(&self) -> Vec<Fact> {
        self.0.lock().expect("nobody panicked").clone()
    }

    fn count(&self, kind: Kind) -> usize {
        self.facts().iter().filter(|fact| fact.kind == kind).count()
    }
}

impl Observer for Ledger {
    fn note(&mut self, facts: &[Fact]) {
        self.0.lock().expect("nobody panicked").extend_from_slice(facts);
    }

    fn refuse(&mut self) {}
}

fn requester(number: u32) -> Requester {
    Requester {
        process: ProcessId(number),
        op: OpId(0),
        resource: ResourceId(0),
        priority: 128,
        due: 0,
        limit: WaitLimit::Never,
        takes: None,
        keeps: None,
        asks: None,
        parker: Arc::new(Parker::default()),
    }
}

/// What a requester got, after a wait if need be; `None` if nobody was left to
/// end the wait, and it was stopped.
fn served(response: Response<Vec<Word>>, me: &Requester) -> Option<Vec<Word>> {
    match response {
        Response::Served(items) => Some(items),
        Response::RanOut | Response::Ended => unreachable!("nobody gives up, or closes"),
        Response::Waits { last: true } => {
            me.parker.stop();
            assert_eq!(me.parker.wait(), Grant::Stopped);
            None
        }
        Response::Waits { last: false } => match me.parker.wait() {
            Grant::Served { items, .. } => Some(items),
            Grant::Ended { .. } | Grant::Dismissed { .. } => unreachable!("nobody closes, or takes it out"),
            Grant::Stopped => None,
        },
    }
}

fn wanted(items: u64) -> Wanted {
    Wanted { items, may_end: false, asks: None }
}

fn nothing(response: Response<()>) -> Response<Vec<Word>> {
    match response {
        Response::Served(()) => Response::Served(Vec::new()),
        Response::Waits { last } => Response::Waits { last },
        Response::RanOut => Response::RanOut,
        Response::Ended => Response::Ended,
    }
}

/// Runs the body for each requester on a thread of its own, and waits for all.
fn all(count: u32, body: impl Fn(Requester) + Send + Sync + 'static) {
    let body = Arc::new(body);
    let threads: Vec<_> = (0..count)
        .map(|number| {
            let body = body.clone();
            thread::spawn(move || body(requester(number)))
        })
        .collect();
    for thread in threads {
        thread.join().expect("no thread panics");
    }
}

#[test]
fn a_semaphore_loses_no_wake_up() {
    check(|| {
        let shared = Arc::new((Semaphore::new(1, Order::Arrival), Census::new(3)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(3, move |me| {
            let (semaphore, census) = &*inside;
            let mut observer = observer.clone();
            for _ in 0..2 {
                let response = nothing(semaphore.acquire(&me, census, &mut observer));
                served(response, &me).expect("whoever has a permit gives it back");
                semaphore.release(&me, census, &mut observer).expect("few permits");
            }
            census.leave();
        });
        assert_eq!(shared.0.level(), 1);
        assert_eq!((ledger.count(Kind::Acquire), ledger.count(Kind::Release)), (6, 6));
        at_most(&ledger.facts(), 1);
        first_come_first_served(&ledger.facts());
    });
}

/// Permits, or cores, are never taken twice.
fn at_most(facts: &[Fact], permits: i32) {
    let mut taken = 0;
    for fact in facts {
        taken += match fact.kind {
            Kind::Acquire => 1,
            Kind::Release => -1,
            _ => 0,
        };
        assert!((0..=permits).contains(&taken), "{facts:?}");
    }
}

fn first_come_first_served(facts: &[Fact]) {
    let of = |kind: Kind| facts.iter().filter(move |fact| fact.kind == kind).map(|fact| fact.process);
    assert!(of(Kind::Block).eq(of(Kind::Grant)), "{facts:?}");
}

#[test]
fn a_mutex_has_one_owner() {
    check(|| {
        let shared = Arc::new((Mutex::new(Order::Newest), Census::new(3), Memory::new(&[0])));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(3, move |me| {
            let (mutex, census, memory) = &*inside;
            let mut observer = observer.clone();
            let response = nothing(mutex.lock(&me, census, &mut observer));
            served(response, &me).expect("whoever owns it gives it back");
            assert_eq!(mutex.owner(), Some(me.process));
            let seen = memory.read(&me, 0, 1, &mut observer)[0];
            memory.write(&me, 0, seen + 1, &mut observer);
            mutex.unlock(&me, census, &mut observer).expect("it is the owner");
            assert!(mutex.unlock(&me, census, &mut observer).is_err() || mutex.owner() == Some(me.process));
            census.leave();
        });
        assert_eq!((shared.0.owner(), shared.2.content()), (None, vec![3]));
        at_most(&ledger.facts(), 1);
    });
}

#[test]
fn a_buffer_keeps_items_and_their_order() {
    check(|| {
        let shared = Arc::new((Buffer::new(3, Order::Arrival), Census::new(4)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(4, move |me| {
            let (buffer, census) = &*inside;
            let mut observer = observer.clone();
            let number = me.process.0;
            let got = match number {
                // Two producers of 2 + 1 items, two consumers of 1 + 2.
                0 | 1 => {
                    let first = buffer.put(&me, 2, u64::from(number).into(), census, &mut observer);
                    served(nothing(first), &me).expect("somebody gets");
                    let second = buffer.put(&me, 1, (u64::from(number) + 10).into(), census, &mut observer);
                    served(nothing(second), &me).expect("somebody gets")
                }
                _ => {
                    let first = buffer.get(&me, wanted(1), census, &mut observer);
                    let mut got = served(first, &me).expect("somebody puts");
                    let second = buffer.get(&me, wanted(2), census, &mut observer);
                    got.extend(served(second, &me).expect("somebody puts"));
                    got
                }
            };
            assert_eq!(got.len(), if number < 2 { 0 } else { 3 });
            census.leave();
        });
        assert_eq!(shared.0.level(), 0);
        let facts = ledger.facts();
        let items = |kind: Kind| facts.iter().filter(move |fact| fact.kind == kind).map(|fact| fact.value);
        assert!(items(Kind::Put).eq(items(Kind::Get)), "first in, first out: {facts:?}");
    });
}

/// A waiter that looks before it waits, and a ringer that changes something and
/// then notifies, both under the mutex: however they meet, the wait ends.
#[test]
fn a_wait_with_a_mutex_misses_no_notify() {
    check(|| {
        let parts = (Mutex::new(Order::Arrival), Condition::new(Order::Arrival), Memory::new(&[0]));
        let shared = Arc::new((parts, Census::new(3)));
        let ledger = Ledger::default();
        let (inside, observer) = (shared.clone(), ledger.clone());
        all(3, move |me| {
            let ((mutex, bell, memory), census) = &*inside;
            let mut observer = observer.clone();
            let me = Requester { resource: ResourceId(0), ..me };
            let at_bell = Requester { resource: ResourceId(1), ..me.clone() };
            let lock = |observer: &mut Ledger| {
                served(nothing(mutex.lock(&me, census, observer)), &me).expect("it is given back");
            };
            lock(&mut observer);
            if me.process == ProcessId(0) {
                memory.write(&me, 0, 1, &mut observer);
                bell.notify(&at_bell, 2, census, &mut observer);
            } else {
                while memory.read(&me, 0, 1, &mut observer) == [0] {
                    let response = bell.wait(&at_bell, Some((mutex, &me)), census, &mut observer);
                    served(nothing(response.expect("it owns the mutex")), &at_bell)
                        .expect("somebody notifies");
                    lock(&mut observer);
                }
            }
            mutex.unlock(&me, census, &mut observer).expect("it is the owner");
            assert!(mutex.owner() != Some(me.process));
            census.leave();
        });
        assert_eq!(shared.0.1.look(&requester(0), &mut Ledger::default()), 0);
        let facts = ledger.facts();
        let at =
            |resource: u32| facts.iter().copied().filter(move |fact| fact.resource == ResourceId(resource));
        at_most(&at(0).collect::<Vec<Fact>>(), 1);
        let notified: u64 = at(1).filter(|fact| fact.kind == Kind::Notify).map(|fact| fact.value[0]).sum();
        let of = |kind: Kind| at(1).filter(|fact| fact.kind == kind).count() as u64;
        assert_eq!((of(Kind::Block), of(Kind::Grant)), (notified, notified), "{facts:?}");
    });
}

#[test]
fn a_deadlock_is_seen_by_exactly_one() {
    check(|| {
        let shared = Arc::new((
            [Mutex::new(Order::Arrival), Mutex::new(Order::Arrival)],
            Census::new(2),
            [Arc::new(Parker::default()), Arc::new(Parker::default())],
        ));
        let deadlocks = Arc::new(shuttle::sync::atomic::AtomicUsize::new(0));
        let (inside, seen) = (shared.clone(), deadlocks.clone());
        all(2, move |me| {
            let (mutexes, census, parkers) = &*inside;
            let mut observer = Ledger::default();
            let me = Requester { parker: parkers[me.process.index()].clone(), ..me };
            let mine = me.process.index();
            for which in [mine, 1 - mine] {
                if let Response::Waits { last } = mutexes[which].lock(&me, census, &mut observer) {
                    if last {
                        seen.fetch_add(1, shuttle::sync::atomic::Ordering::SeqCst);
                        parkers.iter().for_each(|parker| parker.stop());
                    }
                    if me.parker.wait() == Grant::Stopped {
                        return;
                    }
                }
            }
            for which in [mine, 1 - mine] {
                mutexes[which].unlock(&me, census, &mut observer).expect("it has both");
            }
            assert!(!census.leave() || mutexes.iter().all(|mutex| mutex.owner().is_none()));
        });
        let deadlocked = shared.0.iter().all(|mutex| mutex.owner().is_some());
        assert_eq!(deadlocks.load(shuttle::sync::atomic::Ordering::SeqCst), usize::from(deadlocked));
    });
}

/// The checker does try other orders: it finds the race that a scenario may have.
#[test]
fn an_unprotected_counter_loses_updates_under_some_schedule() {
    let lost = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = lost.clone();
    check(move || {
        let memory = Arc::new(Memory::new(&[0]));
        let inside = memory.clone();
        all(2, move |me| {
            let value = inside.read(&me, 0, 1, &mut Ledger::default())[0];
            inside.write(&me, 0, value + 1, &mut Ledger::default());
        });
        if memory.content() == [1] {
            seen.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    });
    assert!(lost.load(std::sync::atomic::Ordering::SeqCst), "real shared memory has races");
}

/// Who is served as the run ends takes what it was handed, and is told of the end when it waits
/// again, as one does that shares a core in turns; in whatever order all of it happens.
#[test]
fn the_end_of_the_run_is_not_lost_behind_what_was_handed_over() {
    check(|| {
        let parker = Arc::new(Parker::default());
        let (server, end) = (parker.clone(), parker.clone());
        let serves = thread::spawn(move || server.dismiss(5));
        let ends = thread::spawn(move || end.stop());
        if parker.wait() != Grant::Stopped {
            assert_eq!(parker.wait(), Grant::Stopped);
        }
        assert_eq!(parker.wait(), Grant::Stopped, "it stays so");
        serves.join().expect("it ends");
        ends.join().expect("it ends");
    });
}

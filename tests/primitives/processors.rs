//! Processors under the concurrency checker: no core serves two, nobody who is ready is
//! forgotten or called in vain, and no time is lost, however the threads meet.

use super::primitives::{
    Census, CoreChange, Demand, Gate, Grant, Observer, ProcessorRules, Processors, Requester, WorkTurn,
    WorkTurns,
};
use super::{Ledger, all, at_most, check, first_come_first_served};
use shuttle::sync::{Arc, Condvar, Mutex};
use tempolane::ids::{ProcessId, ResourceId};
use tempolane::trace::{Discipline, Kind};

/// What wakes a thread that is served until others change that.
#[derive(Default)]
struct Bell(Mutex<bool>, Condvar);

impl Bell {
    fn ring(&self) {
        *self.0.lock().expect("nobody panicked") = true;
        self.1.notify_one();
    }

    fn wait(&self) {
        let mut rung = self.0.lock().expect("nobody panicked");
        while !std::mem::take(&mut *rung) {
            rung = self.1.wait(rung).expect("nobody panicked");
        }
    }
}

/// What the threads of a check share.
struct Place {
    processors: Processors,
    census: Census,
    bells: Vec<Bell>,
    /// Whoever looks at the free cores lets nobody make a step meanwhile.
    gate: Gate,
}

impl Place {
    fn new(threads: usize, rules: Vec<ProcessorRules>) -> Place {
        Place::with(threads, Processors::new(rules, false))
    }

    fn with(threads: usize, processors: Processors) -> Place {
        let bells = (0..threads).map(|_| Bell::default()).collect();
        Place { processors, census: Census::new(threads), bells, gate: Gate::default() }
    }

    /// A step at the processors, behind which all who are given a core go on one by one if others look at the
    /// free ones: as many are free as serve nobody.
    fn step(&self, observer: &mut Ledger, act: impl FnOnce(&mut Ledger) -> WorkTurns) -> WorkTurns {
        if !self.processors.are_watched() {
            return act(observer);
        }
        let _alone = self.gate.block(|| false);
        let turns = act(observer);
        let look = |observer: &Ledger| {
            let taken = observer.count(Kind::Acquire) - observer.count(Kind::Release);
            assert_eq!(self.processors.level(0), 1 - taken as u64);
        };
        look(observer);
        while let Some((_, changed)) = self.processors.let_next_go_on(&self.census, observer) {
            changed.iter().for_each(|other| self.bells[other.index()].ring());
            look(observer);
        }
        turns
    }

    /// Gives one another priority, if it is at work.
    fn change_priority(&self, by: &Requester, process: ProcessId, priority: u8, observer: &mut Ledger) {
        let turns = self.step(observer, |observer| {
            let mut changed = Vec::new();
            if self.processors.is_worked_on_by(process) {
                let told = self.processors.change_priority(process, priority, by, &self.census, observer);
                changed = told.changed;
            }
            WorkTurns { at: by.due, mine: WorkTurn::Done { at: by.due }, changed }
        });
        turns.changed.iter().for_each(|other| self.bells[other.index()].ring());
    }

    /// Takes a core or gives it back, and lets those look who have got another turn.
    fn change(&self, by: &Requester, change: CoreChange, observer: &mut impl Observer) {
        let changed = self.processors.change_cores(by, 0, change, &self.census, observer).changed;
        changed.iter().for_each(|other| self.bells[other.index()].ring());
    }

    /// Works; time passes at once. Says when the work was done.
    fn work(&self, me: &Requester, processor: usize, length: u64, observer: &mut Ledger) -> u64 {
        let job = Demand { processor, length, deadline: length };
        let mut turns =
            self.step(observer, |observer| self.processors.begin(me, job, &self.census, observer));
        loop {
            turns.changed.iter().for_each(|other| self.bells[other.index()].ring());
            let now = match turns.mine {
                WorkTurn::Done { at } => return at,
                WorkTurn::Served { until: Some(until) } => until,
                WorkTurn::Served { until: None } => {
                    self.bells[me.process.index()].wait();
                    0
                }
                WorkTurn::Ready { last } => {
                    assert!(!last, "whoever has the core is awake");
                    assert!(matches!(me.parker.wait(), Grant::Served { .. }));
                    0
                }
            };
            turns = self.step(observer, |observer| self.processors.go_on(me, now, &self.census, observer));
        }
    }
}

/// A processor with one core, the first of its group.
fn rules(discipline: Discipline) -> ProcessorRules {
    ProcessorRules {
        resource: ResourceId(0),
        cores: 1,
        discipline,
        preempts: matches!(discipline, Discipline::Priority | Discipline::Edf),
        quantum: 0,
        switch: 0,
        outer: None,
        speeds: Vec::new(),
        // So that a half and a third of a nanosecond are whole.
        unit: 6,
    }
}

/// Lets three threads work on one processor for 4, 2 and 3 ns, and gives what they did.
/// However they meet, a core is never idle: the last ends after 9 ns.
fn three_at_work(rules: &ProcessorRules, are_watched: bool) -> Ledger {
    let place = Arc::new(Place::with(3, Processors::new(vec![rules.clone()], are_watched)));
    let (ledger, ends) = (Ledger::default(), Arc::new(Mutex::new(Vec::new())));
    let (observer, seen) = (ledger.clone(), ends.clone());
    all(3, move |me| {
        let length = [4, 2, 3][me.process.index()];
        // The last one goes first where that counts.
        let me = Requester { priority: 128 - me.process.0 as u8, ..me };
        let end = place.work(&me, 0, length, &mut observer.clone());
        seen.lock().expect("nobody panicked").push(end);
        place.census.leave();
    });
    let ends = ends.lock().expect("nobody panicked");
    assert_eq!((ends.len(), ends.iter().max()), (3, Some(&9)));
    ledger
}

#[test]
fn a_core_is_handed_over_in_order() {
    for quantum in [0, 2] {
        let rules = ProcessorRules { quantum, ..rules(Discipline::RoundRobin) };
        check(move || {
            let ledger = three_at_work(&rules, false);
            at_most(&ledger.facts(), 1);
            first_come_first_served(&ledger.facts());
            assert_eq!(ledger.count(Kind::Acquire), ledger.count(Kind::Release));
        });
    }
}

/// The same where others look at the free cores behind each step.
#[test]
fn free_cores_are_seen_behind_each_step() {
    for quantum in [0, 2] {
        let rules = ProcessorRules { quantum, ..rules(Discipline::RoundRobin) };
        check(move || {
            let ledger = three_at_work(&rules, true);
            at_most(&ledger.facts(), 1);
            first_come_first_served(&ledger.facts());
        });
    }
    let rules = rules(Discipline::Priority);
    check(move || at_most(&three_at_work(&rules, true).facts(), 1));
}

#[test]
fn a_core_is_taken_from_who_goes_last_and_no_work_is_lost() {
    check(|| {
        let facts = three_at_work(&rules(Discipline::Priority), false).facts();
        at_most(&facts, 1);
        // Nobody takes the core of what goes first.
        let first: Vec<Kind> =
            facts.iter().filter(|fact| fact.process == ProcessId(2)).map(|fact| fact.kind).collect();
        assert_eq!(first, [Kind::Acquire, Kind::Work, Kind::Wake, Kind::Release], "{facts:?}");
    });
}

#[test]
fn all_share_and_whoever_is_first_is_called() {
    check(|| {
        let facts = three_at_work(&rules(Discipline::Sharing), false).facts();
        at_most(&facts, 1);
        assert!(facts.iter().all(|fact| fact.kind != Kind::Block), "nobody waits: {facts:?}");
    });
}

/// One becomes the most urgent of two that work on one core, and has its own priority again: whoever loses the core by
/// either is told, and no work is lost.
#[test]
fn whose_priority_changes_takes_a_core_or_loses_it() {
    check(|| {
        let processors = Processors::new(vec![rules(Discipline::Priority)], true);
        let place = Arc::new(Place::with(3, processors));
        let (ledger, ends) = (Ledger::default(), Arc::new(Mutex::new(Vec::new())));
        let (observer, seen) = (ledger.clone(), ends.clone());
        all(3, move |me| {
            let (place, mut observer) = (&place, observer.clone());
            let me = Requester { priority: [130, 129, 128][me.process.index()], ..me };
            if me.process.0 == 2 {
                [(1, 127), (2, 130)].into_iter().for_each(|(due, priority)| {
                    let me = Requester { due, ..me.clone() };
                    place.change_priority(&me, ProcessId(0), priority, &mut observer);
                });
            } else {
                let end = place.work(&me, 0, 4, &mut observer);
                seen.lock().expect("nobody panicked").push(end);
            }
            place.census.leave();
        });
        at_most(&ledger.facts(), 1);
        let ends = ends.lock().expect("nobody panicked");
        assert_eq!((ends.len(), ends.iter().max()), (2, Some(&8)));
    });
}

/// Two should have ended before a third comes, whose threads are late: whoever of them is
/// the first then is called, be it another one than before.
#[test]
fn who_becomes_the_first_by_a_late_comer_is_called() {
    check(|| {
        let place = Arc::new(Place::new(3, vec![rules(Discipline::Sharing)]));
        let ledger = Ledger::default();
        let observer = ledger.clone();
        all(3, move |me| {
            let number = me.process.index();
            let me = Requester { due: [0, 0, 1000][number], ..me };
            place.work(&me, 0, [12, 10, 5][number], &mut observer.clone());
            place.census.leave();
        });
        let ended = ledger.facts().iter().filter(|fact| fact.kind == Kind::Wake).count();
        assert_eq!(ended, 3);
    });
}

/// Two processors of one core that stand on a third one, and a thread on each: who
/// loses the core further out loses nothing further in, and goes on.
#[test]
fn cores_of_two_processors_are_never_had_by_two() {
    let inner = |number: u32| ProcessorRules {
        resource: ResourceId(number),
        quantum: 1,
        outer: Some(0),
        ..rules(Discipline::RoundRobin)
    };
    let group = vec![rules(Discipline::Priority), inner(1), inner(2)];
    check(move || {
        let place = Arc::new(Place::new(4, group.clone()));
        let ledger = Ledger::default();
        let observer = ledger.clone();
        all(4, move |me| {
            let me = Requester { priority: 128 - me.process.0 as u8, ..me };
            let on = [1, 1, 2, 0][me.process.index()];
            place.work(&me, on, 2, &mut observer.clone());
            place.census.leave();
        });
        let facts = ledger.facts();
        for number in 0..3 {
            let of: Vec<_> =
                facts.iter().copied().filter(|fact| fact.resource == ResourceId(number)).collect();
            at_most(&of, 1);
        }
    });
}

/// Two work on two cores, of which a third one takes one after 1 ns and gives it back after 3 ns: whoever loses it, or
/// finds none, is forgotten by nobody, and no more have a core at a time than there are.
#[test]
fn cores_that_come_and_go_are_had_by_nobody_else() {
    for discipline in [Discipline::Fifo, Discipline::RoundRobin, Discipline::Priority] {
        let rules = ProcessorRules {
            cores: 2,
            quantum: u64::from(discipline == Discipline::RoundRobin),
            ..rules(discipline)
        };
        check(move || {
            let place = Arc::new(Place::new(4, vec![rules.clone()]));
            let (ledger, ends) = (Ledger::default(), Arc::new(Mutex::new(Vec::new())));
            let (observer, seen) = (ledger.clone(), ends.clone());
            all(4, move |me| {
                let (place, mut observer) = (&place, observer.clone());
                if me.process.0 == 3 {
                    let early = Requester { due: 1, ..me.clone() };
                    place.change(&early, CoreChange::Take(1), &mut observer);
                    let late = Requester { due: 3, ..me };
                    place.change(&late, CoreChange::Give(1), &mut observer);
                } else {
                    let end = place.work(&me, 0, 4, &mut observer);
                    seen.lock().expect("nobody panicked").push(end);
                }
                place.census.leave();
            });
            at_most(&ledger.facts(), 2);
            let ends = ends.lock().expect("nobody panicked");
            assert!(ends.len() == 3 && ends.iter().all(|&end| end >= 4), "{ends:?}");
        });
    }
}

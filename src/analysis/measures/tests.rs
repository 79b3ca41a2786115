//! Measures of small traces, worked out on paper.

use super::*;
use crate::trace::fixture::{A, B, BUFFER, C, MUTEX, event, two_stage_trace};
use crate::trace::{LevelSum, LevelTerm, Outcome, Trace, WaitFor};
use crate::value::Type;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;
const FROM: MarkId = MarkId(0);
const TO: MarkId = MarkId(1);
const BY_INSTANCE: Measured = Measured::Sojourn { from: FROM, to: TO, by_value: false };

fn mark(second: u64, process: ProcessId, mark: MarkId, value: i64) -> Event {
    Event { ty: Type::Int, ..event(second, process, Kind::Mark, mark.0, value as u64) }
}

/// What is measured of these events in a run that ends at 10 s.
fn measured(what: Measured, warm_up: u64, events: &[Event]) -> MeasureStatistics {
    let mut trace = two_stage_trace();
    trace.header.measures = vec![MeasureInfo { name: "m".to_owned(), what, warm_up_ns: warm_up * SECOND }];
    trace.events = events.to_vec().into();
    of(Trace { end: Time::from_secs(10), outcome: Outcome::Horizon, log_args: Vec::new(), ..trace })
}

fn of(trace: Trace) -> MeasureStatistics {
    trace.statistics().measures.remove(0)
}

/// Some figures of a measure, as they are printed; times in seconds.
fn figures(what: &Measured, measure: &MeasureStatistics, names: &[&str]) -> Vec<Option<f64>> {
    let figure = |name: &&str| {
        Some(match measure.figure(what.kind().figure(name).expect("there is one"))? {
            Value::Duration(nanos) => nanos as f64 / SECOND as f64,
            other => other.as_f64(),
        })
    };
    names.iter().map(figure).collect()
}

/// ```text
/// s   0    1    2    3    4    5    6    7    8    9   10
/// a   from      from to        to                  from
/// b        from                     to   to
/// ```
/// First in, first out for each: 3 s and 3 s of a, 5 s of b; the last of a is open, and
/// the second end of b has no beginning.
fn two_instances() -> [Event; 8] {
    [
        mark(0, A, FROM, 0),
        mark(1, B, FROM, 0),
        mark(2, A, FROM, 0),
        mark(3, A, TO, 0),
        mark(5, A, TO, 0),
        mark(6, B, TO, 0),
        mark(7, B, TO, 0),
        mark(9, A, FROM, 0),
    ]
}

#[test]
fn sojourns_of_instances() {
    let found = measured(BY_INSTANCE, 0, &two_instances());
    let names = ["count", "mean", "smallest", "largest", "p50", "p99", "open", "unmatched"];
    let mean = 11.0f64 / 3.0;
    let mut expected = [3.0, mean, 3.0, 5.0, 3.0, 5.0, 1.0, 1.0].map(Some);
    expected[1] = Some((mean * 1e9).round() / 1e9);
    assert_eq!(figures(&BY_INSTANCE, &found, &names), expected);
    // On their way: 3 s + 3 s + 5 s, and 1 s of the last.
    let names = ["arrival_rate", "departure_rate", "in_system", "little"];
    let found = figures(&BY_INSTANCE, &found, &names);
    assert_eq!(found, [0.4, 0.3, 1.2, (11.0 * (4.0 / 3.0)) / 10.0].map(Some));
}

/// What began in the first 2 s does not count: 3 s of a's second and the one that is
/// open. It is in the system all the same: from 2 s on 1 s + 3 s + 4 s + 1 s in 8 s.
#[test]
fn the_warm_up_is_left_out() {
    let found = measured(BY_INSTANCE, 2, &two_instances());
    let names =
        ["count", "mean", "deviation", "open", "unmatched", "arrival_rate", "departure_rate", "in_system"];
    let expected =
        [Some(1.0), Some(3.0), None, Some(1.0), Some(1.0), Some(0.25), Some(0.375), Some(9.0 / 8.0)];
    assert_eq!(figures(&BY_INSTANCE, &found, &names), expected);
    let longer = measured(BY_INSTANCE, 20, &two_instances());
    let expected = [Some(0.0), None, None, Some(0.0), Some(0.0), None, None, None];
    assert_eq!(figures(&BY_INSTANCE, &longer, &names), expected);
}

/// Requests 7 and 8 cross, begun by a and ended by b; 9 is never answered.
#[test]
fn sojourns_of_values() {
    let by_value = Measured::Sojourn { from: FROM, to: TO, by_value: true };
    let events = [
        mark(0, A, FROM, 7),
        mark(1, A, FROM, 8),
        mark(2, A, FROM, -9),
        mark(3, B, TO, 8),
        event(4, A, Kind::Done, 0, 0),
        mark(8, B, TO, 7),
    ];
    let found = measured(by_value.clone(), 0, &events);
    let names = ["count", "smallest", "largest", "open", "in_system"];
    // 8 s + 2 s, and 8 s of the last.
    assert_eq!(figures(&by_value, &found, &names), [2.0, 2.0, 8.0, 1.0, 1.8].map(Some));
}

/// An instance that ends takes what it has begun with it: its number may be that of
/// another arrival soon.
#[test]
fn the_end_of_an_instance_ends_what_it_began() {
    let events = [
        mark(1, A, FROM, 0),
        event(3, A, Kind::Done, 0, 0),
        event(4, A, Kind::Start, 0, 0),
        mark(5, A, FROM, 0),
        mark(6, A, TO, 0),
    ];
    let found = measured(BY_INSTANCE, 0, &events);
    let names = ["count", "mean", "open", "in_system"];
    assert_eq!(figures(&BY_INSTANCE, &found, &names), [1.0, 1.0, 1.0, 0.3].map(Some));
}

/// What never ends takes no memory without bound: the first 2^20 are kept, the two more
/// are open, and their ends have no beginning.
#[test]
fn no_more_are_on_their_way_than_there_is_room_for() {
    let mut tally = SojournTally::new(FROM, TO, false, Time::ZERO);
    let all = sojourn::MOST + 2;
    (0..all).for_each(|_| tally.event(&mark(0, A, FROM, 0)));
    let open = tally.clone().finish(Time::from_secs(1));
    assert_eq!((open.open, open.arrivals, open.departures), (all, all, 0));
    (0..all).for_each(|_| tally.event(&mark(1, A, TO, 0)));
    let ended = tally.finish(Time::from_secs(1));
    assert_eq!((ended.departures, ended.open, ended.unmatched), (sojourn::MOST, 2, 2));
}

/// From each passing to the next of the same instance.
#[test]
fn one_mark_for_both() {
    let between = Measured::Sojourn { from: FROM, to: FROM, by_value: false };
    let events = [0, 2, 5, 9].map(|second| mark(second, A, FROM, 0));
    let names = ["count", "mean", "open", "unmatched"];
    assert_eq!(
        figures(&between, &measured(between.clone(), 0, &events), &names),
        [3.0, 3.0, 1.0, 0.0].map(Some)
    );
}

fn sum(terms: &[(Counted, ResourceId, i64)], at_least: Option<i64>) -> Measured {
    let term = |&(of, first, factor): &(Counted, ResourceId, i64)| LevelTerm { of, first, count: 1, factor };
    Measured::Level(LevelSum {
        terms: terms.iter().map(term).collect(),
        constant: 1,
        at_least,
        at_most: None,
    })
}

/// Of the run beside [`two_stage_trace`], which ends at 8 s: `q` has one item from 2 s to
/// 5 s (for an instant two), `m` is taken throughout; `b` waits for `m` and `c` for `q`
/// until 2 s, `c` from 1 s on.
#[test]
fn levels_over_time() {
    let level = |what: Measured, names: &[&str]| {
        let mut trace = two_stage_trace();
        trace.header.measures = vec![MeasureInfo { name: "m".to_owned(), what: what.clone(), warm_up_ns: 0 }];
        figures(&what, &of(trace), names)
    };
    let names = ["mean", "smallest", "largest", "p50", "p90"];
    let items = sum(&[(Counted::Level, BUFFER, 1)], None);
    assert_eq!(level(items.clone(), &names), [1.0 + 3.0 / 8.0, 1.0, 2.0, 1.0, 2.0].map(Some));
    let square = 3.0f64 / 8.0 * 5.0 / 8.0;
    let deviation = level(items, &["deviation"])[0].expect("there is one");
    assert!((deviation - square.sqrt()).abs() < 1e-12);
    // 1 + 2 · items - m, where m is 0 but for no time at the end.
    let mixed = sum(&[(Counted::Level, BUFFER, 2), (Counted::Level, MUTEX, -1)], Some(3));
    assert_eq!(level(mixed, &["mean", "share"]), [14.0 / 8.0, 3.0 / 8.0].map(Some));
    let waiting = sum(&[(Counted::Waiting, BUFFER, -1), (Counted::Waiting, MUTEX, 1)], None);
    // 2 for 1 s, 1 from then on.
    assert_eq!(level(waiting, &["mean", "largest", "smallest"]), [9.0 / 8.0, 2.0, 1.0].map(Some));
}

/// A level counts from the end of the warm-up, as it was then; who ends waits no more.
#[test]
fn levels_after_the_warm_up() {
    let events = [
        event(1, A, Kind::Put, BUFFER.0, 0),
        event(3, B, Kind::Put, BUFFER.0, 0),
        event(4, C, Kind::Block, MUTEX.0, WaitFor::Acquire as u64),
        event(7, A, Kind::Get, BUFFER.0, 0),
        event(8, C, Kind::Done, 0, 0),
    ];
    let items = sum(&[(Counted::Level, BUFFER, 1)], None);
    let found = figures(&items, &measured(items.clone(), 2, &events), &["mean", "smallest", "largest"]);
    // 2 for 1 s, 3 for 4 s, 2 for 3 s.
    assert_eq!(found, [20.0 / 8.0, 2.0, 3.0].map(Some));
    let waiting = sum(&[(Counted::Waiting, MUTEX, 1)], None);
    let found = figures(&waiting, &measured(waiting.clone(), 0, &events), &["mean"]);
    assert_eq!(found, [Some(1.4)]);
}

#[test]
fn passings_and_their_rate() {
    let rate = Measured::Passings { mark: FROM, per_ns: Some(60 * SECOND) };
    assert_eq!(
        figures(&rate, &measured(rate.clone(), 0, &two_instances()), &["count", "rate"]),
        [4.0, 24.0].map(Some)
    );
    assert_eq!(
        figures(&rate, &measured(rate.clone(), 2, &two_instances()), &["count", "rate"]),
        [2.0, 15.0].map(Some)
    );
}

proptest! {
    /// Where all who begin end, Little's law is no law of averages: both sides are the
    /// sum of all lengths by the length of the run.
    #[test]
    fn littles_law_is_exact_where_all_leave(
        steps in prop::collection::vec((0u64..4, 0u32..3, 1u32..4), 1..60),
    ) {
        let (mut now, mut begun, mut events) = (0, [0u32; 3], Vec::new());
        for (pause, process, most) in steps {
            now += pause;
            let id = ProcessId(process);
            let open = &mut begun[process as usize];
            let kind = if *open >= most { TO } else { FROM };
            *open = if kind == TO { *open - 1 } else { *open + 1 };
            events.push(mark(now, id, kind, 0));
        }
        for (process, open) in begun.into_iter().enumerate() {
            now += 1;
            events.extend((0..open).map(|_| mark(now, ProcessId(process as u32), TO, 0)));
        }
        let mut trace = two_stage_trace();
        trace.header.measures =
            vec![MeasureInfo { name: "m".to_owned(), what: BY_INSTANCE, warm_up_ns: 0 }];
        trace.events = events.into();
        let found = of(Trace { end: Time::from_secs(now + 3), log_args: Vec::new(), ..trace });
        let of = figures(&BY_INSTANCE, &found, &["in_system", "little", "little_gap", "open"]);
        prop_assert_eq!(of[0], of[1]);
        prop_assert_eq!(of[3], Some(0.0));
        prop_assert!(of[2].is_none_or(|gap| gap == 0.0));
    }
}

//! What each claim says of two traces made by hand, and of arbitrary ones.

use super::{FailedExpectation, Monitors, Watch};
use crate::ids::{MarkId, ProcessId};
use crate::trace::fixture::{A, B, BUFFER, C, MEMORY, MUTEX, cut_trace, two_stage_trace};
use crate::trace::{
    Bounds, Claim, Expected, Instances, Label, Milestone, StatePredicate, Stretch, Trace, ValueSource,
};
use crate::value::Value;

const LATENCY: MarkId = MarkId(0);
const PASSED: MarkId = MarkId(1);

fn seconds(seconds: u64) -> u64 {
    seconds * 1_000_000_000
}

fn mark(process: ProcessId, mark: MarkId, nth: u64) -> Label {
    Label { process, what: Milestone::Mark { mark, nth } }
}

fn started(process: ProcessId) -> Label {
    Label { process, what: Milestone::Started }
}

fn finished(process: ProcessId) -> Label {
    Label { process, what: Milestone::Finished }
}

fn be(process: ProcessId, what: StatePredicate) -> Stretch {
    Stretch { who: Instances::one(process), what }
}

/// The messages of a watch, having checked that plain monitors find the same.
fn failures(trace: &Trace, claims: &[Claim]) -> Vec<FailedExpectation> {
    let mut expected = Expected::default();
    for (claim, line) in claims.iter().zip(40..) {
        expected.add(claim.clone(), line);
    }
    let memories = [(MEMORY, [1.0, -2.0].map(Value::Float).to_vec())];
    let monitors = Monitors::new(&expected, &trace.header);
    let mut watch = Watch::new(&monitors, &trace.header);
    trace.replay(&mut watch);
    let told = watch.finish(&trace.outcome, trace.end, &memories);

    let mut state = monitors.start();
    for (event, args) in trace.iter() {
        monitors.event(&mut state, &event, args, false);
    }
    let found = monitors.finish(&state, &trace.outcome, trace.end, &memories);
    let lines = |failed: &[FailedExpectation]| failed.iter().map(|failed| failed.line).collect::<Vec<_>>();
    assert_eq!(lines(&told), lines(&found));
    let first = monitors.violated(&state).map(|number| 40 + number as u32);
    assert!(first.is_none_or(|first| lines(&told).contains(&first)));
    told
}

/// The messages of claims, each of which must fail.
fn told(trace: &Trace, claims: &[Claim]) -> Vec<String> {
    let failures = failures(trace, claims);
    assert_eq!(failures.len(), claims.len(), "{failures:?}");
    failures.into_iter().map(|failed| failed.message).collect()
}

#[test]
fn what_came_out_as_expected_is_no_finding() {
    let (seven, eight) = (seconds(7), seconds(8));
    let claims = [
        Claim::Outcome("completed".to_owned()),
        Claim::TotalTime(Bounds::exactly(eight)),
        Claim::TotalTime(Bounds { at_least: seven, at_most: eight }),
        Claim::Finished { process: B, at: Bounds::exactly(eight) },
        Claim::Finished { process: B, at: Bounds::at_least(eight) },
        // The end of a comes before that of c[0], and c[0] starts after b.
        Claim::Before { first: finished(A), second: mark(C, LATENCY, 1) },
        Claim::Before { first: started(B), second: started(C) },
        Claim::Reaches(finished(C)),
        Claim::Count { who: Instances::one(C), mark: LATENCY, times: Bounds::exactly(1) },
        Claim::Count { who: Instances::one(C), mark: PASSED, times: Bounds::exactly(0) },
        Claim::Count { who: Instances { first: C, count: 2 }, mark: LATENCY, times: Bounds::at_least(1) },
        Claim::Carries { process: C, mark: LATENCY, nth: 1, value: Value::Duration(seconds(3) as i64) },
        Claim::Values {
            process: C,
            source: ValueSource::Get(BUFFER),
            values: [10, 20].map(Value::Int).to_vec(),
        },
        Claim::Values { process: C, source: ValueSource::Read(MEMORY), values: vec![] },
        Claim::Level { resource: BUFFER, bounds: Bounds::at_most(2) },
        Claim::LongestWait { process: B, resource: Some(MUTEX), bounds: Bounds::exactly(seconds(2)) },
        Claim::LongestWait { process: C, resource: None, bounds: Bounds::at_most(seconds(1)) },
        Claim::LongestWait { process: A, resource: None, bounds: Bounds::exactly(0) },
        // a is delayed from 0 s to 2 s, b runs from 2 s to 8 s.
        Claim::NeverTogether(vec![be(A, StatePredicate::Delayed), be(B, StatePredicate::Running)]),
        Claim::NeverTogether(vec![
            be(A, StatePredicate::Holding(MUTEX)),
            be(B, StatePredicate::Holding(MUTEX)),
        ]),
        Claim::NeverTogether(vec![Stretch {
            who: Instances { first: C, count: 2 },
            what: StatePredicate::Delayed,
        }]),
        Claim::Memory { memory: MEMORY, values: [1.0, -2.0].map(Value::Float).to_vec() },
    ];
    assert_eq!(failures(&two_stage_trace(), &claims), []);
    assert_eq!(failures(&cut_trace(), &[]), []);
}

#[test]
fn a_failure_says_what_was_seen_when_and_on_which_line() {
    let (five, ten) = (Bounds::exactly(seconds(5)), Bounds { at_least: seconds(9), at_most: seconds(10) });
    let claims = [
        Claim::TotalTime(ten),
        Claim::Finished { process: A, at: Bounds::at_most(seconds(1)) },
        Claim::Before { first: finished(C), second: finished(A) },
        Claim::Before { first: mark(C, LATENCY, 2), second: finished(B) },
        Claim::Before { first: finished(B), second: mark(A, PASSED, 1) },
        Claim::Reaches(mark(C, LATENCY, 2)),
        Claim::Count { who: Instances::one(C), mark: LATENCY, times: Bounds::at_least(3) },
        Claim::Count { who: Instances { first: C, count: 2 }, mark: LATENCY, times: Bounds::exactly(0) },
        Claim::Carries { process: C, mark: LATENCY, nth: 1, value: Value::Duration(7) },
        Claim::Values {
            process: C,
            source: ValueSource::Get(BUFFER),
            values: [10, 30].map(Value::Int).to_vec(),
        },
        Claim::Values { process: C, source: ValueSource::Get(BUFFER), values: vec![Value::Int(10)] },
        Claim::Values {
            process: C,
            source: ValueSource::Get(BUFFER),
            values: [10, 20, 30].map(Value::Int).to_vec(),
        },
        Claim::Level { resource: BUFFER, bounds: Bounds::at_most(1) },
        Claim::Level { resource: MUTEX, bounds: Bounds::exactly(0) },
        Claim::LongestWait { process: B, resource: None, bounds: Bounds::at_most(seconds(1)) },
        Claim::LongestWait { process: B, resource: Some(BUFFER), bounds: five },
        Claim::NeverTogether(vec![be(A, StatePredicate::Holding(MUTEX)), be(B, StatePredicate::Blocked)]),
        Claim::NeverTogether(vec![be(B, StatePredicate::Running), be(C, StatePredicate::Delayed)]),
        Claim::Memory { memory: MEMORY, values: [1.0, 2.0].map(Value::Float).to_vec() },
        Claim::Memory { memory: MEMORY, values: vec![] },
    ];
    assert_eq!(
        told(&two_stage_trace(), &claims),
        [
            "expected a total time of between 9s and 10s, but it was 8s",
            "expected 'a' to finish at 1s or earlier, but it finished at 2s (line 11)",
            "expected 'c[0].finished' before 'a.finished', but 'a.finished' came first, at 2s (line 11), and \
             'c[0].finished' at 5s (line 13)",
            "expected 'c[0].latency[2]' before 'b.finished', but 'b.finished' came first, at 8s (line 12), and \
             'c[0].latency[2]' never came",
            "expected 'b.finished' before 'a.passed[1]', but 'a.passed[1]' never came",
            "expected 'c[0].latency[2]' to be reached, but it was passed once, the last at 5s (line 13)",
            "expected 'c[0].latency' to be passed at least 3 times, but it was passed once, the last at 5s (line 13)",
            "expected 'c.latency' to be passed 0 times, but it was passed a 1st time at 5s (line 13)",
            "expected 'c[0].latency[1]' to carry 7ns, but it carried 3s, at 5s (line 13)",
            "expected 'c[0]' to get [10, 30] from 'q', but the 2nd was 20 and not 30, at 5s (line 13)",
            "expected 'c[0]' to get [10] from 'q', but a 2nd value came, 20, at 5s (line 13)",
            "expected 'c[0]' to get [10, 20, 30] from 'q', but there were only the first 2, the last at 5s (line 13)",
            "expected the level of 'q' to be at most 1, but it was 2 at 2s (line 11), at the put of 'a'",
            "expected the level of 'm' to be 0, but it was 1 at the start",
            "expected the longest wait of 'b' to be at most 1s, but it waited for 2s for 'm', until 2s",
            "expected the longest wait of 'b' for 'q' to be 5s, but it was 0s",
            "expected never at the same time 'a' holding 'm' and 'b' blocked, but at 0s (line 12) 'b' was \
             blocked while 'a' was holding 'm' (since 0s (line 11))",
            "expected never at the same time 'b' running and 'c[0]' delayed, but at 2s (line 12) 'b' was \
             running while 'c[0]' was delayed (since 2s (line 13))",
            "expected memory 'd[0]' to hold [1.0, 2.0], but slot 1 is -2.0 and not 2.0",
            "expected memory 'd[0]' to hold [], but it has 2 slots and not 0",
        ]
    );
}

#[test]
fn what_never_came() {
    let claims = [
        Claim::Outcome("completed".to_owned()),
        Claim::Finished { process: B, at: Bounds::exactly(seconds(8)) },
        Claim::Reaches(started(C)),
        Claim::Before { first: started(C), second: finished(C) },
        Claim::Values { process: B, source: ValueSource::Get(BUFFER), values: vec![Value::Int(1)] },
        Claim::LongestWait { process: B, resource: None, bounds: Bounds::at_most(seconds(2)) },
    ];
    assert_eq!(
        told(&cut_trace(), &claims),
        [
            "expected the outcome completed, but the run ended as horizon",
            "expected 'b' to finish at 8s, but it did not finish before the run was stopped",
            "expected 'c[0].started' to be reached, but it was not before the run was stopped",
            "expected 'c[0].started' before 'c[0].finished', but 'c[0].started' did not come before the run was stopped",
            "expected 'b' to get [1] from 'q', but there were none",
            "expected the longest wait of 'b' to be at most 2s, but it waited for 3s up to the end",
        ]
    );
}

#[test]
fn untimed_monitors_leave_out_what_hangs_on_times() {
    let mut expected = Expected::default();
    expected.add(Claim::TotalTime(Bounds::exactly(1)), 1);
    expected.add(Claim::LongestWait { process: B, resource: None, bounds: Bounds::exactly(1) }, 2);
    expected
        .add(Claim::NeverTogether(vec![be(B, StatePredicate::Running), be(C, StatePredicate::Delayed)]), 3);
    let trace = two_stage_trace();
    let monitors = Monitors::untimed(&expected, &trace.header);
    let mut state = monitors.start();
    assert_eq!(state.len(), 2);
    assert_eq!(monitors.violated(&state), None);
    for (event, args) in trace.iter() {
        monitors.event(&mut state, &event, args, false);
    }
    assert_eq!(monitors.violated(&state), Some(2), "the place among all expectations");
    assert_eq!(monitors.finish(&state, &trace.outcome, trace.end, &[]).len(), 1);
}

//! What a run is told as: text for people, JSON for programs.

mod compared;
mod critical;
mod finding;
mod finished;
mod json;
mod measures;
mod parts;
mod races;
mod table;
mod text;
mod ties;

pub use compared::{compared_marks_table, comparison_table, figures_table};
pub use critical::{activity, charged, has_path, path_line};
pub use finding::told;
pub use finished::{Difference, Finished, TieSensitivity, Waiting};
pub use json::{AsCompared, json, json_line, json_object};
pub use parts::{
    BOLD, GREEN, PLAIN, RED, YELLOW, and_more, counted, duration, files, heading, interval, noun,
    on_many_lines, on_one_line, quantity, section, signed, so_many,
};
pub use races::told as races_told;
pub use table::table;
pub use text::{failure_told, failures, headline, in_words, reproduction_line, text, unchecked_note};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::FailedExpectation;
    use crate::ids::OpId;
    use crate::trace::fixture::{A, B, BUFFER, C, MEMORY, MUTEX, cut_trace, two_stage_trace};
    use crate::trace::{BlockedProcess, Deadlock, Fault, FaultKind, Outcome, Trace, WaitFor};
    use crate::value::Value;

    fn finished(trace: Trace) -> Finished {
        let source = "text\n".repeat(10) + "  the line of a\nthe line of b\nthe line of c";
        let reproduction = "tempolane run hand.yaml --seed 0".to_owned();
        Finished {
            memories: vec![(MEMORY, vec![Value::Float(0.5), Value::Float(2.0)])],
            ..Finished::of_trace(trace, "by hand".to_owned(), ["hand.yaml".to_owned(), source, reproduction])
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_completed_run() {
        let text = plain(&text(&finished(two_stage_trace()), Some("drawn\n"), true));
        for part in [
            "by hand: completed in 8s of virtual time\n",
            "  25 events, seed 18446744073709551615, fingerprint ",
            " c[0]",
            " q 1s",
            " mutex",
            "100.0%",
            "18.8%",
            " d[0]: 0.5, 2.0\n",
            " latency",
            " 2s  a  made \"2s\" of [0.5, 15.0]\n",
            "\nTimeline\ndrawn\n",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
        assert!(!finished(two_stage_trace()).is_finding());
    }

    #[test]
    fn a_deadlock_with_a_cycle_and_a_starved_process() {
        let blocked = |process, op, resource, wait_for, holder, givers| BlockedProcess {
            process,
            op: OpId(op),
            resource,
            wait_for,
            holder,
            givers,
            standing: None,
        };
        let deadlock = Deadlock {
            blocked: vec![
                blocked(A, 1, MUTEX, WaitFor::Acquire, Some(B), vec![B]),
                blocked(B, 2, BUFFER, WaitFor::Get, None, vec![A]),
                blocked(C, 3, BUFFER, WaitFor::Put, None, vec![]),
            ],
            cycle: vec![A, B],
        };
        let finished = finished(Trace { outcome: Outcome::Deadlock(deadlock), ..cut_trace() });
        let text = plain(&headline(&finished));
        let expected = "by hand: deadlock at 4s of virtual time
  3 of 4 processes wait for what never comes, 1 of them starved:
  - 'a' waits to acquire 'm', held by 'b'
      hand.yaml:11: the line of a
  - 'b' waits to get from 'q', only 'a' could end the wait
      hand.yaml:12: the line of b
  - 'c[0]' waits to put into 'q', starved: nobody that is left will ever end the wait
      hand.yaml:13: the line of c
  cycle: a → b → a
  to see it again: tempolane run hand.yaml --seed 0 (version 1.2.3)
";
        assert!(text.starts_with(expected), "{text}");
        let object: serde_json::Value = serde_json::from_str(&json_line(&finished, None)).expect("JSON");
        let finding = &object["finding"];
        assert_eq!(finding["kind"], "deadlock");
        assert_eq!(finding["lines"], serde_json::json!([11, 12, 13]));
        assert_eq!(finding["resources"], serde_json::json!(["m", "q"]));
        assert_eq!(finding["cycle"], serde_json::json!(["a", "b"]));
    }

    #[test]
    fn a_fault_and_failed_expectations() {
        let fault = Fault {
            process: B,
            op: OpId(2),
            message: "bad".to_owned(),
            hint: "do it well".to_owned(),
            kind: FaultKind::Rule,
        };
        let mut finished = finished(Trace { outcome: Outcome::Fault(fault), ..cut_trace() });
        finished.failed.push(FailedExpectation { message: "expected more".to_owned(), line: 3, seen: None });
        let text = plain(&headline(&finished));
        let expected = "by hand: fault at 4s of virtual time
  'b': bad
      hand.yaml:12: the line of b
  hint: do it well
  not as expected:
  - hand.yaml:3: expected more
";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn objects_keep_the_order_of_the_scenario() {
        let line = json_line(&finished(two_stage_trace()), Some(AsCompared::default()));
        let order = [
            "\"speed_up\":null",
            "\"a\":{",
            "\"b\":{",
            "\"c[0]\":{",
            "\"c[1]\":{",
            "\"m\":{",
            "\"latency\":{",
        ];
        let places: Vec<Option<usize>> = order.iter().map(|part| line.find(part)).collect();
        assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?} in {line}");
        assert_eq!(json(&finished(two_stage_trace())).last(), Some(&b'\n'));
    }
}

//! What a run is told as: text for people, JSON for programs.

mod finding;
mod groups;
mod json;
mod parts;
mod races;
mod table;
mod text;
mod ties;

pub use finding::told;
pub use json::{json, json_line, json_object};
pub use parts::{
    BOLD, GREEN, PLAIN, RED, and_more, counted, duration, files, heading, noun, on_many_lines, on_one_line,
    section, signed, so_many,
};
pub use table::{comparison_table, table};
pub use text::{failure_told, failures, headline, reproduction_line, text, unchecked_note};

use crate::analysis::{FailedExpectation, Races, Statistics};
use crate::cli::tie_sensitivity::TieSensitivity;
use crate::ids::ResourceId;
use crate::render::{Broken, Point};
use crate::time::Time;
use crate::trace::{Deadlock, Header, Outcome, Trace};
use crate::value::Value;
use std::path::PathBuf;

/// A run that has ended, with everything that can be said about it.
#[derive(Debug)]
pub struct Finished {
    /// The scenario's name in this command.
    pub label: String,
    /// The file that it came from, as diagnostics call it.
    pub file: String,
    /// The text of that file.
    pub source: String,
    /// The names.
    pub header: Header,
    /// How it ended.
    pub outcome: Outcome,
    /// Those who wait at the horizon, if nothing but waiting was left before it.
    pub waiting: Option<Deadlock>,
    /// The clock at the end.
    pub end: Time,
    /// Its figures.
    pub statistics: Statistics,
    /// Its fingerprint.
    pub fingerprint: String,
    /// The final content of every memory, as far as it was kept: the first values.
    pub memories: Vec<(ResourceId, Vec<Value>)>,
    /// How many of their values were not kept.
    pub memories_left_out: u64,
    /// What other orders of simultaneous events came to, if some were tried.
    pub ties: Option<TieSensitivity>,
    /// Its races.
    pub races: Races,
    /// The expectations that it did not meet.
    pub failed: Vec<FailedExpectation>,
    /// By failed expectation, the timeline around the moment at which that was
    /// seen; empty where there is none. Nothing at all if they were not drawn.
    pub windows: Vec<String>,
    /// The parameters because of which no expectation was checked; empty if all were.
    pub unchecked: Vec<String>,
    /// Its events, if pictures are to be drawn of it.
    pub trace: Option<Trace>,
    /// The files that it left behind.
    pub written: Vec<PathBuf>,
    /// What else should be known about them.
    pub notes: Vec<String>,
    /// The parameters that were set, each with its value.
    pub settings: Vec<(String, String)>,
    /// Whether it followed a schedule in which a delay may take any time.
    pub untimed: bool,
    /// The command that runs it again.
    pub reproduction: String,
    /// The choice that made a bad end unavoidable, if a schedule was followed
    /// in which it is known.
    pub fatal: Option<Point>,
}

impl Finished {
    /// A run of which nothing is known but its events, with where its scenario
    /// comes from and how to see it again.
    pub fn of_trace(trace: Trace, label: String, [file, source, reproduction]: [String; 3]) -> Finished {
        Finished {
            label,
            file,
            source,
            header: trace.header.clone(),
            outcome: trace.outcome.clone(),
            waiting: None,
            end: trace.end,
            statistics: trace.statistics(),
            fingerprint: trace.fingerprint(),
            memories: Vec::new(),
            memories_left_out: 0,
            ties: None,
            races: trace.races(),
            failed: Vec::new(),
            windows: Vec::new(),
            unchecked: Vec::new(),
            trace: Some(trace),
            written: Vec::new(),
            notes: Vec::new(),
            settings: Vec::new(),
            untimed: false,
            reproduction,
            fatal: None,
        }
    }

    /// Whether something was found out that the user must know.
    pub fn is_finding(&self) -> bool {
        let bad = matches!(self.outcome, Outcome::Deadlock(_) | Outcome::Fault(_) | Outcome::Limit { .. });
        bad || !self.failed.is_empty()
    }

    /// The expectations that it did not meet, for pictures.
    pub fn broken(&self) -> impl Iterator<Item = Broken> + '_ {
        self.failed
            .iter()
            .map(|failed| Broken { time: failed.seen.map(|moment| moment.time), text: failed.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OpId;
    use crate::trace::fixture::{A, B, BUFFER, C, MEMORY, MUTEX, cut_trace, two_stage_trace};
    use crate::trace::{BlockedProcess, Deadlock, Fault, WaitFor};

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
        let fault =
            Fault { process: B, op: OpId(2), message: "bad".to_owned(), hint: "do it well".to_owned() };
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
        let line = json_line(&finished(two_stage_trace()), Some(None));
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

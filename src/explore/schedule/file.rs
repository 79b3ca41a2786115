//! A schedule as a text: a file that a run can replay, and that a person can
//! read.
//!
//! The first lines are `key: value`; behind `turns:` stands one turn a line,
//! the process and, where the kernel has a choice itself, what is chosen.
//! What stands behind `#` is for the reader. Of a run that goes on for ever `cycle: N` says that behind the
//! last turn all but the clock is as it is before turn N, and `blocked: NAME` who waits for ever.

use super::lasso::GoesOn;
use super::names::ProcessNames;
use super::turn::Turn;
use crate::explore::options::Mode;
use crate::figure::{counted, so_many, there_are, verb};
use crate::ids::ProcessId;
use crate::program::BoundProgram;
use std::fmt::Write;

/// The version of the format.
const FORMAT: &str = "1";

/// What stands before the turns that come again and again.
pub const AGAIN_AND_AGAIN: &str = "from here on again and again:";

/// A schedule with what is needed to follow it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The scenario's name.
    pub scenario: String,
    /// The version of the program that found it.
    pub version: String,
    /// Whether time counted.
    pub mode: Mode,
    /// The seed of random draws.
    pub seed: u64,
    /// Parameters that were set.
    pub settings: Vec<(String, String)>,
    /// What it shows.
    pub shows: String,
    /// The turn, from 0, with which the finding could no longer be avoided.
    pub fatal: Option<usize>,
    /// Who waits for ever behind the last turn, by name, where that is what it shows.
    pub blocked: Vec<String>,
    /// The turn, from 0, from which on the turns come again and again, if they do.
    pub cycle: Option<usize>,
    /// Who goes on, by name, and what is chosen.
    pub turns: Vec<(String, Vec<u32>)>,
}

/// A text that is no schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleError {
    /// The line, from 1; 0 if it is about the whole.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "line {} of the schedule: ", self.line)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ScheduleError {}

impl Schedule {
    /// The turns by name.
    pub fn named(program: &BoundProgram, turns: &[Turn]) -> Vec<(String, Vec<u32>)> {
        turns.iter().map(|turn| (program.process_name(turn.process), turn.answers.clone())).collect()
    }

    /// The turns for this scenario.
    ///
    /// # Errors
    /// The number of a turn whose process the scenario does not have.
    pub fn turns(&self, program: &BoundProgram) -> Result<Vec<Turn>, usize> {
        let names = ProcessNames::new(program);
        let turns = self.turns.iter().enumerate().map(|(number, (name, answers))| {
            // The name of a timetable's process may end with a number itself: `desk at later * 2`. No
            // expression ends with two.
            let ends = (0..=answers.len().min(1)).map(|count| answers.split_at(count));
            let mut named = ends.filter_map(|(of_name, answers)| {
                let name = of_name.iter().fold(name.clone(), |name, number| format!("{name} {number}"));
                Some(Turn { process: names.find(&name)?, answers: answers.to_vec() })
            });
            named.next().ok_or(number)
        });
        turns.collect()
    }

    /// What it says of a run that goes on for ever, if it does.
    ///
    /// # Errors
    /// The name of a process that the scenario does not have.
    pub fn goes_on(&self, program: &BoundProgram) -> Result<Option<GoesOn>, String> {
        let names = ProcessNames::new(program);
        let blocked = self.blocked.iter().map(|name| names.find(name).ok_or_else(|| name.clone()));
        let mut blocked = blocked.collect::<Result<Vec<ProcessId>, String>>()?;
        blocked.sort_unstable();
        blocked.dedup();
        let shows = !blocked.is_empty() || self.cycle.is_some();
        Ok(shows.then_some(GoesOn { blocked, cycle: self.cycle }))
    }

    /// The text. `notes` say what happens in each turn.
    pub fn text(&self, notes: &[String]) -> String {
        let mut text =
            String::from("# A schedule: `tempolane run SCENARIO --schedule THIS-FILE` follows it.\n");
        let mut key = |name: &str, value: &str| {
            let _ = writeln!(text, "{name}: {value}");
        };
        key("schedule", FORMAT);
        key("scenario", &self.scenario);
        key("version", &self.version);
        key("mode", self.mode.name());
        key("seed", &self.seed.to_string());
        for (name, value) in &self.settings {
            key("set", &format!("{name}={value}"));
        }
        key("shows", &self.shows);
        for name in &self.blocked {
            key("blocked", name);
        }
        if let Some(cycle) = self.cycle {
            key("cycle", &(cycle + 1).to_string());
        }
        let _ = writeln!(text, "turns: {}", self.turns.len());
        let line = |(name, answers): &(String, Vec<u32>)| {
            answers.iter().fold(name.clone(), |line, answer| format!("{line} {answer}"))
        };
        let width = self.turns.iter().map(|turn| line(turn).chars().count()).max().unwrap_or(0);
        for (number, turn) in self.turns.iter().enumerate() {
            if self.cycle == Some(number) {
                let _ = writeln!(text, "  # {AGAIN_AND_AGAIN}");
            }
            let mark = if self.fatal == Some(number) { '!' } else { ' ' };
            let note = notes.get(number).filter(|note| !note.is_empty());
            let note = note.map(|note| format!("  # {note}")).unwrap_or_default();
            let padded = if note.is_empty() { line(turn) } else { format!("{:<width$}", line(turn)) };
            let _ = writeln!(text, "{mark} {padded}{note}");
        }
        text
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`ScheduleError`] if it is no schedule.
    pub fn parse(text: &str) -> Result<Schedule, ScheduleError> {
        let mut schedule = Schedule {
            scenario: String::new(),
            version: String::new(),
            mode: Mode::Timed,
            seed: 0,
            settings: Vec::new(),
            shows: String::new(),
            fatal: None,
            blocked: Vec::new(),
            cycle: None,
            turns: Vec::new(),
        };
        if let Some(other) = something_else(text) {
            let message = format!(
                "this is {other}; a schedule says who takes turns, and `tempolane explore` writes them"
            );
            return Err(ScheduleError { line: 1, message });
        }
        let (mut format, mut in_turns, mut count, mut cycle) = (false, false, None, 0);
        for (number, line) in text.lines().enumerate() {
            let failed = |message: String| ScheduleError { line: number + 1, message };
            let content = line.split('#').next().unwrap_or("").trim_end();
            if content.trim().is_empty() {
                continue;
            }
            if in_turns {
                schedule.turn(content).map_err(failed)?;
                continue;
            }
            let Some((key, value)) = content.split_once(':') else {
                let begin =
                    if format { "" } else { "this is no schedule, which begins with `schedule: 1`: " };
                return Err(failed(format!("{begin}expected `key: value`, or `turns:`")));
            };
            let value = value.trim();
            match key.trim() {
                "schedule" if value == FORMAT => format = true,
                "schedule" => {
                    return Err(failed(format!("format {value} is not known; this version knows {FORMAT}")));
                }
                "scenario" => value.clone_into(&mut schedule.scenario),
                "version" => value.clone_into(&mut schedule.version),
                "mode" => {
                    let known = [Mode::Timed, Mode::Untimed].into_iter().find(|mode| mode.name() == value);
                    let wrong = || failed(format!("unknown mode '{value}'; it is timed or untimed"));
                    schedule.mode = known.ok_or_else(wrong)?;
                }
                "seed" => {
                    let wrong =
                        |_| failed(format!("'{value}' is no seed; it is a whole number, not negative"));
                    schedule.seed = value.parse().map_err(wrong)?;
                }
                "set" => {
                    let wrong = || failed("expected `set: name=value`".to_owned());
                    let (name, value) = value.split_once('=').ok_or_else(wrong)?;
                    schedule.settings.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                "shows" => value.clone_into(&mut schedule.shows),
                "blocked" if value.is_empty() => {
                    return Err(failed("expected `blocked: process`".to_owned()));
                }
                "blocked" => schedule.blocked.push(value.to_owned()),
                "cycle" => {
                    let turn = value.parse::<usize>().ok().and_then(|turn| turn.checked_sub(1));
                    let wrong = || failed(format!("'{value}' is no number of a turn; the first is 1"));
                    schedule.cycle = Some(turn.ok_or_else(wrong)?);
                    cycle = number + 1;
                }
                "turns" => {
                    in_turns = true;
                    let wrong = |_| failed(format!("'{value}' is no number of turns"));
                    count = match value {
                        "" => None,
                        said => Some((number + 1, said.parse::<usize>().map_err(wrong)?)),
                    };
                }
                other => return Err(failed(format!("unknown key '{other}'"))),
            }
        }
        let missing = [(format, "schedule: 1"), (in_turns, "turns:")];
        if let Some((_, key)) = missing.into_iter().find(|(is_there, _)| !is_there) {
            let message = format!("this is no schedule: it has no `{key}`");
            return Err(ScheduleError { line: 0, message });
        }
        let turns = schedule.turns.len();
        match count {
            Some((line, said)) if said != schedule.turns.len() => {
                let found = schedule.turns.len();
                let message = format!(
                    "it says that {} in it, but there {} {}; of a part of a schedule write `turns:` alone",
                    there_are(said as u64, "turn"),
                    verb(found, "are"),
                    counted(found)
                );
                Err(ScheduleError { line, message })
            }
            _ if schedule.cycle.is_some_and(|turn| turn >= turns) => {
                let message = format!(
                    "it has no turn {}: it has {}",
                    schedule.cycle.map_or(0, |turn| turn + 1),
                    so_many(turns as u64, "turn")
                );
                Err(ScheduleError { line: cycle, message })
            }
            _ => Ok(schedule),
        }
    }

    fn turn(&mut self, content: &str) -> Result<(), String> {
        let fatal = content.starts_with('!');
        let words: Vec<&str> = content.trim_start_matches('!').split_whitespace().collect();
        // What brings arrivals, and timetables, has a name of several words: `desk at 4h`.
        let numbers = words.iter().rev().map_while(|word| word.parse::<u32>().ok()).count();
        let (name, answers) = words.split_at(words.len() - numbers);
        if name.is_empty() {
            return Err("expected the name of a process".to_owned());
        }
        let answers: Vec<u32> = answers.iter().filter_map(|word| word.parse().ok()).collect();
        let name = name.join(" ");
        if fatal {
            self.fatal = Some(self.turns.len());
        }
        self.turns.push((name, answers));
        Ok(())
    }
}

/// Which other text of this program this is, and what it is for, if it is easily told.
fn something_else(text: &str) -> Option<&'static str> {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    match text {
        text if text.starts_with("# steps of ") => {
            Some("a snapshot of `tempolane test`, which says what happened")
        }
        _ if has("processes:") && !has("schedule:") => {
            Some("a scenario, which `tempolane run` takes before --schedule")
        }
        text if text.starts_with('{') => Some("a trace or a result in JSON, which says what happened"),
        _ => None,
    }
}

/// A text as what a schedule shows: on one line, and without what would begin
/// a remark.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('#', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_written() {
        let schedule = Schedule {
            scenario: "philosophers".to_owned(),
            version: "0.1.0".to_owned(),
            mode: Mode::Untimed,
            seed: 7,
            settings: vec![("n".to_owned(), "2".to_owned())],
            shows: "deadlock".to_owned(),
            fatal: Some(1),
            blocked: vec!["philosopher[0]".to_owned(), "guest arrivals".to_owned()],
            cycle: Some(2),
            turns: vec![
                ("philosopher[0]".to_owned(), vec![]),
                ("philosopher[1]".to_owned(), vec![0, 2]),
                ("guest arrivals".to_owned(), vec![1]),
            ],
        };
        let text = schedule.text(&["acquires forks[0]".to_owned(), String::new()]);
        assert_eq!(Schedule::parse(&text), Ok(schedule));
        assert!(
            text.contains("\n  philosopher[0]      # acquires forks[0]\n! philosopher[1] 0 2\n"),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_schedule_is_said_with_its_line() {
        for (text, line) in [
            ("", 0),
            ("schedule: 2\n", 1),
            ("schedule: 1\nmode: slow\n", 2),
            ("schedule: 1\nseed: -1\n", 2),
            ("schedule: 1\n\nhello\n", 3),
            ("schedule: 1\nturns:\n! 1\n", 3),
            ("schedule: 1\nset: n\nturns:\n", 2),
            ("schedule: 1\nturns: x\n  p\n", 2),
            ("schedule: 1\nturns: 2\n  p\n", 2),
            ("schedule: 1\ncycle: 0\nturns:\n  p\n", 2),
            ("schedule: 1\ncycle: 2\nturns:\n  p\n", 2),
            ("schedule: 1\nblocked:\nturns:\n  p\n", 2),
            ("version: 1\nname: s\nprocesses:\n  p: {do: []}\n", 1),
            ("{\"version\":1}\n", 1),
        ] {
            assert_eq!(Schedule::parse(text).map_err(|error| error.line), Err(line), "{text:?}");
        }
    }
}

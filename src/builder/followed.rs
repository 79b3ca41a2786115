//! Schedules of a scenario made in code, followed again.

use super::code::Numbered;
use super::expect::Expect;
use super::run::Run;
use super::scenario::{Prepared, Scenario};
use super::state::CodeState;
use crate::explore::{
    self, Cancellation, Following, GoesOn, Mismatch, Mode, NumberedCode, Schedule, Turn, replay_cancellable,
};
use crate::trace::RecordingSink;

/// How a schedule was found, and what it shows.
pub(super) struct Along<'w> {
    pub(super) mode: Mode,
    pub(super) seed: u64,
    pub(super) shows: &'w str,
    /// The turn, from 0, behind which nothing helps.
    pub(super) fatal: Option<usize>,
    /// What it shows of a run that goes on for ever.
    pub(super) goes_on: Option<&'w GoesOn>,
}

/// The run along these turns.
pub(super) fn followed<'s, S: CodeState + Send>(
    scenario: &'s Scenario<S>,
    prepared: &Prepared,
    code: &Numbered<'_, S>,
    &Along { mode, seed, shows, fatal, goes_on }: &Along<'_>,
    turns: &[Turn],
) -> Result<Run<'s, S>, Mismatch> {
    let program = &prepared.program;
    let header = program.header(seed);
    let mut recording = RecordingSink::new();
    let called = Some(code as &dyn NumberedCode);
    let following = Following::as_it_shows(seed, mode, goes_on);
    let never = Cancellation::NEVER;
    let followed =
        replay_cancellable(program, called, following, never, turns, &mut recording, &mut |_, _| {})?;
    let followed = followed.expect("nobody stopped it");
    let goes_on = goes_on.cloned().unwrap_or_default();
    let schedule = Schedule {
        scenario: scenario.name().to_owned(),
        version: header.version.clone(),
        mode,
        seed,
        settings: scenario.subject(Expect::NOTHING).settings(),
        shows: explore::one_line(shows),
        fatal,
        blocked: goes_on.blocked.iter().map(|&process| program.process_name(process)).collect(),
        cycle: goes_on.cycle,
        turns: Schedule::named(program, turns),
    };
    let notes = explore::narrate(program, called, mode, seed, turns);
    let notes: Vec<String> = notes.iter().map(|note| prepared.source_map.in_code(note)).collect();
    Ok(Run {
        scenario,
        source_map: prepared.source_map.clone(),
        memories: followed.machine.memories(program),
        trace: recording.finish(header, followed.outcome, followed.end),
        schedule: Some(schedule.text(&notes)),
        is_end_named: false,
        state: code.state(followed.code),
    })
}

impl<S: CodeState + Send> Scenario<S> {
    /// The run along a schedule, as [`Run::schedule`] has it and a failed assertion
    /// leaves it in a file: who goes on is decided by it, for as long as it lasts.
    ///
    /// # Errors
    /// If it is no schedule, or the scenario does not allow it; and everything that is
    /// wrong with the scenario.
    ///
    /// # Panics
    /// If code does.
    pub fn follow(&self, schedule: &str) -> Result<Run<'_, S>, String> {
        let said = |message: String| format!("{}: {message}", self.name());
        let parsed = Schedule::parse(schedule).map_err(|error| said(error.to_string()))?;
        let settings = self.settings();
        if let Some((name, value)) = parsed.settings.iter().find(|&set| !settings.contains(set)) {
            return Err(said(format!(
                "the schedule is of {name}={value}; `set` it, and leave that line out"
            )));
        }
        let prepared = self.prepare(Expect::NOTHING).map_err(|problems| problems.to_string())?;
        let refused = |mismatch: Mismatch| said(mismatch.to_string());
        let turns = parsed.turns(&prepared.program);
        let absent = |turn| Mismatch { turn, message: "there is no such process".to_owned() };
        let turns = turns.map_err(|turn| refused(absent(turn)))?;
        let code = self.numbered(&prepared.frames);
        let goes_on = parsed.goes_on(&prepared.program);
        let goes_on = goes_on.map_err(|name| said(format!("there is no process '{name}'")))?;
        let Schedule { mode, seed, shows, fatal, .. } = parsed;
        let along = Along { mode, seed, shows: &shows, fatal, goes_on: goes_on.as_ref() };
        followed(self, &prepared, &code, &along, &turns).map_err(refused)
    }
}

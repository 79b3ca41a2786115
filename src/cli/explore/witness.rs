//! The schedules that show what was found: as files, as timelines, and turn by
//! turn.

use super::arguments::ExploreArguments;
use crate::analysis::Monitors;
use crate::cli::execute::{Keep, execute_along};
use crate::cli::failure::{Exit, Failure};
use crate::cli::failure_windows;
use crate::cli::html_page;
use crate::cli::inputs::Loaded;
use crate::cli::output::Folder;
use crate::cli::pictures::{Drawing, SharedLooks, are_wanted};
use crate::cli::report::{Finished, so_many};
use crate::cli::view::view;
use crate::explore::{
    self, BlockedForEver, Cancellation, End, Exploration, Following, Mode, Schedule, Stopped, TotalTimes,
    Undecided, Witness, narrate_cancellable,
};
use crate::program::BoundProgram;
use crate::render::GivenLooks;
use crate::scenario::folder_name;
use crate::trace::Claim;
use std::path::PathBuf;

/// Pictures of longer schedules than this are not drawn.
const MOST_DRAWN: usize = 100_000;

/// How the names of their files end.
const SCHEDULE: &str = "schedule";

/// Who waits for ever while others go on, if that was found out.
pub type BlockedSome = Result<Option<BlockedForEver>, Undecided>;

/// Something that was found, with the schedule that shows it.
pub struct Shown {
    /// What: `deadlock`, `fault`, `limit`, `partial-deadlock`, `expectation`, `race`, `fastest`, `slowest`.
    pub kind: &'static str,
    /// Whether it is something that the user must know.
    pub is_finding: bool,
    /// In how many states.
    pub states: u64,
    /// No schedule avoids it.
    pub unavoidable: bool,
    /// The schedule.
    pub schedule: Schedule,
    /// What happens in each turn.
    pub notes: Vec<String>,
    /// The run along the schedule.
    pub finished: Finished,
    /// The files that were written.
    pub written: Vec<PathBuf>,
}

/// Follows the schedules of all that was found, and writes and draws them;
/// fewer if `cancellation` says to stop.
pub fn show(
    loaded: &Loaded,
    program: &BoundProgram,
    exploration: &Exploration<'_>,
    blocked: &BlockedSome,
    (mode, seed): (Mode, u64),
    cancellation: Cancellation<'_>,
    (arguments, given): (&ExploreArguments, &mut GivenLooks),
) -> Result<Vec<Shown>, Failure> {
    let mut all: Vec<(&'static str, String, u64, Witness)> = Vec::new();
    if let Some(witness) = exploration.witness(End::Deadlock) {
        let turns = so_many(witness.turns.len() as u64, "turn");
        let shows = format!("deadlock after {turns}");
        all.push(("deadlock", shows, exploration.ends(End::Deadlock), witness));
    }
    for (stopped, states, witness) in exploration.stops() {
        match stopped {
            Stopped::Fault(fault) => all.push(("fault", fault.message.clone(), states, witness)),
            Stopped::Limit(message) => all.push(("limit", message, states, witness)),
        }
    }
    if let Ok(Some(some)) = blocked {
        all.push(("partial-deadlock", some.told(&program.header(seed)), some.states, some.witness.clone()));
    }
    let monitors = Monitors::new(&loaded.scenario.model.expect, &program.header(seed));
    for (number, states, witness) in exploration.failed() {
        let expected = &loaded.scenario.model.expect.expectations;
        let by_deadlock = all
            .first()
            .is_some_and(|(kind, _, _, deadlock)| *kind == "deadlock" && deadlock.turns == witness.turns);
        let outcome = expected.get(number).is_some_and(|one| matches!(one.claim, Claim::Outcome(_)));
        if by_deadlock && outcome {
            // The deadlock says the same.
            continue;
        }
        let line = expected.get(number).map_or(0, |expectation| expectation.line);
        let claim = monitors.statement(number).unwrap_or("what stands there");
        all.push(("expectation", format!("line {line}, {claim}"), states, witness));
    }
    for (race, states, witness) in exploration.races() {
        let header = program.header(seed);
        let [a, b] = race.accesses.map(|(op, process, writes)| {
            let verb = if writes { "writes" } else { "reads" };
            let line = header.lines.get(op.index()).copied().unwrap_or(0);
            format!("{} {verb} on line {line}", header.process_name(process))
        });
        let memory = header.resource_name(race.memory);
        let shows = format!("a race for {memory}[{}]: {a}, {b}, in whatever order", race.slot);
        all.push(("race", shows, states, witness));
    }
    if let Some(TotalTimes { least, most }) = exploration.total_times()
        && most.as_ref().is_none_or(|most| least.0 < most.0)
    {
        all.push(("fastest", format!("a total time of {}, the least", least.0), 0, least.1));
        if let Some(most) = most {
            all.push(("slowest", format!("a total time of {}, the greatest", most.0), 0, most.1));
        }
    }
    let mut view = view(&arguments.run.look, loaded)?;
    if mode == Mode::Untimed {
        // What happens when says nothing there.
        (view.look.from, view.look.to) = (None, None);
    }
    let mut kinds: Vec<&str> = Vec::new();
    let mut shown = Vec::new();
    for (kind, shows, states, witness) in all {
        if cancellation.is_over() {
            break;
        }
        kinds.push(kind);
        let number = kinds.iter().filter(|&&other| other == kind).count();
        let name = if number == 1 { kind.to_owned() } else { format!("{kind}-{number}") };
        let schedule = Schedule {
            scenario: loaded.scenario.model.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mode,
            seed,
            settings: loaded.settings.clone(),
            shows: explore::one_line(&shows),
            fatal: witness.fatal,
            turns: Schedule::named(program, &witness.turns),
        };
        // Behind a wait that never ends the others would go on without an end.
        let following = match kind {
            "partial-deadlock" => Following::so_far(seed, mode),
            _ => Following::to_the_end(seed, mode),
        };
        let notes = narrate_cancellable(program, None, (seed, mode), cancellation, &witness.turns);
        let wanted = are_wanted(&arguments.run) || html_page::is_wanted(&arguments.run);
        let is_drawn = wanted && witness.turns.len() <= MOST_DRAWN;
        let keep = if is_drawn { Keep::Events } else { Keep::Nothing };
        let mut finished =
            match execute_along(loaded, (&schedule, following), cancellation, &arguments.run, None, keep) {
                Err(failure) if failure.exit == Exit::Interrupted => break,
                finished => finished?,
            };
        finished.view = view.clone();
        finished.along = Some(format!("{name}.{SCHEDULE}"));
        failure_windows::draw(None, &mut finished)?;
        let is_finding = !matches!(kind, "fastest" | "slowest");
        let unavoidable = witness.unavoidable;
        let mut one =
            Shown { kind, is_finding, states, unavoidable, schedule, notes, finished, written: Vec::new() };
        if arguments.run.writes_anything() {
            let folder = Folder::open(arguments.run.output.join(folder_name(&loaded.label)))?;
            let text = one.schedule.text(&one.notes);
            one.written.push(folder.write(&format!("{name}.{SCHEDULE}"), text.as_bytes())?);
            let looks = SharedLooks::behind(given, &one.finished);
            if let Some(drawing) = Drawing::new(&one.finished) {
                let drawing = drawing.among(looks.as_ref());
                one.written.extend(drawing.write(&folder, &arguments.run, &name)?);
                one.written.extend(html_page::write(&drawing, &folder, &arguments.run, &name, None)?);
            }
        }
        shown.push(one);
    }
    Ok(shown)
}

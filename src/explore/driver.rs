//! One exploration from beginning to end, whatever the size of its states.

use super::cancellation::Cancellation;
use super::ends::Stopped;
use super::options::{Budget, Mode, Options, Reduce};
use super::progress::{Progress, Stop};
use crate::explore::result::{Exploration, Findings};
use crate::explore::search::{AnySearch, MAX_WORDS, Start, TooNarrow, is_too_large_for, with};
use crate::explore::state::Codec;
use crate::explore::symmetry::Symmetry;
use crate::explore::transition::{Scratch, TransitionRelation, decided_by_clock, lines_of};
use crate::program::{BoundProgram, Processor};
use crate::trace::NoTrace;
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// Explores all schedules of `program`. `control` is asked now and then whether
/// to go on.
pub fn explore<'a>(
    program: &'a BoundProgram,
    options: Options<'a>,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Exploration<'a> {
    explore_cancellable(program, options, Cancellation::NEVER, control)
}

/// Explores all schedules of `program`, and stops also where `control` is not
/// asked: `cancellation` is, in the preparation, in the middle of a transition, and
/// while witnesses are put together, which then end early. Once it has said to
/// stop it has to say so from then on.
pub fn explore_cancellable<'a>(
    program: &'a BoundProgram,
    options: Options<'a>,
    cancellation: Cancellation<'a>,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Exploration<'a> {
    let mut exploration = Exploration {
        program,
        options,
        search: None,
        findings: Findings::new(),
        stillborn: None,
        clock: clock_of(program, &options),
        lasting: lasting_of(&options),
        endless: OnceLock::new(),
        path_times: OnceLock::new(),
        stop: Stop::Complete,
    };
    let start = match prepared(program, &options, cancellation) {
        Ok(prepared) => prepared,
        Err(Unprepared::Stop(stop)) => return Exploration { stop, ..exploration },
        Err(Unprepared::Ends(stopped)) => return Exploration { stillborn: Some(stopped), ..exploration },
    };
    let any = AnySearch::new(start.codec.words, start);
    let (any, stop) = run(any, &mut exploration.findings, &options.budget, control);
    Exploration { search: Some(any), stop, ..exploration }
}

/// The lines that depend on what the clock shows, if time does not count.
fn clock_of(program: &BoundProgram, options: &Options<'_>) -> Vec<u32> {
    if options.mode == Mode::Timed {
        return Vec::new();
    }
    let looks_at = |kind| options.monitors.is_some_and(|monitors| monitors.looks_at_values(kind));
    let mut lines = lines_of(program, decided_by_clock(program, looks_at).into_iter());
    lines.extend(lasting_of(options));
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The lines of what is expected about how long something lasts, if time does not count.
fn lasting_of(options: &Options<'_>) -> Vec<u32> {
    let monitors = options.monitors.filter(|_| options.mode != Mode::Timed);
    let mut lines = monitors.map(|monitors| monitors.lines_about_time()).unwrap_or_default();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Why there is nothing to search.
enum Unprepared {
    /// Already the first state cannot be handled, or it was stopped before.
    Stop(Stop),
    /// The run ends before its first state.
    Ends(Stopped),
}

/// The search that stands in the first state, and how many words that has.
fn prepared<'a>(
    program: &'a BoundProgram,
    options: &Options<'a>,
    cancellation: Cancellation<'a>,
) -> Result<Start<'a>, Unprepared> {
    if program.process_count() > 64 * MAX_WORDS {
        // Each process takes a bit at least.
        return Err(Unprepared::Stop(Stop::TooLarge));
    }
    if is_too_large_for(program, &options.budget) {
        return Err(Unprepared::Stop(Stop::Memory));
    }
    let monitors = options.monitors;
    let relation = TransitionRelation::new(program, options.mode == Mode::Timed, monitors, options.code);
    let relation = TransitionRelation { cancellation, spurious: options.spurious, ..relation };
    let mut scratch = Scratch::new(program, options.seed);
    let started = relation.start(&mut scratch, &mut NoTrace);
    let symmetry = Symmetry::new(program, monitors, options.reduce.symmetry);
    let mut codec = Codec::new(program, relation.clock(), monitors, symmetry.as_ref());
    // What is said of a run that was broken off means nothing.
    if cancellation.is_over() {
        return Err(Unprepared::Stop(Stop::Control));
    }
    started.map_err(Unprepared::Ends)?;
    codec.learn(&scratch.world);
    codec.lay_out();
    // A step without time is learnt once; with time hardly one is like another.
    // What comes of a wait that may run out hangs on whether it is the first step of a block.
    let in_blocks = program.timeouts.iter().any(|timeout| program.atomic[timeout.wait.index()]);
    let learns = options.learns && options.mode == Mode::Untimed && !in_blocks && !options.spurious;
    // Of those who share a processor and end together the first of the scenario does so first.
    let is_shared = program.processors.iter().any(Processor::is_shared) && options.mode == Mode::Timed;
    let symmetry = symmetry.filter(|_| options.reduce.symmetry && !is_shared && !options.spurious);
    // Where priorities are inherited, a step may concern those who wait elsewhere; where
    // others start or end a process, what it does next hangs on them; and a wait that may
    // run out is a step of a process that others may end before.
    // Whoever is served while it waits for several resources takes of others, too.
    let is_served =
        program.has_watches() && relation.lines[program.resource_of(program.watch_line()).index()];
    let order = options.reduce.order
        && !is_served
        && !program.has_inheritance()
        && !program.has_requests
        && !program.has_lives()
        && !program.has_daemons
        && !program.has_timeouts()
        && !options.spurious;
    let reduce = Reduce { order, ..options.reduce };
    Ok(Start { relation, codec, symmetry, scratch, seed: options.seed, learns, reduce })
}

/// Searches until there is nothing more, or something is spent.
fn run<'a>(
    mut any: AnySearch<'a>,
    findings: &mut Findings,
    budget: &Budget,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> (AnySearch<'a>, Stop) {
    loop {
        let (result, words) = with!(&mut any, search => {
            let result = search.run(budget, control, &mut |graph, batch| {
                findings.look(graph, batch);
                findings.bytes
            });
            (result, search.graph.space.codec.words)
        });
        match result {
            Ok(stop) => return (any, stop),
            Err(TooNarrow) if words > MAX_WORDS => return (any, Stop::TooLarge),
            Err(TooNarrow) => any = any.widened(),
        }
    }
}

//! Scenarios that are read from YAML, for the same runs and assertions as those
//! made in code.
//!
//! Decides what can be changed of one in Rust, and how what it expects itself is
//! checked. What its text means is decided where it is for files.

use super::expect::Expect;
use super::explore::Explore;
use super::found::Schedules;
use super::problem::{Problem, Problems};
use super::reproduction::Subject;
use super::run::Run;
use super::scenario::Scenario;
use super::source_map::{Place, SourceMap, shown};
use super::state::CodeState;
use super::written::Written;
use crate::scenario::{LoadError, LoadedScenario, load_file, load_str, with_values};
use crate::trace::Claim;
use std::panic::Location;
use std::path::Path;

impl Scenario {
    /// The scenario that a text says, in YAML, as a file has it. `name` is what messages call
    /// the text, and the name of the scenario if it does not say one; tables that it draws from
    /// are looked for beside a file of that path.
    ///
    /// The text has the say: [`Scenario::set`], [`Scenario::seed`], [`Scenario::horizon`] and
    /// [`Scenario::warm_up`] change it for the runs to come, but nothing is added to it. A
    /// parameter, a resource, a measure or a process that is declared in Rust as well is a
    /// problem, which [`Scenario::check`] and all that runs it tell.
    ///
    /// ```
    /// use tempolane::builder::{Mode, Scenario};
    ///
    /// let text = "
    /// version: 1
    /// params: {items: 3}
    /// resources: {queue: {kind: buffer, capacity: 1}}
    /// processes:
    ///   loader: {do: [{repeat: items, do: [{delay: 1s}, {put: queue}]}]}
    ///   trainer: {do: [{repeat: items, do: [{get: queue}, {delay: 2s}, {mark: trained}]}]}
    /// expect:
    ///   outcome: completed
    ///   total_time: 7s
    /// ";
    /// let mut lab = Scenario::from_yaml("lab", text)?;
    /// lab.run().assert_expectations().assert_count("trainer.trained", 3);
    /// lab.assert_expectations_in_every_schedule(Mode::Timed);
    /// lab.set("items", 5).run().assert_total_time("11s");
    ///
    /// let problems = Scenario::from_yaml("lab", &text.replace("get: queue", "get: queu")).unwrap_err();
    /// assert_eq!(problems.items[0].place(), "lab:7:45");
    /// assert_eq!(problems.items[0].message, "unknown resource 'queu'; did you mean 'queue'?");
    /// # Ok::<(), tempolane::builder::Problems>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, in one go, each with its line and column.
    pub fn from_yaml(name: &str, text: &str) -> Result<Scenario, Problems> {
        read(name, load_str(name, text, &[]), false)
    }

    /// The scenario in a file, with the tables beside it that it draws from; as
    /// [`Scenario::from_yaml`]. Tests that Cargo runs begin in the folder of their package:
    /// `Scenario::from_file("tests/lab.yaml")`.
    ///
    /// # Errors
    /// If it cannot be read; and everything that is wrong with it, in one go, each with its
    /// line and column.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Scenario, Problems> {
        let path = path.as_ref();
        read(&path.display().to_string(), load_file(path, &[]), true)
    }
}

fn read(label: &str, loaded: Result<LoadedScenario, LoadError>, is_file: bool) -> Result<Scenario, Problems> {
    let written = |loaded| Written { loaded, is_file };
    let loaded = loaded.map_err(|error| match error {
        LoadError::Diagnostics(found) => {
            Problems::found(label, &SourceMap::of_file(&found.source), &[], &found)
        }
        other => Problems::one(label, Problem::of(other.to_string())),
    })?;
    let scenario = Scenario::of_text(written(loaded));
    // What only shows when it is laid out, such as a state that is too large.
    scenario.prepare(Expect::NOTHING)?;
    Ok(scenario)
}

impl<S: CodeState> Scenario<S> {
    /// The text as it was read, with parameters as they were set.
    pub(super) fn text_of(&self, written: &Written) -> Option<String> {
        let plain = &written.loaded;
        let settings = self.settings();
        let changed = plain.model.params.iter().enumerate();
        let changed: Vec<_> =
            changed.filter(|(_, param)| settings.iter().any(|(name, _)| *name == param.name)).collect();
        if changed.is_empty() {
            return Some(plain.source.text.clone());
        }
        let params = self.prepare(Expect::NOTHING).ok()?.loaded.params;
        let values: Vec<_> = changed
            .iter()
            .map(|(number, _)| (crate::ids::ParamId::from_index(*number), params[*number]))
            .collect();
        with_values(&plain.source.label, &plain.source.text, &values)
    }

    /// Which file shows a run again.
    pub(super) fn subject_of(&self, written: &Written) -> Subject {
        let plain = &written.loaded;
        match (self.is_amended(), written.is_file) {
            (true, _) => Subject::None,
            (false, true) => Subject::Path { path: plain.source.label.clone(), settings: self.settings() },
            (false, false) if plain.model.tables.is_empty() => {
                self.text_of(written).map_or(Subject::None, Subject::Text)
            }
            (false, false) => Subject::None,
        }
    }

    /// Refuses what was added in Rust to a scenario of YAML.
    pub(super) fn refuse_additions(
        &self,
        written: &Written,
        added: impl Iterator<Item = (&'static str, String, &'static Location<'static>)>,
    ) -> Result<(), Problems> {
        let problem = |(kind, name, at): (&str, String, _)| Problem {
            place: Some(Place::in_code(format!("{kind} {}", shown(&name)), at)),
            hint: Some(
                "write it there; `set`, `seed`, `horizon` and `warm_up` change such a scenario".to_owned(),
            ),
            ..Problem::of(format!(
                "nothing is added in Rust to a scenario of YAML, as this one of '{}'",
                written.loaded.source.label
            ))
        };
        let items: Vec<Problem> = added.map(problem).collect();
        if items.is_empty() { Ok(()) } else { Err(Problems::of(self.name(), items)) }
    }

    /// Whether what it expects itself can be held against its runs.
    pub(super) fn has_expectations(&self, loaded: &LoadedScenario) -> Result<(), Problems> {
        let otherwise = |message: String| Err(Problems::one(self.name(), Problem::of(message)));
        let Some(written) = self.written() else {
            return otherwise("it is made in code, and expects nothing itself; `Run::check` and `check_every_schedule` take what is expected".to_owned());
        };
        let label = &written.loaded.source.label;
        if written.loaded.model.expect.is_empty() {
            return otherwise(format!("'{label}' has no `expect`"));
        }
        let changed = loaded.changed(&self.settings(), Some(&written.loaded));
        if changed.is_empty() {
            return Ok(());
        }
        otherwise(format!(
            "what '{label}' expects is said of its own parameters, and these are set to others: {}; \
             `Run::check` and `check_every_schedule` take what is expected then",
            changed.join(", ")
        ))
    }
}

impl<S: CodeState> Scenario<S> {
    /// The outcome that the scenario's own text expects, if that can be held against its runs.
    pub(super) fn own_outcome(&self, loaded: &LoadedScenario) -> Option<String> {
        self.has_expectations(loaded).ok()?;
        let expected = self.written()?.loaded.model.expect.expectations.iter();
        expected.into_iter().find_map(|one| match &one.claim {
            Claim::Outcome(outcome) => Some(outcome.clone()),
            _ => None,
        })
    }
}

impl<S: CodeState> Run<'_, S> {
    /// Whether the run is as the scenario expects it itself, by the `expect` of its
    /// [text](Scenario::from_yaml).
    ///
    /// # Errors
    /// What was expected and what was seen, as [`Run::check`] has it; or that nothing is
    /// expected: the scenario has no `expect`, is made in code, or has other parameters
    /// than those of which that is said.
    pub fn check_expectations(&self) -> Result<(), String> {
        self.failure(Expect::Own)?.map_or(Ok(()), |failure| Err(failure.told()))
    }

    /// Panics unless the run is as the scenario expects it itself; for tests. See
    /// [`Run::check_expectations`].
    ///
    /// # Panics
    /// If the run is not so, or nothing is expected.
    #[track_caller]
    pub fn assert_expectations(&self) -> &Self {
        self.assert_as(Expect::Own)
    }
}

impl<S: CodeState + Send> Scenario<S> {
    /// Whether every schedule is as the scenario expects it itself, by the `expect` of its
    /// [text](Scenario::from_yaml). See [`Scenario::check_every_schedule`].
    ///
    /// # Errors
    /// As [`Scenario::check_every_schedule`], also for what cannot be decided of all schedules,
    /// such as figures, or a time in [`Mode::Untimed`](super::Mode::Untimed); and that nothing
    /// is expected, as [`Run::check_expectations`] has it.
    pub fn check_expectations_in_every_schedule(
        &self,
        explore: impl Into<Explore>,
    ) -> Result<Schedules<S>, String> {
        self.every(explore.into(), Expect::Own, &mut |_, _| Ok(())).map_err(|failed| failed.told())
    }

    /// Panics unless every schedule is as the scenario expects it itself; for tests. See
    /// [`Scenario::check_expectations_in_every_schedule`].
    ///
    /// # Panics
    /// If some schedule is not so, or nothing is expected.
    #[track_caller]
    pub fn assert_expectations_in_every_schedule(&self, explore: impl Into<Explore>) -> Schedules<S> {
        match self.every(explore.into(), Expect::Own, &mut |_, _| Ok(())) {
            Ok(schedules) => schedules,
            Err(failed) => panic!("{}", failed.kept()),
        }
    }
}

//! How a failure can be seen again, outside of the test that failed.
//!
//! Decides where the files of a failed assertion are kept, and the command that
//! its message ends with. A *check* writes nothing: its message has the texts in
//! it. An *assertion*, which is about to panic, keeps them as files: in the
//! folder that the environment names in `TEMPOLANE_FAILURES`; without that in
//! `tmp/tempolane` of Cargo's target folder, if the program is a test that Cargo
//! has built; otherwise nowhere. Nothing but a message depends on that.

use crate::scenario::folder_name;
use crate::trace::shell_word;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Longer texts than this, in lines, are not printed.
const MOST_LINES: usize = 80;

/// Names the folder for the files of failed assertions; nothing is kept if it
/// is empty.
const FOLDER: &str = "TEMPOLANE_FAILURES";

/// Who takes the command: a build of this library need not have it.
const PROGRAM: &str = "where the program is installed";

/// What fails, and how to see that again.
pub(super) struct Failure {
    pub(super) said: String,
    pub(super) reproduction: Reproduction,
}

impl Failure {
    /// The message with everything in it.
    pub(super) fn told(&self) -> String {
        format!("{}{}", self.said, self.reproduction.told())
    }

    /// The message of an assertion.
    pub(super) fn kept(&self) -> String {
        format!("{}{}", self.said, self.reproduction.kept(folder().as_deref()))
    }
}

/// The scenario file that shows a run again.
#[derive(Debug)]
pub(super) enum Subject {
    /// This text, as a file.
    Text(String),
    /// A file that there is, with parameters set.
    Path { path: String, settings: Vec<(String, String)> },
    /// There is none: it has code, or was changed in Rust in what no command can say.
    None,
}

impl Subject {
    /// The parameters that a command sets.
    pub(super) fn settings(self) -> Vec<(String, String)> {
        if let Subject::Path { settings, .. } = self { settings } else { Vec::new() }
    }
}

/// What it takes to see a run again.
pub(super) struct Reproduction {
    /// The scenario's name.
    pub(super) name: String,
    pub(super) seed: u64,
    /// Of the program.
    pub(super) version: String,
    /// The scenario as a file.
    pub(super) subject: Subject,
    /// The schedule as a file, if it is not that of a plain run.
    pub(super) schedule: Option<String>,
}

impl Reproduction {
    /// The message with the texts in it.
    pub(super) fn told(&self) -> String {
        let is_short = self.lines() <= MOST_LINES;
        let schedule = self.schedule.as_ref().filter(|_| is_short);
        let again = self.again();
        let by_command = |file: &str, text: &str| {
            let schedule = schedule.map_or_else(String::new, |schedule| {
                format!("and this schedule, which `Scenario::follow` takes as well:\n{schedule}")
            });
            let (command, version) = (self.command(file, "SCHEDULE"), &self.version);
            format!("{again}\nor {PROGRAM} `{command}` (version {version}){text}{schedule}")
        };
        match (&self.subject, schedule) {
            (Subject::Text(text), _) if is_short => by_command("FILE", &format!(" with this file:\n{text}")),
            (Subject::Path { path, .. }, None) if self.schedule.is_none() => {
                by_command(&shell_word(path), "")
            }
            (Subject::Path { path, .. }, Some(_)) => by_command(&shell_word(path), "\n"),
            (_, Some(schedule)) => format!("{again}\nor `Scenario::follow` this schedule:\n{schedule}"),
            (_, None) => again,
        }
    }

    /// How to see it again without anything else.
    fn again(&self) -> String {
        format!("to see it again: run this test; it comes to the same every time (seed {})", self.seed)
    }

    /// The message, with the texts as files in this folder.
    fn kept(&self, folder: Option<&Path>) -> String {
        let Some(folder) = folder else { return self.told() };
        let written = match &self.subject {
            Subject::Text(text) => self.write(folder, Some(text)),
            Subject::Path { .. } if self.schedule.is_some() => self.write(folder, None),
            _ => return self.told(),
        };
        match written {
            Ok(command) => format!("{}\nor {PROGRAM} `{command}` (version {})", self.again(), self.version),
            Err(error) => format!("{}\n(no files in '{}': {error})", self.told(), folder.display()),
        }
    }

    /// Writes the files; the command that takes them. What is the same has the
    /// same name, so that a test that fails again leaves no more files.
    fn write(&self, folder: &Path, text: Option<&String>) -> io::Result<String> {
        let mut hasher = DefaultHasher::new();
        (text, &self.schedule).hash(&mut hasher);
        let name = format!("{}-{:08x}", folder_name(&self.name), hasher.finish() as u32);
        let (file, schedule) = (folder.join(format!("{name}.yaml")), folder.join(format!("{name}.schedule")));
        fs::create_dir_all(folder)?;
        if let Some(text) = text {
            fs::write(&file, text)?;
        }
        if let Some(text) = &self.schedule {
            fs::write(&schedule, text)?;
        }
        let file = match &self.subject {
            Subject::Path { path, .. } => shell_word(path),
            _ => shell_word(&file),
        };
        Ok(self.command(&file, &shell_word(&schedule)))
    }

    fn command(&self, file: &str, schedule: &str) -> String {
        match (&self.schedule, &self.subject) {
            // It says the seed and the parameters itself.
            (Some(_), _) => format!("tempolane run {file} --schedule {schedule}"),
            (None, Subject::Path { settings, .. }) => {
                let setting = |(name, value): &(String, String)| {
                    format!(" --set {}", shell_word(&format!("{name}={value}")))
                };
                let settings: String = settings.iter().map(setting).collect();
                format!("tempolane run {file}{settings} --seed {}", self.seed)
            }
            (None, _) => format!("tempolane run {file} --seed {}", self.seed),
        }
    }

    fn lines(&self) -> usize {
        let text = if let Subject::Text(text) = &self.subject { Some(text) } else { None };
        text.into_iter().chain(&self.schedule).map(|text| text.lines().count()).sum()
    }
}

/// Where files of failed assertions go.
fn folder() -> Option<PathBuf> {
    match env::var_os(FOLDER) {
        Some(folder) => (!folder.is_empty()).then(|| PathBuf::from(folder)),
        None => target_folder(&env::current_exe().ok()?),
    }
}

/// `target/tmp/tempolane`, if the program is `target/debug/deps/…`, as Cargo has tests.
fn target_folder(program: &Path) -> Option<PathBuf> {
    let deps = program.parent().filter(|folder| folder.ends_with("deps"))?;
    Some(deps.parent()?.parent()?.join("tmp").join("tempolane"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_beside_what_cargo_builds() {
        let kept = |program: &str| target_folder(Path::new(program));
        assert_eq!(kept("/a/target/debug/deps/t-1"), Some(PathBuf::from("/a/target/tmp/tempolane")));
        assert_eq!(kept("/usr/bin/t"), None);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said_and_the_texts_are_told() {
        let reproduction = Reproduction {
            name: "n".to_owned(),
            seed: 3,
            version: "1".to_owned(),
            subject: Subject::Text("version: 1\n".to_owned()),
            schedule: None,
        };
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let told = reproduction.kept(Some(&file.path().join("below")));
        assert!(told.contains("`tempolane run FILE --seed 3` (version 1) with this file:\nversion: 1\n"));
        assert!(told.contains("\n(no files in '"), "{told}");
        assert_eq!(reproduction.kept(None), reproduction.told());
    }
}

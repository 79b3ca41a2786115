//! From a file, a stream or a text to a checked scenario.
//!
//! Decides how much is read and which failure is whose: a file that cannot be
//! read is the environment's, a directory is wrong usage, everything else is
//! the scenario's.

use super::blame;
use super::check::check;
use super::diagnostics::{Diagnostic, Diagnostics, Reports, Severity};
use super::invisible;
use super::model::{Model, Param};
use super::node::Node;
use super::source::SourceFile;
use super::{closing, held, warnings, yaml};
use crate::ids::Site;
use crate::value::Value;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The largest scenario, in bytes.
pub const MOST_BYTES: u64 = 2 << 20;

/// A scenario that is ready to be compiled.
#[derive(Debug, Clone)]
pub struct LoadedScenario {
    /// What the text says, checked. Values that a run has set stand in
    /// [`super::Param::value`], so parameters can be evaluated in order.
    pub model: Model,
    /// The values of the parameters, by [`crate::ids::ParamId`].
    pub params: Vec<Value>,
    /// The text, for findings that point into it.
    pub source: SourceFile,
    /// What is valid in it and probably not meant.
    pub(super) warnings: Vec<Diagnostic>,
}

impl LoadedScenario {
    /// A number for all that was read, as 16 hexadecimal digits: that of the text, or
    /// XXH3, 64 bits, of it and of those of the tables that are drawn from. Equal ones are
    /// the same scenario.
    pub fn hash(&self) -> String {
        let text = self.source.hash();
        if self.model.tables.is_empty() {
            return text;
        }
        let all = self.model.tables.iter().fold(text, |all, file| all + &file.hash);
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(all.as_bytes()))
    }

    /// The parameters among the `settings` that it was loaded with whose value is another than
    /// `before`, without settings; all of them if it is not valid without.
    pub fn changed(&self, settings: &[(String, String)], before: Option<&LoadedScenario>) -> Vec<String> {
        let differs = |(index, param): &(usize, &Param)| {
            let before = before.map(|before| before.params[*index].to_word());
            settings.iter().any(|(name, _)| *name == param.name)
                && before != Some(self.params[*index].to_word())
        };
        let params = self.model.params.iter().enumerate().filter(differs);
        params.map(|(_, param)| param.name.clone()).collect()
    }

    /// What is valid in the scenario and probably not meant; may be empty.
    pub fn warnings(&self) -> Diagnostics {
        Diagnostics::new(self.source.clone(), Severity::Warning, self.warnings.clone())
    }

    /// Of these, the loops because of which a run may go on for ever.
    pub fn endless_loops(&self) -> Diagnostics {
        let loops = warnings::endless(&self.model, &self.params);
        Diagnostics::new(self.source.clone(), Severity::Warning, loops)
    }
}

/// Why there is no scenario.
#[derive(Debug)]
pub enum LoadError {
    /// The file cannot be read.
    Environment {
        /// The file, as the user named it.
        label: String,
        /// Why it cannot be read.
        error: io::Error,
    },
    /// The path names a directory where a file is wanted.
    Directory {
        /// The path, as the user named it.
        label: String,
    },
    /// The scenario is wrong.
    Diagnostics(Diagnostics),
}

impl LoadError {
    /// The exit code of a command that stops here: 3 if the environment failed,
    /// 2 if the usage or the scenario is wrong.
    pub fn exit_code(&self) -> u8 {
        if matches!(self, LoadError::Environment { .. }) { 3 } else { 2 }
    }

    /// The failure as text for a terminal, without a line break at its end.
    pub fn render(&self, color: bool) -> String {
        match self {
            LoadError::Diagnostics(diagnostics) => diagnostics.render(color),
            other => format!("error: {other}"),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Environment { label, error } => {
                write!(f, "cannot read '{}': {error}", label.escape_debug())
            }
            LoadError::Directory { label } => {
                write!(f, "'{}' is a directory, not a scenario file", label.escape_debug())
            }
            LoadError::Diagnostics(diagnostics) => diagnostics.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Environment { error, .. } => Some(error),
            LoadError::Directory { .. } => None,
            LoadError::Diagnostics(diagnostics) => Some(diagnostics),
        }
    }
}

/// Loads a scenario from a file; `overrides` are parameter names with the texts
/// of the expressions that replace their values.
///
/// # Errors
/// [`LoadError`]; all problems of the scenario are reported in one go.
pub fn load_file(path: &Path, overrides: &[(String, String)]) -> Result<LoadedScenario, LoadError> {
    let label = path.display().to_string();
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (metadata, file) = match opened {
        Ok(opened) => opened,
        Err(_) if path.is_dir() => return Err(LoadError::Directory { label }),
        Err(error) => return Err(LoadError::Environment { label, error }),
    };
    if metadata.is_dir() {
        return Err(LoadError::Directory { label });
    }
    if metadata.is_file() && metadata.len() > MOST_BYTES {
        return Err(too_large(&label));
    }
    load_reader(&label, file, overrides)
}

/// Loads a scenario from a stream, such as standard input; reads no more of it
/// than a scenario may have.
///
/// # Errors
/// As [`load_file`].
pub fn load_reader(
    label: &str,
    reader: impl Read,
    overrides: &[(String, String)],
) -> Result<LoadedScenario, LoadError> {
    let mut bytes = Vec::new();
    if let Err(error) = reader.take(MOST_BYTES + 1).read_to_end(&mut bytes) {
        return Err(LoadError::Environment { label: label.to_owned(), error });
    }
    match String::from_utf8(bytes) {
        Ok(text) => load_str(label, &text, overrides),
        Err(error) => Err(not_text(label, &error)),
    }
}

/// Loads a scenario from its text; `label` names it in diagnostics.
///
/// # Errors
/// [`LoadError::Diagnostics`].
pub fn load_str(
    label: &str,
    text: &str,
    overrides: &[(String, String)],
) -> Result<LoadedScenario, LoadError> {
    load_amended(label, text, "", overrides, false)
}

/// As [`load_str`], with what `more`, YAML as well, has at its top level in the place of what
/// the text has under the same keys. Places in it are those behind the last line of the text.
/// In a text that is written `by_program`, `code: n` is a step, for code that only the program has.
///
/// # Errors
/// As [`load_str`].
pub fn load_amended(
    label: &str,
    text: &str,
    more: &str,
    overrides: &[(String, String)],
    by_program: bool,
) -> Result<LoadedScenario, LoadError> {
    if (text.len() + more.len()) as u64 > MOST_BYTES {
        return Err(too_large(label));
    }
    // A byte order mark would shift the columns of the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line_break = if more.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let source = SourceFile { label: label.to_owned(), text: format!("{text}{line_break}{more}") };
    let (root, reports) = document(&source, source.text.len() - more.len());
    let Some(root) = root else {
        let items = reports.into_items();
        return Err(refused(source, items));
    };
    // What is no YAML is so with any values.
    let read = reports.items().to_vec();
    let (checked, items) = check(reports, &root, label, overrides, by_program);
    let params = checked.as_ref().map(|checked| checked.params.iter().copied().collect::<Option<Vec<_>>>());
    match (checked, params.flatten()) {
        (Some(checked), Some(params)) if items.is_empty() => {
            let mut warnings = checked.unused;
            warnings.extend(warnings::of_model(&checked.model, &params, &checked.asked));
            warnings.extend(held::of_model(&checked.model));
            warnings.extend(closing::never_closed(&checked.model, &params));
            Ok(LoadedScenario { model: checked.model, params, source, warnings })
        }
        _ => {
            let with = |settings: &[(String, String)]| {
                let mut problems = check(Reports::new(&source.text), &root, label, settings, by_program).1;
                problems.extend(read.iter().cloned());
                problems
            };
            let items = blame::by_settings(items, overrides, with);
            Err(refused(source, items))
        }
    }
}

/// What a text says, of which the part from `more` on is a document of its own.
fn document(source: &SourceFile, more: usize) -> (Option<Node>, Reports<'_>) {
    let (text, beside) = source.text.split_at(more);
    let mut reports = Reports::new(text);
    let root = yaml::read(&mut reports);
    if beside.is_empty() {
        return (root, reports.over(&source.text));
    }
    let before = reports.index().line_count() - 1;
    let beside = "\n".repeat(before) + beside;
    let mut reports = reports.over(&beside);
    let root = root.and_then(|root| Some(root.amended(yaml::read(&mut reports)?)));
    (root, reports.over(&source.text))
}

/// A text with these problems.
fn refused(source: SourceFile, items: Vec<Diagnostic>) -> LoadError {
    let items = match invisible::in_indentation(&source.text) {
        None => items,
        Some((site, name)) => vec![problem(site, &format!("{name} indents this line"), "use spaces")],
    };
    LoadError::Diagnostics(Diagnostics::new(source, Severity::Error, items))
}

fn too_large(label: &str) -> LoadError {
    let hint = "a scenario has at most 2 MiB; use `count`, `repeat` and parameters instead of repetition";
    whole_file(label, String::new(), Site::default(), "the file is too large", hint)
}

fn not_text(label: &str, error: &std::string::FromUtf8Error) -> LoadError {
    let bytes = error.as_bytes();
    let valid = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let site = super::source::TextIndex::new(&text).site_at(before.len());
    let hint = "a scenario is UTF-8 text; is this another kind of file, or another encoding?";
    whole_file(label, text, site, "this is not UTF-8 text", hint)
}

fn whole_file(label: &str, text: String, site: Site, message: &str, hint: &str) -> LoadError {
    let source = SourceFile { label: label.to_owned(), text };
    LoadError::Diagnostics(Diagnostics::new(source, Severity::Error, vec![problem(site, message, hint)]))
}

/// A problem of one character.
fn problem(site: Site, message: &str, hint: &str) -> Diagnostic {
    let (message, hint) = (message.to_owned(), Some(hint.to_owned()));
    Diagnostic { site, length: 1, message, hint, origin: None, settings: Vec::new() }
}

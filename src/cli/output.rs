//! Files that are written whole or not at all.
//!
//! Decides where files of a run go and what they are called. A file is first
//! written under a temporary name in its folder and then renamed, so nobody
//! ever sees half of it, and an interrupted run leaves nothing behind.

use super::failure::Failure;
use crate::scenario::folder_name;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A folder for output. Folders that were made for it and in which nothing was
/// written go away with it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Folders that did not exist before, the outermost first.
    made: Vec<PathBuf>,
}

impl Folder {
    /// Makes the folder `path`, with those around it, if it is not there yet.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn open(path: PathBuf) -> Result<Folder, Failure> {
        let mut made: Vec<PathBuf> =
            path.ancestors().take_while(|part| !part.exists()).map(Path::to_path_buf).collect();
        made.retain(|part| !part.as_os_str().is_empty());
        made.reverse();
        fs::create_dir_all(&path).map_err(|error| cannot("make the folder", &path, &error))?;
        Ok(Folder { path, made })
    }

    /// Begins a file in this folder; it appears when it is finished.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn begin(&self) -> Result<NamedTempFile, Failure> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".unfinished-");
        #[cfg(unix)]
        {
            // As for any new file: what the user's mask leaves of this.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(&self.path).map_err(|error| cannot("write to the folder", &self.path, &error))
    }

    /// Gives a file that [`Self::begin`] began its name, and so finishes it.
    ///
    /// # Errors
    /// If there is something in its place that is no file.
    pub fn finish(&self, mut file: NamedTempFile, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        file.flush().map_err(|error| cannot("write", &path, &error))?;
        file.persist(&path).map_err(|error| cannot("write", &path, &error.error))?;
        Ok(path)
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// If it cannot be written; nothing of it is left then.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, Failure> {
        let mut file = self.begin()?;
        file.write_all(content).map_err(|error| cannot("write", &self.path.join(name), &error))?;
        self.finish(file, name)
    }

    /// The failure of writing the file `name` for a reason that came up in between.
    pub fn failure(&self, name: &str, error: &io::Error) -> Failure {
        cannot("write", &self.path.join(name), error)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Removes empty folders only, so files are safe.
        for made in self.made.iter().rev() {
            if fs::remove_dir(made).is_err() {
                break;
            }
        }
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::environment(format!("cannot {what} '{}': {error}", path.display()))
}

/// Gives every scenario of a command a name of its own: a repeated one gets
/// `-2`, `-3` and so on. Names are compared as their
/// folders are, and some systems do not tell `A` from `a` there.
#[derive(Debug, Default)]
pub struct Labels {
    taken: BTreeSet<String>,
}

impl Labels {
    /// The name to use for the next scenario called `name`.
    pub fn next(&mut self, name: &str) -> String {
        let mut label = name.to_owned();
        let mut number = 2u64;
        while !self.taken.insert(folder_name(&label).to_lowercase()) {
            label = format!("{name}-{number}");
            number += 1;
        }
        label
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_numbered() {
        let mut labels = Labels::default();
        let names = ["a", "a", "b", "a-2", "a", "a/", "a-"].map(|name| labels.next(name));
        assert_eq!(names, ["a", "a-2", "b", "a-2-2", "a-3", "a/", "a--2"]);
    }

    #[test]
    fn unfinished_files_and_empty_folders_go_away() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let path = root.path().join("x/y");
        let folder = Folder::open(path.clone()).expect("it can be made");
        let file = folder.begin().expect("it can be written to");
        drop((file, folder));
        assert!(!root.path().join("x").exists());

        let folder = Folder::open(path.clone()).expect("it can be made");
        let written = folder.write("z", b"text").expect("it can be written");
        drop(folder);
        assert_eq!(fs::read(written).expect("it is there"), b"text");
        assert_eq!(fs::read_dir(path).expect("it is there").count(), 1);
    }
}

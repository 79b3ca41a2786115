//! Files that are being written: under a name of their own until they are whole.
//!
//! Decides what they are called, who removes them when they come to nothing, and
//! how one that a killed program has left is told from one that another program
//! is just writing: who writes one holds a lock on it, which the system takes
//! away from the dead.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::NamedTempFile;

/// What their names begin with.
const PREFIX: &str = ".unfinished-";

/// What goes away if the program must end at once.
static LEFTOVERS: Mutex<Leftovers> =
    Mutex::new(Leftovers { files: BTreeSet::new(), folders: BTreeSet::new(), swept: BTreeSet::new() });

struct Leftovers {
    files: BTreeSet<PathBuf>,
    /// Folders that were made and may still be empty.
    folders: BTreeSet<PathBuf>,
    /// Folders that were looked through already.
    swept: BTreeSet<PathBuf>,
}

fn leftovers() -> MutexGuard<'static, Leftovers> {
    // Whoever panicked with it has not left half of a set.
    LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes everything that is not finished, and the folders made for it.
pub fn remove_all() {
    let leftovers = leftovers();
    for file in &leftovers.files {
        let _ = fs::remove_file(file);
    }
    // The inner ones come later in the order of paths. Empty ones only go.
    for folder in leftovers.folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

/// A folder was made, in which there is nothing yet.
pub fn note_folder(folder: &Path) {
    leftovers().folders.insert(folder.to_path_buf());
}

/// A folder that was noted is no business of ours any more.
pub fn forget_folder(folder: &Path) {
    leftovers().folders.remove(folder);
}

/// A file that is being written. It goes away unless it gets a name.
#[derive(Debug)]
pub struct Unfinished {
    /// There until it has its name.
    file: Option<NamedTempFile>,
    path: PathBuf,
}

impl Unfinished {
    /// Begins a file in a folder, from which goes what a killed program has left.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn begin(folder: &Path) -> io::Result<Unfinished> {
        let is_new = leftovers().swept.insert(folder.to_path_buf());
        if is_new {
            sweep(folder);
        }
        loop {
            let file = builder().tempfile_in(folder)?;
            // Who sweeps may have come between making and locking. Where there
            // are no locks nobody sweeps.
            if file.as_file().lock().is_ok() && !file.path().exists() {
                continue;
            }
            let path = file.path().to_path_buf();
            leftovers().files.insert(path.clone());
            return Ok(Unfinished { file: Some(file), path });
        }
    }

    /// Gives it a name in its own file system; what has that name goes away.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn persist(mut self, path: &Path) -> io::Result<()> {
        let file = self.file.take().expect("it has no name yet");
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Its content so far, from the beginning.
    ///
    /// # Errors
    /// If it cannot be opened again.
    pub fn reopen(&mut self) -> io::Result<File> {
        self.inner().flush()?;
        self.inner().reopen()
    }

    fn inner(&mut self) -> &mut NamedTempFile {
        self.file.as_mut().expect("it has no name yet")
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        drop(self.file.take());
        leftovers().files.remove(&self.path);
    }
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    {
        // As for any new file: what the user's mask leaves of this.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// Removes what nobody writes any more. Whatever cannot be removed stays.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
            let path = entry.path();
            // The lock is kept until the file is gone.
            if let Ok(file) = File::open(&path)
                && file.try_lock().is_ok()
            {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_writes_is_swept_and_what_somebody_writes_stays() {
        let room = tempfile::tempdir().expect("a temporary folder");
        let folder = room.path();
        let left = folder.join(".unfinished-left");
        for path in [&left, &folder.join("other"), &folder.join(".unfinished")] {
            fs::write(path, "half").expect("it can be written");
        }
        fs::create_dir(folder.join(".unfinished-folder")).expect("it can be made");
        let mut first = Unfinished::begin(folder).expect("it can be begun");
        assert!(!left.exists());
        first.write_all(b"whole").expect("it can be written");
        sweep(folder);
        first.persist(&folder.join("done")).expect("it can get its name");
        let mut names: Vec<_> = fs::read_dir(folder)
            .expect("it is there")
            .map(|entry| entry.expect("it can be listed").file_name())
            .collect();
        names.sort();
        assert_eq!(names, [".unfinished", ".unfinished-folder", "done", "other"]);
        assert_eq!(fs::read(folder.join("done")).expect("it is there"), b"whole");
    }
}

//! Files that are written whole or not at all.
//!
//! Decides where files of a run go, and where what is written under a name ends
//! up. A plain file is first written under a temporary name beside its own and
//! then renamed, so nobody ever sees half of it, and an interrupted run leaves
//! nothing behind. What is no plain file (a pipe, a device, an open file of the
//! program itself) takes what is written and stays what it is; a link stays too,
//! and what it leads to is written.

use super::console;
use super::failure::Failure;
use super::unfinished::{self, Unfinished};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

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
        made.iter().for_each(|folder| unfinished::note_folder(folder));
        let folder = Folder { path, made };
        match fs::create_dir_all(&folder.path) {
            Ok(()) => Ok(folder),
            Err(error) => Err(cannot("make the folder", &folder.path, &error)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a file in this folder; it appears when it is finished.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn begin(&self) -> Result<Unfinished, Failure> {
        Unfinished::begin(&self.path).map_err(|error| cannot("write to the folder", &self.path, &error))
    }

    /// Gives a file that [`Self::begin`] began its name, and so finishes it.
    ///
    /// # Errors
    /// If there is something in its place that cannot be written.
    pub fn finish(&self, file: Unfinished, name: &(impl AsRef<Path> + ?Sized)) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        put(file, &path).map_err(|error| cannot("write", &path, &error))?;
        Ok(path)
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// If it cannot be written; nothing of it is left then.
    pub fn write(&self, name: &(impl AsRef<Path> + ?Sized), content: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        write(&path, content).map_err(|error| cannot("write", &path, &error))?;
        Ok(path)
    }

    /// Writes a whole file piece by piece; what `write` gives is whether it is to be there.
    ///
    /// # Errors
    /// If it cannot be written; nothing of it is left then.
    pub fn write_with(
        &self,
        name: &(impl AsRef<Path> + ?Sized),
        write: impl FnOnce(&mut dyn Write) -> io::Result<bool>,
    ) -> Result<Option<PathBuf>, Failure> {
        let mut file = BufWriter::new(self.begin()?);
        let is_wanted = write(&mut file).map_err(|error| self.failure(name, &error))?;
        let file = file.into_inner().map_err(|error| self.failure(name, error.error()))?;
        if is_wanted { self.finish(file, name).map(Some) } else { Ok(None) }
    }

    /// The failure of writing the file `name` for a reason that came up in between.
    pub fn failure(&self, name: &(impl AsRef<Path> + ?Sized), error: &io::Error) -> Failure {
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
        self.made.iter().for_each(|folder| unfinished::forget_folder(folder));
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::environment(format!("cannot {what} '{}': {error}", console::shown(path)))
}

/// Where what is written under a name ends up.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// In a plain file of this path, which may not be there yet.
    File(PathBuf),
    /// In what is there, whatever it is.
    Stream,
}

/// Follows links that stand in folders. A link of the system, which leads to a
/// file that a program has open, is no such link.
fn place(path: &Path) -> io::Result<Place> {
    /// Linux follows as many.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Place::File(path)),
            Err(error) => return Err(error),
        };
        if found.is_file() {
            return Ok(Place::File(path));
        }
        let folder = folder_of(&path);
        let is_of_system = || folder.canonicalize().is_ok_and(|folder| folder.starts_with("/proc"));
        if !found.is_symlink() || is_of_system() {
            return Ok(Place::Stream);
        }
        path = folder.join(fs::read_link(&path)?);
    }
    Err(io::Error::other("too many links lead from one to the next"))
}

/// The folder that a path is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a whole file under a name.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    match place(path)? {
        Place::Stream => stream(path, content),
        Place::File(target) => {
            let mut file = Unfinished::begin(folder_of(&target))?;
            file.write_all(content)?;
            file.persist(&target)
        }
    }
}

/// Puts a file that was begun in the folder of `path` under that name.
fn put(mut file: Unfinished, path: &Path) -> io::Result<()> {
    match place(path)? {
        Place::Stream => stream(path, file.reopen()?),
        Place::File(target) if target == path => {
            file.flush()?;
            file.persist(path)
        }
        Place::File(target) => {
            // A link may lead into another file system.
            let mut there = Unfinished::begin(folder_of(&target))?;
            io::copy(&mut file.reopen()?, &mut there)?;
            there.persist(&target)
        }
    }
}

/// Writes into something that stays what it is. That nobody reads what comes out
/// of a pipe any more is no failure, as with standard output.
fn stream(path: &Path, mut content: impl Read) -> io::Result<()> {
    let mut out = match own_output(path) {
        Some(out) => out,
        None => OpenOptions::new().append(true).open(path)?,
    };
    match io::copy(&mut content, &mut out).and_then(|_| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Standard output or standard error, if `path` leads there: opened once more, a
/// file would be written over from its beginning.
#[cfg(unix)]
fn own_output(path: &Path) -> Option<File> {
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::fs::MetadataExt;
    let wanted = fs::metadata(path).ok()?;
    let is_wanted = |file: &File| {
        file.metadata().is_ok_and(|found| (found.dev(), found.ino()) == (wanted.dev(), wanted.ino()))
    };
    let copy = |output: BorrowedFd<'_>| output.try_clone_to_owned().ok().map(File::from);
    let (out, err) = (io::stdout(), io::stderr());
    [copy(out.as_fd()), copy(err.as_fd())].into_iter().flatten().find(is_wanted)
}

#[cfg(not(unix))]
fn own_output(_: &Path) -> Option<File> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// A link stays, wherever it leads; also one that leads nowhere yet.
    #[cfg(unix)]
    #[test]
    fn links_are_written_through() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("far")).expect("it can be made");
        fs::write(at("far/file"), "old").expect("it can be written");
        symlink("far/file", at("near")).expect("it can be made");
        symlink(at("near"), at("nearer")).expect("it can be made");
        symlink("far/new", at("open")).expect("it can be made");
        symlink("round", at("round")).expect("it can be made");
        let folder = Folder::open(root.path().to_path_buf()).expect("it is there");
        for (name, target) in [("nearer", "far/file"), ("open", "far/new")] {
            folder.write(name, b"new").expect("it can be written");
            assert_eq!(fs::read(at(target)).expect("it is there"), b"new");
            let mut file = folder.begin().expect("it can be begun");
            file.write_all(b"newer").expect("it can be written");
            folder.finish(file, name).expect("it can be written");
            assert_eq!(fs::read(at(target)).expect("it is there"), b"newer");
            assert!(at(name).is_symlink());
        }
        assert!(at("near").is_symlink());
        assert!(folder.write("round", b"x").expect_err("it leads nowhere").message.contains("links"));
        assert!(folder.write("far", b"x").is_err(), "a folder is no file");
        assert_eq!(fs::read_dir(root.path()).expect("it is there").count(), 5);
        assert_eq!(fs::read_dir(at("far")).expect("it is there").count(), 2);
    }
}

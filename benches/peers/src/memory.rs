//! How much memory an engine took, as the operating system sees it.
//!
//! The kernel's own figures cost the engine nothing, unlike a counting allocator, and they include what the
//! allocator adds to every block, which is as real as the block. Linux only; elsewhere nothing is reported.

use std::fs;

/// Resident memory of a process, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Resident {
    /// The most there ever was of all kinds together.
    peak: u64,
    /// Pages of files, such as the program itself.
    file: u64,
    /// Pages that the program allocated.
    anonymous: u64,
}

impl Resident {
    /// That of this process, now.
    pub fn now() -> Option<Self> {
        Self::of("self")
    }

    /// That of another process, now.
    pub fn of_process(id: u32) -> Option<Self> {
        Self::of(&id.to_string())
    }

    fn of(process: &str) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(kilobytes * 1024)
        };
        Some(Self { peak: field("VmHWM:")?, file: field("RssFile:")?, anonymous: field("RssAnon:")? })
    }

    /// How far allocated memory rose above `self` until `after` was taken.
    ///
    /// Pages of files only ever come in during so short a life, so the peak less the file pages of the end is at
    /// most the peak of the allocated ones: where this errs, it errs to the advantage of the engine.
    pub fn growth(self, after: Self) -> u64 {
        after.allocated().saturating_sub(self.anonymous)
    }

    /// The most that was ever allocated, erring as [`Self::growth`].
    pub fn allocated(self) -> u64 {
        self.peak.saturating_sub(self.file)
    }
}

//! Engines that take turns, each run in a process of its own.
//!
//! A B C … A B C …, so that a machine that warms up, slows down or gets other work meets all of them alike, and a
//! ratio is the median of the ratios taken round by round. A first round is not counted. What a run is, and whether
//! it did what it should, is for whoever starts one to say.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::table::median;

#[derive(clap::Args)]
pub struct Turns {
    /// How many rounds are counted, after a round that is not
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Pin every run to this processor, with `taskset`
    #[arg(long, value_name = "CPU")]
    pin: Option<u32>,
    /// An engine whose first run takes longer than this many seconds is not run again: that run counts
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS")]
    patience: f64,
}

/// Something that took time.
pub trait Timed {
    fn seconds(&self) -> f64;
}

/// What one engine did, round by round; `None` where it did not run.
pub struct Rounds<R>(Vec<Option<R>>);

impl<R: Timed> Rounds<R> {
    /// What counts.
    pub fn records(&self) -> impl Iterator<Item = &R> {
        self.0.iter().flatten()
    }

    /// The median over the rounds that both ran of how many times longer this one took than the other.
    pub fn times_longer_than(&self, other: &Rounds<R>) -> Option<f64> {
        let both = self.0.iter().zip(&other.0).filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?)));
        median(both.map(|(a, b)| a.seconds() / b.seconds()))
    }
}

impl Turns {
    /// Says on standard output where the runs take place.
    pub fn announce(&self) {
        match (self.pinned_to(), self.pin) {
            (Some(cpu), _) => println!("Pinned to processor {cpu}.\n"),
            (None, Some(_)) => println!("Unpinned: there is no taskset.\n"),
            (None, None) => println!("Unpinned: the operating system moves the runs between processors.\n"),
        }
    }

    fn pinned_to(&self) -> Option<u32> {
        self.pin.filter(|_| is_there("taskset", "--version"))
    }

    /// A command that starts `program`, pinned if that was asked for and `pinnable`.
    pub fn command(&self, program: &Path, pinnable: bool) -> Command {
        match self.pinned_to().filter(|_| pinnable) {
            Some(cpu) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &cpu.to_string()]).arg(program);
                command
            }
            None => Command::new(program),
        }
    }

    /// One round that is not counted, then the rounds that are; `once` runs the engine with this number.
    ///
    /// # Errors
    /// Those of `once`.
    pub fn take<R: Timed>(
        &self,
        title: &str,
        engines: &[&str],
        mut once: impl FnMut(usize) -> Result<R, Failure>,
    ) -> Result<Vec<Rounds<R>>, Failure> {
        let mut all: Vec<Rounds<R>> = engines.iter().map(|_| Rounds(Vec::new())).collect();
        let mut slow = vec![false; engines.len()];
        for round in 0..=self.runs {
            for (number, (engine, rounds)) in engines.iter().zip(&mut all).enumerate() {
                if slow[number] {
                    rounds.0.push(None);
                    continue;
                }
                eprintln!("{title}: round {round} of {}: {engine}", self.runs);
                let record = once(number)?;
                slow[number] = round == 0 && record.seconds() > self.patience;
                rounds.0.push(Some(record));
            }
        }
        for (rounds, slow) in all.iter_mut().zip(slow) {
            let uncounted = rounds.0[0].take();
            if slow {
                // Its only run is compared with the first counted round of the others.
                rounds.0[1] = uncounted;
            }
        }
        Ok(all)
    }
}

/// Whether this program can be started; `question` is an argument that makes it end at once.
pub fn is_there(program: &str, question: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(question).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

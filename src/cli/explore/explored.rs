//! An exploration that has ended: what its reports are made of.
//!
//! Decides why it is not complete, if it is not, and whether it has a finding.

use super::witness::{BlockedSome, Shown};
use crate::cli::inputs::Loaded;
use crate::explore::{Budget, Cut, Exploration, Mode, Overview};
use crate::figure::noun;
use crate::figure::verb;
use crate::trace::Header;

/// An exploration with what was made of it.
pub struct Explored<'a> {
    pub loaded: &'a Loaded,
    pub header: Header,
    pub exploration: Exploration<'a>,
    pub overview: Overview,
    pub shown: Vec<Shown>,
    pub interrupted: bool,
    pub out_of_time: bool,
    pub mode: Mode,
    /// The lines of what is expected of times, which there are none of.
    pub timeless: Vec<u32>,
    pub blocked: BlockedSome,
    pub budget: Budget,
    /// Whether only some of the races were looked for: with time those of simultaneous
    /// accesses, with schedules left out none.
    pub races_left_open: bool,
}

impl Explored<'_> {
    /// Why not every state was visited, if so, and what to do about it.
    pub fn cut(&self) -> Option<String> {
        let option = |name: &str| format!("--{name}");
        Some(match self.exploration.cut()? {
            Cut::Clock(lines) => by_clock(lines) + "; explore it with time",
            Cut::Lasting(lines) => by_durations(lines) + "; explore it with time",
            Cut::Control if self.interrupted => "it was interrupted".to_owned(),
            Cut::Control if self.out_of_time => {
                format!("the time was up; go further with {}", option("max-time"))
            }
            cut => cut.told(&self.budget, option),
        })
    }

    /// What else may be the reason why a search that was cut does not come to an end.
    pub fn cut_hint(&self) -> Option<&'static str> {
        let stopped = matches!(self.exploration.cut()?, Cut::States | Cut::Memory | Cut::Control);
        (stopped && self.exploration.daemons_may_go_on()).then(|| match self.exploration.reads_clock() {
            true => {
                "its daemons may go on for ever, and something in the scenario reads the clock (`now`, or an \
                 expectation of times), so that no state comes again: give it a `horizon`, leave that out, or \
                 explore it with --untimed"
            }
            false => {
                "its daemons may go on for ever, and where one draws, counts or fills a buffer without a bound, no \
                 state comes again: give it a `horizon`"
            }
        })
    }

    /// How many pairs of lines race; `None` if none does as far as was looked, which was
    /// not everywhere.
    pub fn races(&self) -> Option<usize> {
        let found = self.shown.iter().filter(|shown| shown.kind == "race").count();
        let is_known = self.exploration.is_complete() && !self.races_left_open;
        (found > 0 || is_known).then_some(found)
    }

    /// Whether something was found that the user must know, or the search
    /// could not be finished.
    pub fn is_finding(&self) -> bool {
        !self.exploration.is_complete()
            || !self.exploration.lines_undecided().is_empty()
            || self.shown.iter().any(|shown| shown.is_finding)
    }
}

/// Lines that are named.
const LINES: usize = 5;

/// `line 8`, `lines 8, 9`.
pub fn named_lines(lines: &[u32]) -> String {
    let shown: Vec<String> = lines.iter().take(LINES).map(ToString::to_string).collect();
    let more = if lines.len() > LINES { " …" } else { "" };
    format!("{} {}{more}", noun(lines.len(), "line"), shown.join(", "))
}

/// Why a search without time is no proof.
pub fn by_clock(lines: &[u32]) -> String {
    let verb = verb(lines.len(), "depend");
    let lines = named_lines(lines);
    format!("{lines} {verb} on what the clock shows, which nobody knows without time")
}

/// Why a search without time proves nothing of what is expected on these lines.
fn by_durations(lines: &[u32]) -> String {
    let verb = verb(lines.len(), "ask");
    let lines = named_lines(lines);
    format!(
        "{lines} {verb} for how long processes run, are delayed or blocked, which nobody knows without time"
    )
}

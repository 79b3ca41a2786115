//! The looks that are given out, by name, and what the legend says of them.
//!
//! Does not decide who gets which: see [`super::inks`].

use super::palette::Class;
use crate::look::ColourBy;

/// Which resource, activity or process has which look, in one picture or in several that
/// stand beside each other.
///
/// The looks go to the resources for which processes waited longest and to the
/// activities that took longest, by name, so that the runs of a comparison agree. If
/// more instances were waited for than there are looks, all instances of a resource
/// share one.
#[derive(Debug, Clone)]
pub struct Inks {
    pub(super) colour_by: ColourBy,
    /// The names that stand in the legend, by slot of [`Class::Blocked`].
    pub(super) names: Vec<String>,
    /// The names of all resources that processes waited for.
    pub(super) waited: Vec<String>,
    pub(super) by_family: bool,
    /// Whether something had to share the last look.
    pub(super) others: bool,
    /// The names that stand in the legend, by slot of [`Class::Own`].
    pub(super) own: Vec<String>,
}

impl Inks {
    /// The names of the resources that processes waited for, in alphabetical order.
    pub(super) fn waited(&self) -> &[String] {
        &self.waited
    }

    /// Whether own looks are of processes that hold locks, and of nothing else.
    fn colours_holders(&self) -> bool {
        matches!(self.colour_by, ColourBy::State | ColourBy::Resource)
    }

    /// What the legend says about a class.
    pub(super) fn legend(&self, class: Class) -> String {
        match class {
            Class::Running => "running".to_owned(),
            Class::Ready => "ready".to_owned(),
            Class::Delayed => "delayed".to_owned(),
            Class::New => "new (not started)".to_owned(),
            Class::Busy => "not waiting".to_owned(),
            Class::Own(slot) => match self.own.get(usize::from(slot)) {
                Some(name) if self.colours_holders() => format!("held by {name}"),
                Some(name) => name.clone(),
                None if self.colours_holders() => "held by others".to_owned(),
                None if self.colour_by == ColourBy::Process => "other processes".to_owned(),
                None => "other activities".to_owned(),
            },
            Class::Blocked(slot) => match self.names.get(usize::from(slot)) {
                Some(name) => format!("blocked: {name}"),
                None if self.others => "blocked: other".to_owned(),
                None => "blocked".to_owned(),
            },
        }
    }
}

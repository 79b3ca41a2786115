//! The design that `--vary`, `--zip` and `--where` make, in every command that has them.
//!
//! Decides what changes together, and that all that is wrong is told in one go.

use super::inputs::Loaded;
use crate::sweep::{Axis, Design};

/// A design in the making, and what is wrong with it so far.
pub struct Variations<'l> {
    loaded: &'l Loaded,
    design: Design,
    problems: Vec<String>,
}

impl<'l> Variations<'l> {
    /// Of a scenario of which nothing is varied yet.
    pub fn of(loaded: &'l Loaded) -> Variations<'l> {
        let design = Design::of_loaded(&loaded.scenario, &loaded.settings);
        Variations { loaded, design, problems: Vec::new() }
    }

    /// Varies parameters, all `zipped` or each with all others.
    pub fn vary(&mut self, axes: impl Iterator<Item = Result<Axis, String>>, zipped: bool) {
        let axes = axes.map(|axis| axis.map_err(|why| vec![why]));
        if zipped {
            return self.together(axes);
        }
        for axis in axes {
            self.together(std::iter::once(axis));
        }
    }

    /// Varies parameters that change together.
    pub fn together(&mut self, axes: impl Iterator<Item = Result<Axis, Vec<String>>>) {
        let mut group = Vec::new();
        for axis in axes {
            match axis {
                Ok(axis) => group.push(axis),
                Err(problems) => self.problems.extend(problems),
            }
        }
        let varied = self.design.clone().vary(group);
        self.change(varied);
    }

    /// Leaves points out for which one of these conditions does not hold.
    pub fn only_where(&mut self, conditions: &[String]) {
        for condition in conditions {
            let fewer = self.design.clone().only_where(&self.loaded.scenario.model, condition);
            self.change(fewer);
        }
    }

    fn change(&mut self, changed: Result<Design, String>) {
        match changed {
            Ok(design) => self.design = design,
            Err(problem) => self.problems.push(problem),
        }
    }

    /// The design, if nothing is wrong with it or was before; adds to `problems` what is.
    pub fn design(self, problems: &mut Vec<String>) -> Option<Design> {
        problems.extend(self.problems);
        problems.is_empty().then_some(self.design)
    }
}

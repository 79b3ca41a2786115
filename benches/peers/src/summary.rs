//! The last table of `peers compare`: how the workloads come out beside each other, the geometric mean, and the worst.

use std::fmt;

use crate::engines::{LIMIT, OURS, RIVAL};
use crate::table::{figure_or_dash, geometric_mean, markdown};
use crate::turns::Rounds;
use crate::workload::{Record, Workload};

/// The engines beside which ours is set, in a column each.
const BESIDE: [&str; 4] = [RIVAL, LIMIT, "lua", "luajit-interpreter"];

/// The speed of ours as a multiple of that of others, by workload.
#[derive(Default)]
pub struct Summary(Vec<(Workload, [Option<f64>; BESIDE.len()])>);

impl Summary {
    /// Adds a workload with what the engines did.
    pub fn add<'r>(&mut self, workload: Workload, rounds: impl Fn(&str) -> Option<&'r Rounds<Record>>) {
        let against = |name| rounds(name)?.times_longer_than(rounds(OURS)?);
        self.0.push((workload, BESIDE.map(against)));
    }

    /// A row with what `fold` makes of each column, of simulations alone or of all workloads.
    fn row(&self, what: &str, all: bool, fold: fn(Vec<f64>) -> Option<f64>) -> Vec<String> {
        let columns = (0..BESIDE.len()).map(|column| {
            let counted = self.0.iter().filter(|(workload, _)| all || workload.simulates());
            figure_or_dash(fold(counted.filter_map(|(_, ratios)| ratios[column]).collect()))
        });
        std::iter::once(what.to_owned()).chain(columns).collect()
    }
}

fn worst(ratios: Vec<f64>) -> Option<f64> {
    ratios.into_iter().min_by(f64::total_cmp)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = BESIDE.map(|name| format!("against {name}"));
        let header: Vec<&str> =
            std::iter::once("speed of tempolane").chain(header.iter().map(String::as_str)).collect();
        let rows = self.0.iter().map(|(workload, ratios)| {
            std::iter::once(workload.what()).chain(ratios.map(figure_or_dash)).collect()
        });
        let folded = [
            self.row("geometric mean of the simulations", false, geometric_mean),
            self.row("worst simulation", false, worst),
            self.row("geometric mean of all", true, geometric_mean),
        ];
        writeln!(f, "### All workloads\n\n{}", markdown(&header, rows.chain(folded)))
    }
}

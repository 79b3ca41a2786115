//! What stands beside a table of runs: what was asked for, and of which scenario.
//!
//! Decides that files which were made of the rows of another request go: nothing in the
//! folder is about other runs than its table. Only what a sweep has noted as its own is
//! removed.

use super::arguments::SweepRequest;
use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Component, Path};

/// What the table is of.
pub const ABOUT: &str = "sweep.json";
/// The scenario as it was run.
pub const SCENARIO: &str = "scenario.yaml";

/// What a table of runs is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The version of the engine.
    pub version: String,
    /// The name of the scenario, and its path.
    pub scenario: String,
    pub path: String,
    /// The hash of its text, and of the tables that it draws from.
    pub hash: String,
    pub settings: Vec<(String, String)>,
    pub seed: u64,
    pub request: SweepRequest,
    /// The files that were made of the rows.
    #[serde(default)]
    pub products: Vec<String>,
}

impl About {
    /// What an earlier sweep says of itself; nothing if there was none.
    pub fn earlier(folder: &Folder) -> Option<About> {
        let text = fs::read_to_string(folder.path().join(ABOUT)).ok()?;
        // A file of an older version, or of somebody else: its rows are not ours to use.
        serde_json::from_str(&text).ok()
    }

    /// Takes the place of an earlier sweep, and removes what was made of its rows unless
    /// they are the same.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn succeed(&self, earlier: Option<&About>, folder: &Folder) -> Result<(), Failure> {
        let products = earlier.map_or(&[][..], |earlier| &earlier.products);
        let is_the_same =
            earlier.is_some_and(|earlier| About { products: Vec::new(), ..earlier.clone() } == *self);
        if is_the_same {
            return self.write(products.to_vec(), folder);
        }
        for name in products.iter().filter(|name| is_plain(name)) {
            // What cannot be removed is no reason not to run.
            let _ = fs::remove_file(folder.path().join(name));
        }
        self.write(Vec::new(), folder)
    }

    /// Notes that these files, too, were made of the rows.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn note(&self, made: impl Iterator<Item = String>, folder: &Folder) -> Result<(), Failure> {
        let mut products = About::earlier(folder).map_or(Vec::new(), |noted| noted.products);
        products.extend(made);
        products.sort();
        products.dedup();
        self.write(products, folder)
    }

    fn write(&self, products: Vec<String>, folder: &Folder) -> Result<(), Failure> {
        let about = About { products, ..self.clone() };
        let mut json = serde_json::to_vec_pretty(&about).unwrap_or_default();
        json.push(b'\n');
        folder.write(ABOUT, &json).map(drop)
    }
}

/// Whether it is the name of a file in the folder, and not the way out of it.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
}
